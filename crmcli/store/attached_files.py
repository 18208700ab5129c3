"""The bytes of attached files: a folder beside the database, in which each lies once under its hash (HANDBOOK §1).

`crm.db` has `crm.db.files/ab/ab12…`. Bytes are on disk before any row names them, and stay until `crm forget`, so that undo
finds them again; what a killed command leaves is a draft, or a file that nobody names (docs/decisions/0031-attached-files.md).
"""

import hashlib
import os
import re
import shutil
import stat
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, NamedTuple

from crmcli.durable import sync_folder, try_sync_folder
from crmcli.errors import BadValue, CrmError, Forbidden, NotFound

MOST = 100_000_000
"""Bytes of one file: a scanned contract has a fiftieth of it."""

ENDING = ".files"
NEW, OPENED = ".new-", ".open-"
"""What begins the names of drafts, and of the folders of copies that were made for looking at."""

_CHUNK = 1 << 20
_PART = ".part"  # as the drafts of backups end (backup.py)
_STALE_SECONDS = 24 * 3_600
_DIGEST = re.compile(r"[0-9a-f]{64}")
_OF_SQLITE = ("", "-wal", "-shm", "-journal")


class Draft(NamedTuple):
    """The bytes of a file that somebody named, read whole; None for `path` when they were not copied."""

    name: str
    digest: str
    size: int
    path: Path | None


def folder_of(path: str) -> Path:
    """Where the attached files of the database at `path` lie."""
    return Path(f"{Path(path).resolve()}{ENDING}")


def place_of(folder: Path, digest: str) -> Path:
    """Where the bytes with this hash lie."""
    return folder / digest[:2] / digest


# --- taking in ---


@contextmanager
def taken(database: str, source: str, *, copying: bool = True) -> Iterator[Draft]:
    """The bytes of the file at `source` beside the database at `database`, to be kept by `keep`, or else gone again.

    Without `copying` they are only read. NotFound, BadValue, Forbidden or CrmError when it is nothing to attach, or changes
    while it is read.
    """
    with _opened(database, source) as file:
        name = Path(source).name.encode("utf-8", "backslashreplace").decode()
        if not copying:
            yield Draft(name, *_copied(file, source), None)
            return
        folder = folder_of(database)
        draft: Path | None = None
        try:
            try:
                folder.mkdir(mode=0o700, exist_ok=True)
                descriptor, made = tempfile.mkstemp(prefix=NEW, dir=folder)
                draft = Path(made)
                with open(descriptor, "wb") as copy:  # noqa: PTH123 - a descriptor
                    found = _copied(file, source, copy)
                    copy.flush()
                    os.fsync(descriptor)
            except OSError as error:
                raise _unkept(source, folder, error) from None
            yield Draft(name, *found, draft)
        finally:
            if draft is not None:
                draft.unlink(missing_ok=True)


def keep(database: str, draft: Draft) -> None:
    """Before a row names it: the draft under its hash, safely on disk. What lay there already was the same."""
    assert draft.path is not None
    folder = folder_of(database)
    place = place_of(folder, draft.digest)
    try:
        place.parent.mkdir(mode=0o700, exist_ok=True)
        draft.path.replace(place)
        for one in (place.parent, folder, folder.parent):
            sync_folder(one)
    except OSError as error:
        raise _unkept(draft.name, folder, error) from None


def _opened(database: str, source: str) -> BinaryIO:
    if not source:
        raise BadValue("the name of the file is empty; write one")
    path = Path(source)
    try:
        there = path.lstat()
        _refuse_odd(database, source, there)
        # Between looking and opening somebody may put something else there, such as a pipe that would be waited for.
        flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
        file = open(os.open(path, flags | getattr(os, "O_BINARY", 0)), "rb", buffering=0)  # noqa: PTH123, SIM115 - a descriptor
    except (FileNotFoundError, NotADirectoryError, ValueError):
        raise NotFound("there is no file {path}", path=source) from None
    except OSError as error:
        raise _unreadable(source, error) from None
    if not os.path.samestat(there, os.fstat(file.fileno())):
        file.close()
        raise _changed(source)
    return file


def _refuse_odd(database: str, source: str, found: os.stat_result) -> None:
    """Only plain files of some size are attached, and none of SQLite's: to close one lets go of all locks on it."""
    kind, size = found.st_mode, found.st_size
    if stat.S_ISLNK(kind):
        target = str(Path(source).readlink()).encode("utf-8", "backslashreplace").decode()
        raise BadValue("{path} is a link to {target}; name the file itself", path=source, target=target)  # fmt: skip
    if stat.S_ISDIR(kind):
        raise BadValue("{path} is a folder; name a file in it", path=source)
    if not stat.S_ISREG(kind):
        raise BadValue("{path} is no file that can be kept; save what it gives as a file, and attach that", path=source)  # fmt: skip
    if not size:
        raise BadValue("{path} is empty; there is nothing to keep", path=source)
    if size > MOST:
        raise BadValue(
            "{path} has {size} MB, and at most {most} MB can be attached; leave it where it is, and note its place",
            path=source,
            size=-(-size // 1_000_000),
            most=MOST // 1_000_000,
        )
    for ending in _OF_SQLITE:
        with suppress(OSError):
            if os.path.samestat(found, Path(f"{Path(database).resolve()}{ending}").stat()):
                raise Forbidden("{path} is in use by crm; crm backup makes copies of it", path=source)  # fmt: skip


def _copied(file: BinaryIO, source: str, copy: BinaryIO | None = None) -> tuple[str, int]:
    """Hash and size of an open file; CrmError when it cannot be read, or is not the same before and after."""
    before = os.fstat(file.fileno())
    total, size = hashlib.sha256(), 0
    while True:
        try:
            piece = file.read(_CHUNK)
        except OSError as error:
            raise _unreadable(source, error) from None
        if not piece:
            break
        total.update(piece)
        size += len(piece)
        if size > before.st_size:
            raise _changed(source)
        if copy is not None:
            copy.write(piece)
    after = os.fstat(file.fileno())
    if (size, after.st_mtime_ns, after.st_size) != (before.st_size, before.st_mtime_ns, before.st_size):  # fmt: skip
        raise _changed(source)
    return total.hexdigest(), size


def _changed(source: str) -> CrmError:
    return CrmError("{path} was changed while it was read; attach it when nobody is writing to it", path=source)  # fmt: skip


def _unreadable(source: str, error: OSError) -> CrmError:
    return CrmError("{path} cannot be read ({reason}); check it", path=source, reason=error.strerror or error)  # fmt: skip


def _unkept(source: str, folder: Path, error: OSError) -> CrmError:
    return CrmError(
        "{path} cannot be kept in {folder} ({reason}); free some space, nothing was attached",
        path=source,
        folder=str(folder).encode("utf-8", "backslashreplace").decode(),
        reason=error.strerror or error,
    )


# --- looking ---

MISSING, CHANGED = "missing", "changed"


def problem(folder: Path, digest: str, size: int) -> str | None:
    """What is wrong with the bytes that have this hash: `missing`, `changed`, or what keeps them from being read."""
    place = place_of(folder, digest)
    try:
        found = place.lstat()
        if not stat.S_ISREG(found.st_mode) or found.st_size != size:
            return CHANGED
        with place.open("rb") as file:
            return None if hashlib.file_digest(file, "sha256").hexdigest() == digest else CHANGED
    except FileNotFoundError:
        return MISSING
    except OSError as error:
        return error.strerror or str(error)


def is_there(folder: Path, digest: str, size: int) -> bool:
    """The same at a glance, without reading them."""
    with suppress(OSError):
        found = place_of(folder, digest).lstat()
        return stat.S_ISREG(found.st_mode) and found.st_size == size
    return False


def digests(folder: Path) -> Iterator[str]:
    """The hashes under which anything lies in the folder."""
    for name in _names(folder):
        if len(name) == 2:
            yield from (one for one in _names(folder / name) if one[:2] == name and _DIGEST.fullmatch(one))  # fmt: skip


def drafts(folder: Path) -> Iterator[Path]:
    """What is on its way in, or was when its command was killed."""
    yield from (folder / name for name in _names(folder) if name.startswith(NEW))


def opened(folder: Path) -> Iterator[Path]:
    """The folders of copies that were made for looking at."""
    yield from (folder / name for name in _names(folder) if name.startswith(OPENED))


def _names(folder: Path) -> list[str]:
    with suppress(OSError):
        return sorted(entry.name for entry in os.scandir(folder))
    return []


def copy_to_look_at(folder: Path, digest: str, name: str) -> Path:
    """A copy under a name, read-only, so that what a program writes into it never reaches what is kept; CrmError when there is
    no room. Those of earlier days go.
    """
    place = place_of(folder, digest)
    for old in stale(list(opened(folder))):
        remove_half(old)
    try:
        copy = Path(tempfile.mkdtemp(prefix=OPENED, dir=folder)) / name
        shutil.copyfile(place, copy)
        copy.chmod(0o400)
    except OSError as error:
        raise CrmError(
            "{path} cannot be copied for looking at ({reason}); free some space, or open it there",
            path=str(place),
            reason=error.strerror or error,
        ) from None
    return copy


def stale(paths: Iterable[Path]) -> Iterator[Path]:
    """Those that nobody has touched for a day, by the clock of the disk they lie on."""
    now: float | None = None
    for path in paths:
        with suppress(OSError):
            if now is None:
                with tempfile.TemporaryFile(dir=path.parent) as probe:
                    now = os.fstat(probe.fileno()).st_mtime
            if now - path.lstat().st_mtime >= _STALE_SECONDS:
                yield path


# --- in backups ---


def put_beside(database: str, copy: Path, named: Iterable[str]) -> Path | None:
    """The files with these hashes beside a copy of the database, as `copy.files`, whole or not at all; None when there are none.

    They are links to the same bytes where the disk allows it, for nobody writes into them.
    """
    folder, target = folder_of(database), Path(f"{copy}{ENDING}")
    found = [digest for digest in named if place_of(folder, digest).is_file()]
    if not found:
        return None
    draft: Path | None = None
    try:
        draft = Path(tempfile.mkdtemp(prefix=f".{target.name}.", suffix=_PART, dir=target.parent))
        for digest in found:
            place = place_of(draft, digest)
            place.parent.mkdir(mode=0o700, exist_ok=True)
            _link_or_copy(place_of(folder, digest), place)
        for one in (*draft.iterdir(), draft):
            sync_folder(one)
        draft.rename(target)
        draft = None
        try_sync_folder(target.parent)
    except OSError as error:
        raise CrmError(
            "{path} is written, but not the attached files beside it ({reason}); free some space, or copy {folder} yourself",
            path=str(copy),
            reason=error.strerror or error,
            folder=str(folder),
        ) from None
    finally:
        if draft is not None:
            remove_half(draft)
    return target


def _link_or_copy(here: Path, there: Path) -> None:
    try:
        os.link(here, there)
    except OSError:
        shutil.copyfile(here, there)
        there.chmod(0o600)
        with there.open("rb+") as written:
            os.fsync(written.fileno())


def bring_back(copy: Path, database: str, named: Iterable[tuple[str, int]]) -> int:
    """Copy what is missing beside the database, of hashes with their sizes, from beside a copy of it; how many were."""
    source, folder = Path(f"{copy}{ENDING}"), folder_of(database)
    brought = 0
    for digest, size in lacking(source, folder, named):
        # One that cannot be read or kept is told of as missing; it is no reason to be without the rest.
        with suppress(CrmError), taken(database, str(place_of(source, digest))) as draft:
            if (draft.digest, draft.size) == (digest, size):
                keep(database, draft)
                brought += 1
    return brought


def lacking(
    source: Path, folder: Path, named: Iterable[tuple[str, int]]
) -> Iterator[tuple[str, int]]:
    """Those that are not in `folder`, and are in `source`."""
    for digest, size in named:
        if not is_there(folder, digest, size) and is_there(source, digest, size):
            yield digest, size


def spare(folder: Path, unnamed: Iterable[str]) -> None:
    """What no row names since now is not stale yet: a day is left for taking back what let go of it."""
    for digest in unnamed:
        with suppress(OSError):
            os.utime(place_of(folder, digest))


# --- leaving ---


def remove_half(path: Path) -> None:
    """Remove a draft, or the folder of a copy; what cannot be removed stays."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with suppress(OSError):
            path.unlink()


def drop_copies(folder: Path) -> None:
    """Let go of all copies for looking at, of what was erased among them."""
    for path in opened(folder):
        remove_half(path)


def drop(folder: Path, gone: Iterable[str]) -> None:
    """Let go of the bytes with these hashes, which no row names any more; what cannot be removed stays."""
    for digest in gone:
        place = place_of(folder, digest)
        with suppress(OSError):
            place.unlink()
            try_sync_folder(place.parent)
        with suppress(OSError):
            place.parent.rmdir()  # an empty one
