"""A `crm` process to which the network is denied: by an audit hook, which tells what was attempted, and by the kernel."""

import ctypes
import os
import platform
import socket
import struct
import sys
from collections.abc import Callable
from pathlib import Path

HOOK = '''
"""Imported by Python itself on starting: what would reach out is noted and refused."""

import os
import sys

DENIED = (
    "socket.", "http.client.", "urllib.Request", "smtplib.", "ftplib.", "poplib.", "imaplib.", "webbrowser.open",
    "subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.startfile", "os.fork", "pty.spawn",
)
ALLOWED = tuple(filter(None, os.environ.get("CRM_TEST_ALLOWED", "").split(",")))


def refuse(event, arguments):
    if not event.startswith(DENIED) or event.startswith(ALLOWED or ("-",)):
        return
    with open(os.environ["CRM_TEST_ATTEMPTS"], "a", encoding="utf-8") as notes:
        notes.write(f"{event} {str(arguments[:1])[:100]}\\n")
    raise PermissionError(f"the network is denied to this process: {event}")


sys.addaudithook(refuse)
'''


def denied(folder: Path) -> dict[str, str]:
    """The environment in which Python refuses what would reach out, and notes it in `folder`/attempts."""
    (folder / "hook").mkdir(exist_ok=True)
    (folder / "hook" / "sitecustomize.py").write_text(HOOK, encoding="utf-8")
    (folder / "attempts").write_text("", encoding="utf-8")
    root = str(Path(__file__).parents[2])
    return {
        "PYTHONPATH": os.pathsep.join([str(folder / "hook"), root]),
        "CRM_TEST_ATTEMPTS": str(folder / "attempts"),
    }


def attempts(folder: Path) -> str:
    """What was attempted, a line each."""
    return (folder / "attempts").read_text(encoding="utf-8")


_SOCKET = {"x86_64": (0xC000003E, 41), "aarch64": (0xC00000B7, 198)}
"""By processor: how the kernel calls it, and the number of socket()."""


def by_kernel() -> Callable[[], None] | None:
    """For `before`: the kernel kills the process, or any that it starts, at the first socket(); None where it cannot.

    Whatever a library in C does is caught as well, but for sockets that lead to another program of this machine only:
    by one the C library asks who the user is. A filter as seccomp(2) describes it: all else is let through.
    """
    known = _SOCKET.get(platform.machine())
    if sys.platform != "linux" or known is None:
        return None
    processor, number = known
    load, equal, leave = 0x20, 0x15, 0x06
    kill, allow = 0x80000000, 0x7FFF0000
    program = b"".join(
        struct.pack("HBBI", *step)
        for step in (
            (load, 0, 0, 4),
            (equal, 0, 5, processor),
            (load, 0, 0, 0),
            (equal, 0, 3, number),
            (load, 0, 0, 16),  # its first argument
            (equal, 1, 0, socket.AF_UNIX),
            (leave, 0, 0, kill),
            (leave, 0, 0, allow),
        )
    )
    steps = ctypes.create_string_buffer(program)
    filters = ctypes.create_string_buffer(struct.pack("HP", 8, ctypes.addressof(steps)))
    libc = ctypes.CDLL(None, use_errno=True)

    def shut() -> None:
        if libc.prctl(38, 1, 0, 0, 0):  # PR_SET_NO_NEW_PRIVS
            raise OSError(ctypes.get_errno(), "no_new_privs")
        if libc.prctl(22, 2, ctypes.byref(filters), 0, 0):  # PR_SET_SECCOMP, a filter
            raise OSError(ctypes.get_errno(), "seccomp")

    shut.keeps = (steps, filters)  # type: ignore[attr-defined]  # which the kernel reads in the child
    return shut
