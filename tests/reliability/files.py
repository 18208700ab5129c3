"""The file of these tests: made, copied as a crash leaves it, and looked at without `crm`."""

import shutil
import sqlite3
import tempfile
from pathlib import Path
from typing import Any

from tests import store
from tests.contract.program import patched, run
from tests.store.filled import whole_file
from tests.support import crm

State = dict[str, list[tuple[Any, ...]]]
OLDER = Path(store.__file__).with_name("schema3.sql")
ENDINGS = ("", "-wal", "-shm")

BEGUN = (
    "add-customer 'Acme Ltd' --tier core --stage customer --person 'Jane Roe' --phone 13800005678 --tag vip",
    "add-customer 华东精工 --tier potential --stage prospect --city 苏州",
    "add-customer 'Beta GmbH' --tier ordinary --stage customer --industry steel",
    "log-contact c1 hello --next 'send it' --on fri",
    "add-need c1 'it leaks' --kind complaint --urgency urgent",
    "add-need c2 'how to oil it?' --kind question",
    "add-promise c1 samples --due 2026-12-01",
)


KILLED_AT_THE_END = patched(
    "import os, signal",
    "from crmcli.context import Context",
    "Context.close = lambda context: context._db is not None and os.kill(os.getpid(), signal.SIGKILL)",
)
"""A program that does all and is killed before it closes the file: what it wrote is left in the write-ahead log."""


def begin() -> None:
    """A small file with something of most kinds in it."""
    for command in BEGUN:
        crm(command)


def make_older(path: Path) -> None:
    """A file of schema 3, as it was made in its time."""
    connection = sqlite3.connect(path)
    connection.executescript(OLDER.read_text(encoding="utf-8"))
    connection.execute("PRAGMA journal_mode = WAL")
    connection.close()
    path.chmod(0o600)


def damage_in(path: Path | str) -> list[str]:
    """What SQLite itself finds wrong with a file; an empty list when it is whole."""
    connection = sqlite3.connect(path)
    try:
        found = [str(row) for row in connection.execute("PRAGMA integrity_check") if row != ("ok",)]
        return found + [str(row) for row in connection.execute("PRAGMA foreign_key_check")]
    except sqlite3.DatabaseError as error:
        return [str(error)]
    finally:
        connection.close()


def state_of(path: Path) -> State:
    """Every row of the file and its log, as what opens it next will find them; the file itself is not touched.

    It must be whole.
    """
    with tempfile.TemporaryDirectory() as folder:
        copy = copied(path, Path(folder))
        assert damage_in(copy) == []
        return whole_file(copy)


def copied(path: Path, folder: Path) -> Path:
    """A copy as a loss of power leaves it: without the memory that processes share."""
    for ending in ENDINGS[:2]:
        source = path.with_name(path.name + ending)
        if source.exists():
            shutil.copy(source, folder / source.name)
    return folder / path.name


def put_aside(place: Path) -> None:
    """Remember every file of a folder, byte for byte, whatever a killed process left."""
    shutil.rmtree(_aside(place), ignore_errors=True)
    shutil.copytree(place, _aside(place))


def take_back(place: Path) -> None:
    """All as it was put aside."""
    for one in place.iterdir():
        shutil.rmtree(one) if one.is_dir() else one.unlink()
    shutil.copytree(_aside(place), place, dirs_exist_ok=True)


def _aside(place: Path) -> Path:
    return place.with_name(f"{place.name}-aside")


def content_of(path: Path) -> object:
    """What a written file says, however its bytes lie; None when there is none."""
    if not path.exists():
        return None
    if path.suffix == ".db":
        return damage_in(path) or whole_file(path)
    return path.read_bytes()


def commands_in(state: State) -> list[str]:
    """The command lines of the change log, oldest first."""
    return [row[3] for row in sorted(state["change"])]


def complaints() -> list[str]:
    """What `crm doctor` calls a problem; an empty list when it is content, or there is no file yet."""
    ran = run("doctor --json")
    if ran.code in (3, 10):
        return [ran.err] * (ran.code == 10)
    found = [one["message"] for one in ran.json["items"] if one["status"] == "problem"]
    assert ran.code == int(bool(found)), ran
    return found
