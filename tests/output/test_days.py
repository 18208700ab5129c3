"""Days as people read them, per language: with weekday, how far away, in calendar and in working days."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmcli import locale
from crmcli.output.days import Days
from crmcli.rules.workdays import Calendar
from crmcli.workcalendar import load
from tests.support import heavy

FRIDAY = date(2026, 11, 20)
CHINA = load("CN", (), ())


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    locale.use("en")
    yield
    locale.use("en")


def days(today: date = FRIDAY, in_words: bool = True, calendar: Calendar = CHINA) -> Days:
    return Days(today, lambda: calendar, in_words)


def on(text: str) -> date:
    return date.fromisoformat(text)


CASES = [
    # today, the day, English, Chinese
    ("2026-11-20", "2026-11-20", "Fri 20 Nov (today)", "11月20日 周五（今天）"),
    ("2026-11-20", "2026-11-21", "Sat 21 Nov (tomorrow)", "11月21日 周六（明天）"),
    ("2026-11-20", "2026-11-22", "Sun 22 Nov (in 2 days)", "11月22日 周日（还有 2 天）"),
    ("2026-11-20", "2026-11-19", "Thu 19 Nov (1 day late)", "11月19日 周四（逾期 1 天）"),
    ("2026-11-20", "2026-11-17", "Tue 17 Nov (3 days late)", "11月17日 周二（逾期 3 天）"),
    # the year only where it is not this one, across its end
    ("2026-12-31", "2027-01-01", "Fri 1 Jan 2027 (tomorrow)", "2027年1月1日 周五（明天）"),
    ("2027-01-01", "2026-12-31", "Thu 31 Dec 2026 (1 day late)", "2026年12月31日 周四（逾期 1 天）"),
    ("2026-11-20", "2027-11-20", "Sat 20 Nov 2027 (in 365 days)", "2027年11月20日 周六（还有 365 天）"),
    # the leap day
    ("2028-02-28", "2028-02-29", "Tue 29 Feb (tomorrow)", "2月29日 周二（明天）"),
    ("2028-02-28", "2028-03-01", "Wed 1 Mar (in 2 days)", "3月1日 周三（还有 2 天）"),
    ("2027-02-28", "2027-03-01", "Mon 1 Mar (tomorrow)", "3月1日 周一（明天）"),
]  # fmt: skip


@pytest.mark.parametrize(("today", "day", "english", "chinese"), CASES)
def test_a_day_ahead(today: str, day: str, english: str, chinese: str) -> None:
    assert days(on(today)).ahead(on(day)) == english
    locale.use("zh")
    assert days(on(today)).ahead(on(day)) == chinese


WORKING = [
    ("2026-11-20", "2026-11-20", "today", "今天"),
    ("2026-11-20", "2026-11-21", "tomorrow", "明天"),
    ("2026-11-20", "2026-11-22", "in 2 days", "还有 2 天"),  # no working day lies before it
    ("2026-11-20", "2026-11-23", "in 1 working day", "还有 1 个工作日"),
    ("2026-11-20", "2026-11-25", "in 3 working days", "还有 3 个工作日"),
    ("2026-11-20", "2026-11-19", "1 working day late", "逾期 1 个工作日"),
    ("2026-11-20", "2026-11-18", "2 working days late", "逾期 2 个工作日"),
    ("2026-11-22", "2026-11-20", "2 days late", "逾期 2 天"),  # on Sunday, of Friday
    ("2026-11-23", "2026-11-20", "1 working day late", "逾期 1 个工作日"),
    # National Day 2026: 1 to 7 October are off; Sunday 20 September and Saturday 10 October are worked
    ("2026-09-30", "2026-10-08", "in 1 working day", "还有 1 个工作日"),
    ("2026-09-30", "2026-10-12", "in 4 working days", "还有 4 个工作日"),
    ("2026-09-30", "2026-10-05", "in 5 days", "还有 5 天"),
    ("2026-09-18", "2026-09-20", "in 1 working day", "还有 1 个工作日"),
    ("2026-10-08", "2026-09-30", "1 working day late", "逾期 1 个工作日"),
    ("2026-10-12", "2026-09-29", "5 working days late", "逾期 5 个工作日"),
    # New Year 2026: 1 to 3 January are off, Sunday 4 January is worked
    ("2025-12-31", "2026-01-05", "in 2 working days", "还有 2 个工作日"),
]


@pytest.mark.parametrize(("today", "day", "english", "chinese"), WORKING)
def test_working_days_left(today: str, day: str, english: str, chinese: str) -> None:
    assert days(on(today)).left(on(day), working=True) == english
    locale.use("zh")
    assert days(on(today)).left(on(day), working=True) == chinese


@pytest.mark.parametrize(
    ("stored", "english", "chinese", "piped"),
    [
        (None, "", "", ""),
        ("2026-11-20", "Fri 20 Nov", "11月20日 周五", "2026-11-20"),
        ("2026-11-20T17:30:00+08:00", "Fri 20 Nov 17:30", "11月20日 周五 17:30", "2026-11-20 17:30"),
        ("2025-11-20", "Thu 20 Nov 2025", "2025年11月20日 周四", "2025-11-20"),
        ("2026-11-23T09:05:00+08:00", "Mon 23 Nov 09:05", "11月23日 周一 09:05", "2026-11-23 09:05"),
    ],
)  # fmt: skip
def test_a_stored_day(stored: str | None, english: str, chinese: str, piped: str) -> None:
    assert days(in_words=False).told(stored) == days(in_words=False).due(stored) == piped
    assert days().told(stored) == english
    locale.use("zh")
    assert days().told(stored) == chinese


def test_something_to_come_says_how_far() -> None:
    stored = "2026-11-23T13:30:00+08:00"
    assert days().due(stored) == "Mon 23 Nov 13:30 (in 3 days)"
    assert days().due(stored, working=True) == "Mon 23 Nov 13:30 (in 1 working day)"
    assert days().due(None) == ""


@pytest.mark.parametrize(
    ("day", "english", "chinese", "piped"),
    [
        ("2026-11-18", "Wed 18 Nov", "11月18日 周三", "Wed 18 Nov"),
        ("2026-11-19", "yesterday", "昨天", "Thu 19 Nov"),
        ("2026-11-20", "today", "今天", "Fri 20 Nov"),
        ("2026-11-21", "tomorrow", "明天", "Sat 21 Nov"),
        ("2027-01-01", "2027-01-01", "2027-01-01", "2027-01-01"),
    ],
)
def test_in_a_column_it_is_never_wider_than_a_day(
    day: str, english: str, chinese: str, piped: str
) -> None:
    assert days(in_words=False).column(on(day)) == piped
    assert days(in_words=False).past_column(day) == day
    assert days().column(on(day)) == days().past_column(day) == english
    assert days().past_column(None) == days(in_words=False).past_column(None) == ""
    assert len(english) <= len("Wed 18 Nov")
    locale.use("zh")
    assert days().column(on(day)) == chinese


def test_the_calendar_is_asked_only_where_working_days_are_counted() -> None:
    """Reading it costs as much as a tenth of a command."""

    def refuse() -> Calendar:
        raise AssertionError("nobody counts working days")

    lazy = Days(FRIDAY, refuse, True)
    for number in range(-30, 30):
        assert lazy.ahead(FRIDAY + timedelta(days=number))
        assert lazy.column(FRIDAY + timedelta(days=number))
    assert lazy.left(FRIDAY, working=True) == "today"
    assert lazy.left(FRIDAY + timedelta(days=1), working=True) == "tomorrow"
    with pytest.raises(AssertionError):
        lazy.left(FRIDAY + timedelta(days=3), working=True)


around = st.dates(date(2025, 1, 1), date(2028, 12, 31))


@settings(max_examples=heavy(200), derandomize=True, deadline=None)
@given(around, st.integers(-60, 60), st.sets(around, max_size=20), st.sets(around, max_size=20))
def test_working_days_are_those_counted_one_by_one(
    today: date, far: int, off: set[date], worked: set[date]
) -> None:
    calendar, day = load("CN", off, worked), today + timedelta(days=far)
    first, last = sorted((today, day))
    counted, one = 0, first
    while one < last:
        one += timedelta(days=1)
        counted += calendar.is_working(one)
    told = days(today, calendar=calendar).left(day, working=True)
    if far in (0, 1):
        assert told == ("today", "tomorrow")[far]
    else:
        unit = "working day" if counted else "day"
        n = counted or abs(far)
        many = unit if n == 1 else unit + "s"
        assert told == (f"{n} {many} late" if far < 0 else f"in {n} {many}")
