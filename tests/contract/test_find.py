"""`find`: any scrap of what is stored, in the order people expect, and nothing that is not there (CLI.md, `find`)."""

import csv
import io
import json
import random
import re
import sqlite3
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from crmcli.rules.identity import name_key
from tests.contract.program import everything_in, on_terminal, refused, run
from tests.support import crm, heavy, run_in_process

ORDERED = (
    "config set fields.machine text",
    "config set fields.line choice:压铸,注塑",
    "add-customer 华东精工有限公司 --short-name 华精 --tier core --stage customer --since 2025-01-01 --city 苏州 "
    "--address 星湖街328号 --industry 机械制造 --source 上海展会 --external-id E-77 --uscc 91310000MA1FL0001A "
    "--phone '0512-6234 5678' --email info@presses.example --wechat xiaohe_88 --tag 重点客户 --field machine=CNC-500 "
    "--field line=压铸 --note '他们要样品A12，联系13812345678'",
    "add-customer 'Acme Trading Co., Ltd.' --city Leeds --phone '+86 138-0000-5678' --note 'rival of Zenith'",
    "add-customer 单伟 --kind person --email Shan.Wei@Example.com",
    "add-customer 尉迟建材 --short-name 尉建 --note '华东片区'",
    "add-customer 重庆银行 --address 'Übersee Straße 9'",
    "add-customer '华北 ＡＢＣ（天津）' --note 'café'",
    "add-person c1 曾国华 --title 采购经理 --phone '139 1111 2222' --email zeng@presses.example --note 爱喝龙井",
    "add-person c1 仇和 --concern 交货期 --preferences 周末勿扰",
    "add-person c2 解晓东 --title buyer",
    "add-person c2 'Zenith O’Neil'",
    "log-contact c1 报价单已发 --feedback 价格偏高 --agreed 下周试用 --at 2026-11-01 --external-id K-9",
    "log-contact c2 'sent the 报价单 again' --at 2026-10-01",
    "add-task c1 寄样品 --due 2026-12-01",
    "add-task c2 'ring about the sample' --due 2026-12-01",
    "key-date c1 资质 2027-03-31 --note 'ISO 9001 复审'",
    "key-date h1 生日 05-20",
    "key-date c2 开业日 06-18",
    "done t1 样品收到了",
    "add-need c1 '注塑机漏油，停线' --kind complaint --wish 尽快换密封圈 --category 液压",
    "add-need c2 'the invoice lacks a number' --kind question",
    "add-promise c1 周五前寄出密封圈 --due 2026-12-04",
    "add-article 液压站怎样换油封 --text '先泄压，再拆端盖；勿用 WD-40'",
)  # fmt: skip


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("made") / "crm.db"
    there = {
        "CRM_DB": str(path),
        "CRM_CONFIG": str(path.parent / "config.toml"),
        "CRM_NOW": "2026-11-20T09:00",
        "TZ": "Asia/Shanghai",
        "CRM_ACTOR": "tester",
    }
    for command in ORDERED:
        crm(command, **there)
    return path.read_bytes()


@pytest.fixture(autouse=True)
def book(place: Path, made: bytes) -> Path:
    path = place / "crm.db"
    path.write_bytes(made)
    path.chmod(0o600)
    return path


def find(*words: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = crm(["find", "--json", *words]).json["items"]
    return items


def refs(*words: str) -> str:
    return " ".join(item["ref"] for item in find(*words))


# --- what finds what, and in which order ---


@pytest.mark.parametrize(
    ("text", "found"),
    [
        # names: a customer's before what stands elsewhere, exact before the beginning, that before a part
        ("华东精工有限公司", "c1"),
        ("华东", "c1 c4"),
        ("精工", "c1"),
        ("华", "c1 c6 c4 h1"),
        ("华精", "c1"),
        ("acme", "c2"),
        ("acmetrading", "c2"),
        ("ACME trading", "c2"),
        ("ＡＣＭＥ", "c2"),
        ("cme Tra", "c2"),
        ("ltd", "c2"),
        ("abc", "c6"),
        ("ＡＢ", "c6"),
        ("（天津）", "c6"),
        ("华北ABC", "c6"),
        ("华北 abc", "c6"),
        # people
        ("曾国华", "h1"),
        ("国华", "h1"),
        ("o'neil", "h4"),
        ("采购", "h1"),
        ("采购 经理", "h1"),
        ("龙井", "h1"),
        ("交货期", "h2"),
        ("勿扰", "h2"),
        # phones: whole, divided otherwise, with the country, their middle; of a customer and of its people
        ("0512-6234 5678", "c1"),
        ("051262345678", "c1"),
        ("6234-5678", "c1"),
        ("+86 512 6234 5678", "c1"),
        ("13800005678", "c2"),
        ("138-0000-5678", "c2 c1"),  # whole before three scraps in several places
        ("+8613800005678", "c2"),
        ("+86 138 0000 5678", "c2"),
        ("00861380000 5678", "c2"),
        ("00005", "c2"),
        ("13911112222", "h1"),
        ("1111 2222", "h1"),
        ("111122", "h1"),
        ("13812345678", "c1"),
        # e-mails and WeChat
        ("info@presses.example", "c1"),
        ("presses.exa", "c1 h1"),
        ("ZENG@", "h1"),
        ("shan.wei@example.com", "c3"),
        ("xiaohe_88", "c1"),
        # tags, custom fields, and everything else that is written about a customer
        ("重点", "c1"),
        ("cnc-500", "c1"),
        ("压铸", "c1"),
        ("星湖街", "c1"),
        ("328", "c1"),
        ("机械", "c1"),
        ("E-77", "c1"),
        ("91310000ma1fl0001a", "c1"),
        ("MA1FL", "c1"),
        ("样品A12", "c1"),
        # contacts, tasks, key dates: after customers and people, the newest first
        ("报价单", "i2 i1"),
        ("偏高", "i1"),
        ("试用", "i1"),
        ("K-9", "i1"),
        ("样品", "c1 t1"),
        ("收到", "t1"),
        ("sample", "t2"),
        ("9001", "y1"),
        ("复审", "y1"),
        ("开业日", "y3"),
        ("开业", "y3"),
        # needs, promises and knowledge: before tasks and contacts; a need by its kind in both languages too
        ("注塑机", "n1"),
        ("漏油", "n1"),
        ("invoice", "n2"),
        ("投诉", "n1"),
        ("complaint", "n1"),
        ("密封圈", "n1 p1"),
        ("液压", "n1 a1"),
        ("泄压", "a1"),
        ("wd-40", "a1"),
        ("n2", "n2"),
        ("p1", "p1"),
        ("a1", "a1"),
        # accents, case, width, compatibility forms
        ("cafe", "c6"),
        ("CAFÉ", "c6"),
        ("cafe\u0301", "c6"),
        ("ubersee", "c5"),
        ("ÜBERSEE", "c5"),
        ("strasse", "c5"),
        ("ﾌﾞﾗ", ""),
        # several words: all of them, in any order, wherever in the record they stand
        ("精工 华东", "c1"),
        ("华东 苏州", "c1"),
        ("苏州 华东", "c1"),
        ("苏州 hdjg", "c1"),
        ("苏州 hdjh", ""),
        ("huadong 苏州 样品", "c1"),
        ("华东 Leeds", ""),
        ("曾国华 龙井", "h1"),
        ("zengguohua 采购", "h1"),
        ("华东 - 苏州", "c1"),
        ("报价单 偏高", "i1"),
        ("偏高 again", ""),
        ("rival zenith", "c2"),
        ("zenith", "c2 h4"),
        # a reference
        ("c2", "c2"),
        ("C2", "c2"),
        ("h1", "h1"),
        ("T2", "t2"),
        ("i1", "i1"),
        ("y2", "y2"),
        ("c99", ""),
        # what is not there
        ("东华", ""),
        ("工精", ""),
        ("13800005679", ""),
        ("acmetrade", ""),
        ("!!!", ""),
        ("nobody", ""),
    ],
)  # fmt: skip
def test_a_text_finds(text: str, found: str) -> None:
    assert refs("--", text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        # whole, its beginning, from a syllable in the middle, initials
        ("huadongjinggong", "c1"),
        ("huadong", "c1"),
        ("hua dong", "c1"),
        ("HuaDong", "c1"),
        ("huad", "c1"),
        ("huadongj", "c1"),
        ("jinggong", "c1"),
        ("donggong", ""),
        ("uadong", ""),
        ("inggong", ""),
        ("hdjg", "c1"),
        ("hdj", "c1"),
        ("jg", "c1"),
        ("HJ", "c1"),
        ("huajing", "c1"),
        ("hdgj", ""),
        # surnames as people speak them
        ("shanwei", "c3"),
        ("sw", "c3"),
        ("danwei", ""),
        ("dw", ""),
        ("zengguohua", "h1"),
        ("zgh", "h1"),
        ("cengguohua", ""),
        ("cgh", ""),
        ("qiuhe", "h2"),
        ("qh", "h2"),
        ("chouhe", ""),
        ("xiexiaodong", "h3"),
        ("xxd", "h3"),
        ("jiexiaodong", ""),
        # a company's first characters may be a surname, or not
        ("yuchi", "c4"),
        ("yuchijiancai", "c4"),
        ("ycjc", "c4"),
        ("weichi", "c4"),
        # 重 and 行 in a company are not what they are alone
        ("chongqing", "c5"),
        ("cqyh", "c5"),
        ("chongqingyinhang", "c5"),
    ],
)  # fmt: skip
def test_pinyin_and_initials_find(text: str, found: str) -> None:
    assert refs(text) == found


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (("--kind", "customer", "zenith"), "c2"),
        (("--kind", "person", "zenith"), "h4"),
        (("--kind", "per", "--kind", "customer", "zenith"), "c2 h4"),
        (("--kind", "interaction", "--kind", "customer", "华东"), "c1 c4"),
        (("--kind", "task", "样品"), "t1"),
        (("--kind", "客户", "样品"), "c1"),
        (("--kind", "任务", "样品"), "t1"),
        (("--kind", "跟进", "报价"), "i2 i1"),
        (("--kind", "联系人", "zenith"), "h4"),
        (("--kind", "重要日子", "复审"), "y1"),
        (("--kind", "key-date", "复审"), "y1"),
        (("--kind", "KEY", "复审"), "y1"),
        (("--kind", "customer", "--kind", "customer", "华东"), "c1 c4"),
        (("--kind", "task", "华东"), ""),
        (("--kind", "need", "密封圈"), "n1"),
        (("--kind", "工单", "液压"), "n1"),
        (("--kind", "需求", "--kind", "承诺", "密封圈"), "n1 p1"),
        (("--kind", "promise", "密封圈"), "p1"),
        (("--kind", "知识", "液压"), "a1"),
        (("--kind", "article", "油封"), "a1"),
        (("--kind", "满意度回访", "液压"), ""),
        (("--kind", "survey", "液压"), ""),
    ],
)
def test_only_some_kinds(words: tuple[str, ...], found: str) -> None:
    assert refs(*words) == found


def test_an_unknown_kind_is_named() -> None:
    known = (
        "customer (客户), person (联系人), key-date (重要日子), deal (商机), contract (合同), need (需求), risk (风险), "
        "promise (承诺), article (知识), task (任务), survey (满意度回访), order (订单), attachment (附件), interaction (跟进记录)"
    )
    refused("find x --kind weather", 2, f"--kind 'weather' is unknown; choose one of {known}")
    refused("find x --kind custmer", 2, "--kind 'custmer' is unknown; did you mean customer?")
    refused(["find", "x", "--kind", ""], 2, f"--kind '' is unknown; choose one of {known}")


def test_words_may_be_given_as_several_arguments() -> None:
    assert refs("华东", "苏州") == refs("华东 苏州") == "c1"
    assert refs("  华东 ", "") == "c1 c4"


# --- what is shown ---


def test_the_fields_are_these() -> None:
    answer = crm("find --json 报价单").json
    assert list(answer) == ["schema", "count", "items"]
    assert (answer["schema"], answer["count"]) == ("crm.find/1", 2)
    assert answer["items"][1] == {
        "ref": "i1",
        "kind": "interaction",
        "customer": {"ref": "c1", "name": "华东精工有限公司", "tier": "core", "stage": "customer"},
        "title": "报价单已发",
        "field": "summary",
        "text": "报价单已发",
        "hit": "报价单",
    }
    (item,) = find("复审")
    assert (item["kind"], item["title"], item["field"], item["text"]) == (
        "key-date",
        "qualification",
        "note",
        "ISO 9001 复审",
    )


@pytest.mark.parametrize(
    ("text", "ref", "field", "shown"),
    [
        ("华东", "c1", "name", None),
        ("hdjg", "c1", "name", None),
        ("华精", "c1", "short_name", "华精"),
        ("苏州", "c1", "city", "苏州"),
        ("重点", "c1", "tags", "重点客户"),
        ("cnc", "c1", "field.machine", "CNC-500"),
        ("6234-5678", "c1", "phones", "0512-****5678"),
        ("+86 512 6234 5678", "c1", "phones", "0512-****5678"),
        ("+8613800005678", "c2", "phones", "138****5678"),
        ("info@", "c1", "emails", "i***@presses.example"),
        ("xiaohe_88", "c1", "wechat", "x***"),
        ("样品", "c1", "note", "他们要样品A12，联系138****5678"),
        ("采购", "h1", "title", "采购经理"),
        ("111122", "h1", "phones", "139****2222"),
        ("曾国", "h1", "name", None),
        ("偏高", "i1", "feedback", "价格偏高"),
        ("试用", "i1", "agreed", "下周试用"),
        ("收到", "t1", "result", "样品收到了"),
        ("漏油", "n1", "text", "注塑机漏油，停线"),
        ("密封圈", "n1", "wish", "尽快换密封圈"),
        ("投诉", "n1", "kind", "complaint"),
        ("油封", "a1", "title", None),
        ("端盖", "a1", "text", "先泄压，再拆端盖；勿用 WD-40"),
        ("c2", "c2", "name", None),
    ],
)
def test_the_field_that_fits_is_shown(text: str, ref: str, field: str, shown: str | None) -> None:
    item = next(one for one in find("--", text) if one["ref"] == ref)
    assert (item["field"], item["text"]) == (field, shown)


def test_a_long_text_is_cut_around_what_was_found() -> None:
    crm(["log-contact", "c1", "前" * 300 + "目标词" + "后" * 300 + "\n第二行"])
    (item,) = find("目标词")
    assert item["text"] == "…" + "前" * 24 + "目标词" + "后" * 24 + "…"
    assert item["title"] == "前" * 80
    crm(["log-contact", "c1", "one\ntwo\tthree"])
    (item,) = find("three")
    assert item["text"] == "one two three"


def test_plain_columns_in_a_pipe() -> None:
    assert run("find 华精") == (
        0,
        "REF  KIND      CUSTOMER          WHAT\nc1   customer  华东精工有限公司  short name: 华精\n",
        "",
    )
    assert run("find 偏高").lines[1:] == ["i1   interaction  华东精工有限公司  feedback: 价格偏高"]
    assert run("find 采购").lines[1:] == ["h1   person  华东精工有限公司  曾国华  title: 采购经理"]


def test_knowledge_belongs_to_no_customer() -> None:
    (item,) = find("端盖")
    assert (item["ref"], item["kind"], item["customer"]) == ("a1", "article", None)
    assert item["title"] == "液压站怎样换油封"
    assert run("find 端盖").lines[1:] == [
        "a1   article            液压站怎样换油封  text: 先泄压，再拆端盖；勿用 WD-40"
    ]
    rows = list(csv.reader(io.StringIO(crm("find 油封 --csv").out)))
    assert rows[1:] == [["a1", "article", "", "液压站怎样换油封", "title", "", "油封"]]


def test_what_a_customer_answered_is_found() -> None:
    crm("resolve n1 换了密封圈")
    crm("survey n1 --overall 4 --comment '师傅来得很快' --bad 备件太贵")
    (item,) = find("备件")
    assert (item["ref"], item["kind"], item["field"]) == ("s1", "survey", "bad")
    assert refs("师傅") == "s1"
    assert refs("换了") == "n1"


def test_csv_has_the_same_fields() -> None:
    rows = list(csv.reader(io.StringIO(crm("find 报价单 --csv").out)))
    assert rows == [
        ["ref", "kind", "customer", "title", "field", "text", "hit"],
        [
            "i2",
            "interaction",
            "c2",
            "sent the 报价单 again",
            "summary",
            "sent the 报价单 again",
            "报价单",
        ],
        ["i1", "interaction", "c1", "报价单已发", "summary", "报价单已发", "报价单"],
    ]
    assert crm("find nobody --csv").out == "ref,kind,customer,title,field,text,hit\n"


def test_a_limit_says_that_there_is_more() -> None:
    answer = crm("find 华 --json --limit 1").json
    assert (answer["count"], answer["more"], [one["ref"] for one in answer["items"]]) == (
        1,
        True,
        ["c1"],
    )
    whole = crm("find 华 --json").json
    assert "more" not in whole
    for limit in range(1, 6):
        cut = crm(f"find 华 --json --limit {limit}").json
        assert cut["items"] == whole["items"][:limit]
        assert cut.get("more", False) == (limit < whole["count"])
    ran = run("find 华 --limit 1")
    assert (len(ran.lines), ran.err) == (2, "There is more; --limit 0 shows all.\n")
    assert len(run("find 华 --limit 0").lines) == 5
    refused(
        "find 华 --limit -1", 2, "--limit -1 is below zero; write how many to show, or 0 for all"
    )


def test_a_deleted_record_that_was_asked_for_by_reference_takes_no_room() -> None:
    crm("edit c2 --set 'note=like c4'")
    crm("delete c4")
    assert refs("c4", "--limit", "1") == "c2"


def test_on_a_terminal_fifty_are_shown() -> None:
    for number in range(60):
        crm(f"add-task c1 'many {number}'")
    code, screen = on_terminal("find many", NO_COLOR="1")
    assert code == 0
    assert screen.count("many ") == 50
    assert screen.endswith("There is more; --limit 0 shows all.\n")
    assert len(run("find many").lines) == 61


def test_nothing_found_is_no_failure() -> None:
    assert run("find nobody") == (0, "", "Nothing fits 'nobody'.\n")
    empty = {"schema": "crm.find/1", "count": 0, "items": []}
    assert run("find nobody --json").json == empty


@pytest.mark.parametrize("words", [["find", ""], ["find", " \t "], ["find", "", "  "]])
def test_nothing_to_look_for_is_refused(words: list[str]) -> None:
    refused(words, 2, "there is nothing to look for; write a scrap of a name or a word")


def test_find_without_a_text_is_refused() -> None:
    ran = run("find")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.count("\n") == 1


def test_a_file_that_is_not_there_holds_nothing_and_is_not_made(place: Path) -> None:
    (place / "crm.db").unlink()
    assert run("find acme") == (0, "", "Nothing fits 'acme'.\n")
    assert run("find acme --json --reveal").json["count"] == 0
    assert run("find acme --csv").out == "ref,kind,customer,title,field,text,hit\n"
    assert everything_in(place) == {}


def test_nothing_is_written_by_looking(place: Path) -> None:
    before = everything_in(place)
    for words in ("find 华", "find 华 --json", "find nobody", "find --csv 华"):
        run(words)
    assert everything_in(place) == before


# --- privacy ---


NUMBERS = ("051262345678", "6234 5678", "13800005678", "138-0000-5678", "139 1111 2222", "13911112222", "13812345678", "0512-6234")  # fmt: skip


@pytest.mark.parametrize(
    "text", ["6234", "13800005678", "1111 2222", "13812345678", "样品", "info@", "zeng@", "华", "xiaohe_88"]
)  # fmt: skip
@pytest.mark.parametrize("form", ["", "--json", "--csv"])
def test_no_number_is_shown_in_a_list(text: str, form: str) -> None:
    masked = run(f"find '{text}' {form}")
    assert masked.code == 0 and masked.out
    told = masked.out.replace("info@presses.example", "")
    for number in NUMBERS:
        assert number not in told
    assert "info@huadong" not in masked.out and "zeng@huadong" not in masked.out
    assert "xiaohe_88" not in masked.out


def test_a_number_in_a_tag_or_a_field_is_masked_too() -> None:
    crm("tag c2 找13700001111")
    crm("edit c2 --set 'field.machine=call 13700002222 first'")
    assert [item["text"] for item in find("找")] == ["找137****1111"]
    answer = crm("find --json first").json
    assert answer["items"][0]["text"] == "call 137****2222 first"
    assert answer["masked"] is True


def test_masked_is_said_only_where_something_was() -> None:
    assert crm("find --json 13800005678").json["masked"] is True
    assert crm("find --json 样品").json["masked"] is True
    assert "masked" not in crm("find --json 报价单").json
    assert "masked" not in crm("find --json 13800005678 --reveal").json


def test_revealing_shows_and_is_recorded(place: Path) -> None:
    (item,) = find("--reveal", "13800005678")
    assert item["text"] == "+86 138-0000-5678"
    item = find("--reveal", "样品")[0]
    assert item["text"] == "他们要样品A12，联系13812345678"
    with sqlite3.connect(place / "crm.db") as connection:
        events = connection.execute("SELECT kind, actor, detail FROM event").fetchall()
    assert events == [
        ("reveal", "tester", "crm find --json --reveal 13800005678"),
        ("reveal", "tester", "crm find --json --reveal '样品'"),
    ]


def test_a_terminal_masks_what_it_lists_too() -> None:
    _, screen = on_terminal("find 13800005678", columns=120, NO_COLOR="1")
    assert "138****5678" in screen
    assert "0000" not in screen


# --- what is shown is not obeyed ---

WILD = "red \x1b[31mwine\x1b]0;owned\x07 \u202egnp.exe\u202c [bold]x[/bold] \x9b2J end"


def test_control_characters_are_shown_not_obeyed() -> None:
    crm(["add-task", "c1", WILD])
    crm(["add-customer", WILD])
    for words in (["find", "wine"], ["find", "--csv", "wine"], ["find", "--json", "wine"]):
        told = run(words)
        assert told.code == 0
        assert not set(told.out) & set("\x1b\x07\x9b")
    assert not set(run(["find", "--json", "wine"]).out) & set("\u202e\u202c")
    assert [item["title"] for item in find("wine")] == [WILD, WILD.replace("\n", " ")]
    _, screen = on_terminal("find wine", columns=200, NO_COLOR="1")
    assert not set(screen) & set("\x1b\x07\x9b\u202e\u202c")
    assert "␛[31mwine␛]0;owned␇ <U+202E>gnp.exe<U+202C> [bold]x[/bold] <U+009B>2J end" in screen
    _, colourful = on_terminal("find wine", columns=200)
    assert "\x1b]0;" not in colourful and "\x9b" not in colourful and "\u202e" not in colourful
    assert "[bold]x[/bold]" in colourful


def test_what_is_asked_for_is_said_without_being_obeyed() -> None:
    ran = run(["find", "\x1b[31mnobody\x07"])
    assert (ran.code, ran.out) == (0, "")
    assert not set(ran.err) & set("\x1b\x07")


@pytest.mark.parametrize(
    "text",
    ['"', "'", "*", "華*", 'a" OR "b', "names : acme", "{acme}", "acme AND NOT trading", "NEAR(a b)", "^acme", "-acme", "(", ")", "a:b", "\\", ";--", "%", "_", "？", "¦", "c1:touch", "x1", "c999999999999999999999", "0" * 400, "a" * 5000, "华" * 5000, "字 " * 600, "ab1 " * 600, "\u0301", "\u200b"],
)  # fmt: skip
def test_nothing_that_is_typed_is_taken_for_a_query_language(text: str) -> None:
    ran = run_in_process(["find", "--json", "--", text])
    assert (ran.code, ran.err) == (0, ""), ran


# --- what changes ---


def test_a_changed_text_is_found_by_the_new_one_only() -> None:
    for change, old, new, ref in (
        ("edit c1 --set name=江南重工", "精工", "江南", "c1"),
        ("edit c1 --set short_name=江重", "华精", "江重", "c1"),
        ("edit c1 --set city=无锡", "苏州", "无锡", "c1"),
        ("edit c1 --set note=别的", "A12", "别的", "c1"),
        ("edit c1 --set phones=0510-88887777", "6234 5678", "88887777", "c1"),
        ("edit c1 --set emails=x@jn.example", "info@", "x@jn", "c1"),
        ("edit c1 --set tags=常来", "重点", "常来", "c1"),
        ("edit c1 --set field.machine=EDM", "cnc", "edm", "c1"),
        ("edit h1 --set name=尉迟恭", "曾国", "尉迟恭", "h1"),
        ("edit h1 --set phones=13500001111", "1111 2222", "13500001111", "h1"),
        ("edit i1 --set summary=只聊了天气", "已发", "天气", "i1"),
        ("edit t2 --set text=另一件事", "ring", "另一件", "t2"),
        ("edit y1 --set note=年审", "复审", "年审", "y1"),
        ("edit y3 --set kind=店庆", "开业日", "店庆", "y3"),
    ):
        assert ref in refs("--", old).split()
        crm(change)
        assert ref not in refs("--", old).split(), change
        assert refs("--", new) == ref, change
        crm("undo")
        assert refs("--", new) == "", change
        assert ref in refs("--", old).split(), change


def test_the_sound_of_a_changed_name_changes_with_it() -> None:
    crm("edit c1 --set name=江南重工")
    assert (refs("huadong"), refs("hdjg"), refs("jiangnan"), refs("jnzg")) == ("", "", "c1", "c1")
    crm("undo")
    assert (refs("huadong"), refs("hdjg"), refs("jiangnan"), refs("jnzg")) == ("c1", "c1", "", "")


@pytest.mark.parametrize(
    ("command", "text", "left"),
    [
        ("delete c1", "苏州", ""),
        ("delete c1", "曾国华", ""),
        ("delete c1", "报价单", "i2"),
        ("delete c1", "样品", ""),
        ("delete c1", "复审", ""),
        ("delete h1", "国华", ""),
        ("delete h1", "13911112222", ""),
        ("delete i1", "报价单", "i2"),
        ("delete t1", "样品", "c1"),
        ("delete y1", "复审", ""),
        ("tag c1 --remove 重点客户", "重点", ""),
        ("edit c1 --set note=", "A12", ""),
    ],
)
def test_what_is_deleted_is_gone_until_undo_brings_it_back(
    command: str, text: str, left: str
) -> None:
    before = refs(text)
    assert before != left
    crm(command)
    assert refs(text) == left
    crm("undo")
    assert refs(text) == before
    crm(f"undo {crm('history --json --limit 1').json['items'][0]['change']}")  # and again
    assert refs(text) == left


def test_what_was_added_is_gone_when_that_is_undone() -> None:
    crm("add-customer 临时客户 --person 某某 --phone 13300009999 --tag 新标签 --note 备注一下")
    for text, ref in (("临时", "c7"), ("linshi", "c7"), ("某某", "h5"), ("13300009999", "h5"), ("新标签", "c7"), ("一下", "c7")):  # fmt: skip
        assert refs(text) == ref
    crm("undo")
    for text in ("临时", "linshi", "某某", "13300009999", "新标签", "一下"):
        assert refs(text) == ""


def test_an_import_is_found_and_undone(place: Path) -> None:
    (place / "list.csv").write_text(
        "客户名称,联系人,手机,标签,备注\n远洋贸易有限公司,钱多多,13600001234,海运,远道而来\n"
    )
    crm(f"import {place / 'list.csv'}")
    asked = ("远洋", "yuanyang", "yymy", "钱多多", "13600001234", "海运", "远道")
    assert [refs(text) for text in asked] == ["c7", "c7", "c7", "h5", "h5", "c7", "c7"]
    crm("undo")
    assert [refs(text) for text in asked] == [""] * 7


def test_a_contact_logged_with_its_follow_ups_is_found_at_once() -> None:
    crm("log-contact c2 'talked about 螺杆泵' --next '寄螺杆泵目录' --on fri --feedback 满意")
    assert refs("螺杆泵") == "t3 i3"
    crm("done t3 目录已寄")
    assert refs("目录已寄") == "t3"


# --- an oracle: every record compared with what is asked, one by one ---


class Known(NamedTuple):
    """All texts that a record is found by."""

    ref: str
    names: list[str]
    prose: list[str]


IN_CHINESE = {
    "birthday": ("生日",),
    "anniversary": ("周年", "周年纪念日", "纪念日", "周年庆"),
    "qualification": ("资质到期", "资质", "证书到期"),
}


def everything() -> Iterator[Known]:
    """What the file holds, as JSON tells it."""
    kinds = {"key_dates": ("kind", "note"), "tasks": ("text", "result")}
    for one in crm("list-customers --json --reveal").json["items"]:
        item = crm(f"show {one['ref']} --json --reveal --limit 0").json["item"]
        points = [*item["phones"], *item["emails"], item["wechat"]]
        about = [item[name] for name in ("external_id", "uscc", "city", "address", "industry", "size", "source", "loss_reason", "note")]  # fmt: skip
        own = [*points, *about, *item["tags"], *item["fields"].values()]
        yield Known(item["ref"], texts(item["name"], item["short_name"]), numbers(texts(*own)))
        for person in item["people"]:
            own = [*person["phones"], *person["emails"], person["wechat"]]
            own += [
                person[name] for name in ("title", "external_id", "concern", "preferences", "note")
            ]
            yield Known(person["ref"], texts(person["name"]), numbers(texts(*own)))
        for contact in item["interactions"]:
            own = [contact[name] for name in ("summary", "feedback", "agreed", "excerpt", "external_id")]  # fmt: skip
            yield Known(contact["ref"], [], texts(*own, *contact["with"], *contact["ours"]))
        for kind, names in kinds.items():
            for record in item[kind]:
                own = [record[name] for name in (*names, "external_id")]
                own += IN_CHINESE.get(record["kind"], ())
                yield Known(record["ref"], [], texts(*own))
    settled = crm("show t1 --json --reveal").json["item"]
    yield Known("t1", [], texts(settled["text"], settled["result"]))


def texts(*some: str | None) -> list[str]:
    return [text for text in some if text]


def numbers(some: list[str]) -> list[str]:
    """A number is found in one piece, too, and without its country."""
    pieces = [
        re.sub("^86(?=1)", "", re.sub(r"\D", "", text)) for text in some if re.fullmatch(r"[+\d -]+", text)
    ]  # fmt: skip
    return some + pieces


def plain(text: str) -> str:
    """Without width, case and accents."""
    apart = unicodedata.normalize("NFKD", text).casefold()
    return "".join(c for c in apart if not "\u0300" <= c <= "\u036f")


def runs(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+|[^\W_a-z0-9]+", plain(text))


def stands_in(run: str, some: list[str], are_names: bool) -> bool:
    """A run of letters or of other characters is part of one; one or two letters in a long text, only its end."""
    ends_only = run.isascii() and len(run) < 3 and not are_names
    there = [one for text in some for one in runs(text) if one.isascii() == run.isascii()]
    return any(one.endswith(run) if ends_only else run in one for one in there)


def fits(known: Known, asked: str) -> bool:
    def within(part: str) -> bool:
        pieces = runs(part)
        return all(stands_in(one, known.names, True) for one in pieces) or all(
            stands_in(one, known.prose, False) for one in pieces
        )

    words = [word for word in asked.split() if runs(word)]
    return within(asked) or (len(words) > 1 and all(map(within, words)))


def may_be_meant(known: Known, asked: str) -> bool:
    """By its reference, by its name less spaces and legal suffix, or by the sound or the initials of a Chinese name."""
    if known.ref == asked.lower():
        return True
    if any(name_key(name).startswith(name_key(asked)) for name in known.names):
        return True
    is_chinese = any(not name.isascii() for name in known.names)
    words = [asked, *asked.split()]
    return is_chinese and any(
        len(word) > 1 and re.fullmatch("[a-z ]+", plain(word)) for word in words
    )


def some_of(texts: list[str], chance: random.Random) -> str:
    """One to three scraps of stored texts, sometimes in another case."""
    scraps = []
    for _ in range(chance.choice((1, 1, 1, 2, 2, 3))):
        text = chance.choice(texts)
        start = chance.randrange(len(text))
        scraps.append(text[start : start + chance.choice((1, 2, 2, 3, 3, 4, 6, 12))])
    asked = " ".join(scraps)
    return chance.choice((str, str.upper, str.lower))(asked)


def test_the_oracle() -> None:
    known = list(everything())
    stored = [text for one in known for text in (*one.names, *one.prose)]
    assert len(known) == 6 + 4 + 2 + 2 + 3
    chance = random.Random(20261120)
    found_something = 0
    for _ in range(heavy(250)):
        asked = some_of(stored, chance).strip()
        if not runs(asked):
            continue
        expected = {one.ref for one in known if fits(one, asked)}
        found = {item["ref"] for item in find("--limit", "0", "--", asked)}
        found_something += bool(found)
        assert expected <= found, asked
        for one in known:
            if one.ref in found - expected:
                assert may_be_meant(one, asked), (asked, one)
    assert found_something > 120


def test_json_is_one_line() -> None:
    assert run("find 华 --json").out.count("\n") == 1
    json.loads(run("find 华 --json").out)


def test_people_who_only_took_part_why_lost_and_birthdays_in_chinese_are_found() -> None:
    crm("add-customer Acme --stage customer --size 20-99人")
    crm("log-contact Acme talked --with 王工 --ours 小赵")
    crm(["log-contact", "Acme", "--stage", "lost", "--loss-reason", "other: 搬去海南"])
    crm("key-date Acme birthday 05-20")
    who = refs_of("Acme")[0]
    assert [(refs_of(text), field_of(text)) for text in ("王工", "小赵", "海南", "20-99")] == [
        (["i3"], "with"),
        (["i3"], "with"),
        ([who], "loss_reason"),
        ([who], "size"),
    ]
    assert [ref for ref in refs_of("生日") if ref.startswith("y")] == ["y4", "y2"]
    crm("undo")
    assert [ref for ref in refs_of("生日") if ref.startswith("y")] == ["y2"]


def refs_of(text: str) -> list[str]:
    return [item["ref"] for item in crm(["find", text, "--json"]).json["items"]]


def field_of(text: str) -> str:
    return str(crm(["find", text, "--json"]).json["items"][0]["field"])


@pytest.mark.parametrize(
    "text",
    ["A面发3台B面发5台", "发货 5 箱 3 台 2 件,后天 1 点到台湾", "发a" * 300, "1 " * 300, "发后里干面" * 300, " ".join(f"发{n}" for n in range(98))],
    ids=lambda text: text[:20],
)  # fmt: skip
def test_long_texts_are_found_as_short_ones(text: str) -> None:
    (made,) = crm(["log-contact", "c1", text.strip()]).lines
    assert made in [one["ref"] for one in crm(["find", text, "--json"]).json["items"]]
    assert crm(["find", f"{text} 没有", "--json"]).json["items"] == []


def test_too_many_words_are_refused() -> None:
    words = " ".join(f"w{n}" for n in range(101))
    sentence = "101 words are too many to look for at once; name up to 100 of them"
    refused(["find", words], 2, sentence)
    refused(["show", words], 2, sentence)
