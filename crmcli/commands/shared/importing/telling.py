"""What an import says: before, what it understood; after, what became of the rows and how to take it back."""

from pathlib import Path

from crmcli.commands.shared.importing.work import Job, Report
from crmcli.context import Context
from crmcli.locale import _

_SHOWN = 5


def before(crm: Context, job: Job) -> None:
    """What the file is, and which of its columns will be left out."""
    source, columns = job.source, job.columns
    guessed = _(" (guessed; say --encoding if names look wrong)") if source.guessed else ""
    crm.screen.note(
        _("{path}: {format}{guessed}, {n} of {all} columns recognised.").format(
            path=Path(source.path).name if source.path != "-" else _("standard input"),
            format=", ".join(filter(None, (source.format, source.encoding))).upper(),
            guessed=guessed,
            n=len(job.named),
            all=len(source.headers),
        )
    )
    if not columns.unknown or job.choices.keep_extra:
        return
    told = (
        _(
            "Not imported: {headers} (--keep-extra keeps them as custom fields, --map says what they are)."
        )
        if job.kind.has_fields
        else _("Not imported: {headers} (--map says what they are).")
    )
    crm.screen.note(told.format(headers=", ".join(columns.unknown)))


def after(
    crm: Context, job: Job, report: Report, rejects_file: str | None, json: bool, dry_run: bool
) -> None:
    """What became of the rows, what was odd about them, and the undo line."""
    if report.odd:
        _say_some(crm, _("Kept though they look odd (line): {some}"), report.odd)
    for header, count in report.masked.items():
        crm.screen.note(_("{header}: {n} masked values left out.").format(header=header, n=count))
    if json:
        crm.screen.json_item("import", _item(job, report, rejects_file, dry_run))
        return
    counts = report.counts
    said = _("Would be: {counts}") if dry_run else "{counts}"
    crm.screen.note(
        said.format(
            counts=_(
                "{added} added, {updated} updated, {unchanged} unchanged, {rejected} rejected."
            ).format(**vars(counts))
        )
    )
    if counts.dealt_out:
        crm.screen.note(_("{n} first touches dealt out.").format(n=counts.dealt_out))
    if rejects_file:
        crm.screen.note(_("Rejected rows, with reasons: {path}").format(path=rejects_file))
    elif report.first_reason:
        first = report.first_reason.sentence(_)
        crm.screen.note(_("First rejected: {first}").format(first=first))
    if report.change and not dry_run:
        crm.screen.note(_("To take it back: crm undo x{n}").format(n=report.change))
        if not crm.screen.is_terminal:
            crm.screen.say(f"x{report.change}")


def _item(job: Job, report: Report, rejects_file: str | None, dry_run: bool) -> dict[str, object]:
    counts = report.counts
    return {
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


def _say_some(crm: Context, template: str, found: list[str]) -> None:
    some = ", ".join(found[:_SHOWN])
    more = f" … (+{len(found) - _SHOWN})" if len(found) > _SHOWN else ""
    crm.screen.note(template.format(some=some + more))
