"""Any delimited file reads row by row as it was meant; damage stays in its row."""

import csv
import io
import os
import sys
import threading
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmcli.errors import BadValue, CrmError, NotFound
from crmcli.exchange.opening import open_source
from crmcli.exchange.rejects import RejectsFile, rejects_path
from crmcli.exchange.source import How

Rows = list[tuple[int, list[str]]]


def read(folder: Path, data: bytes | str, encoding: str | None = None) -> tuple[list[str], Rows]:
    path = folder / "file.csv"
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    with open_source(str(path), How(encoding=encoding)) as source:
        return source.headers, list(source.rows())


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", "，", "；", "^", "~", "\x1f"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_delimiters_and_line_ends(tmp_path: Path, delimiter: str, end: str) -> None:
    lines = ["name*note", 'A*"1*2"', "", 'B*"x' + end + 'y"', "C*"]
    data = end.join(lines).replace("*", delimiter)
    headers, rows = read(tmp_path, data)
    assert headers == ["name", "note"]
    assert rows == [(2, ["A", f"1{delimiter}2"]), (4, ["B", f"x{end}y"]), (6, ["C", ""])]


@pytest.mark.parametrize(
    ("data", "headers", "rows"),
    [
        ("sep=;\nname;note\nA;1,2,3\n", ["name", "note"], [(3, ["A", "1,2,3"])]),
        ("\ufeffsep=,\r\nname,note\r\nA,1\r\n", ["name", "note"], [(3, ["A", "1"])]),
        ("\n \n,,\n name , full  name \nA,\n", ["name", "full name"], [(5, ["A", ""])]),
        ('\ufeff"name","note"\nA,1\n', ["name", "note"], [(2, ["A", "1"])]),
        ("name\nAcme, Inc.\nB\n", ["name"], [(2, ["Acme, Inc."]), (3, ["B"])][:0] or None),
        (
            'name, note\nA, "b, c"\nB, "d"\n',
            ["name", "note"],
            [(2, ["A", "b, c"]), (3, ["B", "d"])],
        ),
        ("name;tags\nA;x,y\nB;z,w\n", ["name", "tags"], [(2, ["A", "x,y"]), (3, ["B", "z,w"])]),
        ("name,tags\nA,x；y\nB,z；w\n", ["name", "tags"], [(2, ["A", "x；y"]), (3, ["B", "z；w"])]),
        ("a,,a\n1,2,3\n", ["a", "", "a"], [(2, ["1", "2", "3"])]),
        ("a,b,,\n1,2,,\n", ["a", "b", "", ""], [(2, ["1", "2", "", ""])]),
        (
            "a,b\n1\n1,2,,\n1,2,3\n,,,\n",
            ["a", "b"],
            [(2, ["1", ""]), (3, ["1", "2"]), (4, ["1", "2", "3"])],
        ),
        ("a,b\nx\0y,\0\n", ["a", "b"], [(2, ["xy", ""])]),
        (
            'a,b\n5" pipe,2\n1,say "hi"\n',
            ["a", "b"],
            [(2, ['5" pipe', "2"]), (3, ["1", 'say "hi"'])],
        ),
        ('a,b\n"x""y",2\n', ["a", "b"], [(2, ['x"y', "2"])]),
        ("a,b\n1,2", ["a", "b"], [(2, ["1", "2"])]),
        ("a,b\n", ["a", "b"], []),
        ("a", ["a"], []),
    ],
)
def test_shapes(tmp_path: Path, data: str, headers: list[str], rows: Rows | None) -> None:
    found = read(tmp_path, data)
    assert found[0] == headers
    assert rows is None or found[1] == rows


def test_one_column_with_commas_in_it_is_read_as_it_stands(tmp_path: Path) -> None:
    assert read(tmp_path, "name\nAcme, Inc.\n") == (["name"], [(2, ["Acme", " Inc."])])
    assert read(tmp_path, 'name\n"Acme, Inc."\n') == (["name"], [(2, ["Acme, Inc."])])


@pytest.mark.parametrize(
    "encoding",
    ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16", "utf-16-le", "utf-16-be", "utf-32"],
)
def test_encodings_are_found(tmp_path: Path, encoding: str) -> None:
    data = '客户名称,备注\r\n杭州星辰,"第一行\r\n第二行"\r\n'.encode(encoding)
    assert read(tmp_path, data) == (["客户名称", "备注"], [(2, ["杭州星辰", "第一行\r\n第二行"])])


def test_an_encoding_is_trusted_when_named_and_checked(tmp_path: Path) -> None:
    data = "名稱,備註\n臺灣,好\n".encode("big5")
    assert read(tmp_path, data, "big5") == (["名稱", "備註"], [(2, ["臺灣", "好"])])
    with pytest.raises(BadValue, match=r"file\.csv is not in utf-8; leave --encoding out"):
        read(tmp_path, data, "utf-8")
    with pytest.raises(BadValue, match="not a known encoding"):
        read(tmp_path, data, "klingon")


def test_a_damaged_byte_costs_one_character(tmp_path: Path) -> None:
    data = "客户名称,备注\n杭州星辰精密机械有限公司,要求每季度回访一次\n".encode() + b"A\xff,1\n"
    assert read(tmp_path, data)[1][1] == (3, ["A\ufffd", "1"])
    with open_source(str(tmp_path / "file.csv"), How()) as source:
        list(source.rows())
        wrong = {line: str(why) for line, why in source.damaged.items()}
        assert wrong == {3: "客户名称 is not in UTF-8 as the rest of the file is"}


def test_what_was_found_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("客户名称;电话\n杭州;1\n".encode("gb18030"))
    with open_source(str(path), How()) as source:
        assert (source.encoding, source.guessed, source.delimiter) == ("gb18030", True, ";")
        assert source.size == path.stat().st_size
        assert list(source.rows()) == list(source.rows()) == [(2, ["杭州", "1"])]
        assert source.tell() == source.size


def test_a_quote_never_closed_costs_its_own_line(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('a,b,c\n1,"open,x\n2,y,z\n"3",y,"multi\nline"\n')
    with open_source(str(path), How()) as source:
        assert list(source.rows()) == [
            (2, ["1", '"open', "x"]),
            (3, ["2", "y", "z"]),
            (4, ["3", "y", "multi\nline"]),
        ]
        assert set(source.damaged) == {2}


def test_a_quote_closed_by_the_next_row_costs_its_own_line(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('a,b,c\n1,"open,x\n2,"fine",z\n3,"fine",z\n')
    with open_source(str(path), How()) as source:
        assert list(source.rows()) == [
            (2, ["1", '"open', "x"]),
            (3, ["2", "fine", "z"]),
            (4, ["3", "fine", "z"]),
        ]
        assert set(source.damaged) == {2}


def test_a_quote_never_closed_on_the_last_line_and_far_from_the_end(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('a,b\n1,2\n3,"4')
    with open_source(str(path), How()) as source:
        assert list(source.rows()) == [(2, ["1", "2"]), (3, ["3", '"4'])]
        assert set(source.damaged) == {3}
    path.write_text('a,b\n1,"2\n' + "3,4\n" * 30_000)
    with open_source(str(path), How()) as source:
        rows = list(source.rows())
        assert (
            len(rows) == 30_001 and rows[0] == (2, ["1", '"2']) and rows[-1] == (30_002, ["3", "4"])
        )
        assert set(source.damaged) == {2}


def test_loose_quotes_within_a_long_note_are_left_alone(tmp_path: Path) -> None:
    data = 'a,b\n1,"first\nsaid "hi" and\nleft"\n2,x\n'
    assert read(tmp_path, data)[1][-1] == (5, ["2", "x"])


def test_a_huge_field(tmp_path: Path) -> None:
    data = f'a,b\n1,"{"长" * 300_000}"\n2,{"y" * 200_000}\n'
    assert [len(cells[1]) for _, cells in read(tmp_path, data)[1]] == [300_000, 200_000]


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("name,phone,note\n" + "Acme,13812345678,something to say\n" * 200_000)
    with open_source(str(path), How()) as source:
        tracemalloc.start()
        assert sum(1 for _ in source.rows()) == 200_000
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < 2_000_000


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "is empty; there is nothing to import"),
        (b"\xef\xbb\xbf\r\n  \r\n", "is empty; there is nothing to import"),
        (b"\0\0\0\0", "is empty; there is nothing to import"),
        (
            b"PK\x03\x04rest",
            "is damaged and cannot be read as a workbook",
        ),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1",
            "is an old Office document and no workbook, .* save it as CSV or XLSX",
        ),
        (b"%PDF-1.7\n%\xe2\xe3\n", "is a PDF, a format that is not read"),
        (b"<html><table><tr><td>x", "is a web page or XML"),
        (b"\xef\xbb\xbf <!DOCTYPE html>", "is a web page or XML"),
        (bytes(range(256)) * 20, "is not text; save it as CSV"),
    ],
)
def test_what_is_no_table(tmp_path: Path, data: bytes, sentence: str) -> None:
    with pytest.raises(BadValue, match=sentence):
        read(tmp_path, data)


def test_what_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="there is no file"):
        open_source(str(tmp_path / "none.csv"), How())
    with pytest.raises(BadValue, match="is a folder; name a file in it"):
        open_source(str(tmp_path), How())


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    data = "客户名称,电话\n杭州,1\n".encode("gb18030")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
    with open_source("-", How()) as source:
        assert list(source.rows()) == [(2, ["杭州", "1"])]
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO()))
    with pytest.raises(BadValue, match="standard input is empty"):
        open_source("-", How())


ENCODINGS = ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-32"]
cell = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufeff"), max_size=12
)
note = st.lists(cell, max_size=3).map("\n".join)
tables = st.integers(2, 5).flatmap(
    lambda width: st.lists(st.lists(note, min_size=width, max_size=width), min_size=1, max_size=8)
)


@given(
    tables, st.sampled_from(ENCODINGS), st.sampled_from(",;\t|"), st.sampled_from(["\n", "\r\n"])
)
def test_round_trip(
    tmp_path_factory: pytest.TempPathFactory,
    table: list[list[str]],
    encoding: str,
    delimiter: str,
    end: str,
) -> None:
    headers = ["客户名称", "备注", "电话", "city", "电话2"][: len(table[0])]
    path = tmp_path_factory.mktemp("r") / "table.csv"
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL)
        writer.writerow(headers)
        writer.writerows(table)
    named = encoding if encoding == "gb18030" else None
    with open_source(str(path), How(encoding=named)) as source:
        rows = [cells for _, cells in source.rows()]
    assert source.headers == headers and not source.damaged
    assert rows == [cells for cells in table if "".join(cells).strip()]


def test_rejects(tmp_path: Path) -> None:
    path = tmp_path / "a.csv.rejects.csv"
    with RejectsFile(path, ["客户名称", "备注"]) as rejects:
        assert list(tmp_path.iterdir()) == []
        rejects.add(7, ["杭州", 'x\n"y"'], "no name")
        assert not path.exists()
        rejects.add(9, ["上海", "1", "extra"], "more cells than headers")
        rejects.add(10, ["北京"], "short")
    assert rejects.count == 3
    assert list(tmp_path.iterdir()) == [path]
    assert path.read_bytes().decode("utf-8-sig") == (
        "客户名称,备注,crm_line,crm_reason\r\n"
        '杭州,"x\n""y""",7,no name\r\n'
        "上海,1,9,more cells than headers,extra\r\n"
        "北京,,10,short\r\n"
    )
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")


def test_rejects_of_rejects_have_the_two_columns_once(tmp_path: Path) -> None:
    path = tmp_path / "again.csv"
    with RejectsFile(path, ["name", "crm_line", "crm_reason"]) as rejects:
        rejects.add(2, ["Acme", "7", "old"], "new")
    assert path.read_text("utf-8-sig") == "name,crm_line,crm_reason\nAcme,2,new\n"


def test_nothing_rejected_nothing_made_and_nothing_left_after_an_error(tmp_path: Path) -> None:
    with RejectsFile(tmp_path / "r.csv", ["a"]):
        pass
    with pytest.raises(KeyError), RejectsFile(tmp_path / "r.csv", ["a"]) as rejects:
        rejects.add(2, ["1"], "bad")
        raise KeyError
    assert list(tmp_path.iterdir()) == []


def test_rejects_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(CrmError, match="name another place with --rejects"):
        RejectsFile(tmp_path / "none" / "r.csv", ["a"]).add(2, ["1"], "bad")


def test_rejects_path() -> None:
    assert rejects_path("in/a.csv") == "in/a.csv.rejects.csv"
    assert rejects_path("-") == "stdin.rejects.csv"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_can_be_read_twice_too(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(
        target=pipe.write_bytes, args=("名称,电话\n杭州,1\n".encode("gb18030"),)
    )
    writer.start()
    with open_source(str(pipe), How()) as source:
        assert source.headers == ["名称", "电话"]
        assert list(source.rows()) == [(2, ["杭州", "1"])]
    writer.join()
