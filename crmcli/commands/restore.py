"""`crm restore`."""

import tempfile
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Annotated, Any

import typer

from crmcli import config
from crmcli.commands.shared import options
from crmcli.commands.shared.agreeing import agree
from crmcli.commands.shared.keeping import as_text, say_where
from crmcli.commands.shared.sealing import opening_of
from crmcli.context import Context, is_interactive
from crmcli.errors import CrmError
from crmcli.locale import _, plural
from crmcli.output.progress import working
from crmcli.store import attached_files, backup, driver, exporting, replacing
from crmcli.store.age import ENDING
from crmcli.store.database import Database
from crmcli.store.replacing import DAMAGED, MISSING, Contents, Noted, Present

EXAMPLES = (
    "crm restore ~/.local/state/crm/backups/crm-1f0a9c3b/crm-20261120-173000.db",
    "crm restore crm-2026-11-21.db --dry-run",
)


def run(
    ctx: typer.Context,
    file: Annotated[str, typer.Argument(help=_("The backup."), metavar="FILE")],
    identity: Annotated[
        list[str] | None,
        typer.Option(
            "--identity",
            help=_("The file with a key that opens a sealed backup; can be given many times."),
            metavar="FILE",
        ),
    ] = None,
    yes: options.Yes = False,
    json: options.Json = False,
    dry_run: options.DryRun = False,
) -> None:
    """Put a backup in the place of the data; what is there is kept first.

    The backup is checked before anything is touched, and may be of an older crm. It asks, and tells what both hold; a
    backup of what was there goes to the backup folder, and restoring that takes it back. Attached files that are missing are
    looked for in FILE.files.
    """
    crm: Context = ctx.obj
    source = Path(file).expanduser()
    replacing.refuse_unfit(source, crm.path)
    if not (yes or dry_run or is_interactive()):
        agree(crm, yes, "")  # which refuses, before much is read and said
    unseal = opening_of(crm, source, identity or [])
    with ExitStack() as until_done:
        with working(crm.screen) as say:  # what moves has come to rest before anybody is asked
            say(_("Checking"))
            present = replacing.look(crm.path)
            place = _place(crm.path, present, dry_run and not unseal)
            copy, contents = until_done.enter_context(
                replacing.staged(source, place, config.settings_of_the_place, unseal)
            )
        item = _work(crm, source, copy, contents, present, yes=yes, dry_run=dry_run, quiet=json)
    if json:
        crm.screen.json_item("restore", item)


def _place(path: str, present: Present, dry_run: bool) -> Path:
    """Where the copy is made: beside the file, so that it can take its place; elsewhere when it is only looked at."""
    folder = Path(path).resolve().parent
    if dry_run:
        return Path(tempfile.gettempdir())
    if present.state == MISSING:
        backup.make_private(folder)
    return folder


def _work(
    crm: Context,
    source: Path,
    copy: Database,
    contents: Contents,
    present: Present,
    *,
    yes: bool,
    dry_run: bool,
    quiet: bool,
) -> dict[str, Any]:
    """Tell, ask and do; what it came to, for JSON."""
    if present.state != MISSING:
        replacing.refuse_other_kind(copy, crm.path)
    crm.adopt(copy)
    returning = replacing.come_back(present, copy)
    if not quiet:
        _tell(crm, source, contents, present)
    lost = replacing.dangling(copy)
    if lost and not quiet:
        crm.screen.note(plural("{n} record of the backup points to one that is not there.", "{n} records of the backup point to some that are not there.", lost).format(n=lost))  # fmt: skip
    kept = None
    files = Files(source, crm.path, copy)
    if not dry_run:
        question = _("Put {file} in the place of {path}?")
        agree(crm, yes, question.format(file=source, path=crm.path))
        files.bring_back()
        kept = _replace(crm, source, copy, present)
        files.keep_others(kept)
    if not quiet:
        _tell_done(crm, source, kept, dry_run=dry_run)
        _tell_files(crm, files, dry_run=dry_run)
    _warn(crm, returning)
    return {
        "path": crm.path,
        "file": str(source),
        "kept": kept and str(kept),
        "backup": _figures(crm, contents),
        "present": {"state": present.state, **_figures(crm, present.contents)},
        "dangling": lost,
        "files": {"brought": files.brought, "missing": files.missing},
        "returning": [{"ref": ref, "erased_on": on} for ref, on in returning.items()],
    }


class Files:
    """The attached files that the backup names: those that lie beside it, and those that are nowhere."""

    def __init__(self, source: Path, path: str, copy: Database) -> None:
        self._source, self._path = source, path
        self._folder = attached_files.folder_of(path)
        pages = exporting.stream(copy, "named_digests")
        self._named = {row["digest"]: row["size"] for rows in pages for row in rows}
        beside = Path(f"{source}{attached_files.ENDING}")
        lacking = attached_files.lacking(beside, self._folder, self._named.items())
        self.brought = sum(1 for _one in lacking)
        self.missing = self._lost() - self.brought
        self._is_plain = driver.is_plain(copy.connection)

    def _lost(self) -> int:
        return sum(not attached_files.is_there(self._folder, *one) for one in self._named.items())

    def bring_back(self) -> None:
        """Before the rows come that name them."""
        self.brought = attached_files.bring_back(self._source, self._path, self._named.items())
        self.missing = self._lost()

    def keep_others(self, kept: Path | None) -> None:
        """After: what only the data of before named goes beside its backup, and is not stale yet."""
        there = list(attached_files.digests(self._folder))
        attached_files.spare(self._folder, [one for one in there if one not in self._named])
        if kept is not None and self._is_plain and kept.suffix != ENDING:
            with suppress(CrmError):
                attached_files.put_beside(self._path, kept, there)


def _replace(crm: Context, source: Path, copy: Database, present: Present) -> Path | None:
    from crmcli.commands.shared.archiving import Archive

    home = Archive(crm).home

    def is_there(path: str) -> bool:
        return (home / path).is_dir()

    shelf = crm.shelf()
    noted = Noted(crm.clock.instant, crm.actor, as_text(source.absolute()), is_there)
    with working(crm.screen) as say:
        say(_("Restoring"))
        kept = replacing.replace(copy, crm.path, present, shelf, noted)
    if kept is not None:
        say_where(crm, shelf, kept)
    return kept


# --- what is said ---


def _tell(crm: Context, source: Path, contents: Contents, present: Present) -> None:
    crm.screen.note(
        _("{path} holds {what}.").format(path=source.name, what=_counted(crm, contents))
    )
    if present.state == MISSING:
        crm.screen.note(_("{path} is not there yet.").format(path=crm.path))
    elif present.contents is None:
        crm.screen.note(_("{path} is damaged, and what it holds cannot be read.").format(path=crm.path))  # fmt: skip
    elif present.state == DAMAGED:
        crm.screen.note(_("{path} is damaged; it holds {what}.").format(path=crm.path, what=_counted(crm, present.contents)))  # fmt: skip
    else:
        crm.screen.note(
            _("{path} holds {what}.").format(path=crm.path, what=_counted(crm, present.contents))
        )


def _counted(crm: Context, contents: Contents) -> str:
    parts = [
        plural("{n} customer", "{n} customers", contents.customers).format(n=contents.customers),
        plural("{n} change", "{n} changes", contents.changes).format(n=contents.changes),
    ]
    if contents.last_change_at:
        local = crm.clock.to_local(contents.last_change_at)
        parts.append(_("the last on {day}").format(day=local.strftime("%Y-%m-%d %H:%M")))
    return _(", ").join(parts)


def _tell_done(crm: Context, source: Path, kept: Path | None, *, dry_run: bool) -> None:
    if dry_run:
        crm.screen.note(_("Nothing was changed; without --dry-run it would be put in its place."))
        return
    crm.screen.note(_("{file} is in its place.").format(file=source.name))
    if kept is not None:
        crm.screen.note(
            _("What was there is kept; to take it back: crm restore {path}").format(path=kept)
        )


def _tell_files(crm: Context, files: Files, *, dry_run: bool) -> None:
    if (n := files.brought) and not dry_run:
        told = plural("{n} attached file was brought back with it.", "{n} attached files were brought back with it.", n)  # fmt: skip
        crm.screen.note(told.format(n=n))
    if n := files.missing:
        told = plural("{n} attached file of it is not there, nor beside the backup; crm doctor says where it belongs.", "{n} attached files of it are not there, nor beside the backup; crm doctor says where they belong.", n)  # fmt: skip
        crm.screen.note(told.format(n=n))


def _warn(crm: Context, returning: Mapping[str, str]) -> None:
    for reference, on in returning.items():
        crm.screen.note(
            _(
                "{ref} was erased on {day}, and the backup still had it: it is back; erase it again: crm forget {ref}"
            ).format(ref=reference, day=on)
        )


def _figures(crm: Context, contents: Contents | None) -> dict[str, Any]:
    if contents is None:
        return dict.fromkeys(Contents._fields)
    at = contents.last_change_at
    return {**contents._asdict(), "last_change_at": at and crm.clock.to_local(at).isoformat()}
