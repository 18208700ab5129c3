"""What several tests need: running `crm` in this process or as a real one, and where it then lives."""

import hashlib
import io
import json
import os
import shlex
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import nullcontext, redirect_stderr, redirect_stdout
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple
from unittest import mock

from crmcli import app, locale
from crmcli.output import screen as output_screen
from crmcli.store import driver, opening
from tests import forking
from tests.beginning import Beginning

NOW = "2026-11-20T09:00"
"""A Friday; Monday is the 23rd."""

_FOREIGN = {"TZ", "LANG", "LANGUAGE", "NO_COLOR", "COLUMNS", "LINES", "FORCE_COLOR", "TERM", "HOME"}


class Ran(NamedTuple):
    """How one run of `crm` ended."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        """The lines of stdout."""
        return self.out.splitlines()

    @property
    def json(self) -> Any:
        """Stdout as JSON."""
        return json.loads(self.out)


def is_heavy() -> bool:
    """True with CRM_TEST_HEAVY=1: everything is to be tried that can be."""
    return os.environ.get("CRM_TEST_HEAVY") == "1"


def heavy(examples: int, times: int = 10) -> int:
    """How many hypothesis examples: so many times as many with CRM_TEST_HEAVY=1."""
    return examples * (times if is_heavy() else 1)


def is_foreign(name: str) -> bool:
    """True for an environment variable that could change what `crm` does."""
    return name != "CRM_TEST_HEAVY" and (
        name in _FOREIGN or name.startswith(("CRM_", "LC_", "XDG_"))
    )


def place_at(folder: Path) -> dict[str, str]:
    """The environment of a `crm` that lives in `folder`: no locale's habits, Shanghai's clock, Friday 2026-11-20."""
    return {
        "CRM_DB": str(folder / "crm.db"),
        "CRM_CONFIG": str(folder / "config.toml"),
        "CRM_NOW": NOW,
        "CRM_ACTOR": "tester",
        "HOME": str(folder),
        "XDG_DATA_HOME": str(folder / "data"),
        "XDG_CONFIG_HOME": str(folder / "config"),
        "XDG_STATE_HOME": str(folder / "state"),
        "TZ": "Asia/Shanghai",
        "LANG": "C.UTF-8",
    }


# --- new files, each a copy of the first one with its settings: building the schema takes longer than most commands ---

_create, _empty = opening._create, opening._empty
_made: dict[tuple[Any, ...], bytes] = {}


def create_ready_made(path: str, seed: opening.Seed) -> None:
    """What `opening._create` does, byte for byte; test_database.py compares."""
    wanted = ("file", *seed().items())
    if wanted not in _made:
        with TemporaryDirectory() as folder:
            first = Path(folder, "crm.db")
            _create(str(first), seed)
            _made[wanted] = first.read_bytes()
    if os.path.lexists(path) or not os.path.isdir(os.path.dirname(path)):
        _create(path, seed)
        return
    with open(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
        file.write(_made[wanted])


def empty_ready_made(name: str, seed: opening.Seed) -> driver.Connection:
    """What `opening._empty` does."""
    if name != ":memory:":
        return _empty(name, seed)
    wanted = (name, *seed().items())
    if wanted not in _made:
        made = _empty(name, seed)
        _made[wanted] = made.serialize()
        return made
    connection = driver.empty(name)
    connection.deserialize(_made[wanted])
    opening._prepare(connection)
    connection.execute("PRAGMA foreign_keys = ON")
    return connection


def backups_of(path: Path) -> Path:
    """The folder that the backups of a file go to, in a test's place: outside the data's."""
    name = hashlib.sha256(os.fsencode(path.resolve())).hexdigest()[:8]
    return Path(os.environ["XDG_STATE_HOME"]) / "crm" / "backups" / f"{path.stem}-{name}"


def words(command: str | Sequence[str]) -> list[str]:
    """A command line as its words; a text is split as a shell would, without a leading `crm`."""
    split = shlex.split(command) if isinstance(command, str) else list(command)
    return split[1:] if split[:1] == ["crm"] else split


_build, _built = app.build, dict[tuple[Any, ...], Any]()


def _build_once(name: str) -> Any:
    """`app.build`, whose answer is the same each time for one language and one style of help."""
    module = import_module(f"crmcli.commands.{app._EVERY[name].module}")
    wanted = (name, locale.current(), app._help_style(), module.run)
    if wanted not in _built:
        _built[wanted] = _build(name)
    return _built[wanted]


_stub, _stubs = app._stub, dict[tuple[Any, ...], Any]()


def _stub_once(name: str, entry: app.Entry) -> Any:
    """`app._stub`: a command's line in the table, the same each time for one language."""
    wanted = (entry, name, locale.current())
    if wanted not in _stubs:
        _stubs[wanted] = _stub(name, entry)
    return _stubs[wanted]


def run_in_process(command: str | Sequence[str], stdin: str = "", **environment: str) -> Ran:
    """Run `crm` here, as if piped: quick, and errors keep their tracebacks with CRM_DEBUG=1."""
    out, err = io.StringIO(), io.StringIO()
    code = 0
    with (
        mock.patch.dict(os.environ, environment) if environment else nullcontext(),
        mock.patch.object(app, "build", _build_once),
        mock.patch.object(app, "_stub", _stub_once),
        mock.patch.object(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode()))),
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        try:
            app.run(words(command))
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else int(end.code is not None)
    return Ran(code, out.getvalue(), err.getvalue())


class _Screen(io.StringIO):
    """What is printed, by a program that takes it for a terminal."""

    def isatty(self) -> bool:
        return True


class _Typist(io.TextIOBase):
    """A person who types what they were told to; the terminal shows it."""

    def __init__(self, typed: Sequence[str], screen: io.StringIO) -> None:
        self._typed, self._screen = list(typed), screen

    def isatty(self) -> bool:
        return True

    def readline(self, _size: int | None = -1) -> str:  # type: ignore[override]
        if not self._typed:
            return ""
        line = f"{self._typed.pop(0)}\n"
        self._screen.write(line)
        return line

    def press(self, hint: str) -> str:
        """In the place of `screen._one_key`, which shows the key by itself."""
        self._screen.write(hint)
        return self._typed.pop(0) or "\n" if self._typed else ""


def run_at_screen(command: str | Sequence[str], typed: Sequence[str] = ()) -> tuple[int, str]:
    """Run `crm` here, as if at a terminal of 80 columns without colours: the exit code, and what the screen shows.

    A person presses the keys and types the lines `typed`, as they are asked for; without any there is nobody to answer.
    """
    screen, code = _Screen(), 0
    person = _Typist(typed, screen)
    with (
        mock.patch.dict(os.environ, {"COLUMNS": "80", "NO_COLOR": "1"}),
        mock.patch.object(app, "build", _build_once),
        mock.patch.object(sys, "stdin", person if typed else io.TextIOWrapper(io.BytesIO())),
        mock.patch.object(output_screen, "_one_key", person.press),
        redirect_stdout(screen),
        redirect_stderr(screen),
    ):
        try:
            app.run(words(command))
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else int(end.code is not None)
    return code, screen.getvalue()


def run_process(
    command: str | Sequence[str],
    env: Mapping[str, str] | None = None,
    stdin: str = "",
    cwd: Path | None = None,
) -> Ran:
    """Run a real `crm` process, piped, in this test's environment and `env` on top of it."""
    environment = {**os.environ, **(env or {})}
    if forking.can_fork(words(command), environment):
        code, out, err = forking.run(words(command), environment, stdin.encode(), cwd=cwd)
        return Ran(code, out.decode(), err.decode())
    done = subprocess.run(
        [sys.executable, "-m", "crmcli", *words(command)],
        input=stdin.encode(),
        capture_output=True,
        env=environment,
        cwd=cwd,
        check=False,
        timeout=120,
    )
    return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())


def crm(command: str | Sequence[str], stdin: str = "", **environment: str) -> Ran:
    """Run `crm` here and insist that it worked; in a fixture, what was run before may be copied (tests/beginning.py)."""
    if beginning is None:
        ran = run_in_process(command, stdin, **environment)
    else:
        line = words(command)
        ran = beginning.run(
            line,
            (stdin, locale.current(), sorted(environment.items())),
            lambda: run_in_process(line, stdin, **environment),
        )
    assert ran.code == 0, (command, ran)
    return ran


beginning: Beginning[Ran] | None = None
"""While a test is set up: what its place was told."""


def but_archive(command: str | Sequence[str], *besides: str) -> list[str]:
    """The command line; `due` without a kind asks for every kind but the archive of a quarter, which tests of other kinds
    that tell of earlier months would all meet, and but those `besides`."""
    from crmcli.store.due import KINDS

    line = words(command)
    if line[:1] != ["due"] or {"--kind", "--why"} & set(line):
        return line
    return [
        *line,
        *(part for kind in KINDS if kind not in ("archive", *besides) for part in ("--kind", kind)),
    ]
