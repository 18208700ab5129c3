"""Backups: where they lie, what they hold, when they are made unasked, and which are let go."""

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from crmcli.store import backup, driver
from crmcli.store.backup import Place, found
from crmcli.store.database import Database
from tests.contract.program import as_anybody, run
from tests.store.filled import fill, whole_file
from tests.support import backups_of, crm, run_in_process, run_process


@pytest.fixture
def path(place: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (place / "data").mkdir(mode=0o700)
    file = place / "data" / "crm.db"
    monkeypatch.setenv("CRM_DB", str(file))
    return file


def rights(path: Path) -> int:
    return path.stat().st_mode & 0o777


def names(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


def customers(path: Path, count: int, name: str = "list.csv", city: str = "上海") -> Path:
    file = path.parent.parent / name
    rows = (f"公司{number:05d},{city}\n" for number in range(count))
    file.write_text("公司名称,城市\n" + "".join(rows), encoding="utf-8")
    return file


def test_a_backup_lies_outside_the_data_folder_and_is_its_owners(path: Path, place: Path) -> None:
    fill(path)
    before = whole_file(path)
    made = Path(run_process("backup").out.strip())
    assert made == backups_of(path) / "crm-20261120-090000.db"
    assert names(path.parent) == ["crm.db"]
    assert rights(made) == 0o600
    for folder in made.parents:
        if folder == place:
            break
        assert rights(folder) == 0o700
    assert names(made.parent) == [made.name]
    assert whole_file(made) == before


def test_a_backup_is_told_of_in_json_and_noted(path: Path) -> None:
    crm("add-customer Acme")
    item = crm("backup --json").json["item"]
    made = Path(item["path"])
    assert item == {"path": str(made), "bytes": made.stat().st_size, "files": None}
    with sqlite3.connect(path) as connection:
        noted = connection.execute("SELECT kind, detail FROM event").fetchall()
    assert noted == [("backup", str(made))]


def test_two_files_of_one_name_do_not_meet(path: Path, place: Path) -> None:
    (place / "other").mkdir()
    other = place / "other" / "crm.db"
    crm("add-customer Acme")
    crm(f"--db {other} add-customer Other")
    crm("config set backup.keep 1")
    one, two = crm("backup").out.strip(), crm(f"--db {other} backup").out.strip()
    assert Path(one).parent != Path(two).parent
    chosen = {"CRM_BACKUP_FOLDER": str(place / "stick")}
    for file in (path, other, path):
        crm(f"--db {file} backup", **chosen)
    kept = names(place / "stick")
    assert len(kept) == 2
    assert {whole_file(place / "stick" / name)["customer"][0][2] for name in kept} == {"Acme", "Other"}  # fmt: skip


@pytest.mark.parametrize("way", ["setting", "environment"])
def test_another_folder_may_be_chosen(
    path: Path, place: Path, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    crm("add-customer Acme")
    if way == "setting":
        crm("config set backup.folder ~/stick/deep")
    else:
        monkeypatch.setenv("CRM_BACKUP_FOLDER", str(place / "stick" / "deep"))
    name = backups_of(path).name
    made = Path(crm("backup").out.strip())
    assert made == place / "stick" / "deep" / f"{name}-20261120-090000.db"
    assert rights(made.parent) == 0o700
    ran = run_in_process("config set backup.folder stick")
    assert (ran.code, ran.err) == (
        2,
        "crm: backup.folder: 'stick' is not a whole path; write it from the root on, or from ~\n",
    )


def test_where_no_other_place_can_be_had_it_lies_beside_the_file_and_is_said(
    path: Path, place: Path
) -> None:
    crm("add-customer Acme")
    (place / "state").write_text("a file, no folder")
    ran = run_process("backup")
    made = path.with_name("backups") / "crm-20261120-090000.db"
    assert (ran.code, ran.out) == (0, f"{made}\n")
    assert ran.err == f"{backups_of(path)} cannot be written; the backup lies in {made.parent} instead.\n"  # fmt: skip
    assert rights(made.parent) == 0o700


def test_where_there_is_no_place_at_all_that_is_one_sentence(path: Path, place: Path) -> None:
    crm("add-customer Acme")
    (place / "state").write_text("a file, no folder")
    path.with_name("backups").write_text("another")
    ran = run_process("backup")
    assert (ran.code, ran.out) == (1, "")
    assert ran.err == f"crm: {backups_of(path)} cannot be written (Not a directory); name a place: crm backup FILE\n"  # fmt: skip


def test_a_folder_without_permission_is_passed_over(path: Path) -> None:
    crm("add-customer Acme")
    folder = backups_of(path)
    folder.mkdir(parents=True)
    folder.chmod(0o500)
    ran = run("backup", before=as_anybody)
    folder.chmod(0o700)
    assert (ran.code, ran.out) == (0, f"{path.with_name('backups')}/crm-20261120-090000.db\n")


def test_each_kind_is_kept_in_number_and_only_ours(path: Path) -> None:
    """Earlier versions had them beside the file: these are counted with the others, and go first."""
    crm("add-customer Acme")
    crm("config set backup.keep 2")
    earlier, folder = path.with_name("backups"), backups_of(path)
    earlier.mkdir()
    mine = ("crm-before-merge.db", "crm-20261101.db", "crmx-20261101-090000.db", "notes.txt")
    for number, name in enumerate(("crm-20261101-090000.db", "crm-before-schema-2.db", *mine)):
        (earlier / name).write_bytes(b"earlier")
        os.utime(earlier / name, (number, number))
    crm("backup")
    assert names(earlier) == sorted(["crm-20261101-090000.db", "crm-before-schema-2.db", *mine])
    os.utime(folder / "crm-20261120-090000.db", (10, 10))
    for day in range(21, 25):
        made = crm("backup", CRM_NOW=f"2026-11-{day}T09:00").out.strip()
        os.utime(made, (day, day))
    assert names(earlier) == sorted(["crm-before-schema-2.db", *mine])
    assert names(folder) == ["crm-20261123-090000.db", "crm-20261124-090000.db"]


def test_the_one_just_made_stays_though_others_claim_to_be_newer(path: Path) -> None:
    crm("add-customer Acme")
    crm("config set backup.keep 1")
    first = Path(crm("backup").out.strip())
    os.utime(first, (2**32, 2**32))
    second = Path(crm("backup", CRM_NOW="2026-11-19T09:00").out.strip())
    assert names(first.parent) == [second.name]


def test_two_of_one_second_are_two(path: Path) -> None:
    crm("add-customer Acme")
    made = [Path(crm("backup").out.strip()).name for _ in range(3)]
    assert made == [f"crm-20261120-090000{more}.db" for more in ("", "-2", "-3")]


def test_a_copy_that_is_not_whole_is_not_kept(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk wrote something else than it was given."""
    crm("add-customer Acme")
    whole = backup.copy_into

    def lossy(target: driver.Connection, source: driver.Connection, *more: object) -> None:
        whole(target, source, str(path))
        target.execute("DELETE FROM setting")
        target.commit()

    monkeypatch.setattr(backup, "copy_into", lossy)
    ran = run_in_process("backup")
    assert (ran.code, ran.out) == (10, "")
    assert ran.err == f"crm: no backup of {path} was made, for it would be damaged (it is not what the file is); run: crm doctor\n"  # fmt: skip
    assert names(backups_of(path)) == []


def test_the_copy_of_a_damaged_file_is_no_backup(path: Path) -> None:
    fill(path)
    with sqlite3.connect(path) as connection:
        (root,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'interaction'").fetchone()  # fmt: skip
    connection.close()
    with path.open("r+b") as file:
        file.seek((root - 1) * 4096)
        file.write(b"\x5a" * 4096)
    ran = run_process("backup")
    assert (ran.code, ran.out) == (10, "")
    assert names(backups_of(path)) == []


# --- before a large import ---


def test_a_large_import_into_a_file_with_something_in_it_makes_a_backup_first(path: Path) -> None:
    crm("add-customer Acme")
    before = whole_file(path)
    file = customers(path, 1000)
    ran = run_process(f"import {file}")
    kept = backups_of(path) / "crm-before-import-20261120-090000.db"
    assert ran.code == 0
    assert ran.err.splitlines().count(f"A backup was made first: {kept}") == 1
    assert whole_file(kept) == before
    with sqlite3.connect(path) as connection:
        noted = connection.execute("SELECT kind, detail FROM event").fetchall()
    assert noted == [("backup", str(kept))]


@pytest.mark.parametrize(
    ("count", "first", "more", "setting", "made"),
    [
        (999, "add-customer Acme", "", None, 0),
        (1000, None, "", None, 0),  # a new file
        (1000, "config list", "", None, 0),
        (1000, "add-customer Acme", "--dry-run", None, 0),
        (1000, "add-customer Acme", "", "0", 0),
        (3, "add-customer Acme", "", "3", 1),
        (2, "add-customer Acme", "", "3", 0),
        (1000, "add-customer Acme", "--json", None, 1),
    ],
)
def test_no_other_import_does(
    path: Path,
    count: int,
    first: str | None,
    more: str,
    setting: str | None,
    made: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if first:
        crm(first)
    if setting:
        monkeypatch.setenv("CRM_BACKUP_BEFORE_IMPORT", setting)
    ran = crm(f"import {customers(path, count)} {more}")
    assert ran.err.count("A backup was made first") == made
    assert len(found([Place(backups_of(path), "crm")])) == made


def test_an_import_that_is_refused_leaves_its_backup_and_no_note_of_it(path: Path) -> None:
    crm("add-customer Acme")
    before = whole_file(path)
    file = customers(path, 1000)
    with file.open("a", encoding="utf-8") as rows:
        rows.write(",北京\n")
    assert run_in_process(f"import {file} --strict").code == 1
    assert whole_file(path) == before
    assert names(backups_of(path)) == ["crm-before-import-20261120-090000.db"]


def test_imports_never_let_go_of_what_was_asked_for(path: Path, at: Callable[[str], None]) -> None:
    crm("config set backup.keep 1")
    crm("add-customer Acme")
    asked = Path(crm("backup").out.strip())
    for day in (21, 22, 23):
        at(f"2026-11-{day}T09:00")
        crm(f"import {customers(path, 1000, city=f'City {day}')}")
    assert names(asked.parent) == [asked.name, "crm-before-import-20261123-090000.db"]


def test_a_backup_while_another_writes_is_of_what_was_there(path: Path) -> None:
    crm("add-customer Acme")
    before = whole_file(path)
    with sqlite3.connect(path, isolation_level=None) as writer:
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("UPDATE customer SET note = 'half'")
        made = backup.keep(
            Database(sqlite3.connect(path), str(path)), backup.shelf_beside(str(path))
        )
        writer.execute("ROLLBACK")
    assert whole_file(made) == before
