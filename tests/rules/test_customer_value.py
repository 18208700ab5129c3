"""The rhythm of orders, and why a customer may leave (HANDBOOK §7)."""

import json
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise
from statistics import median, quantiles
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmcli.rules.cadence import Policy
from crmcli.rules.rulebook import Rulebook
from crmcli.rules.value import churn, orders
from crmcli.rules.value.churn import Event, Known, Reason, Warned
from crmcli.rules.value.orders import Rhythm
from tests.support import heavy

FIRST = date(2026, 1, 5)  # a Monday
BOOK = Rulebook()


def day(number: int) -> date:
    return FIRST + timedelta(days=number)


def known(*numbers: int) -> Rhythm | None:
    return orders.rhythm(map(day, numbers))


# --- orders ---


@pytest.mark.parametrize(
    ("days", "middle", "usual", "next_on", "quiet_on"),
    [
        ((0, 30, 60), 30, 30, 90, 91),
        ((0, 30, 75), 37.5, 43.5, 75 + 38, 75 + 44),  # half a day later is the next day
        ((0, 10, 30, 70), 20, 36, 90, 107),  # gaps of 10, 20 and 40: p90 = 20 + 0.8 * 20
        ((0, 0, 30, 60, 60), 30, 30, 90, 91),  # several orders on a day are one occasion
        ((60, 0, 30), 30, 30, 90, 91),  # in whichever order they were entered
        ((0, 1, 2), 1, 1, 3, 4),
    ],
)
def test_rhythm(
    days: Sequence[int], middle: float, usual: float, next_on: int, quiet_on: int
) -> None:
    found = known(*days)
    assert found == Rhythm(day(max(days)), middle, usual)
    assert (found.next_on, found.quiet_on) == (day(next_on), day(quiet_on))


def test_no_rhythm_of_fewer_than_three_occasions() -> None:
    assert known() is known(3) is known(0, 30) is known(0, 0, 30, 30) is None
    assert orders.median_gap([day(0), day(30), day(30)]) == 30
    assert orders.median_gap([day(0), day(0)]) is None
    assert list(map(orders.repurchases, (0, 1, 2, 5))) == [0, 0, 1, 4]


@settings(max_examples=200, derandomize=True)
@given(st.sets(st.integers(0, 3000), min_size=3, max_size=30))
def test_rhythm_as_the_standard_library_counts(days: set[int]) -> None:
    found = known(*days)
    placed = sorted(days)
    gaps = [after - before for before, after in pairwise(placed)]
    assert found is not None
    assert found.median_gap == median(gaps)
    assert found.usual_gap == pytest.approx(quantiles(gaps, n=10, method="inclusive")[8])
    assert (found.quiet_on - found.last_on).days > found.usual_gap - 1e-9
    assert (found.quiet_on - found.last_on).days - 1 <= found.usual_gap + 1e-9


def test_the_next_order_falls_on_a_working_day_and_is_settled_once() -> None:
    found = known(0, 33, 66)  # 66 + 33 = 99: Tue 14 Apr
    assert found is not None
    assert orders.reorder_on(found, None, None, BOOK) == date(2026, 4, 14)
    weekend = known(0, 40, 85)  # 85 + 43 = 128: Wed 13 May
    assert weekend is not None
    assert orders.reorder_on(weekend, None, None, BOOK) == date(2026, 5, 13)
    saturday = known(0, 30, 65)  # 65 + 33 = 98: Mon; with the gap of 31 a Saturday
    assert saturday is not None
    off = saturday._replace(median_gap=31)
    assert off.next_on == date(2026, 4, 11)
    assert orders.reorder_on(off, None, None, BOOK) == date(2026, 4, 13)
    back = Rulebook(Policy(roll="previous"))
    assert orders.reorder_on(off, None, None, back) == date(2026, 4, 10)
    assert orders.reorder_on(off, None, off.last_on, BOOK) is None
    assert orders.reorder_on(off, None, off.last_on - timedelta(days=1), BOOK) is not None


def test_what_an_import_brought_as_history_is_not_asked_for() -> None:
    found = known(0, 30, 60)  # next on day 90, Sun 5 Apr: Mon 6 Apr
    assert found is not None
    monday = date(2026, 4, 6)
    assert orders.reorder_on(found, monday + timedelta(days=30), None, BOOK) == monday
    assert orders.reorder_on(found, monday + timedelta(days=31), None, BOOK) is None
    assert orders.brought_on([]) is None
    assert orders.brought_on([day(3), None]) is None
    assert orders.brought_on([day(9), day(3)]) == day(3)


# --- reasons ---


def reasons(**of: object) -> list[tuple[str, date, date | None]]:
    found = churn.reasons(Known(**of))  # type: ignore[arg-type]
    assert churn.read(churn.written(found)) == found
    return [(one.kind, one.start, one.end) for one in found]


def test_nothing_known_is_no_reason() -> None:
    assert reasons() == []
    assert churn.written([]) is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@settings(max_examples=heavy(100), derandomize=True)
@given(figures=st.dictionaries(st.text(), JSON))
def test_reasons_are_stored_as_json(figures: dict[str, Any]) -> None:
    found = [Reason(churn.QUIET, day(0), day(9), figures), Reason(churn.NPS, day(3), None, {})]
    rows = [("quiet", "2026-01-05", "2026-01-14", figures), ("nps", "2026-01-08", None, {})]
    assert churn.written(found) == json.dumps(rows, ensure_ascii=False)
    assert churn.read(None) == []


def test_quiet_beyond_its_own_gaps() -> None:
    assert reasons(rhythm=known(0, 30, 75)) == [("quiet", day(119), None)]
    assert reasons(rhythm=known(0, 30, 75), rhythm_imported_on=day(149)) != []
    assert reasons(rhythm=known(0, 30, 75), rhythm_imported_on=day(150)) == []


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        ([], []),
        ([0], []),
        ([0, 89], [(89, 90)]),
        ([0, 90], []),
        ([0, 0], [(0, 90)]),
        ([0, 50, 60], [(50, 90), (60, 140)]),
        ([60, 0, 50], [(50, 90), (60, 140)]),
        ([0, 50, 90], [(50, 90), (90, 140)]),
        ([0, 50, 100], [(100, 140)]),  # the first two are over when the third comes
        ([0, 10, 200, 210], [(210, 290)]),
    ],
)
def test_two_complaints_in_ninety_days(made: list[int], expected: list[tuple[int, int]]) -> None:
    found = reasons(complaints=[Event(day(number)) for number in made])
    assert found == [("complaints", day(first), day(end)) for first, end in expected]


def test_old_complaints_of_an_import_are_history() -> None:
    def brought(second: Event) -> list[tuple[str, date, date | None]]:
        return reasons(complaints=[Event(day(0), day(60)), second])

    assert brought(Event(day(30), day(60))) == [("complaints", day(30), day(90))]
    assert brought(Event(day(29), day(60))) == []
    assert brought(Event(day(29))) == [("complaints", day(29), day(90))]


def test_the_newest_answer_is_that_of_a_detractor() -> None:
    assert reasons(answer=Event(day(3), None, 6)) == [("nps", day(3), None)]
    assert reasons(answer=Event(day(3), None, 0)) == [("nps", day(3), None)]
    assert reasons(answer=Event(day(3), None, 7)) == []
    assert reasons(answer=Event(day(3), day(33), 5)) == [("nps", day(3), None)]
    assert reasons(answer=Event(day(3), day(34), 5)) == []
    assert churn.reasons(Known(answer=Event(day(3), None, 6)), detractor=5) == []


def test_payments_are_late_from_the_day_after() -> None:
    unpaid = [Event(day(5), None, 9), Event(day(2), day(40), 8), Event(day(2), day(33), 7)]
    assert churn.reasons(Known(unpaid=unpaid)) == [
        Reason("payment", day(3), None, {"order": "o7", "pay_by": "2026-01-07"}),
        Reason("payment", day(6), None, {"order": "o9", "pay_by": "2026-01-10"}),
    ]


def test_the_last_decider_left() -> None:
    assert reasons(deciders=[]) == reasons(deciders=[None]) == []
    assert reasons(deciders=[day(3), None]) == []
    assert reasons(deciders=[day(3), day(9)]) == [("decider", day(9), None)]


# --- the days of a warning ---

QUIET = Reason("quiet", day(200), None, {})
COMPLAINTS = (
    Reason("complaints", day(50), day(90), {}),
    Reason("complaints", day(60), day(140), {}),
)


@pytest.mark.parametrize(
    ("found", "done", "snoozed", "expected"),
    [
        ((), None, None, (None, None, None)),
        ((QUIET,), None, None, (200, None, None)),
        ((QUIET,), 199, None, (200, None, None)),
        ((QUIET,), 200, None, (None, None, None)),
        ((QUIET,), None, 210, (210, None, None)),
        (COMPLAINTS, None, None, (50, 140, None)),
        (COMPLAINTS, 55, None, (60, 140, None)),
        (COMPLAINTS, 60, None, (None, None, None)),
        (COMPLAINTS, None, 100, (100, 140, None)),
        (COMPLAINTS, None, 140, (None, None, None)),
        ((*COMPLAINTS, QUIET), None, None, (50, 140, 200)),
        ((*COMPLAINTS, QUIET), None, 150, (200, None, None)),
        ((*COMPLAINTS, QUIET), 60, None, (200, None, None)),
        ((*COMPLAINTS, QUIET._replace(start=day(140))), None, None, (50, 140, 140)),
        # What lasts began meanwhile: the day of the complaints goes when they end.
        ((*COMPLAINTS, QUIET._replace(start=day(70))), None, None, (50, 140, 70)),
        ((*COMPLAINTS, QUIET._replace(start=day(50))), None, None, (50, None, None)),
        ((*COMPLAINTS, QUIET._replace(start=day(70))), None, 100, (100, None, None)),
        ((*COMPLAINTS, QUIET._replace(start=day(20))), None, None, (20, None, None)),
        ((*COMPLAINTS, QUIET._replace(start=day(20))), 20, None, (50, 140, None)),
    ],
)
def test_warned(
    found: Sequence[Reason],
    done: int | None,
    snoozed: int | None,
    expected: tuple[int | None, ...],
) -> None:
    given = [None if number is None else day(number) for number in (done, snoozed)]
    days = [None if number is None else day(number) for number in expected]
    assert churn.warning(found, *given) == Warned(*days)


numbers = st.integers(0, 300)
an_event = st.builds(
    lambda on, late: Event(day(on), day(on + late) if late is not None else None, 3),
    numbers,
    st.none() | st.integers(0, 60),
)


@settings(max_examples=200, derandomize=True)
@given(
    st.lists(an_event, max_size=6), st.none() | an_event, st.lists(an_event, max_size=2),
    st.lists(numbers, max_size=4), st.none() | numbers, st.none() | numbers, st.data(),
)  # fmt: skip
def test_a_warning_covers_just_the_days_of_its_reasons(
    complaints: list[Event],
    answer: Event | None,
    unpaid: list[Event],
    ordered: list[int],
    done: int | None,
    snoozed: int | None,
    data: st.DataObject,
) -> None:
    found = churn.reasons(Known(known(*ordered), None, complaints, answer, unpaid))
    done_on = None if done is None else day(done)
    snoozed_until = None if snoozed is None else day(snoozed)
    warned = churn.warning(found, done_on, snoozed_until)
    today = day(data.draw(st.integers(max([one.on.toordinal() - FIRST.toordinal() for one in complaints], default=0), 500)))  # fmt: skip
    holds = (snoozed_until is None or snoozed_until <= today) and any(
        one.holds(today) and (done_on is None or one.start > done_on) for one in found
    )
    is_first = warned.on is not None and warned.on <= today and (warned.until is None or today < warned.until)  # fmt: skip
    is_again = warned.again_on is not None and warned.again_on <= today
    assert (is_first or is_again) is holds
    if is_again and not is_first:  # nothing but what lasts
        left = [
            one.start
            for one in found
            if one.holds(today) and (done_on is None or one.start > done_on)
        ]
        assert warned.again_on == max(min(left), snoozed_until or min(left))
