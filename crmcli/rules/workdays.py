"""Working days as a plain set of days (HANDBOOK §8)."""

from collections.abc import Collection
from datetime import date, timedelta
from typing import NamedTuple

from crmcli.errors import BadValue

ROLLS = ("next", "previous", "keep")
_LONGEST_CLOSURE = 366


class Calendar(NamedTuple):
    """Which days are worked: Monday to Friday, less `off`, plus `working`.

    `off` and `working` hold only the exceptions. Estimated are the years whose holidays were not
    announced when the data was made (all from `estimated_from` on); a date in one of them is a guess and said to be one.
    """

    off: Collection[date] = frozenset()
    working: Collection[date] = frozenset()
    estimated_from: int = 9999

    def is_working(self, day: date) -> bool:
        """True when people work on `day`: make-up Saturdays do, announced holidays do not."""
        if day in self.working:
            return True
        return day.weekday() < 5 and day not in self.off

    def is_estimated(self, day: date) -> bool:
        """True when the holidays of the year of `day` are not announced yet."""
        return day.year >= self.estimated_from

    def roll(self, day: date, how: str = "next") -> date:
        """`day` itself when worked or `how` is keep, else the next or previous working day (HANDBOOK §3)."""
        if how == "keep":
            return day
        step = timedelta(days=-1 if how == "previous" else 1)
        for _ in range(_LONGEST_CLOSURE):
            if self.is_working(day):
                return day
            day += step
        raise BadValue(
            "the calendar has no working day near {day}; check calendar.days_off", day=day
        )

    def add_working_days(self, day: date, count: int) -> date:
        """The `count`-th working day after `day` (before it, when negative); `day` itself never counts."""
        step = timedelta(days=1 if count > 0 else -1)
        for _ in range(abs(count)):
            day = self.roll(day + step, "next" if count > 0 else "previous")
        return day

    def working_days_between(self, start: date, end: date) -> int:
        """How many working days lie after `start` up to and including `end`; negative when `end` is earlier."""
        low, high = sorted((start, end))
        count = sum(
            self.is_working(low + timedelta(days=n)) for n in range(1, (high - low).days + 1)
        )
        return count if end >= start else -count
