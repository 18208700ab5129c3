"""What `done` does to the items of a need and to the steps of its plan (CLI.md: the service clocks name the command that does)."""

from typing import Any

from crmcli.commands.shared import need_steps, needs
from crmcli.commands.shared.settling import Settle, already_done
from crmcli.context import Context
from crmcli.errors import Forbidden, Listed
from crmcli.rules.said import typed
from crmcli.store.changes import Change
from crmcli.store.records import Record

_RESOLVE = "crm resolve {ref} SOLUTION"
_COMMANDS = {
    "respond": ["crm log-contact c{customer} --need {ref}"],
    "feedback": ["crm plan-need {ref} --sent", "crm schedule-need {ref}", _RESOLVE],
    "solve": [_RESOLVE],
    None: [_RESOLVE],
}


def need(crm: Context, record: Record, text: str) -> Settle:
    """How a need's item is settled: the plan is confirmed, the progress told; Forbidden for its clocks."""
    row, item, ref = record.row, record.reference.item, f"n{record.key}"
    if item not in ("plan-confirm", "progress"):
        command = Listed(
            typed(one.format(ref=ref, customer=row["customer_id"])) for one in _COMMANDS[item]
        )
        raise Forbidden("{text} is settled by: {command}", text=text, command=command)
    column = "plan_confirm_on" if item == "plan-confirm" else "progress_on"
    if row[column] is None:
        raise Forbidden("{text} is not due; crm show {ref} says how it stands", text=text, ref=ref)

    def settle(change: Change, record: Record, result: str | None) -> None:
        if item == "plan-confirm":
            need_steps.agree(change, record.row, result)
        else:
            needs.happen(change, record.row, "told", result)

    return settle


def plan_step(crm: Context, record: Record, text: str) -> Settle:
    """A step of a plan is done; the first one begins the work."""
    if record.row["done_at"]:
        raise already_done(crm, record, text)
    row = crm.db.row("need_row", id=record.row["need_id"])
    today = crm.today.isoformat()

    def settle(change: Change, record: Record, result: str | None) -> None:
        columns: dict[str, Any] = {"done_at": change.author.at, "done_on": today, "result": result}
        change.update("plan_step", record.key, **columns)
        if row is not None:
            need_steps.start(change, row)

    return settle
