"""`crm tiers`."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated

import typer

from crmcli.commands.shared import options, tier_review
from crmcli.commands.shared.agreeing import agree
from crmcli.commands.shared.filters import Filters
from crmcli.commands.shared.records import privacy
from crmcli.commands.shared.tier_review import Judged, Review, Teller
from crmcli.commands.shared.values import Values
from crmcli.context import Context, is_interactive
from crmcli.errors import BadValue, Forbidden
from crmcli.locale import _, plural
from crmcli.output.shapes import Privacy
from crmcli.output.table import Column
from crmcli.store import tiering as store
from crmcli.store.database import Predicate

EXAMPLES = (
    "crm tiers",
    "crm tiers --apply --reason 'review of the third quarter'",
)


def run(
    ctx: typer.Context,
    apply: Annotated[
        bool,
        typer.Option("--apply", help=_("Do what is proposed, and note that the review was held.")),
    ] = False,
    as_of: Annotated[
        str | None,
        typer.Option(
            "--as-of", help=_("By the orders up to this day; today when not said."), metavar="DATE"
        ),
    ] = None,
    all_: Annotated[
        bool, typer.Option("--all", help=_("List everyone who ordered, not only who would move."))
    ] = False,
    tier: options.Tier = None,
    stage: options.Stage = None,
    lifecycle: options.Lifecycle = None,
    tag: options.Tag = None,
    industry: options.Industry = None,
    city: options.City = None,
    intent: options.Intent = None,
    segment: options.Segment = None,
    where: options.Where = None,
    limit: options.Limit = None,
    json: options.Json = False,
    csv: options.Csv = False,
    reveal: options.Reveal = False,
    yes: options.Yes = False,
    dry_run: options.DryRun = False,
    reason: options.Reason = None,
) -> None:
    """Propose a tier for everyone by what they order, and why; nothing changes until --apply."""
    crm: Context = ctx.obj
    if not apply and (yes or dry_run or reason):
        raise BadValue("--yes, --dry-run and --reason belong to --apply; add it, or leave them out")
    if apply and (limit is not None or csv):
        raise BadValue("--apply does all that is proposed; leave out --limit and --csv")
    crm.write(dry_run) if apply else crm.read()
    day = crm.today if as_of is None else Values(crm).past_day(as_of)
    filters = Filters(crm).build(
        tier, stage, lifecycle, tag, industry, city, intent, where, segment
    )
    found = tier_review.review(crm, day)
    teller = Teller(crm, found.currency, privacy(crm, reveal))
    listed = tier_review.narrowed(crm, found.judged, filters)
    if apply:
        _apply(
            crm, found, listed, filters, teller, yes=yes, dry_run=dry_run, json=json, reason=reason
        )
        return
    most = options.effective_limit(limit, crm.screen.is_terminal and not (json or csv))
    if json or csv:
        shown = listed if most is None else listed[:most]
        items = list(map(teller.item, shown))
        if json:
            crm.screen.json_list(
                "tiers", items, more=len(shown) < len(listed), masked=teller.did_mask
            )
        else:
            crm.screen.csv(tier_review.COLUMNS, items)
    else:
        _show(crm, found, listed if all_ else _moving(listed), most, teller)
    _say_what_is_odd(crm, found)


def _moving(judged: Sequence[Judged]) -> list[Judged]:
    return [one for one in judged if one.verdict.move]


# --- apply ---


def _apply(
    crm: Context,
    found: Review,
    listed: Sequence[Judged],
    filters: Sequence[Predicate],
    teller: Teller,
    *,
    yes: bool,
    dry_run: bool,
    json: bool,
    reason: str | None,
) -> None:
    """Move those listed who would move; without filters that is a review, and noted as one."""
    moving = _moving(listed)
    if not found.judged or (filters and not moving):  # nothing to do, and no review
        _show_nothing(crm, found, json)
        return
    if not (yes or dry_run or json) and is_interactive():
        _show(crm, found, moving, None, teller)
    agree(crm, yes or dry_run, _question(len(moving)))
    if store.tiers_of(crm.db, (one.key for one in moving)) != {one.key: one.standing.tier for one in moving}:  # fmt: skip
        raise Forbidden("somebody changed tiers in the meantime; look again: crm tiers")
    kept = [one for one in listed if one.verdict.move or (one.verdict.is_below and not filters)]
    # Amounts whole: the file is the user's own.
    whole = Teller(crm, found.currency, Privacy(masking=False))
    standings = list(map(whole.standing, kept))
    with crm.change(reason or _reason(found.as_of)) as change:
        store.move(change, standings)
        store.record(change, None if filters else crm.today, found.as_of, standings)
    if json:
        items = list(map(teller.item, moving))
        crm.screen.json_list("tiers", items, masked=teller.did_mask)
    else:
        crm.confirm(
            lambda: _outcome(moving, None if dry_run else change.number),
            *(f"c{one.key}" for one in moving),
        )
    if filters:
        crm.screen.note(_("These alone were looked at: the review of the quarter is held by crm tiers --apply without filters."))  # fmt: skip
    _say_what_is_odd(crm, found)


def _question(moving: int) -> str:
    if not moving:
        return _("Note that the tiers were reviewed? None would change.")
    return plural("Give {n} customer another tier?", "Give {n} customers another tier?", moving).format(n=moving)  # fmt: skip


def _reason(as_of: date) -> str:
    return f"tier review of {as_of.isoformat()}"


def _outcome(moving: Sequence[Judged], number: int | None) -> str:
    """What was done, and by which change; of a dry run there is none."""
    up = sum(one.verdict.move == "up" for one in moving)
    told = (
        _("Moved up {up}, down {down}.")
        if number is None
        else _("Moved up {up}, down {down}. To take it back: crm undo x{n}")
    )
    return told.format(up=up, down=len(moving) - up, n=number)


# --- for people ---


def _show(
    crm: Context, found: Review, listed: Sequence[Judged], most: int | None, teller: Teller
) -> None:
    """Who would move and why, what they would get, and how many each tier would have."""
    if not found.judged:
        _show_nothing(crm, found)
        return
    shown = listed if most is None else listed[:most]
    if shown:
        _list(crm, shown, teller)
        if len(shown) < len(listed):
            crm.screen.note(_("There is more; --limit 0 shows all."))
        _show_benefits(crm, shown)
        crm.screen.say("")
    else:
        crm.screen.note(_("Every tier is as it should be."))
    _show_shares(crm, found)


def _show_nothing(crm: Context, found: Review, json: bool = False) -> None:
    if json:
        crm.screen.json_list("tiers", [])
    elif found.judged:
        crm.screen.note(_("Every tier is as it should be."))
    else:
        crm.screen.note(_("Nobody ordered anything up to {day}; crm add-order CUSTOMER AMOUNT adds an order.").format(day=found.as_of))  # fmt: skip


def _list(crm: Context, shown: Sequence[Judged], teller: Teller) -> None:
    columns = [
        Column(_("ref")),
        Column(_("name"), least=12),
        Column(_("tier"), least=9),
        Column("RFM"),
        Column(_("why"), least=40, below=True),
    ]
    cells = [
        [
            f"c{one.key}",
            teller.name(one),
            _change(crm, one),
            f"{one.standing.scored.r}{one.standing.scored.f}{one.standing.scored.m}",
            teller.why(one),
        ]
        for one in shown
    ]
    crm.screen.table(columns, cells)


def _change(crm: Context, one: Judged) -> str:
    """`ordinary → potential`, or the tier alone."""
    before = crm.tier_word(one.standing.tier) or _("no tier")
    if not one.verdict.move:
        return before
    return f"{before} → {crm.tier_word(one.verdict.proposed)}"


def _show_benefits(crm: Context, shown: Sequence[Judged]) -> None:
    """What those get who would move, by the tier that they would have."""
    gained = {one.verdict.proposed for one in shown if one.verdict.move}
    for tier in crm.settings.tiers():
        if tier in gained and (benefits := crm.settings.get(f"tiers.{tier}.benefits")):
            said = _("{tier}: {benefits}")
            crm.screen.tell(said.format(tier=crm.tier_word(tier), benefits=benefits))


def _show_shares(crm: Context, found: Review) -> None:
    from crmcli.output.report_words import NOTHING, percent

    n = found.customers
    columns = [
        Column(_("tier"), least=9),
        Column(_("customers"), right=True),
        Column(_("share"), right=True),
        Column(_("then"), right=True),
        Column(_("share"), right=True),
        Column(_("should be"), right=True),
    ]
    shares = [one for one in found.shares if one.tier or one.now or one.after]
    cells = [
        [
            crm.tier_word(one.tier) or _("no tier"),
            str(one.now),
            percent(one.now / n if n else None),
            str(one.after),
            percent(one.after / n if n else None),
            str(one.band) if one.band else NOTHING,
        ]
        for one in shares
    ]
    outside = ["yellow" if one.is_outside(n) else None for one in shares]
    crm.screen.table(columns, cells, outside, words={"yellow": _("not as it should be")})
    if others := sum(found.others.values()):
        crm.screen.note(plural("{n} customer never ordered and is not judged.", "{n} customers never ordered and are not judged.", others).format(n=others))  # fmt: skip


def _say_what_is_odd(crm: Context, found: Review) -> None:
    """Tiers that would hold more or fewer than they should, and orders that count for nothing."""
    n = found.customers
    for one in found.shares:
        if one.is_outside(n):
            said = _(
                "{tier} would have {n} of {all} customers; {band} is what tiers.{name}.share says."
            )
            crm.screen.note(said.format(tier=crm.tier_word(one.tier), n=one.after, all=n, band=one.band, name=one.tier))  # fmt: skip
    for currency, count in sorted(found.without_rate.items()):
        said = plural(
            "{n} order in {currency} counts for nothing: crm config set currency.rate.{currency} RATE",
            "{n} orders in {currency} count for nothing: crm config set currency.rate.{currency} RATE",
            count,
        )
        crm.screen.note(said.format(n=count, currency=currency))
