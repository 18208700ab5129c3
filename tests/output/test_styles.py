"""Every colour of the screen can be read on light and on dark, by the contrast that WCAG 2.2 computes."""

import re
from pathlib import Path

import pytest
from rich.color import Color
from rich.style import Style
from typer import rich_utils

from crmcli.output import help_page, styles
from crmcli.output.table import MARKS

LIGHT = {"white": "#ffffff", "Solarized light": "#fdf6e3", "GitHub": "#f6f8fa"}
DARK = {"black": "#000000", "Solarized dark": "#002b36", "Windows": "#0c0c0c", "VS Code": "#1e1e1e"}
BACKGROUNDS = LIGHT | DARK

# What the sixteen are in palettes that many have: black, red, green, yellow, blue, magenta, cyan, white; then the bright ones.
XTERM = ["000000", "cd0000", "00cd00", "cdcd00", "0000ee", "cd00cd", "00cdcd", "e5e5e5", "7f7f7f", "ff0000", "00ff00", "ffff00", "5c5cff", "ff00ff", "00ffff", "ffffff"]  # fmt: skip
CAMPBELL = ["0c0c0c", "c50f1f", "13a10e", "c19c00", "0037da", "881798", "3a96dd", "cccccc", "767676", "e74856", "16c60c", "f9f1a5", "3b78ff", "b4009e", "61d6d6", "f2f2f2"]  # fmt: skip
SOLARIZED = ["073642", "dc322f", "859900", "b58900", "268bd2", "d33682", "2aa198", "eee8d5", "002b36", "cb4b16", "586e75", "657b83", "839496", "6c71c4", "93a1a1", "fdf6e3"]  # fmt: skip

LEAST_OF_A_SIGN = 3.0
"""For what is drawn, and for bold signs (WCAG 1.4.11, 1.4.3); text has the terminal's own colour, whose contrast is its own."""

ALL = [*styles.LISTS.values(), *styles.HELP.values(), *styles.MOVING.values()]


def luminance(colour: str) -> float:
    """The relative luminance of `#rrggbb` (WCAG)."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in channels)  # fmt: skip
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """From 1, the same, to 21, black on white."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_contrast_is_computed_as_it_should_be() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)
    assert contrast("#ff0000", "#ffffff") == pytest.approx(4.0, abs=0.01)


@pytest.mark.parametrize("style", sorted({one for one in ALL if "color" in one}))
@pytest.mark.parametrize("background", BACKGROUNDS.values(), ids=BACKGROUNDS)
def test_every_colour_is_seen_on_every_background(style: str, background: str) -> None:
    colour = Style.parse(style).color
    assert colour is not None
    shown = "#{:02x}{:02x}{:02x}".format(*colour.get_truecolor())
    assert contrast(shown, background) >= LEAST_OF_A_SIGN


def test_colours_are_of_those_that_no_theme_changes() -> None:
    for style in ALL:
        parsed = Style.parse(style)
        assert not (parsed.dim or parsed.conceal or parsed.blink), style
        assert parsed.bgcolor is None
        assert parsed.color is None or (parsed.color.number or 0) >= 16, style


def test_the_sixteen_would_not_do() -> None:
    """Why none of them is used: nearly each is lost on some background of its own palette's kind."""
    for palette, light, dark in ((XTERM, "#ffffff", "#000000"), (CAMPBELL, "#ffffff", "#0c0c0c"), (SOLARIZED, "#fdf6e3", "#002b36")):  # fmt: skip
        seen = [
            min(contrast(f"#{one}", light), contrast(f"#{one}", dark)) >= LEAST_OF_A_SIGN
            for one in palette
        ]
        assert not all(seen[number] for number in (2, 3, 4, 6))  # green, yellow, blue and cyan
        assert not (seen[3] or seen[7] or seen[0])  # yellow, white and black never


def test_text_is_never_coloured() -> None:
    """Of help and of lists only marks, bars and frames are: what is to be read is as the terminal has it."""
    coloured = {name for name, style in styles.HELP.items() if "color" in style}
    assert coloured == {"STYLE_REQUIRED_SHORT", "STYLE_OPTIONS_PANEL_BORDER", "STYLE_COMMANDS_PANEL_BORDER"}  # fmt: skip
    assert {name for name, style in styles.LISTS.items() if "color" in style} == {*MARKS, "bar"}


def test_every_style_of_typer_is_ours() -> None:
    """A new version of it brings no colour that nobody has looked at."""
    theirs = {
        name
        for name, value in vars(rich_utils).items()
        if name.startswith("STYLE_") and isinstance(value, str) and "_TABLE_BOX" not in name
    }
    of_errors = {"STYLE_ERRORS_PANEL_BORDER", "STYLE_ERRORS_SUGGESTION", "STYLE_ABORTED", "STYLE_ERRORS_SUGGESTION_COMMAND"}  # fmt: skip
    assert theirs - of_errors == set(styles.HELP)
    help_page.prepare()
    assert styles.HELP["STYLE_OPTION"] == rich_utils.STYLE_OPTION


def test_nobody_else_names_a_colour() -> None:
    """Colours stand in one place: elsewhere only lights are named, and what a chart's classes are."""
    names = "|".join(name for name in ("red", "green", "yellow", "blue", "magenta", "cyan", "white", "dim", "bright_\\w+"))  # fmt: skip
    folder = Path(styles.__file__).parent
    found = set()
    for path in sorted(folder.glob("*.py")):
        if path.name == "styles.py":
            continue
        for style in re.findall(r'style="([^"]*)"', path.read_text(encoding="utf-8")):
            if re.search(rf"\b({names})\b", style):
                found.add((path.name, style))
    assert found == set()
    assert Color.parse("color(196)").number == 196
