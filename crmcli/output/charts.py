"""The charts of a page as SVG: pure functions from the parts of a report to markup that loads nothing and runs nothing.

Every text is made visible and escaped here. Colours are classes, which the page's style gives their values for light and dark:
`s0`… for series, `k0`… for the kinds of a grid. What a colour says, a dash, a shape or a letter says, too.
"""

from collections.abc import Iterable, Iterator, Sequence
from math import ceil, floor, log10
from typing import NamedTuple

from markupsafe import Markup, escape

from crmcli.locale import _
from crmcli.output.report_parts import MARKS, Grid, Pareto, Series, Step, Steps, Trend
from crmcli.output.report_words import percent
from crmcli.output.table import folded
from crmcli.output.text import fit, visible, width

WIDE = 420
"""Units of the picture across; about pixels on a large screen, a little less on a phone."""

MOST_RANKED = 12
"""How many bars a Pareto chart has; the list beside it has them all."""

SERIES = 6
"""How many series can be told apart."""

_MARKED = 30
"""Of so many periods each has its point; of more, only the line is drawn."""

_COLUMN, _BOLD = 7.3, 8.8
"""How wide a column of text is in the widest of usual fonts: half a sign of Chinese is less."""


# --- the elements ---


def picture(key: str, height: float, title: str, description: str, body: Iterator[str]) -> Markup:
    """An SVG with its title and its description for those who cannot see it; `key` is its own on the page."""
    return Markup(
        '<svg class="chart" viewBox="0 0 {} {}" role="img" aria-labelledby="{}-t {}-d">'
        '<title id="{}-t">{}</title><desc id="{}-d">{}</desc>{}</svg>'
    ).format(
        WIDE, _n(height), key, key, key, visible(title), key, visible(description), Markup("".join(body))
    )  # fmt: skip


def _n(value: float) -> str:
    """A coordinate."""
    return f"{value:.1f}".removesuffix(".0")


def _text(x: float, y: float, text: str, style: str = "", anchor: str = "start") -> str:
    return f'<text x="{_n(x)}" y="{_n(y)}" class="{style}" text-anchor="{anchor}">{escape(visible(text))}</text>'


def _line(x1: float, y1: float, x2: float, y2: float, style: str) -> str:
    return f'<line x1="{_n(x1)}" y1="{_n(y1)}" x2="{_n(x2)}" y2="{_n(y2)}" class="{style}"/>'


def _rect(x: float, y: float, wide: float, high: float, style: str, round_: float = 2) -> str:
    return (
        f'<rect x="{_n(x)}" y="{_n(y)}" width="{_n(wide)}" height="{_n(high)}" rx="{_n(round_)}" class="{style}"/>'
    )  # fmt: skip


def _polyline(points: Sequence[tuple[float, float]], style: str) -> str:
    joined = " ".join(f"{_n(x)},{_n(y)}" for x, y in points)
    return f'<polyline points="{joined}" class="{style}"/>'


def _mark(x: float, y: float, number: int, style: str) -> str:
    """A point of the series: each has a shape of its own."""
    shape = number % 4
    if shape == 0:
        return f'<circle cx="{_n(x)}" cy="{_n(y)}" r="3" class="{style}"/>'
    if shape == 1:
        return _rect(x - 2.8, y - 2.8, 5.6, 5.6, style, 0)
    around = [(0.0, -3.8), (3.6, 2.8), (-3.6, 2.8)]
    if shape == 3:
        around = [(0.0, -4.0), (4.0, 0.0), (0.0, 4.0), (-4.0, 0.0)]
    points = " ".join(f"{_n(x + right)},{_n(y + down)}" for right, down in around)
    return f'<polygon points="{points}" class="{style}"/>'


def _room(text: str) -> float:
    """About how wide a text is."""
    return width(visible(text)) * _COLUMN


def _cut(text: str, room: float) -> str:
    return fit(visible(text), max(2, round(room / _COLUMN)))


# --- small ones, within lists; what they show stands beside them in figures ---


def meter(share: float | None, goal: float | None = None, *, is_below: bool = False) -> Markup:
    """A share from 0 to 1 as a bar, with its goal as a mark on it."""
    parts = ['<rect class="track" width="100%" height="100%" rx="2"/>']
    if share:
        style = "below" if is_below else "fill"
        wide = _n(100 * min(max(share, 0.01), 1))
        parts.append(f'<rect class="{style}" width="{wide}%" height="100%" rx="2"/>')
    if goal is not None:
        at = f"{_n(min(100 * goal, 99))}%"
        parts.append(f'<line class="goal" x1="{at}" x2="{at}" y1="0" y2="100%"/>')
    return Markup(f'<svg class="meter" aria-hidden="true">{"".join(parts)}</svg>')


def series_mark(number: int) -> Markup:
    """What tells a series apart, for the legend."""
    style = f"s{number}"
    body = _line(0, 6, 26, 6, f"curve {style}") + _mark(13, 6, number, f"mark {style}")
    return Markup(f'<svg class="key" viewBox="0 0 26 12" aria-hidden="true">{body}</svg>')


def kind_mark(kind: int) -> Markup:
    """The field of a kind, for the legend."""
    body = _rect(0, 0, 18, 18, f"k{kind}", 3) + _text(
        9, 13, MARKS[kind], f"mark on-k{kind}", "middle"
    )
    return Markup(f'<svg class="key" viewBox="0 0 18 18" aria-hidden="true">{body}</svg>')


def with_mark(kind: int, word: str) -> Markup:
    """A kind as the legend says it."""
    return Markup("{} {}").format(kind_mark(kind), visible(word))


# --- trends ---


class _Scale(NamedTuple):
    """Values laid out from the bottom to the top of the picture."""

    ticks: Sequence[float]
    top: float
    bottom: float

    def y(self, value: float) -> float:
        low, high = self.ticks[0], self.ticks[-1]
        return self.bottom - (value - low) / (high - low) * (self.bottom - self.top)


def ticks(low: float, high: float) -> list[float]:
    """Four to seven round numbers that enclose both."""
    if low == high:
        low, high = (low - 1, high + 1) if low else (0, 1)
    rough = (high - low) / 4
    size = 10.0 ** floor(log10(rough))
    step = next(size * factor for factor in (1, 2, 5, 10) if size * factor >= rough * 0.999)
    first, last = floor(low / step + 1e-9), ceil(high / step - 1e-9)
    return [round(number * step, 9) for number in range(first, last + 1)]


def drawn_of(part: Trend) -> list[Series]:
    """The series that are drawn: of more than can be told apart, those that amount to most. The list beside it has all."""
    sums = [sum(abs(value or 0) for value in one.values) for one in part.series]
    most = sorted(range(len(sums)), key=lambda i: -sums[i])[:SERIES]
    return [part.series[i] for i in sorted(most)]


def trend(part: Trend, key: str) -> Markup | None:
    """Lines over the periods, broken where nothing is known; None when nothing is known at all."""
    known = [value for one in part.series for value in one.values if value is not None]
    if not known:
        return None
    limits = [value for value in (part.goal, part.least, part.most) if value is not None]
    scale = _Scale(ticks(min(known + limits), max(known + limits)), 14, 184)
    description = _("; ").join(
        _("{field}: {text}").format(
            field=one.name,
            text=_(", ").join(
                f"{period} {part.spell(value)}"
                for period, value in zip(part.periods, one.values, strict=True)
            ),
        )
        for one in part.series
    )
    return picture(key, 210, part.title, description, _trend(part, scale))


def _trend(part: Trend, scale: _Scale) -> Iterator[str]:
    half = max(map(_room, part.periods)) / 2  # of a name below the first and the last point
    left = max(10 + max(_room(part.spell(tick)) for tick in scale.ticks), half - 8)
    ends = _BOLD * max(width(part.spell(value)) for one in part.series for value in one.values)
    right = WIDE - max(12 + ends, half - 8)
    for tick in scale.ticks:
        y = scale.y(tick)
        yield _line(left, y, right, y, "zero" if tick == 0 else "grid")
        yield _text(left - 6, y + 4, part.spell(tick), "tick", "end")
    count = len(part.periods)
    xs = [left + 8 + (right - left - 16) * (i / (count - 1) if count > 1 else 0.5) for i in range(count)]  # fmt: skip
    yield from _periods(part.periods, xs, scale.bottom + 20)
    if part.goal is not None:
        y = scale.y(part.goal)
        yield _line(left, y, right, y, "goal")
        yield _text(left + 4, y - 4, _("goal"), "tick")
    latest = []
    is_marked = len(part.periods) <= _MARKED
    for number, one in enumerate(drawn_of(part)):
        style = f"s{number}"
        points = [None if value is None else (x, scale.y(value)) for x, value in zip(xs, one.values, strict=True)]  # fmt: skip
        for run in _runs(points):
            if len(run) > 1:
                yield _polyline(run, f"curve {style}")
            for point in run if is_marked or len(run) == 1 else run[-1:]:
                yield _mark(*point, number, f"mark {style}")
        if points and points[-1] is not None:
            latest.append((points[-1][1], part.spell(one.values[-1])))
    for y, text in _apart(latest, scale.bottom):
        yield _text(right + 2, y + 4, text, "end")


def _periods(names: Sequence[str], xs: Sequence[float], y: float) -> Iterator[str]:
    """The names below, the last always, and of the others as many as have room."""
    if not names:
        return
    gap = xs[1] - xs[0] if len(xs) > 1 else WIDE
    stride = max(1, ceil((max(map(_room, names)) + 8) / gap))
    for i in range(len(names) - 1, -1, -stride):
        yield _text(xs[i], y, names[i], "tick", "middle")


def _runs(points: Sequence[tuple[float, float] | None]) -> Iterator[list[tuple[float, float]]]:
    """The stretches without a gap."""
    run: list[tuple[float, float]] = []
    for point in [*points, None]:
        if point is not None:
            run.append(point)
        elif run:
            yield run
            run = []


def _apart(
    ends: Iterable[tuple[float, str]], lowest: float, least: float = 13
) -> list[tuple[float, str]]:
    """Texts at these heights, the same one once, moved as far as they would stand on each other; none below the lowest."""
    placed: list[tuple[float, str]] = []
    for y, text in sorted(set(ends)):
        placed.append((max(y, placed[-1][0] + least) if placed else y, text))
    for i in range(len(placed) - 1, -1, -1):
        placed[i] = (min(placed[i][0], lowest), placed[i][1])
        lowest = placed[i][0] - least
    return placed


# --- what makes most of it ---


def pareto(part: Pareto, key: str) -> Markup | None:
    """A bar for each, and over them the curve of all so far; both against the same scale of shares."""
    shown = part.ranked[:MOST_RANKED]
    if not shown:
        return None
    description = _("; ").join(
        _("{field}: {text}").format(
            field=one.word,
            text=_(", ").join([str(one.n), percent(one.share), percent(one.cumulated)]),
        )
        for one in shown
    )
    return picture(
        key, 30 * len(shown) + 34, part.title or part.what, description, _pareto(part, len(shown))
    )


def _pareto(part: Pareto, count: int) -> Iterator[str]:
    shown = part.ranked[:count]
    numbers = max(_room(str(one.n)) for one in shown)
    left = 34 + min(max(_room(one.word) for one in shown), 110) + numbers
    right, bottom = WIDE - 7 - 6 * _BOLD, 30.0 * count + 8
    span = right - left
    for tick in (0, 0.2, 0.4, 0.6, 0.8, 1.0):
        x = left + span * tick
        yield _line(x, 4, x, bottom, "zero" if tick == 0 else "goal" if tick == 0.8 else "grid")
        if tick in (0, 0.4, 0.8):
            yield _text(x, bottom + 18, percent(tick), "tick", "middle")
    points = []
    for i, one in enumerate(shown):
        middle = 30 * i + 21
        yield _text(0, middle + 4, _cut(one.word, left - 34 - numbers), "label")
        yield _text(left - 10, middle + 4, str(one.n), "value", "end")
        yield _rect(left, middle - 8, max(span * one.share, 1.5), 16, "fill")
        points.append((left + span * one.cumulated, float(middle)))
    yield _polyline(points, "curve s1")
    for (x, y), one in zip(points, shown, strict=True):
        yield _mark(x, y, 0, "mark s1")
        yield _text(x + 7, y + 4, percent(one.cumulated), "end halo")


# --- funnels ---


def funnel(part: Steps, key: str) -> Markup | None:
    """The steps one below the other, each as wide as many came to it; between them the share that went on."""
    most = max((one.n for one in part.steps), default=0)
    if not most:
        return None
    description = _("; ").join(_step(one) for one in part.steps)
    return picture(key, 56 * len(part.steps) - 8, part.title, description, _funnel(part.steps, most))  # fmt: skip


def _step(one: Step) -> str:
    said = ([] if one.share is None else [percent(one.share)]) + ([one.note] if one.note else [])
    return _("{field}: {text}").format(field=one.what, text=_(", ").join([str(one.n), *said]))


def _funnel(steps: Sequence[Step], most: int) -> Iterator[str]:
    left, right = 150.0, WIDE - 58.0
    middle, widest = (left + right) / 2, right - left
    before: tuple[float, float] | None = None
    for i, one in enumerate(steps):
        top, wide = 56 * i, max(widest * one.n / most, 2)
        if before is not None:
            last, y = before
            edges = [(middle - last / 2, y), (middle + last / 2, y), (middle + wide / 2, top), (middle - wide / 2, top)]  # fmt: skip
            yield f'<polygon points="{" ".join(f"{_n(x)},{_n(y)}" for x, y in edges)}" class="between"/>'
        yield _rect(middle - wide / 2, top, wide, 34, "fill" if i == 0 else "fill step")
        yield _text(0, top + (13 if one.note else 22), _cut(one.what, left - 12), "label")
        for j, line in enumerate(folded(visible(one.note), int((left - 12) / _COLUMN))[:2]):
            yield _text(0, top + 27 + 13 * j, line, "tick")
        yield _text(WIDE, top + 16, str(one.n), "value", "end")
        if i and one.share is not None:
            yield _text(WIDE, top + 31, percent(one.share), "tick", "end")
        before = (wide, float(top + 34))


# --- grids ---


def grid(part: Grid, key: str) -> Markup | None:
    """Fields of two directions, coloured and marked by what most in them are."""
    if not any(cell.n for row in part.cells for cell in row):
        return None
    names = [one.word for one in part.legend]
    description = _("; ").join(
        _("{field}: {text}").format(
            field=_(", ").join([f"{part.row_title} {row}", f"{part.column_title} {column}"]),
            text=f"{cell.n} {names[cell.kind] if cell.kind is not None else ''}".strip(),
        )
        for row, cells in zip(part.rows, part.cells, strict=True)
        for column, cell in zip(part.columns, cells, strict=True)
        if cell.n
    )
    return picture(key, 50 * len(part.rows) + 44, part.title, description, _grid(part))


def _grid(part: Grid) -> Iterator[str]:
    left, top = 18.0 + max(_room(row) for row in part.rows) + 22, 40.0
    wide = (WIDE - left) / len(part.columns)
    yield _text(WIDE - 2, 12, f"{part.column_title} →", "tick", "end")
    yield _text(0, 12, f"{part.row_title} ↓", "tick")
    for j, column in enumerate(part.columns):
        yield _text(left + wide * (j + 0.5), 30, column, "tick", "middle")
    for i, (row, cells) in enumerate(zip(part.rows, part.cells, strict=True)):
        y = top + 50 * i
        yield _text(left - 14, y + 28, row, "tick", "end")
        for j, cell in enumerate(cells):
            x = left + wide * j
            kind = "none" if cell.kind is None or not cell.n else f"k{cell.kind}"
            yield _rect(x + 1.5, y + 1.5, wide - 3, 47, kind, 4)
            if cell.n:
                yield _text(x + wide / 2, y + 31, str(cell.n), f"count on-{kind}", "middle")
            if cell.n and cell.kind is not None:
                yield _text(x + 8, y + 16, MARKS[cell.kind], f"mark on-{kind}")
