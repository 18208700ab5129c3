"""The funnel: how customers went from stage to stage in a period, and where from (HANDBOOK §1, §11).

All days are local ones, as ISO texts; a period's last day belongs to it.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import NamedTuple

from crmcli.rules.measures import Figure, Rate, median, share
from crmcli.rules.terms import ALL_STAGES, LEAD_STAGES, LOSS_REASON

STEPS = tuple(pairwise(ALL_STAGES))
"""Prospect to interested, interested to customer, customer to lost."""
_REACHED: Mapping[str, Sequence[str]] = {
    "interested": ("interested", "customer"),  # who orders at once was interested, too
    "customer": ("customer",),
    "lost": ("lost",),
}
WON_BACK = ("interested", "customer")
UNKNOWN = "unknown"


class Moved(NamedTuple):
    """A recorded change of stage."""

    on: str
    from_stage: str
    to_stage: str


class Entry(NamedTuple):
    """A stage that a customer came to, and when; None: before anybody knows."""

    stage: str
    on: str | None


class Course(NamedTuple):
    """A customer and its way: `first` is the stage it was added with, `changes` are in their order."""

    customer: int
    added_on: str
    stage: str  # where it stands now
    first: Entry
    changes: Sequence[Moved] = ()
    source: str | None = None
    loss_reason: str | None = None

    @property
    def entries(self) -> list[Entry]:
        """All stages it came to, the first one included."""
        return [self.first, *(Entry(one.to_stage, one.on) for one in self.changes)]

    def stood_before(self, day: str) -> str | None:
        """The stage at the end of the day before; None when it was not there yet.

        What was recorded next says where it came from, for an import leaves no record of a stage (CLI.md, Import).
        """
        if self.added_on >= day:
            return None
        return next((one.from_stage for one in self.changes if one.on >= day), self.stage)


def first_entry(stage: str, added_on: str, recorded_on: str | None, since: str | None) -> Entry:
    """The stage a customer was added with, and since when it had it.

    A customer has been one `since` the day that is given; of what was added by hand (`recorded_on`) the stage is as old as
    the record. A list that was imported says when its leads came to us: then. When its customers became such, and when it
    lost others, nobody knows.
    """
    if stage == "customer" and since:
        return Entry(stage, since)
    return Entry(stage, recorded_on or (added_on if stage in LEAD_STAGES else None))


class Step(NamedTuple):
    """A step of the funnel: the share of those who came to its beginning in the period that took it by the period's end.

    `days`: the median of days that the steps taken in the period took, from stage to stage.
    """

    from_stage: str
    to_stage: str
    conversion: Rate
    days: Figure


class Source(NamedTuple):
    """Where customers come from: how many were added in the period, and became customers in it; `conversion`: the share of
    the leads added in the period that were customers by its end."""

    source: str | None
    added: int
    became_customers: int
    conversion: Rate


class Funnel:
    """Gathers the courses of those who moved or were added in a period; each is given once."""

    def __init__(self, first: str, last: str) -> None:
        self._first, self._last = first, last
        self.entered: Counter[str] = Counter()
        self.losses: Counter[str] = Counter()
        self.won_back = 0
        self._lost_since = 0  # who were not lost when the period began
        self._cohorts: Counter[tuple[str, str]] = Counter()
        self._reached: Counter[tuple[str, str]] = Counter()
        self._days: dict[tuple[str, str], list[int]] = {step: [] for step in STEPS}
        self._added: Counter[str | None] = Counter()
        self._became: Counter[str | None] = Counter()
        self._leads: Counter[str | None] = Counter()
        self._converted: Counter[str | None] = Counter()

    def add(self, course: Course) -> None:
        """Count one customer."""
        entries = course.entries
        came = [number for number, one in enumerate(entries) if self._is_within(one.on)]
        stages = {entries[number].stage for number in came}
        self.entered.update(stages)
        self._count_steps(entries, came)
        self._count_source(course, entries, "customer" in stages)
        if "lost" in stages:
            self.losses[(course.loss_reason or UNKNOWN).partition(":")[0]] += 1
        is_back = any(
            self._is_within(one.on) and one.from_stage == "lost" and one.to_stage in WON_BACK
            for one in course.changes
        )
        self.won_back += is_back
        if course.stood_before(self._first) != "lost":
            self._lost_since += is_back or "lost" in stages

    def _is_within(self, day: str | None) -> bool:
        return day is not None and self._first <= day <= self._last

    def _count_steps(self, entries: Sequence[Entry], came: Sequence[int]) -> None:
        for step in STEPS:
            begin, goal = step
            start = next((number for number in came if entries[number].stage == begin), None)
            if start is None:
                continue
            self._cohorts[step] += 1
            self._reached[step] += any(
                one.stage in _REACHED[goal] and one.on is not None and one.on <= self._last
                for one in entries[start + 1 :]
            )
        for number in came:
            if not number:
                continue
            before, now = entries[number - 1], entries[number]
            took = self._days.get((before.stage, now.stage))
            if took is not None and before.on is not None:
                took.append(days_between(before.on, now.on or before.on))

    def _count_source(self, course: Course, entries: Sequence[Entry], became: bool) -> None:
        self._became[course.source] += became
        if not self._is_within(course.added_on):
            return
        self._added[course.source] += 1
        if course.first.stage in LEAD_STAGES:
            self._leads[course.source] += 1
            self._converted[course.source] += any(
                one.stage == "customer" and one.on is not None and one.on <= self._last
                for one in entries[1:]
            )

    # --- what came of it ---

    @property
    def conversion(self) -> Rate:
        """The share of the leads added in the period that were customers by its end."""
        return _of(self._converted.total(), self._leads.total())

    def steps(self) -> Iterator[Step]:
        """Each step of the funnel."""
        for step in STEPS:
            conversion = _of(self._reached[step], self._cohorts[step])
            yield Step(*step, conversion, median(self._days[step]))

    def sources(self) -> list[Source]:
        """Each source from which somebody came or became a customer in the period, the most frequent first."""
        found = [
            Source(
                source,
                self._added[source],
                self._became[source],
                _of(self._converted[source], self._leads[source]),
            )
            for source in self._added.keys() | self._became.keys()
        ]
        return sorted(
            (one for one in found if one.added or one.became_customers),
            key=lambda one: (
                -one.added,
                -one.became_customers,
                one.source is None,
                one.source or "",
            ),
        )

    def loss_reasons(self) -> dict[str, int]:
        """How many were lost for which reason, as it is known now; every reason, in the handbook's order."""
        return {reason: self.losses[reason] for reason in (*LOSS_REASON.words, UNKNOWN)}

    def win_back(self, lost_before: int) -> Rate:
        """The share won back in the period, of `lost_before` who were lost when it began and of those lost in it."""
        return _of(self.won_back, lost_before + self._lost_since)


def first_won(course: Course) -> str | None:
    """The day on which a lead became a customer for the first time; None of who never did, or was added as one."""
    for number, one in enumerate(course.entries):
        if one.stage == "customer":
            return one.on if number else None
    return None


def days_between(first: str, last: str) -> int:
    """Whole days from one day to another; none where the second lies before, for nothing takes less."""
    return max(0, (date.fromisoformat(last) - date.fromisoformat(first)).days)


def _of(met: int, n: int) -> Rate:
    return share(met, n - met)
