"""Whether somebody agreed to what is done with their data: when, how it was said, and what for (HANDBOOK §1, §10).

The four columns of a person or customer say one thing together: a new statement replaces the whole of the one before.
"""

from collections.abc import Mapping
from typing import Any

GIVEN, REFUSED = "given", "refused"
COLUMNS = ("consent", "consent_on", "consent_source", "consent_scope")
"""The statement itself (null: not known), its day, how it was given, and the purpose."""

Values = Mapping[str, Any]


def stated(now: Values, given: Values, today: str) -> dict[str, Any]:
    """What is written when somebody says `given` of a record as it is: another statement is of `today` unless a day is
    given, and what the one before said beside it no longer holds.
    """
    if "consent" not in given:
        return dict(given)
    said = given["consent"]
    if said != now["consent"]:
        fresh: dict[str, Any] = dict.fromkeys(COLUMNS)
        fresh["consent_on"] = today if said else None
        return {**fresh, **given}
    if said and not now["consent_on"]:
        return {"consent_on": today, **given}
    return dict(given)


def prevailing(now: Values, wanted: Values, first_holds: bool = False) -> Values:
    """What of `wanted`, which a list says, may be written over a record as it is.

    A list never takes a refusal back by an older statement or one without a day. With `first_holds` a statement that
    is there stays whatever the list says.
    """
    if wanted.keys().isdisjoint(COLUMNS):
        return wanted
    known, said = now["consent"], wanted.get("consent")
    if known is None or (said == known and not first_holds):
        return wanted
    if first_holds or (said is not None and not _outweighs(wanted, now)):
        return {name: value for name, value in wanted.items() if name not in COLUMNS}
    return wanted if said is None else {**dict.fromkeys(COLUMNS), **wanted}


def united(keep: Values, drop: Values) -> dict[str, Any]:
    """The statement that holds when two records are of one person."""
    if drop["consent"] is None:
        return {}
    if keep["consent"] == drop["consent"]:
        holds = (drop["consent_on"] or "") > (keep["consent_on"] or "")
    else:
        holds = keep["consent"] is None or _outweighs(drop, keep)
    return {name: drop[name] for name in COLUMNS} if holds else {}


def _outweighs(one: Values, other: Values) -> bool:
    """True when the first of two contrary statements holds: the later one; where a day is missing, the refusal."""
    days = one.get("consent_on"), other["consent_on"]
    if None not in days and days[0] != days[1]:
        return bool(days[0] > days[1])
    return bool(one["consent"] == REFUSED)
