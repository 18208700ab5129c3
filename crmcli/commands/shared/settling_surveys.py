"""What `done` does to a survey, a review, the survey that comes round by itself, and the review of the articles (HANDBOOK §5)."""

from typing import NoReturn

from crmcli.commands.shared import surveys
from crmcli.commands.shared.settling import Settle
from crmcli.context import Context
from crmcli.errors import Forbidden
from crmcli.store.changes import Change
from crmcli.store.facts import day_of
from crmcli.store.history import setter_of
from crmcli.store.records import Record


def survey(crm: Context, record: Record, text: str) -> Settle:
    """A survey is settled without an answer; Forbidden when it is answered or given up already."""
    if record.row["status"] not in surveys.OPEN:
        _refuse(crm, record, text, "status")
    today = crm.today.isoformat()

    def settle(change: Change, record: Record, result: str | None) -> None:
        change.update("survey", record.key, **surveys.times("no_answer", change.author.at, today))

    return settle


def review(crm: Context, record: Record, text: str) -> Settle:
    """A review is done, with what came of it as its action."""
    if record.row["done_on"]:
        _refuse(crm, record, text, "done_on")
    today = crm.today.isoformat()

    def settle(change: Change, record: Record, result: str | None) -> None:
        change.update(
            "review",
            record.key,
            action=result or record.row["action"],
            done_at=change.author.at,
            done_on=today,
        )

    return settle


def _refuse(crm: Context, record: Record, text: str, column: str) -> NoReturn:
    change = setter_of(crm.db, record.table, record.key, column)
    if change is None:  # it came into the file so
        raise Forbidden("{text} is already done; crm show {text} says how it stands", text=text)
    raise Forbidden(
        "{text} is already done; crm undo x{change} takes that back", text=text, change=change
    )


def periodic(crm: Context, record: Record, text: str) -> Settle:
    """The survey of this period is settled without an answer; Forbidden when none is due."""
    row = record.row
    kind, on = row["ask_kind"], day_of(row["ask_on"])
    if on is None:
        raise Forbidden(
            "{text} is not due; crm due --why {ref} says what is", text=text, ref=f"c{record.key}"
        )
    if on > crm.today:
        raise Forbidden("{text} is not due before {day}", text=text, day=on)
    today = crm.today.isoformat()

    def settle(change: Change, record: Record, result: str | None) -> None:
        target = surveys.Target(record.key, kind)
        surveys.write(change, target, today, surveys.times("no_answer", change.author.at, today))

    return settle
