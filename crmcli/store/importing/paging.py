"""Imports that take plain rows a page at a time, in the order of the file; whatever is not plain goes row by row."""

from collections.abc import Callable, Collection, Sequence
from typing import Any, NamedTuple, Protocol

from crmcli.store.importing.bulk import Bulk

FEWEST = 16
"""Fewer rows in a row are taken one by one: a page of their own would take longer."""
_PAUSE = 8
_REMEMBERED = 20_000

Column = Sequence[Any]


class Page(Protocol):
    """Rows by column; `odd` are the places of those that only a row by itself can tell."""

    count: int
    odd: set[int]

    def cut(self, start: int, stop: int) -> Any:
        """The rows from `start` to before `stop`."""


class Sorted(NamedTuple):
    """The places of rows that are in the file as they are, and of those that have to be looked at one by one."""

    settled: Collection[int]
    others: Collection[int]


class Memo(dict[Any, Any]):
    """What something becomes, worked out once for each, of which there are few."""

    def __init__(self, make: Callable[[Any], Any]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, given: Any) -> Any:
        if len(self) >= _REMEMBERED:
            self.clear()
        self[given] = made = self._make(given)
        return made

    def of(self, column: Column) -> list[Any]:
        """What each of a column becomes."""
        return list(map(self.__getitem__, column))


def repeated(keys: Sequence[Any]) -> list[int]:
    """The places of keys that stand earlier in the column, too; None is no key."""
    if len(set(keys)) == len(keys):
        return []
    first: dict[Any, int] = {}
    return [
        place
        for place, key in enumerate(keys)
        if key is not None and first.setdefault(key, place) != place
    ]


class Paged(Bulk):
    """Takes pages beside single rows."""

    _pages_to_skip = 0
    _is_new = False
    """True while rows are taken one by one of which it is known that they are in the file neither as they are nor otherwise."""

    def _sort_out(self, page: Any) -> Sorted:
        """Which rows of a page are not new; the rest is."""
        raise NotImplementedError

    def _write_new(self, page: Any) -> None:
        """Insert all rows of a page."""
        raise NotImplementedError

    def wants_page(self) -> bool:
        """False for a while after a page most of which went one by one anyway."""
        self._pages_to_skip -= 1
        return self._pages_to_skip < 0

    def add_page(self, page: Page, one_by_one: Callable[[int], None]) -> None:
        """Take rows that were understood by column, in their order; `one_by_one` takes the one at a place by itself."""
        start = 0
        for stop in (*sorted(page.odd), page.count):
            self._add_run(page, start, stop, one_by_one)
            if stop < page.count:
                one_by_one(stop)
            start = stop + 1
        if len(page.odd) * 2 > page.count:
            self._pages_to_skip = _PAUSE

    def _add_run(
        self, page: Page, start: int, stop: int, one_by_one: Callable[[int], None]
    ) -> None:
        """Rows all of which were understood by column."""
        if stop - start < FEWEST:
            for place in range(start, stop):
                one_by_one(place)
            return
        self.flush()  # what waits may be what these rows are
        settled, others = self._sort_out(page.cut(start, stop))
        self.counts.unchanged += len(settled)
        if len(others) * 2 > stop - start:
            self._pages_to_skip = _PAUSE
        first = start
        for place in (*sorted({*settled, *others}), stop - start):
            self._add_new(page, first, start + place, one_by_one)
            if place in others:
                one_by_one(start + place)
            first = start + place + 1

    def _add_new(
        self, page: Page, start: int, stop: int, one_by_one: Callable[[int], None]
    ) -> None:
        if stop - start < FEWEST:
            self._is_new = True
            for place in range(start, stop):
                one_by_one(place)
            self._is_new = False
        else:
            self.flush()
            self._write_new(page.cut(start, stop))
