"""Pages of the file are damaged: `crm doctor` tells, nobody spreads it or answers wrongly, and a backup helps."""

import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.contract.program import run
from tests.reliability.files import (
    State,
    begin,
    complaints,
    damage_in,
    put_aside,
    state_of,
    take_back,
)
from tests.reliability.ledger import Tried, trying
from tests.reliability.pages import pages_of
from tests.support import Ran, crm, heavy, is_heavy

DOCTOR, SPREAD, READ = (
    "a damaged page, looked for",
    "a damaged page, written near",
    "a damaged page, read",
)
HELPED = "a damaged file, restored from a backup"
FAULTS = {
    DOCTOR: "of each kind of page (table, index and their inner pages, overflow, search index, free list, the header and its fields) some are overwritten with noise, zeros, another page or in part; `crm doctor` must say so, or nothing can be missing",
    SPREAD: "commands that write into such a file must refuse it and leave every byte, or, where they do not touch the page, write what they would have written without it; where the page is a whole one of another table or index, which nobody can tell who does not read the whole file, every row must be right, and `crm doctor` must still tell",
    READ: "commands that read such a file must refuse it or answer as before",
    HELPED: "a file damaged in as many ways, and one cut short, has a backup restored over it: it must hold what it held then, `crm doctor` be content, and the damaged file have been put aside as it was",
}  # fmt: skip

SEED = 20261120
WRITERS = (
    "add-customer 'Gamma Inc' --tier core --phone 15512345678",
    "log-contact c1 hello --next more --on fri",
    "edit c2 --set note=more",
)
READERS = ("due --json", "list-customers --json", "show c1 --json", "find acme --json")
HOWS = ("noise", "zeros", "flipped head", "noisy half", "another page")
FIELDS = {
    "magic": (0, 16), "page size": (16, 2), "write version": (18, 1), "read version": (19, 1), "reserved bytes": (20, 1), "fractions": (21, 3),
    "size": (28, 4), "free list": (32, 4), "free count": (36, 4), "schema cookie": (40, 4), "schema format": (44, 4), "largest root": (52, 4),
    "encoding": (56, 4), "user version": (60, 4), "application": (68, 4), "valid for": (92, 4),
}  # fmt: skip
"""Of the file's header: where they are and how long."""


class Sound(NamedTuple):
    """The file before any damage: what it holds, what readers answer, and what it holds after each writer."""

    path: Path
    file: bytes
    page: int
    state: State
    answers: dict[str, str]
    after: dict[str, State]


@pytest.fixture
def sound(place: Path) -> Sound:
    path = place / "crm.db"
    begin()
    long = dict.fromkeys(range(0, 400, 50), "长" * 1900)  # more than a page holds
    rows = "".join(f"R{row},{13500000000 + row},{long.get(row, '')}\n" for row in range(400))
    (place / "list.csv").write_text(f"name,phone,note\n{rows}", encoding="utf-8")
    crm(f"import {place}/list.csv")
    connection = sqlite3.connect(path)
    connection.executescript("CREATE TABLE gone (a); INSERT INTO gone VALUES (zeroblob(90000));")
    connection.executescript("DROP TABLE gone; PRAGMA wal_checkpoint(TRUNCATE);")
    (page,) = connection.execute("PRAGMA page_size").fetchone()
    connection.close()
    answers = {reader: crm(reader).out for reader in READERS}
    state, file = state_of(path), path.read_bytes()
    put_aside(place)
    after = {}
    for writer in WRITERS:
        assert run(writer).code == 0
        after[writer] = state_of(path)
        take_back(place)
    return Sound(path, file, page, state, answers, after)


class Damage(NamedTuple):
    """Bytes in place of what stood there."""

    told: str
    start: int
    bytes: bytes

    def done_to(self, file: bytes) -> bytes:
        """The file with the damage in it."""
        return file[: self.start] + self.bytes + file[self.start + len(self.bytes) :]


def damages(sound: Sound) -> Iterator[Damage]:
    """Of each kind of page some, each in every way; of each field of the header likewise."""
    dice = random.Random(SEED)
    kinds: dict[str, list[int]] = {}
    for number, (kind, owner) in sorted(pages_of(sound.path).items()):
        of_search = "search " if owner.startswith("search_index") else ""
        kinds.setdefault(of_search + kind, []).append(number)
    assert {"table leaf", "table interior", "index leaf", "index interior", "overflow", "free trunk", "free leaf", "search table leaf"} <= kinds.keys()  # fmt: skip
    number = 0
    for kind, pages in kinds.items():
        for how in HOWS:
            for page in dice.sample(pages, min(len(pages), heavy(1) // 2 or 1)):
                number += 1
                if is_heavy() or number % 7 == 0:
                    start, damaged = damaged_page(sound, page, how, dice)
                    yield Damage(f"seed {SEED}: {how} in page {page}, {kind}", start, damaged)
    for field, (at, length) in FIELDS.items():
        for how, mask in (("ones", 0xFF), ("zeros", 0), ("a flipped bit", 1)):
            number += 1
            was = sound.file[at : at + length]
            now = bytes(one ^ 1 for one in was) if mask == 1 else bytes([mask]) * length
            if now != was and (is_heavy() or number % 7 == 0):
                yield Damage(f"{how} in the header's {field}", at, now)


def damaged_page(sound: Sound, page: int, how: str, dice: random.Random) -> tuple[int, bytes]:
    """Where, and what stands there now; the header of the file is left alone."""
    start, end = (page - 1) * sound.page, page * sound.page
    start += 100 if page == 1 else 0
    was = sound.file[start:end]
    if how == "noise":
        return start, dice.randbytes(len(was))
    if how == "zeros":
        return start, bytes(len(was))
    if how == "flipped head":
        return start, bytes(one ^ 0xFF for one in was[:8])
    if how == "noisy half":
        return start + len(was) // 2, dice.randbytes(len(was) - len(was) // 2)
    other = dice.choice([n for n in range(2, len(sound.file) // sound.page + 1) if n != page])
    return start, sound.file[other * sound.page - len(was) : other * sound.page]


def put(sound: Sound, file: bytes) -> None:
    """The file as it now is, without anything beside it."""
    take_back(sound.path.parent)
    sound.path.write_bytes(file)


def is_refusal(ran: Ran, damage: Damage) -> bool:
    """Exit 10 with one sentence; what comes from a page of another table may be nonsense, of which exit 1 is said, or
    know nothing of a customer, which is exit 3.
    """
    codes = (1, 3, 10) if "another page" in damage.told else (10,)
    return ran.code in codes and ran.out == "" and "Traceback" not in ran.err


def test_damage_is_told_not_spread_and_never_answered_wrongly(sound: Sound) -> None:
    with trying(DOCTOR) as looked, trying(SPREAD) as written, trying(READ) as read:
        for damage in damages(sound):
            file = damage.done_to(sound.file)
            put(sound, file)
            look(sound, damage, looked)
            for writer in WRITERS:
                put(sound, file)
                write(sound, damage, writer, written)
            for reader in READERS:
                put(sound, file)
                ran = run(reader)
                read.times += 1
                if not is_refusal(ran, damage) and (ran.code, ran.out) != (
                    0,
                    sound.answers[reader],
                ):
                    read.half_done.append(f"{damage.told}: {reader}: {ran}")


def test_a_backup_helps(sound: Sound) -> None:
    kept = crm("backup").out.strip()
    put_aside(sound.path.parent)  # with the backup
    short = [Damage(f"cut at {at}", at, b"") for at in (1, 4096, 5000, len(sound.file) // 2)]
    chosen = [*damages(sound), *short][:: 1 if is_heavy() else 3]
    with trying(HELPED) as tried:
        for damage in chosen:
            file = damage.done_to(sound.file) if damage.bytes else sound.file[: damage.start]
            put(sound, file)
            ran = run(["restore", kept, "--yes", "--json"])
            tried.times += 1
            told = f"{damage.told}: {ran}"
            if ran.code != 0 or damage_in(sound.path):
                tried.half_done.append(told)
                continue
            found = state_of(sound.path)
            same = all(found[table] == sound.state[table] for table in found if table != "event")
            tried.lost += [told] * (not same)
            aside = ran.json["item"]["kept"]
            is_aside = aside and damage_in(aside) in ([], damage_of(file, sound))
            tried.half_done += [told] * (not is_aside)
            tried.half_done += [f"{damage.told}: {wrong}" for wrong in complaints()]


def damage_of(file: bytes, sound: Sound) -> list[str]:
    """What SQLite finds wrong with these bytes."""
    path = sound.path.with_name("looked-at.db")
    path.write_bytes(file)
    found = damage_in(path)
    path.unlink()
    return found


def look(sound: Sound, damage: Damage, tried: Tried) -> None:
    """`doctor` tells, or there is nothing to tell."""
    ran = run("doctor --json")
    tried.times += 1
    if is_refusal(ran, damage) or (ran.code == 1 and ran.out):
        return
    put(sound, damage.done_to(sound.file))
    if ran.code != 0 or damage_in(sound.path) or state_of(sound.path) != sound.state:
        tried.half_done.append(f"{damage.told}: {ran}")


def write(sound: Sound, damage: Damage, writer: str, tried: Tried) -> None:
    """Nothing is changed, or what is changed is what it should be, the damage apart."""
    before = sound.path.read_bytes()
    ran = run(writer)
    tried.times += 1
    after = sound.path.read_bytes()
    told = f"{damage.told}: {writer}: {ran}"
    if is_refusal(ran, damage):
        tried.half_done += [told] * (after != before)
        return
    end = damage.start + len(damage.bytes)
    if ran.code != 0:
        tried.half_done.append(told)
        return
    is_damaged, is_told = damage_in(sound.path) != [], run("doctor").code != 0
    if after[damage.start : end] == damage.bytes:  # mended, it must be as if it had always been so
        was = sound.file[damage.start : end]
        put(sound, after[: damage.start] + was + after[end:])
        if damage_in(sound.path) and is_told:
            # It led to pages of another index, which were written on; the rows themselves must be right.
            with closing(sqlite3.connect(sound.path)) as connection:
                connection.execute("REINDEX")
        if damage_in(sound.path):
            tried.half_done.append(told)
            return
    elif is_damaged:  # it looked like the page that belongs there, and was written on
        tried.half_done += [told] * (not is_told)
        return
    if state_of(sound.path) != sound.after[writer]:
        tried.lost.append(told)
