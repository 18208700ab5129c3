"""The pages of reports in a real browser: they are drawn, keep to the screen, can be read, and obey nothing (HANDBOOK §11).

A page of hostile names and one of the demo, in English and Chinese, on a phone and a large screen, light and dark, and printed.
"""

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.support import place_at, run_in_process, run_process
from tools.chromium import PROGRAM, Browser, browser

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="no Chromium; apt-get install chromium")

PHONE, LARGE = 390, 1280
HOSTILE = (
    "</script><script>document.title='obeyed'</script>",
    '"><img src=x onerror="document.title=\'obeyed\'">',
    "{{7*7}}{% raw %}",
    "\u202ekcab\u2066 \x1b[31mred",
    "W" * 180,
    "漢" * 90,
    "' style='position:fixed;width:5000px",
    "]]></svg><style>*{display:none}</style>",
)

# What stands beyond the screen, what is wider inside than outside, and what of a picture reaches out of it.
OVERFLOWING = """(() => {
  const found = [], seen = [...document.querySelectorAll("body *")].filter(one =>
    one.checkVisibility({opacityProperty: true, visibilityProperty: true}) && !one.closest(".unseen, .stack thead") && !(one.closest("details") && !one.closest("summary")));
  const right = document.documentElement.clientWidth + 0.5;
  if (document.documentElement.scrollWidth > document.documentElement.clientWidth) found.push("page " + document.documentElement.scrollWidth);
  for (const one of seen) {
    const box = one.getBoundingClientRect();
    if (box.width && (box.right > right || box.left < -0.5)) found.push(one.tagName + " " + box.left + " to " + box.right + " " + one.textContent.slice(0, 40));
    if (!(one instanceof SVGElement) && getComputedStyle(one).display !== "inline" && one.scrollWidth > one.clientWidth + 1) found.push(one.tagName + " holds " + one.scrollWidth + " in " + one.clientWidth + " " + one.textContent.slice(0, 40));
    const chart = one.closest("svg.chart");
    if (chart && one instanceof SVGTextElement) {
      const room = chart.getBoundingClientRect();
      if (box.left < room.left - 8 || box.right > room.right + 8) found.push("chart's text " + box.left + " to " + box.right + " of " + room.right + " " + one.textContent);
    }
  }
  return found;
})()"""

DRAWN = """[...document.querySelectorAll("svg.chart")].map(chart => {
  const box = chart.getBoundingClientRect();
  const shapes = [...chart.querySelectorAll("rect, circle, polygon, polyline, line")].map(one => one.getBoundingClientRect());
  return {wide: box.width, high: box.height, shapes: shapes.length,
    empty: shapes.filter(one => !one.width && !one.height).length,
    role: chart.getAttribute("role"),
    said: chart.getAttribute("aria-labelledby").split(" ").map(id => document.getElementById(id)?.textContent ?? "").filter(Boolean).length};
})"""

# The contrast of every text with what it stands on (WCAG 2.2, 1.4.3): the page, or the field of a grid.
FAINT = """(() => {
  const part = value => (value /= 255) <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  const light = colour => { const [r, g, b] = colour.match(/[\\d.]+/g).map(Number); return 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b); };
  const contrast = (a, b) => { const [low, high] = [light(a), light(b)].sort((x, y) => x - y); return (high + 0.05) / (low + 0.05); };
  const paper = getComputedStyle(document.body).backgroundColor, found = [];
  for (const one of document.querySelectorAll("body *")) {
    if (![...one.childNodes].some(node => node.nodeType === 3 && node.data.trim()) || one.closest("title, desc")) continue;
    const style = getComputedStyle(one), isDrawn = one instanceof SVGElement;
    const field = isDrawn && [...one.classList].find(name => /^on-k\\d+$/.test(name));
    const ground = field ? getComputedStyle(one.closest("svg").querySelector("rect." + field.slice(3))).fill : paper;
    const ratio = contrast(isDrawn ? style.fill : style.color, ground);
    if (ratio < 4.5) found.push([one.textContent.slice(0, 30), isDrawn ? style.fill : style.color, ground, ratio]);
  }
  return found;
})()"""


@pytest.fixture(scope="module")
def shown() -> Iterator[Browser]:
    """The browser of these tests."""
    with browser() as found:
        yield found


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """`report all` of the demo's October in both languages, and of a file whose every text is hostile."""
    folder = tmp_path_factory.mktemp("pages")
    place = {**place_at(folder), "TMPDIR": str(folder)}
    assert run_process("demo", place).code == 0
    (demo,) = folder.glob("crm-demo-*/demo.db")
    found = {}
    for language in ("en", "zh"):
        found[language] = folder / f"{language}.html"
        command = ["--lang", language, "report", "all", "--period", "2026-10", "--html", str(found[language])]  # fmt: skip
        ran = run_process(command, {**place, "CRM_DB": str(demo)})
        assert ran.code == 0, ran
    found["hostile"] = folder / "hostile.html"
    for command in [*_hostile(), ["report", "all", "--html", str(found["hostile"])]]:
        ran = run_in_process(command, **place)
        assert ran.code == 0, (command, ran)
    return found


def _hostile() -> Iterator[list[str]]:
    """Commands that put each hostile text wherever a report could show it."""
    for number, text in enumerate(HOSTILE, start=1):
        c, n = f"c{number}", f"n{number}"
        yield [
            "add-customer",
            text,
            "--stage",
            "customer",
            "--since",
            "2025-01-01",
            "--source",
            text,
        ]
        yield ["add-order", c, "480", "--pay-by", "2026-11-02", "--on", "2026-10-02"]
        yield [
            "add-need",
            c,
            text,
            "--kind",
            "problem",
            "--urgency",
            "urgent",
            "--category",
            text,
            "--at",
            "2026-11-10T09:00",
        ]
        yield ["resolve", n, text]
        yield [
            "survey",
            n,
            "--overall",
            "2",
            "--nps",
            str(number),
            "--bad",
            text,
            "--comment",
            text,
        ]
        yield ["add-promise", c, text, "--due", "2026-11-19"]  # fmt: skip


LOOKS = [
    pytest.param(name, wide, scheme, id=f"{name}-{wide}-{scheme}")
    for name in ("en", "zh", "hostile")
    for wide in (PHONE, LARGE)
    for scheme in ("light", "dark")
]


@pytest.mark.parametrize(("name", "wide", "scheme"), LOOKS)
def test_a_page_is_drawn_keeps_to_its_screen_and_can_be_read(
    shown: Browser, pages: dict[str, Path], name: str, wide: int, scheme: str
) -> None:
    shown.open(pages[name], wide, scheme=scheme)
    assert shown.complaints == []
    assert shown.requests == [pages[name].as_uri()]
    assert shown.evaluate(OVERFLOWING) == []
    assert shown.evaluate(FAINT) == []
    charts = shown.evaluate(DRAWN)
    assert len(charts) >= 3
    for chart in charts:
        assert chart["wide"] >= min(wide - 40, 400)
        assert chart["high"] > 40
        assert chart["shapes"] > 2
        assert (chart["empty"], chart["role"], chart["said"]) == (0, "img", 2)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_dark_and_light_are_what_was_asked_for(
    shown: Browser, pages: dict[str, Path], scheme: str
) -> None:
    shown.open(pages["en"], LARGE, scheme=scheme)
    colour = shown.evaluate("getComputedStyle(document.body).backgroundColor")
    lightness = sum(map(int, re.findall(r"\d+", colour))) / 3
    assert lightness == 255 if scheme == "light" else lightness < 40


def test_every_report_of_the_demo_is_drawn(shown: Browser, pages: dict[str, Path]) -> None:
    """Funnel, trends, Pareto, grid, comments, figures with their goals and changes."""
    shown.open(pages["en"], LARGE)
    titles = shown.evaluate('[...document.querySelectorAll("nav a")].map(a => a.textContent)')
    assert len(titles) == 7
    targets = '[...document.querySelectorAll("nav a")].map(a => document.querySelector(a.getAttribute("href")).querySelector("h2").textContent)'
    assert shown.evaluate(targets) == titles
    count = 'document.querySelectorAll("{}").length'
    assert shown.evaluate(count.format("#funnel svg .between")) == 3
    assert shown.evaluate(count.format("#satisfaction svg polyline.curve")) >= 2
    assert shown.evaluate(count.format("#follow-up svg.chart .mark")) >= 4
    assert shown.evaluate(count.format("#service svg.chart rect.fill")) >= 2
    assert shown.evaluate(count.format("#value svg.chart text.count")) >= 5
    assert shown.evaluate(count.format("blockquote")) >= 3
    assert shown.evaluate(count.format(".tile .goal")) >= 1
    assert shown.evaluate(count.format(".better, .worse")) >= 3
    ids = shown.evaluate('[...document.querySelectorAll("[id]")].map(one => one.id)')
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize(("name", "language"), [("en", "en"), ("zh", "zh")])
def test_a_page_tells_its_structure_to_those_who_cannot_see_it(
    shown: Browser, pages: dict[str, Path], name: str, language: str
) -> None:
    shown.open(pages[name], LARGE)
    assert shown.evaluate("document.documentElement.lang") == language
    headings = '[...document.querySelectorAll("h1, h2, h3")].map(one => Number(one.tagName[1]))'
    levels = shown.evaluate(headings)
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert shown.evaluate('[...document.querySelectorAll("thead th")].filter(one => one.scope !== "col").length') == 0  # fmt: skip
    assert shown.evaluate('[...document.querySelectorAll("tbody tr")].filter(one => one.querySelectorAll("th[scope=row]").length !== 1).length') == 0  # fmt: skip
    ragged = '[...document.querySelectorAll("table")].filter(one => new Set([...one.rows].map(row => row.cells.length)).size !== 1).length'
    assert shown.evaluate(ragged) == 0
    assert shown.evaluate('[...document.querySelectorAll("svg:not(.chart)")].filter(one => one.getAttribute("aria-hidden") !== "true").length') == 0  # fmt: skip


def test_what_names_say_is_shown_and_not_obeyed(shown: Browser, pages: dict[str, Path]) -> None:
    shown.open(pages["hostile"], LARGE)
    assert shown.evaluate("document.title").startswith("Report")
    assert shown.evaluate('document.querySelectorAll("script, img, iframe, object, link, base, form").length') == 0  # fmt: skip
    assert shown.evaluate('document.querySelectorAll("style").length') == 1
    attributes = "[...document.querySelectorAll('*')].flatMap(one => one.getAttributeNames()).filter(name => name.startsWith('on') || name === 'style' || name === 'src')"
    assert shown.evaluate(attributes) == []
    text = shown.evaluate("document.body.textContent")
    for name in HOSTILE[:3]:
        assert name in text
    assert "<U+202E>kcab<U+2066>" in text
    assert not re.search("[\u202a-\u202e\u2066-\u2069\x1b]", text)
    assert shown.evaluate("document.querySelectorAll('section').length") == 7


def test_a_page_runs_nothing_even_if_it_were_in_it(
    shown: Browser, pages: dict[str, Path], tmp_path: Path
) -> None:
    """The page forbids itself scripts, pictures and forms, should a text ever come through."""
    broken = tmp_path / "broken.html"
    inserted = "<script>document.title='obeyed'</script><img src='file:///x.png' onerror=\"document.title='obeyed'\"></main>"
    broken.write_text(pages["en"].read_text().replace("</main>", inserted))
    shown.open(broken, LARGE)
    assert shown.evaluate("document.title") != "obeyed"
    assert shown.requests == [broken.as_uri()]
    assert len(shown.complaints) >= 2  # which also shows that complaints are heard


def test_on_paper_it_is_black_on_white_and_a_report_begins_a_page(
    shown: Browser, pages: dict[str, Path]
) -> None:
    shown.open(pages["en"], 800, scheme="dark", media="print")
    assert shown.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
    assert shown.evaluate('getComputedStyle(document.querySelector("nav")).display') == "none"
    assert shown.evaluate(OVERFLOWING) == []
    breaks = (
        '[...document.querySelectorAll("section")].map(one => getComputedStyle(one).breakBefore)'
    )
    assert shown.evaluate(breaks) == ["auto", *["page"] * 6]
    pdf = shown.pdf()
    assert pdf.startswith(b"%PDF")
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) >= 7


def test_the_marks_of_the_measure_itself(shown: Browser, tmp_path: Path) -> None:
    """What measures overflow and contrast finds both where they are."""
    page = tmp_path / "bad.html"
    page.write_text(
        "<!doctype html><body style='background:#fff'><div style='width:2000px;color:#ccc'>wide and faint</div>"
    )
    shown.open(page, PHONE)
    assert shown.evaluate(OVERFLOWING) != []
    found: Any = shown.evaluate(FAINT)
    assert [one[0] for one in found] == ["wide and faint"]
