"""`crm break`."""

from typing import Annotated

import typer

from crmcli.commands.shared import options, promises, service_texts
from crmcli.commands.shared.values import clean
from crmcli.context import Context, is_interactive
from crmcli.errors import BadValue
from crmcli.locale import _
from crmcli.store.changes import check
from crmcli.store.database import Row

EXAMPLES = (
    "crm break p2 --reason 'the carrier lost it' --amends 'free express delivery'",
    "crm break p2 --reason '供应商缺货' --amends '延长一年保修'",
)


def run(
    ctx: typer.Context,
    promise: promises.Reference,
    amends: Annotated[
        str | None,
        typer.Option("--amends", help=_("What is offered to make it good."), metavar="TEXT"),
    ] = None,
    json: options.Json = False,
    reveal: options.Reveal = False,
    dry_run: options.DryRun = False,
    reason: Annotated[
        str | None, typer.Option("--reason", help=_("Why it was broken; required."))
    ] = None,
) -> None:
    """Say that a promise was broken, why, and how it is made good."""
    crm: Context = ctx.obj
    crm.write(dry_run)
    row = promises.find_open(crm, promise)
    ref = f"p{row['id']}"
    why, offered = clean(reason or ""), clean(amends or "") or None
    if not why:
        raise BadValue("a broken promise needs a reason; add --reason WHY")
    if amends is not None and row["by"] != "we-owe":
        raise BadValue(
            "--amends is for what we owe, and {ref} is what they owe us; leave it out", ref=ref
        )
    if amends is None and row["by"] == "we-owe":
        offered = _ask_for_amends(crm, row)
    check("promise", {"break_reason": why, "amends": offered})
    with crm.change(why) as change:
        change.update(
            "promise",
            row["id"],
            broken_at=change.author.at,
            broken_on=crm.today.isoformat(),
            break_reason=why,
            amends=offered,
        )
    promises.show(crm, row["id"], _said(crm, row["id"]), json, reveal)


def _ask_for_amends(crm: Context, row: Row) -> str | None:
    """What a person at a terminal chooses among the offers of the settings; None when they choose none."""
    offers = [one for one in crm.settings.get("promise.amends").split(",") if one]
    if not offers or not is_interactive():
        return None
    with crm.waiting_for_a_person():
        chosen = crm.screen.choose(_("What is offered to make it good? Enter for none"), offers)
    promises.ask_again(crm, row)
    return offers[chosen] if chosen is not None else None


def _said(crm: Context, key: int) -> str:
    row = crm.db.row("promise_row", id=key)
    assert row is not None
    lines = [_("{ref} is broken: {text}.").format(ref=f"p{key}", text=row["text"])]
    if row["amends_by"]:
        by = service_texts.moment(crm, row["amends_by"])
        lines.append(
            _("Make it good by {by}: {amends}. Once it is: crm done {ref}:amends").format(
                by=by, amends=row["amends"], ref=f"p{key}"
            )
            if row["amends"]
            else _("Make it good by {by}. Once it is: crm done {ref}:amends").format(
                by=by, ref=f"p{key}"
            )
        )
    return "\n".join(lines)
