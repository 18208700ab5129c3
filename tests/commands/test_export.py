"""`crm export`: what is in it, for whom it is masked, where it goes, and that a large one needs no more memory."""

import csv
import io
import json
import os
import sqlite3
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmcli.commands.shared import leaving
from crmcli.context import Context
from crmcli.exchange import csv_out
from crmcli.exchange.defusing import undefuse
from crmcli.exchange.headers import recognise
from crmcli.exchange.out_file import OutFile
from crmcli.output.shapes import Privacy
from crmcli.store.changes import Author, begin, bulk
from crmcli.store.exporting import everything
from crmcli.store.opening import open_for_reading, open_for_writing
from tests.contract.program import everything_in, on_terminal, patched_anew, run
from tests.support import crm, run_in_process

PHONE, MAIL, WECHAT, ID_NUMBER = (
    "13812345678",
    "zhang@example.com",
    "zhangwei88",
    "310101199001011234",
)
NAMES = ("张伟", "李雷", "韩梅梅", "王小明", "赵六")


def rows(command: str) -> list[dict[str, str]]:
    """The rows of a CSV on stdout, by column."""
    return list(csv.DictReader(io.StringIO(crm(command).out, newline="")))


def objects(command: str) -> list[dict[str, Any]]:
    """The objects of JSON Lines on stdout."""
    return [json.loads(line) for line in crm(command).lines]


@pytest.fixture
def book() -> None:
    """Two customers with everything that an export may hold."""
    crm("config set fields.area text")
    crm(
        f"add-customer Acme --person 张伟 --title 采购经理 --phone {PHONE} --email {MAIL} --wechat {WECHAT} --tag vip "
        f"--tag old --tier core --note 'call {PHONE}' --field area=north --source 'from {MAIL}' --external-id E1"
    )
    crm(
        f"add-customer 李雷 --kind person --phone {PHONE} --short-name 小李 --referred-by c1 --allow-duplicate"
    )
    crm(f"edit h1 --set 'preferences=ring {PHONE}' --set 'concern=ID {ID_NUMBER}'")
    crm("key-date h1 birthday 1980-05-20")
    crm(
        f"log-contact c1 'new number {PHONE}' --at 08:00 --with 张伟 --with 韩梅梅 --ours 王小明 --next 'ring {PHONE}' --on fri "
        "--next-owner 赵六 --cost 12.5 --feedback good --agreed terms"
    )
    crm(f"add-task c2 'mail {MAIL}' --due 'tomorrow 15:00' --owner 赵六")
    crm(
        f"add-need c1 'ring {PHONE}' --kind complaint --urgency urgent --at 2026-11-19T10:00 --wish 'mail {MAIL}' "
        "--owner 赵六 --tech-owner 韩梅梅 --acceptor 张伟 --external-id T1 --value 5 --budget 1200.5"
    )
    crm(f"add-need c2 'write {MAIL}' --at 2026-11-19T11:00")
    crm(f"resolve n1 'rang {PHONE}'")
    crm("wait n2")
    crm(f"add-promise c1 'send to {MAIL}' --due '2026-12-01 10:00' --owner 赵六 --need n1")
    crm(f"add-promise c2 'pay {PHONE}' --due 2026-11-27 --they-owe")
    crm(f"add-order c2 12 --note 'ring {PHONE}'")
    crm(f"add-deal c1 'send to {MAIL}' --amount 1200.5 --owner 赵六")
    crm(f"add-deal c2 'ring {PHONE}'")
    crm(f"lose d2 --reason 'price: ring {PHONE}'")
    crm("done p2 paid")
    crm(f"survey n1 --overall 2 --nps 7 --by 张伟 --bad 'ring {PHONE}' --at 2026-11-20T08:30")
    crm(f"survey c2 --kind relation --overall 4 --comment '{MAIL}'")


# --- what is in it ---

COLUMNS = {
    "customers": "ref,external_id,name,short_name,kind,stage,lifecycle,tier,industry,size,city,address,uscc,source,since,"
    "prefer,phones,emails,wechat,people,tags,auto_tags,field.area,last_contact_at,next_touch,next_touch_on,promised_on,"
    "snoozed_until,intent,open_needs,cadence,visit_cadence,do_not_contact,retired_on,priority,loss_reason,credit_grade,"
    "credit_on,blacklisted,verified_on,verified_by,referred_by,"
    "referred_by_ref,note,missing,consent,consent_on,consent_source,consent_scope,created_at",
    "people": "ref,customer,customer_ref,external_id,name,title,roles,phones,emails,wechat,birthday,key_person,concern,"
    "preferences,note,consent,consent_on,consent_source,consent_scope,left_on,priority",
    "interactions": "ref,customer,customer_ref,external_id,at,channel,direction,summary,with,ours,minutes,no_answer,"
    "feedback,agreed,intent,next,next_on,promised_on,stage,care,cost,signed,excerpt,need,promise,need_external_id,promise_external_id,deal_external_id",
    "orders": "ref,customer,customer_ref,external_id,ordered_on,amount,currency,pay_by,paid_on,note,deal,contract,deal_external_id,contract_external_id,created_at",
    "needs": "ref,customer,customer_ref,external_id,text,kind,urgency,strength,status,received_at,respond_by,responded_at,"
    "feedback_by,feedback_at,solve_by,resolved_at,waiting_since,light,level,score,value,fit,cost,owner,tech_owner,acceptor,"
    "category,wish,needed_by,budget,workaround,criterion,solution,result,decline_reason,scheduled_for,scheduled_on,"
    "plan_sent_at,plan_confirmed_at,reopened,origin,priority,created_at",
    "tasks": "ref,customer,customer_ref,external_id,kind,text,owner,due,snoozed_until,done_on,result,origin,priority",
    "promises": "ref,customer,customer_ref,external_id,text,by,level,status,light,owner,due,first_due,delay_reason,need,need_external_id,"
    "warned_at,impact,options,kept_on,result,broken_on,break_reason,amends,amends_by,amends_done_at,amends_result,priority,"
    "created_at",
    "deals": "ref,customer,customer_ref,external_id,text,stage,amount,currency,probability,weighted,quoted_on,valid_until,close_on,"
    "closed_on,loss_reason,owner,note,priority",
    "surveys": "ref,customer,customer_ref,external_id,target,need,kind,status,due,sent_at,at,overall,solved,speed,attitude,"
    "product,response,support,nps,good,bad,comment,pain,future,by,snoozed_until,review",
}
LINKS_OF_CONTACTS = ("need_external_id", "promise_external_id", "deal_external_id")
RECOGNISED = {
    "customers": {
        **{name: name for name in (
            "external_id", "name", "short_name", "kind", "stage", "tier", "industry", "size", "city", "address", "uscc",
            "source", "since", "prefer", "wechat", "tags", "next_touch", "cadence", "do_not_contact", "referred_by",
            "note",
        )},
        "phones": "phone", "emails": "email", "last_contact_at": "last_contact",
    },
    "people": {
        **{name: name for name in ("customer", "external_id", "name", "title", "wechat", "birthday", "note")},
        "roles": "role", "phones": "phone", "emails": "email",
    },
    "interactions": {name: name for name in (
        "customer", "external_id", "at", "channel", "direction", "summary", "with", "ours", "minutes", "feedback",
        "agreed", "intent", "next", "next_on", *LINKS_OF_CONTACTS,
    )},
    "orders": {name: name for name in (
        "customer", "external_id", "ordered_on", "amount", "currency", "pay_by", "paid_on", "note", "deal_external_id",
        "contract_external_id",
    )},
    "needs": {name: name for name in (
        "customer", "external_id", "text", "kind", "urgency", "strength", "status", "received_at", "resolved_at", "value", "fit",
        "cost", "owner", "tech_owner", "category", "wish", "needed_by", "budget", "workaround", "criterion", "solution",
        "result", "decline_reason",
    )},
    "tasks": {name: name for name in ("customer", "external_id", "text", "owner", "due", "done_on", "result")},
    "promises": {name: name for name in (
        "customer", "external_id", "text", "by", "level", "owner", "due", "kept_on", "result", "broken_on", "break_reason",
        "amends", "need_external_id",
    )},
    "deals": {name: name for name in (
        "customer", "external_id", "text", "stage", "amount", "currency", "probability", "quoted_on", "valid_until", "close_on",
        "closed_on", "loss_reason", "owner", "note", "priority",
    )},
    "surveys": {name: name for name in (
        "customer", "external_id", "need", "kind", "status", "sent_at", "at", "overall", "solved", "speed", "attitude", "product",
        "response", "support", "nps", "good", "bad", "comment", "pain", "future", "by",
    )},
}  # fmt: skip


@pytest.mark.parametrize("kind", COLUMNS)
def test_the_columns_are_stable_and_an_import_knows_them(kind: str, book: None) -> None:
    (header, *_) = crm(f"export {kind}").lines
    assert header == COLUMNS[kind]
    found = recognise(kind, header.split(",")).named
    # More of them may come to be recognised; none may be taken for something else.
    assert {name: found.get(name) for name in RECOGNISED[kind]} == RECOGNISED[kind]
    assert all(
        found[name] in (name, f"field.{name}") for name in found if name not in RECOGNISED[kind]
    )


def test_the_rows_of_each_kind(book: None) -> None:
    first, second = rows("export customers --reveal")
    assert {name: value for name, value in first.items() if value} == {
        "ref": "c1", "external_id": "E1", "name": "Acme", "kind": "company", "stage": "prospect", "lifecycle": "lead",
        "tier": "core", "source": f"from {MAIL}", "people": "张伟", "tags": "old; vip", "auto_tags": "advocate", "field.area": "north",
        "last_contact_at": "2026-11-20T08:00:00+08:00", "next_touch_on": "2026-12-21", "open_needs": "0",
        "do_not_contact": "false", "blacklisted": "false", "priority": "false", "note": f"call {PHONE}", "missing": "industry; size; prefer; need",
        "created_at": "2026-11-20T09:00:00+08:00",
    }  # fmt: skip
    assert (second["name"], second["referred_by"], second["referred_by_ref"]) == (
        "李雷",
        "Acme",
        "c1",
    )
    (person,) = rows("export people --reveal")
    assert {name: value for name, value in person.items() if value} == {
        "ref": "h1", "customer": "Acme", "customer_ref": "c1", "name": "张伟", "title": "采购经理", "phones": PHONE,
        "emails": MAIL, "wechat": WECHAT, "birthday": "1980-05-20", "key_person": "false", "priority": "false",
        "concern": f"ID {ID_NUMBER}", "preferences": f"ring {PHONE}",
    }  # fmt: skip
    (contact,) = rows("export interactions --reveal")
    assert {name: value for name, value in contact.items() if value} == {
        "ref": "i1", "customer": "Acme", "customer_ref": "c1", "at": "2026-11-20T08:00:00+08:00", "channel": "call",
        "direction": "both", "summary": f"new number {PHONE}", "with": "张伟; 韩梅梅", "ours": "王小明",
        "no_answer": "false", "feedback": "good", "agreed": "terms", "next": f"ring {PHONE}", "next_on": "2026-11-27",
        "care": "false", "cost": "12.5", "signed": "false",
    }  # fmt: skip
    follow_up, task = rows("export tasks --reveal")
    assert (follow_up["ref"], follow_up["kind"], follow_up["origin"]) == ("t1", "follow-up", "i1")
    assert {name: value for name, value in task.items() if value} == {
        "ref": "t2", "customer": "李雷", "customer_ref": "c2", "kind": "task", "text": f"mail {MAIL}", "owner": "赵六",
        "due": "2026-11-21T15:00:00+08:00", "priority": "false",
    }  # fmt: skip


def test_json_lines_are_the_records_of_show_with_the_customers_name(book: None) -> None:
    shown = crm("show c1 --json --reveal").json["item"]
    first, second = objects("export customers --format jsonl --reveal")
    assert first == {
        **{name: first[name] for name in ("next_touch", "referred_by_ref")},
        **{name: shown[name] for name in first if name in shown},
    }
    assert set(shown) - set(first) == {
        "tasks", "interactions", "interaction_count", "key_dates", "needs", "need_count", "promises", "surveys",
        *(f"{one}{what}" for one in ("deal", "contract", "order", "risk", "attachment") for what in ("s", "_count")),
        "benefits", "spend", "value", "churn", "value_review_on", "business_review_on", "solution_review_on", "care_on", "next_visit_on",
    }  # fmt: skip
    assert (second["referred_by"], second["referred_by_ref"]) == ("Acme", "c1")
    for kind, ref in (
        ("people", "h1"), ("interactions", "i1"), ("tasks", "t1"), ("promises", "p1"), ("surveys", "s1"),
    ):  # fmt: skip
        given_, *_ = objects(f"export {kind} --format jsonl --reveal")
        record = crm(f"show {ref} --json --reveal").json["item"]
        assert given_["customer"] == "Acme"
        assert given_.pop("customer_ref") == record["customer"] == "c1"
        given_.pop("birthday", None)
        assert given_.pop("need", "T1") == record.pop("need", "T1")
        links = {name: given_.pop(name) for name in list(given_) if name.endswith("_external_id")}
        assert links == {
            "promises": {"need_external_id": "T1"},
            "interactions": dict.fromkeys(LINKS_OF_CONTACTS),
        }.get(kind, {})
        assert given_ == {**record, "customer": "Acme"}


def test_filters_are_those_of_the_customers(book: None) -> None:
    crm("log-contact c2 hello")
    assert [row["ref"] for row in rows("export customers --tier core")] == ["c1"]
    assert [row["ref"] for row in rows("export customers --where 'ref = c2'")] == ["c2"]
    assert [row["ref"] for row in rows("export people --tag vip")] == ["h1"]
    assert rows("export people --where 'ref = c2'") == []
    assert [row["ref"] for row in rows("export interactions --tier core --tag vip")] == ["i1"]
    assert [row["ref"] for row in rows("export interactions")] == ["i1", "i2"]
    for kind, letter in (("needs", "n"), ("promises", "p"), ("surveys", "s")):
        assert [row["ref"] for row in rows(f"export {kind}")] == [f"{letter}1", f"{letter}2"]
        assert [row["ref"] for row in rows(f"export {kind} --tier core")] == [f"{letter}1"]
        assert [row["ref"] for row in rows(f"export {kind} --where 'kind = person'")] == [f"{letter}2"]  # fmt: skip
    assert [
        row["ref"] for row in rows("export tasks --stage prospect --where 'kind = person'")
    ] == ["t2"]


def test_what_is_deleted_is_not_there(book: None) -> None:
    crm("delete t2")
    crm("delete h1")
    crm("delete p1")
    assert [row["ref"] for row in rows("export promises")] == ["p2"]
    assert [row["ref"] for row in rows("export tasks")] == ["t1"]
    assert rows("export people") == []
    assert rows("export customers")[0]["people"] == ""


def test_the_follow_up_of_a_contact(book: None) -> None:
    crm("log-contact c1 two --next one --on 2026-12-01 --next two --on 2026-12-02")
    crm("log-contact c1 promised --on 2026-12-24")
    crm("done t1")
    told = crm("export interactions --reveal")
    assert told.err == (
        "1 follow-up is left out, for a list holds one a contact; tasks or --format jsonl has it.\n"
    )
    found = list(csv.DictReader(io.StringIO(told.out)))
    assert [(row["next"], row["next_on"], row["promised_on"]) for row in found] == [
        ("", "", ""),  # what is done must not come back as something to do
        ("one", "2026-12-01", ""),
        ("", "2026-12-24", "2026-12-24"),
    ]
    assert [len(one["next"]) for one in objects("export interactions --format jsonl")] == [1, 2, 0]


def test_a_promised_date_is_not_the_computed_one(place: Path) -> None:
    (place / "list.csv").write_text("name,next_touch\nAcme,2027-01-05\n", encoding="utf-8")
    crm(f"import {place / 'list.csv'}")
    crm("add-customer Beta")
    acme, beta = rows("export customers")
    assert (acme["next_touch"], acme["next_touch_on"]) == ("2027-01-05", "2027-01-05")
    assert (beta["next_touch"], beta["next_touch_on"]) == ("", "2026-11-20")


def test_an_empty_file_has_headers_only() -> None:
    assert crm("export people").lines == [COLUMNS["people"]]
    assert crm("export people --format jsonl").out == ""


# --- masking ---


@pytest.mark.parametrize("form", ["csv", "jsonl"])
@pytest.mark.parametrize("kind", [*COLUMNS, "all"])
def test_everything_private_is_masked_in_every_kind(kind: str, form: str, book: None) -> None:
    masked = crm(f"export {kind} --format {form}")
    for private in (PHONE, MAIL, WECHAT, ID_NUMBER, "小李", *NAMES):
        assert private not in masked.out, private
    assert masked.err.startswith("Phones, e-mails and names are masked")
    revealed = crm(f"export {kind} --format {form} --reveal")
    expected = {
        "customers": (PHONE, MAIL, "李雷", "小李", "张伟"),
        "people": (PHONE, MAIL, WECHAT, ID_NUMBER, "张伟"),
        "interactions": (PHONE, "张伟", "韩梅梅", "王小明"),
        "tasks": (PHONE, MAIL, "李雷", "赵六"),
        "needs": (PHONE, MAIL, "李雷", "赵六", "韩梅梅", "张伟"),
        "promises": (PHONE, MAIL, "李雷", "赵六"),
        "deals": (PHONE, MAIL, "李雷", "赵六"),
        "orders": (PHONE, "李雷"),
        "surveys": (PHONE, MAIL, "李雷", "张伟"),
        "all": (PHONE, MAIL, WECHAT, ID_NUMBER, "小李", *NAMES),
    }
    for private in expected[kind]:
        assert private in revealed.out, private
    assert "masked" not in revealed.err


def test_the_masks_are_those_of_the_handbook(book: None) -> None:
    (person,) = rows("export people")
    assert (person["name"], person["phones"], person["emails"], person["wechat"]) == (
        "张*（采购经理）",
        "138****5678",
        "z***@example.com",
        "z***",
    )
    (contact,) = rows("export interactions")
    assert (contact["with"], contact["ours"]) == ("张*; 韩*", "王*")
    tasks = rows("export tasks")
    assert [(one["customer"], one["owner"]) for one in tasks] == [("Acme", "赵*"), ("李*", "赵*")]


def test_revealing_is_recorded(book: None, place: Path) -> None:
    crm("export customers")
    crm("export customers --reveal")
    with sqlite3.connect(place / "crm.db") as connection:
        events = connection.execute("SELECT kind, detail FROM event").fetchall()
    assert events == [("reveal", "crm export customers --reveal")]


def test_the_setting_decides(book: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRM_PRIVACY_MASK", "never")
    ran = crm("export all")
    assert PHONE in ran.out
    assert ran.err == ""
    monkeypatch.setenv("CRM_PRIVACY_MASK", "always")
    assert PHONE not in crm("export all").out


HARMLESS = {
    # Words of ours, dates and numbers in other systems; companies are no persons, and tags are chosen by us.
    "kind", "stage", "tier", "industry", "size", "city", "uscc", "since", "prefer", "cadence", "visit_cadence",
    "retired_on", "external_id", "agreed_on", "agreed_at", "snooze_until", "snooze_at", "first_touch_on",
    "win_back_done_for", "added_on", "created_at", "roles", "left_on", "at", "contacted_on", "channel",
    "direction", "intent", "promised_on", "entered_at", "side", "due_on", "due_time", "snoozed_until", "done_at",
    "done_on", "day", "from_stage", "to_stage", "changed_on",
    "urgency", "strength", "status", "received_at", "needed_by", "scheduled_on", "first_scheduled_on", "category", "first_due_on",
    "first_due_time", "warned_at", "kept_at", "kept_on", "broken_at", "broken_on", "amends_done_at", "level", "promise.by",
    "consent", "consent_on", "merged_at", "opened_on", "answered_on", "sent_at", "sent_on", "opened_at", "cause", "reviewed_on",
    "tag.name", "field_value.name", "setting.name", "setting.value",
    "currency", "quoted_on", "valid_until", "close_on", "closed_on", "closed_at", "quote_done_for", "quote_snoozed_until", "due_done_for",
    "due_snoozed_until", "starts_on", "ends_on", "renewal_done_for", "renewal_snoozed_until", "review_snoozed_until",
    "ordered_on", "pay_by", "paid_on", "credit_on", "verified_on", "value_review_done_on", "business_review_done_on",
    "solution_review_done_on", "care_done_on", "value_review_snoozed_until", "business_review_snoozed_until",
    "solution_review_snoozed_until", "care_snoozed_until", "visit_snooze_until", "visit_snooze_after", "task.play",
    "attachment.row_table", "attachment.digest", "attached_on",
    "churn_done_on", "churn_snoozed_until", "file_checked_on", "file_check_snoozed_until", "reorder_done_for", "reorder_snoozed_until",
    "imported_on", "as_of", "tier_standing.proposed", "tier_standing.segment",
}  # fmt: skip


def test_a_name_with_a_number_in_it_is_masked_as_a_name() -> None:
    privacy = Privacy(masking=True, leaving=True, known=lambda: ["李雷13812345678", "李雷", "138"])
    assert (
        privacy.text("李雷13812345678 called 李雷, 138 1234 5679")
        == "[李*] called [李*], [1*]****5679"
    )
    assert privacy.did_mask


def test_every_text_that_moves_is_masked_or_known_to_be_harmless() -> None:
    from crmcli.output.shapes import moving
    from crmcli.store import frozen
    from crmcli.store.exporting import moving_columns, moving_tables

    for table in moving_tables():
        texts = [
            name
            for name in moving_columns(table)
            if frozen.TABLES[table]["columns"][name][1] is not None
        ]
        row = dict.fromkeys(texts, f"call {PHONE}")
        kinds = {"customer": "person", "contact_point": "phone"}
        row |= {"kind": kinds[table]} if table in kinds else {}
        masked = moving(table, row, Privacy(masking=True, leaving=True))
        shown = {name for name in texts if PHONE in str(masked[name])}
        assert not {name for name in shown if not {name, f"{table}.{name}"} & HARMLESS}, table


# --- CSV for spreadsheets ---


@given(
    st.text(
        alphabet=st.one_of(
            st.sampled_from("'=+-@\t\r\n,\" a"), st.characters(exclude_categories=["Cs"])
        )
    )
)
def test_a_cell_can_be_read_back(text: str) -> None:
    written = csv_out.line([csv_out.cell(text), "x"])
    ((cell, _),) = csv.reader(io.StringIO(written, newline=""), strict=True)
    assert undefuse(cell) == text
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))


def test_formulas_are_defused_on_the_way_out() -> None:
    crm(
        [
            "add-customer",
            "=1+1",
            "--note",
            "'=x",
            "--tag",
            "-a",
            "--tag",
            "b",
            "--phone",
            "+44 20 7946 0958",
        ]
    )
    (row,) = rows("export customers --reveal")
    assert (row["name"], row["note"], row["tags"], row["phones"]) == (
        "'=1+1",
        "''=x",
        "'-a; b",
        "'+44 20 7946 0958",
    )
    (listed,) = rows("list-customers --csv --reveal")
    assert (listed["name"], listed["note"]) == ("'=1+1", "''=x")


def test_bom_is_for_excel(place: Path) -> None:
    crm(["add-customer", "Acme", "--note", "a\nb"])
    crm(f"export customers --bom --out {place / 'x.csv'}")
    written = (place / "x.csv").read_bytes()
    assert written.startswith(b"\xef\xbb\xbfref,external_id,")
    assert written.count(b"\r\n") == 2
    assert b'"a\nb"' in written


def test_a_pipe_gets_what_is_stored_and_a_terminal_nothing_it_would_obey() -> None:
    crm(["add-customer", "Evil\x1b[31m\x07", "--note", "a\u202eb\nc"])
    assert "Evil\x1b[31m\x07" in run("export customers").out
    assert json.loads(run("export customers --format jsonl").out)["name"] == "Evil\x1b[31m\x07"
    for form in ("csv", "jsonl"):
        code, screen = on_terminal(f"export customers --format {form}")
        assert code == 0
        assert not {"\x1b", "\x07", "\u202e"} & set(screen)


# --- where it goes ---


def test_a_file_is_private_and_complete(book: None, place: Path) -> None:
    place.joinpath("out").mkdir()
    target = place / "out" / "x.csv"
    told = crm(f"export customers --out {target}")
    assert (told.out, told.err.splitlines()[-1]) == ("", f"2 rows written to {target}.")
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert target.read_text(encoding="utf-8") == crm("export customers").out
    crm("delete c2")
    assert crm(f"export customers --out {target} --reveal").err == f"1 row written to {target}.\n"
    assert list(target.parent.iterdir()) == [target]
    item = crm(f"export all --out {target} --json").json
    assert item == {
        "schema": "crm.export/1",
        "masked": True,
        "item": {"kind": "all", "format": "csv", "rows": 25, "path": str(target)},
    }


def test_a_dash_is_standard_output(book: None) -> None:
    assert crm("export tasks --out -").out == crm("export tasks").out


def test_what_a_link_points_to_is_replaced(place: Path) -> None:
    (place / "link").symlink_to(place / "real")
    crm(f"export people --out {place / 'link'}")
    assert (place / "link").is_symlink()
    assert (place / "real").read_text() == COLUMNS["people"] + "\n"


def test_a_device_is_written_to_and_stays_one(book: None) -> None:
    crm("export people --out /dev/null")
    assert not Path("/dev/null").is_file()
    full = run("export people --out /dev/full")
    assert (full.code, full.out) == (1, "")
    assert full.err.splitlines()[-1] == (
        "crm: /dev/full cannot be written (No space left on device); name another place"
    )


def test_an_export_that_fails_leaves_the_old_one(place: Path) -> None:
    target = place / "x"
    target.write_text("old")
    for fault in (RuntimeError, KeyboardInterrupt):
        with pytest.raises(fault), OutFile(str(target)) as file:
            file.write("new")
            raise fault
    assert everything_in(place).keys() == {"x"}
    assert target.read_text() == "old"


def _refuse(command: str, code: int, sentence: str, place: Path) -> None:
    before = everything_in(place)
    ran = run_in_process(command)
    assert (ran.code, ran.out, ran.err) == (code, "", f"crm: {sentence}\n")
    assert everything_in(place) == before


def test_places_that_are_refused(book: None, place: Path) -> None:
    (place / "config.toml").write_text("")
    crm(f"backup {place / 'copy.db'}")
    os.link(place / "crm.db", place / "hard")
    for name in ("crm.db", "crm.db-wal", "config.toml", "copy.db", "hard"):
        sentence = f"{place / name} is in use by crm; name another file with --out"
        _refuse(f"export all --out {place / name}", 4, sentence, place)
    _refuse(f"export all --out {place}", 2, f"{place} is a folder; name a file in it", place)
    _refuse(
        f"export all --out {place / 'no' / 'x'}",
        3,
        f"there is no folder {place / 'no'}; make it first, or plug it in",
        place,
    )


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        ("export customer", "'customer' is nothing that is exported; did you mean customers?"),
        (
            "export x",
            "'x' is nothing that is exported; choose one of customers, people, interactions, orders, needs, tasks, promises, deals, surveys, all",
        ),
        ("export people --format json", "--format 'json' is unknown; did you mean jsonl?"),
        (
            "export people --format pdf",
            "--format 'pdf' is unknown; choose one of csv, jsonl, xlsx, vcf, ics",
        ),
        (
            "export tasks --format vcf",
            "tasks cannot be written as vcf; choose one of csv, jsonl, xlsx, ics",
        ),
        (
            "export tasks --vcard 3.0",
            "tasks cannot be written as vcf; choose one of csv, jsonl, xlsx, ics",
        ),
        (
            "export interactions --out calls.ics",
            "interactions cannot be written as ics; choose one of csv, jsonl, xlsx",
        ),
        (
            "export all --format xlsx",
            "all cannot be written as xlsx; choose one of csv, jsonl",
        ),
        (
            "export people --vcard 4",
            "--vcard '4' is no version that is written; choose one of 3.0, 4.0",
        ),
        (
            "export people --vcard 4.0 --out people.csv --format csv",
            "--vcard is for vCards; leave it out, or add --format vcf",
        ),
        (
            "export people --bom --out people.xlsx",
            "--bom is for CSV; leave it out, or add --format csv",
        ),
        (
            "export all --tier core",
            "export all takes no filters, for it is the whole file; leave them out",
        ),
        (
            "export all --where 'city = x'",
            "export all takes no filters, for it is the whole file; leave them out",
        ),
        ("export all --bom", "--bom is for CSV; leave it out, or add --format csv"),
        (
            "export people --json",
            "--json tells how an export to a file went; add --out FILE, or say --format jsonl",
        ),
        (
            "export people --tier x",
            "tier 'x' is unknown; choose one of core (核心客户), potential (潜力客户), ordinary (普通客户)",
        ),
    ],
)
def test_what_is_refused(command: str, sentence: str, book: None, place: Path) -> None:
    before = everything_in(place)
    ran = run_in_process(f"{command} --reveal" if "--tier x" not in command else command)
    assert (ran.code, ran.out) == (2, "")
    if "--json" not in command:
        assert ran.err == f"crm: {sentence}\n"
    else:
        assert json.loads(ran.err)["error"]["message"] == sentence
    assert everything_in(place) == before


# --- large files ---

AUTHOR = Author("2026-11-20T01:00:00Z", "tester", "crm fill")
PEAK = patched_anew(
    "import atexit, os",
    "def dump():",
    "    peak = [line for line in open('/proc/self/status') if line.startswith('VmHWM')]",
    "    open(os.environ['PEAK'], 'w').write(peak[0].split()[1])",
    "atexit.register(dump)",
)


def _filled(path: Path, interactions: int) -> None:
    """A file of so many interactions at a tenth as many customers, each with somebody and a follow-up."""
    db = open_for_writing(str(path), lambda: {"timezone": "UTC"})
    text = {"deleted_at": None}

    def whole(table: str, **values: Any) -> dict[str, Any]:
        from crmcli.store.changes import complete

        return complete(table, values | text)

    def made() -> Iterator[tuple[str, list[dict[str, Any]]]]:
        customers = range(1, interactions // 10 + 1)
        day, at = "2026-11-20", AUTHOR.at
        yield "customer", [whole("customer", id=key, name=f"C{key}", name_key=f"c{key}", added_on=day, created_at=at) for key in customers]  # fmt: skip
        yield "person", [whole("person", id=key, customer_id=key, name=f"P{key}", created_at=at) for key in customers]  # fmt: skip
        for start in range(1, interactions + 1, 1000):
            keys = range(start, start + 1000)
            yield "interaction", [whole("interaction", id=key, customer_id=(key - 1) // 10 + 1, at=at, contacted_on=day, summary="said " * 20, entered_at=at) for key in keys]  # fmt: skip
            yield "participant", [whole("participant", id=key, interaction_id=key, person_id=(key - 1) // 10 + 1, name="P") for key in keys]  # fmt: skip
            yield "task", [whole("task", id=key, customer_id=(key - 1) // 10 + 1, interaction_id=key, kind="follow-up", text="do", due_on=day, created_at=at) for key in keys]  # fmt: skip

    with begin(db, AUTHOR) as change, bulk(change, ("customer", "person", "interaction", "participant", "task")):  # fmt: skip
        for table, some in made():
            db.run_many(f"insert_{table}", some)
            change.take_keys(table, len(some))
    db.close()


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="peak memory is read there")
def test_a_large_export_needs_no_more_memory_than_a_small_one(place: Path) -> None:
    sizes = {2_000: "small", 50_000: "large"}
    for size, name in sizes.items():
        _filled(place / f"{name}.db", size)
        crm(
            "due --count", CRM_DB=str(place / f"{name}.db")
        )  # computes all dates, which is not the point
    for what in (
        "interactions", "interactions --stage prospect", "customers", "all", "customers --format xlsx",
        "people --format vcf", "customers --format ics",
    ):  # fmt: skip
        peaks = []
        for size, name in sizes.items():
            ran = run(
                f"export {what} --out {place / 'out'}",
                program=PEAK,
                CRM_DB=str(place / f"{name}.db"),
                PEAK=str(place / "peak"),
            )
            assert ran.code == 0
            if "interactions" in what:
                assert len((place / "out").read_text().splitlines()) >= size
            peaks.append(int((place / "peak").read_text()))
        assert peaks[1] - peaks[0] < 8_000, (what, peaks)  # kilobytes


def test_an_export_is_of_one_moment(place: Path) -> None:
    _filled(place / "crm.db", 3_000)
    db = open_for_reading(str(place / "crm.db"))
    with db.standing_still():
        reading = everything(db)
        found = [next(reading)]
        crm("log-contact c300 later")
        crm("delete c299")
        found += reading
    db.close()
    assert len([row for table, row in found if table == "interaction"]) == 3_000
    assert [row["id"] for table, row in found if table == "customer"] == list(range(1, 301))


def test_every_kind_is_in_the_table() -> None:
    assert [*leaving.KINDS] == [*COLUMNS]
    assert all(
        kind.columns(Context([])) for name, kind in leaving.KINDS.items() if name != "customers"
    )
