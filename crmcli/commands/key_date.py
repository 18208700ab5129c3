"""`crm key-date`."""

from typing import Annotated

import typer

from crmcli.commands.shared import options, records
from crmcli.commands.shared.values import Values
from crmcli.context import Context
from crmcli.errors import BadValue
from crmcli.locale import _
from crmcli.rules.references import table_word
from crmcli.store.facts import day_of

EXAMPLES = (
    "crm key-date h3 birthday 农历八月十五",
    "crm key-date c12 资质到期 2027-03-31 --note 'ISO 9001' --lead 60",
)


def run(
    ctx: typer.Context,
    reference: Annotated[
        str, typer.Argument(help=_("A customer, or one of its people."), metavar="REF")
    ],
    kind: Annotated[
        str,
        typer.Argument(
            help=_("birthday, anniversary, qualification, or a word of your own."), metavar="KIND"
        ),
    ],
    day: Annotated[
        str,
        typer.Argument(
            help=_("MM-DD each year, YYYY-MM-DD with its year, or lunar:8-15 by the moon."),
            metavar="DATE",
        ),
    ],
    note: Annotated[str | None, typer.Option("--note", help=_("Anything worth knowing."))] = None,
    lead: Annotated[
        int | None,
        typer.Option(
            "--lead",
            help=_("Due so many days ahead; 7, or 30 for a qualification."),
            min=0,
            max=366,
        ),
    ] = None,
    external_id: Annotated[
        str | None, typer.Option("--external-id", help=_("Its number in another system."))
    ] = None,
    json: options.Json = False,
    reveal: options.Reveal = False,
    dry_run: options.DryRun = False,
    reason: options.Reason = None,
) -> None:
    """Note a birthday, an anniversary or another day that matters."""
    crm: Context = ctx.obj
    crm.write(dry_run)
    record = crm.record(reference)
    if record.table not in ("customer", "person"):
        raise BadValue(
            "{ref} is a {table}; a key date belongs to a customer or a person",
            ref=str(record.reference),
            table=table_word(record.table),
        )
    given = {"kind": kind, "day": day, "note": note, "external_id": external_id}
    columns = Values(crm).fields("key_date", given)
    is_person = record.table == "person"
    with crm.change(reason) as change:
        key = change.insert(
            "key_date",
            customer_id=record.row["customer_id"] if is_person else record.key,
            person_id=record.key if is_person else None,
            lead_days=lead,
            added_on=crm.today.isoformat(),
            created_at=change.author.at,
            **columns,
        )
    row = crm.db.row("key_date_row", id=key)
    assert row is not None
    if json:
        mask = records.privacy(crm, reveal)
        item = records.key_date_records(crm, [row], mask)[0]
        crm.screen.json_item("key-date", item, masked=mask.did_mask)
        return
    next_on = day_of(row["next_on"])
    crm.confirm(
        lambda: _("Added {ref}: {kind} of {name}, next {day}.").format(
            ref=f"y{key}",
            kind=_(row["kind"]),
            name=record.row["name"],
            day=crm.days.ahead(next_on) if next_on else "-",
        ),
        f"y{key}",
    )
