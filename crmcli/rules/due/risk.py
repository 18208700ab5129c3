"""A risk as a due item (HANDBOOK §9)."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from crmcli.rules.due import DueItem
from crmcli.rules.due.day import item_on
from crmcli.rules.due.lateness import lateness
from crmcli.rules.due.moment import item_at
from crmcli.rules.said import Said, said
from crmcli.rules.year.risks import AT_THE_TOUCH


def item(row: Any, local: Callable[[str], datetime], now: datetime) -> DueItem:
    """A risk to be dealt with; `row` carries its columns as risk_… beside its customer's."""
    ref = f"r{row['risk_id']}"
    why = [said("risk of level {level}", level=row["risk_level"])]
    if row["risk_kind"]:
        why.append(Said("{note}", {"note": row["risk_kind"]}))
    if row["risk_level"] == AT_THE_TOUCH:
        on = local(row["risk_due_at"]).date()
        why += [said("at the next touch"), said("due {day}", day=on), lateness(on, now.date())]
        return item_on(
            ref=ref,
            kind="risk",
            row=row,
            title=row["risk_text"],
            on=on,
            today=now.date(),
            why=why,
            action=f"crm done {ref} RESULT",
        )
    return item_at(
        ref=ref,
        kind="risk",
        row=row,
        title=row["risk_text"],
        at=local(row["risk_due_at"]),
        yellow_at=local(row["risk_listed_from"]),
        now=now,
        why=why,
        action=f"crm done {ref} RESULT",
    )
