"""Copies of the whole file, made while others go on using it, checked, and let go of in turn (HANDBOOK §10).

They lie outside the data folder, so that what is erased there is not kept here unnoticed, and what is lost there is not
lost here.
"""

import os
import re
import sqlite3
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path
from typing import NamedTuple

from crmcli.durable import try_sync_folder
from crmcli.errors import CrmError, Damaged
from crmcli.locale import N_
from crmcli.store import attached_files, driver
from crmcli.store.age import ENDING, Seal
from crmcli.store.database import Database, refuse_locked

ASKED = ""
BEFORE_IMPORT = "before-import"
BEFORE_RESTORE = "before-restore"
BEFORE_SCHEMA = "before-schema"
"""Why a backup was made: it is in its name, and each kind is counted by itself."""
EVENT = "backup"
"""What making one is noted as."""
_HELPERS = ("-wal", "-shm", "-journal")
PARTS = ".part"
"""What the names of files and folders that are not complete yet end with."""


class Place(NamedTuple):
    """A folder that backups of a file are kept in, and what their names begin with in it; whether a person chose it."""

    folder: Path
    name: str
    is_chosen: bool = False


class Shelf(NamedTuple):
    """Where the backups of a file are: new ones in the first place that can be had. How many of a kind are kept, 0 for
    all; the local time that goes into the name of one that is made now, as 20261121-090000; and what seals it, if any.
    """

    places: tuple[Place, ...]
    keep: int
    stamp: str
    seal: Seal | None = None


class Found(NamedTuple):
    """A backup that crm made by itself, or when asked without a name; the local day is that in its name, if any."""

    path: Path
    kind: str
    modified: float
    day: str | None


def beside(path: str) -> Place:
    """The place beside the file: of earlier versions, and where no other can be had."""
    whole = Path(path).absolute()
    return Place(whole.with_name("backups"), whole.stem)


def shelf_beside(path: str) -> Shelf:
    """A shelf for those who know no settings: beside the file, nothing ever let go."""
    return Shelf((beside(path),), 0, "")


# --- making ---


def keep(
    db: Database, shelf: Shelf, kind: str = ASKED, detail: str = "", spare: Path | None = None
) -> Path:
    """A whole, checked copy of the open file on the shelf, 0600; what is older than enough of its kind is let go.

    `detail` follows the kind in the name; `spare` is not let go now, however old it is. CrmError when there is no place for it, StoreError when the file cannot be
    copied whole.
    """
    kept = _put(shelf, kind, detail, _sealed(db.path, shelf.seal, lambda draft: _copy(db, draft)))
    _let_go(shelf, kind, kept, spare)
    return kept


def keep_bytes(path: str, shelf: Shelf, kind: str, spare: Path | None = None) -> Path:
    """The same of a file that is damaged, or none of ours, byte by byte; its WAL lies beside it, if it has one.

    This process must not have it open: closing any file lets go of all locks on it.
    """
    kept = _put(shelf, kind, "", _sealed(path, shelf.seal, lambda draft: copy_bytes(path, draft)))
    wal = Path(f"{Path(path).resolve()}-wal")  # beside the file itself, wherever a link to it lies
    if wal.exists():
        _sealed(path, shelf.seal, lambda draft: copy_bytes(str(wal), draft))(Path(f"{kept}-wal"))
    _let_go(shelf, kind, kept, spare)
    return kept


def write(db: Database, target: Path, seal: Seal | None = None) -> None:
    """A whole, checked copy at `target`, 0600; made beside its place and moved there when it is complete."""
    try:
        with _draft(target) as draft:
            _sealed(db.path, seal, lambda draft: _copy(db, draft))(draft)
            draft.replace(target)
        try_sync_folder(target.parent)
    except OSError as error:
        raise CrmError(
            "{path} cannot be written ({reason}); name another place",
            path=target,
            reason=error.strerror or error,
        ) from None


def _sealed(path: str, seal: Seal | None, fill: Callable[[Path], None]) -> Callable[[Path], None]:
    """`fill`, sealed afterwards. What is not sealed yet lies beside the file at `path`, which is as readable."""
    if seal is None:
        return fill

    def filled(draft: Path) -> None:
        with _draft(Path(path).resolve()) as unsealed:
            fill(unsealed)
            seal(unsealed, draft)

    return filled


def _put(shelf: Shelf, kind: str, detail: str, fill: Callable[[Path], None]) -> Path:
    marks = "-".join(filter(None, (kind, detail, shelf.stamp)))
    refusal: OSError | None = None
    for place in shelf.places:
        target = place.folder / f"{place.name}-{marks}.db{ENDING if shelf.seal else ''}"
        try:
            make_private(place.folder)
            with _draft(target) as draft:
                fill(draft)
                target = _reserved(target)
                draft.replace(target)
            try_sync_folder(place.folder)
        except OSError as error:
            refusal = refusal or error
            continue
        return target
    raise CrmError(
        "{path} cannot be written ({reason}); name a place: crm backup FILE",
        path=shelf.places[0].folder,
        reason=refusal and (refusal.strerror or refusal),
    )


def make_private(folder: Path) -> None:
    """Make the folder and those above it that are not there, for its owner only."""
    missing = [one for one in (folder, *folder.parents) if not one.exists()]
    for one in reversed(missing):
        one.mkdir(mode=0o700, exist_ok=True)


@contextmanager
def _draft(target: Path) -> Iterator[Path]:
    """A file beside `target` under a name that no other process uses; gone afterwards unless moved away."""
    descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=PARTS, dir=target.parent)
    os.close(descriptor)
    draft = Path(name)
    try:
        yield draft
    finally:
        for ending in ("", *_HELPERS):
            Path(f"{draft}{ending}").unlink(missing_ok=True)


def _reserved(target: Path) -> Path:
    """The name, or the same with a number: free until now, and ours from now on, whoever else makes one meanwhile."""
    cut, number = target.name.rindex(".db"), 1
    name, endings = target.name[:cut], target.name[cut:]
    while True:
        try:
            os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        except FileExistsError:
            number += 1
            target = target.with_name(f"{name}-{number}{endings}")
        else:
            return target


# --- copying, and checking the copy ---


def _copy(db: Database, draft: Path) -> None:
    with db.speaking(), _reading(db) as source, source.standing_still():
        wanted = shape_of(source.connection)
        copy = driver.beside(db.connection, str(draft))
        try:
            copy_into(copy, source.connection, db.path)
            copy.execute("PRAGMA journal_mode = DELETE")
        finally:
            copy.close()
        # What is on the disk, not what is in memory.
        copy = driver.beside(db.connection, str(draft), "mode=ro")
        try:
            wrong = wrong_lines(copy, "quick_check")
            if not wrong and shape_of(copy) != wanted:
                wrong = ["it is not what the file is"]
        finally:
            copy.close()
    if wrong:
        raise Damaged(
            N_("no backup of {path} was made, for it would be damaged ({reason}); run: crm doctor"),
            path=db.path,
            reason=wrong[0],
        )


@contextmanager
def _reading(db: Database) -> Iterator[Database]:
    """The file as others see it: SQLite copies nothing through a connection that has locked it for writing."""
    if not db.is_locked:
        yield db
        return
    source = Database(driver.beside(db.connection, db.path, "mode=ro"), db.path)
    try:
        yield source
    finally:
        source.close()


def copy_into(
    target: driver.Connection,
    source: driver.Connection,
    path: str,
    check: Callable[[], None] = lambda: None,
) -> None:
    """Make `target` what `source` is, in one transaction; `check` is called when nobody else can write into it any more,
    and what it raises leaves `target` as it was.

    StoreError when the file at `path` is locked for longer than opening it would wait: SQLite's module goes on for ever.
    """

    def look(status: int, remaining: int, pages: int) -> None:
        if status in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            refuse_locked(path)
        if (
            status == sqlite3.SQLITE_OK
        ):  # neither before the first step nor after the last, which commits
            check()

    (pages,) = source.execute("PRAGMA page_count").fetchone()
    source.backup(target, pages=min(_PAGES_AT_ONCE, max(1, pages // 2)), progress=look)


_PAGES_AT_ONCE = 4_096


_OF_SEARCH = "FTS5"
"""Newer SQLites check the search index, too, which can be made anew from what is there."""


def wrong_lines(connection: driver.Connection, check: str) -> list[str]:
    """What SQLite's integrity_check or quick_check finds wrong with an open file."""
    lines = [row[0] for row in connection.execute(f"PRAGMA {check}")]
    return [line for line in lines if line != "ok" and _OF_SEARCH not in line]


_INDEX_ONLY = r"(row \d+ missing from|wrong # of entries in|non-unique entry in) index .*"


def are_of_indexes(lines: Iterable[str]) -> bool:
    """True when all that is wrong are indexes, which can be made anew."""
    return all(re.fullmatch(_INDEX_ONLY, line) for line in lines)


def shape_of(connection: driver.Connection) -> dict[str, int]:
    """The schema's version, and how many rows each table has."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    names = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL %'"
    ).fetchall()
    shape = {"": version}
    for (name,) in names:
        (shape[name],) = connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()
    return shape


_TRIES = 5


def copy_bytes(path: str, draft: Path) -> None:
    """The bytes of a file; once more when somebody wrote into it meanwhile."""
    from shutil import copyfile

    for _ in range(_TRIES):
        before = Path(path).stat()
        copyfile(path, draft)
        after = Path(path).stat()
        if (before.st_mtime_ns, before.st_size) == (after.st_mtime_ns, after.st_size):
            break
    draft.chmod(0o600)
    with draft.open("rb+") as written:
        os.fsync(written.fileno())


# --- what there is ---


def found(places: Iterable[Place]) -> list[Found]:
    """The backups in these places that bear a name of ours, the newest first."""
    listed = []
    for place in places:
        named = _named_by(place.name)
        with suppress(OSError):
            for file in place.folder.iterdir():
                if match := named(file.name):
                    kind = match["kind"] or match["schema"] or ASKED
                    days = match["day"], match["schema_day"]
                    listed.append(Found(file, kind, file.stat().st_mtime, _day_of(*days)))
    return sorted(listed, key=lambda one: (one.modified, one.path.name), reverse=True)


def _named_by(name: str) -> Callable[[str], re.Match[str] | None]:
    """Earlier versions gave those before a migration no date."""
    dated = rf"(?:-(?P<kind>{BEFORE_IMPORT}|{BEFORE_RESTORE}))?-(?P<day>\d{{8}})-\d{{6}}"
    of_schema = rf"-(?P<schema>{BEFORE_SCHEMA})-\d+(?:-(?P<schema_day>\d{{8}})-\d{{6}})?"
    pattern = rf"{re.escape(name)}(?:{dated}|{of_schema})(?:-\d+)?\.db(?:\.age)?"
    return re.compile(pattern).fullmatch


def _day_of(*digits: str | None) -> str | None:
    for day in filter(None, digits):
        with suppress(ValueError):
            return date.fromisoformat(day).isoformat()
    return None


def newest_good(places: Iterable[Place], fits: Callable[[Path], bool]) -> Path | None:
    """The newest backup that `fits`; None when there is none."""
    return next((one.path for one in found(places) if fits(one.path)), None)


def _let_go(shelf: Shelf, kind: str, newest: Path, spare: Path | None) -> None:
    """Remove all but the newest of a kind, never the one just made; what cannot be removed stays."""
    if shelf.keep <= 0:
        return
    older = [one.path for one in found(shelf.places) if one.kind == kind and one.path != newest]
    for path in older[shelf.keep - 1 :]:
        with suppress(OSError):
            if spare is not None and path.samefile(spare):
                continue
            path.unlink()
            Path(f"{path}-wal").unlink(missing_ok=True)
            attached_files.remove_half(Path(f"{path}{attached_files.ENDING}"))
