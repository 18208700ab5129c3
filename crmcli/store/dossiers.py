"""The book of sealed dossiers: whose period is not archived, what lies in it, and which folders were sealed (HANDBOOK §10).

The folders are written by others (exchange/dossier_folder.py); here is what the file knows of them.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from crmcli.store import exporting, history
from crmcli.store.archive_due import Within
from crmcli.store.changes import record_event
from crmcli.store.database import Database, Row, as_list
from crmcli.store.history import Step

RECORDS = (
    "need", "interaction", "task", "promise", "survey", "review", "stage_change", "deal", "contract", "customer_order", "risk",
    "attachment",
)  # fmt: skip
"""The tables whose rows lie in a period; a test holds it to the statements."""

_PAGE = 200
SEAL, PRUNE = "seal", "prune"
"""Kinds of events."""


class Sealed(NamedTuple):
    """A line of the book."""

    id: int
    customer_id: int
    period: str
    first_on: str
    last_on: str
    path: str
    digest: str
    sealed_at: str
    erased_at: str | None
    is_behind: int


# --- whose, and what ---


def gather(db: Database, within: Within) -> None:
    """Find who has anything in the period, and the lines of the change log of it, once for all that is asked below."""
    gather_log(db, within)
    with db.speaking():
        db.connection.execute("DROP TABLE IF EXISTS temp.happening")
        db.connection.execute(
            "CREATE TEMP TABLE happening (customer_id INTEGER PRIMARY KEY ON CONFLICT IGNORE) WITHOUT ROWID"
        )
    db.run("happening_logged")
    for table in RECORDS:
        db.run(f"happening_{table}", **_asked(f"happening_{table}", within))


def gather_log(db: Database, within: Within) -> None:
    """Find the lines of the change log of the period, and whose they are."""
    with db.speaking():
        db.connection.execute("DROP TABLE IF EXISTS temp.logged")
        db.connection.execute(
            "CREATE TEMP TABLE logged (customer_id INTEGER, row_id INTEGER, PRIMARY KEY (customer_id, row_id)) WITHOUT ROWID"
        )
    db.run("logged_in_period", **_instants(within))


def not_archived(db: Database, within: Within, limit: int | None = None) -> Iterator[list[Row]]:
    """Customers with something in the gathered period that is not archived, a page at a time, none kept.

    What is sealed while a page is worked through counts from the next on.
    """
    after, left = 0, limit
    while left is None or left > 0:
        page = db.rows(
            "not_archived",
            after=after,
            limit=_PAGE if left is None else min(_PAGE, left),
            begin_day=within.begin_day,
            end_day=within.end_day,
            end_instant=within.end_instant,
        )
        if not page:
            return
        yield page
        after = page[-1]["id"]
        left = None if left is None else left - len(page)


def keys_of(db: Database, customer: int) -> list[int]:
    """A customer's key, and those of all that went into it."""
    return [customer, *(row["former_id"] for row in db.rows("former_keys", customer=customer))]


def records(db: Database, table: str, customer: int, within: Within) -> list[Row]:
    """The live rows of a kind that lie in the period, in their order."""
    name = f"dossier_{table}"
    return db.rows(name, customer=customer, **_asked(name, within))


def changes(db: Database, customer: int, within: Within) -> list[Step]:
    """What was changed of a customer, and of all that went into it, in the gathered period; the first one first."""
    keys = keys_of(db, customer)
    found = [
        history.step(db, row, row) for row in db.rows("dossier_changes", customers=as_list(keys))
    ]
    for span in db.rows("ranges_in_period", **_instants(within)):
        found += history.of_range(db, span, keys)
    return sorted(found, key=lambda step: step.change or 0)


_PARAMETERS: Mapping[str, Sequence[str]] = dict.fromkeys(
    ("interaction", "stage_change", "customer_order", "risk", "attachment"),
    ("begin_day", "end_day"),
)


def _asked(name: str, within: Within) -> dict[str, str]:
    """What a statement about a kind of records takes of the period."""
    table = name.partition("_")[2]
    wanted = _PARAMETERS.get(table, within._fields)
    return {one: value for one, value in within._asdict().items() if one in wanted}


def _instants(within: Within) -> dict[str, str]:
    return {"begin_instant": within.begin_instant, "end_instant": within.end_instant}


# --- the book ---


def all_sealed(db: Database, customers: Sequence[int] | None = None) -> Iterator[Sealed]:
    """The lines of the book, the newest period first; with `customers` only theirs."""
    if customers is None:
        pages: Iterable[Sequence[Row]] = exporting.stream(db, "dossiers")
    else:
        pages = [db.rows("dossiers_of", customers=as_list(customers))]
    for rows in pages:
        for row in rows:
            yield Sealed(*row)


def ended_before(db: Database, day: str) -> list[Sealed]:
    """Those whose period was over before a day."""
    return [Sealed(*row) for row in db.rows("dossiers_ended_before", day=day)]


def with_digest(db: Database, digest: str) -> Sealed | None:
    """The line of the dossier whose manifest has this digest."""
    row = db.row("dossier_with_digest", digest=digest)
    return Sealed(*row) if row else None


def enter(db: Database, sealed: Sealed, actor: str, reason: str | None = None) -> None:
    """Inside a transaction: write a dossier into the book, and the event of it, which names nobody."""
    catch_up(db, sealed.customer_id, sealed.period)
    db.run("insert_dossier", **{**sealed._asdict(), "id": None})
    detail = f"c{sealed.customer_id} {sealed.period} {sealed.digest}"
    if reason:
        detail += f" {reason}"
    record_event(db, sealed.sealed_at, actor, SEAL, detail)


def catch_up(db: Database, customer: int, period: str) -> None:
    """The newest dossier of this period holds all that there is."""
    db.run("catch_up_dossier", of=customer, in_period=period)


def reseal(db: Database, sealed: Sealed, path: str, digest: str, at: str) -> None:
    """Inside a transaction: what was sealed there was erased; what is left lies at `path`."""
    db.run("reseal_dossier", of=sealed.id, to_path=path, to_digest=digest, at=at)


def strike(db: Database, sealed: Sealed, actor: str, at: str) -> None:
    """Inside a transaction: take a dossier out of the book, and note that it was."""
    db.run("drop_dossier", of=sealed.id)
    detail = f"c{sealed.customer_id} {sealed.period} {sealed.digest}"
    record_event(db, at, actor, PRUNE, detail)
