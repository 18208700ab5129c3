"""`crm import`."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from crmcli.commands.shared import options
from crmcli.commands.shared.importing import profiles, telling
from crmcli.commands.shared.importing.kinds import EVERYTHING, KINDS, read_kind
from crmcli.commands.shared.importing.likelier import likelier_kind
from crmcli.commands.shared.importing.profiles import Profile
from crmcli.commands.shared.importing.work import (
    Choices,
    Job,
    Report,
    also_rejected,
    carry_out,
    custom_places,
)
from crmcli.commands.shared.keeping import keep_before_import
from crmcli.config import config_path
from crmcli.context import Context
from crmcli.errors import PARTLY_DONE, BadValue, CrmError, Listed
from crmcli.exchange.opening import open_source
from crmcli.exchange.rejects import RejectsFile, refuse_rejects_place, rejects_path
from crmcli.exchange.source import How, Source
from crmcli.locale import _
from crmcli.rules.span import Span
from crmcli.rules.terms import Vocabulary
from crmcli.store.importing.bulk import ON_DUPLICATE
from crmcli.store.importing.matching import KEYS

EXAMPLES = (
    "crm import customers.csv --spread 20wd --dry-run",
    "crm import 跟进记录.xlsx --as interactions --map '拜访人=ours' --save-profile visits",
)


def run(
    ctx: typer.Context,
    file: Annotated[
        str,
        typer.Argument(
            help=_("A list as CSV, XLSX, JSON, JSONL or vCard, or - for standard input."),
            metavar="FILE",
        ),
    ],
    as_: Annotated[
        str,
        typer.Option(
            "--as",
            help=_(
                "What the rows are: customers, people, interactions, orders, needs, tasks, promises, deals, surveys or all."
            ),
        ),
    ] = "customers",
    map_: Annotated[
        list[str] | None,
        typer.Option("--map", help=_("What a column is; - leaves it out."), metavar="HEADER=FIELD"),
    ] = None,
    profile: Annotated[
        str | None,
        typer.Option(
            "--profile",
            help=_("Import as the run that saved it; what else is said here goes first."),
            metavar="NAME",
        ),
    ] = None,
    save_profile: Annotated[
        str | None,
        typer.Option(
            "--save-profile",
            help=_("Keep how this file was imported, for the next one."),
            metavar="NAME",
        ),
    ] = None,
    encoding: Annotated[
        str | None,
        typer.Option("--encoding", help=_("How the file is encoded; found out when not said.")),
    ] = None,
    sheet: Annotated[
        str | None,
        typer.Option(
            "--sheet",
            help=_("Which sheet of a workbook, by name or number; found out when not said."),
        ),
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
    given = [option for option, parameter in _MAY_BE_MEANINGLESS if _was_typed(ctx, parameter)]
    typed = Profile(
        kind=read_kind(as_) if _was_typed(ctx, "as_") else None,
        encoding=encoding,
        sheet=sheet,
        key=_read_key(key),
        on_duplicate=_read_on_duplicate(on_duplicate) if "--on-duplicate" in given else None,
        keep_extra=keep_extra,
        map=_mapping(map_ or []),
    )
    if typed.kind == EVERYTHING:
        _refuse_meaningless(EVERYTHING, given)
        from crmcli.commands.shared.whole_file import import_everything

        with telling.interruptions(crm) as hold:
            return import_everything(
                crm, file, strict=strict, json=json, dry_run=dry_run, reason=reason, hold=hold
            )
    asked = typed.over(profiles.load(profile)) if profile is not None else typed
    _refuse_meaningless(asked.kind or _CUSTOMERS, given)
    if save_profile is not None:
        profiles.check_name(save_profile)
    _refuse_whole_file(file)
    wish = _Wish(file, _days(spread_), strict, rejects, reason, json, dry_run, save_profile)
    with telling.interruptions(crm) as hold:
        return _import_rows(crm, wish, asked.without_meaningless(), typed, hold)


_MAY_BE_MEANINGLESS = (
    ("--map", "map_"),
    ("--profile", "profile"),
    ("--save-profile", "save_profile"),
    ("--encoding", "encoding"),
    ("--sheet", "sheet"),
    ("--on-duplicate", "on_duplicate"),
    ("--key", "key"),
    ("--keep-extra", "keep_extra"),
    ("--spread", "spread_"),
    ("--rejects", "rejects"),
)
"""The options that not every kind of rows takes, and their parameters."""


class _Wish(NamedTuple):
    """What was said of this one run, which no profile keeps."""

    file: str
    spread_days: int | None
    strict: bool
    rejects: str | None
    reason: str | None
    json: bool
    dry_run: bool
    save_as: str | None


def _import_rows(
    crm: Context, wish: _Wish, asked: Profile, typed: Profile, hold: Callable[[], None]
) -> int:
    """Import the file as `asked`, of which the command line said `typed`; the exit code."""
    kind = asked.kind or _CUSTOMERS
    with open_source(wish.file, How(kind, asked.encoding, asked.sheet)) as source:
        if typed.sheet is not None and source.format != "xlsx":
            raise BadValue(
                "{path} is no workbook and has no sheets; leave --sheet out", path=source.path
            )
        used, absent = asked.fitting(typed, source.headers)
        likelier = _likelier_kind(asked, source, wish.dry_run)
        job = Job(kind, source, _choices(used, wish))
        target = wish.rejects or rejects_path(wish.file)
        if not wish.dry_run:
            helpers = (f"{crm.path}-wal", f"{crm.path}-shm", f"{crm.path}-journal")
            refuse_rejects_place(target, wish.file, crm.path, *helpers, str(config_path()))
        crm.write(wish.dry_run, is_list=True)
        custom_places(crm, job)  # a field that is not declared is refused before anything is told
        told = 0 if wish.json else telling.before(crm, job, absent, wish.dry_run, likelier)
        if not wish.dry_run:
            keep_before_import(crm, job.source.rows())
        report = Report(likelier=likelier)
        with RejectsFile(target, source.headers, wish.dry_run, also_rejected(job)) as bad:
            try:
                carry_out(crm, job, bad, report, hold)
            except CrmError:
                if wish.strict and not wish.json:
                    telling.reasons(crm, report)
                raise
            rejects_file = str(bad.path) if bad.count and not wish.dry_run else None
        kept = str(bad.kept) if bad.kept else None
        telling.after(crm, job, report, rejects_file, wish.json, wish.dry_run, told, kept)
    if wish.save_as is not None and not wish.dry_run:
        profiles.save(wish.save_as, replace(asked, kind=kind))
        if not wish.json:
            telling.saved(crm, wish.save_as)
    return PARTLY_DONE if report.counts.rejected else 0


def _likelier_kind(asked: Profile, source: Source, dry_run: bool) -> str | None:
    """What else the list must be when nobody said that it is one of customers; BadValue when it would be written."""
    if asked.kind is not None or asked.map:
        return None
    likelier = likelier_kind(source.headers)
    if likelier and not dry_run:
        raise BadValue(
            "{path} looks like a list of {kind}; add --as {kind}, or --as customers if its rows are customers",
            path=source.path,
            kind=likelier,
        )
    return likelier


def _choices(used: Profile, wish: _Wish) -> Choices:
    return Choices(
        on_duplicate=used.on_duplicate or ON_DUPLICATE[0],
        key=used.key,
        keep_extra=used.keep_extra,
        spread_days=wish.spread_days,
        strict=wish.strict,
        reason=wish.reason,
        mapping=used.map,
    )


_CUSTOMERS = "customers"
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


def _was_typed(ctx: typer.Context, parameter: str) -> bool:
    """True when the command line says it, be it what holds anyway."""
    source = ctx.get_parameter_source(parameter)
    return source is not None and source.name == "COMMANDLINE"


_ON_DUPLICATE = Vocabulary(
    "--on-duplicate", {"update": ("更新",), "skip": ("跳过",), "reject": ("拒绝",)}
)


def _read_on_duplicate(word: str) -> str:
    word = _ON_DUPLICATE.of_chinese(word)
    if word not in ON_DUPLICATE:
        raise BadValue(
            "--on-duplicate {word!r} is unknown; choose one of {known}",
            word=word,
            known=Listed(ON_DUPLICATE),
        )
    return word


def _read_key(key: str | None) -> str | None:
    if key is not None and key not in KEYS:
        raise BadValue(
            "--key {key!r} is unknown; choose one of {known}", key=key, known=Listed(KEYS)
        )
    return key


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
    mapping: dict[str, str] = {}
    for pair in pairs:
        header, equals, name = (part.strip() for part in _at_equals(pair))
        if not equals or not header or not name:
            raise BadValue(
                "--map {pair!r} is no mapping; write it as HEADER=FIELD, or HEADER=- to leave the column out",
                pair=pair,
            )
        if mapping.setdefault(header, name) != name:
            raise BadValue("--map says twice what {header!r} is; leave one out", header=header)
    return mapping


def _at_equals(pair: str) -> tuple[str, str, str]:
    """The parts before and after the last equals sign, be it wide: no field has one in its name, but headers may."""
    return pair.rpartition("=") if "=" in pair else pair.rpartition("＝")


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
