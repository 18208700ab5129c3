"""What a dossier's folder is called: a name for every file system, whatever the customer is called (HANDBOOK §10)."""

import json
import unicodedata
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmcli.exchange.dossier_names import first_name, folded, folder_name, safe_name, title_of
from crmcli.rules.periods import MONTH, QUARTER, YEAR, containing

DAY = date(2026, 2, 28)
Q1 = containing(DAY, QUARTER)
NAUGHTY = json.loads((Path(__file__).parents[1] / "data" / "naughty-strings.json").read_text())


@pytest.mark.parametrize(
    ("unit", "title"),
    [(QUARTER, "2026年Q1需求档案"), (YEAR, "2026年需求档案"), (MONTH, "2026年2月需求档案")],
)
def test_a_name_says_the_period(unit: str, title: str) -> None:
    assert title_of(containing(DAY, unit)) == title
    assert first_name("华东精工", "c1", containing(DAY, unit)) == f"华东精工_{title}"


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("华东精工", "华东精工"),
        ("a/b", "a_b"),
        ("../../etc", "_.._etc"),
        (r"C:\temp", "C__temp"),
        ('<a href="x">|*?', "_a href=_x_____"),
        ("..", ""),
        (" . ", ""),
        ("", ""),
        ("...name...", "name"),
        ("  name  ", "name"),
        ("CON", "_CON"),
        ("con", "_con"),
        ("nul.txt", "_nul.txt"),
        ("COM1", "_COM1"),
        ("COM¹", "_COM¹"),
        ("lpt9 .x", "_lpt9 .x"),
        ("CONTROL", "CONTROL"),
        ("COM", "COM"),
        ("a\0b", "ab"),
        ("a\nb\tc", "a b c"),
        ("a\x1b[31mb", "a[31mb"),
        ("\u202etxt.exe", "txt.exe"),
        ("a\u200bb\ufeff", "ab"),
        ("a\u00a0\u3000b", "a b"),
        ("e\u0301", "\u00e9"),
        ("\u2028a\u2029", "a"),
    ],
)
def test_what_some_file_system_does_not_take_is_not_in_it(name: str, safe: str) -> None:
    assert safe_name(name) == safe


def test_a_name_of_which_nothing_is_left_is_the_reference() -> None:
    assert first_name("...", "c12", Q1) == "c12_2026年Q1需求档案"


def test_a_long_name_is_cut_at_a_character() -> None:
    found = first_name("客" * 200, "c1", Q1)
    assert found.endswith("客_2026年Q1需求档案")
    assert 240 < len(f"{found}(99999)".encode()) <= 255


def taken(*names: str) -> set[str]:
    return {folded(name) for name in names}


def test_another_customer_of_the_name_has_its_reference_in_it() -> None:
    there = taken("ACME_2026年Q1需求档案")
    none: set[str] = set()
    assert folder_name("Acme", "c7", Q1, there.__contains__, none.__contains__) == "Acme(c7)_2026年Q1需求档案"  # fmt: skip
    there |= taken("acme(C7)_2026年q1需求档案")
    assert folder_name("Acme", "c7", Q1, there.__contains__, none.__contains__) == "Acme(c7)_2026年Q1需求档案(2)"  # fmt: skip


def test_an_earlier_one_of_the_same_is_counted_up() -> None:
    there = taken("Acme_2026年Q1需求档案", "Acme_2026年Q1需求档案(2)")
    assert folder_name("Acme", "c7", Q1, there.__contains__, there.__contains__) == "Acme_2026年Q1需求档案(3)"  # fmt: skip


def insist(name: str) -> None:
    assert 0 < len(name.encode()) <= 255
    assert not set(name) & set('/\\:*?"<>|')
    assert name == name.strip(" .") == unicodedata.normalize("NFC", name)
    assert all(unicodedata.category(one) not in ("Cc", "Cf", "Cs", "Zl", "Zp") for one in name)


@pytest.mark.parametrize("name", NAUGHTY, ids=range(len(NAUGHTY)))
def test_naughty_names(name: str, tmp_path: Path) -> None:
    found = first_name(name, "c1", Q1)
    insist(found)
    (tmp_path / found).mkdir()
    assert [path.name for path in tmp_path.iterdir()] == [found]


@settings(derandomize=True, max_examples=200)
@given(st.text(max_size=300))
def test_any_name(name: str) -> None:
    insist(first_name(name, "c1", Q1))
    insist(folder_name(name, "c1", Q1, lambda one: not one.endswith("(2)"), lambda one: False))
