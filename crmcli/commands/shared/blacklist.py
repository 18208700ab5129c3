"""A customer whose business is to be looked at twice (HANDBOOK §1): said with every deal and order."""

from crmcli.context import Context
from crmcli.locale import _
from crmcli.store.database import Row


def warn(crm: Context, who: Row) -> None:
    """Say on stderr that a customer is on the blacklist; nothing of any other."""
    if who["blacklisted"]:
        said = _("{name} (c{key}) is on the blacklist; think twice.")
        crm.screen.note(said.format(name=who["name"], key=who["id"]))
