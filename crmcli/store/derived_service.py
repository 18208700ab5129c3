"""Derived columns of needs, plans, promises, surveys and articles (HANDBOOK §4, §5, §6), as derived.py does for customers."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from crmcli.rules.instants import stored
from crmcli.rules.rulebook import Rulebook
from crmcli.store.database import Database, Row, as_list

if TYPE_CHECKING:
    from crmcli.store.changes import Touched


class Scope:
    """What is to be recomputed of some customers (a JSON list): everything, or only what a change can have moved."""

    def __init__(self, customers: str, touched: "Touched | None" = None) -> None:
        self.customers = customers
        self._touched = touched
        self._whole = as_list(touched.whole) if touched else customers
        self._resting: dict[str, str] = {}

    def rest(self, table: str, customers: set[int]) -> None:
        """All rows of `table` of these customers as well: something derived of them moved, on which such rows rest."""
        if self._touched and customers:
            self._resting[table] = as_list(self._touched.whole | customers)

    @property
    def is_whole(self) -> bool:
        """True when it is everything."""
        return self._touched is None

    @property
    def has_needs(self) -> bool:
        """False when no need can have been opened or closed."""
        return self._whole != _NONE or self._keys("need") != _NONE

    def rows(self, db: Database, table: str) -> list[Row]:
        """The rows of `table` that are to be recomputed; the file is asked only when there may be some."""
        keys = {"touched": self._keys(table)}
        if table in ("need", "deal"):  # a contact may be what one of them waited for
            keys["contacted"] = as_list(self._touched.contacted if self._touched else ())
        if table == "key_date":  # whose it is may have left
            keys["people"] = self._keys("person")
        if table == "plan_step":
            keys["needs"] = self._keys("need")
        whole = self._resting.get(table, self._whole)
        if whole == _NONE and all(some == _NONE for some in keys.values()):
            return []
        return db.rows(f"{table}s_to_derive", customers=self.customers, whole=whole, **keys)

    def _keys(self, table: str) -> str:
        return as_list(self._touched.records.get(table, ()) if self._touched else ())


_NONE = as_list(())


def refresh(db: Database, scope: Scope, by_key: Mapping[int, Any], book: Rulebook) -> int:
    """Recompute what belongs to these customers, given what is derived of them by key; how many dates moved.

    How many of their needs are open is added to what is derived of them.
    """
    moved = _refresh_needs(db, scope, by_key, book)
    if not scope.is_whole:
        _count_open(db, scope, by_key)
    moved += _refresh_plan_steps(db, scope, by_key)
    moved += _refresh_promises(db, scope, by_key, book)
    moved += _refresh_surveys(db, scope, by_key, book)
    return moved + _refresh_reviews(db, scope, by_key, book)


def refresh_articles(db: Database, keys: Iterable[int], book: Rulebook) -> None:
    """When each of these articles is to be read again."""
    _store_articles(db, db.rows("articles_by_ids", ids=as_list(keys)), book)


def refresh_all_articles(db: Database, book: Rulebook) -> int:
    """When each article is to be read again; how many of these days moved."""
    return _store_articles(db, db.rows("all_articles", limit=-1), book)


def _store_articles(db: Database, rows: Sequence[Row], book: Rulebook) -> int:
    updates = [{"of": row["id"], "review_on": review_on(row, book)} for row in rows]
    db.run_many("store_article", updates)
    return sum(_moved(row, values, "review_on") for row, values in zip(rows, updates, strict=True))


def review_on(row: Row, book: Rulebook) -> str:
    """When an article is to be read again."""
    since = date.fromisoformat(row["reviewed_on"] or row["added_on"])
    after = book.service.article_review.after(since, book.calendar)
    return book.calendar.roll(after, book.policy.roll).isoformat()


def text_of(instant: datetime | None) -> str | None:
    """An instant as it is stored; None for none."""
    return stored(instant) if instant else None


def _text_of_later(instant: datetime | None) -> str | None:
    """The first whole second from `instant` on."""
    if instant is not None and instant.microsecond:
        instant = instant.replace(microsecond=0) + timedelta(seconds=1)
    return text_of(instant)


def _moved(row: Row, values: Mapping[str, Any], *names: str) -> int:
    return sum(row[name] != values[name] for name in names)


# --- needs ---


def _refresh_needs(db: Database, scope: Scope, by_key: Mapping[int, Any], book: Rulebook) -> int:
    needs = [row for row in scope.rows(db, "need") if row["customer_id"] in by_key]
    if not needs:
        return 0
    cases = _cases(db, needs, by_key)
    moved, updates = 0, []
    for row in needs:
        customer = by_key[row["customer_id"]]
        values = _need(row, cases[row["id"]], customer, book)
        customer["open_needs"] += values["queue"] is not None
        moved += _moved(
            row, values, "respond_by", "feedback_by", "solve_by", "plan_confirm_on", "progress_on"
        )
        updates.append(values)
    db.run_many("store_need", updates)
    return moved


def _count_open(db: Database, scope: Scope, by_key: Mapping[int, Any]) -> None:
    """How many needs are open of customers of whom not all were recomputed."""
    if not scope.has_needs:
        for values in by_key.values():
            values["open_needs"] = values["_open_needs"]
        return
    for row in db.rows("count_open_needs", customers=scope.customers):
        if row["customer_id"] in by_key:
            by_key[row["customer_id"]]["open_needs"] = row["n"]


def _cases(db: Database, needs: Sequence[Row], by_key: Mapping[int, Any]) -> dict[int, Any]:
    """What is known of each of these needs, for the rules; `by_key` has their customers' tiers."""
    from crmcli.rules.service.standing import Case, Contact, Event

    keys = as_list(row["id"] for row in needs)
    happened = db.rows("service_events_of_needs", needs=keys)
    waited = any(row["kind"] == "waiting" for row in happened)
    answered = {
        row["id"]: row["answered_at"]
        for row in (db.rows("waiting_of_needs_answered", needs=keys) if waited else ())
    }
    events: dict[int, list[Event]] = defaultdict(list)
    for row in happened:
        at = answered.get(row["id"])
        events[row["need_id"]].append(
            Event(row["kind"], instant(row["at"]), row["contact_id"], instant(at) if at else None)
        )
    contacts: dict[int, list[Contact]] = defaultdict(list)
    for row in db.rows("contacts_about_needs", needs=keys):
        contacts[row["need_id"]].append(
            Contact(
                row["id"],
                instant(row["at"]),
                row["channel"],
                row["direction"],
                bool(row["no_answer"]),
            )
        )
    levels: dict[int, list[int]] = defaultdict(list)
    for row in db.rows("escalations_of_needs", needs=keys):
        levels[row["need_id"]].append(row["level"])
    return {
        row["id"]: Case(
            kind=row["kind"],
            urgency=row["urgency"],
            status=row["status"],
            received_at=instant(row["received_at"]),
            tier=by_key[row["customer_id"]]["tier"],
            events=events[row["id"]],
            contacts=contacts[row["id"]],
            levels=levels[row["id"]],
        )
        for row in needs
    }


def instant(text: str) -> datetime:
    """A stored UTC instant as a moment."""
    return datetime.fromisoformat(text)


def _need(row: Row, case: Any, customer: Mapping[str, Any], book: Rulebook) -> dict[str, Any]:
    from crmcli.rules.service import states
    from crmcli.rules.service.score import score
    from crmcli.rules.service.standing import QUEUE, standing

    now = standing(case, book)
    is_open = case.status in states.OPEN
    values: dict[str, Any] = {
        "of": row["id"],
        "tier_weight": customer["tier_weight"],
        "queue": QUEUE.get(case.urgency, 3) if is_open else None,
        "score": score(customer["tier_weight"], False, row["value"], row["fit"], row["cost"]),
        "new_until": customer["_new_until"],
        "spends_until": customer["_spends_until"],
        "round_at": text_of(now.round.began_at),
        "times_reopened": now.times_reopened,
        "waiting_since": text_of(now.waiting_since),
        "responded_at": text_of(now.respond.met_at),
        "feedback_at": text_of(now.feedback.met_at),
        "resolved_at": text_of(now.solve.met_at),
        "yellow_at": _text_of_later(now.yellow_at),
        "red_at": _text_of_later(now.red_at),
        "next_by": text_of(now.next_by),
        "next_clock": now.next_clock,
        "sent_at": text_of(now.round.sent_at),
        "agreed_at": text_of(now.round.agreed_at),
        "plan_confirm_on": now.plan_confirm_on.isoformat() if now.plan_confirm_on else None,
        "progress_on": now.progress_on.isoformat() if now.progress_on else None,
        "level": now.level,
    }
    for name, clock in now.clocks.items():
        values[f"{name}_by"] = text_of(clock.by)
        values[f"{name}_from"] = _text_of_later(clock.listed_from)
        if clock.by and clock.listed_from:
            book.note(book.local_day(clock.by))
    if customer["_is_retired"]:  # nothing of it is due, open as it may be (HANDBOOK §10)
        values |= dict.fromkeys((*(f"{name}_from" for name in now.clocks), *_LISTED_BY_DAY))
    return values


_LISTED_BY_DAY = ("plan_confirm_on", "progress_on")
"""The days on which a need is due beside its clocks."""


def _refresh_plan_steps(db: Database, scope: Scope, by_key: Mapping[int, Any]) -> int:
    rows = [row for row in scope.rows(db, "plan_step") if row["customer_id"] in by_key]
    if not rows:
        return 0
    from crmcli.rules.service import states

    updates = [
        {
            "of": row["id"],
            "listed_on": None
            if row["done_at"]
            or (row["need_id"] and row["need_status"] not in states.OPEN)
            or by_key[row["customer_id"]]["_is_retired"]
            else max(row["snoozed_until"] or "", row["due_on"]),
            "tier_weight": by_key[row["customer_id"]]["tier_weight"],
        }
        for row in rows
    ]
    db.run_many("store_plan_step", updates)
    return sum(_moved(row, values, "listed_on") for row, values in zip(rows, updates, strict=True))


# --- promises, surveys, reviews ---


def _refresh_promises(db: Database, scope: Scope, by_key: Mapping[int, Any], book: Rulebook) -> int:
    moved, updates = 0, []
    for row in scope.rows(db, "promise"):
        if row["customer_id"] not in by_key:
            continue
        from crmcli.rules.service import promising

        term = promising.term(date.fromisoformat(row["due_on"]), row["due_time"], book)
        is_retired = by_key[row["customer_id"]]["_is_retired"]
        is_open = not (row["kept_on"] or row["broken_on"] or is_retired)
        amends = None
        if (
            not is_retired
            and row["broken_at"]
            and row["by"] == "we-owe"
            and not row["amends_done_at"]
        ):
            amends = promising.amends_by(instant(row["broken_at"]), book)
        values = {
            "of": row["id"],
            "due_at": text_of(term.due_at),
            "listed_from": text_of(term.yellow_at) if is_open else None,
            "amends_by": text_of(amends),
            "tier_weight": by_key[row["customer_id"]]["tier_weight"],
        }
        moved += _moved(row, values, "due_at", "amends_by")
        updates.append(values)
    db.run_many("store_promise", updates)
    return moved


def _refresh_surveys(db: Database, scope: Scope, by_key: Mapping[int, Any], book: Rulebook) -> int:
    moved, updates = 0, []
    for row in scope.rows(db, "survey"):
        if row["customer_id"] not in by_key:
            continue
        from crmcli.rules.service import surveying

        sent_on = date.fromisoformat(row["sent_on"]) if row["sent_on"] else None
        due_on = surveying.due_on(date.fromisoformat(row["opened_on"]), sent_on, book).isoformat()
        is_open = row["status"] in ("due", "sent")
        is_left_alone = by_key[row["customer_id"]]["_is_left_alone"]
        values = {
            "of": row["id"],
            "due_on": due_on,
            "listed_on": max(row["snoozed_until"] or "", due_on)
            if is_open and not is_left_alone
            else None,
            "tier_weight": by_key[row["customer_id"]]["tier_weight"],
        }
        moved += _moved(row, values, "due_on")
        updates.append(values)
    db.run_many("store_survey", updates)
    return moved


def _refresh_reviews(db: Database, scope: Scope, by_key: Mapping[int, Any], book: Rulebook) -> int:
    moved, updates = 0, []
    for row in scope.rows(db, "review"):
        if row["customer_id"] not in by_key:
            continue
        from crmcli.rules.service import surveying

        due_at = surveying.review_by(instant(row["opened_at"]), book)
        values = {
            "of": row["id"],
            "due_at": text_of(due_at),
            # Due within hours, it is listed from the moment it is known.
            "listed_from": None
            if row["done_at"] or by_key[row["customer_id"]]["_is_retired"]
            else book.midnight(row["snoozed_until"])
            if row["snoozed_until"]
            else row["opened_at"],
            "tier_weight": by_key[row["customer_id"]]["tier_weight"],
        }
        moved += _moved(row, values, "due_at")
        updates.append(values)
    db.run_many("store_review", updates)
    return moved
