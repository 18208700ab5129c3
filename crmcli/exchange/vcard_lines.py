"""The lines of a vCard file put together again: folds, soft breaks, base64, and every encoding that phones write.

Nothing here knows what a property means. Bytes are read as Latin-1, one sign a byte, for each property may be in an
encoding of its own and a fold may stand within a character.
"""

import binascii
import re
from collections.abc import Callable, Collection, Iterator
from functools import lru_cache
from typing import NamedTuple, TextIO

from crmcli.errors import BadValue
from crmcli.exchange.encodings import named

_PIECE = 1 << 16
_LONGEST = 1 << 22
"""What is longer than this is no value of a contact; photos are longer, and are not held at all."""
_LONGEST_HEADER = 10_000

_BINARY = frozenset({"PHOTO", "LOGO", "SOUND", "KEY"})
_EDGES = ("BEGIN:VCARD", "END:VCARD")
_MARKS = ("\ufeff", "\xef\xbb\xbf")  # of files that were put together, the second read as Latin-1
_NAME = re.compile(r"(?:[\w-]*\.)?([\w-]+)\s*[:;]", re.ASCII).match
_QUOTED = re.compile(r";(?:ENCODING=)?QUOTED-PRINTABLE", re.IGNORECASE).search
_BASE64 = re.compile(r";(?:ENCODING=)?\"?(?:BASE64|B)\b", re.IGNORECASE).search
_BASE64_LINE = re.compile(r"[A-Za-z0-9+/=]+\s*", re.ASCII).fullmatch


class Header(NamedTuple):
    """What stands before the colon of a property: names in capitals, `encoding` Q, B or ''."""

    group: str
    name: str
    types: frozenset[str]
    charset: str
    encoding: str
    service: str
    user: str


def logical_lines(
    text: TextIO, wanted: Collection[str], leave_out: Callable[[int], None]
) -> Iterator[tuple[int, str, str]]:
    """Each property whose name is `wanted`: the line it starts on, its name in capitals, and all of it unfolded.

    The others are passed over without being held, however long they are. `leave_out` is told the lines that are no
    properties.
    """
    number = start = size = 0
    name: str | None = None  # of the property that is open; '' when nobody wants it
    parts: list[str] = []
    is_whole, is_quoted, is_binary, is_soft, is_old = True, False, False, False, False
    while piece := text.readline(_PIECE):
        is_rest, is_whole = not is_whole, piece[-1] == "\n"
        body = piece[:-1] if is_whole else piece
        if not is_rest:
            number += 1
            if is_soft and body.strip().upper() not in _EDGES:
                pass
            elif body[:1] in (" ", "\t"):
                # In 2.1 a fold stands before a space that was there; since then, it brings one.
                body = body if is_old and not is_quoted else body[1:]
            elif not (is_binary and ":" not in body and _BASE64_LINE(body)):
                if name and parts:
                    logical = "".join(parts)
                    if name == "VERSION":
                        is_old = "2.1" in logical
                    yield start, name, logical
                parts, size, start = [], 0, number
                body = body.removeprefix(_MARKS[0]).removeprefix(_MARKS[1])
                found = _NAME(body)
                name = found[1].upper() if found else None
                if found is None and body.strip("\0 \t\x1a"):
                    leave_out(number)
                if name == "BEGIN":
                    is_old = False
                header = body[: body.find(":")]
                has_parameters = ";" in header
                is_quoted = has_parameters and _QUOTED(header) is not None
                is_binary = name in _BINARY or (has_parameters and _BASE64(header) is not None)
                if name not in wanted:
                    name = name and ""
        is_soft = is_quoted and is_whole and body.rstrip().endswith("=")
        if name:
            parts.append(body.rstrip()[:-1] if is_soft else body)
            size += len(body)
            if size > _LONGEST:
                leave_out(start)
                name, parts = "", []
    if name and parts:
        yield start, name, "".join(parts)


def split(logical: str) -> tuple[str, str]:
    """What stands before and after a property's colon; ValueError when it has none."""
    end = logical.find(":", 0, _LONGEST_HEADER)
    if '"' in logical[: max(end, 0)]:
        end = next(_colons_outside_quotes(logical[:_LONGEST_HEADER]), end)
    if end < 0:
        raise ValueError(logical[:100])
    return logical[:end], logical[end + 1 :]


def _colons_outside_quotes(text: str) -> Iterator[int]:
    is_inside = False
    for place, sign in enumerate(text):
        if sign == '"':
            is_inside = not is_inside
        elif sign == ":" and not is_inside:
            yield place


_OWN_LABEL = re.compile(r"X-CUSTOM\(.*QUOTED-PRINTABLE,([^)]*)", re.IGNORECASE).match


@lru_cache(maxsize=2_000)
def header_of(text: str) -> Header:
    """The header that `text` is, its own labels among the types: Android has them as X-传真, or quoted-printable."""
    full, *rest = _split_parameters(text)
    group, _dot, name = full.strip().rpartition(".")
    types: set[str] = set()
    more = {"CHARSET": "", "ENCODING": "", "X-SERVICE-TYPE": "", "X-USER": ""}
    for parameter in rest:
        if label := _OWN_LABEL(parameter):
            types.add(binascii.a2b_qp(label[1]).decode("utf-8", "replace").upper())
            continue
        key, equals, value = parameter.partition("=")
        key, value = key.strip().upper(), value.strip().strip('"')
        if not equals:  # as 2.1 has them: TEL;CELL;VOICE, NOTE;QUOTED-PRINTABLE
            if key in ("QUOTED-PRINTABLE", "BASE64"):
                more["ENCODING"] = key
            types.add(key)
        elif key == "TYPE":
            types.update(each.strip().upper() for each in value.split(","))
        elif key == "PREF":
            types.add("PREF")
        elif key in more:
            more[key] = value
    return Header(
        group.upper(),
        name.upper(),
        frozenset(types),
        more["CHARSET"],
        more["ENCODING"][:1].upper(),
        more["X-SERVICE-TYPE"],
        more["X-USER"],
    )


def _split_parameters(text: str) -> list[str]:
    if '"' not in text:
        return text.split(";")
    return re.findall(r'(?:[^;"]|"[^"]*(?:"|$))+', text)


class Decoder:
    """Gives the text of a value: by what its property declares, else by how the file is encoded.

    `encoding` is the file's. `is_text` says that the file was read in it already, as UTF-16 must be; `is_sure`, that
    a person named it.
    """

    def __init__(self, encoding: str, is_text: bool, is_sure: bool) -> None:
        self._encoding = encoding
        self._is_text = is_text
        self._is_sure = is_sure

    def header(self, text: str) -> Header:
        """The header of a property."""
        return header_of(text if text.isascii() else self._decoded(self._bytes(text), ""))

    def text(self, header: Header, value: str) -> str:
        """The value as text, still with its escapes; ValueError when its base64 is broken."""
        if header.encoding == "Q":
            return self._decoded(binascii.a2b_qp(self._bytes(value)), header.charset)
        if header.encoding == "B":
            return self._decoded(binascii.a2b_base64(self._bytes(value)), header.charset)
        if self._is_text or (value.isascii() and not header.charset):
            return value
        return self._decoded(self._bytes(value), header.charset)

    def _bytes(self, value: str) -> bytes:
        return value.encode("utf-8" if self._is_text else "latin-1", "replace")

    def _decoded(self, data: bytes, charset: str) -> str:
        declared = _codec(charset) if charset else ""
        if declared and (text := _strictly(data, declared)) is not None:
            return text
        if self._is_sure and (text := _strictly(data, self._encoding)) is not None:
            return text
        text = _strictly(data, "utf-8")
        is_chinese = self._encoding == "gb18030"
        # Two bytes of GBK may be a letter of UTF-8 by chance (猫 is è); three hardly are.
        if text is not None and (not is_chinese or max(text, default="") >= "\u0800"):
            return text
        whole = data.decode("utf-8", "replace")
        wrong = whole.count("\ufffd")
        right = sum(sign > "\x7f" for sign in whole) - wrong
        if (declared == "utf-8" or not is_chinese) and 0 < 2 * wrong <= right:
            return whole.strip("\ufffd")  # cut by a program that counts bytes
        for encoding in (self._encoding, "gb18030", "cp1252"):
            if (text := _strictly(data, encoding)) is not None:
                return text
        return whole


@lru_cache(maxsize=500)
def _codec(charset: str) -> str:
    try:
        return named(charset).name
    except BadValue:
        return ""


def _strictly(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except (UnicodeError, LookupError):
        return None
