"""Making one customer of two: everything of the one moves to the other, in one change that undo takes back (CLI.md)."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from crmcli.rules.merging import fitting_people, joined, merged_customer, merged_person
from crmcli.store import frozen
from crmcli.store.changes import Change
from crmcli.store.customers import keys_of
from crmcli.store.database import Database, Row, as_list
from crmcli.store.records import ATTACHED

ONCE = {"tag": ("name",), "field_value": ("name",)}
"""What a customer has only once: of two alike that of the customer kept stays. A test holds it to the unique indexes."""


class Merged(NamedTuple):
    """What a merge did: rows moved by table, rows of the dropped one that were there already, people made one, values
    that differed and were not taken (field, kept, dropped)."""

    moved: Mapping[str, int]
    doubles: Mapping[str, int]
    people: int
    differing: Sequence[tuple[str, Any, Any]]


def merge(change: Change, keep: int, drop: int) -> Merged:
    """Move everything of customer `drop` to `keep`, fill what `keep` lacks, and take `drop` out of sight.

    Derived columns of both are computed by whoever finishes the change. BadValue when the notes together are too long.
    """
    return _Merging(change, keep, drop).run()


class _Merging:
    def __init__(self, change: Change, keep: int, drop: int) -> None:
        self.change, self.db = change, change.db
        self.keep, self.drop = keep, drop
        self.moved: Counter[str] = Counter()
        self.doubles: Counter[str] = Counter()

    def run(self) -> Merged:
        kept, dropped = _row(self.db, "customer", self.keep), _row(self.db, "customer", self.drop)
        merged = merged_customer(kept, dropped, _base("customer"), _open_silences(kept, dropped))
        people = self._people()
        self._points()
        self._key_dates()
        self._attach("customer", self.keep, self.drop)
        for table, column in links_to("customer"):
            self._move(table, column)
        # Of two with one external id only one may be live: the dropped one goes first.
        self.change.remove("customer", self.drop)
        values = {**merged.values, **keys_of(_short_name(merged.values))}
        if values:
            self.change.update("customer", self.keep, **values)
        self.change.insert(
            "former_customer",
            customer_id=self.keep,
            former_id=self.drop,
            merged_at=self.change.author.at,
            **{name: dropped[name] for name in ("name", "name_key", "short_name", "short_key", "city", "uscc", "external_id")},
        )  # fmt: skip
        # Whatever is reckoned of them rests on all that moved.
        self.change.touched.update((self.keep, self.drop))
        self.change.documents.add(("customer", self.keep))
        return Merged(+self.moved, +self.doubles, len(people), merged.differing)

    # --- what needs a look ---

    def _people(self) -> dict[int, int]:
        """Make one of people who are the same; by the key of the dropped one that of the one kept."""
        rows = self.db.rows("people_of", customers=as_list([self.keep, self.drop]))
        everyone = [dict(row) for row in rows]
        phones: dict[int, set[str]] = defaultdict(set)
        for point in self._all_points():
            if point["person_id"] and point["kind"] == "phone" and point["value_key"]:
                phones[point["person_id"]].add(point["value_key"])
        here = [row for row in everyone if row["customer_id"] == self.keep]
        there = [row for row in everyone if row["customer_id"] == self.drop]
        same = fitting_people(here, there, phones)
        by_key = {row["id"]: row for row in everyone}
        for other, one in same.items():
            values = merged_person(by_key[one], by_key[other], _base("person"))
            if values:
                self.change.update("person", one, **values)
            self._point_to(one, other)
        for other in same:
            self.change.remove("person", other)
            self.change.documents.add(("person", other))
        return same

    def _point_to(self, one: int, other: int) -> None:
        """Whatever names the person `other` names `one`."""
        self.change.documents.add(("person", one))
        for table, column in links_to("person"):
            for key in self._live(table, column, other):
                # Nobody takes over from themselves.
                itself = (table, column, key) == ("person", "successor_id", one)
                self.change.update(table, key, **{column: None if itself else one})
        self._attach("person", one, other)

    def _attach(self, table: str, one: int, other: int) -> None:
        """What is attached to `other` is attached to `one`: an attachment names its record without a link."""
        for (key,) in self.db.connection.execute(ATTACHED, (table, other)).fetchall():
            self.change.update("attachment", key, row_id=one)

    def _all_points(self) -> list[Row]:
        return self.db.rows("contact_points_of", customers=as_list([self.keep, self.drop]))

    def _points(self) -> None:
        """Take out of sight the phones, e-mails and WeChats that are there already."""
        points = self._all_points()
        here = {_of_point(point) for point in points if point["customer_id"] == self.keep}
        owned = {(*_of_point(point), point["person_id"]) for point in points if point["customer_id"] == self.keep}  # fmt: skip
        for point in points:
            if point["customer_id"] != self.drop:
                continue
            owner = point["person_id"]
            if (*_of_point(point), owner) in owned or (owner is None and _of_point(point) in here):
                self.change.remove("contact_point", point["id"])
                self.doubles["contact_point"] += 1

    def _key_dates(self) -> None:
        """The same day of the same person twice is one; the fuller date of the two holds."""
        rows = self.db.rows("key_dates_of", customers=as_list([self.keep, self.drop]))
        here = {_of_key_date(row): row for row in rows if row["customer_id"] == self.keep}
        for row in rows:
            known = here.get(_of_key_date(row))
            if row["customer_id"] != self.drop or known is None:
                continue
            if len(known["day"]) < len(row["day"]):
                self.change.update("key_date", known["id"], day=row["day"])
            if row["note"] and (note := joined(known["note"], row["note"])) != known["note"]:
                self.change.update("key_date", known["id"], note=note)
            self.change.remove("key_date", row["id"])
            self.doubles["key_date"] += 1

    # --- what moves as it is ---

    def _move(self, table: str, column: str) -> None:
        for name in ONCE.get(table, ()):
            self._drop_doubles(table, column, name)
        if table == "customer":
            for key in self._live(table, column, self.drop):
                if (
                    key != self.keep
                ):  # whom it has from the dropped one is settled with its own columns
                    self.change.update(table, key, **{column: self.keep})
                    self.moved["referral"] += 1
            return
        found = [key for (key,) in self._live_rows(table, column, self.drop)]
        # At once: the triggers log each row, and all that is reckoned of either customer is computed anew.
        sql = f'UPDATE {table} SET "{column}" = ? WHERE "{column}" = ? AND deleted_at IS NULL'
        with self.db.speaking():
            self.db.connection.execute(sql, (self.keep, self.drop))
        if table != "former_customer":
            self.moved[table] += len(found)

    def _drop_doubles(self, table: str, column: str, name: str) -> None:
        sql = (
            f"SELECT id FROM {table} AS other WHERE other.{column} = ? AND other.deleted_at IS NULL AND EXISTS "
            f"(SELECT 1 FROM {table} AS own WHERE own.{column} = ? AND own.deleted_at IS NULL AND own.{name} = other.{name})"
        )
        found = self.db.connection.execute(sql, (self.drop, self.keep)).fetchall()
        for (key,) in found:
            self.change.remove(table, key)
            self.doubles[table] += 1

    def _live(self, table: str, column: str, key: int) -> list[int]:
        return [one for (one,) in self._live_rows(table, column, key)]

    def _live_rows(self, table: str, column: str, key: int) -> list[Any]:
        sql = f'SELECT id FROM {table} WHERE deleted_at IS NULL AND "{column}" = ?'
        with self.db.speaking():
            return self.db.connection.execute(sql, (key,)).fetchall()


def links_to(parent: str) -> Iterator[tuple[str, str]]:
    """Every column of every table that names a record of `parent`."""
    for table, shape in frozen.TABLES.items():
        for column, target in shape["links"].items():
            if target == parent:
                yield table, column


def _row(db: Database, table: str, key: int) -> dict[str, Any]:
    row = db.row(f"{table}_row", id=key)
    assert row is not None, (table, key)
    return dict(row)


def _base(table: str) -> list[str]:
    """The columns that are not derived."""
    shape = frozen.TABLES[table]
    return [name for name in shape["columns"] if name not in shape["derived"]]


def _short_name(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: values[name] for name in ("short_name",) if name in values}


def _open_silences(*customers: Mapping[str, Any]) -> list[int]:
    """The first messages of theirs that await an answer and are not settled."""
    return [row["unanswered_id"] for row in customers if row["unanswered_id"] is not None]


def _of_point(point: Row) -> tuple[str, str]:
    return point["kind"], point["value_key"] or point["value"]


def _of_key_date(row: Row) -> tuple[Any, ...]:
    return row["person_id"], row["kind"], row["day"][-5:]
