"""Steps from stage to stage, each dated, and why a customer was lost (HANDBOOK §1)."""

from datetime import date
from typing import Any

from crmcli.commands.shared.values import clean
from crmcli.context import Context, is_interactive
from crmcli.errors import BadValue, Forbidden
from crmcli.locale import _
from crmcli.rules import terms
from crmcli.store.changes import Change, check
from crmcli.store.database import Row


def set_stage(change: Change, who: Row, stage: str, day: date, loss_reason: str | None) -> None:
    """Move a customer to a stage, dated, with the reason when it is lost, None for none; to the stage it has, only that."""
    values: dict[str, Any] = {"stage": stage}
    if stage != "lost" and loss_reason:
        raise BadValue("--loss-reason is for customers that are lost; add --stage lost")
    values["loss_reason"] = loss_reason if stage == "lost" else None
    change.update("customer", who["id"], **values)
    if stage != who["stage"]:
        change.insert(
            "stage_change",
            customer_id=who["id"],
            from_stage=who["stage"],
            to_stage=stage,
            changed_on=day.isoformat(),
        )


def ask_why_lost(crm: Context, who: Row, stage: str | None, reason: str | None) -> str | None:
    """Why a customer that is being lost is; a person at a terminal who did not say is asked, and need not answer."""
    if reason or stage != "lost" or who["stage"] == "lost" or not is_interactive():
        return reason
    with crm.waiting_for_a_person():
        answer = _answer(crm, who["name"])
    now = crm.db.row("customer_by_id", id=who["id"])
    if now is None or now["deleted_at"] or any(now[name] != who[name] for name in who.keys()):  # noqa: SIM118, a Row
        raise Forbidden(
            "{name} was changed by somebody else in the meantime; try again", name=who["name"]
        )
    return answer


def _answer(crm: Context, name: str) -> str | None:
    known = _(", ").join(_(word) for word in terms.LOSS_REASON.words)
    question = _("Why was {name} lost? ({known}; Enter for later)").format(name=name, known=known)
    while answer := crm.screen.ask(question):
        try:
            reason = terms.read_loss_reason(clean(answer))
            check("customer", {"loss_reason": reason})
        except BadValue as error:
            crm.screen.note(error.sentence(_))
        else:
            return reason
    return None
