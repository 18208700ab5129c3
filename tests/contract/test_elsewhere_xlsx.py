"""What is exported opens in LibreOffice: Chinese intact, nothing computed; and what LibreOffice saves is imported."""

import csv
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support import crm

SOFFICE = shutil.which("soffice")
# UTF-8, as shown, every text quoted, every sheet: LibreOffice's own numbering of these choices.
_AS_CSV = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,true,true,false,false,false,-1"

NAMES = ["深圳市云帆精密制造有限公司", "𠮷野家（中国）", "Müller & Söhne <GmbH>"]
TEXTS = [
    "=1+1",
    "+86 138",
    "@SUM(A1)",
    '=WEBSERVICE("http://x.cn")',
    "0012",
    "<r><t>x</t></r>",
    "两\n行",
    "a\u202eb",
]


def converted(path: Path, to: str, folder: Path) -> Path:
    """`path` opened by LibreOffice and saved in another format."""
    assert SOFFICE is not None
    profile = f"-env:UserInstallation=file://{folder}/profile"
    command = [SOFFICE, "--headless", profile, "--convert-to", to, "--outdir", str(folder / "made")]
    subprocess.run([*command, str(path)], check=True, capture_output=True, timeout=180)
    (made,) = (folder / "made").iterdir()
    return made


@pytest.mark.skipif(SOFFICE is None, reason="LibreOffice (soffice) is not installed")
def test_an_export_in_libreoffice_and_back(place: Path) -> None:
    for name in NAMES:
        crm(["add-customer", name, "--phone", f"1380000000{len(name) % 10}"])
    for number, text in enumerate(TEXTS):
        crm(["add-customer", f"客户{number}", "--note", text])
    out = place / "out.xlsx"
    crm(["export", "customers", "--format", "xlsx", "--reveal", "--out", str(out)])
    made = converted(out, _AS_CSV, place / "first")
    with made.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["name"] for row in rows] == [*NAMES, *(f"客户{n}" for n in range(len(TEXTS)))]
    assert [row["phones"] for row in rows[:3]] == [f"1380000000{len(n) % 10}" for n in NAMES]
    notes = [row["note"] for row in rows[3:]]
    assert notes == ["'" + text if text[0] in "=+@" else text for text in TEXTS]

    # What it saves itself, from the same cells, changes nothing.
    saved = converted(out, "xlsx:Calc MS Excel 2007 XML", place / "second")
    item = crm(["import", str(saved), "--json"]).json["item"]
    assert item["format"] == "xlsx"
    assert (item["added"], item["updated"], item["unchanged"]) == (0, 0, len(NAMES + TEXTS))
