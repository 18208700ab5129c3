"""`crm add-task`."""

from typing import Annotated

import typer

from crmcli.commands.shared import options
from crmcli.commands.shared.records import privacy
from crmcli.commands.shared.values import Values, clean, say_if_past
from crmcli.context import Context
from crmcli.errors import BadValue
from crmcli.locale import _
from crmcli.output import shapes

EXAMPLES = (
    "crm add-task c12 'send the new price list' --due fri",
    "crm add-task 华东 '准备合同' --due 3wd --owner 李雷",
)


def run(
    ctx: typer.Context,
    customer: Annotated[str, typer.Argument(help=_("A reference or a name."), metavar="CUSTOMER")],
    text: Annotated[str, typer.Argument(help=_("What is to be done."), metavar="TEXT")],
    due: Annotated[
        str | None,
        typer.Option("--due", help=_("When; the next working day when not said."), metavar="DATE"),
    ] = None,
    owner: Annotated[
        str | None, typer.Option("--owner", help=_("Who does it; you when not said."))
    ] = None,
    json: options.Json = False,
    reveal: options.Reveal = False,
    dry_run: options.DryRun = False,
    reason: options.Reason = None,
) -> None:
    """Add a task for a customer."""
    crm: Context = ctx.obj
    crm.write(dry_run)
    who = crm.customer(customer)
    if not clean(text):
        raise BadValue("the task's text is empty; write what is to be done")
    when = Values(crm).when(due) if due is not None else None
    day = when.day if when else crm.calendar.add_working_days(crm.today, 1)
    time = when.time.strftime("%H:%M") if when and when.time else None
    with crm.change(reason) as change:
        key = change.insert(
            "task",
            customer_id=who["id"],
            kind="task",
            text=clean(text),
            owner=clean(owner or "") or crm.actor,
            due_on=day.isoformat(),
            due_time=time,
            created_at=change.author.at,
        )
    say_if_past(crm, f"t{key}", when)
    row = crm.db.row("task_row", id=key)
    if json:
        mask = privacy(crm, reveal)
        item = shapes.task(row, crm.clock.at, mask)
        crm.screen.json_item("task", item, masked=mask.did_mask)
    else:
        crm.confirm(
            lambda: _("Added {task} for {name}: {text}, {day}.").format(
                task=f"t{key}",
                name=who["name"],
                text=clean(text),
                day=crm.days.ahead(day, time=time),
            ),
            f"t{key}",
        )
