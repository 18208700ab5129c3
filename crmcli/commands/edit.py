"""`crm edit`."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Annotated, Any

import typer

from crmcli.commands.add_customer import contact_points, say_odd
from crmcli.commands.shared import consenting, options, records
from crmcli.commands.shared.contacts import about
from crmcli.commands.shared.needs import person_of
from crmcli.commands.shared.stages import ask_why_lost, set_stage
from crmcli.commands.shared.values import TABLE_FIELDS, Values, split_list
from crmcli.context import Context
from crmcli.errors import BadValue, Listed, near
from crmcli.locale import _
from crmcli.output import words
from crmcli.rules import consent
from crmcli.rules.contacts import is_two_way
from crmcli.rules.references import table_word
from crmcli.rules.service.states import after_triage
from crmcli.rules.silence import awaits_answer
from crmcli.rules.terms import ARTICLE_KIND
from crmcli.store.changes import Change
from crmcli.store.customers import keys_of
from crmcli.store.database import Row, as_list
from crmcli.store.records import Record, find_record, refuse_item

EXAMPLES = (
    "crm edit c12 --set tier=core --set 'city=上海' --reason 'yearly review'",
    "crm edit c12 --set stage=lost --set loss_reason=price --changed-on -3d",
)
_POINTS = {"phones": "phone", "emails": "email", "wechat": "wechat"}
_MORE = {
    "customer": [*_POINTS, "tags", "field.NAME"],
    "person": [*_POINTS],
    "task": ["due"],
    "interaction": ["at", "need", "promise", "deal"],
    "key_date": [],
    "need": ["acceptor", "received_at"],
    "plan_step": ["due"],
    "promise": ["due"],
    "survey": ["at"],
    "review": [],
    "article": ["type"],
    "risk": [],
    "attachment": [],
    "deal": [],
    "contract": [],
    "customer_order": ["deal", "contract"],
}


_PRICED = ("deal", "contract", "customer_order")
"""The records that have an amount in a currency."""


def run(
    ctx: typer.Context,
    reference: Annotated[str, typer.Argument(help=_("The record."), metavar="REF")],
    set_: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            help=_("A field and its new value; empty takes it away. Several are allowed."),
            metavar="FIELD=VALUE",
        ),
    ] = None,
    changed_on: options.ChangedOn = None,
    json: options.Json = False,
    reveal: options.Reveal = False,
    dry_run: options.DryRun = False,
    reason: options.Reason = None,
) -> None:
    """Change fields of a record."""
    crm: Context = ctx.obj
    crm.write(dry_run)
    record = crm.record(reference)
    refuse_item(record)
    day = Values(crm).past_day(changed_on) if changed_on is not None else None
    edit = Edit(crm, record, day)
    for pair in set_ or []:
        edit.read(pair)
    if not set_:
        raise BadValue(
            "nothing to change; write --set FIELD=VALUE, with FIELD one of {known}",
            known=edit.known(),
        )
    edit.insist()
    edit.ask_what_is_wanted()
    with crm.change(reason, day) as change:
        edit.write(change)
    say_odd(crm, edit.new_points)
    _show(crm, record, edit.given if change.was_written else [], json, reveal)
    if edit.time_gone and change.was_written:
        _say_time_gone(crm, edit)


class Edit:
    """The changes asked of one record: all read and checked first, then written at once; `day` is when they came about, where
    that was said.
    """

    def __init__(self, crm: Context, record: Record, day: date | None = None) -> None:
        self.crm, self.record = crm, record
        self.day = day or crm.today
        self.values = Values(crm)
        self.columns: dict[str, Any] = {}
        self.new_points: list[dict[str, str]] = []
        self.steps: list[Callable[[Change], None]] = []
        self.given: list[str] = []
        self.money: dict[
            str, str
        ] = {}  # an amount is read with its currency, whichever comes first
        self.time_gone: str | None = None  # of a task or promise that now has a day alone

    def known(self) -> str:
        """The fields that can be set, for a sentence."""
        table = self.record.table
        return Listed([*TABLE_FIELDS[table], *_MORE[table]])

    def read(self, pair: str) -> None:
        """Read one FIELD=VALUE."""
        name, equals, text = pair.partition("=")
        name, table = name.strip(), self.record.table
        self.given.append(words.label(table, name))
        if not equals:
            raise BadValue("{pair!r} is no change; write it as FIELD=VALUE", pair=pair)
        if name == "due" and table in ("task", "promise"):
            self._read_due(text)
        elif name == "due" and table == "plan_step":
            self.columns |= {
                "due_on": self.values.day(text).isoformat(),
                "snoozed_until": None,
            }
        elif name == "received_at" and table == "need":
            self.columns["received_at"] = self.crm.clock.to_instant(self.values.moment(text))
        elif name == "acceptor" and table == "need":
            customer = self.record.row["customer_id"]
            self.columns["acceptor_id"] = (
                person_of(self.crm, customer, text) if text.strip() else None
            )
        elif name in ("deal", "contract") and table == "customer_order":
            from crmcli.commands.shared import orders

            customer = self.record.row["customer_id"]
            self.columns[f"{name}_id"] = (
                orders.belongs_to(self.crm, customer, name, text) if text.strip() else None
            )
        elif name in ("need", "promise", "deal") and table == "interaction":
            customer = self.record.row["customer_id"]
            self.columns[f"{name}_id"] = about(self.crm, customer, name, text.strip() or None)
        elif name == "at" and table == "interaction":
            moment = self.values.moment(text)
            self.columns |= {
                "at": self.crm.clock.to_instant(moment),
                "contacted_on": moment.date().isoformat(),
            }
        elif name in ("at", "by") and table == "survey":
            from crmcli.commands.shared import surveys

            self.columns |= surveys.edited(self.crm, self.record.row, self.values, name, text)
        elif name == "type" and table == "article":
            self.columns["kind"] = ARTICLE_KIND.read(text)
        elif name in ("amount", "currency") and table in _PRICED:
            self.money[name] = text
        elif name in _POINTS and table in ("customer", "person"):
            self._read_points(_POINTS[name], text)
        elif name == "tags" and table == "customer":
            tags = self.values.tags(split_list(text))
            self.steps.append(lambda change: self._write_tags(change, tags))
        elif name.startswith(("field.", "fields.")) and table == "customer":
            self._read_custom(name.partition(".")[2], text)
        elif name in TABLE_FIELDS[table]:
            self.columns[name] = self.values.field(table, name, text)
        elif likely := near(name, self._all_fields()):
            raise BadValue(
                "a {table} has no field {name!r} that can be set; did you mean {near}?",
                table=table_word(table),
                name=name,
                near=likely,
            )
        else:
            raise BadValue(
                "a {table} has no field {name!r} that can be set; choose one of {known}",
                table=table_word(table),
                name=name,
                known=self.known(),
            )

    def _all_fields(self) -> list[str]:
        known = [*TABLE_FIELDS[self.record.table], *_MORE[self.record.table]]
        if "field.NAME" not in known:
            return known
        return [*known, *(f"field.{name}" for name in self.crm.settings.fields())]

    def insist(self) -> None:
        """Forbidden when an answer, or a review that is done, would be left with nothing said; BadValue for a day of no consent,
        and for what a deal or a contract cannot be.
        """
        if self.money:
            from crmcli.commands.shared import amounts

            self.columns |= amounts.edited(self.values, self.record.row, self.money)
        if self.record.table == "customer_order":
            from crmcli.commands.shared import orders

            self.columns = orders.edited(self.crm, self.record.row, self.columns)
        if self.record.table == "deal":
            from crmcli.commands.shared import deals

            self.columns = deals.edited(self.record.row, self.columns)
        if self.record.table == "contract":
            from crmcli.commands.shared import contracts

            self.columns = contracts.edited(self.record.row, self.columns)
        if self.record.table in ("survey", "review"):
            from crmcli.commands.shared import surveys

            surveys.insist_correct(self.record.table, self.record.row, self.columns)

        if not self.columns.keys().isdisjoint(consent.COLUMNS):
            self.columns = consent.stated(dict(self.record.row), self.columns, self.day.isoformat())
            consenting.insist({**dict(self.record.row), **self.columns})

    def ask_what_is_wanted(self) -> None:
        """Of a customer that is being lost, why."""
        if self.record.table == "customer" and "loss_reason" not in self.columns:
            asked = ask_why_lost(self.crm, self.record.row, self.columns.get("stage"), None)
            if asked:
                self.columns["loss_reason"] = asked

    def write(self, change: Change) -> None:
        """Write what was read."""
        table, row, columns = self.record.table, self.record.row, dict(self.columns)
        if table == "customer":
            columns |= keys_of(columns)
            stage, reason = (
                columns.pop("stage", row["stage"]),
                columns.pop("loss_reason", row["loss_reason"]),
            )
            if (stage, reason) != (row["stage"], row["loss_reason"]):
                set_stage(
                    change,
                    row,
                    stage,
                    self.day,
                    reason if stage == "lost" or "loss_reason" in self.columns else None,
                )
        elif table == "need" and "urgency" in columns:
            columns["status"] = after_triage(row["status"], columns["urgency"])
        elif table == "interaction":
            now = dict(row) | columns
            two_way = is_two_way(now["channel"], now["direction"], bool(now["no_answer"]))
            columns["two_way"] = int(two_way)
            if columns.keys() & {"channel", "direction", "no_answer"}:
                columns["awaits_answer"] = int(
                    awaits_answer(now["channel"], now["direction"], two_way)
                )
        if columns:
            change.update(table, self.record.key, **columns)
        if table == "survey":
            from crmcli.commands.shared import surveys

            surveys.follow(self.crm, change, row, columns)
        for step in self.steps:
            step(change)

    def _read_due(self, text: str) -> None:
        when = self.values.when(text)
        time = when.time.strftime("%H:%M") if when.time else None
        self.columns |= {"due_on": when.day.isoformat(), "due_time": time}
        self.time_gone = self.record.row["due_time"] if time is None else None
        if self.record.table == "task":
            self.columns["snoozed_until"] = None

    def _read_custom(self, name: str, text: str) -> None:
        value = self.values.custom(name, text)
        self.steps.append(lambda change: self._write_custom(change, name, value))

    def _read_points(self, kind: str, text: str) -> None:
        parts = [text] if kind == "wechat" else split_list(text)
        points = contact_points(
            *[parts if kind == one else [] for one in ("phone", "email", "wechat")]
        )
        self.new_points += points
        self.steps.append(lambda change: self._write_points(change, kind, points))

    def _write_points(self, change: Change, kind: str, points: Sequence[dict[str, str]]) -> None:
        table, key = self.record.table, self.record.key
        customer = key if table == "customer" else self.record.row["customer_id"]
        person = key if table == "person" else None
        present = {
            row["value"]: row
            for row in self._rows("contact_points_of", customer)
            if row["kind"] == kind and row["person_id"] == person
        }
        wanted = {point["value"]: point for point in points}
        for value, row in present.items():
            if value not in wanted:
                change.remove("contact_point", row["id"])
        for value, point in wanted.items():
            if value not in present:
                change.insert("contact_point", customer_id=customer, person_id=person, **point)

    def _write_tags(self, change: Change, tags: list[str]) -> None:
        present = {row["name"]: row["id"] for row in self._rows("tags_of", self.record.key)}
        for name, key in present.items():
            if name not in tags:
                change.remove("tag", key)
        for name in tags:
            if name not in present:
                change.insert("tag", customer_id=self.record.key, name=name)

    def _write_custom(self, change: Change, name: str, value: str | None) -> None:
        present = {row["name"]: row["id"] for row in self._rows("fields_of", self.record.key)}
        if value is None and name in present:
            change.remove("field_value", present[name])
        elif value is not None and name in present:
            change.update("field_value", present[name], value=value)
        elif value is not None:
            change.insert("field_value", customer_id=self.record.key, name=name, value=value)

    def _rows(self, statement: str, customer: int) -> list[Row]:
        return self.crm.db.rows(statement, customers=as_list([customer]))


def _show(crm: Context, record: Record, changed: list[str], json: bool, reveal: bool) -> None:
    if not json:
        crm.confirm(
            lambda: (
                _("Changed {ref}: {fields}.").format(
                    ref=record.reference, fields=_(", ").join(changed)
                )
                if changed
                else _("Nothing differs: {ref} is as it was.").format(ref=record.reference)
            )
        )
        return
    mask = records.privacy(crm, reveal)
    item = records.any_record(crm, find_record(crm.db, str(record.reference)), mask)
    crm.screen.json_item(table_word(record.table).replace(" ", "-"), item, masked=mask.did_mask)


def _say_time_gone(crm: Context, edit: Edit) -> None:
    """A day alone takes the time of day away: who only moved it reads that, and how to say both."""
    day, time = edit.columns["due_on"], edit.time_gone
    crm.screen.note(
        _(
            "{time} no longer holds: {ref} is due {day} at any time. To keep it: --set 'due={on} {time}'"
        ).format(
            time=time,
            ref=edit.record.reference,
            day=words.day(date.fromisoformat(day), crm.today),
            on=day,
        )
    )
