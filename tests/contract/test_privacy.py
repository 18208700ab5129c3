"""Phones and e-mails are masked in lists, pipes and JSON; revealing them is recorded (HANDBOOK §10)."""

import json
import sqlite3
from pathlib import Path

import pytest

from tests.support import crm

PHONE, MAIL = "13812345678", "zhang@example.com"


@pytest.fixture(autouse=True)
def customer() -> None:
    crm(
        f"add-customer Acme --person 张伟 --title 采购经理 --phone {PHONE} --email {MAIL} --note 'call {PHONE}'"
    )
    crm(f"add-task c1 'ring {PHONE} or {MAIL}' --due today")
    crm(f"log-contact c1 'new number {PHONE}' --at 08:00")


@pytest.mark.parametrize(
    "command",
    ["list-customers --json", "list-customers --csv", "show c1", "show c1 --json", "show h1", "due", "due --json", "history", "history c1 --json"],
)  # fmt: skip
def test_nothing_that_is_listed_or_piped_shows_a_number(command: str) -> None:
    masked = crm(command)
    assert PHONE not in masked.out
    assert MAIL not in masked.out
    if command.endswith("--json"):
        assert masked.json["masked"] is True
    revealed = crm(f"{command} --reveal")
    assert PHONE in revealed.out or command == "due"
    if command.endswith("--json"):
        assert "masked" not in revealed.json


def test_the_masks_are_those_of_the_handbook() -> None:
    (person,) = crm("show c1 --json").json["item"]["people"]
    assert (person["phones"], person["emails"]) == (["138****5678"], ["z***@example.com"])


def test_revealing_is_recorded_as_an_event_and_is_no_change(place: Path) -> None:
    crm("show c1 --reveal")
    with sqlite3.connect(place / "crm.db") as connection:
        events = connection.execute("SELECT kind, actor, detail FROM event").fetchall()
        assert events == [("reveal", "tester", "crm show c1 --reveal")]
    assert [item["change"] for item in crm("history --json").json["items"]] == ["x3", "x2", "x1"]


def test_the_setting_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRM_PRIVACY_MASK", "never")
    assert PHONE in crm("show c1").out
    assert "masked" not in crm("list-customers --json").json


def test_what_writers_answer_is_masked_too() -> None:
    made = crm(["add-person", "c1", "李雷", "--phone", "13900001111", "--json"])
    assert json.loads(made.out)["item"]["phones"] == ["139****1111"]
    shown = crm(["edit", "h2", "--set", "title=CEO", "--json", "--reveal"])
    assert json.loads(shown.out)["item"]["phones"] == ["13900001111"]
