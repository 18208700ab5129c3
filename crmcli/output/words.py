"""Words for people: days, stored words, sentences of the rules, in the language in use."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from crmcli import locale
from crmcli.errors import in_context
from crmcli.locale import N_, _
from crmcli.rules.dates import spell_day
from crmcli.rules.said import Said, sentence

if TYPE_CHECKING:
    from crmcli.rules.lunar_days import LunarDay

STORED = [
    N_("prospect"), N_("interested"), N_("customer"), N_("lost"), N_("lead"), N_("new"), N_("dormant"), N_("active"),
    N_("established"), N_("core"), N_("potential"), N_("ordinary"), N_("no tier"), N_("company"), N_("person"),
    N_("call"), N_("visit"), N_("meeting"), N_("video"), N_("email"), N_("wechat"), N_("wecom"), N_("message"),
    N_("event"), N_("other"), N_("high"), N_("medium"), N_("low"), N_("unknown"), N_("touch"), N_("follow-up"),
    N_("task"), N_("price"), N_("product"), N_("service"), N_("competitor"), N_("no budget"), N_("contact left"),
    N_("both"), N_("in"), N_("out"), N_("decider"), N_("approver"), N_("buyer"), N_("evaluator"), N_("influencer"), N_("user"),
    N_("contact"), N_("acceptor"), N_("unanswered"), N_("key-date"), N_("win-back"), N_("birthday"), N_("anniversary"),
    N_("qualification"), N_("feature"), N_("problem"), N_("complaint"), N_("question"), N_("suggestion"), N_("urgent"),
    N_("important"), N_("routine"), N_("untriaged"), N_("expected"), N_("received"), N_("triaged"), N_("planned"),
    N_("scheduled"), N_("in progress"), N_("waiting"), N_("resolved"), N_("confirmed"), N_("reopened"), N_("declined"),
    N_("we-owe"), N_("they-owe"), N_("basic"), N_("value-add"), N_("surprise"), N_("relation"), N_("deep"), N_("sent"),
    N_("answered"), N_("no answer"), N_("misunderstanding"), N_("technical"), N_("speed"), N_("attitude"), N_("script"),
    N_("insight"), N_("respond"), N_("feedback"), N_("solve"), N_("plan-step"), N_("plan-confirm"), N_("progress"),
    N_("survey"), N_("review"), N_("promise"), N_("amends"), N_("tier-review"), N_("kb-review"), N_("archive"), N_("agreed"), N_("started"), N_("told"),
    N_("resumed"), N_("open"), N_("kept"), N_("broken"), N_("green"), N_("yellow"), N_("red"), N_("new customer"),
    N_("need"), N_("article"), N_("key-date"), N_("strength|core"), N_("status|due"), N_("clock|respond"), N_("clock|feedback"), N_("clock|solve"), N_("clock|by"), N_("due|feedback"), N_("event|sent"), N_("event|agreed"),
    N_("given"), N_("refused"), N_("to-wake"), N_("high-value"), N_("at-risk"), N_("advocate"),
    N_("play|escort"), N_("play|handover"), N_("play|review"), N_("play|revive"), N_("Lost"), N_("Others"),
]  # fmt: skip
"""The stored words that people see, so that catalogues have them."""

LABELS = [
    N_("kind"), N_("stage"), N_("lifecycle"), N_("tier"), N_("industry"), N_("size"), N_("city"), N_("address"),
    N_("uscc"), N_("source"), N_("since"), N_("prefer"), N_("intent"), N_("loss reason"), N_("cadence"),
    N_("visit cadence"), N_("referred by"), N_("external id"), N_("deal external id"), N_("contract external id"), N_("need external id"), N_("promise external id"),
    N_("retired on"), N_("phones"), N_("emails"), N_("tags"), N_("auto tags"),
    N_("next touch"), N_("ref"), N_("name"), N_("title"), N_("text"), N_("owner"), N_("due"), N_("origin"), N_("roles"),
    N_("key person"), N_("concern"), N_("preferences"), N_("note"), N_("left on"), N_("summary"), N_("direction"),
    N_("at"), N_("minutes"), N_("with"), N_("ours"), N_("result"), N_("done on"), N_("feedback"), N_("agreed"),
    N_("channel"), N_("no answer"), N_("next"), N_("promised on"), N_("snoozed until"), N_("care"), N_("cost"),
    N_("urgency"), N_("strength"), N_("status"), N_("received at"), N_("respond by"), N_("responded at"), N_("feedback by"),
    N_("feedback at"), N_("solve by"), N_("resolved at"), N_("waiting since"), N_("light"), N_("level"), N_("score"),
    N_("fit"), N_("tech owner"), N_("acceptor"), N_("category"), N_("wish"), N_("needed by"), N_("budget"),
    N_("workaround"), N_("criterion"), N_("solution"), N_("decline reason"), N_("scheduled for"), N_("scheduled on"),
    N_("first scheduled"), N_("plan sent at"), N_("plan confirmed at"), N_("steps"), N_("reopened"), N_("created at"), N_("need"), N_("promise"),
    N_("first due"), N_("delay reason"), N_("by"), N_("warned at"), N_("impact"), N_("options"), N_("kept on"),
    N_("broken on"), N_("break reason"), N_("amends"), N_("amends by"), N_("amends done at"), N_("amends result"),
    N_("target"), N_("sent at"), N_("overall"), N_("solved"), N_("product"), N_("response"), N_("support"), N_("nps"),
    N_("good"), N_("bad"), N_("comment"), N_("pain"), N_("future"), N_("survey"), N_("cause"), N_("action"), N_("type"),
    N_("added on"), N_("reviewed on"), N_("review on"), N_("due at"), N_("plan step"), N_("article"), N_("review"),
    N_("service event"), N_("escalation"), N_("plan"), N_("record|need"), N_("record|promise"), N_("record|survey"),
    N_("record|review"), N_("record|article"), N_("record|plan step"), N_("record|task"), N_("customer"),
    N_("signed"), N_("priority"), N_("contact point"), N_("record|customer"), N_("record|interaction"), N_("record|person"), N_("stage change"), N_("field value"), N_("setting"),
    N_("interaction"), N_("key date"), N_("key dates"), N_("day"), N_("lead days"), N_("next on"), N_("excerpt"), N_("people"),
    N_("participant"), N_("tag"), N_("outside"), N_("due on"), N_("due time"), N_("done at"),
    N_("short name"), N_("credit code"), N_("phone"), N_("do not contact"), N_("value"), N_("; "), N_(", "), N_("insert"), N_("update"), N_("delete"), N_("restore"), N_("remove"), N_("erase"),
    N_("need|value"), N_("need|cost"), N_("need|why"), N_("report|value"), N_("report|n"), N_("report|change"), N_("change|old"), N_("change|new"), N_("province"), N_("field|value"), N_("field|cost"), N_("promise|by"), N_("review|action"), N_("article|title"), N_("report"), N_("first due on"), N_("answered on"), N_("sent on"),
    N_("snooze until"), N_("agreed on"), N_("win back done for"), N_("unanswered done"), N_("consent"), N_("consent on"), N_("consent source"), N_("consent scope"), N_("former customer"), N_("former id"), N_("merged at"), N_("opened at"), N_("opened on"), N_("closed at"), N_("closed on"), N_("verified on"), N_("verified by"), N_("successor"), N_("play"),
    N_("attached on"), N_("attachment|size"), N_("bytes"), N_("sha256"), N_("path"), N_("file"), N_("record"), N_("attachment"), N_("digest"),
    N_("benefits"), N_("next visit"), N_("coming up"), N_("orders"), N_("buying"), N_("may leave"), N_("amount"), N_("currency"), N_("probability"),
    N_("weighted"), N_("quoted on"), N_("valid until"), N_("close on"), N_("ordered on"), N_("pay by"), N_("paid on"),
    N_("starts on"), N_("ends on"), N_("terms"), N_("renews"), N_("renewed by"), N_("renewed"), N_("renewal from"),
    N_("close reason"), N_("quoted"), N_("won"), N_("deal"), N_("contract"), N_("order"), N_("risk"), N_("closed"),
    N_("credit grade"), N_("credit on"), N_("blacklisted"), N_("record|order"), N_("record|deal"),
    N_("record|contract"), N_("record|risk"), N_("record|attachment"), N_("record|tier review"), N_("record|tier standing"),
    N_("deal|open"), N_("deal|quoted"), N_("deal|won"), N_("deal|lost"), N_("quote done for"), N_("quote snoozed until"),
    N_("due done for"), N_("due snoozed until"), N_("deal|stage"), N_("renewal done for"), N_("renewal snoozed until"),
    N_("review snoozed until"), N_("value review done on"), N_("business review done on"), N_("solution review done on"),
    N_("care done on"), N_("value review snoozed until"), N_("business review snoozed until"),
    N_("solution review snoozed until"), N_("care snoozed until"), N_("reorder done for"), N_("reorder snoozed until"),
    N_("churn done on"), N_("churn snoozed until"), N_("imported on"), N_("visit snooze until"), N_("first scheduled on"),
    N_("file checked on"), N_("file check snoozed until"),
    N_("first due time"), N_("to name"), N_("yes"), N_("no"), N_("contract|open"), N_("deal|loss reason"),
]  # fmt: skip
"""The names of fields and actions that people see."""

OF_THE_SYSTEM = [
    N_("Permission denied"), N_("Operation not permitted"), N_("No such file or directory"), N_("Is a directory"),
    N_("Not a directory"), N_("File exists"), N_("File name too long"), N_("Read-only file system"),
    N_("No space left on device"), N_("Disk quota exceeded"), N_("File too large"), N_("Input/output error"),
    N_("Too many open files"), N_("Device or resource busy"), N_("Connection refused"), N_("Connection timed out"),
    N_("Network is unreachable"), N_("Name or service not known"), N_("Temporary failure in name resolution"),
]  # fmt: skip
"""Why the system did not do what it was asked: what errors tell on as a reason."""

MISSING = {
    "person": N_("someone reachable with a title"),
    "contact": N_("a phone, e-mail or WeChat"),
    "prefer": N_("preferred channel"),
    "source": N_("how it came to us"),
    "need": N_("what they need now"),
}
"""What is missing, where the field's name alone does not say it."""

_ZH_WEEKDAYS = "一二三四五六日"


def day(value: date, today: date) -> str:
    """`Fri 20 Nov`, or 11月20日 周五."""
    if locale.current() != "zh":
        return spell_day(value, today)
    year = f"{value.year}年" if value.year != today.year else ""
    return f"{year}{value.month}月{value.day}日 周{_ZH_WEEKDAYS[value.weekday()]}"


def short_day(value: date, today: date) -> str:
    """The same in a list: a day of another year as 2025-08-29, which is no wider."""
    return day(value, today) if value.year == today.year else value.isoformat()


def key_day(stored: str) -> str:
    """The day of a key date as it is kept; one of the Chinese calendar in words, 农历八月十五 or `lunar 8-15`."""
    from crmcli.rules import lunar_days

    day = lunar_days.of(stored)
    return _lunar(day) if day else stored


def _lunar(day: "LunarDay") -> str:
    return day.in_chinese if locale.current() == "zh" else str(day)


def word(stored: str | None) -> str:
    """A stored word in the language in use."""
    return _(stored) if stored else ""


def due_kind(kind: str) -> str:
    """What kind of thing is due, in words: `value review`."""
    return in_context("due", kind, _).replace("-", " ")


def loss_reason(stored: str | None) -> str:
    """Why a customer or a deal was lost: the handbook's word in the language in use, then one's own words."""
    word, colon, own = (stored or "").partition(": ")
    shown = in_context("loss", word, _) if word else ""
    return _("{field}: {text}").format(field=shown, text=own) if colon else shown


def left(day: str, today: date) -> str:
    """When somebody left, or is to leave."""
    text = _("leaves on {day}") if day > today.isoformat() else _("left on {day}")
    return text.format(day=day)


def label(table: str, name: str) -> str:
    """The name of a field of a kind of record, by its JSON name: what a need costs is not what a contact costs."""
    text = name.replace("_", " ")
    return in_context(table, text, lambda one: in_context("record", one, _))


def money(amount: float | None, currency: str | None) -> str:
    """An amount in major units as JSON has it, for people: `1,200.50 CNY`; `***` where it is masked."""
    return money_in(currency)(amount)


def money_in(currency: str | None) -> Callable[[float | None], str]:
    """The same for very many amounts of one currency."""
    from crmcli.rules.masking import HIDDEN
    from crmcli.rules.money import decimals

    form, unit = f",.{decimals(currency)}f", f" {currency}" if currency else ""
    return lambda amount: (HIDDEN if amount is None else format(amount, form)) + unit


def size(count: int) -> str:
    """So many bytes, for people: `12 B`, `340 kB`, `2.1 MB`."""
    if count < 1_000:
        return f"{count} B"
    return f"{-(-count // 1_000)} kB" if count < 1_000_000 else f"{count / 1_000_000:.1f} MB"


def missing(names: Sequence[str]) -> str:
    """`Missing: …`, for people."""
    listed = _(", ").join(_(MISSING.get(name, name.replace("_", " "))) for name in names)
    return _("Missing: {fields}").format(fields=listed)


def why(parts: Sequence[Said], today: date) -> str:
    """The rules' reason, for people."""
    return sentence(parts, _, lambda value: _spell(value, today))


def why_in_english(parts: Sequence[Said], today: date) -> str:
    """The rules' reason as JSON carries it, whatever the language."""
    return sentence(
        parts, str, lambda value: spell_day(value, today) if isinstance(value, date) else str(value)
    )


def title(text: str | Said, today: date) -> str:
    """What an item is about, for people."""
    return text if isinstance(text, str) else why([text], today)


def task(one: Any) -> str:
    """What a task is about, of a row or of one under its JSON names (rules/due/task.py)."""
    from crmcli.rules.due.task import title as title_of

    text = title_of(one["text"], bool(one["tells"]), one["play"])
    return text if isinstance(text, str) else text.render(_, str)


_FIRST_WORDS = {"service_event": ("event",), "survey": ("kind", "status"), "review": ("cause",)}
"""Records that are told beginning with such words, and what these are."""


def about(record: str, text: str) -> str:
    """A record in a few words as the change log has it, of which the first may be stored ones."""
    if record == "task":
        return of_plays(text)
    parts = text.split(" ")
    if record == "key_date":
        return f"{_(' '.join(parts[:-1]))} {key_day(parts[-1])}"
    if record == "stage_change":
        return " → ".join(_in("stage", stage) for stage in parts)
    for place, context in enumerate(_FIRST_WORDS.get(record, ())[: len(parts)]):
        parts[place] = _in(context, parts[place])
    return " ".join(parts)


def of_plays(text: str) -> str:
    """What a task is about; the steps of the plays that come along are in the language in use."""
    from crmcli.rules import plays

    return _(text) if any(step.text == text for steps in plays.SHIPPED.values() for step in steps) else text  # fmt: skip


def _in(context: str, stored: str) -> str:
    return in_context(context, stored.replace("_", " "), _)


def _spell(value: Any, today: date) -> str:
    if isinstance(value, date):
        return day(value, today)
    return _lunar(value) if hasattr(value, "in_chinese") else str(value)  # a LunarDay
