"""Checks of what lies around the file: statistics, its WAL, backups, dossiers, and what killed commands left."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path

from crmcli.rules.references import ref
from crmcli.rules.said import Said, counted, said
from crmcli.store import attached_files, backup, dossiers, exporting
from crmcli.store.encrypting import LEFT_OVER
from crmcli.store.findings import FIX, NAMED, OK, PROBLEM, WARNING, Examined, Finding

BACKUP_DAYS = 30
"""Changes older than this should be in a backup."""
_LARGE_WAL = 64 * 1024 * 1024
_STALE_SECONDS = 3_600
_MEGABYTE = 1024 * 1024

# --- what SQLite keeps beside the data ---

_STATISTICS = ("sqlite_stat1", "sqlite_stat4")


def statistics(examined: Examined) -> Finding:
    """The statements are written for a planner without statistics: others' lead it to read whole tables (decision 26)."""
    if not _statistics(examined):
        return Finding(OK, said("records are looked up as they should be"))
    message = said("statistics of another program mislead SQLite in looking records up")
    return Finding(WARNING, message, FIX, 1)


def _statistics(examined: Examined) -> list[str]:
    names = examined.db.connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
    return [name for (name,) in names if name in _STATISTICS]


def drop_statistics(examined: Examined) -> Said:
    """Take them away."""
    for name in _statistics(examined):
        examined.db.connection.execute(f"DROP TABLE {name}")
    return said("statistics taken away")


def wal(examined: Examined) -> Finding:
    """Only what goes on reading for very long lets it grow so."""
    size = 0
    with suppress(OSError):
        size = Path(f"{Path(examined.db.path).resolve()}-wal").stat().st_size
    if size <= _LARGE_WAL:
        return Finding(OK, said("changes find their way into the file"))
    message = said("{n} MB of changes wait beside the file until nobody reads it", n=size // _MEGABYTE)  # fmt: skip
    advice = said("close the other programs that have it open")
    return Finding(WARNING, message, advice, 1)


# --- backups ---


def backups(examined: Examined) -> Finding:
    """When the newest was made, and whether changes that are not in any are growing old."""
    newest = max(_days_of_backups(examined), default=None)
    first, count = examined.db.connection.execute(
        "SELECT min(at), count(*) FROM change WHERE at >= ?", (_day_after(newest),)
    ).fetchone()
    limit = (date.fromisoformat(examined.today) - timedelta(days=BACKUP_DAYS)).isoformat()
    if first is None or first[:10] >= limit:
        if newest is None:
            return Finding(OK, said("no backup yet, and no change that is older than {days} days", days=BACKUP_DAYS))  # fmt: skip
        return Finding(OK, said("the newest backup is of {day}", day=newest))
    if newest is None:
        message = counted("there is no backup of {n} change", "there is no backup of {n} changes", count)  # fmt: skip
    else:
        message = counted("the newest backup is of {day}, and {n} change was made since", "the newest backup is of {day}, and {n} changes were made since", count)  # fmt: skip
        message = message._replace(values={"n": count, "day": newest})
    return Finding(WARNING, message, said("crm backup"), count)


def _day_after(day: str | None) -> str:
    return (date.fromisoformat(day) + timedelta(days=1)).isoformat() if day else ""


def _days_of_backups(examined: Examined) -> Iterator[str]:
    """Of those that are there still: by their names, and as they were noted."""
    for one in backup.found(examined.shelf.places):
        if one.day:
            yield one.day
    for row in examined.db.rows("events_of_kind", kind=backup.EVENT):
        if row["detail"] and Path(row["detail"]).is_file():
            yield row["at"][:10]


def backup_folder(examined: Examined) -> Finding:
    """What is erased stays in backups, so they should not pass for the data's."""
    home = Path(examined.db.path).resolve().parent
    own = [backup.beside(examined.db.path), *(place for place in examined.shelf.places if place.is_chosen and place.folder.resolve().is_relative_to(home))]  # fmt: skip
    inside = backup.found(dict.fromkeys(own))
    if not inside:
        return Finding(OK, said("no backup lies in the data folder"))
    message = counted("{n} backup lies in the data folder: {path}", "{n} backups lie in the data folder: {path}", len(inside))  # fmt: skip
    message = message._replace(values={"n": len(inside), "path": str(inside[0].path.parent)})
    advice = said("move them to {path}: what is lost with the folder, or erased in it, should not hang on them", path=str(examined.shelf.places[0].folder))  # fmt: skip
    return Finding(WARNING, message, advice, len(inside), {"paths": [str(one.path) for one in inside[:NAMED]]})  # fmt: skip


# --- dossiers, and what was left ---


def archived(examined: Examined) -> Finding:
    """Whether the folders are there; what is in them, `crm archive --verify` reads."""
    lost = [one for one in dossiers.all_sealed(examined.db) if not examined.is_there(one)]
    if not lost:
        return Finding(OK, said("every dossier is where it was sealed"))
    message = counted("{n} dossier is not where it was sealed: {path}", "{n} dossiers are not where they were sealed, the first: {path}", len(lost))  # fmt: skip
    message = message._replace(values={"n": len(lost), "path": lost[0].path})
    advice = said("crm archive --verify names them")
    return Finding(WARNING, message, advice, len(lost), {"paths": [one.path for one in lost[:NAMED]]})  # fmt: skip


def attached(examined: Examined) -> Finding:
    """Whether the bytes of every attached file are what they were; each hash is made anew."""
    folder = attached_files.folder_of(examined.db.path)
    found = {attached_files.MISSING: 0, attached_files.CHANGED: 0}
    first = ""
    records: list[str | None] = []
    for rows in exporting.stream(examined.db, "attached_digests"):
        for row in rows:
            wrong = attached_files.problem(folder, row["digest"], row["size"])
            if not wrong:
                continue
            found[wrong if wrong in found else attached_files.CHANGED] += 1
            first = first or str(attached_files.place_of(folder, row["digest"]))
            if len(records) < NAMED:
                records.append(ref("attachment", row["id"]))
    missing, changed = found.values()
    if not missing + changed:
        return Finding(OK, said("every attached file is there and as it was attached"))
    if not changed:
        message = counted("{n} attached file is missing: {path}", "{n} attached files are missing, the first: {path}", missing)  # fmt: skip
    elif not missing:
        message = counted("{n} attached file is not as it was attached: {path}", "{n} attached files are not as they were attached, the first: {path}", changed)  # fmt: skip
    else:
        message = said("{missing} attached files are missing and {changed} not as they were attached, the first: {path}", missing=missing, changed=changed)  # fmt: skip
    message = message._replace(values={**message.values, "path": first})
    advice = said("put them back from the .files folder of a backup, attach them anew, or let go of them: crm delete {ref}", ref=records[0])  # fmt: skip
    return Finding(PROBLEM, message, advice, missing + changed, {"records": records})


def unnamed(examined: Examined) -> Finding:
    """Files that commands which were killed left beside the data, or that a restore left without a record."""
    left = [str(path) for path in _unnamed(examined)]
    if not left:
        return Finding(OK, said("every file beside the data belongs to a record"))
    message = counted("{n} file beside the data belongs to no record: {path}", "{n} files beside the data belong to no record, the first: {path}", len(left))  # fmt: skip
    message = message._replace(values={"n": len(left), "path": left[0]})
    return Finding(WARNING, message, FIX, len(left), {"paths": left[:NAMED]})


def _unnamed(examined: Examined) -> Iterator[Path]:
    folder = attached_files.folder_of(examined.db.path)
    yield from attached_files.drafts(folder)
    for digest in attached_files.digests(folder):
        row = examined.db.row("digest_is_named", digest=digest)
        if not (row and row["found"]):
            yield attached_files.place_of(folder, digest)


def remove_unnamed(examined: Examined) -> Said:
    """Those that nobody has touched for a day; the file is locked, so that nobody is about to name one."""
    folder = attached_files.folder_of(examined.db.path)
    for path in attached_files.stale([*_unnamed(examined), *attached_files.opened(folder)]):
        attached_files.remove_half(path)
    return said("files that belong to no record are gone when nobody has touched them for a day")


def leftovers(examined: Examined) -> Finding:
    """Drafts of commands that were killed, or are still at work."""
    left = [str(path) for path in _left(examined)]
    if not left:
        return Finding(OK, said("no command left anything half made"))
    message = counted("a command left something half made, or is still at it: {path}", "commands left {n} things half made, or are still at it: {path}", len(left))  # fmt: skip
    message = message._replace(values={"n": len(left), "path": left[0]})
    return Finding(WARNING, message, FIX, len(left), {"paths": left[:NAMED]})


def _left(examined: Examined) -> Iterator[Path]:
    file = Path(examined.db.path).resolve()
    patterns = [(file.parent, pattern) for pattern in (f".restore-*{backup.PARTS}", f".{file.name}.*{backup.PARTS}", f".{file.name[:100]}.*.tmp", f"{file.name}{LEFT_OVER}")]  # fmt: skip
    patterns += [(place.folder, f".{place.name}-*{backup.PARTS}*") for place in examined.shelf.places]  # fmt: skip
    for folder, pattern in patterns:
        with suppress(OSError):
            yield from sorted(folder.glob(pattern))


def remove_leftovers(examined: Examined) -> Said:
    """Those that nobody has touched for an hour, by the clock of the disk they lie on."""
    from shutil import rmtree

    for path in _left(examined):
        with suppress(OSError):
            with tempfile.TemporaryFile(dir=path.parent) as probe:
                now = os.fstat(probe.fileno()).st_mtime
            if now - path.stat().st_mtime < _STALE_SECONDS:
                continue
            if path.is_dir():
                rmtree(path)
            else:
                path.unlink()
    return said("what nobody has touched for an hour is gone")
