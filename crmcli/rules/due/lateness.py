"""How late something is, in words."""

from datetime import date

from crmcli.rules.said import Said, counted, said

_TEMPLATES = frozenset(
    (
        "due today",
        "in {n} minute", "in {n} minutes", "in {n} hour", "in {n} hours", "in {n} day", "in {n} days",
        "{n} minute overdue", "{n} minutes overdue", "{n} hour overdue", "{n} hours overdue", "{n} day overdue", "{n} days overdue",
    )
)  # fmt: skip
"""How late something is, here and by the clock (moment.py)."""


def lateness(due_on: date, today: date) -> Said:
    """`3 days overdue`, `due today`, `in 2 days`."""
    days = (today - due_on).days
    if days > 0:
        return counted("{n} day overdue", "{n} days overdue", days)
    if days == 0:
        return said("due today")
    return counted("in {n} day", "in {n} days", -days)


def is_lateness(part: Said) -> bool:
    """True for a part of a reason that is true on the day only on which it is said."""
    return part.template in _TEMPLATES
