"""A reminder as lines at the end of a file, for a status bar or a terminal multiplexer."""

import os
import stat
from collections.abc import Mapping
from pathlib import Path

from crmcli.notify.message import Message, Receipt, Undelivered

# A pipe that nobody reads is refused instead of waited for, and a terminal does not become ours.
_HOW = (
    os.O_WRONLY
    | os.O_CREAT
    | os.O_APPEND
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_NOCTTY", 0)
)


def send(message: Message, settings: Mapping[str, str]) -> Receipt:
    """Append the message to `notify.file` in one write; where it went. The file is made 0600 when it is not there."""
    name = settings["notify.file"]
    if not name:
        raise Undelivered("no file is named; set one with: crm config set notify.file PATH")
    path = Path(name).expanduser()
    lines = [f"{message.at} {message.title}", *(f"  {line}" for line in message.lines)]
    whole = "".join(f"{line}\n" for line in lines).encode("utf-8", "replace")
    try:
        descriptor = os.open(path, _HOW, 0o600)
        try:
            _append(descriptor, whole)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise Undelivered(
            "{path} cannot be written ({reason}); name another with: crm config set notify.file PATH",
            path=path,
            reason=error.strerror or error,
        ) from None
    return Receipt(str(path))


def _append(descriptor: int, whole: bytes) -> None:
    # One write to a file opened for appending is not mixed with another's.
    if os.write(descriptor, whole) != len(whole):
        raise OSError("not all of it went in")
    if stat.S_ISREG(os.fstat(descriptor).st_mode):  # pipes and terminals have no disk to reach
        os.fsync(descriptor)
