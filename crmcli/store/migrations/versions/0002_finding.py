"""Finding records, silence noticed, key dates; a chat's excerpt beside a contact."""

from alembic import op

from crmcli.store.migrations.rebuilding import rebuild

revision = "0002"
down_revision = "0001"

_VALUES = {
    "customer": {"tier_weight": "touch_weight"},
    "task": {"tier_weight": "weight"},
    # What was already history when it was entered awaits no answer.
    "interaction": {
        "awaits_answer": "direction <> 'in' AND two_way = 0 AND channel IN ('email', 'wechat', 'wecom', 'message') "
        "AND contacted_on >= date(entered_at, '-30 days')"
    },
}
_TABLES = {
    "customer": (
        "CREATE TABLE customer ( id INTEGER NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL, name_key TEXT NOT NULL, "
        "short_name TEXT, short_key TEXT, stage TEXT NOT NULL, tier TEXT, industry TEXT, size TEXT, city TEXT, address "
        "TEXT, uscc TEXT, source TEXT, referred_by INTEGER, since TEXT, prefer TEXT, note TEXT, cadence TEXT, "
        "visit_cadence TEXT, do_not_contact INTEGER NOT NULL, retired_on TEXT, priority INTEGER NOT NULL, loss_reason "
        "TEXT, external_id TEXT, agreed_on TEXT, agreed_at TEXT, snooze_until TEXT, snooze_at TEXT, snooze_after "
        "INTEGER, first_touch_on TEXT, win_back_done_for TEXT, unanswered_done_id INTEGER, added_on TEXT NOT NULL, "
        "created_at TEXT NOT NULL, deleted_at TEXT, last_contact_id INTEGER, last_contact_on TEXT, last_contact_at "
        "TEXT, last_contact_channel TEXT, last_activity_on TEXT, intent TEXT, began_on TEXT, promised_on TEXT, "
        "snoozed_until TEXT, next_touch_on TEXT, touch_due_on TEXT, tier_weight INTEGER NOT NULL, dormant_on TEXT, "
        "win_back_on TEXT, unanswered_on TEXT, unanswered_id INTEGER, PRIMARY KEY (id), FOREIGN KEY(referred_by) "
        "REFERENCES customer (id) )"
    ),
    "interaction": (
        "CREATE TABLE interaction ( id INTEGER NOT NULL, customer_id INTEGER NOT NULL, at TEXT NOT NULL, contacted_on "
        "TEXT NOT NULL, channel TEXT NOT NULL, direction TEXT NOT NULL, two_way INTEGER NOT NULL, awaits_answer INTEGER"
        " NOT NULL, minutes INTEGER, no_answer INTEGER NOT NULL, summary TEXT, feedback TEXT, agreed TEXT, excerpt "
        "TEXT, intent TEXT, promised_on TEXT, stage TEXT, care INTEGER NOT NULL, cost INTEGER, signed INTEGER NOT NULL,"
        " external_id TEXT, entered_at TEXT NOT NULL, deleted_at TEXT, PRIMARY KEY (id), FOREIGN KEY(customer_id) "
        "REFERENCES customer (id) )"
    ),
    "task": (
        "CREATE TABLE task ( id INTEGER NOT NULL, customer_id INTEGER NOT NULL, interaction_id INTEGER, kind TEXT NOT "
        "NULL, text TEXT NOT NULL, owner TEXT, due_on TEXT NOT NULL, due_time TEXT, snoozed_until TEXT, done_at TEXT, "
        "done_on TEXT, result TEXT, priority INTEGER NOT NULL, external_id TEXT, created_at TEXT NOT NULL, deleted_at "
        "TEXT, listed_on TEXT, tier_weight INTEGER NOT NULL, PRIMARY KEY (id), FOREIGN KEY(customer_id) REFERENCES "
        "customer (id), FOREIGN KEY(interaction_id) REFERENCES interaction (id) )"
    ),
}
_MORE = (
    (
        "CREATE TABLE search_document ( id INTEGER NOT NULL, names TEXT, sound TEXT, initials TEXT, prose TEXT, PRIMARY"
        " KEY (id) )"
    ),
    (
        "CREATE TABLE key_date ( id INTEGER NOT NULL, customer_id INTEGER NOT NULL, person_id INTEGER, kind TEXT NOT "
        "NULL, day TEXT NOT NULL, note TEXT, lead_days INTEGER, done_on TEXT, snoozed_until TEXT, added_on TEXT NOT "
        "NULL, external_id TEXT, created_at TEXT NOT NULL, deleted_at TEXT, next_on TEXT, listed_on TEXT, tier_weight "
        "INTEGER NOT NULL, PRIMARY KEY (id), FOREIGN KEY(customer_id) REFERENCES customer (id), FOREIGN KEY(person_id) "
        "REFERENCES person (id) )"
    ),
    "CREATE INDEX key_date_customer ON key_date (customer_id) WHERE deleted_at IS NULL",
    (
        "CREATE INDEX key_date_listed ON key_date (tier_weight, listed_on, next_on, id, deleted_at) WHERE deleted_at IS"
        " NULL AND listed_on IS NOT NULL"
    ),
    (
        "CREATE VIRTUAL TABLE search_index USING fts5(names, sound, initials, prose, content='search_document', "
        "content_rowid='id', columnsize=0, tokenize='ascii')"
    ),
    "INSERT INTO key_range (row_table, next) VALUES ('key_date', 1)",
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
        "CREATE INDEX customer_unanswered ON customer (tier_weight, unanswered_on, id, deleted_at) WHERE deleted_at IS "
        "NULL AND unanswered_on IS NOT NULL"
    ),
    "CREATE INDEX customer_uscc ON customer (uscc) WHERE deleted_at IS NULL AND uscc IS NOT NULL",
    (
        "CREATE INDEX customer_win_back ON customer (tier_weight, win_back_on, id, touch_due_on, deleted_at) WHERE "
        "deleted_at IS NULL AND win_back_on IS NOT NULL"
    ),
    (
        "CREATE UNIQUE INDEX customer_external_id ON customer (external_id) WHERE deleted_at IS NULL AND external_id IS"
        " NOT NULL"
    ),
    (
        "CREATE INDEX interaction_awaiting ON interaction (customer_id, at) WHERE deleted_at IS NULL AND awaits_answer "
        "= 1"
    ),
    "CREATE INDEX interaction_customer ON interaction (customer_id, at) WHERE deleted_at IS NULL",
    (
        "CREATE INDEX interaction_external_id ON interaction (external_id) WHERE deleted_at IS NULL AND external_id IS "
        "NOT NULL"
    ),
    (
        "CREATE INDEX interaction_intent ON interaction (customer_id, at) WHERE deleted_at IS NULL AND intent IS NOT "
        "NULL"
    ),
    (
        "CREATE INDEX interaction_promise ON interaction (customer_id, id) WHERE deleted_at IS NULL AND promised_on IS "
        "NOT NULL"
    ),
    "CREATE INDEX interaction_two_way ON interaction (customer_id, at) WHERE deleted_at IS NULL AND two_way = 1",
    "CREATE INDEX task_customer ON task (customer_id) WHERE deleted_at IS NULL",
    "CREATE INDEX task_interaction ON task (interaction_id) WHERE deleted_at IS NULL AND interaction_id IS NOT NULL",
    (
        "CREATE INDEX task_listed ON task (kind, tier_weight, listed_on, done_at, deleted_at) WHERE deleted_at IS NULL "
        "AND done_at IS NULL"
    ),
)


def upgrade() -> None:
    """Rebuild the tables that have new columns, and make what is new."""
    for table, create in _TABLES.items():
        rebuild(table, create, _VALUES[table])
    for statement in _MORE:
        op.execute(statement)
