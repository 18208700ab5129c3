"""A reminder as lines at the end of a file, for a status bar or a terminal multiplexer."""

import os
from collections.abc import Mapping
from pathlib import Path

from crmcli.notify.message import Message, Undelivered


def send(message: Message, settings: Mapping[str, str]) -> str:
    """Append the message to `notify.file` in one write; where it went. The file is made 0600 when it is not there."""
    name = settings["notify.file"]
    if not name:
        raise Undelivered("no file is named; set one with: crm config set notify.file PATH")
    path = Path(name).expanduser()
    lines = [f"{message.at} {message.title}", *(f"  {line}" for line in message.lines)]
    whole = "".join(f"{line}\n" for line in lines).encode()
    try:
        # One write to a file opened for appending is not mixed with another's.
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            if os.write(descriptor, whole) != len(whole):
                raise OSError("the disk is full")
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise Undelivered(
            "{path} cannot be written ({reason}); name another with: crm config set notify.file PATH",
            path=path,
            reason=error.strerror or error,
        ) from None
    return str(path)
