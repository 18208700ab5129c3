"""Orders at the command line: added, paid, due, put off, corrected, taken back; what they do to the cadence (HANDBOOK §3, §7)."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.contract.program import refused, refused_here
from tests.contract.terminal import Terminal
from tests.support import crm, run_in_process, run_process

At = Callable[[str], None]
Row = tuple[str, str, str, int]

NEW = {
    "ref": "o1", "external_id": None, "customer": "c1", "deal": None, "contract": None, "ordered_on": "2026-11-20",
    "amount": 1200.5, "currency": "CNY", "note": None, "pay_by": None, "paid_on": None, "created_at": "2026-11-20T09:00:00+08:00",
}  # fmt: skip
"""What o1 is when `add-order c1 1,200.50` has made it."""


@pytest.fixture(autouse=True)
def customers() -> None:
    crm("add-customer Acme --tier ordinary --stage customer --since 2024-01-01")
    crm("log-contact c1 hello --at 2026-11-02")
    crm("add-customer 华东精工 --tier core --stage customer --since 2024-01-01")
    crm("log-contact c2 hello --at 2026-11-20T08:00")


def order(ref: str = "o1") -> Any:
    return crm(f"show {ref} --json").json["item"]


def customer(ref: str = "c1") -> Any:
    return crm(f"show {ref} --json").json["item"]


def due(*kinds: str, days: int = 0) -> list[Row]:
    """What is due of these kinds: reference, day, light, days overdue."""
    asked = " ".join(f"--kind {kind}" for kind in kinds)
    items = crm(f"due --json {asked} --days {days}").json["items"]
    return [(item["ref"], item["due_at"], item["light"], item["overdue_days"]) for item in items]


def on_screen(command: str) -> list[str]:
    with Terminal(command) as person:
        assert person.leaves() == 0
        return person.screen.splitlines()


# --- added ---


def test_an_order_is_one_line_through_the_real_process() -> None:
    ran = run_process("add-order Acme 1,200.50")
    assert (ran.code, ran.out, ran.err) == (0, "o1\n", "")
    assert order() == NEW
    assert run_process("add-order c2 9.8万 --currency 人民币 --json").json == {
        "schema": "crm.order/1", "item": NEW | {"ref": "o2", "customer": "c2", "amount": 98000.0},
    }  # fmt: skip


def test_all_that_can_be_said_of_one() -> None:
    crm("add-deal c1 presses --amount 900 --currency USD")
    crm("add-contract c1 frame --until 2027-12-31")
    crm(
        "add-order c1 900 --currency usd --on 2026-11-02 --pay-by +30d --paid yesterday --deal d1 --contract k1 "
        "--note 'two presses' --external-id A-7"
    )
    assert order() == NEW | {
        "external_id": "A-7", "deal": "d1", "contract": "k1", "ordered_on": "2026-11-02", "amount": 900.0, "currency": "USD",
        "note": "two presses", "pay_by": "2026-12-20", "paid_on": "2026-11-19",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("options", "code", "sentence"),
    [
        ("-5", 2, "-5 begins with a minus sign, as options do; write the number without it, or a date like -3d after --"),
        ("-1,200.50", 2, "-1,200.50 begins with a minus sign, as options do; write the number without it, or a date like -3d after --"),
        ("-100 --pay-by -1d", 2, "-100 begins with a minus sign, as options do; write the number without it, or a date like -3d after --"),
        ("--pay-by -1d -100", 2, "-100 begins with a minus sign, as options do; write the number without it, or a date like -3d after --"),
        ("0", 2, "an order of nothing is none; write what it comes to"),
        ("$5", 2, "the amount $5 may be in several currencies; write which with --currency, or with it, like 3000 USD"),
        ("$5 --currency CNY", 2, "the amount $5 is not in CNY, as it is to be; correct it, or the currency"),
        ("€5 --currency USD", 2, "the amount €5 is not in USD, as it is to be; correct it, or the currency"),
        ("5 --on 2026-11-19 --paid 2026-11-18", 2, "2026-11-18 lies before the order, which was made on 2026-11-19; correct one of them"),
        ("much", 2, "'much' is no amount; write it like 1200 or 1200.50"),
        ("1.005", 2, "the amount 1.005 has too many decimals; write at most 2"),
        ("1.5 --currency JPY", 2, "the amount 1.5 has decimals, and JPY has none; write a whole number"),
        ("5 --currency zzz", 2, "currency 'zzz' is unknown; write its three letters by ISO 4217, like CNY or USD"),
        ("5 --on tomorrow", 2, "'tomorrow' is in the future; name a day that has come"),
        ("5 --paid 2026-11-21", 2, "'2026-11-21' is in the future; name a day that has come"),
        ("5 --pay-by 2026-02-30", 2, "'2026-02-30' is a day or time that does not exist; write it like 2026-11-21 or 2026-11-21 15:00 (years 1900 to 9999)"),
        ("5 --deal d9", 3, "there is no deal d9; crm show CUSTOMER lists them"),
        ("5 --deal c1", 2, "'c1' is no deal; write its reference, like d6"),
        ("5 --deal d1", 2, "d1 is of another customer, c2; name a deal of this one, or leave it out"),
        ("5 --contract d1", 2, "'d1' is no contract; write its reference, like k1"),
        ("5 --contract k1", 2, "k1 is of another customer, c2; name a contract of this one, or leave it out"),
        ("5 --external-id A-1", 4, "external id A-1 is that of o1; leave it out, or edit that order"),
    ],
)  # fmt: skip
def test_what_is_refused(options: str, code: int, sentence: str) -> None:
    crm("add-deal c2 presses")
    crm("add-contract c2 frame --until 2027-12-31")
    crm("add-order c2 7 --external-id A-1")
    refused_here(f"add-order c1 {options}", code, sentence)


@pytest.mark.parametrize(
    ("amount", "base", "worth"),
    [
        ("€50", "CNY", (50.0, "EUR")),
        ("3000美元", "CNY", (3000.0, "USD")),
        ("'50 USD'", "CNY", (50.0, "USD")),
        ("$3000 --currency hkd", "CNY", (3000.0, "HKD")),
        ("$3000", "USD", (3000.0, "USD")),
        ("¥300", "CNY", (300.0, "CNY")),
        ("¥300 --currency JPY", "CNY", (300.0, "JPY")),
    ],
)
def test_an_amount_says_its_currency(amount: str, base: str, worth: tuple[float, str]) -> None:
    crm(f"config set currency {base}")
    made = crm(f"add-order c1 {amount} --json").json["item"]
    assert (made["amount"], made["currency"]) == worth


def test_a_corrected_amount_says_its_currency() -> None:
    crm("add-order c1 50 --currency HKD")
    crm("edit o1 --set amount=$60")
    assert (order()["amount"], order()["currency"]) == (60.0, "HKD")
    crm("edit o1 --set amount=€70")
    assert (order()["amount"], order()["currency"]) == (70.0, "EUR")
    refused_here("edit o1 --set amount=£70 --set currency=EUR", 2, "the amount £70 is not in EUR, as it is to be; correct it, or the currency")  # fmt: skip
    refused_here("edit o1 --set amount=0", 2, "an order of nothing is none; write what it comes to")


def test_what_a_contact_cost_is_in_the_base_currency() -> None:
    refused_here("log-contact c1 lunch --cost $50", 2, "the amount $50 is not in CNY, as it is to be; correct it, or the currency")  # fmt: skip
    assert crm("log-contact c1 lunch --cost ¥50 --json").json["item"]["cost"] == 50.0


def test_it_is_not_paid_before_it_is_made() -> None:
    crm("add-order c1 5 --on 2026-11-18")
    sentence = "2026-11-17 lies before the order, which was made on 2026-11-18; correct one of them"
    refused_here("paid o1 --on 2026-11-17", 2, sentence)
    refused_here("edit o1 --set paid_on=2026-11-17", 2, sentence)
    crm("paid o1 --on 2026-11-18")
    refused_here("edit o1 --set ordered_on=2026-11-19", 2, "2026-11-18 lies before the order, which was made on 2026-11-19; correct one of them")  # fmt: skip


def test_who_orders_or_signs_is_known_as_a_customer() -> None:
    crm("add-customer Gamma --stage prospect")
    hint = "c3 is still no customer (prospect); crm edit c3 --set stage=customer when it buys\n"
    ran = run_in_process("add-order c3 5")
    assert (ran.out, ran.err) == ("o1\n", hint)
    ran = run_in_process("add-contract c3 frame --until 2027-12-31")
    assert (ran.out, ran.err) == ("k1\n", hint)
    assert run_in_process("add-contract c1 frame --until 2027-12-31").err == ""


def test_a_terminal_is_told_that_no_payment_day_is_known() -> None:
    asked = "When it is to be paid is not known: crm edit o1 --set pay_by=+30d has it asked for."
    assert on_screen("add-order c1 5")[:2] == ["Added o1 of Acme: 5.00 CNY.", asked]
    crm("edit o1 --set pay_by=today")
    assert on_screen("done o1:payment")[0] == (
        "o1 is marked as paid today; if it was another day: crm edit o1 --set paid_on=DATE"
    )


def test_a_negative_amount_is_none() -> None:
    ran = run_in_process(["add-order", "c1", "--", "-5"])
    assert (ran.code, ran.err) == (2, "crm: the amount -5 is negative; write 0 or more, and take a refund off the amount of its order\n")  # fmt: skip


def test_a_dry_run_writes_nothing(place: Path) -> None:
    before = (place / "crm.db").read_bytes()
    assert run_process("add-order c1 5 --dry-run").code == 0
    assert (place / "crm.db").read_bytes() == before
    refused("show o1", 3, "there is no order o1; crm show CUSTOMER lists them")


def test_a_terminal_is_told_what_it_comes_to() -> None:
    assert on_screen("add-order c1 5000 --pay-by 2026-12-01") == [
        "Added o1 of Acme: 5,000.00 CNY, to be paid by Tue 1 Dec (in 11 days)."
    ]
    assert on_screen("add-order c1 95000 --on 2026-11-18 --paid today") == [
        "Added o2 of Acme: 95,000.00 CNY, paid Fri 20 Nov.",
        "Acme spends much in a year: a visit is due Mon 22 Feb 2027 (in 94 days).",
    ]
    assert on_screen("paid o1") == ["o1 of Acme is paid, Fri 20 Nov."]


def test_the_blacklist_warns_and_the_order_is_taken() -> None:
    crm("edit c1 --set blacklisted=yes --set credit_grade=D --set credit_on=2026-11-02")
    assert [customer()[name] for name in ("blacklisted", "credit_grade", "credit_on")] == [
        True,
        "D",
        "2026-11-02",
    ]
    ran = crm("add-order c1 5")
    assert ran.out == "o1\n"
    assert ran.err.startswith("Acme (c1) is on the blacklist")
    assert crm("add-order c2 5").err == ""
    listed = crm("list-customers --json --where 'blacklisted = yes'").json["items"]
    assert [one["ref"] for one in listed] == ["c1"]
    refused_here(
        "edit c1 --set credit_on=tomorrow",
        2,
        "'tomorrow' is in the future; name a day that has come",
    )


# --- paid ---


def test_a_payment_is_due_from_its_day_and_late_after_it(at: At) -> None:
    crm("add-order c1 5000 --on 2026-11-02 --pay-by 2026-11-21 --note presses")
    crm("add-order c2 5000 --on 2026-11-02")
    assert due("payment") == []
    assert due("payment", days=1) == [("o1:payment", "2026-11-21", "green", 0)]
    at("2026-11-21T09:00")
    assert due("payment") == [("o1:payment", "2026-11-21", "yellow", 0)]
    at("2026-11-24T09:00")
    (item,) = crm("due --json --kind payment").json["items"]
    assert (item["title"], item["why"], item["action"], item["light"], item["overdue_days"]) == (
        "presses",
        "payment of the order of Mon 2 Nov; due Sat 21 Nov; 3 days overdue",
        "crm paid o1",
        "red",
        3,
    )
    assert crm("due --why o1").out == f"{item['why']}\n"
    assert crm("due --why o1:payment --json").json["item"] == {"ref": "o1:payment", "why": item["why"]}  # fmt: skip
    ran = run_process("paid o1 --on 2026-11-23 --json")
    assert ran.json["item"]["paid_on"] == "2026-11-23"
    assert due("payment", days=400) == []
    assert crm("due --why o1").out == "paid on 2026-11-23\n"
    refused("paid o1", 4, "o1 is paid already, on 2026-11-23; crm undo x7 takes that back, crm edit o1 --set paid_on=DATE corrects the day")  # fmt: skip
    refused_here("done o1:payment", 4, "o1 is paid already, on 2026-11-23; crm undo x7 takes that back, crm edit o1 --set paid_on=DATE corrects the day")  # fmt: skip
    crm("undo x7")
    assert due("payment") == [("o1:payment", "2026-11-21", "red", 3)]
    refused_here("due --why o2", 3, "nobody said by when o2 is to be paid; crm edit o2 --set pay_by=DATE does")  # fmt: skip


def test_done_pays_it_today_and_a_snooze_hides_it(at: At) -> None:
    crm("add-order c1 5000 --on 2026-11-02 --pay-by 2026-11-18")
    crm("add-order c1 5000 --on 2026-11-18")
    assert crm("snooze o1:payment 3d --json").json["item"] == {"ref": "o1:payment", "snoozed_until": "2026-11-23"}  # fmt: skip
    assert due("payment") == []
    assert due("payment", days=3) == [("o1:payment", "2026-11-18", "red", 2)]
    assert crm("due --why o1").out == (
        "payment of the order of Mon 2 Nov; due Wed 18 Nov; 2 days overdue; snoozed until Mon 23 Nov\n"
    )
    crm("edit o1 --set pay_by=2026-11-19")  # which ends what was said of the other day
    assert due("payment") == [("o1:payment", "2026-11-19", "red", 1)]
    refused_here("snooze o1 3d", 2, "o1 is an order; its payment is put off as o1:payment")
    refused_here("snooze o2:payment 3d", 4, "o2:payment is not due, so there is nothing to put off")
    refused_here("done o1", 2, "o1 is an order, and what of it is due is its payment; crm paid o1 notes that")  # fmt: skip
    refused_here("done o2:payment", 4, "o2:payment is not due; crm paid o2 notes the payment all the same")  # fmt: skip
    refused_here("done o1:touch", 3, "o1:touch is nothing that is due; crm due lists what is")
    item = crm("done o1:payment 'by cheque' --next 'thank them' --on mon --json").json["item"]
    assert (item["paid_on"], item["next"][0]["text"]) == ("2026-11-20", "thank them")
    assert due("payment", days=400) == []
    crm("paid o2:payment --on 2026-11-19")
    assert order("o2")["paid_on"] == "2026-11-19"


def test_what_paid_refuses() -> None:
    refused("paid o1", 3, "there is no order o1; crm show CUSTOMER lists them")
    refused_here(
        "paid c1", 2, "'c1' is no order; write it like o9, as crm show CUSTOMER lists them"
    )
    crm("add-order c1 5")
    refused_here(
        "paid o1 --on tomorrow", 2, "'tomorrow' is in the future; name a day that has come"
    )


def test_of_a_retired_customer_nothing_is_due_and_it_is_said(at: At) -> None:
    crm("add-order c1 5000 --on 2026-11-02 --pay-by 2026-11-18")
    crm("add-order c1 5000 --on 2026-11-02 --pay-by 2026-11-18 --paid 2026-11-18")
    crm("edit c1 --set do_not_contact=yes")  # money is owed all the same
    assert due("payment") == [("o1:payment", "2026-11-18", "red", 2)]
    assert crm("archive c1 --retire").err == "Still open, and no longer listed as due: o1.\n"
    assert due("payment") == []
    assert crm("due --why o1").out == "retired\n"
    crm("archive c1 --reactivate")
    assert due("payment") == [("o1:payment", "2026-11-18", "red", 2)]


# --- corrected, and taken back ---


def test_every_field_is_corrected() -> None:
    crm("add-deal c1 presses")
    crm("add-order c1 1200.5")
    crm(
        "edit o1 --set amount=900 --set currency=USD --set ordered_on=2026-11-02 --set pay_by=2026-12-01 --set deal=d1"
    )
    crm("edit o1 --set paid_on=2026-11-19 --set note=lamps --set external_id=A-1")
    assert order() == NEW | {
        "external_id": "A-1", "deal": "d1", "ordered_on": "2026-11-02", "amount": 900.0, "currency": "USD", "note": "lamps",
        "pay_by": "2026-12-01", "paid_on": "2026-11-19",
    }  # fmt: skip
    crm("edit o1 --set currency=JPY --set deal= --set paid_on=")
    assert [order()[name] for name in ("amount", "currency", "deal", "paid_on")] == [900.0, "JPY", None, None]  # fmt: skip
    crm("add-order c1 5 --external-id A-2")
    for change, code, sentence in (
        ("amount=", 2, "the amount is empty; write one"),
        ("ordered_on=", 2, "the ordered on is empty; write one"),
        ("ordered_on=tomorrow", 2, "'tomorrow' is in the future; name a day that has come"),
        ("amount=1.5", 2, "the amount 1.5 has decimals, and JPY has none; write a whole number"),
        ("external_id=A-2", 4, "external id A-2 is that of o2; leave it out, or edit that order"),
        ("deal=d9", 3, "there is no deal d9; crm show CUSTOMER lists them"),
        ("amont=5", 2, "an order has no field 'amont' that can be set; did you mean amount?"),
    ):
        refused_here(["edit", "o1", "--set", change], code, sentence)


def test_undo_and_delete_take_it_out_of_the_spend_and_bring_it_back() -> None:
    assert customer()["next_visit_on"] is None
    crm("add-order c1 100000")
    names = ("next_touch_on", "next_visit_on", "lifecycle", "order_count")
    after = ["2026-12-02", "2027-02-22", "active", 1]
    assert [customer()[name] for name in names] == after
    for line in (
        "undo x5",
        "undo x6",
        "delete o1",
        "undo",
        "edit o1 --set amount=99999.99",
        "undo",
    ):
        crm(line)
        now = [customer()[name] for name in names]
        assert now == {
            "undo x5": ["2027-02-02", None, "established", 0],
            "delete o1": ["2027-02-02", None, "established", 0],
            "edit o1 --set amount=99999.99": ["2027-02-02", None, "active", 1],
        }.get(line, after), line


def test_a_deal_or_contract_that_goes_leaves_its_orders() -> None:
    crm("add-deal c1 presses")
    crm("add-contract c1 frame --until 2027-12-31")
    crm("add-order c1 5 --deal d1 --contract k1")
    crm("delete d1")
    crm("delete k1")
    assert order() == NEW | {"amount": 5.0}
    crm("undo x9")
    crm("undo x8")
    assert [order()[name] for name in ("deal", "contract")] == ["d1", "k1"]


# --- the cadence ---


def test_yearly_spend_over_the_line_gives_the_monthly_call_and_the_visit(at: At) -> None:
    """HANDBOOK §3: from 100,000 a year on, at least a monthly call and a visit every 3 months, whatever the tier."""
    crm("add-order c1 99999.99 --on 2026-03-10")
    assert due("touch", "visit", days=400) == [
        ("c2:touch", "2026-12-21", "green", 0),
        ("c1:touch", "2027-02-02", "green", 0),
    ]
    crm("add-order c1 0.01 --on 2026-10-12")
    assert due("touch", "visit", days=400) == [
        ("c2:touch", "2026-12-21", "green", 0),
        # Never visited: from the order that crossed the line, 12 October.
        ("c1:visit", "2027-01-12", "green", 0),
        ("c1:touch", "2026-12-02", "green", 0),
    ]
    assert crm("due --why c1").out == "spends much: every month; last contact 2026-11-02 (call); due Wed 2 Dec; in 12 days\n"  # fmt: skip
    assert crm("due --why c1:visit").out == "spends much: visited every 3 months; never visited; due 2027-01-12; in 53 days\n".replace("due 2027-01-12", "due Tue 12 Jan 2027")  # fmt: skip
    refused_here("done c1:visit", 4, "a visit is settled by making it: crm log-contact c1 --channel visit")  # fmt: skip
    at("2026-12-01T09:00")
    crm("log-contact c1 'at their plant' --channel visit")  # which serves both
    assert due("touch", "visit", days=100) == [
        ("c2:touch", "2026-12-21", "green", 0),
        ("c1:visit", "2027-03-01", "green", 0),
        ("c1:touch", "2027-01-01", "green", 0),
    ]
    (item,) = crm("due --json --kind visit --days 100").json["items"]
    assert item["action"] == "crm log-contact c1 --channel visit"


def test_time_alone_takes_the_spend_below_the_line_and_the_visit_with_it(at: At) -> None:
    crm("add-order c1 60000 --on 2026-03-10")
    crm("add-order c1 60000 --on 2026-10-12")
    at("2027-03-01T09:00")
    crm("log-contact c1 'a call'")
    at("2027-03-09T09:00")  # the last day on which the order of March counts
    assert due("visit") == [("c1:visit", "2027-01-12", "red", 56)]
    assert customer()["next_visit_on"] == "2027-01-12"
    assert crm("due --count --json --kind visit").json["item"]["count"] == 1
    at("2027-03-10T09:00")
    assert due("visit", days=400) == []
    assert crm("due --count --json --kind visit").json["item"]["count"] == 0
    assert customer()["next_visit_on"] is None
    refused_here("due --why c1:visit", 3, "c1 is not to be visited; crm edit c1 --set visit_cadence=3m says how often")  # fmt: skip
    at("2027-03-11T09:00")  # on a later day it begins anew
    crm("add-order c1 40000")
    assert due("visit", days=400) == [("c1:visit", "2027-06-11", "green", 0)]


def test_an_own_visit_cadence_and_a_visit_put_off(at: At) -> None:
    crm("edit c2 --set visit_cadence=2m")
    assert due("visit", days=100) == [("c2:visit", "2027-01-20", "green", 0)]
    assert crm("due --why c2:visit").out == "own visit cadence: every 2 months; never visited; due Wed 20 Jan 2027; in 61 days\n"  # fmt: skip
    assert crm("snooze c2:visit 2027-02-14 --json").json["item"] == {"ref": "c2:visit", "snoozed_until": "2027-02-14"}  # fmt: skip
    assert due("visit", days=100) == [("c2:visit", "2027-02-14", "green", 0)]
    assert crm("due --why c2:visit").out == "own visit cadence: every 2 months; never visited; snoozed until Sun 14 Feb 2027; in 86 days\n"  # fmt: skip
    assert [item for item in due("touch", days=100) if item[0] == "c2:touch"] == [("c2:touch", "2026-12-21", "green", 0)]  # fmt: skip
    at("2026-12-01T09:00")
    crm("log-contact c2 'at their plant' --channel visit")  # which ends it
    assert due("visit", days=100) == [("c2:visit", "2027-02-01", "green", 0)]
    refused_here("snooze c2:visit 2027-01-04", 2, "'2027-01-04' puts c2:visit off by nothing, for it is due from 2027-02-01; name a later day")  # fmt: skip
    refused_here("snooze c1:visit 3d", 4, "c1:visit is not due, so there is nothing to put off")
    crm("edit c2 --set visit_cadence=")
    assert due("visit", days=400) == []


def test_the_settings_of_spend_recompute_and_say_how_much_moved() -> None:
    crm("add-order c1 60000 --on 2026-10-12")
    crm("add-order c1 5000 --on 2026-10-12 --currency USD")
    for line, told, visits in (
        ("config set cadence.visit_spend 60000", "2 due dates moved.\n", [("c1:visit", "2027-01-12", "green", 0)]),
        ("config set cadence.visit 2m", "1 due date moved.\n", [("c1:visit", "2026-12-14", "green", 0)]),
        ("config set cadence.visit_spend 60001", "2 due dates moved.\n", []),
        ("config set currency.rate.USD 7.1", "2 due dates moved.\n", [("c1:visit", "2026-12-14", "green", 0)]),
        ("config set currency.rate.USD 0.0002", "2 due dates moved.\n", [("c1:visit", "2026-12-14", "green", 0)]),
        ("config unset currency.rate.USD", "2 due dates moved.\n", []),
        # In dollars the order in yuan is apart until it has a rate.
        ("config set currency USD", "0 due dates moved.\n", []),
        ("config set currency.rate.CNY 0.9", "0 due dates moved.\n", []),
        ("config set cadence.visit_spend 59,000", "2 due dates moved.\n", [("c1:visit", "2026-12-14", "green", 0)]),
        ("undo", "", []),
    ):  # fmt: skip
        ran = crm(line)
        if line.startswith("config set currency.rate.USD 0.0002"):  # 60,001.00 to the coin
            assert due("visit", days=400) == visits
            continue
        assert (ran.err, due("visit", days=400)) == (told, visits), line


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("cadence.visit_spend many", "cadence.visit_spend: 'many' is no amount; write a whole number like 100000"),
        ("cadence.visit_spend 1.5", "cadence.visit_spend: '1.5' is no amount; write a whole number like 100000"),
        ("currency.rate.USD 0", "currency.rate.USD: '0' is no rate; write what one of it is worth in the base currency, like 7.1"),
        ("currency.rate.USD nan", "currency.rate.USD: 'nan' is no rate; write what one of it is worth in the base currency, like 7.1"),
        ("currency.rate.CNY 2", "CNY is the base currency, which needs no rate; set that of another one"),
        *(
            (
                f"currency.rate.USD {rate}",
                "currency.rate.USD: a rate is between 0.000000001 and 1000000000, of up to 10 digits, like 7.1; "
                f"{rate if len(rate) < 41 else rate[:39] + '…'!r} is not",
            )
            for rate in ("1e999", "1e-99999999", "0.0000000009", "1000000000.1", "7.1234567891", "7" * 5000, f"1.{'0' * 40}1")
        ),
        ("currency.rate.usd 7", "setting 'currency.rate.usd' is unknown; did you mean currency.rate.USD?"),
        ("currency.rate.ZZZ 7", "currency 'ZZZ' is unknown; write its three letters by ISO 4217, like CNY or USD"),
    ],
)  # fmt: skip
def test_settings_that_are_refused(line: str, sentence: str) -> None:
    refused_here(f"config set {line}", 2, sentence)


def test_an_order_in_the_last_30_days_makes_a_customer_active(at: At) -> None:
    def lifecycle() -> tuple[str, list[str]]:
        listed = crm("list-customers --json --lifecycle active").json["items"]
        return customer()["lifecycle"], [one["ref"] for one in listed]

    assert lifecycle() == ("established", [])
    crm("add-order c1 5 --on 2026-10-22")
    assert lifecycle() == ("active", ["c1"])
    at("2026-11-21T09:00")
    assert lifecycle() == ("established", [])
    # An order is activity: 90 days from it, not from the contact before.
    crm("add-order c1 5 --on 2026-11-21")
    at("2027-02-18T09:00")
    assert customer()["lifecycle"] == "established"
    at("2027-02-19T09:00")
    assert customer()["lifecycle"] == "dormant"
    listed = crm("list-customers --json --lifecycle dormant").json["items"]
    assert "c1" in [one["ref"] for one in listed]


def test_who_spends_much_weighs_more_in_the_queue(at: At) -> None:
    crm("add-need c1 'a manual' --urgency routine")
    crm("add-need c2 'a cable' --urgency routine")
    assert [one["ref"] for one in crm("triage --json").json["items"]] == ["n2", "n1"]
    scores = [crm(f"show n{key} --json").json["item"]["score"] for key in (1, 2)]
    crm("add-order c1 100000 --on 2026-11-02")
    crm("edit c1 --set tier=potential")
    assert crm("show n1 --json").json["item"]["score"] == scores[0] + 10 + 10
    assert crm("triage --why n1").out.endswith("score 30 = 20 tier (potential) + 10 spends much\n")
    assert [one["ref"] for one in crm("triage --json").json["items"]] == ["n1", "n2"]
    at("2027-11-02T09:00")
    assert crm("show n1 --json").json["item"]["score"] == 20
    assert [one["ref"] for one in crm("triage --json").json["items"]] == ["n2", "n1"]


def test_amounts_are_masked_where_they_are_to_be() -> None:
    crm("add-order c1 5000")
    crm("config set privacy.mask_amounts on")
    assert order()["amount"] is None
    assert crm("show o1 --json --reveal").json["item"]["amount"] == 5000.0
    assert "5000" not in crm("export orders").out
    assert "000" not in run_in_process("show o1").out
