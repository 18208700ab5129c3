"""What `done` does to a risk: it closes it, with what came of it (HANDBOOK §9)."""

from crmcli.commands.shared.settling import Settle
from crmcli.commands.shared.values import clean
from crmcli.context import Context, is_interactive
from crmcli.errors import BadValue, Forbidden
from crmcli.locale import _
from crmcli.store.changes import Change
from crmcli.store.history import setter_of
from crmcli.store.records import Record


def risk(crm: Context, record: Record, text: str) -> Settle:
    """How `r2` is closed; Forbidden when it is already."""
    if record.row["closed_at"]:
        raise _closed_already(crm, record, text)
    today = crm.today.isoformat()

    def settle(change: Change, record: Record, result: str | None) -> None:
        change.update("risk", record.key, closed_at=change.author.at, closed_on=today, result=result)  # fmt: skip

    return settle


def ask_how_it_ended(crm: Context, record: Record) -> str:
    """What came of a risk, where it was not said: a person at a terminal is asked; BadValue when nobody says it."""
    answer = ""
    if is_interactive():
        with crm.waiting_for_a_person():
            answer = clean(crm.screen.ask(_("How did it end?")))
        now = crm.db.row("risk_row", id=record.key)
        if now is None or any(now[name] != record.row[name] for name in record.row.keys()):  # noqa: SIM118, a Row
            raise Forbidden(
                "{ref} was changed by somebody else in the meantime; try again",
                ref=str(record.reference),
            )
    if not answer:
        raise BadValue(
            "how did it end? crm done {ref} RESULT closes a risk with its result",
            ref=str(record.reference),
        )
    return answer


def _closed_already(crm: Context, record: Record, text: str) -> Forbidden:
    change = setter_of(crm.db, "risk", record.key, "closed_at")
    if change is None:  # an import brought it so
        return Forbidden(
            "{text} was closed already when it came here; add a new risk instead", text=text
        )
    return Forbidden(
        "{text} is already closed; crm undo x{change} takes that back", text=text, change=change
    )
