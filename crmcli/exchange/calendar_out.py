"""Writing calendars (iCalendar, RFC 5545) that phones and calendar programs import, and import again without doubling."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

_PRODUCT = "-//crm//crm for the terminal//EN"
_AT_A_TIME = timedelta(minutes=30)
"""How long what has a time of day is shown: long enough to be seen and touched."""
_NOT_TEXT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ufeff]")


class Event(NamedTuple):
    """One entry: `at` a day, or a moment with its offset. The same `uid` replaces what was imported before.

    `alarm` is from the beginning of the entry, of a day from midnight. `yearly` comes round each year; 29 February
    then falls on the 28th where there is none. `sequence` grows with what replaces what was written before.
    """

    uid: str
    summary: str
    at: date | datetime
    description: str = ""
    alarm: timedelta | None = None
    yearly: bool = False
    category: str = ""
    sequence: int = 0
    is_cancelled: bool = False


def uid_of(ref: str, kind: str, created_at: str | None) -> str:
    """What a record's entry of a kind is known by wherever it goes: `created_at` tells two files' `t3` apart."""
    born = re.sub(r"[^0-9TZ]", "", created_at or "")
    return "-".join(part for part in (ref, kind, born) if part) + "@crm"


class CalendarWriter:
    """A calendar on its way out through `write`, an event at a time; `now` stamps it, `name` is what programs call it.

    Moments are written in UTC, so that no time zone need come along and daylight saving is right; days are whole days.
    Nothing of it makes anybody busy.
    """

    def __init__(self, write: Callable[[str], object], now: datetime, name: str) -> None:
        from icalendar import Calendar

        calendar = Calendar()
        calendar.add("prodid", _PRODUCT)
        calendar.add("version", "2.0")
        calendar.add("method", "PUBLISH")
        calendar.add("x-wr-calname", name)
        head, self._end = _halves(calendar.to_ical().decode())
        self._write = write
        self._stamp = now.astimezone(UTC)
        write(head)

    def add(self, event: Event) -> None:
        """One entry."""
        from icalendar import Alarm
        from icalendar import Event as Component

        made = Component()
        made.add("uid", event.uid)
        made.add("dtstamp", self._stamp)
        if event.sequence:
            made.add("sequence", event.sequence)
        if event.is_cancelled:
            made.add("status", "CANCELLED")
        start, end = _span(event.at)
        made.add("dtstart", start)
        if end is not None:
            made.add("dtend", end)
        if event.yearly:
            made.add("rrule", _each_year(event.at))
        made.add("summary", plain_text(event.summary))
        if event.description:
            made.add("description", plain_text(event.description))
        if event.category:
            made.add("categories", [event.category])
        made.add("transp", "TRANSPARENT")
        if event.alarm is not None:
            alarm = Alarm()
            alarm.add("action", "DISPLAY")
            alarm.add("description", plain_text(event.summary))
            alarm.add("trigger", event.alarm)
            made.add_component(alarm)
        self._write(made.to_ical().decode())

    def close(self) -> None:
        """End the calendar; the file stays open."""
        self._write(self._end)


def _halves(calendar: str) -> tuple[str, str]:
    head, end, rest = calendar.rpartition("END:VCALENDAR")
    return head, end + rest


def _span(at: date | datetime) -> tuple[date | datetime, date | datetime | None]:
    """Where it begins and ends; without an end where the calendar itself ends."""
    if isinstance(at, datetime):
        try:
            start = at.astimezone(UTC)
            return start, start + _AT_A_TIME
        except OverflowError:  # on the calendar's first or last day
            at = at.date()
    return at, at + timedelta(days=1) if at < date.max else None


def _each_year(at: date) -> dict[str, object]:
    if (at.month, at.day) == (2, 29):
        return {"freq": "YEARLY", "bymonth": 2, "bymonthday": -1}
    return {"freq": "YEARLY"}


def plain_text(value: str) -> str:
    """A text as a calendar can hold it."""
    return _NOT_TEXT.sub("", value.replace("\r\n", "\n").replace("\r", "\n"))
