"""What due items of a moment have in common: it is shown as local day and time, and is late once it has passed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from crmcli.rules import ranking
from crmcli.rules.due import DueItem
from crmcli.rules.due.customer import customer_of
from crmcli.rules.due.lateness import lateness
from crmcli.rules.said import Said, counted, said


def item_at(
    *,
    ref: str,
    kind: str,
    row: Any,
    title: str | Said,
    at: datetime,
    yellow_at: datetime,
    now: datetime,
    why: Sequence[Said],
    action: str,
) -> DueItem:
    """An item due at `at`, yellow from `yellow_at` on; all three moments are local and aware."""
    late = now > at
    return DueItem(
        ref=ref,
        kind=kind,
        customer=customer_of(row),
        title=title,
        due_on=at.date(),
        overdue_days=ranking.overdue_days(at.date(), now.date()),
        is_overdue=late,
        light="red" if late else "yellow" if now >= yellow_at else "green",
        score=ranking.score(ranking.weight(kind, row["tier_weight"]), at.date(), now.date()),
        why=[*why, due_at(at), how_late(at, now)],
        action=action,
        due_time=at.strftime("%H:%M"),
        due_at=at,
    )


def due_at(at: datetime) -> Said:
    """`due Fri 20 Nov 17:30`."""
    return said("due {day} {time}", day=at.date(), time=at.strftime("%H:%M"))


def how_late(at: datetime, now: datetime) -> Said:
    """`3 days overdue`, `40 minutes overdue`, `in 2 hours`: within a day by the clock, else by the calendar."""
    minutes = int((at - now).total_seconds() // 60)
    if abs(minutes) >= 24 * 60:
        return lateness(at.date(), now.date())
    late = minutes < 0
    size = -minutes if late else minutes
    if size < 60:
        return (
            counted("{n} minute overdue", "{n} minutes overdue", size)
            if late
            else counted("in {n} minute", "in {n} minutes", size)
        )
    hours = size // 60
    return (
        counted("{n} hour overdue", "{n} hours overdue", hours)
        if late
        else counted("in {n} hour", "in {n} hours", hours)
    )
