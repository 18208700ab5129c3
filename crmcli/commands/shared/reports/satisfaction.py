"""`crm report satisfaction`: what surveys say, how many answer, and the voice of the customer (HANDBOOK §5, §11)."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from crmcli.commands.shared import reports
from crmcli.commands.shared.reports import Asked, Figure, periods
from crmcli.context import Context
from crmcli.errors import in_context
from crmcli.locale import N_, _
from crmcli.output.shapes import local
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
        "verbatim": [_words(crm, row, asked) for row in said],
        "before": {
            "period": periods.record(asked.period.before),
            **_of(crm, asked.period.before, asked),
        },
    }


def _of(crm: Context, period: Period, asked: Asked) -> dict[str, Any]:
    span = periods.span(crm, period)
    found = survey_figures.figures(reporting.surveys(crm.db, span, asked.filters))
    return {
        **_scores(found),
        "by_dimension": {
            name: {"index": one.index.value, "csat": one.csat.rate, "n": one.index.n}
            for name, one in found.by_dimension.items()
        },
        "by_kind": {
            kind: _scores(
                survey_figures.figures(reporting.surveys(crm.db, span, asked.filters, kind))
            )
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


def show(crm: Context, item: dict[str, Any], asked: Asked) -> None:
    """The figures as lists, with bars, and what customers said."""
    before, then = item["before"], periods.spelled(asked.period.before)
    name = item["customer"]["name"] if item["customer"] else None
    crm.screen.say(periods.heading(_("Satisfaction"), asked.period, name))
    crm.screen.say("")
    reports.show_figures(crm, _lines(item, before), then)
    _show_scores(crm, _("dimension"), _dimensions(item, before), then)
    _show_kinds(crm, item)
    if item["verbatim"]:
        _show_words(crm, item["verbatim"])


def _lines(item: dict[str, Any], before: dict[str, Any]) -> list[Figure]:
    index, nps = item["index"], item["nps"]
    return [
        reports.rate_line(_("CSAT"), item["csat"], before["csat"]),
        Figure(
            _("satisfaction index"),
            reports.number(index["value"]),
            str(index["n"]),
            str(INDEX_GOAL),
            reports.number(before["index"]["value"]),
            is_below=index["value"] is not None and index["value"] < INDEX_GOAL,
        ),
        Figure(
            _("NPS"),
            reports.number(nps["score"]),
            str(nps["n"]),
            "",
            reports.number(before["nps"]["score"]),
        ),
        *(
            Figure(what, str(nps[key]), "", "", str(before["nps"][key]))
            for what, key in (
                (_("promoters"), "promoters"),
                (_("passives"), "passives"),
                (_("detractors"), "detractors"),
            )
        ),
        reports.rate_line(_("response rate"), item["response_rate"], before["response_rate"]),
        reports.rate_line(_("coverage"), item["coverage"], before["coverage"]),
    ]


def _dimensions(item: dict[str, Any], before: dict[str, Any]) -> list[tuple[str, Any, Any]]:
    return [
        (_(name), one, before["by_dimension"][name])
        for name, one in item["by_dimension"].items()
        if one["n"] or before["by_dimension"][name]["n"]
    ]


def _show_scores(
    crm: Context, title: str, lines: Sequence[tuple[str, Any, Any]], then: str
) -> None:
    from crmcli.output.table import Column

    if not lines:
        return
    columns = [
        Column(title, least=10),
        Column(_("index"), right=True),
        Column(_("CSAT"), right=True),
        Column(_("n"), right=True),
        Column(then, right=True),
        Column("", spare=1),
    ]
    crm.screen.say("")
    crm.screen.table(
        columns,
        [
            [
                what,
                reports.number(one["index"]),
                reports.percent(one["csat"]),
                str(one["n"]),
                reports.number(past["index"]),
                reports.bar((one["index"] or 0) / 100),
            ]
            for what, one, past in lines
        ],
    )


def _show_kinds(crm: Context, item: dict[str, Any]) -> None:
    from crmcli.output.table import Column

    shown = [
        (kind, one) for kind, one in item["by_kind"].items() if one["csat"]["n"] or one["nps"]["n"]
    ]
    if not shown:
        return
    columns = [
        Column(_("kind"), least=8),
        Column(_("CSAT"), right=True),
        Column(_("index"), right=True),
        Column(_("n"), right=True),
        Column(_("NPS"), right=True),
        Column(_("n"), right=True),
    ]
    crm.screen.say("")
    crm.screen.table(
        columns,
        [
            [
                _(kind),
                reports.percent(one["csat"]["rate"]),
                reports.number(one["index"]["value"]),
                str(one["csat"]["n"]),
                reports.number(one["nps"]["score"]),
                str(one["nps"]["n"]),
            ]
            for kind, one in shown
        ],
    )


def _show_words(crm: Context, said: Sequence[dict[str, Any]]) -> None:
    from crmcli.output.table import Column

    columns = [
        Column(_("ref")),
        Column(_("day"), spare=1),
        Column(_("name"), least=10),
        Column(_("overall"), right=True, spare=2),
        Column(in_context("survey", "NPS", _), right=True, spare=2),
        Column(_("what they said"), least=24),
    ]
    crm.screen.say("")
    crm.screen.table(
        columns,
        [
            [
                one["ref"],
                one["at"][:10],
                one["customer"]["name"],
                reports.number(one["overall"]) if one["overall"] is not None else "",
                reports.number(one["nps"]) if one["nps"] is not None else "",
                _("; ").join(
                    _("{field}: {text}").format(field=_(text), text=one[text])
                    for text in TEXTS
                    if one[text]
                ),
            ]
            for one in said
        ],
    )
