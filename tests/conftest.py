"""Every test runs in a place of its own: no setting, file, clock or language of the machine reaches it."""

import os
import shutil
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from crmcli import app, locale
from crmcli.store import opening
from tests import forking, support
from tests.beginning import Beginning
from tests.support import create_ready_made, empty_ready_made, is_foreign, place_at

_IN_MEMORY = Path("/dev/shm")
_ROOM = 2 << 30

# The examples of one property share tmp_path; each makes a file of its own in it.
settings.register_profile(
    "crm",
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
settings.load_profile("crm")


def pytest_configure(config: pytest.Config) -> None:
    """Commands speak English here, and what tests write lies in memory where there is room, for each finished command waits
    until its file is on the disk.
    """
    # A command's help is in the language in which its module is read first: here, whatever the order of the tests.
    for entry in app._EVERY.values():
        import_module(f"crmcli.commands.{entry.module}")
    if _IN_MEMORY.is_dir() and shutil.disk_usage(_IN_MEMORY).free >= _ROOM:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(_IN_MEMORY))


def pytest_sessionfinish() -> None:
    """The processes that fork end with the tests."""
    forking.stop()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_call() -> None:
    """From here on every command is run."""
    support.beginning = None


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Isolate the environment: all that `crm` reads or writes lies in tmp_path, and it is 2026-11-20 09:00."""
    for name in list(os.environ):
        if is_foreign(name):
            monkeypatch.delenv(name)
    for name, value in place_at(tmp_path).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(opening, "_create", create_ready_made)
    monkeypatch.setattr(opening, "_empty", empty_ready_made)
    locale.use("en")
    surroundings = {name: value for name, value in place_at(tmp_path).items() if name != "CRM_NOW"}
    support.beginning = Beginning(tmp_path, surroundings, lambda: len(monkeypatch._setattr))
    yield tmp_path
    support.beginning = None
    locale.use("en")


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Move the clock: `at("2026-12-01T10:00")`, local time."""

    def move(moment: str) -> None:
        monkeypatch.setenv("CRM_NOW", moment)

    return move
