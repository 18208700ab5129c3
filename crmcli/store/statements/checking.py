"""What doctor looks for: customers that may be the same, core ones without a decider."""

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    exists,
    func,
    literal,
    select,
)

from crmcli.store.statements.tables import T, customer, is_live, person

SHORTEST_CODE = 8  # what is shorter says that there is none: 无, N/A

has_decider = exists(
    select(literal(1)).where(
        is_live(person),
        person.customer_id == customer.id,
        person.left_on.is_(None),
        func.instr(literal(",").concat(person.roles).concat(","), ",decider,") > 0,
    )
).correlate(T["customer"])


def same_key(
    table: Any, owner: Any, key: Any, *conditions: ColumnElement[bool]
) -> Select[tuple[int, int]]:
    """Pairs of customers with the same key: the first that has it, and each other one."""
    has_key = (table.c.deleted_at.is_(None), key != "", *conditions)
    first = (
        select(key.label("key"), func.min(owner).label("customer"))
        .where(*has_key)
        .group_by(key)
        .having(func.min(owner) < func.max(owner))
        .subquery("first")
    )
    return (
        select(first.c.customer.label("customer"), owner.label("other"))
        .join(first, key == first.c.key)
        .where(*has_key, owner > first.c.customer)
        .distinct()
    )
