"""What reports count: needs, surveys and promises of a period, a page at a time (HANDBOOK §11)."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import repeat
from typing import TYPE_CHECKING, Any, NamedTuple

from crmcli.store.database import Database, Predicate, Row, as_list

if TYPE_CHECKING:
    from crmcli.rules.service.standing import Case


class Span(NamedTuple):
    """A period as it is stored: from one UTC instant up to another, which no longer belongs to it."""

    begin_instant: str
    end_instant: str


def received(db: Database, span: Span, filters: Sequence[Predicate]) -> Iterator[list[Row]]:
    """The needs received in the span."""
    return db.pages("report_received", filters, **span._asdict())


def solved(db: Database, span: Span, filters: Sequence[Predicate]) -> Iterator[list[Row]]:
    """The needs whose solution, the one that stands, was made in the span."""
    return db.pages("report_solved", filters, **span._asdict())


def resolutions(db: Database, span: Span, filters: Sequence[Predicate]) -> tuple[int, int]:
    """How many needs were resolved in the span, be it for the first time or again, and how many of these were ever reopened."""
    (row,) = db.query("report_resolutions", filters, **span._asdict())
    return row["n"], row["reopened"]


def reopenings(db: Database, span: Span, filters: Sequence[Predicate]) -> int:
    """How often a need was reopened in the span."""
    (row,) = db.query("report_reopenings", filters, **span._asdict())
    return int(row["n"])


def cases(db: Database, needs: Iterable[Row]) -> dict[int, "Case"]:
    """What happened to these needs (rows of `received` or `solved`), for the rules."""
    from crmcli.rules.service.standing import Case, Contact, Event

    listed = list(needs)
    if not listed:
        return {}
    keys = as_list(row["id"] for row in listed)
    answered = {
        row["id"]: row["answered_at"] for row in db.rows("waiting_of_needs_answered", needs=keys)
    }
    events: dict[int, list[Event]] = defaultdict(list)
    for row in db.rows("service_events_of_needs", needs=keys):
        at = answered.get(row["id"])
        events[row["need_id"]].append(
            Event(row["kind"], _instant(row["at"]), row["contact_id"], _instant(at) if at else None)
        )
    contacts: dict[int, list[Contact]] = defaultdict(list)
    for row in db.rows("contacts_about_needs", needs=keys):
        contacts[row["need_id"]].append(
            Contact(
                row["id"],
                _instant(row["at"]),
                row["channel"],
                row["direction"],
                bool(row["no_answer"]),
            )
        )
    return {
        row["id"]: Case(
            kind=row["kind"],
            urgency=row["urgency"],
            status=row["status"],
            received_at=_instant(row["received_at"]),
            tier=row["tier"],
            events=events[row["id"]],
            contacts=contacts[row["id"]],
        )
        for row in listed
    }


def surveys(db: Database, span: Span, filters: Sequence[Predicate]) -> Iterator[Any]:
    """The surveys answered or given up in the span, and those sent in it that nobody answered yet."""
    yield from answers(db, span, filters)
    (sent,) = db.query("report_surveys_sent", filters, **span._asdict())
    yield from repeat({"status": "sent"}, sent["n"])


def answers(db: Database, span: Span, filters: Sequence[Predicate]) -> Iterator[Row]:
    """The surveys answered or given up in the span, each with when (`at`)."""
    for rows in db.pages("report_surveys", filters, **span._asdict()):
        yield from rows


def verbatim(
    db: Database, span: Span, filters: Sequence[Predicate], limit: int | None
) -> list[Row]:
    """What was said in the surveys answered in the span, the newest first."""
    order = ["survey.at DESC", "survey.id DESC"]
    return db.query("report_verbatim", filters, order, limit, **span._asdict())


def coverage(db: Database, year: Span, today: str, filters: Sequence[Predicate]) -> tuple[int, int]:
    """How many customers are active today (buying, not dormant, not retired), and how many of these answered in the span."""
    (row,) = db.query("report_coverage", filters, today=today, **year._asdict())
    return row["n"], row["asked"]


def promises(
    db: Database, first_day: str, last_day: str, filters: Sequence[Predicate]
) -> Iterator[list[Row]]:
    """The promises due on the local days from the first to the last."""
    return db.pages("report_promises", filters, begin_day=first_day, end_day=last_day)


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)
