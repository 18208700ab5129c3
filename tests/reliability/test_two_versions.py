"""Two versions of the program on one file: the newer migrates it, the older is refused with a sentence and breaks nothing."""

import re
import shlex
import sqlite3
import subprocess
from pathlib import Path

import pytest

from crmcli.store import frozen
from crmcli.store.migrate import REVISIONS
from tests.contract.program import PROGRAM, patched, run
from tests.reliability.files import begin, commands_in, damage_in, state_of
from tests.reliability.ledger import Tried, trying
from tests.support import heavy, words

BOTH = "two versions of the program at once"
FAULTS = {
    BOTH: "older programs log contacts, one after another, while one with the next schema begins to work on the same file and migrates it; and one migrates it exactly between an older one's opening the file and its reading or writing. Every contact told as logged must be there, and the older programs be refused from then on",
}

KNOWN, NEXT = frozen.SCHEMA_VERSION, frozen.SCHEMA_VERSION + 1
WORKERS, EACH = 3, 60
LOOP = 'for n in $(seq {each}); do {crm} log-contact c1 "$0-$n" --next "$0-$n" || exit; done'


@pytest.fixture
def newer(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, ...]:
    """The next version of the program: its schema has one more column."""
    folder = tmp_path_factory.mktemp("revisions")
    (folder / "versions").mkdir()
    for known in (*(REVISIONS / "versions").glob("0*.py"), REVISIONS / "script.py.mako"):
        (folder / known.relative_to(REVISIONS)).write_bytes(known.read_bytes())
    (folder / "versions" / f"{NEXT:04d}_more.py").write_text(
        f'import sqlalchemy as sa\nfrom alembic import op\nrevision = "{NEXT:04d}"\ndown_revision = "{KNOWN:04d}"\n'
        'def upgrade():\n    op.add_column("customer", sa.Column("more", sa.Text()))\n'
    )
    return patched(
        "import functools, pathlib",
        "from crmcli.store import frozen",
        f"frozen.SCHEMA_VERSION = {NEXT}",
        "from crmcli.store import migrate",
        f"known = dict(revisions=pathlib.Path({str(folder)!r}), target={NEXT})",
        "migrate.upgrade = functools.partial(migrate.upgrade, **known)",
    )


def refusal(path: Path) -> str:
    """What the older one says."""
    return f"crm: {path} was written by a newer crm (schema {NEXT}, this one knows {KNOWN}); upgrade crm\n"


def version_of(path: Path) -> int:
    connection = sqlite3.connect(path)
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    connection.close()
    return int(version)


def test_older_programs_work_while_a_newer_one_migrates(
    place: Path, newer: tuple[str, ...]
) -> None:
    path = place / "crm.db"
    begin()
    began = path.read_bytes()
    with trying(BOTH) as tried:
        for number in range(heavy(1)):
            for one in place.glob("crm.db*"):
                one.unlink()
            path.write_bytes(began)
            path.chmod(0o600)
            work_at_once(path, newer, number % 7, tried)


def work_at_once(path: Path, newer: tuple[str, ...], lead: int, tried: Tried) -> None:
    """The newer program starts when the first of the older ones has logged so many contacts."""
    line = LOOP.format(crm=shlex.join(PROGRAM), each=EACH)
    older = [
        subprocess.Popen(
            ["bash", "-c", line, f"worker{number}"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for number in range(WORKERS)
    ]
    assert older[0].stdout
    told = [older[0].stdout.readline() for _ in range(2 * lead)]  # a contact, and its follow-up
    assert run("add-customer 'By the newer'", program=newer).out == "c4\n"
    ended = [worker.communicate() for worker in older]
    tried.times += WORKERS + 1
    assert [worker.returncode for worker in older] == [10] * WORKERS
    assert [err for _, err in ended] == [refusal(path)] * WORKERS
    assert version_of(path) == NEXT
    printed = "".join([*told, *(out for out, _ in ended)]).split()
    connection = sqlite3.connect(path)
    for letter, table in (("i", "interaction"), ("t", "task")):
        logged = {f"{letter}{key}" for (key,) in connection.execute(f"SELECT id FROM {table} WHERE id > 1")}  # fmt: skip
        acknowledged = {reference for reference in printed if reference[0] == letter}
        tried.lost += sorted(acknowledged - logged)
        tried.half_done += sorted(logged - acknowledged)
    keys = [key for (key,) in connection.execute("SELECT id FROM change ORDER BY id")]
    assert keys == list(range(1, len(keys) + 1))
    connection.close()
    tried.half_done += damage_in(path)
    assert run("due --count") == (10, "", refusal(path))
    assert run("due --count", program=newer).code == 0


@pytest.mark.parametrize(
    "command",
    ["log-contact c1 hello", "add-customer 'Gamma Inc'", "undo", "config set tiers.core.every 2w", "import {place}/list.csv", "show c1", "due"],
)  # fmt: skip
def test_a_newer_one_migrates_between_opening_and_working(
    place: Path, newer: tuple[str, ...], command: str
) -> None:
    path = place / "crm.db"
    begin()
    (place / "list.csv").write_text("name\nDelta Ltd\n", encoding="utf-8")
    log = commands_in(state_of(path))
    migrate = [*newer, "due", "--count"]
    overtaken = patched(
        "import subprocess",
        "from crmcli.store.database import Database",
        "def after_the_newer(method):",
        "    def called(db):",
        f"        subprocess.run({migrate!r}, check=True, capture_output=True)",
        "        return method(db)",
        "    return called",
        "Database.lock = after_the_newer(Database.lock)",
        "Database.stand_still = after_the_newer(Database.stand_still)",
    )
    with trying(BOTH) as tried:
        ran = run(words(command.format(place=place)), program=overtaken)
        tried.times += 1
        assert (ran.code, ran.out) == (10, "")
        assert re.sub(r"^list\.csv: .*\n", "", ran.err) == refusal(path)
        assert version_of(path) == NEXT
        state = state_of(path)
        tried.lost += [command] * (commands_in(state) != log)
        tried.half_done += [command] * any("Gamma" in str(row) for row in state["customer"])
