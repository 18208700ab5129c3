"""The figures of service over a period: the three clocks' times and shares in time, and what else is counted
(HANDBOOK §4, §11; CLI.md `report service`).

Needs are counted by when they were received and solutions by when they were made; how they stand is as of now. First
response and feedback are measured in a need's first round, solutions in the round that ended with them.
"""

from array import array
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from crmcli.rules.deadlines import WALL, WORKING, Length, Pause, deadlines, time_taken
from crmcli.rules.measures import median, percentile, share
from crmcli.rules.rulebook import Rulebook
from crmcli.rules.service import states, timing
from crmcli.rules.service.standing import Case, rounds

FIRST_TIME_GOAL = 0.85
TOP_CATEGORIES = 3
LEVELS = (1, 2, 3)
CLOCKS = ("first_response", "feedback", "solve")

_MINUTE = timedelta(minutes=1)
_CLOSING = ("resolved", "declined")

Facts = Mapping[str, Any] | Any
"""A need's row: its columns, derived ones included, as texts; and the tier of its customer."""


class Run(NamedTuple):
    """One clock of one round: from when to when it ran, by when it was to be met, and when it stood still.

    `closed_at`: the need was closed and it could not be met any more. `waits_since`: it stands still since then.
    """

    began_at: datetime
    by: datetime | None
    met_at: datetime | None
    closed_at: datetime | None
    runs_on: str
    pauses: Sequence[Pause] = ()
    waits_since: datetime | None = None

    def in_time(self, now: datetime) -> bool | None:
        """True when met by the deadline, False when it passed unmet; None when it has not passed, or there is none."""
        if self.by is None:
            return None
        if self.met_at is not None:
            # Met while it stands still, it is met at the time that the clock shows.
            return min(self.met_at, self.waits_since or self.met_at) <= self.by
        return False if self.by < (self.waits_since or self.closed_at or now) else None

    def minutes(self, book: Rulebook) -> float | None:
        """The minutes it took on the need's own clock less the pauses; None when it was never met."""
        if self.met_at is None:
            return None
        began, met, clock = self.began_at, self.met_at, book.work_clock
        if self.pauses:
            taken = time_taken(began, met, self.runs_on, clock, self.pauses)
        else:  # the same, quicker: most needs never wait
            taken = met - began if self.runs_on == WALL else clock.between(began, met)
        return taken / _MINUTE


class ClockFigures(NamedTuple):
    """The times of one clock, and the share in time: met / (met + missed); None where there is nothing to go by."""

    median_minutes: float | None
    p90_minutes: float | None
    in_time: float | None
    met: int
    missed: int
    n: int


class ClockTally:
    """Gathers the runs of one clock: eight bytes for each time, for there may be very many."""

    def __init__(self) -> None:
        self._minutes = array("d")
        self._met = self._missed = 0

    def measure(self, minutes: float | None) -> None:
        """Count a time that was taken."""
        if minutes is not None:
            self._minutes.append(minutes)

    def judge(self, in_time: bool | None) -> None:
        """Count a deadline as met or missed; None is neither."""
        self._met += in_time is True
        self._missed += in_time is False

    def figures(self) -> ClockFigures:
        """What it comes to; p90 is type 7."""
        return ClockFigures(
            median(self._minutes).value,
            percentile(self._minutes, 0.9).value,
            share(self._met, self._missed).rate,
            self._met,
            self._missed,
            len(self._minutes),
        )


class Category(NamedTuple):
    """One of the categories with the most needs; shares are of all needs that have one."""

    name: str
    n: int
    share: float
    cumulative: float


class ServiceTally:
    """Gathers the needs of a period one at a time; `now` is when it is asked."""

    def __init__(self, book: Rulebook, now: datetime) -> None:
        self._book = book
        self._now = now
        self._runs_on: dict[tuple[str | None, str | None, bool], Sequence[str]] = {}
        self.clocks = {name: ClockTally() for name in CLOCKS}
        self.received = 0
        self.by_kind: Counter[str | None] = Counter()
        self.by_urgency: Counter[str | None] = Counter()
        self.by_level: Counter[int] = Counter()
        self.raised_by_time = 0
        self._categories: Counter[str] = Counter()

    def receive(self, need: Facts, case: Case | None = None) -> None:
        """Count a need received in the period. A `case` is wanted of those that `needs_case`."""
        self.received += 1
        self.by_kind[need["kind"]] += 1
        self.by_urgency[need["urgency"]] += 1
        if need["category"]:
            self._categories[need["category"]] += 1
        self._escalate(need)
        respond, feedback = self._first_round(need, case)
        for name, run in (("first_response", respond), ("feedback", feedback)):
            self.clocks[name].measure(run.minutes(self._book))
            self.clocks[name].judge(run.in_time(self._now))
        if need["resolved_at"] is None and need["solve_by"]:  # those solved count by when they were
            self.clocks["solve"].judge(self._last_round(need, case).in_time(self._now))

    def solve(self, need: Facts, case: Case | None = None) -> None:
        """Count a need solved in the period, whenever it was received."""
        run = self._last_round(need, case)
        self.clocks["solve"].measure(run.minutes(self._book))
        self.clocks["solve"].judge(run.in_time(self._now))

    def categories(self) -> list[Category]:
        """The categories with the most needs, most first (Pareto)."""
        total, found, so_far = sum(self._categories.values()), [], 0
        ranked = sorted(self._categories.items(), key=lambda one: (-one[1], one[0]))
        for name, n in ranked[:TOP_CATEGORIES]:
            so_far += n
            found.append(Category(name, n, n / total, so_far / total))
        return found

    def _escalate(self, need: Facts) -> None:
        red_at = need["red_at"] if need["status"] in states.OPEN else None
        level = timing.level(need["level"], red_at, self._now)
        if level:
            self.by_level[level] += 1
            self.raised_by_time += level > need["level"]

    def _first_round(self, need: Facts, case: Case | None) -> tuple[Run, Run]:
        """The runs of the first two clocks from when the need was received."""
        on = self._clocks_of(need)
        received = _instant(need["received_at"])
        if case is not None and need["times_reopened"]:
            first = rounds(case)[0]
            found = deadlines(
                received,
                case.urgency,
                case.kind or "",
                self._book.service.of(case.tier),
                self._book.work_clock,
                first.pauses,
                self._now,
            )
            closed = _closed_at(need, case)
            return (
                Run(received, found.respond_by, first.responded_at, closed, on[0]),
                Run(received, found.feedback_by, first.feedback_at, closed, on[1], first.pauses),
            )
        # Never reopened: its stored clocks are those of the first round.
        closed = _closed_at(need, case)
        pauses = rounds(case)[0].pauses if case is not None else ()
        by_and_met = _stored(need, "feedback_by", "feedback_at")
        waits_since = _instant_or_none(need["waiting_since"])
        return (
            Run(received, *_stored(need, "respond_by", "responded_at"), closed, on[0]),
            Run(received, *by_and_met, closed, on[1], pauses, waits_since),
        )

    def _last_round(self, need: Facts, case: Case | None) -> Run:
        """The run of the solve clock from when the need was received or last reopened."""
        closed = _closed_at(need, case, last=True)
        pauses = rounds(case)[-1].pauses if case is not None else ()
        waits_since = _instant_or_none(need["waiting_since"])
        began, on = _instant(need["round_at"]), self._clocks_of(need)[2]
        by_and_met = _stored(need, "solve_by", "resolved_at")
        return Run(began, *by_and_met, closed, on, pauses, waits_since)

    def _clocks_of(self, need: Facts) -> Sequence[str]:
        """What each of the three clocks of a need runs on."""
        is_complaint = need["kind"] == "complaint"
        asked = (need["tier"], need["urgency"], is_complaint)
        if asked not in self._runs_on:
            service = self._book.service.of(need["tier"])
            lengths = service.terms(need["urgency"])
            own = WALL if need["urgency"] == "urgent" else WORKING
            solve = lengths.solve or (service.complaint if is_complaint else None)
            self._runs_on[asked] = [
                _runs_on(length, own) for length in (lengths.respond, lengths.feedback, solve)
            ]
        return self._runs_on[asked]


def needs_case(need: Facts) -> bool:
    """True for a need whose columns do not say all: it waited, was reopened, or was declined."""
    return bool(need["has_waited"] or need["times_reopened"] or need["status"] == "declined")


def _runs_on(length: Length | None, own: str) -> str:
    """Without a deadline time is still measured, on the clock of the urgency."""
    return length.runs_on if length else own


def _closed_at(need: Facts, case: Case | None, last: bool = False) -> datetime | None:
    """When the first round, or the last one, was closed; None while it is open."""
    is_open = need["status"] in states.OPEN
    closed = [event.at for event in case.events if event.kind in _CLOSING] if case else []
    if last and is_open:
        return None
    if closed:
        return closed[-1 if last else 0]
    if need["resolved_at"] or is_open:
        return _instant_or_none(need["resolved_at"])
    # Closed nobody knows when, by another system: nothing can be said to have been missed.
    return _instant(need["received_at"])


def _stored(need: Facts, by: str, met: str) -> tuple[datetime | None, datetime | None]:
    return _instant_or_none(need[by]), _instant_or_none(need[met])


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _instant_or_none(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
