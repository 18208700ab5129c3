"""The one place that asks what time it is; CRM_NOW (local time) fixes it for scripts and tests (DESIGN §4)."""

import os
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, tzinfo

from crmcli.errors import BadValue
from crmcli.rules.instants import stored

_FIRST_YEAR, _LAST_YEAR = 1900, 9000
"""Between them dates can be reckoned with without falling off the calendar's ends."""


class Clock:
    """Now, in the file's time zone."""

    def __init__(self, zone: str) -> None:
        self.zone = _zone(zone)
        self.now = _now(self.zone)

    @property
    def today(self) -> date:
        """The local day."""
        return self.now.date()

    @property
    def instant(self) -> str:
        """Now as a stored UTC instant."""
        return self.to_instant(self.now)

    def to_instant(self, moment: datetime) -> str:
        """A stored UTC instant for a moment; without an offset it is local time."""
        aware = moment if moment.tzinfo else moment.replace(tzinfo=self.zone)
        return stored(aware)

    def at(self, day: date, time_of_day: str) -> datetime:
        """The moment of a local day and HH:MM, with its offset."""
        return datetime.fromisoformat(f"{day.isoformat()}T{time_of_day}").replace(tzinfo=self.zone)

    def to_local(self, instant: str) -> datetime:
        """The local time of a stored UTC instant."""
        return datetime.fromisoformat(instant).astimezone(self.zone)


ZONES = "/usr/share/zoneinfo:/usr/lib/zoneinfo:/usr/share/lib/zoneinfo:/etc/zoneinfo"
"""Where Python looks for time zones on Linux unless it was built otherwise."""


def _zones() -> Callable[[str], tzinfo]:
    """ZoneInfo, told on Linux where the zones lie: asking how Python was built costs every command 1 ms."""
    is_told = "PYTHONTZPATH" in os.environ or "zoneinfo" in sys.modules
    if is_told or sys.platform != "linux" or not os.path.isdir(ZONES.partition(":")[0]):  # noqa: PTH112
        from zoneinfo import ZoneInfo

        return ZoneInfo
    os.environ["PYTHONTZPATH"] = ZONES
    try:
        from zoneinfo import ZoneInfo
    finally:
        del os.environ["PYTHONTZPATH"]
    return ZoneInfo


def _zone(name: str) -> tzinfo:
    if name in ("UTC", "Etc/UTC"):
        return UTC
    try:
        return _zones()(name)
    except (ValueError, OSError, LookupError):
        raise BadValue(
            "time zone {name!r} is unknown on this machine; run: crm config set timezone NAME",
            name=name,
        ) from None


def _now(zone: tzinfo) -> datetime:
    fixed = os.environ.get("CRM_NOW")
    if not fixed:
        return datetime.now(zone)  # noqa: TID251, the clock itself
    try:
        moment = datetime.fromisoformat(fixed.strip())
    except ValueError:
        raise BadValue(
            "CRM_NOW={value!r} is not a time; write it like 2026-11-21T09:00", value=fixed
        ) from None
    if not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
        raise BadValue("CRM_NOW={value!r} is out of range; write a time of this age", value=fixed)
    return moment.astimezone(zone) if moment.tzinfo else moment.replace(tzinfo=zone)
