"""Whether a moment of a list is the one that is stored; a day without a time is any time of that day."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from crmcli.store.importing.bulk import Plan

_ALWAYS = ("0000", "9999")


def is_same(instant: str, moment: Any, plan: Plan) -> bool:
    """True when the stored instant is that moment, or lies in its local day where it has no time."""
    if instant == moment.instant:
        return True
    if not moment.whole_day:
        return False
    day: date = moment.at.date()
    first, last = datetime.combine(day, time()), datetime.combine(day + timedelta(days=1), time())
    return plan.to_instant(first) <= instant < plan.to_instant(last)


def span(moments: Iterable[Any]) -> tuple[str, str]:
    """From which to which stored instant all of them may lie; always, where one is not known."""
    first, last = "9999", "0000"
    for moment in moments:
        if moment is None:
            return _ALWAYS
        day = moment.at.date()
        first = min(first, (day - timedelta(days=1)).isoformat())
        last = max(last, (day + timedelta(days=2)).isoformat())
    return first, last
