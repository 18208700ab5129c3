"""`crm tiers`: what is proposed by whose orders, the review that `--apply` holds, and when it is due (HANDBOOK §7)."""

import csv
import io
import json
import random
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from tests.contract.program import refused, refused_here
from tests.contract.terminal import Terminal
from tests.rules.test_rfm import SUMMARY, published, slow_scores, slow_segment
from tests.support import crm, is_heavy, run_in_process, run_process

At = Callable[[str], None]


def customers(*lines: str) -> None:
    """`Acme --tier core`: customers c1, c2, …"""
    for line in lines:
        crm(f"add-customer {line} --stage customer", CRM_NOW="2025-01-02T09:00")


def orders(customer: str, *made: str) -> None:
    """`2026-03-01 1000`, or with a currency behind it."""
    for line in made:
        day, amount, *currency = line.split()
        more = f" --currency {currency[0]}" if currency else ""
        crm(f"add-order {customer} {amount} --on {day}{more}", CRM_NOW=max(f"{day}T23:00", "2025-01-02T23:00") if day < "2026-11-20" else "2026-11-20T08:00")  # fmt: skip


def items(options: str = "", **environment: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = crm(f"tiers --json {options}", **environment).json["items"]
    return found


def by_ref(options: str = "", **environment: str) -> dict[str, dict[str, Any]]:
    return {one["ref"]: one for one in items(options, **environment)}


def tiers_now() -> dict[str, str | None]:
    return {one["ref"]: one["tier"] for one in crm("list-customers --json").json["items"]}


# --- one of everything ---


@pytest.fixture
def four() -> None:
    """Acme grew, Beta fell, Gamma ordered in dollars, Delta never ordered."""
    customers("Acme --tier ordinary", "Beta --tier core", "Gamma", "Delta --tier potential")
    orders("c1", "2026-03-01 1000", "2026-10-01 1600")
    orders("c2", "2026-01-05 9000", "2026-07-01 400")
    orders("c3", "2026-11-01 50 USD")


ACME = {
    "ref": "c1", "name": "Acme", "recency_days": 50, "orders": 2, "revenue": 2600.0, "currency": "CNY", "r": 3, "f": 1, "m": 3,
    "segment": "Promising", "spend_now": 1600.0, "spend_before": 1000.0, "tier": "ordinary", "proposed": "potential",
    "reason": "spend grew by half or more; segment Promising; spend of six months 1,600.00 CNY, of the six before 1,000.00 CNY "
    "(+60 %); no complaint or urgent need open; not asked how satisfied yet",
}  # fmt: skip


def test_everything_said_of_one_customer_by_the_real_process(four: None) -> None:
    ran = run_process("tiers --json")
    assert (ran.code, ran.json["schema"], ran.json["count"]) == (0, "crm.tiers/1", 3)
    assert ran.json["items"][0] == ACME
    assert [one["ref"] for one in ran.json["items"]] == ["c1", "c2", "c3"]
    assert ran.err == "1 order in USD counts for nothing: crm config set currency.rate.USD RATE\n"
    told = csv.DictReader(io.StringIO(crm("tiers --csv").out))
    assert next(told) == {name: str(value) for name, value in ACME.items()}


def test_for_people_the_diff_comes_first(four: None) -> None:
    ran = crm("tiers")
    assert ran.lines == [
        "REF  NAME  TIER                  RFM  WHY",
        f"c1   Acme  ordinary → potential  313  {ACME['reason']}",
        "",
        "TIER       CUSTOMERS  SHARE  THEN  SHARE  SHOULD BE",
        "core               1    25%     1    25%          –",
        "potential          1    25%     2    50%          –",
        "ordinary           1    25%     0     0%          –",
        "no tier            1    25%     1    25%          –",
    ]
    assert ran.err == (
        "1 customer never ordered and is not judged.\n"
        "1 order in USD counts for nothing: crm config set currency.rate.USD RATE\n"
    )
    everyone = crm("tiers --all").lines
    assert [line.split()[0] for line in everyone[1:4]] == ["c1", "c2", "c3"]
    assert crm("tiers --all --limit 1").err.startswith("There is more; --limit 0 shows all.\n")


def test_nothing_is_changed_by_looking(four: None, place: Path) -> None:
    before = (place / "crm.db").read_bytes()
    for command in ("tiers", "tiers --json", "tiers --csv --all", "tiers --apply --dry-run"):
        crm(command)
    assert (place / "crm.db").read_bytes() == before


def test_a_rehearsal_names_no_change_for_there_is_none(four: None) -> None:
    told = crm("tiers --apply --dry-run").err.splitlines()[0]
    assert told == "Nothing was changed; without --dry-run: Moved up 1, down 0."


def test_a_rate_brings_what_was_ordered_abroad_in(four: None) -> None:
    crm("config set currency.rate.USD 7.1")
    ran = crm("tiers --json")
    assert ran.err == ""
    gamma = next(one for one in ran.json["items"] if one["ref"] == "c3")
    assert (gamma["revenue"], gamma["spend_now"], gamma["spend_before"]) == (355.0, 355.0, 0.0)


def test_currencies_with_other_decimals() -> None:
    crm("config set currency JPY")
    customers("Acme", "Beta")
    orders("c1", "2026-11-01 5000", "2026-11-02 2.500 KWD")
    orders("c2", "2026-11-03 7000")
    crm("config set currency.rate.KWD 480")
    found = by_ref()
    assert (found["c1"]["revenue"], found["c2"]["revenue"], found["c1"]["currency"]) == (6200, 7000, "JPY")  # fmt: skip
    # 20 % lies at 6360, and one yen more is 6361: c1 scores 1; the last cut is 6841.
    assert (found["c1"]["m"], found["c2"]["m"]) == (1, 5)


def test_each_order_in_another_currency_is_rounded_by_itself() -> None:
    customers("Acme")
    orders("c1", *["2026-11-02 0.01 USD"] * 3, "2026-11-03 0.10")
    crm("config set currency.rate.USD 0.4")  # of a cent nothing is left, of three together a cent
    (found,) = items()
    spend = crm("show c1 --json").json["item"]["spend"]
    lifetime = crm("list-customers --where 'lifetime_value = 0.1' --json").json["items"]
    revenue = crm("report value --json --period 2026").json["item"]["revenue"]
    assert (found["revenue"], spend["total"], spend["year"], len(lifetime)) == (0.1, 0.1, 0.1, 1)
    assert revenue["amount"] == 0.1


@pytest.mark.parametrize("rate", ["1000000", "0.000000001", "7.123456789"])
def test_amounts_in_other_currencies_are_exact_however_large(rate: str) -> None:
    customers("Acme")
    orders("c1", "2026-11-02 9123456.79 USD")
    crm(f"config set currency.rate.USD {rate}")
    total = round(Fraction("912345679") * Fraction(rate))
    (found,) = items()
    (listed,) = crm(f"list-customers --json --where 'lifetime_value = {total // 100}.{total % 100:02}'").json["items"]  # fmt: skip
    assert (round(found["revenue"] * 100), listed["ref"]) == (total, "c1")


@pytest.mark.parametrize(
    "command",
    [
        "tiers", "show c1", "show c1 --brief", "report value", "report all", "list-customers --where 'lifetime_value > 1'",
        "list-customers --sort -yearly_spend",
    ],
)  # fmt: skip
def test_amounts_that_no_sum_can_hold_are_said_to_be_too_large(place: Path, command: str) -> None:
    customers("Acme")
    orders("c1", "2026-11-02 1")
    with closing(sqlite3.connect(place / "crm.db")) as file, file:
        columns = "SELECT * FROM customer_order"
        names = [one[0] for one in file.execute(columns).description]
        chosen = ", ".join(
            {"id": "n", "amount": "5000000000000000000"}.get(one, one) for one in names
        )
        file.execute(
            f"INSERT INTO customer_order SELECT {chosen} FROM customer_order, (SELECT 7 AS n UNION SELECT 8)"
        )
    refused(
        command,
        1,
        "the amounts add up to more than crm can count; put right those that are too large",
    )


def test_nobody_ordered_yet(place: Path) -> None:
    said = (
        "Nobody ordered anything up to 2026-11-20; crm add-order CUSTOMER AMOUNT adds an order.\n"
    )
    assert (crm("tiers").out, crm("tiers").err) == ("", said)
    assert items() == []
    customers("Acme --tier core")
    assert (crm("tiers").err, items()) == (said, [])


def test_one_customer_alone() -> None:
    customers("Acme --tier core")
    orders("c1", "2026-11-20 0.01")
    (found,) = items()
    assert (found["recency_days"], found["orders"], found["revenue"]) == (0, 1, 0.01)
    assert (found["r"], found["f"], found["m"], found["segment"]) == (5, 1, 1, "New Customers")
    assert (found["tier"], found["proposed"]) == ("core", "core")


# --- whose orders, up to when ---


def test_the_lost_the_retired_and_the_deleted_are_not_one_s_own() -> None:
    customers("Acme", "Beta", "Gamma", "Delta", "Epsilon")
    for key in range(1, 6):
        orders(f"c{key}", "2026-10-01 100")
    crm("edit c2 --set stage=lost --set loss_reason=price", CRM_NOW="2026-10-20T09:00")
    crm("archive c3 --retire", CRM_NOW="2026-10-21T09:00")
    crm("delete c4")
    crm("edit c5 --set stage=prospect")  # who ordered counts, whatever the stage says
    assert set(by_ref()) == {"c1", "c5"}
    assert set(by_ref("--as-of 2026-10-20")) == {"c1", "c3", "c5"}
    assert set(by_ref("--as-of 2026-10-19")) == {"c1", "c2", "c3", "c5"}
    crm("edit c2 --set stage=customer", CRM_NOW="2026-11-02T09:00")
    assert set(by_ref()) == {"c1", "c2", "c5"}
    assert set(by_ref("--as-of 2026-11-01")) == {"c1", "c5"}


def test_orders_after_the_day_are_left_out() -> None:
    customers("Acme", "Beta")
    orders("c1", "2026-09-30 100", "2026-10-01 900")
    crm("add-order c2 700 --on 2026-11-20")
    assert {ref: one["revenue"] for ref, one in by_ref("--as-of 2026-09-30").items()} == {"c1": 100.0}  # fmt: skip
    found = by_ref("--as-of 2026-10-01")
    assert (found["c1"]["orders"], found["c1"]["recency_days"]) == (2, 0)
    assert set(by_ref("--as-of yesterday")) == {"c1"}
    assert set(by_ref()) == {"c1", "c2"}


def test_filters_narrow_the_list_and_not_the_scores(four: None) -> None:
    everyone = by_ref()
    assert by_ref("--tier core") == {"c2": everyone["c2"]}
    assert by_ref("--where 'name = Gamma'") == {"c3": everyone["c3"]}
    assert items("--tier potential") == []


# --- the R package's customers ---


def orders_of(row: tuple[int, int, int]) -> Iterator[tuple[str, int]]:
    """Orders that come to such a row: all but the last of one yuan, or none, years before."""
    days, count, amount = row
    last = date(2006, 12, 31) - timedelta(days=days)
    for number in range(1, count):
        yield (last - timedelta(days=number)).isoformat(), 1
    yield last.isoformat(), amount - (count - 1)


def test_the_package_s_customers_through_an_import(place: Path) -> None:
    names = ["name,stage"] + [f"Customer {key},customer" for key in range(1, 996)]
    lines = ["customer,ordered_on,amount"] + [
        f"Customer {key},{day},{amount}"
        for key, row in enumerate(published(), start=1)
        for day, amount in orders_of(row)
    ]
    (place / "names.csv").write_text("\n".join(names) + "\n", encoding="utf-8")
    (place / "orders.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    crm(f"import {place / 'names.csv'}")
    crm(f"import {place / 'orders.csv'} --as orders")
    found = items("--as-of 2006-12-31")
    rows = [(one["recency_days"], one["orders"], one["revenue"]) for one in sorted(found, key=lambda one: int(one["ref"][1:]))]  # fmt: skip
    assert rows == published()
    counted = {
        name: (
            len(some),
            sum(one["orders"] for one in some),
            round(sum(one["revenue"] for one in some)),
        )
        for name in SUMMARY
        if (some := [one for one in found if one["segment"] == name])
    }
    assert counted == SUMMARY


def test_the_example_has_something_of_everything() -> None:
    examples = Path(__file__).parents[2] / "examples"
    crm(f"import {examples / 'customers.csv'}")
    assert crm(f"import {examples / 'orders.csv'} --as orders --json").json["item"]["added"] == 66
    found = items()
    assert (len(found), len({one["segment"] for one in found})) == (14, 7)
    assert {"up", "stays"} == {"up" if one["proposed"] != one["tier"] else "stays" for one in found}


# --- everything recomputed from what is exported ---


def made_up(dice: random.Random, place: Path) -> None:
    """Customers with orders on few days and of few amounts, so that many are alike; in three currencies, one without a rate."""
    count = dice.choice((1, 3, 12, 30))
    names = ["name,stage,tier"]
    lines = ["customer,ordered_on,amount,currency", "Customer 1,2024-12-24,0,CNY"]
    for key in range(1, count + 1):
        names.append(
            f"Customer {key},customer,{dice.choice(('core', 'potential', 'ordinary', ''))}"
        )
        for _ in range(dice.choice((0, 1, 2, 5))):
            day = date(2026, 11, 20) - timedelta(days=dice.choice((0, 1, 29, 183, 184, 185, 365, 366, dice.randrange(900))))  # fmt: skip
            amount = dice.choice((0, 0.01, 1, 99.99, 100, 101, dice.randrange(5000)))
            lines.append(f"Customer {key},{day},{amount},{dice.choice(('CNY', 'CNY', 'CNY', 'USD', 'EUR'))}")  # fmt: skip
    (place / "names.csv").write_text("\n".join(names) + "\n", encoding="utf-8")
    (place / "orders.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    crm(f"import {place / 'names.csv'}")
    crm(f"import {place / 'orders.csv'} --as orders")
    crm("config set currency.rate.USD 7.1")


def months_before(day: date, months: int) -> date:
    """By the calendar, the last day of the month at most: these tests need no 29 February."""
    month = day.year * 12 + day.month - 1 - months
    return date(month // 12, month % 12 + 1, day.day)


def recomputed(on: date) -> dict[str, dict[str, Any]]:
    """The same figures from the exported lists alone, slowly and in fractions."""
    who = crm("export customers --format jsonl --reveal").out.splitlines()
    names = {one["name"]: one["ref"] for one in map(json.loads, who)}
    bought: dict[str, list[tuple[date, Fraction]]] = {}
    rates = {"CNY": Fraction(1), "USD": Fraction("7.1"), "EUR": Fraction(0)}
    sums: dict[tuple[str, str, str], Fraction] = {}
    half, year = months_before(on, 6), months_before(on, 12)
    for line in crm("export orders --format jsonl --reveal").out.splitlines():
        one = json.loads(line)
        day = date.fromisoformat(one["ordered_on"])
        if day > on:
            continue
        ref = names.get(one["customer"], one["customer"])
        bought.setdefault(ref, []).append((day, Fraction(0)))
        amount = Fraction(str(one["amount"]))
        for name in ("revenue", *(["spend_now"] if day > half else []), *(["spend_before"] if year < day <= half else [])):  # fmt: skip
            key = (ref, name, one["currency"])
            sums[key] = sums.get(key, Fraction(0)) + amount

    def money(ref: str, *wanted: str) -> int:
        """In fen: of each currency what all of it comes to, to the fen."""
        return sum(round(100 * sum((sums.get((ref, name, code), Fraction(0)) for name in wanted), Fraction(0)) * rate) for code, rate in rates.items())  # fmt: skip

    refs = list(bought)
    days = [(on - max(day for day, _ in bought[ref])).days for ref in refs]
    counts = [len(bought[ref]) for ref in refs]
    amounts = [money(ref, "revenue") for ref in refs]
    if not refs:
        return {}
    scores = zip(slow_scores(days, 1), slow_scores(counts, 1), slow_scores(amounts, 100), strict=True)  # fmt: skip
    return {
        ref: {
            "recency_days": gone, "orders": n, "revenue": amount / 100, "r": 6 - r, "f": f, "m": m,
            "segment": slow_segment((6 - r, f, m)), "spend_now": money(ref, "spend_now") / 100,
            "spend_before": (money(ref, "spend_now", "spend_before") - money(ref, "spend_now")) / 100,
        }
        for ref, gone, n, amount, (r, f, m) in zip(refs, days, counts, amounts, scores, strict=True)
    }  # fmt: skip


@pytest.mark.parametrize("seed", range(20 if is_heavy() else 3))
def test_every_figure_recomputed_from_the_export(place: Path, seed: int) -> None:
    made_up(random.Random(seed), place)
    for on in ("2026-11-20", "2026-05-20", "2025-01-01"):
        expected = recomputed(date.fromisoformat(on))
        found = by_ref(f"--as-of {on}")
        assert {ref: {name: one[name] for name in next(iter(expected.values()))} for ref, one in found.items()} == expected if expected else not found  # fmt: skip
        for one in found.values():
            grew = one["spend_before"] > 0 and one["spend_now"] >= 1.5 * one["spend_before"]
            higher = {"ordinary": "potential", "potential": "core", "core": "core", None: "potential"}[one["tier"]]  # fmt: skip
            earned = grew or one["segment"] == "Champions"
            assert one["proposed"] == (higher if earned else one["tier"])


# --- applied ---


def test_apply_is_one_change_that_undo_takes_back(four: None, place: Path) -> None:
    ran = run_process("tiers --apply --yes --reason 'third quarter'")
    assert (ran.code, ran.out) == (0, "c1\n")
    assert tiers_now() == {"c1": "potential", "c2": "core", "c3": None, "c4": "potential"}
    steps = [one for one in crm("history c1 --json").json["items"] if one["reason"] == "third quarter"]  # fmt: skip
    assert ("tier", "ordinary", "potential") in [(one["field"], one["old"], one["new"]) for one in steps]  # fmt: skip
    assert ACME["reason"] in [one["new"] for one in steps]
    kept = "SELECT tier_standing.customer_id, tier, proposed, segment, is_below FROM tier_standing WHERE deleted_at IS NULL"
    with sqlite3.connect(place / "crm.db") as db:
        assert db.execute(kept).fetchall() == [(1, "ordinary", "potential", "Promising", 0), (2, "core", "core", "Lost", 1)]  # fmt: skip
        assert db.execute("SELECT reviewed_on, as_of FROM tier_review").fetchall() == [("2026-11-20", "2026-11-20")]  # fmt: skip
    crm("undo")
    assert tiers_now()["c1"] == "ordinary"
    assert items()[0] == ACME
    with sqlite3.connect(place / "crm.db") as db:
        assert db.execute(kept).fetchall() == []
    (taken_back,) = [one["ref"] for one in crm("history --json").json["items"] if one["undoes"]]
    crm(f"undo {taken_back}")
    assert tiers_now()["c1"] == "potential"


def test_the_tier_s_cadence_follows(four: None) -> None:
    crm("log-contact c2 hello")
    before = crm("show c2 --json").json["item"]["next_touch_on"]
    crm("tiers --apply --yes")
    crm("tiers --apply --yes", CRM_NOW="2027-01-05T09:00")
    after = crm("show c2 --json").json["item"]
    assert after["tier"] == "potential"
    assert after["next_touch_on"] > before


def test_twice_in_one_quarter_changes_nothing_more(four: None) -> None:
    """Nobody rises twice by the same growth, and nobody falls by being looked at twice."""
    crm("tiers --apply --yes", CRM_NOW="2026-10-09T09:00")
    assert tiers_now()["c1"] == "potential"
    assert crm("tiers --apply --yes").out == ""
    assert tiers_now() == {"c1": "potential", "c2": "core", "c3": None, "c4": "potential"}


def test_two_reviews_below_are_one_tier_down(four: None) -> None:
    assert by_ref()["c2"]["reason"].startswith("below its tier; if it is so at the next review, too, one tier down; ")  # fmt: skip
    crm("tiers --apply --yes")
    later = {"CRM_NOW": "2027-01-05T09:00"}
    found = by_ref(**later)["c2"]
    assert (found["proposed"], found["reason"][:29]) == (
        "potential",
        "below its tier at two reviews",
    )
    assert crm("tiers --apply --yes", **later).out == "c2\n"
    # Counting begins anew in the new tier.
    next_one = {"CRM_NOW": "2027-04-05T09:00"}
    assert by_ref(**next_one)["c2"]["proposed"] == "potential"
    crm("tiers --apply --yes", **next_one)
    assert by_ref(CRM_NOW="2027-07-05T09:00")["c2"]["proposed"] == "ordinary"


def test_reviews_as_of_days_of_two_quarters(four: None) -> None:
    crm("tiers --apply --yes --as-of 2026-09-30")
    assert by_ref("--as-of 2026-09-29")["c2"]["proposed"] == "core"
    assert by_ref("--as-of 2026-10-01")["c2"]["proposed"] == "potential"
    crm("undo")
    assert by_ref("--as-of 2026-10-01")["c2"]["proposed"] == "core"


def test_a_review_in_which_it_was_not_below_breaks_the_row(four: None) -> None:
    crm("tiers --apply --yes", CRM_NOW="2026-07-15T09:00")
    orders("c2", "2026-10-05 50000")
    crm("tiers --apply --yes", CRM_NOW="2026-10-09T09:00")
    crm("delete o6")
    found = by_ref(CRM_NOW="2027-01-05T09:00")["c2"]
    assert (found["proposed"], found["reason"][:15]) == ("core", "below its tier;")


def test_applied_with_filters_it_is_no_review_of_the_quarter(four: None) -> None:
    crm("edit c3 --set tier=core")
    ran = crm("tiers --apply --yes --tier ordinary")
    assert ran.out == "c1\n"
    assert "These alone were looked at" in ran.err
    assert crm("due --kind tier-review --count").out == "1\n"
    assert crm("tiers").lines[0].startswith("TIER ")  # and the same growth raises it no further
    assert (
        by_ref(CRM_NOW="2027-01-05T09:00")["c2"]["proposed"] == "core"
    )  # who was below is not noted


@pytest.mark.parametrize("form", ["jsonl", "csv"])
def test_reviews_move_with_everything_else(four: None, place: Path, form: str) -> None:
    crm("tiers --apply --yes --tier ordinary", CRM_NOW="2026-10-12T09:00")
    crm("tiers --apply --yes", CRM_NOW="2026-10-13T09:00")
    crm(f"export all --reveal --format {form} --out {place / 'all'}")
    target = f"--db {place / 'new.db'}"
    crm(f"import {place / 'all'} --as all {target}")
    held = "SELECT * FROM tier_review"
    with sqlite3.connect(place / "crm.db") as here, sqlite3.connect(place / "new.db") as there:
        assert there.execute(held).fetchall() == here.execute(held).fetchall()
        assert len(here.execute(held).fetchall()) == 2
    assert by_ref(target) == by_ref()


def test_with_nobody_to_judge_or_to_move_nothing_is_written(place: Path) -> None:
    said = (
        "Nobody ordered anything up to 2026-11-20; crm add-order CUSTOMER AMOUNT adds an order.\n"
    )
    assert crm("tiers --apply --yes") == (0, "", said)
    assert not (place / "crm.db").exists()
    assert crm("tiers --apply --yes --json").json["items"] == []
    customers("Acme --tier core")
    orders("c1", "2026-10-01 100")
    assert crm("tiers --apply --yes --tier core") == (0, "", "Every tier is as it should be.\n")
    assert crm("history --json").json["count"] == 2
    assert crm("tiers --apply --yes").out == ""
    assert crm("history --json").json["count"] == 3  # the review


def test_a_person_is_asked_though_nobody_moves() -> None:
    customers("Acme --tier core")
    orders("c1", "2026-10-01 100")
    with Terminal("tiers --apply") as person:
        person.sees("Note that the tiers were reviewed? None would change. (y/N)")
        person.types("y\n")
        assert person.leaves() == 0
    assert due() == []


def test_json_of_apply_is_who_was_moved(four: None) -> None:
    ran = crm("tiers --apply --yes --json")
    assert ran.json == {"schema": "crm.tiers/1", "count": 1, "items": [ACME]}
    assert crm("tiers --apply --yes --json").json["items"] == []


@pytest.mark.parametrize(
    ("command", "code", "sentence"),
    [
        ("tiers --yes", 2, "--yes, --dry-run and --reason belong to --apply; add it, or leave them out"),
        ("tiers --dry-run", 2, "--yes, --dry-run and --reason belong to --apply; add it, or leave them out"),
        ("tiers --apply --yes --limit 3", 2, "--apply does all that is proposed; leave out --limit and --csv"),
        ("tiers --as-of tomorrow", 2, "'tomorrow' is in the future; name a day that has come"),
        ("tiers --tier diamond", 2, "tier 'diamond' is unknown; choose one of core (核心客户), potential (潜力客户), ordinary (普通客户)"),
        ("config set tiers.croe.share 5-8%", 2, "tiers.croe.share: there is no tier 'croe', only core, potential, ordinary; first: crm config set tiers.croe.every 1m"),
        ("config set tiers.core.share lots", 2, "tiers.core.share: 'lots' is no share; write it like 5-8%, or, as the most there may be, like 10%"),
        ("done crm:tier-review", 4, "crm:tier-review is not due; crm due --why crm:tier-review says when it will be"),
        ("due --why crm:tier-review", 3, "nobody has ordered anything yet, so that there are no tiers to review"),
    ],
)  # fmt: skip
def test_refusals(place: Path, command: str, code: int, sentence: str) -> None:
    crm("add-customer Acme")
    refused_here(command, code, sentence)


def test_off_a_terminal_apply_needs_yes(four: None) -> None:
    refused("tiers --apply", 2, "nobody is here to be asked; add --yes to do it")
    assert tiers_now()["c1"] == "ordinary"


@pytest.mark.parametrize(("answer", "tier"), [("y", "potential"), ("n", "ordinary")])
def test_a_person_sees_it_and_is_asked(four: None, answer: str, tier: str) -> None:
    with Terminal("tiers --apply", columns=200) as person:
        person.sees("Give 1 customer another tier? (y/N)")
        assert "spend grew by half or more" in person.screen
        person.types(f"{answer}\n")
        assert person.leaves() == (0 if answer == "y" else 1)
        shown = person.screen
    assert ("Moved up 1, down 0. To take it back: crm undo x" in shown) is (answer == "y")
    assert tiers_now()["c1"] == tier


# --- shares, benefits, needs, satisfaction, masks ---


def test_shares_are_warned_about(four: None) -> None:
    crm("config set tiers.core.share '10–20 %'")
    assert crm("config get tiers.core.share").out == "10-20%\n"
    ran = crm("tiers --json")
    assert "core would have 1 of 4 customers; 10-20% is what tiers.core.share says.\n" in ran.err
    assert "core               1    25%     1    25%     10-20%" in crm("tiers").lines
    crm("config set tiers.core.share 25%")
    assert "tiers.core.share" not in crm("tiers").err


def test_the_top_of_the_share_is_earned_by_spend() -> None:
    customers(*(f"N{n} --tier ordinary" for n in range(1, 11)))
    for n in range(1, 11):
        orders(f"c{n}", f"2026-05-01 {n * 100}", f"2026-06-01 {n * 100}")
    crm("config set tiers.potential.share 10%")
    crm("config set tiers.core.share 10%")
    found = by_ref()
    assert [ref for ref, one in found.items() if one["proposed"] != "ordinary"] == ["c10", "c9"][::-1]  # fmt: skip
    assert "among those who spend most" in found["c10"]["reason"]
    crm("tiers --apply --yes")
    later = by_ref(CRM_NOW="2027-01-05T09:00")
    assert [ref for ref, one in later.items() if one["proposed"] == "core"] == ["c10"]


def test_benefits_of_the_new_tier_are_shown(four: None) -> None:
    crm("config set tiers.potential.benefits '10% off, own engineer'")
    assert "potential: 10% off, own engineer" in crm("tiers").lines
    crm("tiers --apply --yes")
    assert "10% off, own engineer" in crm("show c1").out


def test_needs_and_answers_are_named(four: None) -> None:
    crm("add-need c1 'it stops' --kind complaint")
    crm("add-need c1 'a manual' --urgency urgent")
    crm("add-need c1 'a leaflet' --urgency routine")
    crm("survey c1 --kind relation --nps 6 --overall 4 --at 2026-11-02")
    crm("survey c1 --kind relation --nps 9 --at 2026-11-10")
    reason = by_ref()["c1"]["reason"]
    assert reason.endswith("; 1 open complaint; 1 open urgent need; NPS 9; overall 4 of 5")
    assert by_ref("--as-of 2026-11-09")["c1"]["reason"].endswith("; NPS 6; overall 4 of 5")
    crm("resolve n1 mended")
    crm("resolve n2 sent")
    assert "no complaint or urgent need open" in by_ref()["c1"]["reason"]


def test_amounts_are_masked_where_wanted(four: None) -> None:
    crm("config set privacy.mask_amounts on")
    ran = crm("tiers --json")
    assert ran.json["masked"] is True
    found = ran.json["items"][0]
    assert (found["revenue"], found["spend_now"], found["spend_before"]) == (None, None, None)
    assert "spend of six months *** CNY, of the six before *** CNY (+60 %)" in found["reason"]
    assert "1,600" not in crm("tiers").out
    assert items("--reveal")[0] == ACME


def test_in_chinese(four: None) -> None:
    crm("config set tiers.potential.label_zh 潜力星")
    lines = crm("tiers --lang zh").lines
    assert lines[1].startswith("c1    Acme  普通客户 → 潜力星  313  ")
    assert "Promising" not in lines[1]
    assert not any(word in "\n".join(lines) for word in ("spend", "segment", "share"))
    assert crm("tiers --json --lang zh").json["items"][0] == ACME


# --- due ---


def due(days: int = 0) -> list[tuple[str, str, str, int]]:
    found = crm(f"due --kind tier-review --days {days} --json").json["items"]
    assert crm(f"due --kind tier-review --days {days} --count").out == f"{len(found)}\n"
    return [(one["ref"], one["due_at"], one["title"], one["overdue_days"]) for one in found]


LATE = ("crm:tier-review", "2026-10-08", "review the tiers for 2026Q4", 43)
NEXT = ("crm:tier-review", "2027-01-04", "review the tiers for 2027Q1", 0)


@pytest.fixture
def ordered() -> None:
    """In China, where the fourth quarter begins with a week of holidays."""
    crm("config set calendar.country CN")
    customers("Acme --tier core")
    orders("c1", "2026-09-02 1000")


def test_due_from_the_first_working_day_of_the_quarter(ordered: None, at: At) -> None:
    assert due() == [LATE]
    at("2026-10-07T09:00")
    assert due() == []
    assert due(days=1) == [(*LATE[:3], 0)]
    at("2026-10-08T00:00")
    assert due() == [(*LATE[:3], 0)]
    assert crm("due --why crm:tier-review").out == "review the tiers for 2026Q4; due Thu 8 Oct; due today\n"  # fmt: skip
    item = crm("due --kind 客户等级评审 --json").json["items"][0]
    assert (item["customer"], item["light"], item["action"]) == (None, "yellow", "crm tiers --apply")  # fmt: skip
    assert crm("due --tier core --kind tier-review").out == ""  # it belongs to no customer
    crm("config set calendar.country none")
    assert due() == [("crm:tier-review", "2026-10-01", LATE[2], 7)]
    crm("config set calendar.days_off 2026-10-01..2026-10-07")
    assert due() == [(*LATE[:3], 0)]


@pytest.mark.parametrize("settled_by", ["tiers --apply --yes", "done crm:tier-review"])
def test_a_review_settles_its_quarter(ordered: None, at: At, settled_by: str) -> None:
    crm(settled_by)
    assert due() == []
    assert due(days=44) == []
    assert due(days=45) == [NEXT]
    assert crm("due --why crm:tier-review").out == "review the tiers for 2027Q1; due Mon 4 Jan 2027; in 45 days\n"  # fmt: skip
    refused_here("done crm:tier-review", 4, "crm:tier-review is not due; crm due --why crm:tier-review says when it will be")  # fmt: skip
    at("2027-01-04T09:00")
    assert due() == [NEXT]
    at("2026-11-20T09:00")
    crm("undo")
    assert due() == [LATE]


def test_a_review_of_days_past_is_held_today(ordered: None) -> None:
    crm("tiers --apply --yes --as-of 2026-09-30")
    assert due() == []


def test_settling_by_hand_leaves_no_standing(ordered: None, at: At, place: Path) -> None:
    ran = crm("done crm:tier-review --json")
    assert ran.json == {"schema": "crm.settled/1", "item": {"ref": "crm:tier-review", "done_on": "2026-11-20"}}  # fmt: skip
    with sqlite3.connect(place / "crm.db") as db:
        assert db.execute("SELECT reviewed_on, as_of FROM tier_review").fetchall() == [("2026-11-20", None)]  # fmt: skip
        assert db.execute("SELECT * FROM tier_standing").fetchall() == []


def test_a_new_file_does_not_begin_with_a_review(place: Path, at: At) -> None:
    customers("Acme --tier core")
    assert due(days=400) == []
    crm("add-order c1 1000 --on 2026-01-05")  # noted today
    assert due() == []
    assert due(days=45) == [("crm:tier-review", "2027-01-01", NEXT[2], 0)]
    crm("delete c1")
    assert due(days=400) == []


def test_looking_reads_no_calendar(ordered: None) -> None:
    """What `due` needs of it is kept: nothing of the calendar's data is asked for."""
    from crmcli.rules.due import tier_review
    from crmcli.workcalendar import load

    kept = tier_review.late_starts(load("CN", (), ()))
    assert "2026-10-01 2026-10-08" in kept.split(",")
    for year in (2025, 2026):
        for month in (1, 4, 7, 10):
            quarter = tier_review.quarter_of(date(year, month, 15))
            assert quarter.first == date(year, month, 1)
            assert tier_review.begins_on(quarter, kept) == load("CN", (), ()).roll(quarter.first)


def test_somebody_changing_a_tier_while_a_person_thinks(four: None) -> None:
    with Terminal("tiers --apply", columns=200) as person:
        person.sees("(y/N)")
        assert run_in_process("edit c1 --set tier=core").code == 0
        person.types("y\n")
        assert person.leaves() == 4
        assert "somebody changed tiers in the meantime; look again: crm tiers" in person.screen
    assert tiers_now()["c1"] == "core"
