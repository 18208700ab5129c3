"""`crm add-risk`."""

from datetime import datetime
from typing import Annotated

import typer

from crmcli.commands.shared import options, year_records
from crmcli.commands.shared.records import privacy
from crmcli.commands.shared.values import Values, clean
from crmcli.context import Context
from crmcli.errors import BadValue, Forbidden
from crmcli.locale import _
from crmcli.output import words
from crmcli.store.database import Row

EXAMPLES = (
    "crm add-risk c12 'their buyer talks to a competitor' --level 1 --kind competitor",
    "crm add-risk 华东 '决策人将离职' --level 2 --owner 李雷",
)


def run(
    ctx: typer.Context,
    customer: Annotated[str, typer.Argument(help=_("A reference or a name."), metavar="CUSTOMER")],
    text: Annotated[str, typer.Argument(help=_("What may go wrong."), metavar="TEXT")],
    level: Annotated[
        str | None,
        typer.Option(
            "--level",
            help=_(
                "1 is dealt with in 24 hours, 2 in three working days, 3 at the next touch; 2 when not said."
            ),
            metavar="1|2|3",
        ),
    ] = None,
    kind: Annotated[
        str | None, typer.Option("--kind", help=_("What sort of risk, in your own words."))
    ] = None,
    owner: Annotated[
        str | None,
        typer.Option("--owner", help=_("Who sees to it; you when not said."), metavar="NAME"),
    ] = None,
    external_id: Annotated[
        str | None, typer.Option("--external-id", help=_("Its number in another system."))
    ] = None,
    json: options.Json = False,
    reveal: options.Reveal = False,
    dry_run: options.DryRun = False,
    reason: options.Reason = None,
) -> None:
    """Note what may go wrong with a customer; it is due by its level."""
    crm: Context = ctx.obj
    crm.write(dry_run)
    who = crm.customer(customer)
    if not clean(text):
        raise BadValue("the risk's text is empty; write what may go wrong")
    given = {"text": text, "level": level, "kind": kind, "owner": owner, "external_id": external_id}
    columns = Values(crm).fields("risk", given)
    _refuse_known(crm, columns.get("external_id"))
    with crm.change(reason) as change:
        key = change.insert(
            "risk",
            **{**columns, "owner": columns.get("owner") or crm.actor},
            customer_id=who["id"],
            opened_at=change.author.at,
            opened_on=crm.today.isoformat(),
            created_at=change.author.at,
        )
    row = crm.db.row("risk_row", id=key)
    assert row is not None
    if json:
        mask = privacy(crm, reveal)
        item = year_records.risks(crm, [row], mask)[0]
        crm.screen.json_item("risk", item, masked=mask.did_mask)
    else:
        crm.confirm(lambda: _said(crm, row, who), f"r{key}")


def _refuse_known(crm: Context, number: str | None) -> None:
    found = crm.db.row("risks_by_external_id", text=number) if number else None
    if found:
        raise Forbidden(
            "external id {number} is that of r{key}; leave it out, or edit that risk",
            number=number,
            key=found["id"],
        )


def _said(crm: Context, row: Row, who: Row) -> str:
    parts = {"risk": f"r{row['id']}", "name": who["name"], "text": row["text"]}
    if row["due_at"] is None:
        return _("Added {risk} for {name}: {text}; no touch is due at which it would be.").format(
            **parts
        )
    return _("Added {risk} for {name}: {text}, {day}.").format(
        **parts, day=_day(crm, row, crm.clock.to_local(row["due_at"]))
    )


def _day(crm: Context, row: Row, at: datetime) -> str:
    """When it is due, for people; the touch that one of level 3 waits for has no time of day."""
    day = words.day(at.date(), crm.today)
    return day if row["level"] == 3 else f"{day} {at:%H:%M}"
