"""What the report quality counts (HANDBOOK §10, §11; decision 34)."""

from typing import Any

from sqlalchemy import (
    ColumnElement,
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
from sqlalchemy.sql.base import Executable

from crmcli.store.statements.checking import has_decider
from crmcli.store.statements.filing import PARTS, is_of_facts, stands
from crmcli.store.statements.tables import (
    T,
    change,
    change_range,
    change_row,
    contact_point,
    customer,
    field_value,
    in_period,
    interaction,
    is_live,
    lies_live,
    one_of,
    person,
    tag,
)

# --- what is missing ---

_point_of_person = exists(
    select(literal(1)).where(
        is_live(contact_point),
        contact_point.customer_id == person.customer_id,  # which there is an index of
        contact_point.person_id == person.id,
        contact_point.active == 1,
    )
)


def _point(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists(
        select(literal(1)).where(
            is_live(contact_point),
            contact_point.customer_id == customer.id,
            contact_point.active == 1,
            *conditions,
        )
    ).correlate(T["customer"])


def _own_point(kind: str) -> ColumnElement[bool]:
    return _point(contact_point.person_id.is_(None), contact_point.kind == kind)


def _has(table: Any, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists(
        select(literal(1)).where(is_live(table), table.customer_id == customer.id, *conditions)
    ).correlate(T["customer"])


# --- when it was touched ---


def _owner_of(name: str) -> Any:
    """Whose the row is that a line of the log is about."""
    table = T[name]
    if name == "customer":
        return change_row.row_id
    return select(table.c.customer_id).where(table.c.id == change_row.row_id).scalar_subquery()


def _touched_since(instant: str) -> Any:
    """The customers whose record was touched since an instant: what was changed before then is not looked at."""
    since = and_(change.at >= bindparam(instant), stands)
    whose = [(change_row.row_table == name, _owner_of(name)) for name in ("customer", *PARTS)]
    found = [
        select(func.coalesce(case(*whose), 0).label("id"))
        .select_from(T["change"].join(T["change_row"], change_row.change_id == change.id))
        .where(since, or_(change_row.row_table != "customer", is_of_facts))
    ]
    for name in PARTS:
        part = T[name]
        spans = (
            T["change"]
            .join(T["change_range"], change_range.change_id == change.id)
            .join(part, part.c.id.between(change_range.first_id, change_range.last_id))
        )
        # Added to nothing, so that SQLite looks at what was changed since, and not at all.
        is_of = change_range.row_table.concat("") == name
        found.append(
            select(part.c.customer_id).select_from(spans).where(since, is_of, is_live(part.c))
        )
    head, *others = found
    return head.union_all(*others)


def _untouched(since: str) -> ColumnElement[bool]:
    """`since` names the day that its last touch must not lie behind, and the instant at which the next one begins."""
    last = func.max(
        customer.added_on,
        func.coalesce(customer.verified_on, ""),
        func.coalesce(customer.file_checked_on, ""),
    )
    return and_(
        last <= bindparam(f"{since}_day"), customer.id.not_in(_touched_since(f"{since}_instant"))
    )


_is_core = func.coalesce(customer.tier, "") == "core"
_is_filed = and_(lies_live(customer), customer.stage != "lost", customer.retired_on.is_(None))
_stale = func.count().filter(
    or_(and_(_is_core, _untouched("core")), and_(~_is_core, _untouched("others")))
)

# --- whose it is ---

_owned = [name for name, table in sorted(T.items()) if "customer_id" in table.c]
_whose = case(*((change_row.row_table == name, _owner_of(name)) for name in ("customer", *_owned)))

# --- values that are masked ---

_MASKED = "*[*＊●•]*"


def _seems_masked(*columns: Any) -> ColumnElement[bool]:
    return or_(*(column.op("GLOB")(_MASKED) for column in columns))


def quality_bases() -> dict[str, Select[Any]]:
    """What the report quality counts, to which filters of customers are added."""
    people = T["person"].join(T["customer"], customer.id == person.customer_id)
    points = T["contact_point"].join(T["customer"], customer.id == contact_point.customer_id)
    contacts = T["interaction"].join(T["customer"], customer.id == interaction.customer_id)
    soon = interaction.entered_at <= func.strftime(
        "%Y-%m-%dT%H:%M:%SZ", interaction.at, "+24 hours"
    )
    return {
        "quality_files": select(
            _is_core.label("is_core"), func.count().label("n"), _stale.label("stale")
        ).where(_is_filed),
        "quality_people": select(
            func.count().label("n"), func.count().filter(person.consent.is_(None)).label("unknown")
        ).select_from(people).where(is_live(person), person.left_on.is_(None), is_live(customer)),
        "quality_persons": select(
            func.count().label("n"), func.count().filter(customer.consent.is_(None)).label("unknown")
        ).where(is_live(customer), customer.kind == "person"),
        "quality_core": select(
            func.count().label("n"), func.count().filter(~has_decider).label("without")
        ).where(is_live(customer), customer.tier == "core", customer.stage != "lost"),
        "quality_reach": select(
            func.count().label("n"), func.count().filter(~_point()).label("unreachable")
        ).where(is_live(customer)),
        "quality_contacts": select(
            func.count().label("n"), func.count().filter(soon).label("soon")
        ).select_from(contacts).where(is_live(interaction), is_live(customer), *in_period(interaction.at)),
        "quality_changes": select(change_row.change_id)
        .select_from(T["change_row"].join(T["customer"], customer.id == _whose))
        .where(one_of(change_row.change_id, "changes")),
        "quality_masked_customers": select(customer.id, customer.kind, customer.name, customer.short_name, customer.address, customer.note)
        .where(lies_live(customer), _seems_masked(customer.name, customer.short_name, customer.address, customer.note)),
        "quality_masked_people": select(person.customer_id.label("id"), person.name, person.title, person.note)
        .select_from(people).where(is_live(person), is_live(customer), _seems_masked(person.name, person.title, person.note)),
        "quality_masked_points": select(contact_point.customer_id.label("id"), contact_point.kind, contact_point.value)
        .select_from(points).where(is_live(contact_point), is_live(customer), _seems_masked(contact_point.value)),
    }  # fmt: skip


PREDICATES: dict[str, ColumnElement[bool]] = {
    "lacks_person": ~_has(person, func.coalesce(person.title, "") != "", _point_of_person),
    "lacks_need": customer.open_needs == 0,
    "lacks_contact": ~_point(contact_point.person_id.is_(None)),
    "lacks_people": ~_has(person),
    "lacks_tags": ~_has(tag),
    "lacks_fields": ~_has(field_value),
    "lacks_phones": ~_own_point("phone"),
    "lacks_emails": ~_own_point("email"),
    "lacks_wechat": ~_own_point("wechat"),
    "lacks_custom": ~_has(
        field_value, field_value.name == bindparam("field"), field_value.value != ""
    ),
}
"""What is missing of a customer, by what is wanted (rules/completeness.py); its own columns are compared as they are."""


def quality() -> dict[str, Executable]:
    """Customers that have one and the same name, or credit code; the changes of which was said when they came about."""
    return {
        "same_names": _same(customer.name_key),
        "same_codes": _same(customer.uscc),
        "changes_of_days": select(change.id, change.at, change.happened_on).where(
            change.happened_on.between(bindparam("begin_day"), bindparam("end_day")),
            change.undone_by.is_(None),
        ),
    }


def _same(column: Any) -> Select[Any]:
    """The customers that share a value of a column, those with one together."""
    several = (
        select(column).where(is_live(customer), column.is_not(None), column != "")
        .group_by(column).having(func.count() > 1)
    )  # fmt: skip
    return (
        select(customer.id, column.label("what"))
        .where(is_live(customer), column.in_(several.correlate(None)))
        .order_by(column, customer.id)
    )
