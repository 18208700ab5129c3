"""`crm encrypt` and `crm decrypt`, and every other command on an encrypted file (DESIGN §5)."""

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlcipher3 import dbapi2 as sqlcipher

from crmcli.store import driver
from tests.contract import service_story
from tests.contract.program import environment, everything_in, patched, refused, run
from tests.contract.terminal import Terminal
from tests.contract.test_first_day import EXAMPLES
from tests.support import crm, run_in_process

NAME, PHONE, EMAIL, NOTE = (
    "华东精工机械",
    "13812345678",
    "zhang.wei@hdjg.example.com",
    "喜欢喝龙井茶",
)
MAGIC = b"SQLite format 3\0"
WARNING = (
    "Without the key or the passphrase the data is lost, and nobody can bring it back: keep a copy of it in another place than this machine.\n"
    "The plain bytes were written over; solid-state disks, snapshots and synchronised folders may keep copies of them.\n"
)
PASSPHRASE = "密码 héllo wörld"


@pytest.fixture
def book(place: Path) -> Path:
    """A customer, a person, a contact with a follow-up, and a need."""
    crm(["add-customer", NAME, "--tier", "core", "--person", "张伟", "--phone", PHONE, "--email", EMAIL, "--note", NOTE])  # fmt: skip
    crm("log-contact c1 'sent the offer' --next 'call back' --on 2026-11-20")
    crm("add-need c1 'the printer stops' --urgency urgent")
    crm("undo")
    return place / "crm.db"


@pytest.fixture
def key(place: Path) -> Path:
    """Where the key of these tests lies."""
    return place / "crm.key"


def opened(path: Path, key: str) -> Any:
    """The file as SQLCipher itself opens it: `key` as its PRAGMA wants it."""
    connection = sqlcipher.connect(str(path))
    connection.execute(f"PRAGMA key = {key}")
    return connection


def of_file(place: Path) -> str:
    """The key in the key file, as the PRAGMA wants it."""
    return f"\"x'{place.read_text().strip()}'\""


def content(connection: Any) -> dict[str, Any]:
    """Every row of every table, all that makes the schema, and the marks of the file."""
    with closing(connection):
        made = connection.execute(
            "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY 1, 2"
        ).fetchall()
        tables = [name for kind, name, _, _ in made if kind == "table"]
        rows = {name: sorted(map(repr, connection.execute(f'SELECT * FROM "{name}"'))) for name in tables}  # fmt: skip
        rows["event"] = []  # they say that it was encrypted
        marks = [connection.execute(f"PRAGMA {name}").fetchone() for name in ("user_version", "application_id", "journal_mode")]  # fmt: skip
        return {"schema": made, "rows": rows, "marks": marks}


def occurs(folder: Path, *texts: str) -> list[str]:
    """The files below `folder` in whose bytes one of the texts stands."""
    return [
        file.name
        for file in folder.rglob("*")
        if file.is_file() and any(text.encode() in file.read_bytes() for text in texts)
    ]


# --- encrypting ---


def test_nothing_can_be_read_any_more_and_everything_is_there(book: Path, key: Path) -> None:
    before, listed = content(sqlite3.connect(book)), crm("show c1 --json").out
    assert occurs(book.parent, NAME, PHONE, EMAIL, NOTE) == ["crm.db"]
    ran = crm("encrypt")
    assert ran == (0, f"{book} is encrypted; its key is {key}.\n", WARNING)
    assert occurs(book.parent, NAME, PHONE, EMAIL, NOTE, "customer") == []
    assert book.read_bytes()[:16] != MAGIC
    assert sorted(os.listdir(book.parent)) == ["crm.db", "crm.key"]
    assert content(opened(book, of_file(key))) == before
    assert before["marks"][2] == ("wal",)
    assert crm("show c1 --json").out == listed
    with closing(opened(book, of_file(key))) as connection:
        assert connection.execute("SELECT kind, actor FROM event").fetchall() == [("encrypt", "tester")]  # fmt: skip


@pytest.mark.parametrize("form", ["", " --json"])
def test_attached_files_stay_and_it_is_said(book: Path, form: str) -> None:
    (book.parent / "terms.txt").write_text("half in advance")
    crm(["attach", "c1", str(book.parent / "terms.txt")])
    folder = book.parent / "crm.db.files"
    ran = crm(f"encrypt{form}")
    assert ran.err == f"{WARNING}The attached files in {folder} stay as they are, not encrypted.\n"
    assert occurs(folder, "half in advance") != []


def test_the_old_bytes_are_written_over(book: Path) -> None:
    """Those that had the file open by another name of its bytes see zeros, in the write-ahead log, too."""
    keeper = sqlite3.connect(book)  # as a program that was killed leaves the log behind
    keeper.execute("PRAGMA wal_autocheckpoint = 0")
    keeper.execute("UPDATE customer SET note = 'written to the log'")
    keeper.commit()
    copies = book.parent.parent / f"{book.parent.name}-aside"
    copies.mkdir()
    for name in ("crm.db", "crm.db-wal"):
        shutil.copy(book.parent / name, copies / name)
    keeper.close()
    for name in ("crm.db", "crm.db-wal"):
        shutil.copy(copies / name, book.parent / name)
    with book.open("rb") as file, Path(f"{book}-wal").open("rb") as log:
        assert b"written to the log" in log.read()
        crm("encrypt")
        for one in (file, log):
            one.seek(0)
            assert set(one.read()) == {0}
    assert crm("show c1 --json").json["item"]["note"] == "written to the log"


def test_the_key_is_private_and_random(book: Path, key: Path, place: Path) -> None:
    crm("encrypt")
    first = key.read_text()
    assert (len(first), first[-1], key.stat().st_mode & 0o777) == (65, "\n", 0o600)
    assert len(bytes.fromhex(first.strip())) == 32
    assert book.stat().st_mode & 0o777 == 0o600
    key.unlink()
    other = place / "other.db"
    crm("add-customer Beta", CRM_DB=str(other))
    crm("encrypt", CRM_DB=str(other))
    assert key.read_text() != first


def test_a_second_file_takes_the_key_that_is_there(book: Path, key: Path, place: Path) -> None:
    crm("encrypt")
    before = key.read_bytes()
    other = place / "other.db"
    crm("add-customer Beta", CRM_DB=str(other))
    ran = crm("encrypt", CRM_DB=str(other))
    assert ran.out == f"{other} is encrypted by the key that was in {key} already.\n"
    assert key.read_bytes() == before
    assert book.read_bytes()[:16] != other.read_bytes()[:16]
    assert crm("list-customers --json", CRM_DB=str(other)).json["items"][0]["name"] == "Beta"


def test_a_place_of_its_own_for_the_key(book: Path, place: Path) -> None:
    stick = place / "stick" / "my.key"
    ran = crm(["encrypt", "--key-file", str(stick), "--json"])
    assert ran.json == {
        "schema": "crm.encryption/1",
        "item": {"path": str(book), "encrypted": True, "key_file": str(stick), "plain_backups": []},
    }
    assert f'key_file = "{stick}"' in (place / "config.toml").read_text()
    assert crm("due --count").out == "1\n"
    sentence = f"the setting crypt.key_file names {stick}, by which other files may be opened; leave --key-file out, or set it first"
    crm("decrypt --yes")
    refused(["encrypt", "--key-file", str(place / "other.key")], 4, sentence)


def test_plain_backups_are_named(book: Path, place: Path) -> None:
    kept = crm("backup").out.strip()
    elsewhere = crm(f"backup {place / 'elsewhere.db'}").out.strip()
    ran = crm("encrypt")
    told = "This backup is still plain; delete it when you need it no more: "
    assert ran.err == f"{WARNING}{told}{elsewhere}\n{told}{kept}\n"
    Path(elsewhere).unlink()
    after = Path(crm("backup").out.strip())
    assert after.read_bytes()[:16] != MAGIC
    crm("decrypt --yes")
    assert crm("encrypt --json").json["item"]["plain_backups"] == [kept]


def test_in_the_file_of_a_link(book: Path, place: Path) -> None:
    link = place / "link.db"
    link.symlink_to(book)
    crm("encrypt", CRM_DB=str(link))
    assert link.is_symlink() and not book.is_symlink()
    assert book.read_bytes()[:16] != MAGIC
    assert crm("due --count", CRM_DB=str(link)).out == "1\n"


def test_statistics_go_over_either_way(book: Path, key: Path) -> None:
    """SQLCipher's SQLite has more of them."""
    with closing(sqlite3.connect(book)) as connection:
        connection.execute("ANALYZE")
    before = content(sqlite3.connect(book))
    assert before["rows"]["sqlite_stat1"]
    crm("encrypt")
    assert content(opened(book, of_file(key))) == before
    with closing(opened(book, of_file(key))) as connection:
        connection.execute("ANALYZE")
        connection.commit()
    after = content(opened(book, of_file(key)))
    assert after["rows"]["sqlite_stat4"]
    crm("decrypt --yes")
    crm("encrypt")
    assert content(opened(book, of_file(key)))["rows"] == after["rows"]


def test_an_older_file_is_brought_up_to_date_first(place: Path, key: Path) -> None:
    path = place / "crm.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript((Path(__file__).parents[1] / "store/schema1.sql").read_text("utf-8"))  # fmt: skip
    path.chmod(0o600)
    crm("encrypt")
    assert path.read_bytes()[:16] != MAGIC
    assert crm("list-customers --json").json["count"] > 0


def test_an_encrypted_file_of_an_older_schema(place: Path, key: Path) -> None:
    """Brought up to date where it lies, its backup encrypted, too; a rehearsal does so with a copy."""
    plain, path = place / "plain.db", place / "crm.db"
    with closing(sqlite3.connect(plain)) as connection:
        connection.executescript((Path(__file__).parents[1] / "store/schema1.sql").read_text("utf-8"))  # fmt: skip
    key.write_text("ab" * 32)
    key.chmod(0o600)
    with closing(sqlcipher.connect(str(plain), isolation_level=None)) as connection:
        connection.execute("ATTACH ? AS made KEY ?", (str(path), f"x'{'ab' * 32}'"))
        connection.execute("SELECT sqlcipher_export('made')")
        for name in ("user_version", "application_id"):
            (value,) = connection.execute(f"PRAGMA main.{name}").fetchone()
            connection.execute(f"PRAGMA made.{name} = {value}")
    plain.unlink()
    before = path.read_bytes()
    assert run_in_process("add-customer Beta --dry-run").code == 0
    assert path.read_bytes() == before
    crm("add-customer Beta")
    backups = [file for file in place.rglob("*before-schema*") if file.is_file()]
    assert len(backups) == 1
    assert all(driver.is_encrypted(str(file)) for file in (*backups, path))


# --- passphrases ---


def test_a_passphrase_is_one_that_sqlcipher_takes(book: Path, place: Path) -> None:
    before = content(sqlite3.connect(book))
    ran = crm("encrypt --passphrase", CRM_PASSPHRASE=PASSPHRASE)
    assert ran == (0, f"{book} is encrypted by the passphrase.\n", WARNING)
    assert sorted(os.listdir(place)) == ["crm.db"]
    assert content(opened(book, f"'{PASSPHRASE}'")) == before
    assert crm("due --count", CRM_PASSPHRASE=PASSPHRASE).out == "1\n"
    crm("add-task c1 call", CRM_PASSPHRASE=PASSPHRASE)
    crm("decrypt --yes", CRM_PASSPHRASE=PASSPHRASE)
    assert crm("show t2 --json").json["item"]["text"] == "call"


def test_a_letter_and_its_accent_are_one_letter(book: Path) -> None:
    crm("encrypt --passphrase", CRM_PASSPHRASE="caf\u00e9 caf\u00e9")
    assert crm("due --count", CRM_PASSPHRASE="cafe\u0301 cafe\u0301").out == "1\n"


def test_a_passphrase_from_an_open_file(book: Path, place: Path) -> None:
    secret = place.parent / "secret"
    secret.write_text(f"{PASSPHRASE}\n", encoding="utf-8")
    number = os.open(secret, os.O_RDONLY)
    try:

        def three() -> None:
            os.lseek(number, 0, os.SEEK_SET)
            os.dup2(number, 3)

        program = patched("import os")
        shell = ["/bin/sh", "-c", f"exec 3<'{secret}'; exec \"$@\"", "sh", *program]
        ran = run("encrypt --passphrase", program=shell, CRM_PASSPHRASE_FD="3")
        assert (ran.code, ran.out) == (0, f"{book} is encrypted by the passphrase.\n")
        assert run("due --count", program=shell, CRM_PASSPHRASE_FD="3").out == "1\n"
    finally:
        os.close(number)
    sentence = "CRM_PASSPHRASE_FD is 'three', and no open file with the passphrase; write a number such as 3"  # fmt: skip
    refused("due", 2, sentence, CRM_PASSPHRASE_FD="three")


def test_a_person_is_asked_for_it(book: Path) -> None:
    with Terminal("encrypt --passphrase") as person:
        person.sees("New passphrase:")
        person.types(PASSPHRASE)
        person.sees("The same once more:")
        person.types(PASSPHRASE)
        person.sees("is encrypted by the passphrase.")
        assert person.leaves() == 0
        assert PASSPHRASE not in person.screen
    with Terminal("due --count") as person:
        person.sees(f"Passphrase of {book}:")
        person.types(PASSPHRASE)
        person.sees("1")
        assert person.leaves() == 0
    with Terminal("due --count") as person:
        person.sees(f"Passphrase of {book}:")
        person.types("another one")
        person.sees(
            f"crm: the passphrase does not open {book}, unless that is damaged; try again with the right one"
        )
        assert person.leaves() == 10


def test_two_that_differ_are_none(book: Path) -> None:
    before = everything_in(book.parent)
    with Terminal("encrypt --passphrase") as person:
        person.sees("New passphrase:")
        person.types(PASSPHRASE)
        person.sees("The same once more:")
        person.types("something else")
        person.sees("crm: the two passphrases differ; nothing was done")
        assert person.leaves() == 1
    assert everything_in(book.parent) == before


# --- refusals ---


def test_what_cannot_be_encrypted_or_decrypted(book: Path, place: Path) -> None:
    refused("decrypt --yes", 4, f"{book} is not encrypted")
    refused("encrypt --passphrase", 2, "nobody is here to be asked; give the passphrase in CRM_PASSPHRASE")  # fmt: skip
    refused("encrypt --passphrase", 2, "the passphrase has 5 characters; take at least 8", CRM_PASSPHRASE="short")  # fmt: skip
    refused("encrypt --passphrase --key-file k", 2, "--key-file and --passphrase exclude each other; choose one")  # fmt: skip
    missing = place / "none.db"
    refused("encrypt", 3, f"there is nothing to encrypt yet: {missing} is not there", CRM_DB=str(missing))  # fmt: skip
    refused("decrypt", 3, f"there is nothing to decrypt: {missing} is not there", CRM_DB=str(missing))  # fmt: skip
    crm("encrypt")
    refused("encrypt", 4, f"{book} is encrypted already")
    refused("decrypt", 2, "nobody is here to be asked; add --yes to do it")


def test_a_file_with_a_second_name(book: Path, place: Path) -> None:
    os.link(book, place / "second.db")
    sentence = f"{book} has another name, a hard link, that would be left without its data; remove that first"  # fmt: skip
    refused("encrypt", 4, sentence)


def test_a_file_that_another_program_has_open(book: Path) -> None:
    """It need not do anything with it. It must be another process: this one's locks go whenever it reads the file."""
    hold = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('SELECT * FROM customer').fetchall(); print('held', flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", hold, str(book)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout and holder.stdout.readline() == b"held\n"
        refused("encrypt", 10, f"{book} is locked by another program; try again when that has finished")  # fmt: skip
        holder.communicate(b"\n")
    crm("encrypt")


def test_a_key_that_cannot_be_used(book: Path, place: Path, key: Path) -> None:
    crm("encrypt")
    right = key.read_text()
    key.write_text(
        f"\ufeff{right.strip().upper()}\r\n", encoding="utf-8"
    )  # as an editor may leave it
    assert crm("due --count").out == "1\n"
    key.write_text("0" * 64)
    wrong = f"the key in {key} does not open {book}, unless that is damaged; name the right one with CRM_CRYPT_KEY_FILE, or give the passphrase in CRM_PASSPHRASE"  # fmt: skip
    for command in ("due", "add-customer Beta", "add-customer Beta --dry-run", "backup", "doctor"):
        refused(command, 10, wrong)
    refused("due", 10, f"the passphrase does not open {book}, unless that is damaged; try again with the right one", CRM_PASSPHRASE="something")  # fmt: skip
    for garbled in ("", "key", right.strip()[:-1], "x" * 5_000):
        key.write_text(garbled)
        refused("due", 10, f"{key} holds no key, which is 64 hexadecimal digits; name the right file with CRM_CRYPT_KEY_FILE")  # fmt: skip
    key.unlink()
    gone = f"{book} is encrypted, and there is no key at {key}; put it there, name it with CRM_CRYPT_KEY_FILE, or give the passphrase in CRM_PASSPHRASE"  # fmt: skip
    refused("due", 10, gone)
    refused("add-customer Beta", 10, gone)
    key.mkdir()
    refused("due", 10, f"the key in {key} cannot be read (Is a directory); check its permissions")
    key.rmdir()
    other = place / "elsewhere.key"
    other.write_text(right)
    other.chmod(0o600)
    assert crm("due --count", CRM_CRYPT_KEY_FILE=str(other)).out == "1\n"


def test_a_key_that_others_can_read_is_told(book: Path, key: Path) -> None:
    crm("encrypt")
    key.chmod(0o644)
    told = f"Other users can read the key in {key}; close it: chmod 600 {key}\n"
    assert run_in_process("due --count") == (0, "1\n", told)
    assert crm("add-task c1 call --dry-run").err.count("Other users") == 0
    assert crm("add-task c1 call").err == told
    assert crm("add-task c1 more").err == ""
    assert crm("due --count").err == ""


def test_a_key_that_is_there_and_garbled_is_not_written_over(book: Path, key: Path) -> None:
    key.write_text("precious")
    refused("encrypt", 10, f"{key} holds no key, which is 64 hexadecimal digits; name the right file with CRM_CRYPT_KEY_FILE")  # fmt: skip


WITHOUT = patched(
    "import sys",
    "class Gone:",
    "    def find_spec(self, name, path=None, target=None):",
    "        if name.partition('.')[0] in ('sqlcipher3', 'pyrage'): raise ModuleNotFoundError(name)",
    "sys.meta_path.insert(0, Gone())",
)


def test_without_the_extra(book: Path) -> None:
    refused("encrypt", 1, "encryption needs more packages: pip install 'crm-terminal[crypt]'", program=WITHOUT)  # fmt: skip
    crm("encrypt")
    sentence = f"{book} is encrypted; to open it: pip install 'crm-terminal[crypt]'"
    for command in ("due", "add-customer Beta", "backup"):
        refused(command, 10, sentence, program=WITHOUT)


def test_what_is_no_database_at_all(place: Path) -> None:
    """Not taken for an encrypted one: text, zeros, a plain file whose first bytes are gone."""
    path = place / "crm.db"
    crm("add-customer Acme")
    whole = path.read_bytes()
    for content_ in (
        b"name,phone\n" * 1_000,
        bytes(8_192),
        b"?" * 16 + whole[16:],
        os.urandom(300),
    ):
        path.write_bytes(content_)
        refused("due", 10, f"{path} is not a crm database; choose another file with --db")


# --- whatever happens meanwhile ---


@pytest.mark.parametrize("size", [0, 4_096, 100_000, 300_000])
def test_a_disk_that_is_full(book: Path, size: int) -> None:
    import resource

    before = crm("show c1 --json --reveal").out
    ran = run("encrypt", before=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size)))
    assert (ran.code, ran.out) == (10, "")
    assert ran.err.startswith("crm: ") and ran.err.count("\n") == 1
    # SQLite's own helper files are left where it could not even open the file.
    assert set(os.listdir(book.parent)) <= {"crm.db", "crm.db-wal", "crm.db-shm"}
    assert book.read_bytes()[:16] == MAGIC
    assert crm("show c1 --json --reveal").out == before


WAITING = patched(
    "import os, sys",
    "from crmcli.store import driver, opening",
    "def wait():",
    "    if os.environ.pop('WAITS', ''):",
    "        open(os.environ['READY'], 'w').close()",
    "        sys.stdin.readline()",
    "def waiting(of, name):",
    "    whole = getattr(of, name)",
    "    def waits(*given):",
    "        whole(*given)",
    "        wait()",
    "    setattr(of, name, waits)",
    "waiting(opening, '_prepare')",
    "waiting(driver._keyed(), 'unlock')",
)


@pytest.mark.parametrize("way", [("encrypt", "decrypt --yes"), ("decrypt --yes", "encrypt")])
def test_who_opened_it_before_writes_into_the_new_one(book: Path, way: tuple[str, str]) -> None:
    """It was opened by its name, and not yet read, when the name went over to the other file."""
    if way[0] != "encrypt":
        crm("encrypt")
    ready = book.parent / "ready"
    os.mkfifo(ready)
    with subprocess.Popen(
        [*WAITING, "add-customer", "Beta"], stdin=subprocess.PIPE, env=environment(WAITS="1", READY=str(ready))
    ) as process:  # fmt: skip
        ready.read_text()
        assert run(way[0]).code == 0
        process.communicate(b"\n")
    assert process.returncode == 0
    assert crm("list-customers --json").json["count"] == 2
    crm(way[1])
    assert crm("list-customers --json").json["count"] == 2


# --- living with it ---


@pytest.fixture
def encrypted(book: Path) -> Path:
    """The same, encrypted."""
    crm("encrypt")
    return book


def test_there_and_back_is_the_same_file(book: Path, key: Path) -> None:
    before = content(sqlite3.connect(book))
    crm("encrypt")
    ran = crm("decrypt --yes --json")
    assert ran.json["item"] == {"path": str(book), "encrypted": False, "key_file": str(key), "plain_backups": []}  # fmt: skip
    assert ran.err == "The key stays where it is, for encrypted backups need it.\n"
    assert content(sqlite3.connect(book)) == before
    crm("undo")
    assert run_in_process("show i1").code == 3


def test_everyday_commands(encrypted: Path) -> None:
    assert crm("add-customer 'Acme Ltd' --tier ordinary").lines == ["c2"]
    assert crm("add-need c2 'a manual'").lines == ["n2"]
    assert crm("done t1").code == 0
    assert [one["ref"] for one in crm("find 华东 --json").json["items"]][:1] == ["c1"]
    assert [one["ref"] for one in crm("find huadong --json").json["items"]][:1] == ["c1"]
    assert run_in_process("add-customer 'Acme Ltd'").code == 4
    assert crm("triage --json").json["count"] == 1
    assert crm("history c2 --json").json["count"] > 0
    before = encrypted.read_bytes()
    assert run_in_process("delete c2 --dry-run").code == 0
    assert encrypted.read_bytes() == before
    crm("delete c2")
    crm("undo")
    assert crm("list-customers --json").json["count"] == 2
    assert crm("config set tiers.core.every 2m").code == 0
    items = crm("doctor --json").json["items"]
    assert [one["name"] for one in items if one["status"] == "problem"] == []
    assert crm("migrate --json").json["item"]["path"] == str(encrypted)


def test_a_need_from_the_first_call_to_the_last_word() -> None:
    """What is told of a plain file is true of an encrypted one."""
    story = service_story.Story()
    steps = service_story.tell(story)
    next(steps)
    story.say("encrypt")
    assert len(list(steps)) == 12
    assert driver.is_encrypted(os.environ["CRM_DB"])


def test_a_list_comes_in_and_goes_out_and_nothing_plain_is_left(encrypted: Path, place: Path) -> None:  # fmt: skip
    shutil.copy(EXAMPLES / "customers-gb18030.csv", place.parent / "list.csv")
    item = crm(["import", str(place.parent / "list.csv"), "--json"]).json["item"]
    assert (item["added"], item["rejected"]) == (300, 0)
    everything = crm("export all --format jsonl --reveal").out
    plain = place / "plain.db"
    crm("import - --as all", stdin=everything, CRM_DB=str(plain))
    assert crm("export all --format jsonl --reveal", CRM_DB=str(plain)).out == everything
    crm("undo")
    assert crm("list-customers --json").json["count"] == 1
    plain.unlink()
    assert occurs(place, NAME, PHONE, "info@") == []


def test_moved_to_another_machine_with_its_key(encrypted: Path, key: Path, tmp_path_factory: pytest.TempPathFactory) -> None:  # fmt: skip
    there = tmp_path_factory.mktemp("there")
    shutil.copy(encrypted, there / "mine.db")
    shutil.copy(key, there / "crm.key")
    key.unlink()
    ran = crm("due --count", CRM_DB=str(there / "mine.db"), CRM_CONFIG=str(there / "config.toml"))
    assert ran.out == "1\n"


def test_names_are_completed(encrypted: Path) -> None:
    asked = {"_CRM_COMPLETE": "complete_bash", "COMP_WORDS": "crm show 华", "COMP_CWORD": "2"}
    assert "华东精工机械" in run("", **asked).out  # type: ignore[arg-type]


def test_a_damaged_page_is_damage_and_no_wrong_key(encrypted: Path) -> None:
    data = bytearray(encrypted.read_bytes())
    for page in range(1, len(data) // 4096):
        data[page * 4096 + 2_000] ^= 1
    encrypted.write_bytes(data)
    ran = run_in_process("show c1")
    assert (ran.code, ran.err) == (
        10,
        f"crm: {encrypted} is damaged; restore a backup of it: crm doctor names the newest that is whole\n",
    )


@pytest.mark.parametrize("where", [0, 1])
def test_a_backup_takes_the_place_of_a_damaged_file(encrypted: Path, where: int) -> None:
    """Of one whose first page is gone no key can tell what it was."""
    kept = crm("backup").out.strip()
    data = bytearray(encrypted.read_bytes())
    for page in range(where, len(data) // 4096 if where else 1):
        data[page * 4096 + 2_000] ^= 1
    encrypted.write_bytes(data)
    ran = crm(f"restore {kept} --yes")
    assert crm("show c1 --json").json["item"]["name"] == NAME
    aside = Path(ran.err.rpartition("crm restore ")[2].strip())
    assert aside.read_bytes() == data
    assert driver.is_encrypted(str(encrypted))


def test_what_was_encrypted_by_another_key_is_put_back_by_this_one(book: Path, key: Path) -> None:
    crm("encrypt --passphrase", CRM_PASSPHRASE=PASSPHRASE)
    kept = crm("backup", CRM_PASSPHRASE=PASSPHRASE).out.strip()
    crm("decrypt --yes", CRM_PASSPHRASE=PASSPHRASE)
    crm("add-customer Beta")
    crm("encrypt")
    crm(f"restore {kept} --yes", CRM_PASSPHRASE=PASSPHRASE)
    assert crm("list-customers --json").json["count"] == 1
    content(opened(book, of_file(key)))


def test_what_sorts_a_lot_puts_nothing_aside_in_plain(encrypted: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    from crmcli.context import Context

    context = Context([])
    db = context.write(is_large=True)
    assert db.connection.execute("PRAGMA temp_store").fetchone()[0] == 2  # in memory
    context.close()


@pytest.fixture(autouse=True)
def nobody_is_asked_for_keys() -> Iterator[None]:
    """What one test asked is not asked in the next."""
    yield
    driver.ask_for_keys(driver._no_keys)


def test_the_driver_alone_has_no_keys(encrypted: Path) -> None:
    from crmcli.errors import StoreError

    driver.ask_for_keys(driver._no_keys)
    with pytest.raises(StoreError, match="nobody was asked for its key"):
        driver.connect(str(encrypted))
