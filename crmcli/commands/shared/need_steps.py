"""The steps of a need, each what it does to the rows inside an open change (HANDBOOK §4); the commands check before."""

from collections.abc import Mapping, Sequence
from typing import Any

from crmcli.commands.shared.needs import happen
from crmcli.rules.service import states
from crmcli.store.changes import Change
from crmcli.store.database import Row


def plan(change: Change, row: Row, steps: Sequence[Mapping[str, Any]]) -> list[int]:
    """Add steps to the plan; returns their keys."""
    keys = [
        change.insert(
            "plan_step",
            customer_id=row["customer_id"],
            need_id=row["id"],
            created_at=change.author.at,
            **step,
        )
        for step in steps
    ]
    change.update("need", row["id"], status=states.after_plan(row["status"]))
    return keys


def send(change: Change, row: Row) -> None:
    """The plan was sent to the customer: that meets `feedback_by`."""
    happen(change, row, "sent")


def agree(change: Change, row: Row, result: str | None) -> None:
    """The customer confirmed the plan, and work begins."""
    happen(change, row, "agreed", result)
    change.update("need", row["id"], status=states.after_start(row["status"]))


def start(change: Change, row: Row) -> None:
    """Work has begun, by a first step that is done."""
    if states.after_start(row["status"]) != row["status"]:
        happen(change, row, "started")
        change.update("need", row["id"], status=states.after_start(row["status"]))


def schedule(change: Change, row: Row, release: str | None, day: str | None) -> None:
    """Put into a later release or date, and the customer told: that meets `feedback_by`."""
    happen(change, row, "scheduled", release)
    change.update("need", row["id"], status="scheduled", scheduled_for=release, scheduled_on=day)


def resolve(change: Change, row: Row, solution: str, today: str) -> int | None:
    """Solved: that meets `solve_by`, and a survey falls due. Returns the survey's key; None when one is open already."""
    happen(change, row, "resolved", solution)
    change.update("need", row["id"], status="resolved", solution=solution)
    surveys = change.db.rows("surveys_of_need", need=row["id"])
    if any(survey["status"] in ("due", "sent") for survey in surveys):
        return None
    return change.insert(
        "survey",
        customer_id=row["customer_id"],
        need_id=row["id"],
        kind="service",
        status="due",
        opened_on=today,
        created_at=change.author.at,
    )


def confirm(change: Change, row: Row, result: str | None) -> None:
    """The customer confirmed the solution, which closes the need."""
    happen(change, row, "confirmed", result)
    change.update("need", row["id"], status="confirmed", result=result or row["result"])


def reopen(change: Change, row: Row, why: str | None) -> None:
    """Taken up again: the clocks start anew, and whether it helped need not be asked yet."""
    happen(change, row, "reopened", why)
    change.update("need", row["id"], status="reopened")
    for survey in change.db.rows("surveys_of_need", need=row["id"]):
        if survey["status"] == "due":
            change.remove("survey", survey["id"])


def decline(change: Change, row: Row, why: str) -> None:
    """It will not be done, and why."""
    happen(change, row, "declined", why)
    change.update("need", row["id"], status="declined", decline_reason=why)
