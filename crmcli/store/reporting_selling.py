"""What the reports of the funnel and of following up count, a page at a time (HANDBOOK §11). Days are local ones, ISO."""

from collections.abc import Iterator, Sequence
from typing import Any

from crmcli.store.database import Database, Predicate, Row, as_list

_HISTORY = (
    "customer.id",
    "stage_change.from_stage IS NOT NULL",  # what it was added with comes first, whatever was dated back
    "stage_change.changed_on",
    "stage_change.id",
)
_CHUNK = 1_000


def moved(db: Database, first: str, last: str, filters: Sequence[Predicate]) -> Iterator[Row]:
    """Those who were added or moved from stage to stage from the first day to the last, a row for each stage they ever had."""
    for rows in db.pages("report_moved", filters, _HISTORY, begin_day=first, end_day=last):
        yield from rows


def standing(db: Database, day: str, filters: Sequence[Predicate]) -> dict[str, int]:
    """How many customers stood in which stage at the end of a day."""
    rows = db.query("report_standing", filters, group=["1"], end_day=day)
    return {row["stood"]: row["n"] for row in rows}


def deals(
    db: Database, first: str, last: str, end_instant: str, filters: Sequence[Predicate]
) -> Iterator[Row]:
    """Deals closed from the first day to the last, and those open when that was over."""
    found = {"begin_day": first, "end_day": last, "end_instant": end_instant}
    for rows in db.pages("report_deals", filters, **found):
        yield from rows


def contacts(
    db: Database,
    days: tuple[str, str],
    days_before: tuple[str, str],
    filters: Sequence[Predicate],
) -> list[Row]:
    """How many contacts of which day, channel and outcome there were, from first to last days of two periods."""
    (first, last), (first_before, last_before) = days, days_before
    return db.query(
        "report_contacts",
        filters,
        group=list("1234567"),
        begin_day=first,
        end_day=last,
        begin_day_before=first_before,
        end_day_before=last_before,
    )


def our_people(
    db: Database, first: str, last: str, filters: Sequence[Predicate], limit: int | None
) -> list[Row]:
    """Who of ours took part in how many contacts, the most active first."""
    order = ["n DESC", "participant.name"]
    return db.query(
        "report_our_people", filters, order, limit, group=["1"], begin_day=first, end_day=last
    )


def touches(
    db: Database, first: str, last: str, counts_all: bool, filters: Sequence[Predicate]
) -> Iterator[Row]:
    """A row for each customer that has a cadence, with the days of its contacts that keep it, in no order."""
    span: dict[str, Any] = {"begin_day": first, "end_day": last}
    span["all_contacts_count"] = int(counts_all)
    for rows in db.pages("report_touches", filters, group=["customer.id"], **span):
        yield from rows


def cadences(db: Database) -> list[str]:
    """The cadences that customers have of their own."""
    return [row["cadence"] for row in db.rows("cadences_in_use")]


def contacts_until(db: Database, won: Sequence[tuple[int, str]]) -> Iterator[int]:
    """How many contacts there were with each of these customers up to and including a day."""
    for start in range(0, len(won), _CHUNK):
        chunk = as_list(won[start : start + _CHUNK])
        yield from (row["n"] for row in db.rows("contacts_until", won=chunk))


def overdue_touches(db: Database, today: str, yesterday: str, filters: Sequence[Predicate]) -> int:
    """How many customers should have been contacted before today."""
    (row,) = db.query("count_due_touches_filtered", filters, until=yesterday, today=today)
    return int(row["n"])
