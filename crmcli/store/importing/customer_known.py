"""Which rows of a page say nothing but what a customer in the file already is (DESIGN §2): a list comes in again and again.

Whatever is not plainly so is left to `CustomerImport`, which knows every rule of matching.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from crmcli.store.database import Database, as_list
from crmcli.store.importing.paging import Column

Test = Callable[[int, int], bool]
"""True when the row at a place says nothing new of the customer with a key."""


class Settled(NamedTuple):
    """The customer that a row is, and the person it names."""

    customer: int
    person: int | None


def unchanged(db: Database, page: Any, matches: Mapping[int, int]) -> dict[int, Settled]:
    """Of `matches`, from places of the page to the keys of the only customers they can be, those that change nothing."""
    asked = as_list(set(matches.values()))
    merged = _pairs(db, "SELECT customer_id, id FROM former_customer", asked)
    tests = [_of_columns(db, page, asked), *_of_parts(db, page, asked)]
    people = _People(db, page, asked)
    found = {}
    for place, key in matches.items():
        if key not in merged and all(test(place, key) for test in tests):
            person = people.find(place, key)
            if person != _ANOTHER:
                found[place] = Settled(key, person)
    return found


def _fits(said: Sequence[Any], stored: Sequence[Any]) -> bool:
    """An empty cell says nothing."""
    return said == stored or all(
        one is None or one == other for one, other in zip(said, stored, strict=True)
    )


def _of_columns(db: Database, page: Any, asked: str) -> Test:
    names = list(page.columns)
    columns: list[Column] = list(page.columns.values())
    if page.next_touch:
        names.append("agreed_on")
        columns.append(page.next_touch)
    sql = (
        f"SELECT id, {', '.join(names)} FROM customer WHERE id IN (SELECT value FROM json_each(?))"
    )
    stored = {row[0]: tuple(row)[1:] for row in db.connection.execute(sql, (asked,))}
    rows = list(zip(*columns, strict=True))
    return lambda place, key: _fits(rows[place], stored[key])


def _of_parts(db: Database, page: Any, asked: str) -> Iterable[Test]:
    if page.points:
        points = _pairs(db, "SELECT customer_id, kind, value_key, value FROM contact_point", asked)
        for one in page.points:
            yield _of_points(one, points)
    if page.tags:
        tags = _pairs(db, "SELECT customer_id, name FROM tag", asked)
        yield lambda place, key: all((name,) in tags[key] for name in page.tags[place] or ())
    if page.fields:
        fields = _pairs(db, "SELECT customer_id, name, value FROM field_value", asked)
        for name, column in page.fields.items():
            yield _of_field(name, column, fields)
    if page.last_contact:
        days = _pairs(db, "SELECT customer_id, contacted_on FROM interaction", asked)
        yield (
            lambda place, key: (
                page.last_contact[place] is None
                or (page.last_contact[place].date().isoformat(),) in days[key]
            )
        )


_ANOTHER = -1


class _People:
    """The people that rows name."""

    def __init__(self, db: Database, page: Any, asked: str) -> None:
        self._rows: list[tuple[Any, ...]] = []
        if page.person:
            names = ", ".join(page.person)
            self._rows = list(zip(*page.person.values(), strict=True))
            self._people = _pairs(db, f"SELECT customer_id, id, {names} FROM person", asked)

    def find(self, place: int, customer: int) -> int | None:
        """The one of whom the row says nothing new; None when it names nobody, _ANOTHER when there is none such."""
        if not self._rows or self._rows[place][0] is None:
            return None
        said = self._rows[place]
        same = [one for one in self._people[customer] if one[1] == said[0]]
        if len(same) != 1 or not _fits(said, same[0][1:]):
            return _ANOTHER
        key: int = same[0][0]
        return key


def _of_points(column: Any, points: Mapping[int, set[tuple[Any, ...]]]) -> Test:
    kind, values, keys = column.kind, column.values, column.keys
    known = {
        customer: {(one[0], one[1] or one[2]) for one in some} for customer, some in points.items()
    }

    def test(place: int, key: int) -> bool:
        value = values[place]
        return value is None or (kind, keys[place] or value) in known.get(key, ())

    return test


def _of_field(name: str, column: Column, fields: Mapping[int, set[tuple[Any, ...]]]) -> Test:
    return lambda place, key: column[place] is None or (name, column[place]) in fields[key]


def _pairs(db: Database, select: str, asked: str) -> dict[int, set[tuple[Any, ...]]]:
    """The live rows of customers by their keys, less the key."""
    found: dict[int, set[tuple[Any, ...]]] = defaultdict(set)
    sql = f"{select} WHERE deleted_at IS NULL AND customer_id IN (SELECT value FROM json_each(?))"
    for row in db.connection.execute(sql, (asked,)):
        found[row[0]].add(tuple(row)[1:])
    return found
