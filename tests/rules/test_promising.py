"""When a promise is listed, late and made good, to the second (HANDBOOK §6)."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmcli.rules.deadlines import Length
from crmcli.rules.due import DueItem, promise
from crmcli.rules.instants import stored
from crmcli.rules.rulebook import Rulebook
from crmcli.rules.service import timing
from crmcli.rules.service.policy import ServicePolicy
from crmcli.rules.service.promising import amends_by, term
from crmcli.workcalendar import load
from tests.support import heavy

SHANGHAI, BERLIN = "Asia/Shanghai", "Europe/Berlin"
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


def book(zone: str = SHANGHAI, country: str = "", yellow: str = "48h", amends: str = "2wh") -> Rulebook:  # fmt: skip
    policy = ServicePolicy(promise_yellow=Length.read(yellow), amends=Length.read(amends))
    calendar = load(country, (), ())
    return Rulebook(calendar=calendar, zone=ZoneInfo(zone), service=lambda: policy)


def shown(moment: datetime, zone: str) -> str:
    assert moment.tzinfo is UTC
    return moment.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M:%S")


# --- the term ---


@pytest.mark.parametrize(
    ("zone", "due", "time", "late_past", "yellow_from"),
    [
        (SHANGHAI, "2026-11-27", "15:00", "2026-11-27 15:00:00", "2026-11-25 15:00:00"),
        (SHANGHAI, "2026-11-27", "00:00", "2026-11-27 00:00:00", "2026-11-25 00:00:00"),
        (SHANGHAI, "2026-11-27", None, "2026-11-27 23:59:59", "2026-11-25 00:00:00"),
        (SHANGHAI, "2027-01-01", None, "2027-01-01 23:59:59", "2026-12-30 00:00:00"),
        # 48 hours are 48 hours where the clock was set forward or back, but midnights stay midnights.
        (BERLIN, "2026-03-30", "15:00", "2026-03-30 15:00:00", "2026-03-28 14:00:00"),
        (BERLIN, "2026-03-30", None, "2026-03-30 23:59:59", "2026-03-28 00:00:00"),
        (BERLIN, "2026-03-29", None, "2026-03-29 23:59:59", "2026-03-27 00:00:00"),
        (BERLIN, "2026-10-26", "15:00", "2026-10-26 15:00:00", "2026-10-24 16:00:00"),
        (BERLIN, "2026-10-26", None, "2026-10-26 23:59:59", "2026-10-24 00:00:00"),
        (BERLIN, "2026-10-25", None, "2026-10-25 23:59:59", "2026-10-23 00:00:00"),
        # A time that the clock skips is the moment it would have been; one shown twice is the first.
        (BERLIN, "2026-03-29", "02:30", "2026-03-29 03:30:00", "2026-03-27 02:30:00"),
        (BERLIN, "2026-10-25", "02:30", "2026-10-25 02:30:00", "2026-10-23 02:30:00"),
    ],
)  # fmt: skip
def test_a_promise_is_yellow_48_hours_before_and_late_past_its_time_or_day(
    zone: str, due: str, time: str | None, late_past: str, yellow_from: str
) -> None:
    found = term(date.fromisoformat(due), time, book(zone))
    assert (shown(found.due_at, zone), shown(found.yellow_at, zone)) == (late_past, yellow_from)


@pytest.mark.parametrize(
    ("yellow", "time", "yellow_from"),
    [
        ("24h", "15:00", "2026-11-26 15:00:00"), ("24h", None, "2026-11-26 00:00:00"),
        ("36h", "15:00", "2026-11-26 03:00:00"), ("36h", None, "2026-11-25 12:00:00"),
        ("7h", "15:00", "2026-11-27 08:00:00"), ("7h", None, "2026-11-26 17:00:00"),
    ],
)  # fmt: skip
def test_how_early_is_a_setting(yellow: str, time: str | None, yellow_from: str) -> None:
    found = term(date(2026, 11, 27), time, book(yellow=yellow))
    assert shown(found.yellow_at, SHANGHAI) == yellow_from


# --- amends ---


@pytest.mark.parametrize(
    ("broken", "due"),
    [
        ("2026-11-20 09:00", "2026-11-20 11:00"),
        ("2026-11-20 10:00", "2026-11-20 12:00"),  # the close of the morning, never 13:00
        ("2026-11-20 10:01", "2026-11-20 13:01"),
        ("2026-11-20 11:30", "2026-11-20 14:30"),  # across lunch
        ("2026-11-20 12:00", "2026-11-20 15:00"), ("2026-11-20 12:59", "2026-11-20 15:00"),
        ("2026-11-20 16:00", "2026-11-20 18:00"),  # the close of the day
        ("2026-11-20 16:01", "2026-11-23 09:01"), ("2026-11-20 17:30", "2026-11-23 10:30"),
        ("2026-11-20 21:00", "2026-11-23 11:00"),  # the evening
        ("2026-11-21 10:00", "2026-11-23 11:00"), ("2026-11-23 06:00", "2026-11-23 11:00"),
        # A holiday of eight days, and the Saturday that makes up for one of them.
        ("2025-09-30 17:00", "2025-10-09 10:00"), ("2025-10-10 17:30", "2025-10-11 10:30"),
        ("2025-10-11 11:00", "2025-10-11 14:00"), ("2025-10-11 17:00", "2025-10-13 10:00"),
    ],
)  # fmt: skip
def test_amends_are_due_within_2_working_hours(broken: str, due: str) -> None:
    at = datetime.fromisoformat(broken).replace(tzinfo=ZoneInfo(SHANGHAI))
    found = amends_by(at.astimezone(UTC), book(country="CN"))
    assert shown(found, SHANGHAI) == f"{due}:00"


def test_amends_run_by_the_clock_of_the_place() -> None:
    at = datetime(2026, 3, 27, 17, 0, tzinfo=ZoneInfo(BERLIN))
    assert shown(amends_by(at, book(BERLIN)), BERLIN) == "2026-03-30 10:00:00"
    assert shown(amends_by(at, book(BERLIN, amends="1wd")), BERLIN) == "2026-03-30 18:00:00"
    assert shown(amends_by(at, book(BERLIN, amends="24h")), BERLIN) == "2026-03-28 17:00:00"


# --- as due items ---


def item(due: str, time: str | None, now: datetime, **more: Any) -> DueItem:
    zone = now.tzinfo
    assert isinstance(zone, ZoneInfo)
    found = term(date.fromisoformat(due), time, book(zone.key))
    row = {
        "promise_id": 2, "promise_text": "samples", "promise_by": "we-owe", "promise_level": "basic",
        "promise_warned_at": None, "promise_first_due_on": None, "promise_due_on": due, "promise_due_time": time,
        "promise_due_at": stored(found.due_at), "promise_listed_from": stored(found.yellow_at),
        "tier_weight": 30, "id": 1, "name": "Acme", "kind": "company", "tier": "core", "stage": "customer", **more,
    }  # fmt: skip
    return promise.item(row, lambda instant: datetime.fromisoformat(instant).astimezone(zone), now)


def light(due: str, time: str | None, now: datetime) -> tuple[str, bool, int]:
    found = item(due, time, now)
    return found.light, found.is_overdue, found.overdue_days


def test_a_time_is_late_once_it_has_passed() -> None:
    at = datetime(2026, 11, 27, 15, 0, tzinfo=ZoneInfo(SHANGHAI))
    early = at - timedelta(hours=48)
    assert light("2026-11-27", "15:00", early - MINUTE) == ("green", False, 0)
    assert light("2026-11-27", "15:00", early) == ("yellow", False, 0)
    assert light("2026-11-27", "15:00", at) == ("yellow", False, 0)
    assert light("2026-11-27", "15:00", at + SECOND) == ("red", True, 0)
    assert light("2026-11-27", "15:00", at + timedelta(hours=9)) == ("red", True, 1)


def test_a_day_is_late_from_the_next_midnight() -> None:
    midnight = datetime(2026, 11, 28, tzinfo=ZoneInfo(SHANGHAI))
    early = midnight - timedelta(days=3)
    assert light("2026-11-27", None, early - SECOND) == ("green", False, 0)
    assert light("2026-11-27", None, early) == ("yellow", False, 0)
    assert light("2026-11-27", None, midnight - SECOND) == ("yellow", False, 0)
    assert light("2026-11-27", None, midnight) == ("red", True, 1)
    assert light("2026-11-27", None, midnight + timedelta(days=1)) == ("red", True, 2)


@settings(max_examples=heavy(200))
@given(
    day=st.dates(date(2026, 1, 1), date(2027, 12, 31)),
    time=st.none() | st.times().map(lambda one: one.strftime("%H:%M")),
    seconds=st.integers(-4 * 86400, 4 * 86400),
    zone=st.sampled_from([SHANGHAI, BERLIN, "America/New_York", "UTC"]),
)
def test_an_item_says_what_the_stored_instants_say(
    day: date, time: str | None, seconds: int, zone: str
) -> None:
    """The due list, which reckons with local days, agrees with `show` and `--overdue`, which compare instants."""
    due_at, yellow_at = found = term(day, time, book(zone))
    assert found.yellow_at < found.due_at
    now = (due_at + timedelta(seconds=seconds)).astimezone(ZoneInfo(zone))
    made = item(day.isoformat(), time, now)
    by_instant = timing.light(stored(yellow_at), timing.after(stored(due_at)), stored(now))
    assert (made.light, made.is_overdue) == (by_instant, now.astimezone(UTC) > due_at)


def test_an_item_says_that_they_were_warned_and_that_it_was_delayed() -> None:
    now = datetime(2026, 11, 26, 15, 0, tzinfo=ZoneInfo(SHANGHAI))
    why = item(
        "2026-11-27", "15:00", now, promise_warned_at="x", promise_first_due_on="2026-11-20"
    ).why
    assert [part.template for part in why] == [
        "{by}, {level}", "they were warned", "delayed from {day}", "due {day} {time}", "in {n} day",
    ]  # fmt: skip
