"""Needs at the command line: what is noted, the queue, each step, what `due` makes of it, and what is refused (HANDBOOK §4)."""

import random
from collections.abc import Callable
from typing import Any

import pytest

from crmcli.store import frozen
from crmcli.store.database import Database
from crmcli.store.opening import open_for_reading
from tests.contract.program import refused
from tests.support import crm

At = Callable[[str], None]

FRIDAY = "2026-11-20"


@pytest.fixture
def acme() -> None:
    """A core customer of long standing, with somebody there."""
    crm("add-customer Acme --tier core --stage customer --since 2024-01-01")
    crm("add-person c1 'Jane Roe'")
    crm("add-person c1 'Jan Kern'")


def need(ref: str = "n1") -> Any:
    return crm(f"show {ref} --json").json["item"]


def due(*kinds: str, days: int = 0) -> list[tuple[str, str, str]]:
    asked = " ".join(f"--kind {kind}" for kind in kinds or NEED_KINDS)
    items = crm(f"due --json --days {days} {asked}").json["items"]
    return [(item["ref"], item["light"], item["due_at"]) for item in items]


NEED_KINDS = ("respond", "feedback", "solve", "plan-step", "plan-confirm", "progress", "survey")


# --- noting it ---


@pytest.mark.usefixtures("acme")
def test_a_need_is_one_line() -> None:
    ran = crm("add-need Acme 'the printer jams'")
    assert (ran.out, ran.err) == ("n1\n", "")
    item = need()
    assert {name: item[name] for name in ("ref", "customer", "text", "kind", "urgency", "status", "owner")} == {
        "ref": "n1", "customer": "c1", "text": "the printer jams", "kind": None, "urgency": None, "status": "received",
        "owner": "tester",
    }  # fmt: skip
    assert item["received_at"] == f"{FRIDAY}T09:00:00+08:00"
    # Untriaged runs by routine times: 8 working hours, and the close of the fifth working day after today.
    assert (item["respond_by"], item["feedback_by"], item["solve_by"]) == (
        f"{FRIDAY}T18:00:00+08:00", "2026-11-27T18:00:00+08:00", None,
    )  # fmt: skip
    assert crm("show c1 --json").json["item"]["open_needs"] == 1


@pytest.mark.usefixtures("acme")
def test_everything_about_a_need_in_either_language() -> None:
    crm("add-need c1 old")
    crm(
        "add-need c1 '希望批量导出' --kind 功能 --urgency 重要 --strength 必须 --value 4 --fit 3 --cost 2 --owner 李雷 --tech-owner 王芳 "
        "--acceptor jane --category 报表 --wish '导出为表格' --needed-by 2026-12-31 --budget 1,200.50 --workaround 手工 "
        "--criterion '一万行' --from n1 --external-id T-7 --at 2026-11-19T10:00"
    )
    item = need("n2")
    known = {
        "kind": "feature", "urgency": "important", "strength": "core", "value": 4, "fit": 3, "cost": 2, "owner": "李雷",
        "tech_owner": "王芳", "acceptor": {"ref": "h1", "name": "Jane Roe"}, "category": "报表", "wish": "导出为表格",
        "needed_by": "2026-12-31", "budget": 1200.5, "workaround": "手工", "criterion": "一万行", "origin": "n1",
        "external_id": "T-7", "received_at": "2026-11-19T10:00:00+08:00", "status": "triaged",
        "respond_by": "2026-11-19T15:00:00+08:00", "feedback_by": "2026-11-24T18:00:00+08:00",
        "score": 30 + 4 * 4 + 3 * 3 + 2 * 4,
    }  # fmt: skip
    assert {name: item[name] for name in known} == known


@pytest.mark.usefixtures("acme")
def test_what_is_known_is_offered_when_a_new_need_reads_alike() -> None:
    crm("add-article '打印机卡纸怎么处理' --type problem --text '清洁搓纸轮'")
    crm("add-article 'Invoices by mail' --type script")
    ran = crm("add-need c1 '三楼打印机又卡纸了'")
    assert (ran.out, ran.err) == ("n1\n", "This may help: a1 打印机卡纸怎么处理\n")
    item = crm("add-need c1 '打印机卡纸' --json").json["item"]
    assert item["alike"] == [{"ref": "a1", "title": "打印机卡纸怎么处理"}]
    assert crm("add-need c1 'the coffee is cold' --json").json["item"]["alike"] == []


def test_a_need_comes_with_a_new_customer() -> None:
    item = crm("add-customer 'New Ltd' --need 'a quote for 20 seats' --json").json["item"]
    assert (item["open_needs"], "need" in item["missing"]) == (1, False)
    assert need()["text"] == "a quote for 20 seats"
    assert "need" in crm("add-customer 'Other Ltd' --json").json["item"]["missing"]


@pytest.mark.usefixtures("acme")
def test_a_tier_may_have_its_own_times() -> None:
    crm("config set service.core.urgent 1h,4h,8h")
    crm("add-need c1 down --urgency urgent")
    crm("add-need c1 ask --urgency routine")
    assert [need()[name][11:16] for name in ("respond_by", "feedback_by", "solve_by")] == [
        "10:00", "13:00", "17:00",
    ]  # fmt: skip
    assert need("n2")["respond_by"] == f"{FRIDAY}T18:00:00+08:00"
    crm("edit c1 --set tier=ordinary")
    assert need()["respond_by"] == f"{FRIDAY}T11:00:00+08:00"


# --- the queue ---


@pytest.mark.usefixtures("acme")
def test_the_queue_is_untriaged_red_urgency_score_deadline(at: At) -> None:
    crm("add-customer Beta --tier ordinary --stage customer --since 2024-01-01")
    crm("add-need c2 'routine, ordinary' --urgency routine")
    crm("add-need c1 'routine, core' --urgency routine")
    crm("add-need c2 'urgent' --urgency urgent")
    crm("add-need c1 'important, worth little' --urgency important --value 1")
    crm("add-need c1 'important, worth much' --urgency important --value 5")
    crm("add-need c2 'nobody looked at it'")
    crm("add-need c2 'late routine' --urgency routine --at 2026-11-16T09:00")
    at("2026-11-20T10:00")
    listed = [item["ref"] for item in crm("triage --json").json["items"]]
    assert listed == ["n6", "n7", "n3", "n5", "n4", "n2", "n1"]
    assert [item["light"] for item in crm("triage --json").json["items"]] == [
        "green", "red", "yellow", "green", "green", "green", "green",
    ]  # fmt: skip
    short = crm("triage --json --limit 2").json
    assert (short["count"], short["more"], [item["ref"] for item in short["items"]]) == (2, True, ["n6", "n7"])  # fmt: skip


def test_the_queue_by_sorting_everything(at: At) -> None:
    """The statement against the rule written out, on a file with needs of every sort."""
    chance = random.Random(7)
    for tier in ("core", "potential", "ordinary"):
        since = chance.choice(("2024-01-01", "2026-10-01"))
        crm(f"add-customer {tier.title()} --tier {tier} --stage customer --since {since}")
    for number in range(40):
        given = [f"--urgency {chance.choice(('urgent', 'important', 'routine'))}"] * (chance.random() < 0.8)  # fmt: skip
        given += [f"--value {chance.randint(1, 5)}"] * (chance.random() < 0.5)
        given += [f"--cost {chance.randint(1, 5)}"] * (chance.random() < 0.3)
        moment = f"2026-11-{chance.randint(9, 19):02}T{chance.randint(8, 18):02}:00"
        crm(f"add-need c{chance.randint(1, 3)} 'need {number}' --at {moment} {' '.join(given)}")
        if chance.random() < 0.3:
            crm(f"resolve n{number + 1} done")
        elif chance.random() < 0.2:
            crm(f"log-contact c1 hi --need n{number + 1}") if need(f"n{number + 1}")["customer"] == "c1" else None  # fmt: skip
    items = crm("triage --json").json["items"]
    place = {"urgent": 1, "important": 2, "routine": 3}

    def key(item: Any) -> tuple[Any, ...]:
        by = [
            item[deadline]
            for deadline, met in (("respond_by", "responded_at"), ("feedback_by", "feedback_at"), ("solve_by", "resolved_at"))
            if item[deadline] and not item[met]
        ]  # fmt: skip
        urgency = item["urgency"]
        return (
            urgency is not None, item["light"] != "red", place.get(urgency, 0), -item["score"], not by, min(by, default=""),
            int(item["ref"][1:]),
        )  # fmt: skip

    assert len(items) > 20
    assert items == sorted(items, key=key)


@pytest.mark.usefixtures("acme")
def test_why_a_need_stands_where_it_does(at: At) -> None:
    crm("add-customer Fresh --tier potential --stage customer --since 2026-11-01")
    crm("add-need c2 down --urgency urgent --kind complaint --value 4 --fit 2 --cost 5")
    at("2026-11-20T10:30")
    why = crm("triage --why n1 --json").json["item"]
    assert why == {
        "ref": "n1",
        "why": "urgent complaint; yellow; respond by Fri 20 Nov 11:00, in 30 minutes; feedback by Sat 21 Nov 09:00, in 22 hours; "
        "solve by Sun 22 Nov 09:00, in 2 days; escalated to level 2; "
        "score 54 = 20 tier (potential) + 10 new customer + 16 value (4) + 6 fit (2) + 2 cost (5)",
    }
    assert crm("--lang zh triage --why n1").code == 0


@pytest.mark.usefixtures("acme")
def test_triage_sets_what_it_is_told() -> None:
    crm("add-need c1 'the printer jams'")
    item = crm("triage n1 --urgency 紧急 --kind 投诉 --acceptor h2 --json").json["item"]
    assert (item["urgency"], item["kind"], item["status"], item["acceptor"]["ref"]) == (
        "urgent", "complaint", "triaged", "h2",
    )  # fmt: skip
    assert item["respond_by"] == f"{FRIDAY}T11:00:00+08:00"  # from the moment it was received
    crm("triage n1 --owner 李雷")
    assert (need()["owner"], need()["status"]) == ("李雷", "triaged")


# --- the clocks ---


@pytest.mark.usefixtures("acme")
def test_the_handbooks_example_of_friday_afternoon(at: At) -> None:
    at(f"{FRIDAY}T17:30")
    crm("add-need c1 late")
    assert need()["respond_by"] == "2026-11-23T17:30:00+08:00"
    at("2026-11-23T13:29")
    assert due() == []
    at("2026-11-23T13:30")
    assert due() == [("n1:respond", "yellow", "2026-11-23T17:30:00+08:00")]
    at("2026-11-23T17:30")
    assert due()[0][1] == "yellow"
    at("2026-11-23T17:31")
    assert due()[0][1] == "red"


@pytest.mark.usefixtures("acme")
def test_make_up_days_count_and_holidays_do_not(at: At) -> None:
    crm("config set calendar.country CN")
    at("2026-11-20T09:00")
    crm("add-need c1 before --urgency important --at 2025-09-29T10:00")
    # Three working days after Mon 2025-09-29: 1–8 October are off, Saturday 11 October works.
    assert need()["feedback_by"] == "2025-10-10T18:00:00+08:00"
    crm("add-need c1 friday --urgency important --at 2025-10-10T17:00")
    assert need("n2")["respond_by"] == "2025-10-11T12:00:00+08:00"


@pytest.mark.usefixtures("acme")
def test_a_complaint_is_solved_within_48_hours_whatever_its_urgency() -> None:
    crm("add-need c1 angry --kind complaint --urgency routine")
    assert need()["solve_by"] == "2026-11-22T09:00:00+08:00"
    crm("config set service.complaint 24h")
    assert need()["solve_by"] == "2026-11-21T09:00:00+08:00"


@pytest.mark.usefixtures("acme")
def test_an_answer_in_time_and_one_that_is_none(at: At) -> None:
    crm("add-need c1 down --urgency urgent")
    at(f"{FRIDAY}T09:30")
    crm("log-contact c1 'nobody there' --need n1 --no-answer")
    crm("log-contact c1 'they write again' --need n1 --in --channel email")
    assert need()["responded_at"] is None
    at(f"{FRIDAY}T10:00")
    assert due("respond") == [("n1:respond", "yellow", f"{FRIDAY}T11:00:00+08:00")]
    crm("log-contact c1 'we look into it' --need n1 --out --channel wechat")
    assert need()["responded_at"] == f"{FRIDAY}T10:00:00+08:00"
    assert due("respond") == []
    crm("undo")
    assert need()["responded_at"] is None


@pytest.mark.usefixtures("acme")
def test_what_a_customer_started_about_a_need_resets_no_touch_clock(at: At) -> None:
    crm("log-contact c1 hello")
    crm("add-need c1 down")
    at("2026-11-24T09:00")
    crm("log-contact c1 'it is down' --in --need n1")
    assert crm("show c1 --json").json["item"]["last_contact_at"] == f"{FRIDAY}T09:00:00+08:00"
    crm("config set cadence.counts all")
    assert crm("show c1 --json").json["item"]["last_contact_at"] == "2026-11-24T09:00:00+08:00"
    crm("config unset cadence.counts")
    crm("log-contact c1 'we called back' --out --need n1")
    assert crm("show c1 --json").json["item"]["last_contact_at"] == "2026-11-24T09:00:00+08:00"


@pytest.mark.usefixtures("acme")
def test_waiting_and_what_ends_it(at: At) -> None:
    crm("add-need c1 ask --urgency important")
    crm("wait n1 'the serial number'")
    item = need()
    assert (item["status"], item["waiting"], item["waiting_since"]) == (
        "waiting", True, f"{FRIDAY}T09:00:00+08:00",
    )  # fmt: skip
    assert item["events"] == [
        {"kind": "waiting", "at": f"{FRIDAY}T09:00:00+08:00", "text": "the serial number"}
    ]
    at("2026-11-24T09:00")  # two working days later
    assert [ref for ref, *_ in due()] == ["n1:respond"]  # the first answer does not wait
    crm("log-contact c1 'sent, but nobody read it' --out --channel email")
    crm("log-contact c1 'we called, they did not know' --out")
    assert need()["waiting"] is True
    crm("log-contact c1 '7 is the number' --in --channel email")
    item = need()
    assert (item["status"], item["waiting"], item["feedback_by"]) == (
        "triaged", False, "2026-11-27T18:00:00+08:00",
    )  # fmt: skip
    crm("undo")
    assert need()["waiting"] is True
    crm("resume n1")
    assert (need()["waiting"], need()["feedback_by"]) == (False, "2026-11-27T18:00:00+08:00")


# --- the steps ---


@pytest.mark.usefixtures("acme")
def test_a_plan_from_its_steps_to_its_confirmation(at: At) -> None:
    crm("add-need c1 down --urgency important")
    ran = crm(
        "plan-need n1 --step 'loan device' --by mon --step repair --by 2026-11-27 --owner 李雷"
    )
    assert (ran.out, ran.err) == (
        "l1\nl2\n",
        "l2 is due after the deadline of n1: feedback by Wed 25 Nov 18:00\n",
    )
    item = need()
    assert (item["status"], item["feedback_at"], item["plan_sent_at"]) == ("planned", None, None)
    assert [(one["ref"], one["text"], one["due"], one["owner"]) for one in item["steps"]] == [
        ("l1", "loan device", "2026-11-23", "李雷"), ("l2", "repair", "2026-11-27", "李雷"),
    ]  # fmt: skip
    crm("plan-need n1 --sent")
    assert need()["feedback_at"] == f"{FRIDAY}T09:00:00+08:00"
    at("2026-11-24T09:00")  # the second working day
    assert due("plan-confirm", "plan-step") == [
        ("l1", "red", "2026-11-23"), ("n1:plan-confirm", "yellow", "2026-11-24"),
    ]  # fmt: skip
    crm("confirm n1 'agreed by phone' --plan")
    assert (need()["status"], need()["plan_confirmed_at"]) == (
        "in_progress",
        "2026-11-24T09:00:00+08:00",
    )
    assert due("plan-confirm") == []
    at("2026-12-01T09:00")
    assert due("progress") == [("n1:progress", "yellow", "2026-12-01")]
    crm("done n1:progress 'told by mail'")
    assert due("progress") == []
    assert due("progress", days=7) == [("n1:progress", "green", "2026-12-08")]


@pytest.mark.usefixtures("acme")
def test_a_need_is_found_by_the_steps_of_its_plan() -> None:
    crm("add-need c1 down")
    crm("plan-need n1 --step '更换主轴' --step 'call the supplier'")
    found = crm("find 主轴 --json").json["items"]
    assert [(one["ref"], one["field"], one["text"]) for one in found] == [
        ("n1", "steps", "更换主轴")
    ]
    crm("edit l1 --set text=清洁")
    assert crm("find 主轴 --json").json["items"] == []
    crm("undo")
    assert len(crm("find 主轴 --json").json["items"]) == 1
    crm("delete l1")
    assert crm("find 主轴 --json").json["items"] == []


@pytest.mark.usefixtures("acme")
def test_the_first_step_done_begins_the_work() -> None:
    crm("add-need c1 down --urgency important")
    crm("plan-need n1 --step one --step two --by mon")
    crm("done l1 'it runs'")
    item = need()
    assert (item["status"], item["steps"][0]["done_on"], item["steps"][0]["result"]) == (
        "in_progress", FRIDAY, "it runs",
    )  # fmt: skip
    assert [event["kind"] for event in item["events"]] == ["started"]
    crm("undo")
    assert (need()["status"], need()["events"]) == ("planned", [])


@pytest.mark.usefixtures("acme")
def test_scheduling_for_later_meets_the_feedback_clock() -> None:
    crm("add-need c1 export --kind feature --urgency routine")
    crm("schedule-need n1 --for '4.2' --by 2027-03-01")
    item = need()
    assert (item["status"], item["scheduled_for"], item["scheduled_on"], item["feedback_at"]) == (
        "scheduled", "4.2", "2027-03-01", f"{FRIDAY}T09:00:00+08:00",
    )  # fmt: skip
    crm("delay n1 --until 2027-04-01 --reason 'more to do' --told")
    assert need()["scheduled_on"] == "2027-04-01"


@pytest.mark.usefixtures("acme")
def test_a_delay_keeps_both_dates_and_makes_a_task_to_tell() -> None:
    crm("add-need c1 down --urgency important")
    crm("plan-need n1 --step repair --by mon")
    assert crm("delay l1 --until wed --reason 'part is late'").out == "t1\n"
    crm("delay l1 --until thu --reason 'still late' --told")
    step = crm("show l1 --json").json["item"]
    assert (step["due"], step["first_due"], step["delay_reason"]) == (
        "2026-11-26",
        "2026-11-23",
        "still late",
    )
    (task,) = crm("due --kind task --json").json["items"]
    assert (task["ref"], task["title"]) == (
        "t1",
        "tell the customer: repair: 2026-11-23 → 2026-11-25 (part is late)",
    )
    assert crm("show t1 --json").json["item"]["origin"] == "n1"
    assert [event["kind"] for event in need()["events"]] == ["told"]


@pytest.mark.usefixtures("acme")
def test_resolved_asks_whether_it_helped_and_reopening_takes_that_back(at: At) -> None:
    crm("add-need c1 down --urgency urgent")
    assert crm("resolve n1 'new drum'").out == "s1\n"
    item = need()
    assert (item["status"], item["solution"], item["resolved_at"], item["light"]) == (
        "resolved", "new drum", f"{FRIDAY}T09:00:00+08:00", None,
    )  # fmt: skip
    assert crm("triage --json").json["items"] == []
    assert due("survey", days=10) == [("s1", "green", "2026-11-25")]
    at("2026-11-25T08:00")
    assert due() == [("s1", "yellow", "2026-11-25")]
    crm("reopen n1 --reason 'it jams again'")
    item = need()
    assert (item["status"], item["reopened"], item["respond_by"], item["solve_by"]) == (
        "reopened", 1, "2026-11-25T10:00:00+08:00", "2026-11-27T08:00:00+08:00",
    )  # fmt: skip
    assert due("survey", days=10) == []
    crm("undo")
    assert (need()["status"], due("survey")) == ("resolved", [("s1", "yellow", "2026-11-25")])
    crm("confirm n1 'works'")
    assert (need()["status"], need()["result"]) == ("confirmed", "works")


@pytest.mark.usefixtures("acme")
def test_declined_is_closed_with_its_reason() -> None:
    crm("add-need c1 'a port to another system'")
    crm("decline n1 --reason 'no plans for it'")
    assert (need()["status"], need()["decline_reason"], due(days=30)) == (
        "declined", "no plans for it", [],
    )  # fmt: skip
    crm("reopen n1")
    assert need()["status"] == "reopened"


@pytest.mark.usefixtures("acme")
def test_escalation_by_hand_and_by_time(at: At) -> None:
    crm("add-need c1 down --urgency important")
    crm("escalate n1 --level 1 --to 王经理 --reason 'third time'")
    assert need()["escalations"] == [
        {"level": 1, "to": "王经理", "reason": "third time", "at": f"{FRIDAY}T09:00:00+08:00"}
    ]
    at("2026-11-22T14:00")
    assert need()["level"] == 1
    at("2026-11-22T14:01")  # past 14:00 on Friday for 48 hours
    assert need()["level"] == 2


@pytest.mark.usefixtures("acme")
def test_each_step_is_undone_and_redone() -> None:
    crm("add-need c1 down --urgency important")
    steps = [
        "triage n1 --urgency urgent", "plan-need n1 --step one --by mon --sent", "confirm n1 --plan", "wait n1", "resume n1",
        "delay l1 --until thu --reason late", "escalate n1 --level 2 --to boss", "done l1", "schedule-need n1 --by fri",
        "resolve n1 done", "confirm n1 fine", "reopen n1", "decline n1 --reason no",
    ]  # fmt: skip
    seen = [need()]
    for step in steps:
        crm(step)
        seen.append(need())
    for before in reversed(seen[:-1]):
        crm("undo")
        assert need() == before
    undone = int(crm("history --json --limit 1").json["items"][0]["ref"][1:])
    for number, after in enumerate(seen[1:]):
        crm(f"undo x{undone - number}")
        assert need() == after
    looked_at = {one["name"]: one["status"] for one in crm("doctor --json").json["items"]}
    assert (looked_at["derived"], looked_at["search"]) == ("ok", "ok")


def test_every_source_of_the_due_list_reads_by_index() -> None:
    """No due list may scan its table, nor sort what lies in an index: it would grow with the file."""
    crm("add-customer Acme")
    import os

    from crmcli.store.due import SOURCES

    db: Database = open_for_reading(os.environ["CRM_DB"])
    for kind, sources in SOURCES.items():
        for source in sources:
            wanted = [frozen.PREDICATES[source.weight]]
            if source.is_task:
                wanted.append(frozen.PREDICATES[f"kind_{kind.replace('-', '_')}"])
            sql = f"{frozen.BASES[source.base]} AND {' AND '.join(wanted)} ORDER BY {', '.join(source.order)} LIMIT 20"
            values = {
                "until": "2026-11-20",
                "until_instant": "2026-11-20T01:00:00Z",
                "today": "2026-11-20",
                "weight": 30,
            }
            plan = db.connection.execute(f"EXPLAIN QUERY PLAN {sql}", values).fetchall()
            main = [
                row["detail"]
                for row in plan
                if "SCALAR" not in row["detail"] and "LIST" not in row["detail"]
            ]
            assert main[0].startswith("SEARCH") and "INDEX" in main[0], (kind, main)
    plan = db.connection.execute(f"EXPLAIN QUERY PLAN {frozen.STATEMENTS['queue']}", {"now": "", "today": "", "limit": 9}).fetchall()  # fmt: skip
    assert next(row["detail"] for row in plan) == (
        "SEARCH need USING COVERING INDEX need_queue (queue>?)"
    )
    db.close()


# --- what is refused ---


@pytest.mark.parametrize(
    ("command", "code", "sentence"),
    [
        ("add-need c1 ''", 2, "the need's text is empty; write what they need"),
        ("add-need c9 hi", 3, "there is no customer c9; crm list-customers shows them all"),
        ("add-need c1 hi --value 6", 2, "value: '6' is no score; write a whole number from 1 to 5"),
        ("add-need c1 hi --urgency soon", 2, None),
        ("add-need c1 hi --acceptor Bob", 3, "nobody at c1 is called 'Bob'; add them with: crm add-person c1 NAME"),
        ("add-need c1 hi --at 2026-12-01", 2, "'2026-12-01' is in the future; name a time that has passed"),
        ("add-need c1 hi --external-id T-1", 4, "external id T-1 is that of n1; leave it out, or edit that need"),
        ("triage c1 --urgency urgent", 2, "'c1' is no need; write it like n5, as crm triage lists them"),
        ("triage --urgency urgent", 2, "no need is named; write crm triage n5 and what it is"),
        ("triage n9", 3, "there is no need n9; crm show CUSTOMER lists them"),
        ("triage --walk", 2, "--walk needs a terminal; crm triage NEED --urgency sets one"),
        ("triage n2 --urgency urgent", 4, "n2 is resolved; possible now: crm confirm n2, crm reopen n2"),
        ("confirm n1", 4, "n1 is triaged; possible now: crm plan-need n1, crm wait n1, crm resolve n1 SOLUTION, crm decline n1 --reason WHY"),
        ("confirm n1 --plan", 4, "n1 has no plan that was sent; crm plan-need n1 --sent says so first"),
        ("resolve n2 again", 4, "n2 is resolved; possible now: crm confirm n2, crm reopen n2"),
        ("resolve n3 again", 4, "n3 is confirmed; possible now: crm reopen n3"),
        ("resolve n1 ''", 2, "the solution is empty; write how it was solved"),
        ("reopen n1", 4, "n1 is triaged; possible now: crm plan-need n1, crm wait n1, crm resolve n1 SOLUTION, crm decline n1 --reason WHY"),
        ("plan-need n1", 2, "there is nothing to plan; add --step TEXT, or --sent once it was sent"),
        ("plan-need n1 --sent", 4, "n1 has no plan yet; crm plan-need n1 --step TEXT --by DATE makes one"),
        ("plan-need n1 --by fri", 2, "--by belongs to a step; give --step TEXT too"),
        ("plan-need n1 --step a --step b --step c --by fri --by sat", 2, "2 --by for 3 --step; give one for all, or one for each"),
        ("plan-need n1 --step a --by 2026-02-30", 2, None),
        ("schedule-need n1", 2, "say for when it is scheduled; add --for TEXT, --by DATE or both"),
        ("schedule-need n1 --by 2026-11-01", 2, "--by 2026-11-01 is past; name a day to come"),
        ("delay n1 --until fri --reason x", 4, "n1 is not scheduled for a date; crm schedule-need n1 --by DATE does that"),
        ("delay c1 --until fri --reason x", 2, "c1 cannot be delayed; name a plan step, a promise, a task or a scheduled need"),
        ("delay l1 --until 2026-11-25 --reason x", 2, None),
        ("delay l1 --until 2026-12-25", 2, "a delay needs a reason; add --reason WHY"),
        ("delay l1 --reason x", 2, "the new date is missing; add --until DATE"),
        ("resume n1", 4, "n1 does not wait; crm wait n1 lets it"),
        ("decline n1", 2, "declining needs a reason; add --reason WHY"),
        ("escalate n1 --level 4 --to boss", 2, "--level '4' is none; write 1, 2 or 3"),
        ("escalate n1 --level 2", 2, "nobody is named; add --to NAME"),
        ("done n1", 4, "n1 is settled by: crm resolve n1 SOLUTION"),
        ("done n1:respond", 4, "n1:respond is settled by: crm log-contact c1 --need n1"),
        ("done n1:solve", 4, "n1:solve is settled by: crm resolve n1 SOLUTION"),
        ("done n1:progress", 4, "n1:progress is not due; crm show n1 says how it stands"),
        ("done n1:touch", 3, "n1:touch is nothing that is due; crm due lists what is"),
        ("log-contact c1 hi --need c1", 2, "'c1' is no need; write its reference, like n5"),
        ("log-contact c1 hi --need n9", 3, "there is no need n9; crm show CUSTOMER lists them"),
        ("log-contact c2 hi --need n1", 2, "n1 is of another customer, c1; log the contact with that one"),
        ("edit n1 --set status=confirmed", 2, None),
        ("edit n1 --set value=9", 2, "value: '9' is no score; write a whole number from 1 to 5"),
    ],
)  # fmt: skip
@pytest.mark.usefixtures("acme")
def test_refused_with_nothing_written(command: str, code: int, sentence: str | None) -> None:
    crm("add-customer Beta")
    crm("add-need c1 one --urgency important --external-id T-1")
    crm("add-need c1 two")
    crm("add-need c1 three")
    crm("add-need c1 four --urgency important")
    crm("plan-need n4 --step repair --by 2026-11-25")
    crm("resolve n2 done")
    crm("resolve n3 done")
    crm("confirm n3")
    if sentence is None:
        import os
        from pathlib import Path

        from tests.contract.program import everything_in, run

        before = everything_in(Path(os.environ["HOME"]))
        ran = run(command)
        assert (ran.code, ran.out, ran.err.count("\n")) == (code, "", 1)
        assert everything_in(Path(os.environ["HOME"])) == before
    else:
        refused(command, code, sentence)


# --- found by people who tried to break it ---


@pytest.mark.usefixtures("acme")
def test_what_is_due_is_no_record_to_delete_or_change() -> None:
    crm("add-need c1 d --urgency urgent")
    sentence = "n1:respond is something that is due, no record of its own; write n1 if the whole record is meant"
    refused("delete n1:respond", 2, sentence)
    refused("edit n1:respond --set text=x", 2, sentence)


@pytest.mark.usefixtures("acme")
def test_a_contact_is_linked_to_its_need_afterwards() -> None:
    crm("add-need c1 d --urgency urgent")
    crm("log-contact c1 'we look into it'")
    assert need()["responded_at"] is None
    crm("edit i1 --set need=n1")
    assert need()["responded_at"] == f"{FRIDAY}T09:00:00+08:00"
    crm("edit i1 --set need=")
    assert need()["responded_at"] is None


@pytest.mark.usefixtures("acme")
def test_a_scheduled_need_keeps_its_first_date() -> None:
    crm("add-need c1 d")
    crm("schedule-need n1 --by 2026-12-01")
    crm("delay n1 --until 2026-12-15 --reason 'late part' --told")
    crm("delay n1 --until 2026-12-20 --reason 'still late' --told")
    item = need()
    assert (item["scheduled_on"], item["first_scheduled"], item["delay_reason"]) == (
        "2026-12-20", "2026-12-01", "still late",
    )  # fmt: skip


@pytest.mark.usefixtures("acme")
def test_a_waiting_need_is_not_late(at: At) -> None:
    crm("add-need c1 d --urgency urgent")
    crm("log-contact c1 hi --need n1")
    crm("wait n1")
    at("2026-11-24T09:00")
    why = crm("triage --why n1").out
    assert "solve by Sun 22 Nov 09:00, stands still" in why
    assert "overdue" not in why


@pytest.mark.usefixtures("acme")
def test_an_urgency_taken_away_is_triage_taken_back() -> None:
    crm("add-need c1 d --urgency urgent")
    crm("triage n1 --urgency ''")
    assert (need()["urgency"], need()["status"]) == (None, "received")


@pytest.mark.usefixtures("acme")
def test_the_last_day_of_the_calendar_is_a_date() -> None:
    assert crm("add-promise c1 forever --due 9999-12-31").out == "p1\n"
    assert crm("show p1 --json").json["item"]["due"] == "9999-12-31"
    for zone in ("America/New_York", "UTC", "Asia/Shanghai"):
        crm(f"config set timezone {zone}")
        assert crm("show p1 --json").json["item"]["light"] == "green"
