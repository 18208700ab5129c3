"""`crm doctor`."""

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from crmcli.commands.shared import options
from crmcli.context import Context
from crmcli.errors import BadValue, NotFound
from crmcli.locale import N_, _
from crmcli.output import words
from crmcli.output.progress import progress
from crmcli.output.table import Column
from crmcli.output.text import pad, visible, width
from crmcli.rules.references import ref
from crmcli.rules.said import Said
from crmcli.store import checking
from crmcli.store.changes import record_event
from crmcli.store.checking import CHECKS, Examined, Finding
from crmcli.store.database import as_list

EXAMPLES = (
    "crm doctor --fix",
    "crm doctor --duplicates --json",
)
WORDS = [
    N_("ok"), N_("warning"), N_("problem"), N_("integrity"), N_("foreign-keys"), N_("schema"), N_("triggers"), N_("keys"), N_("values"), N_("names"),
    N_("derived"), N_("search"), N_("outside"), N_("calendar"), N_("missing"), N_("deciders"), N_("permissions"),
    N_("credit code"), N_("name"), N_("phone"), N_("email"), N_("wechat"),
]  # fmt: skip
"""The names of checks, of what they say, and of what two customers share, so that catalogues have them."""

_CHECK_NAMES = ("name", "status", "message", "advice", "count", "mended")
_PAIR_NAMES = ("ref", "name", "other", "other_name", "same")


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
    are; "records", "rows", "years" or "paths" that a finding is about. Of --duplicates: items {"ref", "name", "other",
    "other_name", "same": [what both have]}.
    """
    crm: Context = ctx.obj
    if fix and duplicates:
        raise BadValue("--fix and --duplicates exclude each other; duplicates are for you to judge")
    if limit is not None and not duplicates:
        raise BadValue("--limit belongs to --duplicates; leave it out")
    if not crm.read().exists:
        raise NotFound("there is nothing to check yet: {path} is not there", path=crm.path)
    if duplicates:
        _show_duplicates(crm, limit, json, csv)
        return 0
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
    return int(any(finding.status == checking.PROBLEM for finding in found.values()))


def _examined(crm: Context) -> Examined:
    return Examined(
        db=crm.db,
        book=crm.book,
        country=crm.settings.get("calendar.country"),
        year=crm.today.year,
        required=crm.settings.required,
        recompute=crm.recompute_inside,
    )


def _look(crm: Context) -> dict[str, Finding]:
    done: list[None] = []
    with progress(crm.screen, _("Checking"), len(CHECKS), lambda: len(done)) as show:

        def tick() -> None:
            done.append(None)
            show()

        return checking.look(_examined(crm), tick)


def _mend(crm: Context, found: Mapping[str, Finding]) -> dict[str, Said]:
    """Mend in one transaction, and note it as an event: nothing that people wrote is changed."""
    if not checking.can_mend(found):
        return {}
    crm.close()
    db = crm.write()
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
    crm.screen.lines(lines)


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
    most = options.effective_limit(limit, crm.screen.is_terminal and not (json or csv))
    found = checking.duplicates(crm.db)
    shown = found[:most]
    names = _names(crm, shown)
    items = [
        {
            "ref": ref("customer", pair.customer),
            "name": names[pair.customer],
            "other": ref("customer", pair.other),
            "other_name": names[pair.other],
            "same": pair.same,
        }
        for pair in shown
    ]
    more = len(shown) < len(found)
    if json:
        crm.screen.json_list("duplicates", items, more=more)
    elif csv:
        crm.screen.csv(_PAIR_NAMES, items)
    elif items:
        columns = [
            Column(_("ref")),
            Column(_("name"), least=16),
            Column(_("ref")),
            Column(_("name"), least=16),
            Column(_("same"), least=8),
        ]
        cells = [[str(item[name]) for name in _PAIR_NAMES[:-1]] for item in items]
        for row, pair in zip(cells, shown, strict=True):
            row.append(_(", ").join(map(_, pair.same)))
        crm.screen.table(columns, cells)
        if more:
            crm.screen.note(_("There is more; --limit 0 shows all."))
    else:
        crm.screen.note(_("No two customers share a name, a number, an address or a credit code."))


def _names(crm: Context, pairs: list[checking.Pair]) -> dict[int, str]:
    keys = sorted({key for pair in pairs for key in (pair.customer, pair.other)})
    return {
        row["id"]: row["name"]
        for start in range(0, len(keys), 1_000)
        for row in crm.db.rows("customers_by_ids", ids=as_list(keys[start : start + 1_000]))
    }
