"""What a review of tiers proposes (HANDBOOK §7, docs/decisions/0035): up, down, shares, and in which words."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from crmcli.errors import BadValue
from crmcli.rules.said import sentence
from crmcli.rules.value.rfm import Scored
from crmcli.rules.value.tiering import (
    Band,
    Scale,
    Share,
    Standing,
    Verdict,
    Windows,
    earned_from,
    judge,
    reason,
    shares,
    windows,
)

TIERS = ("diamond", "gold", "silver", "plain")
ON = date(2026, 11, 20)


def standing(tier: str | None = "silver", segment: str = "Promising", days: int = 10, **more: Any) -> Standing:  # fmt: skip
    scored = Scored(1, days, 4, 100, 3, 3, 3, segment)
    return Standing(tier, scored, **{"spend_now": 1000, "spend_before": 1000, **more})


def scale(**earned: int) -> Scale:
    return Scale(ON, windows(ON), date(2026, 10, 1), TIERS, earned)


def proposed(one: Standing, **earned: int) -> tuple[str | None, str | None, bool]:
    found = judge(one, scale(**earned))
    return found.proposed, found.move, found.is_below


def said_of(found: Verdict) -> list[str]:
    return [sentence([cause]) for cause in found.causes]


# --- the two halves of a year ---


@pytest.mark.parametrize(
    ("on", "half", "year"),
    [
        ("2026-11-20", "2026-05-20", "2025-11-20"),
        ("2026-08-31", "2026-02-28", "2025-08-31"),
        ("2024-08-31", "2024-02-29", "2023-08-31"),
        ("2026-01-15", "2025-07-15", "2025-01-15"),
        ("2025-02-28", "2024-08-28", "2024-02-29"),  # what was ordered on 29 February leaves with the 28th
        ("2024-02-29", "2023-08-29", "2023-02-28"),
    ],
)  # fmt: skip
def test_the_halves_end_on_the_same_day_by_the_calendar(on: str, half: str, year: str) -> None:
    assert windows(date.fromisoformat(on)) == Windows(date.fromisoformat(half), date.fromisoformat(year))  # fmt: skip


def test_at_the_beginning_of_time_there_is_no_year_before() -> None:
    assert windows(date(1, 3, 1)) == Windows(date.min, date.min)


# --- up ---


@pytest.mark.parametrize(
    ("now", "before", "grows"),
    [
        (1500, 1000, True), (1499, 1000, False), (3, 2, True), (1, 1, False), (5000, 0, False), (5000, -100, False),
        (0, 0, False), (-100, 1000, False),
    ],
)  # fmt: skip
def test_half_as_much_again_in_six_months_is_one_up(now: int, before: int, grows: bool) -> None:
    found = proposed(standing(spend_now=now, spend_before=before))
    assert (found[1] == "up") is grows
    assert found[0] == ("gold" if grows else "silver")


def test_the_best_go_up_and_nobody_beyond_the_top() -> None:
    assert proposed(standing("plain", "Champions")) == ("silver", "up", False)
    assert proposed(standing("diamond", "Champions")) == ("diamond", None, False)
    assert proposed(standing("diamond", spend_now=3000)) == ("diamond", None, False)


def test_who_spends_most_goes_up() -> None:
    assert proposed(standing(), gold=2000) == ("gold", "up", False)
    assert proposed(standing(), gold=2001) == ("silver", None, False)
    assert proposed(standing(), diamond=1) == ("silver", None, False)  # it is two steps up


@pytest.mark.parametrize("tier", [None, "long gone"])
def test_no_tier_counts_as_the_last(tier: str | None) -> None:
    assert proposed(standing(tier, "Champions")) == ("silver", "up", False)
    assert proposed(standing(tier)) == (tier, None, False)
    assert proposed(standing(tier, "Lost", was_below=True)) == (tier, None, True)


def test_earning_it_outweighs_everything_that_is_below() -> None:
    grown = standing(segment="Lost", spend_now=3000, days=400, was_below=True)
    assert proposed(grown) == ("gold", "up", False)
    fallen = standing(segment="Champions", spend_now=100, was_below=True)
    assert proposed(fallen) == ("gold", "up", False)


@pytest.mark.parametrize(
    ("raised_on", "segment", "spend_now", "rises"),
    [
        ("2026-11-01", "Champions", 3000, False),  # in this quarter
        ("2026-10-01", "Champions", 3000, False),
        ("2026-09-30", "Champions", 1000, True),
        ("2026-09-30", "Promising", 3000, False),  # the same growth
        ("2026-05-21", "Promising", 3000, False),
        ("2026-05-20", "Promising", 3000, True),
    ],
)
def test_one_step_a_quarter_and_one_for_the_same_growth(
    raised_on: str, segment: str, spend_now: int, rises: bool
) -> None:
    one = standing(segment=segment, spend_now=spend_now, raised_on=date.fromisoformat(raised_on))
    assert proposed(one) == (("gold", "up", False) if rises else ("silver", None, False))


# --- down ---


@pytest.mark.parametrize(
    ("more", "cause"),
    [
        ({"segment": "Lost"}, "its segment fades"),
        ({"segment": "At Risk"}, "its segment fades"),
        ({"segment": "About To Sleep"}, "its segment fades"),
        ({"spend_now": 500}, "spend fell by half or more"),
        ({"spend_now": -1}, "spend fell by half or more"),
        ({"spend_now": 0, "spend_before": 0, "days": 365}, "nothing ordered in a year"),
    ],
)
def test_who_is_below_twice_goes_one_down(more: dict[str, Any], cause: str) -> None:
    first = judge(standing(**more), scale())
    assert first[:3] == ("silver", None, True)
    assert said_of(first) == ["below its tier; if it is so at the next review, too, one tier down", cause]  # fmt: skip
    second = judge(standing(**more, was_below=True), scale())
    assert second[:3] == ("plain", "down", True)
    assert said_of(second) == ["below its tier at two reviews", cause]


@pytest.mark.parametrize(
    "more",
    [
        {"segment": "Can't Lose Them"},
        {"segment": "Need Attention"},
        {"segment": "Others"},
        {"spend_now": 501},
        {"spend_now": 0, "spend_before": 0, "days": 364},
    ],
)
def test_who_is_not_below_stays_whatever_was_before(more: dict[str, Any]) -> None:
    assert proposed(standing(**more, was_below=True)) == ("silver", None, False)


def test_nobody_falls_out_of_the_last_tier() -> None:
    found = judge(standing("plain", "Lost", was_below=True), scale())
    assert found[:3] == ("plain", None, True)
    assert said_of(found) == ["its segment fades"]


# --- shares ---


@pytest.mark.parametrize(
    ("text", "band"),
    [
        ("5-8%", "5-8%"), ("5–8%", "5-8%"), (" 12% - 15 % ", "12-15%"), ("12至15％", "12-15%"), ("10%", "10%"), ("10", "10%"),
        ("0-10%", "10%"), ("2.5-5", "2.5-5%"), ("5-5%", "5-5%"), ("100%", "100%"), ("10.00-20%", "10-20%"),
    ],
)  # fmt: skip
def test_a_share_is_read_and_written(text: str, band: str) -> None:
    assert str(Band.read(text)) == band
    assert Band.read(band) == Band.read(text)


@pytest.mark.parametrize("text", ["", "lots", "8-5%", "0%", "5-101%", "-5%", "5-8-9%", "1.234%", "5-%", "%"])  # fmt: skip
def test_what_is_no_share_is_refused(text: str) -> None:
    with pytest.raises(BadValue) as refused:
        Band.read(text)
    assert str(refused.value) == f"{text!r} is no share; write it like 5-8%, or, as the most there may be, like 10%"  # fmt: skip


@pytest.mark.parametrize(
    ("part", "whole", "holds"),
    [(4, 100, False), (5, 100, True), (8, 100, True), (9, 100, False), (0, 0, True), (1, 13, True), (1, 12, False)],
)  # fmt: skip
def test_both_ends_of_a_band_are_in_it(part: int, whole: int, holds: bool) -> None:
    assert Band.read("5-8%").holds(part, whole) is holds


def test_a_tier_is_earned_within_its_share_and_those_above() -> None:
    bands = {"diamond": Band(Decimal(5), Decimal(10)), "silver": Band(Decimal(0), Decimal(20))}
    yearly = [100, 90, 90, 80, 70, 60, 50, 40, 30, 20]
    # Of 20 customers 10 % are two, 10 and 20 % six; gold has no share, and the last tier needs none.
    assert earned_from(yearly, 20, bands, TIERS) == {"diamond": 90, "silver": 60}
    assert earned_from(yearly, 9, bands, TIERS) == {"silver": 90}
    assert earned_from([0, -5], 20, bands, TIERS) == {}
    assert earned_from([70], 100, bands, TIERS) == {"diamond": 70, "silver": 70}
    assert earned_from(yearly, 20, {"plain": Band(Decimal(0), Decimal(50))}, TIERS) == {}


def test_shares_count_everybody_before_and_after() -> None:
    moves = [("plain", "silver"), ("silver", "plain"), ("gold", "gold"), (None, "silver"), ("old", "old")]  # fmt: skip
    band = Band.read("40-50%")
    found = shares(moves, {"silver": 2, None: 1}, {"silver": band}, TIERS)
    assert found == [
        Share("diamond", 0, 0, None), Share("gold", 1, 1, None), Share("silver", 3, 4, band), Share("plain", 1, 1, None),
        Share("old", 1, 1, None), Share(None, 2, 1, None),
    ]  # fmt: skip
    assert [one.is_outside(8) for one in found] == [False] * 6
    assert [one.is_outside(7) for one in found] == [False, False, True, False, False, False]


# --- the reason ---


def told(one: Standing) -> str:
    return sentence(reason(one, judge(one, scale()), lambda amount: f"{amount} CNY"))


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        (
            {"spend_now": 1600},
            "spend grew by half or more; segment Promising; spend of six months 1600 CNY, of the six before 1000 CNY (+60 %); "
            "no complaint or urgent need open; not asked how satisfied yet",
        ),
        (
            {"segment": "Champions", "complaints": 1, "urgent": 2, "nps": 9, "overall": 5},
            "among the best in all three scores; segment Champions; spend of six months 1000 CNY, of the six before 1000 CNY (0 %); "
            "1 open complaint; 2 open urgent needs; NPS 9; overall 5 of 5",
        ),
        (
            {"spend_before": 0, "urgent": 1, "nps": 0},
            "segment Promising; spend of six months 1000 CNY, nothing in the six before; 1 open urgent need; NPS 0",
        ),
        (
            {"spend_now": 0, "spend_before": 0, "days": 400, "complaints": 2, "overall": 3},
            "below its tier; if it is so at the next review, too, one tier down; nothing ordered in a year; segment Promising; "
            "no spend in twelve months; 2 open complaints; overall 3 of 5",
        ),
        (
            {"spend_now": 333, "was_below": True},
            "below its tier at two reviews; spend fell by half or more; segment Promising; spend of six months 333 CNY, of the six "
            "before 1000 CNY (-67 %); no complaint or urgent need open; not asked how satisfied yet",
        ),
    ],
)  # fmt: skip
def test_the_reason_names_segment_spend_needs_and_satisfaction(more: dict[str, Any], expected: str) -> None:  # fmt: skip
    assert told(standing(**more)) == expected
