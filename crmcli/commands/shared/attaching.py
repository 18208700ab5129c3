"""Attaching files to records: the bytes first, then the row that names them (HANDBOOK §1)."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

from crmcli.context import Context
from crmcli.store import attached_files
from crmcli.store.attached_files import Draft
from crmcli.store.changes import Change, check
from crmcli.store.database import Row


@contextmanager
def taken(crm: Context, files: Sequence[str], dry_run: bool) -> Iterator[list[Draft]]:
    """The files read whole, and copied beside the data unless nothing is to be changed; gone again unless they are kept.

    The file must be open for writing. Nobody else is kept waiting while they are read: what was read of the file before may
    have changed afterwards.
    """
    with ExitStack() as until_done:
        with crm.waiting_for_a_person():
            drafts = [
                until_done.enter_context(attached_files.taken(crm.path, file, copying=not dry_run))
                for file in files
            ]
        for draft in drafts:
            check("attachment", {"name": draft.name})
        yield drafts


def attach(
    crm: Context, change: Change, draft: Draft, table: str, row: Row | dict[str, Any], note: str | None = None
) -> int:  # fmt: skip
    """Inside a change: keep the bytes, and name them as belonging to a row; the key of the attachment."""
    if draft.path is not None:
        attached_files.keep(crm.path, draft)
    return change.insert(
        "attachment",
        customer_id=row["id"] if table == "customer" else dict(row).get("customer_id"),
        row_table=table,
        row_id=row["id"],
        name=draft.name,
        digest=draft.digest,
        size=draft.size,
        note=note,
        attached_on=crm.today.isoformat(),
        created_at=change.author.at,
    )
