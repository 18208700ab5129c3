"""What customers are filtered and sorted by: the lifecycle in SQL, the fields of `--where`, its operators (CLI.md)."""

from functools import reduce
from typing import Any

from sqlalchemy import (
    REAL,
    ColumnElement,
    Integer,
    and_,
    bindparam,
    case,
    cast,
    func,
    literal,
    or_,
    select,
)

from crmcli.rules.value.auto_tags import PROMOTER_FROM
from crmcli.store.statements.tables import (
    LINE,
    T,
    contact_point,
    customer,
    customer_order,
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

# --- tags by rule ---

_answer, _newer = (T["survey"].alias(name).c for name in ("answer", "newer"))
_is_newest_nps = ~(
    select(_newer.id)
    .where(
        is_live(_newer),
        _newer.customer_id == _answer.customer_id,
        _newer.nps.is_not(None),
        or_(_newer.at > _answer.at, and_(_newer.at == _answer.at, _newer.id > _answer.id)),
    )
    .correlate(_answer.id.table)
    .exists()
)
_promoters = select(_answer.customer_id).where(
    is_live(_answer), _answer.nps >= PROMOTER_FROM, _is_newest_nps
)
_referred = T["customer"].alias("referred").c
_referrers = select(_referred.referred_by).where(
    is_live(_referred), _referred.referred_by.is_not(None)
)

_reason = func.json_each(customer.churn_why).table_valued("value", name="reason")
_begins, _ends = (func.json_extract(_reason.c.value, f"$[{place}]") for place in (1, 2))
_may_leave = (
    select(_reason.c.value)
    .where(_begins <= bindparam("today"), or_(_ends.is_(None), _ends > bindparam("today")))
    .correlate(T["customer"])
    .exists()
)

AUTO_TAGS: dict[str, ColumnElement[bool]] = {
    "active": _is_active,
    "to-wake": LIFECYCLE == "dormant",
    "high-value": and_(
        customer.spend_from <= bindparam("today"), customer.spend_until > bindparam("today")
    ),
    "at-risk": _may_leave,
    "advocate": or_(
        customer.id.in_(_promoters.correlate(None)), customer.id.in_(_referrers.correlate(None))
    ),
}
"""What `rules/value/auto_tags.py` says, in SQL; a test holds both to the same answers."""

_each_tag: list[Any] = [
    case((rule, literal(name).concat(LINE)), else_="") for name, rule in AUTO_TAGS.items()
]
_auto_tags = func.trim(reduce(lambda text, one: text.concat(one), _each_tag), LINE)


# --- what orders come to ---


def _orders(counted: Any, *conditions: Any) -> Any:
    """Of the customer's orders, each with what its currency is worth."""
    return (
        select(counted)
        .select_from(T["customer_order"].outerjoin(_rates, _rate[0] == customer_order.currency))
        .where(is_live(customer_order), customer_order.customer_id == customer.id, *conditions)
        .correlate(T["customer"])
        .scalar_subquery()
    )


_rates = func.json_each(bindparam("rates")).table_valued("value", name="rate")
_rate = [func.json_extract(_rates.c.value, f"$[{place}]", type_=Integer) for place in range(3)]
"""Of a currency: its code, and what one of its coins is worth in coins of the base currency, as a fraction."""

_part = (customer_order.amount % _rate[2]) * _rate[
    1
]  # in two parts, for 64 bits hold the whole of small amounts only
_coins = (customer_order.amount // _rate[2]) * _rate[1] + _part // _rate[2]
_rest = 2 * (_part % _rate[2])
_is_more = or_(_rest > _rate[2], and_(_rest == _rate[2], _coins % 2 == 1))
_in_base = func.coalesce(_coins + case((_is_more, 1), else_=0), 0)
"""An order's amount as `Policy.in_base` has it: rounded to the even one half-way, nothing where there is no rate."""

_lifetime = _orders(func.coalesce(func.sum(_in_base), 0))
_count = (
    select(func.count())
    .where(is_live(customer_order), customer_order.customer_id == customer.id)
    .correlate(T["customer"])
    .scalar_subquery()
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
        "credit_grade", "credit_on", "blacklisted", "last_order_on", "reorder_on",
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
    "auto_tags": _auto_tags,
    "orders": _count,
    "lifetime_value": _lifetime,
    "yearly_spend": _orders(
        func.coalesce(func.sum(_in_base), 0),
        customer_order.ordered_on > bindparam("year_before"),
        customer_order.ordered_on <= bindparam("today"),
    ),
    "average_order": cast(_lifetime, REAL) / func.nullif(_orders(func.count(_rate[0])), 0),
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
