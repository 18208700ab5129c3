"""The order of the due list: weight of kind and tier, plus capped overdue days (DESIGN §2)."""

from datetime import date, timedelta
from itertools import pairwise, permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmcli.rules import ranking

TIERS = ("core", "potential", "ordinary")
TODAY = date(2026, 11, 20)


def test_a_better_tier_weighs_more_and_none_weighs_as_the_last() -> None:
    weights = [ranking.weight("touch", tier, TIERS) for tier in (*TIERS, None, "gone")]
    assert weights == [70, 60, 50, 50, 50]


def test_what_was_agreed_comes_before_tasks_and_tasks_before_touches() -> None:
    assert [ranking.weight(kind, "core", TIERS) for kind in ("follow-up", "task", "touch")] == [
        90,
        80,
        70,
    ]


def test_every_weight_that_a_kind_can_have_is_known_highest_first() -> None:
    for kind in ranking.KIND_WEIGHTS:
        known = ranking.weights(kind, TIERS)
        assert all(a > b for a, b in pairwise(known))
        assert {ranking.weight(kind, tier, TIERS) for tier in (*TIERS, None, "gone")} == set(known)


@pytest.mark.parametrize(
    ("days_late", "overdue", "score"),
    [
        (-3, 0, 70),
        (0, 0, 70),
        (1, 1, 71),
        (29, 29, 99),
        (30, 30, 100),
        (31, 31, 100),
        (400, 400, 100),
    ],
)
def test_the_score_grows_with_lateness_up_to_a_month(
    days_late: int, overdue: int, score: int
) -> None:
    due = TODAY - timedelta(days=days_late)
    assert ranking.overdue_days(due, TODAY) == overdue
    assert ranking.score(70, due, TODAY) == score


@pytest.mark.parametrize(
    ("days_late", "overdue", "light"),
    [
        (1, None, "red"), (0, None, "yellow"), (-1, None, "green"),
        (0, True, "red"), (0, False, "yellow"), (-1, False, "green"),
    ],
)  # fmt: skip
def test_red_overdue_yellow_today_green_later(
    days_late: int, overdue: bool | None, light: str
) -> None:
    assert ranking.light(TODAY - timedelta(days=days_late), TODAY, overdue) == light


def test_the_order_is_score_then_date_then_time_and_a_time_comes_before_the_whole_day() -> None:
    late, today, ahead = TODAY - timedelta(days=2), TODAY, TODAY + timedelta(days=3)
    told = [
        (90, today, None),  # the heaviest, though not the latest
        (70, late, None),  # 72: two days late
        (72, today, "09:00"),  # 72 too, but younger
        (72, today, "15:00"),
        (72, today, None),
        (72, ahead, None),
    ]
    for mixed in permutations(told):
        assert sorted(mixed, key=lambda one: ranking.rank(*one, TODAY)) == told


@given(st.integers(0, 100), st.integers(-400, 400), st.integers(-400, 400))
def test_within_one_weight_the_earlier_date_is_never_later_in_the_list(
    weight: int, one: int, other: int
) -> None:
    days = [TODAY + timedelta(days=n) for n in sorted((one, other))]
    ranks = [ranking.rank(weight, day, None, TODAY) for day in days]
    assert ranks == sorted(ranks)
