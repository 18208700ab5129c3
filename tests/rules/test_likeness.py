"""Which texts read alike (HANDBOOK §4)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmcli.rules.likeness import MOST_SCRAPS, most_alike, scraps


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("the printer jams again", ["print", "jam"]),
        ("Printing: jammed, jamming", ["print", "jam"]),
        ("Ｐｒｉｎｔｅｒ", ["print"]),
        ("addresses address", ["addres"]),
        ("a PC, an API; x", ["pc", "api"]),
        ("bus buses", ["bus"]),
        ("打印机卡纸", ["打印", "印机", "机卡", "卡纸"]),
        ("导出Excel报表", ["导出", "excel", "报表"]),
        ("卡", []),
        ("如何、怎么", []),
        ("", []),
        ("?!", []),
    ],
)
def test_scraps(text: str, expected: list[str]) -> None:
    assert scraps(text) == expected


def test_of_a_long_text_the_beginning() -> None:
    assert scraps(" ".join(f"word{n}" for n in range(100))) == [
        f"word{n}" for n in range(MOST_SCRAPS)
    ]


def holders(asked: str, texts: dict[int, str]) -> dict[str, set[int]]:
    return {scrap: {key for key, text in texts.items() if scrap in scraps(text)} for scrap in scraps(asked)}  # fmt: skip


def alike(asked: str, texts: dict[int, str]) -> list[int]:
    return most_alike(holders(asked, texts), texts)


@pytest.mark.parametrize(
    ("asked", "texts", "expected"),
    [
        # Half of what is asked, or half of the title.
        ("printer jams", {1: "printer jams", 2: "scanner is slow"}, [1]),
        ("printer jams since monday on floor three", {1: "Paper jams in printers"}, [1]),
        (
            "printer jams since monday on floor three",
            {1: "Paper tray of the printers is empty"},
            [],
        ),
        # One word in common is enough only where there are no two.
        ("printer", {1: "Printer manual for the office"}, [1]),
        ("printer jams", {1: "Printers"}, [1]),
        ("printer jams", {1: "Printer manual"}, []),
        # The most alike first, then the newest.
        ("打印机卡纸", {1: "打印机没墨了吗", 2: "打印机卡纸", 3: "打印机卡纸"}, [3, 2, 1]),
        ("", {1: "printer"}, []),
        ("printer", {}, []),
    ],
)
def test_most_alike(asked: str, texts: dict[int, str], expected: list[int]) -> None:
    assert alike(asked, texts) == expected


def test_a_rare_word_counts_more_than_a_common_one() -> None:
    common = {key: f"printer number{key}" for key in range(3, 9)}
    texts = {1: "toner order form", 2: "printer order form", **common}
    # `printer` is in every other article, `toner` in one.
    assert alike("toner printer order", texts)[:2] == [1, 2]


@given(st.text(max_size=200))
def test_a_text_reads_like_itself(text: str) -> None:
    found = scraps(text)
    assert len(found) == len(set(found)) <= MOST_SCRAPS
    assert most_alike({scrap: {1} for scrap in found}, {1: text}) == ([1] if found else [])
