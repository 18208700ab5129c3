"""`crm attach`: files kept under their hash, listed, opened, undone, erased, checked, and beside backups and in dossiers."""

import hashlib
import json
import os
import sqlite3
import subprocess
from pathlib import Path

import pytest

from crmcli.store import attached_files
from crmcli.store.frozen import TABLES
from tests.contract.program import (
    PROGRAM,
    as_anybody,
    environment,
    everything_in,
    on_terminal,
    patched,
    refused,
    run,
)
from tests.support import Ran, backups_of, crm, run_in_process

PAPER = "合同 第一页\n".encode()


@pytest.fixture
def away(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of the user's, away from the data."""
    folder = tmp_path_factory.mktemp("away")
    (folder / "合同.pdf").write_bytes(PAPER)
    (folder / "notes.txt").write_bytes(b"notes")
    return folder


@pytest.fixture
def kept(place: Path) -> Path:
    """A customer, and where its attached files go."""
    crm("add-customer 华东精工")
    return place / "crm.db.files"


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def held(folder: Path) -> dict[str, bytes]:
    """Every file below a folder."""
    return {str(one.relative_to(folder)): one.read_bytes() for one in folder.rglob("*") if one.is_file()}  # fmt: skip


def under(*contents: bytes) -> dict[str, bytes]:
    """How they lie in a folder of attached files."""
    return {f"{digest(one)[:2]}/{digest(one)}": one for one in contents}


def attached(ref: str = "c1") -> list[tuple[str, str, str]]:
    return [(one["ref"], one["record"], one["name"]) for one in crm(f"attach {ref} --list --json").json["items"]]  # fmt: skip


# --- attaching ---


def test_a_file_is_copied_under_its_hash_and_named(kept: Path, away: Path) -> None:
    ran = run(["attach", "c1", str(away / "合同.pdf"), "--note", "签字"])
    assert ran == (0, "f1\n", "")
    place = kept / digest(PAPER)[:2] / digest(PAPER)
    assert held(kept) == under(PAPER)
    assert [oct(one.stat().st_mode & 0o777) for one in (place, place.parent, kept)] == ["0o600", "0o700", "0o700"]  # fmt: skip
    (away / "合同.pdf").unlink()
    assert run("attach c1 --list --json").json == {
        "schema": "crm.attachments/1",
        "count": 1,
        "items": [
            {
                "ref": "f1", "record": "c1", "customer": "c1", "name": "合同.pdf", "bytes": len(PAPER), "sha256": digest(PAPER),
                "note": "签字", "attached_on": "2026-11-20", "created_at": "2026-11-20T09:00:00+08:00", "path": str(place),
            }
        ],
    }  # fmt: skip
    assert run("attach f1 --open") == (0, f"{place}\n", "")


def test_the_same_bytes_lie_there_once(kept: Path, away: Path) -> None:
    (away / "copy.pdf").write_bytes(PAPER)
    for name in ("合同.pdf", "copy.pdf", "notes.txt"):
        crm(["attach", "c1", str(away / name)])
    assert held(kept) == under(PAPER, b"notes")
    assert [name for _, _, name in attached()] == ["合同.pdf", "copy.pdf", "notes.txt"]


@pytest.mark.parametrize("more", [[], ["--note", "again"], ["--dry-run"]])
def test_a_file_is_attached_to_a_record_once(kept: Path, away: Path, more: list[str]) -> None:
    crm("add-customer Beta")
    line = ["attach", "c1", str(away / "合同.pdf"), *more]
    crm(line[:3])
    before = everything_in(kept)
    refused(line, 4, "that file is attached to c1 already, as f1; crm attach f1 --open opens it")
    assert everything_in(kept) == before
    assert attached() == [("f1", "c1", "合同.pdf")]
    # To another record, with another content, or once it is deleted, it may be.
    crm(["attach", "c2", str(away / "合同.pdf")])
    crm("delete f1")
    crm(line[:3])
    (away / "合同.pdf").write_bytes(b"second draft")
    crm(line[:3])
    assert attached() == [("f3", "c1", "合同.pdf"), ("f4", "c1", "合同.pdf")]


def test_attaching_again_mends_what_was_changed(kept: Path, away: Path) -> None:
    crm(["attach", "c1", str(away / "合同.pdf")])
    (kept / digest(PAPER)[:2] / digest(PAPER)).write_bytes(b"other")
    assert run_in_process("doctor").code == 1
    crm(["attach", "c1", str(away / "合同.pdf")])
    assert held(kept) == under(PAPER)
    assert run_in_process("doctor").code == 0


RECORDS = {
    "c1": "add-customer Beta", "h1": "add-person c1 张伟", "i1": "log-contact c1 hello", "t1": "add-task c1 call",
    "n1": "add-need c1 'it stops'", "p1": "add-promise c1 samples --due 2026-12-01", "y1": "key-date c1 birthday 05-20",
    "d1": "add-deal c1 seats", "k1": "add-contract c1 service --until 2027-12-31", "o1": "add-order c1 1200", "r1": "add-risk c1 price",
    "l1": "plan-need n1 --step look --by 2026-12-01", "s1": "resolve n1 done", "v1": "survey n1 --overall 1",
    "a1": "add-article 'what to say' --type script --text hello",
}  # fmt: skip


def test_every_kind_of_record_takes_files(kept: Path, away: Path) -> None:
    for command in RECORDS.values():
        crm(command)
    for number, reference in enumerate(RECORDS, start=1):
        ran = crm(["attach", reference, str(away / "notes.txt"), "--json"]).json["item"]
        assert (ran["ref"], ran["record"]) == (f"f{number}", reference)
        assert ran["customer"] == (None if reference == "a1" else "c1")
        assert attached(reference) == attached("c1") or reference != "c1"
        if reference != "c1":
            assert attached(reference) == [(f"f{number}", reference, "notes.txt")]
    assert [record for _, record, _ in attached()] == [one for one in RECORDS if one != "a1"]
    assert "attachment" in TABLES
    assert crm("show f3").lines[1].split() == ["record", "i1"]


def test_a_contact_takes_several_with_it(kept: Path, away: Path) -> None:
    names = [away / "合同.pdf", away / "notes.txt"]
    line = ["log-contact", "c1", "signed", "--signed", "--next", "file it", "--on", "fri"]
    ran = run([*line, *(part for name in names for part in ("--attach", str(name)))])
    assert ran == (0, "i1\nt1\nf1\nf2\n", "")
    assert attached("i1") == [("f1", "i1", "合同.pdf"), ("f2", "i1", "notes.txt")]
    code, screen = on_terminal(f"log-contact c1 more --attach {names[1]}")
    assert (code, "Attached f3 notes.txt, 5 B, to i2." in screen) == (0, True)
    before = held(kept)
    refused(
        [*line, "--attach", str(names[0]), "--attach", str(away / "none")], 3, f"there is no file {away / 'none'}"
    )  # fmt: skip
    assert held(kept) == before


def test_a_dry_run_keeps_nothing(kept: Path, away: Path, place: Path) -> None:
    before = everything_in(place)
    ran = run(["attach", "c1", str(away / "notes.txt"), "--dry-run"])
    assert ran == (0, "", "Nothing was changed; without --dry-run: Attached f1 notes.txt, 5 B, to c1.\n")  # fmt: skip
    assert run(["log-contact", "c1", "hi", "--attach", str(away / "notes.txt"), "--dry-run"]).code == 0  # fmt: skip
    assert everything_in(place) == before


@pytest.mark.parametrize(
    "name",
    ["合同（终稿）—— 签字版.pdf", "-rf", "..pdf", "a b.pdf", "nul.txt", "\u202egpj.exe", "x\x1b[31m", "line\nbreak", "x" * 251, "客" * 85],
)  # fmt: skip
def test_a_name_leads_nowhere_else(kept: Path, away: Path, place: Path, name: str) -> None:
    (away / name).write_bytes(b"x")
    before = set(place.rglob("*"))
    crm(["attach", "c1", str(away / name)])
    assert held(kept) == under(b"x")
    assert {one.relative_to(place).parts[0] for one in set(place.rglob("*")) - before} == {"crm.db.files"}  # fmt: skip
    assert attached() == [("f1", "c1", name)]
    assert "\x1b" not in crm("attach c1 --list").out


def test_a_name_that_is_no_text_is_kept_readable(kept: Path, away: Path) -> None:
    (away / os.fsdecode(b"\xff.pdf")).write_bytes(b"x")
    crm(["attach", "c1", os.fsdecode(os.fsencode(away) + b"/\xff.pdf")])
    assert attached() == [("f1", "c1", "\\udcff.pdf")]


# --- refused ---


def test_what_is_no_file_to_keep_is_refused_and_nothing_written(
    kept: Path, away: Path, place: Path
) -> None:
    os.mkfifo(away / "pipe")
    (away / "link").symlink_to("/etc/hostname")
    (away / "inside").symlink_to("notes.txt")
    (away / "empty").touch()
    with (away / "big").open("wb") as file:
        file.truncate(2_000_000_000)
    with (away / "most").open("wb") as file:
        file.truncate(attached_files.MOST + 1)
    sentences = {
        "": "{path} is a folder; name a file in it",
        "link": "{path} is a link to /etc/hostname; name the file itself",
        "inside": "{path} is a link to notes.txt; name the file itself",
        "pipe": "{path} is no file that can be kept; save what it gives as a file, and attach that",
        "empty": "{path} is empty; there is nothing to keep",
        "big": "{path} has 2000 MB, and at most 100 MB can be attached; leave it where it is, and note its place",
        "most": "{path} has 101 MB, and at most 100 MB can be attached; leave it where it is, and note its place",
    }
    for name, sentence in sentences.items():
        path = str(away / name)
        refused(["attach", "c1", path], 2, sentence.format(path=path))
        refused(["log-contact", "c1", "hi", "--attach", path], 2, sentence.format(path=path))
    device = "/dev/null is no file that can be kept; save what it gives as a file, and attach that"
    refused("attach c1 /dev/null", 2, device)
    refused(["attach", "c1", ""], 2, "the name of the file is empty; write one")
    for missing in (away / "none", away / "notes.txt" / "none"):
        refused(["attach", "c1", str(missing)], 3, f"there is no file {missing}")
    for own in ("crm.db", "other"):
        if own == "other":
            (place / own).hardlink_to(place / "crm.db")
        sentence = f"{place / own} is in use by crm; crm backup makes copies of it"
        refused(["attach", "c1", str(place / own)], 4, sentence)
    assert not kept.exists()


def test_what_may_not_be_read_is_told(kept: Path, away: Path) -> None:
    path = away / "notes.txt"
    path.chmod(0)
    refused(
        ["attach", "c1", str(path)], 1, f"{path} cannot be read (Permission denied); check it", before=as_anybody
    )  # fmt: skip
    assert not kept.exists()


WRITING = patched(
    "import hashlib, os",
    "class Writing:",
    "    def __init__(self): self.real = real()",
    "    def update(self, piece): self.real.update(piece); open(os.environ['WRITTEN'], 'ab').write(b'more')",
    "    def hexdigest(self): return self.real.hexdigest()",
    "from crmcli.store import attached_files",
    "real = hashlib.sha256",
    "attached_files.hashlib = type('', (), {'sha256': Writing})",
)


def test_what_changes_while_it_is_read_is_not_kept(kept: Path, away: Path) -> None:
    crm(["attach", "c1", str(away / "合同.pdf")])
    path = away / "notes.txt"
    refused(
        ["attach", "c1", str(path)],
        1,
        f"{path} was changed while it was read; attach it when nobody is writing to it",
        program=WRITING,
        WRITTEN=str(path),
    )
    assert held(kept) == under(PAPER)


def test_what_belongs_together_is_said(kept: Path, away: Path) -> None:
    file = str(away / "notes.txt")
    crm(["attach", "c1", file])
    refused(["attach", "c9", file], 3, "there is no customer c9; crm list-customers shows them all")
    refused(["attach", "c1:touch", file], 2, "c1:touch is something that is due, no record of its own; write c1 if the whole record is meant")  # fmt: skip
    refused(["attach", "x1", file], 2, "x1 is a change, not a record; crm history shows it")
    refused(["attach", "f1", file], 2, "f1 is an attached file itself; name what the new one belongs to, or write --open")  # fmt: skip
    refused("attach c1", 2, "no file is named; write crm attach c1 FILE, or --list for what is attached")  # fmt: skip
    refused("attach c1 --open", 2, "c1 is a customer, no attached file; crm attach c1 --list shows its files")  # fmt: skip
    refused("attach f1 --open --list", 2, "--open and --list exclude each other; write one of them")
    refused(["attach", "c1", file, "--list"], 2, "--open and --list change nothing; leave the file and its options out")  # fmt: skip
    assert held(away) == {"合同.pdf": PAPER, "notes.txt": b"notes"}


# --- opening ---


def test_on_a_terminal_the_systems_program_opens_a_copy(
    kept: Path, away: Path, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    crm(["attach", "c1", str(away / "合同.pdf")])
    programs = place / "programs"
    programs.mkdir()
    opener = programs / "xdg-open"
    opener.write_text(f'#!/bin/sh\nprintf %s "$1" > {place}/opened\ncat "$1" > {place}/read\n')
    opener.chmod(0o700)
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    code, screen = on_terminal("attach f1 --open", columns=300)
    assert (code, screen) == (0, "Opened a copy of f1 合同.pdf; what is written into it is not kept.\n")  # fmt: skip
    copy = Path((place / "opened").read_text())
    assert (copy.name, copy.parent.parent, oct(copy.stat().st_mode & 0o777)) == ("合同.pdf", kept, "0o400")  # fmt: skip
    assert (place / "read").read_bytes() == PAPER
    os.utime(copy.parent, (0, 0))
    on_terminal("attach f1 --open")
    assert not copy.exists()  # of an earlier day
    programs.joinpath("xdg-open").unlink()
    monkeypatch.setenv("PATH", str(programs))
    code, screen = on_terminal("attach f1 --open", columns=300)
    assert (code, "crm: no program opens " in screen) == (1, True)


def test_what_is_missing_or_changed_is_not_opened(kept: Path, away: Path) -> None:
    crm(["attach", "c1", str(away / "合同.pdf")])
    place = kept / digest(PAPER)[:2] / digest(PAPER)
    place.write_bytes(b"x" * len(PAPER))
    refused("attach f1 --open", 1, f"f1 合同.pdf was changed since it was attached: {place}; put it back from a backup, or attach it anew")  # fmt: skip
    place.unlink()
    refused("attach f1 --open", 3, f"f1 合同.pdf is not there: {place} is gone; put it back from a backup, or attach it anew")  # fmt: skip


# --- taken back ---


def test_undo_and_redo_leave_the_bytes(kept: Path, away: Path) -> None:
    crm(["attach", "c1", str(away / "合同.pdf")])
    before = attached()
    crm("undo")
    assert (attached(), held(kept)) == ([], under(PAPER))
    crm("undo x3")
    assert attached() == before
    crm("delete f1")
    assert (attached(), held(kept)) == ([], under(PAPER))
    refused("attach f1 --open", 3, "attachment f1 was deleted; crm history f1 says when")
    crm("undo")
    assert attached() == before
    assert crm("edit f1 --set note=签字 --set name=新.pdf --json").json["item"]["note"] == "签字"


def test_a_record_takes_its_files_along(kept: Path, away: Path) -> None:
    crm("add-task c1 call")
    crm(["attach", "t1", str(away / "notes.txt")])
    refused("undo x2", 4, "x2 cannot be undone: the later attachment f1 depends on what it made; undo or delete that first")  # fmt: skip
    crm("delete t1")
    assert attached() == []
    crm("undo")
    assert attached() == [("f1", "t1", "notes.txt")]
    crm("delete f1")
    crm("delete t1")
    refused("undo x6", 4, "x6 cannot be undone: the task it belongs to was deleted since; undo that first")  # fmt: skip


def test_a_customer_that_is_merged_brings_its_files(kept: Path, away: Path) -> None:
    crm("add-customer Beta")
    crm("add-task c2 call")
    crm(["attach", "c2", str(away / "notes.txt")])
    crm(["attach", "t1", str(away / "合同.pdf")])
    crm("merge-customers c1 c2 --yes")
    assert attached() == [("f1", "c1", "notes.txt"), ("f2", "t1", "合同.pdf")]
    crm("undo")
    assert (attached(), attached("c2")) == ([], [("f1", "c2", "notes.txt"), ("f2", "t1", "合同.pdf")])  # fmt: skip


# --- erased ---


def test_forget_takes_the_bytes_that_nobody_else_names(kept: Path, away: Path) -> None:
    crm("add-customer Beta")
    crm("add-person c1 张伟")
    (away / "pass.jpg").write_bytes(b"passport")
    for ref, name in (
        ("c1", "合同.pdf"),
        ("c2", "合同.pdf"),
        ("h1", "pass.jpg"),
        ("c1", "notes.txt"),
    ):
        crm(["attach", ref, str(away / name)])
    answer = crm("forget h1 --yes --json").json["item"]
    assert (answer["rows"], answer["files_left"]) == ({"person": 1, "attachment": 1}, ["f1", "f4"])
    assert held(kept) == under(PAPER, b"notes")
    crm("forget c1 --yes")
    assert held(kept) == under(PAPER)
    assert attached("c2") == [("f2", "c2", "合同.pdf")]


def test_deleted_files_are_erased_too(kept: Path, away: Path) -> None:
    crm(["attach", "c1", str(away / "notes.txt")])
    crm("delete f1")
    crm("forget c1 --yes")
    assert held(kept) == {}


KILLED = patched(
    "import os, signal",
    "from crmcli.store.forgetting import attached",
    "from crmcli.commands import forget",
    "forget.drop_files = lambda db: os.kill(os.getpid(), signal.SIGKILL)",
)


def test_forget_killed_before_the_bytes_goes_on_later(kept: Path, away: Path) -> None:
    crm(["attach", "c1", str(away / "notes.txt")])
    assert run("forget c1 --yes", program=KILLED).code == -9
    assert held(kept) == under(b"notes")
    crm("doctor --fix")
    assert held(kept) == {}


# --- killed and damaged ---

STEPS = patched(
    "import os, signal, pathlib, tempfile",
    "from crmcli.store.database import Database",
    "left = [int(os.environ['STEPS'])]",
    "def step(real):",
    "    def stepping(*given, **named):",
    "        left[0] -= 1",
    "        left[0] or os.kill(os.getpid(), signal.SIGKILL)",
    "        return real(*given, **named)",
    "    return stepping",
    "os.fsync, tempfile.mkstemp = map(step, (os.fsync, tempfile.mkstemp))",
    "pathlib.Path.replace = step(pathlib.Path.replace)",
    "pathlib.Path.unlink = step(pathlib.Path.unlink)",
    "Database.run = step(Database.run)",
    "Database.close = step(Database.close)",
)


@pytest.mark.parametrize("command", ["attach c1 {file}", "log-contact c1 hi --attach {file}"])
def test_killed_at_any_step_no_row_lacks_its_bytes(
    kept: Path, away: Path, place: Path, command: str
) -> None:
    line = command.format(file=away / "合同.pdf")
    outcomes: set[tuple[bool, bool]] = set()
    for steps in range(1, 200):
        ran = run(line, program=STEPS, STEPS=str(steps))
        rows, there = len(attached()), held(kept) if kept.exists() else {}
        assert not rows or under(PAPER).items() <= there.items()
        outcomes.add((rows > 0, bool(there)))
        if ran.code == 0:
            break
        assert ran.code == -9, ran
        assert crm("doctor --json").json["items"]
        for one in [*kept.rglob("*")] if kept.exists() else []:
            os.utime(one, (0, 0))
        found = {one["name"]: one for one in crm("doctor --fix --json").json["items"]}
        assert (found["attachments"]["status"], found["unnamed-files"]["status"]) == ("ok", "ok")
        assert (held(kept) if kept.exists() else {}) == (under(PAPER) if rows else {})
        if rows:  # committed: what follows is the same for every command
            break
    assert {(False, False), (False, True)} <= outcomes


def told(ran: Ran, name: str) -> tuple[str, str, int]:
    (one,) = [item for item in ran.json["items"] if item["name"] == name]
    return one["status"], one["message"], one["count"]


def test_doctor_tells_what_is_missing_or_changed(kept: Path, away: Path) -> None:
    crm(["attach", "c1", str(away / "合同.pdf")])
    crm(["attach", "c1", str(away / "notes.txt")])
    paper, notes = (kept / digest(one)[:2] / digest(one) for one in (PAPER, b"notes"))
    assert told(crm("doctor --json"), "attachments") == ("ok", "every attached file is there and as it was attached", 0)  # fmt: skip
    paper.write_bytes(b"x" * len(PAPER))
    ran = run_in_process("doctor --json")
    assert (ran.code, *told(ran, "attachments")) == (1, "problem", f"1 attached file is not as it was attached: {paper}", 1)  # fmt: skip
    notes.unlink()
    sentence = f"1 attached files are missing and 1 not as they were attached, the first: {paper}"
    assert told(run_in_process("doctor --json"), "attachments") == ("problem", sentence, 2)
    paper.unlink()
    sentence = f"2 attached files are missing, the first: {paper}"
    assert told(run_in_process("doctor --json"), "attachments") == ("problem", sentence, 2)
    crm("delete f1")
    paper.symlink_to(away / "合同.pdf")  # of a deleted one nothing is asked
    assert told(run_in_process("doctor --json"), "attachments") == ("problem", f"1 attached file is missing: {notes}", 1)  # fmt: skip


def test_doctor_removes_what_nobody_names_after_a_day(kept: Path, away: Path) -> None:
    crm(["attach", "c1", str(away / "notes.txt")])
    stray = kept / "00" / ("00" + "a" * 62)
    stray.parent.mkdir()
    for one in (stray, kept / ".new-x"):
        one.write_bytes(b"x")
    (kept / "readme").write_text("somebody's own")
    found = ("warning", f"2 files beside the data belong to no record, the first: {kept / '.new-x'}", 2)  # fmt: skip
    assert told(crm("doctor --json"), "unnamed-files") == found
    assert told(crm("doctor --fix --json"), "unnamed-files") == found
    for one in (stray, kept / ".new-x", kept / "readme"):
        os.utime(one, (0, 0))
    assert told(crm("doctor --fix --json"), "unnamed-files") == ("ok", "every file beside the data belongs to a record", 0)  # fmt: skip
    assert held(kept) == {**under(b"notes"), "readme": b"somebody's own"}


# --- backups, moving house ---


def test_a_backup_has_them_beside_it_and_restoring_brings_them_back(
    kept: Path, away: Path, place: Path
) -> None:
    crm(["attach", "c1", str(away / "合同.pdf")])
    target = away / "copy.db"
    answer = crm(["backup", str(target), "--json"]).json["item"]
    assert answer["files"] == f"{target}.files"
    assert held(Path(f"{target}.files")) == under(PAPER)
    crm(["attach", "c1", str(away / "notes.txt")])
    for path in sorted(kept.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    ran = run(["restore", str(target), "--yes", "--json"])
    assert ran.json["item"]["files"] == {"brought": 1, "missing": 0}
    assert (attached(), held(kept)) == ([("f1", "c1", "合同.pdf")], under(PAPER))
    assert run_in_process("doctor").code == 0


def test_restoring_may_be_taken_back_with_its_files(kept: Path, away: Path, place: Path) -> None:
    crm(["backup", str(away / "copy.db")])
    assert not (away / "copy.db.files").exists()  # there were none
    crm(["attach", "c1", str(away / "notes.txt")])
    os.utime(kept / digest(b"notes")[:2] / digest(b"notes"), (0, 0))
    back = run(["restore", str(away / "copy.db"), "--yes", "--json"]).json["item"]["kept"]
    crm("doctor --fix")  # which leaves them for a day
    assert held(kept) == under(b"notes")
    for path in sorted(kept.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    assert run(["restore", back, "--yes", "--json"]).json["item"]["files"] == {"brought": 1, "missing": 0}  # fmt: skip
    assert held(kept) == under(b"notes")


def test_restoring_says_what_is_in_neither_place(kept: Path, away: Path) -> None:
    crm(["attach", "c1", str(away / "notes.txt")])
    made = crm("backup").out.strip()
    (Path(f"{made}.files") / digest(b"notes")[:2] / digest(b"notes")).write_bytes(b"other")
    (kept / digest(b"notes")[:2] / digest(b"notes")).unlink()
    ran = run(["restore", made, "--yes"])
    assert "1 attached file of it is not there, nor beside the backup; crm doctor says where it belongs.\n" in ran.err  # fmt: skip
    assert held(kept) == {}


def test_beside_what_is_sealed_or_encrypted_they_do_not_lie(kept: Path, away: Path) -> None:
    crm(["attach", "c1", str(away / "notes.txt")])
    said = f"1 attached file is not in it, for it is not encrypted; keep a copy of {kept}, too.\n"
    sealed = away / "copy.age"
    ran = run(
        ["backup", str(sealed), "--passphrase", "--json"], CRM_BACKUP_PASSPHRASE="a word or two"
    )
    assert (ran.code, ran.err, ran.json["item"]["files"]) == (0, said, None)
    crm("encrypt")
    ran = run(["backup", str(away / "copy.db"), "--json"])
    assert (ran.code, ran.err, ran.json["item"]["files"]) == (0, said, None)
    assert sorted(held(away)) == ["copy.age", "copy.db", "notes.txt", "合同.pdf"]
    assert held(kept) == under(b"notes")


def test_two_at_once_keep_both(kept: Path, away: Path) -> None:
    """The bytes that all of them bring lie there once; of the same name one alone is attached."""
    names = [f"{number}.pdf" for number in range(4)]
    for name in names:
        (away / name).write_bytes(PAPER)
    line = [*PROGRAM, "attach", "c1"]

    def at_once(names: list[str]) -> list[str]:
        started = [
            subprocess.Popen([*line, str(away / name)], stdout=subprocess.PIPE, env=environment())
            for name in names
        ]
        return sorted(one.communicate()[0].decode() for one in started)

    assert at_once(names) == [f"f{number}\n" for number in range(1, 5)]
    assert at_once(["合同.pdf"] * 3) == ["", "", "f5\n"]
    assert (len(attached()), held(kept)) == (5, under(PAPER))


def test_backups_that_are_let_go_take_their_files_along(
    kept: Path, away: Path, place: Path
) -> None:
    crm(["attach", "c1", str(away / "notes.txt")])
    crm("config set backup.keep 1")
    for _ in range(3):
        crm("backup")
    names = sorted(one.name for one in backups_of(place / "crm.db").iterdir())
    assert len(names) == 2
    assert names[1] == f"{names[0]}.files"
    told_of = crm("forget c1 --yes --json").json["item"]["backups"]
    assert [Path(one).name for one in told_of] == names


def test_an_export_says_that_they_stay_and_an_import_that_they_lack(
    kept: Path, away: Path, place: Path
) -> None:
    crm(["attach", "c1", str(away / "notes.txt")])
    ran = run(["export", "all", "--reveal", "--out", str(away / "all.jsonl")])
    assert f"1 attached file is not in it; take {kept} along.\n" in ran.err
    other = str(place / "other.db")
    ran = run(["import", str(away / "all.jsonl"), "--as", "all", "--db", other])
    assert f"1 attached file did not come with it; copy the .files folder of the other database to {other}.files.\n" in ran.err  # fmt: skip
    kept.rename(f"{other}.files")
    assert run(["attach", "f1", "--open", "--db", other]).out.startswith(f"{other}.files/")


# --- dossiers ---


def test_a_dossier_holds_them_and_a_masked_copy_does_not(
    kept: Path, away: Path, place: Path
) -> None:
    (away / "x.合同").write_bytes(b"odd")
    crm(["log-contact", "c1", "signed", "--attach", str(away / "合同.pdf"), "--attach", str(away / "x.合同")])  # fmt: skip
    crm("add-deal c1 seats --amount 4800 --currency CNY")
    crm("add-contract c1 service --until 2027-12-31")
    crm("add-order c1 1200")
    crm("add-risk c1 price")
    folder = Path(crm("archive c1 --period 2026Q4").out.strip())
    assert (folder / "f1.pdf").read_bytes() == PAPER
    assert (folder / "f2").read_bytes() == b"odd"
    item = json.loads((folder / "dossier.json").read_text())["item"]
    assert [(one["name"], one["file"]) for one in item["attachments"]] == [("合同.pdf", "f1.pdf"), ("x.合同", "f2")]  # fmt: skip
    found = {name: len(item[name]) for name in ("deals", "contracts", "orders", "risks")}
    assert found == {"deals": 1, "contracts": 1, "orders": 1, "risks": 1}
    manifest = json.loads((folder / "manifest.json").read_text())
    sums = {one["name"]: one["sha256"] for one in manifest["files"]}
    assert (sums["f1.pdf"], sums["f2"]) == (digest(PAPER), digest(b"odd"))
    assert run_in_process("archive --verify").code == 0
    assert crm("archive c1 --period 2026Q4 --json").json["item"]["unchanged"] is True
    ran = run(["archive", "c1", "--period", "2026Q4", "--out", str(away)])
    assert "Attached files are not in it, for nothing in them is masked; --reveal puts them in.\n" in ran.err  # fmt: skip
    assert set(held(Path(ran.out.strip()))) == {"dossier.html", "dossier.json", "manifest.json"}
    ran = run(["archive", "c1", "--period", "2026Q4", "--out", str(away), "--reveal"])
    assert held(Path(ran.out.strip()))["f1.pdf"] == PAPER
    (folder / "f1.pdf").write_bytes(b"x" * len(PAPER))
    assert run_in_process("archive --verify").code == 1
    crm("forget c1 --yes")
    (left,) = (place / "archive").iterdir()
    assert set(held(left)) == {"dossier.json", "manifest.json"}


def test_what_is_missing_is_not_in_a_dossier_and_that_is_said(kept: Path, away: Path) -> None:
    crm(["attach", "c1", str(away / "notes.txt")])
    (kept / digest(b"notes")[:2] / digest(b"notes")).unlink()
    ran = run("archive c1 --period 2026Q4")
    assert "1 attached file is missing or not as it was attached, and not in it; crm doctor says where.\n" in ran.err  # fmt: skip
    item = json.loads((Path(ran.out.strip()) / "dossier.json").read_text())["item"]
    assert item["attachments"][0]["file"] is None


def test_a_quarter_with_an_order_alone_waits_for_the_archive(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    crm("add-customer Acme")
    crm("archive --all --yes --period 2026Q4")
    crm("add-order c1 100 --on 2026-08-01")
    assert [one["customer"]["ref"] for one in crm("archive --due --json").json["items"]] == ["c1"]
    crm("archive --all --yes")
    assert crm("archive --due --json").json["items"] == []
    crm("add-order c1 100 --on 2026-09-01")  # entered late
    assert len(crm("archive --due --json").json["items"]) == 1


# --- what is held about a person ---


def test_the_subject_is_told_of_files(kept: Path, away: Path) -> None:
    crm("add-person c1 张伟")
    crm(["attach", "h1", str(away / "notes.txt"), "--note", "of 张伟"])
    items = [json.loads(one) for one in crm("export --subject h1 --format jsonl").lines]
    assert [(one["record"], one["why"], one["fields"]["name"]) for one in items if one["ref"] == "f1"] == [("attachment", "own", "notes.txt")]  # fmt: skip


def test_the_log_has_them(kept: Path, away: Path, place: Path) -> None:
    crm(["attach", "c1", str(away / "notes.txt"), "--reason", "signed today"])
    with sqlite3.connect(place / "crm.db") as connection:
        rows = connection.execute("SELECT action FROM change_row WHERE row_table = 'attachment'").fetchall()  # fmt: skip
    assert rows == [("insert",)]
    assert crm("history f1 --json").json["items"][0]["reason"] == "signed today"
