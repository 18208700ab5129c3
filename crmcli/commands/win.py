"""`crm win`."""

from typing import Annotated

import typer

from crmcli.commands.shared import amounts, blacklist, deals, options
from crmcli.commands.shared.stages import set_stage
from crmcli.commands.shared.values import Values
from crmcli.context import Context
from crmcli.errors import BadValue
from crmcli.locale import _
from crmcli.output.shapes import Privacy
from crmcli.store.database import Row

EXAMPLES = (
    "crm win d6 --order",
    "crm win d6 --on 昨天",
)


def run(
    ctx: typer.Context,
    deal: deals.Reference,
    order: Annotated[
        bool, typer.Option("--order", help=_("They ordered it: makes the order, too."))
    ] = False,
    on: Annotated[
        str | None,
        typer.Option("--on", help=_("When; today when not said."), metavar="DATE"),
    ] = None,
    json: options.Json = False,
    reveal: options.Reveal = False,
    dry_run: options.DryRun = False,
    reason: options.Reason = None,
) -> None:
    """Win a deal: the customer becomes one, and the order is made if you like."""
    crm: Context = ctx.obj
    crm.write(dry_run)
    row = deals.find_open(crm, deal)
    key = row["id"]
    if order and row["amount"] is None:
        raise BadValue(
            "{ref} has no amount to order; set it first: crm edit {ref} --set amount=AMOUNT",
            ref=f"d{key}",
        )
    day = Values(crm).past_day(on) if on is not None else crm.today
    who = crm.db.row("customer_by_id", id=row["customer_id"])
    assert who is not None
    made = None
    with crm.change(reason) as change:
        change.update("deal", key, stage="won", closed_on=day.isoformat())
        if who["stage"] != "customer":
            set_stage(change, who, "customer", day, None)
        if order:
            made = change.insert(
                "customer_order",
                customer_id=who["id"],
                deal_id=key,
                ordered_on=day.isoformat(),
                amount=row["amount"],
                currency=row["currency"],
                note=row["text"],
                created_at=change.author.at,
            )
    blacklist.warn(crm, who)
    references = [f"d{key}", *([f"o{made}"] if made else [])]
    more = {"order": f"o{made}" if made else None}
    deals.show(
        crm, key, lambda mask: _said(row, who, made, mask), json, reveal, *references[1:], **more
    )


def _said(row: Row, who: Row, order: int | None, mask: Privacy) -> str:
    text = deals.described(row, mask)
    lines = [_("Won {deal}: {text}.").format(deal=f"d{row['id']}", text=text)]
    if who["stage"] != "customer":
        lines.append(_("{name} is a customer now.").format(name=who["name"]))
    if order is not None:
        amount = amounts.spelled(row, mask)
        lines.append(_("Order {order}: {amount}.").format(order=f"o{order}", amount=amount))
    return "\n".join(lines)
