"""Filters, tags by rule and segments on a random file, against a loop over what is exported (CLI.md, HANDBOOK §7)."""

import json
import random
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from statistics import mean
from typing import Any
from unittest import mock

import pytest

from tests.support import crm, is_heavy, place_at, run_in_process

TODAY = date(2026, 11, 20)
TIERS, STAGES = ("core", "potential", "ordinary", ""), ("prospect", "interested", "customer", "customer", "customer", "lost")  # fmt: skip
CITIES, INDUSTRIES = ("上海", "苏州", "Kiel", ""), ("steel", "机械", "")
TAGS = ("vip", "老客户", "active", "高价值", "")
RULES = {"active": "活跃", "to-wake": "待唤醒", "high-value": "高价值", "at-risk": "流失风险", "advocate": "推荐者"}  # fmt: skip
HOW_MANY = 70


def day(chance: random.Random, most: int = 500) -> str:
    return (TODAY - timedelta(days=int(most * chance.random() ** 2))).isoformat()


def _written(folder: Path, chance: random.Random) -> None:
    """Lists of customers and of what happened with them, imported on different days."""
    names = [f"客户{number}" for number in range(HOW_MANY)]
    lists: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for number, name in enumerate(names):
        lists["customers"].append({
            "name": name, "external_id": f"E{number}", "stage": chance.choice(STAGES), "tier": chance.choice(TIERS),
            "city": chance.choice(CITIES), "industry": chance.choice(INDUSTRIES), "since": min(day(chance, 900), "2026-05-31"),
            "tags": ";".join(chance.sample(TAGS, 2)), "last_contact": chance.choice(("", min(day(chance, 300), "2026-05-31"))),
            "referred_by": chance.choice(names[:number]) if number and chance.random() < 0.2 else "",
        })  # fmt: skip
        for _ in range(chance.choice((0, 0, 1, 2, 5, 8))):
            lists["orders"].append({
                "customer": name, "ordered_on": day(chance, 700), "amount": chance.choice((99.5, 1_000, 33_333.33, 60_000, 100_000)),
                "currency": chance.choice(("CNY", "CNY", "CNY", "USD", "JPY", "EUR")), "external_id": f"O{len(lists['orders'])}",
            })  # fmt: skip
            if lists["orders"][-1]["currency"] == "JPY":
                lists["orders"][-1]["amount"] = chance.choice((7, 15, 2_345))
        for _ in range(chance.choice((0, 0, 1, 3))):
            lists["surveys"].append({
                "customer": name, "kind": "relation", "at": day(chance, 100), "overall": 4, "nps": chance.choice((0, 6, 8, 9, 10)),
                "external_id": f"S{len(lists['surveys'])}",
            })  # fmt: skip
        for _ in range(chance.choice((0, 0, 0, 2))):
            lists["needs"].append({
                "customer": name, "text": "it broke", "kind": "complaint", "received_at": day(chance, 60), "external_id": f"N{len(lists['needs'])}",
            })  # fmt: skip
    for kind, rows in lists.items():
        path = folder / f"{kind}.jsonl"
        path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")  # fmt: skip
        crm(f"import {path} --as {kind}", CRM_NOW="2026-06-01T09:00" if kind == "customers" else "2026-11-20T08:00")  # fmt: skip


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The file, made once."""
    folder = tmp_path_factory.mktemp("value")
    with mock.patch.dict("os.environ", place_at(folder)):
        crm("config set currency.rate.USD 7.1234")
        crm("config set currency.rate.JPY 0.05")
        crm("config set fields.seats number")
        _written(folder, random.Random("value"))
        for number in range(1, HOW_MANY, 7):
            crm(f"edit c{number} --set fields.seats={number}")
    yield folder


@pytest.fixture(autouse=True)
def here(filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test asks about a copy of that file."""
    monkeypatch.setenv("CRM_DB", str(filled / "crm.db"))


def exported(what: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in crm(f"export {what} --format jsonl --reveal").lines]


RATES = {"CNY": (1, 1, 100), "USD": (71234, 10000, 100), "JPY": (1, 20, 1)}
"""What one of each is worth, as a fraction, and in how many coins it comes."""


def coins(order: dict[str, Any]) -> int | None:
    """What it is worth in fen, rounded to the even one; None where no rate is known."""
    if order["currency"] not in RATES:
        return None
    times, parts, most = RATES[order["currency"]]
    amount = round(order["amount"] * most)
    whole, rest = divmod(amount * times * 100, parts * most)
    return int(whole + (2 * rest > parts * most or (2 * rest == parts * most and whole % 2 == 1)))


@pytest.fixture(scope="module")
def known(filled: Path) -> list[dict[str, Any]]:
    """Each customer as it is exported, with what a few lines make of its orders and answers."""
    with mock.patch.dict("os.environ", place_at(filled)):
        customers, orders = exported("customers"), exported("orders")
        surveys = exported("surveys")
        referrers = {one["referred_by_ref"] for one in customers}
        year = {(TODAY - timedelta(days=number)).isoformat() for number in range(365)}
        for one in customers:
            own = [order for order in orders if order["customer_ref"] == one["ref"]]
            worth = [coins(order) for order in own]
            counted = [amount for amount in worth if amount is not None]
            answers = [
                survey
                for survey in surveys
                if survey["customer_ref"] == one["ref"] and survey["nps"] is not None
            ]
            newest = max(
                answers,
                key=lambda survey: (survey["at"], int(survey["ref"][1:])),
                default={"nps": 0},
            )
            one |= {
                "orders": len(own),
                "lifetime_value": sum(counted) / 100,
                "yearly_spend": sum(amount for amount, order in zip(worth, own, strict=True) if amount and order["ordered_on"] in year) / 100,
                "average_order": mean(counted) / 100 if counted else None,
                "last_order_on": max((order["ordered_on"] for order in own), default=None),
                "seats": one["fields"].get("seats"),
            }  # fmt: skip
            last = max(filter(None, (one["last_order_on"], (one["last_contact_at"] or "")[:10], one["created_at"][:10])))  # fmt: skip
            is_quiet = last <= (TODAY - timedelta(days=90)).isoformat() and (one["next_touch_on"] or "9") < TODAY.isoformat()  # fmt: skip
            is_young = one["since"] and one["since"] > (TODAY - timedelta(days=90)).isoformat()
            rules = {
                "active": one["last_order_on"] and one["last_order_on"] > (TODAY - timedelta(days=30)).isoformat(),
                "to-wake": one["stage"] == "customer" and not is_young and is_quiet,
                "high-value": one["yearly_spend"] >= 100_000,
                "at-risk": bool(crm(f"show {one['ref']} --json").json["item"]["churn"]),
                "advocate": newest["nps"] >= 9 or one["ref"] in referrers,
            }  # fmt: skip
            one["by_hand"] = [tag for tag, holds in rules.items() if holds]
    return customers


def test_tags_by_rule_are_what_the_exports_say(known: list[dict[str, Any]]) -> None:
    for one in known:
        assert one["auto_tags"] == one["by_hand"], one["ref"]
        (listed,) = crm(f"list-customers --where 'ref = {one['ref']}' --json").json["items"]
        assert listed["auto_tags"] == one["by_hand"]
    seen = {tag for one in known for tag in one["by_hand"]}
    assert seen == {*RULES}


def test_every_tag_by_rule_is_found_in_both_languages_and_beside_those_by_hand(
    known: list[dict[str, Any]],
) -> None:
    for rule, chinese in RULES.items():
        for word in (rule, chinese):
            wanted = [one["ref"] for one in known if rule in one["by_hand"] or word in one["tags"]]
            assert refs(["--tag", word]) == wanted, word
        by_rule = [one["ref"] for one in known if rule in one["by_hand"]]
        assert refs(["--where", f"auto_tags has {chinese}"]) == by_rule
        by_hand = [one["ref"] for one in known if rule in one["tags"]]
        assert refs(["--where", f"tags has {rule}"]) == by_hand


def test_three_months_later_more_are_to_wake(known: list[dict[str, Any]]) -> None:
    later = {"CRM_NOW": "2027-03-05T09:00"}
    found = crm("list-customers --tag to-wake --json", **later).json["items"]
    assert [one["ref"] for one in found] == [one["ref"] for one in crm("list-customers --lifecycle dormant --json", **later).json["items"]]  # fmt: skip
    assert len(found) > len(refs(["--tag", "to-wake", "--where", "tags != 待唤醒"]))
    assert all("to-wake" in one["auto_tags"] for one in found)


def refs(arguments: list[str]) -> list[str]:
    return [one["ref"] for one in crm(["list-customers", "--json", *arguments]).json["items"]]


# --- filters ---

Item = dict[str, Any]
Condition = tuple[list[str], Callable[[Item], bool]]
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda one, other: one == other,
    "!=": lambda one, other: one != other,
    "<": lambda one, other: one is not None and one < other,
    "<=": lambda one, other: one is not None and one <= other,
    ">": lambda one, other: one is not None and one > other,
    ">=": lambda one, other: one is not None and one >= other,
}


def _where(chance: random.Random) -> Condition:
    name = chance.choice((
        "orders", "lifetime_value", "yearly_spend", "average_order", "last_order_on", "since", "next_touch_on", "name", "field.seats", "auto_tags",
    ))  # fmt: skip
    operator = chance.choice([*_COMPARE])
    if name == "name":
        text = chance.choice(("客户1", "3", "nobody"))
        return ["--where", f"name ~ {text}"], lambda one: text in one["name"]
    if name == "auto_tags":
        rule, chinese = chance.choice([*RULES.items()])
        return ["--where", f"auto_tags has {chinese}"], lambda one: rule in one["by_hand"]
    if name in ("last_order_on", "since", "next_touch_on"):
        days = chance.randint(0, 400)
        on = (TODAY - timedelta(days=days)).isoformat()
        typed = chance.choice((on, f"-{days}d", f"{days}天前"))
        return ["--where", f"{name} {operator} {typed}"], lambda one: _COMPARE[operator](one[name], on)  # fmt: skip
    value: float = chance.choice((0, 1, 2, 5)) if name == "orders" else chance.choice((0, 1_000, 33_333.33, 60_000, 100_000))  # fmt: skip
    if name == "field.seats":
        seats = chance.randint(0, 70)
        return ["--where", f"field.seats {operator} {seats}"], lambda one: _COMPARE[operator](
            None if one["seats"] is None else float(one["seats"]), seats
        )
    typed = f"{value:g}" if chance.random() < 0.5 or name == "orders" else f"{value / 10_000:.6f}万"
    return ["--where", f"{name} {operator} {value if '.' in str(value) else typed}"], lambda one: _COMPARE[operator](one[name], value)  # fmt: skip


def _option(chance: random.Random) -> Condition:
    name, words = chance.choice((
        ("tier", TIERS[:3]), ("stage", tuple(set(STAGES))), ("city", CITIES[:3]), ("industry", INDUSTRIES[:2]),
        ("lifecycle", ("lead", "new", "lost", "established", "active")), ("tag", (*TAGS[:4], *RULES, *RULES.values())),
    ))  # fmt: skip
    some = sorted(chance.sample(sorted(words), chance.randint(1, 2)))
    arguments = [part for word in some for part in (f"--{name}", word)]
    if name == "tag":
        rules = {word: rule for rule, chinese in RULES.items() for word in (rule, chinese)}
        return arguments, lambda one: all(
            word in one["tags"] or rules.get(word) in one["by_hand"] for word in some
        )
    return arguments, lambda one: one[name] in some


def test_filters_and_segments_find_what_a_loop_finds(known: list[dict[str, Any]]) -> None:
    chance, found = random.Random("filters"), 0
    for number in range(400 if is_heavy() else 60):
        asked = [chance.choice((_where, _option))(chance) for _ in range(chance.randint(1, 3))]
        lists = {arguments[0] for arguments, _ in asked} - {"--where", "--tag"}
        options = [arguments[0] for arguments, _ in asked if arguments[0] in lists]
        if len(options) != len(set(options)):
            continue  # any value of one option will do, so that two of them are not and-ed
        arguments = [part for some, _ in asked for part in some]
        wanted = [one["ref"] for one in known if all(holds(one) for _, holds in asked)]
        assert refs(arguments) == wanted, arguments
        found += len(wanted)
        if number % 4 == 0:
            crm(["segment", "save", "drawn", *arguments])
            assert refs(["--segment", "DRAWN"]) == wanted, arguments
            assert crm("segment list --json").json["items"][0]["count"] == len(wanted)
            both = [one["ref"] for one in known if one["ref"] in wanted and one["stage"] == "customer"]  # fmt: skip
            assert refs(["--segment", "drawn", "--stage", "customer"]) == both
    assert found > 200


def test_sums_sort(known: list[dict[str, Any]]) -> None:
    for name in ("orders", "lifetime_value", "yearly_spend"):
        ordered = sorted(known, key=lambda one: (-one[name], int(one["ref"][1:])))
        assert refs(["--sort", f"-{name}"]) == [one["ref"] for one in ordered]


@pytest.mark.parametrize(
    ("condition", "sentence"),
    [
        ("yearly_spend > much", "crm: 'much' is no amount; write it like 1200 or 1200.50"),
        ("auto_tags has vip", "crm: 'vip' is no tag by rule; choose one of active (活跃), to-wake (待唤醒), high-value (高价值), at-risk (流失风险), advocate (推荐者)"),
        ("orders > some", "crm: 'some' is not a whole number"),
        ("yearly_spent > 1", "crm: field 'yearly_spent' is unknown; did you mean yearly_spend?"),
    ],
)  # fmt: skip
def test_what_is_no_condition_is_refused(condition: str, sentence: str) -> None:
    ran = run_in_process(["list-customers", "--where", condition])
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.strip() == sentence
