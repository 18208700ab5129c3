"""New rows, many by one statement: a fifth less work than a statement each, and what all have in common is bound once."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import chain
from typing import Any, NamedTuple

from crmcli.store import driver

_ROWS_A_STATEMENT = 100, 10, 1


class Common:
    """What many new rows hold alike in some columns: each set of values is bound once, kept in a temporary table under a
    key, and taken from there.
    """

    def __init__(
        self,
        connection: driver.Connection,
        name: str,
        columns: Sequence[str],
        make: Callable[[Any], Iterable[Any]],
    ) -> None:
        """`make` tells the values of `columns` by what decides them; `name` is that of the temporary table."""
        self._connection, self._make = connection, make
        self.table = f"temp.{name}"
        self._keys: dict[Any, int] = {}
        connection.execute(f"DROP TABLE IF EXISTS {self.table}")
        connection.execute(
            f"CREATE TEMP TABLE {name} (id INTEGER PRIMARY KEY, {', '.join(columns)})"
        )
        self._insert = f"INSERT INTO {self.table} VALUES (?{', ?' * len(columns)})"

    def keys(self, facts: Sequence[Any]) -> list[int]:
        """The keys of what is decided by each of `facts`; good until they are asked again."""
        fresh = set(facts).difference(self._keys)
        if len(self._keys) + len(fresh) > _MOST_IN_COMMON:
            self._connection.execute(f"DELETE FROM {self.table}")
            self._keys.clear()
            fresh = set(facts)
        if fresh:
            first = len(self._keys)
            self._keys.update(zip(fresh, range(first, first + len(fresh)), strict=True))
            rows = [(self._keys[one], *self._make(one)) for one in fresh]
            self._connection.executemany(self._insert, rows)
        return list(map(self._keys.__getitem__, facts))


class Shared(NamedTuple):
    """Some columns of new rows that are taken from what is `common`: by the key of each row."""

    common: Common
    names: Sequence[str]
    keys: Sequence[int]


_MOST_IN_COMMON = 20_000


def insert_columns(
    connection: driver.Connection,
    table: str,
    columns: Mapping[str, Sequence[Any]],
    shared: Shared | None = None,
) -> None:
    """New rows of a table from their columns, which are equally long; those that hold nothing are left out.

    When a row does not fit, those before it stay, and all must be taken back.
    """
    same: dict[str, Any] = {}
    own: dict[str, int] = {}
    bound: list[Sequence[Any]] = [shared.keys] if shared else []
    places: dict[int, int] = {}
    for name, column in columns.items():
        if _is_uniform(column):
            if column[0] is not None:
                same[name] = column[0]
        elif _holds_any(column):
            own[name] = places.setdefault(id(column), len(bound))
            if own[name] == len(bound):
                bound.append(column)
    form = _Form(table, tuple(same), tuple(own.items()), len(bound))
    if shared:
        form = form._replace(common=shared.common.table, taken=tuple(shared.names))
    _insert(connection, form, list(same.values()), _row_by_row(bound))


def insert_rows(
    connection: driver.Connection, table: str, names: Sequence[str], rows: Sequence[Sequence[Any]]
) -> None:
    """New rows of a table from their values in the order of `names`; as above when one does not fit."""
    places = tuple((name, place) for place, name in enumerate(names))
    _insert(connection, _Form(table, (), places, len(names)), [], [*chain.from_iterable(rows)])


class _Form(NamedTuple):
    """A statement that takes rows: the columns in which all hold the same, their own, each with its place among the `width`
    values that are bound for a row, and those that are taken from what is `common` by the first of these.
    """

    table: str
    same: tuple[str, ...]
    own: tuple[tuple[str, int], ...]
    width: int
    common: str | None = None
    taken: tuple[str, ...] = ()


def _insert(connection: driver.Connection, form: _Form, same: list[Any], cells: list[Any]) -> None:
    done = 0
    for many in _ROWS_A_STATEMENT:
        size = many * form.width
        stop = len(cells) - (len(cells) - done) % size
        if stop > done:
            values = [same + cells[place : place + size] for place in range(done, stop, size)]
            connection.executemany(_statement(form, many), values)
            done = stop


def _row_by_row(columns: Sequence[Sequence[Any]]) -> list[Any]:
    """The cells of columns one row after the other."""
    width = len(columns)
    cells = [None] * (width * len(columns[0]))
    for place, column in enumerate(columns):
        cells[place::width] = column
    return cells


# Not INSERT alone: SQLite would copy every page that a statement is about to change, to take back its first rows when a later
# one does not fit. An import is taken back whole.
_INSERT = "INSERT OR FAIL INTO"


@lru_cache(maxsize=64)
def _statement(form: _Form, rows: int) -> str:
    count, width = len(form.same), form.width
    names = (*form.same, *(name for name, _ in form.own), *form.taken)
    into = f"{_INSERT} {form.table} ({', '.join(names)})"
    fixed = [f"?{number}" for number in range(1, count + 1)]
    firsts = range(count + 1, count + 1 + rows * width, width)
    if form.common is None:
        made = [[*fixed, *(f"?{first + place}" for _, place in form.own)] for first in firsts]
        return f"{into} VALUES {_listed(made)}"
    values = _listed([f"?{first + place}" for place in range(width)] for first in firsts)
    wanted = [
        *fixed,
        *(f"given.column{place + 1}" for _, place in form.own),
        *(f"common.{name}" for name in form.taken),
    ]
    return (
        f"{into} SELECT {', '.join(wanted)} FROM (VALUES {values}) AS given "
        f"CROSS JOIN {form.common} AS common WHERE common.id = given.column1"
    )


def _listed(rows: Iterable[Iterable[str]]) -> str:
    return ", ".join([f"({', '.join(row)})" for row in rows])


def _holds_any(column: Sequence[Any]) -> bool:
    return column[0] is not None or column.count(None) < len(column)


def _is_uniform(column: Sequence[Any]) -> bool:
    """True when it says the same of every row; of a single row each value is its own, or there would be no row."""
    return len(column) > 1 and column[0] is column[-1] and column.count(column[0]) == len(column)
