"""The three clocks of a need against walking through time minute by minute (HANDBOOK §4)."""

from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmcli.errors import BadValue
from crmcli.rules.deadlines import (
    WALL,
    WORKING,
    Deadline,
    Deadlines,
    Length,
    Pause,
    Service,
    Terms,
    deadlines,
    light,
    time_left,
    time_taken,
)
from crmcli.rules.workclock import Hours, WorkClock
from crmcli.rules.workdays import Calendar
from crmcli.workcalendar import load
from tests.rules.minutes import MINUTE, Walker, instant, number, used_up
from tests.support import heavy

HOUR = timedelta(hours=1)
TICK = timedelta.resolution
OFFICE = "09:00-12:00,13:00-18:00"
SHANGHAI = ZoneInfo("Asia/Shanghai")
MAINLAND = load("CN", (), ())
CLOCK = WorkClock(Hours(), MAINLAND, SHANGHAI)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def shown(moment: datetime | None) -> str:
    """The local reading of an answer, which is in UTC; `-` for none."""
    if moment is None:
        return "-"
    assert moment.tzinfo is UTC
    return moment.astimezone(SHANGHAI).strftime("%a %m-%d %H:%M")


def found(
    received: str,
    urgency: str | None = None,
    kind: str = "question",
    *pauses: tuple[str, str | None],
    now: str = "2025-12-31T09:00",
    service: Service | None = None,
) -> Deadlines:
    still: list[Pause] = [(local(begin), local(end) if end else None) for begin, end in pauses]
    return deadlines(local(received), urgency, kind, service or Service(), CLOCK, still, local(now))


def times(all_three: Deadlines) -> tuple[str, str, str]:
    return shown(all_three.respond_by), shown(all_three.feedback_by), shown(all_three.solve_by)


# --- terms as text ---


@pytest.mark.parametrize(
    ("text", "length", "runs_on"),
    [
        ("2h", Length(2, "h"), WALL),
        ("4wh", Length(4, "wh"), WORKING),
        ("3wd", Length(3, "wd"), WORKING),
        (" 24 H ", Length(24, "h"), WALL),
        ("9999WD", Length(9999, "wd"), WORKING),
    ],
)
def test_lengths_are_read(text: str, length: Length, runs_on: str) -> None:
    assert Length.read(text) == length
    assert Length.read(str(length)) == length
    assert length.runs_on == runs_on


@pytest.mark.parametrize(
    "text", ["", "0h", "2", "h", "2d", "2m", "-2h", "1.5h", "10000h", "2h 3h", "２h"]
)
def test_what_are_no_lengths(text: str) -> None:
    with pytest.raises(BadValue) as refusal:
        Length.read(text)
    assert str(refusal.value) == (
        f"{text!r} is not a length of service; write it like 24h (hours), 4wh (working hours) "
        "or 3wd (working days)"
    )


@pytest.mark.parametrize(
    ("text", "spelt"),
    [
        ("2h,24h,48h", "2h,24h,48h"),
        (" 4wh , 3wd , - ", "4wh,3wd,-"),
        ("8wh，5wd，-", "8wh,5wd,-"),
        ("-,-,-", "-,-,-"),
    ],
)
def test_terms_are_read_and_written(text: str, spelt: str) -> None:
    assert str(Terms.read(text)) == spelt
    assert Terms.read(spelt) == Terms.read(text)


@pytest.mark.parametrize("text", ["", "2h", "2h,24h", "2h,24h,48h,-", "2h 24h 48h"])
def test_terms_are_three(text: str) -> None:
    with pytest.raises(BadValue) as refusal:
        Terms.read(text)
    assert str(refusal.value) == (
        f"{text!r} are not three lengths of service; write those to respond, give feedback and solve, "
        "like 4wh,3wd,- (- for none)"
    )


def test_a_bad_length_among_the_terms_is_named() -> None:
    with pytest.raises(BadValue, match=r"^'3 days' is not a length of service"):
        Terms.read("4wh,3 days,-")


def test_the_handbooks_terms_are_the_default() -> None:
    service = Service()
    assert str(service.terms("urgent")) == "2h,24h,48h"
    assert str(service.terms("important")) == "4wh,3wd,-"
    assert str(service.terms("routine")) == "8wh,5wd,-"
    assert service.terms(None) is service.routine
    assert str(service.complaint) == "48h"


# --- the examples of the handbook ---


def test_untriaged_is_routine_from_the_moment_received() -> None:
    """HANDBOOK §4: received Fri 17:30, untriaged → respond by Mon 17:30 (8 working hours)."""
    untriaged = found("2025-09-05T17:30")
    assert times(untriaged) == ("Mon 09-08 17:30", "Fri 09-12 18:00", "-")
    assert found("2025-09-05T17:30", "routine") == untriaged


@pytest.mark.parametrize(
    ("received", "urgency", "kind", "expected"),
    [
        # 1–8 October are off and Saturday 11 is worked.
        ("2025-09-29T10:00", "important", "problem", ("Mon 09-29 15:00", "Fri 10-10 18:00", "-")),
        ("2025-09-30T15:00", "important", "problem", ("Thu 10-09 10:00", "Sat 10-11 18:00", "-")),
        ("2025-10-11T10:00", "important", "problem", ("Sat 10-11 15:00", "Wed 10-15 18:00", "-")),
        ("2025-10-10T17:00", "routine", "feature", ("Sat 10-11 17:00", "Thu 10-16 18:00", "-")),
        # Urgent runs through the night and the holidays.
        ("2025-09-03T23:10", "urgent", "problem", ("Thu 09-04 01:10", "Thu 09-04 23:10", "Fri 09-05 23:10")),
        ("2025-10-01T12:00", "urgent", "problem", ("Wed 10-01 14:00", "Thu 10-02 12:00", "Fri 10-03 12:00")),
        # A complaint is solved within 48 hours whatever its urgency.
        ("2025-09-05T17:30", None, "complaint", ("Mon 09-08 17:30", "Fri 09-12 18:00", "Sun 09-07 17:30")),
        ("2025-09-05T17:30", "urgent", "complaint", ("Fri 09-05 19:30", "Sat 09-06 17:30", "Sun 09-07 17:30")),
        # The earliest instant: Wed 18:00, never Thu 09:00.
        ("2025-09-03T13:00", "important", "question", ("Wed 09-03 17:00", "Mon 09-08 18:00", "-")),
        ("2025-09-03T14:00", "important", "question", ("Wed 09-03 18:00", "Mon 09-08 18:00", "-")),
        ("2025-09-02T18:00", "routine", "question", ("Wed 09-03 18:00", "Tue 09-09 18:00", "-")),
    ],
)  # fmt: skip
def test_deadlines(
    received: str, urgency: str | None, kind: str, expected: tuple[str, str, str]
) -> None:
    assert times(found(received, urgency, kind)) == expected


@pytest.mark.parametrize(
    ("solve", "complaint", "expected"),
    [
        ("24h", "48h", "Thu 09-04 10:00"),
        ("72h", "48h", "Fri 09-05 10:00"),
        ("6wh", "48h", "Wed 09-03 17:00"),
        ("4wd", "48h", "Fri 09-05 10:00"),
        ("4wd", None, "Tue 09-09 18:00"),
        ("-", None, "-"),
    ],
)
def test_a_complaint_is_solved_by_the_earlier_deadline(
    solve: str, complaint: str | None, expected: str
) -> None:
    service = Service(
        routine=Terms.read(f"8wh,5wd,{solve}"),
        complaint=Length.read(complaint) if complaint else None,
    )
    assert shown(found("2025-09-03T10:00", None, "complaint", service=service).solve_by) == expected
    without = found("2025-09-03T10:00", None, "problem", service=service)
    assert without.solve == (
        found("2025-09-03T10:00", None, "complaint", service=service._replace(complaint=None)).solve
    )


# --- pauses ---


@pytest.mark.parametrize(
    ("pauses", "urgent", "important"),
    [
        # Received Wed 2025-09-03 10:00; urgent: feedback Thu 10:00, important: Mon 18:00.
        ([], "Thu 09-04 10:00", "Mon 09-08 18:00"),
        ([("2025-09-03T14:00", "2025-09-03T16:00")], "Thu 09-04 12:00", "Tue 09-09 11:00"),
        # A night has no working time; neither has a weekend.
        ([("2025-09-03T18:00", "2025-09-04T09:00")], "Fri 09-05 01:00", "Mon 09-08 18:00"),
        ([("2025-09-05T18:00", "2025-09-08T09:00")], "Thu 09-04 10:00", "Mon 09-08 18:00"),
        # What overlaps or meets is paused once.
        ([("2025-09-03T14:00", "2025-09-03T16:00"), ("2025-09-03T15:00", "2025-09-03T17:00")],
         "Thu 09-04 13:00", "Tue 09-09 12:00"),
        ([("2025-09-03T15:00", "2025-09-03T16:00"), ("2025-09-03T14:00", "2025-09-03T15:00")],
         "Thu 09-04 12:00", "Tue 09-09 11:00"),
        ([("2025-09-03T14:00", "2025-09-03T18:00"), ("2025-09-03T15:00", "2025-09-03T16:00")],
         "Thu 09-04 14:00", "Tue 09-09 14:00"),
        # A second pause after the deadline, but before the one that the first has made of it.
        ([("2025-09-04T09:00", "2025-09-04T11:00"), ("2025-09-04T11:30", "2025-09-04T11:45")],
         "Thu 09-04 12:15", "Tue 09-09 11:15"),
        ([("2025-09-08T09:00", "2025-09-08T10:00"), ("2025-09-09T09:30", "2025-09-09T10:30")],
         "Thu 09-04 10:00", "Tue 09-09 11:00"),
        # One that began past the deadline, or at it, changes nothing any more.
        ([("2025-09-04T10:00", "2025-09-04T11:00")], "Thu 09-04 10:00", "Tue 09-09 10:00"),
        ([("2025-09-09T09:00", "2025-09-09T11:00")], "Thu 09-04 10:00", "Mon 09-08 18:00"),
        # Nor does what was paused before a need was reopened; what reaches into it counts from there.
        ([("2025-09-01T09:00", "2025-09-02T10:00")], "Thu 09-04 10:00", "Mon 09-08 18:00"),
        ([("2025-09-01T09:00", "2025-09-03T11:00")], "Thu 09-04 11:00", "Tue 09-09 10:00"),
        # An ended one that ends before it begins has no time in it.
        ([("2025-09-03T16:00", "2025-09-03T14:00")], "Thu 09-04 10:00", "Mon 09-08 18:00"),
        # An open one runs up to now, Wed 17:00; one still to come does not.
        ([("2025-09-03T14:00", None)], "Thu 09-04 13:00", "Tue 09-09 12:00"),
        ([("2025-09-03T17:00", None)], "Thu 09-04 10:00", "Mon 09-08 18:00"),
        ([("2025-09-03T17:30", None)], "Thu 09-04 10:00", "Mon 09-08 18:00"),
    ],
)  # fmt: skip
def test_a_pause_adds_its_own_time(
    pauses: list[tuple[str, str | None]], urgent: str, important: str
) -> None:
    now = "2025-09-03T17:00"
    by_wall = found("2025-09-03T10:00", "urgent", "problem", *pauses, now=now)
    by_work = found("2025-09-03T10:00", "important", "problem", *pauses, now=now)
    assert shown(by_wall.feedback_by) == urgent
    assert shown(by_work.feedback_by) == important
    assert shown(by_wall.respond_by) == "Wed 09-03 12:00"  # never paused
    assert shown(by_work.respond_by) == "Wed 09-03 15:00"


def test_the_earlier_deadline_of_a_complaint_may_be_another_after_a_pause() -> None:
    service = Service(routine=Terms.read("8wh,5wd,16wh"))
    kinds = ("2025-09-03T10:00", None, "complaint")
    assert shown(found(*kinds, service=service).solve_by) == "Fri 09-05 10:00"
    assert found(*kinds, service=service).solve_by == found(*kinds).solve_by
    paused = found(*kinds, ("2025-09-03T18:00", "2025-09-04T09:00"), service=service)
    assert shown(paused.solve_by) == "Fri 09-05 10:00"
    assert paused.solve is not None and paused.solve.runs_on == WORKING


# --- lights and time left ---


@pytest.mark.parametrize(
    ("received", "urgency", "yellow_at", "runs_on"),
    [
        ("2025-09-03T23:10", "urgent", "Thu 09-04 00:10", WALL),
        ("2025-09-05T17:30", "routine", "Mon 09-08 13:30", WORKING),  # 4 of 8 working hours
        ("2025-09-06T12:00", "important", "Mon 09-08 11:00", WORKING),
    ],
)
def test_yellow_is_from_half_the_time_on(
    received: str, urgency: str, yellow_at: str, runs_on: str
) -> None:
    respond = found(received, urgency).respond
    assert respond is not None
    assert shown(respond.yellow_at) == yellow_at
    assert respond.runs_on == runs_on


def test_half_of_working_days_is_half_of_their_working_time() -> None:
    feedback = found("2025-09-29T16:00", "important").feedback  # 26 working hours
    assert feedback is not None
    assert shown(feedback.yellow_at) == "Thu 10-09 12:00"  # 13 of them


def test_half_a_microsecond_is_not_half_the_time_yet() -> None:
    odd = found("2025-09-03T10:00:00.000001", "important").feedback
    assert odd is not None
    worked = CLOCK.between(local("2025-09-03T10:00:00.000001"), odd.by)
    until_yellow = CLOCK.between(local("2025-09-03T10:00:00.000001"), odd.yellow_at)
    assert until_yellow * 2 == worked + TICK


def test_the_light_changes_at_half_the_time_and_past_the_deadline() -> None:
    half, by = local("2025-09-03T12:00").astimezone(UTC), local("2025-09-03T14:00").astimezone(UTC)
    deadline = Deadline(by, half, WORKING)
    moments = [half - TICK, half, by, by + TICK]
    assert [light(deadline, now) for now in moments] == ["green", "yellow", "yellow", "red"]
    assert [light(deadline, now.astimezone(SHANGHAI)) for now in moments] == [
        "green", "yellow", "yellow", "red",
    ]  # fmt: skip


def test_time_left_runs_on_the_clock_of_the_deadline() -> None:
    friday, monday = local("2025-09-05T17:30"), local("2025-09-08T17:30").astimezone(UTC)
    assert time_left(Deadline(monday, monday, WORKING), friday, CLOCK) == 8 * HOUR
    assert time_left(Deadline(monday, monday, WALL), friday, CLOCK) == 72 * HOUR
    late = local("2025-09-09T10:00")
    assert time_left(Deadline(monday, monday, WORKING), late, CLOCK) == -1.5 * HOUR
    assert time_left(Deadline(monday, monday, WALL), late, CLOCK) == -16.5 * HOUR


def test_nothing_moves_while_it_waits() -> None:
    """Light and time left are those of the moment at which the pause began."""
    for now in ("2025-09-04T11:00", "2025-09-05T20:00", "2025-09-30T10:00"):
        waiting = found(
            "2025-09-03T10:00", "important", "problem", ("2025-09-04T11:00", None), now=now
        )
        assert waiting.feedback is not None
        assert light(waiting.feedback, local(now)) == "green"
        assert time_left(waiting.feedback, local(now), CLOCK) == 22 * HOUR


def test_what_was_red_stays_red_while_it_waits() -> None:
    waiting = found("2025-09-03T10:00", "urgent", "problem", ("2025-09-04T11:00", None))
    assert waiting.feedback is not None
    assert light(waiting.feedback, local("2025-09-05T10:00")) == "red"


def test_time_taken_is_less_the_pauses() -> None:
    start, end = local("2025-09-05T17:00"), local("2025-09-08T11:00")
    pauses: list[Pause] = [
        (local("2025-09-01T10:00"), local("2025-09-02T10:00")),
        (local("2025-09-05T17:30"), local("2025-09-06T10:00")),
        (local("2025-09-08T10:30"), None),
        (local("2025-09-08T10:45"), local("2025-09-08T12:00")),
        (local("2025-09-09T10:00"), local("2025-09-10T10:00")),
    ]
    assert time_taken(start, end, WORKING, CLOCK, ()) == 3 * HOUR
    assert time_taken(start, end, WORKING, CLOCK, pauses) == 2 * HOUR
    assert time_taken(start, end, WALL, CLOCK, ()) == 66 * HOUR
    assert time_taken(start, end, WALL, CLOCK, pauses) == 49 * HOUR
    assert time_taken(start, start, WORKING, CLOCK, pauses) == 0 * HOUR


def test_times_of_one_zone_are_not_compared_by_what_its_clock_shows() -> None:
    """When Berlin's clock is set back, 02:30 comes twice: the later one is an hour later."""
    berlin = ZoneInfo("Europe/Berlin")
    early, late = (datetime(2026, 10, 25, 2, 30, tzinfo=berlin, fold=fold) for fold in (0, 1))
    clock = WorkClock(Hours(), Calendar(), berlin)
    assert time_taken(early, late, WALL, clock, ()) == HOUR
    assert time_taken(early, late, WALL, clock, [(early, late)]) == 0 * HOUR
    urgent = deadlines(early, "urgent", "problem", Service(), clock, [(early, late)], late)
    assert urgent.respond_by == early.astimezone(UTC) + 2 * HOUR
    assert urgent.feedback_by == early.astimezone(UTC) + 25 * HOUR
    assert light(Deadline(early.astimezone(UTC), early.astimezone(UTC), WALL), late) == "red"


# --- against minutes walked through ---

SUNDAYS_TOO = Calendar(
    off=frozenset({date(2025, 12, 24), date(2025, 12, 25), date(2026, 7, 3)}),
    working=frozenset(date(2024, 1, 7) + timedelta(days=7 * n) for n in range(170)),
)
PLACES = {
    name: (WorkClock(Hours.read(hours), calendar, ZoneInfo(zone)), Walker(hours, calendar, zone))
    for name, hours, calendar, zone in (
        ("Shanghai", OFFICE, MAINLAND, "Asia/Shanghai"),
        ("Berlin", "00:30-02:45,08:00-16:00", SUNDAYS_TOO, "Europe/Berlin"),
        ("New York", "01:15-09:00,21:00-24:00", SUNDAYS_TOO, "America/New_York"),
        ("UTC", OFFICE, Calendar(), "UTC"),
    )
}
TERMS = {"urgent": "2h 24h 48h", "important": "4wh 3wd -", "routine": "8wh 5wd -"}
FIRST, LAST = (number(datetime(year, 1, 1, tzinfo=UTC)) for year in (2024, 2027))
TWENTY_DAYS = 20 * 24 * 60


class Case(NamedTuple):
    """A need, in minutes: an open pause has no end."""

    received: int
    urgency: str | None
    is_complaint: bool
    pauses: list[tuple[int, int | None]]
    now: int


@st.composite
def cases(draw: st.DrawFn) -> Case:
    received = draw(st.integers(FIRST, LAST))
    now = received + draw(st.integers(0, TWENTY_DAYS))
    pauses: list[tuple[int, int | None]] = []
    for _ in range(draw(st.integers(0, 3))):
        begin = received + draw(st.integers(-24 * 60, TWENTY_DAYS // 3))
        end = begin + draw(st.integers(0, 5 * 24 * 60))
        if begin <= now:
            pauses.append((begin, end if end <= now else None))
    urgency = draw(st.sampled_from(("urgent", "important", "routine", None)))
    return Case(received, urgency, draw(st.booleans()), pauses, now)


class Walked(NamedTuple):
    """One deadline found by walking."""

    by: int
    yellow_at: int
    light: str
    taken: int
    left: int
    runs_on: str


def walked(case: Case, length: str, walker: Walker, may_pause: bool) -> Walked:
    """Use up the length a minute at a time, first as if there were no pause to learn how much it is."""
    many = 3 * TWENTY_DAYS
    on_work = "w" in length
    running = walker.open_minutes(case.received, many) if on_work else bytearray(b"\1" * many)
    if length.endswith("wd"):
        midnight = walker.end_of_working_day(case.received, int(length[:-2]))
        budget = running.count(1, 0, midnight - case.received)
    else:
        budget = 60 * int(length.rstrip("wh"))
    unpaused = running[:]
    for begin, end in case.pauses if may_pause else ():
        first = max(begin - case.received, 0)
        last = max((case.now if end is None else end) - case.received, first)
        unpaused[first:last] = bytes(last - first)
    by = used_up(case.received, unpaused, budget)
    waited, allowed = case.now - case.received, by - case.received
    taken = unpaused.count(1, 0, waited)
    colour = "green" if 2 * taken < budget else "yellow"
    return Walked(
        by,
        used_up(case.received, unpaused, (budget + 1) // 2),
        "red" if case.now > by else colour,
        taken,
        running.count(1, waited, allowed) - running.count(1, allowed, waited),
        WORKING if on_work else WALL,
    )


def check(place: str, case: Case) -> None:
    clock, walker = PLACES[place]
    pauses: list[Pause] = [
        (instant(begin), None if end is None else instant(end)) for begin, end in case.pauses
    ]
    kind = "complaint" if case.is_complaint else "service"
    received, now = instant(case.received), instant(case.now)
    all_three = deadlines(received, case.urgency, kind, Service(), clock, pauses, now)
    respond, feedback, solve = TERMS[case.urgency or "routine"].split()
    lengths = (respond, feedback, "48h" if case.is_complaint else solve)
    for deadline, length in zip(all_three, lengths, strict=True):
        if length == "-":
            assert deadline is None
            continue
        assert deadline is not None
        may_pause = deadline is not all_three.respond
        expected = walked(case, length, walker, may_pause)
        assert deadline.by == instant(expected.by)
        # Half of an odd number of minutes ends within the minute found by walking.
        assert (
            instant(expected.yellow_at) - MINUTE < deadline.yellow_at <= instant(expected.yellow_at)
        )
        assert light(deadline, now) == expected.light
        assert time_left(deadline, now, clock) == expected.left * MINUTE
        assert deadline.runs_on == expected.runs_on
        taken = time_taken(received, now, deadline.runs_on, clock, pauses if may_pause else ())
        assert taken == expected.taken * MINUTE


@pytest.mark.parametrize("place", PLACES)
def test_every_deadline_is_the_one_found_by_walking(place: str) -> None:
    @settings(max_examples=heavy(250))
    @given(cases())
    def walk(case: Case) -> None:
        check(place, case)

    walk()


# --- properties ---

moments = st.datetimes(datetime(2024, 1, 1), datetime(2026, 12, 31), timezones=st.just(UTC))
urgencies = st.sampled_from(("urgent", "important", "routine", None))
kinds = st.sampled_from(("complaint", "problem"))
clocks = st.sampled_from([clock for clock, _ in PLACES.values()])


@settings(max_examples=heavy(200))
@given(clocks, moments, st.timedeltas(timedelta(0), timedelta(days=9)), urgencies, kinds)
def test_what_is_received_later_is_due_no_earlier(
    clock: WorkClock, received: datetime, later: timedelta, urgency: str | None, kind: str
) -> None:
    first, second = (
        deadlines(moment, urgency, kind, Service(), clock, (), received)
        for moment in (received, received + later)
    )
    for one, other in zip(first, second, strict=True):
        assert (one is None) == (other is None)
        if one and other:
            assert received < one.yellow_at <= one.by <= other.by


@settings(max_examples=heavy(200))
@given(clocks, moments, st.lists(st.tuples(moments, moments), max_size=4), urgencies, kinds)
def test_pauses_in_any_order_only_ever_give_more_time(
    clock: WorkClock,
    received: datetime,
    pauses: list[tuple[datetime, datetime]],
    urgency: str | None,
    kind: str,
) -> None:
    plain, paused, reversed_ = (
        deadlines(received, urgency, kind, Service(), clock, still, received)
        for still in ((), pauses, pauses[::-1])
    )
    assert paused == reversed_
    assert paused.respond == plain.respond
    for one, other in zip(plain, paused, strict=True):
        if one and other:
            assert one.by <= other.by
            assert other.yellow_at <= other.by
