"""A file to be imported, whatever its format: read as a table, a row at a time (CLI.md, Import)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol, Self

from crmcli.errors import BadValue


@dataclass(frozen=True)
class How:
    """How a file is to be read: what its rows are meant to be, in which encoding, and which sheet of a workbook."""

    kind: str = "customers"
    encoding: str | None = None
    sheet: str | None = None


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
