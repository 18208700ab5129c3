"""`crm report`."""

from importlib import import_module
from typing import Annotated

import typer

from crmcli.commands.shared import options
from crmcli.commands.shared.filters import Filters
from crmcli.commands.shared.records import privacy
from crmcli.commands.shared.reports import Asked, periods
from crmcli.context import Context
from crmcli.locale import _
from crmcli.rules.terms import Vocabulary
from crmcli.store.database import predicate

EXAMPLES = (
    "crm report service --period 2026-10",
    "crm report promises --customer c12 --period 2026Q3",
)
REPORTS = Vocabulary(
    "report",
    {
        "service": ("服务", "服务报告"),
        "satisfaction": ("满意度", "满意度报告"),
        "promises": ("承诺", "履约", "承诺报告", "reliability"),
    },
)


def run(
    ctx: typer.Context,
    name: Annotated[
        str, typer.Argument(help=_("service, satisfaction or promises."), metavar="NAME")
    ],
    period: Annotated[
        str | None,
        typer.Option(
            "--period",
            help=_("The month, quarter or year: 2026-10, 2026Q1, 2026; this month when not said."),
            metavar="PERIOD",
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
    where: options.Where = None,
    limit: options.Limit = None,
    json: options.Json = False,
    reveal: options.Reveal = False,
) -> None:
    """The figures of a period: service, satisfaction or promises."""
    crm: Context = ctx.obj
    chosen = REPORTS.read(name)
    crm.read()
    about = crm.customer(customer) if customer is not None else None
    filters = Filters(crm).build(tier, stage, lifecycle, tag, industry, city, intent, where)
    if about is not None:
        filters.append(predicate("customer_is", customer=about["id"]))
    asked = Asked(
        periods.asked_period(crm, period),
        about,
        filters,
        options.effective_limit(limit, crm.screen.is_terminal and not json),
        privacy(crm, reveal, leaving=True),
    )
    report = import_module(f"crmcli.commands.shared.reports.{chosen}")
    item = report.figures(crm, asked)
    if json:
        crm.screen.json_item(f"report-{chosen}", item, masked=asked.mask.did_mask)
    else:
        from crmcli.output import report_screen

        whose = None if about is None else asked.mask.name_of(about)
        crm.screen.say(periods.heading(report.title(asked), asked.period, whose))
        report_screen.show(crm.screen, report.parts(item, asked))
