"""Deals, orders, contracts and risks under their JSON names (CLI.md, JSON)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from crmcli.output.shapes import Privacy, Row, ToLocal, local
from crmcli.rules.instants import stored
from crmcli.rules.references import ref
from crmcli.rules.service import timing


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
        "due_at": local(row["due_at"], to_local),
        "snoozed_until": row["snoozed_until"],
        "closed_at": local(row["closed_at"], to_local),
        "result": privacy.text(row["result"]),
        "created_at": local(row["created_at"], to_local),
    }


TEXTS: Mapping[str, tuple[str, ...]] = {"risk": ("text", "kind", "result")}
"""The columns in which people may have written a phone or an e-mail."""

NAMES: Mapping[str, tuple[str, ...]] = {"risk": ("owner",)}
"""The columns that name somebody."""
