"""Risks at the command line: noted, due by their level, put off, closed with a result, taken back, refused (HANDBOOK §9)."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.contract.program import refused, refused_here
from tests.contract.terminal import Terminal
from tests.support import crm, run_in_process, run_process

At = Callable[[str], None]
NINE = "2026-11-20T09:00:00+08:00"
Row = tuple[str, str, str, int]


@pytest.fixture(autouse=True)
def customers(at: At) -> None:
    at("2026-11-06T09:00")
    crm("add-customer Acme --tier core --stage customer --since 2024-01-01")
    crm("log-contact c1 hello --channel visit")  # the next touch is on Monday 7 December
    at("2026-11-20T09:00")


def risk(ref: str = "r1") -> Any:
    return crm(f"show {ref} --json").json["item"]


def due(*options: str) -> list[Row]:
    items = crm(" ".join(["due --json --kind risk", *options])).json["items"]
    return [(item["ref"], item["light"], item["due_at"], item["overdue_days"]) for item in items]


# --- noted ---


def test_a_risk_is_one_line_and_of_level_2() -> None:
    ran = run_process("add-risk Acme 'their buyer leaves'")
    assert ran == (0, "r1\n", "")
    assert risk() == {
        "ref": "r1", "external_id": None, "customer": "c1", "text": "their buyer leaves", "level": 2, "kind": None, "status": "open",
        "light": "yellow", "owner": "tester", "opened_at": NINE, "due_at": "2026-11-25T18:00:00+08:00", "snoozed_until": None,
        "closed_at": None, "result": None, "created_at": NINE,
    }  # fmt: skip


def test_what_was_said_of_it_is_kept_and_told() -> None:
    item = crm("add-risk Acme 'a cheaper offer' --level 1 --kind price --owner 李雷 --external-id R-1 --json").json["item"]  # fmt: skip
    assert (item["level"], item["kind"], item["owner"], item["external_id"]) == (
        1,
        "price",
        "李雷",
        "R-1",
    )
    with Terminal("add-risk Acme 'late parts' --level 3") as screen:
        screen.sees("Added r2 for Acme: late parts, Mon 7 Dec.")
        assert screen.leaves() == 0
    assert crm("show r1").lines == [
        "ref          r1", "external id  R-1", "customer     c1 Acme", "text         a cheaper offer", "level        1",
        "kind         price", "status       open", "light        yellow", "owner        李雷", "opened at    2026-11-20 09:00",
        "due at       2026-11-21 09:00", "created at   2026-11-20 09:00",
    ]  # fmt: skip


# --- due ---


@pytest.mark.parametrize(
    ("level", "due_at", "why"),
    [
        (1, "2026-11-21T09:00:00+08:00", "risk of level 1; due Sat 21 Nov 09:00; in 1 day"),
        (2, "2026-11-25T18:00:00+08:00", "risk of level 2; due Wed 25 Nov 18:00; in 5 days"),
    ],
)
def test_it_is_listed_at_once_and_red_once_its_time_is_over(
    at: At, level: int, due_at: str, why: str
) -> None:
    crm(f"add-risk c1 x --level {level}")
    assert due() == [("r1", "yellow", due_at, 0)]
    assert crm("due --why r1").out == why + "\n"
    at(due_at[:16])
    assert [light for _ref, light, *_ in due()] == ["yellow"]
    at(due_at[:14] + "01")
    assert [light for _ref, light, *_ in due()] == ["red"]
    assert risk()["light"] == "red"
    at("2026-11-27T09:00")
    assert due() == [("r1", "red", due_at, 27 - int(due_at[8:10]))]


def test_of_level_3_it_follows_the_next_touch(at: At) -> None:
    crm("add-risk c1 x --level 3")
    assert risk()["due_at"] == "2026-12-07"
    assert due() == [] and due("--days 17") == [("r1", "green", "2026-12-07", 0)]
    assert (
        crm("due --why r1").out == "risk of level 3; at the next touch; due Mon 7 Dec; in 17 days\n"
    )
    at("2026-12-01T09:00")
    crm("log-contact c1 hello")
    assert risk()["due_at"] == "2027-01-01"
    at("2027-01-01T23:59")
    assert due() == [("r1", "yellow", "2027-01-01", 0)]
    at("2027-01-02T00:01")
    assert due() == [("r1", "red", "2027-01-01", 1)]
    crm("edit c1 --set do_not_contact=yes")
    assert due() == []
    assert crm("due --why r1").out == "no touch is due at which it would be\n"


def test_its_level_may_change() -> None:
    crm("add-risk c1 x --level 3")
    crm("edit r1 --set level=1 --set kind=price --set 'text=they look elsewhere'")
    assert due() == [("r1", "yellow", "2026-11-21T09:00:00+08:00", 0)]
    assert "level: 3 → 1" in crm("history r1").out
    crm("undo")
    assert (risk()["level"], risk()["text"], due()) == (3, "x", [])


def test_a_risk_put_off_comes_back_then(at: At) -> None:
    crm("add-risk c1 x --level 1")
    item = crm("snooze r1 2026-11-24 --json").json["item"]
    assert item == {"ref": "r1", "snoozed_until": "2026-11-24"}
    assert due() == []
    at("2026-11-24T08:00")
    assert due() == [("r1", "red", "2026-11-21T09:00:00+08:00", 3)]
    crm("undo")
    at("2026-11-20T10:00")
    assert due() == [("r1", "yellow", "2026-11-21T09:00:00+08:00", 0)]


def test_nobody_is_reminded_of_a_customer_that_is_retired() -> None:
    crm("add-risk c1 x --level 1")
    crm("archive c1 --retire")
    assert due() == []
    assert crm("due --why r1").out == "retired\n"


# --- closed ---


def test_it_is_closed_with_a_result(at: At) -> None:
    crm("add-risk c1 x --level 1")
    at("2026-11-20T15:00")
    item = crm(["done", "r1", "they stay", "--next", "send flowers", "--on", "2026-11-23", "--json"]).json["item"]  # fmt: skip
    assert (item["status"], item["light"], item["result"], item["closed_at"]) == (
        "closed", None, "they stay", "2026-11-20T15:00:00+08:00",
    )  # fmt: skip
    assert [one["text"] for one in item["next"]] == ["send flowers"]
    assert due() == []
    assert crm("due --why r1").out == "closed on Fri 20 Nov\n"
    change = "x4"
    refused("done r1 again", 4, f"r1 is already closed; crm undo {change} takes that back")
    refused("snooze r1 2026-12-24", 4, "r1 is not due any more, so there is nothing to put off; crm show r1 says how it stands")  # fmt: skip
    crm("undo")
    assert (risk()["status"], risk()["result"], len(due())) == ("open", None, 1)


def test_without_a_result_it_stays_open() -> None:
    crm("add-risk c1 x --level 1")
    for command in (["done", "r1"], ["done", "r1", " "]):
        refused(command, 2, "how did it end? crm done r1 RESULT closes a risk with its result")
    assert risk()["status"] == "open"


def test_at_a_terminal_it_is_asked_for() -> None:
    crm("add-risk c1 x --level 1")
    with Terminal("done r1") as screen:
        screen.sees("How did it end?")
        screen.types("they stay")
        screen.sees("Done: x")
        assert screen.leaves() == 0
    assert (risk()["status"], risk()["result"]) == ("closed", "they stay")


def test_a_risk_is_deleted_and_brought_back() -> None:
    crm("add-risk c1 x --level 1")
    crm("delete r1")
    assert due() == []
    assert run_in_process("show r1").code == 3
    crm("undo")
    assert len(due()) == 1


@pytest.mark.parametrize(
    ("command", "code", "sentence"),
    [
        (["add-risk", "c1", " "], 2, "the risk's text is empty; write what may go wrong"),
        (["add-risk", "c1", "x", "--level", "4"], 2, "'4' is no level of a risk; write 1, the worst, 2 or 3"),
        (["add-risk", "c1", "x", "--level", "high"], 2, "'high' is no level of a risk; write 1, the worst, 2 or 3"),
        (["add-risk", "c1", "x", "--level", ""], 2, "the level is empty; write one"),
        (["add-risk", "c9", "x"], 3, "there is no customer c9; crm list-customers shows them all"),
        (["add-risk", "c1", "x", "--external-id", "R-1"], 4, "external id R-1 is that of r1; leave it out, or edit that risk"),
        (["edit", "r1", "--set", "level=0"], 2, "'0' is no level of a risk; write 1, the worst, 2 or 3"),
        (["edit", "r1", "--set", "level="], 2, "the level is empty; write one"),
        (["done", "r9", "x"], 3, "there is no risk r9; crm show CUSTOMER lists them"),
        (["snooze", "r1", "2026-11-20"], 2, "'2026-11-20' is not after today; name a day to come"),
    ],
)  # fmt: skip
def test_what_is_refused_is_told_and_nothing_written(
    command: list[str], code: int, sentence: str
) -> None:
    crm("add-risk c1 known --external-id R-1")
    refused_here(command, code, sentence)


def test_a_rehearsal_writes_nothing() -> None:
    ran = crm("add-risk c1 x --dry-run")
    assert (ran.out, ran.err) == ("", "Nothing was changed; without --dry-run: Added r1 for Acme: x, Wed 25 Nov 18:00.\n")  # fmt: skip
    assert run_in_process("show r1").code == 3
