"""The facts that derived columns are computed from: of customers, and of what belongs to them."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    bindparam,
    exists,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.sql.base import Executable

from crmcli.store.statements.checking import is_decider
from crmcli.store.statements.tables import (
    T,
    contract,
    customer,
    customer_order,
    deal,
    interaction,
    is_live,
    key_date,
    listed,
    need,
    one_of,
    person,
    plan_step,
    promise,
    review,
    risk,
    service_event,
    stage_change,
    survey,
    task,
)

_open_follow_up = exists(
    select(literal(1)).where(
        is_live(task),
        task.done_at.is_(None),
        task.kind == "follow-up",
        task.customer_id == customer.id,
    )
)


counts_as_touch = or_(
    interaction.need_id.is_(None),
    interaction.direction != "in",
    bindparam("all_contacts_count") == literal(1),
)
"""A contact that the customer started about a need resets no touch clock (HANDBOOK §2), unless the setting says so."""


def _newest(condition: ColumnElement[bool], index: Sequence[Any]) -> Any:
    return (
        select(interaction.id)
        .where(is_live(interaction), interaction.customer_id == customer.id, condition)
        .order_by(*[column.desc() for column in index])
        .limit(1)
        .correlate(T["customer"])
        .scalar_subquery()
    )


_two_way = T["interaction"].alias("contact")
_with_intent = T["interaction"].alias("with_intent")
_promise = T["interaction"].alias("promise")


def _answered(condition: ColumnElement[bool]) -> Any:
    """True when some two-way contact with the customer fits."""
    return exists(
        select(literal(1)).where(
            is_live(interaction),
            interaction.two_way == 1,
            interaction.customer_id == customer.id,
            condition,
        )
    ).correlate(T["customer"], _promise)


_became = (
    select(func.max(stage_change.changed_on))
    .where(
        is_live(stage_change),
        stage_change.customer_id == customer.id,
        stage_change.to_stage == "customer",
        stage_change.from_stage.is_not(None),
    )
    .correlate(T["customer"])
    .scalar_subquery()
)
_was_lost = (
    select(func.max(stage_change.changed_on))
    .where(
        is_live(stage_change),
        stage_change.customer_id == customer.id,
        stage_change.to_stage == "lost",
        stage_change.from_stage.is_not(None),
    )
    .correlate(T["customer"])
    .scalar_subquery()
)
_last_activity = (
    select(func.max(interaction.contacted_on))
    .where(is_live(interaction), interaction.customer_id == customer.id)
    .correlate(T["customer"])
    .scalar_subquery()
)
_last_order = (
    select(func.max(customer_order.ordered_on))
    .where(is_live(customer_order), customer_order.customer_id == customer.id)
    .correlate(T["customer"])
    .scalar_subquery()
)


def _last_survey(kind: str) -> Any:
    """The local day on which the newest survey of this kind was made, or given up; an open one, on which it was sent."""
    return (
        select(func.max(func.coalesce(survey.answered_on, survey.sent_on)))
        .where(is_live(survey), survey.customer_id == customer.id, survey.kind == kind)
        .correlate(T["customer"])
        .scalar_subquery()
    )


_answer_of_any = T["interaction"].alias("newest")
"""The newest two-way contact of all, whoever began it."""

_awaiting = T["interaction"].alias("awaiting")
_first_awaiting = (
    select(interaction.id)
    .where(
        is_live(interaction),
        interaction.awaits_answer == 1,
        interaction.customer_id == customer.id,
        interaction.id > func.coalesce(customer.unanswered_done_id, 0),
        or_(
            _answer_of_any.c.id.is_(None),
            interaction.at > _answer_of_any.c.at,
            and_(interaction.at == _answer_of_any.c.at, interaction.id > _answer_of_any.c.id),
        ),
    )
    .order_by(interaction.at, interaction.id)
    .limit(1)
    .correlate(T["customer"], _answer_of_any)
    .scalar_subquery()
)
facts = (
    select(
        *listed,
        _became.label("became_on"),
        _last_activity.label("activity_on"),
        _last_order.label("order_on"),
        _two_way.c.id.label("contact_id"),
        _two_way.c.contacted_on.label("contact_on"),
        _two_way.c.at.label("contact_at"),
        _two_way.c.channel.label("contact_channel"),
        _with_intent.c.intent.label("latest_intent"),
        _open_follow_up.label("has_follow_up"),
        _was_lost.label("was_lost_on"),
        _last_survey("relation").label("relation_on"),
        _last_survey("deep").label("deep_on"),
        _awaiting.c.id.label("awaiting_id"),
        _awaiting.c.contacted_on.label("awaiting_since"),
        _promise.c.promised_on.label("promise_on"),
        _promise.c.entered_at.label("promise_at"),
        _answered(
            and_(interaction.contacted_on >= _promise.c.promised_on, interaction.id != _promise.c.id)
        ).label("promise_met"),
        _answered(interaction.contacted_on >= customer.agreed_on).label("agreed_met"),
        _answered(
            or_(
                interaction.at > customer.snooze_at,
                and_(interaction.at == customer.snooze_at, interaction.id > customer.snooze_after),
            )
        ).label("snooze_ended"),
    )
    .select_from(
        T["customer"]
        .outerjoin(_two_way, _two_way.c.id == _newest(and_(interaction.two_way == 1, counts_as_touch), [interaction.at, interaction.id]))
        .outerjoin(
            _with_intent,
            _with_intent.c.id == _newest(interaction.intent.is_not(None), [interaction.at, interaction.id]),
        )
        .outerjoin(_promise, _promise.c.id == _newest(interaction.promised_on.is_not(None), [interaction.entered_at, interaction.at, interaction.id]))
        .outerjoin(_answer_of_any, _answer_of_any.c.id == _newest(interaction.two_way == 1, [interaction.at, interaction.id]))
        .outerjoin(_awaiting, _awaiting.c.id == _first_awaiting)
    )
)  # fmt: skip


_answer = T["interaction"].alias("answer")
answer_to_waiting = (
    select(_answer.c.at)
    .where(
        _answer.c.deleted_at.is_(None),
        _answer.c.two_way == 1,
        _answer.c.direction != "out",
        _answer.c.customer_id == service_event.customer_id,
        _answer.c.at >= service_event.at,
        or_(_answer.c.at > service_event.at, _answer.c.id > service_event.contact_id),
    )
    .order_by(_answer.c.at)
    .limit(1)
    .correlate(T["service_event"])
    .scalar_subquery()
)
"""The customer's first contact after a need began to wait for it: theirs, and not a call of ours that learnt nothing."""

has_waited = exists(
    select(literal(1)).where(
        is_live(service_event), service_event.need_id == need.id, service_event.kind == "waiting"
    )
)


def _to_derive(
    table: Any, columns: str, *more: ColumnElement[bool], also: Sequence[Any] = ()
) -> Select[Any]:
    """The rows of some customers that are to be derived anew: all of those in `whole`, of the others what was touched,
    and what `more` says."""
    return select(*(table[name] for name in columns.split()), *also).where(
        is_live(table),
        one_of(table.customer_id, "customers"),
        or_(one_of(table.customer_id, "whole"), one_of(table.id, "touched"), *more),
    )


_word = T["interaction"].alias("word")
_answer_to_quote = (
    select(func.min(_word.c.contacted_on))
    .where(
        _word.c.deleted_at.is_(None),
        _word.c.two_way == 1,
        _word.c.customer_id == deal.customer_id,
        # On the day of the quote itself only what was said about this deal is known to come after it.
        or_(_word.c.contacted_on > deal.quoted_on, and_(_word.c.contacted_on == deal.quoted_on, _word.c.deal_id == deal.id, _word.c.direction != "out")),
    )
    .correlate(T["deal"])
    .scalar_subquery()
)  # fmt: skip
_left_on = select(person.left_on).where(person.id == key_date.person_id).scalar_subquery()
_status_of_need = (
    select(need.status)
    .where(is_live(need), need.id == plan_step.need_id)
    .correlate(T["plan_step"])
    .scalar_subquery()
)
"""Null when the need is deleted."""


def derivations() -> dict[str, Executable]:
    """What is derived of the records of customers is computed from these, and of a few customers how many needs are open."""
    return {
        "needs_to_derive": _to_derive(
            need,
            "id customer_id kind urgency status received_at value fit cost "
            "respond_by feedback_by solve_by plan_confirm_on progress_on",
            # A contact may be the answer that one of them waited for.
            and_(one_of(need.customer_id, "contacted"), has_waited),
        ),
        "plan_steps_to_derive": _to_derive(
            plan_step,
            "id customer_id need_id contract_id due_on snoozed_until done_at listed_on",
            one_of(plan_step.need_id, "needs"),
            also=[_status_of_need.label("need_status")],
        ),
        "promises_to_derive": _to_derive(
            promise,
            "id customer_id by due_on due_time kept_on broken_on broken_at amends_done_at due_at amends_by",
        ),
        "surveys_to_derive": _to_derive(
            survey, "id customer_id status opened_on sent_on snoozed_until due_on"
        ),
        "reviews_to_derive": _to_derive(
            review, "id customer_id opened_at snoozed_until done_at due_at"
        ),
        "tasks_to_derive": _to_derive(task, "id customer_id due_on snoozed_until"),
        "key_dates_to_derive": _to_derive(
            key_date,
            "id customer_id kind day lead_days snoozed_until added_on done_on",
            one_of(key_date.person_id, "people"),
            also=[_left_on.label("person_left_on")],
        ),
        "orders_to_count": select(
            customer_order.customer_id,
            customer_order.ordered_on,
            customer_order.amount,
            customer_order.currency,
            customer_order.pay_by,
            customer_order.paid_on,
            customer_order.imported_on,
            customer_order.id,
        ).where(is_live(customer_order), one_of(customer_order.customer_id, "customers")),
        "complaints_to_count": select(need.customer_id, need.received_at, need.imported_on).where(
            is_live(need), need.kind == "complaint", one_of(need.customer_id, "customers")
        ),
        "nps_answers": select(
            survey.customer_id, survey.nps, survey.answered_on, survey.imported_on
        )
        .where(
            is_live(survey),
            survey.status == "answered",
            survey.nps.is_not(None),
            one_of(survey.customer_id, "customers"),
        )
        .order_by(survey.at, survey.id),
        "deciders_of": select(person.customer_id, person.left_on).where(
            is_live(person), is_decider, one_of(person.customer_id, "customers")
        ),
        "last_visits": select(
            interaction.customer_id, func.max(interaction.contacted_on).label("visited_on")
        )
        .where(
            is_live(interaction),
            interaction.channel == "visit",
            interaction.two_way == 1,
            one_of(interaction.customer_id, "customers"),
        )
        .group_by(interaction.customer_id),
        "care_days": select(interaction.customer_id, interaction.contacted_on).where(
            is_live(interaction),
            interaction.care == 1,
            interaction.no_answer == 0,
            one_of(interaction.customer_id, "customers"),
        ),
        "deals_to_derive": _to_derive(
            deal,
            "id customer_id stage quoted_on valid_until close_on quote_done_for quote_snoozed_until due_done_for due_snoozed_until quote_on quote_from due_on",
            and_(one_of(deal.customer_id, "contacted"), deal.quoted_on.is_not(None)),
            also=[_answer_to_quote.label("answered_on")],
        ),
        "contracts_to_derive": _to_derive(
            contract,
            "id customer_id starts_on ends_on renewed_id closed_on renewal_done_for renewal_snoozed_until reviewed_on "
            "review_snoozed_until created_at renewal_from review_on",
        ),
        "customer_orders_to_derive": _to_derive(
            customer_order, "id customer_id pay_by paid_on snoozed_until payment_on payment_from"
        ),
        "risks_to_derive": _to_derive(
            risk,
            "id customer_id level opened_at snoozed_until closed_at due_at listed_from",
        ),
        "count_open_needs": select(need.customer_id, func.count(need.queue).label("n"))
        .where(is_live(need), one_of(need.customer_id, "customers"))
        .group_by(need.customer_id),
    }
