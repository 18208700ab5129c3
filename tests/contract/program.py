"""The real `crm` process with everything around it in the test's hand, and what it left behind."""

import ctypes
import fcntl
import hashlib
import json
import os
import pty
import struct
import subprocess
import sys
import termios
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from tests import forking
from tests.support import Ran, run_in_process, words

PROGRAM = (sys.executable, "-m", "crmcli")


def as_anybody() -> None:
    """For `before`: even root's process then obeys the rights of files and folders."""
    libc = ctypes.CDLL(None)
    for capability in (
        1,
        2,
    ):  # CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH, out of what is gained by starting a program
        libc.prctl(24, capability, 0, 0, 0)  # PR_CAPBSET_DROP


class Patched(tuple[str, ...]):
    """A program that `patched` made: `run` may fork it."""

    __slots__ = ()


def patched(*lines: str) -> Patched:
    """A `crm` process in which `lines` of Python ran first: faults and signals at a chosen place, without waiting."""
    return Patched(patched_anew(*lines))


def patched_anew(*lines: str) -> tuple[str, ...]:
    """The same, always in an interpreter of its own: what it loads and how much memory it takes can be asked there."""
    return (sys.executable, "-c", "\n".join([*lines, "from crmcli.__main__ import main", "main()"]))


def environment(**changes: str | None) -> dict[str, str]:
    """This test's environment with `changes`; None takes a variable away."""
    both: Mapping[str, str | None] = {**os.environ, **changes}
    return {name: value for name, value in both.items() if value is not None}


def run(
    command: str | Sequence[str],
    *,
    program: Sequence[str] = PROGRAM,
    before: Callable[[], object] | None = None,
    stdin: bytes = b"",
    **changes: str | None,
) -> Ran:
    """Run the real program, piped; `before` runs in the child just before it starts."""
    forkable = before is None and (program is PROGRAM or isinstance(program, Patched))
    if forkable and forking.can_fork(words(command), environment(**changes)):
        code = program[2] if isinstance(program, Patched) else None
        exit_code, out, err = forking.run(words(command), environment(**changes), stdin, code=code)
        return Ran(exit_code, out.decode(), err.decode())
    done = subprocess.run(
        [*program, *words(command)],
        input=stdin,
        capture_output=True,
        env=environment(**changes),
        preexec_fn=before,
        check=False,
        timeout=120,
    )
    return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())


def start(
    command: str | Sequence[str],
    terminal: int,
    environment: Mapping[str, str],
    program: Sequence[str] = PROGRAM,
) -> subprocess.Popen[bytes] | forking.Forked:
    """Start `crm` in a session of its own with a terminal at all its ends."""
    if program is PROGRAM and forking.can_fork(words(command), environment):
        ends = (terminal, terminal, terminal)
        return forking.start(words(command), ends, environment, new_session=True)
    return subprocess.Popen(
        [*program, *words(command)],
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        env=environment,
        start_new_session=True,
    )


def on_terminal(
    command: str | Sequence[str],
    columns: int = 80,
    *,
    program: Sequence[str] = PROGRAM,
    **changes: str | None,
) -> tuple[int, str]:
    """Run `crm` with a real terminal of so many columns at all its ends: exit code, and what the screen got."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    process = start(command, theirs, environment(**{"TERM": "xterm-256color", **changes}), program)
    os.close(theirs)
    got = b""
    while True:
        try:
            piece = os.read(ours, 65536)
        except OSError:  # the other end is closed
            break
        if not piece:
            break
        got += piece
    os.close(ours)
    return process.wait(60), got.decode().replace("\r\n", "\n")


def everything_in(folder: Path) -> dict[str, str]:
    """Every file below `folder` with its rights and the sum of its bytes, every folder and link with its name."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        if path.is_symlink():
            found[name] = f"link to {path.readlink()}"
        elif path.is_dir():
            found[name] = "folder"
        else:
            found[name] = f"{path.stat().st_mode:o} {hashlib.sha256(path.read_bytes()).hexdigest()}"
    return found


def refused(
    command: str | Sequence[str],
    code: int,
    sentence: str,
    candidates: Sequence[str] = (),
    kind: str | None = None,
    **how: object,
) -> None:
    """Insist on a refusal: this code, this one sentence on stderr, the same as JSON, and not a byte changed."""
    folder = Path(os.environ["HOME"])
    before = everything_in(folder)
    ran = run(command, **how)  # type: ignore[arg-type]
    listed = "".join(f"  {one}\n" for one in candidates) if len(candidates) > 1 else ""
    assert ran == (code, "", f"crm: {sentence}\n{listed}")
    again = run([*words(command), "--json"], **how)  # type: ignore[arg-type]
    expected = {"code": code, "kind": kind or KINDS[code], "message": sentence}
    if candidates:
        expected["candidates"] = list(candidates)
    assert (again.code, again.out) == (code, "")
    assert again.err.count("\n") == 1
    assert json.loads(again.err) == {"error": expected}
    assert everything_in(folder) == before


def refused_here(command: str | Sequence[str], code: int, sentence: str) -> None:
    """The same in this process, without candidates: quick, where there are many refusals."""
    folder = Path(os.environ["HOME"])
    before = everything_in(folder)
    assert run_in_process(command) == (code, "", f"crm: {sentence}\n")
    again = run_in_process([*words(command), "--json"])
    expected = {"code": code, "kind": KINDS[code], "message": sentence}
    assert (again.code, again.out, json.loads(again.err)) == (code, "", {"error": expected})
    assert everything_in(folder) == before


KINDS = {1: "failed", 2: "bad_value", 3: "not_found", 4: "forbidden", 10: "store"}
