"""A quote that nobody answers or that ends, and a deal that was to be won by now, as due items (HANDBOOK §7)."""

from datetime import date
from typing import Any

from crmcli.rules.due import DueItem
from crmcli.rules.due.day import item_on
from crmcli.rules.due.lateness import lateness
from crmcli.rules.said import Said, said


def quote_item(row: Any, today: date) -> DueItem:
    """A quote to be asked after; `row` carries its deal's columns as deal_… beside its customer's."""
    on = date.fromisoformat(row["deal_quote_on"])
    ref = f"d{row['deal_id']}"
    if row["deal_valid_until"] == row["deal_quote_on"]:
        why = [said("the quote holds until {day}", day=on)]
    else:
        quoted = date.fromisoformat(row["deal_quoted_on"])
        why = [said("no answer to the quote of {day}", day=quoted), said("due {day}", day=on)]
    return item_on(
        ref=f"{ref}:quote",
        kind="quote",
        row=row,
        title=row["deal_text"],
        on=on,
        today=today,
        why=[
            *why,
            *_put_off(row["deal_quote_snoozed_until"], row["deal_quote_from"]),
            lateness(on, today),
        ],
        action=f"crm log-contact c{row['id']} --deal {ref}",
    )


def deal_item(row: Any, today: date) -> DueItem:
    """A deal whose expected day has come; `row` likewise."""
    on, close_on = (date.fromisoformat(row[name]) for name in ("deal_due_on", "deal_close_on"))
    ref = f"d{row['deal_id']}"
    return item_on(
        ref=f"{ref}:deal",
        kind="deal",
        row=row,
        title=row["deal_text"],
        on=on,
        today=today,
        why=[
            said("expected to be won by {day}", day=close_on),
            *_put_off(row["deal_due_snoozed_until"], row["deal_due_on"]),
            lateness(on, today),
        ],
        action=f"crm win {ref}",
    )


def _put_off(until: str | None, listed: str) -> list[Said]:
    """What was put off is said again when it is back."""
    return [said("snoozed until {on}", on=date.fromisoformat(until))] if until == listed else []
