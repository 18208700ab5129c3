"""The reports of `crm report`, a module each (HANDBOOK §11).

Each has `figures(crm, asked)`: the item under its JSON names; `title(asked)`: what it is called; and `parts(item, asked)`: what
people see of the item, be it on a screen or on a page.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

from crmcli.locale import _
from crmcli.output.report_parts import Figure
from crmcli.output.report_words import change_of, number, percent
from crmcli.output.shapes import Privacy
from crmcli.rules.periods import Period
from crmcli.store.database import Predicate, Row

_Found = TypeVar("_Found")


class Asked(NamedTuple):
    """What a report is asked: of which period, about which customers, and how long its lists may be."""

    period: Period
    customer: Row | None
    filters: Sequence[Predicate]
    limit: int | None
    mask: Privacy
    noted: dict[Any, Any]  # what was found already, for the other reports
    compared: Period | None = None  # with which, if not the one before
    tier_word: Callable[[str | None], str] = lambda tier: tier or ""  # a tier for people

    @property
    def before(self) -> Period:
        """The period that this one is compared with."""
        return self.compared or self.period.before

    def once(self, what: tuple[Any, ...], find: Callable[[], _Found]) -> _Found:
        """What `find` finds, asked of the file once, whichever reports want it."""
        if what not in self.noted:
            self.noted[what] = find()
        found: _Found = self.noted[what]
        return found


def rate_line(
    what: str,
    now: Mapping[str, Any],
    before: Mapping[str, Any],
    *,
    more_is_better: bool | None = True,
    is_main: bool = False,
) -> Figure:
    """The line of a `{rate, n}` or `{rate, n, goal}`."""
    goal, rate, was = now.get("goal"), now["rate"], before["rate"]
    points = change_of(_in_points(rate), _in_points(was))
    return Figure(
        what,
        percent(rate),
        str(now["n"]),
        "" if goal is None else percent(goal),
        percent(was),
        is_below=goal is not None and rate is not None and rate < goal,
        change=points and _("{change} points").format(change=points),
        is_better=_is_better(rate, was, more_is_better),
        share=rate,
        goal_share=goal,
        is_main=is_main,
    )


def number_line(
    what: str,
    now: float | None,
    before: float | None,
    *,
    n: int | None = None,
    goal: float | None = None,
    more_is_better: bool | None = None,
    is_main: bool = False,
    spell: Callable[[float | None], str] = number,
) -> Figure:
    """The line of a count, or of a score or a mean with its n; of a goal, as many or more are wanted."""
    change = change_of(now, before)
    if change and now is not None and before is not None:
        change = change[0] + spell(abs(now - before))
    return Figure(
        what,
        spell(now),
        "" if n is None else str(n),
        "" if goal is None else spell(goal),
        spell(before),
        is_below=goal is not None and now is not None and now < goal,
        change=change,
        is_better=_is_better(now, before, more_is_better),
        is_main=is_main,
    )


def _in_points(rate: float | None) -> float | None:
    return None if rate is None else 100 * rate


def _is_better(now: float | None, before: float | None, more_is_better: bool | None) -> bool | None:
    """Whether the change is for the better; None when there is none, or when it is neither."""
    if now is None or before is None or now == before or more_is_better is None:
        return None
    return (now > before) == more_is_better


def customer_of(asked: Asked) -> dict[str, Any] | None:
    """The one customer a report is about, under its JSON names."""
    if asked.customer is None:
        return None
    return {"ref": f"c{asked.customer['id']}", "name": asked.mask.name_of(asked.customer)}
