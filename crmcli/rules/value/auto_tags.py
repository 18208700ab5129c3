"""The tags that customers have by rule, never by hand (HANDBOOK §7): derived for a day as a set, never stored.

The store answers the same questions for filters in SQL; a test holds both to the same answers.
"""

import unicodedata
from collections.abc import Callable, Sequence
from datetime import date
from typing import NamedTuple

from crmcli.errors import BadValue, Listed
from crmcli.rules.lifecycle import ACTIVE_FOR_DAYS
from crmcli.rules.said import said

PROMOTER_FROM = 9
"""Who recommends us with so many points of ten, or more, speaks for us."""


class Warned(NamedTuple):
    """A reason to fear that a customer leaves: it holds from `first` to before `end`; without an end until further notice."""

    first: date
    end: date | None


class Worth(NamedTuple):
    """What the tags are derived from; all dates are local days."""

    lifecycle: str
    last_order_on: date | None = None
    spends_from: date | None = (
        None  # the days on which it spends much in a year: to before `spends_until`
    )
    spends_until: date | None = None
    warnings: Sequence[Warned] = ()
    newest_nps: int | None = None
    has_referred: bool = False  # a customer that is still there


def is_active(worth: Worth, today: date) -> bool:
    """It ordered in the last 30 days, today included."""
    on = worth.last_order_on
    return on is not None and 0 <= (today - on).days < ACTIVE_FOR_DAYS


def is_to_wake(worth: Worth, today: date) -> bool:
    """It is dormant."""
    return worth.lifecycle == "dormant"


def is_high_value(worth: Worth, today: date) -> bool:
    """Its spend of the last twelve months is at the line (setting cadence.visit_spend) or above."""
    first, end = worth.spends_from, worth.spends_until
    return first is not None and first <= today and (end is None or today < end)


def is_at_risk(worth: Worth, today: date) -> bool:
    """A churn warning holds."""
    return any(one.first <= today and (one.end is None or today < one.end) for one in worth.warnings)  # fmt: skip


def is_advocate(worth: Worth, today: date) -> bool:
    """Its newest answer recommends us with 9 or 10, or somebody came through it."""
    return worth.has_referred or (worth.newest_nps or 0) >= PROMOTER_FROM


AUTO_TAGS: dict[str, Callable[[Worth, date], bool]] = {
    "active": is_active,
    "to-wake": is_to_wake,
    "high-value": is_high_value,
    "at-risk": is_at_risk,
    "advocate": is_advocate,
}
"""Each tag with its rule, in the order they are shown in."""

WORDS = {
    "active": ("活跃", "活跃客户"),
    "to-wake": ("待唤醒", "待唤醒客户"),
    "high-value": ("高价值", "高价值客户"),
    "at-risk": ("流失风险", "流失预警"),
    "advocate": ("推荐者",),
}
"""What each is called in Chinese, the one shown first."""


def auto_tags(worth: Worth, today: date) -> list[str]:
    """The tags that hold on a day, in the order of `AUTO_TAGS`."""
    return [name for name, holds in AUTO_TAGS.items() if holds(worth, today)]


def meant(text: str) -> str | None:
    """The tag by rule that a whole word means, in English or Chinese; None for one that is only set by hand."""
    asked = unicodedata.normalize("NFKC", text).strip().casefold()
    return next((name for name, others in WORDS.items() if asked in (name, *others)), None)


def read(text: str) -> str:
    """The same where only tags by rule are meant; BadValue names them all."""
    if found := meant(text):
        return found
    known = Listed(
        said("{word} ({chinese})", word=name, chinese=others[0]) for name, others in WORDS.items()
    )
    raise BadValue("{text!r} is no tag by rule; choose one of {known}", text=text, known=known)
