"""What comes round with every customer, against counting each day by hand (HANDBOOK §9): no date arithmetic is shared."""

from calendar import isleap, monthrange
from collections.abc import Sequence
from datetime import date, timedelta

from hypothesis import example, given, settings
from hypothesis import strategies as st

from crmcli.rules.cadence import Policy
from crmcli.rules.rulebook import Rulebook
from crmcli.rules.workdays import Calendar
from crmcli.rules.year import contracts, rounds
from crmcli.rules.year.rounds import Known, Rounds
from tests.support import heavy

D = date
DAY = timedelta(days=1)
CLOSED = frozenset(D(2027, 10, day) for day in range(1, 8))
"""A week of holidays."""

BOOKS = {
    roll: Rulebook(Policy(roll=roll), Calendar(off=CLOSED)) for roll in ("next", "previous", "keep")
}


def is_worked(day: date) -> bool:
    return day.weekday() < 5 and day not in CLOSED


def rolled(day: date, roll: str) -> date:
    step = {"next": DAY, "previous": -DAY, "keep": None}[roll]
    while step and not is_worked(day):
        day += step
    return day


def months_after(day: date, months: int) -> date:
    """The same day so many months later, the last of the month where there is none; month by month."""
    year, month = day.year, day.month
    for _ in range(months):
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return D(year, month, min(day.day, monthrange(year, month)[1]))


def is_anniversary(day: date, of: date) -> bool:
    if (of.month, of.day) == (2, 29) and not isleap(day.year):
        return (day.month, day.day) == (2, 28)
    return (day.month, day.day) == (of.month, of.day)


def next_anniversary(of: date, after: date, roll: str) -> date:
    """Day by day from the day itself: the first that comes round and is listed later than `after`."""
    day = of + DAY
    while not (is_anniversary(day, of) and rolled(day, roll) > after):
        day += DAY
    return rolled(day, roll)


def care_due(begin: date, contacts: Sequence[date]) -> date:
    """Day by day: what was paid runs out, unless a contact pays for four months more; a year ahead is the most."""
    paid, day, last = months_after(begin, 4), begin, max([begin, *contacts])
    while day <= last:
        if day in contacts:
            paid = min(months_after(max(paid, day), 4), months_after(day, 12))
        day += DAY
    return paid


def by_counting(known: Known, roll: str) -> Rounds:
    if known.stage != "customer":
        return Rounds()
    since = known.since or known.added_on
    begin = max(known.added_on, since)
    value = next_anniversary(since, max(begin, known.value_done_on or begin), roll)
    if known.tier != "core":
        return Rounds(value)
    business = months_after(max(begin, known.business_done_on or begin), 3)
    solution = months_after(max(begin, known.solution_done_on or begin), 6)
    settled = [known.care_done_on] if known.care_done_on else []
    care = care_due(begin, [*known.care_on, *settled])
    return Rounds(value, *(rolled(day, roll) for day in (business, solution, care)))


around = st.dates(D(2023, 2, 1), D(2028, 3, 31)) | st.sampled_from(
    [D(2024, 2, 28), D(2024, 2, 29), D(2024, 3, 1), D(2026, 8, 31), D(2027, 10, 1), D(2028, 2, 29)]
)


@settings(max_examples=heavy(60))
@given(
    known=st.builds(
        Known,
        stage=st.sampled_from(["customer", "customer", "prospect"]),
        tier=st.sampled_from(["core", "core", "ordinary", None]),
        added_on=around,
        since=st.none() | around,
        value_done_on=st.none() | around,
        business_done_on=st.none() | around,
        solution_done_on=st.none() | around,
        care_done_on=st.none() | around,
        care_on=st.lists(around, max_size=8),
    ),
    roll=st.sampled_from(sorted(BOOKS)),
)
@example(known=Known("customer", "core", D(2024, 2, 29)), roll="next")
@example(known=Known("customer", "core", D(2024, 2, 29), value_done_on=D(2027, 2, 26)), roll="previous")  # fmt: skip
@example(known=Known("customer", "core", D(2024, 2, 29), value_done_on=D(2027, 3, 1)), roll="next")
@example(known=Known("customer", None, D(2026, 10, 3)), roll="next")
@example(known=Known("customer", None, D(2026, 10, 3)), roll="previous")
def test_the_rounds(known: Known, roll: str) -> None:
    assert rounds.rounds(known, BOOKS[roll]) == by_counting(known, roll)


def terms_due(
    starts_on: date, ends_on: date, added_on: date, reviewed_on: date | None, roll: str
) -> date | None:
    if reviewed_on is None or reviewed_on <= starts_on:
        day = next(day for year in range(1, 20) if (day := months_after(starts_on, 12 * year)) > added_on)  # fmt: skip
    else:
        day = months_after(reviewed_on, 12)
    return rolled(day, roll) if day < ends_on else None


@settings(max_examples=heavy(60))
@given(around, st.integers(0, 1500), around, st.none() | around, st.sampled_from(sorted(BOOKS)))
@example(D(2024, 2, 29), 1200, D(2024, 2, 29), None, "next")
@example(D(2024, 2, 29), 1200, D(2025, 2, 28), None, "next")
@example(D(2026, 10, 4), 365, D(2026, 1, 1), None, "next")
@example(D(2026, 10, 4), 366, D(2026, 1, 1), None, "next")
def test_the_terms_of_a_contract(
    starts_on: date, length: int, added_on: date, reviewed_on: date | None, roll: str
) -> None:
    ends_on = starts_on + timedelta(days=length)
    found = contracts.review_on(starts_on, ends_on, added_on, reviewed_on, BOOKS[roll])
    assert found == terms_due(starts_on, ends_on, added_on, reviewed_on, roll)


@settings(max_examples=heavy(60))
@given(around, st.sets(st.integers(0, 120), max_size=5))
def test_a_renewal_is_listed_from_each_step_that_was_not_settled(
    ends_on: date, settlings: set[int]
) -> None:
    """Each day before the end in turn: it is listed from a step's day on, until that is settled; then not until the next."""
    done: date | None = None
    is_open = False
    for before in range(120, -1, -1):
        day = ends_on - timedelta(days=before)
        is_open = is_open or before in (90, 30, 7, 0)
        is_listed = not (done and done >= ends_on) and contracts.renewal_from(ends_on, done) <= day
        assert is_listed == is_open
        if is_open and before in settlings:
            done, is_open = contracts.step_reached(ends_on, day), False


# --- as long again ---


@settings(max_examples=heavy(60))
@given(around, st.integers(1, 40))
@example(D(2024, 2, 29), 12)
@example(D(2024, 3, 1), 12)
@example(D(2023, 3, 1), 12)
@example(D(2026, 8, 31), 6)
def test_a_contract_of_whole_months_is_followed_by_one_of_as_many(
    starts_on: date, months: int
) -> None:
    ends_on = months_after(starts_on, months) - DAY
    following = ends_on + DAY
    found = contracts.following_end(starts_on, ends_on, following)
    assert found == months_after(following, months) - DAY


@settings(max_examples=heavy(60))
@given(around, st.integers(0, 1000), around)
def test_another_one_is_followed_by_one_of_as_many_days(
    starts_on: date, days: int, following: date
) -> None:
    ends_on = starts_on + timedelta(days=days)
    after = ends_on + DAY
    whole = [n for n in range(1, 50) if months_after(starts_on, n) == after]
    found = contracts.following_end(starts_on, ends_on, following)
    if whole:
        assert found == months_after(following, whole[0]) - DAY
    else:
        assert found - following == ends_on - starts_on
