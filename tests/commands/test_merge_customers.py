"""`crm merge-customers`: everything of one customer goes into another, and all that led to the one leads to the other."""

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.contract.program import refused, run
from tests.contract.terminal import Terminal
from tests.store.test_undo import check, live
from tests.support import crm, run_in_process

BOTH = (
    "add-customer 华东精工有限公司 --tier core --stage customer --since 2025-06-01 --person 张伟 --phone 13800005678 --tag vip --external-id A1 --note first --field seats=5",
    "add-customer '华东精密' --allow-duplicate --tier ordinary --since 2025-01-15 --city 苏州 --industry 机械 --person 张伟 --phone '138 0000 5678' --tag vip --tag old --external-id B1 --note second --field seats=9 --field area=north",
    "add-person c2 李娜 --email n@example.com --role buyer",
    "log-contact c2 hello --at 2026-11-10 --with 张伟 --next call --on 2026-11-24",
    "add-need c2 'too slow' --kind problem",
    "add-promise c2 'send samples' --due 2026-11-30",
    "key-date c2 anniversary 05-20",
    "add-customer Beta --referred-by c2",
)  # fmt: skip


@pytest.fixture
def book(place: Path) -> Path:
    for name in ("seats", "area"):
        crm(f"config set fields.{name} text")
    for command in BOTH:
        crm(command)
    return place / "crm.db"


def shown(ref: str) -> Any:
    item = crm(f"show {ref} --json --reveal").json["item"]
    return item


def test_the_whole_of_it(book: Path) -> None:
    before = live(book)
    ran = run("merge-customers c1 c2 --yes --reason 'entered twice'")
    assert (ran.code, ran.out) == (0, "c1\n")
    assert ran.err == (
        "name: 华东精工有限公司 stays, 华东精密 is let go.\n"
        "stage: customer stays, prospect is let go.\n"
        "tier: core stays, ordinary is let go.\n"
        "external id: A1 stays, B1 is let go.\n"
    )
    item = shown("c1")
    kept = {name: item[name] for name in ("name", "tier", "stage", "since", "city", "industry", "tags", "fields", "external_id", "note")}  # fmt: skip
    assert kept == {
        "name": "华东精工有限公司", "tier": "core", "stage": "customer", "since": "2025-01-15", "city": "苏州", "industry": "机械",
        "tags": ["old", "vip"], "fields": {"area": "north", "seats": "5"}, "external_id": "A1", "note": "first\n\nsecond",
    }  # fmt: skip
    assert [(one["ref"], one["name"], one["phones"]) for one in item["people"]] == [
        ("h1", "张伟", ["13800005678"]), ("h3", "李娜", []),
    ]  # fmt: skip
    assert [one["ref"] for name in ("interactions", "needs", "promises", "key_dates") for one in item[name]] == ["i1", "n1", "p1", "y1"]  # fmt: skip
    assert item["last_contact_at"].startswith("2026-11-10")
    assert item["interactions"][0]["with"] == ["张伟"]
    assert shown("c3")["referred_by"] == "c1"
    check(book)
    crm("undo")
    assert live(book) == before
    check(book)


def test_what_is_told_on_a_terminal_and_as_json(book: Path) -> None:
    answer = crm("merge-customers c1 c2 --yes --json").json
    assert answer == {
        "schema": "crm.merged/1",
        "item": {
            "ref": "c1", "name": "华东精工有限公司", "former": "c2", "former_name": "华东精密",
            "moved": {"person": 1, "contact_point": 1, "interaction": 1, "task": 1, "key_date": 1, "need": 1, "promise": 1, "tag": 1, "field_value": 1, "stage_change": 1, "referral": 1},
            "doubles": {"contact_point": 1, "tag": 1, "field_value": 1}, "people_at_both": 1,
            "differing": [
                {"field": "name", "kept": "华东精工有限公司", "dropped": "华东精密"}, {"field": "stage", "kept": "customer", "dropped": "prospect"},
                {"field": "tier", "kept": "core", "dropped": "ordinary"}, {"field": "external_id", "kept": "A1", "dropped": "B1"},
            ],
            "change": "x11",
        },
    }  # fmt: skip
    crm("undo")
    ran = run("merge-customers c1 c2 --dry-run")
    assert (ran.code, ran.out) == (0, "")
    assert ran.err.splitlines()[-1] == (
        "Nothing was changed; without --dry-run: c2 华东精密 went into c1 华东精工有限公司: people 1, phones and e-mails 1, contacts 1, tasks 1, "
        "key dates 1, needs 1, promises 1, tags 1, custom fields 1, referrals 1, 1 person was at both, 3 things were there twice. "
        "To take it back: crm undo x13"
    )


def test_the_dropped_ones_reference_number_and_names_lead_on(book: Path) -> None:
    crm("merge-customers c1 c2 --yes")
    said = "c2 was merged into c1 华东精工有限公司.\n"
    ran = run("show c2 --json")
    assert (json.loads(ran.out)["item"]["ref"], ran.err) == ("c1", said)
    ran = run("log-contact c2 'again'")
    assert (ran.code, ran.err) == (0, said)
    assert shown("ext:B1")["ref"] == shown("华东精密")["ref"] == shown("hdjm")["ref"] == "c1"
    assert [one["ref"] for one in crm("find 华东精密 --json").json["items"]] == ["c1"]
    assert [one["ref"] for one in crm("find B1 --json").json["items"]] == ["c1"]
    assert crm("tag C2 more").out == ""
    assert "more" in shown("c1")["tags"]
    assert crm("due --why c2 --json").json["item"]["ref"] == "c1:touch"
    assert crm("snooze c2:touch 3wd").code == 0
    check(book)


def test_its_own_name_goes_before_one_that_was_merged_away(book: Path) -> None:
    crm("merge-customers c1 c2 --yes")
    crm("add-customer 华东精密 --allow-duplicate")
    assert shown("华东精密")["ref"] == "c4"
    assert shown("c2")["ref"] == "c1"


def test_chains_lead_to_the_end(book: Path) -> None:
    crm("merge-customers c1 c2 --yes")
    crm("merge-customers c3 c1 --yes")
    assert shown("c2")["ref"] == shown("c1")["ref"] == shown("ext:B1")["ref"] == "c3"
    assert run("show c2").err == "c2 was merged into c3 Beta.\n"
    refused("undo x11", 4, "x11 cannot be undone: x12 changed the same former customer since; undo that first")  # fmt: skip
    crm("undo")
    assert shown("c2")["ref"] == "c1"
    check(book)


def test_what_is_refused(book: Path) -> None:
    crm("delete c3")
    refused(
        "merge-customers c1 c1", 2, "c1 and c1 are both c1 华东精工有限公司; name two customers"
    )
    refused("merge-customers c1 华东精工有限公司", 2, "c1 and 华东精工有限公司 are both c1 华东精工有限公司; name two customers")  # fmt: skip
    refused(
        "merge-customers c1 c9", 3, "there is no customer c9; crm list-customers shows them all"
    )
    refused("merge-customers c1 c3", 3, "customer c3 (Beta) was deleted; crm history c3 says when")
    crm("merge-customers c1 c2 --yes")
    refused("merge-customers c1 c2", 4, "c2 was merged into c1 华东精工有限公司 already; to merge that one too, name c1")  # fmt: skip
    crm("add-customer Delta")
    assert crm("merge-customers c4 c1 --yes").out == "c4\n"
    ran = run_in_process("merge-customers c1 c4 --yes")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == (
        "c1 was merged into c4 Delta.\ncrm: c1 and c4 are both c4 Delta; name two customers\n"
    )


@pytest.mark.parametrize(
    ("answer", "code", "last"), [("", 1, "crm: nothing was done\n"), ("n", 1, "crm: nothing was done\n"), ("y", 0, "c1"), ("是", 0, "c1")]
)  # fmt: skip
def test_a_person_is_asked(book: Path, answer: str, code: int, last: str) -> None:
    before = live(book)
    with Terminal("merge-customers c1 c2") as person:
        person.sees("Make c2 华东精密 part of c1 华东精工有限公司? (y/N) ")
        person.types(answer)
        assert person.leaves() == code
        assert last in person.rest
    assert (live(book) == before) == (code == 1)


def test_where_nobody_can_be_asked_it_must_be_said(book: Path) -> None:
    refused("merge-customers c1 c2", 2, "nobody is here to be asked; add --yes to do it")


def test_what_changes_while_a_person_thinks_is_not_overwritten(book: Path) -> None:
    with Terminal("merge-customers c1 c2") as person:
        person.sees("(y/N)")
        crm("edit c2 --set city=无锡")
        before = live(book)
        person.types("y")
        assert person.leaves() == 4
        assert "华东精密 was changed by somebody else in the meantime; try again" in person.rest
    assert live(book) == before


def test_notes_that_are_too_long_together_change_nothing(place: Path) -> None:
    crm(["add-customer", "A", "--note", "a" * 60_000])
    crm(["add-customer", "B", "--note", "b" * 60_000])
    refused(
        "merge-customers c1 c2 --yes", 2, "note is 120002 characters long; shorten it to 100000"
    )


# --- what cannot simply be filled ---


def two(one: str, other: str) -> None:
    crm(f"add-customer A {one}")
    crm(f"add-customer B {other}")


def test_do_not_contact_holds_when_either_has_it(place: Path) -> None:
    two("", "")
    crm("edit c2 --set do_not_contact=yes --set priority=yes")
    crm("merge-customers c1 c2 --yes")
    item = shown("c1")
    assert (item["do_not_contact"], item["priority"], item["next_touch_on"]) == (True, True, None)


def test_the_longer_of_the_snoozes_that_hold(place: Path, at: Callable[[str], None]) -> None:
    two("--tier core --stage customer", "--tier core --stage customer")
    crm("snooze c1 2026-12-01")
    crm("snooze c2 2027-01-15")
    crm("merge-customers c1 c2 --yes")
    assert shown("c1")["snoozed_until"] == "2027-01-15"
    crm("undo")
    at("2026-11-20T10:00")
    crm("log-contact c2 'they rang'")  # which ends that snooze, and now the other one, too
    crm("merge-customers c1 c2 --yes")
    assert shown("c1")["snoozed_until"] is None
    check(place / "crm.db")


def test_the_promise_that_was_given_last(place: Path) -> None:
    two("", "")
    crm("log-contact c1 'call me in March' --no-answer --on 2027-03-01", CRM_NOW="2026-11-18T09:00")
    crm("log-contact c2 'call me in January' --no-answer --on 2027-01-15")
    crm("merge-customers c1 c2 --yes")
    assert shown("c1")["promised_on"] == "2027-01-15"


def test_a_loss_stays_with_the_lost_and_nobody_is_referred_by_themselves(place: Path) -> None:
    two("--stage customer", "--referred-by c1")
    crm("edit c1 --set referred_by=c2")
    crm("edit c2 --set stage=lost --set loss_reason=price")
    crm("merge-customers c1 c2 --yes")
    item = shown("c1")
    assert (item["stage"], item["loss_reason"], item["referred_by"]) == ("customer", None, None)


def test_a_birthday_of_one_and_the_same_person_is_kept_once_with_its_year(place: Path) -> None:
    two("--person Eve", "--person EVE --phone 13800005678")
    crm("key-date h1 birthday 05-20")
    crm("key-date h2 birthday 1980-05-20 --note cake")
    crm("key-date c2 anniversary 05-20")
    crm("merge-customers c1 c2 --yes")
    dates = [(one["ref"], one["day"], one["note"]) for one in shown("c1")["key_dates"]]
    assert dates == [("y1", "1980-05-20", "cake"), ("y3", "05-20", None)]
    assert [one["phones"] for one in shown("c1")["people"]] == [["13800005678"]]
    check(place / "crm.db")


def test_an_unanswered_message_goes_on_waiting(place: Path) -> None:
    two("--stage customer", "--stage customer")
    crm("log-contact c1 offer --channel email --out --at 2026-11-12")
    crm("log-contact c2 offer --channel email --out --at 2026-11-13")
    crm("done i2:unanswered")
    crm("merge-customers c1 c2 --yes")
    assert [one["ref"] for one in crm("due --kind unanswered --json").json["items"]] == ["i1:unanswered"]  # fmt: skip


def test_undo_does_not_tear_apart_what_was_done_since(book: Path) -> None:
    crm("merge-customers c1 c2 --yes")
    crm("resolve n1 fixed")
    refused("undo x11", 4, "x11 cannot be undone: a later service event depends on what it made; undo or delete that first")  # fmt: skip
    crm("undo")
    crm("undo x11")
    assert shown("c2")["ref"] == "c2"
    check(book)


# --- the old lists again ---

LIST = "name,external_id,city,tier,phone,tags\n华东精工有限公司,A1,上海,core,13800005678,vip\n华东精密,B1,苏州,ordinary,13900001111,old\n"


def imported(place: Path, text: str, *options: str) -> tuple[int, int, int, int]:
    (place / "list.csv").write_text(text, encoding="utf-8")
    ran = run_in_process(["import", str(place / "list.csv"), "--json", *options])
    item = ran.json["item"]
    return tuple(item[name] for name in ("added", "updated", "unchanged", "rejected"))


@pytest.mark.parametrize("rows", [LIST, LIST.replace(",B1,", ",,"), LIST.replace(",A1,", ",,")])
def test_an_old_list_does_not_make_it_again(place: Path, rows: str) -> None:
    assert imported(place, LIST) == (2, 0, 0, 0)
    crm("merge-customers c1 c2 --yes")
    before = live(place / "crm.db")
    assert imported(place, rows) == (0, 0, 2, 0)
    assert live(place / "crm.db") == before


def test_what_an_old_list_says_anew_is_added_and_overwrites_nothing(place: Path) -> None:
    imported(place, LIST)
    crm("merge-customers c1 c2 --yes")
    text = LIST.replace("13900001111,old", "13900002222,newer").replace("ordinary", "potential")
    assert imported(place, text) == (0, 1, 1, 0)
    item = shown("c1")
    assert (item["name"], item["tier"], item["city"], item["external_id"]) == ("华东精工有限公司", "core", "上海", "A1")  # fmt: skip
    assert item["phones"] == ["13800005678", "13900001111", "13900002222"]
    assert item["tags"] == ["newer", "old", "vip"]
    assert imported(place, text) == (0, 0, 2, 0)
    check(place / "crm.db")


def test_a_number_that_was_taken_over_goes_on_renewing_but_renames_nobody(place: Path) -> None:
    crm("add-customer 华东精工")
    assert imported(place, "name,external_id,city\n华东精密,B1,苏州\n") == (1, 0, 0, 0)
    crm("merge-customers c1 c2 --yes")
    assert imported(place, "name,external_id,city\n华东精密,B1,无锡\n") == (0, 1, 0, 0)
    assert {name: shown("c1")[name] for name in ("name", "city", "external_id")} == {"name": "华东精工", "city": "无锡", "external_id": "B1"}  # fmt: skip
    assert imported(place, "name,external_id\n华东三工,B1\n") == (0, 1, 0, 0)
    assert shown("c1")["name"] == "华东三工"


def test_by_its_credit_code_and_by_its_name_in_its_own_city(place: Path) -> None:
    head = "name,uscc,city\n"
    assert imported(place, f"{head}甲,91310000MA1FL0001A,上海\n乙,91310000MA1FL0002B,苏州\n") == (2, 0, 0, 0)  # fmt: skip
    crm("merge-customers c1 c2 --yes")
    assert imported(place, f"{head}丙,91310000MA1FL0002B,\n") == (0, 0, 1, 0)
    assert imported(place, f"{head}乙,,苏州\n") == (0, 0, 1, 0)
    assert imported(place, f"{head}乙,,无锡\n") == (1, 0, 0, 0)
    assert shown("c1")["name"] == "甲"


def test_rows_that_belong_to_it_and_customers_it_sent(place: Path) -> None:
    imported(place, LIST)
    crm("merge-customers c1 c2 --yes")
    contacts = "customer,at,summary\next:B1,2026-11-10,one\n华东精密,2026-11-11,two\n"
    assert imported(place, contacts, "--as", "interactions") == (2, 0, 0, 0)
    assert len(shown("c1")["interactions"]) == 2
    assert imported(place, "name,referred_by\nNew,ext:B1\nNewer,华东精密\n") == (2, 0, 0, 0)
    assert {one["referred_by"] for one in crm("list-customers --json").json["items"]} == {
        None,
        "c1",
    }


def test_a_number_given_to_another_is_that_ones(place: Path) -> None:
    imported(place, LIST)
    crm("merge-customers c1 c2 --yes")
    crm("add-customer Other --external-id B1 --allow-duplicate")
    assert shown("ext:B1")["ref"] == "c3"
    assert imported(place, "name,external_id,city\nOther,B1,Bonn\n") == (0, 1, 0, 0)
    assert shown("c3")["city"] == "Bonn"
    refused("undo x2", 4, "another live customer has the same external_id; change one of them first")  # fmt: skip


def test_adding_by_hand_what_was_merged_away_is_a_duplicate(book: Path) -> None:
    crm("merge-customers c1 c2 --yes")
    sentence = (
        "c1 华东精工有限公司 has the same {what}; use it, or add anyway with --allow-duplicate"
    )
    for options, what in (("华东精密", "name"), ("New --external-id B1", "external id")):
        ran = run_in_process(f"add-customer {options}")
        assert (ran.code, ran.err) == (4, f"crm: {sentence.format(what=what)}\n")


def test_everything_out_and_in_again_keeps_what_leads_to_it(book: Path, place: Path) -> None:
    crm("merge-customers c1 c2 --yes")
    crm("merge-customers c3 c1 --yes")
    out = ["export", "all", "--reveal", "--out"]
    crm([*out, str(place / "all.jsonl")])
    crm(["--db", str(place / "new.db"), "import", str(place / "all.jsonl"), "--as", "all"])
    crm(["--db", str(place / "new.db"), *out, str(place / "again.jsonl")])
    assert (place / "again.jsonl").read_bytes() == (place / "all.jsonl").read_bytes()
    new = {"CRM_DB": str(place / "new.db")}
    assert crm("show c2 --json", **new).json["item"]["ref"] == "c3"
    assert [one["ref"] for one in crm("find 华东精密 --json", **new).json["items"]] == ["c3"]
    assert crm("add-customer Next", **new).out == "c4\n"
    check(place / "new.db")


def test_its_history_tells_both_by_their_references(book: Path) -> None:
    crm("merge-customers c1 c2 --yes")
    steps = [one for one in crm("history c1 --json").json["items"] if one["change"] == "x11"]
    moved = {
        (one["record"], one["old"], one["new"]) for one in steps if one["field"] == "customer_id"
    }
    assert {
        ("need", "c2", "c1"),
        ("interaction", "c2", "c1"),
        ("stage_change", "c2", "c1"),
    } <= moved
    last = crm("history c2 --json").json["items"][0]
    assert (last["record"], last["action"], last["change"]) == ("customer", "delete", "x11")


def test_doctor_finds_the_names_of_what_was_merged_away_renewed(book: Path) -> None:
    crm("merge-customers c1 c2 --yes")
    with sqlite3.connect(book) as connection:
        connection.execute("UPDATE former_customer SET name_key = 'stale'")
    connection.close()
    said = {one["name"]: one for one in run_in_process("doctor --json").json["items"]}
    assert (said["names"]["status"], said["names"]["count"]) == ("problem", 1)
    run_in_process("doctor --fix")
    assert shown("华东精密")["ref"] == "c1"
    assert all(one["status"] != "problem" for one in run_in_process("doctor --json").json["items"])
