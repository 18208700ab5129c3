"""Writing Excel workbooks (XLSX), a row at a time and in constant memory (CLI.md, Export)."""

import math
import tempfile
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import cache
from types import TracebackType
from typing import TYPE_CHECKING, Any, BinaryIO, Self

from crmcli.errors import BadValue
from crmcli.exchange import csv_out

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

MOST_ROWS, MOST_COLUMNS = 1_048_576, 16_384
LONGEST_CELL = 32_767
"""What Excel can hold: rows, columns, and UTF-16 units in a cell."""
CUT = " […]"
"""What a text ends with that was longer than a cell holds."""
MADE_BY = "crm export"
"""What a workbook has for a comment: by it the next export knows that it may be replaced."""

_EXACT = 10**15  # Excel keeps 15 digits
_LONGEST_FORMATTED = 255  # a longer text in a cell of the format Text is shown as ####
_MEASURED = 1_000
_NARROWEST, _WIDEST = 8, 50
_WIDE = "\u1100"  # from here on most characters take two columns


class WorkbookWriter:
    """A workbook on its way to `file`: a context manager that leaves no draft behind, on an error nothing at all.

    Texts stay texts, so that phones and ids keep their zeros and digits; formulas are defused as `exchange/defusing.py`
    says, and importing undoes it. A text longer than a cell holds is cut, ends with `CUT`, and is counted in `cut`:
    reading leaves such a text out, so that it never overwrites the whole one. What goes beyond the last row of a sheet
    continues on a further one. `now` is when it says it was made, so that the same rows are the same bytes.
    OSError when `file` or the folder for temporary files cannot be written.
    """

    def __init__(
        self,
        file: BinaryIO,
        columns: Sequence[str],
        sheet: str,
        to_cell: Callable[[Any], str] = csv_out.cell,
        now: datetime | None = None,
    ) -> None:
        from xlsxwriter import Workbook

        if len(columns) > MOST_COLUMNS:
            raise BadValue(
                "a workbook holds {most} columns, and there are {n}; say --format csv or jsonl",
                most=MOST_COLUMNS,
                n=len(columns),
            )
        self.cut = 0
        self._columns = list(columns)
        self._name = sheet
        self._to_cell = to_cell
        self._sheets = 0
        self._folder = tempfile.TemporaryDirectory(prefix="crm-", ignore_cleanup_errors=True)
        self._target = _Target(file)
        self._book = Workbook(
            self._target,
            {
                "constant_memory": True,
                "tmpdir": self._folder.name,
                "strings_to_formulas": False,
                "strings_to_numbers": False,
                "strings_to_urls": False,
            },
        )
        made = {} if now is None else {"created": now.astimezone(UTC)}
        self._book.set_properties({"comments": MADE_BY, **made})
        self._book.use_zip64()  # only where a sheet needs it
        self._bold = self._book.add_format({"bold": True, "bottom": 1})
        self._text = self._book.add_format({"num_format": "@"})
        self._plain = self._book.add_format()
        self._widths = [_columns_of(name) + 2 for name in columns]
        self._sheet = self._next_sheet()

    def add(self, cells: Sequence[Any]) -> None:
        """One row; a number stays a number and a truth one, everything else is the text that `to_cell` makes of it."""
        if self._row == MOST_ROWS:
            self._end_sheet()
            self._sheet = self._next_sheet()
        for place, value in enumerate(cells):
            if isinstance(value, bool):
                self._sheet.write_boolean(self._row, place, value, self._plain)
            elif isinstance(value, int | float) and _is_exact(value):
                self._sheet.write_number(self._row, place, value, self._plain)
            elif text := self._to_cell(value):
                self._write_text(place, text)
        self._row += 1

    def close(self) -> None:
        """Finish the workbook and write it to the file, which stays open."""
        from xlsxwriter.exceptions import FileCreateError

        self._end_sheet()
        try:
            self._book.close()
        except FileCreateError as error:
            self._target.is_given_up = True
            raise error.args[0] from None
        except BaseException:
            self._target.is_given_up = True
            raise
        finally:
            self._folder.cleanup()

    def discard(self) -> None:
        """Leave nothing behind."""
        for sheet in self._book.worksheets():
            sheet.row_data_fh.close()
        self._folder.cleanup()

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

    def _next_sheet(self) -> "Worksheet":
        self._sheets += 1
        name = self._name if self._sheets == 1 else f"{self._name} ({self._sheets})"
        sheet = self._book.add_worksheet(name, worksheet_class=_plain_worksheet())
        sheet.freeze_panes(1, 0)
        # Numbers kept as texts are meant; without this Excel marks each with a green corner.
        sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{MOST_ROWS}"})
        for place, name in enumerate(self._columns):
            sheet.write_string(0, place, name, self._bold)
        self._row = 1
        return sheet

    def _end_sheet(self) -> None:
        for place, width in enumerate(self._widths):
            # What is typed below stays text as well.
            self._sheet.set_column(place, place, min(max(width, _NARROWEST), _WIDEST), self._text)

    def _write_text(self, place: int, text: str) -> None:
        if self._row < _MEASURED:
            self._widths[place] = max(self._widths[place], _columns_of(text[:_WIDEST]) + 1)
        form: Format = self._text if len(text) <= _LONGEST_FORMATTED else self._plain
        if len(text) * 2 > LONGEST_CELL:
            text = self._within_a_cell(text)
        self._sheet.write_string(self._row, place, text, form)

    def _within_a_cell(self, text: str) -> str:
        units = text.encode("utf-16-le")
        if len(units) <= LONGEST_CELL * 2:
            return text
        self.cut += 1
        # A character of two units is not cut in half.
        return units[: (LONGEST_CELL - len(CUT)) * 2].decode("utf-16-le", "ignore") + CUT


class _Target:
    """The file, until writing it has failed: then nothing more, for the zip would try again on being thrown away."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.is_given_up = False

    def write(self, data: bytes) -> int:
        return len(data) if self.is_given_up else self._file.write(data)

    def tell(self) -> int:
        return 0 if self.is_given_up else self._file.tell()

    def seek(self, offset: int, whence: int = 0) -> int:
        return 0 if self.is_given_up else self._file.seek(offset, whence)

    def flush(self) -> None:
        if not self.is_given_up:
            self._file.flush()


@cache
def _plain_worksheet() -> type:
    """A sheet whose texts are all plain: XlsxWriter takes one such as `<r>…</r>` for XML, and writes it as it stands."""
    from xlsxwriter.worksheet import Worksheet

    class PlainWorksheet(Worksheet):  # type: ignore[misc]
        def _xml_rich_inline_string(self, string: str, attributes: Sequence[Any] = ()) -> None:
            self._xml_inline_string(string, True, attributes)

    return PlainWorksheet


def _is_exact(number: float) -> bool:
    """True when a spreadsheet keeps every digit of it."""
    if isinstance(number, int):
        return -_EXACT < number < _EXACT
    return math.isfinite(number) and float(f"{number:.15g}") == number


def _columns_of(text: str) -> int:
    return len(text) if text.isascii() else sum(1 + (sign >= _WIDE) for sign in text)
