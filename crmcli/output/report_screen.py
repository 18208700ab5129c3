"""A report on the screen: lists with bars and sparklines on a terminal, plain aligned columns in a pipe."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from crmcli import plain
from crmcli.errors import in_context
from crmcli.locale import _
from crmcli.output import report_parts as parts
from crmcli.output.report_words import bar, percent
from crmcli.output.screen import Screen
from crmcli.output.table import Column, folded

_LEVELS = "▁▂▃▄▅▆▇█"
_GAP = "·"
"""Stands in a sparkline where nothing is known."""

_BARS = Column("", spare=3, style="bar")
"""The column of bars, which is the first to go where the screen is narrow."""


class _List(NamedTuple):
    """A list that a part is shown as, and the colours of its rows."""

    columns: Sequence[Column]
    rows: Sequence[Sequence[str]]
    styles: Sequence[str | None] = ()


def show(screen: Screen, report: Iterable[parts.Part]) -> None:
    """Each part after an empty line; of one that has nothing to show there is no trace."""
    for part in report:
        if isinstance(part, parts.Note):
            screen.say("")
            screen.lines(folded(part.text, screen.room))
            continue
        lists = [one for one in _SHOWN[type(part)](part, screen) if one.rows]
        if not lists:
            continue
        screen.say("")
        if isinstance(part, _TITLED) and part.title:
            screen.say(part.title)
        for one in lists:
            screen.table(*one, words={"yellow": _("below the goal")})


def sparkline(values: Sequence[float | None], least: float | None, most: float | None) -> str:
    """The values as a row of little bars between the least and the most (of their own, where not said)."""
    known = [value for value in values if value is not None]
    if not known:
        return _GAP * len(values)
    low, high = min([*known, *_given(least)]), max([*known, *_given(most)])
    step = (high - low) / (len(_LEVELS) - 1)
    return "".join(
        _GAP if value is None else _LEVELS[round((value - low) / step) if step else 0]
        for value in values
    )


def _given(limit: float | None) -> tuple[float, ...]:
    return () if limit is None else (limit,)


# --- part by part ---


def _figures(part: parts.Figures, _screen: Screen) -> list[_List]:
    columns = [
        Column(_("figure"), least=24),
        Column(in_context("report", "value", _), right=True),
        Column(in_context("report", "n", _), right=True, spare=1),
        Column(_("goal"), right=True, spare=2),
        Column(part.before, right=True),
    ]
    rows = [[one.what, one.value, one.n, one.goal, one.before] for one in part.lines]
    return [_List(columns, rows, ["yellow" if one.is_below else None for one in part.lines])]


def _counts(part: parts.Counts, _screen: Screen) -> list[_List]:
    shown = [one for one in part.counts if one.n or one.before]
    most = max((one.n for one in shown), default=0)
    columns = [Column(part.what, least=10), Column(_("n"), right=True)]
    if part.before:
        columns.append(Column(part.before, right=True))
    rows = [
        [
            one.word,
            str(one.n),
            *([str(one.before or 0)] if part.before else []),
            bar(one.n / most if most else 0),
        ]
        for one in shown
    ]
    return [_List([*columns, _BARS], rows)]


def _trend(part: parts.Trend, screen: Screen) -> list[_List]:
    """On a terminal a sparkline for each series; in a pipe every value, a row for each period."""
    if plain.is_used() or not screen.is_terminal:
        columns = [Column(_("period"))]
        for one in part.series:
            columns += [
                Column(one.name, right=True),
                *([Column(in_context("report", "n", _), right=True)] if one.n else []),
            ]
        rows = [
            [
                period,
                *(
                    cell
                    for one in part.series
                    for cell in (part.spell(one.values[i]), *([str(one.n[i])] if one.n else []))
                ),
            ]
            for i, period in enumerate(part.periods)
        ]
        return [_List(columns, rows)]
    ends = f"{part.periods[0]} – {part.periods[-1]}" if part.periods else ""
    columns = [
        Column(_("series"), least=10),
        Column(ends, style="bar"),
        Column(_("lowest"), right=True, spare=2),
        Column(_("highest"), right=True, spare=2),
        Column(_("latest"), right=True),
        Column(in_context("report", "n", _), right=True, spare=1),
    ]
    rows = []
    for one in part.series:
        known = [value for value in one.values if value is not None]
        rows.append(
            [
                one.name,
                sparkline(one.values, part.least, part.most),
                part.spell(min(known, default=None)),
                part.spell(max(known, default=None)),
                part.spell(one.values[-1] if one.values else None),
                str(one.n[-1]) if one.n else "",
            ]
        )
    return [_List(columns, rows)]


def _pareto(part: parts.Pareto, _screen: Screen) -> list[_List]:
    columns = [
        Column(part.what, least=10),
        Column(_("n"), right=True),
        Column(_("share"), right=True),
        Column(_("together"), right=True),
        _BARS,
    ]
    rows = [
        [one.word, str(one.n), percent(one.share), percent(one.cumulated), bar(one.share)]
        for one in part.ranked
    ]
    return [_List(columns, rows)]


def _steps(part: parts.Steps, _screen: Screen) -> list[_List]:
    most = max((one.n for one in part.steps), default=0)
    columns = [
        Column(_("step"), least=10),
        Column(_("n"), right=True),
        Column(_("of those before"), right=True),
        Column("", spare=1),
        _BARS,
    ]
    rows = [
        [
            one.what,
            str(one.n),
            "" if i == 0 else percent(one.share),
            one.note,
            bar(one.n / most if most else 0),
        ]
        for i, one in enumerate(part.steps)
    ]
    return [_List(columns, rows)]


def _grid(part: parts.Grid, _screen: Screen) -> list[_List]:
    """The counts with the mark of what most of them are, and what the marks mean."""
    if plain.is_used():
        return [_grid_in_words(part)]
    corner = f"{part.row_title} \\ {part.column_title}"
    columns = [Column(corner), *(Column(name, right=True) for name in part.columns)]
    rows = [
        [
            name,
            *(f"{one.n} {parts.MARKS[one.kind]}" if one.kind is not None else "" for one in cells),
        ]
        for name, cells in zip(part.rows, part.cells, strict=True)
    ]
    return [_List(columns, rows), _legend(part)]


def _grid_in_words(part: parts.Grid) -> _List:
    columns = [Column(part.row_title), *(Column(f"{part.column_title} {name}") for name in part.columns)]  # fmt: skip
    rows = [
        [
            name,
            *(f"{one.n} {part.legend[one.kind].word}" if one.kind is not None else "" for one in cells),
        ]
        for name, cells in zip(part.rows, part.cells, strict=True)
    ]  # fmt: skip
    return _List(columns, rows)


def _legend(part: parts.Grid) -> _List:
    most = max((one.n for one in part.legend), default=0)
    columns = [Column(""), Column(_("segment"), least=10), Column(_("n"), right=True), _BARS]
    rows = [
        [mark, one.word, str(one.n), bar(one.n / most if most else 0)]
        for mark, one in zip(parts.MARKS, part.legend, strict=False)
        if one.n
    ]
    return _List(columns, rows)


def _quotes(part: parts.Quotes, _screen: Screen) -> list[_List]:
    columns = [
        Column(_("ref")),
        Column(_("day"), spare=1),
        Column(_("name"), least=10),
        *(Column(label, right=True, spare=2) for label in part.scores),
        Column(_("what they said"), least=24, below=True),
    ]
    rows = []
    for one in part.quotes:
        scores = dict(one.scores)
        said = _("; ").join(
            _("{field}: {text}").format(field=label, text=text) for label, text in one.texts
        )
        rows.append(
            [one.ref, one.when, one.who, *(scores.get(label, "") for label in part.scores), said]
        )
    return [_List(columns, rows)]


def _table(part: parts.Table, _screen: Screen) -> list[_List]:
    if not part.shares:
        return [_List(part.columns, part.rows)]
    rows = [[*row, bar(share)] for row, share in zip(part.rows, part.shares, strict=True)]
    return [_List([*part.columns, _BARS], rows)]


_TITLED = (parts.Trend, parts.Steps, parts.Grid)
"""Parts whose lists do not say by their first heading what they are about."""

_SHOWN: Mapping[type, Callable[[Any, Screen], list[_List]]] = {
    parts.Figures: _figures,
    parts.Counts: _counts,
    parts.Trend: _trend,
    parts.Pareto: _pareto,
    parts.Steps: _steps,
    parts.Grid: _grid,
    parts.Quotes: _quotes,
    parts.Table: _table,
}
