"""`crm archive --prune`: removing dossiers that need not be kept any longer (HANDBOOK §10)."""

from datetime import date

from dateutil.relativedelta import relativedelta

from crmcli.commands.shared.agreeing import agree
from crmcli.commands.shared.archiving import Archive, Ask, all_of
from crmcli.context import Context
from crmcli.errors import Forbidden, NotFound
from crmcli.locale import _, plural
from crmcli.rules.periods import Period
from crmcli.store import dossiers
from crmcli.store.dossiers import Sealed

YEARS_KEPT = 3
_PAGE = 200


def run(
    crm: Context, customer: str | None, ask: Ask | None, yes: bool, json: bool, dry_run: bool
) -> int:
    """Remove the dossiers whose period ended more than three years ago; 1 when one could not be removed."""
    crm.write(dry_run)
    old = _old(crm, customer, ask() if ask else None)
    if not old:
        crm.screen.note(_("No dossier is over three years old; all are kept."))
    elif not dry_run:
        told = plural(
            "Remove {n} dossier for good? Nothing takes it back, undo neither.",
            "Remove {n} dossiers for good? Nothing takes it back, undo neither.",
            len(old),
        )
        agree(crm, yes, told.format(n=len(old)))
    archive, removed, strange = Archive(crm), 0, dict[str, list[str]]()
    for start in range(0, len(old), _PAGE):
        page = old[start : start + _PAGE]
        if dry_run:
            removed += len(page)
            continue
        try:
            with crm.db.transaction():
                archive.sweep()
                done = _strike(crm, archive, page, strange)
        except BaseException:
            archive.withdraw()
            raise
        archive.settle()
        removed += done
    for path, names in strange.items():
        crm.screen.note(
            _("{path} stays, for others put files into it: {names}").format(path=path, names=_(", ").join(names))
        )  # fmt: skip
    if json:
        crm.screen.json_item("archive-prune", {"removed": removed, "kept": sorted(strange), "before": _limit(crm)})  # fmt: skip
    elif old:
        done_told = plural("{n} dossier removed.", "{n} dossiers removed.", removed)
        if dry_run:
            crm.confirm(lambda: done_told.format(n=removed))
        else:
            crm.screen.note(done_told.format(n=removed))
    return int(bool(strange))


def _strike(
    crm: Context, archive: Archive, page: list[Sealed], strange: dict[str, list[str]]
) -> int:
    done = 0
    for one in page:
        if dossiers.with_digest(crm.db, one.digest) is None:
            continue  # somebody else was quicker
        if names := archive.put_aside(one):
            strange[str(archive.place_of(one))] = names
            continue
        dossiers.strike(crm.db, one, crm.actor, crm.clock.instant)
        done += 1
    return done


def _limit(crm: Context) -> str:
    """A period that ended before this day need not be kept any longer."""
    return (crm.today - relativedelta(years=YEARS_KEPT)).isoformat()


def _old(crm: Context, customer: str | None, period: Period | None) -> list[Sealed]:
    """Those that may go; Forbidden when what was named is younger, NotFound when there is nothing of the kind."""
    limit = _limit(crm)
    if customer is None and period is None:
        return dossiers.ended_before(crm.db, limit)
    key = crm.customer(customer)["id"] if customer is not None else None
    named = period.name if period else None
    meant = [one for one in all_of(crm, key) if named in (None, one.period)]
    if not meant:
        raise NotFound("there is no such dossier; crm archive --list lists them")
    old = [one for one in meant if one.last_on < limit]
    if not old or (named is not None and len(old) < len(meant)):
        youngest = max(meant, key=lambda one: one.last_on)
        raise Forbidden(
            "the dossier of {period} is kept until {day}, three years after its period; leave it",
            period=youngest.period,
            day=_kept_until(youngest.last_on),
        )
    return old


def _kept_until(last_on: str) -> str:
    return (date.fromisoformat(last_on) + relativedelta(years=YEARS_KEPT)).isoformat()
