"""`crm encrypt`."""

import os
from pathlib import Path
from typing import Annotated

import typer

from crmcli import config, unlocking
from crmcli.commands.shared import options
from crmcli.commands.shared.keeping import as_text, known_backups
from crmcli.commands.shared.sealing import new_passphrase
from crmcli.context import Context, is_interactive
from crmcli.errors import BadValue, Forbidden, NotFound
from crmcli.locale import _
from crmcli.store import attached_files, driver, encrypting
from crmcli.store.changes import record_event
from crmcli.store.database import Database
from crmcli.store.opening import is_missing

EXAMPLES = (
    "crm encrypt",
    "crm encrypt --key-file /media/stick/crm.key",
)


def run(
    ctx: typer.Context,
    key_file: Annotated[
        str | None,
        typer.Option(
            "--key-file",
            help=_("Where the key is, or goes; crm.key beside config.toml when not said."),
            metavar="PATH",
        ),
    ] = None,
    passphrase: Annotated[
        bool,
        typer.Option(
            "--passphrase",
            help=_("A passphrase instead: asked twice, elsewhere from CRM_PASSPHRASE."),
        ),
    ] = False,
    json: options.Json = False,
) -> None:
    """Encrypt the file, so that it cannot be read without its key.

    Without the key, or the passphrase, the data is lost: keep a copy of it elsewhere.
    """
    crm: Context = ctx.obj
    if passphrase and key_file:
        raise BadValue("--key-file and --passphrase exclude each other; choose one")
    encrypting.require()
    if is_missing(crm.path):
        raise NotFound("there is nothing to encrypt yet: {path} is not there", path=crm.path)
    if driver.is_encrypted(crm.path):
        raise Forbidden("{path} is encrypted already", path=crm.path)
    place = None if passphrase else _place(key_file)
    known = place and unlocking.read_key(place)
    with encrypting.log_of(crm.path) as log:
        crm.write()  # which brings an older file up to date
        at, actor, backups = crm.clock.instant, crm.actor, known_backups(crm)
        crm.close()
        key = known or (unlocking.new_key() if place else _from_passphrase(crm))

        def ready(new: Database) -> None:
            if place and not known:
                unlocking.write_key(place, key)
            if place and place != unlocking.key_place():
                config.write_machine_setting(unlocking.KEY_FILE, str(place))
            record_event(new, at, actor, "encrypt")

        encrypting.encrypt(crm.path, key, ready, log)
    plain = [as_text(path) for path in backups if driver.is_plain_file(str(path))]
    if json:
        item = {
            "path": crm.path,
            "encrypted": True,
            "key_file": str(place) if place else None,
            "plain_backups": plain,
        }
        crm.screen.json_item("encryption", item)
    else:
        _say(crm, place, bool(known))
    _warn(crm, plain)


def _place(key_file: str | None) -> Path:
    """Where the key is to be; Forbidden when crm would go on looking for it elsewhere."""
    place = unlocking.key_place()
    if not key_file:
        return place
    asked = Path(os.path.abspath(Path(key_file).expanduser()))  # noqa: PTH100, links stay what they are
    chosen = config.Settings({}).get(unlocking.KEY_FILE)
    if chosen and Path(chosen) != asked:
        raise Forbidden(
            "the setting crypt.key_file names {place}, by which other files may be opened; leave --key-file out, or set it first",
            place=place,
        )
    return asked


def _from_passphrase(crm: Context) -> str:
    salt = os.urandom(driver.SALT_BYTES)
    given = unlocking.given_passphrase()
    if given is None:
        if not is_interactive():
            raise BadValue("nobody is here to be asked; give the passphrase in CRM_PASSPHRASE")
        given = new_passphrase(crm)
    return unlocking.derived(unlocking.check_passphrase(given), salt)


def _say(crm: Context, place: Path | None, was_known: bool) -> None:
    if place is None:
        said = _("{path} is encrypted by the passphrase.").format(path=crm.path)
    elif was_known:
        said = _("{path} is encrypted by the key that was in {place} already.").format(
            path=crm.path, place=place
        )
    else:
        said = _("{path} is encrypted; its key is {place}.").format(path=crm.path, place=place)
    crm.screen.say(said)


def _warn(crm: Context, plain: list[str]) -> None:
    crm.screen.note(
        _(
            "Without the key or the passphrase the data is lost, and nobody can bring it back: keep a copy of it in another place than this machine."
        )
    )
    crm.screen.note(
        _(
            "The plain bytes were written over; solid-state disks, snapshots and synchronised folders may keep copies of them."
        )
    )
    folder = attached_files.folder_of(crm.path)
    if any(attached_files.digests(folder)):
        crm.screen.note(
            _("The attached files in {path} stay as they are, not encrypted.").format(path=folder)
        )
    for path in plain:
        crm.screen.note(
            _("This backup is still plain; delete it when you need it no more: {path}").format(
                path=path
            )
        )
