"""What the cells of a workbook say, as text: as a person sees them, and as CSV would hold them (CLI.md, Import)."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from crmcli.exchange.workbook_out import CUT, LONGEST_CELL
from crmcli.exchange.workbook_parts import Style

ERRORS = frozenset(
    """
    #N/A #REF! #VALUE! #DIV/0! #NAME? #NULL! #NUM! #GETTING_DATA #SPILL! #CALC! #FIELD! #BLOCKED! #CONNECT! #UNKNOWN!
    #BUSY! #PYTHON! #EXTERNAL!
    """.split()  # noqa: SIM905 - quoted they would be a column
)
"""What stands in a cell whose formula could not be computed; copied, it is a text."""

DIGITS_KEPT = 15
"""Of a longer number a spreadsheet makes the last digits 0."""

_BEYOND = 10.0**DIGITS_KEPT
_DAYS = (20_000, 80_000)  # 1954 to 2119: what is a day when a column of days holds a number
_EPOCHS = (date(1899, 12, 30), date(1904, 1, 1))
_HALF = timedelta(milliseconds=500)


def text(value: Any) -> str:
    """A cell as calamine gives it, as text: no `.0`, ISO dates, `true`."""
    convert = _CONVERTERS.get(type(value))
    return convert(value) if convert else str(value)


def is_cut(value: str) -> bool:
    """True for a text that an export cut because a cell holds no more."""
    return len(value) >= LONGEST_CELL // 2 and value.endswith(CUT)


def is_rounded(value: float) -> bool:
    """True for a whole number so long that a spreadsheet has lost its last digits."""
    return abs(value) >= _BEYOND and value == value


def styled(value: float, style: Style) -> str:
    """A number as its style shows it: `0.8` as `80%`, 123 as `000123`."""
    if style.percent:
        return f"{_number(value * 100)}%"
    whole = _number(value)
    return whole.zfill(style.digits) if whole.isdigit() else whole


def day(value: float, is_1904: bool) -> str:
    """The day that a bare number stands for, '' when it is none of our time."""
    if not _DAYS[0] <= value <= _DAYS[1]:
        return ""
    return (_EPOCHS[is_1904] + timedelta(days=int(value))).isoformat()


def _plain(value: str) -> str:
    if value in ERRORS:
        return ""
    return value.replace("\0", "") if "\0" in value else value


def _number(value: float) -> str:
    if value.is_integer() and abs(value) < _BEYOND:
        return str(int(value))
    if value != value or value in (float("inf"), float("-inf")):
        return ""
    return f"{Decimal(repr(value) if is_rounded(value) else f'{value:.15g}'):f}"


def _moment(value: datetime) -> str:
    if value.microsecond and value.year < 9999:
        value = (value + _HALF).replace(microsecond=0)
    if not (value.hour or value.minute or value.second):
        return value.date().isoformat()
    return value.isoformat(sep=" ", timespec="seconds" if value.second else "minutes")


def _time(value: time) -> str:
    return value.isoformat(timespec="seconds" if value.second else "minutes")


def _span(value: timedelta) -> str:
    seconds = round(value.total_seconds())
    sign, seconds = ("-", -seconds) if seconds < 0 else ("", seconds)
    clock = f"{sign}{seconds // 3600}:{seconds // 60 % 60:02}"
    return f"{clock}:{seconds % 60:02}" if seconds % 60 else clock


_CONVERTERS: dict[type, Callable[[Any], str]] = {
    str: _plain,
    float: _number,
    int: str,
    bool: lambda value: "true" if value else "false",
    datetime: _moment,
    date: date.isoformat,
    time: _time,
    timedelta: _span,
}
