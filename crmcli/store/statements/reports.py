"""What reports count: what lies in a period, from its first instant or day up to its end."""

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    bindparam,
    exists,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.sql.base import Executable

from crmcli.store.statements.deriving import answer_to_waiting, has_waited
from crmcli.store.statements.filters import is_dormant
from crmcli.store.statements.tables import (
    T,
    columns_of,
    customer,
    in_period,
    is_live,
    need,
    one_of,
    promise,
    service_event,
    survey,
)


def _of_live_customers(table: Any, *columns: Any) -> Select[Any]:
    """Live rows of live customers; filters of both can be added."""
    joined = table.join(T["customer"], customer.id == table.c.customer_id)
    return select(*columns).select_from(joined).where(is_live(table.c), is_live(customer))


_figured = (
    need.id, need.kind, need.urgency, need.status, need.category, need.received_at, need.round_at, need.times_reopened,
    need.waiting_since, need.respond_by, need.responded_at, need.feedback_by, need.feedback_at, need.solve_by,
    need.resolved_at, need.level, need.red_at, customer.tier, has_waited.label("has_waited"),
)  # fmt: skip
_resolved_in_period = need.id.in_(
    select(service_event.need_id)
    .where(is_live(service_event), service_event.kind == "resolved", *in_period(service_event.at))
    .correlate(None)
)
_answered_in_a_year = exists(
    select(literal(1)).where(
        is_live(survey),
        survey.customer_id == customer.id,
        survey.status == "answered",
        *in_period(survey.at),
    )
)


def report_bases() -> dict[str, Select[Any]]:
    """What reports count, a row each or summed up, to which filters of customers are added."""
    needs, surveys, promises = T["need"], T["survey"], T["promise"]
    events = T["service_event"].join(needs, need.id == service_event.need_id)
    return {
        "report_received": _of_live_customers(needs, *_figured).where(*in_period(need.received_at)),
        "report_solved": _of_live_customers(needs, *_figured).where(*in_period(need.resolved_at)),
        "report_resolutions": _of_live_customers(
            needs, func.count().label("n"), func.coalesce(func.sum(need.times_reopened > 0), 0, type_=Integer).label("reopened")
        ).where(_resolved_in_period),
        "report_reopenings": select(func.count().label("n"))
        .select_from(events.join(T["customer"], customer.id == need.customer_id))
        .where(
            is_live(service_event), is_live(need), is_live(customer),
            service_event.kind == "reopened", *in_period(service_event.at),
        ),
        "report_surveys": _of_live_customers(
            surveys, survey.kind, survey.at, survey.status, survey.overall, survey.solved, survey.speed, survey.attitude, survey.product,
            survey.response, survey.support, survey.nps,
        ).where(or_(survey.status == "answered", survey.status == "no_answer"), *in_period(survey.at)),
        "report_surveys_sent": _of_live_customers(surveys, func.count().label("n")).where(
            survey.at.is_(None), survey.status == "sent", *in_period(survey.sent_at)
        ),
        "report_verbatim": _of_live_customers(
            surveys, survey.id, survey.customer_id, survey.kind, survey.at, survey.by, survey.overall, survey.nps, survey.good,
            survey.bad, survey.comment, survey.pain, survey.future,
            customer.name.label("customer_name"), customer.kind.label("customer_kind"),
        ).where(
            survey.status == "answered",
            *in_period(survey.at),
            func.coalesce(survey.good, survey.bad, survey.comment, survey.pain, survey.future).is_not(None),
        ),
        # Those who buy from us and have not fallen silent: they are to be asked.
        "report_coverage": select(
            func.count().label("n"), func.coalesce(func.sum(_answered_in_a_year), 0, type_=Integer).label("asked")
        )
        .select_from(T["customer"])
        .where(is_live(customer), customer.stage == "customer", customer.retired_on.is_(None), ~func.coalesce(is_dormant, literal(0))),
        "report_promises": _of_live_customers(
            promises, promise.id, promise.customer_id, promise.by, promise.level, promise.due_on, promise.due_time,
            promise.due_at, promise.warned_at, promise.kept_at, promise.kept_on, promise.broken_at, promise.broken_on,
        ).where(promise.due_on.between(bindparam("begin_day"), bindparam("end_day"))),
    }  # fmt: skip


def reports() -> dict[str, Executable]:
    """What happened to some needs, whose columns do not say all."""
    return {
        "service_events_of_needs": select(*columns_of(service_event))
        .where(is_live(service_event), one_of(service_event.need_id, "needs"))
        .order_by(service_event.at, service_event.id),
        "waiting_of_needs_answered": select(service_event.id, answer_to_waiting.label("answered_at")).where(
            is_live(service_event),
            # Added to nothing, so that SQLite looks where these needs are, and not at all that ever waited.
            service_event.kind.concat("") == "waiting",
            one_of(service_event.need_id, "needs"),
        ),
    }  # fmt: skip


PREDICATES: dict[str, ColumnElement[bool]] = {
    "customer_is": customer.id == bindparam("customer"),
}
"""What a report is narrowed by, beside the filters of customers."""
