"""Reading the top of the due list: per weight by index, merged (DESIGN §2).

A source is where one kind of due item is stored; a new kind is one more line in `SOURCES`.
"""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, NamedTuple

from crmcli.rules import ranking
from crmcli.rules.cadence import Policy
from crmcli.rules.due import DueItem, key_date, task, touch, unanswered, win_back
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
    """One kind: its base statement, its columns there, the order within a weight, and how an item is made of a row.

    `binds` names what its base or its filters take besides `until`.
    """

    base: str
    weight: str
    key: str
    due_on: str
    before: str
    order: Sequence[str]
    item: Callable[[Any, Question, Policy], DueItem]
    due_time: str | None = None
    is_task: bool = False
    binds_today: bool = False


_TASKS = Source(
    "due_tasks",
    "task_weight",
    "task_id",
    "task_listed_on",
    "task_before",
    ("task.listed_on", "task.due_time IS NULL", "task.due_time", "task.id"),
    lambda row, asked, policy: task.item(row, asked.today, asked.time_of_day),
    due_time="task_due_time",
    is_task=True,
)
SOURCES: dict[str, Source] = {
    "touch": Source(
        "due_touches",
        "customer_weight",
        "id",
        "touch_due_on",
        "touch_before",
        ("customer.touch_due_on", "customer.id"),
        lambda row, asked, policy: touch.item(row, facts_of(row), asked.today, policy),
        binds_today=True,
    ),
    "follow-up": _TASKS,
    "task": _TASKS,
    "unanswered": Source(
        "due_unanswered",
        "customer_weight",
        "id",
        "unanswered_on",
        "unanswered_before",
        ("customer.unanswered_on", "customer.id"),
        lambda row, asked, policy: unanswered.item(row, asked.today, policy),
    ),
    "key-date": Source(
        "due_key_dates",
        "key_date_weight",
        "key_date_id",
        "key_date_next_on",
        "key_date_before",
        ("key_date.next_on", "key_date.id"),
        lambda row, asked, policy: key_date.item(row, asked.today),
    ),
    "win-back": Source(
        "due_win_backs",
        "customer_weight",
        "id",
        "win_back_on",
        "win_back_before",
        ("customer.win_back_on", "customer.id"),
        lambda row, asked, policy: win_back.item(row, asked.today),
        binds_today=True,
    ),
}


def due_items(db: Database, asked: Question, policy: Policy, tiers: Sequence[str]) -> list[DueItem]:
    """The items asked for, most pressing first; reading stops at `limit` + 1 of each weight, explaining at `limit` + 1."""
    weights = tier_weights(tiers)
    found = [
        (_rank(kind, row, asked.today), kind, row[SOURCES[kind].key], row)
        for kind in asked.kinds
        for weight in weights
        for row in _top(db, kind, weight, asked)
    ]
    found.sort(key=lambda one: one[:3])
    wanted = found if asked.limit is None else found[: asked.limit + 1]
    return [SOURCES[kind].item(row, asked, policy) for _, kind, _, row in wanted]


def count_due(db: Database, asked: Question, tiers: Sequence[str]) -> int:
    """How many items there are, by index alone unless customers are filtered."""
    return sum(counts(db, asked, tiers).values())


def counts(db: Database, asked: Question, tiers: Sequence[str]) -> dict[str, int]:
    """The same by kind."""
    suffix = "_filtered" if asked.filters else ""
    return {
        kind: sum(
            db.query(
                f"count_{SOURCES[kind].base}{suffix}",
                [predicate(SOURCES[kind].weight, weight=weight), *_filters(kind, asked)],
                **_bound(kind, asked),
            )[0]["n"]
            for weight in tier_weights(tiers)
        )
        for kind in asked.kinds
    }


def tier_weights(tiers: Sequence[str]) -> list[int]:
    """What the tiers add to a weight, the most first."""
    return [ranking.tier_weight(tier, tiers) for tier in tiers]


def _bound(kind: str, asked: Question) -> dict[str, Any]:
    bound = {"until": asked.until.isoformat()}
    if SOURCES[kind].binds_today:
        bound["today"] = asked.today.isoformat()
    return bound


def _rank(kind: str, row: Row, today: date) -> tuple[Any, ...]:
    source = SOURCES[kind]
    due_time = row[source.due_time] if source.due_time else None
    weight = ranking.weight(kind, row["tier_weight"])
    return ranking.rank(weight, date.fromisoformat(row[source.due_on]), due_time, today)


def _top(db: Database, kind: str, weight: int, asked: Question) -> list[Row]:
    source = SOURCES[kind]
    return db.query(
        source.base,
        [predicate(source.weight, weight=weight), *_filters(kind, asked)],
        order=source.order,
        limit=None if asked.limit is None else asked.limit + 1,
        **_bound(kind, asked),
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
