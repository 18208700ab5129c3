"""`crm decrypt`."""

import typer

from crmcli import unlocking
from crmcli.commands.shared import options
from crmcli.commands.shared.agreeing import agree
from crmcli.context import Context
from crmcli.errors import Forbidden, NotFound
from crmcli.locale import _
from crmcli.store import driver, encrypting
from crmcli.store.changes import record_event
from crmcli.store.database import Database
from crmcli.store.opening import is_missing

EXAMPLES = (
    "crm decrypt",
    "crm decrypt --yes --json",
)


def run(ctx: typer.Context, yes: options.Yes = False, json: options.Json = False) -> None:
    """Make the file a plain one again.

    The key stays where it is: encrypted backups need it.
    """
    crm: Context = ctx.obj
    if is_missing(crm.path):
        raise NotFound("there is nothing to decrypt: {path} is not there", path=crm.path)
    if not driver.is_encrypted(crm.path):
        raise Forbidden("{path} is not encrypted", path=crm.path)
    crm.write()
    agree(
        crm, yes, _("Make {path} a file that anybody who gets it can read?").format(path=crm.path)
    )
    at, actor = crm.clock.instant, crm.actor
    crm.close()

    def ready(new: Database) -> None:
        record_event(new, at, actor, "decrypt")

    encrypting.decrypt(crm.path, ready)
    place = unlocking.key_place()
    if json:
        item = {
            "path": crm.path,
            "encrypted": False,
            "key_file": str(place) if place.exists() else None,
            "plain_backups": [],
        }
        crm.screen.json_item("encryption", item)
    else:
        crm.screen.say(_("{path} is not encrypted any more.").format(path=crm.path))
    crm.screen.note(_("The key stays where it is, for encrypted backups need it."))
