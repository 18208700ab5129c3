"""The quarter that waits for its archive, as one due item of the whole file (HANDBOOK §10)."""

import json
import sqlite3
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmcli.rules.due import archive
from crmcli.rules.periods import QUARTER, containing
from tests.contract.program import refused_here
from tests.support import crm, run_in_process

At = Callable[[str], None]


@settings(derandomize=True, max_examples=200)
@given(st.dates(date(1900, 1, 1), date(8999, 12, 31)))
def test_the_last_quarter_is_that_of_the_periods(day: date) -> None:
    found = archive.quarter_before(day)
    expected = containing(day, QUARTER).before
    assert (found.first, found.last, found.name) == (expected.first, expected.last, expected.name)
    assert found.last < day
    assert found.following.first == found.due_on == containing(day, QUARTER).first


@pytest.fixture
def acme(place: Path) -> Path:
    """Customers without anything in the third quarter: added in the fourth."""
    crm("add-customer Acme")
    crm("add-customer Beta")
    return place


def item(days: int = 0) -> Any:
    items = crm(f"due --kind archive --days {days} --json").json["items"]
    assert crm(f"due --kind archive --days {days} --count").out == f"{len(items)}\n"
    return items[0] if items else None


def is_due() -> bool:
    return item() is not None


def waits() -> list[str]:
    return [one["customer"]["ref"] for one in crm("archive --due --json").json["items"]]


def test_what_it_says(place: Path, at: At) -> None:
    at("2026-10-01T09:00")
    crm("add-customer Acme")
    at("2026-11-20T09:00")
    assert not is_due()
    crm("log-contact c1 hello --at 2026-09-30T23:59")
    found = item()
    assert found == {
        "ref": "crm:archive", "kind": "archive", "customer": None, "title": "archive 2026Q3", "due_at": "2026-10-01",
        "overdue_days": 50, "light": "red", "score": 50, "why": "archive 2026Q3; due Thu 1 Oct; 50 days overdue",
        "action": "crm archive --all",
    }  # fmt: skip
    assert crm("due --why crm:archive").out == "archive 2026Q3; due Thu 1 Oct; 50 days overdue\n"
    assert "crm:archive" in crm("due --overdue").out
    assert crm("due --tier core").out == ""  # it belongs to no customer
    assert crm("--json").json["item"]["kinds"]["archive"] == {"due": 1, "overdue": 1}
    crm("undo")
    assert not is_due()


def test_nothing_is_late_for_a_quarter_before_the_file_was_begun(place: Path, at: At) -> None:
    old = place / "old.csv"
    old.write_text("customer,at,summary\nAcme,2026-08-03 10:00,an old call\n")
    crm("add-customer Acme")
    crm(["import", "--as", "interactions", str(old)])
    assert (item()["due_at"], item()["overdue_days"]) == ("2026-11-20", 0)
    assert crm("due --overdue --kind archive --count").out == "0\n"
    assert crm("due --why crm:archive").out == "archive 2026Q3; due Fri 20 Nov; due today\n"
    at("2026-11-23T09:00")
    assert (item()["due_at"], item()["overdue_days"]) == ("2026-11-20", 3)
    crm("archive --all --yes")
    at("2027-01-04T09:00")
    assert (item()["title"], item()["due_at"], item()["overdue_days"]) == ("archive 2026Q4", "2027-01-01", 3)  # fmt: skip


def test_the_day_the_file_was_begun_is_that_of_the_clock_on_the_wall(place: Path, at: At) -> None:
    at("2026-10-02T07:30")  # in Greenwich it is the 1st
    crm("add-customer Acme")
    crm("log-contact c1 hello --at 2026-09-01")
    assert (item()["due_at"], item()["overdue_days"]) == ("2026-10-02", 0)


IN_THE_QUARTER = (
    "log-contact c1 hello --at 2026-07-01T00:00",
    "log-contact c1 'a letter' --channel email --out --at 2026-08-01",
    "log-contact c1 --no-answer --at 2026-08-01",
)


@pytest.mark.parametrize("command", IN_THE_QUARTER)
def test_a_contact_entered_later_makes_it(acme: Path, command: str) -> None:
    crm(command)
    crm("log-contact c1 'and today'")
    assert waits() == ["c1"]
    assert is_due() or "--out" in command or "--no-answer" in command


ENTERED_IN_IT = (
    "add-task c1 call --due 2026-12-24",
    "add-need c1 'it stops'",
    "add-promise c1 samples --due 2026-12-24",
    "edit c1 --set city=Rome",
    "add-person c1 'Jane Roe'",
    "tag c1 vip",
    "key-date c1 anniversary 05-20",
    "log-contact c1 'a letter' --channel email --out",
    "survey c1 --kind relation --overall 4",
    "merge-customers c1 c2 --yes",
)


@pytest.mark.parametrize("command", ENTERED_IN_IT)
def test_whatever_was_entered_in_the_quarter_makes_it(place: Path, at: At, command: str) -> None:
    crm("add-customer Acme", CRM_NOW="2026-06-01T09:00")
    crm("add-customer Beta", CRM_NOW="2026-06-01T09:00")
    assert (waits(), is_due()) == ([], False)
    crm(command, CRM_NOW="2026-09-10T09:00")
    assert (waits(), is_due()) == (["c1"], True)
    crm("archive c1")
    assert (waits(), is_due()) == ([], False)


@pytest.mark.parametrize(
    "command", ["config set tiers.core.every 3w", "add-article Jams --text x", "backup"]
)
def test_what_belongs_to_no_customer_does_not(acme: Path, command: str) -> None:
    crm(command, CRM_NOW="2026-09-10T09:00")
    assert (waits(), is_due()) == ([], False)


def test_from_the_first_day_after_the_quarter(acme: Path, at: At) -> None:
    at("2026-12-31T23:59")
    assert not is_due()
    assert item(days=1)["due_at"] == "2027-01-01"
    assert (item(days=1)["overdue_days"], item(days=1)["light"]) == (0, "green")
    at("2027-01-01T00:00")
    assert (item()["due_at"], item()["light"], item()["title"]) == ("2027-01-01", "yellow", "archive 2026Q4")  # fmt: skip
    at("2027-01-02T00:00")
    assert item()["overdue_days"] == 1
    at(
        "2027-04-01T00:00"
    )  # of the first quarter there is nothing, and of the one before it is too late to be told
    assert not is_due()


def test_all_or_one_by_one_settles_it(acme: Path) -> None:
    crm("log-contact c1 hello --at 2026-08-01")
    crm("log-contact c2 hello --at 2026-08-01")
    crm("archive c1")
    assert is_due()
    crm("archive c2")
    assert not is_due()


def test_what_is_entered_late_brings_it_back(acme: Path) -> None:
    crm("log-contact c1 hello --at 2026-08-01")
    crm("archive --all --yes")
    assert not is_due()
    crm("log-contact c1 'in the fourth quarter' --at 2026-10-01")
    assert not is_due()
    crm("log-contact c1 'late' --at 2026-09-30")
    assert (is_due(), waits()) == (True, ["c1"])
    crm("archive --all --yes")
    assert (is_due(), waits()) == (False, [])
    crm("log-contact c2 'late, too' --at 2026-07-01")
    assert (is_due(), waits()) == (True, ["c2"])
    crm("undo")
    assert waits() == []
    crm("archive --all --yes")
    assert not is_due()


def test_what_an_import_brings_late_brings_it_back(acme: Path) -> None:
    crm("log-contact c1 hello --at 2026-08-01")
    crm("archive --all --yes")
    lines = [
        {"customer": "Acme", "summary": "old", "at": day} for day in ("2026-05-01", "2026-11-01")
    ]
    (acme / "some.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    crm(["import", str(acme / "some.jsonl"), "--as", "interactions"])
    assert (is_due(), waits()) == (False, [])
    lines = [{"customer": "Acme", "summary": "old", "at": "2026-09-01"}, {"customer": "Beta", "summary": "old", "at": "2026-09-02"}]  # fmt: skip
    (acme / "more.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    crm(["import", str(acme / "more.jsonl"), "--as", "interactions"])
    assert (is_due(), waits()) == (True, ["c1", "c2"])
    crm("archive --all --yes")
    assert (is_due(), waits()) == (False, [])


def test_a_contact_that_is_moved_into_the_quarter_brings_it_back(acme: Path) -> None:
    crm("log-contact c1 hello --at 2026-08-01")
    crm("log-contact c1 hello --at 2026-10-02")
    crm("archive --all --yes")
    crm("edit i2 --set summary=other")
    assert not is_due()
    crm("edit i2 --set at=2026-09-02T10:00")
    assert (is_due(), waits()) == (True, ["c1"])


def test_done_settles_it_for_that_quarter(acme: Path, at: At) -> None:
    refused_here("done crm:archive", 4, "crm:archive is not due; crm due --why crm:archive says when it will be")  # fmt: skip
    crm("log-contact c1 hello --at 2026-08-01")
    ran = run_in_process("done crm:archive --dry-run")
    assert ran.err == "Nothing was changed; without --dry-run: 2026Q3 is settled; what of it is not archived stays in: crm archive --due\n"  # fmt: skip
    assert is_due()
    assert crm("done crm:archive 'on paper' --json").json["item"] == {"ref": "crm:archive", "done_on": "2026-11-20"}  # fmt: skip
    assert (is_due(), waits()) == (False, ["c1"])
    crm("log-contact c1 late --at 2026-08-02")
    assert not is_due()
    refused_here("done crm:archive", 4, "crm:archive is not due; crm due --why crm:archive says when it will be")  # fmt: skip
    assert crm("due --why crm:archive").out == "archive 2026Q4; due Fri 1 Jan 2027; in 42 days\n"
    connection = sqlite3.connect(acme / "crm.db")
    assert connection.execute("SELECT detail FROM event WHERE kind = 'archive-settled'").fetchall() == [("2026Q3",)]  # fmt: skip
    connection.close()
    at("2027-01-01T09:00")
    assert item()["title"] == "archive 2026Q4"


def test_in_chinese(acme: Path) -> None:
    crm("log-contact c1 hello --at 2026-08-01")
    assert item() is not None
    assert len(crm("due --kind 归档 --json").json["items"]) == 1
