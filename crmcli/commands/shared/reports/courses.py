"""How customers went from stage to stage, for the reports that count it."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import itemgetter

from crmcli.commands.shared.reports import Asked
from crmcli.context import Context
from crmcli.rules.periods import Period
from crmcli.rules.reports.funnel import Course, Moved, first_entry
from crmcli.store import reporting_selling
from crmcli.store.database import Row


def courses(crm: Context, period: Period, asked: Asked) -> Sequence[Course]:
    """Of everybody who was added, or moved from stage to stage, in the period."""
    return asked.once(("courses", period), lambda: list(_courses(crm, period, asked)))


def _courses(crm: Context, period: Period, asked: Asked) -> Iterator[Course]:
    first, last = period.days
    rows = reporting_selling.moved(crm.db, first, last, asked.filters)
    for _key, listed in groupby(rows, key=itemgetter("id")):
        yield _course(list(listed))


def _course(rows: list[Row]) -> Course:
    who = rows[0]
    changes = [
        Moved(row["changed_on"], row["from_stage"], row["to_stage"])
        for row in rows
        if row["from_stage"] is not None
    ]
    recorded = who["from_stage"] is None and who["to_stage"] is not None
    added_with = changes[0].from_stage if changes else who["stage"]
    stage = who["to_stage"] if recorded else added_with
    return Course(
        who["id"],
        who["added_on"],
        who["stage"],
        first_entry(stage, who["added_on"], who["changed_on"] if recorded else None, who["since"]),
        changes,
        who["source"],
        who["loss_reason"],
    )
