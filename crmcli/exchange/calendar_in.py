"""Reading a calendar that we wrote before, so that a newer one can say what changed and what no longer is."""

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from crmcli.exchange.calendar_out import Event


def events_in(path: Path) -> Mapping[str, Event]:
    """The entries of an earlier calendar by UID; none when it is not there or cannot be understood any more."""
    from icalendar import Calendar

    try:
        calendar = Calendar.from_ical(path.read_bytes())
    except (OSError, ValueError):
        return {}
    found = {}
    for component in calendar.walk("VEVENT"):
        try:
            event = _event(component)
        except (KeyError, ValueError, TypeError, AttributeError):  # somebody changed it by hand
            continue
        found[event.uid] = event
    return found


def _event(component: Any) -> Event:
    return Event(
        uid=str(component["uid"]),
        summary=str(component.get("summary", "")),
        at=component["dtstart"].dt,
        description=str(component.get("description", "")),
        category=_category(component),
        sequence=int(component.get("sequence", 0)),
        is_cancelled=str(component.get("status", "")) == "CANCELLED",
    )


def _category(component: Any) -> str:
    categories = component.get("categories")
    return str(categories.cats[0]) if categories is not None and categories.cats else ""


def day_of(event: Event) -> date:
    """The day an entry lies on."""
    return event.at.date() if isinstance(event.at, datetime) else event.at
