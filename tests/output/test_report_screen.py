"""Reports on the screen part by part: in a pipe plain columns, on a terminal sparklines."""

import pytest

from crmcli.output import report_parts as parts
from crmcli.output import report_screen
from crmcli.output.report_words import bar, change_of, number, percent
from crmcli.output.screen import Screen
from crmcli.output.table import Column


def shown(capsys: pytest.CaptureFixture[str], *report: parts.Part, terminal: bool = False) -> list[str]:  # fmt: skip
    screen = Screen()
    screen.is_terminal = terminal
    report_screen.show(screen, report)
    return capsys.readouterr().out.splitlines()


@pytest.mark.parametrize(
    ("values", "least", "most", "expected"),
    [
        ([0, 7], None, None, "▁█"),
        ([0, 1, 2, 3, 4, 5, 6, 7], None, None, "▁▂▃▄▅▆▇█"),
        ([0.5, None, 1], 0, 1, "▅·█"),
        ([3, 3, 3], None, None, "▁▁▁"),
        ([None, None], None, None, "··"),
        ([], None, None, ""),
        ([-100, 0, 100], None, None, "▁▅█"),
    ],
)
def test_sparklines(values: list[float | None], least: float | None, most: float | None, expected: str) -> None:  # fmt: skip
    assert report_screen.sparkline(values, least, most) == expected


TREND = parts.Trend(
    "NPS over time",
    ["2026-09", "2026-10", "2026-11"],
    [parts.Series("NPS", [50, None, -25], [4, 0, 8])],
    number,
)


def test_a_trend_through_a_pipe_has_every_value(capsys: pytest.CaptureFixture[str]) -> None:
    assert shown(capsys, TREND) == [
        "",
        "NPS over time",
        "PERIOD   NPS  N",
        "2026-09   50  4",
        "2026-10    –  0",
        "2026-11  -25  8",
    ]


def test_a_trend_on_a_terminal_is_a_sparkline(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert shown(capsys, TREND, terminal=True) == [
        "",
        "NPS over time",
        "SERIES  2026-09 – 2026-11  LOWEST  HIGHEST  LATEST  N",
        "NPS     █·▁                   -25       50     -25  8",
    ]


def test_steps_grids_and_notes(capsys: pytest.CaptureFixture[str]) -> None:
    steps = parts.Steps("How far", [parts.Step("来访", 4), parts.Step("成交", 1, 0.25, "of 4")])
    cells = [[parts.Cell(3, 1), parts.Cell(0)]]
    grid = parts.Grid("Grid", "R", ["5"], "F", ["5", "4"], cells, [parts.Count("Best", 0), parts.Count("忠诚", 3)])  # fmt: skip
    assert shown(capsys, steps, grid, parts.Note("That is all.")) == [
        "",
        "How far",
        "STEP  N  OF THOSE BEFORE",
        "来访  4                         ████████████████████",
        "成交  1              25%  of 4  █████",
        "",
        "Grid",
        "R \\ F    5  4",
        "5      3 B",
        "   SEGMENT  N",
        "B  忠诚     3  ████████████████████",
        "",
        "That is all.",
    ]


def test_what_has_nothing_to_show_leaves_no_trace(capsys: pytest.CaptureFixture[str]) -> None:
    empty = [
        parts.Counts("kind", [parts.Count("a", 0, 0)], "2026"),
        parts.Pareto("category", []),
        parts.Steps("Funnel", []),
        parts.Quotes([]),
        parts.Table([Column("x")], []),
        parts.Figures([], "2026"),
    ]
    assert shown(capsys, *empty) == []


@pytest.mark.parametrize(
    ("now", "before", "expected"),
    [(3, 1, "+2"), (1, 3.25, "−2.2"), (1, 1, ""), (1, 1.01, ""), (None, 1, ""), (1, None, "")],
)
def test_changes(now: float | None, before: float | None, expected: str) -> None:
    assert change_of(now, before) == expected


def test_bars_and_numbers() -> None:
    assert [bar(share) for share in (None, 0, 0.001, 0.5, 1, 2)] == ["", "", "█", "█" * 10, "█" * 20, "█" * 20]  # fmt: skip
    assert (percent(None), percent(0.925), number(-0.04)) == ("–", "92.5%", "0")
