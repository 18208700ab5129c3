"""`crm add-promise`."""

from typing import Annotated

import typer

from crmcli.commands.shared import options, promises
from crmcli.commands.shared.values import Values, clean, say_if_past
from crmcli.context import Context
from crmcli.errors import BadValue, Forbidden
from crmcli.locale import _
from crmcli.store.database import Row

EXAMPLES = (
    "crm add-promise c12 'send the samples' --due 'fri 15:00' --level basic",
    "crm add-promise 华东 '提供对账单' --due 下周三 --they-owe",
)


def run(
    ctx: typer.Context,
    customer: Annotated[str, typer.Argument(help=_("A reference or a name."), metavar="CUSTOMER")],
    text: Annotated[str, typer.Argument(help=_("What was promised."), metavar="TEXT")],
    due: Annotated[
        str | None,
        typer.Option(
            "--due",
            help=_("When, with a time if you like; the next working day when not said."),
            metavar="DATE",
        ),
    ] = None,
    level: Annotated[
        str | None,
        typer.Option("--level", help=_("basic, value-add or surprise; basic when not said.")),
    ] = None,
    they_owe: Annotated[
        bool, typer.Option("--they-owe", help=_("They promised it to us."))
    ] = False,
    owner: Annotated[
        str | None,
        typer.Option("--owner", help=_("Who sees to it; you when not said."), metavar="NAME"),
    ] = None,
    need: Annotated[
        str | None, typer.Option("--need", help=_("The need it is about."), metavar="NEED")
    ] = None,
    external_id: Annotated[
        str | None, typer.Option("--external-id", help=_("Its number in another system."))
    ] = None,
    json: options.Json = False,
    reveal: options.Reveal = False,
    dry_run: options.DryRun = False,
    reason: options.Reason = None,
) -> None:
    """Note what we owe a customer, or they owe us."""
    crm: Context = ctx.obj
    crm.write(dry_run)
    who = crm.customer(customer)
    values = Values(crm)
    if not clean(text):
        raise BadValue("the promise's text is empty; write what was promised")
    given = {"text": text, "level": level, "owner": owner, "external_id": external_id}
    columns = values.fields("promise", given)
    _refuse_known(crm, columns.get("external_id"))
    about = _need(crm, who, need) if need is not None else None
    when = values.when(due) if due is not None else None
    day = when.day if when else crm.calendar.add_working_days(crm.today, 1)
    with crm.change(reason) as change:
        key = change.insert(
            "promise",
            **{**columns, "owner": columns.get("owner") or crm.actor},
            customer_id=who["id"],
            need_id=about,
            by="they-owe" if they_owe else "we-owe",
            due_on=day.isoformat(),
            due_time=when.time.strftime("%H:%M") if when and when.time else None,
            created_at=change.author.at,
        )
    say_if_past(crm, f"p{key}", when)
    promises.show(crm, key, _said(crm, key, who), json, reveal, f"p{key}")


def _refuse_known(crm: Context, number: str | None) -> None:
    found = crm.db.row("promises_by_external_id", text=number) if number else None
    if found:
        raise Forbidden(
            "external id {number} is that of p{key}; leave it out, or edit that promise",
            number=number,
            key=found["id"],
        )


def _need(crm: Context, who: Row, text: str) -> int:
    """The key of the need a promise is about; BadValue when it is another customer's, or none."""
    from crmcli.commands.shared.needs import find_need

    row = find_need(crm, text)
    if row["customer_id"] != who["id"]:
        raise BadValue(
            "{text} is of another customer, c{other}; name a need of this one, or leave --need out",
            text=text,
            other=row["customer_id"],
        )
    key: int = row["id"]
    return key


def _said(crm: Context, key: int, who: Row) -> str:
    row = crm.db.row("promise_row", id=key)
    assert row is not None
    parts = {"promise": f"p{key}", "name": who["name"], "text": row["text"]}
    if row["by"] == "they-owe":
        return _("Added {promise}: {name} owes us {text}, {day}.").format(
            **parts, day=promises.due(crm, row)
        )
    return _("Added {promise}: we owe {name} {text}, {day}.").format(
        **parts, day=promises.due(crm, row)
    )
