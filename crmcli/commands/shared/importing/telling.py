"""What an import says: before, what it understood; after, what became of the rows and how to take it back."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from crmcli import locale
from crmcli.commands.shared.importing.interrupts import interruptible
from crmcli.commands.shared.importing.preview import FirstRow, first_rows, for_showing
from crmcli.commands.shared.importing.work import (
    Job,
    Report,
    custom_places,
    default_stage,
    understanding,
)
from crmcli.commands.shared.records import privacy
from crmcli.context import Context
from crmcli.exchange.headers import chinese_name, listed
from crmcli.locale import N_, _, plural
from crmcli.output.table import Column, folded, plain
from crmcli.output.text import fit, visible
from crmcli.output.words import label, word

_ODD_SHOWN = 5
_REASONS_SHOWN = 10
_LINES_SHOWN = 5
_COLUMNS_SHOWN = 40
_LONGEST, _LONGEST_HEADER = 300, 60
_KEPT = N_("The rejected rows of an earlier run are kept: {path}")
_LIKELIER = N_("This looks like a list of {kind}; import it with --as {kind}.")
_FORMATS = {"vcard": "vCard"}
_STRANGERS = {
    "customers": N_(
        "Not exactly one customer is called so, and nobody is set as the referrer (line): {some}"
    ),
    "interactions": N_(
        "Not exactly one need, promise or deal of the customer has this external id, and the contact is not linked to it (line): {some}"
    ),
    "orders": N_(
        "Not exactly one deal or contract of the customer has this external id, and the order is not linked to it (line): {some}"
    ),
    "promises": N_(
        "Not exactly one need of the customer has this external id, and the promise is not linked to it (line): {some}"
    ),
}


@contextmanager
def interruptions(crm: Context) -> Iterator[Callable[[], None]]:
    """Says so when Ctrl-C ends the import; yields what to call when it is about to be saved, after which it cannot."""
    try:
        with interruptible() as hold:
            yield hold
    except KeyboardInterrupt:
        crm.close()
        crm.screen.note(_("Interrupted: nothing was imported."))
        raise


def before(
    crm: Context, job: Job, absent: Sequence[str], dry_run: bool, likelier: str | None = None
) -> int:
    """What the file is, and which of its columns will be left out; to a person or in a dry run how it is understood.

    Returns how many notes of the source were told: reading the whole of it may bring more.
    """
    source, columns = job.source, job.columns
    in_full = dry_run or crm.screen.is_terminal
    guessed = _(" (guessed; say --encoding if names look wrong)") if source.guessed else ""
    form = _FORMATS.get(source.format, source.format.upper())
    _note(
        crm,
        _("{path}: {format}{guessed}, {n} of {all} columns recognised.").format(
            path=Path(source.path).name if source.path != "-" else _("standard input"),
            format=_(", ").join(filter(None, (form, (source.encoding or "").upper()))),
            guessed=guessed,
            n=len(job.named),
            all=len(source.headers),
        ),
    )
    if job.tool:
        _note(crm, _("Recognised as {tool}.").format(tool=_(job.tool.name)))
    if likelier:
        _note(crm, _(_LIKELIER).format(kind=likelier))
    notes = list(source.notes)
    for note in notes:
        _note(crm, note.sentence(_))
    if absent:
        told = _("Columns of the profile that the file has not: {headers}.")
        _note(crm, told.format(headers=_listed(absent)))
    if in_full:
        _tell_columns(crm, job)
    kept = {source.headers[place] for place in custom_places(crm, job)}
    if left_out := [header for header in columns.unknown if header not in kept]:
        told = (
            _(
                "Not imported: {headers} (--keep-extra keeps them as custom fields, --map says what they are)."
            )
            if job.kind.has_fields
            else _("Not imported: {headers} (--map says what they are).")
        )
        _note(crm, told.format(headers=_listed(left_out)))
    if in_full and job.kind_name == "customers" and "stage" not in columns.fields:
        told = _(
            "No column is the stage: rows are added with the stage {stage} (--map HEADER=stage names one)."
        )
        _note(crm, told.format(stage=word(default_stage(job))))
    if in_full:
        _tell_first_rows(crm, job)
    return len(notes)


def _tell_columns(crm: Context, job: Job) -> None:
    """Which column is which field."""
    custom = custom_places(crm, job)
    rows = []
    for place, header in enumerate(job.source.headers):
        name = f"field.{custom[place]}" if place in custom else job.columns.fields[place]
        if name and locale.current() == "zh":
            name = " ".join(dict.fromkeys((_called(job, name), name)))
        if name:
            rows.append([_short(header, _LONGEST_HEADER), name])
    table = [Column(_("column"), least=8), Column(_("field"), least=8)]
    crm.screen.note_lines(plain(table, rows[:_COLUMNS_SHOWN], _room(crm)))
    if len(rows) > _COLUMNS_SHOWN:
        _note(crm, _("… and {n} more").format(n=len(rows) - _COLUMNS_SHOWN))


def _tell_first_rows(crm: Context, job: Job) -> None:
    """The first rows as they will be stored."""
    means = for_showing(understanding(crm))
    reader = job.kind.reader(job.columns, means, custom_places(crm, job))
    found = first_rows(job, reader, privacy(crm, reveal=False))
    if found:
        _note(crm, _("The first rows as they will be stored:"))
    for row in found:
        _note(crm, _("line {line}: {text}").format(line=row.line, text=_row(job, row)), indent=2)


def _row(job: Job, row: FirstRow) -> str:
    if row.reason:
        return _("rejected: {reason}").format(reason=_short(row.reason.sentence(_)))
    told = _("{field}: {text}")
    return _(", ").join(
        told.format(field=_called(job, name), text=_short(value)) for name, value in row.values
    )


def _called(job: Job, name: str) -> str:
    """What a field is called in the language in use: in Chinese as the contract's columns are."""
    if locale.current() != "zh" or name.startswith("field."):
        return name
    return chinese_name(job.kind_name, name) or label("record", name.removeprefix("person_"))


def _listed(headers: Sequence[str]) -> str:
    return listed(headers).render(_, str)


def after(
    crm: Context,
    job: Job,
    report: Report,
    rejects_file: str | None,
    json: bool,
    dry_run: bool,
    told: int = 0,
    kept: str | None = None,
) -> None:
    """What became of the rows, what was odd about them, and the undo line.

    `told` notes of the source were told before; `kept` is where the rejected rows of an earlier run are now.
    """
    for note in [] if json else job.source.notes[told:]:
        _note(crm, note.sentence(_))
    for warning in _warnings(job, report, translate=True):
        _note(crm, warning)
    if json:
        crm.screen.json_item("import", _item(job, report, rejects_file, dry_run, kept))
        return
    counts = report.counts
    said = _("Would be: {counts}") if dry_run else "{counts}"
    _note(
        crm,
        said.format(
            counts=_(
                "{added} added, {updated} updated, {unchanged} unchanged, {rejected} rejected."
            ).format(**vars(counts))
        ),
    )
    if counts.dealt_out:
        _note(crm, _("{n} first touches dealt out.").format(n=counts.dealt_out))
    reasons(crm, report)
    if rejects_file:
        _note(crm, _("Rejected rows, with reasons: {path}").format(path=rejects_file))
    if kept:
        _note(crm, _(_KEPT).format(path=kept))
    if report.change and not dry_run:
        _note(crm, _("To take it back: crm undo x{n}").format(n=report.change))
        if not crm.screen.is_terminal:
            crm.screen.say(f"x{report.change}")


def saved(crm: Context, name: str) -> None:
    """How to import the next file as this one."""
    import shlex

    _note(
        crm,
        _("The next file likewise: crm import FILE --profile {name}").format(
            name=shlex.quote(name)
        ),
    )


def reasons(crm: Context, report: Report) -> None:
    """Why rows were rejected, the most frequent reason first, each with the first of its lines."""
    found = report.reasons.most_frequent_first()
    if found:
        _note(crm, _("Why rows were rejected:"))
    for alike in found[:_REASONS_SHOWN]:
        lines = _(", ").join(map(str, alike.lines[:_LINES_SHOWN]))
        more = f"{_(', ')}…" if alike.count > _LINES_SHOWN else ""
        where = plural("line {lines}", "lines {lines}", alike.count).format(lines=lines + more)
        _note(
            crm,
            _("{n} × {reason} ({where})").format(
                n=alike.count, reason=_short(alike.sentence(_)), where=where
            ),
            indent=2,
        )
    if len(found) > _REASONS_SHOWN:
        _note(crm, _("… and {n} more").format(n=len(found) - _REASONS_SHOWN), indent=2)


def _warnings(job: Job, report: Report, translate: bool) -> list[str]:
    """What was odd about the rows that were taken, a sentence each."""
    into = _ if translate else str
    told = []
    if report.likelier and not translate:  # people were told before
        told.append(_LIKELIER.format(kind=report.likelier))
    if report.odd:
        template = N_("Kept though they look odd (line): {some}")
        some = _with_lines(report.odd[:_ODD_SHOWN], len(report.odd), into)
        told.append(into(template).format(some=some))
    if report.counts.strangers:
        template = _STRANGERS[job.kind_name]
        first = [(name, line) for line, name in report.counts.first_strangers]
        some = _with_lines(first, report.counts.strangers, into)
        told.append(into(template).format(some=some))
    for header, count in report.masked.items():
        template = N_("{header}: {n} masked values left out.")
        told.append(into(template).format(header=_short(header), n=count))
    return told


def _with_lines(shown: Sequence[tuple[str, int]], n: int, into: Callable[[str], str]) -> str:
    """The first of `n` texts of the file, each with the line it stands in."""
    named = into(N_("{about} ({text})"))
    some = into(N_(", ")).join(named.format(about=_short(text), text=line) for text, line in shown)
    return some + (into(N_(" … (+{n})")).format(n=n - len(shown)) if n > len(shown) else "")


def _item(
    job: Job, report: Report, rejects_file: str | None, dry_run: bool, kept: str | None
) -> dict[str, object]:
    counts = report.counts
    item: dict[str, object] = {
        "kind": job.kind_name,
        "format": job.source.format,
        "encoding": job.source.encoding,
        "added": counts.added,
        "updated": counts.updated,
        "unchanged": counts.unchanged,
        "rejected": counts.rejected,
        "rejects_file": rejects_file,
        "change": f"x{report.change}" if report.change and not dry_run else None,
        "columns": job.named,
    }
    if found := report.reasons.most_frequent_first():
        item["reasons"] = [
            {"reason": alike.sentence(), "count": alike.count, "lines": alike.lines}
            for alike in found
        ]
    warnings = [note.sentence() for note in job.source.notes] + _warnings(
        job, report, translate=False
    )
    if kept:
        warnings.append(_KEPT.format(path=kept))
    if warnings:
        item["warnings"] = warnings
    return item


# --- on the screen ---


def _room(crm: Context) -> int | None:
    return crm.screen.room if crm.screen.is_terminal else None


def _short(text: str, longest: int = _LONGEST) -> str:
    """A text from the file, harmless, on one line and of bearable length."""
    return visible(fit(text[: longest + 1], longest))


def _note(crm: Context, text: str, indent: int = 0) -> None:
    """A message, on a terminal folded to its width."""
    room = _room(crm)
    lines = folded(visible(text), room and room - indent)
    crm.screen.note_lines([" " * indent + line for line in lines])
