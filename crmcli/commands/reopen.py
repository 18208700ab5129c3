"""`crm reopen`."""

import typer

from crmcli.commands.shared import need_steps, needs, options, service_texts
from crmcli.commands.shared.values import clean
from crmcli.context import Context

EXAMPLES = (
    "crm reopen n5 --reason 'it jams again'",
    "crm reopen n5",
)


def run(
    ctx: typer.Context,
    need: needs.Reference,
    json: options.Json = False,
    reveal: options.Reveal = False,
    dry_run: options.DryRun = False,
    reason: options.Reason = None,
) -> None:
    """Take a need up again; its clocks start anew."""
    crm: Context = ctx.obj
    crm.write(dry_run)
    row = needs.find_for(crm, need, "reopen")
    why = clean(reason or "") or None
    with crm.change(why) as change:
        need_steps.reopen(change, row, why)
    needs.show(crm, row["id"], lambda: service_texts.standing(crm, row["id"]), json, reveal)
