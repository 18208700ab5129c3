"""The numbers of reports as people read them; a dash where there is nothing to go by (HANDBOOK §5)."""

from crmcli.locale import _

NOTHING = "–"
"""What stands where there is nothing to go by."""

_BAR = 20


def percent(share: float | None) -> str:
    """`92.5%`, or a dash."""
    return NOTHING if share is None else f"{number(100 * share)}%"


def number(value: float | None) -> str:
    """A number with at most one place behind the point, or a dash."""
    if value is None:
        return NOTHING
    rounded = round(value, 1) + 0.0  # which makes -0.0 a plain 0
    return f"{rounded:.1f}".removesuffix(".0")


def minutes(value: float | None) -> str:
    """Minutes as `27h 5m` or `40m`, for people; or a dash. Hours of the working clock make no days."""
    if value is None:
        return NOTHING
    hours, rest = divmod(round(value), 60)
    if hours:
        return _("{hours}h {minutes}m").format(hours=hours, minutes=rest)
    return _("{minutes}m").format(minutes=rest)


def change_of(now: float | None, before: float | None) -> str:
    """The difference of two numbers as `+4.2` or `−1`; nothing where it cannot be told or there is none."""
    if now is None or before is None:
        return ""
    shown = number(abs(now - before))
    if shown == "0":
        return ""
    return f"+{shown}" if now > before else f"−{shown}"


def bar(share: float | None) -> str:
    """A share from 0 to 1 as a bar of a list; what is more than nothing is seen."""
    if not share:
        return ""
    return "█" * max(1, round(min(share, 1) * _BAR))
