"""What comes round with every customer as due items: reviews of value, business and solution, and care (HANDBOOK §9)."""

from datetime import date
from typing import Any

from crmcli.rules.due import DueItem
from crmcli.rules.due.day import item_on
from crmcli.rules.due.lateness import lateness
from crmcli.rules.said import said
from crmcli.rules.terms import round_column

_TITLES = {
    "value-review": said("what working together has brought them"),
    "business-review": said("how their business goes, and what comes next"),
    "solution-review": said("whether what they use still fits"),
    "care": said("a contact without business"),
}
_WHY = {
    "value-review": said("once a year, on the anniversary"),
    "business-review": said("core: every quarter"),
    "solution-review": said("core: every half-year"),
    "care": said("core: three contacts without business a year"),
}


def item(kind: str, row: Any, today: date) -> DueItem:
    """One round of a customer; `row` is the customer's."""
    on = date.fromisoformat(row[round_column(kind)])
    ref = f"c{row['id']}"
    why, done = [_WHY[kind]], row[round_column(kind, "done_on")]
    if done:
        why.append(said("last settled for {day}", day=date.fromisoformat(done)))
    if row[round_column(kind, "snoozed_until")] == on.isoformat():
        why.append(said("snoozed until {on}", on=on))
    else:
        why.append(said("due {day}", day=on))
    return item_on(
        ref=f"{ref}:{kind}",
        kind=kind,
        row=row,
        title=_TITLES[kind],
        on=on,
        today=today,
        why=[*why, lateness(on, today)],
        action=f"crm log-contact {ref} --care" if kind == "care" else f"crm done {ref}:{kind}",
    )
