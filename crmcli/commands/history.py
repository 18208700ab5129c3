"""`crm history`."""

from typing import Annotated, Any

import typer

from crmcli.commands.shared import options, records
from crmcli.commands.shared.steps import told_step
from crmcli.context import Context
from crmcli.errors import NotFound, in_context
from crmcli.locale import _, aside
from crmcli.output import words
from crmcli.output.shapes import Privacy, local
from crmcli.output.table import Column
from crmcli.rules.references import Reference, read_reference, table_word
from crmcli.store import erased, history
from crmcli.store.database import Row
from crmcli.store.history import Step

EXAMPLES = (
    "crm history c12",
    "crm history x17 --json",
)
_CHANGE_NAMES = (
    "ref",
    "change",
    "at",
    "happened_on",
    "actor",
    "command",
    "reason",
    "undoes",
    "undone_by",
)
_STEP_NAMES = (
    "change",
    "at",
    "happened_on",
    "actor",
    "ref",
    "record",
    "action",
    "field",
    "old",
    "new",
    "reason",
    "command",
    "undone_by",
)
_STORED_WORDS = {
    "kind", "stage", "tier", "prefer", "intent", "channel", "direction", "urgency", "strength", "status",
    "level", "by", "cause",
}  # fmt: skip
"""Fields that hold words of ours, which people see in their language."""

_FLAGS = {"priority", "do_not_contact", "blacklisted", "key_person", "no_answer", "care", "signed"}
"""Fields that are yes or no."""


def run(
    ctx: typer.Context,
    reference: Annotated[
        str | None,
        typer.Argument(help=_("A record or a change; all changes when not said."), metavar="[REF]"),
    ] = None,
    limit: options.Limit = None,
    json: options.Json = False,
    csv: options.Csv = False,
    reveal: options.Reveal = False,
) -> None:
    """Who changed what, when and why."""
    crm: Context = ctx.obj
    crm.read()
    most = options.effective_limit(limit, crm.screen.is_terminal and not (json or csv))
    if reference is None:
        rows = crm.db.rows("changes", limit=-1 if most is None else most + 1)
        _show_changes(crm, rows, most, records.privacy(crm, reveal), json, csv)
        return
    mask = records.privacy(crm, reveal)
    steps = _steps(crm, reference, None if most is None else most + 1)
    for_people = not (json or csv)
    items = [
        item for step in steps[:most] for item in told_step(crm, step, mask, for_people=for_people)
    ]
    more = len(steps[:most]) < len(steps)
    if json:
        crm.screen.json_list("history", items, more=more, masked=mask.did_mask)
    elif csv:
        crm.screen.csv(_STEP_NAMES, items)
    else:
        _show_steps(crm, items)
        if more:
            crm.screen.note(_("There is more; --limit 0 shows all."))


def _steps(crm: Context, text: str, limit: int | None) -> list[Step]:
    named = read_reference(text)
    if named and named.table == "change":
        change = crm.db.row("change", id=named.key)
        if change is None:
            raise NotFound("there is no change {text}; crm history lists them", text=text)
        return history.of_change(crm.db, change)
    if named is None:
        named = Reference("customer", crm.customer(text)["id"])
    steps = history.of_record(crm.db, named, limit)
    if not steps:
        raise NotFound(
            "there is no record {text}; crm list-customers shows the customers", text=text
        )
    return steps


def _show_changes(
    crm: Context, rows: list[Row], most: int | None, mask: Privacy, json: bool, csv: bool
) -> None:
    items = [
        {
            "ref": f"x{row['id']}",
            "change": f"x{row['id']}",
            "at": local(row["at"], crm.clock.to_local),
            "happened_on": row["happened_on"],
            "actor": row["actor"],
            "command": mask.command(row["command"]),
            "reason": mask.text(row["reason"]),
            "undoes": f"x{row['undoes']}" if row["undoes"] else None,
            "undone_by": f"x{row['undone_by']}" if row["undone_by"] else None,
        }
        for row in rows
    ]
    for one in erased.erasures(crm.db):  # above what was before it
        place = next((n for n, row in enumerate(rows) if row["at"] <= one.at), len(rows))
        items.insert(place, _erasing(crm, one, mask))
    more = most is not None and most < len(items)
    items = items[:most]
    if json:
        crm.screen.json_list("changes", items, more=more, masked=mask.did_mask)
    elif csv:
        crm.screen.csv(_CHANGE_NAMES, items)
    elif items:
        columns = [
            Column(_("change")),
            Column(_("when")),
            Column(_("who"), least=4),
            Column(_("command"), least=30, below=True),
            Column(_("undone by"), spare=1),
        ]
        cells = [
            [item["change"] or "", _when(item), item["actor"], item["command"] + _reason(item), item["undone_by"] or ""]
            for item in items
        ]  # fmt: skip
        crm.screen.table(columns, cells)
        if more:
            crm.screen.note(_("There is more; --limit 0 shows all."))
    else:
        crm.screen.note(_("Nothing has been changed yet."))


def _erasing(crm: Context, one: erased.Erasure, mask: Privacy) -> dict[str, Any]:
    """What crm forget did, which is no change."""
    return {
        "ref": None,
        "change": None,
        "at": local(one.at, crm.clock.to_local),
        "happened_on": None,
        "actor": one.actor,
        "command": f"crm {erased.EVENT} {one.reference}",
        "reason": mask.text(one.reason),
        "undoes": None,
        "undone_by": None,
    }


def _when(item: dict[str, Any]) -> str:
    """When it was entered, and of which day that is, where it was said."""
    entered = (item["at"] or "")[:16].replace("T", " ")
    if not item["happened_on"]:
        return entered
    return _("{entered}, of {day}").format(entered=entered, day=item["happened_on"])


def _reason(item: dict[str, Any]) -> str:
    told_already = not item["reason"] or "--reason" in item["command"]
    return "" if told_already else f"  {aside(item['reason'])}"


def _without_belongings(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """For people a deletion is one line, not one for each thing that went along."""
    whole = {
        item["change"]
        for item in items
        if item["record"] == "customer" and item["action"] == "delete"
    }
    return [
        item
        for item in items
        if item["record"] == "customer" or item["action"] != "delete" or item["change"] not in whole
    ]


def _show_steps(crm: Context, items: list[dict[str, Any]]) -> None:
    columns = [
        Column(_("change")),
        Column(_("when")),
        Column(_("who"), least=4),
        Column(_("record")),
        Column(_("what"), least=24, below=True),
        Column(_("why"), least=6, spare=1),
    ]
    cells = [
        [
            item["change"] or "",
            _when(item),
            item["actor"] or "",
            item["ref"] or in_context("record", table_word(item["record"]), _),
            _what(item),
            item["reason"] or "",
        ]
        for item in _without_belongings(items)
    ]
    crm.screen.table(columns, cells)


def _what(item: dict[str, Any]) -> str:
    record, field = item["record"], item["field"]
    if field is None:
        about = item["new"] or item["old"]
        if not about:
            return _(item["action"])
        return _("{field}: {text}").format(field=_(item["action"]), text=words.about(record, about))
    old, new = (_value(record, field, value) for value in (item["old"], item["new"]))
    label = words.label(record, field if field == "external_id" else field.removesuffix("_id"))
    return _("{field}: {text}").format(field=label, text=f"{old} → {new}")


def _value(record: str, field: str, value: Any) -> str:
    if value is None:
        return "–"
    if (record, field) == ("key_date", "day"):
        return words.key_day(value)
    if field == "at" or field.endswith("_at"):  # a local moment, as scripts get it
        return str(value)[:16].replace("T", " ")
    if field in _FLAGS:
        return _("yes") if value else _("no")
    if field == "loss_reason":
        return words.loss_reason(value)
    if (record, field) == ("deal", "stage"):
        return in_context("deal", value, _)
    if (record, field) == ("task", "text"):
        return words.of_plays(value)
    if field in _STORED_WORDS and (record, field) != ("survey", "by"):
        return _word(field, str(value))
    return str(value)


def _word(context: str, stored: str) -> str:
    return in_context(context, stored.replace("_", " "), _)
