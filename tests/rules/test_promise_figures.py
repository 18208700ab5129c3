"""The on-time rate of promises: overall, by level against its goal, by customer (HANDBOOK §6)."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmcli.rules.measures import Rate
from crmcli.rules.service.promise_figures import (
    GOALS,
    Figures,
    LevelRate,
    Promised,
    figures,
    is_in_time,
)
from tests.support import heavy

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)
PAST, COMING = NOW - DAY, NOW + DAY


def made(**how: object) -> Promised:
    about = {"by": "we-owe", "level": "basic", "due_at": PAST, "customer": 1, **how}
    return Promised(**about)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("promise", "in_time"),
    [
        (made(kept_at=PAST), True),
        (made(kept_at=PAST - DAY), True),
        (made(kept_at=PAST + SECOND), False),
        (made(broken_at=PAST - DAY), False),  # broken is broken, however early it was said
        (made(due_at=COMING, broken_at=NOW), False),
        (made(due_at=COMING, kept_at=NOW), True),
        (made(due_at=COMING), None),
        (made(due_at=NOW), None),  # there is time until it has passed
        (made(due_at=NOW - SECOND), False),
    ],
)
def test_in_time_is_what_was_kept_by_its_due_instant(
    promise: Promised, in_time: bool | None
) -> None:
    assert is_in_time(promise, NOW) is in_time


def test_nothing_promised_gives_no_rate() -> None:
    nothing = Rate(None, 0)
    assert figures([], NOW) == Figures(
        on_time=nothing,
        by_level={
            "basic": LevelRate(None, 0, 1.0),
            "value-add": LevelRate(None, 0, 0.9),
            "surprise": LevelRate(None, 0, None),
        },
        by_customer={},
        they_owe=nothing,
        kept=0,
        broken=0,
        overdue=0,
        open=0,
    )


def test_the_figures_overall_by_level_and_by_customer() -> None:
    found = figures(
        iter(
            [
                made(kept_at=PAST),
                made(kept_at=NOW, customer=2),
                made(level="value-add", kept_at=PAST, customer=2),
                made(level="value-add", broken_at=NOW),
                made(level="surprise", kept_at=PAST, customer=3),
                made(level="surprise", due_at=COMING, customer=4),
                made(),
                made(by="they-owe", kept_at=PAST),
                made(by="they-owe", level="surprise", customer=5),
                made(by="they-owe", due_at=COMING),
            ]
        ),
        NOW,
    )
    assert found.on_time == Rate(3 / 6, 6)
    assert list(found.by_level.items()) == [
        ("basic", LevelRate(1 / 3, 3, 1.0)),
        ("value-add", LevelRate(1 / 2, 2, 0.9)),
        ("surprise", LevelRate(1.0, 1, None)),
    ]
    assert list(found.by_customer.items()) == [
        (1, Rate(1 / 3, 3)), (2, Rate(1 / 2, 2)), (3, Rate(1.0, 1)), (4, Rate(None, 0)),
    ]  # fmt: skip
    assert found.they_owe == Rate(1 / 2, 2)
    assert (found.kept, found.broken, found.overdue, found.open) == (4, 1, 1, 1)


@pytest.mark.parametrize(
    ("level", "kept", "of", "rate", "goal"),
    [("basic", 99, 100, 0.99, 1.0), ("value-add", 9, 10, 0.9, 0.9), ("surprise", 0, 1, 0.0, None), ("basic", 0, 0, None, 1.0)],
)  # fmt: skip
def test_each_level_has_its_goal(
    level: str, kept: int, of: int, rate: float | None, goal: float | None
) -> None:
    promises = [made(level=level, kept_at=PAST)] * kept + [made(level=level)] * (of - kept)
    assert figures(promises, NOW).by_level[level] == (rate, of, goal)


@settings(max_examples=heavy(100))
@given(
    st.lists(
        st.builds(
            Promised,
            by=st.sampled_from(["we-owe", "they-owe"]),
            level=st.sampled_from(list(GOALS)),
            due_at=st.sampled_from([PAST, NOW, COMING]),
            kept_at=st.sampled_from([None, PAST, NOW]),
            broken_at=st.none(),
            customer=st.integers(1, 3),
        )
        | st.builds(made, broken_at=st.just(NOW))
    )
)
def test_the_parts_make_the_whole(promises: list[Promised]) -> None:
    found = figures(promises, NOW)
    ours = [one for one in promises if one.by == "we-owe"]
    assert found.kept + found.broken + found.overdue + found.open == len(ours)
    for parts in (found.by_level, found.by_customer):
        assert sum(part.n for part in parts.values()) == found.on_time.n
        met = sum((part.rate or 0) * part.n for part in parts.values())
        assert round(met) == round((found.on_time.rate or 0) * found.on_time.n)
    assert found.on_time.n == len(ours) - found.open
