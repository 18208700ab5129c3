"""Needs, plans, promises, surveys, reviews and articles under their JSON names (CLI.md, JSON)."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from crmcli.output.shapes import Privacy, Row, ToLocal, local
from crmcli.rules.instants import stored
from crmcli.rules.references import ref
from crmcli.rules.service import states, timing

Moment = Callable[[date, str], datetime]
"""A local day and time of day as a moment with its offset."""


def status(row: Row) -> str:
    """The state of a need as it is told: one that waits for its customer is `waiting`."""
    return "waiting" if row["waiting_since"] else str(row["status"])


def need(
    row: Row,
    now: datetime,
    privacy: Privacy,
    to_local: ToLocal,
    acceptor: Row | None = None,
    steps: Sequence[Row] = (),
) -> dict[str, Any]:
    """A need as it stands `now` (local, aware), with the steps of its plan."""
    is_open = row["status"] in states.OPEN
    instant = stored(now)
    return {
        "ref": ref("need", row["id"]),
        "external_id": row["external_id"],
        "customer": ref("customer", row["customer_id"]),
        "text": privacy.text(row["text"]),
        "kind": row["kind"],
        "urgency": row["urgency"],
        "strength": row["strength"],
        "status": status(row),
        "received_at": local(row["received_at"], to_local),
        "respond_by": local(row["respond_by"], to_local),
        "responded_at": local(row["responded_at"], to_local),
        "feedback_by": local(row["feedback_by"], to_local),
        "feedback_at": local(row["feedback_at"], to_local),
        "solve_by": local(row["solve_by"], to_local),
        "resolved_at": local(row["resolved_at"], to_local),
        "waiting": bool(row["waiting_since"]),
        "waiting_since": local(row["waiting_since"], to_local),
        "light": timing.light(row["yellow_at"], row["red_at"], instant) if is_open else None,
        "level": timing.level(row["level"], row["red_at"] if is_open else None, now),
        "score": row["score"]
        + timing.newness(row["new_until"], now.date())
        + timing.spending(row["spends_until"], now.date()),
        "value": row["value"],
        "fit": row["fit"],
        "cost": row["cost"],
        "owner": privacy.name(row["owner"]),
        "tech_owner": privacy.name(row["tech_owner"]),
        "acceptor": {"ref": ref("person", acceptor["id"]), "name": privacy.name(acceptor["name"])}
        if acceptor
        else None,
        "category": privacy.text(row["category"]),
        "wish": privacy.text(row["wish"]),
        "needed_by": row["needed_by"],
        "budget": privacy.amount(row["budget"]),
        "workaround": privacy.text(row["workaround"]),
        "criterion": privacy.text(row["criterion"]),
        "solution": privacy.text(row["solution"]),
        "result": privacy.text(row["result"]),
        "decline_reason": privacy.text(row["decline_reason"]),
        "scheduled_for": privacy.text(row["scheduled_for"]),
        "scheduled_on": row["scheduled_on"],
        "first_scheduled": row["first_scheduled_on"],
        "delay_reason": privacy.text(row["delay_reason"]),
        "plan_sent_at": local(row["sent_at"], to_local),
        "plan_confirmed_at": local(row["agreed_at"], to_local),
        "steps": [plan_step(step, privacy) for step in steps],
        "reopened": row["times_reopened"],
        "origin": ref("need", row["origin_id"]),
        "priority": bool(row["priority"]),
        "created_at": local(row["created_at"], to_local),
    }


def plan_step(row: Row, privacy: Privacy) -> dict[str, Any]:
    """One step of a plan; `first_due` is its date before it was delayed."""
    return {
        "ref": ref("plan_step", row["id"]),
        "customer": ref("customer", row["customer_id"]),
        "need": ref("need", row["need_id"]),
        "contract": ref("contract", row["contract_id"]),
        "text": privacy.text(row["text"]),
        "owner": privacy.name(row["owner"]),
        "due": row["due_on"],
        "first_due": row["first_due_on"],
        "delay_reason": privacy.text(row["delay_reason"]),
        "snoozed_until": row["snoozed_until"],
        "done_on": row["done_on"],
        "result": privacy.text(row["result"]),
        "external_id": row["external_id"],
    }


def promise_status(row: Row) -> str:
    """`open`, `kept` or `broken`."""
    return "kept" if row["kept_on"] else "broken" if row["broken_on"] else "open"


def _day_or_moment(day: str | None, time: str | None, moment: Moment) -> str | None:
    return moment(date.fromisoformat(day), time).isoformat() if day and time else day


def promise(
    row: Row, now: datetime, moment: Moment, privacy: Privacy, to_local: ToLocal
) -> dict[str, Any]:
    """A promise as it stands `now`."""
    due = _day_or_moment(row["due_on"], row["due_time"], moment)
    is_open = promise_status(row) == "open"
    red_at = timing.after(row["due_at"]) if row["due_at"] else None
    return {
        "ref": ref("promise", row["id"]),
        "external_id": row["external_id"],
        "customer": ref("customer", row["customer_id"]),
        "need": ref("need", row["need_id"]),
        "text": privacy.text(row["text"]),
        "by": row["by"],
        "level": row["level"],
        "status": promise_status(row),
        "light": timing.light(row["listed_from"], red_at, stored(now)) if is_open else None,
        "owner": privacy.name(row["owner"]),
        "due": due,
        "first_due": _day_or_moment(row["first_due_on"], row["first_due_time"], moment),
        "delay_reason": privacy.text(row["delay_reason"]),
        "warned_at": local(row["warned_at"], to_local),
        "impact": privacy.text(row["impact"]),
        "options": [privacy.text(one) for one in (row["options"] or "").splitlines()],
        "kept_on": row["kept_on"],
        "kept_at": local(row["kept_at"], to_local),
        "result": privacy.text(row["result"]),
        "broken_on": row["broken_on"],
        "broken_at": local(row["broken_at"], to_local),
        "break_reason": privacy.text(row["break_reason"]),
        "amends": privacy.text(row["amends"]),
        "amends_by": local(row["amends_by"], to_local),
        "amends_done_at": local(row["amends_done_at"], to_local),
        "amends_result": privacy.text(row["amends_result"]),
        "priority": bool(row["priority"]),
        "created_at": local(row["created_at"], to_local),
    }


def survey(
    row: Row, privacy: Privacy, to_local: ToLocal, reviews: Sequence[Row] = ()
) -> dict[str, Any]:
    """A survey; `target` is the need it asks about, else the customer."""
    return {
        "ref": ref("survey", row["id"]),
        "external_id": row["external_id"],
        "target": ref("need", row["need_id"]) or ref("customer", row["customer_id"]),
        "customer": ref("customer", row["customer_id"]),
        "kind": row["kind"],
        "status": row["status"],
        "due": row["due_on"],
        "sent_at": local(row["sent_at"], to_local),
        "overall": row["overall"],
        "solved": row["solved"],
        "speed": row["speed"],
        "attitude": row["attitude"],
        "product": row["product"],
        "response": row["response"],
        "support": row["support"],
        "nps": row["nps"],
        "good": privacy.text(row["good"]),
        "bad": privacy.text(row["bad"]),
        "comment": privacy.text(row["comment"]),
        "pain": privacy.text(row["pain"]),
        "future": privacy.text(row["future"]),
        "by": privacy.name(row["by"]),
        "at": local(row["at"], to_local),
        "snoozed_until": row["snoozed_until"],
        "review": ref("review", reviews[-1]["id"]) if reviews else None,
    }


def review(row: Row, privacy: Privacy, to_local: ToLocal) -> dict[str, Any]:
    """The review of a bad answer."""
    return {
        "ref": ref("review", row["id"]),
        "customer": ref("customer", row["customer_id"]),
        "survey": ref("survey", row["survey_id"]),
        "due_at": local(row["due_at"], to_local),
        "cause": row["cause"],
        "action": privacy.text(row["action"]),
        "snoozed_until": row["snoozed_until"],
        "done_on": row["done_on"],
    }


def article(row: Row, privacy: Privacy) -> dict[str, Any]:
    """A knowledge article."""
    return {
        "ref": ref("article", row["id"]),
        "external_id": row["external_id"],
        "title": privacy.text(row["title"]),
        "type": row["kind"],
        "text": privacy.text(row["text"]),
        "category": privacy.text(row["category"]),
        "need": ref("need", row["need_id"]),
        "added_on": row["added_on"],
        "reviewed_on": row["reviewed_on"],
        "review_on": row["review_on"],
    }


TEXTS: Mapping[str, tuple[str, ...]] = {
    "need": (
        "text", "wish", "workaround", "criterion", "solution", "result", "decline_reason", "scheduled_for", "category",
        "delay_reason",
    ),
    "service_event": ("text",),
    "escalation": ("reason",),
    "plan_step": ("text", "delay_reason", "result"),
    "promise": ("text", "delay_reason", "impact", "options", "result", "break_reason", "amends", "amends_result"),
    "survey": ("good", "bad", "comment", "pain", "future"),
    "review": ("action",),
    "article": ("title", "text", "category"),
}  # fmt: skip
"""The columns in which people may have written a phone or an e-mail."""

NAMES: Mapping[str, tuple[str, ...]] = {
    "need": ("owner", "tech_owner"),
    "escalation": ("to_name",),
    "plan_step": ("owner",),
    "promise": ("owner",),
    "survey": ("by",),
}
"""The columns that name somebody."""
