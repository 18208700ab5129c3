"""What is exported and imported again is what it was: any text in a list or a workbook, and the records themselves."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from crmcli.exchange import csv_out
from crmcli.exchange.defusing import undefuse
from crmcli.exchange.opening import open_source
from crmcli.exchange.source import How
from crmcli.exchange.workbook_out import WorkbookWriter
from tests.commands.test_export import RECOGNISED
from tests.support import crm, run_in_process

SIGNS = st.one_of(
    st.sampled_from("'=+-@\t\r\n,;\" a0.1_x<>&\x1b\x7f\u2028\x85\ufeff\ufffe张😀"),
    st.characters(exclude_characters="\0", exclude_categories=["Cs"]),
)
TEXTS = st.text(SIGNS)
PLAIN = "an ordinary note, as there are in every list; " * 20
"""Beside it: of nothing but control characters nobody would say that it is text."""


def _as_csv(path: Path, rows: list[list[str]], for_excel: bool) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv_out.CsvWriter(file.write, ["text", "note"], for_excel=for_excel)
        for row in rows:
            writer.add(row)


def _as_workbook(path: Path, rows: list[list[str]]) -> None:
    with path.open("wb") as file, WorkbookWriter(file, ["text", "note"], "x") as workbook:
        for row in rows:
            workbook.add(row)


def _read(path: Path) -> list[list[str]]:
    with open_source(str(path), How()) as source:
        return [[undefuse(cell) for cell in cells] for _, cells in source.rows()]


ODD = ("_x000D_", "_x0041_", "<r>", "=1+1", "'=1+1", "''", "'", "+86 138", "0012", "1e5", "TRUE", "a\rb", "a\r\nb", "\n", " x ")  # fmt: skip


@settings(max_examples=100, derandomize=True)
@given(texts=st.lists(TEXTS, min_size=1, max_size=20), for_excel=st.booleans())
@example(texts=list(ODD), for_excel=True)
def test_any_text_comes_back_from_a_list(texts: list[str], for_excel: bool, place: Path) -> None:
    rows = [[text, PLAIN] for text in texts]
    _as_csv(place / "x.csv", rows, for_excel)
    assert _read(place / "x.csv") == rows


@settings(max_examples=60, derandomize=True)
@given(texts=st.lists(TEXTS, min_size=1, max_size=20))
@example(texts=list(ODD))
def test_any_text_comes_back_from_a_workbook(texts: list[str], place: Path) -> None:
    rows = [[text, PLAIN] for text in texts]
    _as_workbook(place / "x.xlsx", rows)
    assert _read(place / "x.xlsx") == rows


# --- the records ---

SAME = {
    "customers": (*RECOGNISED["customers"], "field.area"),
    "people": (*RECOGNISED["people"],),
    **{kind: tuple(RECOGNISED[kind]) for kind in ("interactions", "orders", "needs", "tasks", "promises", "deals", "surveys")},
}  # fmt: skip


@pytest.fixture
def book(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Customers with everything that an import reads, and texts that formats trip over."""
    monkeypatch.chdir(place)
    crm("config set fields.area text")
    crm(["add-customer", "=Acme, \"Ltd\"", "--tier", "core", "--phone", "+86 138 1234 5678", "--email", "a@example.com", "--tag", "-vip", "--tag", "old",
         "--note", "'=1+1\n\"two\", three; 四", "--industry", "制造", "--city", "上海", "--source", "+展会", "--since", "2020-01-01", "--external-id", "007",
         "--stage", "customer", "--field", "area=@home", "--address", "1e5", "--cadence", "2w"])  # fmt: skip
    crm("edit c1 --set do_not_contact=yes")
    crm(["add-customer", "李雷", "--kind", "person", "--stage", "prospect", "--wechat", "lilei", "--external-id", "1e5", "--referred-by", "c1"])  # fmt: skip
    crm(["add-person", "c1", "张伟", "--title", "=采购", "--phone", "13812345678", "--phone", "021-55556666", "--email", "z@example.com", "--role", "buyer"])  # fmt: skip
    crm("key-date h1 birthday 02-29")
    crm(["log-contact", "c1", "@hello\nagain", "--at", "08:00", "--channel", "visit", "--with", "张伟", "--minutes", "30", "--intent", "high", "--next", "-5% off", "--on", "fri"])  # fmt: skip
    crm(["add-task", "c2", "=call", "--due", "tomorrow 15:00", "--owner", "赵六"])
    crm(["add-need", "c1", "=it stops", "--kind", "problem", "--urgency", "urgent", "--external-id", "T-1", "--at", "2026-11-19T10:00"])  # fmt: skip
    crm(["resolve", "n1", "=replaced"])
    crm(["add-promise", "c1", "+samples", "--due", "2026-12-01 10:00", "--level", "surprise"])
    crm(["add-order", "c1", "1,200.50", "--on", "2026-11-02", "--pay-by", "2026-12-02", "--note", "=lamps", "--external-id", "1e5"])  # fmt: skip
    crm(["add-order", "c2", "1200", "--currency", "JPY", "--on", "2025-11-02", "--paid", "2025-12-02", "--note", "-5 %"])  # fmt: skip
    crm(["add-deal", "c1", "=20 seats", "--amount", "1,200.50", "--currency", "USD", "--probability", "60", "--quoted", "2026-11-02", "--valid-until", "2026-12-02",
         "--close-on", "2026-12-01", "--note", "-5 %", "--owner", "@li"])  # fmt: skip
    crm("edit d1 --set priority=yes")
    crm(
        [
            "add-deal",
            "c2",
            "+a stand",
            "--amount",
            "1200",
            "--currency",
            "JPY",
            "--external-id",
            "1e5",
        ]
    )
    crm(["lose", "d2", "--reason", "price: =2 dearer"])
    crm(["survey", "n1", "--overall", "5", "--nps", "10", "--good", "-", "--comment", "@all"])


@pytest.mark.parametrize(
    ("form", "language"),
    [("csv", "en"), ("xlsx", "en"), ("jsonl", "en"), ("csv", "zh"), ("xlsx", "zh")],
)
def test_every_kind_comes_back(
    form: str, language: str, book: None, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRM_LANG", language)
    there = {"CRM_DB": str(place / "new.db")}
    crm("config set fields.area text", **there)
    for kind, names in SAME.items():
        file = place / f"{kind}.{form}"
        crm(f"export {kind} --reveal --out {file}")
        ran = run_in_process(f"import {file} --as {kind}", **there)
        assert ran.code == 0, (kind, ran, Path(f"{file}.rejects.csv").read_text())
        before, after = (
            list(
                csv.DictReader(io.StringIO(crm(f"export {kind} --reveal", **where).out, newline=""))
            )
            for where in ({}, there)
        )
        for old, new in zip(before, after, strict=True):
            assert {name: new[name] for name in names} == {name: old[name] for name in names}


@pytest.mark.parametrize("version", ["3.0", "4.0"])
def test_cards_come_back(version: str, book: None, place: Path) -> None:
    there = {"CRM_DB": str(place / "new.db")}
    names = {
        "customers": ("external_id", "name", "kind", "city", "address", "phones", "emails", "wechat", "tags", "note"),
        "people": ("customer", "name", "title", "phones", "emails", "birthday"),
    }  # fmt: skip
    for kind, columns in names.items():
        crm(f"export {kind} --reveal --vcard {version} --out {kind}.vcf")
        ran = run_in_process(f"import {kind}.vcf --as {kind}", **there)
        assert ran.code == 0, (kind, ran)
        before, after = (
            list(csv.DictReader(io.StringIO(crm(f"export {kind} --reveal", **where).out, newline="")))
            for where in ({}, there)
        )  # fmt: skip
        for old, new in zip(before, after, strict=True):
            assert {name: new[name] for name in columns} == {name: old[name] for name in columns}
        again = crm(f"import {kind}.vcf --as {kind} --json", **there).json["item"]
        assert (again["added"], again["updated"]) == (0, 0)
