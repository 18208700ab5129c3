"""The frozen statements against what they were frozen from, and against slow Python (DESIGN §2)."""

import contextlib
import io
import json
import random
import shutil
import sqlite3
from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import (
    REAL,
    CompoundSelect,
    Engine,
    Select,
    bindparam,
    cast,
    create_engine,
    event,
    insert,
    literal_column,
    select,
    text,
    update,
)
from sqlalchemy.sql import visitors

from crmcli.commands.shared.filters import Filters
from crmcli.context import Context
from crmcli.rules import searching, terms
from crmcli.rules.lifecycle import Life, lifecycle
from crmcli.rules.pinyin import SIGNS
from crmcli.rules.year.spending import counted_after
from crmcli.store import freeze, frozen, frozen_schema, models, statements, triggers
from crmcli.store.changes import begin
from crmcli.store.database import Database
from crmcli.store.due import SOURCES, Source
from crmcli.store.facts import day_of
from crmcli.store.opening import open_for_reading, open_for_writing
from tests.store.filled import (
    AUTHOR,
    CITIES,
    FIELDS,
    INDUSTRIES,
    INTENTS,
    KEY_DATES,
    NAMES,
    ROUNDS,
    SETTINGS,
    TAGS,
    TIERS,
    TODAY,
    WEIGHTS,
    fill,
    whole_file,
)
from tests.support import heavy

SEEDS = (1, 8)
ALL = statements.statements()
SELECTS = sorted(name for name, one in ALL.items() if isinstance(one, Select | CompoundSelect))
TEMPORARY = sorted(
    name for name in ALL if name.startswith("happening_") or name == "logged_in_period"
)
"""What is put aside for one run, in tables of its own."""

WRITES = sorted(set(ALL) - set(SELECTS) - set(TEMPORARY))
T = statements.T


def put_aside(connection: sqlite3.Connection) -> None:
    """The temporary tables of store/dossiers.py, with something in them."""
    connection.execute("CREATE TEMP TABLE happening (customer_id INTEGER)")
    connection.execute("CREATE TEMP TABLE logged (customer_id INTEGER, row_id INTEGER)")
    connection.executemany("INSERT INTO happening VALUES (?)", [(key,) for key in range(1, 60)])
    rows = [(key % 44 + 1, key) for key in range(1, 600)]
    connection.executemany("INSERT INTO logged VALUES (?, ?)", rows)
    connection.commit()


def engine_of(path: Path) -> Engine:
    engine = create_engine(f"sqlite:///{path}")

    @event.listens_for(engine, "connect")
    def _plain(connection: sqlite3.Connection, _record: Any) -> None:
        connection.execute("PRAGMA temp_store = MEMORY")
        put_aside(connection)

    return engine


@pytest.fixture(scope="module", params=SEEDS)
def path(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("filled") / "crm.db"
    fill(made, request.param)
    return made


@pytest.fixture(scope="module")
def db(path: Path) -> Iterator[Database]:
    found = open_for_reading(str(path))
    put_aside(found.connection)
    yield found
    found.close()


@pytest.fixture(scope="module")
def engine(path: Path) -> Iterator[Engine]:
    made = engine_of(path)
    yield made
    made.dispose()


def through_sqlalchemy(
    engine: Engine, statement: Any, values: dict[str, Any]
) -> list[tuple[Any, ...]]:
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(statement, values)]


def parameters(statement: Any) -> list[str]:
    """Names that must be bound when the statement runs, sorted; those with a value are constants."""
    found = {
        element.key
        for element in visitors.iterate(statement)
        if element.__visit_name__ == "bindparam" and element.value is None
    }
    return sorted(found)


# --- values for parameters ---

RATES = json.dumps([["CNY", 1, 1]])
"""What currencies are worth where nothing is set."""
BOUND = {
    "today": TODAY.isoformat(),
    "new_for": "90",
    "rates": RATES,
    "year_before": counted_after(TODAY).isoformat(),
}
"""What conditions rest on besides what is typed."""

_KEYS = (0, 1, 2, 3, 5, 8, 13, 21, 40, 999)
_TEXTS = (
    *NAMES,
    "acme",
    "华",
    "13800005678",
    "jane@example.com",
    "91310000MA1FL0001A",
    "absent",
    "%",
    "_",
)


_DAYS_ASKED = (
    "until", "today", "before", "day", "year_before", "half", "year", "begin_day_before", "end_day_before",
)  # fmt: skip
_LISTS_OF_KEYS = (
    "ids",
    "people",
    "customers",
    "interactions",
    "needs",
    "surveys",
    "contracts",
    "whole",
    "touched",
    "contacted",
    "changes",
)


def a_value(chance: random.Random, name: str, whole: dict[str, Any]) -> Any:
    """Some value for a parameter, by its name."""
    if name in _LISTS_OF_KEYS:
        return json.dumps(chance.sample(range(1, 45), chance.randint(0, 20)))
    if name == "refs":
        return json.dumps([f"c{key}:touch" for key in chance.sample(range(1, 45), 20)])
    if name == "texts":
        return json.dumps(chance.sample(_TEXTS, 9), ensure_ascii=False)
    if name == "keys":
        return json.dumps(
            [*chance.sample(_TEXTS, 5), chance.choice(whole["external_ids"])], ensure_ascii=False
        )
    if name == "spans":  # [customer, first instant, last instant]
        days = (TODAY - timedelta(days=200), TODAY)
        spans = [[key, *map(date.isoformat, days)] for key in chance.sample(range(1, 45), 9)]
        return json.dumps(spans)
    if name == "days":
        some = chance.sample(range(400), 200)
        return json.dumps([(TODAY - timedelta(days=number - 200)).isoformat() for number in some])
    if name == "limit":
        return chance.choice((-1, 0, 1, 5, 100))
    if name == "rates":
        return RATES
    if name == "name_key":
        return chance.choice(("vips", "老客", "gone", "absent"))
    if name == "terms":  # of many words, in every column
        words = chance.sample((*NAMES, *TAGS, *KEY_DATES), 5)
        asked = [searching.either(searching.query(word)) for word in (*words, "acme", "wei")]
        return " OR ".join(f"({one.sieve})" for one in asked if one)
    if name == "held":  # of a document
        return chance.choice((*"AEWZ华张 ", *(SIGNS[one] for one in ("hua", "zhang", "wei"))))
    if name == "pattern":
        return f"*[{''.join(chance.sample(list(SIGNS.values())[1:], 60))}]*"
    if name == "digest":
        return f"digest {chance.randint(0, 25)}"
    if name == "won":  # [customer, day]
        return json.dumps([[key, TODAY.isoformat()] for key in chance.sample(range(1, 45), 9)])
    if name in _DAYS_ASKED:
        return (TODAY + timedelta(days=chance.randint(-100, 100))).isoformat()
    if name.endswith(("_day", "_instant")) or name == "now":
        early, late = (-250, -20) if name.startswith("begin") else (-20, 100)
        some_day = (TODAY + timedelta(days=chance.randint(early, late))).isoformat()
        return (
            some_day if name.endswith("_day") else f"{some_day}T{chance.randint(0, 23):02}:30:00Z"
        )
    fixed = {
        "all_contacts_count": (0, 1),
        "base": ("CNY", "USD"),
        "new_for": ("90", "10", "0"),
        "text": (*_TEXTS, *chance.choices(whole["external_ids"], k=5)),
        "beyond": _TEXTS,
        "kind": (
            "phone",
            "email",
            "wechat",
            *("task", "follow-up") * 3,
            "reveal",
            "service",
            "relation",
            "none",
            None,
        ),
        "row_table": ("customer", "customer", "task", *frozen.TABLES),
        "before_time": ("08:30", "09:00", "23:59"),
        "field": tuple(FIELDS),
        "weight": WEIGHTS,
        "tier": TIERS,
        "stage": terms.ALL_STAGES,
        "lifecycle": terms.LIFECYCLES,
        "tag": TAGS,
        "industry": INDUSTRIES,
        "city": CITIES,
        "intent": INTENTS,
    }
    if name.startswith("one_"):
        return chance.choice(fixed[name.removeprefix("one_")])
    if name in ("tier", "stage", "lifecycle", "tag", "industry", "city", "intent"):
        some = chance.sample(fixed[name], chance.randint(0, len(fixed[name])))
        return json.dumps(some, ensure_ascii=False)
    if name in fixed:
        return chance.choice(fixed[name])
    assert name in {
        "id",
        "customer",
        "interaction",
        "need",
        "deal",
        "after",
        "change",
        "row_id",
        "first",
        "last",
    }, name
    return chance.choice(_KEYS)


@lru_cache(maxsize=8)
def _asked_by(statement: Any) -> tuple[str, list[str]]:
    """The table whose external ids a statement may ask for, and its parameters; SQLAlchemy compiles it to tell."""
    asked = statement.get_final_froms() if isinstance(statement, Select) else ()
    names = (getattr(one, "name", None) for one in asked)  # a join has none
    table = next((name for name in names if name in T and "external_id" in T[name].c), "customer")
    return table, parameters(statement)


def values_for(chance: random.Random, statement: Any, db: Database) -> dict[str, Any]:
    table, names = _asked_by(statement)
    found = db.connection.execute(f"SELECT external_id FROM {table} WHERE external_id IS NOT NULL")
    whole = {"external_ids": [row[0] for row in found] or ["Acme"]}
    return {name: a_value(chance, name, whole) for name in names}


# --- the generated module ---


def test_the_generated_module_is_fresh() -> None:
    for name, fresh in freeze.generate().items():
        assert (freeze.HERE / name).read_text(encoding="utf-8") == fresh, name


def test_every_statement_is_frozen_under_its_name() -> None:
    assert set(frozen.STATEMENTS) == set(ALL)
    assert set(frozen.BASES) == set(statements.BASES)
    assert set(frozen.PREDICATES) == set(statements.PREDICATES)
    assert set(frozen.FIELDS) == set(statements.WHERE_FIELDS)
    assert set(frozen.OPERATORS) == set(statements.OPERATORS)
    assert set(frozen_schema.TRIGGERS) == set(triggers.all_triggers())


def test_no_constant_was_lost_on_the_way() -> None:
    for name, sql in frozen.STATEMENTS.items():
        wanted = set(parameters(ALL[name]))
        connection = sqlite3.connect(":memory:")
        found: set[str] = set()

        class Asked(dict):  # type: ignore[type-arg]
            def __missing__(self, key: str, found: set[str] = found) -> None:
                found.add(key)

        for statement in frozen_schema.SCHEMA:
            connection.execute(statement)
        put_aside(connection)
        connection.execute(f"EXPLAIN {sql}", Asked()).fetchall()
        connection.close()
        assert found == wanted, name


@pytest.mark.parametrize("name", SELECTS)
def test_a_reading_statement_finds_the_same_rows(name: str, db: Database, engine: Engine) -> None:
    chance, statement = random.Random(name), ALL[name]
    some = 0
    for _ in range(heavy(40)):
        values = values_for(chance, statement, db)
        cursor = db.connection.execute(frozen.STATEMENTS[name], values)
        ours = [tuple(row) for row in cursor]
        theirs = through_sqlalchemy(engine, statement, values)
        if "ORDER BY" not in frozen.STATEMENTS[name]:
            ours, theirs = sorted(ours, key=repr), sorted(theirs, key=repr)
        assert ours == theirs, values
        assert [one[0] for one in cursor.description] == [
            column.name for column in statement.selected_columns
        ]  # type: ignore[attr-defined]
        some += len(ours)
    assert some, f"{name} never found a row; the test says nothing"


def _row_for(chance: random.Random, table: Any) -> dict[str, Any]:
    row = {
        column.name: chance.choice((7, 0) if str(column.type) == "INTEGER" else ("x", "华东", None))
        for column in table.columns
    }
    for column in table.columns:
        if row[column.name] is None and not column.nullable:
            row[column.name] = ""
        if column.foreign_keys:
            row[column.name] = 1
    if "id" in row:
        row["id"] = chance.randrange(10_000, 10**9)
    return row


_LATE = {"since": "2026-07-15", "until": "2026-07-15"}
_OF_THE_BOOK: dict[str, dict[str, Any]] = {
    "mark_behind": {"customer": 0, **_LATE}, "mark_all_behind": {"customer": 0}, "reopen_archive": _LATE,
    "reopen_archive_anyway": {}, "catch_up_dossier": {"of": 0, "in_period": "2026Q3"}, "drop_dossier": {"of": 1},
    "reseal_dossier": {"of": 1, "to_path": "archive/other", "to_digest": "other", "at": "2026-12-01T02:00:00Z"},
}  # fmt: skip
"""What is written in the book of dossiers; customer 0 stands for one that is in it."""


def _independent_write(
    name: str, chance: random.Random, document: dict[str, Any]
) -> tuple[dict[str, Any], Any]:
    """Values for a writing statement, and the same wish written once more with literal values.

    `document` is one of the search index, which must be told how to take it out.
    """
    special: dict[str, tuple[dict[str, Any], Any]] = {
        "store_touch": (
            values := {
                "of": 3,
                **{c.name: _row_for(chance, T["customer"])[c.name] for c in T["customer"].c if c.info.get("derived")},
            },
            update(T["customer"]).where(T["customer"].c.id == 3).values({k: v for k, v in values.items() if k != "of"}),
        ),
        "store_task_listing": (
            {"of": 4, "listed_on": "2026-12-01", "tier_weight": 5},
            update(T["task"]).where(T["task"].c.id == 4).values(listed_on="2026-12-01", tier_weight=5),
        ),
        "store_key_date_listing": (
            {"of": 4, **(listing := {"next_on": "2026-12-08", "listed_on": "2026-12-01", "tier_weight": 5})},
            update(T["key_date"]).where(T["key_date"].c.id == 4).values(**listing),
        ),
        "drop_search_document": (
            {"of": document["id"]},
            T["search_document"].delete().where(T["search_document"].c.id == document["id"]),
        ),
        "index_document": (
            {"rowid": 9999, **(made := {"names": "acm cme", "sound": "hua", "initials": "h", "prose": None})},
            text(f"INSERT INTO search_index (rowid, {', '.join(made)}) VALUES (9999, 'acm cme', 'hua', 'h', NULL)"),
        ),
        "unindex_document": (
            {"rowid": document["id"], **(known := {name: document[name] for name in made})},
            text(f"INSERT INTO search_index (search_index, rowid, {', '.join(made)}) VALUES ('delete', :key, :names, :sound, :initials, :prose)")
            .bindparams(key=document["id"], **known),
        ),
        "index_documents_from": (
            {"first": 3, "last": 7},
            text(f"INSERT INTO search_index (rowid, {', '.join(made)}) SELECT * FROM search_document WHERE id >= 3 AND id <= 7"),
        ),
        "unindex_documents_from": (
            {"first": 3, "last": 7},
            text(f"INSERT INTO search_index (search_index, rowid, {', '.join(made)}) SELECT 'delete', * FROM search_document WHERE id >= 3 AND id <= 7"),
        ),
        "drop_search_documents": (
            {"first": 3, "last": 7},
            T["search_document"].delete().where(T["search_document"].c.id.in_(range(3, 8))),
        ),
        "drop_reminder": (
            {"of": "c4:touch", "by": "file"},
            T["reminder"].delete().where(T["reminder"].c.ref == "c4:touch", T["reminder"].c.channel == "file"),
        ),
        "drop_old_reminders": (
            {"before": "2026-05-01"},
            T["reminder"].delete().where(T["reminder"].c.said_on < "2026-05-01"),
        ),
        "drop_meta": ({"of": "fingerprint"}, T["meta"].delete().where(T["meta"].c.name == "fingerprint")),
        "take_keys": (
            {"of": "task", "next": 99},
            update(T["key_range"]).where(T["key_range"].c.row_table == "task").values(next=99),
        ),
        "open_change": ({"id": 5}, insert(T["open_change"]).values(id=5)),
        "close_change": ({}, T["open_change"].delete()),
        "mark_undone": (
            {"of": 1, "undone_by": 9},
            update(T["change"]).where(T["change"].c.id == 1).values(undone_by=9),
        ),
    }  # fmt: skip
    if name in special:
        return special[name]
    if name in _OF_THE_BOOK or name.startswith(("mark_behind_", "reopen_archive_")):
        # What an independent hand would write is the statement once more: it is given as it was written.
        values = {**_OF_THE_BOOK.get(name, {"first": 1, "last": 10**6})}
        return values, ALL[name]
    if name.startswith("store_"):
        stored = T[name.removeprefix("store_")]
        derived = {
            c.name: _row_for(chance, stored)[c.name] for c in stored.c if c.info.get("derived")
        }
        return {"of": 3, **derived}, update(stored).where(stored.c.id == 3).values(**derived)
    table = T[
        {"begin_change": "change", "insert_range": "change_range"}.get(name)
        or name.removeprefix("insert_")
    ]
    row = _row_for(chance, table)
    if name in ("insert_range", "insert_event"):
        del row["id"]
    return row, insert(table).values(row)


@pytest.mark.parametrize("name", WRITES)
def test_a_writing_statement_leaves_the_same_file(name: str, path: Path, tmp_path: Path) -> None:
    files = [tmp_path / "ours.db", tmp_path / "theirs.db"]
    for file in files:
        source, copy = sqlite3.connect(path), sqlite3.connect(file)
        copy.execute("PRAGMA synchronous = OFF")
        source.backup(copy)
        if name == "close_change":
            copy.execute("INSERT INTO open_change (id) VALUES (3)")
            copy.commit()
        source.close()
        copy.close()
    before = whole_file(files[0])
    ours = open_for_writing(str(files[0]))
    document = ours.connection.execute("SELECT * FROM search_document WHERE id > 5").fetchone()
    values, wish = _independent_write(name, random.Random(name), dict(document))
    for one in {"customer", "of"} & {key for key, value in values.items() if value == 0}:
        behind = int(name == "catch_up_dossier")
        asked = "SELECT customer_id FROM dossier WHERE period = '2026Q3' AND is_behind = ?"
        (values[one],) = ours.connection.execute(asked, (behind,)).fetchone()
    ours.run(name, **values)
    ours.close()
    engine = engine_of(files[1])
    with engine.begin() as connection:
        connection.execute(wish, values if wish is ALL[name] else {})
    engine.dispose()
    after = whole_file(files[0])
    assert after == whole_file(files[1])
    assert after != before


@pytest.mark.parametrize("name", TEMPORARY)
def test_what_is_put_aside_is_the_same(name: str, db: Database, engine: Engine) -> None:
    chance, table = random.Random(name), "logged" if name == "logged_in_period" else "happening"
    some = 0
    for _ in range(heavy(10)):
        values = values_for(chance, ALL[name], db)
        db.connection.execute(f"DELETE FROM {table}")
        db.connection.execute(frozen.STATEMENTS[name], values)
        ours = db.connection.execute(f"SELECT * FROM {table}").fetchall()
        db.connection.rollback()
        with engine.connect() as connection:
            connection.execute(text(f"DELETE FROM {table}"))
            connection.execute(ALL[name], values)
            theirs = connection.execute(text(f"SELECT * FROM {table}")).fetchall()
            connection.rollback()
        assert sorted(map(tuple, ours)) == sorted(map(tuple, theirs)), values
        some += len(ours)
    assert some


# --- bases, predicates, fields and operators, one by one ---


_GROUPED = {
    "report_standing": ["1"],
    "report_contacts": list("1234567"),
    "report_our_people": ["1"],
    "report_touches": ["customer.id"],
    "report_bought": ["customer_order.customer_id"],
    "report_overdue": ["customer_order.currency"],
    "quality_files": ["is_core"],
    "report_referrers": ["customer.referred_by"],
}
"""The columns by which the rows of a base are summed up; without them one row would speak for all."""


def _rows_of(db: Database, base: str, /, *predicates: Any, **values: Any) -> list[tuple[Any, ...]]:
    group = _GROUPED.get(base, ())
    return [tuple(row) for row in db.query(base, predicates, group=group, **values)]


def _grouped(base: str, statement: Select[Any]) -> Select[Any]:
    return statement.group_by(*map(literal_column, _GROUPED.get(base, ())))


@pytest.mark.parametrize("name", sorted(frozen.BASES))
def test_a_base_finds_the_same_rows(name: str, db: Database, engine: Engine) -> None:
    chance, base = random.Random(name), _grouped(name, statements.BASES[name])
    found = 0
    for _ in range(heavy(20)):
        values = values_for(chance, base, db)
        ours = _rows_of(db, name, **values)
        assert sorted(ours, key=repr) == sorted(through_sqlalchemy(engine, base, values), key=repr)
        found += ours[0][0] if name.startswith("count") else len(ours)
    assert found


_FORMS = (("", ""), *((what, after) for what in ("count_", "top_") for after in ("", "_filtered")))
"""How the bases of a kind of due item are called: what stands before and after it."""

_DUE_RECORDS = {
    "task": ("tasks",),
    "key_date": ("key_dates",),
    "need": ("responds", "feedbacks", "solves", "plan_confirms", "progresses"),
    "plan_step": ("plan_steps",),
    "promise": ("promises", "amends"),
    "survey": ("surveys",),
    "review": ("reviews",),
    "deal": ("quotes", "deals"),
    "contract": ("renewals", "contract_reviews"),
    "customer_order": ("payments",),
    "risk": ("risks",),
}
_DUE_CUSTOMERS = (
    "touches",
    "win_backs",
    "unanswered",
    "periodic_surveys",
    "visits",
    *(f"{kind}s" for kind in ROUNDS),
    "reorders",
    "churns",
    "churns_again",
    "file_checks",
)
_TABLES_READ = {
    "sieved_documents": {"search_document"},
    "customers": {"customer"},
    "customer_keys": {"customer"},
    "count_customers": {"customer"},
    **{
        f"{before}due_{kind}{after}": {"customer"}
        for kind in _DUE_CUSTOMERS
        for before, after in _FORMS
    },
    **{
        f"{before}due_{name}{after}": {table} if before and not after else {table, "customer"}
        for table, names in _DUE_RECORDS.items()
        for name in names
        for before, after in _FORMS
    },
    **{
        f"report_{name}": {table, "customer"}
        for table, names in {
            "need": ("received", "solved", "resolutions", "reopenings"),
            "survey": ("surveys", "surveys_sent", "verbatim"),
            "promise": ("promises",),
        }.items()
        for name in names
    },
    "report_coverage": {"customer"},
    "report_standing": {"customer"},
    "report_moved": {"stage_change", "customer"},
    "report_deals": {"deal", "customer"},
    **{
        f"report_{name}": {"interaction", "customer"}
        for name in ("contacts", "our_people", "touches")
    },
    "pipeline": {"deal", "customer"},
    "purchases": {"customer"},  # orders summed up beneath it
    **{
        f"report_{name}": {"customer"}
        for name in ("added", "churn", "new_customers", "referrers", "warned")
    },
    **{
        f"report_{name}": {"customer_order", "customer"}
        for name in ("bought", "bought_abroad", "overdue")
    },
    "report_renewals": {"contract", "customer"},
    "report_tiers": {"change_row", "customer"},
    **{
        f"quality_{name}": {"customer"}
        for name in ("changes", "core", "files", "masked_customers", "persons", "reach")
    },
    "quality_contacts": {"interaction", "customer"},
    **{f"quality_{name}": {"person", "customer"} for name in ("masked_people", "people")},
    "quality_masked_points": {"contact_point", "customer"},
}


def test_what_the_bases_read_is_written_down_here() -> None:
    assert set(_TABLES_READ) == set(frozen.BASES)


def _bases_for(name: str) -> list[str]:
    """The bases that read every table the predicate speaks of."""
    needed = {
        table
        for table in (*_DUE_RECORDS, "customer", "search_document")
        if f"{table}." in frozen.PREDICATES[name]
    }
    return [base for base, read in sorted(_TABLES_READ.items()) if needed <= read]


@pytest.mark.parametrize("name", sorted(frozen.PREDICATES))
def test_a_predicate_cuts_every_base_the_same(name: str, db: Database, engine: Engine) -> None:
    chance, condition = random.Random(name), statements.PREDICATES[name]
    found, cut = 0, 0
    bases = _bases_for(name)
    for base in bases:
        statement = _grouped(base, statements.BASES[base].where(condition))
        for _ in range(heavy(3, 40) if len(bases) > 1 else heavy(60)):
            values = values_for(chance, statement, db)
            ours = _rows_of(db, base, (frozen.PREDICATES[name], values))
            assert sorted(ours, key=repr) == sorted(
                through_sqlalchemy(engine, statement, values), key=repr
            )
            if not base.startswith("count"):
                found += len(ours)
                cut += len(_rows_of(db, base, **values)) - len(ours)
    assert found
    assert cut


_COMPARED: tuple[Any, ...] = (
    "",
    "acme",
    "Acme",
    "O'Neil & Sons",
    "vip",
    "13800005678",
    "2026-11-20",
    "c3",
    "new",
    0,
    1,
    12.5,
)


@pytest.mark.parametrize("operator", statements.OPERATORS)
@pytest.mark.parametrize("name", sorted(frozen.FIELDS))
def test_a_field_compares_the_same(name: str, operator: str, db: Database, engine: Engine) -> None:
    field = statements.WHERE_FIELDS[name]
    statement = statements.BASES["customers"].where(
        statements.compare(field, operator, bindparam("value"))
    )
    template = frozen.OPERATORS[operator].format(field=frozen.FIELDS[name], value=":value")
    more = [
        {one: value for one, value in BOUND.items() if one in parameters(statement)},
        *([{"field": field} for field in FIELDS] if "field" in name else []),
    ]
    for values in more[-len(FIELDS) :] if "field" in name else more[:1]:
        for value in _COMPARED:
            if name in ("number_field", "average_order") and isinstance(value, str):
                continue  # Filters binds numbers only
            bound = {**values, "value": value}
            ours = [tuple(row) for row in db.query("customers", [(template, bound)])]
            theirs = through_sqlalchemy(engine, statement, bound)
            assert sorted(ours, key=repr) == sorted(theirs, key=repr), (values, value)


# --- composed queries: Filters against SQLAlchemy against Python ---


_DAYS = st.integers(-100, 100).map(lambda n: (TODAY + timedelta(days=n)).isoformat())
_PLAIN = ("=", "!=", "<", "<=", ">", ">=")
_TEXT_VALUES = st.sampled_from((*NAMES[:-1], "acme", "华", "E1", "上海", "steel", "vip", "x", "c3"))


def _where(name: str) -> st.SearchStrategy[tuple[str, str, Any]]:
    """Conditions on one field, with the value as it is typed and as it is bound the same."""
    values: st.SearchStrategy[Any] = _TEXT_VALUES
    if name in (
        "since",
        "last_contact_on",
        "next_touch_on",
        "snoozed_until",
        "promised_on",
        "retired_on",
        "added_on",
        "consent_on",
        "credit_on",
        "last_order_on",
        "reorder_on",
        "field.renewal",
    ):
        values = _DAYS
    elif name in ("do_not_contact", "priority", "blacklisted"):
        values = st.sampled_from((0, 1))
    elif name in ("open_needs", "orders"):
        values = st.sampled_from((0, 1, 2))
    elif name == "field.seats":
        values = st.sampled_from((5, 12.5, 100, -1))
    else:
        words = {
            "consent": ("given", "refused"),
            "stage": terms.ALL_STAGES,
            "tier": TIERS[:3],
            "intent": INTENTS,
            "lifecycle": terms.LIFECYCLES,
        }
        if name in words:
            values = st.sampled_from(words[name])
        elif name == "kind":
            values = st.sampled_from(tuple(terms.KIND.words))
    plain = st.tuples(st.just(name), st.sampled_from(_PLAIN), values)
    if name == "field.seats":
        return plain
    empty = st.tuples(st.just(name), st.sampled_from(("=", "!=")), st.just(""))
    return st.one_of(
        plain, empty, st.tuples(st.just(name), st.sampled_from(("~", "has")), _TEXT_VALUES)
    )


_WHERE_NAMES = sorted(
    set(frozen.FIELDS)
    - {
        "field",
        "number_field",
        "name_key",
        "ref_number",
        "referred_by_number",
        "prefer",
        "created_at",
        "last_contact_at",
        # These are bound otherwise than they are typed: tests/commands/test_filters_by_value.py.
        "auto_tags",
        "lifetime_value",
        "yearly_spend",
        "average_order",
    }
    | {f"field.{name}" for name in FIELDS}
)
_SORTED_AS = {"name": "name_key", "ref": "ref_number", "referred_by": "referred_by_number"}
_SORTABLE = sorted(
    set(frozen.FIELDS) - {"field", "number_field", "lifecycle", *_SORTED_AS.values()}
)


def _some(values: tuple[str, ...]) -> st.SearchStrategy[list[str] | None]:
    return st.none() | st.lists(st.sampled_from(values), min_size=1, max_size=3)


WORDS = {
    "tier": _some(TIERS[:3]),
    "stage": _some(terms.ALL_STAGES),
    "lifecycle": _some(terms.LIFECYCLES),
    "tag": _some(TAGS),
    "industry": _some(INDUSTRIES),
    "city": _some(CITIES),
    "intent": _some(INTENTS),
}
ASKED = st.fixed_dictionaries(WORDS)
ONE_OR_TWO = st.tuples(st.sampled_from(sorted(WORDS)), st.sampled_from(sorted(WORDS))).flatmap(
    lambda names: st.fixed_dictionaries({name: WORDS[name] for name in names})
)
WHERE = st.lists(st.sampled_from(_WHERE_NAMES).flatmap(_where), max_size=2)
SORT = st.none() | st.tuples(st.sampled_from(_SORTABLE), st.booleans())


def through_filters(path: Path, asked: dict[str, Any], where: list[Any], sort: Any) -> list[int]:
    crm = Context(["list-customers"])
    crm.asked_db = str(path)
    with contextlib.redirect_stderr(io.StringIO()):  # says that dates are stale
        crm.read()
    filters = Filters(crm)
    texts = [f"{name} {operator} {value}" for name, operator, value in where]
    order, bound = filters.order(None if sort is None else f"{'-' if sort[1] else ''}{sort[0]}")
    predicates = filters.build(**asked, where=texts)
    found = [row["id"] for row in crm.db.query("customers", predicates, order, **bound)]
    crm.close()
    return found


def _custom(name: str) -> Any:
    stored = statements.field_value
    value = (
        select(stored.value)
        .where(
            stored.deleted_at.is_(None),
            stored.customer_id == statements.customer.id,
            stored.name == name,
        )
        .correlate(T["customer"])
        .scalar_subquery()
    )
    return cast(value, REAL) if FIELDS[name] == "number" else value


def through_expressions(
    engine: Engine, asked: dict[str, Any], where: list[Any], sort: Any
) -> list[int]:
    customer = statements.customer
    statement = statements.BASES["customers"].with_only_columns(customer.id)
    values: dict[str, Any] = {}
    for name, words in asked.items():
        if name == "tag":
            for word in words or []:
                statement = statement.where(
                    statements.T["tag"]
                    .select()
                    .where(
                        statements.tag.customer_id == customer.id,
                        statements.tag.deleted_at.is_(None),
                        statements.tag.name == word,
                    )
                    .exists()
                )
        elif words:
            statement = statement.where(statements.PREDICATES[name])
            values[name] = json.dumps(words)
    for number, (name, operator, value) in enumerate(where):
        field = statements.WHERE_FIELDS.get(name)
        if field is None:
            field = _custom(name.removeprefix("field."))
        statement = statement.where(
            statements.compare(field, operator, bindparam(f"v{number}", value))
        )
    if sort:
        by = statements.WHERE_FIELDS[_SORTED_AS.get(sort[0], sort[0])]
        statement = statement.order_by(by.desc() if sort[1] else by)
    needed = parameters(statement)
    values |= {name: value for name, value in BOUND.items() if name in needed}
    return [row[0] for row in through_sqlalchemy(engine, statement.order_by(customer.id), values)]


def _life(row: Any) -> str:
    life = Life(
        stage=row["stage"],
        added_on=date.fromisoformat(row["added_on"]),
        began_on=day_of(row["began_on"]),
        last_activity_on=day_of(row["last_activity_on"]),
        last_order_on=day_of(row["last_order_on"]),
        touch_on=day_of(row["next_touch_on"]),
    )
    return lifecycle(life, TODAY, 90)


def by_hand(path: Path, asked: dict[str, Any]) -> list[int]:
    """The same filters over every row, in Python."""
    connection = sqlite3.connect(path)
    connection.row_factory = sqlite3.Row
    tags: dict[int, set[str]] = {}
    for row in connection.execute("SELECT * FROM tag"):
        if row["deleted_at"] is None:
            tags.setdefault(row["customer_id"], set()).add(row["name"])
    found = []
    for row in connection.execute("SELECT * FROM customer ORDER BY id"):
        fits = row["deleted_at"] is None
        for name, words in asked.items():
            if not words:
                continue
            if name == "tag":
                fits = fits and set(words) <= tags.get(row["id"], set())
            else:
                fits = fits and (_life(row) if name == "lifecycle" else row[name]) in words
        if fits:
            found.append(row["id"])
    connection.close()
    return found


@settings(max_examples=heavy(150))
@given(asked=ASKED | ONE_OR_TWO, where=WHERE, sort=SORT)
def test_filters_compose_as_the_expressions_do(
    path: Path, engine: Engine, asked: dict[str, Any], where: list[Any], sort: Any
) -> None:
    assert through_filters(path, asked, where, sort) == through_expressions(
        engine, asked, where, sort
    )


@settings(max_examples=heavy(60))
@given(
    where=st.lists(st.sampled_from(_WHERE_NAMES).flatmap(_where), min_size=1, max_size=2), sort=SORT
)
def test_conditions_alone_compose_as_the_expressions_do(
    path: Path, engine: Engine, where: list[Any], sort: Any
) -> None:
    assert through_filters(path, {}, where, sort) == through_expressions(engine, {}, where, sort)


@settings(max_examples=heavy(60))
@given(asked=ONE_OR_TWO)
def test_filters_find_what_a_loop_over_all_rows_finds(path: Path, asked: dict[str, Any]) -> None:
    assert through_filters(path, asked, [], None) == by_hand(path, asked)


def test_the_lifecycle_in_sql_is_the_rule(path: Path, db: Database) -> None:
    by_rule = {row["id"]: _life(row) for row in db.query("customers")}
    in_sql = {
        row["id"]: word
        for word in terms.LIFECYCLES
        for row in db.query("customers", [(frozen.PREDICATES["lifecycle"], {
            "lifecycle": json.dumps([word]), "today": TODAY.isoformat(), "new_for": "90",
        })])
    }  # fmt: skip
    assert in_sql == by_rule
    assert {"lost", "lead", "new", "dormant", "active", "established"} == set(by_rule.values())


@settings(max_examples=heavy(200))
@given(
    stage=st.sampled_from(terms.ALL_STAGES),
    days=st.lists(st.none() | st.integers(-2, 2).flatmap(lambda off: st.sampled_from((0, 30, 89, 90)).map(lambda n: n + off)), min_size=5, max_size=5),
    new_for=st.sampled_from((1, 30, 90)),
)  # fmt: skip
def test_the_lifecycle_in_sql_is_the_rule_at_every_turn(
    stage: str, days: list[int | None], new_for: int
) -> None:
    added, began, activity, ordered, touch = (
        None if n is None else TODAY - timedelta(days=n) for n in days
    )
    added = added or TODAY
    rule = lifecycle(Life(stage, added, began, activity, ordered, touch), TODAY, new_for)
    base = "SELECT :stage AS stage, :added AS added_on, :began AS began_on, :activity AS last_activity_on, :ordered AS last_order_on, :touch AS next_touch_on"
    connection = sqlite3.connect(":memory:")
    (found,) = connection.execute(
        f"SELECT {frozen.FIELDS['lifecycle']} FROM ({base}) AS customer",
        {
            "stage": stage,
            **{
                name: None if day is None else day.isoformat()
                for name, day in (
                    ("added", added),
                    ("began", began),
                    ("activity", activity),
                    ("ordered", ordered),
                    ("touch", touch),
                )
            },
            "today": TODAY.isoformat(),
            "new_for": str(new_for),
        },
    ).fetchone()
    connection.close()
    assert found == rule


# --- the schema ---


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Database]:
    made = open_for_writing(str(tmp_path / "empty.db"), lambda: SETTINGS)
    yield made
    made.close()


def _tables(db: Database) -> list[str]:
    """Our own; how SQLite keeps the search index is its own affair."""
    return [
        row[0]
        for row in db.connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'search_index%'"
        )
    ]


def test_columns_are_integers_and_texts_only(empty: Database) -> None:
    kinds = {
        row["type"]
        for table in _tables(empty)
        for row in empty.connection.execute(f"PRAGMA table_info({table})")
    }
    assert kinds == {"INTEGER", "TEXT"}


def test_a_made_file_is_what_the_models_say(empty: Database, tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'models.db'}")
    models.metadata.create_all(engine)
    with engine.connect() as connection:
        wanted = {
            (row.type, row.name): " ".join(row.sql.split())
            for row in connection.execute(text("SELECT * FROM sqlite_master WHERE sql IS NOT NULL"))
        }
    engine.dispose()
    found = {
        (row["type"], row["name"]): " ".join(row["sql"].split())
        for row in empty.connection.execute(
            "SELECT * FROM sqlite_master WHERE sql IS NOT NULL AND type != 'trigger' AND name NOT LIKE 'search_index_%'"
        )
    }
    assert found.pop(("table", "search_index")) == models.SEARCH_INDEX
    assert found == wanted


def test_uniqueness_is_among_live_rows_only(empty: Database) -> None:
    unique = [
        row["sql"]
        for row in empty.connection.execute(
            "SELECT * FROM sqlite_master WHERE type = 'index' AND sql LIKE '%UNIQUE%'"
        )
    ]
    assert len(unique) == 5  # external ids, tags, custom fields, settings, names of segments
    assert all("WHERE deleted_at IS NULL" in sql for sql in unique)


@pytest.mark.parametrize("table", sorted(frozen.TABLES))
def test_an_update_logs_each_base_column_and_no_derived_one(table: str, empty: Database) -> None:
    shape, connection = frozen.TABLES[table], empty.connection
    with begin(empty, AUTHOR) as change:
        parents = ("customer", "person", "need", "promise", "deal", "contract", "interaction", "survey", "tier_review")  # fmt: skip
        for parent in parents:
            links = {
                name: 1 for name, other in frozen.TABLES[parent]["links"].items() if other != parent
            }
            change.insert(parent, **links)
        if table not in parents:
            change.insert(table, **dict.fromkeys(shape["links"], 1))
    key = connection.execute(f"SELECT max(id) FROM {table}").fetchone()[0]
    for column in shape["columns"]:
        if column == "id":
            continue
        before = connection.execute("SELECT coalesce(max(id), 0) FROM change_row").fetchone()[0]
        old = connection.execute(f'SELECT "{column}" FROM {table} WHERE id = ?', (key,)).fetchone()[
            0
        ]
        new = 1 if column in shape["links"] else f"new {column}" if not isinstance(old, int) else 77
        connection.execute(f'UPDATE {table} SET "{column}" = ? WHERE id = ?', (new, key))
        connection.execute(f'UPDATE {table} SET "{column}" = "{column}" WHERE id = ?', (key,))
        logged = [tuple(row) for row in connection.execute("SELECT row_table, row_id, action, before, after FROM change_row WHERE id > ?", (before,))]  # fmt: skip
        if column in shape["derived"] or old == new:
            assert logged == []
        else:
            ((name, row, action, was, now),) = logged
            assert (name, row, action) == (table, key, "update")
            assert json.loads(was) == {column: old}
            assert json.loads(now) == {column: new}


def test_what_is_derived() -> None:
    derived = {name: shape["derived"] for name, shape in frozen.TABLES.items() if shape["derived"]}
    assert derived == {
        "customer": [
            "last_contact_id", "last_contact_on", "last_contact_at", "last_contact_channel", "last_activity_on", "last_order_on",
            "intent", "began_on", "promised_on", "snoozed_until", "next_touch_on", "touch_due_on", "tier_weight",
            "dormant_on", "win_back_on", "unanswered_on", "unanswered_id", "open_needs", "ask_on", "ask_kind",
            "spend_from", "spend_until", "last_visit_on", "visit_on", "value_review_on", "business_review_on",
            "solution_review_on", "care_on", "reorder_on", "reorder_after", "churn_on", "churn_until", "churn_again_on",
            "churn_why", "file_check_on",
        ],
        "task": ["listed_on", "tier_weight"],
        "key_date": ["next_on", "listed_on", "tier_weight"],
        "need": [
            "tier_weight", "queue", "score", "new_until", "spends_until", "round_at", "times_reopened", "waiting_since", "respond_by",
            "respond_from", "responded_at", "feedback_by", "feedback_from", "feedback_at", "solve_by", "solve_from",
            "resolved_at", "yellow_at", "red_at", "next_by", "next_clock", "sent_at", "agreed_at", "plan_confirm_on",
            "progress_on", "level",
        ],
        "plan_step": ["listed_on", "tier_weight"],
        "promise": ["due_at", "listed_from", "amends_by", "tier_weight"],
        "survey": ["due_on", "listed_on", "tier_weight"],
        "review": ["due_at", "listed_from", "tier_weight"],
        "article": ["review_on"],
        "deal": ["quote_on", "quote_from", "due_on", "tier_weight"],
        "contract": ["renewal_from", "review_on", "tier_weight"],
        "customer_order": ["payment_on", "payment_from", "tier_weight"],
        "risk": ["due_at", "listed_from", "tier_weight"],
    }  # fmt: skip
    for name, trigger in frozen_schema.TRIGGERS.items():
        for table, columns in derived.items():
            if name in {f"log_{table}_{step}" for step in ("insert", "update", "erase")}:
                assert not [column for column in columns if f'"{column}"' in trigger]


# --- the plans that make it fast ---


def _plan(db: Database, sql: str, values: dict[str, Any]) -> list[str]:
    return [row["detail"] for row in db.connection.execute(f"EXPLAIN QUERY PLAN {sql}", values)]


def _due_plan(
    db: Database, kind: str, source: Source, base: str, *, top: bool, overdue: bool = False
) -> list[str]:
    """The plan of reading one weight of a kind of due item, as the store composes it."""
    of_kind = [f"kind_{kind.replace('-', '_')}"] * source.is_task
    names = [source.weight, *of_kind, *[source.overdue] * overdue]
    sql = " AND ".join((frozen.BASES[base], *(frozen.PREDICATES[name] for name in names)))
    if top:
        sql += f" ORDER BY {', '.join(source.order)} LIMIT 21"
    day, instant = TODAY.isoformat(), f"{TODAY.isoformat()}T01:00:00Z"
    values = {"until": day, "today": day, "weight": 30, "before": day, "before_time": "09:00"}
    return _plan(db, sql, {**values, "until_instant": instant, "before_instant": instant})


_DUE_INDEXES = {
    "due_touches": "customer_touch (tier_weight=? AND touch_due_on>? AND touch_due_on<?)",
    "due_win_backs": "customer_win_back (tier_weight=? AND win_back_on>? AND win_back_on<?)",
    "due_unanswered": "customer_unanswered (tier_weight=? AND unanswered_on>? AND unanswered_on<?)",
    "due_periodic_surveys": "customer_ask (tier_weight=? AND ask_on>? AND ask_on<?)",
    "due_key_dates": "key_date_listed (tier_weight=? AND listed_on>? AND listed_on<?)",
    "due_tasks": "task_listed (kind=? AND tier_weight=? AND listed_on<?)",
    # Listed before they are due: the index has them by their deadline, and says of each whether it is listed.
    "due_responds": "need_respond (tier_weight=?)",
    "due_feedbacks": "need_feedback (tier_weight=?)",
    "due_solves": "need_solve (tier_weight=?)",
    "due_plan_confirms": "need_plan_confirm (tier_weight=? AND plan_confirm_on>? AND plan_confirm_on<?)",
    "due_progresses": "need_progress (tier_weight=? AND progress_on>? AND progress_on<?)",
    "due_plan_steps": "plan_step_listed (tier_weight=? AND listed_on>? AND listed_on<?)",
    "due_promises": "promise_listed (tier_weight=?)",
    "due_amends": "promise_amends (tier_weight=? AND amends_by>?)",
    "due_surveys": "survey_listed (tier_weight=? AND listed_on>? AND listed_on<?)",
    "due_reviews": "review_listed (tier_weight=?)",
    "due_visits": "customer_visit (tier_weight=? AND visit_on>? AND visit_on<?)",
    "due_file_checks": "customer_file_check (tier_weight=? AND file_check_on>? AND file_check_on<?)",
    "due_reorders": "customer_reorder (tier_weight=? AND reorder_on>? AND reorder_on<?)",
    "due_churns": "customer_churn (tier_weight=? AND churn_on>? AND churn_on<?)",
    "due_churns_again": "customer_churn_again (tier_weight=? AND churn_again_on>? AND churn_again_on<?)",
    **{
        f"due_{kind}s": f"customer_{kind} (tier_weight=? AND {kind}_on>? AND {kind}_on<?)"
        for kind in ROUNDS
    },
    **{
        f"due_{kind}s": f"customer_{kind} (tier_weight=? AND {kind}_on>? AND {kind}_on<?)"
        for kind in ("reorder", "churn", "file_check")
    },
    "due_quotes": "deal_quote (tier_weight=?)",
    "due_deals": "deal_due (tier_weight=? AND due_on>? AND due_on<?)",
    "due_payments": "customer_order_payment (tier_weight=?)",
    "due_renewals": "contract_renewal (tier_weight=?)",
    "due_contract_reviews": "contract_review (tier_weight=? AND review_on>? AND review_on<?)",
    "due_risks": "risk_listed (tier_weight=?)",
}
_COUNT_INDEXES = {
    "due_promises": "promise_count (tier_weight=? AND listed_from>? AND listed_from<?)",
    "due_payments": "customer_order_payment_count (tier_weight=? AND payment_from>? AND payment_from<?)",
    "due_renewals": "contract_renewal_count (tier_weight=? AND renewal_from>? AND renewal_from<?)",
}
_LATE_INDEXES = {
    **_COUNT_INDEXES,
    "due_responds": "need_respond (tier_weight=? AND respond_by<?)",
    "due_feedbacks": "need_feedback (tier_weight=? AND feedback_by<?)",
    "due_solves": "need_solve (tier_weight=? AND solve_by<?)",
    "due_amends": "promise_amends (tier_weight=? AND amends_by>? AND amends_by<?)",
    "due_reviews": "review_listed (tier_weight=? AND due_at<?)",
    "due_quotes": "deal_quote (tier_weight=? AND quote_on<?)",
    "due_risks": "risk_listed (tier_weight=? AND due_at<?)",
}
_DUE_SOURCES = pytest.mark.parametrize(
    ("kind", "place"),
    [(kind, place) for kind, sources in sorted(SOURCES.items()) for place in range(len(sources))],
)


@_DUE_SOURCES
def test_the_top_of_each_kind_is_read_by_index(kind: str, place: int, empty: Database) -> None:
    """In the index's own order, too, but for key dates: few are listed, and the day itself decides."""
    source = SOURCES[kind][place]
    first, *_ = _due_plan(empty, kind, source, f"top_{source.base}", top=True)
    covering = "" if source.is_task else "COVERING "  # whose hour stands in its row
    table = source.order[0].partition(".")[0]
    assert first == f"SEARCH {table} USING {covering}INDEX {_DUE_INDEXES[source.base]}"
    plan = _due_plan(empty, kind, source, source.base, top=True)
    assert plan[0] == f"SEARCH {table} USING INDEX {_DUE_INDEXES[source.base]}"
    if table == "customer":
        assert plan[1:] == []
        return
    assert plan[1] == "SEARCH customer USING INTEGER PRIMARY KEY (rowid=?)"
    for line in plan[2:]:  # what it is about, and whose
        assert line.startswith(
            ("CORRELATED", "SEARCH need USING INTEGER", "SEARCH person USING INTEGER", "USE TEMP")
        )
    sorted_by = [line for line in plan[2:] if line.startswith("USE TEMP")]
    by_index = {
        "plan_confirms", "progresses", "plan_steps", "amends", "surveys", "deals", "contract_reviews",
    }  # fmt: skip
    if source.base.removeprefix("due_") in by_index:
        assert sorted_by == []
    elif table == "key_date":
        assert sorted_by == ["USE TEMP B-TREE FOR ORDER BY"]
    else:  # among those of one day or instant only
        assert sorted_by == ["USE TEMP B-TREE FOR RIGHT PART OF ORDER BY"]


@_DUE_SOURCES
def test_each_kind_is_counted_by_its_index_alone(kind: str, place: int, empty: Database) -> None:
    source = SOURCES[kind][place]
    base = f"count_{source.base}"
    index = _COUNT_INDEXES.get(source.base) or _DUE_INDEXES[source.base]
    (line,) = _due_plan(empty, kind, source, base, top=False)
    assert line.endswith(f" USING COVERING INDEX {index}")
    (line,) = _due_plan(empty, kind, source, base, top=False, overdue=True)
    # Whether a task of today is overdue stands in its row.
    covering = "" if source.is_task else "COVERING "
    assert line.endswith(f" USING {covering}INDEX {_LATE_INDEXES.get(source.base, index)}")


@pytest.mark.parametrize("order", ["id", "id DESC"])
def test_what_is_found_comes_in_the_order_of_the_index(order: str, empty: Database) -> None:
    """The index is asked first and sorts nothing; each document that it lets through is looked up by its key."""
    sql = f"{frozen.BASES['sieved_documents']} AND {frozen.PREDICATES['names_hold']} ORDER BY {order} LIMIT 5"
    index, document = _plan(empty, sql, {"terms": '"ACM"', "held": "ACM", "first": 0, "last": 9})
    assert index.startswith("SCAN search_index VIRTUAL TABLE")
    assert document == "SEARCH search_document USING INTEGER PRIMARY KEY (rowid=?)"


def test_facts_are_found_by_the_indexes_of_interactions(empty: Database) -> None:
    plan = _plan(empty, frozen.STATEMENTS["facts"], {"customers": "[1]", "all_contacts_count": 0})
    assert not [
        line
        for line in plan
        if line.startswith("SCAN") and "anon" not in line and "json_each" not in line
    ], plan
    whole = "\n".join(plan)
    for index in ("interaction_two_way", "interaction_intent", "interaction_customer"):
        assert f"INDEX {index} (customer_id=?)" in whole, plan


@pytest.mark.parametrize(
    "name",
    [
        "match_external_ids", "match_usccs", "match_names", "former_by_id", "former_by_external_id", "former_by_uscc", "former_by_name",
        "formers_of", "owners_by_former_name", "owners_by_former_short_name",
    ],
)  # fmt: skip
def test_what_was_merged_away_is_looked_up_by_index(name: str, empty: Database) -> None:
    values = {one: "[]" if one in ("keys", "customers") else "1" for one in parameters(ALL[name])}
    plan = _plan(empty, frozen.STATEMENTS[name], values)
    assert any(" INDEX former_customer_" in line for line in plan), plan
    assert not [line for line in plan if line.startswith("SCAN") and "VIRTUAL TABLE" not in line]


@pytest.mark.parametrize(
    ("name", "index"),
    [
        ("tier", "customer_tier"),
        ("stage", "customer_stage"),
        ("industry", "customer_industry"),
        ("city", "customer_city"),
    ],
)
def test_filters_use_their_index(name: str, index: str, empty: Database) -> None:
    plan = _plan(
        empty, f"{frozen.BASES['customers']} AND {frozen.PREDICATES[name]}", {name: '["a"]'}
    )
    assert any(f"INDEX {index}" in line for line in plan), plan


def test_a_name_is_looked_up_by_index(empty: Database) -> None:
    for name, values in (
        ("customers_by_name", {"text": "a"}),
        ("customers_by_name_beginning", {"text": "a", "beyond": "b"}),
    ):
        plan = _plan(empty, frozen.STATEMENTS[name], values)
        assert any("INDEX customer_name_key" in line for line in plan), plan


def test_a_copy_of_a_filled_file_is_the_same_for_the_same_seed(path: Path, tmp_path: Path) -> None:
    """The ground the other tests stand on."""
    again = tmp_path / "again.db"
    seeds = [seed for seed in SEEDS if (fill(tmp_path / f"{seed}.db", seed), True)[1]]
    shutil.copy(tmp_path / f"{seeds[0]}.db", again)
    assert whole_file(path) in [whole_file(tmp_path / f"{seed}.db") for seed in seeds]
