"""`crm resume`."""

import typer

from crmcli.commands.shared import needs, options, service_texts
from crmcli.context import Context
from crmcli.errors import Forbidden

EXAMPLES = (
    "crm resume n5",
    "crm resume n5 --reason 'they sent it by post'",
)


def run(
    ctx: typer.Context,
    need: needs.Reference,
    json: options.Json = False,
    reveal: options.Reveal = False,
    dry_run: options.DryRun = False,
    reason: options.Reason = None,
) -> None:
    """Let a need's clocks run on."""
    crm: Context = ctx.obj
    crm.write(dry_run)
    row = needs.find_for(crm, need, "resume")
    if not row["waiting_since"]:
        raise Forbidden("{ref} does not wait; crm wait {ref} lets it", ref=f"n{row['id']}")
    with crm.change(reason) as change:
        needs.happen(change, row, "resumed")
    needs.show(crm, row["id"], lambda: service_texts.standing(crm, row["id"]), json, reveal)
