"""Learning from answers below expectation, at the command line (HANDBOOK §5)."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.contract.program import refused, refused_here
from tests.contract.terminal import Terminal
from tests.support import crm

At = Callable[[str], None]


@pytest.fixture
def bad() -> None:
    """n1 was resolved, s1 says that it did not help, and v1 is to be reviewed."""
    crm("add-customer Acme --tier core --stage customer --since 2024-01-01")
    crm("add-need c1 'the printer jams' --urgency urgent --kind problem")
    crm("resolve n1 'new roller'")
    assert crm("survey n1 --overall 2 --solved 1").lines == ["s1", "v1"]


def review(ref: str = "v1") -> Any:
    return crm(f"show {ref} --json").json["item"]


def due(days: int = 0) -> list[tuple[str, str, str]]:
    items = crm(f"due --json --days {days} --kind review").json["items"]
    return [(item["ref"], item["due_at"], item["light"]) for item in items]


def everything() -> Any:
    commands = ("survey --list", "due --days 30", "show n1", "show v1", "show c1")
    return [crm(f"{command} --json").json for command in commands]


def comes_and_goes(command: str) -> None:
    """Do it, undo it, redo it: everything is as it was before, and as it was after."""
    before = everything()
    crm(command)
    after = everything()
    assert after != before
    undoing = crm("undo").out.strip()
    assert everything() == before
    crm(f"undo {undoing}")
    assert everything() == after


@pytest.mark.usefixtures("bad")
@pytest.mark.parametrize("ref", ["s1", "v1"])
def test_a_review_keeps_the_cause_and_what_is_done(ref: str) -> None:
    assert due() == [("v1", "2026-11-21T09:00:00+08:00", "yellow")]
    ran = crm(f"review {ref} --cause speed --action 'a second technician' --json")
    assert ran.json["schema"] == "crm.review/1"
    assert ran.json["item"] == review() == {
        "ref": "v1", "customer": "c1", "survey": "s1", "due_at": "2026-11-21T09:00:00+08:00", "cause": "speed",
        "action": "a second technician", "snoozed_until": None, "done_on": "2026-11-20",
    }  # fmt: skip
    assert due(days=30) == []


@pytest.mark.usefixtures("bad")
@pytest.mark.parametrize(
    ("word", "cause"),
    [("误解", "misunderstanding"), ("技术", "technical"), ("速度", "speed"), ("态度", "attitude"), ("其他", "other"), ("mis", "misunderstanding")],
)  # fmt: skip
def test_causes_in_either_language(word: str, cause: str) -> None:
    ran = crm(f"review s1 --cause {word} --action '回访并道歉'")
    assert (ran.out, ran.err) == ("", "")
    assert (review()["cause"], review()["action"]) == (cause, "回访并道歉")


@pytest.mark.usefixtures("bad")
def test_one_step_back_to_the_need(at: At) -> None:
    at("2026-11-20T11:00")
    crm("review s1 --cause technical --action 'replace the printer' --reopen")
    item = crm("show n1 --json").json["item"]
    assert (item["status"], item["reopened"], item["solve_by"], item["resolved_at"]) == (
        "reopened", 1, "2026-11-22T11:00:00+08:00", None,
    )  # fmt: skip
    assert [(event["kind"], event["text"]) for event in item["events"]] == [
        ("resolved", "new roller"), ("reopened", "replace the printer"),
    ]  # fmt: skip
    # One change: taken back as one.
    crm("undo")
    assert (crm("show n1 --json").json["item"]["status"], review()["done_on"]) == ("resolved", None)


@pytest.mark.usefixtures("bad")
def test_it_turns_red_and_is_put_off(at: At) -> None:
    at("2026-11-21T09:01")
    assert due() == [("v1", "2026-11-21T09:00:00+08:00", "red")]
    assert (
        crm("due --why v1").out == "below expectation: s1; due Sat 21 Nov 09:00; 1 minute overdue\n"
    )
    assert crm("snooze v1 2026-11-24 --json").json["item"] == {
        "ref": "v1", "snoozed_until": "2026-11-24",
    }  # fmt: skip
    assert due() == []
    at("2026-11-24T08:00")
    assert due() == [("v1", "2026-11-21T09:00:00+08:00", "red")]


@pytest.mark.usefixtures("bad")
def test_done_with_a_result_is_done_with_that_action() -> None:
    ran = crm("done v1 'called them and said sorry' --next 'call again' --on 3wd --json")
    item = ran.json["item"]
    assert (item["action"], item["cause"], item["done_on"]) == ("called them and said sorry", None, "2026-11-20")  # fmt: skip
    assert item["next"][0]["text"] == "call again"
    assert crm("due --why v1").out == "done on 2026-11-20\n"
    crm("edit v1 --set cause=态度 --set 'action=said sorry'")
    assert (review()["cause"], review()["action"]) == ("attitude", "said sorry")


@pytest.mark.usefixtures("bad")
def test_done_without_a_result_keeps_the_action_there_is() -> None:
    crm("edit v1 --set action=planned")
    crm("done v1")
    assert review()["action"] == "planned"


@pytest.mark.usefixtures("bad")
def test_undo_and_redo() -> None:
    comes_and_goes("edit v1 --set cause=other")
    comes_and_goes("snooze v1 +5d")
    comes_and_goes("review s1 --cause other --action nothing --reopen --reason 'they insist'")
    comes_and_goes("edit s1 --set solved=2")


@pytest.mark.usefixtures("bad")
def test_undo_and_redo_of_done() -> None:
    comes_and_goes("done v1 sorry")


@pytest.mark.usefixtures("bad")
def test_a_person_is_told_what_comes_next() -> None:
    with Terminal("review s1 --cause speed --action 'hire somebody'") as person:
        person.sees("v1 is done: speed; hire somebody")
        person.sees("Should it not be solved after all: crm reopen n1")
        assert person.leaves() == 0


@pytest.mark.usefixtures("bad")
def test_a_person_is_asked_what_is_missing() -> None:
    with Terminal("review v1") as person:
        person.sees("2  technical")
        person.sees("What was the cause? [1-5]")
        person.types("2")
        person.sees("What is done about it?")
        person.types("new firmware")
        person.sees("v1 is done: technical; new firmware")
        assert person.leaves() == 0
    assert review()["cause"] == "technical"


@pytest.mark.usefixtures("bad")
def test_a_dry_run_writes_nothing(place: Any) -> None:
    before = (place / "crm.db").read_bytes()
    ran = crm("review s1 --cause speed --action faster --reopen --dry-run")
    assert ran.err.startswith("Nothing was changed; without --dry-run: v1 is done: speed; faster\n")
    assert (place / "crm.db").read_bytes() == before


@pytest.mark.usefixtures("bad")
@pytest.mark.parametrize(
    ("command", "code", "sentence"),
    [
        (
            "review s1 --action x", 2,
            "the cause is missing; add --cause with one of misunderstanding (误解), technical (技术), speed (速度), attitude (态度), "
            "other (其他)",
        ),
        ("review s1 --cause speed", 2, "what is done about it is missing; add --action TEXT"),
        ("review s1 --cause speed --action ' '", 2, "what is done about it is missing; add --action TEXT"),
        (
            "review s1 --cause snow --action x", 2,
            "cause 'snow' is unknown; choose one of misunderstanding (误解), technical (技术), speed (速度), attitude (态度), "
            "other (其他)",
        ),
        ("review n1 --cause speed --action x", 2, "'n1' is no survey or review; write it like s4 or v4"),
        ("review Acme --cause speed --action x", 2, "'Acme' is no survey or review; write it like s4 or v4"),
        ("review s9 --cause speed --action x", 3, "there is no survey s9; crm show CUSTOMER lists them"),
        ("review v9 --cause speed --action x", 3, "there is no review v9; crm show CUSTOMER lists them"),
        ("edit v1 --set done_on=today", 2, "a review has no field 'done_on' that can be set; choose one of cause, action"),
    ],
)  # fmt: skip
def test_refused_with_nothing_written(command: str, code: int, sentence: str) -> None:
    refused_here(command, code, sentence)


@pytest.mark.usefixtures("bad")
def test_a_review_is_done_once() -> None:
    crm("review s1 --cause speed --action x")
    for ref in ("s1", "v1"):
        refused(
            f"review {ref} --cause speed --action y",
            4,
            "v1 is done already; correct it with: crm edit v1 --set FIELD=VALUE",
        )
    refused_here("done v1", 4, "v1 is already done; crm undo x5 takes that back")
    refused_here(
        "snooze v1 +3d",
        4,
        "v1 is not due any more, so there is nothing to put off; crm show v1 says how it stands",
    )
    refused_here("edit v1 --set action=", 4, "v1 is done; it keeps its cause and its action")


@pytest.mark.usefixtures("bad")
def test_where_there_is_nothing_to_review() -> None:
    crm("survey c1 --overall 5")
    refused_here("review s2 --cause speed --action x", 4, "s2 has no review; crm show s2 says what was answered")  # fmt: skip
    crm("survey c1 --kind relation --sent")
    refused_here("review s3 --cause speed --action x", 4, "s3 is not answered yet; crm survey s3 records the answer")  # fmt: skip


@pytest.mark.usefixtures("bad")
def test_only_a_need_that_is_closed_is_taken_up_again() -> None:
    crm("survey c1 --overall 1")
    refused_here("review s2 --cause speed --action x --reopen", 4, "s2 asks about no need; leave --reopen out")  # fmt: skip
    crm("reopen n1")
    refused_here(
        "review s1 --cause speed --action x --reopen",
        4,
        "n1 is reopened; possible now: crm plan-need n1, crm wait n1, crm resolve n1 SOLUTION, crm decline n1 --reason WHY",
    )
    assert review()["done_on"] is None
