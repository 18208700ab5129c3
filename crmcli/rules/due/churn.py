"""The warning that a customer may leave as a due item, with its reasons (HANDBOOK §7)."""

from collections.abc import Callable, Sequence
from datetime import date
from functools import reduce
from math import floor
from types import MappingProxyType
from typing import Any

from crmcli.rules.due import DueItem
from crmcli.rules.due.day import item_on
from crmcli.rules.due.lateness import lateness
from crmcli.rules.said import Said, counted, said
from crmcli.rules.value import churn
from crmcli.rules.value.churn import Reason


def item(row: Any, on: date, today: date) -> DueItem:
    """A customer's warning, which is listed from the day `on`; `row` carries churn_why, churn_done_on and churn_snoozed_until."""
    ref = f"c{row['id']}"
    held = holding(row, max(on, today))
    reasons = explain(held, today)
    why = list(reasons)
    if row["churn_snoozed_until"] == on.isoformat():
        why.append(said("snoozed until {on}", on=on))
    elif held and on < min(one.start for one in held):
        # A warning that nobody settled keeps its day, though the complaints it began with are over by now.
        why.append(said("since {day}, when an earlier complaint counted, too", day=on))
    elif on > today:
        why.append(said("from {day} on", day=on))
    else:
        why.append(said("since {day}", day=on))
    return item_on(
        ref=f"{ref}:churn",
        kind="churn",
        row=row,
        title=_together(reasons),
        on=on,
        today=today,
        why=[*why, lateness(on, today)],
        action=f"crm done {ref}:churn",
    )


def warned_on(row: Any, today: date) -> date | None:
    """The day from which a customer's warning is listed, which may be still to come; None when there is none (any more)."""
    on = row["churn_on"]
    if on and row["churn_until"] and row["churn_until"] <= today.isoformat():
        on = row["churn_again_on"]
    return date.fromisoformat(on) if on else None


def holding(row: Any, on: date, settled: bool = False) -> list[Reason]:
    """The reasons that hold on a day and were not `settled`, or that were."""
    return [
        one
        for one in churn.read(row["churn_why"])
        if one.holds(on) and is_settled(one, row["churn_done_on"]) is settled
    ]


def is_settled(reason: Reason, done_on: str | None) -> bool:
    """True for a reason that had begun by the day on which the warning was settled last."""
    return done_on is not None and reason.start.isoformat() <= done_on


def explain(reasons: Sequence[Reason], on: date) -> list[Said]:
    """The reasons with their figures, as they are on a day, one for each kind: `quiet for 74 days, usually at most 40`."""
    kinds = dict.fromkeys(one.kind for one in reasons)
    return [_SAID[kind]([one for one in reasons if one.kind == kind], on) for kind in kinds]


def _quiet(reasons: Sequence[Reason], on: date) -> Said:
    figures = reasons[0].figures
    days = (on - date.fromisoformat(figures["last_on"])).days
    quiet = counted("quiet for {n} day", "quiet for {n} days", days)
    return said("{quiet}, usually at most {usual}", quiet=quiet, usual=floor(figures["usual"]))


def _complaints(reasons: Sequence[Reason], on: date) -> Said:
    first = reasons[0].figures
    if len(reasons) > 1:  # each of the further ones is near to the one before
        return said("{n} complaints since {on}", n=len(reasons) + 1, on=first["first_on"])
    return said("2 complaints in 90 days: {first} and {second}", first=first["first_on"], second=first["second_on"])  # fmt: skip


def _payments(reasons: Sequence[Reason], on: date) -> Said:
    late = [one for one in reasons if one.start <= on]
    first = (late or reasons)[0].figures
    if not late:  # looked at ahead, nobody can know that it will not come
        return said("if the payment of {order} is not in by {on}", order=first["order"], on=first["pay_by"])  # fmt: skip
    if len(late) > 1:
        return said("{n} payments overdue, the first since {on}", n=len(late), on=first["pay_by"])  # fmt: skip
    return said("payment of {order} overdue since {on}", order=first["order"], on=first["pay_by"])


_SAID: MappingProxyType[str, Callable[[Sequence[Reason], date], Said]] = MappingProxyType(
    {
        churn.QUIET: _quiet,
        churn.COMPLAINTS: _complaints,
        churn.NPS: lambda reasons, on: said("NPS {nps} on {on}", **reasons[0].figures),
        churn.PAYMENT: _payments,
        churn.DECIDER: lambda reasons, on: said("the decider left on {on}", **reasons[0].figures),
    }
)


def _together(reasons: Sequence[Said]) -> Said:
    """In one; of a file in which another program wrote there may be none."""
    if not reasons:
        return said("may leave")
    return reduce(lambda one, other: said("{one}; {other}", one=one, other=other), reasons)
