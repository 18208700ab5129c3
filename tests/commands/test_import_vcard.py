"""Phone books through `crm import`: companies, their people, people alone (CLI.md, Import)."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.contract.program import refused
from tests.support import Ran, crm, run_in_process, run_process

CONTACTS = Path(__file__).parents[2] / "examples" / "contacts.vcf"


@pytest.fixture
def contacts(place: Path) -> str:
    path = place / "phones.vcf"
    shutil.copy(CONTACTS, path)
    return str(path)


def counts(ran: Ran) -> tuple[int, int, int, int]:
    item = ran.json["item"]
    return item["added"], item["updated"], item["unchanged"], item["rejected"]


def shown(reference: str, *names: str) -> dict[str, Any]:
    item = crm(f"show {reference} --json --reveal").json["item"]
    return {name: item[name] for name in names}


def written(place: Path, *cards: str) -> str:
    path = place / "phones.vcf"
    path.write_text("".join(f"BEGIN:VCARD\n{card}\nEND:VCARD\n" for card in cards), "utf-8")
    return str(path)


def test_a_phone_book_through_the_real_process(place: Path, contacts: str) -> None:
    ran = run_process(["import", contacts])
    assert (ran.code, ran.out) == (0, "x1\n")
    assert ran.err.splitlines() == [
        "phones.vcf: vCard, UTF-8, 13 of 13 columns recognised.",
        f"birthdays are left out; import {contacts} once more with --as people to have them",
        "5 added, 2 updated, 0 unchanged, 0 rejected.",
        "To take it back: crm undo x1",
    ]
    told = ("name", "kind", "stage", "phones", "wechat", "external_id", "city", "tags")
    assert shown("c1", *told) == {
        "name": "杭州启明机电有限公司", "kind": "company", "stage": "prospect", "phones": [], "wechat": None, "external_id": None,
        "city": None, "tags": [],
    }  # fmt: skip
    people = shown("c1", "people")["people"]
    assert [(one["name"], one["title"], one["phones"], one["emails"]) for one in people] == [
        ("陈志强", "采购经理", ["138-1634-2001", "0571-8654-2001"], ["chen.zq@qiming-jd.example"]),
        ("林晓燕", "财务", ["138-1634-2002"], []),
    ]
    assert shown("c2", *told) == {
        "name": "王师傅", "kind": "person", "stage": "prospect", "phones": ["139-5710-2003"], "wechat": None, "external_id": None,
        "city": None, "tags": [],
    }  # fmt: skip
    assert shown("c3", *told, "address", "note") == {
        "name": "苏州晨光电子有限公司", "kind": "company", "stage": "prospect", "phones": ["0512-6808 2000"], "wechat": None,
        "external_id": None, "city": "苏州市", "tags": [], "address": "江苏省苏州市工业园区星湖街218号 215000",
        "note": "展会上认识, 想要样品",
    }  # fmt: skip
    (ouyang,) = shown("c3", "people")["people"]
    assert (ouyang["name"], ouyang["wechat"], ouyang["phones"]) == (
        "欧阳静",
        "ouyang-jing",
        ["+86 137 6212 2004"],
    )
    assert shown("c5", *told) == {
        "name": "周杰", "kind": "person", "stage": "prospect", "phones": ["+86-136-0000-2007"], "wechat": "zhou_jie",
        "external_id": "urn:uuid:4fbe8971-0bc3-424c-9c26-36c3e1eff6b1", "city": None, "tags": ["老客户"],
    }  # fmt: skip
    again = run_process(["import", contacts, "--json"])
    assert counts(again) == (0, 0, 7, 0)
    assert (again.json["item"]["format"], again.json["item"]["change"]) == ("vcard", None)


def test_birthdays_come_with_people(place: Path, contacts: str) -> None:
    crm(["import", contacts])
    ran = run_in_process(["import", contacts, "--as", "people", "--json"])
    assert (ran.code, counts(ran)) == (5, (0, 2, 2, 2))  # two belong to no customer
    days = [line.split(",") for line in crm("export people --reveal").lines]
    name, birthday, number = (days[0].index(each) for each in ("name", "birthday", "external_id"))
    assert sorted((row[name], row[birthday], row[number]) for row in days[1:]) == [
        ("Ann Lee", "", ""),
        ("林晓燕", "1985-03-12", ""),
        ("欧阳静", "05-20", "0B9C41D2-7E0F-4B1B-9E7E-2A7B6C1D2F01"),
        ("陈志强", "", ""),
    ]
    assert counts(run_in_process(["import", contacts, "--as", "people", "--json"])) == (0, 0, 4, 2)


def test_from_standard_input_in_utf_16(place: Path) -> None:
    book = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:张伟\r\nORG:华东精工\r\nEND:VCARD\r\n"
    (place / "book.vcf").write_bytes(book.encode("utf-16"))
    ran = crm(["import", str(place / "book.vcf"), "--json"]).json["item"]
    assert (ran["added"], ran["encoding"]) == (1, "utf-16")
    assert counts(run_process("import - --json", stdin=book)) == (0, 0, 1, 0)


def test_two_people_of_a_company_are_one_company_whatever_their_cards_say(place: Path) -> None:
    path = written(
        place,
        "FN:Ann\nORG:Acme\nUID:1\nNOTE:first\nADR:;;Main St;Oslo;;;",
        "FN:Bob\nORG:ACME Ltd.\nUID:2\nNOTE:second\nADR:;;Side St;Bergen;;;",
    )
    assert counts(run_in_process(["import", path, "--json"]))[:2] in {(1, 1), (2, 0)}
    assert counts(run_in_process(["import", path, "--json"])) == (0, 0, 2, 0)


def test_a_card_without_a_name_is_rejected_and_the_others_are_not(place: Path) -> None:
    path = written(
        place, "FN:Ann\nTEL:13800001111", "TEL:13800002222", "FN:Bob\nnonsense\nTEL:13800003333"
    )
    ran = run_in_process(["import", path])
    assert ran.code == 5
    assert "2 added, 0 updated, 0 unchanged, 1 rejected." in ran.err.splitlines()
    assert "parts of the vCards cannot be used and are left out (line 10)" in ran.err.splitlines()
    rejected = Path(f"{path}.rejects.csv").read_text("utf-8-sig").splitlines()
    assert rejected[1].endswith(",5,the row has no name")


def test_what_we_export_comes_back_as_it_was(place: Path) -> None:
    crm(["import", str(CONTACTS)])
    for kind in ("customers", "people"):
        for version in ("3.0", "4.0"):
            out = str(place / f"{kind}-{version}.vcf")
            crm(["export", kind, "--format", "vcf", "--vcard", version, "--reveal", "--out", out])
            ran = run_in_process(["import", out, "--as", kind, "--json"])
            assert ran.json["item"]["added"] == ran.json["item"]["updated"] == 0, (
                kind,
                version,
                ran,
            )


@pytest.mark.parametrize("version", ["3.0", "4.0"])
def test_exported_customers_come_with_their_people_into_an_empty_file(
    place: Path, version: str
) -> None:
    crm("add-customer Acme --city Oslo --address '1 Main St' --external-id K1 --phone 021-62345678 --tag vip --note 'of it'")  # fmt: skip
    crm(
        "add-person c1 张伟 --title 采购经理 --phone 13800001111 --wechat zw88 --email zw@example.com"
    )
    crm("edit h1 --set 'note=of him'")
    crm("add-person c1 Ann --phone 13800002222")
    crm("key-date h2 birthday 05-20")
    crm("add-customer Acme --city Bergen --person Ben --external-id 'K;2' --allow-duplicate")
    crm("add-customer 李雷 --kind person --phone 13900000001 --wechat ll --external-id K3")
    crm("add-person c3 'Li Na'")
    crm("add-customer Alone")
    told = ("name", "kind", "external_id", "city", "address", "phones", "wechat", "tags", "note")
    of_people = ("name", "title", "phones", "emails", "wechat")

    def there(db: str) -> list[Any]:
        ran = crm("list-customers --json --reveal", CRM_DB=db)
        return [
            {name: one[name] for name in told}
            | {"people": [{name: who[name] for name in of_people} for who in one["people"]]}
            for one in sorted(ran.json["items"], key=lambda one: int(one["ref"][1:]))
        ]

    out, other = str(place / "customers.vcf"), str(place / "other.db")
    crm(["export", "customers", "--vcard", version, "--reveal", "--out", out])
    before = there(str(place / "crm.db"))
    again = run_in_process(["import", out, "--json"])
    assert (counts(again), there(str(place / "crm.db"))) == ((0, 0, 8, 0), before)
    ran = run_in_process(["import", out, "--json"], CRM_DB=other)
    assert (ran.code, counts(ran)) == (0, (4, 4, 0, 0))
    assert there(other) == before


def test_a_note_on_someone_is_no_note_on_the_company_that_has_a_card(place: Path) -> None:
    crm("add-customer Acme --person Ann")
    crm("edit h1 --set 'note=likes tea'")
    crm("key-date h1 birthday 05-20")
    out, other = str(place / "customers.vcf"), str(place / "other.db")
    crm(["export", "customers", "--reveal", "--out", out])
    told = run_in_process(["import", out], CRM_DB=other).err.splitlines()
    assert told[1:3] == [
        f"birthdays are left out; import {out} once more with --as people to have them",
        f"notes on people are left out; import {out} once more with --as people to have them",
    ]
    assert crm("show c1 --json", CRM_DB=other).json["item"]["note"] is None
    ran = run_in_process(["import", out, "--as", "people", "--json"], CRM_DB=other)
    assert (ran.code, counts(ran)) == (0, (0, 1, 0, 0))
    (ann,) = crm("show c1 --json", CRM_DB=other).json["item"]["people"]
    assert ann["note"] == "likes tea"


@pytest.mark.parametrize("kind", ["interactions", "needs", "tasks"])
def test_phone_books_are_of_people(place: Path, contacts: str, kind: str) -> None:
    refused(
        ["import", contacts, "--as", kind],
        2,
        f"{contacts} is of vCards, which hold people, not {kind}; import it as customers or with --as people",
    )


def test_masked_numbers_are_left_out(place: Path) -> None:
    path = written(place, "FN:Ann\nTEL:138****1111\nEMAIL:a***@example.com\nORG:Acme")
    crm(["import", path])
    (ann,) = shown("c1", "people")["people"]
    assert (ann["phones"], ann["emails"]) == ([], [])
