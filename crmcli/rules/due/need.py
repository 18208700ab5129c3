"""The clocks of a need, its plan and the word about its progress as due items (HANDBOOK §4)."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from crmcli.rules.due import DueItem
from crmcli.rules.due.day import item_on
from crmcli.rules.due.lateness import lateness
from crmcli.rules.due.moment import item_at
from crmcli.rules.said import Said, said

ToLocal = Callable[[str], datetime]

_CLOCKS = {
    "respond": said("first answer"),
    "feedback": said("a solution, a plan or a date"),
    "solve": said("the solution"),
}
_ACTIONS = {
    "respond": "crm log-contact {customer} --need {ref}",
    "feedback": "crm plan-need {ref} --step TEXT --by DATE --sent",
    "solve": "crm resolve {ref} SOLUTION",
}


def clock_item(kind: str, row: Any, local: ToLocal, now: datetime) -> DueItem:
    """One clock (`respond`, `feedback` or `solve`); `row` carries the need's columns as need_… beside its customer's."""
    ref = f"n{row['need_id']}"
    return item_at(
        ref=f"{ref}:{kind}",
        kind=kind,
        row=row,
        title=row["need_text"],
        at=local(row[f"need_{kind}_by"]),
        yellow_at=local(row[f"need_{kind}_from"]),
        now=now,
        why=[what(row), _CLOCKS[kind], *_waiting(row)],
        action=_ACTIONS[kind].format(ref=ref, customer=f"c{row['id']}"),
    )


def what(row: Any) -> Said:
    """`urgent complaint`, `untriaged`."""
    urgency, kind = row["need_urgency"] or "untriaged", row["need_kind"]
    if kind:
        return said("{urgency} {kind}", urgency=said(urgency), kind=said(kind))
    return said(urgency)


def _waiting(row: Any) -> list[Said]:
    return [said("waits for the customer")] if row["need_waiting_since"] else []


def plan_confirm_item(row: Any, today: date) -> DueItem:
    """A plan that was sent, and that nobody has agreed to yet."""
    ref = f"n{row['need_id']}"
    title = said("plan not confirmed yet")
    return _on(row, "plan-confirm", f"{ref}:plan-confirm", "need_plan_confirm_on", title, f"crm confirm {ref} --plan", today)  # fmt: skip


def progress_item(row: Any, today: date) -> DueItem:
    """A need that is worked on, and whose customer has not heard of it for a week."""
    ref = f"n{row['need_id']}"
    title = said("tell the customer how it goes")
    return _on(row, "progress", f"{ref}:progress", "need_progress_on", title, f"crm log-contact c{row['id']} --need {ref}", today)  # fmt: skip


def _on(
    row: Any, kind: str, ref: str, column: str, about: Said, action: str, today: date
) -> DueItem:
    on = date.fromisoformat(row[column])
    return item_on(
        ref=ref,
        kind=kind,
        row=row,
        title=row["need_text"],
        on=on,
        today=today,
        why=[what(row), about, said("due {day}", day=on), lateness(on, today)],
        action=action,
    )


def step_item(row: Any, today: date) -> DueItem:
    """A step of a plan, or a milestone of a contract; `row` carries its columns as plan_step_… beside its customer's."""
    on = date.fromisoformat(row["plan_step_listed_on"])
    ref = f"l{row['plan_step_id']}"
    contract = row["plan_step_contract_id"]
    why = [
        said("milestone of k{key}", key=contract)
        if contract
        else said("step of the plan for n{key}", key=row["plan_step_need_id"])
    ]
    if row["plan_step_owner"]:
        why.append(said("owner {owner}", owner=row["plan_step_owner"]))
    if row["plan_step_first_due_on"]:
        why.append(
            said("delayed from {day}", day=date.fromisoformat(row["plan_step_first_due_on"]))
        )
    return item_on(
        ref=ref,
        kind="plan-step",
        row=row,
        title=row["plan_step_text"],
        on=on,
        today=today,
        why=[*why, said("due {day}", day=on), lateness(on, today)],
        action=f"crm done {ref}",
    )
