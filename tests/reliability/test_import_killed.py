"""An import killed at any moment: the file holds none or all of it, and the next run completes (CLI.md, Import)."""

import random
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from crmcli.store import frozen, frozen_schema
from tests.contract.program import PROGRAM, environment, patched
from tests.reliability.ledger import Tried, trying
from tests.support import crm, heavy, is_heavy, run_in_process

KILLED = "kill -9 in an import"
FAULTS = {
    KILLED: "an import of 100,000 rows into a file with customers, killed after a random time, and one of fewer rows at the worst moments; the file must hold none or all of it, and the same import once more must complete it",
}

ROWS = heavy(5_000) * (2 if is_heavy() else 1)
"""100,000 with all repetitions."""
MOMENTS = heavy(5)
FEW = 1_500
"""More than one chunk."""
FILES = ["crm.db", "list.csv", "list.csv.rejects.csv"]


def held(path: Path) -> dict[str, list[Any]]:
    """Every row of every table that people or the log write, after a look at whether the file is sound."""
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    triggers = connection.execute("SELECT count(*) FROM sqlite_master WHERE type = 'trigger'")
    assert triggers.fetchone() == (len(frozen_schema.TRIGGERS),)
    tables = [
        *frozen.TABLES,
        "change",
        "change_row",
        "change_range",
        "key_range",
        "search_document",
    ]
    known = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
    found = {
        name: connection.execute(f"SELECT * FROM {name} ORDER BY 1, 2").fetchall()
        for name in tables
        if name in known
    }
    connection.close()
    return found


class Killed:
    """A folder with customers and a list that adds some, updates some, and has bad rows; and what is in the file
    before and after it is imported.
    """

    def __init__(self, place: Path, count: int) -> None:
        self.place, self.path = place, place / "crm.db"
        self.list = place / "list.csv"
        crm("import -", stdin="name,phone\n" + "".join(f"C{n},{13800000000 + n}\n" for n in range(0, 500, 5)))  # fmt: skip
        rows = (
            f"C{n},{13800000000 + n},{'zz' if n % 50 == 49 else 'core'},P{n},2026-11-0{n % 9 + 1}\n"
            for n in range(count)
        )
        self.list.write_text("name,phone,tier,person,last_contact\n" + "".join(rows), "utf-8")
        shutil.copy(self.path, place.parent / "before.db")
        self.before = held(self.path)
        self.seconds = self.completes()
        self.after = held(self.path)
        assert len(self.after["customer"]) > len(self.before["customer"])
        self.start_again()

    def start_again(self) -> None:
        for path in self.place.iterdir():
            if path.name not in ("list.csv", "before.db"):
                path.unlink()
        shutil.copy(self.place.parent / "before.db", self.path)

    def runs(self, program: Sequence[str] = PROGRAM) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            [*program, "import", str(self.list)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=environment(),
        )

    def completes(self) -> float:
        """Insist that the import works now, and leaves nothing but its files; the seconds it took."""
        began = time.monotonic()
        assert self.runs().wait(600) == 5
        took = time.monotonic() - began
        assert sorted(path.name for path in self.place.iterdir()) == FILES
        return took

    def holds_none_or_all(self, tried: Tried) -> bool:
        """True for all."""
        tried.times += 1
        found = held(self.path)
        if found not in (self.before, self.after):
            tried.half_done.append(f"{tried.times}")
        return found == self.after

    def completes_again(self, tried: Tried) -> float:
        """The same, and all must be in; the seconds it took."""
        took = self.completes()
        if held(self.path) != self.after:
            tried.lost.append(f"{tried.times}")
        return took


@pytest.fixture
def make(place: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[int], Killed]:
    """Makes it with a list of so many rows."""
    folder = place / "here"
    folder.mkdir()
    monkeypatch.setenv("CRM_DB", str(folder / "crm.db"))
    return lambda count: Killed(folder, count)


def test_at_random_moments(make: Callable[[int], Killed]) -> None:
    killed = make(ROWS)
    dice = random.Random(20261120)
    ended = []
    with trying(KILLED) as tried:
        for _ in range(MOMENTS):
            program = killed.runs()
            try:
                program.wait(dice.uniform(0.2, 1.02) * killed.seconds)
            except subprocess.TimeoutExpired:
                program.kill()
                program.wait()
            ended.append(killed.holds_none_or_all(tried))
            took = killed.completes_again(tried)
            # A machine that has other things to do is not always as fast.
            killed.seconds = killed.seconds * 0.7 if ended[-1] else took
            killed.start_again()
        assert not all(ended)


KILL = "def kill(*arguments, **named): os.kill(os.getpid(), signal.SIGKILL)"


@pytest.mark.parametrize(
    ("lines", "is_in"),
    [
        (("import crmcli.store.importing.bulk as bulk", "bulk.Bulk._write = kill"), False),
        (("import crmcli.store.search as search", "search.index_range = kill"), False),
        (("import crmcli.store.derived as derived", "derived.refresh = kill"), False),
        (("import crmcli.store.search as search", "search.renew = kill"), False),
        (("import crmcli.exchange.rejects as rejects", "rejects.RejectsFile.close = kill"), True),
        (("import crmcli.exchange.rejects as rejects", "rejects.shutil.copyfileobj = kill"), True),
    ],
    ids=["writing", "indexing", "computing", "just before it is saved", "just after it", "moving the rejects"],
)  # fmt: skip
def test_at_the_worst_moments(
    make: Callable[[int], Killed], lines: tuple[str, ...], is_in: bool
) -> None:
    killed = make(FEW)
    program = patched("import os, signal", KILL, *lines)
    with trying(KILLED) as tried:
        for _ in range(2):  # what one leaves behind must not pile up
            assert killed.runs(program).wait(600) == -9
            assert killed.holds_none_or_all(tried) == is_in
        killed.completes_again(tried)


def test_before_there_was_a_file(make: Callable[[int], Killed]) -> None:
    killed = make(FEW)
    program = patched(
        "import os, signal",
        KILL,
        "import crmcli.store.derived as derived",
        "derived.refresh = kill",
    )
    killed.path.unlink()
    with trying(KILLED) as tried:
        assert killed.runs(program).wait(600) == -9
        tried.times += 1
        tried.half_done += ["a file is there"] * killed.path.exists()
        killed.completes()
        added = run_in_process("list-customers --json --limit 0").json["count"]
        assert added == FEW - FEW // 50
