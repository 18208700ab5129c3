"""When new customers are due, worked out once for all who are alike in what decides it."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from crmcli.rules.lifecycle import alike_since
from crmcli.rules.rulebook import Rulebook
from crmcli.store.derived import derive
from crmcli.store.importing.bulk import Sparse
from crmcli.store.importing.paging import Column, Memo

DECIDING = ("stage", "tier", "since", "cadence", "last_contact_on", "promised_on")
"""The columns of a new customer that decide what is derived of it."""
BEGAN = "began_on"
FOLLOWING = (
    "next_touch_on", "touch_due_on", "tier_weight", "dormant_on", "win_back_on", "open_needs", "ask_on", "ask_kind", "visit_on",
    "value_review_on", "business_review_on", "solution_review_on", "care_on", "file_check_on",
)  # fmt: skip
"""The derived columns that are not null by themselves, but for the first, which is `since` as it was said."""


class Touches:
    """Asks the rules about new customers, as rarely as can be."""

    def __init__(self, today: date, book: Rulebook) -> None:
        self._today, self._book = today, book
        self._days, self._known = Memo(self._day_alike), Memo(self.following)

    def alike(self, since: Column, last_contact_on: Column | None) -> Sequence[str | None]:
        """For each day since when somebody is a customer one that decides the same: many share the day of the year.

        Not of those with whom somebody has spoken.
        """
        days = self._days.of(since)
        if last_contact_on is None:
            return days
        return [
            day if spoken else alike
            for day, alike, spoken in zip(since, days, last_contact_on, strict=True)
        ]

    def of(self, facts: Sequence[str | None]) -> dict[str, Any]:
        """The derived columns of one, by `DECIDING`."""
        since, last_contact_on = facts[2], facts[4]
        (day,) = self.alike([since], [last_contact_on])
        alike = (*facts[:2], day, *facts[3:])
        return {BEGAN: since, **dict(zip(FOLLOWING, self._known[alike], strict=True))}

    def following(self, facts: Sequence[str | None]) -> tuple[Any, ...]:
        """The columns `FOLLOWING` of those of whom `DECIDING` is so."""
        known = Sparse(zip(DECIDING, facts, strict=True), added_on=self._today.isoformat())
        known[BEGAN] = known["since"]
        derived = derive(known, False, self._book)
        return tuple(derived[name] for name in FOLLOWING)

    def _day_alike(self, since: str | None) -> str | None:
        if since is None:
            return None
        new_for = self._book.policy.new_for
        return alike_since(date.fromisoformat(since), self._today, new_for).isoformat()
