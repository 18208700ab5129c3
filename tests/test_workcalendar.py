"""Announced, estimated and the user's own days (HANDBOOK §8)."""

import os
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import chinese_calendar
import pytest

from crmcli import workcalendar
from crmcli.errors import BadValue
from crmcli.workcalendar import data_version, load, parse_days


def every_day(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def test_announced_years_are_those_of_the_state_council() -> None:
    """Day by day against the library's own answer, which ours does not use."""
    china = load("CN", (), ())
    for day in every_day(date(2024, 1, 1), date(2026, 12, 31)):
        assert china.is_working(day) == chinese_calendar.is_workday(day), day
        assert not china.is_estimated(day)


@pytest.mark.parametrize(
    "day",
    ["2024-02-04", "2024-09-29", "2025-01-26", "2025-04-27", "2025-09-28", "2025-10-11", "2026-01-04", "2026-02-14",
     "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10"],
)  # fmt: skip
def test_published_make_up_days_are_worked(day: str) -> None:
    weekend = date.fromisoformat(day)
    assert weekend.weekday() >= 5
    assert load("CN", (), ()).is_working(weekend)


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("2025-01-28", "2025-02-04"),
        ("2025-10-01", "2025-10-08"),
        ("2026-01-01", "2026-01-03"),
        ("2026-02-15", "2026-02-23"),
        ("2026-05-01", "2026-05-05"),
        ("2026-10-01", "2026-10-07"),
    ],
)
def test_published_holidays_are_off_with_work_on_both_sides(first: str, last: str) -> None:
    china = load("CN", (), ())
    start, end = date.fromisoformat(first), date.fromisoformat(last)
    assert not any(china.is_working(day) for day in every_day(start, end))
    assert china.is_working(start - timedelta(days=1)) or start.weekday() in (0, 6)
    assert china.is_working(end + timedelta(days=1)) or end.weekday() in (4, 5)


def first_estimated_year() -> int:
    return max(chinese_calendar.holidays).year + 1


def test_a_year_not_announced_is_estimated_from_its_fixed_holidays() -> None:
    china = load("CN", (), ())
    for year in (first_estimated_year(), first_estimated_year() + 14):
        holidays = {date(year, 1, 1), date(year, 5, 1), date(year, 5, 2)} | {
            date(year, 10, day) for day in (1, 2, 3)
        }
        for day in every_day(date(year, 1, 1), date(year, 12, 31)):
            assert china.is_working(day) == (day.weekday() < 5 and day not in holidays), day
            assert china.is_estimated(day)
    assert china.estimated_from == first_estimated_year()


def test_the_first_day_that_is_estimated() -> None:
    china = load("CN", (), ())
    assert not china.is_estimated(date(first_estimated_year() - 1, 12, 31))
    assert china.is_estimated(date(first_estimated_year(), 1, 1))


@pytest.mark.parametrize("country", ["", "none", "NONE", " None "])
def test_no_country_is_monday_to_friday_and_never_estimated(country: str) -> None:
    plain = load(country, (), ())
    for day in every_day(date(2025, 9, 1), date(2025, 10, 31)):
        assert plain.is_working(day) == (day.weekday() < 5)
    assert not plain.is_estimated(date(2999, 1, 1))


@pytest.mark.parametrize("country", ["cn", " CN "])
def test_the_country_may_be_written_in_any_case(country: str) -> None:
    assert load(country, (), ()) == load("CN", (), ())


@pytest.mark.parametrize("country", ["DE", "US", "China", "中国"])
def test_another_country_is_refused_with_what_to_do(country: str) -> None:
    with pytest.raises(BadValue) as refusal:
        load(country, (), ())
    assert str(refusal.value) == (
        f"there are no public holidays for {country!r} yet; set calendar.country to CN or none "
        "and add the days of your own with calendar.days_off"
    )


@pytest.mark.parametrize("country", ["CN", "none"])
def test_the_days_of_the_user_win(country: str) -> None:
    holiday, make_up_day, weekday = date(2025, 10, 1), date(2025, 10, 11), date(2025, 10, 20)
    saturday, estimated_holiday = date(2025, 10, 18), date(first_estimated_year(), 10, 1)
    usual = load(country, (), ())
    changed = load(
        country,
        days_off=iter([make_up_day, weekday]),
        working_days=iter([holiday, saturday, estimated_holiday]),
    )
    assert not changed.is_working(make_up_day)
    assert not changed.is_working(weekday)
    assert changed.is_working(holiday)
    assert changed.is_working(saturday)
    assert changed.is_working(estimated_holiday)
    touched = {holiday, make_up_day, weekday, saturday, estimated_holiday}
    for day in every_day(date(2025, 1, 1), date(2025, 12, 31)):
        assert day in touched or changed.is_working(day) == usual.is_working(day)


@pytest.mark.parametrize("country", ["CN", "none"])
def test_one_day_can_be_worked_within_a_closure(country: str) -> None:
    closure = parse_days("2026-12-24..2026-12-31")
    calendar = load(country, closure, [date(2026, 12, 28)])
    assert [day.day for day in sorted(closure) if calendar.is_working(day)] == [28]


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("", []),
        (" , ", []),
        ("2026-12-25", ["2026-12-25"]),
        ("2026-12-25,2026-12-24", ["2026-12-24", "2026-12-25"]),
        ("2026-12-25, 2026-12-25,", ["2026-12-25"]),
        ("2026-12-25，2027-01-04", ["2026-12-25", "2027-01-04"]),
        ("2026-12-30..2027-01-02", ["2026-12-30", "2026-12-31", "2027-01-01", "2027-01-02"]),
        ("2026-12-30 .. 2026-12-31 , 2027-01-04", ["2026-12-30", "2026-12-31", "2027-01-04"]),
        ("2028-02-28..2028-03-01", ["2028-02-28", "2028-02-29", "2028-03-01"]),
        ("2026-12-30..2026-12-30", ["2026-12-30"]),
    ],
)
def test_the_days_of_a_setting(text: str, days: list[str]) -> None:
    assert sorted(parse_days(text)) == [date.fromisoformat(day) for day in days]


def test_a_range_of_a_whole_leap_year_is_taken() -> None:
    assert len(parse_days("2028-01-01..2028-12-31")) == 366


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("christmas", "christmas"),
        ("2026-02-30", "2026-02-30"),
        ("2026-12-25, 25 Dec, 2026-12-26", "25 Dec"),
        ("2026-12-31..2026-12-24", "2026-12-31..2026-12-24"),
        ("2026-12-24..", "2026-12-24.."),
        ("..2026-12-24", "..2026-12-24"),
        ("2026-12-24...2026-12-31", "2026-12-24...2026-12-31"),
        ("2026-12-24..2062-12-31", "2026-12-24..2062-12-31"),
        ("2027-01-04;2027-01-05", "2027-01-04;2027-01-05"),
    ],
)
def test_a_bad_part_of_a_setting_is_named(text: str, part: str) -> None:
    with pytest.raises(BadValue) as refusal:
        parse_days(text)
    assert str(refusal.value) == (
        f"{part!r} is not a day or a range of days up to a year; "
        "write them like 2026-12-25 or 2026-12-24..2026-12-31, with commas between"
    )


def run_alone(code: str, path: Path | None = None) -> str:
    """What `code` prints in a Python of its own, with `path` searched before the installed packages."""
    searched = [str(path)] if path else []
    result = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(searched)},
        capture_output=True,
        text=True,
        check=True,
    )
    return result.stdout.strip()


def test_the_fingerprint_is_found_without_loading_the_data() -> None:
    code = (
        "import sys; from crmcli.workcalendar import data_version, load; load('none', (), ());"
        "print(data_version(), 'chinese_calendar' in sys.modules, 'dateutil' in sys.modules)"
    )
    assert run_alone(code) == f"{data_version()} False False"


def test_the_fingerprint_changes_with_the_data_even_when_its_size_does_not(tmp_path: Path) -> None:
    package = tmp_path / "chinese_calendar"
    package.mkdir()
    (package / "__init__.py").write_text("raise ImportError('must not be imported')")
    seen = {data_version()}
    for holiday in ("2027-10-01", "2027-10-02"):
        (package / "constants.py").write_text(f"holidays = {{{holiday!r}}}")
        code = "from crmcli.workcalendar import data_version; print(data_version())"
        seen.add(run_alone(code, tmp_path))
    assert len(seen) == 3


def test_data_that_is_missing_has_a_fingerprint_too(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "chinese_calendar").mkdir()
    code = "from crmcli.workcalendar import data_version; print(data_version())"
    (tmp_path / "chinese_calendar" / "__init__.py").touch()
    assert run_alone(code, tmp_path) == "none"
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert workcalendar.data_version() == "none"
