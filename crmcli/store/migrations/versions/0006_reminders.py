"""What reminders have said."""

from alembic import op

revision = "0006"
down_revision = "0005"

_NEW = (
    "CREATE TABLE reminder ( ref TEXT NOT NULL, channel TEXT NOT NULL, step TEXT NOT NULL, said_on TEXT NOT NULL, "
    "near TEXT NOT NULL, at TEXT NOT NULL, PRIMARY KEY (ref, channel) )"
)


def upgrade() -> None:
    """Make the table."""
    op.execute(_NEW)
