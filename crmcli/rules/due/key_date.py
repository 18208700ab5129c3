"""A birthday, an anniversary or another key date as a due item (HANDBOOK §9)."""

from datetime import date
from typing import Any

from crmcli.rules import key_dates
from crmcli.rules.due import DueItem
from crmcli.rules.due.day import item_on
from crmcli.rules.due.lateness import lateness
from crmcli.rules.said import Said, said


def item(row: Any, today: date, lunar: key_dates.Lunar | None = None) -> DueItem:
    """A key date that is near or past; `row` carries its columns as key_date_… beside its customer's."""
    on = key_dates.current(
        row["key_date_day"],
        row["key_date_kind"],
        date.fromisoformat(row["key_date_next_on"]),
        row["key_date_lead_days"],
        today,
        lunar,
    )
    ref = f"y{row['key_date_id']}"
    title = _title(row, on)
    why = [title, said("due {day}", day=on), lateness(on, today)]
    if row["key_date_note"]:
        why.insert(1, Said("{note}", {"note": row["key_date_note"]}))
    return item_on(
        ref=ref,
        kind="key-date",
        row=row,
        title=title,
        on=on,
        today=today,
        why=why,
        action=f"crm done {ref}",
    )


def _lunar_title(row: Any, kind: Said) -> Said:
    from crmcli.rules import lunar_days

    day = lunar_days.of(row["key_date_day"])
    if row["key_date_person"]:
        return said("{kind} of {person} ({lunar})", kind=kind, person=row["key_date_person"], lunar=day)  # fmt: skip
    return said("{kind} ({lunar})", kind=kind, lunar=day)


def _title(row: Any, on: date) -> Said:
    kind = said(row["key_date_kind"])
    if key_dates.is_lunar(row["key_date_day"]):
        return _lunar_title(row, kind)
    years = key_dates.age(row["key_date_day"], on)
    if row["key_date_person"]:
        if years and row["key_date_kind"] == "birthday":
            return said("{kind} of {person}, {years}", kind=kind, person=row["key_date_person"], years=years)  # fmt: skip
        return said("{kind} of {person}", kind=kind, person=row["key_date_person"])
    return kind
