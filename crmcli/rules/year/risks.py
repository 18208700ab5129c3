"""By when a risk is dealt with: 1 within 24 hours, 2 in three working days, 3 at the next touch (HANDBOOK §9)."""

from datetime import date, datetime, time, timedelta

from crmcli.rules.rulebook import Rulebook

LEVELS = (1, 2, 3)
AT_THE_TOUCH = 3
"""The level that has no time of its own."""
_WITHIN = timedelta(hours=24)
_WORKING_DAYS = 3


def due_at(
    level: int, opened_at: datetime, touch_on: date | None, book: Rulebook
) -> datetime | None:
    """The moment by which it is dealt with, aware; of level 3 the end of the day of the next touch, None when there is none."""
    if level == 1:
        return opened_at + _WITHIN
    if level == 2:
        close = book.work_clock.close_of_day_after(opened_at, _WORKING_DAYS)
        book.note(book.local_day(close))
        return close
    if touch_on is None:
        return None
    return datetime.combine(touch_on, time(23, 59, 59), book.zone)
