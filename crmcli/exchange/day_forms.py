"""Days as other tools write them, told apart by a column as a whole: 11/20/2026 or 20/11/2026, Excel's serial numbers.

What is clear by itself is left to the grammar of dates (CLI.md, Dates).
"""

import re
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

_SLASHED = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4})(?:,? +(.+))?", re.ASCII).fullmatch
# 20-Nov-26, as Excel writes it in English.
_SHORT_YEAR = re.compile(r"(\d{1,2}[- ][A-Za-z]{3}[- ])(\d\d)(?: +(.+))?", re.ASCII).fullmatch
# The days from 2000-01-01 to 2099-12-31 as Excel counts them, perhaps with a time.
_SERIAL = re.compile(r"(3[6-9]\d{3}|[4-6]\d{4}|7[0-2]\d{3}|730[0-4]\d)(\.\d+)?", re.ASCII).fullmatch
_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - a spreadsheet's days are of no zone
_MINUTES = 24 * 60


def plain_days(texts: Iterable[str]) -> Callable[[str], str] | None:
    """What makes the days of a column plain, judged by some of its texts; None when they are plain already.

    Which of two numbers is the month is decided by those that leave no choice; where none does, or they disagree,
    they stay as they are, to be refused as unclear.
    """
    is_odd, first, second = False, 0, 0
    for text in texts:
        if match := _SLASHED(text):
            is_odd = True
            one, two = int(match[1]), int(match[3])
            first, second = max(first, one), max(second, two)
            if match[2] == "." and two <= 12:  # only where the day comes first are there dots
                first = max(first, 13)
        elif _SERIAL(text) or _SHORT_YEAR(text):
            is_odd = True
    if not is_odd:
        return None
    day_first = first > 12 >= second
    month_first = second > 12 >= first

    def plain(text: str) -> str:
        if (match := _SLASHED(text)) and (day_first or month_first):
            day, month = (match[1], match[3]) if day_first else (match[3], match[1])
            return f"{match[4]}-{month}-{day} {match[5] or ''}".strip()
        if match := _SHORT_YEAR(text):
            return f"{match[1]}20{match[2]} {match[3] or ''}".strip()
        if match := _SERIAL(text):
            day_of = _EPOCH + timedelta(days=int(match[1]))
            if not match[2]:
                return day_of.date().isoformat()
            minutes = min(round(float(match[2]) * _MINUTES), _MINUTES - 1)
            return f"{day_of + timedelta(minutes=minutes):%Y-%m-%d %H:%M}"
        return text

    return plain
