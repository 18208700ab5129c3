"""Following up: how often, by which channel, with what outcome, and whether touches are made when due (HANDBOOK §3, §11).

All days are local ones, as ISO texts; a period's last day belongs to it.
"""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from itertools import zip_longest
from typing import NamedTuple

from crmcli.errors import BadValue
from crmcli.rules.cadence import Policy
from crmcli.rules.measures import Rate, share
from crmcli.rules.span import Span
from crmcli.rules.workdays import Calendar

_NEVER = date.max.isoformat()


class Contacts(NamedTuple):
    """`n` contacts of one day that are alike."""

    on: str
    channel: str
    two_way: bool
    no_answer: bool
    has_intent: bool
    has_next: bool  # a next action, or a promised date
    names_ours: bool  # somebody of ours is named
    n: int


class Week(NamedTuple):
    """An ISO week, `2026-W45`, as far as it lies within the period: its days, and its contacts by channel."""

    name: str
    first: date
    last: date
    by_channel: Mapping[str, int]


class FollowUp:
    """Gathers the contacts of a period; those of other days do not count."""

    def __init__(self, first: date, last: date) -> None:
        self._first, self._last = first, last
        self._days = first.isoformat(), last.isoformat()
        self.n = 0
        self.by_channel: Counter[str] = Counter()
        self.unnamed = 0
        self._shares: Counter[str] = Counter()
        self._weeks: defaultdict[str, Counter[str]] = defaultdict(Counter)

    def add(self, one: Contacts) -> None:
        """Count them."""
        if not self._days[0] <= one.on <= self._days[1]:
            return
        self.n += one.n
        self.by_channel[one.channel] += one.n
        for name in ("two_way", "no_answer", "has_intent", "has_next"):
            self._shares[name] += one.n if getattr(one, name) else 0
        self.unnamed += 0 if one.names_ours else one.n
        self._weeks[week_of(date.fromisoformat(one.on))][one.channel] += one.n

    def share_of(self, name: str) -> Rate:
        """Of all contacts the share that is `two_way`, `no_answer`, `has_intent` or `has_next`."""
        return share(self._shares[name], self.n - self._shares[name])

    def weeks(self, today: date) -> list[Week]:
        """Every week of the period up to today, those without a contact, too."""
        found, day, last = [], self._first, min(self._last, today)
        while day <= last:
            end = min(last, day + timedelta(days=6 - day.weekday()))
            name = week_of(day)
            found.append(Week(name, day, end, self._weeks[name]))
            day = end + timedelta(days=1)
        return found


def week_of(day: date) -> str:
    """Its ISO week: `2026-W53` also on 3 January 2027."""
    year, week, _weekday = day.isocalendar()
    return f"{year:04}-W{week:02}"


class Contacted(NamedTuple):
    """A customer, since when it is one, where known, and the days on which both sides spoke, with commas, in no order.

    Its tier and its cadence are as they stand now.
    """

    tier: str | None
    own_cadence: str | None
    began_on: str | None
    days: str


class Cadence:
    """Which touch a contact makes due, by the customer's own cadence or its tier's, moved off days off (HANDBOOK §3)."""

    def __init__(self, policy: Policy, calendar: Calendar) -> None:
        self._policy = policy
        self._calendar = calendar
        self._spans: dict[str, Span] = {}
        self._due: dict[Span, dict[str, str]] = {}

    def every(self, tier: str | None, own: str | None) -> Span:
        """How often such a customer is touched."""
        if not own:
            return self._policy.every(tier)
        if own not in self._spans:
            self._spans[own] = Span.read(own)
        return self._spans[own]

    def due_after(self, every: Span) -> dict[str, str]:
        """When the touch after a contact is due, by its day, as far as that was asked; there are few days and many contacts."""
        return self._due.setdefault(every, {})

    def due(self, every: Span, day: str) -> str:
        """When the touch after a contact of that day is due; the last day there is when that is beyond the calendar."""
        try:
            on = every.after(date.fromisoformat(day), self._calendar)
            return self._calendar.roll(on, self._policy.roll).isoformat()
        except BadValue:
            return _NEVER

    def from_when(self, spans: Iterable[Span], first: str) -> str:
        """The earliest day whose contact makes something due on `first` or later."""

        def earliest(every: Span) -> int:
            days = range(1, date.fromisoformat(first).toordinal())
            found = bisect_left(
                days, first, key=lambda n: self.due(every, date.fromordinal(n).isoformat())
            )
            return found + 1

        return date.fromordinal(min(map(earliest, spans))).isoformat()


def cadence_kept(
    customers: Iterable[Contacted],
    cadence: Cadence,
    periods: Sequence[tuple[str, str]],
    today: str,
) -> list[Rate]:
    """Of each period, first and last day, the share of the touches due in it that were made by their day.

    Each day with a two-way contact makes the next touch due; that is made in time when there is another such day by then,
    and not when there is none and its day has passed. What may still be made is not counted. Contacts from before it was a
    customer make none.
    """
    kept, missed = [0] * len(periods), [0] * len(periods)
    for one in customers:
        every = cadence.every(one.tier, one.own_cadence)
        known = cadence.due_after(every)
        days = sorted(set(one.days.split(",")))
        for day, following in zip_longest(days, days[1:]):
            due = known.get(day)
            if due is None:
                due = known[day] = cadence.due(every, day)
            is_kept = following is not None and following <= due
            if not (is_kept or due < today) or (one.began_on is not None and day < one.began_on):
                continue
            for number, (first, last) in enumerate(periods):
                if first <= due <= last:
                    (kept if is_kept else missed)[number] += 1
    return [share(*found) for found in zip(kept, missed, strict=True)]
