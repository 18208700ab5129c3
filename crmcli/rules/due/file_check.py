"""A customer's record that nobody has touched for long as a due item (HANDBOOK §10)."""

from datetime import date
from typing import Any

from crmcli.rules.due import DueItem
from crmcli.rules.due.day import item_on
from crmcli.rules.due.lateness import lateness
from crmcli.rules.said import said
from crmcli.rules.year.filing import CORE

_TITLE = said("whether what is kept of them is still right")


def item(row: Any, today: date) -> DueItem:
    """A record to be checked; `row` carries file_check_on, file_checked_on and file_check_snoozed_until."""
    on = date.fromisoformat(row["file_check_on"])
    ref = f"c{row['id']}"
    if row["tier"] == CORE:
        why = [said("core: untouched for a month")]
    else:
        why = [said("untouched for three months")]
    if row["file_checked_on"]:
        why.append(said("last checked {day}", day=date.fromisoformat(row["file_checked_on"])))
    if row["file_check_snoozed_until"] == on.isoformat():
        why.append(said("snoozed until {on}", on=on))
    else:
        why.append(said("due {day}", day=on))
    return item_on(
        ref=f"{ref}:file-check",
        kind="file-check",
        row=row,
        title=_TITLE,
        on=on,
        today=today,
        why=[*why, lateness(on, today)],
        action=f"crm verify {ref}",
    )
