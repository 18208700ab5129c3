"""What the commands about promises have in common: which one is meant, that it is open, and how it is told (HANDBOOK §6)."""

from datetime import date
from typing import Annotated, NoReturn

import typer

from crmcli.context import Context
from crmcli.errors import BadValue, Forbidden
from crmcli.locale import _
from crmcli.rules.references import read_reference
from crmcli.store.database import Row

Reference = Annotated[str, typer.Argument(help=_("The promise, such as p2."), metavar="PROMISE")]


def find_open(crm: Context, text: str) -> Row:
    """The promise meant by `p2`, not settled yet; BadValue when it is none, NotFound, Forbidden when it is settled."""
    named = read_reference(text)
    if named is None or named.table != "promise" or named.item:
        raise BadValue(
            "{text!r} is no promise; write it like p2, as crm show CUSTOMER lists them", text=text
        )
    row = crm.record(text).row
    insist_open(crm, row, f"p{row['id']}")
    return row


def insist_open(crm: Context, row: Row, ref: str) -> None:
    """Forbidden when a promise is kept or broken already."""
    if row["kept_on"]:
        _refuse_kept(crm, row, ref)
    if row["broken_on"]:
        _refuse_broken(crm, row, ref)


def _refuse_kept(crm: Context, row: Row, ref: str) -> NoReturn:
    from crmcli.store.history import setter_of

    change = setter_of(crm.db, "promise", row["id"], "kept_on")
    if change is None:  # it came into the file so
        raise Forbidden(
            "{ref} is kept already, on {day}; add a new promise instead",
            ref=ref,
            day=row["kept_on"],
        )
    raise Forbidden(
        "{ref} is kept already; crm undo x{change} takes that back", ref=ref, change=change
    )


def _refuse_broken(crm: Context, row: Row, ref: str) -> NoReturn:
    from crmcli.store.history import setter_of

    change = setter_of(crm.db, "promise", row["id"], "broken_on")
    if change is None:
        raise Forbidden(
            "{ref} is broken already, on {day}; add a new promise instead",
            ref=ref,
            day=row["broken_on"],
        )
    raise Forbidden(
        "{ref} is broken already; crm undo x{change} takes that back", ref=ref, change=change
    )


def ask_again(crm: Context, row: Row) -> None:
    """After a person was waited for: Forbidden when somebody else changed the promise meanwhile."""
    now = crm.db.row("promise_row", id=row["id"])
    if now is None or any(now[name] != row[name] for name in row.keys()):  # noqa: SIM118, a Row
        raise Forbidden(
            "{ref} was changed by somebody else in the meantime; try again", ref=f"p{row['id']}"
        )


def due(crm: Context, row: Row) -> str:
    """When a promise is due, for people: `Fri 27 Nov (in 5 working days)`, `Fri 27 Nov 15:00 (…)`."""
    on = date.fromisoformat(row["due_on"])
    return crm.days.ahead(on, working=True, time=row["due_time"])


def show(crm: Context, key: int, said: str, json: bool, reveal: bool, *references: str) -> None:
    """Tell what became of a promise; a pipe gets the `references` that were made on the way."""
    if json:
        from crmcli.commands.shared import service_records
        from crmcli.commands.shared.records import privacy

        mask = privacy(crm, reveal)
        row = crm.db.row("promise_row", id=key)
        assert row is not None
        item = service_records.promises(crm, [row], mask)[0]
        crm.screen.json_item("promise", item, masked=mask.did_mask)
    else:
        crm.confirm(lambda: said, *references)
