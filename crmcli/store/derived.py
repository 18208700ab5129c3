"""Derived columns: computed by the rules from the facts, stored, and recomputed whenever a fact changes (DESIGN §2)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from operator import ne
from typing import TYPE_CHECKING, Any

from crmcli.rules import cadence, key_dates, ranking, silence
from crmcli.rules.cadence import Facts, Promise, promise_in_force
from crmcli.rules.lifecycle import Life
from crmcli.rules.rulebook import Rulebook
from crmcli.rules.span import Span
from crmcli.rules.year.spending import Stretch
from crmcli.store import derived_file, derived_service, derived_year, frozen
from crmcli.store.database import Database, Row, as_list
from crmcli.store.derived_service import Scope

if TYPE_CHECKING:  # readers ask for the facts of a customer, and need no change log
    from crmcli.store.changes import Touched

_CHUNK = 250
_RESTING = {"need": "spend_until", "risk": "next_touch_on"}
"""Records that rest on something derived of their customer, which an order or a contact may move: a need's score on what it
spends, a risk of level 3 on the next touch."""


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
        spending=_spending(row),
        last_visit_on=day_of(row["last_visit_on"]),
        own_visit_cadence=Span.read(row["visit_cadence"]) if row["visit_cadence"] else None,
        visit_snoozed_until=day_of(visit_snoozed_until(row)),
    )


def visit_snoozed_until(row: Row) -> str | None:
    """Until when the visit of a customer is put off; a visit since then has ended that."""
    is_over = (row["last_visit_on"] or "") > (row["visit_snooze_after"] or "")
    return None if is_over else row["visit_snooze_until"]


def _spending(row: Row) -> Stretch | None:
    if not row["spend_from"]:
        return None
    return Stretch(date.fromisoformat(row["spend_from"]), date.fromisoformat(row["spend_until"]))


def refresh_touched(db: Database, touched: "Touched", book: Rulebook) -> int:
    """Recompute what rests on what a change wrote; returns how many due dates moved."""
    if touched.records["article"]:
        derived_service.refresh_articles(db, touched.records["article"], book)
    return refresh(db, touched.customers, book, touched)


def refresh(
    db: Database, customers: Iterable[int], book: Rulebook, touched: "Touched | None" = None
) -> int:
    """Recompute the derived columns of these customers and what belongs to them; returns how many due dates moved.

    With `touched` only those that what was written can have changed: the rest stays as it is (DESIGN §2).
    """
    moved = 0
    asked = list(customers)
    for start in range(0, len(asked), _CHUNK):
        chunk = as_list(asked[start : start + _CHUNK])
        scope = Scope(chunk, touched)
        facts = db.rows("facts", customers=chunk, all_contacts_count=int(book.policy.counts_all))
        rows = list(_as_dicts(facts))
        year = derived_year.Facts(db, chunk, book)
        files = derived_file.Touches(db, chunk, book)
        updates = [_derived(row, year, files, book) for row in rows]
        moved += sum(times for _, times in updates)
        customers_by_key = {values["of"]: values for values, _ in updates}
        for table, column in _RESTING.items():
            scope.rest(table, {one["id"] for one in rows if customers_by_key[one["id"]][column] != one[column]})  # fmt: skip
        moved += derived_service.refresh(db, scope, customers_by_key, book)
        moved += derived_year.refresh(db, scope, customers_by_key, book)
        db.run_many("store_touch", _changed(rows, customers_by_key))
        _refresh_listings(db, scope, customers_by_key, book)
    return moved


def _as_dicts(rows: Sequence[Row]) -> Iterator[dict[str, Any]]:
    """Rows as dictionaries: a Row looks through all its names each time it is asked for one, which are many here."""
    names = rows[0].keys() if rows else []
    return (dict(zip(names, row, strict=True)) for row in rows)


def _changed(
    rows: Sequence[Mapping[str, Any]], by_key: Mapping[int, Mapping[str, Any]]
) -> list[Mapping[str, Any]]:
    """What is derived of the customers of whom it is not what is stored: mostly it is."""
    derived = frozen.TABLES["customer"]["derived"]
    return [
        by_key[row["id"]]
        for row in rows
        if any(by_key[row["id"]][name] != row[name] for name in derived)
    ]


def _refresh_listings(
    db: Database, scope: Scope, by_key: Mapping[int, Any], book: Rulebook
) -> None:
    """Tasks and key dates are listed with the weight of their customer's tier."""
    db.run_many(
        "store_task_listing",
        [
            {
                "of": task["id"],
                "listed_on": None
                if by_key[task["customer_id"]]["_is_retired"]
                else task["snoozed_until"] or task["due_on"],
                "tier_weight": by_key[task["customer_id"]]["tier_weight"],
            }
            for task in scope.rows(db, "task")
            if task["customer_id"] in by_key
        ],
    )
    db.run_many(
        "store_key_date_listing",
        [
            _key_date_listing(row, by_key[row["customer_id"]], book)
            for row in scope.rows(db, "key_date")
            if row["customer_id"] in by_key
        ],
    )


def _is_of_the_past(row: Row) -> bool:
    """Nobody keeps the days of a person who left."""
    return bool(row["person_left_on"])


def _key_date_listing(row: Row, customer: Mapping[str, Any], book: Rulebook) -> dict[str, Any]:
    next_on = key_dates.occurrence(
        row["day"],
        row["kind"],
        date.fromisoformat(row["added_on"]),
        day_of(row["done_on"]),
        book.lunar,
    )
    listed_on = None
    if next_on and not customer["_is_left_alone"] and not _is_of_the_past(row):
        first = next_on - key_dates.lead(row["kind"], row["lead_days"])
        listed_on = row["snoozed_until"] or first.isoformat()
    return {
        "of": row["id"],
        "next_on": next_on.isoformat() if next_on else None,
        "listed_on": listed_on,
        "tier_weight": customer["tier_weight"],
    }


def refresh_all(db: Database, book: Rulebook) -> int:
    """Recompute every live customer, streaming; returns how many due dates moved."""
    moved, after = derived_service.refresh_all_articles(db, book), 0
    while ids := [row["id"] for row in db.rows("all_customer_ids", after=after, limit=_CHUNK)]:
        moved += refresh(db, ids, book)
        after = ids[-1]
    return moved


def _derived(
    row: Mapping[str, Any], year: derived_year.Facts, files: derived_file.Touches, book: Rulebook
) -> tuple[dict[str, Any], int]:
    """The derived columns of a customer, and how many of its due dates moved."""
    known: dict[str, Any] = {
        **row,
        "last_contact_id": row["contact_id"],
        "last_contact_on": row["contact_on"],
        "last_contact_at": row["contact_at"],
        "last_contact_channel": row["contact_channel"],
        "last_activity_on": _last_activity(row),
        "last_order_on": row["order_on"],
        "intent": row["latest_intent"],
        "began_on": row["since"] or row["became_on"],
        "promised_on": _promised_on(row),
        "snoozed_until": None if row["snooze_ended"] else row["snooze_until"],
        **year.spending(row),
        "file_touched_on": files.of(row["id"]),
    }
    care = year.care(row["id"]) if row["tier"] == "core" else ()
    values = derive(known, bool(row["has_follow_up"]), book, care)
    values |= _unanswered(row, book)
    values |= year.worth(known)
    is_left_alone = bool(row["do_not_contact"] or row["retired_on"])
    moved = sum(map(ne, _due_dates(values), _due_dates(row)))
    aside = {
        "of": row["id"],
        "_is_left_alone": is_left_alone,
        "_is_retired": bool(row["retired_on"]),
        "_new_until": _new_until(row, book),
        "_spends_until": _spends_until(known),
        "_open_needs": row["open_needs"],
        "tier": row["tier"],
    }
    return {**aside, **values}, moved


def _next_survey(row: Any, book: Rulebook) -> dict[str, Any]:
    """The next survey that no need asks for (HANDBOOK §5)."""
    if (
        row["tier"] != "core"
        or row["stage"] != "customer"
        or row["do_not_contact"]
        or row["retired_on"]
    ):
        return {"ask_on": None, "ask_kind": None}
    from crmcli.rules.service import surveying

    since = date.fromisoformat(max(row["added_on"], row["since"] or row["became_on"] or ""))
    asked = surveying.Asked(day_of(row["relation_on"]), day_of(row["deep_on"]))
    found = surveying.periodic(row["tier"], row["stage"], since, asked, book)
    return {
        "ask_on": found.on.isoformat() if found else None,
        "ask_kind": found.kind if found else None,
    }


def _new_until(row: Mapping[str, Any], book: Rulebook) -> str | None:
    """The last day on which a customer is new (HANDBOOK §1)."""
    began_on = row["since"] or row["became_on"]
    if not began_on or row["stage"] != "customer":
        return None
    return (date.fromisoformat(began_on) + timedelta(days=book.policy.new_for - 1)).isoformat()


def _spends_until(known: Mapping[str, Any]) -> str | None:
    """The last day on which a customer spends much, should nothing more be ordered (HANDBOOK §3)."""
    if not known["spend_until"]:
        return None
    return (date.fromisoformat(known["spend_until"]) - timedelta(days=1)).isoformat()


def _due_dates(row: Any) -> tuple[str | None, ...]:
    """When a customer falls due by itself: by its touch, or its win-back where there is no touch; by silence; for a visit; for
    its next order; to check its record.
    """
    touch_on = row["next_touch_on"] or row["win_back_on"]
    return touch_on, row["unanswered_on"], row["visit_on"], row["reorder_on"], row["file_check_on"]


def _unanswered(row: Mapping[str, Any], book: Rulebook) -> dict[str, Any]:
    """When silence after our first unanswered message falls due; never for those who are left alone."""
    if not row["awaiting_id"] or row["do_not_contact"] or row["retired_on"]:
        return {"unanswered_on": None, "unanswered_id": None}
    sent_on = date.fromisoformat(row["awaiting_since"])
    on = silence.unanswered_on(sent_on, book.policy, book.calendar)
    book.note(on)
    return {"unanswered_on": on.isoformat(), "unanswered_id": row["awaiting_id"]}


def _promised_on(row: Mapping[str, Any]) -> str | None:
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


def derive(
    known: Any, has_follow_up: bool, book: Rulebook, care: Sequence[date] = ()
) -> dict[str, Any]:
    """The derived columns of a customer row whose contact columns are already right, but for its unanswered messages.

    `care` are the days of its contacts without business.
    """
    facts = facts_of(known)
    touch = cadence.next_touch(facts, book.policy, book.calendar)
    visit = cadence.next_visit(facts, book.policy, book.calendar)
    if touch.every:  # a date named by hand or by an act rests on no calendar
        book.note(touch.due_on)
    if visit and visit.basis != "snoozed":
        book.note(visit.due_on)
    due_on = touch.due_on.isoformat() if touch.due_on else None
    dormant = _dormant_on(known, touch.due_on, book) if book.policy.win_back else None
    win_back = _win_back(known, dormant, book)
    is_over = dormant is not None and win_back is not None and win_back.is_settled
    return {
        "last_contact_id": known["last_contact_id"],
        "last_contact_on": known["last_contact_on"],
        "last_contact_at": known["last_contact_at"],
        "last_contact_channel": known["last_contact_channel"],
        "last_activity_on": known["last_activity_on"],
        "last_order_on": known["last_order_on"],
        "intent": known["intent"],
        "began_on": known["began_on"],
        "promised_on": known["promised_on"],
        "snoozed_until": known["snoozed_until"],
        "next_touch_on": due_on,
        # A follow-up made for this customer stands beside the touch and is listed instead of it.
        "touch_due_on": None if has_follow_up or is_over else due_on,
        "tier_weight": ranking.tier_weight(known["tier"], book.tiers),
        "dormant_on": dormant.isoformat() if dormant else None,
        "win_back_on": None
        if win_back is None or win_back.is_settled or has_follow_up
        else win_back.on.isoformat(),
        "unanswered_on": None,
        "unanswered_id": None,
        "open_needs": 0,
        **_next_survey(known, book),
        **{name: known[name] for name in derived_year.SPENDING},
        "visit_on": visit.due_on.isoformat() if visit and visit.due_on else None,
        **derived_year.rounds_of(known, care, book),
        **dict.fromkeys(derived_year.WORTH),
        "file_check_on": derived_file.check_on(known, book),
    }


def _dormant_on(known: Any, touch_on: date | None, book: Rulebook) -> date | None:
    if snoozed := day_of(
        known["snoozed_until"]
    ):  # it hides what there is, and makes nobody less dormant
        awake = facts_of(known)._replace(snoozed_until=None)
        touch_on = cadence.next_touch(awake, book.policy, book.calendar).due_on
    life = Life(
        stage=known["stage"],
        added_on=date.fromisoformat(known["added_on"]),
        began_on=day_of(known["began_on"]),
        last_activity_on=day_of(known["last_activity_on"]),
        touch_on=touch_on,
    )
    first = silence.dormant_on(life, book.policy.new_for)
    return max(first, snoozed) if first and snoozed else first


def _win_back(known: Any, dormant: date | None, book: Rulebook) -> silence.WinBack | None:
    if known["do_not_contact"] or known["retired_on"]:
        return None
    is_lost = known["stage"] == "lost"
    gone = silence.Gone(
        lost_on=date.fromisoformat(known["was_lost_on"] or known["added_on"]) if is_lost else None,
        dormant_on=dormant,
        quiet_since=date.fromisoformat(max(known["added_on"], known["last_activity_on"] or "")),
        last_contact_on=day_of(known["last_contact_on"]),
        promised_on=day_of(known["promised_on"]),
        snoozed_until=day_of(known["snoozed_until"]),
        settled_for=day_of(known["win_back_done_for"]),
    )
    found = silence.win_back(gone, book.policy, book.calendar)
    if found and is_lost:
        book.note(found.on)
    return found


def loss_or_silence(db: Database, customer: int) -> str:
    """The day of the loss or silence that a customer's win-back is for."""
    (row,) = db.rows("facts", customers=as_list([customer]), all_contacts_count=0)
    if row["stage"] == "lost":
        return str(row["was_lost_on"] or row["added_on"])
    return str(max(row["added_on"], _last_activity(dict(row)) or ""))


def _last_activity(row: Mapping[str, Any]) -> str | None:
    """The day of the newest contact or order of any kind."""
    return max(row["activity_on"] or "", row["order_on"] or "") or None
