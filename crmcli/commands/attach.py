"""`crm attach`."""

from pathlib import Path
from typing import Annotated, Any

import typer

from crmcli.commands.shared import attaching, options, records, year_records
from crmcli.commands.shared.values import Values
from crmcli.context import Context
from crmcli.errors import BadValue, CrmError, Forbidden, NotFound
from crmcli.locale import _
from crmcli.output.table import Column
from crmcli.output.words import label, size
from crmcli.rules.references import table_word
from crmcli.store import attached_files
from crmcli.store.attached_files import Draft
from crmcli.store.database import Row, as_list
from crmcli.store.records import Record, find_record, refuse_item

EXAMPLES = (
    "crm attach c12 合同.pdf --note 'signed by both'",
    "crm attach f5 --open",
)
_COLUMNS = ("ref", "record", "name", "bytes", "note", "attached_on", "sha256", "path")


def run(
    ctx: typer.Context,
    reference: Annotated[
        str,
        typer.Argument(
            help=_("What the file belongs to; an attached file with --open."), metavar="REF"
        ),
    ],
    file: Annotated[
        str | None, typer.Argument(help=_("The file, of 100 MB at most."), metavar="[FILE]")
    ] = None,
    note: Annotated[str | None, typer.Option("--note", help=_("Anything worth knowing."))] = None,
    open_: Annotated[
        bool,
        typer.Option(
            "--open", help=_("Open an attached file; off a terminal, print where it lies.")
        ),
    ] = False,
    list_: Annotated[
        bool,
        typer.Option(
            "--list", help=_("List what is attached; of a customer, to its records, too.")
        ),
    ] = False,
    limit: options.Limit = None,
    json: options.Json = False,
    csv: options.Csv = False,
    reveal: options.Reveal = False,
    dry_run: options.DryRun = False,
    reason: options.Reason = None,
) -> None:
    """Attach a file to a record; open or list what is attached.

    The file is copied into the data folder and may go afterwards; the same file twice lies there once. crm delete f5 takes
    it out of sight, and undo brings it back.
    """
    crm: Context = ctx.obj
    if open_ and list_:
        raise BadValue("--open and --list exclude each other; write one of them")
    if (open_ or list_) and (file is not None or note is not None or dry_run or reason is not None):
        raise BadValue("--open and --list change nothing; leave the file and its options out")
    if not list_ and (limit is not None or csv):
        raise BadValue("--limit and --csv belong to --list; add it, or leave them out")
    if open_:
        _open(crm, reference, json, reveal)
    elif list_:
        _list(crm, reference, limit, json, csv, reveal)
    else:
        _attach(crm, reference, file, note, json, reveal, dry_run, reason)


def _attach(
    crm: Context,
    reference: str,
    file: str | None,
    note: str | None,
    json: bool,
    reveal: bool,
    dry_run: bool,
    reason: str | None,
) -> None:
    crm.write(dry_run)
    record = crm.record(reference)
    refuse_item(record)
    if record.table == "attachment":
        raise BadValue(
            "{ref} is an attached file itself; name what the new one belongs to, or write --open",
            ref=str(record.reference),
        )
    if file is None:
        raise BadValue(
            "no file is named; write crm attach {ref} FILE, or --list for what is attached",
            ref=str(record.reference),
        )
    said = Values(crm).fields("attachment", {"note": note}).get("note")
    with attaching.taken(crm, [file], dry_run) as (draft,):
        record = find_record(crm.db, str(record.reference))  # others may have deleted it meanwhile
        _refuse_again(crm, record, draft)
        with crm.change(reason) as change:
            key = attaching.attach(crm, change, draft, record.table, record.row, said)
    row = crm.db.row("attachment_row", id=key)
    assert row is not None
    if json:
        mask = records.privacy(crm, reveal)
        item = year_records.attachments(crm, [row], mask)[0]
        crm.screen.json_item("attachment", item, masked=mask.did_mask)
        return
    crm.confirm(
        lambda: _("Attached {ref} {name}, {size}, to {record}.").format(
            ref=f"f{key}", name=row["name"], size=size(row["size"]), record=record.reference
        ),
        f"f{key}",
    )


def _refuse_again(crm: Context, record: Record, draft: Draft) -> None:
    """Forbidden when the same file is there under the same name; one whose bytes were lost may be attached anew."""
    folder = attached_files.folder_of(crm.path)
    for row in crm.db.rows("attachments_of_record", row_table=record.table, row_id=record.key):
        if (row["name"], row["digest"]) != (draft.name, draft.digest):
            continue
        if attached_files.problem(folder, row["digest"], row["size"]) is None:
            raise Forbidden(
                "that file is attached to {record} already, as {ref}; crm attach {ref} --open opens it",
                record=record.reference,
                ref=f"f{row['id']}",
            )


# --- listing ---


def _list(
    crm: Context, reference: str, limit: int | None, json: bool, csv: bool, reveal: bool
) -> None:
    crm.read()
    record = crm.record(reference)
    refuse_item(record)
    most = options.effective_limit(limit, crm.screen.is_terminal and not (json or csv))
    rows = _rows(crm, record)
    shown, more = rows[:most], len(rows) > len(rows[:most])
    mask = records.privacy(crm, reveal)
    items = year_records.attachments(crm, shown, mask)
    if json:
        crm.screen.json_list("attachments", items, more=more, masked=mask.did_mask)
    elif csv:
        crm.screen.csv(_COLUMNS, items)
    elif items:
        columns = [Column(_("ref")), Column(_("of")), Column(_("name"), least=16), Column(label("attachment", "size")), Column(_("attached on")), Column(_("note"), least=12, below=True)]  # fmt: skip
        crm.screen.table(columns, [_cells(item) for item in items])
        if more:
            crm.screen.note(_("There is more; --limit 0 shows all."))
    else:
        crm.screen.note(_("Nothing is attached to {ref}.").format(ref=record.reference))


def _rows(crm: Context, record: Record) -> list[Row]:
    if record.table == "attachment":
        return [record.row]
    if record.table == "customer":
        return crm.db.rows("attachments_of", customers=as_list([record.key]))
    return crm.db.rows("attachments_of_record", row_table=record.table, row_id=record.key)


def _cells(item: dict[str, Any]) -> list[str]:
    return [item["ref"], item["record"], item["name"], size(item["bytes"]), item["attached_on"], item["note"] or ""]  # fmt: skip


# --- opening ---


def _open(crm: Context, reference: str, json: bool, reveal: bool) -> None:
    crm.read()
    record = crm.record(reference)
    if record.table != "attachment":
        raise BadValue(
            "{ref} is a {table}, no attached file; crm attach {ref} --list shows its files",
            ref=str(record.reference),
            table=table_word(record.table),
        )
    row = record.row
    folder = attached_files.folder_of(crm.path)
    _insist_whole(folder, row)
    place = attached_files.place_of(folder, row["digest"])
    if json:
        mask = records.privacy(crm, reveal)
        item = year_records.attachments(crm, [row], mask)[0]
        crm.screen.json_item("attachment", item, masked=mask.did_mask)
    elif not crm.screen.is_terminal:
        crm.screen.say(str(place))
    else:
        from crmcli.exchange.dossier_names import safe_name

        name = safe_name(row["name"]) or f"f{row['id']}"
        copy = attached_files.copy_to_look_at(folder, row["digest"], name)
        if typer.launch(str(copy)):
            raise CrmError("no program opens {path} here; open it yourself", path=str(copy))
        crm.screen.note(_("Opened a copy of {ref} {name}; what is written into it is not kept.").format(ref=record.reference, name=row["name"]))  # fmt: skip


def _insist_whole(folder: Path, row: Row) -> None:
    wrong = attached_files.problem(folder, row["digest"], row["size"])
    place = str(attached_files.place_of(folder, row["digest"]))
    if wrong == attached_files.MISSING:
        raise NotFound(
            "{ref} {name} is not there: {path} is gone; put it back from a backup, or attach it anew",
            ref=f"f{row['id']}",
            name=row["name"],
            path=place,
        )
    if wrong == attached_files.CHANGED:
        raise CrmError(
            "{ref} {name} was changed since it was attached: {path}; put it back from a backup, or attach it anew",
            ref=f"f{row['id']}",
            name=row["name"],
            path=place,
        )
    if wrong:
        raise CrmError("{path} cannot be read ({reason}); check it", path=place, reason=wrong)
