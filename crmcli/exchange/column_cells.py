"""What the columns of every kind of list have in common: cells understood once each, odd ones set apart."""

from collections.abc import Callable, Sequence
from typing import Any

from crmcli.errors import BadValue

ODD: Any = object()
"""Stands for what only a row by itself can tell, such as why it is refused."""
_REMEMBERED = 20_000

Cells = Sequence[str]


class CellMemo(dict[str, Any]):
    """What the cells of a column mean: each text understood once; None when it is empty, ODD when it is refused."""

    def __init__(self, understand: Callable[[str], Any]) -> None:
        super().__init__()
        self._understand = understand

    def __missing__(self, cell: str) -> Any:
        text = cell.strip()
        try:
            value = self._understand(text) if text else None
        except BadValue:
            value = ODD
        if len(self) >= _REMEMBERED:
            self.clear()
        self[cell] = value
        return value

    def column(self, cells: Cells, odd: set[int]) -> list[Any]:
        """What each cell means; the places of those that are odd are added to `odd`."""
        values = list(map(self.__getitem__, cells))
        if ODD in values:
            odd.update(place for place, value in enumerate(values) if value is ODD)
        return values
