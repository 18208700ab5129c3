"""Everything the rules need to compute stored dates, in one hand."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time, tzinfo
from functools import cached_property
from typing import TYPE_CHECKING

from crmcli.rules.cadence import Policy
from crmcli.rules.instants import stored
from crmcli.rules.key_dates import Lunar
from crmcli.rules.workdays import Calendar

if TYPE_CHECKING:
    from crmcli.rules.service.policy import ServicePolicy
    from crmcli.rules.workclock import WorkClock


class Rulebook:
    """The numbers, the calendar, the zone and the tiers in rank order; `guessed` collects the years estimated on the way.

    `service` is called and `hours` (as the setting has them) are read only when a need, a promise or a survey asks, `lunar`
    when a lunar date is to be found.
    """

    def __init__(
        self,
        policy: Policy | None = None,
        calendar: Calendar | None = None,
        tiers: Sequence[str] = ("core", "potential", "ordinary"),
        zone: tzinfo = UTC,
        hours: str = "",
        service: "Callable[[], ServicePolicy] | None" = None,
        lunar: Lunar | None = None,
    ) -> None:
        self.policy = policy or Policy()
        self.calendar = calendar or Calendar()
        self.tiers = tiers
        self.zone = zone
        self.lunar = lunar
        self.guessed: set[int] = set()
        self._hours = hours
        self._service = service

    @cached_property
    def service(self) -> "ServicePolicy":
        """The numbers of needs, promises and surveys."""
        if self._service:
            return self._service()
        from crmcli.rules.service.policy import ServicePolicy

        return ServicePolicy()

    @cached_property
    def work_clock(self) -> "WorkClock":
        """The working time of this place (HANDBOOK §8)."""
        from crmcli.rules.workclock import Hours, WorkClock

        hours = Hours.read(self._hours) if self._hours else Hours()
        return WorkClock(hours, self.calendar, self.zone)

    def note(self, day: date | None) -> None:
        """Remember that `day` was computed, should its year's holidays be a guess."""
        if day is not None and self.calendar.is_estimated(day):
            self.guessed.add(day.year)

    def rolled(self, day: date) -> date:
        """`day`, moved where it is a day off as the setting says, and noted."""
        moved = self.calendar.roll(day, self.policy.roll)
        self.note(moved)
        return moved

    def local_day(self, instant: datetime) -> date:
        """The local day of an instant."""
        return instant.astimezone(self.zone).date()

    def midnight(self, day: str) -> str:
        """The stored UTC instant at which a local day, as it is stored, begins."""
        return stored(datetime.combine(date.fromisoformat(day), time(), self.zone))
