"""`crm demo`."""

import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import typer

from crmcli import locale, plain
from crmcli.commands.shared import demo_making
from crmcli.context import Context
from crmcli.errors import CrmError
from crmcli.locale import _
from crmcli.store import settings as stored_settings

EXAMPLES = (
    "crm demo",
    "crm --lang zh demo",
)
_VISITED = "c2"  # near the top of the list on any day: a visit is due, a quote awaits its answer


def _day() -> tuple[list[str], ...]:
    visit = [
        _VISITED,
        _("saw phase two at work, wants the final quote"),
        "--channel",
        "visit",
        "--next",
        _("send the quote"),
        "--on",
        "3wd",
        "--intent",
        "high",
    ]
    return (
        ["due", "--limit", "12"],
        ["log-contact", *visit],
        ["due", "--limit", "5"],
        ["show", _VISITED],
        ["undo"],
    )


def run(ctx: typer.Context) -> None:
    """Show a day with crm on made-up customers."""
    crm: Context = ctx.obj
    folder = Path(tempfile.mkdtemp(prefix="crm-demo-"))
    crm.asked_db = str(folder / "demo.db")
    crm.write()
    _fill(crm)
    crm.close()
    for arguments in _day():
        _run(crm, arguments, crm.asked_db)
    crm.screen.say(
        _("\nThe made-up customers are in {path}. To go on with them:").format(path=crm.asked_db)
    )
    crm.screen.say(f"  export CRM_DB={crm.asked_db}")
    program = "crm" if shutil.which("crm") else sys.argv[0]
    for line in ("due --days 7", "list-customers --tier core", "show 华东"):
        crm.screen.say(f"  {program} {line}")
    crm.screen.say(_("To begin with your own: unset CRM_DB, then crm import FILE"))


def _run(crm: Context, arguments: list[str], path: str) -> None:
    crm.screen.say(f"\n$ {shlex.join(['crm', *arguments])}")
    sys.stdout.flush()
    command = [sys.executable, "-m", "crmcli", *arguments]
    spoken = {"CRM_LANG": locale.current(), **({"CRM_PLAIN": "on"} if plain.is_used() else {})}
    done = subprocess.run(command, env={**os.environ, **spoken, "CRM_DB": path}, check=False)
    if done.returncode:
        raise CrmError(
            "the demo stopped at crm {command}; please report this", command=arguments[0]
        )


def _fill(crm: Context) -> None:
    with crm.change() as change:
        # The list is half Chinese, so its holidays are too.
        stored_settings.store(change, "calendar.country", "CN")
        stored_settings.store(change, "currency", "CNY")
    crm.recompute()
    with crm.change() as change:
        demo_making.fill(crm, change)
