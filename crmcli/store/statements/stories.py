"""The year in a customer's story: its deals, contracts, orders, risks and attached files, each list beginning with what is open.

Each is found by the customer's own index; `n` beside a row is how many there are in all.
"""

from typing import Any

from sqlalchemy import Select, and_, bindparam, case, func, or_, select
from sqlalchemy.sql.base import Executable

from crmcli.store.statements.tables import (
    T,
    attachment,
    columns_of,
    contract,
    customer_order,
    deal,
    is_live,
    of_customers,
    risk,
)

_IS_OWED = and_(customer_order.paid_on.is_(None), customer_order.pay_by.is_not(None))
"""Not paid; of an order that nobody said a day for, it is not known."""

_IS_OVER = and_(
    contract.ends_on < bindparam("today"),
    or_(contract.renewed_id.is_not(None), contract.closed_on.is_not(None)),
)
"""Past its end, and it is settled what came after."""


def _of_one(table: Any, *order: Any, counted: bool = True) -> Select[Any]:
    count = [func.count().over().label("n")] if counted else []
    return (
        select(*columns_of(table), *count)
        .where(is_live(table), table.customer_id == bindparam("customer"))
        .order_by(*order)
        .limit(bindparam("limit"))
    )


def _sum(amount: Any, condition: Any) -> Any:
    return func.sum(case((condition, amount), else_=0))


_SPENT = {
    "year": and_(customer_order.ordered_on > bindparam("after"), customer_order.ordered_on <= bindparam("today")),
    "open": _IS_OWED,
    "overdue": and_(_IS_OWED, customer_order.pay_by < bindparam("today")),
}  # fmt: skip
"""Of a customer's orders those of a year, those not paid and those to be paid before today."""


def stories() -> dict[str, Executable]:
    """Statements of what `show` tells of one customer."""
    is_closed = or_(deal.stage == "won", deal.stage == "lost")
    return {
        "contracts_of": of_customers(contract, contract.ends_on, contract.id),
        "risks_of": of_customers(risk, risk.id),
        "deals_in_story": _of_one(
            deal,
            is_closed,
            case((is_closed, None), else_=func.coalesce(deal.close_on, "9999")),
            deal.closed_on.desc(),
            deal.id.desc(),
        ),
        "contracts_in_story": _of_one(
            contract,
            _IS_OVER,
            case((_IS_OVER, None), else_=contract.ends_on),
            contract.ends_on.desc(),
            contract.id.desc(),
        ),
        "orders_in_story": _of_one(
            customer_order,
            case((_IS_OWED, customer_order.pay_by), else_="9999"),
            customer_order.ordered_on.desc(),
            customer_order.id.desc(),
            counted=False,  # which their sums are
        ),
        "spend_in_story": select(
            customer_order.currency,
            func.count().label("orders"),
            func.max(customer_order.ordered_on).label("last_on"),
            func.sum(customer_order.amount).label("total"),
            *(_sum(customer_order.amount, when).label(name) for name, when in _SPENT.items()),
        )
        .select_from(T["customer_order"])
        .where(is_live(customer_order), customer_order.customer_id == bindparam("customer"))
        .group_by(customer_order.currency)
        .order_by(func.count().desc(), customer_order.currency),
        # Orders of one amount are worth the same in the base currency: each is rounded by itself.
        "prices_in_story": select(
            customer_order.currency,
            customer_order.amount,
            func.count().label("total"),
            *(_sum(1, when).label(name) for name, when in _SPENT.items()),
        )
        .select_from(T["customer_order"])
        .where(
            is_live(customer_order),
            customer_order.customer_id == bindparam("customer"),
            customer_order.currency != bindparam("base"),
        )
        .group_by(customer_order.currency, customer_order.amount),
        "order_days_in_story": select(customer_order.ordered_on)
        .where(is_live(customer_order), customer_order.customer_id == bindparam("customer"))
        .distinct(),
        "risks_in_story": _of_one(
            risk,
            risk.closed_at.is_not(None),
            case((risk.closed_at.is_(None), risk.level), else_=None),
            risk.closed_at.desc(),
            risk.id.desc(),
        ),
        "attachments_in_story": _of_one(attachment, attachment.attached_on.desc(), attachment.id.desc()),
    }  # fmt: skip
