"""A list on the screen: plain aligned columns in a pipe, a Rich table on a terminal."""

from collections.abc import Sequence
from typing import NamedTuple

from crmcli.output.text import fit, pad, visible, width

_GAP = "  "
_NARROWEST = 4


class Column(NamedTuple):
    """A column's heading; the higher `shrink`, the more it gives way when the screen is narrow. 0 never does.

    Where even that does not do, columns are left out: those of the lowest `shrink` above 0 first, the last first.
    """

    title: str
    shrink: int = 0
    right: bool = False


def fitted_widths(
    columns: Sequence[Column], rows: Sequence[Sequence[str]], room: int | None
) -> list[int]:
    """Screen columns for each column: what its widest cell needs, less what does not fit in `room`; 0 = left out."""
    widths = [
        max([width(column.title), *(width(row[i]) for row in rows)])
        for i, column in enumerate(columns)
    ]
    if room is None:
        return widths
    for i in _least_needed(columns):
        least = [_least(columns[j], widths[j]) for j in range(len(columns)) if widths[j]]
        if sum(least) + len(_GAP) * (len(least) - 1) <= room:
            break
        widths[i] = 0
    excess = sum(widths) + len(_GAP) * (sum(map(bool, widths)) - 1) - room
    while excess > 0:
        candidates = [
            i for i, column in enumerate(columns) if widths[i] > _least(column, widths[i])
        ]
        # Nothing left that likes to shrink: rather cut a date than break every line in two.
        candidates = candidates or [i for i, limit in enumerate(widths) if limit > _NARROWEST]
        if not candidates:
            break
        widest = max(candidates, key=lambda i: widths[i] * max(columns[i].shrink, 1))
        widths[widest] -= 1
        excess -= 1
    return widths


def _least(column: Column, wanted: int) -> int:
    return min(wanted, _NARROWEST) if column.shrink else wanted


def _least_needed(columns: Sequence[Column]) -> list[int]:
    """The columns that may be left out, first the first to go; one that shrinks always stays."""
    shrinking = [i for i, column in enumerate(columns) if column.shrink]
    return sorted(shrinking, key=lambda i: (columns[i].shrink, -i))[:-1]


def plain(columns: Sequence[Column], rows: Sequence[Sequence[str]], room: int | None) -> list[str]:
    """The lines of the list as aligned columns; in a pipe nothing is cut, for there is no `room` to keep to."""
    safe = [[visible(cell) for cell in row] for row in rows]
    widths = fitted_widths(columns, safe, room)
    titles = [column.title.upper() for column in columns]
    return [_line(columns, cells, widths) for cells in [titles, *safe]]


def _line(columns: Sequence[Column], cells: Sequence[str], widths: Sequence[int]) -> str:
    parts = []
    for column, cell, room in zip(columns, cells, widths, strict=True):
        if not room:
            continue
        shown = fit(cell, room)
        parts.append(" " * (room - width(shown)) + shown if column.right else pad(shown, room))
    return _GAP.join(parts).rstrip()


def rich_table(
    columns: Sequence[Column],
    rows: Sequence[Sequence[str]],
    styles: Sequence[str | None],
    room: int,
) -> None:
    """Print the list as a Rich table no wider than `room`; `styles` colours whole rows."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    safe = [[visible(cell) for cell in row] for row in rows]
    widths = fitted_widths(columns, safe, room)
    shown = [i for i, limit in enumerate(widths) if limit]
    # One space of padding and one of divider make the same gap that the widths were fitted with.
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0), show_edge=False)
    for column, limit in ((columns[i], widths[i]) for i in shown):
        table.add_column(
            Text(column.title),
            justify="right" if column.right else "left",
            no_wrap=True,
            width=limit,
        )
    for cells, style in zip(safe, styles, strict=True):
        # Cut here, by our own measure, and handed over as plain Text: markup in a name is only a name.
        table.add_row(*[Text(fit(cells[i], widths[i])) for i in shown], style=style)
    Console(width=room, highlight=False, soft_wrap=False).print(table)
