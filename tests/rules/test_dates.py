"""Every way of writing a day, with the exact day it means (CLI.md "Dates")."""

from datetime import date, time, timedelta

import pytest
from dateutil.relativedelta import relativedelta
from hypothesis import assume, example, given
from hypothesis import strategies as st

from crmcli.errors import BadValue
from crmcli.rules.dates import When, read_when, spell_day
from crmcli.rules.workdays import Calendar

WEEKDAYS_ONLY = Calendar()
# The week of 1 October 2025: eight days off, a Sunday and a Saturday worked for them.
NATIONAL_DAY = Calendar(
    off=frozenset(date(2025, 10, day) for day in range(1, 9)),
    working=frozenset({date(2025, 9, 28), date(2025, 10, 11)}),
)

MONDAY = date(2026, 11, 23)
WEDNESDAY = date(2026, 11, 25)
FRIDAY = date(2026, 11, 27)
SATURDAY = date(2026, 11, 28)
SUNDAY = date(2026, 11, 29)
NEW_YEARS_EVE = date(2026, 12, 31)
END_OF_JANUARY = date(2026, 1, 31)
LEAP_DAY = date(2028, 2, 29)


def read(text: str, today: date = WEDNESDAY, past: bool = False) -> When:
    return read_when(text, today, WEEKDAYS_ONLY, past=past)


NAMED = [
    # ISO, and the same with other separators
    ("2026-11-21", WEDNESDAY, "2026-11-21"),
    ("2026-1-5", WEDNESDAY, "2026-01-05"),
    ("2026/11/21", WEDNESDAY, "2026-11-21"),
    ("2026.11.21", WEDNESDAY, "2026-11-21"),
    ("20261121", WEDNESDAY, "2026-11-21"),
    ("２０２６－１１－２１", WEDNESDAY, "2026-11-21"),
    ("  2026-11-21\t", WEDNESDAY, "2026-11-21"),
    ("\u30002026/11/21\u3000", WEDNESDAY, "2026-11-21"),
    ("1900-01-01", WEDNESDAY, "1900-01-01"),
    ("9999-12-31", WEDNESDAY, "9999-12-31"),
    ("2028-02-29", WEDNESDAY, "2028-02-29"),
    # Chinese dates
    ("2026年11月21日", WEDNESDAY, "2026-11-21"),
    ("2026年11月21号", WEDNESDAY, "2026-11-21"),
    ("2026 年 11 月 21 日", WEDNESDAY, "2026-11-21"),
    ("２０２６年１１月２１日", WEDNESDAY, "2026-11-21"),
    ("11月21日", WEDNESDAY, "2027-11-21"),
    ("11月25日", WEDNESDAY, "2026-11-25"),
    ("11月26号", WEDNESDAY, "2026-11-26"),
    ("12月5", WEDNESDAY, "2026-12-05"),
    ("十二月五日", WEDNESDAY, "2026-12-05"),
    ("十一月三十日", WEDNESDAY, "2026-11-30"),
    ("十一月二十一日", date(2026, 11, 1), "2026-11-21"),
    ("1月8日", NEW_YEARS_EVE, "2027-01-08"),
    ("明年1月8日", WEDNESDAY, "2027-01-08"),
    ("今年1月8日", WEDNESDAY, "2026-01-08"),
    ("去年12月1日", WEDNESDAY, "2025-12-01"),
    ("2月29日", WEDNESDAY, "2028-02-29"),
    ("2月29日", LEAP_DAY, "2028-02-29"),
    ("2月29日", date(2096, 3, 1), "2104-02-29"),
    # English dates
    ("27 Nov", WEDNESDAY, "2026-11-27"),
    ("Nov 27", WEDNESDAY, "2026-11-27"),
    ("nov 24", WEDNESDAY, "2027-11-24"),
    ("27 Nov 2026", WEDNESDAY, "2026-11-27"),
    ("27-Nov-2026", WEDNESDAY, "2026-11-27"),
    ("November 27, 2026", WEDNESDAY, "2026-11-27"),
    ("1st Dec", WEDNESDAY, "2026-12-01"),
    ("dec 22nd", WEDNESDAY, "2026-12-22"),
    ("8 sept 2027", WEDNESDAY, "2027-09-08"),
    ("4 May", WEDNESDAY, "2027-05-04"),
    ("Fri 27 Nov", WEDNESDAY, "2026-11-27"),
    ("Fri, 8 Jan 2027", WEDNESDAY, "2027-01-08"),
    # words
    ("today", WEDNESDAY, "2026-11-25"),
    ("TODAY", WEDNESDAY, "2026-11-25"),
    ("Tomorrow", WEDNESDAY, "2026-11-26"),
    ("tomorrow", NEW_YEARS_EVE, "2027-01-01"),
    ("tomorrow", date(2028, 2, 28), "2028-02-29"),
    ("yesterday", WEDNESDAY, "2026-11-24"),
    ("yesterday", date(2027, 1, 1), "2026-12-31"),
    ("今天", WEDNESDAY, "2026-11-25"),
    ("明天", WEDNESDAY, "2026-11-26"),
    ("明日", WEDNESDAY, "2026-11-26"),
    ("后天", WEDNESDAY, "2026-11-27"),
    ("大后天", WEDNESDAY, "2026-11-28"),
    ("昨天", WEDNESDAY, "2026-11-24"),
    ("前天", WEDNESDAY, "2026-11-23"),
    ("大前天", WEDNESDAY, "2026-11-22"),
    ("前天", date(2028, 3, 1), "2028-02-28"),
    # weekdays: alone, the next one after today
    ("fri", WEDNESDAY, "2026-11-27"),
    ("Friday", WEDNESDAY, "2026-11-27"),
    ("fri", FRIDAY, "2026-12-04"),
    ("fri", SATURDAY, "2026-12-04"),
    ("wed", WEDNESDAY, "2026-12-02"),
    ("tues", WEDNESDAY, "2026-12-01"),
    ("thurs", NEW_YEARS_EVE, "2027-01-07"),
    ("sun", SUNDAY, "2026-12-06"),
    ("mon", SUNDAY, "2026-11-30"),
    ("周五", WEDNESDAY, "2026-11-27"),
    ("星期五", WEDNESDAY, "2026-11-27"),
    ("礼拜五", WEDNESDAY, "2026-11-27"),
    ("周日", WEDNESDAY, "2026-11-29"),
    ("星期天", WEDNESDAY, "2026-11-29"),
    ("周一", WEDNESDAY, "2026-11-30"),
    # weekdays of a calendar week; weeks start on Monday
    ("next fri", MONDAY, "2026-12-04"),
    ("next fri", WEDNESDAY, "2026-12-04"),
    ("next friday", SUNDAY, "2026-12-04"),
    ("next mon", SUNDAY, "2026-11-30"),
    ("next sun", MONDAY, "2026-12-06"),
    ("this fri", SATURDAY, "2026-11-27"),
    ("this sun", MONDAY, "2026-11-29"),
    ("next week", WEDNESDAY, "2026-11-30"),
    ("next week", SUNDAY, "2026-11-30"),
    ("next  week", NEW_YEARS_EVE, "2027-01-04"),
    ("下周五", WEDNESDAY, "2026-12-04"),
    ("下星期五", WEDNESDAY, "2026-12-04"),
    ("下礼拜五", WEDNESDAY, "2026-12-04"),
    ("下个星期五", WEDNESDAY, "2026-12-04"),
    ("下 周 五", WEDNESDAY, "2026-12-04"),
    ("下周日", MONDAY, "2026-12-06"),
    ("下周", WEDNESDAY, "2026-11-30"),
    ("下下周五", WEDNESDAY, "2026-12-11"),
    ("本周五", SATURDAY, "2026-11-27"),
    ("这周五", WEDNESDAY, "2026-11-27"),
    ("这个星期一", WEDNESDAY, "2026-11-23"),
    ("上周五", WEDNESDAY, "2026-11-20"),
    ("上周五", SATURDAY, "2026-11-20"),
    ("上周日", MONDAY, "2026-11-22"),
    ("last fri", WEDNESDAY, "2026-11-20"),
    ("last fri", FRIDAY, "2026-11-20"),
    ("last fri", SATURDAY, "2026-11-27"),
    ("last monday", WEDNESDAY, "2026-11-23"),
    # ends and beginnings
    ("月底", WEDNESDAY, "2026-11-30"),
    ("本月底", date(2028, 2, 3), "2028-02-29"),
    ("这个月底", date(2027, 2, 28), "2027-02-28"),
    ("月末", NEW_YEARS_EVE, "2026-12-31"),
    ("下月底", END_OF_JANUARY, "2026-02-28"),
    ("下个月底", NEW_YEARS_EVE, "2027-01-31"),
    ("上月底", date(2028, 3, 31), "2028-02-29"),
    ("end of month", WEDNESDAY, "2026-11-30"),
    ("EOM", LEAP_DAY, "2028-02-29"),
    ("month-end", NEW_YEARS_EVE, "2026-12-31"),
    ("end of next month", END_OF_JANUARY, "2026-02-28"),
    ("end of last month", date(2027, 1, 5), "2026-12-31"),
    ("月初", WEDNESDAY, "2026-12-01"),
    ("月初", date(2026, 12, 1), "2026-12-01"),
    ("本月初", WEDNESDAY, "2026-11-01"),
    ("下月初", NEW_YEARS_EVE, "2027-01-01"),
    ("年底", WEDNESDAY, "2026-12-31"),
    ("今年底", NEW_YEARS_EVE, "2026-12-31"),
    ("明年年底", WEDNESDAY, "2027-12-31"),
    ("年初", WEDNESDAY, "2027-01-01"),
    ("明年初", WEDNESDAY, "2027-01-01"),
    ("year-end", WEDNESDAY, "2026-12-31"),
    ("end of year", WEDNESDAY, "2026-12-31"),
    ("end of next year", WEDNESDAY, "2027-12-31"),
]


@pytest.mark.parametrize(("text", "today", "day"), NAMED)
def test_a_day_named_by_hand(text: str, today: date, day: str) -> None:
    assert read(text, today) == When(date.fromisoformat(day), None, counted=False)


COUNTED = [
    ("3d", WEDNESDAY, "2026-11-28"),
    ("+3d", WEDNESDAY, "2026-11-28"),
    ("-3d", WEDNESDAY, "2026-11-22"),
    ("0d", WEDNESDAY, "2026-11-25"),
    ("+2w", WEDNESDAY, "2026-12-09"),
    ("-1W", WEDNESDAY, "2026-11-18"),
    ("+1m", END_OF_JANUARY, "2026-02-28"),
    ("+1m", date(2028, 1, 31), "2028-02-29"),
    ("-1m", date(2028, 3, 31), "2028-02-29"),
    ("1m", NEW_YEARS_EVE, "2027-01-31"),
    ("1y", LEAP_DAY, "2029-02-28"),
    ("+3d", date(2028, 2, 27), "2028-03-01"),
    ("+1d", NEW_YEARS_EVE, "2027-01-01"),
    ("3wd", WEDNESDAY, "2026-11-30"),
    ("+1wd", FRIDAY, "2026-11-30"),
    ("1wd", SATURDAY, "2026-11-30"),
    ("-1wd", SUNDAY, "2026-11-27"),
    ("in 3 days", WEDNESDAY, "2026-11-28"),
    ("in a week", WEDNESDAY, "2026-12-02"),
    ("in 2 weeks", WEDNESDAY, "2026-12-09"),
    ("in 3 working days", WEDNESDAY, "2026-11-30"),
    ("3 business days", WEDNESDAY, "2026-11-30"),
    ("3 days ago", WEDNESDAY, "2026-11-22"),
    ("a month ago", date(2026, 3, 31), "2026-02-28"),
    ("2 months from now", NEW_YEARS_EVE, "2027-02-28"),
    ("3天后", WEDNESDAY, "2026-11-28"),
    ("三天后", WEDNESDAY, "2026-11-28"),
    ("3 天 后", WEDNESDAY, "2026-11-28"),
    ("３天之后", WEDNESDAY, "2026-11-28"),
    ("3日以后", WEDNESDAY, "2026-11-28"),
    ("十天后", WEDNESDAY, "2026-12-05"),
    ("十五天后", WEDNESDAY, "2026-12-10"),
    ("二十天后", WEDNESDAY, "2026-12-15"),
    ("四十五天后", WEDNESDAY, "2027-01-09"),
    ("100天后", WEDNESDAY, "2027-03-05"),
    ("3天前", WEDNESDAY, "2026-11-22"),
    ("一周前", WEDNESDAY, "2026-11-18"),
    ("两周后", WEDNESDAY, "2026-12-09"),
    ("两个星期后", WEDNESDAY, "2026-12-09"),
    ("1礼拜后", WEDNESDAY, "2026-12-02"),
    ("2个月后", NEW_YEARS_EVE, "2027-02-28"),
    ("一个月前", date(2028, 3, 31), "2028-02-29"),
    ("一年后", LEAP_DAY, "2029-02-28"),
    ("3个工作日后", WEDNESDAY, "2026-11-30"),
    ("三工作日后", WEDNESDAY, "2026-11-30"),
    ("2个工作日前", MONDAY, "2026-11-19"),
]


@pytest.mark.parametrize(("text", "today", "day"), COUNTED)
def test_a_day_counted_from_today(text: str, today: date, day: str) -> None:
    assert read(text, today) == When(date.fromisoformat(day), None, counted=True)


PAST = [
    ("fri", WEDNESDAY, "2026-11-20"),
    ("fri", FRIDAY, "2026-11-20"),
    ("fri", SATURDAY, "2026-11-27"),
    ("周三", WEDNESDAY, "2026-11-18"),
    ("星期天", MONDAY, "2026-11-22"),
    ("last fri", SATURDAY, "2026-11-27"),
    ("next fri", WEDNESDAY, "2026-12-04"),
    ("上周五", SATURDAY, "2026-11-20"),
    ("11月21日", WEDNESDAY, "2026-11-21"),
    ("11月25日", WEDNESDAY, "2026-11-25"),
    ("11月26日", WEDNESDAY, "2025-11-26"),
    ("2月29日", WEDNESDAY, "2024-02-29"),
    ("20 Nov", WEDNESDAY, "2026-11-20"),
    ("Dec 24", WEDNESDAY, "2025-12-24"),
    ("月初", WEDNESDAY, "2026-11-01"),
    ("年初", WEDNESDAY, "2026-01-01"),
    ("月底", WEDNESDAY, "2026-11-30"),
    ("3d", WEDNESDAY, "2026-11-28"),
    ("yesterday", WEDNESDAY, "2026-11-24"),
    ("2026-12-01", WEDNESDAY, "2026-12-01"),
]


@pytest.mark.parametrize(("text", "today", "day"), PAST)
def test_a_day_without_direction_is_the_last_one_when_looking_back(
    text: str, today: date, day: str
) -> None:
    assert read(text, today, past=True).day == date.fromisoformat(day)


TIMED = [
    ("14:30", "2026-11-25", time(14, 30)),
    ("9:05", "2026-11-25", time(9, 5)),
    ("00:00", "2026-11-25", time(0)),
    ("23:59", "2026-11-25", time(23, 59)),
    ("3pm", "2026-11-25", time(15)),
    ("下午3点", "2026-11-25", time(15)),
    ("2026-11-21T15:00", "2026-11-21", time(15)),
    ("2026-11-21t09:30:15", "2026-11-21", time(9, 30, 15)),
    ("2026-11-21 15:00", "2026-11-21", time(15)),
    ("2026-11-21  9:00", "2026-11-21", time(9)),
    ("20261121 15:00", "2026-11-21", time(15)),
    ("２０２６－１１－２１　１５：００", "2026-11-21", time(15)),
    ("fri 15:00", "2026-11-27", time(15)),
    ("Friday at 15:00", "2026-11-27", time(15)),
    ("next fri 15:00", "2026-12-04", time(15)),
    ("tomorrow 3pm", "2026-11-26", time(15)),
    ("tomorrow 3 PM", "2026-11-26", time(15)),
    ("tomorrow 3:30pm", "2026-11-26", time(15, 30)),
    ("today 12am", "2026-11-25", time(0)),
    ("today 12pm", "2026-11-25", time(12)),
    ("27 nov 8am", "2026-11-27", time(8)),
    ("+3d 09:00", "2026-11-28", time(9)),
    ("3wd 15:00", "2026-11-30", time(15)),
    ("end of month 18:00", "2026-11-30", time(18)),
    ("明天下午3点", "2026-11-26", time(15)),
    ("明天 下午 3 点", "2026-11-26", time(15)),
    ("明天下午三点", "2026-11-26", time(15)),
    ("明天下午3：30", "2026-11-26", time(15, 30)),
    ("明天下午15点", "2026-11-26", time(15)),
    ("明天上午10点半", "2026-11-26", time(10, 30)),
    ("明天上午十点三刻", "2026-11-26", time(10, 45)),
    ("明天3点", "2026-11-26", time(3)),
    ("明天15时30分", "2026-11-26", time(15, 30)),
    ("明天15点05", "2026-11-26", time(15, 5)),
    ("明天十五点零五分", "2026-11-26", time(15, 5)),
    ("明天二十三点五十九分", "2026-11-26", time(23, 59)),
    ("明天9点一刻", "2026-11-26", time(9, 15)),
    ("明天9点整", "2026-11-26", time(9)),
    ("明天9点钟", "2026-11-26", time(9)),
    ("明天零点", "2026-11-26", time(0)),
    ("明天中午12点", "2026-11-26", time(12)),
    ("明天中午1点", "2026-11-26", time(13)),
    ("明天上午12点", "2026-11-26", time(12)),
    ("明天凌晨12点", "2026-11-26", time(0)),
    ("明天早上8点", "2026-11-26", time(8)),
    ("明早8点", "2026-11-26", time(8)),
    ("今晚8点", "2026-11-25", time(20)),
    ("昨天晚上9点半", "2026-11-24", time(21, 30)),
    ("下周五14:30", "2026-12-04", time(14, 30)),
    ("下周五 14:30", "2026-12-04", time(14, 30)),
    ("下周五三点", "2026-12-04", time(3)),
    ("下周二十点", "2026-12-01", time(10)),
    ("下周一十一点", "2026-11-30", time(11)),
    ("下周日二十点", "2026-12-06", time(20)),
    ("三天后三点", "2026-11-28", time(3)),
    ("11月30日9:00", "2026-11-30", time(9)),
    ("2026年11月21日 9点半", "2026-11-21", time(9, 30)),
    ("2026-11-21 9点半", "2026-11-21", time(9, 30)),
    ("2026-11-21 下午3点", "2026-11-21", time(15)),
    ("月底下午5点", "2026-11-30", time(17)),
]


@pytest.mark.parametrize(("text", "day", "clock"), TIMED)
def test_a_day_with_a_time(text: str, day: str, clock: time) -> None:
    found = read(text)
    assert (found.day, found.time) == (date.fromisoformat(day), clock)


def test_a_time_alone_is_today_and_is_no_count() -> None:
    assert read("14:30", past=True) == When(WEDNESDAY, time(14, 30), counted=False)
    assert read("3天后 9:00") == When(date(2026, 11, 28), time(9), counted=True)


IMPOSSIBLE = [
    "2026-02-30", "2026-02-29", "2026-13-01", "2026-00-10", "20261301", "2026年2月30日", "2月30日", "13月1日",
    "31 Jun", "30 feb 2028", "Thu 27 Nov 2026", "Thu 27 Nov", "Xyz 27 Nov", "1899-12-31", "0000-01-01", "1800年1月1日", "-300y",
    "25:00", "24:00", "12:60", "fri 25:00", "2026-11-21T24:00", "明天25点", "明天下午0点", "明天下午9点",
    "明天晚上12点", "13am", "明天10点60分", "五三天后", "十十天后", "五三月一日",
]  # fmt: skip


@pytest.mark.parametrize("text", IMPOSSIBLE)
def test_what_does_not_exist_is_refused_by_its_value(text: str) -> None:
    with pytest.raises(BadValue) as refusal:
        read(text)
    assert str(refusal.value) == (
        f"{text!r} is a day or time that does not exist; write it like 2026-11-21 or 2026-11-21 15:00 "
        "(years 1900 to 9999)"
    )


@pytest.mark.parametrize("text", ["+9999y", "+9999m", "9999年后"])
def test_a_count_beyond_the_calendar_is_refused(text: str) -> None:
    with pytest.raises(BadValue, match="beyond the calendar"):
        read(text, date(9990, 1, 1))


def test_words_beyond_the_calendar_are_refused() -> None:
    for text in ("tomorrow", "next week", "下月底", "下周五"):
        with pytest.raises(BadValue, match="does not exist"):
            read(text, date(9999, 12, 31))


@pytest.mark.parametrize(
    "text", ["3/4", "12.25", "11-21", "3/4/2026", "12.25.26", "３／４", "3/4 15:00", "26-11-21"]
)
def test_a_day_that_may_be_two_is_refused(text: str) -> None:
    with pytest.raises(BadValue) as refusal:
        read(text)
    assert str(refusal.value) == (
        f"{text!r} does not say which number is the month; "
        "write it like 2026-12-25, 25 Dec or 12月25日"
    )


UNREADABLE = [
    "", "   ", "\u3000", "rubbish", "5", "3.5d", "fr", "f", "next", "last", "last week", "this week", "next month",
    "fri fri", "next next fri", "weekend", "周末", "上周", "本周", "周", "下月", "明天下午", "每周五", "3天", "3月后",
    "3小时后", "半个月后", "-3 days ago", "in +3d", "in 3 days ago", "+", "-", "d", "2026-11", "2026-11-", "2026年",
    "2026-11/21", "2026-11-2115:00", "2026-11-21T15:00Z", "2026-11-21T15:00+08:00", "15", "fri 15",
    "1:5", "15:00:00.5", "下午3点pm", "下午3pm", "3pm fri", "27 foo", "27 no", "maybe", "27 Nov 26", "3 mon", "午夜",
    "\x1b[31mfri", "fri; drop", "٢٠٢٦-١١-٢١", "周五点",
]  # fmt: skip


@pytest.mark.parametrize("text", UNREADABLE)
def test_what_is_no_date_is_refused_with_the_forms_that_work(text: str) -> None:
    with pytest.raises(BadValue) as refusal:
        read(text)
    assert refusal.value.code == 2
    assert str(refusal.value) == (
        f"{text!r} is not a date; write it like 2026-11-21, 27 Nov, tomorrow, fri, next fri, last fri, +3d, +2w, "
        "+1m, 3wd (working days), 明天, 下周五, 3天后 or 月底, with a time like 15:00 or 下午3点 behind it if you like"
    )


FORMS_NAMED_IN_REFUSALS = [
    "2026-11-21", "27 Nov", "tomorrow", "fri", "next fri", "last fri", "+3d", "+2w", "+1m", "3wd", "明天", "下周五",
    "3天后", "月底", "fri 15:00", "fri 下午3点", "2026-12-25", "25 Dec", "12月25日", "2026-11-21 15:00",
]  # fmt: skip


@pytest.mark.parametrize("text", FORMS_NAMED_IN_REFUSALS)
def test_the_forms_that_refusals_recommend_do_work(text: str) -> None:
    assert isinstance(read(text), When)


def test_working_days_follow_the_calendar() -> None:
    """HANDBOOK §8: 3 working days after Mon 2025-09-29 is Fri 2025-10-10."""
    monday = date(2025, 9, 29)
    for text in ("3wd", "+3wd", "3个工作日后", "in 3 working days"):
        assert read_when(text, monday, NATIONAL_DAY).day == date(2025, 10, 10)
    assert read_when("4wd", monday, NATIONAL_DAY).day == date(2025, 10, 11)
    assert read_when("-1wd", monday, NATIONAL_DAY).day == date(2025, 9, 28)
    assert read_when("+3d", monday, NATIONAL_DAY).day == date(
        2025, 10, 2
    )  # rolling is the rules' affair


days = st.dates(date(1950, 1, 1), date(2150, 12, 31))
every_day = st.dates(date(1900, 1, 1), date(9999, 12, 31))
NAMES = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
CHINESE_NAMES = ["周一", "星期二", "礼拜三", "周四", "星期五", "礼拜六", "周日"]
CHINESE_DIGITS = "零一二三四五六七八九"


def monday_of(day: date) -> date:
    while day.weekday():
        day -= timedelta(days=1)
    return day


@given(every_day, days, st.booleans())
def test_a_full_date_means_itself_whatever_the_day_and_direction(
    day: date, today: date, past: bool
) -> None:
    for text in (
        day.isoformat(),
        f"{day.year}/{day.month}/{day.day}",
        f"{day.year}年{day.month}月{day.day}日",
    ):
        assert read(text, today, past) == When(day)


@given(every_day, st.times().map(lambda clock: clock.replace(microsecond=0)))
def test_an_iso_time_means_itself(day: date, clock: time) -> None:
    assert read(f"{day}T{clock}") == When(day, clock)
    assert read(f"{day} {clock:%H:%M}") == When(day, clock.replace(second=0))


@given(days, st.integers(0, 9999))
def test_days_and_weeks_are_plain_time(today: date, number: int) -> None:
    assert read(f"+{number}d", today).day == today + timedelta(days=number)
    assert read(f"{number}天后", today).day == today + timedelta(days=number)
    if number < 1000:
        assert read(f"+{number}w", today).day == today + timedelta(weeks=number)
    if number < 9999 and today.year - number / 365 > 1901:
        assert read(f"-{number}d", today).day == today - timedelta(days=number)
        assert read(f"{number} days ago", today).day == today - timedelta(days=number)


@given(days, st.integers(1, 99))
def test_chinese_numbers_are_read_like_digits(today: date, number: int) -> None:
    tens, ones = divmod(number, 10)
    spelled = {0: "", 1: "十"}.get(tens, CHINESE_DIGITS[tens] + "十") + (
        CHINESE_DIGITS[ones] if ones else ""
    )
    assert read(f"{spelled}天后", today) == read(f"{number}天后", today)


@given(days, st.integers(1, 600))
@example(date(2026, 1, 31), 1)
@example(date(2024, 2, 29), 12)
def test_months_are_calendar_months(today: date, number: int) -> None:
    found = read(f"+{number}m", today).day
    assert found == today + relativedelta(months=number)
    assert (found.year * 12 + found.month) - (today.year * 12 + today.month) == number
    assert found.day == today.day or (found + timedelta(days=1)).day == 1


@given(days, st.integers(0, 6))
def test_a_bare_weekday_is_within_the_seven_days_beside_today(today: date, weekday: int) -> None:
    for text in (NAMES[weekday], CHINESE_NAMES[weekday]):
        ahead, behind = read(text, today).day, read(text, today, past=True).day
        assert ahead.weekday() == behind.weekday() == weekday
        assert 1 <= (ahead - today).days <= 7
        assert 1 <= (today - behind).days <= 7
    assert read(f"last {NAMES[weekday]}", today).day == behind


@given(days, st.integers(0, 6))
def test_weekdays_of_a_named_week_lie_in_that_iso_week(today: date, weekday: int) -> None:
    for text, weeks in (
        (f"next {NAMES[weekday]}", 1),
        (f"下{CHINESE_NAMES[weekday]}", 1),
        (f"下下{CHINESE_NAMES[weekday]}", 2),
        (f"this {NAMES[weekday]}", 0),
        (f"本{CHINESE_NAMES[weekday]}", 0),
        (f"上{CHINESE_NAMES[weekday]}", -1),
    ):
        monday = monday_of(today) + timedelta(weeks=weeks)
        assert read(text, today).day.isocalendar() == (*monday.isocalendar()[:2], weekday + 1), text
    assert read("next week", today).day == read("下周", today).day == read("下周一", today).day


@given(days)
def test_the_end_of_a_month_is_followed_by_a_first(today: date) -> None:
    end = read("月底", today).day
    assert (end.year, end.month) == (today.year, today.month)
    assert (end + timedelta(days=1)).day == 1
    assert read("下月初", today).day == end + timedelta(days=1)
    assert read("下月底", today).day == read("月底", end + timedelta(days=1)).day
    assert read("上月底", today).day == read("本月初", today).day - timedelta(days=1)


@given(
    st.dates(date(2025, 9, 1), date(2025, 11, 15)),
    st.integers(-30, 30).filter(bool),
)
def test_working_days_agree_with_counting_them_one_by_one(today: date, number: int) -> None:
    step = timedelta(days=1 if number > 0 else -1)
    day, left = today, abs(number)
    while left:
        day += step
        worked = day.weekday() < 5 and day not in NATIONAL_DAY.off
        left -= worked or day in NATIONAL_DAY.working
    assert read_when(f"{number}wd", today, NATIONAL_DAY).day == day


@given(days, days, st.booleans())
def test_a_date_without_year_is_the_nearest_in_its_direction(
    day: date, today: date, past: bool
) -> None:
    found = read(f"{day.month}月{day.day}日", today, past).day
    assert (found.month, found.day) == (day.month, day.day)
    assert found <= today if past else found >= today
    assume((day.month, day.day) != (2, 29))
    assert abs((found - today).days) <= 365


@given(st.text(max_size=20), days)
def test_any_text_is_either_read_or_refused(text: str, today: date) -> None:
    try:
        found = read(text, today)
    except BadValue as refusal:
        assert repr(text) in str(refusal) or "beyond the calendar" in str(refusal)
    else:
        assert 1900 <= found.day.year <= 9999


phrase_pieces = st.lists(
    st.sampled_from(
        ["下", "上", "周", "五", "十", "二", "月", "日", "底", "点", "半", "下午", "天", "后", "前", "个", "3", "12",
         ":", "30", " ", "-", "+", "/", "fri", "next", "nov", "d", "wd", "pm", "at", "2026", "t", "今", "晚", "年"]
    ),
    max_size=7,
)  # fmt: skip


@given(phrase_pieces, days)
def test_any_mixture_of_known_words_is_either_read_or_refused(
    pieces: list[str], today: date
) -> None:
    try:
        found = read("".join(pieces), today)
    except BadValue:
        return
    assert 1900 <= found.day.year <= 9999


@pytest.mark.parametrize(
    ("day", "today", "spelled"),
    [
        (date(2026, 11, 27), None, "Fri 27 Nov"),
        (date(2026, 11, 27), date(2026, 1, 1), "Fri 27 Nov"),
        (date(2027, 1, 8), date(2026, 11, 25), "Fri 8 Jan 2027"),
        (date(2025, 12, 31), date(2026, 1, 1), "Wed 31 Dec 2025"),
        (date(2028, 2, 29), None, "Tue 29 Feb"),
        (date(2026, 9, 6), None, "Sun 6 Sep"),
    ],
)
def test_a_day_is_spelled_for_people(day: date, today: date | None, spelled: str) -> None:
    assert spell_day(day, today) == spelled


@given(days, days)
def test_what_is_spelled_can_be_read_back(day: date, today: date) -> None:
    assert read(spell_day(day, day.replace(year=day.year - 1, day=1)), today).day == day
    if day >= today and day.year == today.year:
        assert read(spell_day(day, today), today).day == day
