"""`crm archive`."""

from typing import Annotated

import typer

from crmcli.commands.shared import archive_lists, archive_writing, options, retiring
from crmcli.commands.shared.dossiers import last_quarter
from crmcli.context import Context
from crmcli.errors import BadValue
from crmcli.locale import _
from crmcli.rules.periods import Period, read_period

EXAMPLES = (
    "crm archive 华东 --period 2026Q1",
    "crm archive --all",
)


def run(
    ctx: typer.Context,
    customer: Annotated[
        str | None,
        typer.Argument(help=_("Whose dossier: a reference or a name."), metavar="[CUSTOMER]"),
    ] = None,
    period: Annotated[
        str | None,
        typer.Option(
            "--period",
            help=_(
                "The quarter, year or month: 2026Q1, 2026, 2026-03; the last complete quarter when not said."
            ),
            metavar="PERIOD",
        ),
    ] = None,
    out: Annotated[
        str | None,
        typer.Option(
            "--out",
            help=_("Write a copy for handing out into this folder; masked unless --reveal."),
            metavar="DIR",
        ),
    ] = None,
    all_: Annotated[
        bool, typer.Option("--all", help=_("Everyone with anything that is not archived."))
    ] = False,
    due: Annotated[
        bool, typer.Option("--due", help=_("List who has anything that is not archived."))
    ] = False,
    list_: Annotated[bool, typer.Option("--list", help=_("List the sealed dossiers."))] = False,
    verify: Annotated[
        bool, typer.Option("--verify", help=_("Find whatever is not as it was sealed."))
    ] = False,
    path: Annotated[
        str | None,
        typer.Option(
            "--path", help=_("With --verify: one dossier, wherever it lies."), metavar="FOLDER"
        ),
    ] = None,
    prune: Annotated[
        bool,
        typer.Option("--prune", help=_("Remove dossiers that are over three years old, for good.")),
    ] = False,
    retire: Annotated[
        bool, typer.Option("--retire", help=_("Stop following up: nothing of it is due any more."))
    ] = False,
    reactivate: Annotated[
        bool, typer.Option("--reactivate", help=_("Take up a retired customer again."))
    ] = False,
    yes: options.Yes = False,
    limit: options.Limit = None,
    json: options.Json = False,
    csv: options.Csv = False,
    reveal: options.Reveal = False,
    dry_run: options.DryRun = False,
    reason: options.Reason = None,
) -> int:
    """Seal the dossier of a period, and keep the archive."""
    crm: Context = ctx.obj
    chosen = {"--all": all_, "--due": due, "--list": list_, "--verify": verify, "--prune": prune, "--retire": retire, "--reactivate": reactivate, "--out": out is not None}  # fmt: skip
    said = [name for name, is_said in chosen.items() if is_said]
    if len(said) > 1:
        raise BadValue("{one} and {other} exclude each other; leave one out", one=said[0], other=said[1])  # fmt: skip
    mode = said[0] if said else ""
    _refuse_unfitting(mode, customer, period, path, limit is not None, csv, reveal)

    def ask() -> Period:
        """The period meant, once the file is open and its day known."""
        return last_quarter(crm) if period is None else read_period(period, crm.today)

    if customer is not None and mode in ("--retire", "--reactivate"):
        retiring.run(crm, customer, mode == "--retire", json, dry_run, reason)
    elif mode == "--due":
        archive_lists.due(crm, customer, ask, limit, json, csv)
    elif mode == "--list":
        archive_lists.sealed(crm, customer, ask if period else None, limit, json, csv)
    elif mode == "--verify":
        return archive_lists.verify(crm, customer, ask if period else None, path, json)
    elif mode == "--prune":
        from crmcli.commands.shared import pruning

        return pruning.run(crm, customer, ask if period else None, yes, json, dry_run)
    elif customer is None:
        archive_writing.everyone(crm, ask, yes, json, dry_run, reason)
    elif out is not None:
        archive_writing.copy(crm, customer, ask, out, reveal, json)
    else:
        archive_writing.one(crm, customer, ask, json, dry_run, reason)
    return 0


def _refuse_unfitting(
    mode: str,
    customer: str | None,
    period: str | None,
    path: str | None,
    limited: bool,
    csv: bool,
    reveal: bool,
) -> None:
    """BadValue for options that the mode knows nothing of."""
    if customer is None and mode in ("", "--out", "--retire", "--reactivate"):
        raise BadValue("name a customer, or say --all, --due, --list, --verify or --prune")
    if customer is not None and mode == "--all":
        raise BadValue("--all is for everyone; leave {customer} out, or --all", customer=customer)
    if path is not None and (mode != "--verify" or customer or period):
        raise BadValue("--path names one dossier to --verify; leave the rest out")
    if period is not None and mode in ("--retire", "--reactivate"):
        raise BadValue("--period has nothing to do with {mode}; leave it out", mode=mode)
    if (limited or csv) and mode not in ("--due", "--list"):
        raise BadValue("--limit and --csv belong to --due and --list; leave them out")
    if reveal and mode != "--out":
        raise BadValue("--reveal belongs to --out; the kept dossier is complete")
