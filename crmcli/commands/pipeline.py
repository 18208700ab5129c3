"""`crm pipeline`."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Annotated, Any

import typer

from crmcli.commands.shared import options
from crmcli.commands.shared.filters import Filters
from crmcli.commands.shared.records import privacy
from crmcli.context import Context
from crmcli.errors import in_context
from crmcli.locale import _, plural
from crmcli.output.shapes import Privacy
from crmcli.rules.year.pipeline import Deal, Group, pipeline

EXAMPLES = (
    "crm pipeline",
    "crm pipeline --tier core --csv",
)
COLUMNS = ("by", "stage", "month", "currency", "deals", "unpriced", "sum", "weighted")


def run(
    ctx: typer.Context,
    tier: options.Tier = None,
    stage: Annotated[
        list[str] | None, typer.Option("--stage", help=_("Only customers of these stages."))
    ] = None,
    lifecycle: options.Lifecycle = None,
    tag: options.Tag = None,
    industry: options.Industry = None,
    city: options.City = None,
    intent: options.Intent = None,
    segment: options.Segment = None,
    where: options.Where = None,
    limit: options.Limit = None,
    json: options.Json = False,
    csv: options.Csv = False,
    reveal: options.Reveal = False,
) -> None:
    """The open deals by stage and by month: how many, how much, how likely."""
    crm: Context = ctx.obj
    crm.read()
    filters = Filters(crm).build(
        tier, stage, lifecycle, tag, industry, city, intent, where, segment
    )
    rows = crm.db.query("pipeline", filters)
    base, policy = crm.settings.get("currency"), crm.settings.policy()
    found = pipeline((Deal(*row) for row in rows), base, policy)
    mask = privacy(crm, reveal)
    items = [
        _item(by, one, mask)
        for by, groups in zip(("stage", "month", "total"), found, strict=True)
        for one in groups
    ]
    most = options.effective_limit(limit, crm.screen.is_terminal and not (json or csv))
    shown = items if most is None else items[:most]
    more = len(shown) < len(items)
    if json:
        crm.screen.json_list("pipeline", shown, more=more, masked=mask.did_mask)
    elif csv:
        crm.screen.csv(COLUMNS, shown)
    elif shown:
        _show(crm, shown)
        _say_what_is_unknown(crm, found.total)
        if more:
            crm.screen.note(_("There is more; --limit 0 shows all."))
    else:
        crm.screen.note(_("No deal is open; crm add-deal CUSTOMER TEXT adds one."))


def _item(by: str, group: Group, mask: Privacy) -> dict[str, Any]:
    return {
        "by": by,
        "stage": group.of if by == "stage" else None,
        "month": group.of if by == "month" else None,
        "currency": group.currency,
        "deals": group.count,
        "unpriced": group.unpriced,
        "sum": mask.amount(group.sum, group.currency),
        "weighted": mask.amount(group.weighted, group.currency),
    }


# --- for people ---


def _show(crm: Context, items: Sequence[Mapping[str, Any]]) -> None:
    titles = {"stage": in_context("deal", "stage", _), "month": _("month"), "total": _("in all")}
    for number, (by, lines) in enumerate(groupby(items, key=lambda one: one["by"])):
        if number:
            crm.screen.say("")
        _table(crm, titles[by], [(_name(one), one) for one in lines])


def _say_what_is_unknown(crm: Context, total: Sequence[Group]) -> None:
    """Which deals are in no sum, and which count for more than they may come to."""
    unpriced, unweighed = (sum(getattr(one, of) for one in total) for of in ("unpriced", "unweighed"))  # fmt: skip
    parts = []
    if unpriced:
        parts.append(plural("{n} deal has no amount", "{n} deals have no amount", unpriced).format(n=unpriced))  # fmt: skip
    if unweighed:
        parts.append(
            plural(
                "{n} deal without a probability counts whole",
                "{n} deals without a probability count whole",
                unweighed,
            ).format(n=unweighed)
        )
    if parts:
        crm.screen.note(_("{sentence}.").format(sentence=_("; ").join(parts)))


def _name(one: Mapping[str, Any]) -> str:
    if one["by"] == "stage":
        return in_context("deal", one["stage"], _)
    return str(one["currency"] if one["by"] == "total" else one["month"] or _("no day said"))


def _table(crm: Context, what: str, lines: Sequence[tuple[str, Mapping[str, Any]]]) -> None:
    from crmcli.output import words
    from crmcli.output.report_words import bar
    from crmcli.output.table import Column

    most: dict[str, float] = {}
    for _word, one in lines:  # amounts of one currency are alike, others are not
        most[one["currency"]] = max(most.get(one["currency"], 0), one["sum"] or 0)
    columns = [
        Column(what, least=10),
        Column(_("deals"), right=True),
        Column(_("sum"), right=True),
        Column(_("weighted"), right=True),
        Column("", spare=1, style="bar"),
    ]
    cells = []
    for word, one in lines:
        highest = most[one["currency"]]
        cells.append(
            [
                word,
                str(one["deals"]),
                words.money(one["sum"], one["currency"]),
                words.money(one["weighted"], one["currency"]),
                bar((one["sum"] or 0) / highest if highest else 0),
            ]
        )
    crm.screen.table(columns, cells)
