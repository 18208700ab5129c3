"""The schema: the one source of the tables, the migrations, the change log's triggers and the limits.

Columns are INTEGER and TEXT only: flags 0/1, money in minor units, ISO dates, UTC instants as text
(`2026-11-21T01:00:00Z`). Keys are explicit integers from `KeyRange`. A column marked derived is computed by the
rules when something changes; it is never logged and never undone, only recomputed. `deleted_at` marks a row that
is no longer live; uniqueness holds among live rows.
"""

from typing import Any

from sqlalchemy import Index, Integer, MetaData, Text, text
from sqlmodel import Field, SQLModel

SCHEMA_VERSION = 8
"""Compared with SQLite's user_version whenever a file is opened; raised with every migration."""

NAME = 200
LINE = 1_000
PROSE = 100_000

metadata: MetaData = SQLModel.metadata
LIVE = text("deleted_at IS NULL")
GONE = text("deleted_at IS NOT NULL")


def _column(kind: type, limit: int | None, derived: bool, default: Any, **more: Any) -> Any:
    info = {"derived": derived, "limit": limit}
    return Field(default=default, sa_type=kind, sa_column_kwargs={"info": info, **more})


def words(limit: int = LINE, *, derived: bool = False, default: Any = None, **more: Any) -> Any:
    """A TEXT column of at most `limit` characters."""
    return _column(Text, limit, derived, default, **more)


def number(*, derived: bool = False, default: Any = None, **more: Any) -> Any:
    """An INTEGER column."""
    return _column(Integer, None, derived, default, **more)


def key() -> Any:
    """The explicit primary key."""
    return Field(default=None, sa_type=Integer, primary_key=True)


def link(target: str, *, derived: bool = False) -> Any:
    """A reference to another table's key."""
    return Field(
        default=None,
        foreign_key=f"{target}.id",
        sa_type=Integer,
        sa_column_kwargs={"info": {"derived": derived}},
    )


class Customer(SQLModel, table=True):
    """A company or a person we keep (HANDBOOK §1)."""

    __table_args__ = (
        Index("customer_external_id", "external_id", unique=True, sqlite_where=text("deleted_at IS NULL AND external_id IS NOT NULL")),
        Index("customer_uscc", "uscc", sqlite_where=text("deleted_at IS NULL AND uscc IS NOT NULL")),
        Index("customer_name_key", "name_key", sqlite_where=LIVE),
        Index("customer_short_key", "short_key", sqlite_where=text("deleted_at IS NULL AND short_key IS NOT NULL")),
        # Within one value rows lie in the order of their keys: the order lists are in, and cheap to add to.
        Index("customer_tier", "tier", sqlite_where=LIVE),
        Index("customer_stage", "stage", sqlite_where=LIVE),
        Index("customer_industry", "industry", sqlite_where=LIVE),
        Index("customer_city", "city", sqlite_where=LIVE),
        Index("customer_last_contact", "last_contact_at", sqlite_where=LIVE),
        Index("customer_referred_by", "referred_by", sqlite_where=text("deleted_at IS NULL AND referred_by IS NOT NULL")),
        # The last columns only spare counting, and passing by the dormant, a look at the rows.
        Index("customer_touch", "tier_weight", "touch_due_on", "id", "dormant_on", "deleted_at", sqlite_where=text("deleted_at IS NULL AND touch_due_on IS NOT NULL")),
        Index("customer_win_back", "tier_weight", "win_back_on", "id", "touch_due_on", "deleted_at", sqlite_where=text("deleted_at IS NULL AND win_back_on IS NOT NULL")),
        Index("customer_unanswered", "tier_weight", "unanswered_on", "id", "deleted_at", sqlite_where=text("deleted_at IS NULL AND unanswered_on IS NOT NULL")),
        Index("customer_visit", "tier_weight", "visit_on", "id", "dormant_on", "spend_until", "visit_cadence", "deleted_at", sqlite_where=text("deleted_at IS NULL AND visit_on IS NOT NULL")),
        Index("customer_value_review", "tier_weight", "value_review_on", "id", "dormant_on", "deleted_at", sqlite_where=text("deleted_at IS NULL AND value_review_on IS NOT NULL")),
        Index("customer_business_review", "tier_weight", "business_review_on", "id", "dormant_on", "deleted_at", sqlite_where=text("deleted_at IS NULL AND business_review_on IS NOT NULL")),
        Index("customer_solution_review", "tier_weight", "solution_review_on", "id", "dormant_on", "deleted_at", sqlite_where=text("deleted_at IS NULL AND solution_review_on IS NOT NULL")),
        Index("customer_care", "tier_weight", "care_on", "id", "dormant_on", "deleted_at", sqlite_where=text("deleted_at IS NULL AND care_on IS NOT NULL")),
        Index("customer_reorder", "tier_weight", "reorder_on", "id", "dormant_on", "deleted_at", sqlite_where=text("deleted_at IS NULL AND reorder_on IS NOT NULL")),
        Index("customer_churn", "tier_weight", "churn_on", "id", "churn_until", "dormant_on", "deleted_at", sqlite_where=text("deleted_at IS NULL AND churn_on IS NOT NULL")),
        Index("customer_churn_again", "tier_weight", "churn_again_on", "id", "churn_until", "dormant_on", "deleted_at", sqlite_where=text("deleted_at IS NULL AND churn_again_on IS NOT NULL")),
        Index("customer_file_check", "tier_weight", "file_check_on", "id", "deleted_at", sqlite_where=text("deleted_at IS NULL AND file_check_on IS NOT NULL")),
        Index("customer_ask", "tier_weight", "ask_on", "id", "dormant_on", "deleted_at", sqlite_where=text("deleted_at IS NULL AND ask_on IS NOT NULL")),
    )  # fmt: skip

    id: int = key()
    kind: str = words(default="company")
    name: str = words(NAME, default="")
    name_key: str = words(NAME, default="")
    short_name: str | None = words(NAME)
    short_key: str | None = words(NAME)
    stage: str = words(default="prospect")
    tier: str | None = words()
    industry: str | None = words(NAME)
    size: str | None = words(NAME)
    city: str | None = words(NAME)
    address: str | None = words(LINE)
    uscc: str | None = words(NAME)
    source: str | None = words(NAME)
    referred_by: int | None = link("customer")
    since: str | None = words()
    prefer: str | None = words()
    note: str | None = words(PROSE)
    cadence: str | None = words()
    visit_cadence: str | None = words()
    do_not_contact: int = number(default=0)
    retired_on: str | None = words()
    priority: int = number(default=0)
    loss_reason: str | None = words()
    consent: str | None = words()  # of a person; given or refused, null: not known
    consent_on: str | None = words()
    consent_source: str | None = words(LINE)
    consent_scope: str | None = words(LINE)  # what for
    credit_grade: str | None = words(NAME)
    credit_on: str | None = words()  # when it was graded
    blacklisted: int = number(default=0)  # warned about with every deal and order
    verified_on: str | None = words()
    verified_by: str | None = words(NAME)
    value_review_done_on: str | None = words()  # the last of each that was held, or settled
    business_review_done_on: str | None = words()
    solution_review_done_on: str | None = words()
    care_done_on: str | None = words()
    value_review_snoozed_until: str | None = words()
    business_review_snoozed_until: str | None = words()
    solution_review_snoozed_until: str | None = words()
    care_snoozed_until: str | None = words()
    reorder_done_for: str | None = words()  # the day of the order after which it was settled
    reorder_snoozed_until: str | None = words()
    churn_done_on: str | None = words()  # warnings that began until then are settled
    churn_snoozed_until: str | None = words()
    file_checked_on: str | None = words()
    file_check_snoozed_until: str | None = words()
    external_id: str | None = words(NAME)
    agreed_on: str | None = words()  # a promised date that an import brought, and when
    agreed_at: str | None = words()
    snooze_until: str | None = words()
    snooze_at: str | None = words()  # when it was set, and the newest contact's key then
    snooze_after: int | None = number()
    visit_snooze_until: str | None = words()
    visit_snooze_after: str | None = words()  # the last visit then, or the empty text
    first_touch_on: str | None = words()
    win_back_done_for: str | None = (
        words()
    )  # the day of the loss or silence whose win-back was settled
    unanswered_done_id: int | None = number()  # silence after contacts up to this one is settled
    added_on: str = words(default="")
    created_at: str = words(default="")
    deleted_at: str | None = words()
    last_contact_id: int | None = number(derived=True)
    last_contact_on: str | None = words(derived=True)
    last_contact_at: str | None = words(derived=True)
    last_contact_channel: str | None = words(derived=True)
    last_activity_on: str | None = words(derived=True)  # newest contact or order
    last_order_on: str | None = words(derived=True)
    intent: str | None = words(derived=True)
    began_on: str | None = words(derived=True)
    promised_on: str | None = words(derived=True)  # the promise and the snooze that hold
    snoozed_until: str | None = words(derived=True)
    next_touch_on: str | None = words(derived=True)
    touch_due_on: str | None = words(derived=True)  # null while an open follow-up stands for it
    tier_weight: int = number(derived=True, default=0)
    dormant_on: str | None = words(
        derived=True
    )  # from then on won back instead of touched, unless something happens
    win_back_on: str | None = words(derived=True)
    unanswered_on: str | None = words(derived=True)  # when silence after `unanswered_id` falls due
    unanswered_id: int | None = number(derived=True)
    open_needs: int = number(derived=True, default=0)
    ask_on: str | None = words(derived=True)  # when the next survey without a need falls due
    ask_kind: str | None = words(derived=True)  # relation or deep
    spend_from: str | None = words(derived=True)  # the days on which it spends much in a year
    spend_until: str | None = words(derived=True)
    last_visit_on: str | None = words(derived=True)
    visit_on: str | None = words(derived=True)
    value_review_on: str | None = words(derived=True)
    business_review_on: str | None = words(derived=True)
    solution_review_on: str | None = words(derived=True)
    care_on: str | None = words(derived=True)
    reorder_on: str | None = words(derived=True)  # its last order and its own median gap
    reorder_after: int | None = number(derived=True)  # that gap, in whole days
    churn_on: str | None = words(derived=True)  # when the warning that is not settled began
    churn_until: str | None = words(derived=True)  # when it ends by itself, if it does
    churn_again_on: str | None = words(
        derived=True
    )  # since when it holds from then on, which may lie before
    churn_why: str | None = words(PROSE, derived=True)  # JSON: every reason that holds or will hold
    file_check_on: str | None = words(derived=True)


class Person(SQLModel, table=True):
    """Someone at a customer (HANDBOOK §1)."""

    __table_args__ = (
        Index("person_customer", "customer_id", sqlite_where=LIVE),
        Index("person_gone", "customer_id", sqlite_where=GONE),
    )

    id: int = key()
    customer_id: int = link("customer")
    name: str = words(NAME, default="")
    title: str | None = words(NAME)
    roles: str | None = words()  # the words of terms.ROLE, comma-separated
    key_person: int = number(default=0)
    concern: str | None = words(PROSE)
    preferences: str | None = words(PROSE)
    note: str | None = words(PROSE)
    consent: str | None = words()  # given or refused; null: not known
    consent_on: str | None = words()
    consent_source: str | None = words(LINE)
    consent_scope: str | None = words(LINE)  # what for
    left_on: str | None = words()
    successor_id: int | None = link("person")  # who took over, in a hand-over
    verified_on: str | None = words()
    verified_by: str | None = words(NAME)
    priority: int = number(default=0)
    external_id: str | None = words(NAME)
    created_at: str = words(default="")
    deleted_at: str | None = words()


class ContactPoint(SQLModel, table=True):
    """A phone, e-mail or WeChat of a customer or of one of its people; `value_key` is its normal form."""

    __tablename__ = "contact_point"
    __table_args__ = (
        Index("contact_point_value", "value_key", "kind", sqlite_where=LIVE),
        Index("contact_point_customer", "customer_id", sqlite_where=LIVE),
        Index("contact_point_gone", "customer_id", sqlite_where=GONE),
    )

    id: int = key()
    customer_id: int = link("customer")
    person_id: int | None = link("person")
    kind: str = words(default="phone")
    value: str = words(NAME, default="")
    value_key: str = words(NAME, default="")
    active: int = number(default=1)
    deleted_at: str | None = words()


class Interaction(SQLModel, table=True):
    """A contact with a customer (HANDBOOK §2). `contacted_on` is the local day and never moves."""

    __table_args__ = (
        Index("interaction_visit", "customer_id", "contacted_on", sqlite_where=text("deleted_at IS NULL AND channel = 'visit' AND two_way = 1")),
        Index("interaction_care", "customer_id", "contacted_on", sqlite_where=text("deleted_at IS NULL AND care = 1")),
        Index("interaction_deal", "deal_id", sqlite_where=text("deleted_at IS NULL AND deal_id IS NOT NULL")),
        Index("interaction_customer", "customer_id", "at", sqlite_where=LIVE),
        Index("interaction_two_way", "customer_id", "at", sqlite_where=text("deleted_at IS NULL AND two_way = 1")),
        Index("interaction_promise", "customer_id", "id", sqlite_where=text("deleted_at IS NULL AND promised_on IS NOT NULL")),
        Index("interaction_intent", "customer_id", "at", sqlite_where=text("deleted_at IS NULL AND intent IS NOT NULL")),
        Index("interaction_external_id", "external_id", sqlite_where=text("deleted_at IS NULL AND external_id IS NOT NULL")),
        Index("interaction_awaiting", "customer_id", "at", sqlite_where=text("deleted_at IS NULL AND awaits_answer = 1")),
        Index("interaction_need", "need_id", "at", sqlite_where=text("deleted_at IS NULL AND need_id IS NOT NULL")),
        Index("interaction_promised", "promise_id", sqlite_where=text("deleted_at IS NULL AND promise_id IS NOT NULL")),
    )  # fmt: skip

    id: int = key()
    customer_id: int = link("customer")
    need_id: int | None = link("need")  # what it was about
    promise_id: int | None = link("promise")
    deal_id: int | None = link("deal")
    at: str = words(default="")
    contacted_on: str = words(default="")
    channel: str = words(default="call")
    direction: str = words(default="both")
    two_way: int = number(default=1)
    awaits_answer: int = number(
        default=0
    )  # a message of ours, unless it was history when it was imported
    minutes: int | None = number()
    no_answer: int = number(default=0)
    summary: str | None = words(PROSE)
    feedback: str | None = words(PROSE)
    agreed: str | None = words(PROSE)
    excerpt: str | None = words(PROSE)
    intent: str | None = words()
    promised_on: str | None = words()
    stage: str | None = words()
    care: int = number(default=0)
    cost: int | None = number()
    signed: int = number(default=0)
    external_id: str | None = words(NAME)
    entered_at: str = words(default="")
    deleted_at: str | None = words()


class Participant(SQLModel, table=True):
    """Who took part: one of the customer's people, or a name; `side` is ours or theirs."""

    __table_args__ = (Index("participant_interaction", "interaction_id", sqlite_where=LIVE),)

    id: int = key()
    interaction_id: int = link("interaction")
    person_id: int | None = link("person")
    name: str = words(NAME, default="")
    side: str = words(default="theirs")
    deleted_at: str | None = words()


class Task(SQLModel, table=True):
    """Something to do for a customer; a follow-up when a contact made it (HANDBOOK §2, §6)."""

    __table_args__ = (
        Index("task_customer", "customer_id", sqlite_where=LIVE),
        Index("task_interaction", "interaction_id", sqlite_where=text("deleted_at IS NULL AND interaction_id IS NOT NULL")),
        Index("task_need", "need_id", sqlite_where=text("deleted_at IS NULL AND need_id IS NOT NULL")),
        Index("task_listed", "kind", "tier_weight", "listed_on", "done_at", "deleted_at", sqlite_where=text("deleted_at IS NULL AND done_at IS NULL")),
    )  # fmt: skip

    id: int = key()
    customer_id: int = link("customer")
    interaction_id: int | None = link("interaction")
    need_id: int | None = link("need")
    play: str | None = words(NAME)  # the play that laid it out
    kind: str = words(default="task")
    tells: int = number(default=0)  # 1: the customer is to be told of what `text` says
    text: str = words(LINE, default="")
    owner: str | None = words(NAME)
    due_on: str = words(default="")
    due_time: str | None = words()  # local time of day, HH:MM
    snoozed_until: str | None = words()
    done_at: str | None = words()
    done_on: str | None = words()
    result: str | None = words(PROSE)
    priority: int = number(default=0)
    external_id: str | None = words(NAME)
    created_at: str = words(default="")
    deleted_at: str | None = words()
    listed_on: str | None = words(derived=True)
    tier_weight: int = number(derived=True, default=0)


class KeyDate(SQLModel, table=True):
    """A day of a customer, or of one of its people, that comes round each year or once (HANDBOOK §9)."""

    __tablename__ = "key_date"
    __table_args__ = (
        Index("key_date_customer", "customer_id", sqlite_where=LIVE),
        Index("key_date_listed", "tier_weight", "listed_on", "next_on", "id", "deleted_at", sqlite_where=text("deleted_at IS NULL AND listed_on IS NOT NULL")),
    )  # fmt: skip

    id: int = key()
    customer_id: int = link("customer")
    person_id: int | None = link("person")
    kind: str = words(
        NAME, default=""
    )  # birthday, anniversary, qualification, or the user's own word
    day: str = words(default="")  # MM-DD, YYYY-MM-DD or lunar:M-D
    note: str | None = words(PROSE)
    lead_days: int | None = number()  # null: as its kind has it
    done_on: str | None = words()  # the occurrence that was settled last
    snoozed_until: str | None = words()
    added_on: str = words(default="")
    external_id: str | None = words(NAME)
    created_at: str = words(default="")
    deleted_at: str | None = words()
    next_on: str | None = words(derived=True)
    listed_on: str | None = words(derived=True)
    tier_weight: int = number(derived=True, default=0)


class Need(SQLModel, table=True):
    """Something a customer needs of us: a problem, a wish, a question (HANDBOOK §4).

    What happened to it is in `ServiceEvent`; the clocks are derived from that and from the contacts about it.
    `*_from` is the instant from which a clock is listed as due: null when it is met, or stands still unlate.
    """

    __table_args__ = (
        Index("need_customer", "customer_id", sqlite_where=LIVE),
        Index("need_external_id", "external_id", sqlite_where=text("deleted_at IS NULL AND external_id IS NOT NULL")),
        Index("need_received", "received_at", sqlite_where=LIVE),
        Index("need_complaint", "customer_id", "received_at", sqlite_where=text("deleted_at IS NULL AND kind = 'complaint'")),
        Index("need_resolved", "resolved_at", sqlite_where=text("deleted_at IS NULL AND resolved_at IS NOT NULL")),
        # All that orders the queue, so that sorting the open ones looks at no row.
        Index("need_queue", "queue", "red_at", "score", "new_until", "spends_until", "next_by", "id", "deleted_at", sqlite_where=text("deleted_at IS NULL AND queue IS NOT NULL")),
        Index("need_respond", "tier_weight", "respond_by", "respond_from", "id", "deleted_at", sqlite_where=text("deleted_at IS NULL AND respond_from IS NOT NULL")),
        Index("need_feedback", "tier_weight", "feedback_by", "feedback_from", "id", "deleted_at", sqlite_where=text("deleted_at IS NULL AND feedback_from IS NOT NULL")),
        Index("need_solve", "tier_weight", "solve_by", "solve_from", "id", "deleted_at", sqlite_where=text("deleted_at IS NULL AND solve_from IS NOT NULL")),
        Index("need_plan_confirm", "tier_weight", "plan_confirm_on", "id", "deleted_at", sqlite_where=text("deleted_at IS NULL AND plan_confirm_on IS NOT NULL")),
        Index("need_progress", "tier_weight", "progress_on", "id", "deleted_at", sqlite_where=text("deleted_at IS NULL AND progress_on IS NOT NULL")),
    )  # fmt: skip

    id: int = key()
    customer_id: int = link("customer")
    external_id: str | None = words(NAME)
    text: str = words(PROSE, default="")
    kind: str | None = words()
    urgency: str | None = words()  # null: not triaged
    strength: str | None = words()
    status: str = words(default="received")  # but for waiting, which the events say
    received_at: str = words(default="")
    value: int | None = number()
    fit: int | None = number()
    cost: int | None = number()
    wish: str | None = words(PROSE)
    needed_by: str | None = words()
    budget: int | None = number()
    owner: str | None = words(NAME)
    tech_owner: str | None = words(NAME)
    acceptor_id: int | None = link("person")
    category: str | None = words(NAME)
    workaround: str | None = words(PROSE)
    criterion: str | None = words(PROSE)
    solution: str | None = words(PROSE)
    result: str | None = words(PROSE)  # what the customer said to it
    decline_reason: str | None = words(PROSE)
    scheduled_for: str | None = words(LINE)
    scheduled_on: str | None = words()
    first_scheduled_on: str | None = words()  # before it was delayed
    delay_reason: str | None = words(PROSE)
    origin_id: int | None = link("need")
    priority: int = number(default=0)
    imported_on: str | None = words()  # the local day on which an import brought it
    created_at: str = words(default="")
    deleted_at: str | None = words()
    tier_weight: int = number(derived=True, default=0)
    queue: int | None = number(derived=True)  # 0 untriaged, then by urgency; null when not open
    score: int = number(derived=True, default=0)
    new_until: str | None = words(derived=True)  # the last day on which its customer is new
    spends_until: str | None = words(derived=True)  # the last day on which its customer spends much
    round_at: str | None = words(derived=True)  # since when the clocks run: received or reopened
    times_reopened: int = number(derived=True, default=0)
    waiting_since: str | None = words(derived=True)
    respond_by: str | None = words(derived=True)
    respond_from: str | None = words(derived=True)
    responded_at: str | None = words(derived=True)
    feedback_by: str | None = words(derived=True)
    feedback_from: str | None = words(derived=True)
    feedback_at: str | None = words(derived=True)
    solve_by: str | None = words(derived=True)
    solve_from: str | None = words(derived=True)
    resolved_at: str | None = words(derived=True)
    yellow_at: str | None = words(
        derived=True
    )  # of the clocks that run, the first to be yellow, red, and past
    red_at: str | None = words(derived=True)
    next_by: str | None = words(derived=True)
    next_clock: str | None = words(derived=True)  # respond, feedback or solve
    sent_at: str | None = words(derived=True)  # the plan of this round
    agreed_at: str | None = words(derived=True)
    plan_confirm_on: str | None = words(derived=True)
    progress_on: str | None = words(derived=True)
    level: int = number(derived=True, default=0)  # of escalation, without what time adds


class ServiceEvent(SQLModel, table=True):
    """What happened to a need, dated (HANDBOOK §4): sent, agreed, scheduled, started, told, waiting, resumed, resolved,
    confirmed, reopened, declined. `contact_id` is the newest contact's key when it was entered."""

    __tablename__ = "service_event"
    __table_args__ = (
        Index("service_event_need", "need_id", sqlite_where=LIVE),
        Index("service_event_customer", "customer_id", sqlite_where=LIVE),
        Index("service_event_kind", "kind", "at", sqlite_where=LIVE),
    )

    id: int = key()
    customer_id: int = link("customer")
    need_id: int = link("need")
    kind: str = words(default="")
    at: str = words(default="")
    text: str | None = words(PROSE)
    contact_id: int = number(default=0)
    deleted_at: str | None = words()


class Escalation(SQLModel, table=True):
    """A need taken to somebody higher up (HANDBOOK §4)."""

    __table_args__ = (
        Index("escalation_need", "need_id", sqlite_where=LIVE),
        Index("escalation_customer", "customer_id", sqlite_where=LIVE),
    )

    id: int = key()
    customer_id: int = link("customer")
    need_id: int = link("need")
    at: str = words(default="")
    level: int = number(default=1)
    to_name: str | None = words(NAME)
    reason: str | None = words(PROSE)
    deleted_at: str | None = words()


class PlanStep(SQLModel, table=True):
    """One step of the plan for a need (HANDBOOK §4), or a milestone of a contract (§9)."""

    __tablename__ = "plan_step"
    __table_args__ = (
        Index("plan_step_need", "need_id", sqlite_where=text("deleted_at IS NULL AND need_id IS NOT NULL")),
        Index("plan_step_contract", "contract_id", sqlite_where=text("deleted_at IS NULL AND contract_id IS NOT NULL")),
        Index("plan_step_customer", "customer_id", sqlite_where=LIVE),
        Index("plan_step_listed", "tier_weight", "listed_on", "id", "deleted_at", sqlite_where=text("deleted_at IS NULL AND listed_on IS NOT NULL")),
    )  # fmt: skip

    id: int = key()
    customer_id: int = link("customer")
    need_id: int | None = link("need")  # one of the two
    contract_id: int | None = link("contract")  # a milestone of it
    text: str = words(LINE, default="")
    owner: str | None = words(NAME)
    due_on: str = words(default="")
    first_due_on: str | None = words()  # before it was delayed
    delay_reason: str | None = words(PROSE)
    snoozed_until: str | None = words()
    done_at: str | None = words()
    done_on: str | None = words()
    result: str | None = words(PROSE)
    external_id: str | None = words(NAME)
    created_at: str = words(default="")
    deleted_at: str | None = words()
    listed_on: str | None = words(derived=True)
    tier_weight: int = number(derived=True, default=0)


class Promise(SQLModel, table=True):
    """What we owe a customer, or they owe us (HANDBOOK §6)."""

    __table_args__ = (
        Index("promise_customer", "customer_id", sqlite_where=LIVE),
        Index("promise_need", "need_id", sqlite_where=text("deleted_at IS NULL AND need_id IS NOT NULL")),
        Index("promise_external_id", "external_id", sqlite_where=text("deleted_at IS NULL AND external_id IS NOT NULL")),
        Index("promise_due", "due_on", sqlite_where=LIVE),
        Index("promise_listed", "tier_weight", "due_at", "listed_from", "id", "deleted_at", sqlite_where=text("deleted_at IS NULL AND listed_from IS NOT NULL")),
        # For counting alone: by when they are listed, where the list's order is by when they are due.
        Index("promise_count", "tier_weight", "listed_from", "due_at", "deleted_at", sqlite_where=text("deleted_at IS NULL AND listed_from > ''")),
        Index("promise_amends", "tier_weight", "amends_by", "id", "deleted_at", sqlite_where=text("deleted_at IS NULL AND amends_by IS NOT NULL")),
    )  # fmt: skip

    id: int = key()
    customer_id: int = link("customer")
    need_id: int | None = link("need")
    text: str = words(LINE, default="")
    by: str = words(default="we-owe")
    level: str = words(default="basic")
    owner: str | None = words(NAME)
    due_on: str = words(default="")
    due_time: str | None = words()  # local time of day, HH:MM
    first_due_on: str | None = words()  # before it was delayed
    first_due_time: str | None = words()
    delay_reason: str | None = words(PROSE)
    warned_at: str | None = words()
    impact: str | None = words(PROSE)
    options: str | None = words(PROSE)  # a line each
    kept_at: str | None = words()
    kept_on: str | None = words()
    result: str | None = words(PROSE)
    broken_at: str | None = words()
    broken_on: str | None = words()
    break_reason: str | None = words(PROSE)
    amends: str | None = words(PROSE)
    amends_done_at: str | None = words()
    amends_result: str | None = words(PROSE)
    priority: int = number(default=0)
    external_id: str | None = words(NAME)
    created_at: str = words(default="")
    deleted_at: str | None = words()
    due_at: str | None = words(derived=True)  # the instant past which it is late
    listed_from: str | None = words(derived=True)
    amends_by: str | None = words(derived=True)  # null when none are due
    tier_weight: int = number(derived=True, default=0)


class Survey(SQLModel, table=True):
    """What a customer was asked about our work, and answered (HANDBOOK §5)."""

    __table_args__ = (
        Index("survey_customer", "customer_id", sqlite_where=LIVE),
        Index("survey_need", "need_id", sqlite_where=text("deleted_at IS NULL AND need_id IS NOT NULL")),
        Index("survey_external_id", "external_id", sqlite_where=text("deleted_at IS NULL AND external_id IS NOT NULL")),
        Index("survey_at", "at", sqlite_where=LIVE),
        Index("survey_listed", "tier_weight", "listed_on", "id", "deleted_at", sqlite_where=text("deleted_at IS NULL AND listed_on IS NOT NULL")),
    )  # fmt: skip

    id: int = key()
    customer_id: int = link("customer")
    need_id: int | None = link("need")
    person_id: int | None = link("person")
    kind: str = words(default="service")
    status: str = words(default="due")  # due, sent, answered, no_answer
    opened_on: str = words(default="")  # the local day from which it counts
    at: str | None = words()  # answered, or given up
    answered_on: str | None = words()
    sent_at: str | None = words()
    sent_on: str | None = words()
    by: str | None = words(NAME)  # who answered
    overall: int | None = number()
    solved: int | None = number()
    speed: int | None = number()
    attitude: int | None = number()
    product: int | None = number()
    response: int | None = number()
    support: int | None = number()
    nps: int | None = number()
    good: str | None = words(PROSE)
    bad: str | None = words(PROSE)
    comment: str | None = words(PROSE)
    pain: str | None = words(PROSE)
    future: str | None = words(PROSE)
    snoozed_until: str | None = words()
    external_id: str | None = words(NAME)
    imported_on: str | None = words()  # the local day on which an import brought it
    created_at: str = words(default="")
    deleted_at: str | None = words()
    due_on: str | None = words(derived=True)
    listed_on: str | None = words(derived=True)
    tier_weight: int = number(derived=True, default=0)


class Review(SQLModel, table=True):
    """What is learnt from an answer below expectation (HANDBOOK §5)."""

    __table_args__ = (
        Index("review_survey", "survey_id", sqlite_where=LIVE),
        Index("review_customer", "customer_id", sqlite_where=LIVE),
        Index("review_listed", "tier_weight", "due_at", "listed_from", "id", "deleted_at", sqlite_where=text("deleted_at IS NULL AND listed_from IS NOT NULL")),
    )  # fmt: skip

    id: int = key()
    customer_id: int = link("customer")
    survey_id: int = link("survey")
    opened_at: str = words(default="")
    cause: str | None = words()
    action: str | None = words(PROSE)
    snoozed_until: str | None = words()
    done_at: str | None = words()
    done_on: str | None = words()
    created_at: str = words(default="")
    deleted_at: str | None = words()
    due_at: str | None = words(derived=True)
    listed_from: str | None = words(derived=True)
    tier_weight: int = number(derived=True, default=0)


class Article(SQLModel, table=True):
    """A piece of knowledge: a problem and its solution, a script, an insight (HANDBOOK §4)."""

    __table_args__ = (
        Index("article_need", "need_id", sqlite_where=text("deleted_at IS NULL AND need_id IS NOT NULL")),
        Index("article_review", "review_on", "id", "deleted_at", sqlite_where=text("deleted_at IS NULL AND review_on IS NOT NULL")),
    )  # fmt: skip

    id: int = key()
    need_id: int | None = link("need")
    title: str = words(LINE, default="")
    kind: str = words(default="problem")
    text: str | None = words(PROSE)
    category: str | None = words(NAME)
    added_on: str = words(default="")
    reviewed_on: str | None = words()
    external_id: str | None = words(NAME)
    created_at: str = words(default="")
    deleted_at: str | None = words()
    review_on: str | None = words(derived=True)


class Deal(SQLModel, table=True):
    """What may be sold to a customer, and how far it is (HANDBOOK §7). Money is in minor units of `currency`."""

    __table_args__ = (
        Index("deal_customer", "customer_id", sqlite_where=LIVE),
        Index("deal_stage", "stage", "close_on", sqlite_where=LIVE),
        Index("deal_external_id", "external_id", sqlite_where=text("deleted_at IS NULL AND external_id IS NOT NULL")),
        Index("deal_quote", "tier_weight", "quote_on", "quote_from", "id", "deleted_at", sqlite_where=text("deleted_at IS NULL AND quote_from IS NOT NULL")),
        Index("deal_due", "tier_weight", "due_on", "id", "deleted_at", sqlite_where=text("deleted_at IS NULL AND due_on IS NOT NULL")),
    )  # fmt: skip

    id: int = key()
    customer_id: int = link("customer")
    text: str = words(LINE, default="")
    stage: str = words(default="open")  # open, quoted, won or lost
    amount: int | None = number()
    currency: str | None = words()
    probability: int | None = number()  # percent
    quoted_on: str | None = words()
    valid_until: str | None = words()
    close_on: str | None = words()  # when it is expected to be won
    owner: str | None = words(NAME)
    note: str | None = words(PROSE)
    closed_on: str | None = words()  # won or lost on
    loss_reason: str | None = words()
    quote_done_for: str | None = words()  # the day whose reminder was settled
    quote_snoozed_until: str | None = words()
    due_done_for: str | None = words()
    due_snoozed_until: str | None = words()
    priority: int = number(default=0)
    external_id: str | None = words(NAME)
    created_at: str = words(default="")
    deleted_at: str | None = words()
    quote_on: str | None = words(
        derived=True
    )  # when silence after the quote, or its end, falls due
    quote_from: str | None = words(derived=True)
    due_on: str | None = words(derived=True)  # when it was to be won
    tier_weight: int = number(derived=True, default=0)


class Contract(SQLModel, table=True):
    """What was agreed with a customer, until when (HANDBOOK §9). Money is in minor units of `currency`."""

    __table_args__ = (
        Index("contract_customer", "customer_id", sqlite_where=LIVE),
        Index("contract_deal", "deal_id", sqlite_where=text("deleted_at IS NULL AND deal_id IS NOT NULL")),
        Index("contract_ends", "ends_on", sqlite_where=LIVE),
        Index("contract_renewed", "renewed_id", sqlite_where=text("deleted_at IS NULL AND renewed_id IS NOT NULL")),
        Index("contract_external_id", "external_id", sqlite_where=text("deleted_at IS NULL AND external_id IS NOT NULL")),
        Index("contract_renewal", "tier_weight", "ends_on", "renewal_from", "id", "deleted_at", sqlite_where=text("deleted_at IS NULL AND renewal_from IS NOT NULL")),
        # For counting alone: nearly all contracts end some day, and few are listed yet.
        Index("contract_renewal_count", "tier_weight", "renewal_from", "ends_on", "deleted_at", sqlite_where=text("deleted_at IS NULL AND renewal_from > ''")),
        Index("contract_review", "tier_weight", "review_on", "id", "deleted_at", sqlite_where=text("deleted_at IS NULL AND review_on IS NOT NULL")),
    )  # fmt: skip

    id: int = key()
    customer_id: int = link("customer")
    deal_id: int | None = link("deal")
    text: str = words(LINE, default="")
    amount: int | None = number()
    currency: str | None = words()
    starts_on: str = words(default="")
    ends_on: str = words(default="")
    terms: str | None = words(PROSE)
    owner: str | None = words(NAME)
    note: str | None = words(PROSE)
    renewed_id: int | None = link("contract")  # the contract that follows it
    closed_on: str | None = words()  # not renewed, and settled so
    close_reason: str | None = words(PROSE)
    renewal_done_for: str | None = words()  # the step whose reminder was settled
    renewal_snoozed_until: str | None = words()
    reviewed_on: str | None = words()  # its terms
    review_snoozed_until: str | None = words()
    external_id: str | None = words(NAME)
    created_at: str = words(default="")
    deleted_at: str | None = words()
    renewal_from: str | None = words(derived=True)  # when the next step of its renewal is listed
    review_on: str | None = words(derived=True)
    tier_weight: int = number(derived=True, default=0)


class CustomerOrder(SQLModel, table=True):
    """What a customer ordered, and whether it is paid (HANDBOOK §7). Money is in minor units of `currency`."""

    __tablename__ = "customer_order"
    __table_args__ = (
        Index("customer_order_customer", "customer_id", "ordered_on", sqlite_where=LIVE),
        Index("customer_order_ordered", "ordered_on", sqlite_where=LIVE),
        Index("customer_order_deal", "deal_id", sqlite_where=text("deleted_at IS NULL AND deal_id IS NOT NULL")),
        Index("customer_order_external_id", "external_id", sqlite_where=text("deleted_at IS NULL AND external_id IS NOT NULL")),
        Index("customer_order_payment", "tier_weight", "payment_on", "payment_from", "id", "deleted_at", sqlite_where=text("deleted_at IS NULL AND payment_from IS NOT NULL")),
        # For counting alone.
        Index("customer_order_payment_count", "tier_weight", "payment_from", "payment_on", "deleted_at", sqlite_where=text("deleted_at IS NULL AND payment_from > ''")),
    )  # fmt: skip

    id: int = key()
    customer_id: int = link("customer")
    deal_id: int | None = link("deal")
    contract_id: int | None = link("contract")
    ordered_on: str = words(default="")
    amount: int = number(default=0)
    currency: str = words(default="")
    note: str | None = words(PROSE)
    pay_by: str | None = words()
    paid_on: str | None = words()
    snoozed_until: str | None = words()
    external_id: str | None = words(NAME)
    imported_on: str | None = words()  # the local day on which an import brought it
    created_at: str = words(default="")
    deleted_at: str | None = words()
    payment_on: str | None = words(derived=True)  # null when it is paid, or nobody said by when
    payment_from: str | None = words(derived=True)  # from when it is listed
    tier_weight: int = number(derived=True, default=0)


class Risk(SQLModel, table=True):
    """What may go wrong with a customer, and how bad it is: 1 is the worst (HANDBOOK §9)."""

    __table_args__ = (
        Index("risk_customer", "customer_id", sqlite_where=LIVE),
        Index("risk_listed", "tier_weight", "due_at", "listed_from", "id", "deleted_at", sqlite_where=text("deleted_at IS NULL AND listed_from IS NOT NULL")),
    )  # fmt: skip

    id: int = key()
    customer_id: int = link("customer")
    text: str = words(LINE, default="")
    level: int = number(default=2)
    kind: str | None = words(NAME)
    owner: str | None = words(NAME)
    opened_at: str = words(default="")
    opened_on: str = words(default="")
    snoozed_until: str | None = words()
    closed_at: str | None = words()
    closed_on: str | None = words()
    result: str | None = words(PROSE)
    external_id: str | None = words(NAME)
    created_at: str = words(default="")
    deleted_at: str | None = words()
    due_at: str | None = words(derived=True)
    listed_from: str | None = words(derived=True)
    tier_weight: int = number(derived=True, default=0)


class Attachment(SQLModel, table=True):
    """A file kept beside the data under its hash, and what it belongs to (HANDBOOK §1)."""

    __table_args__ = (
        Index("attachment_customer", "customer_id", sqlite_where=LIVE),
        Index("attachment_record", "row_table", "row_id", sqlite_where=LIVE),
        Index("attachment_digest", "digest"),
    )

    id: int = key()
    customer_id: int | None = link("customer")
    row_table: str = words(default="")  # what it belongs to; no link, for it may be of any table
    row_id: int = number(default=0)
    name: str = words(LINE, default="")  # as the file was called
    digest: str = words(default="")  # SHA-256, in hexadecimal
    size: int = number(default=0)  # bytes
    note: str | None = words(PROSE)
    attached_on: str = words(default="")
    created_at: str = words(default="")
    deleted_at: str | None = words()


class Segment(SQLModel, table=True):
    """Filters that were saved under a name, and say anew each time whom they mean (HANDBOOK §7)."""

    __table_args__ = (Index("segment_name", "name_key", unique=True, sqlite_where=LIVE),)

    id: int = key()
    name: str = words(NAME, default="")
    name_key: str = words(NAME, default="")
    filters: str = words(PROSE, default="")  # JSON: the options as they were written
    created_at: str = words(default="")
    deleted_at: str | None = words()


class TierReview(SQLModel, table=True):
    """A review of all tiers that was held (HANDBOOK §7)."""

    __tablename__ = "tier_review"
    __table_args__ = (Index("tier_review_reviewed", "reviewed_on", sqlite_where=LIVE),)

    id: int = key()
    reviewed_on: str | None = words()  # null: only some customers were looked at
    as_of: str | None = words()  # the day whose orders it went by; null when it was only settled
    created_at: str = words(default="")
    deleted_at: str | None = words()


class TierStanding(SQLModel, table=True):
    """What a review found of a customer that stood below its tier, or was given another one."""

    __tablename__ = "tier_standing"
    __table_args__ = (
        Index("tier_standing_review", "review_id", sqlite_where=LIVE),
        Index("tier_standing_customer", "customer_id", sqlite_where=LIVE),
    )

    id: int = key()
    review_id: int = link("tier_review")
    customer_id: int = link("customer")
    tier: str | None = words()  # what it had
    proposed: str | None = words()
    segment: str | None = words()
    is_below: int = number(default=0)
    why: str | None = words(PROSE)  # in English, as the review said it
    deleted_at: str | None = words()


class Tag(SQLModel, table=True):
    """One tag on one customer."""

    __table_args__ = (
        Index("tag_customer", "customer_id", "name", unique=True, sqlite_where=LIVE),
        Index("tag_name", "name", "customer_id", sqlite_where=LIVE),
        Index("tag_gone", "customer_id", sqlite_where=GONE),
    )

    id: int = key()
    customer_id: int = link("customer")
    name: str = words(NAME, default="")
    deleted_at: str | None = words()


class FieldValue(SQLModel, table=True):
    """The value of a custom field that the settings declare as `fields.NAME`, in its canonical text."""

    __tablename__ = "field_value"
    __table_args__ = (
        Index("field_value_customer", "customer_id", "name", unique=True, sqlite_where=LIVE),
        Index("field_value_gone", "customer_id", sqlite_where=GONE),
    )

    id: int = key()
    customer_id: int = link("customer")
    name: str = words(NAME, default="")
    value: str = words(LINE, default="")
    deleted_at: str | None = words()


class StageChange(SQLModel, table=True):
    """A dated step from stage to stage; `from_stage` is null for the stage a customer was added with."""

    __tablename__ = "stage_change"
    __table_args__ = (Index("stage_change_customer", "customer_id", sqlite_where=LIVE),)

    id: int = key()
    customer_id: int = link("customer")
    from_stage: str | None = words()
    to_stage: str = words(default="")
    changed_on: str = words(default="")
    deleted_at: str | None = words()


class FormerCustomer(SQLModel, table=True):
    """What a customer was known by that was merged into another: its reference, numbers and names lead there."""

    __tablename__ = "former_customer"
    __table_args__ = (
        Index("former_customer_customer", "customer_id", sqlite_where=LIVE),
        Index("former_customer_former", "former_id", sqlite_where=LIVE),
        Index("former_customer_name_key", "name_key", sqlite_where=LIVE),
        Index("former_customer_short_key", "short_key", sqlite_where=text("deleted_at IS NULL AND short_key IS NOT NULL")),
        Index("former_customer_external_id", "external_id", sqlite_where=text("deleted_at IS NULL AND external_id IS NOT NULL")),
        Index("former_customer_uscc", "uscc", sqlite_where=text("deleted_at IS NULL AND uscc IS NOT NULL")),
    )  # fmt: skip

    id: int = key()
    customer_id: int = link("customer")
    former_id: int = number(default=0)  # no link: the row it names is out of sight
    name: str = words(NAME, default="")
    name_key: str = words(NAME, default="")
    short_name: str | None = words(NAME)
    short_key: str | None = words(NAME)
    city: str | None = words(NAME)
    uscc: str | None = words(NAME)
    external_id: str | None = words(NAME)
    merged_at: str = words(default="")
    deleted_at: str | None = words()


class Setting(SQLModel, table=True):
    """A setting that decides stored dates; what belongs to the machine is in config.toml."""

    __table_args__ = (Index("setting_name", "name", unique=True, sqlite_where=LIVE),)

    id: int = key()
    name: str = words(NAME, default="")
    value: str = words(PROSE, default="")
    deleted_at: str | None = words()


# What follows is bookkeeping: never logged, never undone.


class Change(SQLModel, table=True):
    """One user action: who, when, why, and the command line (DESIGN §3)."""

    __table_args__ = (
        Index("change_at", "at"),
        Index("change_happened", "happened_on", sqlite_where=text("happened_on IS NOT NULL")),
    )

    id: int = key()
    at: str = words(default="")
    actor: str = words(default="")
    command: str = words(PROSE, default="")
    reason: str | None = words(PROSE)
    happened_on: str | None = words()  # the local day on which it came about, where that was said
    undoes: int | None = number()
    undone_by: int | None = number()
    schema_version: int = number(default=SCHEMA_VERSION)


class ChangeRow(SQLModel, table=True):
    """One row touched by a change: `before`/`after` hold the changed columns of an update as JSON."""

    __tablename__ = "change_row"
    __table_args__ = (
        Index("change_row_change", "change_id"),
        Index("change_row_row", "row_table", "row_id"),
    )

    id: int = key()
    change_id: int | None = number()  # null: written by another program
    row_table: str = words(default="")
    row_id: int = number(default=0)
    action: str = words(default="")  # insert, update, erase
    before: str | None = words()
    after: str | None = words()


class ChangeRange(SQLModel, table=True):
    """The rows an import inserted, or that its undo took away (`action` remove) or gave back (restore)."""

    __tablename__ = "change_range"
    __table_args__ = (
        Index("change_range_change", "change_id"),
        Index("change_range_rows", "row_table", "first_id"),
    )

    id: int = key()
    change_id: int = number(default=0)
    row_table: str = words(default="")
    first_id: int = number(default=0)
    last_id: int = number(default=0)
    action: str = words(default="insert")


class OpenChange(SQLModel, table=True):
    """Holds the number of the change being written, and nothing between transactions."""

    __tablename__ = "open_change"

    id: int = key()


class Event(SQLModel, table=True):
    """What happened but changed no data: reveals, deliveries, backups, seals."""

    __table_args__ = (Index("event_kind", "kind"),)

    id: int = key()
    at: str = words(default="")
    actor: str = words(default="")
    kind: str = words(default="")
    detail: str | None = words(PROSE)


class Dossier(SQLModel, table=True):
    """A sealed dossier of one customer and period, and the digest of its manifest (HANDBOOK §10)."""

    __table_args__ = (
        Index("dossier_customer", "customer_id", "first_on"),
        Index("dossier_first", "first_on"),
        Index("dossier_behind", "first_on", sqlite_where=text("is_behind = 1")),
    )

    id: int = key()
    customer_id: int = number(default=0)  # no link: a dossier outlives its customer
    period: str = words(default="")  # 2026Q1, 2026 or 2026-03
    first_on: str = words(default="")
    last_on: str = words(default="")
    path: str = words(PROSE, default="")  # its folder
    digest: str = words(default="")  # SHA-256 of its manifest, in hexadecimal
    sealed_at: str = words(default="")
    erased_at: str | None = words()  # its content was erased, by `forget`
    is_behind: int = number(default=0)  # 1: something of its period was entered since


class Reminder(SQLModel, table=True):
    """What was last said of a due item through a channel, so that it is not said again (CLI.md, Reminders)."""

    ref: str = Field(sa_type=Text, primary_key=True)
    channel: str = Field(sa_type=Text, primary_key=True)
    step: str = words(default="")  # the day or time it was said for
    said_on: str = words(default="")  # the local day
    near: str = words(default="")  # the deadline that was said to be near
    at: str = words(default="")


class KeyRange(SQLModel, table=True):
    """The next free key of each table; keys are never given out twice."""

    __tablename__ = "key_range"

    row_table: str = Field(sa_type=Text, primary_key=True)
    next: int = number(default=1)


class SearchDocument(SQLModel, table=True):
    """What one record can be found by, in the form of rules/searching.py; its key holds the record's table and key (search.py)."""

    __tablename__ = "search_document"

    id: int = key()
    names: str | None = words()
    sound: str | None = words()
    initials: str | None = words()
    prose: str | None = words()


SEARCH_INDEX = (
    "CREATE VIRTUAL TABLE search_index USING fts5(names, sound, initials, prose, "
    "content='search_document', content_rowid='id', columnsize=0, detail=none, "
    "tokenize='trigram case_sensitive 1')"
)
"""A sieve: it knows which documents hold a stretch of three signs, but not in which column or where (decision 11)."""


class Meta(SQLModel, table=True):
    """Facts about the file itself, such as the fingerprint its stored dates were computed with."""

    name: str = Field(sa_type=Text, primary_key=True)
    value: str = words(default="")


LOGGED: tuple[type[SQLModel], ...] = (
    Customer,
    Person,
    ContactPoint,
    Interaction,
    Participant,
    Task,
    KeyDate,
    Need,
    ServiceEvent,
    Escalation,
    PlanStep,
    Promise,
    Survey,
    Review,
    Article,
    Deal,
    Contract,
    CustomerOrder,
    Risk,
    Attachment,
    Segment,
    TierReview,
    TierStanding,
    Tag,
    FieldValue,
    StageChange,
    FormerCustomer,
    Setting,
)
