"""Silence noticed: messages nobody answered, and customers gone quiet or lost (HANDBOOK §2, §3)."""

from datetime import date, timedelta
from typing import NamedTuple

from crmcli.rules.cadence import Policy
from crmcli.rules.lifecycle import DORMANT_AFTER_DAYS, Life
from crmcli.rules.terms import LEAD_STAGES, MESSAGE_CHANNELS
from crmcli.rules.workdays import Calendar

WIN_BACK_AFTER_LOSS = timedelta(days=90)
HISTORY_AFTER_DAYS = 30
"""What was so old when it was imported is history: nobody waits for an answer to such a message."""


def is_history(day: date, imported_on: date | None) -> bool:
    """True for what began on a day over 30 days before an import brought it; never of what was entered by hand."""
    return imported_on is not None and (imported_on - day).days > HISTORY_AFTER_DAYS


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
    """When to win a customer back: `on`, the day of the loss or silence it is `for_`, and whether it was settled."""

    on: date
    for_: date
    is_settled: bool


class Gone(NamedTuple):
    """What is known of a customer who may be won back; all dates are local days."""

    lost_on: date | None = None
    dormant_on: date | None = None
    quiet_since: date | None = None
    last_contact_on: date | None = None  # newest two-way contact
    promised_on: date | None = None
    snoozed_until: date | None = None
    settled_for: date | None = None  # the loss or silence whose win-back was settled by hand


def win_back(gone: Gone, policy: Policy, calendar: Calendar) -> WinBack | None:
    """The win-back of a lost or a dormant customer, one for each loss and each silence (HANDBOOK §3).

    Of a lost one a promised date comes before the clock, and a snooze before both. It is settled by hand, for good, or
    by a two-way contact on or after its day.
    """
    if not policy.win_back:
        return None
    if gone.lost_on:
        since = gone.lost_on
        on = gone.promised_on or calendar.roll(since + WIN_BACK_AFTER_LOSS, policy.roll)
        on = max(on, gone.snoozed_until or on)
    elif gone.dormant_on:
        since, on = gone.quiet_since or gone.dormant_on, gone.dormant_on
    else:
        return None
    by_hand = gone.settled_for is not None and gone.settled_for >= since
    by_contact = gone.last_contact_on is not None and gone.last_contact_on >= on
    return WinBack(on, since, by_hand or by_contact)
