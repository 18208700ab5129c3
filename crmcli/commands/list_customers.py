"""`crm list-customers`."""

from typing import Annotated, Any

import typer

from crmcli.commands.shared import options, records
from crmcli.commands.shared.filters import Filters
from crmcli.context import Context
from crmcli.locale import _
from crmcli.output.shapes import Privacy
from crmcli.store.database import Row

EXAMPLES = (
    "crm list-customers --tier core --city 上海 --sort -last_contact_on",
    "crm list-customers --where 'last_contact_on < -60d' --where 'tags has vip' --csv",
)


def run(
    ctx: typer.Context,
    tier: options.Tier = None,
    stage: options.Stage = None,
    lifecycle: options.Lifecycle = None,
    tag: options.Tag = None,
    industry: options.Industry = None,
    city: options.City = None,
    intent: options.Intent = None,
    segment: options.Segment = None,
    where: options.Where = None,
    sort: Annotated[
        str | None,
        typer.Option(
            "--sort", help=_("Sort by this field; -field for the largest first."), metavar="FIELD"
        ),
    ] = None,
    limit: options.Limit = None,
    json: options.Json = False,
    csv: options.Csv = False,
    reveal: options.Reveal = False,
) -> None:
    """List customers, filtered and sorted."""
    crm: Context = ctx.obj
    crm.read()
    filters = Filters(crm)
    predicates = filters.build(tier, stage, lifecycle, tag, industry, city, intent, where, segment)
    most = options.effective_limit(limit, crm.screen.is_terminal and not (json or csv))
    order, bound = filters.order(sort)
    rows = crm.db.query("customers", predicates, order, None if most is None else most + 1, **bound)
    shown = rows if most is None else rows[:most]
    more = len(shown) < len(rows)
    if json or csv:
        _export(crm, shown, more, json, records.privacy(crm, reveal))
    elif shown:
        _show_table(crm, shown, records.privacy(crm, reveal))
        if more:
            crm.screen.note(_("There is more; --limit 0 shows all."))
    else:
        crm.screen.note(_("No customer fits."))


def _export(crm: Context, rows: list[Row], more: bool, json: bool, mask: Privacy) -> None:
    items: list[dict[str, Any]] = []
    for start in range(0, len(rows), 1000):
        items += records.customer_records(crm, rows[start : start + 1000], mask)
    if json:
        crm.screen.json_list("customers", items, more=more, masked=mask.did_mask)
    else:
        crm.screen.csv(records.CUSTOMER_COLUMNS, items)


def _show_table(crm: Context, rows: list[Row], mask: Privacy) -> None:
    from crmcli.output import words
    from crmcli.output.table import Column
    from crmcli.store.facts import day_of

    columns = [
        Column(_("ref")),
        Column(_("name"), least=20),
        Column(_("stage"), spare=2),
        Column(_("tier"), least=9, spare=2),
        Column(_("industry"), least=6, spare=4),
        Column(_("city"), least=4, spare=3),
        Column(_("last contact"), spare=1),
        Column(_("next touch")),
    ]
    is_wide = crm.screen.is_wide
    if is_wide:
        columns += [Column(_("lifecycle"), spare=5), Column(_("intent"), spare=6), Column(_("source"), least=6, spare=7)]  # fmt: skip
    cells = [
        [
            f"c{row['id']}",
            row["name"],
            words.word(row["stage"]),
            crm.tier_word(row["tier"]),
            row["industry"] or "",
            row["city"] or "",
            crm.days.past_column(row["last_contact_on"]),
            crm.days.column(next_on)
            if (next_on := day_of(row["next_touch_on"]))
            else _("retired")
            if row["retired_on"]
            else "",
            *(_more(crm, row, mask) if is_wide else []),
        ]
        for row in rows
    ]
    crm.screen.table(columns, cells)


def _more(crm: Context, row: Row, mask: Privacy) -> list[str]:
    """What a wide screen has room for, too."""
    from crmcli.output import words

    lifecycle = records.lifecycle_of(row, crm.today, crm.book.policy.new_for)
    return [words.word(lifecycle), words.word(row["intent"]), mask.text(row["source"]) or ""]
