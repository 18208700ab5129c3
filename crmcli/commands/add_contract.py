"""`crm add-contract`."""

from typing import Annotated

import typer

from crmcli.commands.shared import amounts, contracts, options, orders, plan_steps
from crmcli.commands.shared.values import Values, clean
from crmcli.context import Context
from crmcli.errors import BadValue
from crmcli.locale import _
from crmcli.store.database import Row

EXAMPLES = (
    "crm add-contract c12 'service for a year' --amount 120000 --from 2027-01-01 --until 2027-12-31",
    "crm add-contract 华东 年度框架 --until 2027-11-30 --milestone 首批交货 --by 2027-01-15 --milestone 验收 --by 2027-03-31",
)


def run(
    ctx: typer.Context,
    customer: Annotated[str, typer.Argument(help=_("A reference or a name."), metavar="CUSTOMER")],
    text: Annotated[str, typer.Argument(help=_("What it is about."), metavar="TEXT")],
    amount: Annotated[
        str | None,
        typer.Option("--amount", help=_("What it comes to, like 1200.50."), metavar="AMOUNT"),
    ] = None,
    currency: Annotated[
        str | None,
        typer.Option(
            "--currency",
            help=_("Its currency, like USD; the base currency when not said."),
            metavar="CODE",
        ),
    ] = None,
    from_: Annotated[
        str | None,
        typer.Option("--from", help=_("Its first day; today when not said."), metavar="DATE"),
    ] = None,
    until: Annotated[
        str | None, typer.Option("--until", help=_("Its last day; required."), metavar="DATE")
    ] = None,
    terms: Annotated[
        str | None, typer.Option("--terms", help=_("What was agreed."), metavar="TEXT")
    ] = None,
    deal: Annotated[
        str | None, typer.Option("--deal", help=_("The deal it comes of."), metavar="DEAL")
    ] = None,
    owner: Annotated[
        str | None,
        typer.Option("--owner", help=_("Who sees to it; you when not said."), metavar="NAME"),
    ] = None,
    note: Annotated[str | None, typer.Option("--note", help=_("Anything else."))] = None,
    external_id: Annotated[
        str | None, typer.Option("--external-id", help=_("Its number in another system."))
    ] = None,
    milestone: Annotated[
        list[str] | None,
        typer.Option(
            "--milestone", help=_("What is to be reached; several are allowed."), metavar="TEXT"
        ),
    ] = None,
    by: Annotated[
        list[str] | None,
        typer.Option(
            "--by",
            help=_("When it is due: the nth for the nth milestone, or one for all."),
            metavar="DATE",
        ),
    ] = None,
    json: options.Json = False,
    reveal: options.Reveal = False,
    dry_run: options.DryRun = False,
    reason: options.Reason = None,
) -> None:
    """Note a contract; its renewal and its milestones fall due."""
    crm: Context = ctx.obj
    crm.write(dry_run)
    who = crm.customer(customer)
    values = Values(crm)
    if not clean(text):
        raise BadValue("the contract's text is empty; write what it is about")
    given = {
        "text": text,
        "terms": terms,
        "owner": owner,
        "note": note,
        "external_id": external_id,
    }
    columns = values.fields("contract", given)
    columns["owner"] = columns.get("owner") or crm.actor
    columns |= amounts.entered(values, amount, currency) | _days(values, from_, until)
    contracts.refuse_known(crm, columns.get("external_id"))
    if deal is not None:
        columns["deal_id"] = orders.belongs_to(crm, who["id"], "deal", deal)
    milestones = plan_steps.read(
        values, "--milestone", milestone or [], by or [], day=None, owner=columns["owner"]
    )
    orders.hint(crm, who)
    with crm.change(reason) as change:
        of = {"customer_id": who["id"], "created_at": change.author.at}
        key = change.insert("contract", **columns, **of)
        steps = [change.insert("plan_step", contract_id=key, **one, **of) for one in milestones]
    made = (f"k{key}", *(f"l{step}" for step in steps))
    contracts.show(crm, key, lambda: _said(crm, key, who, steps), json, reveal, *made)


def _days(values: Values, first: str | None, last: str | None) -> dict[str, str]:
    if last is None:
        raise BadValue("a contract has a last day; add --until DATE")
    days = {
        "starts_on": values.day(first).isoformat() if first is not None else values.today,
        "ends_on": values.day(last).isoformat(),
    }
    contracts.insist_in_order(days)
    return days


def _said(crm: Context, key: int, who: Row, steps: list[int]) -> str:
    row = crm.db.row("contract_row", id=key)
    assert row is not None
    lines = [
        _("Added {contract} of {name}: {text}.").format(
            contract=f"k{key}", name=who["name"], text=row["text"]
        ),
        *contracts.told(crm, key),
    ]
    for step in steps:
        milestone = crm.db.row("plan_step_row", id=step)
        assert milestone is not None
        lines.append(
            _("Milestone {step}: {text}, {day}.").format(
                step=f"l{step}",
                text=milestone["text"],
                day=contracts.day(crm, milestone["due_on"]),
            )
        )
    return "\n".join(lines)
