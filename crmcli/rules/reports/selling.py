"""Deals of a period: what was open at its end, what was won and lost in it (HANDBOOK §7, §11).

All days are local ones, as ISO texts; amounts are in minor units of their currencies.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from crmcli.rules.cadence import Policy
from crmcli.rules.measures import Figure, Rate, share
from crmcli.rules.reports.funnel import days_between
from crmcli.rules.year.deals import OPEN
from crmcli.rules.year.pipeline import Deal, Group, pipeline


class Sold(NamedTuple):
    """A deal as it stands now; `entered_on` is when it was noted down."""

    stage: str
    amount: int | None
    currency: str | None
    probability: int | None
    quoted_on: str | None
    entered_on: str
    closed_on: str | None

    @property
    def days(self) -> int | None:
        """Days from its quote, or when it was noted down if that was earlier, to its end.

        None when it was noted down only after its end, and no quote is known: as imports do it.
        """
        begins = [day for day in (self.quoted_on, self.entered_on) if day]
        if self.closed_on is None or min(begins) > self.closed_on:
            return None
        return days_between(min(begins), self.closed_on)


class Selling(NamedTuple):
    """The open deals of the period's end, and those won and lost in it, by currency; the share won; days to win."""

    open: Sequence[Group]
    won: Sequence[Group]
    lost: Sequence[Group]
    win_rate: Rate
    days_to_win: Figure


def selling(deals: Iterable[Sold], last: str, base: str, policy: Policy) -> Selling:
    """The figures of deals that were open at the end of `last`, or closed in the period that ends with it."""
    standing: list[Sold] = []
    closed: dict[str, list[Sold]] = {"won": [], "lost": []}
    for one in deals:
        is_open = one.stage in OPEN or (one.closed_on is not None and one.closed_on > last)
        (standing if is_open else closed[one.stage]).append(one)
    won, lost = closed["won"], closed["lost"]
    took = [days for one in won if (days := one.days) is not None]
    return Selling(
        _added_up(standing, base, policy),
        _added_up(won, base, policy),
        _added_up(lost, base, policy),
        share(len(won), len(lost)),
        Figure(sum(took) / len(took) if took else None, len(took)),
    )


def _added_up(deals: Iterable[Sold], base: str, policy: Policy) -> list[Group]:
    """As `pipeline` adds them up, whatever their stage is by now."""
    counted = (Deal(OPEN[0], None, one.amount, one.currency, one.probability) for one in deals)
    return pipeline(counted, base, policy).total
