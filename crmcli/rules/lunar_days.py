"""Days of the Chinese calendar, as people write them and as they are kept and shown (HANDBOOK §9).

A leap month is taken for the ordinary one before it: whoever was born in it celebrates in that.
"""

import re
import unicodedata
from datetime import date
from typing import NamedTuple

from crmcli.errors import BadValue

MARK = "lunar:"
"""What stored ones begin with: `lunar:8-15`."""

_DIGITS = "一二三四五六七八九十"
_MONTHS = ("正", *_DIGITS[1:], "冬", "腊")
_DAYS = (
    *(f"初{one}" for one in _DIGITS),
    *(f"十{one}" for one in _DIGITS[:9]),
    "二十",
    *(f"廿{one}" for one in _DIGITS[:9]),
    "三十",
)
_SIMPLIFIED = str.maketrans("農曆陰舊閏臘", "农历阴旧闰腊")
_NAMED = re.compile(r"lunar\s*:?|农历\s*:?|阴历\s*:?|旧历\s*:?", re.IGNORECASE)
_OF_A_YEAR = re.compile(r"\s*闰?\s*(\w{1,2}?)\s*[-月]\s*(\w{1,3}?)\s*[日号]?")
_LONGEST_YEAR = 12, 30


class LunarDay(NamedTuple):
    """A day of the Chinese calendar, of no particular year."""

    month: int
    day: int

    def __str__(self) -> str:
        return f"lunar {self.month}-{self.day}"

    @property
    def in_chinese(self) -> str:
        """As it is said: 农历八月十五."""
        return f"农历{_MONTHS[self.month - 1]}月{_DAYS[self.day - 1]}"

    @property
    def stored(self) -> str:
        """As it is kept."""
        return f"{MARK}{self.month}-{self.day}"


def read(text: str) -> LunarDay | None:
    """The day meant by `lunar:8-15` or 农历八月十五; None when the text says of no calendar that it is the lunar one.

    BadValue for a day that no lunar year has.
    """
    plain = unicodedata.normalize("NFKC", text).strip().translate(_SIMPLIFIED)
    named = _NAMED.match(plain)
    if named is None:
        return None
    rest = plain[named.end() :]
    match = _OF_A_YEAR.fullmatch(rest)
    month, day = (_month(match[1]), _day(match[2])) if match else (0, 0)
    if not (1 <= month <= _LONGEST_YEAR[0] and 1 <= day <= _LONGEST_YEAR[1]):
        raise BadValue(
            "{text!r} is no day of a lunar year; write it like lunar:8-15 or 农历八月十五, without a year",
            text=text,
        )
    return LunarDay(month, day)


def of(stored: str) -> LunarDay | None:
    """The day that a stored key date is; None of one of the common calendar."""
    if not stored.startswith(MARK):
        return None
    month, _, day = stored.removeprefix(MARK).partition("-")
    return LunarDay(int(month), int(day))


def year_of(stored: str, on: date) -> int:
    """The lunar year that a stored day belongs to on its occurrence `on`: its last months reach into the next common year."""
    day = of(stored)
    is_of_last = day is not None and day.month > 10 and on.month < 3
    return on.year - is_of_last


def _month(text: str) -> int:
    if text in _MONTHS:
        return _MONTHS.index(text) + 1
    return {"一": 1, "十一": 11, "十二": 12}.get(text) or _number(text)


def _day(text: str) -> int:
    if text in _DAYS:
        return _DAYS.index(text) + 1
    if text.startswith("二十") and len(text) > 2:
        return _day(text.replace("二十", "廿", 1))
    return {"廿": 20, "卅": 30}.get(text) or _number(text)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() else 0
