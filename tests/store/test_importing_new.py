"""How new rows of a list are written, and what is known of the rows before them."""

import sqlite3
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmcli.rules.rulebook import Rulebook
from crmcli.store.changes import begin, bulk
from crmcli.store.database import Database
from crmcli.store.importing import inserting
from crmcli.store.importing.bulk import Plan
from crmcli.store.importing.inserting import Common, Shared, insert_columns, insert_rows
from crmcli.store.importing.matching import Noticed
from crmcli.store.importing.tasks import TaskImport
from crmcli.store.opening import begin_new, open_for_writing
from tests.store.test_importing import AUTHOR
from tests.support import heavy

# --- rows by their columns ---


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    made = sqlite3.connect(":memory:", isolation_level=None)
    made.execute(
        "CREATE TABLE thing (id INTEGER PRIMARY KEY, a UNIQUE, b, c, d NOT NULL DEFAULT 7)"
    )
    yield made
    made.close()


_CELLS = st.sampled_from([None, 0, 1, "", "x", "华"])


@settings(max_examples=heavy(100))
@given(st.integers(1, 250), st.data())
def test_columns_become_the_rows_they_are(count: int, data: st.DataObject) -> None:
    """Whatever they hold: the same throughout, nothing, or what another holds."""
    made = sqlite3.connect(":memory:", isolation_level=None)
    made.execute("CREATE TABLE thing (id INTEGER PRIMARY KEY, a, b, c, d)")
    some = st.one_of(_CELLS.map(lambda one: [one] * count), st.lists(_CELLS, min_size=count, max_size=count))  # fmt: skip
    a, b = data.draw(some), data.draw(some)
    c = data.draw(st.sampled_from([a, b, [*b]]))
    columns = {"id": range(5, 5 + count), "a": a, "b": b, "c": c}
    insert_columns(made, "thing", columns)
    expected = [(key, *row, None) for key, row in zip(columns["id"], zip(a, b, c, strict=True), strict=True)]  # fmt: skip
    assert made.execute("SELECT * FROM thing ORDER BY id").fetchall() == expected
    made.close()


@settings(max_examples=heavy(100))
@given(st.lists(st.tuples(_CELLS, st.integers(0, 30)), min_size=1, max_size=250), st.integers(1, 9))
def test_what_rows_share_is_taken_from_one_place(rows: list[tuple[object, int]], most: int) -> None:
    """However few of the values that are shared are remembered; each page asks for those that it does not find."""
    made = sqlite3.connect(":memory:", isolation_level=None)
    made.execute("CREATE TABLE thing (id INTEGER PRIMARY KEY, a, b, c)")
    asked: list[int] = []

    def squares(one: int) -> tuple[int, str]:
        asked.append(one)
        return one * one, f"of {one}"

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(inserting, "_MOST_IN_COMMON", most)
        common = Common(made, "squares", ("b", "c"), squares)
        for start in range(0, len(rows), 40):
            page = rows[start : start + 40]
            shared = Shared(common, ("b", "c"), common.keys([one for _, one in page]))
            keys = range(start, start + len(page))
            insert_columns(made, "thing", {"id": keys, "a": [cell for cell, _ in page]}, shared)
    expected = [(key, cell, one * one, f"of {one}") for key, (cell, one) in enumerate(rows)]
    assert made.execute("SELECT * FROM thing ORDER BY id").fetchall() == expected
    if most > 30:
        assert len(asked) == len(set(asked))
    made.close()


def test_a_row_that_does_not_fit_is_an_error(connection: sqlite3.Connection) -> None:
    """Those before it stay: whoever inserts takes back all of them."""
    connection.execute("BEGIN")
    with pytest.raises(sqlite3.IntegrityError, match="UNIQUE"):
        insert_rows(connection, "thing", ("a", "b"), [(1, 1), (2, 2), (1, 3)])
    with pytest.raises(sqlite3.IntegrityError, match="NOT NULL"):
        insert_columns(connection, "thing", {"a": [5, 6], "d": [1, None]})
    assert connection.in_transaction
    connection.execute("ROLLBACK")
    assert connection.execute("SELECT count(*) FROM thing").fetchone() == (0,)


# --- what the rows refer to ---


class _Careless(TaskImport):
    """Tasks of a customer that is not there."""

    def _settle(self, customer: int, row: object) -> None:
        said = {"kind": "task", "text": "call", "due_on": "2026-11-20", "created_at": AUTHOR.at}
        self._insert("task", self._blank["task"] | said | {"customer_id": customer + 1})


def test_rows_that_refer_to_nobody_are_not_imported(tmp_path: Path) -> None:
    db = open_for_writing(str(tmp_path / "crm.db"))
    with begin(db, AUTHOR) as change:
        named = {"name": "Acme", "name_key": "acme", "added_on": "2026-11-20"}
        change.insert("customer", **named, created_at=AUTHOR.at)
    db.leave_links_unchecked()
    before = list(db.connection.iterdump())
    with pytest.raises(AssertionError, match="task 1 refers to what is not there"):
        _import_of_nobody(db)
    assert list(db.connection.iterdump()) == before
    db.close()


def _import_of_nobody(db: Database) -> None:
    with begin(db, AUTHOR) as change, bulk(change, TaskImport.tables()):
        writer = _Careless(change, _plan())
        writer._settle(1, None)
        writer._write()
        writer.finish()


def _plan() -> Plan:
    def reject(*row: object) -> None:
        raise AssertionError(row)

    return Plan(date(2026, 11, 20), datetime.isoformat, Rulebook(), reject, "tester")


def test_a_file_that_a_list_begins_has_large_pages(tmp_path: Path) -> None:
    made = begin_new(str(tmp_path / "crm.db"))
    assert made.connection.execute("PRAGMA page_size").fetchone()[0] == 16_384
    made.close()
    assert not [*tmp_path.iterdir()]


# --- which keys have passed ---

_KEYS = st.lists(st.one_of(st.none(), st.integers(0, 40).map(str)), min_size=6, max_size=6)
_PAGES = st.lists(st.tuples(_KEYS, _KEYS, _KEYS), min_size=1, max_size=6)


@settings(max_examples=heavy(100))
@given(_PAGES, st.sampled_from([3, 400_000]))
def test_a_key_that_passed_is_noticed(pages: list[tuple[list[str | None], ...]], few: int) -> None:
    """Exactly while they are few, and none is missed of many; of a kind in two columns, the other one counts, too."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Noticed, "_FEW", few)
        noticed, passed = Noticed(), set[tuple[str, str]]()
        for name, phone, mobile in pages:
            columns = [("name", name), ("phone", phone), ("phone", mobile)]
            found = noticed.notice_columns(columns)
            places = range(len(name))
            known = {at for at in places for kind, keys in columns if (kind, keys[at]) in passed}
            if few > 3:
                assert found == known
            assert found >= known
            passed |= {(kind, key) for kind, keys in columns for key in keys if key}


def test_of_very_many_keys_few_are_taken_for_others() -> None:
    noticed = Noticed()
    wrong = 0
    for start in range(0, 600_000, 1_000):
        wrong += len(noticed.notice_columns([("name", [f"N{n}" for n in range(start, start + 1_000)])]))  # fmt: skip
    assert wrong < 60
    assert noticed.notice([("name", "N7")])
    assert noticed.notice([("name", "N599999")])
    assert not noticed.notice([("name", "never")])
