"""Recency, frequency and monetary value, scored 1 to 5 as the R package `rfm` does, and the segments of these (HANDBOOK §7).

A score is relative: to all who ordered up to the same date. Everything is counted in whole numbers, so that no value comes
to lie beside a cut that it should meet: days, orders, and minor units of the base currency.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

BINS = 5
"""Scores run from 1 to this."""

ALL_SEGMENTS = (
    "Champions", "Potential Loyalist", "Loyal Customers", "Promising", "New Customers", "Can't Lose Them", "At Risk",
    "Need Attention", "About To Sleep", "Lost", "Others",
)  # fmt: skip
"""The names of the segments, in the order in which they are tried; the last is what is left."""

_FITS = (
    ((5, 5), (5, 5), (5, 5)),  # Champions: R, F and M, each from and to
    ((3, 5), (3, 5), (2, 5)),
    ((2, 4), (2, 4), (2, 4)),
    ((3, 4), (1, 3), (3, 5)),
    ((4, 5), (1, 3), (1, 5)),
    ((1, 2), (3, 4), (4, 5)),  # Can't Lose Them
    ((1, 2), (2, 5), (4, 5)),
    ((1, 3), (3, 5), (3, 5)),
    ((2, 3), (1, 3), (1, 4)),
    ((1, 1), (1, 5), (1, 5)),  # Lost
)


class Purchases(NamedTuple):
    """What one customer ordered up to a date: the day of the last order, how many, and for how much in minor units."""

    customer: int
    last_on: date
    orders: int
    amount: int


class Scored(NamedTuple):
    """A customer's purchases at a date, with their scores and segment."""

    customer: int
    recency_days: int
    orders: int
    amount: int
    r: int
    f: int
    m: int
    segment: str


class Cuts(NamedTuple):
    """What separates the scores of one measure: four numbers, each five times what it stands for, which is whole then."""

    times_five: Sequence[int]

    def score(self, value: int) -> int:
        """1 to 5: one more than the cuts that `value` reaches."""
        return 1 + bisect_right(self.times_five, value * BINS)


def cuts(values: Iterable[int], one: int = 1) -> Cuts:
    """The type-7 quantiles at 20, 40, 60 and 80 % of whole numbers, plus `one` (a day, an order, a major unit).

    None are known of no values: everything scores 1 then.
    """
    ordered = sorted(values)
    last = len(ordered) - 1
    found = []
    for part in range(1, BINS) if ordered else ():
        place, rest = divmod(last * part, BINS)
        low, high = ordered[place], ordered[min(place + 1, last)]
        found.append(BINS * low + (high - low) * rest + BINS * one)
    return Cuts(found)


def score(purchases: Sequence[Purchases], on: date, major: int = 100) -> list[Scored]:
    """The scores of all, in their order, at the date `on`, of which they hold no order after it.

    `major` is what a major unit of the currency has of minor ones: 100 of most, 1 of the yen, 1000 of the dinar.
    """
    # Counted by the number of the day, for a hundred thousand differences of dates take their time.
    today = on.toordinal()
    days = [today - one.last_on.toordinal() for one in purchases]
    recency = cuts(days).times_five
    frequency = cuts(one.orders for one in purchases).times_five
    monetary = cuts((one.amount for one in purchases), major).times_five
    found = []
    for one, gone in zip(purchases, days, strict=True):
        r = BINS - bisect_right(recency, gone * BINS)  # the most recent score best
        f = 1 + bisect_right(frequency, one.orders * BINS)
        m = 1 + bisect_right(monetary, one.amount * BINS)
        found.append(Scored(one.customer, gone, one.orders, one.amount, r, f, m, _SEGMENT_OF[r, f, m]))  # fmt: skip
    return found


def segment_of(r: int, f: int, m: int) -> str:
    """The first segment of the handbook's table that three scores fit, else Others."""
    return _SEGMENT_OF[r, f, m]


def _first_fit(scores: tuple[int, int, int]) -> str:
    for name, ranges in zip(ALL_SEGMENTS, _FITS, strict=False):
        if all(low <= value <= high for value, (low, high) in zip(scores, ranges, strict=True)):
            return name
    return ALL_SEGMENTS[-1]


_SCORES = range(1, BINS + 1)
_SEGMENT_OF = {(r, f, m): _first_fit((r, f, m)) for r in _SCORES for f in _SCORES for m in _SCORES}
