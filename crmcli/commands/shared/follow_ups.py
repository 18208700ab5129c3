"""What comes next: follow-ups as rows, from the command line or from a script (HANDBOOK §2)."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from crmcli.commands.shared.values import Values, clean
from crmcli.context import Context
from crmcli.errors import BadValue


class Step(NamedTuple):
    """One next action as it was said; no day = the next working day, no owner = the actor."""

    text: str
    on: str | None = None
    owner: str | None = None


def paired(texts: Sequence[str], dates: Sequence[str], owners: Sequence[str]) -> list[Step]:
    """The nth date and owner belong to the nth text, a single one serves all (CLI.md); BadValue for other counts."""
    if texts and len(dates) not in (0, 1, len(texts)):
        raise BadValue(
            "{n} --on for {many} --next; give one for all, or one for each",
            n=len(dates),
            many=len(texts),
        )
    if owners and not texts:
        raise BadValue("--next-owner says who does what comes next; give --next TEXT too")
    if owners and len(owners) not in (1, len(texts)):
        raise BadValue(
            "{n} --next-owner for {many} --next; give one for all, or one for each",
            n=len(owners),
            many=len(texts),
        )
    return [Step(text, _nth(dates, place), _nth(owners, place)) for place, text in enumerate(texts)]


def _nth(given: Sequence[str], place: int) -> str | None:
    if len(given) == 1:
        return given[0]
    return given[place] if given else None


def rows(crm: Context, values: Values, steps: Sequence[Step]) -> list[dict[str, Any]]:
    """The columns of each follow-up's task, read and checked."""
    return [_row(crm, values, step) for step in steps]


def _row(crm: Context, values: Values, step: Step) -> dict[str, Any]:
    if not clean(step.text):
        raise BadValue("the text of what comes next is empty; write what is to be done")
    when = values.when(step.on) if step.on else None
    day = when.day if when else crm.calendar.add_working_days(crm.today, 1)
    return {
        "text": clean(step.text),
        "owner": clean(step.owner or "") or crm.actor,
        "due_on": day.isoformat(),
        "due_time": when.time.strftime("%H:%M") if when and when.time else None,
    }
