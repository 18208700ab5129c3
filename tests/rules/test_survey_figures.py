"""What surveys say, against published worked examples (HANDBOOK §5)."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmcli.rules.measures import Figure, NetPromoter, Rate
from crmcli.rules.service.survey_figures import (
    BY_DIMENSION,
    COVERAGE_GOAL,
    INDEX_GOAL,
    Dimension,
    coverage,
    figures,
)
from crmcli.rules.service.surveying import SCORES

NOTHING = dict.fromkeys((*SCORES, "nps"))


def answered(**scores: int) -> dict[str, Any]:
    return {"status": "answered", **NOTHING, **scores}


def unanswered(status: str) -> dict[str, Any]:
    return {"status": status, **NOTHING}


def times(count: int, **scores: int) -> list[dict[str, Any]]:
    return [answered(**scores)] * count


def test_the_published_example_of_csat() -> None:
    # 107 answers: 42 very satisfied, 32 satisfied, 10 neutral, 9 unsatisfied, 14 very unsatisfied.
    found = figures(
        times(42, overall=5)
        + times(32, overall=4)
        + times(10, overall=3)
        + times(9, overall=2)
        + times(14, overall=1)
    )
    assert found.csat == Rate(74 / 107, 107)
    # (42 x 100 + 32 x 75 + 10 x 50 + 9 x 25) / 107
    assert found.index == Figure(7325 / 107, 107)


@pytest.mark.parametrize(
    ("scores", "expected"),
    [
        # 10 promoters, 3 passives, 3 detractors of 16: 62.5 % - 18.75 %.
        ([10] * 6 + [9] * 4 + [8] * 2 + [7] + [6] + [3] + [0], NetPromoter(43.75, 10, 3, 3, 16)),
        # 70 promoters, 20 passives, 10 detractors of 100.
        ([9] * 70 + [7] * 20 + [6] * 10, NetPromoter(60.0, 70, 20, 10, 100)),
        ([0], NetPromoter(-100.0, 0, 0, 1, 1)),
        ([], NetPromoter(None, 0, 0, 0, 0)),
    ],
)
def test_nps(scores: list[int], expected: NetPromoter) -> None:
    assert figures([answered(nps=score) for score in scores]).nps == expected


def test_each_figure_has_the_n_of_those_who_said_it() -> None:
    found = figures(
        [
            answered(overall=5, solved=5, speed=2, nps=10),
            answered(overall=4, solved=3),
            answered(nps=6),
            answered(product=1, response=4),
            unanswered("no_answer"),
            unanswered("sent"),
            unanswered("sent"),
            unanswered("due"),
        ]
    )
    assert found.csat == Rate(1.0, 2)
    assert found.index == Figure(87.5, 2)
    assert found.nps == NetPromoter(0.0, 1, 0, 1, 2)
    assert found.by_dimension == {
        "solved": Dimension(Figure(75.0, 2), Rate(0.5, 2)),
        "speed": Dimension(Figure(25.0, 1), Rate(0.0, 1)),
        "attitude": Dimension(Figure(None, 0), Rate(None, 0)),
        "product": Dimension(Figure(0.0, 1), Rate(0.0, 1)),
        "response": Dimension(Figure(75.0, 1), Rate(1.0, 1)),
        "support": Dimension(Figure(None, 0), Rate(None, 0)),
    }
    # What is merely due was not asked yet.
    assert found.response == Rate(4 / 7, 7)
    assert (found.answered, found.no_answer, found.sent) == (4, 1, 2)


def test_scores_of_what_is_not_answered_do_not_count() -> None:
    assert figures([{**answered(overall=1), "status": "sent"}]).csat == Rate(None, 0)


def test_nothing_asked_is_no_figure() -> None:
    found = figures([])
    assert found.csat == found.response == Rate(None, 0)
    assert found.index == Figure(None, 0)
    assert found.nps.score is None
    assert list(found.by_dimension) == list(BY_DIMENSION)
    assert set(found.by_dimension.values()) == {Dimension(Figure(None, 0), Rate(None, 0))}


@pytest.mark.parametrize(
    ("asked", "active", "expected"),
    [(3, 10, Rate(0.3, 10)), (0, 4, Rate(0.0, 4)), (0, 0, Rate(None, 0))],
)
def test_coverage(asked: int, active: int, expected: Rate) -> None:
    assert coverage(asked, active) == expected


def test_the_goals_are_the_handbooks() -> None:
    assert (INDEX_GOAL, COVERAGE_GOAL) == (90, 0.30)


@given(st.lists(st.tuples(st.integers(1, 5), st.integers(0, 10))))
def test_they_are_gone_through_once_in_any_order(scores: list[tuple[int, int]]) -> None:
    rows = [answered(overall=overall, nps=nps) for overall, nps in scores]

    def once() -> Iterator[dict[str, Any]]:
        yield from rows

    assert figures(once()) == figures(rows[::-1])
