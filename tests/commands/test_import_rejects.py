"""Rejected rows: their file is imported again as it stands, whatever the format, the kind and the options (CLI.md, Import)."""

import csv
import io
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.contract.program import as_anybody, everything_in, run
from tests.support import Ran, crm, heavy, place_at, run_in_process


def counts(ran: Ran) -> tuple[int, int, int, int]:
    item = ran.json["item"]
    return item["added"], item["updated"], item["unchanged"], item["rejected"]


def rows_of(path: Path) -> list[list[str]]:
    raw = path.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline=""), strict=True))


def mend(path: Path, wrong: str, right: str) -> None:
    """As a person does in a spreadsheet: one cell, nothing else."""
    text = path.read_bytes().decode("utf-8-sig")
    assert wrong in text
    path.write_bytes(text.replace(wrong, right).encode("utf-8-sig"))


# --- every kind ---

BAD = {
    "customers": ("name,tier,note", "Acme2,{},x", "WRONG", "core"),
    "people": ("customer,name,birthday", "Acme,Ann,{}", "1980-13-40", "1980-05-20"),
    "interactions": ("customer,at,summary", "Acme,{},x", "2027-01-01", "2026-11-01"),
    "needs": ("customer,text,urgency", "Acme,leaks,{}", "WRONG", "urgent"),
    "tasks": ("customer,text,due", "Acme,ring,{}", "WRONG", "2026-12-01"),
    "promises": ("customer,text,level,due", "Acme,send,{},2026-12-01", "WRONG", "basic"),
    "surveys": ("customer,at,overall", "Acme,2026-11-01,{}", "9", "4"),
}


@pytest.mark.parametrize("kind", BAD)
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_each_kind_from_any_text(place: Path, kind: str, encoding: str, delimiter: str) -> None:
    crm("add-customer Acme")
    header, row, wrong, right = BAD[kind]
    path = place / "列表.csv"
    text = f"{header},备注栏\n{row.format(right)},好\n{row.format(wrong)},坏\n"
    path.write_bytes(text.replace(",", delimiter).encode(encoding))
    ran = run_in_process(["import", str(path), "--as", kind, "--json"])
    assert (ran.code, counts(ran)) == (5, (1, 0, 0, 1))
    rejects = place / "列表.csv.rejects.csv"
    assert ran.json["item"]["rejects_file"] == str(rejects)
    head, only = rows_of(rejects)
    assert head == [*header.split(","), "备注栏", "crm_line", "crm_reason"]
    assert only[:-1] == [*row.format(wrong).split(","), "坏", "3"]
    again = run_in_process(["import", str(rejects), "--as", kind, "--json"])
    assert (again.code, counts(again)) == (5, (0, 0, 0, 1))
    assert rows_of(place / "列表.csv.rejects.csv.rejects.csv") == [
        head,
        [*only[:-2], "2", only[-1]],
    ]
    mend(rejects, wrong, right)
    mended = run_in_process(["import", str(rejects), "--as", kind, "--json"])
    assert (mended.code, counts(mended)[3]) == (0, 0)


# --- every format ---


def as_xlsx(path: Path, rows: list[list[str]]) -> None:
    import xlsxwriter

    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        for number, cells in enumerate(rows):
            for place, cell in enumerate(cells):
                sheet.write_string(number, place, cell)


def as_json(path: Path, rows: list[list[str]]) -> None:
    path.write_text(json.dumps([dict(zip(rows[0], cells, strict=True)) for cells in rows[1:]]))


def as_jsonl(path: Path, rows: list[list[str]]) -> None:
    lines = [json.dumps(dict(zip(rows[0], cells, strict=True))) for cells in rows[1:]]
    path.write_text("\n".join(lines))


@pytest.mark.parametrize(
    ("name", "write"), [("l.xlsx", as_xlsx), ("l.json", as_json), ("l.jsonl", as_jsonl)]
)
def test_each_format_of_tables_with_the_same_options(place: Path, name: str, write: object) -> None:
    assert callable(write)
    path = place / name
    write(path, [["Firma", "Stufe", "手机"], ["Acme", "core", "013800000001"], ["Beta", "WRONG", "013800000002"]])  # fmt: skip
    options = ["--map", "Firma=name", "--map", "Stufe=tier", "--json"]
    ran = run_in_process(["import", str(path), *options])
    assert (ran.code, counts(ran)) == (5, (1, 0, 0, 1))
    rejects = place / f"{name}.rejects.csv"
    head, only = rows_of(rejects)
    assert head == ["Firma", "Stufe", "手机", "crm_line", "crm_reason"]
    assert only[:3] == ["Beta", "WRONG", "013800000002"]
    mend(rejects, ",WRONG,", ",core,")
    assert counts(crm(["import", str(rejects), *options])) == (1, 0, 0, 0)


CARDS = "".join(
    f"BEGIN:VCARD\r\nVERSION:3.0\r\nN:{name};;;;\r\nFN:{name}\r\nTEL;TYPE=CELL:{phone}\r\nEND:VCARD\r\n"
    for name, phone in (("Ann", "13800000001"), ("L" * 201, "13800000002"))
)


def test_cards_whose_people_are_prospects_the_second_time_too(place: Path) -> None:
    path = place / "phone.vcf"
    path.write_text(CARDS, encoding="utf-8")
    ran = run_in_process(["import", str(path), "--json"])
    assert (ran.code, counts(ran)) == (5, (1, 0, 0, 1))
    rejects = place / "phone.vcf.rejects.csv"
    mend(rejects, "L" * 201, "Lea")
    assert counts(crm(["import", str(rejects), "--json"])) == (1, 0, 0, 0)
    found = crm("list-customers --json").json["items"]
    assert [(one["name"], one["kind"], one["stage"]) for one in found] == [
        ("Ann", "person", "prospect"),
        ("Lea", "person", "prospect"),
    ]


def test_from_standard_input_they_lie_where_one_is(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    monkeypatch.chdir(place)
    ran = run_in_process("import - --json", "name,tier\nA,WRONG\n")
    assert (ran.code, ran.json["item"]["rejects_file"]) == (5, "stdin.rejects.csv")
    mend(place / "stdin.rejects.csv", "A,WRONG", "A,core")
    assert counts(crm(["import", "stdin.rejects.csv", "--json"])) == (1, 0, 0, 0)


# --- cells as they were ---

CELLS = st.text(
    st.one_of(st.sampled_from(" \t\r\n\"',;|=+-@*＊甲é\u202e\x1b"), st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"))),
    max_size=12,
)  # fmt: skip


@settings(max_examples=heavy(20), derandomize=True)
@given(st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=4))
def test_the_cells_of_a_csv_are_kept_to_the_letter(
    tmp_path_factory: pytest.TempPathFactory, cells: list[tuple[str, str]]
) -> None:
    folder = tmp_path_factory.mktemp("cells")
    path = folder / "l.csv"
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    writer.writerow(["name", "tier", "a", "b"])
    writer.writerows(["N", "WRONG", *pair] for pair in cells)
    path.write_bytes(out.getvalue().encode())
    ran = run_in_process(["import", str(path), "--encoding", "utf-8"], **place_at(folder))
    assert ran.code == 5, ran
    _, *kept = rows_of(folder / "l.csv.rejects.csv")
    assert [(row[2], row[3]) for row in kept] == cells
    assert {row[1] for row in kept} == {"WRONG"}


def test_a_row_with_more_cells_and_one_whose_quotes_are_never_closed(place: Path) -> None:
    path = place / "l.csv"
    path.write_text('name,note\nA,x,extra\nB,"never\nC,fine\n', encoding="utf-8")
    ran = run_in_process(["import", str(path), "--json"])
    assert (ran.code, counts(ran)) == (5, (1, 0, 0, 2))
    assert rows_of(place / "l.csv.rejects.csv") == [
        ["name", "note", "crm_line", "crm_reason"],
        ["A", "x", "2", "the row has more cells than there are headers", "extra"],
        ["B", '"never', "3", "a quotation mark is never closed"],
    ]


# --- nothing lies about ---


def test_strict_leaves_nothing_but_says_why(place: Path) -> None:
    path = place / "l.csv"
    path.write_text("name,tier\nA,core\nB,zz\nC,yy\n", encoding="utf-8")
    crm("add-customer Other")
    before = everything_in(place)
    for options in ([], ["--dry-run"]):
        ran = run_in_process(["import", str(path), "--strict", *options])
        assert (ran.code, ran.out) == (1, "")
        *_, why, alike, said = ran.err.splitlines()
        assert why == "Why rows were rejected:"
        assert alike.startswith("  2 × tier 'zz', 'yy' is unknown;")
        assert said.startswith("crm: 2 rows are bad, the first: line 3: tier 'zz' is unknown;")
        assert said.endswith("; nothing was imported")
    told = run_in_process(["import", str(path), "--strict", "--json"])
    assert (told.code, told.out, told.err.count("\n")) == (1, "", 1)
    assert everything_in(place) == before


def test_a_folder_that_may_not_be_written_is_named_and_nothing_imported(place: Path) -> None:
    shelf = place / "shelf"
    shelf.mkdir()
    path = shelf / "l.csv"
    path.write_text("name,tier\nA,core\nB,zz\n", encoding="utf-8")
    crm("add-customer Other")
    shelf.chmod(0o500)
    before = everything_in(place)
    ran = run(["import", str(path)], before=as_anybody)
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.splitlines()[-1] == (
        f"crm: the rejected rows cannot be written to {path}.rejects.csv: Permission denied; "
        "name another place with --rejects"
    )
    assert everything_in(place) == before
    elsewhere = run(["import", str(path), "--rejects", str(place / "r.csv"), "--json"], before=as_anybody)  # fmt: skip
    assert (elsewhere.code, counts(elsewhere)) == (5, (1, 0, 0, 1))
    assert rows_of(place / "r.csv")[1][:2] == ["B", "zz"]
    shelf.chmod(0o700)


@pytest.mark.parametrize("given", [None, "bad.csv"])
def test_what_was_mended_in_an_earlier_rejects_file_is_kept(place: Path, given: str | None) -> None:
    path = place / "l.csv"
    target = place / (given or "l.csv.rejects.csv")
    old = target.with_name(f"{target.stem}.old.csv")
    command = ["import", str(path), *(["--rejects", str(target)] if given else [])]

    def run_with(name: str, *more: str) -> Ran:
        path.write_text(f"name,tier\n{name},zz\n", encoding="utf-8")
        ran = run_in_process([*command, *more])
        assert ran.code == 5
        return ran

    kept = f"The rejected rows of an earlier run are kept: {old}"
    assert kept not in run_with("A").err.splitlines()
    assert kept not in run_with("A").err.splitlines()  # the same again is nothing to keep
    assert not old.exists()
    mend(target, "zz", "core")
    mended = target.read_bytes()
    assert kept in run_with("A").err.splitlines()
    assert old.read_bytes() == mended
    assert [row[:2] for row in rows_of(target)] == [["name", "tier"], ["A", "zz"]]
    assert run_with("B", "--json").json["item"]["warnings"] == [kept]  # an older one goes
    assert [row[:2] for row in rows_of(old)] == [["name", "tier"], ["A", "zz"]]
    assert [row[:2] for row in rows_of(target)] == [["name", "tier"], ["B", "zz"]]
    old.write_text("my own list")
    second = target.with_name(f"{target.stem}.old2.csv")
    assert run_with("C", "--json").json["item"]["warnings"] == [f"{kept[: -len(str(old))]}{second}"]
    assert old.read_text() == "my own list"
    assert [row[0] for row in rows_of(second)] == ["name", "B"]
    before = everything_in(place)
    run_with("D", "--dry-run")
    path.write_text("name,tier\nC,zz\n", encoding="utf-8")
    assert everything_in(place) == before
