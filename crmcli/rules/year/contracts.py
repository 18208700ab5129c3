"""When a contract wants attention: its renewal 90, 30 and 7 days before it ends, and its terms every year (HANDBOOK §9)."""

from datetime import date, timedelta

from crmcli.rules.rulebook import Rulebook
from crmcli.rules.span import Span

STEPS = (90, 30, 7)
"""Days before the end."""

TERMS = Span(12, "m")


def renewal_from(ends_on: date, done_for: date | None, steps: tuple[int, ...] = STEPS) -> date:
    """From when the renewal is listed: its first step that was not settled; after the last, its end.

    `done_for` is the day of the newest step that was settled.
    """
    days = [ends_on - timedelta(days=step) for step in (*steps, 0)]
    return next((day for day in days if not done_for or day > done_for), ends_on)


def step_reached(ends_on: date, today: date, steps: tuple[int, ...] = STEPS) -> date:
    """The newest step whose day has come, which settling it settles; before the first, the first."""
    days = [ends_on - timedelta(days=step) for step in (*steps, 0)]
    return max([day for day in days if day <= today], default=days[0])


def following_end(starts_on: date, ends_on: date, following: date) -> date:
    """When a contract ends that begins on `following` and lasts as long as one from `starts_on` to `ends_on`, both days included.

    Whole months stay whole months; else it is as many days.
    """
    from dateutil.relativedelta import relativedelta

    after = ends_on + timedelta(days=1)
    months = 12 * (after.year - starts_on.year) + after.month - starts_on.month
    if months and starts_on + relativedelta(months=months) == after:
        return following + relativedelta(months=months) - timedelta(days=1)
    return following + (ends_on - starts_on)


def review_on(
    starts_on: date, ends_on: date, added_on: date, reviewed_on: date | None, book: Rulebook
) -> date | None:
    """When its terms are reviewed next; None when it ends before.

    It is a year after the last time, else on an anniversary of its start: the first after the day it was noted down, so
    that an old contract is not overdue from the beginning.
    """
    if reviewed_on and reviewed_on > starts_on:
        day = TERMS.after(reviewed_on, book.calendar)
    else:
        years = 1
        while (day := Span(12 * years, "m").after(starts_on, book.calendar)) <= added_on:
            years += 1
    return book.rolled(day) if day < ends_on else None
