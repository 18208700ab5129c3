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
    N_("task"), N_("decider"), N_("approver"), N_("buyer"), N_("evaluator"), N_("influencer"), N_("user"),
    N_("contact"), N_("acceptor"),
]  # fmt: skip
"""The stored words that people see, so that catalogues have them."""

LABELS = [
    N_("kind"), N_("stage"), N_("lifecycle"), N_("tier"), N_("industry"), N_("size"), N_("city"), N_("address"),
    N_("uscc"), N_("source"), N_("since"), N_("prefer"), N_("intent"), N_("loss reason"), N_("cadence"),
    N_("visit cadence"), N_("referred by"), N_("external id"), N_("retired on"), N_("phones"), N_("emails"), N_("tags"),
    N_("next touch"), N_("insert"), N_("update"), N_("delete"), N_("restore"), N_("remove"), N_("erase"),
]  # fmt: skip
"""The names of fields and actions that people see."""

_ZH_WEEKDAYS = "一二三四五六日"


def day(value: date, today: date) -> str:
    """`Fri 20 Nov`, or 11月20日 周五."""
    if locale.current() != "zh":
        return spell_day(value, today)
    year = f"{value.year}年" if value.year != today.year else ""
    return f"{year}{value.month}月{value.day}日 周{_ZH_WEEKDAYS[value.weekday()]}"


def word(stored: str | None) -> str:
    """A stored word in the language in use."""
    return _(stored) if stored else ""


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
