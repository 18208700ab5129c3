"""Records that nobody touched are due: monthly of core customers, quarterly of others, where that is asked for (HANDBOOK §10)."""

import random
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.contract.program import refused
from tests.support import crm, heavy

At = Callable[[str], None]


def due(days: int = 200) -> dict[str, str]:
    """What is to be checked, and when."""
    items = crm(f"due --kind file-check --days {days} --json --limit 0").json["items"]
    assert all(one["action"] == f"crm verify {one['customer']['ref']}" for one in items)
    return {one["ref"].partition(":")[0]: one["due_at"] for one in items}


def is_computed() -> bool:
    """True when what is stored is what comes out when everything is computed anew."""
    (found,) = [one for one in crm("doctor --json").json["items"] if one["name"] == "derived"]
    return bool(found["status"] == "ok")


@pytest.fixture
def two(at: At) -> None:
    """A core customer and another one, and the setting; it is Monday 5 January 2026."""
    at("2026-01-05T09:00")
    crm("add-customer Acme --tier core --person Jane --phone 13812345678")
    crm("add-customer 华东")
    crm("config set quality.file_check on")


def test_it_is_off_until_it_is_asked_for(at: At) -> None:
    at("2026-01-05T09:00")
    crm("add-customer Acme --tier core")
    assert due() == {}
    refused("done c1:file-check", 4, "c1:file-check is not due, for records are not checked; turn that on with crm config set quality.file_check on")  # fmt: skip
    refused("snooze c1:file-check +3d", 4, "c1:file-check is not due, so there is nothing to put off")  # fmt: skip
    assert crm("config set quality.file_check on").err == "1 due date moved.\n"
    assert due() == {"c1": "2026-02-05"}
    crm("config set quality.file_check off")
    assert due() == {}
    crm("undo")
    assert due() == {"c1": "2026-02-05"}


@pytest.mark.usefixtures("two")
def test_a_month_and_a_quarter_moved_to_a_working_day(at: At) -> None:
    assert due() == {"c1": "2026-02-05", "c2": "2026-04-06"}  # the 5th of April is a Sunday
    assert crm("due --why c2:file-check").out == "untouched for three months; due Mon 6 Apr; in 91 days\n"  # fmt: skip
    at("2026-02-06T09:00")
    assert crm("due --why c1:file-check").out == "core: untouched for a month; due Thu 5 Feb; 1 day overdue\n"  # fmt: skip
    crm("edit c2 --set tier=core")
    assert due() == {"c1": "2026-02-05", "c2": "2026-03-06"}
    crm("edit c2 --set stage=lost --set loss_reason=price")
    assert due() == {"c1": "2026-02-05"}
    assert is_computed()


@pytest.mark.usefixtures("two")
def test_a_touch_of_the_record_puts_it_off_and_handling_it_does_not(at: At) -> None:
    at("2026-02-10T09:00")
    for command in ("edit c1 --set city=Berlin", "edit h1 --set title=buyer", "tag c1 vip", "add-person c1 Jim", "verify c1", "verify h1", "edit c1 --set phones=13912345678"):  # fmt: skip
        crm(command)
        assert due()["c1"] == "2026-03-10", command
        assert is_computed()
        crm("undo")
        assert due()["c1"] == "2026-02-05", command
        assert is_computed()
    crm("tag c1 old")
    at("2026-02-12T09:00")
    crm("tag c1 --remove old")
    assert due()["c1"] == "2026-03-12"
    crm("undo")
    assert due()["c1"] == "2026-03-10"
    crm("undo")  # the tag itself
    for command in ("log-contact c1 hello", "snooze c1 +5d", "add-task c1 call --due fri", "add-order c1 100", "edit c1 --set priority=no"):  # fmt: skip
        crm(command)
        assert due()["c1"] == "2026-02-05", command
    assert is_computed()


@pytest.mark.usefixtures("two")
def test_it_is_settled_and_put_off(at: At) -> None:
    at("2026-02-06T09:00")
    assert crm("snooze c1:file-check +10d --json").json["item"] == {"ref": "c1:file-check", "snoozed_until": "2026-02-16"}  # fmt: skip
    assert due() == {"c1": "2026-02-16", "c2": "2026-04-06"}
    refused("done c2:file-check", 4, "c2:file-check is not due before 2026-04-06")
    crm("done c1:file-check 'still true'")
    assert due()["c1"] == "2026-03-06"
    refused("done c1:file-check", 4, "c1:file-check is already done for 2026-02-06; it comes round again on 2026-03-06")  # fmt: skip
    assert crm("due --why c1:file-check").out == "core: untouched for a month; last checked Fri 6 Feb; due Fri 6 Mar; in 28 days\n"  # fmt: skip
    crm("undo")
    assert due()["c1"] == "2026-02-16"
    crm("verify c1")
    assert due()["c1"] == "2026-03-06"
    assert is_computed()


@pytest.mark.usefixtures("two")
def test_an_import_touches_whom_it_changes(at: At, tmp_path: Path) -> None:
    at("2026-02-06T09:00")
    path = tmp_path / "list.csv"
    path.write_text("name,tags,person\nAcme,vip,\n新来,a,王五\n", encoding="utf-8")
    crm(["import", str(path)])
    assert due() == {"c1": "2026-03-06", "c2": "2026-04-06", "c3": "2026-05-06"}
    assert is_computed()
    crm("undo")
    assert due() == {"c1": "2026-02-05", "c2": "2026-04-06"}
    assert is_computed()
    crm("undo x" + crm("history --limit 1 --json").json["items"][0]["ref"][1:])
    assert due() == {"c1": "2026-03-06", "c2": "2026-04-06", "c3": "2026-05-06"}
    assert is_computed()


@pytest.mark.parametrize("seed", range(heavy(2)))
def test_whatever_happens_it_is_what_the_log_says(at: At, seed: int) -> None:
    dice, day = random.Random(seed), date(2026, 1, 5)
    at(f"{day}T09:00")
    crm("config set quality.file_check on")
    for name in ("Acme", "华东", "Zebra"):
        crm(["add-customer", name, "--tier", dice.choice(("core", "ordinary")), "--person", "Jane"])
    for _ in range(25):
        day += timedelta(days=dice.randrange(6))
        at(f"{day}T{dice.randrange(8, 20):02}:00")
        who = dice.choice(("c1", "c2", "c3"))
        crm(dice.choice((
            f"edit {who} --set city={day}", f"tag {who} t{dice.randrange(4)}", f"verify {who}", f"log-contact {who} hi", "undo",
            f"edit h{who[1:]} --set title={day}", f"edit {who} --set phones=139{dice.randrange(10**8):08}", f"edit {who} --set tags=",
            f"add-person {who} Jim", f"snooze {who} +4d", f"config set calendar.roll {dice.choice(('next', 'keep'))}",
        )))  # fmt: skip
    assert is_computed()
