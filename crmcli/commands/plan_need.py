"""`crm plan-need`."""

from datetime import date
from typing import Annotated

import typer

from crmcli.commands.shared import need_steps, needs, options, plan_steps, service_texts
from crmcli.commands.shared.values import Values
from crmcli.context import Context
from crmcli.errors import BadValue, Forbidden
from crmcli.locale import _

EXAMPLES = (
    "crm plan-need n5 --step 'send a loan device' --by tomorrow --step 'repair' --by fri --owner 李雷",
    "crm plan-need n5 --sent",
)


def run(
    ctx: typer.Context,
    need: needs.Reference,
    step: Annotated[
        list[str] | None,
        typer.Option("--step", help=_("A step; several are allowed."), metavar="TEXT"),
    ] = None,
    by: Annotated[
        list[str] | None,
        typer.Option(
            "--by",
            help=_(
                "When it is due: the nth for the nth step, or one for all; the next working day when not said."
            ),
            metavar="DATE",
        ),
    ] = None,
    owner: Annotated[
        list[str] | None,
        typer.Option(
            "--owner", help=_("Who does it, likewise; you when not said."), metavar="NAME"
        ),
    ] = None,
    sent: Annotated[
        bool, typer.Option("--sent", help=_("The plan was sent to the customer."))
    ] = False,
    json: options.Json = False,
    reveal: options.Reveal = False,
    dry_run: options.DryRun = False,
    reason: options.Reason = None,
) -> None:
    """Plan how a need is met, and say that the plan was sent."""
    crm: Context = ctx.obj
    crm.write(dry_run)
    row = needs.find_for(crm, need, "plan")
    steps = plan_steps.read(
        Values(crm),
        "--step",
        step or [],
        by or [],
        owner or [],
        day=crm.calendar.add_working_days(crm.today, 1),
        owner=crm.actor,
    )
    if not steps and not sent:
        raise BadValue("there is nothing to plan; add --step TEXT, or --sent once it was sent")
    if sent and not steps and not crm.db.rows("plan_steps_of_need", need=row["id"]):
        raise Forbidden(
            "{ref} has no plan yet; crm plan-need {ref} --step TEXT --by DATE makes one",
            ref=f"n{row['id']}",
        )
    with crm.change(reason) as change:
        keys = need_steps.plan(change, row, steps) if steps else []
        if sent:
            need_steps.send(change, row)
    for key, one in zip(keys, steps, strict=True):
        service_texts.say_late(crm, row, f"l{key}", date.fromisoformat(one["due_on"]))
    needs.show(
        crm,
        row["id"],
        lambda: service_texts.planned(crm, row["id"], keys),
        json,
        reveal,
        references=[f"l{key}" for key in keys],
    )
