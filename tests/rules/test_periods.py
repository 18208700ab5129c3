"""Periods of reports and dossiers: their days, the one before, and how they are written (CLI.md `--period`)."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmcli.errors import BadValue
from crmcli.rules.periods import MONTH, QUARTER, YEAR, Period, containing, read_period

TODAY = date(2026, 11, 20)


def days(period: Period) -> tuple[str, str, str]:
    return period.name, period.first.isoformat(), period.last.isoformat()


@pytest.mark.parametrize(
    ("text", "name", "first", "last"),
    [
        ("2026-10", "2026-10", "2026-10-01", "2026-10-31"),
        ("2026-2", "2026-02", "2026-02-01", "2026-02-28"),
        ("2024/02", "2024-02", "2024-02-01", "2024-02-29"),
        ("2026.12", "2026-12", "2026-12-01", "2026-12-31"),
        ("2026Q1", "2026Q1", "2026-01-01", "2026-03-31"),
        ("2026q4", "2026Q4", "2026-10-01", "2026-12-31"),
        ("2026-Q2", "2026Q2", "2026-04-01", "2026-06-30"),
        (" 2026 q3 ", "2026Q3", "2026-07-01", "2026-09-30"),
        ("2026", "2026", "2026-01-01", "2026-12-31"),
        ("1900", "1900", "1900-01-01", "1900-12-31"),
        ("9000-12", "9000-12", "9000-12-01", "9000-12-31"),
        ("2026年10月", "2026-10", "2026-10-01", "2026-10-31"),
        ("2026 年 3 月", "2026-03", "2026-03-01", "2026-03-31"),
        ("２０２６年１０月份", "2026-10", "2026-10-01", "2026-10-31"),
        ("2026年十月", "2026-10", "2026-10-01", "2026-10-31"),
        ("2026年十二月", "2026-12", "2026-12-01", "2026-12-31"),
        ("2026年一月", "2026-01", "2026-01-01", "2026-01-31"),
        ("2026年第1季度", "2026Q1", "2026-01-01", "2026-03-31"),
        ("2026年第四季度", "2026Q4", "2026-10-01", "2026-12-31"),
        ("2026年二季度", "2026Q2", "2026-04-01", "2026-06-30"),
        ("2026年Q3", "2026Q3", "2026-07-01", "2026-09-30"),
        ("2026年", "2026", "2026-01-01", "2026-12-31"),
        ("2026年度", "2026", "2026-01-01", "2026-12-31"),
        ("this month", "2026-11", "2026-11-01", "2026-11-30"),
        ("Last  Month", "2026-10", "2026-10-01", "2026-10-31"),
        ("this quarter", "2026Q4", "2026-10-01", "2026-12-31"),
        ("last quarter", "2026Q3", "2026-07-01", "2026-09-30"),
        ("this year", "2026", "2026-01-01", "2026-12-31"),
        ("last year", "2025", "2025-01-01", "2025-12-31"),
        ("本月", "2026-11", "2026-11-01", "2026-11-30"),
        ("上个月", "2026-10", "2026-10-01", "2026-10-31"),
        ("本季度", "2026Q4", "2026-10-01", "2026-12-31"),
        ("上季度", "2026Q3", "2026-07-01", "2026-09-30"),
        ("今年", "2026", "2026-01-01", "2026-12-31"),
        ("去年", "2025", "2025-01-01", "2025-12-31"),
    ],
)
def test_a_period_is_read_as_people_write_it(text: str, name: str, first: str, last: str) -> None:
    assert days(read_period(text, TODAY)) == (name, first, last)


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "2026-13", "2026-0", "2026-00", "2026Q0", "2026Q5", "26-10", "202610", "2026-10-05", "10", "Q1", "10-2026",
        "1899", "9001", "2026年13月", "2026年第5季度", "2026年十五月", "10月", "2026年3", "2026年第3", "-2026", "month", "nonsense", "2026-", "²⁰²⁶年x",
    ],
)  # fmt: skip
def test_what_is_no_period_is_refused_with_the_forms_that_work(text: str) -> None:
    with pytest.raises(BadValue) as refusal:
        read_period(text, TODAY)
    assert refusal.value.sentence() == (
        f"{text!r} is not a period; write it like 2026-10, 2026Q1, 2026, this month, last quarter, 2026年10月 or "
        "2026年第1季度 (years 1900 to 9000)"
    )


@pytest.mark.parametrize(
    ("text", "before"),
    [
        ("2026-10", ("2026-09", "2026-09-01", "2026-09-30")),
        ("2026-01", ("2025-12", "2025-12-01", "2025-12-31")),
        ("2024-03", ("2024-02", "2024-02-01", "2024-02-29")),
        ("2026Q1", ("2025Q4", "2025-10-01", "2025-12-31")),
        ("2026Q3", ("2026Q2", "2026-04-01", "2026-06-30")),
        ("2026", ("2025", "2025-01-01", "2025-12-31")),
    ],
)
def test_the_period_before(text: str, before: tuple[str, str, str]) -> None:
    assert days(read_period(text, TODAY).before) == before


def test_on_the_last_day_of_a_month_last_month_is_the_one_before() -> None:
    assert read_period("last month", date(2026, 3, 31)).name == "2026-02"
    assert read_period("上月", date(2026, 1, 1)).name == "2025-12"


@given(st.dates(date(1900, 1, 1), date(9000, 12, 31)), st.sampled_from((MONTH, QUARTER, YEAR)))
def test_periods_hold_their_days_meet_and_are_read_back(day: date, unit: str) -> None:
    period = containing(day, unit)
    assert period.first <= day <= period.last
    assert containing(period.first, unit) == containing(period.last, unit) == period
    assert period.before.last == period.first - timedelta(days=1)
    assert period.before.unit == unit
    assert read_period(period.name, TODAY) == period
