"""`crm due --notify`: what is due and was not said yet, through the first channel that takes it (CLI.md, Reminders)."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from crmcli import config
from crmcli.commands.shared import due_items
from crmcli.commands.shared.records import privacy
from crmcli.context import Context
from crmcli.errors import CrmError
from crmcli.locale import _, aside, plural
from crmcli.notify.channels import channel, label
from crmcli.notify.message import Message, Undelivered
from crmcli.output import words
from crmcli.output.shapes import Privacy
from crmcli.output.table import Column
from crmcli.output.text import fit, visible
from crmcli.rules.due import DueItem
from crmcli.rules.reminding import NEAR, Moment, Quiet, Told, Verdict, is_near, verdict
from crmcli.store import reminders
from crmcli.store.changes import record_event
from crmcli.store.database import as_list
from crmcli.store.due import Question
from crmcli.store.due import due_items as top_due


class Chosen(NamedTuple):
    """An item, and whether it is said."""

    item: DueItem
    verdict: Verdict


class _Known(NamedTuple):
    """What is due, what was said of it, and the moment it is judged at."""

    items: Sequence[DueItem]
    told: reminders.ToldBy
    at: Moment


def notify(crm: Context, asked: Question) -> None:
    """Say what is due; CrmError when no channel took it, so that it is said again by the next run.

    It is remembered after it has arrived: whoever is killed between the two says it once more, and nothing is lost.
    """
    names = channels(crm)
    copies = crm.settings.get("notify.copy") == "all"
    views = names if copies else [None]
    known = _look(crm, asked)
    if not _anything(known, views):
        return
    crm.db.move_on()  # what others say meanwhile is to be seen, and nobody is kept from writing it down
    with reminders.alone(crm.path) as had_to_wait:
        if had_to_wait:
            crm.read(unattended=True)
            known = _look(crm, asked)
        else:  # another may just have said it
            known = known._replace(told=_told(crm, known.items))
        if not _anything(known, views):
            return
        _make_sure_it_can_be_remembered(crm, known, views)
        refused: list[str] = []
        delivered = others_have_it = False
        for name in names:
            chosen = _to_say(known, name if copies else None)
            if not chosen:
                others_have_it = True
                continue
            try:
                _deliver(crm, name, chosen)
            except Undelivered as error:
                refused.append(f"{label(name)}: {error.sentence(_)}")
                continue
            delivered = True
            if not copies:
                return
    if delivered:  # told once of each message, not by every run until the channel is up again
        for reason in refused:
            crm.screen.note(reason)
    elif not others_have_it:
        raise CrmError("no reminder arrived ({reasons})", reasons="; ".join(refused))


def channels(crm: Context) -> list[str]:
    """The channels to try, in order; addresses are used last when it is not said where they stand."""
    names = crm.settings.get("notify.channels").split(",")
    if crm.settings.get("notify.urls").strip() and "urls" not in names:
        names.append("urls")
    return names


def _anything(known: _Known, views: Sequence[str | None]) -> bool:
    return any(_to_say(known, through) for through in views)


def _make_sure_it_can_be_remembered(
    crm: Context, known: _Known, views: Sequence[str | None]
) -> None:
    """What could not be written down would be said again by every run: it is tried before anything is sent."""
    most = max(len(_to_say(known, through)) for through in views)
    crm.write()
    reminders.rehearse(crm.db, most)


def _deliver(crm: Context, name: str, chosen: Sequence[Chosen]) -> None:
    called = label(name)
    receipt = channel(name)(message(crm, [one.item for one in chosen]), settings_of(crm))
    said = {one.item.ref: one.verdict.told for one in chosen}
    with crm.db.transaction():
        reminders.remember(crm.db, called, said, crm.clock.instant)
        detail = f"{called} {receipt.where}: {', '.join(said)}"
        record_event(crm.db, crm.clock.instant, crm.actor, "delivery", detail)
    for missed in receipt.missed:
        crm.screen.note(f"{called}: {missed}")


def settings_of(crm: Context) -> Mapping[str, str]:
    """Every setting of a channel by its name."""
    names = [name for name in config.KEYS if name.startswith("notify.")]
    return {name: crm.settings.get(name) for name in names}


def _look(crm: Context, asked: Question) -> _Known:
    items = list(top_due(crm.db, asked, crm.settings.policy(), crm.settings.tiers()))
    quiet = Quiet.read(crm.settings.get("notify.quiet"))
    now = crm.clock.now
    at = Moment(now, crm.calendar.is_working(now.date()), quiet.holds(now.time()))
    if (soon := (now + NEAR).date()) > asked.until:  # a deadline may lie right behind midnight
        listed, later = {item.ref for item in items}, asked._replace(until=soon)
        ahead = top_due(crm.db, later, crm.settings.policy(), crm.settings.tiers())
        items += [item for item in ahead if item.ref not in listed and is_near(item, at)]
    return _Known(items, _told(crm, items), at)


def _told(crm: Context, items: Sequence[DueItem]) -> reminders.ToldBy:
    return reminders.told(crm.db, [item.ref for item in items]) if items else {}


def _to_say(known: _Known, through: str | None) -> list[Chosen]:
    return [one for one in _judged(known, through) if one.verdict.is_said]


def _judged(known: _Known, through: str | None) -> list[Chosen]:
    """What is due, each with whether it is said now; `through` one channel, else what any of them has said counts."""
    return [
        Chosen(item, verdict(item, _last(known, item, through), known.at)) for item in known.items
    ]


def _last(known: _Known, item: DueItem, through: str | None) -> Told | None:
    """What was said last, through this channel or any; not what a clock that was wrong says of days to come."""
    told = {by: one for by, one in known.told.get(item.ref, {}).items() if one.on <= known.at.today}
    if through is not None:
        return told.get(label(through))
    return list(told.values())[-1] if told else None


# --- the message ---

_WHO, _ABOUT = 50, 120
"""Screen columns of a line for the customer's name, and for it and what is due; nobody reads more in a reminder."""


def message(crm: Context, items: Sequence[DueItem]) -> Message:
    """One digest of these items: counts, and the first lines; names and numbers masked, for it leaves the machine."""
    # Within texts the names of the people they are about: to know everybody's takes too long for what cron runs.
    mask = privacy(crm, reveal=False, leaving=True, about=_customers(items))
    most = int(crm.settings.get("notify.lines"))
    shown = _shown(crm, items[:most], mask)
    overdue = sum(item.is_overdue for item in items)
    title = plural("{n} thing is due", "{n} things are due", len(items)).format(n=len(items))
    if overdue:
        title = _("{title}, {n} overdue").format(title=title, n=overdue)
    lines = [_line(crm, item) for item in shown]
    if rest := len(items) - len(shown):
        lines.append(plural("… and {n} more: crm due", "… and {n} more: crm due", rest).format(n=rest))  # fmt: skip
    return Message(
        title=_("crm: {title}").format(title=title),
        lines=lines,
        number=len(items),
        overdue=overdue,
        items=_Records(crm, items, mask),
        at=crm.clock.now.isoformat(timespec="minutes"),
    )


def _customers(items: Sequence[DueItem]) -> list[int]:
    return sorted({int(item.customer["ref"][1:]) for item in items if item.customer})


def _shown(crm: Context, items: Sequence[DueItem], mask: Privacy) -> list[DueItem]:
    return [due_items.masked(item, mask) for item in with_masked_people(crm, items, mask)]


class _Records:
    """All items under their JSON names, made only for a channel that hands them on."""

    def __init__(self, crm: Context, items: Sequence[DueItem], mask: Privacy) -> None:
        self._crm, self._items, self._mask = crm, items, mask

    def __iter__(self) -> Iterator[dict[str, Any]]:
        for item in _shown(self._crm, self._items, self._mask):
            yield due_items.record(self._crm, item)


def with_masked_people(crm: Context, items: Sequence[DueItem], mask: Privacy) -> list[DueItem]:
    """A customer that is a person has a person's name; of a company's the numbers in it are masked."""
    rows = crm.db.rows("customers_by_ids", ids=as_list(_customers(items)))
    names = {f"c{row['id']}": mask.name_of(row) for row in rows}
    return [
        item._replace(customer={**item.customer, "name": names[item.customer["ref"]]})
        if item.customer
        else item
        for item in items
    ]


def _line(crm: Context, item: DueItem) -> str:
    who = item.customer["name"] if item.customer else ""
    what = words.title(item.title, crm.today)
    about = _("{who} – {what}").format(who=fit(visible(who), _WHO), what=what) if who else what
    return f"{due_items.when(item, crm.today)}  {aside(item.ref, fit(visible(about), _ABOUT))}"


# --- a dry run ---


def _decided(crm: Context, asked: Question) -> list[Chosen]:
    """What is due; of copies through every channel it counts as said what all of them have said."""
    known = _look(crm, asked)
    if crm.settings.get("notify.copy") != "all":
        return _judged(known, None)
    by_channel = [_judged(known, name) for name in channels(crm)]
    return [
        max(views, key=lambda one: one.verdict.is_said) for views in zip(*by_channel, strict=True)
    ]


_NAMES = ("ref", "kind", "customer", "title", "due_at", "said", "why")


def show_verdicts(crm: Context, asked: Question, json: bool, csv: bool) -> None:
    """What would be said, and why or why not; nothing is sent or remembered."""
    mask = privacy(crm, reveal=False)
    chosen = [one._replace(item=due_items.masked(one.item, mask)) for one in _decided(crm, asked)]
    if json or csv:
        records = [_record(crm, one) for one in chosen]
        if json:
            crm.screen.json_list("reminders", records, masked=mask.did_mask)
        else:
            crm.screen.csv(_NAMES, records)
        return
    if not chosen:
        return
    columns = [Column(_("said")), Column(_("why")), Column(_("ref")), Column(_("name"), least=16), Column(_("what"), least=14, below=True)]  # fmt: skip
    crm.screen.table(columns, [_cells(crm, one) for one in chosen])


def _record(crm: Context, one: Chosen) -> dict[str, Any]:
    whole = due_items.record(crm, one.item)
    told = {"said": one.verdict.is_said, "why": words.why_in_english([one.verdict.why], crm.today)}
    return {name: (whole | told)[name] for name in _NAMES}


def _cells(crm: Context, one: Chosen) -> list[str]:
    return [
        _("yes") if one.verdict.is_said else _("no"),
        words.why([one.verdict.why], crm.today),
        one.item.ref,
        one.item.customer["name"] if one.item.customer else "",
        words.title(one.item.title, crm.today),
    ]
