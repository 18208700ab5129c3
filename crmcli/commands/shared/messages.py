"""Messages to the customers that fit: who gets one, what it says, and who is left out and why (HANDBOOK §7, §10)."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import NamedTuple

from crmcli.context import Context
from crmcli.exchange.message_files import file_name
from crmcli.output import words
from crmcli.rules import messages
from crmcli.rules.messages import CUSTOM, Template
from crmcli.rules.terms import MESSAGE_CHANNELS
from crmcli.store import exporting
from crmcli.store.customers import Parts, parts_of
from crmcli.store.database import Predicate, Row, as_list

MISSING = "missing_value"
"""Why somebody gets no message, beside the reasons of the rules."""

_POINT_OF = {"email": "email", "wechat": "wechat", "wecom": "wechat", "message": "phone"}
"""What is kept of a customer that a channel reaches it by."""


_SALUTED = (":", "：", ",", "，", "!", "！")
"""What the line ends with that only greets."""


_REACHED = ("message", "wechat", "email")
"""The channels that are tried, in this order, of whom nobody knows how it likes to be written to."""


class Whose(NamedTuple):
    """Whom a message is for: the customer, what belongs to it, and who is written to there."""

    row: Row
    parts: Parts
    person: Row | None


Value = Callable[[Context, Whose], str | None]


def _column(name: str) -> Value:
    return lambda crm, whose: whose.row[name]


def _person(crm: Context, whose: Whose) -> str | None:
    if whose.person is not None:
        return str(whose.person["name"])
    return str(whose.row["name"]) if whose.row["kind"] == "person" else None


VALUES: dict[str, Value] = {
    "name": _column("name"),
    "short_name": lambda crm, whose: whose.row["short_name"] or whose.row["name"],
    "person": _person,
    "title": lambda crm, whose: whose.person["title"] if whose.person is not None else None,
    "city": _column("city"),
    "address": _column("address"),
    "industry": _column("industry"),
    "size": _column("size"),
    "tier": lambda crm, whose: crm.tier_word(whose.row["tier"]) if whose.row["tier"] else None,
    "stage": lambda crm, whose: words.word(whose.row["stage"]),
    "since": _column("since"),
    "external_id": _column("external_id"),
    "last_contact_on": _column("last_contact_on"),
    "last_order_on": _column("last_order_on"),
    "today": lambda crm, whose: crm.today.isoformat(),
    "actor": lambda crm, whose: crm.actor,
}
"""What a template may name besides `fields.NAME`, and where it comes from; a new one is one more line."""


def known(crm: Context) -> list[str]:
    """Everything that a template of this file may name."""
    return [*VALUES, *(CUSTOM + name for name in crm.settings.fields())]


NO_ADDRESS = "no_address"
"""Why somebody gets no e-mail that is sent as one; what is left to each customer's liking may be handed over otherwise."""

SENT_TODAY = "sent_today"
"""Why somebody gets no second one: the very same, by the same channel, was recorded as sent to it on this day."""


class Message(NamedTuple):
    """A customer and what it is written, or why it is not."""

    customer: int
    name: str
    person: Row | None
    to: tuple[str, str] | None  # what kind of address, and the address
    channel: str
    consent: str | None
    scope: str | None
    left_out: str | None
    lacking: Sequence[str] = ()  # what would have to be filled in, but is not known
    subject: str | None = None
    text: str | None = None
    is_reachable: bool = True  # by anything that is kept of it

    @property
    def ref(self) -> str:
        """The customer's reference."""
        return f"c{self.customer}"

    @property
    def whole(self) -> str:
        """What is sent: the subject stands above, with an empty line between."""
        return f"{self.subject}\n\n{self.text}\n" if self.subject else f"{self.text}\n"

    @property
    def summary(self) -> str:
        """What is remembered of it in one line: its subject, else the first line that is no salutation."""
        lines = [line.strip() for line in (self.subject or self.text or "").splitlines()]
        told = [line for line in lines if line] or [""]
        return told[1] if len(told) > 1 and told[0].endswith(_SALUTED) else told[0]

    @property
    def file(self) -> str:
        """What its file is called."""
        return file_name(self.name, self.ref)


class Wanted(NamedTuple):
    """What is to be written to everybody."""

    text: Template
    subject: Template | None
    channel: str | None

    @property
    def names(self) -> list[str]:
        """What must be known of whoever gets one."""
        return list(dict.fromkeys([*(self.subject.names if self.subject else ()), *self.text.names]))  # fmt: skip


def compose(crm: Context, wanted: Wanted, predicates: Sequence[Predicate]) -> Iterator[Message]:
    """A message for each customer that fits, in the order of their references; those left out among them."""
    for rows in exporting.customers(crm.db, predicates):
        parts = parts_of(crm.db, [row["id"] for row in rows])
        for row in rows:
            own = parts.get(row["id"]) or Parts()
            yield _message(crm, wanted, Whose(row, own, messages.addressed(own.people)))


def without_sent(crm: Context, found: Sequence[Message]) -> list[Message]:
    """The messages, those left out that were recorded as sent on this day word by word: so a run that is made twice sends once."""
    today, tomorrow = crm.today, crm.today + timedelta(days=1)
    rows = crm.db.rows(
        "sent_between",
        customers=as_list(one.customer for one in found if one.left_out is None),
        begin_instant=crm.book.midnight(today.isoformat()),
        end_instant=crm.book.midnight(tomorrow.isoformat()),
    )
    sent = {tuple(row)[:4] for row in rows if row["direction"] == "out"}
    return [
        one._replace(left_out=SENT_TODAY, subject=None, text=None)
        if one.left_out is None and (one.customer, one.channel, one.summary, one.text) in sent
        else one
        for one in found
    ]


def without_unreachable(found: Sequence[Message]) -> list[Message]:
    """The messages, those left out that nothing is known to send by: what cannot have been sent is not recorded as sent."""
    return [
        one._replace(left_out=NO_ADDRESS, subject=None, text=None)
        if one.left_out is None and not one.is_reachable and one.channel in _POINT_OF
        else one
        for one in found
    ]


def _message(crm: Context, wanted: Wanted, whose: Whose) -> Message:
    row, person = whose.row, whose.person
    channel = wanted.channel or _usual(whose)
    agreed = messages.consent(row, person)
    found = Message(
        customer=row["id"],
        name=row["name"],
        person=person,
        to=_address(whose, channel),
        channel=channel,
        consent=agreed,
        scope=_scope(row, person) if agreed == "given" else None,
        left_out=messages.left_out(row, person),
        is_reachable=bool(row["address"]) or any(point["active"] for point in whose.parts.points),
    )
    if found.left_out is None and wanted.channel == "email" and found.to is None:
        found = found._replace(left_out=NO_ADDRESS)
    if found.left_out:
        return found
    values = {name: _value(crm, whose, name) for name in wanted.names}
    filled = {name: value for name, value in values.items() if value}
    if lacking := [name for name in wanted.names if name not in filled]:
        return found._replace(left_out=MISSING, lacking=lacking)
    subject = wanted.subject.filled(_in_one_line(filled)) if wanted.subject else None
    return found._replace(text=wanted.text.filled(filled), subject=subject)


def _value(crm: Context, whose: Whose, name: str) -> str | None:
    if name.startswith(CUSTOM):
        return whose.parts.fields.get(name.removeprefix(CUSTOM))
    return VALUES[name](crm, whose)


def _in_one_line(values: Mapping[str, str]) -> dict[str, str]:
    """A subject is one line: a value with a break in it would begin the text, or another header."""
    return {name: " ".join(value.split()) for name, value in values.items()}


def _usual(whose: Whose) -> str:
    """How the customer likes to be written to; where that is not known, how it can be."""
    prefer = whose.row["prefer"]
    if prefer in MESSAGE_CHANNELS:
        return str(prefer)
    return next((one for one in _REACHED if _address(whose, one)), "message")


def _address(whose: Whose, channel: str) -> tuple[str, str] | None:
    """The person's own address on a channel, else the customer's."""
    kind, person = _POINT_OF.get(channel), whose.person
    points = [point for point in whose.parts.points if point["kind"] == kind and point["active"]]
    for key in dict.fromkeys([person["id"] if person is not None else None, None]):
        for point in points:
            if point["person_id"] == key:
                return point["kind"], point["value"]
    return None


def _scope(row: Row, person: Row | None) -> str | None:
    """What they agreed to be written about, where they said so."""
    said = (
        one["consent_scope"]
        for one in (person, row)
        if one is not None and one["consent"] == "given"
    )
    return next(filter(None, said), None)
