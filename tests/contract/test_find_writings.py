"""Simplified and traditional characters alike: `find`, names, filters, completion (docs/decisions/0041)."""

import json
import random
import sys
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from crmcli.rules.writings import forms
from tests.contract.program import everything_in, on_terminal, refused, run
from tests.support import crm, heavy, run_process


@pytest.fixture(autouse=True)
def book(place: Path) -> None:
    for command in (
        "add-customer 华东精工有限公司 --city 台北 --tag 重点客户 --person 张伟 --phone 13812345678",
        "add-customer 華東電子股份有限公司 --note 軟體樣品",
        "add-customer 鍾氏錶行 --short-name 鍾錶",
        "add-customer Acme",
        "log-contact c1 报价单已发，请打13812345678",
        "log-contact c2 報價單已發",
        "add-article 換油封 --text 先洩壓，再拆端蓋",
    ):
        crm(command)


def refs(text: str, *options: str) -> str:
    items = crm(["find", text, "--json", *options]).json["items"]
    return " ".join(item["ref"] for item in items)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("华东", "c1 c2"),
        ("華東", "c1 c2"),
        ("华東", "c1 c2"),
        ("華東精工", "c1"),
        ("华东电子", "c2"),
        ("钟表", "c3"),
        ("钟氏", "c3"),
        ("報價單", "i2 i1"),
        ("报价单", "i2 i1"),
        ("张伟", "h1"),
        ("張偉", "h1"),
        ("臺北", "c1"),
        ("換油", "a1"),
        ("换油", "a1"),
        ("华东 樣品", "c2"),
        ("样品 華東", "c2"),
        ("Acme", "c4"),
        ("花东", ""),
    ],
)
def test_either_finds_both(text: str, found: str) -> None:
    assert refs(text) == found


def test_the_hit_is_as_it_is_written() -> None:
    items = crm("find 华东 --json").json["items"]
    assert [item["hit"] for item in items] == ["华东", "華東"]
    (item,) = crm("find 换油 --json").json["items"]
    assert (item["field"], item["hit"]) == ("title", "換油")
    (item,) = crm("find 泄压 --json").json["items"]
    assert (item["field"], item["text"], item["hit"]) == ("text", "先洩壓，再拆端蓋", "洩壓")


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_a_limit_cuts_the_same_list(limit: int) -> None:
    every = refs("華東 ").split()
    assert refs("华东", "--limit", str(limit)).split() == every[:limit]


@pytest.mark.parametrize(
    ("name", "ref"),
    [("華東精工", "c1"), ("华东电子", "c2"), ("钟氏", "c3"), ("钟表", "c3"), ("華東精工有限公司", "c1")],
)  # fmt: skip
@pytest.mark.parametrize("command", ["show {} --json", "show {} --brief --json"])
def test_a_customer_is_known_by_either(command: str, name: str, ref: str) -> None:
    item = crm(command.format(name)).json["item"]
    assert item.get("ref") or item["customer"]["ref"]
    assert ref in json.dumps(item)


def test_what_is_written_to_either_is_written_to_the_one() -> None:
    for command in ("log-contact 華東精工 回电", "add-task 华东电子 寄样 --due tomorrow", "add-need 钟氏 漏油"):  # fmt: skip
        crm(command)
    assert (refs("回电"), refs("寄样"), refs("漏油")) == ("i3", "t1", "n1")
    owners = [find_one(text)["customer"]["ref"] for text in ("回电", "寄样", "漏油")]
    assert owners == ["c1", "c2", "c3"]


def find_one(text: str) -> dict[str, Any]:
    (item,) = crm(["find", text, "--json"]).json["items"]
    found: dict[str, Any] = item
    return found


def test_several_are_told_apart_by_their_references() -> None:
    """Who is called exactly so is meant, though another is called so in other characters."""
    refused(
        "show 華東",
        3,
        "'華東' fits several customers; name one by its reference",
        ["c1 华东精工有限公司", "c2 華東電子股份有限公司"],
        "ambiguous",
    )
    crm("add-customer 華東")
    assert crm("show 華東 --json").json["item"]["ref"] == "c5"
    assert crm("show 华东 --json").json["item"]["ref"] == "c5"
    crm("add-customer 华东 --allow-duplicate")
    assert crm("show 華東 --json").json["item"]["ref"] == "c5"
    assert crm("show 华东 --json").json["item"]["ref"] == "c6"


def test_a_slip_is_told_in_either() -> None:
    refused(
        "show 華東精功",
        3,
        "no customer fits '華東精功'; did you mean c1 华东精工有限公司?",
        ["c1 华东精工有限公司"],
    )


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ("--city 臺北", "c1"),
        ("--city 台北", "c1"),
        ("--tag 重點客戶", "c1"),
        ("--where name~華東", "c1 c2"),
        ("--where name~电子", "c2"),
        ("--where city=臺北", "c1"),
        ("--where city!=臺北", "c2 c3 c4"),
        ("--where 'tags has 重點客戶'", "c1"),
        ("--where name~華東 --where note~样品", "c2"),
        ("--where name!=Acme", "c1 c2 c3"),
    ],
)
def test_filters_ask_in_both(filters: str, found: str) -> None:
    items = crm(f"list-customers {filters} --json").json["items"]
    assert " ".join(item["ref"] for item in items) == found
    crm(f"segment save those {filters}")
    items = crm("list-customers --segment those --json").json["items"]
    assert " ".join(item["ref"] for item in items) == found


def test_knowledge_is_found_by_either() -> None:
    assert crm("kb 泄压 --json").json["items"][0]["ref"] == "a1"
    assert "先洩壓，再拆端蓋" in run("kb 泄压").out


@pytest.mark.parametrize(
    ("begun", "offered"),
    [
        ("華東", ["华东精工有限公司", "華東電子股份有限公司"]),
        ("华东", ["华东精工有限公司", "華東電子股份有限公司"]),
        ("华东电", ["華東電子股份有限公司"]),
        ("钟", ["鍾氏錶行"]),
    ],
)
def test_a_name_begun_in_either_is_completed(begun: str, offered: list[str]) -> None:
    asked = {"COMP_WORDS": f"crm\nshow\n{begun}", "COMP_CWORD": "2", "_CRM_COMPLETE": "complete_bash"}  # fmt: skip
    ran = run_process([], asked)
    assert (ran.code, sorted(line.strip() for line in ran.lines)) == (0, sorted(offered))


def test_words_of_taiwan_are_found_where_opencc_is_installed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What no single character tells."""
    (item,) = crm("find 软件 --json").json["items"]
    assert (item["ref"], item["field"], item["text"], item["hit"]) == ("c2", "note", "軟體樣品", "軟體")  # fmt: skip
    crm("add-task c1 '寄打印机、软件'")
    assert refs("印表機") == "t1"
    assert refs("软件") == "t1"  # as it was typed, there is one
    monkeypatch.setitem(sys.modules, "opencc", None)
    assert refs("印表機") == ""
    assert refs("报价单") == "i2 i1"


def test_nothing_is_written_for_it(place: Path) -> None:
    before = everything_in(place / "crm.db")
    for command in (
        "find 華東",
        "show 華東精工",
        "list-customers --city 臺北",
        "kb 泄压",
        "find 软件",
    ):
        run(command)
    assert everything_in(place / "crm.db") == before


# --- by brute force ---

MIXED = "华華东東发發髮钟鐘鍾表錶里裡裏台臺后後电電子工"


def test_names_of_mixed_characters_are_found_as_by_comparing_each(place: Path) -> None:
    """Of every name and every scrap of three, whatever either is written in: there when some writing of it is."""
    chance = random.Random(10)
    names = ["".join(chance.choices(MIXED, k=chance.randint(2, 5))) for _ in range(60)]
    listed = "name\n" + "".join(f"{name}\n" for name in dict.fromkeys(names))
    assert run_process("import -", stdin=listed).code == 0
    customers = {
        item["ref"]: f"{item['name']}\n{item['short_name']}"
        for item in crm("list-customers --json --limit 0").json["items"]
    }
    for _ in range(heavy(300)):
        scrap = "".join(chance.choices(MIXED, k=chance.choice((2, 2, 2, 3))))
        ways = list(map("".join, product(*map(forms, scrap))))
        if len(ways) > 16:
            continue
        expected = {ref for ref, name in customers.items() if any(way in name for way in ways)}
        found = crm(["find", scrap, "--kind", "customer", "--json"]).json["items"]
        assert {item["ref"] for item in found} == expected, scrap
        assert len(found) == len(expected)
        assert all(item["hit"] in ways for item in found)


# --- what is shown ---


@pytest.mark.parametrize(
    ("asked", "expected"),
    [("find 1381", "i1"), ("find 2345", "i1"), ("find 13812345678", "i1")],
)
def test_a_number_within_a_note_stays_masked(asked: str, expected: str) -> None:
    answer = crm(f"{asked} --json").json
    told = {item["ref"]: item for item in answer["items"]}
    assert told[expected]["text"] == "报价单已发，请打138****5678"
    assert told[expected]["hit"] == "138****5678"
    assert told["h1"]["text"] == told["h1"]["hit"] == "138****5678"
    assert answer["masked"] is True
    assert "12345678" not in run(asked).out
    assert "12345678" not in on_terminal(asked)[1]
    told = {item["ref"]: item for item in crm(f"{asked} --json --reveal").json["items"]}
    assert told[expected]["text"] == "报价单已发，请打13812345678"
    assert told[expected]["hit"] == asked.split()[1]
    assert told["h1"]["hit"] == asked.split()[1]


def test_on_a_terminal_the_hit_is_bold_and_underlined_and_nowhere_else() -> None:
    shown = on_terminal("find 华东", 120)[1]
    assert "\x1b[1;4m华东\x1b[0m精工有限公司" in shown
    assert "\x1b[1;4m華東\x1b[0m電子股份有限公司" in shown
    shown = on_terminal("find 1381", 120)[1]
    assert "\x1b[1;4m138****5678\x1b[0m" in shown
    shown = on_terminal("find hdjg", 120)[1]
    assert "\x1b[1;4m华东精工\x1b[0m有限公司" in shown
    for plainly in (on_terminal("find 华东 --plain", 120)[1], run("find 华东").out):
        assert "\x1b" not in plainly
        assert "华东精工有限公司" in plainly
