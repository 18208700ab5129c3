"""A message nobody answered as a due item (HANDBOOK §2)."""

from datetime import date
from typing import Any

from crmcli.rules.cadence import Policy
from crmcli.rules.due import DueItem
from crmcli.rules.due.day import item_on
from crmcli.rules.due.lateness import lateness
from crmcli.rules.due.touch import spell_after
from crmcli.rules.said import said


def item(row: Any, today: date, policy: Policy) -> DueItem:
    """The silence after a customer's first unanswered message; `row` carries unanswered_on and unanswered_id."""
    due_on = date.fromisoformat(row["unanswered_on"])
    title = said("no answer to i{key}", key=row["unanswered_id"])
    return item_on(
        ref=f"i{row['unanswered_id']}:unanswered",
        kind="unanswered",
        row=row,
        title=title,
        on=due_on,
        today=today,
        why=[
            title,
            said("unanswered {after}", after=spell_after(policy.no_reply)),
            said("due {day}", day=due_on),
            lateness(due_on, today),
        ],
        action=f"crm log-contact c{row['id']}",
    )
