"""Winning back a dormant or lost customer as a due item (HANDBOOK §3)."""

from datetime import date
from typing import Any

from crmcli.rules.due import DueItem
from crmcli.rules.due.day import item_on
from crmcli.rules.due.lateness import lateness
from crmcli.rules.said import Said, said


def item(row: Any, today: date) -> DueItem:
    """A customer's win-back; `row` carries win_back_on, stage, loss_reason and last_contact_on."""
    due_on = date.fromisoformat(row["win_back_on"])
    title = reason(row)
    return item_on(
        ref=f"c{row['id']}:win-back",
        kind="win-back",
        row=row,
        title=title,
        on=due_on,
        today=today,
        why=[title, said("win back {day}", day=due_on), lateness(due_on, today)],
        action=f"crm log-contact c{row['id']}",
    )


def reason(row: Any) -> Said:
    """Why there is somebody to win back: `lost: price`, `dormant: last contact 2026-08-01`."""
    if row["stage"] == "lost":
        if not row["loss_reason"]:
            return said("lost, nobody noted why")
        word, _colon, own = row["loss_reason"].partition(": ")
        because = said("{kind}: {note}", kind=said(word), note=own) if own else said(word)
        return said("lost: {reason}", reason=because)
    if row["last_contact_on"]:
        return said("dormant: last contact {on}", on=row["last_contact_on"])
    return said("dormant: never contacted")
