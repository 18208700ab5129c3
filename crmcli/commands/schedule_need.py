"""`crm schedule-need`."""

from typing import Annotated

import typer

from crmcli.commands.shared import need_steps, needs, options, service_texts
from crmcli.commands.shared.values import Values, clean
from crmcli.context import Context
from crmcli.errors import BadValue
from crmcli.locale import _

EXAMPLES = (
    "crm schedule-need n5 --for 'release 4.2' --by 2027-03-01",
    "crm schedule-need n5 --for 三季度版本",
)


def run(
    ctx: typer.Context,
    need: needs.Reference,
    release: Annotated[
        str | None, typer.Option("--for", help=_("The release, project or batch."), metavar="TEXT")
    ] = None,
    by: Annotated[
        str | None, typer.Option("--by", help=_("The date they can hold us to."), metavar="DATE")
    ] = None,
    json: options.Json = False,
    reveal: options.Reveal = False,
    dry_run: options.DryRun = False,
    reason: options.Reason = None,
) -> None:
    """Put a need into a later release or date, and the customer was told."""
    crm: Context = ctx.obj
    crm.write(dry_run)
    row = needs.find_for(crm, need, "schedule")
    text = clean(release or "") or None
    if not text and by is None:
        raise BadValue("say for when it is scheduled; add --for TEXT, --by DATE or both")
    day = Values(crm).day(by) if by is not None else None
    if day and day < crm.today:
        raise BadValue("--by {day} is past; name a day to come", day=day)
    with crm.change(reason) as change:
        need_steps.schedule(change, row, text, day.isoformat() if day else None)
    needs.show(crm, row["id"], lambda: service_texts.standing(crm, row["id"]), json, reveal)
