"""Promised dates and snoozes follow the contacts that are there, whatever the order of entry (HANDBOOK §3)."""

from pathlib import Path

import pytest

from tests.support import crm, run_in_process

EARLY, LATER = "2026-11-01T09:00", "2026-11-20T09:00"


@pytest.fixture(autouse=True)
def customer(place: Path) -> None:
    crm("add-customer Acme --tier core --stage customer --since 2025-01-01", CRM_NOW=EARLY)


def next_touch(now: str = LATER) -> tuple[str | None, str | None, str | None]:
    """The next touch, the promise and the snooze that hold."""
    item = crm("show c1 --json", CRM_NOW=now).json["item"]
    return item["next_touch_on"], item["promised_on"], item["snoozed_until"]


def at(now: str, *commands: str) -> None:
    for command in commands:
        crm(command, CRM_NOW=now)


def test_a_promise_entered_late_that_a_contact_met_already_is_none() -> None:
    at(
        LATER,
        "log-contact c1 a --at 2026-11-15",
        "log-contact c1 b --at 2026-10-20 --on 2026-11-10",
    )
    assert next_touch() == ("2026-12-15", None, None)


@pytest.mark.parametrize(
    "mend", ["delete i2", "edit i2 --set no_answer=yes", "edit i2 --set at=2026-11-17"]
)
def test_a_promise_comes_back_when_what_met_it_did_not_happen(mend: str) -> None:
    at(EARLY, "log-contact c1 a --on 2026-11-18")
    at(LATER, "log-contact c1 b --at 2026-11-19")
    assert next_touch() == ("2026-12-21", None, None)
    at(LATER, mend)
    assert next_touch() == ("2026-11-18", "2026-11-18", None)


def test_a_promise_is_met_when_a_contact_turns_out_to_be_later() -> None:
    at(EARLY, "log-contact c1 a --on 2026-11-18")
    at(LATER, "log-contact c1 b --at 2026-11-17")
    assert next_touch() == ("2026-11-18", "2026-11-18", None)
    at(LATER, "edit i2 --set at=2026-11-19")
    assert next_touch() == ("2026-12-21", None, None)


def test_a_promise_follows_its_contact() -> None:
    at(EARLY, "log-contact c1 a --on 2026-11-25", "log-contact c1 b --on 2026-12-01")
    assert next_touch() == ("2026-12-01", "2026-12-01", None)
    at(LATER, "edit i2 --set promised_on=2026-12-10")
    assert next_touch() == ("2026-12-10", "2026-12-10", None)
    at(LATER, "delete i2")  # the one before holds again
    assert next_touch() == ("2026-11-25", "2026-11-25", None)
    at(LATER, "edit i1 --set promised_on=")
    assert next_touch() == ("2026-12-01", None, None)


def test_a_snooze_comes_back_when_the_contact_that_ended_it_is_deleted() -> None:
    at(EARLY, "log-contact c1 a", "snooze c1 2026-12-20")
    at(LATER, "log-contact c1 b")
    assert next_touch() == ("2026-12-21", None, None)
    at(LATER, "delete i2")
    assert next_touch() == ("2026-12-20", None, "2026-12-20")


def test_a_contact_before_the_snooze_leaves_it_and_one_after_ends_it_even_in_the_same_minute() -> (
    None
):
    at(LATER, "log-contact c1 a", "snooze c1 2026-12-30")
    assert next_touch() == ("2026-12-30", None, "2026-12-30")
    at(LATER, "log-contact c1 b --at 08:00")
    assert next_touch() == ("2026-12-30", None, "2026-12-30")
    at(LATER, "log-contact c1 c --no-answer")
    assert next_touch() == ("2026-12-30", None, "2026-12-30")
    at(LATER, "log-contact c1 d")
    assert next_touch() == ("2026-12-21", None, None)


def test_an_imported_contact_ends_snooze_and_promise_as_a_logged_one(place: Path) -> None:
    at(EARLY, "log-contact c1 a --on 2026-11-10", "snooze c1 2026-12-30")
    (place / "list.csv").write_text("name,last_contact\nAcme,2026-11-15\n")
    at(LATER, f"import {place / 'list.csv'}")
    assert next_touch() == ("2026-12-15", None, None)


def test_an_imported_promise_holds_until_met_or_renewed(place: Path) -> None:
    (place / "list.csv").write_text("name,next_touch\nAcme,2026-12-05\n")
    at(EARLY, f"import {place / 'list.csv'}")
    assert next_touch() == ("2026-12-05", "2026-12-05", None)
    at(LATER, "log-contact c1 a --on 2026-12-24")
    assert next_touch() == ("2026-12-24", "2026-12-24", None)
    at(LATER, f"import {place / 'list.csv'}")  # the same list again changes nothing
    assert next_touch() == ("2026-12-24", "2026-12-24", None)


def test_a_promise_before_its_own_contact_is_refused() -> None:
    ran = run_in_process("log-contact c1 a --on 2026-11-01", CRM_NOW=LATER)
    assert (ran.code, ran.err) == (
        2,
        "crm: --on 2026-11-01 lies before the contact; name the day of the next one\n",
    )
