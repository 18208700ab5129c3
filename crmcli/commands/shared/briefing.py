"""What matters in the two minutes before a meeting, on one screen (CLI.md, `show --brief`)."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from crmcli import plain
from crmcli.commands.shared import records, service_story, value_story, year_story
from crmcli.context import Context
from crmcli.locale import _, aside
from crmcli.output.shapes import Privacy
from crmcli.store.database import Row, as_list

if TYPE_CHECKING:  # only people on a terminal read days in words
    from crmcli.output.days import Days

CONTACTS = 3
"""How many of the last are told, where nothing else is asked for."""

_DECIDING = ("decider", "approver")
_NEAR = timedelta(days=30)
"""So far ahead a key date is near."""

_FROM_THE_CUSTOMER = (
    "ref", "name", "short_name", "kind", "stage", "lifecycle", "tier", "priority", "prefer", "intent",
    "last_contact_at", "next_touch_on", "note",
)  # fmt: skip


def of_customer(crm: Context, row: Row, mask: Privacy, most: int | None) -> dict[str, Any]:
    """A customer before a meeting, under its JSON names; at most so many contacts and so many of each list of the year."""
    customer = records.customer_record(crm, row["id"], mask)
    service = service_story.of_customer(crm, row["id"], mask)
    year = year_story.of_customer(crm, row, mask, year_story.OPEN)
    contacts = crm.db.rows("interactions_of", customer=row["id"], limit=-1 if most is None else most)  # fmt: skip
    return {
        **{name: customer[name] for name in _FROM_THE_CUSTOMER},
        **year_story.coming(crm, row),
        "cautions": _cautions(row, customer, crm.today, mask),
        "people": _deciding(customer["people"], crm.today),
        "we_owe": [one for one in service["promises"] if one["by"] == "we-owe"],
        "they_owe": [one for one in service["promises"] if one["by"] == "they-owe"],
        "needs": [one for one in service["needs"] if one["light"] is not None],
        "interactions": records.interaction_records(crm, contacts, mask),
        "deals": [one for one in year["deals"] if one["stage"] not in ("won", "lost")],
        "contracts": [one for one in year["contracts"] if _goes_on(one, crm.today.isoformat())],
        "unpaid": [one for one in year["orders"] if one["pay_by"] and not one["paid_on"]],
        "spend": year["spend"],
        "value": year["value"],
        "churn": year["churn"],
        "key_dates": _near(crm, row["id"], customer["people"], mask),
        "risks": [one for one in year["risks"] if not one["closed_at"]],
    }


def _goes_on(contract: Mapping[str, Any], today: str) -> bool:
    """Running, or at its end with nothing settled."""
    return contract["ends_on"] >= today or not (contract["renewed_by"] or contract["closed_on"])


def _deciding(people: Sequence[dict[str, Any]], today: date) -> list[dict[str, Any]]:
    """Who decides, then the other key people; where nobody is known to be either, everybody who is there."""
    present = [one for one in people if not _has_left(one, today)]
    return sorted(list(filter(_is_deciding, present)) or present, key=_weight)


def _has_left(person: Mapping[str, Any], today: date) -> bool:
    """Gone by now; who leaves on a day to come is still there."""
    return bool(person["left_on"]) and person["left_on"] <= today.isoformat()


def _is_deciding(person: Mapping[str, Any]) -> bool:
    return bool(person["key_person"] or {*person["roles"]} & {*_DECIDING})


def _weight(person: Mapping[str, Any]) -> int:
    ranks = [place for place, role in enumerate(_DECIDING) if role in person["roles"]]
    return min([*ranks, len(_DECIDING) + (not person["key_person"])])


def _near(
    crm: Context, customer: int, people: Sequence[Mapping[str, Any]], mask: Privacy
) -> list[dict[str, Any]]:
    """The key dates that are near, less those of people who left."""
    gone = {one["ref"] for one in people if _has_left(one, crm.today)}
    until = (crm.today + _NEAR).isoformat()
    rows = crm.db.rows("key_dates_of", customers=as_list([customer]))
    near = [
        row
        for row in rows
        if row["next_on"] and row["next_on"] <= until and f"h{row['person_id']}" not in gone
    ]
    return sorted(records.key_date_records(crm, near, mask), key=itemgetter("next_on", "ref"))


def _cautions(
    row: Row, customer: Mapping[str, Any], today: date, mask: Privacy
) -> list[dict[str, Any]]:
    """What not to forget: each a kind, whom it concerns where that is one person, and what is to be said of it."""

    def caution(kind: str, text: str | None = None, person: Any = None) -> dict[str, Any]:
        whom = {"ref": person["ref"], "name": person["name"]} if person else None
        return {"kind": kind, "person": whom, "text": text}

    found = []
    if row["blacklisted"]:
        found.append(caution("blacklisted"))
    if row["do_not_contact"]:
        found.append(caution("do_not_contact"))
    if row["retired_on"]:
        found.append(caution("retired", row["retired_on"]))
    if row["stage"] == "lost":
        found.append(caution("lost", mask.text(row["loss_reason"])))
    if row["consent"] == "refused":
        found.append(caution("consent_refused", customer["consent_scope"]))
    for person in customer["people"]:
        if person["left_on"] and _is_deciding(person):
            found.append(caution("decider_left", person["left_on"], person))
        if not _has_left(person, today) and person["consent"] == "refused":
            found.append(caution("consent_refused", person["consent_scope"], person))
    deciders = [one for one in customer["people"] if "decider" in one["roles"]]
    if row["tier"] == "core" and all(_has_left(one, today) for one in deciders):
        found.append(caution("no_decider"))
    return found


# --- for people ---


def told(crm: Context, item: Mapping[str, Any]) -> Iterator[str]:
    """The lines of it: the most pressing of each, one line each."""
    from crmcli.output.text import labelled, visible, width

    yield "  ".join(filter(None, [item["ref"], visible(item["name"]), *_head(crm, item)]))
    parts = [(label, lines, most) for label, lines, most in _parts(crm, item) if lines]
    room = max((width(label) for label, _lines, _most in parts), default=0)
    for label, lines, most in parts:
        for place, line in enumerate(lines[:most]):
            left = len(lines) - most if place == most - 1 else 0
            yield _within(
                crm,
                labelled("" if place and not plain.is_used() else label, room, visible(line)),
                left,
            )


def _within(crm: Context, line: str, left: int) -> str:
    """A line in the room there is, with how many more there are."""
    from crmcli.output.text import fit, width

    more = "  " + _("+ {n} more").format(n=left) if left > 0 else ""
    room = crm.screen.room
    return (fit(line, room - width(more)) if room else line) + more


def _head(crm: Context, item: Mapping[str, Any]) -> Iterator[str]:
    yield crm.tier_word(item["tier"])
    yield _(item["stage"])
    if item["lifecycle"] not in (item["stage"], "lead"):
        yield _(item["lifecycle"])
    if item["priority"]:
        yield _("! priority")


def _parts(crm: Context, item: Mapping[str, Any]) -> Iterator[tuple[str, Sequence[str], int]]:
    """Each part with its label, its lines, and how many of them are shown."""
    days = crm.days
    yield _("mind"), [_caution_line(one, crm.today) for one in item["cautions"]], 4
    yield _("benefits"), [item["benefits"]] if item["benefits"] else [], 1
    yield _("note"), [" ".join(item["note"].split())] if item["note"] else [], 1
    is_known = any(map(_is_deciding, item["people"]))
    yield (
        _("decides") if is_known else _("people"),
        [_person_line(one) for one in item["people"]],
        3,
    )
    yield _("we owe"), [service_story.promise_line(days, one) for one in item["we_owe"]], 3
    yield _("they owe"), [service_story.promise_line(days, one) for one in item["they_owe"]], 2
    yield _("needs"), [_need_line(days, one) for one in item["needs"]], 3
    yield _("last contacts"), [_contact_line(days, one) for one in item["interactions"]], max(CONTACTS, len(item["interactions"]))  # fmt: skip
    yield _("deals"), [year_story.deal_line(days, one) for one in item["deals"]], 2
    yield _("contracts"), [year_story.contract_line(days, one) for one in item["contracts"]], 2
    yield _("unpaid"), list(_unpaid(days, item)), 2
    for label, line in value_story.facts(crm, item):
        yield _(label), [line], 1
    yield _("key dates"), [_key_date_line(days, one) for one in item["key_dates"]], 2
    yield _("risks"), [year_story.risk_line(days, one) for one in item["risks"]], 2


def _caution_line(one: Mapping[str, Any], today: date) -> str:
    from crmcli.output import words

    text = {
        "blacklisted": _("blacklisted"),
        "do_not_contact": _("do not contact"),
        "retired": _("retired since {day}").format(day=one["text"]),
        "lost": _("lost"),
        "consent_refused": _("consent refused"),
        "decider_left": words.left(one["text"], today) if one["kind"] == "decider_left" else "",
        "no_decider": _("nobody is known to decide"),
    }[one["kind"]]
    if one["text"] and one["kind"] in ("lost", "consent_refused"):
        if one["kind"] == "lost":
            text = _("lost: {reason}").format(reason=words.loss_reason(one["text"]))
        else:
            text = aside(one["text"], text)
    whom = f"{one['person']['ref']} {one['person']['name']}  " if one["person"] else ""
    return f"! {whom}{text}"


def _person_line(one: Mapping[str, Any]) -> str:
    roles = [*map(_, one["roles"]), *([_("key person")] if one["key_person"] else [])]
    parts = [one["ref"], one["name"], one["title"], _(", ").join(roles)]
    if one["concern"]:
        parts.append(_("looks for {concern}").format(concern=one["concern"]))
    if one["preferences"]:
        parts.append(_("prefers {preferences}").format(preferences=one["preferences"]))
    return year_story.joined(*parts)


def _need_line(days: "Days", one: dict[str, Any]) -> str:
    from crmcli.commands.shared.service_texts import urgency

    light, deadline = _(one["light"]), service_story.next_deadline(days, one)
    return year_story.joined(one["ref"], urgency(one), light, (one["text"] or "")[:80], deadline)


def _contact_line(days: "Days", one: Mapping[str, Any]) -> str:
    parts = [
        days.told(one["at"][:10]),
        _(one["channel"]),
        _("no answer") if one["no_answer"] else None,
    ]
    parts += [_(", ").join(one["with"]), one["summary"]]
    for label, text in ((_("feedback"), one["feedback"]), (_("agreed"), one["agreed"])):
        if text:
            parts.append(f"{label}: {text}")
    return year_story.joined(*parts)


def _unpaid(days: "Days", item: Mapping[str, Any]) -> Iterator[str]:
    """What is owed in all, then the orders that it is owed for."""
    if not item["unpaid"]:
        return
    overdue = year_story.in_each(item["spend"], "overdue")
    late = _("overdue {amount}").format(amount=overdue) if overdue else None
    since = days.told(item["unpaid"][0]["pay_by"])
    first = _("since {day}").format(day=since) if overdue else None
    yield year_story.joined(year_story.in_each(item["spend"], "open"), late, first)


def _key_date_line(days: "Days", one: Mapping[str, Any]) -> str:
    from crmcli.output.words import key_day
    from crmcli.rules.key_dates import is_lunar

    whose = (one["person"] or {}).get("name")
    lunar = aside(key_day(one["day"])) if is_lunar(one["day"]) else None
    return year_story.joined(
        one["ref"], days.due(one["next_on"]), lunar, _(one["kind"]), whose, one["note"]
    )
