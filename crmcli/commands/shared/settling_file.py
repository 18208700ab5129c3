"""What `done` does to the items that belong to the whole file, such as `crm:kb-review` (CLI.md, JSON)."""

from collections.abc import Callable
from typing import NamedTuple

from crmcli.context import Context
from crmcli.errors import Forbidden, NotFound
from crmcli.locale import _, plural
from crmcli.rules.due import archive, article, tier_review
from crmcli.store import archive_due
from crmcli.store.changes import Change, record_event
from crmcli.store.due import within
from crmcli.store.tier_due import due_quarter


class Settled(NamedTuple):
    """How an item of the whole file is settled, and what that comes to, for people."""

    ref: str
    settle: Callable[[Change], None]
    outcome: str


def settler(crm: Context, text: str) -> Settled:
    """How the item is settled; NotFound when it is none, Forbidden when it is not due."""
    ref = text.strip().lower()
    if ref not in _ITEMS:
        raise NotFound("{text} is nothing that is due; crm due lists what is", text=text)
    return _ITEMS[ref](crm, ref)


def _articles(crm: Context, ref: str) -> Settled:
    """All articles have been read again (HANDBOOK §4)."""
    today = crm.today.isoformat()
    due = crm.db.row("first_article_review", until=today)
    if due is None or due["on"] is None:
        raise Forbidden(
            "{text} is not due; crm due --why {ref} says when it will be", text=ref, ref=ref
        )
    rows = crm.db.rows("all_articles", limit=-1)

    def settle(change: Change) -> None:
        for row in rows:
            change.update("article", row["id"], reviewed_on=today)

    said = plural("{n} article was read again.", "{n} articles were read again.", len(rows))
    return Settled(ref, settle, said.format(n=len(rows)))


def _archive(crm: Context, ref: str) -> Settled:
    """The quarter that waits is left as it is (HANDBOOK §10)."""
    over = archive.quarter_before(crm.today)
    span = within(over, crm.clock.zone)
    if not archive_due.is_due(crm.db, span):
        raise Forbidden(
            "{text} is not due; crm due --why {ref} says when it will be", text=ref, ref=ref
        )

    def settle(change: Change) -> None:
        archive_due.note_settled(change.db, span)
        record_event(change.db, change.author.at, change.author.actor, archive_due.SETTLED, over.name)  # fmt: skip

    said = _("{period} is settled; what of it is not archived stays in: crm archive --due")
    return Settled(ref, settle, said.format(period=over.name))


def _tier_review(crm: Context, ref: str) -> Settled:
    """The tiers are looked at, and left as they are (HANDBOOK §7)."""
    found = due_quarter(crm.db, crm.today, crm.today, crm.clock.zone)
    if found is None:
        raise Forbidden(
            "{text} is not due; crm due --why {ref} says when it will be", text=ref, ref=ref
        )
    from crmcli.store.tiering import record

    quarter, _begins = found

    def settle(change: Change) -> None:
        record(change, crm.today)

    said = _("The tiers are reviewed for {quarter}; none was changed.")
    return Settled(ref, settle, said.format(quarter=quarter.name))


_ITEMS = {article.REF: _articles, archive.REF: _archive, tier_review.REF: _tier_review}
