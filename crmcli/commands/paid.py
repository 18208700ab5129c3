"""`crm paid`."""

from typing import Annotated

import typer

from crmcli.commands.shared import options, orders
from crmcli.commands.shared.values import Values
from crmcli.context import Context
from crmcli.locale import _
from crmcli.output import words

EXAMPLES = (
    "crm paid o9",
    "crm paid o9 --on 昨天",
)


def run(
    ctx: typer.Context,
    order: orders.Reference,
    on: Annotated[
        str | None,
        typer.Option("--on", help=_("When it was paid; today when not said."), metavar="DATE"),
    ] = None,
    json: options.Json = False,
    reveal: options.Reveal = False,
    dry_run: options.DryRun = False,
    reason: options.Reason = None,
) -> None:
    """Note that an order is paid."""
    crm: Context = ctx.obj
    crm.write(dry_run)
    row = orders.find(crm, order)
    ref = f"o{row['id']}"
    orders.insist_unpaid(crm, row, ref)
    day = Values(crm).past_day(on) if on is not None else crm.today
    orders.insist_in_order(row["ordered_on"], day.isoformat())
    with crm.change(reason) as change:
        change.update("customer_order", row["id"], paid_on=day.isoformat())

    def said() -> str:
        who = crm.db.row("customer_by_id", id=row["customer_id"])
        name = who["name"] if who else ""
        return _("{order} of {name} is paid, {day}.").format(
            order=ref, name=name, day=words.day(day, crm.today)
        )

    orders.show(crm, row["id"], said, json, reveal)
