"""Reading Excel workbooks (XLSX): one sheet as a table, its cells as text (CLI.md, Import).

calamine reads a sheet whole: some 150 MB for 100,000 rows of a dozen columns, in proportion for more, where CSV and JSON
Lines need the same little for any size.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, BinaryIO

from crmcli.errors import BadValue, Unusable
from crmcli.exchange import workbook_text
from crmcli.exchange.header_row import LOOKED_AT, find_header, headers_at, told_above
from crmcli.exchange.headers import is_known, listed, recognise
from crmcli.exchange.source import How, OnFile, Source
from crmcli.exchange.workbook_parts import (
    Parts,
    Sheet,
    damaged,
    look_through,
    protected,
    refuse_wide,
)
from crmcli.locale import N_
from crmcli.rules.identity import with_lost_zero

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook

_PHONES = frozenset({"phone", "person_phone"})
_CALLED_PHONE = re.compile("电话|手机|座机|固话|传真|phone|mobile|fax|\\btel\\b", re.IGNORECASE)
_DAYS = frozenset(
    {
        "since", "last_contact", "next_touch", "birthday", "at", "next_on", "ordered_on", "pay_by", "paid_on",
        "received_at", "resolved_at", "due", "done_on", "kept_on", "broken_on",
    }
)  # fmt: skip
_CHINESE = re.compile("[\u3400-\u9fff]")
_BLANK_LOOKED_THROUGH = 1_000  # above a table


def open_workbook(file: BinaryIO, path: str, how: How) -> Source:
    """The sheet of a workbook that `how.sheet` names or numbers from 1, else the first visible one that holds a table.

    BadValue for another zip, a damaged, protected or oversized workbook, and a sheet that is not there or is empty.
    """
    return Workbook(file, path, how)


def open_old_workbook(file: BinaryIO, path: str, how: How) -> Source:
    """The same for an XLS, made new first; BadValue for another Office document, and an XLSX behind a password."""
    parts = _old_parts(file)
    if "EncryptedPackage" in parts:
        raise protected(path)
    if "Workbook" not in parts and "Book" not in parts:
        raise Unusable(
            "{path} is {what}, a format that is not read; save it as CSV or XLSX",
            path=path,
            what=N_("a Word document")
            if "WordDocument" in parts
            else N_("an old Office document and no workbook"),
        )
    from crmcli.exchange.old_workbook import Unreadable, made_new

    try:
        new = made_new(file)
    except Unreadable as error:
        raise (protected if error.is_protected else damaged)(path) from None
    try:
        source = Workbook(new, path, how)
    except BaseException:
        new.close()
        raise
    file.close()
    return source


def _old_parts(file: BinaryIO) -> set[str]:
    """Those of some names that stand in the file as names of its parts do."""
    names = ("EncryptedPackage", "WordDocument", "Workbook", "Book")
    found, rest = set(), b""
    file.seek(0)
    while piece := file.read(1 << 20):
        piece = rest + piece
        found |= {name for name in names if f"{name}\0".encode("utf-16-le") in piece}
        rest = piece[-64:]
    return found


class Workbook(OnFile):
    """A sheet as a table, a Source: rows are numbered as in the sheet, `size` is their number.

    Numbers are text as a person sees them: a phone number without `.0`, and with the 0 that a landline lost; days and
    times are ISO; errors are empty cells; a value merged over several rows is in each. Columns without a header are
    left out. What that changed is counted in `notes`, known on opening.
    """

    format = "xlsx"
    encoding: str | None = None
    guessed = False
    is_phone_book = False

    def __init__(self, file: BinaryIO, path: str, how: How) -> None:
        self.path = path
        self.damaged: dict[int, BadValue] = {}
        self.notes: list[BadValue] = []
        self._file = file
        parts = look_through(file, path)
        file.seek(0)
        book = _load(file, path)
        found = _choose(book, parts, path, how)
        self._table, self._sheet = found, found.sheet
        self._is_1904, self._styles = parts.is_1904, parts.styles
        self._look, self._start = found.look, found.start
        self.headers = found.headers
        self._read = 0
        self.size = max(found.sheet.height, 1)
        self._note_sheet(book, found)
        book.close()
        self.notes += told_above(found.above)
        fields = recognise(how.kind, self.headers).fields
        is_chinese = any(map(_CHINESE.search, (cell for row in found.first for cell in row)))
        self._phones = {
            place
            for place, header in enumerate(self.headers)
            if is_chinese and (fields[place] in _PHONES or _CALLED_PHONE.search(header))
        }
        self._days = {place for place, name in enumerate(fields) if name in _DAYS}
        self._merged = _merged_down(found, len(self.headers))
        self._count()

    def tell(self) -> int:
        """How many rows have been read so far, of `size`."""
        return self._read

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Each row that is not blank below the header, as its number in the sheet and its cells."""
        return self._walk(Counter())

    # --- the cells ---

    def _walk(self, counts: Counter[tuple[str, int]]) -> Iterator[tuple[int, list[str]]]:
        """The rows, what had to be changed in them counted by what it was and the column (-1 beside the table)."""
        width = len(self.headers)
        above, left = self._start
        header = self._table.header
        styled = [
            (place, by_row)
            for place in range(width)
            if (by_row := self._look and self._look.styles.get(left + place + 1))
        ]
        special = sorted(self._phones | self._days)
        text, merged = workbook_text.text, self._merged
        under: dict[int, tuple[int, Any]] = {}
        rows: Iterator[list[Any]] = self._sheet.iter_rows()
        for number, values in enumerate(rows, above + 1):
            self._read = number - above
            if number <= header:
                continue
            if merged or under:
                _fill_down(values, number, merged, under)
            if values.count("") == len(values):
                continue
            cells = [*map(text, values[:width])]
            if len(values) > width and any(value != "" for value in values[width:]):
                counts["beside", -1] += 1
            for place, value in enumerate(values[:width]):
                kind = type(value)
                if kind is float:
                    if workbook_text.is_rounded(value):
                        counts["rounded", place] += 1
                elif kind is str and value:
                    if cells[place] == "":
                        counts["error", place] += 1
                    elif workbook_text.is_cut(value):
                        counts["cut", place] += 1
                        cells[place] = ""
            for place in special:
                if place < len(values) and type(values[place]) is float:
                    cells[place] = self._meant(place, values[place], cells[place], counts)
            for place, by_row in styled:
                if number < len(by_row) and by_row[number] and type(values[place]) is float:
                    style = self._styles[by_row[number] - 1]
                    cells[place] = workbook_text.styled(values[place], style)
            if any(cell and not cell.isspace() for cell in cells):
                cells += [""] * (width - len(cells))
                yield number, cells

    def _meant(self, place: int, value: float, cell: str, counts: Counter[tuple[str, int]]) -> str:
        """What a number means in a column of phones or of days."""
        is_phone = place in self._phones
        meant = with_lost_zero(cell) if is_phone else workbook_text.day(value, self._is_1904)
        if not meant or meant == cell:
            return cell
        counts["zero" if is_phone else "day", place] += 1
        return meant

    # --- what is said ---

    def _count(self) -> None:
        counts: Counter[tuple[str, int]] = Counter()
        for _ in self._walk(counts):
            pass
        self._read = 0
        look = self._look or Sheet()
        for what, places in (("error", look.errors), ("uncomputed", look.never_computed)):
            for row, column in places:
                place = column - self._start[1] - 1
                if row > self._table.header and 0 <= place < len(self.headers):
                    counts[what, place] += 1
        for (what, place), n in sorted(counts.items(), key=lambda each: each[0][1]):
            self.notes.append(_note(what, self.headers[place] if place >= 0 else "", n))

    def _note_sheet(self, book: "CalamineWorkbook", found: "_Table") -> None:
        if len(book.sheet_names) > 1:
            self.notes.append(
                BadValue(
                    "sheet {sheet!r} is read, of {n}: {known}; say --sheet for another",
                    sheet=found.name,
                    n=len(book.sheet_names),
                    known=listed(book.sheet_names),
                )
            )


def _note(what: str, header: str, n: int) -> BadValue:
    if what == "error":
        return BadValue(
            "{header}: cells with an error such as #N/A, taken for empty: {n}",
            header=header,
            n=n,
        )
    if what == "uncomputed":
        return BadValue(
            "{header}: formulas that were never computed, taken for empty (a spreadsheet computes and saves them): {n}",
            header=header,
            n=n,
        )
    if what == "rounded":
        return BadValue(
            "{header}: numbers longer than the 15 digits that a spreadsheet keeps, which may end wrongly: {n}",
            header=header,
            n=n,
        )
    if what == "zero":
        return BadValue(
            "{header}: landlines given back the 0 that the spreadsheet had dropped: {n}",
            header=header,
            n=n,
        )
    if what == "day":
        return BadValue("{header}: numbers taken for days: {n}", header=header, n=n)
    if what == "cut":
        return BadValue(
            "{header}: texts cut when the workbook was written, left out: {n}",
            header=header,
            n=n,
        )
    return BadValue("columns without a header are left out; rows with something in them: {n}", n=n)


# --- the sheet ---


class _Table:
    """A sheet with its header found: `header` is the number of its row, `above` what stands over it."""

    def __init__(self, name: str, sheet: "CalamineSheet", look: Sheet | None, kind: str) -> None:
        self.name, self.sheet, self.look = name, sheet, look
        self.start: tuple[int, int] = sheet.start or (0, 0)
        self.first: list[list[str]] = []
        numbers = []
        for number, values in enumerate(sheet.iter_rows(), self.start[0] + 1):
            cells = [*map(workbook_text.text, values)]
            if any(map(str.strip, cells)):
                self.first.append(cells)
                numbers.append(number)
            if len(self.first) == LOOKED_AT or number > self.start[0] + _BLANK_LOOKED_THROUGH:
                break
        self.headers: list[str] = []
        self.known = 0
        if self.first:
            place = find_header(self.first, kind)
            self.above, self.header = self.first[:place], numbers[place]
            self.headers = headers_at(self.first, place, kind)
            while self.headers and not self.headers[-1]:
                self.headers.pop()
            self.known = sum(is_known(kind, header) for header in self.headers)

    @property
    def is_table(self) -> bool:
        """True when it looks like a list and not like a cover or an explanation."""
        return self.known >= 2 or (self.known == 1 and len(self.first) > 1)


def _choose(book: "CalamineWorkbook", parts: Parts, path: str, how: How) -> _Table:
    """The sheet that is asked for, else the best: visible, with headers that are known, with anything at all."""
    from python_calamine import SheetTypeEnum, SheetVisibleEnum

    names = book.sheet_names

    def table(place: int) -> _Table:
        look = parts.sheets[place] if len(parts.sheets) == len(names) else None
        for each in [look] if look else filter(None, parts.sheets):
            refuse_wide(each, names[place], path)
        return _Table(names[place], _sheet_of(book, place, path), look, how.kind)

    if how.sheet is not None:
        found = table(_asked_for(how.sheet, names, path))
        if not found.headers:
            raise Unusable("sheet {sheet!r} of {path} is empty", sheet=found.name, path=path)
        return found
    usual: _Table | None = None
    sheets = list(enumerate(book.sheets_metadata))
    sheets.sort(key=lambda each: each[1].visible != SheetVisibleEnum.Visible)
    for place, sheet in sheets:
        if sheet.typ != SheetTypeEnum.WorkSheet:
            continue
        if usual and sheet.visible != SheetVisibleEnum.Visible:
            break
        found = table(place)
        if found.is_table:
            return found
        if found.headers and usual is None:
            usual = found
    if usual is None:
        raise Unusable("{path} is empty; there is nothing to import", path=path)
    return usual


def _asked_for(asked: str, names: Sequence[str], path: str) -> int:
    import unicodedata

    def key(name: str) -> str:
        return unicodedata.normalize("NFKC", name).strip().casefold()

    for place, name in enumerate(names):
        if name == asked:
            return place
    for place, name in enumerate(names):
        if key(name) == key(asked):
            return place
    if asked.strip().isdecimal() and 0 < int(asked) <= len(names):
        return int(asked) - 1
    raise BadValue(
        "{path} has no sheet {sheet!r}; choose one of {known}, or its number",
        path=path,
        sheet=asked,
        known=listed(names),
    )


def _load(file: BinaryIO, path: str) -> "CalamineWorkbook":
    from python_calamine import CalamineWorkbook

    with _understood(path):
        return CalamineWorkbook.from_filelike(file)


def _sheet_of(book: "CalamineWorkbook", place: int, path: str) -> "CalamineSheet":
    with _understood(path):
        return book.get_sheet_by_index(place)


@contextmanager
def _understood(path: str) -> Iterator[None]:
    """BadValue for whatever calamine cannot read; its panics are no Exception."""
    from python_calamine import CalamineError

    try:
        yield
    except (CalamineError, OSError, ValueError) as error:
        raise damaged(path) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise damaged(path) from error


# --- merged cells ---

_Merged = dict[int, list[tuple[int, int]]]


def _merged_down(table: _Table, width: int) -> _Merged:
    """Below the header, by the row in which they begin: the places that are merged over several rows, and the last one."""
    merged: _Merged = {}
    left = table.start[1]
    for (top, first), (bottom, _) in table.sheet.merged_cell_ranges or ():
        if top + 1 > table.header and bottom > top and 0 <= first - left < width:
            merged.setdefault(top + 1, []).append((first - left, bottom + 1))
    return merged


def _fill_down(
    values: list[Any], number: int, merged: _Merged, under: dict[int, tuple[int, Any]]
) -> None:
    """Give each row the value that is merged over it."""
    for place, last in merged.get(number, ()):
        if place < len(values) and values[place] != "":
            under[place] = (last, values[place])
    for place, (last, value) in list(under.items()):
        if number > last:
            del under[place]
        elif values[place] == "":
            values[place] = value
