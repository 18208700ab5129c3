"""Working time against walking through it minute by minute (HANDBOOK §4, §8)."""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import accumulate
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmcli.errors import BadValue
from crmcli.rules.workclock import Hours, WorkClock
from crmcli.rules.workdays import Calendar
from crmcli.workcalendar import load
from tests.rules.minutes import MINUTE, Walker, instant, number
from tests.support import heavy

HOUR = timedelta(hours=1)
NOTHING = timedelta(0)
TICK = timedelta.resolution
OFFICE = "09:00-12:00,13:00-18:00"
ALWAYS = "00:00-24:00"
NIGHT = "00:00-01:30,02:15-02:45,22:30-24:00"
ZONES = ("Asia/Shanghai", "Europe/Berlin", "America/New_York", "UTC")


MAINLAND = load("CN", (), ())


def clock_in(
    zone: str = "Asia/Shanghai", hours: str = OFFICE, calendar: Calendar = MAINLAND
) -> WorkClock:
    return WorkClock(Hours.read(hours), calendar, ZoneInfo(zone))


CHINA = clock_in()


def local(text: str, zone: str = "Asia/Shanghai") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def shown(moment: datetime, zone: str = "Asia/Shanghai") -> str:
    """The local reading of an answer, which is in UTC."""
    assert moment.tzinfo is UTC
    return moment.astimezone(ZoneInfo(zone)).strftime("%a %Y-%m-%d %H:%M")


# --- office hours as text ---


@pytest.mark.parametrize(
    ("text", "spelt"),
    [
        (OFFICE, OFFICE),
        (" 9:00 - 12:00 , 13:00–18:00 ", OFFICE),
        ("09：00-12：00，13：00-18：00", OFFICE),
        (ALWAYS, ALWAYS),
        ("00:00-00:01", "00:00-00:01"),
        ("23:59-24:00", "23:59-24:00"),
        ("08:00-12:00,12:00-16:00", "08:00-12:00,12:00-16:00"),
    ],
)
def test_office_hours_are_read_and_written(text: str, spelt: str) -> None:
    assert str(Hours.read(text)) == spelt
    assert Hours.read(spelt) == Hours.read(text)


def test_the_handbooks_hours_are_the_default() -> None:
    assert Hours() == Hours.read(OFFICE)


@pytest.mark.parametrize(
    "part",
    ["", "9-18", "09:00", "09:00-", "09:60-12:00", "9:0-12:00", "24:01-24:02", "25:00-26:00", "09:00-24:30",
     "09:00-12:00-13:00", "-1:00-09:00", "nine-five", "0９:00-12:00"],
)  # fmt: skip
def test_what_are_no_office_hours(part: str) -> None:
    with pytest.raises(BadValue) as refusal:
        Hours.read(f"06:00-07:00,{part}")
    assert str(refusal.value) == (
        f"{part!r} are no office hours; write them like 09:00-12:00,13:00-18:00 (24:00 closes at midnight)"
    )


@pytest.mark.parametrize("part", ["12:00-09:00", "09:00-09:00", "24:00-24:00", "22:00-06:00"])
def test_office_hours_close_after_they_open(part: str) -> None:
    with pytest.raises(BadValue) as refusal:
        Hours.read(part)
    assert str(refusal.value) == (
        f"the office hours '{part}' close before they open; write the earlier time first, "
        "and a night as two parts, like 00:00-06:00,22:00-24:00"
    )


@pytest.mark.parametrize(
    ("text", "opens", "closes"),
    [
        ("09:00-12:00,11:59-18:00", "11:59", "12:00"),
        ("13:00-18:00,09:00-12:00", "09:00", "18:00"),
        ("00:00-24:00,00:00-24:00", "00:00", "24:00"),
    ],
)
def test_office_hours_are_in_order_and_apart(text: str, opens: str, closes: str) -> None:
    with pytest.raises(BadValue) as refusal:
        Hours.read(text)
    assert str(refusal.value) == (
        f"the office hours '{text}' open at {opens} before they have closed at {closes}; "
        "write them in order, like 09:00-12:00,13:00-18:00"
    )


# --- the examples of the handbook ---


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("2025-09-05T17:30", 8, "Mon 2025-09-08 17:30"),  # HANDBOOK §4: Fri 17:30 → Mon 17:30
        ("2025-09-03T17:00", 1, "Wed 2025-09-03 18:00"),  # Wed 18:00, never Thu 09:00
        ("2025-09-03T11:00", 1, "Wed 2025-09-03 12:00"),  # nor 13:00
        ("2025-09-03T09:00", 8, "Wed 2025-09-03 18:00"),
        ("2025-09-03T12:30", 1, "Wed 2025-09-03 14:00"),
        ("2025-09-03T22:00", 4, "Thu 2025-09-04 14:00"),
        ("2025-09-03T03:00", 3, "Wed 2025-09-03 12:00"),
        ("2025-09-30T17:30", 1, "Thu 2025-10-09 09:30"),  # 1–8 October are off
        ("2025-10-10T17:30", 1, "Sat 2025-10-11 09:30"),  # and a Saturday is made up for
        ("2025-10-11T18:00", 8, "Mon 2025-10-13 18:00"),
        ("2025-10-04T10:00", 0, "Sat 2025-10-04 10:00"),  # no time stays where it is
    ],
)
def test_adding_working_hours(start: str, hours: int, end: str) -> None:
    assert shown(CHINA.add(local(start), hours * HOUR)) == end


@pytest.mark.parametrize(
    ("start", "days", "close"),
    [
        ("2025-09-29T10:00", 3, "Fri 2025-10-10 18:00"),  # HANDBOOK §8
        ("2025-09-29T00:00", 4, "Sat 2025-10-11 18:00"),
        ("2025-09-29T23:59", 1, "Tue 2025-09-30 18:00"),
        ("2025-10-04T10:00", 1, "Thu 2025-10-09 18:00"),
        ("2025-10-11T19:00", 1, "Mon 2025-10-13 18:00"),
    ],
)
def test_the_close_of_the_nth_working_day(start: str, days: int, close: str) -> None:
    assert shown(CHINA.close_of_day_after(local(start), days)) == close


def test_the_day_is_that_of_the_place() -> None:
    """Received on Monday evening in London is Tuesday morning in Shanghai."""
    received = local("2025-09-08T23:30", "Europe/London")
    assert shown(CHINA.close_of_day_after(received, 1)) == "Wed 2025-09-10 18:00"
    assert shown(CHINA.add(received, HOUR)) == "Tue 2025-09-09 10:00"


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        ("2025-09-05T08:59:59.999999", False),
        ("2025-09-05T09:00", True),
        ("2025-09-05T11:59:59.999999", True),
        ("2025-09-05T12:00", False),
        ("2025-09-05T13:00", True),
        ("2025-09-05T18:00", False),
        ("2025-09-06T10:00", False),
        ("2025-10-03T10:00", False),
        ("2025-10-11T10:00", True),
    ],
)
def test_when_people_work(moment: str, is_open: bool) -> None:
    assert CHINA.is_open(local(moment)) == is_open


def test_time_between_counts_open_hours_alone() -> None:
    friday, monday = local("2025-09-05T17:30"), local("2025-09-08T17:30")
    assert CHINA.between(friday, monday) == 8 * HOUR
    assert CHINA.between(monday, friday) == -8 * HOUR
    assert CHINA.between(friday, friday) == NOTHING
    assert (
        CHINA.between(local("2025-10-01T00:00"), local("2025-10-08T24:00:00".replace("T24", "T23")))
        == NOTHING
    )
    assert CHINA.between(local("2025-09-29T00:00"), local("2025-10-12T00:00")) == 5 * 8 * HOUR


# --- what is refused ---


def test_negative_working_time_is_refused() -> None:
    with pytest.raises(BadValue) as refusal:
        CHINA.add(local("2025-09-05T10:00"), -HOUR)
    assert str(refusal.value) == (
        "-1 day, 23:00:00 is no working time to add; give one of 0 or more"
    )


def test_a_calendar_without_working_days_is_refused() -> None:
    start = date(2025, 1, 1)
    never = Calendar(off={start + timedelta(days=n) for n in range(800)})
    with pytest.raises(BadValue, match=r"check calendar\.days_off"):
        clock_in(calendar=never).add(local("2025-02-01T10:00"), HOUR)


@pytest.mark.parametrize("year", [1, 9999])
def test_the_ends_of_the_calendar_are_refused(year: int) -> None:
    with pytest.raises(BadValue) as refusal:
        clock_in("UTC").add(datetime(year, 6, 1, 10, tzinfo=UTC), HOUR)
    assert str(refusal.value) == (
        f"the year {year} is beyond the working calendar; give a time of this age"
    )


# --- when the clock is changed ---


@pytest.mark.parametrize(
    ("zone", "day", "hours", "worked", "first", "last"),
    [
        # Berlin's clock jumps from 2 to 3 and is set back from 3 to 2.
        ("Europe/Berlin", "2026-03-29", ALWAYS, 23 * 60, "00:00", "00:00"),
        ("Europe/Berlin", "2026-10-25", ALWAYS, 25 * 60, "00:00", "00:00"),
        ("Europe/Berlin", "2026-03-29", "01:00-05:00", 180, "01:00", "05:00"),
        ("Europe/Berlin", "2026-10-25", "01:00-05:00", 300, "01:00", "05:00"),
        ("Europe/Berlin", "2026-03-29", "02:30-05:00", 120, "03:00", "05:00"),
        ("Europe/Berlin", "2026-03-29", "01:00-02:30", 60, "01:00", "03:00"),
        ("Europe/Berlin", "2026-10-25", "02:30-05:00", 180, "02:30", "05:00"),
        ("Europe/Berlin", "2026-10-25", "01:00-02:30", 120, "01:00", "02:30"),
        ("Europe/Berlin", "2026-10-25", "02:15-02:45", 60, "02:15", "02:45"),
        ("Europe/Berlin", "2026-03-29", "01:00-01:30", 30, "01:00", "01:30"),
        ("Europe/Berlin", "2026-10-25", "04:00-05:00", 60, "04:00", "05:00"),
        # Lord Howe's by half an hour, Havana's and Santiago's at midnight.
        ("Australia/Lord_Howe", "2026-04-05", ALWAYS, 24 * 60 + 30, "00:00", "00:00"),
        ("America/Havana", "2026-03-08", "00:00-02:00", 60, "01:00", "02:00"),
        ("America/Havana", "2026-11-01", "00:00-02:00", 180, "00:00", "02:00"),
        ("America/Santiago", "2026-09-06", ALWAYS, 23 * 60, "01:00", "00:00"),
        ("America/Santiago", "2026-04-04", "22:00-24:00", 180, "22:00", "00:00"),
    ],
)  # fmt: skip
def test_a_day_on_which_the_clock_is_changed(
    zone: str, day: str, hours: str, worked: int, first: str, last: str
) -> None:
    day_before = date.fromisoformat(day) - timedelta(days=1)
    clock = clock_in(zone, hours, Calendar(off={day_before}, working={date.fromisoformat(day)}))
    noon_before = local(f"{day_before}T12:00", zone)
    close = clock.close_of_day_after(noon_before, 1)
    assert clock.between(noon_before, close) == worked * MINUTE
    assert clock.add(noon_before, worked * MINUTE) == close
    assert shown(clock.add(noon_before, TICK), zone)[-5:] == first
    assert shown(close, zone)[-5:] == last


def test_office_hours_that_the_clock_jumps_over_are_not_worked() -> None:
    sunday = date(2026, 3, 29)
    clock = clock_in("Europe/Berlin", "02:15-02:45", Calendar(working={sunday}))
    saturday = local("2026-03-28T12:00", "Europe/Berlin")
    assert shown(clock.close_of_day_after(saturday, 1), "Europe/Berlin") == "Sun 2026-03-29 03:00"
    assert shown(clock.add(saturday, MINUTE), "Europe/Berlin") == "Mon 2026-03-30 02:16"
    assert clock.between(saturday, saturday + 36 * HOUR) == NOTHING


def test_a_day_that_a_place_skipped_is_not_worked() -> None:
    """Samoa went from Thursday to Saturday when it crossed the date line."""
    clock = clock_in("Pacific/Apia", OFFICE, Calendar())
    thursday = local("2011-12-29T18:00", "Pacific/Apia")
    assert shown(clock.add(thursday, HOUR), "Pacific/Apia") == "Mon 2012-01-02 10:00"
    assert shown(clock.close_of_day_after(thursday, 1), "Pacific/Apia") == "Sat 2011-12-31 00:00"
    assert clock.between(thursday, local("2012-01-03T00:00", "Pacific/Apia")) == 8 * HOUR


# --- against minutes walked through ---


@pytest.mark.parametrize("hours", [ALWAYS, "00:00-01:30,01:30-02:15,02:45-04:00,22:30-24:00"])
@pytest.mark.parametrize(
    ("zone", "day"),
    [
        ("Asia/Shanghai", "2025-10-10"),
        ("Europe/Berlin", "2026-03-29"),
        ("Europe/Berlin", "2026-10-25"),
        ("America/New_York", "2026-03-08"),
        ("America/New_York", "2026-11-01"),
        ("Australia/Lord_Howe", "2026-04-05"),
        ("Australia/Lord_Howe", "2026-10-04"),
        ("America/Havana", "2026-03-08"),
        ("America/Havana", "2026-11-01"),
        ("America/Santiago", "2026-04-04"),
        ("America/Santiago", "2026-09-06"),
        ("Africa/Cairo", "2026-04-24"),
        ("Africa/Cairo", "2026-10-29"),
        ("Asia/Beirut", "2026-03-29"),
        ("Africa/Casablanca", "2026-02-15"),
        ("Africa/Casablanca", "2026-03-22"),
        ("Pacific/Apia", "2011-12-30"),
        ("Asia/Kathmandu", "2026-05-05"),
    ],
)
def test_every_minute_around_a_change_of_the_clock(zone: str, day: str, hours: str) -> None:
    middle = date.fromisoformat(day)
    calendar = Calendar(off={middle - timedelta(days=1)}, working={middle})
    clock, walker = clock_in(zone, hours, calendar), Walker(hours, calendar, zone)
    start = number(datetime(middle.year, middle.month, middle.day, tzinfo=UTC)) - 16 * 60
    is_open = walker.open_minutes(start, 56 * 60)
    for later, worked in enumerate(accumulate(is_open, initial=0)):
        assert clock.between(instant(start), instant(start + later)) == worked * MINUTE
        if later < len(is_open):
            assert clock.is_open(instant(start + later)) == is_open[later]
        if later and is_open[later - 1]:
            assert clock.add(instant(start), worked * MINUTE) == instant(start + later)


# --- properties ---


@lru_cache
def known_clock(zone: str, hours: str, calendar: Calendar) -> WorkClock:
    return clock_in(zone, hours, calendar)


SUNDAYS_TOO = Calendar(
    working=frozenset(date(2024, 1, 7) + timedelta(days=7 * n) for n in range(160))
)

clocks = st.builds(
    known_clock,
    st.sampled_from((*ZONES, "Australia/Lord_Howe", "America/Santiago")),
    st.sampled_from((OFFICE, ALWAYS, NIGHT)),
    st.sampled_from((MAINLAND, SUNDAYS_TOO)),
)
moments = st.datetimes(
    datetime(2024, 1, 1), datetime(2026, 12, 31), timezones=st.just(UTC)
) | st.builds(
    local,
    st.sampled_from(("2026-03-29T", "2026-10-25T", "2026-11-01T", "2025-10-11T")).flatmap(
        lambda day: st.times().map(lambda time: day + time.isoformat())
    ),
    st.sampled_from(ZONES),
)
lengths = st.timedeltas(NOTHING, timedelta(days=20)) | st.integers(0, 200).map(lambda n: n * HOUR)


@settings(max_examples=heavy(400))
@given(clocks, moments, lengths.filter(bool))
def test_adding_and_measuring_are_inverse(
    clock: WorkClock, start: datetime, working: timedelta
) -> None:
    """And what was added is used up at that instant, not a microsecond earlier: never in closed time."""
    end = clock.add(start, working)
    assert clock.between(start, end) == working
    assert clock.between(end, start) == -working
    assert clock.between(start, end - TICK) == working - TICK
    assert clock.is_open(end - TICK)


@settings(max_examples=heavy(400))
@given(clocks, moments, moments)
def test_measuring_and_adding_are_inverse(clock: WorkClock, one: datetime, other: datetime) -> None:
    start, end = sorted((one.astimezone(UTC), other.astimezone(UTC)))
    found = clock.add(start, clock.between(start, end))
    assert start <= found <= end
    assert clock.between(found, end) == NOTHING
    if start < end and clock.is_open(end - TICK):
        assert found == end


@settings(max_examples=heavy(400))
@given(clocks, moments, lengths, lengths)
def test_adding_in_two_steps_is_adding_once(
    clock: WorkClock, start: datetime, first: timedelta, second: timedelta
) -> None:
    halfway, end = clock.add(start, first), clock.add(start, first + second)
    assert clock.add(halfway, second) == end
    assert start.astimezone(UTC) <= halfway <= end


@settings(max_examples=heavy(400))
@given(clocks, moments, moments, moments)
def test_time_between_adds_up(
    clock: WorkClock, one: datetime, two: datetime, three: datetime
) -> None:
    assert clock.between(one, three) == clock.between(one, two) + clock.between(two, three)


@settings(max_examples=heavy(400))
@given(clocks, moments, moments, lengths)
def test_who_starts_later_ends_no_earlier(
    clock: WorkClock, one: datetime, other: datetime, working: timedelta
) -> None:
    start, later = sorted((one.astimezone(UTC), other.astimezone(UTC)))
    assert clock.add(start, working) <= clock.add(later, working)
    assert NOTHING <= clock.between(start, later) <= later - start


@settings(max_examples=heavy(400))
@given(clocks, moments)
def test_no_time_stays_where_it_is(clock: WorkClock, start: datetime) -> None:
    assert clock.add(start, NOTHING) == start.astimezone(UTC)
    assert clock.between(start, start) == NOTHING


@settings(max_examples=heavy(400))
@given(clocks, moments, st.integers(1, 40))
def test_the_close_is_the_last_open_instant_of_the_day(
    clock: WorkClock, start: datetime, days: int
) -> None:
    close = clock.close_of_day_after(start, days)
    day = start.astimezone(clock.zone).date()
    closing_day = (close - TICK).astimezone(clock.zone).date()
    assert clock.is_open(close - TICK)
    assert clock.calendar.working_days_between(day, closing_day) == days
    if clock.is_open(close):
        assert close.astimezone(clock.zone).date() > closing_day
