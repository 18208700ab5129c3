"""Killed at any step of sealing, pruning or copying: nothing that looks like a dossier is half one, and the next one tidies up."""

import json
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.contract.program import PROGRAM, as_anybody, environment, patched, run
from tests.support import crm, run_in_process

STEPS = (
    "import os, signal, sqlite3, pathlib, shutil, tempfile",
    "from crmcli.store.database import Database",
    "left = [int(os.environ['STEPS'])]",
    "def step(real):",
    "    def stepping(*given, **named):",
    "        left[0] -= 1",
    "        left[0] or os.kill(os.getpid(), signal.SIGKILL)",
    "        return real(*given, **named)",
    "    return stepping",
    "os.fsync, os.rmdir, os.unlink, tempfile.mkdtemp = map(step, (os.fsync, os.rmdir, os.unlink, tempfile.mkdtemp))",
    "pathlib.Path.rename = step(pathlib.Path.rename)",
    "Database.run = step(Database.run)",
    "Database.close = step(Database.close)",
)
KILLING = patched(*STEPS)
KILLED = -9


@pytest.fixture
def book(place: Path) -> Path:
    """Two customers with a third quarter, of which nothing is sealed."""
    for number, name in enumerate(("Acme", "Beta"), start=1):
        crm(f"add-customer {name}")
        crm(f"log-contact c{number} hello --at 2026-08-01")
    return place / "archive"


def killed_at_each_step(
    command: str, refresh: Callable[[], object], now: str = "2026-11-20T09:00"
) -> Iterator[int]:
    """Run it over and over, killed one step later each time, until it comes to its end."""
    for steps in range(1, 400):
        refresh()
        ran = run(command, program=KILLING, STEPS=str(steps), CRM_NOW=now)
        yield steps
        if ran.code == 0:
            return
        assert ran.code == KILLED, ran
    raise AssertionError("it never came to its end")


def seen(folder: Path) -> list[str]:
    """What looks like a dossier."""
    return sorted(path.name for path in folder.glob("*") if not path.name.startswith("."))


def in_book(place: Path) -> list[str]:
    connection = sqlite3.connect(place / "crm.db")
    found = [Path(path).name for (path,) in connection.execute("SELECT path FROM dossier")]
    connection.close()
    return sorted(found)


def snapshot(place: Path) -> Callable[[], None]:
    """What puts everything back to how it is now."""
    kept = place.parent / f"{place.name}-kept"
    shutil.copytree(place, kept, symlinks=True)

    def restore() -> None:
        shutil.rmtree(place)
        shutil.copytree(kept, place, symlinks=True)

    return restore


def test_sealing(book: Path, place: Path) -> None:
    restore, times, outcomes = snapshot(place), 0, set()
    for times in killed_at_each_step("archive --all --yes", restore):
        whole = seen(book)
        # Whatever has a dossier's name is in the book, and is whole.
        sealed = in_book(place)
        assert set(whole) <= set(sealed)
        outcomes.add((len(sealed), len(whole)))
        checked = run_in_process("archive --verify --json")
        assert (checked.code, checked.json["item"]["checked"]) == (0, len(sealed)), times
        crm("archive --all --yes")
        assert seen(book) == in_book(place) == ["Acme_2026年Q3需求档案", "Beta_2026年Q3需求档案"]
        assert [path for path in book.iterdir() if path.name.startswith(".")] == []
        assert crm("archive --due --json").json["items"] == []
    assert times > 15
    assert {(0, 0), (2, 0), (2, 1), (2, 2)} <= outcomes


def test_pruning(book: Path, place: Path) -> None:
    crm("archive --all --yes")
    restore, times, outcomes = snapshot(place), 0, set()
    for times in killed_at_each_step("archive --prune --yes", restore, now="2030-01-01T09:00"):
        sealed = in_book(place)
        assert set(seen(book)) <= set(sealed)
        checked = run_in_process("archive --verify --json")
        assert (checked.code, checked.json["item"]["checked"]) == (0, len(sealed)), times
        outcomes.add((len(sealed), len(seen(book))))
        crm("archive --prune --yes", CRM_NOW="2030-01-01T09:00")
        assert in_book(place) == seen(book) == []
        crm("archive c1")
        assert [path.name for path in book.iterdir()] == ["Acme_2026年Q3需求档案"]
    assert times > 8
    assert {(2, 2), (2, 0), (0, 0)} <= outcomes


def test_a_copy(book: Path, place: Path) -> None:
    out = place / "out"
    out.mkdir()
    steps, restore = 0, snapshot(place)
    for steps in killed_at_each_step(f"archive c1 --out {out}", restore):
        for name in seen(out):
            assert run_in_process(["archive", "--verify", "--path", str(out / name)]).code == 0, (
                steps
            )
        crm(f"archive c1 --out {out}")
        assert [path for path in out.iterdir() if path.name.startswith(".")] == []
        assert seen(out)[0] == "Acme_2026年Q3需求档案"
    assert steps > 4


def test_a_full_disk_leaves_nothing(book: Path, place: Path) -> None:
    full = patched(
        "import errno, os",
        "real, left = os.fsync, [int(os.environ['STEPS'])]",
        "def fsync(descriptor):",
        "    left[0] -= 1",
        "    if not left[0]: raise OSError(errno.ENOSPC, 'No space left on device')",
        "    return real(descriptor)",
        "os.fsync = fsync",
    )
    for steps in (1, 2, 3, 4):
        ran = run("archive c1", program=full, STEPS=str(steps))
        assert (ran.code, ran.out) == (1, "")
        assert ran.err == f"crm: {book} cannot be written (No space left on device); free some space, or name another place\n"  # fmt: skip
        assert in_book(place) == []
        assert not book.exists() or list(book.iterdir()) == []


def test_a_folder_that_cannot_be_written(book: Path, place: Path) -> None:
    book.mkdir(mode=0o500)
    ran = run("archive c1", before=as_anybody)
    assert ran.code == 1
    assert ran.err == f"crm: {book} cannot be written (Permission denied); free some space, or name another place\n"  # fmt: skip
    book.chmod(0o700)
    (place / "file").write_text("x")
    crm(f"config set archive.folder {place / 'file'}")
    ran = run("archive c1")
    assert (ran.code, ran.err) == (1, f"crm: {place / 'file'} cannot be written (File exists); free some space, or name another place\n")  # fmt: skip
    assert in_book(place) == []


def test_several_at_once_seal_each_once(book: Path, place: Path) -> None:
    running = [
        subprocess.Popen([*PROGRAM, "archive", "--all", "--yes"], env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(4)
    ]  # fmt: skip
    told = [process.communicate(timeout=120) for process in running]
    assert [process.returncode for process in running] == [0] * 4, told
    assert seen(book) == in_book(place) == ["Acme_2026年Q3需求档案", "Beta_2026年Q3需求档案"]
    checked = json.loads(run("archive --verify --json").out)["item"]
    assert (checked["checked"], checked["damaged"]) == (2, 0)
