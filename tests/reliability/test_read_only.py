"""What may not be written is read where it can be, refused with one sentence where not, and never touched."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.contract.program import as_anybody, everything_in, run
from tests.reliability.files import KILLED_AT_THE_END, begin, state_of
from tests.reliability.ledger import trying
from tests.support import crm, is_heavy

READ_ONLY, NO_HOME = "a file or folder that may not be written", "a home where nothing may be made"
FAULTS = {
    READ_ONLY: "reading and writing commands on a file, in a folder, or on a file of somebody else's that allows only reading, or not even that, with and without a write-ahead log left by a killed program; readers must answer as before or refuse, writers refuse, and not a byte change",
    NO_HOME: "commands whose data, settings and backups would have to be made in a folder that may not be written",
}

READERS = ("due --json", "add-task c1 call --dry-run", "show c1 --json", "list-customers --json", "history --json")  # fmt: skip
WRITERS = ("add-customer 'Gamma Inc'", "undo", "log-contact c1 hello --next more", "config set tiers.core.every 2w", "migrate", "show c1 --reveal --json")  # fmt: skip
if not is_heavy():
    READERS, WRITERS = READERS[:2], WRITERS[:2]
NOBODY = 65534


def read_only_file(path: Path) -> None:
    path.chmod(0o444)


def read_only_folder(path: Path) -> None:
    path.parent.chmod(0o555)


def read_only_both(path: Path) -> None:
    path.chmod(0o444)
    path.parent.chmod(0o555)


def somebody_else_s(path: Path) -> None:
    """Where the tests do not run as root the rights alone must do."""
    path.chmod(0o644)
    path.parent.chmod(0o755)
    if os.geteuid() == 0:
        for one in (path.parent, *path.parent.glob("crm.db*")):
            os.chown(one, NOBODY, NOBODY)
    else:
        read_only_both(path)


def unreadable_file(path: Path) -> None:
    path.chmod(0o000)


def unreadable_folder(path: Path) -> None:
    path.parent.chmod(0o000)


def read_only_helpers(path: Path) -> None:
    """The log beside the file, too."""
    for one in path.parent.glob("crm.db*"):
        one.chmod(0o444)
    path.parent.chmod(0o555)


@contextmanager
def rights_given_back(folder: Path) -> Iterator[None]:
    """However it ends, pytest can clean up."""
    try:
        yield
    finally:
        folder.chmod(0o700)
        for one in folder.iterdir():
            one.chmod(0o600)


@pytest.mark.parametrize("leaves_log", [False, True], ids=["", "with a log"])
@pytest.mark.parametrize(
    "forbid",
    [read_only_file, read_only_folder, read_only_both, read_only_helpers, somebody_else_s, unreadable_file, unreadable_folder],
)  # fmt: skip
def test_what_may_not_be_written(
    forbid: Callable[[Path], None], leaves_log: bool, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = place / "data"
    folder.mkdir(mode=0o700)
    monkeypatch.setenv("CRM_DB", str(folder / "crm.db"))
    begin()
    if leaves_log:
        ran = run("add-customer 'In the log'", program=KILLED_AT_THE_END)
        assert (ran.code, ran.out) == (-9, "c4\n")
        assert (folder / "crm.db-wal").stat().st_size > 0
    answers = read_elsewhere(folder, place / "copy")
    state = state_of(folder / "crm.db")
    with trying(READ_ONLY) as tried, rights_given_back(folder):
        before = everything_in(folder)
        forbid(folder / "crm.db")
        # With the log there already, nothing has to be made in the folder: who may write the file does.
        may_write = forbid is read_only_folder and leaves_log
        for command in READERS if may_write else (*READERS, *WRITERS):
            told = f"{command}, {forbid.__name__}"
            ran = run(command, before=as_anybody)
            tried.times += 1
            is_refused = (ran.code, ran.out, ran.err.count("\n")) == (10, "", 1)
            if command in WRITERS and not is_refused:
                tried.half_done.append(f"{told}: {ran}")
            elif not is_refused and ran.out != answers[command]:
                tried.lost.append(f"{told}: {ran}")
        folder.chmod(0o700)
        for one in folder.iterdir():
            one.chmod(0o600)
        tried.half_done += [forbid.__name__] * (state_of(folder / "crm.db") != state)
        if not leaves_log:
            tried.half_done += [forbid.__name__] * (everything_in(folder) != before)


def read_elsewhere(folder: Path, copy: Path) -> dict[str, str]:
    """What readers answer to the same file where everything is allowed."""
    shutil.copytree(folder, copy)
    return {reader: crm(reader, CRM_DB=str(copy / "crm.db")).out for reader in READERS}


def test_a_home_where_nothing_may_be_made(place: Path) -> None:
    home = place / "home"
    home.mkdir()
    changes = dict.fromkeys(("CRM_DB", "CRM_CONFIG", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME"))  # fmt: skip
    with trying(NO_HOME) as tried, rights_given_back(home):
        home.chmod(0o555)
        for command, codes in (
            ("add-customer Acme", (10,)),
            ("due --count", (0,)),
            ("list-customers --json", (0,)),
            ("add-customer Acme --dry-run", (0,)),
            ("config set actor me", (1, 10)),
            ("config list", (0,)),
            ("backup", (3,)),
            ("doctor", (3,)),
        ):
            ran = run(command, before=as_anybody, HOME=str(home), **changes)
            tried.times += 1
            sentences = ran.err.count("crm: ")
            is_right = ran.code in codes and sentences == int(ran.code != 0)
            tried.half_done += [f"{command}: {ran}"] * (not is_right)
            tried.half_done += [command] * (everything_in(home) != {})
