"""When a touch is due, against the handbook's examples and against searching the calendar day by day (HANDBOOK §3)."""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmcli.rules.cadence import (
    Facts,
    Policy,
    Promise,
    Touch,
    next_touch,
    next_visit,
    promise_in_force,
)
from crmcli.rules.span import Span
from crmcli.rules.workdays import Calendar
from crmcli.rules.year.spending import Stretch
from crmcli.workcalendar import load
from tests.support import heavy

ADDED = date(2024, 1, 8)
EVERY_DAY_WORKED = Calendar(
    working=frozenset(date(2023, 1, 1) + timedelta(days=n) for n in range(3000))
)
KEEP = Policy(roll="keep")


@cache
def china() -> Calendar:
    return load("CN", (), ())


def touched(
    last: date | None, calendar: Calendar = EVERY_DAY_WORKED, policy: Policy = KEEP, **facts: object
) -> date | None:
    """The next touch of a customer last contacted on `last`."""
    known = {"stage": "customer", "added_on": ADDED, "last_contact_on": last, **facts}
    return next_touch(Facts(**known), policy, calendar).due_on  # type: ignore[arg-type]


def rolled(last: date, roll: str, **facts: object) -> date | None:
    """The same in mainland China, rolled as asked."""
    return touched(last, china(), Policy(roll=roll), **facts)


# --- the handbook's own cases ---


@pytest.mark.parametrize(
    ("last", "tier", "due"),
    [
        (date(2025, 1, 31), "core", date(2025, 2, 28)),
        (date(2024, 1, 31), "core", date(2024, 2, 29)),
        (date(2024, 1, 30), "core", date(2024, 2, 29)),
        (date(2025, 2, 28), "core", date(2025, 3, 28)),
        (date(2024, 2, 29), "core", date(2024, 3, 29)),
        (date(2025, 3, 31), "core", date(2025, 4, 30)),
        (date(2025, 12, 31), "core", date(2026, 1, 31)),
        (date(2025, 12, 31), "potential", date(2026, 2, 28)),
        (date(2025, 12, 31), "ordinary", date(2026, 3, 31)),
        (date(2025, 11, 30), "ordinary", date(2026, 2, 28)),
        (date(2025, 11, 30), None, date(2026, 2, 28)),
        (date(2026, 10, 20), "core", date(2026, 11, 20)),
    ],
)
def test_months_are_calendar_months_from_the_last_contact(
    last: date, tier: str | None, due: date
) -> None:
    assert touched(last, tier=tier) == due


@pytest.mark.parametrize(
    ("last", "span", "due"),
    [
        (date(2024, 2, 29), Span(1, "y"), date(2025, 2, 28)),
        (date(2024, 2, 29), Span(4, "y"), date(2028, 2, 29)),
        (date(2025, 2, 28), Span(1, "y"), date(2026, 2, 28)),
        (date(2025, 2, 28), Span(36, "m"), date(2028, 2, 28)),
        (date(2024, 2, 29), Span(12, "m"), date(2025, 2, 28)),
    ],
)
def test_leap_days(last: date, span: Span, due: date) -> None:
    assert touched(last, own_cadence=span) == due


def test_a_date_inside_national_day_week_moves() -> None:
    last = date(2025, 9, 3)  # + 1 month is Fri 3 October 2025; 1 to 8 October are off
    assert rolled(last, "next", tier="core") == date(2025, 10, 9)
    assert rolled(last, "previous", tier="core") == date(2025, 9, 30)
    assert rolled(last, "keep", tier="core") == date(2025, 10, 3)


def test_a_make_up_saturday_is_worked_and_an_ordinary_one_is_not() -> None:
    assert rolled(date(2025, 9, 11), "next", tier="core") == date(2025, 10, 11)
    assert rolled(date(2025, 9, 18), "next", tier="core") == date(2025, 10, 20)
    assert rolled(date(2025, 9, 18), "previous", tier="core") == date(2025, 10, 17)


def test_a_move_says_from_where() -> None:
    facts = Facts("customer", ADDED, tier="core", last_contact_on=date(2025, 9, 3))
    touch = next_touch(facts, Policy(), china())
    assert (touch.due_on, touch.moved_from, touch.basis) == (
        date(2025, 10, 9),
        date(2025, 10, 3),
        "tier",
    )
    unmoved = next_touch(
        Facts("customer", ADDED, tier="core", last_contact_on=date(2025, 9, 11)), Policy(), china()
    )
    assert unmoved.moved_from is None


@pytest.mark.parametrize(
    ("contact_day", "due", "basis"),
    [
        (0, date(2026, 3, 9), "new"),
        (1, date(2026, 3, 10), "new"),
        (81, date(2026, 5, 29), "new"),  # + 1 week is day 88
        (82, date(2026, 5, 30), "new"),  # day 89 is the last of the first 90
        (83, date(2026, 8, 24), "tier"),  # day 90 is not: three months instead
        (88, date(2026, 8, 29), "tier"),
        (89, date(2026, 8, 30), "tier"),
        (90, date(2026, 8, 31), "tier"),
    ],
)
def test_the_first_90_days_are_days_0_to_89(contact_day: int, due: date, basis: str) -> None:
    began = date(2026, 3, 2)
    last = began + timedelta(days=contact_day)
    facts = Facts("customer", began, tier="ordinary", began_on=began, last_contact_on=last)
    touch = next_touch(facts, KEEP, EVERY_DAY_WORKED)
    assert (touch.due_on, touch.basis) == (due, basis)


def test_the_new_clock_counts_from_since_when_the_contact_was_before_it() -> None:
    since = date(2026, 3, 2)
    assert touched(date(2026, 2, 1), began_on=since, tier="ordinary") == date(2026, 3, 9)


def test_neither_since_nor_a_recorded_change_is_not_new() -> None:
    assert touched(date(2026, 3, 2), tier="ordinary") == date(2026, 6, 2)


def test_a_tier_quicker_than_the_new_clock_wins() -> None:
    policy = Policy(tiers={"core": Span(3, "d"), "ordinary": Span(3, "m")}, roll="keep")
    assert touched(date(2026, 3, 2), policy=policy, tier="core", began_on=date(2026, 3, 1)) == date(
        2026, 3, 5
    )


@pytest.mark.parametrize("stage", ["prospect", "interested"])
@pytest.mark.parametrize(("intent", "days"), [("high", 3), ("medium", 7), ("low", 30), (None, 30)])
@pytest.mark.parametrize("tier", [None, "core"])
def test_a_lead_is_due_by_its_last_intent_whatever_its_tier(
    stage: str, intent: str | None, days: int, tier: str | None
) -> None:
    last = date(2026, 3, 2)
    due = touched(last, stage=stage, intent=intent, tier=tier, began_on=date(2026, 3, 1))
    assert due == last + timedelta(days=days)


@pytest.mark.parametrize("stage", ["prospect", "interested", "customer"])
def test_an_own_cadence_wins_over_tier_intent_and_newness(stage: str) -> None:
    due = touched(
        date(2026, 3, 2),
        stage=stage,
        tier="core",
        intent="high",
        began_on=date(2026, 3, 1),
        own_cadence=Span(5, "w"),
    )
    assert due == date(2026, 4, 6)


@pytest.mark.parametrize("last", [None, date(2026, 3, 2)])
@pytest.mark.parametrize("own", [None, Span(1, "w")])
def test_the_lost_have_no_touch(last: date | None, own: Span | None) -> None:
    assert (
        touched(last, stage="lost", own_cadence=own, began_on=date(2026, 3, 1), intent="high")
        is None
    )


@pytest.mark.parametrize("never", ["do_not_contact", "retired"])
def test_do_not_contact_and_retired_are_never_due(never: str) -> None:
    for last in (None, date(2026, 3, 2)):
        due = touched(
            last,
            snoozed_until=date(2026, 4, 1),
            promised_on=date(2026, 4, 2),
            own_cadence=Span(1, "w"),
            **{never: True},
        )
        assert due is None


def test_snooze_comes_before_promise_and_promise_before_the_clocks() -> None:
    last, snooze, promise = date(2026, 3, 2), date(2026, 9, 5), date(2026, 3, 7)
    assert touched(last, snoozed_until=snooze, promised_on=promise, tier="core") == snooze
    assert touched(last, promised_on=promise, tier="core") == promise
    assert touched(last, tier="core") == date(2026, 4, 2)
    assert touched(None, snoozed_until=snooze, promised_on=promise) == snooze
    assert touched(None, promised_on=promise) == promise


def test_dates_named_by_hand_stay_on_days_off() -> None:
    saturday = date(2025, 10, 4)
    assert rolled(date(2025, 9, 3), "next", snoozed_until=saturday) == saturday
    assert rolled(date(2025, 9, 3), "next", promised_on=saturday) == saturday


@pytest.mark.parametrize("stage", ["prospect", "interested", "customer"])
def test_the_never_contacted_are_due_on_the_day_they_were_added_even_a_sunday(stage: str) -> None:
    sunday = date(2026, 11, 22)
    for policy in (Policy(), Policy(roll="previous")):
        assert (
            touched(None, Calendar(), policy, stage=stage, added_on=sunday, tier="core") == sunday
        )
        assert (
            touched(
                None, Calendar(), policy, stage=stage, added_on=sunday, own_cadence=Span(1, "w")
            )
            == sunday
        )


def test_an_import_may_deal_out_first_touches() -> None:
    first = date(2026, 11, 30)
    assert touched(None, first_touch_on=first) == first
    assert touched(date(2026, 11, 25), first_touch_on=first, tier="core") == date(2026, 12, 25)


# --- the same again, by searching the calendar day by day ---


def days_from(day: date) -> Iterator[date]:
    """`day` and every day after it."""
    while True:
        yield day
        day += timedelta(days=1)


def months_on(day: date, months: int) -> date:
    """The first day of the wanted month with the same number, or that month's last day when it is too short."""
    wanted = day.year * 12 + day.month + months
    for candidate in days_from(day):
        is_last = (candidate + timedelta(days=1)).month != candidate.month
        if candidate.year * 12 + candidate.month == wanted and (
            candidate.day == day.day or is_last
        ):
            return candidate
    raise AssertionError


def is_worked(calendar: Calendar, day: date) -> bool:
    return day in calendar.working or (day.isoweekday() < 6 and day not in calendar.off)


def span_on(day: date, span: Span, calendar: Calendar) -> date:
    match span.unit:
        case "d":
            return day + timedelta(days=span.count)
        case "w":
            return day + timedelta(days=7 * span.count)
        case "m":
            return months_on(day, span.count)
        case "y":
            return months_on(day, 12 * span.count)
    worked = 0
    for candidate in days_from(day + timedelta(days=1)):
        worked += is_worked(calendar, candidate)
        if worked == span.count:
            return candidate
    raise AssertionError


def moved(day: date, roll: str, calendar: Calendar) -> date:
    if roll == "keep":
        return day
    while not is_worked(calendar, day):
        day += timedelta(days=1 if roll == "next" else -1)
    return day


def by_the_handbook(
    facts: Facts, policy: Policy, calendar: Calendar
) -> tuple[date | None, set[str]]:
    """HANDBOOK §3 read aloud: the date, and what may be said to have decided it."""
    if facts.do_not_contact or facts.retired or facts.stage == "lost":
        return None, {"never"}
    if facts.snoozed_until:
        return facts.snoozed_until, {"snoozed"}
    if facts.promised_on:
        return facts.promised_on, {"promised"}
    last = facts.last_contact_on
    if last is None:
        return facts.first_touch_on or facts.added_on, {"uncontacted"}
    clocks: list[tuple[date, str]] = []
    if facts.own_cadence:
        clocks.append((span_on(last, facts.own_cadence, calendar), "own"))
    elif facts.stage in ("prospect", "interested"):
        clocks.append((span_on(last, policy.intents[facts.intent or "unknown"], calendar), "lead"))
    else:
        clocks.append((span_on(last, policy.tiers[facts.tier or "ordinary"], calendar), "tier"))
        if facts.began_on:
            week_on = span_on(max(facts.began_on, last), policy.new, calendar)
            first_days = {facts.began_on + timedelta(days=n) for n in range(policy.new_for)}
            if week_on in first_days:
                clocks.append((week_on, "new"))
        if facts.spending:  # from the order that crossed the line, while the spend stays above it
            call_on = max(months_on(last, 1), facts.spending.first)
            if call_on < facts.spending.end:
                clocks.append((call_on, "spend"))
    dates = [(moved(day, policy.roll, calendar), name) for day, name in clocks]
    earliest = min(day for day, _ in dates)
    return earliest, {name for day, name in dates if day == earliest}


FIRST, LAST = date(2024, 1, 1), date(2026, 12, 31)
days = st.dates(FIRST, LAST)
awkward_days = st.sampled_from(
    [
        date(2024, 1, 29), date(2024, 1, 30), date(2024, 1, 31), date(2024, 2, 29), date(2025, 1, 31),
        date(2025, 2, 28), date(2025, 8, 31), date(2025, 9, 1), date(2025, 9, 8), date(2025, 9, 28), date(2025, 10, 11),
        date(2024, 9, 14), date(2024, 12, 31), date(2026, 1, 1), date(2026, 2, 14),
    ]
)  # fmt: skip
any_day = days | awkward_days
maybe_day = st.none() | any_day
spans = st.one_of(
    st.builds(Span, st.integers(1, 120), st.just("d")),
    st.builds(Span, st.integers(1, 30), st.just("w")),
    st.builds(Span, st.integers(1, 26), st.just("m")),
    st.builds(Span, st.integers(1, 2), st.just("y")),
    st.builds(Span, st.integers(1, 60), st.just("wd")),
)
stretches = st.builds(
    lambda first, length: Stretch(first, first + timedelta(days=length)),
    any_day,
    st.integers(1, 700),
)
rare = st.integers(0, 9).map(lambda n: n == 0)
facts = st.builds(
    Facts,
    stage=st.sampled_from(["prospect", "interested", "customer", "customer", "customer", "lost"]),
    added_on=any_day,
    tier=st.sampled_from(["core", "potential", "ordinary", None]),
    began_on=maybe_day,
    own_cadence=st.none() | st.none() | spans,
    do_not_contact=rare,
    retired=rare,
    first_touch_on=maybe_day,
    last_contact_on=st.none() | any_day | any_day | any_day,
    intent=st.sampled_from(["high", "medium", "low", None]),
    promised_on=st.none() | st.none() | st.none() | any_day,
    snoozed_until=st.none() | st.none() | st.none() | any_day,
    spending=st.none() | stretches,
    last_visit_on=maybe_day,
    own_visit_cadence=st.none() | spans,
)
near_newness = any_day.flatmap(
    lambda began: st.builds(
        lambda **known: Facts(**known),  # given Facts itself, builds would make up the other fields
        stage=st.just("customer"),
        added_on=any_day,
        tier=st.sampled_from(["core", "potential", "ordinary", None]),
        began_on=st.just(began),
        last_contact_on=st.integers(-20, 120).map(lambda n: began + timedelta(days=n)),
    )
)
policies = st.builds(
    Policy,
    tiers=st.fixed_dictionaries({"core": spans, "potential": spans, "ordinary": spans})
    | st.just(Policy().tiers),
    new=spans | st.just(Span(1, "w")),
    new_for=st.just(90) | st.integers(1, 200),
    intents=st.just(Policy().intents)
    | st.fixed_dictionaries(dict.fromkeys(("high", "medium", "low", "unknown"), spans)),
    roll=st.sampled_from(["next", "previous", "keep"]),
)
default_policies = st.sampled_from(["next", "previous", "keep"]).map(lambda roll: Policy(roll=roll))
calendars = st.one_of(
    st.just(Calendar()),
    st.builds(china),
    st.builds(
        Calendar,
        st.sets(days, max_size=30).map(frozenset),
        st.sets(days, max_size=10).map(frozenset),
    ),
)


@settings(max_examples=heavy(1000))
@given(facts, policies, calendars)
def test_every_touch_is_as_the_handbook_says(
    known: Facts, policy: Policy, calendar: Calendar
) -> None:
    expected, bases = by_the_handbook(known, policy, calendar)
    touch = next_touch(known, policy, calendar)
    assert touch.due_on == expected
    assert touch.basis in bases


@settings(max_examples=heavy(1000))
@given(near_newness, default_policies, calendars)
def test_every_new_customer_is_touched_as_the_handbook_says(
    known: Facts, policy: Policy, calendar: Calendar
) -> None:
    expected, bases = by_the_handbook(known, policy, calendar)
    touch = next_touch(known, policy, calendar)
    assert touch.due_on == expected
    assert touch.basis in bases


@given(facts, policies, calendars)
def test_a_clock_never_lands_on_a_day_off_unless_told_to_keep_it(
    known: Facts, policy: Policy, calendar: Calendar
) -> None:
    touch = next_touch(known, policy, calendar)
    if touch.basis in ("tier", "new", "lead", "own") and policy.roll != "keep":
        assert touch.due_on is not None
        assert is_worked(calendar, touch.due_on)


# --- which promise holds ---

EARLY = Promise(date(2026, 12, 1), "2026-11-01T01:00:00Z", False)
LATE = Promise(date(2026, 11, 25), "2026-11-02T01:00:00Z", False)


@pytest.mark.parametrize(
    ("made", "imported", "holds"),
    [
        (None, None, None),
        (EARLY, None, date(2026, 12, 1)),
        (None, EARLY, date(2026, 12, 1)),
        (EARLY._replace(is_met=True), None, None),
        (EARLY, LATE, date(2026, 11, 25)),  # the newer one takes the place of the old
        (LATE, EARLY, date(2026, 11, 25)),
        (LATE._replace(is_met=True), EARLY, None),  # and does so for good
        (EARLY, LATE._replace(is_met=True), None),
        (
            EARLY,
            LATE._replace(entered_at=EARLY.entered_at),
            date(2026, 12, 1),
        ),  # of two at once, ours
    ],
)
def test_the_newest_promise_holds_unless_it_is_met(
    made: Promise | None, imported: Promise | None, holds: date | None
) -> None:
    assert promise_in_force(made, imported) == holds


def test_a_tier_no_longer_defined_is_touched_as_an_ordinary_one() -> None:
    assert touched(date(2026, 3, 2), tier="diamond") == date(2026, 6, 2)


# --- visits ---


def visits_of(known: Facts, policy: Policy, calendar: Calendar) -> date | None:
    """HANDBOOK §3 read aloud: when a customer is visited next; put off, until then."""
    if known.do_not_contact or known.retired or known.stage == "lost":
        return None
    snoozed = known.visit_snoozed_until or date.min
    if known.own_visit_cadence:
        start = known.last_visit_on or max(known.added_on, known.began_on or known.added_on)
        own = moved(span_on(start, known.own_visit_cadence, calendar), policy.roll, calendar)
        return max(own, snoozed)
    if known.stage != "customer" or not known.spending:
        return None
    start = known.last_visit_on or known.spending.first
    day = max(span_on(start, policy.visit, calendar), known.spending.first)
    day = max(moved(day, policy.roll, calendar), snoozed)
    return day if day < known.spending.end else None


@settings(max_examples=heavy(300))
@given(facts, default_policies, calendars)
def test_every_visit_is_as_the_handbook_says(
    known: Facts, policy: Policy, calendar: Calendar
) -> None:
    visit = next_visit(known, policy, calendar)
    assert (visit.due_on if visit else None) == visits_of(known, policy, calendar)


def test_who_spends_much_is_called_monthly_and_visited_every_three_months() -> None:
    """The handbook's line: whatever the tier, two clocks."""
    spending = Stretch(date(2026, 3, 10), date(2027, 3, 10))
    known = Facts("customer", date(2025, 1, 1), "ordinary", last_contact_on=date(2026, 4, 15))
    rich = known._replace(spending=spending)
    assert next_touch(known, Policy(), Calendar()).due_on == date(2026, 7, 15)
    assert next_touch(rich, Policy(), Calendar()) == Touch(date(2026, 5, 15), "spend", Span(1, "m"))
    assert next_visit(known, Policy(), Calendar()) is None
    # Never visited: from the order that crossed the line.
    assert next_visit(rich, Policy(), Calendar()) == Touch(date(2026, 6, 10), "spend", Span(3, "m"))
    visited = rich._replace(last_visit_on=date(2026, 5, 4))
    assert next_visit(visited, Policy(), Calendar()) == Touch(date(2026, 8, 4), "spend", Span(3, "m"))  # fmt: skip
    over = rich._replace(last_visit_on=date(2027, 1, 4))
    assert next_visit(over, Policy(), Calendar()) is None
