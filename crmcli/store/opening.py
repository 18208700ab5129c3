"""Opening the file: for reading, for writing, or a copy to rehearse on; making it, and refusing what is none (DESIGN §4)."""

import os
import stat
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, NoReturn

from crmcli.errors import Damaged, StoreError
from crmcli.store import driver, frozen
from crmcli.store.database import DAMAGED, Database, explaining, refuse_newer

if TYPE_CHECKING:  # needed only before a migration
    from crmcli.store.backup import Shelf

BUSY_SECONDS = driver.BUSY_SECONDS
_LAST_VERSION = 9999  # revisions have four digits
APPLICATION_ID = 0x43524D31  # "CRM1"; tells our file from any other SQLite file

Seed = Callable[[], Mapping[str, str]]
"""The settings that a new file is born with."""
ShelfOf = Callable[[str], "Shelf | None"]
"""Where backups of the file at a path are kept, for it may have to be migrated; None = nowhere, for it is a copy itself."""


def _beside(path: str) -> "Shelf":
    from crmcli.store.backup import shelf_beside

    return shelf_beside(path)


def _nowhere(path: str) -> None:
    """A copy needs no backup."""


def open_for_reading(path: str, seed: Seed = dict, shelf_of: ShelfOf = _beside) -> Database:
    """The file as it is; an empty stand-in in memory when there is none yet, so that nothing is created by looking."""
    if is_missing(path):
        return Database(_empty(":memory:", seed), path, exists=False)
    _refuse_folder(path)
    _refuse_dangling(path)
    connection = _open_current(path, _reading_mode(path), shelf_of)
    return Database(connection, path, version=frozen.SCHEMA_VERSION)


def open_for_writing(path: str, seed: Seed = dict, shelf_of: ShelfOf = _beside) -> Database:
    """The file, made first when it is not there; its folder 0700, itself 0600."""
    _refuse_folder(path)
    if is_missing(path):
        _create(path, seed)
    _refuse_read_only(path)
    pragmas = ("foreign_keys = ON", "synchronous = FULL")
    connection = _open_current(path, "mode=rw", shelf_of, *pragmas)
    return Database(connection, path, version=frozen.SCHEMA_VERSION)


def begin_new(path: str, seed: Seed = dict) -> Database:
    """A file in the making, of which there is nothing at `path` before `put_in_place`: it vanishes with its connection."""
    return Database(_empty(driver.VANISHING, seed), path, exists=False)


def put_in_place(made: Database) -> None:
    """Make the file at `made.path` of what was begun as new, whole at one moment: nobody ever sees a part of it.

    StoreError when another program has made a file there meanwhile, or it cannot be written; then there is none of ours.
    """
    from tempfile import mkstemp

    path = made.path
    folder, name = os.path.split(os.path.abspath(path))
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
        descriptor, draft = mkstemp(prefix=f".{name[:100]}.", suffix=".tmp", dir=folder)
        os.close(descriptor)
    except OSError as error:
        _explain_system(error, path)
    try:
        with explaining(path):
            copy = driver.beside(made.connection, draft)
            try:
                made.connection.backup(copy)
                copy.execute("PRAGMA journal_mode = WAL")
            finally:
                copy.close()
        give_name(draft, path)
    except OSError as error:
        _explain_system(error, path)
    finally:
        for ending in ("", "-wal", "-shm", "-journal"):
            with suppress(OSError):
                os.unlink(draft + ending)


def give_name(draft: str, path: str) -> None:
    """Give a finished file its name; it never takes another's place, for which there is a StoreError. `draft` may stay."""
    try:
        try:
            os.link(draft, path)  # unlike a renaming, it never takes another's place
        except FileExistsError:
            raise
        except OSError:  # a file system without links
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
            os.replace(draft, path)
    except FileExistsError:
        raise StoreError(
            "{path} was made by another program meanwhile; nothing was written, try again",
            path=path,
        ) from None


def look_into(path: str) -> driver.Connection:
    """A connection to the file at whatever schema it is, as far as this program knows it: to copy it, or write over it.

    StoreError when it may not be written or is not ours, Damaged when it is no database any more.
    """
    _refuse_folder(path)
    _refuse_read_only(path)
    _refuse_odd_header(path)
    connection = _connect(path, "mode=rw")
    try:
        _check_version(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


def _refuse_odd_header(path: str) -> None:
    """Damaged when the header says what no SQLite writes, and takes for a file that is read-only, or of its successor."""
    if driver.is_encrypted(path):
        return
    with open(path, "rb") as file:
        header = file.read(_HEADER)
    modes, layout = set(header[18:20]), int.from_bytes(header[44:48], "big")
    if len(header) < _HEADER or modes - {1, 2} or layout > 4:
        raise Damaged(DAMAGED, path=path)


_HEADER = 100


def rehearse(path: str, seed: Seed = dict) -> Database:
    """A copy to try a change on: the file itself is only read, neither made nor migrated, nor is its WAL moved into it."""
    if is_missing(path):
        return Database(_empty(driver.VANISHING, seed), path, exists=False)
    _refuse_folder(path)
    _refuse_dangling(path)
    if _has_lone_wal(path):
        return _rehearse_elsewhere(path, seed)
    mode = _looking_mode(path)
    source = _connect(path, mode)
    try:
        if not _check_version(source, path):
            return _rehearse_migrated(path, source)
        with explaining(path):
            copy = driver.copy(source)
            _prepare(copy)
            copy.execute("PRAGMA foreign_keys = ON")
    finally:
        source.close()
    return Database(copy, path)


def _rehearse_migrated(path: str, source: driver.Connection) -> Database:
    """The same of a file with an older schema: a copy of it on disk is migrated, for a moment."""
    from tempfile import TemporaryDirectory

    with TemporaryDirectory(prefix="crm-") as folder:
        older = os.path.join(folder, os.path.basename(path))
        copy = driver.beside(source, older)
        with explaining(path):
            source.backup(copy)
        copy.close()
        open_for_reading(older, shelf_of=_nowhere).close()
        return Database(rehearse(older).connection, path)


def _looking_mode(path: str) -> str:
    """As for reading; what a program that was killed left in the WAL would be moved into the file by the last to close it
    unless it cannot write.
    """
    return "mode=ro" if _has_wal(path) else _reading_mode(path)


def _helper(path: str, ending: str) -> str:
    """SQLite's file beside the file itself, wherever a link to it lies."""
    return (os.path.realpath(path) if os.path.islink(path) else path) + ending


def _has_wal(path: str) -> bool:
    wal = _helper(path, "-wal")
    return os.path.exists(wal) and os.path.getsize(wal) > 0


def _has_lone_wal(path: str) -> bool:
    """True when nobody has the file open, and looking at it would make SQLite's other helper file."""
    return _has_wal(path) and not os.path.exists(_helper(path, "-shm"))


def _rehearse_elsewhere(path: str, seed: Seed) -> Database:
    from shutil import copyfile
    from tempfile import TemporaryDirectory

    with TemporaryDirectory(prefix="crm-") as folder:
        same = os.path.join(folder, os.path.basename(path))
        for ending in ("", "-wal"):
            copyfile(_helper(path, ending), same + ending)
        open_for_reading(same, seed, _nowhere).close()  # which moves the WAL into the copy
        return Database(rehearse(same, seed).connection, path)


_LARGE_PAGE = 16_384  # bytes; SQLite's are 4,096


def _empty(name: str, seed: Seed) -> driver.Connection:
    connection = driver.empty(name)
    # So much is put into that one that many small pages would cost a tenth more.
    if name == driver.VANISHING:
        connection.execute(f"PRAGMA page_size = {_LARGE_PAGE:d}")
    _prepare(connection)
    _build(connection, seed)
    connection.execute("PRAGMA foreign_keys = ON")
    return connection


def _connect(path: str, mode: str) -> driver.Connection:
    with explaining(path):
        connection = driver.connect(path, mode, BUSY_SECONDS)
        _prepare(connection)
        return connection


def _prepare(connection: driver.Connection) -> None:
    connection.execute("PRAGMA temp_store = MEMORY")


def _reading_mode(path: str) -> str:
    """Plain reading needs the folder to be writable, and have room, for WAL's helper files; without them the file cannot
    change.
    """
    folder = os.path.dirname(os.path.abspath(_helper(path, "")))
    if _writable(path) and os.access(folder, os.W_OK) and _has_room(folder):
        return "mode=rw"
    is_settled = not (_has_wal(path) or os.path.exists(_helper(path, "-journal")))
    return "mode=ro&immutable=1" if is_settled else "mode=ro"


_ROOM = 64 * 1024


def _has_room(folder: str) -> bool:
    """False on a full disk, where nobody can write; what is there can still be read."""
    if not hasattr(os, "statvfs"):
        return True
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize >= _ROOM


def _writable(path: str) -> bool:
    """The permission bits count even for root, who could write anyway: they say what the owner wants."""
    return bool(os.stat(path).st_mode & 0o222) and os.access(path, os.W_OK)


def is_missing(path: str) -> bool:
    """Not there yet, or as empty as `mktemp` leaves it."""
    try:
        found = os.lstat(path)
    except FileNotFoundError:
        return True
    except (OSError, ValueError) as error:
        raise StoreError(
            "{path} cannot be opened ({reason}); choose another place with --db",
            path=path,
            reason=getattr(error, "strerror", None) or error,
        ) from None
    return stat.S_ISREG(found.st_mode) and found.st_size == 0


def _create(path: str, seed: Seed) -> None:
    """Make the file in one exclusive transaction, so that of several processes one builds it and nobody sees half."""
    try:
        os.makedirs(os.path.dirname(os.path.abspath(path)), mode=0o700, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        _explain_system(error, path)
    connection = _connect(path, "mode=rw")
    try:
        with explaining(path):
            connection.execute("BEGIN EXCLUSIVE")
            if _count_of_things(connection) == 0:
                _build(connection, seed)
            connection.execute("COMMIT")
            _use_wal(connection)
    finally:
        connection.close()


def _use_wal(connection: driver.Connection) -> None:
    """Go over to the WAL. SQLite asks for the file alone, and does not wait for it: others may be making it, too."""
    from time import sleep

    for _ in range(_TRIES):
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except driver.Error as error:
            if getattr(error, "sqlite_errorcode", 0) & 0xFF != _BUSY:
                raise
            sleep(BUSY_SECONDS / _TRIES)
    connection.execute("PRAGMA journal_mode = WAL")


_BUSY, _TRIES = 5, 1_000  # SQLITE_BUSY


def _build(connection: driver.Connection, seed: Seed) -> None:
    """Tables, first settings, and only then the triggers: what a file is born with is no change."""
    from crmcli.store import frozen_schema

    for statement in frozen_schema.SCHEMA:
        connection.execute(statement)
    for key, (name, value) in enumerate(seed().items(), start=1):
        row = {"id": key, "name": name, "value": value, "deleted_at": None}
        connection.execute(frozen.STATEMENTS["insert_setting"], row)
        connection.execute(frozen.STATEMENTS["take_keys"], {"of": "setting", "next": key + 1})
    for trigger in frozen_schema.TRIGGERS.values():
        connection.execute(trigger)
    connection.execute(f"PRAGMA user_version = {frozen.SCHEMA_VERSION}")
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")


def _count_of_things(connection: driver.Connection) -> int:
    count: int = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    return count


def _check_version(connection: driver.Connection, path: str) -> bool:
    """True when the file has the schema this code was built for; False when it is older; StoreError otherwise."""
    with explaining(path):
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version == frozen.SCHEMA_VERSION:
            return True
        (ours,) = connection.execute("PRAGMA application_id").fetchone()
    if ours != APPLICATION_ID:
        raise StoreError(
            "{path} is a database of another program; choose another file with --db", path=path
        )
    if not 1 <= version <= _LAST_VERSION:  # no program of ours ever wrote that
        raise Damaged(DAMAGED, path=path)
    if version > frozen.SCHEMA_VERSION:
        refuse_newer(path, version, frozen.SCHEMA_VERSION)
    return False


def _open_current(path: str, mode: str, shelf_of: ShelfOf, *pragmas: str) -> driver.Connection:
    """A connection to the file at today's schema; an older file is backed up and migrated first."""
    connection = _connect(path, mode)
    try:
        if _check_version(connection, path):
            with explaining(path):
                for pragma in pragmas:
                    connection.execute(f"PRAGMA {pragma}")
            return connection
    except StoreError:
        connection.close()  # now, or SQLite's helper files are left lying beside the file
        if driver.is_plain(connection) == driver.is_encrypted(path):  # since it was opened
            return _open_current(path, mode, shelf_of, *pragmas)
        raise
    connection.close()
    _refuse_read_only(path)
    from crmcli.store.migrate import upgrade

    with explaining(path):
        upgrade(path, shelf_of=shelf_of)
    return _open_current(path, mode, shelf_of, *pragmas)


# --- who else ---

_OTHERS, _OTHERS_WRITE = 0o077, 0o022


def open_to_others(path: str) -> list[tuple[str, int]]:
    """The file if others may read it, and its folder if they may replace the file in it; with the rights they should have."""
    found: list[tuple[str, int]] = []
    if os.name != "posix":
        return found
    file = os.path.realpath(path)
    rights = os.stat(file).st_mode
    if rights & _OTHERS:
        found.append((file, rights & ~_OTHERS))
    folder = os.path.dirname(file)
    rights = os.stat(folder).st_mode
    if rights & _OTHERS_WRITE and not rights & stat.S_ISVTX:
        found.append((folder, rights & ~_OTHERS_WRITE))
    return found


# --- refusals ---


def _refuse_folder(path: str) -> None:
    if os.path.isdir(path):
        raise StoreError("{path} is a folder; name the database file itself with --db", path=path)


def _refuse_dangling(path: str) -> None:
    if not os.path.exists(path):
        raise StoreError(
            "{path} points to a file that is not there; mend the link or choose another file with --db",
            path=path,
        )


def _refuse_read_only(path: str) -> None:
    _refuse_dangling(path)
    if not _writable(path):
        raise StoreError(
            "{path} is read-only; make it writable or choose another file with --db", path=path
        )


def _explain_system(error: OSError, path: str) -> NoReturn:
    raise StoreError(
        "{path} cannot be made ({reason}); choose another place with --db",
        path=path,
        reason=error.strerror or error,
    ) from None
