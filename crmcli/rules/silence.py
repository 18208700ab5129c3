"""Silence noticed: messages nobody answered, and customers gone quiet or lost (HANDBOOK §2, §3)."""

from datetime import date, timedelta
from typing import NamedTuple

from crmcli.rules.cadence import Policy
from crmcli.rules.lifecycle import DORMANT_AFTER_DAYS, Life
from crmcli.rules.terms import LEAD_STAGES, MESSAGE_CHANNELS
from crmcli.rules.workdays import Calendar

WIN_BACK_AFTER_LOSS = timedelta(days=90)
HISTORY_AFTER_DAYS = 30
"""An imported message older than this is history: nobody waits for its answer."""


def awaits_answer(channel: str, direction: str, two_way: bool) -> bool:
    """True for a message of ours that a person should answer (HANDBOOK §2)."""
    return channel in MESSAGE_CHANNELS and direction != "in" and not two_way


def unanswered_on(sent_on: date, policy: Policy, calendar: Calendar) -> date:
    """When silence after a message falls due."""
    return calendar.roll(policy.no_reply.after(sent_on, calendar), policy.roll)


def dormant_on(life: Life, new_for: int) -> date | None:
    """The first day on which a customer is dormant if nothing happens; None when it never is (HANDBOOK §1)."""
    if life.stage == "lost" or life.stage in LEAD_STAGES or life.touch_on is None:
        return None
    if life.touch_on == date.max:
        return None
    quiet_since = max(life.added_on, life.last_activity_on or life.added_on)
    first = max(quiet_since + timedelta(days=DORMANT_AFTER_DAYS), life.touch_on + timedelta(days=1))
    if life.began_on and life.began_on <= first:  # while it is new, it is not dormant
        if (date.max - life.began_on).days < new_for:
            return None
        return max(first, life.began_on + timedelta(days=new_for))
    return first


class WinBack(NamedTuple):
    """When to win a customer back: `on`, and whether that was settled already."""

    on: date
    is_settled: bool


def win_back(
    lost_on: date | None,
    dormant: date | None,
    settled_on: date | None,
    policy: Policy,
    calendar: Calendar,
) -> WinBack | None:
    """The win-back of a lost or a dormant customer, one for each loss and each silence (HANDBOOK §3).

    `settled_on` is the last day on which one was settled, by hand or by an answer of the customer.
    """
    if not policy.win_back:
        return None
    if lost_on:
        on = calendar.roll(lost_on + WIN_BACK_AFTER_LOSS, policy.roll)
    elif dormant:
        on = dormant
    else:
        return None
    return WinBack(on, settled_on is not None and settled_on >= on)
