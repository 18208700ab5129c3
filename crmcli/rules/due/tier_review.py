"""The review of tiers as one due item of the whole file, each quarter from its first working day (HANDBOOK §7)."""

from collections.abc import Iterator
from datetime import date, timedelta

from crmcli.rules.due import DueItem
from crmcli.rules.due.archive import Quarter, quarter_before
from crmcli.rules.due.day import item_on
from crmcli.rules.due.lateness import lateness
from crmcli.rules.said import said
from crmcli.rules.workdays import Calendar

REF = "crm:tier-review"
_YEARS = range(2000, 2061)
_USUAL = Calendar()


def quarter_of(day: date) -> Quarter:
    """The quarter in which a day lies."""
    return quarter_before(day).following


def late_starts(calendar: Calendar) -> str:
    """The quarters whose first working day another is than that of Monday to Friday, to be kept: readers need no calendar then."""
    found = []
    for first in (date(year, month, 1) for year in _YEARS for month in (1, 4, 7, 10)):
        if (begins := calendar.roll(first)) != _USUAL.roll(first):
            found.append(f"{first} {begins}")
    return ",".join(found)


def begins_on(quarter: Quarter, kept: str | None) -> date:
    """The first working day of a quarter, given what `late_starts` found."""
    for line in (kept or "").split(","):
        first, _, begins = line.partition(" ")
        if first == quarter.first.isoformat():
            return date.fromisoformat(begins)
    return _USUAL.roll(quarter.first)


def quarters(today: date) -> Iterator[Quarter]:
    """Those of which one may be listed: this one, and the next."""
    this = quarter_of(today)
    yield this
    yield quarter_of(this.last + timedelta(days=1))


def item(quarter: Quarter, begins: date, today: date) -> DueItem:
    """The review of a quarter that was not held yet."""
    title = said("review the tiers for {quarter}", quarter=quarter.name)
    return item_on(
        ref=REF,
        kind="tier-review",
        row=None,
        title=title,
        on=begins,
        today=today,
        why=[title, said("due {day}", day=begins), lateness(begins, today)],
        action="crm tiers --apply",
    )
