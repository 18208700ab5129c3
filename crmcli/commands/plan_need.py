"""`crm plan-need`."""

from datetime import date
from typing import Annotated, Any

import typer

from crmcli.commands.shared import need_steps, needs, options, service_texts
from crmcli.commands.shared.values import Values, clean
from crmcli.context import Context
from crmcli.errors import BadValue, Forbidden
from crmcli.locale import _
from crmcli.store.changes import check

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
    steps = _steps(crm, step or [], by or [], owner or [])
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


def _steps(
    crm: Context, texts: list[str], dates: list[str], owners: list[str]
) -> list[dict[str, Any]]:
    """The columns of each step; the nth date and owner belong to the nth step, a single one serves all."""
    for name, given in (("--by", dates), ("--owner", owners)):
        if given and not texts:
            raise BadValue("{option} belongs to a step; give --step TEXT too", option=name)
        if len(given) not in (0, 1, len(texts)):
            raise BadValue(
                "{n} {option} for {many} --step; give one for all, or one for each",
                n=len(given),
                option=name,
                many=len(texts),
            )
    values = Values(crm)
    next_day = crm.calendar.add_working_days(crm.today, 1)
    found = []
    for place, text in enumerate(texts):
        if not clean(text):
            raise BadValue("the text of a step is empty; write what is to be done")
        day = values.day(_nth(dates, place)) if dates else next_day
        columns = {
            "text": clean(text),
            "owner": clean(_nth(owners, place)) if owners else crm.actor,
            "due_on": day.isoformat(),
        }
        check("plan_step", columns)
        found.append(columns)
    return found


def _nth(given: list[str], place: int) -> str:
    return given[0] if len(given) == 1 else given[place]
