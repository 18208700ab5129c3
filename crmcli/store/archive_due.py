"""Whether anybody has anything in a period that is not archived, by index alone (HANDBOOK §10, DESIGN §2).

A note in the file spares looking once all of it was archived, or settled by hand. What is entered late marks the dossier
of its customer, and the note (store/changes.py).
"""

from datetime import date, datetime, tzinfo
from typing import NamedTuple

from crmcli.store.database import Database
from crmcli.store.settings import remember

NOTE = "archived"
SETTLED = "archive-settled"
"""The kind of event that settling by hand leaves."""


class Within(NamedTuple):
    """A period as it is stored: its first and last local day, its first instant and the one after it."""

    begin_day: str
    end_day: str
    begin_instant: str
    end_instant: str


def is_due(db: Database, within: Within) -> bool:
    """True when somebody has something in the period that is not archived, and it was not settled by hand."""
    state, is_behind = _noted(db, within)
    if state in ("settled", "archived"):
        return is_behind and state == "archived"
    return state == "open" or is_behind or _is_found(db, within)


def begun_on(db: Database, zone: tzinfo | None) -> date | None:
    """The local day on which the first entry of the file was made that the log still has."""
    first = db.row("first_change")
    return datetime.fromisoformat(first["at"]).astimezone(zone).date() if first else None


def may_be_archived(db: Database, within: Within) -> bool:
    """True when looking closely is worth while before the note says so: nobody is found at once."""
    state, is_behind = _noted(db, within)
    return state not in ("settled", "archived") and not is_behind and not _is_found(db, within)


def _noted(db: Database, within: Within) -> tuple[str | None, bool]:
    """What the note says of this period, and whether something of it was entered after a dossier of it was sealed."""
    note = db.row(
        "archive_note",
        begin_day=within.begin_day,
        end_day=within.end_day,
        end_instant=within.end_instant,
    )
    assert note is not None
    return _state(note["value"], within), bool(note["is_behind"])


def _is_found(db: Database, within: Within) -> bool:
    """Mostly a contact tells; only where there is none the rest is asked."""

    def finds(question: str) -> bool:
        wanted = _TAKEN.get(question, within._fields)
        row = db.row(question, **{name: value for name, value in within._asdict().items() if name in wanted})  # fmt: skip
        return bool(row and row["found"])

    return (
        finds("contact_not_archived")
        or finds("service_not_archived")
        or (finds("anything_changed") and finds("change_not_archived"))
    )


_TAKEN = {"anything_changed": ("begin_instant", "end_instant")}
"""What a question takes of the period, when it is not all."""


def _state(note: str | None, within: Within) -> str | None:
    """What the note says of this period: archived, open (something was entered late) or settled by hand."""
    period = f"{within.begin_day} {within.end_day} "
    return note.removeprefix(period) if note and note.startswith(period) else None


def note_archived(db: Database, within: Within) -> None:
    """Inside a transaction: all of the period is archived."""
    _write_note(db, within, "archived")


def note_settled(db: Database, within: Within) -> None:
    """Inside a transaction: the due item of the period was settled by hand."""
    _write_note(db, within, "settled")


def _write_note(db: Database, within: Within, state: str) -> None:
    remember(db, NOTE, f"{within.begin_day} {within.end_day} {state}")
