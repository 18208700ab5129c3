"""`crm export`."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer

from crmcli.commands.shared import leaving, options, records
from crmcli.commands.shared.filters import Filters
from crmcli.config import config_path
from crmcli.context import Context
from crmcli.errors import BadValue, near
from crmcli.exchange import csv_out, jsonl, whole_file
from crmcli.exchange.out_file import OutFile, refuse_out_place
from crmcli.locale import _, plural
from crmcli.output.shapes import Privacy
from crmcli.output.text import in_json, visible
from crmcli.store.database import Predicate
from crmcli.store.exporting import unchanging

EXAMPLES = (
    "crm export customers --tier core --bom --out core.csv",
    "crm export all --reveal --out crm.jsonl",
)
EVERYTHING = "all"
FORMATS = ("csv", "jsonl")
_LATER_KINDS = ("orders", "deals")
_LATER_FORMATS = ("xlsx", "vcf", "ics")
_BOM = "\ufeff"


def run(
    ctx: typer.Context,
    what: Annotated[
        str,
        typer.Argument(
            help=_("customers, people, interactions, needs, tasks, promises, surveys or all."),
            metavar="WHAT",
        ),
    ],
    tier: options.Tier = None,
    stage: options.Stage = None,
    lifecycle: options.Lifecycle = None,
    tag: options.Tag = None,
    industry: options.Industry = None,
    city: options.City = None,
    intent: options.Intent = None,
    where: options.Where = None,
    format_: Annotated[
        str | None,
        typer.Option("--format", help=_("csv or jsonl; csv when not said, jsonl for all.")),
    ] = None,
    bom: Annotated[
        bool, typer.Option("--bom", help=_("Write CSV the way Excel likes it: BOM and CRLF."))
    ] = False,
    out: Annotated[
        str | None,
        typer.Option(
            "--out",
            help=_("Where to; standard output when not said. An earlier export is replaced."),
            metavar="FILE",
        ),
    ] = None,
    json: options.Json = False,
    reveal: Annotated[
        bool, typer.Option("--reveal", help=_("Write phones, e-mails and names unmasked."))
    ] = False,
) -> None:
    """Write customers, contacts or everything to a file."""
    crm: Context = ctx.obj
    filters = (tier, stage, lifecycle, tag, industry, city, intent, where)
    place = None if out == "-" else out
    _refuse_unknown(what)
    if what == EVERYTHING and any(filters):
        raise BadValue("export all takes no filters, for it is the whole file; leave them out")
    chosen = _format(what, format_)
    if bom and chosen != "csv":
        raise BadValue("--bom is for CSV; leave it out, or add --format csv")
    if json and place is None:
        raise BadValue(
            "--json tells how an export to a file went; add --out FILE, or say --format jsonl"
        )
    if place is not None:
        besides = (f"{crm.path}{ending}" for ending in ("", "-wal", "-shm", "-journal"))
        refuse_out_place(place, [*besides, str(config_path())])
    crm.read()
    predicates = Filters(crm).build(*filters)
    mask = records.privacy(crm, reveal, leaving=True)
    with unchanging(crm.db), _sink(crm, place) as write:
        count = _write(crm, what, chosen, predicates, mask, bom, write)
    _tell(crm, what, chosen, mask, count, place, json)


def _refuse_unknown(what: str) -> None:
    known = (*leaving.KINDS, EVERYTHING)
    if what in known:
        return
    if what in _LATER_KINDS:
        raise BadValue(
            "{word} cannot be exported yet; choose one of {known}",
            word=what,
            known=", ".join(known),
        )
    if meant := near(what, known):
        raise BadValue(
            "{word!r} is nothing that is exported; did you mean {near}?", word=what, near=meant
        )
    raise BadValue(
        "{word!r} is nothing that is exported; choose one of {known}",
        word=what,
        known=", ".join(known),
    )


def _format(what: str, asked: str | None) -> str:
    if asked is None:
        return "jsonl" if what == EVERYTHING else "csv"
    if asked in _LATER_FORMATS:
        raise BadValue("--format {word} is not written yet; choose csv or jsonl", word=asked)
    if asked not in FORMATS:
        raise BadValue("--format {word!r} is unknown; choose csv or jsonl", word=asked)
    return asked


# --- the work ---

Write = Callable[[str], None]


@contextmanager
def _sink(crm: Context, place: str | None) -> Iterator[Write]:
    if place is None:
        yield crm.screen.stream
        return
    with OutFile(place) as file:
        yield file.write


def _write(
    crm: Context,
    what: str,
    chosen: str,
    predicates: list[Predicate],
    mask: Privacy,
    bom: bool,
    write: Write,
) -> int:
    """Write every row, streaming; returns how many there were."""
    sheet = leaving.Sheet() if chosen == "csv" else None
    if what == EVERYTHING:
        names, rows = whole_file.columns(leaving.moving()), leaving.everything(crm, mask)
        to_cell = whole_file.cell
    else:
        kind = leaving.KINDS[what]
        names, rows = kind.columns(crm), kind.rows(crm, predicates, mask, sheet)
        to_cell = csv_out.cell
    if sheet is None:
        return _write_lines(rows, write)
    shown = visible if crm.screen.is_terminal and write == crm.screen.stream else str
    end = "\r\n" if bom else "\n"
    write((_BOM if bom else "") + csv_out.line(map(shown, names), end))
    count = 0
    for row in rows:
        count += whole_file.is_row(row)
        write(csv_out.line([shown(to_cell(row.get(name))) for name in names], end))
    if sheet.further_follow_ups:
        crm.screen.note(
            plural(
                "{n} follow-up is left out, for CSV holds one a contact; tasks or --format jsonl has it.",
                "{n} follow-ups are left out, for CSV holds one a contact; tasks or --format jsonl has them.",
                sheet.further_follow_ups,
            ).format(n=sheet.further_follow_ups)
        )
    return count


def _write_lines(rows: Iterator[dict[str, Any]], write: Write) -> int:
    count = 0
    for row in rows:
        count += whole_file.is_row(row)
        write(in_json(jsonl.line(row)) + "\n")
    return count


# --- what is said ---


def _tell(
    crm: Context,
    what: str,
    chosen: str,
    mask: Privacy,
    count: int,
    place: str | None,
    json: bool,
) -> None:
    if mask.did_mask and what == EVERYTHING:
        crm.screen.note(
            _(
                "Phones, e-mails and names are masked and will be lost on import; --reveal keeps them."
            )
        )
    elif mask.did_mask:
        crm.screen.note(_("Phones, e-mails and names are masked; --reveal writes them in full."))
    if place is None:
        return
    if json:
        item = {"kind": what, "format": chosen, "rows": count, "path": place}
        crm.screen.json_item("export", item, masked=mask.did_mask)
    else:
        told = plural("{n} row written to {path}.", "{n} rows written to {path}.", count)
        crm.screen.note(told.format(n=count, path=place))
