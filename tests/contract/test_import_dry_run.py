"""`crm import --dry-run`: it says what the import would do, and not a byte of anything changes (CLI.md, Import)."""

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.contract.program import as_anybody, everything_in, run
from tests.support import Ran, crm, heavy, place_at, run_in_process


def times_in(folder: Path) -> dict[str, int]:
    """When each file below was last written, in nanoseconds."""
    return {str(path): path.stat().st_mtime_ns for path in sorted(folder.rglob("*"))}


@contextmanager
def untouched(folder: Path) -> Iterator[None]:
    """Not a byte, not a time and not a name below changes."""
    before, times = everything_in(folder), times_in(folder)
    yield
    assert everything_in(folder) == before
    assert times_in(folder) == times


def counts(ran: Ran) -> tuple[int, int, int, int]:
    item = ran.json["item"]
    return item["added"], item["updated"], item["unchanged"], item["rejected"]


LISTS = {
    "customers": "name,city,tier,座位\nAcme,Bonn,core,3\nBeta,,zz,\nGamma,,,4\n",
    "people": "customer,name,title,phone\nAcme,Ann,CEO,13800000001\nAcme,Bob,,\nNobody,Eve,,\n",
    "interactions": "customer,at,summary,external_id\nAcme,2026-11-02,changed,I1\nAcme,2026-11-03,new,\nAcme,2027-01-01,x,\n",
    "needs": "customer,external_id,text,urgency\nAcme,N1,it leaks again,urgent\nAcme,N2,new,\nAcme,,,\n",
    "tasks": "customer,external_id,text,due\nAcme,T1,ring again,2026-12-02\nAcme,T2,new,\nAcme,,,\n",
    "promises": "customer,external_id,text,due\nAcme,P1,send two,2026-12-02\nAcme,P2,new,2026-12-03\nAcme,,,\n",
    "surveys": "customer,external_id,at,overall\nAcme,S1,2026-11-01,2\nAcme,S2,2026-11-02,5\nAcme,S3,2026-11-02,9\n",
}


@pytest.fixture
def book(place: Path) -> Path:
    """A file that has a record of each kind which the lists above change."""
    crm("add-customer Acme")
    for kind, rows in {
        "people": "customer,name\nAcme,Ann\n",
        "interactions": "customer,at,summary,external_id\nAcme,2026-11-02,old,I1\n",
        "needs": "customer,external_id,text\nAcme,N1,it leaks\n",
        "tasks": "customer,external_id,text,due\nAcme,T1,ring,2026-12-01\n",
        "promises": "customer,external_id,text,due\nAcme,P1,send,2026-12-01\n",
        "surveys": "customer,external_id,at,overall\nAcme,S1,2026-11-01,5\n",
    }.items():
        crm(f"import - --as {kind}", stdin=rows)
    return place / "crm.db"


def listed(place: Path, kind: str) -> Path:
    path = place / f"{kind}.csv"
    path.write_text(LISTS[kind], encoding="utf-8")
    return path


@pytest.mark.parametrize("kind", LISTS)
@pytest.mark.parametrize("options", ["", "--json", "--keep-extra"])
def test_not_a_byte_changes_with_updates_either(
    place: Path, book: Path, kind: str, options: str
) -> None:
    if options == "--keep-extra" and kind != "customers":
        options = "--reason why"
    path = listed(place, kind)
    with untouched(place):
        dry = run(["import", str(path), "--as", kind, *options.split(), "--dry-run"])
    assert (dry.code, "--json" in options) == (5, bool(dry.out))
    real = run_in_process(["import", str(path), "--as", kind, "--json"])
    added, updated, unchanged, rejected = counts(real)
    assert (updated, unchanged, rejected) == (1, 0, 1)
    if dry.out:
        assert counts(dry) == (added, updated, unchanged, rejected)
    else:
        assert f"Would be: {added} added, 1 updated, 0 unchanged, 1 rejected." in dry.err


def test_nothing_is_made_where_nothing_is(place: Path) -> None:
    path = listed(place, "customers")
    with untouched(place):
        ran = run(["import", str(path), "--dry-run", "--json"], CRM_DB=str(place / "no" / "crm.db"))
        assert (ran.code, counts(ran)) == (5, (2, 0, 0, 1))


def test_a_file_and_a_folder_that_may_only_be_read(place: Path, book: Path, tmp_path: Path) -> None:
    path = listed(place, "customers")
    shelf = place / "shelf"
    shelf.mkdir()
    shutil.copy(book, shelf / "crm.db")
    shutil.copy(path, shelf / "list.csv")
    asked = ["import", str(shelf / "list.csv"), "--dry-run", "--json"]
    for rights_of_file, rights_of_folder in ((0o400, 0o700), (0o600, 0o500), (0o400, 0o500)):
        (shelf / "crm.db").chmod(rights_of_file)
        shelf.chmod(rights_of_folder)
        with untouched(place):
            ran = run(asked, before=as_anybody, CRM_DB=str(shelf / "crm.db"))
            assert (ran.code, counts(ran)) == (5, (1, 1, 0, 1)), ran
    shelf.chmod(0o700)


LEAVES_A_LOG = (
    "import os, sqlite3, sys; c = sqlite3.connect(sys.argv[1]); "
    "c.execute('UPDATE customer SET industry = ?', ('Ulm',)); c.commit(); os.kill(os.getpid(), 9)"
)


@pytest.mark.parametrize(
    "helper", [True, False], ids=["with both helper files", "with the log alone"]
)
def test_what_a_killed_program_left_in_the_log_stays_there(
    place: Path, book: Path, helper: bool
) -> None:
    path = listed(place, "customers")
    subprocess.run([sys.executable, "-c", LEAVES_A_LOG, str(book)], check=False)
    index = place / "crm.db-shm"
    if not helper:
        index.unlink()
    assert (place / "crm.db-wal").stat().st_size
    before = {name: told for name, told in everything_in(place).items() if name != index.name}
    ran = run(["import", str(path), "--dry-run", "--json"])
    assert (ran.code, counts(ran)) == (5, (1, 1, 0, 1))
    # The index of the log is SQLite's own scratch: shared memory, and no data.
    after = {name: told for name, told in everything_in(place).items() if name != index.name}
    assert after == before
    assert index.exists() == helper
    assert crm("show c1 --json").json["item"]["industry"] == "Ulm"


def test_beside_a_program_that_holds_the_file_open(place: Path, book: Path) -> None:
    path = listed(place, "customers")
    other = sqlite3.connect(book)
    other.execute("UPDATE customer SET industry = 'Ulm'")
    other.commit()
    before = book.read_bytes()
    ran = run(["import", str(path), "--dry-run", "--json"])
    assert (ran.code, counts(ran)) == (5, (1, 1, 0, 1))
    assert book.read_bytes() == before
    other.close()


# --- what it says is what will be ---

NAMES = st.sampled_from(
    ["Acme", "ACME Ltd", "Beta", "Gamma", "", "  ", "华东精工有限公司", "华东精工"]
)
CELLS = st.fixed_dictionaries(
    {
        "external_id": st.sampled_from(["", "", "E1", "E2", "E3"]),
        "name": NAMES,
        "phone": st.sampled_from(["", "", "13800000001", "138 0000 0001", "12", "138****0001"]),
        "email": st.sampled_from(["", "", "a@example.com", "A@Example.com"]),
        "city": st.sampled_from(["", "Bonn", "Ulm"]),
        "tier": st.sampled_from(["", "core", "核心", "zz"]),
        "person": st.sampled_from(["", "Ann", "Bob"]),
        "last_contact": st.sampled_from(["", "2026-11-02", "2027-01-01", "3/4"]),
        "tags": st.sampled_from(["", "a;b", "b"]),
    }
)
OPTIONS = st.sampled_from(
    [[], [], ["--on-duplicate", "skip"], ["--on-duplicate", "reject"], ["--key", "name"], ["--key", "phone"], ["--spread", "3wd"]]
)  # fmt: skip


@settings(max_examples=heavy(25), derandomize=True)
@given(st.lists(CELLS, max_size=6), st.lists(CELLS, min_size=1, max_size=8), OPTIONS)
def test_the_counts_and_reasons_are_those_of_the_real_run(
    tmp_path_factory: pytest.TempPathFactory,
    there: list[dict[str, str]],
    rows: list[dict[str, str]],
    options: list[str],
) -> None:
    folder = tmp_path_factory.mktemp("dry")
    place = place_at(folder)

    def imported(cells: list[dict[str, str]], *more: str) -> Ran:
        path = folder / "list.csv"
        lines = [",".join(row.values()) for row in cells]
        path.write_text("\n".join([",".join(cells[0]), *lines]) + "\n", encoding="utf-8")
        return run_in_process(["import", str(path), "--json", *more], **place)

    if there:
        imported(there)
        for path in folder.glob("*.rejects.csv"):
            path.unlink()
    before = everything_in(folder)
    before.pop("list.csv", None)
    dry = imported(rows, *options, "--dry-run")
    after = everything_in(folder)
    after.pop("list.csv")
    assert after == before
    real = imported(rows, *options)
    assert dry.code == real.code
    told, was = dry.json["item"], real.json["item"]
    for name in ("change", "rejects_file"):
        assert told.pop(name) is None
        was.pop(name)
    assert told == was
    assert os.path.exists(folder / "list.csv.rejects.csv") == bool(was["rejected"])
