"""Finding, listing, explaining, history, backups: what looking at the data answers."""

import sqlite3
from pathlib import Path

import pytest

from crmcli.store import frozen
from tests.support import backups_of, crm, run_in_process


@pytest.fixture(autouse=True)
def customers() -> None:
    crm(
        "add-customer 华东精工有限公司 --short-name 华精 --tier core --stage customer --since 2025-01-01 --city 苏州 --external-id E1"
    )
    crm("add-customer 华北重工有限公司 --tier potential --stage interested --tag vip --tag 老客户")
    crm("add-customer Acme --tier ordinary --stage prospect --city Leeds --uscc 91310000MA1FL0001A")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("c1", "c1"), ("C1", "c1"), ("ext:E1", "c1"), ("EXT:E1", "c1"), ("华东精工有限公司", "c1"), ("华东精工", "c1"), ("华东", "c1"),
        ("东精", "c1"), ("华精", "c1"), ("ＡＣＭＥ", "c3"), ("acme ltd", "c3"), ("ac", "c3"), ("北重", "c2"), ("c1:touch", "c1"),
    ],
)  # fmt: skip
def test_a_customer_is_found_by(text: str, found: str) -> None:
    assert crm(["show", text, "--json"]).json["item"]["ref"] == found


@pytest.mark.parametrize("text", ["华", "工"])
def test_what_fits_several_is_asked_back_with_all_of_them(text: str) -> None:
    ran = run_in_process(["show", text])
    assert ran.code == 3
    assert ran.err.splitlines() == [
        f"crm: {text!r} fits several customers; name one by its reference",
        "  c1 华东精工有限公司",
        "  c2 华北重工有限公司",
    ]


@pytest.mark.parametrize("text", ["c99", "ext:none", "nobody", "t5", "h9", "c1:foo", "!!!", "x1"])
def test_what_is_not_there_is_said(text: str) -> None:
    ran = run_in_process(["show", text])
    assert ran.code in (2, 3)
    assert len(ran.err.splitlines()) == 1


def test_a_deleted_record_says_so_and_comes_back_by_undo() -> None:
    crm("add-task c3 'send it' --due today")
    crm("delete c3")
    assert (
        run_in_process("show c3").err
        == "crm: customer c3 (Acme) was deleted; crm history c3 says when\n"
    )
    assert run_in_process("done t1").err == "crm: task t1 was deleted; crm history t1 says when\n"
    crm("undo")
    assert crm("show c3 --json").json["item"]["tasks"][0]["text"] == "send it"


def test_due_counts_filters_and_limits() -> None:
    crm("log-contact c1 hello --next 'send quote' --on today")
    crm("add-task c2 'ring 15:00' --due 15:00")
    assert crm("due --count").out == "4\n"
    assert crm("due --count --tier core").out == "1\n"
    assert crm("due --count --kind task --kind follow-up").out == "2\n"
    assert crm("due --count --overdue", CRM_NOW="2026-11-20T16:00").out == "1\n"
    answer = crm("due --json --limit 2").json
    assert (answer["count"], answer["more"]) == (2, True)
    assert [item["ref"] for item in answer["items"]] == ["t1", "t2"]
    assert answer["items"][1]["due_at"] == "2026-11-20T15:00:00+08:00"
    assert run_in_process("due --exit-code --tier ordinary").code == 20
    assert run_in_process("due --exit-code --stage lost").code == 0
    for command, line in (
        ("due --why t1", "follow-up agreed on in i1; owner tester; due Fri 20 Nov; due today\n"),
        ("due --why 华东", "core: every month; last contact 2026-11-20 (call); due Mon 21 Dec, moved from Sun 20 Dec; in 31 days; an open follow-up is listed instead\n"),
    ):  # fmt: skip
        assert crm(command).out == line
    crm("done t1")
    assert crm("due --why t1").out == "done on 2026-11-20\n"


def test_the_history_of_a_customer_tells_what_changed_to_what() -> None:
    crm("edit c1 --set tier=potential --set city= --reason 'yearly review'")
    crm("tag c1 vip")
    steps = crm("history c1 --json").json["items"]
    told = [
        (step["change"], step["record"], step["action"], step["field"], step["old"], step["new"])
        for step in steps
    ]
    assert told[:3] == [
        ("x5", "tag", "insert", None, None, "vip"),
        ("x4", "customer", "update", "tier", "core", "potential"),
        ("x4", "customer", "update", "city", "苏州", None),
    ]
    assert steps[1]["reason"] == "yearly review"
    assert crm("history x4 --json").json["items"] == [
        {**step, "undone_by": None} for step in steps if step["change"] == "x4"
    ]
    assert "x4" in crm("history").out
    assert (
        crm("history --csv").out.splitlines()[0]
        == "ref,change,at,happened_on,actor,command,reason,undoes,undone_by"
    )
    assert crm("history c1 --csv --limit 1").out.count("\n") == 2


def test_the_history_of_an_import_counts_its_rows(place: Path) -> None:
    (place / "list.csv").write_text("name,tags\nB,vip\nC,\n")
    crm(f"import {place / 'list.csv'}")
    told = [
        (one["record"], one["action"], one["new"]) for one in crm("history x4 --json").json["items"]
    ]
    assert told == [("customer", "insert", "× 2"), ("tag", "insert", "× 1")]
    assert crm("history c4 --json").json["items"][0]["change"] == "x4"


def test_a_change_by_another_program_is_told_as_outside(place: Path) -> None:
    with sqlite3.connect(place / "crm.db") as connection:
        connection.execute("UPDATE customer SET note = 'theirs' WHERE id = 1")
    first = crm("history c1 --json").json["items"][-1]
    assert (first["change"], first["field"], first["new"], first["actor"]) == (
        "outside",
        "note",
        "theirs",
        None,
    )


def test_backups_are_whole_kept_in_number_and_touch_nobody_elses(place: Path) -> None:
    crm("config set backup.keep 2")
    folder = backups_of(place / "crm.db")
    made = [crm("backup", CRM_NOW=f"2026-11-2{day}T09:00").out.strip() for day in range(4)]
    (folder / "crm-before-merge.db").write_bytes(b"mine")
    (folder / "crm-work-20261120-090000.db").write_bytes(b"another's")
    crm("backup --json", CRM_NOW="2026-11-25T09:00")
    left = sorted(path.name for path in folder.iterdir())
    assert left == [
        "crm-20261123-090000.db", "crm-20261125-090000.db", "crm-before-merge.db", "crm-work-20261120-090000.db",
    ]  # fmt: skip
    assert crm(f"--db {made[3]} list-customers --json").json == crm("list-customers --json").json
    assert Path(made[3]).stat().st_mode & 0o777 == 0o600
    named = place / "copy.db"
    crm(f"backup {named}")
    assert run_in_process(f"backup {named}").code == 4
    assert run_in_process(f"backup {place}/nowhere/copy.db").code == 3
    assert run_in_process(f"--db {place}/none.db backup").code == 3


def test_migrate_recomputes_and_says_where_the_file_stands(place: Path) -> None:
    with sqlite3.connect(place / "crm.db") as connection:
        connection.execute("UPDATE customer SET next_touch_on = '2020-01-01'")
    assert crm("migrate --json").json["item"]["moved"] == 3
    assert (
        crm("migrate").err
        == f"{place}/crm.db is at schema {frozen.SCHEMA_VERSION}; 0 due dates moved.\n"
    )
    assert run_in_process(f"--db {place}/none.db migrate").code == 3


def test_a_file_whose_dates_are_stale_is_said_by_readers_and_mended_by_writers(place: Path) -> None:
    crm("log-contact c1 hello")
    with sqlite3.connect(place / "crm.db") as connection:
        connection.execute("UPDATE setting SET value = 'CN' WHERE name = 'calendar.country'")
    ran = crm("due --count")
    assert (
        ran.err
        == "The settings or the holidays changed since the due dates were computed; run: crm migrate\n"
    )
    crm("tag c1 vip")
    assert crm("due --count").err == ""


def test_references_are_sorted_by_their_numbers() -> None:
    referrers = {10: "c2", 11: "c10", 12: "c9"}
    for number in range(4, 13):
        more = ["--referred-by", referrers[number]] if number in referrers else []
        crm(["add-customer", f"Customer {number}", *more])

    def sorted_by(field: str) -> list[str]:
        return [item["ref"] for item in crm(f"list-customers --sort {field} --json").json["items"]]

    numbers = [f"c{number}" for number in range(1, 13)]
    assert sorted_by("ref") == numbers
    assert sorted_by("-ref") == numbers[::-1]
    assert sorted_by("referred_by") == [*numbers[:9], "c10", "c12", "c11"]
    assert sorted_by("-referred_by") == ["c11", "c12", "c10", *numbers[:9]]
