"""The clock of the machine is set back: nothing breaks, and the order is that in which things were done."""

import random
import sqlite3
from datetime import datetime, timedelta
from pathlib import Path

from tests.contract.program import run
from tests.reliability.files import begin, commands_in, complaints, state_of
from tests.reliability.ledger import Tried, trying
from tests.support import Ran, heavy

BACK = "the clock set back"
FAULTS = {
    BACK: "commands of all kinds while the clock jumps to and fro between 2019 and 2033, the year 2000 and the end of a day included; the log must be in the order in which they were done, their undoing give back what was there, and `crm due` count no day below nought",
}

SEED = 20261120
MOMENTS = ("2000-01-01T00:00", "2026-11-20T23:59", "2019-02-28T12:00", "2024-02-29T08:00", "2033-12-31T23:59")  # fmt: skip


def moment(dice: random.Random) -> str:
    """Any, some of them odd."""
    if dice.random() < 0.2:
        return dice.choice(MOMENTS)
    return (datetime(2026, 11, 20, 9) + timedelta(minutes=dice.randint(-4_000_000, 4_000_000))).isoformat()[:16]  # fmt: skip


def test_the_clock_jumps(place: Path) -> None:
    dice = random.Random(SEED)
    begin()
    path = place / "crm.db"
    log = commands_in(state_of(path))
    with trying(BACK) as tried:
        for number in range(heavy(10)):
            command = dice.choice(commands(number))
            now = moment(dice)
            told = f"seed {SEED}, number {number}: {command}, at {now}"
            ran = run(command, CRM_NOW=now)
            tried.times += 1
            assert ran.code in (0, 2, 3, 4), (told, ran)
            if ran.code == 0:
                log.append(f"crm {command}")
            if commands_in(state_of(path)) != log:
                tried.lost.append(told)
                break
            if number % 3 == 0:
                look(tried, told, now)
        undo_all(tried, dice, path)


def commands(number: int) -> list[str]:
    """One of each kind, none like another."""
    return [
        f"add-customer 'Customer {number}' --tier core",
        f"log-contact c1 'number {number}' --next 'call {number}' --on 3wd",
        f"add-need c2 'number {number}' --urgency urgent",
        f"resolve n1 'number {number}'",
        f"survey n1 --overall 2 --comment 'number {number}'",
        f"edit c3 --set note=number{number}",
        f"add-task c1 'number {number}' --due 3wd",
        f"done t1 'number {number}' --next 'more {number}' --on fri",
        f"snooze c2 3wd --reason 'number {number}'",
        f"add-promise c3 'number {number}' --due 3wd",
        f"undo --reason 'number {number}'",
    ]


def look(tried: Tried, told: str, now: str) -> None:
    """What is due is counted sanely, and nothing in the file is called wrong."""
    due = run("due --json --days 9999", CRM_NOW=now)
    assert due.code == 0, (told, due)
    odd = [item for item in due.json["items"] if item["overdue_days"] < 0]
    tried.half_done += [f"{told}: {item}" for item in odd]
    for reader in ("", "show c1 --json", "history c1 --json", "triage", "report service --json"):
        assert run(reader, CRM_NOW=now).code == 0, (told, reader)
    tried.half_done += [f"{told}: {wrong}" for wrong in complaints()]


def undo_all(tried: Tried, dice: random.Random, path: Path) -> None:
    """The newest first, until the first of all; only a later change that stands in the way may stop it."""
    ran = Ran(0, "", "")
    undone = 0
    while ran.code == 0:
        ran = run("undo", CRM_NOW=moment(dice))
        undone += ran.code == 0
    assert ran.code == 3, ran
    tried.times += undone
    connection = sqlite3.connect(path)
    live = "SELECT name FROM customer WHERE deleted_at IS NULL"
    tried.half_done += [name for (name,) in connection.execute(live)] + complaints()
    connection.close()
