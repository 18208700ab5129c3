"""`crm export`."""

from collections.abc import Sequence
from pathlib import PurePath
from typing import Annotated

import typer

from crmcli.commands.shared import leaving, options, records
from crmcli.commands.shared.filters import Filters
from crmcli.commands.shared.leaving_formats import EVERYTHING, FORMATS, VCARD, Leaving, write
from crmcli.commands.shared.out_places import refuse_place
from crmcli.context import Context
from crmcli.errors import BadValue, Listed, near
from crmcli.exchange.out_file import OutFile
from crmcli.exchange.vcard_out import VERSIONS
from crmcli.locale import _, plural
from crmcli.output.shapes import Privacy
from crmcli.rules.terms import ROWS

EXAMPLES = (
    "crm export customers --tier core --out core.xlsx",
    "crm export all --reveal --out crm.jsonl",
)
SUBJECT = "subject"


def run(
    ctx: typer.Context,
    what: Annotated[
        str | None,
        typer.Argument(
            help=_(
                "customers, people, interactions, needs, tasks, promises, deals, orders, surveys or all."
            ),
            metavar="[WHAT]",
        ),
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
    format_: Annotated[
        str | None,
        typer.Option(
            "--format",
            help=_(
                "csv, jsonl, xlsx, vcf (customers, people) or ics; as --out ends when not said, else csv, jsonl for all."
            ),
        ),
    ] = None,
    vcard: Annotated[
        str | None,
        typer.Option(
            "--vcard",
            help=_("The version of vCards: 3.0, which every phone reads, or 4.0."),
            metavar="VERSION",
        ),
    ] = None,
    subject: Annotated[
        str | None,
        typer.Option(
            "--subject",
            help=_(
                "All that is held about one person, for that person: h3, or a name. JSON when no --format is said."
            ),
            metavar="PERSON",
        ),
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
    filters = (tier, stage, lifecycle, tag, industry, city, intent, where, segment)
    place = None if out == "-" else out
    if subject is not None:
        others = [what if what != EVERYTHING else None, *filters, vcard, bom]
        _export_subject(crm, subject, others, format_, place, json, reveal)
        return
    if what is None:
        raise BadValue(
            "nothing was named to export; choose one of {known}, or --subject PERSON",
            known=Listed((*leaving.KINDS, EVERYTHING)),
        )
    what = ROWS.of_chinese(what)
    _refuse_unknown(what)
    if what == EVERYTHING and any(filters):
        raise BadValue("export all takes no filters, for it is the whole file; leave them out")
    chosen = _format(what, format_, vcard, place)
    if bom and chosen != "csv":
        raise BadValue("--bom is for CSV; leave it out, or add --format csv")
    if json and place is None:
        raise BadValue(
            "--json tells how an export to a file went; add --out FILE, or say --format jsonl"
        )
    form = FORMATS[chosen]
    on_terminal = place is None and crm.screen.is_terminal
    if on_terminal and not form.is_text:
        raise BadValue("{format} is nothing for a terminal; add --out FILE", format=chosen)
    if place is not None:
        refuse_place(crm, place)
    crm.read()
    predicates = Filters(crm).build(*filters)
    mask = records.privacy(crm, reveal, leaving=True)
    asked = Leaving(crm, what, predicates, mask, bom, vcard or VCARD, on_terminal)
    if place is None:
        count = write(asked, form, crm.screen)
    else:
        with OutFile(place) as file:
            count = write(asked, form, file)
    _tell(crm, what, chosen, mask, count, place, json)


# --- all about one person ---


def _export_subject(
    crm: Context,
    text: str,
    others: Sequence[object],
    format_: str | None,
    place: str | None,
    json: bool,
    reveal: bool,
) -> None:
    """Everything about one person, whole or not at all; that it was handed out is noted."""
    from crmcli.commands.shared import subject as subjects
    from crmcli.store import holding
    from crmcli.store.changes import record_event

    if any(others):
        raise BadValue(
            "--subject gives all that is held about one person; leave out the kind, filters, --vcard and --bom"
        )
    ending = PurePath(place or "").suffix.lower().removeprefix(".")
    chosen = format_ or (ending if ending in subjects.FORMATS else subjects.USUAL)
    if chosen not in subjects.FORMATS:
        raise BadValue(
            "what is held about a person cannot be written as {format}; choose one of {known}",
            format=chosen,
            known=Listed(subjects.FORMATS),
        )
    if json and place is None:
        raise BadValue("--json tells how an export to a file went; add --out FILE, or leave it out")
    if place is not None:
        refuse_place(crm, place)
    crm.read()
    subject = subjects.find(crm, text)
    mask = records.privacy(crm, reveal, leaving=True)
    record_event(crm.db, crm.clock.instant, crm.actor, holding.EVENT, str(subject))
    form = subjects.FORMATS[chosen]
    items = subjects.held(crm, subject, mask)
    if place is None:
        form(items, crm.screen.write, crm.screen.is_terminal, mask)
    else:
        with OutFile(place) as file:
            count = form(items, file.write, False, mask)
    if mask.did_mask:
        crm.screen.note(_("What is others' in these texts is masked; --reveal writes it in full."))
    if place is not None:
        _tell_written(crm, SUBJECT, chosen, mask, count, place, json)


def _refuse_unknown(what: str) -> None:
    known = (*leaving.KINDS, EVERYTHING)
    if what in known:
        return
    if meant := near(what, known):
        raise BadValue(
            "{word!r} is nothing that is exported; did you mean {near}?", word=what, near=meant
        )
    raise BadValue(
        "{word!r} is nothing that is exported; choose one of {known}",
        word=what,
        known=Listed(known),
    )


def _format(what: str, asked: str | None, vcard: str | None, place: str | None) -> str:
    """The format that is meant: said, else by what only one has, else by how the file's name ends."""
    known = Listed(FORMATS)
    if asked is not None and asked not in FORMATS:
        if meant := near(asked, FORMATS):
            raise BadValue(
                "--format {word!r} is unknown; did you mean {near}?", word=asked, near=meant
            )
        raise BadValue(
            "--format {word!r} is unknown; choose one of {known}", word=asked, known=known
        )
    ending = PurePath(place or "").suffix.lower().removeprefix(".")
    chosen = asked or (
        "vcf"
        if vcard
        else ending
        if ending in FORMATS
        else "jsonl"
        if what == EVERYTHING
        else "csv"
    )
    if what not in FORMATS[chosen].kinds:
        raise BadValue(
            "{word} cannot be written as {format}; choose one of {known}",
            word=what,
            format=chosen,
            known=Listed(name for name, form in FORMATS.items() if what in form.kinds),
        )
    if vcard is not None and chosen != "vcf":
        raise BadValue("--vcard is for vCards; leave it out, or add --format vcf")
    if vcard is not None and vcard not in VERSIONS:
        raise BadValue(
            "--vcard {version!r} is no version that is written; choose one of {known}",
            version=vcard,
            known=Listed(VERSIONS),
        )
    return chosen


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
    elif mask.did_mask and chosen == "vcf":
        crm.screen.note(
            _(
                "Names are masked, phones, e-mails and WeChat left out; --reveal writes them in full."
            )
        )
    elif mask.did_mask:
        crm.screen.note(_("Phones, e-mails and names are masked; --reveal writes them in full."))
    if what == EVERYTHING:
        _say_where_files_lie(crm)
    if place is not None:
        _tell_written(crm, what, chosen, mask, count, place, json)


def _say_where_files_lie(crm: Context) -> None:
    """Of attached files only the rows are in it."""
    from crmcli.store import attached_files, exporting

    if n := sum(len(rows) for rows in exporting.stream(crm.db, "attached_digests")):
        told = plural("{n} attached file is not in it; take {folder} along.", "{n} attached files are not in it; take {folder} along.", n)  # fmt: skip
        crm.screen.note(told.format(n=n, folder=attached_files.folder_of(crm.path)))


def _tell_written(
    crm: Context, what: str, chosen: str, mask: Privacy, count: int, place: str, json: bool
) -> None:
    if json:
        item = {"kind": what, "format": chosen, "rows": count, "path": place}
        crm.screen.json_item("export", item, masked=mask.did_mask)
    else:
        told = plural("{n} row written to {path}.", "{n} rows written to {path}.", count)
        crm.screen.note(told.format(n=count, path=place))
