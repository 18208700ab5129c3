"""The touch of a customer as a due item, and why it is due (HANDBOOK §3)."""

from datetime import date
from typing import Any

from crmcli.rules.cadence import Facts, Policy, Touch, next_touch
from crmcli.rules.due import DueItem
from crmcli.rules.due.day import item_on
from crmcli.rules.due.lateness import lateness
from crmcli.rules.said import Said, both, counted, said
from crmcli.rules.span import Span
from crmcli.rules.workdays import Calendar

_EVERY = {
    "d": both("every day", "every {n} days"),
    "w": both("every week", "every {n} weeks"),
    "m": both("every month", "every {n} months"),
    "y": both("every year", "every {n} years"),
    "wd": both("every working day", "every {n} working days"),
}
_AFTER = {
    "d": both("after {n} day", "after {n} days"),
    "w": both("after {n} week", "after {n} weeks"),
    "m": both("after {n} month", "after {n} months"),
    "y": both("after {n} year", "after {n} years"),
    "wd": both("after {n} working day", "after {n} working days"),
}


def item(row: Any, facts: Facts, today: date, policy: Policy) -> DueItem:
    """A customer's touch; `row` carries id, name, tier, stage, touch_due_on and tier_weight."""
    due_on = date.fromisoformat(row["touch_due_on"])
    ref = f"c{row['id']}"
    why = explain(facts, due_on, today, policy)
    return item_on(
        ref=f"{ref}:touch",
        kind="touch",
        row=row,
        title=why[0],
        on=due_on,
        today=today,
        why=why,
        action=f"crm log-contact {ref}",
    )


def explain(facts: Facts, due_on: date | None, today: date, policy: Policy) -> list[Said]:
    """Why the touch is due when it is: `core: every month; last contact 2026-10-20 (call); due Fri 20 Nov; 1 day overdue`.

    `due_on` is the stored date; the clock is asked again without moving days off, which needs no calendar.
    """
    touch = next_touch(facts, policy._replace(roll="keep"), Calendar())
    parts = [_basis(facts, touch)]
    if facts.last_contact_on:
        parts.append(
            said("last contact {on} ({channel})", on=facts.last_contact_on.isoformat(), channel=said(facts.last_contact_channel or "other"))
        )  # fmt: skip
    if due_on is None:
        return parts
    moved = touch.every is not None and touch.every.unit != "wd" and touch.due_on != due_on
    if moved:
        parts.append(said("due {day}, moved from {off}", day=due_on, off=touch.due_on))
    else:
        parts.append(said("due {day}", day=due_on))
    parts.append(lateness(due_on, today))
    return parts


def _basis(facts: Facts, touch: Touch) -> Said:
    every = _spell(touch.every, _EVERY) if touch.every else None
    if touch.basis == "tier":
        return said("{tier}: {every}", tier=said(facts.tier or "no tier"), every=every)
    if touch.basis == "new":
        return said("new customer: {every}", every=every)
    if touch.basis == "spend":
        return said("spends much: {every}", every=every)
    if touch.basis == "own":
        return said("own cadence: {every}", every=every)
    if touch.basis == "lead":
        after = _spell(touch.every or Span(30, "d"), _AFTER)
        intent = said(facts.intent or "unknown")
        return said(
            "{stage}, intent {intent}: {after}", stage=said(facts.stage), intent=intent, after=after
        )
    if touch.basis == "uncontacted":
        return said("never contacted, added {on}", on=facts.added_on.isoformat())
    if touch.basis == "promised":
        return said("promised for {on}", on=touch.due_on)
    if touch.basis == "snoozed":
        return said("snoozed until {on}", on=touch.due_on)
    if facts.do_not_contact:
        return said("do not contact")
    return said("retired") if facts.retired else said("lost: no touch")


def spell_every(span: Span) -> Said:
    """`every 3 months`."""
    return _spell(span, _EVERY)


def spell_after(span: Span) -> Said:
    """`after 3 days`."""
    return _spell(span, _AFTER)


def _spell(span: Span, words: dict[str, tuple[str, str]]) -> Said:
    return counted(*words[span.unit], span.count)
