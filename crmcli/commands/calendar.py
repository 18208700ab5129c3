"""`crm calendar`: which days are worked."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Annotated, Any

import typer

from crmcli.commands.shared import options
from crmcli.context import Context
from crmcli.errors import BadValue
from crmcli.locale import _, plural
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
        str, typer.Argument(help=_("show or import."), metavar="show|import")
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
    if action not in ACTIONS:
        raise BadValue(
            "calendar {action!r} is unknown; write crm calendar, or crm calendar import FILE",
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
                "{n} entry was left out: it is timed, repeats or is cancelled.",
                "{n} entries were left out: they are timed, repeat or are cancelled.",
                days.left_out,
            ).format(n=days.left_out)
        )
    return _("days off taken: {off}, working days: {working}; due dates moved: {moved}").format(
        off=len(days.off), working=len(days.working), moved=moved
    )


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

    own, special = _own(crm), _special(crm, year)
    rows = [
        [
            f"{first}..{last}" if last != first else str(first),
            _("working") if is_worked else _("off"),
            str((last - first).days + 1),
            _("own") if first in own else crm.settings.get("calendar.country"),
        ]
        for first, last, is_worked in _stretches(special, own)
    ]
    if rows:
        columns = [Column(_("days")), Column(_("worked?")), Column(_("n"), right=True), Column(_("from"))]  # fmt: skip
        crm.screen.table(columns, rows)
    else:
        crm.screen.note(_("{year}: Monday to Friday are worked, and no day differs.").format(year=year))  # fmt: skip
    if crm.calendar.is_estimated(date(year, 1, 1)):
        crm.screen.note(
            _(
                "The holidays of {year} are not announced yet; once they are: crm calendar import FILE"
            ).format(year=year)
        )


def _stretches(
    special: Iterable[tuple[date, bool]], own: frozenset[date]
) -> list[tuple[date, date, bool]]:
    """Days one after the other that are alike as one: first, last and whether they are worked."""
    found: list[tuple[date, date, bool]] = []
    for day, is_worked in special:
        if found and found[-1][2] == is_worked and found[-1][1] + timedelta(days=1) == day and (found[-1][1] in own) == (day in own):  # fmt: skip
            found[-1] = (found[-1][0], day, is_worked)
        else:
            found.append((day, day, is_worked))
    return found
