"""What `done` does to the payment of an order: it is paid today, as `crm paid` notes it (HANDBOOK §7)."""

from crmcli.commands.shared import orders
from crmcli.commands.shared.settling import Settle
from crmcli.context import Context
from crmcli.errors import BadValue, Forbidden
from crmcli.store.changes import Change
from crmcli.store.records import Record


def order(crm: Context, record: Record, text: str) -> Settle:
    """The order is paid; Forbidden when it is already, or nobody said by when it is to be."""
    row, ref = record.row, f"o{record.key}"
    if record.reference.item is None:
        raise BadValue(
            "{ref} is an order, and what of it is due is its payment; crm paid {ref} notes that",
            ref=ref,
        )
    orders.insist_unpaid(crm, row, ref)
    if row["payment_on"] is None:
        raise Forbidden(
            "{text} is not due; crm paid {ref} notes the payment all the same", text=text, ref=ref
        )
    today = crm.today.isoformat()

    def settle(change: Change, record: Record, result: str | None) -> None:
        change.update("customer_order", record.key, paid_on=today)

    return settle
