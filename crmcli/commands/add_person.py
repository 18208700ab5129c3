"""`crm add-person`."""

from typing import Annotated

import typer

from crmcli.commands.add_customer import contact_points, say_odd
from crmcli.commands.shared import options, records
from crmcli.commands.shared.consenting import (
    Consent,
    ConsentOn,
    ConsentScope,
    ConsentSource,
    consent_columns,
)
from crmcli.commands.shared.values import Values, clean
from crmcli.context import Context
from crmcli.errors import BadValue
from crmcli.locale import _
from crmcli.output import shapes
from crmcli.store.database import as_list

EXAMPLES = (
    "crm add-person c12 张伟 --title 采购经理 --role buyer --phone 13800005678",
    "crm add-person Acme 'Jane Roe' --email jane@example.com --key-person",
)

Text = str | None


def run(
    ctx: typer.Context,
    customer: Annotated[str, typer.Argument(help=_("A reference or a name."), metavar="CUSTOMER")],
    name: Annotated[str, typer.Argument(help=_("The person's name."), metavar="NAME")],
    title: Annotated[Text, typer.Option("--title", help=_("Title."))] = None,
    role: Annotated[
        list[str] | None,
        typer.Option(
            "--role",
            help=_("decider, approver, buyer, evaluator, influencer, user, contact, acceptor."),
        ),
    ] = None,
    phone: Annotated[
        list[str] | None, typer.Option("--phone", help=_("Phone; several are allowed."))
    ] = None,
    email: Annotated[
        list[str] | None, typer.Option("--email", help=_("E-mail; several are allowed."))
    ] = None,
    wechat: Annotated[Text, typer.Option("--wechat", help=_("WeChat."))] = None,
    key_person: Annotated[bool, typer.Option("--key-person", help=_("A key person."))] = False,
    concern: Annotated[Text, typer.Option("--concern", help=_("What they look for."))] = None,
    preferences: Annotated[Text, typer.Option("--preferences", help=_("What they like."))] = None,
    note: Annotated[Text, typer.Option("--note", help=_("Anything worth knowing."))] = None,
    external_id: Annotated[
        Text, typer.Option("--external-id", help=_("Their number in another system."))
    ] = None,
    consent: Consent = None,
    consent_on: ConsentOn = None,
    consent_source: ConsentSource = None,
    consent_scope: ConsentScope = None,
    json: options.Json = False,
    reveal: options.Reveal = False,
    dry_run: options.DryRun = False,
    reason: options.Reason = None,
) -> None:
    """Add someone at a customer."""
    crm: Context = ctx.obj
    crm.write(dry_run)
    who = crm.customer(customer)
    if not clean(name):
        raise BadValue("the person's name is empty; write one")
    given = {
        "name": name, "title": title, "roles": ",".join(role) if role else None, "concern": concern,
        "preferences": preferences, "note": note, "external_id": external_id,
    }  # fmt: skip
    values = Values(crm)
    columns = values.fields("person", given)
    columns |= consent_columns(values, consent, consent_on, consent_source, consent_scope)
    points = contact_points(phone or [], email or [], [wechat] if wechat else [])
    with crm.change(reason) as change:
        key = change.insert(
            "person",
            customer_id=who["id"],
            key_person=int(key_person),
            created_at=change.author.at,
            **columns,
        )
        for point in points:
            change.insert("contact_point", customer_id=who["id"], person_id=key, **point)
    say_odd(crm, points)
    if json:
        mask = records.privacy(crm, reveal)
        row = crm.db.row("person_row", id=key)
        item = shapes.person(
            row, crm.db.rows("contact_points_of", customers=as_list([who["id"]])), mask
        )
        crm.screen.json_item("person", item, masked=mask.did_mask)
    else:
        crm.confirm(
            lambda: _("Added {ref} {name} at {customer}.").format(
                ref=f"h{key}", name=clean(name), customer=who["name"]
            ),
            f"h{key}",
        )
