"""The open deals by stage and by the month in which they are expected to be won (HANDBOOK §7)."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from crmcli.rules.cadence import Policy
from crmcli.rules.year.deals import OPEN, weighted


class Deal(NamedTuple):
    """What counts of an open deal; the amount is in minor units of its currency, the probability in percent."""

    stage: str
    close_on: str | None
    amount: int | None
    currency: str | None
    probability: int | None


@dataclass(slots=True)
class Group:
    """The deals of one stage or month, or all, in one currency; sums are in its minor units."""

    of: str | None
    currency: str
    count: int = 0
    unpriced: int = 0  # have no amount, and so are in no sum
    unweighed: int = 0  # have an amount and no probability, and so count whole
    sum: int = 0
    weighted: int = 0


class Pipeline(NamedTuple):
    """Stages in their order, months in theirs (at the end those without a day), and the whole."""

    stages: list[Group]
    months: list[Group]
    total: list[Group]


def pipeline(deals: Iterable[Deal], base: str, policy: Policy) -> Pipeline:
    """Deals counted and added up; currencies are kept apart unless a rate is set, by which they count as the base one."""
    stages: dict[tuple[str | None, str], Group] = {}
    months: dict[tuple[str | None, str], Group] = {}
    total: dict[tuple[str | None, str], Group] = {}
    for deal in deals:
        amount, currency = deal.amount, deal.currency or base
        if currency in policy.rates:
            amount = None if amount is None else policy.in_base(amount, currency)
            currency = base
        month = deal.close_on[:7] if deal.close_on else None
        for groups, of in ((stages, deal.stage), (months, month), (total, None)):
            group = groups.get((of, currency))
            if group is None:
                group = groups[of, currency] = Group(of, currency)
            group.count += 1
            if amount is None:
                group.unpriced += 1
            else:
                group.unweighed += deal.probability is None
                group.sum += amount
                group.weighted += weighted(amount, deal.probability)
    return Pipeline(
        sorted(stages.values(), key=lambda one: (OPEN.index(one.of or ""), _place(one, base))),
        sorted(months.values(), key=lambda one: (one.of is None, one.of or "", _place(one, base))),
        sorted(total.values(), key=lambda one: _place(one, base)),
    )


def _place(group: Group, base: str) -> tuple[bool, str]:
    """The base currency comes first."""
    return (group.currency != base, group.currency)
