"""`crm due --ics`: what is due as a calendar that is kept fresh: what moved moves, what is settled is cancelled."""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

from crmcli.commands.shared import due_items
from crmcli.commands.shared.records import privacy
from crmcli.commands.shared.reminding import with_masked_people
from crmcli.context import Context
from crmcli.exchange.calendar_in import day_of, events_in
from crmcli.exchange.calendar_out import CalendarWriter, Event, plain_text, uid_of
from crmcli.exchange.out_file import OutFile, refuse_out_place
from crmcli.locale import _
from crmcli.output import words
from crmcli.rules.due import DueItem
from crmcli.rules.due.lateness import is_lateness
from crmcli.rules.reminding import NEAR
from crmcli.rules.said import typed
from crmcli.rules.workclock import Hours
from crmcli.store.due import Question
from crmcli.store.due import due_items as top_due
from crmcli.store.records import created_at_of

_SAID_BY_KIND = {
    "respond", "feedback", "solve", "plan-confirm", "progress", "promise", "amends", "quote", "deal", "payment", "renewal",
    "contract-review", "risk",
}  # fmt: skip
"""Kinds that are titled by what somebody wrote, which does not say what is to be done about it."""

_REMEMBERED = timedelta(days=60)
"""So long after its day what is settled stays in the file as cancelled, for calendars that look seldom."""


def write(crm: Context, asked: Question, place: str, reveal: bool) -> int:
    """Write what is due to the calendar at `place`; how many entries. A file that says the same already is left alone."""
    beside = [crm.path + ending for ending in ("", "-wal", "-shm", "-journal", "-notify")]
    refuse_out_place(place, beside, "--ics")
    path = Path(os.path.realpath(Path(place).expanduser()))
    items = top_due(crm.db, asked, crm.settings.policy(), crm.settings.tiers())
    earlier = events_in(path) if path.is_file() else {}
    present = {event.uid: event for event in _events(crm, items, reveal)}
    whole = [_renewed(event, earlier.get(event.uid)) for event in present.values()]
    whole += _cancelled(earlier, present, crm.today)
    if _bare(whole) != _bare(earlier.values()) or not path.is_file():
        _write(crm, place, whole)
    return len(present)


def _write(crm: Context, place: str, events: Sequence[Event]) -> None:
    with OutFile(place) as out:
        writer = CalendarWriter(out.write, crm.clock.now, _("crm: due"))
        for event in events:
            writer.add(event)
        writer.close()


def _events(crm: Context, items: Sequence[DueItem], reveal: bool) -> Iterator[Event]:
    mask = privacy(crm, reveal, leaving=True)
    morning, _noon = Hours.read(crm.settings.get("calendar.hours")).stretches[0]
    for item in with_masked_people(crm, items, mask):
        shown = due_items.masked(item, mask)
        at = shown.due_at or (
            crm.clock.at(shown.due_on, shown.due_time) if shown.due_time else shown.due_on
        )
        what = words.title(shown.title, crm.today)
        if shown.kind in _SAID_BY_KIND and isinstance(shown.title, str):
            what = _("{kind}: {about}").format(kind=words.due_kind(shown.kind), about=what)
        who = shown.customer["name"] if shown.customer else ""
        record = shown.ref.partition(":")[0]
        why = [part for part in shown.why if not is_lateness(part)]  # which a calendar would keep
        yield Event(
            uid=uid_of(record, shown.kind, created_at_of(crm.db, record)),
            summary=" ".join(plain_text(_("{about} – {customer}").format(about=what, customer=who) if who else what).split()),
            at=at,
            description=plain_text(
                f"{words.why(why, crm.today)}\n{typed(shown.action).render(_, str)}"
            ),
            alarm=morning if not isinstance(at, datetime) else -NEAR,
            category=shown.kind,
        )  # fmt: skip


def _renewed(event: Event, earlier: Event | None) -> Event:
    """The entry with the number by which calendars know that it replaces the one they have."""
    if earlier is None:
        return event
    moved = earlier.is_cancelled or _said(event) != _said(earlier)
    return event._replace(sequence=earlier.sequence + moved)


def _said(event: Event) -> tuple[object, ...]:
    """What an entry says to a person, less the reason, which may count days."""
    return event.summary, event.at, event.category


def _cancelled(
    earlier: Mapping[str, Event], present: Mapping[str, Event], today: date
) -> list[Event]:
    return [
        event
        if event.is_cancelled
        else event._replace(is_cancelled=True, sequence=event.sequence + 1, description="")
        for uid, event in earlier.items()
        if uid not in present and day_of(event) >= today - _REMEMBERED
    ]


def _bare(events: Iterable[Event]) -> set[Event]:
    """Without alarms, which are not read back."""
    return {event._replace(alarm=None) for event in events}
