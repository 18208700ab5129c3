"""`crm calendar`: which days are worked."""

import re
from datetime import date, timedelta
from typing import Annotated, Any, NamedTuple

import typer

from crmcli.commands.shared import options
from crmcli.context import Context
from crmcli.errors import BadValue, in_context
from crmcli.locale import N_, _, plural
from crmcli.store import settings as stored_settings
from crmcli.workcalendar import parse_days, write_days

EXAMPLES = (
    "crm calendar --year 2026",
    "crm calendar import holidays-2027.ics --dry-run",
)
ACTIONS = ("show", "import")
OFF, WORKING = "calendar.days_off", "calendar.working_days"


def run(
    ctx: typer.Context,
    action: Annotated[
        str, typer.Argument(help=_("show or import; a year shows that one."), metavar="show|import")
    ] = "show",
    file: Annotated[
        str | None,
        typer.Argument(
            help=_("Days off and make-up days: .ics, CSV or JSON; - reads them from a pipe."),
            metavar="[FILE]",
        ),
    ] = None,
    year: Annotated[
        int | None,
        typer.Option(
            "--year", help=_("The year shown; this one when not said."), min=1900, max=9998
        ),
    ] = None,
    json: options.Json = False,
    dry_run: options.DryRun = False,
    reason: options.Reason = None,
) -> None:
    """Show which days are worked, or take days off and make-up days from a file."""
    crm: Context = ctx.obj
    if year is None and (asked := re.fullmatch(r"((?:19|[2-8]\d)\d\d)年?", action)):
        action, year = "show", int(asked[1])
    if action not in ACTIONS:
        raise BadValue(
            "calendar {action!r} is unknown; write crm calendar, crm calendar --year 2027, or crm calendar import FILE",
            action=action,
        )
    if action == "import":
        if file is None:
            raise BadValue("which file? crm calendar import FILE")
        told = _import(crm, file, dry_run, reason)
        if not json:
            crm.confirm(lambda: told)
    elif file is not None or dry_run or reason:
        raise BadValue("only an import takes a file, --dry-run or --reason; leave them out, or write crm calendar import FILE")  # fmt: skip
    else:
        crm.read()
    shown = year or crm.clock.today.year
    if json:
        crm.screen.json_item("calendar", _item(crm, shown))
    elif action == "show":
        _show(crm, shown)


def _import(crm: Context, file: str, dry_run: bool, reason: str | None) -> str:
    """The days of the file join those there are: what it says of a day holds. Returns what to tell."""
    from crmcli.exchange.holidays_in import LARGEST, days_in
    from crmcli.exchange.opening import open_bytes

    with open_bytes(file) as source:
        days = days_in(source.read(LARGEST + 1), _("standard input") if file == "-" else file)
    crm.write(dry_run, recomputing=False)
    off, working = (parse_days(crm.settings.get(name)) for name in (OFF, WORKING))
    with crm.change(reason) as change:
        stored_settings.store(change, OFF, write_days((off - days.working) | days.off) or None)
        stored_settings.store(
            change, WORKING, write_days((working - days.off) | days.working) or None
        )
        moved = crm.recompute_inside()
    if days.left_out:
        crm.screen.note(
            plural(
                "{n} entry was left out: it is timed, repeats, is cancelled, or may be off or worked.",
                "{n} entries were left out: they are timed, repeat, are cancelled, or may be off or worked.",
                days.left_out,
            ).format(n=days.left_out)
        )
    told = _("days off taken: {off}, working days: {working}; due dates moved: {moved}").format(
        off=len(days.off), working=len(days.working), moved=moved
    )
    if dry_run or not (years := sorted({day.year for day in days.off | days.working})):
        return told
    return _("{told}; crm calendar --year {year} shows them").format(told=told, year=years[0])


def _special(crm: Context, year: int) -> list[tuple[date, bool]]:
    """The days of a year that are not as their weekday has it, each with whether it is worked."""
    days = (date(year, 1, 1) + timedelta(days=n) for n in range(366))
    worked = ((day, crm.calendar.is_working(day)) for day in days if day.year == year)
    return [(day, is_worked) for day, is_worked in worked if is_worked != (day.weekday() < 5)]


def _own(crm: Context) -> frozenset[date]:
    return parse_days(crm.settings.get(OFF)) | parse_days(crm.settings.get(WORKING))


def _item(crm: Context, year: int) -> dict[str, Any]:
    own = _own(crm)
    return {
        "year": year,
        "country": crm.settings.get("calendar.country"),
        "hours": crm.settings.get("calendar.hours"),
        "estimated": crm.calendar.is_estimated(date(year, 1, 1)),
        "days": [
            {"date": day.isoformat(), "working": is_worked, "own": day in own}
            for day, is_worked in _special(crm, year)
        ],
    }


def _show(crm: Context, year: int) -> None:
    from crmcli.output.table import Column

    rows = [
        [
            _spelled(crm, one.first, one.last),
            _("working") if one.is_worked else _("off"),
            str((one.last - one.first).days + 1),
            _(", ").join(_said_by(one, _own(crm))),
        ]
        for one in _stretches(crm, year)
    ]
    if rows:
        columns = [Column(_("days")), Column(_("worked?")), Column(in_context("calendar", "n", _), right=True), Column(_("from"))]  # fmt: skip
        crm.screen.table(columns, rows)
    else:
        crm.screen.note(_("{year}: Monday to Friday are worked, and no day differs.").format(year=year))  # fmt: skip
    if crm.calendar.is_estimated(date(year, 1, 1)):
        crm.screen.note(
            _(
                "The holidays of {year} are not announced yet; once they are: crm calendar import FILE"
            ).format(year=year)
        )


IN_CONTEXT = [N_("calendar|n")]


class _Stretch(NamedTuple):
    """Days one after the other that are alike, and which of them are not as their weekday has it."""

    first: date
    last: date
    is_worked: bool
    special: frozenset[date]


def _stretches(crm: Context, year: int) -> list[_Stretch]:
    """A year's holidays with the weekends beside and between them, and its make-up days."""
    special = frozenset(day for day, _is_worked in _special(crm, year))
    found: list[_Stretch] = []
    for day in sorted(special):
        if found and day <= found[-1].last:
            continue
        is_worked = crm.calendar.is_working(day)
        first = last = day
        while first > date(year, 1, 1) and _belongs(crm, first - _DAY, is_worked, special):
            first -= _DAY
        while last < date(year, 12, 31) and _belongs(crm, last + _DAY, is_worked, special):
            last += _DAY
        of_it = frozenset(one for one in special if first <= one <= last)
        found.append(_Stretch(first, last, is_worked, of_it))
    return found


_DAY = timedelta(days=1)


def _belongs(crm: Context, day: date, is_worked: bool, special: frozenset[date]) -> bool:
    """True when a day goes on as the one beside it: a weekend makes a holiday longer, a usual Monday no make-up Sunday."""
    return crm.calendar.is_working(day) == is_worked and (day in special or not is_worked)


def _said_by(one: _Stretch, own: frozenset[date]) -> list[str]:
    return [
        *([_("public holidays")] if one.special - own else []),
        *([_("own")] if one.special & own else []),
    ]


def _spelled(crm: Context, first: date, last: date) -> str:
    """The days as they are read: in words on a terminal."""
    if first == last:
        return crm.days.told(str(first))
    if not crm.screen.is_terminal:
        return f"{first}..{last}"
    return _("{first} to {last}").format(first=crm.days.told(str(first)), last=crm.days.told(str(last)))  # fmt: skip
