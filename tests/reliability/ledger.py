"""What the tests of this folder tried, and what it cost: with CRM_TEST_HEAVY=1 kept for the table."""

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support import is_heavy

KEPT = Path(__file__).resolve().parents[2] / ".reliability"


class Tried:
    """The count of one test: how often it tried its fault, and a line for each thing lost or half done."""

    def __init__(self) -> None:
        self.times = 0
        self.lost: list[str] = []
        self.half_done: list[str] = []


@contextmanager
def trying(fault: str) -> Iterator[Tried]:
    """Count how often `fault` is tried; record it, and insist that nothing was lost or half done.

    A test that fails on the way records nothing: its fault then has no row.
    """
    tried = Tried()
    yield tried
    record(fault, tried.times, len(tried.lost), len(tried.half_done))
    assert not tried.lost and not tried.half_done, (tried.lost, tried.half_done)
    assert tried.times > 0, fault


def record(fault: str, tried: int, lost: int, half_done: int) -> None:
    """Keep the figures of the test that runs, for the table, which adds up those of one fault; a test may try several."""
    if not is_heavy():
        return
    test = os.environ["PYTEST_CURRENT_TEST"].rpartition(" ")[0]
    figures = {"fault": fault, "test": test, "tried": tried, "lost": lost, "half_done": half_done}
    KEPT.mkdir(exist_ok=True)
    name = hashlib.sha256(f"{fault} {test}".encode()).hexdigest()[:16]
    (KEPT / f"{name}.json").write_text(json.dumps(figures), encoding="utf-8")
