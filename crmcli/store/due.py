"""Reading the top of the due list: per weight by index, merged (DESIGN §2).

A source is where one kind of due item is stored; a new kind is one more line in `SOURCES`.
"""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, NamedTuple

from crmcli.rules import ranking
from crmcli.rules.cadence import Policy
from crmcli.rules.due import DueItem, task, touch
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
    """One kind: its base statement, its columns there, the order within a weight, and how an item is made of a row."""

    base: str
    key: str
    weight: str
    due_on: str
    due_time: str | None
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
    "task_id",
    "task_weight",
    "task_listed_on",
    "task_due_time",
    "task_before",
    ("task.listed_on", "task.due_time IS NULL", "task.due_time", "task.id"),
    _task,
    is_task=True,
)
SOURCES: dict[str, Source] = {
    "touch": Source(
        "due_touches",
        "id",
        "touch_weight",
        "touch_due_on",
        None,
        "touch_before",
        ("customer.touch_due_on", "customer.id"),
        _touch,
    ),
    "follow-up": _TASKS,
    "task": _TASKS,
}


def due_items(db: Database, asked: Question, policy: Policy, tiers: Sequence[str]) -> list[DueItem]:
    """The items asked for, most pressing first; reading stops at `limit` + 1 of each weight, explaining at `limit` + 1."""
    found = [
        (_rank(SOURCES[kind], row, asked.today), kind, row[SOURCES[kind].key], row)
        for kind in asked.kinds
        for weight in ranking.weights(kind, tiers)
        for row in _top(db, kind, weight, asked)
    ]
    found.sort(key=lambda one: one[:3])
    wanted = found if asked.limit is None else found[: asked.limit + 1]
    return [SOURCES[kind].item(row, asked, policy) for _, kind, _, row in wanted]


def count_due(db: Database, asked: Question, tiers: Sequence[str]) -> int:
    """How many items there are, by index alone unless customers are filtered."""
    suffix = "_filtered" if asked.filters else ""
    return sum(
        db.query(
            f"count_{SOURCES[kind].base}{suffix}",
            [predicate(SOURCES[kind].weight, weight=weight), *_filters(kind, asked)],
            until=asked.until.isoformat(),
        )[0]["n"]
        for kind in asked.kinds
        for weight in ranking.weights(kind, tiers)
    )


def _rank(source: Source, row: Row, today: date) -> tuple[Any, ...]:
    due_time = row[source.due_time] if source.due_time else None
    return ranking.rank(row[source.weight], date.fromisoformat(row[source.due_on]), due_time, today)


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
