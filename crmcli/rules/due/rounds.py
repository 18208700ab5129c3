"""What comes round with every customer as due items: reviews of value, business and solution, and care (HANDBOOK §9)."""

from datetime import date
from typing import Any

from crmcli.rules.due import DueItem
from crmcli.rules.due.day import item_on
from crmcli.rules.due.lateness import lateness
from crmcli.rules.said import said

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
KINDS = tuple(_TITLES)


def column_of(kind: str) -> str:
    """The column of a customer's row in which the day of this kind stands."""
    return f"{kind.replace('-', '_')}_on"


def item(kind: str, row: Any, today: date) -> DueItem:
    """One round of a customer; `row` is the customer's."""
    on = date.fromisoformat(row[column_of(kind)])
    ref = f"c{row['id']}"
    return item_on(
        ref=f"{ref}:{kind}",
        kind=kind,
        row=row,
        title=_TITLES[kind],
        on=on,
        today=today,
        why=[_WHY[kind], said("due {day}", day=on), lateness(on, today)],
        action=f"crm log-contact {ref} --care" if kind == "care" else f"crm done {ref}:{kind}",
    )
