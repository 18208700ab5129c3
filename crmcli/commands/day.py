"""`crm` alone: the day, or a welcome when there is nobody yet."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

import typer

from crmcli.commands.shared import due_items, options
from crmcli.commands.shared.records import privacy
from crmcli.context import Context
from crmcli.errors import in_context
from crmcli.locale import N_, _
from crmcli.output import words
from crmcli.output.text import pad, width
from crmcli.rules.due import DueItem
from crmcli.rules.said import Said, counted, said, typed
from crmcli.store import due as due_list
from crmcli.store.due import KINDS, Question

EXAMPLES = (
    "crm",
    "crm --json",
)
KIND_WORDS = [
    N_("touch"), N_("follow-up"), N_("task"), N_("unanswered"), N_("key-date"), N_("win-back"), N_("respond"), N_("feedback"),
    N_("solve"), N_("plan-confirm"), N_("progress"), N_("plan-step"), N_("promise"), N_("amends"), N_("survey"), N_("review"),
    N_("tier-review"), N_("kb-review"), N_("archive"), N_("due|quote"), N_("due|deal"), N_("due|payment"), N_("due|renewal"), N_("due|contract-review"),
    N_("due|visit"), N_("due|value-review"), N_("due|business-review"), N_("due|solution-review"), N_("due|care"), N_("due|risk"),
    N_("due|file-check"), N_("due|reorder"), N_("due|churn"),
]  # fmt: skip
"""The kinds as they are counted, so that catalogues have them."""

PLACEHOLDERS = [N_("SOLUTION"), N_("RESULT"), N_("WHY"), N_("WHAT")]
"""What stands in a command for words of one's own."""

_SHOWN = 3
_FARTHEST = 4_000  # days that the next thing due is looked for


class Day(NamedTuple):
    """How much is due, and how much of that is overdue, by kind; the first few; if nothing is, when something will be;
    how many needs are open."""

    due: dict[str, int]
    overdue: dict[str, int]
    items: list[DueItem]
    next_due_on: date | None
    open_needs: int


class Step(NamedTuple):
    """A command to type next, and what it is for."""

    command: Said
    about: Said


def run(ctx: typer.Context, json: options.Json = False, reveal: options.Reveal = False) -> None:
    """The day: what is due, and what to type next.

    JSON: {"schema": "crm.day/1", "item": {"date": today, "due": how many things `crm due` lists, "overdue": how
    many of them are overdue, "kinds": {kind: {"due": n, "overdue": n}}, "items": the first three of `crm due
    --json`, "next_due_on": when nothing is due the day on which something will be, else null, "open_needs": how many needs are open, "next": [commands]}}.
    """
    crm: Context = ctx.obj
    db = crm.read()
    has_customers = db.exists and db.row("all_customer_ids", after=0, limit=1) is not None
    if not has_customers and not json:
        _welcome(crm)
        return
    day = _look(crm)
    mask = privacy(crm, reveal)
    day = day._replace(items=[due_items.masked(item, mask) for item in day.items])
    steps = _next_steps(crm, day) if has_customers else [*FIRST_STEPS, *OTHER_STEPS]
    if json:
        crm.screen.json_item("day", _record(crm, day, steps), masked=mask.did_mask)
    else:
        _show(crm, day, steps)


# --- the day ---


def _look(crm: Context) -> Day:
    tiers = crm.settings.tiers()
    asked = Question(
        now=crm.clock.now,
        until=crm.today,
        kinds=list(KINDS),
        limit=_SHOWN,
    )
    due = due_list.counts(crm.db, asked, tiers)
    needs = crm.db.rows("count_queue")[0]["n"]
    if not any(due.values()):
        return Day(due, due, [], _next_due_on(crm, asked, tiers), needs)
    overdue = due_list.counts(crm.db, asked._replace(only_overdue=True), tiers)
    items = due_list.due_items(crm.db, asked, crm.settings.policy(), tiers)[:_SHOWN]
    return Day(due, overdue, items, None, needs)


def _next_due_on(crm: Context, asked: Question, tiers: Sequence[str]) -> date | None:
    """The first day on which anything is listed: the days ahead are doubled until there is, and then halved."""

    def day(ahead: int) -> date:
        return crm.today + timedelta(days=ahead)

    def is_any(ahead: int) -> bool:
        later = asked._replace(until=day(ahead), all_day=True)
        return any(due_list.counts(crm.db, later, tiers).values())

    if is_any(0):
        return crm.today
    nothing, something = 0, 1
    while not is_any(something):
        if something > _FARTHEST:
            return None
        nothing, something = something, something * 2
    while something - nothing > 1:
        middle = (nothing + something) // 2
        nothing, something = (nothing, middle) if is_any(middle) else (middle, something)
    return day(something)


# --- what to type ---

FIRST_STEPS = (
    Step(said("crm add-customer 'Acme Ltd' --tier core"), said("somebody to keep in touch with")),
    Step(said("crm due"), said("who is due, and why")),
    Step(said("crm log-contact Acme 'sent the quote'"), said("a call, which sets the next date")),
)
OTHER_STEPS = (
    Step(said("crm import FILE"), said("a whole list, from Excel or elsewhere")),
    Step(said("crm demo"), said("a look around on made-up customers")),
)


def _next_steps(crm: Context, day: Day) -> list[Step]:
    find = Step(said("crm find TEXT"), said("anybody, anything"))
    if day.open_needs:
        waiting = counted("the need that waits", "the {n} needs that wait", day.open_needs)
        find = Step(said("crm triage"), waiting)
    if day.items:
        action = day.items[0].action
        talk = said("{action} 'what was said'", action=action)
        settle = talk if action.startswith("crm log-contact") else typed(action)
        return [
            Step(said("crm due"), said("the whole list")),
            Step(settle, said("settles the first")),
            find,
        ]
    ahead = (day.next_due_on - crm.today).days if day.next_due_on else 30
    return [
        Step(said("crm due --days {n}", n=ahead), said("what comes next")),
        Step(said("crm list-customers"), said("all of them")),
        find,
    ]


# --- showing ---


def _record(crm: Context, day: Day, steps: Sequence[Step]) -> dict[str, Any]:
    return {
        "date": crm.today.isoformat(),
        "due": sum(day.due.values()),
        "overdue": sum(day.overdue.values()),
        "kinds": {
            kind: {"due": due, "overdue": day.overdue[kind]} for kind, due in day.due.items()
        },
        "items": [due_items.record(crm, item) for item in day.items],
        "next_due_on": day.next_due_on.isoformat() if day.next_due_on else None,
        "open_needs": day.open_needs,
        "next": [step.command.render(str, str) for step in steps],
    }


def _show(crm: Context, day: Day, steps: Sequence[Step]) -> None:
    crm.screen.tell(_headline(crm, day))
    if day.items:
        from crmcli.output.table import gathered

        room = crm.screen.room if crm.screen.is_terminal else None
        crm.screen.lines([*gathered(list(_by_kind(day)), _(", "), room), ""])
        has_why = crm.screen.is_wide
        columns, rows = due_items.columns(has_why), due_items.rows(crm, day.items, has_why)
        crm.screen.table(columns, rows, due_items.styles(day.items))
    crm.screen.tell("\n".join(["", *_laid_out(steps)]))


def _headline(crm: Context, day: Day) -> str:
    today = words.day(crm.today, date.min)  # with its year
    due, overdue = sum(day.due.values()), sum(day.overdue.values())
    if due:
        text = (
            _("{day}: {due} due, {overdue} of them overdue") if overdue else _("{day}: {due} due")
        )
        return text.format(day=today, due=due, overdue=overdue)
    if day.next_due_on == crm.today:
        return _("{day}: nothing is due yet; something falls due later today").format(day=today)
    if day.next_due_on:
        text = _("{day}: nothing is due; the next falls due on {next_day}")
        return text.format(day=today, next_day=crm.days.ahead(day.next_due_on))
    return _("{day}: nothing is due").format(day=today)


def _by_kind(day: Day) -> Iterator[str]:
    return (
        _("{kind} {due} ({overdue} overdue)").format(
            kind=in_context("due", kind, _), due=due, overdue=overdue
        )
        if (overdue := day.overdue[kind])
        else f"{in_context('due', kind, _)} {due}"
        for kind, due in day.due.items()
        if due
    )


def _welcome(crm: Context) -> None:
    what = _("Welcome to crm: who is due, when and why, from one file on this machine.")
    where = _("The data is in {path}.") if crm.db.exists else _("The data will be in {path}.")
    more = _("--db or CRM_DB names another file; crm --help has every command.")
    steps, first = _laid_out([*FIRST_STEPS, *OTHER_STEPS]), len(FIRST_STEPS)
    crm.screen.tell(
        "\n".join(
            [
                what,
                _("Begin with:"),
                "",
                *steps[:first],
                "",
                *steps[first:],
                "",
                where.format(path=crm.path),
                more,
            ]
        )
    )


def _laid_out(steps: Sequence[Step]) -> list[str]:
    shown = [(step.command.render(_, str), step.about.render(_, str)) for step in steps]
    room = max(width(command) for command, about in shown)
    return [f"  {pad(command, room)}  {about}" for command, about in shown]
