"""What `done` does to what comes round by itself: reviews of a customer and care; the renewal of a contract and its terms (HANDBOOK §9)."""

from datetime import date
from typing import Any

from crmcli.commands.shared import contracts
from crmcli.commands.shared.settling import Settle
from crmcli.context import Context
from crmcli.errors import BadValue, Forbidden
from crmcli.rules.terms import round_column
from crmcli.store.changes import Change
from crmcli.store.database import as_list
from crmcli.store.derived import day_of
from crmcli.store.derived_file import Touches, check_on, touched_on
from crmcli.store.derived_year import rounds_of
from crmcli.store.records import Record


def of_customer(crm: Context, record: Record, text: str) -> Settle:
    """A round was held, or is left out this time; Forbidden when none is due for long."""
    kind, key, today = record.reference.item or "", record.key, crm.today
    row = crm.db.row("customer_by_id", id=key)
    assert row is not None
    awake = dict(row) | {name: None for name in row.keys() if name.endswith("_snoozed_until")}  # noqa: SIM118, a Row
    care = [
        date.fromisoformat(one["contacted_on"])
        for one in crm.db.rows("care_days", customers=as_list([key]))
    ]
    on = day_of(rounds_of(awake, care, crm.book)[round_column(kind)])
    if on is None:
        raise Forbidden(
            "{text} is not due; crm due --why {ref} says what is", text=text, ref=f"c{key}"
        )
    done = day_of(row[round_column(kind, "done_on")])
    began = date.fromisoformat(max(row["added_on"], row["began_on"] or ""))
    last = max([began, *filter(None, [done]), *(care if kind == "care" else [])])
    insist_near(text, today, last, done, on)
    # An anniversary that is held early is that anniversary's; the others count from the day itself.
    settled = max(today, on) if kind == "value-review" else today

    def settle(change: Change, record: Record, result: str | None) -> None:
        columns = {
            round_column(kind, "done_on"): settled.isoformat(),
            round_column(kind, "snoozed_until"): None,
        }
        change.update("customer", key, **columns)

    return settle


def file_check(crm: Context, record: Record, text: str) -> Settle:
    """What is kept of a customer was found right; Forbidden when it need not be looked at for long."""
    key, today = record.key, crm.today
    row = crm.db.row("customer_by_id", id=key)
    assert row is not None
    if not crm.book.policy.file_check:
        raise Forbidden(
            "{text} is not due, for records are not checked; turn that on with crm config set quality.file_check on",
            text=text,
        )
    touches = Touches(crm.db, as_list([key]), crm.book)
    known = dict(row) | {"file_check_snoozed_until": None, "file_touched_on": touches.of(key)}
    on = day_of(check_on(known, crm.book))
    if on is None:
        raise Forbidden(
            "{text} is not due; crm due --why {ref} says what is", text=text, ref=f"c{key}"
        )
    done = day_of(row["file_checked_on"])
    insist_near(text, today, date.fromisoformat(touched_on(known)), done, on)

    def settle(change: Change, record: Record, result: str | None) -> None:
        change.update(
            "customer", key, file_checked_on=today.isoformat(), file_check_snoozed_until=None
        )

    return settle


def contract(crm: Context, record: Record, text: str) -> Settle:
    """The step of a renewal that was reached is thought of, or the terms are reviewed; Forbidden when neither is due for long."""
    item, row, ref = record.reference.item, record.row, f"k{record.key}"
    if item is None:
        raise BadValue(
            "{ref} is a contract; say what of it is done: {ref}:renewal or {ref}:contract-review",
            ref=ref,
        )
    contracts.insist_open(crm, row, ref)
    columns = (_renewal if item == "renewal" else _review)(crm, record, text)

    def settle(change: Change, record: Record, result: str | None) -> None:
        change.update("contract", record.key, **columns)

    return settle


def _renewal(crm: Context, record: Record, text: str) -> dict[str, Any]:
    from crmcli.rules.year.contracts import renewal_from, step_reached

    row, today, ref = record.row, crm.today, f"k{record.key}"
    starts_on, ends_on = (date.fromisoformat(row[name]) for name in ("starts_on", "ends_on"))
    done = day_of(row["renewal_done_for"])
    if done and done >= ends_on:
        raise Forbidden(
            "{text} is already done, the end included; crm renew {ref} makes the contract that follows, crm renew {ref} --no --reason WHY says that none does",
            text=text,
            ref=ref,
        )
    if row["renewal_from"] is None:
        raise Forbidden("{text} is not due; crm show {ref} says how it stands", text=text, ref=ref)
    on = renewal_from(ends_on, done)
    insist_near(text, today, done or starts_on, done, on)
    reached = step_reached(ends_on, today) if on <= today else on
    return {"renewal_done_for": reached.isoformat(), "renewal_snoozed_until": None}


def _review(crm: Context, record: Record, text: str) -> dict[str, Any]:
    from crmcli.rules.year.contracts import review_on

    row, today = record.row, crm.today
    starts_on, ends_on = (date.fromisoformat(row[name]) for name in ("starts_on", "ends_on"))
    done = day_of(row["reviewed_on"])
    added_on = crm.clock.to_local(row["created_at"]).date()
    on = review_on(starts_on, ends_on, added_on, done, crm.book)
    if on is None or row["review_on"] is None:
        raise Forbidden(
            "{text} is not due; crm show {ref} says how it stands",
            text=text,
            ref=f"k{record.key}",
        )
    insist_near(text, today, done or starts_on, done, on)
    return {"reviewed_on": today.isoformat(), "review_snoozed_until": None}


def insist_near(text: str, today: date, last: date, done: date | None, on: date) -> None:
    """Forbidden when the last time is nearer than the next: who says it then means the last (`done`, where that was settled)."""
    if on <= today or today - last >= on - today:
        return
    if done and done == last:
        raise Forbidden(
            "{text} is already done for {day}; it comes round again on {next}",
            text=text,
            day=done,
            next=on,
        )
    raise Forbidden("{text} is not due before {day}", text=text, day=on)
