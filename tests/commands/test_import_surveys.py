"""Imports of surveys: whose and about what, found again, what was asked filled in, bad answers (CLI.md, Import; HANDBOOK §5)."""

import csv
import io
from pathlib import Path
from typing import Any

import pytest

from tests.commands.test_import_people import counts, reasons, rows, written
from tests.store.test_undo import check, live
from tests.support import crm, run_in_process, run_process

HEADER = "customer,external_id,need,kind,at,overall,solved,speed,attitude,nps,comment,status"


def imported(path: str, *more: str, **environment: str) -> tuple[int, int, int, int]:
    ran = run_in_process(["import", path, "--as", "surveys", "--json", *more], **environment)
    assert ran.code == (5 if ran.json["item"]["rejected"] else 0), ran
    return counts(ran)


def surveys_list(place: Path, *lines: str, header: str = HEADER) -> str:
    return written(place, header, *lines, name="surveys.csv")


def survey(number: int = 1) -> dict[str, Any]:
    return dict(crm(f"show s{number} --json --reveal").json["item"])


def reviews(place: Path) -> list[tuple[Any, ...]]:
    return rows("SELECT survey_id, opened_at FROM review WHERE deleted_at IS NULL", place)


@pytest.fixture
def acme() -> None:
    """A customer with a need in hand (T1), one solved lately and asked about (T2, s1), and one solved long ago (T3)."""
    crm("add-customer Acme --external-id K1 --person 张伟")
    crm("add-need c1 open --external-id T1 --at 2026-11-02")
    crm("add-need c1 solved --external-id T2 --at 2026-11-16", CRM_NOW="2026-11-16T18:00")
    crm("resolve n2 so", CRM_NOW="2026-11-17T10:00")
    crm("add-need c1 history --external-id T3 --at 2026-01-02")


@pytest.mark.usefixtures("acme")
def test_a_list_with_chinese_headers_in_gb18030_through_the_real_process(place: Path) -> None:
    path = written(
        place,
        "客户名称,工单编号,类型,回访日期,总体,解决,速度,态度,推荐分,意见,编号",
        "Acme,T2,服务,2026-11-18,5,5,4分,非常满意,9,很好,S1",
        "ext:K1,,关系,2026/11/19,4.0,,,,8,,S2",
        "ext:K1,T3,,2026年1月5日,2,2,1,3,3,太慢,",
        encoding="gb18030",
    )
    ran = run_process(["import", path, "--as", "回访"])
    assert (ran.code, ran.out) == (0, "x6\n")
    assert "11 of 11 columns recognised.\n2 added, 1 updated, 0 unchanged, 0 rejected.\n" in ran.err
    columns = (
        "external_id, need_id, kind, status, at, overall, solved, speed, attitude, nps, comment"
    )
    expected = [
        ("S1", 2, "service", "answered", "2026-11-18T04:00:00Z", 5, 5, 4, 5, 9, "很好"),
        ("S2", None, "relation", "answered", "2026-11-19T04:00:00Z", 4, None, None, None, 8, None),
        (None, 3, "service", "answered", "2026-01-05T04:00:00Z", 2, 2, 1, 3, 3, "太慢"),
    ]
    found = f"SELECT {columns} FROM survey WHERE deleted_at IS NULL ORDER BY id"
    assert rows(found, place) == expected
    assert reviews(place) == []  # the bad answer is history
    assert crm("due --json --kind survey --kind review").json["items"] == []
    item = crm("report satisfaction --json").json["item"]
    assert (item["csat"], item["nps"]["score"]) == ({**item["csat"], "rate": 1.0, "n": 2}, 50)
    assert [one["ref"] for one in crm("find 太慢 --json").json["items"]] == ["s3"]
    assert counts(run_process(["import", path, "--as", "surveys", "--json"])) == (0, 0, 3, 0)
    before = live(place / "crm.db")
    crm("undo x6")
    assert [row[3] for row in rows(found, place)] == ["due"]
    assert [one["ref"] for one in crm("due --json --kind survey").json["items"]] == ["s1"]
    crm("undo x7")
    assert live(place / "crm.db") == before
    check(place / "crm.db")


@pytest.mark.usefixtures("acme")
def test_bad_rows_and_their_reasons(place: Path) -> None:
    crm("add-customer Beta")
    path = surveys_list(
        place,
        "Acme,,T9,,2026-11-18,5,,,,,,",
        "Beta,,T1,,2026-11-18,5,,,,,,",
        "Acme,,n1,,2026-11-18,5,,,,,,",
        "Acme,,,,2026-11-18,6,,,,,,",
        "Acme,,,,2026-11-18,0,,,,,,",
        "Acme,,,,2026-11-18,4.5,,,,,,",
        "Acme,,,,2026-11-18,,,,,11,,",
        "Acme,,,,2026-11-18,,,,,-1,,",
        "Acme,,,,2026-11-18,,yes,,,,,",
        "Acme,,,,2026-11-18,***,,,,,,",
        "Acme,,,,2026-11-18,,,,,,,",
        "Acme,,,,,5,,,,,,",
        "Acme,,,,2026-11-21,5,,,,,,",
        "Acme,,,mood,2026-11-18,5,,,,,,",
        "Acme,,,,2026-11-18,,,,,,,lost",
        "Nobody,,,,2026-11-18,5,,,,,,",
    )
    assert imported(path) == (0, 0, 0, 16)
    assert reasons(path) == [
        "there is no need with external id T9; import the needs first",
        "need T1 is n1, which belongs to another customer",
        "there is no need with external id n1; import the needs first",
        "overall '6' is no score; write a whole number from 1 to 5",
        "overall '0' is no score; write a whole number from 1 to 5",
        "overall '4.5' is no score; write a whole number from 1 to 5",
        "nps '11' is no score; write a whole number from 0 to 10",
        "nps '-1' is no score; write a whole number from 0 to 10",
        "solved 'yes' is no score; write a whole number from 1 to 5",
        "overall is masked, and no score",
        "the row has no answer: neither a score nor a text",
        "the row does not say when it was answered",
        "'2026-11-21' is in the future; only what has happened is imported",
        "kind 'mood' is unknown; choose one of service (服务), relation (关系), deep (深度)",
        "status 'lost' is unknown; choose one of due (待回访), sent (已发送), answered (已回访), no_answer (未回复)",
        "there is no customer 'Nobody'; write its exact name, or ext: and its external id",
    ]


def test_one_number_of_several_needs_is_not_guessed_at(place: Path) -> None:
    crm("add-customer Acme")
    crm("add-customer Beta")
    for customer in ("c1", "c2", "c1"):
        crm(f"add-need {customer} x")
    for number in (1, 2, 3):
        crm(f"edit n{number} --set external_id=T1")
    path = surveys_list(place, "Acme,,T1,,2026-11-18,5,,,,,,", "Beta,,T1,,2026-11-18,5,,,,,,")
    assert imported(path) == (1, 0, 0, 1)
    assert reasons(path) == ["need T1 fits several: n1, n3"]
    assert survey()["target"] == "n2"


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        # need, kind, overall, solved, product, pain
        (",,5,,,", "service"),
        ("T1,,5,,,", "service"),
        (",,,4,,", "service"),
        (",,5,,4,", "relation"),
        (",,,,,too slow", "deep"),
        (",relation,5,,,", "relation"),
        (",深度,5,,,", "deep"),
    ],
)
@pytest.mark.usefixtures("acme")
def test_its_kind_is_told_from_what_was_asked(cells: str, kind: str, place: Path) -> None:
    header = "customer,need,kind,overall,solved,product,pain,at"
    path = surveys_list(place, f"Acme,{cells},2026-11-10", header=header)
    assert imported(path) == (1, 0, 0, 0)
    assert survey(2)["kind"] == kind
    assert imported(path) == (0, 0, 1, 0)


def test_a_number_not_known_yet_takes_over_only_what_the_row_says_in_full(place: Path) -> None:
    crm("add-customer Acme")
    header = "customer,external_id,kind,status,overall,sent_at,at"
    path = surveys_list(
        place,
        "Acme,S9,relation,,4,,",
        "Acme,,relation,,4,,2026-11-18",
        "Acme,,relation,sent,,2026-11-19,",
        "Acme,S8,relation,sent,,,",
        header=header,
    )
    assert imported(path) == (3, 0, 0, 1)
    assert imported(path) == (0, 0, 3, 1)
    assert reasons(path) == ["the row does not say when it was answered"]
    path = surveys_list(place, "Acme,S7,relation,,4,,2026-11-18", header=header)
    assert imported(path) == (0, 1, 0, 0)
    assert imported(path) == (0, 0, 1, 0)
    assert rows("SELECT external_id, status FROM survey ORDER BY id", place) == [
        ("S7", "answered"),
        (None, "sent"),
        ("S8", "sent"),
    ]


@pytest.mark.usefixtures("acme")
def test_an_answer_fills_in_what_was_asked(place: Path) -> None:
    early = "Acme,,T2,,2026-11-16,5,,,,,,"  # before the need was solved: another survey
    fitting = "Acme,,T2,,2026-11-19 10:00,4,,,,,,"
    other = "Acme,,,,2026-11-19,5,,,,,,"  # about no need
    path = surveys_list(place, early, fitting, other)
    assert imported(path) == (2, 1, 0, 0)
    assert imported(path) == (0, 0, 3, 0)
    assert (survey(1)["overall"], survey(1)["at"]) == (4, "2026-11-19T10:00:00+08:00")
    assert [survey(number)["target"] for number in (1, 2, 3)] == ["n2", "n2", "c1"]
    assert crm("due --json --kind survey").json["items"] == []
    check(place / "crm.db")


@pytest.mark.parametrize(
    ("status", "cells", "expected"),
    [
        # the state in words, at and sent_at, and then: status, at, sent_at
        ("sent", ",2026-11-18", ("sent", None, "2026-11-18T12:00:00+08:00")),
        ("已发送", ",", ("sent", None, "2026-11-20T09:00:00+08:00")),
        ("sent", ",2026-10-01", ("no_answer", "2026-10-01T12:00:00+08:00", "2026-10-01T12:00:00+08:00")),
        ("no answer", "2026-11-18,", ("no_answer", "2026-11-18T12:00:00+08:00", None)),
        ("未回复", ",2026-11-01", ("no_answer", "2026-11-01T12:00:00+08:00", "2026-11-01T12:00:00+08:00")),
        ("due", ",", ("due", None, None)),
    ],
)  # fmt: skip
def test_what_was_not_answered(
    status: str, cells: str, expected: tuple[Any, ...], place: Path
) -> None:
    """HANDBOOK §3: one that was sent over 30 days ago is no item any more."""
    crm("add-customer Acme")
    path = surveys_list(place, f"Acme,{status},{cells}", header="customer,status,at,sent_at")
    assert imported(path) == (1, 0, 0, 0)
    item = survey()
    assert (item["status"], item["at"], item["sent_at"]) == expected
    is_open = expected[0] in ("sent", "due")
    assert len(crm("due --json --days 5 --kind survey").json["items"]) == is_open
    assert imported(path) == (0, 0, 1, 0)
    assert imported(path, CRM_NOW="2026-11-21T09:00") == (0, 0, 1, 0)
    check(place / "crm.db")


@pytest.mark.usefixtures("acme")
def test_a_list_of_before_the_answer_is_no_news(place: Path) -> None:
    due, sent = "Acme,,T2,,,,,,,,,due", "Acme,,T2,,,,,,,,,sent"
    assert imported(surveys_list(place, due)) == (0, 0, 1, 0)
    assert imported(surveys_list(place, sent)) == (0, 1, 0, 0)
    assert survey()["status"] == "sent"
    crm("survey n2 --overall 5")
    before = live(place / "crm.db")
    assert imported(surveys_list(place, due)) == (0, 0, 1, 0)
    assert imported(surveys_list(place, sent)) == (0, 0, 1, 0)
    assert live(place / "crm.db") == before


# --- below expectation ---


@pytest.mark.parametrize(
    ("cells", "is_below"),
    [
        # overall, solved, speed, attitude, nps (HANDBOOK §5: overall ≤ 3, any dimension ≤ 2, or NPS ≤ 6)
        ("4,3,3,3,7", False),
        ("3,,,,", True),
        ("5,2,,,", True),
        ("5,,2,,", True),
        ("5,,,2,", True),
        ("5,,,,6", True),
        (",,,,7", False),
    ],
)
@pytest.mark.parametrize(("day", "is_history"), [("2026-10-21", False), ("2026-10-20", True)])
def test_a_bad_answer_of_late_is_to_be_reviewed(
    cells: str, is_below: bool, day: str, is_history: bool, place: Path
) -> None:
    crm("add-customer Acme")
    path = surveys_list(place, f"Acme,,,,{day},{cells},,")
    assert imported(path) == (1, 0, 0, 0)
    is_made = is_below and not is_history
    assert reviews(place) == [(1, "2026-11-20T01:00:00Z")] * is_made
    due = crm("due --json --kind review").json["items"]
    assert [(one["ref"], one["due_at"]) for one in due] == [("v1", "2026-11-21T09:00:00+08:00")] * is_made  # fmt: skip
    assert imported(path) == (0, 0, 1, 0)
    check(place / "crm.db")


@pytest.mark.usefixtures("acme")
def test_a_corrected_answer_is_reviewed_or_no_longer(place: Path) -> None:
    good, bad = "Acme,S1,T2,,2026-11-18,5,,,,,,", "Acme,S1,T2,,2026-11-18,2,,,,,,"
    assert imported(surveys_list(place, good)) == (0, 1, 0, 0)
    assert reviews(place) == []
    assert imported(surveys_list(place, bad)) == (0, 1, 0, 0)
    assert len(reviews(place)) == 1
    assert imported(surveys_list(place, good)) == (0, 1, 0, 0)
    assert reviews(place) == []
    assert imported(surveys_list(place, bad)) == (0, 1, 0, 0)
    crm("review s1 --cause speed --action faster")
    assert imported(surveys_list(place, good)) == (0, 1, 0, 0)
    assert len(reviews(place)) == 1  # somebody has learnt from it
    check(place / "crm.db")


# --- found again ---


@pytest.mark.usefixtures("acme")
def test_a_survey_that_differs_in_anything_given_is_another(place: Path) -> None:
    first = "Acme,,T1,,2026-11-10,5,4,,,9,good,"
    path = surveys_list(
        place,
        first,
        "Acme,,T3,,2026-11-10,5,4,,,9,good,",
        "Acme,,T1,,2026-11-11,5,4,,,9,good,",
        "Acme,,T1,,2026-11-10,4,4,,,9,good,",
        "Acme,,T1,,2026-11-10,5,4,,,9,fine,",
        "Acme,,,relation,2026-11-10,5,,,,9,good,",
        first,
        "Acme,,,,2026-11-10,5,,,,,,",  # says nothing that is not known
    )
    assert imported(path) == (6, 0, 2, 0)
    assert imported(path) == (0, 0, 8, 0)


@pytest.mark.usefixtures("acme")
def test_who_answered_is_one_of_theirs_or_a_name(place: Path) -> None:
    header = "customer,at,overall,by"
    path = surveys_list(place, "Acme,2026-11-10,5,张伟", "Acme,2026-11-11,5,Eve", header=header)
    assert imported(path) == (2, 0, 0, 0)
    assert rows("SELECT by, person_id FROM survey WHERE id > 1 ORDER BY id", place) == [
        ("张伟", 1),
        ("Eve", None),
    ]
    assert imported(path) == (0, 0, 2, 0)


# --- exported and imported again ---

CONTRACT = (
    "customer", "external_id", "need", "kind", "at", "overall", "solved", "speed", "attitude", "nps", "comment", "product",
    "response", "support", "good", "bad", "pain", "future", "by", "status", "sent_at",
)  # fmt: skip


def told_story() -> None:
    for command in (
        "survey n2 --overall 2 --solved 1 --speed 2 --attitude 3 --nps 0 --good a --bad 'two\nlines' --comment c --by 张伟",
        "survey c1 --kind relation --overall 5 --product 4 --response 3 --support 3 --nps 10",
        "survey c1 --kind deep --pain slow --future more --at 2026-11-02",
        "resolve n1 so",
        "survey n1 --sent --at 08:30",
        "survey c1 --kind deep --sent --at 2026-11-10",
        "survey c1 --kind relation --no-answer --at 2026-11-12",
        "edit s2 --set external_id=S2",
    ):
        crm(command)


@pytest.mark.usefixtures("acme")
def test_exported_surveys_imported_again_change_nothing(place: Path) -> None:
    told_story()
    crm(f"export surveys --reveal --out {place / 'out.csv'}")
    before = live(place / "crm.db")
    now = {"CRM_NOW": "2026-11-23T09:00"}
    assert imported(str(place / "out.csv"), **now) == (0, 0, len(before["survey"]), 0)
    assert live(place / "crm.db") == before


@pytest.mark.usefixtures("acme")
def test_exported_surveys_come_into_another_file_as_they_are(place: Path) -> None:
    told_story()
    now = {"CRM_NOW": "2026-11-23T09:00"}
    target = str(place / "new.db")
    for kind in ("customers", "people", "needs", "surveys"):
        crm(f"export {kind} --reveal --out {place / kind}.csv", **now)
        crm(f"import {place / kind}.csv --as {kind} --db {target}", **now)
    here, there = (
        sorted(
            tuple(row[name] for name in CONTRACT)
            for row in csv.DictReader(io.StringIO(crm(f"export surveys --reveal {more}", **now).out))
        )
        for more in ("", f"--db {target}")
    )  # fmt: skip
    assert there == here
    check(Path(target))
