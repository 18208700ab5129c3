"""Plain rows of a customer list, understood a column at a time; the rest is left to `customer_rows` (DESIGN §2).

Most rows of most lists are plain: every word known, one phone a cell, nothing odd. A column of a thousand cells costs a
tenth of a thousand calls. What a plain row says is what `CustomerReader` says of it; a test compares the two.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from crmcli.exchange.column_cells import CellMemo, Cells, texts_of
from crmcli.exchange.customer_rows import TEXTS, CustomerReader
from crmcli.exchange.headers import Columns
from crmcli.exchange.rows import (
    NOTHING,
    Understanding,
    named_places,
    plain_email,
    plain_landline,
    plain_mobile,
    says_nothing,
)
from crmcli.rules import consent
from crmcli.rules.identity import name_key, name_keys, uscc_is_valid, uscc_key

_PERSON = ("person", "title", "person_role")
_POINTS = {
    "phone": ("phone", False),
    "email": ("email", False),
    "wechat": ("wechat", True),
    "person_phone": ("phone", True),
    "person_email": ("email", True),
}
_BY_ITSELF = ("name", "uscc", "tags", "last_contact", "next_touch")


@dataclass
class PointColumn:
    """Phones, e-mails or WeChats of one column with their normal forms; None where there is none."""

    kind: str
    of_person: bool
    values: list[str | None]
    keys: list[str | None]


@dataclass
class CustomerPage:
    """What rows say, by column; all lists are `count` long, None where a cell is empty.

    `odd` are the places of rows that only `CustomerReader` can read: what the columns hold of them means nothing.
    """

    count: int
    columns: dict[str, list[Any]] = field(default_factory=dict)
    person: dict[str, list[str | None]] = field(default_factory=dict)
    points: list[PointColumn] = field(default_factory=list)
    tags: list[tuple[str, ...] | None] | None = None
    fields: dict[str, list[str | None]] = field(default_factory=dict)
    last_contact: list[datetime | None] | None = None
    next_touch: list[str | None] | None = None
    odd: set[int] = field(default_factory=set)

    def cut(self, start: int, stop: int) -> "CustomerPage":
        """The rows from `start` to before `stop`, none of them odd."""
        if stop - start == self.count:
            return self
        some = slice(start, stop)
        return CustomerPage(
            stop - start,
            {name: column[some] for name, column in self.columns.items()},
            {name: column[some] for name, column in self.person.items()},
            [PointColumn(one.kind, one.of_person, one.values[some], one.keys[some]) for one in self.points],
            self.tags and self.tags[some],
            {name: column[some] for name, column in self.fields.items()},
            self.last_contact and self.last_contact[some],
            self.next_touch and self.next_touch[some],
        )  # fmt: skip


class CustomerColumns:
    """Reads the plain rows of one file, whose columns `reader` knows."""

    def __init__(self, columns: Columns, reader: CustomerReader, extras: Mapping[int, str]) -> None:
        named = named_places(columns.fields)
        places = {name: place for place, name in named}
        self._points = [
            (place, *_POINTS[name]) for name, place in places.items() if name in _POINTS
        ]
        self._texts = [(place, name) for name, place in places.items() if name in TEXTS]
        self._words = [
            (places[name], name, CellMemo(understand))
            for name, understand in reader.words.items()
            if name in places
        ]
        self._places = places
        self._roles = CellMemo(reader.roles)
        self._tags = CellMemo(reader.tags)
        self._last_contact = CellMemo(reader.last_contact)
        self._next_touch = CellMemo(reader.next_touch)
        self._fields = [
            (place, name, CellMemo(partial(reader.custom, name))) for place, name in extras.items()
        ]

    @classmethod
    def of(
        cls, columns: Columns, means: Understanding, extras: Mapping[int, str]
    ) -> "CustomerColumns | None":
        """What reads these columns; None when some column can only be read row by row."""
        reader = CustomerReader(columns, means, extras)
        fields = [name for name in columns.fields if name is not None]
        known = {*TEXTS, *reader.words, *_BY_ITSELF, *_PERSON, *_POINTS}
        if "person" in fields:  # whose consent is the person's, then, and not the customer's
            known -= {*consent.COLUMNS}
        if not known.issuperset(fields) or len(set(fields)) < len(fields) or "name" not in fields:
            return None
        return cls(columns, reader, extras)

    def read(self, rows: Sequence[Cells]) -> CustomerPage:
        """What the rows say, all of them as wide as the headers."""
        cells = list(zip(*rows, strict=True))
        page = CustomerPage(len(rows))
        for place, name in self._texts:
            page.columns[name] = texts_of(cells[place])
        for place, name, memo in self._words:
            page.columns[name] = memo.column(cells[place], page.odd)
        self._read_names(page, cells)
        if "uscc" in self._places:
            page.columns["uscc"] = self._read_usccs(page, cells[self._places["uscc"]])
        self._read_person(page, cells)
        for place, kind, of_person in self._points:
            texts = list(map(str.strip, cells[place]))
            page.points.append(_POINT_READERS[kind](page, texts, of_person))
        if "tags" in self._places:
            page.tags = self._tags.column(cells[self._places["tags"]], page.odd)
        if "last_contact" in self._places:
            place = self._places["last_contact"]
            page.last_contact = self._last_contact.column(cells[place], page.odd)
        if "next_touch" in self._places:
            place = self._places["next_touch"]
            page.next_touch = self._next_touch.column(cells[place], page.odd)
        for place, name, memo in self._fields:
            page.fields[name] = memo.column(cells[place], page.odd)
        return page

    def _read_names(self, page: CustomerPage, cells: Sequence[Cells]) -> None:
        names = list(map(str.strip, cells[self._places["name"]]))
        if not all(names) or not "".join(names).isprintable():
            odd = [place for place, name in enumerate(names) if not name or not name.isprintable()]
            page.odd.update(odd)
            for place in odd:
                names[place] = ""
        page.columns["name"] = names
        page.columns["name_key"] = name_keys(names)
        if "short_name" in page.columns:
            page.columns["short_key"] = [
                name and name_key(name) for name in page.columns["short_name"]
            ]

    @staticmethod
    def _read_usccs(page: CustomerPage, cells: Cells) -> list[str | None]:
        codes = [cell.strip() for cell in cells]
        page.odd.update(
            place for place, code in enumerate(codes) if code and not uscc_is_valid(code)
        )
        return [(uscc_key(code) or code) if code else None for code in codes]

    def _read_person(self, page: CustomerPage, cells: Sequence[Cells]) -> None:
        """A title or a role without a name is nobody's, but a role that is none is told."""
        roles: list[str | None] = []
        if "person_role" in self._places:
            roles = self._roles.column(cells[self._places["person_role"]], page.odd)
        if "person" not in self._places:
            return
        page.person["name"] = texts_of(cells[self._places["person"]])
        if "title" in self._places:
            page.person["title"] = texts_of(cells[self._places["title"]])
        if roles:
            page.person["roles"] = roles


def _phones(page: CustomerPage, texts: list[str], of_person: bool) -> PointColumn:
    if all(map(plain_mobile, texts)):
        return PointColumn("phone", of_person, list(texts), list(texts))
    keys: list[str | None] = []
    for place, text in enumerate(texts):
        if not text:
            keys.append(None)
        elif plain_mobile(text):
            keys.append(text)
        elif plain_landline(text):
            keys.append(text.replace("-", ""))
        else:
            keys.append(None)
            page.odd.add(place)
    return PointColumn("phone", of_person, [text or None for text in texts], keys)


def _emails(page: CustomerPage, texts: list[str], of_person: bool) -> PointColumn:
    if not all(map(plain_email, texts)):
        page.odd.update(place for place, text in enumerate(texts) if text and not plain_email(text))
    values = [text or None for text in texts]
    return PointColumn("email", of_person, values, [text.lower() or None for text in texts])


def _wechats(page: CustomerPage, texts: list[str], of_person: bool) -> PointColumn:
    if not NOTHING.isdisjoint(map(str.casefold, texts)):
        texts = ["" if says_nothing(text) else text for text in texts]
    values = [text or None for text in texts]
    return PointColumn("wechat", of_person, values, [text.lower() or None for text in texts])


_POINT_READERS: Mapping[str, Callable[[CustomerPage, list[str], bool], PointColumn]] = {
    "phone": _phones,
    "email": _emails,
    "wechat": _wechats,
}
