"""What a change recomputes against recomputing everything: nothing that it can have moved may be left out (DESIGN §2)."""

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from crmcli.context import Context
from crmcli.rules.service import states
from crmcli.store.changes import Change
from crmcli.store.checking import _Comparing
from crmcli.store.derived import refresh_all
from crmcli.store.opening import open_for_writing

TURNS = 60
CUSTOMERS, NEEDS = 3, 6
PERSON = 1  # of the first customer, whose birthdays are kept
PLACE = {"timezone": "Asia/Shanghai", "calendar.country": "CN"}
UPDATES: dict[str, dict[str, tuple[Any, ...]]] = {
    "customer": {"tier": ("core", "ordinary", None), "stage": ("customer", "lost"), "do_not_contact": (0, 1), "since": ("2026-10-20", None), "visit_cadence": ("2m", None), "value_review_done_on": ("2026-10-20", None), "business_review_done_on": ("2026-10-21", None), "care_done_on": ("2026-10-22", None), "care_snoozed_until": ("2026-12-01", None), "reorder_done_for": ("2026-11-02", None), "reorder_snoozed_until": ("2026-12-01", None), "churn_done_on": ("2026-11-01", None), "churn_snoozed_until": ("2026-12-01", None), "file_checked_on": ("2026-11-05", None), "file_check_snoozed_until": ("2026-12-01", None)},
    "stage_change": {"changed_on": ("2026-10-01", "2026-11-10")},
    "need": {"urgency": ("urgent", "routine", None), "kind": ("complaint", "complaint", "question"), "imported_on": ("2026-11-20", None), "value": (1, 5), "status": states.STORED},
    "interaction": {"need_id": (True, None), "no_answer": (0, 1), "direction": ("in", "out", "both"), "channel": ("call", "visit"), "care": (0, 1)},
    "service_event": {"kind": states.EVENTS, "need_id": (True,)},
    "escalation": {"level": (1, 2, 3), "need_id": (True,)},
    "plan_step": {"need_id": (True,), "done_at": ("2026-11-19T01:00:00Z", None), "snoozed_until": ("2026-12-01", None)},
    "promise": {"due_on": ("2026-11-20", "2026-12-01"), "kept_on": ("2026-11-20", None), "amends_done_at": ("2026-11-19T03:00:00Z", None), "broken_on": ("2026-11-19", None), "broken_at": ("2026-11-19T02:00:00Z", None)},
    "survey": {"status": ("due", "sent", "answered"), "opened_on": ("2026-11-01", "2026-11-19"), "snoozed_until": ("2026-12-01", None), "nps": (3, 9, None), "answered_on": ("2026-10-02", "2026-11-19"), "imported_on": ("2026-11-20", None)},
    "review": {"done_at": ("2026-11-19T02:00:00Z", None), "snoozed_until": ("2026-12-01", None)},
    "task": {"done_at": ("2026-11-19T02:00:00Z", None), "due_on": ("2026-11-24",), "snoozed_until": ("2026-12-01", None)},
    "article": {"reviewed_on": ("2026-11-19", None)},
    "person": {"left_on": ("2026-11-18", None), "roles": ("decider", "user", None)},
    "key_date": {"day": ("11-25", "lunar:10-15"), "done_on": ("2026-11-19", None), "snoozed_until": ("2026-12-01", None)},
    "deal": {"stage": ("quoted", "open", "won"), "quoted_on": ("2026-11-10", "2026-11-18", None), "valid_until": ("2026-12-01", None), "close_on": ("2026-11-15", None), "quote_done_for": ("2026-11-13", None), "quote_snoozed_until": ("2026-12-02", None), "due_done_for": ("2026-11-15", None), "due_snoozed_until": ("2026-12-02", None)},
    "customer_order": {"ordered_on": ("2025-11-25", "2026-08-03", "2026-10-06", "2026-11-02"), "imported_on": ("2026-11-20", None), "amount": (4_000_000, 10_000_000), "pay_by": ("2026-11-10", None), "paid_on": ("2026-11-19", None), "snoozed_until": ("2026-12-01", None)},
    "contract": {"ends_on": ("2026-12-05", "2028-01-31"), "closed_on": ("2026-11-19", None), "renewal_done_for": ("2026-11-28", None), "reviewed_on": ("2026-02-02", None), "renewal_snoozed_until": ("2026-12-01", None), "review_snoozed_until": ("2027-12-01", None)},
    "risk": {"level": (1, 2, 3), "closed_at": ("2026-11-19T02:00:00Z", None), "snoozed_until": ("2026-12-01", None)},
}  # fmt: skip
"""What is written, by table: columns and the values they take; everything that a derived column rests on. A `need_id`
is one of the same customer's needs."""
_FIXED: dict[str, dict[str, Any]] = {
    "plan_step": {"due_on": "2026-11-23"},
    "survey": {"kind": "service"},
    "review": {"survey_id": 1, "opened_at": "2026-11-18T01:00:00Z"},
    "article": {"title": "how to", "added_on": "2026-11-02"},
    "person": {"name": "Ann"},
    "key_date": {"kind": "birthday", "day": "12-24", "person_id": PERSON, "added_on": "2026-10-01"},
    "customer_order": {"ordered_on": "2026-06-01", "amount": 5_000_000, "currency": "CNY"},
    "contract": {"starts_on": "2026-01-31", "ends_on": "2027-01-30"},
    "risk": {"opened_at": "2026-11-18T01:00:00Z"},
}


@pytest.fixture
def crm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Context]:
    monkeypatch.setenv("CRM_NOW", "2026-11-20T09:00")
    open_for_writing(str(tmp_path / "crm.db"), lambda: PLACE).close()
    made = Context(["test"])
    made.asked_db = str(tmp_path / "crm.db")
    made.write()
    with made.change() as change:
        for number in range(CUSTOMERS):
            key = change.insert("customer", name=f"C{number}", added_on="2026-01-05", stage="customer")  # fmt: skip
            change.insert("stage_change", customer_id=key, from_stage="prospect", to_stage="customer", changed_on="2026-10-01")  # fmt: skip
        for number in range(NEEDS):
            _insert(change, random.Random(number), "need", number % CUSTOMERS + 1)
        change.insert("survey", customer_id=1, opened_on="2026-11-01")
        assert change.insert("person", customer_id=1, name="Ann") == PERSON
    yield made
    made.close()


def _moment(chance: random.Random) -> str:
    return f"2026-11-{chance.randint(9, 19):02}T{chance.randint(0, 9):02}:{chance.choice((0, 30)):02}:00Z"


def _need_of(chance: random.Random, customer: int) -> int:
    """One of the needs that the fixture gave a customer."""
    return chance.choice(range(customer, NEEDS + 1, CUSTOMERS))


def _some(chance: random.Random, table: str, customer: int) -> dict[str, Any]:
    choices = UPDATES[table]
    names = chance.sample(sorted(choices), chance.randint(1, len(choices)))
    found = {name: chance.choice(choices[name]) for name in names}
    return found | ({"need_id": _need_of(chance, customer)} if found.get("need_id") else {})


def _insert(change: Change, chance: random.Random, table: str, customer: int) -> int:
    values: dict[str, Any] = {**_FIXED.get(table, {}), **_some(chance, table, customer)}
    if table != "article":
        values["customer_id"] = 1 if table == "key_date" else customer
    if table in ("service_event", "escalation", "plan_step"):
        values.setdefault("need_id", _need_of(chance, customer))
    if table in ("service_event", "escalation", "interaction"):
        values["at"] = _moment(chance)
        values |= {"contacted_on": values["at"][:10]} if table == "interaction" else {}
    if table == "need":
        values["received_at"] = _moment(chance)
    if table == "promise":
        values.setdefault("due_on", "2026-11-25")
    if table == "survey":
        values.setdefault("opened_on", "2026-11-12")
    if table == "task":
        values.setdefault("due_on", "2026-11-27")
    return change.insert(table, **values)


def _write(change: Change, chance: random.Random) -> None:
    table = chance.choice(sorted(UPDATES))
    found = change.db.connection.execute(
        f"SELECT id FROM {table} WHERE deleted_at IS NULL"
    ).fetchall()
    action = chance.choice(("insert", "update", "update", "remove"))
    if table in ("customer", "stage_change"):
        action = "update"
    if table == "need" or (table == "survey" and len(found) < 2):
        action = "update" if action == "remove" else action
    if action == "insert" or not found:
        _insert(change, chance, table, chance.randint(1, CUSTOMERS))
    elif action == "update":
        row = change.db.row(f"{table}_row", id=chance.choice(found)["id"])
        assert row is not None
        customer = row["customer_id"] if "customer_id" in row.keys() else 0  # noqa: SIM118, a Row
        change.update(table, row["id"], **_some(chance, table, customer))
    else:
        change.remove(table, chance.choice(found)["id"])


@pytest.mark.parametrize("seed", range(8))
def test_a_change_recomputes_all_that_it_moved(crm: Context, seed: int) -> None:
    chance = random.Random(seed)
    for turn in range(TURNS):
        with crm.change() as change:
            for _ in range(chance.randint(1, 2)):
                _write(change, chance)
        comparing = _Comparing(crm.db)
        refresh_all(comparing, crm.book)
        assert not +comparing.differing, (turn, change.touched.__dict__)


def test_what_was_not_touched_stays_as_it_is(crm: Context) -> None:
    with crm.change() as change:
        change.update("need", 1, status="confirmed")
    crm.db.connection.execute("UPDATE need SET score = 99 WHERE id = 1")
    with crm.change() as change:
        change.insert("interaction", customer_id=1, at="2026-11-19T01:00:00Z", contacted_on="2026-11-19")  # fmt: skip
    (row,) = crm.db.rows("needs_by_ids", ids="[1]")
    assert row["score"] == 99
    with crm.change() as change:
        change.update("customer", row["customer_id"], tier="core")
    (row,) = crm.db.rows("needs_by_ids", ids="[1]")
    assert row["score"] != 99


def test_a_contact_written_later_ends_what_a_settled_need_waited_for(crm: Context) -> None:
    with crm.change() as change:
        change.update("need", 1, received_at="2026-11-09T01:00:00Z", urgency="routine", kind=None, status="confirmed")  # fmt: skip
        for day, kind in ((10, "waiting"), (17, "resolved")):
            change.insert("service_event", customer_id=1, need_id=1, kind=kind, at=f"2026-11-{day}T01:00:00Z")  # fmt: skip
    (before,) = crm.db.rows("needs_by_ids", ids="[1]")
    with crm.change() as change:
        change.insert("interaction", customer_id=1, at="2026-11-12T01:00:00Z", contacted_on="2026-11-12")  # fmt: skip
    (after,) = crm.db.rows("needs_by_ids", ids="[1]")
    assert after["feedback_by"] < before["feedback_by"]
