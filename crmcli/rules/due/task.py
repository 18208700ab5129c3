"""A task or follow-up as a due item (HANDBOOK §2, §6)."""

import re
from datetime import date
from typing import Any

from crmcli.rules import ranking
from crmcli.rules.due import DueItem
from crmcli.rules.due.customer import customer_of
from crmcli.rules.due.lateness import lateness
from crmcli.rules.said import Said, said

HANDOVER = "handover"
"""What a task is marked with that a hand-over makes: its text says from whom to whom."""


def item(row: Any, today: date, time_of_day: str) -> DueItem:
    """A task; `row` carries its columns as task_… beside its customer's; `time_of_day` is the local HH:MM now."""
    due_on = date.fromisoformat(row["task_listed_on"])
    snoozed = row["task_snoozed_until"] is not None
    due_time = None if snoozed else row["task_due_time"]
    is_overdue = due_on < today or (
        due_on == today and due_time is not None and due_time < time_of_day
    )
    kind = row["task_kind"]
    ref = f"t{row['task_id']}"
    return DueItem(
        ref=ref,
        kind=kind,
        customer=customer_of(row),
        title=title(row["task_text"], bool(row["task_tells"]), row["task_play"]),
        due_on=due_on,
        overdue_days=ranking.overdue_days(due_on, today),
        is_overdue=is_overdue,
        light=ranking.light(due_on, today, is_overdue),
        score=ranking.score(ranking.weight(kind, row["tier_weight"]), due_on, today),
        why=_why(row, due_on, due_time, today, snoozed),
        action=f"crm done {ref}",
        due_time=due_time,
    )


def title(text: str, tells: bool, play: str | None) -> str | Said:
    """What a task is about, in the reader's language where its words are the program's: what tells a customer something, a
    hand-over, and the steps of a play that came along.
    """
    if tells:
        return said("tell the customer: {note}", note=_put_off(text))
    if play == HANDOVER:
        return said("get to know who took over: {note}", note=text)
    return Said(text) if play else text


def put_off(what: str, was: str, day: str, reason: str) -> Said:
    """What a customer is told who gets something later; stored in English."""
    return said("{note}: {was} → {day} ({because})", note=what, was=was, day=day, because=reason)


def _put_off(text: str) -> str | Said:
    found = re.fullmatch(r"(.*): ([-0-9]{10}) → ([-0-9]{10}) \((.*)\)", text, re.DOTALL)
    return put_off(*found.groups()) if found else text


def _why(row: Any, due_on: date, due_time: str | None, today: date, snoozed: bool) -> list[Said]:
    if row["task_kind"] == "follow-up" and row["task_interaction_id"]:
        parts = [said("follow-up agreed on in i{key}", key=row["task_interaction_id"])]
    else:
        parts = [said("task")]
    if row["task_owner"]:
        parts.append(said("owner {owner}", owner=row["task_owner"]))
    if snoozed:
        parts.append(said("snoozed until {day}", day=due_on))
    elif due_time:
        parts.append(said("due {day} {time}", day=due_on, time=due_time))
    else:
        parts.append(said("due {day}", day=due_on))
    parts.append(lateness(due_on, today))
    return parts
