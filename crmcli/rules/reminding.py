"""What a reminder says, and when (CLI.md, Reminders).

Said is what is due and was not said for this step of it; what is overdue is said again each working day; a deadline
within two hours, or passed today unsaid, at once, on days off, too. In quiet hours nothing is said: it waits until they
are over.
"""

import re
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from crmcli.errors import BadValue
from crmcli.rules.due import DueItem
from crmcli.rules.said import Said, said

NEAR = timedelta(hours=2)
"""A deadline is near, and said at once, from so long before it."""


class Told(NamedTuple):
    """What was last said of an item: for which step of it, on which local day, and of which near deadline; '' of none."""

    step: str
    on: date
    near: str = ""


class Moment(NamedTuple):
    """When a reminder is asked for: now (local, aware), whether today is worked, and whether these are quiet hours."""

    now: datetime
    is_working: bool
    is_quiet: bool

    @property
    def today(self) -> date:
        """The local day."""
        return self.now.date()


class Verdict(NamedTuple):
    """Whether an item is said, why or why not, and what will then have been said of it."""

    is_said: bool
    why: Said
    told: Told


def verdict(item: DueItem, last: Told | None, at: Moment) -> Verdict:
    """Whether `item` is said at this moment, `last` being what was said of it before."""
    if last and last.on > at.today:  # by a clock that was wrong; else it would be silent until then
        last = None
    step, moment = step_of(item, at.today), _moment(item, at)
    near = moment.isoformat() if moment and is_near(item, at) else ""
    has_come = moment is not None and moment <= at.now
    is_said, why = _decided(item, last, at, step, near, has_come)
    return Verdict(is_said, why, Told(step, at.today, near or (last.near if last else "")))


def _decided(
    item: DueItem, last: Told | None, at: Moment, step: str, near: str, has_come: bool
) -> tuple[bool, Said]:
    if at.is_quiet:
        return False, said("quiet hours")
    if near and (last is None or last.near != near):
        return True, said("its time has come") if has_come else said("its time is near")
    if not at.is_working:
        return False, said("today is a day off")
    if last is None:
        return True, said("not said yet")
    if last.on == at.today:
        return False, said("said today")
    if last.step != step:
        return True, said("not said yet")
    if item.is_overdue:
        return True, said("still overdue")
    return False, said("said on {day}", day=last.on)


def step_of(item: DueItem, today: date) -> str:
    """What is said once of an item: that it comes, and on its day that it is due; another day or time is another step."""
    if item.step and item.due_on > today:
        return item.step
    due = item.due_on.isoformat()
    return f"{due} ahead" if item.due_on > today else due


def _moment(item: DueItem, at: Moment) -> datetime | None:
    if item.due_at:
        return item.due_at
    if item.due_time:
        return datetime.combine(item.due_on, time.fromisoformat(item.due_time), at.now.tzinfo)
    return None


def is_near(item: DueItem, at: Moment) -> bool:
    """From two hours before until the end of its day: where nothing could be said in time, it still is."""
    moment = _moment(item, at)
    if moment is None or moment.astimezone(at.now.tzinfo).date() < at.today:
        return False
    # Aware instants of one zone compare by what the clock shows; the difference of their timestamps is real time.
    return moment.timestamp() - at.now.timestamp() <= NEAR.total_seconds()


class Quiet(NamedTuple):
    """The hours in which nothing is said: stretches of a day, which may go on over midnight."""

    stretches: Sequence[tuple[time, time]] = ()

    @classmethod
    def read(cls, text: str) -> "Quiet":
        """Hours written like `20:00-08:00` or `12:00-13:30, 20:00-08:00`; '' for none; BadValue for others."""
        plain = text.replace("，", ",").replace("：", ":").replace("–", "-")
        return cls(tuple(_read_stretch(part.strip()) for part in plain.split(",") if part.strip()))

    def __str__(self) -> str:
        return ",".join(f"{first:%H:%M}-{last:%H:%M}" for first, last in self.stretches)

    def holds(self, at: time) -> bool:
        """True in these hours; their last minute is no longer one of them."""
        return any(
            first <= at < last if first <= last else at >= first or at < last
            for first, last in self.stretches
        )


def _read_stretch(part: str) -> tuple[time, time]:
    found = re.fullmatch(r"(\d{1,2}):(\d\d)\s*-\s*(\d{1,2}):(\d\d)", part)
    try:
        if not found:
            raise ValueError(part)
        hours, minutes, last_hours, last_minutes = map(int, found.groups())
        first, last = _clock(hours, minutes), _clock(last_hours, last_minutes)
        if first == last:
            raise ValueError(part)
    except ValueError:
        raise BadValue(
            "{value!r} are no quiet hours; write them like 20:00-08:00", value=part
        ) from None
    return first, last


def _clock(hours: int, minutes: int) -> time:
    return time() if (hours, minutes) == (24, 0) else time(hours, minutes)
