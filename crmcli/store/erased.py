"""What is still known of what `crm forget` erased: that it was, and when; nothing about whom (HANDBOOK §10)."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from crmcli.errors import NotFound
from crmcli.rules.references import Reference, table_word
from crmcli.store.database import Database

EVENT = "forget"
"""The kind of event that an erasure leaves."""


class Erasure(NamedTuple):
    """One erasure: when it was, as an instant and a local day, by whom, of what, and what it took."""

    at: str
    on: str
    actor: str
    reference: str
    references: list[str]
    rows: dict[str, int]
    mentions: dict[str, int]
    reason: str | None


def read_note(detail: str | None) -> dict[str, Any] | None:
    """What the event of an erasure says, by name; None when it says nothing that can be read."""
    import json

    try:
        found = json.loads(detail or "")
    except ValueError:
        return None
    return found if isinstance(found, dict) and isinstance(found.get("ref"), str) else None


def erasures(db: Database) -> Iterator[Erasure]:
    """All there were, the first one first; of one whose note another program damaged, what is left of it."""
    for row in db.rows("events_of_kind", kind=EVENT):
        if (detail := read_note(row["detail"])) is None:
            continue
        yield Erasure(
            row["at"],
            detail.get("on") or row["at"][:10],
            row["actor"],
            detail["ref"],
            detail.get("refs") or [detail["ref"]],
            detail.get("rows") or {},
            detail.get("mentions") or {},
            detail.get("reason"),
        )


def erasure_of(db: Database, reference: str) -> Erasure | None:
    """The erasure that took the customer or person with this reference; None when none did."""
    return next((one for one in erasures(db) if reference in one.references), None)


def refuse_erased(db: Database, reference: Reference) -> None:
    """NotFound, saying when it was erased, when it was."""
    if found := erasure_of(db, str(reference).partition(":")[0]):
        raise NotFound(
            "{table} {ref} was erased on {day}; nothing of it is left",
            table=table_word(reference.table),
            ref=str(reference).partition(":")[0],
            day=found.on,
        )
