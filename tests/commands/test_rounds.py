"""What comes round with customers at the command line: reviews of value, business and solution, and care (HANDBOOK §9)."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from tests.contract.program import refused, refused_here
from tests.support import crm

At = Callable[[str], None]

ROUNDS = ("value-review", "business-review", "solution-review", "care")
KINDS = " ".join(f"--kind {kind}" for kind in ROUNDS)


@pytest.fixture
def core() -> None:
    """A core customer since today, without holidays to reckon with."""
    crm("config set calendar.country none")
    crm("add-customer Acme --tier core --stage customer --since 2026-11-20")


def due(*options: str) -> list[tuple[str, str, int]]:
    items = crm(" ".join(["due --json", KINDS, *options])).json["items"]
    return [(item["ref"], item["due_at"], item["overdue_days"]) for item in items]


def days(customer: str = "c1") -> tuple[Any, ...]:
    item = crm(f"show {customer} --json").json["item"]
    return tuple(item[f"{kind.replace('-', '_')}_on"] for kind in ROUNDS)


def test_a_year_with_a_core_customer(core: None, at: At) -> None:
    """Each working day what is due is settled; the table is by hand."""
    found, day = [], date(2026, 11, 20)
    while day <= date(2027, 11, 30):
        at(f"{day}T09:00")
        if day.day == 1:
            crm("log-contact c1 hello")
        for ref, due_at, _ in due():
            found.append((str(day), ref.removeprefix("c1:")))
            assert due_at == str(day)
            crm(f"done {ref}" if ref != "c1:care" else "log-contact c1 'a card for the new year' --care")  # fmt: skip
        assert due() == []
        day += timedelta(days=1)
    assert found == [
        ("2027-02-22", "business-review"),  # the 20th is a Saturday
        ("2027-03-22", "care"),  # likewise
        ("2027-05-20", "solution-review"),
        ("2027-05-24", "business-review"),  # the 22nd is a Saturday
        ("2027-07-22", "care"),
        ("2027-08-24", "business-review"),
        ("2027-11-22", "solution-review"),
        ("2027-11-22", "value-review"),
        ("2027-11-22", "care"),
        ("2027-11-24", "business-review"),
    ]


def test_others_are_asked_once_a_year_what_it_is_worth(at: At) -> None:
    crm("add-customer Acme --tier ordinary --stage customer --since 2024-02-29")
    crm("add-customer Lead --tier core")
    crm("add-customer Gone --tier core --stage lost")
    assert days("c1") == ("2027-03-01", None, None, None)  # 28 February is a Sunday
    assert days("c2") == days("c3") == (None, None, None, None)
    refused("due --why c1:care", 3, "c1:care does not come round; a value review is for customers, the other rounds are for core ones")  # fmt: skip
    refused("done c1:care", 4, "c1:care is not due; crm due --why c1 says what is")
    refused_here("snooze c1:care 2027-01-04", 4, "c1:care is not due, so there is nothing to put off")  # fmt: skip
    at("2027-03-01T09:00")
    assert due() == [("c1:value-review", "2027-03-01", 0)]
    crm("done c1:value-review")
    assert days("c1")[0] == "2028-02-29"


def test_why(core: None, at: At) -> None:
    at("2027-02-23T09:00")
    crm("log-contact c1 hello --at 2027-02-22")
    assert crm("due --why c1:business-review").out == "core: every quarter; due Mon 22 Feb; 1 day overdue\n"  # fmt: skip
    assert crm("due --why c1:value-review --json").json["item"] == {
        "ref": "c1:value-review", "why": "once a year, on the anniversary; due Mon 22 Nov; in 272 days",
    }  # fmt: skip
    crm("done c1:business-review 'they grow'")
    assert crm("due --why c1:business-review").out == "core: every quarter; last settled for Tue 23 Feb; due Mon 24 May; in 90 days\n"  # fmt: skip
    assert crm("due --why c1:care").out == "core: three contacts without business a year; due Mon 22 Mar; in 27 days\n"  # fmt: skip
    crm("snooze c1:care 2027-04-01")
    assert crm("due --why c1:care").out == "core: three contacts without business a year; snoozed until Thu 1 Apr; in 37 days\n"  # fmt: skip
    (item,) = crm("due --days 90 --kind care --json").json["items"]
    assert (item["title"], item["action"]) == ("a contact without business", "crm log-contact c1 --care")  # fmt: skip
    assert crm("history c1 --json").json["items"][1]["reason"] == "they grow"


def test_a_round_is_settled_once(core: None, at: At) -> None:
    refused_here("done c1:business-review", 4, "c1:business-review is not due before 2027-02-22")
    at("2027-02-24T09:00")
    crm("done c1:business-review")
    refused_here("done c1:business-review", 4, "c1:business-review is already done for 2027-02-24; it comes round again on 2027-05-24")  # fmt: skip
    crm("undo")
    assert due() == [("c1:business-review", "2027-02-22", 2)]


def test_a_review_is_held_a_little_before_its_day(core: None, at: At) -> None:
    """What is listed ahead is settled ahead: a quarter counts from then, an anniversary stays one."""
    at("2027-11-15T09:00")
    for kind in ("value-review", "business-review", "solution-review"):
        crm(f"done c1:{kind}")
    assert days()[:3] == ("2028-11-20", "2028-02-15", "2028-05-15")
    refused_here("done c1:value-review", 4, "c1:value-review is already done for 2027-11-22; it comes round again on 2028-11-20")  # fmt: skip


def test_where_days_are_moved_to_the_day_before(core: None, at: At) -> None:
    crm("config set calendar.roll previous")
    assert days() == ("2027-11-19", "2027-02-19", "2027-05-20", "2027-03-19")
    at("2027-11-19T09:00")
    for kind in ROUNDS[:3]:
        crm(f"done c1:{kind}")
    crm("log-contact c1 hello --care")
    assert due() == []
    assert days() == ("2028-11-20", "2028-02-18", "2028-05-19", "2028-03-17")


def test_a_round_is_put_off(core: None, at: At) -> None:
    at("2027-02-23T09:00")
    assert crm("snooze c1:business-review +5d --json").json["item"] == {
        "ref": "c1:business-review", "snoozed_until": "2027-03-01",  # the 28th is a Sunday
    }  # fmt: skip
    assert due() == []
    crm("snooze c1:business-review 2027-02-25")
    at("2027-02-26T09:00")
    assert due() == [("c1:business-review", "2027-02-25", 1)]
    crm("done c1:business-review")
    assert days()[1] == "2027-05-26"
    refused_here("snooze c1:business-review 2027-05-01", 2, "'2027-05-01' puts c1:business-review off by nothing, for it is due from 2027-05-26; name a later day")  # fmt: skip
    crm("undo")
    assert due() == [("c1:business-review", "2027-02-25", 1)]


def test_the_touch_is_snoozed_by_itself(core: None) -> None:
    crm("snooze c1:value-review 2027-12-01")
    assert crm("show c1 --json").json["item"]["snoozed_until"] is None
    crm("snooze c1 2027-01-04")
    assert days()[0] == "2027-12-01"


# --- care ---


@pytest.mark.parametrize(
    ("options", "serves"),
    [
        ("--care", True),
        ("--care --channel wechat --out", True),  # a greeting needs no answer
        ("--care --no-answer", False),
        ("", False),
    ],
)
def test_a_contact_without_business_serves(core: None, at: At, options: str, serves: bool) -> None:
    at("2027-03-23T09:00")
    crm("log-contact c1 hello --at 2027-03-01")
    assert ("c1:care", "2027-03-22", 1) in due()
    crm(f"log-contact c1 'a card' {options}")
    assert days()[3] == ("2027-07-23" if serves else "2027-03-22")


def test_care_was_put_off_until_it_was_given(core: None, at: At) -> None:
    at("2027-03-23T09:00")
    crm("snooze c1:care 2027-08-02")
    assert days()[3] == "2027-08-02"
    crm("log-contact c1 'a card' --care")
    assert days()[3] == "2027-07-23"
    crm("undo")
    assert days()[3] == "2027-08-02"


def test_care_is_settled_without_a_contact(core: None, at: At) -> None:
    at("2027-03-23T09:00")
    crm("done c1:care 'they want none'")
    assert days()[3] == "2027-07-23"
    refused_here("done c1:care", 4, "c1:care is already done for 2027-03-23; it comes round again on 2027-07-23")  # fmt: skip
    at("2027-05-01T09:00")
    crm("log-contact c1 'a card' --care")
    refused_here("done c1:care", 4, "c1:care is not due before 2027-11-23")


def test_who_is_won_back_is_not_cared_for_besides(core: None, at: At) -> None:
    at("2027-03-29T09:00")
    refs = {item["ref"] for item in crm("due --json").json["items"]}
    assert {"c1:win-back", "c1:business-review"} <= refs
    assert "c1:care" not in refs
    assert crm("due --why c1:care --json").json["item"]["ref"] == "c1:win-back"


def test_nobody_who_is_left_alone_has_any(core: None) -> None:
    for command in (
        "edit c1 --set do_not_contact=yes",
        "archive c1 --retire",
        "edit c1 --set stage=lost --set loss_reason=price",
        "edit c1 --set stage=prospect",
    ):
        crm(command)
        assert days() == (None, None, None, None)
        crm("undo")
    crm("edit c1 --set tier=ordinary")
    assert days() == ("2027-11-22", None, None, None)
