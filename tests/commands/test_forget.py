"""`crm forget`: what goes, what stays, what is said of it, and how it is finished when something comes between (HANDBOOK §10)."""

import json
import resource
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from crmcli.rules.pinyin import SIGNS
from tests.contract.program import everything_in, patched, refused, run
from tests.contract.terminal import Terminal
from tests.store.searching import check_search
from tests.store.test_forgetting import left_in
from tests.store.test_undo import check_derived, check_links
from tests.support import crm, run_in_process

BOOK = (
    "add-customer 华东精工有限公司 --tier core --stage customer --person 张伟 --title 采购经理 --phone '138 0000 5678' --email Zhang.Wei@Example.com --wechat wx_zhangwei --note '张伟 decides, 13800005678'",
    "add-customer Beta --referred-by c1 --note 'met 张伟 (+86 138-0000-5678) at the fair' --person 'Jane Doe' --phone 010-62345678",
    "log-contact c1 '和张伟谈价格' --with 张伟 --feedback '张伟说太贵' --next '给张伟报价' --on 2026-11-25",
    "log-contact c2 'zhang.wei@example.com sent a list' --ours 张伟",
    "add-need c1 '打印机卡纸' --kind problem --owner 张伟",
    "resolve n1 '张伟 cleaned it'",
    "add-article 'Paper jams' --from n1 --text '张伟: open it, take the paper out'",
    "add-promise c1 'samples for 张伟' --due 2026-11-30",
    "key-date h1 birthday 05-20",
    "survey n1 --overall 2 --by 张伟 --comment '张伟 waited'",
    "add-customer 李娜 --kind person --phone 13911112222 --email lina@example.org",
    "edit h1 --set name=张大伟 --reason '张伟 has a new name'",
)  # fmt: skip
SOUNDS = tuple(
    " ".join(SIGNS[one] for one in said.split()) for said in ("zhang wei", "zhang da wei")
)
LEFT = (
    "张伟", "张大伟", "大伟", "张_伟", "张_大_伟", "张_大", "大_伟", "张 伟", "张 大", *SOUNDS, "zhang.wei", "example.com", "xample.com", "wx_zhangwei", "zhangwei",
    "13800005678", "138 0000", "0000 5678", "0000-5678", "138-0000",
)  # fmt: skip
"""Of h1: its names of now and before, as the index cuts them, too, their sound, and everything it is reached by."""


@pytest.fixture
def book(place: Path) -> Path:
    for command in BOOK:
        crm(command)
    return place / "crm.db"


def look(path: Path) -> None:
    check_derived(path)
    check_links(path)
    check_search(path)
    found = crm("doctor --json").json["items"]
    assert [one["name"] for one in found if one["status"] == "problem" or (one["name"] == "erasure" and one["status"] != "ok")] == []  # fmt: skip


def item_of(ref: str) -> Any:
    return crm(f"show {ref} --json --reveal").json["item"]


def test_the_whole_of_it(book: Path, place: Path) -> None:
    assert set(left_in(place, LEFT)) >= {"张伟", "张_大_伟", SOUNDS[-1], "13800005678", "zhang.wei"}
    ran = run("forget h1 --yes --reason '张伟 asked us to'")
    assert (ran.code, ran.out) == (0, "")
    assert ran.err == (
        "h1 张大伟; for good go: people 1, phones and e-mails 3, key dates 1.\n"
        "Elsewhere [erased] takes the place of names, phones and e-mails: customers 2, contacts 3, tasks 1, needs 2, promises 1, surveys 2, "
        "articles 1, participants 2, command lines and reasons 11, old values in the change log 2.\n"
        "In these among others: c1.note, c2.note, i1.summary, i1.feedback, i2.summary and 10 more\n"
        "3 changes can no longer be undone.\n"
        "h1 is erased.\n"
    )
    assert left_in(place, LEFT) == []
    assert [path.name for path in place.glob("crm.db*")] == ["crm.db"]
    look(book)
    one = item_of("c1")
    assert (one["people"], one["note"]) == ([], "[erased] decides, [erased]")
    (contact,) = one["interactions"]
    assert (contact["summary"], contact["feedback"], contact["with"]) == ("和[erased]谈价格", "[erased]说太贵", ["[erased]"])  # fmt: skip
    assert contact["next"][0]["text"] == "给[erased]报价"
    two = item_of("c2")
    assert (two["note"], two["referred_by"]) == ("met [erased] ([erased]) at the fair", "c1")
    assert two["people"][0]["name"] == "Jane Doe"
    assert two["interactions"][0]["ours"] == ["[erased]"]
    assert crm("kb jams --json").json["items"][0]["text"] == "[erased]: open it, take the paper out"
    assert item_of("s1")["by"] == "[erased]"
    assert item_of("n1")["solution"] == "[erased] cleaned it"


def test_a_company_goes_with_all_that_it_has(book: Path, place: Path) -> None:
    ran = run("forget 华东精工 --yes --json")
    item = json.loads(ran.out)["item"]
    assert (ran.code, ran.err) == (0, "")
    assert (item["ref"], item["refs"], item["erased_on"]) == ("c1", ["c1", "h1"], "2026-11-20")
    assert item["rows"] == {
        "customer": 1, "person": 1, "contact_point": 3, "interaction": 1, "participant": 1, "task": 1, "key_date": 1, "need": 1,
        "service_event": 1, "promise": 1, "survey": 1, "review": 1, "stage_change": 1,
    }  # fmt: skip
    assert (item["namesakes"], item["backups"], item["dossiers"], item["unfinished"]) == ([], [], [], None)  # fmt: skip
    gone = (
        *LEFT,
        "华东",
        "精工",
        "华_东",
        f"{SIGNS['hua']} {SIGNS['dong']}",
        "打印机",
        "卡纸",
        "太贵",
        "samples",
        "waited",
    )
    assert left_in(place, gone) == []
    look(book)
    assert item_of("c2")["referred_by"] is None
    (article,) = crm("kb --json").json["items"]
    assert (article["need"], article["text"]) == (None, "[erased]: open it, take the paper out")
    for asked in ("c1", "h1"):
        refused(f"show {asked}", 3, f"{'customer' if asked == 'c1' else 'person'} {asked} was erased on 2026-11-20; nothing of it is left")  # fmt: skip
    assert run_in_process("find 华东").code == 0
    assert crm("add-customer Gamma --person Neu").out == "c4\n"
    assert crm("add-person c4 Next").out == "h4\n"  # h1's key is not given out again


def test_a_customer_that_is_a_person(book: Path, place: Path) -> None:
    crm("log-contact c2 '李娜 recommends us, lina@example.org'")
    crm("forget 李娜 --yes")
    assert left_in(place, ("李娜", "li na", "13911112222", "lina@", "139 1111")) == []
    assert item_of("c2")["interactions"][0]["summary"] == "[erased] recommends us, [erased]"
    look(book)


def test_what_was_merged_into_it_goes_too(book: Path, place: Path) -> None:
    crm(
        "add-customer '华东精密' --allow-duplicate --person 张大伟 --phone 13800005678 --external-id EXT-B7-77"
    )
    crm("merge-customers c1 c4 --yes")
    item = crm("forget ext:EXT-B7-77 --yes --json").json["item"]
    assert item["refs"] == ["c1", "c4", "h1", "h3"]
    assert left_in(place, (*LEFT, "华东", "精密", "EXT-B7")) == []
    refused("show c4", 3, "customer c4 was erased on 2026-11-20; nothing of it is left")
    look(book)


def test_a_merge_taken_back_knows_nothing_more(book: Path, place: Path) -> None:
    crm("add-customer '星辰贸易' --person 周杰")
    crm("merge-customers c2 c4 --yes")
    crm("undo")
    crm("forget c4 --yes")
    assert left_in(place, ("星辰", "贸易", "xing chen", "周杰")) == []
    look(book)


def test_a_person_merged_away_goes_with_the_one_that_is_kept(book: Path, place: Path) -> None:
    crm("add-customer '华东精密' --allow-duplicate --person 张大伟 --phone '+86 13800005678'")
    crm("merge-customers c1 c4 --yes")
    assert crm("forget h1 --yes --json").json["item"]["refs"] == ["h1", "h3"]
    assert left_in(place, LEFT) == []
    look(book)


def test_deleting_is_no_forgetting(book: Path, place: Path) -> None:
    crm("delete c1 --reason '张伟 left'")
    assert "张伟" in left_in(place, LEFT)
    crm("forget c1 --yes")
    assert left_in(place, LEFT) == []
    look(book)


# --- others ---


def test_another_one_of_the_same_name_keeps_it(book: Path, place: Path) -> None:
    crm(
        "add-customer Delta --person 张伟 --phone 13700001111 --note '张伟 of Delta, not 13800005678'"
    )
    crm("log-contact c4 'called 张伟' --with 张伟")
    crm("edit h1 --set name=张伟")
    ran = run("forget h1 --yes")
    assert (
        "Others have the same name, or one that contains it, and keep it, as do texts about their customers: h3.\n"
        in ran.err
    )
    four = item_of("c4")
    assert four["people"][0]["name"] == "张伟"
    assert four["note"] == "张伟 of Delta, not [erased]"
    assert (four["interactions"][0]["summary"], four["interactions"][0]["with"]) == (
        "called 张伟",
        ["张伟"],
    )
    assert item_of("c1")["note"] == "[erased] decides, [erased]"
    assert left_in(place, ("13800005678", "zhang.wei", "wx_zhangwei")) == []
    look(book)


def test_a_phone_that_is_the_companys_too_stays_with_it(book: Path) -> None:
    crm("edit c1 --set phones=010-62345679")
    crm("add-person c1 王芳 --phone '(010) 6234 5679'")
    ran = run("forget h3 --yes")
    assert (
        "the same phone, or one that contains it, and keep it, as do texts about their customers: c1.\n"
        in ran.err
    )
    assert item_of("c1")["phones"] == ["010-62345679"]


def test_a_name_of_one_sign_is_erased_only_where_it_stands_alone(book: Path) -> None:
    crm("add-person c2 王")
    crm("log-contact c2 '王总 called, 王 too' --ours 王")
    ran = run("forget h3 --yes")
    assert (
        "王 is too short to be looked for inside texts; only where it stands alone is it erased.\n"
        in ran.err
    )
    contact = item_of("c2")["interactions"][0]
    assert (contact["summary"], contact["ours"]) == ("王总 called, 王 too", ["[erased]"])


def test_words_of_the_program_stay_whoever_is_called_so(book: Path) -> None:
    for name in ("text", "price", "birthday", "CNY", "call"):
        crm(f"add-customer {name} --stage lost")
    crm("edit c2 --set stage=lost --set loss_reason=price")
    crm("config set fields.area text")
    crm("config set fields.grade choice:price,b")
    crm("config set tags.allowed vip,CNY")
    for number in range(4, 9):
        crm(f"forget c{number} --yes")
    assert crm("config get fields.area").out == "text\n"
    assert crm("config get fields.grade").out == "choice:[erased],b\n"
    assert crm("config get currency").out == "CNY\n"
    assert crm("config get tags.allowed").out == "vip,[erased]\n"
    look(book)


def test_names_that_a_shell_would_quote(book: Path, place: Path) -> None:
    crm(
        [
            "add-customer",
            'O\'Neil "Sons" & Co',
            "--note",
            "O'Neil 'Sons' and Co says hi, as O’NEIL SONS & CO",
        ]
    )
    crm(["log-contact", "c2", 'heard of O\'Neil "Sons" & Co', "--ours", "O'Neil Sons Co"])
    crm("forget c4 --yes")
    assert left_in(place, ("neil",)) == []
    look(book)


def test_tags_that_become_one(book: Path) -> None:
    crm("tag c2 张伟 '张 伟' vip")
    crm("forget h1 --yes")
    assert item_of("c2")["tags"] == ["[erased]", "vip"]
    look(book)


# --- undo ---


def test_what_touched_it_cannot_be_undone_and_all_else_can(book: Path) -> None:
    crm("add-person c2 周杰")
    crm("edit c2 --set city=苏州")
    crm("forget h1 --yes")
    refused("undo x12", 4, "x12 cannot be undone: something of it was erased by crm forget")
    refused("undo x1", 4, "x1 cannot be undone: something of it was erased by crm forget")
    crm("undo x14")
    assert item_of("c2")["city"] is None
    crm("undo x13")
    crm("undo x4")  # the contact whose text was changed
    crm("undo x17")
    assert item_of("c2")["interactions"][0]["summary"] == "[erased] sent a list"
    crm("edit c2 --set 'note=something else'")
    crm("undo")
    assert item_of("c2")["note"] == "met [erased] ([erased]) at the fair"
    look(book)


def test_what_referred_to_it_cannot_be_undone(book: Path) -> None:
    crm("edit c3 --set referred_by=c1")
    crm("edit c3 --set referred_by=c2")
    crm("forget c1 --yes")
    refused("undo x13", 4, "x13 cannot be undone: what it refers to was erased")
    refused("undo x14", 4, "x14 cannot be undone: what it refers to was erased")
    look(book)


def test_an_import_that_it_came_by_cannot_be_undone(book: Path, place: Path) -> None:
    (place / "list.csv").write_text(
        "name,phone\n星辰贸易,13500001111\n月光,13500002222\n", encoding="utf-8"
    )
    number = crm(f"import {place}/list.csv").lines[-1]
    crm("forget 星辰贸易 --yes")
    assert left_in(place, ("星辰", "13500001111")) == []
    refused(
        f"undo {number}", 4, f"{number} cannot be undone: something of it was erased by crm forget"
    )
    look(book)


# --- what is said ---


def test_it_is_history_that_somebody_was_erased(book: Path) -> None:
    crm("forget h1 --yes --reason 'by letter'")
    first, *others = crm("history --json").json["items"]
    assert first == {
        "ref": None, "change": None, "at": "2026-11-20T09:00:00+08:00", "happened_on": None, "actor": "tester", "command": "crm forget h1",
        "reason": "by letter", "undoes": None, "undone_by": None,
    }  # fmt: skip
    assert others[0]["command"] == "crm edit [erased]"
    assert others[-1]["command"] == (
        "crm add-customer '华东精工有限公司' --tier core --stage customer --person [erased] --title [erased] --phone [erased] "
        "--email [erased] --wechat [erased] --note [erased] decides, [erased]"
    )
    first = crm("history h1 --json").json["items"][0]
    assert (first["action"], first["change"], first["reason"]) == ("forget", None, "by letter")
    assert crm("history h1").lines[1].split()[3:] == ["h1", "forget", "by", "letter"]


def test_a_dry_run_says_what_would_go_and_changes_not_a_byte(book: Path, place: Path) -> None:
    before = everything_in(place)
    ran = run("forget h1 --dry-run")
    assert (ran.code, ran.out) == (0, "")
    assert ran.err.startswith(
        "h1 张大伟; for good go: people 1, phones and e-mails 3, key dates 1.\n"
    )
    item = json.loads(run("forget h1 --dry-run --json").out)["item"]
    assert (item["erased_on"], item["rows"]) == (
        None,
        {"person": 1, "contact_point": 3, "key_date": 1},
    )
    assert item["mentions"] == {
        "customer": 2, "interaction": 3, "participant": 2, "task": 1, "need": 2, "promise": 1, "survey": 2, "service_event": 1, "article": 1,
        "change": 11, "change_row": 2,
    }  # fmt: skip
    assert item["places"][:3] == ["c1.note", "c2.note", "i1.summary"]
    assert everything_in(place) == before


def test_a_person_at_a_terminal_is_asked(book: Path) -> None:
    with Terminal("forget h1") as person:
        person.sees("Erase h1 张大伟 for good? (y/N)")
        person.types("")
        assert person.leaves() == 1
    assert "crm: nothing was done" in person.rest
    assert item_of("c1")["people"]
    with Terminal("forget h1") as person:
        person.sees("(y/N)")
        crm("edit c2 --set 'note=张伟 again'")  # meanwhile
        person.types("y")
        assert person.leaves() == 0
    assert item_of("c2")["note"] == "[erased] again"
    with Terminal("forget c2") as person:
        person.sees("(y/N)")
        crm("edit c2 --set name=Gamma")
        person.types("y")
        assert person.leaves() == 4
    assert "c2 was changed by somebody else in the meantime; try again" in person.rest


@pytest.mark.parametrize(
    ("command", "code", "sentence"),
    [
        ("forget h1", 2, "nobody is here to be asked; add --yes to do it"),
        ("forget c99 --yes", 3, "there is no customer c99; crm list-customers shows the customers"),
        ("forget h99 --yes", 3, "there is no person h99; crm list-customers shows the customers"),
        ("forget nobody --yes", 3, "no customer fits 'nobody'; crm list-customers shows them all"),
        ("forget t1 --yes", 2, "t1 is no person and no customer; crm delete takes other records out of sight"),
        ("forget c1:touch --yes", 2, "c1:touch is something that is due, no record of its own; write c1 if the whole record is meant"),
    ],
)  # fmt: skip
def test_refusals(book: Path, command: str, code: int, sentence: str) -> None:
    refused(command, code, sentence)


def test_a_second_time_says_when_it_was(book: Path) -> None:
    crm("forget h1 --yes")
    refused("forget h1 --yes", 3, "person h1 was erased on 2026-11-20; nothing of it is left")


def test_backups_are_named(book: Path, place: Path) -> None:
    crm("backup")
    crm(f"backup {place}/elsewhere.db")
    paths = crm("forget h1 --yes --json").json["item"]["backups"]
    assert str(place / "elsewhere.db") in paths
    assert len(paths) == 2
    assert all("张伟".encode() in Path(path).read_bytes() for path in paths)


def test_all_that_is_left_moves_house(book: Path, place: Path) -> None:
    crm("forget h1 --yes")
    crm(f"export all --reveal --out {place}/all.jsonl")
    elsewhere = {"CRM_DB": str(place / "other.db")}
    assert run_in_process(f"import {place}/all.jsonl --as all", **elsewhere).code == 0
    found = run_in_process("list-customers --json --reveal", **elsewhere).json["items"]
    assert found == crm("list-customers --json --reveal").json["items"]


# --- when something comes between ---


def mark_of(path: Path) -> str | None:
    connection = sqlite3.connect(path)
    row = connection.execute("SELECT value FROM meta WHERE name = 'erasure'").fetchone()
    connection.close()
    return row[0] if row else None


DYING = "import os, signal; die = lambda *a, **k: os.kill(os.getpid(), signal.SIGKILL)"


def test_killed_before_the_end_it_did_nothing(book: Path, place: Path) -> None:
    killed = patched(DYING, "from crmcli.store import cleaning", "cleaning.mark = die")
    assert run("forget h1 --yes", program=killed).code == -9
    assert item_of("h1")["name"] == "张大伟"
    assert mark_of(book) is None
    look(book)


def archived(place: Path) -> list[Path]:
    """The dossiers that are there, hidden ones too."""
    return sorted((place / "archive").iterdir())


def held_in(place: Path) -> list[str]:
    """What of h1 is found in any file of the archive, or in its name."""
    held = b"\n".join(
        bytes(path) + (path.read_bytes() if path.is_file() else b"")
        for path in (place / "archive").rglob("*")
    ).lower()
    return [text for text in LEFT if text.encode() in held]


def test_dossiers_are_sealed_anew(book: Path, place: Path) -> None:
    crm("archive c1 --period 2026-11")
    crm("archive c2 --period 2026-11")
    crm("archive c3 --period 2026-11")
    assert {"张伟", "13800005678", "zhang.wei"} <= set(held_in(place))
    item = crm("forget h1 --yes --json").json["item"]
    assert [Path(path).name for path in item["dossiers"]] == ["华东精工有限公司_2026年11月需求档案", "Beta_2026年11月需求档案"]  # fmt: skip
    assert item["dossiers_kept"] == []
    assert (held_in(place), left_in(place, LEFT)) == ([], [])
    assert {path.name for path in archived(place)} == {"c1_2026-11_erased", "c2_2026-11_erased", "李娜_2026年11月需求档案"}  # fmt: skip
    assert crm("archive --verify").code == 0
    crm("forget c1 --yes")
    assert b"\xe5\x8d\x8e\xe4\xb8\x9c" not in b"".join(path.read_bytes() for path in (place / "archive").rglob("*") if path.is_file())  # fmt: skip
    assert crm("archive --verify").code == 0
    look(book)


def test_several_dossiers_in_which_the_same_is_left(book: Path, place: Path) -> None:
    """Of one period, sealed twice; and those of two customers that were merged."""
    crm("archive c1 --period 2026-11")
    crm("log-contact c1 '张伟 again'")
    crm("archive c1 --period 2026-11")
    crm("archive c2 --period 2026-11")
    crm("merge-customers c1 c2 --yes")
    crm("archive c1 --period 2026-11")
    crm("forget h1 --yes")
    assert (held_in(place), left_in(place, LEFT)) == ([], [])
    assert crm("archive --verify").err == "4 dossiers are as they were sealed.\n"
    crm("forget c1 --yes")
    assert len(archived(place)) == 4
    assert crm("archive --verify").err == "4 dossiers are as they were sealed.\n"
    look(book)


def test_a_title_behind_the_name_is_no_part_of_it(book: Path, place: Path) -> None:
    crm("add-person c2 '王小明（采购）'")
    crm("log-contact c1 '王小明来电'")
    crm("forget h3 --yes")
    assert left_in(place, ["王小明"]) == []


def test_a_copy_of_a_dossier_in_the_archive_is_named(book: Path, place: Path) -> None:
    crm("archive c1 --period 2026-11")
    (sealed,) = archived(place)
    shutil.copytree(sealed, place / "archive" / "copy")
    crm("archive c3 --period 2026-11")
    shutil.copytree(archived(place)[-1], place / "archive" / "of-others")
    item = crm("forget h1 --yes --json").json["item"]
    assert item["backups"] == [str(place / "archive" / "copy")]


def test_what_others_are_numbered_by_may_be_an_address_of_the_erased(
    book: Path, place: Path
) -> None:
    crm("edit c1 --set external_id=zhang.wei@example.com")
    crm("edit c2 --set external_id='张伟 2'")
    crm("forget h1 --yes")
    assert left_in(place, LEFT) == []
    assert [item_of(ref)["external_id"] for ref in ("c1", "c2")] == ["[erased] 1", "[erased] 2"]
    crm("undo x14")
    look(book)


def test_names_of_fields_are_nobodys(book: Path, place: Path) -> None:
    crm("archive c1 --period 2026-11")
    crm("add-customer Summary")
    assert crm("forget c4 --yes --json").json["item"]["dossiers"] == []


@pytest.mark.parametrize("name", ["Rows", "Refs", "Mentions", "Reason"])
def test_a_name_that_a_note_of_an_erasure_is_made_of(book: Path, name: str) -> None:
    crm("forget h2 --yes --reason 'wrote to Rows, Refs and Mentions, for a Reason'")
    crm(["add-customer", name])
    crm("forget c4 --yes")
    (first, _) = json_of_notes(book)
    assert set(first) == {"ref", "refs", "on", "rows", "mentions", "reason"}
    assert first["reason"].count("[erased]") == 1
    refused("show h2", 3, "person h2 was erased on 2026-11-20; nothing of it is left")
    assert crm("history").code == 0


def json_of_notes(path: Path) -> list[dict[str, Any]]:
    with closing(sqlite3.connect(path)) as db:
        rows = db.execute("SELECT detail FROM event WHERE kind = 'forget' ORDER BY id").fetchall()
    return [json.loads(detail) for (detail,) in rows]


def test_a_damaged_note_of_an_erasure_stops_nothing(book: Path) -> None:
    crm("forget h2 --yes")
    with closing(sqlite3.connect(book)) as db, db:
        db.execute("UPDATE event SET detail = replace(detail, '\"refs\"', '\"[erased]\"') WHERE kind = 'forget'")  # fmt: skip
        db.execute("INSERT INTO event (at, actor, kind, detail) VALUES ('2026-11-20T01:00:00Z', 'x', 'forget', NULL)")  # fmt: skip
    assert "crm forget h2" in crm("history").out
    refused("show h2", 3, "person h2 was erased on 2026-11-20; nothing of it is left")


def test_killed_between_the_file_and_the_archive(book: Path, place: Path) -> None:
    crm("archive c1 --period 2026-11")
    killed = patched(DYING, "from crmcli.commands.shared.archiving import Archive", "Archive.settle = die")  # fmt: skip
    assert run("forget h1 --yes", program=killed).code == -9
    crm("add-task c2 'call' --due 2026-11-27")
    assert mark_of(book) == "dossiers"
    crm("doctor --fix")
    assert (mark_of(book), held_in(place), left_in(place, LEFT)) == (None, [], [])
    assert [path.name for path in archived(place)] == ["c1_2026-11_erased"]
    look(book)


@pytest.mark.parametrize("at", ["finish", "_rewrite", "_empty_wal"])
def test_killed_while_it_is_cleaned_the_next_change_goes_on(
    book: Path, place: Path, at: str
) -> None:
    killed = patched(DYING, "from crmcli.store import cleaning", f"cleaning.{at} = die")
    assert run("forget h1 --yes", program=killed).code == -9
    assert mark_of(book) == ("wal" if at == "_empty_wal" else "pages")
    found = {one["name"]: one for one in run_in_process("doctor --json").json["items"]}
    assert (found["erasure"]["status"], found["erasure"]["advice"]) == (
        "warning",
        "crm doctor --fix",
    )
    refused("show h1", 3, "person h1 was erased on 2026-11-20; nothing of it is left")
    crm("add-task c2 'call' --due 2026-11-27")
    assert mark_of(book) is None
    assert left_in(place, LEFT) == []
    look(book)


def test_doctor_finishes_it_too(book: Path, place: Path) -> None:
    killed = patched(DYING, "from crmcli.store import cleaning", "cleaning.finish = die")
    run("forget h1 --yes", program=killed)
    crm("doctor --fix")
    assert (mark_of(book), left_in(place, LEFT)) == (None, [])


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Somebody who goes on looking at the file as it is now."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("BEGIN")
    connection.execute("SELECT count(*) FROM customer").fetchone()
    yield
    connection.execute("ROLLBACK")
    connection.close()


def test_while_others_read_it_waits_for_them(book: Path, place: Path) -> None:
    with reading(book):
        ran = run("forget h1 --yes")
        assert ran.code == 0
        assert ran.err.endswith(
            "It is erased, but another program is reading the file: until crm can finish, pages that were given up may still hold it. "
            "The next change or crm doctor --fix goes on.\n"
        )
        assert "is erased.\n" not in ran.err
        assert mark_of(book) == "wal"
        crm("add-task c2 'call' --due 2026-11-27")  # the next one works on, too
        assert mark_of(book) == "wal"
    crm("add-task c2 'call again' --due 2026-11-27")
    assert (mark_of(book), left_in(place, LEFT)) == (None, [])
    look(book)


def test_a_disk_too_small_is_not_filled(book: Path, place: Path) -> None:
    small = patched("import shutil", "from collections import namedtuple", "shutil.disk_usage = lambda path: namedtuple('U', 'free')(0)")  # fmt: skip
    ran = run("forget h1 --yes --json", program=small)
    assert (ran.code, json.loads(ran.out)["item"]["unfinished"]) == (0, "disk full")
    assert ran.err == (
        "It is erased, but the disk is too full to write the file anew: until crm can finish, pages that were given up may still hold it. "
        "Free some space, then: crm doctor --fix\n"
    )
    assert mark_of(book) == "pages"
    crm("doctor --fix")
    assert (mark_of(book), left_in(place, LEFT)) == (None, [])


def test_a_file_that_may_not_grow_is_finished_later(book: Path, place: Path) -> None:
    size = book.stat().st_size
    limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size // 2, size // 2))  # noqa: E731
    ran = run("forget h1 --yes --json", before=limit)
    unfinished = json.loads(ran.out)["item"]["unfinished"] if ran.code == 0 else None
    assert (ran.code, unfinished) == (0, "failed"), ran
    assert run_in_process("show h1").code == 3
    crm("doctor --fix")
    assert (mark_of(book), left_in(place, LEFT)) == (None, [])
    look(book)
