"""Old Excel workbooks (XLS), made new (XLSX) in a process of its own: `python -m crmcli.exchange.old_workbook`.

What calamine makes of a damaged XLS may be the end of the process, for want of the terabytes that it asks for. So the process
is another one, with little memory and time; it reads standard input and writes the new workbook to standard output.
"""

import shutil
import subprocess
import sys
import tempfile
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook

MOST_MEMORY = 3 << 29
MOST_SECONDS = 60
_PROTECTED = 3
_FORMATS = {
    datetime: "yyyy-mm-dd hh:mm:ss",
    date: "yyyy-mm-dd",
    time: "hh:mm:ss",
    timedelta: "[h]:mm:ss",
}


class Unreadable(Exception):
    """It cannot be read; `is_protected` when that is for want of a password."""

    def __init__(self, is_protected: bool) -> None:
        super().__init__()
        self.is_protected = is_protected


def made_new(file: BinaryIO) -> BinaryIO:
    """The same workbook as XLSX, in a temporary file; Unreadable when it is damaged or protected.

    Days, numbers, texts, hidden sheets and merged cells are kept; an error is an empty cell.
    """
    new = cast(BinaryIO, tempfile.TemporaryFile())  # noqa: SIM115 - closed by whoever asked
    try:
        _make(file, new)
    except BaseException:
        new.close()
        raise
    return new


def _make(file: BinaryIO, new: BinaryIO) -> None:
    with tempfile.TemporaryFile() as source:
        file.seek(0)
        shutil.copyfileobj(file, source, 1 << 20)
        source.seek(0)
        try:
            done = subprocess.run(
                # -P: nothing that lies in the folder one happens to be in
                [sys.executable, "-P", "-m", "crmcli.exchange.old_workbook"],
                stdin=source,
                stdout=new,
                stderr=subprocess.DEVNULL,
                timeout=MOST_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise Unreadable(False) from None
    if done.returncode:
        raise Unreadable(done.returncode == _PROTECTED)


# --- in the other process ---


def main() -> int:
    """Standard input to standard output."""
    _limit()
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetVisibleEnum
    from xlsxwriter import Workbook

    try:
        old = _opened(CalamineWorkbook)
        new = Workbook(sys.stdout.buffer, {"constant_memory": False, "in_memory": True})
        formats = {kind: new.add_format({"num_format": code}) for kind, code in _FORMATS.items()}
        for place, about in enumerate(old.sheets_metadata):
            page = new.add_worksheet(about.name)
            if about.visible != SheetVisibleEnum.Visible:
                page.hide()
            with suppress(CalamineError):  # a chart
                _copy(old.get_sheet_by_index(place), page, formats)
        new.close()
    except PasswordError:
        return _PROTECTED
    return 0


def _opened(kind: type["CalamineWorkbook"]) -> "CalamineWorkbook":
    """By a name that says XLS: where calamine has to find that out, it does not say why it cannot read a file."""
    with tempfile.TemporaryDirectory(prefix="crm-", ignore_cleanup_errors=True) as folder:
        path = Path(folder) / "old.xls"
        with path.open("wb") as file:
            shutil.copyfileobj(sys.stdin.buffer, file, 1 << 20)
        return kind.from_path(path)


def _limit() -> None:
    with suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _copy(sheet: "CalamineSheet", page: Any, formats: dict[type, Any]) -> None:
    from xlsxwriter.exceptions import XlsxWriterException

    for (top, left), (bottom, right) in sheet.merged_cell_ranges or ():
        with suppress(XlsxWriterException):  # over one another
            page.merge_range(top, left, bottom, right, "")
    above, left = sheet.start or (0, 0)
    for row, values in enumerate(sheet.iter_rows(), above):
        for column, value in enumerate(values, left):
            kind = type(value)
            if kind in formats:
                page.write_datetime(row, column, value, formats[kind])
            elif kind is bool:
                page.write_boolean(row, column, value)
            elif kind is float or kind is int:
                page.write_number(row, column, value)
            elif value:
                page.write_string(row, column, str(value))


if __name__ == "__main__":
    sys.exit(main())
