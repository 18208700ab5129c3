"""The report value: a story counted by hand, and every figure once more from what is exported, on made-up files (HANDBOOK §7, §11)."""

import json
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction
from math import ceil
from pathlib import Path
from typing import Any

import pytest

from crmcli.commands.demo import _fill
from crmcli.context import Context
from tests.support import crm, heavy

At = Callable[[str], None]
NO_SALE = {"currency": "CNY", "amount": 0, "orders": 0, "average": None, "customers": 0}
NONE = {"rate": None, "n": 0}


def report(*options: str) -> Any:
    answer = crm(["report", "value", "--json", *options]).json
    assert answer["schema"] == "crm.report-value/1"
    return answer["item"]


def play(at: At, *steps: tuple[str, str]) -> None:
    """Run each command at its time."""
    for moment, command in steps:
        at(moment)
        crm(command)


# --- by hand ---

STORY = (
    ("2025-11-03T09:00", "add-customer 华东精工 --tier ordinary --stage customer --since 2024-01-01"),
    ("2025-11-03T09:00", "add-customer Acme --tier core --stage customer --since 2025-06-01"),
    ("2025-11-03T09:00", "add-customer 小店 --stage prospect"),
    ("2025-11-03T09:00", "add-order c1 1000 --on 2025-10-30 --pay-by 2025-12-15"),
    ("2025-12-10T09:00", "add-order c1 3000 --on 2025-12-10 --pay-by 2026-01-05"),
    ("2025-12-20T09:00", "add-order c2 500 --on 2025-12-20 --currency USD"),
    ("2025-12-20T09:00", "add-contract c1 框架 --from 2025-01-01 --until 2025-12-31"),
    ("2025-12-20T09:00", "add-contract c2 frame --from 2025-01-01 --until 2025-12-31"),
    ("2025-12-28T09:00", "renew k1"),
    ("2026-01-08T09:00", "add-customer 新来 --stage prospect --referred-by c1"),
    ("2026-01-09T09:00", "edit c1 --set tier=core"),
    ("2026-01-10T09:00", "edit c4 --set stage=customer"),
    ("2026-01-12T09:00", "add-order c4 250.50 --on 2026-01-12"),
    ("2026-01-13T09:00", "add-order c4 249.50 --on 2026-01-13"),
    ("2026-01-14T09:00", "add-order c1 500 --on 2026-01-14"),
    ("2026-01-15T09:00", "paid o1 --on 2026-01-14"),
    ("2026-01-20T09:00", "edit c2 --set stage=lost --set loss_reason=price"),
)  # fmt: skip


def test_a_story_across_a_new_year(at: At) -> None:
    play(at, *STORY)
    item = report()
    assert item["period"]["name"] == "2026-01"
    before = item["before"]
    assert before["period"]["name"] == "2025-12"
    assert item["revenue"] == {
        "currency": "CNY",
        "amount": 1000,
        "orders": 3,
        "average": 1000 / 3,
        "customers": 2,
    }
    assert item["other_currencies"] == []
    assert item["old_customer_share"] == {"rate": 0.5, "n": 3}
    assert item["first_orders"] == 1
    # 华东精工 has three orders, 新来 two, Acme one.
    assert item["repurchase_rate"] == {"rate": 2 / 3, "n": 3}
    assert item["repurchase_in_period"] == {"rate": 0.5, "n": 2}
    assert item["renewal_rate"] == NONE
    # Two were customers on New Year's Day; one of them was lost.
    assert (item["churn_rate"], item["churned"]) == (
        {"rate": 0.5, "n": 2},
        {"lost": 1, "dormant": 0},
    )
    assert item["new_customers"] == 1
    assert item["referrals"] == {"n": 1, "added": 1, "rate": 1.0}
    assert item["top_referrers"] == [{"customer": {"ref": "c1", "name": "华东精工"}, "n": 1}]
    assert item["tiers_moved"] == {
        "up": 1,
        "down": 0,
        "moves": [{"from": "ordinary", "to": "core", "n": 1}],
    }
    # 4,500 of 5,000 from the one of two with the most; Acme paid in dollars, of which nobody said what they are worth.
    assert (item["lifetime"]["rate"], item["lifetime"]["n"], item["lifetime"]["top"]) == (0.9, 2, 1)
    assert item["lifetime"]["curve"] == [0.9] * 5 + [1.0] * 5
    assert item["overdue_now"] == item["overdue_at_end"]
    assert item["overdue_now"] == {"n": 1, "sums": [{"currency": "CNY", "amount": 3000, "n": 1}]}
    assert item["top_customers"] == [
        {
            "customer": {"ref": "c1", "name": "华东精工"},
            "amount": 500,
            "currency": "CNY",
            "orders": 1,
            "share": 0.5,
        },
        {
            "customer": {"ref": "c4", "name": "新来"},
            "amount": 500,
            "currency": "CNY",
            "orders": 2,
            "share": 0.5,
        },
    ]
    assert before["revenue"] == {
        "currency": "CNY",
        "amount": 3000,
        "orders": 1,
        "average": 3000,
        "customers": 1,
    }
    assert before["other_currencies"] == [
        {"currency": "USD", "amount": 500, "orders": 1, "average": 500, "customers": 1}
    ]
    assert before["old_customer_share"] == {"rate": 1.0, "n": 1}
    assert before["repurchase_rate"] == {"rate": 0.5, "n": 2}
    assert before["renewal_rate"] == {"rate": 0.5, "n": 2}
    assert before["churn_rate"] == {"rate": 0.0, "n": 2}
    # At the end of the year the first order was overdue, the second not yet.
    assert before["overdue_at_end"] == {
        "n": 1,
        "sums": [{"currency": "CNY", "amount": 1000, "n": 1}],
    }
    quarter = report("--period", "2025Q4")
    assert quarter["revenue"]["amount"] == 4000
    assert quarter["old_customer_share"] == {"rate": 0.0, "n": 2}
    assert report("--period", "2025")["revenue"]["amount"] == 4000
    assert report("--period", "2026")["before"]["revenue"]["amount"] == 4000
    assert (
        report("--period", "2026-01", "--compare", "2025-10")["before"]["revenue"]["amount"] == 1000
    )
    # Moved back to where it was: nothing has moved.
    crm("undo")
    crm("edit c1 --set tier=ordinary")
    assert report()["tiers_moved"] == {"up": 0, "down": 0, "moves": []}
    assert report()["churned"] == {"lost": 0, "dormant": 0}


def test_a_rate_makes_one_revenue_of_two(at: At) -> None:
    play(at, *STORY)
    crm("config set currency.rate.USD 7.123")
    before = report("--period", "2025-12")
    assert before["other_currencies"] == []
    assert before["revenue"] == {
        "currency": "CNY", "amount": 6561.5, "orders": 2, "average": 3280.75, "customers": 2,
    }  # fmt: skip
    assert before["lifetime"]["n"] == 2


def test_nothing_at_all_is_dashes() -> None:
    crm("add-customer Acme")
    item = report("--period", "2020-02")
    assert item["revenue"] == NO_SALE
    for name in ("old_customer_share", "repurchase_rate", "repurchase_in_period", "renewal_rate", "churn_rate"):  # fmt: skip
        assert item[name] == NONE, name
    assert item["lifetime"] == {"rate": None, "n": 0, "top": 0, "curve": []}
    assert item["referrals"] == {"n": 0, "added": 0, "rate": None}
    assert item["rfm"]["n"] == 0
    assert {one["segment"] for one in item["rfm"]["grid"]} == {None}
    shown = crm("report value --period 2020-02").lines
    assert [line.split()[-3:] for line in shown if line.startswith("average order")] == [["–", "0", "–"]]  # fmt: skip
    assert [line.split()[-3:] for line in shown if line.startswith("churn ")] == [["–", "0", "–"]]


def test_silence_is_churn_once_and_a_contact_takes_it_back(at: At) -> None:
    play(
        at,
        ("2026-01-05T09:00", "add-customer Acme --tier ordinary --stage customer --since 2024-01-01"),
        ("2026-01-05T09:00", "log-contact c1 hello"),
    )  # fmt: skip
    # 90 days are over on 5 April; the touch of 5 April, a Sunday, is due on Monday the 6th, and missed on the 7th.
    at("2026-04-07T09:00")
    assert crm("list-customers --lifecycle dormant --json").json["count"] == 1
    assert report()["churned"] == {"lost": 0, "dormant": 1}
    at("2026-04-06T09:00")
    assert crm("list-customers --lifecycle dormant --json").json["count"] == 0
    assert report()["churned"] == {"lost": 0, "dormant": 0}
    at("2026-05-20T09:00")
    item = report()
    assert (item["churn_rate"], item["before"]["churn_rate"]) == (NONE, {"rate": 1.0, "n": 1})
    # Whoever is lost after that is gone once, not twice.
    crm("edit c1 --set stage=lost")
    item = report()
    assert (item["churned"]["lost"], item["before"]["churn_rate"]) == (1, {"rate": 0.0, "n": 1})
    crm("undo")
    crm("log-contact c1 'there you are'")
    assert report()["before"]["churn_rate"] == {"rate": 0.0, "n": 1}


def test_filters_and_one_customer(at: At) -> None:
    play(at, *STORY)
    one = report("--customer", "c4")
    assert one["customer"] == {"ref": "c4", "name": "新来"}
    assert (one["revenue"]["amount"], one["repurchase_in_period"]) == (500, {"rate": 1.0, "n": 1})
    assert one["tiers_moved"]["moves"] == []
    core = report("--tier", "core")
    assert core["revenue"]["amount"] == 500
    assert core["before"]["revenue"]["amount"] == 3000
    # Scores are relative to everybody, whoever is asked about.
    everybody, mine = report()["rfm"], report("--customer", "c1")["rfm"]
    assert (everybody["n"], mine["n"]) == (2, 1)
    (field,) = [cell for cell in mine["grid"] if cell["n"]]
    (there,) = [cell for cell in everybody["grid"] if (cell["r"], cell["f"]) == (field["r"], field["f"])]  # fmt: skip
    assert there["n"] >= 1


def test_amounts_are_masked_where_they_are(at: At) -> None:
    play(at, *STORY)
    item = report(*())
    hidden = crm(
        "report value --json", CRM_PRIVACY_MASK_AMOUNTS="on", CRM_PRIVACY_MASK="always"
    ).json
    assert hidden["masked"] is True
    item = hidden["item"]
    assert (item["revenue"]["amount"], item["revenue"]["average"], item["revenue"]["orders"]) == (None, None, 3)  # fmt: skip
    assert item["overdue_now"]["sums"] == [{"currency": "CNY", "amount": None, "n": 1}]
    assert item["top_customers"][0]["amount"] is None


# --- once more from what is exported ---

FIRST, LAST = date(2025, 1, 6), date(2026, 7, 10)
CURRENCIES = ("CNY", "CNY", "CNY", "CNY", "USD", "EUR")


def made_up(at: At, folder: Path, seed: int, *, rate: bool) -> None:
    """A year and a half of some forty customers, by commands and lists."""
    dice = random.Random(seed)
    day = FIRST
    at(f"{day}T09:00")
    if rate:
        crm("config set currency.rate.USD 7.07")
    rows = [
        f"客户{n},{dice.choice(('customer', 'customer', 'customer', 'interested'))},"
        f"{dice.choice(('core', 'potential', 'ordinary', ''))},"
        f"{dice.choice(('', '2023-05-01', '2024-11-20'))}"
        for n in range(1, 31)
    ]
    _import(folder, "customers", ["name,stage,tier,since", *rows])
    known = 30
    while day < LAST:
        at(f"{day}T10:00")
        for _ in range(dice.randrange(3)):
            who = dice.randint(1, known)
            crm(["log-contact", f"c{who}", "hi", *(["--no-answer"] if dice.random() < 0.2 else [])])
        if dice.random() < 0.35:
            known += 1
            referred = ["--referred-by", f"c{dice.randint(1, known - 1)}"] if dice.random() < 0.5 else []  # fmt: skip
            stage = dice.choice(("prospect", "customer"))
            crm(["add-customer", f"客户{known}", "--stage", stage, "--allow-duplicate", *referred])
        for _ in range(dice.randrange(3)):
            change = dice.choice(
                [*(f"tier={one}" for one in ("core", "potential", "ordinary", "")), *(f"stage={one}" for one in ("customer", "customer", "lost"))]
            )  # fmt: skip
            crm(["edit", f"c{dice.randint(1, known)}", "--set", change])
        if (
            crm("history --limit 1 --json").json["items"][0]["command"].startswith("crm edit")
            and dice.random() < 0.3
        ):
            crm("undo")
        day += timedelta(days=dice.randint(8, 24))
    at(f"{LAST}T12:00")
    orders = ["customer,ordered_on,amount,currency,pay_by,paid_on"]
    for _ in range(110):
        on = FIRST + timedelta(days=dice.randrange((LAST - FIRST).days))
        pay_by = on + timedelta(days=dice.randrange(5, 60)) if dice.random() < 0.7 else None
        paid = on + timedelta(days=dice.randrange(90)) if dice.random() < 0.7 else None
        if paid and paid > LAST:
            paid = None
        who = dice.randint(1, min(known, 35)) if dice.random() < 0.6 else dice.randint(1, 8)
        orders.append(
            f"客户{who},{on},{dice.randrange(100, 900_000) / 100:.2f},{dice.choice(CURRENCIES)},{pay_by or ''},{paid or ''}"
        )
    _import(folder, "orders", orders)
    for n in range(12):
        begin = FIRST + timedelta(days=dice.randrange(200))
        crm(["add-contract", f"c{dice.randint(1, 30)}", "k", "--from", str(begin), "--until", str(begin + timedelta(days=dice.randrange(30, 400)))])  # fmt: skip
        if n % 3 == 0:
            crm(f"renew k{len(read('contract'))}")


def _import(folder: Path, kind: str, lines: Sequence[str]) -> None:
    path = folder / f"{kind}.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    crm(["import", str(path), "--as", kind])


def read(kind: str) -> list[dict[str, Any]]:
    """The rows of a kind, as they are exported."""
    lines = map(json.loads, crm("export all --format jsonl --reveal").lines)
    return [line for line in lines if line.get("record") == kind]


def of(period: str) -> tuple[date, date]:
    """The first and last day of 2026-03, 2026Q1 or 2026."""
    year = int(period[:4])
    if "Q" in period:
        first_month, months = 3 * int(period[-1]) - 2, 3
    else:
        first_month, months = (int(period[5:]), 1) if "-" in period else (1, 12)
    end = first_month + months
    after = date(year + 1, end - 12, 1) if end > 12 else date(year, end, 1)
    return date(year, first_month, 1), after - timedelta(days=1)


def rate_of(part: float, n: int) -> dict[str, Any]:
    return {"rate": part / n if n else None, "n": n}


class Told:
    """What is exported, and each figure of it in a few lines that know nothing of the program."""

    def __init__(self, today: date, worth: Mapping[str, Fraction]) -> None:
        self.today, self.worth = today, {"CNY": Fraction(1), **worth}
        self.customers = {one["id"]: one for one in read("customer")}
        self.orders = read("customer_order")
        self.contracts = read("contract")
        self.stages = read("stage_change")
        self.contacts = read("interaction")
        self.touches = {one["ref"]: one["next_touch_on"] for one in crm("list-customers --json").json["items"]}  # fmt: skip

    def base(self, order: Mapping[str, Any]) -> int | None:
        worth = self.worth.get(order["currency"])
        return None if worth is None else round(order["amount"] * worth)

    def figures(self, period: str) -> dict[str, Any]:
        first, last = (str(day) for day in of(period))
        inside = [one for one in self.orders if first <= one["ordered_on"] <= last]
        until = [one for one in self.orders if one["ordered_on"] <= last]
        begun: dict[int, str] = {}
        for one in until:
            begun[one["customer_id"]] = min(begun.get(one["customer_id"], "9"), one["ordered_on"])
        counted = [one for one in inside if self.base(one) is not None]
        revenue = sum(self.base(one) or 0 for one in counted)
        old = sum(self.base(one) or 0 for one in counted if begun[one["customer_id"]] < first)
        often, inside_often = (Counter(one["customer_id"] for one in some) for some in (until, inside))  # fmt: skip
        ended = [one for one in self.contracts if first <= one["ends_on"] <= last and one["ends_on"] < str(self.today)]  # fmt: skip
        renewed = sum(one.get("renewed_id") is not None for one in ended)
        apart: dict[str, list[int]] = defaultdict(list)
        for one in inside:
            if self.base(one) is None:
                apart[one["currency"]].append(one["amount"])
        lifetime: Counter[int] = Counter()
        for one in until:
            if self.base(one) is not None:
                lifetime[one["customer_id"]] += self.base(one) or 0
        values = sorted(lifetime.values(), reverse=True)
        top = ceil(len(values) / 5)
        added = [one for one in self.customers.values() if first <= one["added_on"] <= last]
        referred = sum(one.get("referred_by") is not None for one in added)
        return {
            "amount": revenue / 100,
            "orders": len(counted),
            "customers": len({one["customer_id"] for one in counted}),
            "apart": {code: (sum(some) / 100, len(some)) for code, some in apart.items()},
            "old_customer_share": {"rate": old / revenue if revenue else None, "n": len(counted)},
            "first_orders": sum(first <= day for day in begun.values()),
            "repurchase_rate": rate_of(sum(n > 1 for n in often.values()), len(often)),
            "repurchase_in_period": rate_of(sum(n > 1 for n in inside_often.values()), len(inside_often)),
            "renewal_rate": rate_of(renewed, len(ended)),
            "churn": self.churn(first, last),
            "new_customers": sum(self.became(one, first, last) for one in self.customers.values()),
            "referrals": {"n": referred, "added": len(added), "rate": referred / len(added) if added else None},
            "lifetime": (sum(values[:top]) / sum(values) if sum(values) else None, len(values), top),
            "overdue": self.overdue(of(period)[1]),
        }  # fmt: skip

    def history(self, key: int) -> list[dict[str, Any]]:
        mine = [one for one in self.stages if one["customer_id"] == key]
        return sorted(mine, key=lambda one: (one["changed_on"], one["id"]))

    def became(self, customer: Mapping[str, Any], first: str, last: str) -> bool:
        moves = [one["changed_on"] for one in self.history(customer["id"]) if one["to_stage"] == "customer" and one.get("from_stage")]  # fmt: skip
        began = customer.get("since") or max(moves, default="")
        return customer["stage"] in ("customer", "lost") and first <= began <= last

    def silent_on(self, customer: Mapping[str, Any]) -> str:
        """The day on which it fell, or will fall silent."""
        touch = self.touches[f"c{customer['id']}"]
        if customer["stage"] != "customer" or not touch:
            return "9"
        days = [one["contacted_on"] for one in self.contacts if one["customer_id"] == customer["id"]]  # fmt: skip
        days += [one["ordered_on"] for one in self.orders if one["customer_id"] == customer["id"]]
        quiet = date.fromisoformat(max([customer["added_on"], *days]))
        silent = max(quiet + timedelta(days=90), date.fromisoformat(touch) + timedelta(days=1))
        moves = [one["changed_on"] for one in self.history(customer["id"]) if one["to_stage"] == "customer" and one.get("from_stage")]  # fmt: skip
        if began := customer.get("since") or max(moves, default=None):
            silent = max(silent, date.fromisoformat(began) + timedelta(days=90))
        return str(silent)

    def churn(self, first: str, last: str) -> tuple[int, int, int]:
        n = lost = silent = 0
        for key, customer in self.customers.items():
            later = [one for one in self.history(key) if one["changed_on"] >= first]
            stage = (later[0].get("from_stage") or later[0]["to_stage"]) if later else customer["stage"]  # fmt: skip
            silent_on = self.silent_on(customer)
            if (customer.get("since") or customer["added_on"]) >= first or stage != "customer" or silent_on < first:  # fmt: skip
                continue
            n += 1
            if any(one["to_stage"] == "lost" and one.get("from_stage") and one["changed_on"] <= last for one in later):  # fmt: skip
                lost += 1
            elif silent_on <= min(last, str(self.today)):
                silent += 1
        return n, lost, silent

    def overdue(self, last: date) -> dict[str, tuple[float, int]]:
        """What was to be paid on a day or before, and at its end was not; today what is to be paid is not late yet."""
        day, paid = min(last + timedelta(days=1), self.today), min(last, self.today)
        found: dict[str, list[int]] = defaultdict(list)
        for one in self.orders:
            pay_by, paid_on = one.get("pay_by"), one.get("paid_on")
            if pay_by and pay_by < str(day) and (paid_on is None or paid_on > str(paid)):
                found[one["currency"]].append(one["amount"])
        return {code: (sum(some) / 100, len(some)) for code, some in found.items()}


def told_tiers(
    refs: Sequence[str], first: str, last: str
) -> Counter[tuple[str | None, str | None]]:
    """Of each customer the tier that it had before the first change in the period, and after the last, by its history."""
    found: Counter[tuple[str | None, str | None]] = Counter()
    for ref in refs:
        steps = [
            (step["old"], step["new"])
            for step in reversed(crm(f"history {ref} --json").json["items"])
            if step["ref"] == ref and step["field"] == "tier" and step["action"] == "update"
            and first <= step["at"][:10] <= last
        ]  # fmt: skip
        if steps and steps[0][0] != steps[-1][1]:
            found[steps[0][0], steps[-1][1]] += 1
    return found


def owed(sums: Mapping[str, Any]) -> dict[str, tuple[float, int]]:
    return {one["currency"]: (one["amount"], one["n"]) for one in sums["sums"]}


def compare(item: Mapping[str, Any], told: Mapping[str, Any]) -> None:
    revenue = item["revenue"]
    assert (revenue["amount"], revenue["orders"], revenue["customers"]) == (told["amount"], told["orders"], told["customers"])  # fmt: skip
    average = told["amount"] / told["orders"] if told["orders"] else None
    assert revenue["average"] == (None if average is None else pytest.approx(average, rel=1e-12))
    assert {one["currency"]: (one["amount"], one["orders"]) for one in item["other_currencies"]} == told["apart"]  # fmt: skip
    for name in (
        "old_customer_share", "repurchase_rate", "repurchase_in_period", "renewal_rate", "first_orders",
        "new_customers", "referrals",
    ):  # fmt: skip
        assert item[name] == told[name], name
    n, lost, silent = told["churn"]
    assert item["churned"] == {"lost": lost, "dormant": silent}
    assert item["churn_rate"] == rate_of(lost + silent, n)
    lifetime = item["lifetime"]
    assert (lifetime["rate"], lifetime["n"], lifetime["top"]) == told["lifetime"]
    assert owed(item["overdue_at_end"]) == told["overdue"]


@pytest.mark.parametrize("seed", range(heavy(2)))
def test_every_figure_once_more_from_what_is_exported(at: At, tmp_path: Path, seed: int) -> None:
    worth = {"USD": Fraction("7.07")} if seed % 2 else {}
    made_up(at, tmp_path, seed, rate=bool(worth))
    at(f"{LAST}T18:00")
    told = Told(LAST, worth)
    refs = [f"c{key}" for key in told.customers]
    for period, before in (
        ("2026-07", "2026-06"), ("2026-02", "2026-01"), ("2026-01", "2025-12"), ("2025Q4", "2025Q3"), ("2026", "2025"),
    ):  # fmt: skip
        item = report("--period", period)
        assert item["before"]["period"]["name"] == before
        compare(item, told.figures(period))
        compare(item["before"], told.figures(before))
        assert owed(item["overdue_now"]) == told.overdue(LAST)
        moves = {(one["from"], one["to"]): one["n"] for one in item["tiers_moved"]["moves"]}
        first, last = (str(day) for day in of(period))
        assert moves == told_tiers(refs, first, last), period
        ranks = {"core": 0, "potential": 1, "ordinary": 2}
        both = [(pair, n) for pair, n in moves.items() if None not in pair]
        assert item["tiers_moved"]["up"] == sum(n for (was, now), n in both if ranks[now or ""] < ranks[was or ""])  # fmt: skip
        assert item["tiers_moved"]["down"] == sum(n for (was, now), n in both if ranks[now or ""] > ranks[was or ""])  # fmt: skip
    warned = crm("due --kind churn --json --limit 0").json["items"]
    assert {one["customer"]["ref"] for one in warned} <= set(refs)
    assert report()["warnings"]["n"] >= len(warned)
    _compare_lists(told)


def test_every_figure_of_the_demo_once_more() -> None:
    demo = Context(["demo"])
    demo.write()
    _fill(demo)
    demo.close()
    told = Told(date(2026, 11, 20), {})
    for period in ("2026-11", "2026-10", "2026Q3", "2026", "2025"):
        item = report("--period", period)
        compare(item, told.figures(period))
        assert owed(item["overdue_now"]) == told.overdue(told.today)
    _compare_lists(told)


def _compare_lists(told: Told) -> None:
    """The best customers, and recency against frequency."""
    item = report("--period", "2026Q1")
    first, last = (str(day) for day in of("2026Q1"))
    sums: Counter[int] = Counter()
    for one in told.orders:
        if first <= one["ordered_on"] <= last and told.base(one) is not None:
            sums[one["customer_id"]] += told.base(one) or 0
    best = sorted(sums.items(), key=lambda pair: (-pair[1], pair[0]))[:10]
    assert [(one["customer"]["ref"], one["amount"]) for one in item["top_customers"]] == [(f"c{key}", amount / 100) for key, amount in best]  # fmt: skip
    for period in ("2026Q1", "2025", "2026"):
        rfm = report("--period", period)["rfm"]
        assert rfm["n"] == sum(cell["n"] for cell in rfm["grid"]) == sum(rfm["segments"].values())
        # Whom crm tiers looks at on that day is who is scored.
        on = min(of(period)[1], told.today)
        scored = [one for one in crm(f"tiers --as-of {on} --json").json["items"] if one["orders"]]
        cells = Counter((one["r"], one["f"]) for one in scored)
        assert {(cell["r"], cell["f"]): cell["n"] for cell in rfm["grid"] if cell["n"]} == cells
        assert {name: n for name, n in rfm["segments"].items() if n} == Counter(one["segment"] for one in scored)  # fmt: skip
        # Found otherwise where only some are asked for, be it everybody.
        assert report("--period", period, "--where", "name != nobody")["rfm"] == rfm


def test_what_was_paid_today_is_not_overdue_any_more(place: Path) -> None:
    crm("add-customer Acme --stage customer")
    crm("add-order c1 100 --on 2026-10-01 --pay-by 2026-11-01")
    assert crm("report value --json").json["item"]["overdue_now"]["n"] == 1
    crm("paid o1")
    item = crm("report value --json").json["item"]
    assert (item["overdue_now"]["n"], item["overdue_at_end"]["n"]) == (0, 0)
    assert item["before"]["overdue_at_end"]["n"] == 0  # it was to be paid on the day after
    assert crm("report value --json --period 2026-12").json["item"]["overdue_at_end"]["n"] == 0
