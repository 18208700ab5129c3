"""Every test runs in a place of its own: no setting, file, clock or language of the machine reaches it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from crmcli import locale
from tests.support import is_foreign, place_at

# The examples of one property share tmp_path; each makes a file of its own in it.
settings.register_profile(
    "crm",
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
settings.load_profile("crm")


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Isolate the environment: all that `crm` reads or writes lies in tmp_path, and it is 2026-11-20 09:00."""
    import os

    for name in list(os.environ):
        if is_foreign(name):
            monkeypatch.delenv(name)
    for name, value in place_at(tmp_path).items():
        monkeypatch.setenv(name, value)
    locale.use("en")
    yield tmp_path
    locale.use("en")


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Move the clock: `at("2026-12-01T10:00")`, local time."""

    def move(moment: str) -> None:
        monkeypatch.setenv("CRM_NOW", moment)

    return move
