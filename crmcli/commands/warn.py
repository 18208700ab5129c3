"""`crm warn`."""

from typing import Annotated

import typer

from crmcli.commands.shared import needs, options, promises
from crmcli.commands.shared.values import clean
from crmcli.context import Context, is_interactive
from crmcli.errors import BadValue, Forbidden
from crmcli.locale import _
from crmcli.rules.service import states
from crmcli.store.changes import check

EXAMPLES = (
    "crm warn p2 --impact 'two days later' --option 'a loan device' --option 'half now' --option 'another model'",
    "crm warn p2 --impact '晚两天到货' --option '先送备用机' --option '分批发货' --option '换同款现货'",
)
_WANTED = 3
"""So many options are asked for (HANDBOOK §6)."""


def run(
    ctx: typer.Context,
    promise: promises.Reference,
    impact: Annotated[
        str | None,
        typer.Option("--impact", help=_("What it means for them; required."), metavar="TEXT"),
    ] = None,
    option: Annotated[
        list[str] | None,
        typer.Option(
            "--option", help=_("What can be done instead; three are asked for."), metavar="TEXT"
        ),
    ] = None,
    json: options.Json = False,
    reveal: options.Reveal = False,
    dry_run: options.DryRun = False,
    reason: options.Reason = None,
) -> None:
    """Tell a customer that a promise is at risk, and what can be done."""
    crm: Context = ctx.obj
    crm.write(dry_run)
    row = promises.find_open(crm, promise)
    ref = f"p{row['id']}"
    if row["by"] != "we-owe":
        raise Forbidden(
            "{ref} is what they owe us; there is nobody to warn: crm log-contact c{customer} --promise {ref} reminds them",
            ref=ref,
            customer=row["customer_id"],
        )
    # Each is a line of its own where it is kept.
    offered = [" ".join(clean(one).split()) for one in option or []]
    if not all(offered):
        raise BadValue("an --option is empty; write what can be done instead")
    told = clean(impact or "")
    if is_interactive() and not (told and len(offered) >= _WANTED):
        with crm.waiting_for_a_person():
            told = told or clean(crm.screen.ask(_("What does it mean for them?")))
            _ask_for_options(crm, offered)
        promises.ask_again(crm, row)
    if not told:
        raise BadValue("what it means for them is missing; add --impact TEXT")
    columns = {"impact": told, "options": "\n".join(offered) or None}
    check("promise", columns)
    about = crm.db.row("need_row", id=row["need_id"]) if row["need_id"] else None
    with crm.change(reason) as change:
        change.update("promise", row["id"], warned_at=change.author.at, **columns)
        # A customer who is told of a promise about a need knows how the need goes, too.
        if about is not None and about["status"] in states.OPEN:
            needs.happen(change, about, "told", told)
    if len(offered) < _WANTED:
        crm.screen.note(
            _("{ref}: three options are asked for, {n} told.").format(ref=ref, n=len(offered))
        )
    said = _("They were told that {ref} is at risk: {text}, {day}.").format(
        ref=ref, text=row["text"], day=promises.due(crm, row)
    )
    promises.show(crm, row["id"], said, json, reveal)


def _ask_for_options(crm: Context, offered: list[str]) -> None:
    """Ask for those that are missing; Enter for none."""
    while len(offered) < _WANTED:
        question = _("What can be done instead ({n} of 3; Enter for no more)?")
        answer = " ".join(clean(crm.screen.ask(question.format(n=len(offered) + 1))).split())
        if not answer:
            return
        offered.append(answer)
