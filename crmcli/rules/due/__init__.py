"""The due list (CLI.md, `due`): one module per kind of item.

A new kind is a module with an `item` function here, its weight in ranking.py, and its line in the store's sources.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from crmcli.rules.said import Said


class DueItem(NamedTuple):
    """One thing that is due. `due_on` ranks it; `due_time` is a local time of day where one was given.

    `due_at` is the moment itself where a rule gives one; `customer` is null for what concerns the whole file.
    """

    ref: str
    kind: str
    customer: dict[str, Any] | None
    title: str | Said
    due_on: date
    overdue_days: int
    is_overdue: bool
    light: str
    score: int
    why: Sequence[Said]
    action: str
    due_time: str | None = None
    due_at: datetime | None = None
    step: str | None = None  # which time it is, of what is said more than once before its day
