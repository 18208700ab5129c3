"""What comes round with every customer: value, business and solution reviews, and care without business (HANDBOOK §9)."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from crmcli.rules.rulebook import Rulebook
from crmcli.rules.span import Span, months_after

BUSINESS, SOLUTION = Span(3, "m"), Span(6, "m")
CARE_A_YEAR = 3
_PACE = 12 // CARE_A_YEAR  # months


class Known(NamedTuple):
    """What decides them; all are local days. `since` is when it became a customer, where that is known."""

    stage: str
    tier: str | None
    added_on: date
    since: date | None = None
    value_done_on: date | None = None  # the day of the round that was held, or settled, last
    business_done_on: date | None = None
    solution_done_on: date | None = None
    care_done_on: date | None = None
    care_on: Sequence[date] = ()  # contacts without business


class Rounds(NamedTuple):
    """When each is due next; None when it is not."""

    value: date | None = None
    business: date | None = None
    solution: date | None = None
    care: date | None = None


def rounds(known: Known, book: Rulebook) -> Rounds:
    """The next of each: of customers only, and all but the yearly value review only of core ones.

    They count from the latest of since, the last round and the day added, moved to a working day.
    """
    if known.stage != "customer":
        return Rounds()
    begin = max(known.added_on, known.since or known.added_on)
    since = known.since or known.added_on
    value = _anniversary(since, _latest(begin, known.value_done_on), book)
    if known.tier != "core":
        return Rounds(value)
    return Rounds(
        value,
        business=book.rolled(BUSINESS.after(_latest(begin, known.business_done_on), book.calendar)),
        solution=book.rolled(SOLUTION.after(_latest(begin, known.solution_done_on), book.calendar)),
        care=book.rolled(_care(begin, known)),
    )


def _latest(begin: date, done: date | None) -> date:
    return max(begin, done) if done else begin


def _anniversary(of: date, after: date, book: Rulebook) -> date:
    """The first anniversary of a day that, moved to a working day, lies after another; 29 February falls on the 28th
    where there is none.
    """
    years = max(1, after.year - of.year)
    found = book.rolled(months_after(of, 12 * years))
    return found if found > after else book.rolled(months_after(of, 12 * (years + 1)))


def _care(begin: date, known: Known) -> date:
    """The day on which the pace of three a year is missed: each contact without business, and each settling, pays for four
    months, and no more than a year is paid ahead.
    """
    paid = months_after(begin, _PACE)
    for day in sorted({*known.care_on, *filter(None, [known.care_done_on])}):
        if day >= begin:
            paid = min(months_after(max(paid, day), _PACE), months_after(day, 12))
    return paid
