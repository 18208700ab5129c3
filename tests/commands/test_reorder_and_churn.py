"""Reorders and warnings that a customer may leave (HANDBOOK §7): when they are due, what they say, and what settles them."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.contract.program import refused
from tests.support import crm, run_in_process

KINDS = "--kind reorder --kind churn"


def due(now: str, kinds: str = KINDS, days: int = 0) -> list[tuple[str, str]]:
    """What is listed at nine of a day: the reference and the day it is due."""
    items = crm(f"due --json --days {days} {kinds}", CRM_NOW=f"{now}T09:00").json["items"]
    return sorted((item["ref"], item["due_at"]) for item in items)


def why(ref: str, now: str = "2026-11-20") -> str:
    return crm(f"due --why {ref}", CRM_NOW=f"{now}T09:00").out.strip()


def customer(*orders: str, more: str = "") -> None:
    """c1, a customer for long, who ordered on these days; talked with now and then, so that it is not dormant."""
    crm("config set calendar.country none")
    crm(f"add-customer Acme --stage customer --since 2025-01-01 {more}")
    for day in orders:
        crm(f"add-order c1 1000 --on {day}")
    crm("log-contact c1 hello --at 2026-11-02")


GAPS = ("2026-06-01", "2026-07-01", "2026-08-15")
"""Of 30 and 45 days: the middle is 37.5, and nine tenths of them are at most 43.5."""


def test_the_next_order_falls_due_at_the_own_median_gap() -> None:
    customer(*GAPS)
    assert due("2026-09-21") == []
    assert due("2026-09-22") == [
        ("c1:reorder", "2026-09-22")
    ]  # 38 days later, when 37.5 have passed
    assert due("2026-09-15", days=7) == [("c1:reorder", "2026-09-22")]
    assert why("c1:reorder", "2026-09-23") == (
        "usually orders again after 38 days; last order 2026-08-15; due Tue 22 Sep; 1 day overdue"
    )
    (item,) = crm("due --json --kind reorder").json["items"]
    assert item | {"score": None, "customer": None} == {
        "ref": "c1:reorder", "kind": "reorder", "customer": None, "title": "usually orders again after 38 days",
        "due_at": "2026-09-22", "overdue_days": 59, "light": "red", "score": None,
        "why": "usually orders again after 38 days; last order 2026-08-15; due Tue 22 Sep; 59 days overdue",
        "action": "crm done c1:reorder",
    }  # fmt: skip
    crm("add-order c1 1000 --on 2026-09-22")  # gaps of 30, 45 and 38
    assert due("2026-10-29", "--kind reorder") == []
    assert due("2026-10-30", "--kind reorder") == [("c1:reorder", "2026-10-30")]


def test_a_day_off_is_passed_by_and_two_orders_are_no_rhythm() -> None:
    customer("2026-08-01", "2026-08-29", "2026-09-26")  # every four weeks, on Saturdays
    assert due("2026-10-24", "--kind reorder") == []
    assert due("2026-10-26", "--kind reorder") == [("c1:reorder", "2026-10-26")]
    crm("delete o3")
    assert due("2026-11-20") == []
    crm("add-order c1 5 --on 2026-08-29")  # of the same day
    assert due("2026-11-20") == []


def test_what_is_settled_waits_for_the_next_order() -> None:
    customer(*GAPS)
    crm("done c1:reorder 'next week, they say'", CRM_NOW="2026-09-23T09:00")
    assert due("2026-11-20", "--kind reorder") == []
    refused("done c1:reorder", 4, "c1:reorder is already done; it comes round again after the next order")  # fmt: skip
    assert why("c1:reorder") == "last order 2026-08-15; settled until the next order"
    undone = crm("undo").out.strip()
    assert due("2026-11-20", "--kind reorder") == [("c1:reorder", "2026-09-22")]
    crm(f"undo {undone}")
    crm("add-order c1 1 --on 2026-09-22")
    assert due("2026-11-20", "--kind reorder") == [("c1:reorder", "2026-10-30")]


def test_it_is_settled_early_only_when_the_next_is_nearer_than_the_last() -> None:
    customer(*GAPS)
    ran = run_in_process("done c1:reorder", CRM_NOW="2026-08-20T09:00")
    assert (ran.code, ran.err) == (4, "crm: c1:reorder is not due before 2026-09-22\n")
    crm("done c1:reorder", CRM_NOW="2026-09-18T09:00")


def test_both_are_put_off() -> None:
    customer(*GAPS)
    assert crm("snooze c1:reorder 2026-11-24 --json").json["item"] == {"ref": "c1:reorder", "snoozed_until": "2026-11-24"}  # fmt: skip
    crm("snooze c1:churn 2026-11-25")
    assert due("2026-11-20") == []
    assert due("2026-11-24") == [("c1:reorder", "2026-11-24")]
    assert due("2026-11-25") == [("c1:churn", "2026-11-25"), ("c1:reorder", "2026-11-24")]
    assert why("c1:churn", "2026-11-25") == (
        "quiet for 102 days, usually at most 43; snoozed until Wed 25 Nov; due today"
    )
    crm("done c1:churn", CRM_NOW="2026-11-25T09:00")
    crm("done c1:reorder", CRM_NOW="2026-11-25T09:00")
    assert due("2026-12-25") == []
    refused("snooze c1:reorder +5d", 4, "c1:reorder is not due, so there is nothing to put off")


def test_who_is_left_alone_lost_or_dormant_is_not_listed() -> None:
    customer(*GAPS)
    both = [("c1:churn", "2026-09-28"), ("c1:reorder", "2026-09-22")]
    for change in ("edit c1 --set do_not_contact=yes", "archive c1 --retire --reason over", "edit c1 --set stage=lost"):  # fmt: skip
        assert due("2026-11-20") == both
        crm(change)
        assert due("2026-11-20") == []
        assert run_in_process("due --why c1:churn").code in (0, 3)
        crm("undo")
    assert due("2026-11-20") == both
    # Dormant ninety days after it was added, and past its touch: won back instead.
    assert due("2027-02-17") == both
    assert due("2027-02-18", f"{KINDS} --kind win-back") == [("c1:win-back", "2027-02-18")]
    assert why("c1:churn", "2027-02-18").startswith("dormant: last contact 2026-11-02")


def test_only_customers_are_feared_for() -> None:
    customer(*GAPS)
    crm("edit c1 --set stage=interested")
    assert due("2026-11-20") == [("c1:reorder", "2026-09-22")]
    refused("due --why c1:churn", 3, "nothing says that c1 may leave; crm due lists what is due")
    refused("done c1:churn", 4, "c1:churn is not due; crm due --why c1 says what is")


# --- reasons ---


def test_quiet_beyond_its_own_gaps() -> None:
    customer(*GAPS)
    assert due("2026-09-27", "--kind churn") == []
    assert due("2026-09-28", "--kind churn") == [("c1:churn", "2026-09-28")]
    assert why("c1:churn") == (
        "quiet for 97 days, usually at most 43; since Mon 28 Sep; 53 days overdue"
    )
    crm("add-order c1 1")
    assert due("2026-11-20", "--kind churn") == []


def test_two_complaints_in_ninety_days_and_no_longer() -> None:
    customer()
    crm("add-need c1 broken --kind complaint --at 2026-09-01T10:00")
    assert due("2026-11-20") == []
    crm("add-need c1 'broken again' --kind complaint --at 2026-10-20T23:30")
    assert due("2026-10-19") == []
    assert due("2026-10-20") == due("2026-11-29") == [("c1:churn", "2026-10-20")]
    assert due("2026-11-30") == []
    assert why("c1:churn") == (
        "2 complaints in 90 days: 2026-09-01 and 2026-10-20; since Tue 20 Oct; 31 days overdue"
    )
    crm("edit n1 --set kind=problem")
    assert due("2026-11-20") == []
    crm("undo")
    crm("add-need c1 'and again' --kind complaint --at 2026-11-10T10:00")
    assert due("2026-11-30") == due("2027-01-17") == [("c1:churn", "2026-10-20")]
    assert due("2027-01-18") == []
    assert why("c1:churn").startswith("3 complaints since 2026-09-01; since Tue 20 Oct; ")
    # The first is over: the day stays, and is accounted for.
    assert why("c1:churn", "2026-11-30") == (
        "2 complaints in 90 days: 2026-10-20 and 2026-11-10; since Tue 20 Oct, when an earlier complaint counted, too; "
        "41 days overdue"
    )
    crm("done c1:churn")
    assert due("2026-11-30") == []


def test_the_newest_answer_of_a_detractor() -> None:
    customer()
    crm("survey c1 --kind relation --overall 4 --nps 5 --at 2026-10-02")
    assert due("2026-10-02") == due("2026-11-20") == [("c1:churn", "2026-10-02")]
    assert why("c1:churn") == "NPS 5 on 2026-10-02; since Fri 2 Oct; 49 days overdue"
    crm("survey c1 --kind relation --overall 4 --at 2026-10-05")  # says nothing of it
    crm("survey c1 --kind relation --overall 4 --nps 9 --at 2026-09-05")  # is older
    assert due("2026-11-20") == [("c1:churn", "2026-10-02")]
    crm("survey c1 --kind relation --overall 4 --nps 7 --at 2026-10-06")
    assert due("2026-11-20") == []


def test_a_late_payment() -> None:
    customer()
    crm("add-order c1 10 --on 2026-10-01 --pay-by 2026-10-30")
    assert due("2026-10-30") == []
    # Looked at ahead, that nothing will come is no fact.
    assert due("2026-10-30", days=7) == [("c1:churn", "2026-10-31")]
    (ahead,) = crm("due --json --days 7 --kind churn", CRM_NOW="2026-10-30T09:00").json["items"]
    assert (ahead["title"], ahead["why"]) == (
        "if the payment of o1 is not in by 2026-10-30",
        "if the payment of o1 is not in by 2026-10-30; from Sat 31 Oct on; in 1 day",
    )
    assert due("2026-10-31") == [("c1:churn", "2026-10-31")]
    assert why("c1:churn") == (
        "payment of o1 overdue since 2026-10-30; since Sat 31 Oct; 20 days overdue"
    )
    crm("add-order c1 10 --on 2026-10-01 --pay-by 2026-11-10")
    assert why("c1:churn").startswith("2 payments overdue, the first since 2026-10-30; ")
    crm("paid o1")
    assert due("2026-11-20") == [("c1:churn", "2026-11-11")]
    crm("paid o2")
    assert due("2026-11-20") == []


def test_a_decider_who_left() -> None:
    customer(more="--person Ann --role decider")
    crm("add-person c1 Bob --role user,decider")
    crm("edit h1 --set left_on=2026-10-01")
    assert due("2026-11-20") == []
    crm("edit h2 --set left_on=2026-12-01")
    assert due("2026-11-30") == []
    assert due("2026-12-01") == [("c1:churn", "2026-12-01")]
    assert why("c1:churn", "2026-12-02") == (
        "the decider left on 2026-12-01; since Tue 1 Dec; 1 day overdue"
    )
    crm("add-person c1 Eve --role decider")
    assert due("2026-12-02") == []
    crm("delete h3")
    assert due("2026-12-02") == [("c1:churn", "2026-12-01")]


def test_one_item_for_all_reasons_and_a_new_one_brings_it_back() -> None:
    customer(*GAPS)
    crm("survey c1 --kind relation --nps 3 --at 2026-11-01")
    assert due("2026-11-20", "--kind churn") == [("c1:churn", "2026-09-28")]
    assert why("c1:churn") == (
        "quiet for 97 days, usually at most 43; NPS 3 on 2026-11-01; since Mon 28 Sep; 53 days overdue"
    )
    crm("done c1:churn 'spoke with them'")
    assert crm("history c1 --json").json["items"][0]["reason"] == "spoke with them"
    assert due("2026-11-20", "--kind churn") == []
    assert why("c1:churn") == (
        "quiet for 97 days, usually at most 43; NPS 3 on 2026-11-01; settled on 2026-11-20"
    )
    refused("done c1:churn", 4, "c1:churn was settled on 2026-11-20; a new reason brings it back")
    crm("add-order c1 10 --on 2026-08-15 --pay-by 2026-11-24")
    assert due("2026-11-24", "--kind churn") == []
    assert due("2026-11-25", "--kind churn") == [("c1:churn", "2026-11-25")]
    assert why("c1:churn", "2026-11-25").startswith("payment of o4 overdue since 2026-11-24; ")
    ran = run_in_process("done c1:churn")
    assert (ran.code, ran.err) == (4, "crm: c1:churn is not due before 2026-11-25\n")


def test_a_warning_ends_and_comes_back() -> None:
    customer("2026-08-01", "2026-08-31", "2026-10-20", "2026-11-16")  # at most 46 of 30, 50 and 27
    for day in ("2026-08-25", "2026-09-01"):
        crm(f"add-need c1 broken --kind complaint --at {day}T10:00")
    expected = [("2026-11-20", "2026-09-01"), ("2026-11-22", "2026-09-01"), ("2026-11-23", None), ("2027-01-01", None), ("2027-01-02", "2027-01-02"), ("2027-01-20", "2027-01-02")]  # fmt: skip
    for day, on in expected:
        assert due(day, "--kind churn") == ([("c1:churn", on)] if on else []), day
    assert crm("due --count --kind churn", CRM_NOW="2027-01-05T09:00").out == "1\n"
    assert crm("due --kind churn --overdue --json", CRM_NOW="2027-01-02T09:00").json["items"] == []
    assert len(crm("due --kind churn --overdue --json", CRM_NOW="2027-01-03T09:00").json["items"]) == 1  # fmt: skip


def test_in_chinese() -> None:
    customer(*GAPS)
    out = crm("due --kind 流失预警", CRM_LANG="zh").out
    assert "97" in out
    assert "c1:churn" in out


# --- imports ---


def listed(place: Path, kind: str, head: str, *rows: str) -> None:
    file = place / "list.csv"
    file.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    crm(f"import {file} --as {kind}")


def orders(place: Path, *days: str) -> None:
    listed(place, "orders", "customer,ordered_on,amount", *(f"Acme,{day},{number + 1}" for number, day in enumerate(days)))  # fmt: skip


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        # Every 30 days: asked for on 21 October, 30 days before the list came; feared for from 22 October.
        (("2026-07-23", "2026-08-22", "2026-09-21"), [("c1:churn", "2026-10-22"), ("c1:reorder", "2026-10-21")]),
        (("2026-07-22", "2026-08-21", "2026-09-20"), [("c1:churn", "2026-10-21")]),
        (("2026-07-21", "2026-08-20", "2026-09-19"), []),
    ],
)  # fmt: skip
def test_what_was_long_ago_when_a_list_brought_it_is_history(
    place: Path, days: Sequence[str], expected: list[tuple[str, str]]
) -> None:
    customer()
    orders(place, *days)
    assert due("2026-11-20") == expected
    orders(place, *days)  # once more changes nothing
    assert due("2026-11-20") == expected
    crm("add-order c1 7 --on 2026-09-22")
    assert [ref for ref, _ in due("2026-11-20")] == ["c1:churn", "c1:reorder"]
    crm("undo")
    assert due("2026-11-20") == expected


def test_why_says_that_orders_of_a_list_are_history(place: Path) -> None:
    customer()
    orders(place, "2026-07-21", "2026-08-20", "2026-09-19")
    for item in ("reorder", "churn"):
        ran = run_in_process(["due", "--why", f"c1:{item}"])
        assert (ran.code, ran.err) == (3, "crm: the orders of c1 were over 30 days old when they were imported; the next order brings it back\n")  # fmt: skip


def test_complaints_and_answers_of_a_list(place: Path) -> None:
    customer()
    head = "customer,text,kind,received_at"
    listed(place, "needs", head, "Acme,one,complaint,2026-09-01 10:00", "Acme,two,complaint,2026-10-20 10:00")  # fmt: skip
    assert due("2026-11-20") == []
    listed(place, "needs", head, "Acme,three,complaint,2026-10-21 10:00")
    assert due("2026-11-20") == [("c1:churn", "2026-10-21")]
    crm("undo")
    crm("add-need c1 four --kind complaint --at 2026-10-20T11:00")
    assert due("2026-11-20") == [("c1:churn", "2026-10-20")]
    crm("undo")
    head = "customer,kind,at,nps"
    listed(place, "surveys", head, "Acme,relation,2026-10-20,3")
    assert due("2026-11-20") == []
    listed(place, "surveys", head, "Acme,relation,2026-10-21,3")
    assert due("2026-11-20") == [("c1:churn", "2026-10-21")]


def test_payments_of_a_list(place: Path) -> None:
    customer()
    head = "customer,ordered_on,amount,pay_by"
    listed(place, "orders", head, "Acme,2026-09-01,5,2026-10-19")
    assert due("2026-11-20") == []
    listed(place, "orders", head, "Acme,2026-09-01,6,2026-10-20")
    assert due("2026-11-20") == [("c1:churn", "2026-10-21")]


def test_an_answer_that_a_list_brings_to_a_survey_of_ours_is_as_old_as_it_is(place: Path) -> None:
    customer()
    crm("survey c1 --kind relation --sent", CRM_NOW="2026-09-01T09:00")
    listed(place, "surveys", "customer,kind,at,nps", "Acme,relation,2026-09-05,2")
    assert crm("show s1 --json").json["item"]["nps"] == 2
    assert due("2026-11-20") == []


# --- what a customer is worth ---


def test_figures_in_the_story_and_in_json() -> None:
    customer(*GAPS)
    crm("add-order c1 500 --on 2025-01-10")
    crm("add-order c1 70 --currency USD --on 2026-08-15")
    value = {
        "lifetime": 3500.0, "yearly_spend": 3000.0, "average_order": 875.0, "orders": 5, "repurchases": 4,
        "median_gap_days": 45.0, "next_order_on": "2026-09-29", "currency": "CNY",
    }  # fmt: skip
    assert crm("show c1 --json").json["item"]["value"] == value
    assert crm("show c1 --brief --json").json["item"]["value"] == value
    crm("config set currency.rate.USD 7")
    item = crm("show c1 --json").json["item"]
    assert item["value"] == value | {"lifetime": 3990.0, "yearly_spend": 3490.0, "average_order": 798.0}  # fmt: skip
    shown = [line for line in crm("show c1").out.splitlines() if line.startswith("buying")]
    assert shown == ["buying      798.00 CNY on average; 4 repurchases; every 45 days; next expected 2026-09-29"]  # fmt: skip
    crm("config set privacy.mask_amounts on")
    masked = crm("show c1 --json").json
    assert masked["masked"] is True
    hidden = {"lifetime": None, "yearly_spend": None, "average_order": None}
    assert masked["item"]["value"] == value | hidden
    assert crm("show c1 --json --reveal").json["item"]["value"]["lifetime"] == 3990.0


def test_nothing_ordered_is_no_figure() -> None:
    customer()
    item = crm("show c1 --json").json["item"]
    assert item["value"] == {
        "lifetime": 0.0, "yearly_spend": 0.0, "average_order": None, "orders": 0, "repurchases": 0,
        "median_gap_days": None, "next_order_on": None, "currency": "CNY",
    }  # fmt: skip
    assert item["churn"] == []
    assert "buying" not in crm("show c1").out


def test_reasons_in_the_story() -> None:
    customer(*GAPS)
    crm("survey c1 --kind relation --nps 3 --at 2026-11-01")
    crm("done c1:churn", CRM_NOW="2026-10-15T09:00")
    assert crm("show c1 --json").json["item"]["churn"] == [
        {
            "kind": "nps", "since": "2026-11-01", "until": None, "settled": False,
            "figures": {"nps": 3, "on": "2026-11-01"}, "why": "NPS 3 on 2026-11-01",
        },
        {
            "kind": "quiet", "since": "2026-09-28", "until": None, "settled": True,
            "figures": {"last_on": "2026-08-15", "usual": 43.5}, "why": "quiet for 97 days, usually at most 43",
        },
    ]  # fmt: skip
    line = "NPS 3 on 2026-11-01; quiet for 97 days, usually at most 43; settled"
    assert f"may leave   {line}" in crm("show c1").out
    assert line in crm("show c1 --brief").out


# --- elsewhere ---


def test_in_a_calendar_and_among_what_is_offered(place: Path) -> None:
    customer(*GAPS)
    crm(f"export customers --format ics --out {place / 'all.ics'}")
    text = (place / "all.ics").read_text(encoding="utf-8")
    assert "CATEGORIES:reorder" in text
    assert "CATEGORIES:churn" in text
    crm(f"due --ics {place / 'due.ics'} {KINDS}")
    text = (place / "due.ics").read_text(encoding="utf-8").replace("\r\n ", "")
    assert "quiet for 97 days\\, usually at most 43" in text


def test_merging_keeps_both_histories() -> None:
    customer(*GAPS)
    crm("add-customer Acme2 --stage customer --since 2025-01-01 --allow-duplicate")
    crm("add-order c2 5 --on 2026-09-29")
    crm("done c1:churn", CRM_NOW="2026-10-15T09:00")
    crm("merge-customers c2 c1 --yes")
    # Every 45 days, and settled until 15 October: quiet from 14 November on.
    assert due("2026-11-20") == [("c2:churn", "2026-11-14"), ("c2:reorder", "2026-11-13")]
    crm("undo")
    assert due("2026-11-20", "--kind reorder") == [("c1:reorder", "2026-09-22")]
