"""Days off and make-up days as calendars, tables and JSON say them (HANDBOOK §8)."""

from datetime import date, timedelta
from pathlib import Path

import icalendar
import pytest

from crmcli.errors import BadValue, Unusable
from crmcli.exchange.holidays_in import LARGEST, Days, days_in


def days(*texts: str) -> frozenset[date]:
    return frozenset(map(date.fromisoformat, texts))


@pytest.mark.parametrize(
    ("row", "off", "working"),
    [
        ("2027-02-20 班", days(), days("2027-02-20")),
        ("2027-02-20,调休上班", days(), days("2027-02-20")),
        (
            "春节,2027年2月6日至2027年2月8日,休",
            days("2027-02-06", "2027-02-07", "2027-02-08"),
            days(),
        ),
        ("2026-12-31..2027-01-01", days("2026-12-31", "2027-01-01"), days()),
        ("2026/12/24;Christmas Eve", days("2026-12-24"), days()),
        ("2026-12-26\tworking", days(), days("2026-12-26")),
        ("2026-05-01,Workers' Day", days("2026-05-01"), days()),
        ("2026-05-01,off work", days("2026-05-01"), days()),
        ("2026-09-20,国庆节补班", days(), days("2026-09-20")),
        ("2024-02-29", days("2024-02-29"), days()),
        ("2026-10-10,工作日", days(), days("2026-10-10")),
        ("2026-10-10,上班（国庆放假调休）", days(), days("2026-10-10")),
        ("2026-10-08,调休放假", days("2026-10-08"), days()),
        ("2026-10-01 - 2026-10-02,off,国庆", days("2026-10-01", "2026-10-02"), days()),
        ("2027-02-06,2027-02-07,春节", days("2027-02-06", "2027-02-07"), days()),
        ('2027-01-01,"New Year', days("2027-01-01"), days()),
        ("2026-05-01,Off\n2026-05-02,x", days("2026-05-01", "2026-05-02"), days()),
    ],
)
@pytest.mark.parametrize("head", ["", "日期,名称,类型\n", "\ufeff# of the office\n\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
def test_rows(row: str, off: frozenset[date], working: frozenset[date], head: str, encoding: str) -> None:  # fmt: skip
    text = head + row + "\r\n"
    data = (text.replace("\ufeff", "") if encoding != "utf-8" else text).encode(encoding)
    assert days_in(data, "t.csv") == Days(off, working)


def test_a_day_said_to_be_both_is_worked() -> None:
    assert days_in(b"2027-02-05..2027-02-07\n2027-02-06 working\n", "t.csv") == Days(
        days("2027-02-05", "2027-02-07"), days("2027-02-06")
    )


def test_the_json_that_chinese_calendars_are_published_in() -> None:
    text = '{"year": 2026, "days": [{"name": "元旦", "date": "2026-01-01", "isOffDay": true}, {"name": "元旦", "date": "2026-01-04", "isOffDay": false}]}'
    assert days_in(text.encode(), "2026.json") == Days(days("2026-01-01"), days("2026-01-04"))


def calendar(*events: icalendar.Event) -> bytes:
    made = icalendar.Calendar()
    made.add("prodid", "-//a calendar//")
    made.add("version", "2.0")
    for event in events:
        made.add_component(event)
    written: bytes = made.to_ical()
    return written


def event(summary: str, start: object, end: object = None, **more: object) -> icalendar.Event:
    made = icalendar.Event()
    made.add("summary", summary)
    made.add("dtstart", start)
    if end is not None:
        made.add("dtend", end)
    for name, value in more.items():
        made.add(name, value)
    return made


def test_a_calendar_of_another_program() -> None:
    from datetime import UTC, datetime

    data = calendar(
        event("春节（休）", date(2027, 2, 5), date(2027, 2, 8)),  # its end is the first day after
        event("春节（班）", date(2027, 2, 20)),
        event("Labour Day", date(2027, 5, 1)),
        event("a meeting", datetime(2027, 5, 3, 9, tzinfo=UTC)),
        event("each year", date(2027, 12, 24), rrule={"freq": "yearly"}),
        event("three days", date(2027, 6, 3), duration=timedelta(days=3)),
        event("调休", date(2027, 7, 3)),
        event("the end of time", date(9999, 12, 31)),
        event("not after all", date(2027, 6, 1), status="CANCELLED"),
    )
    assert days_in(data, "t.ics") == Days(
        days(
            "2027-02-05",
            "2027-02-06",
            "2027-02-07",
            "2027-05-01",
            "2027-06-03",
            "2027-06-04",
            "2027-06-05",
        ),
        days("2027-02-20"),
        5,
    )


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ("", "t names no day; write one a line, like 2026-12-24 off or 2026-12-26 working"),
        ("nothing", "t names no day; write one a line, like 2026-12-24 off or 2026-12-26 working"),
        ("day\n12.25 off", "line 2 of t has no day in '12.25 off'; write it like 2026-12-24 off"),
        ("20270101 off", "line 1 of t has no day in '20270101 off'; write it like 2026-12-24 off"),
        ("2026-12-2412,x", "line 1 of t has no day in '2026-12-2412 x'; write it like 2026-12-24 off"),
        ("2026-10-11,补班,休", "line 1 of t: '2026-10-11 补班 休' may be a day off or a working one; write off or working"),
        ("2026-01-04,调休", "line 1 of t: '2026-01-04 调休' may be a day off or a working one; write off or working"),
        ("0001-01-01", "t has a day in 1; days are taken from 1900 to 9998"),
        ("2026-01-01," + "x" * 200_000, "t has a line that is too long for days; name another file"),
        ('{"days": [{"date": "2026-01-04", "isOffDay": "false"}]}', 't is no JSON of days; write {"days": [{"date": "2026-10-01", "isOffDay": true}]}'),
        ("2026-02-30", "line 1 of t: there is no day '2026-02-30'; write it like 2026-12-24"),
        ("2026-01-02..2026-01-01", "t has '2026-01-02..2026-01-01' from 2026-01-02 to 2026-01-01; days off are a range of up to a year"),
        ("2026-01-01..2036-01-01", "t has '2026-01-01..2036-01-01' from 2026-01-01 to 2036-01-01; days off are a range of up to a year"),
        ('{"days": 1}', 't is no JSON of days; write {"days": [{"date": "2026-10-01", "isOffDay": true}]}'),
        ("[" * 100_000, 't is no JSON of days; write {"days": [{"date": "2026-10-01", "isOffDay": true}]}'),
        ("SQLite\0format\0", "t is no text; name an .ics, CSV or JSON file"),
        ("BEGIN:VCALENDAR\nBEGIN", "t is no calendar that can be read; save it anew as .ics"),
        ("2026-01-01 " * (LARGEST // 10), "t is too large for a list of days; name a smaller one"),
    ],
    ids=lambda value: value[:20],
)  # fmt: skip
def test_what_is_no_list_of_days(data: str, sentence: str) -> None:
    with pytest.raises(BadValue) as caught:
        days_in(data.encode(), "t")
    assert str(caught.value) == sentence


def test_what_cannot_be_used_at_all_is_exit_1(tmp_path: Path) -> None:
    with pytest.raises(Unusable):
        days_in(b"{", "t")


def test_a_whole_announcement_row_by_row_is_what_was_announced() -> None:
    """The country's own days of 2026, written as a table and read again, make the same working days."""
    import chinese_calendar

    year = [date(2026, 1, 1) + timedelta(days=n) for n in range(365)]
    rows = [
        f"{day},{'上班' if chinese_calendar.is_workday(day) else '休息'}"
        for day in year
        if chinese_calendar.is_workday(day) != (day.weekday() < 5)
    ]
    read = days_in("\n".join(["日期,类型", *rows]).encode("gb18030"), "t.csv")
    for day in year:
        worked = day in read.working or (day.weekday() < 5 and day not in read.off)
        assert worked == chinese_calendar.is_workday(day), day
