"""Reading the top of the due list: per weight by index, merged (DESIGN §2).

A source is where one kind of due item is stored; a new kind is one more line in `SOURCES`.
"""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, NamedTuple

from crmcli.rules import ranking
from crmcli.rules.cadence import Policy
from crmcli.rules.due import DueItem, ranked, task, touch
from crmcli.store.database import Database, Predicate, Row, predicate
from crmcli.store.derived import facts_of


class Question(NamedTuple):
    """What is asked of the due list. `limit` None = all; `until` is the last local day listed."""

    today: date
    time_of_day: str  # local, HH:MM
    until: date
    kinds: Sequence[str]
    filters: Sequence[Predicate] = ()
    only_overdue: bool = False
    limit: int | None = None


class Source(NamedTuple):
    """One kind's base statement, the predicates that go with it, its order within a weight, and its item."""

    base: str
    weight: str
    before: str
    order: Sequence[str]
    item: Callable[[Any, Question, Policy], DueItem]
    is_task: bool = False


def _touch(row: Any, asked: Question, policy: Policy) -> DueItem:
    return touch.item(row, facts_of(row), asked.today, policy)


def _task(row: Any, asked: Question, _: Policy) -> DueItem:
    return task.item(row, asked.today, asked.time_of_day)


_TASKS = Source(
    "due_tasks",
    "task_weight",
    "task_before",
    ("task.listed_on", "task.due_time IS NULL", "task.due_time", "task.id"),
    _task,
    is_task=True,
)
SOURCES: dict[str, Source] = {
    "touch": Source(
        "due_touches",
        "touch_weight",
        "touch_before",
        ("customer.touch_due_on", "customer.id"),
        _touch,
    ),
    "follow-up": _TASKS,
    "task": _TASKS,
}


def due_items(db: Database, asked: Question, policy: Policy, tiers: Sequence[str]) -> list[DueItem]:
    """The items asked for, most pressing first; reading stops at `limit` + 1 of each weight."""
    return ranked(
        SOURCES[kind].item(row, asked, policy)
        for kind in asked.kinds
        for weight in ranking.weights(kind, tiers)
        for row in _top(db, kind, weight, asked)
    )


def count_due(db: Database, asked: Question) -> int:
    """How many items there are, without reading them."""
    return sum(
        db.query(
            f"count_{SOURCES[kind].base}", _filters(kind, asked), until=asked.until.isoformat()
        )[0]["n"]
        for kind in asked.kinds
    )


def _top(db: Database, kind: str, weight: int, asked: Question) -> list[Row]:
    source = SOURCES[kind]
    return db.query(
        source.base,
        [predicate(source.weight, weight=weight), *_filters(kind, asked)],
        order=source.order,
        limit=None if asked.limit is None else asked.limit + 1,
        until=asked.until.isoformat(),
    )


def _filters(kind: str, asked: Question) -> list[Predicate]:
    source, filters = SOURCES[kind], list(asked.filters)
    if source.is_task:
        filters.append(predicate("task_kind", kind=kind))
    if asked.only_overdue:
        today = asked.today.isoformat()
        values = {"before_time": asked.time_of_day} if source.is_task else {}
        filters.append(predicate(source.before, before=today, **values))
    return filters
