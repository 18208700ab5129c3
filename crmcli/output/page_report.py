"""Reports as a page: one file to look at, to print and to hand on (HANDBOOK §11)."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from crmcli.errors import in_context
from crmcli.locale import _
from crmcli.output import charts
from crmcli.output import report_parts as parts
from crmcli.output.page import page
from crmcli.output.report_words import NOTHING, percent
from crmcli.output.text import width

if TYPE_CHECKING:  # loaded by whoever makes a page
    from markupsafe import Markup

_MANY_COLUMNS, _MANY_ON_A_PHONE = 5, 4
_LONG, _SHORT = 9, 12
"""A value of more columns is set smaller; a cell of so few is kept in a line."""


class Section(NamedTuple):
    """A report on the page: its name in links, its title, and its parts."""

    name: str
    title: str
    parts: Sequence[parts.Part]


class _Column(NamedTuple):
    """A column of a list; `is_number` stands to the right, and the heading of what is drawn is not said."""

    title: str
    is_number: bool = False
    is_drawn: bool = False


class _Row(NamedTuple):
    """A row: its first cell is its heading. Cells that are drawn are markup."""

    cells: Sequence["str | Markup"]
    style: str = ""


class _Block(NamedTuple):
    """What the template draws of a part: a picture and what belongs to it, a list, or words."""

    kind: str
    title: str
    columns: Sequence[_Column] = ()
    rows: Sequence[_Row] = ()
    picture: "Markup | None" = None
    legend: Sequence[tuple["Markup", str]] = ()
    part: Any = None
    is_wide: bool = False
    style: str = ""


def report_page(
    title: str, subtitle: str, notes: Sequence[str], sections: Sequence[Section]
) -> str:
    """The page: `notes` say what it covers and what is left out of it; several sections have a line of contents."""
    drawn = [_drawn(section) for section in sections]
    words = {
        "contents": _("Contents"),
        "goal": _("goal"),
        "in_figures": _("In figures"),
        "nothing": _("There is nothing to show of this period."),
    }
    values = {"title": title, "subtitle": subtitle, "notes": notes, "sections": drawn}
    tools = {"words": words, "meter": charts.meter, "is_short": _is_short, "pair": _pair, "of": _of}
    return page("report.html", {**values, **tools})


def _is_short(cell: str) -> bool:
    """A day or a number, which is not to be broken in two."""
    return width(cell) <= _SHORT


def _pair(field: str, text: str) -> str:
    return _("{field}: {text}").format(field=field, text=text)


def _of(n: str) -> str:
    return _("n = {n}").format(n=n)


def _drawn(section: Section) -> dict[str, Any]:
    tiles = [
        {
            **line._asdict(),
            "style": _style(line),
            "is_long": width(line.value) > _LONG,
            "when": part.before if line.before not in ("", NOTHING) else "",
        }
        for part in section.parts
        if isinstance(part, parts.Figures)
        for line in part.lines
        if line.is_main
    ]
    blocks = [
        block
        for i, part in enumerate(section.parts)
        for block in _BLOCKS[type(part)](part, f"{section.name}-{i}")
    ]
    return {**section._asdict(), "tiles": tiles, "blocks": blocks}


# --- part by part; what has nothing to show makes no block ---


def _figures(part: parts.Figures, _key: str) -> Iterator[_Block]:
    lines = [one for one in part.lines if not one.is_main]
    if not lines:
        return
    columns = [
        _Column(_("figure")),
        _Column(in_context("report", "value", _), is_number=True),
        _Column("", is_drawn=True),
        _Column(in_context("report", "n", _), is_number=True),
        _Column(_("goal"), is_number=True),
        _Column(part.before, is_number=True),
        _Column(in_context("report", "change", _), is_number=True),
    ]
    rows = [
        _Row(
            [
                one.what,
                one.value,
                ""
                if one.share is None
                else charts.meter(one.share, one.goal_share, is_below=one.is_below),
                one.n,
                one.goal,
                one.before,
                one.change,
            ],
            _style(one),
        )
        for one in lines
    ]
    kept = [0, 1, *(i for i in range(2, 7) if any(row.cells[i] for row in rows))]
    columns = [columns[i] for i in kept]
    rows = [_Row([row.cells[i] for i in kept], row.style) for row in rows]
    yield _Block(
        "list",
        part.title,
        columns,
        rows,
        is_wide=len(columns) > _MANY_COLUMNS,
        style="figures stack",
    )


def _style(line: parts.Figure) -> str:
    """Whether it is below its goal, and whether a change that is to be seen is for the better."""
    styles = ["below"] if line.is_below else []
    if line.change and line.is_better is not None:
        styles.append("better" if line.is_better else "worse")
    return " ".join(styles)


def _counts(part: parts.Counts, _key: str) -> Iterator[_Block]:
    shown = [one for one in part.counts if one.n or one.before]
    if not shown:
        return
    most = max(one.n for one in shown) or 1
    columns = [
        _Column(part.what),
        _Column("", is_drawn=True),
        _Column(_("n"), is_number=True),
        *([_Column(part.before, is_number=True)] if part.before else []),
    ]
    rows = [
        _Row(
            [
                one.word,
                charts.meter(one.n / most),
                str(one.n),
                *([str(one.before or 0)] if part.before else []),
            ]
        )
        for one in shown
    ]
    yield _Block("list", part.title, columns, rows)


def _trend(part: parts.Trend, key: str) -> Iterator[_Block]:
    picture = charts.trend(part, key)
    if picture is None:
        return
    legend = [(charts.series_mark(i), one.name) for i, one in enumerate(charts.drawn_of(part))]
    columns, values = [_Column(_("period"))], [[period] for period in part.periods]
    for one in part.series:
        columns.append(_Column(one.name, is_number=True))
        for cells, value in zip(values, one.values, strict=True):
            cells.append(part.spell(value))
        if one.n:
            columns.append(_Column(in_context("report", "n", _), is_number=True))
            for cells, n in zip(values, one.n, strict=True):
                cells.append(str(n))
    rows = [_Row(cells) for cells in values]
    style = "stack" if len(columns) >= _MANY_ON_A_PHONE else ""
    yield _Block("chart", part.title, columns, rows, picture, legend, style=style)


def _pareto(part: parts.Pareto, key: str) -> Iterator[_Block]:
    if not part.ranked:
        return
    columns = [
        _Column(part.what),
        _Column(_("n"), is_number=True),
        _Column(_("share"), is_number=True),
        _Column(_("together"), is_number=True),
    ]
    rows = [
        _Row([one.word, str(one.n), percent(one.share), percent(one.cumulated)])
        for one in part.ranked
    ]
    yield _Block("chart", part.title or part.what, columns, rows, charts.pareto(part, key))


def _steps(part: parts.Steps, key: str) -> Iterator[_Block]:
    picture = charts.funnel(part, key)
    if picture is None:
        return
    columns = [
        _Column(_("step")),
        _Column(_("n"), is_number=True),
        _Column(_("of those before"), is_number=True),
        _Column(""),
    ]
    rows = [
        _Row([one.what, str(one.n), percent(one.share) if i else "", one.note])
        for i, one in enumerate(part.steps)
    ]
    yield _Block("chart", part.title, columns, rows, picture)


def _grid(part: parts.Grid, key: str) -> Iterator[_Block]:
    picture = charts.grid(part, key)
    if picture is None:
        return
    most = max((one.n for one in part.legend), default=0) or 1
    columns = [
        _Column(_("segment")),
        _Column("", is_drawn=True),
        _Column(_("n"), is_number=True),
    ]
    rows = [
        _Row([charts.with_mark(i, one.word), charts.meter(one.n / most), str(one.n)])
        for i, one in enumerate(part.legend)
    ]
    yield _Block("grid", part.title, columns, rows, picture, is_wide=True)


def _quotes(part: parts.Quotes, _key: str) -> Iterator[_Block]:
    if part.quotes:
        yield _Block("quotes", part.title, part=part, is_wide=True)


def _table(part: parts.Table, _key: str) -> Iterator[_Block]:
    if not part.rows:
        return
    style = "stack" if len(part.columns) >= _MANY_ON_A_PHONE else ""
    if part.columns[0].title == _("ref"):
        style = f"{style} refs".strip()
    columns = [_Column(one.title, one.right) for one in part.columns]
    rows = [_Row(list(cells)) for cells in part.rows]
    if part.shares:
        columns.append(_Column("", is_drawn=True))
        rows = [
            _Row([*row.cells, "" if share is None else charts.meter(share)])
            for row, share in zip(rows, part.shares, strict=True)
        ]
    yield _Block(
        "list", part.title, columns, rows, is_wide=len(columns) > _MANY_COLUMNS, style=style
    )


def _note(part: parts.Note, _key: str) -> Iterator[_Block]:
    yield _Block("note", "", part=part, is_wide=True)


_BLOCKS: Mapping[type, Callable[[Any, str], Iterator[_Block]]] = {
    parts.Figures: _figures,
    parts.Counts: _counts,
    parts.Trend: _trend,
    parts.Pareto: _pareto,
    parts.Steps: _steps,
    parts.Grid: _grid,
    parts.Quotes: _quotes,
    parts.Table: _table,
    parts.Note: _note,
}
