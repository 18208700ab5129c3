"""Two runs of a command leave the same bytes: what Python does in any order, it does in one."""

import pytest


@pytest.fixture(autouse=True)
def in_one_order(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sets are walked alike in every process."""
    monkeypatch.setenv("PYTHONHASHSEED", "0")
