"""Deals, contracts, orders, risks and attached files; what comes round in the year with a customer."""

from alembic import op

from crmcli.store.migrations.rebuilding import rebuild

revision = "0006"
down_revision = "0005"


_REBUILT = {
    "customer": (
        "CREATE TABLE customer ( id INTEGER NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL, name_key "
        "TEXT NOT NULL, short_name TEXT, short_key TEXT, stage TEXT NOT NULL, tier TEXT, industry TEXT, "
        "size TEXT, city TEXT, address TEXT, uscc TEXT, source TEXT, referred_by INTEGER, since TEXT, "
        "prefer TEXT, note TEXT, cadence TEXT, visit_cadence TEXT, do_not_contact INTEGER NOT NULL, "
        "retired_on TEXT, priority INTEGER NOT NULL, loss_reason TEXT, consent TEXT, consent_on TEXT, "
        "consent_source TEXT, consent_scope TEXT, credit_grade TEXT, credit_on TEXT, blacklisted "
        "INTEGER NOT NULL, verified_on TEXT, verified_by TEXT, value_review_done_on TEXT, "
        "business_review_done_on TEXT, solution_review_done_on TEXT, care_done_on TEXT, "
        "value_review_snoozed_until TEXT, business_review_snoozed_until TEXT, "
        "solution_review_snoozed_until TEXT, care_snoozed_until TEXT, external_id TEXT, agreed_on TEXT, "
        "agreed_at TEXT, snooze_until TEXT, snooze_at TEXT, snooze_after INTEGER, visit_snooze_until "
        "TEXT, visit_snooze_after TEXT, first_touch_on TEXT, win_back_done_for TEXT, unanswered_done_id "
        "INTEGER, added_on TEXT NOT NULL, created_at TEXT NOT NULL, deleted_at TEXT, last_contact_id "
        "INTEGER, last_contact_on TEXT, last_contact_at TEXT, last_contact_channel TEXT, "
        "last_activity_on TEXT, last_order_on TEXT, intent TEXT, began_on TEXT, promised_on TEXT, "
        "snoozed_until TEXT, next_touch_on TEXT, touch_due_on TEXT, tier_weight INTEGER NOT NULL, "
        "dormant_on TEXT, win_back_on TEXT, unanswered_on TEXT, unanswered_id INTEGER, open_needs "
        "INTEGER NOT NULL, ask_on TEXT, ask_kind TEXT, spend_from TEXT, spend_until TEXT, last_visit_on "
        "TEXT, visit_on TEXT, value_review_on TEXT, business_review_on TEXT, solution_review_on TEXT, "
        "care_on TEXT, PRIMARY KEY (id), FOREIGN KEY(referred_by) REFERENCES customer (id) )"
    ),
    "person": (
        "CREATE TABLE person ( id INTEGER NOT NULL, customer_id INTEGER NOT NULL, name TEXT NOT NULL, title "
        "TEXT, roles TEXT, key_person INTEGER NOT NULL, concern TEXT, preferences TEXT, note TEXT, consent "
        "TEXT, consent_on TEXT, consent_source TEXT, consent_scope TEXT, left_on TEXT, successor_id INTEGER, "
        "verified_on TEXT, verified_by TEXT, priority INTEGER NOT NULL, external_id TEXT, created_at TEXT NOT "
        "NULL, deleted_at TEXT, PRIMARY KEY (id), FOREIGN KEY(customer_id) REFERENCES customer (id), FOREIGN "
        "KEY(successor_id) REFERENCES person (id) )"
    ),
    "interaction": (
        "CREATE TABLE interaction ( id INTEGER NOT NULL, customer_id INTEGER NOT NULL, need_id INTEGER, "
        "promise_id INTEGER, deal_id INTEGER, at TEXT NOT NULL, contacted_on TEXT NOT NULL, channel TEXT NOT "
        "NULL, direction TEXT NOT NULL, two_way INTEGER NOT NULL, awaits_answer INTEGER NOT NULL, minutes "
        "INTEGER, no_answer INTEGER NOT NULL, summary TEXT, feedback TEXT, agreed TEXT, excerpt TEXT, intent "
        "TEXT, promised_on TEXT, stage TEXT, care INTEGER NOT NULL, cost INTEGER, signed INTEGER NOT NULL, "
        "external_id TEXT, entered_at TEXT NOT NULL, deleted_at TEXT, PRIMARY KEY (id), FOREIGN "
        "KEY(customer_id) REFERENCES customer (id), FOREIGN KEY(need_id) REFERENCES need (id), FOREIGN "
        "KEY(promise_id) REFERENCES promise (id), FOREIGN KEY(deal_id) REFERENCES deal (id) )"
    ),
    "task": (
        "CREATE TABLE task ( id INTEGER NOT NULL, customer_id INTEGER NOT NULL, interaction_id INTEGER, "
        "need_id INTEGER, play TEXT, kind TEXT NOT NULL, tells INTEGER NOT NULL, text TEXT NOT NULL, owner "
        "TEXT, due_on TEXT NOT NULL, due_time TEXT, snoozed_until TEXT, done_at TEXT, done_on TEXT, result "
        "TEXT, priority INTEGER NOT NULL, external_id TEXT, created_at TEXT NOT NULL, deleted_at TEXT, "
        "listed_on TEXT, tier_weight INTEGER NOT NULL, PRIMARY KEY (id), FOREIGN KEY(customer_id) REFERENCES "
        "customer (id), FOREIGN KEY(interaction_id) REFERENCES interaction (id), FOREIGN KEY(need_id) "
        "REFERENCES need (id) )"
    ),
    "need": (
        "CREATE TABLE need ( id INTEGER NOT NULL, customer_id INTEGER NOT NULL, external_id TEXT, text "
        "TEXT NOT NULL, kind TEXT, urgency TEXT, strength TEXT, status TEXT NOT NULL, received_at TEXT "
        "NOT NULL, value INTEGER, fit INTEGER, cost INTEGER, wish TEXT, needed_by TEXT, budget INTEGER, "
        "owner TEXT, tech_owner TEXT, acceptor_id INTEGER, category TEXT, workaround TEXT, criterion "
        "TEXT, solution TEXT, result TEXT, decline_reason TEXT, scheduled_for TEXT, scheduled_on TEXT, "
        "first_scheduled_on TEXT, delay_reason TEXT, origin_id INTEGER, priority INTEGER NOT NULL, "
        "created_at TEXT NOT NULL, deleted_at TEXT, tier_weight INTEGER NOT NULL, queue INTEGER, score "
        "INTEGER NOT NULL, new_until TEXT, spends_until TEXT, round_at TEXT, times_reopened INTEGER NOT "
        "NULL, waiting_since TEXT, respond_by TEXT, respond_from TEXT, responded_at TEXT, feedback_by "
        "TEXT, feedback_from TEXT, feedback_at TEXT, solve_by TEXT, solve_from TEXT, resolved_at TEXT, "
        "yellow_at TEXT, red_at TEXT, next_by TEXT, next_clock TEXT, sent_at TEXT, agreed_at TEXT, "
        "plan_confirm_on TEXT, progress_on TEXT, level INTEGER NOT NULL, PRIMARY KEY (id), FOREIGN "
        "KEY(customer_id) REFERENCES customer (id), FOREIGN KEY(acceptor_id) REFERENCES person (id), "
        "FOREIGN KEY(origin_id) REFERENCES need (id) )"
    ),
    "plan_step": (
        "CREATE TABLE plan_step ( id INTEGER NOT NULL, customer_id INTEGER NOT NULL, need_id INTEGER, "
        "contract_id INTEGER, text TEXT NOT NULL, owner TEXT, due_on TEXT NOT NULL, first_due_on TEXT, "
        "delay_reason TEXT, snoozed_until TEXT, done_at TEXT, done_on TEXT, result TEXT, external_id TEXT, "
        "created_at TEXT NOT NULL, deleted_at TEXT, listed_on TEXT, tier_weight INTEGER NOT NULL, PRIMARY KEY "
        "(id), FOREIGN KEY(customer_id) REFERENCES customer (id), FOREIGN KEY(need_id) REFERENCES need (id), "
        "FOREIGN KEY(contract_id) REFERENCES contract (id) )"
    ),
}
_NEW = (
    (
        "CREATE TABLE deal ( id INTEGER NOT NULL, customer_id INTEGER NOT NULL, text TEXT NOT NULL, stage "
        "TEXT NOT NULL, amount INTEGER, currency TEXT, probability INTEGER, quoted_on TEXT, valid_until TEXT, "
        "close_on TEXT, owner TEXT, note TEXT, closed_on TEXT, loss_reason TEXT, quote_done_for TEXT, "
        "quote_snoozed_until TEXT, due_done_for TEXT, due_snoozed_until TEXT, priority INTEGER NOT NULL, external_id TEXT, created_at TEXT NOT NULL, deleted_at "
        "TEXT, quote_on TEXT, quote_from TEXT, due_on TEXT, tier_weight INTEGER NOT NULL, PRIMARY KEY (id), "
        "FOREIGN KEY(customer_id) REFERENCES customer (id) )"
    ),
    (
        "CREATE TABLE contract ( id INTEGER NOT NULL, customer_id INTEGER NOT NULL, deal_id INTEGER, text "
        "TEXT NOT NULL, amount INTEGER, currency TEXT, starts_on TEXT NOT NULL, ends_on TEXT NOT NULL, terms "
        "TEXT, owner TEXT, note TEXT, renewed_id INTEGER, closed_on TEXT, close_reason TEXT, renewal_done_for "
        "TEXT, renewal_snoozed_until TEXT, reviewed_on TEXT, review_snoozed_until TEXT, "
        "external_id TEXT, created_at TEXT NOT NULL, deleted_at TEXT, renewal_from "
        "TEXT, review_on TEXT, tier_weight INTEGER NOT NULL, PRIMARY KEY (id), FOREIGN KEY(customer_id) "
        "REFERENCES customer (id), FOREIGN KEY(deal_id) REFERENCES deal (id), FOREIGN KEY(renewed_id) "
        "REFERENCES contract (id) )"
    ),
    (
        "CREATE TABLE customer_order ( id INTEGER NOT NULL, customer_id INTEGER NOT NULL, deal_id "
        "INTEGER, contract_id INTEGER, ordered_on TEXT NOT NULL, amount INTEGER NOT NULL, currency TEXT "
        "NOT NULL, note TEXT, pay_by TEXT, paid_on TEXT, snoozed_until TEXT, external_id TEXT, "
        "created_at TEXT NOT NULL, deleted_at TEXT, payment_on TEXT, payment_from TEXT, tier_weight "
        "INTEGER NOT NULL, PRIMARY KEY (id), FOREIGN KEY(customer_id) REFERENCES customer (id), FOREIGN "
        "KEY(deal_id) REFERENCES deal (id), FOREIGN KEY(contract_id) REFERENCES contract (id) )"
    ),
    (
        "CREATE TABLE risk ( id INTEGER NOT NULL, customer_id INTEGER NOT NULL, text TEXT NOT NULL, level "
        "INTEGER NOT NULL, kind TEXT, owner TEXT, opened_at TEXT NOT NULL, opened_on TEXT NOT NULL, "
        "snoozed_until TEXT, closed_at TEXT, closed_on TEXT, result TEXT, external_id TEXT, created_at TEXT "
        "NOT NULL, deleted_at TEXT, due_at TEXT, listed_from TEXT, tier_weight INTEGER NOT NULL, PRIMARY KEY "
        "(id), FOREIGN KEY(customer_id) REFERENCES customer (id) )"
    ),
    (
        "CREATE TABLE attachment ( id INTEGER NOT NULL, customer_id INTEGER, row_table TEXT NOT NULL, row_id "
        "INTEGER NOT NULL, name TEXT NOT NULL, digest TEXT NOT NULL, size INTEGER NOT NULL, note TEXT, "
        "attached_on TEXT NOT NULL, created_at TEXT NOT NULL, deleted_at TEXT, PRIMARY KEY (id), FOREIGN "
        "KEY(customer_id) REFERENCES customer (id) )"
    ),
    (
        "CREATE INDEX customer_ask ON customer (tier_weight, ask_on, id, dormant_on, deleted_at) WHERE "
        "deleted_at IS NULL AND ask_on IS NOT NULL"
    ),
    (
        "CREATE INDEX customer_business_review ON customer (tier_weight, business_review_on, id, dormant_on, "
        "deleted_at) WHERE deleted_at IS NULL AND business_review_on IS NOT NULL"
    ),
    (
        "CREATE INDEX customer_care ON customer (tier_weight, care_on, id, dormant_on, deleted_at) WHERE "
        "deleted_at IS NULL AND care_on IS NOT NULL"
    ),
    "CREATE INDEX customer_city ON customer (city) WHERE deleted_at IS NULL",
    "CREATE INDEX customer_industry ON customer (industry) WHERE deleted_at IS NULL",
    "CREATE INDEX customer_last_contact ON customer (last_contact_at) WHERE deleted_at IS NULL",
    "CREATE INDEX customer_name_key ON customer (name_key) WHERE deleted_at IS NULL",
    (
        "CREATE INDEX customer_short_key ON customer (short_key) WHERE deleted_at IS NULL AND short_key IS "
        "NOT NULL"
    ),
    (
        "CREATE INDEX customer_solution_review ON customer (tier_weight, solution_review_on, id, dormant_on, "
        "deleted_at) WHERE deleted_at IS NULL AND solution_review_on IS NOT NULL"
    ),
    "CREATE INDEX customer_stage ON customer (stage) WHERE deleted_at IS NULL",
    "CREATE INDEX customer_tier ON customer (tier) WHERE deleted_at IS NULL",
    (
        "CREATE INDEX customer_touch ON customer (tier_weight, touch_due_on, id, dormant_on, deleted_at) "
        "WHERE deleted_at IS NULL AND touch_due_on IS NOT NULL"
    ),
    (
        "CREATE INDEX customer_unanswered ON customer (tier_weight, unanswered_on, id, deleted_at) WHERE "
        "deleted_at IS NULL AND unanswered_on IS NOT NULL"
    ),
    "CREATE INDEX customer_uscc ON customer (uscc) WHERE deleted_at IS NULL AND uscc IS NOT NULL",
    (
        "CREATE INDEX customer_value_review ON customer (tier_weight, value_review_on, id, dormant_on, "
        "deleted_at) WHERE deleted_at IS NULL AND value_review_on IS NOT NULL"
    ),
    (
        "CREATE INDEX customer_visit ON customer (tier_weight, visit_on, id, dormant_on, spend_until, "
        "visit_cadence, deleted_at) WHERE deleted_at IS NULL AND visit_on IS NOT NULL"
    ),
    (
        "CREATE INDEX customer_win_back ON customer (tier_weight, win_back_on, id, touch_due_on, deleted_at) "
        "WHERE deleted_at IS NULL AND win_back_on IS NOT NULL"
    ),
    (
        "CREATE UNIQUE INDEX customer_external_id ON customer (external_id) WHERE deleted_at IS NULL AND "
        "external_id IS NOT NULL"
    ),
    "CREATE INDEX attachment_customer ON attachment (customer_id) WHERE deleted_at IS NULL",
    "CREATE INDEX attachment_digest ON attachment (digest)",
    "CREATE INDEX attachment_record ON attachment (row_table, row_id) WHERE deleted_at IS NULL",
    "CREATE INDEX deal_customer ON deal (customer_id) WHERE deleted_at IS NULL",
    (
        "CREATE INDEX deal_due ON deal (tier_weight, due_on, id, deleted_at) WHERE deleted_at IS NULL AND "
        "due_on IS NOT NULL"
    ),
    (
        "CREATE INDEX deal_external_id ON deal (external_id) WHERE deleted_at IS NULL AND external_id IS NOT "
        "NULL"
    ),
    (
        "CREATE INDEX deal_quote ON deal (tier_weight, quote_on, quote_from, id, deleted_at) WHERE deleted_at "
        "IS NULL AND quote_from IS NOT NULL"
    ),
    "CREATE INDEX deal_stage ON deal (stage, close_on) WHERE deleted_at IS NULL",
    "CREATE INDEX need_customer ON need (customer_id) WHERE deleted_at IS NULL",
    (
        "CREATE INDEX need_external_id ON need (external_id) WHERE deleted_at IS NULL AND external_id "
        "IS NOT NULL"
    ),
    (
        "CREATE INDEX need_feedback ON need (tier_weight, feedback_by, feedback_from, id, deleted_at) "
        "WHERE deleted_at IS NULL AND feedback_from IS NOT NULL"
    ),
    (
        "CREATE INDEX need_plan_confirm ON need (tier_weight, plan_confirm_on, id, deleted_at) WHERE "
        "deleted_at IS NULL AND plan_confirm_on IS NOT NULL"
    ),
    (
        "CREATE INDEX need_progress ON need (tier_weight, progress_on, id, deleted_at) WHERE deleted_at "
        "IS NULL AND progress_on IS NOT NULL"
    ),
    (
        "CREATE INDEX need_queue ON need (queue, red_at, score, new_until, spends_until, next_by, id, "
        "deleted_at) WHERE deleted_at IS NULL AND queue IS NOT NULL"
    ),
    "CREATE INDEX need_received ON need (received_at) WHERE deleted_at IS NULL",
    (
        "CREATE INDEX need_resolved ON need (resolved_at) WHERE deleted_at IS NULL AND resolved_at IS "
        "NOT NULL"
    ),
    (
        "CREATE INDEX need_respond ON need (tier_weight, respond_by, respond_from, id, deleted_at) "
        "WHERE deleted_at IS NULL AND respond_from IS NOT NULL"
    ),
    (
        "CREATE INDEX need_solve ON need (tier_weight, solve_by, solve_from, id, deleted_at) WHERE "
        "deleted_at IS NULL AND solve_from IS NOT NULL"
    ),
    "CREATE INDEX person_customer ON person (customer_id) WHERE deleted_at IS NULL",
    "CREATE INDEX risk_customer ON risk (customer_id) WHERE deleted_at IS NULL",
    (
        "CREATE INDEX risk_listed ON risk (tier_weight, due_at, listed_from, id, deleted_at) WHERE deleted_at "
        "IS NULL AND listed_from IS NOT NULL"
    ),
    "CREATE INDEX contract_customer ON contract (customer_id) WHERE deleted_at IS NULL",
    (
        "CREATE INDEX contract_deal ON contract (deal_id) WHERE deleted_at IS NULL AND deal_id IS NOT NULL"
    ),
    "CREATE INDEX contract_ends ON contract (ends_on) WHERE deleted_at IS NULL",
    "CREATE INDEX contract_renewed ON contract (renewed_id) WHERE deleted_at IS NULL AND renewed_id IS NOT NULL",
    (
        "CREATE INDEX contract_external_id ON contract (external_id) WHERE deleted_at IS NULL AND external_id "
        "IS NOT NULL"
    ),
    (
        "CREATE INDEX contract_renewal ON contract (tier_weight, ends_on, renewal_from, id, deleted_at) WHERE "
        "deleted_at IS NULL AND renewal_from IS NOT NULL"
    ),
    (
        "CREATE INDEX contract_review ON contract (tier_weight, review_on, id, deleted_at) WHERE deleted_at "
        "IS NULL AND review_on IS NOT NULL"
    ),
    (
        "CREATE INDEX customer_order_customer ON customer_order (customer_id, ordered_on) WHERE deleted_at IS "
        "NULL"
    ),
    (
        "CREATE INDEX customer_order_deal ON customer_order (deal_id) WHERE deleted_at IS NULL AND deal_id IS "
        "NOT NULL"
    ),
    (
        "CREATE INDEX customer_order_external_id ON customer_order (external_id) WHERE deleted_at IS NULL AND "
        "external_id IS NOT NULL"
    ),
    "CREATE INDEX customer_order_ordered ON customer_order (ordered_on) WHERE deleted_at IS NULL",
    (
        "CREATE INDEX customer_order_payment ON customer_order (tier_weight, payment_on, payment_from, "
        "id, deleted_at) WHERE deleted_at IS NULL AND payment_from IS NOT NULL"
    ),
    (
        "CREATE INDEX plan_step_contract ON plan_step (contract_id) WHERE deleted_at IS NULL AND contract_id "
        "IS NOT NULL"
    ),
    "CREATE INDEX plan_step_customer ON plan_step (customer_id) WHERE deleted_at IS NULL",
    (
        "CREATE INDEX plan_step_listed ON plan_step (tier_weight, listed_on, id, deleted_at) WHERE deleted_at "
        "IS NULL AND listed_on IS NOT NULL"
    ),
    (
        "CREATE INDEX plan_step_need ON plan_step (need_id) WHERE deleted_at IS NULL AND need_id IS NOT NULL"
    ),
    (
        "CREATE INDEX interaction_awaiting ON interaction (customer_id, at) WHERE deleted_at IS NULL AND "
        "awaits_answer = 1"
    ),
    (
        "CREATE INDEX interaction_care ON interaction (customer_id, contacted_on) WHERE deleted_at IS NULL "
        "AND care = 1"
    ),
    "CREATE INDEX interaction_customer ON interaction (customer_id, at) WHERE deleted_at IS NULL",
    (
        "CREATE INDEX interaction_deal ON interaction (deal_id) WHERE deleted_at IS NULL AND deal_id IS NOT "
        "NULL"
    ),
    (
        "CREATE INDEX interaction_external_id ON interaction (external_id) WHERE deleted_at IS NULL AND "
        "external_id IS NOT NULL"
    ),
    (
        "CREATE INDEX interaction_intent ON interaction (customer_id, at) WHERE deleted_at IS NULL AND intent "
        "IS NOT NULL"
    ),
    (
        "CREATE INDEX interaction_need ON interaction (need_id, at) WHERE deleted_at IS NULL AND need_id IS "
        "NOT NULL"
    ),
    (
        "CREATE INDEX interaction_promise ON interaction (customer_id, id) WHERE deleted_at IS NULL AND "
        "promised_on IS NOT NULL"
    ),
    (
        "CREATE INDEX interaction_promised ON interaction (promise_id) WHERE deleted_at IS NULL AND "
        "promise_id IS NOT NULL"
    ),
    (
        "CREATE INDEX interaction_two_way ON interaction (customer_id, at) WHERE deleted_at IS NULL AND "
        "two_way = 1"
    ),
    (
        "CREATE INDEX interaction_visit ON interaction (customer_id, contacted_on) WHERE deleted_at IS NULL "
        "AND channel = 'visit' AND two_way = 1"
    ),
    "CREATE INDEX task_customer ON task (customer_id) WHERE deleted_at IS NULL",
    (
        "CREATE INDEX task_interaction ON task (interaction_id) WHERE deleted_at IS NULL AND interaction_id "
        "IS NOT NULL"
    ),
    (
        "CREATE INDEX task_listed ON task (kind, tier_weight, listed_on, done_at, deleted_at) WHERE "
        "deleted_at IS NULL AND done_at IS NULL"
    ),
    "CREATE INDEX task_need ON task (need_id) WHERE deleted_at IS NULL AND need_id IS NOT NULL",
    "INSERT INTO key_range (row_table, next) VALUES ('deal', 1)",
    "INSERT INTO key_range (row_table, next) VALUES ('contract', 1)",
    "INSERT INTO key_range (row_table, next) VALUES ('customer_order', 1)",
    "INSERT INTO key_range (row_table, next) VALUES ('risk', 1)",
    "INSERT INTO key_range (row_table, next) VALUES ('attachment', 1)",
)
_VALUES = {"customer": {"blacklisted": "0"}}


def upgrade() -> None:
    """Make the tables, columns, indexes and first keys."""
    for table, create in _REBUILT.items():
        rebuild(table, create, _VALUES.get(table, {}))
    for statement in _NEW:
        op.execute(statement)
