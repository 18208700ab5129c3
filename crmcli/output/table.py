"""A list on the screen: plain aligned columns in a pipe, a Rich table on a terminal."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from crmcli.output.text import fit, pad, visible, width

_GAP = "  "
_NARROWEST = 4
_NARROWEST_NOTE = 16


class Column(NamedTuple):
    """A column's heading, and how it gives way when the screen is narrow.

    `least` is how narrow it may become (None: as wide as it needs); one with `spare` above 0 may be left out
    altogether, the highest first. `style` colours it on a terminal.
    """

    title: str
    least: int | None = None
    spare: int = 0
    right: bool = False
    style: str | None = None


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
    leasts = [
        limit if column.least is None else min(limit, column.least)
        for column, limit in zip(columns, widths, strict=True)
    ]
    for i in _spared(columns):
        if _taken(leasts) <= room:
            break
        widths[i] = leasts[i] = 0
    for _ in range(_taken(widths) - room):
        surplus = [limit - least for limit, least in zip(widths, leasts, strict=True)]
        if not any(surplus):
            # Nothing left that may shrink: rather cut a date than break every line in two.
            leasts = [min(least, _NARROWEST) for least in leasts]
            surplus = [limit - least for limit, least in zip(widths, leasts, strict=True)]
        if not any(surplus):
            break
        widths[surplus.index(max(surplus))] -= 1
    return widths


def _taken(widths: Sequence[int]) -> int:
    return sum(widths) + len(_GAP) * (sum(map(bool, widths)) - 1)


def _spared(columns: Sequence[Column]) -> list[int]:
    """The columns that may be left out, first the first to go."""
    spare = [i for i, column in enumerate(columns) if column.spare]
    return sorted(spare, key=lambda i: -columns[i].spare)


def plain(columns: Sequence[Column], rows: Sequence[Sequence[str]], room: int | None) -> list[str]:
    """The lines of the list as aligned columns; in a pipe nothing is cut, for there is no `room` to keep to."""
    safe = [[visible(cell) for cell in row] for row in rows]
    widths = fitted_widths(columns, safe, room)
    titles = [column.title.upper() for column in columns]
    return [_line(columns, cells, widths) for cells in [titles, *safe]]


def with_notes(lines: Sequence[str], notes: Sequence[str], room: int | None) -> list[str]:
    """The lines of a list, heading first, with a note under each row, folded to the room."""
    inner = None if room is None else max(room - 4, _NARROWEST_NOTE)
    made = [lines[0]]
    for line, note in zip(lines[1:], notes, strict=True):
        made.append(line)
        made += [f"    {part}" for part in folded(visible(note), inner)]
    return made


def folded(text: str, room: int | None) -> list[str]:
    """`text` in lines that keep to the room, broken at spaces and after Chinese points, within a long word anywhere."""
    if room is None or width(text) <= room:
        return [text]
    lines, line = [], ""
    for part in re.findall("[^ ，、；。：]*[，、；。：]* *", text):
        if line and width((line + part).rstrip()) > room:
            lines.append(line.rstrip())
            line = ""
        line += part
        while width(line.rstrip()) > room:
            length = next(n for n in range(len(line), 0, -1) if n == 1 or width(line[:n]) <= room)
            lines.append(line[:length])
            line = line[length:]
    return [*lines, line.rstrip()] if line.strip() else lines


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
            style=column.style,
        )
    for cells, style in zip(safe, styles, strict=True):
        # Cut here, by our own measure, and handed over as plain Text: markup in a name is only a name.
        table.add_row(*[Text(fit(cells[i], widths[i])) for i in shown], style=style)
    Console(width=room, highlight=False, soft_wrap=False).print(table)
