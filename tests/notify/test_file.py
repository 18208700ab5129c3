"""A reminder at the end of a file (CLI.md, Reminders)."""

import os
import pty
import subprocess
from pathlib import Path

import pytest

from crmcli.notify import file as channel
from crmcli.notify.message import Undelivered
from tests.contract.program import PROGRAM, as_anybody, environment, run
from tests.notify.parts import message, one_task, settings
from tests.support import crm, run_process


def refusal(path: Path | str) -> str:
    with pytest.raises(Undelivered) as refused:
        channel.send(message(), settings(file=str(path)))
    return str(refused.value)


def test_it_is_appended_once_and_not_twice(tmp_path: Path) -> None:
    said = tmp_path / "said"
    one_task()
    place = {"CRM_NOTIFY_CHANNELS": "file", "CRM_NOTIFY_FILE": "~/said"}
    for _ in range(2):
        assert run_process("due --notify", place) == (0, "", "")
    first = "2026-11-20T09:00+08:00 crm: 1 thing is due\n  Fri 20 Nov  Acme – ring (t1)\n"
    assert said.read_text("utf-8") == first
    assert said.stat().st_mode & 0o777 == 0o600
    place["CRM_NOW"] = "2026-11-23T09:00"
    assert run_process("due --notify", place) == (0, "", "")
    second = (
        "2026-11-23T09:00+08:00 crm: 1 thing is due, 1 overdue\n  Fri 20 Nov  Acme – ring (t1)\n"
    )
    assert said.read_text("utf-8") == first + second


def test_what_a_terminal_would_obey_is_shown(tmp_path: Path) -> None:
    """Lines stay lines, and colours, titles and directions of others' writing do nothing."""
    one_task("a\x1b]0;owned\x07\x1b[31m\nb\u202ec\r", "Ac\x1b[2Jme")
    place = {"CRM_NOTIFY_CHANNELS": "file", "CRM_NOTIFY_FILE": str(tmp_path / "said")}
    assert run_process("due --notify", place) == (0, "", "")
    text = (tmp_path / "said").read_text("utf-8")
    assert all(line.isprintable() for line in text.splitlines())
    assert text.count("\n") == 2


def test_several_at_once_are_not_mixed(tmp_path: Path) -> None:
    """Reminders of four databases, each with many lines, go to one file."""
    place = {"CRM_NOTIFY_CHANNELS": "file", "CRM_NOTIFY_FILE": str(tmp_path / "said"), "CRM_NOTIFY_LINES": "100"}  # fmt: skip
    running = []
    for n in range(4):
        mine = place | {"CRM_DB": str(tmp_path / f"{n}.db")}
        crm(f"add-customer Customer{n}", **mine)
        crm("snooze c1 2026-12-24", **mine)
        rows = "".join(f"Customer{n},{'x' * 90} {m},2026-11-20\n" for m in range(100))
        crm("import - --as tasks", stdin=f"customer,text,due\n{rows}", **mine)
        running.append(subprocess.Popen([*PROGRAM, "due", "--notify"], env=environment(**mine)))
    assert [one.wait(60) for one in running] == [0] * 4
    lines = (tmp_path / "said").read_text("utf-8").splitlines()
    assert len(lines) == 4 * 101
    for n in range(0, len(lines), 101):
        assert lines[n] == "2026-11-20T09:00+08:00 crm: 100 things are due"
        assert len({line.partition("Customer")[2][:1] for line in lines[n + 1 : n + 101]}) == 1


def test_a_pipe_without_a_reader_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "said")
    assert refusal(tmp_path / "said") == (
        f"{tmp_path / 'said'} cannot be written (No such device or address); name another with: crm config set notify.file PATH"
    )


def test_a_pipe_with_a_reader(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "said")
    reader = os.open(tmp_path / "said", os.O_RDONLY | os.O_NONBLOCK)
    channel.send(message(), settings(file=str(tmp_path / "said")))
    assert os.read(reader, 1000) == b"2026-11-20T09:00+08:00 crm: 1 thing is due\n  ring\n"
    os.close(reader)


def test_a_terminal() -> None:
    ours, theirs = pty.openpty()
    channel.send(message(), settings(file=os.ttyname(theirs)))
    assert os.read(ours, 1000) == b"2026-11-20T09:00+08:00 crm: 1 thing is due\r\n  ring\r\n"
    os.close(theirs)
    os.close(ours)


def test_places_where_nothing_can_be_written(tmp_path: Path) -> None:
    for path, reason in (
        (tmp_path, "Is a directory"),
        (tmp_path / "no" / "said", "No such file or directory"),
        ("/dev/full", "No space left on device"),
    ):
        assert refusal(path) == (
            f"{path} cannot be written ({reason}); name another with: crm config set notify.file PATH"
        )
    assert not (tmp_path / "no").exists()
    assert refusal("") == "no file is named; set one with: crm config set notify.file PATH"


def test_a_file_that_may_not_be_written(tmp_path: Path) -> None:
    said = tmp_path / "said"
    said.write_text("as it was\n", "utf-8")
    said.chmod(0o400)
    one_task()
    changes = {"CRM_NOTIFY_CHANNELS": "file", "CRM_NOTIFY_FILE": str(said)}
    assert run("due --notify", before=as_anybody, **changes) == (
        1,
        "",
        f"crm: no reminder arrived (file: {said} cannot be written (Permission denied); name another with: crm config set notify.file PATH)\n",
    )
    assert said.read_text("utf-8") == "as it was\n"
