"""When a deal wants attention: a quote nobody answers or that ends, and a day it was to be won by (HANDBOOK §7)."""

from datetime import date, timedelta
from typing import NamedTuple

from crmcli.errors import BadValue
from crmcli.rules.rulebook import Rulebook
from crmcli.rules.span import Span

OPEN = ("open", "quoted")
STAGES = (*OPEN, "won", "lost")
UNANSWERED = Span(3, "d")
ENDS_AHEAD = timedelta(days=3)
"""So long before a quote ends it is listed."""


class Quote(NamedTuple):
    """What is known of a deal's quote; all are local days. `answered_on`: the customer's first word after it was made."""

    stage: str
    quoted_on: date | None = None
    valid_until: date | None = None
    answered_on: date | None = None
    done_for: date | None = None  # the day whose reminder was settled


class Listed(NamedTuple):
    """When something is due, from when on it is listed, and which of its reasons it is."""

    on: date
    from_on: date
    reason: str  # unanswered or ending


def quote(known: Quote, book: Rulebook) -> Listed | None:
    """The next reminder of a quote: three days without an answer, then its end; None when there is none."""
    if known.stage not in OPEN:
        return None
    found = []
    if known.quoted_on and not known.answered_on:
        on = book.rolled(UNANSWERED.after(known.quoted_on, book.calendar))
        found.append(Listed(on, on, "unanswered"))
    if known.valid_until:
        found.append(Listed(known.valid_until, known.valid_until - ENDS_AHEAD, "ending"))
    left = [one for one in found if not known.done_for or one.on > known.done_for]
    return min(left, key=lambda one: one.from_on) if left else None


def close_due_on(stage: str, close_on: date | None, done_for: date | None) -> date | None:
    """The day by which an open deal was to be won; None when there is none, or its reminder was settled."""
    if stage not in OPEN or not close_on or (done_for and done_for >= close_on):
        return None
    return close_on


def insist_order(quoted_on: str | None, valid_until: str | None) -> None:
    """BadValue where a quote would end before it was made; days are ISO."""
    if quoted_on and valid_until and valid_until < quoted_on:
        raise BadValue(
            "the quote of {quoted} would hold until {until}, before it was made; name a later day",
            quoted=quoted_on,
            until=valid_until,
        )


def weighted(amount: int, probability: int | None) -> int:
    """The amount times its probability in percent, to the nearest minor unit, half up; without one the whole."""
    return amount if probability is None else (amount * probability + 50) // 100
