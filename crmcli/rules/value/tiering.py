"""Which tier a customer should have, and why: what a review of tiers proposes (HANDBOOK §7, docs/decisions/0035)."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import NamedTuple

from crmcli.errors import BadValue
from crmcli.rules.said import Said, both, counted, said
from crmcli.rules.value.rfm import Scored
from crmcli.rules.year.spending import counted_after

BEST = "Champions"
FADING = ("At Risk", "About To Sleep", "Lost")
"""The segments that are below any tier."""

_HALF_A_YEAR = 6  # months
_BAND = re.compile(
    r"(\d{1,3}(?:\.\d{1,2})?)(?:\s*%?\s*[-–—~～至到]\s*(\d{1,3}(?:\.\d{1,2})?))?\s*[%％]?"
)


class Band(NamedTuple):
    """The share of customers that a tier should hold, in percent: from `low` to `high`."""

    low: Decimal
    high: Decimal

    @classmethod
    def read(cls, text: str) -> "Band":
        """The band written in `text`: `5-8%`, or `10%` for at most that; BadValue when it is none."""
        match = _BAND.fullmatch(text.strip())
        low, high = (match[1], match[2]) if match else ("0", "0")
        ends = (Decimal(low), Decimal(high)) if high else (Decimal(0), Decimal(low))
        if not match or not ends[0] <= ends[1] <= 100 or not ends[1]:
            raise BadValue(
                "{text!r} is no share; write it like 5-8%, or, as the most there may be, like 10%",
                text=text,
            )
        return cls(*ends)

    def __str__(self) -> str:
        low, high = (format(end.normalize(), "f") for end in self)
        return f"{low}-{high}%" if self.low else f"{high}%"

    def holds(self, part: int, whole: int) -> bool:
        """True when `part` of `whole` lies in the band; of nobody everything does."""
        return not whole or self.low * whole <= 100 * part <= self.high * whole


class Windows(NamedTuple):
    """The last six months, those after `half` up to the day, and the six before, those after `year`."""

    half: date
    year: date


def windows(on: date) -> Windows:
    """The twelve months up to and including `on`, in two halves by the calendar: 31 August less six months is in February."""
    from dateutil.relativedelta import relativedelta

    try:
        half = on - relativedelta(months=_HALF_A_YEAR)
    except (OverflowError, ValueError):
        half = date.min
    return Windows(max(half, counted_after(on)), counted_after(on))


class Standing(NamedTuple):
    """All that a review goes by, of one customer; money in minor units of the base currency.

    `was_below` says whether the review before, of an earlier quarter, found it below the tier that it still has.
    """

    tier: str | None
    scored: Scored
    spend_now: int  # of the last six months
    spend_before: int  # of the six before
    complaints: int = 0  # open
    urgent: int = 0  # open needs that are no complaints
    nps: int | None = None  # of the newest answers
    overall: int | None = None
    was_below: bool = False
    raised_on: date | None = (
        None  # by the review, seen from its day, that gave it the tier that it still has
    )

    @property
    def yearly(self) -> int:
        """The spend of twelve months."""
        return self.spend_now + self.spend_before


class Scale(NamedTuple):
    """What is the same for all in one review: the tiers in rank order, and from which yearly spend on a tier is earned.

    `quarter` is the first day of the quarter whose review it is.
    """

    on: date
    windows: Windows
    quarter: date
    tiers: Sequence[str]
    earned_from: Mapping[str, int] = MappingProxyType({})


class Verdict(NamedTuple):
    """What is proposed: a tier, which way that is (`up`, `down`, or None), and whether the customer stands below its own."""

    proposed: str | None
    move: str | None
    is_below: bool
    causes: Sequence[Said]


_GREW = said("spend grew by half or more")
_IS_BEST = said("among the best in all three scores")
_SPENDS_MOST = said("among those who spend most")
_FELL = said("spend fell by half or more")
_ORDERED_NOTHING = said("nothing ordered in a year")
_FADES = said("its segment fades")
_TWICE = said("below its tier at two reviews")
_ONCE = said("below its tier; if it is so at the next review, too, one tier down")


def earned_from(yearly: Iterable[int], customers: int, bands: Mapping[str, Band], tiers: Sequence[str]) -> dict[str, int]:  # fmt: skip
    """From which yearly spend on each tier with a share is earned, by what those who order spend and how many customers there are.

    A tier has room for the upper end of its share and of those above it; who spends as much as the last one within, and
    anything at all, is in. The last tier needs not be earned.
    """
    ordered = sorted((amount for amount in yearly if amount > 0), reverse=True)
    found, share = {}, Decimal(0)
    for tier in tiers[:-1]:
        if tier not in bands:
            continue
        share += bands[tier].high
        room = int(min(share, Decimal(100)) * customers / 100)
        if room and ordered:
            found[tier] = ordered[min(room, len(ordered)) - 1]
    return found


def judge(one: Standing, scale: Scale) -> Verdict:
    """One tier up for who grew by half, is among the best or spends most; one down for who is below for the second time.

    Who has earned it is not below, whatever else is true. No tier counts as the last one, which nobody falls out of.
    """
    tiers = scale.tiers
    place = tiers.index(one.tier) if one.tier in tiers else len(tiers) - 1
    higher = tiers[max(place - 1, 0)]
    if causes := _earned(one, higher, scale):
        if place and _may_rise(one, causes, scale):
            return Verdict(higher, "up", False, causes)
        return Verdict(one.tier, None, False, causes)
    causes = _below(one, scale)
    if not causes or one.tier is None or place == len(tiers) - 1:
        return Verdict(one.tier, None, bool(causes), causes)
    if one.was_below:
        return Verdict(tiers[place + 1], "down", True, [_TWICE, *causes])
    return Verdict(one.tier, None, True, [_ONCE, *causes])


def _may_rise(one: Standing, causes: Sequence[Said], scale: Scale) -> bool:
    """One step a quarter, and one for the same growth: half a year must be over before growing again counts."""
    if one.raised_on is None:
        return True
    if one.raised_on >= scale.quarter:
        return False
    return one.raised_on <= scale.windows.half or causes != [_GREW]


def _earned(one: Standing, tier: str, scale: Scale) -> list[Said]:
    causes = []
    if one.spend_before > 0 and 2 * one.spend_now >= 3 * one.spend_before:
        causes.append(_GREW)
    if one.scored.segment == BEST:
        causes.append(_IS_BEST)
    line = scale.earned_from.get(tier)
    if line is not None and one.yearly >= line:
        causes.append(_SPENDS_MOST)
    return causes


def _below(one: Standing, scale: Scale) -> list[Said]:
    causes = []
    if one.spend_before > 0 and 2 * one.spend_now <= one.spend_before:
        causes.append(_FELL)
    if one.scored.recency_days >= (scale.on - scale.windows.year).days:
        causes.append(_ORDERED_NOTHING)
    elif one.scored.segment in FADING:
        causes.append(_FADES)
    return causes


# --- the reason ---

_NEEDS = {
    "complaints": both("{n} open complaint", "{n} open complaints"),
    "urgent": both("{n} open urgent need", "{n} open urgent needs"),
}
_NOTHING_OPEN = said("no complaint or urgent need open")
_NOT_ASKED = said("not asked how satisfied yet")


def reason(one: Standing, verdict: Verdict, money: Callable[[int], str]) -> list[Said]:
    """Why this is proposed: the causes, then segment, spend, needs and satisfaction; `money` spells an amount."""
    return [
        *verdict.causes,
        said("segment {segment}", segment=Said(one.scored.segment)),
        _spend(one, money),
        *_needs(one),
        *_satisfaction(one),
    ]


def _spend(one: Standing, money: Callable[[int], str]) -> Said:
    if one.spend_before > 0:
        percent = round(100 * (one.spend_now - one.spend_before) / one.spend_before)
        return said(
            "spend of six months {now}, of the six before {before} ({percent} %)",
            now=money(one.spend_now),
            before=money(one.spend_before),
            percent=f"{percent:+d}" if percent else "0",
        )
    if one.spend_now:
        return said("spend of six months {now}, nothing in the six before", now=money(one.spend_now))  # fmt: skip
    return said("no spend in twelve months")


def _needs(one: Standing) -> list[Said]:
    found = [
        counted(*_NEEDS[name], n) for name, n in (("complaints", one.complaints), ("urgent", one.urgent)) if n
    ]  # fmt: skip
    return found or [_NOTHING_OPEN]


def _satisfaction(one: Standing) -> list[Said]:
    found = []
    if one.nps is not None:
        found.append(said("NPS {score}", score=one.nps))
    if one.overall is not None:
        found.append(said("overall {score} of 5", score=one.overall))
    return found or [_NOT_ASKED]


# --- what it comes to ---


class Share(NamedTuple):
    """How many customers a tier has, and would have if what is proposed were done; its band, and whether that holds then."""

    tier: str | None
    now: int
    after: int
    band: Band | None

    def is_outside(self, customers: int) -> bool:
        """True when the tier would hold more or fewer of all `customers` than its band allows."""
        return self.band is not None and not self.band.holds(self.after, customers)


def shares(
    moves: Iterable[tuple[str | None, str | None]],
    others: Mapping[str | None, int],
    bands: Mapping[str, Band],
    tiers: Sequence[str],
) -> list[Share]:
    """Each tier in rank order, and at the end those without one: by who was judged (from, to) and how many `others` it has."""
    now: dict[str | None, int] = dict(others)
    after: dict[str | None, int] = dict(others)
    for before, then in moves:
        now[before] = now.get(before, 0) + 1
        after[then] = after.get(then, 0) + 1
    known: list[str | None] = [
        *tiers,
        *sorted(one for one in now if one and one not in tiers),
        None,
    ]
    return [
        Share(tier, now.get(tier, 0), after.get(tier, 0), bands.get(tier) if tier else None)
        for tier in known
    ]
