"""The rows of an import that could not be used, written so that they can be mended and imported again (CLI.md, Import)."""

import csv
import filecmp
import io
import os
import shutil
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self, cast

from crmcli.errors import BadValue, CrmError, Forbidden
from crmcli.exchange.opening import why

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


def _place_of_old(path: Path) -> Path:
    """Where the rejected rows of an earlier run are kept; only those that were kept before are replaced."""
    numbers = ("" if number == 1 else f"{number}" for number in count(1))
    places = (path.with_name(f"{path.stem}.old{number}{path.suffix}") for number in numbers)
    return next(
        place
        for place in places
        if not place.exists() or (place.is_file() and _holds_rejects(place))
    )


def rejects_path(source: str) -> str:
    """Where the rows of `source` that could not be used are written, unless `--rejects` says otherwise."""
    return "stdin.rejects.csv" if source == "-" else f"{source}.rejects.csv"


class RejectsFile:
    """The rows that could not be used, as they were, with `crm_line` and `crm_reason`; a context manager.

    Written from the first row on to a file without a name in the same folder, which vanishes whatever happens, and put
    in place on leaving without an error. UTF-8 with BOM and CRLF, so that Excel opens it; the two columns of an earlier
    rejects file are replaced. `also` are headers of columns that stay empty, but say what kind of list this is.
    A file of an earlier run that is not the same may hold what a person has mended: it is kept beside, as `kept`.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        headers: Sequence[str],
        only_count: bool = False,
        also: Sequence[str] = (),
    ) -> None:
        self.path = Path(path)
        self._only_count = only_count
        self.count = 0
        self.kept: Path | None = None
        self._headers = list(headers)
        self._also = list(also)
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
            own = [*self._original(self._headers), *self._also]
            self._writer.writerow([*own, LINE_COLUMN, REASON_COLUMN])
        extra = cells[len(self._headers) :]
        empty = [""] * len(self._also)
        self._writer.writerow([*self._original(cells), *empty, line, reason, *extra])

    def _original(self, cells: Sequence[str]) -> list[str]:
        return [cells[place] if place < len(cells) else "" for place in self._kept]

    def _create(self) -> io.TextIOWrapper:
        try:
            # Closed by whoever asked; in the same folder, for that there is room and leave to write should show at once.
            held = tempfile.TemporaryFile(dir=self.path.parent)  # noqa: SIM115
        except OSError as error:
            raise CrmError(
                "the rejected rows cannot be written to {path}: {why}; name another place with --rejects",
                path=self.path,
                why=why(error),
            ) from None
        # A text that is no Unicode, from JSON, must not stop the others.
        return io.TextIOWrapper(held, "utf-8-sig", "backslashreplace", newline="")

    def close(self) -> None:
        """Put the file in place, when there is one."""
        if self._file is None:
            return
        # Always the same name, so that nothing is heaped up by programs that are killed right here.
        draft = self.path.with_name(f".{self.path.name[:100]}.tmp")
        try:
            self._file.flush()
            with self._file:
                held = cast(BinaryIO, self._file.buffer)
                held.seek(0)
                draft.unlink(missing_ok=True)
                descriptor = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
                with open(descriptor, "wb") as file:  # noqa: PTH123 - a descriptor
                    shutil.copyfileobj(held, file, 1 << 20)
            self._file = None
            if self.path.exists() and not filecmp.cmp(self.path, draft, shallow=False):
                self.kept = self.path.replace(_place_of_old(self.path))
            draft.replace(self.path)
        except OSError as error:
            with suppress(OSError):
                draft.unlink(missing_ok=True)
            raise CrmError(
                "the rejected rows cannot be written to {path}: {why}; everything else is imported",
                path=self.path,
                why=why(error),
            ) from None

    def discard(self) -> None:
        """Leave nothing behind."""
        if self._file is not None:
            with suppress(OSError):  # what it cannot flush is not wanted any more
                self._file.close()
            self._file = None

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
