"""The due list: for each kind what is listed, how many there are, and what they are narrowed by (DESIGN §2)."""

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    bindparam,
    or_,
    select,
)

from crmcli.rules.terms import ROUNDS
from crmcli.store.statements.filters import AUTO_TAGS, LIFECYCLE, has_tag
from crmcli.store.statements.tables import (
    COUNT,
    T,
    contract,
    customer,
    customer_order,
    deal,
    is_live,
    key_date,
    listed,
    need,
    one_of,
    person,
    plan_step,
    promise,
    review,
    risk,
    survey,
    task,
)

# The dormant are won back instead (HANDBOOK §3); today's touch is still one when it would be a win-back tomorrow.
_is_awake = or_(customer.dormant_on.is_(None), customer.dormant_on > bindparam("today"))
# A visit that nothing but the spend of a year asks for is none any more when time takes that below the line.
_still_spends = or_(customer.visit_cadence.is_not(None), customer.spend_until > bindparam("today"))
# Complaints grow old, and a warning that nothing else holds up ends with them, until there is a reason again.
_still_warned = or_(customer.churn_until.is_(None), customer.churn_until > bindparam("today"))
_touch_is_due = (
    is_live(customer),
    customer.touch_due_on.is_not(None),
    customer.touch_due_on <= bindparam("until"),
    _is_awake,
)
_win_back_is_due = (
    is_live(customer),
    customer.win_back_on.is_not(None),
    customer.win_back_on <= bindparam("until"),
    or_(customer.touch_due_on.is_(None), customer.win_back_on <= bindparam("today")),
)
_ROUNDS = [kind.replace("-", "_") for kind in ROUNDS]
_unanswered_is_due = (
    is_live(customer),
    customer.unanswered_on.is_not(None),
    customer.unanswered_on <= bindparam("until"),
)
_key_date_is_due = (
    is_live(key_date),
    key_date.listed_on.is_not(None),
    key_date.listed_on <= bindparam("until"),
)
_task_is_due = (is_live(task), task.done_at.is_(None), task.listed_on <= bindparam("until"))


def _is_listed(table: Any, column: str, until: str = "until") -> tuple[ColumnElement[bool], ...]:
    """Live rows listed by now: their day or instant of it has come; it is null while there is nothing to list."""
    return (is_live(table), table[column].is_not(None), table[column] <= bindparam(until))


def _clock_is_listed(name: str) -> tuple[ColumnElement[bool], ...]:
    return _is_listed(need, f"{name}_from", "until_instant")


def _due_of_customers(name: str, day: str, *is_due: ColumnElement[bool]) -> dict[str, Select[Any]]:
    """The bases of a kind of due item whose `day` stands in the customer's own row.

    `top_` has of each only what it is ranked by, which the index says.
    """
    count = COUNT.select_from(T["customer"]).where(*is_due)
    top = select(customer.id, customer[day], customer.tier_weight).where(*is_due)
    return {
        f"due_{name}": select(*listed).where(*is_due),
        f"top_due_{name}": top,
        f"top_due_{name}_filtered": top,
        f"count_due_{name}": count,
        f"count_due_{name}_filtered": count,
    }


def _due_of_records(
    name: str, table: Any, day: str, *is_due: ColumnElement[bool]
) -> dict[str, Select[Any]]:
    """The same for a kind that has rows of its own: their columns are labelled `table_column`."""
    joined = table.join(T["customer"], customer.id == table.c.customer_id)
    labelled = [column.label(f"{table.name}_{column.name}") for column in table.c]
    ranked = [table.c[one].label(f"{table.name}_{one}") for one in ("id", *day.split())]
    ranked.append(table.c.tier_weight)
    if "person_id" in table.c:
        whose = select(person.name).where(person.id == table.c.person_id).scalar_subquery()
        labelled.append(whose.label(f"{table.name}_person"))
    if "need_id" in table.c and table.name != "task":
        about = select(need.text).where(need.id == table.c.need_id).scalar_subquery()
        labelled.append(about.label(f"{table.name}_need"))
    return {
        f"due_{name}": select(*labelled, *listed).select_from(joined).where(*is_due),
        f"top_due_{name}": select(*ranked).select_from(table).where(*is_due),
        f"top_due_{name}_filtered": select(*ranked).select_from(joined).where(*is_due),
        f"count_due_{name}": COUNT.select_from(table).where(*is_due),
        f"count_due_{name}_filtered": COUNT.select_from(joined).where(*is_due),
    }


BASES: dict[str, Select[Any]] = {
    "customers": select(*listed).where(is_live(customer)),
    "customer_keys": select(customer.id).where(is_live(customer)),
    "count_customers": COUNT.where(is_live(customer)),
    **_due_of_customers("touches", "touch_due_on", *_touch_is_due),
    **_due_of_customers("win_backs", "win_back_on", *_win_back_is_due),
    **_due_of_customers("unanswered", "unanswered_on", *_unanswered_is_due),
    **_due_of_records("tasks", T["task"], "listed_on due_time", *_task_is_due),
    **_due_of_records("key_dates", T["key_date"], "next_on", *_key_date_is_due),
    **_due_of_records("responds", T["need"], "respond_by", *_clock_is_listed("respond")),
    **_due_of_records("feedbacks", T["need"], "feedback_by", *_clock_is_listed("feedback")),
    **_due_of_records("solves", T["need"], "solve_by", *_clock_is_listed("solve")),
    **_due_of_records(
        "plan_confirms", T["need"], "plan_confirm_on", *_is_listed(need, "plan_confirm_on")
    ),
    **_due_of_records("progresses", T["need"], "progress_on", *_is_listed(need, "progress_on")),
    **_due_of_records(
        "plan_steps", T["plan_step"], "listed_on", *_is_listed(plan_step, "listed_on")
    ),
    **_due_of_records(
        "promises", T["promise"], "due_at", *_is_listed(promise, "listed_from", "until_instant")
    ),
    # Amends and reviews are due within hours: they are listed at once.
    **_due_of_records(
        "amends", T["promise"], "amends_by", is_live(promise), promise.amends_by.is_not(None)
    ),
    **_due_of_records("surveys", T["survey"], "listed_on", *_is_listed(survey, "listed_on")),
    **_due_of_customers("periodic_surveys", "ask_on", *_is_listed(customer, "ask_on"), _is_awake),
    **_due_of_customers(
        "visits", "visit_on", *_is_listed(customer, "visit_on"), _is_awake, _still_spends
    ),
    **{
        name: base
        for kind in _ROUNDS
        for name, base in _due_of_customers(
            f"{kind}s",
            f"{kind}_on",
            *_is_listed(customer, f"{kind}_on"),
            *([_is_awake] if kind == "care" else []),
        ).items()
    },
    **_due_of_customers("file_checks", "file_check_on", *_is_listed(customer, "file_check_on")),
    **_due_of_customers("reorders", "reorder_on", *_is_listed(customer, "reorder_on"), _is_awake),
    **_due_of_customers(
        "churns", "churn_on", *_is_listed(customer, "churn_on"), _is_awake, _still_warned
    ),
    **_due_of_customers(
        "churns_again",
        "churn_again_on",
        *_is_listed(customer, "churn_again_on"),
        _is_awake,
        ~_still_warned,
    ),
    **_due_of_records("quotes", T["deal"], "quote_on", *_is_listed(deal, "quote_from")),
    **_due_of_records("deals", T["deal"], "due_on", *_is_listed(deal, "due_on")),
    **_due_of_records(
        "payments", T["customer_order"], "payment_on", *_is_listed(customer_order, "payment_from")
    ),
    **_due_of_records("renewals", T["contract"], "ends_on", *_is_listed(contract, "renewal_from")),
    **_due_of_records(
        "contract_reviews", T["contract"], "review_on", *_is_listed(contract, "review_on")
    ),
    **_due_of_records(
        "risks", T["risk"], "due_at", *_is_listed(risk, "listed_from", "until_instant")
    ),
    **_due_of_records(
        "reviews", T["review"], "due_at", *_is_listed(review, "listed_from", "until_instant")
    ),
}
"""Counting without a filter on customers reads an index alone, so it leaves the customers out."""
PREDICATES: dict[str, ColumnElement[bool]] = {
    "tier": one_of(customer.tier, "tier"),
    "stage": one_of(customer.stage, "stage"),
    "lifecycle": one_of(LIFECYCLE, "lifecycle"),
    "tag": has_tag,
    **{f"auto_{name}": rule for name, rule in AUTO_TAGS.items()},
    "industry": one_of(customer.industry, "industry"),
    "city": one_of(customer.city, "city"),
    "intent": one_of(customer.intent, "intent"),
    # One value alone, so that an index gives the rows in the order of their keys.
    **{
        f"{name}_is": customer[name] == bindparam(f"one_{name}")
        for name in ("tier", "stage", "industry", "city", "intent")
    },
    "customer_weight": customer.tier_weight == bindparam("weight"),
    "task_weight": task.tier_weight == bindparam("weight"),
    "key_date_weight": key_date.tier_weight == bindparam("weight"),
    "task_kind": task.kind == bindparam("kind"),
    "need_weight": need.tier_weight == bindparam("weight"),
    "plan_step_weight": plan_step.tier_weight == bindparam("weight"),
    "promise_weight": promise.tier_weight == bindparam("weight"),
    "survey_weight": survey.tier_weight == bindparam("weight"),
    "review_weight": review.tier_weight == bindparam("weight"),
    "deal_weight": deal.tier_weight == bindparam("weight"),
    "contract_weight": contract.tier_weight == bindparam("weight"),
    "customer_order_weight": customer_order.tier_weight == bindparam("weight"),
    "risk_weight": risk.tier_weight == bindparam("weight"),
    # Those that lead the list, to be read whole.
    **{
        f"{name}_in": one_of(T[name].c.id, "ids")
        for name in (
            "customer",
            "task",
            "key_date",
            "need",
            "plan_step",
            "promise",
            "survey",
            "review",
            "deal",
            "contract",
            "customer_order",
            "risk",
        )
    },
    "respond_before": need.respond_by < bindparam("before_instant"),
    "feedback_before": need.feedback_by < bindparam("before_instant"),
    "solve_before": need.solve_by < bindparam("before_instant"),
    "plan_confirm_before": need.plan_confirm_on < bindparam("before"),
    "progress_before": need.progress_on < bindparam("before"),
    "plan_step_before": plan_step.listed_on < bindparam("before"),
    "promise_before": promise.due_at < bindparam("before_instant"),
    "amends_before": promise.amends_by < bindparam("before_instant"),
    "survey_before": survey.listed_on < bindparam("before"),
    "periodic_survey_before": customer.ask_on < bindparam("before"),
    "review_before": review.due_at < bindparam("before_instant"),
    "quote_before": deal.quote_on < bindparam("before"),
    "deal_before": deal.due_on < bindparam("before"),
    "payment_before": customer_order.payment_on < bindparam("before"),
    "renewal_before": contract.ends_on < bindparam("before"),
    "contract_review_before": contract.review_on < bindparam("before"),
    "risk_before": risk.due_at < bindparam("before_instant"),
    "visit_before": customer.visit_on < bindparam("before"),
    "file_check_before": customer.file_check_on < bindparam("before"),
    "reorder_before": customer.reorder_on < bindparam("before"),
    "churn_before": customer.churn_on < bindparam("before"),
    "churn_again_before": customer.churn_again_on < bindparam("before"),
    **{f"{kind}_before": customer[f"{kind}_on"] < bindparam("before") for kind in _ROUNDS},
    "touch_before": customer.touch_due_on < bindparam("before"),
    "win_back_before": customer.win_back_on < bindparam("before"),
    "unanswered_before": customer.unanswered_on < bindparam("before"),
    "key_date_before": key_date.next_on < bindparam("before"),
    "task_before": or_(
        task.listed_on < bindparam("before"),
        and_(
            task.listed_on == bindparam("before"),
            task.snoozed_until.is_(None),
            task.due_time < bindparam("before_time"),
        ),
    ),
}
"""Filters of the bases, by name; those that mention a record go only with the bases that join it."""
