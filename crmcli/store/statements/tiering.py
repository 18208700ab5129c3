"""What customers ordered up to a day, and what reviews of tiers go by and leave (HANDBOOK §7)."""

from typing import Any

from sqlalchemy import Select, and_, bindparam, exists, func, literal, or_, select
from sqlalchemy.sql.base import Executable

from crmcli.store.statements.tables import (
    T,
    customer,
    customer_order,
    is_live,
    lies_live,
    need,
    one_of,
    stage_change,
    survey,
)

_until: Any = bindparam("until")
_half: Any = bindparam("half")
_year: Any = bindparam("year")
_base: Any = bindparam("base")
_review, _standing = T["tier_review"].c, T["tier_standing"].c
_is_up_to = and_(is_live(customer_order), customer_order.ordered_on <= _until)
_SUMS = (
    func.max(customer_order.ordered_on).label("last_on"),
    func.count().label("orders"),
    func.sum(customer_order.amount).label("total"),
    func.coalesce(func.sum(customer_order.amount).filter(customer_order.ordered_on > _half), 0).label("now"),
    func.coalesce(func.sum(customer_order.amount).filter(customer_order.ordered_on > _year), 0).label("yearly"),
)  # fmt: skip
_COUNTS = (
    func.count().label("total"),
    func.count().filter(customer_order.ordered_on > _half).label("now"),
    func.count().filter(customer_order.ordered_on > _year).label("yearly"),
)
_PRICE = (customer_order.customer_id, customer_order.currency, customer_order.amount)
"""Orders of one amount are worth the same, however often there are such: each is rounded by itself."""


def _stage_on_the_day() -> Any:
    """The stage of a customer on the day: by the last change up to it, else by the first after it, else as it is."""
    of_it = and_(is_live(stage_change), stage_change.customer_id == customer.id)
    before = (
        select(stage_change.to_stage)
        .where(of_it, stage_change.changed_on <= _until)
        .order_by(stage_change.changed_on.desc(), stage_change.id.desc())
        .limit(1)
        .correlate(T["customer"])
        .scalar_subquery()
    )
    after = (
        select(stage_change.from_stage)
        .where(of_it, stage_change.changed_on > _until)
        .order_by(stage_change.changed_on, stage_change.id)
        .limit(1)
        .correlate(T["customer"])
        .scalar_subquery()
    )
    return func.coalesce(before, after, customer.stage)


_lost_ever = select(stage_change.customer_id).where(
    is_live(stage_change), or_(stage_change.to_stage == "lost", stage_change.from_stage == "lost")
)
_lost = (
    select(customer.id)
    .where(or_(customer.stage == "lost", customer.id.in_(_lost_ever)), _stage_on_the_day() == "lost")
    .correlate(None)
)  # fmt: skip
"""Those who were lost on the day: few, so that nobody else's stages are looked at."""

_is_own = and_(
    is_live(customer),
    or_(customer.retired_on.is_(None), customer.retired_on > _until),
    customer.id.not_in(_lost),
)
"""Whom the rep looked after on the day: neither lost nor left alone."""


def tiering_bases() -> dict[str, Select[Any]]:
    """What the own customers ordered up to a day, one row each; amounts added up whatever their currency, of which
    `foreign` says how many are not in the base currency.
    """
    bought = (
        select(
            customer_order.customer_id,
            *_SUMS,
            func.count().filter(customer_order.currency != _base).label("foreign"),
        )
        .where(_is_up_to)
        .group_by(customer_order.customer_id)
        .subquery()
    )
    return {
        "purchases": select(customer.id, customer.name, customer.kind, customer.tier, *bought.c)
        .select_from(bought.join(T["customer"], customer.id == bought.c.customer_id))
        .where(_is_own),
    }


def tiering() -> dict[str, Executable]:
    """Fixed statements."""
    abroad = (
        select(customer_order.customer_id)
        .where(_is_up_to, customer_order.currency != _base)
        .correlate(None)
    )
    earlier = (
        select(_review.id)
        .where(
            is_live(_review), _review.reviewed_on.is_not(None), _review.as_of < bindparam("before")
        )
        .order_by(_review.as_of.desc(), _review.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    newest = (
        select(survey.customer_id, survey.nps, survey.overall)
        .where(is_live(survey), survey.status == "answered", survey.at < bindparam("end_instant"))
        .order_by(survey.at, survey.id)
    )
    return {
        "purchases_by_price": select(*_PRICE, *_COUNTS)
        .where(_is_up_to, customer_order.customer_id.in_(abroad))
        .group_by(*_PRICE),
        "strangers": select(customer.id).where(
            lies_live(customer), or_(customer.retired_on <= _until, customer.id.in_(_lost))
        ),
        "ordered_between": select(customer_order.id)
        .where(
            is_live(customer_order), customer_order.ordered_on > bindparam("after"), customer_order.ordered_on <= _until
        )
        .limit(1),
        "own_without_orders": select(customer.tier, func.count().label("n"))
        .where(
            _is_own,
            customer.stage == "customer",
            ~exists(
                select(literal(1))
                .where(_is_up_to, customer_order.customer_id == customer.id)
                .correlate(T["customer"])
            ),
        )
        .group_by(customer.tier),
        "pressing_needs": select(
            need.customer_id,
            func.count().filter(need.kind == "complaint").label("complaints"),
            func.count().filter(and_(need.urgency == "urgent", func.coalesce(need.kind, "") != "complaint")).label("urgent"),
        )
        .where(is_live(need), need.queue.is_not(None), or_(need.kind == "complaint", need.urgency == "urgent"))
        .group_by(need.customer_id),
        "answers_so_far": newest,
        "below_before": select(_standing.customer_id, _standing.tier).where(
            is_live(_standing), _standing.is_below == literal(1), _standing.review_id == earlier
        ),
        "raised_before": select(_standing.customer_id, func.max(_review.as_of).label("raised_on"))
        .select_from(
            T["tier_standing"]
            .join(T["tier_review"], _review.id == _standing.review_id)
            .join(T["customer"], customer.id == _standing.customer_id)
        )
        .where(
            is_live(_standing), is_live(_review), _review.as_of > bindparam("after"), _review.as_of <= _until,
            _standing.is_below == literal(0), _standing.proposed == customer.tier,
        )
        .group_by(_standing.customer_id),
        "tiers_of": select(customer.id, customer.tier).where(is_live(customer), one_of(customer.id, "customers")),
        "first_order_noted": select(customer_order.created_at)
        .where(
            is_live(customer_order),
            # Asked of one order after the other, so that SQLite takes them by their keys: the first is the answer, mostly.
            select(is_live(customer)).where(customer.id == customer_order.customer_id).correlate(T["customer_order"]).scalar_subquery(),
        )
        .order_by(customer_order.id)
        .limit(1),
        "tier_review_since": select(_review.id).where(is_live(_review), _review.reviewed_on >= bindparam("day")).limit(1),
    }  # fmt: skip
