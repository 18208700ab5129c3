"""Opening files that are none, and SQLite's errors as sentences with exit code 10 (DESIGN §4)."""

import os
import sqlite3
import stat
from pathlib import Path

import pytest

from crmcli.config import settings_of_the_place
from crmcli.errors import StoreError
from crmcli.store.database import Database
from crmcli.store.opening import open_for_reading, open_for_writing, rehearse
from tests import support
from tests.support import crm


def sentence_of(code: int) -> str:
    """What a person reads when SQLite fails with this code."""
    error = sqlite3.OperationalError("its own words")
    error.sqlite_errorcode = code
    db = Database(sqlite3.connect(":memory:"), "x.db")
    with pytest.raises(StoreError) as caught, db.speaking():
        raise error
    assert caught.value.code == 10
    return str(caught.value)


@pytest.mark.parametrize(
    ("code", "start"),
    [
        (sqlite3.SQLITE_BUSY, "x.db is locked by another program"),
        (sqlite3.SQLITE_BUSY_SNAPSHOT, "x.db is locked by another program"),
        (sqlite3.SQLITE_FULL, "the disk is full"),
        (sqlite3.SQLITE_IOERR_WRITE, "x.db could not be read or written"),
        (sqlite3.SQLITE_CORRUPT, "x.db is damaged"),
        (sqlite3.SQLITE_NOTADB, "x.db is not a crm database"),
        (sqlite3.SQLITE_READONLY_DIRECTORY, "x.db or its folder is read-only"),
        (sqlite3.SQLITE_CANTOPEN, "x.db cannot be opened"),
        (sqlite3.SQLITE_ERROR, "x.db refused the statement (its own words)"),
    ],
)
def test_sqlites_errors_are_sentences(code: int, start: str) -> None:
    assert sentence_of(code).startswith(start)


def test_what_is_no_file_of_ours_is_refused(tmp_path: Path) -> None:
    (tmp_path / "text.db").write_text("hello " * 1000)
    sqlite3.connect(tmp_path / "other.db").execute("CREATE TABLE t (a)").connection.close()
    (tmp_path / "dangling.db").symlink_to(tmp_path / "gone" / "crm.db")
    for name in ("text.db", "other.db", "dangling.db", "."):
        for opener in (open_for_reading, open_for_writing, rehearse):
            with pytest.raises(StoreError):
                opener(str(tmp_path / name))
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "dangling.db",
        "other.db",
        "text.db",
    ]


def test_an_empty_file_is_one_not_made_yet(tmp_path: Path) -> None:
    path = tmp_path / "crm.db"
    path.touch()
    assert not open_for_reading(str(path)).exists
    assert path.stat().st_size == 0
    open_for_writing(str(path)).close()
    assert open_for_reading(str(path)).exists


def test_a_file_read_only_to_its_owner_is_read_and_rehearsed_but_not_written(place: Path) -> None:
    crm("add-customer Acme")
    path = place / "crm.db"
    path.chmod(0o444)
    assert len(open_for_reading(str(path)).rows("customers_by_name", text="acme")) == 1
    assert len(rehearse(str(path)).rows("customers_by_name", text="acme")) == 1
    with pytest.raises(StoreError, match="is read-only"):
        open_for_writing(str(path))
    assert os.listdir(place) == ["crm.db"]


def test_a_rehearsal_is_on_disk_where_it_is_large_and_leaves_nothing(place: Path) -> None:
    crm("add-customer Acme")
    before = (place / "crm.db").read_bytes()
    for path in ("crm.db", "none.db"):
        copy = rehearse(str(place / path))
        # SQLite's private temporary file: neither a file with a name nor one in memory.
        assert copy.connection.execute("PRAGMA database_list").fetchall()[0][2] == ""
        assert copy.connection.execute("PRAGMA journal_mode").fetchone()[0] != "memory"
        with copy.transaction():
            copy.connection.execute("UPDATE customer SET name = 'changed'")
        copy.close()
    assert (place / "crm.db").read_bytes() == before
    assert os.listdir(place) == ["crm.db"]


def test_a_transaction_that_fails_leaves_nothing(place: Path) -> None:
    crm("add-customer Acme")
    db = open_for_writing(str(place / "crm.db"))
    with pytest.raises(ZeroDivisionError), db.transaction():
        db.connection.execute("UPDATE customer SET name = 'changed'")
        _ = 1 / 0
    assert db.rows("customer_by_id", id=1)[0]["name"] == "Acme"
    db.close()


def test_a_new_file_of_the_tests_is_the_programs_byte_for_byte(tmp_path: Path) -> None:
    """support.py copies the first one instead of building each anew."""
    seeds = [settings_of_the_place, lambda: {"timezone": "UTC"}, dict[str, str]]
    for number, seed in enumerate(seeds * 2):
        ready, built = tmp_path / f"ready{number}.db", tmp_path / f"built{number}.db"
        support.create_ready_made(str(ready), seed)
        support._create(str(built), seed)
        assert ready.read_bytes() == built.read_bytes()
        assert stat.S_IMODE(ready.stat().st_mode) == 0o600
        stood_in = support.empty_ready_made(":memory:", seed)
        assert list(stood_in.iterdump()) == list(support._empty(":memory:", seed).iterdump())
