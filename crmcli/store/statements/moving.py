"""Exports, read as streams in the order of the keys, and imports, looking up a chunk of rows at once."""

from typing import Any

from sqlalchemy import (
    Select,
    and_,
    bindparam,
    func,
    or_,
    select,
)
from sqlalchemy.sql.base import Executable

from crmcli.store import models
from crmcli.store.statements.tables import (
    T,
    columns_of,
    contract,
    customer,
    customer_order,
    deal,
    former_customer,
    in_period,
    interaction,
    is_live,
    key_date,
    need,
    one_of,
    promise,
    service_event,
    survey,
    task,
)


def exports() -> dict[str, Executable]:
    """Reading whole tables without what is derived, and the parts of a chunk of them that are shown by name."""
    made: dict[str, Executable] = {}
    for name in (model.__table__.name for model in models.LOGGED):  # type: ignore[attr-defined]
        table = T[name]
        base = [one for one in table.columns if not one.info.get("derived")]
        whole = select(*base).where(is_live(table.c)).order_by(table.c.id)
        made[f"live_{name}"] = whole
        if name in ("person", "interaction", "task", "deal"):
            # Added to nothing, so that SQLite walks the keys and does not sort what an index of customers gives.
            made[f"live_{name}_of"] = whole.where(one_of(table.c.customer_id + 0, "customers"))
        if name in (
            "need",
            "promise",
            "survey",
            "deal",
            "customer_order",
        ):  # how these stand is derived
            full = select(*columns_of(table.c)).where(is_live(table.c)).order_by(table.c.id)
            made[f"full_{name}"] = full
            made[f"full_{name}_of"] = full.where(one_of(table.c.customer_id + 0, "customers"))
    return {
        **made,
        "names_of_customers": select(customer.id, customer.name, customer.kind, customer.tier).where(one_of(customer.id, "ids")),
        "tasks_of_interactions": select(*columns_of(task)).where(is_live(task), one_of(task.interaction_id, "interactions")).order_by(task.id),
        "birthdays_of": select(key_date.person_id, key_date.day)
        .where(is_live(key_date), key_date.kind == "birthday", key_date.person_id.is_not(None), one_of(key_date.customer_id, "customers"))
        .order_by(key_date.id),
    }  # fmt: skip


def _owners(key: Any) -> Select[Any]:
    """Customers by a normal form of what they are called."""
    return (
        select(key.label("key"), customer.id, customer.name)
        .where(is_live(customer), one_of(key, "keys"))
        .order_by(customer.id)
    )


def _former_owners(key: Any) -> Select[Any]:
    """Customers by a normal form of what was merged into them."""
    return (
        select(key.label("key"), customer.id, customer.name)
        .select_from(T["former_customer"].join(T["customer"], customer.id == former_customer.customer_id))
        .where(is_live(former_customer), one_of(key, "keys"))
        .distinct()
        .order_by(customer.id)
    )  # fmt: skip


def imports() -> dict[str, Executable]:
    """Looking up a chunk of rows at once; `spans` is a JSON list of [customer, first instant, last instant]."""
    span = func.json_each(bindparam("spans")).table_valued("value").alias("span")
    part = [func.json_extract(span.c.value, f"$[{place}]") for place in range(3)]
    within = and_(interaction.customer_id == part[0], interaction.at.between(part[1], part[2]))
    return {
        "owners_by_name": _owners(customer.name_key),
        "owners_by_short_name": _owners(customer.short_key),
        "owners_by_former_name": _former_owners(former_customer.name_key),
        "owners_by_former_short_name": _former_owners(former_customer.short_key),
        "match_contacts": select(*columns_of(interaction)).select_from(span.join(T["interaction"], within)).where(is_live(interaction)),
        "any_stand_in": select(interaction.id)
        .where(is_live(interaction), interaction.channel == "other", interaction.direction == "both", interaction.summary.is_(None))
        .limit(1),
        "match_needs": select(*columns_of(need)).where(
            is_live(need), one_of(need.customer_id, "customers"), one_of(need.text, "texts"), *in_period(need.received_at)
        ),
        "solutions_of_needs": select(service_event.id, service_event.need_id, service_event.at)
        .where(is_live(service_event), service_event.kind == "resolved", one_of(service_event.need_id, "needs"))
        .order_by(service_event.at, service_event.id),
        "match_promises": select(*columns_of(promise)).where(is_live(promise), one_of(promise.customer_id, "customers"), one_of(promise.text, "texts")),
        "match_orders": select(*columns_of(customer_order)).where(is_live(customer_order), one_of(customer_order.customer_id, "customers"), one_of(customer_order.ordered_on, "days")),
        "match_surveys": select(*columns_of(survey)).where(
            is_live(survey), one_of(survey.customer_id, "customers"),
            or_(survey.at.is_(None), and_(*in_period(survey.at))),
        ),
        **{
            f"match_{plural}_by_number": select(table.external_id.label("key"), table.id, table.customer_id).where(is_live(table), one_of(table.external_id, "keys")).order_by(table.id)
            for plural, table in (("needs", need), ("promises", promise), ("deals", deal), ("contracts", contract))
        },
    }  # fmt: skip
