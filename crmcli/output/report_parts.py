"""What a report consists of, said once for both renderings: `report_screen` for terminals and pipes, `page_report` for HTML.

A report's module in `commands/shared/reports/` makes a list of these of its figures. Texts are ready for people: in their
language and masked; whoever draws them makes them safe. Numbers stand beside their texts where something is drawn of them:
shares are from 0 to 1, None is "nothing to go by" and draws a gap. `title` stands above the part on a page; on a screen
only where the first column's heading does not say what it is about.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from crmcli.output.table import Column

Spell = Callable[[float | None], str]
"""How a number is written for people: `percent`, `number`, `minutes` or the like, with a dash for None."""


class Figure(NamedTuple):
    """One line of figures: what it is, its value, of how many, its goal, and its value in the period before.

    The rest is for those who draw it: the difference to the period before as text (`+4.2 points`), whether that is for the
    better (None: neither), value and goal as shares, and whether it is one of the few that a reader looks for first.
    """

    what: str
    value: str
    n: str = ""
    goal: str = ""
    before: str = ""
    is_below: bool = False
    change: str = ""
    is_better: bool | None = None
    share: float | None = None
    goal_share: float | None = None
    is_main: bool = False


class Figures(NamedTuple):
    """Lines of figures; `before` heads the column of the period before. Those below their goal stand out."""

    lines: Sequence[Figure]
    before: str
    title: str = ""


class Count(NamedTuple):
    """A word and how many there were, now and in the period before (None: that is not shown)."""

    word: str
    n: int
    before: int | None = None


class Counts(NamedTuple):
    """Words with how many there were of each, with bars; `what` heads the words. What there never was is left out."""

    what: str
    counts: Sequence[Count]
    before: str = ""
    title: str = ""


class Series(NamedTuple):
    """A line of a trend: a value for each period, None = a gap; `n` is of how many each is, where it is a share or a mean."""

    name: str
    values: Sequence[float | None]
    n: Sequence[int] = ()


class Trend(NamedTuple):
    """Several series over the same periods, oldest first. `least` and `most` hold the scale (a share: 0 and 1)."""

    title: str
    periods: Sequence[str]
    series: Sequence[Series]
    spell: Spell
    goal: float | None = None
    least: float | None = None
    most: float | None = None


class Ranked(NamedTuple):
    """A bar of a Pareto chart: its share of all, and that of all up to it."""

    word: str
    n: int
    share: float
    cumulated: float


class Pareto(NamedTuple):
    """What makes most of it, the most frequent first; `what` heads the words."""

    what: str
    ranked: Sequence[Ranked]
    title: str = ""


class Step(NamedTuple):
    """A step of a funnel: how many came to it, their share of those of the step before (None at the first), and a note
    (`median 12 days`)."""

    what: str
    n: int
    share: float | None = None
    note: str = ""


class Steps(NamedTuple):
    """A funnel, its widest step first."""

    title: str
    steps: Sequence[Step]


MARKS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
"""What the kinds of a grid are marked with, in the order of its legend."""


class Cell(NamedTuple):
    """A field of a grid: how many, and the place in the legend of what most of them are (None: nobody is there)."""

    n: int
    kind: int | None = None


class Grid(NamedTuple):
    """A table of counts in two directions, like RFM's: `cells[row][column]`, the best first in both.

    `legend` names the kinds (segments) with how many are of each; the renderings give each its colour and its mark, in this
    order, so that the order is always the same: all kinds stand in it, those with none, too.
    """

    title: str
    row_title: str
    rows: Sequence[str]
    column_title: str
    columns: Sequence[str]
    cells: Sequence[Sequence[Cell]]
    legend: Sequence[Count] = ()


class Quote(NamedTuple):
    """What somebody said: its reference, the day, who, scores with their labels, and texts with their labels."""

    ref: str
    when: str
    who: str
    scores: Sequence[tuple[str, str]]
    texts: Sequence[tuple[str, str]]


class Quotes(NamedTuple):
    """The words of customers. `scores` heads a column for each score that they may have, in their order."""

    quotes: Sequence[Quote]
    scores: Sequence[str] = ()
    title: str = ""


class Table(NamedTuple):
    """Any other list, its cells as text; `shares` draws a bar behind each row, where there is one for each."""

    columns: Sequence[Column]
    rows: Sequence[Sequence[str]]
    title: str = ""
    shares: Sequence[float | None] = ()


class Note(NamedTuple):
    """A sentence: what must be known of what stands before it."""

    text: str


Part = Figures | Counts | Trend | Pareto | Steps | Grid | Quotes | Table | Note
