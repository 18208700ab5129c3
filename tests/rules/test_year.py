"""The year with a customer as pure rules: by the handbook's examples, by hand, and against slow counting (HANDBOOK §3, §7, §9)."""

from datetime import UTC, date, datetime, timedelta

import pytest
from dateutil.relativedelta import relativedelta
from hypothesis import given, settings
from hypothesis import strategies as st

from crmcli.rules.rulebook import Rulebook
from crmcli.rules.year import contracts, deals, risks, rounds, spending
from crmcli.rules.year.deals import Listed, Quote
from crmcli.rules.year.rounds import Known, Rounds
from crmcli.rules.year.spending import Bought, Stretch
from tests.support import heavy

BOOK = Rulebook()  # Monday to Friday, UTC
D = date


# --- spending ---


def test_the_line_is_crossed_by_an_order_and_left_a_year_later() -> None:
    orders = [Bought(D(2025, 3, 1), 60), Bought(D(2025, 9, 1), 50), Bought(D(2026, 1, 10), 45)]
    assert spending.spend(orders, D(2025, 9, 1)) == 110
    assert spending.spend(orders, D(2026, 2, 28)) == 155
    assert spending.spend(orders, D(2026, 3, 1)) == 95
    assert spending.stretch(orders, 100) == Stretch(D(2025, 9, 1), D(2026, 3, 1))
    assert spending.stretch(orders, 156) is None
    assert spending.stretch([], 100) is None


def test_of_several_stretches_the_last_counts() -> None:
    orders = [Bought(D(2022, 5, 5), 100), Bought(D(2026, 5, 5), 100)]
    assert spending.stretch(orders, 100) == Stretch(D(2026, 5, 5), D(2027, 5, 5))


days = st.dates(D(2023, 2, 20), D(2025, 3, 10))


@settings(max_examples=heavy(60))
@given(
    st.lists(st.builds(Bought, days, st.integers(1, 60)), max_size=6),
    st.integers(20, 150),
)
def test_a_stretch_is_what_counting_each_day_finds(orders: list[Bought], line: int) -> None:
    first, last = D(2023, 2, 1), D(2026, 4, 1)
    every = [first + timedelta(days=n) for n in range((last - first).days)]
    above = [day for day in every if spending.spend(orders, day) >= line]
    if not above:
        assert spending.stretch(orders, line) is None
        return
    end = above[-1] + timedelta(days=1)
    begin = above[-1]
    while begin - timedelta(days=1) in set(above):
        begin -= timedelta(days=1)
    assert spending.stretch(orders, line) == Stretch(begin, end)


def test_what_is_no_longer_counted_ends_with_the_same_day_a_year_before() -> None:
    on = D(2019, 1, 1)
    while on < D(2026, 1, 1):
        last = spending.counted_after(on)
        counted = [
            spending.spend([Bought(last + timedelta(days=days), 1)], on) for days in (-1, 0, 1)
        ]
        assert counted == [0, 0, 1], on
        on += timedelta(days=1)
    assert spending.counted_after(D(2025, 2, 28)) == D(2024, 2, 29)
    assert spending.counted_after(D(2024, 2, 29)) == D(2023, 2, 28)


# --- what comes round ---


def known(**changes: object) -> Known:
    """A core customer since 1 March 2025, added that day."""
    return Known("customer", "core", D(2025, 3, 1))._replace(**changes)


def test_the_rounds_of_a_core_customer() -> None:
    # 1 March 2026 and 1 June 2025 are Sundays.
    assert rounds.rounds(known(), BOOK) == Rounds(
        value=D(2026, 3, 2), business=D(2025, 6, 2), solution=D(2025, 9, 1), care=D(2025, 7, 1)
    )


def test_others_are_only_asked_what_it_is_worth_to_them_and_leads_nothing() -> None:
    assert rounds.rounds(known(tier="ordinary"), BOOK) == Rounds(D(2026, 3, 2))
    assert rounds.rounds(known(tier=None), BOOK) == Rounds(D(2026, 3, 2))
    for stage in ("prospect", "interested", "lost"):
        assert rounds.rounds(known(stage=stage), BOOK) == Rounds()


@pytest.mark.parametrize(
    ("since", "added", "done", "due"),
    [
        (D(2020, 3, 10), D(2026, 11, 20), None, D(2027, 3, 10)),
        (D(2020, 11, 20), D(2026, 11, 20), None, D(2027, 11, 22)),  # a Saturday
        (D(2020, 2, 29), D(2025, 6, 1), None, D(2026, 3, 2)),  # 28 February is a Saturday
        (D(2024, 2, 29), D(2024, 2, 29), D(2027, 3, 1), D(2028, 2, 29)),
        (D(2025, 3, 1), D(2025, 3, 1), D(2026, 3, 2), D(2027, 3, 1)),
        (None, D(2025, 3, 3), None, D(2026, 3, 3)),
    ],
)
def test_the_value_review_is_on_the_anniversary(
    since: date | None, added: date, done: date | None, due: date
) -> None:
    found = rounds.rounds(known(since=since, added_on=added, value_done_on=done), BOOK)
    assert found.value == due


def test_reviews_count_from_the_last_that_was_held() -> None:
    held = known(business_done_on=D(2026, 1, 31), solution_done_on=D(2025, 12, 1))
    found = rounds.rounds(held, BOOK)
    assert (found.business, found.solution) == (D(2026, 4, 30), D(2026, 6, 1))


@pytest.mark.parametrize(
    ("care", "due"),
    [
        ([], D(2025, 7, 1)),
        ([D(2025, 2, 1)], D(2025, 7, 1)),  # before it was a customer
        ([D(2025, 4, 1)], D(2025, 11, 3)),  # paid until 1 July, and four months more: a Saturday
        ([D(2025, 8, 1)], D(2025, 12, 1)),  # late: four months from then
        ([D(2025, 4, 1), D(2025, 4, 2), D(2025, 4, 3)], D(2026, 4, 3)),  # no more than a year ahead
        ([D(2025, 4, 1), D(2025, 4, 1)], D(2025, 11, 3)),
    ],
)  # fmt: skip
def test_three_contacts_without_business_a_year(care: list[date], due: date) -> None:
    assert rounds.rounds(known(care_on=care), BOOK).care == due


def test_settled_care_pays_as_a_contact_does() -> None:
    assert rounds.rounds(known(care_done_on=D(2025, 7, 1)), BOOK).care == D(2025, 11, 3)


@settings(max_examples=heavy(60))
@given(st.lists(st.dates(D(2025, 3, 1), D(2029, 3, 1)), max_size=14))
def test_who_keeps_the_pace_of_three_a_year_is_never_behind(care: list[date]) -> None:
    """By slow counting: in each year that ends before the day it is due there were at least three, after the first year."""
    due = rounds._care(D(2025, 3, 1), known(care_on=care))
    assert due <= max([D(2025, 3, 1), *care]) + relativedelta(months=12)
    assert due >= max([D(2025, 3, 1), *[day for day in care if day <= due]]) + relativedelta(months=4)  # fmt: skip


# --- deals ---


def quote(**changes: object) -> Quote:
    """A deal that was quoted on Monday 16 November 2026."""
    return Quote("quoted", D(2026, 11, 16))._replace(**changes)


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        (quote(), Listed(D(2026, 11, 19), D(2026, 11, 19), "unanswered")),
        (quote(quoted_on=D(2026, 11, 18)), Listed(D(2026, 11, 23), D(2026, 11, 23), "unanswered")),
        (quote(answered_on=D(2026, 11, 18)), None),
        (quote(stage="won"), None),
        (quote(stage="lost"), None),
        (quote(quoted_on=None, valid_until=D(2026, 12, 1)), Listed(D(2026, 12, 1), D(2026, 11, 28), "ending")),
        (quote(quoted_on=None), None),
        (quote(valid_until=D(2026, 12, 15)), Listed(D(2026, 11, 19), D(2026, 11, 19), "unanswered")),
        (quote(valid_until=D(2026, 12, 15), answered_on=D(2026, 11, 20)), Listed(D(2026, 12, 15), D(2026, 12, 12), "ending")),
        (quote(valid_until=D(2026, 12, 15), done_for=D(2026, 11, 19)), Listed(D(2026, 12, 15), D(2026, 12, 12), "ending")),
        (quote(valid_until=D(2026, 12, 15), done_for=D(2026, 12, 15)), None),
        (quote(valid_until=D(2026, 11, 18)), Listed(D(2026, 11, 18), D(2026, 11, 15), "ending")),
    ],
)  # fmt: skip
def test_a_quote(known: Quote, expected: Listed | None) -> None:
    assert deals.quote(known, BOOK) == expected


def test_the_day_a_deal_was_to_be_won() -> None:
    day = D(2026, 12, 1)
    assert deals.close_due_on("open", day, None) == day
    assert deals.close_due_on("quoted", day, D(2026, 11, 1)) == day
    for stage, close_on, done in (("won", day, None), ("lost", day, None), ("open", None, None), ("open", day, day)):  # fmt: skip
        assert deals.close_due_on(stage, close_on, done) is None


def test_a_weighted_sum_is_rounded_half_up() -> None:
    assert [deals.weighted(1_000, 25), deals.weighted(1, 50), deals.weighted(99, 10), deals.weighted(70, None)] == [250, 1, 10, 70]  # fmt: skip


# --- contracts ---


def test_a_renewal_is_listed_90_30_and_7_days_before_the_end_and_at_it() -> None:
    end = D(2026, 12, 31)
    steps = [D(2026, 10, 2), D(2026, 12, 1), D(2026, 12, 24), end]
    assert contracts.renewal_from(end, None) == steps[0]
    for done, following in zip(steps, [*steps[1:], end], strict=True):
        assert contracts.renewal_from(end, done) == following
    reached = {
        D(2026, 9, 1): steps[0],
        D(2026, 10, 2): steps[0],
        D(2026, 11, 30): steps[0],
        D(2026, 12, 1): steps[1],
        D(2026, 12, 30): steps[2],
        D(2027, 2, 1): end,
    }
    assert {day: contracts.step_reached(end, day) for day in reached} == reached


def test_terms_are_reviewed_each_year_while_it_lasts() -> None:
    start, end = D(2025, 1, 1), D(2027, 12, 31)
    assert contracts.review_on(start, end, start, None, BOOK) == D(2026, 1, 1)
    assert contracts.review_on(start, end, D(2026, 1, 1), None, BOOK) == D(2027, 1, 1)
    assert contracts.review_on(start, end, start, D(2026, 1, 15), BOOK) == D(2027, 1, 15)
    assert contracts.review_on(start, end, start, D(2027, 1, 15), BOOK) is None
    assert contracts.review_on(start, D(2026, 1, 1), start, None, BOOK) is None


# --- risks ---


def test_risks_by_level() -> None:
    opened = datetime(2026, 11, 20, 15, 30, tzinfo=UTC)  # a Friday
    assert risks.due_at(1, opened, None, BOOK) == datetime(2026, 11, 21, 15, 30, tzinfo=UTC)
    assert risks.due_at(2, opened, None, BOOK) == datetime(2026, 11, 25, 18, tzinfo=UTC)
    assert risks.due_at(3, opened, D(2026, 12, 4), BOOK) == datetime(2026, 12, 4, 23, 59, 59, tzinfo=UTC)  # fmt: skip
    assert risks.due_at(3, opened, None, BOOK) is None
