"""What a customer's orders come to, and in what rhythm they come (HANDBOOK §7)."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import pairwise
from math import ceil, floor
from typing import NamedTuple

from crmcli.rules.measures import median, percentile
from crmcli.rules.rulebook import Rulebook
from crmcli.rules.silence import is_history

FEWEST = 3
"""So many occasions, and no fewer, make a rhythm."""

_HARDLY_EVER = 0.9
"""The share of gaps that is usual: what is longer than these is noticed."""


class Rhythm(NamedTuple):
    """How a customer orders: the last day, the middle of its gaps in days, and what 90 % of them do not exceed."""

    last_on: date
    median_gap: float
    usual_gap: float

    @property
    def waits(self) -> int:
        """After so many whole days the median gap has passed."""
        return ceil(self.median_gap)

    @property
    def next_on(self) -> date:
        """The first day on which the median gap has passed since the last order."""
        return _after(self.last_on, self.waits)

    @property
    def quiet_on(self) -> date:
        """The first day that lies beyond the usual gaps."""
        return _after(self.last_on, floor(self.usual_gap) + 1)


def gaps(days: Iterable[date]) -> list[int]:
    """The days between one occasion and the next: several orders of one day are one."""
    ordered = sorted(set(days))
    return [(after - before).days for before, after in pairwise(ordered)]


def rhythm(days: Iterable[date]) -> Rhythm | None:
    """The rhythm of orders made on these days; None of fewer than three occasions."""
    occasions = set(days)
    if len(occasions) < FEWEST:
        return None
    between = gaps(occasions)
    middle, usual = median(between).value, percentile(between, _HARDLY_EVER).value
    assert middle is not None
    assert usual is not None
    return Rhythm(max(occasions), middle, usual)


def median_gap(days: Iterable[date]) -> float | None:
    """The middle of the gaps between these days; None where there is no gap."""
    return median(gaps(days)).value


def repurchases(orders: int) -> int:
    """How many orders came after the first."""
    return max(0, orders - 1)


def brought_on(days: Sequence[date | None]) -> date | None:
    """The day on which an import brought what these rows say together; None when one of them was entered by hand.

    What two imports brought, the first of them did.
    """
    imported = [day for day in days if day is not None]
    return min(imported) if len(imported) == len(days) and imported else None


def reorder_on(
    known: Rhythm, imported_on: date | None, done_for: date | None, book: Rulebook
) -> date | None:
    """When the next order is asked for, moved to a working day; `imported_on` is when an import brought the last one.

    None when it was settled for the last order (`done_for`), or is history.
    """
    if done_for and done_for >= known.last_on:
        return None
    on = book.rolled(known.next_on)
    return None if is_history(on, imported_on) else on


def _after(day: date, days: int) -> date:
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return date.max
