"""Months, quarters and years as people name them (CLI.md `--period`, HANDBOOK §10, §11)."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date, timedelta
from typing import NamedTuple

from crmcli.errors import BadValue

MONTH, QUARTER, YEAR = "month", "quarter", "year"
_MONTHS_OF = {MONTH: 1, QUARTER: 3, YEAR: 12}
_FIRST_YEAR, _LAST_YEAR = 1900, 9000

_FORMS: Mapping[str, tuple[str, ...]] = {
    MONTH: (r"([0-9]{4})[-/.]([0-9]{1,2})", "([0-9]{4})年([0-9]{1,2}|十[一二]?|[一二三四五六七八九])月份?"),
    QUARTER: (r"([0-9]{4})[- /]?q([1-4])", "([0-9]{4})年q([1-4])", "([0-9]{4})年第?([1-4一二三四])季度?"),
    YEAR: ("([0-9]{4})", "([0-9]{4})年度?"),
}  # fmt: skip
_RELATIVE: Mapping[str, tuple[str, int]] = {
    "this month": (MONTH, 0), "last month": (MONTH, -1), "this quarter": (QUARTER, 0), "last quarter": (QUARTER, -1),
    "this year": (YEAR, 0), "last year": (YEAR, -1), "本月": (MONTH, 0), "这个月": (MONTH, 0), "当月": (MONTH, 0),
    "上月": (MONTH, -1), "上个月": (MONTH, -1), "本季度": (QUARTER, 0), "本季": (QUARTER, 0), "这个季度": (QUARTER, 0),
    "上季度": (QUARTER, -1), "上个季度": (QUARTER, -1), "今年": (YEAR, 0), "本年": (YEAR, 0), "本年度": (YEAR, 0),
    "去年": (YEAR, -1), "上年": (YEAR, -1), "上年度": (YEAR, -1),
}  # fmt: skip
_NUMBERS = {word: n for n, word in enumerate("一二三四五六七八九十", start=1)} | {
    "十一": 11,
    "十二": 12,
}


class Period(NamedTuple):
    """A month, quarter or year: its name as `--period` has it, and its first and last local day."""

    name: str
    first: date
    last: date
    unit: str

    @property
    def days(self) -> tuple[str, str]:
        """Its first and its last local day as they are stored."""
        return self.first.isoformat(), self.last.isoformat()

    @property
    def before(self) -> "Period":
        """The period of the same length just before it."""
        return containing(self.first - timedelta(days=1), self.unit)


def containing(day: date, unit: str = MONTH) -> Period:
    """The month, quarter or year in which `day` lies."""
    months = _MONTHS_OF[unit]
    number = (day.month - 1) // months  # of its kind in the year, from 0
    first = date(day.year, number * months + 1, 1)
    following = date(day.year + (number + 1) * months // 12, (number + 1) * months % 12 + 1, 1)
    names = {
        MONTH: f"{day.year:04}-{day.month:02}",
        QUARTER: f"{day.year:04}Q{number + 1}",
        YEAR: f"{day.year:04}",
    }
    return Period(names[unit], first, following - timedelta(days=1), unit)


def read_period(text: str, today: date) -> Period:
    """The period that `text` names, seen from `today`; BadValue names the forms that work."""
    asked = " ".join(unicodedata.normalize("NFKC", text).lower().split())
    if not asked.isascii():
        asked = asked.replace(" ", "")
    if asked in _RELATIVE:
        unit, shift = _RELATIVE[asked]
        found = containing(today, unit)
        return found.before if shift else found
    for unit, forms in _FORMS.items():
        for form in forms:
            if match := re.fullmatch(form, asked):
                if (day := _first_day(unit, *match.groups())) is not None:
                    return containing(day, unit)
                break
    raise BadValue(
        "{text!r} is not a period; write it like 2026-10, 2026Q1, 2026, this month, last quarter, "
        "2026年10月 or 2026年第1季度 (years 1900 to 9000)",
        text=text,
    )


def _first_day(unit: str, year: str, number: str = "1") -> date | None:
    """The first day of the year's nth month or quarter; None when there is no such month, or no such year."""
    which = int(number) if number.isdecimal() else _NUMBERS[number]
    months = _MONTHS_OF[unit]
    if not _FIRST_YEAR <= int(year) <= _LAST_YEAR or not 1 <= which <= 12 // months:
        return None
    return date(int(year), (which - 1) * months + 1, 1)
