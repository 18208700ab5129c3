"""Cells as a tool wrote them, made such as a list by hand would have them: empty words, joined values, days, spares."""

from collections.abc import Callable, Generator, Sequence
from functools import lru_cache
from itertools import islice

from crmcli.exchange.day_forms import plain_days
from crmcli.exchange.headers import MANY, Columns
from crmcli.exchange.source import Source
from crmcli.exchange.tools import Tool

_DAYS = frozenset(
    {
        "since", "last_contact", "next_touch", "at", "next_on", "promised_on", "due", "done_on", "received_at", "resolved_at",
        "needed_by", "kept_on", "broken_on", "left_on", "ordered_on", "pay_by", "paid_on", "quoted_on", "valid_until",
        "close_on", "sent_at",
    }
)  # fmt: skip
_LOOKED_AT = 500

Tidy = Callable[[Sequence[str]], list[str]]


def tidier(source: Source, columns: Columns, tool: Tool | None) -> Tidy | None:
    """What makes the cells of a row plain, as a copy; None when nothing has to be done to those of this file.

    Looks at the first rows of `source` when it has columns of days.
    """
    changes: list[tuple[int, Callable[[str], str]]] = []
    for place, name in enumerate(columns.fields):
        if name and tool and (change := _by_tool(tool, name)):
            changes += [(each, change) for each in (place, *columns.spares.get(place, ()))]
    changes += _days(source, columns)
    empty = tool.empty if tool else frozenset[str]()
    spares = list(columns.spares.items())
    if not (changes or empty or spares):
        return None

    def tidy(cells: Sequence[str]) -> list[str]:
        made = list(cells)
        if empty:
            made = ["" if cell.strip().casefold() in empty else cell for cell in made]
        for place, change in changes:
            if text := made[place].strip():
                made[place] = change(text)
        for place, others in spares:
            if not made[place].strip():
                made[place] = next((made[each] for each in others if made[each].strip()), "")
        return made

    return tidy


def _by_tool(tool: Tool, name: str) -> Callable[[str], str] | None:
    """What becomes of the texts of a field in this tool's export."""
    words, joined = tool.words.get(name), tool.joined
    if joined and not words:
        return lambda text: (
            _parted(text, joined, name) if joined in text or text[0] == "*" else text
        )
    if not words:
        return None

    def change(text: str) -> str:
        return words.get(text.casefold(), words.get("*", text))

    return lru_cache(maxsize=1_000)(change)


def _parted(text: str, joined: str, name: str) -> str:
    """Several values in one cell: all of them where a field takes them, else the first; a tool's own groups are no tags."""
    parts = [part.strip() for part in text.split(joined)]
    if name == "tags":
        parts = [part for part in parts if not part.startswith("*")]
    return "; ".join(parts) if name in MANY else next(filter(None, parts), "")


def _days(source: Source, columns: Columns) -> list[tuple[int, Callable[[str], str]]]:
    places = [place for place, name in enumerate(columns.fields) if name in _DAYS]
    if not places:
        return []
    walk = source.rows()
    rows = [cells for _, cells in islice(walk, _LOOKED_AT)]
    if isinstance(walk, Generator):
        walk.close()  # one walk at a time
    found = ((place, plain_days(cells[place].strip() for cells in rows)) for place in places)
    return [(place, lru_cache(maxsize=20_000)(plain)) for place, plain in found if plain]
