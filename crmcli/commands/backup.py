"""`crm backup`."""

from pathlib import Path
from typing import Annotated

import typer

from crmcli.commands.shared import options, sealing
from crmcli.commands.shared.keeping import as_text, attached_beside, keep_backup
from crmcli.context import Context
from crmcli.errors import Forbidden, NotFound
from crmcli.locale import _
from crmcli.store import attached_files, backup
from crmcli.store.changes import record_event

EXAMPLES = (
    "crm backup",
    "crm backup /media/stick/crm-2026-11-21.db",
)


def run(
    ctx: typer.Context,
    file: Annotated[
        str | None,
        typer.Argument(help=_("Where to; the backup folder when not said."), metavar="[FILE]"),
    ] = None,
    recipient: Annotated[
        list[str] | None,
        typer.Option(
            "--recipient",
            help=_("Seal it for this key, as age has them; can be given many times."),
            metavar="KEY",
        ),
    ] = None,
    passphrase: Annotated[
        bool,
        typer.Option(
            "--passphrase",
            help=_("Seal it by a passphrase: asked twice, elsewhere from CRM_BACKUP_PASSPHRASE."),
        ),
    ] = False,
    json: options.Json = False,
) -> None:
    """Write a backup copy of the data.

    Attached files go into FILE.files beside it, but for a sealed or encrypted one, for they are plain. FILE.age is sealed, for recipients or by a passphrase, and the tool age opens it, too. Of an encrypted file the
    backup is encrypted as the file is, and so is what lies under the seal.
    """
    crm: Context = ctx.obj
    seal = sealing.seal_of(crm, file, recipient or [], passphrase)
    db = crm.read()
    if not db.exists:
        raise NotFound("there is nothing to back up yet: {path} is not there", path=crm.path)
    if file:
        target = Path(file).expanduser()
        if target.exists():
            raise Forbidden("{path} is there already; name another file", path=target)
        beside = Path(f"{target}{attached_files.ENDING}")
        if beside.exists():
            raise Forbidden("{path} is there already; name another file", path=beside)
        if not target.parent.is_dir():
            raise NotFound(
                "there is no folder {path}; make it first, or plug it in", path=target.parent
            )
        backup.write(db, target, seal)
    else:
        target = keep_backup(crm, db, seal=seal)
    record_event(db, crm.clock.instant, crm.actor, backup.EVENT, as_text(target))
    files = attached_beside(crm, target)
    if json:
        item = {"path": str(target), "bytes": target.stat().st_size, "files": files and str(files)}
        crm.screen.json_item("backup", item)
    else:
        crm.screen.say(str(target))
