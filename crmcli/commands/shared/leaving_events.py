"""What of each kind goes into a calendar: all that is still to come or late, under what it is about and for whom."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from crmcli.context import Context
from crmcli.exchange.calendar_out import Event, uid_of
from crmcli.locale import _
from crmcli.output import words
from crmcli.output.shapes import Privacy
from crmcli.rules import key_dates, lunar_days
from crmcli.rules.due import task as due_task
from crmcli.rules.references import ref
from crmcli.rules.said import said
from crmcli.rules.terms import ROUNDS, round_column
from crmcli.rules.workclock import Hours
from crmcli.rules.year.risks import AT_THE_TOUCH
from crmcli.store import exporting
from crmcli.store.database import Predicate, Row, as_list

Events = Iterator[Event]

_AHEAD = {"task": timedelta(minutes=15), "follow-up": timedelta(minutes=15)}
_AHEAD_OF_A_DEADLINE = timedelta(hours=2)
"""How long before its time an entry is said; one of a day, when work begins."""

_LUNAR_YEARS = 10
"""For so long ahead a day of the Chinese calendar is written, by its days in the common one."""

_LONGEST = 120
"""Of what an entry is about, in its heading; the whole stands below."""


class Calendar(NamedTuple):
    """What the entries of one run have in common."""

    crm: Context
    mask: Privacy
    morning: timedelta

    def event(
        self,
        record: str | None,
        kind: str,
        row: Row,
        at: date | datetime | str,
        about: str,
        *,
        who: str | None = None,
        owner: str | None = None,
        lead: timedelta = timedelta(),
        yearly: bool = False,
        name: str | None = None,
    ) -> Event:
        """One entry of a record; `at` a moment, or a day as such or as stored; `lead` how long before a day it is said.

        `name` tells several of one kind apart.
        """
        if isinstance(at, str):
            at = date.fromisoformat(at)
        if isinstance(at, datetime):
            alarm = -_AHEAD.get(kind, _AHEAD_OF_A_DEADLINE)
        else:
            alarm = self.morning - lead
        heading = " ".join(about.split())
        is_cut = len(heading) > _LONGEST
        heading = heading[: _LONGEST - 1] + "…" if is_cut else heading
        below = [about] if is_cut else []
        if owner:
            below.append(_("owner {owner}").format(owner=self.mask.name(owner)))
        below.append(f"crm show {record}")
        return Event(
            uid=uid_of(str(record), name or kind, row["created_at"]),
            summary=_("{about} – {customer}").format(about=heading, customer=who) if who else heading,
            at=at,
            description="\n".join(below),
            alarm=alarm,
            yearly=yearly,
            category=kind,
        )  # fmt: skip

    def moment(self, instant: str) -> datetime:
        """A stored instant."""
        return self.crm.clock.to_local(instant)

    def text(self, text: str | None) -> str:
        """What somebody wrote, masked where told to."""
        return self.mask.text(text) or ""


def _deadline(kind: str, about: str) -> str:
    return _("{kind}: {about}").format(kind=words.due_kind(kind), about=about)


MakeOne = Callable[[Calendar, Row, str | None], Events]
"""The entries of one record; beside it what its customer is called."""

_REVIEWS = ("value-review", "business-review", "solution-review")
"""What comes round even with who is to be won back."""

Make = Callable[[Calendar, Sequence[Row], Mapping[int, str | None]], Events]
"""The entries of some rows; beside them what their customers are called, by key."""


def _customers(calendar: Calendar, rows: Sequence[Row], names: Mapping[int, str | None]) -> Events:
    own: dict[int, list[Row]] = defaultdict(list)
    for day in calendar.crm.db.rows("key_dates_of", customers=as_list(row["id"] for row in rows)):
        if day["person_id"] is None:
            own[day["customer_id"]].append(day)
    belonging = _of_the_year(calendar.crm, rows)
    for row in rows:
        who = calendar.mask.name_of(row)
        won_back_on, touch_on = row["win_back_on"], row["next_touch_on"]
        # Of one that is still touched, its silence only matters once it is one (store/statements/due.py).
        is_gone = won_back_on and (not touch_on or won_back_on <= calendar.crm.today.isoformat())
        if on := won_back_on if is_gone else touch_on:
            kind = "win-back" if is_gone else "touch"
            about = words.due_kind(kind)
            yield calendar.event(ref("customer", row["id"]), kind, row, on, about, who=who)
        for kind in ROUNDS if not is_gone else _REVIEWS:
            if on := row[round_column(kind)]:
                about = words.due_kind(kind)
                yield calendar.event(ref("customer", row["id"]), kind, row, on, about, who=who)
        for kind, on in () if is_gone else _of_value(calendar.crm, row):
            about = words.due_kind(kind)
            yield calendar.event(ref("customer", row["id"]), kind, row, on, about, who=who)
        if row["visit_on"] and not is_gone:
            about = words.due_kind("visit")
            yield calendar.event(ref("customer", row["id"]), "visit", row, row["visit_on"], about, who=who)  # fmt: skip
        for day in own[row["id"]]:
            yield from _key_date(calendar, day, None, who)
        for make, one in belonging[row["id"]]:
            yield from make(calendar, one, who)


def _of_value(crm: Context, row: Row) -> Iterator[tuple[str, str]]:
    """When it is asked for its next order, and since when it is feared that it leaves."""
    if row["reorder_on"]:
        yield "reorder", row["reorder_on"]
    if row["churn_on"]:
        from crmcli.rules.due import churn

        if on := churn.warned_on(row, crm.today):
            yield "churn", on.isoformat()


def _of_the_year(crm: Context, rows: Sequence[Row]) -> Mapping[int, list[tuple[MakeOne, Row]]]:
    """Contracts with their milestones, and risks, which are no kind of export by themselves, by their customers."""
    asked = as_list(row["id"] for row in rows)
    contracts = crm.db.rows("contracts_of", customers=asked)
    steps = crm.db.rows("plan_steps_of_contracts", contracts=as_list(one["id"] for one in contracts))  # fmt: skip
    found: dict[int, list[tuple[MakeOne, Row]]] = defaultdict(list)
    for make, some in ((_contract, contracts), (_step, steps), (_risk, crm.db.rows("risks_of", customers=asked))):  # fmt: skip
        for one in some:
            found[one["customer_id"]].append((make, one))
    return found


def _ahead(on: str, listed_from: str) -> timedelta:
    """How long before a day something is listed; put off beyond it, it is said on the day."""
    return max(date.fromisoformat(on) - date.fromisoformat(listed_from), timedelta())


def _contract(calendar: Calendar, row: Row, who: str | None) -> Events:
    """The end of a contract, said from the next step of its renewal on, and when its terms are looked at."""
    number, text = ref("contract", row["id"]), calendar.text(row["text"])
    if row["renewal_from"]:
        ends, lead = row["ends_on"], _ahead(row["ends_on"], row["renewal_from"])
        yield calendar.event(number, "renewal", row, ends, _deadline("renewal", text), who=who, owner=row["owner"], lead=lead)  # fmt: skip
    if row["review_on"]:
        yield calendar.event(number, "contract-review", row, row["review_on"], _deadline("contract-review", text), who=who, owner=row["owner"])  # fmt: skip


def _risk(calendar: Calendar, row: Row, who: str | None) -> Events:
    if row["listed_from"]:  # open
        moment = calendar.moment(row["due_at"])
        at = moment.date() if row["level"] == AT_THE_TOUCH else moment
        about = _deadline("risk", calendar.text(row["text"]))
        yield calendar.event(ref("risk", row["id"]), "risk", row, at, about, who=who, owner=row["owner"])  # fmt: skip


def _step(calendar: Calendar, row: Row, who: str | None) -> Events:
    """A step of a plan, or a milestone."""
    if row["listed_on"]:
        about = calendar.text(row["text"])
        yield calendar.event(ref("plan_step", row["id"]), "plan-step", row, row["listed_on"], about, who=who, owner=row["owner"])  # fmt: skip


def _deals(calendar: Calendar, rows: Sequence[Row], names: Mapping[int, str | None]) -> Events:
    for row in rows:
        number, who = ref("deal", row["id"]), names.get(row["customer_id"])
        text = calendar.text(row["text"])
        if row["quote_from"]:
            lead = _ahead(row["quote_on"], row["quote_from"])
            yield calendar.event(number, "quote", row, row["quote_on"], _deadline("quote", text), who=who, owner=row["owner"], lead=lead)  # fmt: skip
        if row["due_on"]:
            yield calendar.event(number, "deal", row, row["due_on"], _deadline("deal", text), who=who, owner=row["owner"])  # fmt: skip


def _orders(calendar: Calendar, rows: Sequence[Row], names: Mapping[int, str | None]) -> Events:
    for row in rows:
        if row["payment_on"]:
            of_order = said(
                "payment of the order of {day}", day=date.fromisoformat(row["ordered_on"])
            )
            note = calendar.text(row["note"])
            about = (
                _deadline("payment", note) if note else words.title(of_order, calendar.crm.today)
            )
            yield calendar.event(ref("customer_order", row["id"]), "payment", row, row["payment_on"], about, who=names.get(row["customer_id"]))  # fmt: skip


def _people(calendar: Calendar, rows: Sequence[Row], names: Mapping[int, str | None]) -> Events:
    days: dict[int, list[Row]] = defaultdict(list)
    asked = as_list({row["customer_id"] for row in rows})
    for day in calendar.crm.db.rows("key_dates_of", customers=asked):
        days[day["person_id"]].append(day)
    for row in rows:
        whose = calendar.mask.name(row["name"])
        for day in days[row["id"]] if not row["left_on"] else ():
            yield from _key_date(calendar, day, whose, names.get(row["customer_id"]))


def _key_date(calendar: Calendar, row: Row, whose: str | None, who: str | None) -> Events:
    """A day that comes round from when it first was, one that came once and is settled not at all."""
    kind, day = row["kind"], row["day"]
    yearly = key_dates.comes_round(day, kind)
    if not yearly and not row["next_on"]:
        return
    about = _(kind) if whose is None else _("{kind} of {person}").format(kind=_(kind), person=whose)
    lead = key_dates.lead(kind, row["lead_days"])
    number, this_year = ref("key_date", row["id"]), date(calendar.crm.today.year, 1, 1)
    if key_dates.is_lunar(day):
        about = _("{about} ({day})").format(about=about, day=words.key_day(day))
        for on in _years_of(day, kind, this_year, calendar.crm.book.lunar):
            # By its lunar year, so that it replaces what was written before: a common one may have two.
            name = f"key-date-{lunar_days.year_of(day, on)}"
            yield calendar.event(number, "key-date", row, on, about, who=who, lead=lead, name=name)
        return
    first = day if key_dates.has_year(day) else key_dates.occurrence(day, kind, this_year, None)
    if first is not None:
        yield calendar.event(number, "key-date", row, first, about, who=who, lead=lead, yearly=yearly)  # fmt: skip


def _years_of(day: str, kind: str, first: date, lunar: key_dates.Lunar | None) -> Iterator[date]:
    """No rule of a calendar program knows the moon: the days of some years, each by itself."""
    on = key_dates.occurrence(day, kind, first, None, lunar)
    while on and on.year < first.year + _LUNAR_YEARS:
        yield on
        on = key_dates.occurrence(day, kind, first, on, lunar)


def _needs(calendar: Calendar, rows: Sequence[Row], names: Mapping[int, str | None]) -> Events:
    steps: dict[int, list[Row]] = defaultdict(list)
    asked = as_list(row["id"] for row in rows)
    for step in calendar.crm.db.rows("plan_steps_of_needs", needs=asked):
        steps[step["need_id"]].append(step)
    for row in rows:
        number, who = ref("need", row["id"]), names.get(row["customer_id"])
        text = calendar.text(row["text"])
        for kind in ("respond", "feedback", "solve"):
            if row[f"{kind}_from"]:  # the clock is running
                at = calendar.moment(row[f"{kind}_by"])
                yield calendar.event(number, kind, row, at, _deadline(kind, text), who=who, owner=row["owner"])  # fmt: skip
        for kind, column in (("plan-confirm", "plan_confirm_on"), ("progress", "progress_on")):
            if row[column]:
                yield calendar.event(number, kind, row, row[column], _deadline(kind, text), who=who, owner=row["owner"])  # fmt: skip
        for step in steps[row["id"]]:
            yield from _step(calendar, step, who)


def _tasks(calendar: Calendar, rows: Sequence[Row], names: Mapping[int, str | None]) -> Events:
    crm = calendar.crm
    for row in rows:
        if row["done_at"]:
            continue
        at: date | datetime = date.fromisoformat(row["snoozed_until"] or row["due_on"])
        if row["due_time"] and not row["snoozed_until"]:
            at = crm.clock.at(at, row["due_time"])
        title = due_task.title(calendar.text(row["text"]), bool(row["tells"]), row["play"])
        yield calendar.event(
            ref("task", row["id"]), row["kind"], row, at, words.title(title, crm.today),
            who=names.get(row["customer_id"]), owner=row["owner"],
        )  # fmt: skip


def _promises(calendar: Calendar, rows: Sequence[Row], names: Mapping[int, str | None]) -> Events:
    for row in rows:
        number, who = ref("promise", row["id"]), names.get(row["customer_id"])
        text = calendar.text(row["text"])
        if row["listed_from"]:  # open
            at = calendar.moment(row["due_at"]) if row["due_time"] else row["due_on"]
            about = _("{about} ({by})").format(about=text, by=words.word(row["by"]))
            yield calendar.event(number, "promise", row, at, about, who=who, owner=row["owner"])
        if row["amends_by"]:
            about = _deadline("amends", calendar.text(row["amends"]) or text)
            yield calendar.event(number, "amends", row, calendar.moment(row["amends_by"]), about, who=who, owner=row["owner"])  # fmt: skip


def _surveys(calendar: Calendar, rows: Sequence[Row], names: Mapping[int, str | None]) -> Events:
    for row in rows:
        if row["listed_on"]:
            about = words.title(said("{kind} survey", kind=said(row["kind"])), calendar.crm.today)
            yield calendar.event(ref("survey", row["id"]), "survey", row, row["listed_on"], about, who=names.get(row["customer_id"]))  # fmt: skip


EVENTS: dict[str, tuple[str, Make]] = {
    "customers": ("customer", _customers),
    "people": ("person", _people),
    "needs": ("need", _needs),
    "tasks": ("task", _tasks),
    "promises": ("promise", _promises),
    "surveys": ("survey", _surveys),
    "deals": ("deal", _deals),
    "orders": ("customer_order", _orders),
}
"""The kinds that have dates: their tables, and how rows become entries; a new kind is one more line."""


def events(crm: Context, what: str, predicates: Sequence[Predicate], mask: Privacy) -> Events:
    """The entries of the records of a kind, of the customers that fit, in the order of their keys."""
    table, make = EVENTS[what]
    morning, _noon = Hours.read(crm.settings.get("calendar.hours")).stretches[0]
    calendar = Calendar(crm, mask, morning)
    if table == "customer":
        for rows in exporting.customers(crm.db, predicates):
            yield from make(calendar, rows, {})
        return
    for rows in exporting.of_customers(crm.db, table, predicates):
        named = crm.db.rows("names_of_customers", ids=as_list({row["customer_id"] for row in rows}))
        yield from make(calendar, rows, {row["id"]: mask.name_of(row) for row in named})
