"""A promise, and amends for a broken one, as due items (HANDBOOK §6)."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from crmcli.rules.due import DueItem
from crmcli.rules.due.day import item_on
from crmcli.rules.due.lateness import lateness
from crmcli.rules.due.moment import item_at
from crmcli.rules.said import Said, said

ToLocal = Callable[[str], datetime]


def item(row: Any, local: ToLocal, now: datetime) -> DueItem:
    """A promise that is near or past; `row` carries its columns as promise_… beside its customer's."""
    ref = f"p{row['promise_id']}"
    why = [basis(row)]
    if row["promise_warned_at"]:
        why.append(said("they were warned"))
    if row["promise_first_due_on"]:
        why.append(said("delayed from {day}", day=date.fromisoformat(row["promise_first_due_on"])))
    action = f"crm done {ref}"
    if row["promise_due_time"]:
        return item_at(
            ref=ref,
            kind="promise",
            row=row,
            title=row["promise_text"],
            at=local(row["promise_due_at"]),
            yellow_at=local(row["promise_listed_from"]),
            now=now,
            why=why,
            action=action,
        )
    on, today = date.fromisoformat(row["promise_due_on"]), now.date()
    is_yellow = now >= local(row["promise_listed_from"])
    return item_on(
        ref=ref,
        kind="promise",
        row=row,
        title=row["promise_text"],
        on=on,
        today=today,
        why=[*why, said("due {day}", day=on), lateness(on, today)],
        action=action,
        light="red" if on < today else "yellow" if is_yellow else "green",
    )


def basis(row: Any) -> Said:
    """`we owe, basic`."""
    by, level = row["promise_by"], row["promise_level"]
    return said("{by}, {level}", by=said(by), level=said(level))


def amends_item(row: Any, local: ToLocal, now: datetime) -> DueItem:
    """What is to be made good for a broken promise."""
    ref = f"p{row['promise_id']}"
    at = local(row["promise_amends_by"])
    why = [said("broken: {promise}", promise=row["promise_text"])]
    return item_at(
        ref=f"{ref}:amends",
        kind="amends",
        row=row,
        title=row["promise_amends"] or row["promise_text"],
        at=at,
        yellow_at=local(row["promise_broken_at"]),
        now=now,
        why=why,
        action=f"crm done {ref}:amends",
    )
