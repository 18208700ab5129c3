"""`crm notify-test`: what was sent, what came back, and what to mend (CLI.md, Reminders)."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from crmcli.notify import program
from tests.contract.program import refused
from tests.contract.test_schemas import insist
from tests.notify.parts import Robot, jsons, robot, stub
from tests.support import crm, run_in_process, run_process

SENT = (
    "crm: test · 测试",
    "If you can read this, reminders arrive here. 看到这条消息，说明提醒能够送达。",
    "& <b> $HOME \"quotes\" 'too' — 张* ☎",
)
NO_FILE = "no file is named; set one with: crm config set notify.file PATH"


@pytest.fixture
def web() -> Iterator[Robot]:
    with robot() as one:
        yield one


def test_each_channel_that_is_set_is_tried(tmp_path: Path, web: Robot) -> None:
    """Others are tried though one fails; the database need not be there."""
    kept = tmp_path / "kept"
    path = stub(tmp_path, "take", f"open({str(kept)!r}, 'a').write(sys.stdin.read() + '\\n'); print('taken as 7')")  # fmt: skip
    crm("config set notify.channels file,command,urls")
    crm(["config", "set", "notify.command", str(path)])
    crm(["config", "set", "notify.urls", f"json://{web.address}"])
    ran = run_process("notify-test --json")
    assert (ran.code, ran.err) == (1, "")
    insist("crm.notify-test.json", ran.json)
    file, command, urls = (dict(item, seconds=None) for item in ran.json["items"])
    both = {"sent": SENT[0], "seconds": None}
    assert file == both | {"channel": "file", "arrived": False, "where": None, "answer": None, "problem": NO_FILE}  # fmt: skip
    assert command == both | {"channel": "command", "arrived": True, "where": str(path), "answer": "taken as 7", "problem": None}  # fmt: skip
    assert urls == both | {"channel": "urls", "arrived": True, "where": "json", "answer": "200 OK", "problem": None}  # fmt: skip
    ((given),) = jsons(kept)
    insist("notification.json", given)
    assert (given["title"], given["text"]) == (SENT[0], "\n".join(SENT[1:]))
    assert (given["count"], given["items"]) == (0, [])
    assert web.got[0]["title"] == SENT[0]
    assert not (tmp_path / "crm.db").exists()


def test_all_is_well(tmp_path: Path) -> None:
    said = tmp_path / "said"
    ran = run_process("notify-test file", {"CRM_NOTIFY_FILE": str(said)})
    assert ran.code == 0
    assert ran.err == f"What is sent: {SENT[0]}\n"
    heading, line = ran.lines
    assert heading.split() == ["CHANNEL", "ARRIVED", "SECONDS", "WHERE", "ANSWER"]
    channel, arrived, _seconds, where = line.split()
    assert (channel, arrived, where) == ("file", "yes", str(said))
    assert said.read_text("utf-8").splitlines() == [
        f"2026-11-20T09:00+08:00 {SENT[0]}",
        *(f"  {line}" for line in SENT[1:]),
    ]


def test_what_to_mend_is_said_in_the_language_in_use() -> None:
    ran = run_process("notify-test file --lang zh")
    assert ran.code == 1
    assert ran.err.splitlines()[0].endswith(SENT[0])
    assert "crm config set notify.file" in ran.err
    assert run_process("notify-test file --lang zh --json").json["items"][0]["problem"] == NO_FILE


def test_one_of_two_addresses(web: Robot) -> None:
    place = {"CRM_NOTIFY_URLS": f"nosuch://x, json://{web.address}"}
    ran = run_process("notify-test urls --json", place)
    assert ran.code == 0
    (item,) = ran.json["items"]
    assert (item["arrived"], item["where"], item["answer"]) == (True, "json", "200 OK")
    assert item["problem"].startswith("nosuch: ")
    told = run_process("notify-test urls", place)
    assert told.code == 0
    assert told.err.splitlines()[1].startswith("urls: nosuch: ")


def test_how_long_it_took(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(program, "SECONDS", 0.3)
    path = stub(tmp_path, "take", "os.read(os.pipe()[0], 1)")
    ran = run_in_process("notify-test command --json", CRM_NOTIFY_COMMAND=str(path))
    (item,) = ran.json["items"]
    assert (ran.code, item["arrived"]) == (1, False)
    assert item["seconds"] >= 0.3
    assert item["problem"] == f"{path} had not finished after 0.3 seconds; see what it waits for"


def test_as_csv() -> None:
    ran = run_in_process("notify-test file --csv")
    assert ran.code == 1
    (row,) = csv.DictReader(io.StringIO(ran.out, newline=""))
    assert (row["channel"], row["arrived"], row["problem"]) == ("file", "false", NO_FILE)


def test_a_channel_that_does_not_exist() -> None:
    refused(
        "notify-test pigeon",
        2,
        "notify.channels: 'pigeon' is no channel; choose of desktop, email, command, file, urls, or write an address like wecombot://KEY",
    )


def test_of_several_the_wrong_one_is_named() -> None:
    refused(
        "config set notify.channels file,emial,wecombot://KEY",
        2,
        "notify.channels: 'emial' is no channel; choose of desktop, email, command, file, urls, or write an address like wecombot://KEY",
    )
    refused(
        ["config", "set", "notify.channels", ","],
        2,
        "notify.channels: ',' is no channel; choose of desktop, email, command, file, urls, or write an address like wecombot://KEY",
    )


def test_nothing_is_remembered_or_logged(tmp_path: Path) -> None:
    """A test is no reminder: what is due is said all the same."""
    crm("add-customer Acme")
    place = {"CRM_NOTIFY_FILE": str(tmp_path / "said"), "CRM_NOTIFY_CHANNELS": "file"}
    before = (tmp_path / "crm.db").read_bytes()
    assert run_process("notify-test", place).code == 0
    assert (tmp_path / "crm.db").read_bytes() == before
    assert run_process("due --notify", place) == (0, "", "")
    assert "c1:touch" in (tmp_path / "said").read_text("utf-8")
