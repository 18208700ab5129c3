"""Imports of needs: what happened to them, found again, brought further (CLI.md, Import; HANDBOOK §4, §5)."""

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from tests.commands.test_import_people import counts, reasons, rows, written
from tests.store.test_undo import check, live
from tests.support import Ran, crm, run_in_process, run_process

HEADER = "customer,external_id,text,kind,urgency,status,received_at,resolved_at,solution,owner"
PAST_NOON = "2026-11-20T17:30"


def imported(path: str, *more: str, **environment: str) -> tuple[int, int, int, int]:
    ran = run_in_process(["import", path, "--as", "needs", "--json", *more], **environment)
    assert ran.code == (5 if ran.json["item"]["rejected"] else 0), ran
    return counts(ran)


def needs_list(place: Path, *lines: str, header: str = HEADER) -> str:
    return written(place, header, *lines, name="needs.csv")


def need(number: int = 1) -> dict[str, Any]:
    return dict(crm(f"show n{number} --json --reveal").json["item"])


def events(place: Path, number: int = 1) -> list[tuple[str, str]]:
    sql = f"SELECT kind, at FROM service_event WHERE need_id = {number} AND deleted_at IS NULL ORDER BY at, id"
    return rows(sql, place)


def surveys(place: Path) -> list[tuple[Any, ...]]:
    sql = "SELECT need_id, kind, status, opened_on FROM survey WHERE deleted_at IS NULL ORDER BY id"
    return rows(sql, place)


# --- a whole list ---


def test_a_list_with_chinese_headers_in_gb18030_through_the_real_process(place: Path) -> None:
    crm("add-customer 华东精工有限公司 --external-id K1 --tier core")
    path = written(
        place,
        "客户名称,编号,问题描述,类型,紧急程度,状态,提出时间,解决时间,解决方案,负责人",
        "华东精工,T1,注塑机漏油,投诉,紧急,已关闭,2026-11-02 10:00,2026-11-03 09:00,换密封圈,李雷",
        "ext:K1,T2,停机,问题,重要,处理中,2026/11/19 14:00,,,",
        "ext:K1,T3,加报表,功能,,,2026年11月19日,,,韩梅梅",
        encoding="gb18030",
    )
    ran = run_process(["import", path, "--as", "需求"])
    assert (ran.code, ran.out) == (0, "x2\n")
    assert "10 of 10 columns recognised.\n3 added, 0 updated, 0 unchanged, 0 rejected.\n" in ran.err
    columns = "external_id, text, kind, urgency, status, received_at, solution, owner"
    expected = [
        ("T1", "注塑机漏油", "complaint", "urgent", "confirmed", "2026-11-02T02:00:00Z", "换密封圈", "李雷"),
        ("T2", "停机", "problem", "important", "in_progress", "2026-11-19T06:00:00Z", None, None),
        ("T3", "加报表", "feature", None, "received", "2026-11-19T04:00:00Z", None, "韩梅梅"),
    ]  # fmt: skip
    found = f"SELECT {columns} FROM need WHERE deleted_at IS NULL ORDER BY id"
    assert rows(found, place) == expected
    assert need()["resolved_at"] == "2026-11-03T09:00:00+08:00"
    assert [one["ref"] for one in crm("triage --json").json["items"]] == ["n3", "n2"]
    assert [one["ref"] for one in crm("find 密封圈 --json").json["items"]] == ["n1"]
    assert [one["ref"] for one in crm("find 投诉 --kind need --json").json["items"]] == ["n1"]
    assert crm("show c1 --json").json["item"]["open_needs"] == 2
    assert counts(run_process(["import", path, "--as", "needs", "--json"])) == (0, 0, 3, 0)
    before = live(place / "crm.db")
    crm("undo x2")
    assert rows(found, place) == []
    assert crm("triage --json").json["items"] == []
    assert crm("find 密封圈 --json").json["items"] == []
    crm("undo x3")
    assert live(place / "crm.db") == before
    check(place / "crm.db")


def test_its_answer_as_json(place: Path) -> None:
    crm("add-customer Acme")
    path = needs_list(place, "Acme,,it leaks,,,,,,,")
    item = run_in_process(["import", path, "--as", "needs", "--json"]).json["item"]
    assert item == {
        "kind": "needs", "format": "csv", "encoding": "utf-8", "added": 1, "updated": 0, "unchanged": 0, "rejected": 0,
        "rejects_file": None, "change": "x2", "columns": {name: name for name in HEADER.split(",")},
    }  # fmt: skip


def test_a_dry_run_says_the_same_and_changes_nothing(place: Path) -> None:
    crm("add-customer Acme")
    path = needs_list(place, "Acme,,it leaks,,,resolved,2026-11-01,2026-11-02,,", "Acme,,,,,,,,,")
    before = (place / "crm.db").read_bytes()
    assert imported(path, "--dry-run") == (1, 0, 0, 1)
    assert (place / "crm.db").read_bytes() == before


def test_bad_rows_and_their_reasons(place: Path) -> None:
    crm("add-customer Acme")
    path = needs_list(
        place,
        "Acme,,,,,,,,,",
        "Acme,,a,whim,,,,,,",
        "Acme,,b,,at once,,,,,",
        "Acme,,c,,,lost,,,,",
        "Acme,,d,,,,2026-11-21,,,",
        "Acme,,e,,,,2026-11-10,2026-11-09,,",
        "Acme,,f,,,,2026-11-10 10:00,2026-11-10 09:59,,",
        "Acme,,g,,,,2026-02-30,,,",
        "Nobody,,h,,,,,,,",
        "c1,,i,,,,,,,",
        ",,j,,,,,,,",
        "Acme,,fine,,,,,,,",
    )
    assert imported(path) == (1, 0, 0, 11)
    assert [reason.partition("; ")[0] for reason in reasons(path)] == [
        "the row does not say what is needed",
        "kind 'whim' is unknown",
        "urgency 'at once' is unknown",
        "status 'lost' is unknown",
        "'2026-11-21' is in the future",
        "solved on 2026-11-09 12:00, before it was received on 2026-11-10 12:00",
        "solved on 2026-11-10 09:59, before it was received on 2026-11-10 10:00",
        "'2026-02-30' is a day or time that does not exist",
        "there is no customer 'Nobody'",
        "c1 is a reference, which is for --as all only",
        "the row names no customer",
    ]


def test_a_list_without_what_is_needed_is_refused(place: Path) -> None:
    path = written(place, "customer,status", "Acme,new", name="needs.csv")
    ran = run_in_process(["import", path, "--as", "needs"])
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == (
        f"crm: no column of {path} is what is needed; say which with --map 'HEADER=text' (its columns: customer, status)\n"
    )


# --- what a state says has happened ---


@pytest.mark.parametrize(
    ("cells", "status", "happened", "resolved_at"),
    [
        # urgency, status, received_at, resolved_at
        (",,2026-11-02 10:00,", "received", [], None),
        ("urgent,,2026-11-02 10:00,", "triaged", [], None),
        ("urgent,received,2026-11-02 10:00,", "received", [], None),
        (",planned,2026-11-02 10:00,", "planned", [], None),
        (",scheduled,2026-11-02 10:00,", "scheduled", [], None),
        (",in_progress,2026-11-02 10:00,", "in_progress", [], None),
        (",waiting,2026-11-02 10:00,", "waiting", [("waiting", "2026-11-20T01:00:00Z")], None),
        (",resolved,2026-11-02 10:00,2026-11-03 10:00", "resolved", [("resolved", "2026-11-03T02:00:00Z")], "2026-11-03T10:00:00+08:00"),
        (",,2026-11-02 10:00,2026-11-03 10:00", "resolved", [("resolved", "2026-11-03T02:00:00Z")], "2026-11-03T10:00:00+08:00"),
        (
            ",confirmed,2026-11-02 10:00,2026-11-03 10:00", "confirmed",
            [("resolved", "2026-11-03T02:00:00Z"), ("confirmed", "2026-11-03T02:00:00Z")], "2026-11-03T10:00:00+08:00",
        ),
        (",declined,2026-11-02 10:00,2026-11-03 10:00", "declined", [("declined", "2026-11-03T02:00:00Z")], None),
        (",declined,2026-11-02 10:00,", "declined", [("declined", "2026-11-20T01:00:00Z")], None),
        # solved nobody knows when: that is closed, and measured by nobody
        (",resolved,2026-11-02 10:00,", "resolved", [], None),
        # open, and yet solved once: it was taken up again
        (",reopened,2026-11-02 10:00,", "reopened", [("reopened", "2026-11-02T02:00:00Z")], None),
        (
            ",in_progress,2026-11-02 10:00,2026-11-03 10:00", "in_progress",
            [("resolved", "2026-11-03T02:00:00Z"), ("reopened", "2026-11-03T02:00:00Z")], None,
        ),
        # of a day without a time only the day is known
        (",resolved,2026-11-02 15:00,2026-11-02", "resolved", [("resolved", "2026-11-02T07:00:00Z")], "2026-11-02T15:00:00+08:00"),
        (",resolved,2026-11-02,2026-11-02 09:30", "resolved", [("resolved", "2026-11-02T01:30:00Z")], "2026-11-02T09:30:00+08:00"),
        (",resolved,,2026-11-02 09:30", "resolved", [("resolved", "2026-11-02T01:30:00Z")], "2026-11-02T09:30:00+08:00"),
    ],
)  # fmt: skip
def test_what_a_new_need_says(
    cells: str, status: str, happened: list[tuple[str, str]], resolved_at: str | None, place: Path
) -> None:
    crm("add-customer Acme")
    header = "customer,text,urgency,status,received_at,resolved_at"
    path = needs_list(place, f"Acme,it leaks,{cells}", header=header)
    assert imported(path) == (1, 0, 0, 0)
    item = need()
    assert (item["status"], item["resolved_at"], events(place)) == (status, resolved_at, happened)
    assert imported(path) == (0, 0, 1, 0)
    assert imported(path, CRM_NOW="2026-12-01T09:00") == (0, 0, 1, 0)
    assert events(place) == happened
    check(place / "crm.db")


def test_received_now_when_nobody_says(place: Path) -> None:
    crm("add-customer Acme")
    path = needs_list(place, "Acme,,it leaks,,,,,,,")
    assert imported(path) == (1, 0, 0, 0)
    assert need()["received_at"] == "2026-11-20T09:00:00+08:00"
    assert imported(path, CRM_NOW="2026-12-01T09:00") == (0, 0, 1, 0)
    assert need()["received_at"] == "2026-11-20T09:00:00+08:00"


def test_the_clocks_run_as_for_any_need(place: Path) -> None:
    """HANDBOOK §4: received Friday 17:30, untriaged: respond by Monday 17:30 (8 working hours)."""
    crm("add-customer Acme")
    path = needs_list(
        place,
        "Acme,,late on friday,,,,2026-11-20 17:30,,,",
        "Acme,,urgent,problem,urgent,,2026-11-20 17:30,,,",
        "Acme,,closed,problem,urgent,closed,2026-10-01 10:00,2026-10-04 10:00,,",
    )
    assert imported(path, CRM_NOW="2026-11-20T18:00") == (3, 0, 0, 0)
    assert need(1)["respond_by"] == "2026-11-23T17:30:00+08:00"
    assert [need(2)[f"{name}_by"] for name in ("respond", "feedback", "solve")] == [
        "2026-11-20T19:30:00+08:00",
        "2026-11-21T17:30:00+08:00",
        "2026-11-22T17:30:00+08:00",
    ]
    due = crm("due --json --kind respond --kind feedback --kind solve", CRM_NOW="2026-11-21T09:00")
    assert [one["ref"] for one in due.json["items"]] == ["n2:respond", "n2:feedback"]
    solve = crm("report service --period 2026-10 --json").json["item"]["solve"]
    assert (solve["median_minutes"], solve["in_time"], solve["n"]) == (4320, 0, 1)


def test_waiting_ends_with_the_next_contact(place: Path) -> None:
    crm("add-customer Acme")
    crm("log-contact c1 before --at 08:00")
    path = needs_list(place, "Acme,T1,it leaks,,important,待客户回复,2026-11-19 10:00,,,")
    assert imported(path) == (1, 0, 0, 0)
    item = need()
    assert (item["status"], item["waiting_since"]) == ("waiting", "2026-11-20T09:00:00+08:00")
    crm("log-contact c1 'they said' --at 2026-11-20T10:00", CRM_NOW="2026-11-20T11:00")
    assert (need()["status"], need()["waiting"]) == ("in_progress", False)
    assert imported(path, CRM_NOW="2026-11-20T12:00") == (0, 1, 0, 0)  # it waits again
    assert need()["waiting_since"] == "2026-11-20T12:00:00+08:00"


# --- what the states, kinds and urgencies of common tools are called ---


@pytest.mark.parametrize(
    ("header", "lines", "expected"),
    [
        (  # Zendesk
            "Ticket ID,Subject,Organization,Type,Priority,Status,Assignee,Created at,Solved at",
            ("71,Printer is down,Acme,Incident,Urgent,Solved,Jo,2026-11-02 10:00,2026-11-02 12:00", "72,How to?,Acme,Question,Normal,Pending,Jo,2026-11-03 10:00,"),
            [("71", "Printer is down", "problem", "urgent", "resolved", "Jo"), ("72", "How to?", "question", "routine", "waiting", "Jo")],
        ),
        (  # Jira
            "Issue key,Summary,Issue Type,Status,Priority,Assignee,Created,Resolved,Customer",
            ("P-1,Crash,Bug,Done,Highest,Jo,2026-11-02 10:00,2026-11-05 10:00,Acme", "P-2,Export,New Feature,To Do,Medium,,2026-11-02 10:00,,Acme", "P-3,No,Improvement,Won't Do,Lowest,,2026-11-02 10:00,2026-11-03 10:00,Acme"),
            [("P-1", "Crash", "problem", "urgent", "resolved", "Jo"), ("P-2", "Export", "feature", "important", "received", None), ("P-3", "No", "feature", "routine", "declined", None)],
        ),
        (  # HubSpot
            "Ticket ID,Ticket name,Associated Company,Ticket status,Priority,Create date,Close date,Ticket owner",
            ("9,Invoice,Acme,Waiting on contact,HIGH,2026-11-02 10:00,,Jo", "10,Login,Acme,Closed,LOW,2026-11-02 10:00,2026-11-03 10:00,Jo"),
            [("9", "Invoice", None, "urgent", "waiting", "Jo"), ("10", "Login", None, "routine", "confirmed", "Jo")],
        ),
        (
            "工单编号,工单标题,所属客户,工单类型,优先级,工单状态,创建时间,完结时间,受理客服",
            ("G1,无法开机,Acme,报修,特急,已完结,2026-11-02 10:00,2026-11-02 18:00,小王", "G2,咨询价格,Acme,业务咨询,一般,待受理,2026-11-03 10:00,,", "G3,退货,Acme,售后,低,已取消,2026-11-03 10:00,,"),
            [("G1", "无法开机", "problem", "urgent", "confirmed", "小王"), ("G2", "咨询价格", "question", "routine", "received", None), ("G3", "退货", "service", "routine", "declined", None)],
        ),
    ],
    ids=["zendesk", "jira", "hubspot", "工单"],
)  # fmt: skip
def test_as_tools_export_them(
    header: str, lines: tuple[str, ...], expected: list[tuple[Any, ...]], place: Path
) -> None:
    crm("add-customer Acme")
    path = needs_list(place, *lines, header=header)
    assert imported(path) == (len(lines), 0, 0, 0)
    items = [need(number + 1) for number in range(len(expected))]
    names = ("external_id", "text", "kind", "urgency", "status", "owner")
    assert [tuple(item[name] for name in names) for item in items] == expected


def test_other_and_none_are_no_kind_and_no_urgency(place: Path) -> None:
    crm("add-customer Acme")
    path = needs_list(place, "Acme,,a,其他,无,,,,,", "Acme,,b,Other,None,,,,,")
    assert imported(path) == (2, 0, 0, 0)
    assert [(need(n)["kind"], need(n)["urgency"], need(n)["status"]) for n in (1, 2)] == [(None, None, "received")] * 2  # fmt: skip


# --- surveys ---


def test_a_solution_of_late_is_asked_about_and_history_is_not(place: Path) -> None:
    """HANDBOOK §3: imports make no survey item from anything over 30 days old."""
    crm("add-customer Acme")
    path = needs_list(
        place,
        "Acme,T1,thirty,,,resolved,2026-10-20,2026-10-21,,",
        "Acme,T2,thirty-one,,,resolved,2026-10-19,2026-10-20,,",
        "Acme,T3,closed,,,confirmed,2026-11-18,2026-11-18,,",
        "Acme,T4,declined,,,declined,2026-11-18,2026-11-18,,",
        "Acme,T5,nobody knows when,,,resolved,2026-11-18,,,",
    )
    assert imported(path) == (5, 0, 0, 0)
    assert surveys(place) == [(1, "service", "due", "2026-10-21"), (3, "service", "due", "2026-11-18")]  # fmt: skip
    (item,) = crm("due --json --kind survey").json["items"]
    assert (item["ref"], item["due_at"], item["title"]) == ("s1", "2026-10-26", "thirty")
    crm("survey n1 --overall 5")
    assert imported(path) == (0, 0, 5, 0)
    assert len(surveys(place)) == 2


# --- found again ---


def test_a_need_that_differs_in_anything_given_is_another(place: Path) -> None:
    crm("add-customer Acme")
    crm("add-customer Beta")
    first = "Acme,,it leaks,problem,urgent,,2026-11-02 10:00,,,Li"
    path = needs_list(
        place,
        first,
        "Beta,,it leaks,problem,urgent,,2026-11-02 10:00,,,Li",
        "Acme,,it smells,problem,urgent,,2026-11-02 10:00,,,Li",
        "Acme,,it leaks,complaint,urgent,,2026-11-02 10:00,,,Li",
        "Acme,,it leaks,problem,routine,,2026-11-02 10:00,,,Li",
        "Acme,,it leaks,problem,urgent,,2026-11-02 11:00,,,Li",
        "Acme,,it leaks,problem,urgent,,2026-11-02 10:00,,,Han",
        first,
        "Acme,,it leaks,,,,2026-11-02,,,",  # says nothing that is not known
    )
    assert imported(path) == (7, 0, 2, 0)
    assert imported(path) == (0, 0, 9, 0)


def test_an_external_id_is_the_need_whatever_else_differs(place: Path) -> None:
    crm("add-customer Acme")
    crm("add-customer Beta")
    path = needs_list(place, "Acme,T1,it leaks,,,,2026-11-02,,,")
    assert imported(path) == (1, 0, 0, 0)
    path = needs_list(
        place,
        "Acme,T1,it leaks a lot,complaint,urgent,,2026-11-02 15:00,,,Li",
        "Beta,T1,theirs,,,,,,,",
        "Acme,T2,it leaks a lot,,,,,,,",
        "Acme,T1,,,,,,,,",
    )
    assert imported(path) == (1, 1, 1, 1)
    assert reasons(path) == ["external id T1 is that of n1, which belongs to another customer"]
    item = need()
    assert (item["text"], item["kind"], item["urgency"], item["status"], item["owner"]) == ("it leaks a lot", "complaint", "urgent", "triaged", "Li")  # fmt: skip
    assert item["received_at"] == "2026-11-02T15:00:00+08:00"
    assert imported(path, "--on-duplicate", "skip") == (0, 0, 3, 1)
    assert imported(path, "--on-duplicate", "reject") == (0, 0, 0, 4)


def test_a_number_not_known_yet_takes_over_only_what_the_row_says_in_full(place: Path) -> None:
    crm("add-customer Acme")
    path = needs_list(
        place,
        "Acme,,it leaks,,,,2026-11-02,,,Li",
        "Acme,T9,it leaks,,,,,,,",
        "Acme,T8,it leaks,,,,2026-11-02,,,",
    )
    assert imported(path) == (2, 1, 0, 0)
    assert imported(path) == (0, 0, 3, 0)
    assert rows("SELECT external_id, owner FROM need ORDER BY id", place) == [
        ("T8", "Li"),
        ("T9", None),
    ]


def test_an_empty_cell_erases_nothing(place: Path) -> None:
    crm("add-customer Acme")
    path = needs_list(place, "Acme,T1,it leaks,problem,urgent,in_progress,2026-11-02,,glue,Li")
    assert imported(path) == (1, 0, 0, 0)
    before = live(place / "crm.db")
    assert imported(needs_list(place, "Acme,T1,,,,,,,,")) == (0, 0, 1, 0)
    assert live(place / "crm.db") == before


def test_all_that_is_known_of_a_need(place: Path) -> None:
    crm("add-customer Acme")
    header = (
        "customer,text,strength,value,fit,cost,wish,needed_by,budget,tech_owner,category,workaround,criterion,"
        "result,decline_reason"
    )
    path = needs_list(
        place,
        "Acme,a,必须,5,4分,3.0,a seal,2026-12-01,1200.50,Han,pump,glue,dry,fine,no",
        "Acme,b,,6,,,,,,,,,,,",
        "Acme,c,,,0,,,,,,,,,,",
        "Acme,d,maybe,,,,,,,,,,,,",
        header=header,
    )
    assert imported(path) == (1, 0, 0, 3)
    assert reasons(path)[:2] == [
        "value '6' is no score; write a whole number from 1 to 5",
        "fit '0' is no score; write a whole number from 1 to 5",
    ]
    item = need()
    found = [item[name] for name in header.split(",")[2:]]
    assert found == ["core", 5, 4, 3, "a seal", "2026-12-01", 1200.5, "Han", "pump", "glue", "dry", "fine", "no"]  # fmt: skip
    assert imported(path) == (0, 0, 1, 3)


# --- brought further ---


@pytest.mark.parametrize(
    ("known", "brought", "outcome"),
    [
        # the state a need is in (as commands), what the list says, the state after it and what happened besides
        ((), "triaged", ("triaged", [])),
        ((), "in_progress", ("in_progress", [])),
        (("triage n1 --urgency urgent",), "received", ("triaged", None)),
        (("plan-need n1 --step look --by fri", "plan-need n1 --sent", "confirm n1 --plan"), "planned", ("in_progress", None)),
        ((), "waiting", ("waiting", ["waiting"])),
        (("wait n1",), "waiting", ("waiting", None)),
        (("wait n1",), "in_progress", ("in_progress", ["resumed"])),
        (("wait n1",), "received", ("waiting", None)),
        ((), "resolved", ("resolved", ["resolved"])),
        ((), "confirmed", ("confirmed", ["resolved", "confirmed"])),
        (("wait n1",), "resolved", ("resolved", ["resolved"])),
        ((), "declined", ("declined", ["declined"])),
        ((), "reopened", ("reopened", ["reopened"])),
        (("resolve n1 so",), "resolved", ("resolved", None)),
        (("resolve n1 so",), "confirmed", ("confirmed", ["confirmed"])),
        (("resolve n1 so",), "in_progress", ("resolved", None)),
        (("resolve n1 so",), "waiting", ("resolved", None)),
        (("resolve n1 so",), "declined", ("resolved", None)),
        (("resolve n1 so",), "reopened", ("reopened", ["reopened"])),
        (("resolve n1 so", "confirm n1"), "resolved", ("confirmed", None)),
        (("resolve n1 so", "reopen n1"), "reopened", ("reopened", None)),
        (("resolve n1 so", "reopen n1", "resolve n1 again"), "reopened", ("resolved", None)),
        (("decline n1 --reason no",), "received", ("declined", None)),
        (("decline n1 --reason no",), "resolved", ("resolved", ["resolved"])),
    ],
)  # fmt: skip
def test_a_list_brings_a_known_need_further_and_never_back(
    known: tuple[str, ...], brought: str, outcome: tuple[str, list[str] | None], place: Path
) -> None:
    crm("add-customer Acme")
    crm("add-need c1 'it leaks' --external-id T1 --at 2026-11-19T10:00", CRM_NOW="2026-11-19T11:00")
    for command in known:
        crm(command)
    before = [kind for kind, _ in events(place)]
    path = needs_list(place, f"Acme,T1,it leaks,,,{brought},2026-11-19,,,")
    status, happened = outcome
    expected = (0, 0, 1, 0) if happened is None else (0, 1, 0, 0)
    later = {"CRM_NOW": "2026-11-20T11:00"}
    assert imported(path, **later) == expected
    assert need()["status"] == status
    fresh = events(place)[len(before) :]
    assert [kind for kind, _ in fresh] == (happened or [])
    assert {moment for _, moment in fresh} <= {"2026-11-20T03:00:00Z"}
    assert imported(path, CRM_NOW="2026-11-21T11:00") == (0, 0, 1, 0)
    check(place / "crm.db")


def test_what_is_solved_now_is_asked_about_and_what_is_taken_up_again_not_yet(place: Path) -> None:
    crm("add-customer Acme")
    for number in (1, 2, 3):
        crm(f"add-need c1 'need {number}' --external-id T{number} --at 2026-09-01")
    path = needs_list(
        place,
        "Acme,T1,,,,resolved,,2026-11-18,a seal,",
        "Acme,T2,,,,resolved,,2026-09-05,a seal,",
        "Acme,T3,,,,confirmed,,,,",
    )
    assert imported(path) == (0, 3, 0, 0)
    assert surveys(place) == [(1, "service", "due", "2026-11-18"), (3, "service", "due", "2026-11-20")]  # fmt: skip
    assert (need()["solution"], need()["resolved_at"]) == ("a seal", "2026-11-18T12:00:00+08:00")
    crm("undo")
    assert surveys(place) == []
    crm("undo x6")
    again = needs_list(place, "Acme,T1,,,,重新处理,,2026-11-18,,", "Acme,T3,,,,reopened,,,,")
    assert imported(again, CRM_NOW="2026-11-21T09:00") == (0, 2, 0, 0)
    assert surveys(place) == []
    assert (need(1)["status"], need(1)["reopened"]) == ("reopened", 1)
    assert need(1)["respond_by"] == "2026-11-23T18:00:00+08:00"  # the clocks start anew
    check(place / "crm.db")


def test_another_day_of_solution_corrects_it(place: Path) -> None:
    crm("add-customer Acme")
    path = needs_list(place, "Acme,T1,it leaks,,,resolved,2026-11-02,2026-11-03,,")
    assert imported(path) == (1, 0, 0, 0)
    assert imported(needs_list(place, "Acme,T1,,,,resolved,,2026-11-04 10:00,,")) == (0, 1, 0, 0)
    assert events(place) == [("resolved", "2026-11-04T02:00:00Z")]
    assert need()["resolved_at"] == "2026-11-04T10:00:00+08:00"
    path = needs_list(place, "Acme,T1,,,,resolved,,2026-11-01,,")
    assert imported(path) == (0, 0, 0, 1)
    assert reasons(path) == ["solved on 2026-11-01 12:00, before n1 was received"]


def test_a_day_of_solution_that_comes_later_is_written_down(place: Path) -> None:
    crm("add-customer Acme")
    assert imported(needs_list(place, "Acme,T1,it leaks,,,closed,2026-11-02,,,")) == (1, 0, 0, 0)
    assert events(place) == []
    path = needs_list(place, "Acme,T1,it leaks,,,closed,2026-11-02,2026-11-03 10:00,,")
    assert imported(path) == (0, 1, 0, 0)
    assert (need()["status"], events(place)) == ("confirmed", [("resolved", "2026-11-03T02:00:00Z")])  # fmt: skip
    assert imported(path) == (0, 0, 1, 0)


def test_an_import_over_known_needs_is_taken_back_and_done_again(place: Path) -> None:
    crm("add-customer Acme")
    crm("add-need c1 'it leaks' --external-id T1 --at 2026-11-19T10:00 --urgency urgent")
    crm("add-need c1 'it smells' --external-id T2 --at 2026-11-19T10:00")
    before = live(place / "crm.db")
    path = needs_list(
        place,
        "Acme,T1,,,,closed,,2026-11-19 20:00,a seal,Li",
        "Acme,T2,,complaint,,waiting,,,,",
        "Acme,T3,new,,,resolved,2026-11-01,2026-11-02,,",
    )
    assert imported(path) == (1, 2, 0, 0)
    after = live(place / "crm.db")
    crm("undo")
    assert live(place / "crm.db") == before
    crm("undo x5")
    assert live(place / "crm.db") == after
    check(place / "crm.db")


# --- exported and imported again ---

STORY: tuple[str, ...] = (
    "add-customer Acme --person 张伟",
    "add-customer 'Beta GmbH' --tier core",
    "add-need c1 plain",
    "add-need c1 'all of it' --kind complaint --urgency urgent --strength core --value 5 --fit 4 --cost 3 --owner Li --tech-owner Han "
    "--category pump --wish 'a seal' --needed-by 2026-12-01 --budget 1200.5 --workaround glue --criterion dry --external-id T2 --acceptor 张伟",
    "add-need c2 'two\nlines, \"quoted\"' --at 2026-11-02T10:00",
    "add-need c2 planned --kind feature", "plan-need n4 --step look --by fri", "plan-need n4 --sent", "confirm n4 --plan",
    "add-need c1 waiting --urgency routine", "wait n5 'their answer'",
    "add-need c1 solved --at 2026-11-17", "resolve n6 'a new seal'",
    "add-need c1 done --at 2026-11-16T10:15", "resolve n7 'a new seal'", "confirm n7 'dry now'",
    "add-need c2 again --at 2026-11-16", "resolve n8 no", "reopen n8",
    "add-need c2 never", "decline n9 --reason 'too dear'",
    "add-need c2 later", "schedule-need n10 --for spring --by 2027-03-01",
    "add-need c2 twice --at 2026-11-16", "resolve n11 no", "reopen n11", "resolve n11 yes",
)  # fmt: skip
CONTRACT = (
    "customer", "external_id", "text", "kind", "urgency", "status", "received_at", "resolved_at", "solution", "owner",
    "strength", "value", "fit", "cost", "tech_owner", "category", "wish", "needed_by", "budget", "workaround", "criterion",
    "result", "decline_reason",
)  # fmt: skip


def told_story(*commands: str) -> None:
    for hour, command in enumerate(commands):
        crm(command, CRM_NOW=f"2026-11-20T{8 + hour // 4:02}:{15 * (hour % 4):02}")


def exported(kind: str, ran: Ran) -> list[dict[str, str]]:
    import csv
    import io

    return list(csv.DictReader(io.StringIO(ran.out)))


def test_exported_needs_imported_again_change_nothing(place: Path) -> None:
    told_story(*STORY)
    now = {"CRM_NOW": "2026-11-23T09:00"}
    crm(f"export needs --reveal --out {place / 'out.csv'}", **now)
    before = live(place / "crm.db")
    assert imported(str(place / "out.csv"), **now) == (0, 0, 11, 0)
    assert live(place / "crm.db") == before


def test_exported_needs_come_into_another_file_as_they_are(place: Path) -> None:
    told_story(*STORY)
    now = {"CRM_NOW": "2026-11-23T09:00"}
    for kind in ("customers", "needs"):
        crm(f"export {kind} --reveal --out {place / kind}.csv", **now)
    target = str(place / "new.db")
    crm(f"import {place / 'customers.csv'} --db {target}", **now)
    assert imported(f"{place / 'needs.csv'}", "--db", target, **now) == (11, 0, 0, 0)
    here, there = (
        [{name: row[name] for name in CONTRACT} for row in exported("needs", crm(f"export needs --reveal {more}", **now))]
        for more in ("", f"--db {target}")
    )  # fmt: skip
    assert there == here
    check(Path(target))


def test_as_json_lines_they_are_the_records_of_triage(place: Path) -> None:
    import json

    crm("add-customer Acme --person 张伟")
    crm("add-need c1 'it leaks' --urgency urgent --owner Li --acceptor 张伟")
    crm("plan-need n1 --step look --by 2026-12-01")
    (line,) = crm("export needs --format jsonl --reveal").lines
    (item,) = crm("triage --json --reveal").json["items"]
    assert item.pop("customer_name") == "Acme"
    assert json.loads(line) == {**item, "customer": "Acme", "customer_ref": "c1"}


# --- many ---


def test_many_needs_are_as_if_they_came_one_by_one(place: Path) -> None:
    import random

    chance = random.Random(5)
    for number in range(1, 21):
        crm(f"add-customer 'Customer {number}' --external-id K{number} --tier {chance.choice(('core', 'ordinary'))}")  # fmt: skip
    lines = []
    for number in range(1, 2_501):
        status = chance.choice(("", "new", "in_progress", "waiting", "resolved", "closed", "declined"))  # fmt: skip
        day = f"2026-{chance.randint(1, 10):02}-{chance.randint(1, 27):02}"
        solved = f"{day[:-2]}28 10:00" if status in ("resolved", "closed") else ""
        urgency = chance.choice(("", "urgent", "important", "routine"))
        lines.append(f"ext:K{chance.randint(1, 20)},T{number},need {number % 400},problem,{urgency},{status},{day} 09:00,{solved},,")  # fmt: skip
    whole = needs_list(place, *lines)
    copy = place / "copy.db"
    source, target = sqlite3.connect(place / "crm.db"), sqlite3.connect(copy)
    source.backup(target)
    source.close()
    target.close()
    assert imported(whole) == (2_500, 0, 0, 0)
    assert imported(whole) == (0, 0, 2_500, 0)
    for start in range(0, 2_500, 500):
        part = needs_list(place, *lines[start : start + 500])
        assert imported(part, "--db", str(copy)) == (500, 0, 0, 0)
    found = [
        {name: sorted(some) for name, some in live(path).items() if name in ("customer", "need")}
        for path in (place / "crm.db", copy)
    ]
    assert found[0] == found[1]
    check(place / "crm.db")
