"""Opening a file to be imported: its format is found by its content, not by its name (CLI.md, Import)."""

import codecs
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import BinaryIO, NamedTuple

from crmcli.errors import BadValue, CrmError, NotFound, Unusable
from crmcli.exchange import pipes
from crmcli.exchange.encodings import named
from crmcli.exchange.source import How, Source
from crmcli.locale import N_

_SAMPLE = 1 << 12


class Format(NamedTuple):
    """A format besides delimited text: how it is recognised, and where `open(file, path, how)` makes a Source of it."""

    fits: Callable[[bytes], bool]
    """Says so by the beginning of the file, without a byte order mark and white space before it."""
    module: str
    function: str


def _begins(*magics: bytes) -> Callable[[bytes], bool]:
    return lambda head: head.startswith(magics)


def _begins_as_vcard(head: bytes) -> bool:
    """In UTF-16 too, with a mark or without."""
    return head[:64].lstrip(b"\xff\xfe").replace(b"\0", b"").lstrip()[:11].upper() == b"BEGIN:VCARD"


def _begins_as_json(head: bytes) -> bool:
    """An object, or an array of objects, arrays or texts; the first header of a table may begin with such a sign, too."""
    start = head.lstrip(b"\xff\xfe").replace(b"\0", b"").lstrip()
    if start[:1] not in (b"{", b"["):
        return False
    second = start[1:].lstrip()[:1]
    return second in (b"", b'"') or second in ((b"}",) if start[:1] == b"{" else (b"{", b"[", b"]"))


FORMATS: tuple[Format, ...] = (
    Format(_begins_as_vcard, "crmcli.exchange.vcards", "open_vcards"),
    Format(_begins_as_json, "crmcli.exchange.json_rows", "open_json"),
    Format(_begins(b"PK\x03\x04"), "crmcli.exchange.workbook", "open_workbook"),
    Format(_begins(b"\xd0\xcf\x11\xe0"), "crmcli.exchange.workbook", "open_old_workbook"),
)
"""A new format is one more line; what none of them fits is delimited text."""

_BINARY = (
    (b"PK\x05\x06", N_("an empty zip")),
    (b"%PDF", N_("a PDF")),
    (b"\x1f\x8b", N_("a gzip file")),
    (b"SQLite format 3", N_("an SQLite database")),
    (b"\x89PNG", N_("a picture")),
    (b"\xff\xd8\xff", N_("a picture")),
    (b"GIF8", N_("a picture")),
    (b"Rar!", N_("an archive")),
    (b"7z\xbc\xaf", N_("an archive")),
)


def open_source(path: str, how: How) -> Source:
    """The file at `path`, `-` for standard input, as a table, ready to read.

    NotFound when there is no file; BadValue when it is a folder, empty, of a format that is not read, or not in the
    encoding named.
    """
    if how.encoding:
        named(how.encoding)  # before anything is read
    file = open_bytes(path)
    try:
        shown = "standard input" if path == "-" else path
        head = file.read(_SAMPLE)
        file.seek(0)
        start = head.removeprefix(codecs.BOM_UTF8).lstrip()
        for each in FORMATS:
            if each.fits(start):
                make = getattr(import_module(each.module), each.function)
                source: Source = make(file, shown, how)
                return source
        _refuse_binary(start, shown)
        from crmcli.exchange.delimited import open_delimited

        return open_delimited(file, shown, how)
    except BaseException:
        file.close()
        raise


def _refuse_binary(start: bytes, path: str) -> None:
    for magic, what in _BINARY:
        if start.startswith(magic):
            raise Unusable(
                "{path} is {what}, a format that is not read; save it as CSV or XLSX",
                path=path,
                what=what,
            )


def open_bytes(path: str) -> BinaryIO:
    """The file, opened so that it can be read twice: a pipe is copied to a temporary file first."""
    try:
        return pipes.standard_input() if path == "-" else pipes.open_file(path)
    except (FileNotFoundError, NotADirectoryError):
        raise NotFound("there is no file {path}", path=path) from None
    except IsADirectoryError:
        raise BadValue("{path} is a folder; name a file in it", path=path) from None
    except (OSError, ValueError) as error:
        if Path(path).is_dir():  # Windows calls this a lack of permission
            raise BadValue("{path} is a folder; name a file in it", path=path) from None
        raise CrmError("{path} cannot be read: {why}", path=path, why=why(error)) from None


def why(error: Exception) -> str:
    """What the system says went wrong."""
    return getattr(error, "strerror", None) or str(error)
