"""Silence noticed, against walking through the days one by one (HANDBOOK §1, §2, §3)."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmcli.rules import terms
from crmcli.rules.cadence import Policy
from crmcli.rules.contacts import is_two_way
from crmcli.rules.lifecycle import Life, lifecycle
from crmcli.rules.silence import Gone, awaits_answer, dormant_on, unanswered_on, win_back
from crmcli.rules.span import Span
from crmcli.rules.workdays import Calendar
from crmcli.workcalendar import load
from tests.support import heavy

TODAY = date(2026, 11, 20)
WEEKDAYS = Calendar()


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


# --- messages nobody answered ---


@pytest.mark.parametrize("no_answer", [False, True])
@pytest.mark.parametrize("direction", sorted(terms.DIRECTION.words))
@pytest.mark.parametrize("channel", sorted(terms.CHANNEL.words))
def test_what_awaits_an_answer(channel: str, direction: str, no_answer: bool) -> None:
    """A message that we sent; one that went to and fro was answered, unless it is said that it was not."""
    two_way = is_two_way(channel, direction, no_answer)
    was_sent = direction == "out" or (direction == "both" and no_answer)
    is_message = channel in ("email", "wechat", "wecom", "message")
    assert awaits_answer(channel, direction, two_way) == (is_message and was_sent)


@pytest.mark.parametrize(
    ("sent", "policy", "due"),
    [
        (date(2026, 11, 20), Policy(), date(2026, 11, 23)),  # Friday, Monday
        (date(2026, 11, 18), Policy(), date(2026, 11, 23)),  # Saturday moves on
        (date(2026, 11, 19), Policy(), date(2026, 11, 23)),  # and so does Sunday
        (date(2026, 11, 18), Policy(roll="previous"), date(2026, 11, 20)),
        (date(2026, 11, 18), Policy(roll="keep"), date(2026, 11, 21)),
        (date(2026, 11, 20), Policy(no_reply=Span(3, "wd")), date(2026, 11, 25)),
        (date(2026, 11, 20), Policy(no_reply=Span(1, "w")), date(2026, 11, 27)),
        (date(2024, 1, 31), Policy(no_reply=Span(1, "m")), date(2024, 2, 29)),
    ],
)
def test_when_silence_falls_due(sent: date, policy: Policy, due: date) -> None:
    assert unanswered_on(sent, policy, WEEKDAYS) == due


def test_silence_over_the_holidays_falls_due_after_them() -> None:
    china = load("CN", (), ())
    assert unanswered_on(date(2025, 9, 28), Policy(), china) == date(2025, 10, 9)
    # The make-up Saturday is worked.
    assert unanswered_on(date(2025, 10, 8), Policy(), china) == date(2025, 10, 11)


@given(st.integers(-800, 800), st.integers(1, 40), st.sampled_from(("next", "previous", "keep")))
def test_silence_falls_due_on_a_working_day_close_by(days: int, after: int, roll: str) -> None:
    sent, policy = ago(days), Policy(no_reply=Span(after, "d"), roll=roll)
    due, plain = unanswered_on(sent, policy, WEEKDAYS), sent + timedelta(days=after)
    assert due == plain if roll == "keep" else due.weekday() < 5
    assert abs((due - plain).days) <= 2
    assert (due - plain).days * {"next": 1, "previous": -1, "keep": 0}[roll] >= 0


# --- dormant ---


def customer(**known: object) -> Life:
    return Life(**{"stage": "customer", "added_on": date(2026, 1, 10), **known})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("life", "day"),
    [
        (customer(touch_on=date(2026, 1, 10)), date(2026, 4, 10)),  # never contacted: 90 days on
        (customer(touch_on=date(2026, 4, 9)), date(2026, 4, 10)),
        (customer(touch_on=date(2026, 4, 10)), date(2026, 4, 11)),  # due is not overdue
        (
            customer(touch_on=date(2026, 5, 1), last_activity_on=date(2026, 4, 1)),
            date(2026, 6, 30),
        ),
        (customer(touch_on=date(2026, 9, 1), last_activity_on=date(2026, 4, 1)), date(2026, 9, 2)),
        (customer(touch_on=date(2026, 2, 1), last_activity_on=date(2025, 1, 1)), date(2026, 4, 10)),
        # In its first 90 days it is new and not dormant, and so it is when they begin before it would be.
        (customer(touch_on=date(2026, 1, 10), began_on=date(2026, 1, 10)), date(2026, 4, 10)),
        (customer(touch_on=date(2026, 1, 10), began_on=date(2026, 1, 11)), date(2026, 4, 11)),
        (customer(touch_on=date(2026, 1, 10), began_on=date(2026, 4, 10)), date(2026, 7, 9)),
        (
            customer(touch_on=date(2026, 1, 10), began_on=date(2026, 4, 11)),
            date(2026, 7, 10),
        ),  # a lead before
        (customer(touch_on=None), None),  # do not contact
        (customer(touch_on=date.max), None),  # not before the end of days
        (customer(touch_on=date(9999, 12, 30)), date.max),
        (customer(touch_on=date(9999, 12, 30), began_on=date(9999, 12, 1)), None),  # new until then
        (customer(stage="lost", touch_on=date(2026, 1, 10)), None),
        (customer(stage="prospect", touch_on=date(2026, 1, 10)), None),
        (customer(stage="interested", touch_on=date(2026, 1, 10)), None),
    ],
)
def test_the_day_a_customer_is_dormant(life: Life, day: date | None) -> None:
    assert dormant_on(life, 90) == day


_DAYS = st.integers(-120, 260).map(ago)
_LIVES = st.builds(
    Life,
    stage=st.sampled_from(("customer", "customer", "customer", "prospect", "interested", "lost")),
    added_on=_DAYS,
    began_on=st.none() | _DAYS,
    last_activity_on=st.none() | _DAYS,
    last_order_on=st.none(),
    touch_on=st.none() | _DAYS,
)


@settings(max_examples=heavy(400))
@given(_LIVES, st.sampled_from((1, 10, 89, 90, 91, 200)))
def test_dormant_is_the_first_day_on_which_the_lifecycle_says_so(life: Life, new_for: int) -> None:
    first = max(life.added_on, life.began_on or life.added_on)  # before it began it was a lead
    days = (first + timedelta(days=n) for n in range(1200))
    walked = next((day for day in days if lifecycle(life, day, new_for) == "dormant"), None)
    assert dormant_on(life, new_for) == walked
    # An order is an activity, and a dormant one is not active.
    if life.last_activity_on:
        assert dormant_on(life._replace(last_order_on=life.last_activity_on), new_for) == walked


@settings(max_examples=heavy(300))
@given(_LIVES, st.sampled_from((10, 90)))
def test_once_dormant_always_dormant(life: Life, new_for: int) -> None:
    """Why one stored day is enough to pass by the dormant: nothing but an event ends it."""
    day = dormant_on(life, new_for)
    if day is None:
        return
    later = [day + timedelta(days=n) for n in range(400)]
    assert {lifecycle(life, one, new_for) for one in later} == {"dormant"}


# --- win-back ---


@pytest.mark.parametrize(
    ("known", "on", "is_settled"),
    [
        ({"dormant_on": TODAY, "quiet_since": ago(90)}, TODAY, False),
        ({"dormant_on": date(2026, 11, 21), "quiet_since": ago(89)}, date(2026, 11, 21), False),  # not moved: it says since when
        ({"lost_on": date(2026, 8, 22)}, TODAY, False),  # 90 days later
        ({"lost_on": date(2026, 8, 23)}, date(2026, 11, 23), False),  # a Saturday moves
        ({"lost_on": ago(199), "dormant_on": TODAY, "quiet_since": ago(90)}, ago(109), False),  # a loss says more than silence
        # Settled by talking on its day or later.
        ({"lost_on": date(2026, 8, 22), "last_contact_on": ago(1)}, TODAY, False),  # too early
        ({"lost_on": date(2026, 8, 22), "last_contact_on": TODAY}, TODAY, True),
        ({"lost_on": date(2026, 8, 22), "last_contact_on": ago(-9)}, TODAY, True),
        ({"dormant_on": TODAY, "quiet_since": ago(90), "last_contact_on": ago(90)}, TODAY, False),
        # Settled by hand: for this loss or silence, or an earlier one.
        ({"lost_on": ago(199), "settled_for": ago(199)}, ago(109), True),
        ({"lost_on": ago(199), "settled_for": ago(200)}, ago(109), False),
        ({"dormant_on": TODAY, "quiet_since": ago(90), "settled_for": ago(90)}, TODAY, True),
        ({"dormant_on": TODAY, "quiet_since": ago(90), "settled_for": ago(91)}, TODAY, False),
        # Of the lost a promised date comes before the clock, and a snooze before both.
        ({"lost_on": ago(10), "promised_on": ago(-5)}, ago(-5), False),
        ({"lost_on": ago(199), "promised_on": ago(-400)}, ago(-400), False),
        ({"lost_on": ago(199), "snoozed_until": ago(-3)}, ago(-3), False),
        ({"lost_on": ago(199), "snoozed_until": ago(150)}, ago(109), False),
        ({"lost_on": ago(10), "promised_on": ago(-5), "snoozed_until": ago(-9)}, ago(-9), False),
        ({"lost_on": ago(199), "snoozed_until": ago(-3), "settled_for": ago(199)}, ago(-3), True),
    ],
)  # fmt: skip
def test_a_win_back(known: dict[str, date], on: date, is_settled: bool) -> None:
    found = win_back(Gone(**known), Policy(), WEEKDAYS)
    assert found is not None
    assert (found.on, found.is_settled) == (on, is_settled)
    assert found.for_ == known.get("lost_on", known.get("quiet_since"))


def test_there_is_none_of_who_is_there_and_it_can_be_switched_off() -> None:
    here = Gone(quiet_since=ago(3), last_contact_on=ago(3), promised_on=ago(-3))
    assert win_back(here, Policy(), WEEKDAYS) is None
    off = Policy(win_back=False)
    assert win_back(Gone(lost_on=ago(100)), off, WEEKDAYS) is None
    assert win_back(Gone(dormant_on=ago(100), quiet_since=ago(190)), off, WEEKDAYS) is None


_EVENTS = st.dictionaries(
    st.integers(0, 500), st.sampled_from(("lost", "customer", "contact", "settled")), max_size=8
)


@settings(max_examples=heavy(300))
@given(_EVENTS)
def test_a_loss_is_won_back_once(events: dict[int, str]) -> None:
    """A year and a half, day by day: an item stands from 90 days after a loss until it is settled, and never again."""
    policy = Policy(roll="keep")
    gone = Gone()
    must_ask_on: date | None = None  # what a careful rep would note in a diary
    for number in range(600):
        today = TODAY + timedelta(days=number)
        event = events.get(number)
        is_due = must_ask_on is not None and must_ask_on <= today
        if event == "lost":
            gone, must_ask_on = gone._replace(lost_on=today), today + timedelta(days=90)
        elif event == "customer":
            gone, must_ask_on = gone._replace(lost_on=None), None
        elif event == "contact":
            gone = gone._replace(last_contact_on=today)
            must_ask_on = None if is_due else must_ask_on
        elif event == "settled" and is_due:  # what is not due cannot be settled
            gone, must_ask_on = gone._replace(settled_for=gone.lost_on), None
        found = win_back(gone, policy, WEEKDAYS)
        listed = found is not None and not found.is_settled and found.on <= today
        assert listed == (must_ask_on is not None and must_ask_on <= today), (number, events)
