"""The period of a report: read, spelled, and as it is stored."""

from datetime import timedelta

from crmcli import locale
from crmcli.context import Context
from crmcli.locale import _
from crmcli.rules.periods import MONTH, QUARTER, YEAR, Period, containing, read_period
from crmcli.store.reporting import Span


def asked_period(crm: Context, text: str | None) -> Period:
    """The period of `--period`; this month when not said."""
    return containing(crm.today) if text is None else read_period(text, crm.today)


def span(crm: Context, period: Period) -> Span:
    """From the local midnight at which it begins up to that at which it is over."""
    return Span(
        crm.book.midnight(period.first.isoformat()),
        crm.book.midnight((period.last + timedelta(days=1)).isoformat()),
    )


_SHOWN = {MONTH: 12, QUARTER: 8, YEAR: 5}
"""How many periods a trend goes over."""


def leading_to(period: Period) -> list[Period]:
    """The period and those before it that a trend is shown of, the oldest first: a year's months, two years' quarters."""
    found = [period]
    while len(found) < _SHOWN[period.unit]:
        found.append(found[-1].before)
    return found[::-1]


def record(period: Period) -> dict[str, str]:
    """Under its JSON names; both days belong to it."""
    return {
        "name": period.name,
        "from": period.first.isoformat(),
        "to": period.last.isoformat(),
    }


def spelled(period: Period) -> str:
    """For people: `2026-10`, `2026Q1`, or 2026年10月, 2026年第1季度."""
    if locale.current() != "zh":
        return period.name
    year = period.first.year
    if period.unit == MONTH:
        return f"{year}年{period.first.month}月"
    return f"{year}年第{period.name[-1]}季度" if period.unit == QUARTER else f"{year}年"


def heading(title: str, period: Period, name: str | None) -> str:
    """The first line of a report: `Service: 2026-10`, and whose it is."""
    text = _("{report}: {period}").format(report=title, period=spelled(period))
    return _("{report}, {name}").format(report=text, name=name) if name else text
