"""`crm kb`."""

from typing import Annotated

import typer

from crmcli.commands.shared import options, service_records
from crmcli.commands.shared.records import privacy
from crmcli.commands.shared.values import clean
from crmcli.context import Context
from crmcli.locale import _
from crmcli.output import words
from crmcli.output.shapes import Privacy
from crmcli.rules.references import read_reference
from crmcli.rules.snippets import excerpt
from crmcli.rules.terms import ARTICLE_KIND
from crmcli.rules.writings import query
from crmcli.store import search
from crmcli.store.database import Row

EXAMPLES = (
    "crm kb 'paper jam'",
    "crm kb 卡纸 --type problem",
)
JSON_NAMES = (
    "ref", "external_id", "title", "type", "text", "category", "need", "added_on", "reviewed_on", "review_on",
)  # fmt: skip


def run(
    ctx: typer.Context,
    text: Annotated[
        list[str] | None,
        typer.Argument(help=_("Any scrap of an article; all when not said."), metavar="[TEXT]"),
    ] = None,
    type_: Annotated[
        str | None, typer.Option("--type", help=_("Only these: problem, script or insight."))
    ] = None,
    limit: options.Limit = None,
    json: options.Json = False,
    csv: options.Csv = False,
    reveal: options.Reveal = False,
) -> None:
    """Find what is known: articles on problems, scripts and insights."""
    crm: Context = ctx.obj
    kind = ARTICLE_KIND.read(type_) if type_ is not None else None
    asked = " ".join(filter(None, map(clean, text or [])))
    crm.read()
    most = options.effective_limit(limit, crm.screen.is_terminal and not (json or csv))
    rows = _rows(crm, asked, kind, None if most is None else most + 1)
    more = most is not None and most < len(rows)
    rows = rows[:most]
    mask = privacy(crm, reveal)
    items = service_records.articles(crm, rows, mask)
    if json:
        crm.screen.json_list("articles", items, more=more, masked=mask.did_mask)
    elif csv:
        crm.screen.csv(JSON_NAMES, items)
    elif rows:
        _show_table(crm, rows, asked, mask)
        if more:
            crm.screen.note(_("There is more; --limit 0 shows all."))
    elif asked or kind:
        crm.screen.note(_("No article fits."))
    else:
        crm.screen.note(_("There are no articles yet; begin with: crm add-article TITLE"))


def _rows(crm: Context, asked: str, kind: str | None, limit: int | None) -> list[Row]:
    """The articles that fit, the newest first; one that is named by its reference before the others."""
    # Of one type an unknown number has to be looked at.
    most = None if kind else limit
    if not asked:
        rows = crm.db.rows("all_articles", limit=-1 if most is None else most)
    else:
        named = read_reference(asked)
        first = [named.key] if named and named.table == "article" else []
        keys = search.find(crm.db, "article", query(asked).prose, most, first)
        rows = search.rows_of(crm.db, "article", [*first, *keys])
    return [row for row in rows if kind in (None, row["kind"])][:limit]


def _show_table(crm: Context, rows: list[Row], asked: str, mask: Privacy) -> None:
    from crmcli.output.table import Column

    columns = [
        Column(_("ref")),
        Column(_("type"), spare=1),
        Column(_("category"), least=6, spare=2),
        Column(words.label("article", "title"), least=16),
        Column(_("text"), least=14, below=True),
    ]
    cells = [
        [
            f"a{row['id']}",
            _(row["kind"]),
            mask.text(row["category"]) or "",
            mask.text(row["title"]) or "",
            str(excerpt(row["text"] or "", asked, shown=mask.traced)),
        ]
        for row in rows
    ]
    crm.screen.table(columns, cells)
