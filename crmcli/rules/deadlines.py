"""The three clocks of a need: until when to respond, to give feedback and to solve it (HANDBOOK §4)."""

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple, Protocol

from crmcli.errors import BadValue
from crmcli.rules.workclock import Stretch, WorkClock

WALL, WORKING = "wall", "working"
"""What a length of time runs on: `h` on the wall clock, `wh` and `wd` on the working clock."""

Pause = tuple[datetime, datetime | None]
"""When the feedback and solve clocks stood still; None = they still do."""


class Running(Protocol):
    """A clock that time is added to and measured on: a WorkClock, or the wall clock."""

    def add(self, instant: datetime, working: timedelta, /) -> datetime:
        """The earliest instant (UTC) at which the time is used up."""

    def between(self, start: datetime, end: datetime, /) -> timedelta:
        """The time that runs from `start` to `end`."""


class _WallClock:
    """Time that never stops."""

    def add(self, instant: datetime, length: timedelta) -> datetime:
        return instant.astimezone(UTC) + length

    def between(self, start: datetime, end: datetime) -> timedelta:
        return end.astimezone(UTC) - start.astimezone(UTC)


class Length(NamedTuple):
    """`count` of `unit`: `h` hours, `wh` working hours, `wd` working days."""

    count: int  # type: ignore[assignment]  # hides tuple.count, as in Span
    unit: str

    @classmethod
    def read(cls, text: str) -> "Length":
        """The length written like `24h`, `4wh` or `3wd`; BadValue names these forms."""
        match = re.fullmatch(r"(\d{1,4})\s*(h|wh|wd)", text.strip().lower(), re.ASCII)
        if not match or int(match[1]) == 0:
            raise BadValue(
                "{text!r} is not a length of service; write it like 24h (hours), 4wh (working hours) "
                "or 3wd (working days)",
                text=text,
            )
        return cls(int(match[1]), match[2])

    @property
    def runs_on(self) -> str:
        """The wall clock or the working clock."""
        return WALL if self.unit == "h" else WORKING

    def after(self, instant: datetime, clock: WorkClock) -> datetime:
        """The instant (UTC) this long after `instant`; working days end at the close of the last of them."""
        if self.unit == "wd":
            return clock.close_of_day_after(instant, self.count)
        return _running(self.runs_on, clock).add(instant, timedelta(hours=self.count))

    def __str__(self) -> str:
        return f"{self.count}{self.unit}"


def _running(runs_on: str, clock: WorkClock) -> Running:
    return _WallClock() if runs_on == WALL else clock


class Terms(NamedTuple):
    """How soon a need of one urgency is responded to, given feedback on, and solved; None = no such deadline."""

    respond: Length | None
    feedback: Length | None
    solve: Length | None

    @classmethod
    def read(cls, text: str) -> "Terms":
        """The terms written like `2h,24h,48h`, `-` for none; BadValue names what is wrong."""
        parts = [part.strip() for part in text.replace("，", ",").split(",")]
        if len(parts) != len(cls._fields):
            raise BadValue(
                "{text!r} are not three lengths of service; write those to respond, give feedback and solve, "
                "like 4wh,3wd,- (- for none)",
                text=text,
            )
        return cls(*(None if part == "-" else Length.read(part) for part in parts))

    def __str__(self) -> str:
        return ",".join(str(length or "-") for length in self)


class Service(NamedTuple):
    """The terms by urgency, and how soon any complaint is solved; a tier may have its own (HANDBOOK §4)."""

    urgent: Terms = Terms(Length(2, "h"), Length(24, "h"), Length(48, "h"))
    important: Terms = Terms(Length(4, "wh"), Length(3, "wd"), None)
    routine: Terms = Terms(Length(8, "wh"), Length(5, "wd"), None)
    complaint: Length | None = Length(48, "h")

    def terms(self, urgency: str | None) -> Terms:
        """The terms of an urgency; untriaged (None) is routine."""
        by_urgency = {"urgent": self.urgent, "important": self.important}
        return by_urgency.get(urgency or "", self.routine)


class Deadline(NamedTuple):
    """By when (UTC), from when on it is yellow, and which clock it runs on: `wall` or `working`."""

    by: datetime
    yellow_at: datetime
    runs_on: str


class Deadlines(NamedTuple):
    """The deadlines of a need; None where its terms name none."""

    respond: Deadline | None
    feedback: Deadline | None
    solve: Deadline | None

    @property
    def respond_by(self) -> datetime | None:
        """The first answer is due (UTC)."""
        return self.respond and self.respond.by

    @property
    def feedback_by(self) -> datetime | None:
        """A solution, plan or date is due (UTC)."""
        return self.feedback and self.feedback.by

    @property
    def solve_by(self) -> datetime | None:
        """The solution is due (UTC)."""
        return self.solve and self.solve.by


def deadlines(
    received: datetime,
    urgency: str | None,
    kind: str,
    service: Service,
    clock: WorkClock,
    pauses: Iterable[Pause],
    now: datetime,
) -> Deadlines:
    """The deadlines of a need received (or reopened) at `received` (HANDBOOK §4).

    Each length runs on its own clock: `h` on the wall clock, `wh` and `wd` on the working clock. A complaint is
    solved by the earlier of its own and its urgency's deadline. Pauses, open ones up to `now`, move the feedback
    and solve deadlines by the time that their clock would have run; what they find past stays past.
    """
    terms = service.terms(urgency)
    still = _merged(pauses, received, now)
    solve = [terms.solve, service.complaint if kind == "complaint" else None]
    return Deadlines(
        respond=_deadline(received, terms.respond, clock, ()),
        feedback=_deadline(received, terms.feedback, clock, still),
        solve=min(
            (found for length in solve if (found := _deadline(received, length, clock, still))),
            default=None,
        ),
    )


def light(deadline: Deadline, now: datetime) -> str:
    """`green`, `yellow` from half the time on, `red` past the deadline (HANDBOOK §4)."""
    if now.astimezone(UTC) > deadline.by:
        return "red"
    return "yellow" if now.astimezone(UTC) >= deadline.yellow_at else "green"


def time_left(deadline: Deadline, now: datetime, clock: WorkClock) -> timedelta:
    """The time left on the deadline's own clock; negative past it."""
    return _running(deadline.runs_on, clock).between(now, deadline.by)


def time_taken(
    start: datetime, end: datetime, runs_on: str, clock: WorkClock, pauses: Iterable[Pause]
) -> timedelta:
    """The time from `start` to `end` on the need's own clock, less the pauses (CLI.md, `report service`)."""
    running, last = _running(runs_on, clock), end.astimezone(UTC)
    paused = (
        running.between(begin, min(stop, last))
        for begin, stop in _merged(pauses, start, end)
        if begin < last
    )
    return running.between(start, end) - sum(paused, timedelta(0))


def _deadline(
    received: datetime, length: Length | None, clock: WorkClock, still: Sequence[Stretch]
) -> Deadline | None:
    if length is None:
        return None
    running = _running(length.runs_on, clock)
    by = length.after(received, clock)
    half = -(-running.between(received, by) // 2)  # rounded up, so that half is used up
    yellow_at = running.add(received, half)
    return Deadline(_moved(by, running, still), _moved(yellow_at, running, still), length.runs_on)


def _moved(by: datetime, running: Running, still: Sequence[Stretch]) -> datetime:
    """`by` later by what would have run in the pauses that began before it."""
    for begin, stop in still:
        if begin < by:
            by = running.add(by, running.between(begin, stop))
    return by


def _merged(pauses: Iterable[Pause], since: datetime, now: datetime) -> list[Stretch]:
    """The pauses after `since` in UTC and in order, those that meet made one; open ones end `now`."""
    first = since.astimezone(UTC)
    merged: list[Stretch] = []
    ends = ((begin.astimezone(UTC), (end or now).astimezone(UTC)) for begin, end in pauses)
    for begin, end in sorted((max(begin, first), end) for begin, end in ends):
        if merged and begin <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        elif begin < end:
            merged.append((begin, end))
    return merged
