"""What changes by time alone, reckoned from stored instants, which compare as texts (HANDBOOK §4, §6).

It needs neither calendar nor clock, so that lists need neither.
"""

from datetime import date, datetime, timedelta

from crmcli.rules.instants import stored
from crmcli.rules.service.score import NEW, SPENDING

ESCALATED_AFTER = timedelta(hours=48)
HIGHEST_LEVEL = 3


def after(instant: str) -> str:
    """The first second past a stored instant; past the last one of the calendar there is none."""
    try:
        return stored(datetime.fromisoformat(instant) + timedelta(seconds=1))
    except OverflowError:
        return instant


def light(yellow_at: str | None, red_at: str | None, now: str) -> str:
    """`green`, `yellow` from half the time of a clock on, `red` past it."""
    if red_at and now >= red_at:
        return "red"
    return "yellow" if yellow_at and now >= yellow_at else "green"


def level(entered: int, red_at: str | None, now: datetime) -> int:
    """The level of escalation: red for 48 hours raises it by one (HANDBOOK §4)."""
    is_long_red = red_at is not None and now >= datetime.fromisoformat(red_at) + ESCALATED_AFTER
    return min(HIGHEST_LEVEL, entered + is_long_red)


def newness(new_until: str | None, today: date) -> int:
    """What a new customer adds to a need's score today."""
    return NEW if new_until and new_until >= today.isoformat() else 0


def spending(spends_until: str | None, today: date) -> int:
    """What a customer who spends much adds to a need's score today."""
    return SPENDING if spends_until and spends_until >= today.isoformat() else 0
