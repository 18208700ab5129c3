"""`crm survey`."""

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from crmcli.commands.shared import options, surveys
from crmcli.commands.shared.records import privacy
from crmcli.commands.shared.values import Values
from crmcli.context import Context, is_interactive
from crmcli.errors import BadValue, Listed
from crmcli.locale import _
from crmcli.rules.terms import SURVEY_KIND
from crmcli.store.database import Row

EXAMPLES = (
    "crm survey n5 --overall 5 --solved 5 --nps 9 --good 'quick'",
    "crm survey 华东 --kind relation --overall 4 --nps 8 --by 张伟",
)
Text = str | None


def _score(help_: str, most: str = "1-5") -> Any:
    return typer.Option(help=help_, metavar=most)


def run(
    ctx: typer.Context,
    target: Annotated[
        Text,
        typer.Argument(
            help=_("A customer, a need such as n5, or a survey such as s4."), metavar="[TARGET]"
        ),
    ] = None,
    kind: Annotated[
        Text, typer.Option("--kind", help=_("service, relation or deep; service when not said."))
    ] = None,
    overall: Annotated[Text, _score(_("All in all."))] = None,
    solved: Annotated[Text, _score(_("Was it solved?"))] = None,
    speed: Annotated[Text, _score(_("How quick we were."))] = None,
    attitude: Annotated[Text, _score(_("How we were to deal with."))] = None,
    product: Annotated[Text, _score(_("Our products; of a relation survey."))] = None,
    response: Annotated[Text, _score(_("How we respond; of a relation survey."))] = None,
    support: Annotated[Text, _score(_("Our support; of a relation survey."))] = None,
    nps: Annotated[Text, _score(_("Would they recommend us?"), "0-10")] = None,
    good: Annotated[Text, typer.Option("--good", help=_("What was good."), metavar="TEXT")] = None,
    bad: Annotated[Text, typer.Option("--bad", help=_("What was bad."), metavar="TEXT")] = None,
    comment: Annotated[
        Text, typer.Option("--comment", help=_("What else they said."), metavar="TEXT")
    ] = None,
    pain: Annotated[
        Text,
        typer.Option("--pain", help=_("What troubles them; of a deep talk."), metavar="TEXT"),
    ] = None,
    future: Annotated[
        Text,
        typer.Option("--future", help=_("What they will need; of a deep talk."), metavar="TEXT"),
    ] = None,
    at: Annotated[
        Text, typer.Option("--at", help=_("When they answered; now when not said."), metavar="WHEN")
    ] = None,
    by: Annotated[
        Text, typer.Option("--by", help=_("Who of theirs answered."), metavar="PERSON")
    ] = None,
    sent: Annotated[
        bool, typer.Option("--sent", help=_("It was sent, and is not answered yet."))
    ] = False,
    no_answer: Annotated[
        bool, typer.Option("--no-answer", help=_("Nobody answered; stop asking."))
    ] = False,
    script: Annotated[
        bool, typer.Option("--script", help=_("Print a wording of the questions."))
    ] = False,
    list_: Annotated[
        bool, typer.Option("--list", help=_("List what is due and what was answered."))
    ] = False,
    limit: options.Limit = None,
    json: options.Json = False,
    csv: options.Csv = False,
    reveal: options.Reveal = False,
    dry_run: options.DryRun = False,
    reason: options.Reason = None,
) -> None:
    """Ask whether it helped, and record the answer."""
    crm: Context = ctx.obj
    given = {
        "overall": overall, "solved": solved, "speed": speed, "attitude": attitude, "product": product,
        "response": response, "support": support, "nps": nps, "good": good, "bad": bad, "comment": comment, "pain": pain,
        "future": future,
    }  # fmt: skip
    said = {name: text for name, text in {**given, "at": at, "by": by}.items() if text is not None}
    chosen = SURVEY_KIND.read(kind) if kind is not None else None
    status = _status(sent, no_answer, said)
    if script or list_ or (target is None and not said and status == "answered"):
        if said or status != "answered" or (script and list_):
            raise BadValue(
                "--list and --script only show, and one at a time; record the answer without them"
            )
        if script:
            _show_script(crm, target, chosen, json, reveal)
            return
        asks = not (list_ or json or csv or limit is not None) and is_interactive()
        target = _listed(crm, target, chosen, asks, limit, json, csv, reveal)
        if target is None:
            return
        crm.arguments = ["survey", target]
    if target is None:
        raise BadValue("nobody is named; write crm survey TARGET with a customer, a need or a survey")  # fmt: skip
    crm.write(dry_run)
    values = Values(crm)
    found = surveys.find(crm, target, chosen, status)
    columns = _columns(crm, values, found, status, given, by)
    if columns is None:
        from crmcli.commands.shared import questions

        with questions.keeping(crm, found) as answers:
            found, columns = _asked(crm, values, found, answers)
            if columns:
                _record(crm, values, found, status, columns, at, json, reveal, reason)
        return
    _record(crm, values, found, status, columns, at, json, reveal, reason)


def _record(
    crm: Context,
    values: Values,
    found: surveys.Target,
    status: str,
    columns: dict[str, Any],
    at: Text,
    json: bool,
    reveal: bool,
    reason: Text,
) -> None:
    moment = values.moment(at)
    day = moment.date().isoformat()
    columns |= surveys.times(status, crm.clock.to_instant(moment), day)
    with crm.change(reason) as change:
        key = surveys.write(change, found, day, columns)
        review = surveys.open_review(crm, change, key) if status == "answered" else None
    _tell(crm, key, review, json, reveal)


def _listed(
    crm: Context,
    target: Text,
    kind: Text,
    asks: bool,
    limit: int | None,
    json: bool,
    csv: bool,
    reveal: bool,
) -> Text:
    """List surveys; where somebody `asks` them and some are due, only those, and return which one it is to be.

    With none due, it is said how to record one all the same.
    """
    from crmcli.commands.shared import survey_list

    if asks and (due := survey_list.due(crm, kind)):
        return survey_list.ask_which(crm, due)
    survey_list.show(crm, target, kind, limit, json, csv, reveal)
    if asks:
        crm.screen.note(_("None is to be asked today. To record an answer all the same, name whose: crm survey CUSTOMER"))  # fmt: skip
    return None


def _status(sent: bool, no_answer: bool, said: Mapping[str, str]) -> str:
    """What is to be recorded; BadValue when that is two things at once."""
    if sent and no_answer:
        raise BadValue("--sent and --no-answer exclude each other; leave one of them out")
    if not (sent or no_answer):
        return "answered"
    option = "--sent" if sent else "--no-answer"
    extra = [name for name in said if name != "at"]
    if extra:
        raise BadValue(
            "{option} says that there is no answer; leave out {given}, or leave out {option}",
            option=option,
            given=Listed(f"--{name}" for name in extra),
        )
    return "sent" if sent else "no_answer"


def _columns(
    crm: Context,
    values: Values,
    found: surveys.Target,
    status: str,
    given: Mapping[str, Text],
    by: Text,
) -> dict[str, Any] | None:
    """The columns of what was said; None when nothing was, and a person can be asked."""
    if status != "answered":
        return {}
    if is_interactive() and by is None and not any(text is not None for text in given.values()):
        return None
    from crmcli.store.changes import check

    columns = surveys.answers(values, found.kind, given)
    surveys.insist_any(columns)
    columns |= surveys.person(crm, found.customer, by)
    check("survey", columns)
    return columns


def _asked(
    crm: Context, values: Values, found: surveys.Target, answers: dict[str, str]
) -> tuple[surveys.Target, dict[str, Any]]:
    """What a person answers; the survey is looked for again, for somebody else may have filled it in meanwhile."""
    from crmcli.commands.shared import questions

    name = surveys.customer_name(crm, found.customer)
    about = found.need["text"] if found.need is not None else None
    crm.screen.note(_("{name}: {text}").format(name=name, text=about) if about else name)
    columns = questions.ask(crm, values, found, answers)
    if not columns:
        return found, columns
    return surveys.find(crm, found.reference, found.kind, "answered"), columns


# --- what is shown ---


def _tell(crm: Context, key: int, review: int | None, json: bool, reveal: bool) -> None:
    row = crm.db.row("survey_row", id=key)
    assert row is not None
    if json:
        mask = privacy(crm, reveal)
        from crmcli.commands.shared import service_records

        item = service_records.surveys(crm, [row], mask)[0]
        crm.screen.json_item("survey", item, masked=mask.did_mask)
        return
    references = [f"s{key}", *([f"v{review}"] if review else [])]
    crm.confirm(lambda: "\n".join(_outcome(crm, row, review)), *references)


def _outcome(crm: Context, row: Row, review: int | None) -> list[str]:
    from crmcli.commands.shared import service_texts
    from crmcli.store.facts import day_of

    ref, name = f"s{row['id']}", surveys.customer_name(crm, row["customer_id"])
    if row["status"] == "no_answer":
        return [_("{ref}: {name} gave no answer, and is not asked again.").format(ref=ref, name=name)]  # fmt: skip
    if row["status"] == "sent":
        due_on = day_of(row["due_on"])
        day = crm.days.ahead(due_on) if due_on else ""
        return [
            _("{ref} was sent to {name}; if no answer comes, ask on {day}.").format(
                ref=ref, name=name, day=day
            )
        ]
    scores = [
        _("{field} {score}").format(field=_(one), score=row[one])
        for one in surveys.SCORED
        if row[one] is not None
    ]
    said = _(", ").join(scores)
    lines = [_("Recorded {ref} of {name}.").format(ref=ref, name=name)]
    if said:
        lines = [_("Recorded {ref} of {name}: {scores}.").format(ref=ref, name=name, scores=said)]
    found = crm.db.row("review_row", id=review) if review else None
    if found is not None:
        by = service_texts.moment(crm, found["due_at"])
        lines.append(
            _(
                "Below expectation: review it by {by}: crm review {ref} --cause WHY --action WHAT"
            ).format(by=by, ref=f"v{review}")
        )
    return lines


def _show_script(
    crm: Context, target: str | None, kind: str | None, json: bool, reveal: bool
) -> None:
    from crmcli.commands.shared import questions

    crm.read()
    found = surveys.about(crm, target, kind) if target is not None else None
    mask = privacy(crm, reveal)
    name = surveys.customer_name(crm, found.customer) if found else None
    about = mask.text(found.need["text"]) if found and found.need is not None else None
    asked = found.kind if found else kind or "service"
    lines = list(questions.wording(asked, name, about))
    if json:
        item = {"target": found.reference if found else None, "kind": asked}
        crm.screen.json_item(
            "survey-script", item | {"text": "\n".join(lines)}, masked=mask.did_mask
        )
    else:
        crm.screen.say("\n".join(lines))  # to be copied: not folded
