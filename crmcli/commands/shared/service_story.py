"""The service half of a customer's story, and the story of one need (HANDBOOK §4, §5, §6)."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from crmcli.commands.shared.records import interaction_records
from crmcli.context import Context
from crmcli.errors import in_context
from crmcli.locale import _, aside
from crmcli.output import shapes
from crmcli.output.shapes import Privacy, local
from crmcli.store.database import Row, as_list

if TYPE_CHECKING:  # only people on a terminal read days in words
    from crmcli.output.days import Days

_ANSWERS = 3
_CONTACTS = 10


# --- of a customer ---


def of_customer(crm: Context, key: int, mask: Privacy) -> dict[str, Any]:
    """A customer's open needs and the last that were closed, how many there are, promises that are not settled, open
    surveys and the last answers, as records."""
    asked = as_list([key])
    every = crm.db.rows("needs_of", customers=asked)
    needs = sorted((row for row in every if _is_shown(row)), key=_by_deadline)
    needs += [row for row in every if not _is_shown(row)][-_ANSWERS:]
    promises = [row for row in crm.db.rows("promises_of", customers=asked) if _is_unsettled(row)]
    surveys = crm.db.rows("surveys_of", customers=asked)
    if not (needs or promises or surveys):
        return {"needs": [], "need_count": 0, "promises": [], "surveys": []}
    from crmcli.commands.shared import service_records

    answered = [row for row in surveys if row["status"] == "answered"]
    shown = [row for row in surveys if row["status"] in ("due", "sent")] + answered[-_ANSWERS:]
    return {
        "needs": service_records.needs(crm, needs, mask),
        "need_count": len(every),
        "promises": service_records.promises(crm, promises, mask),
        "surveys": service_records.surveys(crm, shown, mask),
    }


def _is_shown(row: Row) -> bool:
    """Open ones, and those that were solved but not confirmed yet."""
    return row["queue"] is not None or row["status"] == "resolved"


def _is_unsettled(row: Row) -> bool:
    return not row["kept_on"] and (not row["broken_on"] or row["amends_by"] is not None)


def _by_deadline(row: Row) -> tuple[Any, ...]:
    return (-row["priority"], row["next_by"] is None, row["next_by"] or "", row["id"])


def need_line(days: "Days", one: dict[str, Any]) -> str:
    """`n5  urgent  in progress  ! red  the printer jams  respond by 2026-11-20 19:30`."""
    from crmcli.commands.shared.service_texts import urgency

    parts = [one["ref"], urgency(one), _(one["status"].replace("_", " "))]
    if one["light"] in ("yellow", "red"):
        parts.append(_(one["light"]))
    parts.append(" ".join((one["text"] or "").split())[:80])
    if deadline := next_deadline(days, one):
        parts.append(deadline)
    return "  ".join(parts)


def next_deadline(days: "Days", one: dict[str, Any]) -> str | None:
    """`respond by 2026-11-20 19:30`: the first of its clocks that is not met; None when none runs."""
    if one["light"] is None:
        return None
    clocks = (
        (one["respond_by"], one["responded_at"], _("respond by")),
        (one["feedback_by"], one["feedback_at"], _("feedback by")),
        (one["solve_by"], one["resolved_at"], _("solve by")),
    )
    running = [(by, label) for by, met, label in clocks if by and not met]
    if not running:
        return None
    by, label = min(running)
    return f"{label} {days.due(by, working=True)}"


def promise_line(days: "Days", one: dict[str, Any]) -> str:
    """`p2  we owe  basic  2026-11-27  send the samples`."""
    parts = [one["ref"], _(one["by"]), _(one["level"]), days.due(one["due"], working=True)]
    if one["status"] == "broken":
        parts.append(_("broken"))
    elif one["light"] in ("yellow", "red"):
        parts.append(_(one["light"]))
    return "  ".join([*parts, one["text"] or ""])


def survey_line(days: "Days", one: dict[str, Any]) -> str:
    """`s4  service  answered  2026-11-27  overall 2  NPS 6  too slow`."""
    at = one["at"] or one["due"]
    status = in_context("status", one["status"].replace("_", " "), _)
    parts = [one["ref"], _(one["kind"]), status, days.told(at)]
    if one["overall"] is not None:
        parts.append(_("overall {score}").format(score=one["overall"]))
    if one["nps"] is not None:
        parts.append(_("NPS {score}").format(score=one["nps"]))
    parts += [text for name in ("bad", "good", "comment") if (text := one[name])]
    return "  ".join(parts)


# --- of a need ---


def of_need(crm: Context, row: Row, mask: Privacy, most: int | None) -> dict[str, Any]:
    """What happened to a need, who was told, what it was about, beside the record itself."""
    from crmcli.commands.shared import service_records

    key = row["id"]
    contacts = crm.db.rows("interactions_of_need", need=key, limit=-1 if most is None else most)
    return {
        **service_records.need(crm, key, mask),
        "events": [
            {"kind": kind, "at": local(at, crm.clock.to_local), "text": mask.text(text)}
            for at, kind, text in _events(crm, row)
        ],
        "escalations": [
            {
                "level": one["level"],
                "to": mask.name(mask.text(one["to_name"])),
                "reason": mask.text(one["reason"]),
                "at": local(one["at"], crm.clock.to_local),
            }
            for one in crm.db.rows("escalations_of_need", need=key)
        ],
        "tasks": [
            shapes.task(task, crm.clock.at, mask) for task in crm.db.rows("tasks_of_need", need=key)
        ],
        "surveys": service_records.surveys(crm, crm.db.rows("surveys_of_need", need=key), mask),
        "interactions": interaction_records(crm, contacts, mask),
    }


def _events(crm: Context, row: Row) -> list[tuple[str, str, str | None]]:
    """What happened, in order; with the customer's contacts that ended a waiting, which are no events of their own."""
    events = crm.db.rows("service_events_of_need", need=row["id"])
    answered = {
        one["id"]: one["answered_at"]
        for one in crm.db.rows("waiting_of_needs_answered", needs=as_list([row["id"]]))
    }
    told = []
    for place, event in enumerate(events):
        told.append((event["at"], event["kind"], event["text"]))
        ended_at = answered.get(event["id"])
        following = events[place + 1]["at"] if place + 1 < len(events) else ended_at
        if ended_at and ended_at <= following:
            told.append((ended_at, "resumed", None))
    return told


_HEAD = (
    "customer", "kind", "strength", "owner", "tech_owner", "acceptor", "category", "value", "fit", "cost", "wish",
    "needed_by", "budget", "workaround", "criterion", "solution", "result", "decline_reason", "scheduled_for",
    "scheduled_on", "origin", "external_id",
)  # fmt: skip
_WORDS = ("kind", "strength")
_CLOCKS = (
    ("respond_by", "responded_at"),
    ("feedback_by", "feedback_at"),
    ("solve_by", "resolved_at"),
)


def head(crm: Context, row: Row, item: dict[str, Any], customer: str) -> Iterator[tuple[str, str]]:
    """The facts of a need that are known, by their JSON names; the clocks with what met them."""
    from crmcli.commands.shared.need_reasons import why_need
    from crmcli.output import words

    yield "why", words.why(why_need(crm, row), crm.today)
    for name in _HEAD:
        value = customer if name == "customer" else item[name]
        if value in (None, ""):
            continue
        if isinstance(value, dict):
            value = f"{value['ref']} {value['name']}"
        yield name, in_context(name, value, _) if name in _WORDS else str(value)
    yield "received_at", crm.days.told(item["received_at"])
    for by, met in _CLOCKS:
        if item[by] or item[met]:
            yield by, _clock(crm.days, item[by], item[met])


def _clock(days: "Days", by: str | None, met: str | None) -> str:
    if met and by:
        return _("{by}, met {met}").format(by=days.told(by), met=days.told(met))
    return days.due(by, working=True) if by else _("met {met}").format(met=days.told(met))


def sections(days: "Days", item: dict[str, Any]) -> Iterator[tuple[str, Sequence[str]]]:
    """What belongs to a need, each with its heading."""
    yield _("Plan"), [step_line(days, one) for one in item["steps"]]
    yield _("What happened"), [_event_line(days, one) for one in item["events"]]
    yield _("Escalations"), [_escalation_line(days, one) for one in item["escalations"]]
    yield _("Surveys"), [survey_line(days, one) for one in item["surveys"]]


def step_line(days: "Days", one: dict[str, Any]) -> str:
    """`l7  2026-11-27 (2026-11-24)  repair  (李雷)  done 2026-11-26`."""
    due = days.told(one["due"]) if one["done_on"] else days.due(one["due"])
    due = aside(days.told(one["first_due"]), due) if one["first_due"] else due
    parts = [one["ref"], due, one["text"]]
    if one["owner"]:
        parts.append(aside(one["owner"]))
    if one["done_on"]:
        parts.append(_("done {day}").format(day=days.told(one["done_on"])))
    if one["delay_reason"]:
        parts.append(_("delayed: {why}").format(why=one["delay_reason"]))
    return "  ".join(parts)


def _event_line(days: "Days", one: dict[str, Any]) -> str:
    happened = in_context("event", one["kind"], _)
    return "  ".join(filter(None, [days.told(one["at"]), happened, one["text"]]))


def _escalation_line(days: "Days", one: dict[str, Any]) -> str:
    level = _("level {level}").format(level=one["level"])
    return "  ".join(filter(None, [days.told(one["at"]), level, one["to"], one["reason"]]))
