"""Moments as files write them: when a contact happened, when a task is due or was done (CLI.md, Dates and Import)."""

import re
from datetime import datetime, time
from typing import NamedTuple

from crmcli.errors import BadValue
from crmcli.exchange.rows import Understanding
from crmcli.rules.dates import When

_USUAL = re.compile(
    r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[ T](\d{1,2}):(\d{2})(?::(\d{2})(?:\.0+)?)?)?", re.ASCII
).fullmatch
_OFFSET = re.compile(r"(?:Z|[+-]\d{2}:?\d{2})$").search
_FIRST_YEAR = 1900
NOON = time(12)


class Moment(NamedTuple):
    """A local moment, and as it is stored; of a day without a time it is noon, so that it keeps its day in every zone."""

    at: datetime
    whole_day: bool
    instant: str

    @property
    def day(self) -> str:
        """Its local day, ISO."""
        return self.at.date().isoformat()


def read_past(text: str, means: Understanding) -> Moment:
    """What has happened, at the latest now; BadValue when it has not yet."""
    when = with_offset(text, means) or _usual(text) or means.past(text)
    at = datetime.combine(when.day, when.time or NOON)
    if when.time is None and when.day == means.today:
        at = min(at, means.now)
    if at > means.now:
        raise BadValue("{text!r} is in the future; only what has happened is imported", text=text)
    return Moment(at, when.time is None, means.instant(at))


def read_due(text: str, means: Understanding) -> When:
    """A day to come, perhaps with its time."""
    return with_offset(text, means) or _usual(text) or means.when(text)


def _usual(text: str) -> When | None:
    """The way most files write it, on a short way; None for anything else, impossible days included."""
    match = _USUAL(text)
    if not match:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in match.groups())
    if year < _FIRST_YEAR:
        return None
    try:
        found = datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 - local by contract
    except ValueError:
        return None
    return When(found.date(), found.time() if match[4] else None)


def with_offset(text: str, means: Understanding) -> When | None:
    """An ISO time that says its own offset, as exports write it."""
    if not _OFFSET(text):
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    if found.tzinfo is None:
        return None
    local = means.local(found)
    return When(local.date(), local.time().replace(microsecond=0))
