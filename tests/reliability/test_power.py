"""The power fails: what was not yet on the disk is gone, and what is there opens as an earlier whole state."""

import random
import sqlite3
import struct
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.contract.program import patched, run
from tests.reliability.files import State, begin, complaints, copied, damage_in, state_of
from tests.reliability.ledger import Tried, trying
from tests.store.filled import whole_file
from tests.support import crm, heavy, is_heavy

CUT, TORN, CHECKPOINT = "a write-ahead log cut short", "a write-ahead log with torn or foreign bytes", "power lost while the log is moved into the file"  # fmt: skip
FAULTS = {
    CUT: "the write-ahead log of a dozen commands, cut at the ends of its frames and between them; what opens must be exactly the state after the last command whose bytes are all there",
    TORN: "the same log with a bit flipped, zeros, noise or frames of an older log from some byte on; what opens must be exactly the state before the command that was hit",
    CHECKPOINT: "some of the log's pages written to the file, one of them half, and the log still there; what opens must be the last state",
}

SEED = 20261120
_HEADER, _FRAME_HEADER = 32, 24
DAY = (
    "add-customer 'Gamma Inc' --tier core --person Ann --phone 13911112222",
    "log-contact c4 'all well' --next call --on fri",
    "add-need c1 'it rattles' --kind problem --urgency urgent",
    "resolve n1 'a new seal'",
    "survey n1 --overall 2 --comment slow",
    "edit c2 --set note=more --set tags=a,b",
    "tag c3 vip",
    "delete i1",
    "undo",
    "merge-customers c3 c4 --yes",
    "config set tiers.core.every 2w",
    "done t1 sent --next 'ask again' --on fri",
)


class Logged(NamedTuple):
    """A file whose commands are still in its write-ahead log: where each one's bytes end, and the state it made."""

    path: Path
    ends: list[int]
    states: list[State]
    page: int

    @property
    def log(self) -> bytes:
        """The write-ahead log."""
        return self.path.with_name(self.path.name + "-wal").read_bytes()

    def state_at(self, length: int) -> State:
        """What so many bytes of the log hold: the first state is that of the file alone."""
        return self.states[sum(end <= length for end in self.ends)]

    def frames(self) -> list[int]:
        """Where each frame begins, and where the last ends."""
        return list(range(_HEADER, self.ends[-1] + 1, _FRAME_HEADER + self.page))


@pytest.fixture
def logged(place: Path, tmp_path_factory: pytest.TempPathFactory) -> Logged:
    """Made while another connection keeps the log from being moved into the file; then left as by a loss of power."""
    path = place / "crm.db"
    begin()
    holder = sqlite3.connect(path)
    holder.execute("SELECT count(*) FROM customer").fetchone()
    (page,) = holder.execute("PRAGMA page_size").fetchone()
    before = path.read_bytes()
    wal = path.with_name("crm.db-wal")
    ends, states = [], [state_of(path)]
    for command in DAY:
        crm(command)
        ends.append(wal.stat().st_size)
        states.append(state_of(path))
    assert path.read_bytes() == before  # nothing was moved yet
    assert ends == sorted(set(ends))
    kept = tmp_path_factory.mktemp("kept")
    copied(path, kept)
    holder.close()
    return Logged(kept / "crm.db", ends, states, page)


def opens_as(logged: Logged, place: Path, log: bytes, expected: State, told: str, tried: Tried, file: bytes | None = None) -> None:  # fmt: skip
    """Put file and log where `crm` finds them, and hold what opens against the state that must be there."""
    path = place / "crm.db"
    for one in place.glob("crm.db*"):
        one.unlink()
    path.write_bytes(logged.path.read_bytes() if file is None else file)
    path.with_name("crm.db-wal").write_bytes(log)
    tried.times += 1
    if tried.times % 10 == 1:  # the program itself opens it; else SQLite alone, which is quicker
        tried.half_done += [f"{told}: {wrong}" for wrong in complaints()]
    found = whole_file(path) if not damage_in(path) else None
    if found != expected:
        (tried.lost if found in logged.states else tried.half_done).append(told)


def test_a_log_cut_at_many_bytes(logged: Logged, place: Path) -> None:
    dice = random.Random(SEED)
    length, frames = len(logged.log), logged.frames()
    assert frames[-1] == length
    cuts = {*range(0, _HEADER + 1, 8), *(end + by for end in logged.ends for by in (-1, 0, 1))}
    cuts |= {frame + by for frame in frames for by in (-1, 0, 1, _FRAME_HEADER)} if is_heavy() else set()  # fmt: skip
    cuts |= {dice.randrange(length) for _ in range(heavy(20))}
    with trying(CUT) as tried:
        for cut in sorted(cut for cut in cuts if cut <= length):
            told = f"cut at {cut}"
            opens_as(logged, place, logged.log[:cut], logged.state_at(cut), told, tried)


def test_a_log_with_torn_and_foreign_bytes(logged: Logged, place: Path) -> None:
    dice = random.Random(SEED)
    log, length = logged.log, len(logged.log)
    with trying(TORN) as tried:
        for number in range(heavy(40)):
            at = dice.randrange(length)
            kinds = {
                "a flipped bit": bytes([log[at] ^ 1 << dice.randrange(8)]) + log[at + 1 :],
                "zeros": bytes(length - at),
                "noise": dice.randbytes(length - at),
                "a sector of noise": dice.randbytes(min(512, length - at)) + log[at + 512 :],
                "another part of itself": log[_HEADER:][: length - at],
            }
            kind = list(kinds)[number % len(kinds)]
            torn = log[:at] + kinds[kind]
            first = next(
                (n for n in range(at, length) if torn[n : n + 1] != log[n : n + 1]), length
            )
            # All of the log hangs on its header, and each frame on all before it.
            expected = logged.state_at(first if first >= _HEADER else 0)
            told = f"seed {SEED}, number {number}: {kind} at {at}"
            opens_as(logged, place, torn, expected, told, tried)


def test_power_lost_while_the_log_is_moved(logged: Logged, place: Path) -> None:
    dice = random.Random(SEED)
    log = logged.log
    newest = {}
    for frame in logged.frames()[:-1]:
        (number,) = struct.unpack(">I", log[frame : frame + 4])
        newest[number] = log[frame + _FRAME_HEADER : frame + _FRAME_HEADER + logged.page]
    with trying(CHECKPOINT) as tried:
        for number in range(heavy(10)):
            moved = dice.sample(sorted(newest), dice.randint(1, len(newest)))
            file = bytearray(logged.path.read_bytes())
            for page in moved:
                start = (page - 1) * logged.page
                file.extend(bytes(max(0, start + logged.page - len(file))))
                written = dice.choice((512, 1024, logged.page)) if page == moved[-1] else logged.page  # fmt: skip
                file[start : start + written] = newest[page][:written]
            told = f"seed {SEED}, number {number}"
            opens_as(logged, place, log, logged.states[-1], told, tried, bytes(file))


SYNCED = patched(
    "import sqlite3, sys",
    "from crmcli.store.changes import Change",
    "insert = Change.insert",
    "def told(change, *arguments, **named):",
    "    sys.stderr.write(str(change.db.connection.execute('PRAGMA synchronous').fetchone()[0]))",
    "    return insert(change, *arguments, **named)",
    "Change.insert = told",
)


def test_a_finished_command_waited_for_the_disk(place: Path) -> None:
    """Cut logs are those of commands that had not finished: these end when the disk has said that all is there."""
    begin()
    with trying(CUT) as tried:
        for command in ("tag c1 new", "add-task c1 call --due fri"):
            ran = run(command, program=SYNCED)
            tried.times += 1
            tried.lost += [command] * (ran.code != 0 or set(ran.err) != {"2"})
