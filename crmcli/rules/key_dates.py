"""Days that come round each year, or once: birthdays, anniversaries, qualifications (HANDBOOK §9).

A day is kept as `MM-DD`, as `YYYY-MM-DD`, or by the Chinese calendar as `lunar:8-15` (lunar_days.py).
"""

from collections.abc import Callable, Iterator
from datetime import date, timedelta

from crmcli.errors import BadValue
from crmcli.rules.identity import compiled
from crmcli.rules.terms import KEY_DATE

Lunar = Callable[[int, int, int], date | None]
"""The day of a lunar year, month and day: day 30 on the 29th where there is none, None beyond the calendar."""

LEAD_DAYS = 7
LEADS = {"qualification": 30}
"""How many days ahead a kind falls due, where it is not a week."""

_ONCE = ("qualification",)
"""Kinds whose full date is the one day itself; all others come round each year."""

_DAY = r"(?:(\d{4})\s*[-./年]\s*)?(\d{1,2})\s*[-./月]\s*(\d{1,2})\s*[日号]?"


def read_kind(text: str) -> str:
    """The stored kind: one of the handbook's in any language, else the user's own words."""
    try:
        return KEY_DATE.read(text)
    except BadValue:
        return text


def read_day(text: str) -> str:
    """`MM-DD`, `YYYY-MM-DD` or `lunar:M-D` in its stored form; BadValue for a day that no year has."""
    if not text.isascii() or text.strip()[:1].isalpha():
        from crmcli.rules import lunar_days

        if lunar := lunar_days.read(text):
            return lunar.stored
    match = compiled(_DAY).fullmatch(text.strip())
    if match is None or ("/" in text and not match[1]) or ("." in text and not match[1]):
        raise BadValue(
            "{text!r} is no day of the year; write it like 05-20, 1980-05-20 with its year, or lunar:8-15",
            text=text,
        )
    year, month, day = int(match[1] or 2000), int(match[2]), int(match[3])
    try:
        date(year, month, day)
    except ValueError:
        raise BadValue("there is no day {text}; write it like 05-20", text=text.strip()) from None
    return f"{year:04d}-{month:02d}-{day:02d}" if match[1] else f"{month:02d}-{day:02d}"


def has_year(day: str) -> bool:
    """True for a stored day that is kept with its year."""
    return day[:4].isdecimal()


def is_lunar(day: str) -> bool:
    """True for a stored day of the Chinese calendar."""
    return day.startswith("lunar:")


def comes_round(day: str, kind: str) -> bool:
    """True for a day of each year; false for one whose full date is the one day itself."""
    return kind not in _ONCE or not has_year(day)


def occurrence(
    day: str, kind: str, from_on: date, settled_on: date | None, lunar: Lunar | None = None
) -> date | None:
    """The occurrence that is next to be settled: the first on or after `from_on`, and after the one settled last.

    None when it came once and is settled, and of a lunar day without `lunar`, which finds it. 29 February falls on
    28 February where there is none.
    """
    if settled_on == date.max:
        return None
    first = from_on if settled_on is None else max(from_on, settled_on + timedelta(days=1))
    if is_lunar(day):
        found = _lunar_days(day, first.year, lunar) if lunar else iter(())
        return next((one for one in found if one >= first), None)
    if has_year(day):
        whole = date.fromisoformat(day)
        if kind in _ONCE:
            return None if settled_on and settled_on >= whole else whole
        first = max(first, whole)
    month, of_month = int(day[-5:-3]), int(day[-2:])
    this_year = _in_year(first.year, month, of_month)
    if this_year and this_year >= first:
        return this_year
    return _in_year(first.year + 1, month, of_month)


def current(
    day: str,
    kind: str,
    next_on: date,
    lead_days: int | None,
    today: date,
    lunar: Lunar | None = None,
) -> date:
    """Of the occurrence that is next to be settled and those after it the newest whose lead has begun: nobody is served by
    last year's birthday when this year's is near.
    """
    while (
        comes_round(day, kind)
        and next_on < today
        and (later := occurrence(day, kind, next_on + timedelta(days=1), None, lunar))
        and later - lead(kind, lead_days) <= today
    ):
        next_on = later
    return next_on


def _lunar_days(day: str, year: int, lunar: Lunar) -> Iterator[date]:
    """Its days in the lunar years that touch `year` and the next."""
    from crmcli.rules import lunar_days

    asked = lunar_days.of(day)
    assert asked is not None
    for one in range(year - 1, year + 2):
        if found := lunar(one, *asked):
            yield found


def _in_year(year: int, month: int, day: int) -> date | None:
    if year > date.max.year:
        return None
    if (month, day) == (2, 29) and not _is_leap(year):
        day = 28
    return date(year, month, day)


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def lead(kind: str, days: int | None = None) -> timedelta:
    """How long before the day it falls due: what was asked for, else the handbook's."""
    return timedelta(days=LEADS.get(kind, LEAD_DAYS) if days is None else days)


def age(day: str, on: date) -> int | None:
    """Whole years since the day on its occurrence `on`; None when its year is not known."""
    return on.year - int(day[:4]) if has_year(day) else None
