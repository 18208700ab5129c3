"""`crm schedule`: reminders by themselves."""

import os
import re
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from crmcli import config
from crmcli.commands.shared import options
from crmcli.commands.shared.agreeing import agree
from crmcli.context import Context, is_interactive
from crmcli.errors import BadValue, Listed, NotFound
from crmcli.locale import _
from crmcli.notify import timers
from crmcli.notify.timers import timetable
from crmcli.notify.timers.timetable import Job, Timetable

EXAMPLES = (
    "crm schedule install --at 08:30 --at 14:00 --weekdays mon-fri",
    "crm schedule show",
)
_WHAT = ("install", "show", "remove")
_KEY_FILE = config.environment_name("crypt.key_file")


def run(
    ctx: typer.Context,
    what: Annotated[
        str, typer.Argument(help=_("install, show or remove."), metavar="install|show|remove")
    ],
    at: Annotated[
        list[str] | None,
        typer.Option("--at", help=_("A time of day, many if wanted."), metavar="HH:MM"),
    ] = None,
    every: Annotated[
        str | None,
        typer.Option("--every", help=_("Or every so often: 5m to 1h; 15m when not said.")),
    ] = None,
    weekdays: Annotated[
        str | None, typer.Option("--weekdays", help=_("On these days only: mon-fri."))
    ] = None,
    with_: Annotated[
        str | None,
        typer.Option(
            "--with", help=_("What runs it: cron, systemd or launchd; the first there is.")
        ),
    ] = None,
    ics: Annotated[
        str | None,
        typer.Option("--ics", help=_("Renew this calendar, too, a month ahead."), metavar="FILE"),
    ] = None,
    dry_run: options.DryRun = False,
    yes: options.Yes = False,
    json: options.Json = False,
) -> None:
    """Have reminders sent by themselves: install, show or remove."""
    crm: Context = ctx.obj
    if what not in _WHAT:
        raise BadValue("{value!r} is unknown; write install, show or remove", value=what)
    if with_ is not None and with_ not in timers.TIMERS:
        raise BadValue("--with {value!r} is unknown; choose one of {known}", value=with_, known=Listed(timers.TIMERS))  # fmt: skip
    if what != "install" and (at or every or weekdays or ics):
        raise BadValue("--at, --every, --weekdays and --ics belong to install; leave them out")
    database = str(Path(crm.path).absolute())
    name = timetable.name_of(database)
    if what == "install":
        job = Job(name, database, _arguments(database, ics), _environment(), _when(at, every, weekdays))  # fmt: skip
        _install(crm, job, with_, dry_run, yes, json)
    elif what == "show":
        _show(crm, name, json)
    else:
        _remove(crm, name, with_, dry_run, json)


def _when(at: list[str] | None, every: str | None, weekdays: str | None) -> Timetable:
    if at and every:
        raise BadValue("--at and --every exclude each other; choose one")
    return Timetable(
        times=sorted(set(map(timetable.read_time, at or ()))),
        every=timetable.read_every(every or "15m"),
        weekdays=timetable.read_weekdays(weekdays) if weekdays else tuple(range(7)),
    )


def _arguments(database: str, ics: str | None) -> list[str]:
    """The command by absolute paths, as this run was started: whatever it was installed with, its link outlives it."""
    program = Path(sys.argv[0])
    found = shutil.which(program.name) if not program.is_file() else str(program.absolute())
    runs = [found] if found and Path(found).name == "crm" else [sys.executable, "-m", "crmcli"]
    calendar = ["--days", "30", "--ics", str(Path(ics).expanduser().absolute())] if ics else []
    return [*runs, "--db", database, "due", "--notify", *calendar]


def _environment() -> dict[str, str]:
    """What cron would not know, and would otherwise decide: where the settings lie, and whatever was chosen otherwise."""
    chosen = {
        name: os.environ[name] for name in ("CRM_LANG", "XDG_STATE_HOME") if os.environ.get(name)
    }
    if key_file := os.environ.get(_KEY_FILE):
        chosen[_KEY_FILE] = str(Path(key_file).expanduser().absolute())
    return {"CRM_CONFIG": str(config.config_path().absolute()), **chosen}


def _refuse_control_characters(job: Job) -> None:
    """A line break would begin a line of its own in the crontab, and a property list holds none of them."""
    for text in (*job.arguments, *job.environment.values()):
        if re.search(r"[\x00-\x1f\x7f]", text):
            raise BadValue("{path!r} has control characters in it, which no timer can take; rename it", path=text)  # fmt: skip


def _install(
    crm: Context, job: Job, asked: str | None, dry_run: bool, yes: bool, json: bool
) -> None:
    _refuse_control_characters(job)
    kind = timers.choose(asked)
    timer = timers.timer(kind)
    text = timer.text(job)
    if not json:
        crm.screen.note(text.rstrip("\n"))
    if not dry_run:
        if is_interactive():
            agree(crm, yes, _("Install it?"))
        timer.install(job)
    if json:
        _answer(crm, job.name, not dry_run, [(kind, text)])
    elif dry_run:
        crm.screen.note(_("Nothing was changed; without --dry-run this is installed."))
    else:
        crm.screen.note(
            _("Reminders are sent by {name} from now on; try: crm notify-test").format(name=kind)
        )


def _show(crm: Context, name: str, json: bool) -> None:
    found = timers.where_installed(name)
    if json:
        _answer(crm, name, bool(found), found)
    elif not found:
        crm.screen.note(
            _("Nothing is scheduled for {path}; begin with: crm schedule install").format(
                path=crm.path
            )
        )
    else:
        crm.screen.say("\n".join(text.rstrip("\n") for _kind, text in found))


def _remove(crm: Context, name: str, asked: str | None, dry_run: bool, json: bool) -> None:
    found = [(kind, text) for kind, text in timers.where_installed(name) if asked in (None, kind)]
    if not found:
        raise NotFound("nothing is scheduled for {path}", path=crm.path)
    if not dry_run:
        for kind, _text in found:
            timers.timer(kind).remove(name)
    if json:
        _answer(crm, name, dry_run, found)
        return
    for kind, text in found:
        if dry_run:
            crm.screen.note(_("Nothing was changed; without --dry-run this is removed:"))
            crm.screen.note(text.rstrip("\n"))
        else:
            crm.screen.note(_("Removed from {name}.").format(name=kind))


def _answer(crm: Context, name: str, is_installed: bool, found: Sequence[tuple[str, str]]) -> None:
    listed = [{"with": kind, "text": text} for kind, text in found]
    crm.screen.json_item("schedule", {"name": name, "installed": is_installed, "timers": listed})
