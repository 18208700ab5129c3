"""Putting a backup in the place of the file, so that a kill at any moment leaves the one or the other whole (HANDBOOK §10).

The backup is copied, checked and brought up to date beside the file, and then written over it in one transaction, so
that others may have it open meanwhile. What is no database any more, or not there, is replaced by name.
"""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

from crmcli.durable import try_sync_folder
from crmcli.errors import BadValue, CrmError, Damaged, Forbidden, Listed, NotFound, StoreError
from crmcli.locale import N_
from crmcli.rules.references import read_reference
from crmcli.store import backup, driver, erased, frozen
from crmcli.store.age import Seal
from crmcli.store.backup import Shelf
from crmcli.store.changes import record_event
from crmcli.store.checking import EVENT as MENDED
from crmcli.store.checking import lacking
from crmcli.store.database import Database, explaining, refuse_locked, refuse_newer
from crmcli.store.opening import (
    APPLICATION_ID,
    Seed,
    is_missing,
    look_into,
    open_for_writing,
)

EVENT = "restore"
"""What it is noted as."""
_ESTIMATED = "estimated-"
_TRIES = 3


class Contents(NamedTuple):
    """What a file holds, in figures: its schema, live customers, changes, and when the last one was, a UTC instant."""

    schema: int
    customers: int
    changes: int
    last_change_at: str | None


class Present(NamedTuple):
    """The file that is to be replaced: `whole`, `damaged`, or `missing`; and what it holds, as far as that can be read."""

    state: str
    contents: Contents | None
    erasures: Mapping[str, tuple[str, tuple[str, ...]]]
    """What was erased in it: by the reference that was named the local day, and the references of all that went."""
    first_change: tuple[Any, ...] | None = None
    """Which two states of one file share."""


WHOLE, DAMAGED, MISSING = "whole", "damaged", "missing"


# --- the backup ---


def refuse_unfit(file: Path, path: str) -> None:
    """Refuse what is not there, is no file, or is the very file that would be replaced."""
    if not os.path.lexists(file):
        raise NotFound("{path} is not there; name a backup: crm restore FILE", path=file)
    if file.is_dir():
        raise BadValue("{path} is a folder; name the backup file itself", path=file)
    if not file.exists():
        raise NotFound("{path} points to a file that is not there; name a backup", path=file)
    if Path(path).exists() and file.samefile(path):
        raise BadValue("{path} is the file itself; name a backup of it", path=file)


@contextmanager
def staged(
    file: Path, folder: Path, seed: Seed, unseal: Seal | None = None
) -> Iterator[tuple[Database, Contents]]:
    """A copy of the backup inside `folder`, checked and brought up to date, and what the backup holds.

    `unseal` opens one that is sealed. The backup is only read. StoreError when it is no database of ours, is damaged, or of a newer schema.
    """
    from tempfile import TemporaryDirectory

    try:
        with TemporaryDirectory(prefix=".restore-", suffix=backup.PARTS, dir=folder) as place:
            same = Path(place) / "crm.db"
            (unseal or _bring)(file, same)
            contents = _checked(file, same)
            db = _brought_up_to_date(file, same, seed)
            try:
                yield db, contents
            finally:
                db.close()
    except OSError as error:
        raise CrmError(
            "{path} cannot be copied ({reason}); check the disk and its free space",
            path=file,
            reason=error.strerror or error,
        ) from None


def _brought_up_to_date(file: Path, same: Path, seed: Seed) -> Database:
    """The copy, opened; StoreError when it is not whole, and would only be found out in the place of the file."""
    with _about(file):
        db = open_for_writing(str(same), seed, lambda _path: None)
    db.path = str(file)  # for messages
    if lost := lacking(db):
        db.close()
        raise Damaged(N_("{path} lacks {names}; name another backup"), path=file, names=Listed(lost))  # fmt: skip
    return db


@contextmanager
def _about(file: Path) -> Iterator[None]:
    """What is refused of a copy is said of the file that it is of."""
    try:
        yield
    except StoreError as error:
        error.values["path"] = file
        raise


def _bring(file: Path, same: Path) -> None:
    """The bytes, with those of its WAL: SQLite would write into a folder where it opens a file with one."""
    with file.open("rb") as opened:
        if opened.read(len(_MAGIC)) != _MAGIC and not driver.is_encrypted(str(file)):
            raise StoreError("{path} is no crm database; name a backup of one", path=file)
    backup.copy_bytes(str(file), same)
    wal = Path(f"{file}-wal")
    if wal.exists():
        backup.copy_bytes(str(wal), Path(f"{same}-wal"))


_MAGIC = b"SQLite format 3\0"


def _checked(file: Path, same: Path) -> Contents:
    """What it holds; StoreError when it is nothing that can be put back. Indexes that differ are made anew."""
    with _about(file), explaining(str(file)):
        connection = driver.connect(str(same))
        try:
            _refuse_foreign(connection, file)
            wrong = backup.wrong_lines(connection, "integrity_check")
            if wrong and backup.are_of_indexes(wrong):
                connection.execute("REINDEX")
                wrong = backup.wrong_lines(connection, "integrity_check")
            if wrong:
                raise Damaged(N_("{path} is damaged; name another backup"), path=file)
            return contents_of(connection)
        finally:
            connection.close()


def _refuse_foreign(connection: driver.Connection, file: Path) -> None:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (ours,) = connection.execute("PRAGMA application_id").fetchone()
    if ours != APPLICATION_ID or version < 1 or not _has_our_tables(connection):
        raise StoreError(
            "{path} is a database of another program; name a backup that crm made", path=file
        )
    if version > frozen.SCHEMA_VERSION:
        refuse_newer(str(file), version, frozen.SCHEMA_VERSION)


def _has_our_tables(connection: driver.Connection) -> bool:
    """Those of every schema; another program may have taken our number, or somebody written it."""
    names = {"customer", "person", "change", "change_row", "meta", "key_range"}
    there = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
    return names <= {name for (name,) in there}


def dangling(db: Database) -> int:
    """How many records point to one that is not there."""
    with db.speaking():
        return sum(1 for _ in db.connection.execute("PRAGMA foreign_key_check"))


def contents_of(connection: driver.Connection) -> Contents:
    """What an open file of any schema holds."""

    def one(sql: str) -> Any:
        return connection.execute(sql).fetchone()[0]

    return Contents(
        one("PRAGMA user_version"),
        one("SELECT count(*) FROM customer WHERE deleted_at IS NULL"),
        one("SELECT count(*) FROM change"),
        one("SELECT max(at) FROM change"),
    )


def is_good(path: Path) -> bool:
    """True when the file can be put back, as far as a quick look tells."""
    try:
        with explaining(str(path)):
            connection = driver.connect(str(path), "mode=ro&immutable=1")
            try:
                _refuse_foreign(connection, path)
                return not backup.wrong_lines(connection, "quick_check")
            finally:
                connection.close()
    except StoreError:
        return False


# --- the file that is there ---


def look(path: str) -> Present:
    """What would be replaced; StoreError when it may not be: another program's, a newer crm's, or read-only."""
    if is_missing(path):
        return Present(MISSING, None, {})
    contents, forgotten, first = None, {}, None
    try:
        connection = look_into(path)
        try:
            with explaining(path):
                contents = contents_of(connection)
                forgotten = _forgotten(connection)
                first = connection.execute(_FIRST_CHANGE).fetchone()
                wrong = backup.wrong_lines(connection, "quick_check")
        finally:
            connection.close()
    except Damaged:
        return Present(DAMAGED, contents, forgotten, first and tuple(first))
    return Present(DAMAGED if wrong else WHOLE, contents, forgotten, first and tuple(first))


def _forgotten(connection: driver.Connection) -> dict[str, tuple[str, tuple[str, ...]]]:
    found = {}
    for at, detail in connection.execute(
        "SELECT at, detail FROM event WHERE kind = ? ORDER BY id", (erased.EVENT,)
    ):
        if note := erased.read_note(detail):
            refs = note.get("refs") or [note["ref"]]
            found[note["ref"]] = note.get("on") or at[:10], tuple(refs)
    return found


def refuse_other_kind(db: Database, path: str) -> None:
    """An encrypted file is not written over by a plain one unasked, nor the other way round."""
    is_encrypted = driver.is_encrypted(path)
    if is_encrypted and driver.is_plain(db.connection):
        raise Forbidden(
            "{path} is encrypted and the backup is not; run first: crm decrypt", path=path
        )
    if not is_encrypted and not driver.is_plain(db.connection):
        raise Forbidden(
            "the backup is encrypted and {path} is not; run first: crm encrypt", path=path
        )


def come_back(present: Present, backed: Database) -> dict[str, str]:
    """Who was erased in the file that is there, and is in the backup: the day by reference.

    Nobody of another file, in which the same references are others'.
    """
    first = backed.connection.execute(_FIRST_CHANGE).fetchone()
    if first and present.first_change and tuple(first) != present.first_change:
        return {}
    found = {}
    for reference, (on, references) in present.erasures.items():
        if _is_there(backed, reference):
            found[reference] = on
        else:  # what was merged into it since stands by itself in the backup
            found |= {one: on for one in references if one.startswith("c") and _is_there(backed, one)}  # fmt: skip
    return found


def _is_there(db: Database, reference: str) -> bool:
    named = read_reference(reference)
    if named is None or named.table not in ("customer", "person"):
        return False
    return db.row(f"{named.table}_row", id=named.key) is not None


# --- what goes over from the one to the other ---


class Carried(NamedTuple):
    """What the file that is there knows, and the backup cannot: references given out, what was noted, dossiers sealed."""

    keys: list[tuple[Any, ...]]
    events: list[tuple[Any, ...]]
    dossiers: list[dict[str, Any]] | None
    first_change: tuple[Any, ...] | None


def _read_carried(connection: driver.Connection) -> Carried:
    """As much as can be read."""

    def rows(sql: str) -> list[tuple[Any, ...]]:
        try:
            return [tuple(row) for row in connection.execute(sql)]
        except driver.DatabaseError:
            return []  # then without

    dossiers = None
    with suppress(*driver.DatabaseError):  # of an older schema, or damaged
        found = connection.execute("SELECT * FROM dossier")
        names = [column[0] for column in found.description]
        dossiers = [dict(zip(names, row, strict=True)) for row in found]
    return Carried(
        rows("SELECT row_table, next FROM key_range"),
        rows("SELECT at, actor, kind, detail FROM event ORDER BY id"),
        dossiers,
        next(iter(rows(_FIRST_CHANGE)), None),
    )


_FIRST_CHANGE = "SELECT id, at FROM change ORDER BY id LIMIT 1"


def _carry(db: Database, carried: Carried, is_there: Callable[[str], bool]) -> None:
    """Inside a transaction on the backup's copy."""
    for table, following in carried.keys:
        row = db.row("next_key", row_table=table)
        if row is None and table in frozen.TABLES:
            db.run("insert_key_range", row_table=table, next=following)
        elif row is not None and row["next"] < following:
            db.run("take_keys", of=table, next=following)
    first = db.connection.execute(_FIRST_CHANGE).fetchone()
    if first is not None and tuple(first) != carried.first_change:
        return  # another file's, whose notes and dossiers are not of this one
    known = {tuple(row) for row in db.connection.execute("SELECT at, actor, kind, detail FROM event")}  # fmt: skip
    for at, actor, kind, detail in carried.events:
        about_rows = kind == MENDED or kind.startswith(_ESTIMATED)
        if not about_rows and (at, actor, kind, detail) not in known:
            record_event(db, at, actor, kind, detail)
    if carried.dossiers is not None:
        _carry_dossiers(db, carried.dossiers, is_there)


def _carry_dossiers(
    db: Database, lines: list[dict[str, Any]], is_there: Callable[[str], bool]
) -> None:
    """The book of the file that is there says what lies in the archive folder; what is nowhere was pruned."""
    there = {line["path"] for line in lines}
    for row in db.rows("dossiers"):
        if row["path"] in there or not is_there(row["path"]):
            db.run("drop_dossier", of=row["id"])
    for line in lines:
        if is_there(line["path"]):
            db.run("insert_dossier", **{**line, "id": None})


# --- replacing ---


class Noted(NamedTuple):
    """What is noted in the file: when, by whom, and of which backup; and where dossiers are looked for."""

    at: str
    actor: str
    file: str
    is_there: Callable[[str], bool]


def replace(db: Database, path: str, present: Present, shelf: Shelf, noted: Noted) -> Path | None:
    """Put the staged copy in the place of the file at `path`, which is kept as a backup first; the backup made.

    None when there was nothing to keep. The copy is changed and may be closed afterwards.
    """
    if present.state == MISSING:
        _finish(db, noted, None)
        _take_place(db, path, shall_be_new=True)
        return None
    if present.state == WHOLE:
        with suppress(Damaged):  # where a quick look does not look
            for _ in range(_TRIES):
                with suppress(_ChangedMeanwhile):
                    return _over_whole(db, path, shelf, noted)
            refuse_locked(path)
    return _over_damaged(db, path, shelf, noted)


class _ChangedMeanwhile(Exception):
    """Somebody wrote into the file after it was kept."""


def _over_whole(db: Database, path: str, shelf: Shelf, noted: Noted) -> Path:
    """Kept, and written over if nobody wrote into it in between."""
    source = look_into(path)
    try:
        with explaining(path):
            # A file in another mode, such as a backup that was worked on, cannot be looked at while it is written over.
            source.execute("PRAGMA journal_mode = WAL")
            before = _version_of(source)
            kept = backup.keep(
                Database(source, path), shelf, backup.BEFORE_RESTORE, spare=Path(noted.file)
            )
            _finish(db, noted, kept, _read_carried(source))

            def check() -> None:
                if _version_of(source) != before:
                    raise _ChangedMeanwhile

            try:
                _write_over(db, path, source, check)
            except _ChangedMeanwhile:
                kept.unlink(missing_ok=True)
                raise
    finally:
        source.close()
    return kept


def _version_of(connection: driver.Connection) -> int:
    """Which changes when another connection commits."""
    (version,) = connection.execute("PRAGMA data_version").fetchone()
    return int(version)


def _over_damaged(db: Database, path: str, shelf: Shelf, noted: Noted) -> Path:
    """Its bytes are kept; what of it can be read goes over. It is written over while it can be opened at all."""
    kept = backup.keep_bytes(path, shelf, backup.BEFORE_RESTORE, spare=Path(noted.file))
    try:
        source = look_into(path)
    except Damaged:
        _finish(db, noted, kept)
        _take_place(db, path)
        return kept
    try:
        _finish(db, noted, kept, _read_carried(source))
        with explaining(path):
            _write_over(db, path, source)
    except Damaged:
        source.close()
        _take_place(db, path)
    finally:
        source.close()
    return kept


def _finish(db: Database, noted: Noted, kept: Path | None, carried: Carried | None = None) -> None:
    """Write into the copy what it is to know when it is the file; a second time nothing of it twice."""
    with db.transaction():
        if carried is not None:
            _carry(db, carried, noted.is_there)
        for kind, detail in ((backup.EVENT, kept and str(kept)), (EVENT, noted.file)):
            if detail:
                detail = detail.encode("utf-8", "backslashreplace").decode()
                db.connection.execute(_UNDO_NOTE, (noted.at, kind, detail))
                record_event(db, noted.at, noted.actor, kind, detail)
    db.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


_UNDO_NOTE = "DELETE FROM event WHERE at = ? AND kind = ? AND detail = ?"


def _write_over(
    db: Database,
    path: str,
    source: driver.Connection,
    check: Callable[[], None] = lambda: None,
) -> None:
    target = driver.beside(source, path, "mode=rw")
    try:
        target.execute("PRAGMA synchronous = FULL")
        _same_pages(db, target)
        backup.copy_into(target, db.connection, path, check)
        with suppress(
            *driver.DatabaseError
        ):  # others may be reading: then the last of them does it
            target.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        target.close()


def _same_pages(db: Database, target: driver.Connection) -> None:
    """SQLite writes over a file in WAL mode only in pages of the size that it has."""
    (size,) = target.execute("PRAGMA page_size").fetchone()
    (ours,) = db.connection.execute("PRAGMA page_size").fetchone()
    if size != ours:
        db.connection.execute("PRAGMA journal_mode = DELETE")
        db.connection.execute(f"PRAGMA page_size = {size:d}")
        db.connection.execute("VACUUM")


def _take_place(db: Database, path: str, shall_be_new: bool = False) -> None:
    """The copy becomes the file by its name; what helped the old one must not be taken for its own."""
    (name,) = (row[2] for row in db.connection.execute("PRAGMA database_list") if row[1] == "main")
    db.connection.execute("PRAGMA journal_mode = WAL")
    db.close()
    real = Path(path).resolve()
    for ending in ("-wal", "-shm", "-journal"):
        Path(f"{real}{ending}").unlink(missing_ok=True)
    if shall_be_new and not is_missing(path):
        refuse_locked(path)
    Path(name).replace(real)
    real.chmod(0o600)
    try_sync_folder(real.parent)
