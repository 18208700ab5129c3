"""What the reports value and quality count (HANDBOOK §11; decision 34)."""

from typing import Any

from sqlalchemy import (
    Case,
    ColumnElement,
    Integer,
    Select,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal,
    or_,
    select,
)

from crmcli.store.statements.tables import (
    T,
    change,
    change_row,
    contract,
    customer,
    customer_order,
    in_period,
    is_live,
    lies_live,
    stage_change,
)

_first: ColumnElement[str] = bindparam("begin_day")
_last: ColumnElement[str] = bindparam("end_day")
_today: ColumnElement[str] = bindparam("today")


def _sum_of(value: Any) -> Any:
    return func.coalesce(func.sum(value), 0, type_=Integer)


def _if(condition: ColumnElement[bool], value: Any) -> Case[Any]:
    return case((condition, value), else_=0)


# --- orders ---

_orders_of = T["customer_order"].join(T["customer"], customer.id == customer_order.customer_id)
# Added to nothing, so that SQLite takes the customers first, and of each the orders by their index: it looks up every customer
# once, and sorts none.
_orders_by_customer = T["customer"].join(
    T["customer_order"], customer_order.customer_id == customer.id + 0
)
_live_orders = (is_live(customer_order), is_live(customer))
_WHEN = {
    "": customer_order.ordered_on <= _last,
    "_in": customer_order.ordered_on.between(_first, _last),
    "_then": customer_order.ordered_on <= bindparam("before_end_day"),
    "_before": customer_order.ordered_on.between(
        bindparam("before_begin_day"), bindparam("before_end_day")
    ),
}
"""Up to the end of the period, in it, up to the end of the one it is compared with, and in that."""

_is_abroad = customer_order.currency != bindparam("base")
_bought = select(
    customer.id.label("customer_id"),
    func.count().filter(_is_abroad).label("abroad"),
    func.min(customer_order.ordered_on).label("first_on"),
    func.max(customer_order.ordered_on).filter(_WHEN[""]).label("last_on"),
    *(func.count().filter(when).label(f"n{name}") for name, when in _WHEN.items()),
    *(
        func.coalesce(func.sum(customer_order.amount).filter(when), 0).label(f"amount{name}")
        for name, when in _WHEN.items()
    ),
)
_is_up_to = customer_order.ordered_on <= bindparam("until")

# --- payments ---


def _overdue_at(name: str) -> ColumnElement[bool]:
    """To be paid before a day, and not paid before that or another: what was paid today is not overdue now."""
    day: ColumnElement[str] = bindparam(name)
    paid: ColumnElement[str] = bindparam(f"{name}_paid_day")
    return and_(customer_order.pay_by < day, or_(customer_order.paid_on.is_(None), customer_order.paid_on >= paid))  # fmt: skip


_was_ever_late = or_(
    customer_order.paid_on.is_(None), customer_order.paid_on > customer_order.pay_by
)
_MOMENTS = ("today", "at_end_day", "before_end_day")
_overdue = select(
    customer_order.currency,
    *(_sum_of(_if(_overdue_at(name), 1)).label(f"n_{name}") for name in _MOMENTS),
    *(_sum_of(_if(_overdue_at(name), customer_order.amount)).label(f"amount_{name}") for name in _MOMENTS),
)  # fmt: skip

# --- customers ---

_moved_since = select(stage_change.customer_id).where(
    is_live(stage_change), stage_change.changed_on >= _first
)
_stage_until = (
    select(func.coalesce(stage_change.from_stage, stage_change.to_stage))
    .where(is_live(stage_change), stage_change.customer_id == customer.id, stage_change.changed_on >= _first)
    .order_by(stage_change.changed_on, stage_change.id)
    .limit(1)
    .correlate(T["customer"])
    .scalar_subquery()
)  # fmt: skip
_was_customer = and_(
    func.coalesce(customer.since, customer.added_on) < _first,
    # Looked up only of the few who moved.
    case((customer.id.in_(_moved_since), _stage_until), else_=customer.stage) == "customer",
)
"""Before the period began: in the stage that the first change since then left, or in that of now."""

_lost_in = customer.id.in_(
    select(stage_change.customer_id).where(
        is_live(stage_change),
        stage_change.to_stage == "lost",
        stage_change.from_stage.is_not(None),
        stage_change.changed_on.between(_first, _last),
    )
)


def _was_dormant(day: Any) -> ColumnElement[bool]:
    """A customer whose silence, which lasts until now, had made it dormant before a day, and that was no longer new.

    It is the day that is counted back from, once, and not each customer's days on.
    """
    new = literal("-").concat(bindparam("new_for")).concat(" days")
    return and_(
        customer.stage == "customer",
        func.max(customer.added_on, func.coalesce(customer.last_activity_on, ""))
        < func.date(day, "-90 days"),
        func.coalesce(customer.next_touch_on < func.date(day, "-1 day"), literal(0)),
        or_(customer.began_on.is_(None), customer.began_on < func.date(day, new)),
    )


_is_warned_first = and_(
    customer.churn_on <= _today, or_(customer.churn_until.is_(None), customer.churn_until > _today)
)
_added = (lies_live(customer), customer.added_on.between(_first, _last))

# --- tiers ---


def _tier(columns: Any) -> Any:
    return func.json_extract(columns, "$.tier")


# Added to nothing, so that SQLite looks at what was changed in the period, and not at all.
_is_of_customer = change_row.row_table.concat("") == "customer"


def value_bases() -> dict[str, Select[Any]]:
    """What the report value counts, to which filters of customers are added."""
    contracts = T["contract"].join(T["customer"], customer.id == contract.customer_id)
    following = T["contract"].alias("following")
    was_renewed = exists(
        select(literal(1)).where(
            following.c.id == contract.renewed_id, following.c.deleted_at.is_(None)
        )
    )
    log = T["change"].join(T["change_row"], change_row.change_id == change.id)
    return {
        # To be grouped by customer.
        "report_bought": _bought.select_from(_orders_by_customer).where(*_live_orders, _is_up_to),
        "report_bought_abroad": select(
            customer_order.customer_id,
            customer_order.currency,
            customer_order.ordered_on,
            customer_order.amount,
        )
        .select_from(_orders_by_customer)
        .where(*_live_orders, _is_up_to, _is_abroad),
        "report_overdue": _overdue.select_from(_orders_of).where(
            lies_live(customer_order), is_live(customer),
            customer_order.pay_by < _today, _was_ever_late,
        ),
        "report_renewals": select(func.count().label("n"), _sum_of(was_renewed).label("renewed"))
        .select_from(contracts)
        .where(
            is_live(contract), is_live(customer),
            contract.ends_on.between(_first, _last), contract.ends_on < _today,
        ),
        "report_churn": select(
            func.count().label("n"),
            _sum_of(_lost_in).label("lost"),
            _sum_of(and_(~_lost_in, _was_dormant(bindparam("over_day")))).label("dormant"),
        ).where(lies_live(customer), _was_customer, ~_was_dormant(_first)),
        "report_new_customers": select(func.count().label("n")).where(
            is_live(customer),
            or_(customer.stage == "customer", customer.stage == "lost"),
            customer.began_on.between(_first, _last),
        ),
        "report_added": select(
            func.count().label("n"), func.count(customer.referred_by).label("referred")
        ).where(*_added),
        # To be grouped by who referred.
        "report_referrers": select(customer.referred_by, func.count().label("n")).where(
            *_added, customer.referred_by.is_not(None)
        ),
        "report_warned": select(
            customer.id,
            case((_is_warned_first, customer.churn_on), else_=customer.churn_again_on).label("warned_on"),
            customer.churn_why,
        ).where(lies_live(customer), or_(_is_warned_first, customer.churn_again_on <= _today)),
        "report_tiers": select(
            change_row.row_id.label("customer_id"),
            _tier(change_row.before).label("before"),
            _tier(change_row.after).label("after"),
        )
        .select_from(log.join(T["customer"], customer.id == change_row.row_id))
        .where(
            *in_period(change.at), _is_of_customer, change_row.action == "update",
            func.json_type(change_row.after, "$.tier").is_not(None), is_live(customer),
        ),
    }  # fmt: skip
