"""The database file is a link: everything happens to the file that it leads to, beside which SQLite's own files lie."""

import os
from pathlib import Path

import pytest

from tests.contract.program import everything_in, refused, run
from tests.reliability.files import KILLED_AT_THE_END, begin, complaints, state_of
from tests.reliability.ledger import trying
from tests.support import crm, is_heavy

LINK = "a link in the file's place"
FAULTS = {
    LINK: "each command through a link, through a link to a link and through a linked folder must do what it does without; with a log left by a killed program, too; the link stays a link, and nothing appears beside it",
}

COMMANDS = (
    "add-customer 'Gamma Inc' --tier core",
    "log-contact c1 hello --next more",
    "undo",
    "show c1 --json",
    "due --json",
    "doctor --json",
    "add-task c1 call --dry-run",
    "export all --format jsonl",
    "config set tiers.core.every 2w",
    "import {list}",
)


@pytest.fixture
def real(place: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file that all links lead to."""
    folder = place / "real"
    folder.mkdir(mode=0o700)
    monkeypatch.setenv("CRM_DB", str(folder / "crm.db"))
    begin()
    (place / "list.csv").write_text("name\nDelta Ltd\n", encoding="utf-8")
    return folder / "crm.db"


def link_to(real: Path, kind: str) -> Path:
    """A path that leads to the file."""
    folder = real.parent.with_name("links")
    if kind == "folder":
        folder.symlink_to(real.parent)
        return folder / "crm.db"
    folder.mkdir(mode=0o700)
    (folder / "crm.db").symlink_to(os.path.join("..", "real", "crm.db"))
    if kind == "link":
        return folder / "crm.db"
    (folder / "further").mkdir(mode=0o700)
    (folder / "further" / "other.db").symlink_to(folder / "crm.db")
    return folder / "further" / "other.db"


def data_in(place: Path) -> dict[str, str]:
    """Every file there but SQLite's shared memory, and copies that the test keeps."""
    return {name: bytes for name, bytes in everything_in(place).items() if not name.endswith("-shm") and not name.startswith("kept")}  # fmt: skip


@pytest.mark.parametrize("kind", ["link", "link to a link", "folder"])
@pytest.mark.parametrize("leaves_log", [False, True], ids=["", "with a log"])
def test_commands_through_a_link(kind: str, leaves_log: bool, place: Path, real: Path) -> None:
    link = link_to(real, kind)
    chosen = COMMANDS if is_heavy() else COMMANDS[::3]
    line = [command.format(list=place / "list.csv") for command in chosen]
    with trying(LINK) as tried:
        for command in line:
            if leaves_log:
                assert run("tag c1 more", program=KILLED_AT_THE_END, CRM_DB=str(link)).code == -9
                assert real.with_name("crm.db-wal").stat().st_size > 0
            before = data_in(place)
            (kept := place / "kept").mkdir()
            for one in real.parent.iterdir():
                (kept / one.name).write_bytes(one.read_bytes())
            ran = run(command, CRM_DB=str(link))
            found = state_of(real)
            looks_only = command.endswith("--dry-run")
            if looks_only and data_in(place) != before:
                tried.half_done.append(f"{command}: changed by a dry run")
            for one in [*real.parent.iterdir()]:
                one.unlink()
            for one in kept.iterdir():
                one.rename(real.with_name(one.name))
            kept.rmdir()
            real.chmod(0o600)
            direct = run(command)
            tried.times += 1
            if ran != direct:
                tried.half_done.append(f"{command}: {ran} instead of {direct}")
            if found != state_of(real):
                tried.lost.append(command)
        beside = {one.name for one in place.glob("links/**/*") if not one.is_symlink()}
        tried.half_done += sorted(beside - {"further"}) if kind != "folder" else []
        tried.half_done += complaints()


def test_a_read_only_file_behind_a_link_is_read_with_its_log(place: Path, real: Path) -> None:
    link = link_to(real, "link")
    with trying(LINK) as tried:
        assert run("add-customer 'In the log'", program=KILLED_AT_THE_END).code == -9
        real.chmod(0o444)
        for reader in ("list-customers --json", "export customers", "find 'in the' --json"):
            tried.times += 1
            tried.lost += [reader] * ("In the log" not in run(reader, CRM_DB=str(link)).out)
        real.chmod(0o600)


def test_a_backup_of_a_link_is_one_of_the_file(place: Path, real: Path) -> None:
    link = link_to(real, "link")
    with trying(LINK) as tried:
        kept = run("backup", CRM_DB=str(link)).out.strip()
        assert Path(kept).parent == Path(crm("backup").out.strip()).parent
        customers = state_of(real)["customer"]
        crm("delete c1")
        assert run(["restore", kept, "--yes"], CRM_DB=str(link)).code == 0
        tried.times += 3
        tried.lost += [kept] * (state_of(real)["customer"] != customers)
        tried.half_done += ["the link"] * (not link.is_symlink())
        tried.half_done += complaints()


@pytest.mark.parametrize("command", ["due", "add-customer Acme", "doctor", "backup", "migrate"])
def test_a_link_to_nowhere(place: Path, command: str) -> None:
    (place / "crm.db").symlink_to("gone.db")
    sentence = "points to a file that is not there; mend the link or choose another file with --db"
    with trying(LINK) as tried:
        refused(command, 10, f"{place}/crm.db {sentence}")
        tried.times += 1
