"""The Chinese calendar, against what the Hong Kong Observatory publishes and against another library's table (HANDBOOK §9)."""

from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest
from zhdate import ZhDate

from crmcli.lunar import day_of
from crmcli.rules.key_dates import occurrence
from tests.support import is_heavy

YEARS = range(2017, 2031)
NEW_YEAR = """
2017-01-28 2018-02-16 2019-02-05 2020-01-25 2021-02-12 2022-02-01 2023-01-22 2024-02-10 2025-01-29 2026-02-17 2027-02-06
2028-01-26 2029-02-13 2030-02-03
"""
DRAGON_BOAT = """
2017-05-30 2018-06-18 2019-06-07 2020-06-25 2021-06-14 2022-06-03 2023-06-22 2024-06-10 2025-05-31 2026-06-19 2027-06-09
2028-05-28 2029-06-16 2030-06-05
"""
MID_AUTUMN = """
2017-10-04 2018-09-24 2019-09-13 2020-10-01 2021-09-21 2022-09-10 2023-09-29 2024-09-17 2025-10-06 2026-09-25 2027-09-15
2028-10-03 2029-09-22 2030-09-12
"""
DOUBLE_NINTH = """
2017-10-28 2018-10-17 2019-10-07 2020-10-25 2021-10-14 2022-10-04 2023-10-23 2024-10-11 2025-10-29 2026-10-18 2027-10-08
2028-10-26 2029-10-16 2030-10-05
"""
PUBLISHED = {(1, 1): NEW_YEAR, (5, 5): DRAGON_BOAT, (8, 15): MID_AUTUMN, (9, 9): DOUBLE_NINTH}
"""Festivals by month and day, one for each of the years; in 2017, 2020, 2023, 2025 and 2028 months were, or are, doubled."""


@pytest.mark.parametrize(("month", "day"), PUBLISHED)
def test_the_festivals_of_fourteen_years_are_where_they_are_published(month: int, day: int) -> None:
    published = [date.fromisoformat(text) for text in PUBLISHED[month, day].split()]
    assert [day_of(year, month, day) for year in YEARS] == published


def test_the_eve_of_the_new_year_is_the_last_of_the_twelfth_month() -> None:
    eves = [date.fromisoformat(text) - timedelta(days=1) for text in NEW_YEAR.split()]
    assert [day_of(year - 1, 12, 30) for year in YEARS] == eves


@pytest.mark.parametrize(
    ("year", "month", "ordinary", "leap"),
    [
        # The first day of the ordinary month, and of its leap month, as published.
        (2017, 6, "2017-06-24", "2017-07-23"), (2020, 4, "2020-04-23", "2020-05-23"), (2023, 2, "2023-02-20", "2023-03-22"),
        (2025, 6, "2025-06-25", "2025-07-25"), (2028, 5, "2028-05-24", "2028-06-23"), (2033, 11, "2033-11-22", "2033-12-22"),
    ],
)  # fmt: skip
def test_of_a_doubled_month_the_ordinary_one_counts(
    year: int, month: int, ordinary: str, leap: str
) -> None:
    assert day_of(year, month, 1) == date.fromisoformat(ordinary)
    assert ZhDate(year, month, 1, leap_month=True).to_datetime().date() == date.fromisoformat(leap)
    comes = occurrence(f"lunar:{month}-1", "birthday", date(year, 1, 1), None, day_of)
    assert comes == date.fromisoformat(ordinary)
    after = occurrence(f"lunar:{month}-1", "birthday", date(year, 1, 1), comes, day_of)
    assert after is not None and after.year == year + 1


_AT_MIDNIGHT = {(2057, 9), (2089, 8), (2097, 7)}
"""Months whose new moon is within minutes of midnight in Beijing, so that published tables differ by a day."""


def test_every_month_of_two_centuries_begins_where_another_library_has_it() -> None:
    differing = set()
    for year in range(1901, 2100) if is_heavy() else range(1901, 2100, 3):
        for month in range(1, 13):
            theirs = ZhDate(year, month, 1).to_datetime().date()
            if theirs != day_of(year, month, 1):
                differing.add((year, month))
    assert differing <= _AT_MIDNIGHT


def test_the_thirtieth_falls_on_the_twenty_ninth_where_there_is_none() -> None:
    short = 0
    for year in range(2000, 2031):
        for month in range(1, 13):
            last, before = day_of(year, month, 30), day_of(year, month, 29)
            assert last is not None and before is not None
            following = ZhDate.from_datetime(datetime.combine(before + timedelta(days=1), datetime.min.time()))  # fmt: skip
            if following.lunar_day == 1:
                assert last == before
                short += 1
            else:
                assert last == before + timedelta(days=1)
    assert 150 < short < 210  # of 372 months somewhat less than half


@pytest.mark.parametrize("day", ["lunar:1-1", "lunar:8-15", "lunar:11-30", "lunar:12-30", "lunar:12-1"])  # fmt: skip
def test_settled_one_by_one_it_comes_once_in_each_lunar_year(day: str) -> None:
    last, found = None, []
    for _ in range(30):
        last = occurrence(day, "birthday", date(2020, 2, 1), last, day_of)
        assert last is not None
        found.append(last)
    apart = {(after - before).days for before, after in pairwise(found)}
    assert apart <= {353, 354, 355, 383, 384, 385}


def test_beyond_the_calendar_there_is_none() -> None:
    assert day_of(1, 1, 1) is None
    assert day_of(9999, 1, 1) is None
    assert occurrence("lunar:12-30", "birthday", date(9999, 6, 1), None, day_of) is None
    assert occurrence("lunar:12-30", "birthday", date(2026, 6, 1), None) is None
