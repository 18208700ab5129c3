"""Everything the rules need to compute stored dates, in one hand."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from crmcli.rules.cadence import Policy
from crmcli.rules.workdays import Calendar


@dataclass
class Rulebook:
    """The cadence numbers, the calendar and the tiers in rank order; `guessed` collects the years estimated on the way."""

    policy: Policy = field(default_factory=Policy)
    calendar: Calendar = field(default_factory=Calendar)
    tiers: Sequence[str] = ("core", "potential", "ordinary")
    guessed: set[int] = field(default_factory=set)

    def note(self, day: date | None) -> None:
        """Remember that `day` was computed, should its year's holidays be a guess."""
        if day is not None and self.calendar.is_estimated(day):
            self.guessed.add(day.year)
