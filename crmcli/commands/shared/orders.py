"""What the commands about orders have in common: which one is meant, what it belongs to, how it is told (HANDBOOK §7)."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any, NoReturn

import typer

from crmcli.context import Context
from crmcli.errors import BadValue, Forbidden
from crmcli.locale import _
from crmcli.rules.references import read_reference
from crmcli.rules.terms import LEAD_STAGES
from crmcli.store.database import Row

Reference = Annotated[str, typer.Argument(help=_("The order, such as o9."), metavar="ORDER")]

_LIKE = {"deal": "d6", "contract": "k1"}


def find(crm: Context, text: str) -> Row:
    """The order meant by `o9`, or by `o9:payment` as due prints it; BadValue when it is none, NotFound when it is not there."""
    named = read_reference(text)
    if named is None or named.table != "customer_order":
        raise BadValue(
            "{text!r} is no order; write it like o9, as crm show CUSTOMER lists them", text=text
        )
    return crm.record(text).row


def insist_unpaid(crm: Context, row: Row, ref: str) -> None:
    """Forbidden when an order is paid already."""
    if row["paid_on"]:
        _refuse_paid(crm, row, ref)


def _refuse_paid(crm: Context, row: Row, ref: str) -> NoReturn:
    from crmcli.store.history import setter_of

    change = setter_of(crm.db, "customer_order", row["id"], "paid_on")
    if change is None:  # it came into the file so
        raise Forbidden(
            "{ref} is paid already, on {day}; to correct the day: crm edit {ref} --set paid_on=DATE",
            ref=ref,
            day=row["paid_on"],
        )
    raise Forbidden(
        "{ref} is paid already, on {day}; crm undo x{change} takes that back, crm edit {ref} --set paid_on=DATE corrects the day",
        ref=ref,
        day=row["paid_on"],
        change=change,
    )


def insist_worth(amount: int | None) -> None:
    """BadValue for an order of nothing."""
    if amount == 0:
        raise BadValue("an order of nothing is none; write what it comes to")


def insist_in_order(ordered_on: str, paid_on: str | None) -> None:
    """BadValue when an order would have been paid before it was made; both are ISO dates."""
    if paid_on and paid_on < ordered_on:
        raise BadValue(
            "{day} lies before the order, which was made on {ordered}; correct one of them",
            day=paid_on,
            ordered=ordered_on,
        )


def hint(crm: Context, who: Row) -> None:
    """Say on stderr that who orders or signs is not known as a customer; nothing of any other."""
    if who["stage"] in LEAD_STAGES:
        said = _("{ref} is still no customer ({stage}); crm edit {ref} --set stage=customer when it buys")  # fmt: skip
        crm.screen.note(said.format(ref=f"c{who['id']}", stage=_(who["stage"])))


def note_if_late(crm: Context, ref: str, columns: Mapping[str, Any]) -> None:
    """Say on stderr that the day by which a new order is to be paid has passed."""
    if (columns.get("pay_by") or "9") < crm.today.isoformat() and not columns.get("paid_on"):
        crm.screen.note(_("{ref} is overdue already: its date has passed.").format(ref=ref))


def without_pay_day(ref: str) -> str:
    """How to have an order's payment asked for, of which nobody said when it is due."""
    return _("When it is to be paid is not known: crm edit {order} --set pay_by=+30d has it asked for.").format(order=ref)  # fmt: skip


def refuse_known(crm: Context, number: str | None, but: int | None = None) -> None:
    """Forbidden when an order of that number of another system is there already: a script may be run again."""
    found = crm.db.row("customer_orders_by_external_id", text=number) if number else None
    if found and found["id"] != but:
        raise Forbidden(
            "external id {number} is that of o{key}; leave it out, or edit that order",
            number=number,
            key=found["id"],
        )


def edited(crm: Context, row: Row, columns: Mapping[str, Any]) -> dict[str, Any]:
    """What an order is set to; BadValue when it would have no amount or day. A new day to pay by ends a snooze."""
    for name in ("amount", "ordered_on"):
        if columns.get(name, row[name]) is None:
            raise BadValue("the {field} is empty; write one", field=name.replace("_", " "))
    if row["amount"]:  # what was imported so stays so
        insist_worth(columns.get("amount"))
    if columns.keys() & {"ordered_on", "paid_on"}:
        now = {**dict(row), **columns}
        insist_in_order(now["ordered_on"], now["paid_on"])
    refuse_known(crm, columns.get("external_id"), but=row["id"])
    return {**columns, "snoozed_until": None} if "pay_by" in columns else dict(columns)


def belongs_to(crm: Context, customer: int, table: str, text: str) -> int:
    """The key of the customer's deal or contract that an order is of; BadValue when it is another's, or none."""
    named = read_reference(text)
    if named is None or named.table != table or named.item:
        raise BadValue(
            "{text!r} is no {what}; write its reference, like {like}",
            text=text,
            what=table,
            like=_LIKE[table],
        )
    row = crm.record(text).row
    if row["customer_id"] != customer:
        raise BadValue(
            "{text} is of another customer, c{other}; name a {what} of this one, or leave it out",
            text=text,
            other=row["customer_id"],
            what=table,
        )
    return named.key


def show(crm: Context, key: int, said: Callable[[], str], json: bool, reveal: bool, *references: str) -> None:  # fmt: skip
    """Tell what became of an order; a pipe gets the `references` that were made."""
    if not json:
        crm.confirm(said, *references)
        return
    from crmcli.commands.shared import year_records
    from crmcli.commands.shared.records import privacy

    mask = privacy(crm, reveal)
    row = crm.db.row("customer_order_row", id=key)
    assert row is not None
    (item,) = year_records.orders(crm, [row], mask)
    crm.screen.json_item("order", item, masked=mask.did_mask)
