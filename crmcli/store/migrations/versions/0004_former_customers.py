"""What a customer was known by before it was merged into another."""

from alembic import op

revision = "0004"
down_revision = "0003"

_NEW = (
    (
        "CREATE TABLE former_customer ( id INTEGER NOT NULL, customer_id INTEGER NOT NULL, former_id INTEGER NOT "
        "NULL, name TEXT NOT NULL, name_key TEXT NOT NULL, short_name TEXT, short_key TEXT, city TEXT, uscc TEXT, "
        "external_id TEXT, merged_at TEXT NOT NULL, deleted_at TEXT, PRIMARY KEY (id), FOREIGN KEY(customer_id) "
        "REFERENCES customer (id) )"
    ),
    "CREATE INDEX former_customer_customer ON former_customer (customer_id) WHERE deleted_at IS NULL",
    (
        "CREATE INDEX former_customer_external_id ON former_customer (external_id) WHERE deleted_at IS NULL AND "
        "external_id IS NOT NULL"
    ),
    "CREATE INDEX former_customer_former ON former_customer (former_id) WHERE deleted_at IS NULL",
    "CREATE INDEX former_customer_name_key ON former_customer (name_key) WHERE deleted_at IS NULL",
    (
        "CREATE INDEX former_customer_short_key ON former_customer (short_key) WHERE deleted_at IS NULL AND "
        "short_key IS NOT NULL"
    ),
    (
        "CREATE INDEX former_customer_uscc ON former_customer (uscc) WHERE deleted_at IS NULL AND uscc IS NOT NULL"
    ),
    "INSERT INTO key_range (row_table, next) VALUES ('former_customer', 1)",
)


def upgrade() -> None:
    """Make the table, its indexes and its first key."""
    for statement in _NEW:
        op.execute(statement)
