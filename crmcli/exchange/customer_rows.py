"""Rows of a customer list: cells to the values that are stored (CLI.md, Import)."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from functools import lru_cache
from typing import Any

from crmcli.errors import BadValue
from crmcli.exchange import rows
from crmcli.exchange.customer_words import read_stage, read_tier
from crmcli.exchange.headers import Columns
from crmcli.exchange.moments import with_offset
from crmcli.exchange.rows import Point, Understanding, Words
from crmcli.rules import consent, terms
from crmcli.rules.identity import name_key, uscc_is_valid, uscc_key
from crmcli.rules.span import Span

_MUNICIPALITIES = frozenset({"北京", "上海", "天津", "重庆", "香港", "澳门"})
_CITY_IN = re.compile(r"(?:.{2,8}?(?:省|自治区)\s?[/-]?\s?)?([^省市区]{2,4})市").match
_SALES_REGION = re.compile(
    "(?:[华華][东東南西北中]|[东東西][南北]|[东東]南[亚亞]|海外|境外)(?:大?[区區]|地[区區])?"
).fullmatch
TEXTS = (
    "short_name", "industry", "size", "city", "address", "source", "note", "external_id", "consent_source", "consent_scope",
)  # fmt: skip


@dataclass(slots=True)
class CustomerRow:
    """What one row says; `columns` holds only the fields that have a value."""

    columns: dict[str, Any]
    person: dict[str, Any] | None = None
    points: list[Point] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    fields: dict[str, str] = field(default_factory=dict)
    province: str | None = None
    is_province_only: bool = False
    """True when the address is nothing but a province, which must not take the place of a whole one."""
    referred_by: str | None = None
    last_contact: datetime | None = None
    next_touch: str | None = None
    warnings: list[str] = field(default_factory=list)


Put = Callable[[CustomerRow, str], None]


class CustomerReader:
    """Reads the rows of one file, whose columns have been recognised; `extras` are the places of custom fields.

    BadValue from `read` is the reason why a row is rejected.
    """

    def __init__(self, columns: Columns, means: Understanding, extras: Mapping[int, str]) -> None:
        self._means = means
        self._now = means.now
        # A list repeats its words and days: each is understood once.
        when = lru_cache(maxsize=20_000)(means.when)
        self._when = when
        self._past = lru_cache(maxsize=20_000)(means.past)
        words: Words = {
            "kind": lru_cache(maxsize=200)(terms.KIND.read),
            "stage": lru_cache(maxsize=200)(read_stage),
            "tier": lru_cache(maxsize=200)(lambda text: read_tier(text, means.tiers)),
            "prefer": lru_cache(maxsize=200)(terms.CHANNEL.read),
            "cadence": lru_cache(maxsize=200)(lambda text: str(Span.read(text))),
            "since": lru_cache(maxsize=20_000)(
                lambda text: (with_offset(text, means) or when(text)).day.isoformat()
            ),
            **rows.consent_words(means),
        }
        self.words = words
        self.custom = means.custom
        named = rows.named_places(columns.fields)
        self._has_names = "name" in columns.fields
        self._tells_consents_apart = "person_consent" in columns.fields
        # Three kinds of columns, from the plainest to the rest, for the plain ones are most of a file.
        self._texts = [(place, name) for place, name in named if name in TEXTS]
        self._words = [(place, name, words[name]) for place, name in named if name in words]
        self._rest = [
            (place, self._put(name))
            for place, name in named
            if name not in words and name not in TEXTS
        ] + [(place, self._put_extra(name)) for place, name in extras.items()]

    def read(self, cells: Sequence[str], masked: Collection[str] = ()) -> CustomerRow:
        """What the row says; masked cells are empty already, and for a customer that is all there is to it."""
        columns: dict[str, Any] = {}
        row = CustomerRow(columns)
        for place, name in self._texts:
            if text := cells[place].strip():
                columns[name] = text
        for place, name, understand in self._words:
            # What is unknown, like a consent, is no statement.
            if (text := cells[place].strip()) and (value := understand(text)) is not None:
                columns[name] = value
        for place, put in self._rest:
            if text := cells[place].strip():
                put(row, text)
        return self._finish(row)

    # --- one column each ---

    def _put(self, name: str) -> Put:
        flag = self._means.flag
        special: dict[str, Put] = {
            "name": self._put_name,
            "uscc": self._put_uscc,
            "phone": lambda row, text: rows.put_phones(row.points, row.warnings, text, False),
            "email": lambda row, text: rows.put_emails(row.points, row.warnings, text, False),
            "wechat": lambda row, text: rows.put_wechat(row.points, text),
            "person_phone": lambda row, text: rows.put_phones(row.points, row.warnings, text, True),
            "person_email": lambda row, text: rows.put_emails(row.points, row.warnings, text, True),
            "person": lambda row, text: self._put_person(row, "name", text),
            "title": lambda row, text: self._put_person(row, "title", text),
            "person_role": lambda row, text: self._put_person(row, "roles", self.roles(text)),
            **{f"person_{name}": self._put_consent(name) for name in consent.COLUMNS},
            "given_name": lambda row, text: self._put_person(row, "given_name", text),
            "middle_name": lambda row, text: self._put_person(row, "middle_name", text),
            "family_name": lambda row, text: self._put_person(row, "family_name", text),
            "tags": lambda row, text: row.tags.extend(self.tags(text)),
            "province": lambda row, text: setattr(row, "province", text),
            "referred_by": lambda row, text: setattr(row, "referred_by", text),
            # Not by column, for what is due is computed otherwise of those whom it is said of.
            "do_not_contact": lambda row, text: row.columns.__setitem__(name, flag(text)),
            "last_contact": lambda row, text: setattr(row, "last_contact", self.last_contact(text)),
            "next_touch": lambda row, text: setattr(row, "next_touch", self.next_touch(text)),
        }
        if name in special:
            return special[name]
        # A column of the field's own vocabulary that this version does not store is kept in the note.
        return lambda row, text: row.columns.__setitem__(
            "note", f"{row.columns.get('note', '')}\n{text}".strip()
        )

    def _put_consent(self, name: str) -> Put:
        """A statement of the row's person, where the list tells it from one of the customer itself."""
        understand = self.words.get(name, str)

        def put(row: CustomerRow, text: str) -> None:
            if (value := understand(text)) is not None:
                self._put_person(row, name, value)

        return put

    def _put_extra(self, name: str) -> Put:
        def put(row: CustomerRow, text: str) -> None:
            value = self.custom(name, text)
            if value is not None:
                row.fields[name] = value

        return put

    @staticmethod
    def _put_name(row: CustomerRow, text: str) -> None:
        row.columns["name"] = " ".join(text.split()) if not text.isprintable() else text

    @staticmethod
    def _put_uscc(row: CustomerRow, text: str) -> None:
        if rows.says_nothing(text):
            return
        if not uscc_is_valid(text):
            row.warnings.append(text)
        row.columns["uscc"] = uscc_key(text) or text

    @staticmethod
    def _put_person(row: CustomerRow, part: str, text: str) -> None:
        if row.person is None:
            row.person = {}
        row.person[part] = text

    # --- what a cell means ---

    def next_touch(self, text: str) -> str:
        """A promised date, as an ISO day."""
        return self._when(text).day.isoformat()

    def last_contact(self, text: str) -> datetime:
        """When they last spoke, local: at noon of a day without a time; without a year the last such day."""
        when = with_offset(text, self._means) or self._past(text)
        moment = datetime.combine(when.day, time(12))
        if when.time:
            moment = datetime.combine(when.day, when.time)
        elif when.day == self._now.date():
            moment = min(moment, self._now)
        if moment > self._now:
            raise BadValue(
                "the last contact {text} is in the future; write the day it was with its year, like 2026-03-05",
                text=text,
            )
        return moment

    @staticmethod
    def tags(text: str) -> tuple[str, ...]:
        """The tags of a cell."""
        return tuple(rows.split_list(text))

    @staticmethod
    def roles(text: str) -> str:
        """Roles in the decision chain, comma-separated."""
        return rows.read_roles(text)

    # --- the row as a whole ---

    def _finish(self, row: CustomerRow) -> CustomerRow:
        columns = row.columns
        if row.person is not None:
            self._name_person(row)
        if row.person is not None and not self._tells_consents_apart:
            # It is people who agree: of a company with its contact person, that one did.
            for name in consent.COLUMNS:
                if name in columns and columns.get("kind") != "person":
                    row.person[name] = columns.pop(name)
        if "name" not in columns:
            is_company = self._has_names and "uscc" in columns and columns.get("kind") != "person"
            if row.person is None or is_company:
                raise BadValue("the row has no name")
            columns["name"] = row.person["name"]
            columns.setdefault("kind", "person")
            row.person = None
        if row.province:
            self.place(row, row.province)
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
    def place(row: CustomerRow, province: str) -> None:
        """A province joins an address that does not name it, or is all there is of one; a municipality is a city as well.

        So is what a column of places (地区) says behind the province, or alone: 江苏省苏州市, 苏州市; without
        more of an address the city is enough. A sales region (华东大区) is no part of an address, and becomes a tag.
        """
        columns = row.columns
        short = province.removesuffix("省").removesuffix("市")
        city = short
        if short in _MUNICIPALITIES:
            columns.setdefault("city", short)
        elif found := _CITY_IN(province):
            city = found[1]
            columns.setdefault("city", city)
        if _SALES_REGION(province):
            row.tags.append(province)
            return
        address = columns.get("address")
        if not address and city != columns.get("city"):
            columns["address"], row.is_province_only = province, True
        elif address and short not in address and short != columns.get("city"):
            western = (address + province).isascii()
            columns["address"] = f"{address}, {province}" if western else f"{province}{address}"

    @staticmethod
    def _name_person(row: CustomerRow) -> None:
        person = row.person
        assert person is not None
        rows.name_person(person)
        if "name" not in person:
            row.person = None  # a title without a name is nobody
