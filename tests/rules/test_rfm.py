"""Scores and segments by recency, frequency and monetary value (HANDBOOK §7), against the R package's data and against a slow reading of its rule."""

import csv
from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmcli.rules.value.rfm import ALL_SEGMENTS, Purchases, Scored, cuts, score, segment_of
from tests.support import heavy

ON = date(2006, 12, 31)
TABLE = Path(__file__).parent.parent / "data" / "rfm-orders.csv"

SUMMARY = {
    "About To Sleep": (102, 283, 23449),
    "At Risk": (28, 216, 22227),
    "Can't Lose Them": (47, 274, 32446),
    "Champions": (35, 316, 31646),
    "Lost": (148, 393, 35324),
    "Loyal Customers": (170, 799, 76562),
    "Need Attention": (10, 57, 4562),
    "New Customers": (104, 329, 28837),
    "Potential Loyalist": (342, 2211, 204856),
    "Promising": (9, 28, 4249),
}
"""Customers, orders and revenue of each segment, as the package's reference prints them (rfm_segment_summary)."""

FIRST_TEN = ["343", "412", "323", "433", "555", "555", "355", "321", "212", "121"]
"""The scores of the first ten, as its README prints them."""


def bought(rows: Sequence[tuple[int, int, int]], coins: int = 1) -> list[Purchases]:
    """Days since the last order, orders and amount in major units, as purchases of customers 1, 2, …"""
    return [
        Purchases(key, ON - timedelta(days=days), orders, amount * coins)
        for key, (days, orders, amount) in enumerate(rows, start=1)
    ]


def published() -> list[tuple[int, int, int]]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        return [
            (int(row["recency_days"]), int(row["orders"]), int(row["amount"]))
            for row in csv.DictReader(file)
        ]


def digits(scored: Sequence[Scored]) -> list[str]:
    return [f"{one.r}{one.f}{one.m}" for one in scored]


# --- the package's own table ---


@pytest.mark.parametrize("coins", [1, 100, 1000])
def test_the_package_s_table_of_995_customers(coins: int) -> None:
    rows = published()
    assert (len(rows), sum(row[1] for row in rows)) == (995, 4906)
    scored = score(bought(rows, coins), ON, coins)
    assert digits(scored[:10]) == FIRST_TEN
    found: dict[str, list[Scored]] = {}
    for one in scored:
        found.setdefault(one.segment, []).append(one)
    assert {
        name: (len(some), sum(one.orders for one in some), sum(one.amount for one in some) // coins)
        for name, some in found.items()
    } == SUMMARY


def test_its_thresholds() -> None:
    days, orders, amounts = zip(*published(), strict=True)
    found = [
        [Fraction(cut, 5) for cut in cuts(values).times_five] for values in (days, orders, amounts)
    ]
    assert found == [
        [115, 181, Fraction("297.4"), 482],
        [4, 5, 6, 8],
        [Fraction("255.8"), 382, Fraction("506.4"), 666],
    ]


# --- the rule read slowly ---


def slow_quantile(values: Sequence[int], part: int) -> Fraction:
    """Type 7 of Hyndman and Fan: between the order statistics around 1 + (n - 1)p, in proportion."""
    ordered = sorted(values)
    place = 1 + Fraction(part, 5) * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered))
    return ordered[below - 1] + (place - below) * (ordered[above - 1] - ordered[below - 1])


def slow_scores(values: Sequence[int], one: int) -> list[int]:
    """As the package does it: five intervals, the first from the least value, each up to before the next; the last one wins."""
    bounds = [Fraction(min(values)), *(slow_quantile(values, part) + one for part in (1, 2, 3, 4))]
    uppers = [*bounds[1:], Fraction(max(values) + one)]
    found = [0] * len(values)
    for number, (low, high) in enumerate(zip(bounds, uppers, strict=True), start=1):
        for place, value in enumerate(values):
            if low <= value < high:
                found[place] = number
    return found


HANDBOOK = """
Champions 5, 5, 5; Potential Loyalist 3–5, 3–5, 2–5; Loyal Customers 2–4, 2–4, 2–4; Promising 3–4, 1–3, 3–5; New Customers 4–5, 1–3, 1–5;
Can't Lose Them 1–2, 3–4, 4–5; At Risk 1–2, 2–5, 4–5; Need Attention 1–3, 3–5, 3–5; About To Sleep 2–3, 1–3, 1–4; Lost 1, 1–5, 1–5
"""
"""The handbook's words, from which the table is read here."""


def slow_segment(scores: Sequence[int]) -> str:
    for line in HANDBOOK.replace("\n", " ").split(";"):
        *name, r, f, m = line.split()
        ranges = [part.strip(",").partition("–") for part in (r, f, m)]
        if all(int(low) <= value <= int(high or low) for value, (low, _, high) in zip(scores, ranges, strict=True)):  # fmt: skip
            return " ".join(name)
    return "Others"


def test_every_scores_segment_is_the_handbook_s() -> None:
    every = [(r, f, m) for r in range(1, 6) for f in range(1, 6) for m in range(1, 6)]
    assert {one: segment_of(*one) for one in every} == {one: slow_segment(one) for one in every}
    named = Counter(segment_of(*one) for one in every)
    # The last named one takes all of R 1 that is left; only of R 2 and up something is left for nobody.
    assert set(named) == set(ALL_SEGMENTS)
    assert segment_of(2, 5, 1) == "Others"


AMOUNTS = st.one_of(st.integers(-500_00, 3_000_00), st.sampled_from([0, 1, 99, 100, 101, -100]))
ROWS = st.lists(st.tuples(st.integers(0, 40), st.integers(1, 12), AMOUNTS), min_size=1, max_size=40)


@settings(derandomize=True, max_examples=heavy(20), deadline=None)
@given(ROWS, st.sampled_from([1, 100, 1000]))
def test_scores_are_those_of_the_rule_read_slowly(rows: list[tuple[int, int, int]], major: int) -> None:  # fmt: skip
    scored = score(bought(rows), ON, major)
    assert [one[:4] for one in scored] == [(key, *row) for key, row in enumerate(rows, start=1)]
    days, orders, amounts = zip(*rows, strict=True)
    assert [one.r for one in scored] == [6 - n for n in slow_scores(days, 1)]
    assert [one.f for one in scored] == slow_scores(orders, 1)
    assert [one.m for one in scored] == slow_scores(amounts, major)
    assert [one.segment for one in scored] == [
        slow_segment((one.r, one.f, one.m)) for one in scored
    ]


def test_one_customer_and_all_alike() -> None:
    """The cut lies one above everybody: nobody is rare, nobody big, and everybody as recent as can be."""
    assert digits(score(bought([(10, 3, 200)]), ON)) == ["511"]
    assert digits(score(bought([(10, 3, 200)] * 7), ON)) == ["511"] * 7
    assert score([], ON) == []


def test_a_value_on_its_cut_is_above_it() -> None:
    """Six values 0, 5, …, 25 have their quantiles at 5, 10, 15 and 20: with one more 6, 11, 16, 21."""
    rows = [(days, 1, 1) for days in (0, 5, 10, 15, 20, 25)]
    assert [one.r for one in score(bought(rows), ON)] == [5, 5, 4, 3, 2, 1]
    met = [
        (days, 1, 1) for days in (0, 5, 6, 15, 20, 25)
    ]  # 20 % at 5: the cut is 6, and 6 meets it
    assert [one.r for one in score(bought(met), ON)] == [5, 5, 4, 3, 2, 1]


def test_money_counts_in_its_major_unit() -> None:
    """The quantiles are 50, 99, 150, 200; one yuan of 100 fen more makes the cuts 150, 199, 250, 300, one yen 51, 100, 151, 201."""
    fen = [Purchases(key, ON, 1, amount) for key, amount in enumerate((0, 50, 99, 150, 200, 250))]
    assert [one.m for one in score(fen, ON, 100)] == [1, 1, 1, 2, 3, 4]
    assert [one.m for one in score(fen, ON, 1)] == [1, 1, 2, 3, 4, 5]
