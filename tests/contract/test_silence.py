"""Messages nobody answered, customers gone quiet and customers lost, through the real program (HANDBOOK §2, §3)."""

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from tests.contract.program import run
from tests.support import Ran, but_archive
from tests.support import crm as quickly

TODAY = "2026-11-20T09:00"  # a Friday


REVIEWS = ("value-review", "business-review", "solution-review")
"""They come round whether a customer is silent or not; care does not."""


def crm(command: str | list[str], now: str = TODAY) -> Ran:
    """Run the real program at this moment and insist that it worked."""
    ran = run(but_archive(command, *REVIEWS), CRM_NOW=now)
    assert ran.code == 0, (command, ran)
    return ran


def before(*commands: str, now: str = TODAY) -> None:
    """What happened so far; not what is tested here, so in this process."""
    for command in commands:
        quickly(command, CRM_NOW=now)


def due(now: str = TODAY, options: str = "") -> dict[str, str]:
    """What is due at this moment but for surveys and reviews: reference → date, the most pressing first."""
    items = crm(f"due --json {options}", now).json["items"]
    return {item["ref"]: item["due_at"] for item in items if item["kind"] != "survey"}


@pytest.fixture(autouse=True)
def customer() -> None:
    """c1, a core customer for years, spoken to on Monday 2 November and so due on 2 December."""
    before(
        "add-customer Acme --stage customer --tier core --since 2024-01-01",
        "log-contact c1 hello",
        now="2026-11-02T09:00",
    )


def leave_alone(place: Path, marks: str) -> None:
    """Set the marks of all customers, as another program would."""
    with sqlite3.connect(place / "crm.db") as connection:
        connection.execute(f"UPDATE customer SET {marks}")
    before("migrate")


ON_THE_DAY = "2026-12-02T09:00"
CARE = {"c1:care": "2027-03-02"}
"""Four months after c1 was added it was never thought of without business; who is won back is not cared for besides."""


# --- messages nobody answered ---


def test_a_message_nobody_answers_falls_due_after_three_days() -> None:
    assert crm("log-contact c1 'are you there?' --channel email --out").out == "i2\n"
    assert due("2026-11-22T23:59") == {}
    item = {
        "ref": "i2:unanswered",
        "kind": "unanswered",
        "customer": {"ref": "c1", "name": "Acme", "tier": "core", "stage": "customer"},
        "title": "no answer to i2",
        "due_at": "2026-11-23",
        "overdue_days": 0,
        "light": "yellow",
        "score": 80,
        "why": "no answer to i2; unanswered after 3 days; due Mon 23 Nov; due today",
        "action": "crm log-contact c1",
    }
    on_monday = crm("due --json", "2026-11-23T09:00").json
    assert on_monday == {"schema": "crm.due/1", "count": 1, "items": [item]}
    late = {"overdue_days": 2, "light": "red", "score": 82}
    why = "no answer to i2; unanswered after 3 days; due Mon 23 Nov; 2 days overdue"
    on_wednesday = crm("due --overdue --json", "2026-11-25T09:00").json["items"]
    assert on_wednesday == [item | late | {"why": why}]
    assert crm("due --count", "2026-11-25T09:00").out == "1\n"
    for asked in ("i2:unanswered", "c1:unanswered", "I2:UNANSWERED"):
        assert crm(f"due --why {asked}", "2026-11-25T09:00").out == f"{why}\n"
    # The touch goes its own way beside it.
    assert due(ON_THE_DAY) == {"i2:unanswered": "2026-11-23", "c1:touch": "2026-12-02"}


@pytest.mark.parametrize(
    ("sent", "setting", "day"),
    [
        ("2026-11-18", None, "2026-11-23"),  # Wednesday: Saturday is off
        ("2026-11-19", None, "2026-11-23"),
        ("2026-11-18", "calendar.roll previous", "2026-11-20"),
        ("2026-11-18", "calendar.roll keep", "2026-11-21"),
        ("2026-11-19", "calendar.days_off 2026-11-23..2026-11-25", "2026-11-26"),
        ("2026-11-18", "calendar.working_days 2026-11-21", "2026-11-21"),  # a make-up Saturday
        ("2026-11-18", "cadence.no_reply 3wd", "2026-11-23"),
    ],
)
def test_it_falls_due_on_a_working_day(sent: str, setting: str | None, day: str) -> None:
    if setting:
        before(f"config set {setting}")
    before(f"log-contact c1 hi --channel wechat --out --at {sent}")
    assert due(options="--kind unanswered --days 30") == {"i2:unanswered": day}


@pytest.mark.parametrize(
    ("contact", "awaits"),
    [
        ("--channel email --out", True),
        ("--channel wechat --out", True),
        ("--channel wecom --out", True),
        ("--channel message --out", True),
        ("--channel 短信 --no-answer", True),  # to and fro, but nobody answered
        ("--channel event --out", False),
        ("--channel other --out", False),
        ("--channel call --no-answer", False),
        ("--channel call --out --no-answer", False),
        ("--channel visit --no-answer", False),
        ("--channel email --in", False),
        ("--channel email", False),
    ],
)
def test_what_awaits_an_answer(contact: str, awaits: bool) -> None:
    before(f"log-contact c1 hi {contact}")
    found = due(options="--kind unanswered --days 30")
    assert found == ({"i2:unanswered": "2026-11-23"} if awaits else {})


@pytest.mark.parametrize(
    ("answer", "is_one"),
    [
        ("--channel call", True),
        ("--channel email --in", True),
        ("--channel visit", True),
        ("--channel call --no-answer", False),
        ("--channel event --out", False),
        ("--channel call --at 2026-11-19", False),  # before the message
        ("--channel call --at '2026-11-20 09:01'", True),
    ],
)
def test_any_two_way_contact_since_ends_it(answer: str, is_one: bool) -> None:
    before("log-contact c1 hi --channel email --out")
    before(f"log-contact c1 answer {answer}", now="2026-11-21T09:00")
    found = due("2026-11-21T09:00", "--kind unanswered --days 30")
    assert found == ({} if is_one else {"i2:unanswered": "2026-11-23"})


def test_several_messages_are_one_silence_named_after_the_first() -> None:
    before("log-contact c1 one --channel email --out --at 2026-11-16")
    before("log-contact c1 two --channel wechat --out --at 2026-11-18")
    before("log-contact c1 'entered late' --channel email --out --at 2026-11-12")
    everything = "--kind unanswered --days 30"
    assert due(options=everything) == {"i4:unanswered": "2026-11-16"}
    before("delete i4")
    assert due(options=everything) == {"i2:unanswered": "2026-11-19"}
    before("edit i2 --set channel=event")
    assert due(options=everything) == {"i3:unanswered": "2026-11-23"}
    before("edit i3 --set at=2026-11-19")
    assert due(options=everything) == {"i3:unanswered": "2026-11-23"}
    before("undo", "undo", "undo")
    assert due(options=everything) == {"i4:unanswered": "2026-11-16"}
    assert crm(f"due {everything} --count").out == "1\n"


def test_after_an_answer_the_next_message_is_a_new_silence() -> None:
    before("log-contact c1 one --channel email --out --at 2026-11-16")
    before("log-contact c1 'yes?' --channel email --in --at 2026-11-17")
    before("log-contact c1 two --channel email --out --at 2026-11-20")
    everything = "--kind unanswered --days 30"
    assert due(options=everything) == {"i4:unanswered": "2026-11-23"}
    before("delete i3")  # they never answered
    assert due(options=everything) == {"i2:unanswered": "2026-11-19"}


@pytest.mark.parametrize("mark", ["do_not_contact = 1", "retired_on = '2026-11-20'"])
def test_who_is_left_alone_is_not_asked_again(place: Path, mark: str) -> None:
    before("log-contact c1 hi --channel email --out")
    leave_alone(place, mark)
    assert due("2027-11-23T09:00", "--days 400") == {}
    leave_alone(place, "do_not_contact = 0, retired_on = NULL")
    assert list(due("2026-11-23T09:00")) == ["i2:unanswered"]


def test_how_long_to_wait_is_a_setting() -> None:
    before("log-contact c1 hi --channel email --out")
    changed = crm("config set cadence.no_reply 5d")
    assert (changed.out, changed.err) == ("", "1 due date moved.\n")
    assert due(options="--kind unanswered --days 30") == {"i2:unanswered": "2026-11-25"}
    item = crm("due --json", "2026-11-25T09:00").json["items"][0]
    assert item["why"] == "no answer to i2; unanswered after 5 days; due Wed 25 Nov; due today"
    before("undo")
    assert due(options="--kind unanswered --days 30") == {"i2:unanswered": "2026-11-23"}


def test_done_settles_all_messages_sent_so_far() -> None:
    before("log-contact c1 one --channel email --out --at 2026-11-16")
    before("log-contact c1 two --channel email --out --at 2026-11-17")
    item = crm("done i2:unanswered --json").json["item"]
    assert (item["ref"], item["customer"], item["summary"]) == ("i2", "c1", "one")
    assert due(options="--kind unanswered --days 30") == {}
    assert run("done i2:unanswered").code == 4
    before("log-contact c1 three --channel email --out")
    assert due(options="--kind unanswered --days 30") == {"i4:unanswered": "2026-11-23"}
    assert run("done i3:unanswered").err == (
        "crm: i3:unanswered awaits no answer; crm due --why c1 says what is due\n"
    )
    before("undo", "undo")
    assert due(options="--kind unanswered --days 30") == {"i2:unanswered": "2026-11-19"}


# --- gone quiet ---

# Due on 2 December, silent since 2 November: dormant from 90 days after that, Sunday 31 January.
DORMANT = "2027-01-31T09:00"


def test_the_touch_of_a_customer_gone_quiet_becomes_a_win_back() -> None:
    assert due("2027-01-30T09:00") == {"c1:touch": "2026-12-02"}
    (item,) = crm("due --json", "2027-02-01T09:00").json["items"]
    assert item == {
        "ref": "c1:win-back",
        "kind": "win-back",
        "customer": {"ref": "c1", "name": "Acme", "tier": "core", "stage": "customer"},
        "title": "dormant: last contact 2026-11-02",
        "due_at": "2027-01-31",
        "overdue_days": 1,
        "light": "red",
        "score": 61,
        "why": "dormant: last contact 2026-11-02; win back Sun 31 Jan; 1 day overdue",
        "action": "crm log-contact c1",
    }
    assert crm("show c1 --json", DORMANT).json["item"]["lifecycle"] == "dormant"
    assert crm("show c1 --json", "2027-01-30T09:00").json["item"]["lifecycle"] == "established"
    why = "dormant: last contact 2026-11-02; win back Sun 31 Jan; due today\n"
    for asked in ("c1", "c1:win-back"):
        assert crm(f"due --why {asked}", DORMANT).out == why


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ("", ["c1:win-back"]),
        ("--kind touch", []),
        ("--kind win-back", ["c1:win-back"]),
        ("--kind 流失挽回 --kind touch", ["c1:win-back"]),
        ("--tier core", ["c1:win-back"]),
        ("--tier ordinary", []),
        ("--overdue", []),  # today is the day
        ("--lifecycle dormant", ["c1:win-back"]),
        ("--days 1", ["c1:win-back"]),
    ],
)
def test_there_is_one_item_for_it(options: str, found: list[str]) -> None:
    assert list(due(DORMANT, options)) == found
    assert crm(f"due --count {options}", DORMANT).out == f"{len(found)}\n"


def test_looking_ahead_shows_what_it_now_is() -> None:
    assert due("2026-12-01T09:00", "--days 100") == {"c1:touch": "2026-12-02"} | CARE
    assert due("2027-01-30T09:00", "--days 1") == {"c1:touch": "2026-12-02"}


def test_a_contact_ends_it_and_a_message_puts_it_off() -> None:
    before("log-contact c1 'still there?' --channel email --out", now="2027-02-01T09:00")
    assert due("2027-02-04T09:00") == {
        "i2:unanswered": "2027-02-04",
        "c1:touch": "2026-12-02",  # something happened, so it is not quiet
    }
    assert list(due("2027-05-02T09:00")) == ["i2:unanswered", "c1:win-back"]
    before("log-contact c1 talked", now="2027-05-02T10:00")
    assert due("2027-05-31T09:00") == CARE
    assert due("2027-06-02T09:00") == {"c1:touch": "2027-06-02"} | CARE


def test_settled_it_does_not_come_back_until_the_next_silence() -> None:
    assert run("done c1:win-back", CRM_NOW="2027-01-30T09:00").err == (
        "crm: c1:win-back is not due; crm due --why c1 says what is\n"
    )
    assert crm("done c1:win-back 'they went away'", "2027-02-10T09:00").out == ""
    for later in ("2027-02-10T09:00", "2027-03-10T09:00", "2028-03-10T09:00"):
        assert due(later, "--days 300") == {}
    assert run("done c1:win-back", CRM_NOW="2027-02-11T09:00").code == 4
    before("log-contact c1 'they are back'", now="2028-03-10T09:00")
    assert due("2028-04-10T09:00") == {"c1:touch": "2028-04-10"} | CARE
    assert due("2028-06-08T09:00") == {"c1:win-back": "2028-06-08"}


def test_the_settling_is_a_change_with_its_reason_that_can_be_undone() -> None:
    crm("done c1:win-back 'they went away'", "2027-02-10T09:00")
    newest = crm("history c1 --json", "2027-02-10T09:00").json["items"][0]
    assert (newest["command"], newest["reason"]) == (
        "crm done c1:win-back 'they went away'",
        "they went away",
    )
    before("undo", now="2027-02-10T09:00")
    assert due("2027-02-10T09:00") == {"c1:win-back": "2027-01-31"}


def test_a_snooze_and_a_follow_up_stand_for_it() -> None:
    before("snooze c1 2027-03-01", now="2027-02-10T09:00")
    assert due("2027-02-28T09:00") == {}
    assert due("2027-03-01T09:00") == {"c1:win-back": "2027-03-01"}
    before("undo", now="2027-02-10T09:00")
    before("log-contact c1 --no-answer --next 'write a letter' --on 2027-03-05", now="2027-02-10T10:00")  # fmt: skip
    assert due("2027-06-10T09:00") == {"t1": "2027-03-05"}
    before("done t1", now="2027-06-10T09:00")
    assert due("2027-06-10T09:00") == {"c1:win-back": "2027-05-11"}


def test_win_backs_can_be_switched_off() -> None:
    before("add-customer Gone --stage lost", now="2026-11-02T09:00")
    assert list(due("2027-02-01T09:00")) == ["c1:win-back", "c2:win-back"]
    crm("config set cadence.win_back off")
    assert due("2027-02-01T09:00") == {"c1:touch": "2026-12-02"}
    assert crm("show c1 --json", DORMANT).json["item"]["lifecycle"] == "dormant"
    crm("config unset cadence.win_back")
    assert list(due("2027-02-01T09:00")) == ["c1:win-back", "c2:win-back"]
    assert run("config set cadence.win_back perhaps").code == 2


# --- lost ---


@pytest.mark.parametrize(
    ("lost", "day"),
    [("2026-11-20", "2027-02-18"), ("2026-11-09", "2027-02-08"), ("2026-11-08", "2027-02-08")],
)
def test_the_lost_are_won_back_once_after_ninety_days(lost: str, day: str) -> None:
    """The last two are 90 days before a Sunday and a Saturday."""
    before(f"log-contact c1 bye --at {lost} --stage lost --loss-reason price")
    assert due("2026-12-31T09:00", "--days 400") == {"c1:win-back": day}
    (item,) = crm("due --json", f"{day}T09:00").json["items"]
    assert (item["title"], item["light"], item["score"]) == ("lost: price", "yellow", 60)
    assert item["customer"]["stage"] == "lost"
    before("log-contact c1 'no, thanks'", now=f"{day}T10:00")
    assert due("2030-01-01T09:00") == {}


def test_a_talk_before_the_ninety_days_does_not_settle_it_and_another_loss_makes_another() -> None:
    before("edit c1 --set stage=lost --set loss_reason=competitor")
    before("log-contact c1 'no hard feelings'", now="2026-12-20T09:00")
    assert due("2027-02-18T09:00") == {"c1:win-back": "2027-02-18"}
    before("done c1:win-back", now="2027-02-18T09:00")
    assert due("2027-12-31T09:00") == {}
    before("edit c1 --set stage=customer", now="2028-01-03T09:00")
    assert list(due("2028-01-03T09:00")) == [
        "c1:win-back"
    ]  # a customer again, and quiet for a year
    before("log-contact c1 'bye again' --stage lost --loss-reason service", now="2028-01-04T09:00")
    assert due("2028-04-02T09:00") == {}
    (item,) = crm("due --json", "2028-04-03T09:00").json["items"]
    assert (item["ref"], item["title"], item["due_at"]) == ("c1:win-back", "lost: service", "2028-04-03")  # fmt: skip


def test_one_lost_before_it_was_entered_counts_from_that_day() -> None:
    before("add-customer Old --stage lost")
    assert due("2027-02-18T09:00", "--kind win-back --where 'stage = lost'") == {"c2:win-back": "2027-02-18"}  # fmt: skip
    (item,) = crm("due --json --kind win-back --where 'stage = lost'", "2027-02-19T09:00").json["items"]  # fmt: skip
    assert item["why"] == "lost, nobody noted why; win back Thu 18 Feb; 1 day overdue"


def test_a_snooze_puts_off_the_win_back_of_the_lost_too() -> None:
    before("edit c1 --set stage=lost --set loss_reason=price")
    before("snooze c1 2027-03-15", now="2027-02-18T09:00")
    assert due("2027-03-14T09:00") == {}
    assert due("2027-03-15T09:00") == {"c1:win-back": "2027-03-15"}
    before("undo", "snooze c1 2026-12-24")
    assert due("2026-12-31T09:00", "--days 400") == {"c1:win-back": "2027-02-18"}


def test_a_date_agreed_on_with_the_lost_is_the_day_of_the_win_back() -> None:
    before("log-contact c1 'call me in May' --stage lost --loss-reason 'no budget' --on 2027-05-04")
    assert due("2027-05-03T09:00") == {}
    assert due("2027-05-04T09:00") == {"c1:win-back": "2027-05-04"}
    before("log-contact c1 'not now'", now="2027-05-04T10:00")
    assert due("2028-01-01T09:00", "--days 300") == {}


@pytest.mark.parametrize("mark", ["do_not_contact = 1", "retired_on = '2026-11-20'"])
def test_who_is_left_alone_is_not_won_back(place: Path, mark: str) -> None:
    before("add-customer Gone --stage lost")
    leave_alone(place, mark)
    assert due("2028-01-01T09:00", "--days 400") == {}


def test_what_was_promised_comes_first_and_the_lost_last() -> None:
    """One of each kind, all on the same day and of customers alike."""
    day = "2027-02-01T09:00"
    before("add-customer Spoken --tier core --stage customer", "log-contact c2 hi", now="2027-01-01T09:00")  # fmt: skip
    before("add-task c2 plan --due 2027-02-01", "key-date c2 anniversary 02-08", now="2027-01-01T09:00")  # fmt: skip
    before("add-customer Silent --tier core --stage customer", "log-contact c3 hi --channel email --out", now="2027-01-29T09:00")  # fmt: skip
    before("snooze c3 2027-02-09", now="2027-01-29T09:00")
    before("add-customer Met --tier core --stage customer", "log-contact c4 hi --next offer --on 2027-02-01", now="2027-01-29T09:00")  # fmt: skip
    items: list[dict[str, Any]] = crm("due --json", day).json["items"]
    assert [(item["ref"], item["score"]) for item in items] == [
        ("t2", 90),
        ("t1", 80),
        ("i3:unanswered", 80),
        ("y1", 75),
        ("c2:touch", 70),
        ("c1:win-back", 61),
    ]


@pytest.mark.parametrize(
    "after",
    ["edit c1 --set tier=ordinary", "config set tiers.core.every 14w", "snooze c1 2026-08-01"],
)
def test_a_win_back_that_was_settled_stays_settled(after: str) -> None:
    before(
        "add-customer Quiet --tier core --stage customer --since 2020-01-01", "log-contact Quiet hi",
        now="2026-01-05T09:00",
    )  # fmt: skip
    who = next(item for item in crm("list-customers --json", "2026-01-05T09:00").json["items"] if item["name"] == "Quiet")["ref"]  # fmt: skip
    before(f"done {who}:win-back", now="2026-04-06T09:00")
    before(after.replace("c1", who), now="2026-04-07T09:00")
    assert not [ref for ref in due("2026-10-01T09:00") if ref.startswith(f"{who}:")]


def test_a_lost_customer_is_only_won_back_on_the_day_agreed_on() -> None:
    before("log-contact c1 'lost them' --stage lost --loss-reason price --on 2027-04-20")
    assert due("2027-04-19T09:00") == {}
    assert due("2027-04-20T09:00") == {"c1:win-back": "2027-04-20"}
