"""Real `crm` processes without the start of an interpreter: a process that has loaded the libraries divides itself for each.

Each has its number, environment, folder, ends and signals to itself, and dies of what kills it; what it has not done is
start Python and load the same libraries once more, which takes three times as long as what most commands do. With
CRM_TEST_HEAVY=1 each is started anew, as by a shell; so is, at all times, what `can_fork` says no to.

This file is both sides: the tests ask (`start`), and run as a program it answers (`_serve`).
"""

import atexit
import gc
import importlib
import json
import os
import pkgutil
import runpy
import select
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

_SIZE = struct.Struct("!I")
_STATUS = struct.Struct("!i")


# --- the side of the tests ---


class Forked:
    """A running process that was forked, with what of `subprocess.Popen` the tests need."""

    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self.returncode: int | None = None
        self.pid = self._said()

    def _said(self) -> int:
        said = self._control.recv(_STATUS.size, socket.MSG_WAITALL)
        if len(said) < _STATUS.size:
            raise AssertionError("the process that forks is gone")
        (number,) = _STATUS.unpack(said)
        return int(number)

    def poll(self) -> int | None:
        """How it ended, as `subprocess` says it; None while it runs."""
        with suppress(subprocess.TimeoutExpired):
            self.wait(0)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait at most `timeout` seconds for its end; raises subprocess.TimeoutExpired."""
        if self.returncode is None:
            ready, _, _ = select.select([self._control], [], [], timeout)
            if not ready:
                raise subprocess.TimeoutExpired("crm", timeout or 0)
            self.returncode = os.waitstatus_to_exitcode(self._said())
            self._control.close()
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Send a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)


def _decisive(environment: Mapping[str, str]) -> dict[str, str]:
    """What Python itself reads, and only when it starts."""
    return {
        name: value
        for name, value in environment.items()
        if name == "LANG" or name.startswith(("PYTHON", "LC_", "LD_"))
    }


_HERE = _decisive({**os.environ, "LANG": "C.UTF-8"})
_SEEDS = (None, "0")
_forking: dict[tuple[bool, str | None], tuple[socket.socket, subprocess.Popen[bytes]]] = {}
_one_at_a_time = threading.Lock()


def can_fork(arguments: Sequence[str], environment: Mapping[str, str]) -> bool:
    """True where a forked process is like one started anew: the interpreter would start the same way, and the machine can."""
    decisive = _decisive(environment)
    seed = decisive.pop("PYTHONHASHSEED", None)
    return (
        environment.get("CRM_TEST_HEAVY") != "1"
        and hasattr(os, "pidfd_open")
        and seed in _SEEDS
        and decisive == {name: _HERE[name] for name in _HERE if name != "PYTHONHASHSEED"}
        and not any("\0" in one for one in (*arguments, *environment.values()))
    )


def _request_to(loaded: bool, seed: str | None) -> socket.socket:
    """Where to ask for a process; the one that forks is started with the first question."""
    if (loaded, seed) not in _forking:
        ours, theirs = socket.socketpair()
        environment = {**os.environ, **_HERE}
        environment.pop("PYTHONHASHSEED", None)
        if seed is not None:
            environment["PYTHONHASHSEED"] = seed
        command = [sys.executable, __file__, str(theirs.fileno()), "crmcli" if loaded else ""]
        pipe = subprocess.PIPE
        _forking[loaded, seed] = (
            ours,
            subprocess.Popen(
                command,
                stdin=pipe,
                stdout=pipe,
                stderr=pipe,
                env=environment,
                pass_fds=[theirs.fileno()],
            ),
        )
        theirs.close()
    return _forking[loaded, seed][0]


def start(
    arguments: Sequence[str],
    ends: tuple[int, int, int],
    environment: Mapping[str, str],
    *,
    code: str | None = None,
    cwd: str | os.PathLike[str] | None = None,
    new_session: bool = False,
) -> Forked:
    """Fork a `crm` with these arguments and ends (stdin, stdout, stderr); `code` is what `python -c` would be given."""
    ours, theirs = socket.socketpair()
    wanted = {
        "arguments": list(arguments),
        "environment": dict(environment),
        "code": code,
        "cwd": os.path.join(os.getcwd(), cwd or ""),
        "umask": _umask(),
        "new_session": new_session,
    }
    said = json.dumps(wanted).encode()
    with _one_at_a_time, theirs:
        # Lines may change what a module is before crm imports it: then no module of crm is there yet.
        asked = _request_to(code is None, environment.get("PYTHONHASHSEED"))
        socket.send_fds(asked, [_SIZE.pack(len(said))], [*ends, theirs.fileno()])
        asked.sendall(said)
    return Forked(ours)


def _umask() -> int:
    """Without changing it, for a moment, for other threads."""
    (line,) = [one for one in Path("/proc/self/status").read_text().splitlines() if one.startswith("Umask:")]  # fmt: skip
    return int(line.split()[1], 8)


def run(
    arguments: Sequence[str],
    environment: Mapping[str, str],
    stdin: bytes,
    *,
    code: str | None = None,
    cwd: str | os.PathLike[str] | None = None,
    timeout: float = 120,
) -> tuple[int, bytes, bytes]:
    """Fork a `crm` with a pipe at each end, and wait for it: its exit code, stdout and stderr."""
    (in_, to), (out, out_), (err, err_) = os.pipe(), os.pipe(), os.pipe()
    try:
        process = start(arguments, (in_, out_, err_), environment, code=code, cwd=cwd)
    except BaseException:
        for end in (to, out, err):
            os.close(end)
        raise
    finally:
        for end in (in_, out_, err_):
            os.close(end)
    feeding = threading.Thread(target=_feed, args=(to, stdin))
    feeding.start() if len(stdin) > select.PIPE_BUF else feeding.run()
    got: dict[int, bytes] = {out: b"", err: b""}
    until, reading = time.monotonic() + timeout, [out, err]
    while reading:
        ready, _, _ = select.select(reading, [], [], max(0, until - time.monotonic()))
        if not ready:
            process.kill()
            raise subprocess.TimeoutExpired(list(arguments), timeout)
        for end in ready:
            piece = os.read(end, 1 << 20)
            got[end] += piece
            if not piece:
                os.close(end)
                reading.remove(end)
    if feeding.ident is not None:
        feeding.join()
    return process.wait(timeout), got[out], got[err]


def _feed(end: int, stdin: bytes) -> None:
    with suppress(BrokenPipeError), open(end, "wb") as file:
        file.write(stdin)


def stop() -> None:
    """Leave none behind."""
    while _forking:
        _, (ours, process) = _forking.popitem()
        ours.close()
        process.communicate(timeout=60)


# --- the other side ---

_NOT_LOADED = ("commands", "migrations", "migrate", "statements", "models", "freeze", "triggers")
"""What is not loaded beforehand: the help of commands is in the language that their process speaks, and most need no
SQLAlchemy."""


def _load() -> None:
    import crmcli

    for name in ("rich.console", "rich.progress", "rich.table", "rich.text"):
        importlib.import_module(name)
    for package in pkgutil.iter_modules(crmcli.__path__, "crmcli."):
        _load_below(package)


def _load_below(found: pkgutil.ModuleInfo) -> None:
    if found.name.rpartition(".")[2] in (*_NOT_LOADED, "__main__"):
        return
    module = importlib.import_module(found.name)
    for below in pkgutil.iter_modules(getattr(module, "__path__", ()), f"{found.name}."):
        _load_below(below)


def _serve(asked: socket.socket) -> dict[str, Any] | None:
    """Answer until nobody can ask any more; in a forked process, return what it is to be."""
    running: dict[int, tuple[int, int]] = {}
    waiting = select.poll()
    waiting.register(asked, select.POLLIN)
    while True:
        for ready, _ in waiting.poll():
            if ready != asked.fileno():
                waiting.unregister(ready)
                pid, control = running.pop(ready)
                status = os.waitpid(pid, 0)[1]
                with suppress(OSError):  # nobody waits for it any more
                    os.write(control, _STATUS.pack(status))
                os.close(control)
                os.close(ready)
                continue
            size, given, _, _ = socket.recv_fds(asked, _SIZE.size, 4)
            if not size:
                return None
            said = asked.recv(_SIZE.unpack(size)[0], socket.MSG_WAITALL)
            *ends, control = given
            pid = os.fork()
            if not pid:
                asked.detach()
                for number, end in enumerate(ends):
                    os.dup2(end, number)
                os.closerange(3, 4096)
                wanted: dict[str, Any] = json.loads(said)
                return wanted
            for end in ends:
                os.close(end)
            os.write(control, _STATUS.pack(pid))
            process = os.pidfd_open(pid)
            running[process] = pid, control
            waiting.register(process, select.POLLIN)


def _become(wanted: dict[str, Any]) -> int:
    """Be that process; its exit code, as Python itself gives it."""
    os.environ.clear()
    os.environ.update(wanted["environment"])
    time.tzset()
    os.umask(wanted["umask"])
    os.chdir(wanted["cwd"])
    if wanted["new_session"]:
        os.setsid()
    for stream in (sys.stdin, sys.stdout):
        stream.reconfigure(line_buffering=stream.isatty())  # type: ignore[union-attr]
    code: object = 0
    try:
        if wanted["code"] is None:
            sys.path[0] = os.getcwd()
            sys.argv = ["-m", *wanted["arguments"]]
            runpy.run_module("crmcli", run_name="__main__", alter_sys=True)
        else:
            sys.path[0] = ""
            sys.argv = ["-c", *wanted["arguments"]]
            lines = compile(wanted["code"], "<string>", "exec")
            main = type(sys)("__main__")
            sys.modules["__main__"] = main
            exec(lines, main.__dict__)
    except SystemExit as end:
        code = end.code
    except KeyboardInterrupt:
        traceback.print_exc()
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGINT)
    except BaseException:
        traceback.print_exc()
        code = 1
    if code is not None and not isinstance(code, int):
        print(code, file=sys.stderr)
        code = 1
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    try:
        sys.stdout.flush()
    except OSError:
        code = 120
    with suppress(OSError):
        sys.stderr.flush()
    return int(code or 0) & 0xFF


if __name__ == "__main__":
    sys.path[0] = str(Path(__file__).parents[1])
    _load()
    if not sys.argv[2]:
        for name in [one for one in sys.modules if one.partition(".")[0] == "crmcli"]:
            del sys.modules[name]
    gc.collect()
    gc.freeze()
    wanted = _serve(socket.socket(fileno=int(sys.argv[1])))
    if wanted is not None:
        try:
            code = _become(wanted)
        except BaseException:
            traceback.print_exc()
            code = 97
        os._exit(code)
