"""What customers are filtered and sorted by: the lifecycle in SQL, the fields of `--where`, its operators (CLI.md)."""

from typing import Any

from sqlalchemy import (
    REAL,
    ColumnElement,
    and_,
    bindparam,
    case,
    cast,
    func,
    literal,
    or_,
    select,
)

from crmcli.store.statements.tables import (
    LINE,
    T,
    contact_point,
    customer,
    days_before,
    field_value,
    is_live,
    one_of,
    person,
    tag,
)

_is_lead = or_(customer.stage == "prospect", customer.stage == "interested")
_is_new = and_(
    customer.began_on <= bindparam("today"),
    customer.began_on > days_before("today", "new_for"),
)
is_dormant = and_(
    func.max(customer.added_on, func.coalesce(customer.last_activity_on, customer.added_on))
    <= func.date(bindparam("today"), "-90 days"),
    customer.next_touch_on < bindparam("today"),
)
_is_active = and_(
    customer.last_order_on <= bindparam("today"),
    customer.last_order_on > func.date(bindparam("today"), "-30 days"),
)
LIFECYCLE = case(
    (customer.stage == "lost", "lost"),
    (_is_lead, "lead"),
    (_is_new, "new"),
    (is_dormant, "dormant"),
    (_is_active, "active"),
    else_="established",
)

has_tag = customer.id.in_(
    select(tag.customer_id).where(is_live(tag), one_of(tag.name, "tag")).correlate(None)
)


def _points(kind: str) -> Any:
    """The customer's own values of one kind that are in use, a line each."""
    return (
        select(func.group_concat(contact_point.value, LINE))
        .where(
            is_live(contact_point),
            contact_point.customer_id == customer.id,
            contact_point.person_id.is_(None),
            contact_point.active == 1,
            contact_point.kind == kind,
        )
        .correlate(T["customer"])
        .scalar_subquery()
    )  # fmt: skip


WHERE_FIELDS: dict[str, Any] = {
    name: customer[name]
    for name in (
        "external_id", "name", "name_key", "short_name", "stage", "tier", "kind", "industry", "size", "city", "address", "uscc",
        "source", "since", "prefer", "note", "cadence", "visit_cadence", "do_not_contact", "priority", "loss_reason",
        "credit_grade", "credit_on", "blacklisted", "last_order_on",
        "intent", "last_contact_on", "next_touch_on", "snoozed_until", "promised_on", "retired_on", "added_on", "created_at", "consent", "consent_on", "consent_source", "consent_scope",
    )
} | {
    "last_contact_at": customer.last_contact_at,
    "lifecycle": LIFECYCLE,
    "open_needs": customer.open_needs,
    "ref": literal("c").concat(customer.id),
    "ref_number": customer.id,
    "referred_by": literal("c").concat(customer.referred_by),
    "referred_by_number": customer.referred_by,
    "phones": _points("phone"),
    "emails": _points("email"),
    "wechat": _points("wechat"),
    "tags": select(func.group_concat(tag.name, LINE))
    .where(is_live(tag), tag.customer_id == customer.id)
    .correlate(T["customer"])
    .scalar_subquery(),
    "people": select(func.group_concat(person.name, LINE))
    .where(is_live(person), person.customer_id == customer.id)
    .correlate(T["customer"])
    .scalar_subquery(),
    "field": select(field_value.value)
    .where(is_live(field_value), field_value.customer_id == customer.id, field_value.name == bindparam("field"))
    .correlate(T["customer"])
    .scalar_subquery(),
}  # fmt: skip
WHERE_FIELDS["number_field"] = cast(WHERE_FIELDS["field"], REAL)
"""What `--where` and `--sort` can name: the JSON names of a customer; `field.NAME` binds NAME."""


def compare(field: Any, operator: str, value: Any) -> ColumnElement[bool]:
    """What an operator of `--where` means; freezing turns each into a template around the field."""
    lists = LINE.concat(func.lower(field)).concat(LINE)
    meanings: dict[str, ColumnElement[bool]] = {
        "=": func.coalesce(field, "") == value,
        "!=": func.coalesce(field, "") != value,
        "<": field < value,
        "<=": field <= value,
        ">": field > value,
        ">=": field >= value,
        "~": func.instr(func.lower(field), func.lower(value)) > 0,
        "has": func.instr(lists, LINE.concat(func.lower(value)).concat(LINE)) > 0,
    }
    return meanings[operator]


OPERATORS = ("=", "!=", "<", "<=", ">", ">=", "~", "has")
