"""What `done` does to the reminder of a customer's next order, and to the warning that it may leave (HANDBOOK §7)."""

from datetime import date, timedelta
from typing import NoReturn

from crmcli.commands.shared.settling import Settle
from crmcli.commands.shared.settling_rounds import insist_near
from crmcli.context import Context
from crmcli.errors import Forbidden
from crmcli.rules.value import churn
from crmcli.store.changes import Change
from crmcli.store.derived import day_of
from crmcli.store.records import Record


def reorder(crm: Context, record: Record, text: str) -> Settle:
    """The next order was asked for; Forbidden when none is expected for long, or it was settled since the last one."""
    row, key = record.row, record.key
    on, last = day_of(row["reorder_on"]), day_of(row["last_order_on"])
    if on is None or last is None:
        if row["reorder_done_for"] and row["reorder_done_for"] == row["last_order_on"]:
            raise Forbidden(
                "{text} is already done; it comes round again after the next order", text=text
            )
        raise Forbidden(
            "{text} is not due; crm due --why {ref} says what is", text=text, ref=f"c{key}"
        )
    # What was put off is settled for its own day.
    insist_near(text, crm.today, last, None, min(on, last + timedelta(days=row["reorder_after"])))

    def settle(change: Change, record: Record, result: str | None) -> None:
        columns = {"reorder_done_for": row["last_order_on"], "reorder_snoozed_until": None}
        change.update("customer", key, **columns)

    return settle


def warning(crm: Context, record: Record, text: str) -> Settle:
    """What has begun up to today is dealt with; Forbidden when nothing has that was not settled."""
    row, key, today = record.row, record.key, crm.today
    found = churn.read(row["churn_why"])
    done = day_of(row["churn_done_on"])
    if not any(one.holds(today) and (done is None or one.start > done) for one in found):
        _refuse(text, f"c{key}", [one.start for one in found if one.start > today], done)

    def settle(change: Change, record: Record, result: str | None) -> None:
        columns = {"churn_done_on": today.isoformat(), "churn_snoozed_until": None}
        change.update("customer", key, **columns)

    return settle


def _refuse(text: str, ref: str, coming: list[date], done: date | None) -> NoReturn:
    if done and not coming:
        raise Forbidden(
            "{text} was settled on {day}; a new reason brings it back", text=text, day=done
        )
    if coming:
        raise Forbidden("{text} is not due before {day}", text=text, day=min(coming))
    raise Forbidden("{text} is not due; crm due --why {ref} says what is", text=text, ref=ref)
