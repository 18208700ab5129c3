"""What an imported state of a need says has happened to it (CLI.md, Import; HANDBOOK §4).

A list tells how a need stood when it was written, not what happened since. So a state that lies behind the one
already known is no news, and an open state with a day of solution was taken up again after it.
"""

from typing import NamedTuple

from crmcli.rules.service import states

WAITING = "waiting"
_RANK = {"received": 0, "triaged": 1, "planned": 2, "scheduled": 3, "in_progress": 4}
_SOLVED = ("resolved", "confirmed")


class Brought(NamedTuple):
    """What a row says: a state of HANDBOOK §4 or None, and the stored instant of the solution, if it names one."""

    status: str | None = None
    resolved_at: str | None = None

    @property
    def says(self) -> str | None:
        """The state; a day of solution alone says that it is solved."""
        return self.status or ("resolved" if self.resolved_at else None)


class Known(NamedTuple):
    """How a known need stands: its stored state, and what its events say."""

    status: str
    is_waiting: bool = False
    times_reopened: int = 0
    resolved_at: str | None = None  # the last time, whether it was reopened since or not


class Step(NamedTuple):
    """What happened, and the instant."""

    kind: str
    at: str


class Outcome(NamedTuple):
    """The state to store, and what is to be written down in this order."""

    status: str
    steps: tuple[Step, ...] = ()


def of_new(brought: Brought, urgency: str | None, received_at: str, now: str) -> Outcome:
    """The state of a need that was not known, and what has happened to it by `now`."""
    status = brought.says or ("triaged" if urgency else "received")
    resolved_at = brought.resolved_at
    if status in _SOLVED:
        # Solved nobody knows when, it is closed, and measured by nobody (CLI.md: no data = null).
        return Outcome(status, _solved(status, resolved_at) if resolved_at else ())
    if status == "declined":
        return Outcome(status, (Step("declined", resolved_at or now),))
    steps: list[Step] = []
    if resolved_at:
        steps = [Step("resolved", resolved_at), Step("reopened", resolved_at)]
    elif status == "reopened":
        steps = [Step("reopened", received_at)]
    if status == WAITING:
        return Outcome("in_progress", (*steps, Step(WAITING, now)))
    return Outcome(status, tuple(steps))


def of_known(known: Known, brought: Brought, urgency: str | None, now: str) -> Outcome:
    """What is news about a known need; `urgency` is the one it now has."""
    status = brought.says
    if status is None:
        is_triaged = known.status == "received" and urgency is not None
        return Outcome("triaged" if is_triaged else known.status)
    if known.status in states.OPEN:
        return _of_open(known, status, brought.resolved_at, now)
    if status == "reopened":
        # Solved again since the list was written, it stays so.
        is_news = (
            brought.resolved_at == known.resolved_at
            if brought.resolved_at
            else known.times_reopened == 0
        )
        return Outcome("reopened", (Step("reopened", now),)) if is_news else Outcome(known.status)
    if known.status in _SOLVED and known.resolved_at is None and brought.resolved_at:
        after = "confirmed" if status == "confirmed" else known.status
        return Outcome(after, _solved(after, brought.resolved_at)[: 1 + (after != known.status)])
    if known.status == "resolved" and status == "confirmed":
        return Outcome(status, (Step("confirmed", now),))
    if known.status == "declined" and status in _SOLVED:
        return Outcome(status, _solved(status, brought.resolved_at or now))
    return Outcome(known.status)


def _of_open(known: Known, status: str, resolved_at: str | None, now: str) -> Outcome:
    if status in _SOLVED:
        return Outcome(status, _solved(status, resolved_at or now))
    if status == "declined":
        return Outcome(status, (Step("declined", resolved_at or now),))
    steps: list[Step] = []
    after = known.status
    if resolved_at and known.resolved_at is None:
        steps = [Step("resolved", resolved_at), Step("reopened", resolved_at)]
        after = "reopened"
    elif status == "reopened" and known.status != "reopened" and known.times_reopened == 0:
        steps = [Step("reopened", now)]
        after = "reopened"
    is_further = _RANK.get(status, -1) > _RANK.get(known.status, 0)
    if is_further:
        after = status
    if status == WAITING and not known.is_waiting:
        steps.append(Step(WAITING, now))
    elif known.is_waiting and (is_further or status == "in_progress"):
        steps.append(Step("resumed", now))
    return Outcome(after, tuple(steps))


def _solved(status: str, at: str) -> tuple[Step, ...]:
    solved = Step("resolved", at)
    return (solved, Step("confirmed", at)) if status == "confirmed" else (solved,)
