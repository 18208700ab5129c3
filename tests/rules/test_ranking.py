"""The order of the due list: weight of kind and tier, plus capped overdue days (DESIGN §2)."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmcli.rules import ranking

TIERS = ("core", "potential", "ordinary")
TODAY = date(2026, 11, 20)


def weight(kind: str, tier: str | None, tiers: Sequence[str] = TIERS) -> int:
    """The whole weight of an item of a customer of this tier."""
    return ranking.weight(kind, ranking.tier_weight(tier, tiers))


def test_a_better_tier_weighs_more_and_none_weighs_as_the_last() -> None:
    weights = [weight("touch", tier) for tier in (*TIERS, None, "gone")]
    assert weights == [70, 60, 50, 50, 50]


def test_a_promise_comes_before_tasks_then_days_of_theirs_then_routine_then_the_lost() -> None:
    in_order = ("follow-up", "task", "unanswered", "key-date", "touch", "win-back")
    assert [weight(kind, "core") for kind in in_order] == [90, 80, 80, 75, 70, 60]


def test_what_a_tier_adds_does_not_depend_on_the_kind_and_one_rank_is_one_step() -> None:
    for tiers in (TIERS, ("diamond", *TIERS), ("only",)):
        added = [ranking.tier_weight(tier, tiers) for tier in tiers]
        assert added == [10 * (len(tiers) - place) for place in range(len(tiers))]
        for kind in ranking.KIND_WEIGHTS:
            assert {weight(kind, tier, tiers) - ranking.KIND_WEIGHTS[kind] for tier in (*tiers, None, "gone")} == set(added)  # fmt: skip


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
