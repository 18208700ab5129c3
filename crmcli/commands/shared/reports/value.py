"""`crm report value`: what customers are worth: revenue, who buys again, renews, leaves and comes, recency, frequency and
monetary value, tiers that moved, warnings, what is owed (HANDBOOK §7, §11; decision 34)."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from typing import Any

from crmcli.commands.shared.reports import Asked, customer_of, number_line, periods, rate_line
from crmcli.context import Context
from crmcli.errors import in_context
from crmcli.locale import N_, _
from crmcli.output import words
from crmcli.output.report_parts import (
    Cell,
    Count,
    Counts,
    Figure,
    Figures,
    Grid,
    Part,
    Table,
)
from crmcli.output.report_words import NOTHING, percent
from crmcli.output.shapes import Privacy
from crmcli.output.table import Column
from crmcli.rules import money
from crmcli.rules.measures import share
from crmcli.rules.periods import Period
from crmcli.rules.reports.value import (
    Concentration,
    Ordered,
    Sold,
    Window,
    gather,
    moved,
    purchases,
)
from crmcli.rules.value import rfm
from crmcli.rules.value.churn import KINDS
from crmcli.rules.value.rfm import Purchases
from crmcli.store import reporting_value as facts
from crmcli.store.customers import fitting
from crmcli.store.database import as_list
from crmcli.store.tiering import orders_up_to, strangers

TOP = 10
"""Customers named in a list of the best."""

WORDS = [
    N_("Champions"), N_("Potential Loyalist"), N_("Loyal Customers"), N_("Promising"), N_("New Customers"),
    N_("Can't Lose Them"), N_("At Risk"), N_("Need Attention"), N_("About To Sleep"), N_("rfm|Lost"), N_("rfm|Others"),
    N_("churn|quiet"), N_("churn|complaints"), N_("churn|nps"), N_("churn|payment"), N_("churn|decider"),
    N_("report|since"),
]  # fmt: skip


def figures(crm: Context, asked: Asked) -> dict[str, Any]:
    """The figures of the period, and those of the one before, under their JSON names."""
    period, before = asked.period, asked.before
    now, then = (Window(one.first.isoformat(), one.last.isoformat()) for one in (period, before))
    policy = crm.book.policy
    days = facts.Days(now.first, now.last, then.first, then.last)
    rows = map(Ordered._make, facts.bought(crm.db, days, policy.currency, asked.filters))
    find_abroad = cache(lambda: facts.bought_abroad(crm.db, days, policy.currency, asked.filters))
    buyers = _Buyers(crm, asked)
    gather(buyers.noting(rows), find_abroad, now, then, policy)
    owed = _Owed(crm, asked)
    return {
        "period": periods.record(period),
        "customer": customer_of(asked),
        **_of(crm, asked, period, now, owed.at_end),
        "rfm": _rfm(crm, asked, buyers.on, buyers.purchases(find_abroad)),
        "warnings": _warnings(crm, asked),
        "overdue_now": owed.now,
        "top_customers": _top(crm, asked, now),
        "top_referrers": _referrers(crm, asked),
        "before": {
            "period": periods.record(before),
            **_of(crm, asked, before, then, owed.before_end),
        },
    }


def _of(
    crm: Context, asked: Asked, period: Period, window: Window, overdue: dict[str, Any]
) -> dict[str, Any]:
    base, mask = crm.book.policy.currency, asked.mask
    first, last, today = period.first.isoformat(), period.last.isoformat(), crm.today.isoformat()
    ended, renewed = facts.renewals(crm.db, first, last, today, asked.filters)
    gone = facts.churn(crm.db, first, last, today, crm.book.policy.new_for, asked.filters)
    left = gone.lost + gone.dormant
    added, referred = facts.referrals(crm.db, first, last, asked.filters)
    whole = window.concentration()
    return {
        "revenue": _sold(mask, base, window.sold),
        "other_currencies": [
            _sold(mask, currency, sold) for currency, sold in sorted(window.others.items())
        ],
        "old_customer_share": window.old_customer_share._asdict(),
        "first_orders": window.first_orders,
        "repurchase_rate": window.repurchase._asdict(),
        "repurchase_in_period": window.repurchase_in_period._asdict(),
        "renewal_rate": share(renewed, ended - renewed)._asdict(),
        "churn_rate": share(left, gone.n - left)._asdict(),
        "churned": {"lost": gone.lost, "dormant": gone.dormant},
        "new_customers": facts.new_customers(crm.db, first, last, asked.filters),
        "referrals": {
            "n": referred,
            "added": added,
            "rate": share(referred, added - referred).rate,
        },
        "tiers_moved": _moved(crm, asked, period),
        "lifetime": _lifetime(whole),
        "overdue_at_end": overdue,
    }


def _sold(mask: Privacy, currency: str, sold: Sold) -> dict[str, Any]:
    amount = mask.amount(sold.amount, currency)
    return {
        "currency": currency,
        "amount": amount,
        "orders": sold.orders,
        "average": None if amount is None or not sold.orders else amount / sold.orders,
        "customers": sold.customers,
    }


def _lifetime(whole: Concentration) -> dict[str, Any]:
    return {"rate": whole.rate, "n": whole.n, "top": whole.top, "curve": list(whole.curve)}


def _moved(crm: Context, asked: Asked, period: Period) -> dict[str, Any]:
    steps = facts.tier_steps(crm.db, periods.span(crm, period), asked.filters)
    tiers = list(crm.book.tiers)
    found = moved(steps, tiers)
    places = {name: place for place, name in enumerate([*tiers, None])}
    last = len(places)

    def order(pair: tuple[str | None, str | None]) -> tuple[Any, ...]:
        return (*(places.get(one, last) for one in pair), *(one or "" for one in pair))

    return {
        "up": found.up,
        "down": found.down,
        "moves": [
            {"from": pair[0], "to": pair[1], "n": found.moves[pair]}
            for pair in sorted(found.moves, key=order)
        ],
    }


class _Owed:
    """What is overdue now, at the end of the period, and of the one before: how many, and how much in each currency."""

    def __init__(self, crm: Context, asked: Asked) -> None:
        today = crm.today
        tomorrow = today + timedelta(days=1)
        # What was paid on the last day was not overdue at its end; what is to be paid today is not overdue yet.
        after = [tomorrow, asked.period.last + timedelta(days=1), asked.before.last + timedelta(days=1)]  # fmt: skip
        moments = facts.Moments(
            *((min(day, today).isoformat(), min(day, tomorrow).isoformat()) for day in after)
        )
        rows = facts.overdue(crm.db, moments, asked.filters)
        self.now, self.at_end, self.before_end = (
            {
                "n": sum(row[f"n_{name}"] for row in rows),
                "sums": [
                    {
                        "currency": row["currency"],
                        "amount": asked.mask.amount(row[f"amount_{name}"], row["currency"]),
                        "n": row[f"n_{name}"],
                    }
                    for row in rows
                    if row[f"n_{name}"]
                ],
            }
            for name in facts.Moments._fields
        )


class _Buyers:
    """What every own customer ordered up to the end of the period, or today: of rows that are read anyhow, if they say it.

    A million orders are not added up twice: only when the rows are of some customers, or hold orders after today.
    """

    def __init__(self, crm: Context, asked: Asked) -> None:
        self._crm, self._last = crm, asked.period.last
        self.on = min(self._last, crm.today)
        self._is_said = not asked.filters and not facts.is_ordered_between(crm.db, self.on, self._last)  # fmt: skip
        self._rows: list[Ordered] = []

    def noting(self, rows: Iterable[Ordered]) -> Iterator[Ordered]:
        """The rows, as they are."""
        for row in rows:
            if self._is_said and row.n:
                self._rows.append(row)
            yield row

    def purchases(self, find_abroad: Callable[[], Mapping[int, Any]]) -> list[Purchases]:
        """What they ordered."""
        policy = self._crm.book.policy
        if not self._is_said:
            return [one.purchases for one in orders_up_to(self._crm.db, self.on, policy).bought]
        others, last = strangers(self._crm.db, self.on), self._last.isoformat()
        return [
            purchases(row, find_abroad()[row.customer] if row.abroad else (), last, policy)
            for row in self._rows
            if row.customer not in others
        ]


def _rfm(crm: Context, asked: Asked, on: date, bought: Sequence[Purchases]) -> dict[str, Any]:
    """How many customers have which scores, and are of which segment, on the day up to which they `bought` that.

    Scores are relative to all own customers (HANDBOOK §7), whoever of them is asked about.
    """
    scored = rfm.score(bought, on, 10 ** money.decimals(crm.book.policy.currency))
    if asked.filters:
        own = fitting(crm.db, asked.filters)
        scored = [one for one in scored if one.customer in own]
    cells = Counter((one.r, one.f, one.segment) for one in scored)
    counts = Counter((one.r, one.f) for one in scored)
    scores = range(rfm.BINS, 0, -1)
    segments = Counter(one.segment for one in scored)
    return {
        "on": on.isoformat(),
        "n": len(scored),
        "grid": [
            {
                "r": r,
                "f": f,
                "n": counts[r, f],
                "segment": _most({name: cells[r, f, name] for name in rfm.ALL_SEGMENTS}),
            }
            for r in scores
            for f in scores
        ],
        "segments": {name: segments[name] for name in rfm.ALL_SEGMENTS},
    }


def _most(counts: Mapping[str, int]) -> str | None:
    """The segment that most of a field are of; of equals the first in the table."""
    name = max(counts, key=lambda one: counts[one])
    return name if counts[name] else None


def _warnings(crm: Context, asked: Asked) -> dict[str, Any]:
    """Who may leave as things stand now: how many, for which reasons, and who first."""
    import json

    today, n = crm.today.isoformat(), 0
    by_reason = Counter(dict.fromkeys(KINDS, 0))
    listed: list[tuple[int, str, list[str]]] = []
    for row in facts.warned(crm.db, today, asked.filters):
        n += 1
        kinds = [
            kind
            for kind, start, end, *_more in json.loads(row["churn_why"] or "[]")
            if start <= today and (end is None or today < end)
        ]
        reasons = list(dict.fromkeys(kinds))
        by_reason.update(reasons)
        if n <= _most_listed(asked):
            listed.append((row["id"], row["warned_on"], reasons))
    names = _named(crm, asked, (key for key, _on, _reasons in listed))
    return {
        "n": n,
        "by_reason": dict(by_reason),
        "customers": [
            {"customer": names[key], "on": on, "reasons": reasons} for key, on, reasons in listed
        ],
    }


def _named(crm: Context, asked: Asked, keys: Iterable[int]) -> dict[int, dict[str, Any]]:
    rows = crm.db.rows("names_of_customers", ids=as_list(keys))
    return {row["id"]: {"ref": f"c{row['id']}", "name": asked.mask.name_of(row)} for row in rows}


def _top(crm: Context, asked: Asked, window: Window) -> list[dict[str, Any]]:
    base, whole = crm.book.policy.currency, window.sold.amount
    found = window.top(_most_listed(asked))
    names = _named(crm, asked, (key for _amount, key, _orders in found))
    return [
        {
            "customer": names[key],
            "amount": asked.mask.amount(amount, base),
            "currency": base,
            "orders": orders,
            "share": amount / whole if whole else None,
        }
        for amount, key, orders in found
    ]


def _referrers(crm: Context, asked: Asked) -> list[dict[str, Any]]:
    first, last = asked.period.first.isoformat(), asked.period.last.isoformat()
    rows = facts.referrers(crm.db, first, last, asked.filters, _most_listed(asked))
    names = _named(crm, asked, (row["referred_by"] for row in rows))
    return [{"customer": names[row["referred_by"]], "n": row["n"]} for row in rows]


def _most_listed(asked: Asked) -> int:
    return TOP if asked.limit is None else min(TOP, asked.limit)


# --- for people ---


def title(asked: Asked) -> str:
    """What it is called."""
    return _("Value")


def parts(item: dict[str, Any], asked: Asked) -> list[Part]:
    """The figures, recency against frequency, who brings most, what moved, and what is owed."""
    before, then = item["before"], periods.spelled(asked.before)
    return [
        Figures(_lines(item, before), then, _("Revenue and customers")),
        _curve(item["lifetime"]),
        _grid(item["rfm"]),
        _customers(item["top_customers"]),
        _moves(item["tiers_moved"], before["tiers_moved"], then, asked),
        _referrers_table(item["top_referrers"]),
        _warned(item["warnings"]),
        _warned_customers(item["warnings"]["customers"]),
        _owed(item, then),
    ]


def _amount_line(
    what: str, now: Mapping[str, Any], before: Mapping[str, Any] | None, key: str, n: int | None = None, *, is_main: bool = False
) -> Figure:  # fmt: skip
    """A line of an amount of money, which may be masked; a dash where there was no order."""

    def spell(sold: Mapping[str, Any] | None) -> str:
        if sold is None or (key == "average" and not sold["orders"]):
            return NOTHING
        return words.money(sold[key], sold["currency"])

    values = (now[key], before and before[key])
    change, is_better = "", None
    if values[0] is not None and values[1] is not None and values[0] != values[1]:
        difference = words.money(abs(values[0] - values[1]), now["currency"])
        is_better = values[0] > values[1]
        change = f"+{difference}" if is_better else f"−{difference}"
    return Figure(
        what,
        spell(now),
        "" if n is None else str(n),
        before=spell(before),
        change=change,
        is_better=is_better,
        is_main=is_main,
    )


def _lines(item: dict[str, Any], before: dict[str, Any]) -> list[Figure]:
    revenue, was = item["revenue"], before["revenue"]
    lines = [_amount_line(_("revenue"), revenue, was, "amount", revenue["orders"], is_main=True)]
    others = {one["currency"]: one for one in before["other_currencies"]}
    for one in item["other_currencies"]:
        text = _("revenue in {currency}").format(currency=one["currency"])
        lines.append(_amount_line(text, one, others.get(one["currency"]), "amount", one["orders"]))
    counted, average = _("orders"), _("average order")
    if item["other_currencies"] or others:  # which are in neither
        counted = _("orders in {currency}").format(currency=revenue["currency"])
        average = _("average order in {currency}").format(currency=revenue["currency"])
    lines += [
        number_line(counted, revenue["orders"], was["orders"], more_is_better=True),
        _amount_line(average, revenue, was, "average", revenue["orders"]),
        rate_line(_("revenue from old customers"), item["old_customer_share"], before["old_customer_share"], more_is_better=None, is_main=True),
        rate_line(_("bought again"), item["repurchase_rate"], before["repurchase_rate"], is_main=True),
        rate_line(_("bought again within the period"), item["repurchase_in_period"], before["repurchase_in_period"]),
        rate_line(_("contracts renewed"), item["renewal_rate"], before["renewal_rate"]),
        rate_line(_("churn"), item["churn_rate"], before["churn_rate"], more_is_better=False, is_main=True),
    ]  # fmt: skip
    counts = (
        (
            _("lost, of the customers at the start"),
            item["churned"]["lost"],
            before["churned"]["lost"],
            False,
        ),
        (
            _("gone quiet, of the customers at the start"),
            item["churned"]["dormant"],
            before["churned"]["dormant"],
            False,
        ),
        (_("new customers"), item["new_customers"], before["new_customers"], True),
        (_("first orders"), item["first_orders"], before["first_orders"], True),
        (_("came through a customer"), item["referrals"]["n"], before["referrals"]["n"], True),
        (_("tier raised"), item["tiers_moved"]["up"], before["tiers_moved"]["up"], None),
        (_("tier lowered"), item["tiers_moved"]["down"], before["tiers_moved"]["down"], None),
    )
    lines += [
        number_line(what, now, then, more_is_better=more_is_better)
        for what, now, then, more_is_better in counts
    ]
    lines.append(
        rate_line(_("share of the top fifth in lifetime value"), item["lifetime"], before["lifetime"], more_is_better=None)
    )  # fmt: skip
    return lines


def _curve(lifetime: dict[str, Any]) -> Table:
    """How much of the lifetime value the most valuable tenth, two tenths and so on brought."""
    columns = [Column(_("of the customers"), right=True), Column(_("of the lifetime value"), right=True)]  # fmt: skip
    steps = len(lifetime["curve"])
    rows = [
        [percent(place / steps), percent(part)]
        for place, part in enumerate(lifetime["curve"], start=1)
    ]
    return Table(columns, rows, _("Who brings how much"), lifetime["curve"])


def _grid(found: dict[str, Any]) -> Grid:
    names = list(found["segments"])
    scores = sorted({one["r"] for one in found["grid"]}, reverse=True)
    fields = {(one["r"], one["f"]): one for one in found["grid"]}
    cells = [[fields[r, f] for f in scores] for r in scores]
    return Grid(
        _("Recency and frequency on {day}").format(day=found["on"]),
        _("recency"),
        [str(score) for score in scores],
        _("frequency"),
        [str(score) for score in scores],
        [
            [Cell(one["n"], None if one["segment"] is None else names.index(one["segment"])) for one in row]
            for row in cells
        ],
        [Count(segment(name), n) for name, n in found["segments"].items()],
    )  # fmt: skip


def segment(name: str) -> str:
    """A segment as people call it; some of the words mean more elsewhere."""
    return in_context("rfm", name, _)


def _customers(customers: Sequence[dict[str, Any]]) -> Table:
    columns = [
        Column(_("ref")),
        Column(_("name"), least=10),
        Column(_("revenue"), right=True),
        Column(_("orders"), right=True, spare=1),
        Column(_("share"), right=True),
    ]
    rows = [
        [
            one["customer"]["ref"],
            one["customer"]["name"],
            words.money(one["amount"], one["currency"]),
            str(one["orders"]),
            percent(one["share"]),
        ]
        for one in customers
    ]
    return Table(columns, rows, _("Customers of the highest revenue"), [one["share"] for one in customers])  # fmt: skip


def _moves(now: dict[str, Any], before: dict[str, Any], then: str, asked: Asked) -> Counts:
    were = {(one["from"], one["to"]): one["n"] for one in before["moves"]}
    are = {(one["from"], one["to"]): one["n"] for one in now["moves"]}
    counts = [
        Count(
            f"{asked.tier_word(pair[0]) or NOTHING} → {asked.tier_word(pair[1]) or NOTHING}",
            are.get(pair, 0),
            were.get(pair, 0),
        )
        for pair in {**are, **were}
    ]
    return Counts(_("tier"), counts, then, _("Tiers that moved"))


def _referrers_table(referrers: Sequence[dict[str, Any]]) -> Table:
    columns = [Column(_("ref")), Column(_("name"), least=10), Column(_("n"), right=True)]
    rows = [[one["customer"]["ref"], one["customer"]["name"], str(one["n"])] for one in referrers]
    return Table(columns, rows, _("Who brought us customers"))


def _warned(warnings: dict[str, Any]) -> Counts:
    counts = [Count(in_context("churn", kind, _), n) for kind, n in warnings["by_reason"].items()]
    return Counts(
        _("reason"), counts, title=_("Why {n} customers may leave").format(n=warnings["n"])
    )


def _warned_customers(customers: Sequence[dict[str, Any]]) -> Table:
    columns = [
        Column(_("ref")),
        Column(_("name"), least=10),
        Column(in_context("report", "since", _), spare=1),
        Column(_("why"), least=16, below=True),
    ]
    rows = [
        [
            one["customer"]["ref"],
            one["customer"]["name"],
            one["on"],
            _(", ").join(in_context("churn", kind, _) for kind in one["reasons"]),
        ]
        for one in customers
    ]
    return Table(columns, rows, _("Who may leave"))


def _owed(item: dict[str, Any], then: str) -> Table:
    columns = [
        Column(_("overdue payments"), least=10),
        Column(_("n"), right=True),
        Column(_("amount"), right=True),
    ]
    named = (
        (_("now"), item["overdue_now"]),
        (_("at the end of the period"), item["overdue_at_end"]),
        (_("at the end of {period}").format(period=then), item["before"]["overdue_at_end"]),
    )
    rows = [
        [what, str(one["n"]), words.money(one["amount"], one["currency"])]
        for what, owed in named
        for one in owed["sums"]
    ]
    return Table(columns, rows, _("What is owed"))
