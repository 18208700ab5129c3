"""What the columns of every kind of list have in common: cells understood once each, odd ones set apart."""

from collections.abc import Callable, Sequence
from typing import Any

from crmcli.errors import BadValue

ODD: Any = object()
"""Stands for what only a row by itself can tell, such as why it is refused."""
_REMEMBERED = 20_000

Cells = Sequence[str]


def texts_of(cells: Cells) -> list[str | None]:
    """What the cells say as it is; None where it is nothing."""
    texts: list[str | None] = list(map(str.strip, cells))
    return texts if all(texts) else [text or None for text in texts]


class CellMemo(dict[str, Any]):
    """What the cells of a column mean: each text understood once; None when it is empty, ODD when it is refused."""

    def __init__(self, understand: Callable[[str], Any]) -> None:
        super().__init__()
        self._understand = understand
        self._has_odd = False

    def __missing__(self, cell: str) -> Any:
        text = cell.strip()
        try:
            value = self._understand(text) if text else None
        except BadValue:
            value = ODD
        if value is ODD:
            self._has_odd = True
        if len(self) >= _REMEMBERED:
            self.clear()
        self[cell] = value
        return value

    def column(self, cells: Cells, odd: set[int]) -> list[Any]:
        """What each cell means; the places of those that are odd are added to `odd`."""
        values = list(map(self.__getitem__, cells))
        if self._has_odd:
            odd.update(place for place, value in enumerate(values) if value is ODD)
        return values
