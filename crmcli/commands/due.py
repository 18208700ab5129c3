"""`crm due`."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated

import typer

from crmcli.commands.shared import options
from crmcli.context import Context, is_interactive
from crmcli.errors import SOMETHING_DUE, BadValue, CrmError
from crmcli.locale import _, plural
from crmcli.rules import terms
from crmcli.rules.due import DueItem
from crmcli.store.due import KINDS, Question, count_due
from crmcli.store.due import due_items as top_due

EXAMPLES = (
    "crm due --days 7 --tier core",
    "crm due --why c12",
)
_JSON_NAMES = (
    "ref",
    "kind",
    "customer",
    "title",
    "due_at",
    "overdue_days",
    "light",
    "score",
    "why",
    "action",
)


def run(
    ctx: typer.Context,
    days: Annotated[int, typer.Option("--days", help=_("Look so many days ahead."))] = 0,
    kind: Annotated[
        list[str] | None, typer.Option("--kind", help=_("Only these kinds of items."))
    ] = None,
    tier: options.Tier = None,
    stage: options.Stage = None,
    lifecycle: options.Lifecycle = None,
    tag: options.Tag = None,
    industry: options.Industry = None,
    city: options.City = None,
    intent: options.Intent = None,
    segment: options.Segment = None,
    where: options.Where = None,
    overdue: Annotated[bool, typer.Option("--overdue", help=_("Only what is overdue."))] = False,
    explain: Annotated[bool, typer.Option("--explain", help=_("Say why, for each."))] = False,
    why: Annotated[
        str | None,
        typer.Option(
            "--why", help=_("Why this customer or task is due when it is."), metavar="REF"
        ),
    ] = None,
    count: Annotated[bool, typer.Option("--count", help=_("Only how many."))] = False,
    exit_code: Annotated[
        bool, typer.Option("--exit-code", help=_("Exit with 20 when something is due."))
    ] = False,
    walk: Annotated[
        bool, typer.Option("--walk", help=_("Go through them one key at a time."))
    ] = False,
    ics: Annotated[
        str | None,
        typer.Option("--ics", help=_("Write it as a calendar, or renew one."), metavar="FILE"),
    ] = None,
    notify: Annotated[
        bool, typer.Option("--notify", help=_("Send what was not said yet as a reminder."))
    ] = False,
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", help=_("With --notify: only show what would be said, and why.")),
    ] = False,
    limit: options.Limit = None,
    json: options.Json = False,
    csv: options.Csv = False,
    reveal: options.Reveal = False,
) -> int:
    """What is due, most pressing first, and why."""
    crm: Context = ctx.obj
    if dry_run and not notify:
        raise BadValue("--dry-run belongs to --notify; leave it out")
    if walk:
        listed = {"--notify": notify, "--ics": ics is not None, "--why": why is not None, "--count": count, "--exit-code": exit_code, "--explain": explain, "--json": json, "--csv": csv}  # fmt: skip
        _refuse("--walk", listed)
        if not is_interactive():
            raise BadValue("--walk needs a terminal; crm due lists what is due")
    if notify or ics is not None:
        said_elsewhere = {"--why": why is not None, "--count": count, "--exit-code": exit_code, "--explain": explain, "--limit": limit is not None}  # fmt: skip
        of_the_calendar = {} if ics is not None else {"--days": days != 0, "--reveal": reveal}
        listed = {} if dry_run else {"--csv": csv, "--json": json and notify}
        _refuse("--notify" if notify else "--ics", said_elsewhere | of_the_calendar | listed)
    crm.read(unattended=notify and not dry_run)
    if why is not None:
        from crmcli.commands.shared.reasons import explain_reference

        return explain_reference(crm, why, json, reveal)
    asked = _question(crm, days, kind, overdue, limit, count or json or csv)
    chosen = (tier, stage, lifecycle, tag, industry, city, intent, where, segment)
    only = options.as_typed(
        kind=kind, tier=tier, stage=stage, lifecycle=lifecycle, tag=tag, industry=industry, city=city, intent=intent,
        where=where, segment=segment,
    ) + (["--overdue"] if overdue else [])  # fmt: skip
    if any(chosen):
        from crmcli.commands.shared.filters import Filters

        filters = Filters(crm).build(*chosen)
        asked = asked._replace(filters=filters)
    if walk:
        return _walk(crm, asked, only, reveal)
    if notify:
        return _notify(crm, asked, dry_run, json, csv, ics, reveal)
    if ics is not None:
        written = _write_calendar(crm, asked, ics, reveal)
        if json:
            _show_count(crm, written, json)
        else:
            _say_written(crm, ics, written)
        return 0
    if count:  # a prompt asks it each time: nothing is imported that only lists need
        number = count_due(crm.db, asked, crm.settings.tiers())
        _show_count(crm, number, json)
    else:
        number = _list(crm, asked, only, explain, json, csv, reveal)
    return SOMETHING_DUE if exit_code and number else 0


def _walk(crm: Context, asked: Question, only: list[str], reveal: bool) -> int:
    from crmcli.commands.shared.due_walk import DueWalk

    items = top_due(crm.db, asked, crm.settings.policy(), crm.settings.tiers())
    shown = items[: asked.limit]
    if not shown:
        _say_nothing_due(crm, asked, only)
        return 0
    DueWalk(crm, asked, shown, reveal).go()
    if len(shown) < len(items):
        crm.screen.note(_("There is more; --limit 0 shows all."))
    return 0


def _refuse(mode: str, given: Mapping[str, bool]) -> None:
    """What neither a reminder nor a calendar could heed is not taken for heeded."""
    for option, is_given in given.items():
        if is_given:
            raise BadValue("{one} and {other} exclude each other; leave one out", one=mode, other=option)  # fmt: skip


def _write_calendar(crm: Context, asked: Question, place: str, reveal: bool) -> int:
    from crmcli.commands.shared import due_calendar

    return due_calendar.write(crm, asked._replace(limit=None), place, reveal)


def _say_written(crm: Context, place: str, count: int) -> None:
    crm.screen.note(
        plural("{n} entry in {path}.", "{n} entries in {path}.", count).format(n=count, path=place)
    )


def _notify(
    crm: Context,
    asked: Question,
    dry_run: bool,
    json: bool,
    csv: bool,
    ics: str | None,
    reveal: bool,
) -> int:
    today = asked._replace(limit=None, until=crm.today)  # --days is the calendar's
    if dry_run:
        from crmcli.commands.shared import reminding

        reminding.show_verdicts(crm, today, json, csv)
        return 0
    problem = None
    if ics is not None:
        try:
            _write_calendar(crm, asked, ics, reveal)
        except CrmError as error:  # what is due is said all the same
            problem = error
    from crmcli.rules.reminding import NEAR

    soon = today._replace(until=(crm.clock.now + NEAR).date())
    if count_due(crm.db, soon, crm.settings.tiers()):
        from crmcli.commands.shared import reminding

        reminding.notify(crm, today)
    if problem:
        raise problem
    return 0


def _question(
    crm: Context,
    days: int,
    kinds: list[str] | None,
    overdue: bool,
    limit: int | None,
    for_scripts: bool,
) -> Question:
    if not 0 <= days <= 100_000:
        raise BadValue(
            "--days {days} is out of range; write how many days to look ahead", days=days
        )
    asked = [terms.DUE_KIND.read(kind) for kind in kinds or KINDS]
    return Question(
        now=crm.clock.now,
        until=crm.today + timedelta(days=days),
        kinds=list(dict.fromkeys(asked)),
        only_overdue=overdue,
        limit=options.effective_limit(limit, crm.screen.is_terminal and not for_scripts),
    )


def _show_count(crm: Context, number: int, json: bool) -> None:
    if json:
        crm.screen.json_item("due-count", {"count": number})
    else:
        crm.screen.say(str(number))


def _list(
    crm: Context,
    asked: Question,
    only: list[str],
    explain: bool,
    json: bool,
    csv: bool,
    reveal: bool,
) -> int:
    """Show the items asked for, `only` such as were typed; how many there are, up to one beyond the limit."""
    from crmcli.commands.shared import due_items
    from crmcli.commands.shared.records import privacy

    items = top_due(crm.db, asked, crm.settings.policy(), crm.settings.tiers())
    mask = privacy(crm, reveal)
    shown = [due_items.masked(item, mask) for item in items[: asked.limit]]
    more = len(shown) < len(items)
    if shown or json or csv:
        _show(crm, shown, more, explain, json, csv, mask.did_mask)
    else:
        _say_nothing_due(crm, asked, only)
    return len(items)


def _show(
    crm: Context,
    shown: list[DueItem],
    more: bool,
    explain: bool,
    json: bool,
    csv: bool,
    masked: bool,
) -> None:
    from crmcli.commands.shared import due_items

    if json:
        crm.screen.json_list(
            "due", [due_items.record(crm, item) for item in shown], more=more, masked=masked
        )
    elif csv:
        crm.screen.csv(_JSON_NAMES, [due_items.record(crm, item) for item in shown])
    else:
        _show_table(crm, shown, explain)
        if more:
            crm.screen.note(_("There is more; --limit 0 shows all."))


def _show_table(crm: Context, items: list[DueItem], explain: bool) -> None:
    from crmcli.commands.shared import due_items

    has_why = crm.screen.is_wide and not explain
    columns, rows = due_items.columns(has_why), due_items.rows(crm, items, has_why)
    reasons: list[str] = []
    if explain:
        from crmcli.output import words

        # Under each row, for no column is wide enough for a reason.
        reasons = [words.why(item.why, crm.today) for item in items]
    crm.screen.table(columns, rows, due_items.styles(items), reasons)


def _say_nothing_due(crm: Context, asked: Question, only: list[str]) -> None:
    if crm.db.exists and only:
        told = _("Nothing is due with {filters}.").format(filters=" ".join(only))
        if asked.until == crm.today and not asked.only_overdue:
            told = _("Nothing is due with {filters}; --days 7 looks a week ahead.").format(
                filters=" ".join(only)
            )
        crm.screen.note(told)
    elif crm.db.exists:
        crm.screen.note(_("Nothing is due."))
    else:
        crm.screen.note(
            _(
                "There are no customers yet in {path}; begin with: crm import FILE, or crm add-customer NAME"
            ).format(path=crm.path)
        )
