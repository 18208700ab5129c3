"""How late something is, in words."""

from datetime import date

from crmcli.rules.said import Said, counted, said


def lateness(due_on: date, today: date) -> Said:
    """`3 days overdue`, `due today`, `in 2 days`."""
    days = (today - due_on).days
    if days > 0:
        return counted("{n} day overdue", "{n} days overdue", days)
    if days == 0:
        return said("due today")
    return counted("in {n} day", "in {n} days", -days)
