"""Reading the knowledge articles again as one due item of the whole file (HANDBOOK §4)."""

from datetime import date

from crmcli.rules import ranking
from crmcli.rules.due import DueItem
from crmcli.rules.due.lateness import lateness
from crmcli.rules.said import counted, said

REF = "crm:kb-review"


def item(on: date, many: int, today: date) -> DueItem:
    """The review of `many` articles, the first of which was due `on`."""
    title = counted("read {n} article again", "read {n} articles again", many)
    return DueItem(
        ref=REF,
        kind="kb-review",
        customer=None,
        title=title,
        due_on=on,
        overdue_days=ranking.overdue_days(on, today),
        is_overdue=on < today,
        light=ranking.light(on, today),
        score=ranking.score(ranking.weight("kb-review", 0), on, today),
        why=[title, said("due {day}", day=on), lateness(on, today)],
        action=f"crm done {REF}",
    )
