"""Why a customer may be about to leave (HANDBOOK §7): each reason with the days on which it holds.

What began over 30 days before an import brought it is history, and no reason (HANDBOOK §3).
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Any, NamedTuple

from crmcli.rules.silence import is_history
from crmcli.rules.value.orders import Rhythm

QUIET, COMPLAINTS, NPS, PAYMENT, DECIDER = KINDS = (
    "quiet",
    "complaints",
    "nps",
    "payment",
    "decider",
)
WITHIN_DAYS = 90
"""Two complaints so near to each other are a reason."""

_DAY = timedelta(days=1)


class Event(NamedTuple):
    """Something that happened on a local day, and the day on which an import brought it; `of` tells it from others."""

    on: date
    imported_on: date | None = None
    of: int | None = None


class Known(NamedTuple):
    """What is known of a customer that decides whether it may leave."""

    rhythm: Rhythm | None = None
    rhythm_imported_on: date | None = None  # its last order
    complaints: Sequence[Event] = ()
    answer: Event | None = None  # the newest with an NPS, which it is `of`
    unpaid: Sequence[Event] = ()  # orders, each on the day by which it is to be paid
    deciders: Sequence[date | None] = ()  # the day on which each of them leaves, or left


class Reason(NamedTuple):
    """Why a customer may leave: from its first day until before `end`, None when only something else ends it."""

    kind: str
    start: date
    end: date | None
    figures: Mapping[str, Any]

    def holds(self, on: date) -> bool:
        """True on the days on which it is a reason."""
        return self.start <= on and (self.end is None or on < self.end)


class Warned(NamedTuple):
    """The days of a warning: from `on` until before `until`, and from then on since `again_on`, without an end.

    `again_on` may lie before `until`: of what has ended by then the warning does not keep the day.

    None for what there is not: a warning that does not end by itself has no `until`.
    """

    on: date | None = None
    until: date | None = None
    again_on: date | None = None


def reasons(known: Known, detractor: int = 6) -> list[Reason]:
    """Every reason, by its first day; `detractor` is the highest NPS answer that is one.

    Of complaints only those that are within 90 days of the last one, so that no two of them are apart.
    """
    found = [
        *_quiet(known),
        *_complaints(known.complaints),
        *_nps(known.answer, detractor),
        *_payments(known.unpaid),
        *_decider(known.deciders),
    ]
    return sorted(found, key=lambda reason: (reason.start, KINDS.index(reason.kind)))


def warning(
    found: Iterable[Reason], done_on: date | None = None, snoozed_until: date | None = None
) -> Warned:
    """The days on which a customer is warned of: of the reasons that began after it was settled last, from the end of a
    snooze on.
    """
    left = [
        reason._replace(start=max(reason.start, snoozed_until or reason.start))
        for reason in found
        if done_on is None or reason.start > done_on
    ]
    ending = [(one.start, one.end) for one in left if one.end is not None and one.start < one.end]
    lasting = min((one.start for one in left if one.end is None), default=None)
    if not ending:
        return Warned(lasting)
    # All that end by themselves reach up to the day of the last of them: together they are one stretch.
    start, end = min(first for first, _ in ending), max(last for _, last in ending)
    if lasting is None:
        return Warned(start, end)
    if lasting <= start:
        return Warned(lasting)
    return Warned(start, end, lasting)


def _quiet(known: Known) -> Iterable[Reason]:
    rhythm = known.rhythm
    if rhythm is not None and not is_history(rhythm.quiet_on, known.rhythm_imported_on):
        figures = {"last_on": rhythm.last_on.isoformat(), "usual": rhythm.usual_gap}
        yield Reason(QUIET, rhythm.quiet_on, None, figures)


def _complaints(made: Sequence[Event]) -> Iterable[Reason]:
    """A reason for each two that follow one another: from the second until the first is 90 days old."""
    ordered = sorted(made, key=lambda one: (one.on, one.imported_on is not None))
    for first, second in pairwise(ordered):
        end = first.on + timedelta(days=WITHIN_DAYS)
        if (
            second.on < end
            and ordered[-1].on <= end
            and not is_history(second.on, second.imported_on)
        ):
            figures = {"first_on": first.on.isoformat(), "second_on": second.on.isoformat()}
            yield Reason(COMPLAINTS, second.on, end, figures)


def _nps(answer: Event | None, detractor: int) -> Iterable[Reason]:
    if answer is None or answer.of is None or answer.of > detractor:
        return
    if not is_history(answer.on, answer.imported_on):
        yield Reason(NPS, answer.on, None, {"nps": answer.of, "on": answer.on.isoformat()})


def _payments(unpaid: Sequence[Event]) -> Iterable[Reason]:
    for order in unpaid:
        if order.on < date.max and not is_history(order.on + _DAY, order.imported_on):
            figures = {"order": f"o{order.of}", "pay_by": order.on.isoformat()}
            yield Reason(PAYMENT, order.on + _DAY, None, figures)


def _decider(deciders: Sequence[date | None]) -> Iterable[Reason]:
    """Once the last of them has left."""
    left = [day for day in deciders if day is not None]
    if left and len(left) == len(deciders):
        yield Reason(DECIDER, max(left), None, {"on": max(left).isoformat()})


# --- as it is stored ---


def written(found: Sequence[Reason]) -> str | None:
    """Reasons as they are stored: a JSON list of [kind, first day, end or null, figures]; None of none."""
    if not found:
        return None
    rows = [
        (one.kind, one.start.isoformat(), one.end and one.end.isoformat(), one.figures)
        for one in found
    ]
    return _as_json(rows)


def _as_json(value: object) -> str:
    """What `json.dumps` gives; by hand where that is easy, for importing json costs whoever writes 1 ms."""
    if isinstance(value, str) and value.isprintable() and not {'"', "\\"} & set(value):
        return f'"{value}"'
    if value is None or type(value) is int:
        return "null" if value is None else str(value)
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_as_json, value))}]"
    if isinstance(value, dict) and all(isinstance(name, str) for name in value):
        return f"{{{', '.join(f'{_as_json(name)}: {_as_json(one)}' for name, one in value.items())}}}"  # fmt: skip
    import json

    return json.dumps(value, ensure_ascii=False)


def read(text: str | None) -> list[Reason]:
    """Stored reasons."""
    if not text:
        return []
    import json

    return [
        Reason(kind, date.fromisoformat(start), date.fromisoformat(end) if end else None, figures)
        for kind, start, end, figures in json.loads(text)
    ]
