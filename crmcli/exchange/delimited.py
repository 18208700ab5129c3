"""Reading delimited text of any origin, a row at a time.

Excel, WPS, other tools and hand-made files: the encoding and the delimiter are found, damage is contained to its row.
"""

import csv
import io
import os
from collections import deque
from collections.abc import Iterator
from itertools import chain
from typing import Any, BinaryIO

from crmcli.errors import BadValue, Unusable
from crmcli.exchange.encodings import Encoding, encoding_of, unread
from crmcli.exchange.header_row import LOOKED_AT, find_header, headers_at, told_above
from crmcli.exchange.source import How, OnFile

_SAMPLE = 1 << 16
_BLOCK = 1 << 15
_USUAL = ",;\t|，；"
_UNUSUAL = "^~:、\x1f\x01#!"
# A quotation mark that is still open after this much is one that nobody closed.
_LONGEST_RECORD_LINES = 10_000
_LONGEST_RECORD = 16_000_000
_LONGEST_BEGINNING = 1 << 20
# Stands after the last line; no line holds it, for NULs are dropped. Inside quotes it shows where they end.
_END = "\0"

_MARKUP = ("<!doctype", "<html", "<table", "<?xml", "<meta")


Record = tuple[int, list[str]]
"""The line that a record starts on, and its cells."""


class _Runaway(Exception):
    """A record that does not end within reason."""


class Delimited(OnFile):
    """An open delimited file, a Source; `headers` are stripped, `delimiter` is what was found, `size` is in bytes.

    A line whose quotation mark is never closed is damaged: it is given alone, its quotes as they stand, and the
    reading goes on after it.
    """

    format = "csv"
    is_phone_book = False

    def __init__(
        self, file: BinaryIO, path: str, encoding: Encoding, kind: str = "customers"
    ) -> None:
        self.path = path
        self.encoding: str | None = encoding.name
        self.guessed = encoding.guessed
        self._is_in_part = encoding.in_part
        self.damaged: dict[int, BadValue] = {}
        self.notes: list[BadValue] = []
        self.size = file.seek(0, os.SEEK_END)
        self._file = file
        head, whole = self._head()
        self._format, self._named_line = _sniff(head, whole, kind)
        self.delimiter: str = self._format["delimiter"]
        first = self._first_records()
        if not first:
            raise Unusable("{path} is empty; there is nothing to import", path=path)
        self._above = find_header(first, kind)
        self.headers = headers_at(first, self._above, kind)
        self.notes += told_above(first[: self._above])

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Each row as the line of the file on which it starts (the first is 1) and its cells as written.

        Blank rows are skipped and short ones padded to the headers; a longer one is given as it is when its
        extra cells hold anything. Streams: memory does not grow with the file.
        """
        width, above = len(self.headers), self._above + 1
        for block in self._blocks():
            skipped = block[:above]
            above -= len(skipped)
            records = block[len(skipped) :] if skipped else block
            if any(len(cells) != width for _, cells in records):
                for _, cells in records:
                    if len(cells) != width:
                        _fit(cells, width)
            if self._is_in_part:
                for line, cells in records:
                    if wrong := unread(cells, self.headers):
                        self.damaged.setdefault(line, wrong)
            yield from records

    def _first_records(self) -> list[list[str]]:
        """The beginning of the table, to find the header in."""
        first: list[list[str]] = []
        length = 0
        for _, cells in chain.from_iterable(self._blocks()):
            first.append(cells)
            length += sum(map(len, cells))
            if len(first) == LOOKED_AT or length > _LONGEST_BEGINNING:
                break
        return first

    def _blocks(self) -> Iterator[list[Record]]:
        """The records that are not blank, headers included, some at a time; each with its first line."""
        text = self._text()
        try:
            yield from self._parse(text)
        finally:
            if not self._file.closed:
                text.detach()

    def _parse(self, text: io.TextIOWrapper) -> Iterator[list[Record]]:
        again: deque[str] = deque()
        lines: list[str] = []
        line = 1
        if self._named_line:
            line += 1
            text.readline()
        while True:
            if not again:
                # Most files have their records in lines: these are parsed many at a time.
                while records := self._in_lines(block := text.readlines(_BLOCK)):
                    numbered = list(enumerate(records, line))
                    line += len(records)
                    if not all(cells and cells[0].strip() for cells in records):
                        numbered = [one for one in numbered if not _is_blank(one[1])]
                    yield numbered
                again.extend(block)
            reader = csv.reader(_lines(again, text, lines), **self._format)
            try:
                for cells in reader:
                    if len(lines) > 1 and self._is_unclosed(cells, lines):
                        raise _Runaway
                    if _is_blank(cells):
                        pass
                    elif cells[0] == _END:
                        return
                    else:
                        yield [(line, cells)]
                    line += len(lines)
                    lines.clear()
                    if not again:
                        break
                else:
                    return
            except _Runaway:
                # Only its first line is lost; the rest was swallowed by the open quote, and is read again.
                self.damaged[line] = BadValue("a quotation mark is never closed")
                again.extendleft(reversed(lines[1:]))
                if again and again[-1] == _END:
                    again.pop()
                yield [(line, lines[0].rstrip("\r\n").split(self.delimiter))]
                line += 1
                lines.clear()

    def _in_lines(self, block: list[str]) -> list[list[str]]:
        """The records of whole lines; [] when there are none, or some record goes on over lines or is cut by the end."""
        whole = "".join(block)
        if not whole or _END in whole or "\ufeff" in whole:
            return []
        records = list(csv.reader([*block, _END], **self._format))
        return records[:-1] if len(records) == len(block) + 1 else []

    def _is_unclosed(self, cells: list[str], lines: list[str]) -> bool:
        """True when the record over several lines is one in which a quotation mark was never closed.

        Either the file ended within the quotes, or the closing quote is really the opening one of a later
        row: text follows it, while the first line and the next are each a proper row by themselves.
        """
        if cells[-1].endswith(_END):
            return True
        try:
            next(csv.reader(lines, **self._format, strict=True))
        except csv.Error:
            width = len(next(csv.reader(lines[:1], **self._format, quoting=csv.QUOTE_NONE)))
            following = next(csv.reader(lines[1:2], **self._format), [])
            return width == len(following) > 1
        return False

    def _text(self) -> io.TextIOWrapper:
        return self._from_start(self.encoding, newline="")

    def _head(self) -> tuple[str, bool]:
        """The beginning of the text, to sniff at, and whether that is all; BadValue when it is no table."""
        text = self._text()
        head = text.read(_SAMPLE).removeprefix("\ufeff").replace("\0", "")
        whole = not text.read(1)
        text.detach()
        start = head[:200].lstrip().lower()
        if start.startswith(_MARKUP):
            raise Unusable(
                "{path} is a web page or XML, whatever its name says; open it in a spreadsheet and save it as CSV",
                path=self.path,
            )
        strange = sum(sign < " " and sign not in "\t\n\r\f\v\x01\x1f" for sign in head[:4096])
        if strange > 4 and strange * 20 > len(head[:4096]):
            raise Unusable("{path} is not text; save it as CSV", path=self.path)
        return head, whole


def _lines(again: deque[str], text: io.TextIOWrapper, lines: list[str]) -> Iterator[str]:
    """The lines for the parser: those given back, then the file's, then the end; those of a record are kept in `lines`."""
    length = 0
    for line in chain(_given_back(again), text):
        if "\0" in line:
            line = line.replace("\0", "")
        if lines:
            length += len(line)
            if length > _LONGEST_RECORD or len(lines) > _LONGEST_RECORD_LINES:
                lines.append(line)
                raise _Runaway
        else:
            length = 0
            if line[:1] == "\ufeff":
                line = line[1:]
        lines.append(line)
        yield line
    lines.append(_END)
    yield _END


def _given_back(again: deque[str]) -> Iterator[str]:
    while again:
        yield again.popleft()


def _is_blank(cells: list[str]) -> bool:
    return not cells or not (cells[0].strip() or "".join(cells).strip())


def _fit(cells: list[str], width: int) -> None:
    """Pad a short row; drop the empty cells that a long one ends with."""
    if len(cells) < width:
        cells.extend([""] * (width - len(cells)))
    while len(cells) > width and not cells[-1].strip():
        cells.pop()


def _sniff(head: str, whole: bool, kind: str) -> tuple[dict[str, Any], bool]:
    """The parser's options, and whether the first line only names the delimiter (`sep=;`, from Excel)."""
    first = head.splitlines()[0].strip().strip('"') if head.strip() else ""
    if first[:4].lower() == "sep=" and len(first) <= 5:
        return {"delimiter": first[4:] or "\t"}, True
    for delimiters in (_USUAL, _UNUSUAL):
        best = max(
            (_score(head, whole, kind, each), -place, each) for place, each in enumerate(delimiters)
        )
        if best[0] > 0:
            form: dict[str, Any] = {"delimiter": best[2]}
            # a, "b, c": quotes after a space count when that makes the rows more alike.
            if (
                f'{best[2]} "' in head
                and _score(head, whole, kind, best[2], skipinitialspace=True) > best[0]
            ):
                form["skipinitialspace"] = True
            return form, False
    return {"delimiter": ","}, False


def _score(head: str, whole: bool, kind: str, delimiter: str, **options: Any) -> float:
    """How well `delimiter` divides the first records: the columns it makes, times the share of rows that agree.

    What stands above the header has no say.
    """
    if delimiter not in head:
        return 0
    lines = io.StringIO(head, newline="")
    records = []
    for cells in csv.reader(lines, delimiter=delimiter, **options):
        if any(cells):
            records.append(cells)
        if len(records) == 50:
            break
    else:
        if not whole and len(records) > 1:
            records.pop()  # cut by the end of the sample
    widths = [len(cells) for cells in records]
    if len(set(widths)) > 1:
        widths = widths[find_header(records, kind) :]
    if not widths or widths[0] < 2:
        return 0
    agreeing = sum(width == widths[0] for width in widths) / len(widths)
    return (widths[0] - 1) * agreeing * agreeing


def open_delimited(file: BinaryIO, path: str, how: How) -> Delimited:
    """The open file as delimited text; BadValue when it is empty, not text, or not in the encoding asked for."""
    # The parser's limit is 131,072 characters a field; a note with a pasted letter is longer.
    csv.field_size_limit(2**31 - 1)
    return Delimited(file, path, encoding_of(file, path, how.encoding), how.kind)
