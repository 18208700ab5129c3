"""Following up: how often, by which channel, with what outcome, and whether touches are made when due (HANDBOOK §3, §11).

All days are local ones, as ISO texts; a period's last day belongs to it.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from itertools import groupby
from operator import attrgetter
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
    """Gathers the contacts of a period."""

    def __init__(self) -> None:
        self.n = 0
        self.by_channel: Counter[str] = Counter()
        self.unnamed = 0
        self._shares: Counter[str] = Counter()
        self._weeks: dict[str, Counter[str]] = {}

    def add(self, one: Contacts) -> None:
        """Count them."""
        self.n += one.n
        self.by_channel[one.channel] += one.n
        for name in ("two_way", "no_answer", "has_intent", "has_next"):
            self._shares[name] += one.n if getattr(one, name) else 0
        self.unnamed += 0 if one.names_ours else one.n
        week = week_of(date.fromisoformat(one.on))
        self._weeks.setdefault(week, Counter())[one.channel] += one.n

    def share_of(self, name: str) -> Rate:
        """Of all contacts the share that is `two_way`, `no_answer`, `has_intent` or `has_next`."""
        return share(self._shares[name], self.n - self._shares[name])

    def weeks(self, first: date, last: date) -> list[Week]:
        """Every week from the first day to the last, those without a contact, too."""
        found, day = [], first
        while day <= last:
            end = min(last, day + timedelta(days=6 - day.weekday()))
            name = week_of(day)
            found.append(Week(name, day, end, self._weeks.get(name, Counter())))
            day = end + timedelta(days=1)
        return found


def week_of(day: date) -> str:
    """Its ISO week: `2026-W53` also on 3 January 2027."""
    year, week, _weekday = day.isocalendar()
    return f"{year:04}-W{week:02}"


class Contacted(NamedTuple):
    """A two-way contact with a customer, its cadence as it stands now, and since when it is a customer, where known."""

    customer: int
    tier: str | None
    own_cadence: str | None
    began_on: str | None
    on: str


class Cadence:
    """Which touch a contact makes due, by the customer's own cadence or its tier's, moved off days off (HANDBOOK §3)."""

    def __init__(self, policy: Policy, calendar: Calendar) -> None:
        self._policy = policy
        self._calendar = calendar
        self._spans: dict[str, Span] = {}
        self._due: dict[Span, dict[str, str]] = {}

    def due_after(self, one: Contacted) -> dict[str, str]:
        """Days of contacts with what they make due, as far as it was asked before."""
        return self._due.setdefault(self.every(one.tier, one.own_cadence), {})

    def every(self, tier: str | None, own: str | None) -> Span:
        """How often such a customer is touched."""
        if not own:
            return self._policy.every(tier)
        if own not in self._spans:
            self._spans[own] = Span.read(own)
        return self._spans[own]

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
    contacts: Iterable[Contacted], cadence: Cadence, first: str, last: str, today: str
) -> Rate:
    """The share of the touches due in a period that were made by their day.

    Each day with a two-way contact makes the next touch due; that is made in time when there is another such day by then,
    and not when there is none and its day has passed. What may still be made is not counted. Contacts from before it was a
    customer make none. The contacts of a customer stand together.
    """
    kept = missed = 0
    for _customer, listed in groupby(contacts, key=attrgetter("customer")):
        same = list(listed)
        one = same[0]
        every, known = cadence.every(one.tier, one.own_cadence), cadence.due_after(one)
        days = sorted({contact.on for contact in same})
        for number, day in enumerate(days):
            due = known.get(day)
            if due is None:
                due = known[day] = cadence.due(every, day)
            if not first <= due <= last or (one.began_on is not None and day < one.began_on):
                continue
            if number + 1 < len(days) and days[number + 1] <= due:
                kept += 1
            elif due < today:
                missed += 1
    return share(kept, missed)
