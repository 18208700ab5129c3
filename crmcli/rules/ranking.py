"""The order of the due list: score = weight of kind and tier + days overdue, capped (DESIGN §2).

The tier's part of the weight is stored beside each due date, so the top of the list is read by index.
"""

from collections.abc import Sequence
from datetime import date

OVERDUE_CAP_DAYS = 30
"""Beyond a month late, later is no more urgent: what is fresh and important must not drown."""

KIND_WEIGHTS = {
    "solve": 110,
    "amends": 105,
    "respond": 100,
    "feedback": 95,
    "review": 90,
    "risk": 90,
    "promise": 80,
    "payment": 70,
    "quote": 65,
    "renewal": 65,
    "churn": 65,
    "follow-up": 60,
    "plan-step": 60,
    "plan-confirm": 55,
    "progress": 55,
    "deal": 55,
    "task": 50,
    "unanswered": 50,
    "reorder": 48,
    "survey": 45,
    "key-date": 45,
    "visit": 42,
    "touch": 40,
    "contract-review": 35,
    "value-review": 35,
    "business-review": 35,
    "solution-review": 35,
    "care": 32,
    "win-back": 30,
    "file-check": 20,
    "tier-review": 25,
    "kb-review": 20,
    "archive": 20,
}
"""Who waits for help comes first, what was promised to a customer before money and business that would be lost, these before
what we set ourselves, that before routine, and that before the lost."""

TIER_STEP = 10


def tier_weight(tier: str | None, tiers: Sequence[str]) -> int:
    """What a tier adds to a due item's weight; `tiers` in rank order, the first worth most; no tier counts as the last."""
    position = tiers.index(tier) if tier in tiers else len(tiers) - 1
    return TIER_STEP * (len(tiers) - position)


def weight(kind: str, tier_weight: int) -> int:
    """The weight of a due item of a customer whose tier adds `tier_weight`."""
    return KIND_WEIGHTS[kind] + tier_weight


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
