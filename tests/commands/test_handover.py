"""One person takes over from another, and who made sure that all is right (HANDBOOK §1)."""

from typing import Any

import pytest

from tests.contract.program import refused, refused_here
from tests.contract.terminal import Terminal
from tests.support import crm, run_in_process, run_process


@pytest.fixture(autouse=True)
def customers() -> None:
    crm(
        "add-customer Acme --tier core --stage customer --since 2024-01-01 --person 张伟 --title 采购经理 --role decider"
    )
    crm("edit h1 --set roles=decider,acceptor --set key_person=yes")
    crm("key-date h1 birthday 11-22")
    crm("add-customer Beta --person 王五")


def person(ref: str) -> Any:
    return crm(f"show {ref} --json").json["item"]


def tasks() -> list[tuple[str, str, str, str]]:
    items = crm("show c1 --json").json["item"]["tasks"]
    return [(one["ref"], one["text"], one["due"], one["play"]) for one in items]


def test_who_takes_over_is_added_and_is_to_be_met() -> None:
    ran = run_process(
        "handover Acme 张伟 李雷 --on 2026-11-18 --title 总监 --phone 13800005678 --wechat lilei"
    )
    assert ran == (0, "h3\nt1\n", "")
    old, new = person("h1"), person("h3")
    assert (old["left_on"], old["successor"], old["roles"]) == (
        "2026-11-18",
        "h3",
        ["decider", "acceptor"],
    )
    assert (new["name"], new["title"], new["roles"], new["key_person"]) == (
        "李雷",
        "总监",
        ["decider", "acceptor"],
        True,
    )
    assert (new["phones"], new["left_on"]) == (["138****5678"], None)
    assert tasks() == [("t1", "张伟 → 李雷", "2026-11-23", "handover")]  # the next working day
    items = crm("due --json --days 5 --kind task").json["items"]
    assert [item["title"] for item in items] == ["get to know who took over: 张伟 → 李雷"]
    assert not crm("due --json --kind key-date").json[
        "items"
    ]  # nobody keeps the birthday of who left
    assert (
        "  h1  张伟  采购经理  decider, acceptor  left on 2026-11-18 → h3" in crm("show c1").lines
    )


def test_undo_takes_all_of_it_back() -> None:
    crm("add-need c1 'a faster line' --acceptor 张伟")
    before = crm("show c1 --json").json
    crm("handover Acme 张伟 李雷 --on 2026-11-18 --phone 13800005678")
    undone = crm("undo").out.strip()
    assert crm("show c1 --json").json == before
    assert [run_in_process(f"show {ref}").code for ref in ("h3", "t1")] == [3, 3]
    crm(f"undo {undone}")
    assert (person("h1")["successor"], tasks()[0][0]) == ("h3", "t1")


def test_who_is_there_already_takes_over_with_both_roles() -> None:
    crm("add-person c1 李雷 --role user")
    for named in ("李雷", "h3"):
        item = crm(f"handover c1 h1 {named} --json --dry-run").json["item"]
        assert (item["new"]["ref"], item["new"]["roles"]) == ("h3", ["user", "decider", "acceptor"])
    ran = crm("handover c1 h1 李雷 --due 2026-12-01 --owner Ann")
    assert ran.out == "t1\n"
    assert tasks() == [("t1", "张伟 → 李雷", "2026-12-01", "handover")]
    assert person("h1")["left_on"] == "2026-11-20"


def test_a_name_that_begins_like_another_s_is_another_person() -> None:
    crm("add-person c1 李雷明")
    assert crm("handover c1 h1 李雷").out == "h4\nt1\n"


@pytest.mark.parametrize(
    ("options", "roles"),
    [("--role user --role buyer", ["user", "buyer"]), ("--role none", []), ("--role 决策人", ["decider"])],
)  # fmt: skip
def test_the_roles_may_be_others(options: str, roles: list[str]) -> None:
    item = crm(f"handover c1 h1 李雷 {options} --json").json["item"]
    assert (item["new"]["roles"], item["new"]["key_person"]) == (roles, False)


def test_open_needs_are_accepted_by_who_takes_over() -> None:
    for text in ("first", "second"):
        crm(f"add-need c1 {text} --acceptor 张伟")
    crm("decline n2 --reason no")
    with Terminal("handover c1 h1 李雷 --on 2026-12-01") as screen:
        screen.sees(
            "h3 李雷 takes over from h1 张伟 at Acme, Tue 1 Dec. Next t1: get to know them, Tue 1 Dec (in 11\n"
            "days)."
        )
        screen.sees("1 open need is accepted by them now.")
        assert screen.leaves() == 0
    assert [crm(f"show {ref} --json").json["item"]["acceptor"]["ref"] for ref in ("n1", "n2")] == [
        "h3",
        "h1",
    ]


def test_the_log_dates_it() -> None:
    crm("handover c1 h1 李雷 --on 2026-11-18 --reason 'moved to Beta'")
    told = crm("history h1").out
    assert "left on: – → 2026-11-18" in told and "successor: – → h3" in told
    steps = crm("history h1 --json").json["items"]
    assert {step["reason"] for step in steps if step["field"] == "left_on"} == {"moved to Beta"}


def test_the_task_is_told_in_the_language_of_the_reader_and_is_done() -> None:
    crm("handover c1 h1 李雷")
    assert crm("show t1").out.count("get to know who took over: 张伟 → 李雷") == 1
    crm("done t1 'a good talk'")
    assert tasks() == []


@pytest.mark.parametrize(
    ("command", "code", "sentence"),
    [
        (["handover", "c1", "nobody", "李雷"], 3, "nobody at c1 is called 'nobody'; add them with: crm add-person c1 NAME"),
        (["handover", "c1", "h1", "h9"], 3, "nobody at c1 is called 'h9'; add them with: crm add-person c1 NAME"),
        (["handover", "c1", "h1", "h2"], 3, "nobody at c1 is called 'h2'; add them with: crm add-person c1 NAME"),
        (["handover", "c9", "h1", "x"], 3, "there is no customer c9; crm list-customers shows them all"),
        (["handover", "c1", "h1", "张伟"], 2, "h1 张伟 is who leaves; name who takes over"),
        (["handover", "c1", "h1", " "], 2, "who takes over? write a name, or the reference of a person"),
        (["handover", "c1", "h1", "李雷", "--on", "12.25"], 2, None),
        (["handover", "c1", "h1", "李雷", "--role", "boss"], 2, None),
    ],
)  # fmt: skip
def test_what_is_refused_writes_nothing(
    command: list[str], code: int, sentence: str | None
) -> None:
    if sentence is None:
        sentence = run_in_process(command).err.removeprefix("crm: ").strip()
        assert command[-1] in sentence
    refused_here(command, code, sentence)


def test_once_is_enough() -> None:
    crm("handover c1 h1 李雷 --on 2026-11-18")
    refused(
        "handover c1 h1 韩梅",
        4,
        "张伟 handed over to h3 already, on 2026-11-18; crm history h1 says in which change",
    )
    refused(
        "handover c1 h3 h1",
        4,
        "张伟 left on 2026-11-18; crm edit h1 --set left_on= if they are back",
    )
    crm("handover c1 h3 韩梅")
    assert [person(ref)["successor"] for ref in ("h1", "h3", "h4")] == ["h3", "h4", None]


# --- verified ---


def test_somebody_made_sure() -> None:
    crm("verify Acme --by 李雷")
    crm("verify h1 --by 'Jane Roe' --on 2026-11-01")
    item = person("c1")
    assert (item["verified_on"], item["verified_by"]) == ("2026-11-20", "李雷")
    assert (person("h1")["verified_on"], person("h1")["verified_by"]) == ("2026-11-01", "Jane Roe")
    crm("verify c1")
    assert person("c1")["verified_by"] == "tester"
    crm("undo")
    assert person("c1")["verified_by"] == "李雷"
    crm("edit c1 --set verified_by=Ann --set verified_on=2026-11-19")
    assert "verified on: 2026-11-20 → 2026-11-19" in crm("history c1").out


@pytest.mark.parametrize(
    ("command", "code", "sentence"),
    [
        ("verify y1 --by x", 2, "y1 is a key date; a customer or a person is verified"),
        ("verify c1:touch --by x", 2, "c1:touch is something that is due, no record of its own; write c1 if the whole record is meant"),
        ("verify c1 --on 2026-11-21", 2, "'2026-11-21' is in the future; name a day that has come"),
        ("verify h9 --by x", 3, "there is no person h9; crm show CUSTOMER lists them"),
    ],
)  # fmt: skip
def test_nothing_else_is_verified(command: str, code: int, sentence: str) -> None:
    refused_here(command, code, sentence)


def test_who_leaves_on_a_day_to_come_decides_until_then() -> None:
    crm("add-customer Later --tier core --stage customer --person Zed")
    ref = crm("show Later --json").json["item"]["people"][0]["ref"]
    crm(f"edit {ref} --set roles=decider")
    crm(f"handover Later {ref} Neo --on 2026-12-20")

    def deciding(now: str) -> list[str]:
        item = crm("show Later --brief --json", CRM_NOW=now).json["item"]
        return [one["name"] for one in item["people"]]

    assert deciding("2026-12-19T09:00") == ["Zed", "Neo"]
    assert deciding("2026-12-20T09:00") == ["Neo"]
