"""Needs, plans, promises, surveys, reviews and knowledge articles; contacts and tasks about them."""

from alembic import op

from crmcli.store.migrations.rebuilding import rebuild

revision = "0003"
down_revision = "0002"

_NEW = (
    (
        "CREATE TABLE need ( id INTEGER NOT NULL, customer_id INTEGER NOT NULL, external_id TEXT, text TEXT NOT "
        "NULL, kind TEXT, urgency TEXT, strength TEXT, status TEXT NOT NULL, received_at TEXT NOT NULL, value "
        "INTEGER, fit INTEGER, cost INTEGER, wish TEXT, needed_by TEXT, budget INTEGER, owner TEXT, tech_owner TEXT, "
        "acceptor_id INTEGER, category TEXT, workaround TEXT, criterion TEXT, solution TEXT, result TEXT, "
        "decline_reason TEXT, scheduled_for TEXT, scheduled_on TEXT, first_scheduled_on TEXT, delay_reason TEXT, "
        "origin_id INTEGER, priority INTEGER NOT NULL, created_at TEXT NOT NULL, deleted_at TEXT, tier_weight "
        "INTEGER NOT NULL, queue INTEGER, score INTEGER NOT NULL, new_until TEXT, round_at TEXT, times_reopened "
        "INTEGER NOT NULL, waiting_since TEXT, respond_by TEXT, respond_from TEXT, responded_at TEXT, feedback_by "
        "TEXT, feedback_from TEXT, feedback_at TEXT, solve_by TEXT, solve_from TEXT, resolved_at TEXT, yellow_at "
        "TEXT, red_at TEXT, next_by TEXT, next_clock TEXT, sent_at TEXT, agreed_at TEXT, plan_confirm_on TEXT, "
        "progress_on TEXT, level INTEGER NOT NULL, PRIMARY KEY (id), FOREIGN KEY(customer_id) REFERENCES customer "
        "(id), FOREIGN KEY(acceptor_id) REFERENCES person (id), FOREIGN KEY(origin_id) REFERENCES need (id) )"
    ),
    (
        "CREATE TABLE service_event ( id INTEGER NOT NULL, customer_id INTEGER NOT NULL, need_id INTEGER NOT NULL, "
        "kind TEXT NOT NULL, at TEXT NOT NULL, text TEXT, contact_id INTEGER NOT NULL, deleted_at TEXT, PRIMARY KEY "
        "(id), FOREIGN KEY(customer_id) REFERENCES customer (id), FOREIGN KEY(need_id) REFERENCES need (id) )"
    ),
    (
        "CREATE TABLE escalation ( id INTEGER NOT NULL, customer_id INTEGER NOT NULL, need_id INTEGER NOT NULL, at "
        "TEXT NOT NULL, level INTEGER NOT NULL, to_name TEXT, reason TEXT, deleted_at TEXT, PRIMARY KEY (id), "
        "FOREIGN KEY(customer_id) REFERENCES customer (id), FOREIGN KEY(need_id) REFERENCES need (id) )"
    ),
    (
        "CREATE TABLE plan_step ( id INTEGER NOT NULL, customer_id INTEGER NOT NULL, need_id INTEGER NOT NULL, text "
        "TEXT NOT NULL, owner TEXT, due_on TEXT NOT NULL, first_due_on TEXT, delay_reason TEXT, snoozed_until TEXT, "
        "done_at TEXT, done_on TEXT, result TEXT, external_id TEXT, created_at TEXT NOT NULL, deleted_at TEXT, "
        "listed_on TEXT, tier_weight INTEGER NOT NULL, PRIMARY KEY (id), FOREIGN KEY(customer_id) REFERENCES "
        "customer (id), FOREIGN KEY(need_id) REFERENCES need (id) )"
    ),
    (
        "CREATE TABLE promise ( id INTEGER NOT NULL, customer_id INTEGER NOT NULL, need_id INTEGER, text TEXT NOT "
        'NULL, "by" TEXT NOT NULL, level TEXT NOT NULL, owner TEXT, due_on TEXT NOT NULL, due_time TEXT, '
        "first_due_on TEXT, first_due_time TEXT, delay_reason TEXT, warned_at TEXT, impact TEXT, options TEXT, "
        "kept_at TEXT, kept_on TEXT, result TEXT, broken_at TEXT, broken_on TEXT, break_reason TEXT, amends TEXT, "
        "amends_done_at TEXT, amends_result TEXT, priority INTEGER NOT NULL, external_id TEXT, created_at TEXT NOT "
        "NULL, deleted_at TEXT, due_at TEXT, listed_from TEXT, amends_by TEXT, tier_weight INTEGER NOT NULL, PRIMARY "
        "KEY (id), FOREIGN KEY(customer_id) REFERENCES customer (id), FOREIGN KEY(need_id) REFERENCES need (id) )"
    ),
    (
        "CREATE TABLE survey ( id INTEGER NOT NULL, customer_id INTEGER NOT NULL, need_id INTEGER, person_id "
        "INTEGER, kind TEXT NOT NULL, status TEXT NOT NULL, opened_on TEXT NOT NULL, at TEXT, answered_on TEXT, "
        'sent_at TEXT, sent_on TEXT, "by" TEXT, overall INTEGER, solved INTEGER, speed INTEGER, attitude INTEGER, '
        "product INTEGER, response INTEGER, support INTEGER, nps INTEGER, good TEXT, bad TEXT, comment TEXT, pain "
        "TEXT, future TEXT, snoozed_until TEXT, external_id TEXT, created_at TEXT NOT NULL, deleted_at TEXT, due_on "
        "TEXT, listed_on TEXT, tier_weight INTEGER NOT NULL, PRIMARY KEY (id), FOREIGN KEY(customer_id) REFERENCES "
        "customer (id), FOREIGN KEY(need_id) REFERENCES need (id), FOREIGN KEY(person_id) REFERENCES person (id) )"
    ),
    (
        "CREATE TABLE review ( id INTEGER NOT NULL, customer_id INTEGER NOT NULL, survey_id INTEGER NOT NULL, "
        "opened_at TEXT NOT NULL, cause TEXT, action TEXT, snoozed_until TEXT, done_at TEXT, done_on TEXT, "
        "created_at TEXT NOT NULL, deleted_at TEXT, due_at TEXT, listed_from TEXT, tier_weight INTEGER NOT NULL, "
        "PRIMARY KEY (id), FOREIGN KEY(customer_id) REFERENCES customer (id), FOREIGN KEY(survey_id) REFERENCES "
        "survey (id) )"
    ),
    (
        "CREATE TABLE article ( id INTEGER NOT NULL, need_id INTEGER, title TEXT NOT NULL, kind TEXT NOT NULL, text "
        "TEXT, category TEXT, added_on TEXT NOT NULL, reviewed_on TEXT, external_id TEXT, created_at TEXT NOT NULL, "
        "deleted_at TEXT, review_on TEXT, PRIMARY KEY (id), FOREIGN KEY(need_id) REFERENCES need (id) )"
    ),
)
_VALUES = {"customer": {"open_needs": "0"}, "task": {"tells": "0"}}
_REBUILT = {
    "customer": (
        "CREATE TABLE customer ( id INTEGER NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL, name_key TEXT NOT "
        "NULL, short_name TEXT, short_key TEXT, stage TEXT NOT NULL, tier TEXT, industry TEXT, size TEXT, city TEXT, "
        "address TEXT, uscc TEXT, source TEXT, referred_by INTEGER, since TEXT, prefer TEXT, note TEXT, cadence "
        "TEXT, visit_cadence TEXT, do_not_contact INTEGER NOT NULL, retired_on TEXT, priority INTEGER NOT NULL, "
        "loss_reason TEXT, external_id TEXT, agreed_on TEXT, agreed_at TEXT, snooze_until TEXT, snooze_at TEXT, "
        "snooze_after INTEGER, first_touch_on TEXT, win_back_done_for TEXT, unanswered_done_id INTEGER, added_on "
        "TEXT NOT NULL, created_at TEXT NOT NULL, deleted_at TEXT, last_contact_id INTEGER, last_contact_on TEXT, "
        "last_contact_at TEXT, last_contact_channel TEXT, last_activity_on TEXT, intent TEXT, began_on TEXT, "
        "promised_on TEXT, snoozed_until TEXT, next_touch_on TEXT, touch_due_on TEXT, tier_weight INTEGER NOT NULL, "
        "dormant_on TEXT, win_back_on TEXT, unanswered_on TEXT, unanswered_id INTEGER, open_needs INTEGER NOT NULL, "
        "ask_on TEXT, ask_kind TEXT, PRIMARY KEY (id), FOREIGN KEY(referred_by) REFERENCES customer (id) )"
    ),
    "interaction": (
        "CREATE TABLE interaction ( id INTEGER NOT NULL, customer_id INTEGER NOT NULL, need_id INTEGER, promise_id "
        "INTEGER, at TEXT NOT NULL, contacted_on TEXT NOT NULL, channel TEXT NOT NULL, direction TEXT NOT NULL, "
        "two_way INTEGER NOT NULL, awaits_answer INTEGER NOT NULL, minutes INTEGER, no_answer INTEGER NOT NULL, "
        "summary TEXT, feedback TEXT, agreed TEXT, excerpt TEXT, intent TEXT, promised_on TEXT, stage TEXT, care "
        "INTEGER NOT NULL, cost INTEGER, signed INTEGER NOT NULL, external_id TEXT, entered_at TEXT NOT NULL, "
        "deleted_at TEXT, PRIMARY KEY (id), FOREIGN KEY(customer_id) REFERENCES customer (id), FOREIGN KEY(need_id) "
        "REFERENCES need (id), FOREIGN KEY(promise_id) REFERENCES promise (id) )"
    ),
    "task": (
        "CREATE TABLE task ( id INTEGER NOT NULL, customer_id INTEGER NOT NULL, interaction_id INTEGER, need_id "
        "INTEGER, kind TEXT NOT NULL, tells INTEGER NOT NULL, text TEXT NOT NULL, owner TEXT, due_on TEXT NOT NULL, "
        "due_time TEXT, snoozed_until TEXT, done_at TEXT, done_on TEXT, result TEXT, priority INTEGER NOT NULL, "
        "external_id TEXT, created_at TEXT NOT NULL, deleted_at TEXT, listed_on TEXT, tier_weight INTEGER NOT NULL, "
        "PRIMARY KEY (id), FOREIGN KEY(customer_id) REFERENCES customer (id), FOREIGN KEY(interaction_id) REFERENCES "
        "interaction (id), FOREIGN KEY(need_id) REFERENCES need (id) )"
    ),
}
_MORE = (
    "CREATE INDEX need_customer ON need (customer_id) WHERE deleted_at IS NULL",
    "CREATE INDEX need_external_id ON need (external_id) WHERE deleted_at IS NULL AND external_id IS NOT NULL",
    (
        "CREATE INDEX need_feedback ON need (tier_weight, feedback_by, feedback_from, id, deleted_at) WHERE "
        "deleted_at IS NULL AND feedback_from IS NOT NULL"
    ),
    (
        "CREATE INDEX need_plan_confirm ON need (tier_weight, plan_confirm_on, id, deleted_at) WHERE deleted_at IS "
        "NULL AND plan_confirm_on IS NOT NULL"
    ),
    (
        "CREATE INDEX need_progress ON need (tier_weight, progress_on, id, deleted_at) WHERE deleted_at IS NULL AND "
        "progress_on IS NOT NULL"
    ),
    (
        "CREATE INDEX need_queue ON need (queue, red_at, score, new_until, next_by, id, deleted_at) WHERE deleted_at "
        "IS NULL AND queue IS NOT NULL"
    ),
    "CREATE INDEX need_received ON need (received_at) WHERE deleted_at IS NULL",
    "CREATE INDEX need_resolved ON need (resolved_at) WHERE deleted_at IS NULL AND resolved_at IS NOT NULL",
    (
        "CREATE INDEX need_respond ON need (tier_weight, respond_by, respond_from, id, deleted_at) WHERE deleted_at "
        "IS NULL AND respond_from IS NOT NULL"
    ),
    (
        "CREATE INDEX need_solve ON need (tier_weight, solve_by, solve_from, id, deleted_at) WHERE deleted_at IS "
        "NULL AND solve_from IS NOT NULL"
    ),
    "CREATE INDEX service_event_customer ON service_event (customer_id) WHERE deleted_at IS NULL",
    "CREATE INDEX service_event_kind ON service_event (kind, at) WHERE deleted_at IS NULL",
    "CREATE INDEX service_event_need ON service_event (need_id) WHERE deleted_at IS NULL",
    "CREATE INDEX escalation_customer ON escalation (customer_id) WHERE deleted_at IS NULL",
    "CREATE INDEX escalation_need ON escalation (need_id) WHERE deleted_at IS NULL",
    "CREATE INDEX plan_step_customer ON plan_step (customer_id) WHERE deleted_at IS NULL",
    (
        "CREATE INDEX plan_step_listed ON plan_step (tier_weight, listed_on, id, deleted_at) WHERE deleted_at IS "
        "NULL AND listed_on IS NOT NULL"
    ),
    "CREATE INDEX plan_step_need ON plan_step (need_id) WHERE deleted_at IS NULL",
    (
        "CREATE INDEX promise_amends ON promise (tier_weight, amends_by, id, deleted_at) WHERE deleted_at IS NULL "
        "AND amends_by IS NOT NULL"
    ),
    "CREATE INDEX promise_customer ON promise (customer_id) WHERE deleted_at IS NULL",
    "CREATE INDEX promise_due ON promise (due_on) WHERE deleted_at IS NULL",
    (
        "CREATE INDEX promise_external_id ON promise (external_id) WHERE deleted_at IS NULL AND external_id IS NOT "
        "NULL"
    ),
    (
        "CREATE INDEX promise_listed ON promise (tier_weight, due_at, listed_from, id, deleted_at) WHERE deleted_at "
        "IS NULL AND listed_from IS NOT NULL"
    ),
    "CREATE INDEX promise_need ON promise (need_id) WHERE deleted_at IS NULL AND need_id IS NOT NULL",
    "CREATE INDEX survey_at ON survey (at) WHERE deleted_at IS NULL",
    "CREATE INDEX survey_customer ON survey (customer_id) WHERE deleted_at IS NULL",
    "CREATE INDEX survey_external_id ON survey (external_id) WHERE deleted_at IS NULL AND external_id IS NOT NULL",
    (
        "CREATE INDEX survey_listed ON survey (tier_weight, listed_on, id, deleted_at) WHERE deleted_at IS NULL AND "
        "listed_on IS NOT NULL"
    ),
    "CREATE INDEX survey_need ON survey (need_id) WHERE deleted_at IS NULL AND need_id IS NOT NULL",
    "CREATE INDEX review_customer ON review (customer_id) WHERE deleted_at IS NULL",
    (
        "CREATE INDEX review_listed ON review (tier_weight, due_at, listed_from, id, deleted_at) WHERE deleted_at IS "
        "NULL AND listed_from IS NOT NULL"
    ),
    "CREATE INDEX review_survey ON review (survey_id) WHERE deleted_at IS NULL",
    "CREATE INDEX article_need ON article (need_id) WHERE deleted_at IS NULL AND need_id IS NOT NULL",
    (
        "CREATE INDEX article_review ON article (review_on, id, deleted_at) WHERE deleted_at IS NULL AND review_on "
        "IS NOT NULL"
    ),
    (
        "CREATE INDEX customer_ask ON customer (tier_weight, ask_on, id, dormant_on, deleted_at) WHERE deleted_at IS "
        "NULL AND ask_on IS NOT NULL"
    ),
    "CREATE INDEX customer_city ON customer (city) WHERE deleted_at IS NULL",
    "CREATE INDEX customer_industry ON customer (industry) WHERE deleted_at IS NULL",
    "CREATE INDEX customer_last_contact ON customer (last_contact_at) WHERE deleted_at IS NULL",
    "CREATE INDEX customer_name_key ON customer (name_key) WHERE deleted_at IS NULL",
    "CREATE INDEX customer_short_key ON customer (short_key) WHERE deleted_at IS NULL AND short_key IS NOT NULL",
    "CREATE INDEX customer_stage ON customer (stage) WHERE deleted_at IS NULL",
    "CREATE INDEX customer_tier ON customer (tier) WHERE deleted_at IS NULL",
    (
        "CREATE INDEX customer_touch ON customer (tier_weight, touch_due_on, id, dormant_on, deleted_at) WHERE "
        "deleted_at IS NULL AND touch_due_on IS NOT NULL"
    ),
    (
        "CREATE INDEX customer_unanswered ON customer (tier_weight, unanswered_on, id, deleted_at) WHERE deleted_at "
        "IS NULL AND unanswered_on IS NOT NULL"
    ),
    "CREATE INDEX customer_uscc ON customer (uscc) WHERE deleted_at IS NULL AND uscc IS NOT NULL",
    (
        "CREATE INDEX customer_win_back ON customer (tier_weight, win_back_on, id, touch_due_on, deleted_at) WHERE "
        "deleted_at IS NULL AND win_back_on IS NOT NULL"
    ),
    (
        "CREATE UNIQUE INDEX customer_external_id ON customer (external_id) WHERE deleted_at IS NULL AND external_id "
        "IS NOT NULL"
    ),
    (
        "CREATE INDEX interaction_awaiting ON interaction (customer_id, at) WHERE deleted_at IS NULL AND "
        "awaits_answer = 1"
    ),
    "CREATE INDEX interaction_customer ON interaction (customer_id, at) WHERE deleted_at IS NULL",
    (
        "CREATE INDEX interaction_external_id ON interaction (external_id) WHERE deleted_at IS NULL AND external_id "
        "IS NOT NULL"
    ),
    (
        "CREATE INDEX interaction_intent ON interaction (customer_id, at) WHERE deleted_at IS NULL AND intent IS NOT "
        "NULL"
    ),
    "CREATE INDEX interaction_need ON interaction (need_id, at) WHERE deleted_at IS NULL AND need_id IS NOT NULL",
    (
        "CREATE INDEX interaction_promise ON interaction (customer_id, id) WHERE deleted_at IS NULL AND promised_on "
        "IS NOT NULL"
    ),
    (
        "CREATE INDEX interaction_promised ON interaction (promise_id) WHERE deleted_at IS NULL AND promise_id IS "
        "NOT NULL"
    ),
    "CREATE INDEX interaction_two_way ON interaction (customer_id, at) WHERE deleted_at IS NULL AND two_way = 1",
    "CREATE INDEX task_customer ON task (customer_id) WHERE deleted_at IS NULL",
    (
        "CREATE INDEX task_interaction ON task (interaction_id) WHERE deleted_at IS NULL AND interaction_id IS NOT "
        "NULL"
    ),
    (
        "CREATE INDEX task_listed ON task (kind, tier_weight, listed_on, done_at, deleted_at) WHERE deleted_at IS "
        "NULL AND done_at IS NULL"
    ),
    "CREATE INDEX task_need ON task (need_id) WHERE deleted_at IS NULL AND need_id IS NOT NULL",
    "INSERT INTO key_range (row_table, next) VALUES ('article', 1)",
    "INSERT INTO key_range (row_table, next) VALUES ('escalation', 1)",
    "INSERT INTO key_range (row_table, next) VALUES ('need', 1)",
    "INSERT INTO key_range (row_table, next) VALUES ('plan_step', 1)",
    "INSERT INTO key_range (row_table, next) VALUES ('promise', 1)",
    "INSERT INTO key_range (row_table, next) VALUES ('review', 1)",
    "INSERT INTO key_range (row_table, next) VALUES ('service_event', 1)",
    "INSERT INTO key_range (row_table, next) VALUES ('survey', 1)",
)


def upgrade() -> None:
    """Make what is new first, for the tables made anew refer to it."""
    for statement in _NEW:
        op.execute(statement)
    for table, create in _REBUILT.items():
        rebuild(table, create, _VALUES.get(table, {}))
    for statement in _MORE:
        op.execute(statement)
