"""What `done` does to a promise, which it keeps, and to amends for a broken one (HANDBOOK §6)."""

from typing import NoReturn

from crmcli.commands.shared import promises
from crmcli.commands.shared.settling import Settle
from crmcli.context import Context
from crmcli.errors import Forbidden
from crmcli.store.changes import Change
from crmcli.store.history import setter_of
from crmcli.store.records import Record


def promise(crm: Context, record: Record, text: str) -> Settle:
    """How `p2` or `p2:amends` is settled; Forbidden when it is already, or is not due."""
    if record.reference.item == "amends":
        return _amends(crm, record, text)
    if record.row["amends_by"]:
        raise Forbidden(
            "{text} is broken, and amends are due; crm done p{key}:amends settles them",
            text=text,
            key=record.key,
        )
    promises.insist_open(crm, record.row, text)
    today = crm.today.isoformat()

    def settle(change: Change, record: Record, result: str | None) -> None:
        change.update("promise", record.key, kept_at=change.author.at, kept_on=today, result=result)

    return settle


def _amends(crm: Context, record: Record, text: str) -> Settle:
    row = record.row
    if row["amends_by"] is None:
        _refuse(crm, record, text)

    def settle(change: Change, record: Record, result: str | None) -> None:
        change.update("promise", record.key, amends_done_at=change.author.at, amends_result=result)

    return settle


def _refuse(crm: Context, record: Record, text: str) -> NoReturn:
    """Forbidden: why no amends are due, and what is possible."""
    row, ref = record.row, f"p{record.key}"
    change = setter_of(crm.db, "promise", record.key, "amends_done_at")
    if row["amends_done_at"] and change is not None:
        raise Forbidden(
            "{text} is already done; crm undo x{change} takes that back", text=text, change=change
        )
    if not row["kept_on"] and not row["broken_on"]:
        raise Forbidden(
            "{text} is not due; crm break {ref} --reason WHY says first that it was broken",
            text=text,
            ref=ref,
        )
    raise Forbidden("{text} is not due; crm show {ref} says how it stands", text=text, ref=ref)
