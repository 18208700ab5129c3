"""The header of a table is found below what tools and people put above it, and never missed where it comes first."""

import csv
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmcli.exchange.delimited import Delimited
from crmcli.exchange.header_row import find_header, headers_at, told_above
from crmcli.exchange.headers import TABLES
from crmcli.exchange.opening import open_source
from crmcli.exchange.source import How
from tests.support import heavy


def rows(*lines: str) -> list[list[str]]:
    return [line.split("|") for line in lines]


@pytest.mark.parametrize(
    ("lines", "place"),
    [
        # plain
        (["客户名称|电话", "甲公司|1"], 0),
        (["foo|bar", "name|phone"], 0),
        (["Companies", "Acme| Inc.| US", "Bolt| Ltd| UK"], 0),
        (["name|phone|phone|phone", "a|b|c|d"], 0),
        (["a|b||", "1|2||"], 0),
        (["name||", "a|b|c"], 0),
        # titles and notes
        (["2026年客户名单", "客户名称|电话|备注"], 1),
        (["2026年客户名单||", "客户名称|电话|备注"], 1),
        (["客户|客户|客户", "客户名称|电话|备注"], 1),
        (["导出时间：2026-11-20 09:00", "注：带*为必填", "*客户名称|*电话|备注|x"], 2),
        (["导出人：王|导出时间：2026", "客户名称|电话|备注"], 1),
        (["客户名单", "客户名称", "甲公司"], 1),
        (["", "   |", "客户名称|电话"], 2),
        (["客户一览表", "甲列|乙列|丙列", "1|2|3"], 1),
        (["Customer list as of today", "Exported on 2026-11-20", "Account Name|Phone|Foo"], 2),
        (
            [
                "Notes:",
                '"When exporting your connection data, you may notice that some of the email addresses are missing."',
                "First Name|Last Name|URL|Email Address|Company|Position|Connected On",
                "Priya|Nair|u||Acme|CEO|16 Nov 2026",
            ],
            2,
        ),
        # two rows of headers
        (["客户信息|||联系人|", "编号|客户名称|地址|姓名|手机", "1|甲|b|c|d"], 1),
        (["客户名称|联系人||电话", "|姓名|职务|", "甲|王|经理|1"], 1),
        (["2026年客户名单|||", "客户名称|联系人||电话", "|姓名|职务|", "甲|王|经理|1"], 2),
        # nothing there
        ([], 0),
        (["2026年客户名单"], 0),
        (["2026年客户名单", "随便一行"], 0),
    ],
)
def test_where_the_header_is(lines: list[str], place: int) -> None:
    assert find_header(rows(*lines), "customers") == place


def test_a_header_over_two_rows_is_put_together() -> None:
    table = rows("客户名称|联系人||电话", "|姓名|职务|", "甲|王|经理|1")
    assert headers_at(table, 1, "customers") == ["客户名称", "姓名", "职务", "电话"]
    table = rows("客户信息|||联系人|", "编号|客户名称||姓名|手机 号码")
    assert headers_at(table, 1, "customers") == ["编号", "客户名称", "", "姓名", "手机 号码"]


def test_what_is_skipped_is_told() -> None:
    assert told_above([]) == []
    assert told_above(rows("|", "")) == []
    (note,) = told_above(rows("名单|名单|", "注： 带*为  必填"))
    assert str(note) == "skipped above the header: '名单 / 注： 带*为 必填'"
    (note,) = told_above([["x" * 1_000_000]])
    assert str(note) == f"skipped above the header: '{'x' * 100}…'"


KNOWN = sorted({word for names in TABLES["customers"].values() for word in names[0].split("|")})
CELLS = st.one_of(st.sampled_from(KNOWN), st.text("ab张，1 ", max_size=5))


@given(
    kind=st.sampled_from(sorted(TABLES)),
    header=st.lists(st.sampled_from(["foo", *KNOWN]), min_size=2, max_size=6, unique=True),
    data=st.data(),
)
@settings(max_examples=heavy(150), deadline=None, derandomize=True)
def test_a_plain_table_begins_with_its_header(
    kind: str, header: list[str], data: st.DataObject
) -> None:
    """Whatever its rows hold, be it other headers, when none is wider than the header."""
    cells = st.lists(CELLS, min_size=1, max_size=len(header))
    table = [header, *data.draw(st.lists(cells, max_size=8))]
    assert find_header(table, kind) == 0


@given(above=st.lists(st.text(" 名:ab", max_size=9).map(lambda text: [text]), max_size=5))
@settings(max_examples=heavy(100), deadline=None, derandomize=True)
def test_a_header_of_three_is_found_below_any_lines(above: list[list[str]]) -> None:
    table = [*above, ["客户名称", "联系人", "电话"], ["甲", "王", "1"]]
    assert find_header(table, "customers") == len(above)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_preamble_has_no_say_in_the_delimiter(
    tmp_path: Path, delimiter: str, encoding: str
) -> None:
    path = tmp_path / "list.csv"
    with path.open("w", encoding=encoding, newline="") as file:
        file.write("Notes:\r\n")
        file.write(
            '"What stands here: commas, semicolons; tabs\tand | bars, ""quoted"" too,\r\nhere"\r\n\r\n'
        )
        writer = csv.writer(file, delimiter=delimiter)
        writer.writerow(["客户名称", "联系人", "电话"])
        writer.writerow(["甲；乙, 丙公司", "王", "13800000001"])
        writer.writerow(["丁公司", "李\n四", "13800000002"])
        writer.writerow(["戊公司", "赵", "13800000003"])
    with open_source(str(path), How()) as source:
        assert isinstance(source, Delimited)
        assert source.delimiter == delimiter
        assert source.headers == ["客户名称", "联系人", "电话"]
        assert (
            list(source.rows())
            == list(source.rows())
            == [
                (6, ["甲；乙, 丙公司", "王", "13800000001"]),
                (7, ["丁公司", "李\n四", "13800000002"]),
                (9, ["戊公司", "赵", "13800000003"]),
            ]
        )
        assert len(source.notes) == 1


def test_a_beginning_of_megabytes_is_read_once(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    letter = "x," * 400_000
    path.write_text(f'name,note\nA,"{letter}"\nB,"{letter}"\nC,\n', encoding="utf-8")
    with open_source(str(path), How()) as source:
        assert [line for line, _ in source.rows()] == [2, 3, 4]
        assert source.headers == ["name", "note"]
