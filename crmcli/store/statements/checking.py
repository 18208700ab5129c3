"""What doctor looks for: what several customers share, core ones without a decider."""

from sqlalchemy import and_, exists, func, literal, select

from crmcli.store.statements.tables import T, contact_point, customer, is_live, person

is_decider = func.instr(literal(",").concat(person.roles).concat(","), ",decider,") > 0
has_decider = exists(
    select(literal(1)).where(
        is_live(person),
        person.customer_id == customer.id,
        person.left_on.is_(None),
        is_decider,
    )
).correlate(T["customer"])

people_of_unknown_consent = select(
    func.count().label("people"),
    func.count().filter(person.consent.is_(None)).label("n"),
).where(is_live(person), person.left_on.is_(None))


_several = (
    select(contact_point.kind, contact_point.value_key)
    .where(is_live(contact_point), contact_point.value_key != "")
    .group_by(contact_point.value_key, contact_point.kind)
    .having(func.min(contact_point.customer_id) < func.max(contact_point.customer_id))
    .subquery("several")
)
shared_points = (
    select(contact_point.kind, contact_point.value_key, contact_point.customer_id)
    .join(_several, and_(contact_point.value_key == _several.c.value_key, contact_point.kind == _several.c.kind))
    .where(is_live(contact_point))
    .distinct()
    .order_by(contact_point.customer_id, contact_point.kind, contact_point.value_key)
)  # fmt: skip
"""The phones, e-mails and WeChats that more than one customer has, with each that has it."""
