"""A progress bar on stderr for people at a terminal; nothing elsewhere."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from crmcli.output.screen import Screen


@contextmanager
def progress(
    screen: Screen, title: str, total: int, done: Callable[[], int]
) -> Iterator[Callable[[], None]]:
    """Yields what to call now and then; `done` says how much of `total` has been worked through."""
    if not (sys.stderr.isatty() and screen.styled):
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=total)
        yield lambda: bar.update(task, completed=done())
