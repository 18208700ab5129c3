"""Killed at any step of writing messages: no half file, nothing recorded by halves, and the same run again completes it."""

import shutil
from pathlib import Path

import pytest

from tests.contract.program import patched, run
from tests.support import crm, is_heavy

STEPS = (
    "import os, signal, sqlite3, pathlib, tempfile",
    "from crmcli.store.database import Database",
    "left = [int(os.environ['STEPS'])]",
    "def step(real):",
    "    def stepping(*given, **named):",
    "        left[0] -= 1",
    "        left[0] or os.kill(os.getpid(), signal.SIGKILL)",
    "        return real(*given, **named)",
    "    return stepping",
    "os.fsync, os.link, os.rmdir, os.unlink, tempfile.mkdtemp = map(step, (os.fsync, os.link, os.rmdir, os.unlink, tempfile.mkdtemp))",
    "Database.run = step(Database.run)",
    "Database.close = step(Database.close)",
)
COMMAND = "message hello.txt --tier core --out letters --log --yes"
WHOLE = {f"{name}(c{number}).txt": f"Dear {name},\n{'x' * 9000}\n" for number, name in enumerate(("甲", "乙", "丙"), start=1)}  # fmt: skip


@pytest.fixture
def file(place: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three who are written to."""
    monkeypatch.chdir(place)
    for number, name in enumerate(("甲", "乙", "丙")):
        crm(f"add-customer {name} --tier core --phone 1380000000{number}")
    (place / "hello.txt").write_text("Dear {name},\n" + "x" * 9000)
    shutil.copytree(place, place.parent / "before")
    return place


def refresh(file: Path) -> None:
    for path in file.iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    shutil.copytree(file.parent / "before", file, dirs_exist_ok=True)


def recorded() -> list[int]:
    return [crm(f"show c{number} --json").json["item"]["interaction_count"] for number in (1, 2, 3)]


def test_killed_at_any_step_there_is_no_half_file_and_the_next_run_completes_it(file: Path) -> None:
    letters, partly = file / "letters", 0
    step = 1 if is_heavy() else 3
    for steps in range(2 if step > 1 else 1, 400, step):
        refresh(file)
        ran = run(COMMAND, program=patched(*STEPS), STEPS=str(steps))
        found = {path.name: path.read_text() for path in letters.glob("*") if not path.name.startswith(".")}  # fmt: skip
        assert found.items() <= WHOLE.items()
        partly += 0 < len(found) < 3
        assert recorded() in ([0, 0, 0], [1, 1, 1])
        if ran.code == 0:
            break
        assert ran.code == -9, ran
        was_recorded = recorded() == [1, 1, 1]
        if not was_recorded:
            again = run(COMMAND)
            assert again.code == 0, again
        assert {path.name: path.read_text() for path in letters.iterdir()} == WHOLE
        assert recorded() == [1, 1, 1]
    else:
        raise AssertionError("it never came to its end")
    assert partly
