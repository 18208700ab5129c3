"""The order of the due list: score = weight of kind and tier + days overdue, capped (DESIGN §2).

Weights are stored beside each due date, so the top of the list is read by index.
"""

from collections.abc import Sequence
from datetime import date

OVERDUE_CAP_DAYS = 30
"""Beyond a month late, later is no more urgent: what is fresh and important must not drown."""

KIND_WEIGHTS = {"follow-up": 60, "task": 50, "touch": 40}
"""What was promised to a customer comes before what we set ourselves, and that before routine."""

TIER_STEP = 10


def weight(kind: str, tier: str | None, tiers: Sequence[str]) -> int:
    """The weight of a due item; `tiers` in rank order, the first worth most; no tier counts as the last."""
    position = tiers.index(tier) if tier in tiers else len(tiers) - 1
    return KIND_WEIGHTS[kind] + TIER_STEP * (len(tiers) - position)


def weights(kind: str, tiers: Sequence[str]) -> list[int]:
    """Every weight that items of `kind` can have, highest first."""
    return [weight(kind, tier, tiers) for tier in tiers]


def overdue_days(due_on: date, today: date) -> int:
    """Whole local days past the due date; 0 when due today or later."""
    return max(0, (today - due_on).days)


def score(item_weight: int, due_on: date, today: date) -> int:
    """The rank of an item, highest first."""
    return item_weight + min(overdue_days(due_on, today), OVERDUE_CAP_DAYS)


def rank(
    item_weight: int, due_on: date, due_time: str | None, today: date
) -> tuple[int, date, str]:
    """What due items are sorted by, most pressing first: score, then the earlier date, then the earlier time."""
    return (-score(item_weight, due_on, today), due_on, due_time or "99")


def light(due_on: date, today: date, overdue: bool | None = None) -> str:
    """Red overdue, yellow today, green later (CLI.md)."""
    if overdue or (overdue is None and due_on < today):
        return "red"
    return "yellow" if due_on <= today else "green"
