"""What is taken a page at a time is what it is when taken one by one."""

import csv
import io
import json
import re
import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from crmcli.commands.shared.importing import work
from crmcli.exchange import customer_rows
from crmcli.rules.identity import name_key
from crmcli.store import search
from crmcli.store.importing import customers, paging
from crmcli.store.importing.bulk import Sparse
from crmcli.store.importing.customer_names import found_by_name
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
    "简称": st.sampled_from(["", "", "华东", "ACME", "长乐银行", "重庆长乐银行", "单氏", "〇一", "华东A", "a\tb", "（）"]),
    "kind": st.sampled_from(["", "", "company", "person", "胡说"]),
    "客户状态": st.sampled_from(["", "成交客户", "意向客户", "流失客户", "胡说"]),
    "客户等级": st.sampled_from(["", "核心客户", "普通", "没有这级"]),
    "行业": st.sampled_from(["", "制造业", "IT"]),
    "城市": st.sampled_from(["", "上海", "Wien"]),
    "地址": st.sampled_from(["", "人民路1号", "1 Main St."]),
    "统一社会信用代码": st.sampled_from(["", "91310000MA1FL5E93J", "91350100M000100Y43", "坏的", "无", "N/A"]),
    "电话": st.one_of(st.just(""), _digits.map("138000000{:02d}".format), st.sampled_from(["010-62345678", "138****5678", "110", "-", "没有", "13800000001/13800000002"])),
    "邮箱": st.one_of(st.just(""), _digits.map("A{}@example.com".format), st.sampled_from(["odd", "无", "None", "x@y.cn; z@y.cn"])),
    "微信": st.sampled_from(["", "Wx_1", "wx_1", "无", "n/a", "NULL", "--"]),
    "联系人": st.sampled_from(["", "张三", "单雄", "Ann Lee"]),
    "职务": st.sampled_from(["", "经理"]),
    "person_role": st.sampled_from(["", "决策人", "决策人、使用人", "谁"]),
    "手机": st.one_of(st.just(""), _digits.map("139000000{:02d}".format), _digits.map("138000000{:02d}".format)),
    "联系人邮箱": st.sampled_from(["", "p@example.com", "a1@example.com"]),
    "来源": st.sampled_from(["", "展会"]),
    "标签": st.sampled_from(["", "重点", "重点；展会", "a, b, a"]),
    "成交日期": st.sampled_from(["", "2025-01-31", "2026-11-01", "31.31.2020"]),
    "备注": st.one_of(st.just(""), st.text("续约，沟通 abcÀ1。\n", max_size=20), st.just("长" * 250)),
    "最近跟进时间": st.sampled_from(["", "2026-11-02", "2026-11-20 08:00", "2026-12-31"]),
    "下次跟进时间": st.sampled_from(["", "2026-11-25", "2026-10-01"]),
    "推荐人": st.sampled_from(["", "", "", "华东精工1有限公司"]),
    "省份": st.sampled_from(["", "浙江省", "上海", "江苏省苏州市", "华东大区", " "]),
    "免打扰": st.sampled_from(["", "", "否", "no", "false", "是", "也许"]),
    "consent": st.sampled_from(["", "", "yes", "拒绝", "未知", "?"]),
    "consent_on": st.sampled_from(["", "", "2026-01-31", "2027-01-01"]),
    "consent_source": st.sampled_from(["", "", "网站"]),
    "person_consent": st.sampled_from(["", "", "", "yes"]),
    "given_name": st.sampled_from(["", "", "", "三"]),
    "客户标签": st.sampled_from(["", "", "", "重点", "展会"]),
    "created_at": st.just("2026-11-20T17:30:00+08:00"),
    "last_contact_at": st.sampled_from(["", "2026-11-02T10:00:00+08:00"]),
    "field.规模": st.sampled_from(["", "大", "小"]),
}  # fmt: skip

Table = Sequence[Sequence[str]]


@st.composite
def _lists(draw: st.DrawFn, columns: Mapping[str, st.SearchStrategy[str]], *always: str) -> Table:
    others = draw(st.sets(st.sampled_from(list(columns))))
    headers = [one for one in columns if one in others or one in always]
    row = st.tuples(*(columns[one] for one in headers))
    return [headers, *draw(st.lists(row, min_size=_PAGE, max_size=4 * _PAGE))]


def lists() -> st.SearchStrategy[Table]:
    """Lists with some of the columns, some rows of which are odd or a customer of an earlier row."""
    return _lists(_COLUMNS, "客户名称")


_CONTACTS: dict[str, st.SearchStrategy[str]] = {
    "编号": st.one_of(st.just(""), _digits.map("F{:03d}".format)),
    "客户名称": st.sampled_from([*(f"华东精工{n}有限公司" for n in range(4)), "ext:K1", "无此客户", ""]),
    "跟进时间": st.one_of(
        st.sampled_from(["2026-11-02", "2026/11/02", "2026-11-02 09:30", "2026-11-02 09:30:15", "2026-11-02T01:30:00Z", "2026-12-31", "", "2026-11-20"]),
        st.integers(0, 6).map("2026-11-0{} 10:00".format),
    ),
    "跟进方式": st.sampled_from(["", "电话", "微信", "邮件", "飞鸽"]),
    "方向": st.sampled_from(["", "in", "out"]),
    "跟进内容": st.one_of(st.sampled_from(["", "报价", "'=1"]), st.text("续约，沟通abÀ1", max_size=5)),
    "联系人": st.sampled_from(["", "张三", "张", "李四、王五", "1*", "张三, 张三"]),
    "我方人员": st.sampled_from(["", "我"]),
    "意向度": st.sampled_from(["", "高", "低"]),
    "时长": st.sampled_from(["", "30", "x"]),
    "下一步": st.sampled_from(["", "", "寄样品"]),
    "下次跟进时间": st.sampled_from(["", "", "2026-12-01"]),
    "工单编号": st.sampled_from(["", "", "-", "T-9"]),
}  # fmt: skip


def contacts() -> st.SearchStrategy[Table]:
    """Lists of contacts, some rows of which are odd or a contact of an earlier row."""
    return _lists(_CONTACTS, "客户名称", "跟进时间")


def written(table: Table) -> bytes:
    """The list as a CSV file."""
    text = io.StringIO()
    csv.writer(text).writerows(table)
    return text.getvalue().encode()


_CONTENTS = {
    "customer": "SELECT * FROM customer ORDER BY id",
    "person": "SELECT * FROM person ORDER BY customer_id, name",
    "interaction": "SELECT * FROM interaction ORDER BY customer_id, at, summary, channel, external_id, intent, minutes",
    "contact_point": "SELECT contact_point.*, person.name AS of FROM contact_point LEFT JOIN person ON person.id = person_id ORDER BY contact_point.customer_id, kind, value, of",
    "participant": "SELECT participant.side, participant.name, person.name AS of, interaction.customer_id, at, summary FROM participant "
    "JOIN interaction ON interaction.id = interaction_id LEFT JOIN person ON person.id = person_id ORDER BY interaction.customer_id, at, summary, side, participant.name",
    "task": "SELECT * FROM task ORDER BY customer_id, text",
    "tag": "SELECT * FROM tag ORDER BY customer_id, name",
    "field_value": "SELECT * FROM field_value ORDER BY customer_id, name",
    "search_document": "SELECT * FROM search_document ORDER BY names, prose, id",
    "schema": "SELECT name, sql FROM sqlite_master ORDER BY name",
}  # fmt: skip
_NUMBERS = {"id", "person_id", "last_contact_id", "interaction_id", "unanswered_id"}
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
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages so small that a short list has several."""
    monkeypatch.setattr(work, "_PAGE", _PAGE)
    monkeypatch.setattr(paging, "FEWEST", 2)


Seen = tuple[dict[str, list[dict[str, Any]]], list[tuple[int, Any]]]


def _plain(told: str) -> Any:
    """What was told, but for what a customer was called just then that a later row renames, and what this leaves behind."""
    item = json.loads(re.sub(r"(\bc\d+) [^,\"]*", r"\1", told)).get("item", told)
    for one in item.get("reasons", ()):
        one["reason"] = " ".join(dict.fromkeys(one["reason"].replace(",", "").split()))
    if "warnings" in item:
        kept = [one for one in item.pop("warnings") if "an earlier run are kept" not in one]
        # In which order strangers are met depends on which rows were written together.
        told_of = [one.partition("(line): ") for one in kept]
        kept = [
            f"{head}{mark}{', '.join(sorted(rest.split(', ')))}" if "the referrer" in head else head + mark + rest
            for head, mark, rest in told_of
        ]  # fmt: skip
        item |= {"warnings": kept} if kept else {}
    return item


def imported(folder: Path, by_page: bool, lists: Sequence[tuple[str, Table]], *more: str) -> Seen:
    """What a new file holds after these lists, each twice, and what was told."""
    path, told = folder / f"{by_page}.db", []
    for rest in [*folder.glob(f"{by_page}.db*"), *folder.glob("*.rejects*.csv")]:
        rest.unlink()
    around = {"CRM_DB": str(path), "CRM_DEBUG": "1"}
    run_in_process(["config", "set", "fields.规模", "text"], **around)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(paging.Paged, "wants_page", lambda self: by_page)
        for number, (kind, table) in enumerate(lists):
            source = folder / f"{number}.csv"
            source.write_bytes(written(table))
            options = more if kind == "customers" else ()
            for _ in range(2):
                ran = run_in_process(["import", str(source), "--as", kind, *options, "--json"], **around)  # fmt: skip
                told.append((ran.code, _plain(ran.out or ran.err)))
    checked = run_in_process("doctor --json", **around).json["items"]
    bad = [one for one in checked if one["status"] not in ("ok", "warning")]
    assert not bad
    return contents(str(path)), told


def assert_same(folder: Path, lists: Sequence[tuple[str, Table]], *more: str) -> None:
    """By page or one by one, the lists make the same."""
    (pages, told), (rows, told_by_row) = (imported(folder, each, lists, *more) for each in (True, False))  # fmt: skip
    assert told == told_by_row
    for table in pages:
        assert pages[table] == rows[table], table


@pytest.mark.usefixtures("small_pages")
@settings(max_examples=heavy(10, 30))
@given(first=lists(), second=lists(), spread=st.booleans())
def test_customers_by_page_are_what_they_are_one_by_one(
    tmp_path: Path, first: Table, second: Table, spread: bool
) -> None:
    options = ("--spread", "5wd") if spread else ()
    assert_same(tmp_path, [("customers", first), ("customers", second)], *options)


_USUAL = {
    "kind": ["", "company", "person"],
    "省份": ["", "浙江省", "华东大区"],
    "免打扰": ["", "否"],
}
_MOSTLY = ("简称", "kind", "地址", "标签", "推荐人", "省份", "免打扰", "consent", "consent_on", "person_consent")  # fmt: skip
_CALLED = ("华东精工{}有限公司", "Acme {} Co., Ltd.", "重庆长乐银行{}", "单雄{}")


@st.composite
def exports(draw: st.DrawFn) -> Table:
    """Lists with several columns in which most cells say nothing, or what is usual; a number is always the same one's."""
    headers = [one for one in _MOSTLY if draw(st.booleans())]
    cells = [
        _COLUMNS[one]
        if one in ("简称", "地址")
        else st.one_of(*[st.sampled_from(_USUAL.get(one, [""]))] * 9, _COLUMNS[one])
        for one in headers
    ]
    rows = draw(
        st.lists(
            st.tuples(_digits, st.booleans(), st.booleans(), st.booleans(), st.tuples(*cells)),
            min_size=_PAGE,
            max_size=4 * _PAGE,
        )
    )
    made = [
        (
            _CALLED[number % len(_CALLED)].format(number),
            f"138000000{number:02d}" if has_phone else "",
            f"13{8 if is_same else 9}000000{number:02d}" if has_more else "",
            *others,
        )
        for number, has_phone, has_more, is_same, others in rows
    ]
    return [["客户名称", "电话", "电话2", *headers], *made]


@pytest.mark.usefixtures("small_pages")
@settings(max_examples=heavy(10, 20))
@given(first=exports(), second=exports())
def test_columns_that_mostly_say_nothing_leave_the_rows_what_they_are(
    tmp_path: Path, first: Table, second: Table
) -> None:
    assert_same(tmp_path, [("customers", first), ("customers", second)])


@pytest.mark.usefixtures("small_pages")
def test_a_list_with_an_exports_columns_is_taken_by_the_page(tmp_path: Path) -> None:
    """Only the rows that say something beside what is usual are read one by one."""
    headers = (
        "ref", "客户名称", "简称", "do_not_contact", "referred_by", "consent", "people", "联系人", "province", "created_at", "last_contact_at",
        "电话", "电话2",
    )  # fmt: skip
    plain = ("", "否", "", "", "张三", "李四", "浙江省", "2026-11-20T17:30:00+08:00", "", "", "")
    table = [headers, *((f"c{n}", f"华东精工{n}有限公司", *plain) for n in range(3 * _PAGE))]
    table[5] = (*table[5][:3], "是", *table[5][4:])
    table[9] = (*table[9][:4], "华东精工1有限公司", *table[9][5:])
    table[12] = (*table[12][:5], "yes", *table[12][6:])
    read = []

    def counted(self: customer_rows.CustomerReader, cells: Sequence[str], masked: Any = ()) -> Any:
        read.append(cells[1])
        return one_by_one(self, cells, masked)

    one_by_one = customer_rows.CustomerReader.read
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(customer_rows.CustomerReader, "read", counted)
        path = tmp_path / "list.csv"
        path.write_bytes(written(table))
        command = ["import", str(path), "--as", "customers", "--json"]
        ran = run_in_process(command, CRM_DB=str(tmp_path / "crm.db"))
    assert ran.json["item"]["added"] == 3 * _PAGE
    assert read == [table[place][1] for place in (5, 9, 12)]


_NAME = st.one_of(
    st.text("华东重庆行长乐单仇〇有限公司", min_size=1, max_size=6),
    st.text("华重长单仇Aa1 .（）ß", min_size=1, max_size=6).filter(str.strip),
)


@settings(max_examples=200)
@given(st.lists(st.tuples(_NAME, st.none() | _NAME, st.booleans()), min_size=1, max_size=20))
def test_names_of_a_page_are_found_as_those_of_one(
    some: list[tuple[str, str | None, bool]],
) -> None:
    columns: dict[str, list[Any]] = {
        "name": [name for name, _, _ in some],
        "name_key": [name_key(name) for name, _, _ in some],
        "short_name": [short for _, short, _ in some],
        "kind": ["person" if is_person else "company" for _, _, is_person in some],
    }
    rows = [Sparse(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]  # fmt: skip
    made = found_by_name(columns, len(some))
    assert [*zip(*made, strict=True)] == [search.of_customer(row, (), (), ())[:3] for row in rows]


@pytest.mark.usefixtures("small_pages")
@pytest.mark.parametrize("most", [5_000, 3])
@settings(max_examples=heavy(5, 15))
@given(first=lists(), second=lists())
def test_rows_that_wait_are_the_same_by_page(
    tmp_path: Path, most: int, first: Table, second: Table
) -> None:
    """Those of whom a key has passed come last, or as soon as they are too many."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(customers, "_LETS_WAIT_FROM", 0)
        patch.setattr(customers, "_MOST_LATE", most)
        assert_same(tmp_path, [("customers", first), ("customers", second)])


@pytest.mark.usefixtures("small_pages")
@settings(max_examples=heavy(8, 20))
@given(table=lists(), most=st.sampled_from([3, 5_000]))
def test_rows_that_wait_become_the_customers_that_they_are_at_once(
    tmp_path: Path, table: Table, most: int
) -> None:
    """All but their numbers, which are given in the order in which they are made, and what is told of lines."""
    made = []
    for start in (0, 1_000_000):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(customers, "_LETS_WAIT_FROM", start)
            patch.setattr(customers, "_MOST_LATE", most)
            found, _ = imported(tmp_path, True, [("customers", table)])
        made.append({table: sorted(map(_unnumbered, rows)) for table, rows in found.items()})
    assert made[0] == made[1]


def _unnumbered(row: dict[str, Any]) -> str:
    return repr([one for one in row.items() if one[0] not in ("customer_id", "referred_by")])


_CHAINS = st.lists(
    st.tuples(
        st.sampled_from(["", "K1", "K2", "K3"]),
        st.sampled_from(["甲公司", "乙公司", "丙公司"]),
        st.sampled_from(["", "上海", "北京"]),
        st.sampled_from(["", "13800000001", "13800000002", "13800000003"]),
    ),
    min_size=2,
    max_size=12,
)


@settings(max_examples=heavy(15, 20))
@given(_CHAINS)
@example([("", "甲公司", "", "13800000001"), ("K1", "甲公司", "", "13800000002"), ("K2", "丙公司", "", "13800000001")])  # fmt: skip
@example([("K1", "甲公司", "", ""), ("K1", "乙公司", "上海", ""), ("", "甲公司", "北京", "")])
def test_many_at_once_are_what_they_are_one_after_the_other(
    tmp_path: Path, rows: list[tuple[str, ...]]
) -> None:
    """A row may say which number or city a customer has, by which a later one that shares its phone is another."""
    table: Table = [("编号", "客户名称", "城市", "电话"), *rows]
    found = []
    for chunk in (1_000, 1):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(customers, "CHUNK", chunk)
            made, told = imported(tmp_path, False, [("customers", table)])
        found.append((made, told[0]))
    assert found[0] == found[1]


@pytest.mark.usefixtures("small_pages")
def test_a_key_in_another_column_of_an_earlier_row_is_the_same_customer(tmp_path: Path) -> None:
    """One row has as the mobile of its person what a later one of the page has as its phone."""
    table: list[tuple[str, ...]] = [("客户名称", "电话", "联系人", "手机")]
    table += [(f"华东精工{n}有限公司", f"138000000{n:02d}", "张三", "") for n in range(_PAGE)]
    table[3] = ("华东精工2有限公司", "", "张三", "13911112222")
    table[9] = ("重庆长乐银行", "13911112222", "", "")
    assert_same(tmp_path, [("customers", table)])
    ran = run_in_process("list-customers --json", CRM_DB=str(tmp_path / "True.db"))
    assert ran.json["count"] == _PAGE - 1


@pytest.mark.usefixtures("small_pages")
def test_a_later_row_says_what_a_page_took_for_granted(tmp_path: Path) -> None:
    table: list[tuple[str, ...]] = [("客户名称", "客户状态")]
    table += [(f"华东精工{n}有限公司", "流失客户" if n % 2 else "") for n in range(_PAGE)]
    table += [(f"华东精工{n}有限公司", "意向客户") for n in range(_PAGE)]
    assert_same(tmp_path, [("customers", table)])
    ran = run_in_process("list-customers --json", CRM_DB=str(tmp_path / "True.db"))
    found = sorted((one["name"], one["stage"]) for one in ran.json["items"])
    said = ("interested", "lost")
    assert found == sorted((f"华东精工{n}有限公司", said[n % 2]) for n in range(_PAGE))


_OWNERS: Table = [
    ("编号", "客户名称", "联系人", "最近跟进时间"),
    ("K1", "华东精工0有限公司", "张三", "2026-11-02"),
    ("K2", "华东精工1有限公司", "张三丰", "2026-11-02 09:30"),
    ("K3", "华东精工2有限公司", "", ""),
    ("K4", "华东精工3有限公司", "李四", ""),
]


@pytest.mark.usefixtures("small_pages")
@settings(max_examples=heavy(10, 30))
@given(first=contacts(), second=contacts())
def test_contacts_by_page_are_what_they_are_one_by_one(
    tmp_path: Path, first: Table, second: Table
) -> None:
    lists = [("customers", _OWNERS), ("interactions", first), ("interactions", second)]
    assert_same(tmp_path, lists)
