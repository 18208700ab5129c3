"""Derived columns of needs, plans, promises, surveys and articles (HANDBOOK §4, §5, §6), as derived.py does for customers."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from crmcli.rules.rulebook import Rulebook
from crmcli.store.database import Database, Row, as_list


def refresh(db: Database, customers: str, by_key: Mapping[int, Any], book: Rulebook) -> int:
    """Recompute what belongs to these customers: a JSON list, and what is derived of them by key; how many dates moved.

    How many of their needs are open is added to what is derived of them.
    """
    moved = _refresh_needs(db, customers, by_key, book)
    moved += _refresh_plan_steps(db, customers, by_key)
    moved += _refresh_promises(db, customers, by_key, book)
    moved += _refresh_surveys(db, customers, by_key, book)
    return moved + _refresh_reviews(db, customers, by_key, book)


def refresh_articles(db: Database, book: Rulebook) -> None:
    """When each article is to be read again."""
    updates = []
    for row in db.rows("all_articles", limit=-1):
        updates.append({"of": row["id"], "review_on": review_on(row, book)})
    db.run_many("store_article", updates)


def review_on(row: Row, book: Rulebook) -> str:
    """When an article is to be read again."""
    since = date.fromisoformat(row["reviewed_on"] or row["added_on"])
    after = book.service.article_review.after(since, book.calendar)
    return book.calendar.roll(after, book.policy.roll).isoformat()


def text_of(instant: datetime | None) -> str | None:
    """A stored UTC instant."""
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ") if instant else None


def _text_of_later(instant: datetime | None) -> str | None:
    """The first whole second from `instant` on."""
    if instant is not None and instant.microsecond:
        instant = instant.replace(microsecond=0) + timedelta(seconds=1)
    return text_of(instant)


def _moved(row: Row, values: Mapping[str, Any], *names: str) -> int:
    return sum(row[name] != values[name] for name in names)


# --- needs ---


def _refresh_needs(db: Database, customers: str, by_key: Mapping[int, Any], book: Rulebook) -> int:
    needs = [
        row for row in db.rows("needs_of", customers=customers) if row["customer_id"] in by_key
    ]
    if not needs:
        return 0
    cases = cases_of(db, customers, needs, by_key)
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


def cases_of(
    db: Database, customers: str, needs: Iterable[Row], by_key: Mapping[int, Any]
) -> dict[int, Any]:
    """What is known of each of these needs of these customers, for the rules; `by_key` has the customers' tiers."""
    from crmcli.rules.service.standing import Case, Contact, Event

    answered = {
        row["id"]: row["answered_at"] for row in db.rows("waiting_answered", customers=customers)
    }
    events: dict[int, list[Event]] = defaultdict(list)
    for row in db.rows("service_events_of", customers=customers):
        at = answered.get(row["id"])
        events[row["need_id"]].append(
            Event(row["kind"], instant(row["at"]), row["contact_id"], instant(at) if at else None)
        )
    contacts: dict[int, list[Contact]] = defaultdict(list)
    listed = list(needs)
    for row in db.rows("contacts_about_needs", needs=as_list(row["id"] for row in listed)):
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
    for row in db.rows("escalations_of", customers=customers):
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
        for row in listed
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
    return values


def _refresh_plan_steps(db: Database, customers: str, by_key: Mapping[int, Any]) -> int:
    open_needs: dict[int, bool] = {}
    rows = [
        row for row in db.rows("plan_steps_of", customers=customers) if row["customer_id"] in by_key
    ]
    if rows:
        from crmcli.rules.service import states

        for row in db.rows("needs_of", customers=customers):
            open_needs[row["id"]] = row["status"] in states.OPEN
    updates = [
        {
            "of": row["id"],
            "listed_on": None
            if row["done_at"] or not open_needs.get(row["need_id"])
            else max(row["snoozed_until"] or "", row["due_on"]),
            "tier_weight": by_key[row["customer_id"]]["tier_weight"],
        }
        for row in rows
    ]
    db.run_many("store_plan_step", updates)
    return sum(_moved(row, values, "listed_on") for row, values in zip(rows, updates, strict=True))


# --- promises, surveys, reviews ---


def _refresh_promises(
    db: Database, customers: str, by_key: Mapping[int, Any], book: Rulebook
) -> int:
    moved, updates = 0, []
    for row in db.rows("promises_of", customers=customers):
        if row["customer_id"] not in by_key:
            continue
        from crmcli.rules.service import promising

        term = promising.term(date.fromisoformat(row["due_on"]), row["due_time"], book)
        is_open = not row["kept_on"] and not row["broken_on"]
        amends = None
        if row["broken_at"] and row["by"] == "we-owe" and not row["amends_done_at"]:
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


def _refresh_surveys(
    db: Database, customers: str, by_key: Mapping[int, Any], book: Rulebook
) -> int:
    moved, updates = 0, []
    for row in db.rows("surveys_of", customers=customers):
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


def _refresh_reviews(
    db: Database, customers: str, by_key: Mapping[int, Any], book: Rulebook
) -> int:
    moved, updates = 0, []
    for row in db.rows("reviews_of", customers=customers):
        if row["customer_id"] not in by_key:
            continue
        from crmcli.rules.service import surveying

        due_at = surveying.review_by(instant(row["opened_at"]), book)
        values = {
            "of": row["id"],
            "due_at": text_of(due_at),
            # Due within hours, it is listed from the moment it is known.
            "listed_from": None
            if row["done_at"]
            else book.midnight(row["snoozed_until"])
            if row["snoozed_until"]
            else row["opened_at"],
            "tier_weight": by_key[row["customer_id"]]["tier_weight"],
        }
        moved += _moved(row, values, "due_at")
        updates.append(values)
    db.run_many("store_review", updates)
    return moved
