"""`crm escalate`."""

from typing import Annotated

import typer

from crmcli.commands.shared import needs, options
from crmcli.commands.shared.values import clean
from crmcli.context import Context
from crmcli.errors import BadValue
from crmcli.locale import _

EXAMPLES = (
    "crm escalate n5 --level 2 --to '王经理' --reason 'third failure this month'",
    "crm escalate n5 --level 3 --to 'the board'",
)


def run(
    ctx: typer.Context,
    need: needs.Reference,
    level: Annotated[str | None, typer.Option("--level", help=_("1, 2 or 3."), metavar="N")] = None,
    to: Annotated[
        str | None, typer.Option("--to", help=_("Whom it is taken to."), metavar="NAME")
    ] = None,
    json: options.Json = False,
    reveal: options.Reveal = False,
    dry_run: options.DryRun = False,
    reason: options.Reason = None,
) -> None:
    """Take a need to somebody higher up."""
    crm: Context = ctx.obj
    crm.write(dry_run)
    row = needs.find_for(crm, need, "escalate")
    wanted, name = clean(level or ""), clean(to or "")
    if not wanted:
        raise BadValue("it is not said how high; add --level 1, 2 or 3")
    if wanted not in ("1", "2", "3"):
        raise BadValue("--level {level!r} is none; write 1, 2 or 3", level=wanted)
    if not name:
        raise BadValue("nobody is named; add --to NAME")
    why = clean(reason or "") or None
    with crm.change(why) as change:
        change.insert(
            "escalation",
            customer_id=row["customer_id"],
            need_id=row["id"],
            at=change.author.at,
            level=int(wanted),
            to_name=name,
            reason=why,
        )
    said = _("{need} is taken to {name}, level {level}.").format(
        need=f"n{row['id']}", name=name, level=wanted
    )
    needs.show(crm, row["id"], lambda: said, json, reveal)
