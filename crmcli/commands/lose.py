"""`crm lose`."""

from typing import Annotated

import typer

from crmcli.commands.shared import deals, options
from crmcli.commands.shared.values import Values, clean
from crmcli.context import Context
from crmcli.errors import BadValue
from crmcli.locale import _
from crmcli.output.shapes import Privacy
from crmcli.rules.terms import LOSS_REASON, read_lost_deal
from crmcli.store.changes import check

EXAMPLES = (
    "crm lose d6 --reason price",
    "crm lose d6 --reason '竞品: 对方报价低两成'",
)


def run(
    ctx: typer.Context,
    deal: deals.Reference,
    on: Annotated[
        str | None,
        typer.Option("--on", help=_("When; today when not said."), metavar="DATE"),
    ] = None,
    json: options.Json = False,
    reveal: options.Reveal = False,
    dry_run: options.DryRun = False,
    reason: Annotated[
        str | None,
        typer.Option(
            "--reason",
            help=_(
                "Why: price, product, service, competitor, no budget, contact left or your own words; required."
            ),
            metavar="REASON",
        ),
    ] = None,
) -> None:
    """Say that a deal was lost, and why."""
    crm: Context = ctx.obj
    crm.write(dry_run)
    row = deals.find_open(crm, deal)
    if not clean(reason or ""):
        raise BadValue(
            "a lost deal needs a reason; add --reason with one of {known}, or your own words",
            known=LOSS_REASON.known(),
        )
    why = read_lost_deal(clean(reason or ""))
    check("deal", {"loss_reason": why})
    day = Values(crm).past_day(on) if on is not None else crm.today
    with crm.change(clean(reason or "")) as change:
        change.update("deal", row["id"], stage="lost", closed_on=day.isoformat(), loss_reason=why)

    def said(mask: Privacy) -> str:
        return _("Lost {deal}: {text} ({why}).").format(
            deal=f"d{row['id']}", text=deals.described(row, mask), why=_in_words(why)
        )

    deals.show(crm, row["id"], said, json, reveal)


def _in_words(why: str) -> str:
    word, mark, own = why.partition(": ")
    return f"{_(word)}{mark}{own}"
