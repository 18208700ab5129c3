"""What is said arrives once, whatever fails, dies or happens at the same moment (CLI.md, Reminders)."""

import os
import resource
import shlex
import signal
import sqlite3
import subprocess
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.contract.program import PROGRAM, as_anybody, environment, patched, run
from tests.notify.parts import NASTY, Robot, bare, free_port, jsons, one_task, robot, stub
from tests.support import crm, run_process

LINE = "Acme – ring (t1)"


@pytest.fixture
def said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file that reminders are appended to, and one thing that is due."""
    one_task()
    monkeypatch.setenv("CRM_NOTIFY_CHANNELS", "file")
    monkeypatch.setenv("CRM_NOTIFY_FILE", str(tmp_path / "said"))
    return tmp_path / "said"


@pytest.fixture
def web() -> Iterator[Robot]:
    with robot() as one:
        yield one


def times(path: Path) -> int:
    """How often the one thing was said."""
    return path.read_text("utf-8").count(LINE) if path.exists() else 0


def remembered() -> list[tuple[Any, ...]]:
    """What the database says was said."""
    with sqlite3.connect(os.environ["CRM_DB"]) as connection:
        return connection.execute("SELECT ref, channel, step, said_on FROM reminder").fetchall()


# --- channels that fail ---


def test_nothing_to_say(said: Path) -> None:
    crm("done t1 'sent'")
    for command in ("due --notify", "due --notify --db none.db"):
        assert run_process(command) == (0, "", "")
    assert not said.exists()
    assert not Path("none.db").exists()


def test_the_next_channel_and_the_log(said: Path) -> None:
    """The one that works counts; that another failed is no news for cron."""
    place = {"CRM_NOTIFY_CHANNELS": "command,urls,file"}
    assert run_process("due --notify", place) == (0, "", "")
    assert run_process("due --notify", place) == (0, "", "")
    assert times(said) == 1
    assert remembered() == [("t1", "file", "2026-11-20", "2026-11-20")]
    with sqlite3.connect(os.environ["CRM_DB"]) as connection:
        events = connection.execute("SELECT kind, detail FROM event").fetchall()
    assert events == [("delivery", f"file {said}: t1")]


def test_when_none_works_it_is_said_by_the_next_run(said: Path) -> None:
    port = free_port()
    place = {
        "CRM_NOTIFY_CHANNELS": "command,email,urls,file",
        "CRM_NOTIFY_FILE": "/no/said",
        "CRM_NOTIFY_EMAIL_TO": "me@example.com",
        "CRM_NOTIFY_EMAIL_SERVER": "127.0.0.1",
        "CRM_NOTIFY_EMAIL_PORT": str(port),
    }
    expected = (
        "crm: no reminder arrived ("
        "command: no program is named; set one with: crm config set notify.command 'PROGRAM ARGUMENT'; "
        f"email: 127.0.0.1:{port} did not take the mail (Connection refused); check notify.email.*; "
        "urls: no address is named; set one with: crm config set notify.urls URL; "
        "file: /no/said cannot be written (No such file or directory); name another with: crm config set notify.file PATH)\n"
    )
    for _ in range(2):
        assert run_process("due --notify", place) == (1, "", expected)
    assert remembered() == []
    assert run_process("due --notify") == (0, "", "")
    assert times(said) == 1


def test_copies_to_all_even_when_one_is_down_for_a_while(said: Path, web: Robot) -> None:
    """Each gets it once; what the others have does not count for the one that was down, of which is told once."""
    place = {
        "CRM_NOTIFY_COPY": "all",
        "CRM_NOTIFY_CHANNELS": "urls,file",
        "CRM_NOTIFY_URLS": f"json://{web.address}",
    }
    web.status = 500
    for told in (
        "urls: 1 of 1 addresses in notify.urls failed (json: 500 Internal Server Error); try: crm notify-test\n",
        "",
    ):
        assert run_process("due --notify", place) == (0, "", told)
        assert times(said) == 1
    assert [item["said"] for item in crm("due --notify --dry-run --json", **place).json["items"]] == [True]  # fmt: skip
    web.status = 200
    for _ in range(2):
        assert run_process("due --notify", place) == (0, "", "")
    assert (times(said), len(web.got)) == (1, 3)
    assert [item["said"] for item in crm("due --notify --dry-run --json", **place).json["items"]] == [False]  # fmt: skip
    assert [row[1] for row in sorted(remembered())] == ["file", "urls"]


def test_an_address_is_a_channel_of_its_own(said: Path, web: Robot) -> None:
    """In its place among the others; what is remembered and logged has no key in it."""
    key = "abcdef0123456789abcdef"
    typed = f"File, json://{web.address}/{key}, COMMAND, file"
    listed = f"file,json://{web.address}/{key},command"
    assert crm("config get notify.channels", CRM_NOTIFY_CHANNELS=typed).out == f"{listed}\n"
    place = {"CRM_NOTIFY_CHANNELS": listed, "CRM_NOTIFY_FILE": "/no/said"}
    for _ in range(2):
        assert run_process("due --notify", place) == (0, "", "")
    assert web.paths == [f"/{key}"]
    ((_ref, channel, *_),) = remembered()
    assert channel.startswith("json-") and len(channel) == 13
    with sqlite3.connect(os.environ["CRM_DB"]) as connection:
        assert not [line for line in connection.iterdump() if key in line]
    web.status = 500
    crm("add-task c1 'ring again' --due today")
    ran = run_process("due --notify", place)
    assert ran.code == 1
    assert f"{channel}: 1 of 1 addresses in notify.urls failed (json: 500 " in ran.err
    assert key not in ran.err


def test_addresses_whose_place_is_not_said_are_the_last(said: Path, web: Robot) -> None:
    place = {"CRM_NOTIFY_URLS": f"json://{web.address}"}
    assert run_process("due --notify", place) == (0, "", "")
    assert (times(said), len(web.got)) == (1, 0)
    crm("add-task c1 'ring again' --due today")
    assert run_process("due --notify", place | {"CRM_NOTIFY_FILE": "/no/said"}) == (0, "", "")
    assert len(web.got) == 1


def test_copies_when_none_works(said: Path, web: Robot) -> None:
    web.status = 500
    place = {
        "CRM_NOTIFY_COPY": "all",
        "CRM_NOTIFY_CHANNELS": "urls,file",
        "CRM_NOTIFY_FILE": "/no/said",
        "CRM_NOTIFY_URLS": f"json://{web.address}",
    }
    ran = run_process("due --notify", place)
    assert (ran.code, ran.out, ran.err.count("\n")) == (1, "", 1)
    assert "urls: " in ran.err and "file: " in ran.err


def test_what_cannot_be_remembered_is_not_said(said: Path, tmp_path: Path) -> None:
    """It would be said again by every run."""
    (tmp_path / "crm.db").chmod(0o400)
    ran = run("due --notify", before=as_anybody)
    assert (ran.code, ran.out) == (10, "")
    assert not said.exists()
    (tmp_path / "crm.db").chmod(0o600)
    assert run_process("due --notify") == (0, "", "")
    assert times(said) == 1


def test_what_there_is_no_room_to_remember_is_not_said(said: Path, tmp_path: Path) -> None:
    """The disk holds the reminder, but not that it was said: no run says it, until there is room."""
    for limit in range(4_120, 60_000, 4_120):
        ran = run("due --notify", before=partial(no_file_larger_than, limit))
        assert (ran.code, ran.out, ran.err.count("\n"), times(said)) == (10, "", 1, 0), limit
    assert run_process("due --notify") == (0, "", "")
    assert times(said) == 1


def no_file_larger_than(limit: int) -> None:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))


def test_a_copy_of_a_backup_is_not_in_its_own_way(said: Path, tmp_path: Path) -> None:
    """It has no WAL, so that who reads it keeps others from writing into it."""
    crm(f"backup {tmp_path / 'copy.db'}")
    place = {"CRM_DB": str(tmp_path / "copy.db")}
    for _ in range(2):
        assert run_process("due --notify", place) == (0, "", "")
    assert times(said) == 1


def test_a_clock_that_was_wrong_does_not_make_another_channel_repeat_itself(
    said: Path, tmp_path: Path
) -> None:
    other = {"CRM_NOTIFY_FILE": str(tmp_path / "other"), "CRM_NOTIFY_CHANNELS": "file"}
    assert run_process("due --notify", other | {"CRM_NOW": "2027-11-22T09:00"}) == (0, "", "")
    take = stub(tmp_path, "take", f"open({str(tmp_path / 'taken')!r}, 'a').write(sys.stdin.read() + '\\n')")  # fmt: skip
    place = {"CRM_NOTIFY_CHANNELS": "command", "CRM_NOTIFY_COMMAND": str(take)}
    for _ in range(3):
        assert run_process("due --notify", place) == (0, "", "")
    assert len(jsons(tmp_path / "taken")) == 1


def test_cron_is_not_told_what_a_person_would_be(said: Path, tmp_path: Path) -> None:
    """Each line would be a mail every quarter of an hour; what is stale is computed anew instead."""
    with sqlite3.connect(os.environ["CRM_DB"]) as connection:
        connection.execute("UPDATE meta SET value = 'older' WHERE name = 'fingerprint'")
    assert "run: crm migrate" in run_process("due").err
    assert run_process("due --notify --kind survey") == (0, "", "")
    assert run_process("due").err == ""
    crm("encrypt")
    (tmp_path / "crm.key").chmod(0o644)
    assert "Other users can read the key" in run_process("due").err
    for _ in range(2):
        assert run_process("due --notify") == (0, "", "")
    assert times(said) == 1


def test_a_calendar_that_cannot_be_written_stops_no_reminder(said: Path, tmp_path: Path) -> None:
    ran = run_process(f"due --notify --ics {tmp_path / 'unplugged' / 'due.ics'}")
    assert (ran.code, ran.out, ran.err.count("\n")) == (3, "", 1)
    assert times(said) == 1


def test_numbers_in_what_a_company_is_called_are_masked(said: Path, tmp_path: Path) -> None:
    crm("add-customer 'Shop 13812345678'")
    crm("add-task c2 'ask 13912345678' --due today")
    assert run_process(f"due --notify --ics {tmp_path / 'due.ics'}") == (0, "", "")
    for text in (said.read_text("utf-8"), (tmp_path / "due.ics").read_text("utf-8")):
        assert "138****5678" in text
        assert "12345678" not in text


def test_a_deadline_right_behind_midnight_is_said_before(said: Path) -> None:
    crm("add-task c1 'call overseas' --due '2026-11-21 00:30'")
    crm("add-task c1 'call later' --due '2026-11-21 03:00'")
    assert run_process("due --notify", {"CRM_NOW": "2026-11-20T22:00"}) == (0, "", "")
    assert (times(said), "call overseas" in said.read_text("utf-8")) == (1, False)
    for _ in range(2):
        assert run_process("due --notify", {"CRM_NOW": "2026-11-20T22:45"}) == (0, "", "")
    assert said.read_text("utf-8").count("call overseas") == 1
    assert "call later" not in said.read_text("utf-8")
    assert times(said) == 1


# --- killed, and at the same moment ---

_DIE = "import os; die = lambda *_, **__: os.kill(os.getpid(), 9)"


def test_killed_before_it_was_sent(said: Path) -> None:
    program = patched(_DIE, "from crmcli.notify import file", "file.send = die")
    assert run("due --notify", program=program).code == -9
    assert times(said) == 0
    for _ in range(2):
        assert run_process("due --notify") == (0, "", "")
    assert times(said) == 1


@pytest.mark.parametrize("step", ["reminders.remember", "reminding.record_event"])
def test_killed_between_sending_and_remembering(said: Path, step: str) -> None:
    """It is said twice at most, and never lost."""
    program = patched(
        _DIE,
        "from crmcli.commands.shared import reminding",
        "from crmcli.store import reminders",
        f"{step} = die",
    )
    assert run("due --notify", program=program).code == -9
    assert times(said) == 1
    for _ in range(2):
        assert run_process("due --notify") == (0, "", "")
    assert times(said) == 2


def test_killed_after_it_was_remembered(said: Path) -> None:
    program = patched(
        _DIE,
        "from crmcli.store.database import Database",
        "real = Database.transaction",
        "from contextlib import contextmanager",
        "@contextmanager",
        "def then_die(self):",
        "    with real(self): yield",
        "    die()",
        "Database.transaction = then_die",
    )
    assert run("due --notify", program=program).code == -9
    assert run_process("due --notify") == (0, "", "")
    assert times(said) == 1


def test_eight_at_the_same_moment_say_it_once(said: Path, tmp_path: Path) -> None:
    """The first is held up while it sends, so that the others come meanwhile."""
    os.mkfifo(tmp_path / "go")
    path = stub(
        tmp_path,
        "take",
        f"open({str(tmp_path / 'taken')!r}, 'a').write(sys.stdin.read() + '\\n')",
        f"open({str(tmp_path / 'go')!r}).read()",
    )
    place = {"CRM_NOTIFY_CHANNELS": "command", "CRM_NOTIFY_COMMAND": str(path)}
    running = [
        subprocess.Popen(
            [*PROGRAM, "due", "--notify"],
            env=environment(**place),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        for _ in range(8)
    ]
    with open(tmp_path / "go", "w"):  # opens when the first has come so far
        pass
    ended = [one.communicate(timeout=60)[0] for one in running]
    assert ended == [b""] * 8
    assert [one.returncode for one in running] == [0] * 8
    assert len(jsons(tmp_path / "taken")) == 1


def test_said_by_another_who_finished_before_the_lock_was_asked_for(said: Path) -> None:
    """What was read before that is of an earlier moment."""
    program = patched(
        "import subprocess",
        "from crmcli.store import reminders",
        "real = reminders.alone",
        f"other = {[*PROGRAM, 'due', '--notify']!r}",
        "reminders.alone = lambda path: subprocess.run(other, check=True) and real(path)",
    )
    assert run("due --notify", program=program) == (0, "", "")
    assert times(said) == 1


def test_who_sends_keeps_nobody_from_writing(said: Path, tmp_path: Path) -> None:
    """A channel may take its time; the database is free meanwhile, and what changes then is not lost."""
    os.mkfifo(tmp_path / "go")
    path = stub(
        tmp_path,
        "take",
        "sys.stdin.read()",
        f"open({str(tmp_path / 'go')!r}).read()",
    )
    place = {"CRM_NOTIFY_CHANNELS": "command", "CRM_NOTIFY_COMMAND": str(path)}
    sending = subprocess.Popen([*PROGRAM, "due", "--notify"], env=environment(**place))
    with open(tmp_path / "go", "w"):
        crm("add-task c1 'ring again' --due today")
    assert sending.wait(60) == 0
    assert run_process("due --notify") == (0, "", "")
    assert said.read_text("utf-8").splitlines()[1:] == ["  Fri 20 Nov  Acme – ring again (t2)"]


# --- as cron runs it ---


def test_from_a_bare_environment(tmp_path: Path) -> None:
    """Only a PATH: no home, no language; Chinese is whole."""
    one_task("报价 “现在” 😀", "华东精工（上海）")
    for name, value in {"lang": "zh", "notify.channels": "file", "notify.file": str(tmp_path / "said")}.items():  # fmt: skip
        crm(["config", "set", name, value])
    known = {name: os.environ[name] for name in ("CRM_CONFIG", "CRM_NOW", "TZ")}
    command = ["due", "--notify", "--db", str(tmp_path / "crm.db")]
    for _ in range(2):
        assert run(command, **bare(**known)) == (0, "", "")
    lines = (tmp_path / "said").read_text("utf-8").splitlines()
    assert lines[1:] == ["  11月20日 周五  华东精工（上海）：报价 “现在” 😀（t1）"]
    assert os.fspath(tmp_path) not in lines[0] and "1" in lines[0]


@pytest.mark.parametrize("nasty", NASTY)
def test_no_shell_reads_what_customers_are_called(
    said: Path, tmp_path: Path, nasty: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Through every channel that starts a program."""
    monkeypatch.chdir(tmp_path)
    nasty = nasty.replace("{mark}", "mark")
    crm(["add-customer", "--", nasty])
    crm(["add-task", "--due", "today", "--", "c2", nasty])
    for name in ("notify-send", "sendmail", "take"):
        stub(tmp_path / "bin", name, f"open({str(tmp_path / name)!r}, 'a').write(repr(sys.argv[1:]) + sys.stdin.read()); print(1)")  # fmt: skip
    place = {
        "PATH": str(tmp_path / "bin"),
        "DBUS_SESSION_BUS_ADDRESS": "unix:path=/nowhere",
        "CRM_NOTIFY_COPY": "all",
        "CRM_NOTIFY_CHANNELS": "desktop,email,command",
        "CRM_NOTIFY_EMAIL_TO": "me@example.com",
        "CRM_NOTIFY_COMMAND": shlex.join([str(tmp_path / "bin" / "take")]),
    }
    assert run_process("due --notify", place) == (0, "", "")
    assert {path.name for path in tmp_path.iterdir()} >= {"notify-send", "sendmail", "take"}
    assert not (tmp_path / "mark").exists()


# --- much to say ---


@pytest.mark.parametrize("channel", ["file", "desktop"])
def test_three_hundred_things_are_one_short_message(
    said: Path, tmp_path: Path, channel: str
) -> None:
    """With the longest texts there are; a hundred lines when asked for."""
    rows = "".join(f"Acme,{n} {'长' * 990},2026-11-20\n" for n in range(300))
    crm("import - --as tasks", stdin=f"customer,text,due\n{rows}")
    stub(tmp_path / "bin", "notify-send", f"open({str(said)!r}, 'a').write(sys.argv[-2] + '\\n' + sys.argv[-1] + '\\n'); print(1)")  # fmt: skip
    place = {
        "PATH": str(tmp_path / "bin"),
        "CRM_NOTIFY_CHANNELS": channel,
        "DBUS_SESSION_BUS_ADDRESS": "unix:path=/nowhere",
    }
    assert run_process("due --notify", place) == (0, "", "")
    lines = said.read_text("utf-8").splitlines()
    assert len(lines) == 7
    assert lines[0].endswith("crm: 301 things are due")
    assert all(len(line) < 100 for line in lines)
    assert lines[-1].strip() == "… and 296 more: crm due"
    said.unlink()
    more = place | {"CRM_NOTIFY_LINES": "2000", "CRM_NOW": "2026-11-23T09:00"}
    assert run_process("due --notify", more) == (0, "", "")
    assert len(said.read_text("utf-8").splitlines()) == (302 if channel == "file" else 51)
