"""`crm export --subject`: all that is held about one person, complete for them and masked of others (HANDBOOK §10)."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from tests.contract.program import run
from tests.support import crm, run_in_process

BOOK = (
    "add-customer 华东精工有限公司 --person 张伟 --title 采购经理 --phone '138 0000 5678' --email zw@example.com --note '张伟 decides, 李娜 13911112222 pays'",
    "add-person c1 李娜 --phone 13911112222",
    "log-contact c1 'with 张伟 and 李娜, 138-0000-5678, 139-1111-2222' --with 张伟 --ours 王五 --next 'ring 张伟' --on 2026-11-25",
    "log-contact c1 'without them'",
    "add-need c1 slow --acceptor 张伟 --owner 王五",
    "resolve n1 'made fast'",
    "survey n1 --overall 5 --by 张伟 --comment fine",
    "key-date h1 birthday 05-20",
    "add-customer Beta --note '张伟 told us'",
    "edit h1 --set 'note=likes tea, so does 李娜'",
    "add-customer 周杰 --kind person --phone 13722223333 --note 'a friend of 张伟'",
    "add-task c3 'ring 周杰'",
)  # fmt: skip


@pytest.fixture
def book(place: Path) -> Path:
    for command in BOOK:
        crm(command)
    crm("show h1 --reveal")
    return place / "crm.db"


def held(command: str) -> tuple[Any, list[Any]]:
    ran = run_in_process(command)
    assert ran.code == 0, ran
    item = ran.json["item"]
    return item, item["held"]


def of(found: list[Any], record: str, why: str = "") -> list[Any]:
    return [one["fields"] for one in found if one["record"] == record and why in ("", one["why"])]


def test_all_about_someone_at_a_company(book: Path) -> None:
    item, found = held("export --subject h1")
    head = {name: item[name] for name in item if name != "held"}
    assert head == {
        "ref": "h1", "deleted": False, "name": "张伟", "customer": "c1", "customer_name": "华东精工有限公司", "held_on": "2026-11-20",
    }  # fmt: skip
    (person,) = of(found, "person", "own")
    assert (person["title"], person["note"]) == ("采购经理", "likes tea, so does 李*")
    assert [point["value"] for point in of(found, "contact_point", "own")] == ["138 0000 5678", "zw@example.com"]  # fmt: skip
    assert [one["day"] for one in of(found, "key_date", "own")] == ["05-20"]
    (contact,) = of(found, "interaction", "involved")
    assert contact["summary"] == "with 张伟 and 李*, 138-0000-5678, 139****2222"
    (need,) = of(found, "need", "involved")
    assert (need["text"], need["owner"], need["acceptor"]) == ("slow", "王*", "h1")
    (survey,) = of(found, "survey", "involved")
    assert (survey["by"], survey["comment"]) == ("张伟", "fine")
    assert of(found, "customer", "mentioned") == [
        {"note": "张伟 decides, 李* 139****2222 pays"}, {"note": "张伟 told us"}, {"note": "a friend of 张伟"},
    ]  # fmt: skip
    assert [one["text"] for one in of(found, "task", "mentioned")] == ["ring 张伟"]
    assert "x10" in [one["ref"] for one in found if one["record"] == "change"]
    edits = [one for one in of(found, "change_row", "logged") if one["action"] == "update"]
    assert {"note": "likes tea, so does 李*"} in [one["after"] for one in edits]
    assert [(one["kind"], one["detail"]) for one in of(found, "event")] == [
        ("reveal", "crm show h1 --reveal"), ("subject", "h1"),
    ]  # fmt: skip
    text = json.dumps(found, ensure_ascii=False)
    assert "13911112222" not in text
    assert "李娜" not in text
    assert "without them" not in text


def test_all_about_a_customer_that_is_a_person(book: Path) -> None:
    item, found = held("export --subject 周杰")
    assert (item["ref"], item["customer"]) == ("c3", None)
    (customer,) = of(found, "customer", "own")
    assert (customer["name"], customer["note"]) == ("周杰", "a friend of 张伟")
    assert [one["text"] for one in of(found, "task", "own")] == ["ring 周杰"]
    assert of(found, "contact_point", "own")[0]["value"] == "13722223333"


def test_what_was_deleted_is_held_too(book: Path) -> None:
    crm("delete h1")
    item, found = held("export --subject h1")
    assert item["deleted"] is True
    assert {one["deleted"] for one in found if one["why"] == "own"} == {True}


def test_reveal_shows_what_is_others(book: Path) -> None:
    answer = run("export --subject h1")
    assert json.loads(answer.out)["masked"] is True
    assert answer.err == "What is others' in these texts is masked; --reveal writes it in full.\n"
    answer = run("export --subject h1 --reveal")
    assert ("masked" in json.loads(answer.out), answer.err) == (False, "")
    assert "李娜 13911112222 pays" in answer.out


def test_whatever_forget_would_take_is_there(book: Path) -> None:
    """What is erased was handed out before: the same rows, and every text that is changed."""
    item = crm("forget h1 --dry-run --json").json["item"]
    _, found = held("export --subject h1")
    own = [one["record"] for one in found if one["why"] == "own"]
    assert {name: own.count(name) for name in own} == item["rows"]
    for place in item["places"]:
        ref, _dot, field = place.rpartition(".")
        if ref[0].isalpha() and ref[1:].isdigit():
            assert any(one["ref"] == ref and field in one["fields"] for one in found), place


def test_formats(book: Path, place: Path) -> None:
    lines = [json.loads(line) for line in crm("export --subject h1 --format jsonl").lines]
    assert (lines[0]["record"], lines[0]["fields"]["name"]) == ("subject", "张伟")
    rows = list(
        csv.DictReader(io.StringIO(crm("export --subject h1 --format csv").out, newline=""))
    )
    assert rows[0] == {"record": "subject", "ref": "h1", "why": "subject", "deleted": "false", "field": "name", "value": "张伟"}  # fmt: skip
    assert {row["record"] for row in rows} == {line["record"] for line in lines}
    told = crm(f"export all --subject h1 --out {place}/h1.json --json").json
    assert {**told["item"], "rows": 0} == {"kind": "subject", "format": "json", "rows": 0, "path": f"{place}/h1.json"}  # fmt: skip
    first = json.loads((place / "h1.json").read_text(encoding="utf-8"))
    assert len(first["item"]["held"]) + 1 == told["item"]["rows"]
    crm(f"export --subject h1 --out {place}/h1.json")  # an earlier one is replaced
    for ending in ("jsonl", "csv"):
        for _ in range(2):
            crm(f"export --subject h1 --out {place}/h1.{ending}")


@pytest.mark.parametrize(
    ("command", "code", "sentence"),
    [
        ("export", 2, "nothing was named to export; choose one of customers, people, interactions, orders, needs, tasks, promises, deals, surveys, all, or --subject PERSON"),
        ("export --subject h1 --format xlsx", 2, "what is held about a person cannot be written as xlsx; choose one of json, jsonl, csv"),
        ("export people --subject h1", 2, "--subject gives all that is held about one person; leave out the kind, filters, --vcard and --bom"),
        ("export --subject h1 --tier core", 2, "--subject gives all that is held about one person; leave out the kind, filters, --vcard and --bom"),
        ("export --subject c1", 2, "c1 华东精工有限公司 is a company; name one of its people: crm show c1 lists them"),
        ("export --subject t1", 2, "t1 is no person; name one, like h3"),
        ("export --subject h99", 3, "there is no person h99; crm find NAME lists people"),
        ("export --subject nobody", 3, "no person is called 'nobody'; crm find NAME lists people"),
        ("export --subject Beta", 3, "no person is called 'Beta'; crm find NAME lists people"),
    ],
)  # fmt: skip
def test_refusals(book: Path, command: str, code: int, sentence: str) -> None:
    ran = run(command)
    assert (ran.code, ran.out, ran.err) == (code, "", f"crm: {sentence}\n")


def test_two_of_one_name_are_told_apart(book: Path) -> None:
    crm("add-person c2 张伟")
    sentence = "'张伟' fits several people; name one by its reference"
    refused_lines = ["h1 张伟 (c1 华东精工有限公司)", "h3 张伟 (c2 Beta)"]
    ran = run("export --subject 张伟")
    assert (ran.code, ran.out) == (3, "")
    assert ran.err == f"crm: {sentence}\n" + "".join(f"  {one}\n" for one in refused_lines)


def test_after_they_were_erased(book: Path) -> None:
    crm("forget h1 --yes")
    ran = run("export --subject h1")
    assert (ran.code, ran.err) == (
        3,
        "crm: person h1 was erased on 2026-11-20; nothing of it is left\n",
    )
