"""The programs that are measured, each in a home without settings."""

import shutil
import sys
from pathlib import Path

from benchmarks import basics, build
from benchmarks.measure import Process, environment


def home() -> Path:
    """The folder that measured programs take for the user's; made when it is missing."""
    folder = build.HOME / "home"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def installed(name: str) -> str | None:
    """Where the program of that name is, beside this Python or on the PATH; None when it is not installed."""
    beside = Path(sys.executable).with_name(name)
    return str(beside) if beside.exists() else shutil.which(name)


def crm_program() -> str:
    """The `crm` beside this Python."""
    return str(Path(sys.executable).with_name("crm"))


def crm_environment(file: Path) -> dict[str, str]:
    """What `crm` is to know: which file, and what time it is."""
    return environment(home(), CRM_DB=str(file), CRM_NOW=basics.NOW)


def crm(file: Path, *arguments: str, stdin: Path | None = None) -> Process:
    """`crm` with these arguments on that file, through a pipe."""
    return Process([crm_program(), *arguments], crm_environment(file), stdin=stdin)


def python(script: str, *arguments: str, terminal: bool = False) -> Process:
    """A script of its own, to be a floor."""
    return Process([sys.executable, "-c", script, *arguments], environment(home()), terminal)


def other(*command: str) -> Process:
    """Another program, for comparison."""
    return Process(command, environment(home()))
