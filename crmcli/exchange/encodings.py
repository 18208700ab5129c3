"""Which encoding a text file is in, found by hand (DESIGN §5): BOM, NULs for UTF-16, UTF-8, GB18030, the rest.

A detector that looks at the first kilobytes only is wrong on files whose Chinese comes late, and one that cuts
GB18030 at a byte offset is wrong on all of them: here every candidate decodes the whole file, in chunks.
"""

import codecs
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO

from crmcli.errors import BadValue

_CHUNK = 1 << 20
_SAMPLE = 1 << 16

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"\x84\x31\x95\x33", "gb18030"),
)
# What Windows, the web and old programs mean when they say one of these: GB18030 holds them all.
_CHINESE = {"gb2312", "gbk", "cp936", "hz"}


@dataclass(frozen=True)
class Encoding:
    """An encoding by its Python name; `guessed` when the bytes allow another reading, so that it is said."""

    name: str
    guessed: bool = False

    @property
    def in_part(self) -> bool:
        """True when some of the file is in another encoding, or damaged: it is UTF-8, but not all of it."""
        return self.guessed and self.name == "utf-8"


def detect(path: str | os.PathLike[str]) -> Encoding:
    """The encoding of the file at `path`, in constant memory; pure ASCII is UTF-8 (DESIGN §5)."""
    with open(path, "rb") as file:  # noqa: PTH123 - `-` and descriptors are opened the same way
        return detect_in(file)


def detect_in(file: BinaryIO) -> Encoding:
    """The encoding of an open, seekable file; leaves it at an arbitrary place."""
    file.seek(0)
    head = file.read(_SAMPLE)
    for mark, name in _BOMS:
        if head.startswith(mark):
            return Encoding(name)
    sixteen = _sixteen_bits(head)
    if sixteen and _nul_share(head) > 0.2 and not _fails_at(file, sixteen):
        return Encoding(sixteen, guessed=True)
    bad = _fails_at(file, "utf-8")
    if bad is None:
        return Encoding("utf-8")
    if sixteen and _nul_share(head) > 0.01 and not _fails_at(file, sixteen):
        return Encoding(sixteen, guessed=True)
    return Encoding(_eight_bits(file, bad), guessed=True)


def named(name: str) -> Encoding:
    """The encoding that a person named; BadValue when Python knows no such text encoding."""
    try:
        found = codecs.lookup(name.strip())
        known = getattr(found, "_is_text_encoding", True) and found.incrementaldecoder is not None
    except (LookupError, ValueError, ImportError):
        known = False
    if not known or found.name in ("undefined", "idna", "punycode"):
        raise BadValue(
            "{name!r} is not a known encoding; try utf-8, utf-16, gb18030, big5 or cp1252",
            name=name,
        )
    return Encoding("gb18030" if found.name in _CHINESE else found.name.removesuffix("-sig"))


def unread(cells: Sequence[str], headers: Sequence[str]) -> BadValue | None:
    """What is wrong with a row of a file that is UTF-8 in part only, when it is one that is not; None when it is all right."""
    for place, cell in enumerate(cells):
        if "\ufffd" in cell:
            header = headers[place] if place < len(headers) else ""
            return BadValue("{header} is not in UTF-8 as the rest of the file is", header=header)
    return None


def encoding_of(file: BinaryIO, path: str, asked: str | None) -> Encoding:
    """The encoding of an open, seekable file: as asked for, else found; BadValue when it is not in the one asked for."""
    if asked is None:
        return detect_in(file)
    wanted = named(asked)
    if not decodes(file, wanted.name):
        raise BadValue(
            "{path} is not in {encoding}; leave --encoding out to have it found",
            path=path,
            encoding=asked,
        )
    return wanted


def decodes(file: BinaryIO, name: str) -> bool:
    """True when the whole of an open, seekable file is text in encoding `name`."""
    return _fails_at(file, name) is None


def _fails_at(file: BinaryIO, name: str) -> int | None:
    """The start of the chunk in which `file` stops being text in encoding `name`; None when it is all text."""
    decoder = codecs.getincrementaldecoder(name)("strict")
    file.seek(0)
    start = 0
    try:
        while chunk := file.read(_CHUNK):
            decoder.decode(chunk)
            start += len(chunk)
        decoder.decode(b"", True)
    except UnicodeError:
        return start
    return None


def _nul_share(sample: bytes) -> float:
    return sample.count(0) / len(sample) if sample else 0.0


_ASCII_OF_TABLES = ',;\t|"\r\n @.0123456789'


def _sixteen_bits(sample: bytes) -> str:
    """UTF-16 in the byte order in which the sample has more of the signs that tables are made of; '' for neither.

    Counting on which side the NULs stand is not enough: 一 is U+4E00.
    """
    if b"\0" not in sample:
        return ""
    little, big = (
        sum(map(sample.decode(name, "replace").count, _ASCII_OF_TABLES))
        for name in ("utf-16-le", "utf-16-be")
    )
    if little == big:
        return ""
    return "utf-16-le" if little > big else "utf-16-be"


_DAMAGED = (
    20  # a UTF-8 file with one bad byte among 20 good characters is a damaged one, not Chinese
)


def _eight_bits(file: BinaryIO, bad: int) -> str:
    """The encoding of a file that is not UTF-8 from the chunk at `bad` on: damaged UTF-8, GB18030, Western."""
    sample = _around_high_bytes(file, bad)
    text = sample.decode("utf-8", "replace")
    wrong = text.count("\ufffd")
    right = sum(map(str.isalpha, re.sub(r"[\x00-\x7f\ufffd]+", "", text)))
    if right > _DAMAGED * wrong:
        return "utf-8"
    if not _reads_western(sample) and decodes(file, "gb18030"):
        return "gb18030"
    if right > 3 * wrong:
        return "utf-8"
    return "cp1252" if decodes(file, "cp1252") else "latin-1"


def _around_high_bytes(file: BinaryIO, start: int) -> bytes:
    """64 KB from the first byte that is not ASCII, of the chunk at `start` on.

    After ASCII only, a high byte begins a character in all these encodings: nothing is cut in two.
    """
    end = file.seek(0, os.SEEK_END)
    # The character that fails may begin in the chunk before; one cut off at the end has only what precedes it.
    start = max(0, start - (4 if start < end else _SAMPLE))
    file.seek(start)
    high = re.search(rb"[\x80-\xff]", file.read(_CHUNK + 4))
    file.seek(start + (high.start() if high else 0))
    return file.read(_SAMPLE)


def _reads_western(sample: bytes) -> bool:
    """True when high bytes mostly stand alone among ASCII (Müller), as they hardly do in GB18030, where they pair."""
    runs = re.findall(rb"[\x80-\xff]+", sample)
    alone = sum(len(run) == 1 for run in runs)
    return alone * 2 > len(runs)
