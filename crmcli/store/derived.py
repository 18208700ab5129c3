"""Derived columns: computed by the rules from the facts, stored, and recomputed whenever a fact changes (DESIGN §2)."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from crmcli.rules import cadence, ranking
from crmcli.rules.cadence import Facts, Promise, promise_in_force
from crmcli.rules.rulebook import Rulebook
from crmcli.rules.span import Span
from crmcli.store.database import Database, Row, as_list

_CHUNK = 2_000


def day_of(text: str | None) -> date | None:
    """A stored ISO day."""
    return date.fromisoformat(text) if text else None


def facts_of(row: Row) -> Facts:
    """What the cadence rules need, from a customer's own columns (derived ones included)."""
    return Facts(
        stage=row["stage"],
        added_on=date.fromisoformat(row["added_on"]),
        tier=row["tier"],
        began_on=day_of(row["began_on"]),
        own_cadence=Span.read(row["cadence"]) if row["cadence"] else None,
        do_not_contact=bool(row["do_not_contact"]),
        retired=bool(row["retired_on"]),
        first_touch_on=day_of(row["first_touch_on"]),
        last_contact_on=day_of(row["last_contact_on"]),
        last_contact_channel=row["last_contact_channel"],
        intent=row["intent"],
        promised_on=day_of(row["promised_on"]),
        snoozed_until=day_of(row["snoozed_until"]),
    )


def refresh(db: Database, customers: Iterable[int], book: Rulebook) -> int:
    """Recompute the derived columns of these customers and their tasks; returns how many due dates moved."""
    moved = 0
    asked = list(customers)
    for start in range(0, len(asked), _CHUNK):
        chunk = as_list(asked[start : start + _CHUNK])
        updates = [_derived(row, book) for row in db.rows("facts", customers=chunk)]
        moved += sum(1 for _, did_move in updates if did_move)
        db.run_many("store_touch", [values for values, _ in updates])
        tiers = {values["of"]: values.pop("_tier") for values, _ in updates}
        db.run_many(
            "store_task_listing",
            [
                _listing(task, tiers.get(task["customer_id"]), book)
                for task in db.rows("all_tasks_of", customers=chunk)
            ],
        )
    return moved


def refresh_all(db: Database, book: Rulebook) -> int:
    """Recompute every live customer, streaming; returns how many due dates moved."""
    moved, after = 0, 0
    while ids := [row["id"] for row in db.rows("all_customer_ids", after=after, limit=_CHUNK)]:
        moved += refresh(db, ids, book)
        after = ids[-1]
    return moved


def _derived(row: Row, book: Rulebook) -> tuple[dict[str, Any], bool]:
    known: dict[str, Any] = dict(row) | {
        "last_contact_id": row["contact_id"],
        "last_contact_on": row["contact_on"],
        "last_contact_at": row["contact_at"],
        "last_contact_channel": row["contact_channel"],
        "last_activity_on": row["activity_on"],
        "intent": row["latest_intent"],
        "began_on": row["since"] or row["became_on"],
        "promised_on": _promised_on(row),
        "snoozed_until": None if row["snooze_ended"] else row["snooze_until"],
    }
    values = derive(known, bool(row["has_follow_up"]), book)
    return {"of": row["id"], "_tier": row["tier"], **values}, (
        values["next_touch_on"] != row["next_touch_on"]
    )


def _promised_on(row: Row) -> str | None:
    made = imported = None
    if row["promise_on"]:
        made = Promise(
            date.fromisoformat(row["promise_on"]), row["promise_at"], bool(row["promise_met"])
        )
    if row["agreed_on"]:
        imported = Promise(
            date.fromisoformat(row["agreed_on"]), row["agreed_at"], bool(row["agreed_met"])
        )
    day = promise_in_force(made, imported)
    return day.isoformat() if day else None


def derive(known: Any, has_follow_up: bool, book: Rulebook) -> dict[str, Any]:
    """The derived columns of a customer row whose contact columns are already right."""
    touch = cadence.next_touch(facts_of(known), book.policy, book.calendar)
    if touch.every:  # a date named by hand or by an act rests on no calendar
        book.note(touch.due_on)
    due_on = touch.due_on.isoformat() if touch.due_on else None
    return {
        "last_contact_id": known["last_contact_id"],
        "last_contact_on": known["last_contact_on"],
        "last_contact_at": known["last_contact_at"],
        "last_contact_channel": known["last_contact_channel"],
        "last_activity_on": known["last_activity_on"],
        "intent": known["intent"],
        "began_on": known["began_on"],
        "promised_on": known["promised_on"],
        "snoozed_until": known["snoozed_until"],
        "next_touch_on": due_on,
        # A follow-up made for this customer stands beside the touch and is listed instead of it.
        "touch_due_on": None if has_follow_up else due_on,
        "touch_weight": ranking.weight("touch", known["tier"], book.tiers),
    }


def _listing(task: Row, tier: str | None, book: Rulebook) -> dict[str, Any]:
    return {
        "of": task["id"],
        "listed_on": task["snoozed_until"] or task["due_on"],
        "weight": ranking.weight(task["kind"], tier, book.tiers),
    }
