"""Text from outside: nothing in it is obeyed, and columns are measured as a terminal does (DESIGN §4)."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmcli.output.text import fit, in_csv, in_json, pad, visible, visible_lines, width

HARMLESS = set("\u200c\u200d\ufe0e\ufe0f")
ANY = st.text(st.characters(codec="utf-8") | st.sampled_from("\x1b\x07\x9b\u202e\u2028\ufe0f\u200d\t\r\n\u3000字🎉e\u0301"))  # fmt: skip


def wild(text: str) -> set[str]:
    return {character for character in text if not character.isprintable()} - HARMLESS


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain 字", "plain 字"),
        ("\x1b[31mred\x07", "␛[31mred␇"),
        ("\x00\x08\x7f", "␀␈␡"),
        ("\x9b31m\x85", "<U+009B>31m<U+0085>"),
        ("a\nb\rc\u2028d\u2029e\x0bf\x0cg", "a⏎b⏎c⏎d⏎e⏎f⏎g"),
        ("a\tb\u00a0c\u3000d", "a b c d"),
        ("\u202egnp.exe\u2066x\u2069", "<U+202E>gnp.exe<U+2066>x<U+2069>"),
        ("\u200b\ufeff\u00ad", "<U+200B><U+FEFF><U+00AD>"),
        ("👩\u200d👩", "👩\u200d👩"),
        ("☎\ufe0f", "☎\ufe0f"),
        ("\ud800", "<U+D800>"),
        ("\ue000\U0010ffff", "<U+E000><U+10FFFF>"),
    ],
)
def test_what_would_be_obeyed_is_shown(text: str, shown: str) -> None:
    assert visible(text) == shown


@given(ANY)
def test_nothing_is_obeyed(text: str) -> None:
    assert not wild(visible(text))
    assert not wild(visible_lines(text).replace("\n", ""))
    assert "\n" not in visible(text)
    assert visible(visible(text)) == visible(text)
    if not wild(text):
        assert visible(text) == text


def test_lines_stay_lines_where_they_may() -> None:
    assert visible_lines("a\tb\nc\x1b\r\nd\x0be") == "a    b\nc␛\nd\ne"
    assert visible_lines("") == ""


@given(st.recursive(ANY, lambda inner: st.lists(inner) | st.dictionaries(ANY, inner)))
def test_json_is_harmless_to_look_at_and_says_the_same(value: object) -> None:
    told = in_json(json.dumps(value, ensure_ascii=False))
    assert json.loads(told) == value
    assert not {c for c in told if "\x00" <= c < " " or "\x7f" <= c <= "\x9f"}
    assert not set(told) & set("\u061c\u200e\u200f\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")  # fmt: skip


@given(ANY)
def test_a_cell_keeps_its_lines_and_nothing_that_is_obeyed(text: str) -> None:
    cell = in_csv(text)
    assert not {c for c in cell if (c < " " and c not in "\t\r\n") or "\x7f" <= c <= "\x9f"}
    assert len([c for c in cell if c in "\t\r\n"]) == len([c for c in text if c in "\t\r\n"])


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("", 0), ("abc", 3), ("华东", 4), ("ＡＢ", 4), ("ｱｲ", 2), ("e\u0301", 1), ("👩", 2), ("👩\u200d👩", 4), ("☎", 1), ("☎\ufe0f", 2), ("각", 2),
        ("각", 2), ("…", 1), ("<U+202E>", 8), ("“”", 2),
    ],
)  # fmt: skip
def test_how_wide_a_text_is(text: str, columns: int) -> None:
    assert width(text) == columns


@given(ANY.map(visible), st.integers(1, 40))
def test_what_is_cut_fits_and_says_that_it_was(text: str, columns: int) -> None:
    cut = fit(text, columns)
    assert width(cut) <= columns
    assert cut == text or (cut.endswith("…") and text.startswith(cut[:-1]))
    assert width(pad(cut, columns)) == columns
