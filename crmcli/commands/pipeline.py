"""`crm pipeline`."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import typer

from crmcli.commands.shared import options
from crmcli.commands.shared.filters import Filters
from crmcli.commands.shared.records import privacy
from crmcli.context import Context
from crmcli.locale import _
from crmcli.output.shapes import Privacy
from crmcli.rules.year.pipeline import Deal, Group, pipeline

EXAMPLES = (
    "crm pipeline",
    "crm pipeline --tier core --csv",
)
COLUMNS = ("by", "stage", "month", "currency", "count", "unpriced", "sum", "weighted")


def run(
    ctx: typer.Context,
    tier: options.Tier = None,
    stage: options.Stage = None,
    lifecycle: options.Lifecycle = None,
    tag: options.Tag = None,
    industry: options.Industry = None,
    city: options.City = None,
    intent: options.Intent = None,
    where: options.Where = None,
    json: options.Json = False,
    csv: options.Csv = False,
    reveal: options.Reveal = False,
) -> None:
    """The open deals by stage and by month: how many, how much, how likely."""
    crm: Context = ctx.obj
    crm.read()
    filters = Filters(crm).build(tier, stage, lifecycle, tag, industry, city, intent, where)
    rows = crm.db.query("pipeline", filters)
    base, policy = crm.settings.get("currency"), crm.settings.policy()
    found = pipeline((Deal(*row) for row in rows), base, policy)
    mask = privacy(crm, reveal)
    stages = [_item("stage", one, mask) for one in found.stages]
    months = [_item("month", one, mask) for one in found.months]
    total = [_item(None, one, mask) for one in found.total]
    if json:
        item = {"count": len(rows), "stages": stages, "months": months, "total": total}
        crm.screen.json_item("pipeline", item, masked=mask.did_mask)
    elif csv:
        crm.screen.csv(COLUMNS, _lines(stages, months, total))
    elif rows:
        _show(crm, stages, months, total)
    else:
        crm.screen.note(_("No deal is open; crm add-deal CUSTOMER TEXT adds one."))


def _item(name: str | None, group: Group, mask: Privacy) -> dict[str, Any]:
    return {
        **({name: group.of} if name else {}),
        "currency": group.currency,
        "count": group.count,
        "unpriced": group.unpriced,
        "sum": mask.amount(group.sum, group.currency),
        "weighted": mask.amount(group.weighted, group.currency),
    }


def _lines(*parts: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    blank = dict.fromkeys(COLUMNS)
    return [
        {**blank, "by": by, **one}
        for by, part in zip(("stage", "month", "total"), parts, strict=True)
        for one in part
    ]


# --- for people ---


def _show(
    crm: Context,
    stages: Sequence[Mapping[str, Any]],
    months: Sequence[Mapping[str, Any]],
    total: Sequence[Mapping[str, Any]],
) -> None:
    _table(crm, _("stage"), [(_(one["stage"]), one) for one in stages])
    crm.screen.say("")
    named = [(one["month"] or _("no day said"), one) for one in months]
    _table(crm, _("expected"), named)
    crm.screen.say("")
    _table(crm, _("in all"), [(one["currency"], one) for one in total])


def _table(crm: Context, what: str, lines: Sequence[tuple[str, Mapping[str, Any]]]) -> None:
    from crmcli.commands.shared.reports import bar
    from crmcli.output import words
    from crmcli.output.table import Column

    most: dict[str, float] = {}
    for _word, one in lines:  # amounts of one currency are alike, others are not
        most[one["currency"]] = max(most.get(one["currency"], 0), one["sum"] or 0)
    columns = [
        Column(what, least=10),
        Column(_("deals"), right=True),
        Column(_("sum"), right=True),
        Column(_("weighted"), right=True),
        Column("", spare=1),
    ]
    cells = []
    for word, one in lines:
        highest = most[one["currency"]]
        cells.append(
            [
                word,
                str(one["count"]),
                words.money(one["sum"], one["currency"]),
                words.money(one["weighted"], one["currency"]),
                bar((one["sum"] or 0) / highest if highest else 0),
            ]
        )
    crm.screen.table(columns, cells)
