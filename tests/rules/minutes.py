"""Service time by walking through it a minute at a time: slow, and knowing nothing of the rules it checks."""

from datetime import UTC, datetime, timedelta
from itertools import compress, count, islice
from zoneinfo import ZoneInfo

from crmcli.rules.workdays import Calendar

MINUTE = timedelta(minutes=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_A_DAY = 24 * 60
_STEPS = [n * MINUTE for n in range(_A_DAY)]


def number(instant: datetime) -> int:
    """The minutes from 1970 to a whole minute."""
    minutes, rest = divmod(instant - _EPOCH, MINUTE)
    assert not rest
    return minutes


def instant(minute: int) -> datetime:
    """The moment (UTC) at which a minute begins."""
    return _EPOCH + minute * MINUTE


class Walker:
    """One place, in which every minute is asked whether it is an open one by the local clock."""

    def __init__(self, hours: str, calendar: Calendar, zone: str) -> None:
        self.calendar = calendar
        self.zone = ZoneInfo(zone)
        stretches = [part.split("-") for part in hours.split(",")]
        self._times = {
            (hour, minute)
            for hour in range(24)
            for minute in range(60)
            if any(opens <= f"{hour:02}:{minute:02}" < closes for opens, closes in stretches)
        }
        self._days: dict[int, bytes] = {}

    def open_minutes(self, start: int, many: int) -> bytearray:
        """For each of so many minutes from `start` on: 1 when people work in it, else 0."""
        day, minute = divmod(start, _A_DAY)
        days = range(day, (start + many) // _A_DAY + 1)
        return bytearray(b"".join(map(self._day, days))[minute : minute + many])

    def _day(self, day: int) -> bytes:
        if day not in self._days:
            first = instant(day * _A_DAY)
            shown = [(first + step).astimezone(self.zone) for step in _STEPS]
            worked = {day: self.calendar.is_working(day) for day in {now.date() for now in shown}}
            self._days[day] = bytes(
                (now.hour, now.minute) in self._times and worked[now.date()] for now in shown
            )
        return self._days[day]

    def end_of_working_day(self, start: int, days: int) -> int:
        """The midnight after the `days`-th working day after the day of `start`."""
        day = instant(start).astimezone(self.zone).date()
        while days:
            day += timedelta(days=1)
            days -= self.calendar.is_working(day)
        midnight = datetime(day.year, day.month, day.day, tzinfo=self.zone) + timedelta(days=1)
        return number(midnight.astimezone(UTC))


def used_up(start: int, running: bytearray, minutes: int) -> int:
    """The end of the `minutes`-th running minute from `start` on; `start` itself for none."""
    if not minutes:
        return start
    return next(islice(compress(count(start + 1), running), minutes - 1, None))
