"""The search index is kept with every change: whatever is there is found by what it says, and nothing else (DESIGN §5)."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from crmcli.rules.searching import query
from crmcli.store import search
from crmcli.store.changes import Author, begin
from crmcli.store.database import Database
from crmcli.store.opening import open_for_writing
from crmcli.store.undo import undo
from tests.store.filled import SETTINGS, fill, whole_file
from tests.store.searching import check_search, found
from tests.support import crm, run_in_process

ANN = Author("2026-11-20T01:00:00Z", "ann", "crm test")


def one_of_each(place: Path) -> Path:
    """A file with a record of every kind, each with words of its own."""
    (place / "chat.txt").write_text("他说：周五再谈\n", encoding="utf-8")
    crm("config set fields.area text")
    crm(
        "add-customer 华东精工有限公司 --short-name 华精 --city 苏州 --industry 轴承 --address 工业路9号 --source 展会 "
        "--external-id KD-77 --uscc 91310000MA1FL0001A --phone 0512-6234-5678 --email info@hdjg.example --wechat hdjgwx "
        "--tag 老客户 --field area=north --note '付款 gern later'"
    )
    crm("add-person c1 张伟 --title 采购经理 --phone 13812345678 --email zw@example.com")
    crm(
        "log-contact c1 '样品已寄 with DHL' --feedback 太贵 --agreed 下月 --next 报价单 --on fri "
        f"--text-file {place / 'chat.txt'}"
    )
    crm("add-task c1 '寄 Kalender' --due fri")
    crm("key-date h1 birthday 05-20 --note 蛋糕")
    return place / "crm.db"


CUSTOMER, PERSON = {"customer": [1]}, {"person": [1]}


@pytest.mark.parametrize(
    ("typed", "records"),
    [
        ("华东精工", CUSTOMER), ("东精", CUSTOMER), ("华精", CUSTOMER), ("huadong", CUSTOMER), ("hdjg", CUSTOMER), ("苏州", CUSTOMER),
        ("轴承", CUSTOMER), ("工业路9", CUSTOMER), ("展会", CUSTOMER), ("kd-77", CUSTOMER), ("91310000ma1", CUSTOMER),
        ("0512-6234", CUSTOMER), ("051262345678", CUSTOMER), ("62345678", CUSTOMER), ("info@hdjg", CUSTOMER), ("hdjgwx", CUSTOMER),
        ("老客户", CUSTOMER), ("north", CUSTOMER), ("付款 later", CUSTOMER),
        ("张伟", PERSON), ("zhangwei", PERSON), ("zw", PERSON), ("采购", PERSON), ("13812345678", PERSON), ("812345678", PERSON),
        ("zw@example", PERSON), ("example.com", PERSON),
        ("样品", {"interaction": [1]}), ("dhl", {"interaction": [1]}), ("太贵", {"interaction": [1]}),
        ("下月", {"interaction": [1]}), ("周五再谈", {"interaction": [1]}),
        ("报价单", {"task": [1]}), ("kalender", {"task": [2]}), ("寄", {"task": [2], "interaction": [1]}),
        ("蛋糕", {"key_date": [1]}), ("birthday", {"key_date": [1]}),
        ("example", {"customer": [1], "person": [1]}),
        ("华西", {}), ("13812345679", {}), ("精工 北京", {}),
    ],
)  # fmt: skip
def test_every_kind_of_record_is_found_by_what_it_says(
    place: Path, typed: str, records: dict[str, list[int]]
) -> None:
    path = one_of_each(place)
    assert found(path, typed) == records
    check_search(path)


@pytest.mark.parametrize(
    ("command", "gone", "there"),
    [
        ("edit c1 --set name=北方贸易", "华东", "北方"),
        ("edit c1 --set short_name=", "华精", "华东"),
        ("edit c1 --set phones=021-5555666", "62345678", "0215555666"),
        ("edit c1 --set tags=新客", "老客户", "新客"),
        ("tag c1 vip --remove 老客户", "老客户", "vip"),
        ("edit c1 --set fields.area=south", "north", "south"),
        ("edit c1 --set note=", "付款", "华东"),
        ("edit h1 --set name=李娜", "张伟", "李娜"),
        ("edit h1 --set phones=13900001111", "13812345678", "13900001111"),
        ("edit i1 --set summary=合同", "样品", "合同"),
        ("edit t2 --set text=贺卡", "kalender", "贺卡"),
        ("delete h1", "张伟", "华东"),
        ("delete i1", "样品", "华东"),
        ("delete t2", "kalender", "报价单"),
        ("delete y1", "蛋糕", "张伟"),
    ],
)
def test_what_changes_is_found_as_it_now_is(
    place: Path, command: str, gone: str, there: str
) -> None:
    path = one_of_each(place)
    before = {text: found(path, text) for text in (gone, there)}
    assert before[gone]
    crm(command)
    after = {text: found(path, text) for text in (gone, there)}
    assert after[gone] == {}
    assert after[there]
    check_search(path)
    crm("undo")
    assert {text: found(path, text) for text in (gone, there)} == before
    check_search(path)
    crm("undo x8")
    assert {text: found(path, text) for text in (gone, there)} == after
    check_search(path)


def test_what_is_done_is_found_by_what_came_of_it(place: Path) -> None:
    path = one_of_each(place)
    crm("done t2 angekommen")
    assert found(path, "angekommen") == {"task": [2]}
    check_search(path)


def test_a_deleted_customer_takes_all_that_is_found_of_it_along(place: Path) -> None:
    path = one_of_each(place)
    texts = ("华东", "huadong", "张伟", "样品", "报价单", "kalender", "蛋糕", "62345678", "老客户")
    before = [found(path, text) for text in texts]
    assert all(before)
    crm("delete c1")
    assert [found(path, text) for text in texts] == [{}] * len(texts)
    check_search(path)
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT count(*) FROM search_document").fetchone() == (0,)
    crm("undo")
    assert [found(path, text) for text in texts] == before
    check_search(path)


def test_a_change_that_fails_leaves_the_index_as_it_was(place: Path) -> None:
    path = one_of_each(place)
    before = whole_file(path)
    assert run_in_process("add-customer 华东精工").code == 4
    assert run_in_process("edit c1 --set name=北方 --set tier=nonsense").code == 2
    assert run_in_process("edit c1 --set name=北方 --dry-run").code == 0
    assert whole_file(path) == before


def test_a_change_in_many_steps_fits_in_the_end(tmp_path: Path) -> None:
    path = tmp_path / "steps.db"
    db = open_for_writing(str(path), lambda: SETTINGS)
    with begin(db, ANN) as change:
        for name in ("华东", "北方"):
            change.insert("customer", name=name, name_key=name)
        person = change.insert("person", customer_id=1, name="张伟")
        point = change.insert("contact_point", customer_id=1, value="13800001111", value_key="13800001111")  # fmt: skip
        change.update("customer", 1, name="南方", name_key="南方")
        change.update("contact_point", point, person_id=person)
        change.remove("customer", 2)
    assert found(path, "南方") == {"customer": [1]}
    assert found(path, "13800001111") == {"person": [1]}
    assert found(path, "华东") == found(path, "北方") == {}
    check_search(path)
    with begin(db, ANN) as change:  # to another customer
        change.update("customer", 2, deleted_at=None)
        change.update("contact_point", point, person_id=None, customer_id=2)
    assert found(path, "13800001111") == {"customer": [2]}
    check_search(path)
    with begin(db, ANN) as change:
        change.update("contact_point", point, customer_id=1)
    assert found(path, "13800001111") == {"customer": [1]}
    check_search(path)
    for _ in range(3):
        undo(db, ANN, None, lambda change: None)
        check_search(path)
    assert found(path, "南方") == {}
    db.close()


# --- imports ---

HEAD = "external_id,name,city,industry,person,title,person_phone,phone,email,tags,note,Area,Grade"
FIRST = (
    "1,华东精工,苏州,轴承,张伟,经理,13800001111,0512-6234 5678,a@x.example,vip;a;老客户,付款慢,north,b",
    "2,Acme Ltd,Leeds,,Ann Lee,,,,,b,,,",
    "1,华东精工,,,李娜,主管,13900002222,,b@x.example,new,,,",
)
SECOND = (
    "1,北方贸易,南京,轴承,张伟,总监,13800003333,,c@x.example,vip;z,付款快,south,a",
    "3,Gamma,,,,,,13700000000,,,,,",
)


def imported(place: Path, rows: tuple[str, ...]) -> Path:
    path = place / "list.csv"
    path.write_text("\n".join((HEAD, *rows)) + "\n", encoding="utf-8")
    crm(["import", str(path), "--keep-extra"])
    return place / "crm.db"


def test_imported_customers_and_people_are_found(place: Path) -> None:
    path = imported(place, FIRST)
    for typed, records in {
        "华东": {"customer": [1]}, "huadong": {"customer": [1]}, "62345678": {"customer": [1]}, "轴承": {"customer": [1]},
        "付款慢": {"customer": [1]}, "老客户": {"customer": [1]}, "new": {"customer": [1]}, "north": {"customer": [1]},
        "acme": {"customer": [2]}, "张伟": {"person": [1]}, "13800001111": {"person": [1]}, "ann": {"person": [2]},
        "李娜": {"person": [3]}, "主管": {"person": [3]}, "13900002222": {"person": [3]},
    }.items():  # fmt: skip
        assert found(path, typed) == records, typed
    check_search(path)


def test_a_second_import_and_its_undo(place: Path) -> None:
    path = imported(place, FIRST)
    texts = ("华东", "北方", "苏州", "南京", "13800003333", "总监", "经理", "c@x.example", "付款慢", "付款快", "south", "north", "gamma", "13700000000", "z")  # fmt: skip
    before = [found(path, text) for text in texts]
    imported(place, SECOND)
    after = [found(path, text) for text in texts]
    assert dict(zip(texts, after, strict=True)) == {
        "华东": {}, "北方": {"customer": [1]}, "苏州": {}, "南京": {"customer": [1]}, "13800003333": {"person": [1]},
        "总监": {"person": [1]}, "经理": {}, "c@x.example": {"customer": [1]}, "付款慢": {}, "付款快": {"customer": [1]},
        "south": {"customer": [1]}, "north": {}, "gamma": {"customer": [3]}, "13700000000": {"customer": [3]},
        "z": {"customer": [1]},
    }  # fmt: skip
    check_search(path)
    change = "x2"
    for expected in (before, after, before):
        change = crm(f"undo {change}").out.strip()
        assert [found(path, text) for text in texts] == expected
        check_search(path)


@pytest.mark.parametrize(
    ("row", "text", "record"),
    [
        ("1,华东精工,,,,,,,,fresh,,,", "fresh", {"customer": [1]}),
        ("1,华东精工,,,,,,,fresh@x.example,,,,", "fresh", {"customer": [1]}),
        ("2,Acme Ltd,,,,,,,,,,fresh,", "fresh", {"customer": [2]}),
        ("1,华东精工,,,张伟,,13700001111,,,,,,", "13700001111", {"person": [1]}),
    ],
)
def test_what_an_import_only_adds_goes_with_its_undo(
    place: Path, row: str, text: str, record: dict[str, list[int]]
) -> None:
    path = imported(place, FIRST)
    imported(place, (row,))
    change = "x2"
    for expected in (record, {}, record, {}):
        assert found(path, text) == expected
        check_search(path)
        change = crm(f"undo {change}").out.strip()


def test_the_undo_of_an_import_leaves_nothing_to_be_found(place: Path) -> None:
    path = imported(place, FIRST)
    before = whole_file(path)["search_document"]
    crm("undo")
    assert whole_file(path)["search_document"] == []
    check_search(path)
    crm("undo x2")
    assert whole_file(path)["search_document"] == before
    check_search(path)


def test_an_import_over_several_chunks_is_found_and_taken_back(place: Path) -> None:
    path = place / "many.csv"
    rows = [f"N{n},公司{n},Person{n},a;b" for n in range(1, 2503)]
    path.write_text("\n".join(["external_id,name,person,tags", *rows]) + "\n", encoding="utf-8")
    crm(["import", str(path)])
    assert found(place / "crm.db", "公司2501") == {"customer": [2501]}
    assert found(place / "crm.db", "person2501") == {"person": [2501]}
    check_search(place / "crm.db")
    crm("undo")
    assert whole_file(place / "crm.db")["search_document"] == []
    check_search(place / "crm.db")


# --- asking ---


@pytest.fixture
def db(place: Path) -> Iterator[Database]:
    crm("add-customer 'Acme one'")
    for text in ("one", "two", "three"):
        crm(f"add-customer 'Acme {text} x'")
        crm(["log-contact", "c1", f"talk {text}"])
    made = open_for_writing(str(place / "crm.db"))
    yield made
    made.close()


def test_names_come_in_the_order_of_their_keys_and_contacts_the_newest_first(db: Database) -> None:
    names, prose = query("acme").names, query("talk").prose
    assert search.find(db, "customer", names, None) == [1, 2, 3, 4]
    assert search.find(db, "customer", names, 2) == [1, 2]
    assert search.find(db, "interaction", prose, None) == [3, 2, 1]
    assert search.find(db, "interaction", prose, 2) == [3, 2]
    assert search.find(db, "task", prose, None) == []


def test_what_is_found_already_is_left_out_and_does_not_count(db: Database) -> None:
    names = query("acme").names
    assert search.find(db, "customer", names, None, [1, 3]) == [2, 4]
    assert search.find(db, "customer", names, 2, [1, 3]) == [2, 4]
    assert search.find(db, "customer", names, 1, [1, 2, 3]) == [4]
    assert search.find(db, "customer", names, 9, [1, 2, 3, 4]) == []
    assert search.find(db, "customer", names, 0) == search.find(db, "customer", None, None) == []


def test_rows_come_in_the_order_asked_for_without_the_deleted(db: Database) -> None:
    with begin(db, ANN) as change:
        change.remove("customer", 2)
    assert [row["id"] for row in search.rows_of(db, "customer", [4, 2, 1, 99])] == [4, 1]
    assert [row["id"] for row in search.rows_of(db, "interaction", [2, 3])] == [2, 3]


# --- checking and mending ---


def test_what_another_program_did_is_counted_and_mended(tmp_path: Path) -> None:
    path = tmp_path / "filled.db"
    fill(path)
    check_search(path)
    db = open_for_writing(str(path))
    live = "SELECT id FROM customer WHERE deleted_at IS NULL AND name <> '' ORDER BY id"
    keys = [row["id"] for row in db.connection.execute(live)]
    db.connection.execute("UPDATE customer SET name = 'Renamed' WHERE id = ?", (keys[0],))
    assert search.differences(db) == 1
    db.connection.execute("DELETE FROM search_document WHERE id = ?", (keys[1],))
    assert search.differences(db) == 2
    db.connection.execute("UPDATE interaction SET summary = 'said' WHERE id IN (3, 4) AND deleted_at IS NULL")  # fmt: skip
    more = search.differences(db)
    assert more > 2
    db.run("insert_search_document", id=search.key_of("task", 10**6), names="x", sound=None, initials=None, prose=None)  # fmt: skip
    assert search.differences(db) >= more
    with db.transaction():
        search.rebuild(db)
    db.close()
    check_search(path)
    assert found(path, "renamed") == {"customer": [keys[0]]}


def test_a_rebuilt_index_is_the_one_that_was_kept(place: Path) -> None:
    path = one_of_each(place)
    before = whole_file(path)["search_document"]
    db = open_for_writing(str(path))
    with db.transaction():
        search.rebuild(db)
    db.close()
    assert whole_file(path)["search_document"] == before
    check_search(path)


def test_a_document_too_many_is_counted(place: Path) -> None:
    path = one_of_each(place)
    db = open_for_writing(str(path))
    db.connection.execute("UPDATE person SET deleted_at = 'x'")  # past the change log
    assert search.differences(db) == 1
    db.close()
