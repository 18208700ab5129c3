"""Keeping the file as it is before much of it changes (HANDBOOK §10)."""

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from crmcli.context import Context
from crmcli.locale import _, plural
from crmcli.store import attached_files, backup, driver, exporting
from crmcli.store.age import ENDING, Seal
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


def attached_beside(crm: Context, kept: Path) -> Path | None:
    """The attached files beside a backup of the open file, and where; None when there are none, or they may not lie there.

    Beside what is sealed or encrypted they do not, for they are neither; that is said.
    """
    named = (row["digest"] for rows in exporting.stream(crm.db, "named_digests") for row in rows)
    if kept.suffix != ENDING and driver.is_plain(crm.db.connection):
        return attached_files.put_beside(crm.path, kept, named)
    if n := sum(1 for _one in named):
        told = plural(
            "{n} attached file is not in it, for it is not encrypted; keep a copy of {folder}, too.",
            "{n} attached files are not in it, for they are not encrypted; keep a copy of {folder}, too.",
            n,
        )
        crm.screen.note(told.format(n=n, folder=attached_files.folder_of(crm.path)))
    return None


def known_backups(crm: Context) -> list[Path]:
    """Every backup that is known of and there, wherever it lies."""
    paths = [one.path for one in backup.found(crm.shelf().places)]
    paths += [Path(row["detail"]) for row in crm.db.rows("events_of_kind", kind=backup.EVENT) if row["detail"]]  # fmt: skip
    return sorted(path for path in dict.fromkeys(paths) if path.is_file())


def with_files(kept: Iterable[Path]) -> list[Path]:
    """The same, each with the folder of attached files that lies beside it, if any."""
    beside = ((path, Path(f"{path}{attached_files.ENDING}")) for path in kept)
    return [one for path, files in beside for one in ((path, files) if files.is_dir() else (path,))]


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
