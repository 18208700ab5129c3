"""What is written into a workbook opens, stays text, and comes back as it was."""

import io
import re
import tempfile
from pathlib import Path
from typing import Any, BinaryIO

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmcli.errors import BadValue
from crmcli.exchange import csv_out, workbook_out
from crmcli.exchange.defusing import undefuse
from crmcli.exchange.source import How
from crmcli.exchange.workbook import open_workbook
from crmcli.exchange.workbook_out import CUT, LONGEST_CELL, WorkbookWriter
from tests.exchange.workbooks import unpacked
from tests.support import heavy


def written(
    *rows: list[Any], columns: tuple[str, ...] = ("name", "note"), sheet: str = "S"
) -> bytes:
    file = io.BytesIO()
    with WorkbookWriter(file, columns, sheet) as writer:
        for row in rows:
            writer.add(row)
    return file.getvalue()


def back(data: bytes) -> list[list[str]]:
    """The cells as an import takes them."""
    with open_workbook(io.BytesIO(data), "x.xlsx", How()) as source:
        return [[undefuse(cell) for cell in cells] for _, cells in source.rows()]


def by_openpyxl(data: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(data)).worksheets[0]


TEXTS = [
    "=1+1", "'=1+1", "''=1", "+86 138", "-5", "@me", "{=1}", "'", "''", "'tis", "\t=1", "\r\n", "a\r\nb\tc\n", " x ", "0012",
    "13812345678", "1e5", "TRUE", "2024-02-29", "http://x.cn", "mailto:a@b.cn", "internal:S!A1", "<b>&amp;</b>", "]]>",
    "<r>", "<r></r>", "<r><t>x</t></r>", "<r>\x1b</r>", "_x000D_", "_x005F_", "_x0041_", "\x01\x1b[31m\x7f\x85",
    "中文，名称", "𠮷野家", "👨‍👩‍👧", "\u202egnp", "\u2028", "%s{}", "#name",
]  # fmt: skip


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_comes_back_as_it_was(text: str) -> None:
    assert back(written(["Acme", text], ["Bolt", ""])) == [["Acme", text], ["Bolt", ""]]


def test_nothing_is_a_formula_a_number_or_a_link() -> None:
    page = by_openpyxl(written(*(["n", text] for text in TEXTS)))
    assert {cell.data_type for row in page.iter_rows(max_col=2) for cell in row} == {"s"}
    assert not any(cell.hyperlink for row in page.iter_rows() for cell in row)
    assert not any(
        str(cell.value)[:1] in "=+-@" for row in page.iter_rows(min_row=2) for cell in row
    )


# What is no character at all comes back as Excel's way of writing it.
_ANY = st.text(st.characters(codec="utf-8", exclude_characters="\ufffe\uffff"))


@given(st.lists(_ANY | st.text(alphabet="'=+-@<r>/_x0D\r\n\t "), min_size=1, max_size=20))
@settings(max_examples=heavy(50), derandomize=True)
def test_any_text_comes_back(texts: list[str]) -> None:
    found = back(written(*(["n", text] for text in texts)))
    assert [cells[1] for cells in found] == [text.replace("\0", "") for text in texts]


@pytest.mark.parametrize(
    ("value", "cell", "text"),
    [
        (None, None, ""),
        (5, 5, "5"),
        (-5, -5, "-5"),
        (0, 0, "0"),
        (12.5, 12.5, "12.5"),
        (10**15 - 1, 10**15 - 1, "999999999999999"),
        (10**15, str(10**15), "1000000000000000"),
        (0.1 + 0.2, "0.30000000000000004", "0.30000000000000004"),
        (float("nan"), "nan", "nan"),
        (True, True, "true"),
        (False, False, "false"),
        (["a", "b"], "a; b", "a; b"),
        ([{"name": "张三"}], "张三", "张三"),
        ({"ref": "c1", "name": "x"}, "c1", "c1"),
        ({"k": "=v"}, "k==v", "k==v"),
    ],
)
def test_values(value: Any, cell: Any, text: str) -> None:
    data = written(["Acme", value])
    found = by_openpyxl(data)["B2"].value
    assert (found, type(found)) == (cell, type(cell))
    assert back(data) == [["Acme", text]]
    assert undefuse(csv_out.cell(value)) == text  # as CSV has it


def test_how_it_looks() -> None:
    phone = ["Acme", "13812345678"]
    page = by_openpyxl(written(phone, ["x" * 300, "中文" * 5], sheet="customers"))
    assert page.title == "customers"
    assert page.freeze_panes == "A2"
    assert page["A1"].font.bold and not page["A2"].font.bold
    assert page["B2"].number_format == "@"  # so that a changed phone keeps its zero
    assert page["A3"].number_format == "General"  # as text it would be shown as ####
    widths = [round(page.column_dimensions[name].width) for name in "AB"]
    assert widths == [51, 22]


def test_a_text_longer_than_a_cell_is_cut_told_and_never_overwrites() -> None:
    whole, long, wide = "x" * LONGEST_CELL, "y" * (LONGEST_CELL + 1), "𠮷" * 20_000
    file = io.BytesIO()
    with WorkbookWriter(file, ["name", "note"], "S") as writer:
        for name, text in (("a", whole), ("b", long), ("c", wide), ("d", "𠮷" * 16_000)):
            writer.add([name, text])
    assert writer.cut == 2
    page = by_openpyxl(file.getvalue())
    cells = [page.cell(place, 2).value for place in range(2, 6)]
    assert cells[0] == whole
    assert cells[1] == "y" * (LONGEST_CELL - len(CUT)) + CUT
    assert cells[2].endswith("𠮷" + CUT)
    assert max(len(cell.encode("utf-16-le")) for cell in cells) == LONGEST_CELL * 2
    assert [cells[1] for cells in back(file.getvalue())] == [whole, "", "", "𠮷" * 16_000]
    with open_workbook(file, "x.xlsx", How()) as source:
        assert [note.sentence() for note in source.notes] == [
            "note: texts cut when the workbook was written, left out: 2"
        ]


def test_more_rows_than_a_sheet_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook_out, "MOST_ROWS", 3)
    data = written(["a"], ["b"], ["c"], ["d"], ["e"])
    book = openpyxl.load_workbook(io.BytesIO(data))
    assert {page.title: [row[0] for row in page.values] for page in book} == {
        "S": ["name", "a", "b"],
        "S (2)": ["name", "c", "d"],
        "S (3)": ["name", "e"],
    }


def test_more_columns_than_a_sheet_holds() -> None:
    with pytest.raises(BadValue) as caught:
        WorkbookWriter(io.BytesIO(), ["x"] * 16_385, "S")
    assert (
        caught.value.sentence()
        == "a workbook holds 16384 columns, and there are 16385; say --format csv or jsonl"
    )


def test_another_way_of_making_cells() -> None:
    file = io.BytesIO()
    with WorkbookWriter(file, ["name"], "S", to_cell=lambda value: f"<{value}>") as writer:
        writer.add(["a"])
    assert by_openpyxl(file.getvalue())["A2"].value == "<a>"


def test_it_writes_where_it_cannot_seek() -> None:
    class Pipe(io.RawIOBase):
        def __init__(self) -> None:
            self.got = b""

        def writable(self) -> bool:
            return True

        def write(self, data: Any) -> int:
            self.got += bytes(data)
            return len(data)

    pipe = Pipe()
    file: BinaryIO = pipe  # type: ignore[assignment]
    with WorkbookWriter(file, ["name"], "S") as writer:
        writer.add(["甲"])
    assert back(pipe.got) == [["甲"]]


def test_nothing_is_left_behind(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    written(["a"])
    assert list(tmp_path.iterdir()) == []
    file = io.BytesIO()
    with pytest.raises(KeyboardInterrupt), WorkbookWriter(file, ["name"], "S") as writer:
        writer.add(["a"])
        assert len(list(tmp_path.iterdir())) == 1
        raise KeyboardInterrupt
    assert (list(tmp_path.iterdir()), file.getvalue()) == ([], b"")


def test_a_full_disk_is_the_systems_error() -> None:
    with (
        pytest.raises(OSError, match="No space left"),
        Path("/dev/full").open("wb", buffering=0) as full,
        WorkbookWriter(full, ["name"], "S") as writer,
    ):
        writer.add(["a"])


def test_the_xml_is_what_excel_reads() -> None:
    """No character that XML forbids, in any part."""
    data = written(*([text, text] for text in [*TEXTS, "\ufffe\uffff"]))
    for name, part in unpacked(data).items():
        text = part.decode()
        assert not re.search("[\x00-\x08\x0b-\x1f\ufffe\uffff\ud800-\udfff]", text), name
