"""Wherever a customer or a record is named: what names it, what does not, and what is asked back (CLI.md, References)."""

import json
import os
import pty
import sqlite3
import subprocess
from pathlib import Path

import pytest

from tests.contract.program import PROGRAM, environment, everything_in, refused, run
from tests.contract.terminal import Terminal
from tests.support import crm, run_in_process


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("made") / "crm.db"
    there = {"CRM_DB": str(path), "CRM_CONFIG": str(path.parent / "config.toml"), "CRM_NOW": "2026-11-20T09:00", "TZ": "Asia/Shanghai", "CRM_ACTOR": "tester"}  # fmt: skip
    for command in (
        "add-customer 'Acme North' --tier core --phone 13800005678 --external-id A-1",
        "add-customer 'Acme South' --note '2026年合同 13712345678, 4444' --uscc 91310000MA1FL4444A",
        "add-customer 华东精工有限公司 --short-name 华精 --external-id 7 --phone 0512-62345678",
        "add-customer 华北重工",
        "add-customer 单伟 --kind person",
        "add-customer 曾氏建材 --short-name 老曾",
        "add-person c3 仇和 --phone '139 1111 2222'",
        "add-task c1 'call back'",
        "log-contact c1 hello --at 08:00",
        "key-date c1 birthday 05-20",
    ):
        crm(command, **there)
    return path.read_bytes()


@pytest.fixture(autouse=True)
def book(place: Path, made: bytes) -> Path:
    path = place / "crm.db"
    path.write_bytes(made)
    path.chmod(0o600)
    return path


# --- the one customer that is meant ---

COMMANDS = {
    "show": (["show", "REF"], "ref"),
    "log-contact": (["log-contact", "REF", "hello"], "customer"),
    "add-task": (["add-task", "REF", "x"], "customer"),
    "add-person": (["add-person", "REF", "新人"], "customer"),
    "tag": (["tag", "REF", "vip"], "ref"),
    "edit": (["edit", "REF", "--set", "city=x"], "ref"),
    "delete": (["delete", "REF"], "ref"),
    "snooze": (["snooze", "REF", "+5d"], "ref"),
    "key-date": (["key-date", "REF", "店庆", "05-20"], "customer"),
    "add-risk": (["add-risk", "REF", "x"], "customer"),
    "add-contract": (["add-contract", "REF", "x", "--until", "2027-12-31"], "customer"),
    "play": (["play", "REF", "revive"], "customer"),
    "verify": (["verify", "REF", "--by", "x"], "ref"),
    "due": (["due", "--why", "REF"], "ref"),
    "add-customer": (["add-customer", "New", "--referred-by", "REF"], "referred_by"),
    "edit-referred": (["edit", "c4", "--set", "referred_by=REF"], "referred_by"),
}  # fmt: skip


def naming(command: str, reference: str) -> list[str]:
    """The words of a command that names a customer so."""
    return [word.replace("REF", reference) for word in COMMANDS[command][0]]


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(
    "reference",
    ["c3", "C3", " c3 ", "华东精工有限公司", "华东精工", "华精", "华东", "东精", "huadongjinggong", "huadong", "hdjg", "hd", "jinggong", "ext:7", "EXT:7", "62345678", "0512-6234 5678", "+86 512 6234 5678", "2345", "13911112222", "1111 2222"],
)  # fmt: skip
def test_a_customer_is_named_by(command: str, reference: str) -> None:
    item = crm([*naming(command, reference), "--json"]).json["item"]
    assert item[COMMANDS[command][1]].partition(":")[0] == "c3"


@pytest.mark.parametrize("reference", ["c3", "C3", "华东", "hdjg", "ext:7", "62345678"])
def test_history_and_done_name_them_likewise(reference: str) -> None:
    told = {item["ref"] for item in crm(["history", reference, "--json"]).json["items"]}
    assert told == {"c3", "h1", None}
    refused(["done", reference], 4, "a touch is settled by talking: crm log-contact c3")


@pytest.mark.parametrize(
    ("reference", "ref"),
    [
        ("acme north", "c1"), ("ＡＣＭＥ　ＮＯＲＴＨ", "c1"), ("Acme North Ltd.", "c1"), ("north", "c1"), ("ext:A-1", "c1"), ("5678 1380000", None),
        ("shanwei", "c5"), ("sw", "c5"), ("danwei", None), ("单", "c5"), ("zengshi", "c6"), ("老曾", "c6"), ("laozeng", "c6"), ("lz", "c6"),
        ("chongqing", None), ("zhonggong", "c4"), ("hbzg", "c4"), ("13800005678", "c1"), ("+8613800005678", "c1"), ("138-0000-5678", "c1"), ("80000", "c1"),
        ("ext:a-1", None), ("ext:", None), ("ext:99", None), ("c0003", "c3"), ("c3:touch", "c3"),
        # digits that stand in a note or a credit code are no phone
        ("13712345678", None), ("4444", None), ("2026", None), ("138", None),
    ],
)  # fmt: skip
def test_a_name_and_whom_it_names(reference: str, ref: str | None) -> None:
    ran = run_in_process(["show", reference, "--json"])
    if ref is None:
        assert (ran.code, ran.out) == (3, "")
    else:
        assert ran.json["item"]["ref"] == ref


def test_the_surer_way_wins_over_the_others() -> None:
    crm("add-customer 'Acme' --allow-duplicate")
    assert crm("show acme --json").json["item"]["ref"] == "c7"  # exact before a beginning
    crm("add-customer 'Big North Shop'")
    crm("add-customer 'North Shop'")
    assert crm("show 'north s' --json").json["item"]["ref"] == "c9"  # a beginning before a part
    crm("add-customer 'Hdjg Ltd'")
    assert crm("show hdjg --json").json["item"]["ref"] == "c10"  # letters before a sound
    crm("add-customer 'Shop 62345678'")
    assert crm("show 62345678 --json").json["item"]["ref"] == "c11"  # a name before a phone
    crm("edit c2 --set 'name=Acme NORTH'")
    assert crm("show 'Acme NORTH' --json").json["item"]["ref"] == "c2"  # as it is written
    refused(
        "show 'acme north'",
        3,
        "'acme north' fits several customers; name one by its reference",
        ["c1 Acme North", "c2 Acme NORTH"],
        kind="ambiguous",
    )


def test_deleted_customers_are_not_meant() -> None:
    crm("delete c2")
    assert crm("show acme --json").json["item"]["ref"] == "c1"
    refused("log-contact c2 x", 3, "customer c2 (Acme South) was deleted; crm history c2 says when")
    crm("undo")
    assert run_in_process("show acme").code == 3


# --- several, none, nearly ---


@pytest.mark.parametrize("command", [*COMMANDS, "history", "done"])
def test_what_fits_several_is_refused_with_all_of_them(command: str) -> None:
    words = naming(command, "Acme") if command in COMMANDS else [command, "Acme"]
    refused(
        words,
        3,
        "'Acme' fits several customers; name one by its reference",
        ["c1 Acme North", "c2 Acme South"],
        kind="ambiguous",
    )


@pytest.mark.parametrize(
    ("reference", "candidates"),
    [
        ("华", ["c3 华东精工有限公司", "c4 华北重工"]),
        ("hua", ["c3 华东精工有限公司", "c4 华北重工"]),
        ("工", ["c3 华东精工有限公司", "c4 华北重工"]),
        ("outh", None),
    ],
)
def test_who_may_be_meant(reference: str, candidates: list[str] | None) -> None:
    ran = run_in_process(["show", reference, "--json"])
    if candidates is None:
        assert ran.json["item"]["ref"] == "c2"
    else:
        assert ran.code == 3
        assert json.loads(ran.err)["error"]["candidates"] == candidates


def test_at_most_twenty_are_named() -> None:
    for number in range(30):
        crm(["add-customer", f"Branch {number:02}"])
    error = json.loads(run_in_process("show branch --json").err)["error"]
    assert error["kind"] == "ambiguous"
    assert error["candidates"] == [f"c{7 + number} Branch {number:02}" for number in range(20)]


@pytest.mark.parametrize("command", [*COMMANDS, "history", "done"])
def test_a_slip_is_answered_with_the_nearest_name(command: str) -> None:
    words = naming(command, "Acme Norht") if command in COMMANDS else [command, "Acme Norht"]
    near = ["c1 Acme North", "c2 Acme South"]
    sentence = f"no customer fits 'Acme Norht'; did you mean {', '.join(near)}?"
    ran = run(words)
    assert (ran.code, ran.out) == (3, "")
    assert ran.err == f"crm: {sentence}\n"
    error = json.loads(run([*words, "--json"]).err)["error"]
    assert error == {"code": 3, "kind": "not_found", "message": sentence, "candidates": near}


@pytest.mark.parametrize(
    "reference", ["nobody", "!!!", "", " ", "\x00", "x" * 500, "华" * 500, "ext:", "12:30", "c-1", "c1.5", "c٣", "🎉"]
)  # fmt: skip
def test_what_names_nobody_is_one_sentence(reference: str) -> None:
    ran = run_in_process(["log-contact", reference, "x"])
    assert (ran.code, ran.out, ran.err.count("\n")) == (3, "", 1), ran
    assert len(ran.err) < 1200


# --- other records ---


@pytest.mark.parametrize(
    ("reference", "kind"),
    [("h1", "person"), ("H1", "person"), ("i1", "interaction"), ("t1", "task"), ("T01", "task"), ("y1", "key-date"), ("Y1", "key-date")],
)  # fmt: skip
def test_every_record_is_shown_edited_and_deleted_by_its_reference(
    reference: str, kind: str
) -> None:
    ref = reference.lower().replace("0", "")
    shown = crm(["show", reference, "--json"]).json
    assert (shown["schema"], shown["item"]["ref"]) == (f"crm.{kind}/1", ref)
    edited = crm(["edit", reference, "--set", "external_id=Z", "--json"]).json
    assert (edited["item"]["ref"], edited["item"]["external_id"]) == (ref, "Z")
    assert crm(["history", reference, "--json"]).json["items"][0]["new"] == "Z"
    deleted = crm(["delete", reference, "--json"]).json["item"]
    assert deleted["ref"] == ref
    name = {"key-date": "key date"}.get(kind, kind)
    gone = f"{name} {reference} was deleted; crm history {reference} says when"
    refused(["show", reference], 3, gone)
    crm("undo")
    assert crm(["show", reference, "--json"]).json["item"]["external_id"] == "Z"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["show", "h9"], "there is no person h9; crm show CUSTOMER lists them"),
        (["edit", "i9", "--set", "cost=1"], "there is no interaction i9; crm show CUSTOMER lists them"),
        (["done", "t9"], "there is no task t9; crm show CUSTOMER lists them"),
        (["snooze", "y9", "+3d"], "there is no key date y9; crm show CUSTOMER lists them"),
        (["due", "--why", "y9"], "there is no key date y9; crm show CUSTOMER lists them"),
        (["key-date", "h9", "birthday", "05-20"], "there is no person h9; crm show CUSTOMER lists them"),
        (["done", "c1:nonsense"], "c1:nonsense is nothing that is due; crm due lists what is"),
        (["done", "t1:touch"], "t1:touch is nothing that is due; crm due lists what is"),
        (["history", "t9"], "there is no record t9; crm list-customers shows the customers"),
    ],
)  # fmt: skip
def test_a_record_that_is_not_there(words: list[str], sentence: str) -> None:
    refused(words, 3, sentence)


# --- a person at a terminal is asked ---


def interactions() -> list[tuple[str, str]]:
    items = []
    for ref in ("c1", "c2"):
        found = crm(f"show {ref} --json").json["item"]["interactions"]
        items += [(ref, one["summary"]) for one in found]
    return items


def test_a_person_chooses_by_number() -> None:
    with Terminal("log-contact Acme 'they called'") as person:
        person.sees("  1  c1 Acme North\n  2  c2 Acme South\nWhich one? [1-2] ")
        person.types("2")
        assert person.leaves() == 0
    assert "Logged i2 with c2 Acme South." in person.rest
    assert interactions() == [("c1", "hello"), ("c2", "they called")]


def test_a_wrong_number_is_asked_again() -> None:
    with Terminal("show Acme") as person:
        for wrong in ("3", "0", "c1", "-1", "１０"):
            person.sees("Which one? [1-2] ")
            person.types(wrong)
        person.sees("Which one? [1-2] ")
        person.types("1")
        assert person.leaves() == 0
    assert "c1  Acme North" in person.rest


@pytest.mark.parametrize("how", ["Enter", "the end of input"])
@pytest.mark.parametrize("command", COMMANDS)
def test_who_chooses_none_changes_nothing(place: Path, command: str, how: str) -> None:
    before = logical(place)
    with Terminal(naming(command, "Acme")) as person:
        person.sees("Which one? [1-2] ")
        person.types("") if how == "Enter" else person.ends_input()
        assert person.leaves() == 3
    assert person.rest.strip().splitlines() == [
        "crm: 'Acme' fits several customers; name one by its reference",
        "  c1 Acme North",
        "  c2 Acme South",
    ]
    assert logical(place) == before


def logical(place: Path) -> list[str]:
    """All that the file holds."""
    with sqlite3.connect(place / "crm.db") as connection:
        return list(connection.iterdump())


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_asks(command: str) -> None:
    with Terminal([*naming(command, "Acme"), "--json"]) as person:
        person.sees("Which one? [1-2] ")
        person.types("2")
        assert person.leaves() == 0
    item = json.loads(person.rest[person.rest.index("{") :])["item"]
    assert item[COMMANDS[command][1]].partition(":")[0] == "c2"


def test_ctrl_c_is_130_and_changes_nothing(place: Path) -> None:
    before = logical(place)
    with Terminal("delete Acme") as person:
        person.sees("Which one? [1-2] ")
        person.interrupts()
        assert person.leaves() == 130
    assert logical(place) == before


def test_names_in_the_question_are_not_obeyed() -> None:
    crm(["add-customer", "Acme \x1b[31mred\x1b[0m\x07"])
    with Terminal("show Acme") as person:
        person.sees("Which one? [1-3] ")
        person.types("")
        person.leaves()
    assert not set(person.screen) & set("\x1b\x07")
    assert "  3  c7 Acme ␛[31mred␛[0m␇\n" in person.screen


@pytest.mark.parametrize("command", ["log-contact Acme late", "edit Acme --set city=x", "tag Acme late"])  # fmt: skip
def test_nobody_waits_for_a_person_who_thinks(command: str) -> None:
    with Terminal(command) as person:
        person.sees("Which one? [1-2] ")
        assert run("add-task c2 'meanwhile'").out == "t2\n"
        assert run("log-contact c1 meanwhile").out == "i2\n"
        person.types("1")
        assert person.leaves() == 0
    changes = crm("history --json").json["items"]
    assert [item["command"] for item in changes[:3]] == [
        f"crm {command}",
        "crm log-contact c1 meanwhile",
        "crm add-task c2 meanwhile",
    ]


def test_who_was_deleted_meanwhile_cannot_be_chosen() -> None:
    with Terminal("log-contact Acme late") as person:
        person.sees("Which one? [1-2] ")
        run("delete c2")
        person.types("2")
        assert person.leaves() == 3
    assert "crm: customer c2 (Acme South) was deleted; crm history c2 says when" in person.rest
    crm("undo")
    assert interactions() == [("c1", "hello")]


@pytest.mark.parametrize("piped", ["stdin", "stdout"])
def test_nobody_is_asked_when_one_end_is_a_pipe(place: Path, piped: str) -> None:
    before = logical(place)
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [*PROGRAM, "delete", "Acme"],
        stdin=subprocess.PIPE if piped == "stdin" else theirs,
        stdout=subprocess.PIPE if piped == "stdout" else theirs,
        stderr=subprocess.PIPE,
        env=environment(),
    )
    os.close(theirs)
    _, error = process.communicate(b"1\n" if piped == "stdin" else None, timeout=60)
    os.close(ours)
    assert process.returncode == 3
    assert error.decode().startswith("crm: 'Acme' fits several customers")
    assert logical(place) == before


def test_a_script_that_looks_changes_no_byte(place: Path) -> None:
    before = everything_in(place)
    for words in ("show Acme", "due --why Acme", "history nobody"):
        assert run(words).code == 3
    assert everything_in(place) == before
