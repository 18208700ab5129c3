"""`crm decline`."""

from typing import Annotated

import typer

from crmcli.commands.shared import need_steps, needs, options, service_texts
from crmcli.commands.shared.values import clean
from crmcli.context import Context
from crmcli.errors import BadValue
from crmcli.locale import _

EXAMPLES = (
    "crm decline n5 --reason 'no plans for this platform'",
    "crm decline n5 --reason '超出服务范围'",
)


def run(
    ctx: typer.Context,
    need: needs.Reference,
    json: options.Json = False,
    reveal: options.Reveal = False,
    dry_run: options.DryRun = False,
    reason: Annotated[
        str | None, typer.Option("--reason", help=_("Why it is declined; required."))
    ] = None,
) -> None:
    """Decline a need, with a reason."""
    crm: Context = ctx.obj
    crm.write(dry_run)
    row = needs.find_for(crm, need, "decline")
    why = clean(reason or "")
    if not why:
        raise BadValue("declining needs a reason; add --reason WHY")
    with crm.change(why) as change:
        need_steps.decline(change, row, why)
    needs.show(crm, row["id"], lambda: service_texts.standing(crm, row["id"]), json, reveal)
