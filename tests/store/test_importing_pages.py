"""New customers written a page at a time are what they are when written one by one."""

import csv
import io
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmcli.commands.shared.importing import work
from crmcli.store.importing import customers, paging
from tests.support import heavy, run_in_process

_PAGE = 12
_HEADERS = (
    "编号", "客户名称", "简称", "客户状态", "客户等级", "行业", "城市", "地址", "统一社会信用代码", "电话", "邮箱", "微信", "联系人", "职务",
    "person_role", "手机", "联系人邮箱", "来源", "标签", "成交日期", "备注", "最近跟进时间", "下次跟进时间", "推荐人", "field.规模",
)  # fmt: skip

_digits = st.integers(0, 40)
_COLUMNS: dict[str, st.SearchStrategy[str]] = {
    "编号": st.one_of(st.just(""), _digits.map("K{:03d}".format)),
    "客户名称": st.one_of(
        _digits.map("华东精工{}有限公司".format),
        st.sampled_from(["重庆长乐银行股份有限公司", "Acme Co., Ltd.", " 上海（贸易）有限公司 ", "", "张 三", "a\tb", "*北", "'=1"]),
        st.text("华东重庆行长乐单仇Aa1 ", min_size=1, max_size=8),
    ),
    "简称": st.sampled_from(["", "", "华东", "ACME"]),
    "客户状态": st.sampled_from(["", "成交客户", "意向客户", "流失客户", "胡说"]),
    "客户等级": st.sampled_from(["", "核心客户", "普通", "没有这级"]),
    "行业": st.sampled_from(["", "制造业", "IT"]),
    "城市": st.sampled_from(["", "上海", "Wien"]),
    "地址": st.sampled_from(["", "人民路1号", "1 Main St."]),
    "统一社会信用代码": st.sampled_from(["", "91310000MA1FL5E93J", "91350100M000100Y43", "坏的"]),
    "电话": st.one_of(st.just(""), _digits.map("138000000{:02d}".format), st.sampled_from(["010-62345678", "138****5678", "110", "13800000001/13800000002"])),
    "邮箱": st.one_of(st.just(""), _digits.map("A{}@example.com".format), st.sampled_from(["odd", "x@y.cn; z@y.cn"])),
    "微信": st.sampled_from(["", "Wx_1", "wx_1"]),
    "联系人": st.sampled_from(["", "张三", "单雄", "Ann Lee"]),
    "职务": st.sampled_from(["", "经理"]),
    "person_role": st.sampled_from(["", "决策人", "决策人、使用人", "谁"]),
    "手机": st.one_of(st.just(""), _digits.map("139000000{:02d}".format)),
    "联系人邮箱": st.sampled_from(["", "p@example.com"]),
    "来源": st.sampled_from(["", "展会"]),
    "标签": st.sampled_from(["", "重点", "重点；展会", "a, b, a"]),
    "成交日期": st.sampled_from(["", "2025-01-31", "2026-11-01", "31.31.2020"]),
    "备注": st.one_of(st.just(""), st.text("续约，沟通 abcÀ1。\n", max_size=20), st.just("长" * 250)),
    "最近跟进时间": st.sampled_from(["", "2026-11-02", "2026-11-20 08:00", "2026-12-31"]),
    "下次跟进时间": st.sampled_from(["", "2026-11-25", "2026-10-01"]),
    "推荐人": st.sampled_from(["", "", "", "华东精工1有限公司"]),
    "field.规模": st.sampled_from(["", "大", "小"]),
}  # fmt: skip

Table = Sequence[Sequence[str]]


@st.composite
def lists(draw: st.DrawFn) -> Table:
    """A list with some of the columns, some rows of which are odd or a customer of an earlier row."""
    others = draw(st.sets(st.sampled_from([one for one in _HEADERS if one != "客户名称"])))
    headers = ["客户名称", *(one for one in _HEADERS if one in others)]
    row = st.tuples(*(_COLUMNS[one] for one in headers))
    return [headers, *draw(st.lists(row, min_size=_PAGE, max_size=4 * _PAGE))]


def written(table: Table) -> bytes:
    """The list as a CSV file."""
    text = io.StringIO()
    csv.writer(text).writerows(table)
    return text.getvalue().encode()


_CONTENTS = {
    "customer": "SELECT * FROM customer ORDER BY id",
    "person": "SELECT * FROM person ORDER BY customer_id, name",
    "interaction": "SELECT * FROM interaction ORDER BY customer_id, at",
    "contact_point": "SELECT contact_point.*, person.name AS of FROM contact_point LEFT JOIN person ON person.id = person_id ORDER BY customer_id, kind, value, of",
    "tag": "SELECT * FROM tag ORDER BY customer_id, name",
    "field_value": "SELECT * FROM field_value ORDER BY customer_id, name",
    "search_document": "SELECT * FROM search_document ORDER BY names, prose, id",
    "schema": "SELECT name, sql FROM sqlite_master ORDER BY name",
}  # fmt: skip
_NUMBERS = {"id", "person_id", "last_contact_id"}
"""In which order the people and contacts of several customers are numbered does not matter; that of customers does."""


def contents(path: str) -> dict[str, list[dict[str, Any]]]:
    """What the file holds."""
    db = sqlite3.connect(path)
    db.row_factory = sqlite3.Row
    found = {
        table: [
            {key: row[key] for key in row.keys() if key not in _NUMBERS}  # noqa: SIM118
            for row in db.execute(sql)
        ]
        for table, sql in _CONTENTS.items()
    }
    db.close()
    return found


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """Pages so small that a short list has several."""
    monkeypatch.setattr(work, "_PAGE", _PAGE)
    monkeypatch.setattr(paging, "FEWEST", 2)
    with pytest.MonkeyPatch.context() as patch:
        yield patch


@settings(max_examples=heavy(40))
@given(first=lists(), second=lists(), spread=st.booleans())
def test_pages_are_what_single_rows_are(
    small_pages: pytest.MonkeyPatch, tmp_path: Path, first: Table, second: Table, spread: bool
) -> None:
    found, told = [], []
    for by_page in (True, False):
        path = tmp_path / f"{by_page}.db"
        for rest in tmp_path.glob(f"{by_page}.db*"):
            rest.unlink()
        small_pages.setattr(customers.CustomerImport, "wants_page", lambda self, by_page=by_page: by_page)  # fmt: skip
        around = {"CRM_DB": str(path), "CRM_DEBUG": "1"}
        run_in_process(["config", "set", "fields.规模", "text"], **around)
        for number, table in enumerate((first, second)):
            source = tmp_path / f"{number}.csv"
            source.write_bytes(written(table))
            options = ["--spread", "5wd"] if spread else []
            ran = run_in_process(["import", str(source), *options, "--json"], **around)
            told.append((by_page, number, ran.code, ran.out or ran.err))
            again = run_in_process(["import", str(source), "--json"], **around)
            told.append((by_page, number, again.code, again.out))
        found.append(contents(str(path)))
        checked = run_in_process("doctor --json", **around).json["items"]
        bad = [one for one in checked if one["status"] not in ("ok", "warning")]
        assert not bad
    assert [one[1:] for one in told[:4]] == [one[1:] for one in told[4:]]
    for table in found[0]:
        assert found[0][table] == found[1][table], table
