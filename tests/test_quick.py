"""What makes the tests quick changes nothing: forked processes are like those started anew, copied files like those made."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests import forking, support
from tests.beginning import Beginning
from tests.contract.program import everything_in, patched, patched_anew, run
from tests.contract.terminal import Terminal
from tests.support import Ran, crm, place_at, run_in_process, run_process

COMMANDS = (
    ["add-customer", "华东精工", "--note", "a\nb"],
    ["log-contact", "c1", "hello", "--next", "call", "--on", "fri"],
    ["show", "c1", "--json"],
    ["import", "-", "--as", "customers"],
    ["show", "c9"],
    ["nonsense"],
    ["log-contact", "--help"],
    ["--lang", "zh", "due", "--help"],
    ["doctor"],
    ["export", "customers", "--out", "customers.csv"],
)


def _anew(command: list[str], stdin: bytes, place: Path) -> Ran:
    done = subprocess.run(
        [sys.executable, "-m", "crmcli", *command],
        input=stdin,
        capture_output=True,
        cwd=place,
        check=False,
    )
    return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())


def test_a_forked_process_answers_and_leaves_what_one_started_anew_does(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CRM_TEST_HEAVY", raising=False)
    left = []
    for fork in (True, False):
        folder = place / "here"
        folder.mkdir()
        for name, value in place_at(folder).items():
            monkeypatch.setenv(name, value)
        answers = []
        for command in COMMANDS:
            stdin = b"name\nBeta\n" if command[0] == "import" else b""
            if fork:
                assert forking.can_fork(command, os.environ)
                code, out, err = forking.run(command, os.environ, stdin, cwd=folder)
                answers.append(Ran(code, out.decode(), err.decode()))
            else:
                answers.append(_anew(command, stdin, folder))
        files = {name: sum_ for name, sum_ in everything_in(folder).items() if name != "crm.db"}
        left.append((answers, crm("export all --format jsonl").out, files))
        folder.rename(place / f"as-{fork}")
    assert left[0] == left[1]
    assert [answer.code for answer in left[0][0]] == [0, 0, 0, 0, 3, 2, 0, 0, 0, 0]


def test_it_has_its_ends_place_and_death_to_itself(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CRM_TEST_HEAVY", raising=False)
    seen = patched(
        "import os, sys",
        "print(sorted(os.listdir('.')), oct(os.umask(0)), sys.argv, os.getenv('MINE'), os.getpid() != os.getppid())",
        "print(sys.stdin.read(), end='', file=sys.stderr)",
        "sys.exit(7)",
    )
    monkeypatch.chdir(place)
    (place / "file").touch()
    mask = os.umask(0o027)
    try:
        ran = run("due --json", program=seen, stdin=b"x" * 100_000, MINE="yes")
        assert ran == (7, "['file'] 0o27 ['-c', 'due', '--json'] yes True\n", "x" * 100_000)
        assert ran == run("due --json", program=tuple(seen), stdin=b"x" * 100_000, MINE="yes")
    finally:
        os.umask(mask)
    for number in (signal.SIGKILL, signal.SIGTERM):
        lines = ("import os", f"os.kill(os.getpid(), {int(number)})")
        assert run("due", program=patched(*lines)) == (-number, "", "")
        assert run("due", program=patched_anew(*lines)) == (-number, "", "")
    with Terminal("log-contact --help") as person:
        person.sees("Usage")
        assert person.leaves() == 0


def test_what_python_reads_when_it_starts_starts_it_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CRM_TEST_HEAVY", raising=False)
    assert forking.can_fork(["due"], os.environ)
    for name, value in (
        ("LANG", "C"), ("LC_ALL", "C"), ("PYTHONIOENCODING", "latin-1"), ("PYTHONHASHSEED", "7"), ("CRM_TEST_HEAVY", "1")
    ):  # fmt: skip
        assert not forking.can_fork(["due"], {**os.environ, name: value})
    assert not forking.can_fork(["due", "\0"], os.environ)
    assert run_process("due", {"PYTHONHASHSEED": "7"}).code == 0


# --- files ---

TOLD = ("config set fields.area text", "add-customer Acme --field area=north", "add-task c1 call")


def _told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[list[str], bytes]:
    """What commands answer in a new place, and the file that they leave."""
    folder.mkdir()
    for name, value in place_at(folder).items():
        monkeypatch.setenv(name, value)
    return [crm(command).out for command in TOLD], (folder / "crm.db").read_bytes()


def test_a_copied_file_is_the_one_that_is_made(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = _told(place / "made", monkeypatch)
    for name in ("first", "copied"):
        folder = place / name
        monkeypatch.setattr(support, "beginning", Beginning(folder, place_at(folder), lambda: 0))
        assert _told(folder, monkeypatch) == made
    assert (folder / "crm.db").stat().st_mode == (place / "made" / "crm.db").stat().st_mode
    assert crm("show c1").out == run_in_process("show c1").out


@pytest.mark.parametrize("touch", ["file", "program", "surroundings"])
def test_nothing_is_copied_where_anything_is_other_than_it_was(
    touch: str, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    changes: list[int] = []
    beginning = Beginning[str](place, {"CRM_ACTOR": "tester"}, lambda: len(changes))
    runs: list[str] = []

    def really(line: str) -> str:
        runs.append(line)
        return line

    def tell(line: str) -> None:
        beginning.run([line], None, lambda: really(line))

    again = f"again {touch}"
    tell(again)
    beginning = Beginning[str](place, {"CRM_ACTOR": "tester"}, lambda: len(changes))
    tell(again)
    assert runs == [again]
    if touch == "file":
        (place / "crm.db").touch()
    elif touch == "program":
        changes.append(1)
    else:
        monkeypatch.setenv("CRM_ACTOR", "somebody else")
    for line in ("next", "next"):
        tell(line)
    assert runs == [again, "next", "next"]


def test_in_a_test_every_command_is_run() -> None:
    assert support.beginning is None
