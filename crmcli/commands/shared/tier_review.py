"""A review of tiers: who stands how, what is proposed for each, and what that comes to (HANDBOOK §7)."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from crmcli.context import Context
from crmcli.output import words
from crmcli.output.shapes import Privacy
from crmcli.rules.money import decimals
from crmcli.rules.periods import QUARTER, containing
from crmcli.rules.said import Said
from crmcli.rules.value import tiering
from crmcli.rules.value.rfm import score
from crmcli.rules.value.tiering import Band, Share, Verdict
from crmcli.store import tiering as store
from crmcli.store.customers import fitting
from crmcli.store.database import Predicate

COLUMNS = (
    "ref", "name", "recency_days", "orders", "revenue", "currency", "r", "f", "m", "segment", "spend_now", "spend_before",
    "tier", "proposed", "reason",
)  # fmt: skip
_MOVES = ("up", "down", None)
"""What stands first in the list."""


class Judged(NamedTuple):
    """One customer as the review found it."""

    row: Any
    standing: tiering.Standing
    verdict: Verdict

    @property
    def key(self) -> int:
        """Its key."""
        return self.standing.scored.customer


class Review(NamedTuple):
    """All own customers who ordered anything up to a day: those who would move first, upwards before downwards.

    `others` counts by tier those who never ordered, of whom nothing is said; `without_rate` orders in currencies that
    count for nothing.
    """

    as_of: date
    currency: str
    judged: Sequence[Judged]
    others: Mapping[str | None, int]
    without_rate: Mapping[str, int]
    shares: Sequence[Share]

    @property
    def customers(self) -> int:
        """All own customers."""
        return len(self.judged) + sum(self.others.values())


def bands(crm: Context) -> dict[str, Band]:
    """The share that each tier should have, where the settings say one."""
    texts = {tier: crm.settings.get(f"tiers.{tier}.share") for tier in crm.settings.tiers()}
    return {tier: Band.read(text) for tier, text in texts.items() if text}


def review(crm: Context, as_of: date) -> Review:
    """The review by the orders up to and including `as_of`."""
    policy, tiers, wanted = crm.settings.policy(), crm.settings.tiers(), bands(crm)
    bought, without_rate = store.orders_up_to(crm.db, as_of, policy)
    scored = score([one.purchases for one in bought], as_of, 10 ** decimals(policy.currency))
    others = store.own_without_orders(crm.db, as_of)
    windows, quarter = tiering.windows(as_of), containing(as_of, QUARTER).first
    scale = tiering.Scale(
        as_of,
        windows,
        quarter,
        tiers,
        tiering.earned_from(
            (one.spend_now + one.spend_before for one in bought),
            len(bought) + sum(others.values()),
            wanted,
            tiers,
        ),
    )
    heard = store.heard_of(crm.db, crm.book.midnight((as_of + timedelta(days=1)).isoformat()))
    below = store.below_before(crm.db, quarter)
    raised = store.raised_before(crm.db, min(windows.half, quarter - timedelta(days=1)), as_of)
    silent = store.Heard()
    found: dict[str | None, list[Judged]] = {move: [] for move in _MOVES}
    for one, scores in zip(bought, scored, strict=True):
        key, tier = scores.customer, one.row["tier"]
        standing = tiering.Standing(
            tier, scores, one.spend_now, one.spend_before, *heard.get(key, silent),
            was_below=key in below and below[key] == tier, raised_on=raised.get(key),
        )  # fmt: skip
        verdict = tiering.judge(standing, scale)
        found[verdict.move].append(Judged(one.row, standing, verdict))
    judged = [one for move in _MOVES for one in found[move]]
    moves = [(one.standing.tier, one.verdict.proposed) for one in judged]
    shares = tiering.shares(moves, others, wanted, tiers)
    return Review(as_of, policy.currency, judged, others, without_rate, shares)


def narrowed(crm: Context, judged: Sequence[Judged], filters: Sequence[Predicate]) -> Sequence[Judged]:  # fmt: skip
    """Those of them that fit the filters; how all stand is not changed by whom is asked for."""
    if not filters:
        return judged
    keys = fitting(crm.db, filters)
    return [one for one in judged if one.key in keys]


class Teller:
    """Tells what the review found of each customer, for which there may be very many; amounts are in one currency."""

    def __init__(self, crm: Context, currency: str, mask: Privacy) -> None:
        self._today, self._currency, self._mask = crm.today, currency, mask
        self._are_hidden = mask.amount(0, currency) is None
        self._coins = 10.0 ** decimals(currency)
        self._in_words = words.money_in(currency)

    def _amount(self, minor: int) -> float | None:
        return None if self._are_hidden else minor / self._coins

    @property
    def did_mask(self) -> bool:
        """True when something was left out, or half of it."""
        return self._mask.did_mask

    def name(self, one: Judged) -> str:
        """Who it is."""
        return self._mask.name_of(one.row) or ""

    def why(self, one: Judged) -> str:
        """Why this is proposed for a customer, for people; without amounts where these are masked."""
        return words.why(self._reasons(one), self._today)

    def _in_english(self, one: Judged) -> str:
        return words.why_in_english(self._reasons(one), self._today)

    def _reasons(self, one: Judged) -> list[Said]:
        return tiering.reason(one.standing, one.verdict, self._spelled)

    def _spelled(self, minor: int) -> str:
        return self._in_words(self._amount(minor))

    def item(self, one: Judged) -> dict[str, Any]:
        """One customer of the review under its JSON names (CLI.md, JSON)."""
        standing, scored = one.standing, one.standing.scored
        return {
            "ref": f"c{scored.customer}",
            "name": self.name(one),
            "recency_days": scored.recency_days,
            "orders": scored.orders,
            "revenue": self._amount(scored.amount),
            "currency": self._currency,
            "r": scored.r,
            "f": scored.f,
            "m": scored.m,
            "segment": scored.segment,
            "spend_now": self._amount(standing.spend_now),
            "spend_before": self._amount(standing.spend_before),
            "tier": standing.tier,
            "proposed": one.verdict.proposed,
            "reason": self._in_english(one),
        }

    def standing(self, one: Judged) -> store.Standing:
        """The same as it is kept."""
        return store.Standing(
            one.key,
            one.standing.tier,
            one.verdict.proposed,
            one.standing.scored.segment,
            one.verdict.is_below,
            self._in_english(one),
        )
