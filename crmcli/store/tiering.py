"""What the own customers ordered up to a day, and what reviews of tiers go by and leave behind (HANDBOOK §7).

One's own are those whom the rep looks after: neither lost nor retired on that day. Money is in minor units of the base
currency; what is ordered in one without a rate counts as an order, and for nothing.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from crmcli.rules.cadence import Policy
from crmcli.rules.value.rfm import Purchases
from crmcli.rules.value.tiering import windows
from crmcli.store.changes import Change
from crmcli.store.database import Database, Row, as_list


class Bought(NamedTuple):
    """What one customer ordered up to a day, in all and in the two halves of the twelve months before; and who it is."""

    purchases: Purchases
    spend_now: int
    spend_before: int
    row: Row


class Orders(NamedTuple):
    """What all own customers ordered, by their keys, and how many orders in which currencies count for nothing."""

    bought: Sequence[Bought]
    without_rate: Mapping[str, int]


def orders_up_to(db: Database, until: date, policy: Policy) -> Orders:
    """The orders of all own customers up to and including the day `until`."""
    half, year = (day.isoformat() for day in windows(until))
    span: dict[str, Any] = {"until": until.isoformat(), "half": half, "year": year}
    rows = db.query("purchases", (), ("customer.id",), base=policy.currency, **span)
    abroad: dict[int, list[int]] = {}
    without_rate: Counter[str] = Counter()
    if any(row["foreign"] for row in rows):
        own = {row["id"] for row in rows}
        abroad = _in_base(db, policy, span, own, without_rate)
    day_of = date.fromisoformat
    found = []
    for row in rows:
        key, _name, _kind, _tier, _customer, last_on, count, total, now, yearly, foreign = row
        if foreign:
            total, now, yearly = abroad[key]
        found.append(Bought(Purchases(key, day_of(last_on), count, total), now, yearly - now, row))
    return Orders(found, without_rate)


def _in_base(
    db: Database, policy: Policy, span: Mapping[str, Any], own: set[int], without_rate: Counter[str]
) -> dict[int, list[int]]:
    """The sums of those who ordered in several currencies, or in another one; each order is brought into the base one."""
    sums: dict[int, list[int]] = defaultdict(lambda: [0, 0, 0])
    for row in db.rows("purchases_by_price", base=policy.currency, **span):
        key, currency = row["customer_id"], row["currency"]
        if key not in own:
            continue
        if currency != policy.currency and currency not in policy.rates:
            without_rate[currency] += row["total"]
        amount = policy.in_base(row["amount"], currency)
        for place, name in enumerate(("total", "now", "yearly")):
            sums[key][place] += row[name] * amount
    return sums


def strangers(db: Database, until: date) -> set[int]:
    """Whom the rep did not look after on that day: customers lost or retired by then."""
    return {row["id"] for row in db.rows("strangers", until=until.isoformat())}


class Heard(NamedTuple):
    """What is open with a customer, and what it answered last."""

    complaints: int = 0
    urgent: int = 0
    nps: int | None = None
    overall: int | None = None


def heard_of(db: Database, end_instant: str) -> dict[int, Heard]:
    """Open complaints and urgent needs as they are, and the newest NPS and overall score given before an instant."""
    found: dict[int, dict[str, Any]] = defaultdict(dict)
    for row in db.rows("answers_so_far", end_instant=end_instant):
        for name in ("nps", "overall"):
            if row[name] is not None:
                found[row["customer_id"]][name] = row[name]
    for row in db.rows("pressing_needs"):
        found[row["customer_id"]].update(complaints=row["complaints"], urgent=row["urgent"])
    return {key: Heard(**said) for key, said in found.items()}


def below_before(db: Database, quarter_begins: date) -> dict[int, str | None]:
    """Who the newest review of an earlier quarter found below its tier, and which tier that was."""
    rows = db.rows("below_before", before=quarter_begins.isoformat())
    return {row["customer_id"]: row["tier"] for row in rows}


def raised_before(db: Database, after: date, until: date) -> dict[int, date]:
    """Whom a review by a day after the one and up to the other moved up to the tier that it has now, and which day that was."""
    rows = db.rows("raised_before", after=after.isoformat(), until=until.isoformat())
    return {row["customer_id"]: date.fromisoformat(row["raised_on"]) for row in rows}


def own_without_orders(db: Database, until: date) -> dict[str | None, int]:
    """How many own customers of each tier never ordered anything up to the day."""
    rows = db.rows("own_without_orders", until=until.isoformat())
    return {row["tier"]: row["n"] for row in rows}


def tiers_of(db: Database, customers: Iterable[int]) -> dict[int, str | None]:
    """The tiers that these customers have now; of those deleted nothing."""
    rows = db.rows("tiers_of", customers=as_list(customers))
    return {row["id"]: row["tier"] for row in rows}


# --- what a review leaves ---


class Standing(NamedTuple):
    """What a review found of one customer."""

    customer: int
    tier: str | None
    proposed: str | None
    segment: str
    is_below: bool
    why: str


def move(change: Change, standings: Iterable[Standing]) -> int:
    """Give those their proposed tier whose is another; how many there were."""
    moved = [one for one in standings if one.proposed != one.tier]
    for one in moved:
        change.update("customer", one.customer, tier=one.proposed)
    return len(moved)


def record(
    change: Change,
    reviewed_on: date | None,
    as_of: date | None = None,
    standings: Sequence[Standing] = (),
) -> int:
    """That a review was held on a day, by the orders up to another; it keeps who was below or moved. Gives its key.

    Held on no day it was one of some customers only, which is no review of a quarter.
    """
    review = change.insert(
        "tier_review",
        reviewed_on=reviewed_on.isoformat() if reviewed_on else None,
        as_of=as_of.isoformat() if as_of else None,
        created_at=change.author.at,
    )
    kept = [one for one in standings if one.is_below or one.proposed != one.tier]
    first = change.take_keys("tier_standing", len(kept))
    change.db.run_many(
        "insert_tier_standing",
        (
            {
                "id": key,
                "review_id": review,
                "customer_id": one.customer,
                "tier": one.tier,
                "proposed": one.proposed,
                "segment": one.segment,
                "is_below": int(one.is_below),
                "why": one.why,
                "deleted_at": None,
            }
            for key, one in enumerate(kept, first)
        ),
    )
    return review
