"""Charts as SVG: scales, gaps, what has nothing to show, and texts that are only texts."""

import re
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmcli.output import charts
from crmcli.output.report_parts import (
    Cell,
    Count,
    Grid,
    Pareto,
    Ranked,
    Series,
    Step,
    Steps,
    Trend,
)
from crmcli.output.report_words import number, percent

MONTHS = ("2026-08", "2026-09", "2026-10")
EVIL = "</text><script>x</script>\"'&{{7*7}}\u202e"


def parsed(picture: object) -> ElementTree.Element:
    return ElementTree.fromstring(str(picture))


def points(picture: object) -> list[list[tuple[float, float]]]:
    """The runs of lines."""
    return [
        [(float(x), float(y)) for x, y in (pair.split(",") for pair in line.split())]
        for line in re.findall(r'<polyline points="([^"]*)"', str(picture))
    ]


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0, 1, [0, 0.5, 1]),
        (0, 100, [0, 50, 100]),
        (-33, 75, [-50, 0, 50, 100]),
        (3, 3, [2, 2.5, 3, 3.5, 4]),
        (0, 0, [0, 0.5, 1]),
        (0.2, 0.93, [0.2, 0.4, 0.6, 0.8, 1.0]),
        (1_000_000, 3_400_000, [1e6, 2e6, 3e6, 4e6]),
    ],
)
def test_scales_have_round_numbers(low: float, high: float, expected: list[float]) -> None:
    assert charts.ticks(low, high) == expected


@settings(max_examples=200, derandomize=True)
@given(
    st.floats(-1e9, 1e9, allow_nan=False).map(lambda value: round(value, 3)),
    st.floats(0, 1e9, allow_nan=False).map(lambda value: round(value, 3)),
)
def test_scales_enclose_what_they_are_of(low: float, more: float) -> None:
    high = low + more
    found = charts.ticks(low, high)
    assert 2 <= len(found) <= 8
    assert found == sorted(set(found))
    room = 1e-6 * max(1, abs(low), abs(high))
    assert found[0] <= low + room
    assert found[-1] >= high - room


def test_a_trend_rises_where_its_values_do_and_breaks_where_nothing_is_known() -> None:
    series = Series("NPS", [0.2, None, 0.5], [4, 0, 6])
    assert points(charts.trend(Trend("t", MONTHS, [series], percent), "k")) == []
    rising = Series("NPS", [0.2, 0.3, 0.5])
    (run,) = points(charts.trend(Trend("t", MONTHS, [rising], percent), "k"))
    assert [x for x, _y in run] == sorted(x for x, _y in run)
    assert [y for _x, y in run] == sorted((y for _x, y in run), reverse=True)
    # Proportional, with the origin above.
    assert (run[0][1] - run[1][1]) * 2 == pytest.approx(run[1][1] - run[2][1], abs=0.2)
    gap = Series("NPS", [1, 2, None, 4, 5])
    runs = points(charts.trend(Trend("t", [*MONTHS, "2026-11", "2026-12"], [gap], number), "k"))
    assert [len(run) for run in runs] == [2, 2]


def test_of_many_series_those_are_drawn_that_amount_to_most() -> None:
    series = [Series(str(n), [n, n, n]) for n in (9, 1, 8, 2, 7, 3, 6, 5)]
    part = Trend("t", MONTHS, series, number)
    assert [one.name for one in charts.drawn_of(part)] == ["9", "8", "7", "3", "6", "5"]
    assert len(points(charts.trend(part, "k"))) == 6
    weeks = [f"W{n}" for n in range(53)]
    year = str(charts.trend(Trend("t", weeks, [Series("a", [*range(53)])], number), "k"))
    assert year.count("<circle") == 1
    quarter = str(charts.trend(Trend("t", weeks[:13], [Series("a", [*range(13)])], number), "k"))
    assert quarter.count("<circle") == 13


def test_a_trend_of_nothing_is_no_picture_and_one_of_one_value_is() -> None:
    assert charts.trend(Trend("t", MONTHS, [Series("a", [None] * 3)], number), "k") is None
    assert charts.trend(Trend("t", [], [], number), "k") is None
    alone = charts.trend(Trend("t", ["2026"], [Series("a", [7.0])], number), "k")
    assert str(alone).count("<circle") == 1


def test_every_value_of_a_picture_is_in_its_description() -> None:
    part = Trend("Title", MONTHS, [Series("a", [1, None, 3]), Series("b", [4, 5, 6])], number)
    root = parsed(charts.trend(part, "here"))
    title, description = root.find("title"), root.find("desc")
    assert title is not None and title.text == "Title"
    assert description is not None
    assert description.text == (
        "a: 2026-08 1, 2026-09 –, 2026-10 3; b: 2026-08 4, 2026-09 5, 2026-10 6"
    )
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == f"{title.get('id')} {description.get('id')}"


def test_a_pareto_s_bars_and_curve_share_a_scale() -> None:
    ranked = [Ranked("a", 5, 0.5, 0.5), Ranked("b", 3, 0.3, 0.8), Ranked("c", 2, 0.2, 1.0)]
    picture = charts.pareto(Pareto("category", ranked), "k")
    bars = [float(wide) for wide in re.findall(r'width="([\d.]+)"[^>]*class="fill"', str(picture))]
    assert bars[0] / bars[2] == pytest.approx(2.5, abs=0.02)
    (curve,) = points(picture)
    left = float(re.findall(r'<rect x="([\d.]+)"', str(picture))[0])
    assert curve[0][0] - left == pytest.approx(bars[0], abs=0.2)
    assert curve[2][0] - left == pytest.approx(sum(bars), abs=0.3)
    assert charts.pareto(Pareto("category", []), "k") is None


def test_a_funnel_is_as_wide_as_many_came() -> None:
    steps = [Step("seen", 40), Step("asked", 20, 0.5, "median 3 days"), Step("bought", 0, 0.0)]
    picture = str(charts.funnel(Steps("Funnel", steps), "k"))
    wide = [float(one) for one in re.findall(r'width="([\d.]+)" height="34"', picture)]
    assert wide[0] == pytest.approx(2 * wide[1], abs=0.1)
    assert wide[2] == 2  # a step that nobody came to is seen, too
    assert "median 3 days" in picture
    assert picture.count('class="between"') == 2
    assert charts.funnel(Steps("Funnel", [Step("seen", 0)]), "k") is None
    assert charts.funnel(Steps("Funnel", []), "k") is None


def test_a_grid_says_by_colour_and_letter_what_is_in_a_field() -> None:
    cells = [[Cell(3, 0), Cell(0)], [Cell(0), Cell(2, 1)]]
    legend = [Count("Best", 3), Count("Lost", 2)]
    part = Grid("Title", "recency", ["5", "4"], "frequency", ["5", "4"], cells, legend)
    root = parsed(charts.grid(part, "k"))
    assert [one.get("class") for one in root.findall("rect")] == ["k0", "none", "none", "k1"]
    texts = [one.text for one in root.findall("text")]
    # Row by row, what stands before it first.
    assert texts[-6:] == ["5", "3", "A", "4", "2", "B"]
    description = root.find("desc")
    assert description is not None
    assert description.text == "recency 5, frequency 5: 3 Best; recency 4, frequency 4: 2 Lost"
    assert charts.grid(part._replace(cells=[[Cell(0)] * 2] * 2), "k") is None


def test_a_meter_shows_its_share_and_its_goal() -> None:
    assert 'class="fill" width="92.5%"' in charts.meter(0.925, 0.85)
    assert 'class="goal" x1="85%"' in charts.meter(0.925, 0.85)
    assert 'class="below" width="50%"' in charts.meter(0.5, 0.85, is_below=True)
    assert 'class="fill" width="100%"' in charts.meter(3.2)
    assert charts.meter(0.0).count("<rect") == charts.meter(None).count("<rect") == 1


def test_texts_are_only_texts() -> None:
    part = Trend(EVIL, [EVIL, "b"], [Series(EVIL, [1, 2])], lambda value: f"<b>{value}</b>")
    ranked = [Ranked(EVIL, 2, 1.0, 1.0)]
    grid = Grid(EVIL, EVIL, [EVIL], EVIL, [EVIL], [[Cell(1, 0)]], [Count(EVIL, 1)])
    for picture in (
        charts.trend(part, "k"),
        charts.pareto(Pareto(EVIL, ranked), "k"),
        charts.funnel(Steps(EVIL, [Step(EVIL, 2, None, EVIL), Step(EVIL, 1, 0.5, EVIL)]), "k"),
        charts.grid(grid, "k"),
    ):
        root = parsed(picture)
        tags = {one.tag for one in root.iter()}
        assert tags <= {"svg", "title", "desc", "text", "rect", "line", "circle", "polygon", "polyline"}  # fmt: skip
        assert "\u202e" not in str(picture)
        assert "{{7*7}}" in "".join(root.itertext())
        assert all(not name.startswith("on") for one in root.iter() for name in one.attrib)
    assert "<script" not in charts.with_mark(0, EVIL)
