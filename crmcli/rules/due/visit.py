"""The visit to a customer as a due item (HANDBOOK §3)."""

from datetime import date
from typing import Any

from crmcli.rules.cadence import Facts, Policy, next_visit
from crmcli.rules.due import DueItem
from crmcli.rules.due.day import item_on
from crmcli.rules.due.lateness import lateness
from crmcli.rules.due.touch import spell_every
from crmcli.rules.said import Said, said
from crmcli.rules.workdays import Calendar


def item(row: Any, facts: Facts, today: date, policy: Policy) -> DueItem:
    """A customer's visit; `row` carries id, name, tier, stage, visit_on and tier_weight."""
    on = date.fromisoformat(row["visit_on"])
    ref = f"c{row['id']}"
    why = explain(facts, on, today, policy)
    return item_on(
        ref=f"{ref}:visit",
        kind="visit",
        row=row,
        title=why[0],
        on=on,
        today=today,
        why=why,
        action=f"crm log-contact {ref} --channel visit",
    )


def visit_on(row: Any, today: date) -> date | None:
    """When a customer is to be visited; None once nothing but its spend asked for that, and time took it below the line."""
    if not row["visit_on"]:
        return None
    is_asked_for = row["visit_cadence"] or (row["spend_until"] or "") > today.isoformat()
    return date.fromisoformat(row["visit_on"]) if is_asked_for else None


def explain(facts: Facts, on: date, today: date, policy: Policy) -> list[Said]:
    """Why the visit is due when it is: `spends much: every 3 months; last visit 2026-08-20; due Fri 20 Nov; due today`."""
    awake = facts._replace(visit_snoozed_until=None)
    visit = next_visit(awake, policy._replace(roll="keep"), Calendar())
    parts = []
    if visit and visit.every:
        every = spell_every(visit.every)
        parts.append(
            said("own visit cadence: {every}", every=every)
            if facts.own_visit_cadence
            else said("spends much: visited {every}", every=every)
        )
    if facts.last_visit_on:
        parts.append(said("last visit {on}", on=facts.last_visit_on.isoformat()))
    else:
        parts.append(said("never visited"))
    if on == facts.visit_snoozed_until:
        parts.append(said("snoozed until {on}", on=on))
    elif visit and visit.due_on and visit.due_on != on and visit.every and visit.every.unit != "wd":
        parts.append(said("due {day}, moved from {off}", day=on, off=visit.due_on))
    else:
        parts.append(said("due {day}", day=on))
    parts.append(lateness(on, today))
    return parts
