"""`crm show`."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from crmcli.commands.shared import options, records, service_story, year_story
from crmcli.commands.shared.reasons import is_won_back_now, touch_reason, win_back_reason
from crmcli.context import Context
from crmcli.errors import in_context
from crmcli.locale import _, aside
from crmcli.output import shapes
from crmcli.output.shapes import Privacy
from crmcli.output.text import aligned, labelled, visible, width
from crmcli.rules.references import table_word
from crmcli.store.database import Row, as_list
from crmcli.store.records import Record

if TYPE_CHECKING:  # only people on a terminal read days in words
    from crmcli.output.days import Days

EXAMPLES = (
    "crm show 华东",
    "crm show c12 --json --reveal",
)
_RECENT = 10
_FACTS = (
    "kind", "stage", "lifecycle", "tier", "industry", "size", "city", "address", "uscc", "source", "since", "prefer",
    "intent", "loss_reason", "cadence", "visit_cadence", "referred_by", "external_id", "retired_on",
    "credit_grade", "credit_on",
    "consent", "consent_on", "consent_source", "consent_scope",
)  # fmt: skip
_STORED_WORDS = {
    "kind",
    "stage",
    "lifecycle",
    "tier",
    "prefer",
    "intent",
    "channel",
    "direction",
    "roles",
    "loss_reason",
    "consent",
    "level",
    "by",
    "status",
    "light",
    "cause",
    "type",
}


_BESIDE_THE_DAY = ("kept_at", "broken_at")
"""Moments of which people are told the day."""

_MOMENTS = {
    "at", "due", "due_at", "sent_at", "warned_at", "amends_by", "amends_done_at", "created_at", "opened_at", "closed_at",
}  # fmt: skip


def run(
    ctx: typer.Context,
    reference: Annotated[
        str,
        typer.Argument(
            help=_("A reference such as c12 or t3, or a customer's name."), metavar="REF"
        ),
    ],
    brief: Annotated[
        bool, typer.Option("--brief", help=_("Only what matters before a meeting."))
    ] = False,
    limit: options.Limit = None,
    json: options.Json = False,
    reveal: options.Reveal = False,
) -> None:
    """A customer's whole story on one screen."""
    crm: Context = ctx.obj
    crm.read()
    record = crm.record(reference)
    mask = records.privacy(crm, reveal, terminal_reveals=not json)
    if record.table == "need":
        most = options.effective_limit(limit, True) if limit is not None else _RECENT
        _show_need(crm, record.row, mask, json, most)
        return
    if record.table != "customer":
        _show_other(crm, record, mask, json)
        return
    if brief:
        _show_brief(crm, record.row, mask, json, limit)
        return
    most = options.effective_limit(limit, True) if limit is not None else _RECENT
    item = records.customer_record(crm, record.key, mask)
    item["tasks"] = [
        shapes.task(row, crm.clock.at, mask) for row in crm.db.rows("tasks_of", customer=record.key)
    ]
    item["key_dates"] = records.key_date_records(
        crm, crm.db.rows("key_dates_of", customers=as_list([record.key])), mask
    )
    contacts = crm.db.rows(
        "interactions_of", customer=record.key, limit=-1 if most is None else most
    )
    item |= service_story.of_customer(crm, record.key, mask)
    item |= year_story.of_customer(crm, record.row, mask, most)
    item["interactions"] = records.interaction_records(crm, contacts, mask)
    item["interaction_count"] = crm.db.rows("count_interactions_of", customer=record.key)[0]["n"]
    if json:
        crm.screen.json_item("customer", item, masked=mask.did_mask)
    else:
        crm.screen.tell("\n".join(_story(crm, record.row, item)))


def _show_brief(crm: Context, row: Row, mask: Privacy, json: bool, limit: int | None) -> None:
    from crmcli.commands.shared import briefing

    most = briefing.CONTACTS if limit is None else options.effective_limit(limit, True)
    item = briefing.of_customer(crm, row, mask, most)
    if json:
        crm.screen.json_item("brief", item, masked=mask.did_mask)
    else:
        crm.screen.tell("\n".join(briefing.told(crm, item)))


def _show_need(crm: Context, row: Row, mask: Privacy, json: bool, most: int | None) -> None:
    item = service_story.of_need(crm, row, mask, most)
    if json:
        crm.screen.json_item("need", item, masked=mask.did_mask)
        return
    who = crm.db.row("customer_by_id", id=row["customer_id"])
    customer = f"{item['customer']} {who['name']}" if who else str(item["customer"])
    lines = [f"{item['ref']}  {visible(' '.join((item['text'] or '').split()))}"]
    lines += _flags({"priority": item["priority"], "do_not_contact": False})
    lines += ["", *_labelled(dict(service_story.head(crm, row, item, customer)), "need")]
    for title, belonging in service_story.sections(crm.days, item):
        lines += _listed(title, list(belonging))
    lines += _listed(_("Tasks"), [_task(crm.days, one) for one in item["tasks"]])
    contacts = [line for one in item["interactions"] for line in _contact(crm.days, one)]
    lines += _listed(_("Contacts"), contacts)
    crm.screen.tell("\n".join(lines))


def _show_other(crm: Context, record: Record, mask: Privacy, json: bool) -> None:
    item = records.any_record(crm, record, mask)
    if json:
        crm.screen.json_item(table_word(record.table).replace(" ", "-"), item, masked=mask.did_mask)
        return
    from crmcli.output import words

    if record.table != "article":  # which belongs to nobody
        who = crm.db.row("customer_by_id", id=record.row["customer_id"])
        item["customer"] = f"{item['customer']} {who['name']}" if who else item["customer"]
    if record.table == "task":
        item["text"] = words.task(item)
        del item["tells"]
    if record.table == "key_date":
        item["day"] = words.key_day(item["day"])
    item |= year_story.amounts(item)
    steps = [service_story.step_line(crm.days, one) for one in item.pop("milestones", [])]
    shown = {
        name: in_context(
            record.table, value.replace("_", " "), lambda text: in_context("status", text, _)
        )
        if name == "status"
        else in_context("deal", value, _)
        if (record.table, name) == ("deal", "stage")
        else words.loss_reason(value)
        if name == "loss_reason"
        else _text(value, translated=name in _STORED_WORDS)
        for name, value in item.items()
        if name not in _BESIDE_THE_DAY
        and value is not False
        and value not in (None, [], "")  # 0 is an answer
    }
    for name in _MOMENTS & shown.keys():
        shown[name] = crm.days.told(shown[name])
    # A text of several lines stands below, as it was written.
    long = {name: text for name, text in shown.items() if "\n" in text}
    lines = _labelled(
        {name: text for name, text in shown.items() if name not in long}, record.table
    )
    lines += _listed(_("Milestones"), steps)
    for name, text in long.items():
        lines += _section(in_context("record", name.replace("_", " "), _), text.splitlines())
    crm.screen.tell("\n".join(lines))


# --- the story, for people ---


def _story(crm: Context, row: Row, item: dict[str, Any]) -> list[str]:
    from crmcli.output import words

    lines = [
        f"{item['ref']}  {visible(item['name'])}"
        + (f"  {aside(visible(item['short_name']))}" if item["short_name"] else "")
    ]
    lines += _flags(item)
    won_back = is_won_back_now(crm, row)
    reason = win_back_reason(crm, row) if won_back else touch_reason(crm, row)
    why = words.why(reason, crm.today)
    lines += [
        "",
        *_labelled(
            {**_facts(crm, item), "next touch": why, **dict(year_story.facts(crm, row, item))}
        ),
    ]
    lines += _listed(_("People"), [_person(crm, one) for one in item["people"]])
    needs = _("Needs ({shown} of {all})").format(shown=len(item["needs"]), all=item["need_count"])
    lines += _listed(needs, [service_story.need_line(crm.days, one) for one in item["needs"]])
    lines += _listed(
        _("Promises"), [service_story.promise_line(crm.days, one) for one in item["promises"]]
    )
    lines += _listed(
        _("Surveys"), [service_story.survey_line(crm.days, one) for one in item["surveys"]]
    )
    for title, belonging in year_story.sections(crm.days, item):
        lines += _listed(title, list(belonging))
    lines += _listed(_("Open tasks"), [_task(crm.days, one) for one in item["tasks"]])
    lines += _listed(_("Key dates"), [_key_date(one) for one in item["key_dates"]])
    lines += _listed(
        _("Contacts ({shown} of {all})").format(
            shown=len(item["interactions"]), all=item["interaction_count"]
        ),
        [line for one in item["interactions"] for line in _contact(crm.days, one)],
    )
    if item["note"]:
        lines += _section(_("Note"), item["note"].splitlines())
    if item["missing"]:
        lines += ["", words.missing(item["missing"])]
    return lines


def _flags(item: dict[str, Any]) -> list[str]:
    flags = []
    if item["priority"]:
        flags.append(_("! priority"))
    if item["do_not_contact"]:
        flags.append(_("! do not contact"))
    if item.get("blacklisted"):
        flags.append(_("! blacklisted"))
    if item.get("retired_on"):
        flags.append(_("! retired since {day}").format(day=item["retired_on"]))
    return flags


def _facts(crm: Context, item: dict[str, Any]) -> dict[str, str]:
    from crmcli.output import words

    facts = {
        name: words.word(item[name]) if name in _STORED_WORDS else str(item[name])
        for name in _FACTS
        if item[name] is not None
    }
    if item["tier"]:
        facts["tier"] = crm.tier_word(item["tier"])
    if item["loss_reason"]:
        facts["loss_reason"] = words.loss_reason(item["loss_reason"])
    for name in ("phones", "emails", "tags"):
        if item[name]:
            facts[name] = _(", ").join(item[name])
    if item["auto_tags"]:
        facts["auto_tags"] = _(", ").join(map(_, item["auto_tags"]))
    if item["wechat"]:
        facts["wechat"] = item["wechat"]
    return facts | dict(item["fields"])


def _labelled(facts: dict[str, str], table: str = "record") -> list[str]:
    from crmcli.output import words

    labels = {name: words.label(table, name) for name in facts}
    room = max((width(label) for label in labels.values()), default=0)
    return [labelled(labels[name], room, visible(text)) for name, text in facts.items()]


def _listed(title: str, lines: list[str]) -> list[str]:
    """A section of records, each beginning with its reference."""
    return _section(title, aligned(lines))


def _section(title: str, lines: list[str]) -> list[str]:
    return ["", title, *(f"  {visible(line)}" for line in lines)] if lines else []


def _person(crm: Context, one: dict[str, Any]) -> str:
    from crmcli.output import words

    parts = [
        one["ref"],
        one["name"],
        one["title"],
        _(", ").join(map(_, one["roles"])),
        *one["phones"],
        *one["emails"],
        one["wechat"],
    ]
    if one["left_on"]:
        left = words.left(one["left_on"], crm.today)
        parts.append(f"{left} → {one['successor']}" if one["successor"] else left)
    parts.append(_consent(one))
    return "  ".join(part for part in parts if part)


def _consent(one: dict[str, Any]) -> str:
    """Whether they agreed, when, and what for; nothing when that is not known."""
    if not one["consent"]:
        return ""
    text = _("consent given") if one["consent"] == "given" else _("consent refused")
    day = f" {one['consent_on']}" if one["consent_on"] else ""
    return aside(one["consent_scope"], text + day) if one["consent_scope"] else text + day


def _task(days: "Days", one: dict[str, Any]) -> str:
    from crmcli.output import words

    text = words.task(one)
    due = days.told(one["due"]) if one["done_on"] else days.due(one["due"])
    return (
        f"{one['ref']}  {due}  {text}"
        + (f"  {aside(one['owner'])}" if one["owner"] else "")
        + (f"  {_('done {day}').format(day=days.told(one['done_on']))}" if one["done_on"] else "")
    )


def _key_date(one: dict[str, Any]) -> str:
    from crmcli.output import words

    day = words.key_day(one["day"])
    parts = [one["ref"], day, _(one["kind"]), (one["person"] or {}).get("name"), one["note"]]
    if one["next_on"] and (day != one["day"] or one["next_on"][-5:] != day[-5:]):
        parts.append(_("next {day}").format(day=one["next_on"]))
    return "  ".join(part for part in parts if part)


def _contact(days: "Days", one: dict[str, Any]) -> list[str]:
    head = [one["ref"], days.told(one["at"]), _(one["channel"])]
    if one["no_answer"]:
        head.append(_("no answer"))
    if one["with"]:
        head.append(_(", ").join(one["with"]))
    if one["summary"]:
        head.append(one["summary"])
    if one["intent"]:
        head.append(_("intent {intent}").format(intent=_(one["intent"])))
    if one["excerpt"]:
        head.append(_("with a text: crm show {ref}").format(ref=one["ref"]))
    more = [(_("feedback"), one["feedback"]), (_("agreed"), one["agreed"])]
    return ["  ".join(head), *(f"    {label}: {text}" for label, text in more if text)]


def _text(value: Any, translated: bool = False) -> str:
    if isinstance(value, list):
        return _(", ").join(_text(one, translated) for one in value)
    if isinstance(value, dict):
        return " ".join(str(part) for part in value.values() if part is not None)
    if value is True:
        return _("yes")
    return _(value) if translated and isinstance(value, str) else str(value)
