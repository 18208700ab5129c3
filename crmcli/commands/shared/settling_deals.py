"""What `done` does to a deal's due items: its quote was asked after, its expected day was looked at (HANDBOOK §7)."""

from crmcli.commands.shared import deals
from crmcli.commands.shared.settling import Settle
from crmcli.context import Context
from crmcli.errors import BadValue, Forbidden
from crmcli.store.changes import Change
from crmcli.store.records import Record


def deal(crm: Context, record: Record, text: str) -> Settle:
    """The reminder that is next is settled; Forbidden when there is none, or the one before is settled already."""
    item, row, ref = record.reference.item, record.row, f"d{record.key}"
    if item is None:
        raise BadValue(
            "{ref} is a deal, which crm win or crm lose settles; of it {ref}:quote or {ref}:deal may be due",
            ref=ref,
        )
    deals.insist_open(crm, row)
    prefix = "quote" if item == "quote" else "due"
    on, settled = row[f"{prefix}_on"], row[f"{prefix}_done_for"]
    if on is None:
        raise Forbidden("{text} is not due; crm show {ref} says how it stands", text=text, ref=ref)
    if item == "quote" and settled and row["quote_from"] > crm.today.isoformat():
        raise Forbidden(
            "{text} is already done for {day}; it comes round again on {next}",
            text=text,
            day=settled,
            next=row["quote_from"],
        )
    # What was put off is settled for its own day.
    day = on if item == "quote" else row["close_on"]

    def settle(change: Change, record: Record, result: str | None) -> None:
        columns = {f"{prefix}_done_for": day, f"{prefix}_snoozed_until": None}
        change.update("deal", record.key, **columns)

    return settle
