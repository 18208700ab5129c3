"""Which days are worked: announced holidays, make-up days and the user's own, as plain sets (HANDBOOK §8)."""

from collections.abc import Iterable
from datetime import date, timedelta

from crmcli.errors import BadValue
from crmcli.rules.workdays import Calendar

_ESTIMATED_YEARS = 15
# Mainland China's public holidays with a fixed date, since the reform of 2025 (month, day).
# Those of the lunar calendar and Qingming are only known when the year is announced.
_FIXED_HOLIDAYS = ((1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3))
_LONGEST_RANGE = 366  # days; anything longer is a slip of the year


def load(country: str, days_off: Iterable[date], working_days: Iterable[date]) -> Calendar:
    """The calendar of `country` (`CN`, or none for Monday to Friday) with the user's own days.

    The user's days win over the country's, and `working_days` over `days_off`, so that one day can be
    worked within a longer closure. BadValue for any other country (HANDBOOK §8).
    """
    off, working = frozenset(days_off), frozenset(working_days)
    match country.strip().upper():
        case "" | "NONE":
            return Calendar(off - working, working)
        case "CN":
            return _mainland_china(off, working)
    raise BadValue(
        "there are no public holidays for {country!r} yet; set calendar.country to CN or none "
        "and add the days of your own with calendar.days_off",
        country=country,
    )


def data_version() -> str:
    """A fingerprint of the installed holiday data, found without importing it; `none` when there is none.

    Stored dates are recomputed when it differs from the one they were computed with.
    """
    from importlib.util import find_spec
    from pathlib import Path
    from zlib import crc32

    try:
        spec = find_spec("chinese_calendar")
        folders = spec.submodule_search_locations if spec else None
        data = Path(folders[0], "constants.py").read_bytes() if folders else b""
    except (ImportError, OSError, ValueError):
        data = b""
    # The sum and not only the size: moving one holiday by a day keeps the size.
    return f"cn-{crc32(data):08x}" if data else "none"


def parse_days(text: str) -> frozenset[date]:
    """The days of a setting such as `2026-12-24..2026-12-31, 2027-01-04`; BadValue names the part that is none."""
    parts = [part.strip() for part in text.replace("，", ",").split(",")]
    return frozenset(day for part in parts if part for day in _days_of(part))


def write_days(days: Iterable[date]) -> str:
    """The setting that `parse_days` reads these days from: those that follow each other as ranges, the earliest first."""
    stretches: list[list[date]] = []
    for day in sorted(days):
        if stretches and (day - stretches[-1][1]).days == 1 and (day - stretches[-1][0]).days < _LONGEST_RANGE:  # fmt: skip
            stretches[-1][1] = day
        else:
            stretches.append([day, day])
    return ", ".join(f"{one}..{last}" if one != last else str(one) for one, last in stretches)


def _mainland_china(off: frozenset[date], working: frozenset[date]) -> Calendar:
    """Announced years as published, later ones Monday to Friday less the fixed holidays and said to be estimated.

    A year counts as announced, too, when the user's own days are those of a whole announcement.
    """
    from chinese_calendar.constants import holidays, workdays

    estimated_from = max(holidays).year + 1
    while _is_announced(estimated_from, off, working):
        estimated_from += 1
    estimated = [
        date(year, month, day)
        for year in range(estimated_from, estimated_from + _ESTIMATED_YEARS)
        for month, day in _FIXED_HOLIDAYS
    ]
    return Calendar(
        off=off.union(holidays, estimated) - working,
        working=working.union(workdays.keys() - off),
        estimated_from=estimated_from,
    )


_IN_EVERY_YEAR = ((1, 1), (5, 1), (10, 1))


def _is_announced(year: int, off: frozenset[date], working: frozenset[date]) -> bool:
    """A whole announcement has the holidays from January to October, and make-up days."""
    has_holidays = all(date(year, month, day) in off for month, day in _IN_EVERY_YEAR)
    return has_holidays and any(day.year == year for day in working)


def _days_of(part: str) -> list[date]:
    """Every day of one date or of one range with both ends."""
    first, dots, last = part.partition("..")
    try:
        start = date.fromisoformat(first.strip())
        end = date.fromisoformat(last.strip()) if dots else start
    except ValueError:
        length = 0
    else:
        length = (end - start).days + 1
    if not 1 <= length <= _LONGEST_RANGE:
        raise BadValue(
            "{part!r} is not a day or a range of days up to a year; "
            "write them like 2026-12-25 or 2026-12-24..2026-12-31, with commas between",
            part=part,
        )
    return [start + timedelta(days=number) for number in range(length)]
