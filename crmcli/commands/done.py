"""`crm done`."""

from datetime import date
from typing import Annotated, Any

import typer

from crmcli.commands.shared import follow_ups, options, records
from crmcli.commands.shared.settling import settler
from crmcli.commands.shared.values import Values, clean
from crmcli.context import Context
from crmcli.errors import BadValue
from crmcli.locale import _
from crmcli.output import shapes, words
from crmcli.rules.references import table_word
from crmcli.store.records import Record

EXAMPLES = (
    "crm done t3 'sent, they like it'",
    "crm done t3 --next 'ask for the order' --on 下周五",
)


_KEEPS_RESULT = ("task", "need", "plan_step", "promise", "review", "risk")
"""Records that have a place for what came of them."""


def run(
    ctx: typer.Context,
    reference: Annotated[
        str, typer.Argument(help=_("What is done, as due prints it."), metavar="REF")
    ],
    result: Annotated[
        str | None, typer.Argument(help=_("What came of it."), metavar="[RESULT]")
    ] = None,
    next_: Annotated[
        list[str] | None,
        typer.Option("--next", help=_("What comes next; several are allowed."), metavar="TEXT"),
    ] = None,
    on: Annotated[
        list[str] | None, typer.Option("--on", help=_("When that is due."), metavar="DATE")
    ] = None,
    next_owner: Annotated[
        list[str] | None, typer.Option("--next-owner", help=_("Who does it."), metavar="NAME")
    ] = None,
    json: options.Json = False,
    reveal: options.Reveal = False,
    dry_run: options.DryRun = False,
    reason: options.Reason = None,
) -> None:
    """Settle what is due, and say what comes next."""
    crm: Context = ctx.obj
    crm.write(dry_run)
    if reference.strip().lower().startswith("crm:"):
        if next_ or on or next_owner:
            raise BadValue("--next belongs to a customer; crm add-task CUSTOMER TEXT adds it")
        _settle_of_the_file(crm, reference, "; ".join(filter(None, [reason, result])), json)
        return
    record = crm.record(reference)
    settle = settler(crm, record, reference.strip())
    if on and not next_:
        raise BadValue("--on says when what comes next is due; give --next TEXT too")
    steps = follow_ups.rows(
        crm, Values(crm), follow_ups.paired(next_ or [], on or [], next_owner or [])
    )
    said = clean(result or "") or None
    if record.table == "risk" and said is None:
        from crmcli.commands.shared.settling_risks import ask_how_it_ended

        said = ask_how_it_ended(crm, record)
    # Where a record has no place for what came of it, the change log keeps it.
    reasons = [reason, said if record.table not in _KEEPS_RESULT else None]
    with crm.change("; ".join(filter(None, reasons)) or None) as change:
        settle(change, record, said)
        made = [
            change.insert("task", created_at=change.author.at, **_whose(record), **step)
            for step in steps
        ]
    if json:
        mask = records.privacy(crm, reveal)
        fresh = crm.db.row(f"{record.table}_row", id=record.key)
        assert fresh is not None
        item = records.any_record(crm, Record(record.reference, fresh), mask)
        if made:
            following = [shapes.next_step(crm.db.row("task_row", id=key), mask) for key in made]
            item["next"] = [*item.get("next", []), *following]
        crm.screen.json_item(table_word(record.table).replace(" ", "-"), item, masked=mask.did_mask)
    else:
        lines = [
            _settled(record),
            *(
                _("Next {task}: {text}, {day}.").format(
                    task=f"t{key}",
                    text=step["text"],
                    day=crm.days.ahead(date.fromisoformat(step["due_on"]), time=step["due_time"]),
                )
                for key, step in zip(made, steps, strict=True)
            ),
        ]
        crm.confirm(lambda: "\n".join(lines), *(f"t{key}" for key in made))


def _settle_of_the_file(crm: Context, reference: str, reason: str, json: bool) -> None:
    """Settle an item that belongs to no customer."""
    from crmcli.commands.shared import settling_file

    settled = settling_file.settler(crm, reference)
    with crm.change(clean(reason) or None) as change:
        settled.settle(change)
    if json:
        crm.screen.json_item("settled", {"ref": settled.ref, "done_on": crm.today.isoformat()})
    else:
        crm.confirm(lambda: settled.outcome)


def _whose(record: Record) -> dict[str, Any]:
    """Where what comes next belongs: to the same customer, need and contact, as far as there were any."""
    row = record.row
    if record.table == "task":
        return {
            "customer_id": row["customer_id"],
            "interaction_id": row["interaction_id"],
            "need_id": row["need_id"],
            "kind": row["kind"],
        }
    need = row["need_id"] if "need_id" in row.keys() else None  # noqa: SIM118, a Row
    return {
        "customer_id": record.key if record.table == "customer" else row["customer_id"],
        "need_id": record.key if record.table == "need" else need,
        "kind": "task",
    }


def _settled(record: Record) -> str:
    """What came about; of what stays open, or is taken for today's, also what to do if that is not so."""
    if record.table == "deal" and record.reference.item == "deal":
        said = _("{item}: {text} was looked at. {deal} stays open; crm edit-deal {deal} --close-on DATE asks again.")  # fmt: skip
        return said.format(item=record.reference, text=record.row["text"], deal=f"d{record.key}")
    if record.table == "customer_order":
        said = _("{order} is marked as paid today; if it was another day: crm edit {order} --set paid_on=DATE")  # fmt: skip
        return said.format(order=f"o{record.key}")
    return _("Done: {text}").format(text=_what(record))


def _what(record: Record) -> str:
    row = record.row
    if record.table == "key_date":
        return f"{record.reference} {_(row['kind'])} {row['next_on']}"
    if record.reference.item == "amends":
        return str(row["amends"] or row["text"])
    if record.table == "task":
        return words.task(row)
    if "text" not in row.keys():  # noqa: SIM118, a Row
        return str(record.reference)
    return f"{record.reference} {row['text']}" if record.reference.item else str(row["text"])
