"""Workbooks through `crm import`: what a Chinese list holds arrives, and what is hostile is one sentence."""

import csv
import io
import resource
import subprocess
import sys
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from openpyxl.styles import PatternFill

from tests.contract.program import refused
from tests.exchange.workbooks import SPREADSHEET, packed, parts, row, unpacked
from tests.support import crm, run_in_process, run_process


def chinese_list(path: Path, is_1904: bool = False) -> Path:
    """By XlsxWriter: a cover, a title and notes, phones as numbers, days, errors, phantoms, an old hidden sheet."""
    book = xlsxwriter.Workbook(str(path), {"date_1904": is_1904})
    day = book.add_format(
        {"num_format": 31}
    )  # the Chinese 2024年2月29日, defined nowhere in the file
    moment = book.add_format({"num_format": "yyyy/m/d h:mm"})
    yellow = book.add_format({"bg_color": "yellow"})
    book.add_worksheet("说明").write_column(0, 0, ["填写说明", "一行一个客户"])
    page = book.add_worksheet("客户")
    page.merge_range("A1:H1", "2026年重点客户名单")
    page.write("A2", "导出时间：2026-11-20 09:00")
    headers = ["客户名称", "电话", "联系人", "手机", "成交日期", "最近跟进时间", "客户等级", "备注"]
    page.write_row("A4", headers)
    page.write_row("A5", ["星河电子有限公司", 1062345678, "张三", 13812345678])
    page.write_datetime("E5", datetime(2024, 2, 29), day)
    page.write_datetime("F5", datetime(2026, 11, 3, 10, 30), moment)
    page.write_row("A6", ["海天制造", 4001234567, "李四", "139-1234-5678", "2023-05-06"])
    page.write_formula("G6", "=VLOOKUP(A6,X:Y,2,0)", None, "#N/A")
    page.write_formula("H6", '="重"&"要"', None, "重要")
    page.write_row("A8", ["长江贸易", 75586123456, None, None, None, None, "core"])
    page.write_blank("Z300", None, yellow)
    old = book.add_worksheet("旧")
    old.write_column(0, 0, ["客户名称", "旧客户"])
    old.hide()
    book.close()
    return path


@pytest.mark.parametrize("is_1904", [False, True])
def test_a_chinese_list(place: Path, is_1904: bool) -> None:
    path = chinese_list(place / "客户.xlsx", is_1904)
    ran = crm(["import", str(path)])
    told = ran.err.splitlines()
    assert told[:5] == [
        "客户.xlsx: XLSX, 8 of 8 columns recognised.",
        "sheet '客户' is read, of 3: 说明, 客户, 旧; say --sheet for another",
        "skipped above the header: '2026年重点客户名单 / 导出时间：2026-11-20 09:00'",
        "电话: landlines given back the 0 that the spreadsheet had dropped: 2",
        "客户等级: cells with an error such as #N/A, taken for empty: 1",
    ]
    assert told[5].startswith("3 added, 0 updated, 0 unchanged, 0 rejected.")
    first = crm("show 星河电子 --json --reveal").json["item"]
    assert first["phones"] == ["01062345678"]
    assert (first["since"], first["last_contact_at"]) == ("2024-02-29", "2026-11-03T10:30:00+08:00")
    assert [person["phones"] for person in first["people"]] == [["13812345678"]]
    second = crm("show 海天制造 --json --reveal").json["item"]
    assert (second["phones"], second["note"], second["tier"]) == (["4001234567"], "重要", None)
    third = crm("show 长江贸易 --json --reveal").json["item"]
    assert (third["phones"], third["tier"]) == (["075586123456"], "core")
    again = crm(["import", str(path), "--json"]).json["item"]
    assert (again["format"], again["encoding"]) == ("xlsx", None)
    assert (again["added"], again["updated"], again["unchanged"]) == (0, 0, 3)


def test_sheets_by_name_and_number(place: Path) -> None:
    path = chinese_list(place / "list.xlsx")
    assert "1 added" in crm(["import", str(path), "--sheet", "旧"]).err
    assert "3 added" in crm(["import", str(path), "--sheet", "2"]).err
    refused(
        ["import", str(path), "--sheet", "新"],
        2,
        f"{path} has no sheet '新'; choose one of 说明, 客户, 旧, or its number",
    )


def test_from_standard_input(place: Path) -> None:
    path = chinese_list(place / "list.xlsx")
    with path.open("rb") as file:
        done = subprocess.run(
            [sys.executable, "-m", "crmcli", "import", "-", "--json"],
            stdin=file,
            capture_output=True,
            check=True,
        )
    assert b'"added": 3' in done.stdout


def test_rejected_rows_say_their_row_and_import_again_as_csv(place: Path) -> None:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.append(["客户名单"])
    page.append(["客户名称", "电话", "客户等级", "成交日期"])
    page.append(["甲", 1062345678, "core", date(2024, 2, 29)])
    page.append([])
    page.append(["乙", 75586123456, "zz", date(2024, 3, 1)])
    for place_ in range(6, 50):
        page.cell(place_, 1).fill = PatternFill("solid", fgColor="FFFF00")
    path = place / "list.xlsx"
    book.save(path)
    ran = run_in_process(["import", str(path)])
    assert ran.code == 5
    rejects = place / "list.xlsx.rejects.csv"
    (bad,) = csv.DictReader(io.StringIO(rejects.read_text(encoding="utf-8-sig")))
    assert (bad["客户名称"], bad["电话"], bad["成交日期"], bad["crm_line"]) == (
        "乙",
        "075586123456",
        "2024-03-01",
        "5",
    )
    mended = rejects.read_text(encoding="utf-8-sig").replace("zz", "core")
    rejects.write_text(mended, encoding="utf-8")
    assert "1 added" in crm(["import", str(rejects)]).err


def test_a_dry_run_says_the_same_and_changes_nothing(place: Path) -> None:
    crm("add-customer Acme")
    path = chinese_list(place / "list.xlsx")
    before = (place / "crm.db").read_bytes()
    said = crm(["import", str(path), "--dry-run"]).err
    assert "3 added" in said and "01062345678" not in said  # masked
    assert "2024-02-29" in said
    assert (place / "crm.db").read_bytes() == before


@pytest.mark.parametrize("kind", ["people", "interactions", "tasks"])
def test_other_kinds(place: Path, kind: str) -> None:
    crm("add-customer Acme")
    rows: dict[str, tuple[list[str], list[object]]] = {
        "people": (["客户名称", "姓名", "手机"], ["Acme", "张三", 13812345678]),
        "interactions": (
            ["客户名称", "跟进时间", "跟进内容"],
            ["Acme", datetime(2026, 11, 3, 10, 30), "谈价格"],
        ),
        "tasks": (["客户名称", "任务内容", "截止日期"], ["Acme", "寄样品", date(2026, 11, 27)]),
    }
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    for each in rows[kind]:
        page.append(each)
    path = place / "list.xlsx"
    book.save(path)
    assert "1 added" in crm(["import", str(path), "--as", kind]).err
    shown = crm("show Acme --reveal").out
    assert {"people": "13812345678", "interactions": "2026-11-03", "tasks": "11-27"}[kind] in shown


def test_what_is_exported_comes_back_unchanged(place: Path) -> None:
    note = "=1+1\n'quoted' <r>x</r> _x000D_ \u202e 中文𠮷"
    crm(
        ["add-customer", "+86 公司", "--note", note, "--phone", "+1 415 555 1234", "--tier", "core"]
    )
    crm(["add-customer", "=cmd|' /C calc'!A0", "--person", "@张三", "--email", "a@b.cn"])
    out = place / "out.xlsx"
    crm(["export", "customers", "--format", "xlsx", "--reveal", "--out", str(out)])
    item = crm(["import", str(out), "--json"]).json["item"]
    assert (item["added"], item["updated"], item["unchanged"]) == (0, 0, 2)
    before = crm("list-customers --json --reveal").out
    fresh = {"CRM_DB": str(place / "fresh.db")}
    crm(["import", str(out)], **fresh)
    names = ("name", "note", "phones", "emails", "tier", "stage", "wechat")
    want, got = (
        crm("list-customers --json --reveal"),
        crm("list-customers --json --reveal", **fresh),
    )
    assert want.out == before
    assert [{n: one[n] for n in names} for one in got.json["items"]] == [
        {n: one[n] for n in names} for one in want.json["items"]
    ]


def test_a_cut_text_never_overwrites_the_whole_one(place: Path) -> None:
    whole = "长" * 40_000
    crm("add-customer Acme")
    crm(["edit", "c1", "--set", f"note={whole}"])
    out = place / "out.xlsx"
    told = crm(["export", "customers", "--format", "xlsx", "--reveal", "--out", str(out)]).err
    assert "1 text is longer than a cell holds and was cut" in told
    said = crm(["import", str(out)]).err
    assert "note: texts cut when the workbook was written, left out: 1" in said
    assert "0 added, 0 updated, 1 unchanged" in said
    assert crm("show c1 --json --reveal").json["item"]["note"] == whole


# --- hostile ---


def _little_memory() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))


_DAMAGED = (
    "{path} is damaged and cannot be read as a workbook; open it in a spreadsheet and save it again"
)
_FAR = (
    "the cells of sheet 'S' in {path} reach to row 1048576, column 16384, more than is read; "
    "delete what stands apart from the list, or save the sheet as CSV"
)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (
            packed(parts(row("name") + '<row r="9"><c r="XFD1048576"><v>1</v></c></row>')),
            _FAR,
        ),
        (packed(parts('<row r="1"><c r="ZZZZZZZZ1"><v>1</v></c></row>')), _DAMAGED),
        (
            packed(
                parts(
                    '<row r="1"><c r="A1" t="s"><v>0</v></c></row>',
                    sharedStrings=f'<sst {SPREADSHEET} uniqueCount="4000000000"><si><t>x</t></si></sst>',
                )
            ),
            _DAMAGED,
        ),
        (
            packed(parts(row("name") + "0" * 200_000_000)),
            "{path} unpacks to more than a list of customers can be; save the sheet as CSV",
        ),
        (
            packed(parts(row("name"), styles="<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>")),
            "{path} declares XML entities, as no spreadsheet does; open it in one and save it again",
        ),
    ],
    ids=["far", "beyond", "count", "bomb", "entities"],
)
def test_hostile_workbooks_in_little_memory(place: Path, data: bytes, sentence: str) -> None:
    path = place / "list.xlsx"
    path.write_bytes(data)
    refused(["import", str(path)], 1, sentence.format(path=path), before=_little_memory)


def test_one_that_lies_about_its_size(place: Path) -> None:
    honest = packed(parts(row("name") + "0" * 30_000_000))
    size = len(unpacked(honest)["xl/worksheets/sheet1.xml"]).to_bytes(4, "little")
    path = place / "list.xlsx"
    path.write_bytes(honest.replace(size, (500).to_bytes(4, "little")))
    refused(["import", str(path)], 1, _DAMAGED.format(path=path), before=_little_memory)


@pytest.mark.parametrize(
    ("name", "data", "sentence"),
    [
        (
            "x.docx",
            packed({"word/document.xml": "<x/>"}),
            "{path} is a Word document, a format that is not read; save it as CSV or XLSX",
        ),
        (
            "x.ods",
            packed({"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": ""}),
            "{path} is an OpenDocument file such as LibreOffice writes, a format that is not read; save it as CSV or XLSX",
        ),
        (
            "x.zip",
            packed({"list.csv": "name\nAcme\n"}),
            "{path} is a zip of 1 files and no workbook; take out the file that holds the list",
        ),
        (
            "x.xls",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "Workbook\0".encode("utf-16-le") * 99,
            _DAMAGED,
        ),
        (
            "x.xlsx",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage\0".encode("utf-16-le") * 9,
            "{path} is protected by a password; open it, take the password away and save it again",
        ),
        ("empty.zip", b"PK\x05\x06" + bytes(18), "{path} is an empty zip, a format that is not read; save it as CSV or XLSX"),
        ("cut.xlsx", packed(parts(row("name")))[:900], _DAMAGED),
        ("x.xlsx", packed(parts("")), "{path} is empty; there is nothing to import"),
    ],
)  # fmt: skip
def test_what_is_no_workbook(place: Path, name: str, data: bytes, sentence: str) -> None:
    path = place / name
    path.write_bytes(data)
    ran = run_in_process(["import", str(path)])
    assert ran == (1, "", f"crm: {sentence.format(path=path)}\n")
    assert not (place / "crm.db").exists()


def test_an_old_workbook(place: Path) -> None:
    path = Path(__file__).parents[1] / "data" / "customers.xls"
    rejects = str(place / "rejects.csv")
    assert "12 added" in crm(["import", str(path), "--rejects", rejects]).err
    new = Path(__file__).parents[2] / "examples" / "customers.xlsx"
    again = crm(["import", str(new), "--rejects", rejects]).err
    assert "0 added, 0 updated, 12 unchanged" in again


def test_a_workbook_loads_its_library_and_a_csv_does_not(place: Path) -> None:
    (place / "list.csv").write_text("name\nAcme\n")
    path = chinese_list(place / "list.xlsx")
    for file, loaded in (("list.csv", "False"), (str(path), "True")):
        code = (
            "import sys; from crmcli.exchange.opening import open_source; from crmcli.exchange.source import How; "
            f"open_source({str(place / file)!r}, How()).close(); print('python_calamine' in sys.modules, 'xlsxwriter' in sys.modules)"
        )
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
        assert done.stdout.decode().split() == [loaded, "False"]


def test_in_a_real_process(place: Path) -> None:
    path = chinese_list(place / "list.xlsx")
    assert run_process(["import", str(path)]).out == "x1\n"
