"""Imports of promises: found again, kept and broken, never made good for after the fact (CLI.md, Import; HANDBOOK §6)."""

import csv
import io
from pathlib import Path
from typing import Any

import pytest

from tests.commands.test_import_people import counts, reasons, rows, written
from tests.store.test_undo import check, live
from tests.support import crm, run_in_process, run_process

HEADER = "customer,external_id,text,due,level,by,kept_on,broken_on,owner"


def imported(path: str, *more: str, **environment: str) -> tuple[int, int, int, int]:
    ran = run_in_process(["import", path, "--as", "promises", "--json", *more], **environment)
    assert ran.code == (5 if ran.json["item"]["rejected"] else 0), ran
    return counts(ran)


def promises_list(place: Path, *lines: str, header: str = HEADER) -> str:
    return written(place, header, *lines, name="promises.csv")


def promise(number: int = 1) -> dict[str, Any]:
    return dict(crm(f"show p{number} --json --reveal").json["item"])


def test_a_list_with_chinese_headers_in_gb18030_through_the_real_process(place: Path) -> None:
    crm("add-customer 华东精工有限公司 --external-id K1 --tier core")
    path = written(
        place,
        "客户名称,承诺内容,承诺日期,级别,承诺方,兑现日期,未兑现日期,编号",
        "华东精工,寄样品,2026-11-24,基本,我方,,,P1",
        "ext:K1,免费培训,2026/11/10,增值,我方承诺,2026年11月9日,,P2",
        "ext:K1,付尾款,2026-11-25 15:00,,客户,,,",
        "ext:K1,上门,2026-10-01,惊喜,我们,,2026-10-02,P4",
        encoding="gb18030",
    )
    ran = run_process(["import", path, "--as", "承诺"])
    assert (ran.code, ran.out) == (0, "x2\n")
    assert "8 of 8 columns recognised.\n4 added, 0 updated, 0 unchanged, 0 rejected.\n" in ran.err
    columns = "external_id, text, due_on, due_time, level, by, kept_at, broken_at"
    expected = [
        ("P1", "寄样品", "2026-11-24", None, "basic", "we-owe", None, None),
        ("P2", "免费培训", "2026-11-10", None, "value-add", "we-owe", "2026-11-09T04:00:00Z", None),
        (None, "付尾款", "2026-11-25", "15:00", "basic", "they-owe", None, None),
        ("P4", "上门", "2026-10-01", None, "surprise", "we-owe", None, "2026-10-02T04:00:00Z"),
    ]
    found = f"SELECT {columns} FROM promise WHERE deleted_at IS NULL ORDER BY id"
    assert rows(found, place) == expected
    due = crm("due --json --kind promise --kind amends --days 5").json["items"]
    assert [(one["ref"], one["due_at"]) for one in due] == [
        ("p1", "2026-11-24"),
        ("p3", "2026-11-25T15:00:00+08:00"),
    ]
    assert [one["ref"] for one in crm("find 尾款 --json").json["items"]] == ["p3"]
    assert counts(run_process(["import", path, "--as", "promises", "--json"])) == (0, 0, 4, 0)
    before = live(place / "crm.db")
    crm("undo x2")
    assert rows(found, place) == []
    crm("undo x3")
    assert live(place / "crm.db") == before
    check(place / "crm.db")


def test_bad_rows_and_their_reasons(place: Path) -> None:
    crm("add-customer Acme")
    path = promises_list(
        place,
        "Acme,,,2026-12-01,,,,,",
        "Acme,,a,2026-02-30,,,,,",
        "Acme,,b,,best,,,,",
        "Acme,,c,,,nobody,,,",
        "Acme,,d,,,,2026-11-21,,",
        "Acme,,e,,,,2026-11-02,2026-11-03,",
        "Nobody,,f,,,,,,",
        f"Acme,,{'长' * 1001},,,,,,",
        "Acme,,fine,,,,,,",
    )
    assert imported(path) == (1, 0, 0, 8)
    assert [reason.partition("; ")[0] for reason in reasons(path)] == [
        "the row does not say what was promised",
        "'2026-02-30' is a day or time that does not exist",
        "level 'best' is unknown",
        "by 'nobody' is unknown",
        "'2026-11-21' is in the future",
        "the row says both that it was kept and that it was broken",
        "there is no customer 'Nobody'",
        "text is 1001 characters long",
    ]
    assert promise()["due"] == "2026-11-23"  # the next working day, where nobody says


def test_a_promise_that_differs_in_anything_given_is_another(place: Path) -> None:
    crm("add-customer Acme")
    crm("add-customer Beta")
    first = "Acme,,send it,2026-12-01,basic,we-owe,,,Li"
    path = promises_list(
        place,
        first,
        "Beta,,send it,2026-12-01,basic,we-owe,,,Li",
        "Acme,,bring it,2026-12-01,basic,we-owe,,,Li",
        "Acme,,send it,2026-12-02,basic,we-owe,,,Li",
        "Acme,,send it,2026-12-01 10:00,basic,we-owe,,,Li",
        "Acme,,send it,2026-12-01,surprise,we-owe,,,Li",
        "Acme,,send it,2026-12-01,basic,they-owe,,,Li",
        "Acme,,send it,2026-12-01,basic,we-owe,,,Han",
        first,
        "Acme,,send it,,,,,,",  # says nothing that is not known
    )
    assert imported(path) == (8, 0, 2, 0)
    assert imported(path) == (0, 0, 10, 0)
    assert imported(path, CRM_NOW="2026-11-24T09:00") == (0, 0, 10, 0)


def test_one_that_was_open_is_kept_or_broken_by_now(place: Path) -> None:
    crm("add-customer Acme")
    for text in ("one", "two", "three"):
        crm(f"add-promise c1 {text} --due 2026-11-10", CRM_NOW="2026-11-09T09:00")
    header = f"{HEADER},result,break_reason,amends"
    path = promises_list(
        place,
        "Acme,,one,2026-11-10,,,2026-11-10,,,on time,,",
        "Acme,,two,2026-11-10,,,2026-11-11 09:30,,,,,",
        "Acme,,three,2026-11-10,,,,2026-11-12,,,the carrier lost it,cake",
        header=header,
    )
    assert imported(path) == (0, 3, 0, 0)
    assert imported(path) == (0, 0, 3, 0)
    assert [promise(number)["status"] for number in (1, 2, 3)] == ["kept", "kept", "broken"]
    assert (promise(1)["result"], promise(2)["kept_on"]) == ("on time", "2026-11-11")
    item = promise(3)
    assert (item["break_reason"], item["amends"], item["broken_on"]) == ("the carrier lost it", "cake", "2026-11-12")  # fmt: skip
    figures = crm("report promises --json").json["item"]["on_time"]
    assert figures == {**figures, "rate": 1 / 3, "n": 3}
    check(place / "crm.db")


@pytest.mark.parametrize("day", ["2026-11-19", "2026-06-01"])
def test_what_a_list_says_was_broken_is_history_without_amends(day: str, place: Path) -> None:
    crm("add-customer Acme")
    crm("add-promise c1 known --due 2026-11-18", CRM_NOW="2026-11-17T09:00")
    path = promises_list(place, f"Acme,,new,{day},,,,{day},", f"Acme,,known,2026-11-18,,,,{day},")
    assert imported(path) == (1, 1, 0, 0)
    assert crm("due --json --kind amends --kind promise").json["items"] == []
    for number in (1, 2):
        item = promise(number)
        assert (item["status"], item["amends_by"]) == ("broken", None)
        assert item["amends_done_at"] == f"{day}T12:00:00+08:00"
    check(place / "crm.db")


def test_a_day_alone_is_not_too_late_on_that_day(place: Path) -> None:
    crm("add-customer Acme")
    path = promises_list(
        place,
        "Acme,,day,2026-11-10 10:00,,,2026-11-10,,",
        "Acme,,time,2026-11-10 10:00,,,2026-11-10 10:01,,",
        "Acme,,later,2026-11-10 10:00,,,2026-11-11,,",
        "Acme,,whole,2026-11-10,,,2026-11-10,,",
    )
    assert imported(path) == (4, 0, 0, 0)
    assert rows("SELECT kept_at FROM promise ORDER BY id", place) == [
        ("2026-11-10T02:00:00Z",),
        ("2026-11-10T02:01:00Z",),
        ("2026-11-11T04:00:00Z",),
        ("2026-11-10T04:00:00Z",),
    ]
    figures = crm("report promises --json").json["item"]["on_time"]
    assert figures == {**figures, "rate": 2 / 4, "n": 4}


def test_an_external_id_is_the_promise_whatever_else_differs(place: Path) -> None:
    crm("add-customer Acme")
    assert imported(promises_list(place, "Acme,P1,send it,2026-12-01,,,,,")) == (1, 0, 0, 0)
    path = promises_list(place, "Acme,P1,bring it,2026-12-02,surprise,they-owe,,,Li")
    assert imported(path) == (0, 1, 0, 0)
    item = promise()
    assert [item[name] for name in ("text", "due", "level", "by", "owner")] == ["bring it", "2026-12-02", "surprise", "they-owe", "Li"]  # fmt: skip
    # What another system corrects is corrected: it was broken, and not kept.
    assert imported(promises_list(place, "Acme,P1,,,,we-owe,2026-11-18,,")) == (0, 1, 0, 0)
    assert imported(promises_list(place, "Acme,P1,,,,,,2026-11-19,")) == (0, 1, 0, 0)
    item = promise()
    assert (item["status"], item["kept_on"], item["broken_on"]) == ("broken", None, "2026-11-19")
    assert imported(promises_list(place, "Acme,P1,,,,,,2026-11-19,")) == (0, 0, 1, 0)
    check(place / "crm.db")


def test_a_number_not_known_yet_takes_over_only_what_the_row_says_in_full(place: Path) -> None:
    crm("add-customer Acme")
    path = promises_list(
        place,
        "Acme,,send it,2026-12-01,,,,,Li",
        "Acme,P9,send it,,,,,,",
        "Acme,P8,send it,2026-12-01,,,,,",
    )
    assert imported(path) == (2, 1, 0, 0)
    assert imported(path) == (0, 0, 3, 0)
    assert rows("SELECT external_id, due_on, owner FROM promise ORDER BY id", place) == [
        ("P8", "2026-12-01", "Li"),
        ("P9", "2026-11-23", None),
    ]


def test_a_delay_is_not_taken_back_by_the_old_list(place: Path) -> None:
    crm("add-customer Acme")
    path = promises_list(place, "Acme,P1,send it,2026-11-25,,,,,", "Acme,,bring it,2026-11-25 10:00,,,,,")  # fmt: skip
    assert imported(path) == (2, 0, 0, 0)
    crm("delay p1 --until 2026-12-01 --reason late --told")
    crm("delay p2 --until '2026-12-01 15:00' --reason late --told")
    before = live(place / "crm.db")
    assert imported(path) == (0, 0, 2, 0)
    assert live(place / "crm.db") == before
    assert imported(promises_list(place, "Acme,P1,send it,2026-12-03,,,,,")) == (0, 1, 0, 0)
    assert promise()["due"] == "2026-12-03"


# --- exported and imported again ---

STORY: tuple[str, ...] = (
    "add-customer Acme",
    "add-customer 'Beta GmbH' --tier core",
    "add-promise c1 open --due 2026-12-01 --level surprise --owner Li --external-id P1",
    "add-promise c1 'by the clock' --due '2026-11-24 15:00'",
    "add-promise c2 'two\nlines' --they-owe --due 2026-11-30",
    "add-promise c2 kept --due '2026-11-20 09:30' --level value-add", "done p4 'a day early'",
    "add-promise c2 broken --due 2026-11-21", "break p5 --reason lost --amends cake",
    "add-promise c1 delayed --due 2026-11-25", "delay p6 --until 2026-12-03 --reason late --told",
    "add-promise c1 warned --due 2026-11-25", "warn p7 --impact later --option 'half now' --option later --option never",
    "add-promise c2 'made good' --due 2026-11-21", "break p8 --reason lost", "done p8:amends 'a cake'",
)  # fmt: skip
CONTRACT = ("customer", "external_id", "text", "due", "level", "by", "kept_on", "broken_on", "owner", "result", "break_reason", "amends")  # fmt: skip


def told_story() -> None:
    for number, command in enumerate(STORY):
        crm(command, CRM_NOW=f"2026-11-20T{8 + number // 4:02}:{15 * (number % 4):02}")


def test_exported_promises_imported_again_change_nothing(place: Path) -> None:
    told_story()
    crm(f"export promises --reveal --out {place / 'out.csv'}")
    before = live(place / "crm.db")
    now = {"CRM_NOW": "2026-11-23T09:00"}
    assert imported(str(place / "out.csv"), **now) == (0, 0, 8, 0)
    assert live(place / "crm.db") == before


def test_exported_promises_come_into_another_file_as_they_are(place: Path) -> None:
    told_story()
    now = {"CRM_NOW": "2026-11-23T09:00"}
    target = str(place / "new.db")
    for kind in ("customers", "promises"):
        crm(f"export {kind} --reveal --out {place / kind}.csv", **now)
    crm(f"import {place / 'customers.csv'} --db {target}", **now)
    assert imported(f"{place / 'promises.csv'}", "--db", target, **now) == (8, 0, 0, 0)
    here, there = (
        [
            {name: row[name] for name in CONTRACT}
            for row in csv.DictReader(io.StringIO(crm(f"export promises --reveal {more}", **now).out))
        ]
        for more in ("", f"--db {target}")
    )  # fmt: skip
    assert there == here
    reports = [crm(f"report promises --json {more}", **now).json["item"] for more in ("", f"--db {target}")]  # fmt: skip
    assert reports[0]["on_time"] == reports[1]["on_time"]
    check(Path(target))


# --- the need it is about ---

ABOUT = "SELECT text, need_id FROM promise WHERE deleted_at IS NULL ORDER BY id"


def test_a_promise_names_the_need_it_is_about(place: Path) -> None:
    crm("add-customer Acme --stage customer")
    crm("add-customer Beta --stage customer")
    crm("add-need c1 'it stops' --external-id T-1")
    path = written(
        place,
        "客户名称,承诺内容,承诺日期,工单编号",
        "Acme,spare part,2026-12-01,T-1",
        "Acme,a visit,2026-12-02,-",
        "Acme,a call,2026-12-02,T-2",
        "Beta,a letter,2026-12-03,T-1",
        name="promises.csv",
    )
    told = (
        "Not exactly one need of the customer has this external id, and the promise is not linked to it (line): "
        "T-2 (4), T-1 (5)"
    )
    ran = run_process(["import", path, "--as", "promises", "--json"])
    assert (ran.code, counts(ran), ran.json["item"]["warnings"]) == (0, (4, 0, 0, 0), [told])
    assert rows(ABOUT, place) == [("spare part", 1), ("a visit", None), ("a call", None), ("a letter", None)]  # fmt: skip
    assert promise()["need"] == "n1"
    assert imported(path) == (0, 0, 4, 0)
    crm("add-need c1 'it hums' --external-id T-2")
    assert imported(path) == (0, 1, 3, 0)
    assert promise(3)["need"] == "n2"
    assert imported(path) == (0, 0, 4, 0)
    check(place / "crm.db")


@pytest.mark.parametrize("form", ["csv", "xlsx", "jsonl"])
def test_what_is_exported_keeps_its_need(form: str, place: Path) -> None:
    crm("add-customer Acme")
    crm("add-need c1 'it stops' --external-id T-1")
    crm("add-promise c1 'spare part' --due 2026-12-01 --need n1")
    crm("add-promise c1 'a visit' --due 2026-12-02")
    out = place / f"promises.{form}"
    crm(f"export promises --reveal --out {out}")
    assert imported(str(out)) == (0, 0, 2, 0)
    there = {"CRM_DB": str(place / "other.db")}
    crm("add-customer Acme", **there)
    crm("add-need c1 other", **there)
    crm("add-need c1 'it stops' --external-id T-1", **there)
    assert imported(str(out), **there) == (2, 0, 0, 0)
    assert imported(str(out), **there) == (0, 0, 2, 0)
    assert [crm(f"show p{n} --json", **there).json["item"]["need"] for n in (1, 2)] == ["n2", None]
