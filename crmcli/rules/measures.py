"""The figures of service, surveys and promises, each with its n and None where n is 0 (HANDBOOK §4, §5, §6).

Rates run from 0 to 1, scores as their handbook has them; nothing is rounded.
"""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple, TypeVar

Day = TypeVar("Day", bound=date)
"""A day or, being one too, an instant."""


class Rate(NamedTuple):
    """A share from 0 to 1 of `n` cases."""

    rate: float | None
    n: int


class Figure(NamedTuple):
    """A figure drawn from `n` values, in their unit unless its function says otherwise."""

    value: float | None
    n: int


class NetPromoter(NamedTuple):
    """The net promoter score, -100 to 100, and how many answered which way."""

    score: float | None
    promoters: int
    passives: int
    detractors: int
    n: int


def share(met: int, missed: int) -> Rate:
    """`met` of all that were decided, such as the deadlines of a clock (HANDBOOK §4)."""
    n = met + missed
    return Rate(met / n if n else None, n)


def percentile(values: Iterable[float], fraction: float) -> Figure:
    """The value that `fraction` (0 to 1, to the thousandth) of `values` do not exceed: 0.9 is p90.

    Between two values it lies in proportion: type 7 of Hyndman and Fan, as in R, NumPy and spreadsheets.
    """
    ordered = sorted(values)
    n = len(ordered)
    if not n:
        return Figure(None, 0)
    # In whole thousandths, because 0.9 as a float may fall short of a value that it should hit.
    place, rest = divmod((n - 1) * round(fraction * 1000), 1000)
    low, high = ordered[place], ordered[min(place + 1, n - 1)]
    return Figure(low + (high - low) * rest / 1000, n)


def median(values: Iterable[float]) -> Figure:
    """The middle of `values`, or the mean of the two in the middle (HANDBOOK §4)."""
    return percentile(values, 0.5)


def first_time_resolution(resolved: int, reopened: int) -> Rate:
    """The share of the `resolved` needs that were never `reopened`; goal 0.85 (HANDBOOK §4)."""
    return share(resolved - reopened, reopened)


def csat(scores: Iterable[int]) -> Rate:
    """The share of 4 and 5 among scores from 1 to 5 (HANDBOOK §5)."""
    return _share_of(score >= 4 for score in scores)


def nps(scores: Iterable[int]) -> NetPromoter:
    """Percent of promoters (9, 10) less percent of detractors (0 to 6) among scores from 0 to 10 (HANDBOOK §5)."""
    given = list(scores)
    n = len(given)
    promoters = sum(score >= 9 for score in given)
    detractors = sum(score <= 6 for score in given)
    score = 100 * (promoters - detractors) / n if n else None
    return NetPromoter(score, promoters, n - promoters - detractors, detractors, n)


def satisfaction_index(scores: Iterable[int]) -> Figure:
    """The mean of (score - 1) / 4 x 100 over scores from 1 to 5: 0 to 100, goal 90 (HANDBOOK §5)."""
    given = list(scores)
    n = len(given)
    return Figure(100 * (sum(given) - n) / (4 * n) if n else None, n)


def in_time(by: Day, met: Day | None, now: Day) -> bool | None:
    """True when met by its deadline, False when met later or past it, None while it may still be met.

    All three are days, or all three instants; a day is past from the next midnight (CLI.md, JSON).
    """
    if met is not None:
        return met <= by
    return False if now > by else None


def on_time_rate(results: Iterable[bool | None]) -> Rate:
    """The share in time of what was met, missed or broken, undecided ones (None) left out (HANDBOOK §4, §6)."""
    return _share_of(result for result in results if result is not None)


def _share_of(cases: Iterable[bool]) -> Rate:
    counted = list(cases)
    met = sum(counted)
    return share(met, len(counted) - met)
