"""`crm archive`: sealing the dossier of one customer or of everyone, and writing a copy for handing out."""

import gc
import os
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from crmcli.commands.shared import dossiers as making
from crmcli.commands.shared import records
from crmcli.commands.shared.agreeing import agree
from crmcli.commands.shared.archiving import Archive, Ask, Outcome
from crmcli.commands.shared.dossiers import Asked, Item
from crmcli.commands.shared.reports import periods
from crmcli.context import Context
from crmcli.errors import BadValue, Forbidden, NotFound
from crmcli.exchange import dossier_folder
from crmcli.exchange.dossier_folder import Content
from crmcli.exchange.dossier_names import first_name, folded, numbered_name
from crmcli.locale import _, plural
from crmcli.output.progress import progress
from crmcli.output.shapes import Privacy
from crmcli.rules.periods import Period
from crmcli.store import archive_due, dossiers
from crmcli.store.archive_due import Within


def one(
    crm: Context, customer: str, ask: Ask, json: bool, dry_run: bool, reason: str | None
) -> None:
    """Seal the dossier of one customer."""
    crm.write(dry_run)
    asked = _asked(crm, customer, ask())
    archive = Archive(crm)
    try:
        with crm.db.transaction():
            if not dry_run:
                archive.sweep()
            dossiers.gather_log(crm.db, asked.within)
            outcome = archive.seal(asked, reason, dry_run)
            if outcome is None:
                raise _nothing(asked)
            if not dry_run:
                _note_when_nothing_is_left(crm)
    except BaseException:
        archive.withdraw()
        raise
    archive.settle()
    if not outcome.item["period"]["complete"]:
        crm.screen.note(
            _("{period} is not over yet: the dossier is not complete.").format(
                period=periods.spelled(asked.period)
            )
        )
    _say_lacking(crm, [outcome.item])
    if not outcome.is_new and (json or not (dry_run or crm.screen.is_terminal)):
        crm.screen.note(_stays(outcome))
    if json:
        crm.screen.json_item("archive", _record(outcome))
    else:
        crm.confirm(lambda: _told(outcome) if outcome.is_new else _stays(outcome), _shown(outcome.path))  # fmt: skip


def _asked(crm: Context, customer: str, period: Period) -> Asked:
    """Whose dossier of which period; BadValue for one that has not begun."""
    _refuse_future(crm, period)
    return Asked(crm.customer(customer), period, making.within(crm, period))


def _refuse_future(crm: Context, period: Period) -> None:
    if period.first > crm.today:
        raise BadValue("{period} has not begun yet; name a period that has", period=period.name)


def _nothing(asked: Asked) -> Forbidden:
    """There is nothing of the customer in the period."""
    return Forbidden(
        "c{key} {name} has nothing in {period} that could be archived; name another --period",
        key=asked.customer["id"],
        name=asked.customer["name"],
        period=asked.period.name,
    )


def _note_when_nothing_is_left(crm: Context) -> None:
    """Of the last complete quarter, so that the due list need not look again."""
    quarter = making.last_quarter(crm)
    within = making.within(crm, quarter)
    if not archive_due.may_be_archived(crm.db, within):
        return
    dossiers.gather(crm.db, within)
    if not any(dossiers.not_archived(crm.db, within, limit=1)):
        archive_due.note_archived(crm.db, within)


def _say_lacking(crm: Context, items: Iterable[Item]) -> None:
    """Say so when attached files could not be put in."""
    if n := sum(one["file"] is None for item in items for one in item["attachments"]):
        crm.screen.note(
            plural(
                "{n} attached file is missing or not as it was attached, and not in it; crm doctor says where.",
                "{n} attached files are missing or not as they were attached, and not in it; crm doctor says where.",
                n,
            ).format(n=n)
        )


def _record(outcome: Outcome) -> dict[str, Any]:
    item = outcome.item
    return {
        "customer": {name: item["customer"][name] for name in ("ref", "name")},
        "period": item["period"],
        "path": _shown(outcome.path),
        "sealed_at": item["sealed_at"],
        "unchanged": not outcome.is_new,
        "counts": making.counts(item),
    }


def _told(outcome: Outcome) -> str:
    """`Sealed: PATH (needs 2, contacts 5).`"""
    counted = making.counts(outcome.item)
    parts = [f"{_(part.title)} {counted[name]}" for name, part in making.PARTS.items() if counted[name]]  # fmt: skip
    return _("Sealed: {path} ({what}).").format(path=_shown(outcome.path), what=_(", ").join(parts))


def _stays(outcome: Outcome) -> str:
    return _("Nothing has changed since it was sealed: {path} stays as it is.").format(path=_shown(outcome.path))  # fmt: skip


def _shown(path: Path) -> str:
    """A path need not be valid text."""
    return str(path).encode("utf-8", "backslashreplace").decode()


# --- everyone ---


def everyone(
    crm: Context, ask: Ask, yes: bool, json: bool, dry_run: bool, reason: str | None
) -> None:
    """Seal the dossiers of everyone with anything in the period that is not archived, some at a time."""
    crm.write(dry_run, is_large=True)
    period = ask()
    _refuse_future(crm, period)
    within = making.within(crm, period)
    dossiers.gather(crm.db, within)
    many = sum(len(page) for page in dossiers.not_archived(crm.db, within))
    if many and not dry_run:
        told = plural("Seal {n} dossier of {period}?", "Seal {n} dossiers of {period}?", many)
        agree(crm, yes, told.format(n=many, period=periods.spelled(period)))
    archive = Archive(crm)
    sealed = unchanged = 0
    with progress(crm.screen, _("Archiving"), many, lambda: sealed + unchanged) as tick:
        for outcomes in _pages(crm, archive, period, within, dry_run, reason):
            sealed += sum(outcome.is_new for outcome in outcomes)
            unchanged += sum(not outcome.is_new for outcome in outcomes)
            tick(sealed + unchanged)
            _say_lacking(crm, [outcome.item for outcome in outcomes])
            gc.collect()  # what pages are made from refers to itself, and would pile up
            if not (json or dry_run or crm.screen.is_terminal):
                crm.screen.say("\n".join(_shown(outcome.path) for outcome in outcomes))
    _tell_all(crm, period, sealed, unchanged, archive, json, dry_run)


def _pages(
    crm: Context,
    archive: Archive,
    period: Period,
    within: Within,
    dry_run: bool,
    reason: str | None,
) -> Iterator[list[Outcome]]:
    """What became of them, a page at a time: each is sealed in one transaction."""
    is_first, pages = True, dossiers.not_archived(crm.db, within)
    while True:
        outcomes: list[Outcome] = []
        try:
            with crm.db.transaction():
                if is_first and not dry_run:
                    archive.sweep()
                if is_first:
                    dossiers.gather(crm.db, within)
                is_first = False
                page = next(pages, [])
                for row in page:
                    outcome = archive.seal(Asked(row, period, within), reason, dry_run)
                    outcomes += [outcome] if outcome else []
                if not page and not dry_run:
                    _note_when_nothing_is_left(crm)
        except BaseException:
            archive.withdraw()
            raise
        archive.settle()
        if not page:
            return
        yield outcomes


def _tell_all(
    crm: Context,
    period: Period,
    sealed: int,
    unchanged: int,
    archive: Archive,
    json: bool,
    dry_run: bool,
) -> None:
    if period.last >= crm.today:
        crm.screen.note(_("{period} is not over yet: the dossiers are not complete.").format(period=periods.spelled(period)))  # fmt: skip
    if json:
        item = {
            "period": {**periods.record(period), "complete": crm.today > period.last},
            "folder": _shown(archive.folder),
            "sealed": sealed,
            "unchanged": unchanged,
        }
        crm.screen.json_item("archive-all", item)
        return
    if not sealed + unchanged:
        crm.screen.note(_("Nothing of {period} is waiting to be archived.").format(period=periods.spelled(period)))  # fmt: skip
        return
    told = plural("{n} dossier of {period} sealed in {path}.", "{n} dossiers of {period} sealed in {path}.", sealed)  # fmt: skip
    outcome = told.format(n=sealed, period=periods.spelled(period), path=_shown(archive.folder))
    if dry_run:
        crm.confirm(lambda: outcome)
    else:
        crm.screen.note(outcome)


# --- a copy ---


def copy(crm: Context, customer: str, ask: Ask, out: str, reveal: bool, json: bool) -> None:
    """Write a copy for handing out: masked unless revealed, and not entered in the book."""
    folder = Path(out).expanduser()
    if not folder.is_dir():
        raise NotFound("there is no folder {path}; make it first, or plug it in", path=out)
    crm.read()
    archive = Archive(crm)
    real = folder.resolve()
    if real == archive.folder.resolve():
        raise Forbidden("{path} holds the kept dossiers; name another folder with --out", path=out)
    if any(map(dossier_folder.facts_in, (real, *real.parents))):
        raise Forbidden("{path} is a dossier itself; name another folder with --out", path=out)
    asked = _asked(crm, customer, ask())
    mask = records.privacy(crm, reveal, leaving=True)
    dossiers.gather_log(crm.db, asked.within)
    item = making.content(crm, asked, Privacy(masking=False))
    if making.is_empty(item):
        raise _nothing(asked)
    if mask.masking:
        mask = mask.knowing(making.names_in(item))
        item = making.content(crm, asked, mask)
    files = making.files(crm, item, asked.period, masked=mask.did_mask)
    place = _write_copy(folder, files, item["customer"]["name"] or "", asked)
    if mask.did_mask:
        crm.screen.note(_("Phones, e-mails and names are masked; --reveal writes them in full."))
    if mask.masking and item["attachments"]:
        crm.screen.note(_("Attached files are not in it, for nothing in them is masked; --reveal puts them in."))  # fmt: skip
    else:
        _say_lacking(crm, [item])
    if json:
        outcome = Outcome(place, item, "", None, is_new=True)  # fmt: skip
        crm.screen.json_item("archive", _record(outcome), masked=mask.did_mask)
    else:
        crm.screen.say(_shown(place))


_DRAFT = ".crm-copy-"


def _write_copy(folder: Path, files: dict[str, Content], name: str, asked: Asked) -> Path:
    """Beside its place first, then moved there; what is there already stays, and the new one is counted up."""
    dossier_folder.clear_drafts(folder, _DRAFT)
    draft = dossier_folder.write_draft(folder, f"{_DRAFT}{os.getpid()}-", files)
    try:
        wanted = first_name(name, f"c{asked.customer['id']}", asked.period)
        taken = {folded(one) for one in dossier_folder.names_in(folder)}
        place = folder / numbered_name(wanted, taken.__contains__)
        dossier_folder.move(draft, place)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    return place
