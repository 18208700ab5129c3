"""Reading JSON and JSON Lines as a table: an object is a row (CLI.md, Import)."""

import io
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import islice
from typing import BinaryIO

from crmcli.errors import BadValue, Listed, Unusable
from crmcli.exchange.defusing import defuse
from crmcli.exchange.encodings import Encoding, encoding_of, unread
from crmcli.exchange.headers import recognise
from crmcli.exchange.json_flat import (
    PERSON_COLUMNS,
    Cells,
    Flattener,
    is_plain,
    plain_text,
    whole_characters,
)
from crmcli.exchange.json_text import Decoder, Found, Record, Walker, line_record, lines
from crmcli.exchange.source import How, OnFile

_MOST_COLUMNS = 5_000
_DEEPEST_LIST = 3
_LINES_TRIED = 20
_LONG = 1_000_000
_RAW_KEPT = 10_000
_DAMAGED_KEPT = 1_000
_WAITING = 500
_PLANS_KEPT = 1_000
_RISKY = frozenset("'=+-@\t\r")
_HALF = re.compile("[\ud800-\udfff]").search

# What the list of records is called in answers of programs, besides the kind itself.
_LISTS = {
    "items", "data", "records", "results", "result", "value", "values", "rows", "list", "entries", "objects", "hits", "elements",
}  # fmt: skip
_KINDS = {
    "customers": {"customers", "companies", "accounts", "clients"},
    "people": {"people", "contacts", "persons"},
}

Path = tuple[str, ...]


class JsonRows(OnFile):
    """An open JSON file, a Source: `json` numbers its rows by record, `jsonl` by line.

    Texts come as CSV exports write them, defused, so that rejected rows can be written and read again as CSV.
    """

    is_phone_book = False

    def __init__(self, file: BinaryIO, path: str, encoding: Encoding, kind: str) -> None:
        self.path = path
        self.encoding: str | None = encoding.name
        self.guessed = encoding.guessed
        self._is_in_part = encoding.in_part
        self.damaged: dict[int, BadValue] = {}
        self.size = file.seek(0, os.SEEK_END)
        self._file = file
        self._kind = kind
        self._flattener = Flattener(kind)
        self._plans: dict[tuple[str, ...], list[int]] = {}
        found = self._where_the_rows_are()
        self.format = "jsonl" if found is None else "json"
        self._path: Path = found or ()
        self.headers = self._all_headers()
        self.notes: list[BadValue] = self._flattener.notes()

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Each row that says anything, as its line or number and its cells; a customer with several people is several.

        What cannot be read at all has its text behind the headers. Streams: memory does not grow with the file.
        """
        places = {header: place for place, header in enumerate(self.headers)}
        of_person = [places[name] for name in PERSON_COLUMNS if name in places]
        blank = [""] * len(self.headers)
        # One customer's rows apart from each other: an import writes what waits before it takes a customer again.
        waiting: list[tuple[int, list[str], list[Cells]]] = []
        count = 0
        for found in self._records():
            if found.record is None:
                self._damage(found.number, found.wrong)
                yield found.number, [*blank, defuse(found.raw[:_RAW_KEPT])]
                continue
            row, people = self._row(found.record, places, blank)
            if people and not any(row[place] for place in of_person):
                first = _with(row, people.pop(0), places, of_person)
                yield found.number, self._tidied(found.number, first, found.wrong)
            elif any(map(str.strip, row)):
                own = row.copy() if people else row  # which its people's rows are made of, untidied
                yield found.number, self._tidied(found.number, own, found.wrong)
            if people and found.wrong is None:
                waiting.append((found.number, row, people))
                count += len(people)
                if count > _WAITING:
                    yield from self._further(waiting, places, of_person)
                    count = 0
        yield from self._further(waiting, places, of_person)

    def _row(
        self, record: Record, places: dict[str, int], blank: list[str]
    ) -> tuple[list[str], list[Cells]]:
        row = blank.copy()
        if self._put_plain(record, places, row):
            return row, []
        cells, people = self._flattener.flatten(record)
        row = blank.copy()
        for header, text in cells.items():
            if text and (place := places.get(header)) is not None:
                row[place] = text
        return row, people

    def _put_plain(self, record: Record, places: dict[str, int], row: list[str]) -> bool:
        """Put the values of a record of texts and numbers into the row, on a short way; False when it has others."""
        names = tuple(record)
        plan = self._plans.get(names)
        if plan is None:
            plan = [places.get(header, -1) for header in self._flattener.plain_headers(names)]
            if len(self._plans) < _PLANS_KEPT:
                self._plans[names] = plan
        if len(plan) != len(names):
            return False
        for place, value in zip(plan, record.values(), strict=True):
            if value.__class__ is str and place >= 0:
                row[place] = value
            elif value:
                if place < 0 or (text := plain_text(value)) is None:
                    return False
                row[place] = text
            elif value is False:
                row[place] = "false"
        return True

    def _further(
        self,
        waiting: list[tuple[int, list[str], list[Cells]]],
        places: dict[str, int],
        of_person: list[int],
    ) -> Iterator[tuple[int, list[str]]]:
        """The rows of the people that wait, one of each customer at a time."""
        while waiting:
            for number, row, people in waiting:
                person = _with(row, people.pop(0), places, of_person)
                yield number, self._tidied(number, person, None)
            waiting[:] = [one for one in waiting if one[2]]

    def _tidied(self, number: int, row: list[str], wrong: BadValue | None) -> list[str]:
        """The row in the form of a CSV export, what is wrong with it known."""
        whole = "".join(row)
        if "\0" in whole:
            row = [text.replace("\0", "") for text in row]
        if not whole.isascii() and _HALF(whole):
            header = next(self.headers[place] for place, text in enumerate(row) if _HALF(text))
            wrong = wrong or BadValue("half of a character stands in {header}", header=header)
            row = list(map(whole_characters, row))
        if self._is_in_part:
            wrong = wrong or unread(row, self.headers)
        for place, text in enumerate(row):
            if text[:1] in _RISKY:
                row[place] = defuse(text)
        if wrong is not None:
            self._damage(number, wrong)
        return row

    def _damage(self, number: int, wrong: BadValue | None) -> None:
        if len(self.damaged) >= _DAMAGED_KEPT:  # those have been given long ago
            self.damaged.clear()
        assert wrong is not None
        self.damaged[number] = wrong

    # --- the file ---

    def _text(self) -> io.TextIOWrapper:
        return self._from_start(self.encoding)

    def _records(self) -> Iterator[Found]:
        text = self._text()
        try:
            if self.format == "json":
                yield from Walker(text).records(self._path)
            else:
                decoder = Decoder()
                for number, line in lines(text):
                    yield line_record(decoder, number, line)
        finally:
            if not self._file.closed:
                text.detach()

    def _all_headers(self) -> list[str]:
        """The names in all objects, in the order in which they come; BadValue for none, or too many."""
        headers: dict[str, None] = {}
        of_people: set[str] = set()
        plain: set[str] = set()
        first_wrong: BadValue | None = None
        for found in self._records():
            record = found.record
            if record is None:
                first_wrong = first_wrong or found.wrong
                continue
            if record.keys() <= plain and all(map(is_plain, record.values())):
                continue
            self._refuse_whole_file(record)
            cells, people = self._flattener.flatten(record)
            headers |= dict.fromkeys(cells)
            for person in people:
                of_people.update(person)
            plain.update(record)
            if len(headers) > _MOST_COLUMNS:
                raise Unusable(
                    "{path} has more than {n} names of values, too many for a list; leave out those that say nothing of customers",
                    path=self.path,
                    n=_MOST_COLUMNS,
                )
        headers |= dict.fromkeys(name for name in PERSON_COLUMNS if name in of_people)
        if any(headers):
            return list(headers)
        if first_wrong is not None:
            raise Unusable(
                "{path} holds no object that can be read: {why}", path=self.path, why=first_wrong
            )
        raise Unusable("{path} is empty; there is nothing to import", path=self.path)

    def _refuse_whole_file(self, record: Record) -> None:
        schema = record.get("schema")
        if isinstance(schema, str) and schema.startswith("crm.all/"):
            raise BadValue(
                "{path} is a whole file from crm export all; add --as all, and --db for a new file",
                path=self.path,
            )

    # --- where its rows are ---

    def _where_the_rows_are(self) -> Path | None:
        """The names that lead to the array of the rows, none when they stand by themselves; None for JSON Lines."""
        text = self._text()
        try:
            walker = Walker(text)
            if walker.peek() != "{":
                return ()
            outline = Outline()
            with suppress(BadValue):  # what is wrong is told when its rows are read
                outline.draw(walker, ())
        finally:
            text.detach()
        is_row = outline.is_row(self._kind)
        first, further = self._first_lines()
        if further and self._are_lines(first, further):
            pages = outline.sure_paths(self._kind)
            return pages[0] if len(pages) == 1 and not is_row else None
        path = outline.path_of_rows(self._kind, self.path, is_row)
        return path if path or further or not _is_object(first) else None

    def _first_lines(self) -> tuple[str, list[str]]:
        """The first line and some of the next, without blank ones."""
        text = self._text()
        try:
            # A long first line has no use for the others.
            some = lines(text)
            first = next(some, (0, ""))[1]
            return first, [
                line for _, line in islice(some, 1 if len(first) > _LONG else _LINES_TRIED)
            ]
        finally:
            text.detach()

    @staticmethod
    def _are_lines(first: str, further: Sequence[str]) -> bool:
        """True when the first line is an object; when it is none and does not go on in the next, but one of those is."""
        if _is_object(first):
            return True
        return first.rstrip()[-1] not in "[{,:" and any(map(_is_object, further))


class Outline:
    """The names in a JSON object, dotted where they are nested, and the paths of its arrays of objects."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.arrays: list[Path] = []
        self.empty: list[Path] = []
        self.schema: object = None
        self.has_item = False

    def draw(self, walker: Walker, path: Path) -> None:
        """Take in the object that begins at the walker's place."""
        for name in walker.names():
            here, sign = (*path, name), walker.peek()
            self.has_item |= here == ("item",) and sign == "{"
            if sign == "{" and len(path) < _DEEPEST_LIST:
                self.draw(walker, here)
            elif sign == "[":
                self._draw_array(walker, here)
            else:
                value = walker.value()
                if here == ("schema",):
                    self.schema = value
            if sign != "{":
                self.names.append(".".join(here))
            if len(self.names) > _MOST_COLUMNS:
                raise BadValue("it has too many names; give a list of objects")

    def _draw_array(self, walker: Walker, here: Path) -> None:
        is_empty = True
        for _ in walker.elements():
            if is_empty and walker.peek() == "{" and len(self.arrays) < _MOST_COLUMNS:
                self.arrays.append(here)
            is_empty = False
            walker.skip()
        if is_empty and len(self.empty) < _MOST_COLUMNS:
            self.empty.append(here)

    def is_row(self, kind: str) -> bool:
        """True when the object itself has what a row of this kind needs."""
        named = recognise(kind, list(dict.fromkeys(self.names))).fields
        return ("name" if kind == "customers" else "customer") in named

    def sure_paths(self, kind: str) -> list[Path]:
        """The paths of the arrays whose name says that they hold the rows."""
        if isinstance(self.schema, str) and self.schema.startswith("crm.") and self.has_item:
            return [("item",)]
        return _sure(self.arrays, kind)

    def path_of_rows(self, kind: str, shown: str, is_row: bool) -> Path:
        """Which array holds the rows, if any; BadValue when several may."""
        found = self.sure_paths(kind)
        if not is_row:
            found = found or self.arrays or _sure(self.empty, kind)
        if len(found) > 1:
            raise Unusable(
                "{path} holds several lists: {names}; leave only one of them in it",
                path=shown,
                names=Listed(".".join(path) for path in found[:10]),
            )
        return found[0] if found else ()


def _sure(arrays: Sequence[Path], kind: str) -> list[Path]:
    """Those arrays that are called as the kind is, else those called as lists are."""
    own = {kind} | _KINDS.get(kind, set())
    named = [path for path in arrays if path[-1].lower() in own]
    return named or [path for path in arrays if path[-1].lower() in _LISTS]


def _is_object(line: str) -> bool:
    return line_record(Decoder(), 1, line).record is not None


def _with(row: list[str], person: Cells, places: dict[str, int], of_person: list[int]) -> list[str]:
    """The row of a customer with one of its people in it, in place of whoever was there."""
    row = row.copy()
    for place in of_person:
        row[place] = ""
    for header, text in person.items():
        row[places[header]] = text
    return row


def open_json(file: BinaryIO, path: str, how: How) -> JsonRows:
    """The open file as JSON or JSON Lines; BadValue when it holds no objects, or is not in the encoding asked for."""
    return JsonRows(file, path, encoding_of(file, path, how.encoding), how.kind)
