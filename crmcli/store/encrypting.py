"""A plain file becomes an encrypted one, or the other way round, so that a kill at any moment leaves one of them whole.

The new file is made beside the old one, which nobody else has open meanwhile, is checked, and takes its place by its
name; then the bytes of the old one are written over. SQLCipher alone opens either, for one file by two SQLites would
have no locks. Whoever opened the old file and waited for it finds no database there any more, and opens the new one.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from crmcli.durable import try_sync_folder
from crmcli.errors import CrmError, Forbidden, StoreError
from crmcli.store import driver
from crmcli.store.backup import shape_of, wrong_lines
from crmcli.store.database import Database, explaining

LEFT_OVER = ".converted"
"""What the new file's name ends with until it takes the old one's."""

_HELPERS = ("-wal", "-shm", "-journal")
_PIECE = 1 << 20


@contextmanager
def log_of(path: str) -> Iterator[int | None]:
    """The file's WAL, to be written over in the end though it loses its name whenever the last to have it open closes it."""
    log = _opened(f"{Path(path).resolve()}-wal")
    try:
        yield log
    finally:
        if log is not None:
            os.close(log)


def encrypt(path: str, key: str, ready: Callable[[Database], None], log: int | None = None) -> None:
    """Encrypt the plain file at `path`, which this process has not open, with a key as `driver.connect_with` takes it.

    `log` is what `log_of` gave. `ready` is handed the new file when it is complete and checked, and before it takes the
    old one's place. StoreError when another process has the file open, when there is no room, or when the copy is not
    whole: nothing was changed.
    """
    real = _only_name(path)
    with explaining(path):
        old = driver.connect_plain_by_sqlcipher(real)
    _replace(path, real, old, key, ready, log)


def decrypt(path: str, ready: Callable[[Database], None]) -> None:
    """The same the other way round; the key is asked for as for opening it."""
    real = _only_name(path)
    with explaining(path):
        old = driver.connect(real)
    _replace(path, real, old, "", ready)


def _only_name(path: str) -> str:
    """The file itself where `path` is a link to it; Forbidden when it has more names, which would lose what is in it."""
    real = Path(path).resolve()
    if real.stat().st_nlink > 1:
        raise Forbidden(
            "{path} has another name, a hard link, that would be left without its data; remove that first",
            path=path,
        )
    return str(real)


def _replace(
    path: str,
    real: str,
    old: driver.Connection,
    key: str,
    ready: Callable[[Database], None],
    log: int | None = None,
) -> None:
    draft = real + LEFT_OVER
    try:
        with explaining(path), _alone(path, old):
            destroy(draft)  # of an attempt that was killed
            try:
                _export(old, draft, key)
                _check(path, old, draft, key, ready)
                _take_place(real, draft, old, log)
            finally:
                destroy(draft)
    except OSError as error:
        raise StoreError(
            "{path} cannot be replaced ({reason}); check its folder, nothing was changed",
            path=path,
            reason=error.strerror or error,
        ) from None
    finally:
        old.close()


@contextmanager
def _alone(path: str, old: driver.Connection) -> Iterator[None]:
    """Nobody else has the file open, nor can read it from here on."""
    try:
        # Only the last to have a file open can take it out of WAL mode, which also empties the WAL into it.
        (mode,) = old.execute("PRAGMA journal_mode = DELETE").fetchone()
        if mode != "delete":
            raise StoreError(
                "{path} is locked by another program; try again when that has finished", path=path
            )
        old.execute("PRAGMA locking_mode = EXCLUSIVE")
        old.execute("BEGIN EXCLUSIVE")
        old.execute("COMMIT")  # the lock stays
        yield
    except BaseException:
        with suppress(*driver.DatabaseError):
            if old.in_transaction:
                old.execute("ROLLBACK")
            old.execute("PRAGMA locking_mode = NORMAL")
            old.execute("PRAGMA journal_mode = WAL")
        raise


def _opened(path: str) -> int | None:
    try:
        return os.open(path, os.O_RDWR | getattr(os, "O_BINARY", 0))
    except FileNotFoundError:
        return None


def _export(old: driver.Connection, draft: str, key: str) -> None:
    os.close(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    old.execute("ATTACH ? AS made KEY ?", (draft, f"x'{key}'" if key else ""))
    old.execute("PRAGMA made.journal_mode = OFF")  # half a draft is no loss
    old.execute("PRAGMA made.synchronous = OFF")
    old.execute("BEGIN")
    old.execute("SELECT sqlcipher_export('made')")
    for pragma in ("user_version", "application_id"):
        (value,) = old.execute(f"PRAGMA main.{pragma}").fetchone()
        old.execute(f"PRAGMA made.{pragma} = {value:d}")
    _export_statistics(old)
    old.execute("COMMIT")
    old.execute("DETACH made")


_STATISTICS = ("sqlite_stat1", "sqlite_stat4")


def _export_statistics(old: driver.Connection) -> None:
    """What ANALYZE found out, which the export leaves out; only analysing makes the tables for it."""
    had = _tables_in(old, "main")
    if not had & {*_STATISTICS}:
        return
    old.execute("ANALYZE made.meta")
    for name in _STATISTICS:
        if name in had:
            old.execute(f"DELETE FROM made.{name}")
            old.execute(f"INSERT INTO made.{name} SELECT * FROM main.{name}")
        elif name in _tables_in(old, "made"):
            old.execute(f"DROP TABLE made.{name}")


def _tables_in(connection: driver.Connection, database: str) -> set[str]:
    rows = connection.execute(f"SELECT name FROM {database}.sqlite_master WHERE type = 'table'")
    return {name for (name,) in rows}


def _check(
    path: str, old: driver.Connection, draft: str, key: str, ready: Callable[[Database], None]
) -> None:
    """What is on the disk is whole, and all that was in the old file; then in WAL mode, and on the disk for good."""
    new = driver.connect_with(key, draft)
    try:
        wrong = wrong_lines(new, "integrity_check")
        if wrong or shape_of(new) != shape_of(old) or _schema_of(new) != _schema_of(old):
            raise StoreError(
                "{path} is damaged and cannot be copied whole ({reason}); run: crm doctor",
                path=path,
                reason=wrong[0] if wrong else "rows are missing",
            )
        new.execute("PRAGMA journal_mode = WAL")
        new.execute("PRAGMA synchronous = FULL")
        ready(Database(new, path))
    finally:
        new.close()
    with Path(draft).open("rb+") as written:
        os.fsync(written.fileno())


def _schema_of(connection: driver.Connection) -> list[tuple[str, ...]]:
    rows = connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_master")
    return sorted(tuple(map(str, row)) for row in rows if not row[1].startswith("sqlite_"))


def _take_place(real: str, draft: str, old: driver.Connection, log: int | None) -> None:
    """The moment: before it the old file is there, after it the new one; then the old bytes, which have no name any more."""
    if os.name != "posix":  # elsewhere a file that is open keeps its name
        old.close()
        Path(draft).replace(real)
        return
    rights = Path(real).stat()
    with suppress(OSError):
        os.chown(draft, rights.st_uid, rights.st_gid)
    file = os.open(real, os.O_RDWR)
    try:
        Path(draft).replace(real)
        try_sync_folder(Path(real).parent)
        with suppress(OSError):  # done is done, and that bytes may be left is said in any case
            for number in (file, log):
                if number is not None:
                    _overwrite(number)
    finally:
        old.close()  # and only then this one, for closing any lets go of the lock
        os.close(file)


# --- destroying ---


def destroy(path: str) -> None:
    """Write over a file and its helper files, and remove them; those that are not there are gone already."""
    for name in (path, *(path + ending for ending in _HELPERS)):
        number = _opened(name)
        if number is not None:
            try:
                _overwrite(number)
            finally:
                os.close(number)
            Path(name).unlink()


def _overwrite(number: int) -> None:
    """Zeros in the place of all bytes; a disk that is worn or copies as it writes keeps them all the same."""
    size = os.fstat(number).st_size
    os.lseek(number, 0, os.SEEK_SET)
    for start in range(0, size, _PIECE):
        os.write(number, bytes(min(_PIECE, size - start)))
    os.fsync(number)


# --- what the extra brings ---


def require() -> None:
    """CrmError when the extra `crypt` is not installed."""
    if not driver.has_sqlcipher():
        raise CrmError("encryption needs more packages: pip install 'crm-terminal[crypt]'")
