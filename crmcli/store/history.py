"""Reading the change log: of one record with all that belongs to it, of one change, or of the whole file."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from crmcli.rules.references import Reference
from crmcli.store import frozen
from crmcli.store.database import Database, Row

_HIDDEN = {"name_key", "short_key", "value_key", "entered_at", "created_at", "promised_by"}


@dataclass(frozen=True)
class Step:
    """One row touched by one change; `fields` maps each changed column to its old and new value."""

    change: int | None
    at: str | None
    actor: str | None
    command: str | None
    reason: str | None
    undone_by: int | None
    table: str
    key: int
    action: str  # insert, update, delete, restore, erase, remove
    fields: dict[str, tuple[Any, Any]]


def of_record(db: Database, reference: Reference, limit: int | None) -> list[Step]:
    """What happened to a record and, for a customer, to what belongs to it; newest first."""
    steps = list(_of_row(db, reference.table, reference.key))
    if reference.table == "customer":
        for table, shape in frozen.TABLES.items():
            if shape["links"].get("customer_id"):
                sql = f"SELECT id FROM {table} WHERE customer_id = ?"
                for (key,) in db.connection.execute(sql, (reference.key,)).fetchall():
                    steps += _of_row(db, table, key)
    steps.sort(key=lambda step: -(step.change or 0))
    return steps if limit is None else steps[:limit]


def of_change(db: Database, change: Row) -> list[Step]:
    """The rows of one change, in the order they were touched."""
    return [_step(row, change) for row in db.rows("rows_of_change", change=change["id"])]


def _of_row(db: Database, table: str, key: int) -> Iterator[Step]:
    for row in db.rows("history_of_row", row_table=table, row_id=key, limit=-1):
        yield _step(row, row)
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
        )


def _step(row: Row, change: Row) -> Step:
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
    )
