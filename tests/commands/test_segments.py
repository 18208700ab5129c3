"""`crm segment`, and --segment wherever filters are taken (HANDBOOK §7)."""

import json
from pathlib import Path
from typing import Any

import pytest

from crmcli.commands.segment import words
from tests.contract.program import refused
from tests.contract.terminal import Terminal
from tests.contract.test_naughty_strings import TEXTS
from tests.support import crm, run_in_process, run_process


@pytest.fixture(autouse=True)
def three() -> None:
    """Three customers."""
    crm("config set fields.seats number")
    crm("add-customer 华东精工 --stage customer --tier core --city 上海 --tag vip --field seats=12")
    crm("add-customer Acme --tier core --city Kiel --stage customer --since 2025-01-01")
    crm("add-customer Beta --tier ordinary --city 上海 --tag vip --person 王五 --phone 13800005678")


def refs(*arguments: str) -> list[str]:
    return [one["ref"] for one in crm(["list-customers", "--json", *arguments]).json["items"]]


def segments() -> dict[str, Any]:
    return {one["name"]: one["count"] for one in crm("segment list --json").json["items"]}


def test_a_segment_is_computed_when_it_is_used() -> None:
    ran = run_process("segment save 'Core ones' --tier 核心 --json")
    assert ran.json["item"] == {"name": "Core ones", "filters": {"tier": ["core"]}, "count": 2, "change": "x5"}  # fmt: skip
    assert refs("--segment", "core ONES") == ["c1", "c2"]
    crm("edit c3 --set tier=core")
    assert refs("--segment", "Ｃｏｒｅ  ones") == ["c1", "c2", "c3"]
    assert refs("--segment", "Core ones", "--tag", "vip") == ["c1", "c3"]
    assert segments() == {"Core ones": 3}


def test_days_relative_to_today_stay_so() -> None:
    crm("segment save quiet --where 'last_contact_on < -30d'")
    crm("segment save young --where 'added_on >= -10d' --lifecycle lead")
    crm("log-contact c1 hi")
    assert (segments(), refs("--segment", "quiet")) == ({"quiet": 0, "young": 1}, [])
    later = {"CRM_NOW": "2026-12-21T09:00"}
    (item, young) = crm("segment --json", **later).json["items"]
    assert (item["count"], young["count"]) == (1, 0)
    assert item["filters"] == {"where": ["last_contact_on < -30d"]}


def test_a_script_is_told_that_there_was_one_of_that_name() -> None:
    assert crm("segment save Big --tier core").err == ""
    told = "Segment Big means something else now: 1 customer. To take it back: crm undo x"
    for more in ("", " --json"):
        ran = crm(f"segment save Big --tier ordinary{more}")
        assert ran.err.startswith(told)
    ran = crm("segment save Big --tier core --dry-run")
    assert ran.err.count("means something else now") == 1


def test_saving_again_means_something_else_and_is_taken_back() -> None:
    crm("segment save Big --tier core")
    with Terminal("segment save BIG --city 上海") as person:
        assert person.leaves() == 0
    assert "Segment BIG means something else now: 2 customers. To take it back: crm undo x6" in person.screen  # fmt: skip
    assert refs("--segment", "big") == ["c1", "c3"]
    assert list(segments()) == ["BIG"]
    crm("undo")
    assert (refs("--segment", "big"), list(segments())) == (["c1", "c2"], ["Big"])
    crm("segment delete bIG")
    assert segments() == {}
    crm("undo")
    assert segments() == {"Big": 2}
    crm("segment save Big --tier ordinary --dry-run")
    assert segments() == {"Big": 2}


def test_segments_may_be_made_of_segments_but_not_of_themselves() -> None:
    crm("segment save a --tier core")
    crm("segment save b --segment A --city 上海")
    crm("segment save c --segment b --segment a --tag vip --where 'name ~ 华'")
    assert refs("--segment", "c") == ["c1"]
    assert refs("--segment", "c", "--segment", "b", "--where", "name ~ 华") == ["c1"]
    refused("segment save a --segment c", 2, "the segment 'a' would be made of itself; leave --segment 'c' out")  # fmt: skip
    refused("segment save a --segment A", 2, "the segment 'a' would be made of itself; leave --segment 'A' out")  # fmt: skip
    refused("segment delete a", 4, "the segment 'a' is part of 'b'; delete that first, or save it anew")  # fmt: skip
    crm("segment delete c")
    crm("segment save b --city 上海")
    crm("segment delete a")
    assert segments() == {"b": 2}


def test_a_circle_that_undoing_made_is_said() -> None:
    crm("segment save a --tier core")
    crm("segment save b --tier core")
    crm("segment save a --segment b")
    made = crm("segment save a --tier core --json").json["item"]["change"]
    crm("segment save b --segment a")
    crm(f"undo {made}")
    refused("list-customers --segment a", 2, "the segment 'a' can no longer be used, save it again: the segment 'b' can no longer be used, save it again: the segment 'a' is made of itself; save it without --segment")  # fmt: skip
    assert segments() == {"a": None, "b": None}


def test_what_is_gone_is_said_when_the_segment_is_used() -> None:
    crm("config set tiers.diamond.every 1w")
    crm("segment save best --tier diamond")
    crm("segment save large --where 'field.seats > 10'")
    crm("segment save larger --segment large --tier core")
    assert segments() == {"best": 0, "large": 1, "larger": 1}
    crm("config unset tiers.diamond.every")
    crm("config unset fields.seats")
    sentences = {
        "best": "the segment 'best' can no longer be used, save it again: tier 'diamond' is unknown; choose one of core (核心客户), potential (潜力客户), ordinary (普通客户)",
        "large": "the segment 'large' can no longer be used, save it again: field 'seats' is not declared; crm config list shows those that are",
    }  # fmt: skip
    sentences["larger"] = f"the segment 'larger' can no longer be used, save it again: {sentences['large']}"  # fmt: skip
    for name, sentence in sentences.items():
        for command in ("list-customers", "due", "pipeline", "report service"):
            refused(f"{command} --segment {name}", 2, f"{sentence}")
    told = {one["name"]: (one["count"], one["problem"]) for one in crm("segment --json --lang zh").json["items"]}  # fmt: skip
    assert told == {name: (None, sentence) for name, sentence in sentences.items()}
    assert [line.split(",")[1] for line in crm("segment list --csv").lines[1:]] == ["", "", ""]
    crm("segment delete larger")


@pytest.mark.parametrize(
    ("command", "code", "sentence"),
    [
        ("segment save", 2, "which segment? crm segment save NAME"),
        ("segment delete ' '", 2, "which segment? crm segment delete NAME"),
        ("segment save x", 2, "the segment 'x' has no filters; add some, like --tier core"),
        ("segment save x --tier nobody", 2, "tier 'nobody' is unknown; choose one of core (核心客户), potential (潜力客户), ordinary (普通客户)"),
        ("segment save x --where 'cty = x'", 2, "field 'cty' is unknown; did you mean city?"),
        ("segment save x --where 'since < soon'", 2, None),
        ("segment save x --segment nobody", 3, "there is no segment 'nobody'; crm segment list shows those there are"),
        ("segment delete nobody", 3, "there is no segment 'nobody'; crm segment list shows those there are"),
        ("segment list x", 2, "crm segment list takes no name; crm list-customers --segment 'x' shows who is in it"),
        ("segment list --tier core", 2, "filters belong to crm segment save; leave them out"),
        ("segment sav x", 2, "segment 'sav' is unknown; did you mean save?"),
        ("segment zz", 2, "segment 'zz' is unknown; choose one of save, list, delete"),
        ("list-customers --segment nobody", 3, "there is no segment 'nobody'; crm segment list shows those there are"),
        (f"segment save {'x' * 201} --tier core", 2, "name is 201 characters long; shorten it to 200"),
    ],
)  # fmt: skip
def test_what_is_refused_leaves_nothing(command: str, code: int, sentence: str | None) -> None:
    if sentence is None:
        assert run_in_process(command).code == code
    else:
        refused(command, code, sentence)
    assert segments() == {}


def test_a_name_that_is_nearly_one_is_named() -> None:
    crm("segment save 重点客户 --tier core")
    refused("due --segment 重点客", 3, "there is no segment '重点客'; did you mean 重点客户?")


def test_every_command_that_takes_filters_takes_segments(place: Path) -> None:
    crm("segment save 上海的 --city 上海")
    (place / "t.txt").write_text("{name}")
    assert crm("export customers --segment 上海的 --format jsonl").out.count("\n") == 2
    due = crm("due --segment 上海的 --json").json["items"]
    assert {one["customer"]["ref"] for one in due if one["customer"]} == {"c1", "c3"}
    crm("add-deal c2 line --amount 5")
    assert crm("pipeline --segment 上海的 --json").json["items"] == []
    crm("add-need c2 broken")
    assert crm("report service --segment 上海的 --json").json["item"]["first_response"]["n"] == 0
    for customer in ("c1", "c2"):
        crm(f"add-order {customer} 9000 --on today")
    proposed = [[one["ref"] for one in crm(f"tiers{some} --json").json["items"]] for some in ("", " --segment 上海的")]  # fmt: skip
    assert proposed == [["c1", "c2"], ["c1"]]
    sent = crm(f"message {place / 't.txt'} --segment 上海的 --json").json["items"]
    assert [one["text"] for one in sent] == ["华东精工", "Beta"]


def test_people_see_the_filters_as_they_type_them() -> None:
    crm(
        ["segment", "save", "a b", "--tag", "老客户", "--city", "New York", "--where", "note ~ 'x'"]
    )
    ran = crm("segment list")
    assert ran.lines[0].split() == ["SEGMENT", "CUSTOMERS", "FILTERS"]
    assert (
        ran.lines[1]
        == """a b      0          --tag 老客户 --city 'New York' --where 'note ~ '"'"'x'"'"''"""
    )
    assert crm("segment list --csv").lines[0] == "name,count,filters,problem"
    assert words({"tier": ["core"], "where": ["a < -3d", "b=1"]}) == "--tier core --where 'a < -3d' --where b=1"  # fmt: skip


def test_nothing_is_no_error() -> None:
    ran = crm("segment")
    assert (ran.out, ran.err) == ("", "There is no segment; crm segment save NAME keeps filters.\n")
    assert crm("segment --json").json["items"] == []


def test_segments_move_with_everything(place: Path) -> None:
    crm("segment save 'Ａ b' --tier core --where 'name ~ 华'")
    crm("segment save nested --segment 'a B'")
    whole = place / "all.jsonl"
    crm(f"export all --reveal --out {whole}")
    crm(f"import {whole} --as all --db {place / 'new.db'}")
    there = crm(f"segment --json --db {place / 'new.db'}").json["items"]
    assert there == crm("segment --json").json["items"]
    found = crm(f"list-customers --segment 'a b' --json --db {place / 'new.db'}").json["items"]
    assert [one["name"] for one in found] == ["华东精工"]
    rows = [json.loads(line) for line in whole.read_text().splitlines()]
    for filters in ("{}", "[]", "no", '{"tier": "core"}', '{"tier": []}', '{"drop": ["x"]}', '{"tier": [1]}'):  # fmt: skip
        for row in rows:
            if row.get("record") == "segment":
                row["filters"] = filters
        whole.write_text("".join(json.dumps(row) + "\n" for row in rows))
        ran = run_in_process(f"import {whole} --as all --db {place / 'other.db'}")
        assert (ran.code, ran.out) == (1, "")
        assert "the segment 'Ａ b' has no filters that could be read" in ran.err
        assert not (place / "other.db").exists()


def test_who_is_forgotten_is_forgotten_in_segments() -> None:
    crm("segment save 王五的 --where 'people has 王五'")
    crm("segment save 王五 --where 'note ~ 王五' --city 上海")
    crm("segment save other --segment 王五")
    crm("forget h1 --yes")
    found = crm("segment --json").json["items"]
    assert [one["name"] for one in found] == ["[erased] 1", "[erased] 2", "other"]
    assert found[0]["filters"] == {"where": ["people has [erased]"]}
    assert "王五" not in json.dumps(found, ensure_ascii=False)
    crm("segment delete '[erased] 2'")
    database = Path(crm("config path").out.strip()).parent / "crm.db"
    assert "王五".encode() not in database.read_bytes()


def test_any_text_names_a_segment_and_is_a_value() -> None:
    names: dict[str, str] = {}
    from crmcli.store.segments import folded

    for text in TEXTS[:: 1 if len(TEXTS) < 100 else 12]:
        if text.startswith("-") or not folded(text):
            continue
        names[folded(text)] = text
        ran = run_in_process(["segment", "save", text, "--city", text, "--where", f"note ~ {text}"])
        assert ran.code == 0, (text, ran)
        assert refs("--segment", text) == []
    items = crm("segment list --json").json["items"]
    assert {one["name"] for one in items} == set(names.values())
    assert all(one["count"] == 0 for one in items)
    listed = crm("segment list").out
    assert not set(listed) & set("\x1b\x07\u202e\x9b")
    assert crm("segment list --csv").out
