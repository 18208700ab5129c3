"""The figures of service, surveys and promises against published examples and brute force (HANDBOOK §4, §5, §6)."""

import statistics
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmcli.rules.measures import (
    Figure,
    NetPromoter,
    Rate,
    csat,
    first_time_resolution,
    in_time,
    median,
    nps,
    on_time_rate,
    percentile,
    satisfaction_index,
    share,
)
from tests.support import heavy

wholes = st.lists(st.integers(-(10**9), 10**9), min_size=1, max_size=60)
stars = st.lists(st.integers(1, 5), min_size=1, max_size=200)


def test_nothing_measured_is_none_and_no_zero() -> None:
    assert (
        share(0, 0) == csat([]) == first_time_resolution(0, 0) == on_time_rate([]) == Rate(None, 0)
    )
    assert median([]) == percentile([], 0.9) == satisfaction_index([]) == Figure(None, 0)
    assert nps([]) == NetPromoter(None, 0, 0, 0, 0)
    assert on_time_rate([None, None]) == Rate(None, 0)


# --- shares ---


@pytest.mark.parametrize(
    ("met", "missed", "rate"), [(3, 1, 0.75), (0, 4, 0.0), (4, 0, 1.0), (1, 2, 1 / 3)]
)
def test_a_share_is_of_all_that_was_decided(met: int, missed: int, rate: float) -> None:
    assert share(met, missed) == Rate(rate, met + missed)


def test_first_time_resolution_counts_what_was_never_reopened() -> None:
    assert first_time_resolution(20, 3) == Rate(0.85, 20)


def test_the_on_time_rate_leaves_out_what_may_still_be_met() -> None:
    assert on_time_rate([True, True, True, False, None]) == Rate(0.75, 4)
    assert on_time_rate(iter([True])) == Rate(1.0, 1)


BY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("met", "now", "expected"),
    [
        (0, 5, True),
        (-3, 5, True),
        (1, 5, False),
        (None, -1, None),
        (None, 0, None),  # a day is past from the next midnight
        (None, 1, False),
    ],
)
def test_in_time(met: int | None, now: int, expected: bool | None) -> None:
    def days(count: int) -> date:
        return BY + timedelta(days=count)

    assert in_time(BY, None if met is None else days(met), days(now)) is expected

    def instants(count: int) -> datetime:
        return datetime(2026, 11, 20, 18, tzinfo=UTC) + count * timedelta.resolution

    assert in_time(instants(0), None if met is None else instants(met), instants(now)) is expected


# --- medians and percentiles ---


@pytest.mark.parametrize(
    ("values", "fraction", "value"),
    [
        ([7], 0.9, 7),
        ([1, 2], 0.9, 1.9),
        (range(1, 11), 0.9, 9.1),
        (range(1, 12), 0.9, 10),
        (range(11), 0.7, 7),
        (range(11), 1 - 0.9, 1),  # a little less than 0.1
        ([4, 1, 3, 2], 0.5, 2.5),
        ([3, 1, 2], 0.5, 2),
        ([15, 20, 35, 40, 50], 0.4, 29),  # the worked example of Wikipedia's "Percentile"
        ([1, 2, 3, 4], 0.75, 3.25),
        ([5, 1, 9], 0.0, 1),
        ([5, 1, 9], 1.0, 9),
    ],
)
def test_percentiles_of_type_7(values: list[int], fraction: float, value: float) -> None:
    assert percentile(values, fraction) == Figure(value, len(values))


@settings(max_examples=heavy(200))
@given(wholes, st.integers(2, 20))
def test_percentiles_are_those_of_the_standard_library(values: list[int], parts: int) -> None:
    cuts = statistics.quantiles(values * 2, n=10, method="inclusive")
    for tenth, cut in enumerate(cuts, 1):
        assert percentile(values * 2, tenth / 10).value == pytest.approx(cut, rel=1e-12, abs=1e-6)
    assert median(values).value == pytest.approx(statistics.median(values), rel=1e-12)


@settings(max_examples=heavy(200))
@given(wholes, st.integers(0, 1000))
def test_percentiles_by_brute_force(values: list[int], thousandths: int) -> None:
    """The value is where the broken line through the ordered values stands over (n - 1) times the fraction."""
    ordered, place = sorted(values), Fraction(thousandths, 1000) * (len(values) - 1)
    line = [
        ordered[left] + (place - left) * (ordered[left + 1] - ordered[left])
        for left in range(len(values) - 1)
        if left <= place <= left + 1
    ] or ordered
    found = percentile(values, thousandths / 1000)
    assert found.n == len(values)
    assert found.value == pytest.approx(float(line[0]), rel=1e-12, abs=1e-6)
    if place.denominator == 1:
        assert found.value == ordered[int(place)]


@given(wholes)
def test_percentiles_rise_with_the_fraction(values: list[int]) -> None:
    found = [percentile(values, fraction / 20).value or 0.0 for fraction in range(21)]
    assert found == sorted(found)
    assert (found[0], found[-1]) == (min(values), max(values))


# --- surveys ---


def test_csat_is_the_published_example() -> None:
    """42 fives, 32 fours, 10 threes, 9 twos, 14 ones: the top two of 107 are 69.16 %."""
    found = csat([5] * 42 + [4] * 32 + [3] * 10 + [2] * 9 + [1] * 14)
    assert found == Rate(74 / 107, 107)
    assert round(100 * (found.rate or 0), 2) == 69.16


def test_nps_is_the_published_example() -> None:
    """10 promoters, 3 passives and 3 detractors: 43.75."""
    assert nps([10] * 6 + [9] * 4 + [8, 7, 7] + [6, 3, 0]) == NetPromoter(43.75, 10, 3, 3, 16)


def test_where_promoters_and_detractors_begin() -> None:
    answers = [nps([score])[1:4] for score in range(11)]
    assert answers == [(0, 0, 1)] * 7 + [(0, 1, 0)] * 2 + [(1, 0, 0)] * 2


@given(st.lists(st.integers(0, 10), min_size=1, max_size=200))
def test_nps_is_the_difference_of_two_percentages(scores: list[int]) -> None:
    found = nps(scores)
    promoters = [score for score in scores if score in (9, 10)]
    detractors = [score for score in scores if score < 7]
    exact = Fraction(100 * len(promoters), len(scores)) - Fraction(
        100 * len(detractors), len(scores)
    )
    assert found.score == float(exact)
    assert found.n == len(scores) == found.promoters + found.passives + found.detractors


@pytest.mark.parametrize(
    ("scores", "index"),
    [([5], 100), ([1], 0), ([3], 50), ([4], 75), ([5, 4], 87.5), ([5, 5, 5, 4, 1], 75)],
)
def test_the_satisfaction_index(scores: list[int], index: float) -> None:
    assert satisfaction_index(scores) == Figure(index, len(scores))


@given(stars)
def test_the_index_is_the_mean_of_each_score_on_its_way_from_1_to_5(scores: list[int]) -> None:
    exact = sum(Fraction(score - 1, 4) for score in scores) / len(scores) * 100
    assert satisfaction_index(iter(scores)) == Figure(float(exact), len(scores))


@given(stars)
def test_csat_counts_fours_and_fives(scores: list[int]) -> None:
    happy = scores.count(4) + scores.count(5)
    assert csat(iter(scores)) == Rate(happy / len(scores), len(scores))
