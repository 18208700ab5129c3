"""The search index is a sieve: it knows stretches of three signs, and the documents beside it are kept uncut (decision 11).

Making the documents and the index anew is left to whoever migrates, for it is done after every migration.
"""

from alembic import op

revision = "0008"
down_revision = "0007"

_MADE = (
    "DROP TABLE search_index",
    "DROP TABLE search_document",
    (
        "CREATE TABLE search_document ( id INTEGER NOT NULL, names TEXT, sound TEXT, initials TEXT, prose TEXT, PRIMARY"
        " KEY (id) )"
    ),
    (
        "CREATE VIRTUAL TABLE search_index USING fts5(names, sound, initials, prose, content='search_document', "
        "content_rowid='id', columnsize=0, detail=none, tokenize='trigram case_sensitive 1')"
    ),
)


def upgrade() -> None:
    """Drop what held the terms, and make what holds the texts."""
    for statement in _MADE:
        op.execute(statement)
