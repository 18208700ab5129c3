"""`crm snooze`."""

from datetime import date
from typing import Annotated, NamedTuple

import typer

from crmcli.commands.shared import options
from crmcli.commands.shared.values import Values
from crmcli.context import Context
from crmcli.errors import BadValue, Forbidden
from crmcli.locale import _
from crmcli.rules.terms import ROUNDS, round_column
from crmcli.store.records import Record

EXAMPLES = (
    "crm snooze c12 3wd",
    "crm snooze t3 下周一",
)


def run(
    ctx: typer.Context,
    reference: Annotated[
        str,
        typer.Argument(
            help=_(
                "A customer, for its touch; a task, a key date, a plan step, a survey, a review or a risk."
            ),
            metavar="REF",
        ),
    ],
    until: Annotated[str, typer.Argument(help=_("Not before this day."), metavar="DATE")],
    json: options.Json = False,
    dry_run: options.DryRun = False,
    reason: options.Reason = None,
) -> None:
    """Put a touch, a task or a key date off until a date."""
    crm: Context = ctx.obj
    crm.write(dry_run)
    record = crm.record(reference)
    when = Values(crm).when(until)
    # A number of days lands on a working day like any clock; a date named by hand is meant.
    day = (
        crm.calendar.roll(when.day, crm.settings.get("calendar.roll")) if when.counted else when.day
    )
    if day <= crm.today:
        raise BadValue("{until!r} is not after today; name a day to come", until=until)
    insist(record, reference.strip())
    computed = _COMPUTED.get((record.table, record.reference.item or ""))
    if computed:
        _insist_later(record, computed, day, until)
    with crm.change(reason) as change:
        if computed:
            columns = {computed.until: day.isoformat()}
            if record.reference.item == "visit":  # the next one ends it
                columns["visit_snooze_after"] = record.row["last_visit_on"] or ""
            change.update(record.table, record.key, **columns)
        elif record.table != "customer":
            change.update(record.table, record.key, snoozed_until=day.isoformat())
        else:
            newest = change.take_keys("interaction", 0) - 1
            change.update(
                "customer",
                record.key,
                snooze_until=day.isoformat(),
                snooze_at=change.author.at,
                snooze_after=newest,
            )
    is_touch = record.table == "customer" and not computed and record.reference.item != "win-back"
    name = f"c{record.key}:touch" if is_touch else str(record.reference)
    if json:
        crm.screen.json_item("snooze", {"ref": name, "snoozed_until": day.isoformat()})
    else:
        crm.confirm(
            lambda: _("{ref} comes back on {day}.").format(ref=name, day=crm.days.ahead(day))
        )


class _Computed(NamedTuple):
    """The columns of an item that has no row of its own: until when it is put off, and when it is due."""

    until: str
    due: str


_COMPUTED = {
    **{
        ("customer", kind): _Computed(round_column(kind, "snoozed_until"), round_column(kind))
        for kind in ROUNDS
    },
    ("customer", "reorder"): _Computed("reorder_snoozed_until", "reorder_on"),
    ("customer", "churn"): _Computed("churn_snoozed_until", "churn_on"),
    ("customer", "file-check"): _Computed("file_check_snoozed_until", "file_check_on"),
    ("contract", "renewal"): _Computed("renewal_snoozed_until", "renewal_from"),
    ("contract", "contract-review"): _Computed("review_snoozed_until", "review_on"),
    ("customer", "visit"): _Computed("visit_snooze_until", "visit_on"),
    ("customer_order", "payment"): _Computed("snoozed_until", "payment_from"),
    ("deal", "quote"): _Computed("quote_snoozed_until", "quote_from"),
    ("deal", "deal"): _Computed("due_snoozed_until", "due_on"),
}


def _insist_later(record: Record, computed: _Computed, day: date, text: str) -> None:
    """BadValue when an item is due only then anyway, unless it was put off until then."""
    due_on = record.row[computed.due]
    if day.isoformat() <= due_on != record.row[computed.until]:
        raise BadValue(
            "{until!r} puts {ref} off by nothing, for it is due from {day}; name a later day",
            until=text,
            ref=str(record.reference),
            day=due_on,
        )


def insist(record: Record, text: str) -> None:
    """BadValue for what is never put off, Forbidden for what is done, or is put off otherwise."""
    row, table, item = record.row, record.table, record.reference.item
    if computed := _COMPUTED.get((table, item or "")):
        if row[computed.due] is None:
            raise Forbidden("{ref} is not due, so there is nothing to put off", ref=text)
        return
    if table == "contract":
        raise BadValue(
            "{ref} is a contract; say what of it is put off: {ref}:renewal or {ref}:contract-review",
            ref=text,
        )
    if table == "deal":
        raise BadValue(
            "{ref} is a deal; say what of it is put off: {ref}:quote or {ref}:deal", ref=text
        )
    if table == "customer_order":
        raise BadValue("{ref} is an order; its payment is put off as {ref}:payment", ref=text)
    if table == "need":
        raise Forbidden(
            "{ref} is not put off by a snooze; crm wait n{key} lets the clocks stand still, crm schedule-need n{key} moves the work",
            ref=text,
            key=record.key,
        )
    if table == "promise":
        raise Forbidden(
            "{ref} is not put off by a snooze; crm delay p{key} --until DATE --reason WHY moves it",
            ref=text,
            key=record.key,
        )
    if (table, item) in _SETTLED_ALONE:
        raise Forbidden("{ref} is not put off; crm done {ref} settles it for this time", ref=text)
    if table not in ("customer", "task", "key_date", "plan_step", "survey", "review", "risk"):
        raise BadValue(
            "{ref} cannot be put off; snooze a customer, a task, a key date, a plan step, a survey, a review or a risk",
            ref=text,
        )
    if table == "task" and row["done_at"]:
        raise Forbidden("{ref} is already done; add a new task instead", ref=text)
    if table == "key_date" and row["next_on"] is None:
        raise Forbidden("{ref} came once and is done; add a new key date instead", ref=text)
    if table == "customer" and (row["do_not_contact"] or row["retired_on"]):
        raise Forbidden("{ref} is never due, so there is nothing to put off", ref=f"c{record.key}")
    if table == "customer" and item == "win-back" and row["win_back_on"] is None:
        raise Forbidden("{ref} is not due, so there is nothing to put off", ref=text)
    if table in ("plan_step", "survey", "review", "risk") and row[_LISTED[table]] is None:
        raise Forbidden(
            "{ref} is not due any more, so there is nothing to put off; crm show {ref} says how it stands",
            ref=text,
        )


_SETTLED_ALONE = (("customer", "survey"), ("customer", "unanswered"), ("interaction", "unanswered"))
"""Items that are not put off; a customer's others are one with its touch, or in `_COMPUTED`."""

_LISTED = {
    "plan_step": "listed_on", "survey": "listed_on", "review": "listed_from", "risk": "listed_from",
}  # fmt: skip
"""The column that is empty once there is nothing to do."""
