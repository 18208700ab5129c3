"""Imports of people: found again, brought up to date, with birthdays (CLI.md, Import; HANDBOOK §1, §9)."""

import csv
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from tests.support import Ran, crm, run_in_process, run_process


def written(place: Path, *lines: str, name: str = "people.csv", encoding: str = "utf-8") -> str:
    path = place / name
    path.write_bytes("".join(f"{line}\n" for line in lines).encode(encoding))
    return str(path)


def counts(ran: Ran) -> tuple[int, int, int, int]:
    item = ran.json["item"]
    return item["added"], item["updated"], item["unchanged"], item["rejected"]


def imported(path: str, *more: str) -> tuple[int, int, int, int]:
    ran = run_in_process(["import", path, "--as", "people", "--json", *more])
    assert ran.code == (5 if ran.json["item"]["rejected"] else 0), ran
    return counts(ran)


def people(customer: str = "c1") -> list[dict[str, Any]]:
    return list(crm(f"show {customer} --json --reveal").json["item"]["people"])


def reasons(path: str | Path) -> list[str]:
    """The reasons of the rejected rows, in the order of the file."""
    with Path(f"{path}.rejects.csv").open(encoding="utf-8-sig", newline="") as file:
        return [row["crm_reason"] for row in csv.DictReader(file)]


def rows(sql: str, place: Path) -> list[tuple[Any, ...]]:
    connection = sqlite3.connect(place / "crm.db")
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()


def test_a_list_with_chinese_headers_in_gb18030_through_the_real_process(place: Path) -> None:
    crm("add-customer 华东精工有限公司 --external-id K1")
    path = written(
        place,
        "客户名称,姓名,职务,手机,邮箱,微信,角色,生日,备注",
        "华东精工,张伟,采购经理,13800001111,zw@example.com,zw88,采购;决策人,1980年5月20日,爱喝茶",
        "ext:K1,李雷,技术总监,13900002222/13900003333,,,,5月20日,",
        encoding="gb18030",
    )
    ran = run_process(["import", path, "--as", "people"])
    assert (ran.code, ran.out) == (0, "x2\n")
    assert ran.err.splitlines() == [
        "people.csv: CSV, GB18030 (guessed; say --encoding if names look wrong), 9 of 9 columns recognised.",
        "2 added, 0 updated, 0 unchanged, 0 rejected.",
        "To take it back: crm undo x2",
    ]
    zhang, li = people()
    assert zhang == {
        "ref": "h1", "customer": "c1", "external_id": None, "name": "张伟", "title": "采购经理",
        "roles": ["buyer", "decider"], "phones": ["13800001111"], "emails": ["zw@example.com"], "wechat": "zw88",
        "key_person": False, "concern": None, "preferences": None, "note": "爱喝茶", "left_on": None, "successor": None, "verified_on": None, "verified_by": None, "priority": False,
        "consent": None, "consent_on": None, "consent_source": None, "consent_scope": None,
    }  # fmt: skip
    assert (li["name"], li["phones"]) == ("李雷", ["13900002222", "13900003333"])
    assert rows(
        "SELECT kind, person_id, day, added_on, next_on, listed_on FROM key_date", place
    ) == [
        ("birthday", 1, "1980-05-20", "2026-11-20", "2027-05-20", "2027-05-13"),
        ("birthday", 2, "05-20", "2026-11-20", "2027-05-20", "2027-05-13"),
    ]
    assert counts(run_process(["import", path, "--as", "联系人", "--json"])) == (0, 0, 2, 0)
    assert [one["ref"] for one in crm("find 张伟 --json").json["items"]] == ["h1"]
    crm("undo x2")
    assert people() == []
    assert crm("find 张伟 --json").json["items"] == []
    crm("undo x3")
    assert people() == [zhang, li]


def test_the_summary_as_json(place: Path) -> None:
    crm("add-customer Acme")
    path = written(place, "customer,name,Shoe size", "Acme,Ann,38", "Nobody,Bob,44")
    ran = run_process(["import", path, "--as", "people", "--json"])
    assert ran.code == 5
    assert ran.json == {
        "schema": "crm.import/1",
        "item": {
            "kind": "people",
            "format": "csv",
            "encoding": "utf-8",
            "added": 1,
            "updated": 0,
            "unchanged": 0,
            "rejected": 1,
            "rejects_file": f"{path}.rejects.csv",
            "change": "x2",
            "columns": {"customer": "customer", "name": "name"},
            "reasons": [
                {
                    "reason": "there is no customer 'Nobody'; write its exact name, or ext: and its external id",
                    "count": 1,
                    "lines": [3],
                }
            ],
        },
    }


def test_rows_whose_customer_is_not_clear_are_rejected_in_the_order_of_the_file(
    place: Path,
) -> None:
    crm("add-customer Acme --external-id A-1")
    crm("add-customer 'Twin Ltd' --city 上海")
    crm("add-customer twin --city 北京 --allow-duplicate")
    crm("add-customer Beta --short-name B")
    path = written(
        place,
        "customer,name,role",
        "c1,Bare reference,",
        "Nobody,Unknown,",
        "TWIN,Several,",
        ",No customer,",
        "ext:A-9,No such number,",
        "acme ltd.,,",
        "Acme,Wrong role,zzz",
        "Acm,Only the beginning,",
        " ext:A-1 ,By number,",
        "b,By short name,",
        "twin,To the letter,",
    )
    assert imported(path) == (3, 0, 0, 8)
    assert reasons(path) == [
        "c1 is a reference, which is for --as all only; write the customer's name or ext: and its external id",
        "there is no customer 'Nobody'; write its exact name, or ext: and its external id",
        "customer 'TWIN' fits several customers: c2 Twin Ltd, c3 twin",
        "the row names no customer",
        "no customer has external id A-9",
        "the row has no name",
        "role 'zzz' is unknown; choose one of decider (决策人), approver (审批人), buyer (采购负责人), "
        "evaluator (技术评估人), influencer (影响者), user (使用人), contact (对接人), acceptor (验收人)",
        "there is no customer 'Acm'; write its exact name, or ext: and its external id",
    ]
    assert rows("SELECT customer_id, name FROM person", place) == [
        (1, "By number"),
        (4, "By short name"),
        (3, "To the letter"),
    ]


def test_a_known_person_gains_what_differs_and_loses_nothing(place: Path) -> None:
    crm("add-customer Acme")
    crm("add-person Acme Ann --title Buyer --phone 13800001111 --note 'likes tea' --role buyer")
    path = written(
        place,
        "customer,name,title,phone,email,note,role,external_id,key_person,left_on",
        "Acme,ann,CEO,13800002222,ann@example.com,,decider,H7,yes,2026-10-31",
    )
    assert imported(path) == (0, 1, 0, 0)
    (ann,) = people()
    assert (ann["name"], ann["title"], ann["note"], ann["roles"]) == (
        "Ann",
        "CEO",
        "likes tea",
        ["decider"],
    )
    assert (ann["phones"], ann["emails"]) == (["13800001111", "13800002222"], ["ann@example.com"])
    assert (ann["external_id"], ann["key_person"], ann["left_on"]) == ("H7", True, "2026-10-31")
    assert imported(path) == (0, 0, 1, 0)
    before, after = rows(
        "SELECT before, after FROM change_row WHERE row_table = 'person' AND action = 'update'",
        place,
    )[0]
    assert '"title":"Buyer"' in before and '"title":"CEO"' in after and "note" not in after
    crm("undo")
    assert people()[0]["title"] == "Buyer"


def test_by_external_id_even_under_another_name_but_never_of_another_customer(
    place: Path,
) -> None:
    crm("add-customer Acme")
    crm("add-customer Beta")
    crm("add-person Acme 'Ann Lee' --external-id H7")
    path = written(place, "customer,name,external_id", "Acme,Ann Moe,H7", "Beta,Ann Moe,H7")
    assert imported(path) == (0, 1, 0, 1)
    assert [one["name"] for one in people()] == ["Ann Moe"]
    assert reasons(path) == ["external id H7 is that of h1, which belongs to another customer"]
    path = written(place, "customer,name,external_id", "Acme,Ann Moe,H8", name="other.csv")
    assert imported(path) == (1, 0, 0, 0)  # two numbers that differ are two people


def test_phone_or_email_decides_between_two_of_the_same_name(place: Path) -> None:
    crm("add-customer Acme")
    crm("add-person Acme 张伟 --phone 13800001111")
    crm("add-person Acme '张 伟' --email zw@example.com")
    path = written(
        place,
        "customer,name,phone,email,title",
        "Acme,张伟,138 0000 1111,,one",
        "Acme,张伟,,ZW@example.com,two",
        "Acme,张伟,13900009999,,three",
        "Acme,张伟,,,which",
    )
    assert imported(path) == (1, 2, 0, 1)
    assert [(one["title"], one["phones"]) for one in people()] == [
        ("one", ["13800001111"]),
        ("two", []),
        ("three", ["13900009999"]),
    ]
    assert reasons(path) == ["fits several people: h1 张伟, h2 张 伟, h3 张伟"]
    assert imported(path) == (0, 0, 3, 1)


def test_two_of_one_name_in_one_list_are_two_people(place: Path) -> None:
    crm("add-customer Acme")
    path = written(
        place,
        "customer,name,phone,title",
        "Acme,张伟,13800001111,one",
        "Acme,张伟,13800002222,two",
        "Acme,张伟,13800002222,other",  # the first row of a person holds
        "Acme,李雷,,",
        "Acme,李雷,13800003333,boss",
    )
    assert imported(path) == (3, 1, 1, 0)
    assert [(one["name"], one["title"], one["phones"]) for one in people()] == [
        ("张伟", "one", ["13800001111"]),
        ("张伟", "two", ["13800002222"]),
        ("李雷", "boss", ["13800003333"]),
    ]
    assert imported(path) == (0, 0, 5, 0)


def test_a_phone_out_of_use_stays_out_of_use_and_masked_ones_are_no_values(place: Path) -> None:
    crm("add-customer Acme")
    crm("add-person Acme Ann --phone 13800001111 --phone 13800002222 --email ann@example.com")
    connection = sqlite3.connect(place / "crm.db")
    connection.execute("UPDATE contact_point SET active = 0 WHERE value = '13800001111'")
    connection.commit()
    connection.close()
    path = written(
        place, "customer,name,phone,email", "Acme,Ann,13800001111,a***@example.com", "Acme,张*,,"
    )
    ran = run_in_process(["import", path, "--as", "people", "--json"])
    assert counts(ran) == (0, 0, 1, 1)
    assert "email: 1 masked values left out." in ran.err
    assert reasons(path) == ["the row has no name"]
    assert rows("SELECT value, active FROM contact_point ORDER BY id", place) == [
        ("13800001111", 0),
        ("13800002222", 1),
        ("ann@example.com", 1),
    ]


def test_what_an_export_defused_is_what_it_was(place: Path) -> None:
    crm("add-customer =Acme")
    path = written(
        place,
        "customer,name,phone,note",
        "'=Acme,Ann,'+86 13800001111,''=1+1",
        "=Acme,Bob,+86 13800002222,'tis so",
    )
    assert imported(path) == (2, 0, 0, 0)
    assert [(one["phones"], one["note"]) for one in people()] == [
        (["+86 13800001111"], "'=1+1"),
        (["+86 13800002222"], "'tis so"),
    ]
    out = str(place / "out.csv")
    crm(["export", "people", "--reveal", "--out", out])
    assert imported(out) == (0, 0, 2, 0)


def birthdays(place: Path) -> list[tuple[Any, ...]]:
    return rows("SELECT person_id, day FROM key_date WHERE deleted_at IS NULL ORDER BY id", place)


def test_a_birthday_is_set_once_and_changed_when_it_changes(place: Path) -> None:
    crm("add-customer Acme --tier core")
    crm("add-person Acme Ann")
    path = written(place, "customer,name,birthday", "Acme,Ann,11-25")
    assert imported(path) == (0, 1, 0, 0)
    assert imported(path) == (0, 0, 1, 0)
    assert [one["kind"] for one in crm("due --json --kind key-date").json["items"]] == ["key-date"]
    path = written(place, "customer,name,birthday", "Acme,Ann,1990-11-25", name="second.csv")
    assert imported(path) == (0, 1, 0, 0)
    assert birthdays(place) == [(1, "1990-11-25")]
    path = written(place, "customer,name,birthday", "Acme,Ann,11-25", name="less.csv")
    assert imported(path) == (0, 0, 1, 0)  # says less than what is known
    path = written(place, "customer,name,birthday", "Acme,Ann,1990-12-25", name="third.csv")
    assert imported(path) == (0, 1, 0, 0)
    assert birthdays(place) == [(1, "1990-12-25")]
    assert rows("SELECT next_on FROM key_date", place) == [("2026-12-25",)]
    crm("undo")
    assert birthdays(place) == [(1, "1990-11-25")]
    assert rows("SELECT next_on FROM key_date", place) == [("2026-11-25",)]


@pytest.mark.parametrize(
    ("how", "expected"),
    [("skip", (1, 0, 1, 0)), ("reject", (1, 0, 0, 1)), ("update", (1, 1, 0, 0))],
)
def test_what_becomes_of_people_that_are_there(
    place: Path, how: str, expected: tuple[int, ...]
) -> None:
    crm("add-customer Acme")
    crm("add-person Acme Ann --title Buyer")
    path = written(place, "customer,name,title", "Acme,Ann,CEO", "Acme,Bob,CFO")
    assert imported(path, "--on-duplicate", how) == expected
    assert people()[0]["title"] == ("CEO" if how == "update" else "Buyer")
    if how == "reject":
        assert reasons(path) == ["is there already as h1"]


def test_strict_and_dry_runs_leave_nothing(place: Path) -> None:
    crm("add-customer Acme")
    path = written(place, "customer,name", "Acme,Ann", "Nobody,Bob")
    ran = run_in_process(["import", path, "--as", "people", "--strict"])
    assert ran.code == 1
    assert "1 rows are bad, the first: line 3: there is no customer 'Nobody'" in ran.err
    before = (place / "crm.db").read_bytes()
    ran = run_in_process(["import", path, "--as", "people", "--dry-run"])
    assert (ran.code, ran.out) == (5, "")
    assert "Would be: 1 added, 0 updated, 0 unchanged, 1 rejected." in ran.err
    assert (place / "crm.db").read_bytes() == before
    assert people() == []


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ("--as people --key phone", "--key is for customers; leave it out with --as people"),
        ("--as people --spread 20wd", "--spread is for customers; leave it out with --as people"),
        ("--as people --keep-extra", "--keep-extra is for customers; leave it out with --as people"),
        ("--as all --map a=b", "--map means nothing with --as all; leave it out"),
        ("--as p", "--as 'p' may mean people, promises; write one of them"),
        ("--as people --map name=field.x", "'field.x' is not a field of people; they are external_id, customer, name, "
         "given_name, middle_name, family_name, title, phone, email, wechat, role, birthday, key_person, concern, preferences, consent, consent_on, consent_source, consent_scope, left_on, note"),
        ("--as people --map customer=-", "no column of {path} is the customer's name; say which with "
         "--map 'HEADER=customer' (its columns: customer, name)"),
        ("--as people --map name=-", "no column of {path} is a person's name; say which with --map 'HEADER=name' "
         "(its columns: customer, name)"),
    ],
)  # fmt: skip
def test_what_means_nothing_is_named(place: Path, options: str, sentence: str) -> None:
    path = written(place, "customer,name", "Acme,Ann")
    ran = run_in_process(["import", path, *options.split()])
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == f"crm: {sentence.format(path=path)}\n"
    assert not (place / "crm.db").exists()


def test_a_text_too_long_for_its_column_rejects_its_row(place: Path) -> None:
    crm("add-customer Acme")
    path = written(place, "customer,name,phone", f"Acme,{'长' * 201},", f"Acme,A,{'1' * 201}")
    assert imported(path) == (0, 0, 0, 2)
    assert reasons(path) == [
        "name is 201 characters long; shorten it to 200",
        "value is 201 characters long; shorten it to 200",
    ]


def test_more_rows_than_a_chunk_find_each_other(place: Path) -> None:
    crm("add-customer Acme")
    lines = [f"Acme,P{number % 1500:04d},T{number},H{number % 1500}" for number in range(3_000)]
    path = written(place, "customer,name,title,external_id", *lines)
    assert imported(path) == (1_500, 0, 1_500, 0)
    assert imported(path) == (0, 0, 3_000, 0)
    assert rows("SELECT count(*), count(DISTINCT external_id) FROM person", place) == [
        (1_500, 1_500)
    ]
    assert "every record is found by what it says" in crm("doctor").out


def test_contacts_of_a_tool_are_taken_apart_as_it_joins_them(place: Path) -> None:
    crm("add-customer 'Elm Street Bakery'")
    crm("add-customer 云栖软件有限公司")
    path = Path(__file__).parents[2] / "examples" / "google-contacts.csv"
    rejects = place / "bad.csv"
    ran = run_in_process(["import", str(path), "--as", "people", "--rejects", str(rejects)])
    assert ran.code == 5
    assert "Recognised as Google Contacts." in ran.err.splitlines()
    assert "3 added, 0 updated, 0 unchanged, 2 rejected." in ran.err.splitlines()
    found = [
        {name: each[name] for name in ("name", "title", "phones", "emails")}
        for customer in ("c1", "c2")
        for each in people(customer)
    ]
    assert found == [
        {
            "name": "Robert James Smith",
            "title": "Owner",
            "phones": ["+1 312 555 0134", "+1 312 555 0135", "(312) 555-0136"],
            "emails": ["rob@elmstreet.example", "bob@smith.example"],
        },
        {"name": "Chidi Eze", "title": "Shift Lead", "phones": ["+1 312 555 0177"], "emails": []},
        {
            "name": "李芳",
            "title": "技术总监",
            "phones": ["138 0000 1201"],
            "emails": ["lifang@yunqi.example"],
        },
    ]
    assert rows("SELECT day FROM key_date", place) == [("03-07",)]
    with rejects.open(encoding="utf-8-sig", newline="") as file:
        assert [row["First Name"] for row in csv.DictReader(file)] == ["Ana", ""]
