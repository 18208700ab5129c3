"""The first rows of a file as they will be stored: each field with its value after understanding (CLI.md, Import)."""

from collections.abc import Generator, Iterator, Sequence
from dataclasses import fields, replace
from datetime import date, datetime
from functools import partial
from itertools import islice
from typing import Any, NamedTuple

from crmcli.commands.shared.importing.kinds import Reader
from crmcli.commands.shared.importing.work import Job, Report, as_meant
from crmcli.errors import BadValue, in_context
from crmcli.exchange.moments import Moment
from crmcli.exchange.rows import Point, Understanding
from crmcli.locale import _
from crmcli.output.shapes import Privacy
from crmcli.rules.dates import When
from crmcli.rules.masking import HIDDEN
from crmcli.rules.money import decimals

_SHOWN = 4
_NOT_SHOWN = frozenset(
    {
        "warnings",
        "masked",
        "name_key",
        "short_key",
        "done",
        "kept",
        "broken",
        "province",
        "is_province_only",
    }
)
"""What is no field, or stands under `columns` as well."""
_FIELD = {
    "moment": "at",
    "answered": "at",
    "received": "received_at",
    "resolved": "resolved_at",
    "sent": "sent_at",
    "theirs": "with",
    "roles": "role",
    "due_on": "due",
}
_WORDS = frozenset(
    {
        "kind",
        "stage",
        "tier",
        "prefer",
        "channel",
        "direction",
        "intent",
        "role",
        "roles",
        "urgency",
        "strength",
        "status",
        "level",
        "by",
        "consent",
    }
)
"""Fields whose values are words of ours, which people see in their language."""

_FIRST = ("name", "customer")
_AS_THEY_ARE = frozenset(
    {
        "name",
        "customer",
        "external_id",
        "uscc",
        "need",
        "deal_external_id",
        "contract_external_id",
        "need_external_id",
        "promise_external_id",
    }
)


class FirstRow(NamedTuple):
    """A row by the line it starts on: its fields with their values, or why it will be rejected."""

    line: int
    values: list[tuple[str, str]]
    reason: BadValue | None = None


def for_showing(means: Understanding) -> Understanding:
    """The same understanding, whose amounts and flags are shown as people write them, not as they are stored."""
    return replace(
        means,
        money=lambda text, currency=None: _Amount(means.money(text, currency), currency),
        flag=lambda text: _Flag(means.flag(text)),
    )


class _Amount(int):
    _places: int

    def __new__(cls, minor: int, currency: str | None) -> "_Amount":
        made = super().__new__(cls, minor)
        made._places = decimals(currency)
        return made

    def __str__(self) -> str:
        return f"{int(self) / 10**self._places:.{self._places}f}"


class _Flag(int):
    def __str__(self) -> str:
        return _("yes") if self else _("no")


def first_rows(job: Job, reader: Reader, privacy: Privacy) -> list[FirstRow]:
    """The first rows of the file, phones and e-mails masked as in lists."""
    rows = job.source.rows()
    found = [_first(job, reader, privacy, line, cells) for line, cells in islice(rows, _SHOWN)]
    if isinstance(rows, Generator):
        rows.close()  # one walk at a time, and this one is over
    return found


def _first(job: Job, reader: Reader, privacy: Privacy, line: int, cells: list[str]) -> FirstRow:
    try:
        if line in job.source.damaged:
            raise job.source.damaged[line]
        if len(cells) > len(job.source.headers):
            raise BadValue("the row has more cells than there are headers")
        cells = job.tidy(cells) if job.tidy else cells
        given, masked = as_meant(job, cells, Report())
        values = list(_shown(reader.read(given, masked), privacy))
        if job.kind_name != "customers":  # whose own numbers they are only such a list must say
            values = [(name.removeprefix("person_"), value) for name, value in values]
        return FirstRow(line, sorted(values, key=partial(_place, job.columns.fields)))
    except BadValue as error:
        return FirstRow(line, [], error)


def _place(columns: Sequence[str | None], value: tuple[str, str]) -> int:
    """Where a field stands: who it is about first, then as in the file, and last what the file has under other names."""
    name = value[0]
    if name in _FIRST:
        return -1
    return next((place for place, each in enumerate(columns) if each == name), len(columns))


def _shown(row: Any, privacy: Privacy) -> Iterator[tuple[str, str]]:
    """The fields of a row that has been read, whatever its kind, in the order in which it holds them."""
    for each in fields(row):
        value = getattr(row, each.name)
        if each.name in _NOT_SHOWN or value in (None, "", [], {}):
            continue
        if each.name in ("columns", "fields", "links"):
            prefix = "field." if each.name == "fields" else ""
            yield from _of_columns(value, prefix, privacy)
        elif each.name == "person":
            yield from _of_person(value, privacy)
        elif each.name == "points":
            yield from _of_points(value, privacy)
        else:
            name = _FIELD.get(each.name, each.name)
            yield name, _text(name, value, privacy)


def _of_columns(
    columns: dict[str, Any], prefix: str, privacy: Privacy
) -> Iterator[tuple[str, str]]:
    for name, value in columns.items():
        if name not in _NOT_SHOWN:
            yield prefix + _FIELD.get(name, name), _text(name, value, privacy)


def _of_person(person: dict[str, Any], privacy: Privacy) -> Iterator[tuple[str, str]]:
    for name, value in person.items():
        if name not in _NOT_SHOWN:
            shown = "person" if name == "name" else _FIELD.get(name, name)
            yield shown, _text(name, value, privacy)


def _of_points(points: list[Point], privacy: Privacy) -> Iterator[tuple[str, str]]:
    for point in points:
        name = f"person_{point.kind}" if point.of_person else point.kind
        yield name, privacy.value(point.kind, point.value)


def _text(name: str, value: Any, privacy: Privacy) -> str:
    if isinstance(value, Moment):
        value = value.at.date() if value.whole_day else value.at
    if isinstance(value, When):
        value = datetime.combine(value.day, value.time) if value.time else value.day
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list):
        return _(", ").join(map(str, value))
    if isinstance(value, _Amount) and privacy.amount(value) is None:
        return HIDDEN
    if not isinstance(value, str) or name in _AS_THEY_ARE:
        return str(value)
    if name in _WORDS:
        return _(", ").join(in_context(name, one.replace("_", " "), _) for one in value.split(","))
    return privacy.text(value) or ""
