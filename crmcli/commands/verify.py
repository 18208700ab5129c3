"""`crm verify`."""

from typing import Annotated

import typer

from crmcli.commands.shared import options, records
from crmcli.commands.shared.values import Values, clean
from crmcli.context import Context
from crmcli.errors import BadValue
from crmcli.locale import _
from crmcli.output import words
from crmcli.rules.references import table_word
from crmcli.store.records import find_record, refuse_item

EXAMPLES = (
    "crm verify c12 --by 李雷",
    "crm verify h3 --by 'Jane Roe' --on yesterday",
)


def run(
    ctx: typer.Context,
    reference: Annotated[
        str, typer.Argument(help=_("A customer, or one of its people."), metavar="REF")
    ],
    by: Annotated[
        str | None,
        typer.Option("--by", help=_("Who made sure; you when not said."), metavar="NAME"),
    ] = None,
    on: Annotated[
        str | None, typer.Option("--on", help=_("When; today when not said."), metavar="DATE")
    ] = None,
    json: options.Json = False,
    reveal: options.Reveal = False,
    dry_run: options.DryRun = False,
    reason: options.Reason = None,
) -> None:
    """Note that somebody made sure that what is kept of a customer or a person is right."""
    crm: Context = ctx.obj
    crm.write(dry_run)
    record = crm.record(reference)
    refuse_item(record)
    if record.table not in ("customer", "person"):
        raise BadValue(
            "{ref} is a {table}; a customer or a person is verified",
            ref=str(record.reference),
            table=table_word(record.table),
        )
    day = Values(crm).past_day(on) if on is not None else crm.today
    who = clean(by or "") or crm.actor
    columns: dict[str, str | None] = {"verified_on": day.isoformat(), "verified_by": who}
    if record.table == "customer":  # which is then no longer to be checked (HANDBOOK §10)
        columns["file_check_snoozed_until"] = None
    with crm.change(reason, None if on is None else day) as change:
        change.update(record.table, record.key, **columns)
    if json:
        mask = records.privacy(crm, reveal)
        item = records.any_record(crm, find_record(crm.db, str(record.reference)), mask)
        crm.screen.json_item(record.table, item, masked=mask.did_mask)
    else:
        crm.confirm(
            lambda: _("{ref} {name} was verified by {by} on {day}.").format(
                ref=record.reference,
                name=record.row["name"],
                by=who,
                day=words.day(day, crm.today),
            )
        )
