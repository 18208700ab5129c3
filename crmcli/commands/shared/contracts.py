"""What the commands about contracts have in common: which one is meant, that it is open, how it is told (HANDBOOK §9)."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Annotated, Any, NoReturn

import typer

from crmcli.commands.shared import amounts
from crmcli.context import Context
from crmcli.errors import BadValue, Forbidden
from crmcli.locale import _
from crmcli.output import words
from crmcli.output.shapes import Privacy
from crmcli.rules.references import read_reference
from crmcli.store.database import Row
from crmcli.store.records import refuse_item

Reference = Annotated[str, typer.Argument(help=_("The contract, such as k1."), metavar="CONTRACT")]


def find(crm: Context, text: str) -> Row:
    """The contract meant by `k1`, or by its renewal as due has it; BadValue when it is none, NotFound when it is not there."""
    named = read_reference(text)
    if named is None or named.table != "contract":
        raise BadValue(
            "{text!r} is no contract; write it like k1, as crm show CUSTOMER lists them", text=text
        )
    record = crm.record(text)
    if named.item != "renewal":
        refuse_item(record)
    return record.row


def insist_open(crm: Context, row: Row, ref: str) -> None:
    """Forbidden when it is settled already what comes after a contract."""
    if row["renewed_id"]:
        raise Forbidden(
            "{ref} is renewed already; crm renew {next} renews the one that follows it",
            ref=ref,
            next=f"k{row['renewed_id']}",
        )
    if row["closed_on"]:
        _refuse_closed(crm, row, ref)


def _refuse_closed(crm: Context, row: Row, ref: str) -> NoReturn:
    from crmcli.store.history import setter_of

    change = setter_of(crm.db, "contract", row["id"], "closed_on")
    if change is None:  # it came into the file so
        raise Forbidden(
            "{ref} is closed already, not to be renewed; add a new contract instead", ref=ref
        )
    raise Forbidden(
        "{ref} is closed already, not to be renewed; crm undo x{change} takes that back",
        ref=ref,
        change=change,
    )


def insist_in_order(columns: Mapping[str, Any]) -> None:
    """BadValue when a contract would end before it starts."""
    if columns["ends_on"] < columns["starts_on"]:
        raise BadValue(
            "the contract would end on {end}, before it starts on {start}; name an end that is not before that",
            end=columns["ends_on"],
            start=columns["starts_on"],
        )


def refuse_known(crm: Context, number: str | None, but: int | None = None) -> None:
    """Forbidden when a contract of that number of another system is there already: a script may be run again."""
    found = crm.db.row("contracts_by_external_id", text=number) if number else None
    if found and found["id"] != but:
        raise Forbidden(
            "external id {number} is that of k{key}; leave it out, or edit that contract",
            number=number,
            key=found["id"],
        )


def edited(row: Row, columns: dict[str, Any]) -> dict[str, Any]:
    """All columns of a contract that change when `columns` do; BadValue for what cannot be."""
    made = dict(columns)
    if made.get("close_reason") and not row["closed_on"]:
        raise BadValue(
            "only a contract that is not renewed has a reason for it; crm renew {ref} --no --reason WHY closes it",
            ref=f"k{row['id']}",
        )
    insist_in_order({**dict(row), **made})
    # What was settled or put off was of the old end.
    if made.get("ends_on", row["ends_on"]) != row["ends_on"]:
        made |= {"renewal_done_for": None, "renewal_snoozed_until": None}
    return made


def told(crm: Context, key: int, mask: Privacy) -> list[str]:
    """From when to when a contract is, what it comes to, and when it is to be thought of, for people."""
    row = crm.db.row("contract_row", id=key)
    assert row is not None
    lines = [
        _("From {start} to {end}.").format(start=row["starts_on"], end=row["ends_on"])
        if row["amount"] is None
        else _("From {start} to {end}, {amount}.").format(
            start=row["starts_on"],
            end=row["ends_on"],
            amount=amounts.spelled(row, mask),
        )
    ]
    if row["renewal_from"]:
        lines.append(_("Renewal is due from {day}.").format(day=day(crm, row["renewal_from"])))
    return lines


def day(crm: Context, text: str) -> str:
    """A stored day for people."""
    return words.day(date.fromisoformat(text), crm.today)


def show(
    crm: Context,
    key: int,
    said: Callable[[Privacy], str],
    json: bool,
    reveal: bool,
    *references: str,
) -> None:
    """Tell what became of a contract; a pipe gets the `references` that were made."""
    if not json:
        amounts.confirm(crm, said, reveal, *references)
        return
    from crmcli.commands.shared import year_records
    from crmcli.commands.shared.records import privacy

    mask = privacy(crm, reveal)
    row = crm.db.row("contract_row", id=key)
    assert row is not None
    (item,) = year_records.contracts(crm, [row], mask)
    crm.screen.json_item("contract", item, masked=mask.did_mask)
