"""The tables and columns that statements are made of, and the conditions that most of them share."""

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Text,
    bindparam,
    func,
    literal,
    select,
)

from crmcli.store import models

T = models.metadata.tables
customer, person, contact_point = T["customer"].c, T["person"].c, T["contact_point"].c
interaction, participant, task = T["interaction"].c, T["participant"].c, T["task"].c
key_date, search_document = T["key_date"].c, T["search_document"].c
need, service_event, escalation = T["need"].c, T["service_event"].c, T["escalation"].c
plan_step, promise, survey = T["plan_step"].c, T["promise"].c, T["survey"].c
review, article = T["review"].c, T["article"].c
deal, contract, customer_order = T["deal"].c, T["contract"].c, T["customer_order"].c
risk, attachment = T["risk"].c, T["attachment"].c
tag, field_value, stage_change = T["tag"].c, T["field_value"].c, T["stage_change"].c
former_customer = T["former_customer"].c
setting, change, change_row = T["setting"].c, T["change"].c, T["change_row"].c
change_range, open_change, event = T["change_range"].c, T["open_change"].c, T["event"].c
key_range, meta = T["key_range"].c, T["meta"].c
dossier, reminder = T["dossier"].c, T["reminder"].c
segment = T["segment"].c


def is_live(table: Any) -> ColumnElement[bool]:
    """Rows that have not been deleted."""
    live: ColumnElement[bool] = table.deleted_at.is_(None)
    return live


def lies_live(table: Any) -> ColumnElement[bool]:
    """The same where most rows are looked at: they are read as they lie, for by an index of some few columns that takes twice as long."""
    live: ColumnElement[bool] = table.deleted_at.concat("").is_(None)
    return live


def one_of(column: Any, name: str) -> ColumnElement[bool]:
    """`column` is one of the values in the JSON list bound to `name`."""
    values = func.json_each(bindparam(name)).table_valued("value")
    found: ColumnElement[bool] = column.in_(select(values.c.value))
    return found


def days_before(name: str, days: str) -> ColumnElement[str]:
    """The ISO day that lies the bound number of days before the bound day."""
    return func.date(bindparam(name), literal("-").concat(bindparam(days)).concat(" days"))


listed = [
    customer[name]
    for name in T["customer"].columns.keys()
    if name not in ("short_key", "deleted_at")
]
COUNT = select(func.count().label("n"))


LINE = func.char(literal(10), type_=Text)
"""Between the values of a list: a line break, which no phone, tag or name contains."""


def columns_of(table: Any) -> list[Any]:
    return list(table)


def of_customers(table: Any, *order: Any) -> Select[Any]:
    return (
        select(*columns_of(table))
        .where(is_live(table), one_of(table.customer_id, "customers"))
        .order_by(*order)
    )


def in_period(instant: Any) -> tuple[ColumnElement[bool], ...]:
    return (instant >= bindparam("begin_instant"), instant < bindparam("end_instant"))
