"""What a customer spends in a year, and when that passes the line from which it is called and visited more (HANDBOOK §3)."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

_DAY = timedelta(days=1)


class Bought(NamedTuple):
    """An order: its local day, and its amount in minor units of the base currency."""

    on: date
    amount: int


class Stretch(NamedTuple):
    """Days on which the spend of the twelve months before is at the line or above: from `first` to before `end`."""

    first: date
    end: date


def spend(orders: Sequence[Bought], on: date) -> int:
    """The spend of the twelve months up to and including `on`, in minor units: of its day a year ago it is no longer part."""
    return sum(order.amount for order in orders if order.on <= on < left_on(order.on))


def counted_after(on: date) -> date:
    """The last day whose orders are no longer part of the spend of `on`."""
    day = date.min
    if on.year > date.min.year:
        of_month = 28 if (on.month, on.day) == (2, 29) else on.day
        day = date(on.year - 1, on.month, of_month)
    # What was ordered on 29 February leaves with the 28th.
    return day + _DAY if left_on(day + _DAY) <= on else day


def stretch(orders: Sequence[Bought], line: int) -> Stretch | None:
    """The last days on which the spend is at `line` or above, should nothing more be ordered; None when it never was.

    It begins with the order that crossed the line, and ends when enough of what was ordered lies a year back.
    """
    if line <= 0:
        return None
    changes: dict[date, int] = {}
    for order in orders:
        for day, amount in ((order.on, order.amount), (left_on(order.on), -order.amount)):
            changes[day] = changes.get(day, 0) + amount
    found, first, total = None, None, 0
    for day in sorted(changes):
        total += changes[day]
        if total >= line and first is None:
            first = day
        elif total < line and first is not None:
            found, first = Stretch(first, day), None
    return found


def left_on(ordered_on: date) -> date:
    """The first day on which an order is no longer within the twelve months before: the same day a year later."""
    year = ordered_on.year + 1
    if year > date.max.year:
        return date.max
    # By hand, for it is asked of each order: of 29 February it is the 28th, as months are counted anywhere.
    on_leap_day = (ordered_on.month, ordered_on.day) == (2, 29)
    return date(year, 2, 28) if on_leap_day else ordered_on.replace(year=year)
