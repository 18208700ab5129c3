"""The change log (DESIGN §3): one user action, one change, exactly what differed, and nothing half done."""

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmcli.errors import BadValue, Forbidden
from crmcli.rules.rulebook import Rulebook
from crmcli.store import frozen
from crmcli.store.changes import Author, begin, bulk, log_range
from crmcli.store.database import Database
from crmcli.store.derived import refresh
from crmcli.store.opening import open_for_writing
from tests.support import crm, heavy, run_in_process

ANN = Author("2026-11-20T01:00:00Z", "ann", "crm first")
BOB = Author("2026-11-20T02:00:00Z", "bob", "crm second", "asked to")


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    made = open_for_writing(str(tmp_path / "crm.db"), lambda: {"timezone": "UTC"})
    yield made
    made.close()


def table(db: Database | Path, name: str) -> list[dict[str, Any]]:
    connection = db.connection if isinstance(db, Database) else sqlite3.connect(db)
    cursor = connection.execute(f"SELECT * FROM {name} ORDER BY 1")
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]


def log(db: Database | Path) -> list[tuple[Any, ...]]:
    return [
        (
            row["change_id"],
            row["row_table"],
            row["row_id"],
            row["action"],
            json.loads(row["before"]) if row["before"] else None,
            json.loads(row["after"]) if row["after"] else None,
        )
        for row in table(db, "change_row")
    ]


# --- one change ---


def test_a_change_is_who_when_how_and_why(db: Database) -> None:
    with begin(db, ANN) as change:
        change.insert("customer", name="A")
    with begin(db, BOB) as change:
        change.update("customer", 1, name="B")
    assert table(db, "change") == [
        {"id": 1, "at": ANN.at, "actor": "ann", "command": "crm first", "reason": None, "happened_on": None, "undoes": None, "undone_by": None, "schema_version": frozen.SCHEMA_VERSION},
        {"id": 2, "at": BOB.at, "actor": "bob", "command": "crm second", "reason": "asked to", "happened_on": None, "undoes": None, "undone_by": None, "schema_version": frozen.SCHEMA_VERSION},
    ]  # fmt: skip
    assert table(db, "open_change") == []


def test_several_rows_of_one_action_are_one_change(db: Database) -> None:
    with begin(db, ANN) as change:
        customer = change.insert("customer", name="A")
        change.insert("tag", customer_id=customer, name="vip")
        change.insert("tag", customer_id=customer, name="old")
        change.update("customer", customer, city="X", name="A")
    assert log(db) == [
        (1, "customer", 1, "insert", None, None),
        (1, "tag", 1, "insert", None, None),
        (1, "tag", 2, "insert", None, None),
        (1, "customer", 1, "update", {"city": None}, {"city": "X"}),
    ]


def test_an_insert_takes_the_models_defaults(db: Database) -> None:
    with begin(db, ANN) as change:
        change.insert("customer", name="A")
    (row,) = table(db, "customer")
    assert {name: value for name, value in row.items() if value is not None} == {
        "id": 1, "name": "A", "name_key": "", "kind": "company", "stage": "prospect", "do_not_contact": 0,
        "priority": 0, "blacklisted": 0, "added_on": "", "created_at": "", "tier_weight": 0, "open_needs": 0,
    }  # fmt: skip


def test_an_update_logs_only_the_base_columns_that_differ(db: Database) -> None:
    with begin(db, ANN) as change:
        change.insert("customer", name="A", added_on="2026-11-20", city="X")
        refresh(db, change.touched.customers, Rulebook())
    with begin(db, ANN) as change:
        change.update("customer", 1, name="A", city=None, tier="core", intent="high")
    assert log(db)[1:] == [
        (2, "customer", 1, "update", {"tier": None, "city": "X"}, {"tier": "core", "city": None})
    ]


def test_texts_come_through_the_log_as_they_are(db: Database) -> None:
    note = 'quote " back\\slash \n 华东 \U0001f600 \x1b[31m \u202e'
    with begin(db, ANN) as change:
        change.insert("customer", name="A")
    with begin(db, ANN) as change:
        change.update("customer", 1, note=note)
    assert log(db)[1] == (2, "customer", 1, "update", {"note": None}, {"note": note})


def test_a_change_that_writes_nothing_leaves_no_trace(db: Database) -> None:
    with begin(db, ANN) as change:
        change.insert("customer", name="A", city="X")
    before = table(db, "key_range")
    for _ in range(3):
        with begin(db, BOB) as change:
            change.update("customer", 1, name="A", city="X")
    assert len(table(db, "change")) == 1
    assert table(db, "key_range") == before
    with begin(db, BOB) as change:
        change.update("customer", 1, city="Y")
    assert [row["id"] for row in table(db, "change")] == [1, 2]


def test_only_derived_columns_are_no_change_of_data(db: Database) -> None:
    with begin(db, ANN) as change:
        change.insert("customer", name="A", added_on="2026-11-20")
    with begin(db, ANN):
        assert refresh(db, [1], Rulebook()) == 1
    assert table(db, "customer")[0]["next_touch_on"] == "2026-11-20"
    assert len(table(db, "change")) == 1


def test_removing_is_an_update_of_when(db: Database) -> None:
    with begin(db, ANN) as change:
        change.insert("customer", name="A")
    with begin(db, BOB) as change:
        change.remove("customer", 1)
    assert log(db)[1:] == [
        (2, "customer", 1, "update", {"deleted_at": None}, {"deleted_at": BOB.at})
    ]
    assert table(db, "customer")[0]["name"] == "A"


def test_an_error_takes_the_whole_change_with_it(db: Database) -> None:
    class Stop(Exception):
        pass

    with begin(db, ANN) as change:
        change.insert("customer", name="A")
    before = {
        name: table(db, name)
        for name in ("customer", "change", "change_row", "key_range", "tag", "open_change")
    }
    with pytest.raises(Stop), begin(db, BOB) as change:
        change.update("customer", 1, name="B")
        change.insert("tag", customer_id=1, name="vip")
        raise Stop
    assert {name: table(db, name) for name in before} == before


def test_touched_customers_are_remembered(db: Database) -> None:
    with begin(db, ANN) as change:
        for name in "ABC":
            change.insert("customer", name=name)
        task = change.insert("task", customer_id=1, text="t", due_on="2026-11-20")
    with begin(db, ANN) as change:
        change.update("task", task, text="u")
        assert change.touched.customers == [1]
        change.update("setting", 1, value="Asia/Shanghai")
        assert change.touched.customers == [1]
        change.update("task", task, customer_id=3)
        assert change.touched.customers == [1, 3]


def test_a_text_too_long_is_refused(db: Database) -> None:
    with (
        pytest.raises(BadValue, match="name is 201 characters long; shorten it to 200"),
        begin(db, ANN) as change,
    ):
        change.insert("customer", name="x" * 201)
    with begin(db, ANN) as change:
        change.insert("customer", name="华" * 200)


# --- keys and uniqueness ---


def test_keys_are_never_given_out_twice(db: Database) -> None:
    with begin(db, ANN) as change:
        assert [change.insert("customer", name=name) for name in "AB"] == [1, 2]
    db.connection.execute(
        "DELETE FROM customer WHERE id = 2"
    )  # as another program, or forget, would
    with begin(db, ANN) as change:
        assert change.insert("customer", name="C") == 3
        change.remove("customer", 3)
    with begin(db, ANN) as change:
        assert change.insert("customer", name="D") == 4
        assert change.take_keys("customer", 10) == 5
    with begin(db, ANN) as change:
        assert change.insert("customer", name="E") == 15


def test_uniqueness_holds_among_live_rows_only(db: Database) -> None:
    with begin(db, ANN) as change:
        change.insert("customer", name="A", external_id="E1")
        change.insert("tag", customer_id=1, name="vip")
    with (
        pytest.raises(Forbidden, match="another live tag has the same customer_id, name"),
        begin(db, ANN) as change,
    ):
        change.insert("tag", customer_id=1, name="vip")
    with (
        pytest.raises(Forbidden, match="another live customer has the same external_id"),
        begin(db, ANN) as change,
    ):
        change.insert("customer", name="B", external_id="E1")
    with begin(db, ANN) as change:
        change.remove("tag", 1)
        assert change.insert("tag", customer_id=1, name="vip") == 2
    with pytest.raises(Forbidden), begin(db, ANN) as change:
        change.update("tag", 1, deleted_at=None)


# --- other programs ---


def test_a_write_by_another_program_is_logged_as_outside(db: Database, tmp_path: Path) -> None:
    with begin(db, ANN) as change:
        change.insert("customer", name="A")
    other = sqlite3.connect(tmp_path / "crm.db")
    other.execute("UPDATE customer SET city = 'X', name = 'B'")
    other.execute("INSERT INTO tag (id, customer_id, name) VALUES (900, 1, 'odd')")
    other.execute("DELETE FROM tag")
    other.commit()
    other.close()
    assert log(db)[1:] == [
        (None, "customer", 1, "update", {"name": "A", "city": None}, {"name": "B", "city": "X"}),
        (None, "tag", 900, "insert", None, None),
        (None, "tag", 900, "erase", {"customer_id": 1, "name": "odd", "deleted_at": None}, None),
    ]
    with begin(db, BOB) as change:
        change.update("customer", 1, city="Y")
    assert log(db)[-1] == (2, "customer", 1, "update", {"city": "X"}, {"city": "Y"})


# --- many rows at once ---


def test_bulk_inserts_are_logged_as_ranges(db: Database) -> None:
    triggers = {
        row["name"]: row["sql"] for row in table(db, "sqlite_master") if row["type"] == "trigger"
    }
    with begin(db, ANN) as change:
        change.insert("customer", name="before")
        with bulk(change, ("customer", "person")):
            for name in "ABC":
                change.insert("customer", name=name)
            change.update("customer", 2, city="X")
        change.insert("person", customer_id=1, name="after")
    assert [tuple(row.values())[1:] for row in table(db, "change_range")] == [
        (1, "customer", 2, 4, "insert")
    ]
    assert log(db) == [
        (1, "customer", 1, "insert", None, None),
        (1, "customer", 2, "update", {"city": None}, {"city": "X"}),
        (1, "person", 1, "insert", None, None),
    ]
    assert {
        row["name"]: row["sql"] for row in table(db, "sqlite_master") if row["type"] == "trigger"
    } == triggers


def test_a_failed_bulk_leaves_the_triggers_as_they_were(db: Database) -> None:
    before = table(db, "sqlite_master")
    with (
        pytest.raises(ZeroDivisionError),
        begin(db, ANN) as change,
        bulk(change, ("customer", "tag")),
    ):
        change.insert("customer", name="A")
        raise ZeroDivisionError
    assert sorted(map(repr, table(db, "sqlite_master"))) == sorted(map(repr, before))
    assert table(db, "customer") == table(db, "change") == table(db, "change_range") == []


def test_a_change_of_ranges_alone_is_written_down(db: Database) -> None:
    with begin(db, ANN) as change:
        log_range(change, "customer", 1, 5, "remove")
    assert [row["id"] for row in table(db, "change")] == [1]


# --- the log tells the whole story ---


@settings(max_examples=heavy(40))
@given(
    steps=st.lists(
        st.one_of(
            st.tuples(st.just("insert"), st.just(0), st.sampled_from("ABC")),
            st.tuples(st.just("update"), st.integers(1, 4), st.dictionaries(st.sampled_from(("name", "city", "tier", "note")), st.sampled_from(("", "x", "华")), min_size=1)),
            st.tuples(st.just("remove"), st.integers(1, 4), st.just(None)),
        ),
        max_size=12,
    )
)  # fmt: skip
def test_the_log_backwards_gives_every_earlier_state(
    steps: list[Any], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Each update's `before`, laid over the row it left, is the row it found: the log alone is enough to go back."""
    db = open_for_writing(str(tmp_path_factory.mktemp("log") / "crm.db"))
    states, count = [{}], 0
    for verb, key, what in steps:
        with begin(db, ANN) as change:
            if verb == "insert":
                change.insert("customer", name=what)
                count += 1
            elif key <= count:
                change.remove("customer", key) if verb == "remove" else change.update(
                    "customer", key, **what
                )
        states.append({row["id"]: row for row in table(db, "customer")})
    now = dict(states[-1])
    unlike = [
        state
        for position, state in enumerate(states)
        if position == 0 or state != states[position - 1]
    ]
    seen = [dict(now)]
    for _, _, row, action, before, after in reversed(log(db)):
        if action == "insert":
            del now[row]
        else:
            assert {name: now[row][name] for name in after} == after
            assert before.keys() == after.keys()
            assert all(before[name] != after[name] for name in before)
            now[row] = now[row] | before
        seen.append(dict(now))
    assert seen[::-1] == unlike
    assert [row["id"] for row in table(db, "change")] == list(range(1, len(unlike)))
    db.close()


# --- through the commands ---


@pytest.mark.parametrize(
    "command",
    [
        "add-customer Beta --tier core --person Eve --phone 13800005678 --tag a --tag b --note hi",
        "log-contact c1 hello --next one --next two --on fri --with Eve --ours me --stage customer --intent high",
        "add-task c1 call --due 3wd",
        "edit c1 --set tier=core --set stage=customer --set tags=x,y --set phones=13900001111",
        "tag c1 vip gold",
        "add-person c1 Eve --phone 13800005678 --email eve@example.com",
        "snooze c1 3wd",
        "delete c1",
        "config set tiers.core.every 3w",
    ],
)
def test_one_command_is_one_change(command: str, place: Path) -> None:
    crm("add-customer Alpha")
    crm([*command.split(), "--reason", "because"])
    changes = table(place / "crm.db", "change")
    assert [row["id"] for row in changes] == [1, 2]
    assert (changes[1]["actor"], changes[1]["reason"]) == ("tester", "because")
    assert changes[1]["command"] == f"crm {command} --reason because"
    assert changes[1]["at"] == "2026-11-20T01:00:00Z"
    assert {row[0] for row in log(place / "crm.db")} == {1, 2}


@pytest.mark.parametrize(
    ("command", "code"),
    [
        ("edit c1 --set name=Alpha", 0),
        ("tag c1 vip", 0),
        ("config set timezone Asia/Shanghai", 0),
        ("edit c1 --set tier=nonsense", 2),
        ("log-contact c1 --at tomorrow", 2),
        ("show c9", 3),
        ("edit c9 --set city=X", 3),
        ("add-customer alpha", 4),
        ("done c1", 4),
        ("add-customer Beta --dry-run", 0),
        ("undo --dry-run", 0),
        ("due", 0),
    ],
)
def test_what_changes_nothing_is_no_change(command: str, code: int, place: Path) -> None:
    crm("add-customer Alpha --tag vip")
    path = place / "crm.db"
    before = [
        table(path, name)
        for name in ("change", "change_row", "key_range", "customer", "tag", "setting")
    ]
    assert run_in_process(command).code == code
    assert [
        table(path, name)
        for name in ("change", "change_row", "key_range", "customer", "tag", "setting")
    ] == before


@pytest.mark.parametrize(
    "command",
    [
        "add-customer ''",
        "show c1",
        "undo",
        "edit c1 --set city=X",
        "due",
        "add-customer A --dry-run",
    ],
)
def test_a_command_without_a_change_makes_no_file(command: str, place: Path) -> None:
    run_in_process(command)
    assert list(place.iterdir()) == []


def test_settings_a_file_is_born_with_are_no_change(place: Path) -> None:
    crm("add-customer Alpha")
    assert {row["name"]: row["value"] for row in table(place / "crm.db", "setting")} == {
        "timezone": "Asia/Shanghai",
        "calendar.country": "none",
        "currency": "CNY",
    }
    assert {row[1] for row in log(place / "crm.db")} == {"customer", "stage_change"}


# --- several processes at once ---


def test_many_processes_make_one_file(place: Path) -> None:
    """All start on a file that is not there; each adds a customer of its own, and nothing is lost or doubled."""
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", "crmcli", "add-customer", f"Customer {number}"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=os.environ,
        )
        for number in range(8)
    ]
    ended = [process.communicate() for process in processes]
    assert [process.returncode for process in processes] == [0] * 8, ended
    assert sorted(out.decode().strip() for out, _ in ended) == sorted(
        f"c{key}" for key in range(1, 9)
    )
    path = place / "crm.db"
    assert sorted(row["name"] for row in table(path, "customer")) == [
        f"Customer {number}" for number in range(8)
    ]
    assert [row["id"] for row in table(path, "change")] == list(range(1, 9))
    assert [row["name"] for row in table(path, "setting")] == [
        "timezone",
        "calendar.country",
        "currency",
    ]
    assert path.stat().st_mode & 0o777 == 0o600
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()


def test_of_many_processes_one_adds_the_same_customer(place: Path) -> None:
    processes = [
        subprocess.Popen([sys.executable, "-m", "crmcli", "add-customer", "Twin"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=os.environ)
        for _ in range(5)
    ]  # fmt: skip
    ended = [process.communicate() for process in processes]
    assert sorted(process.returncode for process in processes) == [0, 4, 4, 4, 4], ended
    assert [row["name"] for row in table(place / "crm.db", "customer")] == ["Twin"]
