"""Everything the rules need to compute stored dates, in one hand."""

from collections.abc import Sequence
from datetime import date

from crmcli.rules.cadence import Policy
from crmcli.rules.workdays import Calendar


class Rulebook:
    """The cadence numbers, the calendar and the tiers in rank order; `guessed` collects the years estimated on the way."""

    def __init__(
        self,
        policy: Policy | None = None,
        calendar: Calendar | None = None,
        tiers: Sequence[str] = ("core", "potential", "ordinary"),
    ) -> None:
        self.policy = policy or Policy()
        self.calendar = calendar or Calendar()
        self.tiers = tiers
        self.guessed: set[int] = set()

    def note(self, day: date | None) -> None:
        """Remember that `day` was computed, should its year's holidays be a guess."""
        if day is not None and self.calendar.is_estimated(day):
            self.guessed.add(day.year)
