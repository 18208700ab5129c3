"""What comes after a contact, and what settles it: follow-ups, losses and why, done, snooze, key dates (HANDBOOK §1, §2, §3, §9)."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.contract.program import refused, run
from tests.contract.terminal import Terminal
from tests.support import crm, run_in_process

At = Callable[[str], None]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("made") / "crm.db"
    there = {"CRM_DB": str(path), "CRM_CONFIG": str(path.parent / "config.toml"), "CRM_NOW": "2026-11-20T09:00", "TZ": "Asia/Shanghai", "CRM_ACTOR": "tester"}  # fmt: skip
    for command in (
        "add-customer Acme --tier core --stage customer --since 2025-01-01",
        "add-customer 华东精工 --stage interested",
        "add-person c1 张伟",
        "log-contact c1 hello --at 08:00",
        "log-contact c2 hello --at 08:00",
    ):
        crm(command, **there)
    return path.read_bytes()


@pytest.fixture(autouse=True)
def book(place: Path, made: bytes) -> Path:
    path = place / "crm.db"
    path.write_bytes(made)
    path.chmod(0o600)
    return path


def item(reference: str, **environment: str) -> Any:
    return crm(f"show {reference} --json --reveal", **environment).json["item"]


def due(options: str = "", **environment: str) -> list[str]:
    """What is due, by reference."""
    return [one["ref"] for one in crm(f"due --json {options}", **environment).json["items"]]


def why(reference: str, **environment: str) -> str:
    return crm(["due", "--why", reference], **environment).out.strip()


def redo() -> None:
    """Undo the undo."""
    crm(f"undo {crm('history --json --limit 1').json['items'][0]['change']}")


def logical(place: Path) -> list[str]:
    with sqlite3.connect(place / "crm.db") as connection:
        return list(connection.iterdump())


# --- a contact's other facts ---


def test_care_cost_and_signature_are_kept_and_shown() -> None:
    made = crm(
        "log-contact c1 gift --care --cost '1,200.50' --signed --minutes 20 --json"
    ).json["item"]  # fmt: skip
    assert (made["care"], made["cost"], made["signed"], made["minutes"]) == (True, 1200.5, True, 20)
    plain = item("i1")
    assert (plain["care"], plain["cost"], plain["signed"], plain["minutes"]) == (
        False,
        None,
        False,
        None,
    )
    shown = [line.split(None, 1) for line in crm("show i3").lines]
    for line in (["care", "yes"], ["cost", "1200.5"], ["signed", "yes"], ["minutes", "20"]):
        assert line in shown
    crm("undo")
    assert run_in_process("show i3").code == 3


@pytest.mark.parametrize(
    ("options", "theirs", "ours"),
    [
        ("--with h1 --with 路人 --ours 李雷 --ours 韩梅", ["张伟", "路人"], ["李雷", "韩梅"]),
        ("--with 张伟 --with h1 --with H1 --with 张 --ours 李雷 --ours 李雷", ["张伟"], ["李雷"]),
        ("--with 李雷 --ours 李雷", ["李雷"], ["李雷"]),
        ("--with '' --ours ' '", [], []),
    ],
)
def test_who_took_part_is_named_once(options: str, theirs: list[str], ours: list[str]) -> None:
    made = crm(f"log-contact c1 x {options} --json").json["item"]
    assert (made["with"], made["ours"]) == (theirs, ours)
    crm("edit h1 --set name=张卫")
    renamed = [{"张伟": "张卫"}.get(name, name) for name in theirs]
    assert item("i3")["with"] == renamed


def test_nothing_is_not_the_same_as_not_known() -> None:
    crm("log-contact c1 free --cost 0 --minutes 0")
    made = item("i3")
    assert (made["cost"], made["minutes"]) == (0.0, 0)
    shown = [line.split() for line in crm("show i3").lines]
    assert ["cost", "0.0"] in shown
    assert ["minutes", "0"] in shown


@pytest.mark.parametrize(
    ("amount", "cost"),
    [("12", 12.0), ("¥99.9", 99.9), ("１２０", 120.0), ("1，200", 1200.0), ("0.01", 0.01), ("9999999999999.99", 9999999999999.99)],
)  # fmt: skip
def test_amounts(amount: str, cost: float) -> None:
    assert crm(["log-contact", "c1", "--cost", amount, "--json"]).json["item"]["cost"] == cost


@pytest.mark.parametrize(
    "amount", ["much", "1.2.3", "nan", "inf", "-", "1,5", "1.200,50", "12,", ",", "万", "5 fr"]
)
def test_what_is_no_amount(amount: str) -> None:
    sentence = f"'{amount}' is no amount; write it like 1200 or 1200.50"
    refused(["log-contact", "c1", f"--cost={amount}"], 2, sentence)


@pytest.mark.parametrize(
    ("amount", "wrong"),
    [
        ("-1", "is negative; write 0 or more, and take a refund off the amount of its order"),
        ("1.005", "has too many decimals; write at most 2"),
        ("1e99", "is too large; write less than 10,000,000,000,000"),
        ("10000000000000", "is too large; write less than 10,000,000,000,000"),
    ],
)
def test_amounts_that_are_none_of_money(amount: str, wrong: str) -> None:
    refused(["log-contact", "c1", f"--cost={amount}"], 2, f"the amount {amount} {wrong}")


CHAT = "客户：价格能再低一点吗？\n我：最低九五折。\n\n客户：好的，成交！"


@pytest.mark.parametrize(
    "raw",
    [
        CHAT.encode(),
        b"\xef\xbb\xbf" + CHAT.encode(),
        CHAT.replace("\n", "\r\n").encode(),
        CHAT.encode("gb18030"),
        CHAT.encode("utf-16"),
        b"\n\n  " + CHAT.encode() + b"\n \n",
    ],
    ids=["utf-8", "bom", "crlf", "gb18030", "utf-16", "space"],
)
def test_a_text_is_kept_with_a_contact(place: Path, raw: bytes) -> None:
    (place / "chat.txt").write_bytes(raw)
    made = crm(f"log-contact c1 chatted --text-file {place}/chat.txt --json").json["item"]
    assert made["excerpt"] == CHAT
    shown = crm("show i3").out
    assert (
        "  客户：价格能再低一点吗？\n  我：最低九五折。\n  \n  客户：好的，成交！\n" in shown + "\n"
    )
    assert "with a text: crm show i3" in crm("show c1").out
    assert [one["ref"] for one in crm("find 九五折 --json").json["items"]] == ["i3"]


def test_a_text_comes_from_a_pipe() -> None:
    ran = run("log-contact c1 --text-file /dev/stdin --json", stdin=CHAT.encode("gb18030"))
    assert ran.json["item"]["excerpt"] == CHAT


def test_the_longest_text_there_may_be(place: Path) -> None:
    (place / "long.txt").write_text("长" * 100_000)
    crm(f"log-contact c1 --text-file {place}/long.txt")
    assert len(item("i3")["excerpt"]) == 100_000
    (place / "long.txt").write_text("长" * 100_001)
    sentence = "excerpt is 100001 characters long; shorten it to 100000"
    refused(f"log-contact c1 --text-file {place}/long.txt", 2, sentence)


def test_texts_that_are_none(place: Path) -> None:
    for name, raw, sentence in (
        ("empty", b"", "is empty; there is nothing to keep"),
        ("space", b" \r\n\t\n", "is empty; there is nothing to keep"),
        ("bom", b"\xef\xbb\xbf", "is empty; there is nothing to keep"),
        ("picture", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\xff\xfe", "is not text; save it as UTF-8 text"),
        ("huge", b"a" * 400_001, "is too long to keep; hand over the part that matters"),
    ):  # fmt: skip
        (place / name).write_bytes(raw)
        refused(f"log-contact c1 --text-file {place}/{name}", 2, f"{place}/{name} {sentence}")
    refused(f"log-contact c1 --text-file {place}/none", 3, f"there is no file {place}/none")
    refused(
        f"log-contact c1 --text-file {place}/bom/x", 3, f"there is no file {place}/bom/x"
    )  # fmt: skip
    refused(
        f"log-contact c1 --text-file {place}", 2, f"{place} is a folder; name a file in it"
    )  # fmt: skip
    refused("log-contact c1 --text-file ''", 2, "the name of the file is empty; write one")


# --- what comes next ---


def steps(ref: str = "i3") -> list[tuple[str, str, str]]:
    return [(one["text"], one["on"], one["owner"]) for one in item(ref)["next"]]


MONDAY, FRIDAY = "2026-11-23", "2026-11-27"


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ("--next a", [("a", MONDAY, "tester")]),
        ("--next a --on fri", [("a", FRIDAY, "tester")]),
        ("--next a --next b", [("a", MONDAY, "tester"), ("b", MONDAY, "tester")]),
        ("--next a --next b --on fri", [("a", FRIDAY, "tester"), ("b", FRIDAY, "tester")]),
        ("--next a --next b --on fri --on 12-月", None),
        ("--next a --next b --on fri --on mon", [("a", FRIDAY, "tester"), ("b", MONDAY, "tester")]),
        ("--on fri --on mon --next a --next b", [("a", FRIDAY, "tester"), ("b", MONDAY, "tester")]),
        ("--next a --next b --next-owner 李雷", [("a", MONDAY, "李雷"), ("b", MONDAY, "李雷")]),
        ("--next a --next b --next-owner 李雷 --next-owner 韩梅 --on fri", [("a", FRIDAY, "李雷"), ("b", FRIDAY, "韩梅")]),
        ("--next a --next b --next c --on fri --on mon", "2 --on for 3 --next; give one for all, or one for each"),
        ("--next a --on fri --on mon", "2 --on for 1 --next; give one for all, or one for each"),
        ("--next a --next b --next c --next-owner x --next-owner y", "2 --next-owner for 3 --next; give one for all, or one for each"),
        ("--next a --next-owner x --next-owner y", "2 --next-owner for 1 --next; give one for all, or one for each"),
        ("--next-owner x", "--next-owner says who does what comes next; give --next TEXT too"),
        ("--on fri --next-owner x", "--next-owner says who does what comes next; give --next TEXT too"),
        ("--on fri --on mon", "several --on without --next; give one date for the next touch, or a --next for each"),
        ("--next ''", "the text of what comes next is empty; write what is to be done"),
        ("--next ' ' --on fri", "the text of what comes next is empty; write what is to be done"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("command", ["log-contact c1 x", "done t1"])
def test_dates_and_owners_belong_to_what_comes_next(
    command: str, options: str, expected: Any
) -> None:
    crm("add-task c1 first")
    if expected is None:
        assert run_in_process(f"{command} {options}").code == 2
    elif isinstance(expected, str):
        if command.startswith("done") and "--on" in options and "--next " not in options:
            expected = "--on says when what comes next is due; give --next TEXT too"
        refused(f"{command} {options}", 2, expected)
    else:
        crm(f"{command} {options}")
        if command.startswith("log"):
            assert steps() == expected
        else:
            tasks = item("c1")["tasks"]
            found = sorted((one["text"], one["due"], one["owner"]) for one in tasks)
            assert found == expected


def test_a_date_alone_promises_the_next_touch() -> None:
    crm("log-contact c1 x --on 2026-12-24")
    one = item("c1")
    assert (one["promised_on"], one["next_touch_on"], one["tasks"]) == (
        "2026-12-24",
        "2026-12-24",
        [],
    )


def test_undo_takes_contact_and_follow_ups_back_together() -> None:
    assert crm("log-contact c1 x --next a --next b --stage lost --loss-reason price").lines == [
        "i3",
        "t1",
        "t2",
    ]
    assert (item("c1")["stage"], len(item("c1")["tasks"])) == ("lost", 2)
    crm("undo")
    one = item("c1")
    assert (one["stage"], one["loss_reason"], one["tasks"], one["interaction_count"]) == (
        "customer",
        None,
        [],
        1,
    )


# --- lost, and why ---

REASONS = [
    ("price", "price"), ("价格", "price"), ("PRICE", "price"), ("pri", "price"), ("产品", "product"), ("服务", "service"), ("竞争对手", "competitor"),
    ("竞品", "competitor"), ("no budget", "no budget"), ("无预算", "no budget"), ("contact left", "contact left"), ("联系人离职", "contact left"),
    ("other", "other"), ("其他", "other"), ("other: moved away", "other: moved away"), ("其他：搬走了", "other: 搬走了"), ("Other:x: y", "other: x: y"),
]  # fmt: skip


@pytest.mark.parametrize(("typed", "stored"), REASONS)
def test_a_reason_is_taken_in_both_languages_and_in_own_words(typed: str, stored: str) -> None:
    crm(["log-contact", "c1", "bye", "--stage", "lost", "--loss-reason", typed])
    assert item("c1")["loss_reason"] == stored
    crm(["edit", "c2", "--set", "stage=流失", "--set", f"loss_reason={typed}"])
    assert item("c2")["loss_reason"] == stored


KNOWN = "price (价格), product (产品), service (服务), competitor (竞争对手), no budget (无预算), contact left (联系人离职), other (其他)"


@pytest.mark.parametrize(
    ("reason", "sentence"),
    [
        ("stars", f"loss reason 'stars' is unknown; choose one of {KNOWN}"),
        ("prize", "loss reason 'prize' is unknown; did you mean price?"),
        ("pr", "loss reason 'pr' may mean price, product; write one of them"),
        ("price: too high", f"loss reason 'price: too high' is unknown; choose one of {KNOWN}"),
        ("other: " + "x" * 1000, "loss reason is 1007 characters long; shorten it to 1000"),
    ],
)
def test_what_is_no_reason(reason: str, sentence: str) -> None:
    command = ["log-contact", "c1", "bye", "--stage", "lost", "--loss-reason", reason]
    refused(command, 2, sentence)
    refused(["edit", "c1", "--set", "stage=lost", "--set", f"loss_reason={reason}"], 2, sentence)


def test_a_reason_is_for_who_is_lost() -> None:
    sentence = "--loss-reason is for customers that are lost; add --stage lost"
    refused("log-contact c1 x --loss-reason price", 2, sentence)
    refused("log-contact c1 x --stage interested --loss-reason price", 2, sentence)
    refused("edit c1 --set loss_reason=price", 2, sentence)


def test_the_reason_lives_as_long_as_the_loss() -> None:
    crm("log-contact c1 bye --stage lost --loss-reason 价格 --at 2026-11-01")
    crm("log-contact c1 'still gone' --stage lost")
    assert item("c1")["loss_reason"] == "price"
    crm("log-contact c1 'the real reason' --loss-reason 竞品")
    assert item("c1")["loss_reason"] == "competitor"
    crm("edit c1 --set loss_reason='other: both'")
    assert item("c1")["loss_reason"] == "other: both"
    crm("edit c1 --set loss_reason=")
    assert item("c1")["loss_reason"] is None
    crm("undo")
    assert item("c1")["loss_reason"] == "other: both"
    crm("log-contact c1 'back again' --stage interested")
    assert (item("c1")["stage"], item("c1")["loss_reason"]) == ("interested", None)
    crm("undo")
    assert (item("c1")["stage"], item("c1")["loss_reason"]) == ("lost", "other: both")


QUESTION = "Why was Acme lost? (price, product, service, competitor, no budget, contact left, other; Enter for later) "


@pytest.mark.parametrize(
    "command", ["log-contact c1 bye --stage lost", "edit c1 --set stage=流失客户"]
)
def test_a_person_is_asked_why(command: str) -> None:
    with Terminal(command, columns=200) as person:
        person.sees(QUESTION)
        person.types("stars")
        person.sees(f"loss reason 'stars' is unknown; choose one of {KNOWN}\n{QUESTION}")
        person.types("价格")
        assert person.leaves() == 0
    one = item("c1")
    assert (one["stage"], one["loss_reason"]) == ("lost", "price")
    assert "loss_reason" not in one["missing"]


def test_own_words_are_an_answer_too() -> None:
    with Terminal("log-contact c1 bye --stage lost", columns=200) as person:
        person.sees(QUESTION)
        person.types("其他：搬到海南去了")
        assert person.leaves() == 0
    assert item("c1")["loss_reason"] == "other: 搬到海南去了"


@pytest.mark.parametrize("how", ["Enter", "the end of input"])
@pytest.mark.parametrize("command", ["log-contact c1 bye --stage lost", "edit c1 --set stage=lost"])
def test_who_answers_later_finds_it_missing(command: str, how: str) -> None:
    with Terminal(command, columns=200) as person:
        person.sees(QUESTION)
        person.types("") if how == "Enter" else person.ends_input()
        assert person.leaves() == 0
    one = item("c1")
    assert (one["stage"], one["loss_reason"]) == ("lost", None)
    assert "loss_reason" in one["missing"]


def test_ctrl_c_loses_nobody(place: Path) -> None:
    before = logical(place)
    with Terminal("log-contact c1 bye --stage lost", columns=200) as person:
        person.sees(QUESTION)
        person.interrupts()
        assert person.leaves() == 130
    assert logical(place) == before


@pytest.mark.parametrize(
    "command",
    [
        "log-contact c1 bye --stage lost --loss-reason price",
        "log-contact c1 bye --stage interested",
        "edit c1 --set stage=lost --set loss_reason=price",
        "edit c1 --set city=x",
    ],
)
def test_nobody_is_asked_without_need(command: str) -> None:
    with Terminal(command, columns=200) as person:
        assert person.leaves() == 0
    assert "Why was" not in person.screen


def test_who_is_lost_already_was_asked_then() -> None:
    crm("log-contact c1 bye --stage lost")
    with Terminal("log-contact c1 'still gone' --stage lost", columns=200) as person:
        assert person.leaves() == 0
    assert "Why was" not in person.screen


@pytest.mark.parametrize("command", ["log-contact c1 bye --stage lost", "edit c1 --set stage=lost"])
def test_a_pipe_is_never_asked(command: str) -> None:
    ran = run(command, stdin=b"price\n")
    assert (ran.code, ran.err) == (0, "")
    one = item("c1")
    assert (one["stage"], one["loss_reason"]) == ("lost", None)
    assert "loss_reason" in one["missing"]


@pytest.mark.parametrize("command", ["log-contact c1 bye --stage lost", "edit c1 --set stage=lost"])
def test_nobody_waits_for_the_answer(command: str) -> None:
    with Terminal(command, columns=200) as person:
        person.sees(QUESTION)
        assert run("log-contact c2 meanwhile").out == "i3\n"
        person.types("price")
        assert person.leaves() == 0
    assert item("c1")["loss_reason"] == "price"


@pytest.mark.parametrize("meanwhile", ["delete c1", "edit c1 --set stage=interested"])
@pytest.mark.parametrize("command", ["log-contact c1 bye --stage lost", "edit c1 --set stage=lost"])
def test_what_changed_meanwhile_is_not_written_over(command: str, meanwhile: str) -> None:
    with Terminal(command, columns=200) as person:
        person.sees(QUESTION)
        run(meanwhile)
        person.types("price")
        assert person.leaves() == 4
    assert "crm: Acme was changed by somebody else in the meantime; try again" in person.rest
    assert crm("history --json --limit 1").json["items"][0]["command"] == f"crm {meanwhile}"


# --- done ---


def test_a_task_is_done_once() -> None:
    crm("add-task c1 'send quote' --due 2026-11-19")
    assert due("--kind task") == ["t1"]
    crm("done t1 'sent, they like it'")
    one = item("t1")
    assert (one["done_on"], one["result"]) == ("2026-11-20", "sent, they like it")
    assert due("--kind task") == []
    refused("done t1", 4, "t1 is already done; crm undo x7 takes that back")
    refused("snooze t1 +3d", 4, "t1 is already done; add a new task instead")
    assert why("t1") == "done on 2026-11-20"
    crm("undo")
    assert due("--kind task") == ["t1"]
    redo()
    assert due("--kind task") == []
    refused("done t1", 4, "t1 is already done; crm undo x9 takes that back")


def test_done_and_next_in_one_step() -> None:
    crm("log-contact c1 x --next 'send sample' --on today")
    ran = crm("done t1 sent --next 'ask for the order' --on fri --next-owner 李雷")
    assert ran.out == "t2\n"
    one = item("t2")
    assert (one["kind"], one["text"], one["due"], one["owner"], one["origin"]) == (
        "follow-up",
        "ask for the order",
        FRIDAY,
        "李雷",
        "i3",
    )
    crm("undo")
    assert item("t1")["done_on"] is None
    assert run_in_process("show t2").code == 3
    made = crm("done t1 --next a --next b --json").json
    assert made["schema"] == "crm.task/1"
    assert made["item"]["done_on"] == "2026-11-20"
    assert [one["text"] for one in made["item"]["next"]] == ["a", "b"]


def test_a_touch_is_settled_by_talking() -> None:
    for reference in ("c1", "C1", "c1:touch", "Acme"):
        refused(
            ["done", reference], 4, "a touch is settled by talking: crm log-contact c1"
        )  # fmt: skip


@pytest.mark.parametrize(
    ("reference", "sentence"),
    [
        ("h1", "h1 is nothing that is due; crm due lists what is"),
        ("i1", "i1 is nothing that is due; crm due lists what is"),
        ("x1", "x1 is a change, not a record; crm history shows it"),
    ],
)
def test_what_is_never_due_cannot_be_done(reference: str, sentence: str) -> None:
    refused(["done", reference], 2, sentence)


def test_a_win_back_is_settled_once(at: At) -> None:
    crm("log-contact c1 bye --stage lost --loss-reason 价格")
    at("2027-02-22T09:00")  # 90 days on it is Thu 18 Feb
    assert due("--kind win-back") == ["c1:win-back"]
    (one,) = crm("due --json --kind win-back").json["items"]
    assert (one["due_at"], one["overdue_days"], one["title"], one["why"], one["action"]) == (
        "2027-02-18",
        4,
        "lost: price",
        "lost: price; win back Thu 18 Feb; 4 days overdue",
        "crm log-contact c1",
    )
    assert why("c1") == why("c1:win-back") == one["why"]
    refused("done c1", 4, "a touch is settled by talking: crm log-contact c1")
    crm("done c1:win-back 'no chance'")
    assert crm("history --json --limit 1").json["items"][0]["reason"] == "no chance"
    assert due("--kind win-back") == []
    refused("done c1:win-back", 4, "c1:win-back is not due; crm due --why c1 says what is")
    crm("undo")
    assert due("--kind win-back") == ["c1:win-back"]
    redo()
    assert due("--kind win-back") == []


def test_a_win_back_that_is_not_due_yet_cannot_be_settled() -> None:
    refused("done c1:win-back", 4, "c1:win-back is not due; crm due --why c1 says what is")
    crm("log-contact c1 bye --stage lost")
    refused("done c1:win-back", 4, "c1:win-back is not due; crm due --why c1 says what is")


def test_a_win_back_may_be_put_off(at: At) -> None:
    crm("log-contact c1 bye --stage lost")
    at("2027-02-22T09:00")
    made = crm("snooze c1:win-back 2027-03-10 --json").json["item"]
    assert made == {"ref": "c1:win-back", "snoozed_until": "2027-03-10"}
    assert due() == ["c2:touch", "crm:archive"]
    at("2027-03-10T09:00")
    assert "c1:win-back" in due()
    assert why("c1") == "lost, nobody noted why; win back Wed 10 Mar; due today"


@pytest.mark.parametrize("reference", ["i3:unanswered", "c2:unanswered"])
def test_silence_is_settled_and_not_put_off(at: At, reference: str) -> None:
    crm("log-contact c2 'our quote' --channel email --out")
    at("2026-11-24T09:00")
    sentence = f"{reference} is not put off; crm done {reference} settles it for this time"
    refused(f"snooze {reference} +3d", 4, sentence)
    sentence = "c2:win-back is not due, so there is nothing to put off"
    refused("snooze c2:win-back +3d", 4, sentence)


@pytest.mark.parametrize("reference", ["i3:unanswered", "c2:unanswered", "I3:Unanswered"])
def test_silence_is_settled_once(at: At, reference: str) -> None:
    crm("log-contact c2 'our quote' --channel email --out")
    crm("log-contact c2 'a reminder' --channel wechat --out")
    at("2026-11-24T09:00")
    assert due("--kind unanswered") == ["i3:unanswered"]
    (one,) = crm("due --json --kind unanswered").json["items"]
    assert (one["due_at"], one["overdue_days"], one["why"], one["action"]) == (
        "2026-11-23",
        1,
        "no answer to i3; unanswered after 3 days; due Mon 23 Nov; 1 day overdue",
        "crm log-contact c2",
    )
    assert why(reference) == one["why"]
    crm(["done", reference, "they are on holiday"])
    assert crm("history --json --limit 1").json["items"][0]["reason"] == "they are on holiday"
    assert due("--kind unanswered") == []
    refused(
        ["done", reference], 4, f"{reference} awaits no answer; crm due --why c2 says what is due"
    )  # fmt: skip
    crm("undo")
    assert due("--kind unanswered") == ["i3:unanswered"]
    redo()
    crm("log-contact c2 'a third one' --channel email --out")
    at("2026-11-30T09:00")
    assert due("--kind unanswered") == ["i5:unanswered"]


def test_the_wrong_message_is_not_the_one_that_waits() -> None:
    crm("log-contact c2 'our quote' --channel email --out")
    crm("log-contact c2 'a reminder' --channel email --out")
    refused(
        "done i4:unanswered", 4, "i4:unanswered awaits no answer; crm due --why c2 says what is due"
    )
    refused(
        "done i1:unanswered", 4, "i1:unanswered awaits no answer; crm due --why c1 says what is due"
    )


def test_what_came_of_it_and_why_are_both_kept() -> None:
    crm("key-date c1 birthday 11-25")
    crm("done y1 'sent flowers' --reason 'she likes them'")
    (one,) = crm("history --json --limit 1").json["items"]
    assert one["reason"] == "she likes them; sent flowers"


# --- key dates ---


@pytest.mark.parametrize(
    ("kind", "stored"),
    [
        ("birthday", "birthday"), ("生日", "birthday"), ("Birthday", "birthday"), ("birth", "birthday"), ("anniversary", "anniversary"),
        ("周年", "anniversary"), ("qualification", "qualification"), ("资质到期", "qualification"), ("资质", "qualification"), ("店庆", "店庆"),
        ("Founders' Day", "Founders' Day"), ("  开业  日 ", "开业  日"), ("{x} %s", "{x} %s"),
    ],
)  # fmt: skip
def test_kinds_in_both_languages_and_own_words(kind: str, stored: str) -> None:
    assert crm(["key-date", "c1", kind, "05-20"]).out == "y1\n"
    assert item("y1")["kind"] == stored
    crm(["edit", "y1", "--set", "kind=other"])
    crm(["edit", "y1", "--set", f"kind={kind}"])
    assert item("y1")["kind"] == stored


@pytest.mark.parametrize(
    ("typed", "day", "next_on"),
    [
        ("05-20", "05-20", "2027-05-20"),
        ("5-20", "05-20", "2027-05-20"),
        ("11-20", "11-20", "2026-11-20"),
        ("11-19", "11-19", "2027-11-19"),
        ("1980-05-20", "1980-05-20", "2027-05-20"),
        ("1980/5/20", "1980-05-20", "2027-05-20"),
        ("1980.5.20", "1980-05-20", "2027-05-20"),
        ("5月20日", "05-20", "2027-05-20"),
        ("1980年5月20日", "1980-05-20", "2027-05-20"),
        ("02-29", "02-29", "2027-02-28"),
        ("1984-02-29", "1984-02-29", "2027-02-28"),
        ("2030-05-20", "2030-05-20", "2030-05-20"),
        ("12-31", "12-31", "2026-12-31"),
    ],
)
def test_days_with_and_without_their_year(typed: str, day: str, next_on: str) -> None:
    made = crm(["key-date", "h1", "birthday", typed, "--json"]).json
    assert made["schema"] == "crm.key-date/1"
    assert (made["item"]["day"], made["item"]["next_on"]) == (day, next_on)
    assert (made["item"]["customer"], made["item"]["person"]) == (
        "c1",
        {"ref": "h1", "name": "张伟"},
    )


UNCLEAR = "is no day of the year; write it like 05-20, 1980-05-20 with its year, or lunar:8-15"


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("3/4", f"'3/4' {UNCLEAR}"),
        ("12.25", f"'12.25' {UNCLEAR}"),
        ("02-30", "there is no day 02-30; write it like 05-20"),
        ("2027-02-29", "there is no day 2027-02-29; write it like 05-20"),
        ("13-01", "there is no day 13-01; write it like 05-20"),
        ("00-10", "there is no day 00-10; write it like 05-20"),
        ("0000-01-01", "there is no day 0000-01-01; write it like 05-20"),
        ("20-05-1980", f"'20-05-1980' {UNCLEAR}"),
        ("tomorrow", f"'tomorrow' {UNCLEAR}"),
        ("05", f"'05' {UNCLEAR}"),
        ("05-20 10:00", f"'05-20 10:00' {UNCLEAR}"),
        ("", "the day is empty; write one"),
    ],
)
def test_what_is_no_day(typed: str, sentence: str) -> None:
    refused(["key-date", "c1", "birthday", typed], 2, sentence)


def test_other_values_that_a_key_date_refuses() -> None:
    refused(["key-date", "c1", "", "05-20"], 2, "the kind is empty; write one")
    refused(
        "key-date i1 birthday 05-20", 2, "i1 is an interaction; a key date belongs to a customer or a person"
    )  # fmt: skip
    long = "x" * 201
    refused(["key-date", "c1", long, "05-20"], 2, "kind is 201 characters long; shorten it to 200")
    for lead in ("-1", "367", "x"):
        ran = run(["key-date", "c1", "birthday", "05-20", f"--lead={lead}"])
        assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)


def test_a_qualification_comes_once_and_others_every_year(at: At) -> None:
    crm("key-date c1 qualification 2026-11-25")
    crm("key-date c1 anniversary 2020-11-25")
    for ref in ("y1", "y2"):
        crm(f"done {ref}")
    assert (item("y1")["next_on"], item("y2")["next_on"]) == (None, "2027-11-25")
    came = "y1 came once and is done; add a new key date instead"
    refused("done y1", 4, came)
    refused("snooze y1 +3d", 4, came)
    assert why("y1") == "done on 2026-11-25"
    again = "y2 is already done for 2026-11-25; it comes round again on 2027-11-25"
    refused("done y2", 4, again)
    at("2027-01-10T09:00")
    refused("done y2", 4, again)
    at("2027-11-18T09:00")
    assert due("--kind key-date") == ["y2"]
    crm("done y2")
    refused("done y2", 4, "y2 is already done for 2027-11-25; it comes round again on 2028-11-25")


def test_years_that_nobody_settled_are_settled_with_the_last(at: At) -> None:
    crm("key-date c1 anniversary 11-25")
    at("2029-01-10T09:00")
    assert due("--kind key-date") == ["y1"]
    crm("done y1")
    one = item("y1")
    assert (one["done_on"], one["next_on"]) == ("2028-11-25", "2029-11-25")
    assert due("--kind key-date") == []
    crm("undo")
    assert due("--kind key-date") == ["y1"]


def test_due_lists_a_birthday_a_week_and_a_qualification_a_month_ahead(at: At) -> None:
    crm("key-date h1 生日 1980-12-25 --note 'likes tea, 13812345678'")
    crm("key-date c1 资质到期 2026-12-25")
    crm("key-date c1 店庆 12-25 --lead 3")
    crm("key-date c1 盘点 12-25 --lead 0")
    for day, listed in (
        ("11-24", []),
        ("11-25", ["y2"]),
        ("12-17", ["y2"]),
        ("12-18", ["y1", "y2"]),
        ("12-21", ["y1", "y2"]),
        ("12-22", ["y1", "y2", "y3"]),
        ("12-25", ["y1", "y2", "y3", "y4"]),
        ("12-26", ["y1", "y2", "y3", "y4"]),
    ):
        at(f"2026-{day}T09:00")
        assert sorted(due("--kind key-date")) == listed, day
        overdue = due("--kind key-date --overdue")
        assert sorted(overdue) == (listed if day == "12-26" else []), day
    at("2026-12-18T09:00")
    items = {one["ref"]: one for one in crm("due --json --kind key-date --reveal").json["items"]}
    assert items["y1"] == {
        "ref": "y1",
        "kind": "key-date",
        "customer": {"ref": "c1", "name": "Acme", "tier": "core", "stage": "customer"},
        "title": "birthday of 张伟, 46",
        "due_at": "2026-12-25",
        "overdue_days": 0,
        "light": "green",
        "score": items["y1"]["score"],
        "why": "birthday of 张伟, 46; likes tea, 13812345678; due Fri 25 Dec; in 7 days",
        "action": "crm done y1",
    }
    assert items["y2"]["why"] == "qualification; due Fri 25 Dec; in 7 days"
    assert why("y1") == "birthday of 张伟, 46; likes tea, 138****5678; due Fri 25 Dec; in 7 days"
    at("2026-12-25T09:00")
    today = {one["ref"]: one for one in crm("due --json --kind key-date").json["items"]}
    assert (today["y1"]["light"], today["y1"]["overdue_days"]) == ("yellow", 0)
    at("2026-12-27T09:00")
    late = {one["ref"]: one for one in crm("due --json --kind key-date").json["items"]}
    assert (late["y1"]["light"], late["y1"]["overdue_days"]) == ("red", 2)
    assert late["y1"]["why"].endswith("due Fri 25 Dec; 2 days overdue")


def test_a_number_in_a_note_is_masked_in_the_list() -> None:
    crm("key-date h1 生日 11-25 --note 'call 13812345678'")
    assert "13812345678" not in crm("due --json").out
    assert "13812345678" not in crm("due --explain").out


def test_looking_ahead_sees_them_sooner() -> None:
    crm("key-date c1 birthday 12-25")
    assert due("--kind key-date") == []
    assert due("--kind key-date --days 27") == []
    assert due("--kind key-date --days 28") == ["y1"]


@pytest.mark.parametrize("kind", ["{x}", "{0}", "{", "}}", "%s", "{x} of {person}"])
def test_own_words_are_no_template(kind: str) -> None:
    crm(["key-date", "h1", kind, "11-25"])
    assert due("--kind key-date") == ["y1"]
    assert why("y1") == f"{kind} of 张伟; due Wed 25 Nov; in 5 days"
    crm(["log-contact", "c1", "--stage", "lost", "--loss-reason", f"other: {kind}"])
    lost = {"CRM_NOW": "2027-06-01T09:00"}
    assert why("c1", **lost).startswith(f"lost: other: {kind}; win back")
    assert "c1:win-back" in due(**lost)


def test_a_key_date_is_put_off_and_comes_back(at: At) -> None:
    crm("key-date c1 birthday 11-25")
    assert due("--kind key-date") == ["y1"]
    crm("snooze y1 2026-11-24")
    assert (item("y1")["snoozed_until"], due("--kind key-date")) == ("2026-11-24", [])
    crm("undo")
    assert (item("y1")["snoozed_until"], due("--kind key-date")) == (None, ["y1"])
    redo()
    at("2026-11-24T09:00")
    assert due("--kind key-date") == ["y1"]
    (one,) = crm("due --json --kind key-date").json["items"]
    assert (one["due_at"], one["overdue_days"]) == ("2026-11-25", 0)  # the day itself stays
    crm("done y1")
    assert (item("y1")["snoozed_until"], item("y1")["next_on"]) == (None, "2027-11-25")
    crm("undo")
    assert (item("y1")["snoozed_until"], due("--kind key-date")) == ("2026-11-24", ["y1"])


@pytest.mark.parametrize(
    ("command", "code", "sentence"),
    [
        ("snooze y1 today", 2, "'today' is not after today; name a day to come"),
        ("snooze y1 yesterday", 2, "'yesterday' is not after today; name a day to come"),
        (
            "snooze i1 +3d",
            2,
            "i1 cannot be put off; snooze a customer, a task, a key date, a plan step, a survey, a review or a risk",
        ),
        (
            "snooze h1 +3d",
            2,
            "h1 cannot be put off; snooze a customer, a task, a key date, a plan step, a survey, a review or a risk",
        ),
    ],
)
def test_what_cannot_be_put_off(command: str, code: int, sentence: str) -> None:
    crm("key-date c1 birthday 11-25")
    refused(command, code, sentence)


def test_who_is_left_alone_has_no_key_dates_due() -> None:
    crm("key-date c1 birthday 11-25")
    crm("edit c1 --set do_not_contact=yes")
    assert due("--kind key-date") == []
    refused("snooze c1 +3d", 4, "c1 is never due, so there is nothing to put off")
    crm("undo")
    assert due("--kind key-date") == ["y1"]


def test_show_lists_them_with_the_customer_and_the_person() -> None:
    crm("key-date c1 店庆 06-18 --note 请柬")
    crm("key-date h1 birthday 02-29")
    crm("key-date c1 资质 2027-03-31")
    shown = crm("show c1").out
    assert (
        "Key dates\n  y1  06-18  店庆  请柬\n  y2  02-29  birthday  张伟  next 2027-02-28\n  y3  2027-03-31  qualification\n"
        in shown
    )
    assert [(one["ref"], one["kind"]) for one in item("c1")["key_dates"]] == [
        ("y1", "店庆"),
        ("y2", "birthday"),
        ("y3", "qualification"),
    ]
    assert crm("show y2").lines == [
        "ref       y2",
        "customer  c1 Acme",
        "person    h1 张伟",
        "kind      birthday",
        "day       02-29",
        "next on   2027-02-28",
    ]


def test_a_key_date_is_edited_and_its_history_told() -> None:
    crm("key-date c1 birthday 11-25 --note old --lead 10 --external-id K1")
    crm("edit y1 --set kind=资质 --set day=2026-12-30 --set note=new --set lead_days=60")
    one = item("y1")
    assert (one["kind"], one["day"], one["note"], one["lead_days"], one["next_on"]) == (
        "qualification",
        "2026-12-30",
        "new",
        60,
        "2026-12-30",
    )
    assert due("--kind key-date") == ["y1"]
    told = [
        (step["field"], step["old"], step["new"]) for step in crm("history y1 --json").json["items"]
    ]
    assert told == [
        ("kind", "birthday", "qualification"),
        ("day", "11-25", "2026-12-30"),
        ("note", "old", "new"),
        ("lead_days", 10, 60),
        (None, None, "qualification 2026-12-30"),
    ]
    crm("edit y1 --set lead_days= --set note=")
    assert (item("y1")["lead_days"], item("y1")["note"], due("--kind key-date")) == (None, None, [])
    crm("undo")
    crm("undo")
    assert (item("y1")["kind"], item("y1")["lead_days"]) == ("birthday", 10)
    refused(
        "edit y1 --set day=02-30", 2, "there is no day 02-30; write it like 05-20"
    )  # fmt: skip
    refused("edit y1 --set day=", 2, "the day is empty; write one")


def test_a_key_date_is_deleted_and_comes_back() -> None:
    crm("key-date h1 birthday 11-25")
    crm("delete y1")
    assert (due("--kind key-date"), item("c1")["key_dates"]) == ([], [])
    refused("show y1", 3, "key date y1 was deleted; crm history y1 says when")
    crm("undo")
    assert due("--kind key-date") == ["y1"]
    crm("delete h1")  # with whom it goes
    assert due("--kind key-date") == []
    crm("undo")
    assert due("--kind key-date") == ["y1"]
    crm("undo")
    assert due("--kind key-date") == []  # as if never noted
    refused("show y1", 3, "key date y1 was deleted; crm history y1 says when")


def test_writers_answer_as_all_writers_do(place: Path) -> None:
    before = logical(place)
    for command in (
        "key-date c1 birthday 11-25 --dry-run",
        "log-contact c1 x --stage lost --loss-reason price --care --dry-run",
        "snooze c1 +3d --dry-run",
    ):
        ran = run(command)
        assert (ran.code, ran.out) == (0, "")
        assert ran.err.startswith("Nothing was changed; without --dry-run: ")
        assert run(f"{command} --json").json["item"]["ref"]
    assert logical(place) == before
    crm("key-date c1 birthday 11-25 --reason 'from her card'")
    assert crm("history y1 --json").json["items"][0]["reason"] == "from her card"
    assert run("snooze y1 +3d").out == run("done y1").out == ""
