"""`crm delete`."""

from typing import Annotated

import typer

from crmcli.commands.shared import options
from crmcli.context import Context
from crmcli.locale import _
from crmcli.store.records import refuse_item, remove

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
    record = crm.record(reference)
    refuse_item(record)
    with crm.change(reason) as change:
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
