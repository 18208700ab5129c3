"""`crm delay`."""

from datetime import date
from typing import Annotated, Any

import typer

from crmcli.commands.shared import needs, options, service_texts
from crmcli.commands.shared.records import any_record, privacy
from crmcli.commands.shared.values import Values, clean
from crmcli.context import Context
from crmcli.errors import BadValue, Forbidden
from crmcli.locale import _
from crmcli.output import words
from crmcli.rules.due.task import put_off
from crmcli.rules.service import states
from crmcli.store.changes import Change
from crmcli.store.records import Record, find_record

EXAMPLES = (
    "crm delay l7 --until fri --reason 'the part is late'",
    "crm delay p2 --until 下周三 --reason '供应商延期' --told",
)
_DATES = {"plan_step": "due_on", "promise": "due_on", "task": "due_on", "need": "scheduled_on"}
"""What of a record can be put off: the column that holds its day."""

_FIRST = {"plan_step": "first_due_on", "promise": "first_due_on", "need": "first_scheduled_on"}
"""The column that keeps the day before it was put off; of a task the change log does."""


def run(
    ctx: typer.Context,
    reference: Annotated[
        str,
        typer.Argument(
            help=_("A plan step, a promise, a task, or a need that is scheduled."), metavar="REF"
        ),
    ],
    until: Annotated[
        str | None, typer.Option("--until", help=_("The new date; required."), metavar="DATE")
    ] = None,
    told: Annotated[
        bool,
        typer.Option("--told", help=_("The customer knows; otherwise a task says to tell them.")),
    ] = False,
    json: options.Json = False,
    reveal: options.Reveal = False,
    dry_run: options.DryRun = False,
    reason: Annotated[
        str | None, typer.Option("--reason", help=_("Why it is later; required."))
    ] = None,
) -> None:
    """Put a plan step, a promise or a task off, with a reason."""
    crm: Context = ctx.obj
    crm.write(dry_run)
    record = crm.record(reference)
    was = _date_of(record)
    why = clean(reason or "")
    if until is None:
        raise BadValue("the new date is missing; add --until DATE")
    if not why:
        raise BadValue("a delay needs a reason; add --reason WHY")
    when = Values(crm).when(until)
    if when.day < crm.today or when.day <= was:
        raise BadValue(
            "--until {until!r} is not later than {was}; name a later day, or set an earlier one with crm edit",
            until=until,
            was=max(was, crm.today),
        )
    columns = _columns(record, when.day, why)
    if record.table in ("promise", "task") and when.time:
        columns["due_time"] = when.time.strftime("%H:%M")
    time = columns.get("due_time") or _time_of(record)
    # What they owe they need not be told.
    is_known = told or (record.table == "promise" and record.row["by"] == "they-owe")
    with crm.change(why) as change:
        change.update(record.table, record.key, **columns)
        if told:
            _note_as_told(change, record)
        task = None if is_known else _make_task(crm, change, record, was, when.day, why)
    if record.table == "plan_step":
        _say_late(crm, record, when.day)
    if json:
        mask = privacy(crm, reveal)
        item = any_record(crm, find_record(crm.db, str(record.reference)), mask)
        crm.screen.json_item(record.table.replace("_", "-"), item, masked=mask.did_mask)
        return
    said = [
        _("{ref} is put off from {was} to {day}.").format(
            ref=record.reference,
            was=words.day(was, crm.today),
            day=crm.days.ahead(when.day, time=time),
        )
    ]
    if task:
        said.append(_("Tell the customer: {task}.").format(task=f"t{task}"))
    crm.confirm(lambda: "\n".join(said), *([f"t{task}"] if task else []))


def _date_of(record: Record) -> date:
    """The day that is put off; BadValue or Forbidden when there is none to put off."""
    row, ref = record.row, str(record.reference)
    if record.table not in _DATES or record.reference.item:
        raise BadValue(
            "{ref} cannot be delayed; name a plan step, a promise, a task or a scheduled need",
            ref=ref,
        )
    if record.table == "need":
        states.insist("delay", ref, row["status"])
        if not row["scheduled_on"]:
            raise Forbidden(
                "{ref} is not scheduled for a date; crm schedule-need {ref} --by DATE does that",
                ref=ref,
            )
    elif record.table == "promise" and (row["kept_on"] or row["broken_on"]):
        raise Forbidden("{ref} is settled already; add a new promise instead", ref=ref)
    elif record.table != "promise" and row["done_at"]:
        raise Forbidden("{ref} is already done; add a new task instead", ref=ref)
    return date.fromisoformat(row[_DATES[record.table]])


def _time_of(record: Record) -> str | None:
    """The time of day it is due at, which stays when only another day is named."""
    time: str | None = record.row["due_time"] if record.table in ("promise", "task") else None
    return time


def _columns(record: Record, day: date, why: str) -> dict[str, Any]:
    columns: dict[str, Any] = {_DATES[record.table]: day.isoformat()}
    # Of several delays the first date is the one that was promised.
    if record.table in _FIRST:
        columns["delay_reason"] = why
        first = _FIRST[record.table]
        if not record.row[first]:
            columns[first] = record.row[_DATES[record.table]]
            if record.table == "promise":
                columns["first_due_time"] = record.row["due_time"]
    if record.table in ("plan_step", "task"):
        columns["snoozed_until"] = None
    return columns


def _need_of(record: Record) -> int | None:
    key: int | None = record.key if record.table == "need" else record.row["need_id"]
    return key


def _say_late(crm: Context, record: Record, day: date) -> None:
    row = crm.db.row("need_row", id=record.row["need_id"])
    if row is not None:
        service_texts.say_late(crm, row, str(record.reference), day)


def _note_as_told(change: Change, record: Record) -> None:
    key = _need_of(record)
    row = change.db.row("need_row", id=key) if key else None
    if row is not None and row["status"] in states.OPEN:
        needs.happen(change, row, "told")


def _make_task(crm: Context, change: Change, record: Record, was: date, day: date, why: str) -> int:
    """A task to tell the customer, today; what it says is in the words of the rep."""
    what = (record.row["scheduled_for"] if record.table == "need" else None) or record.row["text"]
    text = put_off(what, str(was), str(day), why).render(str, str)
    for task in crm.db.rows("tasks_of", customer=record.row["customer_id"]):
        if task["tells"] and task["text"].startswith(
            f"{what}: "
        ):  # they are told once, and the newest
            change.update("task", task["id"], text=text[:1000], due_on=crm.today.isoformat())
            return int(task["id"])
    return change.insert(
        "task",
        customer_id=record.row["customer_id"],
        need_id=_need_of(record),
        kind="task",
        tells=1,
        text=text[:1000],
        owner=crm.actor,
        due_on=crm.today.isoformat(),
        created_at=change.author.at,
    )
