"""Contracts at the command line: added with milestones, renewed or not, due, settled, put off, corrected, taken back (HANDBOOK §9)."""

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.contract.program import refused, refused_here
from tests.contract.terminal import Terminal
from tests.contract.test_completion import offered
from tests.support import crm, run_process

At = Callable[[str], None]
Row = tuple[str, str, str, int]

NINE = "2026-11-20T09:00:00+08:00"
NEW: dict[str, Any] = {
    "ref": "k1", "external_id": None, "customer": "c1", "deal": None, "text": "service", "status": "open", "amount": None,
    "currency": "CNY", "starts_on": "2026-11-20", "ends_on": "2028-12-31", "terms": None, "owner": "tester", "note": None,
    "renews": None, "renewed_by": None, "renewal_from": "2028-10-02", "reviewed_on": None, "review_on": "2027-11-22",
    "closed_on": None, "close_reason": None, "milestones": [], "created_at": NINE,
}  # fmt: skip
"""What k1 is when `add-contract c1 service --until 2028-12-31` has made it; 20 November 2027 is a Saturday."""
KINDS = "--kind renewal --kind contract-review --kind plan-step"


@pytest.fixture(autouse=True)
def customers() -> None:
    crm("add-customer Acme --tier core --stage customer --since 2024-01-01")
    crm("add-customer 华东精工 --tier ordinary --stage customer --since 2024-01-01")


@pytest.fixture
def k1() -> None:
    crm("add-contract c1 service --from 2026-01-01 --until 2026-12-31")


def contract(ref: str = "k1") -> Any:
    return crm(f"show {ref} --json").json["item"]


def due(*options: str) -> list[Row]:
    items = crm(" ".join(["due --json", KINDS, *options])).json["items"]
    return [(item["ref"], item["due_at"], item["light"], item["overdue_days"]) for item in items]


def on_screen(command: str) -> list[str]:
    with Terminal(command) as person:
        assert person.leaves() == 0
        return person.screen.splitlines()


# --- added ---


def test_a_contract_is_one_line() -> None:
    ran = crm("add-contract Acme service --until 2028-12-31")
    assert (ran.out, ran.err) == ("k1\n", "")
    assert contract() == NEW
    assert crm("add-contract c2 more --until 2026-11-20 --json").json == {
        "schema": "crm.contract/1",
        "item": NEW | {"ref": "k2", "customer": "c2", "text": "more", "ends_on": "2026-11-20", "renewal_from": "2026-08-22", "review_on": None},
    }  # fmt: skip


def test_all_that_can_be_said_of_one() -> None:
    crm(
        "add-contract c1 frame --amount 1,200.50 --currency usd --from 2027-01-01 --until 2027-12-31 --terms '30 days net' "
        "--owner 李雷 --note signed --external-id K-7 --milestone first --by 2027-02-01 --milestone last --by 2027-11-30"
    )
    step = {
        "ref": "l1", "customer": "c1", "need": None, "contract": "k1", "text": "first", "owner": "李雷", "due": "2027-02-01",
        "first_due": None, "delay_reason": None, "snoozed_until": None, "done_on": None, "result": None, "external_id": None,
    }  # fmt: skip
    assert contract() == NEW | {
        "text": "frame", "amount": 1200.5, "currency": "USD", "starts_on": "2027-01-01", "ends_on": "2027-12-31",
        "terms": "30 days net", "owner": "李雷", "note": "signed", "external_id": "K-7", "renewal_from": "2027-10-02", "review_on": None,
        "milestones": [step, step | {"ref": "l2", "text": "last", "due": "2027-11-30"}],
    }  # fmt: skip


def test_a_pipe_gets_the_references_and_a_terminal_the_story(place: Path) -> None:
    line = "add-contract c1 frame --amount 5000 --until 2027-02-10 --milestone 'hand over' --by 2026-12-01"
    assert crm(line).out == "k1\nl1\n"
    assert on_screen(line) == [
        "Added k2 of Acme: frame.",
        "From 2026-11-20 to 2027-02-10, 5,000.00 CNY.",
        "Renewal is due from Thu 12 Nov.",
        "Milestone l2: hand over, Tue 1 Dec.",
    ]


def test_a_milestone_falls_due_as_a_step_of_a_plan(at: At) -> None:
    crm(
        "add-contract c1 frame --until 2028-12-31 --milestone first --milestone second --by 2026-11-23"
    )
    assert due() == []
    at("2026-11-24T09:00")
    assert due() == [("l1", "2026-11-23", "red", 1), ("l2", "2026-11-23", "red", 1)]
    assert (
        crm("due --why l1").out == "milestone of k1; owner tester; due Mon 23 Nov; 1 day overdue\n"
    )
    assert crm("done l1 'they signed' --json").json["item"]["result"] == "they signed"
    crm("delay l2 --until 2026-12-01 --reason 'they moved' --told")
    assert [(one["ref"], one["due"], one["done_on"]) for one in contract()["milestones"]] == [
        ("l1", "2026-11-23", "2026-11-24"), ("l2", "2026-12-01", None),
    ]  # fmt: skip
    assert due() == []
    refused_here("done l1", 4, "l1 is already done; crm undo x4 takes that back")


@pytest.mark.parametrize(
    ("options", "code", "sentence"),
    [
        ("", 2, "a contract has a last day; add --until DATE"),
        ("--from 2027-01-02 --until 2027-01-01", 2, "the contract would end on 2027-01-01, before it starts on 2027-01-02; name an end that is not before that"),
        ("--until 2026-11-19", 2, "the contract would end on 2026-11-19, before it starts on 2026-11-20; name an end that is not before that"),
        ("--until 2027-02-30", 2, "'2027-02-30' is a day or time that does not exist; write it like 2026-11-21 or 2026-11-21 15:00 (years 1900 to 9999)"),
        ("--until 2027-12-31 --amount -5", 2, "the amount -5 is negative; write 0 or more, and take a refund off the amount of its order"),
        ("--until 2027-12-31 --amount 5 --currency zzz", 2, "currency 'zzz' is unknown; write its three letters by ISO 4217, like CNY or USD"),
        ("--until 2027-12-31 --deal d9", 3, "there is no deal d9; crm show CUSTOMER lists them"),
        ("--until 2027-12-31 --deal c1", 2, "'c1' is no deal; write its reference, like d6"),
        ("--until 2027-12-31 --by 2027-01-01", 2, "--by belongs to a step; give --milestone TEXT too"),
        ("--until 2027-12-31 --milestone a", 2, "a milestone has no date; add --by DATE, one for all, or one for each"),
        ("--until 2027-12-31 --milestone ' ' --by fri", 2, "the text of a step is empty; write what is to be done"),
        ("--until 2027-12-31 --milestone a --milestone b --milestone c --by fri --by fri", 2, "2 --by for 3 --milestone; give one for all, or one for each"),
    ],
)  # fmt: skip
def test_what_no_contract_can_be(options: str, code: int, sentence: str) -> None:
    refused_here(f"add-contract c1 service {options}", code, sentence)


def test_refused_by_the_real_process() -> None:
    refused(
        "add-contract c1 ' ' --until 2027-12-31",
        2,
        "the contract's text is empty; write what it is about",
    )
    crm("add-contract c1 service --until 2027-12-31 --external-id K-7")
    refused("add-contract c2 service --until 2027-12-31 --external-id K-7", 4, "external id K-7 is that of k1; leave it out, or edit that contract")  # fmt: skip
    crm("add-deal c2 drives")
    refused("add-contract c1 service --until 2027-12-31 --deal d1", 2, "d1 is of another customer, c2; name a deal of this one, or leave it out")  # fmt: skip


# --- the renewal ---


def test_a_renewal_is_due_90_30_and_7_days_before_the_end(k1: None, at: At) -> None:
    """Each step is settled once, and at the end it is settled for good."""
    listed = []
    for day, settles in (
        ("10-01", False), ("10-02", False), ("10-05", True), ("11-30", False), ("12-01", False), ("12-02", True),
        ("12-23", False), ("12-24", True), ("12-30", False), ("12-31", False),
    ):  # fmt: skip
        at(f"2026-{day}T09:00")
        listed.append((day, bool(due())))
        if settles:
            crm("done k1:renewal 'they think about it'")
            assert due() == []
    assert listed == [
        ("10-01", False), ("10-02", True), ("10-05", True), ("11-30", False), ("12-01", True), ("12-02", True),
        ("12-23", False), ("12-24", True), ("12-30", False), ("12-31", True),
    ]  # fmt: skip
    assert due() == [("k1:renewal", "2026-12-31", "yellow", 0)]
    at("2027-01-04T09:00")
    assert due() == [("k1:renewal", "2026-12-31", "red", 4)]
    crm("done k1:renewal")
    assert due() == []
    refused_here("done k1:renewal", 4, "k1:renewal is already done, the end included; crm renew k1 makes the contract that follows, crm renew k1 --no --reason WHY says that none does")  # fmt: skip


def test_a_step_is_settled_once_and_not_long_before_it_comes(k1: None, at: At) -> None:
    at("2026-03-01T09:00")
    refused_here("done k1:renewal", 4, "k1:renewal is not due before 2026-10-02")
    at("2026-10-02T09:00")
    crm("done k1:renewal")
    refused_here("done k1:renewal", 4, "k1:renewal is already done for 2026-10-02; it comes round again on 2026-12-01")  # fmt: skip
    at("2026-11-25T09:00")
    assert due() == []
    assert due("--days 7") == [("k1:renewal", "2026-12-31", "green", 0)]
    crm("done k1:renewal")  # what is listed ahead is settled ahead
    assert due("--days 7") == []
    at("2026-12-24T09:00")
    assert due() == [("k1:renewal", "2026-12-31", "green", 0)]


def test_why(k1: None) -> None:
    assert crm("due --why k1:renewal").out == "ends Thu 31 Dec; in 41 days\n"
    assert crm("due --why k1 --json").json["item"] == {"ref": "k1:renewal", "why": "ends Thu 31 Dec; in 41 days"}  # fmt: skip
    crm("snooze k1:renewal 2026-11-24")
    assert crm("due --why k1").out == "ends Thu 31 Dec; snoozed until Tue 24 Nov; in 41 days\n"
    crm("renew k1")
    assert crm("due --why k1").out == "renewed by k2\n"
    crm("renew k2 --no --reason gone")
    assert crm("due --why k2").out == "closed on 2026-11-20\n"
    crm("add-contract c1 more --until 2027-06-30")
    refused("due --why k3:contract-review", 3, "k3:contract-review is not due; crm show k3 says how it stands")  # fmt: skip
    crm("archive c1 --retire")
    assert crm("due --why k3").out == "retired\n"


def test_a_renewal_is_put_off_and_comes_back(k1: None, at: At) -> None:
    assert due() == [("k1:renewal", "2026-12-31", "green", 0)]
    assert crm("snooze k1:renewal 2026-11-28 --json").json["item"] == {"ref": "k1:renewal", "snoozed_until": "2026-11-28"}  # fmt: skip
    assert due() == []
    at("2026-11-28T09:00")
    assert due() == [("k1:renewal", "2026-12-31", "green", 0)]
    crm("snooze k1:renewal 2026-12-10")
    crm("snooze k1:renewal 2026-12-03")  # sooner after all
    at("2026-12-03T09:00")
    assert due() == [("k1:renewal", "2026-12-31", "green", 0)]
    crm("done k1:renewal")
    refused_here("snooze k1:renewal 2026-12-20", 2, "'2026-12-20' puts k1:renewal off by nothing, for it is due from 2026-12-24; name a later day")  # fmt: skip
    refused_here("snooze k1 2027-01-01", 2, "k1 is a contract; say what of it is put off: k1:renewal or k1:contract-review")  # fmt: skip
    refused_here("snooze k1:contract-review 2027-01-01", 4, "k1:contract-review is not due, so there is nothing to put off")  # fmt: skip


# --- renewed ---


def test_renewed_for_as_long_again(k1: None, at: At) -> None:
    crm("edit k1 --set amount=12万 --set terms='30 days net' --set note=signed --set owner=李雷")
    assert crm("renew k1").out == "k2\n"
    old, new = contract(), contract("k2")
    assert (old["status"], old["renewed_by"], old["renewal_from"]) == ("renewed", "k2", None)
    assert new == NEW | {
        "ref": "k2", "starts_on": "2027-01-01", "ends_on": "2027-12-31", "amount": 120000.0, "terms": "30 days net",
        "note": "signed", "owner": "李雷", "renews": "k1", "renewal_from": "2027-10-02", "review_on": None,
    }  # fmt: skip
    at("2027-01-05T09:00")
    assert due() == []
    at("2027-10-04T09:00")
    assert due() == [("k2:renewal", "2027-12-31", "green", 0)]


@pytest.mark.parametrize(
    ("first", "last", "options", "expected"),
    [
        ("2024-03-01", "2025-02-28", "", ("2025-03-01", "2026-02-28")),
        ("2023-03-01", "2024-02-29", "", ("2024-03-01", "2025-02-28")),
        ("2026-08-31", "2027-02-27", "", ("2027-02-28", "2027-08-27")),
        ("2026-11-01", "2026-11-30", "", ("2026-12-01", "2026-12-31")),
        ("2026-11-01", "2026-11-10", "", ("2026-11-11", "2026-11-20")),
        ("2026-01-01", "2026-12-31", "--from 2027-02-01", ("2027-02-01", "2028-01-31")),
        ("2026-01-01", "2026-12-31", "--until 2027-06-30", ("2027-01-01", "2027-06-30")),
        ("2026-01-01", "2026-12-31", "--from 2026-12-01 --until 2026-12-01", ("2026-12-01", "2026-12-01")),
    ],
)  # fmt: skip
def test_from_when_to_when(first: str, last: str, options: str, expected: tuple[str, str]) -> None:
    crm(f"add-contract c1 service --from {first} --until {last}")
    item = crm(f"renew k1 {options} --json").json["item"]
    assert (item["starts_on"], item["ends_on"]) == expected


def test_renewed_for_another_amount(k1: None) -> None:
    crm("edit k1 --set amount=1200")
    made = []
    for options in ("--amount 1300", "--currency JPY", "--amount 99.5 --currency USD", "--external-id K-9"):  # fmt: skip
        item = crm(f"renew k1 {options} --json").json["item"]
        made.append((item["amount"], item["currency"], item["external_id"]))
        crm("undo")
    assert made == [(1300.0, "CNY", None), (1200.0, "JPY", None), (99.5, "USD", None), (1200.0, "CNY", "K-9")]  # fmt: skip


def test_not_renewed(k1: None) -> None:
    item = crm("renew k1 --no --reason 'they build it themselves' --json").json["item"]
    assert (item["status"], item["closed_on"], item["close_reason"]) == ("closed", "2026-11-20", "they build it themselves")  # fmt: skip
    assert due() == []
    refused("renew k1", 4, "k1 is closed already, not to be renewed; crm undo x4 takes that back")
    refused_here("renew k1 --no --reason again", 4, "k1 is closed already, not to be renewed; crm undo x4 takes that back")  # fmt: skip
    refused_here("done k1:renewal", 4, "k1 is closed already, not to be renewed; crm undo x4 takes that back")  # fmt: skip
    crm("undo")
    assert due() == [("k1:renewal", "2026-12-31", "green", 0)]


def test_what_cannot_be_renewed(k1: None) -> None:
    crm("add-task c1 ring")
    for command, code, sentence in (
        ("renew c1", 2, "'c1' is no contract; write it like k1, as crm show CUSTOMER lists them"),
        ("renew k9", 3, "there is no contract k9; crm show CUSTOMER lists them"),
        ("renew k1:contract-review", 2, "k1:contract-review is something that is due, no record of its own; write k1 if the whole record is meant"),
        ("renew k1 --until 2026-12-31", 2, "the contract would end on 2026-12-31, before it starts on 2027-01-01; name an end that is not before that"),
        ("renew k1 --from 2026-01-01", 2, "the contract that follows k1 would start on 2026-01-01, no later than that one; name a later --from"),
        ("renew k1 --no", 2, "a contract that is not renewed needs a reason; add --reason WHY"),
        ("renew k1 --no --until 2027-12-31 --reason x", 2, "--until belongs to a renewal; leave it out, or leave out --no"),
        ("renew k1 --currency ''", 2, "the currency is empty; write one"),
    ):  # fmt: skip
        refused_here(command, code, sentence)
    crm("renew k1:renewal")  # as due has it
    refused("renew k1", 4, "k1 is renewed already; crm renew k2 renews the one that follows it")
    refused_here("done k1:contract-review", 4, "k1 is renewed already; crm renew k2 renews the one that follows it")  # fmt: skip


def test_at_a_terminal(k1: None) -> None:
    assert on_screen("renew k1 --amount 10") == [
        "k1 is renewed by k2: service.",
        "From 2027-01-01 to 2027-12-31, 10.00 CNY.",
        "Renewal is due from Sat 2 Oct 2027.",
    ]
    assert on_screen("renew k2 --no --reason gone") == ["k2 is not renewed: service."]


def test_when_the_following_one_goes_the_first_is_due_again(k1: None) -> None:
    """By undo, and by being deleted; the deal it comes of may go."""
    crm("add-deal c1 drives")
    crm("add-contract c1 more --until 2027-12-31 --deal d1")
    crm("renew k1")
    crm("undo")
    assert due() == [("k1:renewal", "2026-12-31", "green", 0)]
    crm("renew k1")
    crm("delete k4")
    assert (contract()["renewed_by"], due()) == (None, [("k1:renewal", "2026-12-31", "green", 0)])
    crm("undo")
    assert (contract()["renewed_by"], due()) == ("k4", [])
    crm("delete d1")
    assert contract("k2")["deal"] is None


def test_a_deleted_contract_takes_its_milestones_along() -> None:
    crm("add-contract c1 frame --until 2027-01-31 --milestone first --by 2026-11-20")
    crm("delete k1")
    assert due() == []
    refused_here("show l1", 3, "plan step l1 was deleted; crm history l1 says when")
    crm("undo")
    assert [ref for ref, *_ in due()] == ["k1:renewal", "l1"]


# --- its terms ---


def test_the_terms_are_looked_at_each_year(at: At) -> None:
    crm("add-contract c1 frame --from 2026-11-20 --until 2030-11-19")
    at("2027-11-21T09:00")
    assert due() == []
    at("2027-11-22T09:00")  # the 20th is a Saturday
    assert due() == [("k1:contract-review", "2027-11-22", "yellow", 0)]
    assert crm("due --why k1:contract-review").out == "contract since Fri 20 Nov 2026; due Mon 22 Nov; due today\n"  # fmt: skip
    crm("snooze k1:contract-review 2027-12-01")
    assert due() == []
    at("2027-12-03T09:00")
    assert due() == [("k1:contract-review", "2027-12-01", "red", 2)]
    assert crm("due --why k1:contract-review").out == "contract since Fri 20 Nov 2026; snoozed until Wed 1 Dec; 2 days overdue\n"  # fmt: skip
    ran = crm("done k1:contract-review 'prices stay' --next 'write it down' --on tomorrow")
    assert ran.out == "t1\n"
    assert contract()["review_on"] == "2028-12-04"  # the 3rd is a Sunday
    refused_here("done k1:contract-review", 4, "k1:contract-review is already done for 2027-12-03; it comes round again on 2028-12-04")  # fmt: skip
    assert crm("due --why k1:contract-review").out == "terms reviewed on Fri 3 Dec; due Mon 4 Dec 2028; in 367 days\n"  # fmt: skip
    assert crm("history k1 --json").json["items"][0]["reason"] == "prices stay"


def test_what_is_done_of_a_contract_is_named(k1: None) -> None:
    refused(
        "done k1", 2, "k1 is a contract; say what of it is done: k1:renewal or k1:contract-review"
    )
    refused_here("done k1:contract-review", 4, "k1:contract-review is not due; crm show k1 says how it stands")  # fmt: skip
    refused_here("done k1:touch", 3, "k1:touch is nothing that is due; crm due lists what is")
    refused_here("delete k1:renewal", 2, "k1:renewal is something that is due, no record of its own; write k1 if the whole record is meant")  # fmt: skip


# --- corrected ---


def test_a_moved_end_is_due_anew(k1: None) -> None:
    crm("done k1:renewal")
    assert due() == []
    crm("edit k1 --set ends_on=2026-12-01")
    assert due() == [("k1:renewal", "2026-12-01", "green", 0)]
    crm("undo")
    assert due() == []
    crm("edit k1 --set text='service, all of it' --set external_id=K-1 --set starts_on=2025-06-01")
    item = contract()
    assert (item["text"], item["external_id"], item["starts_on"]) == ("service, all of it", "K-1", "2025-06-01")  # fmt: skip
    assert due() == []  # its first anniversary was over when it was noted down


def test_what_cannot_be_corrected(k1: None) -> None:
    for setting, sentence in (
        ("ends_on=2025-12-31", "the contract would end on 2025-12-31, before it starts on 2026-01-01; name an end that is not before that"),
        ("ends_on=", "the ends on is empty; write one"),
        ("text=", "the text is empty; write one"),
        ("close_reason=gone", "only a contract that is not renewed has a reason for it; crm renew k1 --no --reason WHY closes it"),
        ("end=2027-12-31", "a contract has no field 'end' that can be set; did you mean ends_on?"),
        ("amount=x", "'x' is no amount; write it like 1200 or 1200.50"),
    ):  # fmt: skip
        if setting != "text=":
            refused_here(["edit", "k1", "--set", setting], 2, sentence)
    crm("renew k1 --no --reason gone")
    crm("edit k1 --set close_reason='gone for good'")
    assert contract()["close_reason"] == "gone for good"


# --- who is left alone, who is merged, what goes round ---


def test_nobody_is_reminded_of_who_is_left_alone(k1: None) -> None:
    for command in ("edit c1 --set do_not_contact=yes", "archive c1 --retire"):
        crm(command)
        assert due() == []
        refused_here("done k1:renewal", 4, "k1:renewal is not due; crm show k1 says how it stands")
        crm("undo")
        assert due() == [("k1:renewal", "2026-12-31", "green", 0)]


def test_everything_moves_house(k1: None, tmp_path: Path) -> None:
    crm("renew k1 --amount 1200 --currency JPY")
    crm("add-contract c2 frame --until 2026-12-31 --milestone first --by 2026-12-01")
    crm("snooze k3:renewal 2026-12-10")
    crm(f"export all --reveal --out {tmp_path / 'all.jsonl'}")
    before = [contract(ref) for ref in ("k1", "k2", "k3")]
    other = str(tmp_path / "other.db")
    crm(f"import {tmp_path / 'all.jsonl'} --as all --db {other}")
    assert [crm(f"show {ref} --json --db {other}").json["item"] for ref in ("k1", "k2", "k3")] == before  # fmt: skip
    assert due("--days 40", f"--db {other}") == due("--days 40")


def test_reminders_say_each_step_once(
    at: At, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the real process, as cron runs it each day: at 90, 30 and 7 days, on the day, and each working day after it."""
    crm("add-contract c1 service --from 2026-01-01 --until 2026-12-31")
    said = tmp_path / "said"
    monkeypatch.setenv("CRM_NOTIFY_CHANNELS", "file")
    monkeypatch.setenv("CRM_NOTIFY_FILE", str(said))
    crm("config set calendar.country none")
    told = {}
    for day in (
        "2026-10-01", "2026-10-02", "2026-10-05", "2026-11-30", "2026-12-01", "2026-12-02", "2026-12-23", "2026-12-24",
        "2026-12-25", "2026-12-30", "2026-12-31", "2027-01-01", "2027-01-02", "2027-01-04",
    ):  # fmt: skip
        before = said.read_text("utf-8").count("(k1:renewal)") if said.exists() else 0
        assert run_process("due --notify", {"CRM_NOW": f"{day}T09:00"}) == (0, "", "")
        now = said.read_text("utf-8").count("(k1:renewal)") if said.exists() else 0
        told[day] = now - before
    assert [day for day, times in told.items() if times] == [
        "2026-10-02", "2026-12-01", "2026-12-24", "2026-12-31", "2027-01-01", "2027-01-04",
    ]  # fmt: skip
    assert set(told.values()) == {0, 1}


def test_what_was_put_off_is_said_again_when_it_is_back(
    k1: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = tmp_path / "said"
    monkeypatch.setenv("CRM_NOTIFY_CHANNELS", "file")
    monkeypatch.setenv("CRM_NOTIFY_FILE", str(said))
    crm("due --notify")
    crm("snooze k1:renewal 2026-11-24")
    for day in ("23", "24", "25"):
        crm("due --notify", CRM_NOW=f"2026-11-{day}T09:00")
    assert said.read_text("utf-8").count("(k1:renewal)") == 2


def test_what_is_derived_is_what_doctor_computes(k1: None, place: Path) -> None:
    crm("add-contract c1 frame --from 2025-01-01 --until 2030-12-31 --milestone first --by 2026-12-01")  # fmt: skip
    crm("snooze k2:contract-review 2027-01-11")
    columns = "SELECT renewal_from, review_on, tier_weight FROM contract ORDER BY id"
    with sqlite3.connect(place / "crm.db") as connection:
        before = connection.execute(columns).fetchall()
        connection.execute("UPDATE contract SET renewal_from = NULL, review_on = NULL, tier_weight = 0")  # fmt: skip
    crm("doctor --fix")
    with sqlite3.connect(place / "crm.db") as connection:
        assert connection.execute(columns).fetchall() == before
    assert before == [("2026-10-02", None, 30), ("2030-10-02", "2027-01-11", 30)]


def test_a_dry_run_changes_nothing(k1: None, place: Path) -> None:
    before = (place / "crm.db").read_bytes()
    ran = crm("renew k1 --dry-run")
    assert (ran.out, ran.err) == ("", "Nothing was changed; without --dry-run: k1 is renewed by k2: service.\nFrom 2027-01-01 to 2027-12-31.\nRenewal is due from Sat 2 Oct 2027.\n")  # fmt: skip
    assert json.loads(crm("renew k1 --no --reason gone --dry-run --json").out)["item"]["status"] == "closed"  # fmt: skip
    assert (place / "crm.db").read_bytes() == before


def test_what_is_to_be_renewed_is_completed(k1: None) -> None:
    crm("add-contract c1 hire --until 2030-12-31")
    assert offered("crm renew ") == ["k1:renewal"]
    assert offered("crm renew k") == ["k1:renewal", "k2", "k1"]
    assert offered("crm show k2") == ["k2"]
    assert offered("crm done k") == ["k1:renewal", "k2", "k1"]
