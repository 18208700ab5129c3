"""Steps as they are typed, of the plan for a need (HANDBOOK §4) or as milestones of a contract (§9)."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from crmcli.commands.shared.values import Values, clean
from crmcli.errors import BadValue
from crmcli.store.changes import check


def read(
    values: Values,
    option: str,
    texts: Sequence[str],
    dates: Sequence[str],
    owners: Sequence[str] = (),
    *,
    day: date | None,
    owner: str,
) -> list[dict[str, Any]]:
    """The columns of each step; the nth date and owner belong to the nth step, a single one serves all.

    Without a date it is due on `day`; BadValue where there is none. Without an owner it is `owner`'s.
    """
    for name, given in (("--by", dates), ("--owner", owners)):
        if given and not texts:
            raise BadValue(
                "{option} belongs to a step; give {step} TEXT too", option=name, step=option
            )
        if len(given) not in (0, 1, len(texts)):
            raise BadValue(
                "{n} {option} for {many} {step}; give one for all, or one for each",
                n=len(given),
                option=name,
                many=len(texts),
                step=option,
            )
    found = []
    for place, text in enumerate(texts):
        if not clean(text):
            raise BadValue("the text of a step is empty; write what is to be done")
        due_on = values.day(_nth(dates, place)) if dates else day
        if due_on is None:
            raise BadValue("a milestone has no date; add --by DATE, one for all, or one for each")
        columns = {
            "text": clean(text),
            "owner": clean(_nth(owners, place)) if owners else owner,
            "due_on": due_on.isoformat(),
        }
        check("plan_step", columns)
        found.append(columns)
    return found


def _nth(given: Sequence[str], place: int) -> str:
    return given[0] if len(given) == 1 else given[place]
