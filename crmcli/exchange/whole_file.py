"""Everything of a file for moving house: JSON Lines or CSV, one line a row, the first one naming the format (CLI.md).

In CSV an empty cell is no value at all, and an empty text a single apostrophe.
"""

import csv
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from types import TracebackType
from typing import Any, BinaryIO, Self

from crmcli.errors import BadValue, CrmError
from crmcli.exchange import csv_out, jsonl
from crmcli.exchange.opening import open_bytes

_NAME, _VERSION = "crm.all", 1
SCHEMA = f"{_NAME}/{_VERSION}"
KEY_RANGE = "key_range"
_HEAD = ("schema", "schema_version", "masked", "record")
_APOSTROPHES = re.compile("'*").fullmatch
_BOM = b"\xef\xbb\xbf"

Record = dict[str, Any]


# --- writing ---


def first_record(schema_version: int, masked: bool) -> Record:
    """What the first line says."""
    said: Record = {"schema": SCHEMA, "schema_version": schema_version}
    return said | {"masked": True} if masked else said


def is_row(record: Mapping[str, Any]) -> bool:
    """True for what was a row of the file; false for what is said about it."""
    return "schema" not in record and record.get("record") != KEY_RANGE


def columns(of_tables: Iterable[Iterable[str]]) -> list[str]:
    """The columns of the CSV: those of all tables, each once, and those of the key ranges."""
    each = (name for names in of_tables for name in names)
    return list(dict.fromkeys([*_HEAD, "id", *each, "row_table", "next"]))


def cell(value: Any) -> str:
    """A value as a cell that tells no value from an empty text."""
    if isinstance(value, str) and _APOSTROPHES(value):
        return f"'{value}"
    return csv_out.cell(value)


def _from_cell(text: str) -> str:
    from crmcli.exchange.defusing import undefuse

    return text[1:] if _APOSTROPHES(text) else undefuse(text)


# --- reading ---


class WholeFile:
    """An open file of that format: a context manager whose `rows()` may be walked again, one walk at a time.

    `format` is jsonl or csv, `masked` whether names and numbers in it are; `line` is where the walk has come to.
    BadValue from `rows()` says what is wrong with that line.
    """

    def __init__(self, file: BinaryIO, path: str) -> None:
        self._file = file
        self._path = path
        self.line = 0
        self.size = file.seek(0, os.SEEK_END)
        file.seek(0)
        start = file.read(1 << 16).removeprefix(_BOM).lstrip()
        self.format = "jsonl" if start.startswith(b"{") else "csv"
        if self.format == "csv" and not start.startswith(_HEAD[0].encode()):
            raise self._foreign()
        try:
            said = next(self._records(), {})
        except BadValue:
            raise self._foreign() from None
        self.masked = said.get("masked") in (True, "true")
        self._check(said)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()

    def tell(self) -> int:
        """How many bytes have been read so far, of `size`."""
        return self._file.tell()

    def rows(self) -> Iterator[Record]:
        """Every record but the first; of CSV all values are texts."""
        records = self._records()
        next(records)
        return records

    def _foreign(self) -> BadValue:
        return BadValue(
            "{path} does not hold everything of a crm file; crm export all writes one that does, other lists need "
            "--as customers and the like",
            path=self._path,
        )

    def _check(self, said: Record) -> None:
        name, slash, version = str(said.get("schema")).partition("/")
        if name != _NAME or not slash:
            raise self._foreign()
        self.schema_version = _whole(said.get("schema_version"))
        if version != str(_VERSION) or self.schema_version is None:
            raise CrmError(
                "line {line}: the format {schema} is not known; upgrade crm",
                line=self.line,
                schema=said["schema"],
            )

    def _records(self) -> Iterator[Record]:
        self._file.seek(0)
        self.line = 0
        return self._objects() if self.format == "jsonl" else self._cells()

    def _objects(self) -> Iterator[Record]:
        lines = self._lines()
        while True:
            self.line += 1
            text = next(lines, None)
            if text is None:
                return
            if text.strip():
                yield jsonl.record(text)

    def _cells(self) -> Iterator[Record]:
        csv.field_size_limit(2**31 - 1)
        lines = self._lines()
        first = next(lines)
        delimiter = first[len(_HEAD[0]) : len(_HEAD[0]) + 1]
        if delimiter not in (",", ";", "\t"):
            raise self._foreign()
        names = first.rstrip("\r\n").split(delimiter)
        reader = csv.reader(lines, delimiter=delimiter, strict=True)
        while True:
            self.line = reader.line_num + 2
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                raise BadValue("it is not CSV ({error})", error=error) from None
            if len(cells) > len(names):
                raise BadValue("the row has more cells than there are headers")
            if any(cells):
                pairs = zip(names, cells, strict=False)
                yield {name: _from_cell(text) for name, text in pairs if text}

    def _lines(self) -> Iterator[str]:
        for number, line in enumerate(self._file):
            try:
                yield (line.removeprefix(_BOM) if number == 0 else line).decode()
            except UnicodeDecodeError:
                raise BadValue("it is not UTF-8; save the file as UTF-8") from None


def _whole(value: Any) -> int | None:
    if isinstance(value, str) and value.isdecimal() and value.isascii() and len(value) < 10:
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def open_whole(path: str) -> WholeFile:
    """The file at `path`, `-` for standard input; NotFound or BadValue when it is not there or something else."""
    file = open_bytes(path)
    try:
        return WholeFile(file, "standard input" if path == "-" else path)
    except BaseException:
        file.close()
        raise
