"""Files of an older schema are backed up and brought up to date; the revisions make just what is frozen."""

import json
import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from crmcli.errors import StoreError
from crmcli.store import frozen, frozen_schema
from crmcli.store.migrate import REVISIONS, upgrade
from crmcli.store.opening import open_for_reading, open_for_writing
from tests.store.filled import whole_file
from tests.store.searching import found
from tests.store.test_undo import check
from tests.support import backups_of, crm, run_in_process, run_process


def things(path: Path) -> dict[str, str]:
    """Every table, index and trigger by name, its text without regard to spaces, quotes and constraints' order."""
    with sqlite3.connect(path) as connection:
        rows = connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"
        ).fetchall()
    return {name: re.sub(r'[\s"]+', "", sql) for name, sql in rows}


def test_the_revisions_make_what_is_frozen(tmp_path: Path) -> None:
    migrated, frozen_file = tmp_path / "migrated.db", tmp_path / "frozen.db"
    upgrade(str(migrated))
    open_for_writing(str(frozen_file)).close()
    assert things(migrated) == things(frozen_file)
    with sqlite3.connect(migrated) as one, sqlite3.connect(frozen_file) as other:
        keys = "SELECT row_table, next FROM key_range ORDER BY row_table"
        assert one.execute(keys).fetchall() == other.execute(keys).fetchall()
        assert one.execute("PRAGMA user_version").fetchone() == (frozen.SCHEMA_VERSION,)


@pytest.fixture
def revisions(tmp_path: Path) -> Path:
    """A folder of revisions with one more than there is: it adds a column."""
    folder = tmp_path / "revisions"
    (folder / "versions").mkdir(parents=True)
    for known in (*(REVISIONS / "versions").glob("0*.py"), REVISIONS / "script.py.mako"):
        (folder / known.relative_to(REVISIONS)).write_bytes(known.read_bytes())
    add_revision(folder, 'op.add_column("customer", sa.Column("more", sa.Text()))')
    return folder


NEXT = frozen.SCHEMA_VERSION + 1


def add_revision(folder: Path, *steps: str) -> None:
    """The revision after the last there is, in place of another such."""
    (folder / "versions" / f"{NEXT:04d}_more.py").write_text(
        f'import sqlalchemy as sa\nfrom alembic import op\nrevision = "{NEXT:04d}"\ndown_revision = "{NEXT - 1:04d}"\n'
        + "".join(["def upgrade():\n", *(f"    {step}\n" for step in steps)])
    )


def test_an_older_file_is_backed_up_and_migrated(revisions: Path, place: Path) -> None:
    crm("add-customer Acme")
    path = place / "crm.db"
    backup = upgrade(str(path), revisions, target=NEXT)
    assert backup is not None
    with sqlite3.connect(backup) as before, sqlite3.connect(path) as after:
        assert before.execute("PRAGMA user_version").fetchone() == (frozen.SCHEMA_VERSION,)
        assert after.execute("PRAGMA user_version").fetchone() == (NEXT,)
        assert after.execute("SELECT name, more FROM customer").fetchall() == [("Acme", None)]
        (triggers,) = after.execute(
            "SELECT count(*) FROM sqlite_master WHERE type = 'trigger'"
        ).fetchone()
        assert triggers == len(frozen_schema.TRIGGERS)


def test_a_revision_that_fails_changes_nothing(revisions: Path, place: Path) -> None:
    crm("add-customer Acme")
    add_revision(revisions, 'op.execute("DELETE FROM tag")', 'op.execute("CREATE TABLE broken (")')
    path = place / "crm.db"
    before = things(path)
    with pytest.raises(Exception, match=r"incomplete input"):
        upgrade(str(path), revisions, target=NEXT)
    assert things(path) == before
    assert run_in_process("list-customers").code == 0


def test_opening_compares_one_integer_and_migrates_when_it_is_older(
    revisions: Path, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    crm("add-customer Acme")
    path = str(place / "crm.db")
    asked: list[str] = []
    monkeypatch.setattr(frozen, "SCHEMA_VERSION", NEXT)

    def migrated(path: str, shelf_of: object) -> None:
        asked.append(path)
        with sqlite3.connect(path) as connection:
            connection.execute(f"PRAGMA user_version = {frozen.SCHEMA_VERSION}")

    monkeypatch.setattr("crmcli.store.migrate.upgrade", migrated)
    open_for_reading(path).close()
    open_for_reading(path).close()
    assert asked == [path]


def test_a_newer_file_is_refused(place: Path) -> None:
    crm("add-customer Acme")
    path = str(place / "crm.db")
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(StoreError, match="newer crm"):
        open_for_writing(path)


def test_changes_older_than_a_migration_cannot_be_undone(place: Path) -> None:
    crm("add-customer Acme")
    with sqlite3.connect(place / "crm.db") as connection:
        connection.execute("UPDATE change SET schema_version = 0")
    ran = run_in_process("undo")
    assert (ran.code, ran.err) == (
        4,
        "crm: x1 is older than the last upgrade of the file and cannot be undone\n",
    )


# --- a file of schema 1, as it was made in its time ---

MONDAY = "2026-11-23T09:00"
SCHEMA_1 = Path(__file__).with_name("schema1.sql")


@pytest.fixture
def old(place: Path, at: Callable[[str], None]) -> Path:
    """The file, and it is the Monday after its last change."""
    at(MONDAY)
    return made_of(SCHEMA_1, place / "crm.db")


def backup_of(path: Path) -> Path:
    stamp = os.environ["CRM_NOW"].replace("-", "").replace("T", "-").replace(":", "")
    return backups_of(path) / f"crm-before-schema-{frozen.SCHEMA_VERSION}-{stamp}00.db"


DUE = {
    "c3:survey": ("2026-10-06", "ask how they find working with us"),
    "c3:business-review": ("2026-10-06", "how their business goes, and what comes next"),
    "c2:touch": ("2026-07-03", "never contacted, added 2026-07-03"),
    "i7:unanswered": ("2026-11-23", "no answer to i7"),
    "c3:care": ("2026-11-06", "a contact without business"),
    "c3:touch": ("2026-11-20", "core: every month"),
    "c4:win-back": ("2026-10-08", "lost: price"),
    "i5:unanswered": ("2026-11-19", "no answer to i5"),
    "c6:touch": ("2026-11-16", "never contacted, added 2026-11-16"),
    "crm:archive": ("2026-10-01", "archive 2026Q3"),
}
"""Not c7, who is left alone; not i6, which was history when it was entered; not c1, who is promised March."""


def test_the_due_list_of_an_older_file_is_whole_at_once(old: Path) -> None:
    ran = run_process("due --json")
    assert (ran.code, ran.err) == (0, "")
    items = {item["ref"]: (item["due_at"], item["title"]) for item in ran.json["items"]}
    assert items == DUE
    assert list(items) == list(DUE)
    assert run_process("due --count").out == f"{len(DUE)}\n"


def test_an_older_file_is_shown_and_found_at_once(old: Path) -> None:
    item = run_process("show 华精 --json --reveal").json["item"]
    assert (item["ref"], item["name"], item["city"], item["tags"]) == ("c3", "华东精工有限公司", "苏州", ["老客户"])  # fmt: skip
    assert [person["phones"] for person in item["people"]] == [["13812345678"]]
    assert [contact["ref"] for contact in item["interactions"]] == ["i8", "i7", "i4", "i2"]
    assert [task["ref"] for task in item["tasks"]] == ["t3"]


@pytest.mark.parametrize(
    ("typed", "records"),
    [
        ("华东", {"customer": [3]}), ("huadong", {"customer": [3]}), ("贸易", {"customer": [1]}), ("acme", {"customer": [4], "person": [3]}),
        ("62345678", {"customer": [1]}), ("张伟", {"person": [2], "interaction": [2]}), ("李娜", {"person": [1]}), ("north", {"customer": [3]}),
        ("样品", {"task": [3], "interaction": [2]}), ("老客户", {"customer": [1, 3]}), ("gone", {}),
    ],
)  # fmt: skip
def test_what_an_older_file_says_is_found(
    old: Path, typed: str, records: dict[str, list[int]]
) -> None:
    refs = {item["ref"] for item in crm(["find", typed, "--json"]).json["items"]}
    letters = {"customer": "c", "person": "h", "task": "t", "interaction": "i"}
    assert refs == {f"{letters[table]}{key}" for table, keys in records.items() for key in keys}
    assert found(old, typed) == records


@pytest.mark.parametrize(
    "command",
    ["due", "show c3", "find 样品", "list-customers", "history", "migrate", "tag c1 vip", "config set cadence.no_reply 4d"],
)  # fmt: skip
def test_whatever_comes_first_migrates_all_of_it(
    old: Path, place: Path, tmp_path_factory: pytest.TempPathFactory, command: str
) -> None:
    before = whole_file(old)
    assert run_in_process(command).code == 0
    kept = backup_of(old)
    assert [one.name for one in kept.parent.iterdir()] == [kept.name]
    assert whole_file(kept) == before
    with sqlite3.connect(kept) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (1,)
    # What it is now is what a file made today is, and everything in it is as its records say.
    fresh = tmp_path_factory.mktemp("fresh") / "crm.db"
    open_for_writing(str(fresh)).close()
    assert things(old) == things(fresh)
    with sqlite3.connect(old) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (frozen.SCHEMA_VERSION,)
        assert connection.execute("PRAGMA application_id").fetchone() == (0x43524D31,)
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    check(old)


def test_changes_before_a_migration_stand_and_those_after_it_can_be_undone(old: Path) -> None:
    sentence = "is older than the last upgrade of the file and cannot be undone"
    for command, number in (("undo", 26), ("undo x3", 3), ("undo x1", 1)):
        ran = run_in_process(command)
        assert (ran.code, ran.out, ran.err) == (4, "", f"crm: x{number} {sentence}\n")
    check(old)
    before = whole_file(old)["customer"]
    crm("edit c3 --set city=上海")
    crm("done i7:unanswered")
    assert [item["ref"] for item in crm("due --json --kind unanswered").json["items"]] == ["i5:unanswered"]  # fmt: skip
    assert (crm("undo").out, crm("undo").out) == ("x29\n", "x30\n")
    assert whole_file(old)["customer"] == before
    assert run_in_process("undo").err == f"crm: x26 {sentence}\n"
    check(old)


def test_keys_go_on_after_a_migration(old: Path) -> None:
    assert crm("add-customer New").out == "c8\n"
    assert crm("log-contact c8 hi --next more").out == "i11\nt4\n"
    assert crm("key-date c8 birthday 05-20").out == "y1\n"
    check(old)


def everything_beside(path: Path) -> dict[str, bytes]:
    return {
        str(one.relative_to(path.parent)): one.read_bytes()
        for one in path.parent.rglob("*")
        if one.is_file()
    }


def test_a_dry_run_on_an_older_file_changes_not_a_byte(old: Path, place: Path) -> None:
    (place / "list.csv").write_text("name,industry\n北方贸易,外贸\n", encoding="utf-8")
    before = everything_beside(old)
    assert run_process("tag c1 vip --dry-run").code == 0
    assert run_process("done i7:unanswered --dry-run").code == 0
    item = run_process(["import", str(place / "list.csv"), "--dry-run", "--json"]).json["item"]
    assert (item["added"], item["updated"]) == (0, 1)
    assert everything_beside(old) == before


def test_an_older_file_that_may_not_be_written_is_not_migrated(old: Path) -> None:
    old.chmod(0o444)
    before = everything_beside(old)
    for command in ("due", "show c1", "tag c1 vip"):
        ran = run_process(command)
        assert (ran.code, ran.out) == (10, "")
        assert ran.err == f"crm: {old} is read-only; make it writable or choose another file with --db\n"  # fmt: skip
    assert everything_beside(old) == before
    assert run_process("tag c1 vip --dry-run").code == 0
    assert everything_beside(old) == before


def test_a_migration_that_stopped_before_the_dates_were_computed_goes_on(old: Path) -> None:
    upgrade(str(old))  # and then the power failed
    with sqlite3.connect(old) as connection:
        assert connection.execute("SELECT * FROM meta WHERE name = 'fingerprint'").fetchall() == []
    assert {item["ref"] for item in crm("due --json").json["items"]} == set(DUE)
    check(old)


def test_migrating_twice_changes_nothing_more(old: Path) -> None:
    crm("due")
    before = whole_file(old)
    upgrade(str(old))
    crm("due")
    assert whole_file(old)["customer"] == before["customer"]
    assert whole_file(old)["search_document"] == before["search_document"]
    check(old)


def test_of_several_processes_one_migrates_and_all_answer(old: Path) -> None:
    before = whole_file(old)
    command = [sys.executable, "-m", "crmcli", "due", "--json"]
    started = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(4)]
    answers = {process.communicate(timeout=120)[0] for process in started}
    assert [process.returncode for process in started] == [0] * 4
    (answer,) = answers
    assert [item["ref"] for item in json.loads(answer)["items"]] == list(DUE)
    assert [one.name for one in backup_of(old).parent.iterdir()] == [backup_of(old).name]
    assert whole_file(backup_of(old)) == before
    check(old)


# --- a file of every schema there was, as the program of its time made it ---

FIXTURES = sorted(SCHEMA_1.parent.glob("schema*.sql"))
LET_GO = {"customer": {"touch_weight"}, "task": {"weight"}}
"""Columns that are no more: they were computed."""
MADE_OF: dict[tuple[str, str, str], dict[int, Any]] = {
    ("schema1", "interaction", "awaits_answer"): {5: 1, 7: 1, 8: 1, 9: 1},
    # What is known to have come with a list, on the day it did.
    ("schema6", "customer_order", "imported_on"): {1: "2026-07-03", 2: "2026-07-03"},
    ("schema6", "need", "imported_on"): {1: "2026-07-03"},
    ("schema6", "survey", "imported_on"): {1: "2026-07-03"},
}
"""What a new column took from the rows of an older file; 0 or nothing in all others."""


def made_of(fixture: Path, path: Path) -> Path:
    """The old file as it was, and how it was used."""
    with sqlite3.connect(path) as connection:
        connection.executescript(fixture.read_text(encoding="utf-8"))
        connection.execute("PRAGMA journal_mode = WAL")
    connection.close()
    return path


def written(path: Path) -> dict[str, dict[Any, dict[str, Any]]]:
    """Every row as people and programs wrote it: without what is computed; by its first column."""
    tables = whole_file(path).keys() - {"meta", "search_document"}
    made: dict[str, dict[Any, dict[str, Any]]] = {}
    with sqlite3.connect(path) as connection:
        connection.row_factory = sqlite3.Row
        for table in tables - {name for name in tables if name.startswith("search_index")}:
            computed = set(frozen.TABLES.get(table, {}).get("derived", [])) | LET_GO.get(table, set())  # fmt: skip
            made[table] = {
                row[0]: {name: row[name] for name in set(row.keys()) - computed}
                for row in connection.execute(f"SELECT * FROM {table}")
            }
    connection.close()
    return made


def test_there_is_a_file_of_every_schema_there_was() -> None:
    assert [file.name for file in FIXTURES] == [
        f"schema{number}.sql" for number in range(1, frozen.SCHEMA_VERSION)
    ]


@pytest.mark.parametrize("fixture", FIXTURES, ids=lambda file: file.stem)
def test_a_file_of_every_schema_is_brought_up_to_date_and_keeps_all(
    fixture: Path,
    place: Path,
    at: Callable[[str], None],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    at(MONDAY)
    path = made_of(fixture, place / "crm.db")
    version = int(fixture.stem.removeprefix("schema"))
    whole, before = whole_file(path), written(path)
    assert sum(map(len, before.values())) > 100

    assert run_process("list-customers --csv").code == 0

    after = written(path)
    assert before.keys() <= after.keys()
    for table, rows in before.items():
        if table == "key_range":
            new = set(after[table]) - set(rows)
            assert new == {name for name in after if name in frozen.TABLES} - set(rows)
            assert [after[table].pop(name)["next"] for name in new] == [1] * len(new)
        assert after[table].keys() == rows.keys(), table
        for key, row in rows.items():
            was = {name: value for name, value in after[table][key].items() if name in row}
            assert was == row, (table, key)
            for name in after[table][key].keys() - row.keys():
                value = MADE_OF.get((fixture.stem, table, name), {}).get(key)
                assert (after[table][key][name] or None) == value, (table, key, name)
    for table in after.keys() - before.keys():
        assert after[table] == {}, table

    fresh = tmp_path_factory.mktemp("fresh") / "crm.db"
    open_for_writing(str(fresh)).close()
    assert things(path) == things(fresh)
    kept = backup_of(path)
    assert [one.name for one in kept.parent.iterdir()] == [kept.name]
    assert whole_file(kept) == whole
    with sqlite3.connect(kept) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (version,)
    connection.close()
    assert run_process("undo").code == 4
    states = {one["name"]: one["status"] for one in run_process("doctor --json").json["items"]}
    assert "problem" not in states.values(), states
    check(path)


def test_a_file_of_schema_3_learns_to_merge(place: Path, at: Callable[[str], None]) -> None:
    at("2026-11-20T09:00")
    third = made_of(SCHEMA_1.with_name("schema3.sql"), place / "crm.db")
    assert crm("merge-customers c3 c4 --yes").out == "c3\n"
    assert crm("show c4 --json").json["item"]["ref"] == "c3"
    check(third)
    crm("undo")
    assert crm("show c4 --json").json["item"]["name"] == "Acme Ltd"
    check(third)
