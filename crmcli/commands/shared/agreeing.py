"""Asking before what is hard to see through: at a terminal by a question, elsewhere by `--yes` (CLI.md)."""

from crmcli.context import Context, is_interactive
from crmcli.errors import BadValue, CrmError
from crmcli.locale import _

_YES = ("y", "yes", "是", "好", "对")


def agree(crm: Context, yes: bool, question: str) -> None:
    """Go on with `--yes`, or when a person at a terminal says so.

    CrmError when they do not, BadValue where there is nobody to ask. Nobody else is kept waiting meanwhile: what was
    read before may have changed.
    """
    if yes:
        return
    if not is_interactive():
        raise BadValue("nobody is here to be asked; add --yes to do it")
    with crm.waiting_for_a_person():
        answer = crm.screen.ask(_("{question} (y/N)").format(question=question))
    if answer.strip().casefold() not in _YES:
        raise CrmError("nothing was done")
