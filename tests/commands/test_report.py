"""Reports at the command line: figures worked out by hand, the period before, filters, JSON, terminal, Chinese (HANDBOOK §4, §5, §6, §11)."""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from crmcli.context import Context
from crmcli.output.text import width
from crmcli.store.changes import Change
from tests.contract.program import on_terminal, refused
from tests.support import crm

At = Callable[[str], None]
NOTHING = {
    "median_minutes": None, "p90_minutes": None, "in_time": None, "met": 0, "missed": 0, "n": 0,
}  # fmt: skip
NO_KINDS = dict.fromkeys(
    ("feature", "service", "problem", "complaint", "question", "suggestion", "unknown"), 0
)
NO_URGENCIES = dict.fromkeys(("urgent", "important", "routine", "untriaged"), 0)
NO_LEVELS = {"n": 0, "by_level": {"1": 0, "2": 0, "3": 0}, "raised_by_time": 0}
NOVEMBER = {"name": "2026-11", "from": "2026-11-01", "to": "2026-11-30"}
OCTOBER = {"name": "2026-10", "from": "2026-10-01", "to": "2026-10-31"}


def report(name: str, *options: str) -> Any:
    answer = crm(["report", name, "--json", *options]).json
    assert set(answer) <= {"schema", "masked", "item"}
    assert answer["schema"] == f"crm.report-{name}/1"
    return answer["item"]


def clock(
    median: float | None, p90: float | None, met: int, missed: int, n: int
) -> dict[str, float | None]:
    rate = met / (met + missed) if met + missed else None
    return {
        "median_minutes": median, "p90_minutes": p90, "in_time": rate, "met": met, "missed": missed, "n": n,
    }  # fmt: skip


def play(at: At, *steps: tuple[str, str]) -> None:
    """Run each command at its time."""
    for moment, command in steps:
        at(moment)
        crm(command)


# --- service ---

NEEDS = (
    ("2026-10-01T09:00", "add-customer Acme --tier core --stage customer --since 2024-01-01"),
    ("2026-10-01T09:00", "add-customer 华东 --tier ordinary --stage customer --since 2024-01-01"),
    # Received in October, solved in November: 30 minutes to answer; Friday 8 hours and Monday 1 to solve.
    ("2026-10-30T09:00", "add-need 华东 export --kind feature --urgency important --category printer"),
    ("2026-10-30T09:30", "log-contact 华东 'we look into it' --need n1"),
    ("2026-11-02T10:00", "resolve n1 done"),
    # Friday 17:00 to Monday 10:00: 2 working hours of 4.
    ("2026-11-06T17:00", "add-need Acme jams --kind problem --urgency important --category printer"),
    ("2026-11-07T22:00", "add-need Acme noise --kind complaint --urgency urgent --category printer"),
    # Sunday 01:00 is 3 hours of 2 on the wall clock.
    ("2026-11-08T01:00", "log-contact Acme 'on our way' --need n3"),
    ("2026-11-09T10:00", "log-contact Acme 'tell me more' --need n2"),
    # It stands still for 4 working hours, over the lunch break.
    ("2026-11-09T11:00", "wait n2 'the serial number'"),
    ("2026-11-09T16:00", "resume n2"),
    # 48 hours to the minute: in time to solve, but feedback was due within 24.
    ("2026-11-09T22:00", "resolve n3 oiled"),
    ("2026-11-10T09:00", "reopen n3 --reason 'again'"),
    # Friday 1, Monday 8, Tuesday 1 hour, less 4.
    ("2026-11-10T10:00", "plan-need n2 --step repair --by 2026-11-11 --sent"),
    # In the lunch break: Friday 1, Monday 8, Tuesday 8, Wednesday 3 hours, less 4.
    ("2026-11-11T12:30", "resolve n2 repaired"),
    # 49 hours after it was reopened.
    ("2026-11-12T10:00", "resolve n3 'new drum'"),
    ("2026-11-13T09:00", "confirm n3"),
    ("2026-11-16T09:00", "add-need 华东 '?'"),
    ("2026-11-17T09:00", "add-need 华东 slip"),
    ("2026-11-17T09:01", "delete n5"),
    ("2026-11-19T14:00", "add-need 华东 'how?' --kind question --urgency routine --category ink"),
    ("2026-11-19T15:00", "decline n6 --reason 'not ours'"),
    ("2026-11-20T09:00", "triage --why n4"),
)  # fmt: skip


@pytest.fixture
def needs(at: At) -> None:
    """Two customers, six needs, one of them deleted; it is Friday 20 November 09:00."""
    play(at, *NEEDS)


OCTOBER_SERVICE = {
    "received": 1, "by_kind": NO_KINDS | {"feature": 1}, "by_urgency": NO_URGENCIES | {"important": 1},
    "first_response": clock(30, 30, 1, 0, 1), "feedback": clock(540, 540, 1, 0, 1), "solve": NOTHING,
    "first_time_resolution": {"rate": None, "n": 0, "goal": 0.85}, "reopened": 0, "escalations": NO_LEVELS,
    "categories": [{"category": "printer", "n": 1, "share": 1.0, "cumulative_share": 1.0}],
}  # fmt: skip
NOVEMBER_SERVICE = {
    "received": 4,
    "by_kind": NO_KINDS | {"problem": 1, "complaint": 1, "question": 1, "unknown": 1},
    "by_urgency": {"urgent": 1, "important": 1, "routine": 1, "untriaged": 1},
    # 120 and 180 minutes; answered late, and not at all since Monday 18:00. What was declined in time is neither.
    "first_response": clock(150, 174, 1, 2, 2),
    "feedback": clock(1620, 2628, 1, 1, 2),
    # 540, 960 and 2940 minutes; only the complaint has a deadline, and the round that counts was late.
    "solve": clock(960, 2544, 0, 1, 3),
    "first_time_resolution": {"rate": 2 / 3, "n": 3, "goal": 0.85},
    "reopened": 1,
    # The complaint starts at 2; what is untriaged has been red for more than 48 hours.
    "escalations": {"n": 2, "by_level": {"1": 1, "2": 1, "3": 0}, "raised_by_time": 1},
    "categories": [
        {"category": "printer", "n": 2, "share": 2 / 3, "cumulative_share": 2 / 3},
        {"category": "ink", "n": 1, "share": 1 / 3, "cumulative_share": 1.0},
    ],
}  # fmt: skip


@pytest.mark.usefixtures("needs")
def test_the_service_of_this_month_and_of_the_one_before() -> None:
    item = report("service")
    assert item == {
        "period": NOVEMBER, "customer": None, **NOVEMBER_SERVICE, "before": {"period": OCTOBER, **OCTOBER_SERVICE},
    }  # fmt: skip
    assert report("service", "--period", "2026-11") == item
    before = report("service", "--period", "last month")
    assert {name: before[name] for name in OCTOBER_SERVICE} == OCTOBER_SERVICE


@pytest.mark.usefixtures("needs")
def test_a_quarter_and_a_year_hold_both_months() -> None:
    quarter, year = (report("service", "--period", period) for period in ("2026Q4", "2026"))
    assert quarter["period"] == {"name": "2026Q4", "from": "2026-10-01", "to": "2026-12-31"}
    assert year["period"] == {"name": "2026", "from": "2026-01-01", "to": "2026-12-31"}
    assert quarter["before"]["period"]["name"] == "2026Q3"
    assert year["before"]["period"]["name"] == "2025"
    assert {name: quarter[name] for name in NOVEMBER_SERVICE} == {
        name: year[name] for name in NOVEMBER_SERVICE
    }
    assert year["received"] == 5
    assert year["first_response"] == clock(120, 168, 2, 2, 3)
    assert year["categories"][0] == {
        "category": "printer", "n": 3, "share": 0.75, "cumulative_share": 0.75,
    }  # fmt: skip


@pytest.mark.usefixtures("needs")
def test_one_customer_or_some() -> None:
    item = report("service", "--customer", "华东")
    assert item["customer"] == {"ref": "c2", "name": "华东"}
    assert item["received"] == 2
    assert item["first_response"] == clock(None, None, 0, 1, 0)
    assert item["solve"] == clock(540, 540, 0, 0, 1)
    assert item["first_time_resolution"] == {"rate": 1.0, "n": 1, "goal": 0.85}
    assert (item["reopened"], item["escalations"]["n"]) == (0, 1)
    assert item["before"]["received"] == 1
    core = report("service", "--tier", "核心")
    assert core["customer"] is None
    assert core["first_response"] == clock(150, 174, 1, 1, 2)
    assert core["reopened"] == 1
    assert core["first_time_resolution"] == {"rate": 0.5, "n": 2, "goal": 0.85}
    assert report("service", "--tier", "core", "--customer", "c2")["received"] == 0
    assert report("service", "--lifecycle", "established")["received"] == 4


@pytest.mark.usefixtures("needs")
def test_a_deleted_customer_takes_its_needs_along(at: At) -> None:
    crm("delete c1")
    item = report("service")
    assert (item["received"], item["reopened"], item["solve"]["n"]) == (2, 0, 1)
    crm("undo")
    assert report("service")["received"] == 4


@pytest.mark.usefixtures("needs")
def test_waiting_still_is_not_missed_until_it_ends(at: At) -> None:
    play(
        at,
        ("2026-11-20T09:00", "log-contact Acme hello"),
        ("2026-11-20T09:00", "add-need Acme slow --kind problem --urgency urgent"),
        ("2026-11-20T10:00", "log-contact Acme 'looking' --need n7"),
        ("2026-11-20T11:00", "wait n7"),
        ("2026-11-30T09:00", "triage n7"),
    )
    only = ("--where", "name = Acme")
    assert report("service", *only)["feedback"] == clock(1620, 2628, 1, 1, 2)
    assert report("service", *only)["solve"]["missed"] == 1
    # From then on it runs again, with 22 hours left for feedback and 46 to solve it.
    play(at, ("2026-11-30T09:00", "resume n7"))
    at("2026-12-01T07:00")
    assert report("service", "--period", "2026-11", *only)["feedback"]["missed"] == 1
    at("2026-12-01T07:01")
    assert report("service", "--period", "2026-11", *only)["feedback"]["missed"] == 2
    at("2026-12-02T07:01")
    assert report("service", "--period", "2026-11", *only)["solve"]["missed"] == 2
    play(at, ("2026-12-02T08:00", "resolve n7 done"))
    # It took 2 hours before and 47 after the pause, and counts in the month in which it was solved.
    assert report("service", "--period", "2026-12", *only)["solve"] == clock(2940, 2940, 0, 1, 1)
    assert report("service", "--period", "2026-11", *only)["solve"]["missed"] == 1


def test_a_make_up_saturday_is_worked_and_the_holidays_are_not(at: At) -> None:
    play(
        at,
        ("2025-09-30T17:00", "add-customer Acme"),
        ("2025-09-30T17:00", "config set calendar.country CN"),
        ("2025-09-30T17:00", "add-need Acme one --urgency important"),
        ("2025-10-09T10:00", "log-contact Acme hello --need n1"),
        ("2025-10-10T17:00", "add-need Acme two --urgency important"),
        ("2025-10-13T10:00", "log-contact Acme hello --need n2"),
    )
    # An hour before the holidays and one after them.
    assert report("service", "--period", "2025-09")["first_response"] == clock(120, 120, 1, 0, 1)
    # An hour on Friday, eight on Saturday 11 October, one on Monday: late since Saturday noon.
    assert report("service", "--period", "2025-10")["first_response"] == clock(600, 600, 0, 1, 1)
    # Without that calendar the Saturday is a day off, and the week is worked.
    crm("config set calendar.country none")
    assert report("service", "--period", "2025-09")["first_response"] == clock(
        60 + 6 * 480 + 60, 60 + 6 * 480 + 60, 0, 1, 1
    )
    assert report("service", "--period", "2025-10")["first_response"] == clock(120, 120, 1, 0, 1)


def test_a_month_begins_and_ends_at_local_midnight(at: At) -> None:
    at("2026-11-02T09:00")
    crm("add-customer Acme")
    for moment in ("2026-10-31T23:59", "2026-11-01T00:00", "2026-11-01T07:59"):
        crm(f"add-need Acme x --at {moment}")
    assert report("service")["received"] == 2
    assert report("service")["before"]["received"] == 1


@pytest.mark.usefixtures("needs")
def test_the_service_report_for_people() -> None:
    assert crm("report service").lines == [
        "Service: 2026-11",
        "",
        "CLOCK           MEDIAN      P90  N  IN TIME  MET  MISSED  2026-10",
        "first response  2h 30m   2h 54m  2    33.3%    1       2     100%  ███████",
        "feedback        27h 0m  43h 48m  2      50%    1       1     100%  ██████████",
        "solution        16h 0m  42h 24m  3       0%    0       1        –",
        "",
        "FIGURE                 VALUE  N  GOAL  2026-10",
        "needs received             4                 1",
        "first-time resolution  66.7%  3   85%        –",
        "reopened                   1                 0",
        "escalated to level 1       1                 0",
        "escalated to level 2       1                 0",
        "escalated to level 3       0                 0",
        "",
        "KIND       N  2026-10",
        "feature    0        1",
        "problem    1        0  ████████████████████",
        "complaint  1        0  ████████████████████",
        "question   1        0  ████████████████████",
        "unknown    1        0  ████████████████████",
        "",
        "URGENCY    N  2026-10",
        "urgent     1        0  ████████████████████",
        "important  1        1  ████████████████████",
        "routine    1        0  ████████████████████",
        "untriaged  1        0  ████████████████████",
        "",
        "CATEGORY  N  SHARE  TOGETHER",
        "printer   2  66.7%     66.7%  █████████████",
        "ink       1  33.3%      100%  ███████",
    ]


@pytest.mark.usefixtures("needs")
def test_the_service_report_on_a_terminal_keeps_to_its_width() -> None:
    code, screen = on_terminal("report service --customer 华东", columns=52)
    lines = re.sub(r"\x1b\[[0-9;]*m", "", screen).splitlines()
    assert code == 0
    assert lines[0] == "Service: 2026-11, 华东"
    assert [" ".join(line.split()) for line in lines[2:7]] == [
        "clock median p90 n in time 2026-10",
        "─" * 50,
        "first response – – 0 0% 100%",
        "feedback – – 0 – 100%",
        "solution 9h 0m 9h 0m 1 – –",
    ]
    assert max(map(width, lines)) <= 52


# --- promises ---

PROMISES = (
    ("2026-10-01T09:00", "add-customer Acme --stage customer"),
    ("2026-10-01T09:00", "add-customer 张伟 --kind person --stage customer --tier core"),
    ("2026-10-20T09:00", "add-promise Acme old --due 2026-10-28 --level surprise"),
    ("2026-10-29T09:00", "done p1"),
    ("2026-11-02T09:00", "add-promise Acme samples --due 2026-11-05"),
    ("2026-11-02T09:00", "add-promise Acme call --due '2026-11-06 15:00' --level basic"),
    ("2026-11-02T09:00", "add-promise Acme visit --due 2026-11-10 --level value-add"),
    ("2026-11-02T09:00", "add-promise Acme gift --due 2026-11-30 --level surprise"),
    ("2026-11-02T09:00", "add-promise Acme ledger --due 2026-11-12 --they-owe"),
    ("2026-11-02T09:00", "add-promise Acme drawing --due 2026-11-18 --level value-add"),
    ("2026-11-02T09:00", "add-promise 张伟 tea --due 2026-11-13"),
    ("2026-11-02T09:00", "add-promise 张伟 slip --due 2026-11-13"),
    ("2026-11-02T09:00", "delete p9"),
    # In time on the day; a minute after three.
    ("2026-11-05T23:59", "done p2"),
    ("2026-11-06T15:01", "done p3"),
    ("2026-11-09T09:00", "break p4 --reason ill"),
    ("2026-11-12T09:00", "done p6"),
    ("2026-11-13T09:00", "done p8"),
    ("2026-11-17T09:00", "warn p7 --impact late --option a --option b --option c"),
    ("2026-11-20T09:00", "show p7"),
)  # fmt: skip


@pytest.fixture
def promises(at: At) -> None:
    """Two customers and eight promises, one of October; p5 is still open, p7 overdue."""
    play(at, *PROMISES)


YEAR = ["2025-12"] + [f"2026-{month:02}" for month in range(1, 12)]


@pytest.mark.usefixtures("promises")
def test_how_promises_were_kept_this_month_and_the_month_before() -> None:
    item = report("promises")
    assert item.pop("trend") == [
        *({"period": name, "on_time": {"rate": None, "n": 0}} for name in YEAR[:-2]),
        {"period": "2026-10", "on_time": {"rate": 0.0, "n": 1}},
        {"period": "2026-11", "on_time": {"rate": 2 / 5, "n": 5}},
    ]
    assert item == {
        "period": NOVEMBER,
        "customer": None,
        "on_time": {"rate": 2 / 5, "n": 5},
        "by_level": {
            "basic": {"rate": 2 / 3, "n": 3, "goal": 1.0},
            "value-add": {"rate": 0.0, "n": 2, "goal": 0.9},
            "surprise": {"rate": None, "n": 0, "goal": None},
        },
        "they_owe": {"rate": 1.0, "n": 1},
        "kept": 3, "broken": 1, "open": 2, "overdue": 1, "at_risk": 1,
        "by_customer": [
            {"customer": {"ref": "c1", "name": "Acme"}, "rate": 0.25, "n": 4},
            {"customer": {"ref": "c2", "name": "张*"}, "rate": 1.0, "n": 1},
        ],
        "before": {
            "period": OCTOBER,
            "on_time": {"rate": 0.0, "n": 1},
            "by_level": {
                "basic": {"rate": None, "n": 0, "goal": 1.0},
                "value-add": {"rate": None, "n": 0, "goal": 0.9},
                "surprise": {"rate": 0.0, "n": 1, "goal": None},
            },
            "they_owe": {"rate": None, "n": 0},
            "kept": 1, "broken": 0, "open": 0, "overdue": 0, "at_risk": 0,
        },
    }  # fmt: skip


@pytest.mark.usefixtures("promises")
def test_names_leave_masked_unless_revealed() -> None:
    masked = crm("report promises --json").json
    assert masked["masked"] is True
    assert [one["customer"]["name"] for one in masked["item"]["by_customer"]] == ["Acme", "张*"]
    plain = crm("report promises --json --reveal").json
    assert "masked" not in plain
    assert [one["customer"]["name"] for one in plain["item"]["by_customer"]] == ["Acme", "张伟"]


@pytest.mark.usefixtures("promises")
def test_the_customers_are_cut_at_the_limit_and_the_figures_are_not() -> None:
    item = report("promises", "--limit", "1")
    assert [one["customer"]["ref"] for one in item["by_customer"]] == ["c1"]
    assert item["on_time"]["n"] == 5


def test_what_is_due_on_a_day_may_be_kept_until_its_end(at: At) -> None:
    play(
        at,
        ("2026-11-20T09:00", "add-customer Acme"),
        ("2026-11-20T09:00", "add-promise Acme samples --due today"),
    )
    at("2026-11-20T23:59")
    assert report("promises")["on_time"] == {"rate": None, "n": 0}
    at("2026-11-21T00:00")
    assert report("promises")["on_time"] == {"rate": 0.0, "n": 1}


@pytest.mark.usefixtures("promises")
def test_the_reliability_page_of_one_customer(at: At) -> None:
    play(
        at,
        ("2026-10-05T09:00", "add-need Acme old --urgency important --at 2026-10-05T09:00"),
        ("2026-11-19T09:00", "add-need Acme jams --kind problem --urgency urgent"),
        ("2026-11-19T10:30", "log-contact Acme soon --need n2"),
        ("2026-11-19T12:00", "resolve n2 done"),
        ("2026-11-20T09:00", "triage n1"),
    )
    item = report("promises", "--customer", "acme")
    assert item["customer"] == {"ref": "c1", "name": "Acme"}
    assert item["on_time"] == {"rate": 0.25, "n": 4}
    assert item["first_response"] == clock(90, 90, 1, 0, 1)
    assert item["solve"] == clock(180, 180, 1, 0, 1)
    assert item["before"]["first_response"] == clock(None, None, 0, 1, 0)
    assert item["before"]["solve"] == NOTHING
    assert [one["customer"]["ref"] for one in item["by_customer"]] == ["c1"]
    assert "first_response" not in report("promises")
    assert crm("report reliability --customer acme").lines == [
        "Reliability: 2026-11, Acme",
        "",
        "FIGURE                  VALUE  N  GOAL  2026-10",
        "on time                   25%  4             0%",
        "basic                     50%  2  100%        –",
        "value-add                  0%  2   90%        –",
        "surprise                    –  0             0%",
        "what they owe, on time   100%  1              –",
        "kept                        2                 1",
        "broken                      1                 0",
        "open                        2                 0",
        "overdue                     1                 0",
        "at risk, and said so        1                 0",
        "",
        "Kept in time",
        "PERIOD   ON TIME  N",
        *(f"{name}        –  0" for name in YEAR[:-2]),
        "2026-10       0%  1",
        "2026-11      25%  4",
        "",
        "CLOCK           MEDIAN     P90  N  IN TIME  MET  MISSED  2026-10",
        "first response  1h 30m  1h 30m  1     100%    1       0       0%  ████████████████████",
        "solution         3h 0m   3h 0m  1     100%    1       0        –  ████████████████████",
    ]


@pytest.mark.usefixtures("promises")
def test_the_report_of_promises_for_people() -> None:
    lines = crm("report promises --period 2026-11").lines
    assert lines[:4] == [
        "Promises: 2026-11",
        "",
        "FIGURE                  VALUE  N  GOAL  2026-10",
        "on time                   40%  5             0%",
    ]
    assert lines[-4:] == [
        "",
        "REF  NAME  ON TIME  N",
        "c1   Acme      25%  4  █████",
        "c2   张*      100%  1  ████████████████████",
    ]


@pytest.mark.usefixtures("promises")
def test_a_promise_settled_on_a_day_alone_is_judged_by_the_day(place: Path) -> None:
    """An import knows no time."""
    with changing() as change:
        for due_on, kept_on in (("2026-09-10", "2026-09-10"), ("2026-09-10", "2026-09-11")):
            change.insert(
                "promise", customer_id=1, text="x", due_on=due_on, due_time="15:00", kept_on=kept_on
            )
        change.insert(
            "promise", customer_id=1, text="x", due_on="2026-09-30", broken_on="2026-09-01"
        )
    item = report("promises", "--period", "2026-09")
    assert item["on_time"] == {"rate": 1 / 3, "n": 3}
    assert (item["kept"], item["broken"], item["open"]) == (2, 1, 0)


# --- satisfaction ---


@contextmanager
def changing() -> Iterator[Change]:
    """Rows written as a command would."""
    context = Context(["test"])
    context.write()
    with context.change() as change:
        yield change
    context.close()


def asked(change: Change, customer: int, at: str | None, **columns: Any) -> None:
    """A survey of the customer, answered at the local time, as the columns say."""
    given = {"kind": "service", "status": "answered", "opened_on": "2026-10-01", **columns}
    if at:
        given |= {"at": f"{at}:00Z", "answered_on": at[:10]}
    change.insert("survey", customer_id=customer, created_at="2026-10-01T00:00:00Z", **given)


@pytest.fixture
def surveys(at: At) -> None:
    """Four customers and what they answered in October and November."""
    play(
        at,
        ("2026-11-20T09:00", "add-customer Acme --stage customer --tier core --since 2024-01-01"),
        ("2026-11-20T09:00", "add-customer 张伟 --kind person --stage customer --since 2026-11-01"),
        ("2026-11-20T09:00", "add-customer Third --stage customer"),
        ("2026-11-20T09:00", "add-customer Prospect"),
        ("2026-11-20T09:00", "add-customer Gone --stage customer"),
    )
    with changing() as change:
        asked(
            change,
            1,
            "2026-11-02T02:00",
            overall=5,
            solved=5,
            speed=4,
            attitude=5,
            nps=10,
            by="Jane Roe",
            good="quick, ring 13812345678",
        )
        asked(
            change,
            2,
            "2026-11-03T02:00",
            overall=2,
            solved=1,
            speed=3,
            nps=3,
            bad="slow",
            comment="张伟 13812345678",
        )
        asked(
            change,
            1,
            "2026-11-04T02:00",
            kind="relation",
            overall=4,
            product=4,
            response=3,
            support=5,
            nps=8,
        )
        asked(change, 1, "2026-11-05T02:00", kind="deep", pain="the price", future="a bigger one")
        asked(change, 4, "2026-11-06T02:00", overall=3)
        asked(change, 3, "2026-11-07T02:00", status="no_answer")
        asked(change, 3, None, status="sent", sent_at="2026-11-08T02:00:00Z", sent_on="2026-11-08")
        asked(change, 3, None, status="due")
        asked(change, 5, "2026-11-09T02:00", overall=1, nps=0)
        # 23:59 local time of the last day of October.
        asked(change, 1, "2026-10-31T15:59", overall=3, nps=9)
    crm("delete c5")  # fmt: skip


NO_SCORES = {
    "csat": {"rate": None, "n": 0},
    "nps": {"score": None, "promoters": 0, "passives": 0, "detractors": 0, "n": 0},
    "index": {"value": None, "n": 0},
}
NO_DIMENSION = {"index": None, "csat": None, "n": 0}
NO_DIMENSIONS = dict.fromkeys(
    ("solved", "speed", "attitude", "product", "response", "support"), NO_DIMENSION
)


@pytest.mark.usefixtures("surveys")
def test_what_customers_say_this_month_and_said_the_month_before() -> None:
    item = report("satisfaction")
    words, trend = item.pop("verbatim"), item.pop("trend")
    october = {
        "csat": {"rate": 0.0, "n": 1},
        "nps": {"score": 100.0, "promoters": 1, "passives": 0, "detractors": 0, "n": 1},
        "index": {"value": 50.0, "n": 1},
    }
    assert trend == [
        *({"period": name, **NO_SCORES} for name in YEAR[:-2]),
        {"period": "2026-10", **october},
        {"period": "2026-11", **{name: item[name] for name in ("csat", "nps", "index")}},
    ]
    assert item == {
        "period": NOVEMBER,
        "customer": None,
        # 5, 2, 4 and 3.
        "csat": {"rate": 0.5, "n": 4},
        "nps": {"score": 0.0, "promoters": 1, "passives": 1, "detractors": 1, "n": 3},
        "index": {"value": 62.5, "n": 4},
        "by_dimension": {
            "solved": {"index": 50.0, "csat": 0.5, "n": 2},
            "speed": {"index": 62.5, "csat": 0.5, "n": 2},
            "attitude": {"index": 100.0, "csat": 1.0, "n": 1},
            "product": {"index": 75.0, "csat": 1.0, "n": 1},
            "response": {"index": 50.0, "csat": 0.0, "n": 1},
            "support": {"index": 100.0, "csat": 1.0, "n": 1},
        },
        "by_kind": {
            "service": {
                "csat": {"rate": 1 / 3, "n": 3},
                "nps": {"score": 0.0, "promoters": 1, "passives": 0, "detractors": 1, "n": 2},
                "index": {"value": 175 / 3, "n": 3},
            },
            "relation": {
                "csat": {"rate": 1.0, "n": 1},
                "nps": {"score": 0.0, "promoters": 0, "passives": 1, "detractors": 0, "n": 1},
                "index": {"value": 75.0, "n": 1},
            },
            "deep": NO_SCORES,
        },
        # Five answered, one did not, one was sent and is open.
        "response_rate": {"rate": 5 / 7, "n": 7},
        "answered": 5, "no_answer": 1, "sent": 1,
        # Acme and 张伟 of three customers answered; a prospect is none.
        "coverage": {"rate": 2 / 3, "n": 3, "goal": 0.3},
        "before": {
            "period": OCTOBER,
            **october,
            "by_dimension": NO_DIMENSIONS,
            "by_kind": {"service": october, "relation": NO_SCORES, "deep": NO_SCORES},
            "response_rate": {"rate": 1.0, "n": 1},
            "answered": 1, "no_answer": 0, "sent": 0,
            "coverage": {"rate": 1 / 3, "n": 3, "goal": 0.3},
        },
    }  # fmt: skip
    nothing = dict.fromkeys(("good", "bad", "comment", "pain", "future"))
    assert words == [
        {
            "ref": "s4", "customer": {"ref": "c1", "name": "Acme"}, "kind": "deep", "at": "2026-11-05T10:00:00+08:00",
            "by": None, "overall": None, "nps": None, **nothing, "pain": "the price", "future": "a bigger one",
        },
        {
            "ref": "s2", "customer": {"ref": "c2", "name": "张*"}, "kind": "service", "at": "2026-11-03T10:00:00+08:00",
            "by": None, "overall": 2, "nps": 3, **nothing, "bad": "slow", "comment": "[张*] 138****5678",
        },
        {
            "ref": "s1", "customer": {"ref": "c1", "name": "Acme"}, "kind": "service", "at": "2026-11-02T10:00:00+08:00",
            "by": "J*", "overall": 5, "nps": 10, **nothing, "good": "quick, ring 138****5678",
        },
    ]  # fmt: skip


@pytest.mark.usefixtures("surveys")
def test_the_voice_of_one_customer_in_full() -> None:
    item = report("satisfaction", "--customer", "张伟", "--reveal")
    assert item["customer"] == {"ref": "c2", "name": "张伟"}
    assert item["csat"] == {"rate": 0.0, "n": 1}
    assert item["coverage"] == {"rate": 1.0, "n": 1, "goal": 0.3}
    assert [(one["ref"], one["comment"]) for one in item["verbatim"]] == [
        ("s2", "张伟 13812345678")
    ]
    told = "The newest one is shown; --limit 0 shows all."
    assert crm("report satisfaction --limit 1").lines[-2:] == ["", told]
    assert told not in crm("report satisfaction --limit 2 --customer 张伟").out
    cut = report("satisfaction", "--limit", "1")
    assert [one["ref"] for one in cut["verbatim"]] == ["s4"]
    assert cut["answered"] == 5


@pytest.mark.usefixtures("surveys")
def test_who_has_fallen_silent_or_answered_long_ago_is_not_covered(at: At) -> None:
    assert report("satisfaction", "--period", "2027-10")["coverage"]["rate"] == 2 / 3
    assert report("satisfaction", "--period", "2027-11")["coverage"]["rate"] == 0.0
    # Nobody has been heard of for 90 days.
    at("2027-03-20T09:00")
    assert report("satisfaction", "--period", "2026-11")["coverage"] == {
        "rate": None, "n": 0, "goal": 0.3,
    }  # fmt: skip


@pytest.mark.usefixtures("surveys")
def test_the_report_of_satisfaction_for_people() -> None:
    assert crm("report satisfaction").lines == [
        "Satisfaction: 2026-11",
        "",
        "FIGURE              VALUE  N  GOAL  2026-10",
        "CSAT                  50%  4             0%",
        "satisfaction index   62.5  4    90       50",
        "NPS                     0  3            100",
        "promoters               1                 1",
        "passives                1                 0",
        "detractors              1                 0",
        "response rate       71.4%  7           100%",
        "coverage            66.7%  3   30%    33.3%",
        "",
        "NPS over time",
        "PERIOD   NPS  N",
        *(f"{name}    –  0" for name in YEAR[:-2]),
        "2026-10  100  1",
        "2026-11    0  3",
        "",
        "Satisfaction over time",
        "PERIOD   SATISFACTION INDEX  N",
        *(f"{name}                   –  0" for name in YEAR[:-2]),
        "2026-10                  50  1",
        "2026-11                62.5  4",
        "",
        "DIMENSION  INDEX  CSAT  N  2026-10",
        "solved        50   50%  2        –  ██████████",
        "speed       62.5   50%  2        –  ████████████",
        "attitude     100  100%  1        –  ████████████████████",
        "product       75  100%  1        –  ███████████████",
        "response      50    0%  1        –  ██████████",
        "support      100  100%  1        –  ████████████████████",
        "",
        "KIND       CSAT  INDEX  N  NPS  N",
        "service   33.3%   58.3  3    0  2",
        "relation   100%     75  1    0  1",
        "",
        "REF  DAY         NAME  OVERALL  NPS  WHAT THEY SAID",
        "s4   2026-11-05  Acme                pain: the price; future: a bigger one",
        "s2   2026-11-03  张*         2    3  bad: slow; comment: [张*] 138****5678",
        "s1   2026-11-02  Acme        5   10  good: quick, ring 138****5678",
    ]


def test_answers_as_they_are_recorded(at: At) -> None:
    """From the need to the answer, through the commands themselves."""
    play(
        at,
        ("2026-11-02T09:00", "add-customer Acme --stage customer"),
        ("2026-11-02T09:00", "add-need Acme jams --kind problem --urgency urgent"),
        ("2026-11-02T10:00", "resolve n1 oiled"),
        ("2026-11-04T10:00", "survey n1 --overall 4 --solved 5 --nps 9 --comment '13812345678'"),
        ("2026-11-05T10:00", "survey Acme --kind relation --sent"),
        ("2026-11-06T10:00", "survey Acme --kind relation --no-answer"),
    )
    item = report("satisfaction")
    assert item["csat"] == {"rate": 1.0, "n": 1}
    assert item["nps"] == {"score": 100.0, "promoters": 1, "passives": 0, "detractors": 0, "n": 1}
    assert item["index"] == {"value": 75.0, "n": 1}
    assert item["by_dimension"]["solved"] == {"index": 100.0, "csat": 1.0, "n": 1}
    assert item["response_rate"] == {"rate": 0.5, "n": 2}
    assert item["coverage"] == {"rate": 1.0, "n": 1, "goal": 0.3}
    assert [one["comment"] for one in item["verbatim"]] == ["138****5678"]


# --- all of them ---

NAMES = ("service", "satisfaction", "promises")


@pytest.mark.parametrize("name", NAMES)
def test_an_empty_file_has_no_figures_and_is_not_made(name: str, place: Path) -> None:
    item = report(name)
    for figure in ("first_response", "feedback", "solve"):
        assert item.get(figure, NOTHING) == NOTHING
    for figure in ("csat", "first_time_resolution", "response_rate", "coverage", "on_time"):
        if figure in item:
            assert (item[figure]["rate"], item[figure]["n"]) == (None, 0)
    ran = crm(f"report {name}")
    assert "–" in ran.out
    assert ran.err == ""
    assert not (place / "crm.db").exists()


@pytest.mark.parametrize("name", NAMES)
def test_figures_and_the_text_of_scripts_do_not_depend_on_the_language(name: str) -> None:
    crm("add-customer 华东 --stage customer")
    crm("add-need 华东 jams --at 2026-10-05T09:00 --urgency urgent")
    english = crm(["report", name, "--period", "2026-10", "--json"])
    chinese = {"service": "服务", "satisfaction": "满意度", "promises": "承诺"}[name]
    assert crm(["report", chinese, "--period", "2026年10月", "--json", "--lang", "zh"]) == english
    assert crm(["report", name[:4], "--period", "2026/10", "--json"]) == english


def test_periods_and_words_are_spelled_in_chinese() -> None:
    crm("add-customer 华东 --stage customer")
    crm("add-need 华东 jams --at 2026-10-05T09:00")
    lines = crm("report 服务 --period 2026Q4 --lang zh").lines
    assert "2026年第4季度" in lines[0]
    assert "2026年第3季度" in lines[2]
    assert "2026年11月" in crm("report 承诺 --lang zh").lines[0]
    assert "2026年" in crm("report 满意度 --period 今年 --lang zh").lines[0]


@pytest.mark.usefixtures("needs")
@pytest.mark.parametrize("command", [f"report {name}" for name in NAMES])
def test_a_report_only_reads(command: str, place: Path) -> None:
    before = (place / "crm.db").read_bytes()
    crm(command)
    crm(f"{command} --json --period 2026 --tier core")
    assert (place / "crm.db").read_bytes() == before


_FORMS = "write it like 2026-10, 2026Q1, 2026, this month, last quarter, 2026年10月 or 2026年第1季度 (years 1900 to 9000)"


@pytest.mark.parametrize(
    ("command", "code", "sentence"),
    [
        ("report service --period 2026-13", 2, f"'2026-13' is not a period; {_FORMS}"),
        ("report service --period ''", 2, f"'' is not a period; {_FORMS}"),
        ("report srevice", 2, "report 'srevice' is unknown; did you mean service?"),
        (
            "report",
            2,
            "which report? choose one of funnel (漏斗), follow-up (跟进), service (服务), satisfaction (满意度), promises (承诺), "
            "value (价值), quality (质量), all (全部)",
        ),
        ("report s", 2, "report 's' may mean satisfaction, service; write one of them"),
        (
            "report weather",
            2,
            "report 'weather' is unknown; choose one of funnel (漏斗), follow-up (跟进), service (服务), satisfaction (满意度), "
            "promises (承诺), value (价值), quality (质量), all (全部)",
        ),
        ("report service --customer c9", 3, "there is no customer c9; crm list-customers shows them all"),
        ("report service --limit -1", 2, "--limit -1 is below zero; write how many to show, or 0 for all"),
    ],
)  # fmt: skip
def test_what_cannot_be_reported_is_refused(command: str, code: int, sentence: str) -> None:
    crm("add-customer Acme")
    kind = {2: "bad_value", 3: "not_found"}[code]
    refused(command, code, sentence, kind=kind)


def _texts(value: Any) -> Sequence[str]:
    if isinstance(value, dict):
        return [text for one in value.values() for text in _texts(one)]
    if isinstance(value, list):
        return [text for one in value for text in _texts(one)]
    return [value] if isinstance(value, str) else []


def test_a_category_with_a_number_in_it_is_masked() -> None:
    crm("add-customer Acme")
    crm("add-need Acme jams --category '打印机 13812345678'")
    assert "打印机 138****5678" in _texts(report("service"))
    assert "打印机 13812345678" in _texts(report("service", "--reveal"))
