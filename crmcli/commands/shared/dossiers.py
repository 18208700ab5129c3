"""What stands in a dossier (HANDBOOK §10): a customer, and all that happened with it in a period; a new kind of record is one
more line in `PARTS`.

Nothing in it depends on when it is made: the same facts give the same dossier.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from crmcli import __version__
from crmcli.commands.shared import records, service_records, year_records
from crmcli.commands.shared.reports import periods
from crmcli.commands.shared.steps import told_step
from crmcli.context import Context
from crmcli.exchange import dossier_folder
from crmcli.exchange.dossier_folder import Content, Copied
from crmcli.exchange.dossier_names import safe_name, title_of
from crmcli.locale import N_, _
from crmcli.output import shapes
from crmcli.output.shapes import Privacy
from crmcli.rules.periods import QUARTER, Period, containing
from crmcli.rules.references import ref
from crmcli.store import attached_files, dossiers
from crmcli.store.archive_due import Within
from crmcli.store.database import Row, as_list
from crmcli.store.dossiers import Sealed

HTML, JSON = "dossier.html", "dossier.json"
FILES = (HTML, JSON, dossier_folder.MANIFEST)
SCHEMA = "crm.dossier/1"


class Asked(NamedTuple):
    """Whose dossier, and of which period."""

    customer: Row
    period: Period
    within: Within


Item = dict[str, Any]


class Part(NamedTuple):
    """A kind of records in a dossier: their table, what they are called for people, and how they are made."""

    table: str
    title: str
    make: Callable[[Context, Asked, Privacy], list[Item]]


def last_quarter(crm: Context) -> Period:
    """The last that is over."""
    return containing(crm.today, QUARTER).before


def within(crm: Context, period: Period) -> Within:
    """The period as it is stored, by the file's own clock."""
    span = periods.span(crm, period)
    return Within(
        period.first.isoformat(), period.last.isoformat(), span.begin_instant, span.end_instant
    )


# --- the kinds ---


def _rows(crm: Context, table: str, asked: Asked) -> list[Row]:
    return dossiers.records(crm.db, table, asked.customer["id"], asked.within)


def _needs(crm: Context, asked: Asked, mask: Privacy) -> list[Item]:
    """Needs with all that happened to them; how urgent each looks depends on the day, and is left out."""
    rows = _rows(crm, "need", asked)
    keys = as_list(row["id"] for row in rows)
    events: dict[int, list[Item]] = defaultdict(list)
    for one in crm.db.rows("service_events_of_some", needs=keys):
        event = {"kind": one["kind"], "at": _at(crm, one["at"]), "text": mask.text(one["text"])}
        events[one["need_id"]].append(event)
    raised: dict[int, list[Item]] = defaultdict(list)
    for one in crm.db.rows("escalations_of_some", needs=keys):
        step = {
            "level": one["level"],
            "at": _at(crm, one["at"]),
            "to": mask.name(one["to_name"]),
            "reason": mask.text(one["reason"]),
        }
        raised[one["need_id"]].append(step)
    made = service_records.needs(crm, rows, mask)
    for row, item in zip(rows, made, strict=True):
        item |= {
            "level": row["level"],
            "events": events[row["id"]],
            "escalations": raised[row["id"]],
        }
        _drop(item, "light", "score")
    return made


def _interactions(crm: Context, asked: Asked, mask: Privacy) -> list[Item]:
    return records.interaction_records(crm, _rows(crm, "interaction", asked), mask)


def _tasks(crm: Context, asked: Asked, mask: Privacy) -> list[Item]:
    return [shapes.task(row, crm.clock.at, mask) for row in _rows(crm, "task", asked)]


def _promises(crm: Context, asked: Asked, mask: Privacy) -> list[Item]:
    made = service_records.promises(crm, _rows(crm, "promise", asked), mask)
    for item in made:
        _drop(item, "light")
    return made


def _surveys(crm: Context, asked: Asked, mask: Privacy) -> list[Item]:
    return service_records.surveys(crm, _rows(crm, "survey", asked), mask)


def _reviews(crm: Context, asked: Asked, mask: Privacy) -> list[Item]:
    return service_records.reviews(crm, _rows(crm, "review", asked), mask)


def _of_the_year(table: str, *of_the_day: str) -> Callable[[Context, Asked, Privacy], list[Item]]:
    def make(crm: Context, asked: Asked, mask: Privacy) -> list[Item]:
        made = year_records.MAKERS[table](crm, _rows(crm, table, asked), mask)
        for item in made:
            _drop(item, *of_the_day)
        return made

    return make


def _attachments(crm: Context, asked: Asked, mask: Privacy) -> list[Item]:
    """Attached files, each with the name under which it lies in the dossier; null when it is not in it.

    What is masked holds none of them, for nothing in them is; nor is one in it that is missing, or not what was attached.
    """
    rows = _rows(crm, "attachment", asked)
    made = year_records.attachments(crm, rows, mask)
    folder = attached_files.folder_of(crm.path)
    mask.did_mask |= mask.masking and bool(rows)
    for row, item in zip(rows, made, strict=True):
        _drop(item, "path")
        wrong = mask.masking or attached_files.problem(folder, row["digest"], row["size"])
        item["file"] = None if wrong else f"{item['ref']}{_ending(row['name'])}"
    return made


def _ending(name: str) -> str:
    """What a program knows a kind of file by, where it is a plain one."""
    ending = Path(name).suffix
    return ending if _PLAIN_ENDING.fullmatch(ending) else ""


_PLAIN_ENDING = re.compile(r"\.[A-Za-z0-9]{1,16}")


def attached(crm: Context, item: Item) -> dict[str, Content]:
    """The attached files that are copied into a dossier, by their names in it."""
    folder = attached_files.folder_of(crm.path)
    return {
        one["file"]: Copied(
            attached_files.place_of(folder, one["sha256"]), one["bytes"], one["sha256"]
        )
        for one in item["attachments"]
        if one["file"]
    }


def _key_dates(crm: Context, asked: Asked, mask: Privacy) -> list[Item]:
    """All of them: they come round in every year."""
    rows = crm.db.rows("key_dates_of", customers=as_list([asked.customer["id"]]))
    return records.key_date_records(crm, rows, mask)


def _stage_changes(crm: Context, asked: Asked, mask: Privacy) -> list[Item]:
    return [
        {"from_stage": row["from_stage"], "to_stage": row["to_stage"], "changed_on": row["changed_on"]}
        for row in _rows(crm, "stage_change", asked)
    ]  # fmt: skip


def _changes(crm: Context, asked: Asked, mask: Privacy) -> list[Item]:
    """Who changed what, old and new, and why; the first change first."""
    steps = dossiers.changes(crm.db, asked.customer["id"], asked.within)
    told = [item for step in steps for item in told_step(crm, step, mask)]
    return [{**item, "actor": mask.name(item["actor"])} for item in told]


PARTS: dict[str, Part] = {
    "needs": Part("need", N_("Needs"), _needs),
    "interactions": Part("interaction", N_("Contacts"), _interactions),
    "tasks": Part("task", N_("Tasks"), _tasks),
    "promises": Part("promise", N_("Promises"), _promises),
    "surveys": Part("survey", N_("Surveys"), _surveys),
    "reviews": Part("review", N_("Reviews"), _reviews),
    "deals": Part("deal", N_("Deals"), _of_the_year("deal")),
    "contracts": Part(
        "contract", N_("Contracts"), _of_the_year("contract", "renewal_from", "review_on")
    ),
    "orders": Part("customer_order", N_("Orders"), _of_the_year("customer_order")),
    "risks": Part("risk", N_("Risks"), _of_the_year("risk", "light")),
    "attachments": Part("attachment", N_("Attached files"), _attachments),
    "key_dates": Part("key_date", N_("Key dates"), _key_dates),
    "stage_changes": Part("stage_change", N_("Stage changes"), _stage_changes),
    "changes": Part("change", N_("Changes"), _changes),
}
"""The lists of a dossier, by their JSON names."""


def _at(crm: Context, instant: str | None) -> str | None:
    return shapes.local(instant, crm.clock.to_local)


def _drop(item: Item, *names: str) -> None:
    for name in names:
        del item[name]


# --- the whole ---

_OF_THE_DAY = (
    "lifecycle", "last_contact_at", "next_touch_on", "promised_on", "snoozed_until", "intent", "open_needs", "missing",
    "auto_tags",
)  # fmt: skip
"""What of a customer is reckoned anew every day, and says nothing of the period."""

_OF_THE_SEALING = ("sealed_at", "sealed_by", "version")


def content(crm: Context, asked: Asked, mask: Privacy) -> Item:
    """The dossier under its JSON names; of the period all must have been gathered (store/dossiers.py)."""
    (card,) = records.customer_records(crm, [asked.customer], mask)
    _drop(card, *_OF_THE_DAY)
    former = crm.db.rows("formers_of", customers=as_list([asked.customer["id"]]))
    return {
        "customer": {**card, "former": [ref("customer", row["former_id"]) for row in former]},
        "period": {**periods.record(asked.period), "complete": crm.today > asked.period.last},
        "sealed_at": _at(crm, crm.clock.instant),
        "sealed_by": mask.name(crm.actor),
        "version": __version__,
        **{name: part.make(crm, asked, mask) for name, part in PARTS.items()},
    }


def counts(item: Item) -> dict[str, int]:
    """How many records of each kind stand in it."""
    return {name: len(item[name]) for name in PARTS}


def is_same(earlier: Any, item: Item) -> bool:
    """True when a dossier's file for machines holds the same, whenever and by whom it was sealed."""
    if not isinstance(earlier, dict) or not isinstance(earlier.get("item"), dict):
        return False
    found = {name: value for name, value in earlier["item"].items() if name not in _OF_THE_SEALING}
    return found == {name: value for name, value in item.items() if name not in _OF_THE_SEALING}


def files(
    crm: Context, item: Item, period: Period, masked: bool, name: str | None = None
) -> dict[str, Content]:
    """The files of a dossier by their names, the manifest last; `name` is its folder's when it is sealed anew."""
    answer = {"schema": SCHEMA, **({"masked": True} if masked else {}), "item": item}
    made: dict[str, Content] = {
        HTML: _page(item, period, masked).encode("utf-8", "replace"),
        JSON: dossier_folder.spelled(answer),
        **attached(crm, item),
    }
    facts = {
        "customer": item["customer"]["ref"],
        "period": item["period"]["name"],
        "sealed_at": item["sealed_at"],
        "version": item["version"],
        "masked": masked,
        **({"name": name} if name else {}),
    }
    return {**made, dossier_folder.MANIFEST: dossier_folder.manifest_of(made, facts)}


def _page(item: Item, period: Period, masked: bool) -> str:
    from crmcli.output.page_dossier import dossier_page

    name = safe_name(item["customer"]["name"] or "") or item["customer"]["ref"]
    notes = [
        _("{ref}, {period}: {first} to {last}").format(
            ref=item["customer"]["ref"],
            period=periods.spelled(period),
            first=item["period"]["from"],
            last=item["period"]["to"],
        ),
        _("Sealed {at} by {actor}, crm {version}").format(
            at=item["sealed_at"][:16].replace("T", " "),
            actor=item["sealed_by"],
            version=item["version"],
        ),
    ]
    if not item["period"]["complete"]:
        notes.append(_("The period was not over yet: this is what there was so far."))
    if masked:
        notes.append(_("A copy for handing out: names, phones, e-mails and numbers are masked."))
        if item["attachments"]:
            notes.append(_("Attached files are not in it, for nothing in them is masked."))
    parts = [(name, part.table, _(part.title)) for name, part in PARTS.items()]
    return dossier_page(f"{name}_{title_of(period)}", notes, item, parts)


def note(crm: Context, sealed: Sealed, name: str) -> dict[str, Content]:
    """The files of a dossier of which nothing is left but that there was one."""
    facts = {
        "customer": ref("customer", sealed.customer_id),
        "period": sealed.period,
        "sealed_at": _at(crm, sealed.sealed_at),
        "erased_at": _at(crm, crm.clock.instant),
    }
    made: dict[str, Content] = {
        JSON: dossier_folder.spelled({"schema": SCHEMA, "erased": True, "item": facts})
    }
    manifest = dossier_folder.manifest_of(
        made, {**facts, "version": __version__, "masked": False, "name": name}
    )
    return {**made, dossier_folder.MANIFEST: manifest}


def is_empty(item: Item) -> bool:
    """True when nothing happened in the period."""
    return not any(count for name, count in counts(item).items() if name != "key_dates")


_NAMED = ("with", "ours", "owner", "tech_owner", "to", "sealed_by", "actor")


def names_in(item: Item) -> set[str]:
    """The names of people that stand in a dossier that masks nothing."""
    customer = item["customer"]
    found = {customer["name"], customer["short_name"]} if customer["kind"] == "person" else set()
    found |= {one["name"] for one in customer["people"]}
    found |= {one["by"] for one in item["surveys"]}
    for one in item["changes"]:
        if one["record"] in ("person", "participant") and one["field"] in (None, "name"):
            found |= {one["old"], one["new"]}
    for name in PARTS:
        for one in item[name]:
            found |= set(_named_in(one))
    return {name for name in found if name}


def _named_in(one: Any) -> Iterator[str]:
    if isinstance(one, list):
        for each in one:
            yield from _named_in(each)
    elif isinstance(one, dict):
        for name, value in one.items():
            if name in _NAMED and isinstance(value, str | list):
                yield from [value] if isinstance(value, str) else filter(None, value)
            elif name in ("acceptor", "person") and isinstance(value, dict):
                yield value["name"]
            else:
                yield from _named_in(value)
