"""CPU time and peak memory of whole processes, as the kernel counts them."""

import fcntl
import os
import pty
import struct
import sys
import termios
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

WIDTH, HEIGHT = 120, 40


@dataclass(frozen=True)
class Process:
    """One program to measure, its environment, whether on a terminal, the exit codes that are as expected, its input."""

    command: Sequence[str]
    environment: Mapping[str, str]
    terminal: bool = False
    codes: Collection[int] = (0,)
    stdin: Path | None = None


@dataclass(frozen=True)
class Cost:
    """CPU seconds (user and system) and peak memory in bytes."""

    seconds: float
    memory: int


class Failed(Exception):
    """A measured program did not do what it was to be measured at."""


def run(process: Process) -> Cost:
    """Run a program from start to end; Failed, with what it said, when it exits otherwise than expected.

    Only the child's own time counts: neither its start in this process nor the reading of its output.
    """
    reading, writing = _terminal() if process.terminal else os.pipe()
    source = writing if process.terminal else os.open(process.stdin or os.devnull, os.O_RDONLY)
    ends = [
        (os.POSIX_SPAWN_DUP2, source, 0),
        (os.POSIX_SPAWN_DUP2, writing, 1),
        (os.POSIX_SPAWN_DUP2, writing, 2),
    ]
    try:
        child = os.posix_spawn(
            process.command[0], list(process.command), process.environment, file_actions=ends
        )
    finally:
        for end in {writing, source}:
            os.close(end)
    said = _read_all(reading)
    _, status, used = os.wait4(child, 0)
    code = os.waitstatus_to_exitcode(status)
    if code not in process.codes:
        shown = " ".join(process.command)
        raise Failed(f"{shown}\nexited with {code}:\n{said.decode(errors='replace')}")
    unit = 1 if sys.platform == "darwin" else 1024
    return Cost(used.ru_utime + used.ru_stime, used.ru_maxrss * unit)


def _terminal() -> tuple[int, int]:
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", HEIGHT, WIDTH, 0, 0))
    return ours, theirs


def _read_all(end: int) -> bytes:
    parts = []
    try:
        while part := os.read(end, 65536):
            parts.append(part)
    except OSError:  # how Linux says that nobody is left at the other end of a terminal
        pass
    finally:
        os.close(end)
    return b"".join(parts)


def environment(home: Path, **more: str) -> dict[str, str]:
    """A user's environment with nothing in it that changes what is measured; `home` holds no settings."""
    kept = {
        name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "TMPDIR") if name in os.environ
    }
    return {**kept, "HOME": str(home), "LANG": "C.UTF-8", "TERM": "xterm-256color", **more}


def cheapest(costs: Sequence[Cost]) -> float:
    """The least CPU seconds: what is left when nothing else disturbs."""
    return min(cost.seconds for cost in costs)
