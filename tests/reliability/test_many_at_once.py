"""Many processes on one file: everything that was said to be done is there, once, and nobody ever reads half of it."""

import json
import shlex
import sqlite3
import subprocess
from pathlib import Path

import pytest

from tests.contract.program import PROGRAM, patched, run
from tests.reliability.files import begin, complaints, damage_in, put_aside, take_back
from tests.reliability.ledger import Tried, trying
from tests.support import crm, heavy, is_heavy, words

WRITERS, READERS, MAKERS = "eight writers at once", "reading while others write", "making the file at once"  # fmt: skip
FAULTS = {
    WRITERS: "eight processes log 250 contacts each, with a follow-up each, while two read: all must be there once, with keys of their own in an unbroken log",
    READERS: "what is read meanwhile must be of one moment, with both the contact and the follow-up of a change, or neither; and of each reading command, somebody else's write comes between any two of its statements, and its answer must be the one before or the one after",
    MAKERS: "four processes add the first customer to a file that is not there yet",
}  # fmt: skip

WRITING, EACH = 8, heavy(25)
LOOP = 'for n in $(seq {each}); do {crm} log-contact c1 "$0-$n" --next "$0-$n" --on 2027-01-04 || exit; done'
LOOKING = [
    f'while [ -e "$0" ]; do {{crm}} {reader} || exit; done'
    for reader in ("show c1 --limit 0 --json", "due --json")
]


def started(line: str, name: str) -> "subprocess.Popen[str]":
    """A shell that runs `crm` over and over."""
    crm_line = shlex.join(PROGRAM)
    return subprocess.Popen(
        ["bash", "-c", line.format(crm=crm_line, each=EACH), name],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_eight_write_and_two_read(place: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    crm("add-customer 华东精工 --tier core")
    going = tmp_path_factory.mktemp("going") / "on"
    going.touch()
    writers = [started(LOOP, f"worker{number}") for number in range(WRITING)]
    # What they print is more than a pipe holds.
    readers = [started(f"({line}) > {going}{n}", str(going)) for n, line in enumerate(LOOKING)]
    ended = [(writer.communicate(), writer.returncode) for writer in writers]
    going.unlink()
    read = [(reader.communicate(), reader.returncode) for reader in readers]
    assert [(err, code) for (_, err), code in ended] == [("", 0)] * WRITING
    assert [code for _, code in read] == [0, 0], read
    expected = {f"worker{number}-{n}" for number in range(WRITING) for n in range(1, EACH + 1)}
    with trying(WRITERS) as tried:
        tried.times += len(expected)
        printed = sorted("".join(out for (out, _), _ in ended).split())
        count = len(expected)
        assert printed == sorted(f"{letter}{n}" for letter in "it" for n in range(1, count + 1))
        connection = sqlite3.connect(place / "crm.db")
        for table, column in (("interaction", "summary"), ("task", "text")):
            rows = connection.execute(f"SELECT {column} FROM {table} ORDER BY id").fetchall()
            found = [text for (text,) in rows]
            tried.lost += sorted(expected - set(found))
            tried.half_done += [text for text in set(found) if found.count(text) > 1]
        log = connection.execute("SELECT count(*), max(id) FROM change").fetchone()
        assert log == (count + 1, count + 1)
        connection.close()
        tried.half_done += damage_in(place / "crm.db") + complaints()
        assert run("show c1 --json").json["item"]["interaction_count"] == count
    with trying(READERS) as tried:
        shown = [json.loads(line)["item"] for line in Path(f"{going}0").read_text().splitlines()]
        of_one_moment(tried, [(named(one["interactions"], "summary"), named(one["tasks"], "text")) for one in shown])  # fmt: skip


def named(rows: list[dict[str, str]], field: str) -> set[str]:
    """What the rows say."""
    return {row[field] for row in rows}


def of_one_moment(tried: Tried, answers: list[tuple[set[str], set[str]]]) -> None:
    """Contacts and follow-ups of each answer are the same, and those of the answer before are still there."""
    earlier: set[str] = set()
    for number, (contacts, tasks) in enumerate(answers):
        tried.times += 1
        if contacts != tasks:
            tried.half_done.append(f"answer {number}: {sorted(contacts ^ tasks)[:5]}")
        if earlier - contacts:
            tried.lost.append(f"answer {number}: {sorted(earlier - contacts)[:5]}")
        earlier = contacts


def test_readers_see_one_moment(place: Path) -> None:
    """Somebody writes between any two statements of a reader: its answer is that before, or that after."""
    begin()
    with trying(READERS) as tried:
        for reader in ANSWERS if is_heavy() else ANSWERS[::3]:
            put_aside(place)
            before = run(reader)
            assert run(WRITTEN_MEANWHILE).code == 0
            after = run(reader)
            assert before.code == after.code == 0
            step, wrote = 1, True
            while wrote:
                take_back(place)
                ran = run(reader, program=MEANWHILE, STEP=str(step))
                wrote = "WROTE" in ran.err
                tried.times += wrote
                if ran.out not in (before.out, after.out):
                    tried.half_done.append(f"{reader}, written before statement {step}")
                step += 1 if is_heavy() else 17
            assert step > 3, reader
            take_back(place)


ANSWERS = (
    "show c1 --json", "show c1", "show n1", "due --json", "", "list-customers --json", "triage --json", "history c1 --json", "find it --json",
    "survey --list --json", "report service --json", "export all --format jsonl",
)  # fmt: skip
WRITTEN_MEANWHILE = (
    "log-contact c1 'do it' --next 'mend it' --on fri --need n1 --stage interested --intent high"
)
MEANWHILE = patched(
    "import os, subprocess, sys",
    "from crmcli.store.database import Database",
    "left = [int(os.environ['STEP'])]",
    "def before(db):",
    "    left[0] -= 1",
    "    if left[0]: return",
    f"    line = [sys.executable, '-m', 'crmcli', *{words(WRITTEN_MEANWHILE)!r}]",
    "    subprocess.run(line, check=True, capture_output=True)",
    "    sys.stderr.write('WROTE')",
    "speaking = Database.speaking",
    "Database.speaking = lambda db: (before(db), speaking(db))[1]",
)


def test_four_processes_make_the_file(place: Path) -> None:
    adding = [
        subprocess.Popen(
            [*PROGRAM, "add-customer", f"customer {n}"],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        for n in range(4)
    ]
    with trying(MAKERS) as tried:
        refs = sorted(process.communicate()[0] for process in adding)
        tried.times += 4
        assert refs == ["c1\n", "c2\n", "c3\n", "c4\n"]
        assert [process.returncode for process in adding] == [0] * 4
        tried.lost += ["a customer"] * (4 - run("list-customers --json").json["count"])
        tried.half_done += complaints()
