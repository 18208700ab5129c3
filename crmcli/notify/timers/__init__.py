"""What runs `crm due --notify` by itself: the crontab, systemd's user timers, or launchd (CLI.md, Reminders).

Each is a module with the same five functions (`Timer`), and a line in `TIMERS`.
"""

from collections.abc import Sequence
from importlib import import_module
from typing import Protocol, cast

from crmcli.errors import CrmError
from crmcli.notify.timers.timetable import Job

TIMERS = ("launchd", "cron", "systemd")
"""In the order in which they are looked for."""


class Timer(Protocol):
    """One of them. A job is known by its database: installing it again replaces it, and nothing else is touched."""

    def is_there(self) -> bool:
        """True when this machine has it, as far as can be seen."""

    def text(self, job: Job) -> str:
        """What would be written, and where, to be shown first."""

    def install(self, job: Job) -> None:
        """Write it; CrmError when it is refused."""

    def installed(self, name: str) -> str | None:
        """What stands there for the job of this name; None when nothing does."""

    def remove(self, name: str) -> bool:
        """Take it away; False when there was nothing."""


def timer(name: str) -> Timer:
    """The one called `name`."""
    return cast(Timer, import_module(f"crmcli.notify.timers.{name}"))


def choose(asked: str | None) -> str:
    """The one asked for, else the first that this machine has; CrmError when it has none."""
    if asked:
        if not timer(asked).is_there():
            raise CrmError(
                "this machine has no {name}; leave --with out to see what it has", name=asked
            )
        return asked
    for name in TIMERS:
        if timer(name).is_there():
            return name
    raise CrmError(
        "this machine has neither cron nor systemd nor launchd; have something else run: crm due --notify"
    )


def where_installed(name: str) -> Sequence[tuple[str, str]]:
    """Every one that has the job of this name, with what stands there."""
    found = []
    for kind in TIMERS:
        if timer(kind).is_there() and (text := timer(kind).installed(name)):
            found.append((kind, text))
    return found
