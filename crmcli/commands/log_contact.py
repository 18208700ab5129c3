"""`crm log-contact`."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from crmcli.commands.shared import contacts, follow_ups, options, records
from crmcli.commands.shared.contacts import Told
from crmcli.commands.shared.stages import ask_why_lost
from crmcli.commands.shared.texts import read_text
from crmcli.commands.shared.values import Values
from crmcli.context import Context, is_interactive
from crmcli.errors import BadValue
from crmcli.locale import _
from crmcli.rules.references import ref
from crmcli.store.database import Row
from crmcli.store.facts import day_of

if TYPE_CHECKING:  # most contacts come without files
    from crmcli.store.attached_files import Draft
    from crmcli.store.changes import Change

EXAMPLES = (
    "crm log-contact c12 'price agreed, wants a sample' --intent high --next 'send sample' --on fri",
    "crm log-contact 华东 --channel visit --at 昨天 --with 张伟 --agreed '试用一个月' --on 2026-12-01",
)

Text = str | None
Texts = list[str] | None


def run(
    ctx: typer.Context,
    customer: Annotated[
        Text, typer.Argument(help=_("A reference or a name."), metavar="[CUSTOMER]")
    ] = None,
    summary: Annotated[Text, typer.Argument(help=_("What was said."), metavar="[SUMMARY]")] = None,
    channel: Annotated[
        Text,
        typer.Option(
            "--channel",
            help=_("call, visit, meeting, video, email, wechat, wecom, message, event, other."),
        ),
    ] = None,
    at: Annotated[
        Text, typer.Option("--at", help=_("When; now when not said."), metavar="WHEN")
    ] = None,
    minutes: Annotated[
        int | None, typer.Option("--minutes", help=_("How long."), min=0, max=100_000)
    ] = None,
    incoming: Annotated[bool, typer.Option("--in", help=_("They contacted us."))] = False,
    outgoing: Annotated[bool, typer.Option("--out", help=_("We contacted them."))] = False,
    no_answer: Annotated[
        bool, typer.Option("--no-answer", help=_("Nobody answered: the clock runs on."))
    ] = False,
    with_: Annotated[
        Texts, typer.Option("--with", help=_("Who took part of theirs."), metavar="PERSON")
    ] = None,
    ours: Annotated[
        Texts, typer.Option("--ours", help=_("Who took part of ours."), metavar="NAME")
    ] = None,
    feedback: Annotated[Text, typer.Option("--feedback", help=_("What they think."))] = None,
    agreed: Annotated[Text, typer.Option("--agreed", help=_("What was agreed."))] = None,
    intent: Annotated[Text, typer.Option("--intent", help=_("high, medium or low."))] = None,
    next_: Annotated[
        Texts, typer.Option("--next", help=_("A follow-up; several are allowed."), metavar="TEXT")
    ] = None,
    on: Annotated[
        Texts,
        typer.Option(
            "--on",
            help=_(
                "When the follow-up is due; without --next, the promised date of the next touch."
            ),
            metavar="DATE",
        ),
    ] = None,
    next_owner: Annotated[
        Texts, typer.Option("--next-owner", help=_("Who does it."), metavar="NAME")
    ] = None,
    need: Annotated[
        Text, typer.Option("--need", help=_("The need it was about."), metavar="NEED")
    ] = None,
    promise: Annotated[
        Text, typer.Option("--promise", help=_("The promise it was about."), metavar="PROMISE")
    ] = None,
    deal: Annotated[
        Text, typer.Option("--deal", help=_("The deal it was about."), metavar="DEAL")
    ] = None,
    stage: Annotated[Text, typer.Option("--stage", help=_("The customer's new stage."))] = None,
    loss_reason: Annotated[
        Text,
        typer.Option(
            "--loss-reason",
            help=_(
                "Why it was lost: price, product, service, competitor, no budget, contact left, other."
            ),
        ),
    ] = None,
    care: Annotated[
        bool, typer.Option("--care", help=_("A greeting or a favour, without business."))
    ] = False,
    cost: Annotated[Text, typer.Option("--cost", help=_("What it cost."), metavar="AMOUNT")] = None,
    signed: Annotated[
        bool, typer.Option("--signed", help=_("They signed what was noted."))
    ] = False,
    attach: Annotated[
        Texts,
        typer.Option(
            "--attach", help=_("A file to keep with it; several are allowed."), metavar="FILE"
        ),
    ] = None,
    text_file: Annotated[
        Text,
        typer.Option(
            "--text-file", help=_("A text to keep with it, such as a chat."), metavar="FILE"
        ),
    ] = None,
    external_id: Annotated[
        Text, typer.Option("--external-id", help=_("Its number in another system."))
    ] = None,
    stdin: Annotated[
        bool,
        typer.Option(
            "--stdin",
            help=_(
                'Read contacts from standard input, one JSON object a line: {"customer": "c12", "summary": "hi", '
                '"next": [{"text": "send it", "on": "fri"}]}.'
            ),
        ),
    ] = False,
    json: options.Json = False,
    reveal: options.Reveal = False,
    dry_run: options.DryRun = False,
    reason: options.Reason = None,
) -> int:
    """Log a contact with a customer, and what comes next."""
    crm: Context = ctx.obj
    if incoming and outgoing:
        raise BadValue("--in and --out exclude each other; leave both out when both sides spoke")
    if on and not next_ and len(on) > 1:
        raise BadValue(
            "several --on without --next; give one date for the next touch, or a --next for each"
        )
    told = Told(
        summary=summary,
        channel=channel,
        direction="in" if incoming else "out" if outgoing else None,
        at=at,
        minutes=minutes,
        no_answer=no_answer,
        with_=with_ or (),
        ours=ours or (),
        feedback=feedback,
        agreed=agreed,
        intent=intent,
        next=tuple(follow_ups.paired(next_ or [], on or [], next_owner or [])),
        promised_on=on[0] if on and not next_ else None,
        stage=stage,
        loss_reason=loss_reason,
        care=care,
        cost=cost,
        signed=signed,
        excerpt=read_text(text_file) if text_file is not None else None,
        need=need,
        promise=promise,
        deal=deal,
        external_id=external_id,
    )
    if stdin:
        from crmcli.commands.shared.contact_lines import log_lines

        if customer is not None or attach or told != Told():
            raise BadValue("with --stdin each line says all; leave the customer and the rest out")
        return log_lines(crm, json, reveal, dry_run, reason)
    if customer is None:
        raise BadValue("no customer is named; write crm log-contact CUSTOMER 'what was said'")
    if told == Told() and not (attach or json) and is_interactive():
        customer, summary = _asked(crm, customer)
        if not summary:
            crm.screen.note(_("Nothing was changed."))
            return 0
        told = told._replace(summary=summary)
        crm.arguments = ["log-contact", customer, "--", summary]
    crm.write(dry_run)
    who = crm.customer(customer)
    contact = contacts.read(crm, Values(crm), who, told)
    with _taken(crm, attach or (), dry_run) as drafts:
        if drafts:  # which others may have used for writing
            contact = contacts.read(crm, Values(crm), crm.customer(f"c{who['id']}"), told)
        lost_for = ask_why_lost(crm, contact.who, contact.stage, contact.loss_reason)
        contact = contact._replace(loss_reason=lost_for)
        with crm.change(reason) as change:
            key, tasks = contacts.write(change, contact)
            files = [_attached(crm, change, draft, who["id"], key) for draft in drafts]
    _show(crm, contact.who["id"], key, tasks, files, json, reveal)
    return 0


def _asked(crm: Context, customer: str) -> tuple[str, str]:
    """The customer's reference, and what was said, asked of who named nothing but the customer; nothing is held open meanwhile."""
    crm.read()
    who = crm.customer(customer)
    crm.close()
    crm.screen.note(who["name"])
    return f"c{who['id']}", crm.screen.ask(_("What was said? (Enter: log nothing)"))


def _taken(
    crm: Context, files: Sequence[str], dry_run: bool
) -> AbstractContextManager[list["Draft"]]:
    if not files:
        return nullcontext([])
    from crmcli.commands.shared import attaching

    return attaching.taken(crm, files, dry_run)


def _attached(crm: Context, change: "Change", draft: "Draft", customer: int, contact: int) -> int:
    from crmcli.commands.shared import attaching

    row = {"id": contact, "customer_id": customer}
    return attaching.attach(crm, change, draft, "interaction", row)


def _show(
    crm: Context,
    customer: int,
    key: int,
    tasks: list[int],
    files: list[int],
    json: bool,
    reveal: bool,
) -> None:
    row = crm.db.row("interaction_row", id=key)
    assert row is not None
    if json:
        mask = records.privacy(crm, reveal)
        item = records.interaction_records(crm, [row], mask)[0]
        crm.screen.json_item("interaction", item, masked=mask.did_mask)
    else:
        crm.confirm(
            lambda: "\n".join(_told(crm, customer, row, tasks, files)),
            f"i{key}",
            *(f"t{task}" for task in tasks),
            *(f"f{file}" for file in files),
        )


def _told(
    crm: Context, customer: int, contact: Row, tasks: list[int], files: list[int]
) -> Iterator[str]:
    """What a person is told: the contact, its follow-ups and files, and when the customer is next due."""
    from crmcli.commands.shared import service_texts
    from crmcli.output import words

    who = crm.db.row("customer_by_id", id=customer)
    assert who is not None
    yield _("Logged {contact} with {customer} {name}.").format(
        contact=f"i{contact['id']}", customer=ref("customer", customer), name=who["name"]
    )
    yield from service_texts.after_contact(crm, contact)
    for task in tasks:
        row = crm.db.row("task_row", id=task)
        assert row is not None
        day = crm.days.ahead(date.fromisoformat(row["due_on"]), time=row["due_time"])
        yield _("Follow-up {task}: {text}, {day}.").format(
            task=f"t{task}", text=row["text"], day=day
        )
    for file in files:
        row = crm.db.row("attachment_row", id=file)
        assert row is not None
        yield _("Attached {ref} {name}, {size}, to {record}.").format(
            ref=f"f{file}",
            name=row["name"],
            size=words.size(row["size"]),
            record=f"i{contact['id']}",
        )
    if contact["awaits_answer"] and who["unanswered_on"]:
        on = date.fromisoformat(who["unanswered_on"])
        yield _("Unanswered, it falls due {day}.").format(day=crm.days.ahead(on))
    elif not contact["two_way"]:
        yield _("Nobody answered, so the clock runs on.")
    next_on = day_of(who["next_touch_on"])
    if next_on is None:
        return
    if next_on <= crm.today:
        yield _("Next contact was due {day}.").format(day=words.day(next_on, crm.today))
    else:
        yield _("Next contact {day}.").format(day=crm.days.ahead(next_on, working=True))
