"""A person at a terminal: sees what `crm` asks, types, and sees the rest."""

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import termios
from collections.abc import Sequence
from contextlib import suppress
from time import monotonic
from types import TracebackType
from typing import Self

from tests.contract.program import environment, start

_PRESSED_AT_MOST = 5
PATIENCE = 20.0  # seconds: only a broken program makes anybody wait so long


class Terminal:
    """A `crm` process at a terminal of its own. `with Terminal("log-contact Acme hi") as person:`"""

    def __init__(
        self, command: str | Sequence[str], columns: int = 100, **changes: str | None
    ) -> None:
        self.screen = ""
        self._ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
        self._process = start(
            command,
            theirs,
            environment(**{"TERM": "xterm-256color", "NO_COLOR": "1", **changes}),
        )
        os.close(theirs)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        os.close(self._ours)

    def sees(self, text: str) -> None:
        """Wait until `text` stands on the screen, after whatever was waited for last."""
        until = monotonic() + 2 * PATIENCE  # what moves writes on and on
        while text not in self.screen[self._seen :]:
            piece = self._more() if monotonic() < until else ""
            assert piece, (text, self.screen)
            self.screen += piece
        self._seen = self.screen.index(text, self._seen) + len(text)

    _seen = 0

    def types(self, text: str) -> None:
        """Type a line and Enter."""
        os.write(self._ours, f"{text}\n".encode())

    def presses(self, keys: str) -> None:
        """Press keys, without Enter."""
        os.write(self._ours, keys.encode())

    def ends_input(self) -> None:
        """Ctrl-D at the beginning of a line."""
        os.write(self._ours, b"\x04")

    def interrupts(self) -> None:
        """Ctrl-C, pressed again while nothing comes of it: Python misses one that comes just before it waits for a line."""
        for _ in range(_PRESSED_AT_MOST):
            self._process.send_signal(signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(1)
                return

    def leaves(self) -> int:
        """See the rest; the exit code."""
        while piece := self._more():
            self.screen += piece
        return self._process.wait(PATIENCE)

    @property
    def rest(self) -> str:
        """What came after what was waited for last."""
        return self.screen[self._seen :]

    def _more(self) -> str:
        ready, _, _ = select.select([self._ours], [], [], PATIENCE)
        if not ready:
            return ""
        try:
            return os.read(self._ours, 65536).decode(errors="replace").replace("\r\n", "\n")
        except OSError:  # the other end is closed
            return ""
