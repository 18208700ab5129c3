"""Lengths of time: how they are written and where they end (HANDBOOK §3, CLI.md settings)."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmcli.errors import BadValue
from crmcli.rules.span import Span
from crmcli.rules.workdays import Calendar

EVERY_WEEKDAY = Calendar()
CLOSED_FRIDAY = Calendar(off={date(2026, 11, 27)}, working={date(2026, 11, 29)})


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("1m", Span(1, "m")),
        ("2w", Span(2, "w")),
        ("90d", Span(90, "d")),
        ("3wd", Span(3, "wd")),
        ("1y", Span(1, "y")),
        ("+3d", Span(3, "d")),
        (" 10 D ", Span(10, "d")),
        ("3WD", Span(3, "wd")),
        ("9999d", Span(9999, "d")),
        ("007d", Span(7, "d")),
    ],
)
def test_a_length_of_time_is_read(text: str, span: Span) -> None:
    assert Span.read(text) == span


@pytest.mark.parametrize(
    "text",
    ["", " ", "m", "3", "0d", "-1m", "1.5m", "1 month", "10000d", "1m2w", "3 w d", "3h", "monthly", "+", "++1d", "1d\n2d"],
)  # fmt: skip
def test_what_is_no_length_of_time_is_refused_with_the_forms_that_work(text: str) -> None:
    with pytest.raises(BadValue) as refusal:
        Span.read(text)
    assert str(refusal.value) == (
        f"{text!r} is not a length of time; write it like 10d, 2w, 1m, 1y or 3wd (working days)"
    )


@pytest.mark.parametrize(
    ("text", "day", "end"),
    [
        ("1m", date(2026, 1, 31), date(2026, 2, 28)),
        ("1m", date(2028, 1, 31), date(2028, 2, 29)),
        ("1m", date(2026, 2, 28), date(2026, 3, 28)),
        ("1m", date(2026, 10, 20), date(2026, 11, 20)),
        ("2m", date(2026, 12, 31), date(2027, 2, 28)),
        ("3m", date(2026, 11, 30), date(2027, 2, 28)),
        ("12m", date(2028, 2, 29), date(2029, 2, 28)),
        ("1y", date(2028, 2, 29), date(2029, 2, 28)),
        ("4y", date(2028, 2, 29), date(2032, 2, 29)),
        ("90d", date(2026, 1, 1), date(2026, 4, 1)),
        ("1d", date(2028, 2, 28), date(2028, 2, 29)),
        ("1d", date(2026, 12, 31), date(2027, 1, 1)),
        ("1w", date(2026, 12, 28), date(2027, 1, 4)),
        ("1wd", date(2026, 11, 27), date(2026, 11, 30)),
        ("3wd", date(2026, 11, 28), date(2026, 12, 2)),
    ],
)
def test_where_a_length_of_time_ends(text: str, day: date, end: date) -> None:
    assert Span.read(text).after(day, EVERY_WEEKDAY) == end


def test_only_working_days_ask_the_calendar() -> None:
    thursday = date(2026, 11, 26)
    assert Span(1, "wd").after(thursday, CLOSED_FRIDAY) == date(2026, 11, 29)
    assert Span(1, "d").after(thursday, CLOSED_FRIDAY) == date(2026, 11, 27)


@pytest.mark.parametrize("text", ["9999y", "9999m", "9999w", "9999d", "9999wd"])
def test_a_length_of_time_beyond_the_calendar_is_refused(text: str) -> None:
    with pytest.raises(BadValue) as refusal:
        Span.read(text).after(date(9999, 6, 1), EVERY_WEEKDAY)
    assert str(refusal.value) == f"{text} after 9999-06-01 is beyond the calendar"


@given(st.integers(1, 9999), st.sampled_from(["d", "w", "m", "y", "wd"]))
def test_a_span_is_read_as_it_is_written(count: int, unit: str) -> None:
    assert Span.read(str(Span(count, unit))) == Span(count, unit)


@given(st.dates(date(1950, 1, 1), date(2150, 1, 1)), st.integers(1, 500))
def test_months_end_on_the_same_day_or_the_last_of_the_month(day: date, count: int) -> None:
    end = Span(count, "m").after(day, EVERY_WEEKDAY)
    assert end.year * 12 + end.month == day.year * 12 + day.month + count
    assert end.day == day.day or (
        end.day < day.day and (end + timedelta(days=1)).month != end.month
    )


@given(st.dates(date(1950, 1, 1), date(2150, 1, 1)), st.integers(1, 500))
def test_years_are_twelve_months_and_weeks_seven_days(day: date, count: int) -> None:
    assert Span(count, "y").after(day, EVERY_WEEKDAY) == Span(12 * count, "m").after(
        day, EVERY_WEEKDAY
    )
    assert Span(count, "w").after(day, EVERY_WEEKDAY) == day + timedelta(days=7 * count)
