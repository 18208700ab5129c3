"""`crm add-article`."""

from typing import Annotated

import typer

from crmcli.commands.shared import needs, options, service_records
from crmcli.commands.shared.records import privacy
from crmcli.commands.shared.texts import read_text
from crmcli.commands.shared.values import Values, clean
from crmcli.context import Context
from crmcli.errors import BadValue, Forbidden
from crmcli.locale import _
from crmcli.rules.terms import ARTICLE_KIND
from crmcli.store.changes import check
from crmcli.store.database import Row

EXAMPLES = (
    "crm add-article 'Paper jams' --type problem --from n5",
    "crm add-article '报价话术' --type 话术 --text '先问预算，再谈方案'",
)
_SOLVED = ("resolved", "confirmed")


def run(
    ctx: typer.Context,
    title: Annotated[str, typer.Argument(help=_("What it is about."), metavar="TITLE")],
    type_: Annotated[
        str,
        typer.Option("--type", help=_("problem (with its solution), script or insight.")),
    ] = "problem",
    origin: Annotated[
        str | None,
        typer.Option(
            "--from",
            help=_("The resolved need whose solution and category it keeps."),
            metavar="NEED",
        ),
    ] = None,
    text: Annotated[
        str | None, typer.Option("--text", help=_("What was learnt."), metavar="TEXT")
    ] = None,
    text_file: Annotated[
        str | None,
        typer.Option("--text-file", help=_("The same from a text file."), metavar="FILE"),
    ] = None,
    category: Annotated[
        str | None, typer.Option("--category", help=_("What it is counted under."))
    ] = None,
    external_id: Annotated[
        str | None, typer.Option("--external-id", help=_("Its number in another system."))
    ] = None,
    json: options.Json = False,
    reveal: options.Reveal = False,
    dry_run: options.DryRun = False,
    reason: options.Reason = None,
) -> None:
    """Write down what was learnt."""
    crm: Context = ctx.obj
    crm.write(dry_run)
    if not clean(title):
        raise BadValue("the article's title is empty; write what it is about")
    if text is not None and text_file is not None:
        raise BadValue("--text and --text-file exclude each other; leave one of them out")
    given = {"title": title, "text": text, "category": category, "external_id": external_id}
    columns = Values(crm).fields("article", given)
    columns["kind"] = ARTICLE_KIND.read(type_)
    if text_file is not None:
        columns["text"] = read_text(text_file)
    need = _find_solved(crm, origin) if origin is not None else None
    if need is not None:
        columns["text"] = columns.get("text") or need["solution"]
        columns["category"] = columns.get("category") or need["category"]
    _refuse_known(crm, columns.get("external_id"))
    check("article", columns)
    with crm.change(reason) as change:
        key = change.insert(
            "article",
            need_id=need["id"] if need is not None else None,
            added_on=crm.today.isoformat(),
            created_at=change.author.at,
            **columns,
        )
    _tell(crm, key, json, reveal)


def _find_solved(crm: Context, text: str) -> Row:
    """The need that something was learnt from; Forbidden while it is not resolved."""
    row = needs.find_need(crm, text)
    if row["status"] not in _SOLVED:
        raise Forbidden(
            "n{key} is not resolved, so it has no solution to keep; leave --from out, or first: crm resolve n{key} SOLUTION",
            key=row["id"],
        )
    return row


def _refuse_known(crm: Context, number: str | None) -> None:
    """Forbidden when there is an article of that number of another system already: a script may be run again."""
    found = crm.db.row("articles_by_external_id", text=number) if number else None
    if found:
        raise Forbidden(
            "external id {number} is that of a{key}; leave it out, or edit that article",
            number=number,
            key=found["id"],
        )


def _tell(crm: Context, key: int, json: bool, reveal: bool) -> None:
    row = crm.db.row("article_row", id=key)
    assert row is not None
    if json:
        mask = privacy(crm, reveal)
        item = service_records.articles(crm, [row], mask)[0]
        crm.screen.json_item("article", item, masked=mask.did_mask)
    else:
        crm.confirm(
            lambda: _("Added {ref}, {kind}: {title}").format(
                ref=f"a{key}", kind=_(row["kind"]), title=row["title"]
            ),
            f"a{key}",
        )
