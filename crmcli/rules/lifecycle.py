"""Where a customer stands in its life with us (HANDBOOK §1): derived for a day, never stored.

The store answers the same question for filters in SQL; a test holds both to the same answers.
"""

from datetime import date, timedelta
from typing import NamedTuple

from crmcli.rules.terms import LEAD_STAGES

NEW_FOR_DAYS = 90
DORMANT_AFTER_DAYS = 90
ACTIVE_FOR_DAYS = 30
_DAYS_A_YEAR = 366


class Life(NamedTuple):
    """What the lifecycle is derived from; all dates are local days."""

    stage: str
    added_on: date
    began_on: date | None = None  # since, else the recorded change to customer
    last_activity_on: date | None = None  # newest interaction or order of any kind
    last_order_on: date | None = None
    touch_on: date | None = None


def days_as_customer(began_on: date | None, today: date) -> int | None:
    """Whole days since it became a customer: 0 on the day itself; None when unknown or still to come."""
    if began_on is None or began_on > today:
        return None
    return (today - began_on).days


def alike_since(since: date, added_on: date, new_for: int) -> date:
    """The day that stands for `since` when it is asked what is due to a customer with whom nobody has spoken yet.

    Who was a customer long before it was added is new no more, and everything counts from the day it was added: of `since`
    only the day of the year is left, for its anniversaries. 29 February and later days stand for themselves.
    """
    least = max(new_for, _DAYS_A_YEAR)
    if (added_on - since).days < least or (since.month, since.day) == (2, 29):
        return since
    latest = added_on - timedelta(days=least)
    found = since.replace(year=latest.year)
    return found if found <= latest else since.replace(year=latest.year - 1)


def lifecycle(life: Life, today: date, new_for: int = NEW_FOR_DAYS) -> str:
    """The first that fits of lost, lead, new, dormant, active, established (HANDBOOK §1)."""
    if life.stage == "lost":
        return "lost"
    if life.stage in LEAD_STAGES:
        return "lead"
    days = days_as_customer(life.began_on, today)
    if days is not None and days < new_for:
        return "new"
    if _is_dormant(life, today):
        return "dormant"
    if life.last_order_on and 0 <= (today - life.last_order_on).days < ACTIVE_FOR_DAYS:
        return "active"
    return "established"


def _is_dormant(life: Life, today: date) -> bool:
    quiet_since = max(life.added_on, life.last_activity_on or life.added_on)
    if (today - quiet_since).days < DORMANT_AFTER_DAYS:
        return False
    return life.touch_on is not None and life.touch_on < today
