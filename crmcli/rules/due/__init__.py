"""The due list (CLI.md, `due`): one module per kind of item, ranked together.

A new kind is a module with an `item` function here, its weight in ranking.py, and its line in the store's sources.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, NamedTuple

from crmcli.rules.said import Said


class DueItem(NamedTuple):
    """One thing that is due. `due_on` ranks it; `due_time` is a local time of day where one was given."""

    ref: str
    kind: str
    customer: dict[str, Any]
    title: str | Said
    due_on: date
    overdue_days: int
    is_overdue: bool
    light: str
    score: int
    why: Sequence[Said]
    action: str
    order: int  # the record's key: the last tie-break
    due_time: str | None = None


def ranked(items: Iterable[DueItem]) -> list[DueItem]:
    """Most pressing first: score, then the earlier date and time, then the older record."""
    return sorted(
        items, key=lambda one: (-one.score, one.due_on, one.due_time or "99", one.kind, one.order)
    )
