"""A small file with every kind of row in it, the same for the same seed: NULLs, deleted rows and odd texts included."""

import random
import sqlite3
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from crmcli.rules import terms
from crmcli.store import frozen, search
from crmcli.store.changes import Author, begin
from crmcli.store.database import Database
from crmcli.store.opening import open_for_writing

TODAY = date(2026, 11, 20)
NAMES = (
    "Acme",
    "acme ltd",
    "华东精工",
    "华东",
    "北方贸易",
    "O'Neil & Sons",
    'He said "hi"',
    "100%_ok",
    "ÄÖÜ",
    "",
)
CITIES = ("上海", "苏州", "Berlin", "berlin", "")
INDUSTRIES = ("steel", "Steel", "食品", "")
TAGS = ("vip", "VIP", "old", "老客户", "a,b")
TIERS = ("core", "potential", "ordinary", "gone")
INTENTS = ("high", "medium", "low")
WEIGHTS = (10, 20, 30)
KEY_DATES = ("birthday", "anniversary", "qualification", "体检")
FIELDS = {"area": "text", "seats": "number", "renewal": "date", "grade": "choice:a,b"}
SETTINGS = {
    "timezone": "Asia/Shanghai",
    "calendar.country": "none",
    "currency": "CNY",
    **{f"fields.{name}": kind for name, kind in FIELDS.items()},
}
AUTHOR = Author("2026-11-20T01:00:00Z", "tester", "crm fill")

# Days around today at which the lifecycle and the due list change their minds.
_TURNS = (0, 1, 30, 89, 90, 91, 200)


def fill(path: Path, seed: int = 1, customers: int = 70) -> None:
    """Make the file at `path`."""
    db = open_for_writing(str(path), lambda: SETTINGS)
    chance = random.Random(seed)
    with begin(db, AUTHOR) as change:
        for _ in range(customers):
            key = change.insert("customer", **_customer(chance))
            _parts(change, chance, key)
        _delete_some(db, chance)
        _refer(db, chance, customers)
    with begin(db, Author("2026-11-20T02:00:00Z", "tester", "crm more", "why")) as change:
        for key in chance.sample(range(1, customers + 1), 10):
            change.update("customer", key, note="more", priority=chance.randint(0, 1))
    with begin(db, AUTHOR) as change:
        change.undoes = 2
        change.update("customer", 1, note="undone")
        for number, table in enumerate(("customer", "task", "customer"), start=1):
            db.run(
                "insert_change_range",
                id=number,
                change_id=number,
                row_table=table,
                first_id=number,
                last_id=number * 7,
                action=("insert", "remove", "restore")[number - 1],
            )
    db.run("mark_undone", of=2, undone_by=3)
    db.connection.execute("UPDATE customer SET note = 'outside' WHERE id IN (2, 3)")
    for kind in ("reveal", "estimated-2027", "reveal"):
        db.run("insert_event", at=AUTHOR.at, actor="tester", kind=kind, detail=None)
    for table in ("task", "key_date"):
        whose = f"SELECT tier_weight FROM customer WHERE customer.id = {table}.customer_id"
        db.connection.execute(f"UPDATE {table} SET tier_weight = ({whose})")
    db.run("insert_meta", name="fingerprint", value="0-none")
    with db.transaction():
        search.rebuild(db)  # what was written past the changes above is not in it yet
    db.close()


def day(chance: random.Random) -> str | None:
    """An ISO day near one of the turns, or none."""
    if chance.random() < 0.2:
        return None
    return (
        TODAY - timedelta(days=chance.choice((-1, 1, 1, 1)) * chance.choice(_TURNS))
    ).isoformat()


def _maybe(chance: random.Random, values: Any) -> Any:
    return chance.choice((*values, None))


def _customer(chance: random.Random) -> dict[str, Any]:
    name = chance.choice(NAMES)
    stage = chance.choice((*terms.ALL_STAGES, "customer", "customer", "customer"))
    return {
        "kind": chance.choice(tuple(terms.KIND.words)),
        "name": name,
        "name_key": name.lower(),
        "short_name": (short := _maybe(chance, NAMES)),
        "short_key": short and short.lower(),
        "stage": stage,
        "tier": _maybe(chance, TIERS),
        "industry": _maybe(chance, INDUSTRIES),
        "city": _maybe(chance, CITIES),
        "uscc": _maybe(chance, ("91310000MA1FL0001A", "x")),
        "since": day(chance),
        "cadence": _maybe(chance, ("2w", "1m")),
        "do_not_contact": chance.randint(0, 1),
        "priority": chance.randint(0, 1),
        "agreed_on": day(chance),
        "snooze_until": day(chance),
        "win_back_done_for": day(chance),
        "unanswered_done_id": _maybe(chance, (1, 20, 60)),
        "external_id": f"E{chance.randrange(10**9)}" if chance.random() < 0.5 else None,
        "added_on": day(chance) or TODAY.isoformat(),
        "created_at": f"{day(chance) or TODAY.isoformat()}T01:02:03Z",
        "last_contact_on": (contact := day(chance)),
        "last_contact_at": f"{contact}T03:00:00Z" if contact else None,
        "last_activity_on": day(chance),
        "intent": _maybe(chance, INTENTS),
        "began_on": day(chance),
        "next_touch_on": (touch := day(chance)),
        "touch_due_on": touch if stage != "lost" and chance.random() < 0.8 else None,
        "tier_weight": chance.choice(WEIGHTS),
        # The same day, as the rules have it; the lost have no touch and no silence, only a day of their own.
        "dormant_on": (silence := None if stage == "lost" else day(chance)),
        "win_back_on": day(chance) if stage == "lost" else silence,
        "unanswered_on": (silent := day(chance)),
        "unanswered_id": chance.randrange(100) if silent else None,
    }


def _parts(change: Any, chance: random.Random, customer: int) -> None:
    people = [
        change.insert(
            "person", customer_id=customer, name=chance.choice(NAMES), created_at=AUTHOR.at
        )
        for _ in range(chance.randint(0, 2))
    ]
    for kind in ("phone", "email", "wechat"):
        for _ in range(chance.randint(0, 2)):
            value = chance.choice(("13800005678", "Jane@Example.com", "010-62345678", "x"))
            change.insert(
                "contact_point",
                customer_id=customer,
                person_id=_maybe(chance, people),
                kind=kind,
                value=value,
                value_key=value.lower(),
                active=chance.randint(0, 1),
            )
    for tag in chance.sample(TAGS, chance.randint(0, 3)):
        change.insert("tag", customer_id=customer, name=tag)
    for name, values in (
        ("area", ("north", "North 5", "")),
        ("seats", ("5", "12.5", "100")),
        ("renewal", ("2026-11-20", "2027-01-01")),
        ("grade", ("a", "b")),
    ):
        if chance.random() < 0.6:
            change.insert(
                "field_value", customer_id=customer, name=name, value=chance.choice(values)
            )
    for _ in range(chance.randint(0, 4)):
        _contact(change, chance, customer, people)
    for _ in range(chance.randint(0, 2)):
        _task(change, chance, customer, None)
    for _ in range(chance.randint(0, 2)):
        _key_date(change, chance, customer, people)
    for stage in chance.sample(terms.ALL_STAGES, chance.randint(0, 2)):
        change.insert(
            "stage_change",
            customer_id=customer,
            from_stage=_maybe(chance, terms.ALL_STAGES),
            to_stage=stage,
            changed_on=day(chance) or TODAY.isoformat(),
        )


def _contact(change: Any, chance: random.Random, customer: int, people: list[int]) -> None:
    on = day(chance) or TODAY.isoformat()
    key = change.insert(
        "interaction",
        customer_id=customer,
        at=f"{on}T0{chance.randint(0, 9)}:00:00Z",
        contacted_on=on,
        channel=chance.choice(tuple(terms.CHANNEL.words)),
        two_way=chance.randint(0, 1),
        awaits_answer=chance.randint(0, 1),
        summary=_maybe(chance, NAMES),
        excerpt=_maybe(chance, ("她说：好的", "ok, on Friday")),
        no_answer=chance.randint(0, 1),
        intent=_maybe(chance, INTENTS),
        external_id="Acme" if customer % 5 == 0 else None,
        entered_at=AUTHOR.at,
    )
    for _ in range(chance.randint(0, 2)):
        change.insert(
            "participant",
            interaction_id=key,
            person_id=_maybe(chance, people),
            name=chance.choice(NAMES),
            side=chance.choice(("ours", "theirs")),
        )
    if chance.random() < 0.4:
        _task(change, chance, customer, key)


def _task(change: Any, chance: random.Random, customer: int, interaction: int | None) -> None:
    due = day(chance) or TODAY.isoformat()
    done = day(chance) if chance.random() < 0.3 else None
    change.insert(
        "task",
        customer_id=customer,
        interaction_id=interaction,
        kind=chance.choice(("task", "follow-up")),
        text=chance.choice(NAMES),
        owner=_maybe(chance, ("me", "you")),
        due_on=due,
        due_time=_maybe(chance, ("08:30", "09:00", "15:00")),
        done_at=f"{done}T01:00:00Z" if done else None,
        done_on=done,
        created_at=AUTHOR.at,
        listed_on=chance.choice((due, TODAY.isoformat())),
    )


def _key_date(change: Any, chance: random.Random, customer: int, people: list[int]) -> None:
    change.insert(
        "key_date",
        customer_id=customer,
        person_id=_maybe(chance, people),
        kind=chance.choice(KEY_DATES),
        day=chance.choice(("05-20", "02-29", "1980-11-20", "2027-01-01")),
        note=_maybe(chance, NAMES),
        lead_days=_maybe(chance, (0, 14)),
        done_on=day(chance),
        snoozed_until=day(chance),
        added_on=day(chance) or TODAY.isoformat(),
        created_at=AUTHOR.at,
        next_on=(on := day(chance)),
        listed_on=on and chance.choice((on, TODAY.isoformat())),
    )


def _delete_some(db: Database, chance: random.Random) -> None:
    for table in frozen.TABLES:
        if table != "setting":
            keys = [row[0] for row in db.connection.execute(f"SELECT id FROM {table}")]
            for key in chance.sample(keys, len(keys) // 7):
                db.connection.execute(
                    f"UPDATE {table} SET deleted_at = ? WHERE id = ?", (AUTHOR.at, key)
                )


def _refer(db: Database, chance: random.Random, customers: int) -> None:
    for key in range(1, customers + 1):
        if chance.random() < 0.3:
            db.connection.execute(
                "UPDATE customer SET referred_by = ? WHERE id = ?",
                (chance.randint(1, customers), key),
            )


def whole_file(path: Path | str) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table, to compare two files."""
    connection = sqlite3.connect(path)
    names = [
        row[0]
        for row in connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY 1"
        )
    ]
    found = {name: connection.execute(f"SELECT * FROM {name}").fetchall() for name in names}
    for name in ("change_row", "event", "key_range", "meta"):
        found[name].sort(key=repr)  # the others have keys that were given, and lie in their order
    connection.close()
    return found
