"""What completes each kind of value: customers, references, tags, the handbook's words, settings and fields.

Only names and references are suggested: no phone, e-mail or amount (HANDBOOK §10).
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from crmcli import config, locale
from crmcli.config import Settings
from crmcli.locale import _
from crmcli.output.shells import Offer
from crmcli.rules import terms
from crmcli.rules.terms import Vocabulary
from crmcli.store import frozen, suggestions
from crmcli.store.database import Database
from crmcli.store.suggestions import MOST, Named, Referred, plain

if TYPE_CHECKING:
    from crmcli.rules.due import DueItem

_TOP = 20  # customers suggested before anything is typed
_FEW = 20  # references suggested beside names


class Line:
    """The words of a command line that stand before the cursor, the text at it, and the file that they are about."""

    def __init__(self, shows_help: bool) -> None:
        self.shows_help = shows_help
        self.command = ""
        self.text = ""
        self.arguments: list[str] = []
        self.options: dict[str, list[str]] = {}

    @cached_property
    def db(self) -> Database | None:
        """The file, or None when nothing can be looked up in it."""
        from os.path import expandvars

        asked = self.options.get("--db")
        return suggestions.peek(config.database_path(expandvars(asked[-1]) if asked else None))

    @cached_property
    def settings(self) -> Settings:
        """The settings in force; those of an empty file when there is none."""
        from crmcli.store import settings

        return Settings(settings.load(self.db) if self.db else {})

    def close(self) -> None:
        """Let go of the file."""
        if db := self.__dict__.get("db"):
            db.close()


Values = Callable[[Line], Iterable[Offer]]


# --- words ---


def _words(vocabulary: Vocabulary) -> Values:
    """The stored words; the Chinese ones when the text is Chinese."""

    def offered(line: Line) -> Iterator[Offer]:
        for word, others in vocabulary.words.items():
            chinese = [one for one in others if not one[:1].isascii()]
            if not line.text.isascii():
                yield from _begun(line, chinese, word)
            elif word.startswith(line.text.casefold()):
                yield Offer(word, chinese[0] if chinese and locale.current() == "zh" else "")
            else:
                yield from _begun(line, [one for one in others if one.isascii()], word)

    return offered


def _tiers(line: Line) -> Iterator[Offer]:
    """The tiers by name; in Chinese by label, too."""
    for name, others in line.settings.tier_words().words.items():
        labels = [one for one in others if not one[:1].isascii()]
        if name.startswith(line.text.casefold()):
            yield Offer(name, labels[0] if labels and locale.current() == "zh" else "")
        if not line.text.isascii():
            yield from _begun(line, labels, name)
        elif not line.text and locale.current() == "zh":
            yield from _begun(line, labels[:1], name)


def _one_of(*words: str) -> Values:
    return lambda line: _begun(line, words)


def _begun(line: Line, words: Iterable[str], about: str = "") -> Iterator[Offer]:
    text = plain(line.text)
    return (Offer(word, about) for word in words if plain(word).startswith(text))


def _in_file(of: str) -> Values:
    def offered(line: Line) -> Iterable[Offer]:
        return map(Offer, suggestions.values(line.db, of, line.text)) if line.db else ()

    return offered


def _new_tags(line: Line) -> Iterable[Offer]:
    """The tags that the settings allow; where they allow any, those in the file."""
    allowed = [tag for tag in line.settings.get("tags.allowed").split(",") if tag]
    return _begun(line, allowed) if allowed else _in_file("tags")(line)


def _tags_of_customer(line: Line) -> Iterator[Offer]:
    """The tags that the customer named before has; all tags when it is not named outright."""
    own = suggestions.tags_of(line.db, line.arguments[0]) if line.db and line.arguments else []
    return _begun(line, own) if own else iter(_in_file("tags")(line))


# --- customers and other records ---


def _records(*tables: str) -> Values:
    """Records by reference, and customers by name; before anything is typed, whom one is likeliest to mean."""

    def offered(line: Line) -> Iterator[Offer]:
        text = line.text.strip()
        if line.db is None:
            return
        if not text:
            yield from _by_name(_likely(line, line.db))
            return
        referred = suggestions.references(line.db, text, tables)
        if not referred:
            yield from _by_name(suggestions.customers(line.db, text))
        elif len(text) > 1:
            yield from (_by_reference(line, one) for one in referred)
        else:  # a letter may as well begin a name
            named = list(_by_name(suggestions.customers_beginning(line.db, text)))
            referred = referred[: max(_FEW, MOST - len(named))]
            yield from named[: MOST - len(referred)]
            yield from (_by_reference(line, one) for one in referred)

    return offered


def _by_name(found: Iterable[Named]) -> Iterator[Offer]:
    """Each name once, however many customers have it: the program then asks which."""
    together: dict[str, list[Named]] = {}
    for one in found:
        together.setdefault(one.word, []).append(one)
    for word, several in together.items():
        references = ", ".join(f"c{one.key}" for one in several)
        known = (several[0].name, references)
        yield Offer(word, " ".join(one for one in reversed(known) if one != word))


def _by_reference(line: Line, one: Referred) -> Offer:
    if not line.shows_help:
        return Offer(one.ref)
    if one.table == "change":  # what was typed then may hold anything
        return Offer(one.ref, " ".join([one.day, *one.about.split()[1:2]]))
    return Offer(one.ref, " ".join(filter(None, (one.day, _harmless(one.about)))))


def _harmless(text: str) -> str:
    from crmcli.rules.masking import mask_numbers

    return mask_numbers(" ".join(text.split()))[:60]


def _likely(line: Line, db: Database) -> list[Named]:
    """The customers of what is due first, then those talked to last."""
    known = _customers_of(_due_items(line, db, _TOP))
    if len(known) < _TOP:
        known += [one for one in suggestions.recent_customers(db, 2 * _TOP) if one not in known]
    return known[:_TOP]


def _customers_of(items: "Iterable[DueItem]") -> list[Named]:
    names = {int(one["ref"].removeprefix("c")): one["name"] for one in (item.customer for item in items) if one}  # fmt: skip
    return [suggestions.named(key, name) for key, name in names.items()]


def _due_items(line: Line, db: Database, limit: int, without: str = "") -> "list[DueItem]":
    from crmcli.clock import Clock
    from crmcli.store.due import KINDS, Question, due_items

    clock = Clock(line.settings.get("timezone"))
    asked = Question(
        now=clock.now,
        until=clock.today,
        kinds=[kind for kind in KINDS if kind != without],
        limit=limit,
    )
    return due_items(db, asked, line.settings.policy(), line.settings.tiers())[:limit]


def _due(*tables: str, without: str = "") -> Values:
    """What is due: touches by their customer, the rest by reference; then other records of these tables."""

    def offered(line: Line) -> Iterator[Offer]:
        text = line.text.strip()
        if line.db is None:
            return
        items = _due_items(line, line.db, MOST if text else _TOP, without)
        for item in items:
            if item.kind != "touch" and _fits(item, text):
                yield Offer(item.ref, _what(item) if line.shows_help else "")
        if not text:
            touched = (item for item in items if item.kind == "touch")
            yield from _by_name(_customers_of(touched))
        elif "customer" in tables:
            yield from _records(*tables)(line)
        else:
            found = suggestions.references(line.db, text, tables)
            yield from (_by_reference(line, one) for one in found)

    return offered


def _fits(item: "DueItem", text: str) -> bool:
    """Its reference was begun, or its customer's name."""
    begun = item.customer is not None and plain(item.customer["name"]).startswith(plain(text))
    return item.ref.startswith(text.casefold()) or begun


def _what(item: "DueItem") -> str:
    title = item.title if isinstance(item.title, str) else _(item.kind)
    return f"{item.customer['name']}: {_harmless(title)}" if item.customer else _harmless(title)


def _people(line: Line) -> Iterator[Offer]:
    """The people of the customer named before."""
    if line.db and line.arguments:
        for one in suggestions.people_of(line.db, line.arguments[0]):
            if plain(one.about).startswith(plain(line.text)):
                yield Offer(suggestions.printable(one.about), one.ref)
            elif one.ref.startswith(line.text.casefold()):
                yield Offer(one.ref, one.about)


# --- settings ---

CHOICES: dict[str, Sequence[str]] = {
    "calendar.country": ("CN", "none"),
    "calendar.roll": ("next", "previous", "keep"),
    "cadence.win_back": ("on", "off"),
    "privacy.mask": ("always", "lists", "never"),
    "lang": ("en", "zh"),
}
"""The settings that have few values."""


_TIER_SETTINGS = ("every", "rank", "label_zh", "benefits", "share")


def _keys(line: Line) -> Iterator[Offer]:
    if line.arguments[0] not in ("get", "set", "unset"):
        return
    tiers = {f"tiers.{tier}.{part}" for tier in line.settings.tiers() for part in _TIER_SETTINGS}
    for name in sorted({*line.settings.names(), *tiers}):
        if name.startswith(line.text.casefold()):
            yield Offer(name, _(config.key_of(name).about))


def _setting(line: Line) -> Iterator[Offer]:
    action, name = line.arguments[:2]
    if action == "set" and name.startswith("fields."):
        yield from _begun(line, ("text", "number", "date"))
        if "choice:".startswith(line.text):
            yield Offer("choice:", goes_on=True)
    elif action == "set":
        yield from _begun(line, CHOICES.get(name, ()))


# --- fields: NAME=VALUE, conditions, orders ---

_MORE_FIELDS = {
    "customer": ("phones", "emails", "wechat", "tags"),
    "person": ("phones", "emails", "wechat"),
    "task": ("due",),
    "interaction": ("at",),
}
_INTERNAL_FIELDS = {"field", "number_field", "name_key"}
_VALUES_OF = {
    "kind": "add-customer --kind", "stage": "--stage", "tier": "--tier", "channel": "--channel", "direction": "--direction",
    "intent": "--intent", "loss_reason": "--loss-reason", "roles": "--role", "customer": "CUSTOMER", "flag": "--flag",
    "key_date": "key-date KIND", "tags": "--tag", "city": "--city", "industry": "--industry", "lifecycle": "--lifecycle",
    "prefer": "--prefer",
}  # fmt: skip
"""Under what name of the table of values those of a field are entered."""


def _pairs(line: Line, kinds: dict[str, str]) -> Iterator[Offer]:
    """NAME=, and after it the values of that field; both at once when only one name is left."""
    name, equals, value = line.text.partition("=")
    names = [name] if equals else [one for one in kinds if one.startswith(name)]
    if equals or len(names) == 1:
        line.text = value
        values = [offer._replace(word=f"{one}={offer.word}") for one in names for offer in _of_kind(line, kinds.get(one, ""))]  # fmt: skip
        if values or equals:
            yield from values
            return
    yield from (Offer(f"{one}=", goes_on=True) for one in names)


def _of_kind(line: Line, kind: str) -> Iterable[Offer]:
    if kind.startswith("choice:"):
        return _begun(line, kind.removeprefix("choice:").split(","))
    return VALUES[_VALUES_OF[kind]](line) if kind in _VALUES_OF else ()


def _settable(line: Line) -> Iterator[Offer]:
    """The fields of the record named before (`edit --set`)."""
    from crmcli.commands.shared.values import TABLE_FIELDS
    from crmcli.rules.references import read_reference

    named = read_reference(line.arguments[0]) if line.arguments else None
    table = named.table if named and named.table in TABLE_FIELDS else "customer"
    kinds = {**TABLE_FIELDS[table], **{name: name for name in _MORE_FIELDS.get(table, ())}}
    if table == "customer":
        kinds |= {"city": "city", "industry": "industry"}
        kinds |= {f"field.{name}": kind for name, kind in line.settings.fields().items()}
    return _pairs(line, kinds)


def _custom(line: Line) -> Iterator[Offer]:
    return _pairs(line, line.settings.fields())


def _fields(line: Line) -> list[str]:
    custom = (f"field.{name}" for name in line.settings.fields())
    return sorted({*frozen.FIELDS, *custom} - _INTERNAL_FIELDS)


def _order(line: Line) -> Iterator[Offer]:
    """A field to sort by, after the `-` that turns the order round."""
    sign = "-" if line.text.startswith("-") else ""
    return (Offer(sign + name) for name in _fields(line) if name.startswith(line.text[len(sign) :]))


def _condition(line: Line) -> Iterator[Offer]:
    """FIELD OP VALUE, as far as each is begun; the operators, too, when only one field is left."""
    if found := re.fullmatch(r"\s*([\w.]+)\s*(!=|<=|>=|=|<|>|~|\bhas\b)\s*(.*)", line.text, re.DOTALL):  # fmt: skip
        head, line.text = line.text[: found.start(3)], found[3]
        custom = line.settings.fields().get(found[1].partition(".")[2], "")
        for offer in _of_kind(line, custom or found[1]):
            yield offer._replace(word=head + offer.word)
        return
    name = line.text.strip()
    names = [one for one in _fields(line) if one.startswith(name)]
    if name in names or len(names) == 1:
        names = [name] if name in names else names
        yield from (Offer(f"{names[0]} {operator} ", goes_on=True) for operator in frozen.OPERATORS)
    else:
        yield from (Offer(f"{one} ", goes_on=True) for one in names)


# --- the table ---

_ALL = ("customer", "person", "task", "interaction", "key_date")

OF_FIELDS = ("--flag", "--direction")
VALUES: dict[str, Values] = {
    # arguments, and options that take one, by their place-holder
    "CUSTOMER": _records("customer"),
    "REF": _records(*_ALL),
    "CHANGE": _records("change"),
    "PERSON": _people,
    "TAG": _new_tags,
    "LANG": _one_of(*locale.LANGUAGES),
    "tag REF": _records("customer"),
    "tag --remove": _tags_of_customer,
    "history REF": _records(*_ALL, "change"),
    "key-date REF": _records("customer", "person"),
    "key-date KIND": _words(terms.KEY_DATE),
    "done REF": _due("task", "key_date", "interaction", without="touch"),
    "snooze REF": _due("customer", "task", "key_date"),
    "due --why": _due("customer", "task"),
    "config ACTION": _one_of("list", "get", "set", "unset", "path", "edit"),
    "config KEY": _keys,
    "config VALUE": _setting,
    "export WHAT": _one_of("customers", "people", "interactions", "tasks", "all"),
    # options
    "--tier": _tiers,
    "--stage": _words(terms.STAGE),
    "--lifecycle": _words(terms.LIFECYCLE),
    "--channel": _words(terms.CHANNEL),
    "--prefer": _words(terms.CHANNEL),
    "--intent": _words(terms.INTENT),
    "--loss-reason": _words(terms.LOSS_REASON),
    "--role": _words(terms.ROLE),
    "--tag": _in_file("tags"),
    "--city": _in_file("cities"),
    "--industry": _in_file("industries"),
    "--set": _settable,
    "--field": _custom,
    "--where": _condition,
    "--sort": _order,
    "add-customer --tag": _new_tags,
    "add-customer --kind": _words(terms.KIND),
    "due --kind": _words(terms.DUE_KIND),
    "find --kind": _one_of("customer", "person", "key-date", "task", "interaction"),
    "import --as": _one_of("customers", "people", "interactions", "tasks", "all"),
    "import --on-duplicate": _one_of("update", "skip", "reject"),
    "import --key": _one_of("external_id", "uscc", "phone", "email", "name"),
    "export --format": _one_of("csv", "jsonl"),
    # fields that are no options
    "--flag": _one_of("yes", "no"),
    "--direction": _words(terms.DIRECTION),
}
"""What completes each parameter: by command and option or place-holder, else by either alone. A parameter that is not
here takes free text, a date, or a file, which shells complete themselves."""
