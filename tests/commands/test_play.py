"""Plays: sets of dated tasks laid out for a customer, as they come along and as the settings have them (HANDBOOK §9)."""

from collections.abc import Callable

import pytest

from crmcli.rules import plays
from crmcli.rules.due import task
from tests.contract.program import refused, refused_here
from tests.support import crm, run_in_process, run_process

At = Callable[[str], None]

LAID_OUT = {
    "escort": ["2026-11-20", "2026-11-27", "2026-12-04", "2026-12-21", "2027-01-20", "2027-02-18"],
    "review": ["2026-11-20", "2026-11-27", "2026-12-04", "2026-12-11", "2027-01-01"],
    "revive": ["2026-11-20", "2026-11-23", "2026-11-27", "2026-12-04", "2026-12-21"],
}
"""By hand, from Friday 20 November 2026; 20 December is a Sunday."""


@pytest.fixture(autouse=True)
def customer() -> None:
    crm("add-customer Acme --tier core --stage customer --since 2024-01-01")


def tasks() -> list[tuple[str, str, str]]:
    items = crm("show c1 --json").json["item"]["tasks"]
    return [(one["ref"], one["due"], one["play"]) for one in items]


@pytest.mark.parametrize("name", LAID_OUT)
def test_the_plays_that_come_along(name: str) -> None:
    ran = run_process(f"play Acme {name}")
    days = LAID_OUT[name]
    assert ran == (0, "".join(f"t{n}\n" for n in range(1, len(days) + 1)), "")
    assert tasks() == [(f"t{n}", day, name) for n, day in enumerate(days, 1)]
    assert {crm(f"show t{n} --json").json["item"]["owner"] for n in range(1, 3)} == {"tester"}
    crm("undo")
    assert tasks() == []


def test_days_off_are_moved(at: At) -> None:
    crm("config set calendar.country CN")
    crm("config set plays.mine '+0d: a; +1d: b; +3wd: c; +1m: d'")
    item = crm("play c1 mine --from 2026-02-14 --json").json[
        "item"
    ]  # 14 is worked for 16; 15 to 23 February are off
    assert (item["play"], item["customer"], item["from"]) == ("mine", "c1", "2026-02-14")
    assert [(one["text"], one["due"]) for one in item["tasks"]] == [
        ("a", "2026-02-14"), ("b", "2026-02-24"), ("c", "2026-02-26"), ("d", "2026-03-16"),
    ]  # fmt: skip
    crm("config set calendar.roll keep")
    again = crm("play c1 mine --from 2026-02-14 --again --owner Ann --json").json["item"]["tasks"]
    assert [one["due"] for one in again] == ["2026-02-14", "2026-02-15", "2026-02-26", "2026-03-14"]
    assert {one["owner"] for one in again} == {"Ann"}


def test_a_rehearsal_shows_the_tasks_and_makes_none() -> None:
    ran = crm("play c1 revive --dry-run")
    assert ran.out == ""
    assert ran.err.splitlines() == [
        "Nothing was changed; without --dry-run: revive for Acme:",
        "  t1  Fri 20 Nov  find out why it went quiet",
        "  t2  Mon 23 Nov  call with something that is of use to them",
        "  t3  Fri 27 Nov  send a case or an offer that fits",
        "  t4  Fri 4 Dec   call again",
        "  t5  Mon 21 Dec  visit them, or let it rest",
    ]
    assert tasks() == []


def test_twice_is_once_too_often_unless_it_is_meant() -> None:
    crm("play c1 revive")
    refused(
        "play c1 revive",
        4,
        "revive is laid out for Acme already, from t1 on; --again lays it out once more",
    )
    crm("play c1 review")
    crm("play c1 revive --again")
    assert len(tasks()) == 15
    crm("undo")
    crm("undo")
    for n in range(1, 6):
        crm(f"done t{n}")
    crm("play c1 revive")  # nothing of the first is open


def test_a_play_of_one_s_own_and_one_s_own_way_of_one_that_comes_along() -> None:
    assert crm("config get plays.escort").out.startswith(
        "+0d: welcome them, and say who is there for them; +1w: "
    )
    crm("config set plays.上门 '+1w：上门拜访；+2w: 送资料 '")
    assert crm("config get plays.上门").out == "+1w: 上门拜访; +2w: 送资料\n"
    crm("config set plays.escort '+0d: call; 2d: write: at length'")
    assert [one["text"] for one in crm("play c1 escort --json").json["item"]["tasks"]] == [
        "call",
        "write: at length",
    ]
    assert [one["text"] for one in crm("play c1 上门 --json").json["item"]["tasks"]] == [
        "上门拜访",
        "送资料",
    ]
    crm("config unset plays.escort")
    assert "welcome them" in crm("config get plays.escort").out
    assert {"plays.escort", "plays.review", "plays.revive", "plays.上门"} <= {one["key"] for one in crm("config list --json").json["items"]}  # fmt: skip


@pytest.mark.parametrize(("written", "name"), [("护航", "escort"), ("esc", "escort"), ("REVIVE", "revive"), ("唤醒", "revive"), ("年度回顾", "review")])  # fmt: skip
def test_they_are_named_in_either_language(written: str, name: str) -> None:
    assert crm(["play", "c1", written, "--json"]).json["item"]["play"] == name


@pytest.mark.parametrize("name", plays.SHIPPED)
def test_what_comes_along_is_written_as_the_settings_have_it(name: str) -> None:
    line = plays.write(plays.SHIPPED[name])
    assert plays.read(line) == plays.SHIPPED[name]
    assert crm(f"config get plays.{name} --json").json["item"]["value"] == line


@pytest.mark.parametrize(
    ("command", "code", "sentence"),
    [
        (["play", "c1", "dance"], 2, "play 'dance' is unknown; choose one of escort (护航), review (年度回顾), revive (唤醒), mine"),
        (["play", "c1", "re"], 2, "play 're' may mean review, revive; write one of them"),
        (["play", "c9", "escort"], 3, "there is no customer c9; crm list-customers shows them all"),
        (["play", "c1", "escort", "--from", "9999-12-31"], 2, "1w after 9999-12-31 is beyond the calendar"),
        (["config", "set", "plays.x", " "], 2, "plays.x: a play has at least one step; write it like +0d: call them; +1w: visit them"),
        (["config", "set", "plays.x", "call"], 2, "plays.x: 'call' is no step of a play; write it like +1w: ask how it goes"),
        (["config", "set", "plays.x", "+1w:"], 2, "plays.x: '+1w:' is no step of a play; write it like +1w: ask how it goes"),
        (["config", "set", "plays.x", "soon: call"], 2, "plays.x: 'soon' is not a length of time; write it like 10d, 2w, 1m, 1y or 3wd (working days)"),
        (["config", "set", "plays.handover", "+0d: x"], 2, "a play cannot be called handover, as the tasks of hand-overs are; choose another word"),
    ],
)  # fmt: skip
def test_what_is_refused_writes_nothing(command: list[str], code: int, sentence: str) -> None:
    crm("config set plays.mine '+0d: a'")
    refused_here(command, code, sentence)


def test_its_texts_are_told_in_the_language_of_the_reader() -> None:
    """What came along is kept in English and translated on the way out; one's own words stay as they are."""
    words = {"call again": "再次致电", "get to know who took over: {note}": "认识接任者：{note}"}

    def told(text: str, play: str | None) -> str:
        title = task.title(text, False, play)
        return (
            title if isinstance(title, str) else title.render(lambda one: words.get(one, one), str)
        )

    assert told("call again", "revive") == "再次致电"
    assert told("call again", None) == "call again"
    assert told("我自己的话 {0}", "mine") == "我自己的话 {0}"
    assert told("张伟 → 李雷", "handover") == "认识接任者：张伟 → 李雷"


def test_an_unset_play_is_unknown() -> None:
    crm("config set plays.mine '+0d: a'")
    crm("config unset plays.mine")
    assert run_in_process("play c1 mine").code == 2
