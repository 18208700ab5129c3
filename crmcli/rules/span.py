"""Lengths of time as people and settings write them: `1m`, `2w`, `90d`, `3wd` (HANDBOOK §3, CLI.md settings)."""

import re
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

from crmcli.errors import BadValue
from crmcli.rules.workdays import Calendar

_FORM = re.compile(r"\+?(\d{1,4})\s*(wd|d|w|m|y)", re.IGNORECASE)


class Span(NamedTuple):
    """`count` of `unit`: `d` days, `w` weeks, `m` calendar months, `y` years, `wd` working days."""

    count: int  # type: ignore[assignment]  # hides tuple.count, which nobody needs here
    unit: str

    @classmethod
    def read(cls, text: str) -> "Span":
        """The span written in `text`; BadValue names the forms that work."""
        match = _FORM.fullmatch(text.strip())
        if not match or int(match[1]) == 0:
            raise BadValue(
                "{text!r} is not a length of time; write it like 10d, 2w, 1m, 1y or 3wd (working days)",
                text=text,
            )
        return cls(int(match[1]), match[2].lower())

    def after(self, day: date, calendar: Calendar) -> date:
        """The day this long after `day`; 31 January + 1 month is the last of February."""
        try:
            if self.unit == "wd":
                return calendar.add_working_days(day, self.count)
            if self.unit in "dw":
                return day + timedelta(days=self.count * (7 if self.unit == "w" else 1))
            return months_after(day, self.count * (12 if self.unit == "y" else 1))
        except (OverflowError, ValueError):
            raise BadValue(
                "{span} after {day} is beyond the calendar", span=self, day=day
            ) from None

    def __str__(self) -> str:
        return f"{self.count}{self.unit}"


@lru_cache(maxsize=4_096)
def months_after(day: date, months: int) -> date:
    """The day so many months after `day`; 29 February falls on the 28th where there is none. Long lists ask it often."""
    from dateutil.relativedelta import relativedelta

    return day + relativedelta(months=months)
