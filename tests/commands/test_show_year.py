"""`show` and `show --brief`: the year with a customer, all of it, and what matters before a meeting (CLI.md, HANDBOOK §7, §9)."""

from pathlib import Path
from typing import Any

import pytest

from crmcli.config import settings_of_the_place
from crmcli.store.changes import Author, begin
from crmcli.store.opening import open_for_writing
from tests.support import crm

AUTHOR = Author("2026-11-20T01:00:00Z", "tester", "crm fill")
AT = {"created_at": "2026-11-01T01:00:00Z"}
ROWS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("deal", {"text": "a second line", "amount": 12_000_000, "currency": "CNY", "probability": 60, "close_on": "2026-12-15"}),
    ("deal", {"text": "spare parts", "stage": "quoted", "amount": 300_050, "currency": "USD", "quoted_on": "2026-11-10", "valid_until": "2026-11-30", "close_on": "2026-12-01"}),
    ("deal", {"text": "a press", "stage": "won", "amount": 100, "currency": "CNY", "closed_on": "2026-02-01"}),
    ("deal", {"text": "a lamp", "stage": "lost", "loss_reason": "price", "closed_on": "2026-03-01"}),
    ("deal", {"text": "some day"}),
    ("contract", {"text": "service 2026", "starts_on": "2026-01-01", "ends_on": "2026-12-31", "amount": 6_000_000, "currency": "CNY"}),
    ("contract", {"text": "service 2025", "starts_on": "2025-01-01", "ends_on": "2025-12-31", "amount": 5_000_000, "currency": "CNY", "renewed_id": 1}),
    ("customer_order", {"ordered_on": "2025-11-20", "amount": 700, "currency": "CNY", "pay_by": "2025-12-20", "paid_on": "2025-12-19"}),
    ("customer_order", {"ordered_on": "2025-11-21", "amount": 1_234_550, "currency": "CNY", "note": "ten pumps", "pay_by": "2026-11-01"}),
    ("customer_order", {"ordered_on": "2026-06-01", "amount": 2_000, "currency": "USD", "pay_by": "2026-12-01"}),
    ("customer_order", {"ordered_on": "2026-07-01", "amount": 5_000, "currency": "JPY", "paid_on": "2026-07-02"}),
    ("customer_order", {"ordered_on": "2026-08-01", "amount": 100, "currency": "CNY"}),
    ("risk", {"text": "their buyer leaves", "level": 3, "opened_at": "2026-11-19T01:00:00Z", "opened_on": "2026-11-19"}),
    ("risk", {"text": "a rival calls", "level": 1, "kind": "competitor", "opened_at": "2026-11-19T02:00:00Z", "opened_on": "2026-11-19"}),
    ("risk", {"text": "late parts", "level": 2, "opened_at": "2026-01-19T02:00:00Z", "opened_on": "2026-01-19", "closed_at": "2026-01-20T02:00:00Z", "closed_on": "2026-01-20", "result": "sent by air"}),
    ("attachment", {"row_table": "contract", "row_id": 1, "name": "contract.pdf", "digest": "ab" * 32, "size": 12_345, "attached_on": "2026-01-02"}),
)  # fmt: skip


def put(place: Path, *rows: tuple[str, dict[str, Any]], customer: int = 1) -> None:
    """Write records as no command of its own would have to, and compute what is derived of them."""
    db = open_for_writing(str(place / "crm.db"), settings_of_the_place)
    with begin(db, AUTHOR) as change:
        for table, row in rows:
            change.insert(table, customer_id=customer, **AT, **row)
    db.close()
    crm("migrate")


@pytest.fixture
def file(place: Path) -> Path:
    """A customer with whom there is much to talk about."""
    for command in (
        "add-customer 华东精工 --tier core --stage customer --since 2025-12-01 --note 'never before ten'",
        "config set currency CNY",
        "config set tiers.core.benefits 'answered within an hour'",
        "add-person c1 张伟 --title 采购经理 --role buyer --role decider --key-person --concern 交期 --preferences 'green tea'",
        "add-person c1 李雷 --role approver --consent refused --consent-scope photos",
        "add-person c1 韩梅 --role decider",
        "edit h3 --set left_on=2026-05-01",
        "add-person c1 王芳 --role user",
        "log-contact c1 'the plan' --channel visit --at 2026-11-02T14:30 --with 张伟 --feedback good --agreed 'a trial'",
        "log-contact c1 'the second' --at 2026-11-03",
        "log-contact c1 'the third' --at 2026-11-04",
        "log-contact c1 --no-answer --at 2026-11-05",
        "add-need c1 'it stops' --urgency urgent",
        "add-need c1 'a manual'",
        "resolve n2 printed",
        "confirm n2",
        "add-promise c1 samples --due 2026-11-21T09:00",
        "add-promise c1 'their forecast' --due 2026-11-27 --they-owe",
        "add-promise c1 'a visit' --due 2026-11-20",
        "done p3",
        "key-date h1 birthday 12-01",
        "key-date c1 anniversary 2020-12-21",
    ):
        crm(command)
    put(place, *ROWS)
    return place


def shown(command: str, *names: str) -> Any:
    item = crm(f"{command} --json").json["item"]
    return [item[name] for name in names] if len(names) > 1 else item[names[0]]


def refs(command: str, name: str) -> list[str]:
    return [one["ref"] for one in shown(command, name)]


def test_what_is_open_comes_first_of_each_kind(file: Path) -> None:
    assert refs("show c1", "deals") == ["d2", "d1", "d5", "d4", "d3"]
    assert refs("show c1", "contracts") == ["k1", "k2"]
    assert refs("show c1", "orders") == ["o2", "o3", "o5", "o4", "o1"]
    assert refs("show c1", "risks") == ["r2", "r1", "r3"]
    assert refs("show c1", "attachments") == ["f1"]
    names = ("deal_count", "contract_count", "order_count", "risk_count", "attachment_count")
    assert shown("show c1", *names) == [5, 2, 5, 3, 1]
    limited = [refs("show c1 --limit 2", name) for name in ("deals", "orders", "risks")]
    assert limited == [["d2", "d1"], ["o2", "o3"], ["r2", "r1"]]
    assert shown("show c1 --limit 2", *names) == [5, 2, 5, 3, 1]


def test_what_it_spends_is_told_by_currency_and_together_where_a_rate_is_set(file: Path) -> None:
    each = [
        {"currency": "CNY", "orders": 3, "last_order_on": "2026-08-01", "year": 12346.5, "total": 12353.5, "open": 12345.5, "overdue": 12345.5},
        {"currency": "JPY", "orders": 1, "last_order_on": "2026-07-01", "year": 5000.0, "total": 5000.0, "open": 0.0, "overdue": 0.0},
        {"currency": "USD", "orders": 1, "last_order_on": "2026-06-01", "year": 20.0, "total": 20.0, "open": 20.0, "overdue": 0.0},
    ]  # fmt: skip
    spend = shown("show c1", "spend")
    assert spend == {
        "currency": "CNY", "year": 12346.5, "total": 12353.5, "open": 12345.5, "overdue": 12345.5, "orders": 5,
        "last_order_on": "2026-08-01", "by_currency": each,
    }  # fmt: skip
    crm("config set currency.rate.USD 7")
    crm("config set currency.rate.JPY 0.05")
    spend = shown("show c1", "spend")
    assert (spend["year"], spend["open"], spend["by_currency"]) == (12736.5, 12485.5, each)


def test_people_are_told_the_sum_once_all_of_it_has_a_rate(file: Path) -> None:
    def told() -> str:
        (line,) = [line for line in crm("show c1").lines if line.startswith("orders ")]
        return line.removeprefix("orders").strip()

    crm("config set currency.rate.USD 7")
    assert told() == (
        "5 orders, last 2026-08-01; in a year 12,346.50 CNY + 5,000 JPY + 20.00 USD; "
        "in all 12,353.50 CNY + 5,000 JPY + 20.00 USD; unpaid 12,345.50 CNY + 20.00 USD = 12,485.50 CNY; overdue 12,345.50 CNY"
    )
    crm("config set currency.rate.JPY 0.05")
    assert told() == (
        "5 orders, last 2026-08-01; in a year 12,346.50 CNY + 5,000 JPY + 20.00 USD = 12,736.50 CNY; "
        "in all 12,353.50 CNY + 5,000 JPY + 20.00 USD = 12,743.50 CNY; unpaid 12,345.50 CNY + 20.00 USD = 12,485.50 CNY; "
        "overdue 12,345.50 CNY"
    )


def test_the_day_a_year_ago_is_no_longer_of_the_year(file: Path) -> None:
    def year(now: str) -> float:
        return float(shown(f"show c1 --json --db {file / 'crm.db'}", "spend")["year"]) if not now else crm("show c1 --json", CRM_NOW=now).json["item"]["spend"]["year"]  # fmt: skip

    assert [year(f"{day}T09:00") for day in ("2026-11-19", "2026-11-20", "2026-11-21", "2027-08-01")] == [12353.5, 12346.5, 1.0, 0.0]  # fmt: skip


def test_the_story_tells_it_to_people(file: Path) -> None:
    lines = crm("show c1").lines
    for line in (
        "benefits    answered within an hour",
        "coming up   value review 2026-12-01; business review 2027-02-22; care 2027-03-22; solution review 2027-05-20",
        "orders      5 orders, last 2026-08-01; in a year 12,346.50 CNY + 5,000 JPY + 20.00 USD; "
        "in all 12,353.50 CNY + 5,000 JPY + 20.00 USD; unpaid 12,345.50 CNY + 20.00 USD; overdue 12,345.50 CNY",
    ):
        assert line in lines
    begin = lines.index("Deals (5 of 5)")
    assert lines[begin : lines.index("Open tasks") if "Open tasks" in lines else lines.index("Key dates") - 1] == [
        "Deals (5 of 5)",
        "  d2  quoted  3,000.50 USD  quote holds until 2026-11-30  by 2026-12-01  spare parts",
        "  d1  open  120,000.00 CNY  60 %  by 2026-12-15  a second line",
        "  d5  open  some day",
        "  d4  lost  2026-03-01  price  a lamp",
        "  d3  won  1.00 CNY  2026-02-01  a press",
        "",
        "Contracts (2 of 2)",
        "  k1  2026-01-01 – 2026-12-31  60,000.00 CNY  service 2026",
        "  k2  2025-01-01 – 2025-12-31  50,000.00 CNY  service 2025  renewed by k1",
        "",
        "Orders (5 of 5)",
        "  o2  2025-11-21  12,345.50 CNY  pay by 2026-11-01  ten pumps",
        "  o3  2026-06-01  20.00 USD  pay by 2026-12-01",
        "  o5  2026-08-01  1.00 CNY",
        "  o4  2026-07-01  5,000 JPY  paid 2026-07-02",
        "  o1  2025-11-20  7.00 CNY  paid 2025-12-19",
        "",
        "Risks (3 of 3)",
        "  r2  level 1  yellow  a rival calls  due 2026-11-20 10:00",
        "  r1  level 3  their buyer leaves  due 2026-12-04",
        "  r3  level 2  late parts  closed 2026-01-20  sent by air",
        "",
        "Files (1 of 1)",
        "  f1  2026-01-02  contract.pdf  (k1)",
    ]  # fmt: skip


BRIEF = """\
c1  华东精工  core  customer  established
mind           ! h2 李雷  consent refused (photos)
               ! h3 韩梅  left on 2026-05-01
benefits       answered within an hour
note           never before ten
decides        h1  张伟  采购经理  buyer, decider, key person  looks for 交期  prefers green tea
               h2  李雷  approver
we owe         p1  we-owe  basic  2026-11-21 09:00  yellow  samples
they owe       p2  they-owe  basic  2026-11-27  their forecast
needs          n1  urgent  green  it stops  respond by 2026-11-20 11:00
last contacts  2026-11-05  call  no answer
               2026-11-04  call  the third
               2026-11-03  call  the second
deals          d2  quoted  3,000.50 USD  quote holds until 2026-11-30  by 2026-12-01  spare parts
               d1  open  120,000.00 CNY  60 %  by 2026-12-15  a second line  + 1 more
contracts      k1  2026-01-01 – 2026-12-31  60,000.00 CNY  service 2026
unpaid         12,345.50 CNY + 20.00 USD  overdue 12,345.50 CNY  since 2026-11-01
buying         4,117.83 CNY on average; 4 repurchases; every 30.5 days; next expected 2026-09-01
may leave      payment of o2 overdue since 2026-11-01
key dates      y1  2026-12-01  birthday  张伟
risks          r2  level 1  yellow  a rival calls  due 2026-11-20 10:00
               r1  level 3  their buyer leaves  due 2026-12-04
"""


def test_before_a_meeting_what_matters_is_on_one_screen(file: Path) -> None:
    assert crm("show c1 --brief").out == BRIEF
    assert len(BRIEF.splitlines()) <= 24


def test_before_a_meeting_scripts_are_told_the_same(file: Path) -> None:
    answer = crm("show c1 --brief --json").json
    assert answer["schema"] == "crm.brief/1"
    item = answer["item"]
    lists = ("people", "we_owe", "they_owe", "needs", "interactions", "deals", "contracts", "unpaid", "key_dates", "risks")  # fmt: skip
    assert {name: [one["ref"] for one in item[name]] for name in lists} == {
        "people": ["h1", "h2"],
        "we_owe": ["p1"],
        "they_owe": ["p2"],
        "needs": ["n1"],
        "interactions": ["i4", "i3", "i2"],
        "deals": ["d2", "d1", "d5"],
        "contracts": ["k1"],
        "unpaid": ["o2", "o3"],
        "key_dates": ["y1"],
        "risks": ["r2", "r1"],
    }
    assert item["cautions"] == [
        {"kind": "consent_refused", "person": {"ref": "h2", "name": "李雷"}, "text": "photos"},
        {"kind": "decider_left", "person": {"ref": "h3", "name": "韩梅"}, "text": "2026-05-01"},
    ]
    assert item["needs"][0]["light"] == "green"
    assert item["benefits"] == "answered within an hour"
    assert len(shown("show c1 --brief --limit 1", "interactions")) == 1


def test_what_not_to_forget_leads(place: Path) -> None:
    crm("add-customer Acme --tier core --stage customer")
    crm("edit c1 --set do_not_contact=yes")
    put(place, ("person", {"name": "Jane"}))
    crm("edit c1 --set stage=lost --set 'loss_reason=other: moved'")
    kinds = [one["kind"] for one in shown("show c1 --brief", "cautions")]
    assert kinds == ["do_not_contact", "lost", "no_decider"]
    lines = crm("show c1 --brief").lines
    assert lines[1:5] == [
        "mind    ! do not contact",
        "        ! lost: other: moved",
        "        ! nobody is known to decide",
        "people  h1  Jane",
    ]


def test_each_list_is_cut_to_what_fits_and_says_how_much_more_there_is(place: Path) -> None:
    crm("add-customer Acme --stage customer")
    for number in range(6):
        crm(f"add-promise c1 'promise {number}' --due 2026-12-0{number + 1}")
        crm(f"add-need c1 'need {number}'")
    put(place, *(("risk", {"text": f"risk {n}", "level": 1, "opened_at": "2026-11-20T00:00:00Z", "opened_on": "2026-11-20"}) for n in range(4)))  # fmt: skip
    lines = crm("show c1 --brief").lines
    assert sum("we-owe" in line for line in lines) == 3
    assert [line for line in lines if "more" in line] == [
        "        p3  we-owe  basic  2026-12-03  promise 2  + 3 more",
        "        n3  untriaged  green  need 2  respond by 2026-11-20 18:00  + 3 more",
        "        r3  level 1  yellow  risk 2  due 2026-11-21 08:00  + 2 more",
    ]
    narrow = crm("show c1 --brief", COLUMNS="40").lines
    assert max(map(len, narrow)) <= 40
    assert sum(line.endswith("  + 3 more") for line in narrow) == 2


def test_amounts_are_masked_where_that_is_set(file: Path) -> None:
    crm("config set privacy.mask_amounts on")
    answer = crm("show c1 --json").json
    assert answer["masked"] is True
    item = answer["item"]
    assert {one["amount"] for name in ("deals", "contracts", "orders") for one in item[name]} == {None}  # fmt: skip
    told = {**item["spend"]}
    by_currency = told.pop("by_currency")
    for one in (told, *by_currency):
        assert [one[name] for name in ("year", "total", "open", "overdue")] == [None] * 4
    for command in ("show c1", "show c1 --brief", "show c1 --brief --json"):
        text = crm(command).out
        assert "12345" not in text.replace(",", "")
        assert "120000" not in text.replace(",", "")
    assert "unpaid         *** CNY" in crm("show c1 --brief").out
