"""`crm review`."""

from typing import Annotated

import typer

from crmcli.commands.shared import need_steps, options, service_records, surveys
from crmcli.commands.shared.records import privacy
from crmcli.commands.shared.values import Values, clean
from crmcli.context import Context, is_interactive
from crmcli.errors import BadValue, Forbidden
from crmcli.locale import _
from crmcli.rules import terms
from crmcli.rules.service import states
from crmcli.store.changes import check
from crmcli.store.database import Row

EXAMPLES = (
    "crm review s4 --cause speed --action 'a second technician on Fridays'",
    "crm review v4 --cause 技术 --action '更换固件' --reopen",
)


def run(
    ctx: typer.Context,
    survey: Annotated[
        str, typer.Argument(help=_("The survey or its review: s4 or v4."), metavar="S")
    ],
    cause: Annotated[
        str | None,
        typer.Option(
            "--cause",
            help=_("misunderstanding, technical, speed, attitude or other; required."),
        ),
    ] = None,
    action: Annotated[
        str | None,
        typer.Option("--action", help=_("What is done about it; required."), metavar="TEXT"),
    ] = None,
    reopen: Annotated[
        bool, typer.Option("--reopen", help=_("Take the survey's need up again, too."))
    ] = False,
    json: options.Json = False,
    reveal: options.Reveal = False,
    dry_run: options.DryRun = False,
    reason: options.Reason = None,
) -> None:
    """Learn from an answer below expectation."""
    crm: Context = ctx.obj
    crm.write(dry_run)
    asked = surveys.find_answered(crm, survey)
    row = _open_review(crm, asked)
    columns = Values(crm).fields("review", {"cause": cause, "action": action})
    found, done = columns.get("cause"), columns.get("action")
    if is_interactive() and not (found and done):
        with crm.waiting_for_a_person():
            found = found or _ask_for_cause(crm)
            done = done or clean(crm.screen.ask(_("What is done about it?")))
        row = _open_review(crm, asked)
    if not found:
        raise BadValue("the cause is missing; add --cause with one of {known}", known=terms.CAUSE.known())  # fmt: skip
    if not done:
        raise BadValue("what is done about it is missing; add --action TEXT")
    check("review", {"action": done})
    need = crm.db.row("need_row", id=asked["need_id"]) if asked["need_id"] else None
    if reopen and need is None:
        raise Forbidden("s{key} asks about no need; leave --reopen out", key=asked["id"])
    if reopen and need is not None:
        states.insist("reopen", f"n{need['id']}", need["status"])
    with crm.change(reason) as change:
        change.update(
            "review",
            row["id"],
            cause=found,
            action=done,
            done_at=change.author.at,
            done_on=crm.today.isoformat(),
        )
        if reopen and need is not None:
            need_steps.reopen(change, need, clean(reason or "") or done)
    _tell(crm, row["id"], None if need is None else need["id"], json, reveal)


def _open_review(crm: Context, survey: Row) -> Row:
    """The review of a survey; Forbidden when there is none, or when it is done."""
    ref, found = f"s{survey['id']}", surveys.reviews(crm, survey["id"])
    if not found:
        if survey["status"] != "answered":
            raise Forbidden(
                "{ref} is not answered yet; crm survey {ref} records the answer", ref=ref
            )
        raise Forbidden("{ref} has no review; crm show {ref} says what was answered", ref=ref)
    row = found[-1]
    if row["done_on"]:
        raise Forbidden(
            "v{key} is done already; correct it with: crm edit v{key} --set FIELD=VALUE",
            key=row["id"],
        )
    return row


def _ask_for_cause(crm: Context) -> str | None:
    causes = list(terms.CAUSE.words)
    chosen = crm.screen.choose(_("What was the cause?"), [_(cause) for cause in causes])
    return None if chosen is None else causes[chosen]


def _tell(crm: Context, key: int, need: int | None, json: bool, reveal: bool) -> None:
    row = crm.db.row("review_row", id=key)
    assert row is not None
    if json:
        mask = privacy(crm, reveal)
        item = service_records.reviews(crm, [row], mask)[0]
        crm.screen.json_item("review", item, masked=mask.did_mask)
        return

    def say() -> str:
        line = _("{ref} is done: {cause}; {action}").format(
            ref=f"v{key}", cause=_(row["cause"]), action=row["action"]
        )
        about = crm.db.row("need_row", id=need) if need is not None else None
        if about is None:
            return line
        if about["status"] in states.STEPS["reopen"]:
            hint = _("Should it not be solved after all: crm reopen n{key}").format(key=need)
            return f"{line}\n{hint}"
        from crmcli.commands.shared import service_texts

        return f"{line}\n{service_texts.standing(crm, about['id'])}"

    crm.confirm(say)
