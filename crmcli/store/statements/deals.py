"""Deals: by key and number, those an import may mean, and the pipeline (HANDBOOK §7)."""

from typing import Any

from sqlalchemy import Select, bindparam, func, or_, select
from sqlalchemy.sql.base import Executable

from crmcli.store.statements.finding import between
from crmcli.store.statements.tables import T, columns_of, customer, deal, is_live, one_of

_IS_OPEN = or_(deal.stage == "open", deal.stage == "quoted")
_SOONEST = func.coalesce(deal.close_on, "9999")


def selling() -> dict[str, Executable]:
    """Fixed statements."""
    return {
        "deals_by_ids": select(*columns_of(deal)).where(is_live(deal), one_of(deal.id, "ids")),
        "deals_by_external_id": select(deal.id)
        .where(is_live(deal), deal.external_id == bindparam("text"))
        .limit(1),
        "open_deals_of": select(*columns_of(deal))
        .where(is_live(deal), _IS_OPEN, one_of(deal.customer_id, "customers"))
        .order_by(_SOONEST, deal.id),
        "offered_deal": between(deal, deal.text.label("about")),
        "offered_deals": select(*columns_of(deal))
        .where(is_live(deal), _IS_OPEN)
        .order_by(_SOONEST, deal.id)
        .limit(bindparam("limit")),
        "match_deals": select(*columns_of(deal)).where(
            is_live(deal), one_of(deal.customer_id, "customers"), one_of(deal.text, "texts")
        ),
    }


def selling_bases() -> dict[str, Select[Any]]:
    """The deals of customers that fit: what is open, and what was settled in a period."""
    of_customers = T["deal"].join(T["customer"], customer.id == deal.customer_id)
    return {
        "pipeline": select(deal.stage, deal.close_on, deal.amount, deal.currency, deal.probability)
        .select_from(of_customers)
        .where(is_live(deal), _IS_OPEN),
    }
