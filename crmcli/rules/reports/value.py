"""The figures of what customers are worth over a period (HANDBOOK §7, §11; decision 34).

Amounts are in minor units of the base currency; of currencies without a rate they are kept apart. Days are ISO texts, which
compare as days do.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from heapq import nlargest
from typing import NamedTuple

from crmcli.rules.cadence import Policy
from crmcli.rules.measures import Rate, share
from crmcli.rules.value.rfm import Purchases

TOP_SHARE_PERCENT = 20
"""Of the customers with the highest lifetime value so many percent are looked at: how much of all do they bring?"""

SEVERAL = 2
"""With so many orders a customer has bought again."""

STEPS = 10
"""The Pareto curve of lifetime value is told at so many points."""


class Sold(NamedTuple):
    """What was ordered in one currency; of how many customers."""

    amount: int = 0
    orders: int = 0
    customers: int = 0


_NOTHING = Sold()


@dataclass
class Window:
    """The orders of one period, and of all time up to its end; `first` and `last` are its first and last day."""

    first: str
    last: str
    sold: Sold = _NOTHING
    others: dict[str, Sold] = field(default_factory=dict)  # by currency
    old_amount: int = 0  # of customers whose first order lies before the period
    first_orders: int = 0  # customers whose first order lies in it
    buyers: int = 0  # in the period, in any currency
    bought_several: int = 0
    ever: int = 0  # customers with an order up to its end
    ever_several: int = 0
    lifetime: list[int] = field(default_factory=list)
    by_customer: list[tuple[int, int, int]] = field(
        default_factory=list
    )  # amount, customer, orders

    @property
    def old_customer_share(self) -> Rate:
        """The share of the revenue that old customers brought; of how many orders."""
        amount = self.sold.amount
        return Rate(self.old_amount / amount if amount else None, self.sold.orders)

    @property
    def repurchase(self) -> Rate:
        """Of all who ever ordered, those who did so at least twice."""
        return share(self.ever_several, self.ever - self.ever_several)

    @property
    def repurchase_in_period(self) -> Rate:
        """Of those who ordered in the period, those who did so at least twice in it."""
        return share(self.bought_several, self.buyers - self.bought_several)

    def top(self, most: int) -> list[tuple[int, int, int]]:
        """The customers of the highest revenue in the period: amount, key, orders; of equals the older one first."""
        return nlargest(most, self.by_customer, key=lambda one: (one[0], -one[1]))

    def concentration(self) -> "Concentration":
        """How much of the lifetime value the most valuable customers brought."""
        return concentration(self.lifetime)


class Concentration(NamedTuple):
    """The share that the first fifth brought; of how many customers, how many those are; and the shares at every tenth."""

    rate: float | None
    n: int
    top: int
    curve: Sequence[float]


def concentration(amounts: Iterable[int]) -> Concentration:
    """Of customers' lifetime values: part of a customer counts as a whole one, the first fifth of 7 being 2."""
    ordered = sorted(amounts, reverse=True)
    n, total = len(ordered), sum(ordered)
    top = _part(n, TOP_SHARE_PERCENT)
    if not total:
        return Concentration(None, n, top, ())
    sums = [0]
    for amount in ordered:
        sums.append(sums[-1] + amount)
    curve = [sums[_part(n, 100 * step // STEPS)] / total for step in range(1, STEPS + 1)]
    return Concentration(sums[top] / total, n, top, curve)


def _part(n: int, percent: int) -> int:
    return -(-n * percent // 100)


class Ordered(NamedTuple):
    """The orders of one customer, amounts added up whatever their currency: the first, and how many are `abroad`; how many
    (`n`), their `amount` and the newest (`last_on`) up to the end of the period, in it (`_in`), up to the end of the one it
    is compared with (`_then`), and in that (`_before`).
    """

    customer: int
    abroad: int
    first_on: str
    last_on: str | None
    n: int
    n_in: int
    n_then: int
    n_before: int
    amount: int
    amount_in: int
    amount_then: int
    amount_before: int


Abroad = Sequence[tuple[str, str, int]]
"""Orders in other currencies than the base one: the day, the currency, the amount."""


def gather(
    rows: Iterable[Ordered],
    find_abroad: Callable[[], Mapping[int, Abroad]],
    now: Window,
    then: Window,
    policy: Policy,
) -> None:
    """Count the orders of customers in the period and the one it is compared with.

    `find_abroad` gives the orders in other currencies by customer, and is asked only when there are any.
    """
    aside = []
    for row in rows:
        if row.abroad:
            aside.append(row)
        else:
            _count_in_both(row, (), now, then, policy)
    abroad = find_abroad() if aside else {}
    for row in aside:
        _count_in_both(row, abroad[row.customer], now, then, policy)


def _count_in_both(row: Ordered, abroad: Abroad, now: Window, then: Window, policy: Policy) -> None:
    customer, first_on = row.customer, row.first_on
    if row.n:
        sums = _Sums(row.n, row.amount, row.n_in, row.amount_in)
        _count(now, customer, first_on, sums, abroad, policy)
    if row.n_then:
        sums = _Sums(row.n_then, row.amount_then, row.n_before, row.amount_before)
        _count(then, customer, first_on, sums, abroad, policy)


class _Sums(NamedTuple):
    """Orders up to the end of a period, and in it."""

    n: int
    amount: int
    n_in: int
    amount_in: int


def _count(
    window: Window, customer: int, first_on: str, sums: _Sums, abroad: Abroad, policy: Policy
) -> None:
    window.ever += 1
    window.ever_several += sums.n >= SEVERAL
    window.buyers += sums.n_in > 0
    window.bought_several += sums.n_in >= SEVERAL
    window.first_orders += sums.n_in > 0 and first_on >= window.first
    if abroad:
        sums = _in_base(window, sums, abroad, policy)
    if sums.n:
        window.lifetime.append(sums.amount)
    if sums.n_in:
        sold = window.sold
        window.sold = Sold(
            sold.amount + sums.amount_in, sold.orders + sums.n_in, sold.customers + 1
        )
        window.by_customer.append((sums.amount_in, customer, sums.n_in))
        if first_on < window.first:
            window.old_amount += sums.amount_in


def _in_base(window: Window, sums: _Sums, abroad: Abroad, policy: Policy) -> _Sums:
    """The sums of what counts in the base currency; what has no rate is kept apart."""
    n, amount, n_in, amount_in = sums
    kept: dict[str, list[int]] = {}
    for day, currency, price in abroad:
        if day > window.last:
            continue
        is_in = day >= window.first
        if currency in policy.rates:
            more = policy.in_base(price, currency) - price
            amount += more
            amount_in += more * is_in
            continue
        n, amount = n - 1, amount - price
        if is_in:
            n_in, amount_in = n_in - 1, amount_in - price
            kept.setdefault(currency, []).append(price)
    for currency, prices in kept.items():
        sold = window.others.get(currency, _NOTHING)
        window.others[currency] = Sold(
            sold.amount + sum(prices), sold.orders + len(prices), sold.customers + 1
        )
    return _Sums(n, amount, n_in, amount_in)


def purchases(row: Ordered, abroad: Abroad, last: str, policy: Policy) -> Purchases:
    """What a customer ordered up to the end of the period, the day `last`: at least one order.

    What was ordered in a currency without a rate counts as an order, and for nothing.
    """
    amount = row.amount
    for day, currency, price in abroad:
        if day <= last:
            amount += policy.in_base(price, currency) - price
    return Purchases(row.customer, date.fromisoformat(row.last_on or ""), row.n, amount)


class Moves(NamedTuple):
    """Customers whose tier is another at the end of a period than it was: by what it was and is."""

    moves: Mapping[tuple[str | None, str | None], int]
    up: int
    down: int


def moved(steps: Iterable[tuple[int, str | None, str | None]], tiers: Sequence[str]) -> Moves:
    """What steps (customer, tier before and after), in their order, come to; `tiers` in rank order, the first the best.

    What came back to where it was has not moved. From no tier to one, or to none, is neither up nor down.
    """
    net: dict[int, tuple[str | None, str | None]] = {}
    for customer, before, after in steps:
        net[customer] = (net[customer][0] if customer in net else before, after)
    counted = Counter(pair for pair in net.values() if pair[0] != pair[1])
    places = {name: place for place, name in enumerate(tiers)}
    up = down = 0
    for (before, after), n in counted.items():
        if before is None or after is None:
            continue
        # A tier that is defined no longer is below all that are.
        was, now = (places.get(one, len(places)) for one in (before, after))
        up += n * (now < was)
        down += n * (now > was)
    return Moves(counted, up, down)
