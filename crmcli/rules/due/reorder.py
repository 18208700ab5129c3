"""The next order of a customer as a due item (HANDBOOK §7)."""

from datetime import date
from typing import Any

from crmcli.rules.due import DueItem
from crmcli.rules.due.day import item_on
from crmcli.rules.due.lateness import lateness
from crmcli.rules.said import counted, said


def item(row: Any, today: date) -> DueItem:
    """A customer's next order; `row` carries reorder_on, reorder_after, reorder_snoozed_until and last_order_on."""
    on = date.fromisoformat(row["reorder_on"])
    ref = f"c{row['id']}"
    usual = counted("usually orders again after {n} day", "usually orders again after {n} days", row["reorder_after"])  # fmt: skip
    why = [usual, said("last order {on}", on=row["last_order_on"])]
    if row["reorder_snoozed_until"] == on.isoformat():
        why.append(said("snoozed until {on}", on=on))
    else:
        why.append(said("due {day}", day=on))
    return item_on(
        ref=f"{ref}:reorder",
        kind="reorder",
        row=row,
        title=usual,
        on=on,
        today=today,
        why=[*why, lateness(on, today)],
        action=f"crm done {ref}:reorder",
    )
