"""Consent of people, the dossiers that were sealed, and what reminders have said."""

from alembic import op

from crmcli.store.migrations.rebuilding import rebuild

revision = "0005"
down_revision = "0004"

_REBUILT = {
    "customer": (
        "CREATE TABLE customer ( id INTEGER NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL, name_key TEXT NOT "
        "NULL, short_name TEXT, short_key TEXT, stage TEXT NOT NULL, tier TEXT, industry TEXT, size TEXT, city "
        "TEXT, address TEXT, uscc TEXT, source TEXT, referred_by INTEGER, since TEXT, prefer TEXT, note TEXT, "
        "cadence TEXT, visit_cadence TEXT, do_not_contact INTEGER NOT NULL, retired_on TEXT, priority INTEGER NOT "
        "NULL, loss_reason TEXT, consent TEXT, consent_on TEXT, consent_source TEXT, consent_scope TEXT, "
        "external_id TEXT, agreed_on TEXT, agreed_at TEXT, snooze_until TEXT, snooze_at TEXT, snooze_after "
        "INTEGER, first_touch_on TEXT, win_back_done_for TEXT, unanswered_done_id INTEGER, added_on TEXT NOT "
        "NULL, created_at TEXT NOT NULL, deleted_at TEXT, last_contact_id INTEGER, last_contact_on TEXT, "
        "last_contact_at TEXT, last_contact_channel TEXT, last_activity_on TEXT, intent TEXT, began_on TEXT, "
        "promised_on TEXT, snoozed_until TEXT, next_touch_on TEXT, touch_due_on TEXT, tier_weight INTEGER NOT "
        "NULL, dormant_on TEXT, win_back_on TEXT, unanswered_on TEXT, unanswered_id INTEGER, open_needs INTEGER "
        "NOT NULL, ask_on TEXT, ask_kind TEXT, PRIMARY KEY (id), FOREIGN KEY(referred_by) REFERENCES customer "
        "(id) )"
    ),
    "person": (
        "CREATE TABLE person ( id INTEGER NOT NULL, customer_id INTEGER NOT NULL, name TEXT NOT NULL, title TEXT, "
        "roles TEXT, key_person INTEGER NOT NULL, concern TEXT, preferences TEXT, note TEXT, consent TEXT, "
        "consent_on TEXT, consent_source TEXT, consent_scope TEXT, left_on TEXT, priority INTEGER NOT NULL, "
        "external_id TEXT, created_at TEXT NOT NULL, deleted_at TEXT, PRIMARY KEY (id), FOREIGN KEY(customer_id) "
        "REFERENCES customer (id) )"
    ),
}
_NEW = (
    (
        "CREATE TABLE reminder ( ref TEXT NOT NULL, channel TEXT NOT NULL, step TEXT NOT NULL, said_on TEXT NOT "
        "NULL, near TEXT NOT NULL, at TEXT NOT NULL, PRIMARY KEY (ref, channel) )"
    ),
    (
        "CREATE TABLE dossier ( id INTEGER NOT NULL, customer_id INTEGER NOT NULL, period TEXT NOT NULL, first_on "
        "TEXT NOT NULL, last_on TEXT NOT NULL, path TEXT NOT NULL, digest TEXT NOT NULL, sealed_at TEXT NOT NULL, "
        "erased_at TEXT, is_behind INTEGER NOT NULL, PRIMARY KEY (id) )"
    ),
    (
        "CREATE INDEX customer_ask ON customer (tier_weight, ask_on, id, dormant_on, deleted_at) WHERE deleted_at "
        "IS NULL AND ask_on IS NOT NULL"
    ),
    ("CREATE INDEX customer_city ON customer (city) WHERE deleted_at IS NULL"),
    ("CREATE INDEX customer_industry ON customer (industry) WHERE deleted_at IS NULL"),
    ("CREATE INDEX customer_last_contact ON customer (last_contact_at) WHERE deleted_at IS NULL"),
    ("CREATE INDEX customer_name_key ON customer (name_key) WHERE deleted_at IS NULL"),
    (
        "CREATE INDEX customer_short_key ON customer (short_key) WHERE deleted_at IS NULL AND short_key IS NOT "
        "NULL"
    ),
    ("CREATE INDEX customer_stage ON customer (stage) WHERE deleted_at IS NULL"),
    ("CREATE INDEX customer_tier ON customer (tier) WHERE deleted_at IS NULL"),
    (
        "CREATE INDEX customer_touch ON customer (tier_weight, touch_due_on, id, dormant_on, deleted_at) WHERE "
        "deleted_at IS NULL AND touch_due_on IS NOT NULL"
    ),
    (
        "CREATE INDEX customer_unanswered ON customer (tier_weight, unanswered_on, id, deleted_at) WHERE "
        "deleted_at IS NULL AND unanswered_on IS NOT NULL"
    ),
    ("CREATE INDEX customer_uscc ON customer (uscc) WHERE deleted_at IS NULL AND uscc IS NOT NULL"),
    (
        "CREATE INDEX customer_win_back ON customer (tier_weight, win_back_on, id, touch_due_on, deleted_at) "
        "WHERE deleted_at IS NULL AND win_back_on IS NOT NULL"
    ),
    (
        "CREATE UNIQUE INDEX customer_external_id ON customer (external_id) WHERE deleted_at IS NULL AND "
        "external_id IS NOT NULL"
    ),
    ("CREATE INDEX change_at ON change (at)"),
    ("CREATE INDEX dossier_behind ON dossier (first_on) WHERE is_behind = 1"),
    ("CREATE INDEX dossier_customer ON dossier (customer_id, first_on)"),
    ("CREATE INDEX dossier_first ON dossier (first_on)"),
    ("CREATE INDEX person_customer ON person (customer_id) WHERE deleted_at IS NULL"),
)


def upgrade() -> None:
    """Make the columns and the table."""
    for table, create in _REBUILT.items():
        rebuild(table, create, {})
    for statement in _NEW:
        op.execute(statement)
