"""`crm confirm`."""

from typing import Annotated

import typer

from crmcli.commands.shared import need_steps, needs, options, service_texts
from crmcli.commands.shared.values import clean
from crmcli.context import Context
from crmcli.errors import Forbidden
from crmcli.locale import _
from crmcli.store.database import Row

EXAMPLES = (
    "crm confirm n5 'works again, they are happy'",
    "crm confirm n5 --plan",
)


def run(
    ctx: typer.Context,
    need: needs.Reference,
    result: Annotated[
        str | None, typer.Argument(help=_("What they said."), metavar="[RESULT]")
    ] = None,
    plan: Annotated[
        bool, typer.Option("--plan", help=_("They confirm the plan, and work begins."))
    ] = False,
    json: options.Json = False,
    reveal: options.Reveal = False,
    dry_run: options.DryRun = False,
    reason: options.Reason = None,
) -> None:
    """The customer confirms the solution, or the plan."""
    crm: Context = ctx.obj
    crm.write(dry_run)
    row = needs.find_for(crm, need, "agree" if plan else "confirm")
    said = clean(result or "") or None
    if plan:
        _insist_on_sent_plan(row)
    with crm.change(reason) as change:
        if plan:
            need_steps.agree(change, row, said)
        else:
            need_steps.confirm(change, row, said)
    needs.show(crm, row["id"], lambda: service_texts.standing(crm, row["id"]), json, reveal)


def _insist_on_sent_plan(row: Row) -> None:
    ref = f"n{row['id']}"
    if not row["sent_at"]:
        raise Forbidden(
            "{ref} has no plan that was sent; crm plan-need {ref} --sent says so first", ref=ref
        )
    if row["agreed_at"]:
        raise Forbidden(
            "the plan for {ref} is confirmed already; crm resolve {ref} is next", ref=ref
        )
