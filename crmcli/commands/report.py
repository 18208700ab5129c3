"""`crm report`."""

from collections.abc import Mapping, Sequence
from importlib import import_module
from itertools import zip_longest
from typing import Annotated, Any

import typer

from crmcli import usage
from crmcli.commands.shared import options
from crmcli.commands.shared.filters import Filters
from crmcli.commands.shared.out_places import refuse_place
from crmcli.commands.shared.records import privacy
from crmcli.commands.shared.reports import Asked, customer_of, periods
from crmcli.context import Context
from crmcli.errors import BadValue
from crmcli.locale import _
from crmcli.rules.terms import Vocabulary
from crmcli.store.database import predicate

EXAMPLES = (
    "crm report service --period 2026-10",
    "crm report funnel --period 2026Q3 --compare 2025Q3",
)
REPORTS = Vocabulary(
    "report",
    {
        "funnel": ("漏斗", "销售漏斗", "漏斗报告"),
        "follow-up": ("跟进", "跟进报告", "followup"),
        "service": ("服务", "服务报告"),
        "satisfaction": ("满意度", "满意度报告"),
        "promises": ("承诺", "履约", "承诺报告", "reliability"),
        "value": ("价值", "价值报告"),
        "quality": ("质量", "数据质量", "质量报告"),
        "all": ("全部", "所有报告"),
    },
)
ALL = "all"
"""Every other one, one after another."""


class Report(usage.Command):
    """`--compare` may stand alone, and then means the period before; where no report is named, all are."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """What Click parses, with the value of each such option filled in."""
        try:
            return super().parse_args(ctx, with_compared(args))
        except Exception as error:  # Click's, of which only this one is about the name
            if getattr(getattr(error, "param", None), "name", None) == "name":
                raise BadValue("which report? choose one of {known}", known=REPORTS.known()) from None  # fmt: skip
            raise


COMMAND = Report


def with_compared(words: Sequence[str]) -> list[str]:
    """The words of a command line, with an empty value after each `--compare` that has none."""
    found = []
    for word, following in zip_longest(words, words[1:]):
        found.append(word)
        if word == "--compare" and (following is None or _is_no_value(following)):
            found.append("")
    return found


def _is_no_value(word: str) -> bool:
    """An option, or the name of a report."""
    if not word or word.startswith("-"):
        return True
    try:
        REPORTS.read(word)
    except BadValue:
        return False
    return True


def run(
    ctx: typer.Context,
    name: Annotated[
        str,
        typer.Argument(
            help=_("funnel, follow-up, service, satisfaction, promises, value, quality or all."),
            metavar="NAME",
        ),
    ],
    period: Annotated[
        str | None,
        typer.Option(
            "--period",
            help=_("The month, quarter or year: 2026-10, 2026Q1, 2026; this month when not said."),
            metavar="PERIOD",
        ),
    ] = None,
    compare: Annotated[
        str | None,
        typer.Option(
            "--compare",
            help=_(
                "The period to compare with, such as the same a year ago; the one before when not said."
            ),
            metavar="[PERIOD]",
        ),
    ] = None,
    customer: Annotated[
        str | None,
        typer.Option("--customer", help=_("Only this customer."), metavar="CUSTOMER"),
    ] = None,
    tier: options.Tier = None,
    stage: options.Stage = None,
    lifecycle: options.Lifecycle = None,
    tag: options.Tag = None,
    industry: options.Industry = None,
    city: options.City = None,
    intent: options.Intent = None,
    segment: options.Segment = None,
    where: options.Where = None,
    html: Annotated[
        str | None,
        typer.Option(
            "--html",
            help=_("Write a page to look at, print and hand on. An earlier one is replaced."),
            metavar="FILE",
        ),
    ] = None,
    limit: options.Limit = None,
    json: options.Json = False,
    reveal: options.Reveal = False,
) -> None:
    """The figures of a period: selling, service, promises, value; on the screen or as a page."""
    crm: Context = ctx.obj
    chosen = REPORTS.read(name)
    if html is not None:
        refuse_place(crm, html, "--html")
    crm.read()
    about = crm.customer(customer) if customer is not None else None
    filters = Filters(crm).build(
        tier, stage, lifecycle, tag, industry, city, intent, where, segment
    )
    if about is not None:
        filters.append(predicate("customer_is", customer=about["id"]))
    given = options.as_typed(
        tier=tier, stage=stage, lifecycle=lifecycle, tag=tag, industry=industry, city=city, intent=intent,
        segment=segment, where=where,
    )  # fmt: skip
    asked = Asked(
        periods.asked_period(crm, period),
        about,
        filters,
        options.effective_limit(limit, not json and (html is not None or crm.screen.is_terminal)),
        privacy(crm, reveal, leaving=True),
        {},
        periods.asked_period(crm, compare) if compare else None,
        crm.tier_word,
    )
    names = [one for one in REPORTS.words if one != ALL] if chosen == ALL else [chosen]
    found = [(one, _module(one)) for one in names]
    items = {one: report.figures(crm, asked) for one, report in found}
    if html is not None:
        _write_page(crm, html, asked, [(one, report, items[one]) for one, report in found], given)
    if json:
        item = items[chosen] if chosen != ALL else _together(asked, items)
        crm.screen.json_item(f"report-{chosen}", item, masked=asked.mask.did_mask)
    elif html is None:
        _show(crm, asked, [(report, items[one]) for one, report in found])


def _module(name: str) -> Any:
    return import_module(f"crmcli.commands.shared.reports.{name.replace('-', '_')}")


def _together(asked: Asked, items: Mapping[str, Any]) -> dict[str, Any]:
    """Every report under its name."""
    return {
        "period": periods.record(asked.period),
        "customer": customer_of(asked),
        **{name.replace("-", "_"): item for name, item in items.items()},
    }


def _show(crm: Context, asked: Asked, found: Sequence[tuple[Any, Any]]) -> None:
    from crmcli.output import report_screen

    for number, (report, item) in enumerate(found):
        if number:
            crm.screen.lines(["", ""])
        crm.screen.say(periods.heading(report.title(asked), asked.period, _whose(asked)))
        report_screen.show(crm.screen, report.parts(item, asked))


def _whose(asked: Asked) -> str | None:
    return None if asked.customer is None else asked.mask.name_of(asked.customer)


def _write_page(
    crm: Context,
    place: str,
    asked: Asked,
    found: Sequence[tuple[str, Any, Any]],
    given: Sequence[str],
) -> None:
    """The page of these reports, whole or not at all; `given` are the filters as they were typed."""
    from crmcli.exchange.out_file import OutFile
    from crmcli.output.page_report import Section, report_page

    sections = [
        Section(name, report.title(asked), report.parts(item, asked))
        for name, report, item in found
    ]
    title = sections[0].title if len(sections) == 1 else _("Report")
    if (name := _whose(asked)) is not None:
        title = _("{report}, {name}").format(report=title, name=name)
    notes = [
        _("{first} to {last}").format(first=asked.period.first, last=asked.period.last),
        _("compared with {period}").format(period=periods.spelled(asked.before)),
        _("made on {day}").format(day=crm.today),
    ]
    if given:
        typed = asked.mask.text(" ".join(given))
        notes.append(_("only some customers: {filters}").format(filters=typed))
    if asked.mask.did_mask:
        notes.append(_("names and numbers are masked"))
    text = report_page(title, periods.spelled(asked.period), notes, sections)
    with OutFile(place) as file:
        file.write(text)
    crm.screen.note(_("Written to {path}.").format(path=place))
