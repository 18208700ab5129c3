"""`crm snooze`."""

from typing import Annotated

import typer

from crmcli.commands.shared import options
from crmcli.commands.shared.values import Values
from crmcli.context import Context
from crmcli.errors import BadValue, Forbidden
from crmcli.locale import _
from crmcli.output import words

EXAMPLES = (
    "crm snooze c12 3wd",
    "crm snooze t3 下周一",
)


def run(
    ctx: typer.Context,
    reference: Annotated[
        str,
        typer.Argument(help=_("A customer, for its touch, a task or a key date."), metavar="REF"),
    ],
    until: Annotated[str, typer.Argument(help=_("Not before this day."), metavar="DATE")],
    json: options.Json = False,
    dry_run: options.DryRun = False,
    reason: options.Reason = None,
) -> None:
    """Put a touch, a task or a key date off until a date."""
    crm: Context = ctx.obj
    crm.write(dry_run)
    record = crm.record(reference)
    when = Values(crm).when(until)
    # A number of days lands on a working day like any clock; a date named by hand is meant.
    day = (
        crm.calendar.roll(when.day, crm.settings.get("calendar.roll")) if when.counted else when.day
    )
    if day <= crm.today:
        raise BadValue("{until!r} is not after today; name a day to come", until=until)
    if record.table not in ("customer", "task", "key_date"):
        raise BadValue(
            "{ref} cannot be put off; snooze a customer, a task or a key date", ref=reference
        )
    if record.table == "task" and record.row["done_at"]:
        raise Forbidden("{ref} is already done; add a new task instead", ref=reference)
    if record.table == "key_date" and record.row["next_on"] is None:
        raise Forbidden("{ref} came once and is done; add a new key date instead", ref=reference)
    if record.table == "customer" and (record.row["do_not_contact"] or record.row["retired_on"]):
        raise Forbidden("{ref} is never due, so there is nothing to put off", ref=f"c{record.key}")
    with crm.change(reason) as change:
        if record.table != "customer":
            change.update(record.table, record.key, snoozed_until=day.isoformat())
        else:
            newest = change.take_keys("interaction", 0) - 1
            change.update(
                "customer",
                record.key,
                snooze_until=day.isoformat(),
                snooze_at=change.author.at,
                snooze_after=newest,
            )
    name = f"c{record.key}:touch" if record.table == "customer" else str(record.reference)
    if json:
        crm.screen.json_item("snooze", {"ref": name, "snoozed_until": day.isoformat()})
    else:
        crm.confirm(
            lambda: _("{ref} comes back on {day}.").format(ref=name, day=words.day(day, crm.today))
        )
