"""The working clock: time that runs only in the office hours of working days (HANDBOOK §4, §8).

An instant is open when the local clock then shows an office hour of a working day, and working time is the real
time that passes while it does: where the clock jumps over a part of the office hours that part is missing, and
where it is set back into them that part is worked twice. Instants are aware, of any zone, and answers are in
UTC: two times of one zone compare by what the clock shows, which is wrong when it is set back.
"""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo
from itertools import pairwise
from typing import NamedTuple

from crmcli.errors import BadValue
from crmcli.rules.workdays import Calendar

_NOTHING = timedelta(0)
_SECOND = timedelta(seconds=1)
_DAY = timedelta(days=1)
_WEEK = timedelta(weeks=1)
_WEEKS = 54  # from the week before a year to the week after it

Stretch = tuple[datetime, datetime]
"""Open from the first instant (UTC) up to the second, which no longer belongs to it."""


class Hours(NamedTuple):
    """The office hours of a day in order: each stretch opens and closes so long after midnight."""

    stretches: Sequence[tuple[timedelta, timedelta]] = (
        (timedelta(hours=9), timedelta(hours=12)),
        (timedelta(hours=13), timedelta(hours=18)),
    )

    @classmethod
    def read(cls, text: str) -> "Hours":
        """The hours written like `09:00-12:00,13:00-18:00`; BadValue says what is wrong with them."""
        parts = text.replace("，", ",").replace("：", ":").split(",")
        stretches = tuple(_read_stretch(part.strip()) for part in parts)
        for (_, closes), (opens, _) in pairwise(stretches):
            if opens < closes:
                raise BadValue(
                    "the office hours {text!r} open at {opens} before they have closed at {closes}; "
                    "write them in order, like 09:00-12:00,13:00-18:00",
                    text=text,
                    opens=_spell(opens),
                    closes=_spell(closes),
                )
        return cls(stretches)

    def __str__(self) -> str:
        return ",".join(f"{_spell(opens)}-{_spell(closes)}" for opens, closes in self.stretches)


def _read_stretch(part: str) -> tuple[timedelta, timedelta]:
    first, _, second = part.replace("–", "-").partition("-")
    opens, closes = _time(first.strip()), _time(second.strip())
    if opens is None or closes is None:
        raise BadValue(
            "{part!r} are no office hours; write them like 09:00-12:00,13:00-18:00 (24:00 closes at midnight)",
            part=part,
        )
    if opens >= closes:
        raise BadValue(
            "the office hours {part!r} close before they open; write the earlier time first, "
            "and a night as two parts, like 00:00-06:00,22:00-24:00",
            part=part,
        )
    return opens, closes


def _time(text: str) -> timedelta | None:
    """The time of day written like `9:00` or `24:00`; None when it is none. (A regular expression is slow to compile.)"""
    hours, _, minutes = text.partition(":")
    if not (text.isascii() and hours.isdecimal() and minutes.isdecimal()):
        return None
    if len(hours) > 2 or len(minutes) != 2 or int(minutes) >= 60:
        return None
    time = timedelta(hours=int(hours), minutes=int(minutes))
    return time if time <= _DAY else None


def _spell(time: timedelta) -> str:
    hours, minutes = divmod(time // timedelta(minutes=1), 60)
    return f"{hours:02}:{minutes:02}"


class _Change(NamedTuple):
    """A change of the clock: when, and the offsets from UTC before and after."""

    at: datetime
    before: timedelta
    after: timedelta

    def days(self) -> list[date]:
        """The local days that may lack or repeat a part."""
        first, last = sorted(((self.at + self.before).date(), (self.at + self.after).date()))
        return [first + n * _DAY for n in range((last - first).days + 1)]


class WorkClock:
    """The working time of one place: its office hours, its working days, its time zone."""

    def __init__(self, hours: Hours, calendar: Calendar, zone: tzinfo) -> None:
        self.hours = hours
        self.calendar = calendar
        self.zone = zone
        self._full_day = sum((closes - opens for opens, closes in hours.stretches), _NOTHING)
        self._odd_days_by_year: dict[int, Mapping[date, Sequence[Stretch]]] = {}
        self._stretches_by_day: dict[date, Sequence[Stretch]] = {}

    @property
    def day(self) -> timedelta:
        """The working time of an ordinary working day."""
        return self._full_day

    def is_open(self, instant: datetime) -> bool:
        """True while people work: from the moment of opening, no longer at that of closing."""
        local = instant.astimezone(self.zone)
        time = timedelta(0, local.second, local.microsecond, 0, local.minute, local.hour)
        return self.calendar.is_working(local.date()) and any(
            opens <= time < closes for opens, closes in self.hours.stretches
        )

    def add(self, instant: datetime, working: timedelta) -> datetime:
        """The earliest instant (UTC) at which `working` is used up: Wed 18:00, never Thu 09:00 (HANDBOOK §4).

        No time leaves the instant where it is, in closed time too. BadValue when `working` is negative, or when
        no day is worked for a year.
        """
        moment = instant.astimezone(UTC)
        if working < _NOTHING:
            raise BadValue(
                "{working} is no working time to add; give one of 0 or more", working=working
            )
        if not working:
            return moment
        day = self._day(moment)
        left = working + self._worked(day, moment)  # from the day's first opening
        day = self.calendar.roll(day)
        while left > (length := self._length(day)):
            left -= length
            day = self.calendar.roll(day + _DAY)
        stretches = iter(self._stretches(day))
        opens, closes = next(stretches)
        while left > closes - opens:
            left -= closes - opens
            opens, closes = next(stretches)
        return opens + left

    def between(self, start: datetime, end: datetime) -> timedelta:
        """The working time from `start` to `end`; negative when `end` is earlier."""
        first, last = start.astimezone(UTC), end.astimezone(UTC)
        if last < first:
            return -self.between(last, first)
        first_day, last_day = self._day(first), self._day(last)
        if first_day == last_day:
            return self._worked(last_day, last) - self._worked(first_day, first)
        days = self.calendar.working_days_between(first_day - _DAY, last_day - _DAY)
        gained = (
            self._length(day) - self._full_day
            for year in range(first_day.year, last_day.year + 1)
            for day in self._odd_days(year)
            if first_day <= day < last_day and self.calendar.is_working(day)
        )
        whole_days = sum(gained, days * self._full_day)
        return whole_days - self._worked(first_day, first) + self._worked(last_day, last)

    def close_of_day_after(self, instant: datetime, days: int) -> datetime:
        """The close (UTC) of the `days`-th working day after the day of `instant`, which never counts (HANDBOOK §4)."""
        day = self.calendar.add_working_days(self._day(instant), days)
        return self._stretches(day)[-1][1]

    def _day(self, instant: datetime) -> date:
        return instant.astimezone(self.zone).date()

    def _worked(self, day: date, until: datetime) -> timedelta:
        """The working time of `day` that lies before `until`."""
        if not self.calendar.is_working(day):
            return _NOTHING
        worked = (
            min(closes, until) - opens for opens, closes in self._stretches(day) if opens < until
        )
        return sum(worked, _NOTHING)

    def _length(self, day: date) -> timedelta:
        """The working time of a whole working day."""
        odd = self._odd_days(day.year).get(day)
        if odd is None:
            return self._full_day
        return sum((closes - opens for opens, closes in odd), _NOTHING)

    def _stretches(self, day: date) -> Sequence[Stretch]:
        """The open stretches of a working day, at least one; only that of a day without working time is empty."""
        if day not in self._stretches_by_day:
            odd = self._odd_days(day.year).get(day)
            midnight = datetime(day.year, day.month, day.day, tzinfo=self.zone).astimezone(UTC)
            usual = [
                (midnight + opens, midnight + closes) for opens, closes in self.hours.stretches
            ]
            self._stretches_by_day[day] = usual if odd is None else odd
        return self._stretches_by_day[day]

    def _odd_days(self, year: int) -> Mapping[date, Sequence[Stretch]]:
        """The days of `year` on which the clock is changed, with their stretches; all other days are alike."""
        if year not in self._odd_days_by_year:
            self._odd_days_by_year[year] = {
                day: self._around(change, day)
                for change in self._changes(year)
                for day in change.days()
                if day.year == year
            }
        return self._odd_days_by_year[year]

    def _changes(self, year: int) -> list[_Change]:
        """The changes of the clock in and near `year`; since 2001 no zone has made two within a week."""
        try:
            first = datetime(year, 1, 1, tzinfo=UTC) - _WEEK
            weeks = [first + n * _WEEK for n in range(_WEEKS + 1)]
        except OverflowError:
            raise BadValue(
                "the year {year} is beyond the working calendar; give a time of this age", year=year
            ) from None
        offsets = [self._offset(week) for week in weeks]
        return [
            _Change(self._first_unlike(before, week), before, after)
            for week, (before, after) in zip(weeks, pairwise(offsets), strict=False)
            if before != after
        ]

    def _first_unlike(self, offset: timedelta, week: datetime) -> datetime:
        """The second in the week from `week` on at which `offset` ends."""
        seconds = bisect_left(
            range(_WEEK // _SECOND), True, key=lambda n: self._offset(week + n * _SECOND) != offset
        )
        return week + seconds * _SECOND

    def _offset(self, instant: datetime) -> timedelta:
        return instant.astimezone(self.zone).utcoffset() or _NOTHING

    def _around(self, change: _Change, day: date) -> Sequence[Stretch]:
        """The stretches of `day` by the old offset until the change and by the new one after it."""
        midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)

        def old(time: timedelta) -> datetime:
            return min(midnight + time - change.before, change.at)

        def new(time: timedelta) -> datetime:
            return max(midnight + time - change.after, change.at)

        cut = [
            (at(opens), at(closes)) for at in (old, new) for opens, closes in self.hours.stretches
        ]
        return [(opens, closes) for opens, closes in cut if opens < closes] or cut[-1:]
