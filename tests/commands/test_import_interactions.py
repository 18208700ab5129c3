"""Imports of contacts: found again, with who took part and what comes next; each clock follows the newest (HANDBOOK §2, §3)."""

import json
import random
import sqlite3
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.commands.test_import_people import counts, reasons, rows, written
from tests.store.test_undo import check
from tests.support import crm, run_in_process, run_process


def imported(path: str, *more: str, **environment: str) -> tuple[int, int, int, int]:
    ran = run_in_process(["import", path, "--as", "interactions", "--json", *more], **environment)
    assert ran.code == (5 if ran.json["item"]["rejected"] else 0), ran
    return counts(ran)


def contacts(customer: str = "c1") -> list[dict[str, Any]]:
    """The contacts of a customer, in the order in which they were entered."""
    found = crm(f"show {customer} --json --reveal").json["item"]["interactions"]
    return sorted(found, key=lambda one: int(one["ref"][1:]))


def test_a_list_with_chinese_headers_in_gb18030_through_the_real_process(place: Path) -> None:
    crm("config set calendar.country CN")
    crm("add-customer 华东精工有限公司 --external-id K1 --stage customer --since 2020-01-01")
    crm("add-person c1 张伟")
    crm("add-person c1 张三丰")
    path = written(
        place,
        "客户名称,跟进时间,跟进方式,方向,跟进内容,联系人,我方人员,意向度,下一步,下次跟进时间,时长,客户反馈,达成共识",
        "华东精工,2026-11-18 15:30,拜访,,谈价格,张伟;王五,李雷,高,发报价,2026年11月25日 10:00,30分钟,嫌贵,先试用",
        "ext:K1,2026/11/10,电话,呼出,问候,张,,,,,,,",
        encoding="gb18030",
    )
    ran = run_process(["import", path, "--as", "跟进记录"])
    assert (ran.code, ran.out) == (0, "x5\n")
    assert "13 of 13 columns recognised.\n" in ran.err
    assert "\n2 added, 0 updated, 0 unchanged, 0 rejected.\n" in ran.err
    visit, call = contacts()
    assert visit == visit | {
        "customer": "c1", "at": "2026-11-18T15:30:00+08:00", "channel": "visit", "direction": "both", "minutes": 30,
        "no_answer": False, "summary": "谈价格", "feedback": "嫌贵", "agreed": "先试用", "intent": "high", "promised_on": None,
        "with": ["张伟", "王五"], "ours": ["李雷"],
        "next": [{"ref": "t1", "text": "发报价", "on": "2026-11-25", "owner": "tester"}], "stage": None, "care": False, "cost": None,
        "signed": False, "excerpt": None, "external_id": None,
    }  # fmt: skip
    assert (call["at"], call["direction"]) == ("2026-11-10T12:00:00+08:00", "out")
    assert rows("SELECT interaction_id, person_id, name, side FROM participant", place) == [
        (1, 1, "张伟", "theirs"),
        (1, None, "王五", "theirs"),
        (1, None, "李雷", "ours"),
        (2, None, "张", "theirs"),  # fits two
    ]
    assert rows("SELECT kind, due_on, due_time, interaction_id FROM task", place) == [
        ("follow-up", "2026-11-25", "10:00", 1)
    ]
    item = crm("show c1 --json").json["item"]
    assert (item["last_contact_at"], item["intent"]) == ("2026-11-18T15:30:00+08:00", "high")
    assert counts(run_process(["import", path, "--as", "interactions", "--json"])) == (0, 0, 2, 0)
    assert [one["ref"] for one in crm("find 嫌贵 --json").json["items"]] == ["i1"]
    before = crm("list-customers --json").json
    crm("undo x5")
    assert contacts() == []
    assert crm("show c1 --json").json["item"]["last_contact_at"] is None
    crm("undo x6")
    assert crm("list-customers --json").json == before


def test_bad_rows_and_their_reasons(place: Path) -> None:
    crm("add-customer Acme")
    path = written(
        place,
        "customer,at,channel,direction,intent,minutes,next_on",
        "Acme,2026-11-20,,,,,",
        "Acme,2026-11-21,,,,,",
        "Acme,2026-11-20 09:01,,,,,",
        "Acme,2026-11-20T02:00:00+01:00,visit,,,,",
        "Acme,2026-11-20T02:00:01+01:00,,,,,",
        "Acme,,call,,,,",
        "Acme,2026-02-30,,,,,",
        "Acme,3/4,,,,,",
        "Acme,2026-11-01,fax,,,,",
        "Acme,2026-11-01,,sideways,,,",
        "Acme,2026-11-01,,,maybe,,",
        "Acme,2026-11-01,,,,long,",
        "Acme,2026-11-10,,,,,2026-11-09",
        "Nobody,2026-11-01,,,,,",
    )
    assert imported(path) == (2, 0, 0, 12)
    assert [reason.partition("; ")[0] for reason in reasons(path)] == [
        "'2026-11-21' is in the future",
        "'2026-11-20 09:01' is in the future",
        "'2026-11-20T02:00:01+01:00' is in the future",
        "the row does not say when the contact was",
        "'2026-02-30' is a day or time that does not exist",
        "'3/4' does not say which number is the month",
        "channel 'fax' is unknown",
        "direction 'sideways' is unknown",
        "intent 'maybe' is unknown",
        "'long' is no number of minutes",
        "2026-11-09 lies before the contact",
        "there is no customer 'Nobody'",
    ]
    assert [one["at"] for one in contacts()] == ["2026-11-20T09:00:00+08:00"] * 2


def test_the_same_list_changes_nothing_on_another_day_either(place: Path) -> None:
    crm("add-customer Acme")
    path = written(
        place,
        "customer,at,channel,summary,next,with",
        "Acme,2026-11-20,call,today,send it,Ann",
        "Acme,2026-11-20,call,today,send it,Bob",
        "Acme,yesterday,,,,",
        "Acme,2026-11-19 10:00,,,,",
    )
    assert imported(path) == (4, 0, 0, 0)
    assert imported(path) == (0, 0, 4, 0)
    crm("done t1")
    assert imported(path, CRM_NOW="2026-11-20T18:00") == (0, 0, 4, 0)
    path = written(place, "customer,at,channel,summary", "Acme,2026-11-20,call,other")
    assert imported(path) == (1, 0, 0, 0)
    path = written(place, "customer,at", "Acme,2026-11-19")
    # A day without a time is any time of that day.
    assert imported(path) == (0, 0, 1, 0)


@pytest.mark.parametrize(
    "differing",
    ["channel=visit", "direction=out", "summary=other", "minutes=6", "intent=low", "feedback=bad", "with=Bob", "ours=Bob",
     "no_answer=yes", "promised_on=2026-12-24", "at=2026-11-01 10:01"],
)  # fmt: skip
def test_a_contact_that_differs_in_anything_given_is_another(place: Path, differing: str) -> None:
    crm("add-customer Acme")
    row = {
        "customer": "Acme", "at": "2026-11-01 10:00", "channel": "video", "direction": "in", "summary": "s", "minutes": "5",
        "intent": "high", "feedback": "good", "with": "Ann", "ours": "Li", "no_answer": "no", "promised_on": "2026-12-01",
    }  # fmt: skip
    path = written(place, ",".join(row), ",".join(row.values()))
    assert imported(path) == (1, 0, 0, 0)
    name, _, value = differing.partition("=")
    path = written(place, ",".join(row), ",".join((row | {name: value}).values()), name="b.csv")
    assert imported(path) == (1, 0, 0, 0)
    path = written(place, ",".join(row), ",".join((row | {name: ""}).values()), name="c.csv")
    if name not in ("channel", "direction", "summary", "at"):  # these four are always compared
        assert imported(path) == (0, 0, 1, 0)
    elif name != "at":
        assert imported(path) == (1, 0, 0, 0)


def test_by_external_id_what_differs_is_brought_up_to_date(place: Path) -> None:
    crm("add-customer Acme --stage customer --since 2020-01-01")
    crm("add-customer Beta")
    path = written(
        place,
        "customer,at,channel,direction,summary,external_id,with,next,next_on",
        "Acme,2026-11-10 10:00,email,out,sent,A1,Ann,ask,2026-11-30",
        "Acme,2026-11-12 10:00,call,,talked,A2,,,",
    )
    assert imported(path) == (2, 0, 0, 0)
    assert rows("SELECT two_way, awaits_answer FROM interaction ORDER BY id", place) == [
        (0, 1),
        (1, 0),
    ]
    path = written(
        place,
        "customer,at,channel,direction,summary,external_id,with,next,next_on",
        "Acme,2026-11-13,call,,sent and answered,A1,Bob,ask again,2026-12-01",
        "Acme,2026-11-12,,,,A2,,,",
        "Acme,2026-11-14,,,twice in the list,A1,,,",
        "Beta,2026-11-12,,,,A2,,,",
        "Acme,,,,no time,A3,,,",
    )
    assert imported(path) == (0, 1, 2, 2)
    assert reasons(path) == [
        "external id A2 is that of i2, which belongs to another customer",
        "the row does not say when the contact was",
    ]
    first, second = contacts()
    assert (first["at"], first["channel"], first["direction"], first["summary"]) == (
        "2026-11-13T12:00:00+08:00",
        "call",
        "out",
        "sent and answered",
    )
    assert first["with"] == ["Ann", "Bob"]
    assert [one["text"] for one in first["next"]] == ["ask", "ask again"]
    assert second["at"] == "2026-11-12T10:00:00+08:00"
    assert rows("SELECT two_way, awaits_answer FROM interaction WHERE id = 1", place) == [(1, 0)]
    item = crm("show c1 --json").json["item"]
    assert item["last_contact_at"] == "2026-11-13T12:00:00+08:00"
    assert imported(path) == (0, 0, 3, 2)
    crm("undo")
    assert contacts()[0]["summary"] == "sent"


def test_a_known_contact_gets_its_number(place: Path) -> None:
    crm("add-customer Acme")
    crm("log-contact Acme talked --at '2026-11-10 10:00'")
    path = written(
        place, "customer,at,summary,external_id", "Acme,2026-11-10T10:00:00+08:00,talked,A1",
        "Acme,2026-11-10 10:00,talked,A2",
    )  # fmt: skip
    assert imported(path) == (1, 1, 0, 0)
    assert [one["external_id"] for one in contacts()] == ["A1", "A2"]
    assert imported(path) == (0, 0, 2, 0)


def test_masked_texts_are_left_out_and_not_compared(place: Path) -> None:
    crm("add-customer Acme")
    crm("add-person Acme Ann")
    crm(["log-contact", "Acme", "call 13812345678 back", "--at", "2026-11-10", "--with", "Ann"])
    out = str(place / "out.csv")
    crm(["export", "interactions", "--out", out])
    text = Path(out).read_text(encoding="utf-8")
    assert "138****5678" in text and ",Acme," in text
    assert imported(out) == (0, 0, 1, 0)


def test_exported_contacts_are_known_again_and_fill_an_empty_file(place: Path) -> None:
    crm("add-customer Acme")
    crm("add-person Acme Ann")
    crm(
        "log-contact Acme =1+1 --channel visit --with Ann --ours Li --next 'send it' --on 2026-11-30"
    )
    crm("log-contact Acme --out --channel email --no-answer --at yesterday --cost 12.50 --care")
    crm("log-contact Acme '+86, really' --on 2026-12-24 --intent high --minutes 7")
    crm("done t1")
    out = str(place / "out.csv")
    crm(["export", "interactions", "--reveal", "--out", out])
    assert imported(out) == (0, 0, 3, 0)
    there = contacts()
    other = {"CRM_DB": str(place / "other.db")}
    crm("add-customer Acme", **other)
    crm("add-person Acme Ann", **other)
    assert imported(out, **other) == (3, 0, 0, 0)
    ran = crm("show c1 --json --reveal", **other)
    copied = sorted(ran.json["item"]["interactions"], key=lambda one: int(one["ref"][1:]))
    there[0]["next"] = []  # one that is done does not come back
    assert copied == there


def test_only_recent_messages_await_an_answer(place: Path) -> None:
    crm("add-customer Acme")
    crm("add-customer Beta")
    path = written(
        place,
        "customer,at,channel,direction",
        "Acme,2026-10-20,wechat,out",
        "Beta,2026-10-21,wechat,out",
    )
    assert imported(path) == (2, 0, 0, 0)
    assert rows("SELECT awaits_answer FROM interaction ORDER BY id", place) == [(0,), (1,)]
    found = crm("due --json --kind unanswered").json["items"]
    assert [one["customer"]["name"] for one in found] == ["Beta"]


def test_what_comes_next_without_a_date_is_due_on_the_next_working_day(place: Path) -> None:
    crm("config set calendar.country CN")
    crm("add-customer Acme")
    path = written(
        place,
        "customer,at,summary,next,next_on",
        "Acme,2026-11-01,a,send it,",
        "Acme,2026-11-02,b,,2026-12-24",
    )
    assert imported(path) == (2, 0, 0, 0)
    assert rows("SELECT text, due_on, owner, kind FROM task", place) == [
        ("send it", "2026-11-23", "tester", "follow-up")
    ]
    item = crm("show c1 --json").json["item"]
    assert item["promised_on"] == "2026-12-24"
    assert [one["title"] for one in crm("due --days 5 --json").json["items"]] == ["send it"]


def test_the_newest_contacts_promise_holds_even_when_the_list_begins_with_it(place: Path) -> None:
    crm("add-customer Acme")
    path = written(
        place,
        "customer,at,next_on",
        "Acme,2026-11-18,2026-12-24",
        "Acme,2026-11-01,2026-11-15",
        "Acme,2026-10-01,2026-10-15",
    )
    assert imported(path) == (3, 0, 0, 0)
    assert crm("show c1 --json").json["item"]["next_touch_on"] == "2026-12-24"


# --- against logging them one by one ---

TODAY = date(2026, 11, 20)
CHANNELS = ("call", "visit", "meeting", "video", "email", "wechat", "wecom", "message", "event", "other")  # fmt: skip


def some_contacts(chance: random.Random, customers: int, count: int) -> list[dict[str, Any]]:
    """Contacts in the order of time, no two at the same moment; no message so old that it is history."""
    made = []
    moment = datetime(2025, 3, 1, 8)
    for _ in range(count):
        moment += timedelta(minutes=chance.randint(1, 350))
        channel = chance.choice(CHANNELS)
        direction = chance.choice(("in", "out", "both"))
        if (TODAY - moment.date()).days > 30 and channel not in ("call", "visit", "event", "other"):
            direction = "in"
        one: dict[str, Any] = {
            "customer": f"K{chance.randint(1, customers)}",
            "at": moment.isoformat(" "),
            "channel": channel,
            "direction": direction,
            "summary": f"talk {len(made)}",
        }
        if chance.random() < 0.2:
            one["no_answer"] = True
        if chance.random() < 0.3:
            one["intent"] = chance.choice(("high", "medium", "low"))
        following = (moment.date() + timedelta(days=chance.randint(0, 90))).isoformat()
        if chance.random() < 0.1:
            one["promised_on"] = following
        elif chance.random() < 0.03:
            one["next"] = [{"text": f"step {len(made)}", "on": following}]
        made.append(one)
    assert moment < datetime(2026, 11, 20, 9)
    return made


def derived(path: Path) -> list[tuple[Any, ...]]:
    """What is derived of every customer and task, without keys, which depend on the order of entry."""
    connection = sqlite3.connect(path)
    names = [row[1] for row in connection.execute("PRAGMA table_info(customer)")]
    first = names.index("last_contact_id")
    columns = [name for name in names[first:] if not name.endswith("_id")]
    assert len(columns) == 33
    found = connection.execute(f"SELECT {', '.join(columns)} FROM customer ORDER BY id").fetchall()
    found += connection.execute(
        "SELECT customer_id, text, due_on, owner, listed_on, tier_weight FROM task ORDER BY text"
    ).fetchall()
    connection.close()
    return found


def test_five_thousand_in_random_order_are_as_if_logged_one_by_one(place: Path) -> None:
    chance = random.Random(7)
    customers = 150
    lines = ["name,external_id,stage,tier,since"]
    for number in range(1, customers + 1):
        stage = chance.choice(("prospect", "interested", "customer", "customer", "lost"))
        since = chance.choice(("", "2024-05-01", "2026-10-01")) if stage == "customer" else ""
        lines.append(
            f"N{number},K{number},{stage},{chance.choice(('core', 'ordinary', ''))},{since}"
        )
    customers_csv = written(place, *lines, name="customers.csv")
    for name in ("one.db", "many.db"):
        crm(["import", customers_csv], CRM_DB=str(place / name))

    made = some_contacts(chance, customers, 5_000)
    one_by_one = "".join(
        json.dumps(one | {"customer": f"ext:{one['customer']}"}) + "\n" for one in made
    )
    ran = run_process("log-contact --stdin", {"CRM_DB": str(place / "one.db")}, stdin=one_by_one)
    assert ran.code == 0, ran.err[:500]

    chance.shuffle(made)
    rows = ["customer,at,channel,direction,summary,no_answer,intent,promised_on,next,next_on"]
    for one in made:
        step = one.get("next", [{"text": "", "on": ""}])[0]
        rows.append(
            f"ext:{one['customer']},{one['at']},{one['channel']},{one['direction']},{one['summary']},"
            f"{'yes' if one.get('no_answer') else ''},{one.get('intent', '')},{one.get('promised_on', '')},"
            f"{step['text']},{step['on']}"
        )
    path = written(place, *rows)
    many = {"CRM_DB": str(place / "many.db")}
    assert counts(run_process(["import", path, "--as", "interactions", "--json"], many)) == (
        5_000, 0, 0, 0,
    )  # fmt: skip
    assert derived(place / "many.db") == derived(place / "one.db")
    assert counts(run_process(["import", path, "--as", "interactions", "--json"], many)) == (
        0, 0, 5_000, 0,
    )  # fmt: skip
    assert "every record is found by what it says" in crm("doctor", **many).out
    before = derived(place / "many.db")
    crm("undo", **many)
    assert (
        crm("list-customers --where 'last_contact_at >= 2000-01-01' --json", **many).json["count"]
        == 0
    )
    crm("undo x3", **many)
    assert derived(place / "many.db") == before


def test_who_took_part_is_found_again_however_the_names_fit(place: Path) -> None:
    crm("add-customer Acme")
    crm("add-person Acme 张伟")
    path = written(
        place,
        "customer,at,with,ours",
        "Acme,2026-11-01,张三丰；张,Li Lei",
        "Acme,2026-11-02,张伟；张,Li；Li",
        "Acme,2026-11-03,h1,",
    )
    assert imported(path) == (3, 0, 0, 0)
    assert rows("SELECT interaction_id, person_id, name, side FROM participant", place) == [
        (1, None, "张三丰", "theirs"),
        (1, 1, "张伟", "theirs"),
        (1, None, "Li Lei", "ours"),
        (2, 1, "张伟", "theirs"),
        (2, None, "Li", "ours"),
        (3, None, "h1", "theirs"),  # a bare reference is a name here
    ]
    assert imported(path) == (0, 0, 3, 0)
    crm("add-person Acme 张飞")  # now 张 fits two
    assert imported(path) == (0, 0, 3, 0)


def test_one_who_is_added_to_a_known_contact_goes_with_undo(place: Path) -> None:
    crm("add-customer Acme")
    path = written(place, "customer,at,id,with", "Acme,2026-11-01,A1,Ann")
    assert imported(path) == (1, 0, 0, 0)
    path = written(place, "customer,at,id,with", "Acme,2026-11-01,A1,Bob", name="more.csv")
    assert imported(path) == (0, 1, 0, 0)
    assert contacts()[0]["with"] == ["Ann", "Bob"]
    crm("undo")
    assert contacts()[0]["with"] == ["Ann"]
    assert "every record is found by what it says" in crm("doctor").out


# --- what a list of customers knows of it ---


def of_customers(place: Path, *lines: str) -> None:
    path = written(place, *lines, name="customers.csv")
    assert run_in_process(["import", path]).code == 0


def as_told(customer: str = "c1") -> list[tuple[str, ...]]:
    return [(one["at"], one["channel"], one["direction"], one["summary"]) for one in contacts(customer)]  # fmt: skip


def test_the_contact_that_a_list_of_customers_made_is_the_one_that_the_row_tells_of(
    place: Path,
) -> None:
    of_customers(place, "name,last_contact", "Acme,2026-11-18", "Beta,2026-11-17 15:30")
    empty = as_told("c1"), as_told("c2")
    assert empty == (
        [("2026-11-18T12:00:00+08:00", "other", "both", None)],
        [("2026-11-17T15:30:00+08:00", "other", "both", None)],
    )
    path = written(
        place,
        "customer,at,channel,direction,summary,with,next",
        "Acme,2026-11-18 10:05,call,out,prices,Ann,send it",
        "Acme,2026-11-18 16:00,visit,,the plant,,",
        "Beta,2026-11-17,,,by day only,,",
        "Beta,2026-11-17 15:30,,,another,,",
    )
    ran = run_in_process(["import", path, "--as", "interactions", "--json"])
    assert counts(ran) == (2, 2, 0, 0)
    told = (
        [
            ("2026-11-18T10:05:00+08:00", "call", "out", "prices"),
            ("2026-11-18T16:00:00+08:00", "visit", "both", "the plant"),
        ],
        [
            ("2026-11-17T15:30:00+08:00", "call", "both", "by day only"),
            ("2026-11-17T15:30:00+08:00", "call", "both", "another"),
        ],
    )
    assert (as_told("c1"), as_told("c2")) == told
    assert contacts()[0]["with"] == ["Ann"]
    assert [one["text"] for one in contacts()[0]["next"]] == ["send it"]
    assert crm("show c1 --json").json["item"]["last_contact_at"] == "2026-11-18T16:00:00+08:00"
    assert [one["ref"] for one in crm("find prices --json").json["items"]] == ["i1"]
    assert imported(path) == (0, 0, 4, 0)
    assert (as_told("c1"), as_told("c2")) == told
    assert crm(f"undo {ran.json['item']['change']}").code == 0
    assert (as_told("c1"), as_told("c2")) == empty
    assert crm("show c1 --json").json["item"]["last_contact_at"] == "2026-11-18T12:00:00+08:00"


@pytest.mark.parametrize(
    "row",
    [
        "Acme,2026-11-18 11:59,call,x",  # neither its time nor noon
        "Acme,2026-11-17,call,x",
        "Beta,2026-11-18 15:30,call,x",
    ],
)
def test_a_contact_of_another_time_or_customer_is_another(place: Path, row: str) -> None:
    of_customers(place, "name,last_contact", "Acme,2026-11-18 15:30", "Beta,")
    assert imported(written(place, "customer,at,channel,summary", row)) == (1, 0, 0, 0)
    assert rows("SELECT channel, summary FROM interaction ORDER BY id", place) == [
        ("other", None),
        ("call", "x"),
    ]


@pytest.mark.parametrize(
    "options",
    ["--out", "summary", "--feedback good", "--with Ann", "--minutes 5", "--cost 10", "--no-answer"],
)  # fmt: skip
def test_a_contact_of_which_anything_is_known_stands_for_no_other(
    place: Path, options: str
) -> None:
    crm("add-customer Acme")
    assert crm(f"log-contact Acme {options} --channel other --at '2026-11-18 12:00'").code == 0
    path = written(place, "customer,at,channel,summary", "Acme,2026-11-18 12:00,call,prices")
    assert imported(path) == (1, 0, 0, 0)


def test_two_rows_of_one_moment_are_two_contacts_though_the_first_says_nothing(
    place: Path,
) -> None:
    of_customers(place, "name,last_contact", "Acme,2026-11-18 15:30", "Beta,")
    lines = [
        f"{name},2026-11-18 15:30,{rest}" for name in ("Acme", "Beta") for rest in ("other,", "call,x")
    ]  # fmt: skip
    path = written(place, "customer,at,channel,summary", *lines)
    assert imported(path) == (3, 0, 1, 0)
    assert imported(path) == (0, 0, 4, 0)


def test_customers_and_contacts_that_were_exported_meet_whichever_comes_first(place: Path) -> None:
    of_customers(place, "name,last_contact", "Acme,2026-11-18", "Beta,2026-11-17 15:30")
    crm("log-contact Acme prices --channel visit --at '2026-11-19 10:00'")
    crm("log-contact Beta 'a call' --at '2026-11-16 09:00'")
    outs = {kind: str(place / f"out-{kind}.csv") for kind in ("customers", "interactions")}
    for kind, out in outs.items():
        crm(["export", kind, "--reveal", "--out", out])
    there = [sorted(as_told(one)) for one in ("c1", "c2")]
    for order in (("customers", "interactions"), ("interactions", "customers")):
        other = {"CRM_DB": str(place / f"{order[0]}.db")}
        if order[0] == "interactions":
            crm("add-customer Acme", **other)
            crm("add-customer Beta", **other)
        for kind in (*order, *order):
            assert run_in_process(["import", outs[kind], "--as", kind], **other).code == 0
        copied = [crm(f"show {one} --json", **other).json["item"] for one in ("c1", "c2")]
        assert [
            sorted((i["at"], i["channel"], i["direction"], i["summary"]) for i in item["interactions"])
            for item in copied
        ] == there  # fmt: skip


@pytest.mark.parametrize("turned", [False, True])
def test_what_comes_next_stays_with_the_contact_that_has_it(place: Path, turned: bool) -> None:
    """A day without a time is any contact of that day: the same list must not give it to another the next time."""
    crm("add-customer Acme")
    lines = ["Acme,2026-11-02,", "Acme,2026-11-02 09:30,", "Acme,2026-11-02,samples"]
    path = written(place, "customer,at,next", *(reversed(lines) if turned else lines))
    assert imported(path) == ((2, 0, 1, 0) if turned else (2, 1, 0, 0))
    for _ in range(2):
        assert imported(path) == (0, 0, 3, 0)
    tasks = crm("show c1 --json").json["item"]["tasks"]
    assert [one["text"] for one in tasks] == ["samples"]


def test_among_very_many_the_row_tells_of_the_same_contact(place: Path) -> None:
    names = [f"Customer {number}" for number in range(1_100)]
    of_customers(place, "name,last_contact", *(f"{name},2026-11-18" for name in names))
    told = [f"{name},2026-11-18 10:05,call,prices" for name in names]
    path = written(place, "customer,at,channel,summary", *told, f"{names[0]},2026-11-18 11:00,visit,more")  # fmt: skip
    assert imported(path) == (1, 1_100, 0, 0)
    assert imported(path) == (0, 0, 1_101, 0)
    assert rows("SELECT channel, count(*) FROM interaction GROUP BY channel", place) == [
        ("call", 1_100),
        ("visit", 1),
    ]
    assert rows("SELECT count(*) FROM customer WHERE last_contact_channel = 'call'", place) == [(1_099,)]  # fmt: skip


# --- what a contact was about ---

ABOUT = (
    "SELECT summary, need_id, promise_id, deal_id FROM interaction WHERE deleted_at IS NULL "
    "ORDER BY at, summary"
)


def with_something_to_speak_about() -> None:
    crm("add-customer Acme --stage customer")
    crm("add-customer Beta --stage customer")
    crm("add-need c1 'it stops' --external-id T-1 --at 2026-11-01T09:00")
    crm("add-promise c1 'spare part' --due 2026-12-01 --external-id P-1")
    crm("add-deal c1 seats --external-id D-1")


def test_a_contact_names_what_it_was_about(place: Path) -> None:
    with_something_to_speak_about()
    path = written(
        place,
        "客户名称,跟进时间,跟进内容,工单编号,承诺编号,商机编号",
        "Acme,2026-11-02 10:00,a,T-1,,",
        "Acme,2026-11-03 10:00,b,,P-1,D-1",
        "Acme,2026-11-04 10:00,c,T-2,-,",
        "Beta,2026-11-05 10:00,d,,,D-1",
        name="contacts.csv",
    )
    told = (
        "Not exactly one need, promise or deal of the customer has this external id, and the contact is not linked to it "
        "(line): T-2 (4), D-1 (5)"
    )
    ran = run_process(["import", path, "--as", "interactions", "--json"])
    assert (ran.code, counts(ran), ran.json["item"]["warnings"]) == (0, (4, 0, 0, 0), [told])
    found = [("a", 1, None, None), ("b", None, 1, 1), ("c", None, None, None), ("d", None, None, None)]  # fmt: skip
    assert rows(ABOUT, place) == found
    again = ["import", path, "--as", "interactions", "--json"]
    assert counts(run_in_process(again)) == (0, 0, 4, 0)
    crm("add-need c1 'it hums' --external-id T-2 --at 2026-11-01T09:00")
    assert counts(run_in_process(again)) == (0, 1, 3, 0)
    assert rows(ABOUT, place)[2] == ("c", 2, None, None)
    assert counts(run_in_process(again)) == (0, 0, 4, 0)
    check(place / "crm.db")
    found = [one["status"] for one in crm("doctor --json").json["items"]]
    assert {*found} <= {"ok", "warning"}


@pytest.mark.parametrize("form", ["csv", "xlsx", "jsonl"])
def test_what_is_exported_keeps_what_it_was_about(form: str, place: Path) -> None:
    with_something_to_speak_about()
    crm("log-contact c1 a --at 2026-11-02T10:00 --need n1")
    crm("log-contact c1 b --at 2026-11-03T10:00 --deal d1")
    crm("log-contact c2 c --at 2026-11-04T10:00")
    out = place / f"contacts.{form}"
    crm(f"export interactions --reveal --out {out}")
    again = f"import {out} --as interactions --json"
    assert counts(run_in_process(again)) == (0, 0, 3, 0)
    there = {"CRM_DB": str(place / "other.db")}
    crm("add-customer Beta", **there)
    crm("add-customer Acme", **there)
    crm("add-need c2 other", **there)
    crm("add-need c2 'it stops' --external-id T-1 --at 2026-11-01T09:00", **there)
    crm("add-deal c2 seats --external-id D-1", **there)
    for expected in ((3, 0, 0, 0), (0, 0, 3, 0)):
        ran = run_in_process(again, **there)
        assert (ran.code, counts(ran)) == (0, expected), ran
        assert not any("Not exactly one" in one for one in ran.json["item"].get("warnings", ()))
    lines = crm("export interactions --format jsonl", **there).out.splitlines()
    linked = sorted((one["summary"], one["need"], one["deal"]) for one in map(json.loads, lines))
    assert linked == [("a", "n2", None), ("b", None, "d1"), ("c", None, None)]
