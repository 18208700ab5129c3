"""A file to be imported, whatever its format: read as a table, a row at a time (CLI.md, Import)."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Protocol, Self

from crmcli.errors import BadValue


@dataclass(frozen=True)
class How:
    """How a file is to be read: what its rows are meant to be, in which encoding, and which sheet of a workbook."""

    kind: str = "customers"
    encoding: str | None = None
    sheet: str | None = None


class OnFile:
    """What every Source has in common that reads an open file, whose `size` is in bytes."""

    _file: BinaryIO

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def tell(self) -> int:
        """How many bytes have been read so far, of `size`: for a progress bar."""
        return self._file.tell()

    def _from_start(self, encoding: str | None, newline: str | None = None) -> io.TextIOWrapper:
        """The file as text; detach it in the end, or it closes the file.

        What does not decode was found on opening; here a file that changes underneath must not crash.
        """
        self._file.seek(0)
        text = io.TextIOWrapper(self._file, encoding, "replace", newline=newline)
        text._CHUNK_SIZE = 1 << 16  # type: ignore[attr-defined]  # 8 KB a time costs a tenth more
        return text


class Source(Protocol):
    """An open file as a table: a context manager whose `rows()` may be walked more than once, one walk at a time.

    `format` is `csv`, `xlsx`, `json`, `jsonl` or `vcard`; `encoding` is None where the format has none, and `guessed`
    when another reading was possible. `headers` are as people wrote them, or a contract's names where the format
    has names of its own. `size` and `tell` are for a progress bar, in whatever unit is at hand.
    """

    path: str
    format: str
    encoding: str | None
    guessed: bool
    headers: list[str]
    size: int
    damaged: dict[int, BadValue]
    """What is wrong with the row that starts on a line; known by the time that row is given."""
    is_phone_book: bool
    """True when its rows are people one has met, so that they are prospects where they do not say (CLI.md, Import)."""
    notes: list[BadValue]
    """What was left out or taken for granted in reading, a sentence each: told, never fatal."""

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Each row that is not blank, as the line (or sheet row, or number of the record) it starts on and its cells.

        Short rows are padded to the headers; a longer one is given as it is when its extra cells hold anything.
        """
        ...

    def tell(self) -> int:
        """How far the reading is, of `size`."""
        ...

    def close(self) -> None:
        """Close the file."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(self, *error: object) -> None: ...
