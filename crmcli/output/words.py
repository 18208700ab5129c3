"""Words for people: days, stored words, sentences of the rules, in the language in use."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from crmcli import locale
from crmcli.locale import N_, _
from crmcli.rules.dates import spell_day
from crmcli.rules.said import Said, sentence

STORED = [
    N_("prospect"), N_("interested"), N_("customer"), N_("lost"), N_("lead"), N_("new"), N_("dormant"), N_("active"),
    N_("established"), N_("core"), N_("potential"), N_("ordinary"), N_("no tier"), N_("company"), N_("person"),
    N_("call"), N_("visit"), N_("meeting"), N_("video"), N_("email"), N_("wechat"), N_("wecom"), N_("message"),
    N_("event"), N_("other"), N_("high"), N_("medium"), N_("low"), N_("unknown"), N_("touch"), N_("follow-up"),
    N_("task"), N_("price"), N_("product"), N_("service"), N_("competitor"), N_("no budget"), N_("contact left"),
    N_("both"), N_("in"), N_("out"), N_("decider"), N_("approver"), N_("buyer"), N_("evaluator"), N_("influencer"), N_("user"),
    N_("contact"), N_("acceptor"), N_("unanswered"), N_("key-date"), N_("win-back"), N_("birthday"), N_("anniversary"),
    N_("qualification"),
]  # fmt: skip
"""The stored words that people see, so that catalogues have them."""

LABELS = [
    N_("kind"), N_("stage"), N_("lifecycle"), N_("tier"), N_("industry"), N_("size"), N_("city"), N_("address"),
    N_("uscc"), N_("source"), N_("since"), N_("prefer"), N_("intent"), N_("loss reason"), N_("cadence"),
    N_("visit cadence"), N_("referred by"), N_("external id"), N_("retired on"), N_("phones"), N_("emails"), N_("tags"),
    N_("next touch"), N_("ref"), N_("name"), N_("title"), N_("text"), N_("owner"), N_("due"), N_("origin"), N_("roles"),
    N_("key person"), N_("concern"), N_("preferences"), N_("note"), N_("left on"), N_("summary"), N_("direction"),
    N_("at"), N_("minutes"), N_("with"), N_("ours"), N_("result"), N_("done on"), N_("feedback"), N_("agreed"),
    N_("channel"), N_("no answer"), N_("next"), N_("promised on"), N_("snoozed until"), N_("care"), N_("cost"),
    N_("signed"), N_("priority"), N_("contact point"), N_("record|customer"), N_("record|interaction"), N_("record|person"), N_("stage change"), N_("field value"), N_("setting"),
    N_("interaction"), N_("key date"), N_("key dates"), N_("day"), N_("lead days"), N_("next on"), N_("excerpt"), N_("people"),
    N_("participant"), N_("tag"), N_("outside"), N_("due on"), N_("due time"), N_("done at"),
    N_("short name"), N_("credit code"), N_("phone"), N_("do not contact"), N_("value"), N_("; "), N_(", "), N_("insert"), N_("update"), N_("delete"), N_("restore"), N_("remove"), N_("erase"),
]  # fmt: skip
"""The names of fields and actions that people see."""

MISSING = {
    "person": N_("someone reachable with a title"),
    "contact": N_("a phone, e-mail or WeChat"),
    "prefer": N_("preferred channel"),
    "source": N_("how it came to us"),
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


def word(stored: str | None) -> str:
    """A stored word in the language in use."""
    return _(stored) if stored else ""


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


def _spell(value: Any, today: date) -> str:
    return day(value, today) if isinstance(value, date) else str(value)
