"""Leaving nothing of what was erased between the rows: index segments, free pages and the WAL (HANDBOOK §10).

A mark in `meta`, committed with the erasure, says how far this has come, so that whoever writes next goes on where it
was broken off. A file that others are reading cannot be finished: their WAL is still in use.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from crmcli.store import driver
from crmcli.store.database import Database
from crmcli.store.driver import BUSY_SECONDS
from crmcli.store.settings import UNCLEANED, uncleaned

DOSSIERS, PAGES, WAL = "dossiers", "pages", "wal"
"""What is still to be cleaned: folders of the archive, before anything else; index, pages and WAL; or only the WAL."""

READERS, FULL, FAILED, ARCHIVE = "readers", "disk full", "failed", "archive"
"""Why it cannot be finished now."""

_ROOM = 2.2  # times its size: SQLite writes the file anew beside it, then through the WAL


def mark(db: Database, stage: str) -> None:
    """Inside a transaction: this is still to be cleaned."""
    db.run("drop_meta", of=UNCLEANED)
    db.run("insert_meta", name=UNCLEANED, value=stage)


def finish(db: Database, patience: float = BUSY_SECONDS) -> str | None:
    """Outside a transaction: clean what is still to be cleaned, waiting so many seconds for others.

    None when nothing is left of what was erased, else why it is not so yet. What is unfinished stays marked.
    """
    stage = uncleaned(db)
    if stage is None:
        return None
    if stage == DOSSIERS:  # which others know about (commands/shared/erasing_on.py)
        return ARCHIVE
    with _patient(db, patience):
        try:
            if stage == PAGES:
                if not _has_room(db.path):
                    return FULL
                _rewrite(db)
            return _empty_wal(db)
        except driver.DatabaseError as error:
            code = (getattr(error, "sqlite_errorcode", 0) or 0) & 0xFF
            return {
                sqlite3.SQLITE_BUSY: READERS,
                sqlite3.SQLITE_LOCKED: READERS,
                sqlite3.SQLITE_FULL: FULL,
            }.get(code, FAILED)


def _rewrite(db: Database) -> None:
    run = db.connection.execute
    db.sort_on_disk()  # the copy that VACUUM makes must not lie in memory
    run("PRAGMA secure_delete = ON")
    # Terms taken out of the index stay in its older segments until these are merged.
    run("INSERT INTO search_index (search_index) VALUES ('optimize')")
    run("VACUUM")
    with db.transaction():
        mark(db, WAL)


def _empty_wal(db: Database) -> str | None:
    (busy, _pages, _moved) = db.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if busy:
        return READERS
    with db.transaction():
        db.run("drop_meta", of=UNCLEANED)
    db.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return None


@contextmanager
def _patient(db: Database, seconds: float) -> Iterator[None]:
    db.connection.execute(f"PRAGMA busy_timeout = {int(seconds * 1_000)}")
    try:
        yield
    finally:
        db.connection.execute(f"PRAGMA busy_timeout = {int(BUSY_SECONDS * 1_000)}")


def _has_room(path: str) -> bool:
    """False when the disk is sure to be too small: better not to fill it for nothing."""
    from shutil import disk_usage

    whole = Path(path).absolute()
    try:
        return disk_usage(whole.parent).free > _ROOM * whole.stat().st_size
    except OSError:
        return True
