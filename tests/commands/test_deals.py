"""Deals: added, quoted, won, lost, taken up again, put off, and counted in the pipeline (HANDBOOK §7)."""

import csv
import io
import itertools
from collections import defaultdict
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmcli.rules.cadence import Policy
from crmcli.rules.year.pipeline import Deal, pipeline
from tests.contract.program import refused
from tests.contract.terminal import Terminal
from tests.store.test_undo import check, live
from tests.support import crm, run_in_process, run_process


def deal(number: int = 1) -> dict[str, Any]:
    return dict(crm(f"show d{number} --json --reveal").json["item"])


def due(*kinds: str, days: int = 0, **environment: str) -> list[tuple[str, str, int, str]]:
    wanted = " ".join(f"--kind {kind}" for kind in kinds or ("quote", "deal"))
    items = crm(f"due {wanted} --days {days} --json", **environment).json["items"]
    return [(one["ref"], one["due_at"], one["overdue_days"], one["action"]) for one in items]


def on_screen(command: str) -> list[str]:
    with Terminal(command) as person:
        assert person.leaves() == 0
        return person.screen.splitlines()


@pytest.fixture(autouse=True)
def customers(place: Path) -> None:
    crm("add-customer Acme --stage interested --tier core")
    crm("add-customer Beta --stage customer --since 2020-01-01 --tier ordinary")


# --- adding ---


def test_a_deal_is_edited_by_options() -> None:
    crm("add-deal Acme x --amount 10 --quoted today")
    ran = run_in_process(
        "edit-deal d1 --amount 12.5 --currency usd --probability 80 --quoted '' --close-on fri --json"
    )
    assert (ran.code, ran.err) == (0, "")
    item = ran.json["item"]
    assert (item["amount"], item["currency"], item["probability"]) == (12.5, "USD", 80)
    assert (item["quoted_on"], item["close_on"], item["stage"]) == (None, "2026-11-27", "quoted")
    assert crm("undo").code == 0
    assert deal()["amount"] == 10
    refused("edit-deal d1", 2, "nothing to change; write --amount, --probability or another of the options that --help lists")  # fmt: skip
    refused("edit-deal c1 --amount 1", 2, "'c1' is no deal; write it like d6, as crm show CUSTOMER lists them")  # fmt: skip
    refused("edit-deal d1 --stage won", 2, "a deal is won by a command of its own: crm win d1")


def test_a_deal_through_the_real_process() -> None:
    ran = run_process(
        "add-deal Acme '20 licences' --amount 48,000 --currency usd --probability 60% --close-on 2026-12-18 "
        "--owner 李雷 --note 'asked twice' --external-id D-7 --json"
    )
    assert (ran.code, ran.err) == (0, "")
    assert ran.json == {
        "schema": "crm.deal/1",
        "item": {
            "ref": "d1", "external_id": "D-7", "customer": "c1", "text": "20 licences", "stage": "open", "amount": 48000.0,
            "currency": "USD", "probability": 60, "weighted": 28800.0, "quoted_on": None, "valid_until": None,
            "close_on": "2026-12-18", "closed_on": None, "loss_reason": None, "owner": "李雷", "note": "asked twice",
            "priority": False,
        },
    }  # fmt: skip
    assert run_process("add-deal c2 'a stand'").out == "d2\n"
    second = deal(2)
    assert (second["amount"], second["currency"], second["owner"]) == (None, "CNY", "tester")


@pytest.mark.parametrize(
    ("options", "stage"),
    [
        ("", "open"),
        ("--quoted today", "quoted"),
        ("--quoted -10d --valid-until +20d", "quoted"),
        ("--valid-until +20d", "quoted"),
        ("--stage 报价", "quoted"),
        ("--quoted today --stage open", "open"),
    ],
)
def test_a_quote_makes_the_stage(options: str, stage: str) -> None:
    assert crm(f"add-deal c1 x {options} --json").json["item"]["stage"] == stage


@pytest.mark.parametrize(
    ("options", "code", "sentence"),
    [
        ("x --amount -5", 2, "the amount -5 is negative; write 0 or more, and take a refund off the amount of its order"),
        ("x --amount 5.005", 2, "the amount 5.005 has too many decimals; write at most 2"),
        ("x --amount 5.5 --currency JPY", 2, "the amount 5.5 has decimals, and JPY has none; write a whole number"),
        ("x --amount 1e15", 2, "the amount 1e15 is too large; write less than 10,000,000,000,000"),
        ("x --amount much", 2, "'much' is no amount; write it like 1200 or 1200.50"),
        ("x --currency XYZ", 2, "currency 'XYZ' is unknown; write its three letters by ISO 4217, like CNY or USD"),
        ("x --currency gold", 2, "currency 'gold' is unknown; write its three letters by ISO 4217, like CNY or USD"),
        ("x --probability 101", 2, "'101' is no probability; write whole percent from 0 to 100, like 60"),
        ("x --probability 0.5", 2, "'0.5' is no probability; write whole percent from 0 to 100, like 60"),
        ("x --quoted tomorrow", 2, "'tomorrow' is in the future; name a day that has come"),
        ("x --quoted today --valid-until 2026-11-19", 2, "the quote of 2026-11-20 would hold until 2026-11-19, before it was made; name a later day"),
        ("x --close-on 2026-02-30", 2, "'2026-02-30' is a day or time that does not exist; "),
        ("x --stage won", 2, "a new deal is open or quoted; add it so, then crm win or crm lose settles it"),
        ("x --stage nonsense", 2, "stage 'nonsense' is unknown; choose one of "),
        ("''", 2, "the deal's text is empty; write what may be sold"),
    ],
)  # fmt: skip
def test_what_is_no_deal_is_not_written(
    options: str, code: int, sentence: str, place: Path
) -> None:
    before = live(place / "crm.db")
    ran = run_in_process(f"add-deal c1 {options}".replace("--amount -5", "--amount=-5"))
    assert (ran.code, ran.out) == (code, "")
    assert ran.err.startswith(f"crm: {sentence}"), ran.err
    assert live(place / "crm.db") == before


def test_a_number_of_another_system_is_given_once() -> None:
    crm("add-deal c1 x --external-id D-1")
    refused("add-deal c2 y --external-id D-1", 4, "external id D-1 is that of d1; leave it out, or edit that deal")  # fmt: skip


def test_the_currency_is_that_of_the_settings() -> None:
    crm("config set currency JPY")
    assert crm("add-deal c1 x --amount 500 --json").json["item"]["currency"] == "JPY"
    refused("add-deal c1 x --amount 0.5", 2, "the amount 0.5 has decimals, and JPY has none; write a whole number")  # fmt: skip


# --- changing ---


def test_an_amount_is_read_with_its_currency_whichever_comes_first() -> None:
    crm("add-deal c1 x --amount 1200")
    for sets in (
        ("currency=JPY", "amount=500"),
        ("amount=500", "currency=JPY"),
    ):
        crm("edit d1 --set currency=CNY --set amount=1200.50")
        crm(["edit", "d1", *itertools.chain(*(("--set", one) for one in sets))])
        assert (deal()["amount"], deal()["currency"]) == (500.0, "JPY")
    crm("edit d1 --set currency=KWD")
    assert (deal()["amount"], deal()["currency"]) == (500.0, "KWD")
    crm("edit d1 --set amount=500.255")
    refused("edit d1 --set currency=CNY", 2, "the amount 500.255 has too many decimals; write at most 2")  # fmt: skip
    crm("edit d1 --set amount=")
    assert (deal()["amount"], deal()["weighted"], deal()["currency"]) == (None, None, "KWD")
    crm("edit d1 --set currency=CNY")


def test_every_field_can_be_set_and_undone(place: Path) -> None:
    crm("add-deal c1 x")
    before = deal()
    fields = {
        "text": "y", "amount": "12.5", "currency": "EUR", "probability": "7", "quoted_on": "2026-11-02",
        "valid_until": "2026-12-02", "close_on": "2026-12-01", "owner": "Li", "note": "n", "priority": "yes", "external_id": "E",
    }  # fmt: skip
    change = crm(["edit", "d1", *itertools.chain(*(("--set", f"{name}={text}") for name, text in fields.items()))])  # fmt: skip
    assert change.code == 0
    after = deal()
    assert after["stage"] == "quoted"
    assert {name: str(after[name]) for name in fields} == fields | {"priority": "True"}
    crm("undo")
    assert deal() == before
    check(place / "crm.db")


@pytest.mark.parametrize(
    ("field", "sentence"),
    [
        ("stage=won", "a deal is won by a command of its own: crm win d1"),
        ("stage=lost", "a deal is lost for a reason: crm lose d1 --reason WHY"),
        ("loss_reason=price", "only a lost deal has a reason for it; crm lose d1 --reason WHY loses it"),
        ("closed_on=today", "d1 is open, so it was not closed yet; crm win or crm lose does it"),
        ("valid_until=2026-11-01", "the quote of 2026-11-18 would hold until 2026-11-01, before it was made; name a later day"),
        ("currency=", "the currency is empty; write one"),
        ("stage=", "the stage is empty; write one"),
        ("text=", "the text is empty; write one"),
        ("quote_on=today", "a deal has no field 'quote_on' that can be set; did you mean quoted_on?"),
    ],
)  # fmt: skip
def test_what_a_deal_cannot_be_set_to(field: str, sentence: str) -> None:
    crm("add-deal c1 x --quoted 2026-11-18")
    refused(["edit", "d1", "--set", field], 2, sentence)


def test_a_deal_is_deleted_and_brought_back(place: Path) -> None:
    crm("add-deal c1 x --quoted 2026-11-10")
    crm("log-contact c2 hello")
    crm("log-contact c1 hello --deal d1 --at 2026-11-09")
    before = live(place / "crm.db")
    crm("delete d1")
    assert crm("show i2 --json").json["item"]["deal"] is None
    refused("show d1", 3, "deal d1 was deleted; crm history d1 says when")
    assert due() == []
    crm("undo")
    assert live(place / "crm.db") == before
    check(place / "crm.db")


# --- won and lost ---


def test_a_win_is_one_step(place: Path) -> None:
    crm("add-deal c1 '20 licences' --amount 1200.50 --currency USD --close-on 2026-11-18")
    before = live(place / "crm.db")
    ran = run_process("win d1 --order --on yesterday")
    assert (ran.code, ran.out, ran.err) == (0, "o1\n", "")
    assert (deal()["stage"], deal()["closed_on"]) == ("won", "2026-11-19")
    order = crm("show o1 --json").json["item"]
    assert {name: order[name] for name in ("customer", "deal", "ordered_on", "amount", "currency")} == {
        "customer": "c1", "deal": "d1", "ordered_on": "2026-11-19", "amount": 1200.5, "currency": "USD",
    }  # fmt: skip
    assert crm("show c1 --json").json["item"]["stage"] == "customer"
    changes = crm("history c1 --json").json["items"]
    moved = {(one["record"], one["field"], one["old"], one["new"]) for one in changes}
    assert ("customer", "stage", "interested", "customer") in moved
    assert due() == []
    crm("undo")
    assert live(place / "crm.db") == before
    check(place / "crm.db")


def test_a_win_says_by_when_it_is_paid() -> None:
    crm("add-deal c2 x --amount 5")
    refused("win d1 --pay-by +30d", 2, "--pay-by says when the order is to be paid; add --order")
    assert on_screen("win d1 --order --pay-by +30d") == [
        "Won d1: x, 5.00 CNY.",
        "Order o1: 5.00 CNY, to be paid by Sun 20 Dec (in 30 days).",
    ]
    assert crm("show o1 --json").json["item"]["pay_by"] == "2026-12-20"
    crm("add-deal c2 y --amount 5")
    assert on_screen("win d2 --order") == [
        "Won d2: y, 5.00 CNY.",
        "Order o2: 5.00 CNY.",
        "When it is to be paid is not known: crm edit o2 --set pay_by=+30d has it asked for.",
    ]
    crm("add-deal c2 z --amount 5")
    ran = run_in_process("win d3 --order --pay-by 2026-11-19")
    assert (ran.out, ran.err) == ("o3\n", "o3 is overdue already: its date has passed.\n")
    crm("add-deal c2 nothing --amount 0")
    refused("win d4 --order", 2, "d4 has no amount to order; set it first: crm edit d4 --set amount=AMOUNT")  # fmt: skip


def test_a_deal_that_was_looked_at_stays_open() -> None:
    assert run_in_process("add-deal c2 presses --close-on 2026-11-19").err == (
        "d1 is overdue already: its date has passed.\n"
    )
    assert on_screen("done d1:deal") == [
        "d1:deal: presses was looked at. d1 stays open; crm edit-deal d1 --close-on DATE asks again.",
    ]
    assert deal()["stage"] == "open"


def test_an_amount_says_its_currency() -> None:
    made = crm("add-deal c2 x --amount €50 --json").json["item"]
    assert (made["amount"], made["currency"]) == (50.0, "EUR")
    crm("edit-deal d1 --amount '12万美元'")
    assert (deal()["amount"], deal()["currency"]) == (120_000.0, "USD")
    refused("edit-deal d1 --amount €5 --currency usd", 2, "the amount €5 is not in USD, as it is to be; correct it, or the currency")  # fmt: skip


@pytest.mark.parametrize(("quote", "stage"), [("--quoted 2026-11-18", "quoted"), ("--valid-until 2026-12-18", "quoted"), ("", "open")])  # fmt: skip
def test_a_lost_deal_is_taken_up_as_it_was(quote: str, stage: str) -> None:
    crm(f"add-deal c2 x {quote}")
    crm("lose d1 --reason price")
    crm("edit d1 --set stage=open")
    assert (deal()["stage"], deal()["closed_on"]) == (stage, None)


@pytest.mark.parametrize("stage", ["prospect", "interested", "lost", "customer"])
def test_whoever_buys_is_a_customer(stage: str) -> None:
    crm(f"add-customer Gamma --stage {stage}")
    crm("add-deal c3 x")
    ran = crm("win d1 --json").json["item"]
    assert (ran["stage"], ran["closed_on"], ran["order"]) == ("won", "2026-11-20", None)
    item = crm("show c3 --json").json["item"]
    assert (item["stage"], item["loss_reason"]) == ("customer", None)
    steps = [
        one
        for one in crm("history c3 --json").json["items"]
        if one["record"] == "stage_change" and one["action"] == "insert"
    ]
    assert len(steps) == (1 if stage == "customer" else 2)  # the first is where it began


@pytest.mark.parametrize(
    ("reason", "stored"),
    [
        ("price", "price"), ("价格", "price"), ("竞品：报价低两成", "competitor: 报价低两成"), ("no budget", "no budget"),
        ("other: moved", "other: moved"), ("they bought a boat", "other: they bought a boat"), ("price:", "price"),
    ],
)  # fmt: skip
def test_a_loss_has_a_reason(reason: str, stored: str) -> None:
    crm("add-deal c1 x --quoted 2026-11-10 --close-on 2026-11-18")
    item = crm(["lose", "d1", "--reason", reason, "--json"]).json["item"]
    assert (item["stage"], item["closed_on"], item["loss_reason"]) == ("lost", "2026-11-20", stored)
    assert crm("history d1 --json").json["items"][0]["reason"] == reason
    assert due() == []
    assert crm("show c1 --json").json["item"]["stage"] == "interested"


def test_what_cannot_be_won_or_lost() -> None:
    crm("add-deal c1 x --amount 5")
    crm("add-deal c1 y")
    refused("lose d1", 2, "a lost deal needs a reason; add --reason with one of price (价格), product (产品), service (服务), competitor (竞争对手), no budget (无预算), contact left (联系人离职), other (其他), or your own words")  # fmt: skip
    refused("lose d1 --reason prise", 2, "loss reason 'prise' is unknown; did you mean price?")
    refused("win d2 --order", 2, "d2 has no amount to order; set it first: crm edit d2 --set amount=AMOUNT")  # fmt: skip
    refused("win d1 --on tomorrow", 2, "'tomorrow' is in the future; name a day that has come")
    refused("win c1", 2, "'c1' is no deal; write it like d6, as crm show CUSTOMER lists them")  # fmt: skip
    refused("win d9", 3, "there is no deal d9; crm show CUSTOMER lists them")
    crm("win d1")
    refused("win d1", 4, "d1 was won on 2026-11-20; crm undo x5 takes that back")
    refused("lose d1 --reason price", 4, "d1 was won on 2026-11-20; crm undo x5 takes that back")
    crm("lose d2 --reason price")
    again = "d2 was lost on 2026-11-20; crm edit d2 --set stage=open takes it up again"
    refused("win d2", 4, again)
    refused("lose d2 --reason price", 4, again)
    crm("edit d2 --set stage=open")
    assert (deal(2)["stage"], deal(2)["closed_on"], deal(2)["loss_reason"]) == ("open", None, None)
    crm("win d2")


def test_two_programs_cannot_both_win_a_deal() -> None:
    crm("add-deal c1 x --amount 5")
    first, second = run_process("win d1 --order"), run_process("win d1 --order")
    assert (first.code, second.code) == (0, 4)
    refused("show o2", 3, "there is no order o2; crm show CUSTOMER lists them")


def test_a_blacklisted_customer_is_warned_about() -> None:
    crm("edit c1 --set blacklisted=yes")
    warning = "Acme (c1) is on the blacklist; think twice.\n"
    added = run_in_process("add-deal c1 x --amount 5")
    assert (added.code, added.out, added.err) == (0, "d1\n", warning)
    won = run_in_process("win d1 --order --json")
    assert (won.code, won.err) == (0, warning)
    assert run_in_process("add-deal c2 x").err == ""


# --- what is due of them ---


def test_a_quote_is_asked_after_and_before_it_ends() -> None:
    crm("add-deal c1 x --quoted 2026-11-16 --valid-until 2026-11-30")
    log = "crm log-contact c1 --deal d1"
    assert due(CRM_NOW="2026-11-18T09:00") == []
    assert due() == [("d1:quote", "2026-11-19", 1, log)]
    assert crm("due --why d1:quote").out == (
        "no answer to the quote of Mon 16 Nov; due Thu 19 Nov; 1 day overdue\n"
    )
    crm("log-contact c1 'no word yet' --no-answer --deal d1")
    assert len(due()) == 1
    crm("log-contact c1 'they think about it' --deal d1")
    assert due() == []
    assert due(CRM_NOW="2026-11-26T09:00") == []
    assert due(CRM_NOW="2026-11-27T09:00") == [("d1:quote", "2026-11-30", 0, log)]
    assert crm("due --why d1", CRM_NOW="2026-11-27T09:00").out == (
        "the quote holds until Mon 30 Nov; in 3 days\n"
    )
    assert due(CRM_NOW="2026-12-01T09:00") == [("d1:quote", "2026-11-30", 1, log)]


def test_three_days_that_end_on_a_day_off_go_on_to_a_working_day() -> None:
    crm("add-deal c1 x --quoted 2026-11-19")  # a Thursday; three days later is a Sunday
    assert [one[:2] for one in due(days=30)] == [("d1:quote", "2026-11-23")]
    crm("config set calendar.roll keep")
    assert [one[:2] for one in due(days=30)] == [("d1:quote", "2026-11-22")]


def test_what_is_settled_comes_back_for_the_next_reason_only() -> None:
    crm("add-deal c1 x --quoted 2026-11-16 --valid-until 2026-11-30 --close-on 2026-11-20")
    assert [one[0] for one in due()] == ["d1:quote", "d1:deal"]
    crm("done d1:quote 'they want a discount' --next 'ask the boss' --on mon")
    assert [one[0] for one in due()] == ["d1:deal"]
    assert crm("history d1 --json").json["items"][0]["reason"] == "they want a discount"
    refused("done d1:quote", 4, "d1:quote is already done for 2026-11-19; it comes round again on 2026-11-27")  # fmt: skip
    assert [one[:2] for one in due("quote", days=30)] == [("d1:quote", "2026-11-30")]
    crm("done d1:quote", CRM_NOW="2026-11-28T09:00")
    assert due("quote", days=400) == []
    refused("done d1:quote", 4, "d1:quote is not due; crm show d1 says how it stands")
    crm("done d1:deal")
    assert due(days=400) == []
    crm("edit d1 --set close_on=2026-12-15")
    assert [one[:2] for one in due(days=400)] == [("d1:deal", "2026-12-15")]
    refused("done d1", 2, "d1 is a deal, which crm win or crm lose settles; of it d1:quote or d1:deal may be due")  # fmt: skip


def test_what_is_put_off_comes_back_on_its_day() -> None:
    crm("add-deal c1 x --quoted 2026-11-16 --valid-until 2026-11-30 --close-on 2026-11-20")
    made = crm("snooze d1:quote 2026-11-24 --json").json["item"]
    assert made == {"ref": "d1:quote", "snoozed_until": "2026-11-24"}
    crm("snooze d1:deal 3wd")
    assert due() == []
    assert due(CRM_NOW="2026-11-23T09:00") == []
    log = "crm log-contact c1 --deal d1"
    assert due(CRM_NOW="2026-11-24T09:00") == [("d1:quote", "2026-11-19", 5, log)]
    assert due(CRM_NOW="2026-11-25T09:00") == [
        ("d1:quote", "2026-11-19", 6, log),
        ("d1:deal", "2026-11-25", 0, "crm win d1"),
    ]
    assert crm("due --why d1:deal", CRM_NOW="2026-11-25T09:00").out == (
        "expected to be won by Fri 20 Nov; snoozed until Wed 25 Nov; due today\n"
    )
    refused("snooze d1 2026-12-01", 2, "d1 is a deal; say what of it is put off: d1:quote or d1:deal")  # fmt: skip
    crm("edit d1 --set close_on=2026-11-20 --set valid_until=2026-12-24")
    assert [one[0] for one in due()] == ["d1:quote", "d1:deal"]
    crm("win d1")
    refused("snooze d1:deal 2026-12-01", 4, "d1:deal is not due, so there is nothing to put off")
    assert crm("due --why d1:deal").out == "won on 2026-11-20\n"


def test_nothing_is_due_of_who_is_left_alone() -> None:
    crm("add-deal c1 x --quoted 2026-11-02 --close-on 2026-11-10")
    crm("edit c1 --set do_not_contact=yes")
    assert due(days=400) == []
    crm("edit c1 --set do_not_contact=no")
    assert len(due()) == 2
    crm("archive c1 --retire")
    assert due(days=400) == []


@settings(max_examples=100, derandomize=True)
@given(
    quoted=st.none() | st.integers(-40, 0),
    valid=st.none() | st.integers(-40, 40),
    answered=st.none() | st.integers(-40, 0),
    done=st.none() | st.integers(-40, 40),
)
def test_when_a_quote_is_due_against_a_table_made_day_by_day(
    quoted: int | None, valid: int | None, answered: int | None, done: int | None
) -> None:
    """The oracle lists both reminders and crosses out what is answered or settled."""
    from crmcli.rules.rulebook import Rulebook
    from crmcli.rules.workdays import Calendar
    from crmcli.rules.year.deals import Quote, quote

    today = date(2026, 11, 20)

    def on(days: int | None) -> date | None:
        return None if days is None else today + timedelta(days=days)

    found = quote(
        Quote("quoted", on(quoted), on(valid), on(answered), on(done)), Rulebook(Calendar())
    )
    reminders = []
    if quoted is not None and answered is None:
        day = today + timedelta(days=quoted + 3)
        while day.weekday() > 4:
            day += timedelta(days=1)
        reminders.append((day, day))
    if valid is not None:
        day = today + timedelta(days=valid)
        reminders.append((day - timedelta(days=3), day))
    if done is not None:
        reminders = [one for one in reminders if one[1] > today + timedelta(days=done)]
    expected = sorted(reminders, key=lambda one: one[0])[:1]
    assert ([(found.from_on, found.on)] if found else []) == expected


# --- contacts ---


def test_a_contact_is_about_a_deal_of_its_customer() -> None:
    crm("add-deal c1 x")
    crm("add-deal c2 y")
    item = crm("log-contact c1 hello --deal d1 --json").json["item"]
    assert item["deal"] == "d1"
    refused("log-contact c1 hello --deal d2", 2, "d2 is of another customer, c2; log the contact with that one")  # fmt: skip
    refused("log-contact c1 hello --deal n1", 2, "'n1' is no deal; write its reference, like d6")
    line = '{"customer": "c2", "summary": "hi", "deal": "d2"}\n'
    ran = run_in_process("log-contact --stdin --json", line)
    assert [one["deal"] for one in ran.json["items"]] == ["d2"]
    crm("edit i1 --set deal=")
    assert crm("show i1 --json").json["item"]["deal"] is None
    refused("edit i1 --set deal=d2", 2, "d2 is of another customer, c2; log the contact with that one")  # fmt: skip


# --- the pipeline ---

DEALS = (
    "add-deal c1 a --amount 1000 --probability 50 --close-on 2026-12-01",
    "add-deal c1 b --amount 333.33 --probability 50 --close-on 2026-12-31 --quoted today",
    "add-deal c2 c --amount 500 --currency USD --close-on 2027-01-15",
    "add-deal c2 d --probability 10",
    "add-deal c2 e --amount 70 --quoted today",
    "add-deal c2 won --amount 9999 --close-on 2026-12-01",
    "add-deal c2 lost --amount 9999 --close-on 2026-12-01",
    "win d6",
    "lose d7 --reason price",
)
Line = tuple[str, str | None, str, int, int, float | None, float | None]


def lines(command: str) -> list[Line]:
    return [
        (one["by"], one["stage"] or one["month"], one["currency"], one["deals"], one["unpriced"], one["sum"], one["weighted"])
        for one in crm(command).json["items"]
    ]  # fmt: skip


def test_the_pipeline_against_a_table_by_hand() -> None:
    for command in DEALS:
        crm(command)
    assert lines("pipeline --json") == [
        ("stage", "open", "CNY", 2, 1, 1000.0, 500.0),
        ("stage", "open", "USD", 1, 0, 500.0, 500.0),
        ("stage", "quoted", "CNY", 2, 0, 403.33, 236.67),
        ("month", "2026-12", "CNY", 2, 0, 1333.33, 666.67),
        ("month", "2027-01", "USD", 1, 0, 500.0, 500.0),
        ("month", None, "CNY", 2, 1, 70.0, 70.0),
        ("total", None, "CNY", 4, 1, 1403.33, 736.67),
        ("total", None, "USD", 1, 0, 500.0, 500.0),
    ]
    assert lines("pipeline --tier core --json")[-1] == ("total", None, "CNY", 2, 0, 1333.33, 666.67)
    crm("config set currency.rate.USD 7.1")
    assert lines("pipeline --json")[-1] == ("total", None, "CNY", 5, 1, 4953.33, 4286.67)
    crm("delete d3")
    assert lines("pipeline --json")[-1] == ("total", None, "CNY", 4, 1, 1403.33, 736.67)


def test_the_pipeline_as_csv_and_for_people() -> None:
    for command in DEALS:
        crm(command)
    answer = crm("pipeline --json").json
    header, *rows = csv.reader(io.StringIO(crm("pipeline --csv").out, newline=""))
    assert header == list(answer["items"][0])
    assert len(rows) == answer["count"] == 8
    shown = crm("pipeline").out
    assert "█" in shown
    assert "500.00 USD" in shown
    assert [line.split()[0] for line in shown.splitlines() if line] == [
        "STAGE", "open", "open", "quoted", "MONTH", "2026-12", "2027-01", "no", "IN", "CNY", "USD",
    ]  # fmt: skip
    crm("config set privacy.mask_amounts on")
    masked = crm("pipeline")
    assert not any(amount in masked.out for amount in ("1,333", "500.00", "█"))
    assert crm("pipeline --json").json["items"][0]["sum"] is None
    assert "1,333.33 CNY" in crm("pipeline --reveal").out


def test_without_deals_that_is_said() -> None:
    ran = run_in_process("pipeline")
    assert (ran.code, ran.out) == (0, "")
    assert ran.err == "No deal is open; crm add-deal CUSTOMER TEXT adds one.\n"
    assert crm("pipeline --json").json == {"schema": "crm.pipeline/1", "count": 0, "items": []}


@settings(max_examples=100, derandomize=True)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["open", "quoted"]),
            st.none() | st.sampled_from(["2026-11-30", "2026-12-01", "2027-01-15"]),
            st.none() | st.integers(0, 10**15 - 1),
            st.sampled_from(["CNY", "USD", "JPY"]),
            st.none() | st.integers(0, 100),
        ),
        max_size=30,
    )
)
def test_sums_against_exact_decimals(deals: list[tuple[Any, ...]]) -> None:
    found = pipeline((Deal(*one) for one in deals), "CNY", Policy())
    for groups, of in ((found.stages, 0), (found.months, 1), (found.total, None)):
        expected: dict[Any, list[Decimal]] = defaultdict(lambda: [Decimal(0)] * 4)
        for one in deals:
            key = (None if of is None else one[of] and one[of][:7], one[3])
            amount, chance = one[2], Decimal(100 if one[4] is None else one[4]) / 100
            parts = [1, amount is None, amount or 0]
            weight = (Decimal(amount or 0) * chance).quantize(Decimal(1), ROUND_HALF_UP)
            expected[key] = [
                old + Decimal(new) for old, new in zip(expected[key], (*parts, weight), strict=True)
            ]
        assert {
            (one.of, one.currency): [one.count, one.unpriced, one.sum, one.weighted]
            for one in groups
        } == expected
        assert len({(one.of, one.currency) for one in groups}) == len(groups)


def test_a_deal_that_is_won_again_has_its_order_already() -> None:
    crm("add-deal c1 x --amount 10")
    crm("win d1 --order")
    crm("edit d1 --set stage=open")
    refused("win d1 --order", 4, "d1 has its order already, o1; win it without --order")
    crm("delete o1")
    assert crm("win d1 --order").out == "o2\n"


def test_rates_are_of_one_base_currency() -> None:
    crm("config set currency.rate.JPY 0.05")
    refused("config set currency USD", 4, "currency.rate.JPY count in CNY; take them away first: crm config unset currency.rate.JPY")  # fmt: skip
    crm("config set currency CNY")
    crm("config unset currency.rate.JPY")
    crm("config set currency USD")
