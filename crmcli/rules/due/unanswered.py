"""A message nobody answered as a due item (HANDBOOK §2)."""

from datetime import date
from typing import Any

from crmcli.rules import ranking
from crmcli.rules.cadence import Policy
from crmcli.rules.due import DueItem
from crmcli.rules.due.customer import customer_of
from crmcli.rules.due.lateness import lateness
from crmcli.rules.due.touch import spell_after
from crmcli.rules.said import said


def item(row: Any, today: date, policy: Policy) -> DueItem:
    """The silence after a customer's first unanswered message; `row` carries unanswered_on and unanswered_id."""
    due_on = date.fromisoformat(row["unanswered_on"])
    weight = ranking.weight("unanswered", row["tier_weight"])
    title = said("no answer to i{key}", key=row["unanswered_id"])
    return DueItem(
        ref=f"i{row['unanswered_id']}:unanswered",
        kind="unanswered",
        customer=customer_of(row),
        title=title,
        due_on=due_on,
        overdue_days=ranking.overdue_days(due_on, today),
        is_overdue=due_on < today,
        light=ranking.light(due_on, today),
        score=ranking.score(weight, due_on, today),
        why=[
            title,
            said("unanswered {after}", after=spell_after(policy.no_reply)),
            said("due {day}", day=due_on),
            lateness(due_on, today),
        ],
        action=f"crm log-contact c{row['id']}",
    )
