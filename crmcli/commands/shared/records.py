"""Whole customers for output: rows, parts, lifecycle and what is missing, under their JSON names."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from crmcli.context import Context
from crmcli.output import shapes
from crmcli.output.shapes import Privacy
from crmcli.rules.completeness import missing
from crmcli.rules.lifecycle import Life, lifecycle
from crmcli.store.customers import Parts, parts_of
from crmcli.store.database import Row
from crmcli.store.derived import day_of


def privacy(crm: Context, reveal: bool, *, terminal_reveals: bool = False) -> Privacy:
    """How much to mask (HANDBOOK §10); `--reveal` shows all and is recorded."""
    if reveal:
        _record_reveal(crm)
        return Privacy(masking=False)
    setting = crm.settings.get("privacy.mask")
    if setting == "never":
        return Privacy(masking=False)
    shows = terminal_reveals and crm.screen.is_terminal and setting != "always"
    return Privacy(masking=not shows)


def _record_reveal(crm: Context) -> None:
    from crmcli.store.changes import record_event

    if crm.db.exists:
        record_event(crm.db, crm.clock.instant, crm.actor, "reveal", crm.author().command)


def lifecycle_of(crm: Context, row: Any) -> str:
    """The lifecycle of a customer row today."""
    life = Life(
        stage=row["stage"],
        added_on=date.fromisoformat(row["added_on"]),
        began_on=day_of(row["began_on"]),
        last_activity_on=day_of(row["last_activity_on"]),
        touch_on=day_of(row["next_touch_on"]),
    )
    return lifecycle(life, crm.today, crm.settings.policy().new_for)


def customer_records(crm: Context, rows: Sequence[Row], mask: Privacy) -> list[dict[str, Any]]:
    """Customers under their JSON names."""
    parts = parts_of(crm.db, [row["id"] for row in rows])
    records = []
    for row in rows:
        own = parts.get(row["id"]) or Parts()
        record = shapes.customer(row, own, lifecycle_of(crm, row), mask, crm.clock.to_local)
        record["missing"] = missing(record, crm.settings.required(row["kind"]))
        records.append(record)
    return records


def customer_record(crm: Context, key: int, mask: Privacy) -> dict[str, Any]:
    """One customer by key, as it now stands."""
    row = crm.db.row("customer_by_id", id=key)
    assert row is not None
    return customer_records(crm, [row], mask)[0]
