"""How a need stands: its rounds, what meets its clocks, waiting, the plan and the light (HANDBOOK §4)."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmcli.errors import Forbidden
from crmcli.rules.instants import stored
from crmcli.rules.rulebook import Rulebook
from crmcli.rules.service import score, states, timing
from crmcli.rules.service.standing import Case, Contact, Event, rounds, standing
from crmcli.store import statements
from tests.support import heavy

BOOK = Rulebook()
"""UTC, Monday to Friday, 09:00-12:00 and 13:00-18:00."""


def at(day: int, time: str = "09:00") -> datetime:
    """A moment of November 2026: the 2nd is a Monday."""
    hour, minute = map(int, time.split(":"))
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


MONDAY = at(2)


def case(*events: Event, urgency: str | None = "important", **more: object) -> Case:
    fields: dict[str, object] = {"kind": "problem", "status": "triaged", "received_at": MONDAY}
    return Case(**{**fields, "urgency": urgency, "events": events, **more})  # type: ignore[arg-type]


def called(key: int, moment: datetime, **more: object) -> Contact:
    fields: dict[str, object] = {"channel": "call", "direction": "both", "no_answer": False}
    return Contact(key, moment, **{**fields, **more})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("contact", "meets"),
    [
        (called(1, at(2, "10:00")), True),
        (called(1, at(2, "10:00"), direction="in"), True),
        (called(1, at(2, "10:00"), channel="visit", direction="out"), True),
        (called(1, at(2, "10:00"), channel="meeting"), True),
        (called(1, at(2, "10:00"), channel="video", direction="in"), True),
        (called(1, at(2, "10:00"), channel="email", direction="out"), True),
        (called(1, at(2, "10:00"), channel="wechat", direction="both"), True),
        (called(1, at(2, "10:00"), channel="email", direction="in"), False),
        (called(1, at(2, "10:00"), channel="message", direction="in"), False),
        (called(1, at(2, "10:00"), no_answer=True), False),
        (called(1, at(2, "10:00"), channel="email", direction="out", no_answer=True), False),
    ],
)
def test_what_is_a_first_answer(contact: Contact, meets: bool) -> None:
    found = standing(case(contacts=[contact]), BOOK).respond.met_at
    assert found == (contact.at if meets else None)


def test_the_call_that_brought_the_need_answers_it_at_once() -> None:
    now = standing(case(contacts=[called(1, at(2, "08:40"))]), BOOK)
    assert now.respond.met_at == MONDAY


@pytest.mark.parametrize("kind", ["sent", "scheduled", "resolved"])
def test_what_meets_the_feedback_clock(kind: str) -> None:
    event = Event(kind, at(3))
    assert standing(case(event), BOOK).feedback.met_at == at(3)


@pytest.mark.parametrize(
    "kind", ["agreed", "started", "told", "waiting", "resumed", "confirmed", "declined"]
)
def test_what_does_not(kind: str) -> None:
    assert standing(case(Event(kind, at(3))), BOOK).feedback.met_at is None


def test_the_first_of_several_counts() -> None:
    events = [Event("scheduled", at(3)), Event("sent", at(4)), Event("resolved", at(5))]
    now = standing(case(*events, status="resolved"), BOOK)
    assert (now.feedback.met_at, now.solve.met_at) == (at(3), at(5))


def test_open_clocks_are_listed_from_half_the_time_on() -> None:
    now = standing(case(), BOOK)
    # 4 working hours from Monday 09:00: 14:00, half at 11:00; the close of the third working day after it: Thursday.
    assert (now.respond.by, now.respond.listed_from) == (at(2, "14:00"), at(2, "11:00"))
    assert now.feedback.by == at(5, "18:00")
    assert now.solve == now.solve._replace(by=None, yellow_at=None, met_at=None, listed_from=None)
    assert (now.next_by, now.next_clock) == (at(2, "14:00"), "respond")
    assert (now.yellow_at, now.red_at) == (at(2, "11:00"), at(2, "14:00") + timedelta(seconds=1))


@pytest.mark.parametrize("status", ["resolved", "confirmed", "declined"])
def test_what_is_not_open_has_no_clock_that_runs(status: str) -> None:
    now = standing(case(status=status), BOOK)
    assert [clock.listed_from for clock in now.clocks.values()] == [None, None, None]
    assert (now.next_by, now.yellow_at, now.red_at, now.plan_confirm_on, now.progress_on) == (
        None, None, None, None, None,
    )  # fmt: skip


def test_reopening_starts_all_three_clocks_anew() -> None:
    events = [
        Event("sent", at(2, "10:00")),
        Event("resolved", at(3)),
        Event("reopened", at(9), 7),
    ]
    contacts = [called(3, at(2, "09:30")), called(8, at(9, "09:10"))]
    now = standing(case(*events, status="reopened", urgency="urgent", contacts=contacts), BOOK)
    assert (now.round.began_at, now.times_reopened) == (at(9), 1)
    assert (now.respond.by, now.respond.met_at) == (at(9, "11:00"), at(9, "09:10"))
    assert (now.feedback.by, now.feedback.met_at) == (at(10), None)
    assert (now.solve.by, now.solve.met_at) == (at(11), None)
    first, second = rounds(case(*events, contacts=contacts))
    assert (first.responded_at, first.feedback_at, first.resolved_at) == (
        at(2, "09:30"), at(2, "10:00"), at(3),
    )  # fmt: skip
    assert (second.responded_at, second.feedback_at) == (at(9, "09:10"), None)


def test_what_happens_in_one_instant_keeps_its_order() -> None:
    """A script that resolves and reopens within one second is told apart by what came first."""
    events = [Event("resolved", at(3), 4), Event("reopened", at(3), 4)]
    contacts = [called(4, at(3)), called(5, at(3))]  # before and after both
    first, second = rounds(case(*events, contacts=contacts))
    assert (first.responded_at, first.resolved_at) == (at(3), at(3))
    assert (second.responded_at, second.resolved_at) == (at(3), None)
    alone = rounds(case(*events, contacts=contacts[:1]))[1]
    assert alone.responded_at is None


# --- waiting ---


def test_waiting_lets_the_clocks_stand_still_but_for_the_first_answer() -> None:
    now = standing(case(Event("waiting", at(2, "09:30")), status="in_progress"), BOOK)
    assert now.waiting_since == at(2, "09:30")
    assert now.respond.listed_from == at(2, "11:00")
    assert now.feedback.listed_from is None
    assert (now.yellow_at, now.red_at) == (at(2, "11:00"), at(2, "14:00") + timedelta(seconds=1))


@pytest.mark.parametrize(
    ("end", "feedback_by"),
    [
        (Event("resumed", at(4, "09:30")), at(9, "18:00")),
        (Event("resolved", at(4, "09:30")), at(9, "18:00")),
        (None, at(5, "18:00")),
    ],
)
def test_a_pause_adds_its_own_working_time(end: Event | None, feedback_by: datetime) -> None:
    events = [Event("waiting", at(2, "09:30")), *([end] if end else [])]
    assert standing(case(*events), BOOK).feedback.by == feedback_by


def test_the_customers_next_contact_ends_the_waiting() -> None:
    event = Event("waiting", at(2, "09:30"), answered_at=at(3, "09:30"))
    now = standing(case(event), BOOK)
    assert (now.waiting_since, now.feedback.by) == (None, at(6, "18:00"))
    by_hand = standing(case(event, Event("resumed", at(2, "10:30"))), BOOK)
    assert by_hand.feedback.by == at(6, "10:00")  # an hour of Friday


def test_waiting_moves_no_deadline_that_is_met_already() -> None:
    events = [Event("sent", at(3)), Event("waiting", at(4)), Event("resumed", at(6))]
    assert standing(case(*events), BOOK).feedback.by == at(5, "18:00")


def test_what_is_met_while_it_waits_is_met_in_time() -> None:
    """The clock stood still from Thursday noon on; sent on Monday, it was sent in time."""
    now = standing(case(Event("waiting", at(5, "12:00")), Event("sent", at(9))), BOOK)
    # Five hours of Thursday and eight of Friday are added to Thursday 18:00.
    assert (now.feedback.by, now.feedback.met_at) == (at(9, "15:00"), at(9))


def test_what_was_late_before_it_waits_stays_late() -> None:
    late = Event("waiting", at(6, "09:00"))
    now = standing(case(late, contacts=[called(1, at(2))]), BOOK)
    assert now.feedback.listed_from is not None
    assert now.red_at == at(5, "18:00") + timedelta(seconds=1)


def test_a_need_that_is_closed_waits_no_more() -> None:
    now = standing(case(Event("waiting", at(3)), status="declined"), BOOK)
    assert now.waiting_since is None


# --- the plan, and word of it ---


def test_a_plan_is_to_be_confirmed_two_working_days_after_it_was_sent() -> None:
    sent = Event("sent", at(5, "17:00"))
    assert standing(case(sent, status="planned"), BOOK).plan_confirm_on == date(2026, 11, 9)
    agreed = standing(case(sent, Event("agreed", at(6)), status="in_progress"), BOOK)
    assert (agreed.plan_confirm_on, agreed.round.agreed_at) == (None, at(6))
    again = standing(case(sent, Event("agreed", at(6)), Event("sent", at(6))), BOOK)
    assert (again.plan_confirm_on, again.round.agreed_at) == (date(2026, 11, 10), None)


def test_progress_is_told_every_week_while_it_is_worked_on() -> None:
    agreed = Event("agreed", at(3))
    assert standing(case(agreed, status="in_progress"), BOOK).progress_on == date(2026, 11, 10)
    told = case(agreed, status="in_progress", contacts=[called(1, at(6))])
    assert standing(told, BOOK).progress_on == date(2026, 11, 13)
    heard = case(agreed, status="in_progress", contacts=[called(1, at(6), channel="email", direction="in")])  # fmt: skip
    assert standing(heard, BOOK).progress_on == date(2026, 11, 10)
    said = case(agreed, Event("told", at(4)), status="in_progress")
    assert standing(said, BOOK).progress_on == date(2026, 11, 11)
    assert standing(case(agreed, status="planned"), BOOK).progress_on is None


# --- what changes by time alone ---


@pytest.mark.parametrize(
    ("entered", "red_for", "level"),
    [(0, 47, 0), (0, 48, 1), (2, 48, 3), (3, 500, 3), (1, 0, 1)],
)
def test_red_for_48_hours_raises_one_level(entered: int, red_for: int, level: int) -> None:
    now = at(6)
    red_at = stored(now - timedelta(hours=red_for))
    assert timing.level(entered, red_at, now) == level
    assert timing.level(entered, None, now) == min(entered, 3)


def test_complaints_start_at_level_2() -> None:
    assert standing(case(kind="complaint"), BOOK).level == 2
    assert standing(case(kind="complaint", levels=[1]), BOOK).level == 2
    assert standing(case(levels=[1, 3]), BOOK).level == 3
    assert standing(case(), BOOK).level == 0


def test_the_light_by_what_is_stored() -> None:
    yellow, red = "2026-11-02T11:00:00Z", "2026-11-02T14:00:01Z"
    seen = [
        timing.light(yellow, red, f"2026-11-02T{time}Z")
        for time in ("10:59:59", "11:00:00", "14:00:00", "14:00:01")
    ]
    assert seen == ["green", "yellow", "yellow", "red"]
    assert timing.light(None, None, red) == "green"


def test_the_score_is_the_sum_of_its_parts() -> None:
    made = score.parts(30, True, 4, 3, 1)
    assert [(part.name, part.given, part.points) for part in made] == [
        ("tier", None, 30), ("new customer", None, 10), ("value", 4, 16), ("fit", 3, 9), ("cost", 1, 10),
    ]  # fmt: skip
    assert score.score(30, True, 4, 3, 1) == 75
    assert score.score(10, False, None, None, None) == 10
    assert score.score(10, False, None, None, 1) > score.score(10, False, None, None, 5)
    assert score.parts(30, True, 4, None, None, spends_much=True) == [
        ("tier", None, 30), ("new customer", None, 10), ("spends much", None, 10), ("value", 4, 16),
    ]  # fmt: skip
    assert (score.NEW, score.SPENDING) == (statements.NEW, statements.SPENDING)


# --- states ---


@pytest.mark.parametrize(
    ("step", "possible"),
    [
        ("confirm", {"resolved"}),
        ("reopen", {"resolved", "confirmed", "declined"}),
        *((step, set(states.OPEN)) for step in states.STEPS if step not in ("confirm", "reopen")),
    ],
)
def test_from_which_states_a_step_is_possible(step: str, possible: set[str]) -> None:
    for status in (*states.OPEN, "resolved", *states.CLOSED):
        if status in possible:
            states.insist(step, "n5", status)
        else:
            with pytest.raises(Forbidden, match="possible now: crm"):
                states.insist(step, "n5", status)


@pytest.mark.parametrize(
    ("status", "triaged", "planned", "started"),
    [
        ("received", "triaged", "planned", "in_progress"),
        ("triaged", "triaged", "planned", "in_progress"),
        ("planned", "planned", "planned", "in_progress"),
        ("scheduled", "scheduled", "scheduled", "in_progress"),
        ("in_progress", "in_progress", "in_progress", "in_progress"),
        ("reopened", "reopened", "planned", "in_progress"),
    ],
)
def test_where_steps_lead(status: str, triaged: str, planned: str, started: str) -> None:
    found = [
        states.after_triage(status, "urgent"),
        states.after_plan(status),
        states.after_start(status),
    ]
    assert found == [triaged, planned, started]


def test_an_urgency_taken_away_is_triage_taken_back() -> None:
    assert states.after_triage("triaged", None) == "received"
    assert states.after_triage("in_progress", None) == "in_progress"


# --- properties ---

KINDS = ("sent", "agreed", "scheduled", "started", "told", "waiting", "resumed", "resolved", "reopened")  # fmt: skip


@st.composite
def lives(draw: st.DrawFn) -> Case:
    moments = sorted(draw(st.lists(st.integers(0, 60 * 24 * 30), max_size=8)))
    events = [
        Event(draw(st.sampled_from(KINDS)), MONDAY + timedelta(minutes=minute), place)
        for place, minute in enumerate(moments)
    ]
    contacts = [
        called(key, MONDAY + timedelta(minutes=minute), direction=draw(st.sampled_from(("in", "out", "both"))))
        for key, minute in enumerate(sorted(draw(st.lists(st.integers(0, 60 * 24 * 30), max_size=5))), start=1)
    ]  # fmt: skip
    urgency = draw(st.sampled_from((None, "urgent", "important", "routine")))
    kind = draw(st.sampled_from(("complaint", "problem")))
    return case(*events, urgency=urgency, kind=kind, contacts=contacts, status=draw(st.sampled_from(states.OPEN)))  # fmt: skip


@settings(max_examples=heavy(150))
@given(lives())
def test_rounds_by_walking_through_the_events(life: Case) -> None:
    """What met each clock, found once more by going through everything in order."""
    begun = [life.received_at] + [e.at for e in life.events if e.kind == "reopened"]
    found = rounds(life)
    assert [one.began_at for one in found] == begun
    current: dict[str, datetime | None] = {}
    walked = []
    for event in [*life.events, Event("reopened", MONDAY)]:
        if event.kind == "reopened":
            walked.append((current.get("feedback"), current.get("resolved")))
            current = {}
        if event.kind in ("sent", "scheduled", "resolved"):
            current.setdefault("feedback", event.at)
        if event.kind == "resolved":
            current["resolved"] = event.at
    assert [(one.feedback_at, one.resolved_at) for one in found] == walked
    for one in found:
        assert all(since <= (until or since) for since, until in one.pauses)
        assert one.responded_at is None or one.responded_at >= one.began_at


@settings(max_examples=heavy(150))
@given(lives())
def test_waiting_never_brings_a_deadline_nearer(life: Case) -> None:
    patient = life._replace(events=[e for e in life.events if e.kind not in ("waiting", "resumed")])
    now, without = standing(life, BOOK), standing(patient, BOOK)
    for name, clock in now.clocks.items():
        assert clock.met_at == without.clocks[name].met_at
        if clock.by:
            assert clock.by >= (without.clocks[name].by or clock.by)
    assert now.respond.by == without.respond.by
