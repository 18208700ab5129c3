"""`crm renew`."""

from datetime import date, timedelta
from typing import Annotated, Any

import typer

from crmcli.commands.shared import amounts, contracts, options
from crmcli.commands.shared.values import Values, clean
from crmcli.context import Context
from crmcli.errors import BadValue
from crmcli.locale import _
from crmcli.output.shapes import Privacy
from crmcli.store.changes import check
from crmcli.store.database import Row

EXAMPLES = (
    "crm renew k1 --until 2028-12-31 --amount 132000",
    "crm renew k1 --no --reason 'they build it themselves now'",
)
_TAKEN_OVER = ("customer_id", "text", "amount", "currency", "terms", "owner", "note")
"""What the contract that follows has of the one before it, where nothing else is said."""


def run(
    ctx: typer.Context,
    contract: contracts.Reference,
    until: Annotated[
        str | None,
        typer.Option(
            "--until",
            help=_("The last day of the following one; as long as the last when not said."),
            metavar="DATE",
        ),
    ] = None,
    from_: Annotated[
        str | None,
        typer.Option(
            "--from",
            help=_("Its first day; the day after the end when not said."),
            metavar="DATE",
        ),
    ] = None,
    amount: Annotated[
        str | None,
        typer.Option(
            "--amount", help=_("What it comes to; as the last when not said."), metavar="AMOUNT"
        ),
    ] = None,
    currency: Annotated[
        str | None,
        typer.Option(
            "--currency", help=_("Its currency; as the last when not said."), metavar="CODE"
        ),
    ] = None,
    external_id: Annotated[
        str | None, typer.Option("--external-id", help=_("Its number in another system."))
    ] = None,
    no: Annotated[bool, typer.Option("--no", help=_("It is not renewed; give --reason."))] = False,
    json: options.Json = False,
    reveal: options.Reveal = False,
    dry_run: options.DryRun = False,
    reason: Annotated[
        str | None,
        typer.Option("--reason", help=_("Why, for the change log; required with --no.")),
    ] = None,
) -> None:
    """Make the contract that follows one, or say that none will."""
    crm: Context = ctx.obj
    crm.write(dry_run)
    row = contracts.find(crm, contract)
    contracts.insist_open(crm, row, f"k{row['id']}")
    said = {"--until": until, "--from": from_, "--amount": amount, "--currency": currency, "--external-id": external_id}  # fmt: skip
    if no:
        _close(crm, row, [name for name, text in said.items() if text is not None], reason)
        contracts.show(crm, row["id"], lambda mask: _closed(row, mask), json, reveal)
        return
    columns = _following(crm, row, until, from_, amount, currency, external_id)
    with crm.change(reason) as change:
        key = change.insert("contract", created_at=change.author.at, **columns)
        change.update("contract", row["id"], renewed_id=key, renewal_snoozed_until=None)
    contracts.show(crm, key, lambda mask: _renewed(crm, row, key, mask), json, reveal, f"k{key}")


def _following(
    crm: Context,
    row: Row,
    until: str | None,
    from_: str | None,
    amount: str | None,
    currency: str | None,
    external_id: str | None,
) -> dict[str, Any]:
    """The columns of the contract that follows; BadValue when it would end before it starts, or as early as the last."""
    from crmcli.rules.year.contracts import following_end

    values = Values(crm)
    starts_on, ends_on = (date.fromisoformat(row[name]) for name in ("starts_on", "ends_on"))
    first = values.day(from_) if from_ is not None else ends_on + timedelta(days=1)
    last = values.day(until) if until is not None else following_end(starts_on, ends_on, first)
    columns = {name: row[name] for name in _TAKEN_OVER}
    columns |= {"starts_on": first.isoformat(), "ends_on": last.isoformat()}
    contracts.insist_in_order(columns)
    if columns["starts_on"] <= row["starts_on"]:
        raise BadValue(
            "the contract that follows {ref} would start on {start}, no later than that one; name a later --from",
            ref=f"k{row['id']}",
            start=first,
        )
    money = {"amount": amount, "currency": currency}
    if given := {name: text for name, text in money.items() if text is not None}:
        columns |= amounts.edited(values, row, given)
    columns |= values.fields("contract", {"external_id": external_id})
    contracts.refuse_known(crm, columns.get("external_id"))
    return columns


def _close(crm: Context, row: Row, others: list[str], reason: str | None) -> None:
    if others:
        raise BadValue("{option} belongs to a renewal; leave it out, or leave out --no", option=others[0])  # fmt: skip
    why = clean(reason or "")
    if not why:
        raise BadValue("a contract that is not renewed needs a reason; add --reason WHY")
    check("contract", {"close_reason": why})
    with crm.change(why) as change:
        change.update("contract", row["id"], closed_on=crm.today.isoformat(), close_reason=why)


def _closed(row: Row, mask: Privacy) -> str:
    text = mask.text(row["text"])
    return _("{ref} is not renewed: {text}.").format(ref=f"k{row['id']}", text=text)


def _renewed(crm: Context, row: Row, key: int, mask: Privacy) -> str:
    first = _("{ref} is renewed by {next}: {text}.").format(
        ref=f"k{row['id']}", next=f"k{key}", text=mask.text(row["text"])
    )
    return "\n".join([first, *contracts.told(crm, key, mask)])
