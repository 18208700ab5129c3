"""The triage queue (HANDBOOK §4)."""

from sqlalchemy import (
    bindparam,
    case,
    func,
    literal,
    select,
)

from crmcli.store.statements.tables import is_live, need

NEW, SPENDING = 10, 10
"""What customers who are new, or spend much, add to a need's score; rules/service/score.py has it too, and a test
holds them equal."""

_queue_score = (
    need.score
    + case((need.new_until >= bindparam("today"), literal(NEW)), else_=0)
    + case((need.spends_until >= bindparam("today"), literal(SPENDING)), else_=0)
)
queue = (
    select(need.id)
    .where(is_live(need), need.queue.is_not(None))
    .order_by(
        need.queue != 0,
        func.coalesce(need.red_at > bindparam("now"), literal(1)),
        need.queue,
        _queue_score.desc(),
        need.next_by.is_(None),
        need.next_by,
        need.id,
    )
    .limit(bindparam("limit"))
)
"""The open needs: untriaged first, then red, urgency, score, deadline (HANDBOOK §4), by an index alone."""
