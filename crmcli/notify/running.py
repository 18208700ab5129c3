"""Running another program: no shell between, a limit of time, and nobody waits for what it leaves running."""

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from tempfile import TemporaryFile
from typing import IO, NamedTuple

_MOST = 4_000
"""Of what a program says its end is kept, in bytes."""


class Ended(NamedTuple):
    """How a program ended: its exit code, and what it said on stdout and stderr."""

    code: int
    said: str
    complaint: str

    @property
    def reason(self) -> str:
        """Its last line on stderr, else its exit code."""
        return last_line(self.complaint) or f"exit {self.code}"


def run(
    arguments: Sequence[str],
    given: bytes = b"",
    *,
    seconds: float,
    environment: Mapping[str, str] | None = None,
) -> Ended:
    """Run a program with `given` on its standard input; OSError, ValueError or subprocess.TimeoutExpired when it cannot be.

    It may leave its input unread. What it says goes to files, for a pipe stays open as long as whatever it started
    in the background; when its time is over it is killed with all that it started.
    """
    with TemporaryFile() as said, TemporaryFile() as complaint:
        process = subprocess.Popen(
            arguments,
            stdin=subprocess.PIPE,
            stdout=said,
            stderr=complaint,
            env={**os.environ, **(environment or {})},
            start_new_session=True,
        )
        try:
            process.communicate(given, timeout=seconds)
        except BaseException:
            _kill(process)
            raise
        return Ended(process.returncode, _end_of(said), _end_of(complaint))


def last_line(text: str) -> str:
    """The last line of what a program said; '' when it said nothing."""
    lines = text.strip().splitlines()
    return lines[-1].strip() if lines else ""


def _end_of(file: IO[bytes]) -> str:
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - _MOST))
    return file.read().decode("utf-8", "replace")


def _kill(process: "subprocess.Popen[bytes]") -> None:
    with suppress(OSError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    with suppress(subprocess.TimeoutExpired):
        process.wait(5)
