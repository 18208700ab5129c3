"""How promises were kept: the on-time rate overall, by level against its goal, and by customer (HANDBOOK §6)."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import chain
from typing import NamedTuple

from crmcli.rules.measures import Rate, in_time, on_time_rate

Customer = int | str | None
"""Anything that tells customers apart."""

WE_OWE = "we-owe"
GOALS: Mapping[str, float | None] = {"basic": 1.0, "value-add": 0.9, "surprise": None}
"""The share that is to be kept in time, by level in the handbook's order; None = no goal."""


class Promised(NamedTuple):
    """A promise: whose (`we-owe`, `they-owe`), its level, the instant past which it is late, and how it ended, if it did.

    All instants are aware.
    """

    by: str
    level: str
    due_at: datetime
    kept_at: datetime | None = None
    broken_at: datetime | None = None
    customer: Customer = None


class LevelRate(NamedTuple):
    """A level's share in time (0 to 1) of `n` promises decided, and its goal; None where there is none."""

    rate: float | None
    n: int
    goal: float | None


class Figures(NamedTuple):
    """The figures of promises. All but `they_owe` are of what we owe; `kept` counts late ones, too."""

    on_time: Rate
    by_level: Mapping[str, LevelRate]  # every level, in the handbook's order
    by_customer: Mapping[Customer, Rate]  # in the order in which they first come up
    they_owe: Rate
    kept: int
    broken: int
    overdue: int  # past due, neither kept nor broken
    open: int  # neither kept nor broken nor due yet


def figures(promises: Iterable[Promised], now: datetime) -> Figures:
    """The figures of these promises at `now`, which are gone through once.

    In time is what was kept by its due instant. Kept later, broken (however early) or past due is not; what may
    still be kept is not counted. n = 0 gives the rate None.
    """
    theirs: list[bool | None] = []
    by_level: dict[str, list[bool | None]] = {level: [] for level in GOALS}
    by_customer: dict[Customer, list[bool | None]] = defaultdict(list)
    ends: Counter[str] = Counter()
    for one in promises:
        result = is_in_time(one, now)
        if one.by != WE_OWE:
            theirs.append(result)
            continue
        by_level.setdefault(one.level, []).append(result)
        by_customer[one.customer].append(result)
        ends[_end(one, result)] += 1
    return Figures(
        on_time=on_time_rate(chain.from_iterable(by_level.values())),
        by_level={
            level: LevelRate(*on_time_rate(results), GOALS.get(level))
            for level, results in by_level.items()
        },
        by_customer={customer: on_time_rate(results) for customer, results in by_customer.items()},
        they_owe=on_time_rate(theirs),
        kept=ends["kept"],
        broken=ends["broken"],
        overdue=ends["overdue"],
        open=ends["open"],
    )


def is_in_time(promise: Promised, now: datetime) -> bool | None:
    """True when kept by its due instant, False when not, None while it may still be kept."""
    if promise.broken_at is not None:
        return False
    return in_time(promise.due_at, promise.kept_at, now)


def _end(promise: Promised, result: bool | None) -> str:
    if promise.broken_at is not None:
        return "broken"
    if promise.kept_at is not None:
        return "kept"
    return "open" if result is None else "overdue"
