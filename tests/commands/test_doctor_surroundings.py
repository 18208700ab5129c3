"""What `crm doctor` says of what lies around the file: statistics, WAL, backups, dossiers, leftovers."""

import os
import re
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from crmcli.store import frozen
from tests.contract.program import everything_in
from tests.support import backups_of, crm, run_in_process, run_process


@pytest.fixture
def path(place: Path, monkeypatch: pytest.MonkeyPatch, at: Callable[[str], None]) -> Path:
    (place / "data").mkdir(mode=0o700)
    file = place / "data" / "crm.db"
    monkeypatch.setenv("CRM_DB", str(file))
    at("2026-10-01T09:00")
    crm("add-customer Acme --city Leeds")
    at("2026-10-20T09:00")
    crm("edit c1 --set city=Bath")
    return file


def said(name: str, command: str = "doctor --json") -> dict[str, Any]:
    (found,) = (one for one in run_in_process(command).json["items"] if one["name"] == name)
    return dict(found)


def told(name: str) -> tuple[str, str, str | None]:
    found = said(name)
    return found["status"], found["message"], found["advice"]


# --- statistics ---


def plans(path: Path) -> dict[str, list[str]]:
    """How SQLite looks everything up."""
    made = {}
    predicates = {
        f"where {name}": f"SELECT customer.id FROM customer WHERE customer.deleted_at IS NULL AND {text}"
        for name, text in frozen.PREDICATES.items()
        if "customer" in text and "{" not in text
    }
    with closing(sqlite3.connect(path)) as connection:
        for name, sql in {**frozen.STATEMENTS, **frozen.BASES, **predicates}.items():
            values = dict.fromkeys(re.findall(r"(?<!:):(\w+)", sql), 1)
            try:
                rows = connection.execute(f"EXPLAIN QUERY PLAN {sql}", values).fetchall()
            except sqlite3.OperationalError as error:  # of tables that one run makes for itself
                rows = [(0, 0, 0, str(error))]
            made[name] = [row[3] for row in rows]
    return made


def test_statistics_of_another_program_are_taken_away_for_they_change_how_records_are_found(
    path: Path, place: Path
) -> None:
    rows = "".join(f"公司{number},上海\n" for number in range(400))
    (place / "list.csv").write_text(f"公司名称,城市\n{rows}", encoding="utf-8")
    crm(f"import {place}/list.csv")
    before = plans(path)
    assert told("statistics") == ("ok", "records are looked up as they should be", None)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("ANALYZE")
    misled = plans(path)
    assert sum(misled[name] != before[name] for name in before) > 20
    assert told("statistics") == (
        "warning",
        "statistics of another program mislead SQLite in looking records up",
        "crm doctor --fix",
    )
    found = said("statistics", "doctor --fix --json")
    assert (found["status"], found["mended"]) == ("ok", "statistics taken away")
    assert plans(path) == before


# --- the WAL ---


def test_a_wal_that_cannot_be_emptied_is_told(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crmcli.store.surroundings._LARGE_WAL", 100_000)
    with closing(sqlite3.connect(path, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM customer").fetchone()
        for number in range(12):
            crm(f"edit c1 --set note={number}")
        assert told("wal") == (
            "warning",
            "0 MB of changes wait beside the file until nobody reads it",
            "close the other programs that have it open",
        )
    crm("edit c1 --set note=last")
    assert told("wal") == ("ok", "changes find their way into the file", None)


# --- backups ---


@pytest.mark.parametrize(
    ("today", "made_on", "expected"),
    [
        ("2026-10-31", None, ("ok", "no backup yet, and no change that is older than 30 days", None)),
        ("2026-11-01", None, ("warning", "there is no backup of 2 changes", "crm backup")),
        ("2026-11-20", "2026-10-20", ("ok", "the newest backup is of 2026-10-20", None)),
        ("2027-11-20", "2026-10-21", ("ok", "the newest backup is of 2026-10-21", None)),
        ("2026-11-19", "2026-10-02", ("ok", "the newest backup is of 2026-10-02", None)),
        ("2026-11-20", "2026-10-02", ("warning", "the newest backup is of 2026-10-02, and 1 change was made since", "crm backup")),
    ],
)  # fmt: skip
@pytest.mark.parametrize("named", [False, True])
def test_changes_that_grow_old_without_a_backup_are_told(
    path: Path,
    place: Path,
    at: Callable[[str], None],
    today: str,
    made_on: str | None,
    expected: tuple[str, str, str | None],
    named: bool,
) -> None:
    if made_on:
        at(f"{made_on}T10:00")
        crm(f"backup {place}/mine.db" if named else "backup")
    at(f"{today}T09:00")
    assert told("backups") == expected


def test_a_backup_that_is_gone_is_none(path: Path, at: Callable[[str], None]) -> None:
    made = Path(crm("backup").out.strip())
    at("2026-11-20T09:00")
    assert told("backups")[0] == "ok"
    made.unlink()
    assert told("backups") == ("warning", "there is no backup of 2 changes", "crm backup")


@pytest.mark.parametrize("way", ["earlier version", "chosen"])
def test_backups_in_the_data_folder_are_to_be_moved(
    path: Path, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = path.with_name("backups")
    if way == "chosen":
        monkeypatch.setenv("CRM_BACKUP_FOLDER", str(folder))
        crm("backup")
        monkeypatch.delenv("CRM_BACKUP_FOLDER")
        assert told("backup-folder")[0] == "ok"  # its name is not one that is made there
        monkeypatch.setenv("CRM_BACKUP_FOLDER", str(folder))
    else:
        folder.mkdir()
        shutil.copy(crm("backup").out.strip(), folder / "crm-20260101-090000.db")
    wanted = folder if way == "chosen" else backups_of(path)
    assert told("backup-folder") == (
        "warning",
        f"1 backup lies in the data folder: {folder}",
        f"move them to {wanted}: what is lost with the folder, or erased in it, should not hang on them",
    )


# --- dossiers ---


def test_a_dossier_that_is_not_there_is_told(path: Path, at: Callable[[str], None]) -> None:
    at("2026-11-20T09:00")
    crm("archive c1 --period 2026-10")
    assert told("dossiers") == ("ok", "every dossier is where it was sealed", None)
    (folder,) = (one for one in (path.parent / "archive").iterdir() if one.is_dir())
    folder.rename(path.with_name("elsewhere"))
    assert told("dossiers") == (
        "warning",
        f"1 dossier is not where it was sealed: archive/{folder.name}",
        "crm archive --verify names them",
    )


# --- leftovers ---


def test_what_killed_commands_left_is_told_and_goes_when_it_is_old(path: Path, place: Path) -> None:
    kept = Path(crm("backup").out.strip())
    left = [
        path.with_name(".restore-abc.part"),
        path.with_name(".crm.db.abc.tmp"),
        path.with_name("crm.db.converted"),
        kept.with_name(f".{kept.name}.abc.part"),
    ]
    others = (path.with_name("notes.part"), path.with_name(".other.db.abc.tmp"), path.with_name("x.tmp"))  # fmt: skip
    for file in (*left, *others):
        file.write_bytes(b"half")
    left[0].unlink()
    left[0].mkdir()
    (left[0] / "crm.db").write_bytes(b"half")
    before = everything_in(place)
    found = said("leftovers")
    assert (found["status"], found["count"]) == ("warning", 4)
    assert sorted(found["paths"]) == sorted(map(str, left))
    assert everything_in(place) == before
    said("leftovers", "doctor --fix --json")
    assert all(file.exists() for file in left)  # their commands may still be at work
    for file in (*left, *others):
        os.utime(file, (0, 0))
    assert run_process("doctor --fix").code == 0
    assert not any(file.exists() for file in left)
    assert all(file.exists() for file in (*others, kept, path))
    assert told("leftovers") == ("ok", "no command left anything half made", None)
