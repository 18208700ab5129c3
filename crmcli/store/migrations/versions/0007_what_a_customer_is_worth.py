"""What a customer is worth: reorders, warnings before it leaves, segments and reviews of tiers; when a change came about."""

from alembic import op

from crmcli.store.migrations.rebuilding import rebuild

revision = "0007"
down_revision = "0006"


_REBUILT = {
    "change": (
        "CREATE TABLE change ( id INTEGER NOT NULL, at TEXT NOT NULL, actor TEXT NOT NULL, "
        "command TEXT NOT NULL, reason TEXT, happened_on TEXT, undoes INTEGER, undone_by INTEGER,"
        " schema_version INTEGER NOT NULL, PRIMARY KEY (id) )"
    ),
    "customer": (
        "CREATE TABLE customer ( id INTEGER NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL, "
        "name_key TEXT NOT NULL, short_name TEXT, short_key TEXT, stage TEXT NOT NULL, tier TEXT,"
        " industry TEXT, size TEXT, city TEXT, address TEXT, uscc TEXT, source TEXT, referred_by "
        "INTEGER, since TEXT, prefer TEXT, note TEXT, cadence TEXT, visit_cadence TEXT, "
        "do_not_contact INTEGER NOT NULL, retired_on TEXT, priority INTEGER NOT NULL, loss_reason"
        " TEXT, consent TEXT, consent_on TEXT, consent_source TEXT, consent_scope TEXT, "
        "credit_grade TEXT, credit_on TEXT, blacklisted INTEGER NOT NULL, verified_on TEXT, "
        "verified_by TEXT, value_review_done_on TEXT, business_review_done_on TEXT, "
        "solution_review_done_on TEXT, care_done_on TEXT, value_review_snoozed_until TEXT, "
        "business_review_snoozed_until TEXT, solution_review_snoozed_until TEXT, "
        "care_snoozed_until TEXT, reorder_done_for TEXT, reorder_snoozed_until TEXT, "
        "churn_done_on TEXT, churn_snoozed_until TEXT, file_checked_on TEXT, "
        "file_check_snoozed_until TEXT, external_id TEXT, agreed_on TEXT, agreed_at TEXT, "
        "snooze_until TEXT, snooze_at TEXT, snooze_after INTEGER, visit_snooze_until TEXT, "
        "visit_snooze_after TEXT, first_touch_on TEXT, win_back_done_for TEXT, unanswered_done_id"
        " INTEGER, added_on TEXT NOT NULL, created_at TEXT NOT NULL, deleted_at TEXT, "
        "last_contact_id INTEGER, last_contact_on TEXT, last_contact_at TEXT, "
        "last_contact_channel TEXT, last_activity_on TEXT, last_order_on TEXT, intent TEXT, "
        "began_on TEXT, promised_on TEXT, snoozed_until TEXT, next_touch_on TEXT, touch_due_on "
        "TEXT, tier_weight INTEGER NOT NULL, dormant_on TEXT, win_back_on TEXT, unanswered_on "
        "TEXT, unanswered_id INTEGER, open_needs INTEGER NOT NULL, ask_on TEXT, ask_kind TEXT, "
        "spend_from TEXT, spend_until TEXT, last_visit_on TEXT, visit_on TEXT, value_review_on "
        "TEXT, business_review_on TEXT, solution_review_on TEXT, care_on TEXT, reorder_on TEXT, "
        "reorder_after INTEGER, churn_on TEXT, churn_until TEXT, churn_again_on TEXT, churn_why "
        "TEXT, file_check_on TEXT, PRIMARY KEY (id), FOREIGN KEY(referred_by) REFERENCES customer (id) )"
    ),
    "need": (
        "CREATE TABLE need ( id INTEGER NOT NULL, customer_id INTEGER NOT NULL, external_id TEXT,"
        " text TEXT NOT NULL, kind TEXT, urgency TEXT, strength TEXT, status TEXT NOT NULL, "
        "received_at TEXT NOT NULL, value INTEGER, fit INTEGER, cost INTEGER, wish TEXT, "
        "needed_by TEXT, budget INTEGER, owner TEXT, tech_owner TEXT, acceptor_id INTEGER, "
        "category TEXT, workaround TEXT, criterion TEXT, solution TEXT, result TEXT, "
        "decline_reason TEXT, scheduled_for TEXT, scheduled_on TEXT, first_scheduled_on TEXT, "
        "delay_reason TEXT, origin_id INTEGER, priority INTEGER NOT NULL, imported_on TEXT, "
        "created_at TEXT NOT NULL, deleted_at TEXT, tier_weight INTEGER NOT NULL, queue INTEGER, "
        "score INTEGER NOT NULL, new_until TEXT, spends_until TEXT, round_at TEXT, times_reopened"
        " INTEGER NOT NULL, waiting_since TEXT, respond_by TEXT, respond_from TEXT, responded_at "
        "TEXT, feedback_by TEXT, feedback_from TEXT, feedback_at TEXT, solve_by TEXT, solve_from "
        "TEXT, resolved_at TEXT, yellow_at TEXT, red_at TEXT, next_by TEXT, next_clock TEXT, "
        "sent_at TEXT, agreed_at TEXT, plan_confirm_on TEXT, progress_on TEXT, level INTEGER NOT "
        "NULL, PRIMARY KEY (id), FOREIGN KEY(customer_id) REFERENCES customer (id), FOREIGN "
        "KEY(acceptor_id) REFERENCES person (id), FOREIGN KEY(origin_id) REFERENCES need (id) )"
    ),
    "customer_order": (
        "CREATE TABLE customer_order ( id INTEGER NOT NULL, customer_id INTEGER NOT NULL, deal_id"
        " INTEGER, contract_id INTEGER, ordered_on TEXT NOT NULL, amount INTEGER NOT NULL, "
        "currency TEXT NOT NULL, note TEXT, pay_by TEXT, paid_on TEXT, snoozed_until TEXT, "
        "external_id TEXT, imported_on TEXT, created_at TEXT NOT NULL, deleted_at TEXT, "
        "payment_on TEXT, payment_from TEXT, tier_weight INTEGER NOT NULL, PRIMARY KEY (id), "
        "FOREIGN KEY(customer_id) REFERENCES customer (id), FOREIGN KEY(deal_id) REFERENCES deal "
        "(id), FOREIGN KEY(contract_id) REFERENCES contract (id) )"
    ),
    "survey": (
        "CREATE TABLE survey ( id INTEGER NOT NULL, customer_id INTEGER NOT NULL, need_id "
        "INTEGER, person_id INTEGER, kind TEXT NOT NULL, status TEXT NOT NULL, opened_on TEXT NOT"
        ' NULL, at TEXT, answered_on TEXT, sent_at TEXT, sent_on TEXT, "by" TEXT, overall '
        "INTEGER, solved INTEGER, speed INTEGER, attitude INTEGER, product INTEGER, response "
        "INTEGER, support INTEGER, nps INTEGER, good TEXT, bad TEXT, comment TEXT, pain TEXT, "
        "future TEXT, snoozed_until TEXT, external_id TEXT, imported_on TEXT, created_at TEXT NOT"
        " NULL, deleted_at TEXT, due_on TEXT, listed_on TEXT, tier_weight INTEGER NOT NULL, "
        "PRIMARY KEY (id), FOREIGN KEY(customer_id) REFERENCES customer (id), FOREIGN "
        "KEY(need_id) REFERENCES need (id), FOREIGN KEY(person_id) REFERENCES person (id) )"
    ),
}
_NEW = (
    (
        "CREATE TABLE segment ( id INTEGER NOT NULL, name TEXT NOT NULL, name_key TEXT NOT NULL, "
        "filters TEXT NOT NULL, created_at TEXT NOT NULL, deleted_at TEXT, PRIMARY KEY (id) )"
    ),
    (
        "CREATE TABLE tier_review ( id INTEGER NOT NULL, reviewed_on TEXT NOT NULL, as_of TEXT, "
        "created_at TEXT NOT NULL, deleted_at TEXT, PRIMARY KEY (id) )"
    ),
    (
        "CREATE TABLE tier_standing ( id INTEGER NOT NULL, review_id INTEGER NOT NULL, "
        "customer_id INTEGER NOT NULL, tier TEXT, proposed TEXT, segment TEXT, is_below INTEGER "
        "NOT NULL, why TEXT, deleted_at TEXT, PRIMARY KEY (id), FOREIGN KEY(review_id) REFERENCES "
        "tier_review (id), FOREIGN KEY(customer_id) REFERENCES customer (id) )"
    ),
    "CREATE INDEX change_at ON change (at)",
    (
        "CREATE INDEX customer_ask ON customer (tier_weight, ask_on, id, dormant_on, deleted_at) "
        "WHERE deleted_at IS NULL AND ask_on IS NOT NULL"
    ),
    (
        "CREATE INDEX customer_business_review ON customer (tier_weight, business_review_on, id, "
        "dormant_on, deleted_at) WHERE deleted_at IS NULL AND business_review_on IS NOT NULL"
    ),
    (
        "CREATE INDEX customer_care ON customer (tier_weight, care_on, id, dormant_on, "
        "deleted_at) WHERE deleted_at IS NULL AND care_on IS NOT NULL"
    ),
    (
        "CREATE INDEX customer_churn ON customer (tier_weight, churn_on, id, churn_until, "
        "dormant_on, deleted_at) WHERE deleted_at IS NULL AND churn_on IS NOT NULL"
    ),
    (
        "CREATE INDEX customer_churn_again ON customer (tier_weight, churn_again_on, id, "
        "churn_until, dormant_on, deleted_at) WHERE deleted_at IS NULL AND churn_again_on IS NOT "
        "NULL"
    ),
    "CREATE INDEX customer_city ON customer (city) WHERE deleted_at IS NULL",
    (
        "CREATE INDEX customer_file_check ON customer (tier_weight, file_check_on, id, "
        "deleted_at) WHERE deleted_at IS NULL AND file_check_on IS NOT NULL"
    ),
    "CREATE INDEX customer_industry ON customer (industry) WHERE deleted_at IS NULL",
    "CREATE INDEX customer_last_contact ON customer (last_contact_at) WHERE deleted_at IS NULL",
    "CREATE INDEX customer_name_key ON customer (name_key) WHERE deleted_at IS NULL",
    (
        "CREATE INDEX customer_referred_by ON customer (referred_by) WHERE deleted_at IS NULL AND "
        "referred_by IS NOT NULL"
    ),
    (
        "CREATE INDEX customer_reorder ON customer (tier_weight, reorder_on, id, dormant_on, "
        "deleted_at) WHERE deleted_at IS NULL AND reorder_on IS NOT NULL"
    ),
    (
        "CREATE INDEX customer_short_key ON customer (short_key) WHERE deleted_at IS NULL AND "
        "short_key IS NOT NULL"
    ),
    (
        "CREATE INDEX customer_solution_review ON customer (tier_weight, solution_review_on, id, "
        "dormant_on, deleted_at) WHERE deleted_at IS NULL AND solution_review_on IS NOT NULL"
    ),
    "CREATE INDEX customer_stage ON customer (stage) WHERE deleted_at IS NULL",
    "CREATE INDEX customer_tier ON customer (tier) WHERE deleted_at IS NULL",
    (
        "CREATE INDEX customer_touch ON customer (tier_weight, touch_due_on, id, dormant_on, "
        "deleted_at) WHERE deleted_at IS NULL AND touch_due_on IS NOT NULL"
    ),
    (
        "CREATE INDEX customer_unanswered ON customer (tier_weight, unanswered_on, id, "
        "deleted_at) WHERE deleted_at IS NULL AND unanswered_on IS NOT NULL"
    ),
    "CREATE INDEX customer_uscc ON customer (uscc) WHERE deleted_at IS NULL AND uscc IS NOT NULL",
    (
        "CREATE INDEX customer_value_review ON customer (tier_weight, value_review_on, id, "
        "dormant_on, deleted_at) WHERE deleted_at IS NULL AND value_review_on IS NOT NULL"
    ),
    (
        "CREATE INDEX customer_visit ON customer (tier_weight, visit_on, id, dormant_on, "
        "spend_until, visit_cadence, deleted_at) WHERE deleted_at IS NULL AND visit_on IS NOT "
        "NULL"
    ),
    (
        "CREATE INDEX customer_win_back ON customer (tier_weight, win_back_on, id, touch_due_on, "
        "deleted_at) WHERE deleted_at IS NULL AND win_back_on IS NOT NULL"
    ),
    (
        "CREATE UNIQUE INDEX customer_external_id ON customer (external_id) WHERE deleted_at IS "
        "NULL AND external_id IS NOT NULL"
    ),
    "CREATE UNIQUE INDEX segment_name ON segment (name_key) WHERE deleted_at IS NULL",
    "CREATE INDEX change_happened ON change (happened_on) WHERE happened_on IS NOT NULL",
    "CREATE INDEX change_range_rows ON change_range (row_table, first_id)",
    "CREATE INDEX contact_point_gone ON contact_point (customer_id) WHERE deleted_at IS NOT NULL",
    "CREATE INDEX field_value_gone ON field_value (customer_id) WHERE deleted_at IS NOT NULL",
    "CREATE INDEX person_gone ON person (customer_id) WHERE deleted_at IS NOT NULL",
    "CREATE INDEX tag_gone ON tag (customer_id) WHERE deleted_at IS NOT NULL",
    "CREATE INDEX tier_review_reviewed ON tier_review (reviewed_on) WHERE deleted_at IS NULL",
    "CREATE INDEX tier_standing_customer ON tier_standing (customer_id) WHERE deleted_at IS NULL",
    "CREATE INDEX tier_standing_review ON tier_standing (review_id) WHERE deleted_at IS NULL",
    (
        "CREATE INDEX need_complaint ON need (customer_id, received_at) WHERE deleted_at IS NULL "
        "AND kind = 'complaint'"
    ),
    "CREATE INDEX need_customer ON need (customer_id) WHERE deleted_at IS NULL",
    (
        "CREATE INDEX need_external_id ON need (external_id) WHERE deleted_at IS NULL AND "
        "external_id IS NOT NULL"
    ),
    (
        "CREATE INDEX need_feedback ON need (tier_weight, feedback_by, feedback_from, id, "
        "deleted_at) WHERE deleted_at IS NULL AND feedback_from IS NOT NULL"
    ),
    (
        "CREATE INDEX need_plan_confirm ON need (tier_weight, plan_confirm_on, id, deleted_at) "
        "WHERE deleted_at IS NULL AND plan_confirm_on IS NOT NULL"
    ),
    (
        "CREATE INDEX need_progress ON need (tier_weight, progress_on, id, deleted_at) WHERE "
        "deleted_at IS NULL AND progress_on IS NOT NULL"
    ),
    (
        "CREATE INDEX need_queue ON need (queue, red_at, score, new_until, spends_until, next_by,"
        " id, deleted_at) WHERE deleted_at IS NULL AND queue IS NOT NULL"
    ),
    "CREATE INDEX need_received ON need (received_at) WHERE deleted_at IS NULL",
    (
        "CREATE INDEX need_resolved ON need (resolved_at) WHERE deleted_at IS NULL AND "
        "resolved_at IS NOT NULL"
    ),
    (
        "CREATE INDEX need_respond ON need (tier_weight, respond_by, respond_from, id, "
        "deleted_at) WHERE deleted_at IS NULL AND respond_from IS NOT NULL"
    ),
    (
        "CREATE INDEX need_solve ON need (tier_weight, solve_by, solve_from, id, deleted_at) "
        "WHERE deleted_at IS NULL AND solve_from IS NOT NULL"
    ),
    (
        "CREATE INDEX customer_order_customer ON customer_order (customer_id, ordered_on) WHERE "
        "deleted_at IS NULL"
    ),
    (
        "CREATE INDEX customer_order_deal ON customer_order (deal_id) WHERE deleted_at IS NULL "
        "AND deal_id IS NOT NULL"
    ),
    (
        "CREATE INDEX customer_order_external_id ON customer_order (external_id) WHERE deleted_at"
        " IS NULL AND external_id IS NOT NULL"
    ),
    "CREATE INDEX customer_order_ordered ON customer_order (ordered_on) WHERE deleted_at IS NULL",
    (
        "CREATE INDEX customer_order_payment ON customer_order (tier_weight, payment_on, "
        "payment_from, id, deleted_at) WHERE deleted_at IS NULL AND payment_from IS NOT NULL"
    ),
    "CREATE INDEX survey_at ON survey (at) WHERE deleted_at IS NULL",
    "CREATE INDEX survey_customer ON survey (customer_id) WHERE deleted_at IS NULL",
    (
        "CREATE INDEX survey_external_id ON survey (external_id) WHERE deleted_at IS NULL AND "
        "external_id IS NOT NULL"
    ),
    (
        "CREATE INDEX survey_listed ON survey (tier_weight, listed_on, id, deleted_at) WHERE "
        "deleted_at IS NULL AND listed_on IS NOT NULL"
    ),
    "CREATE INDEX survey_need ON survey (need_id) WHERE deleted_at IS NULL AND need_id IS NOT NULL",
    "INSERT INTO key_range (row_table, next) VALUES ('segment', 1)",
    "INSERT INTO key_range (row_table, next) VALUES ('tier_review', 1)",
    "INSERT INTO key_range (row_table, next) VALUES ('tier_standing', 1)",
)


def upgrade() -> None:
    """Make the columns, tables, indexes and first keys."""
    for table, create in _REBUILT.items():
        rebuild(table, create, {})
    for statement in _NEW:
        op.execute(statement)
    _note_imports()


def _note_imports() -> None:
    """What is known to have come with a list says so: history makes no reminders (HANDBOOK §3).

    Not what was restored from another file, which was entered there in its own way.
    """
    connection = op.get_bind()
    ranges = connection.exec_driver_sql(
        "SELECT row_table, first_id, last_id, substr(at, 1, 10) FROM change_range "
        "JOIN change ON change.id = change_id WHERE action = 'insert' "
        "AND row_table IN ('customer_order', 'need', 'survey') "
        "AND command LIKE 'crm import %' AND command NOT LIKE '%--as all%'"
    ).fetchall()
    for table, first, last, day in ranges:
        connection.exec_driver_sql(
            f"UPDATE {table} SET imported_on = ? WHERE id BETWEEN ? AND ?", (day, first, last)
        )
