"""Which survey is meant, what was answered, and what follows from an answer below expectation (HANDBOOK §5)."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from crmcli.commands.shared.needs import person_of
from crmcli.commands.shared.values import Values
from crmcli.context import Context, is_interactive
from crmcli.errors import Ambiguous, BadValue, Forbidden, Listed
from crmcli.locale import _
from crmcli.rules.references import read_reference
from crmcli.rules.service.surveying import DIMENSIONS, SCORES, TEXTS, is_below
from crmcli.store.database import Row, as_list

if TYPE_CHECKING:  # what only reads needs no change log
    from crmcli.store.changes import Change

OPEN = ("due", "sent")
SCORED = (*SCORES, "nps")
ANSWERS = (*SCORED, *TEXTS)
"""All that can be answered, by its JSON name."""

_DEEP = ("pain", "future")
"""What only an in-depth talk is about."""


class Target(NamedTuple):
    """Whom and what a survey asks about; `row` is the survey that is filled in, None for a new one."""

    customer: int
    kind: str
    need: Row | None = None
    row: Row | None = None

    @property
    def reference(self) -> str:
        """The survey, else what it asks about."""
        if self.row is not None:
            return f"s{self.row['id']}"
        return f"n{self.need['id']}" if self.need is not None else f"c{self.customer}"


def asked_in(kind: str) -> tuple[str, ...]:
    """What is asked in a survey of this kind, in the order in which it is asked."""
    texts = [name for name in TEXTS if name not in _DEEP]
    return (*DIMENSIONS[kind], "overall", "nps", *(_DEEP if kind == "deep" else ()), *texts)


# --- which one ---


def about(crm: Context, text: str, kind: str | None) -> Target:
    """What is meant by `c12`, `n5`, `s4` or a name; `row` is a survey that is named itself.

    BadValue when it is none of these or not of that kind, NotFound when it is not there.
    """
    record = crm.record(text)
    row = record.row
    if record.table == "survey":
        _insist_kind(f"s{row['id']}", row["kind"], kind)
        return Target(row["customer_id"], row["kind"], _need(crm, row), row)
    if record.table == "need":
        _insist_kind(f"n{row['id']}", "service", kind)
        return Target(row["customer_id"], "service", row)
    if record.table == "customer":
        own = row["ask_kind"] if record.reference.item == "survey" else None
        return Target(row["id"], kind or own or "service")
    raise BadValue(
        "{text!r} is no customer, need or survey; write one of these, like c12, n5 or s4", text=text
    )


def find(crm: Context, text: str, kind: str | None, status: str) -> Target:
    """The same with the survey that is to become answered, sent or no_answer, where there is one already.

    Ambiguous when a customer has several open ones, Forbidden when it is answered.
    """
    target = about(crm, text, kind)
    if target.row is not None:
        _insist_open(target.row, status)
        return target
    if target.need is not None:
        return target._replace(row=_of_need(crm, target.need["id"], status))
    row = _of_customer(crm, target.customer, target.kind)
    return target._replace(row=row, need=_need(crm, row) if row is not None else None)


def _need(crm: Context, row: Row) -> Row | None:
    return crm.db.row("need_row", id=row["need_id"]) if row["need_id"] else None


def customer_name(crm: Context, key: int) -> str:
    """What a customer is called."""
    row = crm.db.row("customer_by_id", id=key)
    return str(row["name"]) if row else f"c{key}"


def _insist_kind(ref: str, own: str, asked: str | None) -> None:
    if asked not in (None, own):
        raise BadValue(
            "{ref} is asked about by a {what} survey; leave --kind out, or name the customer",
            ref=ref,
            what=own,
        )


def _insist_open(row: Row, status: str) -> None:
    """Forbidden when a survey is answered; one that was given up may still be answered, or sent again."""
    ref = f"s{row['id']}"
    if row["status"] == "answered":
        raise Forbidden(
            "{ref} is answered already; correct it with: crm edit {ref} --set FIELD=VALUE", ref=ref
        )
    if row["status"] == status == "no_answer":
        raise Forbidden("{ref} has no answer already; crm survey {ref} records one", ref=ref)


def _of_need(crm: Context, need: int, status: str) -> Row | None:
    rows = crm.db.rows("surveys_of_need", need=need)
    rows = [row for row in rows if row["status"] in OPEN] or rows
    if not rows:
        return None
    _insist_open(rows[-1], status)
    return rows[-1]


def _of_customer(crm: Context, customer: int, kind: str) -> Row | None:
    rows = [
        row
        for row in crm.db.rows("surveys_of", customers=as_list([customer]))
        if row["kind"] == kind and row["status"] in OPEN
    ]
    if len(rows) < 2:
        return rows[0] if rows else None
    needs = crm.db.rows("needs_by_ids", ids=as_list(row["need_id"] for row in rows))
    texts = {row["id"]: row["text"] for row in needs}
    choices = [f"s{row['id']} {texts.get(row['need_id'], '')}".rstrip() for row in rows]
    if is_interactive():
        with crm.waiting_for_a_person():
            chosen = crm.screen.choose(_("Which one?"), choices)
        if chosen is not None:
            return crm.record(f"s{rows[chosen]['id']}").row
    raise Ambiguous(
        "c{key} has several open surveys; name one by its reference", choices, key=customer
    )


def find_answered(crm: Context, text: str) -> Row:
    """The survey meant by `s4` or by its review `v4`; BadValue when it is neither."""
    record = crm.record(text) if read_reference(text) else None
    if record is not None and record.table == "review":
        record = crm.record(f"s{record.row['survey_id']}")
    if record is None or record.table != "survey":
        raise BadValue("{text!r} is no survey or review; write it like s4 or v4", text=text)
    return record.row


# --- what was answered ---


def answers(values: Values, kind: str, given: Mapping[str, str | None]) -> dict[str, Any]:
    """The columns of what was said; BadValue names a bad score, and what a survey of this kind does not ask."""
    for name, text in given.items():
        if text is not None:
            insist_asked(name, kind)
    return values.fields("survey", dict(given))


def insist_asked(name: str, kind: str) -> None:
    """BadValue when a survey of this kind does not ask for `name`."""
    if name not in asked_in(kind):
        raise BadValue(
            "{field} belongs to a {what} survey; this one asks for {known}",
            field=name,
            what=next(one for one in DIMENSIONS if name in asked_in(one)),
            known=Listed(asked_in(kind)),
        )


def insist_any(columns: Mapping[str, Any]) -> None:
    """BadValue when an answer says nothing."""
    if all(columns.get(name) is None for name in ANSWERS):
        raise BadValue(
            "nothing was answered; give a score such as --overall 4, a text such as --comment, or say --sent or --no-answer"
        )


def person(crm: Context, customer: int, by: str | None) -> dict[str, Any]:
    """The columns of who answered; NotFound when nobody there is called so."""
    if by is None or not by.strip():
        return {}
    key = person_of(crm, customer, by)
    row = crm.db.row("person_row", id=key)
    assert row is not None
    return {"person_id": key, "by": row["name"]}


# --- what is written ---


def times(status: str, instant: str, day: str) -> dict[str, Any]:
    """The columns of a survey that was answered, sent or given up at an instant, on that local day."""
    columns: dict[str, Any] = {"status": status, "snoozed_until": None}
    if status == "sent":
        return columns | {"sent_at": instant, "sent_on": day, "at": None, "answered_on": None}
    return columns | {"at": instant, "answered_on": day}


def write(change: "Change", target: Target, day: str, columns: Mapping[str, Any]) -> int:
    """Fill in the survey that was found, or make a new one that counts from a local day; returns its key."""
    if target.row is not None:
        change.update("survey", target.row["id"], **columns)
        key: int = target.row["id"]
        return key
    return change.insert(
        "survey",
        customer_id=target.customer,
        need_id=target.need["id"] if target.need is not None else None,
        kind=target.kind,
        opened_on=day,
        created_at=change.author.at,
        **columns,
    )


def open_review(crm: Context, change: "Change", key: int) -> int | None:
    """The review of an answer, when it is below expectation; the key of the review, None when there is none to make."""
    row = crm.db.row("survey_row", id=key)
    assert row is not None
    if not is_below(dict(row), crm.book.service.below) or reviews(crm, key):
        return None
    return change.insert(
        "review",
        customer_id=row["customer_id"],
        survey_id=key,
        opened_at=change.author.at,
        created_at=change.author.at,
    )


def reviews(crm: Context, survey: int) -> list[Row]:
    """The reviews of a survey."""
    return crm.db.rows("reviews_of_surveys", surveys=as_list([survey]))


# --- correcting it ---


def edited(crm: Context, row: Row, values: Values, name: str, text: str) -> dict[str, Any]:
    """The columns of `at` or `by` of a survey that is being corrected."""
    if name == "by":
        return person(crm, row["customer_id"], text) or {"person_id": None, "by": None}
    moment: datetime = values.moment(text)
    return {"at": crm.clock.to_instant(moment), "answered_on": moment.date().isoformat()}


def insist_correct(table: str, row: Row, columns: Mapping[str, Any]) -> None:
    """Forbidden when there is no answer to correct, or nothing would be left of it, or of a review that is done."""
    if table == "review":
        emptied = [name for name, value in columns.items() if value is None]
        if row["done_on"] and emptied:
            raise Forbidden("v{key} is done; it keeps its cause and its action", key=row["id"])
        return
    touched = [name for name in (*ANSWERS, "at", "by") if name in columns]
    if touched and row["status"] != "answered":
        raise Forbidden(
            "{ref} is not answered yet; crm survey {ref} records the answer", ref=f"s{row['id']}"
        )
    for name in touched:
        if columns[name] is not None and name in ANSWERS:
            insist_asked(name, row["kind"])
    if touched:
        left = {**dict(row), **columns}
        if all(left[name] is None for name in ANSWERS):
            raise Forbidden(
                "{ref} would have no answer left; keep a score or a text, or take it back with crm undo",
                ref=f"s{row['id']}",
            )


def follow(crm: Context, change: "Change", row: Row, columns: Mapping[str, Any]) -> None:
    """After a correction of scores: the review that is now due is made, one that is not and is untouched goes."""
    if row["status"] != "answered" or not columns.keys() & set(SCORED):
        return
    below = crm.book.service.below
    was, now = is_below(dict(row), below), is_below({**dict(row), **columns}, below)
    if now and not was:
        made = open_review(crm, change, row["id"])
        if made:
            crm.screen.note(_("Below expectation: {ref} is to be reviewed.").format(ref=f"v{made}"))
    elif not now:
        for review in reviews(crm, row["id"]):
            if not (review["done_at"] or review["cause"] or review["action"]):
                change.remove("review", review["id"])
                note = _("No longer below expectation: {ref} is taken back.")
                crm.screen.note(note.format(ref=f"v{review['id']}"))
