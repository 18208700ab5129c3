"""`crm done`."""

from datetime import date
from typing import Annotated

import typer

from crmcli.commands.log_contact import follow_ups
from crmcli.commands.shared import options
from crmcli.commands.shared.records import privacy
from crmcli.commands.shared.values import Values, clean
from crmcli.context import Context
from crmcli.errors import BadValue, Forbidden
from crmcli.locale import _
from crmcli.output import shapes, words
from crmcli.store.history import setter_of
from crmcli.store.records import find_record

EXAMPLES = (
    "crm done t3 'sent, they like it'",
    "crm done t3 --next 'ask for the order' --on 下周五",
)


def run(
    ctx: typer.Context,
    reference: Annotated[
        str, typer.Argument(help=_("What is done, as due prints it."), metavar="REF")
    ],
    result: Annotated[
        str | None, typer.Argument(help=_("What came of it."), metavar="[RESULT]")
    ] = None,
    next_: Annotated[
        list[str] | None,
        typer.Option("--next", help=_("What comes next; several are allowed."), metavar="TEXT"),
    ] = None,
    on: Annotated[
        list[str] | None, typer.Option("--on", help=_("When that is due."), metavar="DATE")
    ] = None,
    next_owner: Annotated[
        list[str] | None, typer.Option("--next-owner", help=_("Who does it."), metavar="NAME")
    ] = None,
    json: options.Json = False,
    reveal: options.Reveal = False,
    dry_run: options.DryRun = False,
    reason: options.Reason = None,
) -> None:
    """Settle a task or follow-up, and say what comes next."""
    crm: Context = ctx.obj
    crm.write(dry_run)
    record = find_record(crm.db, reference)
    if record.table == "customer":
        raise Forbidden(
            "a touch is settled by talking: crm log-contact {ref}", ref=f"c{record.key}"
        )
    if record.table != "task":
        raise BadValue("{text} is nothing that is due; crm due lists what is", text=reference)
    if record.row["done_at"]:
        raise Forbidden(
            "{text} is already done; crm undo x{change} takes that back",
            text=reference,
            change=setter_of(crm.db, "task", record.key, "done_at"),
        )
    if on and not next_:
        raise BadValue("--on says when what comes next is due; give --next TEXT too")
    steps = follow_ups(crm, Values(crm), next_ or [], on or [], next_owner or [])
    with crm.change(reason) as change:
        change.update(
            "task",
            record.key,
            done_at=change.author.at,
            done_on=crm.today.isoformat(),
            result=clean(result or "") or None,
        )
        made = [
            change.insert(
                "task",
                customer_id=record.row["customer_id"],
                interaction_id=record.row["interaction_id"],
                kind=record.row["kind"],
                created_at=change.author.at,
                **step,
            )
            for step in steps
        ]
    if json:
        mask = privacy(crm, reveal)
        item = shapes.task(crm.db.row("task_row", id=record.key), crm.clock.at, mask)
        crm.screen.json_item("task", item, masked=mask.did_mask)
    else:
        lines = [
            _("Done: {text}").format(text=record.row["text"]),
            *(
                _("Next {task}: {text}, {day}.").format(
                    task=f"t{key}",
                    text=step["text"],
                    day=words.day(date.fromisoformat(step["due_on"]), crm.today),
                )
                for key, step in zip(made, steps, strict=True)
            ),
        ]
        crm.confirm(lambda: "\n".join(lines), *(f"t{key}" for key in made))
