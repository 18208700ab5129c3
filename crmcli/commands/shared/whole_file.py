"""`crm import FILE --as all`: everything of another file into an empty one, all or nothing (CLI.md, Export)."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

from crmcli import config
from crmcli.context import Context
from crmcli.errors import BadValue, CrmError
from crmcli.exchange.whole_file import WholeFile, open_whole
from crmcli.locale import _, plural
from crmcli.output.progress import progress, working
from crmcli.store import attached_files, exporting, frozen
from crmcli.store import settings as stored_settings
from crmcli.store.changes import Change, bulk
from crmcli.store.restoring import BadRow, Dangling, Restore, refuse_unless_empty

_FORMATS = {"jsonl": "JSON Lines", "csv": "CSV"}


def import_everything(
    crm: Context,
    file: str,
    *,
    strict: bool,
    json: bool,
    dry_run: bool,
    reason: str | None,
    hold: Callable[[], None],
) -> int:
    """Read the file into the empty one of this run as one undoable change; the exit code.

    `strict` asks for what holds anyway: any bad line, and nothing is imported. `hold` is called before it is saved.
    """
    with open_whole(file) as source:
        _refuse_newer(source)
        crm.write(dry_run, is_large=True)
        refuse_unless_empty(crm.db)
        if not json:
            name = Path(file).name if file != "-" else _("standard input")
            crm.screen.note(
                _("{path}: everything of a crm file, as {format}.").format(
                    path=name, format=_FORMATS[source.format]
                )
            )
        with working(crm.screen) as say, crm.bare_change(reason) as change:
            restore = _restore(crm, source, change)
            say(_("Computing what is due"))
            crm.recompute_inside()
            say(_("Saving"))
            hold()
        crm.put_in_place()  # a file whose records are all deleted is one, too
    number = change.number if change.was_written and not dry_run else None
    _tell(crm, source, restore, number, json, dry_run)
    if not dry_run:
        say_where_files_belong(crm)
    return 0


def say_where_files_belong(crm: Context) -> None:
    """The bytes of attached files are in no export: say so while they are not beside the data."""
    folder = attached_files.folder_of(crm.path)
    named = (row for rows in exporting.stream(crm.db, "named_digests") for row in rows)
    lost = sum(not attached_files.is_there(folder, row["digest"], row["size"]) for row in named)
    if lost:
        told = plural(
            "{n} attached file did not come with it; copy the .files folder of the other database to {folder}.",
            "{n} attached files did not come with it; copy the .files folder of the other database to {folder}.",
            lost,
        )
        crm.screen.note(told.format(n=lost, folder=folder))


def _refuse_newer(source: WholeFile) -> None:
    if source.schema_version is not None and source.schema_version > frozen.SCHEMA_VERSION:
        raise CrmError(
            "line {line}: the file was written by a newer crm (schema {version}, this one knows {known}); upgrade crm",
            line=source.line,
            version=source.schema_version,
            known=frozen.SCHEMA_VERSION,
        )


def _restore(crm: Context, source: WholeFile, change: Change) -> Restore:
    texts = source.format == "csv"
    restore = Restore(change, config.read_value, masked=source.masked, texts=texts)
    # Rows may refer to later ones; that all are there is checked at the end.
    crm.db.connection.execute("PRAGMA defer_foreign_keys = ON")
    with bulk(change, restore.tables):
        _read_all(crm, source, restore)
    restore.log()
    for name in {**stored_settings.load(crm.db), **restore.settings}:
        stored_settings.store(change, name, restore.settings.get(name))
    return restore


def _read_all(crm: Context, source: WholeFile, restore: Restore) -> None:
    try:
        with progress(crm.screen, _("Importing"), source.size, source.tell) as tick:
            for count, record in enumerate(source.rows()):
                if not count % 1_000:
                    tick(count)
                restore.add(source.line, record)
        restore.finish()
    except BadRow as error:
        raise _refusal(error.line, error) from None
    except Dangling as error:
        raise _refusal(_line_of(source, error), error) from None
    except BadValue as error:
        raise _refusal(source.line, error) from None


def _line_of(source: WholeFile, row: Dangling) -> int:
    """The line that a row came from, looked for once more, for it is rarely asked."""
    for record in source.rows():
        if record.get("record") == row.table and str(record.get("id")) == str(row.key):
            break
    return source.line


def _refusal(line: int, why: BadValue) -> CrmError:
    return CrmError("line {line}: {why}; nothing was imported", line=line, why=why)


# --- what is said ---


def _tell(
    crm: Context, source: WholeFile, restore: Restore, number: int | None, json: bool, dry_run: bool
) -> None:
    _tell_masked(crm, restore.emptied, _("{header}: {n} masked values left out."))
    _tell_masked(crm, restore.kept, _("{header}: {n} masked values kept, for each must have one."))
    if json:
        item = {
            "kind": "all",
            "format": source.format,
            "encoding": "utf-8",
            "added": restore.added,
            "updated": 0,
            "unchanged": 0,
            "rejected": 0,
            "rejects_file": None,
            "change": f"x{number}" if number else None,
            "columns": {},
        }
        crm.screen.json_item("import", item)
        return
    counts = _("{added} added, {updated} updated, {unchanged} unchanged, {rejected} rejected.")
    told = counts.format(added=restore.added, updated=0, unchanged=0, rejected=0)
    crm.screen.note(_("Would be: {counts}").format(counts=told) if dry_run else told)
    if number:
        crm.screen.note(_("To take it back: crm undo x{n}").format(n=number))
        if not crm.screen.is_terminal:
            crm.screen.say(f"x{number}")


def _tell_masked(crm: Context, found: Counter[str], sentence: str) -> None:
    for name, count in found.items():
        crm.screen.note(sentence.format(header=name, n=count))
