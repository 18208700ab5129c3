"""Days and times as people write them, in English and Chinese (CLI.md "Dates", HANDBOOK §3).

Words and ISO forms are read by plain string work; each regular expression is compiled by `re` when a
phrase first needs it, because `log-contact` reads dates on its way and must not pay for the others.
"""

import re
from datetime import date, timedelta
from datetime import time as time_of_day  # `When` has a field called time
from typing import NamedTuple

from crmcli.errors import BadValue
from crmcli.rules.span import Span
from crmcli.rules.workdays import Calendar

_FIRST_YEAR = 1900
_LEAP_DAY_GAP = 9  # years to look through for a 29 February: 2096 to 2104 skips one

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
_WORDS = {
    "today": 0, "今天": 0, "今日": 0, "今": 0,
    "tomorrow": 1, "明天": 1, "明日": 1, "明": 1,
    "yesterday": -1, "昨天": -1, "昨日": -1, "昨": -1,
    "后天": 2, "大后天": 3, "前天": -2, "大前天": -3,
}  # fmt: skip
_ENGLISH_ENDS = {
    "eom": ("月", 0), "month end": ("月", 0), "end of month": ("月", 0), "end of this month": ("月", 0),
    "end of next month": ("月", 1), "end of last month": ("月", -1),
    "eoy": ("年", 0), "year end": ("年", 0), "end of year": ("年", 0), "end of this year": ("年", 0),
    "end of next year": ("年", 1), "end of last year": ("年", -1),
}  # fmt: skip
_SHIFTS = {
    "上": -1,
    "去": -1,
    "本": 0,
    "这": 0,
    "今": 0,
    "this": 0,
    "下": 1,
    "明": 1,
    "next": 1,
    "下下": 2,
}
_UNITS = {
    "工作日": "wd",
    "天": "d",
    "日": "d",
    "周": "w",
    "星期": "w",
    "礼拜": "w",
    "月": "m",
    "年": "y",
}
_DIGITS = {digit: value for value, digit in enumerate("零一二三四五六七八九")} | {"两": 2}

# The hours of the 24-hour clock that each word covers; an hour said with the word must fall among them.
# 晚上12点 is refused: it is the start of the next day to some people and a slip to others.
_PARTS_OF_DAY = {
    "am": (0, 11), "pm": (12, 23), "凌晨": (0, 6), "清晨": (4, 11), "早上": (3, 11), "早晨": (3, 11), "早": (3, 11),
    "上午": (1, 12), "中午": (10, 14), "下午": (12, 20), "傍晚": (15, 21), "晚上": (17, 23), "晚": (17, 23),
}  # fmt: skip

_NUMBER = "[0-9]{1,4}|[一二两三四五六七八九十]{1,3}"
_HOUR = "[0-9]{1,2}|二十[一二三四]?|十[一二三四五六七八九]?|[零一二两三四五六七八九]"
_MINUTE = "[0-9]{2}|[零一二三四五六七八九十]{2,3}|(?:[0-9]|[一二三四五六七八九十])(?=分)"
_CLOCK = (
    r"(?P<day>.*?)(?:(?<=[0-9])t|(?:^| )at | )?"
    r"(?P<part>凌晨|清晨|早上|早晨|早|上午|中午|下午|傍晚|晚上|晚)?"
    # In 周二十点 the 二 belongs to the day, so that no hour starts right after 周.
    rf"(?<![0-9:周期拜])(?P<hour>{_HOUR})"
    r"(?:(?P<half> ?[ap]m)|:(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2}))?(?P<later_half> ?[ap]m)?"
    rf"|[点时](?:(?P<named>半|一刻|三刻|整|钟)|(?P<spoken>{_MINUTE})分?)?)"
)
_NAMED_MINUTES = {"半": 30, "一刻": 15, "三刻": 45, "整": 0, "钟": 0}


class When(NamedTuple):
    """A local day, with a local time where one was given.

    `counted` is True when the day was given as a number of days, weeks or months from today, so that
    rules may roll it to a working day; a date named by hand is never moved (HANDBOOK §3).
    """

    day: date
    time: time_of_day | None = None
    counted: bool = False


def read_when(text: str, today: date, calendar: Calendar, *, past: bool = False) -> When:
    """The day and time that `text` names, seen from `today` (CLI.md "Dates").

    With `past`, what names no direction (`fri`, 周五, 11月21日, 月初) is the last such day instead of the next.
    Whether the answer may lie in the future is for the caller to judge. BadValue names the forms that work.
    """
    phrase = _plain(text)
    try:
        words, clock = _split_time(phrase)
        if clock and not words:
            return When(today, clock)
        named = _named(words, today, past)
        day = named or _counted(words, today, calendar)
    except (OverflowError, ValueError):
        raise _impossible(text) from None
    if day is None:
        raise _unclear(text, words)
    if day.year < _FIRST_YEAR:
        raise _impossible(text)
    return When(day, clock, counted=named is None)


def spell_day(day: date, today: date | None = None) -> str:
    """`Fri 27 Nov`, and `Fri 8 Jan 2027` when the year is not that of `today`; never in the locale's language."""
    weekday = _WEEKDAYS[day.weekday()][:3].title()
    month = _MONTHS[day.month - 1][:3].title()
    year = f" {day.year}" if today and today.year != day.year else ""
    return f"{weekday} {day.day} {month}{year}"


def _impossible(text: str) -> BadValue:
    return BadValue(
        "{text!r} is a day or time that does not exist; write it like 2026-11-21 or 2026-11-21 15:00 "
        "(years 1900 to 9999)",
        text=text,
    )


def _unclear(text: str, words: str) -> BadValue:
    if re.fullmatch("[0-9]{1,2}[./-][0-9]{1,2}(?:[./-][0-9]{2,4})?", words):
        return BadValue(
            "{text!r} does not say which number is the month; write it like 2026-12-25, 25 Dec or 12月25日",
            text=text,
        )
    return BadValue(
        "{text!r} is not a date; write it like 2026-11-21, 27 Nov, tomorrow, fri, next fri, last fri, +3d, +2w, "
        "+1m, 3wd (working days), 明天, 下周五, 3天后 or 月底, with a time like 15:00 or 下午3点 behind it if you like",
        text=text,
    )


def _plain(text: str) -> str:
    """`text` in lower case and half width, with single spaces and none next to Chinese."""
    if not text.isascii():
        import unicodedata

        text = unicodedata.normalize("NFKC", text).replace("〇", "零")
        text = re.sub(r"(?<=[^\x00-\x7f])\s+|\s+(?=[^\x00-\x7f])", "", text)
    return " ".join(text.lower().split())


def _split_time(phrase: str) -> tuple[str, time_of_day | None]:
    """The words for the day, and the time behind them; ValueError when there is no such time."""
    if not (":" in phrase or "点" in phrase or "时" in phrase or phrase.endswith(("am", "pm"))):
        return phrase, None
    match = re.fullmatch(_CLOCK, phrase)
    if not match:
        return phrase, None
    half = (match["half"] or match["later_half"] or "").strip()
    if half and match["part"]:
        return phrase, None
    hour = _hour(_number(match["hour"]), half or match["part"])
    if match["named"]:
        minute = _NAMED_MINUTES[match["named"]]
    else:
        minute = _number(match["minute"] or match["spoken"] or "零")
    return match["day"], time_of_day(hour, minute, int(match["second"] or 0))


def _hour(hour: int, part: str | None) -> int:
    """The hour of the 24-hour clock; ValueError when `hour` is no hour of that part of the day."""
    if part is None:
        return hour
    first, last = _PARTS_OF_DAY[part]
    for candidate in (hour % 12, hour % 12 + 12) if 1 <= hour <= 12 else (hour,):
        if first <= candidate <= last:
            return candidate
    raise ValueError(hour)


def _number(text: str) -> int:
    """A number from 0 to 99 in Chinese, or any in digits; ValueError for what only looks like one (五三)."""
    if text.isdecimal():
        return int(text)
    tens, ten, ones = text.rpartition("十")
    if not ten:
        tens, ones = "零", ones.lstrip("零") or "零"
    try:
        return _DIGITS[tens or "一"] * 10 + _DIGITS[ones or "零"]
    except KeyError:
        raise ValueError(text) from None


def _named(words: str, today: date, past: bool) -> date | None:
    """The day that `words` name by hand; None when they do not, ValueError when there is no such day."""
    if words in _WORDS:
        return today + timedelta(days=_WORDS[words])
    if words.isascii():
        return (
            _numeric(words)
            or _english_weekday(words, today, past)
            or _english_end(words, today)
            or _english_date(words, today, past)
        )
    return (
        _chinese_weekday(words, today, past)
        or _chinese_date(words, today, past)
        or _chinese_edge(words, today, past)
    )


def _numeric(words: str) -> date | None:
    """`2026-11-21`, `2026/11/21`, `2026.11.21` and `20261121`: the year first, or it could be two days."""
    if len(words) == 8 and words.isdecimal():
        return date(int(words[:4]), int(words[4:6]), int(words[6:]))
    for separator in "-/.":
        parts = words.split(separator)
        if len(parts) == 3 and len(parts[0]) == 4 and all(part.isdecimal() for part in parts):
            return date(int(parts[0]), int(parts[1]), int(parts[2]))
    return None


def _english_weekday(words: str, today: date, past: bool) -> date | None:
    """`fri`, `friday`, `last fri`, `this fri`, `next fri` and `next week`."""
    which, _, name = words.rpartition(" ")
    if words == "next week":
        return _day_of_week(today, 1, 0)
    weekday = _place(name, _WEEKDAYS)
    if weekday is None:
        return None
    if which in ("", "last"):  # on a Saturday, `last fri` is yesterday, as for date(1)
        return _nearest_weekday(today, weekday, past or which == "last")
    return _day_of_week(today, _SHIFTS[which], weekday) if which in ("this", "next") else None


def _chinese_weekday(words: str, today: date, past: bool) -> date | None:
    """周五, 本周五, 上周五, 下周五, 下下周五, with 星期 and 礼拜; 下周 alone is its Monday."""
    match = re.fullmatch("(?:(下下|[上下本这])个?)?(?:周|星期|礼拜)([一二三四五六日天])?", words)
    if not match:
        return None
    which, name = match.groups()
    if name is None:
        return _day_of_week(today, _SHIFTS[which], 0) if which in ("下", "下下") else None
    weekday = 6 if name == "天" else "一二三四五六日".index(name)
    if which is None:
        return _nearest_weekday(today, weekday, past)
    return _day_of_week(today, _SHIFTS[which], weekday)


def _day_of_week(today: date, weeks: int, weekday: int) -> date:
    """The day of the calendar week that is `weeks` after this one; weeks start on Monday (0)."""
    return today + timedelta(days=7 * weeks + weekday - today.weekday())


def _nearest_weekday(today: date, weekday: int, past: bool) -> date:
    """The next such weekday after `today`, or the last one before it; never `today` itself."""
    if past:
        return today - timedelta(days=(today.weekday() - weekday - 1) % 7 + 1)
    return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)


def _english_end(words: str, today: date) -> date | None:
    """`end of month`, `eom`, `year-end` and their like."""
    unit, shift = _ENGLISH_ENDS.get(words.replace("-", " "), ("", 0))
    return _end(today, unit, shift) if unit else None


def _chinese_edge(words: str, today: date, past: bool) -> date | None:
    """月底, 下月底, 月初, 年底, 明年初; 月初 and 年初 alone are the next ones, or the last with `past`."""
    match = re.fullmatch("(?:([上下本这])个?)?(月)([底末初])|([去今本明])?(年)年?([底末初])", words)
    if not match:
        return None
    which, unit, edge = match.groups()[:3] if match[2] else match.groups()[3:]
    if edge != "初":
        return _end(today, unit, _SHIFTS[which or "本"])
    start = _start(today, unit, _SHIFTS[which or "本"])
    if which is None and not past and start < today:
        return _start(today, unit, 1)
    return start


def _start(today: date, unit: str, shift: int) -> date:
    """The first day of the month or year that is `shift` after this one."""
    if unit == "年":
        return date(today.year + shift, 1, 1)
    year, month = divmod(today.year * 12 + today.month - 1 + shift, 12)
    return date(year, month + 1, 1)


def _end(today: date, unit: str, shift: int) -> date:
    """The last day of the month or year that is `shift` after this one."""
    return _start(today, unit, shift + 1) - timedelta(days=1)


def _chinese_date(words: str, today: date, past: bool) -> date | None:
    """2026年11月21日, 明年1月8号, 11月21日, 十一月二十一日."""
    match = re.fullmatch(f"(?:([0-9]{{4}}|[去今明])年)?({_NUMBER})月({_NUMBER})[日号]?", words)
    if not match:
        return None
    year, month, day = match[1], _number(match[2]), _number(match[3])
    if year is None:
        return _without_year(month, day, today, past)
    return date(today.year + _SHIFTS[year] if year in _SHIFTS else int(year), month, day)


def _english_date(words: str, today: date, past: bool) -> date | None:
    """`27 Nov`, `Nov 27`, `27 Nov 2026`, and `Fri 27 Nov` as `spell_day` writes it; the weekday must agree."""
    if not any(month[:3] in words for month in _MONTHS):
        return None
    match = re.fullmatch(
        r"(?:([a-z]+),? )?(?:([0-9]{1,2})(?:st|nd|rd|th)?[ -]?([a-z]{3,9})\.?"
        r"|([a-z]{3,9})\.? ?([0-9]{1,2})(?:st|nd|rd|th)?)(?:(?:,? |-)([0-9]{4}))?",
        words,
    )
    month = _place(match[3] or match[4], _MONTHS) if match else None
    if not match or month is None:
        return None
    number = int(match[2] or match[5])
    if match[6]:
        day = date(int(match[6]), month + 1, number)
    else:
        day = _without_year(month + 1, number, today, past)
    if match[1] and _place(match[1], _WEEKDAYS) != day.weekday():
        raise ValueError(words)
    return day


def _place(name: str, names: tuple[str, ...]) -> int | None:
    """Where `name`, cut to no less than three letters, stands in `names`."""
    if len(name) < 3:
        return None
    return next((place for place, full in enumerate(names) if full.startswith(name)), None)


def _without_year(month: int, day: int, today: date, past: bool) -> date:
    """The next such day from `today` on, or with `past` the last one up to it; ValueError when there is none."""
    step = -1 if past else 1
    for year in range(today.year, today.year + step * _LEAP_DAY_GAP, step):
        try:
            found = date(year, month, day)
        except ValueError:  # 29 February of a common year
            continue
        if found == today or (found < today) == past:
            return found
    raise ValueError(day)


def _counted(words: str, today: date, calendar: Calendar) -> date | None:
    """The day given as a distance from `today`: `+3d`, `in 3 days`, `3 days ago`, 3天后, 两周前."""
    span = _english_distance(words) if words.isascii() else _chinese_distance(words)
    return span.after(today, calendar) if span else None


def _english_distance(words: str) -> Span | None:
    match = re.fullmatch(
        r"(in )?([+-]?) ?([0-9]{1,4}|an?) ?"
        r"(wd|[dwmy]|(?:(?:working|business|work) ?)?days?|weeks?|months?|years?)"
        r"( ago| from now| later)?",
        words,
    )
    if not match or sum(map(bool, match.group(1, 2, 5))) > 1:  # `-3 days ago` says it twice
        return None
    number = int(match[3]) if match[3].isdecimal() else 1
    back = match[2] == "-" or match[5] == " ago"
    unit = "wd" if match[4].startswith(("wd", "work", "business")) else match[4][0]
    return Span(-number if back else number, unit)


def _chinese_distance(words: str) -> Span | None:
    match = re.fullmatch(
        f"({_NUMBER})(个?工作日|天|日|周|个?星期|个?礼拜|个月|年)[之以]?([后前])", words
    )
    if not match:
        return None
    number = _number(match[1])
    return Span(-number if match[3] == "前" else number, _UNITS[match[2].removeprefix("个")])
