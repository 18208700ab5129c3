"""Days as people read them: with their weekday and how far away they are, in the language in use (docs/decisions/0042)."""

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING

from crmcli.locale import N_, _, aside, plural
from crmcli.output import words

if TYPE_CHECKING:
    from crmcli.rules.workdays import Calendar


_NEAR = {-1: N_("yesterday"), 0: N_("today"), 1: N_("tomorrow")}


class Days:
    """How days are told to one reader: in words to people on a terminal, as they are stored through a pipe.

    `calendar` is asked only where working days are to be counted, for reading it takes time.
    """

    def __init__(self, today: date, calendar: "Callable[[], Calendar]", in_words: bool) -> None:
        self.today, self._calendar, self._in_words = today, calendar, in_words

    def told(self, stored: str | None) -> str:
        """A day or moment of JSON: `Fri 20 Nov`, `Fri 20 Nov 17:30`, 11月20日 周五; `2026-11-20 17:30` through a pipe."""
        if not stored:
            return ""
        if not self._in_words:
            return stored[:16].replace("T", " ")
        day, time = words.day(date.fromisoformat(stored[:10]), self.today), stored[11:16]
        return f"{day} {time}" if time else day

    def due(self, stored: str | None, working: bool = False) -> str:
        """The same of something that is still to happen: `Mon 23 Nov (in 3 days)`; with `working`, in working days."""
        told = self.told(stored)
        if not stored or not self._in_words:
            return told
        return aside(self.left(date.fromisoformat(stored[:10]), working), told)

    def ahead(self, day: date, working: bool = False, time: str | None = None) -> str:
        """The same in a sentence, which is in words wherever it is said; with the time of day where one was given."""
        told = words.day(day, self.today)
        return aside(self.left(day, working), f"{told} {time}" if time else told)

    def column(self, day: date) -> str:
        """A day in a column: on a terminal the word for yesterday, today and tomorrow, else as `words.short_day` has it."""
        word = _NEAR.get((day - self.today).days) if self._in_words else None
        return _(word) if word else words.short_day(day, self.today)

    def past_column(self, stored: str | None) -> str:
        """A stored day in a column of days gone by, which a pipe gets as it is stored."""
        if not stored or not self._in_words:
            return stored or ""
        return self.column(date.fromisoformat(stored))

    def left(self, day: date, working: bool = False) -> str:
        """How far away a day is: `today`, `in 3 days`, `2 days late`; with `working`, `in 2 working days`."""
        days = (day - self.today).days
        if days == 0:
            return _("today")
        if days == 1:
            return _("tomorrow")
        if working and (worked := self._calendar().working_days_between(self.today, day)):
            return left_working(worked)
        if days < 0:
            return plural("{n} day late", "{n} days late", -days).format(n=-days)
        return _("in {n} days").format(n=days)


def left_working(days: int) -> str:
    """So many working days ahead, or late when negative."""
    if days < 0:
        return plural("{n} working day late", "{n} working days late", -days).format(n=-days)
    return plural("in {n} working day", "in {n} working days", days).format(n=days)
