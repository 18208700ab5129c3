"""`crm migrate`."""

import typer

from crmcli.commands.shared import options
from crmcli.context import Context
from crmcli.errors import NotFound
from crmcli.locale import _
from crmcli.store import frozen
from crmcli.store.opening import is_missing

EXAMPLES = (
    "crm migrate",
    "crm migrate --db old.db --json",
)


def run(ctx: typer.Context, json: options.Json = False) -> None:
    """Bring the file up to date with this version of crm."""
    crm: Context = ctx.obj
    if is_missing(crm.path):
        raise NotFound("there is nothing to migrate: {path} is not there", path=crm.path)
    crm.write()  # backs up and migrates an older file, which recomputes all
    moved = crm.recompute() if crm.moved is None else crm.moved
    if json:
        crm.screen.json_item(
            "migrate", {"path": crm.path, "schema": frozen.SCHEMA_VERSION, "moved": moved}
        )
    else:
        crm.screen.note(
            _("{path} is at schema {version}; {n} due dates moved.").format(
                path=crm.path, version=frozen.SCHEMA_VERSION, n=moved
            )
        )
