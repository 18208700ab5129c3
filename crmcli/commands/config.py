"""`crm config`."""

import re
from typing import Annotated, Any

import typer

from crmcli import config
from crmcli.commands.shared import options
from crmcli.context import Context
from crmcli.errors import BadValue, CrmError, Forbidden, Listed
from crmcli.locale import _, plural
from crmcli.rules.masking import HIDDEN
from crmcli.store import settings as stored_settings

EXAMPLES = (
    "crm config set tiers.core.every 3w",
    "crm config get timezone",
)
ACTIONS = ("list", "get", "set", "unset", "path", "edit")


def run(
    ctx: typer.Context,
    action: Annotated[
        str, typer.Argument(help=_("list, get, set, unset, path or edit."), metavar="ACTION")
    ] = "list",
    key: Annotated[str | None, typer.Argument(help=_("The setting."), metavar="[KEY]")] = None,
    value: Annotated[
        str | None, typer.Argument(help=_("Its new value."), metavar="[VALUE]")
    ] = None,
    json: options.Json = False,
    csv: options.Csv = False,
    dry_run: options.DryRun = False,
    reason: options.Reason = None,
) -> None:
    """Read and change settings."""
    crm: Context = ctx.obj
    if action not in ACTIONS:
        raise BadValue(
            "config {action!r} is unknown; choose one of {known}",
            action=action,
            known=Listed(ACTIONS),
        )
    if action == "list":
        _list(crm, json, csv)
    elif action == "path":
        _show_path(crm, json)
    elif action == "edit":
        _edit()
    elif key is None:
        raise BadValue(
            "which setting? crm config {action} KEY; crm config list shows them all", action=action
        )
    elif action == "get":
        crm.read()
        _show(crm, key, json)
    elif action == "set" and value is None:
        raise BadValue("set {key} to what? crm config set {key} VALUE", key=key)
    else:
        _change(crm, key, value if action == "set" else None, dry_run, reason)
        if json:
            _show(crm, key, json)
        else:
            crm.confirm(lambda: f"{key} = {crm.settings.get(key)}")


def _list(crm: Context, json: bool, csv: bool) -> None:
    crm.read()
    items = [_veiled(_item(crm, name)) for name in crm.settings.names()]
    if json:
        crm.screen.json_list("settings", items)
    elif csv:
        crm.screen.csv(("key", "value", "default", "stored", "about"), items)
    else:
        from crmcli.output.table import Column

        columns = [
            Column(_("setting")),
            Column(_("value"), least=10),
            Column(_("what it decides"), least=24, below=True),
        ]
        crm.screen.table(
            columns,
            [[item["key"], _spoken(item["key"], item), _(item["about"])] for item in items],
        )


def _item(crm: Context, name: str) -> dict[str, Any]:
    key = config.key_of(name)
    return {
        "key": name,
        "value": crm.settings.get(name),
        "default": key.default,
        "stored": "database" if key.stored else "config.toml",
        "about": key.about,
    }


def _veiled(item: dict[str, Any]) -> dict[str, Any]:
    """A list may be seen by others: passwords, and the keys in addresses, are shown by `get` only."""
    value = re.sub(r"(?<=://)[^,\s]+", HIDDEN, item["value"])
    if config.key_of(item["key"]).is_secret and value:
        value = HIDDEN
    return {**item, "value": value}


def _show(crm: Context, name: str, json: bool) -> None:
    item = _item(crm, name)
    if json:
        crm.screen.json_item("setting", item)
    else:
        crm.screen.say(_spoken(name, item))


def _spoken(name: str, item: dict[str, Any]) -> str:
    """A value for people: the steps of a play that came along in their language."""
    value: str = item["value"]
    if not name.startswith("plays.") or not value:
        return value
    from crmcli.rules import plays

    return plays.write(plays.read(value), _)


def _show_path(crm: Context, json: bool) -> None:
    path = str(config.config_path())
    if json:
        crm.screen.json_item("config-path", {"path": path})
    else:
        crm.screen.say(path)


def _change(crm: Context, name: str, value: str | None, dry_run: bool, reason: str | None) -> None:
    """Set a setting, or go back to its default; one that decides dates recomputes them and says how many moved."""
    key = config.key_of(name)
    canonical = None if value is None else config.read_value(name, value)
    if name == "backup.recipient" and canonical:
        from crmcli.store.age import for_recipients

        for_recipients(
            canonical.split(",")
        )  # before every backup fails for it, those made unasked, too
    if not key.stored:
        if not dry_run:
            config.write_machine_setting(name, canonical)
        return
    _refuse_base_rate(crm, name, canonical)
    crm.write(dry_run, recomputing=not key.decides)
    _refuse_new_type(crm, name, canonical)
    _refuse_unknown_tier(crm, name, canonical)
    _refuse_other_rates(crm, name, canonical)
    moved = 0
    with crm.change(reason) as change:
        stored_settings.store(change, name, canonical)
        if key.decides:
            moved = crm.recompute_inside()
    crm.__dict__.pop("settings", None)
    if key.decides:
        crm.screen.note(
            plural("{n} due date moved.", "{n} due dates moved.", moved).format(n=moved)
        )


def _refuse_new_type(crm: Context, name: str, value: str | None) -> None:
    parts = name.split(".")
    if parts[0] != "fields" or value is None or not crm.db.exists:
        return
    custom = name.removeprefix("fields.")
    kind = crm.settings.fields().get(custom)
    if kind is not None and kind.partition(":")[0] != value.partition(":")[0] and value != "text":
        raise BadValue(
            "field {name} is already {kind}; unset it first to change its type",
            name=custom,
            kind=kind,
        )


def _refuse_base_rate(crm: Context, name: str, value: str | None) -> None:
    base = crm.settings.get("currency")
    if value is not None and name == f"currency.rate.{base}":
        raise BadValue(
            "{currency} is the base currency, which needs no rate; set that of another one",
            currency=base,
        )


def _refuse_other_rates(crm: Context, name: str, value: str | None) -> None:
    """Rates say what another currency is worth in the base currency: of another base they would be wrong."""
    if name != "currency" or (value or config.KEYS[name].default) == crm.settings.get(name):
        return
    rates = sorted(one for one in crm.settings.stored if one.startswith("currency.rate."))
    if rates:
        raise Forbidden(
            "{rates} count in {currency}; take them away first: crm config unset {first}",
            rates=Listed(rates),
            currency=crm.settings.get(name),
            first=rates[0],
        )


_OF_A_KNOWN_TIER = (("tiers", "share"), ("tiers", "benefits"))


def _refuse_unknown_tier(crm: Context, name: str, value: str | None) -> None:
    """Service times, a share or benefits of a tier that nobody has would be a slip that nobody notices."""
    parts = name.split(".")
    if len(parts) != 3 or value is None:
        return
    if parts[0] != "service" and (parts[0], parts[2]) not in _OF_A_KNOWN_TIER:
        return
    tiers = crm.settings.tiers()
    if parts[1] not in tiers:
        raise BadValue(
            "{name}: there is no tier {tier!r}, only {known}; first: crm config set tiers.{tier}.every 1m",
            name=name,
            tier=parts[1],
            known=Listed(tiers),
        )


def _edit() -> None:
    import os
    import shlex
    import subprocess

    from crmcli.context import is_interactive

    path = config.config_path()
    editor = os.environ.get("VISUAL") or os.environ.get("EDITOR")
    if not editor or not is_interactive():
        raise CrmError("no editor to open; set EDITOR, or edit {path} yourself", path=path)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    subprocess.run([*shlex.split(editor), str(path)], check=False)
    config.read_machine_settings()
