"""A backup in the place of the file: what is checked first, what is kept, what goes over, and what others see of it."""

import json
import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from crmcli.store import backup, driver, frozen
from tests.contract.program import everything_in, refused
from tests.contract.terminal import Terminal
from tests.store.filled import fill, whole_file
from tests.store.test_migrate import FIXTURES, made_of
from tests.store.test_undo import check
from tests.support import backups_of, crm, run_in_process, run_process

BOOKKEEPING = ("event", "key_range", "meta")


@pytest.fixture
def path(place: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (place / "data").mkdir(mode=0o700)
    file = place / "data" / "crm.db"
    monkeypatch.setenv("CRM_DB", str(file))
    return file


def held(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """Every row but those that say what was done with the file."""
    return {name: rows for name, rows in whole_file(path).items() if name not in BOOKKEEPING}


def rows(path: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(sql).fetchall()


def names_in(folder: Path) -> list[str]:
    return sorted(one.name for one in folder.iterdir())


def kept_of(path: Path, stamp: str = "20261120-090000") -> Path:
    return backups_of(path) / f"crm-before-restore-{stamp}.db"


def begun(path: Path) -> Path:
    """A file and a backup of it, and something that was done since."""
    crm("add-customer Acme --city Leeds")
    made = Path(crm("backup").out.strip())
    crm("add-customer Later --city York")
    crm("edit c1 --set city=Bath")
    return made


def test_a_backup_takes_the_place_of_the_file_which_is_kept(path: Path) -> None:
    made = begun(path)
    before, wanted, backed = held(path), held(made), made.read_bytes()
    ran = run_process(f"restore {made} --yes")
    assert (ran.code, ran.out) == (0, "")
    assert ran.err.splitlines() == [
        f"{made.name} holds 1 customer, 1 change, the last on 2026-11-20 09:00.",
        f"{path} holds 2 customers, 3 changes, the last on 2026-11-20 09:00.",
        f"{made.name} is in its place.",
        f"What was there is kept; to take it back: crm restore {kept_of(path)}",
    ]
    assert held(path) == wanted
    assert held(kept_of(path)) == before
    assert made.read_bytes() == backed
    assert sorted(one.name for one in path.parent.iterdir()) == ["crm.db"]
    assert path.stat().st_mode & 0o777 == kept_of(path).stat().st_mode & 0o777 == 0o600
    assert rows(path, "SELECT kind, detail FROM event ORDER BY id") == [
        ("backup", str(made)),
        ("backup", str(kept_of(path))),
        ("restore", str(made)),
    ]
    check(path)
    crm(f"restore {kept_of(path)} --yes", CRM_NOW="2026-11-20T10:00")
    assert held(path) == before


def test_references_given_out_since_are_not_given_out_again(path: Path) -> None:
    made = begun(path)
    crm("log-contact c2 hello --next more")
    crm(f"restore {made} --yes")
    assert crm("add-customer New").out == "c3\n"
    assert crm("log-contact c3 hello --next more").out == "i2\nt2\n"
    assert rows(path, "SELECT max(id) FROM change") == [(6,)]
    check(path)


def test_in_json(path: Path) -> None:
    made = begun(path)
    figures = {"schema": frozen.SCHEMA_VERSION, "last_change_at": "2026-11-20T09:00:00+08:00"}
    expected = {
        "path": str(path), "file": str(made), "kept": None, "dangling": 0, "returning": [],
        "files": {"brought": 0, "missing": 0},
        "backup": {**figures, "customers": 1, "changes": 1},
        "present": {**figures, "state": "whole", "customers": 2, "changes": 3},
    }  # fmt: skip
    ran = crm(f"restore {made} --dry-run --json")
    assert (ran.json, ran.err) == ({"schema": "crm.restore/1", "item": expected}, "")
    ran = crm(f"restore {made} --yes --json")
    assert (ran.json["item"], ran.err) == ({**expected, "kept": str(kept_of(path))}, "")


def test_a_dry_run_tells_and_changes_not_a_byte(path: Path, place: Path) -> None:
    made = begun(path)
    before = everything_in(place)
    ran = run_process(f"restore {made} --dry-run")
    assert (ran.code, ran.out) == (0, "")
    assert ran.err.splitlines() == [
        f"{made.name} holds 1 customer, 1 change, the last on 2026-11-20 09:00.",
        f"{path} holds 2 customers, 3 changes, the last on 2026-11-20 09:00.",
        "Nothing was changed; without --dry-run it would be put in its place.",
    ]
    assert everything_in(place) == before


def test_it_asks_at_a_terminal_and_nowhere_else(path: Path) -> None:
    made = begun(path)
    before = held(path)
    refused(f"restore {made}", 2, "nobody is here to be asked; add --yes to do it")
    with Terminal(f"restore {made}", columns=300) as person:
        person.sees(f"{path} holds 2 customers")
        person.sees(f"Put {made} in the place of {path}? (y/N) ")
        person.types("n")
        assert person.leaves() == 1
    assert held(path) == before
    assert names_in(backups_of(path)) == [made.name]
    assert names_in(path.parent) == ["crm.db"]
    with Terminal(f"restore {made}", columns=300) as person:
        person.sees("(y/N) ")
        person.types("y")
        assert person.leaves() == 0
    assert held(path) == held(made)


# --- what is no backup ---


def test_what_is_not_there_is_said(path: Path, place: Path) -> None:
    begun(path)
    gone = place / "gone.db"
    refused(f"restore {gone} --yes", 3, f"{gone} is not there; name a backup: crm restore FILE")
    refused(f"restore {place} --yes", 2, f"{place} is a folder; name the backup file itself")
    (place / "link.db").symlink_to(gone)
    refused(
        f"restore {place}/link.db --yes",
        3,
        f"{place}/link.db points to a file that is not there; name a backup",
    )


def test_the_file_itself_is_refused_under_every_name(path: Path, place: Path) -> None:
    begun(path)
    (place / "link.db").symlink_to(path)
    os.link(path, place / "hard.db")
    for name in (path, place / "link.db", place / "hard.db"):
        refused(f"restore {name} --yes", 2, f"{name} is the file itself; name a backup of it")


def junk(file: Path) -> str:
    file.write_text("公司名称,城市\n" * 500, encoding="utf-8")
    return f"{file} is no crm database; name a backup of one"


def nothing(file: Path) -> str:
    file.write_bytes(b"")
    return f"{file} is no crm database; name a backup of one"


def another_programs(file: Path) -> str:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE customer (id)")
        connection.commit()
    return f"{file} is a database of another program; name a backup that crm made"


def newer(file: Path) -> str:
    fill(file)
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA user_version = 99")
    return f"{file} was written by a newer crm (schema 99, this one knows {frozen.SCHEMA_VERSION}); upgrade crm"  # fmt: skip


def torn(file: Path) -> str:
    fill(file)
    file.write_bytes(file.read_bytes()[: 20 * 4096])
    return f"{file} is damaged; name another backup"


def a_page_of_rubbish(file: Path) -> str:
    fill(file)
    ((root,),) = rows(file, "SELECT rootpage FROM sqlite_master WHERE name = 'interaction'")
    with file.open("r+b") as opened:
        opened.seek((int(str(root)) - 1) * 4096)
        opened.write(b"\x5a" * 4096)
    return f"{file} is damaged; name another backup"


def of_our_number_only(file: Path) -> str:
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript(
            f"CREATE TABLE customer (id); PRAGMA application_id = {0x43524D31}; PRAGMA user_version = 3;"
        )
    return f"{file} is a database of another program; name a backup that crm made"


def without_a_table(file: Path) -> str:
    fill(file)
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("DROP TABLE survey")
        connection.commit()
    return f"{file} lacks survey; name another backup"


def noise(file: Path) -> str:
    file.write_bytes(bytes(range(256)) * 40)
    return f"{file} is encrypted, and there is no key at {file.parent / 'crm.key'}; put it there, name it with CRM_CRYPT_KEY_FILE, or give the passphrase in CRM_PASSPHRASE"


@pytest.mark.parametrize(
    "spoil", [of_our_number_only, without_a_table, noise, junk, nothing, another_programs, newer, torn, a_page_of_rubbish], ids=lambda f: f.__name__
)  # fmt: skip
def test_what_is_no_backup_is_refused_before_anything_is_touched(
    spoil: Callable[[Path], str], path: Path, place: Path
) -> None:
    crm("add-customer Acme")
    file = place / "copy.db"
    sentence = spoil(file)
    for more in ("--yes", "--dry-run"):
        ran = run_process(f"restore {file} {more}")
        assert ran.code == 10
        assert ran.err.startswith(f"crm: {file} ")
        # A damaged page may be met by SQLite, or by its check.
        if spoil not in (torn, a_page_of_rubbish):
            assert ran.err == f"crm: {sentence}\n"
        else:
            assert "is damaged" in ran.err
    assert [row[2] for row in held(path)["customer"]] == ["Acme"]
    assert not backups_of(path).exists()
    assert [one.name for one in path.parent.iterdir()] == ["crm.db"]


# --- backups of every kind ---


@pytest.mark.parametrize("fixture", FIXTURES, ids=lambda file: file.stem)
def test_a_backup_of_an_older_crm_is_brought_up_to_date(
    fixture: Path, path: Path, place: Path
) -> None:
    crm("add-customer Acme")
    file = made_of(fixture, place / "older.db")
    before = file.read_bytes()
    customers = rows(file, "SELECT id, name, deleted_at FROM customer ORDER BY id")
    crm(f"restore {file} --yes", CRM_NOW="2026-11-23T09:00")
    assert file.read_bytes() == before
    assert not Path(f"{file}-wal").exists()
    assert rows(path, "SELECT id, name, deleted_at FROM customer ORDER BY id") == customers
    assert rows(path, "PRAGMA user_version") == [(frozen.SCHEMA_VERSION,)]
    check(path)


def test_a_backup_in_use_with_changes_beside_it_is_taken_whole(path: Path, place: Path) -> None:
    """Another's open file: what was committed lies in its WAL only."""
    crm("add-customer Acme")
    other = place / "other.db"
    crm(f"--db {other} add-customer One")
    with closing(sqlite3.connect(other)) as connection:
        connection.execute("PRAGMA wal_autocheckpoint = 0")
        connection.execute("UPDATE customer SET note = 'in the WAL'")
        connection.commit()
        files = {one.name: one.read_bytes() for one in place.glob("other.db*")}
        crm(f"restore {other} --yes")
        assert {one.name: one.read_bytes() for one in place.glob("other.db*")} == files
    assert rows(path, "SELECT name, note FROM customer") == [("One", "in the WAL")]


def test_a_backup_on_a_read_only_medium(path: Path, place: Path) -> None:
    made = begun(path)
    (place / "stick").mkdir()
    file = place / "stick" / "copy.db"
    shutil.copy(made, file)
    file.chmod(0o444)
    (place / "stick").chmod(0o555)
    crm(f"restore {file} --yes")
    (place / "stick").chmod(0o755)
    assert held(path) == held(made)
    assert [one.name for one in (place / "stick").iterdir()] == ["copy.db"]


def test_a_backup_with_pages_of_another_size(path: Path) -> None:
    made = begun(path)
    with closing(sqlite3.connect(made, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
        connection.execute("PRAGMA page_size = 1024")
        connection.execute("VACUUM")
    crm(f"restore {made} --yes")
    assert rows(path, "SELECT name, city FROM customer") == [("Acme", "Leeds")]
    check(path)


def test_through_a_link_the_file_itself_is_written(path: Path, place: Path) -> None:
    made = begun(path)
    (place / "link.db").symlink_to(path)
    crm(f"--db {place}/link.db restore {made} --yes")
    assert (place / "link.db").is_symlink()
    assert held(path) == held(made)


# --- the file that is there ---


def test_where_there_is_no_file_yet_it_is_made(path: Path, place: Path) -> None:
    made = begun(path)
    new = place / "new" / "deep" / "crm.db"
    ran = run_process(f"--db {new} restore {made} --yes")
    assert (ran.code, ran.err.splitlines()[1:]) == (
        0,
        [f"{new} is not there yet.", f"{made.name} is in its place."],
    )
    assert held(new) == held(made)
    assert rows(new, "PRAGMA journal_mode") == [("wal",)]
    assert run_process(f"--db {new} restore {made} --yes").code == 0
    assert new.stat().st_mode & 0o777 == 0o600
    assert new.parent.stat().st_mode & 0o777 == 0o700
    assert [one.name for one in new.parent.iterdir()] == ["crm.db"]


@pytest.mark.parametrize("work", ["add-customer Other", "find Acme"])
def test_a_backup_that_is_worked_on_can_be_restored_over(
    work: str, path: Path, place: Path
) -> None:
    made = begun(path)
    other = place / "other.db"
    shutil.copy(made, other)
    crm(f"--db {other} {work}")
    assert rows(other, "PRAGMA journal_mode") == [("delete",)]
    assert run_process(f"--db {other} restore {made} --yes").code == 0
    assert held(other) == held(made)


def test_what_a_lost_file_left_beside_it_is_not_taken_for_the_new_ones(path: Path) -> None:
    made = begun(path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_autocheckpoint = 0")
        connection.execute("UPDATE customer SET note = 'stale'")
        connection.commit()
        wal = Path(f"{path}-wal").read_bytes()
    path.unlink()
    Path(f"{path}-wal").write_bytes(wal)
    crm(f"restore {made} --yes")
    assert held(path) == held(made)


def spoil_a_page(path: Path) -> None:
    ((root,),) = rows(path, "SELECT rootpage FROM sqlite_master WHERE name = 'interaction'")
    with path.open("r+b") as file:
        file.seek((int(str(root)) - 1) * 4096)
        file.write(b"\x5a" * 4096)


def spoil_the_header(path: Path) -> None:
    with path.open("r+b") as file:
        file.write(b"\x5a" * 200)


@pytest.mark.parametrize("spoil", [spoil_a_page, spoil_the_header], ids=lambda f: f.__name__)
def test_a_damaged_file_is_kept_byte_by_byte(spoil: Callable[[Path], None], path: Path) -> None:
    fill(path)
    crm("migrate")  # which computes what there is
    made = Path(crm("backup").out.strip())
    crm("add-customer Later --allow-duplicate")
    spoil(path)
    before = path.read_bytes()
    assert run_process("list-customers --sort name").code == 10 or spoil is spoil_a_page
    ran = run_process(f"restore {made} --yes")
    assert ran.code == 0, ran
    assert "is damaged" in ran.err
    assert kept_of(path).read_bytes() == before
    pruned = {"dossier": []}  # for the folders of these are nowhere
    assert held(path) | pruned == held(made) | pruned
    if spoil is spoil_a_page:  # what it could still tell went over
        assert crm("add-customer New --allow-duplicate").out == "c72\n"


def test_another_programs_database_and_a_newer_crms_are_not_written_over(path: Path) -> None:
    made = begun(path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 99")
    before = path.read_bytes()
    newer = f"{path} was written by a newer crm (schema 99, this one knows {frozen.SCHEMA_VERSION}); upgrade crm"  # fmt: skip
    for command in (f"restore {made} --yes", "doctor", "doctor --fix", "backup", "migrate"):
        refused(command, 10, newer)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA application_id = 7")
    refused(
        f"restore {made} --yes",
        10,
        f"{path} is a database of another program; choose another file with --db",
    )
    assert path.read_bytes()[100:] == before[100:]


def test_a_file_of_an_older_schema_is_kept_as_it_is(path: Path) -> None:
    made = begun(path)
    path.unlink()
    made_of(FIXTURES[0], path)
    before = whole_file(path)
    crm(f"restore {made} --yes")
    assert whole_file(kept_of(path)) == before
    assert rows(kept_of(path), "PRAGMA user_version") == [(1,)]
    assert crm("add-customer New").out == "c8\n"  # seven were given out in the older one
    check(path)


def test_what_others_have_open_goes_on_and_sees_the_backup(path: Path) -> None:
    made = begun(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        assert reader.execute("SELECT count(*) FROM customer").fetchone() == (2,)
        assert run_process(f"restore {made} --yes").code == 0
        assert reader.execute("SELECT count(*) FROM customer").fetchone() == (2,)
        reader.execute("COMMIT")
        assert reader.execute("SELECT city FROM customer").fetchall() == [("Leeds",)]
        reader.execute("UPDATE customer SET note = 'goes on'")
    assert rows(path, "SELECT city, note FROM customer") == [("Leeds", "goes on")]


def test_while_another_writes_it_waits_and_then_says_so(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = begun(path)
    before = held(path)
    monkeypatch.setattr(driver, "BUSY_SECONDS", 0.0)
    with closing(sqlite3.connect(path, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        ran = run_in_process(f"restore {made} --yes")
    assert (ran.code, ran.out) == (10, "")
    assert ran.err.splitlines()[-1] == f"crm: {path} is locked by another program; try again when that has finished"  # fmt: skip
    assert held(path) == before


def test_what_is_written_after_the_copy_was_kept_is_kept_too(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process writes between the two: the copy is made once more."""
    made = begun(path)
    keep, written = backup.keep, []

    def keep_and_be_disturbed(*arguments: object, **more: object) -> Path:
        kept = keep(*arguments, **more)  # type: ignore[arg-type]
        if not written:
            written.append(crm_elsewhere())
        return kept

    def crm_elsewhere() -> None:
        assert run_process("add-customer Just-in-time").code == 0

    monkeypatch.setattr(backup, "keep", keep_and_be_disturbed)
    crm(f"restore {made} --yes")
    assert [row[2] for row in held(kept_of(path))["customer"]] == ["Acme", "Later", "Just-in-time"]
    assert held(path) == held(made)
    assert crm("add-customer New").out == "c4\n"
    kinds = [row[0] for row in rows(path, "SELECT kind FROM event ORDER BY id")]
    assert kinds == ["backup", "backup", "restore"]


# --- what goes over ---


def test_what_was_erased_since_and_comes_back_is_named(path: Path) -> None:
    crm("add-customer Acme --person 'Ann Lee' --phone 13812345678")
    crm("add-customer Early --person 'Bo Wu'")
    crm("forget h2 --yes")
    made = Path(crm("backup").out.strip())
    crm("forget h1 --yes")
    sentence = "h1 was erased on 2026-11-20, and the backup still had it: it is back; erase it again: crm forget h1"  # fmt: skip
    ran = run_process(f"restore {made} --yes --json")
    assert ran.err.splitlines() == [sentence]
    assert ran.json["item"]["returning"] == [{"ref": "h1", "erased_on": "2026-11-20"}]
    assert rows(path, "SELECT count(*) FROM event WHERE kind = 'forget'") == [(2,)]
    assert crm("show h1 --json").code == 0
    crm("forget h1 --yes")
    check(path)


def test_who_is_in_no_backup_does_not_come_back(path: Path, place: Path) -> None:
    made = begun(path)
    crm("forget c2 --yes")
    assert run_process(f"restore {made} --yes --json").json["item"]["returning"] == []
    other = place / "other.db"
    crm(f"--db {other} add-customer Another", CRM_NOW="2026-11-20T08:00")
    crm("forget c1 --yes")
    ran = run_process(f"restore {other} --yes --json")
    assert (ran.err, ran.json["item"]["returning"]) == ("", [])  # c1 is somebody else there


def test_what_was_merged_into_the_erased_since_is_named(path: Path) -> None:
    crm("add-customer Acme")
    made = Path(crm("backup").out.strip())
    crm("add-customer Beta")
    crm("merge-customers c2 c1 --yes")
    crm("forget c2 --yes")
    ran = run_process(f"restore {made} --yes --json")
    assert [one["ref"] for one in ran.json["item"]["returning"]] == ["c1"]


def test_what_was_noted_since_stays_noted(path: Path) -> None:
    made = begun(path)
    with closing(sqlite3.connect(path)) as connection:
        for kind in ("reveal", "doctor", "estimated-2027"):
            connection.execute(
                "INSERT INTO event (at, actor, kind, detail) VALUES ('2026-11-20T01:00:00Z', 'me', ?, '1')",
                (kind,),
            )
        connection.commit()
    crm(f"restore {made} --yes")
    kinds = [row[0] for row in rows(path, "SELECT kind FROM event ORDER BY id")]
    assert kinds == ["backup", "reveal", "backup", "restore"]


def test_nothing_of_another_file_is_noted(path: Path, place: Path) -> None:
    begun(path)
    other = place / "other.db"
    crm(f"--db {other} add-customer Other", CRM_NOW="2026-11-19T09:00")
    crm(f"restore {other} --yes")
    kinds = [row[0] for row in rows(path, "SELECT kind FROM event ORDER BY id")]
    assert kinds == ["backup", "restore"]
    assert crm("add-customer New").out == "c3\n"


def test_dossiers_sealed_since_stay_known_and_pruned_ones_do_not_come_back(
    path: Path, at: Callable[[str], None]
) -> None:
    at("2026-08-03T09:00")
    crm("add-customer Acme --stage customer")
    crm("log-contact c1 hello")
    at("2026-11-20T09:00")
    crm("archive c1 --period 2026Q3")
    made = Path(crm("backup").out.strip())
    at("2026-11-21T09:00")
    crm("archive c1 --period 2026-08")
    listed = crm("archive --list --json").json["items"]
    assert len(listed) == 2
    crm(f"restore {made} --yes")
    assert crm("archive --list --json").json["items"] == listed
    assert crm("archive --verify").code == 0


def test_backups_before_restoring_are_counted_apart_and_the_one_restored_stays(path: Path) -> None:
    made = begun(path)
    crm("config set backup.keep 1")
    for hour in (10, 11):
        crm(f"restore {made} --yes", CRM_NOW=f"2026-11-20T{hour}:00")
    names = sorted(one.name for one in backups_of(path).iterdir())
    assert names == [made.name, "crm-before-restore-20261120-110000.db"]
    crm(f"restore {backups_of(path) / names[1]} --yes", CRM_NOW="2026-11-20T12:00")
    names = sorted(one.name for one in backups_of(path).iterdir())
    assert names == [made.name, "crm-before-restore-20261120-110000.db", "crm-before-restore-20261120-120000.db"]  # fmt: skip


def test_every_error_is_json_too(path: Path) -> None:
    begun(path)
    ran = run_process("restore gone.db --yes --json")
    assert json.loads(ran.err)["error"]["kind"] == "not_found"
