"""Imports of tasks: found again, settled when the list says so (CLI.md, Import; HANDBOOK §6)."""

from pathlib import Path
from typing import Any

import pytest

from tests.commands.test_import_people import counts, reasons, rows, written
from tests.support import crm, run_in_process, run_process

COLUMNS = (
    "id, customer_id, kind, text, owner, due_on, due_time, done_on, done_at, result, external_id"
)


def imported(path: str, *more: str, **environment: str) -> tuple[int, int, int, int]:
    ran = run_in_process(["import", path, "--as", "tasks", "--json", *more], **environment)
    assert ran.code == (5 if ran.json["item"]["rejected"] else 0), ran
    return counts(ran)


def tasks(place: Path) -> list[tuple[Any, ...]]:
    return rows(f"SELECT {COLUMNS} FROM task WHERE deleted_at IS NULL ORDER BY id", place)


def test_a_list_with_chinese_headers_in_gb18030_through_the_real_process(place: Path) -> None:
    crm("add-customer 华东精工有限公司 --external-id K1 --tier core")
    path = written(
        place,
        "客户名称,任务内容,截止日期,负责人,完成日期,结果,编号",
        "华东精工,寄样品,2026-11-25 15:00,李雷,,,T1",
        "ext:K1,开票,2026/11/1,,2026年11月2日,已开,T2",
        "ext:K1,回电,,,,,",
        encoding="gb18030",
    )
    ran = run_process(["import", path, "--as", "任务"])
    assert (ran.code, ran.out) == (0, "x2\n")
    assert "7 of 7 columns recognised.\n3 added, 0 updated, 0 unchanged, 0 rejected.\n" in ran.err
    expected = [
        (1, 1, "task", "寄样品", "李雷", "2026-11-25", "15:00", None, None, None, "T1"),
        (2, 1, "task", "开票", "tester", "2026-11-01", None, "2026-11-02", "2026-11-02T04:00:00Z", "已开", "T2"),
        (3, 1, "task", "回电", "tester", "2026-11-23", None, None, None, None, None),
    ]  # fmt: skip
    assert tasks(place) == expected
    assert [one["ref"] for one in crm("due --days 5 --kind task --json").json["items"]] == [
        "t3",
        "t1",
    ]
    assert [one["ref"] for one in crm("find 已开 --json").json["items"]] == ["t2"]
    assert counts(run_process(["import", path, "--as", "tasks", "--json"])) == (0, 0, 3, 0)
    # Without a day of its own it is the same task tomorrow, too.
    assert imported(path, CRM_NOW="2026-11-24T09:00") == (0, 0, 3, 0)
    crm("undo x2")
    assert tasks(place) == []
    assert crm("due --days 5 --kind task --json").json["items"] == []
    crm("undo x3")
    assert tasks(place) == expected


def test_bad_rows_and_their_reasons(place: Path) -> None:
    crm("add-customer Acme")
    path = written(
        place,
        "customer,text,due,done_on",
        "Acme,,2026-11-25,",
        "Acme,a,2026-02-30,",
        "Acme,b,3/4,",
        "Acme,c,,2026-11-21",
        "Nobody,d,,",
        "c1,e,,",
        f"Acme,{'长' * 1001},,",
        "Acme,f,tomorrow,today",
    )
    assert imported(path) == (1, 0, 0, 7)
    assert [reason.partition("; ")[0] for reason in reasons(path)] == [
        "the row does not say what is to be done",
        "'2026-02-30' is a day or time that does not exist",
        "'3/4' does not say which number is the month",
        "'2026-11-21' is in the future",
        "there is no customer 'Nobody'",
        "c1 is a reference, which is for --as all only",
        "text is 1001 characters long",
    ]
    assert tasks(place)[0][5:9] == ("2026-11-21", None, "2026-11-20", "2026-11-20T01:00:00Z")


def test_a_task_that_differs_in_anything_given_is_another(place: Path) -> None:
    crm("add-customer Acme")
    crm("add-customer Beta")
    first = "Acme,call,2026-11-25,Li"
    path = written(
        place,
        "customer,text,due,owner",
        first,
        "Beta,call,2026-11-25,Li",
        "Acme,write,2026-11-25,Li",
        "Acme,call,2026-11-26,Li",
        "Acme,call,2026-11-25 10:00,Li",
        "Acme,call,2026-11-25,Han",
        first,
        "Acme,call,,",  # says nothing that is not known
    )
    assert imported(path) == (6, 0, 2, 0)
    assert imported(path) == (0, 0, 8, 0)


def test_a_task_done_elsewhere_is_done(place: Path) -> None:
    crm("add-customer Acme")
    crm("add-task Acme call --due 2026-11-25")
    path = written(
        place,
        "customer,text,due,done_on,result",
        "Acme,call,2026-11-25,2026-11-19,talked",
        "Acme,call,2026-11-25,2026-11-18,another one",
    )
    assert imported(path) == (1, 1, 0, 0)
    assert [task[7:10] for task in tasks(place)] == [
        ("2026-11-19", "2026-11-19T04:00:00Z", "talked"),
        ("2026-11-18", "2026-11-18T04:00:00Z", "another one"),
    ]
    assert imported(path) == (0, 0, 2, 0)
    path = written(place, "customer,text,due", "Acme,call,2026-11-25", name="open.csv")
    assert imported(path) == (0, 0, 1, 0)  # an empty cell does not reopen it
    crm("undo")
    assert [task[7] for task in tasks(place)] == [None]


def test_by_external_id_what_differs_is_brought_up_to_date(place: Path) -> None:
    crm("add-customer Acme --tier core")
    crm("add-customer Beta")
    path = written(place, "customer,text,due,id", "Acme,call,2026-11-25,T1", "Acme,write,,T2")
    assert imported(path) == (2, 0, 0, 0)
    path = written(
        place,
        "customer,text,due,owner,done_on,id",
        "Acme,call back,2026-11-20,Li,,T1",
        "Acme,again,,,,T1",  # the first row of a task holds
        "Acme,,,,2026-11-19,T2",
        "Beta,call,,,,T1",
        "Acme,,,,,T9",
    )
    assert imported(path) == (0, 2, 1, 2)
    assert reasons(path) == [
        "external id T1 is that of t1, which belongs to another customer",
        "the row does not say what is to be done",
    ]
    assert [task[3:8] for task in tasks(place)] == [
        ("call back", "Li", "2026-11-20", None, None),
        ("write", "tester", "2026-11-23", None, "2026-11-19"),
    ]
    assert imported(path) == (0, 0, 3, 2)
    (item,) = crm("due --kind task --json").json["items"]
    assert (item["title"], item["due_at"], item["customer"]["tier"]) == ("call back", "2026-11-20", "core")  # fmt: skip


def test_a_number_not_known_yet_takes_over_only_what_the_row_says_in_full(place: Path) -> None:
    crm("add-customer Acme")
    path = written(
        place,
        "customer,id,text,due,owner",
        "Acme,,call them,2026-12-01 10:00,Li",
        "Acme,T9,call them,,",
        "Acme,T8,call them,2026-12-01,",
        "Acme,T7,call them,2026-12-01 10:00,",
    )
    assert imported(path) == (3, 1, 0, 0)
    assert imported(path) == (0, 0, 4, 0)
    assert [(*task[3:7], task[-1]) for task in tasks(place)] == [
        ("call them", "Li", "2026-12-01", "10:00", "T7"),
        ("call them", "tester", "2026-11-23", None, "T9"),
        ("call them", "tester", "2026-12-01", None, "T8"),
    ]


def test_exported_tasks_are_known_again_and_fill_an_empty_file(place: Path) -> None:
    crm("add-customer Acme")
    crm("add-task Acme =call --due '2026-11-25 15:00' --owner Li")
    crm("add-task Acme write --due 2026-11-20")
    crm("done t2 'all said'")
    crm("log-contact Acme talked --next 'send it' --on 2026-11-30")
    out = str(place / "out.csv")
    crm(["export", "tasks", "--reveal", "--out", out])
    assert imported(out) == (0, 0, 3, 0)
    other = {"CRM_DB": str(place / "other.db")}
    crm("add-customer Acme", **other)
    assert imported(out, **other) == (3, 0, 0, 0)
    again = str(place / "again.csv")
    crm(["export", "tasks", "--reveal", "--out", again], **other)
    text = Path(out).read_text(encoding="utf-8")
    told = text.replace(",follow-up,", ",task,").replace(",i1,", ",,")
    assert Path(again).read_text(encoding="utf-8") == told


@pytest.mark.parametrize(
    ("how", "expected"),
    [("skip", (1, 0, 1, 0)), ("reject", (1, 0, 0, 1)), ("update", (1, 1, 0, 0))],
)
def test_what_becomes_of_tasks_that_are_there(
    place: Path, how: str, expected: tuple[int, ...]
) -> None:
    crm("add-customer Acme")
    crm("add-task Acme call --due 2026-11-25")
    path = written(place, "customer,text,result", "Acme,call,fine", "Acme,other,")
    assert imported(path, "--on-duplicate", how) == expected
    if how == "reject":
        assert reasons(path) == ["is there already as t1"]


def test_more_rows_than_a_chunk_find_each_other(place: Path) -> None:
    crm("add-customer Acme")
    crm("add-customer Beta")
    lines = [f"{('Acme', 'Beta')[n % 2]},T{n % 1200},2026-12-{n % 28 + 1:02d}" for n in range(1200)]
    path = written(place, "customer,text,due", *lines, *lines)
    assert imported(path) == (1_200, 0, 1_200, 0)
    assert rows("SELECT count(*), count(listed_on) FROM task", place) == [(1_200, 1_200)]
    assert "every record is found by what it says" in crm("doctor").out
