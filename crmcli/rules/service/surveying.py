"""When a survey and a review fall due, and what is below expectation (HANDBOOK §5)."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

from crmcli.rules.rulebook import Rulebook
from crmcli.rules.service.policy import Below

DIMENSIONS: Mapping[str, tuple[str, ...]] = {
    "service": ("solved", "speed", "attitude"),
    "relation": ("product", "response", "support"),
    "deep": (),
}
SCORES = ("overall", "solved", "speed", "attitude", "product", "response", "support")
TEXTS = ("good", "bad", "comment", "pain", "future")


def due_on(opened_on: date, sent_on: date | None, book: Rulebook) -> date:
    """The day on which a survey is to be made, or asked after once it was sent."""
    after = book.service.survey_after.after(sent_on or opened_on, book.calendar)
    return book.rolled(after)


def review_by(answered_at: datetime, book: Rulebook) -> datetime:
    """By when a bad answer is to be reviewed."""
    return book.service.review.after(answered_at, book.work_clock)


def is_below(answer: Mapping[str, Any], below: Below) -> bool:
    """True when an answer is below expectation; `answer` has the scores under their JSON names, None where not given."""
    dimensions = [answer[name] for name in SCORES[1:] if answer[name] is not None]
    return (
        (answer["overall"] is not None and answer["overall"] <= below.overall)
        or any(score <= below.dimension for score in dimensions)
        or (answer["nps"] is not None and answer["nps"] <= below.nps)
    )


class Asked(NamedTuple):
    """When a customer was last asked, by kind of survey; None = never."""

    relation_on: date | None = None
    deep_on: date | None = None


class Periodic(NamedTuple):
    """The next survey that no need asks for: its kind and day."""

    kind: str
    on: date


def periodic(
    tier: str | None, stage: str, since: date, asked: Asked, book: Rulebook
) -> Periodic | None:
    """The next relationship survey or in-depth talk of a core customer; None for all others.

    `since` is the latest of since when it is a customer and the day it was added.
    """
    if tier != "core" or stage != "customer":
        return None
    spans = {"relation": book.service.survey_relation, "deep": book.service.survey_deep}
    last = {"relation": asked.relation_on, "deep": asked.deep_on}
    days = {
        kind: book.calendar.roll(
            span.after(max(since, last[kind] or since), book.calendar), book.policy.roll
        )
        for kind, span in spans.items()
    }
    kind = min(days, key=lambda one: (days[one], one != "deep"))
    return Periodic(kind, days[kind])
