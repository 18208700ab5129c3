"""Typer's help pages on a terminal, in our styles and with every text folded to its place, where Typer would cut it."""

from collections.abc import Iterator
from typing import Any

from rich.console import Console, ConsoleOptions
from rich.measure import Measurement
from rich.text import Text
from typer import rich_utils

from crmcli.output import styles
from crmcli.output.table import folded
from crmcli.output.text import width

_NARROWEST = 16


class Folded:
    """A text of a page, by our own measure: a language without spaces is broken after its points, then anywhere."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        """What it takes in one line, and what it can do with."""
        return Measurement(min(_NARROWEST, width(self.text)), width(self.text))

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Text]:
        """Its lines."""
        for line in folded(self.text, options.max_width):
            yield Text(line, no_wrap=True, overflow="ignore")


def prepare() -> None:
    """Have Typer draw its help pages so, from now on in this process."""
    for name, style in styles.on(Console(), styles.HELP).items():
        setattr(rich_utils, name, style)
    global _typers
    if _typers is None:
        # Typer has no other way in. It is pinned, and a test reads every page of help at its narrowest.
        _typers = rich_utils._get_parameter_help
        rich_utils._get_parameter_help = _of_parameter  # type: ignore[assignment]
        rich_utils._make_command_help = _of_command  # type: ignore[assignment]
        rich_utils.types_highlighter = _without_types  # type: ignore[assignment]


_typers: Any = None


def _of_parameter(**given: Any) -> Folded:
    """What Typer says of an option: its help, and behind it its default and whether it has to be given."""
    help_ = getattr(given["param"], "help", None)
    # The first is the help, read as markup.
    more = _typers(**given).renderables[1 if help_ else 0 :]
    said = [" ".join((help_ or "").split()), *(one.plain for one in more)]
    return Folded(" ".join(part for part in said if part))


def _of_command(*, help_text: str, **_given: Any) -> Folded:
    return Folded(" ".join(help_text.split("\n\n")[0].split()))


def _without_types(types: Text) -> Text:
    """What is to be put behind an option; arguments have their names, and no more need be said of a `<str>`."""
    return Text() if types.plain.startswith("<") else types
