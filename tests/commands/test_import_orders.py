"""Imports of orders: found again, paid later, never doubled; the spend is derived of them at the end (CLI.md, Import; HANDBOOK §7)."""

import csv
import io
import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from tests.commands.test_import_people import counts, reasons, rows, written
from tests.store.test_undo import check, live
from tests.support import crm, run_in_process, run_process

HEADER = "customer,external_id,ordered_on,amount,currency,pay_by,paid_on,note"
FOUND = (
    "SELECT external_id, ordered_on, amount, currency, pay_by, paid_on, note FROM customer_order "
    "WHERE deleted_at IS NULL ORDER BY id"
)


def imported(path: str, *more: str) -> tuple[int, int, int, int]:
    ran = run_in_process(["import", path, "--as", "orders", "--json", *more])
    assert ran.code == (5 if ran.json["item"]["rejected"] else 0), ran
    return counts(ran)


def orders_list(place: Path, *lines: str, header: str = HEADER) -> str:
    return written(place, header, *lines, name="orders.csv")


def order(number: int = 1) -> dict[str, Any]:
    return dict(crm(f"show o{number} --json").json["item"])


def test_a_list_with_chinese_headers_in_gb18030_through_the_real_process(place: Path) -> None:
    crm(
        "add-customer 华东精工有限公司 --external-id K1 --tier core --stage customer --since 2024-01-01"
    )
    crm("log-contact c1 hello")
    path = written(
        place,
        "客户名称,订单编号,下单日期,金额,币种,应收日期,回款日期,备注",
        '华东精工,A1,2026-06-05,"80,000.50",,2026-07-05,2026年7月3日,备件包',
        "ext:K1,A2,2026/11/10,2万,人民币,2026-12-10,-,",
        "ext:K1,A3,2026-11-02,12.5,USD,,,年度采购",
        encoding="gb18030",
    )
    ran = run_process(["import", path, "--as", "订单"])
    assert (ran.code, ran.out) == (0, "x3\n")
    assert "8 of 8 columns recognised.\n3 added, 0 updated, 0 unchanged, 0 rejected.\n" in ran.err
    assert rows(FOUND, place) == [
        ("A1", "2026-06-05", 8_000_050, "CNY", "2026-07-05", "2026-07-03", "备件包"),
        ("A2", "2026-11-10", 2_000_000, "CNY", "2026-12-10", None, None),
        ("A3", "2026-11-02", 1250, "USD", None, None, "年度采购"),
    ]
    due = crm("due --json --kind payment --kind visit --days 100").json["items"]
    assert [(one["ref"], one["due_at"]) for one in due] == [
        ("o2:payment", "2026-12-10"),
        ("c1:visit", "2027-02-10"),
    ]
    assert [one["ref"] for one in crm("find 年度采购 --json").json["items"]] == ["o3"]
    assert counts(run_process(["import", path, "--as", "orders", "--json"])) == (0, 0, 3, 0)
    before = live(place / "crm.db")
    crm("undo x3")
    assert rows(FOUND, place) == []
    assert crm("due --json --kind visit --days 400").json["items"] == []
    crm("undo x4")
    assert live(place / "crm.db") == before
    check(place / "crm.db")


def test_bad_rows_and_their_reasons(place: Path) -> None:
    crm("add-customer Acme")
    path = orders_list(
        place,
        "Acme,,,5,,,,",
        "Acme,,2026-11-02,,,,,",
        "Acme,,2026-11-21,5,,,,",
        "Acme,,2026-02-30,5,,,,",
        "Acme,,2026-11-02,-5,,,,",
        "Acme,,2026-11-02,1.005,,,,",
        "Acme,,2026-11-02,1.5,JPY,,,",
        "Acme,,2026-11-02,5,ZZZ,,,",
        "Acme,,2026-11-02,5,,,2026-11-21,",
        "Nobody,,2026-11-02,5,,,,",
        "Acme,A1,,,,,,",
        "Acme,,2026-11-02,5,,,,",
    )
    ran = run_in_process(["import", path, "--as", "orders"])
    assert ran.code == 5
    assert "1 added, 0 updated, 0 unchanged, 11 rejected." in ran.err
    found = reasons(place / "orders.csv")
    assert found[:10] == [
        "the row does not say when it was ordered",
        "the row does not say what the order comes to",
        "'2026-11-21' is in the future; only what has happened is imported",
        "'2026-02-30' is a day or time that does not exist; write it like 2026-11-21 or 2026-11-21 15:00 (years 1900 to 9999)",
        "the amount -5 is negative; write 0 or more, and take a refund off the amount of its order",
        "the amount 1.005 has too many decimals; write at most 2",
        "the amount 1.5 has decimals, and JPY has none; write a whole number",
        "currency 'ZZZ' is unknown; write its three letters by ISO 4217, like CNY or USD",
        "'2026-11-21' is in the future; only what has happened is imported",
        "there is no customer 'Nobody'; write its exact name, or ext: and its external id",
    ]
    assert found[10:] == ["the row does not say when it was ordered"]


def test_amounts_say_their_currency_and_a_row_does_not_contradict_itself(place: Path) -> None:
    crm("add-customer Acme")
    path = orders_list(
        place,
        "Acme,,2026-11-02,€50,,,,",
        "Acme,,2026-11-02,3000美元,-,,,",
        "Acme,,2026-11-02,$7,HKD,,,",
        "Acme,,2026-11-02,￥9,,,,",
        "Acme,,2026-11-02,$7,,,,",
        "Acme,,2026-11-02,€50,USD,,,",
    )
    assert imported(path) == (4, 0, 0, 2)
    assert rows("SELECT amount, currency FROM customer_order ORDER BY id", place) == [
        (5_000, "EUR"), (300_000, "USD"), (700, "HKD"), (900, "CNY"),
    ]  # fmt: skip
    assert reasons(place / "orders.csv") == [
        "the amount $7 may be in several currencies; write which with --currency, or with it, like 3000 USD",
        "the amount €50 is not in USD, as it is to be; correct it, or the currency",
    ]
    assert imported(path) == (0, 0, 4, 2)


def test_an_order_is_found_again_by_its_number_or_by_all_its_values(place: Path) -> None:
    crm("add-customer Acme")
    crm("add-customer Beta")
    lines = (
        "Acme,A1,2026-11-02,5,,,,",
        "Acme,,2026-11-02,7,,2026-12-02,,lamps",
        "Acme,,2026-11-02,7,,2026-12-02,,",  # says less of the same
        "Beta,,2026-11-02,7,,2026-12-02,,lamps",
    )
    path = orders_list(place, *lines)
    assert imported(path) == (3, 0, 1, 0)
    assert imported(path) == (0, 0, 4, 0)
    # By now they are paid, and the first costs more.
    path = orders_list(
        place,
        "Acme,A1,2026-11-02,6,,,2026-11-19,",
        "Acme,,2026-11-02,7,,2026-12-02,2026-11-18,lamps",
    )
    assert imported(path) == (0, 2, 0, 0)
    assert imported(path) == (0, 0, 2, 0)
    assert rows(FOUND, place) == [
        ("A1", "2026-11-02", 600, "CNY", None, "2026-11-19", None),
        (None, "2026-11-02", 700, "CNY", "2026-12-02", "2026-11-18", "lamps"),
        (None, "2026-11-02", 700, "CNY", "2026-12-02", None, "lamps"),
    ]
    # Another day, amount, currency or number is another order.
    path = orders_list(
        place,
        "Acme,,2026-11-03,7,,2026-12-02,2026-11-18,lamps",
        "Acme,,2026-11-02,8,,2026-12-02,2026-11-18,lamps",
        "Acme,,2026-11-02,7,USD,2026-12-02,2026-11-18,lamps",
        "Acme,A2,2026-11-02,6,,,2026-11-19,",
    )
    assert imported(path) == (4, 0, 0, 0)
    assert imported(orders_list(place, "Beta,A1,2026-11-02,6,,,,")) == (0, 0, 0, 1)
    assert reasons(place / "orders.csv") == [
        "external id A1 is that of o1, which belongs to another customer"
    ]


def test_an_amount_without_currency_is_in_the_one_that_is_known(place: Path) -> None:
    crm("add-customer Acme")
    assert imported(orders_list(place, "Acme,A1,2026-11-02,500,JPY,,,")) == (1, 0, 0, 0)
    header = "customer,external_id,ordered_on,amount"
    assert imported(orders_list(place, "Acme,A1,2026-11-02,500", header=header)) == (0, 0, 1, 0)
    assert imported(orders_list(place, "Acme,A1,2026-11-02,600", header=header)) == (0, 1, 0, 0)
    assert [order()[name] for name in ("amount", "currency")] == [600.0, "JPY"]
    assert imported(orders_list(place, "Acme,A1,2026-11-02,6.5", header=header)) == (0, 0, 0, 1)
    assert reasons(place / "orders.csv") == [
        "the amount is finer than JPY is, in which it is known; add a column with its currency"
    ]


def test_a_currency_without_an_amount_leaves_as_many_units(place: Path) -> None:
    crm("add-customer Acme")
    first = ("Acme,J1,2026-11-02,100.50,CNY,,,", "Acme,J2,2026-11-02,100.00,CNY,,,", "Acme,J3,2026-11-02,9000,JPY,,,", "Acme,J4,2026-11-02,1.5,CNY,,,")  # fmt: skip
    assert imported(orders_list(place, *first)) == (4, 0, 0, 0)
    lines = ("Acme,J1,,,JPY,,,lamps", "Acme,J2,,,JPY,,,", "Acme,J3,,,CNY,,,", "Acme,J4,,,KWD,,,")
    path = orders_list(place, *lines)
    assert imported(path) == (0, 3, 0, 1)
    assert reasons(place / "orders.csv") == [
        "the amount 100.50 has decimals, and JPY has none; write a whole number"
    ]
    assert rows("SELECT amount, currency, note FROM customer_order ORDER BY id", place) == [
        (10_050, "CNY", None),
        (100, "JPY", None),
        (900_000, "CNY", None),
        (1_500, "KWD", None),
    ]
    assert imported(path) == (0, 0, 3, 1)
    # The first row of an order holds.
    path = orders_list(place, "Acme,J5,2026-11-03,1.50,CNY,,,", "Acme,J5,,,JPY,,,", "Acme,J5,,7,JPY,,,")  # fmt: skip
    assert imported(path) == (1, 0, 2, 0)
    assert imported(path) == (0, 0, 3, 0)
    assert [order(5)[name] for name in ("amount", "currency")] == [1.5, "CNY"]


def test_an_amount_too_large_for_its_new_currency_is_refused(place: Path) -> None:
    crm("add-customer Acme")
    assert imported(orders_list(place, "Acme,J1,2026-11-02,500000000000000,JPY,,,")) == (1, 0, 0, 0)
    assert imported(orders_list(place, "Acme,J1,,,CNY,,,")) == (0, 0, 0, 1)
    assert reasons(place / "orders.csv") == [
        "the amount 500000000000000 is too large; write less than 10,000,000,000,000"
    ]


def test_an_amount_finer_than_the_base_currency_is_to_name_its_own(place: Path) -> None:
    crm("add-customer Acme")
    crm("add-order c1 1.234 --currency KWD --external-id K1")
    path = orders_list(
        place,
        "Acme,K1,,2.345,,,,",
        "Acme,K1,,2.34567,,,,",
        "Acme,K1,,much,,,,",
        "Acme,,2026-11-02,2.345,,,,",
        "Acme,K1,,2.345,KWD,,,",
    )
    assert imported(path) == (0, 1, 0, 4)
    assert reasons(place / "orders.csv") == [
        "the amount 2.345 is finer than CNY is; if it is in another currency, write that too",
        "the amount 2.34567 has too many decimals; write at most 2",
        "'much' is no amount; write it like 1200 or 1200.50",
        "the amount 2.345 has too many decimals; write at most 2",
    ]
    assert [order()[name] for name in ("amount", "currency")] == [2.345, "KWD"]


def test_a_number_not_known_yet_takes_over_only_what_the_row_says_in_full(place: Path) -> None:
    crm("add-customer Acme")
    path = orders_list(place, "Acme,E10,2026-01-05,,CNY,,,", "Acme,,2026-01-05,7,CNY,,,")
    assert imported(path) == (1, 0, 0, 1)
    assert imported(path) == (0, 0, 1, 1)
    assert reasons(place / "orders.csv") == ["the row does not say what the order comes to"]
    for line in ("Acme,E11,,7,CNY,,,", "Acme,E12,,,,,,"):
        assert imported(orders_list(place, line)) == (0, 0, 0, 1)
        assert reasons(place / "orders.csv") == ["the row does not say when it was ordered"]
    assert imported(orders_list(place, "Acme,E13,2026-01-05,7,USD,,,")) == (1, 0, 0, 0)
    for counted in ((0, 1, 0, 0), (0, 0, 1, 0)):
        assert imported(orders_list(place, "Acme,E14,2026-01-05,7,,,,")) == counted
    assert rows("SELECT id, external_id, amount, currency FROM customer_order", place) == [
        (1, "E14", 700, "CNY"),
        (2, "E13", 700, "USD"),
    ]


@pytest.mark.parametrize("how", ["skip", "reject"])
def test_what_is_there_may_be_left_as_it_is(how: str, place: Path) -> None:
    crm("add-customer Acme")
    imported(orders_list(place, "Acme,A1,2026-11-02,5,,,,"))
    again = orders_list(place, "Acme,A1,2026-11-02,6,,,,")
    assert imported(again, "--on-duplicate", how) == (
        (0, 0, 1, 0) if how == "skip" else (0, 0, 0, 1)
    )
    assert order()["amount"] == 5.0


def test_what_was_exported_changes_nothing_and_fills_another_file(place: Path) -> None:
    crm("add-customer Acme")
    crm("add-order c1 1200.5 --on 2026-11-02 --pay-by 2026-12-02 --note '=lamps' --external-id A-1")
    crm("add-order c1 500 --on 2026-11-02 --currency JPY --paid 2026-11-19")
    text = crm("export orders").out
    assert list(csv.DictReader(io.StringIO(text)))[1]["amount"] == "500.0"
    (place / "again.csv").write_text(text)
    before = live(place / "crm.db")
    assert imported(str(place / "again.csv")) == (0, 0, 2, 0)
    assert live(place / "crm.db") == before
    found = rows(FOUND, place)
    other = str(place / "other.db")
    crm(f"add-customer Acme --db {other}")
    ran = run_in_process(
        ["import", str(place / "again.csv"), "--as", "orders", "--json", "--db", other]
    )
    assert counts(ran) == (2, 0, 0, 0)
    (place / "crm.db").unlink()
    Path(other).rename(place / "crm.db")
    assert rows(FOUND, place) == found


def test_the_day_a_payment_falls_due_by_its_everyday_name(place: Path) -> None:
    crm("add-customer Acme --external-id K1 --stage customer --since 2024-01-01")
    path = orders_list(
        place, "ext:K1,2026-11-01,100,2026-12-01", header="客户名称,下单日期,金额,到期日"
    )
    assert imported(path) == (1, 0, 0, 0)
    assert order()["pay_by"] == "2026-12-01"


# --- the deal it comes of, the contract it is under ---

LINKED = "SELECT deal_id, contract_id FROM customer_order WHERE deleted_at IS NULL ORDER BY id"
LINKS = "customer,ordered_on,amount,deal_external_id,contract_external_id"


def with_links() -> None:
    """Acme with the deal D-1 and the contract K-1, Beta with another D-1."""
    crm("add-customer Acme --stage customer")
    crm("add-customer Beta --stage customer")
    crm("add-deal c1 seats --external-id D-1")
    crm("add-contract c1 frame --from 2026-01-01 --until 2027-12-31 --external-id K-1")


def test_an_order_names_its_deal_and_its_contract(place: Path) -> None:
    with_links()
    path = written(
        place,
        "客户名称,下单日期,金额,商机编号,合同编号",
        "Acme,2026-11-02,5,D-1,K-1",
        "Acme,2026-11-03,6,-,无",
        "Acme,2026-11-04,7,,K-1",
        name="orders.csv",
    )
    ran = run_process(["import", path, "--as", "orders"])
    assert (ran.code, ran.out) == (0, "x5\n")
    assert "5 of 5 columns recognised.\n3 added, 0 updated, 0 unchanged, 0 rejected.\n" in ran.err
    assert rows(LINKED, place) == [(1, 1), (None, None), (None, 1)]
    assert (order()["deal"], order()["contract"]) == ("d1", "k1")
    assert imported(path) == (0, 0, 3, 0)
    crm("undo x5")
    assert rows(LINKED, place) == []
    check(place / "crm.db")


def test_a_number_that_nothing_has_is_told_and_found_later(place: Path) -> None:
    with_links()
    path = orders_list(
        place,
        "Acme,2026-11-02,5,D-2,K-1",
        "Beta,2026-11-02,5,D-1,K-1",  # both Acme's
        "Nobody,2026-11-02,5,D-9,",
        header=LINKS,
    )
    told = (
        "Not exactly one deal or contract of the customer has this external id, and the order is not linked to it (line): "
        "D-2 (2), D-1 (3), K-1 (3)"
    )
    before = (place / "crm.db").read_bytes()
    assert told in run_in_process(f"import {path} --as orders --dry-run").err
    assert (place / "crm.db").read_bytes() == before
    ran = run_in_process(f"import {path} --as orders --json")
    assert (ran.code, counts(ran), ran.json["item"]["warnings"]) == (5, (2, 0, 0, 1), [told])
    assert rows(LINKED, place) == [(None, 1), (None, None)]
    crm("add-deal c1 more --external-id D-2")
    assert imported(path) == (0, 1, 1, 1)
    assert imported(path) == (0, 0, 2, 1)
    assert rows(LINKED, place) == [(2, 1), (None, None)]


def test_of_several_with_one_number_none_is_taken(place: Path) -> None:
    with_links()
    crm("add-deal c1 twin")
    with sqlite3.connect(place / "crm.db") as db:  # as after two customers became one
        db.execute("UPDATE deal SET external_id = 'D-1' WHERE id = 2")
    db.close()
    path = orders_list(place, "Acme,2026-11-02,5,D-1,", header=LINKS)
    assert "(line): D-1 (2)" in run_in_process(f"import {path} --as orders").err
    assert rows(LINKED, place) == [(None, None)]


def test_orders_of_one_day_and_amount_are_told_apart_by_what_they_come_of(place: Path) -> None:
    with_links()
    crm("add-deal c1 more --external-id D-2")
    path = orders_list(
        place, "Acme,2026-11-02,5,D-1,", "Acme,2026-11-02,5,D-2,", "Acme,2026-11-02,5,,", header=LINKS
    )  # fmt: skip
    assert imported(path) == (2, 0, 1, 0)
    assert rows(LINKED, place) == [(1, None), (2, None)]
    assert imported(path) == (0, 0, 3, 0)


@pytest.mark.parametrize("form", ["csv", "xlsx", "jsonl"])
def test_what_is_exported_keeps_its_links(form: str, place: Path) -> None:
    with_links()
    crm("add-order c1 5 --on 2026-11-02 --deal d1 --contract k1 --external-id O-1")
    crm("add-order c1 5 --on 2026-11-03 --contract k1")
    crm("add-order c2 5 --on 2026-11-03")
    out = place / f"orders.{form}"
    crm(f"export orders --reveal --out {out}")
    assert imported(str(out)) == (0, 0, 3, 0)
    there = {"CRM_DB": str(place / "other.db")}
    crm("add-customer Beta", **there)
    crm("add-deal c1 chairs", **there)
    crm("add-customer Acme", **there)
    crm("add-deal c2 seats --external-id D-1", **there)
    crm("add-contract c2 frame --from 2026-01-01 --until 2027-12-31 --external-id K-1", **there)
    for expected in ((3, 0, 0, 0), (0, 0, 3, 0)):
        ran = run_in_process(f"import {out} --as orders --json", **there)
        assert (ran.code, counts(ran)) == (0, expected), ran
        assert "warnings" not in ran.json["item"]
    found = [
        (one["ordered_on"], one["deal"], one["contract"])
        for one in map(json.loads, crm("export orders --format jsonl", **there).out.splitlines())
    ]
    assert found == [("2026-11-02", "d2", "k1"), ("2026-11-03", None, "k1"), ("2026-11-03", None, None)]  # fmt: skip
