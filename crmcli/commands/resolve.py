"""`crm resolve`."""

from typing import Annotated

import typer

from crmcli.commands.shared import need_steps, needs, options, service_texts
from crmcli.commands.shared.values import clean
from crmcli.context import Context
from crmcli.errors import BadValue
from crmcli.locale import _

EXAMPLES = (
    "crm resolve n5 'replaced the drum'",
    "crm resolve n5 '已更换配件并测试通过'",
)


def run(
    ctx: typer.Context,
    need: needs.Reference,
    solution: Annotated[str, typer.Argument(help=_("How it was solved."), metavar="SOLUTION")],
    json: options.Json = False,
    reveal: options.Reveal = False,
    dry_run: options.DryRun = False,
    reason: options.Reason = None,
) -> None:
    """Say how a need was solved; a survey falls due."""
    crm: Context = ctx.obj
    crm.write(dry_run)
    row = needs.find_for(crm, need, "resolve")
    text = clean(solution)
    if not text:
        raise BadValue("the solution is empty; write how it was solved")
    with crm.change(reason) as change:
        survey = need_steps.resolve(change, row, text, crm.today.isoformat())
    service_texts.say_open_steps(crm, row["id"])
    references = [f"s{survey}"] if survey else []
    needs.show(
        crm,
        row["id"],
        lambda: service_texts.resolved(crm, row["id"], survey),
        json,
        reveal,
        references=references,
    )
