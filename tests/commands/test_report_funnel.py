"""The reports of the funnel and of following up: small examples counted by hand, over the end of a year (HANDBOOK §11)."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.contract.program import refused
from tests.support import crm

At = Callable[[str], None]
NO_LOSS = dict.fromkeys(
    ("price", "product", "service", "competitor", "no budget", "contact left", "other", "unknown"),
    0,
)
CHANNELS = ("call", "visit", "meeting", "video", "email", "wechat", "wecom", "message", "event", "other")  # fmt: skip
NONE, UNMEASURED = {"rate": None, "n": 0}, {"median": None, "n": 0}
STORY = (
    ("2026-11-28T09:00", "add-customer Alpha --source fair"),
    ("2026-12-05T09:00", "log-contact Alpha hello --stage interested --intent high --next send --on 2026-12-10 --ours Ann"),
    ("2026-12-20T09:00", "add-customer Beta --source web"),
    ("2026-12-21T09:00", "log-contact Beta ring --no-answer"),
    ("2026-12-21T10:00", "add-deal Beta one --amount 1000 --probability 50"),
    ("2026-12-28T09:00", "log-contact Beta hi --channel visit --stage customer --ours Ann --ours Bob"),
    ("2026-12-30T09:00", "win d1"),
    ("2026-12-31T09:00", "add-deal Alpha two --amount 500 --currency EUR --quoted 2026-12-01 --probability 40"),
    ("2027-01-04T09:00", "edit Alpha --set stage=customer --reason signed"),
    ("2027-01-10T09:00", "add-customer Gamma --stage customer --since 2025-03-01"),
    ("2027-01-11T09:00", "add-customer Delta"),
    ("2027-01-12T09:00", "lose d2 --reason price"),
    ("2027-01-15T09:00", "log-contact Delta no --stage lost --loss-reason price"),
    ("2027-01-20T09:00", "log-contact Gamma bye --stage lost --loss-reason 'other: moved away'"),
    ("2027-01-25T09:00", "log-contact Delta again --stage interested"),
    ("2027-01-29T09:00", "due --count"),
)  # fmt: skip


def report(name: str, *options: str) -> Any:
    return crm(["report", name, "--json", *options]).json["item"]


def rate(met: int, n: int) -> dict[str, float | int | None]:
    return {"rate": met / n if n else None, "n": n}


def stages(entered: str, standing: str) -> Any:
    return {
        stage: {"entered": int(one), "standing": int(other)}
        for stage, one, other in zip(
            ("prospect", "interested", "customer", "lost"), entered, standing, strict=True
        )
    }


def steps(*told: tuple[int, int, float | None, int]) -> Any:
    names = ("prospect", "interested", "customer", "lost")
    return [
        {"from": names[i], "to": names[i + 1], **rate(met, n), "days": {"median": days, "n": of}}
        for i, (met, n, days, of) in enumerate(told)
    ]


@pytest.fixture
def story(at: At) -> None:
    """Four customers and two deals; it is 29 January 2027."""
    for moment, command in STORY:
        at(moment)
        crm(command)


DECEMBER = {
    "stages": stages("1110", "0110"),
    # Beta came as a prospect and ordered at once; Alpha, interested for 7 days, is no customer yet.
    "steps": steps((1, 1, 7, 1), (0, 1, None, 0), (0, 1, None, 0)),
    "conversion": rate(1, 1),
    "sources": [{"source": "web", "added": 1, "became_customers": 1, "conversion": rate(1, 1)}],
    "loss_reasons": NO_LOSS,
    "win_back": NONE,
    "pipeline": [{"currency": "EUR", "deals": 1, "unpriced": 0, "sum": 500, "weighted": 200}],
    "won": {"n": 1, "amounts": [{"currency": "CNY", "deals": 1, "unpriced": 0, "sum": 1000}]},
    "lost": {"n": 0, "amounts": []},
    "win_rate": rate(1, 1),
    "days_to_win": {"mean": 9, "n": 1},
}
JANUARY = {
    "stages": stages("1112", "0121"),
    # Delta was lost and is interested again; Alpha took 30 days, Gamma left after 690.
    "steps": steps((1, 1, None, 0), (0, 1, 30, 1), (0, 1, 690, 1)),
    "conversion": rate(0, 1),
    "sources": [
        {"source": None, "added": 2, "became_customers": 0, "conversion": rate(0, 1)},
        {"source": "fair", "added": 0, "became_customers": 1, "conversion": NONE},
    ],
    # Delta's reason went when it came back.
    "loss_reasons": NO_LOSS | {"other": 1, "unknown": 1},
    "win_back": rate(1, 2),
    "pipeline": [],
    "won": {"n": 0, "amounts": []},
    "lost": {"n": 1, "amounts": [{"currency": "EUR", "deals": 1, "unpriced": 0, "sum": 500}]},
    "win_rate": rate(0, 1),
    "days_to_win": {"mean": None, "n": 0},
}


@pytest.mark.usefixtures("story")
def test_the_funnel_over_the_end_of_a_year() -> None:
    item = report("funnel")
    assert item == {
        "period": {"name": "2027-01", "from": "2027-01-01", "to": "2027-01-31"}, "customer": None, **JANUARY,
        "before": {"period": {"name": "2026-12", "from": "2026-12-01", "to": "2026-12-31"}, **DECEMBER},
    }  # fmt: skip
    assert report("漏斗", "--period", "2027-01", "--compare", "2026-12") == item
    assert report("funnel", "--compare") == item


@pytest.mark.usefixtures("story")
def test_a_year_and_a_quarter_hold_their_months() -> None:
    year = report("funnel", "--period", "2026", "--compare", "2026Q4")
    assert year["before"]["period"]["name"] == "2026Q4"
    assert {name: year["before"][name] for name in DECEMBER} == {
        name: year[name] for name in DECEMBER
    }
    assert year["stages"] == stages("2110", "0110")
    assert year["steps"] == steps((2, 2, 7, 1), (0, 1, None, 0), (0, 1, None, 0))
    assert year["conversion"] == rate(1, 2)


@pytest.mark.usefixtures("story")
def test_the_funnel_of_one_customer_and_of_some() -> None:
    delta = report("funnel", "--customer", "Delta")
    assert delta["customer"] == {"ref": "c4", "name": "Delta"}
    assert delta["stages"] == stages("1101", "0100")
    assert delta["win_back"] == rate(1, 1)
    assert delta["pipeline"] == delta["won"]["amounts"] == delta["lost"]["amounts"] == []
    assert report("funnel", "--stage", "lost")["stages"] == stages("0001", "0001")
    assert report("funnel", "--where", "source = fair")["stages"] == stages("0010", "0010")
    assert len(report("funnel", "--limit", "1")["sources"]) == 1


def test_an_imported_list_stands_and_only_its_leads_come() -> None:
    lines = (
        "name,stage,since,source\nA,customer,,x\nB,customer,2026-11-03,x\nC,prospect,,x\nD,lost,,\n"
    )
    crm("import - --as customers", stdin=lines)
    item = report("funnel")
    assert item["stages"] == stages("1010", "1021")
    assert item["win_back"] == NONE
    assert item["sources"] == [
        {"source": "x", "added": 3, "became_customers": 1, "conversion": rate(0, 1)},
        {"source": None, "added": 1, "became_customers": 0, "conversion": NONE},
    ]
    crm("edit D --set stage=customer")
    assert report("funnel")["win_back"] == rate(1, 1)
    assert report("funnel", "--period", "2026-10")["stages"] == stages("0000", "0000")


def week(name: str, first: str, last: str, **by_channel: int) -> Any:
    return {
        "week": name, "from": first, "to": last, "n": sum(by_channel.values()),
        "by_channel": dict.fromkeys(CHANNELS, 0) | by_channel,
    }  # fmt: skip


@pytest.mark.usefixtures("story")
def test_following_up_over_the_end_of_a_year() -> None:
    item = report("跟进", "--period", "2026-12", "--compare", "2027-01", "--reveal")
    before = item.pop("before")
    assert item == {
        "period": {"name": "2026-12", "from": "2026-12-01", "to": "2026-12-31"}, "customer": None,
        "contacts": 3, "by_channel": dict.fromkeys(CHANNELS, 0) | {"call": 2, "visit": 1},
        "weeks": [
            week("2026-W49", "2026-12-01", "2026-12-06", call=1), week("2026-W50", "2026-12-07", "2026-12-13"),
            week("2026-W51", "2026-12-14", "2026-12-20"), week("2026-W52", "2026-12-21", "2026-12-27", call=1),
            week("2026-W53", "2026-12-28", "2026-12-31", visit=1),
        ],
        "two_way": rate(2, 3), "no_answer": rate(1, 3), "with_intent": rate(1, 3), "with_next": rate(1, 3),
        "by_person": [{"name": "Ann", "n": 2}, {"name": "Bob", "n": 1}, {"name": None, "n": 1}],
        "contacts_until_won": {"median": 2, "n": 1}, "days_until_won": {"median": 8, "n": 1},
        "cadence_kept": NONE,
        "overdue_touches": 1,  # Beta's since 18 January; Alpha's follow-up is listed instead of its touch
    }  # fmt: skip
    assert [one["ref"] for one in crm("due --kind touch --overdue --json").json["items"]] == [
        "c2:touch"
    ]
    assert before["weeks"][0] == week("2026-W53", "2027-01-01", "2027-01-03")
    assert before["weeks"][-1] == week("2027-W04", "2027-01-25", "2027-01-29", call=1)
    assert before["contacts_until_won"] == {"median": 1, "n": 1}
    assert before["days_until_won"] == {"median": 37, "n": 1}
    assert before["by_person"] == [{"name": None, "n": 3}]
    assert "overdue_touches" not in before


def test_a_cadence_is_kept_by_the_day_it_falls_due(at: At) -> None:
    at("2026-09-01T09:00")
    crm("add-customer Acme --stage customer --tier core --since 2020-01-01")
    crm("add-customer Late --stage customer --cadence 2w --since 2020-01-01")
    for day, who in (
        ("2026-09-01", "Acme"),  # due 1 October: made early, on 15 September
        ("2026-09-15", "Acme"),  # due 15 October: made on that day
        ("2026-10-15", "Acme"),  # due Sunday 15 November, moved to 16: not made
        ("2026-10-01", "Late"),  # due 15 October: made a day late
        ("2026-10-16", "Late"),  # due 30 October: not made
    ):
        at(f"{day}T09:00")
        crm(["log-contact", who, "hello"])
        crm(["log-contact", who, "again, the same day", "--at", f"{day}T08:00"])
    at("2026-11-16T09:00")
    october = report("follow-up", "--period", "2026-10")
    assert october["cadence_kept"] == rate(2, 4)
    assert october["before"]["cadence_kept"] == NONE
    assert report("follow-up")["cadence_kept"] == NONE  # may still be made today
    at("2026-11-17T09:00")
    assert report("follow-up")["cadence_kept"] == rate(0, 1)
    assert report("follow-up", "--customer", "Late", "--period", "2026Q4")["cadence_kept"] == rate(
        0, 2
    )
    crm("edit Late --set do_not_contact=yes")
    assert report("follow-up", "--period", "2026Q4")["cadence_kept"] == rate(2, 3)
    crm("edit Late --set do_not_contact=no --set cadence=16d")  # as it stands now
    assert report("follow-up", "--period", "2026-10")["cadence_kept"] == rate(3, 3)
    crm("edit Late --set stage=interested")
    assert report("follow-up", "--period", "2026-10")["cadence_kept"] == rate(2, 2)


def test_contacts_of_a_lead_and_about_a_need_keep_no_cadence(at: At) -> None:
    at("2026-09-01T09:00")
    crm("add-customer Acme --tier core")
    crm("log-contact Acme 'as a lead'")
    at("2026-09-05T09:00")
    crm("edit Acme --set stage=customer")
    at("2026-09-10T09:00")
    crm("log-contact Acme 'as a customer'")  # due Saturday 10 October, moved to Monday
    crm("add-need Acme 'it jams'")
    at("2026-10-12T09:00")
    crm("log-contact Acme 'when?' --in --need n1")
    at("2026-10-20T09:00")
    assert report("follow-up")["cadence_kept"] == rate(0, 1)
    crm("config set cadence.counts all")
    assert report("follow-up")["cadence_kept"] == rate(1, 1)
    assert report("follow-up")["before"]["cadence_kept"] == NONE


@pytest.mark.parametrize("name", ["funnel", "follow-up"])
@pytest.mark.parametrize("period", ["2026-11", "2026Q1", "1999", "2031-02"])
def test_nothing_is_null_and_a_dash(name: str, period: str) -> None:
    for settings in (False, True):
        if settings:
            crm("config set cadence.no_reply 3d")  # makes the file, with nobody in it
        item = report(name, "--period", period)
        for rates in ("conversion", "win_back", "win_rate") if name == "funnel" else ("two_way", "no_answer", "with_intent", "with_next", "cadence_kept"):  # fmt: skip
            assert item[rates] == item["before"][rates] == NONE
        shown = crm(["report", name, "--period", period]).out
        assert "–" in shown
        assert "None" not in shown


def test_weeks_end_today_and_none_are_to_come() -> None:
    assert [one["week"] for one in report("follow-up")["weeks"]] == ["2026-W44", "2026-W45", "2026-W46", "2026-W47"]  # fmt: skip
    assert report("follow-up")["weeks"][-1]["to"] == "2026-11-20"
    assert report("follow-up", "--period", "2026-12")["weeks"] == []
    assert len(report("follow-up", "--period", "2020")["weeks"]) == 53


@pytest.mark.parametrize("name", ["service", "satisfaction", "promises", "funnel", "follow-up"])
def test_every_report_compares_with_any_period(name: str) -> None:
    item = report(name, "--period", "2026-10", "--compare", "2025-10")
    assert item["before"]["period"] == {"name": "2025-10", "from": "2025-10-01", "to": "2025-10-31"}
    assert report(name, "--compare", "--period", "2026-10") == report(name, "--period", "2026-10")
    assert report(name)["before"]["period"]["name"] == "2026-10"
    assert crm(["report", "--compare", name, "--json"]).json["item"] == report(name)
    assert "2025Q4" in crm(["report", name, "--compare", "2025Q4"]).out


@pytest.mark.parametrize("option", ["--compare 2025-13", "--compare=2025-13", "--period 2025-13"])
def test_what_is_no_period_is_refused(option: str) -> None:
    refused(
        f"report funnel {option}",
        2,
        "'2025-13' is not a period; write it like 2026-10, 2026Q1, 2026, this month, last quarter, 2026年10月 or "
        "2026年第1季度 (years 1900 to 9000)",
    )


@pytest.mark.usefixtures("story")
def test_people_read_the_funnel_and_the_follow_up() -> None:
    funnel = crm("report funnel").out
    for line in ("won back", "median 30 days, n 1", "50%", "500.00 EUR"):
        assert line in funnel
    follow_up = crm("report follow-up --period 2026-12").out
    for line in ("2026-W53", "nobody named", "A*  ", "66.7%"):
        assert line in follow_up
    assert "Ann" not in follow_up
