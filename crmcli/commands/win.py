"""`crm win`."""

from datetime import date
from typing import Annotated

import typer

from crmcli.commands.shared import amounts, blacklist, deals, options, orders
from crmcli.commands.shared.stages import set_stage
from crmcli.commands.shared.values import Values
from crmcli.context import Context
from crmcli.errors import BadValue, Forbidden
from crmcli.locale import _
from crmcli.output.shapes import Privacy
from crmcli.store.database import Row

EXAMPLES = (
    "crm win d6 --order --pay-by +30d",
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
    pay_by: Annotated[
        str | None,
        typer.Option("--pay-by", help=_("By when the order is to be paid."), metavar="DATE"),
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
    if pay_by is not None and not order:
        raise BadValue("--pay-by says when the order is to be paid; add --order")
    if order and not row["amount"]:
        raise BadValue(
            "{ref} has no amount to order; set it first: crm edit {ref} --set amount=AMOUNT",
            ref=f"d{key}",
        )
    earlier = crm.db.row("order_of_deal", deal=key) if order else None
    if earlier:
        raise Forbidden(
            "{ref} has its order already, {order}; win it without --order",
            ref=f"d{key}",
            order=f"o{earlier['id']}",
        )
    columns = Values(crm).fields("customer_order", {"pay_by": pay_by})
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
                **columns,
            )
    blacklist.warn(crm, who)
    if made:
        orders.note_if_late(crm, f"o{made}", columns)
    references = [f"d{key}", *([f"o{made}"] if made else [])]
    more = {"order": f"o{made}" if made else None}
    deals.show(
        crm,
        key,
        lambda mask: _said(crm, row, who, made, columns.get("pay_by"), mask),
        json,
        reveal,
        *references[1:],
        **more,
    )


def _said(
    crm: Context, row: Row, who: Row, order: int | None, pay_by: str | None, mask: Privacy
) -> str:
    text = deals.described(row, mask)
    lines = [_("Won {deal}: {text}.").format(deal=f"d{row['id']}", text=text)]
    if who["stage"] != "customer":
        lines.append(_("{name} is a customer now.").format(name=who["name"]))
    if order is not None:
        parts = {"order": f"o{order}", "amount": amounts.spelled(row, mask)}
        if pay_by:
            until = crm.days.ahead(date.fromisoformat(pay_by))
            lines.append(_("Order {order}: {amount}, to be paid by {day}.").format(**parts, day=until))  # fmt: skip
        else:
            lines += [
                _("Order {order}: {amount}.").format(**parts),
                orders.without_pay_day(f"o{order}"),
            ]
    return "\n".join(lines)
