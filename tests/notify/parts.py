"""Real parts for tests of reminders: a desktop's bus, a mail server, a robot; and what is sent through them."""

import json
import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from crmcli import config
from crmcli.notify.message import Message
from tests.support import crm

NASTY = (
    "<b>now</b> & <img src='file:///x'>",
    "-i --help",
    "$(touch {mark}) `touch {mark}`; touch {mark} | tee {mark} > {mark} && touch {mark}",
    "'; touch {mark}; '\" \\\" %s {} C:\\new\\table \\",
    "张伟（采购经理）— “引号” 😀",
)
"""What others may have written: markup, options, what shells obey, quotes and backslashes, Chinese."""


def message(*lines: str, title: str = "crm: 1 thing is due", overdue: int = 0) -> Message:
    """One thing is due, in so many lines."""
    return Message(title, lines or ("ring",), 1, overdue, [{"ref": "t1"}], "2026-11-20T09:00+08:00")


def settings(**changes: str) -> dict[str, str]:
    """The settings of channels by default, and `file="x"` for notify.file, `email__to="x"` for notify.email.to."""
    found = {name: key.default for name, key in config.KEYS.items() if name.startswith("notify.")}
    for name, value in changes.items():
        full = f"notify.{name.replace('__', '.')}"
        assert full in found, full
        found[full] = value
    return found


_PATH = os.environ.get("PATH")


def one_task(text: str = "ring", name: str = "Acme") -> None:
    """A file with a single thing due today: a task, at a customer with nothing else."""
    crm(["add-customer", "--", name])
    crm(["add-task", "--due", "today", "--", "c1", text])
    crm("snooze c1 2026-12-24")


# --- a desktop ---


def programs(folder: Path, *names: str) -> str:
    """A PATH with these programs only."""
    folder.mkdir(exist_ok=True)
    for name in names:
        real = shutil.which(name, path=_PATH)
        assert real, name
        (folder / name).symlink_to(real)
    return str(folder)


def stub(folder: Path, name: str, *lines: str) -> Path:
    """A program of that name, in Python, which is no help to a PATH that has nothing else."""
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text("\n".join([f"#!{sys.executable} -I", "import os, sys", *lines, ""]), "utf-8")
    path.chmod(0o755)
    return path


def crontab(folder: Path, table: Path) -> Path:
    """A `crontab` in `folder` that keeps its table in a file, and says what Debian's says when there is none; the table."""
    folder.mkdir(exist_ok=True)
    program = folder / "crontab"
    program.write_text(
        "#!/bin/sh\n"
        f'table="{table}"\n'
        'case "$1" in\n'
        '-l) [ -e "$table" ] || { echo "no crontab for tester" >&2; exit 1; }; cat "$table";;\n'
        '-) cat > "$table.new" && mv "$table.new" "$table";;\n'
        "*) exit 2;;\n"
        "esac\n"
    )
    program.chmod(0o755)
    return table


_BUS = """
<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN" "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path={place}/bus</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/>
  </policy>
</busconfig>
"""


class Desktop:
    """A bus of its own; what its notification service was asked to show, once `serve` has been called."""

    def __init__(self, folder: str, address: str) -> None:
        self.folder, self.address = folder, address
        self.shown: list[tuple[Any, ...]] = []
        self.answers = True
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def texts(self) -> list[tuple[str, str]]:
        """Title and text of what was shown."""
        return [(one[3], one[4]) for one in self.shown]

    def serve(self) -> None:
        """Show messages from now on."""
        ready = threading.Event()
        self._thread = threading.Thread(target=self._serve, args=(ready,), daemon=True)
        self._thread.start()
        assert ready.wait(30)

    def stop(self) -> None:
        """Show nothing more."""
        self._stop.set()
        if self._thread:
            self._thread.join(30)

    def _serve(self, ready: threading.Event) -> None:
        from jeepney import (
            DBusAddress,
            HeaderFields,
            MessageType,
            new_method_call,
            new_method_return,
        )
        from jeepney.io.blocking import open_dbus_connection

        bus = DBusAddress("/org/freedesktop/DBus", "org.freedesktop.DBus", "org.freedesktop.DBus")
        with open_dbus_connection(bus=self.address) as connection:
            asked = new_method_call(bus, "RequestName", "su", ("org.freedesktop.Notifications", 0))
            assert connection.send_and_get_reply(asked).body == (1,)
            ready.set()
            while not self._stop.is_set():
                try:
                    call = connection.receive(timeout=0.05)
                except TimeoutError:
                    continue
                if call.header.message_type is not MessageType.method_call:
                    continue
                member = call.header.fields[HeaderFields.member]
                if member == "Notify":
                    self.shown.append(call.body)
                    if self.answers:
                        connection.send(new_method_return(call, "u", (len(self.shown),)))
                elif member == "GetServerInformation":
                    connection.send(new_method_return(call, "ssss", ("test", "test", "1", "1.2")))
                elif member == "GetCapabilities":
                    connection.send(new_method_return(call, "as", (["body", "body-markup"],)))


@contextmanager
def desktop() -> Iterator[Desktop]:
    """A private bus, on which nobody shows messages yet."""
    with TemporaryDirectory(prefix="crm-") as folder:  # short, for a socket's address is
        written = Path(folder, "bus.conf")
        written.write_text(_BUS.format(place=folder), "utf-8")
        daemon = subprocess.Popen(
            [shutil.which("dbus-daemon", path=_PATH) or "", f"--config-file={written}", "--nofork", "--nopidfile", "--print-address=1"],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        assert daemon.stdout is not None
        try:
            address = daemon.stdout.readline().strip().partition(",guid=")[0]
            assert address == f"unix:path={folder}/bus"
            both = Desktop(folder, address)
            yield both
            both.stop()
        finally:
            daemon.kill()
            daemon.wait()
            daemon.stdout.close()


# --- servers ---


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


class Robot:
    """A web server in place of a robot: what it was sent, and what it answers."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.got: list[dict[str, Any]] = []
        self.paths: list[str] = []
        self.status, self.answer = 200, "{}"
        self.is_slow = threading.Event()
        self.leave = threading.Event()


@contextmanager
def robot() -> Iterator[Robot]:
    """A robot on a port of its own."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            both.got.append(json.loads(self.rfile.read(length)))
            both.paths.append(self.path)
            if both.is_slow.is_set():
                both.leave.wait(60)
            answer = both.answer.encode()
            self.send_response(both.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            pass

        def handle(self) -> None:
            with suppress(OSError):  # who did not wait for the answer
                super().handle()

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    both = Robot(f"127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield both
    finally:
        both.leave.set()
        server.shutdown()
        server.server_close()


def bare(**names: str) -> Mapping[str, str | None]:
    """The environment as cron makes it, `names` besides: no home, no language, no session; for `program.run`."""
    gone: dict[str, str | None] = dict.fromkeys(os.environ)
    return {**gone, "PATH": "/usr/bin:/bin", **names}


def found(*names: str) -> bool:
    """Whether this machine has all these programs."""
    return all(shutil.which(name, path=_PATH) for name in names)


def jsons(path: Path) -> Sequence[Any]:
    """The lines of a file, each as JSON."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]
