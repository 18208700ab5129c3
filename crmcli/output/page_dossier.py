"""A dossier for people: everything that its JSON holds, in words (HANDBOOK §10)."""

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from crmcli.errors import in_context
from crmcli.locale import N_, _
from crmcli.output import words
from crmcli.output.page import page
from crmcli.rules.references import table_word

Item = Mapping[str, Any]
Facts = list[tuple[str, str]]


class Inner(NamedTuple):
    """What belongs to an entry: a list of its own."""

    heading: str
    lines: list[Facts]


class Entry(NamedTuple):
    """One record."""

    heading: str
    facts: Facts
    parts: list[Inner]


class Section(NamedTuple):
    """All records of a kind, or a table."""

    title: str
    entries: Sequence[Entry] = ()
    columns: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()


_STORED_WORDS = {
    "kind", "stage", "tier", "prefer", "intent", "channel", "direction", "roles", "urgency", "strength", "status",
    "level", "by", "cause", "from_stage", "to_stage", "consent", "play",
}  # fmt: skip
"""Fields that hold words of ours, which people see in their language."""

LABELS = [
    N_("changed on"), N_("from stage"), N_("to stage"), N_("kept at"), N_("broken at"), N_("events"), N_("escalations"), N_("tells"),
    N_("former"), N_("reason"), N_("record|on"), N_("record|to"),
]  # fmt: skip
"""The names of fields that are shown nowhere else."""

_NO_WORDS = {("survey", "by"), ("escalation", "level"), ("risk", "level"), ("risk", "kind")}
_MONEY = {"amount", "weighted", "budget", "cost"}
"""Amounts of money, in the record's currency where it has one; what a need costs is a rating."""

_LEFT_OUT = {"ref", "customer"}
_HEADINGS = {
    "need": ("received_at", "text"), "interaction": ("at", "channel", "summary"), "task": ("due", "text"),
    "promise": ("due", "text"), "survey": ("at", "kind", "status"), "review": ("due_at", "cause"),
    "key_date": ("day", "kind"), "stage_change": ("changed_on", "to_stage"), "person": ("name", "title"),
    "deal": ("stage", "text"), "contract": ("starts_on", "text"), "customer_order": ("ordered_on", "amount"),
    "risk": ("opened_at", "text"), "attachment": ("attached_on", "name"),
}  # fmt: skip
"""What the first line of a record says; the rest follows under its name."""

_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d")


def dossier_page(
    title: str, notes: Sequence[str], item: Item, parts: Sequence[tuple[str, str, str]]
) -> str:
    """The page. `parts` are the lists in `item`: name, kind of record, and what it is called for people."""
    card = dict(item["customer"])
    people = card.pop("people")
    sections = [_section(_("People"), "person", people)]
    for name, table, called in parts:
        if table == "change":
            sections.append(_changes(called, item[name]))
        else:
            sections.append(_section(called, table, item[name]))
    shown = [section for section in sections if section.entries or section.rows]
    values = {"title": title, "notes": notes, "customer": _facts("customer", card, {"customer"})}
    return page("dossier.html", {**values, "sections": shown})


def _section(title: str, table: str, items: Sequence[Item]) -> Section:
    return Section(title, [_entry(table, one) for one in items])


def _entry(table: str, one: Item) -> Entry:
    if table == "task":
        one = {**one, "text": words.task(one)}
    first = _HEADINGS[table]
    told = (_told(table, name, one[name], one.get("currency")) for name in first)
    heading = [str(one.get("ref") or ""), *told]
    parts = [
        Inner(words.label(table, name), [_facts(_INNER.get(name, table), each) for each in value])
        for name, value in one.items()
        if isinstance(value, list) and value and isinstance(value[0], dict)
    ]
    return Entry("  ".join(filter(None, heading)), _facts(table, one, {*_LEFT_OUT, *first}), parts)


_INNER = {
    "events": "service_event",
    "steps": "plan_step",
    "milestones": "plan_step",
    "escalations": "escalation",
}


def _facts(table: str, one: Item, without: Collection[str] = ("customer",)) -> Facts:
    """Every field that says something, under its label."""
    facts = []
    for name, value in one.items():
        if name in without or value is None or value is False or value in ("", [], {}):
            continue
        if name == "currency" and (one.get("amount") is not None or "amount" in without):
            continue  # said with the amount
        if isinstance(value, list) and isinstance(value[0], dict):
            continue
        if name == "fields":
            facts += [(str(field), _plain(content)) for field, content in value.items()]
        else:
            facts.append((words.label(table, name), _told(table, name, value, one.get("currency"))))
    return facts


def _told(table: str, name: str, value: Any, currency: str | None = None) -> str:
    if value is None:
        return ""
    if value is True:
        return _("yes")
    if isinstance(value, list):
        return _(", ").join(_told(table, name, one) for one in value)
    if isinstance(value, dict):
        return " ".join(_plain(one) for one in value.values() if one is not None)
    if name in _MONEY and (table, name) != ("need", "cost") and not isinstance(value, str):
        return words.money(value, currency)
    if name == "loss_reason":
        return words.loss_reason(value)
    if (table, name) in (("deal", "stage"), ("contract", "status")):
        return in_context(table, value, _)
    if (table, name) == ("service_event", "kind"):
        return in_context("event", value, _)
    if name in _STORED_WORDS and (table, name) not in _NO_WORDS:
        return in_context(name, str(value).replace("_", " "), _)
    if (table, name) == ("key_date", "day"):
        return words.key_day(value)
    return _plain(value)


def _plain(value: Any) -> str:
    text = str(value)
    return text[:16].replace("T", " ") if _MOMENT.fullmatch(text) else text


def _changes(title: str, items: Sequence[Item]) -> Section:
    columns = [_("when"), _("who"), _("record"), _("what"), in_context("change", "old", _), in_context("change", "new", _), _("why")]  # fmt: skip
    return Section(title, columns=columns, rows=[_change(one) for one in items])


def _change(one: Item) -> list[str]:
    what = (
        words.label(one["record"], one["field"].removesuffix("_id"))
        if one["field"]
        else _(one["action"])
    )
    return [
        _plain(one["at"] or ""),
        one["actor"] or "",
        one["ref"] or in_context("record", table_word(one["record"]), _),
        what,
        _value(one, one["old"]),
        _value(one, one["new"]),
        one["reason"] or "",
    ]


def _value(one: Item, value: Any) -> str:
    if value is None:
        return ""
    if one["field"] is None:
        return words.about(one["record"], str(value))
    return _told(one["record"], one["field"], value)
