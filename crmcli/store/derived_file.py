"""The derived column of when a customer's record is checked (HANDBOOK §10), as derived.py does for the rest.

It costs a look at the change log, and that only where the setting quality.file_check is on.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from crmcli.rules.rulebook import Rulebook
from crmcli.store.database import Database
from crmcli.store.derived_service import instant


class Touches:
    """When the records of some customers (a JSON list) were touched; asked for once, and only when it matters."""

    def __init__(self, db: Database, customers: str, book: Rulebook) -> None:
        self._days: dict[int, str] = {}
        if not book.policy.file_check:
            return
        for row in db.rows("touches_of_records", customers=customers):
            ats = [row["at"], db.writing_at if row["is_being_written"] else None]
            if at := max(filter(None, ats), default=None):
                self._days[row["customer_id"]] = book.local_day(instant(at)).isoformat()

    def of(self, customer: int) -> str | None:
        """The day of the last touch that the change log knows of."""
        return self._days.get(customer)


def check_on(known: Mapping[str, Any], book: Rulebook) -> str | None:
    """When the record of a customer is to be checked; never of one that is lost or left alone for good."""
    if not book.policy.file_check or known["stage"] == "lost" or known["retired_on"]:
        return None
    from crmcli.rules.year import filing

    on = filing.check_on(known["tier"], date.fromisoformat(touched_on(known)), book)
    return max(on.isoformat(), known["file_check_snoozed_until"] or "")


def touched_on(known: Mapping[str, Any]) -> str:
    """The day on which a record was touched last, or found right; `file_touched_on` is that of the change log."""
    names = ("added_on", "file_checked_on", "verified_on", "file_touched_on")
    days: list[str] = [day for name in names if (day := known[name])]
    return max(days)
