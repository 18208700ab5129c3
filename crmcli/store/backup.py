"""Copies of the whole file, made while others go on using it."""

import os
import re
import sqlite3
from pathlib import Path

from crmcli.errors import CrmError
from crmcli.store.database import Database


def folder_of(path: str) -> Path:
    """Where backups of a file lie: beside it."""
    return Path(path).absolute().with_name("backups")


def default_target(path: str, stamp: str) -> Path:
    """A name for a backup made now; never that of another."""
    name = Path(path).stem
    target = folder_of(path) / f"{name}-{stamp}.db"
    number = 1
    while target.exists():
        number += 1
        target = target.with_name(f"{name}-{stamp}-{number}.db")
    return target


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
    draft = target.with_name(f".{target.name}.part")
    try:
        draft.unlink(missing_ok=True)
        os.close(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        with db.speaking():
            copy = sqlite3.connect(draft, isolation_level=None)
            try:
                db.connection.backup(copy)
                copy.execute("PRAGMA journal_mode = DELETE")
            finally:
                copy.close()
        draft.replace(target)
    except OSError as error:
        raise CrmError(
            "{path} cannot be written ({reason}); name another place",
            path=target,
            reason=error.strerror or error,
        ) from None
    finally:
        if draft.exists():
            draft.unlink()


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
