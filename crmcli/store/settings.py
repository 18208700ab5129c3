"""Settings kept in the file, and the fingerprint that stored dates were computed with."""

from collections.abc import Mapping
from typing import TYPE_CHECKING
from zlib import crc32

from crmcli.store.database import Database

if TYPE_CHECKING:  # readers do without the change log
    from crmcli.store.changes import Change


UNCLEANED = "erasure"
"""The mark of an erasure of which something may still be left between the rows."""


def load(db: Database) -> dict[str, str]:
    """Every stored setting by name."""
    return {row["name"]: row["value"] for row in db.rows("settings")}


def store(change: "Change", name: str, value: str | None) -> None:
    """Set one stored setting, or go back to its default with None."""
    key = {row["name"]: row["id"] for row in change.db.rows("settings")}.get(name)
    if value is None:
        if key is not None:
            change.remove("setting", key)
    elif key is None:
        change.insert("setting", name=name, value=value)
    else:
        change.update("setting", key, value=value)


def uncleaned(db: Database) -> str | None:
    """What an erasure has left to be cleaned (cleaning.py); None when there is nothing."""
    return {row["name"]: row["value"] for row in db.rows("meta")}.get(UNCLEANED)


def fingerprint(deciding: Mapping[str, str], calendar_data: str) -> str:
    """A short text that differs when the settings that decide dates, or the calendar's data, do."""
    text = "\n".join(f"{name}={value}" for name, value in sorted(deciding.items()))
    return f"{crc32(text.encode()):08x}-{calendar_data}"


def stored_fingerprint(db: Database) -> str | None:
    """The fingerprint of the last computation; None before the first."""
    return {row["name"]: row["value"] for row in db.rows("meta")}.get("fingerprint")


def remember_fingerprint(db: Database, value: str) -> None:
    """Inside a transaction: stored dates are now those of `value`."""
    remember(db, "fingerprint", value)


def remember(db: Database, name: str, value: str) -> None:
    """Inside a transaction: a fact about the file itself, in place of what was known under this name."""
    db.run("drop_meta", of=name)
    db.run("insert_meta", name=name, value=value)
