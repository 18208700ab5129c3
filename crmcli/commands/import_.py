"""`crm import`."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import typer

from crmcli.commands.shared import options
from crmcli.commands.shared.values import Values, custom_value
from crmcli.config import config_path
from crmcli.context import Context
from crmcli.errors import PARTLY_DONE, BadValue, CrmError
from crmcli.exchange.customer_rows import RowReader, is_long
from crmcli.exchange.delimited import (
    Delimited,
    RejectsFile,
    open_delimited,
    refuse_rejects_place,
    rejects_path,
)
from crmcli.exchange.headers import Columns, recognise
from crmcli.locale import _
from crmcli.output.progress import progress
from crmcli.rules.span import Span
from crmcli.store.changes import Change, bulk
from crmcli.store.derived import refresh
from crmcli.store.importing import (
    ON_DUPLICATE,
    TABLES,
    Counts,
    CustomerImport,
    Plan,
    check_lengths,
    spread,
)
from crmcli.store.matching import KEYS

EXAMPLES = (
    "crm import customers.csv --dry-run",
    "crm import old-crm.csv --map 'Kunde=name' --spread 20wd",
)
_WARNINGS_SHOWN = 5


@dataclass
class Report:
    """What an import found besides its counts: for the summary, never for the data."""

    counts: Counts = field(default_factory=Counts)
    odd: list[str] = field(default_factory=list)
    masked: dict[str, int] = field(default_factory=dict)
    first_reason: str | None = None
    change: int | None = None
    dealt_out: int = 0


def run(
    ctx: typer.Context,
    file: Annotated[
        str, typer.Argument(help=_("A CSV file, or - for standard input."), metavar="FILE")
    ],
    as_: Annotated[
        str, typer.Option("--as", help=_("What the rows are; customers."))
    ] = "customers",
    map_: Annotated[
        list[str] | None,
        typer.Option("--map", help=_("What a column is; - leaves it out."), metavar="HEADER=FIELD"),
    ] = None,
    encoding: Annotated[
        str | None,
        typer.Option("--encoding", help=_("How the file is encoded; found out when not said.")),
    ] = None,
    on_duplicate: Annotated[
        str,
        typer.Option("--on-duplicate", help=_("update, skip or reject customers that are there.")),
    ] = "update",
    key: Annotated[
        str | None,
        typer.Option(
            "--key", help=_("Match by this field only: external_id, uscc, phone, email, name.")
        ),
    ] = None,
    keep_extra: Annotated[
        bool, typer.Option("--keep-extra", help=_("Keep unknown columns as custom fields."))
    ] = False,
    spread_: Annotated[
        str | None,
        typer.Option(
            "--spread",
            help=_("Deal the first touches out over so many working days, core first."),
            metavar="20wd",
        ),
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help=_("Import nothing when any row is bad."))
    ] = False,
    rejects: Annotated[
        str | None,
        typer.Option(
            "--rejects",
            help=_("Where rejected rows go; FILE.rejects.csv when not said."),
            metavar="FILE",
        ),
    ] = None,
    json: options.Json = False,
    dry_run: options.DryRun = False,
    reason: options.Reason = None,
) -> int:
    """Import customers from a file, all or nothing."""
    crm: Context = ctx.obj
    if as_ != "customers":
        raise BadValue("--as {kind!r} cannot be imported yet; customers can", kind=as_)
    if on_duplicate not in ON_DUPLICATE:
        raise BadValue(
            "--on-duplicate {word!r} is unknown; choose one of {known}",
            word=on_duplicate,
            known=", ".join(ON_DUPLICATE),
        )
    if key is not None and key not in KEYS:
        raise BadValue(
            "--key {key!r} is unknown; choose one of {known}", key=key, known=", ".join(KEYS)
        )
    days = _days(spread_)
    with open_delimited(file, encoding) as source:
        mapping = _mapping(map_ or [])
        columns = recognise("customers", source.headers, _without_custom(mapping))
        _refuse_nameless(columns, source)
        target = rejects or rejects_path(file)
        if not dry_run:
            in_use = (file, crm.path, f"{crm.path}-wal", f"{crm.path}-shm", str(config_path()))
            refuse_rejects_place(target, *in_use)
        crm.write(dry_run)
        if not json:
            _say_what_will_happen(crm, source, columns, keep_extra)
        with RejectsFile(target, source.headers, only_count=dry_run) as bad:
            report = _import(
                crm,
                source,
                columns,
                bad,
                Choices(on_duplicate, key, keep_extra, days, strict, reason, mapping),
            )
            rejects_file = str(bad.path) if bad.count and not dry_run else None
    _show(crm, report, source, columns, rejects_file, json, dry_run)
    return PARTLY_DONE if report.counts.rejected else 0


@dataclass(frozen=True)
class Choices:
    """What the command line chose."""

    on_duplicate: str
    key: str | None
    keep_extra: bool
    days: int | None
    strict: bool
    reason: str | None
    mapping: dict[str, str]


def _days(text: str | None) -> int | None:
    if text is None:
        return None
    span = Span.read(text)
    if span.unit != "wd":
        raise BadValue(
            "--spread {text!r} is not a number of working days; write it like 20wd", text=text
        )
    return span.count


def _mapping(pairs: list[str]) -> dict[str, str]:
    mapping = {}
    for pair in pairs:
        header, equals, name = pair.rpartition("=")
        if not equals:
            raise BadValue("--map {pair!r} is no mapping; write it as HEADER=FIELD", pair=pair)
        mapping[header] = name
    return mapping


def _without_custom(mapping: dict[str, str]) -> dict[str, str]:
    """The mapping for the recogniser, which leaves columns mapped to custom fields to `_mapped_fields`."""
    return {header: "-" if name.startswith("field.") else name for header, name in mapping.items()}


def _mapped_fields(crm: Context, source: Delimited, mapping: dict[str, str]) -> dict[int, str]:
    """The places of columns mapped to a custom field; BadValue when it is not declared."""
    extras = {}
    for header, name in mapping.items():
        if name.startswith("field."):
            custom = name.removeprefix("field.")
            if custom not in crm.settings.fields():
                raise BadValue(
                    "field {name!r} is not declared; declare it with: crm config set fields.{name} text",
                    name=custom,
                )
            extras[source.headers.index(" ".join(header.split()))] = custom
    return extras


def _refuse_nameless(columns: Columns, source: Delimited) -> None:
    if not {"name", "person", "given_name", "family_name"} & set(columns.fields):
        raise BadValue(
            "no column of {path} is a customer's name; say which with --map 'HEADER=name' (its columns: {headers})",
            path=source.path,
            headers=", ".join(source.headers),
        )


# --- the work ---


def _import(
    crm: Context, source: Delimited, columns: Columns, bad: RejectsFile, choices: Choices
) -> Report:
    report = Report()

    def reject(line: int, cells: Sequence[str], why: str) -> None:
        report.first_reason = report.first_reason or _("line {line}: {why}").format(
            line=line, why=why
        )
        bad.add(line, cells, why)

    with crm.bare_change(choices.reason) as change:
        extras = _mapped_fields(crm, source, choices.mapping)
        if choices.keep_extra:
            extras |= _declare_extras(crm, change, source, columns)
        reader = _reader(crm, columns, extras)
        plan = Plan(
            crm.today,
            crm.clock.to_instant,
            crm.book,
            reject,
            choices.on_duplicate,
            choices.key,
            _default_stage(columns, source),
            set(filter(None, columns.fields)),
        )
        first = change.take_keys("customer", 0)
        with bulk(change, TABLES):
            importing = CustomerImport(change, plan)
            report.counts = importing.counts
            _read_all(crm, source, reader, importing, report)
            importing.finish()
            if choices.days is not None:
                report.dealt_out = spread(change, first, crm.book, crm.today, choices.days)
        if choices.strict and report.counts.rejected:
            raise CrmError(
                "{n} rows are bad, the first: {first}; nothing was imported",
                n=report.counts.rejected,
                first=report.first_reason,
            )
        refresh(crm.db, sorted(change.touched), crm.book)
    report.change = change.number if change.was_written else None
    return report


def _default_stage(columns: Columns, source: Delimited) -> str:
    """A list of customers holds customers; a phone book or LinkedIn's export, people one has met (CLI.md, Import)."""
    phone_book = "given_name" in columns.fields or "Connected On" in source.headers
    return "prospect" if phone_book else "customer"


def _read_all(
    crm: Context, source: Delimited, reader: RowReader, importing: CustomerImport, report: Report
) -> None:
    width = len(source.headers)
    with progress(crm.screen, _("Importing"), source.size, source.tell) as tick:
        for count, (line, cells) in enumerate(source.rows()):
            if not count % 1_000:
                tick()
            try:
                if line in source.unclosed:
                    raise BadValue("a quotation mark is never closed")
                if len(cells) > width:
                    raise BadValue("the row has more cells than there are headers")
                given = _unmasked(reader, source.headers, cells, report)
                row = reader.read(given)
                if is_long(given):
                    check_lengths(row)
            except BadValue as error:
                importing.counts.rejected += 1
                importing.plan.reject(line, cells, error.sentence(_))
                continue
            if row.warnings:
                report.odd += [f"{text} ({line})" for text in row.warnings]
                del report.odd[_WARNINGS_SHOWN * 200 :]
            importing.add(line, cells, row)


def _unmasked(
    reader: RowReader, headers: Sequence[str], cells: list[str], report: Report
) -> list[str]:
    whole = "".join(cells)
    if "*" not in whole and "＊" not in whole and "●" not in whole and "•" not in whole:
        return cells
    given = list(cells)
    for place in reader.unmask(given):
        report.masked[headers[place]] = report.masked.get(headers[place], 0) + 1
    return given


def _reader(crm: Context, columns: Columns, extras: dict[int, str]) -> RowReader:
    values = Values(crm)
    fields = crm.settings.fields()

    def custom(name: str, text: str) -> str | None:
        return custom_value(name, fields.get(name, "text"), text, lambda: values.day(text))

    return RowReader(
        columns,
        crm.settings.tier_words(),
        values.when,
        crm.clock.now.replace(tzinfo=None),
        extras,
        custom,
    )


def _declare_extras(
    crm: Context, change: Change, source: Delimited, columns: Columns
) -> dict[int, str]:
    """Unknown columns as custom fields: declared, as text, where they are not yet."""
    from crmcli.store import settings as stored_settings

    extras = {}
    for place, header in enumerate(source.headers):
        if header in columns.unknown:
            name = "_".join(header.replace(".", " ").split())
            extras[place] = name
            if name not in crm.settings.fields():
                stored_settings.store(change, f"fields.{name}", "text")
    crm.__dict__.pop("settings", None)
    return extras


# --- what is said ---


def _say_what_will_happen(
    crm: Context, source: Delimited, columns: Columns, keep_extra: bool
) -> None:
    guessed = _(" (guessed; say --encoding if names look wrong)") if source.guessed else ""
    crm.screen.note(
        _("{path}: CSV, {encoding}{guessed}, {n} of {all} columns recognised.").format(
            path=Path(source.path).name if source.path != "-" else _("standard input"),
            encoding=source.encoding.upper(),
            guessed=guessed,
            n=len(columns.named),
            all=len(source.headers),
        )
    )
    if columns.unknown and not keep_extra:
        crm.screen.note(
            _(
                "Not imported: {headers} (--keep-extra keeps them as custom fields, --map says what they are)."
            ).format(headers=", ".join(columns.unknown))
        )


def _show(
    crm: Context,
    report: Report,
    source: Delimited,
    columns: Columns,
    rejects_file: str | None,
    json: bool,
    dry_run: bool,
) -> None:
    counts = report.counts
    if report.odd:
        _say_some(crm, _("Kept though they look odd (line): {some}"), report.odd)
    for header, count in report.masked.items():
        crm.screen.note(_("{header}: {n} masked values left out.").format(header=header, n=count))
    if json:
        item = {
            "kind": "customers",
            "format": "csv",
            "encoding": source.encoding,
            "added": counts.added,
            "updated": counts.updated,
            "unchanged": counts.unchanged,
            "rejected": counts.rejected,
            "rejects_file": rejects_file,
            "change": f"x{report.change}" if report.change and not dry_run else None,
            "columns": columns.named,
        }
        crm.screen.json_item("import", item)
        return
    said = _("Would be: {counts}") if dry_run else "{counts}"
    crm.screen.note(
        said.format(
            counts=_(
                "{added} added, {updated} updated, {unchanged} unchanged, {rejected} rejected."
            ).format(**vars(counts))
        )
    )
    if report.dealt_out:
        crm.screen.note(_("{n} first touches dealt out.").format(n=report.dealt_out))
    if rejects_file:
        crm.screen.note(_("Rejected rows, with reasons: {path}").format(path=rejects_file))
    elif report.first_reason:
        crm.screen.note(_("First rejected: {first}").format(first=report.first_reason))
    if report.change and not dry_run:
        crm.screen.note(_("To take it back: crm undo x{n}").format(n=report.change))
        if not crm.screen.is_terminal:
            crm.screen.say(f"x{report.change}")


def _say_some(crm: Context, template: str, found: list[str]) -> None:
    some = ", ".join(found[:_WARNINGS_SHOWN])
    more = f" … (+{len(found) - _WARNINGS_SHOWN})" if len(found) > _WARNINGS_SHOWN else ""
    crm.screen.note(template.format(some=some + more))
