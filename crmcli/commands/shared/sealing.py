"""Who can open a sealed backup: recipients with their keys, or whoever knows a passphrase (CLI.md, `backup`, `restore`)."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from crmcli import unlocking
from crmcli.context import Context, is_interactive
from crmcli.errors import BadValue, CrmError, Forbidden
from crmcli.locale import _
from crmcli.store import age, driver
from crmcli.store.age import Seal

VARIABLE = "CRM_BACKUP_PASSPHRASE"


def seal_of(crm: Context, file: str | None, recipients: Sequence[str], passphrase: bool) -> Seal | None:  # fmt: skip
    """How the backup is to be sealed; None when it is not. A file named .age is, by who is in the settings if need be."""
    if recipients and passphrase:
        raise BadValue("--recipient and --passphrase exclude each other; choose one")
    is_named = file is not None and file.endswith(age.ENDING)
    if file is not None and not is_named:
        if recipients or passphrase:
            raise BadValue(
                "a sealed backup is named {ending}; write {file}{ending}",
                file=file,
                ending=age.ENDING,
            )
        return None
    if chosen := recipients or ([] if passphrase or not is_named else crm.recipients):
        return age.for_recipients(chosen)
    if passphrase or is_named:
        return age.for_passphrase(_new_passphrase(crm))
    return None


def opening_of(crm: Context, file: Path, identities: Sequence[str]) -> Seal | None:
    """How the backup is opened; None when it is not sealed."""
    if not age.is_age(file):
        if identities:
            raise BadValue("{path} is not sealed; leave --identity out", path=file)
        return None
    look = partial(_refuse_plain, crm.path, driver.is_encrypted(crm.path))
    if identities:
        return age.opening_by([Path(one).expanduser() for one in identities], look)
    given = unlocking.given_passphrase(VARIABLE)
    if given is None:
        if not is_interactive():
            raise BadValue(
                "{path} is sealed; add --identity FILE, or give its passphrase in CRM_BACKUP_PASSPHRASE",
                path=file,
            )
        given = crm.screen.ask_secret(_("Passphrase of {path}:").format(path=file))
    return age.opening_by_passphrase(given, look)


def _refuse_plain(path: str, is_encrypted: bool, beginning: bytes) -> None:
    """Beside an encrypted file nothing plain is laid down, not even for a moment."""
    if is_encrypted and driver.begins_plain(beginning):
        raise Forbidden(
            "{path} is encrypted and the backup is not; run first: crm decrypt", path=path
        )


def _new_passphrase(crm: Context) -> str:
    given = unlocking.given_passphrase(VARIABLE)
    if given is None:
        if not is_interactive():
            raise BadValue(
                "it is not said who can open the backup; add --recipient age1…, or give a passphrase in CRM_BACKUP_PASSPHRASE"
            )
        given = new_passphrase(crm)
    return unlocking.check_passphrase(given)


def new_passphrase(crm: Context) -> str:
    """What a person at the terminal types twice; CrmError when the two differ."""
    given = unlocking.check_passphrase(crm.screen.ask_secret(_("New passphrase:")))
    if crm.screen.ask_secret(_("The same once more:")) != given:
        raise CrmError("the two passphrases differ; nothing was done")
    return given
