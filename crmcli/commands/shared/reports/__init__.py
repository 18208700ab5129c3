"""The reports of `crm report`, a module each: `figures` under their JSON names, and `show` for people (HANDBOOK §11)."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from crmcli.context import Context
from crmcli.locale import _
from crmcli.output.shapes import Privacy
from crmcli.rules.periods import Period
from crmcli.store.database import Predicate, Row

NOTHING = "–"
"""What stands where there is nothing to go by (HANDBOOK §5)."""

_BAR = 20


class Asked(NamedTuple):
    """What a report is asked: of which period, about which customers, and how long its lists may be."""

    period: Period
    customer: Row | None
    filters: Sequence[Predicate]
    limit: int | None
    mask: Privacy


class Figure(NamedTuple):
    """One line of figures for people: what it is, its value, of how many, its goal, and its value in the period before."""

    what: str
    value: str
    n: str
    goal: str
    before: str
    is_below: bool = False


def show_figures(crm: Context, figures: Sequence[Figure], before: str) -> None:
    """The list of these lines; those below their goal stand out."""
    from crmcli.output.table import Column

    columns = [
        Column(_("figure"), least=24),
        Column(_("value"), right=True),
        Column(_("n"), right=True, spare=1),
        Column(_("goal"), right=True, spare=2),
        Column(before, right=True),
    ]
    styles = ["yellow" if one.is_below else None for one in figures]
    crm.screen.table(columns, [list(one[:5]) for one in figures], styles)


def show_counts(
    crm: Context, what: str, counts: Sequence[tuple[str, int, int]], before: str
) -> None:
    """A list of words with how many there were, now and in the period before, with bars; what there never was is left out."""
    from crmcli.output.table import Column

    shown = [one for one in counts if one[1] or one[2]]
    if not shown:
        return
    most = max(now for _word, now, _then in shown)
    columns = [
        Column(what, least=10),
        Column(_("n"), right=True),
        Column(before, right=True),
        Column("", spare=1),
    ]
    crm.screen.say("")
    crm.screen.table(
        columns,
        [[word, str(now), str(then), bar(now / most if most else 0)] for word, now, then in shown],
    )


def bar(share: float | None) -> str:
    """A share from 0 to 1 as a bar; what is more than nothing is seen."""
    if not share:
        return ""
    return "█" * max(1, round(share * _BAR))


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


def rate_line(what: str, now: Mapping[str, Any], before: Mapping[str, Any]) -> Figure:
    """The line of a `{rate, n}` or `{rate, n, goal}`."""
    goal = now.get("goal")
    return Figure(
        what,
        percent(now["rate"]),
        str(now["n"]),
        "" if goal is None else percent(goal),
        percent(before["rate"]),
        is_below=goal is not None and now["rate"] is not None and now["rate"] < goal,
    )


def customer_of(asked: Asked) -> dict[str, Any] | None:
    """The one customer a report is about, under its JSON names."""
    if asked.customer is None:
        return None
    return {"ref": f"c{asked.customer['id']}", "name": asked.mask.name_of(asked.customer)}
