"""`crm doctor`: what is wrong with a file, what is mended, and what is left alone (CLI.md, `doctor`)."""

import csv
import io
import json
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from crmcli.store import frozen
from crmcli.store.checking import CHECKS
from crmcli.store.migrate import upgrade
from tests.contract.program import everything_in, patched, refused, run
from tests.support import Ran, crm, run_in_process

WHOLE = f"""\
ok  integrity      every page and index is whole
ok  foreign-keys   every record that another points to is there
ok  schema         schema {frozen.SCHEMA_VERSION}, as this crm knows it
ok  triggers       every change is logged
ok  keys           no new record will take another's reference
ok  values         every value is one that crm knows
ok  names          every customer is known by its name
ok  derived        every stored date is what the rules say
ok  search         every record is found by what it says
ok  outside        nothing was written by another program
ok  calendar       Monday to Friday are worked, no public holidays are known
ok  missing        no customer lacks what is wanted
ok  deciders       every core customer has a decider
ok  consent        whether they consent is not known of 1 of 1 people
ok  erasure        nothing of what was erased is left
ok  permissions    only you can read the file
ok  statistics     records are looked up as they should be
ok  wal            changes find their way into the file
ok  backups        no backup yet, and no change that is older than 30 days
ok  backup-folder  no backup lies in the data folder
ok  dossiers       every dossier is where it was sealed
ok  attachments    every attached file is there and as it was attached
ok  unnamed-files  every file beside the data belongs to a record
ok  leftovers      no command left anything half made
"""


@pytest.fixture
def book(place: Path) -> Path:
    """A file with everything in it, and nothing to complain of."""
    crm(
        "add-customer 'Acme Ltd' --tier core --stage customer --industry steel --size 50 --prefer call --tag vip "
        "--person 'Jane Roe' --title CEO --role decider --phone 13800005678"
    )
    crm("log-contact c1 hello --next 'send it' --on fri")
    crm("add-task c1 call --due 2026-12-01")
    crm("add-need c1 'it leaks' --kind complaint --urgency urgent")
    crm("plan-need n1 --step 'order a seal' --by 2026-12-01")
    crm("add-promise c1 'send samples' --due 2026-12-01")
    crm("add-need c1 'how to oil it?' --kind question")
    crm("resolve n2 'like this'")
    crm("survey n2 --overall 2 --comment slow")
    crm("add-article 'How to oil it' --text 'like this'")
    crm("key-date c1 birthday 05-20")
    place.chmod(0o700)
    return place / "crm.db"


def outside(path: Path, *statements: str) -> None:
    """What another program does to the file."""
    with sqlite3.connect(path, isolation_level=None) as connection:
        for statement in statements:
            connection.execute(statement)
    connection.close()


def found(ran: Ran) -> dict[str, dict[str, Any]]:
    """What the checks that were not content say, by name."""
    return {one["name"]: one for one in ran.json["items"] if one["status"] != "ok"}


def seen(ran: Ran) -> dict[str, str]:
    """The same, only with its status."""
    return {name: one["status"] for name, one in found(ran).items()}


# --- a file that is whole ---


@pytest.mark.usefixtures("book")
def test_a_whole_file_is_said_to_be_so() -> None:
    assert run("doctor") == (0, WHOLE, "")
    assert run("doctor --fix") == (0, WHOLE, "There was nothing to mend.\n")


@pytest.mark.usefixtures("book")
def test_its_json_and_its_csv() -> None:
    answer = run("doctor --json").json
    assert (answer["schema"], answer["count"]) == ("crm.doctor/1", len(CHECKS))
    assert [one["name"] for one in answer["items"]] == [check.name for check in CHECKS]
    assert answer["items"][0] == {
        "name": "integrity",
        "status": "ok",
        "message": "every page and index is whole",
        "advice": None,
        "count": 0,
        "mended": None,
    }
    lines = run("doctor --csv").lines
    assert lines[:2] == [
        "name,status,message,advice,count,mended",
        "integrity,ok,every page and index is whole,,0,",
    ]


def test_looking_changes_not_a_byte(book: Path) -> None:
    before = everything_in(book.parent)
    for command in ("doctor", "doctor --json", "doctor --duplicates", "doctor --fix"):
        assert run(command).code == 0
    assert everything_in(book.parent) == before


def test_a_migrated_file_is_whole(place: Path) -> None:
    upgrade(str(place / "crm.db"))
    (place / "crm.db").chmod(0o600)
    outside(place / "crm.db", "PRAGMA application_id = 0x43524D31")
    assert seen(run("doctor --json")) == {}


def test_where_there_is_no_file_there_is_nothing_to_check(place: Path) -> None:
    for command in ("doctor", "doctor --fix", "doctor --duplicates"):
        refused(command, 3, f"there is nothing to check yet: {place}/crm.db is not there")


@pytest.mark.usefixtures("book")
def test_options_that_do_not_go_together() -> None:
    refused("doctor --fix --duplicates", 2, "--fix and --duplicates exclude each other; duplicates are for you to judge")  # fmt: skip
    refused("doctor --limit 3", 2, "--limit belongs to --duplicates; leave it out")


# --- what is wrong, found and mended ---

INDEX_WITHOUT_ROWS = (
    "PRAGMA writable_schema = ON",
    "UPDATE sqlite_master SET sql = 'CREATE INDEX customer_tier ON customer (tier) WHERE deleted_at IS NOT NULL' "
    "WHERE name = 'customer_tier'",
)
WRONGS: dict[str, tuple[tuple[str, ...], dict[str, str]]] = {
    "a customer's date": (
        ("UPDATE customer SET next_touch_on = '2020-01-01'",),
        {"derived": "the stored dates of 1 record are not what the rules say"},
    ),
    "dates of all kinds": (
        (
            "UPDATE customer SET tier_weight = 7",
            "UPDATE task SET listed_on = '2020-01-01'",
            "UPDATE key_date SET next_on = NULL",
            "UPDATE need SET respond_by = NULL WHERE id = 1",
            "UPDATE need SET resolved_at = NULL WHERE id = 2",
            "UPDATE plan_step SET listed_on = NULL",
            "UPDATE promise SET due_at = '2020-01-01T00:00:00Z'",
            "UPDATE survey SET due_on = NULL",
            "UPDATE review SET listed_from = NULL",
            "UPDATE article SET review_on = '2020-01-01'",
        ),
        {"derived": "the stored dates of 11 records are not what the rules say"},
    ),
    "how many needs are open": (
        ("UPDATE customer SET open_needs = 7",),
        {"derived": "the stored dates of 1 record are not what the rules say"},
    ),
    "a document of the search": (
        ("UPDATE search_document SET names = 'xyz'  WHERE id = 1",),
        {"search": "1 record is not found by what it says"},
    ),
    "documents lost": (
        ("DELETE FROM search_document",),
        {"search": "11 records are not found by what they say"},
    ),
    "the index of the search": (
        ("INSERT INTO search_index (search_index) VALUES ('delete-all')",),
        {"search": "the search index is damaged"},
    ),
    "a trigger gone, a foreign one there, one not as it was": (
        (
            "DROP TRIGGER log_customer_update",
            "CREATE TRIGGER theirs AFTER INSERT ON tag BEGIN SELECT 1; END",
            "DROP TRIGGER log_tag_insert",
            "CREATE TRIGGER log_tag_insert AFTER INSERT ON tag BEGIN SELECT 1; END",
        ),
        {"triggers": "the change log's triggers are not as they should be: log_customer_update, log_tag_insert, theirs"},
    ),
    "indexes gone": (
        ("DROP INDEX customer_tier", "DROP INDEX customer_external_id", "CREATE INDEX customer_tier ON customer (city)"),
        {"schema": f"schema {frozen.SCHEMA_VERSION}, but with other indexes: customer_external_id, customer_tier"},
    ),
    "an index without its rows": (
        INDEX_WITHOUT_ROWS,
        {
            "integrity": "an index differs from its table in 1 place",
            "schema": f"schema {frozen.SCHEMA_VERSION}, but with other indexes: customer_tier",
        },
    ),
    "a key given out twice": (
        ("UPDATE key_range SET next = 1 WHERE row_table = 'task'", "DELETE FROM key_range WHERE row_table = 'tag'"),
        {"keys": "new records would take references that are taken: task, tag"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", WRONGS)
def test_a_wrong_is_found_and_mended(book: Path, what: str) -> None:
    statements, expected = WRONGS[what]
    log = run("history --json").out
    outside(book, *statements)
    before = everything_in(book.parent)
    ran = run("doctor --json")
    assert ran.code == 1
    assert {name: one["message"] for name, one in found(ran).items()} == expected
    assert {one["status"] for one in found(ran).values()} == {"problem"}
    assert {one["advice"] for one in found(ran).values()} == {"crm doctor --fix"}
    assert everything_in(book.parent) == before
    mended = run("doctor --fix --json")
    assert (mended.code, seen(mended)) == (0, {})
    said = {one["name"]: one["mended"] for one in mended.json["items"] if one["mended"]}
    assert list(said) == list(expected)
    assert run("doctor") == (0, WHOLE, "")
    assert run("history --json").out == log  # no change was made
    with sqlite3.connect(book) as connection:
        events = connection.execute("SELECT actor, kind, detail FROM event").fetchall()
    assert events == [("tester", "doctor", f"{' '.join(expected)} 0")]


def test_what_was_mended_is_as_it_was(book: Path) -> None:
    asked = ("due --json --days 400", "list-customers --json", "find acme --json", "show c1 --json")
    before = [run(command).out for command in asked]
    for statements, _ in WRONGS.values():
        outside(book, *statements)
    assert run("doctor").code == 1
    assert run("doctor --fix").code == 0
    assert [run(command).out for command in asked] == before
    assert crm("add-task c1 more").out == "t3\n"


def test_people_read_what_is_wrong_what_to_do_and_what_was_done(book: Path) -> None:
    outside(book, "UPDATE customer SET next_touch_on = '2020-01-01'")
    ran = run("doctor")
    assert ran.code == 1
    assert ran.lines[0] == "ok       integrity      every page and index is whole"
    assert ran.lines[7:9] == [
        "problem  derived        the stored dates of 1 record are not what the rules say",
        "                        → crm doctor --fix",
    ]
    assert run("doctor --fix") == (0, WHOLE, "Mended: stored dates recomputed.\n")


def test_undo_still_takes_back_the_last_change(book: Path) -> None:
    outside(book, "UPDATE customer SET next_touch_on = '2020-01-01'")
    assert run("doctor --fix").code == 0
    assert run("undo").code == 0
    assert run("history y1 --json").json["items"][-1]["undone_by"] is not None
    assert run("doctor").out == WHOLE


def test_dates_are_what_the_settings_in_the_file_say(book: Path) -> None:
    outside(book, "UPDATE setting SET value = 'CN' WHERE name = 'calendar.country'")
    ran = run("doctor --json")
    assert found(ran).keys() >= {"outside"}
    assert run("doctor --fix").code == 0
    assert run("due --count").err == ""
    assert seen(run("doctor --json")) == {"calendar": "warning"}  # reviews come round in 2027


# --- other programs ---


def test_what_another_program_wrote_is_told_once_and_what_hangs_on_it_computed(book: Path) -> None:
    outside(
        book,
        "UPDATE customer SET name = 'Zed GmbH', tier = 'potential' WHERE id = 1",
        "INSERT INTO tag (id, customer_id, name) VALUES (9, 1, 'theirs')",
    )
    assert {name: one["message"] for name, one in found(run("doctor --json")).items()} == {
        "keys": "new records would take references that are taken: tag",
        "names": "1 customer is still known by an earlier name",
        "derived": "the stored dates of 10 records are not what the rules say",
        "search": "1 record is not found by what it says",
        "outside": "2 rows were written by other programs",
    }
    assert run("doctor --fix").code == 0
    assert run("doctor").out == WHOLE
    assert run("show zed --json").json["item"]["tags"] == ["theirs", "vip"]
    assert run("find zed --json").json["count"] == 1
    crm("tag c1 more")
    outside(book, "UPDATE customer SET note = 'again' WHERE id = 1")
    assert found(run("doctor --json"))["outside"]["count"] == 1


def test_a_warning_alone_is_exit_0(book: Path) -> None:
    outside(book, "UPDATE customer SET priority = 1")
    ran = run("doctor --json")
    assert (ran.code, seen(ran)) == (0, {"outside": "warning"})


def test_a_record_that_hangs_in_the_air_is_named_and_not_mended(book: Path) -> None:
    outside(book, "INSERT INTO participant (id, interaction_id, name, side) VALUES (5, 99, 'x', 'ours')", "UPDATE key_range SET next = 9 WHERE row_table = 'participant'")  # fmt: skip
    for command in ("doctor --json", "doctor --fix --json"):
        ran = run(command)
        wrong = found(ran)["foreign-keys"]
        assert ran.code == 1
        assert wrong["message"] == "1 record points to one that is not there: participant 5"
        assert wrong["advice"] == "restore a backup, or look into it with crm history"
        assert wrong["records"] == ["participant 5"]


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        (
            "cadence = 'often'",
            "'often' is not a length of time; write it like 10d, 2w, 1m, 1y or 3wd (working days)",
        ),
        ("added_on = 'soon'", "Invalid isoformat string: 'soon'"),
    ],
)
def test_a_date_that_is_none_is_traced_to_its_customer(
    book: Path, statement: str, reason: str
) -> None:
    crm("add-customer Beta")
    outside(book, f"UPDATE customer SET {statement} WHERE id = 2")
    ran = run("doctor --json")
    assert ran.code == 1
    assert (
        found(ran)["derived"]["message"] == f"the stored dates of c2 cannot be computed ({reason})"
    )
    before = book.read_bytes()
    ran = run("doctor --fix")
    assert (ran.code, ran.out) == (1, "")
    assert ran.err == f"crm: derived cannot be mended ({reason}); nothing was changed\n"
    assert book.read_bytes() == before


def test_a_date_of_an_article_that_is_none_is_traced_to_it(book: Path) -> None:
    outside(book, "UPDATE article SET added_on = 'soon'")
    wrong = found(run("doctor --json"))["derived"]
    assert wrong["message"] == "the stored dates of a1 cannot be computed (Invalid isoformat string: 'soon')"  # fmt: skip
    assert wrong["records"] == ["a1"]


@pytest.mark.parametrize(
    ("table", "values", "odd"),
    [
        ("customer", "stage = 'king'", "c1 stage 'king'"),
        ("customer", "kind = 'firm'", "c1 kind 'firm'"),
        ("plan_step", "due_on = '2026-02-31'", "l1 due_on '2026-02-31'"),
        ("need", "urgency = 'now', status = 'waiting'", "n1 urgency 'now'"),
        ("need", "fit = 6", "n1 fit 6"),
        ("service_event", "kind = 'x'", "service event 1 kind 'x'"),
        ("promise", "\"by\" = 'us'", "p1 by 'us'"),
        ("promise", "level = 2", "p1 level '2'"),
        ("survey", "nps = 11", "s1 nps 11"),
        ("survey", "overall = 0", "s1 overall 0"),
        ("review", "cause = 'fate'", "v1 cause 'fate'"),
        ("article", "kind = 'poem'", "a1 kind 'poem'"),
    ],
)
def test_a_value_that_crm_does_not_know_is_named(
    book: Path, table: str, values: str, odd: str
) -> None:
    outside(book, f"UPDATE {table} SET {values} WHERE id = 1")
    wrong = found(run("doctor --json"))["values"]
    assert wrong["message"] == f"1 record holds what crm does not know: {odd}"
    assert (wrong["status"], wrong["count"], wrong["records"]) == ("problem", 1, [odd])
    assert run("doctor --fix").code == 1
    assert found(run("doctor --json"))["values"]["records"] == [odd]


def test_after_the_last_key_there_is_none(book: Path) -> None:
    crm("add-customer Beta")
    outside(book, "UPDATE customer SET id = 9223372036854775807 WHERE id = 2")
    refused("doctor --fix", 1, "keys cannot be mended (customer has the last key there is); nothing was changed")  # fmt: skip


# --- files that cannot be checked ---


def test_a_text_that_is_none_is_damage(book: Path) -> None:
    outside(book, "UPDATE person SET name = CAST(x'eda080' AS TEXT)")
    ran = run("doctor")
    assert ran.code == 10
    assert "is damaged" in ran.err


def test_a_damaged_file_is_exit_10(book: Path) -> None:
    whole = book.read_bytes()
    sentence = f"{book} is damaged, and no whole backup of it was found; restore one that you kept: crm restore FILE"
    for page in (4, 12, 30, len(whole) // 4096 - 1):
        book.write_bytes(whole[: page * 4096] + b"\xff" * 4096 + whole[(page + 1) * 4096 :])
        for command in ("doctor", "doctor --fix"):
            refused(command, 10, sentence)
    book.write_bytes(whole[: len(whole) // 2])
    refused("doctor", 10, sentence)


def test_the_newest_backup_that_is_whole_is_named(book: Path) -> None:
    made = [Path(crm("backup", CRM_NOW=f"2026-11-{day}T09:00").out.strip()) for day in (18, 19, 20)]
    whole = book.read_bytes()
    made[2].write_bytes(whole[: len(whole) // 2])
    book.write_bytes(whole[: 4 * 4096] + b"\xff" * (len(whole) - 4 * 4096))
    sentence = f"{book} is damaged; restore a backup of it"
    refused("doctor", 10, f"{sentence}: crm restore {made[1]}")
    refused("list-customers", 10, f"{sentence}: crm doctor names the newest that is whole")  # fmt: skip
    crm(f"restore {made[1]} --yes")
    assert run("doctor").code == 0
    assert crm("show c1 --json").json["item"]["name"] == "Acme Ltd"
    book.write_bytes(b"\x5a" * 4096 + whole[4096:])
    refused("doctor", 10, f"{book} is not a crm database; choose another file with --db: crm restore {made[1]}")  # fmt: skip


def test_a_table_that_is_gone_is_named(book: Path) -> None:
    outside(book, "DROP TABLE event")
    refused("doctor", 10, f"{book} lacks event; restore a backup of it")


def test_a_read_only_file_is_checked_all_the_same(book: Path) -> None:
    book.chmod(0o400)
    before = everything_in(book.parent)
    assert run("doctor") == (0, WHOLE, "")
    assert everything_in(book.parent) == before
    book.chmod(0o600)
    outside(book, "INSERT INTO search_index (search_index) VALUES ('delete-all')")
    book.chmod(0o400)
    assert seen(run("doctor --json")) == {"search": "problem"}
    refused(
        "doctor --fix",
        10,
        f"{book} is read-only; make it writable or choose another file with --db",
    )


IMPATIENT = patched("import crmcli.store.opening as opening", "opening.BUSY_SECONDS = 0.05")


@pytest.fixture
def locked(book: Path) -> Iterator[Path]:
    """The file, held by another process in the middle of a write."""
    hold = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('BEGIN IMMEDIATE'); print('held', flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", hold, str(book)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout and holder.stdout.readline() == b"held\n"
        yield book
        holder.communicate(b"\n")


def test_a_file_that_stays_locked_is_said(locked: Path) -> None:
    sentence = f"{locked} is locked by another program; try again when that has finished"
    refused("doctor", 10, sentence, program=IMPATIENT)


# --- what is known ---


def test_what_is_missing_is_counted_by_field() -> None:
    crm("add-customer Acme --tier core --industry steel")
    crm("add-customer Beta --person Jane --title CEO --phone 13800005678 --size 5 --prefer call")
    crm("add-customer Jane --kind person --email j@x.cn --source fair")
    crm("add-customer Joe --kind person --stage lost")
    crm("add-customer Gone")
    crm("delete c5")
    missing = found(run_in_process("doctor --json"))["missing"]
    assert (missing["count"], missing["customers"], missing["share"]) == (3, 4, 0.75)
    listed = crm("list-customers --json").json["items"]
    counted = {name: 0 for item in listed for name in item["missing"]}
    for item in listed:
        for name in item["missing"]:
            counted[name] += 1
    assert missing["fields"] == counted
    assert missing["message"] == "3 of 4 customers lack something that is wanted (75 %)"
    lines = run("doctor").lines
    place = next(n for n, line in enumerate(lines) if " missing " in line)
    assert lines[place + 1].strip() == (
        "what they need now 2; size 1; someone reachable with a title 1; preferred channel 1; industry 1; tier 1; "
        "a phone, e-mail or WeChat 1; how it came to us 1; loss reason 1"
    )
    assert lines[place + 2].strip() == "→ crm show REF names it"


def test_what_is_wanted_is_a_setting() -> None:
    crm("config set fields.region text")
    crm("add-customer Acme --field region=north")
    crm("add-customer Beta")
    crm("config set required.company field.region,tags")
    missing = found(run_in_process("doctor --json"))["missing"]
    assert missing["fields"] == {"tags": 2, "field.region": 1}


def test_core_customers_without_a_decider() -> None:
    for name in ("Acme", "Beta", "Ceta", "Deta"):
        crm(f"add-customer {name} --tier core")
    crm("add-customer Lost --tier core --stage lost")
    crm("add-customer Small --tier ordinary")
    crm("add-person c1 Jane --role buyer --role decider")
    crm("add-person c2 Joe --role influencer")
    crm("add-person c3 Jim --role decider")
    crm("edit h3 --set left_on=2026-01-01")
    crm("add-person c4 Jil --role decider")
    crm("delete h4")
    deciders = found(run_in_process("doctor --json"))["deciders"]
    assert deciders["records"] == ["c2", "c3", "c4"]
    assert (deciders["status"], deciders["count"]) == ("warning", 3)
    assert deciders["message"] == "3 core customers have no decider"
    assert deciders["advice"] == "crm add-person c2 NAME --role decider"


@pytest.mark.usefixtures("book")
def test_the_calendar_says_up_to_when_it_knows(place: Path) -> None:
    empty = {"CRM_DB": str(place / "empty.db")}
    crm("config set calendar.country CN", **empty)
    items = {one["name"]: one for one in run("doctor --json", **empty).json["items"]}
    assert items["calendar"]["status"] == "ok"
    assert items["calendar"]["message"] == "the holidays of CN are known up to 2026"
    crm("config set calendar.country CN")
    calendar = found(run("doctor --json"))["calendar"]  # a yearly review lies there
    assert calendar["message"] == "the holidays of CN are known up to 2026; dates in 2027 are estimated"  # fmt: skip
    assert (calendar["status"], calendar["years"]) == ("warning", [2027])
    assert found(run("doctor --json", CRM_NOW="2028-01-05"))["calendar"]["years"] == [2027, 2028]


# --- permissions ---


def test_a_file_that_others_can_read_is_closed(book: Path) -> None:
    book.chmod(0o644)
    ran = run("doctor --json")
    assert (ran.code, seen(ran)) == (0, {"permissions": "warning"})
    assert found(ran)["permissions"]["message"] == f"other users can get at {book}"
    assert run("doctor --fix").err == "Mended: permissions taken from other users.\n"
    assert book.stat().st_mode & 0o777 == 0o600


def test_a_folder_in_which_others_can_replace_the_file_is_closed(book: Path) -> None:
    book.parent.chmod(0o777)
    assert found(run("doctor --json"))["permissions"]["paths"] == [str(book.parent)]
    assert run("doctor --fix").code == 0
    assert book.parent.stat().st_mode & 0o777 == 0o755
    book.parent.chmod(0o1777)  # as /tmp: nobody can replace what is not theirs
    assert seen(run("doctor --json")) == {}
    book.parent.chmod(0o700)


# --- duplicates ---

LOOK = "Look at both before you merge: crm merge-customers KEEP DROP; crm undo takes it back.\n"


def pairs(*options: str) -> list[tuple[str, str, list[str]]]:
    """The pairs found, with what they share."""
    items = run_in_process(["doctor", "--duplicates", "--json", *options]).json["items"]
    return [(one["ref"], one["other"], one["same"]) for one in items]


def test_customers_that_may_be_one() -> None:
    def add(name: str, *options: str) -> None:
        crm(["add-customer", name, "--allow-duplicate", *options])

    add("华东精工有限公司", "--phone", "13800005678", "--uscc", "91310000MA1FL0001A")
    add("华东精工", "--phone", "+86 138-0000-5678")
    add("Acme", "--person", "Jane", "--email", "Jane@Example.com", "--uscc", "无")
    add("Acme Ltd.", "--email", "jane@example.com", "--uscc", "无")
    add("ACME", "--wechat", "acme-wx")
    add("Beta", "--wechat", "ACME-wx", "--uscc", "91310000ma1fl0001a")
    add("Gone", "--phone", "13800005678")
    crm("delete c7")
    expected = [
        ("c1", "c6", ["credit code"]),
        ("c3", "c4", ["name", "email"]),
        ("c1", "c2", ["name", "phone"]),
        ("c3", "c5", ["name"]),
        ("c5", "c6", ["wechat"]),
    ]
    assert pairs() == expected
    assert pairs("--limit", "2") == expected[:2]
    answer = json.loads(run("doctor --duplicates --json --limit 2").out)
    assert (answer["schema"], answer["count"], answer["more"]) == ("crm.duplicates/1", 2, True)
    one = {"tier": None, "stage": "prospect"}
    assert answer["items"][1] == {
        "ref": "c3", "name": "Acme", "other": "c4", "other_name": "Acme Ltd.", "same": ["name", "email"], "score": 0.92,
        "verdict": "likely", "reasons": ["name", "email"], "action": "crm merge-customers c3 c4",
        "customers": [{"ref": "c3", "name": "Acme", **one}, {"ref": "c4", "name": "Acme Ltd.", **one}],
    }  # fmt: skip
    assert run("doctor --duplicates --limit 1") == (
        0,
        "SCORE        REF  NAME              REF  NAME  SAME\n0.97 likely  c1   华东精工有限公司  c6   Beta  credit code\n",
        f"There is more; --limit 0 shows all.\n{LOOK}",
    )
    header, *rows = csv.reader(io.StringIO(run("doctor --duplicates --csv").out))
    assert header == ["ref", "name", "other", "other_name", "same", "score", "verdict", "reasons", "customers", "action"]  # fmt: skip
    assert [[*row[:8], row[9]] for row in rows] == [
        ["c1", "华东精工有限公司", "c6", "Beta", "credit code", "0.97", "likely", "credit code", "crm merge-customers c1 c6"],
        ["c3", "Acme", "c4", "Acme Ltd.", "name; email", "0.92", "likely", "name; email", "crm merge-customers c3 c4"],
        ["c1", "华东精工有限公司", "c2", "华东精工", "name; phone", "0.91", "likely", "name; phone", "crm merge-customers c1 c2"],
        ["c3", "Acme", "c5", "ACME", "name", "0.8", "likely", "name", "crm merge-customers c3 c5"],
        ["c5", "ACME", "c6", "Beta", "wechat", "0.55", "maybe", "wechat", "crm merge-customers c5 c6"],
    ]  # fmt: skip


def test_names_that_are_nearly_alike() -> None:
    for name, *options in (
        ["华东精工有限公司", "--city", "上海"], ["華東精工（上海）股份有限公司"], ["华夏机械有限公司"], ["华厦机械"],
        ["明达科技", "--external-id", "A"], ["明达科技有限公司", "--external-id", "B"],
    ):  # fmt: skip
        crm(["add-customer", name, "--allow-duplicate", *options])
    assert run("doctor --duplicates").lines[1:] == [
        "0.72 likely  c1   华东精工有限公司  c2   華東精工（上海）股份有限公司  place, city",
        "0.35 maybe   c3   华夏机械有限公司  c4   华厦机械                      sound",
    ]
    assert pairs() == [("c1", "c2", []), ("c3", "c4", [])]


def test_a_pair_is_merged_by_the_command_that_is_named() -> None:
    crm("add-customer Acme --phone 13800005678")
    crm("add-customer 'ACME Ltd' --allow-duplicate")
    (item,) = run_in_process("doctor --duplicates --json").json["items"]
    crm(f"{item['action']} --yes")
    assert pairs() == []
    crm("undo")
    assert pairs() == [("c1", "c2", ["name"])]


def test_traditional_characters_are_compared_without_opencc_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "opencc", None)
    crm("add-customer 华东国际贸易")
    crm("add-customer 華東國際貿易 --allow-duplicate")
    crm("add-customer 乹元")
    ran = run_in_process("doctor --duplicates")
    assert ran.lines[1:] == ["0.78 likely  c1   华东国际贸易  c2   華東國際貿易  characters"]
    assert ran.err == LOOK


@pytest.mark.usefixtures("book")
def test_where_nobody_is_there_twice() -> None:
    said = "No two customers are likely one; those with different credit codes or external ids are taken for two.\n"
    assert run("doctor --duplicates") == (0, "", said)
    for code in ("91310000MA1FL0001A", "91310000MA1FL0002B"):
        crm(["add-customer", "明达科技", "--uscc", code, "--allow-duplicate"])
    assert run("doctor --duplicates") == (0, "", said)
