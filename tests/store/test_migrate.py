"""Files of an older schema are backed up and brought up to date; the revisions make just what is frozen."""

import re
import sqlite3
from pathlib import Path

import pytest

from crmcli.errors import StoreError
from crmcli.store import frozen
from crmcli.store.migrate import REVISIONS, upgrade
from crmcli.store.opening import open_for_reading, open_for_writing
from tests.support import crm, run_in_process


def things(path: Path) -> dict[str, str]:
    """Every table, index and trigger by name, its text without regard to spaces, quotes and constraints' order."""
    with sqlite3.connect(path) as connection:
        rows = connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"
        ).fetchall()
    return {name: re.sub(r'[\s"]+', "", sql) for name, sql in rows}


def test_the_revisions_make_what_is_frozen(tmp_path: Path) -> None:
    migrated, frozen_file = tmp_path / "migrated.db", tmp_path / "frozen.db"
    upgrade(str(migrated))
    open_for_writing(str(frozen_file)).close()
    assert things(migrated) == things(frozen_file)
    with sqlite3.connect(migrated) as one, sqlite3.connect(frozen_file) as other:
        keys = "SELECT row_table, next FROM key_range ORDER BY row_table"
        assert one.execute(keys).fetchall() == other.execute(keys).fetchall()
        assert one.execute("PRAGMA user_version").fetchone() == (frozen.SCHEMA_VERSION,)


@pytest.fixture
def revisions(tmp_path: Path) -> Path:
    """A folder of revisions with one more than there is: it adds a column."""
    folder = tmp_path / "revisions"
    (folder / "versions").mkdir(parents=True)
    for known in (*(REVISIONS / "versions").glob("0*.py"), REVISIONS / "script.py.mako"):
        (folder / known.relative_to(REVISIONS)).write_bytes(known.read_bytes())
    add_revision(folder, 'op.add_column("customer", sa.Column("more", sa.Text()))')
    return folder


NEXT = frozen.SCHEMA_VERSION + 1


def add_revision(folder: Path, *steps: str) -> None:
    """The revision after the last there is, in place of another such."""
    (folder / "versions" / f"{NEXT:04d}_more.py").write_text(
        f'import sqlalchemy as sa\nfrom alembic import op\nrevision = "{NEXT:04d}"\ndown_revision = "{NEXT - 1:04d}"\n'
        + "".join(["def upgrade():\n", *(f"    {step}\n" for step in steps)])
    )


def test_an_older_file_is_backed_up_and_migrated(revisions: Path, place: Path) -> None:
    crm("add-customer Acme")
    path = place / "crm.db"
    backup = upgrade(str(path), revisions, target=NEXT)
    assert backup is not None
    with sqlite3.connect(backup) as before, sqlite3.connect(path) as after:
        assert before.execute("PRAGMA user_version").fetchone() == (frozen.SCHEMA_VERSION,)
        assert after.execute("PRAGMA user_version").fetchone() == (NEXT,)
        assert after.execute("SELECT name, more FROM customer").fetchall() == [("Acme", None)]
        (triggers,) = after.execute(
            "SELECT count(*) FROM sqlite_master WHERE type = 'trigger'"
        ).fetchone()
        assert triggers == len(frozen.TRIGGERS)


def test_a_revision_that_fails_changes_nothing(revisions: Path, place: Path) -> None:
    crm("add-customer Acme")
    add_revision(revisions, 'op.execute("DELETE FROM tag")', 'op.execute("CREATE TABLE broken (")')
    path = place / "crm.db"
    before = things(path)
    with pytest.raises(Exception, match=r"incomplete input"):
        upgrade(str(path), revisions, target=NEXT)
    assert things(path) == before
    assert run_in_process("list-customers").code == 0


def test_opening_compares_one_integer_and_migrates_when_it_is_older(
    revisions: Path, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    crm("add-customer Acme")
    path = str(place / "crm.db")
    asked: list[str] = []
    monkeypatch.setattr(frozen, "SCHEMA_VERSION", NEXT)

    def migrated(path: str) -> None:
        asked.append(path)
        with sqlite3.connect(path) as connection:
            connection.execute(f"PRAGMA user_version = {frozen.SCHEMA_VERSION}")

    monkeypatch.setattr("crmcli.store.migrate.upgrade", migrated)
    open_for_reading(path).close()
    open_for_reading(path).close()
    assert asked == [path]


def test_a_newer_file_is_refused(place: Path) -> None:
    crm("add-customer Acme")
    path = str(place / "crm.db")
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(StoreError, match="newer crm"):
        open_for_writing(path)


def test_changes_older_than_a_migration_cannot_be_undone(place: Path) -> None:
    crm("add-customer Acme")
    with sqlite3.connect(place / "crm.db") as connection:
        connection.execute("UPDATE change SET schema_version = 0")
    ran = run_in_process("undo")
    assert (ran.code, ran.err) == (
        4,
        "crm: x1 is older than the last upgrade of the file and cannot be undone\n",
    )
