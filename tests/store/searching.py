"""Holding the search index of a file to what its records say."""

import sqlite3
from pathlib import Path

from crmcli.rules.searching import query
from crmcli.store import search
from crmcli.store.database import Database


def check_search(path: Path) -> None:
    """Every document is what its record says, there is none too many, and the index is that of the documents."""
    source, copy = sqlite3.connect(path), sqlite3.connect(":memory:")
    source.backup(copy)
    source.close()
    assert search.differences(Database(copy, ":memory:")) == 0
    copy.execute("INSERT INTO search_index (search_index, rank) VALUES ('integrity-check', 1)")
    copy.close()


def found(path: Path, typed: str) -> dict[str, list[int]]:
    """The live records of each kind that a typed text finds, by table."""
    db = Database(sqlite3.connect(f"file:{path}?mode=ro", uri=True), str(path))
    made: dict[str, list[int]] = {}
    for table in search.KINDS:
        keys: list[int] = []
        for asked in query(typed):
            keys += search.find(db, table, asked, None, keys)
        if keys:
            made[table] = keys
    db.close()
    return made
