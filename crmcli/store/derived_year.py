"""Derived columns of the year with a customer (HANDBOOK §3, §7, §9): spending, visits and rounds; deals, contracts, orders and
risks, as derived.py does for customers.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from crmcli.rules.rulebook import Rulebook
from crmcli.rules.terms import ROUNDS, round_column
from crmcli.store import derived_value
from crmcli.store.database import Database, Row
from crmcli.store.derived_service import Scope, instant, text_of
from crmcli.store.facts import day_of

Days = Mapping[str, Any]
"""Derived columns by name; days as they are stored."""

_ROUNDS = tuple(round_column(kind) for kind in ROUNDS)
SPENDING = ("spend_from", "spend_until", "last_visit_on")
WORTH = (
    "reorder_on", "reorder_after", "churn_on", "churn_until", "churn_again_on", "churn_why",
    "file_check_on",
)  # fmt: skip


class Facts:
    """What orders and contacts say of some customers (a JSON list); each is asked for once, and only when it matters."""

    def __init__(self, db: Database, customers: str, book: Rulebook) -> None:
        self._db, self._customers, self._book = db, customers, book
        self._orders: dict[int, list[Row]] = defaultdict(list)
        for row in db.rows("orders_to_count", customers=customers):
            self._orders[row["customer_id"]].append(row)
        self._spending = self._stretches()
        self._worth = derived_value.Facts(db, customers)
        self._visits: Mapping[int, str] | None = None
        self._care: Mapping[int, list[date]] | None = None

    def spending(self, row: Mapping[str, Any]) -> dict[str, str | None]:
        """The days on which a customer spends much, and when it was visited last where that decides anything."""
        spend_from, spend_until = self._spending.get(row["id"], (None, None))
        visited = None
        if spend_from or row["visit_cadence"]:
            if self._visits is None:
                rows = self._db.rows("last_visits", customers=self._customers)
                self._visits = {one["customer_id"]: one["visited_on"] for one in rows}
            visited = self._visits.get(row["id"])
        return {"spend_from": spend_from, "spend_until": spend_until, "last_visit_on": visited}

    def care(self, customer: int) -> Sequence[date]:
        """The days of contacts without business."""
        if self._care is None:
            self._care = defaultdict(list)
            for row in self._db.rows("care_days", customers=self._customers):
                self._care[row["customer_id"]].append(date.fromisoformat(row["contacted_on"]))
        return self._care.get(customer, ())

    def worth(self, known: Mapping[str, Any]) -> Mapping[str, Any]:
        """What its orders and what drives customers away say of one: derived columns that are not null."""
        return self._worth.columns(known, self._orders.get(known["id"], ()), self._book)

    def _stretches(self) -> dict[int, tuple[str, str]]:
        from crmcli.rules.year.spending import Bought, stretch

        policy = self._book.policy
        bought: dict[int, list[Bought]] = {
            key: [
                Bought(date.fromisoformat(row["ordered_on"]), amount)
                for row in orders
                if (amount := policy.in_base(row["amount"], row["currency"]))
            ]
            for key, orders in self._orders.items()
        }
        found = {key: stretch(orders, policy.spend_line_in_coins) for key, orders in bought.items()}
        return {
            key: (one.first.isoformat(), one.end.isoformat()) for key, one in found.items() if one
        }


def rounds_of(known: Mapping[str, Any], care: Sequence[date], book: Rulebook) -> dict[str, Any]:
    """When value, business and solution reviews and care of a customer are due next; of nobody who is left alone."""
    if known["stage"] != "customer" or known["do_not_contact"] or known["retired_on"]:
        return dict.fromkeys(_ROUNDS)
    from crmcli.rules.year.rounds import Known, rounds

    found = rounds(
        Known(
            stage=known["stage"],
            tier=known["tier"],
            added_on=date.fromisoformat(known["added_on"]),
            since=day_of(known["began_on"]),
            value_done_on=day_of(known["value_review_done_on"]),
            business_done_on=day_of(known["business_review_done_on"]),
            solution_done_on=day_of(known["solution_review_done_on"]),
            care_done_on=day_of(known["care_done_on"]),
            care_on=care,
        ),
        book,
    )
    return {
        name: _put_off(day, known[name.replace("_on", "_snoozed_until")])
        for name, day in zip(_ROUNDS, found, strict=True)
    }


def _text(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _put_off(day: date | None, until: str | None) -> str | None:
    """A day on which something is due, or the later one until which it was put off."""
    return max(day.isoformat(), until or "") if day else None


# --- records ---


def refresh(db: Database, scope: Scope, by_key: Mapping[int, Any], book: Rulebook) -> int:
    """Recompute deals, contracts, orders and risks of these customers, given what is derived of them; how many dates moved."""
    return sum(_refresh(db, scope, table, make, by_key, book) for table, make in _RECORDS.items())


def _refresh(
    db: Database, scope: Scope, table: str, make: Any, by_key: Mapping[int, Any], book: Rulebook
) -> int:
    moved, updates = 0, []
    for row in scope.rows(db, table):
        if row["customer_id"] not in by_key:
            continue
        customer = by_key[row["customer_id"]]
        values = make(row, customer, book)
        moved += sum(values[name] != row[name] for name in values)
        updates.append({"of": row["id"], "tier_weight": customer["tier_weight"], **values})
    db.run_many(f"store_{table}", updates)
    return moved


def _deal(row: Row, customer: Mapping[str, Any], book: Rulebook) -> Days:
    from crmcli.rules.year.deals import Quote, close_due_on, quote

    if customer["_is_left_alone"]:
        return {"quote_on": None, "quote_from": None, "due_on": None}
    listed = quote(
        Quote(
            stage=row["stage"],
            quoted_on=day_of(row["quoted_on"]),
            valid_until=day_of(row["valid_until"]),
            answered_on=day_of(row["answered_on"]),
            done_for=day_of(row["quote_done_for"]),
        ),
        book,
    )
    due = close_due_on(row["stage"], day_of(row["close_on"]), day_of(row["due_done_for"]))
    return {
        "quote_on": _text(listed.on) if listed else None,
        "quote_from": _put_off(listed.from_on, row["quote_snoozed_until"]) if listed else None,
        "due_on": _put_off(due, row["due_snoozed_until"]),
    }


def _contract(row: Row, customer: Mapping[str, Any], book: Rulebook) -> Days:
    from crmcli.rules.year.contracts import renewal_from, review_on

    if row["renewed_id"] or row["closed_on"] or customer["_is_left_alone"]:
        return {"renewal_from": None, "review_on": None}
    ends_on = date.fromisoformat(row["ends_on"])
    done = day_of(row["renewal_done_for"])
    renewal = None if done and done >= ends_on else renewal_from(ends_on, done)
    review = review_on(
        date.fromisoformat(row["starts_on"]),
        ends_on,
        book.local_day(instant(row["created_at"])) if row["created_at"] else date.min,
        day_of(row["reviewed_on"]),
        book,
    )
    return {
        "renewal_from": _put_off(renewal, row["renewal_snoozed_until"]),
        "review_on": _put_off(review, row["review_snoozed_until"]),
    }


def _order(row: Row, customer: Mapping[str, Any], book: Rulebook) -> Days:
    # Money is owed by those, too, whom nobody is to call.
    if row["paid_on"] or customer["_is_retired"]:
        return {"payment_on": None, "payment_from": None}
    pay_by = day_of(row["pay_by"])
    return {"payment_on": _text(pay_by), "payment_from": _put_off(pay_by, row["snoozed_until"])}


def _risk(row: Row, customer: Mapping[str, Any], book: Rulebook) -> Days:
    from crmcli.rules.year.risks import due_at

    if row["closed_at"]:
        return {"due_at": row["due_at"], "listed_from": None}
    touch_on = day_of(customer["next_touch_on"])
    at = due_at(row["level"], instant(row["opened_at"]), touch_on, book)
    # Due within hours or days, it is listed from the moment it is known; at the next touch, on its day.
    listed = row["opened_at"]
    if row["level"] == 3:
        listed = book.midnight(touch_on.isoformat()) if touch_on else None
    if row["snoozed_until"]:
        listed = book.midnight(row["snoozed_until"])
    is_listed = at is not None and not customer["_is_retired"]
    return {"due_at": text_of(at), "listed_from": listed if is_listed else None}


_RECORDS = {"deal": _deal, "contract": _contract, "customer_order": _order, "risk": _risk}
