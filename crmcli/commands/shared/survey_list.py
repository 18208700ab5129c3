"""The list of surveys: those that are due, and those that were answered (CLI.md, `survey --list`)."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from crmcli.commands.shared import options, service_records, surveys
from crmcli.commands.shared.records import privacy
from crmcli.context import Context
from crmcli.errors import BadValue, in_context
from crmcli.locale import _
from crmcli.output import words
from crmcli.output.shapes import Privacy
from crmcli.rules.due import DueItem
from crmcli.store.database import Row, as_list
from crmcli.store.facts import day_of

JSON_NAMES = (
    "ref", "external_id", "target", "customer", "customer_name", "kind", "status", "due", "sent_at", *surveys.ANSWERS, "by",
    "at", "snoozed_until", "review",
)  # fmt: skip


def show(
    crm: Context,
    target: str | None,
    kind: str | None,
    limit: int | None,
    json: bool,
    csv: bool,
    reveal: bool,
) -> None:
    """Print the open surveys and the answers, or those of one customer or need."""
    crm.read()
    most = options.effective_limit(limit, crm.screen.is_terminal and not (json or csv))
    if target is not None:
        rows = _listed_of(crm, target, kind)
    else:
        rows = _listed(crm, kind, None if most is None else most + 1)
    more = most is not None and most < len(rows)
    rows = rows[:most]
    mask = privacy(crm, reveal)
    keys = as_list({row["customer_id"] for row in rows})
    names = {row["id"]: mask.name_of(row) for row in crm.db.rows("names_of_customers", ids=keys)}
    items = service_records.surveys(crm, rows, mask)
    for row, item in zip(rows, items, strict=True):
        item["customer_name"] = names.get(row["customer_id"])
    if json:
        crm.screen.json_list("surveys", items, more=more, masked=mask.did_mask)
    elif csv:
        crm.screen.csv(JSON_NAMES, items)
    elif items:
        _show_table(crm, rows, items, mask)
        if more:
            crm.screen.note(_("There is more; --limit 0 shows all."))
    else:
        crm.screen.note(_("No survey is due, and none was answered."))


def _show_table(crm: Context, rows: list[Row], items: list[dict[str, Any]], mask: Privacy) -> None:
    from crmcli.output.table import Column

    keys = as_list({row["need_id"] for row in rows if row["need_id"]})
    needs = {row["id"]: mask.text(row["text"]) for row in crm.db.rows("needs_by_ids", ids=keys)}
    columns = [
        Column(_("ref")),
        Column(_("kind"), spare=2),
        Column(_("status"), spare=1),
        Column(_("day")),
        Column(_("overall"), right=True),
        Column(_("nps"), right=True),
        Column(_("name"), least=12),
        Column(_("what"), least=14, below=True),
    ]
    cells, styles = [], []
    for row, item in zip(rows, items, strict=True):
        is_open = row["status"] in surveys.OPEN
        day = day_of(row["listed_on"] or row["due_on"] if is_open else row["answered_on"])
        told = (item[name] for name in ("bad", "good", "comment", "pain", "future"))
        about = next(filter(None, told), None) or needs.get(row["need_id"]) or ""
        cells.append(
            [
                item["ref"],
                _(row["kind"]),
                in_context("status", row["status"].replace("_", " "), _),
                crm.days.column(day) if day else "",
                "" if row["overall"] is None else str(row["overall"]),
                "" if row["nps"] is None else str(row["nps"]),
                item["customer_name"] or "",
                " ".join(about.split()),
            ]
        )
        is_late = is_open and day is not None and day < crm.today
        styles.append("red" if is_late or item["review"] else None)
    crm.screen.table(columns, cells, styles)


def _listed(crm: Context, kind: str | None, limit: int | None) -> list[Row]:
    """The open surveys, the most pressing first, then the answered ones, the newest first; at most `limit`."""
    most = -1 if limit is None else limit
    rows = crm.db.rows("surveys_listed", kind=kind, limit=most)
    if limit is not None:
        most = limit - len(rows)
    if most:
        rows += crm.db.rows("surveys_answered", kind=kind, limit=most)
    return rows


def _listed_of(crm: Context, text: str, kind: str | None) -> list[Row]:
    """Those of a customer or a need, or the one that is named."""
    record = crm.record(text)
    if record.table == "need":
        rows = crm.db.rows("surveys_of_need", need=record.key)
    elif record.table == "customer":
        rows = crm.db.rows("surveys_of", customers=as_list([record.key]))
    elif record.table == "survey":
        rows = [record.row]
    else:
        raise BadValue(
            "{text!r} is no customer, need or survey; write one of these, like c12, n5 or s4",
            text=text,
        )
    return list(_in_order(row for row in rows if kind in (None, row["kind"])))


def _in_order(rows: Iterable[Row]) -> Iterator[Row]:
    listed: Sequence[Row] = [row for row in rows if row["status"] != "no_answer"]
    waiting = [row for row in listed if row["status"] in surveys.OPEN]
    yield from sorted(waiting, key=lambda row: (row["listed_on"] or row["due_on"], row["id"]))
    done = [row for row in listed if row["status"] not in surveys.OPEN]
    yield from sorted(done, key=lambda row: (row["at"] or "", row["id"]), reverse=True)


# --- which one is asked ---


def due(crm: Context, kind: str | None) -> list[DueItem]:
    """The surveys that are due, the most pressing first."""
    from crmcli.store.due import Question, due_items

    crm.read()
    asked = Question(crm.clock.now, crm.today, ["survey"], limit=options.DEFAULT_LIMIT)
    items = due_items(crm.db, asked, crm.settings.policy(), crm.settings.tiers())
    if kind is not None:
        items = [item for item in items if surveys.about(crm, item.ref, None).kind == kind]
    return items[: options.DEFAULT_LIMIT]


def ask_which(crm: Context, items: Sequence[DueItem]) -> str | None:
    """The reference of the survey that a person wants to ask now, by its number or as they write it; None for none."""
    from crmcli.commands.shared import asking, due_items
    from crmcli.output.table import folded

    mask = privacy(crm, False)
    for number, item in enumerate(items, start=1):
        shown = due_items.masked(item, mask)
        name = item.customer["name"] if item.customer else ""
        told = _("{name}: {text}").format(name=name, text=words.title(shown.title, crm.today))
        line = f"{number:3}  {item.ref}  {due_items.when(item, crm.today)}  {told}"
        for part in folded(line, crm.screen.room):
            crm.screen.note(part)
    crm.close()
    while True:
        said = crm.screen.ask(_("Which one? (its number, or a reference or name; Enter for none)"))
        if not said or said in asking.QUIT:
            return None
        if not said.isdecimal():
            return said
        if 1 <= int(said) <= len(items):
            return items[int(said) - 1].ref
