"""What the report value counts: orders, payments, contracts, who came, moved and went (HANDBOOK §11; decision 34)."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from crmcli.store.database import Database, Predicate, Row
from crmcli.store.reporting import Span


class Days(NamedTuple):
    """A period as days are stored, and the one that it is compared with: of both the first and the last."""

    begin_day: str
    end_day: str
    before_begin_day: str
    before_end_day: str


def bought(db: Database, days: Days, base: str, filters: Sequence[Predicate]) -> Iterator[Row]:
    """The orders up to the last day of both, summed up by customer: what `Ordered` of the rules is made of.

    Amounts are added up whatever their currency: of so many orders `abroad`, which `bought_abroad` has, it is not the base one.
    """
    by = ["customer.id"]
    values: dict[str, Any] = {**days._asdict(), "base": base, "until": _until(days)}
    for rows in db.pages("report_bought", filters, group=by, **values):
        yield from rows


def bought_abroad(
    db: Database, days: Days, base: str, filters: Sequence[Predicate]
) -> dict[int, list[tuple[str, str, int]]]:
    """Of each customer the orders in other currencies than the base one: the day, the currency, the amount."""
    found: dict[int, list[tuple[str, str, int]]] = defaultdict(list)
    for row in db.query("report_bought_abroad", filters, until=_until(days), base=base):
        found[row["customer_id"]].append((row["ordered_on"], row["currency"], row["amount"]))
    return found


def is_ordered_between(db: Database, after: date, until: date) -> bool:
    """True when anything was ordered after the one day, up to and including the other."""
    found = db.row("ordered_between", after=after.isoformat(), until=until.isoformat())
    return found is not None


def _until(days: Days) -> str:
    return max(days.end_day, days.before_end_day)


class Moments(NamedTuple):
    """Days before which it was to be paid, each with the day before which it would have to be paid."""

    today: tuple[str, str]
    at_end_day: tuple[str, str]
    before_end_day: tuple[str, str]


def overdue(db: Database, moments: Moments, filters: Sequence[Predicate]) -> list[Row]:
    """What was to be paid before each of these days and was not, by currency: `n_today`, `amount_today` and so on."""
    by = ["customer_order.currency"]
    values: dict[str, Any] = {}
    for name, (day, paid) in moments._asdict().items():
        values |= {name: day, f"{name}_paid_day": paid}
    return db.query("report_overdue", filters, by, group=by, **values)


def renewals(
    db: Database, first: str, last: str, today: str, filters: Sequence[Predicate]
) -> tuple[int, int]:
    """How many contracts ended in the period, and for how many of these there is one that follows."""
    (row,) = db.query("report_renewals", filters, begin_day=first, end_day=last, today=today)
    return row["n"], row["renewed"]


class Churn(NamedTuple):
    """How many customers there were when the period began, and how many of these were lost or fell silent in it."""

    n: int
    lost: int
    dormant: int


def churn(
    db: Database, first: str, last: str, today: str, new_for: int, filters: Sequence[Predicate]
) -> Churn:
    """Who was a customer before the period began, and left in it."""
    end = (date.fromisoformat(min(last, today)) + timedelta(days=1)).isoformat()
    values: dict[str, Any] = {
        "begin_day": first,
        "end_day": last,
        "over_day": end,
        "new_for": new_for,
    }
    (row,) = db.query("report_churn", filters, **values)
    return Churn(row["n"], row["lost"], row["dormant"])


def new_customers(db: Database, first: str, last: str, filters: Sequence[Predicate]) -> int:
    """How many became customers in the period."""
    (row,) = db.query("report_new_customers", filters, begin_day=first, end_day=last)
    return int(row["n"])


def referrals(db: Database, first: str, last: str, filters: Sequence[Predicate]) -> tuple[int, int]:
    """How many customers were added in the period, and how many of these came through another."""
    (row,) = db.query("report_added", filters, begin_day=first, end_day=last)
    return row["n"], row["referred"]


def referrers(
    db: Database, first: str, last: str, filters: Sequence[Predicate], limit: int
) -> list[Row]:
    """Through whom most of them came."""
    by = ["customer.referred_by"]
    return db.query(
        "report_referrers", filters, ["n DESC", *by], limit, by, begin_day=first, end_day=last
    )


def tier_steps(
    db: Database, span: Span, filters: Sequence[Predicate]
) -> Iterator[tuple[int, str | None, str | None]]:
    """Each change of a customer's tier in the period, in the order they were made: whose, from what, to what."""
    for rows in db.pages("report_tiers", filters, ["change_row.id"], **span._asdict()):
        for row in rows:
            yield row["customer_id"], row["before"], row["after"]


def warned(db: Database, today: str, filters: Sequence[Predicate]) -> Iterator[Row]:
    """The customers who may leave, those whose tier is worth most first, the latest warning of these."""
    order = ["customer.tier_weight DESC", "warned_on DESC", "customer.id"]
    for rows in db.pages("report_warned", filters, order, today=today):
        yield from rows
