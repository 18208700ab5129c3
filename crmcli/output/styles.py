"""Every colour of the screen: few, and each readable on light and on dark (docs/decisions/0040).

Text has the terminal's own colour. Colours are of the fixed part of the 256, which no theme changes; where a terminal has
only its sixteen there are none, for yellow or cyan of a theme cannot be read on white, nor its blue on black.
"""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

ALARM, WARNING, DRAWN = "bold color(196)", "bold color(166)", "color(30)"

FOUND = "bold underline"

LISTS = {"red": ALARM, "yellow": WARNING, "bar": DRAWN, "hit": FOUND}
"""What marks and bars of lists look like."""

HELP = {
    "STYLE_OPTION": "bold",
    "STYLE_SWITCH": "bold",
    "STYLE_NEGATIVE_OPTION": "bold",
    "STYLE_NEGATIVE_SWITCH": "bold",
    "STYLE_TYPES": "",
    "STYLE_TYPES_SEPARATOR": "",
    "STYLE_USAGE": "",
    "STYLE_USAGE_COMMAND": "bold",
    "STYLE_HELPTEXT_FIRST_LINE": "",
    "STYLE_HELPTEXT": "",
    "STYLE_OPTION_HELP": "",
    "STYLE_OPTION_DEFAULT": "",
    "STYLE_OPTION_ENVVAR": "",
    "STYLE_REQUIRED_SHORT": ALARM,
    "STYLE_REQUIRED_LONG": "",
    "STYLE_DEPRECATED": "",
    "STYLE_DEPRECATED_COMMAND": "",
    "STYLE_OPTIONS_PANEL_BORDER": DRAWN,
    "STYLE_COMMANDS_PANEL_BORDER": DRAWN,
    "STYLE_COMMANDS_TABLE_FIRST_COLUMN": "bold",
}
"""What Typer calls the styles of its help pages, and ours for them."""

MOVING = {
    "bar.back": "",
    "bar.complete": DRAWN,
    "bar.finished": DRAWN,
    "bar.pulse": DRAWN,
    "progress.description": "",
    "progress.percentage": "",
    "progress.remaining": "",
    "progress.elapsed": "",
    "progress.spinner": DRAWN,
}
"""The same of Rich's for what moves while one waits."""


def on(console: "Console", styles: Mapping[str, str]) -> dict[str, str]:
    """The styles as they are on a terminal, without colours where it has only the sixteen of its theme."""
    if console.color_system in ("256", "truecolor"):
        return dict(styles)
    return {name: re.sub(r"color\(\d+\)", "", style).strip() for name, style in styles.items()}
