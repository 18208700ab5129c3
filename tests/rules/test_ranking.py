"""The order of the due list: weight of kind and tier, plus capped overdue days (DESIGN §2)."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmcli.rules import ranking
from crmcli.rules.due import DueItem, ranked

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


def item(score: int, due_on: date, due_time: str | None, kind: str, order: int) -> DueItem:
    return DueItem(
        f"t{order}",
        kind,
        {},
        "",
        due_on,
        0,
        False,
        "green",
        score,
        [],
        "",
        order=order,
        due_time=due_time,
    )


items = st.lists(
    st.builds(
        item,
        st.integers(40, 43),
        st.integers(0, 3).map(lambda n: TODAY + timedelta(days=n)),
        st.sampled_from([None, "09:00", "15:00"]),
        st.sampled_from(["task", "touch"]),
        st.integers(1, 5),
    ),
    max_size=12,
)


@given(items)
def test_the_list_is_ordered_by_score_then_date_then_time_then_age(
    given_items: list[DueItem],
) -> None:
    for one, after in pairwise(ranked(given_items)):
        assert one.score >= after.score
        if one.score != after.score:
            continue
        assert one.due_on <= after.due_on
        if one.due_on != after.due_on:
            continue
        assert (
            one.due_time is not None or after.due_time is None
        )  # a time comes before the whole day
        if one.due_time and after.due_time:
            assert one.due_time <= after.due_time
        if (one.due_time, one.kind) == (after.due_time, after.kind):
            assert one.order <= after.order
