"""When a job runs, and what it is, whatever runs it."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import time
from typing import NamedTuple

from crmcli.errors import BadValue, Listed

EVERY = (5, 10, 15, 20, 30, 60)
"""Minutes that divide an hour."""

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_ZH_DAYS = "一二三四五六日"


class Timetable(NamedTuple):
    """At these local times of day, or every so many minutes, on these weekdays (0 = Monday)."""

    times: Sequence[time] = ()
    every: int = 15
    weekdays: Sequence[int] = tuple(range(7))

    @property
    def is_daily(self) -> bool:
        """True when all weekdays are."""
        return len(self.weekdays) == len(_DAYS)


class Job(NamedTuple):
    """What is run: absolute arguments, what its environment has besides, when; `name` tells one database's from another's."""

    name: str
    database: str
    arguments: Sequence[str]
    environment: Mapping[str, str]
    when: Timetable


def name_of(database: str) -> str:
    """A short name for the job of the database at this absolute path."""
    return f"crm-{hashlib.sha256(database.encode('utf-8', 'surrogateescape')).hexdigest()[:8]}"


def read_every(text: str) -> int:
    """Minutes written like `15m` or `1h`; BadValue for what does not divide an hour."""
    found = re.fullmatch(r"(\d{1,3})\s*(m|min|h)?", text.strip().lower())
    minutes = int(found[1]) * (60 if found[2] == "h" else 1) if found else 0
    if minutes not in EVERY:
        raise BadValue(
            "--every {value!r} does not divide an hour; choose one of {known}",
            value=text,
            known=Listed(f"{one}m" for one in EVERY),
        )
    return minutes


def read_time(text: str) -> time:
    """A time of day, HH:MM."""
    try:
        hours, minutes = text.strip().replace("：", ":").split(":")
        return time(int(hours), int(minutes))
    except ValueError:
        raise BadValue(
            "--at {value!r} is no time of day; write it like 08:30", value=text
        ) from None


def read_weekdays(text: str) -> Sequence[int]:
    """Weekdays written like `mon-fri`, `mon,wed,sat`, `1-5` or `一,三`."""
    chosen: set[int] = set()
    for part in re.split(r"[,，、\s]+", text.strip().lower()):
        first, dash, last = part.partition("-")
        start = _weekday(first, text)
        end = _weekday(last, text) if dash else start
        chosen |= {(start + step) % 7 for step in range((end - start) % 7 + 1)}
    return tuple(sorted(chosen))


def _weekday(word: str, text: str) -> int:
    plain = word.strip().removeprefix("周").removeprefix("星期")
    if plain in ("1", "2", "3", "4", "5", "6", "7"):
        return int(plain) - 1
    if plain == "天":
        plain = "日"
    if len(plain) == 1 and plain in _ZH_DAYS:
        return _ZH_DAYS.index(plain)
    fitting = [place for place, day in enumerate(_DAYS) if len(plain) >= 2 and _full(place).startswith(plain)]  # fmt: skip
    if len(fitting) == 1:
        return fitting[0]
    raise BadValue(
        "--weekdays {value!r} are no weekdays; write them like mon-fri or mon,wed", value=text
    )


def _full(place: int) -> str:
    return ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")[place]


def abbreviated(place: int) -> str:
    """The weekday as `Mon`."""
    return _DAYS[place].title()
