"""When surveys and reviews fall due, what is below expectation, and which articles read alike (HANDBOOK §4, §5)."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmcli.rules.cadence import Policy
from crmcli.rules.deadlines import Length
from crmcli.rules.rulebook import Rulebook
from crmcli.rules.service.policy import Below, ServicePolicy
from crmcli.rules.service.surveying import (
    DIMENSIONS,
    SCORES,
    Asked,
    Periodic,
    due_on,
    is_below,
    periodic,
    review_by,
)
from crmcli.rules.span import Span
from crmcli.workcalendar import load

PLAIN = Rulebook()
CHINA = Rulebook(calendar=load("CN", [], []), zone=ZoneInfo("Asia/Shanghai"))
FRIDAY = date(2026, 11, 20)


def book(**numbers: object) -> Rulebook:
    return Rulebook(service=lambda: ServicePolicy(**numbers))  # type: ignore[arg-type]


# --- a survey ---


@pytest.mark.parametrize(
    ("rules", "opened", "sent", "expected"),
    [
        (PLAIN, date(2026, 11, 16), None, date(2026, 11, 19)),
        (PLAIN, FRIDAY, None, date(2026, 11, 25)),
        (PLAIN, date(2026, 11, 21), None, date(2026, 11, 25)),
        (PLAIN, FRIDAY, date(2026, 11, 25), date(2026, 11, 30)),
        # 3 working days after Monday 2025-09-29: 1 to 8 October are off, Saturday the 11th works.
        (CHINA, date(2025, 9, 29), None, date(2025, 10, 10)),
        (CHINA, date(2025, 10, 9), None, date(2025, 10, 13)),
        (book(survey_after=Span.read("1w")), FRIDAY, None, date(2026, 11, 27)),
        # A day off is moved.
        (book(survey_after=Span.read("1d")), FRIDAY, None, date(2026, 11, 23)),
    ],
)
def test_a_survey_falls_due_three_working_days_after(
    rules: Rulebook, opened: date, sent: date | None, expected: date
) -> None:
    assert due_on(opened, sent, rules) == expected


# --- below expectation ---


def answer(**scores: int) -> dict[str, int | None]:
    return {**dict.fromkeys((*SCORES, "nps")), **scores}


@pytest.mark.parametrize(
    ("scores", "expected"),
    [
        ({}, False),
        ({"overall": 3}, True),
        ({"overall": 4}, False),
        ({"overall": 1}, True),
        *[({"overall": 5, name: 2}, True) for names in DIMENSIONS.values() for name in names],
        *[({"overall": 5, name: 3}, False) for names in DIMENSIONS.values() for name in names],
        ({"nps": 6}, True),
        ({"nps": 7}, False),
        ({"nps": 0}, True),
        ({"overall": 5, "nps": 6}, True),
        ({"overall": 3, "nps": 10}, True),
    ],
)
def test_below_expectation(scores: dict[str, int], expected: bool) -> None:
    assert is_below(answer(**scores), Below()) is expected


@given(st.fixed_dictionaries({name: st.integers(1, 5) for name in SCORES} | {"nps": st.integers(0, 10)}))  # fmt: skip
def test_a_better_score_never_makes_it_worse(scores: dict[str, int]) -> None:
    if not is_below(scores, Below()):
        better = {
            name: min(score + 1, 10 if name == "nps" else 5) for name, score in scores.items()
        }
        assert not is_below(better, Below())


def test_the_line_is_a_setting() -> None:
    assert not is_below(answer(overall=3, speed=2, nps=6), Below(overall=2, dimension=1, nps=5))
    assert is_below(answer(overall=5, speed=3), Below(dimension=3))


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        (CHINA, datetime(2026, 11, 21, 1, 30, tzinfo=UTC)),
        (book(review=Length(2, "h")), datetime(2026, 11, 20, 3, 30, tzinfo=UTC)),
    ],
)
def test_a_review_is_due_within_a_day_weekend_or_not(rules: Rulebook, expected: datetime) -> None:
    assert review_by(datetime(2026, 11, 20, 1, 30, tzinfo=UTC), rules) == expected


# --- surveys that come round ---


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        # Never asked: a quarter from the day it was known; Saturday is moved to Monday.
        (Asked(), Periodic("relation", date(2027, 2, 22))),
        (Asked(relation_on=date(2026, 11, 30)), Periodic("relation", date(2027, 3, 1))),
        # The year's talk comes first where both fall on one day.
        (Asked(date(2027, 8, 20), None), Periodic("deep", date(2027, 11, 22))),
        (Asked(date(2027, 8, 20), date(2027, 8, 1)), Periodic("relation", date(2027, 11, 22))),
        # What was asked before it became a customer does not count.
        (Asked(date(2020, 1, 1), date(2020, 1, 1)), Periodic("relation", date(2027, 2, 22))),
    ],
)
def test_core_customers_are_asked_each_quarter_and_each_year(
    asked: Asked, expected: Periodic
) -> None:
    assert periodic("core", "customer", FRIDAY, asked, PLAIN) == expected


@pytest.mark.parametrize(
    ("tier", "stage"),
    [("potential", "customer"), (None, "customer"), ("core", "prospect"), ("core", "lost")],
)
def test_nobody_else_is(tier: str | None, stage: str) -> None:
    assert periodic(tier, stage, FRIDAY, Asked(), PLAIN) is None


def test_how_often_and_where_days_off_go_are_settings() -> None:
    rules = Rulebook(
        Policy(roll="keep"),
        service=lambda: ServicePolicy(survey_relation=Span.read("6m"), survey_deep=Span.read("2m")),
    )
    assert periodic("core", "customer", date(2026, 11, 30), Asked(), rules) == Periodic(
        "deep", date(2027, 1, 30)
    )
