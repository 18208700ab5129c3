"""`crm delete`."""

from typing import Annotated

import typer

from crmcli.commands.shared import options
from crmcli.context import Context
from crmcli.locale import _
from crmcli.store.changes import Change
from crmcli.store.records import find_record, remove

EXAMPLES = (
    "crm delete t3",
    "crm delete c12 --reason 'entered twice'",
)


def run(
    ctx: typer.Context,
    reference: Annotated[str, typer.Argument(help=_("The record."), metavar="REF")],
    json: options.Json = False,
    dry_run: options.DryRun = False,
    reason: options.Reason = None,
) -> None:
    """Delete a record; undo brings it back."""
    crm: Context = ctx.obj
    crm.write(dry_run)
    record = find_record(crm.db, reference)
    with crm.change(reason) as change:
        if record.table == "interaction":
            _withdraw_promise(crm, change, record.row["customer_id"], record.key)
        remove(change, record.table, record.key)
    if json:
        crm.screen.json_item(
            "deleted", {"ref": str(record.reference), "change": f"x{change.number}"}
        )
    else:
        crm.confirm(
            lambda: _("Deleted {ref}; crm undo x{change} brings it back.").format(
                ref=record.reference, change=change.number
            )
        )


def _withdraw_promise(crm: Context, change: Change, customer: int, interaction: int) -> None:
    """A promised date goes with the contact that made it."""
    row = crm.db.row("customer_by_id", id=customer)
    if row is not None and row["promised_by"] == interaction:
        change.update("customer", customer, promised_on=None, promised_by=None)
