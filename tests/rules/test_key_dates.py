"""Days that come round, against looking at every day of the calendar (HANDBOOK §9)."""

from calendar import isleap
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmcli.errors import BadValue
from crmcli.rules import lunar_days
from crmcli.rules.key_dates import age, current, lead, occurrence, read_day, read_kind
from crmcli.rules.lunar_days import LunarDay
from tests.support import heavy

# --- what is written ---


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        ("birthday", "birthday"), ("BIRTHDAY", "birthday"), ("birth", "birthday"), ("生日", "birthday"),
        ("anniversary", "anniversary"), ("周年", "anniversary"), ("纪念日", "anniversary"),
        ("qualification", "qualification"), ("qual", "qualification"), ("资质到期", "qualification"),
        ("体检", "体检"), ("tax day", "tax day"), ("Opening", "Opening"),
    ],
)  # fmt: skip
def test_a_kind_is_the_handbook_s_or_one_s_own(written: str, kind: str) -> None:
    assert read_kind(written) == kind


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("05-20", "05-20"), ("5-20", "05-20"), ("5-2", "05-02"), ("12-31", "12-31"), ("02-29", "02-29"),
        ("1980-05-20", "1980-05-20"), ("1980-5-2", "1980-05-02"), ("1980/5/20", "1980-05-20"),
        ("1980.5.20", "1980-05-20"), ("2000-02-29", "2000-02-29"), ("2400-02-29", "2400-02-29"),
        ("5月20日", "05-20"), ("5月20号", "05-20"), ("5月20", "05-20"), ("1980年5月20日", "1980-05-20"),
        ("5 月 20 日", "05-20"), ("2月29日", "02-29"), ("  05-20  ", "05-20"), ("０５－２０".replace("－", "-"), "05-20"),
        ("9999-12-31", "9999-12-31"), ("0001-01-01", "0001-01-01"),
        ("lunar:8-15", "lunar:8-15"), ("LUNAR:08-15", "lunar:8-15"), ("lunar 8-15", "lunar:8-15"), ("lunar：8-15", "lunar:8-15"),
        ("农历八月十五", "lunar:8-15"), ("农历8月15日", "lunar:8-15"), ("农历 8-15", "lunar:8-15"), ("阴历正月初一", "lunar:1-1"),
        ("農曆臘月三十", "lunar:12-30"), ("旧历十二月廿九", "lunar:12-29"), ("农历冬月二十一", "lunar:11-21"), ("农历十一月廿", "lunar:11-20"), ("农历三月卅", "lunar:3-30"),
        ("农历闰六月初十", "lunar:6-10"),  # whoever was born in a leap month celebrates in the ordinary one
    ],
)  # fmt: skip
def test_a_day_is_stored_one_way(written: str, day: str) -> None:
    assert read_day(written) == day


@pytest.mark.parametrize(
    "written",
    [
        "", "x", "5", "5/20", "5.20", "05-20-1980", "80-05-20", "tomorrow", "八月十五", "1980-05", "--5-20", "05-20 15:00",
        "05-20\n05-21", "05--20", "１/２",
    ],
)  # fmt: skip
def test_what_is_no_day_is_refused_with_the_forms_that_work(written: str) -> None:
    with pytest.raises(BadValue) as refused:
        read_day(written)
    assert refused.value.sentence() == (
        f"{written!r} is no day of the year; write it like 05-20, 1980-05-20 with its year, or lunar:8-15"
    )


@pytest.mark.parametrize(
    "written",
    [
        "lunar", "lunar:", "lunar:8", "lunar:0-1", "lunar:13-1", "lunar:8-0", "lunar:8-31", "lunar:1980-8-15", "农历1980年八月十五",
        "农历八月", "农历八月四十", "农历十三月初一", "lunar:8/15", "lunar:-8-15", "lunar:8-15-1",
    ],
)  # fmt: skip
def test_what_is_no_day_of_a_lunar_year_is_refused(written: str) -> None:
    with pytest.raises(BadValue) as refused:
        read_day(written)
    assert refused.value.sentence() == (
        f"{written!r} is no day of a lunar year; write it like lunar:8-15 or 农历八月十五, without a year"
    )


def test_every_day_of_a_lunar_year_is_written_and_said_one_way() -> None:
    days = [LunarDay(month, day) for month in range(1, 13) for day in range(1, 31)]
    for day in days:
        assert read_day(day.stored) == read_day(str(day)) == read_day(day.in_chinese) == day.stored
        assert lunar_days.of(day.stored) == day
    assert len({day.in_chinese for day in days}) == 360
    said = [LunarDay(*one).in_chinese for one in ((1, 1), (8, 15), (11, 20), (12, 30), (2, 21), (10, 10))]  # fmt: skip
    assert said == [
        "农历正月初一",
        "农历八月十五",
        "农历冬月二十",
        "农历腊月三十",
        "农历二月廿一",
        "农历十月初十",
    ]


@pytest.mark.parametrize(
    "written", ["02-30", "13-01", "00-10", "05-00", "04-31", "2023-02-29", "1900-02-29", "0000-01-01", "2月30日"]
)  # fmt: skip
def test_a_day_that_no_year_has_is_refused(written: str) -> None:
    with pytest.raises(BadValue) as refused:
        read_day(written)
    assert refused.value.sentence() == f"there is no day {written}; write it like 05-20"


@given(st.dates())
def test_every_day_there_is_can_be_written(day: date) -> None:
    assert read_day(day.isoformat()) == day.isoformat()
    assert read_day(f"{day.month}月{day.day}日") == f"{day.month:02d}-{day.day:02d}"


# --- when it comes round ---


def on(day: str, kind: str, start: str, settled: str | None = None) -> str | None:
    found = occurrence(
        day, kind, date.fromisoformat(start), date.fromisoformat(settled) if settled else None
    )
    return found.isoformat() if found else None


@pytest.mark.parametrize(
    ("day", "kind", "start", "settled", "found"),
    [
        ("05-20", "birthday", "2026-01-10", None, "2026-05-20"),
        ("05-20", "birthday", "2026-05-20", None, "2026-05-20"),  # the day itself counts
        ("05-20", "birthday", "2026-05-21", None, "2027-05-20"),
        ("05-20", "birthday", "2020-01-10", None, "2020-05-20"),  # nobody settled the first: it stays
        ("05-20", "birthday", "2020-01-10", "2026-05-20", "2027-05-20"),
        ("05-20", "birthday", "2020-01-10", "2026-05-19", "2026-05-20"),
        ("05-20", "birthday", "2027-01-01", "2026-05-20", "2027-05-20"),
        ("1980-05-20", "birthday", "2026-01-10", None, "2026-05-20"),
        ("2028-05-20", "anniversary", "2026-01-10", None, "2028-05-20"),  # not before its own year
        ("2028-05-20", "anniversary", "2026-01-10", "2028-05-20", "2029-05-20"),
        ("02-29", "birthday", "2026-01-10", None, "2026-02-28"),
        ("02-29", "birthday", "2028-01-10", None, "2028-02-29"),
        ("02-29", "birthday", "2026-01-10", "2026-02-28", "2027-02-28"),
        ("02-29", "birthday", "2026-01-10", "2027-02-28", "2028-02-29"),
        ("02-29", "birthday", "2028-01-10", "2028-02-28", "2028-02-29"),
        ("1980-02-29", "birthday", "2026-03-01", None, "2027-02-28"),
        ("02-29", "birthday", "2100-01-10", None, "2100-02-28"),  # a century is none
        # A qualification with its year ends once, one without ends every year.
        ("2027-03-01", "qualification", "2026-01-10", None, "2027-03-01"),
        ("2027-03-01", "qualification", "2026-01-10", "2027-02-28", "2027-03-01"),
        ("2027-03-01", "qualification", "2026-01-10", "2027-03-01", None),
        ("2027-03-01", "qualification", "2026-01-10", "2028-01-01", None),
        ("2025-03-01", "qualification", "2026-01-10", None, "2025-03-01"),  # ended, and nobody said so
        ("03-01", "qualification", "2026-01-10", "2026-03-01", "2027-03-01"),
        ("2025-03-01", "体检", "2026-01-10", None, "2026-03-01"),
        ("12-31", "birthday", "9999-01-01", "9999-12-31", None),
        ("12-31", "birthday", "9999-01-01", "9999-12-30", "9999-12-31"),
        ("01-01", "birthday", "9999-06-01", None, None),
    ],
)  # fmt: skip
def test_the_next_occurrence(
    day: str, kind: str, start: str, settled: str | None, found: str | None
) -> None:
    assert on(day, kind, start, settled) == found


def falls_on(day: str, one: date) -> bool:
    """The handbook read aloud: 29 February falls on the 28th where there is none."""
    if f"{one:%m-%d}" == day[-5:]:
        return True
    return day[-5:] == "02-29" and not isleap(one.year) and (one.month, one.day) == (2, 28)


_NEAR = st.dates(date(2023, 1, 1), date(2031, 12, 31))
_FULL = _NEAR.map(date.isoformat)
_DAYS = st.one_of(
    st.sampled_from(("02-29", "02-28", "03-01", "01-01", "12-31", "2024-02-29", "1980-02-29")),
    _FULL,
    _FULL.map(lambda day: day[-5:]),
)


@settings(max_examples=heavy(400))
@given(
    day=_DAYS,
    kind=st.sampled_from(("birthday", "anniversary", "qualification", "体检")),
    start=_NEAR,
    settled=st.none() | _NEAR,
)
def test_the_next_occurrence_is_the_first_day_that_fits(
    day: str, kind: str, start: date, settled: date | None
) -> None:
    own = date.fromisoformat(day) if len(day) == 10 else None
    if own and kind == "qualification":
        expected = None if settled and settled >= own else own
    else:
        days = (start + timedelta(days=n) for n in range(366 * 12))
        expected = next(
            one
            for one in days
            if falls_on(day, one)
            and (settled is None or one > settled)
            and (own is None or one >= own)
        )
    assert occurrence(day, kind, start, settled) == expected


@settings(max_examples=heavy(100))
@given(day=_FULL.map(lambda day: day[-5:]) | st.just("02-29"), start=_NEAR)
def test_settled_one_by_one_it_comes_once_a_year(day: str, start: date) -> None:
    found, last = [], None
    for _ in range(12):
        last = occurrence(day, "birthday", start, last)
        assert last is not None
        found.append(last)
    assert [one.year for one in found] == list(range(found[0].year, found[0].year + 12))
    assert all(falls_on(day, one) for one in found)


# --- how long before, and how old ---


def test_the_lead_is_a_week_or_a_month_or_what_was_asked_for() -> None:
    assert [lead(kind).days for kind in ("birthday", "anniversary", "qualification", "体检")] == [7, 7, 30, 7]  # fmt: skip
    assert [lead("qualification", days).days for days in (0, 1, 90)] == [0, 1, 90]


@pytest.mark.parametrize(
    ("day", "found", "years"),
    [
        ("1980-05-20", date(2026, 5, 20), 46),
        ("1980-02-29", date(2026, 2, 28), 46),  # the day it falls on counts
        ("2026-05-20", date(2026, 5, 20), 0),
        ("05-20", date(2026, 5, 20), None),
    ],
)
def test_the_age_on_the_day(day: str, found: date, years: int | None) -> None:
    assert age(day, found) == years


@given(
    st.dates(date(2020, 1, 1), date(2032, 12, 31)),
    st.integers(0, 3000),
    st.integers(0, 40),
)
def test_of_missed_occurrences_the_newest_near_one_counts(
    day: date, later: int, ahead: int
) -> None:
    """Against looking at each day from the missed one on."""
    today = day + timedelta(days=later)
    expected = day
    one = day
    while one <= today + timedelta(days=ahead):
        is_it = (one.month, one.day) == (day.month, day.day) or (
            (day.month, day.day) == (2, 29)
            and (one.month, one.day) == (2, 28)
            and not isleap(one.year)
        )
        if is_it and day < today:
            expected = one
        one += timedelta(days=1)
    assert current(f"{day:%m-%d}", "birthday", day, ahead, today) == expected


def test_a_day_that_comes_once_stays_where_it_is() -> None:
    found = current("2020-05-01", "qualification", date(2020, 5, 1), None, date(2026, 5, 1))
    assert found == date(2020, 5, 1)
