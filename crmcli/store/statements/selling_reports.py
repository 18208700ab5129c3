"""What the reports of the funnel and of following up count (HANDBOOK §11)."""

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal,
    or_,
    select,
    type_coerce,
)
from sqlalchemy.sql.base import Executable

from crmcli.store.statements.deriving import counts_as_touch
from crmcli.store.statements.tables import (
    T,
    customer,
    deal,
    interaction,
    is_live,
    lies_live,
    participant,
    stage_change,
    task,
)


def _within(day: Any, of: str = "") -> ColumnElement[bool]:
    within: ColumnElement[bool] = day.between(
        bindparam(f"begin_day{of}"), bindparam(f"end_day{of}")
    )
    return within


def _flag(condition: ColumnElement[bool], name: str) -> Any:
    """A condition as 0 or 1."""
    return type_coerce(condition, Integer).label(name)


_move, _next_move = T["stage_change"].alias("move"), T["stage_change"].alias("next_move")
_has_moved = exists(
    select(literal(1)).where(
        is_live(_move.c), _move.c.customer_id == customer.id, _within(_move.c.changed_on)
    )
)
_moved_after = select(_next_move.c.customer_id).where(
    is_live(_next_move.c),
    _next_move.c.from_stage.is_not(None),
    _next_move.c.changed_on > bindparam("end_day"),
)
_stage_left_next = (
    select(_next_move.c.from_stage)
    .where(
        is_live(_next_move.c),
        _next_move.c.customer_id == customer.id,
        _next_move.c.from_stage.is_not(None),
        _next_move.c.changed_on > bindparam("end_day"),
    )
    .order_by(_next_move.c.changed_on, _next_move.c.id)
    .limit(1)
    .correlate(T["customer"])
    .scalar_subquery()
)
# What stood at the end of a day is looked up only of the few who moved after it.
_stood = case((customer.id.in_(_moved_after), _stage_left_next), else_=customer.stage)
_has_next = or_(
    interaction.promised_on.is_not(None),
    interaction.id.in_(
        select(task.interaction_id).where(is_live(task), task.interaction_id.is_not(None))
    ),
)
_names_ours = interaction.id.in_(
    select(participant.interaction_id).where(is_live(participant), participant.side == "ours")
)
_contacts = T["interaction"].join(T["customer"], customer.id == interaction.customer_id)
_is_contact = (is_live(interaction), lies_live(customer))
# Added to nothing, so that SQLite takes the customers first, and of each the contacts of the period by their index.
_contacts_by_customer = T["customer"].join(
    T["interaction"], interaction.customer_id == customer.id + 0
)


def _near(first: Any, last: Any) -> ColumnElement[bool]:
    """A moment that may lie on the local days from the first to the last, wherever that is: what the index is asked."""
    return and_(
        interaction.at >= func.date(first, "-2 days"), interaction.at < func.date(last, "+3 days")
    )


def _of_both(which: Any, name: str) -> Any:
    """The smaller or larger of what is bound for a period and for the one it is compared with."""
    return which(bindparam(name), bindparam(f"{name}_before"))


def selling_report_bases() -> dict[str, Select[Any]]:
    """Rows to be counted, to which filters of customers are added, and for some `GROUP BY` the columns that are no sums."""
    customers = T["customer"]
    return {
        # Whoever came or moved, with all its moves.
        "report_moved": select(
            customer.id, customer.added_on, customer.stage, customer.since, customer.source, customer.loss_reason,
            stage_change.from_stage, stage_change.to_stage, stage_change.changed_on,
        )
        .select_from(customers.outerjoin(T["stage_change"], and_(stage_change.customer_id == customer.id, is_live(stage_change))))
        .where(lies_live(customer), or_(_within(customer.added_on), _within(customer.since), _has_moved)),
        "report_standing": select(_stood.label("stood"), func.count().label("n"))
        .select_from(customers)
        .where(lies_live(customer), customer.added_on <= bindparam("end_day")),
        "report_deals": select(
            deal.stage, deal.amount, deal.currency, deal.probability, deal.quoted_on, deal.created_at, deal.closed_on
        )
        .select_from(T["deal"].join(customers, customer.id == deal.customer_id))
        .where(
            is_live(deal), is_live(customer),
            or_(
                _within(deal.closed_on),
                and_(
                    or_(deal.stage == "open", deal.stage == "quoted", deal.closed_on > bindparam("end_day")),
                    or_(deal.created_at < bindparam("end_instant"), deal.quoted_on <= bindparam("end_day")),
                ),
            ),
        ),
        # Of two periods at once, which mostly lie side by side.
        "report_contacts": select(
            interaction.contacted_on, interaction.channel, interaction.two_way, interaction.no_answer,
            _flag(interaction.intent.is_not(None), "has_intent"), _flag(_has_next, "has_next"), _flag(_names_ours, "names_ours"),
            func.count().label("n"),
        )
        .select_from(_contacts_by_customer)
        .where(
            *_is_contact,
            _near(_of_both(func.min, "begin_day"), _of_both(func.max, "end_day")),
            or_(_within(interaction.contacted_on), _within(interaction.contacted_on, "_before")),
        ),
        "report_our_people": select(participant.name, func.count(participant.interaction_id.distinct()).label("n"))
        .select_from(T["participant"].join(_contacts, interaction.id == participant.interaction_id))
        .where(is_live(participant), participant.side == "ours", *_is_contact, _within(interaction.contacted_on)),
        # Whom a cadence is kept with, and the days of its contacts.
        "report_touches": select(
            customer.tier, customer.cadence, customer.began_on, func.group_concat(interaction.contacted_on).label("days")
        )
        .select_from(_contacts_by_customer)
        .where(
            is_live(interaction), is_live(customer), customer.stage == "customer", customer.retired_on.is_(None), customer.do_not_contact == literal(0),
            interaction.two_way == 1, counts_as_touch, _near(bindparam("begin_day"), bindparam("end_day")),
            _within(interaction.contacted_on),
        ),
    }  # fmt: skip


def selling_reports() -> dict[str, Executable]:
    """What is asked beside."""
    won = func.json_each(bindparam("won")).table_valued("value")
    contacts = (
        select(func.count())
        .where(
            is_live(interaction),
            interaction.customer_id == func.json_extract(won.c.value, "$[0]"),
            interaction.contacted_on <= func.json_extract(won.c.value, "$[1]"),
        )
        .correlate(won)
        .scalar_subquery()
    )
    return {
        "contacts_until": select(contacts.label("n")).select_from(won),
        "cadences_in_use": select(customer.cadence)
        .where(lies_live(customer), customer.cadence.is_not(None))
        .distinct(),
    }
