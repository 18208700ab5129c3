"""`kill -9` while a command runs: at random moments, and before every single statement (DESIGN §4)."""

import random
import re
import shlex
import sqlite3
import subprocess
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from crmcli.rules.references import LETTERS
from tests.contract.program import PROGRAM, environment, patched, run
from tests.reliability.files import (
    State,
    begin,
    commands_in,
    complaints,
    content_of,
    make_older,
    put_aside,
    state_of,
    take_back,
)
from tests.reliability.ledger import Tried, trying
from tests.support import heavy, is_heavy, words

RANDOM, STEPS = "kill -9 at a random moment", "kill -9 at every step"
FAULTS = {
    RANDOM: "commands of all kinds, one after another on one file, each killed after a random time and compared, row by row, with the file before it and with a run to its end; every reference printed so far must be there, and `crm doctor` content",
    STEPS: "a command of each kind is killed before its first SQL statement, before its second, and so on to its end; a migration and the making of the file before every fifth",
}

SEED = 20261120
MOMENTS = heavy(20)


# --- at random moments ---


def started(command: Sequence[str]) -> "subprocess.Popen[bytes]":
    """A real process."""
    return subprocess.Popen(
        [*PROGRAM, *command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
    )


def one_of(path: Path, dice: random.Random, table: str, where: str = "1") -> str:
    """The reference of any live record."""
    connection = sqlite3.connect(path)
    sql = f"SELECT id FROM {table} WHERE deleted_at IS NULL AND {where} ORDER BY id"
    keys = [row[0] for row in connection.execute(sql)]
    connection.close()
    return f"{LETTERS[table]}{dice.choice(keys)}" if keys else f"{LETTERS[table]}1"


def command_for(number: int, dice: random.Random, path: Path) -> list[str]:
    """Any command that fits the file as it is; each says its number somewhere, so that no two are alike."""

    def some(table: str, where: str = "1") -> str:
        return one_of(path, dice, table, where)

    text = f"number {number}"
    customer = some("customer")
    open_need = some("need", "status NOT IN ('resolved', 'confirmed', 'declined')")
    place = path.parent
    listed = place / f"list{number}.csv"
    made = {
        "add-customer": f"add-customer 'Customer {number}' --tier core --person 'Ann {number}' --phone {13900000000 + number} --tag new",
        "log-contact": f"log-contact {customer} '{text}' --next 'call {number}' --on 3wd --next 'write {number}' --on fri",
        "log and move": f"log-contact {customer} '{text}' --stage customer --channel visit --intent high",
        "add-need": f"add-need {customer} '{text}' --kind problem --urgency urgent",
        "plan-need": f"plan-need {open_need} --step '{text}' --by 2026-12-01",
        "resolve": f"resolve {open_need} '{text}'",
        "survey": f"survey {some('need')} --overall 2 --comment '{text}'",
        "edit": f"edit {customer} --set 'note={text}' --set city=Leeds --set tags=a,b{number}",
        "delete": f"delete {some(dice.choice(['customer', 'interaction', 'task', 'need']))} --reason '{text}'",
        "undo": f"undo --reason '{text}'",
        "import": f"import {listed}",
        "merge": f"merge-customers {customer} {some('customer')} --yes --reason '{text}'",
        "config": f"config set cadence.no_reply {number + 3}d",
        "tag": f"tag {customer} 'tag {number}'",
        "add-task": f"add-task {customer} '{text}' --due 3wd",
        "done": f"done {some('task', 'done_on IS NULL')} '{text}' --next 'more {number}' --on fri",
        "promise": f"add-promise {customer} '{text}' --due 2026-12-01",
        "backup": f"backup {place}/copy{number}.db",
        "export": f"export all --format jsonl --reveal --out {place}/out{number}.jsonl",
    }  # fmt: skip
    rows = "".join(
        f"Row {number} {row},{number:04}{row:07}\n" for row in range(dice.choice((3, 300)))
    )
    listed.write_text(f"name,phone\n{rows}", encoding="utf-8")
    return words(made[dice.choice(list(made))])


def at_a_moment(command: Sequence[str], seconds: float) -> tuple[bool, str]:
    """Let it run so long and no longer: whether it ended by itself, and what it had printed."""
    process = started(command)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
    out, _ = process.communicate()
    return process.returncode in DONE, out.decode()


DONE = (0, 5)
REFERENCE = re.compile(r"[a-z]\d+").fullmatch


def missing(path: Path, printed: Sequence[str]) -> Iterator[str]:
    """Which of the references that were printed have no row; a deleted one still has."""
    tables = {letter: table for table, letter in LETTERS.items()} | {"x": "change"}
    connection = sqlite3.connect(path)
    for reference in filter(REFERENCE, printed):
        sql = f"SELECT 1 FROM {tables[reference[0]]} WHERE id = ?"
        if connection.execute(sql, (int(reference[1:]),)).fetchone() is None:
            yield reference
    connection.close()


class Killings:
    """A file, what its log must say, and every reference that was printed."""

    def __init__(self, place: Path, tried: Tried) -> None:
        self.place, self.path, self.tried = place, place / "crm.db", tried
        self.dice = random.Random(SEED)
        self.number = self.stopped = 0
        self.log = commands_in(state_of(self.path))
        self.printed: list[str] = []

    def once(self) -> None:
        """One command that the state allows, killed; lost and half done are told with the seed."""
        self.number += 1
        command = command_for(self.number, self.dice, self.path)
        told = f"seed {SEED}, number {self.number}: {shlex.join(command)}"
        before = state_of(self.path)
        put_aside(self.place)
        began = time.monotonic()
        whole = run(command)
        seconds = time.monotonic() - began
        after, contents = state_of(self.path), self.written()
        if whole.code not in DONE:
            assert after == before, told
            return
        take_back(self.place)
        # Half of it is Python starting: what is written is written towards the end.
        share = (
            self.dice.uniform(0, 1.1) if self.dice.random() < 0.3 else self.dice.uniform(0.5, 1.1)
        )
        ended, out = at_a_moment(command, share * seconds)
        self.tried.times += 1
        self.stopped += not ended
        found = state_of(self.path)
        self.tried.half_done += [told] * (found not in (before, after))
        self.tried.lost += [told] * (bool(ended or out) and found != after)
        if found == after and len(after["change"]) > len(before["change"]):
            self.log.append(shlex.join(["crm", *command]))
            self.printed += whole.out.split()
        for content, now in zip(contents, self.written(), strict=True):
            self.tried.lost += [told] * (ended and now != content)
            self.tried.half_done += [told] * (now not in (None, content))
        self.tried.half_done += [f"{told}: {wrong}" for wrong in complaints()]
        self.tried.lost += [told] * (commands_in(state_of(self.path)) != self.log)

    def written(self) -> list[object]:
        """What the files say that this command may have written."""
        return [content_of(self.place / name.format(self.number)) for name in WRITTEN]


WRITTEN = ("copy{}.db", "out{}.jsonl")


def test_at_random_moments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / "here"
    place.mkdir()
    monkeypatch.setenv("CRM_DB", str(place / "crm.db"))
    begin()
    with trying(RANDOM) as tried:
        killings = Killings(place, tried)
        while tried.times < MOMENTS and not (tried.lost or tried.half_done):
            killings.once()
        assert killings.stopped > 0
        tried.lost += missing(killings.path, killings.printed)


# --- before every statement ---

STEP = patched(
    "import os, signal, sqlite3",
    "left = [int(os.environ['STEP'])]",
    "def step(sql):",
    "    left[0] -= 1",
    "    left[0] or os.kill(os.getpid(), signal.SIGKILL)",
    "connect = sqlite3.connect",
    "def traced(*arguments, **named):",
    "    connection = connect(*arguments, **named)",
    "    connection.set_trace_callback(step)",
    "    return connection",
    "sqlite3.connect = sqlite3.dbapi2.connect = traced",
)
STEPPED = (
    "add-customer 'Gamma Inc' --tier core --person Ann --phone 13911112222 --tag a --tag b",
    "log-contact c1 'all well' --next call --on fri --stage customer --need n1",
    "add-need c1 'it rattles' --kind problem --urgency urgent",
    "resolve n1 'a new seal'",
    "survey n2 --overall 2",
    "edit c1 --set note=more --set tags=a,b --set tier=ordinary",
    "delete c1",
    "undo",
    "done t1 --next more --on fri",
    "merge-customers c1 c2 --yes",
    "config set tiers.core.every 2w",
    "import list.csv",
)


@pytest.mark.parametrize("command", STEPPED)
def test_before_every_statement(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin()
    (tmp_path / "list.csv").write_text("name,phone,tier\nAcme,13800005678,core\nNew,1,core\n,,\n")
    monkeypatch.chdir(tmp_path)
    with trying(STEPS) as tried:
        before = state_of(tmp_path / "crm.db")
        for wrong, is_after in killed_at_each_step(command, tmp_path, before):
            tried.times += 1
            tried.half_done += wrong
            ended = is_after
        assert ended


def test_before_every_statement_of_a_migration(tmp_path: Path) -> None:
    """The dates are computed after it, in a step of their own that the next command does when it was not reached."""
    make_older(tmp_path / "crm.db")
    with trying(STEPS) as tried:
        before = state_of(tmp_path / "crm.db")
        for wrong, is_after in killed_at_each_step("migrate", tmp_path, before, 5, goes_on=True):
            tried.times += 1
            tried.half_done += wrong
            ended = is_after
        assert ended


def test_before_every_statement_of_the_first_command(tmp_path: Path) -> None:
    """There is no file yet."""
    with trying(STEPS) as tried:
        for wrong, is_after in killed_at_each_step(
            "add-customer Acme --tier core", tmp_path, None, 5
        ):
            tried.times += 1
            tried.half_done += wrong
            ended = is_after
        assert ended


def killed_at_each_step(
    command: str, place: Path, before: State | None, every: int = 1, goes_on: bool = False
) -> Iterator[tuple[list[str], bool]]:
    """Of each step: what is half done after it, and whether the command had its effect."""
    path = place / "crm.db"
    put_aside(place)
    assert run(command).code in DONE
    after = state_of(path)
    step, code, stride = 1, -9, every if is_heavy() else every + 40
    while code == -9:
        take_back(place)
        code = run(command, program=STEP, STEP=str(step)).code
        assert code in (-9, *DONE), (command, step, code)
        told, found = f"{command}, step {step}", as_found(path)
        if goes_on and found not in (before, after):
            assert run("due --count").code == 0
            found = as_found(path)
        wrong = [told] if found not in (before, after) else []
        if step % (10 * stride) == 1:
            wrong += [f"{told}: {one}" for one in complaints()]
        yield wrong, found == after
        step += stride


def as_found(path: Path) -> State | None:
    """The state of the file; None when there is none yet, or nothing in it."""
    if not path.exists() or not path.stat().st_size:
        return None
    found = state_of(path)
    return found if found.get("change") else None
