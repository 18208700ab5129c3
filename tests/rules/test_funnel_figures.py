"""From stage to stage (HANDBOOK §1, §11)."""

import pytest

from crmcli.rules.measures import Rate
from crmcli.rules.reports.funnel import Course, Entry, Funnel, Moved, first_entry, first_won


def course(added_on: str, first: str, *moves: tuple[str, str], source: str | None = None) -> Course:
    """A customer added by hand with a stage, who moved to others on these days."""
    stages = [first, *(to for _on, to in moves)]
    changes = [Moved(on, stages[i], to) for i, (on, to) in enumerate(moves)]
    return Course(1, added_on, stages[-1], Entry(first, added_on), changes, source)


def november(*courses: Course) -> Funnel:
    found = Funnel("2026-11-01", "2026-11-30")
    for one in courses:
        found.add(one)
    return found


@pytest.mark.parametrize(
    ("stage", "recorded_on", "since", "on"),
    [
        ("prospect", "2026-11-20", None, "2026-11-20"),
        ("prospect", None, "2020-01-01", "2026-11-19"),  # imported; `since` says nothing of leads
        ("customer", "2026-11-20", None, "2026-11-20"),
        ("customer", "2026-11-20", "2025-01-01", "2025-01-01"),
        ("customer", None, "2025-01-01", "2025-01-01"),
        ("customer", None, None, None),
        ("lost", None, None, None),
        ("lost", "2026-11-20", None, "2026-11-20"),
    ],
)
def test_since_when_a_customer_has_the_stage_it_was_added_with(
    stage: str, recorded_on: str | None, since: str | None, on: str | None
) -> None:
    assert first_entry(stage, "2026-11-19", recorded_on, since) == Entry(stage, on)


@pytest.mark.parametrize(
    ("moves", "reached"),
    [
        ((), [(0, 1), (None, 0), (None, 0)]),
        ((("2026-11-09", "interested"),), [(1, 1), (0, 1), (None, 0)]),
        ((("2026-11-09", "customer"),), [(1, 1), (None, 0), (0, 1)]),  # was interested, too
        ((("2026-12-01", "interested"),), [(0, 1), (None, 0), (None, 0)]),  # after the period
        ((("2026-11-09", "lost"),), [(0, 1), (None, 0), (None, 0)]),
        ((("2026-11-09", "lost"), ("2026-11-10", "interested")), [(1, 1), (0, 1), (None, 0)]),
        # Whoever comes twice counts once, from the first time.
        ((("2026-11-09", "interested"), ("2026-11-10", "prospect")), [(1, 1), (0, 1), (None, 0)]),
        ((("2026-11-09", "customer"), ("2026-11-09", "lost")), [(1, 1), (None, 0), (1, 1)]),
    ],
)  # fmt: skip
def test_a_step_is_taken_by_the_end_of_the_period(
    moves: tuple[tuple[str, str], ...], reached: list[Rate]
) -> None:
    found = november(course("2026-11-02", "prospect", *moves))
    assert [one.conversion for one in found.steps()] == reached


def test_days_are_those_of_steps_taken_in_the_period() -> None:
    found = november(
        course("2026-10-01", "prospect", ("2026-11-01", "interested"), ("2026-11-11", "customer")),
        course("2026-10-21", "prospect", ("2026-11-01", "interested"), ("2026-12-01", "customer")),
        course("2026-11-05", "prospect", ("2026-11-03", "interested")),  # dated back: none
        course("2026-11-05", "prospect", ("2026-11-06", "customer")),  # no step of the funnel
    )
    assert [one.days for one in found.steps()] == [(11, 3), (10, 1), (None, 0)]


def test_who_is_won_back_was_lost_before_or_in_the_period() -> None:
    lost_before = course(
        "2026-01-01", "prospect", ("2026-05-01", "lost"), ("2026-11-02", "customer")
    )
    lost_in_it = course(
        "2026-01-01", "customer", ("2026-11-03", "lost"), ("2026-11-20", "interested")
    )
    lost_twice = course("2026-01-01", "lost", ("2026-11-03", "customer"), ("2026-11-20", "lost"))
    not_back = course("2026-01-01", "customer", ("2026-11-03", "lost"), ("2026-12-20", "customer"))
    no_customer = course("2026-01-01", "lost", ("2026-11-03", "prospect"))
    found = november(lost_before, lost_in_it, lost_twice, not_back, no_customer)
    # Three of them, and two more who did not move, stood as lost when it began.
    assert found.win_back(5) == Rate(3 / 7, 7)
    assert found.losses == {"unknown": 3}


def test_sources_come_by_how_many_they_brought() -> None:
    found = november(
        course("2026-11-02", "prospect", ("2026-11-09", "customer"), source="web"),
        course("2026-11-02", "interested", source="web"),
        course("2026-11-02", "customer", source="fair"),
        course("2026-10-02", "prospect", ("2026-11-09", "customer")),
        course("2026-11-02", "prospect", ("2026-12-09", "customer")),
        course("2026-10-02", "customer", ("2026-11-02", "lost"), source="gone"),
    )
    assert found.sources() == [
        ("web", 2, 1, (0.5, 2)), ("fair", 1, 1, (None, 0)), (None, 1, 1, (0, 1)),
    ]  # fmt: skip
    assert found.conversion == Rate(1 / 3, 3)


@pytest.mark.parametrize(
    ("first", "moves", "on"),
    [
        ("prospect", (("2026-11-02", "customer"),), "2026-11-02"),
        ("lost", (("2026-11-02", "customer"),), "2026-11-02"),
        ("prospect", (("2026-11-02", "customer"), ("2026-11-03", "lost"), ("2026-11-04", "customer")), "2026-11-02"),
        ("customer", (("2026-11-02", "lost"), ("2026-11-03", "customer")), None),
        ("prospect", (), None),
    ],
)  # fmt: skip
def test_a_lead_is_won_once(first: str, moves: tuple[tuple[str, str], ...], on: str | None) -> None:
    assert first_won(course("2026-11-01", first, *moves)) == on
