"""What reminders have said, by item and channel, and the one that may say something now (CLI.md, Reminders)."""

import os
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, timedelta

from crmcli.errors import StoreError
from crmcli.rules.reminding import Told
from crmcli.store.database import Database, as_list, explaining

ToldBy = Mapping[str, Mapping[str, Told]]
"""By item and channel."""

_KEPT = timedelta(days=800)
"""How long it is remembered what was said of items that no longer are."""

_PATIENCE = 120.0
_REHEARSED = "rehearsed"
"""No item and no channel is called so."""
_ROOM, _ROOM_OF_ONE = 64 * 1024, 256
"""Bytes."""


def told(db: Database, refs: Iterable[str]) -> ToldBy:
    """What was last said of these items, through each channel, the newest last."""
    found: dict[str, dict[str, Told]] = defaultdict(dict)
    for row in db.rows("reminders_of", refs=as_list(refs)):
        said = Told(row["step"], date.fromisoformat(row["said_on"]), row["near"])
        found[row["ref"]][row["channel"]] = said
    return found


def remember(db: Database, channel: str, said: Mapping[str, Told], at: str) -> None:
    """Inside a transaction: these items were said through this channel at the instant `at`."""
    rows = [
        {
            "ref": ref,
            "channel": channel,
            "step": one.step,
            "said_on": one.on.isoformat(),
            "near": one.near,
            "at": at,
        }
        for ref, one in said.items()
    ]
    db.run_many("drop_reminder", [{"of": row["ref"], "by": channel} for row in rows])
    db.run_many("insert_reminder", rows)
    newest = max(one.on for one in said.values())
    db.run("drop_old_reminders", before=(newest - _KEPT).isoformat())


def rehearse(db: Database, count: int) -> None:
    """Write more than it takes to remember so many items, and take it away; StoreError when there is no room for it."""
    held = "." * (_ROOM + count * _ROOM_OF_ONE)
    with db.transaction():
        db.run("drop_reminder", of=_REHEARSED, by=_REHEARSED)
        db.run("insert_reminder", ref=_REHEARSED, channel=_REHEARSED, step=held, said_on="", near="", at="")  # fmt: skip
    with db.transaction():
        db.run("drop_reminder", of=_REHEARSED, by=_REHEARSED)
    # What was written so far is written over by what comes next, which needs no more room then.
    with db.speaking():
        db.connection.execute("PRAGMA wal_checkpoint")


@contextmanager
def alone(path: str) -> Iterator[bool]:
    """Only one process at a time says something: two would say it twice. Others wait until it has finished or died.

    Gives whether it had to be waited for, so that all may be otherwise now.
    """
    # SQLite's own lock on an empty file: it needs no other library, works everywhere, and dies with its process.
    place = f"{path}-notify"
    try:
        os.close(os.open(place, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise StoreError(
            "{path} cannot be made ({reason}); make its folder writable",
            path=place,
            reason=error.strerror or error,
        ) from None
    lock = sqlite3.connect(place, timeout=0, isolation_level=None)
    try:
        yield _wait_for(lock, place)
    finally:
        lock.close()


def _wait_for(lock: sqlite3.Connection, place: str) -> bool:
    try:
        lock.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError:
        lock.execute(f"PRAGMA busy_timeout = {_PATIENCE * 1000:.0f}")
        with explaining(place):
            lock.execute("BEGIN EXCLUSIVE")
        return True
    return False
