"""When a reminder says what, by tables, and over random weeks against a slow look at all that was said (CLI.md, Reminders)."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmcli.errors import BadValue
from crmcli.rules.due import DueItem
from crmcli.rules.reminding import Moment, Quiet, Told, verdict
from crmcli.rules.workdays import Calendar
from crmcli.workcalendar import load
from tests.support import heavy

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
FRIDAY, MONDAY = date(2026, 11, 20), date(2026, 11, 23)


def item(on: date, clock: str = "", at: datetime | None = None, now: datetime | None = None) -> DueItem:  # fmt: skip
    """Something due, as `now` it is overdue or not."""
    passed = at < now if at and now else bool(now and on < now.date())
    return DueItem("t1", "task", None, "ring", on, 0, passed, "red", 1, (), "crm done t1", clock or None, at)  # fmt: skip


def judged(
    on: str,
    now: str,
    last: Told | None = None,
    *,
    clock: str = "",
    quiet: str = "",
    zone: ZoneInfo = SHANGHAI,
    calendar: Calendar | None = None,
) -> tuple[bool, str]:
    """Whether what is due `on` a day, by `clock`, is said `now`, and why."""
    moment = datetime.fromisoformat(now).replace(tzinfo=zone)
    works = (calendar or Calendar()).is_working(moment.date())
    at = Moment(moment, works, Quiet.read(quiet).holds(moment.time()))
    found = verdict(item(date.fromisoformat(on), clock, now=moment), last, at)
    return found.is_said, found.why.render(str, str)


def told(on: str, step: str, near: str = "") -> Told:
    return Told(step, date.fromisoformat(on), near)


NEAR = "2026-11-20T15:00:00+08:00"


@pytest.mark.parametrize(
    ("on", "now", "last", "expected"),
    [
        # new today; said today
        ("2026-11-20", "2026-11-20T09:00", None, (True, "not said yet")),
        ("2026-11-20", "2026-11-20T09:30", told("2026-11-20", "2026-11-20"), (False, "said today")),
        # overdue: the next working day, then each; not on days off
        ("2026-11-20", "2026-11-21T09:00", told("2026-11-20", "2026-11-20"), (False, "today is a day off")),
        ("2026-11-20", "2026-11-23T09:00", told("2026-11-20", "2026-11-20"), (True, "still overdue")),
        ("2026-11-20", "2026-11-23T09:30", told("2026-11-23", "2026-11-20"), (False, "said today")),
        ("2026-11-20", "2026-11-24T09:00", told("2026-11-23", "2026-11-20"), (True, "still overdue")),
        # due on a day off: said on the next working day
        ("2026-11-21", "2026-11-21T09:00", None, (False, "today is a day off")),
        ("2026-11-21", "2026-11-23T09:00", None, (True, "not said yet")),
        # listed ahead: once, and on its day
        ("2026-11-25", "2026-11-20T09:00", None, (True, "not said yet")),
        ("2026-11-25", "2026-11-23T09:00", told("2026-11-20", "2026-11-25 ahead"), (False, "said on 2026-11-20")),
        ("2026-11-25", "2026-11-25T09:00", told("2026-11-20", "2026-11-25 ahead"), (True, "not said yet")),
        ("2026-11-25", "2026-11-25T09:30", told("2026-11-25", "2026-11-25"), (False, "said today")),
        # put off: said on the new day; moved on the day it was said, not twice
        ("2026-11-24", "2026-11-24T09:00", told("2026-11-20", "2026-11-20"), (True, "not said yet")),
        ("2026-11-20", "2026-11-20T16:00", told("2026-11-20", "2026-11-23 ahead"), (False, "said today")),
        ("2026-11-20", "2026-11-23T09:00", told("2026-11-20", "2026-11-23 ahead"), (True, "not said yet")),
        # said by a clock that was years ahead: not silent until then
        ("2026-11-20", "2026-11-20T09:00", told("2030-01-01", "2026-11-20"), (True, "not said yet")),
    ],
)  # fmt: skip
def test_a_day(on: str, now: str, last: Told | None, expected: tuple[bool, str]) -> None:
    assert judged(on, now, last) == expected


@pytest.mark.parametrize(
    ("now", "last", "expected"),
    [
        ("2026-11-20T12:59", told("2026-11-20", "2026-11-20"), (False, "said today")),
        ("2026-11-20T13:00", told("2026-11-20", "2026-11-20"), (True, "its time is near")),
        ("2026-11-20T13:30", told("2026-11-20", "2026-11-20", NEAR), (False, "said today")),
        # nothing worked until it had passed: it is said still, that day; and the next working day as overdue
        ("2026-11-20T15:00", told("2026-11-20", "2026-11-20"), (True, "its time has come")),
        ("2026-11-20T23:30", told("2026-11-20", "2026-11-20"), (True, "its time has come")),
        ("2026-11-21T09:00", told("2026-11-20", "2026-11-20"), (False, "today is a day off")),
        ("2026-11-23T09:00", told("2026-11-20", "2026-11-20"), (True, "still overdue")),
        ("2026-11-23T09:00", None, (True, "not said yet")),
        # the first run of the day comes when it is near already: said once
        ("2026-11-20T14:00", None, (True, "its time is near")),
        # another time of the same day is another deadline
        ("2026-11-20T14:30", told("2026-11-20", "2026-11-20", "2026-11-20T14:00:00+08:00"), (True, "its time is near")),
    ],
)  # fmt: skip
def test_a_deadline(now: str, last: Told | None, expected: tuple[bool, str]) -> None:
    assert judged("2026-11-20", now, last, clock="15:00") == expected


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-11-21T12:59", (False, "today is a day off")),
        ("2026-11-21T13:00", (True, "its time is near")),
    ],
)
def test_a_deadline_on_a_day_off_is_said_when_it_is_near(
    now: str, expected: tuple[bool, str]
) -> None:
    assert judged("2026-11-21", now, clock="15:00") == expected


@pytest.mark.parametrize(
    ("now", "quiet", "expected"),
    [
        ("2026-11-20T19:59", "20:00-08:00", (True, "its time is near")),
        ("2026-11-20T20:00", "20:00-08:00", (False, "quiet hours")),
        ("2026-11-20T00:00", "20:00-08:00", (False, "quiet hours")),
        ("2026-11-20T07:59", "20:00-08:00", (False, "quiet hours")),
        ("2026-11-20T08:00", "20:00-08:00", (True, "not said yet")),
        ("2026-11-20T12:00", "12:00-13:30,20:00-08:00", (False, "quiet hours")),
        ("2026-11-20T13:30", "12:00-13:30,20:00-08:00", (True, "not said yet")),
        ("2026-11-20T23:59", "20:00-24:00", (False, "quiet hours")),
        ("2026-11-20T00:00", "20:00-24:00", (True, "not said yet")),
        ("2026-11-20T23:00", "", (True, "its time has come")),
    ],
)
def test_quiet_hours(now: str, quiet: str, expected: tuple[bool, str]) -> None:
    """Even a near deadline waits until they are over."""
    assert judged("2026-11-20", now, clock="21:00", quiet=quiet) == expected


@pytest.mark.parametrize("now", ["2026-11-21T08:00", "2026-11-21T13:30"])
def test_a_deadline_that_passed_in_quiet_hours_is_said_after_them(now: str) -> None:
    expected = (True, "its time has come")
    assert judged("2026-11-21", now, clock="07:30", quiet="20:00-08:00") == expected


def test_make_up_days_are_worked_and_holidays_are_not() -> None:
    china = load("CN", (), ())
    assert judged("2025-09-28", "2025-09-28T09:00", calendar=china) == (True, "not said yet")  # a Sunday  # fmt: skip
    assert judged("2025-10-01", "2025-10-01T09:00", calendar=china) == (False, "today is a day off")  # fmt: skip
    last = told("2025-09-30", "2025-09-30")
    assert judged("2025-09-30", "2025-10-08T09:00", last, calendar=china)[0] is False
    assert judged("2025-09-30", "2025-10-09T09:00", last, calendar=china) == (True, "still overdue")


@pytest.mark.parametrize(
    ("now", "clock", "is_near"),
    [
        # In spring 02:00 becomes 03:00: two hours before 04:00 is 01:00, one hour before 03:30 is 01:30.
        ("2026-03-29T00:59", "04:00", False),
        ("2026-03-29T01:00", "04:00", True),
        # In autumn 03:00 becomes 02:00: two hours before 04:00 are 02:00 again, the second time.
        ("2026-10-25T01:59", "04:00", False),
        ("2026-10-25T02:00", "04:00", False),
        ("2026-10-25T03:00", "04:00", True),
        ("2026-10-24T02:00", "04:00", True),
    ],
)
def test_two_hours_are_two_hours_when_the_clocks_change(
    now: str, clock: str, is_near: bool
) -> None:
    on = now[:10]
    assert judged(on, now, clock=clock, zone=BERLIN)[0] is is_near


@pytest.mark.parametrize("fold", [0, 1])
def test_the_hour_that_comes_twice(fold: int) -> None:
    now = datetime(2026, 10, 25, 2, 0, fold=fold, tzinfo=BERLIN)
    deadline = datetime(2026, 10, 25, 4, 0, tzinfo=BERLIN)
    found = verdict(item(now.date(), "04:00", deadline, now), None, Moment(now, False, False))
    assert found.is_said is (fold == 1)


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("20:00-08:00", "20:00-08:00"),
        (" 20：00–8:00， 12:00 - 13:30 ", "20:00-08:00,12:00-13:30"),
        ("18:00-24:00", "18:00-00:00"),
        ("", ""),
    ],
)
def test_quiet_hours_as_people_write_them(text: str, canonical: str) -> None:
    assert str(Quiet.read(text)) == canonical
    assert str(Quiet.read(canonical)) == canonical


@pytest.mark.parametrize(
    "text",
    ["20-8", "20:00", "25:00-08:00", "20:60-08:00", "08:00-08:00", "24:01-08:00", "x", "20:00-08:00-09:00"],
)  # fmt: skip
def test_what_are_no_quiet_hours(text: str) -> None:
    with pytest.raises(BadValue, match="are no quiet hours; write them like 20:00-08:00"):
        Quiet.read(text)


# --- random weeks, against all that was said before ---


class Plan(NamedTuple):
    """A thing: when it is listed, due and settled, counted in half hours from the start; put off or forward at some moment."""

    listed: int
    due: int
    has_time: bool
    settled: int
    moved: int
    due_then: int


class Saying(NamedTuple):
    """That an item was said at a moment, being due then."""

    at: datetime
    due: datetime
    has_time: bool


START = {
    SHANGHAI: date(2026, 11, 18),
    BERLIN: date(2026, 10, 20),
}  # the clocks change within Berlin's week
STEPS = 48 * 10

numbers = st.integers(0, STEPS)
plans = st.builds(Plan, numbers, st.integers(-48, STEPS), st.booleans(), numbers, numbers, numbers)
hours = st.tuples(st.integers(0, 23), st.integers(0, 23)).filter(lambda pair: pair[0] != pair[1])


def clock_at(zone: ZoneInfo, step: int) -> datetime:
    """So many real half hours after the first midnight, on the local clock."""
    midnight = datetime.combine(START[zone], time(), zone)
    return (midnight.astimezone(UTC) + timedelta(minutes=30 * step)).astimezone(zone)


def minutes_until(later: datetime, now: datetime) -> float:
    return (later.astimezone(UTC) - now.astimezone(UTC)) / timedelta(minutes=1)


def was_near(one: Saying) -> bool:
    return (
        one.has_time and one.due.date() >= one.at.date() and minutes_until(one.due, one.at) <= 120
    )


def expected(now: Saying, before: Sequence[Saying], works: bool, is_quiet: bool) -> bool:
    """By looking at everything that was ever said of the item."""
    if is_quiet:
        return False
    if was_near(now):
        alerts = [one.due for one in before if was_near(one)]
        if alerts[-1:] != [now.due]:
            return True
    if not works or any(one.at.date() == now.at.date() for one in before):
        return False
    if not before:
        return True
    today, last = now.at.date(), before[-1]
    is_late = now.due < now.at if now.has_time else now.due.date() < today
    was_ahead, is_ahead = last.due.date() > last.at.date(), now.due.date() > today
    return is_late or last.due.date() != now.due.date() or was_ahead != is_ahead


@given(
    zone=st.sampled_from([SHANGHAI, BERLIN]),
    plan=plans,
    quiet=st.none() | hours,
    off=st.sets(st.integers(0, 9), max_size=3),
    down=st.sets(numbers, max_size=200),
)
@settings(derandomize=True, max_examples=min(200, heavy(20)))
def test_random_weeks(
    zone: ZoneInfo, plan: Plan, quiet: tuple[int, int] | None, off: set[int], down: set[int]
) -> None:
    """Run every half hour, some runs without a channel that works."""
    calendar = Calendar(off=frozenset(START[zone] + timedelta(days=n) for n in off))
    silent = Quiet.read(f"{quiet[0]}:00-{quiet[1]}:00") if quiet else Quiet()
    heard: list[Saying] = []
    last: Told | None = None
    missed_first_run: set[date] = set()
    for step in range(STEPS):
        now = clock_at(zone, step)
        if not plan.listed <= step < max(plan.settled, plan.listed):
            continue
        due = clock_at(zone, plan.due_then if step >= plan.moved else plan.due)
        works = calendar.is_working(now.date())
        is_quiet = bool(quiet) and _holds(quiet, now)
        one = Saying(now, due, plan.has_time)
        thing = item(due.date(), f"{due:%H:%M}" if plan.has_time else "", due if plan.has_time else None, now)  # fmt: skip
        found = verdict(thing, last, Moment(now, works, silent.holds(now.time())))
        assert found.is_said == expected(one, heard, works, is_quiet), (one, heard)
        is_up = step not in down
        if found.is_said and is_up:
            heard.append(one)
            last = found.told
        # What is overdue was said by the first run of a working day that could say anything.
        if works and not is_quiet and is_up and now.date() not in missed_first_run:
            missed_first_run.add(now.date())
            is_late = due < now if plan.has_time else due.date() < now.date()
            assert not is_late or any(said.at.date() == now.date() for said in heard)
    for day in {one.at.date() for one in heard}:
        that_day = [one for one in heard if one.at.date() == day]
        # Once a day, but for deadlines that came near, each once.
        again = that_day[1:]
        assert all(was_near(one) for one in again)
        assert len({one.due for one in again}) == len(again)


def _holds(quiet: tuple[int, int], now: datetime) -> bool:
    """By counting on, hour by hour."""
    hour = quiet[0]
    while hour != quiet[1]:
        if now.hour == hour:
            return True
        hour = (hour + 1) % 24
    return False
