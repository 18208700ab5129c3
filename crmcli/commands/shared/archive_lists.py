"""What `crm archive` lists: who has anything that is not archived, the sealed dossiers, and whether they still are."""

import os
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from crmcli.commands.shared import dossiers as making
from crmcli.commands.shared import options
from crmcli.commands.shared.archiving import Archive, Ask, all_of
from crmcli.commands.shared.reports import periods
from crmcli.context import Context
from crmcli.errors import BadValue, NotFound, in_context
from crmcli.exchange import dossier_folder
from crmcli.exchange.dossier_folder import Problem
from crmcli.locale import N_, _, plural
from crmcli.output.progress import progress
from crmcli.output.table import Column
from crmcli.rules.due.customer import customer_of
from crmcli.rules.periods import Period
from crmcli.store import dossiers, former
from crmcli.store.database import Row
from crmcli.store.dossiers import Sealed

Item = dict[str, Any]
_DUE_NAMES = ("customer", "name", "tier", "stage", "period", "dossier")
_LIST_NAMES = ("customer", "name", "period", "from", "to", "path", "sealed_at", "state", "digest")
_SEALED, _MISSING, _ERASED, _CHANGED = N_("sealed"), N_("missing"), N_("erased"), N_("changed")
_WRONG = {
    "missing": N_("missing"), "changed": N_("changed"), "added": N_("added"), "link": N_("replaced by a link"),
    "unreadable": N_("cannot be read"),
}  # fmt: skip
"""What can be wrong with a file, for people."""

_GONE = N_("dossier|missing")  # not as a field is missing of a record


# --- who is waiting ---


def due(
    crm: Context, customer: str | None, ask: Ask, limit: int | None, json: bool, csv: bool
) -> None:
    """List who has anything in the period that is not archived."""
    crm.read()
    period = ask()
    if period.first > crm.today:
        raise BadValue("{period} has not begun yet; name a period that has", period=period.name)
    key = crm.customer(customer)["id"] if customer is not None else None
    most = options.effective_limit(limit, crm.screen.is_terminal and not (json or csv))
    within = making.within(crm, period)
    dossiers.gather(crm.db, within)
    pages = dossiers.not_archived(crm.db, within)
    fitting = (row for page in pages for row in page if key in (None, row["id"]))
    rows = list(islice(fitting, None if most is None else most + 1))
    items = [_waiting(crm, row, period) for row in rows[:most]]
    more = len(items) < len(rows)
    if json:
        crm.screen.json_list("archive-due", items, more=more)
    elif csv:
        crm.screen.csv(_DUE_NAMES, [{**item, **item["customer"], "customer": item["customer"]["ref"]} for item in items])  # fmt: skip
    elif items:
        columns = [Column(_("ref")), Column(_("name"), least=16), Column(_("tier"), least=6, spare=1), Column(_("earlier dossier"), least=10)]  # fmt: skip
        cells = [
            [item["customer"]["ref"], item["customer"]["name"], crm.tier_word(item["customer"]["tier"]), item["dossier"] or ""]
            for item in items
        ]  # fmt: skip
        crm.screen.table(columns, cells)
        if more:
            crm.screen.note(_("There is more; --limit 0 shows all."))
    else:
        told = _("Nothing of {period} is waiting to be archived.")
        crm.screen.note(told.format(period=periods.spelled(period)))


def _waiting(crm: Context, row: Row, period: Period) -> Item:
    """With the dossier that there is, which lacks something."""
    earlier = [one for one in dossiers.all_sealed(crm.db, [row["id"]]) if one.period == period.name]
    path = str(Archive(crm).place_of(earlier[-1])) if earlier else None
    return {"customer": customer_of(row), "period": period.name, "dossier": path}


# --- what is sealed ---


def sealed(
    crm: Context,
    customer: str | None,
    ask: Ask | None,
    limit: int | None,
    json: bool,
    csv: bool,
) -> None:
    """List the sealed dossiers, the newest period first."""
    crm.read()
    period = ask() if ask else None
    key = crm.customer(customer)["id"] if customer is not None else None
    most = options.effective_limit(limit, crm.screen.is_terminal and not (json or csv))
    archive = Archive(crm)
    chosen = _chosen(crm, key, period)
    found = list(islice(chosen, None if most is None else most + 1))
    items = [_line(crm, archive, one) for one in found[:most]]
    more = len(items) < len(found)
    if json:
        crm.screen.json_list("archive-list", items, more=more)
    elif csv:
        crm.screen.csv(_LIST_NAMES, [{**item, "customer": item["customer"]["ref"], "name": item["customer"]["name"]} for item in items])  # fmt: skip
    elif items:
        columns = [Column(_("ref")), Column(_("name"), least=12), Column(_("period")), Column(_("sealed")), Column(_("state")), Column(_("folder"), least=20, below=True)]  # fmt: skip
        cells = [
            [item["customer"]["ref"], item["customer"]["name"] or "", item["period"], item["sealed_at"][:16].replace("T", " "), in_context("dossier", item["state"], _), item["path"]]
            for item in items
        ]  # fmt: skip
        crm.screen.table(columns, cells)
        if more:
            crm.screen.note(_("There is more; --limit 0 shows all."))
    else:
        crm.screen.note(_("No dossier is sealed; crm archive CUSTOMER seals one."))


def _chosen(crm: Context, key: int | None, period: Period | None) -> Iterator[Sealed]:
    for one in all_of(crm, key):
        if period is None or one.period == period.name:
            yield one


def _line(crm: Context, archive: Archive, one: Sealed) -> Item:
    place = archive.found_at(one)
    state = _ERASED if one.erased_at else _SEALED
    return {
        "customer": _whose(crm, one),
        "period": one.period,
        "from": one.first_on,
        "to": one.last_on,
        "path": _shown(archive.place_of(one)),
        "sealed_at": crm.clock.to_local(one.sealed_at).isoformat(),
        "state": state if dossier_folder.is_folder(place) else _MISSING,
        "digest": one.digest,
    }


def _whose(crm: Context, one: Sealed) -> Item:
    """The customer that it was sealed for, by the name it has now; null when that was erased."""
    row = crm.db.row("customer_by_id", id=one.customer_id)
    if row is not None and row["deleted_at"]:
        row = former.heir_of(crm.db, one.customer_id) or row
    return {"ref": f"c{one.customer_id}", "name": row["name"] if row else None}


# --- whether it still is ---


def verify(
    crm: Context, customer: str | None, ask: Ask | None, path: str | None, json: bool
) -> int:
    """Compute every sum anew, and name what is not as it was sealed; 1 when there is any."""
    crm.read()
    period = ask() if ask else None
    archive = Archive(crm)
    if path is not None:
        checked: Iterable[Item] = [_one_anywhere(crm, archive, path)]
    else:
        key = crm.customer(customer)["id"] if customer is not None else None
        checked = _all_checked(crm, archive, key, period)
    items, good = [], 0
    for item in checked:  # of what is as it was only the number is kept
        good += not item["problems"]
        if item["problems"] or path is not None:
            items.append(item)
    strangers = list(archive.unknown()) if path is None and customer is None else []
    found = sum(bool(item["problems"]) for item in items)
    if json:
        answer = {"checked": good + found, "damaged": found, "items": items, "unknown": strangers}
        crm.screen.json_item("archive-verify", answer)
        return int(found > 0)
    for item in items:
        for problem in item["problems"]:
            crm.screen.say(f"{item['path']}: {_spelled(problem)}")
    for name in strangers:
        crm.screen.note(_("{name} is in the archive folder, but was not sealed from this file.").format(name=name))  # fmt: skip
    told = plural("{n} dossier is as it was sealed.", "{n} dossiers are as they were sealed.", good)
    crm.screen.note(told.format(n=good))
    return int(found > 0)


def _all_checked(
    crm: Context, archive: Archive, key: int | None, period: Period | None
) -> Iterator[Item]:
    lines = list(_chosen(crm, key, period))
    done: list[None] = []
    with progress(crm.screen, _("Checking"), len(lines), lambda: len(done)) as tick:
        for one in lines:
            place = archive.found_at(one)
            problems = dossier_folder.problems(place, one.digest)
            yield _checked(f"c{one.customer_id}", one.period, archive.place_of(one), bool(one.erased_at), problems)  # fmt: skip
            done.append(None)
            tick()


def _one_anywhere(crm: Context, archive: Archive, text: str) -> Item:
    """A folder by its own manifest; one of the archive's by the book, too."""
    path = Path(text).expanduser()
    if "\0" in text or not os.path.lexists(path):
        raise NotFound("there is no folder {path}", path=text)
    ours = [one for one in all_of(crm, None) if archive.place_of(one) == path.absolute()]
    digest = ours[-1].digest if ours else None
    facts = dossier_folder.facts_in(path)
    whose, period = facts.get("customer"), facts.get("period")
    known = [one if isinstance(one, str) else None for one in (whose, period)]
    return _checked(known[0], known[1], path, "erased_at" in facts, dossier_folder.problems(path, digest))  # fmt: skip


def _checked(
    reference: str | None, period: str | None, place: Path, erased: bool, problems: list[Problem]
) -> Item:
    state = _ERASED if erased else _SEALED
    if problems:
        state = _MISSING if problems == [Problem("", "missing")] else _CHANGED
    return {
        "customer": reference,
        "period": period,
        "path": _shown(place),
        "state": state,
        "problems": [{"file": one.file or None, "problem": one.what} for one in problems],
    }


def _spelled(problem: Item) -> str:
    what = in_context("dossier", _WRONG[problem["problem"]], _)
    file = problem["file"] or _("the folder")
    return _("{file}: {problem}").format(file=file, problem=what)


def _shown(path: Path) -> str:
    return str(path).encode("utf-8", "backslashreplace").decode()
