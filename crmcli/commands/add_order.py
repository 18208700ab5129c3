"""`crm add-order`."""

from datetime import date
from typing import Annotated

import typer

from crmcli.commands.shared import amounts, blacklist, options, orders
from crmcli.commands.shared.values import Values, clean
from crmcli.context import Context
from crmcli.locale import _
from crmcli.output import words
from crmcli.output.shapes import Privacy
from crmcli.store.database import Row

EXAMPLES = (
    "crm add-order c12 12000 --on 2026-11-18 --pay-by +30d",
    "crm add-order 华东 9.8万 --deal d6 --note 年度采购",
)


def run(
    ctx: typer.Context,
    customer: Annotated[str, typer.Argument(help=_("A reference or a name."), metavar="CUSTOMER")],
    amount: Annotated[
        str, typer.Argument(help=_("What it comes to, like 1200.50."), metavar="AMOUNT")
    ],
    on: Annotated[
        str | None,
        typer.Option("--on", help=_("When it was ordered; today when not said."), metavar="DATE"),
    ] = None,
    currency: Annotated[
        str | None,
        typer.Option(
            "--currency",
            help=_("Its currency, like USD; the base currency when not said."),
            metavar="CODE",
        ),
    ] = None,
    pay_by: Annotated[
        str | None,
        typer.Option("--pay-by", help=_("By when it is to be paid."), metavar="DATE"),
    ] = None,
    paid: Annotated[
        str | None,
        typer.Option("--paid", help=_("When it was paid, if it is."), metavar="DATE"),
    ] = None,
    deal: Annotated[
        str | None, typer.Option("--deal", help=_("The deal it comes of."), metavar="DEAL")
    ] = None,
    contract: Annotated[
        str | None,
        typer.Option("--contract", help=_("The contract it is under."), metavar="CONTRACT"),
    ] = None,
    note: Annotated[str | None, typer.Option("--note", help=_("Anything else."))] = None,
    external_id: Annotated[
        str | None, typer.Option("--external-id", help=_("Its number in another system."))
    ] = None,
    json: options.Json = False,
    reveal: options.Reveal = False,
    dry_run: options.DryRun = False,
    reason: options.Reason = None,
) -> None:
    """Note what a customer ordered; its payment falls due."""
    crm: Context = ctx.obj
    crm.write(dry_run)
    who = crm.customer(customer)
    values = Values(crm)
    code = values.currency(said) if (said := clean(currency or "")) else None
    minor, code = values.priced(clean(amount), code)
    orders.insist_worth(minor)
    given = {"pay_by": pay_by, "paid_on": paid, "note": note, "external_id": external_id}
    columns = values.fields("customer_order", given)
    orders.refuse_known(crm, columns.get("external_id"))
    links = {"deal": deal, "contract": contract}
    columns |= {
        f"{table}_id": orders.belongs_to(crm, who["id"], table, text)
        for table, text in links.items()
        if text is not None
    }
    day = values.past_day(on) if on is not None else crm.today
    orders.insist_in_order(day.isoformat(), columns.get("paid_on"))
    blacklist.warn(crm, who)
    orders.hint(crm, who)
    with crm.change(reason) as change:
        key = change.insert(
            "customer_order",
            customer_id=who["id"],
            ordered_on=day.isoformat(),
            amount=minor,
            currency=code,
            created_at=change.author.at,
            **columns,
        )
    orders.note_if_late(crm, f"o{key}", columns)
    orders.show(crm, key, lambda mask: _said(crm, key, who, mask), json, reveal, f"o{key}")


def _said(crm: Context, key: int, who: Row, mask: Privacy) -> str:
    row = crm.db.row("customer_order_row", id=key)
    assert row is not None
    more = _cadence(crm, who)
    parts = {"order": f"o{key}", "name": who["name"], "amount": amounts.spelled(row, mask)}
    if row["paid_on"]:
        first = _("Added {order} of {name}: {amount}, paid {day}.").format(
            **parts, day=_day(crm, row["paid_on"])
        )
    elif row["pay_by"]:
        first = _("Added {order} of {name}: {amount}, to be paid by {day}.").format(
            **parts, day=_ahead(crm, row["pay_by"])
        )
    else:
        first = _("Added {order} of {name}: {amount}.").format(**parts)
        more = [orders.without_pay_day(f"o{key}"), *more]
    return "\n".join([first, *more])


def _cadence(crm: Context, before: Row) -> list[str]:
    """What follows when this order took the customer's yearly spend over the line (HANDBOOK §3)."""
    now = crm.db.row("customer_by_id", id=before["id"])
    if now is None or now["visit_on"] is None or now["visit_on"] == before["visit_on"]:
        return []
    return [
        _("{name} spends much in a year: a visit is due {day}.").format(
            name=now["name"], day=_ahead(crm, now["visit_on"])
        )
    ]


def _ahead(crm: Context, text: str) -> str:
    return crm.days.ahead(date.fromisoformat(text))


def _day(crm: Context, text: str) -> str:
    return words.day(date.fromisoformat(text), crm.today)
