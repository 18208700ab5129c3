"""How a need stands: its clocks, its waiting, its plan, from what happened to it (HANDBOOK §4)."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from crmcli.rules.contacts import answers_need
from crmcli.rules.deadlines import Deadline, Deadlines, Pause, deadlines
from crmcli.rules.rulebook import Rulebook
from crmcli.rules.service import states

_SECOND = timedelta(seconds=1)

QUEUE = {None: 0, "urgent": 1, "important": 2, "routine": 3}
"""The place of each urgency in the triage queue, untriaged first."""

MEETS_FEEDBACK = ("sent", "scheduled", "resolved")
_ENDS_WAITING = ("resumed", "resolved", "declined")
_BEFORE_ALL = -1  # a contact entered before the need itself may be the answer to it


class Event(NamedTuple):
    """What happened; `after_contact` is the newest contact's key when it was entered, to order what is of one instant."""

    kind: str
    at: datetime
    after_contact: int = 0
    answered_at: datetime | None = None  # of waiting: the customer's next contact


class Contact(NamedTuple):
    """A contact about the need."""

    key: int
    at: datetime
    channel: str
    direction: str
    no_answer: bool


class Case(NamedTuple):
    """What is known of a need; events and contacts in the order in which they happened."""

    kind: str | None
    urgency: str | None
    status: str
    received_at: datetime
    tier: str | None = None
    events: Sequence[Event] = ()
    contacts: Sequence[Contact] = ()
    levels: Sequence[int] = ()


class Round(NamedTuple):
    """The time from when the clocks began until they begin anew, and what met them."""

    began_at: datetime
    responded_at: datetime | None
    feedback_at: datetime | None
    resolved_at: datetime | None
    pauses: Sequence[Pause]
    sent_at: datetime | None
    agreed_at: datetime | None


class Clock(NamedTuple):
    """One clock of a need: by when, from when yellow, when met, and from when it is listed (None = it is not)."""

    by: datetime | None = None
    yellow_at: datetime | None = None
    met_at: datetime | None = None
    listed_from: datetime | None = None


class Standing(NamedTuple):
    """How a need stands now. `red_at` and `yellow_at` are those of the clocks that are not met: what stands still in
    time stays in time."""

    round: Round
    times_reopened: int
    waiting_since: datetime | None
    respond: Clock
    feedback: Clock
    solve: Clock
    yellow_at: datetime | None
    red_at: datetime | None
    next_by: datetime | None
    next_clock: str | None
    plan_confirm_on: date | None
    progress_on: date | None
    level: int

    @property
    def clocks(self) -> dict[str, Clock]:
        """The three clocks by name."""
        return {"respond": self.respond, "feedback": self.feedback, "solve": self.solve}


def rounds(case: Case) -> list[Round]:
    """Every round of a need: the first from when it was received, one more from each time it was reopened."""
    starts = [Event("received", case.received_at, _BEFORE_ALL)]
    events: list[list[Event]] = [[]]
    for event in case.events:
        if event.kind == "reopened":
            starts.append(event)
            events.append([])
        else:
            events[-1].append(event)
    ends = [*starts[1:], None]
    return [_round(case, *one) for one in zip(starts, ends, events, strict=True)]


def _round(case: Case, start: Event, end: Event | None, events: Sequence[Event]) -> Round:
    answered = (
        max(contact.at, start.at)
        for contact in case.contacts
        if answers_need(contact.channel, contact.direction, contact.no_answer)
        and (start.after_contact == _BEFORE_ALL or _is_later(contact, start))
        and not (end and _is_later(contact, end))
    )
    kinds = [event.kind for event in events]
    sent = _last(kinds, "sent")
    agreed = _last(kinds, "agreed")
    resolved = _last(kinds, "resolved")
    return Round(
        began_at=start.at,
        responded_at=min(answered, default=None),
        feedback_at=min((one.at for one in events if one.kind in MEETS_FEEDBACK), default=None),
        resolved_at=events[resolved].at if resolved is not None else None,
        pauses=_pauses(events, end),
        sent_at=events[sent].at if sent is not None else None,
        agreed_at=events[agreed].at
        if agreed is not None and agreed > (-1 if sent is None else sent)
        else None,
    )


def _is_later(contact: Contact, event: Event) -> bool:
    return (contact.at, contact.key) > (event.at, event.after_contact)


def _last(kinds: Sequence[str], kind: str) -> int | None:
    return max((place for place, one in enumerate(kinds) if one == kind), default=None)


def _pauses(events: Sequence[Event], end: Event | None) -> list[Pause]:
    pauses: list[Pause] = []
    for place, event in enumerate(events):
        if event.kind == "waiting":
            ends = [later.at for later in events[place + 1 :] if later.kind in _ENDS_WAITING]
            ends += [event.answered_at] if event.answered_at else []
            ends += [end.at] if end else []
            pauses.append((event.at, min(ends, default=None)))
    return pauses


def standing(case: Case, book: Rulebook) -> Standing:
    """How the need stands, by the numbers and the calendar of `book`."""
    every = rounds(case)
    now = every[-1]
    is_open = case.status in states.OPEN
    waiting = (
        next((since for since, until in now.pauses if until is None), None) if is_open else None
    )
    met = {"respond": now.responded_at, "feedback": now.feedback_at, "solve": now.resolved_at}
    without_pauses = _deadlines(case, now, (), book)
    clocks = {}
    for name, met_at in met.items():
        pauses = _pauses_until(now, met_at)
        found = _deadlines(case, now, pauses, book) if pauses else without_pauses
        is_still = waiting if name != "respond" else None
        clocks[name] = _clock(getattr(found, name), met_at, is_open, is_still)
    running = {
        name: clock for name, clock in clocks.items() if is_open and clock.by and not clock.met_at
    }
    still = {name: waiting if name != "respond" else None for name in running}
    yellow = [
        c.yellow_at for n, c in running.items() if c.yellow_at and _counts(c.yellow_at, still[n])
    ]
    red = [c.by + _SECOND for n, c in running.items() if c.by and _counts(c.by, still[n])]
    first = min(running, key=lambda name: running[name].by or now.began_at, default=None)
    return Standing(
        round=now,
        times_reopened=len(every) - 1,
        waiting_since=waiting,
        **clocks,
        yellow_at=min(yellow, default=None),
        red_at=min(red, default=None),
        next_by=running[first].by if first else None,
        next_clock=first,
        plan_confirm_on=_plan_confirm_on(case, now, book) if is_open and not waiting else None,
        progress_on=_progress_on(case, now, book) if not waiting else None,
        level=max((2 if case.kind == "complaint" else 0, *case.levels)),
    )


def _pauses_until(now: Round, met_at: datetime | None) -> list[Pause]:
    """The pauses that move a clock. What stands still once it is met moves it no more; and while the need waits, its
    deadlines are those of the moment it began to, for time does not pass."""
    return [
        (since, min(filter(None, (until, met_at))))
        for since, until in now.pauses
        if (until or met_at) and (met_at is None or since < met_at)
    ]


def _deadlines(case: Case, now: Round, pauses: Sequence[Pause], book: Rulebook) -> Deadlines:
    service = book.service.of(case.tier)
    kind = case.kind or ""
    return deadlines(
        now.began_at, case.urgency, kind, service, book.work_clock, pauses, now.began_at
    )


def _counts(at: datetime, waiting: datetime | None) -> bool:
    """What stands still turns neither yellow nor red any more."""
    return waiting is None or at < waiting


def _clock(
    deadline: Deadline | None, met: datetime | None, is_open: bool, waiting: datetime | None
) -> Clock:
    if deadline is None:
        return Clock(met_at=met)
    runs = is_open and met is None
    # Late already, it is listed though it waits; otherwise nothing can be done but wait.
    listed = runs and (waiting is None or deadline.by < waiting)
    return Clock(deadline.by, deadline.yellow_at, met, deadline.yellow_at if listed else None)


def _plan_confirm_on(case: Case, now: Round, book: Rulebook) -> date | None:
    if now.sent_at is None or now.agreed_at:
        return None
    day = book.service.plan_confirm.after(book.local_day(now.sent_at), book.calendar)
    return book.rolled(day)


def _progress_on(case: Case, now: Round, book: Rulebook) -> date | None:
    if case.status != "in_progress":
        return None
    told = [
        event.at for event in case.events if event.kind in ("agreed", "started", "told", "sent")
    ]
    told += [
        contact.at
        for contact in case.contacts
        if answers_need(contact.channel, contact.direction, contact.no_answer)
    ]
    last = max((now.began_at, *told))
    return book.rolled(book.service.progress.after(book.local_day(last), book.calendar))
