"""`crm undo`."""

from typing import Annotated

import typer

from crmcli.commands.shared import options, records
from crmcli.context import Context
from crmcli.errors import BadValue
from crmcli.locale import _
from crmcli.store import undo as taking_back
from crmcli.store.changes import Change
from crmcli.store.database import Row

EXAMPLES = (
    "crm undo",
    "crm undo x17",
)


def run(
    ctx: typer.Context,
    change: Annotated[
        str | None,
        typer.Argument(help=_("The change; the newest when not said."), metavar="[CHANGE]"),
    ] = None,
    json: options.Json = False,
    reveal: options.Reveal = False,
    dry_run: options.DryRun = False,
    reason: options.Reason = None,
) -> None:
    """Take back the last change, or the one named."""
    crm: Context = ctx.obj
    number = _number(change)
    crm.write(dry_run)
    done: list[Change] = []

    def finish(own: Change) -> None:
        crm.refresh_after_undo(own)
        done.append(own)

    target = taking_back.undo(crm.db, crm.author(reason), number, finish)
    undo_number = done[0].number
    if number is None:
        _say_what_stays(crm, target)
    mask = records.privacy(crm, reveal, terminal_reveals=not json)
    if json:
        item = {
            "ref": f"x{undo_number}",
            "undoes": f"x{target['id']}",
            "command": mask.command(target["command"]),
        }
        crm.screen.json_item("undo", item, masked=mask.did_mask)
    else:
        crm.confirm(
            lambda: _("Undid {change}: {command}. To redo: crm undo x{own}").format(
                change=f"x{target['id']}", command=mask.command(target["command"]), own=undo_number
            ),
            f"x{undo_number}",
        )


def _say_what_stays(crm: Context, target: Row) -> None:
    """Who meant the archive just made reads that it is no change, for what is taken back is what was before it."""
    from crmcli.commands.shared import service_texts
    from crmcli.store.dossiers import PRUNE, SEAL

    events = [row for kind in (SEAL, PRUNE) if (row := crm.db.row("newest_event", kind=kind))]
    newest = max((row["at"] for row in events), default="")
    if newest > target["at"]:
        crm.screen.note(
            _(
                "What crm archive did on {moment} is no change and stays; taken back is the change before it."
            ).format(moment=service_texts.moment(crm, newest))
        )


def _number(text: str | None) -> int | None:
    if text is None:
        return None
    digits = text.strip().lower().removeprefix("x")
    if not digits.isascii() or not digits.isdigit() or len(digits) > 15:
        raise BadValue(
            "{text!r} is no change; name one like x17, as crm history lists them", text=text
        )
    return int(digits)
