"""What `done` does to each kind of due item: the one mark that settles it for its period or step (CLI.md)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from crmcli.context import Context
from crmcli.errors import BadValue, Forbidden
from crmcli.rules.key_dates import current, lead
from crmcli.rules.terms import ROUNDS
from crmcli.store.changes import Change
from crmcli.store.derived import day_of, loss_or_silence
from crmcli.store.history import setter_of
from crmcli.store.records import Record

Settle = Callable[[Change, Record, Any], None]


_AHEAD = timedelta(days=60)
"""So long before a key date it can be settled, or from when it is due on."""


def settler(crm: Context, record: Record, text: str) -> Settle:
    """How the item is settled; BadValue or Forbidden when it is none, is settled already, or is settled otherwise."""
    item = record.reference.item
    if record.table in _ELSEWHERE:
        return _ELSEWHERE[record.table](crm, record, text)
    if record.table == "task":
        return _task(crm, record, text)
    if record.table == "key_date":
        return _key_date(crm, record, text)
    if item == "unanswered":
        return _unanswered(crm, record, text)
    if record.table == "customer" and item == "win-back":
        return _win_back(crm, record, text)
    if record.table == "customer" and item == "survey":
        return _periodic_survey(crm, record, text)
    if record.table == "customer" and item in ROUNDS:
        return _round(crm, record, text)
    if record.table == "customer" and item == "file-check":
        return _file_check(crm, record, text)
    if record.table == "customer" and item in ("reorder", "churn"):
        return (_reorder if item == "reorder" else _warning)(crm, record, text)
    if record.table == "customer" and item == "visit":
        raise Forbidden(
            "a visit is settled by making it: crm log-contact {ref} --channel visit",
            ref=f"c{record.key}",
        )
    if record.table == "customer":
        raise Forbidden(
            "a touch is settled by talking: crm log-contact {ref}", ref=f"c{record.key}"
        )
    raise BadValue("{text} is nothing that is due; crm due lists what is", text=text)


def already_done(crm: Context, record: Record, text: str) -> Forbidden:
    """What is done cannot be done again: by which change it was, where one did it."""
    change = setter_of(crm.db, record.table, record.key, "done_at")
    if change is None:  # an import brought it so
        return Forbidden(
            "{text} was done already when it came here; add a new task instead", text=text
        )
    return Forbidden(
        "{text} is already done; crm undo x{change} takes that back", text=text, change=change
    )


def _task(crm: Context, record: Record, text: str) -> Settle:
    if record.row["done_at"]:
        raise already_done(crm, record, text)
    today = crm.today.isoformat()

    def settle(change: Change, record: Record, result: str | None) -> None:
        change.update("task", record.key, done_at=change.author.at, done_on=today, result=result)

    return settle


def _key_date(crm: Context, record: Record, text: str) -> Settle:
    next_on, done_on = day_of(record.row["next_on"]), day_of(record.row["done_on"])
    if next_on is None:
        raise Forbidden("{text} came once and is done; add a new key date instead", text=text)
    # Who says it twice means the occurrence that is settled already, not that of next year.
    if done_on and crm.today - done_on < next_on - crm.today:
        raise Forbidden(
            "{text} is already done for {day}; it comes round again on {next}",
            text=text,
            day=done_on,
            next=next_on,
        )
    ahead = max(_AHEAD, lead(record.row["kind"], record.row["lead_days"]))
    if next_on - crm.today > ahead:
        raise Forbidden("{text} is not due; it comes on {day}", text=text, day=next_on)
    row = record.row  # of several that nobody settled the newest, which is the one that is listed
    settled = current(row["day"], row["kind"], next_on, row["lead_days"], crm.today, crm.book.lunar).isoformat()  # fmt: skip

    def settle(change: Change, record: Record, result: str | None) -> None:
        change.update("key_date", record.key, done_on=settled, snoozed_until=None)

    return settle


def _win_back(crm: Context, record: Record, text: str) -> Settle:
    due_on = record.row["win_back_on"]
    if due_on is None or due_on > crm.today.isoformat():
        raise Forbidden(
            "{text} is not due; crm due --why {ref} says what is", text=text, ref=f"c{record.key}"
        )
    since = loss_or_silence(crm.db, record.key)

    def settle(change: Change, record: Record, result: str | None) -> None:
        change.update("customer", record.key, win_back_done_for=since)

    return settle


def _unanswered(crm: Context, record: Record, text: str) -> Settle:
    key = record.key if record.table == "customer" else record.row["customer_id"]
    customer = crm.db.row("customer_by_id", id=key)
    message = customer["unanswered_id"] if customer else None
    if message is None or (record.table == "interaction" and record.key != message):
        raise Forbidden(
            "{text} awaits no answer; crm due --why c{key} says what is due", text=text, key=key
        )

    def settle(change: Change, record: Record, result: str | None) -> None:
        newest = change.take_keys("interaction", 0) - 1
        change.update("customer", key, unanswered_done_id=newest)

    return settle


# --- needs, promises and surveys ---


def _by(module: str, function: str) -> Callable[[Context, Record, str], Settle]:
    """Imported only when it is asked for."""

    def settler_of(crm: Context, record: Record, text: str) -> Settle:
        from importlib import import_module

        found = getattr(import_module(f"crmcli.commands.shared.{module}"), function)
        settle: Settle = found(crm, record, text)
        return settle

    return settler_of


_ELSEWHERE = {
    "need": _by("settling_needs", "need"),
    "plan_step": _by("settling_needs", "plan_step"),
    "promise": _by("settling_promises", "promise"),
    "survey": _by("settling_surveys", "survey"),
    "review": _by("settling_surveys", "review"),
    "contract": _by("settling_rounds", "contract"),
    "deal": _by("settling_deals", "deal"),
    "customer_order": _by("settling_orders", "order"),
    "risk": _by("settling_risks", "risk"),
}
_periodic_survey = _by("settling_surveys", "periodic")
_round = _by("settling_rounds", "of_customer")
_file_check = _by("settling_rounds", "file_check")
_reorder = _by("settling_value", "reorder")
_warning = _by("settling_value", "warning")
