"""`crm report funnel`: from stage to stage, by source, why customers were lost, and deals (HANDBOOK §1, §7, §11)."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from crmcli.commands.shared import reports
from crmcli.commands.shared.reports import Asked, number_line, periods, rate_line
from crmcli.commands.shared.reports.courses import courses
from crmcli.context import Context
from crmcli.errors import in_context
from crmcli.locale import _
from crmcli.output import words
from crmcli.output.report_parts import Count, Counts, Figure, Figures, Part, Step, Steps, Table
from crmcli.output.report_words import number, percent
from crmcli.output.table import Column
from crmcli.rules.periods import Period
from crmcli.rules.reports.funnel import Funnel, Source
from crmcli.rules.reports.selling import Selling, Sold, selling
from crmcli.rules.terms import ALL_STAGES
from crmcli.rules.year.pipeline import Group
from crmcli.store import reporting_selling


def figures(crm: Context, asked: Asked) -> dict[str, Any]:
    """The figures of the period, and those of the one before, under their JSON names."""
    return {
        "period": periods.record(asked.period),
        "customer": reports.customer_of(asked),
        **_of(crm, asked.period, asked),
        "before": {"period": periods.record(asked.before), **_of(crm, asked.before, asked)},
    }


def _of(crm: Context, period: Period, asked: Asked) -> dict[str, Any]:
    first, last = period.days
    found = Funnel(first, last)
    for course in courses(crm, period, asked):
        found.add(course)
    day_before = (period.first - timedelta(days=1)).isoformat()
    stood, stand = (_standing(crm, day, asked) for day in (day_before, last))
    sold = _deals(crm, period, asked)
    return {
        "stages": {
            stage: {"entered": found.entered[stage], "standing": stand.get(stage, 0)}
            for stage in ALL_STAGES
        },
        "steps": [
            {
                "from": one.from_stage,
                "to": one.to_stage,
                **one.conversion._asdict(),
                "days": {"median": one.days.value, "n": one.days.n},
            }
            for one in found.steps()
        ],
        "conversion": found.conversion._asdict(),
        "sources": [_source(one, asked) for one in found.sources()[: asked.limit]],
        "loss_reasons": found.loss_reasons(),
        "win_back": found.win_back(stood.get("lost", 0))._asdict(),
        "pipeline": [_group(one, asked) | {"weighted": asked.mask.amount(one.weighted, one.currency)} for one in sold.open],
        "won": _closed(sold.won, asked),
        "lost": _closed(sold.lost, asked),
        "win_rate": sold.win_rate._asdict(),
        "days_to_win": {"mean": sold.days_to_win.value, "n": sold.days_to_win.n},
    }  # fmt: skip


def _standing(crm: Context, day: str, asked: Asked) -> dict[str, int]:
    return asked.once(
        ("standing", day), lambda: reporting_selling.standing(crm.db, day, asked.filters)
    )


def _deals(crm: Context, period: Period, asked: Asked) -> Selling:
    first, last = period.days
    rows = reporting_selling.deals(
        crm.db, first, last, periods.span(crm, period).end_instant, asked.filters
    )
    deals = (
        Sold(
            row["stage"],
            row["amount"],
            row["currency"],
            row["probability"],
            row["quoted_on"],
            crm.clock.to_local(row["created_at"]).date().isoformat(),
            row["closed_on"],
        )
        for row in rows
    )
    return selling(deals, last, crm.settings.get("currency"), crm.settings.policy())


def _source(one: Source, asked: Asked) -> dict[str, Any]:
    return {
        "source": asked.mask.text(one.source),
        "added": one.added,
        "became_customers": one.became_customers,
        "conversion": one.conversion._asdict(),
    }


def _group(one: Group, asked: Asked) -> dict[str, Any]:
    return {
        "currency": one.currency,
        "deals": one.count,
        "unpriced": one.unpriced,
        "sum": asked.mask.amount(one.sum, one.currency),
    }


def _closed(groups: Sequence[Group], asked: Asked) -> dict[str, Any]:
    return {
        "n": sum(one.count for one in groups),
        "amounts": [_group(one, asked) for one in groups],
    }


# --- for people ---


def title(asked: Asked) -> str:
    """What it is called."""
    return _("Funnel")


def parts(item: dict[str, Any], asked: Asked) -> list[Part]:
    """The funnel, its figures, where customers come from, why they leave, and the deals."""
    before, then = item["before"], periods.spelled(asked.before)
    losses = [
        Count(_(reason), n, before["loss_reasons"][reason])
        for reason, n in item["loss_reasons"].items()
    ]
    found: list[Part] = [
        Steps(_("How far they came"), _steps(item)),
        _stages(item, before, then),
        Figures(_figures(item, before), then, _("Figures")),
        _sources(item["sources"]),
        Counts(_("reason"), losses, then, _("Why customers were lost")),
    ]
    return [*found, _deals_table(item, before, then)]


def _steps(item: dict[str, Any]) -> list[Step]:
    """The stages by how many came to them; beside each what is known of the step that leads there."""
    steps = {one["to"]: one for one in item["steps"]}
    found = []
    for stage in ALL_STAGES:
        step = steps.get(stage)
        found.append(
            Step(
                _(stage),
                item["stages"][stage]["entered"],
                step and step["rate"],
                _step_note(step) if step else "",
            )
        )
    return found


def _step_note(step: dict[str, Any]) -> str:
    told = [_("of {n}").format(n=step["n"])] if step["n"] else []
    if step["days"]["n"]:
        told.append(
            _("median {days} days, n {n}").format(
                days=number(step["days"]["median"]), n=step["days"]["n"]
            )
        )
    return _("; ").join(told)


def _stages(item: dict[str, Any], before: dict[str, Any], then: str) -> Table:
    """How many came to each stage, and how many stood there at the end."""
    columns = [
        Column(_("stage"), least=10),
        Column(_("came"), right=True),
        Column(then, right=True),
        Column(_("at the end"), right=True),
        Column(then, right=True),
    ]
    rows = [
        [_(stage), *(str(of[key]) for key in ("entered", "standing") for of in (now, was))]
        for stage, now in item["stages"].items()
        for was in (before["stages"][stage],)
    ]
    return Table(columns, rows, _("Who came, and who stood where"))


def _figures(item: dict[str, Any], before: dict[str, Any]) -> list[Figure]:
    days, were = item["days_to_win"], before["days_to_win"]
    return [
        rate_line(
            _("leads that became customers"), item["conversion"], before["conversion"], is_main=True
        ),
        rate_line(_("won back"), item["win_back"], before["win_back"]),
        number_line(_("deals won"), item["won"]["n"], before["won"]["n"], more_is_better=True),
        number_line(_("deals lost"), item["lost"]["n"], before["lost"]["n"], more_is_better=False),
        rate_line(_("win rate"), item["win_rate"], before["win_rate"], is_main=True),
        number_line(
            _("days to win, mean"), days["mean"], were["mean"], n=days["n"], more_is_better=False
        ),
    ]


def _sources(sources: Sequence[dict[str, Any]]) -> Table:
    columns = [
        Column(_("source"), least=10),
        Column(_("newly added"), right=True),
        Column(_("became customers"), right=True),
        Column(_("conversion"), right=True),
        Column(in_context("report", "n", _), right=True),
    ]
    rows = [
        [
            one["source"] or _("unknown"),
            str(one["added"]),
            str(one["became_customers"]),
            percent(one["conversion"]["rate"]),
            str(one["conversion"]["n"]),
        ]
        for one in sources
    ]
    rates = [one["conversion"]["rate"] for one in sources]
    return Table(columns, rows, _("Where they come from"), rates)


def _deals_table(item: dict[str, Any], before: dict[str, Any], then: str) -> Table:
    columns = [
        Column(_("deals"), least=10),
        Column(_("currency"), spare=1),  # which the sums name, too
        Column(_("n"), right=True),
        Column(_("sum"), right=True),
        Column(_("weighted"), right=True, below=True),
        Column(then, right=True, below=True),
    ]
    rows = []
    kinds = {
        "pipeline": _("open at the end"),
        **{ending: in_context("deal", ending, _) for ending in ("won", "lost")},
    }
    for key, what in kinds.items():
        now, was = ({one["currency"]: one for one in _amounts(of, key)} for of in (item, before))
        for currency in [*now, *(one for one in was if one not in now)]:
            one = now.get(currency, {"deals": 0, "sum": 0})
            rows.append(
                [
                    what,
                    currency,
                    str(one["deals"]),
                    words.money(one["sum"], currency),
                    words.money(one["weighted"], currency) if "weighted" in one else "",
                    words.money(was[currency]["sum"], currency) if currency in was else "",
                ]
            )
    return Table(columns, rows, _("Deals"))


def _amounts(of: dict[str, Any], key: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = of[key] if key == "pipeline" else of[key]["amounts"]
    return found
