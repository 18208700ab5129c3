"""Reading the knowledge articles again as one due item of the whole file (HANDBOOK §4)."""

from datetime import date

from crmcli.rules.due import DueItem
from crmcli.rules.due.day import item_on
from crmcli.rules.due.lateness import lateness
from crmcli.rules.said import counted, said

REF = "crm:kb-review"


def item(on: date, many: int, today: date) -> DueItem:
    """The review of `many` articles, the first of which was due `on`."""
    title = counted("read {n} article again", "read {n} articles again", many)
    return item_on(
        ref=REF,
        kind="kb-review",
        row=None,
        title=title,
        on=on,
        today=today,
        why=[title, said("due {day}", day=on), lateness(on, today)],
        action=f"crm done {REF}",
    )
