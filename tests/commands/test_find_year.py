"""`find` and `history`: what is written of deals, contracts, orders, risks and files, and who changed it (CLI.md)."""

from pathlib import Path
from typing import Any

import pytest

from tests.commands.test_show_year import put
from tests.store.searching import check_search
from tests.support import crm

ROWS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("deal", {"text": "二号产线改造", "note": "他们要看案例，13812345678", "stage": "lost", "loss_reason": "other: 总部冻结", "external_id": "D-88"}),
    ("contract", {"text": "年度维保", "terms": "备件八折", "note": "盖章在法务", "starts_on": "2026-01-01", "ends_on": "2026-12-31", "external_id": "HT-2026-7"}),
    ("customer_order", {"ordered_on": "2026-05-01", "amount": 100, "currency": "CNY", "note": "密封圈二十套", "external_id": "SO-55"}),
    ("customer_order", {"ordered_on": "2026-05-02", "amount": 100, "currency": "CNY"}),
    ("risk", {"text": "采购总监要走", "kind": "人事", "level": 2, "opened_at": "2026-11-19T01:00:00Z", "opened_on": "2026-11-19", "result": "新总监已拜访"}),
    ("attachment", {"row_table": "contract", "row_id": 1, "name": "维保合同扫描件.pdf", "note": "第三页有手写", "digest": "ab" * 32, "size": 1, "attached_on": "2026-01-02"}),
    ("plan_step", {"contract_id": 1, "text": "首次巡检", "due_on": "2026-12-01", "result": "都好"}),
)  # fmt: skip


@pytest.fixture
def file(place: Path) -> Path:
    """A customer with a record of each kind that says something."""
    crm("add-customer 华东精工 --stage customer")
    put(place, *ROWS)
    return place


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("产线", "d1 text"), ("案例", "d1 note"), ("冻结", "d1 loss_reason"), ("d-88", "d1 external_id"),
        ("维保", "k1 text f1 name"), ("八折", "k1 terms"), ("法务", "k1 note"), ("ht-2026", "k1 external_id"),
        ("巡检", "k1 milestones"), ("密封圈", "o1 note"), ("so-55", "o1 external_id"),
        ("总监", "r1 text"), ("人事", "r1 kind"), ("新总监", "r1 result"), ("手写", "f1 note"), ("扫描件.pdf", "f1 name"),
        ("13812345678", "d1 note"), ("北京", ""),
    ],
)  # fmt: skip
def test_each_is_found_by_what_is_written_of_it(file: Path, typed: str, found: str) -> None:
    items = crm(["find", typed, "--json"]).json["items"]
    assert " ".join(f"{one['ref']} {one['field']}" for one in items) == found
    assert {one["customer"]["ref"] for one in items} <= {"c1"}


def test_kinds_are_named_in_either_language(file: Path) -> None:
    for asked in ("attachment", "附件"):
        (one,) = crm(["find", "维保", "--kind", asked, "--json"]).json["items"]
        assert (one["kind"], one["title"]) == ("attachment", "维保合同扫描件.pdf")
    (one,) = crm("find 密封圈 --kind 订单 --json").json["items"]
    assert (one["kind"], one["title"]) == ("order", "密封圈二十套")
    assert [one["ref"] for one in crm("find o2 --json").json["items"]] == ["o2"]


def test_people_are_told_where_it_stands(file: Path) -> None:
    assert crm("find 维保").lines[1:] == [
        "k1   contract    华东精工  text: 年度维保",
        "f1   attachment  华东精工  name: 维保合同扫描件.pdf",
    ]
    assert "138****5678" in crm("find 案例").out


def test_what_says_nothing_has_no_document(file: Path) -> None:
    """An order without a note costs an import nothing."""
    import sqlite3

    with sqlite3.connect(file / "crm.db") as connection:
        (count,) = connection.execute("SELECT count(*) FROM search_document").fetchone()
    assert count == 1 + len(ROWS) - 2  # neither the bare order nor the milestone has one of its own
    check_search(file / "crm.db")


def test_what_changes_or_goes_is_found_as_it_now_is(file: Path) -> None:
    crm("edit k1 --set terms=原价")
    assert crm("find 八折 --json").json["count"] == 0
    crm("undo")
    crm("delete l1")
    assert crm("find 巡检 --json").json["count"] == 0
    crm("undo")
    crm("delete k1")
    assert [one["ref"] for one in crm("find 维保 --json").json["items"]] == []
    check_search(file / "crm.db")
    crm("undo")
    check_search(file / "crm.db")


# --- the change log ---


def told(reference: str, *names: str) -> list[tuple[Any, ...]]:
    """What happened, the newest first, by these names."""
    items = crm(f"history {reference} --json").json["items"]
    return [tuple(step[name] for name in names) for step in items]


def test_the_history_of_a_customer_has_all_of_its_year(file: Path) -> None:
    found = told("c1", "change", "ref", "record", "action", "new")
    assert sorted(step[1:] for step in found if step[0] == "x2") == [
        ("d1", "deal", "insert", "二号产线改造"),
        ("f1", "attachment", "insert", "维保合同扫描件.pdf"),
        ("k1", "contract", "insert", "年度维保"),
        ("l1", "plan_step", "insert", "首次巡检"),
        ("o1", "order", "insert", "2026-05-01 密封圈二十套"),
        ("o2", "order", "insert", "2026-05-02"),
        ("r1", "risk", "insert", "采购总监要走"),
    ]
    assert told("k1", "ref", "new") == [("k1", "年度维保"), ("l1", "首次巡检")]


def test_an_amount_in_the_log_is_in_the_currency_it_then_had(file: Path) -> None:
    for change in ("amount=2000", "currency=JPY --set amount=3000", "amount=4000"):
        crm(f"edit o1 --set {change}")
    assert told("o1", "change", "field", "old", "new") == [
        ("x5", "amount", 3000.0, 4000.0),
        ("x4", "amount", 2000.0, 3000.0),
        ("x4", "currency", "CNY", "JPY"),
        ("x3", "amount", 1.0, 2000.0),
        ("x2", None, None, "2026-05-01 密封圈二十套"),
    ]
    assert [step[1:3] for step in told("x4", "change", "field", "old")] == [("amount", 2000.0), ("currency", "CNY")]  # fmt: skip
    crm("config set privacy.mask_amounts on")
    assert {step[1:] for step in told("o1", "field", "old", "new") if step[0] == "amount"} == {(None, None)}  # fmt: skip


def test_what_it_is_linked_to_is_told_by_its_reference(file: Path) -> None:
    crm("edit o2 --set contract=k1")
    assert told("o2", "field", "old", "new")[0] == ("contract_id", None, "k1")
    assert crm("history o2").lines[1].split()[-4:] == ["contract:", "–", "→", "k1"]


def test_a_calendar_of_customers_has_their_contracts_and_risks(place: Path) -> None:
    import icalendar

    crm("add-customer 华东精工 --stage customer --tier core --since 2026-01-01")
    put(
        place,
        ("contract", {"text": "维保 13812345678", "starts_on": "2026-01-01", "ends_on": "2027-02-01"}),
        ("contract", {"text": "旧的", "starts_on": "2025-01-01", "ends_on": "2026-01-01", "closed_on": "2025-12-01"}),
        ("plan_step", {"contract_id": 1, "text": "巡检", "due_on": "2026-12-01"}),
        ("risk", {"text": "总监要走", "level": 1, "opened_at": "2026-11-20T01:00:00Z", "opened_on": "2026-11-20"}),
        ("risk", {"text": "已过去", "level": 1, "opened_at": "2026-11-20T01:00:00Z", "opened_on": "2026-11-20", "closed_at": "2026-11-20T02:00:00Z"}),
    )  # fmt: skip
    found: list[Any] = icalendar.Calendar.from_ical(crm("export customers --format ics").out).walk("VEVENT")  # fmt: skip
    said = [(str(one["summary"]), f"{one['dtstart'].dt}") for one in found]
    assert said == [
        ("touch – 华东精工", "2026-11-20"),
        ("value review – 华东精工", "2027-01-01"),
        ("business review – 华东精工", "2027-02-22"),
        ("solution review – 华东精工", "2027-05-20"),
        ("care – 华东精工", "2027-03-22"),
        ("renewal: 维保 138****5678 – 华东精工", "2027-02-01"),
        ("contract review: 维保 138****5678 – 华东精工", "2027-01-01"),
        ("巡检 – 华东精工", "2026-12-01"),
        ("risk: 总监要走 – 华东精工", "2026-11-21 01:00:00+00:00"),
    ]
