"""Touches made when due, and weeks (HANDBOOK §3, §11)."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmcli.rules.cadence import Policy
from crmcli.rules.measures import Rate
from crmcli.rules.reports.follow_up import (
    Cadence,
    Contacted,
    Contacts,
    FollowUp,
    cadence_kept,
    week_of,
)
from crmcli.rules.span import Span
from crmcli.rules.workdays import Calendar
from tests.support import heavy

NOVEMBER = ("2026-11-01", "2026-11-30")
HOLIDAYS = Calendar(off=frozenset(date(2026, 10, 1) + timedelta(days=n) for n in range(8)))


@pytest.mark.parametrize(
    ("every", "days", "kept", "n"),
    [
        ("1m", "2026-10-05,2026-11-05", 1, 1),  # on the day itself
        ("1m", "2026-10-05,2026-11-06", 0, 1),  # a day late, and its own touch is due in December
        ("1m", "2026-10-05,2026-10-05", 0, 1),  # twice on one day is once
        ("1m", "2026-11-06,2026-10-05", 0, 1),  # in no order
        ("1m", "2026-10-01,2026-11-02", 1, 1),  # Sunday 1 November moves to Monday
        ("10d", "2026-11-01,2026-11-09,2026-11-12", 2, 2),  # the last is due on the 23rd, today
        ("1w", "2026-11-20", 0, 0),  # due on the 27th, which is still to come
        ("1w", "2026-11-16", 0, 0),  # due today
        ("1w", "2026-11-13", 0, 1),
        ("1m", "2026-09-01", 0, 0),  # was due in October
    ],
)
def test_a_touch_is_made_by_the_day_it_is_due(every: str, days: str, kept: int, n: int) -> None:
    cadence = Cadence(Policy(), Calendar())
    told = [Contacted("core", every, None, days)]
    rate = kept / n if n else None
    assert cadence_kept(told, cadence, [NOVEMBER], "2026-11-23") == [Rate(rate, n)]


def test_of_several_periods_each_touch_counts_where_it_is_due() -> None:
    told = [Contacted("core", None, "2026-09-10", "2026-09-01,2026-09-10,2026-10-12,2026-11-20")]
    periods = [NOVEMBER, ("2026-10-01", "2026-10-31"), ("2026-01-01", "2026-12-31")]
    # From 10 September to Monday 12 October in time; from there to 12 November not; 1 September was before it began.
    assert cadence_kept(told, Cadence(Policy(), Calendar()), periods, "2026-12-01") == [
        Rate(0, 1), Rate(1, 1), Rate(1 / 2, 2),
    ]  # fmt: skip


@settings(max_examples=heavy(20), derandomize=True)
@given(
    every=st.builds(Span, st.integers(1, 40), st.sampled_from(["d", "w", "wd", "m"])),
    first=st.dates(date(2026, 1, 1), date(2027, 12, 31)),
    roll=st.sampled_from(["next", "previous", "keep"]),
)
def test_nothing_due_in_a_period_comes_from_before_it_is_looked_for(
    every: Span, first: date, roll: str
) -> None:
    cadence = Cadence(Policy(roll=roll), HOLIDAYS)
    since = date.fromisoformat(cadence.from_when([every], first.isoformat()))
    due = [cadence.due(every, (since + timedelta(days=n)).isoformat()) for n in (-1, 0)]
    assert due[0] < first.isoformat() <= due[1]


def test_what_is_due_beyond_the_calendar_is_never_due() -> None:
    assert Cadence(Policy(), Calendar()).due(Span(9999, "y"), "2026-11-20") == "9999-12-31"
    assert Cadence(Policy(), Calendar()).from_when([Span(9999, "y")], "2026-11-01") == "0001-01-01"


@pytest.mark.parametrize(
    ("day", "week"),
    [("2026-12-31", "2026-W53"), ("2027-01-03", "2026-W53"), ("2027-01-04", "2027-W01"), ("2024-12-30", "2025-W01")],
)  # fmt: skip
def test_weeks_are_those_of_iso_8601(day: str, week: str) -> None:
    assert week_of(date.fromisoformat(day)) == week


def test_contacts_of_other_days_do_not_count() -> None:
    found = FollowUp(date(2026, 11, 1), date(2026, 11, 30))
    for day in ("2026-10-31", "2026-11-01", "2026-11-30", "2026-12-01"):
        found.add(Contacts(day, "call", True, False, day == "2026-11-01", False, False, 3))
    assert (found.n, found.unnamed, found.share_of("has_intent")) == (6, 6, Rate(0.5, 6))
    assert [sum(one.by_channel.values()) for one in found.weeks(date(2026, 12, 31))] == [3, 0, 0, 0, 0, 3]  # fmt: skip
