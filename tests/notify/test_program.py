"""A reminder handed to a program of the user's (CLI.md, Reminders)."""

import json
import os
import select
import shlex
from contextlib import suppress
from pathlib import Path

import pytest

from crmcli.notify import program as channel
from crmcli.notify.message import Receipt, Undelivered
from tests.contract.test_schemas import insist
from tests.notify.parts import NASTY, jsons, message, one_task, settings, stub
from tests.support import crm, run_process


def keeping(folder: Path, name: str = "take it", *lines: str) -> tuple[Path, Path]:
    """A program that appends its arguments and what it is given as a line of JSON to a file; both."""
    kept = folder / "kept"
    path = stub(
        folder / "my programs",
        name,
        "import json",
        f"with open({str(kept)!r}, 'a') as file:",
        "    json.dump([sys.argv[1:], json.load(sys.stdin.buffer)], file); file.write('\\n')",
        *lines,
    )
    return path, kept


def refusal(command: str, *lines: str) -> str:
    with pytest.raises(Undelivered) as refused:
        channel.send(message(*lines), settings(command=command))
    return str(refused.value)


def test_it_gets_all_of_it_once_and_not_twice(tmp_path: Path) -> None:
    """Everything that is due, masked; its shown lines are the first ones."""
    path, kept = keeping(tmp_path)
    crm("config set notify.channels command")
    crm(["config", "set", "notify.command", f"'{path}' --to 'a b' $HOME *"])
    crm("config set notify.lines 2")
    crm("add-customer 华东精工 --tier core")
    crm("add-customer 张伟 --kind person --phone 13912345678")
    for n in range(3):
        crm(f"add-task c1 'ring 1381234567{n}' --due 2026-11-1{n}")
    for _ in range(2):
        assert run_process("due --notify --lang zh") == (0, "", "")
    ((arguments, given),) = jsons(kept)
    assert arguments == ["--to", "a b", "$HOME", "*"]
    insist("notification.json", given)
    assert (given["count"], given["overdue"]) == (5, 3)
    assert [item["ref"] for item in given["items"]] == ["t1", "t2", "t3", "c1:touch", "c2:touch"]
    assert given["at"] == "2026-11-20T09:00+08:00"
    assert len(given["text"].splitlines()) == 3
    whole = json.dumps(given, ensure_ascii=False)
    assert "138****567" in whole
    assert not any(secret in whole for secret in ("1381234567", "13912345678", "张伟"))


@pytest.mark.parametrize("nasty", NASTY)
def test_no_shell_reads_what_customers_are_called(
    tmp_path: Path, nasty: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    nasty = nasty.replace("{mark}", "mark")
    path, kept = keeping(tmp_path)
    one_task(nasty, nasty)
    place = {"CRM_NOTIFY_CHANNELS": "command", "CRM_NOTIFY_COMMAND": shlex.join([str(path), nasty])}
    assert run_process("due --notify", place) == (0, "", "")
    ((arguments, given),) = jsons(kept)
    assert arguments == [nasty]
    assert given["items"][0]["customer"]["name"] == nasty
    assert given["items"][0]["title"] == nasty
    assert not (tmp_path / "mark").exists()


def test_what_it_says_comes_back(tmp_path: Path) -> None:
    path = stub(tmp_path, "take", "print('first'); print('taken as 7')")
    assert channel.send(message(), settings(command=str(path))) == (str(path), "taken as 7", ())


@pytest.mark.parametrize("lines", [1, 100_000])
def test_it_need_not_read(tmp_path: Path, lines: int) -> None:
    """Not even what is too much for a pipe to hold."""
    path = stub(tmp_path, "take", "os.close(0)")
    sent = channel.send(message(*["x" * 20] * lines), settings(command=str(path)))
    assert sent == Receipt(str(path))


def test_what_it_leaves_running_is_not_waited_for(tmp_path: Path) -> None:
    """The child keeps what the program had open."""
    path = stub(
        tmp_path,
        "take",
        "sys.stdin.read()",
        "if os.fork() == 0:",
        "    os.read(os.open(sys.argv[1], os.O_RDONLY), 1)",
        "    os._exit(0)",
    )
    os.mkfifo(tmp_path / "end")
    channel.send(message(), settings(command=f"{path} {tmp_path / 'end'}"))
    os.close(os.open(tmp_path / "end", os.O_WRONLY))


def test_one_that_hangs_is_ended_with_all_it_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.mkfifo(tmp_path / "alive")
    alive = os.open(tmp_path / "alive", os.O_RDONLY | os.O_NONBLOCK)
    path = stub(
        tmp_path,
        "take",
        "end = os.open(sys.argv[1], os.O_RDWR)",  # its child has it, too
        "os.fork()",
        "os.read(end, 1)",
    )
    monkeypatch.setattr(channel, "SECONDS", 0.5)
    assert refusal(f"{path} {tmp_path / 'alive'}") == (
        f"{path} had not finished after 0.5 seconds; see what it waits for"
    )
    # The pipe ends when the last that holds it has, which takes a moment after it was killed.
    with suppress(BlockingIOError):
        assert os.read(alive, 1) == b""
        return
    assert select.select([alive], [], [], 60)[0]
    assert os.read(alive, 1) == b""


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("sys.exit('first\\nno network')", "ended with 1 (no network)"),
        ("sys.exit(9)", "ended with 9 and said nothing"),
        ("os.kill(os.getpid(), 9)", "ended with -9 and said nothing"),
        ("sys.stderr.write('x' * 1_000_000 + '\\nfull'); sys.exit(1)", "ended with 1 (full)"),
        ("sys.stderr.buffer.write(b'\\xff\\n'); sys.exit(1)", "ended with 1 (\ufffd)"),
    ],
)
def test_one_that_fails(tmp_path: Path, line: str, reason: str) -> None:
    path = stub(tmp_path, "take", line)
    assert refusal(str(path)) == f"{path} {reason}; run it by hand to see why"


def test_one_that_cannot_be_run(tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    plain.write_text("#!/bin/sh\n")
    odd = tmp_path / "odd"
    odd.write_bytes(b"\x00\x01")
    odd.chmod(0o755)
    gone = tmp_path / "gone"
    for path, reason in (
        (plain, "Permission denied"),
        (tmp_path, "Permission denied"),
        (odd, "Exec format error"),
        (gone, "No such file or directory"),
    ):
        assert refusal(str(path)) == f"{path} cannot be run ({reason}); check notify.command"
    assert refusal("'a\0b'") == "a\0b cannot be run (embedded null byte); check notify.command"


@pytest.mark.parametrize("command", ["", "  ", "''"])
def test_no_program(command: str) -> None:
    assert refusal(command) == (
        "no program is named; set one with: crm config set notify.command 'PROGRAM ARGUMENT'"
    )


def test_a_quote_that_does_not_end() -> None:
    assert refusal("take 'it") == (
        'notify.command "take \'it" cannot be read (No closing quotation); quote its arguments'
    )


def test_the_home_folder_in_its_name(tmp_path: Path) -> None:
    """As it would be at a prompt; HOME is this test's folder."""
    stub(tmp_path, "take", "print('here')")
    assert channel.send(message(), settings(command="~/take")).answer == "here"
