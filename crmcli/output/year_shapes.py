"""Deals, orders, contracts and risks under their JSON names (CLI.md, JSON)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from crmcli.output.service_shapes import plan_step
from crmcli.output.shapes import Privacy, Row, ToLocal, local
from crmcli.rules.instants import stored
from crmcli.rules.references import ref
from crmcli.rules.service import timing
from crmcli.rules.year.deals import weighted
from crmcli.rules.year.risks import AT_THE_TOUCH


def deal(row: Row, privacy: Privacy) -> dict[str, Any]:
    """What may be sold, and how far it is; amounts in major units, `weighted` by the probability."""
    amount, currency = row["amount"], row["currency"]
    worth = None if amount is None else weighted(amount, row["probability"])
    return {
        "ref": ref("deal", row["id"]),
        "external_id": row["external_id"],
        "customer": ref("customer", row["customer_id"]),
        "text": privacy.text(row["text"]),
        "stage": row["stage"],
        "amount": privacy.amount(amount, currency),
        "currency": currency,
        "probability": row["probability"],
        "weighted": privacy.amount(worth, currency),
        "quoted_on": row["quoted_on"],
        "valid_until": row["valid_until"],
        "close_on": row["close_on"],
        "closed_on": row["closed_on"],
        "loss_reason": privacy.text(row["loss_reason"]),
        "owner": privacy.name(row["owner"]),
        "note": privacy.text(row["note"]),
        "priority": bool(row["priority"]),
    }


def order(row: Row, privacy: Privacy, to_local: ToLocal) -> dict[str, Any]:
    """What a customer ordered, and whether it is paid."""
    return {
        "ref": ref("customer_order", row["id"]),
        "external_id": row["external_id"],
        "customer": ref("customer", row["customer_id"]),
        "deal": ref("deal", row["deal_id"]),
        "contract": ref("contract", row["contract_id"]),
        "ordered_on": row["ordered_on"],
        "amount": privacy.amount(row["amount"], row["currency"]),
        "currency": row["currency"],
        "note": privacy.text(row["note"]),
        "pay_by": row["pay_by"],
        "paid_on": row["paid_on"],
        "created_at": local(row["created_at"], to_local),
    }


def contract_status(row: Row) -> str:
    """`renewed` when another follows it, `closed` when none will, else `open`."""
    return "renewed" if row["renewed_id"] else "closed" if row["closed_on"] else "open"


def contract(
    row: Row,
    privacy: Privacy,
    to_local: ToLocal,
    renews: int | None = None,
    milestones: Sequence[Row] = (),
) -> dict[str, Any]:
    """A contract with its milestones; `renews` is the key of the one before it."""
    return {
        "ref": ref("contract", row["id"]),
        "external_id": row["external_id"],
        "customer": ref("customer", row["customer_id"]),
        "deal": ref("deal", row["deal_id"]),
        "text": privacy.text(row["text"]),
        "status": contract_status(row),
        "amount": privacy.amount(row["amount"], row["currency"]),
        "currency": row["currency"],
        "starts_on": row["starts_on"],
        "ends_on": row["ends_on"],
        "terms": privacy.text(row["terms"]),
        "owner": privacy.name(row["owner"]),
        "note": privacy.text(row["note"]),
        "renews": ref("contract", renews),
        "renewed_by": ref("contract", row["renewed_id"]),
        "renewal_from": row["renewal_from"],
        "reviewed_on": row["reviewed_on"],
        "review_on": row["review_on"],
        "closed_on": row["closed_on"],
        "close_reason": privacy.text(row["close_reason"]),
        "milestones": [plan_step(step, privacy) for step in milestones],
        "created_at": local(row["created_at"], to_local),
    }


def _due_of_risk(row: Row, to_local: ToLocal) -> str | None:
    """Its moment; of one that waits for the next touch the day."""
    moment = local(row["due_at"], to_local)
    return moment[:10] if moment and row["level"] == AT_THE_TOUCH else moment


def risk(row: Row, now: datetime, privacy: Privacy, to_local: ToLocal) -> dict[str, Any]:
    """A risk as it stands `now` (local, aware); its light only while it is open."""
    red_at = timing.after(row["due_at"]) if row["due_at"] else None
    is_timed = row["closed_at"] is None and row["due_at"]
    return {
        "ref": ref("risk", row["id"]),
        "external_id": row["external_id"],
        "customer": ref("customer", row["customer_id"]),
        "text": privacy.text(row["text"]),
        "level": row["level"],
        "kind": privacy.text(row["kind"]),
        "status": "closed" if row["closed_at"] else "open",
        "light": timing.light(row["listed_from"], red_at, stored(now)) if is_timed else None,
        "owner": privacy.name(row["owner"]),
        "opened_at": local(row["opened_at"], to_local),
        "due_at": _due_of_risk(row, to_local),
        "snoozed_until": row["snoozed_until"],
        "closed_at": local(row["closed_at"], to_local),
        "result": privacy.text(row["result"]),
        "created_at": local(row["created_at"], to_local),
    }


def attachment(row: Row, privacy: Privacy, to_local: ToLocal) -> dict[str, Any]:
    """An attached file, with the record it belongs to; where its bytes lie is for others to say."""
    return {
        "ref": ref("attachment", row["id"]),
        "record": ref(row["row_table"], row["row_id"]),
        "customer": ref("customer", row["customer_id"]),
        "name": privacy.text(row["name"]),
        "bytes": row["size"],
        "sha256": row["digest"],
        "note": privacy.text(row["note"]),
        "attached_on": row["attached_on"],
        "created_at": local(row["created_at"], to_local),
    }


TEXTS: Mapping[str, tuple[str, ...]] = {
    "deal": ("text", "loss_reason", "note"),
    "customer_order": ("note",),
    "contract": ("text", "terms", "note", "close_reason"),
    "risk": ("text", "kind", "result"),
    "attachment": ("name", "note"),
}
"""The columns in which people may have written a phone or an e-mail."""

NAMES: Mapping[str, tuple[str, ...]] = dict.fromkeys(("deal", "contract", "risk"), ("owner",))
"""The columns that name somebody."""
