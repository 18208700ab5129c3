"""`crm doctor`."""

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any

import typer

from crmcli.commands.shared import options
from crmcli.context import Context
from crmcli.errors import BadValue, CrmError, Damaged, NotFound, WrongKey
from crmcli.locale import N_, _
from crmcli.output import words
from crmcli.output.progress import progress, working
from crmcli.output.table import Column
from crmcli.output.text import pad, visible, width
from crmcli.rules.duplicates import Pair
from crmcli.rules.references import ref
from crmcli.rules.said import Said
from crmcli.store import checking
from crmcli.store.changes import record_event
from crmcli.store.checking import CHECKS
from crmcli.store.database import DAMAGED, Row, as_list
from crmcli.store.dossiers import Sealed
from crmcli.store.findings import OK, PROBLEM, Examined, Finding

EXAMPLES = (
    "crm doctor --fix",
    "crm doctor --duplicates --json",
)
WORDS = [
    N_("ok"), N_("warning"), N_("problem"), N_("integrity"), N_("foreign-keys"), N_("schema"), N_("triggers"), N_("keys"), N_("values"), N_("names"),
    N_("derived"), N_("search"), N_("outside"), N_("calendar"), N_("missing"), N_("deciders"), N_("consent"), N_("erasure"), N_("permissions"), N_("statistics"), N_("wal"), N_("backups"),
    N_("backup-folder"), N_("dossiers"), N_("attachments"), N_("unnamed-files"), N_("leftovers"),
    N_("credit code"), N_("name"), N_("phone"), N_("email"), N_("wechat"), N_("characters"), N_("place"), N_("brand"), N_("short name"),
    N_("near name"), N_("sound"), N_("city"), N_("likely"), N_("maybe"),
]  # fmt: skip
"""The names of checks, of what they say, and of what two customers share, so that catalogues have them."""

_CHECK_NAMES = ("name", "status", "message", "advice", "count", "mended")
_PAIR_NAMES = (
    "ref",
    "name",
    "other",
    "other_name",
    "same",
    "score",
    "verdict",
    "reasons",
    "customers",
    "action",
)
_IDENTIFYING = ("name", "credit code", "phone", "email", "wechat")


def run(
    ctx: typer.Context,
    fix: Annotated[bool, typer.Option("--fix", help=_("Mend what can be computed."))] = False,
    duplicates: Annotated[
        bool, typer.Option("--duplicates", help=_("List customers that may be one and the same."))
    ] = False,
    limit: options.Limit = None,
    json: options.Json = False,
    csv: options.Csv = False,
) -> int:
    """Check the file, and mend what can be computed.

    JSON: items {"name", "status": "ok", "warning" or "problem", "message", "advice", "count", "mended"}, of some
    checks more: "fields": {name: how many customers lack it}, "share" of incomplete customers, "customers": all there
    are; "records", "rows", "years" or "paths" that a finding is about. Of --duplicates: items {"score": 0 to 1, "verdict":
    "likely" or "maybe", "reasons", "customers": the two, "action": what makes them one}, and the two once more as {"ref",
    "name", "other", "other_name"} with "same", those of the reasons that are a value that both have.
    """
    crm: Context = ctx.obj
    if fix and duplicates:
        raise BadValue("--fix and --duplicates exclude each other; duplicates are for you to judge")
    if limit is not None and not duplicates:
        raise BadValue("--limit belongs to --duplicates; leave it out")
    try:
        if not crm.read().exists:
            raise NotFound("there is nothing to check yet: {path} is not there", path=crm.path)
        if duplicates:
            _show_duplicates(crm, limit, json, csv)
            return 0
        return _check(crm, fix=fix, json=json, csv=csv)
    except WrongKey:
        raise
    except Damaged as error:
        raise _with_backup(crm, error) from None


def _check(crm: Context, *, fix: bool, json: bool, csv: bool) -> int:
    found = _look(crm)
    mended = _mend(crm, found) if fix else {}
    if mended:
        found = _look(crm)
    items = [_record(name, finding, mended.get(name)) for name, finding in found.items()]
    if json:
        crm.screen.json_list("doctor", items)
    elif csv:
        crm.screen.csv(_CHECK_NAMES, items)
    else:
        _show(crm, found)
        if fix:
            _say_mended(crm, mended)
    return int(any(finding.status == PROBLEM for finding in found.values()))


def _with_backup(crm: Context, error: Damaged) -> CrmError:
    """The same, with the command that puts the newest whole backup back, when there is one."""
    from crmcli.store import backup, replacing

    crm.close()
    good = backup.newest_good(crm.shelf_of(crm.path).places, replacing.is_good)
    if good is not None:
        problem = error
        if error.message == DAMAGED:
            problem = Damaged(N_("{path} is damaged; restore a backup of it"), path=crm.path)
        return Damaged(N_("{problem}: crm restore {backup}"), problem=problem, backup=good)
    if error.message == DAMAGED:
        return Damaged(
            N_(
                "{path} is damaged, and no whole backup of it was found; restore one that you kept: crm restore FILE"
            ),
            path=crm.path,
        )
    return error


def _examined(crm: Context) -> Examined:
    return Examined(
        db=crm.db,
        book=crm.book,
        country=crm.settings.get("calendar.country"),
        today=crm.today.isoformat(),
        required=crm.settings.required,
        recompute=crm.recompute_inside,
        shelf=crm.shelf(),
        is_there=_finder(crm),
    )


def _finder(crm: Context) -> Callable[[Sealed], bool]:
    from crmcli.commands.shared.archiving import Archive

    archive = Archive(crm)
    return lambda sealed: archive.found_at(sealed).is_dir()


def _look(crm: Context) -> dict[str, Finding]:
    done: list[None] = []
    with progress(crm.screen, _("Checking"), len(CHECKS), lambda: len(done)) as show:

        def tick() -> None:
            done.append(None)
            show()

        crm.db.move_on()  # a check that asks the search index takes the lock of a writer, if only for a moment
        return checking.look(_examined(crm), tick)


def _mend(crm: Context, found: Mapping[str, Finding]) -> dict[str, Said]:
    """Mend in one transaction, and note it as an event: nothing that people wrote is changed."""
    if not checking.can_mend(found):
        return {}
    crm.close()
    db = crm.write()
    if found["erasure"].status != OK:
        from crmcli.commands.shared.erasing_on import finish_dossiers

        finish_dossiers(crm)
    with db.transaction():
        mended = checking.mend(_examined(crm), found)
        detail = checking.detail_of(db, mended)
        record_event(db, crm.clock.instant, crm.actor, checking.EVENT, detail)
    return mended


# --- showing ---


def _record(name: str, finding: Finding, mended: Said | None) -> dict[str, Any]:
    return {
        "name": name,
        "status": finding.status,
        "message": _plain(finding.message),
        "advice": _plain(finding.advice),
        "count": finding.number,
        "mended": _plain(mended),
        **finding.details,
    }


def _plain(text: Said | None) -> str | None:
    return text.render(str, str) if text else None


def _show(crm: Context, found: Mapping[str, Finding]) -> None:
    states = {name: _(finding.status) for name, finding in found.items()}
    room = max(map(width, states.values()))
    name_room = max(width(_(name)) for name in found)
    indent = " " * (room + name_room + 4)
    lines = []
    for name, finding in found.items():
        message = visible(finding.message.render(_, str))
        lines.append(f"{pad(states[name], room)}  {pad(_(name), name_room)}  {message}")
        if "fields" in finding.details and finding.number:
            lines.append(indent + _lacking(finding.details["fields"]))
        if finding.advice:
            lines.append(f"{indent}→ {visible(finding.advice.render(_, str))}")
    crm.screen.tell("\n".join(lines))


def _lacking(fields: Mapping[str, int]) -> str:
    """How many customers lack each field that is wanted."""
    return _("; ").join(
        f"{_(words.MISSING.get(name, name.replace('_', ' ')))} {count}"
        for name, count in fields.items()
    )


def _say_mended(crm: Context, mended: Mapping[str, Said]) -> None:
    if not mended:
        crm.screen.note(_("There was nothing to mend."))
    for done in mended.values():
        crm.screen.note(_("Mended: {what}.").format(what=done.render(_, str)))


# --- duplicates ---


def _show_duplicates(crm: Context, limit: int | None, json: bool, csv: bool) -> None:
    from crmcli.store import duplicates

    most = options.effective_limit(limit, crm.screen.is_terminal and not (json or csv))
    with working(crm.screen) as say:
        say(_("Comparing"))
        found = duplicates.find(crm.db)
    shown = found[:most]
    names = _names(crm, shown)
    items = [_pair(pair, names) for pair in shown]
    more = len(shown) < len(found)
    if json:
        crm.screen.json_list("duplicates", items, more=more)
    elif csv:
        crm.screen.csv(_PAIR_NAMES, items)
    elif items:
        _show_pairs(crm, items)
        if more:
            crm.screen.note(_("There is more; --limit 0 shows all."))
        crm.screen.note(
            _(
                "Look at both before you merge: crm merge-customers KEEP DROP; crm undo takes it back."
            )
        )
    else:
        crm.screen.note(
            _(
                "No two customers are likely one; those with different credit codes or external ids are taken for two."
            )
        )


def _pair(pair: Pair, names: Mapping[int, Row]) -> dict[str, Any]:
    """A pair under its JSON names. The older one is to stay, for its reference is known the longest."""
    customers = [_named(names[key]) for key in (pair.one, pair.other)]
    one, other = customers
    return {
        "ref": one["ref"],
        "name": one["name"],
        "other": other["ref"],
        "other_name": other["name"],
        "same": [reason for reason in pair.verdict.reasons if reason in _IDENTIFYING],
        "score": pair.verdict.score,
        "verdict": "likely" if pair.verdict.is_likely else "maybe",
        "reasons": list(pair.verdict.reasons),
        "customers": customers,
        "action": f"crm merge-customers {one['ref']} {other['ref']}",
    }


def _named(row: Row) -> dict[str, Any]:
    return {
        "ref": ref("customer", row["id"]),
        "name": row["name"],
        "tier": row["tier"],
        "stage": row["stage"],
    }


def _show_pairs(crm: Context, items: Sequence[Mapping[str, Any]]) -> None:
    columns = [
        Column(_("score")),
        Column(_("ref")),
        Column(_("name"), least=16),
        Column(_("ref")),
        Column(_("name"), least=16),
        Column(_("same"), least=16, below=True),
    ]
    cells = [
        [
            f"{item['score']:.2f} {_(item['verdict'])}",
            item["ref"],
            item["name"],
            item["other"],
            item["other_name"],
            _(", ").join(map(_, item["reasons"])),
        ]
        for item in items
    ]
    crm.screen.table(columns, cells)


def _names(crm: Context, pairs: Sequence[Pair]) -> dict[int, Row]:
    keys = sorted({key for pair in pairs for key in (pair.one, pair.other)})
    return {
        row["id"]: row
        for start in range(0, len(keys), 1_000)
        for row in crm.db.rows("customers_by_ids", ids=as_list(keys[start : start + 1_000]))
    }
