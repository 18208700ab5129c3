"""A workbook reads as a person sees it, and no workbook ends the program."""

import io
import struct
import zipfile
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.styles import PatternFill

from crmcli.errors import BadValue
from crmcli.exchange import workbook_parts
from crmcli.exchange.opening import open_source
from crmcli.exchange.source import How
from crmcli.exchange.workbook import Workbook, open_old_workbook, open_workbook
from tests.exchange.workbooks import SPREADSHEET, packed, parts, row, sheet, unpacked
from tests.support import heavy

Rows = list[tuple[int, list[str]]]


def opened(data: bytes, name: str | None = None, kind: str = "customers") -> Workbook:
    return open_workbook(io.BytesIO(data), "list.xlsx", How(kind, sheet=name))


def read(data: bytes, name: str | None = None) -> tuple[list[str], Rows, list[str]]:
    """Headers, rows and notes."""
    with opened(data, name) as source:
        found = list(source.rows())
        assert found == list(source.rows())
        assert 0 <= source.tell() <= source.size
        return source.headers, found, [note.sentence() for note in source.notes]


def refusal(data: bytes, name: str | None = None) -> str:
    with pytest.raises(BadValue) as caught:
        opened(data, name)
    return caught.value.sentence()


def by_openpyxl(*rows: Sequence[Any], title: str = "S") -> bytes:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.title = title
    for each in rows:
        book.active.append(each)
    return saved(book)


def saved(book: openpyxl.Workbook) -> bytes:
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def by_xlsxwriter(cells: Sequence[tuple[Any, str]], **options: Any) -> bytes:
    """One column `note`, each value in its number format."""
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"default_date_format": "yyyy-mm-dd", **options})
    page = book.add_worksheet()
    page.write(0, 0, "name")
    page.write(0, 1, "note")
    for place, (value, code) in enumerate(cells, 1):
        page.write(place, 0, f"n{place}")
        page.write(place, 1, value, book.add_format({"num_format": code}) if code else None)
    book.close()
    return file.getvalue()


# --- what cells say ---

VALUES = [
    ("text", "", "text"),
    (7, "", "7"),
    (-3.0, "", "-3"),
    (13812345678, "", "13812345678"),
    (13812345678, "0.00E+00", "13812345678"),
    (0.1, "", "0.1"),
    (0.07 * 100, "", "7"),
    (1 / 3, "", "0.333333333333333"),
    (1e-7, "", "0.0000001"),
    (1234567.5, "#,##0.00", "1234567.5"),
    (123456789012345, "0", "123456789012345"),
    (1e20, "0", "100000000000000000000"),
    (True, "", "true"),
    (False, "", "false"),
    (0.8, "0%", "80%"),
    (0.125, "0.00%", "12.5%"),
    (1.1, '0%"增长"', "110%"),
    (42, "000000", "000042"),
    (1234567, "000000", "1234567"),
    (-5, "0000", "-5"),
    (5, '"No. "0', "5"),
    (5, '0"%"', "5"),
    (date(2024, 2, 29), "yyyy-mm-dd", "2024-02-29"),
    (date(2024, 2, 29), "m/d/yy", "2024-02-29"),
    (date(2024, 2, 29), 'yyyy"年"m"月"d"日"', "2024-02-29"),
    (date(2024, 2, 29), "[$-F800]dddd, mmmm dd, yyyy", "2024-02-29"),
    (datetime(2024, 2, 29, 15, 30), "yyyy-mm-dd hh:mm", "2024-02-29 15:30"),
    (datetime(2024, 2, 29, 15, 30, 15), "yyyy/m/d h:mm:ss", "2024-02-29 15:30:15"),
    (datetime(2024, 2, 29, 23, 59, 59), "yyyy-mm-dd", "2024-02-29 23:59:59"),
    (time(9, 5), "hh:mm", "09:05"),
    (time(9, 5, 7), "h:mm:ss AM/PM", "09:05:07"),
    (timedelta(hours=26, minutes=5), "[h]:mm", "26:05"),
    (timedelta(hours=1, seconds=5), "[h]:mm:ss", "1:00:05"),
]


@pytest.mark.parametrize("is_1904", [False, True])
def test_values(is_1904: bool) -> None:
    data = by_xlsxwriter([(value, code) for value, code, _ in VALUES], date_1904=is_1904)
    _, rows, _ = read(data)
    assert [cells[1] for _, cells in rows] == [text for _, _, text in VALUES]


@pytest.mark.parametrize("flag", ["1", "true"])
def test_days_of_a_workbook_that_counts_from_1904(flag: str) -> None:
    """43889 days after 1904-01-01, by the format or, in a column of days, by the number alone; 27 to 58 are Chinese formats."""
    contents = unpacked(
        by_xlsxwriter([(43889, "yyyy-mm-dd"), (43889, 31), (43889, 57)], date_1904=True)
    )
    book = contents["xl/workbook.xml"].replace(b'date1904="1"', f'date1904="{flag}"'.encode())
    _, rows, _ = read(packed({**contents, "xl/workbook.xml": book}))
    assert [cells[1] for _, cells in rows] == ["2024-02-29"] * 3
    page = contents["xl/worksheets/sheet1.xml"].replace(b' s="', b' x="')
    strings = contents["xl/sharedStrings.xml"].replace(b">note<", b">since<")
    changed = {"xl/workbook.xml": book, "xl/worksheets/sheet1.xml": page}
    _, rows, notes = read(packed({**contents, **changed, "xl/sharedStrings.xml": strings}))
    assert [cells[1] for _, cells in rows] == ["2024-02-29"] * 3
    assert notes == ["since: numbers taken for days: 3"]


def test_a_formula_is_its_value_and_an_error_is_an_empty_cell_and_counted() -> None:
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file)
    page = book.add_worksheet()
    page.write_row(0, 0, ["name", "city", "note"])
    page.write_formula(1, 0, '="A"&"cme"', None, "Acme")
    page.write_formula(1, 1, "=1+1", None, 2)
    page.write_formula(1, 2, "=NA()", None, "#N/A")
    page.write_row(2, 0, ["Bolt", "#REF!", "#N/A!"])
    page.write_formula(3, 0, "=A1", None, "Corp")
    page.write_formula(3, 2, "=1/0", None, "#DIV/0!")
    book.close()
    headers, rows, notes = read(file.getvalue())
    assert headers == ["name", "city", "note"]
    assert rows == [(2, ["Acme", "2", ""]), (3, ["Bolt", "", "#N/A!"]), (4, ["Corp", "", ""])]
    assert notes == [
        "city: cells with an error such as #N/A, taken for empty: 1",
        "note: cells with an error such as #N/A, taken for empty: 2",
    ]


def test_errors_above_the_header_and_beside_the_table_are_not_counted() -> None:
    cells = '<row r="1"><c r="B1" t="e"><v>#N/A</v></c></row>'
    cells += row("客户名称", "电话", number=2)
    cells += '<row r="3"><c r="A3" t="inlineStr"><is><t>甲</t></is></c><c r="D3" t="e"><v>#REF!</v></c></row>'
    assert read(packed(parts(cells)))[2] == []


@pytest.mark.parametrize("number", [123456789012345678, 911234567890123456])
def test_a_number_longer_than_a_spreadsheet_keeps_is_told(number: int) -> None:
    headers = ["客户名称", "统一社会信用代码"]
    typed = float(number // 1000 * 1000)  # what Excel makes of it
    _, rows, notes = read(by_openpyxl(headers, ["甲", typed], ["乙", str(number)]))
    assert rows == [(2, ["甲", f"{number // 1000}000"]), (3, ["乙", str(number)])]
    assert notes == [
        "统一社会信用代码: numbers longer than the 15 digits that a spreadsheet keeps, which may end wrongly: 1"
    ]


def test_phones_stored_as_numbers() -> None:
    data = by_openpyxl(
        ["客户名称", "电话", "手机", "传真", "编号"],
        ["甲", 1062345678, 13812345678, 75586123456, 1062345678],
        ["乙", 4001234567, "1062345678", 8008208820, 2162345678],
        ["丙", 95588, 13912345678.0, None, 3],
    )
    _, rows, notes = read(data)
    assert [cells for _, cells in rows] == [
        ["甲", "01062345678", "13812345678", "075586123456", "1062345678"],
        ["乙", "4001234567", "1062345678", "8008208820", "2162345678"],
        ["丙", "95588", "13912345678", "", "3"],
    ]
    assert notes == [
        f"{header}: landlines given back the 0 that the spreadsheet had dropped: 1"
        for header in ("电话", "传真")
    ]


def test_numbers_of_a_list_without_chinese_are_no_chinese_landlines() -> None:
    """415 is San Francisco, and 0415 Dandong."""
    _, rows, notes = read(by_openpyxl(["Company", "Phone"], ["Acme", 4155551234]))
    assert rows == [(2, ["Acme", "4155551234"])]
    assert notes == []


def test_texts_are_as_they_stand() -> None:
    texts = ["a\nb", " x ", "+86 1", "'=1", "0012", "<b>&amp;", "中文𠮷", "_x000D_", "1e5", "TRUE"]
    _, rows, _ = read(by_openpyxl(["name", "note"], *(["n", text] for text in texts)))
    assert [cells[1] for _, cells in rows] == [*texts[:7], "\r", *texts[8:]]


# --- where the table is ---


def test_the_table_below_a_title_and_notes_among_phantoms_and_merged_cells() -> None:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    yellow = PatternFill("solid", fgColor="FFFF00")
    page["B1"] = "2026年重点客户明细表"
    page.merge_cells("B1:F1")
    page["B2"] = "制表日期：2026-11-20"
    page.append([])
    page.append([None, "客户名称", "联系人", "电话", "备注", "备注", None, "草稿"])
    page.append([None, "星河电子", "张三", "13800000001", "a", "b"])
    page.append([None, None, "李四", "13800000002", "c", None, "stray"])
    page.append([None, "  ", None])
    page.append([None, "海天", "王五", None, None, "d", None, None, None, "far"])
    page.merge_cells("B5:B6")
    page["H4"] = None
    for place in range(9, 400):
        page.cell(5, place).fill = yellow
        page.cell(place, 2).fill = yellow
    headers, rows, notes = read(saved(book))
    assert headers == ["客户名称", "联系人", "电话", "备注", "备注"]
    assert rows == [
        (5, ["星河电子", "张三", "13800000001", "a", "b"]),
        (6, ["星河电子", "李四", "13800000002", "c", ""]),
        (8, ["海天", "王五", "", "", "d"]),
    ]
    assert notes == [
        "skipped above the header: '2026年重点客户明细表 / 制表日期：2026-11-20'",
        "columns without a header are left out; rows with something in them: 2",
    ]


def test_a_header_merged_over_two_rows() -> None:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.append(["客户名称", "联系方式", None, "行业"])
    page.append([None, "电话", "邮箱", None])
    page.append(["甲", "13800000001", "a@b.cn", "制造"])
    for cells in ("A1:A2", "B1:C1", "D1:D2"):
        page.merge_cells(cells)
    headers, rows, _ = read(saved(book))
    assert headers == ["客户名称", "电话", "邮箱", "行业"]
    assert rows == [(3, ["甲", "13800000001", "a@b.cn", "制造"])]


def several_sheets() -> bytes:
    book = openpyxl.Workbook()
    cover = book.active
    assert cover is not None
    cover.title = "说明"
    cover["A1"] = "填写说明"
    cover["A2"] = "一行一个客户"
    hidden = book.create_sheet("旧数据")
    hidden.sheet_state = "hidden"
    hidden.append(["客户名称", "电话"])
    hidden.append(["旧", "1"])
    book.create_sheet("空")
    for title, name in (("客户 List", "甲"), ("2", "乙")):
        page = book.create_sheet(title)
        page.append(["客户名称", "电话"])
        page.append([name, "13800000001"])
    book.create_chartsheet("图")
    return saved(book)


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        (None, "甲"),
        ("客户 List", "甲"),
        ("客户 ＬＩＳＴ", "甲"),
        (" 客户 list", "甲"),
        ("4", "甲"),
        ("2", "乙"),
        ("5", "乙"),
        ("旧数据", "旧"),
    ],
)
def test_the_sheet(asked: str | None, name: str) -> None:
    _, rows, notes = read(several_sheets(), asked)
    assert [cells[0] for _, cells in rows] == [name]
    sheet_read = {"甲": "客户 List", "乙": "2", "旧": "旧数据"}[name]
    assert notes == [
        f"sheet '{sheet_read}' is read, of 6: 说明, 旧数据, 空, 客户 List, 2, 图; say --sheet for another"
    ]


def test_a_sheet_that_is_not_there_or_empty() -> None:
    data = several_sheets()
    for asked in ("客户", "7", "0", "-1", ""):
        assert (
            refusal(data, asked)
            == f"list.xlsx has no sheet '{asked}'; choose one of 说明, 旧数据, 空, 客户 List, 2, 图, or its number"
        )
    for asked in ("空", "图"):
        assert refusal(data, asked) == f"sheet '{asked}' of list.xlsx is empty"
    assert refusal(by_openpyxl()) == "list.xlsx is empty; there is nothing to import"


def test_where_no_sheet_is_a_list_the_first_with_anything_is_read() -> None:
    book = openpyxl.Workbook()
    book.create_sheet("x").append(["foo", "bar"])
    book.create_sheet("y").append(["baz"])
    assert read(saved(book))[0] == ["foo", "bar"]


def test_only_a_hidden_sheet_holds_anything() -> None:
    book = openpyxl.Workbook()
    hidden = book.create_sheet("x")
    hidden.append(["客户名称"])
    hidden.sheet_state = "veryHidden"
    assert read(saved(book))[0] == ["客户名称"]


def test_a_header_only() -> None:
    assert read(by_openpyxl(["客户名称", "电话"])) == (["客户名称", "电话"], [], [])


def test_cells_that_do_not_say_where_they_stand() -> None:
    cells = "<row>" + "".join(
        f'<c t="inlineStr"><is><t>{text}</t></is></c>' for text in ("name", "note")
    )
    cells += "</row><row/><row><c><v>5</v></c><c/></row><row r='9'><c r = 'B9'><v>7</v></c></row>"
    assert read(packed(parts(cells))) == (
        ["name", "note"],
        [(3, ["5", ""]), (9, ["", "7"])],
        [],
    )


# --- what is no workbook ---

DAMAGED = "list.xlsx is damaged and cannot be read as a workbook; open it in a spreadsheet and save it again"
LARGE = "list.xlsx unpacks to more than a list of customers can be; save the sheet as CSV"
ENTITIES = (
    "list.xlsx declares XML entities, as no spreadsheet does; open it in one and save it again"
)
PASSWORD = "list.xlsx is protected by a password; open it, take the password away and save it again"


def other(what: str) -> str:
    return f"list.xlsx is {what}, a format that is not read; save it as CSV or XLSX"


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        (["mimetype", "content.xml"], other("an OpenDocument file such as LibreOffice writes")),
        (["xl/workbook.bin"], other("an Excel binary workbook (XLSB)")),
        (["word/document.xml"], other("a Word document")),
        (["ppt/presentation.xml"], other("a PowerPoint presentation")),
        (["Index/Document.iwa"], other("a Numbers, Pages or Keynote document")),
        (["META-INF/MANIFEST.MF"], other("a Java program")),
        (
            ["a.csv", "b.csv"],
            "list.xlsx is a zip of 2 files and no workbook; take out the file that holds the list",
        ),
    ],
)
def test_other_zips(names: list[str], sentence: str) -> None:
    assert refusal(packed(dict.fromkeys(names, "x"))) == sentence


# --- old workbooks ---

DATA = Path(__file__).parents[1] / "data"
OLD = (DATA / "customers.xls").read_bytes()
"""What LibreOffice makes of examples/customers.xlsx."""


def old(data: bytes) -> Workbook:
    return open_old_workbook(io.BytesIO(data), "list.xls", How())


def test_an_old_workbook_reads_as_the_new_one_it_was_made_from() -> None:
    examples = Path(__file__).parents[2] / "examples"
    with open_source(str(examples / "customers.xlsx"), How()) as new, old(OLD) as source:
        assert (source.headers, list(source.rows())) == (new.headers, list(new.rows()))
        said = [note.sentence() for note in source.notes]
        assert said == [note.sentence() for note in new.notes][:3]  # errors are empty there
    with open_source(str(DATA / "customers.xls"), How(sheet="旧名单")) as source:
        assert source.headers == ["客户名称"]


@pytest.mark.parametrize(
    "changes",
    [{15469: 1}, {4611: 10, 9105: 1, 14513: 255}, {7106: 0, 8606: 127}],
    ids=str,
)
def test_an_old_workbook_for_which_calamine_wants_terabytes(changes: dict[int, int]) -> None:
    data = bytearray(OLD)
    for place, byte in changes.items():
        data[place] = byte
    with pytest.raises(BadValue, match=r"list\.xls is damaged and cannot be read as a workbook"):
        old(bytes(data))


def test_an_old_workbook_with_a_password() -> None:
    """Whose second record says so: a FilePass (47) instead of another."""
    second = OLD.index(b"\x09\x08\x10\x00") + 20
    with pytest.raises(BadValue, match=r"list\.xls is protected by a password"):
        old(OLD[:second] + b"\x2f" + OLD[second + 1 :])


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("EncryptedPackage", PASSWORD),
        ("Workbook", DAMAGED),
        ("WordDocument", other("a Word document")),
        ("__properties", other("an old Office document and no workbook")),
    ],
)
def test_other_documents_of_the_old_kind(name: str, sentence: str, tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    magic = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    path.write_bytes(magic + bytes(1 << 20) + f"{name}\0".encode("utf-16-le") + bytes(600))
    with pytest.raises(BadValue) as caught:
        open_source(str(path), How())
    assert caught.value.sentence() == sentence.replace("list.xlsx", str(path))


def test_every_truncation_is_refused() -> None:
    data = by_openpyxl(["name"], ["Acme"])
    for size in range(4, len(data), 97):
        assert refusal(data[:size]) == DAMAGED


def with_directory(data: bytes, at: int, value: int, name: bytes = b"xl/worksheets") -> bytes:
    """The zip with another 32-bit number at `at` of the directory's entry for the sheet."""
    entry = data.rindex(b"PK\x01\x02", 0, data.rindex(name))
    return data[: entry + at] + struct.pack("<I", value) + data[entry + at + 4 :]


def test_sizes_in_the_zip_that_are_too_large_or_lie() -> None:
    zeros = "0" * 40_000_000
    assert refusal(packed(parts(row("name") + zeros))) == LARGE  # a thousandth packed
    data = packed(parts(row("name") + "0" * 2_000_000))
    assert refusal(with_directory(data, 24, 1_000)) == DAMAGED  # says that it is small
    assert refusal(with_directory(data, 24, 3_000_000)) == DAMAGED
    assert refusal(with_directory(data, 24, workbook_parts.MOST_UNPACKED)) == LARGE
    assert refusal(with_directory(data, 16, 1)) == DAMAGED  # its checksum
    assert refusal(with_directory(data, 42, 1 << 30)) == DAMAGED  # where it is
    assert refusal(with_directory(data, 8, 0x0800_0001 & 0xFFFF)) == PASSWORD
    stored = packed(parts(row("name")), compression=zipfile.ZIP_STORED)
    assert read(stored)[0] == ["name"]
    squeezed = packed(parts(row("name")), compression=zipfile.ZIP_BZIP2)
    assert refusal(squeezed) == DAMAGED


def test_parts_without_end_or_twice() -> None:
    many = {f"xl/media/{n}.png": "" for n in range(10_001)}
    assert refusal(packed({**parts(row("name")), **many})) == DAMAGED
    twice = packed({**parts(row("name")), "XL/Worksheets/Sheet1.xml": sheet(row("other"))})
    assert refusal(twice) == DAMAGED


_BILLION = "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))
_LAUGHS = f'<!DOCTYPE x [<!ENTITY a "lollol">{_BILLION}]>'


def test_entities() -> None:
    cells = '<row r="1"><c r="A1" t="inlineStr"><is><t>&j;</t></is></c></row>'
    assert refusal(packed(parts(sheet(cells, _LAUGHS)))) == ENTITIES
    shared = f"{_LAUGHS}<sst {SPREADSHEET}><si><t>&j;</t></si></sst>"
    one = '<row r="1"><c r="A1" t="s"><v>0</v></c></row>'
    assert refusal(packed(parts(one, sharedStrings=shared))) == ENTITIES
    external = '<!DOCTYPE x [<!ENTITY j SYSTEM "file:///etc/passwd">]>'
    assert refusal(packed(parts(sheet(cells, external)))) == ENTITIES
    assert refusal(packed(parts(cells))) == DAMAGED  # one that is not declared


@pytest.mark.parametrize(
    "cells",
    [
        '<row r="4000000000"><c r="A4000000000"><v>1</v></c></row>',
        '<row r="1048577"><c r="A1048577"><v>1</v></c></row>',
        '<row r="1"><c r="XFE1"><v>1</v></c></row>',
        '<row r="1"><c r="ZZZZZZZZ1"><v>1</v></c></row>',
        '<row r="1"><c r="zzzz1"><v>1</v></c></row>',
        '<row r="1"><c t="n" r="XFE1"><v>1</v></c></row>',
        '<row r="4000000000"><c><v>1</v></c></row>',
        '<row r="0"><c r="A0"><v>1</v></c></row>',
        '<row r="1"><c r="1"><v>1</v></c></row>',
        '<row r="1"><c r=""><v>1</v></c></row>',
        '<row r="1"><c r="A1" t="s"><v>5</v></c></row>',
        '<row r="1"><c r="A1">' + "<v>" * 100_000,
        "<row " + "<c " * 500_000,
        "<c " * 10 + " " * 100_000,
    ],
)
def test_cells_that_no_sheet_has(cells: str) -> None:
    assert refusal(packed(parts(row("name") + cells))) == DAMAGED


@pytest.mark.parametrize("where", ["plain", "turned", "implied"])
def test_cells_that_stand_far_apart(where: str) -> None:
    """Nearly all between them is empty, and would take 400 GB."""
    far = {
        "plain": '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
        "turned": '<row r="1048576"><c t="n" r="XFD1048576"><v>1</v></c></row>',
        "implied": '<row r="9"><c r="XFC9"/><c><v>1</v></c></row><row r="1048576"><c><v>1</v></c></row>',
    }
    assert refusal(packed(parts(row("name") + far[where]))) == (
        "the cells of sheet 'S' in list.xlsx reach to row 1048576, column 16384, more than is read; "
        "delete what stands apart from the list, or save the sheet as CSV"
    )


def test_far_cells_that_hold_nothing_do_no_harm() -> None:
    far = '<row r="9"><c r="XFD9" s="0"/></row><row r="1048576"><c r="A1048576" s="0" /></row>'
    assert read(packed(parts(row("name") + far))) == (["name"], [], [])


def test_another_sheet_with_far_cells_is_not_looked_at() -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(["客户名称", "电话"])
    book.create_sheet("far").append(["x"])
    contents = unpacked(saved(book))
    far = sheet(row("x") + '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')
    data = packed({**contents, "xl/worksheets/sheet2.xml": far})
    assert read(data)[0] == ["客户名称", "电话"]
    assert refusal(data, "far").startswith("the cells of sheet 'far' in list.xlsx reach to row")


@pytest.mark.parametrize("name", ["count", "uniqueCount"])
def test_counts_that_cannot_be(name: str) -> None:
    """calamine makes room for as many texts as a workbook says it has."""
    shared = f'<sst {SPREADSHEET} {name}="4000000000"><si><t>x</t></si></sst>'
    one = '<row r="1"><c r="A1" t="s"><v>0</v></c></row>'
    assert refusal(packed(parts(one, sharedStrings=shared))) == DAMAGED


def test_more_cells_than_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook_parts, "MOST_CELLS", 100)
    assert refusal(packed(parts('<c r="A1"/>' * 101))) == LARGE
    rows = "".join(row(*"abcdefghij", number=n) for n in range(1, 11))
    assert len(read(packed(parts(rows)))[1]) == 9


def test_merged_cells_without_end() -> None:
    merged = "<mergeCells>" + '<mergeCell ref="A2:XFD1048576"/>' * 1_000 + "</mergeCells>"
    cells = sheet(
        row("name", "note") + row("x", "y", number=2) + row("", "z", number=3), after=merged
    )
    assert read(packed(parts(cells)))[1] == [(2, ["x", "y"]), (3, ["x", "z"])]


def test_long_cells_and_wide_sheets() -> None:
    long = "长" * 1_000_000
    assert read(packed(parts(row("name") + row(long, number=2))))[1] == [(2, [long])]
    wide = by_openpyxl([f"h{n}" for n in range(16_384)], list(range(16_384)))
    headers, rows, _ = read(wide)
    assert (len(headers), rows[0][1][-1]) == (16_384, "16383")


# --- whatever comes ---

_ODD = [
    b"<", b">", b"/", b'"', b"&", b"\0", b"\xff", b"<!--", b"]]>", b"&#0;", b"_xD800_", b"1e999", b"NaN", b"9999999999",
    b"-1", b"XFD1048576", b"<c ", b"<row>", b"</row>", b"<v>", b"</v>", b' t="s"', b' t="e"', b' t="b"', b' t="d"',
    b' r="', b' s="9"', b' count="99999"', b'<mergeCell ref="A1:B"/>',
]  # fmt: skip


def _base() -> dict[str, bytes]:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.append(["客户明细表"])
    page.append(["客户名称", "电话", "成交日期", "备注"])
    page.append(["甲", 1062345678, date(2024, 2, 29), "=1+1"])
    page.append(["乙", "x", datetime(2024, 2, 29, 12), True])
    page.append([None, 0.5, 1.5, "#N/A"])
    page["B5"].number_format = "0%"
    page["C5"].number_format = "[h]:mm"
    page.merge_cells("A4:A5")
    return unpacked(saved(book))


_BASE = _base()
_changes = st.lists(
    st.tuples(
        st.sampled_from(["set", "insert", "cut", "copy"]),
        st.integers(0, 1 << 16),
        st.integers(1, 40),
        st.sampled_from(_ODD) | st.binary(min_size=1, max_size=3),
    ),
    min_size=1,
    max_size=6,
)


def _changed(data: bytes, changes: list[tuple[str, int, int, bytes]]) -> bytes:
    for what, at, length, new in changes:
        at %= len(data) + 1
        if what == "cut":
            data = data[:at] + data[at + length :]
        elif what == "copy":
            data = data[:at] + data[at : at + length] + data[at:]
        else:
            data = data[:at] + new + data[at + (len(new) if what == "set" else 0) :]
    return data


def _reads_or_refuses(data: bytes) -> None:
    try:
        with opened(data) as source:
            for number, cells in source.rows():
                assert number > 0 and len(cells) == len(source.headers)
                assert all(type(cell) is str for cell in cells)
    except BadValue as error:
        assert error.sentence().count("\n") == 0


@given(st.sampled_from(sorted(_BASE)), _changes)
@settings(max_examples=heavy(200), derandomize=True)
def test_parts_damaged_at_random(name: str, changes: list[tuple[str, int, int, bytes]]) -> None:
    _reads_or_refuses(packed({**_BASE, name: _changed(_BASE[name], changes)}))


@given(_changes)
@settings(max_examples=heavy(150), derandomize=True)
def test_zips_damaged_at_random(changes: list[tuple[str, int, int, bytes]]) -> None:
    _reads_or_refuses(_changed(packed(_BASE), changes))
