"""The report quality: small files counted by hand, and every figure once more from what is exported (HANDBOOK §1, §10, §11)."""

import json
import random
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from crmcli.commands.demo import _fill
from crmcli.context import Context
from tests.support import crm, heavy

At = Callable[[str], None]
NONE = {"rate": None, "n": 0}
SHANGHAI = ZoneInfo("Asia/Shanghai")


def report(*options: str) -> Any:
    answer = crm(["report", "quality", "--json", *options]).json
    assert answer["schema"] == "crm.report-quality/1"
    return answer["item"]


def play(at: At, *steps: tuple[str, str]) -> None:
    """Run each command at its time."""
    for moment, command in steps:
        at(moment)
        crm(command)


def lacking(item: Mapping[str, Any]) -> dict[str, tuple[int, int]]:
    return {one["field"]: (one["missing"], one["n"]) for one in item["missing"]["fields"] if one["n"]}  # fmt: skip


def counted(part: int, n: int) -> dict[str, Any]:
    return {"rate": part / n if n else None, "n": n, "count": part}


# --- by hand ---


def test_an_empty_file_has_nothing_to_go_by() -> None:
    item = report("--period", "2026Q1")
    assert item["customers"] == 0
    for name in ("consent_unknown", "core_without_decider", "unreachable"):
        assert item[name] == {**NONE, "count": 0}, name
    assert {one["rate"] for one in item["missing"]["fields"]} == {None}
    assert item["stale"] == {**NONE, "count": 0, "core": {**NONE, "count": 0}, "others": {**NONE, "count": 0}}  # fmt: skip
    assert (item["entered_within_24h"], item["changed_within_24h"]) == (NONE, NONE)
    assert item["before"]["period"]["name"] == "2025Q4"
    shown = crm("report quality").lines
    assert [line.split()[-2:] for line in shown if line.startswith("incomplete")] == [["–", "0"]]


def test_what_is_missing_of_whom_it_is_wanted() -> None:
    crm("add-customer Acme --industry tools --size 50 --tier core --prefer call --person Jane --title buyer --phone 13812345678 --role decider --need 'a press'")  # fmt: skip
    crm("add-customer 华东 --industry tools --person 张三 --phone 13912345678")
    crm("add-customer 李四 --kind person --email li@example.com --stage lost")
    item = report()
    assert item["missing"]["count"] == 2
    assert lacking(item) == {
        "industry": (0, 2), "size": (1, 2), "person": (1, 2), "stage": (0, 3), "tier": (1, 2), "prefer": (1, 2),
        "need": (1, 2), "contact": (0, 1), "source": (1, 1), "loss_reason": (1, 1),
    }  # fmt: skip
    assert item["core_without_decider"] == counted(0, 1)
    assert item["unreachable"] == counted(0, 3)
    # Two people, and a customer who is one.
    assert item["consent_unknown"] == counted(3, 3)
    crm("edit h1 --set consent=given --set consent_source=phone")
    assert report()["consent_unknown"] == counted(2, 3)
    crm("edit h1 --set left_on=today")
    assert report()["core_without_decider"] == counted(1, 1)
    assert report()["consent_unknown"] == counted(2, 2)
    crm("config set fields.region text")
    crm("config set required.company field.region,phones,city,tags")
    crm("config set required.person ''")
    crm("edit c1 --set field.region=east")
    item = report()
    assert lacking(item) == {
        "field.region": (1, 2), "phones": (2, 2), "city": (2, 2), "tags": (2, 2), "loss_reason": (1, 1),
    }  # fmt: skip
    assert lacking(report("--customer", "c1")) == {
        "field.region": (0, 1), "phones": (1, 1), "city": (1, 1), "tags": (1, 1),
    }  # fmt: skip


def test_what_is_alike_is_what_doctor_says() -> None:
    for name in (
        "华东精工有限公司",
        "华东精工",
        "上海华东精工有限公司",
        "Acme Ltd",
        "Acme Limited",
        "Zebra",
    ):
        crm(["add-customer", name, "--allow-duplicate"])
    found = crm("doctor --duplicates --json").json["items"]
    likely = sum(one["verdict"] == "likely" for one in found)
    assert likely
    item = report()
    assert item["duplicates"] == {"likely": likely, "maybe": len(found) - likely, "judged": True}
    assert report("--customer", "c6")["duplicates"] == {"likely": 0, "maybe": 0, "judged": True}


def test_in_a_large_file_the_same_name_or_code_is_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crmcli.commands.shared.reports.quality.MOST_JUDGED", 3)
    code = "91310000MA1FL7X76Q"
    for name in ("Acme", "ACME", "acme Ltd", "Zebra", "Lion"):
        crm(["add-customer", name, "--allow-duplicate"])
    assert report()["duplicates"] == {"likely": 2, "maybe": None, "judged": False}
    for key in (3, 4):
        crm(["edit", f"c{key}", "--set", f"uscc={code}"])
    assert report()["duplicates"]["likely"] == 3
    assert report("--customer", "c5")["duplicates"]["likely"] == 0
    assert any("same name or credit code" in line for line in crm("report quality").lines)


def test_masked_values_are_counted_where_they_are() -> None:
    crm("add-customer 张* --kind person --phone '138****5678'")
    crm("add-customer 'A* Ltd' --person '李*' --email j@example.com --note 'call 138****5678'")
    crm("add-customer Acme --note '**important**'")
    assert report()["masked"] == {"values": 4, "customers": 2}


def test_what_nobody_touched_for_a_month_or_a_quarter(at: At) -> None:
    play(
        at,
        ("2026-01-31T09:00", "add-customer Acme --tier core"),
        ("2026-01-31T09:00", "add-customer 华东 --tier ordinary --person 张三 --phone 13812345678 --tag vip"),
        ("2026-01-31T09:00", "add-customer Gone --stage lost"),
    )  # fmt: skip

    def stale() -> tuple[int, int]:
        item = report()["stale"]
        assert item["n"] == item["core"]["n"] + item["others"]["n"] == 2
        return item["core"]["count"], item["others"]["count"]

    at("2026-02-27T23:59")
    assert stale() == (0, 0)
    at("2026-02-28T00:00")  # 31 January and a month is the last of February
    assert stale() == (1, 0)
    crm("log-contact c1 hello")  # is no touch of the record
    crm("snooze c1 +5d")
    assert stale() == (1, 0)
    crm("edit c1 --set city=Berlin")
    assert stale() == (0, 0)
    crm("undo")
    assert stale() == (1, 0)
    crm("undo x" + crm("history --limit 1 --json").json["items"][0]["ref"][1:])
    assert stale() == (0, 0)
    at("2026-04-29T09:00")
    assert stale() == (1, 0)
    at("2026-04-30T09:00")
    assert stale() == (1, 1)
    for command in (
        "edit h1 --set title=buyer", "edit h1 --set phones=13912345678", "tag c2 new", "tag c2 --remove vip", "verify c2",
        "verify h1",
    ):  # fmt: skip
        crm(command)
        assert stale() == (1, 0), command
        crm("undo")
        assert stale() == (1, 1), command


def test_entered_within_24_hours(at: At) -> None:
    crm("add-customer Acme")
    crm("log-contact c1 now")
    crm("log-contact c1 'to the minute' --at '2026-11-19 09:00'")
    crm("log-contact c1 'a minute more' --at '2026-11-19 08:59'")
    crm("log-contact c1 'last month' --at '2026-10-31 09:00'")
    crm("add-customer Other")
    crm("edit c1 --set city=Berlin --changed-on yesterday")
    crm("edit c1 --set industry=tools --changed-on -2d")
    crm("edit c2 --set city=Paris --changed-on today")
    crm("edit c2 --set city=Rome --changed-on 2026-10-01")
    crm("edit c2 --set city=Oslo")
    item = report()
    assert item["entered_within_24h"] == {"rate": 2 / 3, "n": 3}
    assert item["before"]["entered_within_24h"] == {"rate": 0.0, "n": 1}
    assert item["changed_within_24h"] == {"rate": 2 / 3, "n": 3}
    assert item["before"]["changed_within_24h"] == {"rate": 0.0, "n": 1}
    assert report("--customer", "c1")["changed_within_24h"] == {"rate": 0.5, "n": 2}
    assert report("--customer", "c2")["entered_within_24h"] == NONE
    crm("undo x" + _change_of("industry=tools"))
    assert report()["changed_within_24h"] == {"rate": 1.0, "n": 2}


def _change_of(text: str) -> str:
    (found,) = [one["ref"][1:] for one in crm("history --json").json["items"] if text in one["command"]]  # fmt: skip
    return str(found)


# --- once more from what is exported ---


def made_up(at: At, seed: int) -> None:
    """A few months of some twenty customers."""
    dice = random.Random(seed)
    day, known = date(2026, 3, 2), 0
    people = 0
    while day < date(2026, 9, 10):
        at(f"{day}T{dice.randint(8, 18):02}:30")
        if known < 20 or dice.random() < 0.2:
            line = [
                "add-customer",
                f"客户{dice.choice('甲乙丙丁戊己庚辛壬癸')}{known}",
                "--allow-duplicate",
            ]
            line += ["--stage", dice.choice(("customer", "prospect", "lost"))]
            for option, values in {
                "--kind": ("company", "person"), "--tier": ("core", "core", "ordinary"), "--industry": ("tools",), "--size": ("9",),
                "--prefer": ("call",), "--phone": (f"139{dice.randrange(10**8):08}",), "--source": ("fair",), "--need": ("help",),
            }.items():  # fmt: skip
                if dice.random() < 0.5:
                    line += [option, dice.choice(values)]
            if dice.random() < 0.4:
                people += 1
                line += ["--person", f"人{people}", "--role", dice.choice(("decider", "user"))]
                line += ["--title", "主任"] if dice.random() < 0.7 else []
            crm(line)
            known += 1
        for _ in range(dice.randrange(3)):
            when = f"-{dice.randrange(4)}d" if dice.random() < 0.5 else "now"
            crm(["log-contact", f"c{dice.randint(1, known)}", "hi", *(["--at", when] if when != "now" else [])])  # fmt: skip
        who = f"c{dice.randint(1, known)}"
        crm(dice.choice([
            ["edit", who, "--set", f"city={day}"],
            ["edit", who, "--set", f"city={day}", "--changed-on", f"-{dice.randrange(4)}d"],
            ["tag", who, f"t{day}"],
            ["verify", who],
            ["log-contact", who, "a word"],
            ["edit", f"h{dice.randint(1, people)}", "--set", f"concern={day}"] if people else ["verify", who],
            ["edit", f"h{dice.randint(1, people)}", "--set", "consent=given"] if people else ["verify", who],
        ]))  # fmt: skip
        day += timedelta(days=dice.randint(2, 8))
    at("2026-09-10T17:00")


def read() -> dict[str, list[dict[str, Any]]]:
    """What is exported, by kind."""
    found: dict[str, list[dict[str, Any]]] = {}
    for line in map(json.loads, crm("export all --format jsonl --reveal").lines):
        if "record" in line:
            found.setdefault(line["record"], []).append(line)
    return found


def local_day(text: str) -> date:
    return datetime.fromisoformat(text).astimezone(SHANGHAI).date()


def months_after(day: date, months: int) -> date:
    month = day.month - 1 + months
    year, month = day.year + month // 12, month % 12 + 1
    last = [31, 29 if year % 4 == 0 else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
    return date(year, month, min(day.day, last))


@pytest.mark.parametrize("seed", range(heavy(2)))
def test_every_figure_once_more_from_what_is_exported(at: At, seed: int) -> None:
    made_up(at, seed)
    told, item = read(), report("--period", "2026Q3")
    _compare_kept(item, told)
    _compare_entered(item, told, Q3, Q2)
    _compare_stale(item, told, date(2026, 9, 10))


def test_every_figure_of_the_demo_once_more() -> None:
    demo = Context(["demo"])
    demo.write()
    _fill(demo)
    demo.close()
    told, item = read(), report("--period", "2026-11")
    _compare_kept(item, told)
    _compare_entered(item, told, *((date(2026, month, 1), date(2026, month, days)) for month, days in ((11, 30), (10, 31))))  # fmt: skip
    _compare_stale(item, told, date(2026, 11, 20))
    assert item["customers"] > 30
    assert item["missing"]["count"] > 0 and item["core_without_decider"]["n"] > 0
    assert item["entered_within_24h"]["n"] and 0 < item["consent_unknown"]["rate"] < 1


Q3, Q2 = (date(2026, 7, 1), date(2026, 9, 30)), (date(2026, 4, 1), date(2026, 6, 30))


def _compare_kept(item: Mapping[str, Any], told: Mapping[str, Any]) -> None:
    customers = {one["id"]: one for one in told["customer"]}
    listed = crm("export customers --format jsonl --reveal").lines
    missing = Counter(name for line in listed for name in json.loads(line)["missing"])
    incomplete = sum(bool(json.loads(line)["missing"]) for line in listed)
    assert item["customers"] == len(customers)
    assert item["missing"]["count"] == incomplete
    assert {name: n for name, (n, _) in lacking(item).items() if n} == dict(missing)
    people = [one for one in told.get("person", ()) if not one.get("left_on")]
    asked = [*people, *(one for one in customers.values() if one["kind"] == "person")]
    assert item["consent_unknown"] == counted(sum("consent" not in one for one in asked), len(asked))  # fmt: skip
    core = [key for key, one in customers.items() if one.get("tier") == "core" and one["stage"] != "lost"]  # fmt: skip
    deciding = {one["customer_id"] for one in people if "decider" in one.get("roles", "").split(",")}  # fmt: skip
    assert item["core_without_decider"] == counted(len(set(core) - deciding), len(core))
    reached = {one["customer_id"] for one in told["contact_point"] if one["active"]}
    assert item["unreachable"] == counted(len(customers.keys() - reached), len(customers))


Days = tuple[date, date]


def _compare_entered(item: Mapping[str, Any], told: Mapping[str, Any], now: Days, before: Days) -> None:  # fmt: skip
    for figures, (first, last) in ((item, now), (item["before"], before)):
        gaps = [
            datetime.fromisoformat(one["entered_at"]) - datetime.fromisoformat(one["at"])
            for one in told["interaction"]
            if first <= local_day(one["at"]) <= last
        ]
        soon = sum(gap <= timedelta(hours=24) for gap in gaps)
        assert figures["entered_within_24h"] == {"rate": soon / len(gaps), "n": len(gaps)}
        changes = [
            (date.fromisoformat(one["happened_on"]), local_day(one["at"]))
            for one in crm("history --json --limit 0").json["items"]
            if one["happened_on"] and first <= date.fromisoformat(one["happened_on"]) <= last
        ]
        soon = sum((entered - happened).days <= 1 for happened, entered in changes)
        rate = soon / len(changes) if changes else None
        assert figures["changed_within_24h"] == {"rate": rate, "n": len(changes)}


RECORD = {"customer", "person", "contact_point", "tag", "field_value"}


def _compare_stale(item: Mapping[str, Any], told: Mapping[str, Any], today: date) -> None:
    found = Counter[tuple[bool, bool]]()
    for one in told["customer"]:
        if one["stage"] == "lost" or "retired_on" in one:
            continue
        key = one["id"]
        steps = crm(f"history c{key} --json --limit 0").json["items"]
        touched = max(local_day(step["at"]) for step in steps if step["record"] in RECORD)
        is_core = one.get("tier") == "core"
        found[is_core, months_after(touched, 1 if is_core else 3) <= today] += 1
    for name, is_core in (("core", True), ("others", False)):
        n = found[is_core, True] + found[is_core, False]
        assert item["stale"][name] == counted(found[is_core, True], n), name
