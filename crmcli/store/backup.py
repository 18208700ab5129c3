"""Copies of the whole file, made while others go on using it."""

import os
import re
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from crmcli.errors import CrmError
from crmcli.store.database import Database


def folder_of(path: str) -> Path:
    """Where backups of a file lie: beside it."""
    return Path(path).absolute().with_name("backups")


def make_folder(path: str) -> None:
    """Make the folder that unnamed backups lie in."""
    try:
        folder_of(path).mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise CrmError(
            "{path} cannot be made ({reason}); name a place: crm backup FILE",
            path=folder_of(path),
            reason=error.strerror or error,
        ) from None


def write(db: Database, target: Path) -> None:
    """A whole, checked copy at `target`, 0600; made beside its place and moved there when it is complete."""
    with _draft(db, target) as draft:
        draft.replace(target)


def write_new(db: Database, path: str, stamp: str) -> Path:
    """The same under a name of its own in the backup folder of the file at `path`, whoever else makes one meanwhile."""
    name = f"{Path(path).stem}-{stamp}"
    target, number = folder_of(path) / f"{name}.db", 1
    with _draft(db, target) as draft:
        while not _is_reserved(target):
            number += 1
            target = target.with_name(f"{name}-{number}.db")
        draft.replace(target)
    return target


def _is_reserved(target: Path) -> bool:
    """True when the name was free, and is ours from now on."""
    try:
        os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError:
        return False
    return True


@contextmanager
def _draft(db: Database, target: Path) -> Iterator[Path]:
    """A complete copy beside `target`, under a name that no other process uses; gone afterwards unless moved away."""
    draft = None
    try:
        descriptor, name = tempfile.mkstemp(
            prefix=f".{target.name}.", suffix=".part", dir=target.parent
        )
        os.close(descriptor)
        draft = Path(name)
        with db.speaking():
            copy = sqlite3.connect(draft, isolation_level=None)
            try:
                db.connection.backup(copy)
                copy.execute("PRAGMA journal_mode = DELETE")
            finally:
                copy.close()
        yield draft
    except OSError as error:
        raise CrmError(
            "{path} cannot be written ({reason}); name another place",
            path=target,
            reason=error.strerror or error,
        ) from None
    finally:
        if draft is not None:
            draft.unlink(missing_ok=True)


def keep_newest(path: str, count: int) -> None:
    """Remove all but the newest `count` backups that were made without a name; 0 keeps all."""
    if count <= 0:
        return
    ours = re.compile(re.escape(Path(path).stem) + r"-\d{8}-\d{6}(-\d+)?\.db").fullmatch
    found = sorted(
        (file for file in folder_of(path).iterdir() if ours(file.name)),
        key=lambda file: file.stat().st_mtime,
    )
    for old in found[:-count]:
        old.unlink()
