"""`crm demo`."""

import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

import typer

from crmcli.commands.add_customer import contact_points
from crmcli.commands.shared import contacts
from crmcli.commands.shared.contacts import Told
from crmcli.commands.shared.demo_list import CUSTOMERS, Made, Talk
from crmcli.commands.shared.values import Values
from crmcli.context import Context
from crmcli.errors import CrmError
from crmcli.locale import _
from crmcli.store import settings as stored_settings
from crmcli.store.changes import Change
from crmcli.store.customers import keys_of

EXAMPLES = (
    "crm demo",
    "crm --lang zh demo",
)
_CALLED = "c33"  # near the top of the list on any day, as its contact lies so far back


def _day() -> tuple[list[str], ...]:
    call = [
        _CALLED,
        _("audit passed, wants a new quote"),
        "--next",
        _("send the quote"),
        "--on",
        "3wd",
        "--intent",
        "high",
    ]
    return (
        ["due", "--limit", "12"],
        ["log-contact", *call],
        ["due", "--limit", "5"],
        ["show", _CALLED],
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
    done = subprocess.run(command, env={**os.environ, "CRM_DB": path}, check=False)
    if done.returncode:
        raise CrmError(
            "the demo stopped at crm {command}; please report this", command=arguments[0]
        )


def _fill(crm: Context) -> None:
    with crm.change() as change:
        # The list is half Chinese, so its holidays are too.
        stored_settings.store(change, "calendar.country", "CN")
    crm.recompute()
    with crm.change() as change:
        for made in CUSTOMERS:
            _add(crm, change, made)


def _add(crm: Context, change: Change, made: Made) -> None:
    added = crm.today - timedelta(days=made.added)
    columns: dict[str, Any] = {
        "name": made.name,
        "stage": made.stage,
        "tier": made.tier,
        "industry": made.industry,
        "city": made.city,
        "since": (crm.today - timedelta(days=made.since)).isoformat()
        if made.since is not None
        else None,
        "added_on": added.isoformat(),
        "created_at": crm.clock.to_instant(datetime.combine(added, time(9))),
        **made.more,
    }
    key = change.insert("customer", **columns, **keys_of(columns))
    change.insert(
        "stage_change", customer_id=key, to_stage=made.stage, changed_on=added.isoformat()
    )
    person = None
    if made.person:
        person = change.insert(
            "person",
            customer_id=key,
            name=made.person,
            title=made.title,
            created_at=change.author.at,
        )
    for point in contact_points([made.phone], [], []):
        change.insert("contact_point", customer_id=key, person_id=person, **point)
    for tag in made.tags:
        change.insert("tag", customer_id=key, name=tag)
    newest = None
    for talk in sorted(made.talks, key=lambda talk: -talk.days_ago):
        newest = _talk(crm, change, key, talk, made.promised)
    _add_tasks(crm, change, key, newest, made)


def _talk(crm: Context, change: Change, key: int, talk: Talk, promised: int | None) -> int:
    row = crm.db.row("customer_by_id", id=key)
    assert row is not None
    moment = datetime.combine(crm.today - timedelta(days=talk.days_ago), time(10))
    told = Told(
        summary=talk.summary,
        channel=talk.channel,
        direction=talk.direction,
        intent=talk.intent,
        no_answer=talk.no_answer,
        at=moment.isoformat(" ", "minutes"),
    )
    contact = contacts.read(crm, Values(crm), row, told)
    if promised is not None:
        contact.columns["promised_on"] = (crm.today + timedelta(days=promised)).isoformat()
    return contacts.write(change, contact)[0]


def _add_tasks(crm: Context, change: Change, key: int, interaction: int | None, made: Made) -> None:
    for kind, task in (("task", made.task), ("follow-up", made.follow_up)):
        if task:
            text, days = task
            change.insert(
                "task",
                customer_id=key,
                interaction_id=interaction if kind == "follow-up" else None,
                kind=kind,
                text=text,
                owner=crm.actor,
                due_on=(crm.today + timedelta(days=days)).isoformat(),
                created_at=change.author.at,
            )
