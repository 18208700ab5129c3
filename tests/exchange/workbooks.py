"""Workbooks for tests: written by hand, part by part, where no library would write such a thing."""

import io
import zipfile
from collections.abc import Mapping
from typing import Any

SPREADSHEET = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def sheet(rows: str, before: str = "", after: str = "") -> str:
    """A sheet of these `<row>` elements."""
    return f'<?xml version="1.0"?>{before}<worksheet {SPREADSHEET}><sheetData>{rows}</sheetData>{after}</worksheet>'


def row(*cells: object, number: int = 1) -> str:
    """One row; texts are written into the cells."""
    inner = "".join(
        f'<c r="{chr(65 + place)}{number}"><v>{cell}</v></c>'
        if isinstance(cell, int | float)
        else f'<c r="{chr(65 + place)}{number}" t="inlineStr"><is><t>{cell}</t></is></c>'
        for place, cell in enumerate(cells)
    )
    return f'<row r="{number}">{inner}</row>'


def parts(rows: str, **more: str) -> dict[str, str]:
    """The parts of a workbook with one sheet of these rows; `more` are further parts in xl/, such as sharedStrings."""
    relations = "".join(
        f'<Relationship Id="r{name}" Type="{_OFFICE}/{name}" Target="{name}.xml"/>' for name in more
    )
    return {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"/>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook {SPREADSHEET} xmlns:r="{_OFFICE}"><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>{relations}</Relationships>',
        "xl/worksheets/sheet1.xml": rows if "<worksheet" in rows else sheet(rows),
        **{f"xl/{name}.xml": text for name, text in more.items()},
    }


def packed(contents: Mapping[str, str | bytes], **how: Any) -> bytes:
    """The parts as a zip."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", how.pop("compression", zipfile.ZIP_DEFLATED), **how) as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    return file.getvalue()


def unpacked(data: bytes) -> dict[str, bytes]:
    """The parts of a zip."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}
