"""The renewal of a contract, and the yearly look at its terms, as due items (HANDBOOK §9)."""

from datetime import date
from typing import Any

from crmcli.rules.due import DueItem
from crmcli.rules.due.day import item_on
from crmcli.rules.due.lateness import lateness
from crmcli.rules.said import said
from crmcli.rules.year.contracts import step_reached


def renewal_item(row: Any, today: date) -> DueItem:
    """A contract that ends; `row` carries its columns as contract_… beside its customer's. Each lead is a step of it."""
    ends = date.fromisoformat(row["contract_ends_on"])
    ref = f"k{row['contract_id']}"
    why, reached = [said("ends {day}", day=ends)], step_reached(ends, today)
    if row["contract_renewal_snoozed_until"] == row["contract_renewal_from"]:
        # What was put off is said again when it is back.
        back = date.fromisoformat(row["contract_renewal_from"])
        why.append(said("snoozed until {on}", on=back))
        reached = max(reached, back)
    item = item_on(
        ref=f"{ref}:renewal",
        kind="renewal",
        row=row,
        title=row["contract_text"],
        on=ends,
        today=today,
        why=[*why, lateness(ends, today)],
        action=f"crm renew {ref}",
    )
    return item._replace(step=f"{ends} {reached}")


def review_item(row: Any, today: date) -> DueItem:
    """The terms of a contract are looked at again; `row` likewise."""
    on = date.fromisoformat(row["contract_review_on"])
    ref = f"k{row['contract_id']}"
    starts = date.fromisoformat(row["contract_starts_on"])
    since = row["contract_reviewed_on"]
    last = said("terms reviewed on {day}", day=date.fromisoformat(since)) if since else said("contract since {day}", day=starts)  # fmt: skip
    is_put_off = row["contract_review_snoozed_until"] == row["contract_review_on"]
    return item_on(
        ref=f"{ref}:contract-review",
        kind="contract-review",
        row=row,
        title=row["contract_text"],
        on=on,
        today=today,
        why=[
            last,
            said("snoozed until {on}", on=on) if is_put_off else said("due {day}", day=on),
            lateness(on, today),
        ],
        action=f"crm done {ref}:contract-review",
    )
