"""A contact as it is told, read, checked and written: from the command line or from a script's line (HANDBOOK §2)."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from crmcli.commands.shared import follow_ups
from crmcli.commands.shared.follow_ups import Step
from crmcli.commands.shared.stages import set_stage
from crmcli.commands.shared.values import Values, clean
from crmcli.context import Context
from crmcli.errors import BadValue, Forbidden, Listed
from crmcli.rules import terms
from crmcli.rules.contacts import is_two_way
from crmcli.rules.references import read_reference
from crmcli.rules.silence import awaits_answer
from crmcli.store.changes import Change, check
from crmcli.store.database import Row, as_list

_TEXTS = (
    "summary",
    "channel",
    "direction",
    "feedback",
    "agreed",
    "intent",
    "excerpt",
    "external_id",
)


class Told(NamedTuple):
    """A contact as somebody tells it, under the JSON names of CLI.md; nothing is read yet."""

    summary: str | None = None
    channel: str | None = None
    direction: str | None = None
    at: str | None = None
    minutes: int | None = None
    no_answer: bool = False
    with_: Sequence[str] = ()
    ours: Sequence[str] = ()
    feedback: str | None = None
    agreed: str | None = None
    intent: str | None = None
    next: Sequence[Step] = ()
    promised_on: str | None = None
    stage: str | None = None
    loss_reason: str | None = None
    care: bool = False
    cost: str | None = None
    signed: bool = False
    excerpt: str | None = None
    need: str | None = None
    promise: str | None = None
    deal: str | None = None
    external_id: str | None = None


class Contact(NamedTuple):
    """A contact that can be written: whose it is, its columns and those of the rows that come with it."""

    who: Row
    moment: datetime
    columns: dict[str, Any]
    present: Sequence[dict[str, Any]] = ()
    next: Sequence[dict[str, Any]] = ()
    stage: str | None = None
    loss_reason: str | None = None


def read(crm: Context, values: Values, who: Row, told: Told) -> Contact:
    """Everything read and checked, so that writing cannot fail; BadValue says what is wrong."""
    _refuse_known(crm, told.external_id)
    moment = values.moment(told.at)
    columns = values.fields("interaction", {name: getattr(told, name) for name in _TEXTS})
    channel, direction = columns.get("channel", "call"), columns.get("direction", "both")
    two_way = is_two_way(channel, direction, told.no_answer)
    promised = values.day(told.promised_on) if told.promised_on else None
    if promised and promised < moment.date():
        raise BadValue(
            "--on {day} lies before the contact; name the day of the next one", day=promised
        )
    columns |= {
        "need_id": about(crm, who["id"], "need", told.need),
        "promise_id": about(crm, who["id"], "promise", told.promise),
        "deal_id": about(crm, who["id"], "deal", told.deal),
        "at": crm.clock.to_instant(moment),
        "contacted_on": moment.date().isoformat(),
        "two_way": int(two_way),
        "awaits_answer": int(awaits_answer(channel, direction, two_way)),
        "minutes": told.minutes,
        "no_answer": int(told.no_answer),
        "promised_on": promised.isoformat() if promised else None,
        "stage": terms.STAGE.read(told.stage) if told.stage else None,
        "care": int(told.care),
        "cost": values.money(told.cost) if told.cost else None,
        "signed": int(told.signed),
    }
    reason = terms.read_loss_reason(clean(told.loss_reason)) if told.loss_reason else None
    if reason and (columns["stage"] or who["stage"]) != "lost":
        raise BadValue("--loss-reason is for customers that are lost; add --stage lost")
    present = participants(crm, who["id"], told.with_, told.ours)
    steps = follow_ups.rows(crm, values, told.next)
    check("interaction", columns)
    check("customer", {"loss_reason": reason})
    for one in present:
        check("participant", one)
    for one in steps:
        check("task", one)
    return Contact(who, moment, columns, present, steps, columns["stage"], reason)


def write(change: Change, contact: Contact) -> tuple[int, list[int]]:
    """Write it; what it does to clock, snooze and promise is derived. Returns its key and its follow-ups' keys."""
    customer = contact.who["id"]
    key = change.insert(
        "interaction", customer_id=customer, entered_at=change.author.at, **contact.columns
    )
    for one in contact.present:
        change.insert("participant", interaction_id=key, **one)
    if contact.columns["care"] and contact.who["care_snoozed_until"]:
        change.update("customer", customer, care_snoozed_until=None)  # what was put off is done
    tasks = [
        change.insert(
            "task",
            customer_id=customer,
            interaction_id=key,
            kind="follow-up",
            created_at=change.author.at,
            **step,
        )
        for step in contact.next
    ]
    if contact.stage or contact.loss_reason:
        was = contact.who
        stage, reason = contact.stage or was["stage"], contact.loss_reason
        if stage == "lost":  # said again, it need not be told why again
            reason = reason or was["loss_reason"]
        set_stage(change, was, stage, contact.moment.date(), reason)
    return key, tasks


_LIKE = {"need": "n5", "promise": "p2", "deal": "d6"}


def about(crm: Context, customer: int, table: str, text: str | None) -> int | None:
    """The key of the customer's need, promise or deal that a contact is about; BadValue when it is another's, or none."""
    if text is None:
        return None
    named = read_reference(text)
    if named is None or named.table != table or named.item:
        raise BadValue(
            "{text!r} is no {what}; write its reference, like {like}",
            text=text,
            what=table,
            like=_LIKE[table],
        )
    row = crm.record(text).row
    if row["customer_id"] != customer:
        raise BadValue(
            "{text} is of another customer, c{other}; log the contact with that one",
            text=text,
            other=row["customer_id"],
        )
    return named.key


def _refuse_known(crm: Context, external_id: str | None) -> None:
    """Forbidden when a contact of that number of another system is there already: a script may be run again."""
    number = clean(external_id or "")
    found = crm.db.row("interactions_by_external_id", text=number) if number else None
    if found:
        raise Forbidden(
            "external id {number} is that of i{key}; leave it out, or edit that contact",
            number=number,
            key=found["id"],
        )


def participants(
    crm: Context, customer: int, theirs: Sequence[str], ours: Sequence[str]
) -> list[dict[str, Any]]:
    """Who took part, each once, as rows: one of the customer's people by reference or name, else just the name."""
    people = crm.db.rows("people_of", customers=as_list([customer])) if theirs else []
    rows = [_participant(people, text) for text in theirs if clean(text)]
    rows += [{"name": clean(text), "side": "ours"} for text in ours if clean(text)]
    return list({tuple(row.values()): row for row in rows}.values())  # named twice, there once


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


# --- from a script's line ---


def told_by(item: Mapping[str, Any]) -> tuple[str, Told]:
    """The customer's name and the contact told by one JSON object (CLI.md, JSON); BadValue names what is wrong."""
    customer = clean(_text("customer", item.get("customer")) or "")
    if not customer:
        raise BadValue("the line names no customer; give customer as a name, c12 or ext:ID")
    given: dict[str, Any] = {}
    for name, value in item.items():
        if name in ("customer", "ref") or value is None:
            continue
        if name not in _READERS:
            raise BadValue(
                "{name!r} is not a field of a contact; choose one of {known}",
                name=name,
                known=Listed(["customer", *_READERS]),
            )
        given["with_" if name == "with" else name] = _READERS[name](name, value)
    return customer, Told(**given)


def _text(name: str, value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    raise BadValue("{name} is no text; write it in quotation marks", name=name)


def _truth(name: str, value: Any) -> bool:
    if isinstance(value, bool):
        return value
    raise BadValue("{name} is neither true nor false", name=name)


def _whole(name: str, value: Any) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 100_000:
        return value
    raise BadValue("{name} is no whole number from 0 to 100000", name=name)


def _texts(name: str, value: Any) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [text for one in values if (text := _text(name, one))]


def _steps(name: str, value: Any) -> list[Step]:
    found = []
    for one in value if isinstance(value, list) else [value]:
        if isinstance(one, str):
            found.append(Step(one))
        elif isinstance(one, dict) and not one.keys() - {"text", "on", "owner", "ref"}:
            found.append(Step(*[_text(part, one.get(part)) or "" for part in ("text", "on", "owner")]))  # fmt: skip
        else:
            raise BadValue("{name} is a list of objects with text, on and owner", name=name)
    return found


_READERS: dict[str, Callable[[str, Any], Any]] = {
    **dict.fromkeys(("summary", "channel", "direction", "at", "feedback", "agreed", "intent"), _text),
    **dict.fromkeys(("promised_on", "stage", "loss_reason", "cost", "excerpt", "external_id"), _text),
    **dict.fromkeys(("need", "promise", "deal"), _text),
    **dict.fromkeys(("no_answer", "care", "signed"), _truth),
    **dict.fromkeys(("with", "ours"), _texts),
    "minutes": _whole,
    "next": _steps,
}  # fmt: skip
