"""Segments: filters kept under a name, and computed when they are used, so that they are always true (HANDBOOK §7)."""

import json
import unicodedata
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from crmcli.errors import BadValue, NotFound, near
from crmcli.store.database import Database, Row

if TYPE_CHECKING:  # readers do without the change log
    from crmcli.store.changes import Change

Filtered = Mapping[str, Sequence[str]]
"""The values of each filter, by its option's name: `{"tier": ["core"], "where": ["last_contact_on < -90d"]}`."""

OPTIONS = (
    "tier",
    "stage",
    "lifecycle",
    "tag",
    "industry",
    "city",
    "intent",
    "segment",
    "where",
)


class Segment(NamedTuple):
    """A segment as it is kept; days that are relative to today, and other words, as they were typed."""

    key: int
    name: str
    filters: Filtered


def folded(name: str) -> str:
    """Two names are one when they are equal without regard to case, width and spaces around."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def everyone(db: Database) -> list[Segment]:
    """All segments, by name."""
    return [_segment(row) for row in db.rows("segments")]


def _segment(row: Row) -> Segment:
    return Segment(row["id"], row["name"], json.loads(row["filters"]))


def named(db: Database, name: str) -> Segment | None:
    """The segment of this name, or None."""
    rows = db.rows("segments_by_name", name_key=folded(name))
    return next(map(_segment, rows), None)


def find(db: Database, name: str) -> Segment:
    """The segment of this name; NotFound says which may have been meant."""
    if found := named(db, name):
        return found
    if likely := near(name, [one.name for one in everyone(db)]):
        raise NotFound("there is no segment {name!r}; did you mean {near}?", name=name, near=likely)
    raise NotFound(
        "there is no segment {name!r}; crm segment list shows those there are", name=name
    )


def users_of(db: Database, segment: Segment) -> list[Segment]:
    """The segments whose filters name this one."""
    asked = folded(segment.name)
    return [one for one in everyone(db) if asked in map(folded, one.filters.get("segment", ()))]


def checked(row: Mapping[str, Any]) -> str:
    """The filters of a row from outside, spelled; BadValue when they are none."""
    try:
        filters = json.loads(row["filters"])
        is_right = filters.keys() <= set(OPTIONS) and all(
            values and all(isinstance(value, str) for value in values) and isinstance(values, list)
            for values in filters.values()
        )
    except (ValueError, AttributeError, TypeError, RecursionError):
        filters, is_right = {}, False
    if not filters or not is_right:
        raise BadValue("the segment {name!r} has no filters that could be read; export it again", name=row["name"])
    return json.dumps(filters, ensure_ascii=False)


def save(change: "Change", name: str, filters: Filtered) -> bool:
    """Keep filters under a name, in place of what it stood for before; True when it did."""
    spelled = json.dumps({option: list(values) for option, values in filters.items() if values}, ensure_ascii=False)  # fmt: skip
    if known := named(change.db, name):
        change.update("segment", known.key, name=name, name_key=folded(name), filters=spelled)
        return True
    at = change.author.at
    change.insert("segment", name=name, name_key=folded(name), filters=spelled, created_at=at)
    return False
