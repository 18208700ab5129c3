"""`crm edit-deal`."""

from typing import Annotated

import typer

from crmcli.commands import edit
from crmcli.commands.shared import deals, options
from crmcli.errors import BadValue
from crmcli.locale import _
from crmcli.rules.references import read_reference

EXAMPLES = (
    "crm edit-deal d6 --amount 52000 --probability 80",
    "crm edit-deal d6 --quoted 今天 --valid-until +30d --reason '客户要求加配'",
)


def run(
    ctx: typer.Context,
    deal: deals.Reference,
    text: Annotated[
        str | None, typer.Option("--text", help=_("What may be sold."), metavar="TEXT")
    ] = None,
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
    """Change a deal: its amount, its quote, when it is expected; empty takes a value away."""
    given = {
        "text": text,
        "amount": amount,
        "currency": currency,
        "probability": probability,
        "quoted_on": quoted,
        "valid_until": valid_until,
        "close_on": close_on,
        "stage": stage,
        "owner": owner,
        "note": note,
        "external_id": external_id,
    }
    named = read_reference(deal)
    if named is None or named.table != "deal" or named.item:
        deals.refuse(deal)
    pairs = [f"{name}={value}" for name, value in given.items() if value is not None]
    if not pairs:
        raise BadValue("nothing to change; write --amount, --probability or another of the options that --help lists")  # fmt: skip
    edit.run(ctx, deal, pairs, json=json, reveal=reveal, dry_run=dry_run, reason=reason)
