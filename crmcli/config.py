"""Settings: what each means, its default, and where it lives (CLI.md, Settings).

What decides stored dates lives in the database, is resolved once when the file is made, and is the same whoever
asks; what belongs to the machine lives in config.toml, below the environment (`privacy.mask` = CRM_PRIVACY_MASK).
"""

import os
import sys
from collections.abc import Callable, Iterable, Mapping, MutableMapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from crmcli import locale
from crmcli.errors import BadValue, CrmError, Listed
from crmcli.locale import N_
from crmcli.rules import completeness
from crmcli.rules.cadence import Policy
from crmcli.rules.span import Span
from crmcli.rules.terms import Vocabulary, tiers
from crmcli.rules.workdays import ROLLS

if TYPE_CHECKING:  # read only when a need, a promise or a survey asks, or a file has rates
    from fractions import Fraction

    from crmcli.rules.service.policy import ServicePolicy

APP_NAME = "crm"
PROFILES = "profiles"
"""The table of config.toml that holds no settings, but how files are imported (`crm import --profile`)."""


# --- reading values: each gives the canonical text, or says what is wrong ---


def _text(value: str) -> str:
    return value


def _span(value: str) -> str:
    return str(Span.read(value))


def _days(value: str) -> str:
    span = Span.read(value if not value.strip().isdigit() else f"{value}d")
    if span.unit not in "dw":
        raise BadValue("{value!r} is not a number of days; write it like 90d", value=value)
    return f"{span.count * (7 if span.unit == 'w' else 1)}d"


def _folder(value: str) -> str:
    folder = os.path.expanduser(value.strip())  # noqa: PTH111, survives a missing HOME
    if folder and not Path(folder).is_absolute():
        raise BadValue(
            "{value!r} is not a whole path; write it from the root on, or from ~", value=value
        )
    return folder


def _place(value: str) -> str:
    if not value.strip() or "\0" in value:
        raise BadValue("{value!r} names no folder; write its path", value=value)
    return value.strip()


def _whole(value: str) -> str:
    if not value.strip().isdecimal():
        raise BadValue("{value!r} is not a whole number", value=value)
    return str(int(value))


_SWITCHED = {
    **dict.fromkeys(("on", "1", "yes", "true"), "on"),
    **dict.fromkeys(("off", "0", "no", "false", ""), "off"),
}


_SAID_IN_CHINESE = {
    "on": ("开", "打开", "开启", "启用", "是"), "off": ("关", "关闭", "停用", "否"),
    "always": ("总是", "始终", "一律"), "lists": ("列表", "仅列表"), "never": ("从不", "永不"),
    "next": ("顺延", "延后"), "previous": ("提前",), "keep": ("不变",), "all": ("全部", "所有"), "first": ("第一个", "首个"),
    "none": ("无", "不加密"), "zh": ("中文", "汉语"), "en": ("英文", "英语"),
}  # fmt: skip
"""How the words that settings choose among may be typed in Chinese; stored is the English one."""

_ENGLISH = {said: word for word, many in _SAID_IN_CHINESE.items() for said in many}


def _in_english(value: str) -> str:
    word = value.strip().lower()
    return _ENGLISH.get(word, word)


def _switch(value: str) -> str:
    """`on` or `off`, as environments and TOML files may write it."""
    try:
        return _SWITCHED[_in_english(value)]
    except KeyError:
        raise BadValue(
            "{value!r} is unknown; choose one of {known}", value=value, known=Listed(("on", "off"))
        ) from None


def _choice(*allowed: str) -> Callable[[str], str]:
    def read(value: str) -> str:
        word = _in_english(value)
        if word not in allowed:
            raise BadValue(
                "{value!r} is unknown; choose one of {known}",
                value=value,
                known=Listed(filter(None, allowed)),
            )
        return word

    return read


def _hours(value: str) -> str:
    from crmcli.rules.workclock import Hours

    return str(Hours.read(value))


def _terms(value: str) -> str:
    from crmcli.rules.deadlines import Terms

    return str(Terms.read(value))


def _length(value: str) -> str:
    from crmcli.rules.deadlines import Length

    return str(Length.read(value))


def _wall_hours(value: str) -> str:
    text = _length(value)
    if not text.removesuffix("h").isdecimal():
        raise BadValue("{value!r} is not a number of hours; write it like 48h", value=value)
    return text


def _below(value: str) -> str:
    parts = [part.strip() for part in value.replace("，", ",").split(",")]
    if len(parts) != 3 or not all(
        part.isdecimal() and int(part) <= most for part, most in zip(parts, (5, 5, 10), strict=True)
    ):
        raise BadValue(
            "{value!r} are not three scores; write overall and any dimension (at most 5), and NPS (at most 10) like 3,2,6",
            value=value,
        )
    return ",".join(str(int(part)) for part in parts)


def _names(value: str) -> str:
    parts = value.replace("，", ",").replace("、", ",").split(",")
    return ",".join(part.strip() for part in parts if part.strip())


def _calendar_days(value: str) -> str:
    from crmcli.workcalendar import parse_days

    parse_days(value)
    return value.strip()


def _country(value: str) -> str:
    from crmcli.workcalendar import load

    country = value.strip().upper()
    country = "" if country == "NONE" else country
    load(country, (), ())
    return country or "none"


def _zone(value: str) -> str:
    from zoneinfo import ZoneInfo

    try:
        ZoneInfo(value.strip())
    except (ValueError, OSError, LookupError):
        raise BadValue(
            "time zone {value!r} is unknown; write it like Asia/Shanghai", value=value
        ) from None
    return value.strip()


def _channels(value: str) -> str:
    from crmcli.notify.channels import CHANNELS, is_channel

    asked = [name for name in _names(value).split(",") if name]
    names = [name if "://" in name else name.lower() for name in asked]
    wrong = next((name for name in names if not is_channel(name)), None if names else value)
    if wrong is not None:
        raise BadValue(
            "{value!r} is no channel; choose of {known}, or write an address like wecombot://KEY",
            value=wrong,
            known=Listed(CHANNELS),
        )
    return ",".join(dict.fromkeys(names))


def _quiet(value: str) -> str:
    from crmcli.rules.reminding import Quiet

    return str(Quiet.read(value))


def _port(value: str) -> str:
    if value.strip() and not (value.strip().isdecimal() and 0 < int(value) < 65536):
        raise BadValue("{value!r} is no port; write a number up to 65535", value=value)
    return value.strip()


def _is_currency(code: str) -> bool:
    from crmcli.rules.currencies import CODES

    return code in CODES


def _amount(value: str) -> str:
    plain = value.strip().replace(",", "")
    if not plain.isascii() or not plain.isdecimal() or len(plain) > 12:
        raise BadValue("{value!r} is no amount; write a whole number like 100000", value=value)
    return str(int(plain))


def _rate(value: str) -> str:
    from decimal import Decimal, InvalidOperation

    try:
        rate = Decimal(value.strip())
    except InvalidOperation:
        rate = Decimal(0)
    if not rate.is_finite() or rate <= 0:
        raise BadValue(
            "{value!r} is no rate; write what one of it is worth in the base currency, like 7.1",
            value=value,
        )
    # Compared as it is: normalize() rounds, and fails for what is out of its range.
    digits = "".join(map(str, rate.as_tuple().digits)).strip("0")
    if not Decimal("1e-9") <= rate <= 10**9 or len(digits) > 10:
        raise BadValue(
            "a rate is between 0.000000001 and 1000000000, of up to 10 digits, like 7.1; {value!r} is not",
            value=value if len(value) <= 40 else f"{value[:39]}…",
        )
    return format(rate.normalize(), "f")


def _share(value: str) -> str:
    from crmcli.rules.value.tiering import Band

    return str(Band.read(value)) if value.strip() else ""


def _currency(value: str) -> str:
    from crmcli.rules.money import read_currency

    return read_currency(value)


def _play(value: str) -> str:
    from crmcli.rules import plays

    return plays.write(plays.read(value))


def _field_type(value: str) -> str:
    kind, _, choices = value.strip().partition(":")
    kind = kind.strip().lower()
    if kind in ("text", "number", "date") and not choices:
        return kind
    if kind == "choice" and _names(choices):
        return f"choice:{_names(choices)}"
    raise BadValue(
        "{value!r} is no type of field; choose text, number, date or choice:a,b", value=value
    )


class Key(NamedTuple):
    """One setting. `stored` ones live in the database; `decides` ones recompute stored dates when set."""

    default: str
    read: Callable[[str], str]
    about: str
    stored: bool = False
    decides: bool = False
    is_secret: bool = False  # lists do not show it


def _stored(default: str, read: Callable[[str], str], about: str, decides: bool = True) -> Key:
    return Key(default, read, about, stored=True, decides=decides)


KEYS: dict[str, Key] = {
    "calendar.country": _stored("none", _country, N_("whose public holidays are days off: CN or none")),
    "calendar.hours": _stored("09:00-12:00,13:00-18:00", _hours, N_("the office hours, by which service deadlines run")),
    "calendar.roll": _stored("next", _choice(*ROLLS), N_("where a date on a day off moves: next, previous or keep")),
    "calendar.days_off": _stored("", _calendar_days, N_("more days off: 2026-12-24, 2026-12-28..2026-12-31")),
    "calendar.working_days": _stored("", _calendar_days, N_("more working days, weekends too")),
    "timezone": _stored("UTC", _zone, N_("the time zone of all local dates and times")),
    "tiers.core.every": _stored("1m", _span, N_("touch core customers at least this often")),
    "tiers.potential.every": _stored("2m", _span, N_("touch potential customers at least this often")),
    "tiers.ordinary.every": _stored("3m", _span, N_("touch ordinary customers, and those without a tier, at least this often")),
    "cadence.new": _stored("1w", _span, N_("touch new customers at least this often")),
    "cadence.new_for": _stored("90d", _days, N_("how long a customer counts as new")),
    "cadence.intent_high": _stored("3d", _span, N_("touch leads with high intent after")),
    "cadence.intent_medium": _stored("7d", _span, N_("touch leads with medium intent after")),
    "cadence.intent_low": _stored("30d", _span, N_("touch leads with low intent after")),
    "cadence.intent_unknown": _stored("30d", _span, N_("touch leads of unknown intent after")),
    "cadence.visit": _stored("3m", _span, N_("visit customers who spend much at least this often")),
    "cadence.visit_spend": _stored("100000", _amount, N_("from which yearly spend on, in the base currency, a customer is called monthly and visited")),
    "cadence.no_reply": _stored("3d", _span, N_("a message is unanswered after")),
    "cadence.counts": _stored("ours", _choice("ours", "all"), N_("which contacts reset the clock: all, or ours, without those a customer started about a need")),
    "cadence.win_back": _stored("on", _choice("on", "off"), N_("whether dormant and lost customers are to be won back")),
    "service.urgent": _stored("2h,24h,48h", _terms, N_("how soon urgent needs are responded to, given feedback on and solved")),
    "service.important": _stored("4wh,3wd,-", _terms, N_("the same of important needs (wh = working hours, wd = working days)")),
    "service.routine": _stored("8wh,5wd,-", _terms, N_("the same of routine needs, and of those not triaged yet")),
    "service.complaint": _stored("48h", _length, N_("how soon any complaint is solved")),
    "service.plan_confirm": _stored("2wd", _span, N_("a plan that was sent is to be confirmed after")),
    "service.progress": _stored("1w", _span, N_("a customer is told how work on a need goes every")),
    "survey.after": _stored("3wd", _span, N_("a survey is due so long after a need was resolved")),
    "survey.review": _stored("24h", _length, N_("a bad answer is to be reviewed within")),
    "survey.relation": _stored("3m", _span, N_("core customers are asked about the relationship every")),
    "survey.deep": _stored("1y", _span, N_("core customers are talked to in depth every")),
    "survey.below": _stored("3,2,6", _below, N_("below expectation: overall, any dimension, and NPS at most this")),
    "promise.yellow": _stored("48h", _wall_hours, N_("a promise is listed so long before it is due")),
    "promise.amends_within": _stored("2wh", _length, N_("amends for a broken promise are due within")),
    "promise.amends": _stored("", _names, N_("what can be offered as amends, for choosing from"), decides=False),
    "kb.review": _stored("1m", _span, N_("articles are read again every")),
    "quality.file_check": _stored("off", _choice("on", "off"), N_("whether a customer's record that nobody has touched for long is due")),
    "required.company": _stored(",".join(completeness.COMPANY), _names, N_("what is wanted of a company"), decides=False),
    "required.person": _stored(",".join(completeness.PERSON), _names, N_("what is wanted of a person"), decides=False),
    "tags.allowed": _stored("", _names, N_("the only tags allowed; empty = any"), decides=False),
    "currency": _stored("CNY", _currency, N_("the base currency")),
    "privacy.mask": Key("lists", _choice("always", "lists", "never"), N_("where phones and e-mails are masked: always, in lists, or never")),
    "notify.channels": Key("desktop", _channels, N_("how reminders are sent, the first that works: desktop, email, command, file, urls, or an address")),
    "notify.copy": Key("first", _choice("first", "all"), N_("whether reminders go to the first channel that works, or to all")),
    "notify.quiet": Key("", _quiet, N_("hours in which nothing is said: 20:00-08:00")),
    "notify.lines": Key("5", _whole, N_("how many things a reminder names")),
    "notify.file": Key("", _text, N_("the file that reminders are appended to")),
    "notify.command": Key("", _text, N_("the program that is handed reminders as JSON, with its arguments")),
    "notify.urls": Key("", _text, N_("addresses of messengers and robots, as apprise writes them")),
    "notify.email.to": Key("", _text, N_("who gets reminders by e-mail")),
    "notify.email.from": Key("", _text, N_("the sender of the mail; empty = the receiver")),
    "notify.email.server": Key("", _text, N_("the mail server; empty = the machine's own sendmail")),
    "notify.email.port": Key("", _port, N_("its port; empty = the usual one")),
    "notify.email.security": Key("starttls", _choice("starttls", "tls", "none"), N_("how the connection to it is encrypted: starttls, tls or none")),
    "notify.email.ca_file": Key("", _text, N_("certificates to trust instead of the system's")),
    "notify.email.user": Key("", _text, N_("the name to log in with; empty = no log-in")),
    "notify.email.password_command": Key("", _text, N_("the program that prints the password")),
    "notify.email.password_file": Key("", _text, N_("the file that holds the password")),
    "notify.email.password": Key("", _text, N_("the password itself, in clear; better by CRM_NOTIFY_EMAIL_PASSWORD"), is_secret=True),
    "privacy.mask_amounts": Key("off", _choice("on", "off"), N_("whether amounts of money are masked, too")),
    "backup.folder": Key("", _folder, N_("where backups go; empty = a folder of the file's own in the platform's state folder")),
    "backup.keep": Key("10", _whole, N_("how many backups to keep, counted apart for those asked for and those made before imports, restores and upgrades; 0 = all")),
    "backup.recipient": Key("", _names, N_("for whom backups are sealed, as age has them: age1…; empty = they are as the file is")),
    "backup.before_import": Key("1000", _whole, N_("an import of so many rows makes a backup first; 0 = never")),
    "crypt.key_file": Key("", _folder, N_("where the key of encrypted files lies; empty = crm.key beside config.toml")),
    "archive.folder": Key("archive", _place, N_("where dossiers are kept; seen from the folder of the data file")),
    "plain": Key("off", _switch, N_("whether all is said in plain lines, for screen readers: on or off")),
    "lang": Key("", _choice("en", "zh", ""), N_("the language spoken: en or zh; empty = the locale's")),
    "actor": Key("", _text, N_("who you are in the change log; empty = the login name")),
}  # fmt: skip

_TIER_PARTS: dict[str, Key] = {
    "every": _stored("3m", _span, N_("touch customers of this tier at least this often")),
    "rank": _stored("9", _whole, N_("its place among the tiers, 1 first")),
    "label_zh": _stored("", _text, N_("its Chinese name"), decides=False),
    "benefits": _stored("", _text, N_("what its customers get, shown in show"), decides=False),
    "share": _stored(
        "",
        _share,
        N_("the share of customers it should hold, like 5-8%; crm tiers warns outside it"),
        decides=False,
    ),
}
_URGENCIES = ("urgent", "important", "routine")
_SERVICE_OF_TIER = _stored("", _terms, N_("a tier's own service times for needs of one urgency"))
_RATE = _stored("", _rate, N_("what one of another currency is worth in the base currency"))
SHIPPED_PLAYS = ("escort", "review", "revive")
"""The plays that come along (rules/plays.py)."""
_BUILT_IN_TIERS = {"core": 1, "potential": 2, "ordinary": 3}


def key_of(name: str) -> Key:
    """The setting called `name`; BadValue names an unknown one and the nearest known."""
    if name in KEYS:
        return KEYS[name]
    parts = name.split(".")
    if len(parts) == 3 and parts[0] == "tiers" and parts[1] and parts[2] in _TIER_PARTS:
        return _TIER_PARTS[parts[2]]
    if len(parts) == 3 and parts[0] == "service" and parts[1] and parts[2] in _URGENCIES:
        return _SERVICE_OF_TIER
    if len(parts) == 3 and parts[:2] == ["currency", "rate"]:
        if _is_currency(parts[2]):
            return _RATE
        raise BadValue(
            "setting {name!r} is unknown; did you mean {near}?",
            name=name,
            near=f"currency.rate.{_currency(parts[2])}",
        )
    if len(parts) == 2 and parts[0] == "plays" and parts[1]:
        return _play_called(parts[1])
    if len(parts) >= 2 and parts[0] == "fields" and all(parts):
        return _stored("text", _field_type, N_("the type of a custom field"), decides=False)
    from difflib import get_close_matches

    near = get_close_matches(name, KEYS, n=1)
    if near:
        raise BadValue("setting {name!r} is unknown; did you mean {near}?", name=name, near=near[0])
    raise BadValue("setting {name!r} is unknown; crm config list shows them all", name=name)


def _play_called(name: str) -> Key:
    from crmcli.rules import plays

    if name == plays.RESERVED:
        raise BadValue(
            "a play cannot be called {name}, as the tasks of hand-overs are; choose another word",
            name=name,
        )
    steps = plays.SHIPPED.get(name)
    about = N_("the tasks of a play, as crm play lays them out: +0d: call them; +1w: visit them")
    return _stored(plays.write(steps) if steps else "", _play, about, decides=False)


def read_value(name: str, value: str) -> str:
    """The canonical text of a value for the setting `name`; BadValue says what is wrong with it."""
    key = key_of(name)
    try:
        return key.read(value)
    except BadValue as error:
        raise BadValue("{name}: {problem}", name=name, problem=error) from None


# --- places ---


def database_path(asked: str | None) -> str:
    """Where the data lies: --db, else CRM_DB, else crm.db in the platform's user-data folder."""
    if asked is not None and not asked.strip():
        raise BadValue("--db names no file; write the database file's path")
    chosen = asked or os.environ.get("CRM_DB")
    if chosen:
        return str(Path(chosen).expanduser())
    return str(user_folder("data") / "crm.db")


def config_path() -> Path:
    """Where the machine's settings lie: CRM_CONFIG, else config.toml in the platform's configuration folder."""
    chosen = os.environ.get("CRM_CONFIG")
    if chosen:
        return Path(chosen).expanduser()
    return user_folder("config") / "config.toml"


def user_folder(kind: str) -> Path:
    """The platform's folder for this user's `data`, `config` or `state` of crm, as platformdirs names it.

    On Linux its rule is written out here, for importing it costs every command 3 ms; a test holds both equal.
    """
    if sys.platform == "linux":
        base = os.environ.get(f"XDG_{kind.upper()}_HOME", "").strip()
        default = {"data": "~/.local/share", "config": "~/.config", "state": "~/.local/state"}[kind]
        return Path(base or os.path.expanduser(default)) / APP_NAME  # noqa: PTH111, survives a missing HOME
    import platformdirs

    folders = {
        "data": platformdirs.user_data_path,
        "config": platformdirs.user_config_path,
        "state": platformdirs.user_state_path,
    }
    return folders[kind](APP_NAME, appauthor=False)


def backup_place(path: str) -> tuple[Path, str, bool]:
    """Where backups of the file at `path` go, what their names begin with there, and whether that was chosen.

    By default a folder of the file's own in the platform's state folder, beside that when the data lies in it, too
    (macOS and Windows have one folder for both); what `backup.folder` names may hold those of several files, which
    their names then tell apart.
    """
    from hashlib import sha256

    file = Path(path).resolve()
    name = f"{file.stem}-{sha256(os.fsencode(file)).hexdigest()[:8]}"
    if chosen := Settings({}).get("backup.folder"):
        return Path(chosen), name, True
    folder = user_folder("state")
    if folder.resolve() == file.parent:
        folder = folder.with_name(f"{APP_NAME}-backups")
    return folder / "backups" / name, file.stem, False


def read_machine_settings() -> dict[str, str]:
    """The settings of config.toml, flat: `{"privacy.mask": "never"}`; none when there is no such file."""
    tables = read_machine_file()
    tables.pop(PROFILES, None)
    found = dict(_flat(tables))
    return {name: read_value(name, value) for name, value in found.items()}


def read_machine_file() -> dict[str, Any]:
    """config.toml as it is; empty when there is no such file."""
    path = config_path()
    try:
        text = path.read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise BadValue(
            "{path} cannot be read ({reason}); mend it, or name another with CRM_CONFIG",
            path=path,
            reason=getattr(error, "strerror", None) or "it is not UTF-8",
        ) from None
    import tomllib

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadValue(
            "{path} is not valid TOML ({error}); mend it with: crm config edit",
            path=path,
            error=error,
        ) from None


def _flat(table: Mapping[str, Any], prefix: str = "") -> Iterable[tuple[str, str]]:
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield (
                f"{prefix}{name}",
                ",".join(map(str, value)) if isinstance(value, list) else str(value),
            )


def write_machine_setting(name: str, value: str | None) -> None:
    """Set one setting of config.toml, or take it out with None; comments and order are kept."""
    write_machine_value(name.split("."), value)


def write_machine_value(names: Sequence[str], value: Any) -> None:
    """The same of whatever lies under `names`, one within the other: a text, or a whole table as a dict."""
    import tomlkit

    path = config_path()
    try:
        document = (
            tomlkit.parse(path.read_text(encoding="utf-8")) if path.exists() else tomlkit.document()
        )
        table: Any = document
        *folders, leaf = names
        for folder in folders:
            table = table.setdefault(folder, tomlkit.table())
            if not isinstance(table, MutableMapping):
                raise CrmError(
                    "{path} has a plain value under {folder}; mend it with: crm config edit",
                    path=path,
                    folder=folder,
                )
        if value is None:
            table.pop(leaf, None)
        else:
            table[leaf] = value
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = path.with_name(path.name + ".new")
        draft.touch(mode=0o600)  # a password may be in it
        draft.write_text(tomlkit.dumps(document), encoding="utf-8")
        draft.chmod(path.stat().st_mode & 0o777 if path.exists() else 0o600)
        draft.replace(path)
    except (OSError, tomlkit.exceptions.TOMLKitError) as error:
        raise CrmError(
            "{path} cannot be written ({reason}); check it and its folder", path=path, reason=error
        ) from None


def environment_name(name: str) -> str:
    """The environment variable of a machine's setting: privacy.mask is CRM_PRIVACY_MASK."""
    return "CRM_" + name.replace(".", "_").upper()


# --- the settings of one run ---


class Settings:
    """Every setting resolved for one run: defaults < database or config.toml < environment."""

    def __init__(self, stored: Mapping[str, str]) -> None:
        self.stored = dict(stored)
        self._machine: dict[str, str] | None = None

    def get(self, name: str) -> str:
        """The value in force; BadValue for an unknown name."""
        key = key_of(name)
        if key.stored:
            return self.stored.get(name, key.default)
        given = os.environ.get(environment_name(name))
        if given is not None:
            return read_value(name, given)
        if self._machine is None:
            self._machine = read_machine_settings()
        return self._machine.get(name, key.default)

    def _refuse_unreadable(self) -> None:
        """BadValue naming a setting of the file that crm cannot read: another program wrote it."""
        for name, value in self.stored.items():
            try:
                read_value(name, value)
            except BadValue:
                raise BadValue(
                    "the setting {name} is {value!r} in this file, which crm cannot read; set it anew: crm config set {name} VALUE",
                    name=name,
                    value=value,
                ) from None

    def names(self) -> list[str]:
        """Every setting there is in this file, sorted."""
        return sorted({*KEYS, *(f"plays.{name}" for name in SHIPPED_PLAYS), *self.stored})

    def plays(self) -> dict[str, str]:
        """The plays that were set in this file: their names and lines."""
        mine = (name for name in self.stored if name.startswith("plays."))
        return {name.removeprefix("plays."): self.stored[name] for name in mine}

    def tiers(self) -> list[str]:
        """The tiers in rank order, most important first."""
        ranks = dict(_BUILT_IN_TIERS)
        for name in self.stored:
            parts = name.split(".")
            if parts[0] == "tiers" and parts[2:] in (["every"], ["rank"]):
                ranks.setdefault(parts[1], 9)
        for tier in ranks:
            ranks[tier] = int(self.stored.get(f"tiers.{tier}.rank", ranks[tier]))
        return sorted(ranks, key=lambda tier: (ranks[tier], tier))

    def tier_words(self) -> Vocabulary:
        """The tiers as people may write them."""
        names = self.tiers()
        return tiers(names, {name: self.stored.get(f"tiers.{name}.label_zh", "") for name in names})

    def policy(self) -> Policy:
        """The cadence rules' numbers (HANDBOOK §3)."""
        try:
            return self._policy()
        except (ValueError, BadValue):
            self._refuse_unreadable()
            raise

    def _policy(self) -> Policy:
        return Policy(
            tiers={tier: Span.read(self.get(f"tiers.{tier}.every")) for tier in self.tiers()},
            new=Span.read(self.get("cadence.new")),
            new_for=int(self.get("cadence.new_for").removesuffix("d")),
            intents={
                intent: Span.read(self.get(f"cadence.intent_{intent}"))
                for intent in ("high", "medium", "low", "unknown")
            },
            roll=self.get("calendar.roll"),
            no_reply=Span.read(self.get("cadence.no_reply")),
            win_back=self.get("cadence.win_back") == "on",
            file_check=self.get("quality.file_check") == "on",
            counts_all=self.get("cadence.counts") == "all",
            visit=Span.read(self.get("cadence.visit")),
            spend_line=int(self.get("cadence.visit_spend")),
            currency=self.get("currency"),
            rates=self._rates(),
        )

    def _rates(self) -> "dict[str, Fraction]":
        begin = "currency.rate."
        own = begin + self.get("currency")  # worth one of itself, whatever another program wrote
        given = {name: value for name, value in self.stored.items() if name.startswith(begin) and name != own}  # fmt: skip
        if not given:
            return {}
        from fractions import Fraction

        return {name.removeprefix(begin): Fraction(value) for name, value in given.items()}

    def service_policy(self) -> "ServicePolicy":
        """The numbers of needs, promises and surveys (HANDBOOK §4, §5, §6)."""
        try:
            return self._service_policy()
        except (ValueError, BadValue):
            self._refuse_unreadable()
            raise

    def _service_policy(self) -> "ServicePolicy":
        from crmcli.rules.deadlines import Length, Service, Terms
        from crmcli.rules.service.policy import Below, ServicePolicy

        service = Service(
            urgent=Terms.read(self.get("service.urgent")),
            important=Terms.read(self.get("service.important")),
            routine=Terms.read(self.get("service.routine")),
            complaint=Length.read(self.get("service.complaint")),
        )
        own: dict[str, Service] = {}
        for name, value in self.stored.items():
            parts = name.split(".")
            if len(parts) == 3 and parts[0] == "service":
                terms: dict[str, Any] = {parts[2]: Terms.read(value)}
                own[parts[1]] = own.get(parts[1], service)._replace(**terms)
        return ServicePolicy(
            service=service,
            by_tier=own,
            plan_confirm=Span.read(self.get("service.plan_confirm")),
            progress=Span.read(self.get("service.progress")),
            survey_after=Span.read(self.get("survey.after")),
            survey_relation=Span.read(self.get("survey.relation")),
            survey_deep=Span.read(self.get("survey.deep")),
            review=Length.read(self.get("survey.review")),
            below=Below(*map(int, self.get("survey.below").split(","))),
            promise_yellow=Length.read(self.get("promise.yellow")),
            amends=Length.read(self.get("promise.amends_within")),
            article_review=Span.read(self.get("kb.review")),
        )

    def fields(self) -> dict[str, str]:
        """The custom fields declared: name → text, number, date or choice:a,b."""
        return {
            name.removeprefix("fields."): value
            for name, value in sorted(self.stored.items())
            if name.startswith("fields.")
        }

    def required(self, kind: str) -> list[str]:
        """The fields wanted of a customer of this kind."""
        return [name for name in self.get(f"required.{kind}").split(",") if name]


def settings_of_the_place() -> dict[str, str]:
    """What a new file takes from the locale, once: time zone, holidays, currency (DESIGN §3)."""
    tongue = next(
        (value for name in ("LC_ALL", "LC_CTYPE", "LANG") if (value := os.environ.get(name))), ""
    )
    mainland = tongue.startswith(("zh_CN", "zh-CN", "zh_Hans"))
    # Another Chinese region has other holidays, whatever language is spoken.
    chinese = mainland or (locale.current() == "zh" and not tongue.startswith("zh"))
    return {
        "timezone": local_zone(),
        "calendar.country": "CN" if chinese else "none",
        "currency": "CNY" if chinese else local_currency(),
    }


def local_zone() -> str:
    """The machine's time zone; UTC when it has none."""
    from tzlocal import get_localzone_name

    try:
        return _zone(get_localzone_name() or "UTC")
    except (BadValue, ValueError, OSError, LookupError):
        return "UTC"


def local_currency() -> str:
    """The currency of the machine's locale; the default when it names none."""
    import locale as system

    before = system.setlocale(system.LC_MONETARY)
    try:
        system.setlocale(system.LC_MONETARY, "")
        return _currency(str(system.localeconv()["int_curr_symbol"]))
    except (system.Error, BadValue):
        return KEYS["currency"].default
    finally:
        system.setlocale(system.LC_MONETARY, before)
