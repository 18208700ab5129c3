"""Due items as they are shown: under their JSON names, and as the columns of a list."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from crmcli.context import Context
from crmcli.locale import _
from crmcli.output import words
from crmcli.output.shapes import Privacy
from crmcli.output.table import NAME, Column
from crmcli.rules.due import DueItem
from crmcli.rules.said import Said

_NAMES = ("person", "owner")
"""Values of reasons that are somebody's name."""

_IN_OWN_WORDS = ("note", "promise", "because")
"""Values of reasons that people wrote; what has no values may be theirs as well."""

_TOLD_BY_PEOPLE = ("key-date", "win-back", "amends", "task", "risk")
"""Kinds whose reasons may hold such."""


def masked(item: DueItem, mask: Privacy) -> DueItem:
    """What a task, a note or a loss reason says may hold a phone or an e-mail, which lists do not show."""
    if isinstance(item.title, str):
        item = item._replace(title=mask.text(item.title) or item.title)
    if item.kind not in _TOLD_BY_PEOPLE and not mask.leaving:
        return item
    why = [masked_part(part, mask) for part in item.why]
    title = item.title if isinstance(item.title, str) else masked_part(item.title, mask)
    return item._replace(title=title, why=why)


def masked_part(part: Said, mask: Privacy) -> Said:
    """A part of a title or a reason, likewise."""
    if not part.values:
        return Said(mask.text(part.template) or "")
    shown = {
        name: masked_part(value, mask)
        if isinstance(value, Said)
        else mask.text(value)
        if name in _IN_OWN_WORDS
        else mask.name(value)
        if name in _NAMES
        else value
        for name, value in part.values.items()
    }
    return Said(part.template, shown)


def record(crm: Context, item: DueItem) -> dict[str, Any]:
    """An item under its JSON names (CLI.md, JSON); always English."""
    due_at = item.due_on.isoformat()
    if item.due_at:
        due_at = item.due_at.isoformat()
    elif item.due_time:
        due_at = crm.clock.at(item.due_on, item.due_time).isoformat()
    return {
        "ref": item.ref,
        "kind": item.kind,
        "customer": item.customer,
        "title": item.title
        if isinstance(item.title, str)
        else words.why_in_english([item.title], crm.today),
        "due_at": due_at,
        "overdue_days": item.overdue_days,
        "light": item.light,
        "score": item.score,
        "why": words.why_in_english(item.why, crm.today),
        "action": item.action,
    }


def columns(has_why: bool = False) -> list[Column]:
    """The columns that items are listed in; where there is room for it, the reason is one, too."""
    wide = [Column(_("why"), least=30, spare=2)] if has_why else []
    return [
        Column(_("ref")),
        Column(_("due")),
        Column(_("late"), least=4, spare=-1, right=True),
        Column(_("name"), least=NAME),
        Column(_("tier"), least=9, spare=1),
        Column(_("what"), least=18, below=True),
        *wide,
    ]


def rows(crm: Context, items: Sequence[DueItem], has_why: bool = False) -> list[list[str]]:
    """Their cells."""
    return [
        [
            item.ref,
            _column(crm, item),
            str(item.overdue_days or ""),
            item.customer["name"] if item.customer else "",
            crm.tier_word(item.customer["tier"] if item.customer else None),
            words.title(item.title, crm.today),
            *([_rest(crm, item)] if has_why else []),
        ]
        for item in items
    ]


def _rest(crm: Context, item: DueItem) -> str:
    """What the reason says besides what it is about, with which it may begin."""
    why = words.why(item.why, crm.today)
    return why.removeprefix(words.title(item.title, crm.today)).removeprefix(_("; "))


def styles(items: Sequence[DueItem]) -> list[str | None]:
    """The light of each row that has one to be marked."""
    return [{"red": "red", "yellow": "yellow"}.get(item.light) for item in items]


def when(item: DueItem, today: date) -> str:
    """The day of an item, and its time where it has one."""
    return _with_time(words.short_day(item.due_on, today), item)


def _column(crm: Context, item: DueItem) -> str:
    return _with_time(crm.days.column(item.due_on), item)


def _with_time(day: str, item: DueItem) -> str:
    return f"{day} {item.due_time}" if item.due_time else day


def far(crm: Context, item: DueItem) -> str:
    """How far away an item is: `in 3 days`, `2 days late`; in working days what runs on these."""
    return crm.days.left(item.due_on, working=item.kind in _WORKING)


_WORKING = ("respond", "feedback", "solve", "promise")
"""What is to be settled within working days (HANDBOOK §4, §6)."""
