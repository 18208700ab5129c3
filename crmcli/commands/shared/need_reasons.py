"""Why a need stands where it does in the queue: its light, its clocks and its score, summand by summand (HANDBOOK §4)."""

from typing import Any

from crmcli.context import Context
from crmcli.locale import N_
from crmcli.rules.due.moment import how_late
from crmcli.rules.due.need import what
from crmcli.rules.said import Said, said
from crmcli.rules.service import score, states, timing
from crmcli.store.database import Row

_CLOCKS = {
    "respond": N_("respond by {day} {time}, {left}"),
    "feedback": N_("feedback by {day} {time}, {left}"),
    "solve": N_("solve by {day} {time}, {left}"),
}
_PARTS = {
    "new customer": N_("{points} new customer"),
    "spends much": N_("{points} spends much"),
    "value": N_("{points} value ({given})"),
    "fit": N_("{points} fit ({given})"),
    "cost": N_("{points} cost ({given})"),
}
"""The summands of the score; what is judged 1 to 5 is not what the same words mean elsewhere."""

_MET = {"respond": "responded_at", "feedback": "feedback_at", "solve": "resolved_at"}


def why_need(crm: Context, row: Row) -> list[Said]:
    """`urgent complaint; yellow; respond by Fri 20 Nov 19:30, in 40 minutes; score 42 = 30 tier (core) + 12 value (3)`."""
    parts = [what({f"need_{name}": row[name] for name in ("urgency", "kind")})]
    if row["status"] not in states.OPEN:
        return [*parts, said("it is {status}", status=said(row["status"].replace("_", " ")))]
    now = crm.clock.now
    parts.append(said(timing.light(row["yellow_at"], row["red_at"], crm.clock.instant)))
    if row["waiting_since"]:
        parts.append(said("waits for the customer"))
    for name in _CLOCKS:
        if row[f"{name}_by"] and not row[_MET[name]]:
            parts.append(_clock(crm, row, name))
    level = timing.level(row["level"], row["red_at"], now)
    if level:
        parts.append(said("escalated to level {level}", level=level))
    return [*parts, _score(crm, row)]


def _clock(crm: Context, row: Row, name: str) -> Said:
    at = crm.clock.to_local(row[f"{name}_by"])
    waits_since = row["waiting_since"] if name != "respond" else None
    stands_still = waits_since is not None and row[f"{name}_by"] >= waits_since
    return said(
        _CLOCKS[name],
        day=at.date(),
        time=at.strftime("%H:%M"),
        left=said("stands still") if stands_still else how_late(at, crm.clock.now),
    )


def _score(crm: Context, row: Row) -> Said:
    is_new = bool(timing.newness(row["new_until"], crm.today))
    customer = crm.db.row("customer_by_id", id=row["customer_id"])
    tier = said((customer["tier"] if customer else None) or "no tier")
    judged = (row["value"], row["fit"], row["cost"])
    spends_much = bool(timing.spending(row["spends_until"], crm.today))
    made = score.parts(row["tier_weight"], is_new, *judged, spends_much=spends_much)
    total = said("score {score} =", score=sum(part.points for part in made))
    values: dict[str, Any] = {"total": total, "first": _part(made[0], tier)}
    template = "{total} {first}"
    for place, part in enumerate(made[1:]):
        values[f"part{place}"] = _part(part, tier)
        template += f" + {{part{place}}}"
    return Said(template, values)


def _part(part: score.Part, tier: Said) -> Said:
    if part.name == "tier":
        return said("{points} tier ({tier})", points=part.points, tier=tier)
    return said(_PARTS[part.name], points=part.points, given=part.given)
