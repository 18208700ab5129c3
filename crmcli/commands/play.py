"""`crm play`."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any

import typer

from crmcli.commands.shared import options, records
from crmcli.commands.shared.values import Values, clean
from crmcli.context import Context
from crmcli.errors import Forbidden, in_context
from crmcli.locale import _
from crmcli.output import shapes, words
from crmcli.output.text import aligned, pad, width
from crmcli.rules import plays
from crmcli.rules.references import ref
from crmcli.store.database import Row, as_list

EXAMPLES = (
    "crm play c12 escort",
    "crm play 华东 review --from 2027-03-01 --owner 李雷",
)


def run(
    ctx: typer.Context,
    customer: Annotated[str, typer.Argument(help=_("A reference or a name."), metavar="CUSTOMER")],
    name: Annotated[
        str,
        typer.Argument(
            help=_("escort, review, revive, or one of your own: crm config set plays.NAME …"),
            metavar="PLAY",
        ),
    ],
    from_: Annotated[
        str | None,
        typer.Option("--from", help=_("The day it begins; today when not said."), metavar="DATE"),
    ] = None,
    again: Annotated[
        bool, typer.Option("--again", help=_("Though tasks of it are still open."))
    ] = False,
    owner: Annotated[
        str | None,
        typer.Option("--owner", help=_("Who does it; you when not said."), metavar="NAME"),
    ] = None,
    json: options.Json = False,
    reveal: options.Reveal = False,
    dry_run: options.DryRun = False,
    reason: options.Reason = None,
) -> None:
    """Lay out a set of dated tasks for a customer: the first 90 days, a yearly review, waking one up."""
    crm: Context = ctx.obj
    crm.write(dry_run)
    who = crm.customer(customer)
    play = plays.names(crm.settings.plays()).read(clean(name))
    steps = plays.read(crm.settings.get(f"plays.{play}"))
    if not again:
        _refuse_twice(crm, who, play)
    begin = Values(crm).day(from_) if from_ is not None else crm.today
    dated = [(step.on(begin, crm.book), step.text) for step in steps]
    doer = clean(owner or "") or crm.actor
    with crm.change(reason) as change:
        made = [
            change.insert(
                "task",
                customer_id=who["id"],
                kind="task",
                text=text,
                play=play,
                owner=doer,
                due_on=day.isoformat(),
                created_at=change.author.at,
            )
            for day, text in dated
        ]
    rows = crm.db.rows("tasks_by_ids", ids=as_list(made))
    if json:
        mask = records.privacy(crm, reveal)
        item = {
            "play": play,
            "customer": ref("customer", who["id"]),
            "from": begin.isoformat(),
            "tasks": [shapes.task(row, crm.clock.at, mask) for row in rows],
        }
        crm.screen.json_item("play", item, masked=mask.did_mask)
    else:
        crm.confirm(lambda: _said(crm, who, play, rows), *(f"t{key}" for key in made))


def _refuse_twice(crm: Context, who: Row, play: str) -> None:
    """Forbidden while tasks of the same play are open."""
    still = [row for row in crm.db.rows("tasks_of", customer=who["id"]) if row["play"] == play]
    if still:
        raise Forbidden(
            "{play} is laid out for {name} already, from t{first} on; --again lays it out once more",
            play=play,
            name=who["name"],
            first=still[0]["id"],
        )


def _said(crm: Context, who: Row, play: str, rows: Sequence[Row]) -> str:
    lines = [_("{play} for {name}:").format(play=in_context("play", play, _), name=who["name"])]
    days = [words.day(_day(row), crm.today) for row in rows]
    room = max(map(width, days))
    listed = aligned(
        f"t{row['id']}  {pad(day, room)}  {words.task(row)}"
        for row, day in zip(rows, days, strict=True)
    )
    return "\n".join([*lines, *(f"  {line}" for line in listed)])


def _day(row: Any) -> date:
    return date.fromisoformat(row["due_on"])
