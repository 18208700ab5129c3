"""Whether the review of tiers is due: by index, and without a calendar (HANDBOOK §7, DESIGN §2)."""

from datetime import date, datetime, time, tzinfo
from typing import TYPE_CHECKING

from crmcli.rules.due import tier_review
from crmcli.rules.instants import stored
from crmcli.store.database import Database
from crmcli.store.settings import remember

if TYPE_CHECKING:
    from crmcli.rules.due.archive import Quarter
    from crmcli.rules.workdays import Calendar

NOTE = "late-quarters"


def note_calendar(db: Database, calendar: "Calendar") -> None:
    """Inside a transaction: keep which quarters begin with days off."""
    remember(db, NOTE, tier_review.late_starts(calendar))


def due_quarter(
    db: Database, today: date, until: date, zone: tzinfo | None
) -> tuple["Quarter", date] | None:
    """The quarter whose review is due by the day `until`, and its first working day; None when none is.

    Not before somebody ordered something who was noted before that day, and until a review was held in the quarter, or
    settled.
    """
    for quarter in tier_review.quarters(today):
        if db.row("tier_review_since", day=quarter.first.isoformat()) is not None:
            continue
        begins = tier_review.begins_on(quarter, _kept(db))
        if begins > until:
            return None
        noted = db.row("first_order_noted")
        if noted is not None and noted["created_at"] < stored(datetime.combine(begins, time(), zone)):  # fmt: skip
            return quarter, begins
    return None


def _kept(db: Database) -> str | None:
    return {row["name"]: row["value"] for row in db.rows("meta")}.get(NOTE)
