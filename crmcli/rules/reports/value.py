"""The figures of what customers are worth over a period (HANDBOOK §7, §11; decision 34).

Amounts are in minor units of the base currency; of currencies without a rate they are kept apart. Days are ISO texts, which
compare as days do.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import nlargest
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from crmcli.rules.cadence import Policy
from crmcli.rules.measures import Rate, share

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

    @property
    def average(self) -> float | None:
        """The average order, in minor units."""
        return self.amount / self.orders if self.orders else None


_NOTHING = Sold()


class Buyer(NamedTuple):
    """A customer's orders up to a day, of all currencies; `amount` and `counted` are of those that count in the base one."""

    customer: int
    last_on: str
    orders: int
    counted: int
    amount: int


@dataclass
class Window:
    """The orders of one period, and of all time up to its end. `first` is its first day."""

    first: str
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


Facts = Mapping[str, Any] | Any
"""A group of orders of one customer and currency: `customer_id`, `currency`, `first_on` and `last_on`; how many (`n`) and
their `amount` up to the end of the period, in it (`n_in`, `amount_in`), up to the end of the one it is compared with
(`n_then`, `amount_then`), and in that (`n_before`, `amount_before`). Of another currency than the base one that has a rate
all are of `one_amount`."""


def gather(rows: Iterable[Facts], now: Window, then: Window, policy: Policy) -> Iterator[Buyer]:
    """Count the groups, in the order of their customers, in the period and the one it is compared with; gives what each
    has bought up to the end of the period.
    """
    for customer, groups in groupby(rows, itemgetter("customer_id")):
        mine, before, first_on, last_on = _Counting(), _Counting(), "9", ""
        for row in groups:
            currency, worth = row["currency"], row["one_amount"]
            kept = None if worth is not None or currency == policy.currency else currency
            here = row["n"], row["amount"], row["n_in"], row["amount_in"]
            there = row["n_then"], row["amount_then"], row["n_before"], row["amount_before"]
            if worth is not None and currency != policy.currency:
                one = policy.in_base(worth, currency)
                here = row["n"], one * row["n"], row["n_in"], one * row["n_in"]
                there = row["n_then"], one * row["n_then"], row["n_before"], one * row["n_before"]
            mine.add(kept, *here)
            before.add(kept, *there)
            first_on = min(first_on, row["first_on"])
            last_on = max(last_on, row["last_on"] or "")
        mine.close(now, customer, first_on)
        before.close(then, customer, first_on)
        if mine.orders:
            yield Buyer(customer, last_on, mine.orders, mine.counted, mine.amount)


class _Counting:
    """The orders of one customer."""

    __slots__ = ("amount", "amount_in", "counted", "n_in", "orders", "others", "sold_in")

    def __init__(self) -> None:
        self.orders = self.counted = self.amount = self.n_in = self.sold_in = self.amount_in = 0
        self.others: dict[str, tuple[int, int]] | None = None

    def add(self, kept: str | None, n: int, amount: int, n_in: int, amount_in: int) -> None:
        self.orders += n
        self.n_in += n_in
        if kept is None:
            self.counted += n
            self.amount += amount
            self.sold_in += n_in
            self.amount_in += amount_in
        elif n_in:
            self.others = self.others or {}
            there = self.others.get(kept, (0, 0))
            self.others[kept] = (there[0] + amount_in, there[1] + n_in)

    def close(self, window: Window, customer: int, first_on: str) -> None:
        if not self.orders:
            return
        window.ever += 1
        window.ever_several += self.orders >= SEVERAL
        if self.counted:
            window.lifetime.append(self.amount)
        if not self.n_in:
            return
        window.buyers += 1
        window.bought_several += self.n_in >= SEVERAL
        is_old = first_on < window.first
        window.first_orders += not is_old
        if self.sold_in:
            sold = window.sold
            window.sold = Sold(
                sold.amount + self.amount_in, sold.orders + self.sold_in, sold.customers + 1
            )
            window.old_amount += self.amount_in * is_old
            window.by_customer.append((self.amount_in, customer, self.sold_in))
        for currency, (amount, orders) in (self.others or {}).items():
            sold = window.others.get(currency, Sold())
            window.others[currency] = Sold(
                sold.amount + amount, sold.orders + orders, sold.customers + 1
            )


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
