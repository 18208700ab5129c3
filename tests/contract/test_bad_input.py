"""Whatever is wrong: one sentence, the right exit code, and nothing written (DESIGN §4, CLI.md exit codes)."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from crmcli import usage
from tests.contract.program import everything_in, patched, refused, run
from tests.support import crm

TIERS = "core (核心客户), potential (潜力客户), ordinary (普通客户)"
NOT_OUR_DATE = (
    "does not say which number is the month; write it like 2026-12-25, 25 Dec or 12月25日"
)
NO_SUCH_DATE = "is a day or time that does not exist; write it like 2026-11-21 or 2026-11-21 15:00 (years 1900 to 9999)"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A file with three customers, an open and a settled task, a contact, and a change that another stands on."""
    path = tmp_path_factory.mktemp("made") / "crm.db"
    there = {
        "CRM_DB": str(path),
        "CRM_NOW": "2026-11-20T09:00",
        "TZ": "Asia/Shanghai",
        "CRM_ACTOR": "tester",
    }
    for command in (
        "add-customer 'Acme North' --tier core --phone 13800005678 --external-id A-1",
        "add-customer 'Acme South'",
        "add-customer 华东精工",
        "add-task c1 'call back' --due 2026-12-01",
        "add-task c1 'already done'",
        "done t2",
        "log-contact c1 hello",
        "config set tiers.core.every 2m",
        "config set tiers.core.every 3m",
    ):
        crm(command, **there)
    return path.read_bytes()


@pytest.fixture
def book(place: Path, made: bytes) -> Path:
    """That file, of this test."""
    path = place / "crm.db"
    path.write_bytes(made)
    path.chmod(0o600)
    return path


# --- references ---


@pytest.mark.usefixtures("book")
@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        ("show nobody", "no customer fits 'nobody'; crm list-customers shows them all"),
        ("show c99", "there is no customer c99; crm list-customers shows them all"),
        ("show ext:nope", "no customer fits 'ext:nope'; crm list-customers shows them all"),
        ("show t99", "there is no task t99; crm show CUSTOMER lists them"),
        (
            "log-contact nobody hello",
            "no customer fits 'nobody'; crm list-customers shows them all",
        ),
        ("add-task c99 x", "there is no customer c99; crm list-customers shows them all"),
        ("edit c99 --set city=x", "there is no customer c99; crm list-customers shows them all"),
        ("delete c99", "there is no customer c99; crm list-customers shows them all"),
        ("snooze c99 +3d", "there is no customer c99; crm list-customers shows them all"),
        ("done t99", "there is no task t99; crm show CUSTOMER lists them"),
        ("due --why c99", "there is no customer c99; crm list-customers shows them all"),
        ("undo x999", "there is no change x999; crm history lists them"),
    ],
)
def test_what_is_not_there_is_exit_3(command: str, sentence: str) -> None:
    refused(command, 3, sentence)


@pytest.mark.usefixtures("book")
@pytest.mark.parametrize(
    "command", ["show Acme", "log-contact Acme hello", "add-task Acme x", "delete Acme"]
)
def test_an_ambiguous_name_is_exit_3_and_lists_who_may_be_meant(command: str) -> None:
    sentence = "'Acme' fits several customers; name one by its reference"
    refused(command, 3, sentence, ["c1 Acme North", "c2 Acme South"], kind="ambiguous")


def test_undo_with_nothing_to_undo_is_exit_3() -> None:
    refused("undo", 3, "there is no change to undo")


# --- the state forbids ---


@pytest.mark.usefixtures("book")
@pytest.mark.parametrize(
    ("command", "sentence", "candidates"),
    [
        (
            "add-customer 'acme  NORTH'",
            "c1 Acme North has the same name; use it, or add anyway with --allow-duplicate",
            ["c1 Acme North"],
        ),
        (
            "add-customer Other --phone '+86 138-0000-5678'",
            "c1 Acme North has the same phone; use it, or add anyway with --allow-duplicate",
            ["c1 Acme North"],
        ),
        (
            "add-customer Other --external-id A-1",
            "c1 Acme North has the same external id; use it, or add anyway with --allow-duplicate",
            ["c1 Acme North"],
        ),
        ("done t2", "t2 is already done; crm undo x6 takes that back", []),
        ("done c1", "a touch is settled by talking: crm log-contact c1", []),
        ("snooze t2 +3d", "t2 is already done; add a new task instead", []),
        ("undo x8", "x8 cannot be undone: x9 changed the same setting since; undo that first", []),
        (
            "undo x1",
            "x1 cannot be undone: the later interaction i1 depends on what it made; undo or delete that first",
            [],
        ),
    ],
)
def test_what_the_state_forbids_is_exit_4(
    command: str, sentence: str, candidates: list[str]
) -> None:
    refused(command, 4, sentence, candidates)


# --- values ---


@pytest.mark.usefixtures("book")
@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        ("log-contact c1 --at 2026-02-30", f"'2026-02-30' {NO_SUCH_DATE}"),
        ("log-contact c1 --at '2026-11-19 25:00'", f"'2026-11-19 25:00' {NO_SUCH_DATE}"),
        ("log-contact c1 --at 3/4", f"'3/4' {NOT_OUR_DATE}"),
        ("log-contact c1 --at 12.25", f"'12.25' {NOT_OUR_DATE}"),
        ("log-contact c1 --at tomorrow", "'tomorrow' is in the future; name a time that has passed"),
        ("log-contact c1 --at 09:01", "'09:01' is in the future; name a time that has passed"),
        (
            "log-contact c1 --at 2026-11-21",
            "'2026-11-21' is in the future; name a time that has passed",
        ),
        (
            "log-contact c1 --at 2026-11-20T09:01+08:00",
            "'2026-11-20T09:01+08:00' is in the future; name a time that has passed",
        ),
        ("add-task c1 x --due 2026-02-30", f"'2026-02-30' {NO_SUCH_DATE}"),
        ("add-task c1 x --due 3/4", f"'3/4' {NOT_OUR_DATE}"),
        ("add-task c1 ''", "the task's text is empty; write what is to be done"),
        ("add-customer X --since 2025-02-29", f"'2025-02-29' {NO_SUCH_DATE}"),
        ("snooze c1 yesterday", "'yesterday' is not after today; name a day to come"),
        ("snooze c1 today", "'today' is not after today; name a day to come"),
        ("snooze t1 2026-11-20", "'2026-11-20' is not after today; name a day to come"),
        ("add-customer X --tier gold", f"tier 'gold' is unknown; choose one of {TIERS}"),
        ("edit c1 --set tier=gold", f"tier 'gold' is unknown; choose one of {TIERS}"),
        ("list-customers --tier gold", f"tier 'gold' is unknown; choose one of {TIERS}"),
        ("due --tier gold", f"tier 'gold' is unknown; choose one of {TIERS}"),
        ("add-customer ''", "the name is empty; write one"),
        ("add-customer '  '", "the name is empty; write one"),
        ("edit c1 --set name=", "the name is empty; write one"),
        (["add-customer", "x" * 10_000], "name is 10000 characters long; shorten it to 200"),
        (["edit", "c1", "--set", "name=" + "客" * 10_000], "name is 10000 characters long; shorten it to 200"),
        ("edit c1 --set nonsense", "'nonsense' is no change; write it as FIELD=VALUE"),
        ("edit c1 --set cadence=often", "'often' is not a length of time; write it like 10d, 2w, 1m, 1y or 3wd (working days)"),
        ("add-customer X --field colour=red", "field 'colour' is not declared; declare it with: crm config set fields.colour text"),
        ("add-customer X --title CEO", "--title and --role belong to someone; give --person NAME too"),
        ("log-contact c1 --in --out", "--in and --out exclude each other; leave both out when both sides spoke"),
        ("log-contact c1 --channel we", "channel 'we' may mean wechat, wecom; write one of them"),
        ("log-contact c1 --next a --on mon --on tue", "2 --on for 1 --next; give one for all, or one for each"),
        ("log-contact c1 --next a --next-owner x --next-owner y", "2 --next-owner for 1 --next; give one for all, or one for each"),
        ("log-contact c1 --on mon --on tue", "several --on without --next; give one date for the next touch, or a --next for each"),
        (
            "list-customers --where foo",
            "--where 'foo' is no condition; write it like: city = 上海, last_contact_on < -30d, tags has vip",
        ),
        ("list-customers --where 'citi = 上海'", "field 'citi' is unknown; did you mean city?"),
        ("list-customers --where 'since < 3/4'", f"'3/4' {NOT_OUR_DATE}"),
        ("list-customers --sort citi", "field 'citi' is unknown; did you mean city?"),
        ("list-customers --limit -1", "--limit -1 is below zero; write how many to show, or 0 for all"),
        ("list-customers --limit x", "Invalid value for '--limit': 'x' is not a valid int; see crm list-customers --help"),
        ("due --limit -5", "--limit -5 is below zero; write how many to show, or 0 for all"),
        ("due --days -1", "--days -1 is out of range; write how many days to look ahead"),
        (
            "due --kind nonsense",
            "kind 'nonsense' is unknown; choose one of touch (回访), follow-up (下一步), task (任务), unanswered (未回复), "
            "key-date (重要日子), win-back (流失挽回), respond (响应时限), feedback (反馈时限), solve (解决时限), "
            "plan-step (方案步骤), plan-confirm (方案确认), progress (进展通报), survey (满意度回访), review (复盘), promise (承诺), "
            "amends (补偿措施), quote (报价跟进), deal (商机), payment (回款), renewal (续约), contract-review (合同复核), visit (拜访), "
            "value-review (价值回顾), business-review (业务回顾), solution-review (方案回顾), care (关怀), reorder (复购提醒), churn (流失预警), risk (风险), "
            "file-check (资料核对), tier-review (客户等级评审), kb-review (知识库复核), archive (归档)",
        ),
        ("edit c1 --set city=Leeds --changed-on tomorrow", "'tomorrow' is in the future; name a day that has come"),
        ("edit c1 --set city=Leeds --changed-on 3/4", f"'3/4' {NOT_OUR_DATE}"),
        ("undo nonsense", "'nonsense' is no change; name one like x17, as crm history lists them"),
        ("config set calendar.contry CN", "setting 'calendar.contry' is unknown; did you mean calendar.country?"),
        ("config set timezone Mars/Olympus", "timezone: time zone 'Mars/Olympus' is unknown; write it like Asia/Shanghai"),
        ("config frobnicate", "config 'frobnicate' is unknown; choose one of list, get, set, unset, path, edit"),
        ("due --frobnicate", "No such option: --frobnicate; see crm due --help"),
        ("frobnicate", "No such command 'frobnicate'; see crm --help"),
        ("show", "Missing argument 'REF'; see crm show --help"),
        ("due extra", "Got unexpected extra argument(s) (extra); see crm due --help"),
    ],
)  # fmt: skip
def test_a_bad_value_is_exit_2_and_named(command: str | list[str], sentence: str) -> None:
    refused(command, 2, sentence)


@pytest.mark.usefixtures("book")
def test_a_command_misspelt_is_asked_about() -> None:
    ran = run("list-customer")
    assert ran == (2, "", "crm: No such command 'list-customer'; did you mean list-customers?\n")


@pytest.mark.usefixtures("book")
@pytest.mark.parametrize(
    ("command", "problem"),
    [
        ("show", "Missing argument 'REF'"),
        ("due --frobnicate", "No such option: --frobnicate"),
        ("due --days", "Option '--days' requires an argument"),
        ("due --limit x", "Invalid value for '--limit': 'x' is not a valid int"),
        ("due --count=1", "Option '--count' does not take a value"),
        ("due extra", "Got unexpected extra argument(s) (extra)"),
    ],
)
def test_what_is_said_of_a_command_line_can_be_translated(command: str, problem: str) -> None:
    """All of it, though Click says it in English."""
    said = run(command).err.removeprefix("crm: ").partition(";")[0]
    assert said == problem
    assert usage.problem(said, lambda template: template.removeprefix("put|") if "|" in template else f"<{template}>") == f"<{problem}>"  # fmt: skip


@pytest.mark.usefixtures("book")
def test_text_that_is_no_unicode_is_refused() -> None:
    ran = run(["add-customer", os.fsdecode(b"caf\xe9")])
    assert ran == (
        2,
        "",
        r"crm: 'caf\udce9' is not valid text; retype it, or check the terminal's encoding" + "\n",
    )


def test_a_wrong_clock_or_language_is_named() -> None:
    refused(
        "due", 2, "CRM_NOW='noon' is not a time; write it like 2026-11-21T09:00", CRM_NOW="noon"
    )
    assert run("due --lang xx") == (2, "", "crm: language 'xx' is unknown; choose en or zh\n")


def test_a_refused_first_command_makes_no_file(place: Path) -> None:
    refused("add-customer ''", 2, "the name is empty; write one")
    refused(
        "log-contact Acme hello", 3, "no customer fits 'Acme'; crm list-customers shows them all"
    )
    assert everything_in(place) == {}


# --- text that would take over the terminal ---

ESCAPE = "Evil\x1b[31m\x1b]0;owned\x07 Ltd"
BIDI = "ab\u202egnp.exe"
MARKUP = "[bold]Bold[/bold] [link=http://x.example]y[/link]"
READERS = (
    "list-customers", "list-customers --csv", "list-customers --json", "due", "due --csv", "due --json", "due --explain",
    "show c1", "show c1 --json", "show c2", "show c2 --json", "history", "history c1", "due --why c1",
)  # fmt: skip


def test_odd_names_are_accepted_and_shown_safely() -> None:
    said = [
        run(["add-customer", name, "--note", name, "--tag", name, "--json"])
        for name in (ESCAPE, BIDI, MARKUP)
    ]
    said += [
        run(["log-contact", ref, name, "--next", name])
        for ref, name in (("c1", ESCAPE), ("c2", BIDI))
    ]
    assert [ran.code for ran in said] == [0] * 5
    said += [run(reader) for reader in READERS]
    said += [run(["show", name]) for name in ("nobody" + ESCAPE, "nobody" + BIDI)]
    said += [run(["add-customer", ESCAPE]), run(["add-customer", ESCAPE, "--json"])]
    for ran in said:
        assert not {"\x1b", "\x07"} & set(ran.out + ran.err), ran
    assert run("show c1 --json").json["item"]["name"] == ESCAPE
    assert run("show c2 --json").json["item"]["name"] == BIDI
    table = run("list-customers --sort ref").out
    assert "Evil␛[31m␛]0;owned␇ Ltd" in table
    assert "ab<U+202E>gnp.exe" in table
    assert MARKUP in table
    for reader in READERS:
        if "--csv" not in reader:
            assert "\u202e" not in run(reader).out, reader


# --- the file ---


def test_reading_a_file_that_is_not_there_makes_none(place: Path) -> None:
    hint = f"There are no customers yet in {place}/crm.db; begin with: crm import FILE, or crm add-customer NAME\n"
    assert run("due") == (0, "", hint)
    assert run("due --json") == (0, '{"schema": "crm.due/1", "count": 0, "items": []}\n', "")
    assert run("due --count") == (0, "0\n", "")
    assert run("due --exit-code") == (0, "", hint)
    assert run("list-customers --json").json == {
        "schema": "crm.customers/1",
        "count": 0,
        "items": [],
    }
    assert run("add-customer Acme --dry-run").code == 0
    assert everything_in(place) == {}


def test_a_writer_makes_the_file_and_its_folder_private(place: Path) -> None:
    path = place / "new" / "folder" / "crm.db"
    assert run(["add-customer", "Acme", "--db", str(path)]).out == "c1\n"
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert [entry.name for entry in path.parent.iterdir()] == ["crm.db"]


def test_an_empty_file_is_one_not_made_yet(place: Path) -> None:
    (place / "crm.db").touch()
    assert run("due --count") == (0, "0\n", "")
    assert run("add-customer Acme").out == "c1\n"


READER_AND_WRITER = pytest.mark.parametrize(
    "command", ["due", "show c1", "add-customer Acme", "log-contact c1 hello"]
)


@READER_AND_WRITER
def test_a_file_that_is_no_database(place: Path, command: str) -> None:
    (place / "crm.db").write_text("Dear diary, this is no database at all.\n" * 100)
    refused(command, 10, f"{place}/crm.db is not a crm database; choose another file with --db")


@READER_AND_WRITER
def test_a_folder_in_its_place(place: Path, command: str) -> None:
    (place / "crm.db").mkdir()
    refused(command, 10, f"{place}/crm.db is a folder; name the database file itself with --db")


@READER_AND_WRITER
def test_another_program_s_database(place: Path, command: str) -> None:
    with sqlite3.connect(place / "crm.db") as connection:
        connection.execute("CREATE TABLE photo (id INTEGER PRIMARY KEY)")
    connection.close()
    refused(
        command,
        10,
        f"{place}/crm.db is a database of another program; choose another file with --db",
    )


@READER_AND_WRITER
def test_a_newer_version(book: Path, command: str) -> None:
    connection = sqlite3.connect(book)
    known = connection.execute("PRAGMA user_version").fetchone()[0]
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    refused(
        command,
        10,
        f"{book} was written by a newer crm (schema 99, this one knows {known}); upgrade crm",
    )


@READER_AND_WRITER
def test_a_damaged_file(book: Path, command: str) -> None:
    whole = book.read_bytes()
    book.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))
    refused(
        command,
        10,
        f"{book} is damaged; restore a backup of it: crm doctor names the newest that is whole",
    )


def test_a_read_only_file_is_read_but_not_written(book: Path) -> None:
    book.chmod(0o444)
    for command in (
        "add-customer Acme",
        "log-contact c1 hello",
        "done t1",
        "undo",
        "config set timezone UTC",
    ):
        refused(
            command, 10, f"{book} is read-only; make it writable or choose another file with --db"
        )
    before = everything_in(book.parent)
    assert run("due --count").out == "2\n"
    assert run("show c1 --json").json["item"]["name"] == "Acme North"
    assert run("log-contact c1 hello --dry-run").code == 0
    assert everything_in(book.parent) == before


def test_a_place_where_nothing_can_be_made(place: Path) -> None:
    (place / "file").touch()
    where = f"{place}/file/crm.db"
    sentence = f"{where} cannot be opened (Not a directory); choose another place with --db"
    for command in ("add-customer Acme", "due --count", "list-customers"):
        refused(command, 10, sentence, CRM_DB=where)


@pytest.fixture
def locked(book: Path) -> Iterator[Path]:
    """The file, held by another program in the middle of a write.

    It must be another process: POSIX drops a process's locks on a file whenever it closes that file once.
    """
    hold = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('BEGIN EXCLUSIVE'); print('held', flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", hold, str(book)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout and holder.stdout.readline() == b"held\n"
        yield book
        holder.communicate(b"\n")


IMPATIENT = patched("import crmcli.store.opening as opening", "opening.BUSY_SECONDS = 0.05")


@pytest.mark.parametrize("command", ["add-customer Acme", "log-contact c1 hello", "undo"])
def test_a_file_locked_by_another_program(locked: Path, command: str) -> None:
    sentence = f"{locked} is locked by another program; try again when that has finished"
    refused(command, 10, sentence, program=IMPATIENT)
    assert run("due --count", program=IMPATIENT) == (0, "2\n", "")
