"""New rows, many by one statement: a sixth less work than a statement each, and what all have in common is bound once."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache, partial
from itertools import chain
from typing import Any, NamedTuple

from crmcli.store import driver

_ROWS_A_STATEMENT = 20


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
    """New rows of a table from their columns, which are equally long; those that hold nothing are left out."""
    given = {name: column for name, column in columns.items() if _holds_any(column)}
    same = {name: column[0] for name, column in given.items() if _is_uniform(column)}
    varying = {name: given[name] for name in given if name not in same}
    if shared:
        rows = zip(shared.keys, *varying.values(), strict=True)
        taken = shared.common.table, tuple(shared.names)
        make = partial(_statement_sharing, table, tuple(same), tuple(varying), *taken)
        _insert_many(connection, rows, 1 + len(varying), list(same.values()), make)
    else:
        rows = zip(*varying.values(), strict=True)
        insert_rows(connection, table, tuple(varying), rows, same)


def insert_rows(
    connection: driver.Connection,
    table: str,
    names: Sequence[str],
    rows: Iterable[Sequence[Any]],
    same: Mapping[str, Any] | None = None,
) -> None:
    """New rows of a table from their values in the order of `names`; `same` is what every one of them holds besides.

    When one does not fit, those before it stay, and all must be taken back.
    """
    same = same or {}
    make = partial(_statement, table, tuple(same), tuple(names))
    _insert_many(connection, rows, len(names), list(same.values()), make)


def _insert_many(
    connection: driver.Connection,
    rows: Iterable[Sequence[Any]],
    width: int,
    fixed: list[Any],
    make: Callable[[int], str],
) -> None:
    """`make` tells the statement that takes so many rows at once."""
    cells = list(chain.from_iterable(rows))
    for many in (_ROWS_A_STATEMENT, 1):
        size = many * width
        whole = len(cells) - len(cells) % size
        values = [fixed + cells[place : place + size] for place in range(0, whole, size)]
        if values:
            connection.executemany(make(many), values)
        del cells[:whole]


# Not INSERT alone: SQLite would copy every page that a statement is about to change, to take back its first rows when a later
# one does not fit. An import is taken back whole.
_INSERT = "INSERT OR FAIL INTO"


@lru_cache(maxsize=64)
def _statement(table: str, same: tuple[str, ...], names: tuple[str, ...], rows: int) -> str:
    fixed = "".join(f"?{number}, " for number in range(1, len(same) + 1))
    made = [f"({fixed}{own})" for own in _places(len(same), len(names), rows)]
    return f"{_INSERT} {table} ({', '.join(same + names)}) VALUES {', '.join(made)}"


@lru_cache(maxsize=16)
def _statement_sharing(
    table: str,
    same: tuple[str, ...],
    names: tuple[str, ...],
    common: str,
    shared: tuple[str, ...],
    rows: int,
) -> str:
    """Each row's first value is the key under which the common ones stand."""
    made = [f"({own})" for own in _places(len(same), 1 + len(names), rows)]
    taken = [
        *(f"?{number}" for number in range(1, len(same) + 1)),
        *(f"given.column{number}" for number in range(2, len(names) + 2)),
        *(f"common.{name}" for name in shared),
    ]
    return (
        f"{_INSERT} {table} ({', '.join(same + names + shared)}) SELECT {', '.join(taken)} "
        f"FROM (VALUES {', '.join(made)}) AS given CROSS JOIN {common} AS common WHERE common.id = given.column1"
    )


def _places(before: int, width: int, rows: int) -> Iterator[str]:
    """The places of each row's own values among all that are bound, behind those `before` them."""
    for first in range(before + 1, before + 1 + rows * width, width):
        yield ", ".join(f"?{number}" for number in range(first, first + width))


def _holds_any(column: Sequence[Any]) -> bool:
    return column[0] is not None or column.count(None) < len(column)


def _is_uniform(column: Sequence[Any]) -> bool:
    """True when it says the same of every row; of a single row each value is its own, or there would be no row."""
    return len(column) > 1 and column[0] is column[-1] and column.count(column[0]) == len(column)
