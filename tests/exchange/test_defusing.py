"""What is defused is harmless, and comes back as it was."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmcli.exchange.defusing import defuse, text_of_formula, undefuse


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+86 138", "'+86 138"),
        ("-5", "'-5"),
        ("@me", "'@me"),
        ("\tx", "'\tx"),
        ("\rx", "'\rx"),
        ("'=1+1", "''=1+1"),
        ("''", "''"),
        ("'tis", "'tis"),
        ("a=1", "a=1"),
        (" =1", " =1"),
        ("", ""),
    ],
)
def test_cells(text: str, cell: str) -> None:
    assert defuse(text) == cell
    assert undefuse(cell) == text


@given(st.text(alphabet="'=+-@\t\r\n a1", max_size=6) | st.text())
def test_it_comes_back_as_it_was(text: str) -> None:
    assert undefuse(defuse(text)) == text
    assert defuse(text)[:1] not in ("=", "+", "-", "@", "\t", "\r") or not text


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ('="0012"', "0012"),
        (' ="138" ', "138"),
        ('=""', ""),
        ('="a""b"', 'a"b'),
        ('="a"&"b"', '="a"&"b"'),
        ('="a', '="a'),
        ("=1+1", "=1+1"),
        ('\'="0012"', '\'="0012"'),  # from an export of a text that is this
    ],
)
def test_a_text_written_as_a_formula_is_that_text(cell: str, text: str) -> None:
    assert text_of_formula(cell) == text
