"""Moving house: `export all` into an empty file gives the same again, and whatever is wrong is told by its line."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmcli.config import settings_of_the_place
from crmcli.store import frozen, search
from crmcli.store.changes import Author, begin
from crmcli.store.database import Database
from crmcli.store.opening import open_for_writing
from tests.contract.program import everything_in
from tests.store.test_undo import check, live, new_file, one, work
from tests.support import Ran, crm, heavy, is_heavy, run_in_process

AUTHOR = Author("2026-11-20T01:00:00Z", "tester", "crm fill")
FORMATS = pytest.mark.parametrize("form", ["jsonl", "csv"])


def bring_in(file: Path | str, db: Path, *more: str, stdin: str = "") -> Ran:
    return run_in_process(["import", str(file), "--as", "all", *more, "--db", str(db)], stdin)


def out(form: str, db: Path, *more: str) -> str:
    return crm(["export", "all", "--format", form, "--reveal", *more, "--db", str(db)]).out


def moved(source: Path, form: str) -> Path:
    """A new file with everything of `source`."""
    file, target = source.with_suffix(f".{form}"), source.with_name("new.db")
    for old in target.parent.glob("new.db*"):
        old.unlink()
    crm(["export", "all", "--format", form, "--reveal", "--out", str(file), "--db", str(source)])
    ran = bring_in(file, target)
    assert ran.code == 0, ran
    return target


def contents(path: Path) -> dict[str, Any]:
    """Every live row with its derived columns; settings by name, whose keys are nobody's."""
    found: dict[str, Any] = live(path)
    found["setting"] = sorted(row[1:3] for row in found["setting"])
    return found


def keys(path: Path) -> dict[str, int]:
    connection = sqlite3.connect(path)
    found = dict(connection.execute("SELECT row_table, next FROM key_range"))
    connection.close()
    return {name: key for name, key in found.items() if name not in ("change", "setting")}


def documents(path: Path) -> int:
    """How many search documents are not what their records say."""
    connection = sqlite3.connect(path)
    stale = search.differences(Database(connection, str(path)))
    connection.execute("INSERT INTO search_index (search_index) VALUES ('integrity-check')")
    connection.rollback()
    connection.close()
    return stale


def same(source: Path, target: Path) -> None:
    assert contents(target) == contents(source)
    assert keys(target) == keys(source)
    assert documents(target) == 0
    for form in ("jsonl", "csv"):
        assert out(form, target) == out(form, source)


# --- the same again ---


@settings(max_examples=heavy(8))
@given(data=st.data(), form=st.sampled_from(["jsonl", "csv"]))
def test_any_days_of_work_move(
    data: st.DataObject, form: str, place: Path, at: Callable[[str], None]
) -> None:
    path = new_file(place)
    work(data, path, place, at, with_undo=True)
    target = moved(path, form)
    same(path, target)
    check(target)
    if one(target, "SELECT count(*) FROM change") == 0:  # everything had been undone
        return
    crm(f"undo --db {target}")
    assert all(rows == [] for name, rows in live(target).items() if name != "setting")
    assert contents(target)["setting"] == sorted(settings_of_the_place().items())
    assert documents(target) == 0
    crm(f"undo x2 --db {target}")
    same(path, target)


ODD = (
    "plain", "two\nlines", "win\r\ndows", "old\rmac", 'say "hi"', '""', "a,b;c\td", "=1+1", "+86", "-5", "@x", "\tx", "\rx", "'", "''", "'=x",
    "'a", " space ", "😀👨‍👩‍👧‍👦🇨🇳", "שלום עולם", "مرحبا\u202e", "\u2028\u2029\x85\x0b\x0c\x1c", "\x1b[31m\x07\x7f", "\ufeffbom", "ＦＵＬＬ", "null",
    "123", "1e5", "true", "{}", "[1]", "\\n", "\\", "𠮷", "\U0010ffff", "\ufffe", "",
)  # fmt: skip
TEXTS = st.one_of(
    st.sampled_from(ODD),
    st.text(st.one_of(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), st.sampled_from("'=+-@\t\r\n,\""))),
)  # fmt: skip


def filled(path: Path, **texts: str | None) -> None:
    """One customer with a person, a contact, a task, a tag and a field that say all these odd things."""
    for old in path.parent.glob(f"{path.name}*"):
        old.unlink()
    db = open_for_writing(str(path), settings_of_the_place)
    at, day = AUTHOR.at, "2026-11-20"
    with begin(db, AUTHOR) as change:
        change.insert("setting", name="fields.area", value="text")
        c = change.insert(
            "customer", name=texts["name"] or "x", name_key="x", note=texts["note"], city=texts["city"], added_on=day, created_at=at
        )  # fmt: skip
        h = change.insert("person", customer_id=c, name=texts["name"], title=texts["city"], concern=texts["note"], created_at=at)  # fmt: skip
        i = change.insert(
            "interaction", customer_id=c, at=at, contacted_on=day, summary=texts["note"], feedback=texts["city"], entered_at=at
        )  # fmt: skip
        change.insert("participant", interaction_id=i, person_id=h, name=texts["name"])
        said, brief, named = texts["note"], texts["city"], texts["name"]
        n = change.insert(
            "need", customer_id=c, text=said or "x", wish=said, category=brief, owner=named, tech_owner=brief, acceptor_id=h,
            workaround=said, criterion=brief, solution=said, result=brief, decline_reason=said, scheduled_for=brief, delay_reason=said, received_at=at,
            created_at=at,
        )  # fmt: skip
        change.insert("service_event", customer_id=c, need_id=n, kind="resolved", at=at, text=said)
        change.insert("escalation", customer_id=c, need_id=n, at=at, level=3, to_name=named, reason=said)  # fmt: skip
        change.insert("plan_step", customer_id=c, need_id=n, text=named, owner=brief, due_on=day, delay_reason=said, result=said, created_at=at)  # fmt: skip
        p = change.insert(
            "promise", customer_id=c, need_id=n, text=named, owner=brief, due_on=day, impact=said, options=said, result=brief,
            break_reason=said, amends=brief, amends_result=said, created_at=at,
        )  # fmt: skip
        s = change.insert(
            "survey", customer_id=c, need_id=n, person_id=h, by=named, good=said, bad=brief, comment=said, pain=brief, future=said,
            opened_on=day, created_at=at,
        )  # fmt: skip
        change.insert("review", customer_id=c, survey_id=s, action=said, opened_at=at, created_at=at)  # fmt: skip
        d = change.insert("deal", customer_id=c, text=named, owner=brief, note=said, loss_reason=brief, created_at=at)  # fmt: skip
        k = change.insert(
            "contract", customer_id=c, deal_id=d, text=named, terms=said, owner=brief, note=said, close_reason=said, starts_on=day, ends_on=day,
            created_at=at,
        )  # fmt: skip
        change.insert("customer_order", customer_id=c, deal_id=d, contract_id=k, ordered_on=day, currency="CNY", note=said, created_at=at)  # fmt: skip
        change.insert("risk", customer_id=c, text=named, kind=brief, owner=brief, result=said, opened_at=at, opened_on=day, created_at=at)  # fmt: skip
        change.insert("article", need_id=n, title=named, text=said, category=brief, added_on=day, created_at=at)  # fmt: skip
        change.update("interaction", i, need_id=n, promise_id=p)
        change.insert("task", customer_id=c, interaction_id=i, text=texts["name"], result=texts["note"], due_on=day, created_at=at)  # fmt: skip
        change.insert("tag", customer_id=c, name=texts["name"])
        change.insert("field_value", customer_id=c, name="area", value=texts["name"])
        for table in ("customer", "contact_point"):
            change.take_keys(table, 7)
    db.close()


def written(path: Path) -> dict[str, Any]:
    """The rows as they were written: base columns but for normal forms."""
    connection = sqlite3.connect(path)
    connection.row_factory = sqlite3.Row
    found = {}
    for table, shape in frozen.TABLES.items():
        left = {
            *shape["derived"],
            "name_key",
            "short_key",
            "value_key",
            *(("id",) if table == "setting" else ()),
        }
        rows = connection.execute(f"SELECT * FROM {table} WHERE deleted_at IS NULL")
        found[table] = sorted(
            (tuple(item for item in dict(row).items() if item[0] not in left) for row in rows),
            key=repr,
        )
    connection.close()
    return found


@settings(max_examples=heavy(25))
@given(name=TEXTS.map(lambda text: text[:200]), note=st.none() | TEXTS, city=st.none() | TEXTS.map(lambda text: text[:200]))  # fmt: skip
def test_odd_texts_move_unchanged(
    name: str, note: str | None, city: str | None, place: Path
) -> None:
    path = place / "crm.db"
    filled(path, name=name, note=note, city=city)
    for form in ("jsonl", "csv"):
        target = moved(path, form)
        assert written(target) == written(path)
        assert keys(target) == keys(path)
        assert documents(target) == 0


UNITS = ("长", "\n", '"', "😀", "=", "'", " x")


@pytest.mark.parametrize(
    ("unit", "form"),
    # Otherwise in the form that has to take care of it.
    [(unit, form) for unit in UNITS for form in ("jsonl", "csv")]
    if is_heavy()
    else [(unit, "jsonl" if unit in "长😀" else "csv") for unit in UNITS],
)
def test_the_longest_note_moves(unit: str, form: str, place: Path) -> None:
    path = place / "crm.db"
    filled(path, name="x", note=(unit * 100_000)[:100_000], city=None)
    assert written(moved(path, form)) == written(path)


def test_the_format(place: Path) -> None:
    crm("add-customer Acme --tag vip --phone 13812345678")
    crm("add-customer Beta --referred-by c1")
    crm("delete c2")
    assert [json.loads(line) for line in out("jsonl", place / "crm.db").splitlines()] == [
        {"schema": "crm.all/1", "schema_version": frozen.SCHEMA_VERSION},
        *(
            {"record": "key_range", "row_table": table, "next": following}
            for table, following in (
                ("customer", 3), ("person", 1), ("contact_point", 2), ("key_date", 1), ("need", 1), ("service_event", 1),
                ("escalation", 1), ("promise", 1), ("survey", 1), ("review", 1), ("article", 1), ("deal", 1), ("interaction", 1),
                ("participant", 1), ("task", 1), ("contract", 1), ("plan_step", 1), ("customer_order", 1), ("risk", 1),
                ("attachment", 1), ("segment", 1), ("tier_review", 1), ("tier_standing", 1), ("tag", 2), ("field_value", 1),
                ("stage_change", 3),
                ("former_customer", 1),
            )
        ),
        {"record": "setting", "name": "calendar.country", "value": "none"},
        {"record": "setting", "name": "currency", "value": "CNY"},
        {"record": "setting", "name": "timezone", "value": "Asia/Shanghai"},
        {
            "record": "customer", "id": 1, "kind": "company", "name": "Acme", "stage": "prospect", "do_not_contact": 0,
            "priority": 0, "blacklisted": 0, "added_on": "2026-11-20", "created_at": "2026-11-20T01:00:00Z",
        },
        {"record": "contact_point", "id": 1, "customer_id": 1, "kind": "phone", "value": "13812345678", "active": 1},
        {"record": "tag", "id": 1, "customer_id": 1, "name": "vip"},
        {"record": "stage_change", "id": 1, "customer_id": 1, "to_stage": "prospect", "changed_on": "2026-11-20"},
    ]  # fmt: skip
    header, first, *rest = out("csv", place / "crm.db").splitlines()
    assert header.startswith("schema,schema_version,masked,record,id,")
    assert first.startswith(f"crm.all/1,{frozen.SCHEMA_VERSION},,,")
    assert len(rest) == 34


@FORMATS
def test_references_are_never_given_out_again(form: str, place: Path) -> None:
    crm("add-customer A")
    crm("add-customer B")
    crm("delete c2")
    target = moved(place / "crm.db", form)
    assert crm(f"add-customer C --db {target}").out == "c3\n"


def test_keys_of_another_range_move_and_come_back(place: Path) -> None:
    crm("add-customer A")
    far = 700_000_000_000
    lines = out("jsonl", place / "crm.db").splitlines()
    customers = [json.loads(line) for line in lines if '"record": "customer"' in line]
    more = [
        json.dumps({**customers[0], "id": key, "name": str(key)}) for key in (far, 900, far - 1)
    ]
    (place / "far.jsonl").write_text("\n".join([*lines, *more]) + "\n")
    target = place / "far.db"
    assert bring_in(place / "far.jsonl", target).code == 0
    assert [row[0] for row in live(target)["customer"]] == [1, 900, far - 1, far]
    assert keys(target)["customer"] == far + 1
    ranges = "SELECT group_concat(first_id || '-' || last_id) FROM change_range WHERE row_table = 'customer'"
    assert one(target, ranges) == f"1-900,{far - 1}-{far}"
    crm(f"undo --db {target}")
    assert live(target)["customer"] == []
    crm(f"undo x2 --db {target}")
    assert len(live(target)["customer"]) == 4
    assert documents(target) == 0


def test_settings_are_those_of_the_file_and_no_others(place: Path) -> None:
    crm("config set tiers.core.every 2w")
    crm("config set tags.allowed ''")
    crm("config unset currency")
    crm("add-customer A --tier core --stage customer --since 2020-01-01")
    crm("log-contact c1 hello")
    target = place / "new.db"
    crm(f"config set cadence.new 3d --db {target}")
    crm(f"config set timezone Europe/Berlin --db {target}")
    before = contents(target)
    (place / "all.jsonl").write_text(out("jsonl", place / "crm.db"))
    assert bring_in(place / "all.jsonl", target).code == 0
    same(place / "crm.db", target)
    assert one(target, "SELECT next_touch_on FROM customer") == "2026-12-04"
    assert (
        crm(f"due --db {target} --days 30 --json").err == ""
    )  # nobody is told that dates are stale
    crm(f"undo --db {target}")
    assert contents(target) == before


# --- how it is said, and undone ---


def test_it_is_one_change_that_says_what_it_did(place: Path) -> None:
    crm("add-customer A --tag x")
    file, target = place / "all.jsonl", place / "new.db"
    file.write_text(out("jsonl", place / "crm.db"))
    ran = bring_in(file, target, "--reason", "new laptop")
    assert (ran.code, ran.out) == (0, "x1\n")
    assert ran.err == (
        "all.jsonl: everything of a crm file, as JSON Lines.\n6 added, 0 updated, 0 unchanged, 0 rejected.\n"
        "To take it back: crm undo x1\n"
    )
    (change,) = crm(f"history --json --db {target}").json["items"]
    assert (change["change"], change["reason"]) == ("x1", "new laptop")


@FORMATS
def test_the_answer_as_json_and_from_standard_input(form: str, place: Path) -> None:
    crm("add-customer A --tag x")
    told = bring_in("-", place / "new.db", "--json", stdin=out(form, place / "crm.db"))
    assert (told.code, told.err) == (0, "")
    assert told.json == {
        "schema": "crm.import/1",
        "item": {
            "kind": "all", "format": form, "encoding": "utf-8", "added": 6, "updated": 0, "unchanged": 0, "rejected": 0,
            "rejects_file": None, "change": "x1", "columns": {},
        },
    }  # fmt: skip
    same(place / "crm.db", place / "new.db")


@FORMATS
def test_a_dry_run_changes_not_a_byte(form: str, place: Path) -> None:
    crm("add-customer A --tag x")
    (place / "all").write_text(out(form, place / "crm.db"), newline="")
    (place / "empty").mkdir()
    new_file(place / "empty")
    before = everything_in(place)
    for target in (place / "none.db", place / "empty" / "crm.db"):
        told = bring_in(place / "all", target, "--dry-run", "--json")
        assert (told.code, told.json["item"]["added"], told.json["item"]["change"]) == (0, 6, None)
        said = bring_in(place / "all", target, "--dry-run")
        assert said.out == ""
        assert said.err.splitlines()[1:] == [
            "Would be: 6 added, 0 updated, 0 unchanged, 0 rejected."
        ]
    assert everything_in(place) == before


def test_excels_bom_and_line_ends_are_read(place: Path) -> None:
    filled(place / "crm.db", name="a", note="b\nc", city="=d")
    crm(f"export all --format csv --bom --reveal --out {place / 'all.csv'}")
    assert bring_in(place / "all.csv", place / "new.db").code == 0
    assert written(place / "new.db") == written(place / "crm.db")


def test_a_delimiter_that_a_spreadsheet_changed_is_read(place: Path) -> None:
    filled(place / "crm.db", name="a", note="b", city="d")
    (place / "all.csv").write_text(out("csv", place / "crm.db").replace(",", ";"))
    assert bring_in(place / "all.csv", place / "new.db").code == 0
    assert written(place / "new.db") == written(place / "crm.db")


# --- what is refused ---


def refused(ran: Ran, code: int, sentence: str, place: Path, before: dict[str, str]) -> None:
    assert (ran.code, ran.out) == (code, "")
    assert ran.err.splitlines()[-1] == f"crm: {sentence}"
    assert everything_in(place) == before


@pytest.mark.parametrize("work", [["add-customer B"], ["add-customer B", "delete c1"], ["add-customer B", "undo"]])  # fmt: skip
def test_only_into_a_file_that_never_held_anything(work: list[str], place: Path) -> None:
    crm("add-customer A")
    (place / "all.jsonl").write_text(out("jsonl", place / "crm.db"))
    target = place / "new.db"
    for command in work:
        crm(f"{command} --db {target}")
    sentence = (
        f"{target} holds records, or did; everything of a file goes into a new one: "
        "crm --db NEW.db import FILE --as all"
    )
    refused(bring_in(place / "all.jsonl", target), 4, sentence, place, everything_in(place))


CUSTOMER: dict[str, Any] = {
    "record": "customer",
    "id": 1,
    "name": "A",
    "added_on": "2026-11-20",
    "created_at": "2026-11-20T01:00:00Z",
}
PERSON: dict[str, Any] = {"record": "person", "id": 1, "customer_id": 1, "name": "B", "created_at": "2026-11-20T01:00:00Z"}  # fmt: skip
TAG: dict[str, Any] = {"record": "tag", "id": 1, "customer_id": 1, "name": "x"}
NEED: dict[str, Any] = {"record": "need", "id": 1, "customer_id": 1, "text": "it leaks", "received_at": "2026-11-20T01:00:00Z", "created_at": "2026-11-20T01:00:00Z"}  # fmt: skip
EVENT: dict[str, Any] = {"record": "service_event", "id": 1, "customer_id": 1, "need_id": 1, "kind": "sent", "at": "2026-11-20T01:00:00Z"}  # fmt: skip
PROMISE: dict[str, Any] = {"record": "promise", "id": 1, "customer_id": 1, "text": "send it", "due_on": "2026-12-01", "created_at": "2026-11-20T01:00:00Z"}  # fmt: skip
DEAL: dict[str, Any] = {"record": "deal", "id": 1, "customer_id": 1, "text": "lathes", "stage": "open", "created_at": "2026-11-20T01:00:00Z"}  # fmt: skip
ORDER: dict[str, Any] = {"record": "customer_order", "id": 1, "customer_id": 1, "ordered_on": "2026-11-20", "amount": 5, "currency": "CNY", "created_at": "2026-11-20T01:00:00Z"}  # fmt: skip
RISK: dict[str, Any] = {"record": "risk", "id": 1, "customer_id": 1, "text": "they may leave", "level": 1, "opened_at": "2026-11-20T01:00:00Z", "opened_on": "2026-11-20", "created_at": "2026-11-20T01:00:00Z"}  # fmt: skip
FILE: dict[str, Any] = {"record": "attachment", "id": 1, "customer_id": 1, "row_table": "customer", "row_id": 1, "name": "a.pdf", "digest": "0" * 64, "size": 1, "attached_on": "2026-11-20", "created_at": "2026-11-20T01:00:00Z"}  # fmt: skip
SURVEY: dict[str, Any] = {"record": "survey", "id": 1, "customer_id": 1, "opened_on": "2026-11-20", "created_at": "2026-11-20T01:00:00Z"}  # fmt: skip
LATER = (
    "there are setting, customer, person, contact_point, key_date, need, service_event, escalation, promise, survey, review, "
    "article, deal, interaction, participant, task, contract, plan_step, customer_order, risk, attachment, segment, tier_review, "
    "tier_standing, tag, field_value, stage_change, former_customer, key_range"
)
BAD: list[tuple[Any, str]] = [
    ("nonsense", "it is not JSON"),
    ("{", "it is not JSON"),
    ("[1]", "it is no JSON object"),
    ("[" * 100_000, "it is not JSON"),
    ('{"record": "customer", "id": ' + "1" * 5000 + "}", "it is not JSON"),
    ({"id": 1}, f"record None is unknown; {LATER}"),
    ({"record": "order", "id": 1}, f"record 'order' is unknown; {LATER}"),
    ({"record": ["x"]}, f"record ['x'] is unknown; {LATER}"),
    ({**CUSTOMER, "colour": "red"}, "a customer has no column 'colour'"),
    ({**CUSTOMER, "name_key": "a"}, "a customer has no column 'name_key'"),
    ({**CUSTOMER, "deleted_at": None}, "a customer has no column 'deleted_at'"),
    ({**CUSTOMER, "next_touch_on": "2026-11-20"}, "a customer has no column 'next_touch_on'"),
    ({"record": "customer", "name": "A"}, "the customer has no id"),
    ({"record": "customer", "id": 1}, "the customer has no name"),
    ({**CUSTOMER, "added_on": None}, "the customer has no added_on"),
    ({**CUSTOMER, "id": "1"}, "id '1' is no whole number from 1 to 1099511627775"),
    ({**CUSTOMER, "id": 0}, "id 0 is no whole number from 1 to 1099511627775"),
    ({**CUSTOMER, "id": 1.0}, "id 1.0 is no whole number from 1 to 1099511627775"),
    ({**CUSTOMER, "id": True}, "id True is no whole number from 1 to 1099511627775"),
    ({**CUSTOMER, "id": 10**15}, "id 1000000000000000 is no whole number from 1 to 1099511627775"),
    ({**CUSTOMER, "priority": 2}, "priority 2 is no whole number from 0 to 1"),
    ({**CUSTOMER, "note": 5}, "note 5 is no text"),
    ({**CUSTOMER, "note": ["a"]}, "note ['a'] is no text"),
    ({**CUSTOMER, "note": "a\0b"}, "note is not valid text"),
    ({**CUSTOMER, "note": "\ud800"}, "note is not valid text"),
    ({**CUSTOMER, "city": "x" * 201}, "city is 201 characters long; shorten it to 200"),
    ({**CUSTOMER, "stage": "new"}, "stage 'new' is nothing that stands there"),
    ({**CUSTOMER, "added_on": "20261120"}, "added_on '20261120' is nothing that stands there"),
    ({**CUSTOMER, "added_on": "2026-02-30"}, "added_on '2026-02-30' is nothing that stands there"),
    ({**CUSTOMER, "created_at": "2026-11-20"}, "created_at '2026-11-20' is nothing that stands there"),
    ({**CUSTOMER, "cadence": "often"}, "cadence 'often' is nothing that stands there"),
    ({**PERSON, "roles": "king"}, "roles 'king' is nothing that stands there"),
    ({**PERSON, "customer_id": 7}, "person 1: the customer 7 is not in the file"),
    ({key: PERSON[key] for key in PERSON if key != "customer_id"}, "the person has no customer_id"),
    ({**CUSTOMER, "id": 2, "referred_by": 9}, "customer 2: the referred by 9 is not in the file"),
    (CUSTOMER, "another customer before it has the same id"),
    (TAG, "another tag before it has the same customer_id, name"),
    ({"record": "setting", "name": "colour", "value": "red"}, "setting 'colour' is unknown; crm config list shows them all"),
    ({"record": "setting", "name": "currency", "value": "gold"}, "currency: currency 'gold' is unknown; write its three letters by ISO 4217, like CNY or USD"),
    ({"record": "setting", "name": "timezone", "value": "UTC"}, "setting 'timezone' is there twice"),
    ({"record": "key_range", "row_table": "change", "next": 4}, "key_range 'change' is unknown, or there twice"),
    ({"record": "key_range", "row_table": "tag", "next": 4}, "key_range 'tag' is unknown, or there twice"),
    ({"record": "key_range", "row_table": ["x"], "next": 4}, "key_range ['x'] is unknown, or there twice"),
    ({"record": "key_range", "row_table": "person"}, "next None is no whole number from 1 to 1099511627775"),
    ({"record": "key_range", "row_table": "person", "next": 0}, "next 0 is no whole number from 1 to 1099511627775"),
    ({**NEED, "customer_id": 7}, "need 1: the customer 7 is not in the file"),
    ({**NEED, "origin_id": 7}, "need 1: the origin 7 is not in the file"),
    ({**NEED, "acceptor_id": 7}, "need 1: the acceptor 7 is not in the file"),
    ({**NEED, "kind": "whim"}, "kind 'whim' is nothing that stands there"),
    ({**NEED, "status": "waiting"}, "status 'waiting' is nothing that stands there"),
    ({**NEED, "urgency": "now"}, "urgency 'now' is nothing that stands there"),
    ({**NEED, "strength": "5"}, "strength '5' is nothing that stands there"),
    ({**NEED, "needed_by": "soon"}, "needed_by 'soon' is nothing that stands there"),
    ({**NEED, "value": 6}, "value 6 is no whole number from 1 to 5"),
    ({**NEED, "fit": 0}, "fit 0 is no whole number from 1 to 5"),
    ({**NEED, "respond_by": "2026-11-20T01:00:00Z"}, "a need has no column 'respond_by'"),
    ({**NEED, "received_at": None}, "the need has no received_at"),
    ({**EVENT, "kind": "ended"}, "kind 'ended' is nothing that stands there"),
    ({**EVENT, "need_id": 3}, "service event 1: the need 3 is not in the file"),
    ({"record": "escalation", "id": 1, "customer_id": 1, "need_id": 1, "at": "2026-11-20T01:00:00Z", "level": 4}, "level 4 is no whole number from 1 to 3"),
    ({**PROMISE, "by": "nobody"}, "by 'nobody' is nothing that stands there"),
    ({**PROMISE, "level": "high"}, "level 'high' is nothing that stands there"),
    ({**PROMISE, "due_on": "fri"}, "due_on 'fri' is nothing that stands there"),
    ({**PROMISE, "due_time": "25:00"}, "due_time '25:00' is nothing that stands there"),
    ({**PROMISE, "kept_at": "2026-11-20"}, "kept_at '2026-11-20' is nothing that stands there"),
    ({**SURVEY, "status": "lost"}, "status 'lost' is nothing that stands there"),
    ({**SURVEY, "kind": "long"}, "kind 'long' is nothing that stands there"),
    ({**SURVEY, "overall": 6}, "overall 6 is no whole number from 1 to 5"),
    ({**SURVEY, "speed": 0}, "speed 0 is no whole number from 1 to 5"),
    ({**SURVEY, "nps": 11}, "nps 11 is no whole number from 0 to 10"),
    ({"record": "review", "id": 1, "customer_id": 1, "survey_id": 1, "opened_at": "2026-11-20T01:00:00Z", "created_at": "2026-11-20T01:00:00Z", "cause": "fate"}, "cause 'fate' is nothing that stands there"),
    ({**DEAL, "stage": "lead"}, "stage 'lead' is nothing that stands there"),
    ({**DEAL, "probability": 101}, "probability 101 is no whole number from 0 to 100"),
    ({**DEAL, "amount": -1}, "amount -1 is no whole number from 0 to 999999999999999"),
    ({**DEAL, "valid_until": "soon"}, "valid_until 'soon' is nothing that stands there"),
    ({**DEAL, "due_on": "2026-11-20"}, "a deal has no column 'due_on'"),
    ({**ORDER, "currency": "gold"}, "currency 'gold' is nothing that stands there"),
    ({**ORDER, "amount": 1.5}, "amount 1.5 is no whole number from 0 to 999999999999999"),
    ({**ORDER, "pay_by": "fri"}, "pay_by 'fri' is nothing that stands there"),
    ({**ORDER, "contract_id": 3}, "order 1: the contract 3 is not in the file"),
    ({**RISK, "level": 4}, "level 4 is no whole number from 1 to 3"),
    ({**FILE, "row_table": "tag"}, "row_table 'tag' is nothing that stands there"),
    ({**FILE, "digest": "../../x"}, "digest '../../x' is nothing that stands there"),
    ({"record": "article", "id": 1, "title": "x", "kind": "poem", "added_on": "2026-11-20", "created_at": "2026-11-20T01:00:00Z"}, "kind 'poem' is nothing that stands there"),
    ({"record": "article", "id": 1, "kind": "script", "added_on": "2026-11-20", "created_at": "2026-11-20T01:00:00Z"}, "the article has no title"),
]  # fmt: skip


@pytest.mark.parametrize(("bad", "why"), BAD, ids=lambda value: str(value)[:50])
def test_a_bad_line_is_named_and_nothing_is_imported(bad: Any, why: str, place: Path) -> None:
    good = [
        {"schema": "crm.all/1", "schema_version": 2},
        {"record": "key_range", "row_table": "tag", "next": 9},
        {"record": "setting", "name": "timezone", "value": "UTC"},
        CUSTOMER,
        {**TAG, "id": 2},
    ]
    lines = [*map(json.dumps, good), bad if isinstance(bad, str) else json.dumps(bad)]
    more = json.dumps({**TAG, "id": 5, "name": "y"})
    (place / "all.jsonl").write_text("\n".join([*lines, more]) + "\n")
    crm("config set currency EUR")
    before = everything_in(place)
    ran = bring_in(place / "all.jsonl", place / "crm.db")
    refused(ran, 1, f"line 6: {why}; nothing was imported", place, before)


@pytest.mark.parametrize(
    ("old", "new", "line", "why"),
    [
        ("2026-11-20,2026-11-20T", "2026-11-20,20.11.2026 T", 33, "created_at '20.11.2026 T01:00:00Z' is nothing that stands there"),
        (",customer,1,", ",customer,one,", 33, "id 'one' is no whole number from 1 to 1099511627775"),
        (",customer,1,", ",customer,1.0,", 33, "id '1.0' is no whole number from 1 to 1099511627775"),
        (",tag,1,", ",toy,1,", 37, f"record 'toy' is unknown; {LATER}"),
        (",tag,1,", ',tag,"1,', 37, "it is not CSV (unexpected end of data)"),
        ("stage_change,1,", "stage_change,1,," + "," * 200, 38, "the row has more cells than there are headers"),
        ("Acme", "Ac\x00me", 33, "name is not valid text"),
        (",name,", ",title,", 30, "a setting has no column 'title'"),
    ],
)  # fmt: skip
def test_a_bad_line_of_csv_is_named(old: str, new: str, line: int, why: str, place: Path) -> None:
    crm(
        [
            "add-customer",
            "Acme",
            "--note",
            "one\ntwo\nthree",
            "--tag",
            "x",
            "--phone",
            "13812345678",
        ]
    )
    whole = out("csv", place / "crm.db")
    assert old in whole
    (place / "all.csv").write_text(whole.replace(old, new, 1), newline="")
    before = everything_in(place)
    ran = bring_in(
        place / "all.csv", place / "new.db"
    )  # a file that is not there is not made either
    refused(ran, 1, f"line {line}: {why}; nothing was imported", place, before)


@pytest.mark.parametrize(
    ("first", "code", "sentence"),
    [
        ({"schema": "crm.all/1", "schema_version": 99}, 1, "line 1: the file was written by a newer crm (schema 99, this one knows {known}); upgrade crm"),
        ({"schema": "crm.all/2", "schema_version": 2}, 1, "line 1: the format crm.all/2 is not known; upgrade crm"),
        ({"schema": "crm.all/1"}, 1, "line 1: the format crm.all/1 is not known; upgrade crm"),
        ({"schema": "crm.customers/1"}, 2, "{file} does not hold everything of a crm file; {hint}"),
        (CUSTOMER, 2, "{file} does not hold everything of a crm file; {hint}"),
        ("{x", 2, "{file} does not hold everything of a crm file; {hint}"),
        ("", 2, "{file} does not hold everything of a crm file; {hint}"),
        ("name,city\nA,B", 2, "{file} does not hold everything of a crm file; {hint}"),
        ("schema of things\n", 2, "{file} does not hold everything of a crm file; {hint}"),
    ],
    ids=lambda value: str(value)[:40],
)  # fmt: skip
def test_the_first_line_says_what_it_is(first: Any, code: int, sentence: str, place: Path) -> None:
    file = place / "all"
    file.write_text(first if isinstance(first, str) else json.dumps(first) + "\n")
    hint = "crm export all writes one that does, other lists need --as customers and the like"
    sentence = sentence.format(file=file, hint=hint, known=frozen.SCHEMA_VERSION)
    refused(bring_in(file, place / "new.db"), code, sentence, place, everything_in(place))


def test_bytes_that_are_not_utf8(place: Path) -> None:
    crm("add-customer Acme --tag x")
    for form in ("jsonl", "csv"):
        text = out(form, place / "crm.db").encode().replace(b"Acme", "华东".encode("gb18030"))
        (place / "all").write_bytes(text)
        line = text[: text.index("华东".encode("gb18030"))].count(b"\n") + 1
        sentence = f"line {line}: it is not UTF-8; save the file as UTF-8; nothing was imported"
        before = everything_in(place)
        refused(bring_in(place / "all", place / "new.db"), 1, sentence, place, before)


def test_a_file_that_is_not_there(place: Path) -> None:
    before = everything_in(place)
    refused(bring_in("no.jsonl", place / "new.db"), 3, "there is no file no.jsonl", place, before)
    sentence = f"{place} is a folder; name a file in it"
    refused(bring_in(place, place / "new.db"), 2, sentence, place, before)


# --- masked ---


@FORMATS
def test_a_masked_file_comes_without_what_is_masked(form: str, place: Path) -> None:
    crm("config set fields.area text")
    crm(
        "add-customer Acme --person 张伟 --title 采购经理 --phone 13812345678 --note 'call 13812345678' --tag vip --city 上海 "
        "--field 'area=mail a@b.cn'"
    )
    crm("add-customer 李雷 --kind person --short-name 小李 --email a@b.cn")
    crm(
        "log-contact c1 'plain words' --with 张伟 --ours 王小明 --next 'ring 13812345678' --next-owner 赵六"
    )
    crm(f"export all --format {form} --out {place / 'masked'}")
    told = bring_in(place / "masked", place / "new.db")
    assert (told.code, told.out) == (0, "x1\n")
    assert told.err.splitlines()[1:-2] == [
        "customer.note: 1 masked values left out.",
        "customer.short_name: 1 masked values left out.",
        "contact_point.value: 2 masked values left out.",
        "task.owner: 1 masked values left out.",
        "field_value.value: 1 masked values left out.",
        "customer.name: 1 masked values kept, for each must have one.",
        "person.name: 1 masked values kept, for each must have one.",
        "participant.name: 2 masked values kept, for each must have one.",
        "task.text: 1 masked values kept, for each must have one.",
    ]
    connection = sqlite3.connect(place / "new.db")
    assert connection.execute("SELECT name, short_name, note, city FROM customer").fetchall() == [
        ("Acme", None, None, "上海"),
        ("李*", None, None, None),
    ]
    assert connection.execute("SELECT name, title FROM person").fetchall() == [
        ("张*（采购经理）", "采购经理")
    ]
    assert connection.execute("SELECT summary FROM interaction").fetchall() == [("plain words",)]
    assert connection.execute("SELECT text, owner FROM task").fetchall() == [
        ("ring 138****5678", None)
    ]
    for table in ("contact_point", "field_value"):
        assert connection.execute(f"SELECT * FROM {table}").fetchall() == []
    connection.close()
    check(place / "new.db")


@FORMATS
def test_needs_promises_surveys_and_articles_leave_masked(form: str, place: Path) -> None:
    crm("add-customer Acme --person 张伟")
    crm(
        "add-need c1 'ring 13812345678' --owner 李雷 --tech-owner 韩梅梅 --wish 'mail a@b.cn' --category pump --acceptor 张伟"
    )
    crm("plan-need n1 --step 'ask 13812345678' --by fri --owner 李雷")
    crm("escalate n1 --level 2 --to 王经理 --reason 'see a@b.cn'")
    crm("add-promise c1 'send to a@b.cn' --due fri --owner 李雷")
    crm("resolve n1 'rang 13812345678'")
    crm("survey n1 --overall 2 --by 张伟 --bad 'ring 13812345678' --comment plain")
    crm("review s1 --cause speed --action 'ring 13812345678'")
    crm("add-article 'about 13812345678' --text 'mail a@b.cn'")
    crm(f"export all --format {form} --out {place / 'masked'}")
    whole = (place / "masked").read_text()
    for name in ("13812345678", "a@b.cn", "张伟", "李雷", "韩梅梅", "王经理"):
        assert name not in whole
    told = bring_in(place / "masked", place / "new.db")
    assert (told.code, told.out) == (0, "x1\n")
    connection = sqlite3.connect(place / "new.db")
    for sql, row in (
        (
            "SELECT text, owner, tech_owner, wish, category, acceptor_id, solution FROM need",
            ("ring 138****5678", None, None, None, "pump", 1, None),
        ),
        ("SELECT text FROM service_event WHERE kind = 'resolved'", (None,)),
        ("SELECT to_name, reason, level FROM escalation", (None, None, 2)),
        ("SELECT text, owner FROM plan_step", ("ask 138****5678", None)),
        ("SELECT text, owner FROM promise", ("send to ***@b.cn", None)),
        ('SELECT "by", bad, comment, overall FROM survey', (None, None, "plain", 2)),
        ("SELECT cause, action FROM review", ("speed", None)),
        ("SELECT title, text FROM article", ("about 138****5678", None)),
    ):
        assert connection.execute(sql).fetchall() == [row], sql
    connection.close()
    check(place / "new.db")


def test_what_only_looks_masked_in_a_file_that_is_not_stays(place: Path) -> None:
    filled(place / "crm.db", name="张*", note="see *** and 138****5678", city="***")
    target = moved(place / "crm.db", "jsonl")
    assert written(target) == written(place / "crm.db")


# --- lists of customers, exported and imported again ---

LIST: tuple[str, ...] = (
    "add-customer 'Acme, Ltd' --person 张伟 --phone 13812345678 --email a@b.cn --wechat wx1 --tag vip --tag old --tier core "
    "--note 'call 13812345678; tel 6234567' --since 2026-01-05 --stage customer --cadence 2w --prefer visit --uscc 91310000MA1FL0001A",
    "add-customer =1+1 --note \"'=x\" --phone '+44 20 7946 0958' --city 上海 --industry 食品 --size 50 --address '南京路１号'",
    "add-customer 'Beta GmbH' --referred-by c1 --source Messe --external-id E1 --short-name Beta --allow-duplicate",
    "add-customer 'Lost & Co' --stage prospect --phone 010-62345678 --phone 13900001111 --email x@y.cn --email z@y.cn",
    "edit c4 --set stage=lost --set loss_reason=price",
    "log-contact c1 'hello' --at -10d --on 2027-01-10",
    "log-contact c2 'hello' --at 08:00 --next call --on fri",
    "add-customer 李雷 --kind person --phone 13811112222 --external-id E9",
)  # fmt: skip


@pytest.mark.parametrize("how", ["", "--reveal", "--reveal --bom"])
def test_an_exported_list_of_customers_imported_again_changes_nothing(
    how: str, place: Path
) -> None:
    for command in LIST:
        crm(command)
    file = place / "customers.csv"
    (place / "promised.csv").write_text("name,next_touch\nGamma,2027-02-01\n")
    crm(f"import {place / 'promised.csv'}")
    crm(f"export customers {how} --out {file}")
    before = live(place / "crm.db")
    ran = run_in_process(f"import {file} --as customers --json")
    told = ran.json["item"]
    nameless = 0 if how else 1  # a person whose name is masked is nobody that could be found
    assert ran.code == (5 if nameless else 0)
    assert (told["added"], told["updated"], told["rejected"]) == (0, 0, nameless)
    assert told["unchanged"] == len(before["customer"]) - nameless
    assert told["change"] is None
    assert live(place / "crm.db") == before


# --- what rules reckon with is checked ---


def test_every_column_is_free_text_or_has_a_form() -> None:
    from crmcli.store.exporting import moving_columns, moving_tables
    from crmcli.store.restoring import form_of

    free = {
        (table, column)
        for table in moving_tables()
        for column in moving_columns(table)
        if frozen.TABLES[table]["columns"][column][1] is not None and form_of(table, column) is None
    }
    assert free == set(_free())


def _free() -> Iterator[tuple[str, str]]:
    for table, columns in {
        "setting": "name value",
        "customer": "name short_name tier industry size city address uscc source note loss_reason external_id consent_source consent_scope "
        "credit_grade verified_by",
        "person": "name title concern preferences note external_id consent_source consent_scope verified_by",
        "contact_point": "value",
        "interaction": "summary feedback agreed excerpt external_id",
        "participant": "name",
        "task": "play text owner result external_id",
        "need": "external_id text wish owner tech_owner category workaround criterion solution result decline_reason scheduled_for "
        "delay_reason",
        "service_event": "text",
        "escalation": "to_name reason",
        "plan_step": "text owner delay_reason result external_id",
        "promise": "text owner delay_reason impact options result break_reason amends amends_result external_id",
        "survey": "by good bad comment pain future external_id",
        "review": "action",
        "article": "title text category external_id",
        "key_date": "kind note external_id",
        "deal": "text owner note loss_reason external_id",
        "contract": "text terms owner note close_reason external_id",
        "customer_order": "note external_id",
        "risk": "text kind owner result external_id",
        "attachment": "name note",
        "tag": "name",
        "field_value": "name value",
        "former_customer": "name short_name city uscc external_id",
        "segment": "name filters",
        "tier_standing": "tier proposed segment why",
    }.items():
        yield from ((table, column) for column in columns.split())


@FORMATS
def test_a_file_of_which_nothing_is_left_moves(form: str, place: Path) -> None:
    path = new_file(place)
    crm("add-customer Acme")
    crm("delete c1")
    target = moved(path, form)
    same(path, target)
    assert crm(f"add-customer Beta --db {target}").out == "c2\n"
