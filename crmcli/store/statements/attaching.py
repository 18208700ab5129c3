"""Attached files: what is attached to a record, and whether anybody still names bytes (HANDBOOK §1)."""

from sqlalchemy import bindparam, exists, func, literal, select
from sqlalchemy.sql.base import Executable

from crmcli.store.statements.tables import attachment, columns_of, is_live, of_customers


def attaching() -> dict[str, Executable]:
    """All of them, by name."""
    of_record = (
        attachment.row_table == bindparam("row_table"),
        attachment.row_id == bindparam("row_id"),
    )
    return {
        "attachments_of_record": select(*columns_of(attachment))
        .where(is_live(attachment), *of_record)
        .order_by(attachment.id),
        "attachments_of": of_customers(attachment, attachment.id),
        "attached_digests": select(
            func.min(attachment.id).label("id"),
            attachment.digest,
            func.min(attachment.size).label("size"),
        )
        .where(is_live(attachment))
        .group_by(attachment.digest)
        .order_by(func.min(attachment.id)),
        "named_digests": select(attachment.digest, func.min(attachment.size).label("size"))
        .group_by(attachment.digest)
        .order_by(attachment.digest),
        # deleted ones, too, for undo brings them back
        "digest_is_named": select(
            exists(select(literal(1)).where(attachment.digest == bindparam("digest"))).label(
                "found"
            )
        ),
    }
