"""Keeping the file as it is before much of it changes (HANDBOOK §10)."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from crmcli.context import Context
from crmcli.locale import _
from crmcli.store import backup
from crmcli.store.age import Seal
from crmcli.store.changes import record_event
from crmcli.store.database import Database


def keep_backup(
    crm: Context, db: Database, kind: str = backup.ASKED, seal: Seal | None = None
) -> Path:
    """A backup of the open file in the backup folder, by another seal than the settings' if need be; said when it had to go
    elsewhere.
    """
    shelf = crm.shelf()
    shelf = shelf._replace(seal=seal or shelf.seal)
    kept = backup.keep(db, shelf, kind)
    say_where(crm, shelf, kept)
    return kept


def known_backups(crm: Context) -> list[Path]:
    """Every backup that is known of and there, wherever it lies."""
    paths = [one.path for one in backup.found(crm.shelf().places)]
    paths += [Path(row["detail"]) for row in crm.db.rows("events_of_kind", kind=backup.EVENT) if row["detail"]]  # fmt: skip
    return sorted(path for path in dict.fromkeys(paths) if path.is_file())


def say_where(crm: Context, shelf: backup.Shelf, kept: Path) -> None:
    """Say so when a backup does not lie where it should."""
    wanted = shelf.places[0].folder
    if kept.parent != wanted:
        crm.screen.note(
            _("{folder} cannot be written; the backup lies in {other} instead.").format(
                folder=wanted, other=kept.parent
            )
        )


def keep_before_import(crm: Context, rows: Iterator[object]) -> None:
    """A backup before many rows come into a file in which something was changed before; said, and noted.

    The file is locked from before the copy until the rows are in it, so the copy is of what they came to.
    """
    least = int(crm.settings.get("backup.before_import"))
    changes = crm.db.row("next_key", row_table="change") if crm.db.exists else None
    if not least or changes is None or changes["next"] == 1:
        return
    if next(islice(rows, least - 1, None), None) is None:
        return
    kept = keep_backup(crm, crm.db, backup.BEFORE_IMPORT)
    record_event(crm.db, crm.clock.instant, crm.actor, backup.EVENT, as_text(kept))
    crm.screen.note(_("A backup was made first: {path}").format(path=kept))


def as_text(path: Path) -> str:
    """A path for the log: it need not be valid text, the log must be."""
    return str(path).encode("utf-8", "backslashreplace").decode()
