"""Reading delimited text of any origin, a row at a time, and writing the rows that could not be used.

Excel, WPS, other tools and hand-made files: the encoding and the delimiter are found, damage is contained to its row.
"""

import codecs
import csv
import io
import os
import sys
import tempfile
from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

from crmcli.errors import BadValue, CrmError, Forbidden, NotFound
from crmcli.exchange.encodings import Encoding, decodes, detect_in, named
from crmcli.locale import N_

_SAMPLE = 1 << 16
_USUAL = ",;\t|，；"
_UNUSUAL = "^~:、\x1f\x01#!"
# A quotation mark that is still open after this much is one that nobody closed.
_LONGEST_RECORD_LINES = 10_000
_LONGEST_RECORD = 16_000_000
# Stands after the last line; no line holds it, for NULs are dropped. Inside quotes it shows where they end.
_END = "\0"

_BINARY = (
    (b"PK\x03\x04", N_("an Excel workbook (XLSX) or another zip")),
    (b"\xd0\xcf\x11\xe0", N_("an old Excel workbook (XLS)")),
    (b"%PDF", N_("a PDF")),
    (b"\x1f\x8b", N_("a gzip file")),
    (b"SQLite format 3", N_("an SQLite database")),
    (b"\x89PNG", N_("a picture")),
    (b"\xff\xd8\xff", N_("a picture")),
    (b"GIF8", N_("a picture")),
    (b"Rar!", N_("an archive")),
    (b"7z\xbc\xaf", N_("an archive")),
    (b"{", N_("JSON")),
    (b"[{", N_("JSON")),
    (b"BEGIN:VCARD", N_("a vCard")),
)
_MARKUP = ("<!doctype", "<html", "<table", "<?xml", "<meta")


class _Runaway(Exception):
    """A record that does not end within reason."""


class Delimited:
    """An open delimited file: a context manager whose `rows()` may be walked more than once, one walk at a time.

    `headers` are stripped; `encoding`, `guessed` and `delimiter` are what was found; `size` is in bytes.
    `unclosed` holds the line numbers whose quotation mark is never closed: such a line is given alone, its
    quotes as they stand, and the reading goes on after it.
    """

    def __init__(self, file: BinaryIO, path: str, encoding: Encoding) -> None:
        self.path = path
        self.encoding = encoding.name
        self.guessed = encoding.guessed
        self.unclosed: set[int] = set()
        self.size = file.seek(0, os.SEEK_END)
        self._file = file
        head, whole = self._head()
        self._format, self._named_line = _sniff(head, whole)
        self.delimiter: str = self._format["delimiter"]
        first = next(self._records(), None)
        if first is None:
            raise BadValue("{path} is empty; there is nothing to import", path=path)
        self.headers = [" ".join(cell.split()) for cell in first[1]]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def tell(self) -> int:
        """How many bytes have been read so far, of `size`: for a progress bar."""
        return self._file.tell()

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Each row as the line of the file on which it starts (the first is 1) and its cells as written.

        Blank rows are skipped and short ones padded to the headers; a longer one is given as it is when its
        extra cells hold anything. Streams: memory does not grow with the file.
        """
        width = len(self.headers)
        records = self._records()
        next(records, None)
        for record in records:
            cells = record[1]
            if len(cells) != width:
                _fit(cells, width)
            yield record

    def _records(self) -> Iterator[tuple[int, list[str]]]:
        """The records that are not blank, headers included; each with its first line."""
        text = self._text()
        try:
            yield from self._parse(text)
        finally:
            if not self._file.closed:
                text.detach()

    def _parse(self, text: io.TextIOWrapper) -> Iterator[tuple[int, list[str]]]:
        again: deque[str] = deque()
        lines: list[str] = []
        line = 1
        if self._named_line:
            line += 1
            text.readline()
        while True:
            reader = csv.reader(_lines(again, text, lines), **self._format)
            try:
                for cells in reader:
                    if len(lines) > 1 and self._is_unclosed(cells, lines):
                        raise _Runaway
                    if not cells or not (cells[0].strip() or "".join(cells).strip()):
                        pass
                    elif cells[0] == _END:
                        return
                    else:
                        yield line, cells
                    line += len(lines)
                    lines.clear()
                return
            except _Runaway:
                # Only its first line is lost; the rest was swallowed by the open quote, and is read again.
                self.unclosed.add(line)
                again.extendleft(reversed(lines[1:]))
                if again and again[-1] == _END:
                    again.pop()
                yield line, lines[0].rstrip("\r\n").split(self.delimiter)
                line += 1
                lines.clear()

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
        self._file.seek(0)
        # What does not decode was found on opening; here a file that changes underneath must not crash.
        text = io.TextIOWrapper(self._file, self.encoding, "replace", newline="")
        text._CHUNK_SIZE = 1 << 16  # type: ignore[attr-defined]  # 8 KB a time costs a tenth more
        return text

    def _head(self) -> tuple[str, bool]:
        """The beginning of the text, to sniff at, and whether that is all; BadValue when it is no table."""
        text = self._text()
        head = text.read(_SAMPLE).removeprefix("\ufeff").replace("\0", "")
        whole = not text.read(1)
        text.detach()
        start = head[:200].lstrip().lower()
        if start.startswith(_MARKUP):
            raise BadValue(
                "{path} is a web page or XML, whatever its name says; open it in a spreadsheet and save it as CSV",
                path=self.path,
            )
        strange = sum(sign < " " and sign not in "\t\n\r\f\v\x01\x1f" for sign in head[:4096])
        if strange > 4 and strange * 20 > len(head[:4096]):
            raise BadValue("{path} is not text; save it as CSV", path=self.path)
        return head, whole


def _lines(again: deque[str], text: io.TextIOWrapper, lines: list[str]) -> Iterator[str]:
    """The lines for the parser: those given back, then the file's, then the end; those of a record are kept in `lines`."""
    length = 0
    while again:
        line = again.popleft()
        lines.append(line)
        yield line
    for line in text:
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


def _fit(cells: list[str], width: int) -> None:
    """Pad a short row; drop the empty cells that a long one ends with."""
    if len(cells) < width:
        cells.extend([""] * (width - len(cells)))
    while len(cells) > width and not cells[-1].strip():
        cells.pop()


def _sniff(head: str, whole: bool) -> tuple[dict[str, Any], bool]:
    """The parser's options, and whether the first line only names the delimiter (`sep=;`, from Excel)."""
    first = head.splitlines()[0].strip().strip('"') if head.strip() else ""
    if first[:4].lower() == "sep=" and len(first) <= 5:
        return {"delimiter": first[4:] or "\t"}, True
    for delimiters in (_USUAL, _UNUSUAL):
        best = max(
            (_score(head, whole, each), -place, each) for place, each in enumerate(delimiters)
        )
        if best[0] > 0:
            form: dict[str, Any] = {"delimiter": best[2]}
            # a, "b, c": quotes after a space count when that makes the rows more alike.
            if (
                f'{best[2]} "' in head
                and _score(head, whole, best[2], skipinitialspace=True) > best[0]
            ):
                form["skipinitialspace"] = True
            return form, False
    return {"delimiter": ","}, False


def _score(head: str, whole: bool, delimiter: str, **options: Any) -> float:
    """How well `delimiter` divides the first records: the columns it makes, times the share of rows that agree."""
    if delimiter not in head:
        return 0
    lines = io.StringIO(head, newline="")
    widths = []
    for cells in csv.reader(lines, delimiter=delimiter, **options):
        if any(cells):
            widths.append(len(cells))
        if len(widths) == 50:
            break
    else:
        if not whole and len(widths) > 1:
            widths.pop()  # cut by the end of the sample
    if not widths or widths[0] < 2:
        return 0
    agreeing = sum(width == widths[0] for width in widths) / len(widths)
    return (widths[0] - 1) * agreeing * agreeing


def _refuse_binary(start: bytes, path: str) -> None:
    text = start.removeprefix(codecs.BOM_UTF8).lstrip()
    for magic, what in _BINARY:
        if text.startswith(magic):
            raise BadValue(
                "{path} is {what}, a format that is not read yet; save it as CSV",
                path=path,
                what=what,
            )


def open_delimited(path: str, encoding: str | None = None) -> Delimited:
    """The delimited file at `path`, `-` for standard input, ready to read.

    `encoding` is a name to trust, else it is detected. NotFound when there is no file; BadValue when it is a
    folder, empty, not text, or not in the encoding named.
    """
    _allow_long_fields()
    wanted = named(encoding) if encoding else None
    file = _open(path)
    try:
        shown = "standard input" if path == "-" else path
        _refuse_binary(file.read(16), shown)
        if wanted and not decodes(file, wanted.name):
            raise BadValue(
                "{path} is not in {encoding}; leave --encoding out to have it found",
                path=shown,
                encoding=encoding,
            )
        return Delimited(file, shown, wanted or detect_in(file))
    except BaseException:
        file.close()
        raise


def _allow_long_fields() -> None:
    """Lift the parser's limit of 131,072 characters a field; a note with a pasted letter is longer."""
    csv.field_size_limit(2**31 - 1)


def _open(path: str) -> BinaryIO:
    """The file, opened so that it can be read twice: a pipe is copied to a temporary file first."""
    if path == "-":
        return _spool(sys.stdin.buffer)
    try:
        file = Path(path).open("rb")  # noqa: SIM115 - closed by whoever asked
    except (FileNotFoundError, NotADirectoryError):
        raise NotFound("there is no file {path}", path=path) from None
    except IsADirectoryError:
        raise BadValue("{path} is a folder; name a file in it", path=path) from None
    except (OSError, ValueError) as error:
        if Path(path).is_dir():  # Windows calls this a lack of permission
            raise BadValue("{path} is a folder; name a file in it", path=path) from None
        raise CrmError("{path} cannot be read: {why}", path=path, why=_why(error)) from None
    if file.seekable():
        return file
    with file:
        return _spool(file)


def _spool(source: BinaryIO) -> BinaryIO:
    import shutil

    copy = tempfile.TemporaryFile()  # noqa: SIM115 - closed by whoever asked
    shutil.copyfileobj(source, copy, 1 << 20)
    copy.seek(0)
    return copy


def _why(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)


LINE_COLUMN, REASON_COLUMN = "crm_line", "crm_reason"


def refuse_rejects_place(place: str, *taken: str) -> None:
    """BadValue or Forbidden when rejected rows must not go to `place`: a folder, a file in use, somebody's file."""
    path = Path(place)
    if place == "-" or path.is_dir():
        raise BadValue("--rejects {path} is no file; name one for the rejected rows", path=place)
    for other in taken:
        if path.exists() and Path(other).exists() and path.samefile(other):
            raise BadValue("--rejects {path} is in use; name another file", path=place)
    if path.exists() and not _holds_rejects(path):
        raise Forbidden("{path} is there already; name another file with --rejects", path=place)


def _holds_rejects(path: Path) -> bool:
    with path.open("rb") as file:
        return REASON_COLUMN.encode() in file.readline(1 << 20)


def rejects_path(source: str) -> str:
    """Where the rows of `source` that could not be used are written, unless `--rejects` says otherwise."""
    return "stdin.rejects.csv" if source == "-" else f"{source}.rejects.csv"


class RejectsFile:
    """The rows that could not be used, as they were, with `crm_line` and `crm_reason`; a context manager.

    Made on the first row, under a temporary name beside it, and moved into place on leaving without an error.
    UTF-8 with BOM and CRLF, so that Excel opens it; the two columns of an earlier rejects file are replaced.
    """

    def __init__(
        self, path: str | os.PathLike[str], headers: Sequence[str], only_count: bool = False
    ) -> None:
        self.path = Path(path)
        self._only_count = only_count
        self.count = 0
        self._headers = list(headers)
        self._kept = [
            place for place, name in enumerate(headers) if name not in (LINE_COLUMN, REASON_COLUMN)
        ]
        self._file: io.TextIOWrapper | None = None

    def add(self, line: int, cells: Sequence[str], reason: str) -> None:
        """Write one row; cells beyond the headers go behind the two columns, so that they are rejected again."""
        self.count += 1
        if self._only_count:
            return
        if self._file is None:
            self._file = self._create()
            self._writer = csv.writer(self._file)
            self._writer.writerow([*self._original(self._headers), LINE_COLUMN, REASON_COLUMN])
        extra = cells[len(self._headers) :]
        self._writer.writerow([*self._original(cells), line, reason, *extra])

    def _original(self, cells: Sequence[str]) -> list[str]:
        return [cells[place] if place < len(cells) else "" for place in self._kept]

    def _create(self) -> io.TextIOWrapper:
        try:
            descriptor, self._temporary = tempfile.mkstemp(
                prefix=f".{self.path.name}.", suffix=".tmp", dir=self.path.parent
            )
        except OSError as error:
            raise CrmError(
                "the rejected rows cannot be written to {path}: {why}; name another place with --rejects",
                path=self.path,
                why=_why(error),
            ) from None
        return open(descriptor, "w", encoding="utf-8-sig", newline="")  # noqa: PTH123 - a descriptor

    def close(self) -> None:
        """Move the file into place, when there is one."""
        if self._file is not None:
            self._file.close()
            self._file = None
            try:
                Path(self._temporary).replace(self.path)
            except OSError as error:
                Path(self._temporary).unlink(missing_ok=True)
                raise CrmError(
                    "the rejected rows cannot be written to {path}: {why}; everything else is imported",
                    path=self.path,
                    why=_why(error),
                ) from None

    def discard(self) -> None:
        """Leave nothing behind."""
        if self._file is not None:
            self._file.close()
            self._file = None
            Path(self._temporary).unlink(missing_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            self.close()
        else:
            self.discard()
