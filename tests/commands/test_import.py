"""Imports that go wrong or nearly so: nothing is lost, nothing half done (CLI.md, Import)."""

import hashlib
import json
from pathlib import Path

import pytest

from crmcli.store.importing import customers
from tests.contract.program import refused, refused_here
from tests.support import Ran, crm, run_in_process, run_process


def written(place: Path, *lines: str, name: str = "list.csv") -> Path:
    path = place / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def counts(ran: Ran) -> tuple[int, int, int, int]:
    item = ran.json["item"]
    return item["added"], item["updated"], item["unchanged"], item["rejected"]


def test_rejected_rows_go_to_a_file_that_imports_again(place: Path) -> None:
    path = written(place, "name,tier,phone", "Good,core,13800000001", "Bad,zz,13800000002")
    ran = run_in_process(["import", str(path), "--json"])
    assert (ran.code, counts(ran)) == (5, (1, 0, 0, 1))
    rejects = place / "list.csv.rejects.csv"
    assert ran.json["item"]["rejects_file"] == str(rejects)
    lines = rejects.read_bytes().decode("utf-8-sig").splitlines()
    assert lines[0] == "name,tier,phone,crm_line,crm_reason"
    assert lines[1].startswith("Bad,zz,13800000002,3,\"tier 'zz' is unknown; choose one of")
    mended = rejects.read_text(encoding="utf-8-sig").replace("zz", "core")
    rejects.write_text(mended, encoding="utf-8")
    assert counts(crm(["import", str(rejects), "--json"])) == (1, 0, 0, 0)


@pytest.mark.parametrize(
    "target", ["crm.db", "list.csv", "config.toml", "folder", "-", "notes.txt"]
)
def test_rejected_rows_never_overwrite_what_is_there(place: Path, target: str) -> None:
    crm("add-customer Acme")
    path = written(place, "name,tier", "Good,core", "Bad,zz")
    written(place, "my notes", name="notes.txt")
    written(place, "", name="config.toml")
    (place / "folder").mkdir()
    before = {p.name: p.read_bytes() for p in place.iterdir() if p.is_file()}
    named = target if target == "-" else str(place / target)
    ran = run_in_process(["import", str(path), "--rejects", named])
    assert ran.code in (2, 4), ran
    assert len(ran.err.splitlines()) == 1
    assert {p.name: p.read_bytes() for p in place.iterdir() if p.is_file()} == before


def test_a_dry_run_writes_not_a_byte(place: Path) -> None:
    crm("add-customer Acme")
    path = written(place, "name,tier", "Good,core", "Bad,zz")

    def everything() -> dict[str, str]:
        return {
            p.name: hashlib.sha256(p.read_bytes()).hexdigest()
            for p in place.iterdir()
            if p.is_file()
        }

    before = everything()
    ran = run_in_process(["import", str(path), "--dry-run", "--json"])
    assert (ran.code, counts(ran)) == (5, (1, 0, 0, 1))
    assert everything() == before


def test_rows_that_are_one_customer_by_different_keys(place: Path) -> None:
    crm("add-customer Acme --phone 13800001111")
    path = written(
        place, "name,phone,tags,person,title", "Acme,,vip,Ann,", "Other,13800001111,vip,Ann,CEO"
    )
    assert counts(crm(["import", str(path), "--json"])) == (0, 2, 0, 0)
    item = crm("show c1 --json").json["item"]
    assert (item["name"], item["tags"]) == ("Acme", ["vip"])
    assert [(one["name"], one["title"]) for one in item["people"]] == [("Ann", "CEO")]
    assert counts(crm(["import", str(path), "--json"])) == (0, 0, 2, 0)


def test_the_same_list_twice_changes_nothing_even_if_it_contradicts_itself(place: Path) -> None:
    path = written(
        place, "external_id,name,note,person,title",
        "1,A,one,Ann,", "1,A,two,Ann,CEO", "2,B,x,Bob,CFO", "1,A,three,Eve,CTO",
    )  # fmt: skip
    assert counts(crm(["import", str(path), "--json"])) == (2, 2, 0, 0)
    item = crm("show c1 --json").json["item"]
    assert item["note"] == "one"
    assert [(one["name"], one["title"]) for one in item["people"]] == [
        ("Ann", "CEO"),
        ("Eve", "CTO"),
    ]
    again = crm(["import", str(path), "--json"])
    assert counts(again) == (0, 0, 4, 0)
    assert again.json["item"]["change"] is None


def test_an_external_id_that_is_taken_rejects_the_row(place: Path) -> None:
    crm("add-customer A --external-id X1")
    path = written(
        place, "name,phone,external_id", "B,13800002222,X1", "C,13800003333,X9", "D,13800004444,X9"
    )
    ran = run_in_process(["import", str(path), "--key", "phone", "--json"])
    assert (ran.code, counts(ran)) == (5, (1, 0, 0, 2))
    reasons = (place / "list.csv.rejects.csv").read_text(encoding="utf-8-sig")
    assert "external id X1 is that of c1 A" in reasons
    assert "external id X9 is that of c2 C" in reasons


def test_a_row_that_fits_several_customers_is_rejected_naming_them(place: Path) -> None:
    crm("add-customer A --phone 13800001111")
    crm("add-customer B --phone 13800001111 --allow-duplicate")
    path = written(place, "name,phone", "C,13800001111")
    ran = run_in_process(["import", str(path), "--json"])
    assert ran.code == 5
    reasons = (place / "list.csv.rejects.csv").read_text(encoding="utf-8-sig")
    assert "fits several customers: c1 A, c2 B" in reasons


def test_two_numbers_that_differ_are_two_customers(place: Path) -> None:
    path = written(place, "external_id,name,phone", "1,Acme,13800001111", "2,Acme,13800001111")
    assert counts(crm(["import", str(path), "--json"])) == (2, 0, 0, 0)


def test_strict_imports_nothing_when_a_row_is_bad(place: Path) -> None:
    path = written(place, "name,tier", "Good,core", "Bad,zz")
    ran = run_in_process(["import", str(path), "--strict"])
    assert ran.code == 1
    assert crm("list-customers --json").json["count"] == 0


def test_an_empty_or_masked_cell_erases_nothing(place: Path) -> None:
    crm("add-customer Acme --phone 13812345678 --city 上海 --tier core")
    path = written(place, "name,city,phone,tier", "Acme,,138****5678,")
    ran = crm(["import", str(path), "--json"])
    assert counts(ran) == (0, 0, 1, 0)
    assert "phone: 1 masked values left out." in ran.err
    item = crm("show c1 --json --reveal").json["item"]
    assert (item["city"], item["tier"], item["phones"]) == ("上海", "core", ["13812345678"])


def test_spread_deals_the_first_touches_out_over_working_days_core_first(place: Path) -> None:
    crm("config set calendar.country CN")
    rows = [f"N{i},ordinary" for i in range(6)] + ["Core,core", "Old,core"]
    path = written(
        place, "name,tier,last_contact", *(f"{row}," for row in rows[:-1]), "Old,core,2026-11-02"
    )
    crm(["import", str(path), "--spread", "3wd"])
    touches = {
        item["name"]: item["next_touch_on"] for item in crm("list-customers --json").json["items"]
    }
    assert touches.pop("Old") == "2026-12-02"
    assert touches == {
        "Core": "2026-11-20", "N0": "2026-11-20", "N1": "2026-11-20",
        "N2": "2026-11-23", "N3": "2026-11-23", "N4": "2026-11-24", "N5": "2026-11-24",
    }  # fmt: skip


def test_what_comes_round_with_a_new_customer_counts_from_the_day_it_was_added(place: Path) -> None:
    path = written(place, "name,tier,since", "Core,core,2024-03-01", "Other,potential,2024-03-01")
    crm(["import", str(path)])
    rounds = ["business-review", "solution-review", "value-review", "care"]
    kinds = " ".join(f"--kind {kind}" for kind in rounds)
    items = crm(f"due --days 300 {kinds} --json").json["items"]
    assert sorted((item["ref"], item["due_at"]) for item in items) == [
        ("c1:business-review", "2027-02-22"),  # Sat 20 Feb, moved
        ("c1:care", "2027-03-22"),  # Sat 20 Mar, moved
        ("c1:solution-review", "2027-05-20"),
        ("c1:value-review", "2027-03-01"),  # the anniversary
        ("c2:value-review", "2027-03-01"),
    ]


def test_unknown_columns_are_named_kept_or_mapped(place: Path) -> None:
    path = written(place, "name,Seats,Shoe size", "Acme,12,44")
    assert "Not imported: Seats, Shoe size" in crm(["import", str(path)]).err
    crm("config set fields.seats number")
    crm(["import", str(path), "--map", "Seats=field.seats"])
    assert crm("show c1 --json").json["item"]["fields"] == {"seats": "12"}
    crm(["import", str(path), "--keep-extra", "--map", "Seats=-"])
    assert crm("show c1 --json").json["item"]["fields"] == {"seats": "12", "Shoe_size": "44"}


@pytest.mark.parametrize("text", ["%PDF-1.7", "Rar!"])
def test_other_formats_are_no_csv(place: Path, text: str) -> None:
    path = written(place, text)
    ran = run_in_process(["import", str(path)])
    assert ran.code == 1
    assert "a format that is not read; save it as CSV or XLSX" in ran.err
    assert crm("list-customers --json").json["count"] == 0


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "is empty; there is nothing to import"),
        ("客户名称,城市\n", "has headers and no rows; there is nothing to import"),
        ("客户名称,城市\n,\n\n", "has headers and no rows; there is nothing to import"),
        ("<html><table><tr><td>x", "is a web page or XML, whatever its name says; open it in a spreadsheet and save it as CSV"),
    ],
)  # fmt: skip
def test_a_file_without_rows_is_said_and_makes_nothing(
    place: Path, text: str, sentence: str
) -> None:
    path = written(place, text)
    refused(["import", str(path)], 1, f"{path} {sentence}")
    assert not (place / "crm.db").exists()


def test_a_phone_book_holds_prospects_and_a_list_customers(place: Path) -> None:
    book = written(place, "First Name,Last Name,Phone", "Ann,Lee,13800001111", name="book.csv")
    crm(["import", str(book)])
    crm(["import", str(written(place, "name", "Acme"))])
    found = crm("list-customers --json").json["items"]
    assert [(one["name"], one["kind"], one["stage"]) for one in found] == [
        ("Ann Lee", "person", "prospect"),
        ("Acme", "company", "customer"),
    ]
    assert found[1]["lifecycle"] == "established"  # imported with no since: not new


def test_undo_takes_a_whole_import_back_and_undone_gives_it_back(place: Path) -> None:
    crm("add-customer Acme")
    path = written(
        place, "name,city,tags,last_contact", "Acme,上海,vip,2026-11-01", "B,北京,,", "C,,x;y,"
    )
    crm(["import", str(path)])
    after = crm("list-customers --json").json
    crm("undo")
    assert [
        (one["name"], one["city"], one["tags"])
        for one in crm("list-customers --json").json["items"]
    ] == [("Acme", None, [])]
    crm("undo x3")
    assert crm("list-customers --json").json == after


@pytest.mark.parametrize(
    ("how", "code", "expected"),
    [("update", 0, (1, 1, 0, 0)), ("skip", 0, (1, 0, 1, 0)), ("reject", 5, (1, 0, 0, 1))],
)
def test_what_becomes_of_customers_that_are_there(
    place: Path, how: str, code: int, expected: tuple[int, ...]
) -> None:
    crm("add-customer Acme --industry tea")
    path = written(place, "name,industry", "Acme,coffee", "Beta,tea")
    ran = run_in_process(["import", str(path), "--on-duplicate", how, "--json"])
    assert (ran.code, counts(ran)) == (code, expected)
    industry = crm("show c1 --json").json["item"]["industry"]
    assert industry == ("coffee" if how == "update" else "tea")


@pytest.mark.parametrize(
    ("how", "code", "expected"), [("skip", 0, (1, 2, 2, 0)), ("reject", 5, (1, 2, 0, 2))]
)
@pytest.mark.parametrize("ending", ["csv", "json", "vcf"])
def test_every_person_of_a_new_customer_comes_in_and_none_of_one_that_was_there(
    place: Path, how: str, code: int, expected: tuple[int, ...], ending: str
) -> None:
    crm("add-customer Acme --person Ann")
    listed = [("Beta", "Ben"), ("Acme", "Abe"), ("Beta", "Bea"), ("Acme", "Amy"), ("Beta", "Bob")]
    texts = {
        "csv": "\n".join(["name,person", *(f"{name},{person}" for name, person in listed)]),
        "json": json.dumps([{"name": name, "person": person} for name, person in listed]),
        "vcf": "".join(
            f"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:{person}\r\nORG:{name}\r\nEND:VCARD\r\n"
            for name, person in listed
        ),
    }
    path = place / f"list.{ending}"
    path.write_text(texts[ending], encoding="utf-8", newline="")
    ran = run_in_process(["import", str(path), "--on-duplicate", how, "--json"])
    assert (ran.code, counts(ran)) == (code, expected)
    people = [
        [one["name"] for one in crm(f"show {ref} --json").json["item"]["people"]]
        for ref in ("c1", "c2")
    ]
    assert people == [["Ann"], ["Ben", "Bea", "Bob"]]


def test_a_known_customer_gains_what_the_list_adds(place: Path) -> None:
    crm("add-customer Mother --external-id M1")
    crm("add-customer Acme --person Ann --title buyer --phone 13800001111")
    path = written(
        place,
        "name,person,title,person_phone,email,referred_by,last_contact,tags",
        "Acme,Ann,CEO,13800002222,a@example.com,ext:M1,2026-11-10,vip",
    )
    assert counts(crm(["import", str(path), "--json"])) == (0, 1, 0, 0)
    item = crm("show c2 --json --reveal").json["item"]
    (ann,) = item["people"]
    assert (ann["title"], ann["phones"]) == ("CEO", ["13800001111", "13800002222"])
    assert (item["emails"], item["referred_by"], item["tags"]) == (["a@example.com"], "c1", ["vip"])
    assert item["last_contact_at"] == "2026-11-10T12:00:00+08:00"
    assert counts(crm(["import", str(path), "--json"])) == (0, 0, 1, 0)


def test_a_new_customer_is_referred_by_name_and_an_unknown_referrer_is_left_out(
    place: Path,
) -> None:
    crm("add-customer Mother")
    path = written(place, "name,referred_by", "A,Mother", "B,Nobody")
    crm(["import", str(path)])
    found = {
        item["name"]: item["referred_by"] for item in crm("list-customers --json").json["items"]
    }
    assert found == {"Mother": None, "A": "c1", "B": None}


def test_who_referred_a_customer_may_stand_below_it(place: Path) -> None:
    crm("add-customer Old")
    lines = ("external_id,name,referred_by", "1,Old,Son", "2,A,Mother", "3,B,ext:5", "4,Son,Son", "5,Mother,A", "6,C,Nobody")  # fmt: skip
    path = written(place, *lines)
    assert counts(crm(["import", str(path), "--json"])) == (5, 1, 0, 0)
    items = crm("list-customers --json").json["items"]
    names = {item["ref"]: item["name"] for item in items}
    found = {item["name"]: names.get(item["referred_by"]) for item in items}
    assert found == {
        "Old": "Son",
        "A": "Mother",
        "B": "Mother",
        "Son": None,
        "Mother": "A",
        "C": None,
    }
    assert counts(crm(["import", str(path), "--json"])) == (0, 0, 6, 0)
    again = written(place, "name,referred_by", "Mother,New", "New,", name="more.csv")
    assert counts(crm(["import", str(again), "--json"])) == (1, 1, 0, 0)
    assert counts(crm(["import", str(again), "--json"])) == (0, 0, 2, 0)
    crm("undo")
    crm("undo")
    assert [one["name"] for one in crm("list-customers --json").json["items"]] == ["Old"]


def test_a_text_too_long_for_its_column_rejects_its_row(place: Path) -> None:
    path = written(
        place, "name,person,tags", f"{'长' * 201},,", f"A,{'长' * 201},", f"B,,{'t' * 201}", "C,,"
    )
    ran = run_in_process(["import", str(path), "--json"])
    assert counts(ran) == (1, 0, 0, 3)
    reasons = (place / "list.csv.rejects.csv").read_text(encoding="utf-8-sig")
    assert reasons.count("is 201 characters long; shorten it to 200") == 3


@pytest.mark.parametrize("others", [0, 1_000])
def test_texts_that_a_tool_wrote_as_formulas_are_these_texts(place: Path, others: int) -> None:
    """Alone, and in a list that is read by column."""
    rows = ['="0012",华东精工,="13800138000"', '"=""0013""","=""重庆""""长乐""""""",']
    plain = [f"{1_000 + number},上海{number}," for number in range(others)]
    path = written(place, '="编号",客户名称,电话', *rows, *plain)
    assert counts(crm(["import", str(path), "--json"])) == (2 + others, 0, 0, 0)
    found = crm("list-customers --json --reveal").json["items"]
    said = sorted((one["external_id"], one["name"], one["phones"]) for one in found)[:2]
    assert said == [("0012", "华东精工", ["13800138000"]), ("0013", '重庆"长乐"', [])]
    crm(["edit", "ext:0012", "--set", 'name="0012"'.replace("name=", "name==")])
    out = place / "out.csv"
    crm(["export", "customers", "--reveal", "--out", str(out)])
    assert counts(crm(["import", str(out), "--json"])) == (0, 0, 2 + others, 0)


def test_a_new_person_may_share_the_number_of_the_customer(place: Path) -> None:
    crm("add-customer Acme --phone 010-62345678")
    crm("add-person Acme Bob")
    path = written(
        place, "name,person,person_phone", "Acme,Ann,010-62345678", "Acme,Bob,010-62345678"
    )
    assert counts(crm(["import", str(path), "--json"])) == (0, 1, 1, 0)
    assert counts(crm(["import", str(path), "--json"])) == (0, 0, 2, 0)
    item = crm("show c1 --json --reveal").json["item"]
    assert {one["name"]: one["phones"] for one in item["people"]} == {
        "Bob": [],
        "Ann": ["010-62345678"],
    }


def test_a_company_without_its_name_is_no_private_person(place: Path) -> None:
    path = place / "list.csv"
    path.write_text(
        "公司名称,统一社会信用代码,联系人,手机,kind\n"
        ",91350100M000100Y43,张三,13800001111,\n"
        ",,李四,13800002222,\n"
        ",91310000MA1FL5E93J,王五,13800003333,个人\n",
        encoding="utf-8",
    )
    ran = run_in_process(["import", str(path)])
    assert ran.code == 5
    assert "  1 × the row has no name (line 2)" in ran.err.splitlines()
    found = crm("list-customers --json").json["items"]
    assert [(one["name"], one["kind"]) for one in found] == [("李四", "person"), ("王五", "person")]
    path.write_text("统一社会信用代码,联系人\n91350100M000100Y43,赵六\n", encoding="utf-8")
    crm(["import", str(path)])  # nothing says that a company is meant
    assert crm("show c3 --json").json["item"]["kind"] == "person"


@pytest.mark.parametrize(
    ("first", "broken", "header"),
    [
        ("name,note\n", "{},x\n", "name"),
        ('{"name": "A"}\n', '{{"name": "{}"}}\n', "name"),
    ],
)
@pytest.mark.parametrize("others", [20, 2_000])
def test_a_row_in_another_encoding_is_rejected_and_never_half_read(
    place: Path, first: str, broken: str, header: str, others: int
) -> None:
    """Lists put together from two: GBK in the middle of UTF-8."""
    path = place / "list"
    names = "".join(broken.format(f"上海精工机械有限公司{number}") for number in range(others))
    path.write_bytes((first + names).encode() + broken.format("乙公司").encode("gbk"))
    ran = run_in_process(["import", str(path), "--json"])
    assert (ran.code, ran.json["item"]["rejected"]) == (5, 1)
    (why,) = ran.json["item"]["reasons"]
    assert why["reason"] == f"{header} is not in UTF-8 as the rest of the file is"
    assert "\ufffd" not in crm("list-customers --json").out


@pytest.mark.parametrize(
    "nothing",
    ["无", "-", "--", "---", "—", "——", "/", "N/A", "n/a", "暂无", "没有", "null", "NULL", "none", "None"],
)  # fmt: skip
def test_a_cell_that_says_nothing_is_an_empty_one(place: Path, nothing: str) -> None:
    crm(
        "add-customer 甲公司 --uscc 91350100M000100Y43 --person 张三 --phone 13800001111 --wechat zs1"
    )
    path = place / "list.csv"
    fields = "客户名称,统一社会信用代码,电话,邮箱,微信,联系人,手机,联系人邮箱"
    path.write_text(
        f"{fields}\n" + "".join(f"{name}{f',{nothing}' * 4},张三{f',{nothing}' * 2}\n" for name in ("甲公司", "乙公司")),
        encoding="utf-8",
    )  # fmt: skip
    ran = crm(["import", str(path), "--json"])
    assert (ran.json["item"]["added"], ran.json["item"]["unchanged"]) == (1, 1)
    assert "warnings" not in ran.json["item"]
    path.write_text(
        f"客户名称,姓名,手机,邮箱,微信\n乙公司,张三{f',{nothing}' * 3}\n", encoding="utf-8"
    )
    assert crm(["import", str(path), "--as", "people", "--json"]).json["item"]["unchanged"] == 1
    first, second = crm("list-customers --json --reveal").json["items"]
    assert first["uscc"] == "91350100M000100Y43"
    assert [first["people"][0][name] for name in ("phones", "wechat")] == [["13800001111"], "zs1"]
    assert [second[name] for name in ("uscc", "phones", "emails", "wechat")] == [None, [], [], None]
    assert [second["people"][0][name] for name in ("phones", "emails", "wechat")] == [[], [], None]


@pytest.mark.parametrize(
    ("where", "address", "city", "stored"),
    [
        ("上海", "人民路1号", "上海", "人民路1号"),
        ("上海市", "", "上海", None),
        ("北京市朝阳区", "建国路1号", "北京", "北京市朝阳区建国路1号"),
        ("江苏省苏州市", "人民路1号", "苏州", "江苏省苏州市人民路1号"),
        ("江苏省 / 苏州市", "", "苏州", None),
        ("内蒙古自治区呼和浩特市", "", "呼和浩特", None),
        ("苏州市", "人民路1号", "苏州", "人民路1号"),
        ("江苏省", "苏州人民路1号", None, "江苏省苏州人民路1号"),
        ("华东大区", "人民路1号", None, "人民路1号"),
    ],
)
def test_what_a_column_of_places_says(
    place: Path, where: str, address: str, city: str | None, stored: str | None
) -> None:
    path = place / "list.csv"
    path.write_text(f"客户名称,所在地区,地址\n甲公司,{where},{address}\n", encoding="utf-8")
    crm(["import", str(path)])
    item = crm("show c1 --json").json["item"]
    assert (item["city"], item["address"]) == (city, stored)


def test_bad_rows_are_handed_back_in_the_order_of_the_file(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever waits for the end of a long list is told where it stands, not where it is taken."""
    monkeypatch.setattr(customers, "_LETS_WAIT_FROM", 2)
    rows = ["A,13800000001,", "B,13800000002,", "C,13800000003,"]
    path = written(place, "name,phone,tier", *rows, "D,13800000001/13800000002,", "E,,zz")
    ran = run_in_process(["import", str(path), "--strict", "--json"])
    assert ran.code == 1
    assert "the first: line 5: fits several customers" in ran.err
    ran = run_in_process(["import", str(path), "--json"])
    assert (ran.code, counts(ran)) == (5, (3, 0, 0, 2))
    lines = (place / "list.csv.rejects.csv").read_text(encoding="utf-8-sig").splitlines()
    assert [line.split(",")[0] for line in lines[1:]] == ["D", "E"]


def test_a_sales_region_is_no_place_and_becomes_a_tag(place: Path) -> None:
    path = written(
        place,
        "客户名称,所在地区,标签",
        "甲公司,华东大区,重点",
        "乙公司,海外,",
        "丙公司,江苏省,",
        "丁公司,華東,",
        "戊公司,东南亚,",
    )
    for told in ((5, 0, 0, 0), (0, 0, 5, 0)):
        assert counts(crm(["import", str(path), "--json"])) == told
        items = [crm(f"show c{number} --json").json["item"] for number in range(1, 6)]
        assert [(one["tags"], one["city"], one["address"]) for one in items] == [
            (["华东大区", "重点"], None, None),
            (["海外"], None, None),
            ([], None, "江苏省"),
            (["華東"], None, None),
            (["东南亚"], None, None),
        ]


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("3月5日", "2026-03-05T12:00:00+08:00"),
        ("12月25日", "2025-12-25T12:00:00+08:00"),
        ("25 Dec 15:00", "2025-12-25T15:00:00+08:00"),
        ("周五", "2026-11-13T12:00:00+08:00"),
        ("周四", "2026-11-19T12:00:00+08:00"),
    ],
)
def test_a_last_contact_without_a_year_is_the_last_such_day(
    place: Path, said: str, day: str
) -> None:
    path = place / "list.csv"
    path.write_text(f"客户名称,最近跟进时间\n甲公司,{said}\n", encoding="utf-8")
    crm(["import", str(path)])
    assert crm("show c1 --json").json["item"]["last_contact_at"] == day


def test_a_last_contact_to_come_is_refused_and_how_it_is_written_told(place: Path) -> None:
    path = place / "list.csv"
    path.write_text("客户名称,最近跟进时间\n甲公司,2026-12-25\n", encoding="utf-8")
    item = run_in_process(["import", str(path), "--json"]).json["item"]
    assert [one["reason"] for one in item["reasons"]] == [
        "the last contact 2026-12-25 is in the future; write the day it was with its year, like 2026-03-05"
    ]


def test_of_several_rows_of_a_customer_the_first_that_says_something_holds(place: Path) -> None:
    crm("add-customer 甲公司 --industry IT --person 张三 --title 助理")
    crm("add-person 甲公司 李四 --title 助理")
    lines = (
        "客户名称,行业,地址,联系人,职务",
        "甲公司,,东路,张三,",
        "甲公司,制造,西路,李四,经理",
        "甲公司,贸易,,张三,总监",
    )
    path = written(place, *lines)
    for updated, unchanged in ((3, 0), (0, 3)):
        assert counts(crm(["import", str(path), "--json"])) == (0, updated, unchanged, 0)
        item = crm("show c1 --json --reveal").json["item"]
        assert (item["industry"], item["address"]) == ("制造", "东路")
        assert [(one["name"], one["title"]) for one in item["people"]] == [
            ("张三", "总监"),
            ("李四", "经理"),
        ]


def test_who_asked_to_be_left_alone_is_and_no_list_takes_it_back(place: Path) -> None:
    crm("add-customer 老客户 --stage customer --tier core")
    lines = (
        "客户名称,客户状态,客户等级,联系人,免打扰",
        "老客户,,,,是",
        "甲公司,成交客户,核心客户,张三,",
        "甲公司,,,李四,是",
        "甲公司,,,王五,否",
        "乙公司,潜在客户,,,yes",
        "丙公司,意向客户,核心客户,,否",
        "丁公司,,,,也许",
    )
    path = written(place, *lines)
    for told in ((3, 3, 0, 1), (0, 0, 6, 1)):
        assert counts(run_in_process(["import", str(path), "--json"])) == told
        items = crm("list-customers --json").json["items"]
        flags = {one["name"]: one["do_not_contact"] for one in items}
        assert flags == {"老客户": True, "甲公司": True, "乙公司": True, "丙公司": False}
        due = crm("due --json --days 400").json["items"]
        assert {one["customer"]["name"] for one in due if one["customer"]} == {"丙公司"}
    assert "'也许' is neither yes nor no" in Path(f"{path}.rejects.csv").read_text("utf-8-sig")
    taken_back = written(place, "name,do_not_contact", "老客户,no", "甲公司,no")
    assert counts(crm(["import", str(taken_back), "--json"])) == (0, 0, 2, 0)
    assert crm("show c1 --json").json["item"]["do_not_contact"] is True
    found = [one["status"] for one in crm("doctor --json").json["items"]]
    assert {*found} <= {"ok", "warning"}
    crm("undo x2")
    assert crm("show c1 --json").json["item"]["do_not_contact"] is False


def test_a_list_in_traditional_characters(place: Path) -> None:
    path = written(
        place,
        "客戶一覽",
        "客戶名稱,聯絡人,行動電話,電郵,地址,備註,統一編號,客戶狀態,客戶等級",
        "台灣甲公司,王大明,0912-345-678,a@b.tw,台北市中正區1號,老朋友,12345675,潛在客戶,核心客戶",
    )
    ran = run_process(["import", str(path), "--keep-extra"])
    assert (ran.code, ran.out) == (0, "x1\n")
    assert "8 of 9 columns recognised." in ran.err
    item = crm("show c1 --json --reveal").json["item"]
    said = ("name", "stage", "tier", "address", "note", "uscc", "fields")
    assert [item[name] for name in said] == [
        "台灣甲公司", "prospect", "core", "台北市中正區1號", "老朋友", None, {"統一編號": "12345675"},
    ]  # fmt: skip
    (person,) = item["people"]
    assert (person["name"], person["phones"], item["emails"]) == ("王大明", ["0912-345-678"], ["a@b.tw"])  # fmt: skip
    again = run_process(["import", str(path), "--keep-extra", "--json"])
    assert (again.code, counts(again)) == (0, (0, 0, 1, 0))


def test_what_is_taken_for_granted_gives_way_to_a_later_row_that_says_it(place: Path) -> None:
    lines = (
        "客户名称,客户状态,客户性质,联系人,手机",
        "甲公司,,,张三,13800000001",
        "甲公司,意向客户,个人,李四,13800000002",
        "甲公司,流失客户,企业,王五,13800000003",
        "乙公司,潜在客户,,张三,13800000004",
        "乙公司,,,李四,13800000005",
        "乙公司,成交客户,,王五,13800000006",
        "丙公司,,,张三,13800000007",
    )
    path = written(place, *lines)
    for told in ((3, 4, 0, 0), (0, 0, 7, 0)):
        assert counts(crm(["import", str(path), "--json"])) == told
        found = [
            (one["name"], one["stage"], one["kind"])
            for one in crm("list-customers --json --sort name").json["items"]
        ]
        assert sorted(found) == [
            ("丙公司", "customer", "company"),
            ("乙公司", "prospect", "company"),
            ("甲公司", "interested", "person"),
        ]
    assert crm("doctor").code == 0
    crm("undo x1")
    assert crm("list-customers --json").json["count"] == 0


def test_a_person_named_without_the_company_does_not_make_it_a_person(place: Path) -> None:
    path = written(place, "公司名称,姓名,手机", "甲公司,张三,13800000001", ",张三,13800000001")
    for told in ((1, 0, 1, 0), (0, 0, 2, 0)):
        assert counts(crm(["import", str(path), "--json"])) == told
        item = crm("show c1 --json").json["item"]
        assert (item["name"], item["kind"]) == ("甲公司", "company")


@pytest.mark.parametrize(
    ("headers", "cells", "city", "stored"),
    [
        ("客户名称,省份", "甲公司,江苏省", None, "江苏省"),
        ("客户名称,省份,城市", "甲公司,江苏省,苏州", "苏州", "江苏省"),
        ("客户名称,省份,城市", "甲公司,上海,浦东", "浦东", "上海"),
        ("客户名称,省份,城市", "甲公司,江苏省苏州市,昆山", "昆山", "江苏省苏州市"),
        ("客户名称,省份,城市", "甲公司,上海,上海", "上海", None),
        ("name,state,address", "Acme,Texas,", None, "Texas"),
        ("name,state,city", "Acme,Berlin,Berlin", "Berlin", None),
    ],
)
def test_a_province_is_all_there_is_of_an_address_when_nothing_else_is(
    place: Path, headers: str, cells: str, city: str | None, stored: str | None
) -> None:
    path = written(place, headers, cells)
    crm(["import", str(path)])
    item = crm("show c1 --json").json["item"]
    assert (item["city"], item["address"]) == (city, stored)
    assert counts(crm(["import", str(path), "--json"])) == (0, 0, 1, 0)


def test_a_province_alone_does_not_take_the_place_of_an_address(place: Path) -> None:
    crm("add-customer 甲公司 --address 苏州人民路1号")
    path = written(place, "客户名称,省份", "甲公司,江苏省")
    assert counts(crm(["import", str(path), "--json"])) == (0, 0, 1, 0)
    assert crm("show c1 --json").json["item"]["address"] == "苏州人民路1号"
    path = written(place, "客户名称,省份,地址", "甲公司,江苏省,苏州人民路2号")
    assert counts(crm(["import", str(path), "--json"])) == (0, 1, 0, 0)
    assert crm("show c1 --json").json["item"]["address"] == "江苏省苏州人民路2号"


def test_unknown_headers_that_become_one_field_are_numbered(place: Path) -> None:
    path = written(place, "name,Shoe size,Shoe.size,Shoe  size,Shoe_size_2", "Acme,41,42,43,44")
    crm(["import", str(path), "--keep-extra"])
    fields = {"Shoe_size": "41", "Shoe_size_2": "42", "Shoe_size_3": "43", "Shoe_size_2_2": "44"}
    assert crm("show c1 --json").json["item"]["fields"] == fields
    assert counts(crm(["import", str(path), "--keep-extra", "--json"])) == (0, 0, 1, 0)


def test_a_column_of_an_export_goes_before_another_of_its_name(place: Path) -> None:
    crm("config set fields.plan text")
    path = written(place, "name,plan,field.plan", "Acme,theirs,ours")
    crm(["import", str(path), "--keep-extra"])
    assert crm("show c1 --json").json["item"]["fields"] == {"plan": "ours", "plan_2": "theirs"}
    assert counts(crm(["import", str(path), "--keep-extra", "--json"])) == (0, 0, 1, 0)


def test_two_columns_mapped_to_one_custom_field_lose_none(place: Path) -> None:
    crm("config set fields.plan text")
    path = written(place, "name,Old,New,New", "Acme,1,2,3")
    mapped = ["import", str(path), "--map", "New=field.plan"]
    refused_here(
        [*mapped, "--keep-extra", "--map", "Old=field.plan"],
        2,
        "two columns are mapped to field.plan; it takes one, so map the other to - to leave it out",
    )
    refused_here(
        mapped,
        2,
        "2 columns are called 'New', and field.plan takes one; add --keep-extra to keep the others beside it",
    )
    crm([*mapped, "--keep-extra"])
    fields = {"plan": "2", "plan_2": "3", "Old": "1"}
    assert crm("show c1 --json").json["item"]["fields"] == fields
    assert counts(crm([*mapped, "--keep-extra", "--json"])) == (0, 0, 1, 0)


def test_the_same_unknown_header_twice_is_two_fields(place: Path) -> None:
    path = written(place, "name,Plan,Plan", "Acme,old,new")
    crm(["import", str(path), "--keep-extra"])
    assert crm("show c1 --json").json["item"]["fields"] == {"Plan": "old", "Plan_2": "new"}


def test_who_referred_a_customer_and_is_not_found_is_told_with_the_line(place: Path) -> None:
    crm("add-customer Twin --city Bonn")
    crm("add-customer Twin --city Linz --allow-duplicate")
    path = written(place, "name,推荐人", "Acme,Late", "Beta,Nobody", "Late,", "Gamma,Twin")
    told = (
        "Not exactly one customer is called so, and nobody is set as the referrer (line): "
        "Nobody (3), Twin (5)"
    )
    for number in range(2):
        ran = crm(["import", str(path), "--json"])
        assert ran.json["item"]["warnings"] == [told]
        assert counts(ran) == ((0, 0, 4, 0) if number else (4, 0, 0, 0))
    assert crm("show Acme --json").json["item"]["referred_by"] == "c5"
    assert told in crm(["import", str(path)]).err.splitlines()


def test_many_who_are_not_found_are_counted(place: Path) -> None:
    path = written(place, "name,推荐人", *(f"Acme {n},Nobody {n}" for n in range(1_200)))
    told = ", ".join(f"Nobody {n} ({n + 2})" for n in range(5))
    ran = crm(["import", str(path), "--json"])
    (warning,) = ran.json["item"]["warnings"]
    assert warning.endswith(f" (line): {told} … (+1195)")
