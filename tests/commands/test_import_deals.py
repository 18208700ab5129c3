"""Imports of deals: found again, carried on, won and lost; amounts in their currency (CLI.md, Import; HANDBOOK §7)."""

from pathlib import Path
from typing import Any

import pytest

from tests.commands.test_import_people import counts, reasons, rows, written
from tests.store.test_undo import check, live
from tests.support import crm, run_in_process, run_process

HEADER = "customer,external_id,text,amount,currency,probability,stage,quoted_on,valid_until,close_on,closed_on,loss_reason,owner,priority,note"


def imported(path: str, *more: str) -> tuple[int, int, int, int]:
    ran = run_in_process(["import", path, "--as", "deals", "--json", *more])
    assert ran.code == (5 if ran.json["item"]["rejected"] else 0), ran
    return counts(ran)


def deals_list(place: Path, *lines: str, header: str = HEADER) -> str:
    width = header.count(",")
    whole = [line + "," * (width - line.count(",")) for line in lines]
    return written(place, header, *whole, name="deals.csv")


def deal(number: int = 1) -> dict[str, Any]:
    return dict(crm(f"show d{number} --json --reveal").json["item"])


def test_a_list_with_chinese_headers_in_gb18030_through_the_real_process(place: Path) -> None:
    crm("add-customer 华东精工有限公司 --external-id K1 --stage customer")
    path = written(
        place,
        "客户名称,商机名称,金额,币种,赢率,商机阶段,预计成交日期,报价日期,报价有效期,丢单原因,负责人,商机编号",
        '华东精工,一期,"120,000.50",人民币,60%,商务谈判,2026-12-01,2026/11/02,2026年12月31日,,李雷,D-1',
        "ext:K1,二期,5000,USD,0.35,赢单,2026-09-01,,,,,D-2",
        "ext:K1,三期,500,日元,,输单,,,,价格,,",
        "ext:K1,四期,12万,,,,,,,,,",
        encoding="gb18030",
    )
    ran = run_process(["import", path, "--as", "商机"])
    assert (ran.code, ran.out) == (0, "x2\n")
    assert "12 of 12 columns recognised.\n4 added, 0 updated, 0 unchanged, 0 rejected.\n" in ran.err
    columns = "external_id, text, stage, amount, currency, probability, close_on, closed_on, loss_reason, owner"
    found = f"SELECT {columns} FROM deal WHERE deleted_at IS NULL ORDER BY id"
    assert rows(found, place) == [
        ("D-1", "一期", "quoted", 12000050, "CNY", 60, "2026-12-01", None, None, "李雷"),
        ("D-2", "二期", "won", 500000, "USD", 35, "2026-09-01", "2026-09-01", None, "tester"),
        (None, "三期", "lost", 500, "JPY", None, None, "2026-11-20", "price", "tester"),
        (None, "四期", "open", 12000000, "CNY", None, None, None, None, "tester"),
    ]
    items = crm("due --json --kind quote --kind deal --days 30").json["items"]
    assert [(one["ref"], one["due_at"]) for one in items] == [
        ("d1:quote", "2026-11-05"),
        ("d1:deal", "2026-12-01"),
    ]
    assert [one["ref"] for one in crm("find 二期 --json").json["items"]] == ["d2"]
    assert counts(run_process(["import", path, "--as", "deals", "--json"])) == (0, 0, 4, 0)
    before = live(place / "crm.db")
    crm("undo x2")
    assert rows(found, place) == []
    crm("undo x3")
    assert live(place / "crm.db") == before
    check(place / "crm.db")


def test_bad_rows_and_their_reasons(place: Path) -> None:
    crm("add-customer Acme")
    path = deals_list(
        place,
        "Acme,,,5",
        "Acme,,a,-5",
        "Acme,,b,5,XYZ",
        "Acme,,c,5.5,JPY",
        "Acme,,d,1e13",
        "Acme,,e,5,,120",
        "Acme,,f,5,,,nonsense",
        "Acme,,g,5,,,,2026-11-02,2026-11-01",
        "Acme,,h,5,,,won,,,,,price",
        "Acme,,i,5,,,,,,,2026-11-02",
        "Acme,,j,5,,,won,,,,2026-11-21",
        "Nobody,,k,5",
        f"Acme,,{'长' * 1001}",
        "Acme,,fine,n/a,,-,,/",
    )
    assert imported(path) == (1, 0, 0, 13)
    assert [reason.partition("; ")[0] for reason in reasons(path)] == [
        "the row does not say what may be sold",
        "the amount -5 is negative",
        "currency 'XYZ' is unknown",
        "the amount 5.5 has decimals, and JPY has none",
        "the amount 1e13 is too large",
        "'120' is no probability",
        "stage 'nonsense' is unknown",
        "the quote of 2026-11-02 would hold until 2026-11-01, before it was made",
        "the row says why the deal was lost, but not that it was",
        "the row says when the deal was closed, but not whether it was won or lost",
        "'2026-11-21' is in the future",
        "there is no customer 'Nobody'",
        "text is 1001 characters long",
    ]
    assert (deal()["amount"], deal()["probability"], deal()["stage"]) == (None, None, "open")


def test_a_deal_goes_on_and_a_different_one_is_another(place: Path) -> None:
    crm("add-customer Acme")
    first = "Acme,,licences,1000,CNY,40,open,,,2026-12-01"
    assert imported(deals_list(place, first)) == (1, 0, 0, 0)
    assert imported(deals_list(place, "Acme,,licences,1000,CNY,60,quoted,,,2026-12-01")) == (0, 1, 0, 0)  # fmt: skip
    assert (deal()["stage"], deal()["probability"]) == ("quoted", 60)
    won = "Acme,,licences,1000,CNY,60,won,,,2026-12-01,2026-11-18"
    assert imported(deals_list(place, won)) == (0, 1, 0, 0)
    assert (deal()["stage"], deal()["closed_on"]) == ("won", "2026-11-18")
    others = (
        "Acme,,licences,1000,CNY,60,open,,,2026-12-01",  # what was won is not open again
        "Acme,,licences,1001,CNY,60,won,,,2026-12-01,2026-11-18",
        "Acme,,licences,1000,USD,60,won,,,2026-12-01,2026-11-18",
        "Acme,,licences,1000,CNY,60,won,,,2026-12-02,2026-11-18",
        "Acme,,Licences,1000,CNY,60,won,,,2026-12-01,2026-11-18",
    )
    assert imported(deals_list(place, *others)) == (5, 0, 0, 0)
    assert imported(deals_list(place, won, *others)) == (0, 0, 6, 0)
    crm("undo")
    check(place / "crm.db")


def test_by_its_number_everything_may_differ(place: Path) -> None:
    crm("add-customer Acme")
    imported(deals_list(place, "Acme,D-1,a,10,CNY,5,lost,,,2026-12-01,,price"))
    assert (deal()["closed_on"], deal()["loss_reason"]) == ("2026-11-20", "price")
    assert imported(deals_list(place, "Acme,D-1,b,20,USD,7,open")) == (0, 1, 0, 0)
    now = deal()
    assert [now[name] for name in ("text", "amount", "currency", "stage", "closed_on", "loss_reason", "close_on")] == [
        "b", 20.0, "USD", "open", None, None, "2026-12-01",
    ]  # fmt: skip
    assert imported(deals_list(place, "Acme,D-1,,,,,,2026-12-09"), "--dry-run") == (0, 1, 0, 0)
    assert imported(deals_list(place, "Acme,D-1,,,,,,2026-12-09,2026-12-01")) == (0, 0, 0, 1)


def test_an_amount_without_a_currency_is_in_the_one_it_is_known_in(place: Path) -> None:
    crm("add-customer Acme")
    crm("add-deal c1 a --amount 500 --currency JPY --external-id D-1")
    crm("add-deal c1 b --amount 500 --currency KWD --external-id D-2")
    header = "customer,external_id,text,amount"
    path = deals_list(place, "Acme,D-1,a,500", "Acme,D-2,b,500", "Acme,,c,500", header=header)
    assert imported(path) == (1, 0, 2, 0)
    assert imported(deals_list(place, "Acme,D-1,a,500.5", header=header)) == (0, 0, 0, 1)
    assert imported(deals_list(place, "Acme,D-1,a,600", "Acme,D-2,b,600.25", header=header)) == (0, 2, 0, 0)  # fmt: skip
    assert [(deal(key)["amount"], deal(key)["currency"]) for key in (1, 2, 3)] == [
        (600.0, "JPY"),
        (600.25, "KWD"),
        (500.0, "CNY"),
    ]


def test_a_currency_without_an_amount_leaves_as_many_units(place: Path) -> None:
    crm("add-customer Acme")
    first = ("Acme,J1,x,100.50,CNY", "Acme,J2,x,100.00,CNY", "Acme,J3,x,,CNY")
    assert imported(deals_list(place, *first)) == (3, 0, 0, 0)
    path = deals_list(place, "Acme,J1,x,,JPY", "Acme,J2,x,,JPY", "Acme,J3,x,,JPY")
    assert imported(path) == (0, 2, 0, 1)
    assert reasons(path) == [
        "the amount 100.50 has decimals, and JPY has none; write a whole number"
    ]
    assert [(deal(key)["amount"], deal(key)["currency"]) for key in (1, 2, 3)] == [
        (100.5, "CNY"),
        (100.0, "JPY"),
        (None, "JPY"),
    ]
    assert imported(path) == (0, 0, 2, 1)
    # Without a number another currency is another deal.
    assert imported(deals_list(place, "Acme,,y,1.50,CNY", "Acme,,y,,JPY")) == (2, 0, 0, 0)


def test_an_amount_in_another_currency_than_an_earlier_row_says_is_refused(place: Path) -> None:
    crm("add-customer Acme")
    path = deals_list(place, "Acme,J1,x,,CNY", "Acme,J1,x,500,JPY")
    for counted in ((1, 0, 0, 1), (0, 0, 1, 1)):
        assert imported(path) == counted
        assert reasons(path) == [
            "an earlier row of the list has it in CNY; write the same currency in both"
        ]
        assert (deal()["amount"], deal()["currency"]) == (None, "CNY")
    assert imported(deals_list(place, "Acme,J1,x,,CNY", "Acme,J1,x,5,CNY")) == (0, 1, 1, 0)
    assert deal()["amount"] == 5.0


def test_a_number_not_known_yet_takes_over_only_what_the_row_says_in_full(place: Path) -> None:
    crm("add-customer Acme")
    path = deals_list(place, "Acme,,y,5,CNY", "Acme,D8,y,,CNY", "Acme,,z,,", "Acme,D9,z,,")
    assert imported(path) == (3, 1, 0, 0)
    assert imported(path) == (0, 0, 4, 0)
    path = deals_list(place, "Acme,D7,y,5,CNY,30")
    assert imported(path) == (0, 1, 0, 0)
    assert imported(path) == (0, 0, 1, 0)
    assert rows("SELECT external_id, text, amount, probability FROM deal ORDER BY id", place) == [
        ("D7", "y", 500, 30),
        ("D8", "y", None, None),
        ("D9", "z", None, None),
    ]


@pytest.mark.parametrize("form", ["csv", "xlsx", "jsonl"])
def test_our_own_list_comes_back_and_changes_nothing(form: str, place: Path) -> None:
    crm("add-customer Acme --stage customer")
    crm("add-deal c1 a --amount 1,200.50 --currency USD --probability 60 --quoted 2026-11-02 --valid-until 2026-12-02 --note n")  # fmt: skip
    crm("add-deal c1 b --amount 500 --currency JPY")
    crm("add-deal c1 c")
    crm("win d2")
    crm("lose d3 --reason 'they bought a boat'")
    path = str(place / f"deals.{form}")
    crm(f"export deals --reveal --out {path}")
    before = live(place / "crm.db")
    assert imported(path) == (0, 0, 3, 0)
    assert live(place / "crm.db") == before
    there = {"CRM_DB": str(place / "new.db")}
    crm("add-customer Acme --stage customer", **there)
    assert counts(run_in_process(["import", path, "--as", "deals", "--json"], **there)) == (3, 0, 0, 0)  # fmt: skip
    mine, theirs = (crm("export deals --reveal --format jsonl", **where).lines for where in ({}, there))  # fmt: skip
    assert mine == theirs


def test_with_amounts_masked_none_leaves_and_none_is_lost(place: Path) -> None:
    crm("add-customer Acme")
    crm("add-deal c1 a --amount 1234.5 --probability 50")
    crm("config set privacy.mask_amounts on")
    path = str(place / "deals.csv")
    crm(f"export deals --out {path}")
    written = Path(path).read_text(encoding="utf-8")
    assert "1234" not in written
    assert "617" not in written
    assert imported(path) == (0, 0, 1, 0)
    assert deal()["amount"] == 1234.5
    assert crm("show d1 --json").json["item"]["amount"] is None
