"""A list on the screen: plain aligned columns in a pipe, a Rich table on a terminal, a record a line for who is read to."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from crmcli.output.text import fit, pad, visible, width

NAME = 16
"""The least of a customer's name, where it stands beside other things: eight Chinese characters."""

_GAP = "  "
_NARROWEST = 4
_SHORT = 11
"""What a name is still known by: five Chinese characters, and that it was cut."""

_INDENT = "    "
_NARROWEST_NOTE = 16

MARKS = {"red": "!!", "yellow": "!"}
"""What stands before a row that is marked, on a terminal: colour is never the only sign."""


class Column(NamedTuple):
    """A column's heading, and how it gives way when the screen is narrow.

    `least` is how narrow it may become (None: as wide as it needs); one with `spare` above 0 may be left out
    altogether, the highest first; below 0 only where a time or an amount would have to be cut; one with `below` goes
    below its row before it becomes narrower than `least`, and before that columns go in which nothing stands.
    The first column says which record it is, and is cut last of all. `style` colours it on a terminal.
    """

    title: str
    least: int | None = None
    spare: int = 0
    right: bool = False
    style: str | None = None
    below: bool = False


class Marked(str):
    """The text of a cell with the place in it that is marked on a terminal, as what was looked for."""

    place: tuple[int, int] = (0, 0)


def marked(text: str, hit: str | None, start: int = 0) -> str:
    """`text` with `hit` marked where it first stands from `start` on."""
    at = text.find(hit, start) if hit else -1
    if not hit or at < 0:
        return text
    cell = Marked(text)
    cell.place = (at, at + len(hit))
    return cell


class Layout(NamedTuple):
    """Screen columns for each column, 0 for one that is left out, and which of these stand below the rows instead."""

    widths: list[int]
    below: list[int]


def fitted(columns: Sequence[Column], rows: Sequence[Sequence[str]], room: int | None) -> Layout:
    """What each column gets: what its widest cell needs, less what does not fit in `room`."""
    needed = [
        max([width(column.title), *(width(row[i]) for row in rows)])
        for i, column in enumerate(columns)
    ]
    if room is None:
        return Layout(needed, [])
    if not _fit(columns, widths := list(needed), leasts := _leasts(columns, widths), room):
        # What says nothing goes before what says something is cut.
        for i in range(1, len(columns)):
            if rows and not any(row[i] for row in rows):
                needed[i] = 0
    if not _fit(columns, widths := list(needed), leasts := _leasts(columns, widths), room):
        below = [i for i, column in enumerate(columns) if column.below]
        if below:  # which leaves room for others that would have had to go
            widths = [0 if i in below else limit for i, limit in enumerate(needed)]
            _fit(columns, widths, leasts := _leasts(columns, widths), room)
    else:
        below = []
    if _taken(leasts) > room:
        # A name becomes short, and what can be done without goes, before a time or an amount is cut.
        leasts = [least if column.least is None else min(least, _SHORT) for column, least in zip(columns, leasts, strict=True)]  # fmt: skip
        for i, column in enumerate(columns):
            if column.spare < 0 and _taken(leasts) > room:
                widths[i] = leasts[i] = 0
    # Figures and their headings give way after the texts.
    figures = [limit if column.right else least for column, limit, least in zip(columns, widths, leasts, strict=True)]  # fmt: skip
    _shrink(widths, figures, room, is_last=False)
    _shrink(widths, leasts, room)
    return Layout(widths, below)


def _leasts(columns: Sequence[Column], widths: Sequence[int]) -> list[int]:
    return [
        limit if column.least is None else min(limit, column.least)
        for column, limit in zip(columns, widths, strict=True)
    ]


def _fit(columns: Sequence[Column], widths: list[int], leasts: list[int], room: int) -> bool:
    """Leave out columns as far as the others, at their least, need it; False when even that is too wide."""
    spare = [i for i, column in enumerate(columns) if column.spare > 0]
    for i in sorted(spare, key=lambda i: -columns[i].spare):
        if _taken(leasts) <= room:
            break
        widths[i] = leasts[i] = 0
    return _taken(leasts) <= room


def _shrink(widths: list[int], leasts: list[int], room: int, *, is_last: bool = True) -> None:
    """Take from the one with most to give, until all have their room; at last even more than they have to give."""
    for _ in range(_taken(widths) - room):
        surplus = [limit - least for limit, least in zip(widths, leasts, strict=True)]
        for firm in (1, 0) if is_last else ():
            if not any(surplus):
                # Nothing left that may shrink: rather cut a date than break every line in two, and a reference last.
                leasts[firm:] = [min(least, _NARROWEST) for least in leasts[firm:]]
                surplus = [limit - least for limit, least in zip(widths, leasts, strict=True)]
        if not any(surplus):
            break
        widths[surplus.index(max(surplus))] -= 1


def _taken(widths: Sequence[int]) -> int:
    return sum(widths) + len(_GAP) * (sum(map(bool, widths)) - 1)


def plain(
    columns: Sequence[Column],
    rows: Sequence[Sequence[str]],
    room: int | None,
    styles: Sequence[str | None] = (),
    notes: Sequence[str] = (),
) -> list[str]:
    """The lines of the list as aligned columns, with the mark of its style before each row and a note below it where there
    are such; in a pipe nothing is cut, for there is no `room` to keep to.
    """
    heading, rest = _laid_out(columns, rows, room, styles, notes)
    shown = ["".join(text for text, _style in heading).upper().rstrip()]
    for line, below in rest:
        shown += ["".join(text for text, _style in line).rstrip(), *below]
    return shown


Line = list[tuple[str, str | None]]
"""Pieces of text with their styles."""


def _laid_out(
    columns: Sequence[Column],
    rows: Sequence[Sequence[str]],
    room: int | None,
    styles: Sequence[str | None],
    notes: Sequence[str],
) -> tuple[Line, Iterator[tuple[Line, list[str]]]]:
    """The heading, and each row with the lines below it."""
    safe = [[visible(cell) for cell in row] for row in rows]
    margin = max((len(MARKS[style]) + 1 for style in styles if style), default=0)
    layout = fitted(columns, safe, None if room is None else room - margin)
    inner = None if room is None else max(room - len(_INDENT), _NARROWEST_NOTE)

    def line(cells: Sequence[str], style: str | None = None) -> Line:
        mark = MARKS[style] if style else ""
        before = [(f"{mark:<{margin}}", style)] if margin else []
        return [*before, *_pieces(columns, cells, layout.widths)]

    def lines() -> Iterator[tuple[Line, list[str]]]:
        for place, cells in enumerate(safe):
            note = visible(notes[place]) if notes else ""
            below = [_told_below(columns[i], cells[i]) for i in layout.below if not _is_in(columns[i], cells[i], note)]  # fmt: skip
            told = [
                _INDENT + part for text in [*below, note] if text for part in folded(text, inner)
            ]
            yield line(cells, styles[place] if styles else None), told

    heading = line([column.title for column in columns])
    return [(text, None) for text, _style in heading], lines()


def folded(text: str, room: int | None, *, cuts_all: bool = True) -> list[str]:
    """`text` in lines that keep to the room, broken at spaces and after Chinese points, within a long word anywhere.

    A command that a sentence ends with stays in one line where it fits, to be copied. Without `cuts_all` a path or the like
    stays whole, to be copied: the terminal breaks it.
    """
    if room is None or width(text) <= room:
        return [text]
    lines, line = [], ""
    command = re.match(r".*[:：;；] ?(crm [a-z].*)", text)  # the last there is
    if command and width(command[1]) > room:
        command = None
    rest = text[: command.start(1)] if command else text
    for part in [
        *re.findall("[^ ，、；。：]*[，、；。：]* *", rest),
        command[1] if command else "",
    ]:
        if line and width((line + part).rstrip()) > room:
            lines.append(line.rstrip())
            line = ""
        line += part
        while width(line.rstrip()) > room and (cuts_all or not line.isascii()):
            length = next(n for n in range(len(line), 0, -1) if n == 1 or width(line[:n]) <= room)
            if length > 1 and line[length] in "，、；。：":  # none begins a line
                length -= 1
            lines.append(line[:length])
            line = line[length:]
    return [*lines, line.rstrip()] if line.strip() else lines


def gathered(parts: Sequence[str], between: str, room: int | None) -> list[str]:
    """The parts in as few lines as the room needs, none of them broken."""
    lines = [""]
    for part in parts:
        longer = f"{lines[-1]}{between}{part}" if lines[-1] else part
        if room is None or width(longer) + width(between.rstrip()) <= room or not lines[-1]:
            lines[-1] = longer
        else:
            lines[-1] += between.rstrip()
            lines.append(part)
    return lines


def hanging(line: str, room: int | None) -> list[str]:
    """A laid out line folded to the room: it goes on below where its text begins, behind a label or a reference."""
    if room is None or width(line) <= room:
        return [line]
    begin = re.match(r" *(?:[^ ]+ )*?[^ ]+ {2,}| *", line)
    assert begin
    head = begin[0] if width(begin[0]) <= room // 3 else re.match(" *", line)[0]  # type: ignore[index]
    first, *rest = folded(line[len(head) :], room - width(head), cuts_all=False)
    return [head + first, *(" " * width(head) + part for part in rest)]


def _told_below(column: Column, cell: str) -> str:
    """A figure that stands below is nothing without its heading; a text is."""
    if not (column.right and cell):
        return cell
    from crmcli.locale import _

    return _("{field}: {text}").format(field=column.title, text=cell)


def _is_in(column: Column, cell: str, note: str) -> bool:
    """True when the note below a row begins with the text that would stand there, too."""
    return column.below and note.startswith(cell)


def _pieces(columns: Sequence[Column], cells: Sequence[str], widths: Sequence[int]) -> Line:
    pieces: Line = []
    for column, cell, room in zip(columns, cells, widths, strict=True):
        if not room:
            continue
        if pieces:
            pieces.append((_GAP, None))
        shown = fit(cell, room)
        padded = " " * (room - width(shown)) + shown if column.right else pad(shown, room)
        if isinstance(cell, Marked) and not column.right:
            start, end = cell.place
            pieces += [(padded[:start], column.style), (padded[start:end], "hit"), (padded[end:], column.style)]  # fmt: skip
        else:
            pieces.append((padded, column.style))
    return pieces


def read_out(
    columns: Sequence[Column],
    rows: Sequence[Sequence[str]],
    told: Sequence[str] = (),
    notes: Sequence[str] = (),
) -> list[str]:
    """Each record as one line of `field: value`, for who has the screen read to them: a reference needs no heading, and
    what is drawn or empty is left out. `told` is what a mark says of each row.
    """
    from crmcli.locale import _
    from crmcli.output.report_words import NOTHING

    ref = _("ref")

    def named(column: Column, cell: str, place: int) -> str:
        before = _("{field}: {text}").format(field=column.title, text="").rstrip()
        # What begins with the name of its own field is not told of it twice.
        says_itself = (place == 0 and column.title == ref) or cell.startswith(before)
        return cell if says_itself else _("{field}: {text}").format(field=column.title, text=cell)

    lines = []
    for place, row in enumerate(rows):
        note = visible(notes[place]) if notes else ""
        cells = [_("no data") if cell == NOTHING else visible(cell) for cell in row]
        parts = [
            named(column, cell, i)
            for i, (column, cell) in enumerate(zip(columns, cells, strict=True))
            if column.title and cell and not _is_in(column, cell, note)
        ]
        parts += [told[place]] if told and told[place] else []
        parts += [note] if note else []
        lines.append(_("; ").join(parts))
    return lines


def rich_table(
    columns: Sequence[Column],
    rows: Sequence[Sequence[str]],
    room: int,
    styles: Sequence[str | None] = (),
    notes: Sequence[str] = (),
) -> None:
    """Print the list as a Rich table no wider than `room`."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from crmcli.output import styles as look

    console = Console(width=room, highlight=False, soft_wrap=False)
    colours = look.on(console, look.LISTS)

    def text(line: Line) -> Text:
        # Cut and padded by our own measure, and handed over as plain Text: markup in a name is only a name.
        pieces = [(piece, colours.get(style or "", "")) for piece, style in line]
        return Text.assemble(*pieces, no_wrap=True, overflow="ignore")

    heading, rest = _laid_out(columns, rows, room, styles, notes)
    # One column: what stands below a row goes across all of them.
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=0, show_edge=False)
    table.add_column(text(heading), no_wrap=True, overflow="ignore")
    for line, below in rest:
        table.add_row(text(line))
        for note in below:
            table.add_row(Text(note, no_wrap=True, overflow="ignore"))
    console.print(table)
