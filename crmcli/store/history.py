"""Reading the change log: of one record with all that belongs to it, of one change, or of the whole file."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from crmcli.rules.references import Reference
from crmcli.store import frozen
from crmcli.store.database import Database, Row, as_list
from crmcli.store.erased import EVENT, Erasure, erasure_of

_HIDDEN = {
    "done_at",
    "kept_at",
    "broken_at",
    "closed_at",
    "contact_id",
    "snooze_at",
    "snooze_after",
    "visit_snooze_after",
    "agreed_at",
    "contacted_on",
    "two_way",
    "name_key",
    "short_key",
    "value_key",
    "entered_at",
    "created_at",
}


class Step(NamedTuple):
    """One row touched by one change; `fields` maps each changed column to its old and new value."""

    change: int | None
    at: str | None
    actor: str | None
    command: str | None
    reason: str | None
    undone_by: int | None
    table: str
    key: int
    action: str  # insert, update, delete, restore, erase, remove, forget
    fields: dict[str, tuple[Any, Any]]
    what: str | None = None  # the record in a few words, as it is now
    point: str | None = None  # of a contact point its kind, by which its value is masked
    currency: str | None = None  # that an amount was in then, unless `fields` say so
    happened_on: str | None = None  # the local day on which it came about, where that was said


_PARTS = {
    "need": (
        ("service_event", "need_id"),
        ("escalation", "need_id"),
        ("plan_step", "need_id"),
        ("survey", "need_id"),
    ),
    "survey": (("review", "survey_id"),),
    "contract": (("plan_step", "contract_id"),),
}
"""What belongs to a record of its own and is told with it, by the column that says so."""


def of_record(db: Database, reference: Reference, limit: int | None) -> list[Step]:
    """What happened to a record and to what belongs to it; newest first."""
    steps = list(_of_row(db, reference.table, reference.key))
    if reference.table == "customer":
        for table, shape in frozen.TABLES.items():
            if shape["links"].get("customer_id"):
                sql = f"SELECT id FROM {table} WHERE customer_id = ?"
                for (key,) in db.connection.execute(sql, (reference.key,)).fetchall():
                    steps += _of_row(db, table, key)
    for table, column in _PARTS.get(reference.table, ()):
        sql = f"SELECT id FROM {table} WHERE {column} = ?"
        for (key,) in db.connection.execute(sql, (reference.key,)).fetchall():
            steps += _of_row(db, table, key)
    steps.sort(key=lambda step: -(step.change or 0))
    if found := erasure_of(db, str(reference)):
        steps.insert(0, _erasing(found, reference))
    return steps if limit is None else steps[:limit]


def _erasing(erasure: Erasure, reference: Reference) -> Step:
    command = f"crm {EVENT} {erasure.reference}"
    return Step(
        None,
        erasure.at,
        erasure.actor,
        command,
        erasure.reason,
        None,
        reference.table,
        reference.key,
        EVENT,
        {},
    )


def of_change(db: Database, change: Row) -> list[Step]:
    """The rows of one change, in the order they were touched; of an import how many of each kind."""
    ranges = [
        Step(
            change["id"],
            change["at"],
            change["actor"],
            change["command"],
            change["reason"],
            change["undone_by"],
            span["row_table"],
            span["first_id"],
            span["action"],
            {},
            f"× {span['last_id'] - span['first_id'] + 1}",
        )
        for span in db.rows("ranges_of_change", change=change["id"])
    ]
    rows = [step(db, row, change) for row in db.rows("rows_of_change", change=change["id"])]
    return ranges + rows


def setter_of(db: Database, table: str, key: int, column: str) -> int | None:
    """The newest change that set `column` of a row."""
    import json

    for row in db.rows("history_of_row", row_table=table, row_id=key, limit=-1):
        if column in json.loads(row["after"] or "{}"):
            number: int | None = row["change_id"]
            return number
    return None


_WORDS = {
    "customer": ("name",),
    "person": ("name",),
    "contact_point": ("value",),
    "interaction": ("summary",),
    "participant": ("name",),
    "task": ("text",),
    "key_date": ("kind", "day"),
    "need": ("text",),
    "service_event": ("kind", "text"),
    "escalation": ("level", "to_name"),
    "plan_step": ("text",),
    "promise": ("text",),
    "survey": ("kind", "status"),
    "review": ("cause", "action"),
    "article": ("title",),
    "deal": ("text",),
    "contract": ("text",),
    "customer_order": ("ordered_on", "note"),
    "risk": ("text",),
    "attachment": ("name",),
    "tag": ("name",),
    "field_value": ("name", "value"),
    "stage_change": ("from_stage", "to_stage"),
    "former_customer": ("name",),
    "setting": ("name", "value"),
    "segment": ("name",),
    "tier_review": ("reviewed_on",),
    "tier_standing": ("why",),
}


def _in_words(db: Database, table: str, key: int) -> str | None:
    row = db.row(f"{table}_row", id=key)
    return " ".join(str(row[name]) for name in _WORDS[table] if row[name]) if row else None


def _kind_of(db: Database, table: str, key: int, *logged: Mapping[str, Any]) -> str | None:
    """Of a contact point whether it is a phone, an e-mail or a WeChat; from the log where the row is gone."""
    if table != "contact_point":
        return None
    row = db.row("contact_point_row", id=key)
    kinds = (row["kind"] if row else None, *(one.get("kind") for one in logged))
    return next((kind for kind in kinds if kind), None)


def _of_row(db: Database, table: str, key: int) -> Iterator[Step]:
    for row in db.rows("history_of_row", row_table=table, row_id=key, limit=-1):
        yield step(db, row, row)
    for row in db.rows("range_history_of_row", row_table=table, row_id=key):
        yield Step(
            row["change_id"],
            row["at"],
            row["actor"],
            row["command"],
            row["reason"],
            row["undone_by"],
            table,
            key,
            row["action"],
            {},
            _in_words(db, table, key),
            _kind_of(db, table, key),
        )


def step(db: Database, row: Row, change: Row) -> Step:
    """A line of the change log, with the change that it belongs to."""
    import json

    before, after = json.loads(row["before"] or "{}"), json.loads(row["after"] or "{}")
    action = row["action"]
    if action == "update" and "deleted_at" in after:
        action = "delete" if after["deleted_at"] else "restore"
    names = [name for name in {**before, **after} if name not in _HIDDEN and name != "deleted_at"]
    return Step(
        row["change_id"],
        change["at"],
        change["actor"],
        change["command"],
        change["reason"],
        change["undone_by"],
        row["row_table"],
        row["row_id"],
        action,
        {name: (before.get(name), after.get(name)) for name in names},
        _in_words(db, row["row_table"], row["row_id"]),
        _kind_of(db, row["row_table"], row["row_id"], after, before),
        _currency_of(db, row) if "amount" in names else None,
        change["happened_on"],
    )


def _currency_of(db: Database, row: Row) -> str | None:
    """The currency of a record when a line of the log was written: what it is now, less what was changed since."""
    import json

    now = db.row(f"{row['row_table']}_row", id=row["row_id"])
    currency = now["currency"] if now else None
    for later in db.rows(
        "history_of_row", row_table=row["row_table"], row_id=row["row_id"], limit=-1
    ):
        if later["id"] <= row["id"]:
            break
        currency = json.loads(later["before"] or "{}").get("currency", currency)
    return currency


def of_range(db: Database, span: Row, customers: Sequence[int]) -> list[Step]:
    """What a range of keys that an import wrote has of these customers, a step for each row that is live."""
    table = span["row_table"]
    column = "id" if table == "customer" else "customer_id"
    if column not in ("id", *frozen.TABLES[table]["links"]):
        return []
    sql = (
        f"SELECT id FROM {table} WHERE deleted_at IS NULL AND {column} IN (SELECT value FROM json_each(?)) "
        "AND id BETWEEN ? AND ?"
    )
    bound = (as_list(customers), span["first_id"], span["last_id"])
    with db.speaking():
        keys = [key for (key,) in db.connection.execute(sql, bound)]
    told = (span["change_id"], span["at"], span["actor"], span["command"], span["reason"], span["undone_by"])  # fmt: skip
    return [
        Step(*told, table, key, span["action"], {}, _in_words(db, table, key), _kind_of(db, table, key))
        for key in keys
    ]  # fmt: skip
