"""`crm add-need`."""

from typing import Annotated

import typer

from crmcli.commands.shared import needs, options, service_texts
from crmcli.commands.shared.alike import articles_alike
from crmcli.commands.shared.records import privacy
from crmcli.commands.shared.values import Values, clean
from crmcli.context import Context
from crmcli.errors import BadValue
from crmcli.locale import _

EXAMPLES = (
    "crm add-need c12 'the printer jams again' --urgency urgent --kind problem",
    "crm add-need 华东 '希望支持批量导出' --kind 功能 --value 4",
)


def run(
    ctx: typer.Context,
    customer: Annotated[str, typer.Argument(help=_("A reference or a name."), metavar="CUSTOMER")],
    text: Annotated[str, typer.Argument(help=_("What they need."), metavar="TEXT")],
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
    origin: Annotated[
        str | None,
        typer.Option("--from", help=_("The need it comes from."), metavar="NEED"),
    ] = None,
    at: Annotated[
        str | None,
        typer.Option("--at", help=_("When it was received; now when not said."), metavar="WHEN"),
    ] = None,
    external_id: Annotated[
        str | None, typer.Option("--external-id", help=_("Its number in another system."))
    ] = None,
    json: options.Json = False,
    reveal: options.Reveal = False,
    dry_run: options.DryRun = False,
    reason: options.Reason = None,
) -> None:
    """Note what a customer needs; its clocks run from now."""
    crm: Context = ctx.obj
    crm.write(dry_run)
    who = crm.customer(customer)
    if not clean(text):
        raise BadValue("the need's text is empty; write what they need")
    values = Values(crm)
    given = {
        "text": text, "kind": kind, "urgency": urgency, "strength": strength, "value": value, "fit": fit, "cost": cost,
        "owner": owner, "tech_owner": tech_owner, "category": category, "wish": wish, "needed_by": needed_by,
        "budget": budget, "workaround": workaround, "criterion": criterion, "external_id": external_id,
    }  # fmt: skip
    columns = needs.about(crm, values, who["id"], given, acceptor)
    needs.refuse_known(crm, columns.get("external_id"))
    source = needs.find_need(crm, origin) if origin is not None else None
    moment = values.moment(at)
    with crm.change(reason) as change:
        key = change.insert(
            "need",
            **{"owner": crm.actor, **columns},
            customer_id=who["id"],
            status="triaged" if columns.get("urgency") else "received",
            received_at=crm.clock.to_instant(moment),
            origin_id=source["id"] if source else None,
            created_at=change.author.at,
        )
    alike = articles_alike(crm, columns["text"])
    needs.show(
        crm,
        key,
        lambda: "\n".join(service_texts.added_need(crm, key, who["name"])),
        json,
        reveal,
        references=[f"n{key}"],
        more=lambda mask: {
            "alike": [{"ref": f"a{row['id']}", "title": mask.text(row["title"])} for row in alike]
        },
    )
    if alike and not json:
        mask = privacy(crm, reveal)
        for row in alike:
            crm.screen.note(
                _("This may help: {article} {title}").format(
                    article=f"a{row['id']}", title=mask.text(row["title"])
                )
            )
