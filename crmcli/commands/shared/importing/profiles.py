"""How a file is imported, kept under a name in config.toml: `crm import --save-profile NAME`, `--profile NAME` (CLI.md, Import)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from crmcli import config
from crmcli.commands.shared.importing.kinds import KINDS
from crmcli.errors import BadValue, Listed, NotFound
from crmcli.exchange.headers import places_of
from crmcli.store.importing.bulk import ON_DUPLICATE
from crmcli.store.importing.matching import KEYS

_LONGEST_NAME = 60


@dataclass(frozen=True)
class Profile:
    """What can be kept of how a file is imported; None and empty where nothing was said."""

    kind: str | None = None
    encoding: str | None = None
    sheet: str | None = None
    key: str | None = None
    on_duplicate: str | None = None
    keep_extra: bool = False
    map: dict[str, str] = field(default_factory=dict)

    def over(self, other: "Profile") -> "Profile":
        """This one where it says anything, else the other: what was typed over what was kept."""
        said = {name: value for name, value in vars(self).items() if value}
        kept = {
            header: name
            for header, name in other.map.items()
            if not places_of(header, list(self.map)) and not places_of_any(self.map, header)
        }
        return replace(other, **said | {"map": {**kept, **self.map}})

    def without_meaningless(self) -> "Profile":
        """The same less what only other kinds have."""
        options = KINDS[self.kind or "customers"].options
        return replace(
            self,
            key=self.key if "--key" in options else None,
            keep_extra=self.keep_extra and "--keep-extra" in options,
        )

    def fitting(self, said: "Profile", headers: Sequence[str]) -> tuple["Profile", list[str]]:
        """The same less the columns that the file has not, for not each file has them all, but those said now; and these."""
        absent = [
            header
            for header in self.map
            if header not in said.map and not places_of(header, headers)
        ]
        kept = {header: name for header, name in self.map.items() if header not in absent}
        return replace(self, map=kept), absent


def places_of_any(headers: Mapping[str, str], header: str) -> bool:
    """True when one of the headers means the column called `header`."""
    return any(places_of(each, [header]) for each in headers)


def names() -> list[str]:
    """The profiles there are."""
    return sorted(_table())


def load(name: str) -> Profile:
    """The profile called `name`; NotFound lists those there are, BadValue says what is wrong with it."""
    known = _table()
    if name not in known:
        if not known:
            raise NotFound(
                "there is no profile {name!r}, and no other; save one with --save-profile",
                name=name,
            )
        raise NotFound(
            "there is no profile {name!r}; there are {known}",
            sorted(known),
            name=name,
            known=Listed(sorted(known)),
        )
    return _read(name, known[name])


def save(name: str, profile: Profile) -> None:
    """Keep the profile under `name`, in place of an earlier one; comments and order of config.toml stay."""
    held = {key.replace("_", "-"): value for key, value in asdict(profile).items() if value}
    config.write_machine_value([config.PROFILES, name], held)


def check_name(name: str) -> None:
    """BadValue when nothing can be kept under `name`, or config.toml cannot be read: before anything is imported."""
    if not name.strip() or not name.isprintable() or len(name) > _LONGEST_NAME:
        raise BadValue(
            "--save-profile {name!r} is no name for a profile; write a short one like weekly",
            name=name[:_LONGEST_NAME],
        )
    _table()


def _table() -> dict[str, Any]:
    found = config.read_machine_file().get(config.PROFILES, {})
    if not isinstance(found, dict):
        raise BadValue(
            "{path}: profiles is no table; mend it with: crm config edit", path=config.config_path()
        )
    return found


def _read(name: str, held: Any) -> Profile:
    if not isinstance(held, dict):
        raise _broken(name, config.PROFILES, held)
    values: dict[str, Any] = {}
    for key, value in held.items():
        takes = _TAKES.get(key)
        if takes is None:
            raise BadValue(
                "{path}: profile {name!r} has {key!r}, which is unknown; it may have {known}",
                path=config.config_path(),
                name=name,
                key=key,
                known=Listed(_TAKES),
            )
        if not takes(value):
            raise _broken(name, key, value)
        values[key.replace("-", "_")] = value
    return Profile(**values)


def _broken(name: str, key: str, value: object) -> BadValue:
    return BadValue(
        "{path}: {key} of profile {name!r} cannot be {value!r}; mend it with: crm config edit",
        path=config.config_path(),
        key=key,
        name=name,
        value=value,
    )


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value)


def _is_map(value: object) -> bool:
    return isinstance(value, dict) and all(map(_is_text, value.values()))


_TAKES: dict[str, Callable[[object], bool]] = {
    "kind": lambda value: value in tuple(KINDS),
    "encoding": _is_text,
    "sheet": _is_text,
    "key": lambda value: value in KEYS,
    "on-duplicate": lambda value: value in ON_DUPLICATE,
    "keep-extra": lambda value: isinstance(value, bool),
    "map": _is_map,
}
