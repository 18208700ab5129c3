"""Needs, plans, promises, surveys, reviews and articles for output, with what belongs to them, under their JSON names."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from crmcli.context import Context
from crmcli.output import service_shapes as shapes
from crmcli.output.shapes import Privacy
from crmcli.store.database import Row, as_list

Made = list[dict[str, Any]]


def needs(crm: Context, rows: Sequence[Row], mask: Privacy) -> Made:
    """Needs with their acceptors and the steps of their plans."""
    steps: dict[int, list[Row]] = defaultdict(list)
    for step in crm.db.rows("plan_steps_of_needs", needs=as_list(row["id"] for row in rows)):
        steps[step["need_id"]].append(step)
    keys = {row["acceptor_id"] for row in rows if row["acceptor_id"]}
    people = {row["id"]: row for row in crm.db.rows("people_by_ids", ids=as_list(keys))}
    now, local = crm.clock.now, crm.clock.to_local
    return [
        shapes.need(row, now, mask, local, people.get(row["acceptor_id"]), steps[row["id"]])
        for row in rows
    ]


def need(crm: Context, key: int, mask: Privacy) -> dict[str, Any]:
    """One need by key, as it now stands."""
    row = crm.db.row("need_row", id=key)
    assert row is not None
    return needs(crm, [row], mask)[0]


def plan_steps(crm: Context, rows: Sequence[Row], mask: Privacy) -> Made:
    """Steps of plans."""
    return [shapes.plan_step(row, mask) for row in rows]


def promises(crm: Context, rows: Sequence[Row], mask: Privacy) -> Made:
    """Promises as they stand now."""
    clock = crm.clock
    return [shapes.promise(row, clock.now, clock.at, mask, clock.to_local) for row in rows]


def surveys(crm: Context, rows: Sequence[Row], mask: Privacy) -> Made:
    """Surveys, each with its review."""
    reviews: dict[int, list[Row]] = defaultdict(list)
    for row in crm.db.rows("reviews_of_surveys", surveys=as_list(row["id"] for row in rows)):
        reviews[row["survey_id"]].append(row)
    return [shapes.survey(row, mask, crm.clock.to_local, reviews[row["id"]]) for row in rows]


def reviews(crm: Context, rows: Sequence[Row], mask: Privacy) -> Made:
    """Reviews of bad answers."""
    return [shapes.review(row, mask, crm.clock.to_local) for row in rows]


def articles(crm: Context, rows: Sequence[Row], mask: Privacy) -> Made:
    """Knowledge articles."""
    return [shapes.article(row, mask) for row in rows]


MAKERS: Mapping[str, Callable[[Context, Sequence[Row], Privacy], Made]] = {
    "need": needs,
    "plan_step": plan_steps,
    "promise": promises,
    "survey": surveys,
    "review": reviews,
    "article": articles,
}
"""What makes the records of each table."""
