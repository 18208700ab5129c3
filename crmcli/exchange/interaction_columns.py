"""Plain rows of a list of contacts, understood a column at a time; the rest is left to `interaction_rows` (DESIGN §2)."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from crmcli.exchange.column_cells import ODD, CellMemo, Cells
from crmcli.exchange.headers import Columns
from crmcli.exchange.interaction_rows import LINKS, InteractionReader
from crmcli.exchange.moments import Moment, read_past
from crmcli.exchange.rows import Understanding, named_places, split_list

TEXTS = ("summary", "feedback", "agreed", "excerpt", "external_id")
_PLAIN = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:[0-5]\d(:[0-5]\d)?", re.ASCII).fullmatch
_BESIDE = ("next", "next_on", *LINKS)
"""What comes next is a record of its own, and what it was about is to be found: rows that say it are read one by one."""
_HOUR = 13  # characters of 2026-11-20 09


@dataclass
class InteractionPage:
    """What rows say, by column; all lists are `count` long, None where a cell is empty.

    `odd` are the places of rows that only `InteractionReader` can read: what the columns hold of them means nothing.
    """

    count: int
    customers: list[str] = field(default_factory=list)
    instants: list[str | None] = field(default_factory=list)
    days: list[str | None] = field(default_factory=list)
    whole_days: set[int] = field(default_factory=set)
    """The places of rows whose day has no time."""
    columns: dict[str, list[Any]] = field(default_factory=dict)
    theirs: list[tuple[str, ...] | None] | None = None
    ours: list[tuple[str, ...] | None] | None = None
    odd: set[int] = field(default_factory=set)

    def cut(self, start: int, stop: int) -> "InteractionPage":
        """The rows from `start` to before `stop`, none of them odd."""
        if stop - start == self.count:
            return self
        some = slice(start, stop)
        return InteractionPage(
            stop - start,
            self.customers[some],
            self.instants[some],
            self.days[some],
            {place - start for place in self.whole_days if start <= place < stop},
            {name: column[some] for name, column in self.columns.items()},
            self.theirs and self.theirs[some],
            self.ours and self.ours[some],
        )


class InteractionColumns:
    """Reads the plain rows of one file, whose columns `reader` knows."""

    def __init__(self, columns: Columns, means: Understanding, reader: InteractionReader) -> None:
        self._means = means
        self._now = means.instant(means.now)
        places = {name: place for place, name in named_places(columns.fields)}
        self._places = places
        self._texts = [(places[name], name) for name in TEXTS if name in places]
        self._words = [
            (places[name], name, CellMemo(understand))
            for name, understand in reader.words.items()
            if name in places
        ]
        self._people = CellMemo(lambda text: tuple(split_list(text)))
        self._hours: dict[str, str | None] = {}
        self._moments = CellMemo(lambda text: read_past(text, means))

    @classmethod
    def of(
        cls, columns: Columns, means: Understanding, extras: Mapping[int, str]
    ) -> "InteractionColumns | None":
        """What reads these columns; None when some column can only be read row by row."""
        reader = InteractionReader(columns, means, extras)
        fields = [name for name in columns.fields if name is not None]
        known = {*TEXTS, *reader.words, "customer", "at", "with", "ours", *_BESIDE}
        if not known.issuperset(fields) or len(set(fields)) < len(fields):
            return None
        return cls(columns, means, reader) if {"customer", "at"} <= set(fields) else None

    def read(self, rows: Sequence[Cells]) -> InteractionPage:
        """What the rows say, all of them as wide as the headers."""
        cells = list(zip(*rows, strict=True))
        page = InteractionPage(len(rows))
        page.customers = [cell.strip() for cell in cells[self._places["customer"]]]
        if not all(page.customers):
            page.odd.update(place for place, text in enumerate(page.customers) if not text)
        self._read_moments(page, cells[self._places["at"]])
        for place, name in self._texts:
            page.columns[name] = [cell.strip() or None for cell in cells[place]]
        for place, name, memo in self._words:
            page.columns[name] = memo.column(cells[place], page.odd)
        if "with" in self._places:
            page.theirs = self._people.column(cells[self._places["with"]], page.odd)
        if "ours" in self._places:
            page.ours = self._people.column(cells[self._places["ours"]], page.odd)
        for name in _BESIDE:
            if name in self._places:
                column = cells[self._places[name]]
                page.odd.update(place for place, cell in enumerate(column) if cell.strip())
        promised = page.columns.get("promised_on")
        if promised:  # which must not lie before the contact
            page.odd.update(place for place, day in enumerate(promised) if day is not None)
        return page

    def _read_moments(self, page: InteractionPage, cells: Cells) -> None:
        hours, now = self._hours, self._now
        for place, cell in enumerate(cells):
            text = cell.strip()
            if _PLAIN(text):
                key = text[:_HOUR]
                hour = hours[key] if key in hours else self._hour(key)
                if hour is not None:
                    instant = f"{hour}{text[_HOUR:]}Z" if len(text) > 16 else f"{hour}{text[_HOUR:]}:00Z"  # fmt: skip
                    if instant <= now:
                        page.instants.append(instant)
                        page.days.append(text[:10])
                        continue
            moment = self._moments[cell]
            if moment is None or moment is ODD:
                page.odd.add(place)
                moment = _NEVER
            elif moment.whole_day:
                page.whole_days.add(place)
            page.instants.append(moment.instant)
            page.days.append(moment.day)

    def _hour(self, text: str) -> str | None:
        """The UTC hour of a local one, as instants begin; None when there is none such, or the clocks are set within it."""
        if len(self._hours) > 100_000:
            self._hours.clear()
        found: str | None = None
        try:
            first = datetime.fromisoformat(f"{text[:10]} {text[11:]}:00")  # local by contract
        except ValueError:
            pass
        else:
            ends = [self._means.instant(first + timedelta(minutes=late)) for late in (0, 59)]
            if first.year >= 1900 and ends[0][:_HOUR] == ends[1][:_HOUR] and ends[0][14:16] == "00":
                found = ends[0][:_HOUR]
        self._hours[text] = found
        return found


_NEVER = Moment(datetime(1, 1, 1), False, "")  # noqa: DTZ001 - stands for a time that nobody looks at
