"""Working days against counting them one by one (HANDBOOK §3, §8)."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmcli.errors import BadValue
from crmcli.rules.workdays import ROLLS, Calendar
from crmcli.workcalendar import load

ONE_DAY = timedelta(days=1)
START = date(2026, 1, 1)

some_days = st.sets(st.dates(START, START + timedelta(days=80)), max_size=40)
calendars = st.builds(Calendar, some_days.map(frozenset), some_days.map(frozenset))
days = st.dates(START, START + timedelta(days=80))


def worked(calendar: Calendar, day: date) -> bool:
    """The rule again in other words: the user's working days, else weekdays that are not off."""
    weekend = day.isoweekday() in (6, 7)
    return day in calendar.working or not (weekend or day in calendar.off)


def test_a_plain_week_is_monday_to_friday() -> None:
    monday = date(2026, 11, 23)
    week = [Calendar().is_working(monday + timedelta(days=n)) for n in range(7)]
    assert week == [True] * 5 + [False] * 2


def test_a_working_day_wins_over_a_day_off() -> None:
    day = date(2026, 11, 25)
    assert not Calendar(off={day}).is_working(day)
    assert Calendar(off={day}, working={day}).is_working(day)


@pytest.mark.parametrize(
    ("day", "how", "rolled"),
    [
        (date(2026, 11, 27), "next", date(2026, 11, 27)),
        (date(2026, 11, 28), "next", date(2026, 11, 30)),
        (date(2026, 11, 28), "previous", date(2026, 11, 27)),
        (date(2026, 11, 28), "keep", date(2026, 11, 28)),
        (date(2026, 11, 29), "next", date(2026, 11, 30)),
        (date(2026, 11, 29), "previous", date(2026, 11, 27)),
    ],
)
def test_a_date_on_a_day_off_moves(day: date, how: str, rolled: date) -> None:
    assert Calendar().roll(day, how) == rolled


def test_every_way_of_rolling_leaves_a_working_day_alone() -> None:
    assert [Calendar().roll(date(2026, 11, 25), how) for how in ROLLS] == [date(2026, 11, 25)] * 3


@given(calendars, days)
def test_rolling_ends_on_the_nearest_working_day(calendar: Calendar, day: date) -> None:
    forward = backward = day
    while not worked(calendar, forward):
        forward += ONE_DAY
    while not worked(calendar, backward):
        backward -= ONE_DAY
    assert calendar.roll(day) == calendar.roll(day, "next") == forward
    assert calendar.roll(day, "previous") == backward
    assert calendar.roll(day, "keep") == day


@given(calendars, days, st.integers(-40, 40))
def test_adding_working_days_counts_them_one_by_one(
    calendar: Calendar, day: date, count: int
) -> None:
    found, left = day, abs(count)
    while left:
        found += ONE_DAY if count > 0 else -ONE_DAY
        left -= worked(calendar, found)
    assert calendar.add_working_days(day, count) == found


@given(calendars, days, days)
def test_working_days_between_counts_the_end_and_not_the_start(
    calendar: Calendar, start: date, end: date
) -> None:
    low, high = min(start, end), max(start, end)
    count, day = 0, low
    while day < high:
        day += ONE_DAY
        count += worked(calendar, day)
    assert calendar.working_days_between(start, end) == (count if start <= end else -count)


@given(calendars, days, st.integers(1, 40))
def test_adding_and_counting_are_inverse(calendar: Calendar, day: date, count: int) -> None:
    assert calendar.working_days_between(day, calendar.add_working_days(day, count)) == count


def test_the_example_of_the_handbook() -> None:
    """HANDBOOK §8: 3 working days after Mon 2025-09-29 is Fri 2025-10-10; Sat 11 works."""
    china = load("CN", (), ())
    assert china.add_working_days(date(2025, 9, 29), 3) == date(2025, 10, 10)
    assert china.add_working_days(date(2025, 9, 29), 4) == date(2025, 10, 11)
    assert china.add_working_days(date(2025, 10, 10), -3) == date(2025, 9, 29)
    assert china.working_days_between(date(2025, 9, 29), date(2025, 10, 10)) == 3
    assert china.roll(date(2025, 10, 1)) == date(2025, 10, 9)
    assert china.roll(date(2025, 10, 8), "previous") == date(2025, 9, 30)


def test_years_from_the_first_estimated_one_on_are_estimated() -> None:
    calendar = Calendar(estimated_from=2027)
    assert not calendar.is_estimated(date(2026, 12, 31))
    assert calendar.is_estimated(date(2027, 1, 1))
    assert not Calendar().is_estimated(date(2150, 1, 1))


@pytest.mark.parametrize("how", ["next", "previous"])
def test_a_calendar_without_working_days_is_refused(how: str) -> None:
    day = date(2026, 6, 1)
    never = Calendar(off={day + timedelta(days=n) for n in range(-400, 401)})
    with pytest.raises(BadValue) as refusal:
        never.roll(day, how)
    assert str(refusal.value).endswith("check calendar.days_off")
    assert never.roll(day, "keep") == day
