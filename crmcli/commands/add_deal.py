"""`crm add-deal`."""

from typing import Annotated

import typer

from crmcli.commands.shared import amounts, blacklist, deals, options
from crmcli.commands.shared.values import Values, clean
from crmcli.context import Context
from crmcli.errors import BadValue, Forbidden
from crmcli.locale import _
from crmcli.output.shapes import Privacy
from crmcli.rules.year.deals import OPEN, insist_order
from crmcli.store.database import Row
from crmcli.store.facts import day_of

EXAMPLES = (
    "crm add-deal c12 '20 licences' --amount 48000 --probability 60 --close-on 2026-12-20",
    "crm add-deal 华东 '二期扩容' --amount 12万 --quoted 今天 --valid-until +30d",
)


def run(
    ctx: typer.Context,
    customer: Annotated[str, typer.Argument(help=_("A reference or a name."), metavar="CUSTOMER")],
    text: Annotated[str, typer.Argument(help=_("What may be sold."), metavar="TEXT")],
    amount: deals.Amount = None,
    currency: deals.Currency = None,
    probability: deals.Probability = None,
    quoted: deals.Quoted = None,
    valid_until: deals.ValidUntil = None,
    close_on: deals.CloseOn = None,
    stage: deals.Stage = None,
    owner: deals.Owner = None,
    note: deals.Note = None,
    external_id: deals.ExternalId = None,
    json: options.Json = False,
    reveal: options.Reveal = False,
    dry_run: options.DryRun = False,
    reason: options.Reason = None,
) -> None:
    """Note what may be sold to a customer, for how much and when."""
    crm: Context = ctx.obj
    crm.write(dry_run)
    who = crm.customer(customer)
    values = Values(crm)
    if not clean(text):
        raise BadValue("the deal's text is empty; write what may be sold")
    columns = values.fields(
        "deal",
        {
            "text": text,
            "probability": probability,
            "quoted_on": quoted,
            "valid_until": valid_until,
            "close_on": close_on,
            "stage": stage,
            "owner": owner,
            "note": note,
            "external_id": external_id,
        },
    )
    columns |= amounts.entered(values, amount, currency)
    has_quote = columns.get("quoted_on") or columns.get("valid_until")
    columns.setdefault("stage", "quoted" if has_quote else "open")
    if columns["stage"] not in OPEN:
        raise BadValue("a new deal is open or quoted; add it so, then crm win or crm lose settles it")  # fmt: skip
    insist_order(columns.get("quoted_on"), columns.get("valid_until"))
    _refuse_known(crm, columns.get("external_id"))
    with crm.change(reason) as change:
        key = change.insert(
            "deal",
            **{**columns, "owner": columns.get("owner") or crm.actor},
            customer_id=who["id"],
            created_at=change.author.at,
        )
    blacklist.warn(crm, who)
    if (columns.get("close_on") or "9") < crm.today.isoformat():
        said = _("{ref} is overdue already: its date has passed.")
        crm.screen.note(said.format(ref=f"d{key}"))
    deals.show(crm, key, lambda mask: _said(crm, key, who, mask), json, reveal, f"d{key}")


def _refuse_known(crm: Context, number: str | None) -> None:
    found = crm.db.row("deals_by_external_id", text=number) if number else None
    if found:
        raise Forbidden(
            "external id {number} is that of d{key}; leave it out, or edit that deal",
            number=number,
            key=found["id"],
        )


def _said(crm: Context, key: int, who: Row, mask: Privacy) -> str:
    row = crm.db.row("deal_row", id=key)
    assert row is not None
    lines = [
        _("Added {deal} for {name}: {text}.").format(
            deal=f"d{key}", name=who["name"], text=deals.described(row, mask)
        )
    ]
    if quote_on := day_of(row["quote_from"]):
        day = crm.days.ahead(quote_on)
        lines.append(_("Its quote is to be asked after {day}.").format(day=day))
    if due_on := day_of(row["due_on"]):
        day = crm.days.ahead(due_on)
        lines.append(_("It is expected to be won by {day}.").format(day=day))
    return "\n".join(lines)
