"""Contacts from a script: `log-contact --stdin`, one JSON object a line, all in one change (CLI.md, log-contact)."""

import json
import shlex
import sqlite3
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.contract.program import PROGRAM, environment, everything_in, refused, run
from tests.support import Ran, crm


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("made") / "crm.db"
    there = {"CRM_DB": str(path), "CRM_CONFIG": str(path.parent / "config.toml"), "CRM_NOW": "2026-10-01T09:00", "TZ": "Asia/Shanghai", "CRM_ACTOR": "tester"}  # fmt: skip
    for command in (
        "add-customer 'Acme North' --tier core --stage customer --external-id A-1",
        "add-customer 'Acme South' --stage interested",
        "add-customer 华东精工 --tier potential --stage customer --since 2026-09-20",
        "add-customer 单伟 --kind person",
        "add-person c1 张伟",
        "add-person c1 张力",
    ):
        crm(command, **there)
    return path.read_bytes()


@pytest.fixture(autouse=True)
def book(place: Path, made: bytes) -> Path:
    path = place / "crm.db"
    path.write_bytes(made)
    path.chmod(0o600)
    return path


def log(*lines: object, options: str = "", end: str = "\n", **how: Any) -> Ran:
    """Log these lines: texts as they stand, everything else as JSON."""
    texts = [line if isinstance(line, str) else json.dumps(line, ensure_ascii=False) for line in lines]  # fmt: skip
    return run(
        f"log-contact --stdin {options}", stdin="".join(t + end for t in texts).encode(), **how
    )


def contacts(ref: str = "c1") -> list[dict[str, Any]]:
    """The contacts of a customer, the newest first."""
    items: list[dict[str, Any]] = crm(f"show {ref} --json --limit 0 --reveal").json["item"][
        "interactions"
    ]
    return items


TABLES = ("customer", "person", "interaction", "participant", "task", "tag", "stage_change")


def stored(path: Path, *more: str) -> dict[str, list[Any]]:
    """All live rows, derived columns and search terms too, but for the log of who did what; `more` tables in full."""
    asked = {table: f"SELECT * FROM {table} WHERE deleted_at IS NULL" for table in TABLES}
    asked |= {table: f"SELECT * FROM {table}" for table in ("search_document", *more)}
    with sqlite3.connect(path) as connection:
        connection.execute("INSERT INTO search_index (search_index) VALUES ('integrity-check')")
        return {table: sorted(connection.execute(sql).fetchall()) for table, sql in asked.items()}


# --- one change ---


def test_two_thousand_lines_are_one_change_that_one_undo_takes_back(place: Path) -> None:
    before = stored(place / "crm.db")
    lines = [
        {
            "customer": f"c{1 + n % 4}",
            "summary": f"第{n}次",
            "at": f"2026-10-{1 + n % 28:02} 09:00",
            **({"next": [{"text": f"then {n}", "on": "2026-12-01"}]} if n % 10 == 0 else {}),
        }
        for n in range(2000)
    ]
    ran = log(*lines, options="--reason 'the old book'")
    expected, task = [], 0
    for n in range(2000):
        expected.append(f"i{n + 1}")
        if n % 10 == 0:
            task += 1
            expected.append(f"t{task}")
    assert (ran.code, ran.err, ran.lines) == (0, "", expected)
    changes = crm("history --json").json["items"]
    assert len(changes) == 7
    assert (changes[0]["command"], changes[0]["reason"]) == (
        "crm log-contact --stdin --reason 'the old book'",
        "the old book",
    )
    assert crm("show c1 --json").json["item"]["interaction_count"] == 500
    assert [item["ref"] for item in crm("find 第1999次 --json").json["items"]] == ["i2000"]
    crm("undo")
    assert stored(place / "crm.db") == before
    crm(f"undo {crm('history --json --limit 1').json['items'][0]['change']}")
    assert crm("show c1 --json").json["item"]["interaction_count"] == 500


SAME = [
    (
        {
            "customer": "c1", "summary": "谈了价格", "channel": "visit", "direction": "both", "at": "2026-11-18 10:30", "minutes": 45,
            "no_answer": False, "with": ["h1", "张力", "路人"], "ours": ["李雷", "韩梅"], "feedback": "偏贵", "agreed": "再报一次", "intent": "high",
            "next": [{"text": "重新报价", "on": "fri", "owner": "李雷"}, {"text": "call 15:00", "on": "2026-11-25 15:00"}],
            "care": True, "cost": 120.5, "signed": True, "external_id": "K1",
        },
        "c1 谈了价格 --channel visit --at '2026-11-18 10:30' --minutes 45 --with h1 --with 张力 --with 路人 --ours 李雷 --ours 韩梅 --feedback 偏贵 "
        "--agreed 再报一次 --intent high --next 重新报价 --on fri --next-owner 李雷 --next 'call 15:00' --on '2026-11-25 15:00' --next-owner tester "
        "--care --cost 120.50 --signed --external-id K1",
    ),
    ({"customer": "c2", "channel": "邮件", "direction": "out", "at": "2026-11-10"}, "c2 --channel email --out --at 2026-11-10"),
    ({"customer": "Acme South", "summary": "again", "channel": "wechat", "direction": "out", "at": "-3d"}, "c2 again --channel wechat --out --at -3d"),
    ({"customer": "huadong", "no_answer": True, "summary": "没人接"}, "华东 没人接 --no-answer"),
    ({"customer": "ext:A-1", "promised_on": "2026-12-24", "at": "yesterday"}, "ext:A-1 --on 2026-12-24 --at yesterday"),
    ({"customer": "sw", "stage": "interested", "at": "2026-11-02", "intent": "低"}, "c4 --stage interested --at 2026-11-02 --intent low"),
    ({"customer": "c4", "stage": "成交", "at": "2026-11-05"}, "c4 --stage customer --at 2026-11-05"),
    ({"customer": "c3", "stage": "lost", "loss_reason": "价格"}, "c3 --stage lost --loss-reason price"),
    ({"customer": "c3", "summary": "why", "loss_reason": "other: moved away"}, "c3 why --loss-reason 'other: moved away'"),
    ({"customer": "C1"}, "c1"),
    ({"customer": "c2", "next": "ring", "with": "somebody", "ours": "me"}, "c2 --next ring --with somebody --ours me"),
]  # fmt: skip


def test_it_is_the_same_as_logging_one_by_one(place: Path, made: bytes) -> None:
    ran = log(*[line for line, _ in SAME])
    assert (ran.code, ran.err) == (0, "")
    other = place / "other.db"
    other.write_bytes(made)
    one_by_one = []
    for _, command in SAME:
        one_by_one += crm(["log-contact", *shlex.split(command)], CRM_DB=str(other)).lines
    assert ran.lines == one_by_one
    keys = [dict(stored(path, "key_range")["key_range"]) for path in (place / "crm.db", other)]
    assert keys[0] | {"change": 0} == keys[1] | {"change": 0}
    assert stored(place / "crm.db") == stored(other)
    for ref in ("c1", "c2", "c3", "c4"):
        told = [crm(f"show {ref} --json", CRM_DB=str(path)).json for path in (place / "crm.db", other)]  # fmt: skip
        assert told[0] == told[1]
    told = [
        crm("due --json --days 60", CRM_DB=str(path)).json for path in (place / "crm.db", other)
    ]
    assert told[0] == told[1]
    with sqlite3.connect(place / "crm.db") as connection:
        logged = connection.execute("SELECT count(DISTINCT change_id) FROM change_row").fetchone()
    assert logged == (7,)


def test_what_json_tells_of_a_contact_can_be_logged_again() -> None:
    crm(["log-contact", *shlex.split(SAME[0][1])])
    crm("log-contact c1 'no next' --on 2026-12-24 --no-answer")
    told = [one | {"external_id": None} for one in contacts()]
    ran = log(*told, options="--json --reveal")
    again = ran.json["items"]
    assert ran.code == 0
    for old, new in zip(told, again, strict=True):
        assert new["ref"] != old["ref"]
        for one in (old, new):
            del one["ref"]
            for step in one["next"]:
                del step["ref"]
                step["on"] = step["on"][:10]
        assert new == old


def test_json_tells_every_contact_made() -> None:
    ran = log({"customer": "c1", "summary": "call 13812345678"}, {"customer": "c2", "next": ["a", "b"]}, options="--json")  # fmt: skip
    answer = ran.json
    assert (ran.err, list(answer), answer["schema"], answer["count"]) == (
        "",
        ["schema", "masked", "count", "items"],
        "crm.interactions/1",
        2,
    )
    assert [item["ref"] for item in answer["items"]] == ["i1", "i2"]
    assert answer["items"][0]["summary"] == "call 138****5678"
    assert [step["text"] for step in answer["items"][1]["next"]] == ["a", "b"]
    one = crm("show i2 --json").json["item"]
    assert answer["items"][1] == one


def test_on_a_terminal_a_number_is_told(place: Path) -> None:
    from tests.contract.terminal import Terminal

    with Terminal("log-contact --stdin") as person:
        person.types('{"customer": "c1", "summary": "typed"}')
        person.types('{"customer": "nobody"}')
        person.ends_input()
        assert person.leaves() == 5
    assert person.screen.endswith(
        "line 2: no customer fits 'nobody'; crm list-customers shows them all\nLogged 1 contact.\n1 line was skipped.\n"
    )
    assert [one["summary"] for one in contacts()] == ["typed"]


def test_later_lines_see_what_earlier_ones_did() -> None:
    log(
        {"customer": "c2", "stage": "customer", "at": "2026-11-01"},
        {"customer": "c2", "stage": "lost", "at": "2026-11-10", "loss_reason": "服务"},
        {"customer": "c2", "stage": "interested", "at": "2026-11-15"},
    )
    item = crm("show c2 --json").json["item"]
    assert (item["stage"], item["loss_reason"]) == ("interested", None)
    with sqlite3.connect("file:" + environment()["CRM_DB"], uri=True) as connection:
        steps = connection.execute(
            "SELECT from_stage, to_stage, changed_on FROM stage_change WHERE customer_id = 2 ORDER BY id"
        )
        assert steps.fetchall() == [
            (None, "interested", "2026-10-01"),
            ("interested", "customer", "2026-11-01"),
            ("customer", "lost", "2026-11-10"),
            ("lost", "interested", "2026-11-15"),
        ]


# --- bad lines ---

FIELDS = (
    "customer, summary, channel, direction, at, feedback, agreed, intent, promised_on, stage, loss_reason, cost, excerpt, "
    "external_id, need, promise, deal, no_answer, care, signed, with, ours, minutes, next"
)
NO_OBJECT = """the line is no JSON object; write it like {"customer": "c12", "summary": "…"}"""
BAD = [
    ("hello", "the line is no JSON object (Expecting value: line 1 column 1 (char 0))"),
    ('{"customer": "c1"', "the line is no JSON object (Expecting ',' delimiter: line 2 column 1 (char 18))"),
    ("[1, 2]", NO_OBJECT),
    ('"c1"', NO_OBJECT),
    ("12", NO_OBJECT),
    ("null", NO_OBJECT),
    ("{}", "the line names no customer; give customer as a name, c12 or ext:ID"),
    ({"customer": ""}, "the line names no customer; give customer as a name, c12 or ext:ID"),
    ({"customer": "  "}, "the line names no customer; give customer as a name, c12 or ext:ID"),
    ({"customer": None}, "the line names no customer; give customer as a name, c12 or ext:ID"),
    ({"customer": ["c1"]}, "customer is no text; write it in quotation marks"),
    ({"customer": True}, "customer is no text; write it in quotation marks"),
    ({"customer": "c9"}, "there is no customer c9; crm list-customers shows them all"),
    ({"customer": "nobody"}, "no customer fits 'nobody'; crm list-customers shows them all"),
    ({"customer": "Acme"}, "'Acme' fits several customers; name one by its reference"),
    ({"customer": "Acme Norht"}, "no customer fits 'Acme Norht'; did you mean c1 Acme North, c2 Acme South?"),
    ({"customer": "c1", "sumary": "x"}, f"'sumary' is not a field of a contact; choose one of {FIELDS}"),
    ({"customer": "c1", "Summary": "x"}, f"'Summary' is not a field of a contact; choose one of {FIELDS}"),
    ({"customer": "c1", "deal": "x"}, "'x' is no deal; write its reference, like d6"),
    ({"customer": "c1", "deal": "d1"}, "there is no deal d1; crm show CUSTOMER lists them"),
    ({"customer": "c1", "need": "n9"}, "there is no need n9; crm show CUSTOMER lists them"),
    ({"customer": "c1", "need": "t1"}, "'t1' is no need; write its reference, like n5"),
    ({"customer": "c1", "promise": "samples"}, "'samples' is no promise; write its reference, like p2"),
    ({"customer": "c1", "summary": ["x"]}, "summary is no text; write it in quotation marks"),
    ({"customer": "c1", "summary": {"a": 1}}, "summary is no text; write it in quotation marks"),
    ({"customer": "c1", "summary": True}, "summary is no text; write it in quotation marks"),
    ({"customer": "c1", "minutes": "10"}, "minutes is no whole number from 0 to 100000"),
    ({"customer": "c1", "minutes": 1.5}, "minutes is no whole number from 0 to 100000"),
    ({"customer": "c1", "minutes": -1}, "minutes is no whole number from 0 to 100000"),
    ({"customer": "c1", "minutes": True}, "minutes is no whole number from 0 to 100000"),
    ({"customer": "c1", "minutes": 10**30}, "minutes is no whole number from 0 to 100000"),
    ({"customer": "c1", "no_answer": 1}, "no_answer is neither true nor false"),
    ({"customer": "c1", "care": "yes"}, "care is neither true nor false"),
    ({"customer": "c1", "with": {"name": "x"}}, "with is no text; write it in quotation marks"),
    ({"customer": "c1", "with": ["h9"]}, "h9 is not one of this customer's people; crm show lists them"),
    ({"customer": "c2", "with": ["h1"]}, "h1 is not one of this customer's people; crm show lists them"),
    ({"customer": "c1", "next": 5}, "next is a list of objects with text, on and owner"),
    ({"customer": "c1", "next": [{"txt": "x"}]}, "next is a list of objects with text, on and owner"),
    ({"customer": "c1", "next": [{"on": "fri"}]}, "the text of what comes next is empty; write what is to be done"),
    ({"customer": "c1", "next": [{"text": "x", "on": "3/4"}]}, "'3/4' does not say which number is the month; write it like 2026-12-25, 25 Dec or 12月25日"),
    ({"customer": "c1", "channel": "pigeon"}, "channel 'pigeon' is unknown; choose one of call (电话), visit (拜访), meeting (会议), video (视频), email (邮件), wechat (微信), wecom (企业微信), message (短信), event (活动), other (其他)"),
    ({"customer": "c1", "channel": ""}, "the channel is empty; write one"),
    ({"customer": "c1", "direction": "up"}, "direction 'up' is unknown; choose one of in (客户联系我方), out (我方联系客户), both (双向)"),
    ({"customer": "c1", "intent": "maybe"}, "intent 'maybe' is unknown; choose one of high (高), medium (中), low (低)"),
    ({"customer": "c1", "at": "tomorrow"}, "'tomorrow' is in the future; name a time that has passed"),
    ({"customer": "c1", "at": 20261101.5}, None),
    ({"customer": "c1", "stage": "x"}, "stage 'x' is unknown; choose one of prospect (潜在客户), interested (意向客户), customer (成交客户), lost (流失客户)"),
    ({"customer": "c1", "loss_reason": "price"}, "--loss-reason is for customers that are lost; add --stage lost"),
    ({"customer": "c1", "stage": "lost", "loss_reason": "bad luck"}, "loss reason 'bad luck' is unknown; choose one of price (价格), product (产品), service (服务), competitor (竞争对手), no budget (无预算), contact left (联系人离职), other (其他)"),
    ({"customer": "c1", "stage": "lost", "loss_reason": "other: " + "x" * 1000}, "loss reason is 1007 characters long; shorten it to 1000"),
    ({"customer": "c1", "promised_on": "2026-11-01"}, "--on 2026-11-01 lies before the contact; name the day of the next one"),
    ({"customer": "c1", "cost": "much"}, "'much' is no amount; write it like 1200 or 1200.50"),
    ({"customer": "c1", "cost": -5}, "the amount -5 is negative; write 0 or more, and take a refund off the amount of its order"),
    ('{"customer": "c1", "cost": NaN}', "'nan' is no amount; write it like 1200 or 1200.50"),
    ('{"customer": "c1", "cost": 1e999}', "'inf' is no amount; write it like 1200 or 1200.50"),
    ({"customer": "c1", "summary": "x" * 100_001}, "summary is 100001 characters long; shorten it to 100000"),
    ({"customer": "c1", "with": ["x" * 201]}, "name is 201 characters long; shorten it to 200"),
    ({"customer": "c1", "next": ["x" * 1001]}, "text is 1001 characters long; shorten it to 1000"),
    ({"customer": "c1", "external_id": "x" * 201}, "external id is 201 characters long; shorten it to 200"),
    *(
        (json.dumps({"customer": "c1", "stage": "lost"} | {name: value}), "is not valid text; retype it, or check the terminal's encoding")
        for name, value in (
            ("customer", "\ud800"), ("summary", "\ud800"), ("excerpt", "a\udfff"), ("with", ["\ud800"]), ("ours", ["\ud800"]),
            ("next", ["\ud800"]), ("next", [{"text": "x", "owner": "\ud800"}]), ("loss_reason", "other: \ud800"), ("external_id", "\ud800"),
        )
    ),
    ("[" * 100_000, None),
    ('{"customer": "c1", "cost": ' + "9" * 5000 + "}", None),
]  # fmt: skip


@pytest.mark.parametrize(("line", "reason"), BAD, ids=range(len(BAD)))
def test_a_bad_line_is_told_with_its_number_and_skipped(line: object, reason: str | None) -> None:
    ran = log({"customer": "c1", "summary": "before"}, "", line, {"customer": "c2"})
    assert (ran.code, ran.lines) == (5, ["i1", "i2"])
    told = ran.err.splitlines()
    assert len(told) == 2, ran.err
    assert told[1] == "1 line was skipped."
    assert told[0].startswith("line 3: ")
    if reason is None:
        assert len(told[0]) < 1000
    elif reason.startswith("is not valid"):
        assert told[0].endswith(reason)
    else:
        assert told[0] == f"line 3: {reason}"
    assert [one["summary"] for one in contacts()] == ["before"]
    assert len(contacts("c2")) == 1
    assert crm("show c1 --json").json["item"]["stage"] == "customer"


def test_all_bad_lines_are_told_and_none_stands_in_the_way_of_the_others() -> None:
    lines: list[object] = []
    for line, _ in BAD:
        lines += [line, {"customer": "c4"}]
    ran = log(*lines)
    assert ran.code == 5
    assert ran.lines == [f"i{n + 1}" for n in range(len(BAD))]
    told = ran.err.splitlines()
    assert [one.partition(":")[0] for one in told[:-1]] == [
        f"line {2 * n + 1}" for n in range(len(BAD))
    ]
    assert told[-1] == f"{len(BAD)} lines were skipped."
    assert len(crm("history --json").json["items"]) == 7


def test_when_all_are_bad_nothing_is_written(place: Path) -> None:
    before = logical(place)
    ran = log("hello", {"customer": "nobody"})
    assert (ran.code, ran.out, ran.err.count("\n")) == (5, "", 3)
    assert logical(place) == before
    as_json = log("hello", options="--json")
    assert as_json.json == {"schema": "crm.interactions/1", "count": 0, "items": []}
    assert as_json.code == 5


def logical(place: Path) -> list[str]:
    with sqlite3.connect(place / "crm.db") as connection:
        return list(connection.iterdump())


def test_a_line_that_is_not_utf_8() -> None:
    stdin = '{"customer": "c1", "summary": "好"}\n'.encode("gb18030") + b'{"customer": "c2"}\n'
    ran = run("log-contact --stdin", stdin=stdin)
    assert (ran.code, ran.out) == (5, "i1\n")
    assert ran.err.splitlines()[0] == "line 1: the line is not UTF-8 text; save it as UTF-8"
    ran = run("log-contact --stdin", stdin='{"customer": "c1"}\n'.encode("utf-16"))
    assert (ran.code, ran.out) == (5, "")
    assert not set(ran.err) & set("\x00")


@pytest.mark.parametrize(
    "stdin",
    [
        b'\xef\xbb\xbf{"customer": "c1", "summary": "a"}\n{"customer": "c1", "summary": "b"}\n',
        b'{"customer": "c1", "summary": "a"}\r\n\r\n{"customer": "c1", "summary": "b"}\r\n',
        b'\n\n{"customer": "c1", "summary": "a"}\n   \n\t\n{"customer": "c1", "summary": "b"}',
        b'  {"summary": "a", "customer": "c1"}  \n{"customer":"c1","summary":"b"}\n\n\n',
        b'{"customer": "c1", "summary": "a", "minutes": null, "with": null, "ref": "i99"}\n{"customer": "c1", "summary": "b", "with": [], "next": []}\n',
        b'{"customer": "c1", "summary": "\\u0061"}\n{"customer": "c1", "summary": "x", "summary": "b"}\n',
    ],
)
def test_bom_line_ends_blank_lines_and_nulls(stdin: bytes) -> None:
    assert run("log-contact --stdin", stdin=stdin) == (0, "i1\ni2\n", "")
    assert [one["summary"] for one in contacts()] == ["b", "a"]


@pytest.mark.parametrize("stdin", [b"", b"\n", b"\r\n \n", b"\xef\xbb\xbf"])
def test_an_empty_input_logs_nothing(place: Path, stdin: bytes) -> None:
    before = logical(place)
    expected = 5 if stdin == b"\xef\xbb\xbf" else 0
    ran = run("log-contact --stdin", stdin=stdin)
    assert (ran.code, ran.out) == (expected, "")
    assert logical(place) == before
    answer = run("log-contact --stdin --json", stdin=b"").json
    assert answer == {"schema": "crm.interactions/1", "count": 0, "items": []}


@pytest.mark.parametrize("stdin", [b"", b'{"customer": "c1"}\n', b"hello\n"])
def test_where_there_is_no_file_none_is_made(place: Path, stdin: bytes) -> None:
    (place / "crm.db").unlink()
    ran = run("log-contact --stdin", stdin=stdin)
    assert (ran.code, ran.out) == (5 if stdin else 0, "")
    assert everything_in(place) == {}


def test_control_characters_in_a_bad_line_are_shown_not_obeyed() -> None:
    ran = log({"customer": "\x1b[31mnobody\x07"}, {"customer": "c1", "\x1b]0;x\x07": 1})
    assert ran.code == 5
    assert not set(ran.err) & set("\x1b\x07")


# --- options ---


@pytest.mark.parametrize(
    "options",
    ["c1", "c1 hello", "''", "--channel call", "--at today", "--minutes 0", "--in", "--out", "--no-answer", "--with x", "--ours x", "--feedback x", "--agreed x", "--intent high", "--next x", "--next x --on fri", "--on fri", "--stage lost", "--loss-reason price", "--care", "--cost 1", "--signed", "--external-id x"],
)  # fmt: skip
def test_other_options_are_refused(options: str) -> None:
    sentence = "with --stdin each line says all; leave the customer and the rest out"
    refused(f"log-contact {options} --stdin", 2, sentence, stdin=b'{"customer": "c1"}\n')


def test_a_text_file_beside_it_is_refused_too(place: Path) -> None:
    (place / "chat.txt").write_text("hello")
    sentence = "with --stdin each line says all; leave the customer and the rest out"
    refused(f"log-contact --stdin --text-file {place / 'chat.txt'}", 2, sentence)


def test_a_dry_run_tells_and_changes_no_byte(place: Path) -> None:
    before = everything_in(place)
    lines = ({"customer": "c1"}, "hello", {"customer": "c2", "next": "x"})
    ran = log(*lines, options="--dry-run")
    assert (ran.code, ran.out) == (5, "")
    assert ran.err.splitlines()[1:] == [
        "Nothing was changed; without --dry-run: Logged 2 contacts.",
        "1 line was skipped.",
    ]
    assert everything_in(place) == before
    told = log(*lines, options="--dry-run --json").json
    assert [item["ref"] for item in told["items"]] == ["i1", "i2"]
    assert everything_in(place) == before


def test_a_locked_file_is_the_end_of_it_not_a_bad_line(place: Path) -> None:
    from tests.contract.test_bad_input import IMPATIENT

    hold = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('BEGIN EXCLUSIVE'); print('held', flush=True); input()"
    with subprocess.Popen(
        [*PROGRAM[:1], "-c", hold, str(place / "crm.db")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as holder:
        assert holder.stdout and holder.stdout.readline() == b"held\n"
        ran = log({"customer": "c1"}, {"customer": "c2"}, program=IMPATIENT)
        holder.communicate(b"\n")
    assert (ran.code, ran.out, ran.err.count("\n")) == (10, "", 1)
    assert contacts() == []


def test_who_writes_the_lines_may_write_to_the_file_meanwhile() -> None:
    process = subprocess.Popen(
        [*PROGRAM, "log-contact", "--stdin"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment(),
    )
    assert process.stdin
    process.stdin.write(b'{"customer": "c1", "summary": "first"}\n')
    process.stdin.flush()
    for n in range(3):  # time enough for it to come to its input
        assert run(f"tag c1 meanwhile{n}").code == 0
    assert run("log-contact c2 meanwhile").out == "i1\n"
    out, _ = process.communicate(b'{"customer": "Acme North", "summary": "second"}\n')
    assert (process.returncode, out) == (0, b"i2\ni3\n")
    assert [one["summary"] for one in contacts()] == ["second", "first"]


def test_a_script_may_be_run_again() -> None:
    line = {"customer": "c1", "summary": "hi", "external_id": "QQ"}
    first = log(line)
    again = log(line, {"customer": "c1", "summary": "new"})
    number = first.out.strip()
    assert (first.code, again.code) == (0, 5)
    assert again.err == (
        f"line 1: external id QQ is that of {number}; leave it out, or edit that contact\n"
        "1 line was skipped.\n"
    )
