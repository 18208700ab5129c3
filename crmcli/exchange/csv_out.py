"""Writing CSV: the one place that says how a value becomes a cell, and cells a line."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from crmcli.exchange.defusing import defuse

_BOM = "\ufeff"
_QUOTED = re.compile('[",\r\n]').search


def cell(value: Any) -> str:
    """A value as the text of a cell: lists joined by `; `, texts that a spreadsheet would compute defused."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return defuse("; ".join(item if isinstance(item, str) else _name(item) for item in value))
    if isinstance(value, dict):
        if "ref" in value:
            return defuse(str(value["ref"]))
        return defuse("; ".join(f"{name}={each}" for name, each in value.items()))
    return defuse(value) if isinstance(value, str) else str(value)


def _name(item: Mapping[str, Any]) -> str:
    """What a person is called, or what a step of a plan says."""
    return str(item.get("name") or item.get("text") or "")


def line(cells: Iterable[str], end: str = "\n") -> str:
    """The cells as one line, quoted where they must be. The csv module leaves a lone carriage return unquoted."""
    return ",".join(map(_quoted, cells)) + end


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if _QUOTED(text) else text


class CsvWriter:
    """A list on its way out through `write`, its `columns` first.

    `for_excel` as Excel takes it for UTF-8: with a byte order mark and Windows' line ends.
    """

    def __init__(
        self,
        write: Callable[[str], object],
        columns: Sequence[str],
        to_cell: Callable[[Any], str] = cell,
        for_excel: bool = False,
    ) -> None:
        self._write = write
        self._to_cell = to_cell
        self._end = "\r\n" if for_excel else "\n"
        write((_BOM if for_excel else "") + line(columns, self._end))

    def add(self, cells: Iterable[Any]) -> None:
        """One row, of values that `to_cell` makes texts."""
        self._write(line(map(self._to_cell, cells), self._end))
