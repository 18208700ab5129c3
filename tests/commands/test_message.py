"""`crm message`: one text for each customer, who is left out and why, files and the log (HANDBOOK §7, §10)."""

import csv
import io
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from tests.contract.program import refused
from tests.contract.terminal import Terminal
from tests.contract.test_naughty_strings import TEXTS
from tests.support import Ran, crm, run_in_process, run_process

HELLO = "{person}您好：\n\n{name}在{city}。\n"


@pytest.fixture(autouse=True)
def some(place: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two who may be written to, and templates."""
    monkeypatch.chdir(place)
    crm("config set fields.seats number")
    crm(
        "add-customer 华东精工 --tier core --city 上海 --person 张三 --title 经理 --phone 13800005678 --consent given --consent-scope 节日问候"
    )
    crm(
        "add-customer Acme --tier core --city Kiel --person Bob --email bob@example.com --prefer email --field seats=12"
    )
    (place / "hello.txt").write_text(HELLO, encoding="utf-8")
    (place / "short.txt").write_text("{name}!", encoding="utf-8")
    return place


def items(command: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = crm(f"{command} --json").json["items"]
    return found


def reveals() -> int:
    with sqlite3.connect("crm.db") as connection:
        (count,) = connection.execute("SELECT count(*) FROM event WHERE kind = 'reveal'").fetchone()
    return int(count)


def test_one_text_for_each_in_the_order_of_their_references() -> None:
    ran = run_process("message hello.txt --tier core")
    assert ran.code == 0
    assert ran.out == (
        "c1  华东精工  张三  138****5678\n\n张三您好：\n\n华东精工在上海。\n\n"
        "c2  Acme  Bob  b***@example.com\n\nBob您好：\n\nAcme在Kiel。\n"
    )
    assert (
        ran.err
        == "c1 华东精工 agreed to this: 节日问候\nWhether they agreed is not known: c2 Acme.\n"
    )
    assert reveals() == 1


def test_who_has_no_address_gets_no_e_mail(place: Path) -> None:
    ran = crm("message short.txt --tier core --channel email --log --yes")
    assert ran.err.splitlines()[0] == "c1 华东精工 gets none: no e-mail address."
    assert ran.err.splitlines()[-1].startswith("1 message recorded as sent")
    assert [one["left_out"] for one in items("message short.txt --tier core --channel email")] == ["no_address", None]  # fmt: skip
    # What is left to their liking may be handed over otherwise.
    crm("edit c1 --set prefer=email")
    assert [one["left_out"] for one in items("message short.txt --tier core")] == [None, None]


def test_scripts_get_it_in_full() -> None:
    first, second = items("message hello.txt --tier core --reveal --subject 'To {name}'")
    assert first == {
        "ref": "c1", "name": "华东精工", "person": {"ref": "h1", "name": "张三"}, "channel": "message", "to": "13800005678",
        "consent": "given", "subject": "To 华东精工", "text": "张三您好：\n\n华东精工在上海。", "file": None, "interaction": None,
        "left_out": None, "lacking": [],
    }  # fmt: skip
    assert (second["channel"], second["to"]) == ("email", "bob@example.com")
    rows = list(csv.DictReader(io.StringIO(crm("message hello.txt --tier core --csv").out)))
    assert [row["text"] for row in rows] == [first["text"], second["text"]]
    assert [row["to"] for row in rows] == ["138****5678", "b***@example.com"]


@pytest.mark.parametrize(
    ("channel", "to"),
    [
        ("email", "info@acme.com"),
        ("微信", "acme-wx"),
        ("wecom", "acme-wx"),
        ("sms", None),
        ("other", None),
    ],
)
def test_the_address_is_that_of_the_channel(channel: str, to: str | None) -> None:
    crm("add-customer Gamma --email info@acme.com --wechat acme-wx")
    (item,) = items(f"message short.txt --where 'name = Gamma' --channel {channel} --reveal")
    assert (item["to"], item["person"]) == (to, None)


def test_what_templates_may_name() -> None:
    names = "name short_name person title city address industry size tier stage since external_id last_contact_on last_order_on today actor fields.seats"
    crm(
        "edit c2 --set short_name=AC --set address=Quai --set industry=steel --set size=9 --set since=2025-01-02 --set external_id=E-1 --set stage=customer"
    )
    crm("edit h2 --set title=CEO")
    crm("log-contact c2 hi --at 2026-11-01")
    crm("add-order c2 7 --on 2026-10-02")
    text = "|".join(f"{{{name}}}" for name in names.split())
    Path("all.txt").write_text(text)
    (item,) = items("message all.txt --where 'ref = c2'")
    assert item["text"] == (
        "Acme|AC|Bob|CEO|Kiel|Quai|steel|9|core|customer|2025-01-02|E-1|2026-11-01|2026-10-02|2026-11-20|tester|12"
    )
    assert items("message all.txt --where 'ref = c2' --lang zh")[0]["text"].split("|")[8:10] == [
        "核心客户",
        "成交客户",
    ]
    refused(
        "message all.txt --where 'ref = c1'",
        1,
        "c1 华东精工 has no {address}, {industry}, {size}, {since}, {external_id}, {last_contact_on}, {last_order_on}, {fields.seats}, which the text names; fill it in, or leave it out with --skip-missing",
    )


# --- who gets none ---


def others() -> None:
    """Those who must not be written to, and one of whom something is not known."""
    crm("add-customer 拒绝 --tier core --city 苏州 --person 李四 --consent refused")
    crm("add-customer 免打扰 --tier core --city 苏州 --person 王五")
    crm("edit c4 --set do_not_contact=yes")
    crm("add-customer 停止 --tier core --city 苏州 --person 赵六")
    crm("archive c5 --retire")
    crm("add-customer 个人 --kind person --tier core --city 杭州 --consent refused")
    crm("add-customer 无城 --tier core --person 孙七")


def test_who_must_not_be_written_to_is_said_first_and_gets_none() -> None:
    others()
    crm("edit c7 --set city=无锡")
    ran = crm("message hello.txt --tier core --out letters")
    assert ran.err.splitlines() == [
        "c1 华东精工 agreed to this: 节日问候",
        "c3 拒绝 gets none: consent refused.",
        "c4 免打扰 gets none: do not contact.",
        "c5 停止 gets none: retired.",
        "c6 个人 gets none: consent refused.",
        "Whether they agreed is not known: c2 Acme, c7 无城.",
        "3 messages written into letters.",
    ]
    assert ran.lines == ["letters/华东精工(c1).txt", "letters/Acme(c2).txt", "letters/无城(c7).txt"]
    assert sorted(path.name for path in Path("letters").iterdir()) == [
        "Acme(c2).txt",
        "华东精工(c1).txt",
        "无城(c7).txt",
    ]
    told = {one["ref"]: one["left_out"] for one in items("message hello.txt --tier core")}
    assert told == {
        "c1": None,
        "c2": None,
        "c3": "consent_refused",
        "c4": "do_not_contact",
        "c5": "retired",
        "c6": "consent_refused",
        "c7": None,
    }


def test_a_missing_value_stops_everything_before_anything_is_written(place: Path) -> None:
    others()
    crm("add-customer 无人 --tier core --city 苏州")
    before = reveals()
    ran = run_in_process("message hello.txt --tier core --out letters --log --yes")
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.splitlines()[-3:] == [
        "crm: 2 customers lack what the text names; fill it in, or leave them out with --skip-missing",
        "  c7 无城: {city}",
        "  c8 无人: {person}",
    ]
    assert not (place / "letters").exists()
    assert (items("message short.txt --where 'ref = c1'")[0]["interaction"], reveals()) == (
        None,
        before + 1,
    )
    ran = crm("message hello.txt --tier core --skip-missing")
    assert [line[:2] for line in ran.lines if line[:1] == "c"] == ["c1", "c2"]
    assert "c7 无城 gets none: no {city}." in ran.err
    told = items("message hello.txt --tier core --skip-missing")
    assert [
        (one["ref"], one["lacking"], one["text"])
        for one in told
        if one["left_out"] == "missing_value"
    ] == [("c7", ["city"], None), ("c8", ["person"], None)]


def test_another_who_agreed_is_written_to_in_the_place_of_who_refused() -> None:
    crm("add-person c1 李四 --consent given")
    crm("edit h1 --set consent=refused")
    (item,) = items("message short.txt --where 'ref = c1'")
    assert (item["person"], item["consent"]) == ({"ref": "h3", "name": "李四"}, "given")
    crm("edit h3 --set left_on=2026-11-01")
    assert items("message short.txt --where 'ref = c1'")[0]["left_out"] == "consent_refused"


# --- what is refused ---


@pytest.mark.parametrize(
    ("command", "code", "sentence"),
    [
        ("message hello.txt", 2, "to whom? name a segment or other filters, or --all for every customer"),
        ("message hello.txt --all --tier core", 2, "--all and filters exclude each other; leave one out"),
        ("message nowhere.txt --all", 3, "there is no file nowhere.txt"),
        ("message bad.txt --all", 2, "{citty} cannot be filled in; did you mean {city}?"),
        ("message stray.txt --all", 2, "the brace at '{' belongs to no name; write {name}, or \\{ and \\} for braces themselves"),
        ("message hello.txt --all --subject '{nme}'", 2, "{nme} cannot be filled in; did you mean {name}?"),
        ("message hello.txt --all --subject ' '", 2, "the subject is empty; write one, or leave --subject out"),
        ("message hello.txt --all --channel call", 2, "a message is not sent by call; choose email, wechat, wecom, message, event or other"),
        ("message hello.txt --all --out hello.txt", 2, "hello.txt is a file; name a folder with --out"),
        ("message hello.txt --all --out ''", 2, "--out takes a folder; name one"),
        ("message empty.txt --all", 2, "empty.txt is empty; there is nothing to keep"),
        ("message hello.txt --segment none", 3, "there is no segment 'none'; crm segment list shows those there are"),
    ],
)  # fmt: skip
def test_what_is_refused(command: str, code: int, sentence: str) -> None:
    Path("bad.txt").write_text("{citty} {name}")
    Path("stray.txt").write_text("100 % {")
    Path("empty.txt").write_text("\n")
    refused(command, code, sentence)


def test_a_template_comes_by_a_pipe_too() -> None:
    assert crm("message - --where 'ref = c2'", stdin="Dear {{person}} \\{x\\}").out.endswith(
        "\n\nDear Bob {x}\n"
    )
    Path("gbk.txt").write_bytes("{person}您好，您好您好".encode("gb18030"))
    assert items("message gbk.txt --where 'ref = c1'")[0]["text"] == "张三您好，您好您好"


def test_nobody_is_no_error() -> None:
    ran = crm("message hello.txt --city 无 --log --yes --out letters")
    assert (ran.out, ran.err.splitlines()[-1]) == ("", "No customer fits.")
    crm("edit c1 --set do_not_contact=yes")
    ran = crm("message hello.txt --where 'ref = c1' --log --yes --out letters")
    assert (ran.out, ran.err.splitlines()[-1]) == ("", "Nobody gets one.")
    assert not Path("letters").exists()


# --- files ---


def test_the_same_run_again_changes_nothing_and_another_one_replaces_nothing() -> None:
    crm("message hello.txt --tier core --out letters")
    before = {path: path.stat().st_mtime_ns for path in Path("letters").iterdir()}
    ran = crm("message hello.txt --tier core --out letters")
    assert ran.err.splitlines()[-2:] == [
        "0 messages written into letters.",
        "2 were there already as they are.",
    ]
    assert {path: path.stat().st_mtime_ns for path in Path("letters").iterdir()} == before
    Path("letters/Acme(c2).txt").unlink()
    crm("message hello.txt --tier core --out letters")
    ran = run_in_process("message short.txt --tier core --out letters")
    assert (ran.code, ran.out) == (4, "")
    assert (
        ran.err.splitlines()[-1]
        == "crm: letters/华东精工(c1).txt is there already and says something else; name another folder with --out, or remove it"
    )
    assert Path("letters/Acme(c2).txt").read_text() == "Bob您好：\n\nAcme在Kiel。\n"


def test_no_name_is_taken_for_a_placeholder_a_path_or_anothers() -> None:
    names = [
        "../../etc/passwd",
        "{person}",
        "{{7*7}}",
        "{name}",
        "CON",
        "nul.txt",
        "\u202egnp.exe",
        "名" * 200,
        "x\ny",
        "/",
        "Acme",
    ]
    keys = {}
    for name in names:
        keys[
            crm(
                [
                    "add-customer",
                    name,
                    "--city",
                    "{city}",
                    "--person",
                    "{name}",
                    "--allow-duplicate",
                    "--tier",
                    "ordinary",
                ]
            ).out.strip()
        ] = name
    found = {one["ref"]: one for one in items("message hello.txt --tier ordinary --out letters")}
    assert len(found) == len(names)
    stored = {one["ref"]: one["name"] for one in items("list-customers")}
    for key in keys:
        assert found[key]["text"] == f"{{name}}您好：\n\n{stored[key]}在{{city}}。"
        path = Path(found[key]["file"])
        assert path.parent == Path("letters")
        assert path.read_bytes().decode() == found[key]["text"] + "\n"
        assert path.name.endswith(f"({key}).txt")
        assert len(path.name.encode()) <= 255
    assert len({path.name.casefold() for path in Path("letters").iterdir()}) == len(names)


def test_any_text_is_a_name_that_is_written_as_it_is() -> None:
    for text in TEXTS[::20]:
        run_in_process(["add-customer", "--tier", "ordinary", "--allow-duplicate", "--", text])
    stored = {one["ref"]: one["name"] for one in items("list-customers --tier ordinary")}
    found = items("message short.txt --tier ordinary --out letters --subject 're: {name}'")
    assert {one["ref"]: one["text"] for one in found} == {
        key: f"{name}!" for key, name in stored.items()
    }
    for one in found:
        assert one["subject"] == " ".join(f"re: {one['name']}".split())
        assert Path(one["file"]).read_bytes().decode() == f"{one['subject']}\n\n{one['text']}\n"
    assert len(list(Path("letters").iterdir())) == len(stored)
    assert not set(crm("message short.txt --tier ordinary").out) & set("\x1b\x07\u202e\x9b")


# --- the log ---


def sent(key: str) -> list[dict[str, Any]]:
    return list(crm(f"show {key} --json --reveal").json["item"]["interactions"])


def test_what_was_sent_is_recorded_as_one_change_that_awaits_nothing() -> None:
    crm("edit h1 --set key_person=yes")
    ran = crm("message hello.txt --tier core --out letters --log --yes --reason 'new year'")
    assert ran.lines == ["i1", "i2"]
    assert "2 messages recorded as sent; to take them back: crm undo x5" in ran.err
    (contact,) = sent("c2")
    assert {name: contact[name] for name in ("summary", "excerpt", "channel", "direction", "at", "with", "no_answer")} == {
        "summary": "Acme在Kiel。", "excerpt": "Bob您好：\n\nAcme在Kiel。", "channel": "email", "direction": "out",
        "at": "2026-11-20T09:00:00+08:00", "with": ["Bob"], "no_answer": False,
    }  # fmt: skip
    assert crm("due --days 400 --kind unanswered --json").json["count"] == 0
    assert crm("show c2 --json").json["item"]["last_contact_at"] is None
    crm("undo")
    assert (sent("c1"), sent("c2")) == ([], [])


def test_a_subject_is_the_summary_and_stands_above_the_text() -> None:
    ran = crm(
        "message hello.txt --where 'ref = c2' --log --yes --subject ' Prices  of {name} ' --channel wechat"
    )
    assert ran.out == "c2  Acme  Bob\n\nPrices of Acme\n\nBob您好：\n\nAcme在Kiel。\n"
    (contact,) = sent("c2")
    assert (contact["summary"], contact["channel"]) == ("Prices of Acme", "wechat")
    assert items("message hello.txt --where 'ref = c2' --log --yes")[0]["interaction"] == "i2"


def test_the_same_twice_on_a_day_is_recorded_once() -> None:
    crm("message hello.txt --where 'ref = c1' --log --yes")
    ran = crm("message hello.txt --tier core --out letters --log --yes")
    assert ran.lines == ["i2"]
    assert "1 customer got the very same today and gets none; --again sends it once more." in ran.err  # fmt: skip
    assert [path.name for path in Path("letters").iterdir()] == ["Acme(c2).txt"]
    ran = crm("message hello.txt --tier core --log --yes")
    assert ran.out == ""
    assert ran.err.splitlines() == [
        "2 customers got the very same today and get none; --again sends it once more.",
        "Nobody gets one.",
    ]
    assert [(len(sent(key))) for key in ("c1", "c2")] == [1, 1]
    found = items("message hello.txt --tier core --log --yes")
    assert [(one["left_out"], one["text"], one["interaction"]) for one in found] == [("sent_today", None, None)] * 2  # fmt: skip
    # Printed it may be as often as one likes; another text, channel, subject or day is another message.
    assert [one["left_out"] for one in items("message hello.txt --tier core")] == [None, None]
    for another in ("short.txt", "hello.txt --channel wechat", "hello.txt --subject new"):
        crm(f"message {another} --where 'ref = c1' --log --yes")
    crm("message hello.txt --where 'ref = c1' --log --yes", CRM_NOW="2026-11-21T00:00")
    assert (len(sent("c1")), len(sent("c2"))) == (5, 1)
    crm("message hello.txt --tier core --log --yes --again")
    assert (len(sent("c1")), len(sent("c2"))) == (6, 2)
    crm("undo")
    crm("delete i2")
    assert crm("message hello.txt --tier core --log --yes --dry-run").out.startswith("c2  Acme")
    refused("message hello.txt --tier core --again", 2, "--again goes with --log, which is what remembers who got one; add it, or leave --again out")  # fmt: skip


def test_recording_asks_and_needs_a_yes_where_nobody_is() -> None:
    ran = run_process("message short.txt --tier core --log")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.splitlines()[-1] == "crm: nobody is here to be asked; add --yes to do it"
    for answer, code, count in (("n", 1, 0), ("y", 0, 1)):
        with Terminal("message short.txt --tier core --log --out letters") as person:
            person.sees("Record 2 messages as sent? (y/N)")
            person.types(f"{answer}\r")
            assert person.leaves() == code
        assert len(sent("c1")) == count
        assert Path("letters").exists() == bool(count)


def test_a_rehearsal_shows_it_masked_and_writes_nothing() -> None:
    crm("edit c1 --set 'city=上海 13800005678'")
    before = Path("crm.db").read_bytes()
    ran: Ran = crm("message hello.txt --tier core --out letters --log --dry-run")
    assert "华东精工在上海 138****5678。" in ran.out
    assert ran.err.splitlines()[-1] == "Nothing was written; without --dry-run it is 2 messages."
    found = crm("message hello.txt --tier core --out letters --log --dry-run --json").json
    assert found["masked"] is True
    assert [(one["file"], one["interaction"]) for one in found["items"]] == [
        ("letters/华东精工(c1).txt", None),
        ("letters/Acme(c2).txt", None),
    ]
    assert not Path("letters").exists()
    assert Path("crm.db").read_bytes() == before
    assert (
        "华东精工在上海 13800005678。" in crm("message hello.txt --tier core").out
    )  # which is sent


def test_who_was_deleted_meanwhile_is_not_recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    from crmcli.exchange import message_files

    real = message_files.write_all

    def writing(*given: Any) -> None:
        real(*given)
        run_process("edit c2 --set do_not_contact=yes")

    monkeypatch.setattr(message_files, "write_all", writing)
    ran = run_in_process("message short.txt --tier core --out letters --log --yes")
    assert (ran.code, ran.out) == (4, "")
    assert (
        ran.err.splitlines()[-1]
        == "crm: Acme was changed by somebody else in the meantime; try again"
    )
    assert sent("c1") == []


def test_what_cannot_be_handed_over_is_not_recorded() -> None:
    import subprocess
    import sys

    with open("/dev/full", "w") as full:
        ran = subprocess.run([sys.executable, "-m", "crmcli", *["message", "short.txt", "--tier", "core", "--log", "--yes"]], stdout=full, stderr=subprocess.PIPE, check=False)  # fmt: skip
    assert ran.returncode == 1
    assert sent("c1") == []


def test_who_cannot_be_reached_is_not_recorded_as_reached() -> None:
    for name, more in (
        ("Nobody", ""),
        ("Writer", "--wechat wangli88"),
        ("Street", "--address 'Hafen 1'"),
    ):
        crm(f"add-customer {name} --tier ordinary {more}")
    assert {one["name"]: one["left_out"] for one in items("message short.txt --tier ordinary")} == dict.fromkeys(("Nobody", "Writer", "Street"))  # fmt: skip
    ran = crm("message short.txt --tier ordinary --log --yes")
    assert "Nobody gets none: no phone, e-mail or WeChat is known." in ran.err
    found = {name: sent(ref) for ref, name in ((one["ref"], one["name"]) for one in items("list-customers --tier ordinary"))}  # fmt: skip
    assert {name: [one["channel"] for one in contacts] for name, contacts in found.items()} == {
        "Nobody": [], "Writer": ["wechat"], "Street": ["message"],
    }  # fmt: skip
    told = items("message short.txt --tier ordinary --channel event --log --yes")
    assert {one["left_out"] for one in told} == {None}  # how that is done is the sender's
