"""The settings of needs, promises, surveys and articles: what they take, and what they move (CLI.md, Settings)."""

from pathlib import Path
from typing import Any

import pytest

from crmcli import config
from tests.contract.program import refused
from tests.support import crm

LENGTH = "is not a length of service; write it like 24h (hours), 4wh (working hours) or 3wd (working days)"  # fmt: skip
SPAN = "is not a length of time; write it like 10d, 2w, 1m, 1y or 3wd (working days)"
TERMS = "are not three lengths of service; write those to respond, give feedback and solve, like 4wh,3wd,- (- for none)"  # fmt: skip
HOURS = "are no office hours; write them like 09:00-12:00,13:00-18:00 (24:00 closes at midnight)"
SCORES = "are not three scores; write overall and any dimension (at most 5), and NPS (at most 10) like 3,2,6"  # fmt: skip


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("calendar.hours", "9-18", f"'9-18' {HOURS}"),
        ("calendar.hours", "", f"'' {HOURS}"),
        ("calendar.hours", "18:00-09:00", "the office hours '18:00-09:00' close before they open; write the earlier time first, and a night as two parts, like 00:00-06:00,22:00-24:00"),
        ("calendar.hours", "09:00-12:00,11:00-13:00", "the office hours '09:00-12:00,11:00-13:00' open at 11:00 before they have closed at 12:00; write them in order, like 09:00-12:00,13:00-18:00"),
        ("cadence.counts", "yes", "'yes' is unknown; choose one of ours, all"),
        ("service.urgent", "1h,8h", f"'1h,8h' {TERMS}"),
        ("service.urgent", "1h,8h,1d", f"'1d' {LENGTH}"),
        ("service.important", "4wh,0wd,-", f"'0wd' {LENGTH}"),
        ("service.routine", "", f"'' {TERMS}"),
        ("service.core.urgent", "soon", f"'soon' {TERMS}"),
        ("service.complaint", "-", f"'-' {LENGTH}"),
        ("service.plan_confirm", "2wh", f"'2wh' {LENGTH}".replace(LENGTH, SPAN)),
        ("service.progress", "weekly", f"'weekly' {SPAN}"),
        ("survey.after", "3x", f"'3x' {SPAN}"),
        ("survey.relation", "0m", f"'0m' {SPAN}"),
        ("survey.deep", "", f"'' {SPAN}"),
        ("survey.review", "24", f"'24' {LENGTH}"),
        ("survey.below", "3,2", f"'3,2' {SCORES}"),
        ("survey.below", "6,2,6", f"'6,2,6' {SCORES}"),
        ("survey.below", "3,2,11", f"'3,2,11' {SCORES}"),
        ("survey.below", "3,2,-1", f"'3,2,-1' {SCORES}"),
        ("promise.yellow", "3wh", "'3wh' is not a number of hours; write it like 48h"),
        ("promise.yellow", "0h", f"'0h' {LENGTH}"),
        ("promise.amends_within", "2m", f"'2m' {LENGTH}"),
        ("kb.review", "monthly", f"'monthly' {SPAN}"),
    ],
)  # fmt: skip
def test_a_value_that_does_not_fit_is_named(name: str, value: str, problem: str) -> None:
    crm("add-customer Acme")
    refused(["config", "set", name, value], 2, f"{name}: {problem}")


@pytest.mark.parametrize(
    ("name", "value", "canonical"),
    [
        ("calendar.hours", "8:30-12:00, 13:00-17:30", "08:30-12:00,13:00-17:30"),
        ("cadence.counts", "ALL", "all"),
        ("service.urgent", " 1H， 8h ,24 h", "1h,8h,24h"),
        ("service.routine", "8WH ,-, -", "8wh,-,-"),
        ("service.complaint", "24H", "24h"),
        ("service.plan_confirm", "3WD", "3wd"),
        ("survey.review", "8wh", "8wh"),
        ("survey.below", " 2， 1,06", "2,1,6"),
        ("promise.yellow", "72 h", "72h"),
        ("promise.amends", "免费快递， 延保、 折扣,", "免费快递,延保,折扣"),
        ("kb.review", "2W", "2w"),
    ],
)
def test_a_value_is_kept_in_one_form(name: str, value: str, canonical: str) -> None:
    assert config.read_value(name, value) == canonical
    assert config.read_value(name, canonical) == canonical
    crm(["config", "set", name, value])
    assert crm(f"config get {name}").out == f"{canonical}\n"


def test_every_default_is_a_value_in_its_form() -> None:
    for name, key in config.KEYS.items():
        if key.default:
            assert config.read_value(name, key.default) == key.default, name


def test_the_list_has_them_all(place: Path) -> None:
    found = {item["key"]: item for item in crm("config list --json").json["items"]}
    assert {name: found[name]["value"] for name in found if name.startswith("service.")} == {
        "service.urgent": "2h,24h,48h",
        "service.important": "4wh,3wd,-",
        "service.routine": "8wh,5wd,-",
        "service.complaint": "48h",
        "service.plan_confirm": "2wd",
        "service.progress": "1w",
    }
    assert found["calendar.hours"]["value"] == "09:00-12:00,13:00-18:00"
    assert {one["stored"] for name, one in found.items() if name.partition(".")[0] in ("service", "survey", "promise", "kb")} == {"database"}  # fmt: skip
    crm("config set service.core.urgent 1h,4h,8h")
    item = {one["key"]: one for one in crm("config list --json").json["items"]}["service.core.urgent"]  # fmt: skip
    assert (item["value"], item["default"]) == ("1h,4h,8h", "")


# --- what they move ---

FRIDAY = {"CRM_NOW": "2026-11-20T17:30"}


@pytest.fixture
def needs() -> None:
    """Urgent needs n1 of a core customer and n2 of another, a complaint n3, an important n4, all of Friday 17:30."""
    crm("add-customer Core --tier core --stage customer --since 2025-01-01", **FRIDAY)
    crm("add-customer Other --stage customer --since 2025-01-01", **FRIDAY)
    for command in (
        "add-need c1 'it stops' --urgency urgent",
        "add-need c2 'it stops' --urgency urgent",
        "add-need c2 'it is late' --kind complaint",
        "add-need c1 'an export' --urgency important",
    ):
        crm(command, **FRIDAY)


def deadlines(ref: str) -> tuple[Any, ...]:
    """By when it is to be responded to, given feedback on and solved, as `20 17:30` of November."""
    item = crm(f"show {ref} --json", **FRIDAY).json["item"]
    clocks = (item[name] for name in ("respond_by", "feedback_by", "solve_by"))
    return tuple(by and f"{by[8:10]} {by[11:16]}" for by in clocks)


URGENT = ("20 19:30", "21 17:30", "22 17:30")


def test_the_times_of_an_urgency_move_its_deadlines_and_say_how_many(needs: None) -> None:
    assert deadlines("n1") == deadlines("n2") == URGENT
    before = {ref: deadlines(ref) for ref in ("n3", "n4")}
    assert crm("config set service.urgent 1h,8h,24h", **FRIDAY).err == "6 due dates moved.\n"
    assert deadlines("n1") == deadlines("n2") == ("20 18:30", "21 01:30", "21 17:30")
    assert {ref: deadlines(ref) for ref in ("n3", "n4")} == before
    crm("undo", **FRIDAY)
    assert deadlines("n1") == deadlines("n2") == URGENT
    assert crm("config set service.urgent 2h,24h,-", **FRIDAY).err == "2 due dates moved.\n"
    assert deadlines("n1") == (*URGENT[:2], None)
    assert crm("config unset service.urgent", **FRIDAY).err == "2 due dates moved.\n"
    assert deadlines("n1") == URGENT


def test_a_tier_may_have_times_of_its_own(needs: None) -> None:
    assert crm("config set service.core.urgent 1h,2wd,8h", **FRIDAY).err == "3 due dates moved.\n"
    assert deadlines("n1") == ("20 18:30", "24 18:00", "21 01:30")
    assert deadlines("n2") == URGENT
    assert deadlines("n4") == ("23 13:30", "25 18:00", None)  # another urgency
    crm("edit c2 --set tier=core", **FRIDAY)
    assert deadlines("n2") == deadlines("n1")
    crm("undo", **FRIDAY)
    assert deadlines("n2") == URGENT


def test_a_tier_that_nobody_has_is_no_slip_unnoticed(needs: None) -> None:
    refused(
        "config set service.cor.urgent 1h,4h,8h",
        2,
        "service.cor.urgent: there is no tier 'cor', only core, potential, ordinary; "
        "first: crm config set tiers.cor.every 1m",
    )
    crm("config set tiers.diamond.every 1w")
    crm("config set service.diamond.urgent 1h,4h,8h")
    assert crm("config get service.diamond.urgent").out == "1h,4h,8h\n"
    crm("config unset tiers.diamond.every")
    crm("config unset service.diamond.urgent")
    refused(
        "config set service.core.hurgent 1h,4h,8h",
        2,
        "setting 'service.core.hurgent' is unknown; did you mean service.urgent?",
    )


def test_office_hours_move_what_runs_by_them(needs: None) -> None:
    assert deadlines("n3") == ("23 17:30", "27 18:00", "22 17:30")  # routine, until it is triaged
    said = crm("config set calendar.hours 08:00-12:00,13:00-17:00", **FRIDAY).err
    assert deadlines("n3") == ("23 17:00", "27 17:00", "22 17:30")
    assert deadlines("n4") == ("23 12:00", "25 17:00", None)
    assert deadlines("n1") == URGENT  # on the wall clock
    assert said == "4 due dates moved.\n"
    crm("undo", **FRIDAY)
    assert deadlines("n3") == ("23 17:30", "27 18:00", "22 17:30")
    assert deadlines("n4") == ("23 13:30", "25 18:00", None)


def test_a_day_off_moves_working_days(needs: None) -> None:
    crm("config set calendar.days_off 2026-11-23", **FRIDAY)
    assert deadlines("n4") == ("24 13:30", "26 18:00", None)
    assert deadlines("n1") == URGENT


def test_complaints_are_solved_as_soon_as_their_setting_says(needs: None) -> None:
    assert crm("config set service.complaint 24h", **FRIDAY).err == "1 due date moved.\n"
    assert deadlines("n3") == ("23 17:30", "27 18:00", "21 17:30")


def test_plans_and_progress_follow_theirs() -> None:
    crm("add-customer Acme")
    crm("add-need c1 'it stops' --urgency routine")
    crm("plan-need n1 --step look --by 2026-12-18 --sent")
    ahead = "due --days 60 --json --kind"
    assert crm(f"{ahead} plan-confirm").json["items"][0]["due_at"] == "2026-11-24"
    assert crm("config set service.plan_confirm 5wd").err == "1 due date moved.\n"
    assert crm(f"{ahead} plan-confirm").json["items"][0]["due_at"] == "2026-11-27"
    crm("confirm n1 --plan")
    assert crm(f"{ahead} progress").json["items"][0]["due_at"] == "2026-11-27"
    assert crm("config set service.progress 2w").err == "1 due date moved.\n"
    assert crm(f"{ahead} progress").json["items"][0]["due_at"] == "2026-12-04"


def test_surveys_and_reviews_follow_theirs() -> None:
    crm("add-customer Acme")
    crm("add-need c1 'it stops'")
    crm("resolve n1 done")
    assert crm("show s1 --json").json["item"]["due"] == "2026-11-25"
    assert crm("config set survey.after 5wd").err == "1 due date moved.\n"
    assert crm("show s1 --json").json["item"]["due"] == "2026-11-27"
    crm("survey s1 --overall 3")
    assert crm("show v1 --json").json["item"]["due_at"] == "2026-11-21T09:00:00+08:00"
    assert crm("config set survey.review 8wh").err == "1 due date moved.\n"
    assert crm("show v1 --json").json["item"]["due_at"] == "2026-11-20T18:00:00+08:00"


def test_what_is_below_expectation_is_a_setting() -> None:
    crm("add-customer Acme")
    crm("config set survey.below 2,1,4")
    crm("survey c1 --kind relation --overall 3 --nps 5 --support 2")
    assert crm("show s1 --json").json["item"]["review"] is None
    crm("survey c1 --kind relation --overall 4 --nps 4")
    assert crm("show s2 --json").json["item"]["review"] == "v1"
    crm("config set survey.below 0,0,0")  # nothing is, but a zero
    crm("survey c1 --kind relation --overall 1 --nps 1")
    assert crm("show s3 --json").json["item"]["review"] is None


def test_the_surveys_of_core_customers_come_round_as_theirs_say() -> None:
    crm("add-customer Acme --tier core --stage customer --since 2025-01-01")
    crm("log-contact c1 hello")
    ahead = "due --days 400 --kind survey --json"
    assert crm(ahead).json["items"][0]["due_at"] == "2027-02-22"
    crm("config set survey.relation 1m")
    assert crm(ahead).json["items"][0]["due_at"] == "2026-12-21"


def test_promises_are_listed_so_long_before() -> None:
    crm("add-customer Acme")
    crm("add-promise c1 samples --due 2026-11-24")
    assert crm("due --kind promise --json").json["items"] == []
    crm("config set promise.yellow 120h")
    (item,) = crm("due --kind promise --json").json["items"]
    assert (item["due_at"], item["light"]) == ("2026-11-24", "yellow")
    crm("break p1 --reason late")
    assert crm("show p1 --json").json["item"]["amends_by"] == "2026-11-20T11:00:00+08:00"
    assert crm("config set promise.amends_within 1wd").err == "1 due date moved.\n"
    assert crm("show p1 --json").json["item"]["amends_by"] == "2026-11-23T18:00:00+08:00"


def test_articles_are_read_again_as_theirs_says() -> None:
    crm("add-article Lamps --text 'turn it'")
    assert crm("show a1 --json").json["item"]["review_on"] == "2026-12-21"
    assert crm("config set kb.review 2w").err == "1 due date moved.\n"
    assert crm("show a1 --json").json["item"]["review_on"] == "2026-12-04"
    crm("undo")
    assert crm("show a1 --json").json["item"]["review_on"] == "2026-12-21"


def test_a_contact_that_the_customer_began_about_a_need_counts_as_the_setting_says() -> None:
    crm("add-customer Acme --tier core --stage customer --since 2025-01-01")
    crm("log-contact c1 hello --at 2026-11-02T09:00")
    crm("add-need c1 'it stops'")
    crm("log-contact c1 'it stops' --in --need n1")
    assert crm("show c1 --json").json["item"]["next_touch_on"] == "2026-12-02"
    assert crm("config set cadence.counts all").err == "1 due date moved.\n"
    assert crm("show c1 --json").json["item"]["next_touch_on"] == "2026-12-21"
