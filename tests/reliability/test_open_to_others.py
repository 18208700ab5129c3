"""Others can get at the file: a user is told so once, and nothing is changed unasked."""

import os
from pathlib import Path

import pytest

from tests.contract.program import run
from tests.reliability.files import begin, state_of
from tests.reliability.ledger import trying
from tests.support import crm

OTHERS = "a file or folder that others can get at"
FAULTS = {
    OTHERS: "a file that others may read, and a folder in which they may replace it: the first command that writes says so, none after it does, the rights are left as they are, and `crm doctor --fix` shuts them out",
}

NOTE = "Other users of this machine can get at {path}; crm doctor --fix shuts them out.\n"


@pytest.mark.parametrize(
    ("file", "folder", "named"),
    [(0o644, 0o700, "crm.db"), (0o660, 0o755, "crm.db"), (0o600, 0o777, ""), (0o604, 0o775, "crm.db")],
)  # fmt: skip
def test_it_is_said_once(file: int, folder: int, named: str, place: Path) -> None:
    begin()
    (place / "crm.db").chmod(file)
    place.chmod(folder)
    told = NOTE.format(path=place / named if named else place)
    with trying(OTHERS) as tried:
        assert run("due --count").err == ""
        assert told not in run("add-task c1 call --dry-run").err
        assert run("log-contact c99 hello").err.count("\n") == 1  # refused: nothing to tell yet
        for number, command in enumerate(("add-task c1 call", "undo", "tag c1 new", "due --count")):
            tried.times += 1
            if run(command).err != (told if number == 0 else ""):
                tried.half_done.append(command)
        rights = [(place / "crm.db").stat().st_mode & 0o777, place.stat().st_mode & 0o777]
        assert rights == [file, folder]
        state = state_of(place / "crm.db")
        assert run("doctor --fix --json").code == 0
        assert (place / "crm.db").stat().st_mode & 0o077 == 0
        assert place.stat().st_mode & 0o022 == 0
        tried.lost += [oct(file)] * (state_of(place / "crm.db")["change"] != state["change"])


@pytest.mark.parametrize(("file", "folder"), [(0o600, 0o755), (0o400, 0o711), (0o600, 0o1777)])
def test_what_nobody_else_can_read_or_replace_is_not_spoken_of(
    file: int, folder: int, place: Path
) -> None:
    """A folder like the machine's own for temporary files lets nobody replace what is another's."""
    begin()
    (place / "crm.db").chmod(file | 0o200)
    place.chmod(folder)
    with trying(OTHERS) as tried:
        tried.times += 1
        assert run("tag c1 new") == (0, "", "")
        kept = [row for row in state_of(place / "crm.db")["event"] if "open-to-others" in row]
        tried.half_done += [str(row) for row in kept]


def test_a_link_is_followed_to_what_others_can_read(place: Path) -> None:
    begin()
    (place / "links").mkdir(mode=0o700)
    link = place / "links" / "crm.db"
    link.symlink_to(os.path.join("..", "crm.db"))
    (place / "crm.db").chmod(0o644)
    with trying(OTHERS) as tried:
        tried.times += 1
        assert run("tag c1 new", CRM_DB=str(link)).err == NOTE.format(path=place / "crm.db")
        assert crm("tag c1 more").err == ""
