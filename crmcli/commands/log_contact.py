"""`crm log-contact`."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Annotated, Any, NamedTuple

import typer

from crmcli.commands.shared import options, records
from crmcli.commands.shared.values import Values, clean
from crmcli.context import Context
from crmcli.errors import BadValue
from crmcli.locale import _, plural
from crmcli.rules import terms
from crmcli.rules.contacts import is_two_way
from crmcli.rules.references import read_reference, ref
from crmcli.rules.silence import awaits_answer
from crmcli.store.changes import Change
from crmcli.store.customers import find_customer
from crmcli.store.database import Row, as_list
from crmcli.store.derived import day_of

EXAMPLES = (
    "crm log-contact c12 'price agreed, wants a sample' --intent high --next 'send sample' --on fri",
    "crm log-contact 华东 --channel visit --at 昨天 --with 张伟 --agreed '试用一个月' --on 2026-12-01",
)

Text = str | None
Texts = list[str] | None


def run(
    ctx: typer.Context,
    customer: Annotated[str, typer.Argument(help=_("A reference or a name."), metavar="CUSTOMER")],
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
    json: options.Json = False,
    reveal: options.Reveal = False,
    dry_run: options.DryRun = False,
    reason: options.Reason = None,
) -> None:
    """Log a contact with a customer, and what comes next."""
    crm: Context = ctx.obj
    if incoming and outgoing:
        raise BadValue("--in and --out exclude each other; leave both out when both sides spoke")
    crm.write(dry_run)
    who = find_customer(crm.db, customer)
    values = Values(crm)
    direction = "in" if incoming else "out" if outgoing else None
    given = {
        "summary": summary, "channel": channel, "direction": direction, "feedback": feedback, "agreed": agreed, "intent": intent,
    }  # fmt: skip
    columns = values.fields("interaction", given)
    moment = values.moment(at)
    steps = follow_ups(crm, values, next_ or [], on or [], next_owner or [])
    promised = values.day(on[0]) if on and not next_ else None
    if promised and promised < moment.date():
        raise BadValue(
            "--on {day} lies before the contact; name the day of the next one", day=promised
        )
    if on and not next_ and len(on) > 1:
        raise BadValue(
            "several --on without --next; give one date for the next touch, or a --next for each"
        )
    new_stage = terms.STAGE.read(stage) if stage else None
    lost_for = terms.LOSS_REASON.read(loss_reason) if loss_reason else None
    present = participants(crm, who["id"], with_ or [], ours or [])
    with crm.change(reason) as change:
        contact = Contact(columns, moment, minutes, no_answer, promised)
        key = log(change, crm, who, contact)
        for one in present:
            change.insert("participant", interaction_id=key, **one)
        tasks = [
            change.insert(
                "task",
                customer_id=who["id"],
                interaction_id=key,
                kind="follow-up",
                created_at=change.author.at,
                **step,
            )
            for step in steps
        ]
        if new_stage or lost_for:
            set_stage(change, who, new_stage or who["stage"], moment.date(), lost_for)
            change.update("interaction", key, stage=new_stage)
    _show(crm, who["id"], key, tasks, json, reveal)


class Contact(NamedTuple):
    """One contact as read: its columns, its local moment, and the promised date of the next touch."""

    columns: dict[str, Any]
    moment: datetime
    minutes: int | None = None
    no_answer: bool = False
    promised_on: date | None = None


def log(change: Change, crm: Context, who: Row, contact: Contact) -> int:
    """Write the contact; what it does to clock, snooze and promise is derived. Returns its key."""
    columns, day = contact.columns, contact.moment.date()
    two_way = is_two_way(
        columns.get("channel", "call"), columns.get("direction", "both"), contact.no_answer
    )
    key = change.insert(
        "interaction",
        customer_id=who["id"],
        at=crm.clock.to_instant(contact.moment),
        contacted_on=day.isoformat(),
        two_way=int(two_way),
        awaits_answer=int(
            awaits_answer(columns.get("channel", "call"), columns.get("direction", "both"), two_way)
        ),
        minutes=contact.minutes,
        no_answer=int(contact.no_answer),
        promised_on=contact.promised_on.isoformat() if contact.promised_on else None,
        entered_at=change.author.at,
        **columns,
    )
    return key


def follow_ups(
    crm: Context, values: Values, texts: list[str], dates: list[str], owners: list[str]
) -> list[dict[str, Any]]:
    """Follow-ups as rows: the nth date and owner belong to the nth text, a single one serves all (CLI.md)."""
    if texts and len(dates) not in (0, 1, len(texts)):
        raise BadValue(
            "{n} --on for {many} --next; give one for all, or one for each",
            n=len(dates),
            many=len(texts),
        )
    if owners and len(owners) not in (1, len(texts)):
        raise BadValue(
            "{n} --next-owner for {many} --next; give one for all, or one for each",
            n=len(owners),
            many=len(texts),
        )
    rows = []
    for position, text in enumerate(texts):
        if not clean(text):
            raise BadValue("the --next text is empty; write what is to be done")
        said = _nth(dates, position)
        when = values.when(said) if said else None
        day = when.day if when else crm.calendar.add_working_days(crm.today, 1)
        rows.append(
            {
                "text": clean(text),
                "owner": _nth(owners, position) or crm.actor,
                "due_on": day.isoformat(),
                "due_time": when.time.strftime("%H:%M") if when and when.time else None,
            }
        )
    return rows


def _nth(given: list[str], position: int) -> str | None:
    if len(given) == 1:
        return given[0]
    return given[position] if given else None


def participants(
    crm: Context, customer: int, theirs: list[str], ours: list[str]
) -> list[dict[str, Any]]:
    """Who took part, as rows: one of the customer's people by reference or name, else just the name."""
    people = crm.db.rows("people_of", customers=as_list([customer])) if theirs else []
    rows = [_participant(people, text) for text in theirs if clean(text)]
    return rows + [{"name": clean(text), "side": "ours"} for text in ours if clean(text)]


def _participant(people: list[Row], text: str) -> dict[str, Any]:
    asked = clean(text)
    named = read_reference(asked)
    if named and named.table == "person":
        found = [one for one in people if one["id"] == named.key]
        if not found:
            raise BadValue(
                "{text} is not one of this customer's people; crm show lists them", text=asked
            )
    else:
        found = [one for one in people if one["name"].casefold() == asked.casefold()]
        found = found or [
            one for one in people if one["name"].casefold().startswith(asked.casefold())
        ]
    if len(found) == 1:
        return {"person_id": found[0]["id"], "name": found[0]["name"], "side": "theirs"}
    return {"name": asked, "side": "theirs"}


def set_stage(change: Change, who: Row, stage: str, day: date, loss_reason: str | None) -> None:
    """Move a customer to a stage, dated, with the reason when it is lost; the same stage again changes nothing."""
    values: dict[str, Any] = {"stage": stage}
    if stage != "lost" and loss_reason:
        raise BadValue("--loss-reason is for customers that are lost; add --stage lost")
    values["loss_reason"] = (loss_reason or who["loss_reason"]) if stage == "lost" else None
    change.update("customer", who["id"], **values)
    if stage != who["stage"]:
        change.insert(
            "stage_change",
            customer_id=who["id"],
            from_stage=who["stage"],
            to_stage=stage,
            changed_on=day.isoformat(),
        )


def _show(
    crm: Context, customer: int, key: int, tasks: list[int], json: bool, reveal: bool
) -> None:
    row = crm.db.row("interaction_row", id=key)
    assert row is not None
    if json:
        from crmcli.commands.show import interaction_records

        mask = records.privacy(crm, reveal)
        item = interaction_records(crm, [row], mask)[0]
        crm.screen.json_item("interaction", item, masked=mask.did_mask)
    else:
        crm.confirm(
            lambda: "\n".join(_told(crm, customer, row, tasks)),
            f"i{key}",
            *(f"t{task}" for task in tasks),
        )


def _told(crm: Context, customer: int, contact: Row, tasks: list[int]) -> Iterator[str]:
    """What a person is told: the contact, its follow-ups, and when the customer is next due."""
    from crmcli.output import words

    who = crm.db.row("customer_by_id", id=customer)
    assert who is not None
    yield _("Logged {contact} with {customer} {name}.").format(
        contact=f"i{contact['id']}", customer=ref("customer", customer), name=who["name"]
    )
    for task in tasks:
        row = crm.db.row("task_row", id=task)
        assert row is not None
        day = words.day(date.fromisoformat(row["due_on"]), crm.today)
        yield _("Follow-up {task}: {text}, {day}.").format(
            task=f"t{task}", text=row["text"], day=day
        )
    if not contact["two_way"]:
        yield _("Nobody answered, so the clock runs on.")
    next_on = day_of(who["next_touch_on"])
    if next_on is None:
        return
    spelled = words.day(next_on, crm.today)
    if next_on <= crm.today:
        yield _("Next contact was due {day}.").format(day=spelled)
    else:
        days = crm.calendar.working_days_between(crm.today, next_on)
        yield plural(
            "Next contact {day}, {n} working day.", "Next contact {day}, {n} working days.", days
        ).format(day=spelled, n=days)
