"""The disk is full at any write: nothing is changed, one sentence says so, and the file can be used as before."""

import os
import resource
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.contract.program import patched, refused, run
from tests.reliability.files import (
    State,
    begin,
    complaints,
    content_of,
    make_older,
    put_aside,
    state_of,
    take_back,
)
from tests.reliability.ledger import Tried, trying
from tests.support import Ran, crm, heavy, is_heavy, place_at

LIMIT, DISK = "no file may grow any further", "a disk without room"
FAULTS = {
    LIMIT: "commands that write, backups, exports and a migration included, under a limit for the size of files that rises step by step from nothing until they succeed; each failure is one sentence with exit 10 (1 for an export) and leaves no file behind",
    DISK: "the same on a small disk in memory (where one may be mounted) with ever more room left on it; reading must go on even with none",
}  # fmt: skip

MANY = "".join(f"Row {row},{13500000000 + row}\n" for row in range(400))
COMMANDS = {
    "add-customer 'Gamma Inc' --tier core --person Ann --phone 13911112222": 2_060,
    "log-contact c1 'all well' --next call --on fri --stage customer": 2_060,
    "import {place}/list.csv": 6_180,
    "undo": 2_060,
    "backup {place}/copy.db": 12_360,
    "backup": 12_360,
    "export all --format jsonl --reveal --out {place}/out.jsonl": 4_120,
    "migrate": 20_600,
}
"""And by how many bytes more room is left each time: half of what SQLite writes at once, or several of it."""

_OUTPUTS = ("copy.db", "out.jsonl")


def begin_at(place: Path, command: str) -> None:
    """What the command needs."""
    if command == "migrate":
        return make_older(place / "crm.db")
    begin()
    (place / "list.csv").write_text(f"name,phone\n{MANY}", encoding="utf-8")
    if command.startswith("export"):  # more than fits into what SQLite needs for itself
        crm(f"import {place}/list.csv")


def files_in(place: Path) -> set[str]:
    """The names of all files but SQLite's helpers."""
    found = {str(path.relative_to(place)) for path in place.rglob("*") if path.is_file()}
    return found - {"crm.db-wal", "crm.db-shm", "filler"}


def tries_until_it_succeeds(
    tried: Tried, command: str, place: Path, run_with: Callable[[str, int], Ran]
) -> None:
    """Run `command` with more and more room; hold what it leaves against what was there, and against a run to its end."""
    begin_at(place, command)
    line = command.format(place=place)
    before, there = state_of(place / "crm.db"), files_in(place)
    put_aside(place)
    assert run(line).code == 0
    after, contents = state_of(place / "crm.db"), [content_of(place / name) for name in _OUTPUTS]
    room, in_a_row, failures = 0, 0, 0
    step = COMMANDS[command] if is_heavy() else COMMANDS[command] * 25 + 13
    while in_a_row < heavy(1):
        take_back(place)
        ran = run_with(line, room)
        told = f"{command}, {room} bytes"
        tried.times += 1
        (place / "filler").unlink(missing_ok=True)  # what goes on later has room again
        found = state_after(place, (before, after), command == "migrate")
        if ran.code == 0:
            in_a_row += 1
            written = [content_of(place / name) for name in _OUTPUTS]
            tried.lost += [told] * (found != after or written != contents)
        else:
            failures += 1
            assert is_a_refusal(ran, command), (told, ran)
            left = files_in(place) - there
            tried.half_done += [told] * (found not in (before, after))
            tried.half_done += [f"{told}: {left}"] * bool(left and command != "migrate")
        if tried.times % heavy(2) == 1:
            tried.half_done += [f"{told}: {wrong}" for wrong in complaints()]
        room += step
    assert failures >= heavy(1)


def state_after(place: Path, known: tuple[State, State], goes_on: bool) -> State:
    """The state of the file; of a migration that stopped before the dates were computed, after the next command."""
    found = state_of(place / "crm.db")
    if goes_on and found not in known:
        assert run("due --count").code == 0
        found = state_of(place / "crm.db")
    return found


def is_a_refusal(ran: Ran, command: str) -> bool:
    """One sentence, after what was said before it."""
    codes = (10, 1) if command.startswith(("export", "backup")) else (10,)
    errors = [line for line in ran.err.splitlines() if line.startswith("crm: ")]
    return ran.code in codes and ran.out == "" and len(errors) == 1 and "Traceback" not in ran.err


def limited(line: str, size: int) -> Ran:
    """No file may grow beyond so many bytes."""
    limits = (size, size)
    return run(line, before=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, limits))


@pytest.mark.parametrize("command", COMMANDS)
def test_no_file_may_grow(command: str, place: Path) -> None:
    with trying(LIMIT) as tried:
        tries_until_it_succeeds(tried, command, place, limited)


@contextmanager
def small_disk(at: Path, size: str) -> Iterator[bool]:
    """A disk in memory at `at`; False where none may be mounted."""
    at.mkdir()
    line = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(at)]
    try:
        mounted = subprocess.run(line, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        mounted = False
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", "-l", str(at)], check=True)


def reads_all_the_same(tried: Tried, disk: Path, filled: Callable[[str, int], Ran]) -> None:
    """Nobody can write, so what is there can be read as it is."""
    take_back(disk)
    for reader in ("due --json", "show c1 --json", "list-customers --json"):
        answer = run(reader)
        tried.times += 1
        tried.lost += [reader] * (filled(reader, 0) != answer)


@pytest.mark.parametrize("command", list(COMMANDS)[:: 1 if is_heavy() else 3])
def test_a_disk_without_room(command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    disk = tmp_path / "disk"

    def filled(line: str, room: int) -> Ran:
        (disk / "filler").unlink(missing_ok=True)
        found = os.statvfs(disk)
        free = found.f_bavail * found.f_frsize - room // found.f_frsize * found.f_frsize
        (disk / "filler").write_bytes(bytes(max(0, free)))
        return run(line)

    with trying(DISK) as tried, small_disk(disk, "8m") as mounted:
        for name, value in place_at(disk).items():
            monkeypatch.setenv(name, value)
        if mounted:
            tries_until_it_succeeds(tried, command, disk, filled)
            reads_all_the_same(tried, disk, filled)
        else:  # what cannot be tried here is not counted as tried more than once
            begin_at(disk, command)
            assert run(command.format(place=disk)).code == 0
            tried.times += 1
    shutil.rmtree(disk, ignore_errors=True)


# --- what SQLite says in other words ---

FULL = patched(
    "import crmcli.store.opening as opening",
    "prepare = opening._prepare",
    "def full(connection):",
    "    prepare(connection)",
    "    connection.execute('PRAGMA max_page_count = 1')",  # SQLite takes the pages there are: not one more
    "opening._prepare = full",
)


def test_a_database_that_cannot_grow(place: Path) -> None:
    begin()
    for _ in range(4):  # fill what room the pages still have
        run(["add-customer", "Room", "--note", "n" * 2000, "--allow-duplicate"])
    text = [part for n in range(12) for part in ("--tag", f"{n}" + "t" * 50)]
    big = ["add-customer", "Big", "--note", "n" * 2000, "--address", "a" * 200, *text]
    sentence = "the disk is full; free some space and try again, nothing was changed in"
    with trying(LIMIT) as tried:
        refused(big, 10, f"{sentence} {place}/crm.db", program=FULL)
        tried.times += 1


def test_no_room_even_to_make_the_file() -> None:
    with trying(LIMIT) as tried:
        ran = limited("add-customer Acme", 0)
        tried.times += 1
        assert (ran.code, ran.out, ran.err.count("\n")) == (10, "", 1)
        assert run("due --count") == (0, "0\n", "")
        assert run("add-customer Acme").out == "c1\n"
