"""Every statement, by name, written in SQLAlchemy and frozen to text by `make freeze` (DESIGN §2).

Nothing here runs in an everyday command: `frozen.py` does. A statement that varies is a base here, plus the
predicates, sort columns and fields below, which freezing cuts out of that base so that they can be composed by
name. Values are always bound.
"""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import (
    REAL,
    ColumnElement,
    Integer,
    Select,
    Text,
    and_,
    bindparam,
    case,
    cast,
    column,
    delete,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy import (
    table as virtual_table,
)
from sqlalchemy.sql.base import Executable

from crmcli.store import models

T = models.metadata.tables
customer, person, contact_point = T["customer"].c, T["person"].c, T["contact_point"].c
interaction, participant, task = T["interaction"].c, T["participant"].c, T["task"].c
key_date, search_document = T["key_date"].c, T["search_document"].c
need, service_event, escalation = T["need"].c, T["service_event"].c, T["escalation"].c
plan_step, promise, survey = T["plan_step"].c, T["promise"].c, T["survey"].c
review, article = T["review"].c, T["article"].c
tag, field_value, stage_change = T["tag"].c, T["field_value"].c, T["stage_change"].c
setting, change, change_row = T["setting"].c, T["change"].c, T["change_row"].c
change_range, open_change, event = T["change_range"].c, T["open_change"].c, T["event"].c
key_range, meta = T["key_range"].c, T["meta"].c


def is_live(table: Any) -> ColumnElement[bool]:
    """Rows that have not been deleted."""
    live: ColumnElement[bool] = table.deleted_at.is_(None)
    return live


def one_of(column: Any, name: str) -> ColumnElement[bool]:
    """`column` is one of the values in the JSON list bound to `name`."""
    values = func.json_each(bindparam(name)).table_valued("value")
    found: ColumnElement[bool] = column.in_(select(values.c.value))
    return found


def days_before(name: str, days: str) -> ColumnElement[str]:
    """The ISO day that lies the bound number of days before the bound day."""
    return func.date(bindparam(name), literal("-").concat(bindparam(days)).concat(" days"))


# --- the lifecycle in SQL: the same rule as rules/lifecycle.py, for filters ---

_is_lead = or_(customer.stage == "prospect", customer.stage == "interested")
_is_new = and_(
    customer.began_on <= bindparam("today"),
    customer.began_on > days_before("today", "new_for"),
)
_is_dormant = and_(
    func.max(customer.added_on, func.coalesce(customer.last_activity_on, customer.added_on))
    <= func.date(bindparam("today"), "-90 days"),
    customer.next_touch_on < bindparam("today"),
)
LIFECYCLE = case(
    (customer.stage == "lost", "lost"),
    (_is_lead, "lead"),
    (_is_new, "new"),
    (_is_dormant, "dormant"),
    else_="established",
)

# --- bases: statements that filters are added to ---

_listed = [
    customer[name]
    for name in T["customer"].columns.keys()
    if name not in ("short_key", "deleted_at")
]
_COUNT = select(func.count().label("n"))
# The dormant are won back instead (HANDBOOK §3); today's touch is still one when it would be a win-back tomorrow.
_is_awake = or_(customer.dormant_on.is_(None), customer.dormant_on > bindparam("today"))
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
    count = _COUNT.select_from(T["customer"]).where(*is_due)
    top = select(customer.id, customer[day], customer.tier_weight).where(*is_due)
    return {
        f"due_{name}": select(*_listed).where(*is_due),
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
        f"due_{name}": select(*labelled, *_listed).select_from(joined).where(*is_due),
        f"top_due_{name}": select(*ranked).select_from(table).where(*is_due),
        f"top_due_{name}_filtered": select(*ranked).select_from(joined).where(*is_due),
        f"count_due_{name}": _COUNT.select_from(table).where(*is_due),
        f"count_due_{name}_filtered": _COUNT.select_from(joined).where(*is_due),
    }


BASES: dict[str, Select[Any]] = {
    "customers": select(*_listed).where(is_live(customer)),
    "customer_keys": select(customer.id).where(is_live(customer)),
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
    **_due_of_records(
        "reviews", T["review"], "due_at", *_is_listed(review, "listed_from", "until_instant")
    ),
}
"""Counting without a filter on customers reads an index alone, so it leaves the customers out."""

_has_tag = customer.id.in_(
    select(tag.customer_id).where(is_live(tag), one_of(tag.name, "tag")).correlate(None)
)
PREDICATES: dict[str, ColumnElement[bool]] = {
    "tier": one_of(customer.tier, "tier"),
    "stage": one_of(customer.stage, "stage"),
    "lifecycle": one_of(LIFECYCLE, "lifecycle"),
    "tag": _has_tag,
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

_open_follow_up = exists(
    select(literal(1)).where(
        is_live(task),
        task.done_at.is_(None),
        task.kind == "follow-up",
        task.customer_id == customer.id,
    )
)


_LINE = func.char(literal(10), type_=Text)
"""Between the values of a list: a line break, which no phone, tag or name contains."""


def _points(kind: str) -> Any:
    """The customer's own values of one kind that are in use, a line each."""
    return (
        select(func.group_concat(contact_point.value, _LINE))
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
        "intent", "last_contact_on", "next_touch_on", "snoozed_until", "promised_on", "retired_on", "added_on", "created_at",
    )
} | {
    "last_contact_at": customer.last_contact_at,
    "lifecycle": LIFECYCLE,
    "open_needs": customer.open_needs,
    "ref": literal("c").concat(customer.id),
    "referred_by": literal("c").concat(customer.referred_by),
    "phones": _points("phone"),
    "emails": _points("email"),
    "wechat": _points("wechat"),
    "tags": select(func.group_concat(tag.name, _LINE))
    .where(is_live(tag), tag.customer_id == customer.id)
    .correlate(T["customer"])
    .scalar_subquery(),
    "people": select(func.group_concat(person.name, _LINE))
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
    lists = _LINE.concat(func.lower(field)).concat(_LINE)
    meanings: dict[str, ColumnElement[bool]] = {
        "=": func.coalesce(field, "") == value,
        "!=": func.coalesce(field, "") != value,
        "<": field < value,
        "<=": field <= value,
        ">": field > value,
        ">=": field >= value,
        "~": func.instr(func.lower(field), func.lower(value)) > 0,
        "has": func.instr(lists, _LINE.concat(func.lower(value)).concat(_LINE)) > 0,
    }
    return meanings[operator]


OPERATORS = ("=", "!=", "<", "<=", ">", ">=", "~", "has")


# --- fixed statements ---


def _all(table: Any) -> list[Any]:
    return list(table)


def _of_customers(table: Any, *order: Any) -> Select[Any]:
    return (
        select(*_all(table))
        .where(is_live(table), one_of(table.customer_id, "customers"))
        .order_by(*order)
    )


_counts_as_touch = or_(
    interaction.need_id.is_(None),
    interaction.direction != "in",
    bindparam("all_contacts_count") == literal(1),
)
"""A contact that the customer started about a need resets no touch clock (HANDBOOK §2), unless the setting says so."""


def _newest(condition: ColumnElement[bool], index: Sequence[Any]) -> Any:
    return (
        select(interaction.id)
        .where(is_live(interaction), interaction.customer_id == customer.id, condition)
        .order_by(*[column.desc() for column in index])
        .limit(1)
        .correlate(T["customer"])
        .scalar_subquery()
    )


_two_way = T["interaction"].alias("contact")
_with_intent = T["interaction"].alias("with_intent")
_promise = T["interaction"].alias("promise")


def _answered(condition: ColumnElement[bool]) -> Any:
    """True when some two-way contact with the customer fits."""
    return exists(
        select(literal(1)).where(
            is_live(interaction),
            interaction.two_way == 1,
            interaction.customer_id == customer.id,
            condition,
        )
    ).correlate(T["customer"], _promise)


_became = (
    select(func.max(stage_change.changed_on))
    .where(
        is_live(stage_change),
        stage_change.customer_id == customer.id,
        stage_change.to_stage == "customer",
        stage_change.from_stage.is_not(None),
    )
    .correlate(T["customer"])
    .scalar_subquery()
)
_was_lost = (
    select(func.max(stage_change.changed_on))
    .where(
        is_live(stage_change),
        stage_change.customer_id == customer.id,
        stage_change.to_stage == "lost",
        stage_change.from_stage.is_not(None),
    )
    .correlate(T["customer"])
    .scalar_subquery()
)
_last_activity = (
    select(func.max(interaction.contacted_on))
    .where(is_live(interaction), interaction.customer_id == customer.id)
    .correlate(T["customer"])
    .scalar_subquery()
)


def _last_survey(kind: str) -> Any:
    """The local day on which the newest survey of this kind was made, or given up; an open one, on which it was sent."""
    return (
        select(func.max(func.coalesce(survey.answered_on, survey.sent_on)))
        .where(is_live(survey), survey.customer_id == customer.id, survey.kind == kind)
        .correlate(T["customer"])
        .scalar_subquery()
    )


_answer_of_any = T["interaction"].alias("newest")
"""The newest two-way contact of all, whoever began it."""

_awaiting = T["interaction"].alias("awaiting")
_first_awaiting = (
    select(interaction.id)
    .where(
        is_live(interaction),
        interaction.awaits_answer == 1,
        interaction.customer_id == customer.id,
        interaction.id > func.coalesce(customer.unanswered_done_id, 0),
        or_(
            _answer_of_any.c.id.is_(None),
            interaction.at > _answer_of_any.c.at,
            and_(interaction.at == _answer_of_any.c.at, interaction.id > _answer_of_any.c.id),
        ),
    )
    .order_by(interaction.at, interaction.id)
    .limit(1)
    .correlate(T["customer"], _answer_of_any)
    .scalar_subquery()
)
_facts = (
    select(
        *_listed,
        _became.label("became_on"),
        _last_activity.label("activity_on"),
        _two_way.c.id.label("contact_id"),
        _two_way.c.contacted_on.label("contact_on"),
        _two_way.c.at.label("contact_at"),
        _two_way.c.channel.label("contact_channel"),
        _with_intent.c.intent.label("latest_intent"),
        _open_follow_up.label("has_follow_up"),
        _was_lost.label("was_lost_on"),
        _last_survey("relation").label("relation_on"),
        _last_survey("deep").label("deep_on"),
        _awaiting.c.id.label("awaiting_id"),
        _awaiting.c.contacted_on.label("awaiting_since"),
        _promise.c.promised_on.label("promise_on"),
        _promise.c.entered_at.label("promise_at"),
        _answered(
            and_(interaction.contacted_on >= _promise.c.promised_on, interaction.id != _promise.c.id)
        ).label("promise_met"),
        _answered(interaction.contacted_on >= customer.agreed_on).label("agreed_met"),
        _answered(
            or_(
                interaction.at > customer.snooze_at,
                and_(interaction.at == customer.snooze_at, interaction.id > customer.snooze_after),
            )
        ).label("snooze_ended"),
    )
    .select_from(
        T["customer"]
        .outerjoin(_two_way, _two_way.c.id == _newest(and_(interaction.two_way == 1, _counts_as_touch), [interaction.at, interaction.id]))
        .outerjoin(
            _with_intent,
            _with_intent.c.id == _newest(interaction.intent.is_not(None), [interaction.at, interaction.id]),
        )
        .outerjoin(_promise, _promise.c.id == _newest(interaction.promised_on.is_not(None), [interaction.entered_at, interaction.at, interaction.id]))
        .outerjoin(_answer_of_any, _answer_of_any.c.id == _newest(interaction.two_way == 1, [interaction.at, interaction.id]))
        .outerjoin(_awaiting, _awaiting.c.id == _first_awaiting)
    )
)  # fmt: skip


def _called(condition: Callable[[Any], ColumnElement[bool]]) -> ColumnElement[bool]:
    """Customers whose name or short name, in its normal form, fulfils the condition.

    Each is looked up in an index of its own, which SQLite does not do for an OR over partial indexes; only what is
    found is read from the table.
    """

    def keys(key: Any) -> Any:
        return (
            select(customer.id).where(is_live(customer), key.is_not(None), condition(key)).limit(20)
        )

    return or_(customer.id.in_(keys(customer.name_key)), customer.id.in_(keys(customer.short_key)))


# --- needs ---

_answer = T["interaction"].alias("answer")
_answer_to_waiting = (
    select(_answer.c.at)
    .where(
        _answer.c.deleted_at.is_(None),
        _answer.c.two_way == 1,
        _answer.c.direction != "out",
        _answer.c.customer_id == service_event.customer_id,
        _answer.c.at >= service_event.at,
        or_(_answer.c.at > service_event.at, _answer.c.id > service_event.contact_id),
    )
    .order_by(_answer.c.at)
    .limit(1)
    .correlate(T["service_event"])
    .scalar_subquery()
)
"""The customer's first contact after a need began to wait for it: theirs, and not a call of ours that learnt nothing."""

_has_waited = exists(
    select(literal(1)).where(
        is_live(service_event), service_event.need_id == need.id, service_event.kind == "waiting"
    )
)


def _to_derive(
    table: Any, columns: str, *more: ColumnElement[bool], also: Sequence[Any] = ()
) -> Select[Any]:
    """The rows of some customers that are to be derived anew: all of those in `whole`, of the others what was touched,
    and what `more` says."""
    return select(*(table[name] for name in columns.split()), *also).where(
        is_live(table),
        one_of(table.customer_id, "customers"),
        or_(one_of(table.customer_id, "whole"), one_of(table.id, "touched"), *more),
    )


_status_of_need = (
    select(need.status)
    .where(is_live(need), need.id == plan_step.need_id)
    .correlate(T["plan_step"])
    .scalar_subquery()
)
"""Null when the need is deleted."""


def derivations() -> dict[str, Executable]:
    """What is derived of the records of customers is computed from these, and of a few customers how many needs are open."""
    return {
        "needs_to_derive": _to_derive(
            need,
            "id customer_id kind urgency status received_at value fit cost "
            "respond_by feedback_by solve_by plan_confirm_on progress_on",
            # A contact may be the answer that one of them waited for.
            and_(one_of(need.customer_id, "contacted"), _has_waited),
        ),
        "plan_steps_to_derive": _to_derive(
            plan_step,
            "id customer_id need_id due_on snoozed_until done_at listed_on",
            one_of(plan_step.need_id, "needs"),
            also=[_status_of_need.label("need_status")],
        ),
        "promises_to_derive": _to_derive(
            promise,
            "id customer_id by due_on due_time kept_on broken_on broken_at amends_done_at due_at amends_by",
        ),
        "surveys_to_derive": _to_derive(
            survey, "id customer_id status opened_on sent_on snoozed_until due_on"
        ),
        "reviews_to_derive": _to_derive(
            review, "id customer_id opened_at snoozed_until done_at due_at"
        ),
        "tasks_to_derive": _to_derive(task, "id customer_id due_on snoozed_until"),
        "key_dates_to_derive": _to_derive(
            key_date, "id customer_id kind day lead_days snoozed_until added_on done_on"
        ),
        "count_open_needs": select(need.customer_id, func.count(need.queue).label("n"))
        .where(is_live(need), one_of(need.customer_id, "customers"))
        .group_by(need.customer_id),
    }


_NEW = 10
"""What a new customer adds to a need's score; rules/service/score.py has it too, and a test holds them equal."""

_queue_score = need.score + case((need.new_until >= bindparam("today"), literal(_NEW)), else_=0)
_queue = (
    select(need.id)
    .where(is_live(need), need.queue.is_not(None))
    .order_by(
        need.queue != 0,
        func.coalesce(need.red_at > bindparam("now"), literal(1)),
        need.queue,
        _queue_score.desc(),
        need.next_by.is_(None),
        need.next_by,
        need.id,
    )
    .limit(bindparam("limit"))
)
"""The open needs: untriaged first, then red, urgency, score, deadline (HANDBOOK §4), by an index alone."""


_INDEXED = ["rowid", "names", "sound", "initials", "prose"]
_search_index = virtual_table(
    "search_index", *[column(name) for name in ("search_index", *_INDEXED)]
)
_found = (
    select(_search_index.c.rowid.label("id"))
    .where(
        _search_index.c.search_index.op("MATCH")(bindparam("terms")),
        _search_index.c.rowid.between(bindparam("first"), bindparam("last")),
    )
    .limit(bindparam("limit"))
)


# --- checking ---

_SHORTEST_CODE = 8  # what is shorter says that there is none: 无, N/A

_has_decider = exists(
    select(literal(1)).where(
        is_live(person),
        person.customer_id == customer.id,
        person.left_on.is_(None),
        func.instr(literal(",").concat(person.roles).concat(","), ",decider,") > 0,
    )
).correlate(T["customer"])


def _same(
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


_OFFERED = 50
"""Names that completion looks up at once."""


def _offered(condition: Callable[[Any], ColumnElement[bool]]) -> Select[Any]:
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


def _each_once(column: Any) -> Select[Any]:
    """The values of an indexed column from one text up to another: each time the index is asked for the next one only."""
    live, below = is_live(column.table.c), column < bindparam("beyond")
    first = select(func.min(column).label("value")).where(live, column >= bindparam("text"), below)
    found = first.cte("found", recursive=True)
    following = select(func.min(column)).where(live, column > found.c.value, below)
    found = found.union_all(
        select(following.correlate(found).scalar_subquery()).where(found.c.value.is_not(None))
    )
    return select(found.c.value).where(found.c.value.is_not(None)).limit(bindparam("limit"))


def _between(table: Any, *columns: Any) -> Select[Any]:
    """The newest live records among those with these keys."""
    return (
        select(table.id, *columns)
        .where(*([is_live(table)] if "deleted_at" in table else []), table.id.between(bindparam("first"), bindparam("last")))
        .order_by(table.id.desc())
        .limit(bindparam("limit"))
    )  # fmt: skip


QUERIES: dict[str, Executable] = {
    # references
    "customer_by_id": select(*_listed, customer.deleted_at).where(customer.id == bindparam("id")),
    "customers_by_ids": select(*_listed).where(is_live(customer), one_of(customer.id, "ids")),
    "customers_by_external_id": select(*_listed).where(is_live(customer), customer.external_id == bindparam("text")),
    "customers_by_name": select(*_listed)
    .where(_called(lambda key: key == bindparam("text")))
    .order_by(customer.id)
    .limit(20),
    "customers_by_name_beginning": select(*_listed)
    .where(_called(lambda key: and_(key >= bindparam("text"), key < bindparam("beyond"))))
    .order_by(customer.id)
    .limit(20),
    "customers_by_name_part": select(*_listed)
    .where(_called(lambda key: func.instr(key, bindparam("text")) > 0))
    .order_by(customer.id)
    .limit(20),
    "customers_by_uscc": select(customer.id, customer.name).where(is_live(customer), customer.uscc == bindparam("text")),
    "customers_by_contact_point": select(contact_point.customer_id.label("id"), customer.name)
    .select_from(T["contact_point"].join(T["customer"], customer.id == contact_point.customer_id))
    .where(is_live(contact_point), is_live(customer), contact_point.kind == bindparam("kind"), contact_point.value_key == bindparam("text"))
    .distinct(),
    # parts of customers
    "people_of": _of_customers(person, person.customer_id, person.id),
    "contact_points_of": _of_customers(contact_point, contact_point.customer_id, contact_point.id),
    "tags_of": _of_customers(tag, tag.customer_id, tag.name),
    "fields_of": _of_customers(field_value, field_value.customer_id, field_value.name),
    "tasks_of": select(*_all(task))
    .where(is_live(task), task.customer_id == bindparam("customer"), task.done_at.is_(None))
    .order_by(task.due_on, task.id),
    "all_tasks_of": _of_customers(task, task.customer_id, task.id),
    "interactions_of": select(*_all(interaction))
    .where(is_live(interaction), interaction.customer_id == bindparam("customer"))
    .order_by(interaction.at.desc(), interaction.id.desc())
    .limit(bindparam("limit")),
    "count_interactions_of": select(func.count().label("n")).select_from(T["interaction"]).where(is_live(interaction), interaction.customer_id == bindparam("customer")),
    "participants_of": select(*_all(participant), person.name.label("person_name"))
    .select_from(T["participant"].outerjoin(T["person"], person.id == participant.person_id))
    .where(is_live(participant), one_of(participant.interaction_id, "interactions"))
    .order_by(participant.id),
    # derived columns
    "facts": _facts.where(one_of(customer.id, "customers")),
    "all_customer_ids": select(customer.id).where(is_live(customer), customer.id > bindparam("after")).order_by(customer.id).limit(bindparam("limit")),
    "store_touch": update(T["customer"])
    .where(customer.id == bindparam("of"))
    .values({column.name: bindparam(column.name) for column in customer if column.info.get("derived")}),
    **{
        f"{plural}_by_ids": select(*_all(table)).where(is_live(table), one_of(table.id, "ids"))
        for plural, table in (
            ("people", person), ("interactions", interaction), ("tasks", task), ("key_dates", key_date), ("needs", need),
            ("plan_steps", plan_step), ("promises", promise), ("surveys", survey), ("reviews", review), ("articles", article),
        )
    },
    "interactions_by_external_id": select(interaction.id).where(is_live(interaction), interaction.external_id == bindparam("text")).limit(1),
    "key_dates_of": _of_customers(key_date, key_date.customer_id, key_date.id),
    "store_key_date_listing": update(T["key_date"])
    .where(key_date.id == bindparam("of"))
    .values(next_on=bindparam("next_on"), listed_on=bindparam("listed_on"), tier_weight=bindparam("tier_weight")),
    "store_task_listing": update(T["task"])
    .where(task.id == bindparam("of"))
    .values(listed_on=bindparam("listed_on"), tier_weight=bindparam("tier_weight")),
    # needs, promises and surveys
    "needs_of": _of_customers(need, need.customer_id, need.id),
    "contacts_about_needs": select(interaction.id, interaction.need_id, interaction.at, interaction.channel, interaction.direction, interaction.no_answer)
    .where(is_live(interaction), interaction.need_id.is_not(None), one_of(interaction.need_id, "needs"))
    .order_by(interaction.at, interaction.id),
    "escalations_of_needs": select(escalation.need_id, escalation.level).where(is_live(escalation), one_of(escalation.need_id, "needs")),
    "promises_of": _of_customers(promise, promise.due_on, promise.id),
    "surveys_of": _of_customers(survey, survey.opened_on, survey.id),
    "service_events_of_need": select(*_all(service_event)).where(is_live(service_event), service_event.need_id == bindparam("need")).order_by(service_event.at, service_event.id),
    "escalations_of_need": select(*_all(escalation)).where(is_live(escalation), escalation.need_id == bindparam("need")).order_by(escalation.at, escalation.id),
    "plan_steps_of_needs": select(*_all(plan_step)).where(is_live(plan_step), one_of(plan_step.need_id, "needs")).order_by(plan_step.due_on, plan_step.id),
    "reviews_of_surveys": select(*_all(review)).where(is_live(review), one_of(review.survey_id, "surveys")).order_by(review.id),
    "plan_steps_of_need": select(*_all(plan_step)).where(is_live(plan_step), plan_step.need_id == bindparam("need")).order_by(plan_step.due_on, plan_step.id),
    "surveys_of_need": select(*_all(survey)).where(is_live(survey), survey.need_id == bindparam("need")).order_by(survey.id),
    "tasks_of_need": select(*_all(task)).where(is_live(task), task.need_id == bindparam("need")).order_by(task.due_on, task.id),
    "interactions_of_need": select(*_all(interaction))
    .where(is_live(interaction), interaction.need_id == bindparam("need"))
    .order_by(interaction.at.desc(), interaction.id.desc())
    .limit(bindparam("limit")),
    "all_articles": select(*_all(article)).where(is_live(article)).order_by(article.id.desc()).limit(bindparam("limit")),
    "first_article_review": select(func.min(article.review_on).label("on"), func.count().label("n")).where(is_live(article), article.review_on.is_not(None), article.review_on <= bindparam("until")),
    "queue": _queue,
    "count_queue": select(func.count().label("n")).select_from(T["need"]).where(is_live(need), need.queue.is_not(None)),
    **{
        f"{plural}_by_external_id": select(table.id).where(is_live(table), table.external_id == bindparam("text")).limit(1)
        for plural, table in (("needs", need), ("promises", promise), ("surveys", survey), ("articles", article))
    },
    "surveys_listed": select(*_all(survey))
    .where(is_live(survey), survey.listed_on.is_not(None), or_(bindparam("kind").is_(None), survey.kind == bindparam("kind")))
    .order_by(survey.listed_on, survey.id)
    .limit(bindparam("limit")),
    "surveys_answered": select(*_all(survey))
    .where(is_live(survey), survey.status == "answered", or_(bindparam("kind").is_(None), survey.kind == bindparam("kind")))
    .order_by(survey.at.desc(), survey.id.desc())
    .limit(bindparam("limit")),
    **{
        f"store_{table.name}": update(table)
        .where(table.c.id == bindparam("of"))
        .values({column.name: bindparam(column.name) for column in table.c if column.info.get("derived")})
        for table in (T[name] for name in ("need", "plan_step", "promise", "survey", "review", "article"))
    },
    # settings
    "settings": select(setting.id, setting.name, setting.value).where(is_live(setting)),
    "meta": select(meta.name, meta.value),
    "drop_meta": delete(T["meta"]).where(meta.name == bindparam("of")),
    # keys
    "next_key": select(key_range.next).where(key_range.row_table == bindparam("row_table")),
    "take_keys": update(T["key_range"]).where(key_range.row_table == bindparam("of")).values(next=bindparam("next")),
    # the change log
    "begin_change": insert(T["change"]).values({column.name: bindparam(column.name) for column in change}),
    "open_change": insert(T["open_change"]).values(id=bindparam("id")),
    "close_change": delete(T["open_change"]),
    "mark_undone": update(T["change"]).where(change.id == bindparam("of")).values(undone_by=bindparam("undone_by")),
    "has_logged": select(literal(1).label("found"))
    .where(or_(exists(select(change_row.id).where(change_row.change_id == bindparam("change"))), exists(select(change_range.id).where(change_range.change_id == bindparam("change"))))),
    "insert_range": insert(T["change_range"]).values({column.name: bindparam(column.name) for column in change_range if column.name != "id"}),
    "change": select(*_all(change)).where(change.id == bindparam("id")),
    "newest_undoable": select(*_all(change))
    .where(change.undoes.is_(None), change.undone_by.is_(None))
    .order_by(change.id.desc())
    .limit(1),
    "changes": select(*_all(change)).order_by(change.id.desc()).limit(bindparam("limit")),
    "rows_of_change": select(*_all(change_row)).where(change_row.change_id == bindparam("change")).order_by(change_row.id),
    "ranges_of_change": select(*_all(change_range)).where(change_range.change_id == bindparam("change")).order_by(change_range.id),
    "rows_since": select(*_all(change_row))
    .where(change_row.id > bindparam("after"), change_row.row_table == bindparam("row_table"), change_row.row_id == bindparam("row_id"))
    .order_by(change_row.id),
    "rows_since_in_range": select(*_all(change_row))
    .where(
        change_row.row_table == bindparam("row_table"),
        change_row.row_id.between(bindparam("first"), bindparam("last")),
        or_(change_row.change_id.is_(None), change_row.change_id >= bindparam("change")),
    )
    .order_by(change_row.id),
    "history_of_row": select(
        *_all(change_row), change.at, change.actor, change.command, change.reason, change.undoes, change.undone_by
    )
    .select_from(T["change_row"].outerjoin(T["change"], change.id == change_row.change_id))
    .where(change_row.row_table == bindparam("row_table"), change_row.row_id == bindparam("row_id"))
    .order_by(change_row.id.desc())
    .limit(bindparam("limit")),
    "range_history_of_row": select(
        change_range.change_id, change_range.action, change.at, change.actor, change.command, change.reason, change.undoes, change.undone_by
    )
    .select_from(T["change_range"].join(T["change"], change.id == change_range.change_id))
    .where(
        change_range.row_table == bindparam("row_table"),
        change_range.first_id <= bindparam("row_id"),
        change_range.last_id >= bindparam("row_id"),
    )
    .order_by(change_range.id.desc()),
    # search: the index keeps no text of its own, so what is taken out of it must be told as it was put in
    "search_documents": select(*_all(search_document)).where(one_of(search_document.id, "ids")),
    "search_documents_after": select(*_all(search_document)).where(search_document.id > bindparam("after")).order_by(search_document.id).limit(bindparam("limit")),
    "drop_search_document": delete(T["search_document"]).where(search_document.id == bindparam("of")),
    "index_document": insert(_search_index).values({name: bindparam(name) for name in _INDEXED}),
    "unindex_document": insert(_search_index).values({"search_index": literal("delete"), **{name: bindparam(name) for name in _INDEXED}}),
    "unindex_documents_from": insert(_search_index).from_select(
        ["search_index", *_INDEXED], select(literal("delete"), *_all(search_document)).where(search_document.id.between(bindparam("first"), bindparam("last")))
    ),
    "drop_search_documents": delete(T["search_document"]).where(search_document.id.between(bindparam("first"), bindparam("last"))),
    "index_documents_from": insert(_search_index).from_select(_INDEXED, select(*_all(search_document)).where(search_document.id.between(bindparam("first"), bindparam("last")))),
    "found_first": _found.order_by(_search_index.c.rowid),
    "found_newest": _found.order_by(_search_index.c.rowid.desc()),
    # completion: what may be typed next
    "offered_names": _offered(lambda key: and_(key >= bindparam("text"), key < bindparam("beyond"))),
    "offered_names_within": _offered(lambda key: one_of(key, "keys")),
    "offered_recent": select(customer.id, customer.name, customer.short_name)
    .where(is_live(customer), customer.last_contact_at.is_not(None))
    .order_by(customer.last_contact_at.desc(), customer.id.desc())
    .limit(bindparam("limit")),
    "offered_customer": _between(customer, customer.name.label("about")),
    "offered_person": _between(person, person.name.label("about")),
    "offered_task": _between(task, task.text.label("about")),
    "offered_interaction": _between(interaction, interaction.contacted_on.label("day"), interaction.summary.label("about")),
    "offered_key_date": _between(key_date, key_date.day, key_date.kind.label("about")),
    "offered_need": _between(need, need.text.label("about")),
    "offered_plan_step": _between(plan_step, plan_step.due_on.label("day"), plan_step.text.label("about")),
    "offered_promise": _between(promise, promise.due_on.label("day"), promise.text.label("about")),
    "offered_survey": _between(survey, func.coalesce(survey.answered_on, survey.due_on, survey.opened_on).label("day"), survey.kind.label("about")),
    "offered_review": _between(review, func.substr(review.due_at, 1, 10).label("day"), review.action.label("about")),
    "offered_article": _between(article, article.title.label("about")),
    "offered_solved": select(*_all(need))
    .where(is_live(need), need.resolved_at.is_not(None))
    .order_by(need.resolved_at.desc(), need.id.desc())
    .limit(bindparam("limit")),
    "offered_change": _between(change, change.at.label("day"), change.command.label("about")),
    "offered_tags": _each_once(tag.name),
    "offered_cities": _each_once(customer.city),
    "offered_industries": _each_once(customer.industry),
    # events
    "event_exists": select(literal(1).label("found")).where(event.kind == bindparam("kind")).limit(1),
    # doctor, and tags that nobody has
    "newest_event": select(*_all(event)).where(event.kind == bindparam("kind")).order_by(event.id.desc()).limit(1),
    "outside_rows": select(func.count().label("n"), func.max(change_row.id).label("newest")).where(change_row.change_id.is_(None), change_row.id > bindparam("after")),
    "core_without_decider": select(customer.id).where(is_live(customer), customer.tier == "core", customer.stage != "lost", ~_has_decider).order_by(customer.id),
    "duplicates_by_name": _same(T["customer"], customer.id, customer.name_key),
    "duplicates_by_uscc": _same(T["customer"], customer.id, customer.uscc, func.length(customer.uscc) >= _SHORTEST_CODE),
    "duplicates_by_contact_point": _same(T["contact_point"], contact_point.customer_id, contact_point.value_key, contact_point.kind == bindparam("kind")),
    "tags_in_use": select(tag.name).where(is_live(tag)).distinct(),
    "tags_in_use_of": select(tag.name).where(is_live(tag), one_of(tag.name, "tag")).distinct(),
    # imports: which rows already stand under these keys (a JSON list of texts)
    "match_external_ids": select(customer.external_id.label("key"), customer.id).where(is_live(customer), one_of(customer.external_id, "keys")),
    "match_usccs": select(customer.uscc.label("key"), customer.id).where(is_live(customer), one_of(customer.uscc, "keys")),
    "match_points": select(contact_point.value_key.label("key"), contact_point.customer_id.label("id"))
    .where(is_live(contact_point), contact_point.kind == bindparam("kind"), one_of(contact_point.value_key, "keys"))
    .distinct(),
    "match_names": select(customer.name_key.label("key"), customer.id, customer.city).where(is_live(customer), one_of(customer.name_key, "keys")),
    "match_interactions": select(interaction.customer_id, interaction.contacted_on).where(is_live(interaction), one_of(interaction.customer_id, "customers")),
}  # fmt: skip


def by_table() -> dict[str, Executable]:
    """Reading one row of any table by key, and inserting one with every column given."""
    made: dict[str, Executable] = {}
    for name, table in T.items():
        if name in ("change", "open_change"):
            continue
        columns = [
            column for column in table.columns if not (name == "event" and column.name == "id")
        ]
        made[f"insert_{name}"] = insert(table).values({c.name: bindparam(c.name) for c in columns})
        if "deleted_at" in table.c:
            made[f"{name}_row"] = select(*table.c).where(table.c.id == bindparam("id"))
    return made


# --- exports: every live row in the order of the keys, read as a stream, and what belongs to some of them ---


def exports() -> dict[str, Executable]:
    """Reading whole tables without what is derived, and the parts of a chunk of them that are shown by name."""
    made: dict[str, Executable] = {}
    for name in (model.__table__.name for model in models.LOGGED):  # type: ignore[attr-defined]
        table = T[name]
        base = [one for one in table.columns if not one.info.get("derived")]
        whole = select(*base).where(is_live(table.c)).order_by(table.c.id)
        made[f"live_{name}"] = whole
        if name in ("person", "interaction", "task"):
            # Added to nothing, so that SQLite walks the keys and does not sort what an index of customers gives.
            made[f"live_{name}_of"] = whole.where(one_of(table.c.customer_id + 0, "customers"))
        if name in ("need", "promise", "survey"):  # how these stand is derived
            full = select(*_all(table.c)).where(is_live(table.c)).order_by(table.c.id)
            made[f"full_{name}"] = full
            made[f"full_{name}_of"] = full.where(one_of(table.c.customer_id + 0, "customers"))
    return {
        **made,
        "names_of_customers": select(customer.id, customer.name, customer.kind, customer.tier).where(one_of(customer.id, "ids")),
        "tasks_of_interactions": select(*_all(task)).where(is_live(task), one_of(task.interaction_id, "interactions")).order_by(task.id),
        "birthdays_of": select(key_date.person_id, key_date.day)
        .where(is_live(key_date), key_date.kind == "birthday", key_date.person_id.is_not(None), one_of(key_date.customer_id, "customers"))
        .order_by(key_date.id),
    }  # fmt: skip


# --- imports: whose rows they are, and which of a customer's contacts a row may be ---


def _owners(key: Any) -> Select[Any]:
    """Customers by a normal form of what they are called."""
    return (
        select(key.label("key"), customer.id, customer.name)
        .where(is_live(customer), one_of(key, "keys"))
        .order_by(customer.id)
    )


def imports() -> dict[str, Executable]:
    """Looking up a chunk of rows at once; `spans` is a JSON list of [customer, first instant, last instant]."""
    span = func.json_each(bindparam("spans")).table_valued("value").alias("span")
    part = [func.json_extract(span.c.value, f"$[{place}]") for place in range(3)]
    within = and_(interaction.customer_id == part[0], interaction.at.between(part[1], part[2]))
    return {
        "owners_by_name": _owners(customer.name_key),
        "owners_by_short_name": _owners(customer.short_key),
        "match_contacts": select(*_all(interaction)).select_from(span.join(T["interaction"], within)).where(is_live(interaction)),
        "match_needs": select(*_all(need)).where(
            is_live(need), one_of(need.customer_id, "customers"), one_of(need.text, "texts"), *_in_period(need.received_at)
        ),
        "solutions_of_needs": select(service_event.id, service_event.need_id, service_event.at)
        .where(is_live(service_event), service_event.kind == "resolved", one_of(service_event.need_id, "needs"))
        .order_by(service_event.at, service_event.id),
        "match_promises": select(*_all(promise)).where(is_live(promise), one_of(promise.customer_id, "customers"), one_of(promise.text, "texts")),
        "match_surveys": select(*_all(survey)).where(
            is_live(survey), one_of(survey.customer_id, "customers"),
            or_(survey.at.is_(None), and_(*_in_period(survey.at))),
        ),
        "match_needs_by_number": select(need.external_id.label("key"), need.id, need.customer_id).where(is_live(need), one_of(need.external_id, "keys")).order_by(need.id),
    }  # fmt: skip


# --- reports: what lies in a period, from its first instant or day up to its end ---


def _in_period(instant: Any) -> tuple[ColumnElement[bool], ...]:
    return (instant >= bindparam("begin_instant"), instant < bindparam("end_instant"))


def _of_live_customers(table: Any, *columns: Any) -> Select[Any]:
    """Live rows of live customers; filters of both can be added."""
    joined = table.join(T["customer"], customer.id == table.c.customer_id)
    return select(*columns).select_from(joined).where(is_live(table.c), is_live(customer))


_figured = (
    need.id, need.kind, need.urgency, need.status, need.category, need.received_at, need.round_at, need.times_reopened,
    need.waiting_since, need.respond_by, need.responded_at, need.feedback_by, need.feedback_at, need.solve_by,
    need.resolved_at, need.level, need.red_at, customer.tier, _has_waited.label("has_waited"),
)  # fmt: skip
_resolved_in_period = need.id.in_(
    select(service_event.need_id)
    .where(is_live(service_event), service_event.kind == "resolved", *_in_period(service_event.at))
    .correlate(None)
)
_answered_in_a_year = exists(
    select(literal(1)).where(
        is_live(survey),
        survey.customer_id == customer.id,
        survey.status == "answered",
        *_in_period(survey.at),
    )
)


def report_bases() -> dict[str, Select[Any]]:
    """What reports count, a row each or summed up, to which filters of customers are added."""
    needs, surveys, promises = T["need"], T["survey"], T["promise"]
    events = T["service_event"].join(needs, need.id == service_event.need_id)
    return {
        "report_received": _of_live_customers(needs, *_figured).where(*_in_period(need.received_at)),
        "report_solved": _of_live_customers(needs, *_figured).where(*_in_period(need.resolved_at)),
        "report_resolutions": _of_live_customers(
            needs, func.count().label("n"), func.coalesce(func.sum(need.times_reopened > 0), 0, type_=Integer).label("reopened")
        ).where(_resolved_in_period),
        "report_reopenings": select(func.count().label("n"))
        .select_from(events.join(T["customer"], customer.id == need.customer_id))
        .where(
            is_live(service_event), is_live(need), is_live(customer),
            service_event.kind == "reopened", *_in_period(service_event.at),
        ),
        "report_surveys": _of_live_customers(
            surveys, survey.status, survey.overall, survey.solved, survey.speed, survey.attitude, survey.product,
            survey.response, survey.support, survey.nps,
        ).where(or_(survey.status == "answered", survey.status == "no_answer"), *_in_period(survey.at)),
        "report_surveys_sent": _of_live_customers(surveys, func.count().label("n")).where(
            survey.at.is_(None), survey.status == "sent", *_in_period(survey.sent_at)
        ),
        "report_verbatim": _of_live_customers(
            surveys, survey.id, survey.customer_id, survey.kind, survey.at, survey.by, survey.overall, survey.nps, survey.good,
            survey.bad, survey.comment, survey.pain, survey.future,
            customer.name.label("customer_name"), customer.kind.label("customer_kind"),
        ).where(
            survey.status == "answered",
            *_in_period(survey.at),
            func.coalesce(survey.good, survey.bad, survey.comment, survey.pain, survey.future).is_not(None),
        ),
        # Those who buy from us and have not fallen silent: they are to be asked.
        "report_coverage": select(
            func.count().label("n"), func.coalesce(func.sum(_answered_in_a_year), 0, type_=Integer).label("asked")
        )
        .select_from(T["customer"])
        .where(is_live(customer), customer.stage == "customer", customer.retired_on.is_(None), ~func.coalesce(_is_dormant, literal(0))),
        "report_promises": _of_live_customers(
            promises, promise.id, promise.customer_id, promise.by, promise.level, promise.due_on, promise.due_time,
            promise.due_at, promise.warned_at, promise.kept_at, promise.kept_on, promise.broken_at, promise.broken_on,
        ).where(promise.due_on.between(bindparam("begin_day"), bindparam("end_day"))),
    }  # fmt: skip


BASES.update(report_bases())
PREDICATES["customer_is"] = customer.id == bindparam("customer")
PREDICATES["survey_kind"] = survey.kind == bindparam("survey_kind")


def reports() -> dict[str, Executable]:
    """What happened to some needs, whose columns do not say all."""
    return {
        "service_events_of_needs": select(*_all(service_event))
        .where(is_live(service_event), one_of(service_event.need_id, "needs"))
        .order_by(service_event.at, service_event.id),
        "waiting_of_needs_answered": select(service_event.id, _answer_to_waiting.label("answered_at")).where(
            is_live(service_event),
            # Added to nothing, so that SQLite looks where these needs are, and not at all that ever waited.
            service_event.kind.concat("") == "waiting",
            one_of(service_event.need_id, "needs"),
        ),
    }  # fmt: skip


def statements() -> dict[str, Executable]:
    """All fixed statements."""
    return {**by_table(), **QUERIES, **derivations(), **exports(), **imports(), **reports()}


__all__ = [
    "BASES",
    "LIFECYCLE",
    "OPERATORS",
    "PREDICATES",
    "QUERIES",
    "WHERE_FIELDS",
    "compare",
    "statements",
]
