"""The score of a need: an explainable sum, by which needs of one urgency are ordered (HANDBOOK §4).

The customer's tier (30 for the first of three, 20, 10; twice as much as in the due list would drown the rest),
10 while the customer is new, 10 while it spends much in a year, then value x 4, fit x 3 and (6 - cost) x 2, each as far as it was judged.
"""

from typing import NamedTuple

NEW = 10
SPENDING = 10
VALUE, FIT, COST = 4, 3, 2
_CHEAPER_THAN = 6


class Part(NamedTuple):
    """One summand: what it comes from, its value there, and the points it gives."""

    name: str
    given: int | None
    points: int


def parts(
    tier_weight: int,
    is_new: bool,
    value: int | None,
    fit: int | None,
    cost: int | None,
    *,
    spends_much: bool = False,
) -> list[Part]:
    """The summands; `tier_weight` as the due list weighs tiers (10 a rank), the others judged 1 to 5."""
    found = [Part("tier", None, tier_weight)]
    if is_new:
        found.append(Part("new customer", None, NEW))
    if spends_much:
        found.append(Part("spends much", None, SPENDING))
    if value is not None:
        found.append(Part("value", value, VALUE * value))
    if fit is not None:
        found.append(Part("fit", fit, FIT * fit))
    if cost is not None:
        found.append(Part("cost", cost, COST * (_CHEAPER_THAN - cost)))
    return found


def score(
    tier_weight: int, is_new: bool, value: int | None, fit: int | None, cost: int | None
) -> int:
    """Their sum."""
    return sum(part.points for part in parts(tier_weight, is_new, value, fit, cost))
