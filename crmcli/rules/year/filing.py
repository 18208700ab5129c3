"""When it is looked whether a customer's record is still right: monthly of core ones, quarterly of others (HANDBOOK §10)."""

from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

from crmcli.rules.rulebook import Rulebook

CORE = "core"
MONTHS = {CORE: 1}
OTHERS = 3
"""Months that a record may lie untouched."""


def months(tier: str | None) -> int:
    """How long the record of a customer of this tier may lie untouched."""
    return MONTHS.get(tier or "", OTHERS)


def check_on(tier: str | None, touched_on: date, book: Rulebook) -> date:
    """When a record that was touched last on a day is to be checked, moved to a working day."""
    return book.rolled(touched_on + relativedelta(months=months(tier)))


def untouched_since(tier: str | None, today: date) -> date:
    """The last day on which a record must have been touched to be stale today."""
    length = relativedelta(months=months(tier))
    day = today - length
    # From 28 February on back lie three days more: the last of January and a month is the last of February.
    while day + timedelta(days=1) + length <= today:
        day += timedelta(days=1)
    return day
