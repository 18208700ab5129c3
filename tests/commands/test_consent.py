"""Whether people consent: written, shown, imported, exported, merged, taken back (HANDBOOK §1, §10)."""

from pathlib import Path
from typing import Any

import pytest

from tests.contract.program import refused_here
from tests.support import crm, run_in_process

NAMES = ("consent", "consent_on", "consent_source", "consent_scope")


def said(ref: str) -> tuple[Any, ...]:
    """The statement of a person or customer."""
    item = crm(f"show {ref} --json --reveal").json["item"]
    return tuple(item[name] for name in NAMES)


@pytest.fixture(autouse=True)
def customer() -> None:
    crm("add-customer Acme")


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ("", (None, None, None, None)),
        ("--consent given", ("given", "2026-11-20", None, None)),
        ("--consent 同意 --consent-on 2026-03-01", ("given", "2026-03-01", None, None)),
        ("--consent 拒绝 --consent-on 昨天", ("refused", "2026-11-19", None, None)),
        ("--consent ref --consent-source 邮件", ("refused", "2026-11-20", "邮件", None)),
        ("--consent given --consent-scope birthdays", ("given", "2026-11-20", None, "birthdays")),
        ("--consent unknown", (None, None, None, None)),
        ("--consent 未知 --consent-scope letters", (None, None, None, "letters")),
    ],
)
def test_a_person_is_added_with_it(options: str, expected: tuple[Any, ...]) -> None:
    crm(f"add-person c1 张伟 {options}")
    assert said("h1") == expected
    if expected[0]:
        crm(f"add-customer Beta --person 李雷 {options}")
        assert (said("h2"), said("c2")) == (expected, (None, None, None, None))
        crm(f"add-customer 王芳 --kind person {options}")
        assert said("c3") == expected


_NO_DAY = (
    "consent_on is the day somebody agreed or refused; say which with consent, given or refused"
)


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        (
            "add-person c1 X --consent perhaps",
            "consent 'perhaps' is unknown; choose one of given (同意), refused (拒绝), unknown (未知)",
        ),
        (
            "add-person c1 X --consent given --consent-on tomorrow",
            "'tomorrow' is in the future; name a day that has come",
        ),
        ("add-person c1 X --consent-on today", _NO_DAY),
        ("add-customer Beta --consent unknown --consent-on today", _NO_DAY),
        ("edit c1 --set consent_on=today", _NO_DAY),
    ],
)
def test_what_makes_no_sense_is_refused(command: str, sentence: str) -> None:
    refused_here(command, 2, sentence)


def test_it_is_edited_told_in_history_and_taken_back() -> None:
    crm("add-person c1 张伟 --consent given --consent-on 2026-01-01 --consent-scope letters")
    crm("edit h1 --set consent=refused --reason 'called'")
    assert said("h1") == ("refused", "2026-11-20", None, None)
    items = crm("history h1 --json").json["items"]
    told = {(item["field"], item["old"], item["new"]) for item in items if item["change"] == "x3"}
    assert told == {
        ("consent", "given", "refused"),
        ("consent_on", "2026-01-01", "2026-11-20"),
        ("consent_scope", "letters", None),
    }
    crm("undo")
    assert said("h1") == ("given", "2026-01-01", None, "letters")
    crm("edit h1 --set consent=given --set consent_source=form")
    assert said("h1") == ("given", "2026-01-01", "form", "letters")
    crm("edit h1 --set consent=")
    assert said("h1") == (None, None, None, None)


def test_people_see_a_consent_and_nothing_where_it_is_not_known() -> None:
    crm("add-person c1 张伟 --consent given --consent-scope letters")
    crm("add-person c1 李雷 --consent refused --consent-on 2026-01-02")
    crm("add-person c1 王芳")
    shown = crm("show c1").lines
    assert "  h1  张伟  consent given 2026-11-20 (letters)" in shown
    assert "  h2  李雷  consent refused 2026-01-02" in shown
    assert "  h3  王芳" in shown


def test_customers_are_filtered_by_it() -> None:
    crm("add-customer 王芳 --kind person --consent refused")
    crm("add-customer 李雷 --kind person --consent given")
    found = {
        word: [row["ref"] for row in crm(["list-customers", "--where", f"consent {word}", "--json"]).json["items"]]
        for word in ("= refused", "= 同意", "= unknown", "!= 拒绝")
    }  # fmt: skip
    assert found == {
        "= refused": ["c2"],
        "= 同意": ["c3"],
        "= unknown": ["c1"],
        "!= 拒绝": ["c1", "c3"],
    }


CHINESE = "客户名称,姓名,是否同意,授权日期,授权来源,授权范围\nAcme,张伟,是,2026-03-01,签字,节日问候\nAcme,李雷,拒绝,,,\nAcme,王芳,未知,,,\n"
ENGLISH = "customer,name,consent,consent_on,consent_source,consent_scope\nAcme,张伟,given,2026-03-01,签字,节日问候\nAcme,李雷,no,,,\nAcme,王芳,,,,\n"


@pytest.mark.parametrize("text", [CHINESE, ENGLISH])
def test_a_list_of_people_says_it(text: str, place: Path) -> None:
    path = place / "people.csv"
    path.write_text(text, encoding="utf-8")
    crm(f"import {path} --as people")
    assert said("h1") == ("given", "2026-03-01", "签字", "节日问候")
    assert said("h2") == ("refused", None, None, None)
    assert said("h3") == (None, None, None, None)
    again = crm(f"import {path} --as people --json").json["item"]
    assert (again["added"], again["updated"], again["unchanged"]) == (0, 0, 3)


@pytest.mark.parametrize("rows", [1, 40])
def test_a_list_of_customers_says_it_of_the_contact_person_where_there_is_one(
    rows: int, place: Path
) -> None:
    """Many rows are read by column, few one by one: both mean the same."""
    path = place / "customers.csv"
    lines = [f"客{n},张{n},同意,2026-03-01,节日" for n in range(rows)]
    path.write_text("\n".join(["客户名称,联系人,是否同意,授权日期,用途", *lines]), encoding="utf-8")
    crm(f"import {path}")
    assert said("h1") == said(f"h{rows}") == ("given", "2026-03-01", None, "节日")
    assert said("c2") == (None, None, None, None)
    alone = place / "alone.csv"
    lines = [f"李{n},个人,否,邮件" for n in range(rows)]
    alone.write_text("\n".join(["客户名称,客户性质,同意,同意方式", *lines]), encoding="utf-8")
    crm(f"import {alone}")
    assert said(f"c{rows + 2}") == said(f"c{2 * rows + 1}") == ("refused", None, "邮件", None)
    assert crm(f"import {alone} --json").json["item"]["unchanged"] == rows
    assert crm(f"import {path} --json").json["item"]["unchanged"] == rows


def test_no_list_takes_a_refusal_back_unless_it_is_of_a_later_day(place: Path) -> None:
    crm("add-person c1 张伟 --consent refused --consent-on 2026-05-01 --consent-source call")
    path = place / "people.csv"
    for day, expected in [
        ("", ("refused", "2026-05-01", "call", None)),
        ("2026-04-30", ("refused", "2026-05-01", "call", None)),
        ("2026-05-02", ("given", "2026-05-02", None, None)),
    ]:
        path.write_text(
            f"客户名称,姓名,是否同意,授权日期\nAcme,张伟,同意,{day}\n", encoding="utf-8"
        )
        crm(f"import {path} --as people")
        assert said("h1") == expected
        both = place / "both.csv"
        both.write_text(f"客户名称,联系人,是否同意,授权日期\nAcme,张伟,同意,{day}\n", encoding="utf-8")  # fmt: skip
        assert crm(f"import {both} --json").json["item"]["unchanged"] == 1
        assert said("h1") == expected


def test_what_is_no_statement_rejects_the_row(place: Path) -> None:
    path = place / "people.csv"
    path.write_text("客户名称,姓名,是否同意,授权日期\nAcme,张伟,蓝色,\nAcme,李雷,同意,2027-01-01\n", encoding="utf-8")  # fmt: skip
    ran = run_in_process(f"import {path} --as people --json")
    assert (ran.code, ran.json["item"]["rejected"]) == (5, 2)


@pytest.mark.parametrize("extension", ["csv", "xlsx", "jsonl"])
@pytest.mark.parametrize("what", ["people", "customers"])
def test_it_leaves_and_comes_back(what: str, extension: str, place: Path) -> None:
    crm(
        "add-person c1 张伟 --consent given --consent-on 2026-01-02 --consent-source form --consent-scope letters"
    )
    crm("add-customer 王芳 --kind person --consent refused --consent-on 2026-02-03")
    if what == "customers":
        crm("edit c1 --set consent=given --set consent_on=2026-03-04")
    out = place / f"list.{extension}"
    crm(f"export {what} --reveal --out {out}")
    again = crm(f"import {out} --as {what} --json").json["item"]
    assert (again["added"], again["updated"], again["rejected"]) == (0, 0, 0)
    elsewhere = {"CRM_DB": str(place / "other.db")}
    if what == "people":
        crm("add-customer Acme", **elsewhere)
    crm(f"import {out} --as {what}", **elsewhere)
    back = place / f"back.{extension}"
    crm(f"export {what} --reveal --out {back}", **elsewhere)
    if extension != "xlsx" and what == "people":
        assert back.read_bytes() == out.read_bytes()
    item = crm("show c1 --json --reveal", **elsewhere).json["item"]
    if what == "customers":
        assert [item[name] for name in NAMES[:2]] == ["given", "2026-03-04"]
        assert crm("show 王芳 --json", **elsewhere).json["item"]["consent"] == "refused"
    if what == "people" or extension == "jsonl":
        (person,) = item["people"]
        assert [person[name] for name in NAMES] == ["given", "2026-01-02", "form", "letters"]


def test_a_whole_file_keeps_it_to_the_byte(place: Path) -> None:
    crm("add-person c1 张伟 --consent given --consent-source form --consent-scope letters")
    out, back = place / "all.jsonl", place / "back.jsonl"
    crm(f"export all --reveal --out {out}")
    crm(f"import {out} --as all", CRM_DB=str(place / "other.db"))
    crm(f"export all --reveal --out {back}", CRM_DB=str(place / "other.db"))
    assert back.read_bytes() == out.read_bytes()


def test_of_two_that_are_one_the_later_statement_holds() -> None:
    crm("add-person c1 张伟 --consent refused --consent-on 2026-03-01")
    crm("add-customer Beta --person 张伟 --consent given --consent-on 2026-02-01 --allow-duplicate")
    crm("merge-customers c1 c2 --yes")
    assert said("h1") == ("refused", "2026-03-01", None, None)
    crm("undo")
    crm("edit h2 --set consent_on=2026-04-01 --set consent_scope=letters")
    crm("merge-customers c1 c2 --yes")
    assert said("h1") == ("given", "2026-04-01", None, "letters")


def test_doctor_counts_those_of_whom_it_is_not_known() -> None:
    crm("add-person c1 张伟 --consent given")
    crm("add-person c1 李雷")
    items = {item["name"]: item for item in run_in_process("doctor --json").json["items"]}
    assert items["consent"] == {
        "name": "consent",
        "status": "ok",
        "message": "whether they consent is not known of 1 of 2 people",
        "advice": None,
        "count": 1,
        "mended": None,
    }
