"""`crm wait`."""

from typing import Annotated

import typer

from crmcli.commands.shared import needs, options, service_texts
from crmcli.commands.shared.values import clean
from crmcli.context import Context
from crmcli.errors import Forbidden
from crmcli.locale import _

EXAMPLES = (
    "crm wait n5 'the serial number'",
    "crm wait n5",
)


def run(
    ctx: typer.Context,
    need: needs.Reference,
    what: Annotated[
        str | None, typer.Argument(help=_("What it waits for."), metavar="[WHAT]")
    ] = None,
    json: options.Json = False,
    reveal: options.Reveal = False,
    dry_run: options.DryRun = False,
    reason: options.Reason = None,
) -> None:
    """Let a need's clocks stand still until the customer replies."""
    crm: Context = ctx.obj
    crm.write(dry_run)
    row = needs.find_for(crm, need, "wait")
    if row["waiting_since"]:
        raise Forbidden("{ref} waits already; crm resume {ref} ends that", ref=f"n{row['id']}")
    with crm.change(reason) as change:
        needs.happen(change, row, "waiting", clean(what or "") or None)
    needs.show(crm, row["id"], lambda: service_texts.standing(crm, row["id"]), json, reveal)
