"""Calendars: what is written is what another library reads, to the moment and the letter."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest
from dateutil.rrule import rrulestr
from hypothesis import example, given, settings
from hypothesis import strategies as st

from crmcli.exchange.calendar_out import CalendarWriter, Event, uid_of

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 20, 9, tzinfo=ZoneInfo("Asia/Shanghai"))


def written(*events: Event) -> str:
    """A whole calendar as text."""
    pieces: list[str] = []
    calendar = CalendarWriter(pieces.append, NOW, "crm 任务")
    for event in events:
        calendar.add(event)
    calendar.close()
    return "".join(pieces)


def read(*events: Event) -> list[Any]:
    """The events of that calendar as the library reads them."""
    return icalendar.Calendar.from_ical(written(*events)).walk("VEVENT")


def test_the_bytes() -> None:
    day = Event("t3@crm", "报价, 合同; 样品", date(2026, 11, 27), "crm show t3", timedelta(hours=9))
    assert written(day, day._replace(uid="t4@crm", alarm=None, description="", category="task")) == (
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//crm//crm for the terminal//EN\r\nMETHOD:PUBLISH\r\n"
        "X-WR-CALNAME:crm 任务\r\n"
        "BEGIN:VEVENT\r\nSUMMARY:报价\\, 合同\\; 样品\r\nDTSTART;VALUE=DATE:20261127\r\nDTEND;VALUE=DATE:20261128\r\n"
        "DTSTAMP:20261120T010000Z\r\nUID:t3@crm\r\nDESCRIPTION:crm show t3\r\nTRANSP:TRANSPARENT\r\n"
        "BEGIN:VALARM\r\nACTION:DISPLAY\r\nDESCRIPTION:报价\\, 合同\\; 样品\r\nTRIGGER:PT9H\r\nEND:VALARM\r\nEND:VEVENT\r\n"
        "BEGIN:VEVENT\r\nSUMMARY:报价\\, 合同\\; 样品\r\nDTSTART;VALUE=DATE:20261127\r\nDTEND;VALUE=DATE:20261128\r\n"
        "DTSTAMP:20261120T010000Z\r\nUID:t4@crm\r\nCATEGORIES:task\r\nTRANSP:TRANSPARENT\r\nEND:VEVENT\r\n"
        "END:VCALENDAR\r\n"
    )  # fmt: skip


def test_an_empty_calendar_is_one() -> None:
    assert written().endswith("X-WR-CALNAME:crm 任务\r\nEND:VCALENDAR\r\n")
    assert read() == []


@pytest.mark.parametrize(
    ("local", "utc"),
    [
        # The hour before and after the clocks change, and the one that there is twice.
        (datetime(2026, 3, 29, 1, 30), "2026-03-29T00:30"),
        (datetime(2026, 3, 29, 3, 30), "2026-03-29T01:30"),
        (datetime(2026, 10, 25, 2, 30, fold=0), "2026-10-25T00:30"),
        (datetime(2026, 10, 25, 2, 30, fold=1), "2026-10-25T01:30"),
        (datetime(2026, 7, 1, 9), "2026-07-01T07:00"),
        (datetime(2026, 12, 1, 9), "2026-12-01T08:00"),
    ],
)
def test_a_moment_is_in_universal_time(local: datetime, utc: str) -> None:
    (event,) = read(Event("x", "x", local.replace(tzinfo=BERLIN)))
    expected = datetime.fromisoformat(utc).replace(tzinfo=UTC)
    assert (event["dtstart"].dt, event["dtend"].dt) == (expected, expected + timedelta(minutes=30))
    assert "TZID" not in written(Event("x", "x", local.replace(tzinfo=BERLIN)))


@pytest.mark.parametrize(
    "at",
    [
        date.max,
        datetime(9999, 12, 31, 23, 45, tzinfo=UTC),
        datetime(1, 1, 1, 0, 0, tzinfo=ZoneInfo("Asia/Shanghai")),
    ],
)
def test_the_ends_of_the_calendar(at: date) -> None:
    (event,) = read(Event("x", "x", at))
    assert event["dtstart"].dt == (at.date() if isinstance(at, datetime) else at)


@pytest.mark.parametrize("born", [date(1980, 2, 29), date(2026, 2, 28), date(1980, 5, 20)])
def test_what_comes_round_each_year(born: date) -> None:
    (event,) = read(Event("x", "x", born, yearly=True))
    rule = rrulestr(
        event["rrule"].to_ical().decode(), dtstart=datetime(born.year, born.month, born.day)
    )
    found = rule.between(datetime(2026, 1, 1), datetime(2033, 1, 1))
    assert [day.year for day in found] == list(range(2026, 2033))
    for day in found:  # 29 February falls on the 28th where there is none (HANDBOOK §9)
        is_leap = day.year % 4 == 0
        assert day.date() == (born.replace(year=day.year) if is_leap or (born.month, born.day) != (2, 29) else date(day.year, 2, 28))  # fmt: skip


def test_alarms_stand_off_the_beginning() -> None:
    for alarm in (
        timedelta(hours=-2),
        timedelta(hours=9),
        timedelta(days=-7, hours=9),
        timedelta(),
    ):
        (event,) = read(Event("x", "x", date(2026, 11, 27), alarm=alarm))
        assert event.walk("VALARM")[0]["trigger"].dt == alarm


def test_who_an_entry_is() -> None:
    assert uid_of("t3", "task", "2026-11-20T01:00:00Z") == "t3-task-20261120T010000Z@crm"
    assert uid_of("c12", "touch", None) == "c12-touch@crm"


TEXTS = st.text(
    st.one_of(
        st.sampled_from(",;:\\\"'\n\r\t \x00\x07\x1b\x7f\u2028\x85\ufeff😀张"),
        st.characters(exclude_categories=["Cs"]),
    )
)


@settings(max_examples=200, derandomize=True)
@example(summary="\ufeff", description="\ufeff" * 20)
@given(summary=TEXTS, description=TEXTS.map(lambda text: text * 20))
def test_any_text_comes_through_and_makes_no_line_of_its_own(
    summary: str, description: str
) -> None:
    event = Event("x", summary, date(2026, 11, 27), description, timedelta())
    text = written(event)
    assert [line for line in text.split("\r\n") if len(line.encode()) > 75] == []
    assert "\r" not in text.replace("\r\n", "")
    assert "\n" not in text.replace("\r\n", "")
    frame = [line for line in text.split("\r\n") if line.startswith(("BEGIN:", "END:"))]
    assert frame == [
        "BEGIN:VCALENDAR", "BEGIN:VEVENT", "BEGIN:VALARM", "END:VALARM", "END:VEVENT", "END:VCALENDAR",
    ]  # fmt: skip
    (found,) = read(event)

    def clean(text: str) -> str:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        return "".join(
            sign for sign in text if sign in "\t\n" or not (sign < " " or sign in "\x7f\ufeff")
        )

    assert str(found["summary"]) == clean(summary)
    assert str(found.get("description", "")) == clean(description)
