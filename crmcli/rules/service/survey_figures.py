"""The figures of surveys: satisfaction, recommendation, by dimension, how many answer and how many are asked (HANDBOOK §5)."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from crmcli.rules.measures import Figure, NetPromoter, Rate, csat, nps, satisfaction_index, share
from crmcli.rules.service.surveying import SCORES

INDEX_GOAL = 90
COVERAGE_GOAL = 0.30
"""The share of the active customers who are to have answered within a year."""

BY_DIMENSION = SCORES[1:]

Facts = Mapping[str, Any] | Any
"""A survey's row: its `status`, and its scores under their JSON names, None where not given."""


@dataclass(frozen=True)
class Dimension:
    """How one thing that was asked about was found: the index of its scores from 1 to 5, and the share of 4 and 5."""

    index: Figure
    csat: Rate


@dataclass(frozen=True)
class Figures:
    """What surveys say. `csat` and `index` are of the overall scores; `response` is the share that answered of all that
    answered, gave none, or were sent and are still open."""

    csat: Rate
    index: Figure
    nps: NetPromoter
    by_dimension: Mapping[str, Dimension]  # every dimension, in the handbook's order
    response: Rate
    answered: int
    no_answer: int
    sent: int


def figures(surveys: Iterable[Facts]) -> Figures:
    """The figures of these surveys, which are gone through once; those that are merely due are left out.

    Each has its n; n = 0 gives None.
    """
    statuses: Counter[str] = Counter()
    scores: dict[str, Counter[int]] = {name: Counter() for name in (*SCORES, "nps")}
    for survey in surveys:
        statuses[survey["status"]] += 1
        if survey["status"] != "answered":
            continue
        for name, found in scores.items():
            if survey[name] is not None:
                found[survey[name]] += 1
    given = {name: list(found.elements()) for name, found in scores.items()}
    answered, no_answer, sent = (statuses[name] for name in ("answered", "no_answer", "sent"))
    return Figures(
        csat=csat(given["overall"]),
        index=satisfaction_index(given["overall"]),
        nps=nps(given["nps"]),
        by_dimension={
            name: Dimension(satisfaction_index(given[name]), csat(given[name]))
            for name in BY_DIMENSION
        },
        response=share(answered, no_answer + sent),
        answered=answered,
        no_answer=no_answer,
        sent=sent,
    )


def coverage(answered: int, active: int) -> Rate:
    """The share of the `active` customers of whom `answered` answered within the year."""
    return share(answered, active - answered)
