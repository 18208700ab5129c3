"""When a customer's record was touched, by the change log: itself, its people, contact points, tags and fields (HANDBOOK §10)."""

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, literal, or_, select, union_all
from sqlalchemy.sql.base import Executable

from crmcli.store.statements.tables import (
    T,
    change,
    change_range,
    change_row,
    one_of,
)

PARTS = ("person", "contact_point", "tag", "field_value")
"""What belongs to a customer's record."""

_HANDLING = ("_done_on", "_done_for", "_done_id", "_snoozed_until")
_NO_FACTS = sorted(
    name
    for name in T["customer"].columns.keys()
    if name.endswith(_HANDLING) or "snooze" in name or name in ("first_touch_on", "file_checked_on")
)
"""Columns that say how what is due was handled, and nothing about the customer."""

_key = func.json_each(change_row.after).table_valued("key", name="changed")
is_of_facts = or_(
    change_row.action != "update",
    exists(
        select(literal(1)).select_from(_key).where(*(_key.c.key != name for name in _NO_FACTS))
    ).correlate(T["change_row"]),
)
"""An update of something that is known of the customer. How a row came to be says its `added_on`, too."""

stands = or_(change.id.is_(None), and_(change.undoes.is_(None), change.undone_by.is_(None)))
"""What was taken back has touched nothing, and taking it back neither. A change that is being written has no row yet."""


def _log(of: str) -> ColumnElement[bool]:
    return and_(change_row.row_table == of, change_row.change_id.is_not(None), stands)


def _by_row(name: str, is_live: bool) -> Select[Any]:
    """What was written of rows of a table, those there are, or those that are gone: each has its index."""
    table = T[name]
    gone = table.c.deleted_at.is_(None) if is_live else table.c.deleted_at.is_not(None)
    joined = table.join(T["change_row"], change_row.row_id == table.c.id).outerjoin(
        T["change"], change.id == change_row.change_id
    )
    return (
        select(table.c.customer_id, change_row.change_id.label("change_id"), change.at)
        .select_from(joined)
        .where(_log(name), gone, one_of(table.c.customer_id, "customers"))
    )


def _by_range(name: str) -> Select[Any]:
    """What an import brought of a table."""
    table = T[name]
    span = T["change_range"].alias("span")
    last_begun = (
        select(func.max(span.c.first_id))
        .where(span.c.row_table == name, span.c.first_id <= table.c.id)
        .correlate(table)
        .scalar_subquery()
    )
    joined = table.join(
        T["change_range"],
        and_(
            change_range.row_table == name,
            change_range.first_id == last_begun,
            change_range.last_id >= table.c.id,
        ),
    ).outerjoin(T["change"], change.id == change_range.change_id)
    return (
        select(table.c.customer_id, change_range.change_id.label("change_id"), change.at)
        .select_from(joined)
        .where(table.c.deleted_at.is_(None), one_of(table.c.customer_id, "customers"), stands)
    )


def filing() -> dict[str, Executable]:
    """The newest change of the records of some customers; `at` is null where that is being written."""
    itself = (
        select(
            change_row.row_id.label("customer_id"),
            change_row.change_id.label("change_id"),
            change.at,
        )
        .select_from(T["change_row"].outerjoin(T["change"], change.id == change_row.change_id))
        .where(_log("customer"), one_of(change_row.row_id, "customers"), is_of_facts)
    )
    all_of_them = union_all(
        itself,
        *(_by_row(name, is_live) for name in PARTS for is_live in (True, False)),
        *(_by_range(name) for name in PARTS),
    ).subquery("touch")
    one = all_of_them.c
    return {
        "touches_of_records": select(
            one.customer_id,
            func.max(one.at).label("at"),
            func.max(one.at.is_(None)).label("is_being_written"),
        ).group_by(one.customer_id)
    }  # fmt: skip
