"""Somebody erased from random files: nothing of them is left in any byte, and everybody else's is as it was (HANDBOOK §10)."""

import json
import random
import sqlite3
import unicodedata
from pathlib import Path
from typing import Any

import pytest

from crmcli.context import Context
from crmcli.rules.erasing import MARK
from crmcli.store import frozen, frozen_schema
from crmcli.store.forgetting.mentions import FREE, OWN
from crmcli.store.records import LOOSE
from tests.store.filled import cut_what_is_gone, fill
from tests.store.searching import check_search
from tests.store.test_undo import check_derived, check_links
from tests.support import crm, heavy, run_in_process

Table = dict[int, dict[str, Any]]

NAME, OLD_NAME, PHONE, EMAIL, WECHAT = "欧阳锋", "欧阳封", "139 1234-5678", "Feng.Ouyang@Example.org", "ouyang_1234"  # fmt: skip
WRITTEN = (
    NAME, "欧 阳锋", OLD_NAME, PHONE, "13912345678", "+86 139-1234-5678", "１３９１２３４５６７８", EMAIL, EMAIL.lower(), WECHAT, WECHAT.upper(),
)  # fmt: skip
LEFT = (
    NAME, OLD_NAME, "欧阳", "阳锋", "阳封", "ou yang", "ouyang", "o y f", "13912345678", "139 1234", "1234-5678", "139-1234",
    "１３９１", "example.org", "feng.", "ouyang_1234", "xample.o",
)  # fmt: skip
"""What must not be found in any byte afterwards: names, their pairs and sounds as search has them, numbers in any form."""


def rows_of(path: Path) -> dict[str, Table]:
    """Every row of every logged table, those that were deleted too."""
    connection = sqlite3.connect(path)
    connection.row_factory = sqlite3.Row
    found = {
        table: {row["id"]: dict(row) for row in connection.execute(f"SELECT * FROM {table}")}
        for table in frozen.TABLES
    }
    connection.close()
    return found


def bytes_of(folder: Path) -> bytes:
    """All that lies in the folder of the file, helper files too."""
    return b"\n".join(
        path.read_bytes() for path in sorted(folder.glob("crm.db*")) if path.is_file()
    )


def left_in(folder: Path, texts: tuple[str, ...]) -> list[str]:
    """Those of the texts that are found there, in either case of letters."""
    held = bytes_of(folder).lower()
    return [text for text in texts if text.lower().encode() in held]


def family(rows: dict[str, Table], table: str, key: int) -> set[tuple[str, int]]:
    """What belongs to a record, by going along the links until nothing is added."""
    found = {(table, key)}
    if table == "customer":
        formers = rows["former_customer"].values()
        found |= {("customer", row["former_id"]) for row in formers if row["customer_id"] == key and not row["deleted_at"]}  # fmt: skip
    grows = True
    while grows:
        more = {
            (child, row["id"])
            for child, shape in frozen.TABLES.items()
            for column, parent in shape["links"].items()
            if (child, column) not in LOOSE
            for row in rows[child].values()
            if (parent, row[column]) in found
        }
        more |= {
            ("former_customer", row["id"])
            for row in rows["former_customer"].values()
            if ("customer", row["former_id"]) in found
        }
        more |= {
            ("attachment", row["id"])
            for row in rows["attachment"].values()
            if (row["row_table"], row["row_id"]) in found
        }
        grows = not more <= found
        found |= more
    return found


def made_file(place: Path, seed: int) -> Path:
    """A random file in which what is derived is right and nothing live belongs to what is gone."""
    path = place / "crm.db"
    fill(path, seed=seed, customers=16)
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE customer SET name = 'Somebody' WHERE name = ''")
        cut_what_is_gone(connection)
        connection.execute("DELETE FROM meta WHERE name = 'fingerprint'")
    connection.close()
    run_in_process("doctor --fix")
    return path


def give(path: Path, chance: random.Random, table: str, key: int) -> int:
    """Call the subject by words of its own, and write of it all over the file; how many texts hold it."""
    made = Context(["crm", "edit", f"{table} {OLD_NAME}"])
    made.asked_db = str(path)
    made.write()
    with made.change(reason=f"asked by {NAME}") as change:
        keys = {"name_key": OLD_NAME} if table == "customer" else {}
        change.update(table, key, name=OLD_NAME, **keys)
    with made.change() as change:
        keys = {"name_key": NAME} if table == "customer" else {}
        change.update(table, key, name=NAME, **keys)
        row = change.db.row(f"{table}_row", id=key)
        assert row is not None
        whose = {"customer_id": key} if table == "customer" else {"customer_id": row["customer_id"], "person_id": key}  # fmt: skip
        for kind, value, normal in (("phone", PHONE, "13912345678"), ("email", EMAIL, EMAIL.lower()), ("wechat", WECHAT, WECHAT)):  # fmt: skip
            change.insert("contact_point", kind=kind, value=value, value_key=normal, **whose)
    planted = 0
    with made.change() as change:
        for child, columns in FREE.items():
            keys_of = [row[0] for row in change.db.connection.execute(f"SELECT id FROM {child} WHERE deleted_at IS NULL")]  # fmt: skip
            for one in chance.sample(keys_of, min(len(keys_of), 6)) if child != "setting" else []:
                column = chance.choice(columns)
                text = f"{chance.choice(('', 'with ', '和'))}{chance.choice(WRITTEN)}{chance.choice(('', ', ok', '谈'))}"
                if child == "tag" or (child, column) == ("customer", "external_id"):
                    text += f" {one}"
                change.update(child, one, **{column: text})
                planted += 1
    made.close()
    return planted


def plain(text: str) -> str:
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text).casefold()))


def check_others(
    before: dict[str, Table], after: dict[str, Table], gone: set[tuple[str, int]]
) -> int:
    """Everybody else's rows as they were, but for links to what is gone and the words that were taken out; how many were."""
    changed = 0
    for table, shape in frozen.TABLES.items():
        left = {key for key in before[table] if (table, key) not in gone}
        assert set(after[table]) == left, table
        for key in left:
            for column, old in before[table][key].items():
                new = after[table][key][column]
                parent = shape["links"].get(column)
                if new == old or column in shape["derived"]:
                    continue
                if parent is not None:
                    assert (table, column) in LOOSE
                    assert (new, (parent, old) in gone) == (None, True), (table, key, column)
                    continue
                assert column in FREE[table], (table, column)
                assert MARK in new
                if (table, column) in (
                    ("customer", "external_id"),
                    ("segment", "name"),
                    ("segment", "name_key"),
                ):
                    new = new.removesuffix(f" {key}")
                kept = [part for part in new.split(MARK) if part]
                assert all(part in old for part in kept), (old, new)
                changed += 1
    return changed


@pytest.mark.parametrize("seed", range(1, 1 + heavy(4)))
@pytest.mark.parametrize("table", ["customer", "person"])
def test_nothing_is_left_and_everybody_else_is_as_they_were(
    place: Path, seed: int, table: str
) -> None:
    file, chance = made_file(place, seed), random.Random(f"{table} {seed}")
    live = [key for key, row in rows_of(file)[table].items() if not row["deleted_at"]]
    key = chance.choice(live)
    planted = give(file, chance, table, key)
    before = rows_of(file)
    ref = f"{'c' if table == 'customer' else 'h'}{key}"
    gone = family(before, table, key)
    assert len(left_in(place, LEFT)) > 8

    item = crm(f"forget {ref} --yes --json --reason 'asked by {NAME}'").json["item"]

    assert left_in(place, LEFT) == []
    after = rows_of(file)
    changed = check_others(before, after, gone)
    assert changed >= planted // 3
    assert item["rows"] == {
        name: n for name in frozen.TABLES if (n := sum(1 for one, _ in gone if one == name and _ in before[name]))
    }  # fmt: skip
    assert sum(n for name, n in item["mentions"].items() if name in FREE) >= changed
    check_derived(file)
    check_links(file)
    check_search(file)
    found = run_in_process("doctor --json").json["items"]
    wrong = {one["name"] for one in found if one["status"] == "problem"}
    # The random files hold tiers that no setting knows, and attachments without their files.
    assert wrong <= {"values", "attachments"}, found
    for asked in (NAME, PHONE, EMAIL, "ouyangfeng"):
        ran = run_in_process(["find", asked, "--json"])
        assert ran.code == 3 or ran.json["items"] == []
    show = run_in_process(f"show {ref}")
    assert (show.code, "was erased on 2026-11-20" in show.err) == (3, True)
    text = json.dumps(run_in_process(f"history {ref} --json").json, ensure_ascii=False)
    assert '"action": "forget"' in text


@pytest.mark.parametrize("seed", range(20, 20 + heavy(3)))
def test_whoever_is_called_as_others_are_leaves_their_rows_alone(place: Path, seed: int) -> None:
    """The names of the random files are shared by many: their own rows keep them, and stay whole."""
    file, chance = made_file(place, seed), random.Random(seed)
    for _ in range(3):
        before = rows_of(file)
        table = chance.choice(("customer", "person"))
        key = chance.choice([key for key, row in before[table].items() if not row["deleted_at"]])
        gone = family(before, table, key)
        doubles = {
            (one, row["id"])
            for one, rows in before.items()
            for row in rows.values()
            if one == "person" and row["deleted_at"] and table == "person"
        }
        crm(f"forget {'c' if table == 'customer' else 'h'}{key} --yes")
        after = rows_of(file)
        gone |= {(one, k) for one, k in doubles if k not in after[one]}
        gone |= {
            (one, k) for one in frozen.TABLES for k in before[one]
            if k not in after[one] and any((p, before[one][k][c]) in gone for c, p in frozen.TABLES[one]["links"].items() if (one, c) not in LOOSE)
        }  # fmt: skip
        check_tags(before, after, gone)
        check_others(before, after, gone)
        check_derived(file)
        check_links(file)
        check_search(file)


def check_tags(
    before: dict[str, Table], after: dict[str, Table], gone: set[tuple[str, int]]
) -> None:
    """Two tags of one customer that both become the mark are one: the other is counted as gone."""
    for key, row in before["tag"].items():
        if key not in after["tag"] and ("tag", key) not in gone:
            marks = [one for one in after["tag"].values() if one["customer_id"] == row["customer_id"] and MARK in one["name"]]  # fmt: skip
            assert marks
            gone.add(("tag", key))


def test_every_column_with_words_is_decided_on() -> None:
    """A text column is free text, somebody's own name or number, or none of the user's words."""
    program = {
        "customer": {
            "kind", "name_key", "short_key", "stage", "tier", "city", "uscc", "since", "prefer", "cadence", "visit_cadence", "retired_on",
            "consent", "consent_on", "agreed_on", "agreed_at", "snooze_until", "snooze_at", "visit_snooze_until", "visit_snooze_after", "first_touch_on",
            "win_back_done_for", "credit_on", "verified_on", "value_review_done_on", "business_review_done_on", "solution_review_done_on",
            "care_done_on", "value_review_snoozed_until", "business_review_snoozed_until", "solution_review_snoozed_until",
            "care_snoozed_until", "reorder_done_for", "reorder_snoozed_until", "churn_done_on", "churn_snoozed_until",
            "file_checked_on", "file_check_snoozed_until", "added_on", "created_at",
        },
        "person": {"roles", "consent", "consent_on", "left_on", "verified_on", "created_at"},
        "contact_point": {"kind", "value_key"},
        "interaction": {"at", "contacted_on", "channel", "direction", "intent", "promised_on", "stage", "entered_at"},
        "participant": {"side"},
        "task": {"play", "kind", "due_on", "due_time", "snoozed_until", "done_at", "done_on", "created_at"},
        "key_date": {"day", "done_on", "snoozed_until", "added_on", "created_at"},
        "need": {
            "kind", "urgency", "strength", "status", "received_at", "needed_by", "scheduled_on", "first_scheduled_on", "imported_on", "created_at",
        },
        "service_event": {"kind", "at"},
        "escalation": {"at"},
        "plan_step": {"due_on", "first_due_on", "snoozed_until", "done_at", "done_on", "created_at"},
        "promise": {
            "by", "level", "due_on", "due_time", "first_due_on", "first_due_time", "warned_at", "kept_at", "kept_on", "broken_at",
            "broken_on", "amends_done_at", "created_at",
        },
        "survey": {"kind", "status", "opened_on", "at", "answered_on", "sent_at", "sent_on", "snoozed_until", "imported_on", "created_at"},
        "review": {"opened_at", "cause", "snoozed_until", "done_at", "done_on", "created_at"},
        "article": {"kind", "added_on", "reviewed_on", "created_at"},
        "deal": {
            "stage", "currency", "quoted_on", "valid_until", "close_on", "closed_on", "quote_done_for", "quote_snoozed_until",
            "due_done_for", "due_snoozed_until", "created_at",
        },
        "contract": {
            "currency", "starts_on", "ends_on", "closed_on", "renewal_done_for", "renewal_snoozed_until", "reviewed_on",
            "review_snoozed_until", "created_at",
        },
        "customer_order": {"ordered_on", "currency", "pay_by", "paid_on", "snoozed_until", "imported_on", "created_at"},
        "risk": {"opened_at", "opened_on", "snoozed_until", "closed_at", "closed_on", "created_at"},
        "attachment": {"row_table", "digest", "attached_on", "created_at"},
        "tag": set(),
        "field_value": {"name"},
        "stage_change": {"from_stage", "to_stage", "changed_on"},
        "former_customer": {"name_key", "short_key", "city", "uscc", "merged_at"},
        "setting": {"name"},
        "segment": {"created_at"},
        "tier_review": {"reviewed_on", "as_of", "created_at"},
        "tier_standing": {"tier", "proposed", "segment", "why"},
    }  # fmt: skip
    connection = sqlite3.connect(":memory:")
    for statement in frozen_schema.SCHEMA:
        connection.execute(statement)
    for table, shape in frozen.TABLES.items():
        columns = connection.execute(f"PRAGMA table_info({table})").fetchall()
        words = {row[1] for row in columns if row[2] == "TEXT"} - {"deleted_at", *shape["derived"]}
        decided = {*FREE.get(table, ()), *OWN.get(table, ()), *program[table]}
        assert decided == words, (table, decided ^ words)
