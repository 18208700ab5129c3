"""Reading which days are worked from a file: a calendar of holidays, a table of days, or their JSON (HANDBOOK §8)."""

import csv
import json
import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from io import BytesIO
from typing import Any, NamedTuple

from crmcli.errors import BadValue, Unusable
from crmcli.exchange.encodings import encoding_of

LARGEST = 4 << 20
"""Bytes; a century of days is less."""
_LONGEST, _LONGEST_LINE = 366, 10_000  # days, characters
FIRST_YEAR, LAST_YEAR = 1900, 9998
_WORKED = re.compile(r"班|工作|(?<!off )\bwork(?:ing|day)?\b|make-?up", re.IGNORECASE)
_FREE = re.compile(r"休(?!.*班)|放假|\boff\b|holiday|closed", re.IGNORECASE)
# A day off that was moved: said of the day that is free for it, and of the one that is worked for it.
_MOVED = re.compile(r"调休|换休|补休")
_ASIDE = re.compile(r"[（(].*?[)）]")
_DAY = r"(\d{4})(?:-|/|\.|年)(\d{1,2})(?:-|/|\.|月)(\d{1,2})日?(?!\d)"
_TO = r"(?:\.\.|~|～|至|到|—|–|\bto\b|(?<=\s)-(?=\s))"
_DAYS = re.compile(rf"\s*{_DAY}(?:\s*{_TO}\s*{_DAY})?(?=[\s（(]|$)")


class Days(NamedTuple):
    """The days a file says are off and those it says are worked; how many of its entries say neither."""

    off: frozenset[date]
    working: frozenset[date]
    left_out: int = 0


def days_in(data: bytes, path: str) -> Days:
    """What the file at `path`, with these bytes, says of days.

    An iCalendar's all-day entries are days off, those called `班` or `work` are worked; timed and repeating ones are left
    out. Else rows of a day or a range (`2027-02-06..2027-02-12`) with anything beside it, by the same words; or the JSON
    that Chinese calendars are published in, `{"days": [{"date": …, "isOffDay": …}]}`. Unusable or BadValue when it is none.
    """
    if len(data) > LARGEST:
        raise Unusable("{path} is too large for a list of days; name a smaller one", path=path)
    start = data.lstrip(b"\xef\xbb\xbf \r\n\t")
    if start[:15].upper() == b"BEGIN:VCALENDAR":
        found = list(_of_calendar(start, path))
    else:
        encoding = encoding_of(BytesIO(data), path, None)
        text = data.decode(encoding.name, "replace").removeprefix("\ufeff")
        if "\0" in text:
            raise Unusable("{path} is no text; name an .ics, CSV or JSON file", path=path)
        found = list(_of_json(text, path) if start[:1] in (b"{", b"[") else _of_rows(text, path))
    off = {day for days, is_worked in found if is_worked is False for day in days}
    working = {day for days, is_worked in found if is_worked for day in days}
    if not off | working:
        raise Unusable(
            "{path} names no day; write one a line, like 2026-12-24 off or 2026-12-26 working",
            path=path,
        )
    return Days(
        frozenset(off - working),
        frozenset(working),
        sum(is_worked is None for days, is_worked in found),
    )


_Found = tuple[list[date], bool | None]
"""Some days, and whether they are worked; None for an entry that says nothing of days."""


def _of_calendar(data: bytes, path: str) -> Iterator[_Found]:
    from icalendar import Calendar

    try:
        calendar = Calendar.from_ical(data)
    except (ValueError, KeyError, IndexError):
        raise Unusable("{path} is no calendar that can be read; save it anew as .ics", path=path) from None  # fmt: skip
    for event in calendar.walk("VEVENT"):
        yield _of_event(event, path)


def _of_event(event: Any, path: str) -> _Found:
    try:
        first = event["dtstart"].dt
        length = event["duration"].dt if "duration" in event else timedelta(days=1)
        end = event["dtend"].dt if "dtend" in event else first + length
        last = max(first, end - timedelta(days=1))
    except (KeyError, AttributeError, ValueError, TypeError, OverflowError):
        return [], None
    is_day = all(isinstance(one, date) and not isinstance(one, datetime) for one in (first, end))
    if not is_day or "rrule" in event or str(event.get("status", "")).upper() == "CANCELLED":
        return [], None
    said = str(event.get("summary", ""))
    return _range(first, last, said, path), _is_worked(said)


def _of_json(text: str, path: str) -> Iterator[_Found]:
    try:
        read = json.loads(text)
        rows = read["days"] if isinstance(read, dict) else read
        for row in rows:
            if not isinstance(row["isOffDay"], bool):
                raise TypeError(row)
            day = date.fromisoformat(row["date"])
            yield _range(day, day, row["date"], path), not row["isOffDay"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise Unusable(
            '{path} is no JSON of days; write {{"days": [{{"date": "2026-10-01", "isOffDay": true}}]}}',
            path=path,
        ) from None


def _of_rows(text: str, path: str) -> Iterator[_Found]:
    divider = "\t" if "\t" in text else ";" if ";" in text else ","
    lines = text.splitlines()
    if any(len(line) > _LONGEST_LINE for line in lines):
        raise Unusable("{path} has a line that is too long for days; name another file", path=path)
    rows = csv.reader(lines, delimiter=divider, quoting=csv.QUOTE_NONE)
    for number, row in enumerate(rows, 1):
        cells = [cell.strip(" \"'") for cell in row]
        said = " ".join(cells).strip()
        if not said or said.startswith("#"):
            continue
        matches = list(map(_DAYS.match, cells))
        if any(matches):
            rest = [cell[match.end() if match else 0 :] for cell, match in zip(cells, matches, strict=True)]  # fmt: skip
            days = _days([match for match in matches if match], number, path)
            yield days, _read(" ".join(rest), said, number, path)
        elif number > 1 or re.search(r"\d{4}", said):  # the first may be the names of the columns
            raise BadValue(
                "line {line} of {path} has no day in {said!r}; write it like 2026-12-24 off",
                line=number,
                path=path,
                said=said[:40],
            )


def _read(rest: str, said: str, line: int, path: str) -> bool:
    """Whether the days of a row are worked, by what stands beside them."""
    worked = _is_worked(rest)
    if worked is None:
        raise BadValue(
            "line {line} of {path}: {said!r} may be a day off or a working one; write off or working",
            line=line,
            path=path,
            said=said[:40],
        )
    return worked


def _is_worked(said: str) -> bool | None:
    """Whether a day called so is worked, by what stands outside of parentheses first; None when it can be either.

    What says nothing of it is a day off.
    """
    for part in (_ASIDE.sub(" ", said), said):
        is_worked, is_free = bool(_WORKED.search(part)), bool(_FREE.search(_MOVED.sub("", part)))
        if is_worked or is_free:
            return is_worked if is_worked != is_free else None
    return None if _MOVED.search(said) else False


def _days(matches: list["re.Match[str]"], line: int, path: str) -> list[date]:
    """The days of a row's first and, where it has two, last cell with a day."""
    said = " ".join(match[0].strip() for match in matches)
    numbers = [int(one) for match in matches for one in match.groups() if one is not None]
    try:
        first, last = date(*numbers[:3]), date(*numbers[-3:])
    except ValueError:
        raise BadValue(
            "line {line} of {path}: there is no day {said!r}; write it like 2026-12-24",
            line=line,
            path=path,
            said=said,
        ) from None
    return _range(first, last, said, path)


def _range(first: date, last: date, said: str, path: str) -> list[date]:
    length = (last - first).days + 1
    if not FIRST_YEAR <= first.year <= last.year <= LAST_YEAR:
        raise BadValue(
            "{path} has a day in {year}; days are taken from {first} to {last}",
            path=path,
            year=first.year if first.year < FIRST_YEAR else last.year,
            first=FIRST_YEAR,
            last=LAST_YEAR,
        )
    if not 1 <= length <= _LONGEST:
        raise BadValue(
            "{path} has {said!r} from {first} to {last}; days off are a range of up to a year",
            path=path,
            said=said,
            first=first,
            last=last,
        )
    return [first + timedelta(days=n) for n in range(length)]
