"""Derived columns of what a customer is worth (HANDBOOK §7): when it is asked for its next order, and the warning that it may
leave, as derived.py does for the rest.

Both begin by the calendar, so it is days that are stored, and nobody recomputes anything when one passes.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from crmcli.rules.rulebook import Rulebook
from crmcli.store.database import Database, Row
from crmcli.store.derived_service import instant
from crmcli.store.facts import day_of

if TYPE_CHECKING:  # read only when there is something to say
    from crmcli.rules.value.churn import Event
    from crmcli.rules.value.orders import Rhythm

_FEWEST = 3
"""Of fewer days on which something was ordered nothing follows (rules/value/orders.py)."""


class _Causes(NamedTuple):
    """What may drive a customer away, beside its orders."""

    complaints: Sequence[Row] = ()
    answer: Row | None = None  # the newest with an NPS
    deciders: Sequence[Row] = ()

    @property
    def is_none(self) -> bool:
        """True when nothing can follow of it."""
        return len(self.complaints) < 2 and not self.answer and not any(one["left_on"] for one in self.deciders)  # fmt: skip


class Facts:
    """What complaints, surveys and people say of some customers (a JSON list); asked for once, and only when it matters."""

    def __init__(self, db: Database, customers: str) -> None:
        self._db, self._customers = db, customers
        self._causes: Mapping[int, _Causes] | None = None

    def columns(
        self, known: Mapping[str, Any], orders: Sequence[Row], book: Rulebook
    ) -> Mapping[str, Any]:
        """The derived columns of a customer who made these orders; nothing of who is left alone, or lost."""
        if known["stage"] == "lost" or known["do_not_contact"] or known["retired_on"]:
            return {}
        rhythm = _rhythm(orders)
        causes = self._of(known["id"]) if known["stage"] == "customer" else None
        columns: dict[str, Any] = {}
        if rhythm:
            columns |= _reorder(known, rhythm, _brought_on(orders, rhythm), book)
        if causes:
            unpaid = [row for row in orders if row["pay_by"] and not row["paid_on"]]
            if rhythm or unpaid or not causes.is_none:
                columns |= _churn(known, rhythm, _brought_on(orders, rhythm), unpaid, causes, book)
        return columns

    def _of(self, customer: int) -> _Causes:
        if self._causes is None:
            complaints: dict[int, list[Row]] = defaultdict(list)
            for row in self._db.rows("complaints_to_count", customers=self._customers):
                complaints[row["customer_id"]].append(row)
            deciders: dict[int, list[Row]] = defaultdict(list)
            for row in self._db.rows("deciders_of", customers=self._customers):
                deciders[row["customer_id"]].append(row)
            answers = {
                row["customer_id"]: row  # the last, which is the newest
                for row in self._db.rows("nps_answers", customers=self._customers)
            }
            self._causes = {
                key: _Causes(complaints.get(key, ()), answers.get(key), deciders.get(key, ()))
                for key in {*complaints, *answers, *deciders}
            }
        return self._causes.get(customer, _NOTHING)


_NOTHING = _Causes()


def _rhythm(orders: Sequence[Row]) -> "Rhythm | None":
    days = {row["ordered_on"] for row in orders}
    if len(days) < _FEWEST:
        return None
    from crmcli.rules.value.orders import rhythm

    return rhythm(map(date.fromisoformat, days))


def _brought_on(orders: Sequence[Row], rhythm: "Rhythm | None") -> date | None:
    """When an import brought the last order."""
    if rhythm is None:
        return None
    from crmcli.rules.value.orders import brought_on

    last = rhythm.last_on.isoformat()
    return brought_on([day_of(row["imported_on"]) for row in orders if row["ordered_on"] == last])


def _reorder(
    known: Mapping[str, Any], rhythm: "Rhythm", imported_on: date | None, book: Rulebook
) -> dict[str, Any]:
    from crmcli.rules.value.orders import reorder_on

    on = reorder_on(rhythm, imported_on, day_of(known["reorder_done_for"]), book)
    if on is None:
        return {}
    put_off = max(on.isoformat(), known["reorder_snoozed_until"] or "")
    return {"reorder_on": put_off, "reorder_after": rhythm.waits}


def _churn(
    known: Mapping[str, Any],
    rhythm: "Rhythm | None",
    imported_on: date | None,
    unpaid: Sequence[Row],
    causes: _Causes,
    book: Rulebook,
) -> dict[str, Any]:
    from crmcli.rules.value.churn import Event, Known, reasons, warning, written

    answer = causes.answer
    found = reasons(
        Known(
            rhythm=rhythm,
            rhythm_imported_on=imported_on,
            complaints=[
                Event(book.local_day(instant(row["received_at"])), day_of(row["imported_on"]))
                for row in causes.complaints
            ],
            answer=_event(answer, "answered_on", answer["nps"]) if answer else None,
            unpaid=[_event(row, "pay_by", row["id"]) for row in unpaid],
            deciders=[day_of(row["left_on"]) for row in causes.deciders],
        ),
        book.service.below.nps if answer else 0,
    )
    if not found:
        return {}
    warned = warning(found, day_of(known["churn_done_on"]), day_of(known["churn_snoozed_until"]))
    return {
        "churn_on": warned.on and warned.on.isoformat(),
        "churn_until": warned.until and warned.until.isoformat(),
        "churn_again_on": warned.again_on and warned.again_on.isoformat(),
        "churn_why": written(found),
    }


def _event(row: Row, day: str, of: int) -> "Event":
    from crmcli.rules.value.churn import Event

    return Event(date.fromisoformat(row[day]), day_of(row["imported_on"]), of)
