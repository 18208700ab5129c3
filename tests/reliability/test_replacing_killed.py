"""A restore, a migration and a backup are killed at every step they take: what is there is the old file or the new one."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from crmcli.store import frozen
from tests.contract.program import patched, run
from tests.reliability.files import State, commands_in, complaints, damage_in, put_aside, take_back
from tests.reliability.ledger import Tried, trying
from tests.store.filled import whole_file
from tests.store.test_migrate import FIXTURES, made_of
from tests.support import backups_of, crm, is_heavy

RESTORED, NEW_PLACE, DAMAGED, MIGRATED, KEPT = "a restore killed at any step", "a restore into an empty folder killed at any step", "a restore over a file that is no database killed at any step", "a migration killed at any step", "a backup killed at any step"  # fmt: skip
FAULTS = {
    RESTORED: "`crm restore` killed before and after statements, pages written, and files copied or renamed: the file must hold all it held or all the backup holds, the backup untouched, and the same command again must succeed",
    NEW_PLACE: "the same where there is no file yet: there must be none, or the whole one",
    DAMAGED: "the same over a file whose beginning is rubbish: its bytes must be there, or in the backup folder, or the whole backup in their place",
    MIGRATED: "a file of each earlier schema is opened and killed likewise: it must be as it was, row for row, or up to date, with the backup of what it was, and the next command must find all of it",
    KEPT: "`crm backup` killed likewise: whatever has a backup's name must be whole",
}

STEPPING = (
    "import os, signal, sqlite3, shutil, pathlib",
    "left = int(os.environ['KILL_AT'])",
    "def step(*_):",
    "    global left",
    "    left -= 1",
    "    if left == 0: os.kill(os.getpid(), signal.SIGKILL)",
    "class Stepping(sqlite3.Connection):",
    "    def backup(self, target, *, pages=-1, progress=None, **more):",
    "        def at_each(*state):",
    "            step()",
    "            if progress: progress(*state)",
    "        super().backup(target, pages=min(40, pages) if pages > 0 else 40, progress=at_each, **more)",
    "real_connect = sqlite3.connect",
    "def connect(*given, **named):",
    "    made = real_connect(*given, **{'factory': Stepping, **named})",
    "    made.set_trace_callback(step)",
    "    return made",
    "sqlite3.connect = sqlite3.dbapi2.connect = connect",
    "def stepping(real):",
    "    def both(*given, **named):",
    "        step()",
    "        made = real(*given, **named)",
    "        step()",
    "        return made",
    "    return both",
    "for name in ('replace', 'unlink', 'chmod', 'mkdir'):",
    "    setattr(pathlib.Path, name, stepping(getattr(pathlib.Path, name)))",
    "for name in ('replace', 'unlink', 'link', 'open'):",
    "    setattr(os, name, stepping(getattr(os, name)))",
    "shutil.copyfile = stepping(shutil.copyfile)",
    "import atexit",
    "atexit.register(lambda: open(os.environ['STEPS_TO'], 'w').write(str(int(os.environ['KILL_AT']) - left)))",
)
"""The process kills itself before its nth step; how many it took in all is written down when it lives."""

KILLED = -9


def killed_at_every_step(
    command: str, place: Path, tried: Tried, look: Callable[[int], None], most: int = 0
) -> None:
    """Run `command` on the place as it is now, killed at one step after another; `look` is told the step.

    At so many of them, spread over the whole.
    """
    put_aside(place)
    steps = place.with_name("steps")

    def at(step: int) -> int:
        take_back(place)
        return run(command, program=patched(*STEPPING), KILL_AT=str(step), STEPS_TO=str(steps)).code

    assert at(10**9) == 0
    count = int(steps.read_text())
    wanted = most or (200 if is_heavy() else 12)
    for number in sorted({1 + number * count // wanted for number in range(wanted)} | {count}):
        assert at(number) == KILLED, number
        tried.times += 1
        look(number)


@pytest.fixture
def path(place: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The database in a folder of its own; everything else of this test's place lies beside it."""
    (place / "all" / "data").mkdir(mode=0o700, parents=True)
    for name in ("HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(place / "all"))
    file = place / "all" / "data" / "crm.db"
    monkeypatch.setenv("CRM_DB", str(file))
    return file


def opened(path: Path) -> State:
    """What the file holds when it is next opened; it must be whole."""
    assert damage_in(path) == []
    return held(whole_file(path))


def held(state: State) -> State:
    """Without what says what was done with the file."""
    return {name: rows for name, rows in state.items() if name not in ("event", "key_range", "meta")}  # fmt: skip


def half_done_backups(path: Path) -> Iterator[Path]:
    """What has a backup's name and is not whole."""
    for file in backups_of(path).glob("[!.]*.db"):
        if damage_in(file):
            yield file


def begun(path: Path) -> tuple[Path, State, State]:
    """A file that went on after its backup; the backup, and what both hold."""
    crm("add-customer Acme --city Leeds --person Ann --phone 13800005678")
    crm("log-contact c1 hello --next more --on fri")
    made = Path(crm("backup").out.strip())
    crm("add-customer Later --city York")
    crm("edit c1 --set city=Bath")
    return made, held(whole_file(path)), held(whole_file(made))


def test_a_restore(path: Path) -> None:
    made, before, wanted = begun(path)
    backed = made.read_bytes()
    seen = set()
    with trying(RESTORED) as tried:

        def look(step: int) -> None:
            found = opened(path)
            seen.add(found == wanted)
            if found not in (before, wanted) or made.read_bytes() != backed:
                tried.lost.append(f"step {step}")
            tried.half_done.extend(f"step {step}: {file}" for file in half_done_backups(path))
            if found == wanted:
                kept = [held(whole_file(one)) for one in backups_of(path).glob("*restore*.db")]
                if before not in kept:
                    tried.lost.append(f"step {step}: what was there")
            crm(f"restore {made} --yes")
            if opened(path) != wanted or complaints():
                tried.half_done.append(f"step {step}: again")

        killed_at_every_step(f"restore {made} --yes", path.parent.parent, tried, look)
    assert seen == {False, True}


def test_a_restore_where_there_is_no_file(path: Path) -> None:
    made, _, wanted = begun(path)
    shutil.rmtree(path.parent)
    with trying(NEW_PLACE) as tried:

        def look(step: int) -> None:
            if path.exists() and opened(path) != wanted:
                tried.half_done.append(f"step {step}")
            crm(f"restore {made} --yes")
            if opened(path) != wanted:
                tried.lost.append(f"step {step}: again")

        killed_at_every_step(f"restore {made} --yes", path.parent.parent, tried, look)


def test_a_restore_over_rubbish(path: Path) -> None:
    made, _, wanted = begun(path)
    rubbish = b"\x5a" * 8_192 + path.read_bytes()[8_192:]
    path.write_bytes(rubbish)
    with trying(DAMAGED) as tried:

        def look(step: int) -> None:
            kept = [one.read_bytes() for one in backups_of(path).glob("crm-before-restore*.db")]
            if path.read_bytes() == rubbish:
                crm(f"restore {made} --yes")
            elif rubbish not in kept:
                tried.lost.append(f"step {step}")
            if opened(path) != wanted:
                tried.half_done.append(f"step {step}")

        killed_at_every_step(f"restore {made} --yes", path.parent.parent, tried, look)


@pytest.mark.parametrize("fixture", FIXTURES, ids=lambda file: file.stem)
def test_a_migration(fixture: Path, path: Path, at: Callable[[str], None]) -> None:
    at("2026-11-23T09:00")
    version = int(fixture.stem.removeprefix("schema"))
    made_of(fixture, path)
    before = whole_file(path)
    with trying(MIGRATED) as tried:

        def look(step: int) -> None:
            assert damage_in(path) == []
            with closing(sqlite3.connect(path)) as connection:
                (now,) = connection.execute("PRAGMA user_version").fetchone()
            if now == version:
                if whole_file(path) != before:
                    tried.half_done.append(f"step {step}")
            elif now != frozen.SCHEMA_VERSION:
                tried.half_done.append(f"step {step}: schema {now}")
            elif before not in map(whole_file, backups_of(path).glob("crm-before-schema*.db")):
                tried.lost.append(f"step {step}: the backup")
            tried.half_done.extend(f"step {step}: {file}" for file in half_done_backups(path))
            crm("list-customers")
            if commands_in(whole_file(path)) != commands_in(before) or complaints():
                tried.lost.append(f"step {step}: again")

        killed_at_every_step(
            "list-customers", path.parent.parent, tried, look, most=40 if is_heavy() else 4
        )


def test_a_backup(path: Path) -> None:
    begun(path)
    before = opened(path)
    with trying(KEPT) as tried:

        def look(step: int) -> None:
            tried.half_done.extend(f"step {step}: {file}" for file in half_done_backups(path))
            if opened(path) != before:
                tried.lost.append(f"step {step}")
            crm("backup")

        killed_at_every_step("backup", path.parent.parent, tried, look)
