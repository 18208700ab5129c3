"""Why an item is due, in one line (HANDBOOK §3), and its light and lateness."""

from datetime import date, timedelta
from typing import Any

import pytest

from crmcli.output.words import why_in_english
from crmcli.rules.cadence import Facts, Policy
from crmcli.rules.due import key_date, task, touch, unanswered, win_back
from crmcli.rules.span import Span

TODAY = date(2026, 11, 20)
OLD = date(2025, 1, 1)


def explained(due_on: date | None, **known: Any) -> str:
    facts = Facts(**{"stage": "customer", "added_on": OLD, **known})
    return why_in_english(touch.explain(facts, due_on, TODAY, Policy()), TODAY)


@pytest.mark.parametrize(
    ("due_on", "known", "line"),
    [
        (  # the handbook's own example, a day later
            date(2026, 11, 20),
            {"tier": "core", "last_contact_on": date(2026, 10, 20), "last_contact_channel": "call"},
            "core: every month; last contact 2026-10-20 (call); due Fri 20 Nov; due today",
        ),
        (
            date(2026, 11, 19),
            {"tier": "core", "last_contact_on": date(2026, 10, 19), "last_contact_channel": "visit"},
            "core: every month; last contact 2026-10-19 (visit); due Thu 19 Nov; 1 day overdue",
        ),
        (
            date(2026, 11, 23),
            {"tier": "core", "last_contact_on": date(2026, 10, 21), "last_contact_channel": "call"},
            "core: every month; last contact 2026-10-21 (call); due Mon 23 Nov, moved from Sat 21 Nov; in 3 days",
        ),
        (
            date(2026, 12, 1),
            {"last_contact_on": date(2026, 9, 1), "last_contact_channel": "email"},
            "no tier: every 3 months; last contact 2026-09-01 (email); due Tue 1 Dec; in 11 days",
        ),
        (
            date(2026, 11, 18),
            {"tier": "core", "began_on": date(2026, 11, 2), "last_contact_on": date(2026, 11, 11), "last_contact_channel": "call"},
            "new customer: every week; last contact 2026-11-11 (call); due Wed 18 Nov; 2 days overdue",
        ),
        (
            date(2026, 11, 16),
            {"stage": "interested", "intent": "high", "last_contact_on": date(2026, 11, 13), "last_contact_channel": "call"},
            "interested, intent high: after 3 days; last contact 2026-11-13 (call); due Mon 16 Nov; 4 days overdue",
        ),
        (
            date(2026, 12, 10),
            {"stage": "prospect", "last_contact_on": date(2026, 11, 10), "last_contact_channel": "call"},
            "prospect, intent unknown: after 30 days; last contact 2026-11-10 (call); due Thu 10 Dec; in 20 days",
        ),
        (
            date(2026, 11, 23),
            {"own_cadence": Span(2, "w"), "last_contact_on": date(2026, 11, 9), "last_contact_channel": "call"},
            "own cadence: every 2 weeks; last contact 2026-11-09 (call); due Mon 23 Nov; in 3 days",
        ),
        (
            date(2026, 11, 24),
            {"own_cadence": Span(3, "wd"), "last_contact_on": date(2026, 11, 19), "last_contact_channel": "call"},
            "own cadence: every 3 working days; last contact 2026-11-19 (call); due Tue 24 Nov; in 4 days",
        ),
        (OLD, {}, "never contacted, added 2025-01-01; due Wed 1 Jan 2025; 688 days overdue"),
        (date(2026, 12, 1), {"promised_on": date(2026, 12, 1)}, "promised for Tue 1 Dec; due Tue 1 Dec; in 11 days"),
        (date(2026, 12, 1), {"snoozed_until": date(2026, 12, 1)}, "snoozed until Tue 1 Dec; due Tue 1 Dec; in 11 days"),
        (None, {"do_not_contact": True}, "do not contact"),
        (None, {"retired": True}, "retired"),
        (None, {"stage": "lost", "last_contact_on": date(2026, 1, 5), "last_contact_channel": "call"},
         "lost: no touch; last contact 2026-01-05 (call)"),
    ],
)  # fmt: skip
def test_why_a_touch_is_due(due_on: date | None, known: dict[str, Any], line: str) -> None:
    assert explained(due_on, **known) == line


ROW = {
    "id": 4, "name": "Acme", "tier": "core", "stage": "customer",
    "task_id": 7, "task_kind": "task", "task_tells": 0, "task_play": None, "task_text": "send it", "task_owner": "li", "task_interaction_id": None,
    "task_listed_on": "2026-11-20", "task_due_on": "2026-11-20", "task_due_time": None, "task_snoozed_until": None,
    "tier_weight": 30,
}  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "light", "overdue", "line"),
    [
        ({}, "yellow", False, "task; owner li; due Fri 20 Nov; due today"),
        ({"task_owner": None}, "yellow", False, "task; due Fri 20 Nov; due today"),
        ({"task_due_time": "15:00"}, "yellow", False, "task; owner li; due Fri 20 Nov 15:00; due today"),
        ({"task_due_time": "08:30"}, "red", True, "task; owner li; due Fri 20 Nov 08:30; due today"),
        ({"task_listed_on": "2026-11-17"}, "red", True, "task; owner li; due Tue 17 Nov; 3 days overdue"),
        ({"task_listed_on": "2026-11-21"}, "green", False, "task; owner li; due Sat 21 Nov; in 1 day"),
        (
            {"task_kind": "follow-up", "task_interaction_id": 9},
            "yellow", False, "follow-up agreed on in i9; owner li; due Fri 20 Nov; due today",
        ),
        (
            {"task_snoozed_until": "2026-11-20", "task_due_on": "2026-11-02", "task_due_time": "08:00"},
            "yellow", False, "task; owner li; snoozed until Fri 20 Nov; due today",
        ),
    ],
)  # fmt: skip
def test_a_task_as_a_due_item(
    changes: dict[str, Any], light: str, overdue: bool, line: str
) -> None:
    item = task.item(ROW | changes, TODAY, "09:00")
    assert (item.light, item.is_overdue, why_in_english(item.why, TODAY)) == (light, overdue, line)
    assert (item.ref, item.title, item.action) == ("t7", "send it", "crm done t7")
    assert item.customer == {"ref": "c4", "name": "Acme", "tier": "core", "stage": "customer"}


def test_a_touch_as_a_due_item() -> None:
    row = {
        "id": 4,
        "name": "Acme",
        "tier": "core",
        "stage": "customer",
        "touch_due_on": "2026-10-01",
        "tier_weight": 30,
    }
    facts = Facts(
        stage="customer",
        added_on=OLD,
        tier="core",
        last_contact_on=date(2026, 9, 1),
        last_contact_channel="call",
    )
    item = touch.item(row, facts, TODAY, Policy())
    assert (item.ref, item.kind, item.overdue_days, item.light) == ("c4:touch", "touch", 50, "red")
    assert item.score == 70 + 30  # no more than a month counts
    assert item.action == "crm log-contact c4"
    assert item.due_on == TODAY - timedelta(days=50)


CUSTOMER = {"id": 4, "name": "Acme", "tier": "core", "stage": "customer", "tier_weight": 30}
OF_CUSTOMER = {"ref": "c4", "name": "Acme", "tier": "core", "stage": "customer"}


@pytest.mark.parametrize(
    ("due_on", "no_reply", "light", "line"),
    [
        ("2026-11-20", Span(3, "d"), "yellow", "no answer to i9; unanswered after 3 days; due Fri 20 Nov; due today"),
        ("2026-11-19", Span(1, "d"), "red", "no answer to i9; unanswered after 1 day; due Thu 19 Nov; 1 day overdue"),
        ("2026-11-23", Span(2, "wd"), "green", "no answer to i9; unanswered after 2 working days; due Mon 23 Nov; in 3 days"),
        ("2025-11-20", Span(1, "w"), "red", "no answer to i9; unanswered after 1 week; due Thu 20 Nov 2025; 365 days overdue"),
    ],
)  # fmt: skip
def test_silence_as_a_due_item(due_on: str, no_reply: Span, light: str, line: str) -> None:
    row = CUSTOMER | {"unanswered_on": due_on, "unanswered_id": 9}
    item = unanswered.item(row, TODAY, Policy(no_reply=no_reply))
    assert (item.light, why_in_english(item.why, TODAY)) == (light, line)
    assert (item.ref, item.kind, item.due_on.isoformat()) == ("i9:unanswered", "unanswered", due_on)
    assert why_in_english([item.title], TODAY) == "no answer to i9"  # type: ignore[list-item]
    assert item.customer == OF_CUSTOMER
    assert item.score == 80 + min(30, item.overdue_days)
    assert item.action == "crm log-contact c4"


@pytest.mark.parametrize(
    ("known", "title"),
    [
        ({"last_contact_on": "2026-08-01"}, "dormant: last contact 2026-08-01"),
        ({"last_contact_on": None}, "dormant: never contacted"),
        ({"stage": "lost", "loss_reason": "price"}, "lost: price"),
        ({"stage": "lost", "loss_reason": None, "last_contact_on": "2026-08-01"}, "lost, nobody noted why"),
        ({"stage": "lost", "loss_reason": "other: {reason} %s"}, "lost: other: {reason} %s"),
    ],
)  # fmt: skip
def test_a_win_back_as_a_due_item(known: dict[str, Any], title: str) -> None:
    row = CUSTOMER | {"win_back_on": "2026-11-17", "loss_reason": None} | known
    item = win_back.item(row, TODAY)
    assert why_in_english([item.title], TODAY) == title  # type: ignore[list-item]
    assert why_in_english(item.why, TODAY) == f"{title}; win back Tue 17 Nov; 3 days overdue"
    assert (item.ref, item.kind, item.light, item.score) == ("c4:win-back", "win-back", "red", 63)
    assert item.customer == OF_CUSTOMER | {"stage": row["stage"]}
    assert item.action == "crm log-contact c4"


@pytest.mark.parametrize(
    ("known", "light", "score", "line"),
    [
        ({}, "green", 75, "birthday; due Wed 25 Nov; in 5 days"),
        ({"person": "张伟"}, "green", 75, "birthday of 张伟; due Wed 25 Nov; in 5 days"),
        ({"person": "张伟", "day": "1980-11-25"}, "green", 75, "birthday of 张伟, 46; due Wed 25 Nov; in 5 days"),
        ({"person": "张伟", "day": "2026-11-25"}, "green", 75, "birthday of 张伟; due Wed 25 Nov; in 5 days"),
        ({"day": "1980-11-25"}, "green", 75, "birthday; due Wed 25 Nov; in 5 days"),
        ({"person": "Ann", "kind": "体检", "day": "1980-11-25"}, "green", 75, "体检 of Ann; due Wed 25 Nov; in 5 days"),
        ({"note": "a {gift}"}, "green", 75, "birthday; a {gift}; due Wed 25 Nov; in 5 days"),
        ({"next_on": "2026-11-20"}, "yellow", 75, "birthday; due Fri 20 Nov; due today"),
        ({"day": "11-18", "next_on": "2026-11-18"}, "red", 77, "birthday; due Wed 18 Nov; 2 days overdue"),
        ({"kind": "{odd} 100%"}, "green", 75, "{odd} 100%; due Wed 25 Nov; in 5 days"),
    ],
)  # fmt: skip
def test_a_key_date_as_a_due_item(known: dict[str, Any], light: str, score: int, line: str) -> None:
    day = {"id": 7, "kind": "birthday", "day": "11-25", "next_on": "2026-11-25", "lead_days": None, "note": None, "person": None}  # fmt: skip
    row = CUSTOMER | {f"key_date_{name}": value for name, value in (day | known).items()}
    item = key_date.item(row, TODAY)
    assert (item.light, item.score, why_in_english(item.why, TODAY)) == (light, score, line)
    assert (item.ref, item.kind, item.action) == ("y7", "key-date", "crm done y7")
    assert item.customer == OF_CUSTOMER
