"""Lists never wider than the screen, by a measure that is not our own (DESIGN §4)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from crmcli.output.table import Column, folded, plain
from crmcli.output.text import fit, visible, width

COLUMNS = [
    Column("ref"),
    Column("customer", least=8),
    Column("stage", least=4, spare=1),
    Column("tier", least=4, spare=2),
    Column("last contact"),
    Column("n", right=True),
]
# Scripts that terminals and rich agree about; combining marks and joiners included.
texts = st.text(
    st.characters(min_codepoint=0, max_codepoint=0x3FF)
    | st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5)
    | st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3)
    | st.sampled_from("\u0301\u200d\ufe0f\u202e\u3000，。！Ａ❤😀"),
    max_size=60,
)
rows = st.lists(
    st.tuples(
        st.integers(1, 99999).map("c{}".format),
        texts,
        texts,
        texts,
        st.just("2026-11-20"),
        st.integers(0, 99).map(str),
    ),
    max_size=6,
)


@given(rows, st.integers(26, 160))
def test_no_line_is_wider_than_the_room(cells: list[tuple[str, ...]], room: int) -> None:
    lines = plain(COLUMNS, cells, room)
    assert len(lines) == len(cells) + 1
    assert [line for line in lines if cell_len(line) > room] == []


@given(rows)
def test_without_a_room_nothing_is_cut(cells: list[tuple[str, ...]]) -> None:
    lines = plain(COLUMNS, cells, None)
    for line, row in zip(lines[1:], cells, strict=True):
        assert all(visible(cell).strip() in line for cell in row)


@given(texts, st.integers(1, 80))
def test_a_text_is_cut_to_its_columns(text: str, columns: int) -> None:
    shown = fit(visible(text), columns)
    assert width(shown) <= columns
    assert shown == visible(text) or shown.endswith("…")


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("Acme", 4), ("华东", 4), ("Ａ", 2), ("e\u0301", 1), ("กี่", 1), ("한국", 4), ("각", 2), ("❤️", 2), ("❤", 1),
        ("⌚️", 2), ("😀", 2), ("🇨🇳", 2), ("", 0), ("，", 2),
    ],
)  # fmt: skip
def test_screen_columns(text: str, columns: int) -> None:
    assert width(text) == columns
    assert cell_len(text) == columns


@pytest.mark.parametrize(
    ("room", "titles"),
    [
        (160, "REF CUSTOMER STAGE TIER LAST_CONTACT N"),
        (46, "REF CUSTOMER STAGE TIER LAST_CONTACT N"),
        (42, "REF CUSTOMER STA… TIER LAST_CONTACT N"),
        (41, "REF CUSTOMER STAGE LAST_CONTACT N"),
        (31, "REF CUSTOMER LAST_CONTACT N"),
    ],
)
def test_what_matters_least_goes_first(room: int, titles: str) -> None:
    row = ("c1", "Acme North Holding", "prospect", "core", "2026-11-20", "3")
    heading = plain(COLUMNS, [row], room)[0].replace("LAST CONTACT", "LAST_CONTACT")
    assert heading.split() == titles.split()


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("short", ["short"]),
        ("one two three four", ["one two", "three four"]),
        ("行业、规模、首选渠道、当前需求", ["行业、规模、", "首选渠道、", "当前需求"]),
        ("Missing: industry", ["Missing:", "industry"]),
        ("abcdefghijklmnop", ["abcdefghijkl", "mnop"]),
        ("一二三四五六七八", ["一二三四五六", "七八"]),
        ("ab 一二三四五六七", ["ab", "一二三四五六", "七"]),
        ("", [""]),
    ],
)
def test_a_text_is_folded_at_spaces_and_points(text: str, lines: list[str]) -> None:
    assert folded(text, 12) == lines
    assert folded(text, None) == [text]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("Undid x5: crm done t1. To redo: crm undo x6", ["Undid x5: crm done", "t1. To redo:", "crm undo x6"]),
        ("已撤销；重做：crm undo x6 --dry-run", ["已撤销；重做：", "crm undo x6 --dry-run"]),
        ("To do it all: crm import some-very-long-file", ["To do it all: crm", "import", "some-very-long-file"]),
    ],
)  # fmt: skip
def test_a_command_at_the_end_stays_in_a_line_where_it_fits(text: str, lines: list[str]) -> None:
    assert folded(text, 21) == lines


@given(texts, st.integers(2, 80))
def test_a_folded_text_keeps_to_the_room_and_loses_nothing(text: str, room: int) -> None:
    shown = visible(text)
    lines = folded(shown, room)
    assert all(width(line) <= room for line in lines)
    assert "".join(lines).replace(" ", "") == shown.replace(" ", "")
