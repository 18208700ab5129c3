"""Sealing the dossiers of the last quarter as one due item of the whole file (HANDBOOK §10)."""

from datetime import date, timedelta
from typing import NamedTuple

from crmcli.rules.due import DueItem
from crmcli.rules.due.day import item_on
from crmcli.rules.due.lateness import lateness
from crmcli.rules.said import said

REF = "crm:archive"


class Quarter(NamedTuple):
    """A quarter by its first and last local day; periods.py, which reads them, is more than counting needs."""

    first: date
    last: date

    @property
    def name(self) -> str:
        """`2026Q3`."""
        return f"{self.first.year:04}Q{(self.first.month + 2) // 3}"

    @property
    def due_on(self) -> date:
        """The day after it, from which it is listed."""
        return self.last + timedelta(days=1)

    @property
    def following(self) -> "Quarter":
        """The one after it."""
        return quarter_before(self.due_on + timedelta(days=100))


def quarter_before(day: date) -> Quarter:
    """The last quarter that was over on `day`."""
    following = date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
    last = following - timedelta(days=1)
    return Quarter(date(last.year, last.month - 2, 1), last)


def due_on(quarter: Quarter, begun: date | None) -> date:
    """The day after the quarter; for a file whose first entry was made later (`begun`), that day: nothing was late before."""
    return max(quarter.due_on, begun) if begun else quarter.due_on


def item(quarter: Quarter, on: date, today: date) -> DueItem:
    """The dossiers of a quarter, of which some are not sealed; `on` is what `due_on` says."""
    title = said("archive {period}", period=quarter.name)
    return item_on(
        ref=REF,
        kind="archive",
        row=None,
        title=title,
        on=on,
        today=today,
        why=[title, said("due {day}", day=on), lateness(on, today)],
        action="crm archive --all",
    )
