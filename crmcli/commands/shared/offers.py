"""What completes each kind of value: references and names, tags, the handbook's words, settings and fields.

Only names and references are suggested: no phone, e-mail or amount (HANDBOOK §10).
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from crmcli import config, locale
from crmcli.commands.shared.offered_records import (
    deals,
    due,
    is_closed,
    is_resolved,
    is_waiting,
    needs,
    people,
    promises,
    records,
    solved_needs,
    waiting_needs,
)
from crmcli.commands.shared.offering import Line, Values, begun, one_of, words
from crmcli.locale import _
from crmcli.notify.channels import CHANNELS
from crmcli.notify.timers import TIMERS
from crmcli.output.shells import Offer
from crmcli.rules import terms
from crmcli.store import frozen, suggestions

# --- profiles of imports ---


def _profiles(line: Line) -> Iterable[Offer]:
    """Those there are."""
    return begun(line, sorted(config.read_machine_file().get(config.PROFILES, {})))


# --- tiers, tags, cities, industries ---


def _tiers(line: Line) -> Iterator[Offer]:
    """The tiers by name; in Chinese by label, too."""
    for name, others in line.settings.tier_words().words.items():
        labels = [one for one in others if not one[:1].isascii()]
        if name.startswith(line.text.casefold()):
            yield Offer(name, labels[0] if labels and locale.current() == "zh" else "")
        if not line.text.isascii():
            yield from begun(line, labels, name)
        elif not line.text and locale.current() == "zh":
            yield from begun(line, labels[:1], name)


def _in_file(of: str) -> Values:
    def offered(line: Line) -> Iterable[Offer]:
        return map(Offer, suggestions.values(line.db, of, line.text)) if line.db else ()

    return offered


def _new_tags(line: Line) -> Iterable[Offer]:
    """The tags that the settings allow; where they allow any, those in the file."""
    allowed = [tag for tag in line.settings.get("tags.allowed").split(",") if tag]
    return begun(line, allowed) if allowed else _in_file("tags")(line)


def _tags_of_customer(line: Line) -> Iterator[Offer]:
    """The tags that the customer named before has; all tags when it is not named outright."""
    own = suggestions.tags_of(line.db, line.arguments[0]) if line.db and line.arguments else []
    return begun(line, own) if own else iter(_in_file("tags")(line))


def _tags(line: Line) -> Iterator[Offer]:
    """Those in the file, and those by rule; in Chinese, too, where that is the language, or typed."""
    from crmcli.rules.value import auto_tags

    yield from _in_file("tags")(line)
    for name, others in auto_tags.WORDS.items():
        if name.startswith(line.text.casefold()) and line.text:
            yield Offer(name, others[0] if locale.current() == "zh" else "")
        if not line.text.isascii():
            yield from begun(line, others[:1], name)


def _by_rule(line: Line) -> Iterable[Offer]:
    from crmcli.rules.value import auto_tags

    return begun(line, list(auto_tags.WORDS))


def _segments(line: Line) -> Iterable[Offer]:
    """Those in the file."""
    from crmcli.store import segments

    return begun(line, [one.name for one in segments.everyone(line.db)]) if line.db else ()


def _plays(line: Line) -> Iterator[Offer]:
    """Those that come along, in Chinese by their names, too, and those of the settings."""
    from crmcli.rules import plays

    for name, others in plays.names(line.settings.plays()).words.items():
        if name.startswith(line.text.casefold()):
            yield Offer(name, others[0] if others and locale.current() == "zh" else "")
        if not line.text.isascii():
            yield from begun(line, others, name)


# --- settings ---

CHOICES: dict[str, Sequence[str]] = {
    "calendar.country": ("CN", "none"),
    "calendar.roll": ("next", "previous", "keep"),
    "cadence.counts": ("ours", "all"),
    "cadence.win_back": ("on", "off"),
    "privacy.mask": ("always", "lists", "never"),
    "privacy.mask_amounts": ("on", "off"),
    "plain": ("on", "off"),
    "lang": ("en", "zh"),
}
"""The settings that have few values."""


_TIER_SETTINGS = ("every", "rank", "label_zh", "benefits", "share")
_URGENCIES = tuple(terms.URGENCY.words)


def _keys(line: Line) -> Iterator[Offer]:
    if line.arguments[0] not in ("get", "set", "unset"):
        return
    tiers = line.settings.tiers()
    own = {f"tiers.{tier}.{part}" for tier in tiers for part in _TIER_SETTINGS}
    own |= {f"service.{tier}.{urgency}" for tier in tiers for urgency in _URGENCIES}
    for name in sorted({*line.settings.names(), *own}):
        if name.startswith(line.text.casefold()):
            yield Offer(name, _(config.key_of(name).about))


def _setting(line: Line) -> Iterator[Offer]:
    action, name = line.arguments[:2]
    if action == "set" and name.startswith("fields."):
        yield from begun(line, ("text", "number", "date"))
        if "choice:".startswith(line.text):
            yield Offer("choice:", goes_on=True)
    elif action == "set":
        yield from begun(line, CHOICES.get(name, ()))


# --- fields: NAME=VALUE, conditions, orders ---

_MORE_FIELDS = {
    "customer": ("phones", "emails", "wechat", "tags"),
    "person": ("phones", "emails", "wechat"),
    "task": ("due",),
    "interaction": ("at", "need", "promise", "deal"),
    "need": ("acceptor", "received_at"),
    "plan_step": ("due",),
    "promise": ("due",),
    "survey": ("at",),
    "article": ("type",),
    "customer_order": ("deal", "contract"),
}
_INTERNAL_FIELDS = {"field", "number_field", "name_key", "ref_number", "referred_by_number"}
_VALUES_OF = {
    "kind": "add-customer --kind", "stage": "--stage", "tier": "--tier", "channel": "--channel", "direction": "--direction",
    "intent": "--intent", "loss_reason": "--loss-reason", "roles": "--role", "customer": "CUSTOMER", "flag": "--flag",
    "key_date": "key-date KIND", "tags": "add-customer --tag", "auto_tags": "auto-tags", "city": "--city", "industry": "--industry", "lifecycle": "--lifecycle",
    "prefer": "--prefer", "need_kind": "add-need --kind", "urgency": "--urgency", "strength": "--strength",
    "acceptor": "PERSON", "need": "--need", "promise": "--promise", "deal": "--deal", "contract": "--contract", "currency": "--currency", "deal_stage": "--deal-stage", "lost_deal": "--loss-reason", "promise_by": "--owed-by", "promise_level": "add-promise --level", "cause": "--cause",
    "five": "1-5", "ten": "0-10", "type": "--type", "consent": "--consent",
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
        return begun(line, kind.removeprefix("choice:").split(","))
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


# --- reports ---


def _reports(line: Line) -> Iterable[Offer]:
    from crmcli.commands.report import REPORTS

    return words(REPORTS)(line)


def _periods(line: Line) -> Iterator[Offer]:
    """This month, quarter and year, each with the one before."""
    from crmcli.clock import Clock
    from crmcli.rules.periods import MONTH, QUARTER, YEAR, containing

    today = Clock(line.settings.get("timezone")).today
    for unit in (MONTH, QUARTER, YEAR):
        period = containing(today, unit)
        yield from begun(line, [period.name, period.before.name])


# --- the table ---

_ALL = (
    "customer", "person", "task", "interaction", "key_date", "need", "plan_step", "promise", "survey", "review", "article",
    "deal", "contract", "customer_order",
)  # fmt: skip
_KINDS = (
    "customers",
    "people",
    "interactions",
    "orders",
    "needs",
    "tasks",
    "promises",
    "deals",
    "surveys",
    "all",
)
_CLOCKS = ("respond", "feedback", "solve")
"""Kinds of due items that no `done` settles."""

_SETTLED = tuple(kind for kind in terms.DUE_KIND.words if kind not in ("touch", "visit", *_CLOCKS))
_PUT_OFF = ("touch", "follow-up", "task", "key-date", "win-back", "plan-step", "survey", "review", "renewal", "contract-review", "quote", "deal", "payment", "visit", "risk", *terms.ROUNDS, "file-check", "reorder", "churn")  # fmt: skip
_FIVE = one_of("1", "2", "3", "4", "5")

OF_FIELDS = ("--flag", "--direction", "--owed-by", "--deal-stage", "auto-tags")
CURRENCIES = ("CNY", "USD", "EUR", "HKD", "JPY", "GBP")
"""The usual ones."""

VALUES: dict[str, Values] = {
    # arguments, and options that take one, by their place-holder
    "CUSTOMER": records("customer"),
    "KEEP": records("customer"),
    "DROP": records("customer"),
    "REF": records(*_ALL),
    "CHANGE": records("change"),
    "PERSON": people,
    "TAG": _new_tags,
    "LANG": one_of(*locale.LANGUAGES),
    "notify-test CHANNEL": one_of(*CHANNELS),
    "calendar show|import": one_of("show", "import"),
    "schedule install|show|remove": one_of("install", "show", "remove"),
    "schedule --with": one_of(*TIMERS),
    "tag REF": records("customer"),
    "tag --remove": _tags_of_customer,
    "history REF": records(*_ALL, "change"),
    "key-date REF": records("customer", "person"),
    "forget REF": records("customer", "person"),
    "verify REF": records("customer", "person"),
    "OLD": people,
    "NEW": people,
    "PLAY": _plays,
    "add-risk --level": one_of("1", "2", "3"),
    "export --subject": records("person", "customer"),
    "key-date KIND": words(terms.KEY_DATE),
    "done REF": due(
        "task",
        "key_date",
        "interaction",
        "plan_step",
        "promise",
        "survey",
        "review",
        "contract",
        "customer_order",
        "risk",
        kinds=_SETTLED,
    ),
    "snooze REF": due(
        "customer",
        "task",
        "key_date",
        "plan_step",
        "survey",
        "review",
        "contract",
        "customer_order",
        "risk",
        kinds=_PUT_OFF,
        never=("survey",),
    ),
    "delay REF": due(
        "plan_step",
        "promise",
        "task",
        "need",
        kinds=("plan-step", "promise", "task", "follow-up"),
        days=366,
    ),
    "due --why": due(
        "customer",
        "task",
        "need",
        "plan_step",
        "promise",
        "survey",
        "review",
        "contract",
        "deal",
        "customer_order",
        "risk",
    ),
    "NEED": needs(),
    "--need": needs(of_customer=True),
    "PROMISE": due("promise", kinds=("promise",), days=366),
    "--promise": promises,
    "ORDER": due("customer_order", kinds=("payment",), days=366),
    "--contract": due("contract", kinds=("renewal",), days=366),
    "CONTRACT": due("contract", kinds=("renewal",), days=366),
    "DEAL": deals,
    "--deal": deals,
    "add-deal --stage": one_of("open", "quoted"),
    "edit-deal --stage": one_of("open", "quoted"),
    "--currency": one_of(*CURRENCIES),
    "lose --reason": words(terms.LOSS_REASON),
    "confirm NEED": needs(solved_needs, is_resolved),
    "reopen NEED": needs(solved_needs, is_closed),
    "resume NEED": needs(waiting_needs, is_waiting),
    "add-need --from": needs(of_customer=True),
    "add-article --from": needs(solved_needs, is_closed),
    "survey TARGET": due(
        "customer", "need", "survey", kinds=("survey",), days=14, by_name=("survey",)
    ),
    "review S": due("review", "survey", kinds=("review",), days=366),
    "report NAME": _reports,
    "report --period": _periods,
    "report --compare": _periods,
    "archive --period": _periods,
    "config ACTION": one_of("list", "get", "set", "unset", "path", "edit"),
    "config KEY": _keys,
    "config VALUE": _setting,
    "export WHAT": one_of(*_KINDS),
    # options
    "--tier": _tiers,
    "--stage": words(terms.STAGE),
    "--lifecycle": words(terms.LIFECYCLE),
    "--channel": words(terms.CHANNEL),
    "--prefer": words(terms.CHANNEL),
    "--intent": words(terms.INTENT),
    "--loss-reason": words(terms.LOSS_REASON),
    "--role": words(terms.ROLE),
    "--consent": words(terms.CONSENT),
    "--tag": _tags,
    "auto-tags": _by_rule,
    "--segment": _segments,
    "SEGMENT": _segments,
    "segment ACTION": one_of("save", "list", "delete"),
    "--city": _in_file("cities"),
    "--industry": _in_file("industries"),
    "--set": _settable,
    "--field": _custom,
    "--where": _condition,
    "--sort": _order,
    "add-customer --tag": _new_tags,
    "add-customer --kind": words(terms.KIND),
    "due --kind": words(terms.DUE_KIND),
    "add-need --kind": words(terms.NEED_KIND),
    "triage --kind": words(terms.NEED_KIND),
    "survey --kind": words(terms.SURVEY_KIND),
    "--urgency": words(terms.URGENCY),
    "--strength": words(terms.STRENGTH),
    "--value": _FIVE,
    "--fit": _FIVE,
    "add-need --cost": _FIVE,
    "triage --cost": _FIVE,
    "1-5": _FIVE,
    "0-10": one_of(*map(str, range(11))),
    "add-promise --level": words(terms.PROMISE_LEVEL),
    "escalate --level": one_of("1", "2", "3"),
    "--cause": words(terms.CAUSE),
    "--type": words(terms.ARTICLE_KIND),
    "find --kind": one_of(
        "customer",
        "person",
        "key-date",
        "deal",
        "contract",
        "need",
        "risk",
        "promise",
        "article",
        "task",
        "survey",
        "order",
        "attachment",
        "interaction",
    ),
    "import --as": one_of(*_KINDS),
    "import --profile": _profiles,
    "import --save-profile": _profiles,
    "import --on-duplicate": one_of("update", "skip", "reject"),
    "import --key": one_of("external_id", "uscc", "phone", "email", "name"),
    "export --format": one_of("csv", "jsonl", "xlsx", "vcf", "ics"),
    "export --vcard": one_of("3.0", "4.0"),
    # fields that are no options
    "--flag": one_of("yes", "no"),
    "--deal-stage": words(terms.DEAL_STAGE),
    "--direction": words(terms.DIRECTION),
    "--owed-by": words(terms.PROMISE_BY),
}
"""What completes each parameter: by command and option or place-holder, else by either alone. A parameter that is not
here takes free text, a date, or a file, which shells complete themselves."""
