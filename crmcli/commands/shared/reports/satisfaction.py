"""`crm report satisfaction`: what surveys say, how many answer, and the voice of the customer (HANDBOOK §5, §11)."""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from crmcli.commands.shared import reports
from crmcli.commands.shared.reports import Asked, number_line, periods, rate_line
from crmcli.context import Context
from crmcli.errors import in_context
from crmcli.locale import N_, _, plural
from crmcli.output.report_parts import (
    Figure,
    Figures,
    Note,
    Part,
    Quote,
    Quotes,
    Series,
    Table,
    Trend,
)
from crmcli.output.report_words import number, percent
from crmcli.output.shapes import local
from crmcli.output.table import Column
from crmcli.rules import terms
from crmcli.rules.periods import Period
from crmcli.rules.service import survey_figures
from crmcli.rules.service.survey_figures import COVERAGE_GOAL, INDEX_GOAL
from crmcli.rules.service.surveying import TEXTS
from crmcli.store import reporting
from crmcli.store.database import Row
from crmcli.store.reporting import Span

WORDS = [
    N_("solved"), N_("speed"), N_("attitude"), N_("product"), N_("response"), N_("support"), N_("service"), N_("relation"),
    N_("deep"), N_("good"), N_("bad"), N_("comment"), N_("pain"), N_("future"), N_("survey|NPS"),
]  # fmt: skip


def figures(crm: Context, asked: Asked) -> dict[str, Any]:
    """The figures of the period, and those of the one before, under their JSON names."""
    span = periods.span(crm, asked.period)
    said = reporting.verbatim(crm.db, span, asked.filters, asked.limit)
    return {
        "period": periods.record(asked.period),
        "customer": reports.customer_of(asked),
        **_of(crm, asked.period, asked),
        "trend": _trend(crm, asked),
        "verbatim": [_words(crm, row, asked) for row in said],
        "before": {
            "period": periods.record(asked.before),
            **_of(crm, asked.before, asked),
        },
    }


def _of(crm: Context, period: Period, asked: Asked) -> dict[str, Any]:
    rows = list(reporting.surveys(crm.db, periods.span(crm, period), asked.filters))
    found, answered = (
        survey_figures.figures(rows),
        [row for row in rows if row["status"] == "answered"],
    )
    return {
        **_scores(found),
        "by_dimension": {
            name: {"index": one.index.value, "csat": one.csat.rate, "n": one.index.n}
            for name, one in found.by_dimension.items()
        },
        "by_kind": {
            kind: _scores(survey_figures.figures(row for row in answered if row["kind"] == kind))
            for kind in terms.SURVEY_KIND.words
        },
        "response_rate": found.response._asdict(),
        "answered": found.answered,
        "no_answer": found.no_answer,
        "sent": found.sent,
        "coverage": _coverage(crm, period, asked),
    }


def _scores(found: survey_figures.Figures) -> dict[str, Any]:
    return {
        "csat": found.csat._asdict(),
        "nps": found.nps._asdict(),
        "index": found.index._asdict(),
    }


def _trend(crm: Context, asked: Asked) -> list[dict[str, Any]]:
    """The scores of each period that leads to the one asked for."""
    shown = periods.leading_to(asked.period)
    begins = [periods.span(crm, one).begin_instant for one in shown]
    whole = Span(begins[0], periods.span(crm, shown[-1]).end_instant)
    found: list[list[Row]] = [[] for _period in shown]
    for row in reporting.answers(crm.db, whole, asked.filters):
        found[bisect_right(begins, row["at"]) - 1].append(row)
    return [
        {"period": period.name, **_scores(survey_figures.figures(rows))}
        for period, rows in zip(shown, found, strict=True)
    ]


def _coverage(crm: Context, period: Period, asked: Asked) -> dict[str, Any]:
    """Of those who are active customers today, the share that answered in the twelve months up to the period's end."""
    end = period.last + timedelta(days=1)
    begin = end.replace(year=end.year - 1)  # a first of a month, as the end is
    year = Span(crm.book.midnight(begin.isoformat()), crm.book.midnight(end.isoformat()))
    active, answered = reporting.coverage(crm.db, year, crm.today.isoformat(), asked.filters)
    return {**survey_figures.coverage(answered, active)._asdict(), "goal": COVERAGE_GOAL}


def _words(crm: Context, row: Row, asked: Asked) -> dict[str, Any]:
    name = asked.mask.name_of({"name": row["customer_name"], "kind": row["customer_kind"]})
    return {
        "ref": f"s{row['id']}",
        "customer": {"ref": f"c{row['customer_id']}", "name": name},
        "kind": row["kind"],
        "at": local(row["at"], crm.clock.to_local),
        "by": asked.mask.name(row["by"]),
        "overall": row["overall"],
        "nps": row["nps"],
        **{text: asked.mask.text(row[text]) for text in TEXTS},
    }


# --- for people ---


def title(asked: Asked) -> str:
    """What it is called."""
    return _("Satisfaction")


def parts(item: dict[str, Any], asked: Asked) -> list[Part]:
    """The figures, each dimension, each kind of survey, and what customers said."""
    before, then = item["before"], periods.spelled(asked.before)
    return [
        Figures(_lines(item, before), then, _("Scores")),
        *_trends(item["trend"]),
        _dimensions(item, before, then),
        _kinds(item),
        *_quotes(item["verbatim"], asked.limit),
    ]


def _lines(item: dict[str, Any], before: dict[str, Any]) -> list[Figure]:
    index, nps = item["index"], item["nps"]
    return [
        rate_line(_("CSAT"), item["csat"], before["csat"], is_main=True),
        number_line(
            _("satisfaction index"),
            index["value"],
            before["index"]["value"],
            n=index["n"],
            goal=INDEX_GOAL,
            more_is_better=True,
            is_main=True,
        ),
        number_line(
            _("NPS"),
            nps["score"],
            before["nps"]["score"],
            n=nps["n"],
            more_is_better=True,
            is_main=True,
        ),
        *(
            number_line(what, nps[key], before["nps"][key], more_is_better=more_is_better)
            for what, key, more_is_better in (
                (_("promoters"), "promoters", True),
                (_("passives"), "passives", None),
                (_("detractors"), "detractors", False),
            )
        ),
        rate_line(_("response rate"), item["response_rate"], before["response_rate"], is_main=True),
        rate_line(_("coverage"), item["coverage"], before["coverage"]),
    ]


def _trends(trend: Sequence[dict[str, Any]]) -> list[Trend]:
    """How the scores came to be what they are; nothing when only one period has any."""
    names = [one["period"] for one in trend]
    lines = {
        "nps": Series(_("NPS"), [one["nps"]["score"] for one in trend], [one["nps"]["n"] for one in trend]),
        "index": Series(_("satisfaction index"), [one["index"]["value"] for one in trend], [one["index"]["n"] for one in trend]),
    }  # fmt: skip
    if all(sum(value is not None for value in one.values) < 2 for one in lines.values()):
        return []
    return [
        Trend(_("NPS over time"), names, [lines["nps"]], number),
        Trend(_("Satisfaction over time"), names, [lines["index"]], number, goal=INDEX_GOAL),
    ]


def _dimensions(item: dict[str, Any], before: dict[str, Any], then: str) -> Table:
    columns = [
        Column(_("dimension"), least=10),
        Column(_("index"), right=True),
        Column(_("CSAT"), right=True),
        Column(in_context("report", "n", _), right=True),
        Column(then, right=True),
    ]
    shown = [
        (_(name), one, before["by_dimension"][name])
        for name, one in item["by_dimension"].items()
        if one["n"] or before["by_dimension"][name]["n"]
    ]
    rows = [
        [what, number(one["index"]), percent(one["csat"]), str(one["n"]), number(past["index"])]
        for what, one, past in shown
    ]
    return Table(
        columns, rows, _("By dimension"), [(one["index"] or 0) / 100 for _what, one, _past in shown]
    )


def _kinds(item: dict[str, Any]) -> Table:
    columns = [
        Column(_("kind"), least=8),
        Column(_("CSAT"), right=True),
        Column(_("index"), right=True),
        Column(in_context("report", "n", _), right=True),
        Column(_("NPS"), right=True),
        Column(in_context("report", "n", _), right=True),
    ]
    rows = [
        [
            _(kind),
            percent(one["csat"]["rate"]),
            number(one["index"]["value"]),
            str(one["csat"]["n"]),
            number(one["nps"]["score"]),
            str(one["nps"]["n"]),
        ]
        for kind, one in item["by_kind"].items()
        if one["csat"]["n"] or one["nps"]["n"]
    ]
    return Table(columns, rows, _("By kind of survey"))


def _quotes(said: Sequence[dict[str, Any]], limit: int | None) -> list[Part]:
    labels = {"overall": _("overall"), "nps": in_context("survey", "NPS", _)}
    quotes = [
        Quote(
            one["ref"],
            one["at"][:10],
            one["customer"]["name"],
            [(label, number(one[key])) for key, label in labels.items() if one[key] is not None],
            [(_(text), one[text]) for text in TEXTS if one[text]],
        )
        for one in said
    ]
    found: list[Part] = [Quotes(quotes, list(labels.values()), _("What customers said"))]
    if limit and len(said) == limit:
        told = plural("The newest one is shown; --limit 0 shows all.", "The newest {n} are shown; --limit 0 shows all.", limit)  # fmt: skip
        found.append(Note(told.format(n=limit)))
    return found
