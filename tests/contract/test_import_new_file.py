"""An import into a file that is not there yet: the file is there whole when it succeeded, and otherwise not at all."""

import os
import sqlite3
import stat
from pathlib import Path

import pytest

from crmcli.store import opening
from crmcli.store.database import Database
from tests.contract.program import everything_in, patched, run
from tests.support import crm, run_in_process

ROWS = "name,tier,phone\n" + "".join(f"Company {n},core,{13800000000 + n}\n" for n in range(2_000))
INTERRUPT = "def interrupt(*arguments, **named): os.kill(os.getpid(), signal.SIGINT)"


@pytest.fixture
def listed(place: Path) -> Path:
    """A list with one bad row."""
    (place / "list.csv").write_text(f"{ROWS}Bad,zz,\n", encoding="utf-8")
    return place / "list.csv"


@pytest.fixture
def whole(place: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Everything of another file; what made it is gone."""
    other = tmp_path_factory.mktemp("other")
    (other / "list.csv").write_text(ROWS, encoding="utf-8")
    db = str(other / "crm.db")
    crm(["import", str(other / "list.csv"), "--db", db])
    crm(["export", "all", "--reveal", "--format", "jsonl", "--out", str(place / "all.jsonl"), "--db", db])  # fmt: skip
    return place / "all.jsonl"


def test_a_strict_import_that_refuses_leaves_no_file(place: Path, listed: Path) -> None:
    before = everything_in(place)
    assert run_in_process(["import", str(listed), "--strict"]).code == 1
    assert everything_in(place) == before


def test_an_import_all_of_whose_rows_are_bad_leaves_no_file(place: Path) -> None:
    path = place / "list.csv"
    path.write_text("name,tier\nBad,zz\n", encoding="utf-8")
    ran = run_in_process(["import", str(path)])
    assert (ran.code, ran.out) == (5, "")
    assert not (place / "crm.db").exists()
    assert (place / "list.csv.rejects.csv").exists()


@pytest.mark.parametrize(
    "lines",
    [
        ("import crmcli.exchange.customer_rows as rows", "rows.CustomerReader.read = interrupt"),
        ("import crmcli.store.search as search", "search.index_range = interrupt"),
        ("import crmcli.store.derived as derived", "derived.refresh = interrupt"),
    ],
    ids=["while reading", "while indexing", "while computing"],
)
def test_an_interrupted_import_leaves_no_file(
    place: Path, listed: Path, lines: tuple[str, ...]
) -> None:
    before = everything_in(place)
    ran = run(f"import {listed}", program=patched("import os, signal", INTERRUPT, *lines))
    assert (ran.code, ran.out) == (130, "")
    assert everything_in(place) == before


KILL = "def kill(*arguments, **named): os.kill(os.getpid(), signal.SIGKILL)"


@pytest.mark.parametrize(
    "line",
    [
        "import crmcli.exchange.customer_rows as rows; rows.CustomerReader.read = kill",
        "import crmcli.store.derived as derived; derived.refresh = kill",
        "import crmcli.store.opening as opening, crmcli.context as context; context.put_in_place = kill",
    ],
)
def test_a_killed_import_leaves_nothing_at_all(place: Path, listed: Path, line: str) -> None:
    before = everything_in(place)
    assert run(f"import {listed}", program=patched("import os, signal", KILL, line)).code == -9
    assert everything_in(place) == before


def test_one_killed_while_the_file_gets_its_name_leaves_no_half_of_it(
    place: Path, listed: Path
) -> None:
    ran = run(f"import {listed}", program=patched("import os, signal", KILL, "os.link = kill"))
    assert ran.code == -9
    assert not (place / "crm.db").exists()
    assert run(f"import {listed}").code == 5
    assert crm("list-customers --json").json["count"] == 2_000


def test_a_bad_whole_file_leaves_no_file_and_is_read_once(
    place: Path, whole: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with whole.open("a", encoding="utf-8") as file:
        file.write('{"record": "nonsense"}\n')
    before = everything_in(place)
    assert run_in_process(["import", str(whole), "--as", "all"]).code == 1
    assert everything_in(place) == before


def test_an_interrupted_import_of_everything_leaves_no_file(place: Path, whole: Path) -> None:
    before = everything_in(place)
    line = "import crmcli.store.derived as derived; derived.refresh_all = interrupt"
    ran = run(f"import {whole} --as all", program=patched("import os, signal", INTERRUPT, line))
    assert ran.code == 130
    assert everything_in(place) == before


def test_the_file_is_private_whole_and_alone(place: Path, listed: Path) -> None:
    listed.write_text(ROWS, encoding="utf-8")
    db = place / "new folder" / "my crm.db"
    ran = crm(["import", str(listed), "--db", str(db)])
    assert ran.out == "x1\n"
    assert {one.name for one in db.parent.iterdir()} <= {"my crm.db", "my crm.db-wal", "my crm.db-shm"}  # fmt: skip
    assert stat.S_IMODE(db.stat().st_mode) == 0o600
    assert stat.S_IMODE(db.parent.stat().st_mode) == 0o700
    assert db.stat().st_nlink == 1
    with sqlite3.connect(db) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    assert crm(["doctor", "--db", str(db)]).code == 0
    crm(["undo", "--db", str(db)])
    assert crm(["list-customers", "--json", "--db", str(db)]).json["count"] == 0


@pytest.mark.parametrize("links", [True, False], ids=["with links", "without links"])
def test_a_file_that_another_makes_meanwhile_is_left_alone(
    place: Path, listed: Path, monkeypatch: pytest.MonkeyPatch, links: bool
) -> None:
    before: dict[str, str] = {}

    def made_first(made: Database) -> None:
        assert run("add-customer Acme").code == 0
        before.update(everything_in(place))
        opening.put_in_place(made)

    monkeypatch.setattr("crmcli.context.put_in_place", made_first)
    if not links:
        monkeypatch.setattr(os, "link", _no_links)
    ran = run_in_process(["import", str(listed), "--rejects", str(place / "r.csv")])
    told = (
        f"{place / 'crm.db'} was made by another program meanwhile; nothing was written, try again"
    )
    assert (ran.code, ran.out) == (10, "")
    assert ran.err.endswith(f"crm: {told}\n")
    assert everything_in(place) == before
    assert crm("list-customers --json").json["count"] == 1


def _no_links(source: str, target: str) -> None:
    raise PermissionError(1, "Operation not permitted")


def test_a_file_system_without_links_holds_it_too(
    place: Path, listed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "link", _no_links)
    assert run_in_process(["import", str(listed)]).code == 5
    assert crm("list-customers --json").json["count"] == 2_000
