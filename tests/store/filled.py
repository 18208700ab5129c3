"""A small file with every kind of row in it, the same for the same seed: NULLs, deleted rows and odd texts included."""

import json
import random
import sqlite3
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from crmcli.rules import terms
from crmcli.rules.service import states
from crmcli.rules.service.surveying import SCORES, TEXTS
from crmcli.rules.year import deals
from crmcli.store import frozen, search
from crmcli.store.changes import Author, begin
from crmcli.store.database import Database
from crmcli.store.opening import open_for_writing
from crmcli.store.records import LOOSE

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
CURRENCIES = ("CNY", "USD", "JPY")
ROUNDS = ("value_review", "business_review", "solution_review", "care")
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
    chance, service = random.Random(seed), random.Random(f"service {seed}")
    former, year = random.Random(f"former {seed}"), random.Random(f"year {seed}")
    worth = random.Random(f"worth {seed}")
    with begin(db, AUTHOR) as change:
        for _ in range(customers):
            key = change.insert(
                "customer",
                **_customer(chance),
                **_open_things(service),
                **_rounds(year),
                **_worth(worth),
            )
            _parts(change, chance, service, year, key)
        for _ in range(customers // 5):
            _article(change, service)
        for number in range(customers // 3):
            _former(change, former, customers, number)
        _value(change, worth, customers)
        _delete_some(db, chance, service, former, year, worth)
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
    for table, shape in frozen.TABLES.items():
        if "customer_id" not in shape["links"] or "tier_weight" not in shape["derived"]:
            continue
        whose = f"SELECT tier_weight FROM customer WHERE customer.id = {table}.customer_id"
        db.connection.execute(f"UPDATE {table} SET tier_weight = ({whose})")
    db.run("insert_meta", name="fingerprint", value="0-none")
    _make_segments(db)
    _seal_some(db, random.Random(f"dossiers {seed}"), customers)
    for key in range(1, customers + 1, 3):
        for channel in ("desktop", "file"):
            db.run("insert_reminder", ref=f"c{key}:touch", channel=channel, step="2026-11-20", said_on=f"2026-0{key % 9 + 1}-01", near="", at=AUTHOR.at)  # fmt: skip
    with db.transaction():
        search.rebuild(db)  # what was written past the changes above is not in it yet
    db.close()


def _make_segments(db: Database) -> None:
    with begin(db, AUTHOR) as change:
        for name in ("vips", "老客", "gone"):
            key = change.insert("segment", name=name, name_key=name, filters='{"tag": ["vip"]}', created_at=AUTHOR.at)  # fmt: skip
        change.remove("segment", key)


def _seal_some(db: Database, chance: random.Random, customers: int) -> None:
    """Lines in the book of dossiers, and the note that all is archived; nothing lies in a folder."""
    for number, key in enumerate(chance.sample(range(1, customers + 1), customers // 3)):
        first, last = chance.choice((("2026-07-01", "2026-09-30"), ("2026-01-01", "2026-12-31")))
        db.run(
            "insert_dossier",
            id=None,
            customer_id=key,
            period="2026" if last.endswith("12-31") else "2026Q3",
            first_on=first,
            last_on=last,
            path=f"archive/{number}",
            digest=f"digest {number}",
            sealed_at=chance.choice(("2026-10-02T02:00:00Z", "2026-08-02T02:00:00Z")),
            erased_at=chance.choice((None, None, "2026-11-02T02:00:00Z")),
            is_behind=chance.choice((0, 0, 1)),
        )
    db.run("insert_meta", name="archived", value="2026-01-01 2026-12-31 archived")


def day(chance: random.Random) -> str | None:
    """An ISO day near one of the turns, or none."""
    if chance.random() < 0.2:
        return None
    return (
        TODAY - timedelta(days=chance.choice((-1, 1, 1, 1)) * chance.choice(_TURNS))
    ).isoformat()


def instant(chance: random.Random) -> str | None:
    """A UTC instant near one of the turns, or none."""
    on = day(chance)
    return f"{on}T{chance.randint(0, 23):02}:{chance.choice((0, 30)):02}:00Z" if on else None


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


def _open_things(chance: random.Random) -> dict[str, Any]:
    """What is derived of a customer's needs and surveys."""
    ask = day(chance)
    kind = chance.choice(("relation", "deep")) if ask else None
    return {"open_needs": chance.randint(0, 2), "ask_on": ask, "ask_kind": kind}


def _rounds(chance: random.Random) -> dict[str, Any]:
    """What is kept of a customer over the year, and what is derived of that."""
    graded, visit = _maybe(chance, ("A", "b", "ok")), day(chance)
    return {
        "visit_cadence": _maybe(chance, ("1m", "3m")),
        "credit_grade": graded,
        "credit_on": graded and day(chance),
        "blacklisted": chance.randint(0, 1),
        "verified_on": (verified := day(chance)),
        "verified_by": verified and chance.choice(NAMES),
        **{f"{kind}_done_on": day(chance) for kind in ROUNDS},
        **{f"{kind}_snoozed_until": day(chance) for kind in ROUNDS},
        "visit_snooze_until": day(chance),
        "visit_snooze_after": _maybe(chance, ("", day(chance) or "")),
        **{f"{kind}_on": day(chance) for kind in ROUNDS},
        "spend_from": (spend := day(chance)),
        "spend_until": spend and (date.fromisoformat(spend) + timedelta(days=90)).isoformat(),
        "last_order_on": day(chance),
        "last_visit_on": visit and day(chance),
        "visit_on": visit,
    }


def _worth(chance: random.Random) -> dict[str, Any]:
    """What is derived of a customer's orders and of what may drive it away, and how that was settled."""
    warned, again = day(chance), day(chance)
    reason = ["nps", warned, None, {"nps": 3, "on": warned}]
    return {
        "reorder_done_for": day(chance),
        "reorder_snoozed_until": day(chance),
        "churn_done_on": day(chance),
        "churn_snoozed_until": day(chance),
        "file_checked_on": day(chance),
        "file_check_snoozed_until": day(chance),
        "reorder_on": (reorder := day(chance)),
        "reorder_after": reorder and chance.choice((7, 30)),
        "churn_on": warned,
        "churn_until": day(chance) if warned and again else None,
        "churn_again_on": again if warned else None,
        "churn_why": json.dumps([reason]) if warned else None,
        "file_check_on": day(chance),
    }


def _value(change: Any, chance: random.Random, customers: int) -> None:
    """Who decides and who has left, what a list brought, and reviews of tiers."""
    for table in ("customer_order", "need", "survey"):
        for (key,) in change.db.connection.execute(f"SELECT id FROM {table}").fetchall():
            if chance.random() < 0.4:
                change.update(table, key, imported_on=day(chance))
    for (key,) in change.db.connection.execute("SELECT id FROM person").fetchall():
        if chance.random() < 0.5:
            change.update("person", key, roles=chance.choice(("decider", "user,decider", "user")), left_on=day(chance))  # fmt: skip
    for number in range(9):
        review = change.insert(
            "tier_review", reviewed_on=(TODAY - timedelta(days=90 * number - 60)).isoformat(),
            as_of=(TODAY - timedelta(days=90 * number - 50)).isoformat() if number % 3 else None, created_at=AUTHOR.at,
        )  # fmt: skip
        for key in chance.sample(range(1, customers + 1), customers // 2):
            change.insert(
                "tier_standing", review_id=review, customer_id=key, tier=_maybe(chance, TIERS),
                proposed=_maybe(chance, TIERS), segment=_maybe(chance, ("Champions", "Lost")),
                is_below=chance.randint(0, 1), why=_maybe(chance, NAMES),
            )  # fmt: skip


def _parts(
    change: Any, chance: random.Random, service: random.Random, year: random.Random, customer: int
) -> None:
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
    needs = [_need(change, service, customer, people) for _ in range(service.randint(0, 2))]
    promises = [_promise(change, service, customer, needs) for _ in range(service.randint(0, 2))]
    for need in (*needs, *[_maybe(service, needs)] * service.randint(0, 1)):
        _survey(change, service, customer, need, _maybe(service, people))
    for _ in range(chance.randint(0, 4)):
        about = _maybe(service, needs), _maybe(service, promises)
        _contact(change, chance, customer, people, *about)
    for _ in range(chance.randint(0, 2)):
        _task(change, chance, customer, None, _maybe(service, needs))
    for _ in range(chance.randint(0, 2)):
        _key_date(change, chance, customer, people)
    _business(change, year, customer, people)
    for stage in chance.sample(terms.ALL_STAGES, chance.randint(0, 2)):
        change.insert(
            "stage_change",
            customer_id=customer,
            from_stage=_maybe(chance, terms.ALL_STAGES),
            to_stage=stage,
            changed_on=day(chance) or TODAY.isoformat(),
        )


def _contact(
    change: Any,
    chance: random.Random,
    customer: int,
    people: list[int],
    need: int | None,
    promise: int | None,
) -> None:
    on = day(chance) or TODAY.isoformat()
    key = change.insert(
        "interaction",
        customer_id=customer,
        need_id=need,
        promise_id=promise,
        at=f"{on}T0{chance.randint(0, 9)}:00:00Z",
        contacted_on=on,
        channel=chance.choice(tuple(terms.CHANNEL.words)),
        two_way=chance.randint(0, 1),
        awaits_answer=chance.randint(0, 1),
        summary=_maybe(chance, NAMES),
        excerpt=_maybe(chance, ("她说：好的", "ok, on Friday")),
        no_answer=chance.randint(0, 1),
        care=int(customer % 3 == 0),
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
        _task(change, chance, customer, key, None)


def _task(
    change: Any, chance: random.Random, customer: int, interaction: int | None, need: int | None
) -> None:
    due = day(chance) or TODAY.isoformat()
    done = day(chance) if chance.random() < 0.3 else None
    change.insert(
        "task",
        customer_id=customer,
        interaction_id=interaction,
        need_id=need,
        tells=customer % 2,
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


def _need(change: Any, chance: random.Random, customer: int, people: list[int]) -> int:
    """A need and what belongs to it; its derived columns are any, but that a clock is listed only with its deadline."""
    status, urgency = chance.choice(states.STORED), _maybe(chance, terms.URGENCY.words)
    is_open = status in states.OPEN
    clocks: dict[str, str | None] = {}
    for name in ("respond", "feedback", "solve"):
        clocks[f"{name}_by"] = by = instant(chance)
        clocks[f"{name}_from"] = _maybe(chance, (by, TODAY.isoformat() + "T01:00:00Z")) if by else None  # fmt: skip
    key: int = change.insert(
        "need",
        customer_id=customer,
        external_id=chance.choice((None, "Acme", f"N{customer}")),
        text=chance.choice(NAMES),
        kind=_maybe(chance, terms.NEED_KIND.words),
        urgency=urgency,
        strength=_maybe(chance, terms.STRENGTH.words),
        status=status,
        received_at=instant(chance) or AUTHOR.at,
        value=_maybe(chance, (1, 5)),
        fit=_maybe(chance, (1, 5)),
        cost=_maybe(chance, (1, 5)),
        wish=_maybe(chance, NAMES),
        needed_by=day(chance),
        budget=_maybe(chance, (0, 100_000)),
        owner=_maybe(chance, ("me", "you")),
        tech_owner=_maybe(chance, ("me", "you")),
        acceptor_id=_maybe(chance, people),
        category=_maybe(chance, INDUSTRIES),
        workaround=_maybe(chance, NAMES),
        criterion=_maybe(chance, NAMES),
        solution=_maybe(chance, NAMES),
        result=_maybe(chance, NAMES),
        decline_reason=_maybe(chance, NAMES),
        scheduled_for=_maybe(chance, NAMES),
        scheduled_on=day(chance),
        priority=chance.randint(0, 1),
        created_at=AUTHOR.at,
        queue=chance.randint(0, 3) if is_open else None,
        score=chance.randint(0, 40),
        new_until=day(chance),
        round_at=instant(chance),
        times_reopened=chance.randint(0, 1),
        waiting_since=instant(chance) if is_open else None,
        **clocks,
        responded_at=instant(chance),
        feedback_at=instant(chance),
        resolved_at=instant(chance),
        yellow_at=instant(chance),
        red_at=instant(chance),
        next_by=(following := instant(chance)),
        next_clock=chance.choice(("respond", "feedback", "solve")) if following else None,
        sent_at=(sent := instant(chance)),
        agreed_at=instant(chance),
        plan_confirm_on=day(chance) if sent else None,
        progress_on=day(chance),
        level=chance.randint(0, 3),
    )
    for _ in range(chance.randint(0, 3)):
        change.insert(
            "service_event",
            customer_id=customer,
            need_id=key,
            kind=chance.choice((*states.EVENTS, "resolved", "waiting", "reopened")),
            at=instant(chance) or AUTHOR.at,
            text=_maybe(chance, NAMES),
            contact_id=chance.randrange(60),
        )
    for _ in range(chance.randint(0, 1)):
        change.insert(
            "escalation",
            customer_id=customer,
            need_id=key,
            at=instant(chance) or AUTHOR.at,
            level=chance.randint(1, 3),
            to_name=_maybe(chance, NAMES),
            reason=_maybe(chance, NAMES),
        )
    for _ in range(chance.randint(0, 2)):
        done = day(chance) if chance.random() < 0.3 else None
        change.insert(
            "plan_step",
            customer_id=customer,
            need_id=key,
            text=chance.choice(NAMES),
            owner=_maybe(chance, ("me", "you")),
            due_on=(due := day(chance) or TODAY.isoformat()),
            first_due_on=day(chance),
            delay_reason=_maybe(chance, NAMES),
            snoozed_until=day(chance),
            done_at=f"{done}T01:00:00Z" if done else None,
            done_on=done,
            result=_maybe(chance, NAMES),
            external_id=_maybe(chance, NAMES),
            created_at=AUTHOR.at,
            listed_on=None if done else _maybe(chance, (due, TODAY.isoformat())),
        )
    return key


def _promise(change: Any, chance: random.Random, customer: int, needs: list[int]) -> int:
    due = day(chance) or TODAY.isoformat()
    kept = day(chance) if chance.random() < 0.3 else None
    broken = day(chance) if not kept and chance.random() < 0.4 else None
    key: int = change.insert(
        "promise",
        customer_id=customer,
        need_id=_maybe(chance, needs),
        text=chance.choice(NAMES),
        by=chance.choice(tuple(terms.PROMISE_BY.words)),
        level=chance.choice(tuple(terms.PROMISE_LEVEL.words)),
        owner=_maybe(chance, ("me", "you")),
        due_on=due,
        due_time=_maybe(chance, ("08:30", "15:00")),
        first_due_on=day(chance),
        delay_reason=_maybe(chance, NAMES),
        warned_at=instant(chance),
        impact=_maybe(chance, NAMES),
        options=_maybe(chance, ("one\ntwo", "one")),
        kept_at=f"{kept}T01:00:00Z" if kept else None,
        kept_on=kept,
        result=_maybe(chance, NAMES),
        broken_at=f"{broken}T01:00:00Z" if broken else None,
        broken_on=broken,
        break_reason=_maybe(chance, NAMES),
        amends=_maybe(chance, NAMES),
        amends_done_at=instant(chance),
        amends_result=_maybe(chance, NAMES),
        priority=chance.randint(0, 1),
        external_id=_maybe(chance, ("Acme", f"P{customer}")),
        created_at=AUTHOR.at,
        due_at=f"{due}T15:59:59Z",
        listed_from=None if kept or broken else instant(chance),
        amends_by=instant(chance) if broken else None,
    )
    return key


def _survey(
    change: Any, chance: random.Random, customer: int, need: int | None, person: int | None
) -> None:
    status = chance.choice(terms.SURVEY_STATUS)
    ended = day(chance) or TODAY.isoformat() if status in ("answered", "no_answer") else None
    sent = day(chance) or TODAY.isoformat() if status == "sent" else None
    opened = day(chance) or TODAY.isoformat()
    key = change.insert(
        "survey",
        customer_id=customer,
        need_id=need,
        person_id=person,
        kind=chance.choice(tuple(terms.SURVEY_KIND.words)),
        status=status,
        opened_on=opened,
        at=f"{ended}T04:00:00Z" if ended else None,
        answered_on=ended,
        sent_at=f"{sent}T04:00:00Z" if sent else None,
        sent_on=sent,
        by=_maybe(chance, NAMES),
        **{name: _maybe(chance, (1, 3, 5)) for name in SCORES},
        nps=_maybe(chance, (0, 7, 10)),
        **{name: _maybe(chance, NAMES) for name in TEXTS},
        snoozed_until=day(chance),
        external_id=_maybe(chance, ("Acme", f"S{customer}")),
        created_at=AUTHOR.at,
        due_on=day(chance) or opened,
        listed_on=None if ended else _maybe(chance, (opened, TODAY.isoformat())),
    )
    if chance.random() < 0.8:
        done = day(chance) if chance.random() < 0.3 else None
        change.insert(
            "review",
            customer_id=customer,
            survey_id=key,
            opened_at=instant(chance) or AUTHOR.at,
            cause=_maybe(chance, terms.CAUSE.words),
            action=_maybe(chance, NAMES),
            snoozed_until=day(chance),
            done_at=f"{done}T01:00:00Z" if done else None,
            done_on=done,
            created_at=AUTHOR.at,
            due_at=instant(chance) or AUTHOR.at,
            listed_from=None if done else instant(chance),
        )


def _article(change: Any, chance: random.Random) -> None:
    keys = [row[0] for row in change.db.connection.execute("SELECT id FROM need")]
    change.insert(
        "article",
        need_id=_maybe(chance, keys) if keys and chance.random() < 0.5 else None,
        title=chance.choice(NAMES),
        kind=chance.choice(tuple(terms.ARTICLE_KIND.words)),
        text=_maybe(chance, NAMES),
        category=_maybe(chance, INDUSTRIES),
        added_on=day(chance) or TODAY.isoformat(),
        reviewed_on=day(chance),
        external_id=_maybe(chance, NAMES),
        created_at=AUTHOR.at,
        review_on=day(chance),
    )


def _business(change: Any, chance: random.Random, customer: int, people: list[int]) -> None:
    """Deals, contracts, orders and risks of a customer, what is attached, and what points to these."""
    ours = [_deal(change, chance, customer) for _ in range(chance.randint(0, 3))]
    contracts: list[int] = []
    for _ in range(chance.randint(0, 2)):
        contracts.append(_contract(change, chance, customer, _maybe(chance, ours), contracts))
    for _ in range(chance.randint(0, 3)):
        _order(change, chance, customer, _maybe(chance, ours), _maybe(chance, contracts))
    for _ in range(chance.randint(0, 2)):
        _risk(change, chance, customer)
    for contract in contracts[:1]:
        due = day(chance) or TODAY.isoformat()
        change.insert(
            "plan_step",
            customer_id=customer,
            contract_id=contract,
            text=chance.choice(NAMES),
            due_on=due,
            created_at=AUTHOR.at,
            listed_on=_maybe(chance, (due,)),
        )
    if people:
        change.update("person", chance.choice(people), verified_on=day(chance), verified_by="me")
    if len(people) > 1 and chance.random() < 0.5:
        change.update("person", people[0], left_on=day(chance), successor_id=people[1])
    tables = {"customer": [customer], "person": people, "deal": ours, "contract": contracts}
    owners = [(table, key) for table, keys in tables.items() for key in keys]
    for table, key in chance.sample(owners, chance.randint(0, len(owners))):
        change.insert(
            "attachment",
            customer_id=customer,
            row_table=table,
            row_id=key,
            name=chance.choice(NAMES),
            digest=f"{chance.randrange(9):064x}",
            size=chance.choice((0, 1, 12_345)),
            note=_maybe(chance, NAMES),
            attached_on=day(chance) or TODAY.isoformat(),
            created_at=AUTHOR.at,
        )
    sql = "SELECT id FROM {} WHERE customer_id = ?"
    for table, values in (("interaction", {"deal_id": ours}), ("task", {"play": ["escort", "our own"]})):  # fmt: skip
        for (key,) in change.db.connection.execute(sql.format(table), (customer,)).fetchall():
            if chance.random() < 0.4:
                change.update(table, key, **{name: _maybe(chance, some) for name, some in values.items()})  # fmt: skip


def _money(chance: random.Random, least: int = 1) -> dict[str, Any]:
    amount = chance.choice((*[None] * (1 - least), 0, 1, 99_900, 10_000_000))
    return {"amount": amount, "currency": None if amount is None else chance.choice(CURRENCIES)}


def _deal(change: Any, chance: random.Random, customer: int) -> int:
    stage = chance.choice((*deals.STAGES, *deals.OPEN))
    is_open = stage in deals.OPEN
    quoted = day(chance) if stage != "open" else None
    key: int = change.insert(
        "deal",
        customer_id=customer,
        text=chance.choice(NAMES),
        stage=stage,
        **_money(chance, 0),
        probability=_maybe(chance, (0, 50, 100)),
        quoted_on=quoted,
        valid_until=day(chance) if quoted else None,
        close_on=(close := day(chance)),
        owner=_maybe(chance, ("me", "you")),
        note=_maybe(chance, NAMES),
        closed_on=None if is_open else day(chance) or TODAY.isoformat(),
        loss_reason=_maybe(chance, ("price", "other: too late")) if stage == "lost" else None,
        quote_done_for=day(chance),
        quote_snoozed_until=day(chance),
        due_done_for=day(chance),
        due_snoozed_until=day(chance),
        priority=chance.randint(0, 1),
        external_id=_maybe(chance, ("Acme", f"D{customer}")),
        created_at=AUTHOR.at,
        quote_on=(quote := day(chance) if quoted and is_open else None),
        quote_from=quote and chance.choice((quote, TODAY.isoformat(), None)),
        due_on=_maybe(chance, (close, TODAY.isoformat())) if is_open and close else None,
    )
    return key


def _contract(
    change: Any, chance: random.Random, customer: int, deal: int | None, others: list[int]
) -> int:
    ends = day(chance) or TODAY.isoformat()
    closed = day(chance) if chance.random() < 0.3 else None
    key: int = change.insert(
        "contract",
        customer_id=customer,
        deal_id=deal,
        text=chance.choice(NAMES),
        **_money(chance, 0),
        starts_on=(date.fromisoformat(ends) - timedelta(days=chance.choice((30, 365)))).isoformat(),
        ends_on=ends,
        terms=_maybe(chance, NAMES),
        owner=_maybe(chance, ("me", "you")),
        note=_maybe(chance, NAMES),
        renewed_id=_maybe(chance, others),
        closed_on=closed,
        close_reason=_maybe(chance, NAMES) if closed else None,
        renewal_done_for=day(chance),
        renewal_snoozed_until=day(chance),
        reviewed_on=day(chance),
        review_snoozed_until=day(chance),
        external_id=_maybe(chance, ("Acme", f"K{customer}")),
        created_at=AUTHOR.at,
        renewal_from=None if closed else day(chance),
        review_on=None if closed else day(chance),
    )
    return key


def _order(
    change: Any, chance: random.Random, customer: int, deal: int | None, contract: int | None
) -> None:
    due, paid = day(chance), day(chance) if chance.random() < 0.4 else None
    later = day(chance)
    change.insert(
        "customer_order",
        customer_id=customer,
        deal_id=deal,
        contract_id=contract,
        ordered_on=day(chance) or TODAY.isoformat(),
        **_money(chance),
        note=_maybe(chance, NAMES),
        pay_by=due,
        paid_on=paid,
        snoozed_until=later,
        external_id=_maybe(chance, ("Acme", f"O{customer}")),
        created_at=AUTHOR.at,
        payment_on=None if paid else due,
        payment_from=None if paid or due is None else max(due, later or ""),
    )


def _risk(change: Any, chance: random.Random, customer: int) -> None:
    closed = day(chance) if chance.random() < 0.3 else None
    opened = instant(chance) or AUTHOR.at
    level, due = chance.randint(1, 3), instant(chance)
    if due and level == 3:  # at the end of a day
        due = f"{due[:10]}T15:59:59Z"
    change.insert(
        "risk",
        customer_id=customer,
        text=chance.choice(NAMES),
        level=level,
        kind=_maybe(chance, ("churn", "price")),
        owner=_maybe(chance, ("me", "you")),
        opened_at=opened,
        opened_on=opened[:10],
        snoozed_until=day(chance),
        closed_at=f"{closed}T01:00:00Z" if closed else None,
        closed_on=closed,
        result=_maybe(chance, NAMES),
        external_id=_maybe(chance, ("Acme", f"R{customer}")),
        created_at=AUTHOR.at,
        due_at=due,
        listed_from=None if closed or not due else _maybe(chance, (opened, due)),
    )


_OF_THE_YEAR = ("deal", "contract", "customer_order", "risk", "attachment")
_OF_VALUE = ("tier_review", "tier_standing")
_OF_SERVICE = (
    "need",
    "service_event",
    "escalation",
    "plan_step",
    "promise",
    "survey",
    "review",
    "article",
)


def _former(change: Any, chance: random.Random, customers: int, number: int) -> None:
    """Something that was merged into a customer."""
    short = _maybe(chance, NAMES)
    change.insert(
        "former_customer",
        customer_id=chance.randint(1, customers),
        former_id=number * 3 + 1,
        name=(name := chance.choice(NAMES)),
        name_key=name.lower(),
        short_name=short,
        short_key=short and short.lower(),
        city=_maybe(chance, CITIES),
        uscc=_maybe(chance, ("91310000MA1FL0001A", "x", *NAMES[:3])),
        external_id=_maybe(chance, NAMES),
        merged_at=AUTHOR.at,
    )


def _delete_some(
    db: Database,
    chance: random.Random,
    service: random.Random,
    former: random.Random,
    year: random.Random,
    worth: random.Random,
) -> None:
    for table in frozen.TABLES:
        if table != "setting":
            keys = [row[0] for row in db.connection.execute(f"SELECT id FROM {table}")]
            drawn = service if table in _OF_SERVICE else chance
            drawn = former if table == "former_customer" else drawn
            drawn = year if table in _OF_THE_YEAR else drawn
            drawn = worth if table in _OF_VALUE else drawn
            for key in drawn.sample(keys, len(keys) // 7):
                db.connection.execute(
                    f"UPDATE {table} SET deleted_at = ? WHERE id = ?", (AUTHOR.at, key)
                )


def cut_what_is_gone(connection: sqlite3.Connection) -> None:
    """Let nothing live belong to what is deleted, as no command would."""
    for _ in range(4):  # as deep as records belong to each other
        for child, shape in frozen.TABLES.items():
            for column, parent in shape["links"].items():
                gone = f"{column} IN (SELECT id FROM {parent} WHERE deleted_at IS NOT NULL)"
                is_cut = (child, column) in LOOSE
                what = f"{column} = NULL" if is_cut else f"deleted_at = '{AUTHOR.at}'"
                connection.execute(f"UPDATE {child} SET {what} WHERE {gone}")
    for (table,) in connection.execute("SELECT DISTINCT row_table FROM attachment").fetchall():
        connection.execute(
            f"UPDATE attachment SET deleted_at = ? WHERE row_table = ? AND row_id IN (SELECT id FROM {table} "
            "WHERE deleted_at IS NOT NULL)",
            (AUTHOR.at, table),
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
