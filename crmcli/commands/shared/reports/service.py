"""`crm report service`: the three clocks, first-time resolution, escalations and what it was about (HANDBOOK §4, §11)."""

from collections.abc import Iterator, Sequence
from typing import Any

from crmcli.commands.shared import reports
from crmcli.commands.shared.reports import Asked, Figure, periods
from crmcli.context import Context
from crmcli.errors import in_context
from crmcli.locale import N_, _
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
            "period": periods.record(asked.period.before),
            **_of(crm, asked.period.before, asked),
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


def show(crm: Context, item: dict[str, Any], asked: Asked) -> None:
    """The figures as lists, with bars."""
    before, now_then = item["before"], periods.spelled(asked.period.before)
    name = item["customer"]["name"] if item["customer"] else None
    crm.screen.say(periods.heading(_("Service"), asked.period, name))
    crm.screen.say("")
    show_clocks(crm, item, before, now_then, CLOCKS)
    crm.screen.say("")
    reports.show_figures(crm, _lines(item, before), now_then)
    for title, key in ((_("kind"), "by_kind"), (_("urgency"), "by_urgency")):
        counts = [
            (in_context("need", word, _), n, before[key][word]) for word, n in item[key].items()
        ]
        reports.show_counts(crm, title, counts, now_then)
    if item["categories"]:
        _show_categories(crm, item["categories"])


def show_clocks(
    crm: Context, item: dict[str, Any], before: dict[str, Any], then: str, clocks: Sequence[str]
) -> None:
    """The times of these clocks and their shares in time."""
    from crmcli.output.table import Column

    columns = [
        Column(_("clock")),
        Column(_("median"), right=True),
        Column(_("p90"), right=True),
        Column(_("n"), right=True),
        Column(_("in time"), right=True),
        Column(_("met"), right=True, spare=1),
        Column(_("missed"), right=True, spare=2),
        Column(then, right=True),
        Column("", spare=3),
    ]
    cells = [
        [
            _clock_name(name),
            reports.minutes(item[name]["median_minutes"]),
            reports.minutes(item[name]["p90_minutes"]),
            str(item[name]["n"]),
            reports.percent(item[name]["in_time"]),
            str(item[name]["met"]),
            str(item[name]["missed"]),
            reports.percent(before[name]["in_time"]),
            reports.bar(item[name]["in_time"]),
        ]
        for name in clocks
    ]
    crm.screen.table(columns, cells)


def _clock_name(name: str) -> str:
    """A clock as people call it; the words mean more elsewhere: `feedback` is what a customer says."""
    context, mark, text = CLOCK_NAMES[name].rpartition("|")
    return in_context(context, text, _) if mark else _(text)


def _lines(item: dict[str, Any], before: dict[str, Any]) -> list[Figure]:
    lines = [_count(_("needs received"), item["received"], before["received"])]
    lines.append(
        reports.rate_line(
            _("first-time resolution"),
            item["first_time_resolution"],
            before["first_time_resolution"],
        )
    )
    lines.append(_count(_("reopened"), item["reopened"], before["reopened"]))
    levels = item["escalations"]["by_level"], before["escalations"]["by_level"]
    lines += [
        _count(_("escalated to level {n}").format(n=level), levels[0][level], levels[1][level])
        for level in levels[0]
    ]
    return lines


def _count(what: str, now: int, before: int) -> Figure:
    return Figure(what, str(now), "", "", str(before))


def _show_categories(crm: Context, categories: Sequence[dict[str, Any]]) -> None:
    from crmcli.output.table import Column

    columns = [
        Column(_("category"), least=10),
        Column(_("n"), right=True),
        Column(_("share"), right=True),
        Column(_("together"), right=True),
        Column("", spare=1),
    ]
    crm.screen.say("")
    crm.screen.table(
        columns,
        [
            [
                one["category"],
                str(one["n"]),
                reports.percent(one["share"]),
                reports.percent(one["cumulative_share"]),
                reports.bar(one["share"]),
            ]
            for one in categories
        ],
    )
