"""How far a long piece of work has come, on stderr for people at a terminal; nothing elsewhere, and nothing is left of it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import TYPE_CHECKING, Protocol

from crmcli.locale import _
from crmcli.output.screen import Screen

if TYPE_CHECKING:
    from rich.console import Console

Say = Callable[[str], None]


class Tick(Protocol):
    """Called now and then, with how many rows there were so far where that is known."""

    def __call__(self, rows: int = 0) -> None:
        """Show how far the work has come."""


@contextmanager
def progress(screen: Screen, title: str, total: int, done: Callable[[], int]) -> Iterator[Tick]:
    """A bar with rate and time left; `done` says how much of `total` has been worked through, in whatever unit."""
    if not screen.moves:
        yield lambda rows=0: None
        return
    from rich.progress import (  # fmt: skip
        BarColumn,
        Progress,
        TaskProgressColumn,
        TextColumn,
        TimeRemainingColumn,
    )

    with Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=None),
        TaskProgressColumn(),
        TextColumn("{task.fields[rate]}", markup=False),
        TimeRemainingColumn(compact=True),
        console=_console(),
        transient=True,
        expand=True,
    ) as bar:
        task = bar.add_task(title, total=max(total, 1), rate="")
        began = monotonic()

        def tick(rows: int = 0) -> None:
            bar.update(task, completed=done(), rate=_rate(rows, monotonic() - began))

        yield tick


def _console() -> "Console":
    from rich.console import Console
    from rich.theme import Theme

    from crmcli.output import styles

    console = Console(stderr=True)
    console.push_theme(Theme(styles.on(console, styles.MOVING)))
    return console


def _rate(rows: int, seconds: float) -> str:
    if not rows or seconds <= 0:
        return ""
    return _("{n} rows, {rate}/s").format(n=f"{rows:,}", rate=f"{rows / seconds:,.0f}")


@contextmanager
def working(screen: Screen) -> Iterator[Say]:
    """Something that moves, for work whose end cannot be told. Yields what to call with what is being done now."""
    if not screen.moves:
        yield lambda title: None
        return
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    bar = Progress(
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        TimeElapsedColumn(),
        console=_console(),
        transient=True,
    )

    def say(title: str) -> None:
        if bar.task_ids:
            bar.update(bar.task_ids[0], description=title, refresh=True)
        else:
            bar.add_task(title, total=None)
            bar.start()

    try:
        yield say
    finally:
        bar.stop()
