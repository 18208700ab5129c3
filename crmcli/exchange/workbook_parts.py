"""Looking through the zip that a workbook is before anything of it is unpacked into memory.

calamine trusts what it reads: a cell in the last corner of a sheet, or a count of four thousand million texts, would end
the program instead of the import. So the sizes are checked as the zip states them and as they are, and the cells of each
sheet by where they stand; on the way is noted what calamine does not tell.
"""

import re
import struct
import zipfile
import zlib
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html import unescape
from typing import BinaryIO, NamedTuple

from crmcli.errors import BadValue, Unusable
from crmcli.exchange.workbook_out import MOST_COLUMNS, MOST_ROWS
from crmcli.locale import N_

MOST_UNPACKED = 1 << 30
"""More bytes than this, unpacked, are no list of customers: a million rows of twenty columns are half of it."""
MOST_CELLS = 20_000_000
"""The area from the first to the last cell of a sheet, empty ones included, of which calamine takes 24 bytes each."""

_SUSPECT, _MOST_RATIO = 32 << 20, 250  # sheets of real lists are packed to a twentieth
_MOST_PARTS = 10_000
_LONGEST_TAG = 1 << 16
_CHUNK = 1 << 20
_LARGEST_STYLES = 32 << 20
_MOST_STYLED_COLUMNS = 200
_MOST_NOTED = 1_000_000

_KINDS = (
    ("xl/workbook.bin", N_("an Excel binary workbook (XLSB)")),
    ("content.xml", N_("an OpenDocument file such as LibreOffice writes")),
    ("word/", N_("a Word document")),
    ("ppt/", N_("a PowerPoint presentation")),
    ("index/", N_("a Numbers, Pages or Keynote document")),
    ("meta-inf/manifest.mf", N_("a Java program")),
)

_PREFIX = rb"<(?:[^\s<>:/]+:)?"
_CELLS = re.compile(_PREFIX + rb'c(?:\s+r="([A-Z]{1,4})([0-9]{1,9})"|(?=[\s/>]))')
_PREFIXED = re.compile(rb":c[\s>]")
_PLAIN_COLUMNS = re.compile(rb'<c r="([A-Z]{1,4})[0-9]{1,9}"')
_PLAIN_ROWS = re.compile(rb'<c r="[A-Z]{1,4}([0-9]{1,9})"')
_ROWS_AND_CELLS = re.compile(rb"<(/?)(?:[^\s<>:/]+:)?(row|c)((?:\s[^<>]*?)?)(/?)>")
_PLACE = re.compile(rb"\sr\s*=\s*[\"']([^\"']*)[\"']")
_LETTERS_AND_DIGITS = re.compile(rb"([A-Za-z]{0,4})([0-9]{1,9})")
_COUNTS = re.compile(_PREFIX + rb"[A-Za-z]+\s[^<>]*?[cC]ount\s*=\s*[\"']\s*([0-9]{5,})")
_ERROR = _PREFIX + rb'c\s+(?=[^<>]*\bt="e")[^<>]*>'
_NEVER_COMPUTED = (
    _PREFIX
    + rb'c\s(?![^<>]*\bt="str")[^<>]*>'  # whose value may be the empty text
    + rb"<f(?:\s[^<>]*/>|[^<>]*>[^<>]*</f>)\s*(?:<v\s*/>)?</c>"
)
_ATTRIBUTES = rb"\s[^<>]{0,4000}>"
_ATTRIBUTE = re.compile(rb"""([A-Za-z]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")


class _Damaged(Exception):
    """The zip does not hold what it says."""


@dataclass
class Sheet:
    """What is in a part of the zip that has cells: how far they reach, where errors are, what shows numbers otherwise.

    Rows and columns count from 1. `styles` is by column: for each row the place of its style in `Parts.styles`.
    """

    rows: int = 0
    columns: int = 0
    errors: list[tuple[int, int]] = field(default_factory=list)
    never_computed: list[tuple[int, int]] = field(default_factory=list)
    styles: dict[int, bytearray] = field(default_factory=dict)

    def reach(self, row: int, column: int) -> None:
        """There is a cell."""
        self.rows, self.columns = max(self.rows, row), max(self.columns, column)


class Style(NamedTuple):
    """How a number is shown where the number alone does not say it: as a percentage, or with zeros before it."""

    percent: bool
    digits: int


@dataclass
class Parts:
    """A workbook looked through: its sheets in their order (None where it is unclear which part is a sheet's), its epoch."""

    sheets: list[Sheet | None]
    is_1904: bool
    styles: list[Style]


def look_through(file: BinaryIO, path: str) -> Parts:
    """What the workbook `file` holds; BadValue when it is damaged, no workbook, protected, or too large to be a list."""
    try:
        return _look_through(file, path)
    except BadValue:
        raise
    except Exception as error:  # of the many ways in which a zip can be broken
        raise damaged(path) from error


def damaged(path: str) -> BadValue:
    """What is said of a file that cannot be read."""
    return Unusable(
        "{path} is damaged and cannot be read as a workbook; open it in a spreadsheet and save it again",
        path=path,
    )


def protected(path: str) -> BadValue:
    """What is said of a workbook that opens with a password only."""
    return Unusable(
        "{path} is protected by a password; open it, take the password away and save it again",
        path=path,
    )


def refuse_wide(sheet: Sheet, name: str, path: str) -> None:
    """BadValue when the cells of a sheet reach further than a sheet can, or so far that nearly all are empty."""
    if sheet.rows > MOST_ROWS or sheet.columns > MOST_COLUMNS:
        raise damaged(path)
    if sheet.rows * sheet.columns > MOST_CELLS:
        raise Unusable(
            "the cells of sheet {sheet!r} in {path} reach to row {row}, column {column}, more than is read; delete what stands apart from the list, or save the sheet as CSV",
            sheet=name,
            path=path,
            row=sheet.rows,
            column=sheet.columns,
        )


def _look_through(file: BinaryIO, path: str) -> Parts:
    _refuse_many_parts(file)
    with zipfile.ZipFile(file) as archive:
        parts = archive.infolist()
    for part in parts:  # calamine finds them so
        part.filename = part.filename.replace("\\", "/").lower()
    names = [part.filename for part in parts]
    _refuse_other_zips(names, path)
    if any(part.flag_bits & 1 for part in parts):
        raise protected(path)
    unpacked = sum(part.file_size for part in parts)
    if unpacked > MOST_UNPACKED or any(map(_is_bomb, parts)):
        raise _too_large(path)
    if len(set(names)) < len(names):
        raise _Damaged
    small = {part.filename: part for part in parts if part.file_size <= _LARGEST_STYLES}

    def whole(name: str) -> bytes:
        return b"".join(_unpack(file, small[name])) if name in small else b""

    styles, by_style = _styles(whole("xl/styles.xml"))
    workbook, relations = whole("xl/workbook.xml"), _relations(whole("xl/_rels/workbook.xml.rels"))
    found = {}
    for part in parts:
        if part.filename in relations.values() or part.filename.endswith((".xml", ".rels")):
            found[part.filename] = _look_at(file, part, by_style, path)
        else:  # a picture and the like, which is not read
            deque(_unpack(file, part), maxlen=0)
    is_1904 = re.search(rb"\bdate1904\s*=\s*[\"'](?:1|true)[\"']", workbook) is not None
    return Parts(_in_order(workbook, relations, found), is_1904, styles)


def _refuse_many_parts(file: BinaryIO) -> None:
    """Before the directory of the zip is read, which may be as large as the file."""
    size = file.seek(0, 2)
    file.seek(max(0, size - (1 << 16) - 22))
    tail = file.read()
    end = tail.rfind(b"PK\x05\x06")
    if end < 0 or struct.unpack_from("<H", tail, end + 10)[0] > _MOST_PARTS:
        raise _Damaged


def _refuse_other_zips(names: list[str], path: str) -> None:
    if any(name.startswith("xl/") and name.endswith("workbook.xml") for name in names):
        return
    for sign, what in _KINDS:
        if any(name.startswith(sign) for name in names):
            raise Unusable(
                "{path} is {what}, a format that is not read; save it as CSV or XLSX",
                path=path,
                what=what,
            )
    raise Unusable(
        "{path} is a zip of {n} files and no workbook; take out the file that holds the list",
        path=path,
        n=len(names),
    )


def _is_bomb(part: zipfile.ZipInfo) -> bool:
    return part.file_size > _SUSPECT and part.file_size > _MOST_RATIO * part.compress_size


def _too_large(path: str) -> BadValue:
    return Unusable(
        "{path} unpacks to more than a list of customers can be; save the sheet as CSV",
        path=path,
    )


def _unpack(file: BinaryIO, part: zipfile.ZipInfo) -> Iterator[bytes]:
    """The bytes of a part, a chunk at a time, no more than it says it has."""
    file.seek(part.header_offset)
    header = file.read(30)
    if header[:4] != b"PK\x03\x04":
        raise _Damaged
    file.seek(sum(struct.unpack_from("<HH", header, 26)), 1)
    left, size, checksum = part.compress_size, 0, 0
    inflate = None
    if part.compress_type == zipfile.ZIP_DEFLATED:
        inflate = zlib.decompressobj(-15)
    elif part.compress_type != zipfile.ZIP_STORED:
        raise _Damaged
    packed = b""
    while not (inflate and inflate.eof):
        if not packed:
            packed = file.read(min(left, _CHUNK))
            left -= len(packed)
            if not packed:
                break
        piece, packed = (
            (inflate.decompress(packed, _CHUNK), inflate.unconsumed_tail)
            if inflate
            else (packed, b"")
        )
        size += len(piece)
        checksum = zlib.crc32(piece, checksum)
        if size > part.file_size:
            raise _Damaged
        yield piece
    if size != part.file_size or checksum != part.CRC:
        raise _Damaged


# --- the cells ---


def _look_at(file: BinaryIO, part: zipfile.ZipInfo, by_style: dict[bytes, int], path: str) -> Sheet:
    """Where the cells of a part stand, if it has any; BadValue or _Damaged when it is hostile."""
    styled = None
    if by_style:
        wanted = b"|".join(by_style)
        styled = re.compile(_PREFIX + rb'c\s+(?=[^<>]*\bs="(' + wanted + rb')")[^<>]*>')
    sheet, is_plain, items = Sheet(), True, 0
    for count, chunk in enumerate(_whole_tags(_unpack(file, part))):
        if not count:
            _refuse_entities(chunk, path)
        if b"ount" in chunk and any(int(n) > part.file_size for n in _COUNTS.findall(chunk)):
            raise _Damaged
        items += chunk.count(b"<c") + chunk.count(b"<si")
        if items > MOST_CELLS:
            raise _too_large(path)
        is_plain = _add_cells(sheet, chunk) and is_plain
        if b't="e"' in chunk:
            _note_places(sheet.errors, re.finditer(_ERROR, chunk))
        if b"<f" in chunk:
            _note_places(sheet.never_computed, re.finditer(_NEVER_COMPUTED, chunk))
        for match in styled.finditer(chunk) if styled else ():
            if place := _place(match[0]):
                _add_style(sheet, *place, by_style[match[1]])
    if not is_plain:
        _walk(sheet, _whole_tags(_unpack(file, part)))
    return sheet


def _whole_tags(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The same bytes, cut so that no tag is in two chunks."""
    rest = b""
    for chunk in chunks:
        chunk = rest + chunk
        cut = chunk.rfind(b"<")
        if cut < 0 or chunk.find(b">", cut) >= 0:
            cut = len(chunk)
        rest = chunk[cut:]
        if len(rest) > _LONGEST_TAG:
            raise _Damaged
        if cut:
            yield chunk[:cut]
    if rest:
        yield rest


def _refuse_entities(start: bytes, path: str) -> None:
    root = re.search(rb"<[^?!]", start)
    if b"<!DOCTYPE" in start[: root.start() if root else None]:
        raise Unusable(
            "{path} declares XML entities, as no spreadsheet does; open it in one and save it again",
            path=path,
        )


def _add_cells(sheet: Sheet, chunk: bytes) -> bool:
    """Note how far the cells reach, empty ones too; False when that is too far, or some do not say where they stand."""
    count = chunk.count(b"<c")
    if not count and b":c" not in chunk:
        return True
    letters: Sequence[bytes] = _PLAIN_COLUMNS.findall(chunk)
    digits: Sequence[bytes]
    if letters and len(letters) == count and not _PREFIXED.search(chunk):
        digits = _PLAIN_ROWS.findall(chunk)  # the usual, and twice as fast
    elif found := _CELLS.findall(chunk):
        letters, digits = zip(*found, strict=True)
    else:
        return True
    columns = set(letters)
    if b"" in columns:
        return False
    sheet.reach(max(map(int, set(digits))), max(map(_column, columns)))
    return sheet.rows * sheet.columns <= MOST_CELLS


def _walk(sheet: Sheet, chunks: Iterator[bytes]) -> None:
    """How far the cells reach that hold something, the slow way; one may stand where the one before it ends."""
    sheet.rows = sheet.columns = 0
    row, column = 1, 1
    for chunk in chunks:
        for ending, name, attributes, closed in _ROWS_AND_CELLS.findall(chunk):
            if name == b"row":
                if not ending and (place := _said_place(attributes)):
                    row = place[0]
                if ending or closed:
                    row, column = row + 1, 1
            elif not ending:
                at, column = _said_place(attributes) or (row, column)
                if not closed:
                    sheet.reach(at, column)
                column += 1


def _said_place(attributes: bytes) -> tuple[int, int] | None:
    match = _PLACE.search(attributes)
    if match is None:
        return None
    place = _LETTERS_AND_DIGITS.fullmatch(match[1])
    if place is None:
        raise _Damaged
    return int(place[2]), _column(place[1].upper())


def _note_places(places: list[tuple[int, int]], cells: Iterator[re.Match[bytes]]) -> None:
    for match in cells:
        if (place := _place(match[0])) and len(places) < _MOST_NOTED:
            places.append(place)


def _place(tag: bytes) -> tuple[int, int] | None:
    """Where a cell stands, by its tag; None when it does not say, or says what cannot be."""
    try:
        place = _said_place(tag)
    except _Damaged:
        return None
    return place if place and place[0] <= MOST_ROWS and 0 < place[1] <= MOST_COLUMNS else None


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


# --- how numbers are shown ---


def _styles(text: bytes) -> tuple[list[Style], dict[bytes, int]]:
    """The styles that show a number otherwise than it is, and which of them a cell's `s` stands for (from 1)."""
    codes = {b"9": "0%", b"10": "0.00%"}
    for tag in re.findall(_PREFIX + rb"numFmt" + _ATTRIBUTES, text):
        said = _attributes(tag)
        codes[said.get(b"numFmtId", b"")] = unescape(said.get(b"formatCode", b"").decode())
    styles: list[Style] = []
    by_style: dict[bytes, int] = {}
    start = text.find(b"cellXfs")
    cells = text[start : text.find(b"cellXfs>", start)]
    tags = re.findall(_PREFIX + rb"xf" + _ATTRIBUTES, cells)
    for place, tag in enumerate(tags):
        style = _style(codes.get(_attributes(tag).get(b"numFmtId", b""), ""))
        if style and (style in styles or len(styles) < 255):
            if style not in styles:
                styles.append(style)
            by_style[str(place).encode()] = styles.index(style) + 1
    return styles, by_style


def _style(code: str) -> Style | None:
    if re.fullmatch("0{2,40}", code):
        return Style(False, len(code))
    plain = re.sub(r'"[^"]*"|\\.|\[[^\]]*\]', "", code)
    return Style(True, 0) if "%" in plain and not re.search("[a-zA-Z]", plain) else None


def _add_style(sheet: Sheet, row: int, column: int, style: int) -> None:
    rows = sheet.styles.get(column)
    if rows is None:
        if len(sheet.styles) == _MOST_STYLED_COLUMNS:
            return
        rows = sheet.styles[column] = bytearray()
    if row >= len(rows):
        rows.extend(bytes(row + 1 - len(rows)))
    rows[row] = style


def _attributes(tag: bytes) -> dict[bytes, bytes]:
    return {name: double or single for name, double, single in _ATTRIBUTE.findall(tag)}


# --- which part is which sheet ---


def _relations(text: bytes) -> dict[bytes, str]:
    """The name of the part that each id of the workbook's stands for."""
    targets = {}
    for tag in re.findall(_PREFIX + rb"Relationship" + _ATTRIBUTES, text):
        said = _attributes(tag)
        target = unescape(said.get(b"Target", b"").decode()).lstrip("/").lower()
        targets[said.get(b"Id", b"")] = target if target.startswith("xl/") else f"xl/{target}"
    return targets


def _in_order(
    workbook: bytes, relations: dict[bytes, str], found: dict[str, Sheet]
) -> list[Sheet | None]:
    sheets = []
    for tag in re.findall(_PREFIX + rb"sheet" + _ATTRIBUTES, workbook):
        match = re.search(rb":id\s*=\s*[\"']([^\"']*)", tag)
        sheets.append(found.get(relations.get(match[1], "")) if match else None)
    return sheets
