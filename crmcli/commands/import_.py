"""`crm import`."""

from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from crmcli.commands.shared import options
from crmcli.commands.shared.importing import telling
from crmcli.commands.shared.importing.kinds import EVERYTHING, KINDS, read_kind
from crmcli.commands.shared.importing.work import Choices, Job, carry_out
from crmcli.config import config_path
from crmcli.context import Context
from crmcli.errors import PARTLY_DONE, BadValue
from crmcli.exchange.opening import open_source
from crmcli.exchange.rejects import RejectsFile, refuse_rejects_place, rejects_path
from crmcli.exchange.source import How
from crmcli.locale import _
from crmcli.rules.span import Span
from crmcli.store.importing.bulk import ON_DUPLICATE
from crmcli.store.importing.matching import KEYS

EXAMPLES = (
    "crm import customers.csv --spread 20wd --dry-run",
    "crm import 跟进记录.csv --as interactions --map '拜访人=ours'",
)


def run(
    ctx: typer.Context,
    file: Annotated[
        str, typer.Argument(help=_("A CSV file, or - for standard input."), metavar="FILE")
    ],
    as_: Annotated[
        str,
        typer.Option(
            "--as",
            help=_(
                "What the rows are: customers, people, interactions, needs, tasks, promises, surveys or all."
            ),
        ),
    ] = "customers",
    map_: Annotated[
        list[str] | None,
        typer.Option("--map", help=_("What a column is; - leaves it out."), metavar="HEADER=FIELD"),
    ] = None,
    encoding: Annotated[
        str | None,
        typer.Option("--encoding", help=_("How the file is encoded; found out when not said.")),
    ] = None,
    on_duplicate: Annotated[
        str,
        typer.Option("--on-duplicate", help=_("update, skip or reject records that are there.")),
    ] = "update",
    key: Annotated[
        str | None,
        typer.Option(
            "--key", help=_("Match by this field only: external_id, uscc, phone, email, name.")
        ),
    ] = None,
    keep_extra: Annotated[
        bool, typer.Option("--keep-extra", help=_("Keep unknown columns as custom fields."))
    ] = False,
    spread_: Annotated[
        str | None,
        typer.Option(
            "--spread",
            help=_("Deal the first touches out over so many working days, core first."),
            metavar="20wd",
        ),
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help=_("Import nothing when any row is bad."))
    ] = False,
    rejects: Annotated[
        str | None,
        typer.Option(
            "--rejects",
            help=_("Where rejected rows go; FILE.rejects.csv when not said."),
            metavar="FILE",
        ),
    ] = None,
    json: options.Json = False,
    dry_run: options.DryRun = False,
    reason: options.Reason = None,
) -> int:
    """Import customers, contacts, needs and more from a file, all or nothing."""
    crm: Context = ctx.obj
    kind = read_kind(as_)
    given = {
        "--map": bool(map_),
        "--encoding": encoding is not None,
        "--on-duplicate": on_duplicate != ON_DUPLICATE[0],
        "--key": key is not None,
        "--keep-extra": keep_extra,
        "--spread": spread_ is not None,
        "--rejects": rejects is not None,
    }
    _refuse_meaningless(kind, [name for name, was_given in given.items() if was_given])
    if kind == EVERYTHING:
        from crmcli.commands.shared.whole_file import import_everything

        return import_everything(
            crm, file, strict=strict, json=json, dry_run=dry_run, reason=reason
        )
    if on_duplicate not in ON_DUPLICATE:
        raise BadValue(
            "--on-duplicate {word!r} is unknown; choose one of {known}",
            word=on_duplicate,
            known=", ".join(ON_DUPLICATE),
        )
    if key is not None and key not in KEYS:
        raise BadValue(
            "--key {key!r} is unknown; choose one of {known}", key=key, known=", ".join(KEYS)
        )
    _refuse_whole_file(file)
    mapping = _mapping(map_ or [])
    choices = Choices(on_duplicate, key, keep_extra, _days(spread_), strict, reason, mapping)
    with open_source(file, How(kind, encoding)) as source:
        job = Job(kind, source, choices)
        target = rejects or rejects_path(file)
        if not dry_run:
            in_use = (file, crm.path, f"{crm.path}-wal", f"{crm.path}-shm", str(config_path()))
            refuse_rejects_place(target, *in_use)
        crm.write(dry_run)
        if not json:
            telling.before(crm, job)
        with RejectsFile(target, source.headers, only_count=dry_run) as bad:
            report = carry_out(crm, job, bad)
            rejects_file = str(bad.path) if bad.count and not dry_run else None
    telling.after(crm, job, report, rejects_file, json, dry_run)
    return PARTLY_DONE if report.counts.rejected else 0


_ONLY_SOME = frozenset().union(*(kind.options for kind in KINDS.values()))


def _refuse_meaningless(kind: str, given: list[str]) -> None:
    """Options that would do nothing are refused, lest they seem to have done something."""
    for name in given:
        if kind == EVERYTHING:
            raise BadValue("{option} means nothing with --as all; leave it out", option=name)
        if name in _ONLY_SOME and name not in KINDS[kind].options:
            raise BadValue(
                "{option} is for customers; leave it out with --as {kind}", option=name, kind=kind
            )


def _days(text: str | None) -> int | None:
    if text is None:
        return None
    span = Span.read(text)
    if span.unit != "wd":
        raise BadValue(
            "--spread {text!r} is not a number of working days; write it like 20wd", text=text
        )
    return span.count


def _mapping(pairs: list[str]) -> dict[str, str]:
    mapping = {}
    for pair in pairs:
        header, equals, name = pair.rpartition("=")
        if not equals:
            raise BadValue("--map {pair!r} is no mapping; write it as HEADER=FIELD", pair=pair)
        mapping[header] = name
    return mapping


def _refuse_whole_file(file: str) -> None:
    """BadValue when the file is what `export all` writes, which is more than one kind of rows."""
    head = b""
    with suppress(OSError, ValueError):
        if Path(file).is_file():  # `-` and pipes can be read only once
            with Path(file).open("rb") as opened:
                head = opened.read(64)
    if head.startswith(b'{"schema": "crm.all/'):
        raise BadValue(
            "{path} is a whole file from crm export all; add --as all, and --db for a new file",
            path=file,
        )
