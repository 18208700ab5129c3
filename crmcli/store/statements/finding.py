"""Looking up: customers by what they are called, the search index, and what completion offers."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    bindparam,
    column,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy import (
    table as virtual_table,
)

from crmcli.store.statements.tables import (
    T,
    customer,
    former_customer,
    is_live,
    one_of,
    search_document,
)


def called(condition: Callable[[Any], ColumnElement[bool]]) -> ColumnElement[bool]:
    """Customers whose name or short name, in its normal form, fulfils the condition.

    Each is looked up in an index of its own, which SQLite does not do for an OR over partial indexes; only what is
    found is read from the table.
    """

    def keys(key: Any) -> Any:
        return (
            select(customer.id).where(is_live(customer), key.is_not(None), condition(key)).limit(20)
        )

    return or_(customer.id.in_(keys(customer.name_key)), customer.id.in_(keys(customer.short_key)))


def former_called(condition: Callable[[Any], ColumnElement[bool]]) -> Any:
    """What was merged away under such a name or short name, each looked up in an index of its own."""
    keys = [
        select(former_customer.id).where(is_live(former_customer), key.is_not(None), condition(key))
        for key in (former_customer.name_key, former_customer.short_key)
    ]
    return union_all(*keys)


def matched(own: Any, former: Any, *more: str) -> CompoundSelect[Any]:
    """The live customers that stand under one of the bound `keys`, then those that something was merged into that did."""
    return union_all(
        select(own.label("key"), customer.id, literal(0).label("former"), *[customer[name] for name in more])
        .where(is_live(customer), one_of(own, "keys")),
        select(former, former_customer.customer_id, literal(1), *[former_customer[name] for name in more])
        .where(is_live(former_customer), one_of(former, "keys")),
    )  # fmt: skip


INDEXED = ["rowid", "names", "sound", "initials", "prose"]
search_index = virtual_table("search_index", *[column(name) for name in ("search_index", *INDEXED)])
BASES: dict[str, Select[Any]] = {
    # The index comes first, in the order of its keys. What it lets through is looked up one by one: joined by a sum, for
    # then SQLite cannot do it the other way round.
    "sieved_documents": select(search_index.c.rowid.label("id"))
    .select_from(
        search_index.join(T["search_document"], search_document.id == search_index.c.rowid + 0)
    )
    .where(
        search_index.c.search_index.op("MATCH")(bindparam("terms")),
        search_index.c.rowid.between(bindparam("first"), bindparam("last")),
    ),
}
"""What the index lets through, by its keys, before it is seen what it holds."""  # fmt: skip

PREDICATES: dict[str, ColumnElement[bool]] = {
    **{f"{name}_hold": func.instr(search_document[name], bindparam("held")) > 0 for name in ("names", "sound", "initials", "prose")},
    "sound_hold_one": search_document.sound.op("GLOB")(bindparam("pattern")),
}  # fmt: skip
"""What a document holds; GLOB is for what may go on in several ways."""


_OFFERED = 50
"""Names that completion looks up at once."""


def offered(condition: Callable[[Any], ColumnElement[bool]]) -> Select[Any]:
    """What customers are called whose name or short name fulfils the condition, each in an index of its own."""

    def keys(key: Any) -> Any:
        return (
            select(customer.id)
            .where(is_live(customer), key.is_not(None), condition(key))
            .order_by(key)
            .limit(_OFFERED)
        )

    either = or_(
        customer.id.in_(keys(customer.name_key)), customer.id.in_(keys(customer.short_key))
    )
    return (
        select(customer.id, customer.name, customer.short_name)
        .where(either)
        .order_by(customer.name_key, customer.id)
        .limit(_OFFERED)
    )


def each_once(column: Any) -> Select[Any]:
    """The values of an indexed column from one text up to another: each time the index is asked for the next one only."""
    live, below = is_live(column.table.c), column < bindparam("beyond")
    first = select(func.min(column).label("value")).where(live, column >= bindparam("text"), below)
    found = first.cte("found", recursive=True)
    following = select(func.min(column)).where(live, column > found.c.value, below)
    found = found.union_all(
        select(following.correlate(found).scalar_subquery()).where(found.c.value.is_not(None))
    )
    return select(found.c.value).where(found.c.value.is_not(None)).limit(bindparam("limit"))


def between(table: Any, *columns: Any) -> Select[Any]:
    """The newest live records among those with these keys."""
    return (
        select(table.id, *columns)
        .where(*([is_live(table)] if "deleted_at" in table else []), table.id.between(bindparam("first"), bindparam("last")))
        .order_by(table.id.desc())
        .limit(bindparam("limit"))
    )  # fmt: skip
