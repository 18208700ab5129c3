"""Two customers made one: nothing is left behind, everything comes back, and what is computed is what it would be (CLI.md)."""

import random
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Index

from crmcli.context import Context
from crmcli.rules.merging import fitting_people, joined, merged_customer
from crmcli.store import frozen, models, search
from crmcli.store.merging import ONCE, links_to, merge
from crmcli.store.undo import undo
from tests.store.filled import cut_what_is_gone, fill
from tests.store.test_undo import check_derived, check_links, check_search, live
from tests.support import heavy

ROUNDS = heavy(6)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "crm.db"


def opened(path: Path) -> Context:
    made = Context(["crm", "merge-customers"])
    made.asked_db = str(path)
    made.write()
    return made


@pytest.fixture
def filled(path: Path, request: pytest.FixtureRequest) -> Iterator[Context]:
    """A random file in which nothing live belongs to what is gone."""
    fill(path, seed=request.param, customers=24)
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE customer SET name = 'Somebody' WHERE name = ''")
        cut_what_is_gone(connection)
        connection.execute("DELETE FROM meta WHERE name = 'fingerprint'")
    connection.close()
    made = opened(path)
    made.db.unlock()
    with made.db.transaction():
        search.rebuild(made.db)
    yield made
    made.close()


def pair(crm: Context, chance: random.Random) -> tuple[int, int]:
    found = [row["id"] for row in crm.db.rows("all_customer_ids", after=0, limit=-1)]
    one, other = chance.sample(found, 2)
    return one, other


def live_now(crm: Context) -> dict[str, list[tuple[Any, ...]]]:
    crm.db.connection.row_factory, kept = None, crm.db.connection.row_factory
    found = live(crm.db.connection)
    crm.db.connection.row_factory = kept
    return found


def take_back(crm: Context, number: int | None = None) -> int:
    made: list[int] = []

    def finish(change: Any) -> None:
        crm.refresh_after_undo(change)
        made.append(change.number)

    undo(crm.db, crm.author(), number, finish)
    return made[0]


@pytest.mark.parametrize("filled", range(3), indirect=True)
def test_everything_moves_comes_back_and_goes_again(filled: Context, path: Path) -> None:
    chance = random.Random(1)
    for number in range(ROUNDS):
        keep, drop = pair(filled, chance)
        before = live_now(filled)
        with filled.change() as change:
            merge(change, keep, drop)
        after = live_now(filled)
        names_nobody(filled, drop)
        holds_everything(filled, before, keep, drop)
        look(path)
        own = take_back(filled)
        assert live_now(filled) == before
        look(path)
        redone = take_back(filled, own)
        assert live_now(filled) == after
        if number % 5:  # now and then one of two is merged again
            take_back(filled, redone)


def look(path: Path) -> None:
    check_derived(path)
    check_links(path)
    check_search(path)


def names_nobody(crm: Context, drop: int) -> None:
    """No live row of any table names the customer that is gone."""
    for table, column in links_to("customer"):
        sql = f"SELECT count(*) FROM {table} WHERE deleted_at IS NULL AND {column} = ?"
        assert crm.db.connection.execute(sql, (drop,)).fetchone()[0] == 0, (table, column)
    for table in ("customer", "person"):  # what an attachment belongs to is named without a link
        sql = (
            f"SELECT count(*) FROM attachment JOIN {table} ON {table}.id = row_id WHERE row_table = '{table}' "
            f"AND attachment.deleted_at IS NULL AND {table}.deleted_at IS NOT NULL"
        )
        assert crm.db.connection.execute(sql).fetchone()[0] == 0, table
    sql = "SELECT count(*) FROM person WHERE deleted_at IS NULL AND successor_id = id"
    assert crm.db.connection.execute(sql).fetchone()[0] == 0


def holds_everything(crm: Context, before: Any, keep: int, drop: int) -> None:
    """Of each table the customer kept has the rows of both, but for what may be there once only or was there already."""
    for table, shape in frozen.TABLES.items():
        if "customer_id" not in shape["links"]:
            continue
        place = list(shape["columns"]).index("customer_id")
        both = [row[0] for row in before[table] if row[place] in (keep, drop)]
        sql = f"SELECT id FROM {table} WHERE deleted_at IS NULL AND customer_id = ? ORDER BY id"
        now = [row[0] for row in crm.db.connection.execute(sql, (keep,))]
        if table == "former_customer":
            assert now[:-1] == both
        elif table in (*ONCE, "person", "contact_point", "key_date"):
            assert set(now) <= set(both)
            kept = {row[0] for row in before[table] if row[place] == keep}
            assert kept <= set(now), table
        else:
            assert now == both, table


@pytest.mark.parametrize("filled", [5], indirect=True)
def test_a_whole_file_merged_into_one_and_back(filled: Context, path: Path) -> None:
    chance = random.Random(2)
    states, numbers = [live_now(filled)], []
    first, *others = [row["id"] for row in filled.db.rows("all_customer_ids", after=0, limit=-1)]
    chance.shuffle(others)
    for drop in others:
        with filled.change() as change:
            merge(change, first, drop)
        numbers.append(change.number)
        states.append(live_now(filled))
    look(path)
    assert [row[0] for row in states[-1]["customer"]] == [first]
    for number, state in zip(reversed(numbers), states[-2::-1], strict=True):
        take_back(filled, number)
        assert live_now(filled) == state
    look(path)


# --- a later table is not forgotten ---


def test_what_may_be_there_once_only_is_known() -> None:
    """Each unique index that a customer is part of, by its other columns."""
    unique = {
        table.name: tuple(column.name for column in index.columns if column.name != "customer_id")
        for table in (model.__table__ for model in models.LOGGED)  # type: ignore[attr-defined]
        for index in table.indexes
        if isinstance(index, Index) and index.unique and "customer_id" in index.columns
    }
    assert unique == ONCE


def test_every_link_to_a_customer_is_known() -> None:
    linked = {
        (table.name, column.name)
        for table in models.metadata.sorted_tables
        for column in table.columns
        for key in column.foreign_keys
        if key.column.table.name == "customer"
    }
    assert set(links_to("customer")) == linked


# --- what is kept of a customer over the year ---

YEAR = (
    "credit_grade", "credit_on", "blacklisted", "verified_on", "verified_by", "care_done_on", "care_snoozed_until",
    "visit_snooze_until", "visit_snooze_after",
)  # fmt: skip


def _customer(key: int, **said: Any) -> dict[str, Any]:
    shape = frozen.TABLES["customer"]
    return {name: default for name, (default, _) in shape["columns"].items()} | {"id": key} | said


@pytest.mark.parametrize(
    ("keep", "drop", "changed"),
    [
        ({}, {"credit_grade": "A", "credit_on": "2026-05-01"}, {"credit_grade": "A", "credit_on": "2026-05-01"}),
        ({"credit_grade": "B"}, {"credit_grade": "A", "credit_on": "2026-05-01"}, {}),
        ({}, {"blacklisted": 1}, {"blacklisted": 1}),
        ({"blacklisted": 1}, {}, {}),
        ({}, {"verified_on": "2026-05-01", "verified_by": "Ann"}, {}),
        ({"care_done_on": "2026-03-01"}, {"care_done_on": "2026-05-01"}, {"care_done_on": "2026-05-01"}),
        ({"care_snoozed_until": "2026-12-01"}, {"care_snoozed_until": "2026-11-25"}, {}),
        # The longer snooze that holds; a visit to the other one before it was set does not end it.
        (
            {"visit_snooze_until": "2026-12-01", "visit_snooze_after": ""},
            {"visit_snooze_until": "2026-12-24", "visit_snooze_after": "2026-08-01", "last_visit_on": "2026-08-01"},
            {"visit_snooze_until": "2026-12-24", "visit_snooze_after": "2026-08-01"},
        ),
        (
            {"visit_snooze_until": "2026-12-01", "visit_snooze_after": ""},
            {"visit_snooze_until": "2026-12-24", "visit_snooze_after": "2026-08-01", "last_visit_on": "2026-09-01"},
            {"visit_snooze_after": "2026-09-01"},
        ),
    ],
)  # fmt: skip
def test_the_year_of_two_customers(
    keep: dict[str, Any], drop: dict[str, Any], changed: dict[str, Any]
) -> None:
    made = merged_customer(_customer(1, **keep), _customer(2, **drop), YEAR)
    assert made.values == changed


# --- people and texts ---


def _person(key: int, name: str) -> dict[str, Any]:
    return {"id": key, "name": name}


@pytest.mark.parametrize(
    ("here", "there", "phones", "same"),
    [
        (["张伟"], ["张伟"], {}, {11: 1}),
        (["张伟"], ["张 伟"], {}, {11: 1}),
        (["Jane Roe"], ["ＪＡＮＥ roe"], {}, {11: 1}),
        (["张伟"], ["张玮"], {}, {}),
        ([""], [""], {}, {}),
        (["张伟"], ["张伟"], {1: ["13800005678"], 11: ["13800005678", "13900001111"]}, {11: 1}),
        (["张伟"], ["张伟"], {1: ["13800005678"], 11: ["13900001111"]}, {}),
        (["张伟"], ["张伟"], {1: ["13800005678"], 11: ["02162345678"]}, {11: 1}),
        (["张伟"], ["张伟"], {1: ["02162345678"], 11: ["02162345679"]}, {}),
        (["张伟"], ["张伟"], {1: ["13800005678"]}, {11: 1}),
        (["张伟", "张伟"], ["张伟"], {}, {}),
        (["张伟", "张伟"], ["张伟"], {2: ["13800005678"], 11: ["13800005678"]}, {11: 2}),
        (["张伟"], ["张伟", "张伟"], {}, {11: 1}),
        (["张伟", "李娜"], ["李娜", "张伟"], {}, {11: 2, 12: 1}),
    ],
)  # fmt: skip
def test_who_is_the_same(
    here: list[str], there: list[str], phones: dict[int, list[str]], same: dict[int, int]
) -> None:
    ours = [_person(key, name) for key, name in enumerate(here, start=1)]
    theirs = [_person(key, name) for key, name in enumerate(there, start=11)]
    assert fitting_people(ours, theirs, phones) == same


@pytest.mark.parametrize(
    ("one", "other", "both"),
    [
        (None, None, None), ("a", None, "a"), (None, "b", "b"), ("a", "b", "a\n\nb"), ("a", "a", "a"),
        ("long story", "story", "long story"), ("story", "long story", "long story"),
    ],
)  # fmt: skip
def test_texts_one_below_the_other(one: str | None, other: str | None, both: str | None) -> None:
    assert joined(one, other) == both
