"""What lies in a period, for dossiers (HANDBOOK §10): of one customer, of everyone, and whether anybody's is not archived.

`begin_day` and `end_day` are the period's first and last local day, `begin_instant` its first instant and `end_instant`
the one after it. What a kind of record has in a period is one line in `IN_PERIOD`.
"""

from typing import Any

from sqlalchemy import (
    ColumnElement,
    and_,
    bindparam,
    case,
    column,
    delete,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    table,
    update,
)
from sqlalchemy.sql.base import Executable

from crmcli.store import models
from crmcli.store.statements.tables import (
    T,
    attachment,
    change,
    change_range,
    change_row,
    columns_of,
    contract,
    customer,
    customer_order,
    deal,
    dossier,
    escalation,
    former_customer,
    in_period,
    interaction,
    is_live,
    listed,
    meta,
    need,
    one_of,
    plan_step,
    promise,
    review,
    risk,
    service_event,
    stage_change,
    survey,
    task,
)

_happening = table("happening", column("customer_id"))
_logged = table("logged", column("customer_id"), column("row_id"))
"""Temporary tables of one run: who has anything in the period, and whose each logged row of it is (store/dossiers.py)."""


def _days(*columns: Any) -> list[ColumnElement[bool]]:
    return [one.between(bindparam("begin_day"), bindparam("end_day")) for one in columns]


def _instants(*columns: Any) -> list[ColumnElement[bool]]:
    return [and_(*in_period(one)) for one in columns]


def _of_need(part: Any, *when: ColumnElement[bool]) -> ColumnElement[bool]:
    """Needs to which something happened in the period."""
    return need.id.in_(select(part.need_id).where(is_live(part), or_(*when)).correlate(None))


def _of_contract(*when: ColumnElement[bool]) -> ColumnElement[bool]:
    """Contracts of which a milestone lies in the period."""
    found = select(plan_step.contract_id).where(
        is_live(plan_step), plan_step.contract_id.is_not(None), or_(*when)
    )
    return contract.id.in_(found.correlate(None))


IN_PERIOD: dict[str, tuple[ColumnElement[bool], tuple[Any, ...]]] = {
    "need": (
        or_(
            *_instants(need.received_at),
            _of_need(service_event, *_instants(service_event.at)),
            _of_need(escalation, *_instants(escalation.at)),
            _of_need(plan_step, *_days(plan_step.due_on, plan_step.done_on), *_instants(plan_step.created_at)),
        ),
        (need.received_at, need.id),
    ),
    "interaction": (or_(*_days(interaction.contacted_on)), (interaction.at, interaction.id)),
    "task": (or_(*_days(task.due_on, task.done_on), *_instants(task.created_at)), (task.due_on, task.id)),
    "promise": (
        or_(
            *_days(promise.due_on, promise.kept_on, promise.broken_on),
            *_instants(promise.created_at, promise.warned_at, promise.amends_done_at),
        ),
        (promise.due_on, promise.id),
    ),
    "survey": (
        or_(*_days(survey.opened_on, survey.sent_on, survey.answered_on), *_instants(survey.at)),
        (survey.opened_on, survey.id),
    ),
    "review": (or_(*_days(review.done_on), *_instants(review.opened_at)), (review.opened_at, review.id)),
    "stage_change": (or_(*_days(stage_change.changed_on)), (stage_change.changed_on, stage_change.id)),
    "deal": (
        or_(*_days(deal.quoted_on, deal.close_on, deal.closed_on), *_instants(deal.created_at)),
        (deal.created_at, deal.id),
    ),
    "contract": (
        or_(
            *_days(contract.starts_on, contract.ends_on, contract.closed_on, contract.reviewed_on),
            *_instants(contract.created_at),
            _of_contract(*_days(plan_step.due_on, plan_step.done_on), *_instants(plan_step.created_at)),
        ),
        (contract.starts_on, contract.id),
    ),
    "customer_order": (
        or_(*_days(customer_order.ordered_on, customer_order.pay_by, customer_order.paid_on)),
        (customer_order.ordered_on, customer_order.id),
    ),
    "risk": (or_(*_days(risk.opened_on, risk.closed_on)), (risk.opened_at, risk.id)),
    "attachment": (or_(*_days(attachment.attached_on)), (attachment.attached_on, attachment.id)),
}  # fmt: skip
"""What lies in a period of each kind of record, and the order it is told in."""


def _whose() -> ColumnElement[Any]:
    """The customer that the row of a line of the change log belongs to; null when it belongs to none, or is erased."""
    cases: list[Any] = [(change_row.row_table == "customer", change_row.row_id)]
    for model in models.LOGGED:
        part = model.__table__  # type: ignore[attr-defined]
        if "customer_id" in part.c:
            found = select(part.c.customer_id).where(part.c.id == change_row.row_id)
        elif "interaction_id" in part.c:  # a participant
            joined = part.join(T["interaction"], interaction.id == part.c.interaction_id)
            found = (
                select(interaction.customer_id)
                .select_from(joined)
                .where(part.c.id == change_row.row_id)
            )
        else:
            continue
        cases.append(
            (change_row.row_table == part.name, found.correlate(T["change_row"]).scalar_subquery())
        )
    return case(*cases)


def _is_archived(key: Any) -> ColumnElement[bool]:
    """A dossier of the whole period was sealed after its end, and nothing of that time was entered since."""
    return exists(
        select(literal(1)).where(
            dossier.customer_id == key,
            dossier.first_on <= bindparam("begin_day"),
            dossier.last_on >= bindparam("end_day"),
            dossier.sealed_at >= bindparam("end_instant"),
            dossier.erased_at.is_(None),
            dossier.is_behind == 0,
        )
    )


def _someone(key: Any, *found: ColumnElement[bool]) -> ColumnElement[bool]:
    """Somebody live fits whose period is not archived."""
    live = exists(select(literal(1)).where(customer.id == key, is_live(customer)))
    return exists(select(literal(1)).where(*found, live, ~_is_archived(key)).correlate(None))


def _someone_with_a_contact() -> ColumnElement[bool]:
    """The first by their newest contact have it in the period itself; whoever was contacted later is looked up."""
    in_it = exists(
        select(literal(1)).where(
            is_live(interaction),
            interaction.customer_id == customer.id,
            *in_period(interaction.at),
        )
    )
    found = select(literal(1)).where(
        is_live(customer),
        customer.last_contact_at >= bindparam("begin_instant"),
        or_(customer.last_contact_at < bindparam("end_instant"), in_it),
        ~_is_archived(customer.id),
    )
    return exists(found.correlate(None))


def _someone_changed() -> ColumnElement[bool]:
    """Whatever was entered in the period is in the log of its changes."""
    joined = T["change"].join(T["change_row"], change_row.change_id == change.id)
    whose = (
        select(_whose().label("key")).select_from(joined).where(*in_period(change.at)).subquery()
    )
    live = exists(select(literal(1)).where(customer.id == whose.c.key, is_live(customer)))
    found = select(literal(1)).select_from(whose).where(live, ~_is_archived(whose.c.key))
    return exists(found)


_EVENTS = (
    "sent", "agreed", "scheduled", "started", "told", "waiting", "resumed", "resolved", "confirmed", "reopened", "declined",
)  # fmt: skip
_behind_in_period = exists(
    select(literal(1)).where(
        dossier.is_behind == 1,
        dossier.first_on <= bindparam("begin_day"),
        dossier.last_on >= bindparam("end_day"),
        dossier.sealed_at >= bindparam("end_instant"),
        dossier.erased_at.is_(None),
    )
)
_NOTE = "archived"
_note_days = (func.substr(meta.value, 1, 10), func.substr(meta.value, 12, 10))


def _ended(first: Any, last: Any) -> list[ColumnElement[bool]]:
    """The day that was bound lies in the period: a span of days for an instant, whose day depends on the time zone."""
    return [first <= bindparam("until"), last >= bindparam("since")]


DATED = {
    "interaction": "contacted_on", "need": "received_at", "service_event": "at", "escalation": "at", "plan_step": "due_on",
    "promise": "due_on", "survey": "opened_on", "review": "opened_at", "stage_change": "changed_on", "task": "due_on",
    "deal": "closed_on", "contract": "starts_on", "customer_order": "ordered_on", "risk": "opened_on", "attachment": "attached_on",
}  # fmt: skip
"""By what a row that is entered late belongs to a period that is over (store/changes.py)."""


def _late_in_bulk(name: str) -> dict[str, Executable]:
    part = T[name]
    day: Any = func.substr(part.c[DATED[name]], 1, 10)
    some = part.c.id.between(bindparam("first"), bindparam("last"))

    def lies_in(first: Any, last: Any) -> ColumnElement[bool]:
        if DATED[name].endswith("at"):
            first, last = func.date(first, "-1 day"), func.date(last, "+1 day")
        found: ColumnElement[bool] = day.between(first, last)
        return found

    whose = part.c.customer_id == dossier.customer_id
    return {
        f"mark_behind_{name}": update(T["dossier"])
        .values(is_behind=1)
        .where(
            dossier.is_behind == 0,
            exists(
                select(literal(1)).where(some, whose, lies_in(dossier.first_on, dossier.last_on))
            ),
        ),
        f"reopen_archive_{name}": _reopened().where(
            exists(select(literal(1)).where(some, lies_in(*_note_days)))
        ),
    }


def _reopened() -> Any:
    return (
        update(T["meta"])
        .values(value=func.substr(meta.value, 1, 21).concat(" open"))
        .where(meta.name == _NOTE, func.substr(meta.value, 23) == "archived")
    )


def archiving() -> dict[str, Executable]:
    """All of them, by name."""
    joined = T["change"].join(T["change_row"], change_row.change_id == change.id)
    whose = _whose()
    made: dict[str, Executable] = {}
    for name, (lies_in_it, order) in IN_PERIOD.items():
        part = T[name].c
        made[f"dossier_{name}"] = (
            select(*columns_of(part))
            .where(is_live(part), part.customer_id == bindparam("customer"), lies_in_it)
            .order_by(*order)
        )
        # Put in a temporary table whose every customer stands once.
        made[f"happening_{name}"] = insert(_happening).from_select(
            ["customer_id"],
            # a file attached to an article is nobody's
            select(part.customer_id)
            .distinct()
            .where(
                is_live(part),
                lies_in_it,
                *([part.customer_id.is_not(None)] if part.customer_id.nullable else []),
            ),
        )
    for name in DATED:
        made |= _late_in_bulk(name)
    return made | {
        "happening_logged": insert(_happening).from_select(
            ["customer_id"], select(_logged.c.customer_id).distinct()
        ),
        "logged_in_period": insert(_logged).from_select(
            ["customer_id", "row_id"],
            select(whose.label("customer_id"), change_row.id)
            .select_from(joined)
            .where(*in_period(change.at), whose.is_not(None)),
        ),
        "dossier_changes": select(
            *columns_of(change_row), change.at, change.actor, change.command, change.reason, change.happened_on, change.undone_by
        )
        .select_from(
            _logged.join(T["change_row"], change_row.id == _logged.c.row_id).join(T["change"], change.id == change_row.change_id)
        )
        .where(one_of(_logged.c.customer_id, "customers"))
        .order_by(change_row.change_id, change_row.id),
        "ranges_in_period": select(
            *columns_of(change_range), change.at, change.actor, change.command, change.reason, change.undone_by
        )
        .select_from(T["change"].join(T["change_range"], change_range.change_id == change.id))
        .where(*in_period(change.at))
        .order_by(change_range.id),
        "service_events_of_some": select(*columns_of(service_event))
        .where(is_live(service_event), one_of(service_event.need_id, "needs"))
        .order_by(service_event.at, service_event.id),
        "escalations_of_some": select(*columns_of(escalation))
        .where(is_live(escalation), one_of(escalation.need_id, "needs"))
        .order_by(escalation.at, escalation.id),
        "former_keys": select(former_customer.former_id).where(
            is_live(former_customer), former_customer.customer_id == bindparam("customer")
        ),
        "not_archived": select(*listed)
        .where(
            is_live(customer),
            customer.id > bindparam("after"),
            customer.id.in_(select(_happening.c.customer_id)),
            ~_is_archived(customer.id),
        )
        .order_by(customer.id)
        .limit(bindparam("limit")),
        # the due item of the whole file
        "archive_note": select(meta.value, _behind_in_period.label("is_behind"))
        .select_from(select(literal(1).label("one")).subquery().outerjoin(T["meta"], meta.name == _NOTE)),
        # One question after the other, for reading a long statement takes SQLite longer than answering it.
        "contact_not_archived": select(_someone_with_a_contact().label("found")),
        "service_not_archived": select(
            or_(
                _someone(need.customer_id, is_live(need), *in_period(need.received_at)),
                _someone(service_event.customer_id, is_live(service_event), service_event.kind.in_(map(literal, _EVENTS)), *in_period(service_event.at)),
                _someone(promise.customer_id, is_live(promise), *_days(promise.due_on)),
                _someone(survey.customer_id, is_live(survey), *in_period(survey.at)),
                _someone(customer_order.customer_id, is_live(customer_order), *_days(customer_order.ordered_on)),
                _someone(contract.customer_id, is_live(contract), *_days(contract.ends_on)),
            ).label("found")
        ),
        "first_change": select(change.at).order_by(change.id).limit(1),
        "anything_changed": select(exists(select(literal(1)).where(*in_period(change.at))).label("found")),
        "change_not_archived": select(_someone_changed().label("found")),
        # entered late
        "mark_behind": update(T["dossier"])
        .values(is_behind=1)
        .where(dossier.customer_id == bindparam("customer"), *_ended(dossier.first_on, dossier.last_on)),
        "mark_all_behind": update(T["dossier"]).values(is_behind=1).where(dossier.customer_id == bindparam("customer")),
        "reopen_archive": _reopened().where(*_ended(*_note_days)),
        "reopen_archive_anyway": _reopened(),
        # the list of dossiers
        "dossiers": select(*columns_of(dossier)).order_by(dossier.first_on.desc(), dossier.customer_id, dossier.id),
        "dossiers_of": select(*columns_of(dossier))
        .where(one_of(dossier.customer_id, "customers"))
        .order_by(dossier.first_on.desc(), dossier.customer_id, dossier.id),
        "dossiers_ended_before": select(*columns_of(dossier)).where(dossier.last_on < bindparam("day")).order_by(dossier.id),
        "dossier_with_digest": select(*columns_of(dossier)).where(dossier.digest == bindparam("digest")),
        "catch_up_dossier": update(T["dossier"]).values(is_behind=0).where(dossier.customer_id == bindparam("of"), dossier.period == bindparam("in_period")),
        "reseal_dossier": update(T["dossier"])
        .values(path=bindparam("to_path"), digest=bindparam("to_digest"), erased_at=bindparam("at"))
        .where(dossier.id == bindparam("of")),
        "drop_dossier": delete(T["dossier"]).where(dossier.id == bindparam("of")),
    }  # fmt: skip
