"""Deals of a period (HANDBOOK §7, §11)."""

from fractions import Fraction

import pytest

from crmcli.rules.cadence import Policy
from crmcli.rules.measures import Figure, Rate
from crmcli.rules.reports.selling import Sold, selling


def sold(stage: str, closed_on: str | None, amount: int | None = 100, **more: object) -> Sold:
    known = {"currency": None, "probability": None, "quoted_on": None, "entered_on": "2026-11-02", **more}  # fmt: skip
    return Sold(stage=stage, amount=amount, closed_on=closed_on, **known)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("quoted_on", "entered_on", "closed_on", "days"),
    [
        (None, "2026-11-02", "2026-11-12", 10),
        ("2026-10-31", "2026-11-02", "2026-11-02", 2),
        ("2026-11-09", "2026-11-02", "2026-11-12", 10),  # quoted later
        (None, "2026-11-12", "2026-11-12", 0),
        (None, "2026-11-20", "2026-11-12", None),  # an import brought it after its end
        ("2026-11-11", "2026-11-20", "2026-11-12", 1),
        (None, "2026-11-02", None, None),
    ],
)
def test_days_run_from_the_quote_or_the_first_note(
    quoted_on: str | None, entered_on: str, closed_on: str | None, days: int | None
) -> None:
    assert sold("won", closed_on, quoted_on=quoted_on, entered_on=entered_on).days == days


def test_what_was_closed_later_was_open_then() -> None:
    policy = Policy(rates={"EUR": Fraction(8)})
    found = selling(
        [
            sold("open", None, 1000, probability=50),
            sold("won", "2026-12-01", 200, currency="EUR"),
            sold("quoted", None, None, currency="USD"),
            sold("won", "2026-11-12"),
            sold("won", "2026-11-04"),
            sold("lost", "2026-11-30"),
        ],
        "2026-11-30",
        "CNY",
        policy,
    )
    told = [(one.currency, one.count, one.unpriced, one.sum, one.weighted) for one in found.open]
    assert told == [("CNY", 2, 0, 2600, 2100), ("USD", 1, 1, 0, 0)]
    assert [(one.count, one.sum) for one in (*found.won, *found.lost)] == [(2, 200), (1, 100)]
    assert (found.win_rate, found.days_to_win) == (Rate(2 / 3, 3), Figure(6, 2))


def test_nothing_is_none() -> None:
    found = selling([], "2026-11-30", "CNY", Policy())
    assert found == ([], [], [], Rate(None, 0), Figure(None, 0))
