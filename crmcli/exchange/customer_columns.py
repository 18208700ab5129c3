"""Plain rows of a customer list, understood a column at a time; the rest is left to `customer_rows` (DESIGN §2).

Most rows of most lists are plain: every word known, one phone a cell, nothing odd. A column of a thousand cells costs a
tenth of a thousand calls. What a plain row says is what `CustomerReader` says of it; a test compares the two.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from crmcli.exchange.column_cells import ODD, CellMemo, Cells, texts_of
from crmcli.exchange.customer_rows import TEXTS, CustomerReader, CustomerRow
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
from crmcli.rules.identity import name_keys, uscc_is_valid, uscc_key

_PERSON = ("person", "title", "person_role")
_POINTS = {
    "phone": ("phone", False),
    "email": ("email", False),
    "wechat": ("wechat", True),
    "person_phone": ("phone", True),
    "person_email": ("email", True),
}
_BY_ITSELF = ("name", "uscc", "tags", "last_contact", "next_touch", "do_not_contact", "province")
"""What else is read by column; rows that say anything in a column of yet another field are read one by one."""


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
    only_provinces: set[int] = field(default_factory=set)
    """The places of rows whose address is nothing but a province."""
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
            {place - start for place in self.only_provinces if start <= place < stop},
        )  # fmt: skip


class CustomerColumns:
    """Reads the plain rows of one file, whose columns have been recognised; `extras` are the places of custom fields."""

    def __init__(self, columns: Columns, means: Understanding, extras: Mapping[int, str]) -> None:
        reader = CustomerReader(columns, means, extras)
        named = named_places(columns.fields)
        places: dict[str, int] = {}
        for place, name in named:
            places.setdefault(name, place)
        by_column = {*TEXTS, *reader.words, *_BY_ITSELF, *_PERSON, *_POINTS}
        if "person" in places and "person_consent" not in places:
            by_column -= {*consent.COLUMNS}  # which are the person's then, and not the customer's
        # Of several columns of phones, e-mails or tags the first one is.
        self._beside = [
            place for place, name in named if name not in by_column or places[name] != place
        ]
        self._points = [
            (place, *_POINTS[name]) for name, place in places.items() if name in _POINTS
        ]
        self._texts = [(places[name], name) for name in TEXTS if name in places.keys() & by_column]
        self._words = [
            (places[name], name, CellMemo(understand))
            for name, understand in reader.words.items()
            if name in places.keys() & by_column
        ]
        self._places = places
        self._roles = CellMemo(reader.roles)
        self._tags = CellMemo(reader.tags)
        self._last_contact = CellMemo(reader.last_contact)
        self._next_touch = CellMemo(reader.next_touch)
        # No list takes it back, so a no says nothing.
        self._do_not_contact = CellMemo(lambda text: ODD if means.flag(text) else None)
        self._fields = [
            (place, name, CellMemo(partial(reader.custom, name))) for place, name in extras.items()
        ]

    @classmethod
    def of(
        cls, columns: Columns, means: Understanding, extras: Mapping[int, str]
    ) -> "CustomerColumns | None":
        """What reads these columns; None when no column is the customer's name."""
        if "name" not in columns.fields:
            return None
        return cls(columns, means, extras)

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
        if "do_not_contact" in self._places:
            self._do_not_contact.column(cells[self._places["do_not_contact"]], page.odd)
        if "province" in self._places:
            _read_provinces(page, texts_of(cells[self._places["province"]]))
        for place in self._beside:
            if any(cells[place]):
                page.odd.update(row for row, cell in enumerate(cells[place]) if cell.strip())
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
            page.columns["short_key"] = self._short_keys(page)

    @staticmethod
    def _short_keys(page: CustomerPage) -> list[str | None]:
        names = page.columns["short_name"]
        there = [name for name in names if name]
        if not "".join(there).isprintable():
            odd = [place for place, name in enumerate(names) if name and not name.isprintable()]
            page.odd.update(odd)
            for place in odd:
                names[place] = None
            there = [name for name in names if name]
        if not there:
            return [None] * page.count
        keys = iter(name_keys(there))
        return [next(keys) if name else None for name in names]

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


def _read_provinces(page: CustomerPage, provinces: Sequence[str | None]) -> None:
    """A province joins the city, the address or the tags of its row."""
    if not any(provinces):
        return
    nothing: list[Any] = [None] * page.count
    cities = page.columns.setdefault("city", list(nothing))
    addresses = page.columns.setdefault("address", list(nothing))
    known: dict[Any, CustomerRow] = {}
    for place, province in enumerate(provinces):
        if province is None:
            continue
        given = province, cities[place], addresses[place]
        if given not in known:
            known[given] = _placed(*given)
        row = known[given]
        cities[place], addresses[place] = row.columns.get("city"), row.columns.get("address")
        if row.is_province_only:
            page.only_provinces.add(place)
        if row.tags:
            page.tags = page.tags or list(nothing)
            page.tags[place] = (*(page.tags[place] or ()), *row.tags)


def _placed(province: str, city: str | None, address: str | None) -> CustomerRow:
    said = {"city": city, "address": address}
    row = CustomerRow({name: text for name, text in said.items() if text})
    CustomerReader.place(row, province)
    return row


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
