"""The handbook's hard dates, end to end through the real program (HANDBOOK §1, §3, §8)."""

from collections.abc import Callable
from typing import Any

import pytest

from crmcli.rules.terms import ROUNDS
from tests.contract.program import run
from tests.support import Ran, but_archive

Clock = Callable[[str], None]


def crm(command: str | list[str]) -> Ran:
    """Run the real program and insist that it worked."""
    ran = run(but_archive(command))
    assert ran.code == 0, (command, ran)
    return ran


def shown(reference: str = "c1") -> dict[str, Any]:
    """A customer as `show --json` gives it."""
    item: dict[str, Any] = crm(f"show {reference} --json").json["item"]
    return item


def why(reference: str = "c1") -> str:
    """The line of `due --why`."""
    return crm(f"due --why {reference}").out.rstrip("\n")


def due_dates() -> dict[str, str]:
    """Everything due in the next years, but for what comes round with core customers: reference → date."""
    items = crm("due --days 2000 --json").json["items"]
    return {
        item["ref"]: item["due_at"] for item in items if item["kind"] not in (*ROUNDS, "survey")
    }


def customer(*options: str, tier: str = "core", country: str | None = None) -> None:
    """c1, a customer who is not new, touched as its tier says."""
    crm(["add-customer", "Acme", "--stage", "customer", "--tier", tier, *options])
    if country:
        crm(f"config set calendar.country {country}")


# --- month ends and leap days ---


def test_31_january_monthly(at: Clock) -> None:
    at("2025-01-31T10:00")
    customer()
    crm("log-contact c1 hello")
    assert due_dates() == {"c1:touch": "2025-02-28"}
    assert shown()["next_touch_on"] == "2025-02-28"
    assert why() == "core: every month; last contact 2025-01-31 (call); due Fri 28 Feb; in 28 days"
    at("2025-03-01T10:00")
    assert (
        why() == "core: every month; last contact 2025-01-31 (call); due Fri 28 Feb; 1 day overdue"
    )
    item = crm("due --json").json["items"][0]
    assert (item["due_at"], item["overdue_days"], item["light"]) == ("2025-02-28", 1, "red")


def test_28_february_goes_on_to_28_march(at: Clock) -> None:
    at("2025-02-28T10:00")
    customer()
    crm("log-contact c1 hello")
    assert shown()["next_touch_on"] == "2025-03-28"


def test_31_january_before_a_leap_day(at: Clock) -> None:
    at("2024-01-31T10:00")
    customer()
    crm("log-contact c1 hello")
    assert shown()["next_touch_on"] == "2024-02-29"


def test_29_february_yearly(at: Clock) -> None:
    at("2024-02-29T10:00")
    customer("--cadence", "1y")
    crm("log-contact c1 hello")
    assert shown()["next_touch_on"] == "2025-02-28"
    assert (
        why()
        == "own cadence: every year; last contact 2024-02-29 (call); due Fri 28 Feb 2025; in 365 days"
    )


# --- days off ---


def test_a_date_inside_national_day_week_moves(at: Clock) -> None:
    at("2025-09-03T10:00")
    customer(country="CN")
    crm("log-contact c1 hello --channel visit")
    assert shown()["next_touch_on"] == "2025-10-09"
    assert (
        why()
        == "core: every month; last contact 2025-09-03 (visit); due Thu 9 Oct, moved from Fri 3 Oct; in 36 days"
    )
    for roll, day in (("previous", "2025-09-30"), ("keep", "2025-10-03"), ("next", "2025-10-09")):
        crm(f"config set calendar.roll {roll}")
        assert due_dates() == {"c1:touch": day}
    crm("undo")
    assert due_dates() == {"c1:touch": "2025-10-03"}


def test_a_make_up_saturday_stays(at: Clock) -> None:
    at("2025-09-11T10:00")
    customer()
    crm("log-contact c1 hello")
    assert (
        shown()["next_touch_on"] == "2025-10-13"
    )  # without holidays it is a Saturday like any other
    crm("config set calendar.country CN")
    assert shown()["next_touch_on"] == "2025-10-11"
    assert why() == "core: every month; last contact 2025-09-11 (call); due Sat 11 Oct; in 30 days"


def test_three_working_days_over_national_day(at: Clock) -> None:
    at("2025-09-29T10:00")
    customer(country="CN")
    crm("add-task c1 'send offer' --due 3wd")
    crm("snooze c1 3wd")
    assert due_dates() == {"t1": "2025-10-10", "c1:touch": "2025-10-10"}


@pytest.mark.parametrize("how", ["add", "import"])
def test_added_on_a_weekend_is_due_that_day(at: Clock, how: str) -> None:
    at("2026-11-21T10:00")  # a Saturday
    if how == "add":
        crm("add-customer Acme --tier core")
    else:
        ran = run("import -", stdin=b"name,tier\nAcme,core\n")
        assert ran.code == 0, ran
    assert due_dates() == {"c1:touch": "2026-11-21"}
    assert why() == "never contacted, added 2026-11-21; due Sat 21 Nov; due today"


def test_a_year_not_announced_is_said_once(at: Clock) -> None:
    at("2035-05-10T10:00")
    crm("config set calendar.country CN")
    said = [crm("add-customer Acme --stage customer --tier core")]
    said += [crm("log-contact c1 hello"), crm("log-contact c1 again"), crm("due --days 90")]
    assert shown()["next_touch_on"] == "2035-06-11"  # 10 June is a Sunday
    at("2035-09-02T10:00")
    said.append(crm("log-contact c1 'before the holidays'"))
    assert shown()["next_touch_on"] == "2035-10-04"  # 1 to 3 October are off every year
    sentence = "The holidays of 2035 are not announced yet: dates in it are estimated.\n"
    assert "".join(ran.err for ran in said).count(sentence) == 1
    assert sentence not in "".join(ran.out for ran in said)
    at("2035-12-10T10:00")
    assert "".join(ran.err for ran in said).count(sentence.replace("2035", "2036")) == 1  # reviews
    assert run("log-contact c1 'into the next year'").err == ""


# --- the first 90 days ---


@pytest.mark.parametrize(
    ("contact", "due", "reason"),
    [
        ("2026-03-02", "2026-03-09", "new customer: every week"),  # day 0
        ("2026-05-22", "2026-05-29", "new customer: every week"),  # day 81: a week on is day 88
        (
            "2026-05-23",
            "2026-06-01",
            "new customer: every week",
        ),  # day 82: day 89, a Saturday, moves on
        ("2026-05-24", "2026-08-24", "ordinary: every 3 months"),  # day 83: day 90 is too late
        (
            "2026-05-29",
            "2026-08-31",
            "ordinary: every 3 months",
        ),  # day 88 (29 August is a Saturday)
        ("2026-05-30", "2026-08-31", "ordinary: every 3 months"),  # day 89
        ("2026-05-31", "2026-08-31", "ordinary: every 3 months"),  # day 90
    ],
)
def test_the_new_clock_ends_with_day_89(at: Clock, contact: str, due: str, reason: str) -> None:
    at("2026-06-10T10:00")
    customer("--since", "2026-03-02", tier="ordinary")
    crm(f"log-contact c1 hello --at {contact}")
    assert shown()["next_touch_on"] == due
    assert why().startswith(f"{reason}; last contact {contact} (call); due ")


@pytest.mark.parametrize(
    ("today", "lifecycle"),
    [
        ("2026-03-02", "new"),
        ("2026-05-29", "new"),
        ("2026-05-30", "new"),
        ("2026-05-31", "dormant"),  # never contacted for 90 days and its touch overdue
    ],
)
def test_a_customer_is_new_on_days_0_to_89(at: Clock, today: str, lifecycle: str) -> None:
    at("2026-03-01T10:00")
    customer("--since", "2026-03-02")
    at(f"{today}T23:59")
    assert shown()["lifecycle"] == lifecycle
    for filter in (f"--lifecycle {lifecycle}", f"--where 'lifecycle = {lifecycle}'"):
        assert crm(f"list-customers {filter} --json").json["count"] == 1


# --- which contacts move the clock ---


def test_a_backdated_contact_does_not_move_the_clock_back(at: Clock) -> None:
    at("2026-11-20T10:00")
    customer()
    crm("log-contact c1 today")
    assert shown()["next_touch_on"] == "2026-12-21"  # 20 December is a Sunday
    crm("log-contact c1 'forgot to enter this' --at 2026-10-05")
    item = shown()
    assert (item["last_contact_at"], item["next_touch_on"]) == (
        "2026-11-20T10:00:00+08:00",
        "2026-12-21",
    )
    crm("log-contact c1 'and this' --at '2026-11-20 09:59'")
    assert shown()["last_contact_at"] == "2026-11-20T10:00:00+08:00"


def test_the_order_of_entry_does_not_matter(at: Clock) -> None:
    at("2026-11-20T10:00")
    customer()
    for day in ("2026-11-02", "2026-11-18", "2026-10-01", "2026-11-10"):
        crm(f"log-contact c1 x --at {day}")
    item = shown()
    assert (item["last_contact_at"][:10], item["next_touch_on"]) == ("2026-11-18", "2026-12-18")
    crm("delete i2")
    assert shown()["next_touch_on"] == "2026-12-10"
    crm("undo")
    assert shown()["next_touch_on"] == "2026-12-18"


@pytest.mark.parametrize(
    "unanswered",
    [
        "--no-answer",
        "--channel email --out",
        "--channel wechat --out",
        "--channel visit --no-answer",
    ],
)
def test_an_unanswered_contact_does_not_reset_the_clock(at: Clock, unanswered: str) -> None:
    at("2026-11-20T10:00")
    customer()
    crm("log-contact c1 hello --at 2026-10-20")
    crm(f"log-contact c1 'nobody there' {unanswered}")
    item = shown()
    assert (item["last_contact_at"][:10], item["next_touch_on"]) == ("2026-10-20", "2026-11-20")
    crm("log-contact c1 'they called back' --channel email --in")
    assert shown()["next_touch_on"] == "2026-12-21"


# --- leads, promises, snoozes ---


@pytest.mark.parametrize(
    ("intent", "due"),
    [("high", "2026-11-23"), ("medium", "2026-11-27"), ("low", "2026-12-21"), (None, "2026-12-21")],
)
def test_leads_by_intent(at: Clock, intent: str | None, due: str) -> None:
    at("2026-11-20T10:00")
    crm("add-customer Acme --tier core")
    crm(f"log-contact c1 hello {f'--intent {intent}' if intent else ''}")
    assert shown()["next_touch_on"] == due


def test_a_promise_ends_by_a_two_way_contact_on_or_after_it(at: Clock) -> None:
    at("2026-11-20T10:00")
    customer()
    crm("log-contact c1 'call me on Saturday' --on 2026-11-28")
    assert shown()["next_touch_on"] == "2026-11-28"  # named by hand: it stays on a Saturday
    assert (
        why()
        == "promised for Sat 28 Nov; last contact 2026-11-20 (call); due Sat 28 Nov; in 8 days"
    )
    at("2026-11-27T10:00")
    crm("log-contact c1 'too early'")
    assert shown()["next_touch_on"] == "2026-11-28"
    at("2026-11-28T10:00")
    crm("log-contact c1 --no-answer")
    assert shown()["next_touch_on"] == "2026-11-28"
    crm("log-contact c1 'as promised'")
    assert shown()["next_touch_on"] == "2026-12-28"


@pytest.mark.parametrize(
    ("until", "day"),
    [
        ("+1d", "2026-11-23"),
        ("1天后", "2026-11-23"),
        ("2026-11-21", "2026-11-21"),
        ("sat", "2026-11-21"),
        ("tomorrow", "2026-11-21"),
        ("1wd", "2026-11-23"),
    ],
)
def test_a_snooze_of_so_many_days_moves_off_days_off_and_a_named_date_does_not(
    at: Clock, until: str, day: str
) -> None:
    at("2026-11-20T10:00")
    crm("add-customer Acme --tier core")
    crm(["snooze", "c1", until])
    item = shown()
    assert (item["snoozed_until"], item["next_touch_on"]) == (day, day)


def test_a_snooze_comes_before_a_promise_and_a_contact_ends_it(at: Clock) -> None:
    at("2026-11-20T10:00")
    customer()
    crm("log-contact c1 hello --on 2026-12-01")
    crm("snooze c1 2026-12-15")
    assert shown()["next_touch_on"] == "2026-12-15"
    crm("log-contact c1 'entered late' --at 2026-11-19")
    assert shown()["next_touch_on"] == "2026-12-15"
    crm("log-contact c1 'they called'")
    item = shown()
    assert (item["snoozed_until"], item["next_touch_on"]) == (None, "2026-12-01")


def test_never_due(at: Clock) -> None:
    at("2026-11-20T10:00")
    customer()
    crm("edit c1 --set do_not_contact=yes")
    assert due_dates() == {}
    assert why() == "do not contact"
    crm("edit c1 --set do_not_contact=no --set stage=lost --set loss_reason=price")
    assert due_dates() == {"c1:win-back": "2027-02-18"}  # 90 days after the loss, and nothing else
    assert why() == "lost: no touch"


# --- time zones with a jump ---

NEW_YORK, BERLIN = "America/New_York", "Europe/Berlin"


@pytest.mark.parametrize(
    ("zone", "now", "offset", "due"),
    [
        (
            NEW_YORK,
            "2026-03-08T01:30",
            "-05:00",
            "2026-04-08",
        ),  # half an hour before the jump forward
        (NEW_YORK, "2026-03-08T03:30", "-04:00", "2026-04-08"),
        (NEW_YORK, "2026-11-01T00:30", "-04:00", "2026-12-01"),
        (NEW_YORK, "2026-11-01T01:30", "-04:00", "2026-12-01"),  # the first of two half past ones
        (NEW_YORK, "2026-11-01T02:30", "-05:00", "2026-12-01"),
        (BERLIN, "2026-03-29T01:30", "+01:00", "2026-04-29"),
        (BERLIN, "2026-03-29T03:30", "+02:00", "2026-04-29"),
        (BERLIN, "2026-10-25T01:30", "+02:00", "2026-11-25"),
        (BERLIN, "2026-10-25T02:30", "+02:00", "2026-11-25"),  # the first of two
        (BERLIN, "2026-10-25T03:30", "+01:00", "2026-11-25"),
        (BERLIN, "2026-10-25T00:30", "+02:00", "2026-11-25"),
    ],
)
@pytest.mark.parametrize("how", ["now", "at"])
def test_a_contact_on_the_day_of_a_jump_keeps_its_day_and_offset(
    at: Clock, how: str, zone: str, now: str, offset: str, due: str
) -> None:
    at(now)
    customer()
    crm(f"config set timezone {zone}")
    if how == "at":
        day, time = now.split("T")
        at(f"{day}T23:50")
        crm(f"log-contact c1 hello --at '{day} {time}'")
    else:
        crm("log-contact c1 hello")
    item = shown()
    assert (item["last_contact_at"], item["next_touch_on"]) == (f"{now}:00{offset}", due)
    assert (
        crm("list-customers --where 'last_contact_on = " + now[:10] + "' --json").json["count"] == 1
    )


def test_the_second_of_two_equal_hours(at: Clock) -> None:
    at("2026-11-01T01:30-05:00")
    customer()
    crm(f"config set timezone {NEW_YORK}")
    crm("log-contact c1 hello")
    assert shown()["last_contact_at"] == "2026-11-01T01:30:00-05:00"


def test_a_time_with_its_offset_is_that_instant(at: Clock) -> None:
    at("2026-11-02T10:00")
    customer()
    crm(f"config set timezone {NEW_YORK}")
    crm("log-contact c1 hello --at 2026-11-01T23:30+08:00")
    assert shown()["last_contact_at"] == "2026-11-01T10:30:00-05:00"
    crm("log-contact c1 'in the second hour' --at 2026-11-02T09:30+08:00")
    assert shown()["last_contact_at"] == "2026-11-01T20:30:00-05:00"


def test_an_offset_tells_the_two_equal_hours_apart(at: Clock) -> None:
    at("2026-11-02T10:00")
    customer()
    crm(f"config set timezone {NEW_YORK}")
    crm("log-contact c1 'the later one' --at 2026-11-01T01:10-05:00")
    crm("log-contact c1 'the earlier one' --at 2026-11-01T01:50-04:00")
    assert shown()["last_contact_at"] == "2026-11-01T01:10:00-05:00"


def test_a_task_s_time_carries_its_own_day_s_offset(at: Clock) -> None:
    at("2026-03-27T10:00")
    customer()
    crm(f"config set timezone {BERLIN}")
    crm("add-task c1 before --due '2026-03-28 15:00'")
    crm("add-task c1 after --due '2026-03-29 15:00'")
    dates = due_dates()
    assert (dates["t1"], dates["t2"]) == ("2026-03-28T15:00:00+01:00", "2026-03-29T15:00:00+02:00")


def test_contact_days_do_not_move_with_the_time_zone(at: Clock) -> None:
    at("2026-10-20T07:00")
    customer()
    crm("log-contact c1 hello")
    assert shown()["next_touch_on"] == "2026-11-20"
    crm(f"config set timezone {NEW_YORK}")
    item = shown()
    assert (item["last_contact_at"], item["next_touch_on"]) == (
        "2026-10-19T19:00:00-04:00",
        "2026-11-20",
    )
    assert why().startswith("core: every month; last contact 2026-10-20 (call); due Fri 20 Nov")
