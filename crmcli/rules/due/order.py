"""A payment as a due item (HANDBOOK §7)."""

from datetime import date
from typing import Any

from crmcli.rules.due import DueItem
from crmcli.rules.due.day import item_on
from crmcli.rules.due.lateness import lateness
from crmcli.rules.said import Said, said


def payment_item(row: Any, today: date) -> DueItem:
    """The payment of an order; `row` carries the order's columns as customer_order_… beside its customer's."""
    on = date.fromisoformat(row["customer_order_payment_on"])
    ref = f"o{row['customer_order_id']}"
    ordered = date.fromisoformat(row["customer_order_ordered_on"])
    of_order = said("payment of the order of {day}", day=ordered)
    title: str | Said = row["customer_order_note"] or of_order
    why = [of_order, said("due {day}", day=on), lateness(on, today)]
    until = row["customer_order_payment_from"]
    if until and until > row["customer_order_payment_on"]:
        why.append(said("snoozed until {on}", on=date.fromisoformat(until)))
    return item_on(
        ref=f"{ref}:payment",
        kind="payment",
        row=row,
        title=title,
        on=on,
        today=today,
        why=why,
        action=f"crm paid {ref}",
    )
