"""Reading vCards of any origin, a card at a time: 2.1, 3.0, 4.0 and what phones make of them (DESIGN §5: by hand).

Each card is a row. What cannot be used is left out line by line and told; it costs no card, and no card the file.
"""

import io
import os
from collections.abc import Iterator
from functools import partial
from typing import BinaryIO, TextIO

from crmcli.errors import BadValue, Listed
from crmcli.exchange import vcard_cells
from crmcli.exchange.defusing import defuse
from crmcli.exchange.encodings import Encoding, decodes, detect_in, named
from crmcli.exchange.source import How, OnFile
from crmcli.exchange.vcard_lines import Decoder, Header, logical_lines, split

_WIDE = ("utf-16", "utf-32")
_MOST = 1 << 23
"""So many characters of one card are held; one that never ends holds no more."""
_LINES_TOLD = 20


class VCards(OnFile):
    """An open file of vCards, a Source: people, at customers, as rows of `kind` customers or people."""

    format = "vcard"
    is_phone_book = True

    def __init__(
        self, file: BinaryIO, path: str, kind: str, encoding: Encoding, is_sure: bool
    ) -> None:
        self.path = path
        self.encoding: str | None = encoding.name
        self.guessed = encoding.guessed
        self.damaged: dict[int, BadValue] = {}
        self.notes: list[BadValue] = []
        self.size = file.seek(0, os.SEEK_END)
        self._file = file
        self._of_people = kind == "people"
        self.headers = list(vcard_cells.PEOPLE if self._of_people else vcard_cells.CUSTOMERS)
        self._is_wide = encoding.name.startswith(_WIDE)
        self._decoder = Decoder(encoding.name, self._is_wide, is_sure)
        self._left_out: dict[int, None] = {}

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Each card as the line of its BEGIN (the first is 1) and its cells. Memory does not grow with the file.

        Lists of cards are none, nor is a company's own card among people. `notes` are complete when the last row was given.
        """
        self.notes.clear()
        self._left_out = {}
        with_birthdays = with_notes = 0
        to_cells = vcard_cells.of_people if self._of_people else vcard_cells.of_customers
        for card in self._cards():
            if not card.found:
                continue
            who = vcard_cells.contact(card.found, partial(self._leave_out, card.line))
            with_birthdays += bool(who.birthday)
            with_notes += who.has_own_note
            if who.is_group or (self._of_people and who.is_company):
                continue
            cells = to_cells(who)
            if any(cells):
                # What looks defused already is a text of the card's own, and stays it.
                yield card.line, [defuse(cell) if cell[:1] == "'" else cell for cell in cells]
        self._tell(with_birthdays, with_notes)

    def _tell(self, with_birthdays: int, with_notes: int) -> None:
        if self._left_out:
            lines = list(self._left_out)
            more = ["…"] if len(lines) > _LINES_TOLD else []
            self.notes.append(
                BadValue(
                    "parts of the vCards cannot be used and are left out (line {lines})",
                    lines=Listed([*map(str, lines[:_LINES_TOLD]), *more]),
                )
            )
        if with_birthdays and not self._of_people:
            self.notes.append(
                BadValue(
                    "birthdays are left out; import {path} once more with --as people to have them",
                    path=self.path,
                )
            )
        if with_notes and not self._of_people:
            self.notes.append(
                BadValue(
                    "notes on people are left out; import {path} once more with --as people to have them",
                    path=self.path,
                )
            )

    def _leave_out(self, line: int) -> None:
        if len(self._left_out) <= _LINES_TOLD:
            self._left_out[line] = None

    def _cards(self) -> Iterator["_Card"]:
        text = self._text()
        try:
            yield from self._parse(text)
        finally:
            if not self._file.closed:
                text.detach()

    def _parse(self, text: TextIO) -> Iterator["_Card"]:
        """The cards; one within another (AGENT) is passed over, one without an end ends where the next begins."""
        card: _Card | None = None
        depth, before = 0, ""
        for line, name, logical in logical_lines(text, vcard_cells.WANTED, self._leave_out):
            if name == "BEGIN":
                if before == "AGENT" and card is not None:
                    depth += 1
                else:
                    if card is not None:
                        yield card
                    card, depth = _Card(line), 0
            elif name == "END":
                if depth:
                    depth -= 1
                elif card is not None:
                    yield card
                    card = None
            elif name == "AGENT":
                if card is not None and logical.partition(":")[2].strip().upper() == "BEGIN:VCARD":
                    depth += 1
            elif card is not None and not depth:
                self._add(card, line, logical)
            before = name
        if card is not None:
            yield card

    def _add(self, card: "_Card", line: int, logical: str) -> None:
        try:
            before, value = split(logical)
            if card.size + len(value) > _MOST:
                raise ValueError(before)
            header = self._decoder.header(before)
            card.add(header, self._decoder.text(header, value))
        except ValueError:
            self._leave_out(line)

    def _text(self) -> io.TextIOWrapper:
        return self._from_start(self.encoding if self._is_wide else "latin-1")


class _Card:
    """The properties of one card, by name."""

    __slots__ = ("found", "line", "size")

    def __init__(self, line: int) -> None:
        self.line = line
        self.size = 0
        self.found: dict[str, list[tuple[Header, str]]] = {}

    def add(self, header: Header, value: str) -> None:
        self.size += len(value) + 100  # an empty one is held, too
        self.found.setdefault(header.name, []).append((header, value))


def open_vcards(file: BinaryIO, path: str, how: How) -> VCards:
    """The open file as vCards; BadValue when its rows are to be other than customers or people, or not in the encoding asked for."""
    if how.kind not in ("customers", "people"):
        raise BadValue(
            "{path} is of vCards, which hold people, not {kind}; import it as customers or with --as people",
            path=path,
            kind=how.kind,
        )
    if how.encoding is None:
        found = detect_in(file)
        if found.guessed and found.name.startswith(_WIDE) and b"\0" not in _head(file)[:16]:
            found = Encoding("utf-8", guessed=True)  # NULs in it, for no good reason
        return VCards(file, path, how.kind, found, is_sure=False)
    wanted = named(how.encoding)
    if not decodes(file, wanted.name):
        raise BadValue(
            "{path} is not in {encoding}; leave --encoding out to have it found",
            path=path,
            encoding=how.encoding,
        )
    return VCards(file, path, how.kind, wanted, is_sure=True)


def _head(file: BinaryIO) -> bytes:
    file.seek(0)
    return file.read(16)
