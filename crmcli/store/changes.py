"""Every write is one numbered change (DESIGN §3): begun here, logged by the triggers, and finished whole or not at all."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any, NamedTuple

from crmcli.errors import BadValue, Forbidden
from crmcli.rules.references import table_word
from crmcli.store import driver, frozen, search
from crmcli.store.database import Database


class Author(NamedTuple):
    """Who changes what and why; `at` is a UTC instant."""

    at: str
    actor: str
    command: str
    reason: str | None = None
    happened_on: str | None = None  # the local day on which it came about, where that was said


_WIDE = ("customer", "stage_change")
"""What decides the dates of everything that a customer has; the rest decides those of what it belongs to."""


_OF_NEEDS = ("interaction", "service_event", "escalation")
"""What decides how the need stands that it belongs to."""


_DATED = {
    "interaction": "contacted_on", "need": "received_at", "service_event": "at", "escalation": "at", "plan_step": "due_on",
    "promise": "due_on", "survey": "opened_on", "review": "opened_at", "stage_change": "changed_on", "task": "due_on",
    "deal": "closed_on", "contract": "starts_on", "customer_order": "ordered_on", "risk": "opened_on", "attachment": "attached_on",
}  # fmt: skip
"""The day or instant by which a row belongs to a period that may be over (statements/archiving.py)."""


class Touched:
    """What a change touched, so that what rests on it is computed anew, and nothing else.

    Of the customers in `whole` that is everything; of those in `partly` themselves and the `records` that were written
    (keys by table), with the needs these belong to. `contacted` are those with whom a contact was written.
    """

    def __init__(self) -> None:
        self.whole: set[int] = set()
        self.partly: set[int] = set()
        self.contacted: set[int] = set()
        self.records: dict[str, set[int]] = defaultdict(set)

    @property
    def customers(self) -> list[int]:
        """Everyone touched, in the order of their keys."""
        return sorted(self.whole | self.partly)

    def add(self, customer: int) -> None:
        """Everything of this customer."""
        self.whole.add(customer)

    def update(self, customers: Iterable[int]) -> None:
        """Everything of these customers."""
        self.whole.update(customers)

    def note(self, table: str, row: Mapping[str, Any]) -> None:
        """One row that was written, as it was or as it is."""
        customer = row.get("id") if table == "customer" else row.get("customer_id")
        if customer is not None:
            (self.whole if table in _WIDE else self.partly).add(customer)
        if table == "interaction":
            self.contacted.add(row["customer_id"])
        self.records[table].add(row["id"])
        if table in _OF_NEEDS and row["need_id"] is not None:
            self.records["need"].add(row["need_id"])


class Change:
    """The open change: rows are written through it, and what it touched is remembered."""

    def __init__(self, db: Database, number: int, author: Author) -> None:
        self.db = db
        self.number = number
        self.author = author
        self.undoes: int | None = None
        self.was_written = False
        self.touched = Touched()
        self.documents: set[tuple[str, int]] = set()  # of the search index, by table and key
        self.document_ranges: list[search.Range] = []  # the same for whole ranges of keys

    def insert(self, table: str, **values: Any) -> int:
        """A new row with the next key; columns not given take the model's default. Returns the key."""
        key = self.take_keys(table)
        row = complete(table, values)
        row["id"] = key
        with self.db.speaking(), _unique(table, row):
            self.db.run(f"insert_{table}", **row)
        self._touch(table, row)
        self._note_late(table, row)
        return key

    def update(self, table: str, key: int, **values: Any) -> None:
        """Set columns of one row; those that do not differ are left alone, by the triggers too."""
        check(table, values)
        if values.keys() & frozen.TABLES[table]["links"].keys():  # it touches what it leaves, too
            row = self.db.row(f"{table}_row", id=key)
            self._touch(table, dict(row) if row else {})
        columns = ", ".join(f'"{name}" = :{name}' for name in _known(table, values))
        sql = f"UPDATE {table} SET {columns} WHERE id = :_id"
        with self.db.speaking(), _unique(table, values):
            self.db.connection.execute(sql, {**values, "_id": key})
        row = self.db.row(f"{table}_row", id=key)
        self._touch(table, dict(row) if row else {})
        if row and _DATED.get(table) in values:
            self._note_late(table, dict(row))

    def remove(self, table: str, key: int) -> None:
        """Take a row out of sight; it stays in the file, and undo brings it back."""
        self.update(table, key, deleted_at=self.author.at)

    def take_keys(self, table: str, count: int = 1) -> int:
        """The first of `count` keys of `table`, never to be given out again."""
        row = self.db.row("next_key", row_table=table)
        assert row is not None, table
        first: int = row["next"]
        self.db.run("take_keys", of=table, next=first + count)
        return first

    def _note_late(self, table: str, row: Mapping[str, Any]) -> None:
        """What is entered of a period whose dossier was sealed is missing in that (HANDBOOK §10)."""
        if table == "former_customer":
            self.db.run("mark_all_behind", customer=row["customer_id"])
            self.db.run("reopen_archive_anyway")
        at = str(row[_DATED[table]] or "9") if table in _DATED else "9"
        if at > self.author.at:  # as it mostly is: of today, or still to come
            return
        day = date.fromisoformat(at[:10])
        unsure = timedelta(
            days=len(at) > 10
        )  # the day of an instant is another in another time zone
        span = {"since": (day - unsure).isoformat(), "until": (day + unsure).isoformat()}
        self.db.run("mark_behind", customer=row["customer_id"], **span)
        self.db.run("reopen_archive", **span)

    def _touch(self, table: str, row: Mapping[str, Any]) -> None:
        if not row:
            return
        self.touched.note(table, row)
        if found := search.document_of(table, row):
            self.documents.add(found)


def complete(table: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """A whole row of `table` from the values given and the model's defaults, checked."""
    check(table, values)
    _known(table, values)
    columns = frozen.TABLES[table]["columns"]
    return {name: values.get(name, default) for name, (default, _) in columns.items()}


def check(table: str, values: Mapping[str, Any]) -> None:
    """BadValue when a text is longer than the model allows."""
    columns = frozen.TABLES[table]["columns"]
    for name, value in values.items():
        limit = columns[name][1]
        if limit is not None and isinstance(value, str) and len(value) > limit:
            raise BadValue(
                "{field} is {length} characters long; shorten it to {limit}",
                field=name.replace("_", " "),
                length=len(value),
                limit=limit,
            )


def _known(table: str, values: Mapping[str, Any]) -> list[str]:
    columns = frozen.TABLES[table]["columns"]
    unknown = [name for name in values if name not in columns]
    assert not unknown, unknown
    return list(values)


@contextmanager
def _unique(table: str, row: Mapping[str, Any]) -> Iterator[None]:
    try:
        yield
    except driver.IntegrityError as error:
        if "UNIQUE" not in str(error):
            raise
        raise Forbidden(
            "another live {table} has the same {columns}; change one of them first",
            table=table_word(table),
            columns=str(error).rpartition(": ")[2].replace(f"{table}.", ""),
        ) from None


@contextmanager
def begin(db: Database, author: Author) -> Iterator[Change]:
    """One transaction, one change. A change that wrote nothing leaves no trace, not even its number."""
    with db.transaction():
        row = db.row("next_key", row_table="change")
        assert row is not None
        change = Change(db, row["next"], author)
        db.run("open_change", id=change.number)
        db.writing_at = author.at
        try:
            yield change
        finally:
            db.writing_at = None
        if db.row("has_logged", change=change.number):
            search.renew(db, change.documents, change.document_ranges)
            _write_down(change)
            change.was_written = True
        db.run("close_change")


def _write_down(change: Change) -> None:
    change.db.run("take_keys", of="change", next=change.number + 1)
    change.db.run(
        "begin_change",
        id=change.number,
        at=change.author.at,
        actor=change.author.actor,
        command=change.author.command,
        reason=change.author.reason,
        happened_on=change.author.happened_on,
        undoes=change.undoes,
        undone_by=None,
        schema_version=frozen.SCHEMA_VERSION,
    )


def record_event(db: Database, at: str, actor: str, kind: str, detail: str | None = None) -> None:
    """Note something that changes no data: a reveal, a delivery, a backup."""
    was_still = db.move_on()
    db.run("insert_event", at=at, actor=actor, kind=kind, detail=detail)
    if was_still:
        db.stand_still()


@contextmanager
def bulk(change: Change, tables: Sequence[str]) -> Iterator[None]:
    """Insert many rows of `tables` without a log line each: the ranges of their keys are logged instead."""
    from crmcli.store import frozen_schema

    for table in tables:
        change.db.connection.execute(f"DROP TRIGGER log_{table}_insert")
    starts = {table: change.take_keys(table, 0) for table in tables}
    yield
    for table in tables:
        change.db.connection.execute(frozen_schema.TRIGGERS[f"log_{table}_insert"])
        end = change.take_keys(table, 0)
        if end > starts[table]:
            log_range(change, table, starts[table], end - 1, "insert")
            if table in _DATED:
                change.db.run(f"mark_behind_{table}", first=starts[table], last=end - 1)
                change.db.run(f"reopen_archive_{table}", first=starts[table], last=end - 1)


def log_range(change: Change, table: str, first: int, last: int, action: str) -> None:
    """Log a range of keys whose rows were all inserted, removed or restored by this change."""
    change.db.run(
        "insert_range",
        change_id=change.number,
        row_table=table,
        first_id=first,
        last_id=last,
        action=action,
    )
