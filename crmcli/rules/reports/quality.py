"""How good what is kept is: what is missing, and how soon it was entered (HANDBOOK §1, §10, §11; decision 34)."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from crmcli.rules.measures import Rate, share

_DAY = timedelta(days=1)


class Lacking(NamedTuple):
    """A wanted field: how many customers lack it, of how many it is wanted, and the rate of that."""

    field: str
    missing: int
    n: int

    @property
    def rate(self) -> float | None:
        """The missing rate."""
        return share(self.missing, self.n - self.missing).rate


def lacking(
    wanted: Mapping[str, Sequence[str]],
    customers: Mapping[str, int],
    missing: Mapping[str, Mapping[str, int]],
) -> list[Lacking]:
    """The wanted fields with what is missing, what is missing most first: `wanted` of each kind of customer, of which there
    are so many `customers`, of whom so many lack each (`missing`).
    """
    n: Counter[str] = Counter()
    lacks: Counter[str] = Counter()
    for kind, fields in wanted.items():
        for field in dict.fromkeys(fields):
            n[field] += customers.get(kind, 0)
            lacks[field] += missing.get(kind, {}).get(field, 0)
    found = [Lacking(field, lacks[field], n[field]) for field in n]
    return sorted(found, key=lambda one: (-(one.rate or 0), -one.missing))


def entered_soon(days: Iterable[tuple[date, date]]) -> Rate:
    """Of what came about on a day and was entered on another, what was entered within 24 hours: on the day, or the next one,
    for a day has no hour.
    """
    gaps = [entered_on - happened_on for happened_on, entered_on in days]
    soon = sum(gap <= _DAY for gap in gaps)
    return share(soon, len(gaps) - soon)


def connected(groups: Iterable[Sequence[int]]) -> int:
    """How many pairs it takes to connect all that lie in a group together: of three alike two."""
    leads: dict[int, int] = {}
    pairs = 0

    def root(key: int) -> int:
        while key in leads:
            leads[key] = leads.get(leads[key], leads[key])
            key = leads[key]
        return key

    for first, *others in groups:
        for other in others:
            ours, theirs = root(first), root(other)
            if ours != theirs:
                leads[theirs] = ours
                pairs += 1
    return pairs
