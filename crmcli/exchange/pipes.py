"""What can be read only once, copied so that it can be read twice; what never ends is refused."""

import os
import stat
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import BinaryIO

from crmcli.errors import BadValue, CrmError, Unusable

MOST_BYTES = 2 << 30
"""What a pipe may bring: millions of customers. What brings more has no end, and would fill the disk."""
PATIENCE = 10.0
"""The seconds that a named pipe is waited for before anybody has opened it to write."""
_PIECE = 1 << 20


def standard_input() -> BinaryIO:
    """A copy of what standard input brings; Unusable when that does not end, OSError when it cannot be read."""
    return _copy(sys.stdin.buffer, "standard input", b"")


def open_file(path: str) -> BinaryIO:
    """The file at `path`, a pipe copied; OSError as `open` raises it, BadValue for a device or a socket."""
    mode = os.stat(path).st_mode  # noqa: PTH116 - paths are texts here
    if stat.S_ISCHR(mode) or stat.S_ISBLK(mode):
        raise BadValue("{path} is a device; name a file, or - for standard input", path=path)
    if stat.S_ISSOCK(mode):
        raise BadValue("{path} is a socket; name a file, or - for standard input", path=path)
    if not stat.S_ISFIFO(mode):
        return open(path, "rb")  # noqa: PTH123
    # Opened as files are, a pipe that nobody writes to would be waited for without an end.
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    with open(descriptor, "rb", buffering=0) as pipe:  # noqa: PTH123
        begun = _wait_for_writer(descriptor, path)
        os.set_blocking(descriptor, True)
        return _copy(pipe, path, begun)


def _wait_for_writer(descriptor: int, path: str) -> bytes:
    """What has been read meanwhile, at most a byte; Unusable when nobody has opened the pipe to write to it."""
    import select

    waiting = select.poll()
    waiting.register(descriptor, select.POLLIN)
    if waiting.poll(PATIENCE * 1000):
        return b""
    try:
        begun = os.read(descriptor, 1)
    except BlockingIOError:  # somebody has, who takes a long time
        return b""
    if not begun:
        raise Unusable("nobody writes to the pipe {path}; start what does first", path=path)
    return begun


def _copy(source: BinaryIO, path: str, begun: bytes) -> BinaryIO:
    """A file without a name that holds `begun` and what `source` brings; CrmError when there is no room for it."""
    with _making_room(path):
        copy = tempfile.TemporaryFile()  # noqa: SIM115 - closed by whoever asked
    try:
        size, piece = 0, begun
        while piece or (piece := source.read(_PIECE)):
            size += len(piece)
            if size > MOST_BYTES:
                raise Unusable(
                    "{path} brings more than {n} bytes and may have no end; bring less at a time",
                    path=path,
                    n=MOST_BYTES,
                )
            with _making_room(path):
                copy.write(piece)
            piece = b""
        with _making_room(path):
            copy.seek(0)
    except BaseException:
        with suppress(OSError):  # what cannot be written is not wanted any more
            copy.close()
        raise
    return copy


@contextmanager
def _making_room(path: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise CrmError(
            "{path} cannot be kept while it is read ({reason}); free some space in {folder}",
            path=path,
            reason=error.strerror or error,
            folder=tempfile.tempdir or os.curdir,
        ) from None
