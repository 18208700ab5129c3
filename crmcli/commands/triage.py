"""`crm triage`."""

from typing import Annotated, Any

import typer

from crmcli import plain
from crmcli.commands.shared import needs, options, service_texts
from crmcli.commands.shared.records import privacy
from crmcli.commands.shared.values import Values
from crmcli.context import Context, is_interactive
from crmcli.errors import BadValue, in_context
from crmcli.locale import _
from crmcli.output.shapes import Privacy
from crmcli.rules.service import states
from crmcli.store.database import Row, as_list

EXAMPLES = (
    "crm triage",
    "crm triage n5 --urgency urgent --kind complaint --owner 李雷",
)
JSON_NAMES = (
    "ref", "external_id", "customer", "customer_name", "text", "kind", "urgency", "strength", "status", "received_at",
    "respond_by", "responded_at", "feedback_by", "feedback_at", "solve_by", "resolved_at", "waiting", "waiting_since",
    "light", "level", "score", "value", "fit", "cost", "owner", "tech_owner", "acceptor", "category", "wish", "needed_by",
    "budget", "workaround", "criterion", "solution", "result", "decline_reason", "scheduled_for", "scheduled_on",
    "first_scheduled", "delay_reason", "plan_sent_at", "plan_confirmed_at", "steps", "reopened", "origin", "priority",
    "created_at",
)  # fmt: skip


def run(
    ctx: typer.Context,
    need: Annotated[
        str | None,
        typer.Argument(help=_("The need to set; all open ones when not said."), metavar="[NEED]"),
    ] = None,
    kind: needs.Kind = None,
    urgency: needs.Urgency = None,
    strength: needs.Strength = None,
    value: needs.Value = None,
    fit: needs.Fit = None,
    cost: needs.Cost = None,
    owner: needs.Owner = None,
    tech_owner: needs.TechOwner = None,
    acceptor: needs.Acceptor = None,
    category: needs.Category = None,
    wish: needs.Wish = None,
    needed_by: needs.NeededBy = None,
    budget: needs.Budget = None,
    workaround: needs.Workaround = None,
    criterion: needs.Criterion = None,
    why: Annotated[
        str | None,
        typer.Option("--why", help=_("Why this need stands where it does."), metavar="NEED"),
    ] = None,
    walk: Annotated[
        bool, typer.Option("--walk", help=_("Go through them one key at a time."))
    ] = False,
    limit: options.Limit = None,
    json: options.Json = False,
    csv: options.Csv = False,
    reveal: options.Reveal = False,
    dry_run: options.DryRun = False,
    reason: options.Reason = None,
) -> None:
    """The needs that wait, and how urgent each is."""
    crm: Context = ctx.obj
    given = {
        "kind": kind, "urgency": urgency, "strength": strength, "value": value, "fit": fit, "cost": cost, "owner": owner,
        "tech_owner": tech_owner, "category": category, "wish": wish, "needed_by": needed_by, "budget": budget,
        "workaround": workaround, "criterion": criterion,
    }  # fmt: skip
    says = {name: text for name, text in given.items() if text is not None}
    if why is not None:
        _explain(crm, why, json)
    elif need is not None and (says or acceptor is not None):
        _set(crm, need, says, acceptor, json, reveal, dry_run, reason)
    elif says or acceptor is not None:
        raise BadValue("no need is named; write crm triage n5 and what it is")
    elif need is not None:
        _show_one(crm, need, json, reveal)
    elif walk:
        if not is_interactive():
            raise BadValue("--walk needs a terminal; crm triage NEED --urgency sets one")
        from crmcli.commands.shared.need_walk import NeedWalk

        NeedWalk(crm).go()
    else:
        _list(crm, limit, json, csv, reveal)


def _set(
    crm: Context,
    text: str,
    says: dict[str, str],
    acceptor: str | None,
    json: bool,
    reveal: bool,
    dry_run: bool,
    reason: str | None,
) -> None:
    crm.write(dry_run)
    row = needs.find_for(crm, text, "triage")
    columns = needs.about(crm, Values(crm), row["customer_id"], says, acceptor)
    if "urgency" in columns:
        columns["status"] = states.after_triage(row["status"], columns["urgency"])
    with crm.change(reason) as change:
        change.update("need", row["id"], **columns)
    needs.show(crm, row["id"], lambda: service_texts.standing(crm, row["id"]), json, reveal)


def _show_one(crm: Context, text: str, json: bool, reveal: bool) -> None:
    crm.read()
    row = needs.find_need(crm, text)
    needs.show_read(crm, row["id"], service_texts.standing(crm, row["id"]), json, reveal)


def _list(crm: Context, limit: int | None, json: bool, csv: bool, reveal: bool) -> None:
    crm.read()
    most = options.effective_limit(limit, crm.screen.is_terminal and not (json or csv))
    keys = queue(crm, None if most is None else most + 1)
    rows = rows_of(crm, keys[:most])
    more = len(rows) < len(keys)
    mask = privacy(crm, reveal)
    if json or csv:
        from crmcli.commands.shared import service_records

        items = service_records.needs(crm, rows, mask)
        names = {row["id"]: row for row in _customers(crm, rows)}
        for row, item in zip(rows, items, strict=True):
            customer = names.get(row["customer_id"])
            item["customer_name"] = mask.name_of(customer) if customer else None
        if json:
            crm.screen.json_list("triage", items, more=more, masked=mask.did_mask)
        else:
            crm.screen.csv(JSON_NAMES, items)
    elif rows:
        _show_table(crm, rows, mask)
        if more:
            crm.screen.note(_("There is more; --limit 0 shows all."))
    else:
        crm.screen.note(_("No need is open."))


def queue(crm: Context, limit: int | None) -> list[int]:
    """The keys of the open needs: untriaged first, then red, urgency, score, deadline (HANDBOOK §4)."""
    rows = crm.db.rows(
        "queue",
        now=crm.clock.instant,
        today=crm.today.isoformat(),
        limit=-1 if limit is None else limit,
    )
    return [row["id"] for row in rows]


def rows_of(crm: Context, keys: list[int]) -> list[Row]:
    """The rows of needs, in the order of their keys as given."""
    found = {row["id"]: row for row in crm.db.rows("needs_by_ids", ids=as_list(keys))}
    return [found[key] for key in keys if key in found]


def _customers(crm: Context, rows: list[Row]) -> list[Row]:
    return crm.db.rows("names_of_customers", ids=as_list({row["customer_id"] for row in rows}))


def _show_table(crm: Context, rows: list[Row], mask: Privacy) -> None:
    from crmcli.output.table import NAME, Column
    from crmcli.rules.service import timing

    customers = {row["id"]: row for row in _customers(crm, rows)}
    columns = [
        Column(_("ref")),
        # How urgent and by when is why one looks, so these give way to nothing.
        Column(_("urgency")),
        Column(_("state"), spare=1),
        Column(_("clock"), spare=2),
        Column(in_context("clock", "by", _)),
        Column(_("left"), spare=-1, right=True),
        Column(_("name"), least=NAME),
        Column(_("what"), least=14, below=True),
    ]
    is_wide = crm.screen.is_wide
    if is_wide:
        columns += [Column(_("category"), least=8, spare=4), Column(_("owner"), least=6, spare=3)]
    now = crm.clock.instant
    lights = [timing.light(row["yellow_at"], row["red_at"], now) for row in rows]
    cells = [
        [
            f"n{row['id']}",
            service_texts.urgency(row) + _level(crm, row),
            _(service_texts.state(row)),
            in_context("clock", row["next_clock"], _) if row["next_clock"] else "",
            service_texts.short_moment(crm, row["next_by"]) if row["next_by"] else "",
            service_texts.time_left(crm, row, customers[row["customer_id"]]["tier"]),
            customers[row["customer_id"]]["name"],
            (mask.text(row["text"]) or "").splitlines()[0] if row["text"] else "",
            *([row["category"] or "", row["owner"] or ""] if is_wide else []),
        ]
        for row in rows
    ]
    crm.screen.table(columns, cells, [None if light == "green" else light for light in lights])


def _level(crm: Context, row: Row) -> str:
    from crmcli.rules.service import timing

    level = timing.level(row["level"], row["red_at"], crm.clock.now)
    if level and plain.is_used():
        return " " + _("level {level}").format(level=level)
    return f" ↑{level}" if level else ""


# --- why ---


def _explain(crm: Context, text: str, json: bool) -> None:
    crm.read()
    row = needs.find_need(crm, text)
    from crmcli.commands.shared.need_reasons import why_need
    from crmcli.output import words

    parts = why_need(crm, row)
    if json:
        item: dict[str, Any] = {
            "ref": f"n{row['id']}",
            "why": words.why_in_english(parts, crm.today),
        }
        crm.screen.json_item("triage-why", item)
    else:
        crm.screen.tell(words.why(parts, crm.today))
