"""When a promise is due, listed and made good (HANDBOOK §6)."""

from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

from crmcli.rules.rulebook import Rulebook


class Term(NamedTuple):
    """The instant (UTC) past which a promise is late, and from which it is yellow and listed."""

    due_at: datetime
    yellow_at: datetime


def term(due_on: date, due_time: str | None, book: Rulebook) -> Term:
    """The term of a promise for a local day, or a time of it.

    A day is past from the next midnight, but its 48 hours run back from its beginning: who promised Friday
    is warned on Wednesday.
    """
    moment = time.fromisoformat(due_time) if due_time else time()
    start = _utc(datetime.combine(due_on, moment, book.zone))
    yellow = start - timedelta(hours=book.service.promise_yellow.count)
    if due_time:
        return Term(start, yellow)
    end = _utc(datetime.combine(due_on, time(23, 59, 59), book.zone))
    # In local days, so that a change of the clock moves no midnight.
    days, hours = divmod(book.service.promise_yellow.count, 24)
    first = datetime.combine(due_on - timedelta(days=days), time(), book.zone).astimezone(UTC)
    return Term(end, first - timedelta(hours=hours))


def _utc(moment: datetime) -> datetime:
    """The moment in UTC; lists write the last day of the calendar for no end, which has none west of Greenwich."""
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        return datetime.max.replace(microsecond=0, tzinfo=UTC)


def amends_by(broken_at: datetime, book: Rulebook) -> datetime:
    """By when amends are due for a promise broken at an instant."""
    return book.service.amends.after(broken_at, book.work_clock)
