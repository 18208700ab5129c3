"""`crm report promises`: kept, broken and in time, by level against its goal; of one customer the reliability page
(HANDBOOK §6, §11)."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from crmcli.commands.shared import reports
from crmcli.commands.shared.reports import Asked, number_line, periods, rate_line, service
from crmcli.context import Context
from crmcli.errors import in_context
from crmcli.locale import N_, _
from crmcli.output.report_parts import Figure, Figures, Part, Series, Table, Trend
from crmcli.output.report_words import percent
from crmcli.output.table import Column
from crmcli.rules.periods import Period
from crmcli.rules.service.promise_figures import WE_OWE, Promised
from crmcli.rules.service.promise_figures import Figures as Found
from crmcli.rules.service.promise_figures import figures as figures_of
from crmcli.store import reporting
from crmcli.store.database import Row, as_list

WORDS = [N_("basic"), N_("value-add"), N_("surprise")]
SERVICE_CLOCKS = ("first_response", "solve")
"""What a customer is shown beside the promises: how soon we answer, and solve."""


def figures(crm: Context, asked: Asked) -> dict[str, Any]:
    """The figures of the period, and those of the one before, under their JSON names."""
    now, at_risk = _figures(crm, asked, asked.period)
    then, was_at_risk = _figures(crm, asked, asked.before)
    return {
        "period": periods.record(asked.period),
        "customer": reports.customer_of(asked),
        **_record(now, at_risk),
        "by_customer": _by_customer(crm, asked, now),
        "trend": _trend(crm, asked),
        **_service(crm, asked, asked.period),
        "before": {
            "period": periods.record(asked.before),
            **_record(then, was_at_risk),
            **_service(crm, asked, asked.before),
        },
    }


def _figures(crm: Context, asked: Asked, period: Period) -> tuple[Found, int]:
    """The figures of the promises due in the period, and of how many of ours the customer was warned."""
    warned = 0

    def each() -> Iterator[Promised]:
        nonlocal warned
        first, last = period.first.isoformat(), period.last.isoformat()
        for rows in reporting.promises(crm.db, first, last, asked.filters):
            for row in rows:
                warned += row["by"] == WE_OWE and row["warned_at"] is not None
                yield promised(row)

    return figures_of(each(), crm.clock.now), warned


def _trend(crm: Context, asked: Asked) -> list[dict[str, Any]]:
    """How many of our promises were kept in time, in each period that leads to the one asked for."""
    shown = periods.leading_to(asked.period)
    begins = [one.first.isoformat() for one in shown]
    found: list[list[Promised]] = [[] for _period in shown]
    last = shown[-1].last.isoformat()
    for rows in reporting.promises(crm.db, begins[0], last, asked.filters):
        for row in rows:
            found[bisect_right(begins, row["due_on"]) - 1].append(promised(row))
    return [
        {"period": period.name, "on_time": figures_of(made, crm.clock.now).on_time._asdict()}
        for period, made in zip(shown, found, strict=True)
    ]


def promised(row: Row) -> Promised:
    """A promise as the rules see it. Of one settled on a day that nobody knows the time of, the day decides."""
    due_at = datetime.fromisoformat(row["due_at"])
    return Promised(
        row["by"],
        row["level"],
        due_at,
        _settled(row["kept_at"], row["kept_on"], row["due_on"], due_at),
        _settled(row["broken_at"], row["broken_on"], row["due_on"], due_at),
        row["customer_id"],
    )


def _settled(at: str | None, on: str | None, due_on: str, due_at: datetime) -> datetime | None:
    if on is None or at is not None:
        return datetime.fromisoformat(at) if at else None
    return due_at if on <= due_on else due_at + timedelta(days=1)


def _record(found: Found, at_risk: int) -> dict[str, Any]:
    return {
        "on_time": found.on_time._asdict(),
        "by_level": {level: rate._asdict() for level, rate in found.by_level.items()},
        "they_owe": found.they_owe._asdict(),
        "kept": found.kept,
        "broken": found.broken,
        "open": found.open + found.overdue,
        "overdue": found.overdue,
        "at_risk": at_risk,
    }


def _by_customer(crm: Context, asked: Asked, found: Found) -> list[dict[str, Any]]:
    """The customers to whom we promised most, of equals the least reliably served first."""
    ranked = sorted(
        ((int(key or 0), rate) for key, rate in found.by_customer.items() if rate.n),
        key=lambda one: (-one[1].n, one[1].rate, one[0]),
    )[: asked.limit]
    keys = as_list(key for key, _rate in ranked)
    names = {row["id"]: row for row in crm.db.rows("names_of_customers", ids=keys)}
    return [
        {
            "customer": {"ref": f"c{key}", "name": asked.mask.name_of(names[key])},
            **rate._asdict(),
        }
        for key, rate in ranked
    ]


def _service(crm: Context, asked: Asked, period: Period) -> dict[str, Any]:
    """How soon this one customer was answered and helped."""
    if asked.customer is None:
        return {}
    found = service.tally(crm, period, asked.filters)
    return {name: found.clocks[name].figures()._asdict() for name in SERVICE_CLOCKS}


# --- for people ---


def title(asked: Asked) -> str:
    """What it is called; of one customer it is the page shown to them."""
    return _("Promises") if asked.customer is None else _("Reliability")


def parts(item: dict[str, Any], asked: Asked) -> list[Part]:
    """The figures; of one customer how soon they were helped, of several whom we promised most."""
    before, then = item["before"], periods.spelled(asked.before)
    found: list[Part] = [
        Figures(_lines(item, before), then, _("Kept and broken")),
        *_trends(item["trend"]),
    ]
    if asked.customer is not None:
        return [*found, service.clocks_table(item, before, then, SERVICE_CLOCKS)]
    return [*found, _customers(item["by_customer"])]


def _trends(trend: Sequence[dict[str, Any]]) -> list[Trend]:
    """Nothing when only one period has any."""
    rates = [one["on_time"]["rate"] for one in trend]
    if sum(rate is not None for rate in rates) < 2:
        return []
    on_time = Series(_("on time"), rates, [one["on_time"]["n"] for one in trend])
    names = [one["period"] for one in trend]
    return [Trend(_("Kept in time"), names, [on_time], percent, least=0, most=1)]


def _lines(item: dict[str, Any], before: dict[str, Any]) -> list[Figure]:
    return [
        rate_line(_("on time"), item["on_time"], before["on_time"], is_main=True),
        *(
            rate_line(_(level), rate, before["by_level"][level])
            for level, rate in item["by_level"].items()
        ),
        rate_line(_("what they owe, on time"), item["they_owe"], before["they_owe"]),
        *(
            number_line(what, item[key], before[key], more_is_better=more_is_better)
            for what, key, more_is_better in (
                (_("kept"), "kept", True),
                (_("broken"), "broken", False),
                (_("open"), "open", None),
                (_("overdue"), "overdue", False),
                (_("at risk, and said so"), "at_risk", None),
            )
        ),
    ]


def _customers(customers: list[dict[str, Any]]) -> Table:
    columns = [
        Column(_("ref")),
        Column(_("name"), least=10),
        Column(_("on time"), right=True),
        Column(in_context("report", "n", _), right=True),
    ]
    rows = [
        [one["customer"]["ref"], one["customer"]["name"], percent(one["rate"]), str(one["n"])]
        for one in customers
    ]
    return Table(columns, rows, _("Whom we promised most"), [one["rate"] for one in customers])
