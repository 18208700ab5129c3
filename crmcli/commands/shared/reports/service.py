"""`crm report service`: the three clocks, first-time resolution, escalations and what it was about (HANDBOOK §4, §11)."""

from collections.abc import Iterator, Sequence
from typing import Any

from crmcli.commands.shared import reports
from crmcli.commands.shared.reports import Asked, number_line, periods, rate_line
from crmcli.context import Context
from crmcli.errors import in_context
from crmcli.locale import N_, _
from crmcli.output.report_parts import (
    Count,
    Counts,
    Figure,
    Figures,
    Pareto,
    Part,
    Ranked,
    Table,
)
from crmcli.output.report_words import minutes, percent
from crmcli.output.table import Column
from crmcli.rules import measures, terms
from crmcli.rules.periods import Period
from crmcli.rules.service.need_figures import (
    CLOCKS,
    FIRST_TIME_GOAL,
    LEVELS,
    ServiceTally,
    needs_case,
)
from crmcli.store import reporting
from crmcli.store.database import Predicate, Row

KINDS = (*terms.NEED_KIND.words, "unknown")
URGENCIES = (*terms.URGENCY.words, "untriaged")
WORDS = [
    N_("feature"), N_("service"), N_("need|problem"), N_("complaint"), N_("question"), N_("suggestion"), N_("unknown"),
    N_("urgent"), N_("important"), N_("routine"), N_("untriaged"),
]  # fmt: skip
CLOCK_NAMES = {
    "first_response": N_("first response"),
    "feedback": N_("clock|feedback"),
    "solve": N_("clock|solution"),
}


def figures(crm: Context, asked: Asked) -> dict[str, Any]:
    """The figures of the period, and those of the one before, under their JSON names."""
    return {
        "period": periods.record(asked.period),
        "customer": reports.customer_of(asked),
        **_of(crm, asked.period, asked),
        "before": {
            "period": periods.record(asked.before),
            **_of(crm, asked.before, asked),
        },
    }


def tally(crm: Context, period: Period, filters: Sequence[Predicate]) -> ServiceTally:
    """The needs received and solved in a period, gathered."""
    span, found = periods.span(crm, period), ServiceTally(crm.book, crm.clock.now)
    for rows in reporting.received(crm.db, span, filters):
        for row, case in _with_cases(crm, rows):
            found.receive(row, case)
    for rows in reporting.solved(crm.db, span, filters):
        for row, case in _with_cases(crm, rows):
            found.solve(row, case)
    return found


def _with_cases(crm: Context, rows: Sequence[Row]) -> Iterator[tuple[Row, Any]]:
    cases = reporting.cases(crm.db, filter(needs_case, rows))
    return ((row, cases.get(row["id"])) for row in rows)


def _of(crm: Context, period: Period, asked: Asked) -> dict[str, Any]:
    span = periods.span(crm, period)
    found = tally(crm, period, asked.filters)
    resolved, reopened = reporting.resolutions(crm.db, span, asked.filters)
    first_time = measures.first_time_resolution(resolved, reopened)
    return {
        "received": found.received,
        "by_kind": {kind: found.by_kind[_or_none(kind)] for kind in KINDS},
        "by_urgency": {urgency: found.by_urgency[_or_none(urgency)] for urgency in URGENCIES},
        **{name: found.clocks[name].figures()._asdict() for name in CLOCKS},
        "first_time_resolution": {**first_time._asdict(), "goal": FIRST_TIME_GOAL},
        "reopened": reporting.reopenings(crm.db, span, asked.filters),
        "escalations": {
            "n": found.by_level.total(),
            "by_level": {str(level): found.by_level[level] for level in LEVELS},
            "raised_by_time": found.raised_by_time,
        },
        "categories": [
            {
                "category": asked.mask.text(one.name),
                "n": one.n,
                "share": one.share,
                "cumulative_share": one.cumulative,
            }
            for one in found.categories()
        ],
    }


def _or_none(word: str) -> str | None:
    return None if word in ("unknown", "untriaged") else word


# --- for people ---


def title(asked: Asked) -> str:
    """What it is called."""
    return _("Service")


def parts(item: dict[str, Any], asked: Asked) -> list[Part]:
    """The clocks, the figures, what the needs were, and what most were about."""
    before, then = item["before"], periods.spelled(asked.before)
    counts = [
        Counts(
            heading,
            [
                Count(in_context("need", word, _), n, before[key][word])
                for word, n in item[key].items()
            ],
            then,
            _("What was needed: {by}").format(by=heading),
        )
        for heading, key in ((_("kind"), "by_kind"), (_("urgency"), "by_urgency"))
    ]
    ranked = [
        Ranked(one["category"], one["n"], one["share"], one["cumulative_share"])
        for one in item["categories"]
    ]
    return [
        clocks_table(item, before, then, CLOCKS),
        Figures(_lines(item, before), then, _("Figures")),
        *counts,
        Pareto(_("category"), ranked, _("What most of it was about")),
    ]


def clocks_table(
    item: dict[str, Any], before: dict[str, Any], then: str, clocks: Sequence[str]
) -> Table:
    """The times of these clocks and their shares in time."""
    columns = [
        Column(_("clock")),
        Column(_("median"), right=True),
        Column(_("p90"), right=True),
        Column(in_context("report", "n", _), right=True),
        Column(_("in time"), right=True),
        Column(_("met"), right=True, spare=1),
        Column(_("missed"), right=True, spare=2),
        Column(then, right=True),
    ]
    rows = [
        [
            _clock_name(name),
            minutes(item[name]["median_minutes"]),
            minutes(item[name]["p90_minutes"]),
            str(item[name]["n"]),
            percent(item[name]["in_time"]),
            str(item[name]["met"]),
            str(item[name]["missed"]),
            percent(before[name]["in_time"]),
        ]
        for name in clocks
    ]
    return Table(columns, rows, _("How long it took"), [item[name]["in_time"] for name in clocks])


def _clock_name(name: str) -> str:
    """A clock as people call it; the words mean more elsewhere: `feedback` is what a customer says."""
    context, mark, text = CLOCK_NAMES[name].rpartition("|")
    return in_context(context, text, _) if mark else _(text)


def _lines(item: dict[str, Any], before: dict[str, Any]) -> list[Figure]:
    levels = item["escalations"]["by_level"], before["escalations"]["by_level"]
    return [
        number_line(_("needs received"), item["received"], before["received"], is_main=True),
        rate_line(
            _("first-time resolution"),
            item["first_time_resolution"],
            before["first_time_resolution"],
            is_main=True,
        ),
        number_line(_("reopened"), item["reopened"], before["reopened"], more_is_better=False),
        *(
            number_line(
                _("escalated to level {n}").format(n=level),
                levels[0][level],
                levels[1][level],
                more_is_better=False,
            )
            for level in levels[0]
        ),
    ]
