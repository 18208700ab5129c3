"""Rows of a customer list: cells to the values that are stored (CLI.md, Import)."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from functools import lru_cache
from typing import Any, NamedTuple

from crmcli.errors import BadValue
from crmcli.exchange.headers import Columns
from crmcli.rules import terms
from crmcli.rules.dates import When
from crmcli.rules.identity import (
    email_addresses,
    email_is_odd,
    email_key,
    looks_masked,
    name_key,
    phone_is_odd,
    phone_key,
    phone_numbers,
    uscc_is_valid,
    uscc_key,
)
from crmcli.rules.span import Span
from crmcli.rules.terms import Vocabulary

_MASK_SIGNS = "*＊●•"
_LONG = 200
_PLAIN_LANDLINE = re.compile(r"0[1-9][0-9]{1,2}-[2-8][0-9]{6,7}").fullmatch
_PLAIN_ADDRESS = re.compile(
    r"[A-Za-z0-9][A-Za-z0-9._-]*@[A-Za-z0-9][A-Za-z0-9-]*(\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}"
).fullmatch
_TEXTS = ("short_name", "industry", "size", "city", "address", "source", "note", "external_id")


class Point(NamedTuple):
    """A phone, e-mail or WeChat with its normal form; of the person, or of the customer itself."""

    kind: str
    value: str
    key: str
    of_person: bool


@dataclass(slots=True)
class CustomerRow:
    """What one row says; `columns` holds only the fields that have a value."""

    columns: dict[str, Any]
    person: dict[str, Any] | None = None
    points: list[Point] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    fields: dict[str, str] = field(default_factory=dict)
    referred_by: str | None = None
    last_contact: datetime | None = None
    next_touch: str | None = None
    warnings: list[str] = field(default_factory=list)


Put = Callable[[CustomerRow, str], None]


class RowReader:
    """Reads the rows of one file, whose columns have been recognised.

    `when` reads a date, `custom` checks a custom field's value, `extras` maps the place of a column to its custom
    field. BadValue from `read` is the reason why a row is rejected.
    """

    def __init__(
        self,
        columns: Columns,
        tiers: Vocabulary,
        when: Callable[[str], When],
        now: datetime,
        extras: Mapping[int, str],
        custom: Callable[[str, str], str | None],
    ) -> None:
        self._now = now
        self._custom = custom
        # A list repeats its words and days: each is understood once.
        self._when = lru_cache(maxsize=20_000)(when)
        words: dict[str, Callable[[str], Any]] = {
            "kind": lru_cache(maxsize=200)(terms.KIND.read),
            "stage": lru_cache(maxsize=200)(terms.STAGE.read),
            "tier": lru_cache(maxsize=200)(tiers.read),
            "prefer": lru_cache(maxsize=200)(terms.CHANNEL.read),
            "cadence": lru_cache(maxsize=200)(lambda text: str(Span.read(text))),
            "since": lru_cache(maxsize=20_000)(lambda text: when(text).day.isoformat()),
        }
        named = [(place, name) for place, name in enumerate(columns.fields) if name is not None]
        # Three kinds of columns, from the plainest to the rest, for the plain ones are most of a file.
        self._texts = [(place, name) for place, name in named if name in _TEXTS]
        self._words = [(place, name, words[name]) for place, name in named if name in words]
        self._rest = [
            (place, self._put(name))
            for place, name in named
            if name not in words and name not in _TEXTS
        ] + [(place, self._put_extra(name)) for place, name in extras.items()]

    def read(self, cells: Sequence[str]) -> CustomerRow:
        """What the row says."""
        columns: dict[str, Any] = {}
        row = CustomerRow(columns)
        for place, name in self._texts:
            if text := cells[place].strip():
                columns[name] = text
        for place, name, understand in self._words:
            if text := cells[place].strip():
                columns[name] = understand(text)
        for place, put in self._rest:
            if text := cells[place].strip():
                put(row, text)
        return self._finish(row)

    def unmask(self, cells: list[str]) -> list[int]:
        """Empty the cells that look masked, for they would overwrite the real thing; returns their places."""
        found = [
            place
            for place in range(len(cells))
            if any(sign in cells[place] for sign in _MASK_SIGNS) and looks_masked(cells[place])
        ]
        for place in found:
            cells[place] = ""
        return found

    # --- one column each ---

    def _put(self, name: str) -> Put:
        special: dict[str, Put] = {
            "name": self._put_name,
            "uscc": self._put_uscc,
            "phone": lambda row, text: self._put_phones(row, text, of_person=False),
            "email": lambda row, text: self._put_emails(row, text, of_person=False),
            "wechat": lambda row, text: row.points.append(
                Point("wechat", text, text.lower(), True)
            ),
            "person_phone": lambda row, text: self._put_phones(row, text, of_person=True),
            "person_email": lambda row, text: self._put_emails(row, text, of_person=True),
            "person": lambda row, text: self._put_person(row, "name", text),
            "title": lambda row, text: self._put_person(row, "title", text),
            "role": lambda row, text: self._put_person(row, "roles", terms.ROLE.read(text)),
            "given_name": lambda row, text: self._put_person(row, "given_name", text),
            "family_name": lambda row, text: self._put_person(row, "family_name", text),
            "tags": lambda row, text: row.tags.extend(split_tags(text)),
            "referred_by": lambda row, text: setattr(row, "referred_by", text),
            "last_contact": self._put_last_contact,
            "next_touch": lambda row, text: setattr(
                row, "next_touch", self._when(text).day.isoformat()
            ),
        }
        if name in special:
            return special[name]
        # A column of the field's own vocabulary that this version does not store is kept in the note.
        return lambda row, text: row.columns.__setitem__(
            "note", f"{row.columns.get('note', '')}\n{text}".strip()
        )

    def _put_extra(self, name: str) -> Put:
        def put(row: CustomerRow, text: str) -> None:
            value = self._custom(name, text)
            if value is not None:
                row.fields[name] = value

        return put

    @staticmethod
    def _put_name(row: CustomerRow, text: str) -> None:
        row.columns["name"] = " ".join(text.split()) if not text.isprintable() else text

    @staticmethod
    def _put_uscc(row: CustomerRow, text: str) -> None:
        if not uscc_is_valid(text):
            row.warnings.append(text)
        row.columns["uscc"] = uscc_key(text) or text

    @staticmethod
    def _put_phones(row: CustomerRow, text: str, of_person: bool) -> None:
        if (
            len(text) == 11
            and text[0] == "1"
            and text[1] in "3456789"
            and text.isascii()
            and text.isdigit()
        ):
            row.points.append(Point("phone", text, text, of_person))  # a plain mobile number
            return
        if _PLAIN_LANDLINE(text):
            row.points.append(Point("phone", text, text.replace("-", ""), of_person))
            return
        for number in phone_numbers(text):
            if phone_is_odd(number):
                row.warnings.append(number)
            row.points.append(Point("phone", number, phone_key(number), of_person))

    @staticmethod
    def _put_emails(row: CustomerRow, text: str, of_person: bool) -> None:
        if _PLAIN_ADDRESS(text):
            row.points.append(Point("email", text, text.lower(), of_person))
            return
        for address in email_addresses(text):
            if email_is_odd(address):
                row.warnings.append(address)
            row.points.append(Point("email", address, email_key(address), of_person))

    @staticmethod
    def _put_person(row: CustomerRow, part: str, text: str) -> None:
        if row.person is None:
            row.person = {}
        row.person[part] = text

    def _put_last_contact(self, row: CustomerRow, text: str) -> None:
        when = self._when(text)
        moment = datetime.combine(when.day, time(12))
        if when.time:
            moment = datetime.combine(when.day, when.time)
        elif when.day == self._now.date():
            moment = min(moment, self._now)
        if moment > self._now:
            raise BadValue("the last contact {text} is in the future", text=text)
        row.last_contact = moment

    # --- the row as a whole ---

    def _finish(self, row: CustomerRow) -> CustomerRow:
        columns = row.columns
        if row.person is not None:
            self._name_person(row)
        if "name" not in columns:
            if row.person is None:
                raise BadValue("the row has no name")
            columns["name"] = row.person["name"]
            columns.setdefault("kind", "person")
            row.person = None
        if row.person is None:
            row.points = [
                point._replace(of_person=False) if point.of_person else point
                for point in row.points
            ]
        columns["name_key"] = name_key(columns["name"])
        if "short_name" in columns:
            columns["short_key"] = name_key(columns["short_name"])
        return row

    @staticmethod
    def _name_person(row: CustomerRow) -> None:
        person = row.person
        assert person is not None
        given, family = person.pop("given_name", ""), person.pop("family_name", "")
        if "name" not in person and (given or family):
            western = (given or family).isascii()
            person["name"] = f"{given} {family}".strip() if western else f"{family}{given}"
        if "name" not in person:
            row.person = None  # a title without a name is nobody


def split_tags(text: str) -> list[str]:
    """Tags split at ; , 、 and their wide forms (CLI.md, Import)."""
    if "；" in text or "，" in text or "、" in text or "," in text:
        for mark in "；，、,":
            text = text.replace(mark, ";")
    return [tag for part in text.split(";") if (tag := part.strip())]


def is_long(cells: Sequence[str]) -> bool:
    """True when some cell may be too long for its column, so that looking closer is worth while."""
    return max(map(len, cells), default=0) > _LONG
