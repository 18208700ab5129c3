"""The figures of service: what was measured, met and missed, by tables and against the long way round (HANDBOOK §4)."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmcli.rules.deadlines import Service, Terms, deadlines, time_taken
from crmcli.rules.rulebook import Rulebook
from crmcli.rules.service import states
from crmcli.rules.service.need_figures import Category, ClockFigures, ServiceTally, needs_case
from crmcli.rules.service.policy import ServicePolicy
from crmcli.rules.service.standing import Case, Contact, Event, rounds, standing
from crmcli.rules.workdays import Calendar
from tests.support import heavy

BOOK = Rulebook()
"""UTC, Monday to Friday, 09:00-12:00 and 13:00-18:00."""

NOTHING = ClockFigures(None, None, None, 0, 0, 0)


def at(day: int, time: str = "09:00") -> datetime:
    """A moment of November 2026: the 2nd is a Monday."""
    hour, minute = map(int, time.split(":"))
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


NOW = at(20)


def text(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if moment else None


def row(case: Case, book: Rulebook = BOOK, category: str | None = None) -> dict[str, Any]:
    """The need as it is stored."""
    now = standing(case, book)
    red_at = now.red_at
    return {
        "kind": case.kind, "urgency": case.urgency, "tier": case.tier, "status": case.status, "category": category,
        "received_at": text(case.received_at), "round_at": text(now.round.began_at),
        "times_reopened": now.times_reopened, "waiting_since": text(now.waiting_since),
        "respond_by": text(now.respond.by), "responded_at": text(now.respond.met_at),
        "feedback_by": text(now.feedback.by), "feedback_at": text(now.feedback.met_at),
        "solve_by": text(now.solve.by), "resolved_at": text(now.solve.met_at), "level": now.level, "red_at": text(red_at),
        "has_waited": any(event.kind == "waiting" for event in case.events),
    }  # fmt: skip


def need(*events: Event, received: datetime | None = None, **more: Any) -> Case:
    fields: dict[str, Any] = {"kind": "problem", "urgency": "important", "status": "triaged"}
    return Case(received_at=received or at(2), events=events, **{**fields, **more})


def called(moment: datetime, key: int = 1) -> Contact:
    return Contact(key, moment, "call", "both", False)


def gathered(
    *cases: Case, solved: Sequence[Case] = (), book: Rulebook = BOOK, now: datetime = NOW
) -> ServiceTally:
    """What these needs received, and those solved, come to."""
    found = ServiceTally(book, now)
    for case in cases:
        found.receive(stored := row(case, book), case if needs_case(stored) else None)
    for case in solved:
        found.solve(stored := row(case, book), case if needs_case(stored) else None)
    return found


def figures(name: str, *cases: Case, **more: Any) -> ClockFigures:
    return gathered(*cases, **more).clocks[name].figures()


def test_nothing_received_is_no_figure() -> None:
    found = gathered()
    assert {name: clock.figures() for name, clock in found.clocks.items()} == {
        "first_response": NOTHING, "feedback": NOTHING, "solve": NOTHING,
    }  # fmt: skip
    assert (found.received, found.categories(), found.by_level.total()) == (0, [], 0)


# --- first response: 4 working hours of an important need, 2 hours of an urgent one ---


@pytest.mark.parametrize(
    ("case", "minutes", "met", "missed"),
    [
        # Over the lunch break: Monday 11:30 to 13:30 is one working hour.
        (need(received=at(2, "11:30"), contacts=[called(at(2, "13:30"))]), 60, 1, 0),
        # Friday 17:00 to Monday 10:00: two working hours.
        (need(received=at(6, "17:00"), contacts=[called(at(9, "10:00"))]), 120, 1, 0),
        # Exactly at the deadline, Monday 14:00, it is met; a second later it is not.
        (need(contacts=[called(at(2, "14:00"))]), 240, 1, 0),
        (need(contacts=[called(at(2, "14:00") + timedelta(seconds=1))]), 240 + 1 / 60, 0, 1),
        # Urgent runs through the night: Monday 23:00 to Tuesday 01:30.
        (need(received=at(2, "23:00"), urgency="urgent", contacts=[called(at(3, "01:30"))]), 150, 0, 1),
        # Untriaged is routine, 8 working hours: until Monday 18:00, not until Tuesday 09:00, though no more has run by then.
        (need(urgency=None, status="received", contacts=[called(at(2, "18:00"))]), 480, 1, 0),
        (need(urgency=None, status="received", contacts=[called(at(3, "09:00"))]), 480, 0, 1),
        # The call that brought it answers it at once.
        (need(contacts=[called(at(2, "08:40"))]), 0, 1, 0),
        # It does not stand still while the need waits.
        (need(Event("waiting", at(2, "10:00")), Event("resumed", at(2, "11:00")), contacts=[called(at(2, "13:30"))]), 210, 1, 0),
    ],
)  # fmt: skip
def test_the_first_response_is_measured_and_judged(
    case: Case, minutes: float, met: int, missed: int
) -> None:
    found = figures("first_response", case)
    assert found == ClockFigures(minutes, minutes, float(met), met, missed, 1)


@pytest.mark.parametrize(
    ("case", "now", "missed"),
    [
        (need(), at(2, "14:00"), 0),
        (need(), at(2, "14:00") + timedelta(seconds=1), 1),
        # Closed without an answer before its deadline it is neither, after it it was missed.
        (need(Event("resolved", at(2, "13:00")), status="resolved"), NOW, 0),
        (need(Event("resolved", at(2, "14:01")), status="confirmed"), NOW, 1),
        (need(Event("declined", at(2, "10:00")), status="declined"), NOW, 0),
        (need(Event("declined", at(3)), status="declined"), NOW, 1),
        # Waiting does not stop the first clock.
        (need(Event("waiting", at(2, "10:00"))), NOW, 1),
        # Closed nobody knows when, nothing can be said to be missed.
        (need(status="confirmed"), NOW, 0),
    ],
)
def test_what_was_never_answered_is_missed_once_its_deadline_passed_while_it_was_open(
    case: Case, now: datetime, missed: int
) -> None:
    found = figures("first_response", case, now=now)
    assert found == ClockFigures(None, None, 0.0 if missed else None, 0, missed, 0)


def test_reopening_does_not_touch_the_first_response() -> None:
    events = [Event("resolved", at(3)), Event("reopened", at(9), 5)]
    answered = [called(at(2, "10:00")), called(at(9, "16:00"), 9)]
    case = need(*events, status="reopened", contacts=answered)
    assert figures("first_response", case) == ClockFigures(60, 60, 1.0, 1, 0, 1)
    # In the first round nobody answered, though it was open past its deadline; in the second somebody did.
    case = need(*events, status="reopened", contacts=answered[1:])
    assert figures("first_response", case) == ClockFigures(None, None, 0.0, 0, 1, 0)


# --- feedback: 3 working days of an important need ---


@pytest.mark.parametrize(
    ("case", "minutes", "in_time"),
    [
        (need(Event("sent", at(3, "10:00"))), 540, True),
        (need(Event("sent", at(5, "18:00"))), 4 * 480, True),
        (need(Event("sent", at(6, "09:30"))), 4 * 480 + 30, False),
        (need(Event("resolved", at(2, "16:00")), status="resolved"), 360, True),
        # Tuesday it stood still from noon to 16:00, three working hours.
        (
            need(Event("waiting", at(3, "12:00")), Event("resumed", at(3, "16:00")), Event("sent", at(6, "09:30"))),
            4 * 480 + 30 - 180, True,
        ),
        # Ended by the customer's call.
        (need(Event("waiting", at(3, "12:00"), 0, at(3, "16:00")), Event("sent", at(6, "12:00"))), 4 * 480, True),
    ],
)  # fmt: skip
def test_feedback_is_measured_less_the_pauses(case: Case, minutes: float, in_time: bool) -> None:
    found = figures("feedback", case)
    assert found == ClockFigures(minutes, minutes, float(in_time), in_time, not in_time, 1)


@pytest.mark.parametrize(
    ("case", "missed"),
    [
        (need(), 1),
        (need(Event("waiting", at(3))), 0),  # it waits since before its deadline
        (need(Event("waiting", at(6))), 1),
        (need(Event("waiting", at(3), 0, at(4))), 1),
        (need(Event("resolved", at(3)), Event("reopened", at(9)), status="reopened"), 0),
        (need(Event("declined", at(4)), Event("reopened", at(9)), status="reopened"), 0),
        (need(Event("declined", at(9)), Event("reopened", at(10)), status="reopened"), 1),
    ],
)
def test_feedback_that_never_came(case: Case, missed: int) -> None:
    assert figures("feedback", case).missed == missed


# --- solutions ---


def test_a_solution_is_measured_from_the_round_that_ended_with_it() -> None:
    events = [
        Event("resolved", at(3)),
        Event("reopened", at(9)),
        Event("resolved", at(10, "10:00")),
    ]
    case = need(*events, status="resolved")
    # Important has no deadline to solve: a time, but neither met nor missed.
    assert figures("solve", case, solved=[case]) == ClockFigures(540, 540, None, 0, 0, 1)


@pytest.mark.parametrize(
    ("case", "minutes", "in_time"),
    [
        (need(Event("resolved", at(4)), status="resolved", urgency="urgent"), 2880, True),
        (need(Event("resolved", at(4, "09:01")), status="resolved", urgency="urgent"), 2881, False),
        # A complaint is solved within 48 hours on the wall clock, whatever its urgency.
        (need(Event("resolved", at(4)), status="resolved", kind="complaint", urgency="routine"), 2880, True),
        (need(Event("resolved", at(9)), status="confirmed", kind="complaint"), 7 * 1440, False),
        # Waiting for a day moves the deadline by a day.
        (
            need(Event("waiting", at(3)), Event("resumed", at(4)), Event("resolved", at(5)), status="resolved", urgency="urgent"),
            2880, True,
        ),
    ],
)  # fmt: skip
def test_a_solution_is_judged_where_it_has_a_deadline(
    case: Case, minutes: float, in_time: bool
) -> None:
    found = figures("solve", case, solved=[case])
    assert found == ClockFigures(minutes, minutes, float(in_time), in_time, not in_time, 1)


@pytest.mark.parametrize(
    ("case", "missed"),
    [
        (need(urgency="urgent"), 1),
        (need(urgency="urgent", received=at(18, "10:00")), 0),
        (need(urgency="urgent", received=at(18, "08:59")), 1),
        (need(kind="complaint"), 1),
        (need(), 0),
        (need(Event("waiting", at(3)), urgency="urgent"), 0),
        (need(Event("waiting", at(5)), urgency="urgent"), 1),
        (need(Event("declined", at(3)), urgency="urgent", status="declined"), 0),
        (need(Event("declined", at(5)), urgency="urgent", status="declined"), 1),
        (need(Event("resolved", at(3)), Event("reopened", at(9)), urgency="urgent", status="reopened"), 1),
        (need(Event("resolved", at(3)), Event("reopened", at(19)), urgency="urgent", status="reopened"), 0),
    ],
)  # fmt: skip
def test_what_is_open_past_its_deadline_is_missed_in_the_period_it_was_received(
    case: Case, missed: int
) -> None:
    assert figures("solve", case) == NOTHING._replace(
        missed=missed, in_time=0.0 if missed else None
    )


def test_solved_needs_are_judged_in_the_period_of_their_solution() -> None:
    case = need(Event("resolved", at(9)), status="resolved", urgency="urgent")
    assert figures("solve", case) == NOTHING


# --- all of them together ---


def test_the_median_lies_between_and_p90_is_of_type_7() -> None:
    minutes = [10, 20, 30, 40, 300]
    cases = [need(contacts=[called(at(2) + timedelta(minutes=taken))]) for taken in minutes]
    cases += [need(received=at(20, "08:00"))]
    # 300 minutes from 09:00 are 240 working ones; between 40 and 240 at 0.6 of the way: 40 + 0.6 x 200.
    assert figures("first_response", *cases) == ClockFigures(30, 160, 1.0, 5, 0, 5)


def test_needs_are_counted_by_what_they_are() -> None:
    found = gathered(
        need(kind="feature"),
        need(kind="feature", urgency="urgent"),
        need(kind=None, urgency=None),
        need(kind="complaint", urgency="routine"),
    )
    assert found.received == 4
    assert found.by_kind == {"feature": 2, None: 1, "complaint": 1}
    assert found.by_urgency == {"important": 1, "urgent": 1, None: 1, "routine": 1}


@pytest.mark.parametrize(
    ("case", "level", "raised"),
    [
        (need(received=NOW), 0, 0),
        (need(received=NOW, kind="complaint"), 2, 0),
        (need(received=NOW, levels=[1]), 1, 0),
        (need(received=NOW, levels=[3, 1]), 3, 0),
        # Red since Tuesday 14:00: 48 hours later, on Thursday, it is raised by one.
        (need(received=at(17)), 1, 1),
        (need(received=at(18, "09:01")), 0, 0),
        (need(kind="complaint"), 3, 1),
        (need(levels=[3]), 3, 0),
        # What is closed is not raised any more.
        (need(Event("resolved", at(9)), kind="complaint", status="resolved"), 2, 0),
    ],
)
def test_escalations_are_counted_as_they_stand_now(case: Case, level: int, raised: int) -> None:
    found = gathered(case)
    assert found.by_level == ({level: 1} if level else {})
    assert found.raised_by_time == raised


def test_the_three_categories_with_the_most_needs() -> None:
    found = ServiceTally(BOOK, NOW)
    for name, times in (("paper", 1), ("ink", 4), ("网络", 2), ("noise", 2), (None, 5), ("", 1)):
        for _ in range(times):
            found.receive(row(need(), category=name))
    assert found.categories() == [
        Category("ink", 4, 4 / 9, 4 / 9),
        Category("noise", 2, 2 / 9, 6 / 9),
        Category("网络", 2, 2 / 9, 8 / 9),
    ]


# --- other terms, other places ---


def test_each_clock_runs_on_what_its_length_says() -> None:
    """Settings may give urgent needs working hours, and routine ones hours on the wall clock."""
    times = Service(urgent=Terms.read("2wh,24h,-"), routine=Terms.read("24h,5wd,10wh"))
    book = Rulebook(service=lambda: ServicePolicy(by_tier={"diamond": times}))
    events = [Event("sent", at(9)), Event("resolved", at(9))]
    contacts = [called(at(9, "10:00"))]
    case = need(
        *events, received=at(6, "17:00"), urgency="urgent", tier="diamond", status="resolved", contacts=contacts
    )  # fmt: skip
    found = gathered(case, solved=[case], book=book).clocks
    assert found["first_response"].figures() == ClockFigures(120, 120, 1.0, 1, 0, 1)
    assert found["feedback"].figures() == ClockFigures(3840, 3840, 0.0, 0, 1, 1)
    # Without a deadline it runs on its urgency's own clock.
    assert found["solve"].figures() == ClockFigures(3840, 3840, None, 0, 0, 1)
    case = case._replace(urgency="routine")
    found = gathered(case, solved=[case], book=book).clocks
    assert found["first_response"].figures() == ClockFigures(3900, 3900, 0.0, 0, 1, 1)
    assert found["feedback"].figures() == ClockFigures(60, 60, 1.0, 1, 0, 1)
    assert found["solve"].figures() == ClockFigures(60, 60, 1.0, 1, 0, 1)
    # Other tiers have the times of all.
    case = case._replace(tier="core")
    assert figures("first_response", case) == ClockFigures(120, 120, 1.0, 1, 0, 1)


def test_no_length_to_respond_is_no_deadline() -> None:
    book = Rulebook(service=lambda: ServicePolicy(Service(important=Terms(None, None, None))))
    found = gathered(need(contacts=[called(at(2, "13:30"))]), need(), book=book)
    assert found.clocks["first_response"].figures() == ClockFigures(210, 210, None, 0, 0, 1)


def test_a_make_up_saturday_is_worked_and_a_holiday_is_not() -> None:
    """Saturday 2025-10-11 was worked, 1 to 8 October were days off (HANDBOOK §8)."""
    holidays = frozenset(date(2025, 10, day) for day in range(1, 9))
    calendar = Calendar(holidays, frozenset({date(2025, 9, 28), date(2025, 10, 11)}))
    book = Rulebook(calendar=calendar, zone=ZoneInfo("Asia/Shanghai"))

    def local(month: int, day: int, hour: int) -> datetime:
        return datetime(2025, month, day, hour, tzinfo=ZoneInfo("Asia/Shanghai"))

    over_the_week = need(received=local(9, 30, 17), contacts=[called(local(10, 9, 10))])
    over_saturday = need(received=local(10, 10, 17), contacts=[called(local(10, 13, 10))])
    found = gathered(over_the_week, over_saturday, book=book)
    # An hour on the 30th and one on the 9th, 120 minutes; one on Friday, eight on Saturday, one on Monday, 600.
    assert found.clocks["first_response"].figures() == ClockFigures(360, 552, 0.5, 1, 1, 2)


# --- the long way round: every round computed from what happened ---

KINDS = ("sent", "scheduled", "waiting", "resumed", "resolved", "reopened", "declined")
hours = st.integers(0, 24 * 30)


@st.composite
def histories(draw: st.DrawFn) -> Case:
    """A need with a possible history."""
    received = at(1, "00:00") + timedelta(minutes=draw(st.integers(0, 60 * 24 * 5)))
    status, moment, events = "triaged", received, []
    for _ in range(draw(st.integers(0, 7))):
        moment += timedelta(minutes=draw(st.integers(1, 60 * 60)))
        is_open = status in states.OPEN
        kind = draw(st.sampled_from(KINDS[:5] + KINDS[6:] if is_open else ("reopened",)))
        answered = moment + timedelta(hours=draw(st.integers(0, 9))) if kind == "waiting" else None
        events.append(Event(kind, moment, 0, draw(st.sampled_from((None, answered)))))
        status = {"resolved": "resolved", "declined": "declined", "reopened": "reopened"}.get(
            kind, status
        )
    contacts = [
        called(received + timedelta(hours=hour), key)
        for key, hour in enumerate(sorted(draw(st.lists(hours, max_size=3))), start=1)
    ]
    return Case(
        draw(st.sampled_from(("problem", "complaint"))),
        draw(st.sampled_from((None, "urgent", "important", "routine"))),
        status,
        received,
        events=events,
        contacts=contacts,
    )


def _long_way(case: Case, now: datetime) -> list[tuple[float | None, bool | None]]:
    """The minutes of the three clocks, and how they are judged."""
    every = rounds(case)
    length = BOOK.service.service.terms(case.urgency)
    own = "wall" if case.urgency == "urgent" else "working"
    ends = [one.began_at for one in every[1:]]
    answers = []
    for name, one, number in (
        ("respond", every[0], 0),
        ("feedback", every[0], 0),
        ("solve", every[-1], len(every) - 1),
    ):
        found = getattr(
            deadlines(one.began_at, case.urgency, case.kind or "", BOOK.service.service, BOOK.work_clock, one.pauses, now), name
        )  # fmt: skip
        met = {"respond": one.responded_at, "feedback": one.feedback_at, "solve": one.resolved_at}[
            name
        ]
        runs_on = found.runs_on if found else own if getattr(length, name) is None else "working"
        pauses = () if name == "respond" else one.pauses
        minutes = None
        if met:
            taken = time_taken(one.began_at, met, runs_on, BOOK.work_clock, pauses)
            minutes = taken / timedelta(minutes=1)
        closed = [
            event.at
            for event in case.events
            if event.kind in ("resolved", "declined")
            and event.at > one.began_at
            and (number >= len(ends) or event.at < ends[number])
        ]
        if found is None:
            verdict = None
        elif met:
            verdict = met <= found.by
        else:
            verdict = False if found.by < min([now, *closed]) else None
        answers.append((minutes, verdict))
    return answers


@settings(max_examples=heavy(300))
@given(histories(), st.integers(0, 60))
def test_any_history_gives_what_its_rounds_say(case: Case, later: int) -> None:
    now = max([case.received_at, *(event.at for event in case.events)]) + timedelta(hours=later)
    now = max([now, *(contact.at for contact in case.contacts)])
    answers = [event.answered_at for event in case.events if event.answered_at]
    now = max([now, *answers])
    is_solved = rounds(case)[-1].resolved_at is not None
    found = gathered(case, solved=[case] if is_solved else [], now=now).clocks
    for name, (minutes, verdict) in zip(found, _long_way(case, now), strict=True):
        expected = ClockFigures(
            minutes,
            minutes,
            None if verdict is None else float(verdict),
            int(verdict is True),
            int(verdict is False),
            int(minutes is not None),
        )
        assert found[name].figures() == expected, name


def test_only_what_the_columns_do_not_say_is_looked_up() -> None:
    assert not needs_case(row(need()))
    assert not needs_case(row(need(Event("resolved", at(3)), status="resolved")))
    assert needs_case(row(need(Event("waiting", at(3)))))
    assert needs_case(row(need(Event("resolved", at(3)), Event("reopened", at(4)))))
    assert needs_case(row(need(Event("declined", at(3)), status="declined")))
