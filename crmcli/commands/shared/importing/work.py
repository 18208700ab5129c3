"""Working a file through: every row read, rejected or written, all of it one change (CLI.md, Import)."""

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import chain, count, islice
from typing import Any

from crmcli.commands.shared.importing.kinds import KINDS, Kind, PageReader, Reader
from crmcli.commands.shared.importing.reasons import Reasons
from crmcli.commands.shared.values import Values, custom_value, flag
from crmcli.context import Context
from crmcli.errors import BadValue, CrmError, Unusable
from crmcli.exchange.defusing import TEXT_FORMULA, text_of_formula, undefuse
from crmcli.exchange.headers import Columns, listed, places_of, recognise
from crmcli.exchange.rejects import RejectsFile
from crmcli.exchange.rows import MASK_SIGNS, Understanding, is_long, masked_places
from crmcli.exchange.source import Source
from crmcli.exchange.tidying import tidier
from crmcli.exchange.tools import tool_of
from crmcli.locale import _
from crmcli.output.progress import progress, working
from crmcli.store.changes import Change, bulk
from crmcli.store.derived import refresh
from crmcli.store.importing.bulk import Counts, Plan

_ODD_KEPT = 1_000
_FIELD = "field."


@dataclass(frozen=True)
class Choices:
    """What the command line chose."""

    on_duplicate: str
    key: str | None
    keep_extra: bool
    spread_days: int | None
    strict: bool
    reason: str | None
    mapping: dict[str, str]


@dataclass
class Report:
    """What an import found besides its counts: for the summary, never for the data."""

    counts: Counts = field(default_factory=Counts)
    odd: list[tuple[str, int]] = field(default_factory=list)
    masked: dict[str, int] = field(default_factory=dict)
    reasons: Reasons = field(default_factory=Reasons)
    first_reason: CrmError | None = None
    change: int | None = None
    likelier: str | None = None
    """The kind of rows that the list looks like, when it is imported as another because nobody said which."""


class Job:
    """One file that is to be imported as one kind: its columns understood, nothing read or written yet."""

    def __init__(self, kind_name: str, source: Source, choices: Choices) -> None:
        self.kind_name, self.source, self.choices = kind_name, source, choices
        self.kind: Kind = KINDS[kind_name]
        mapping = choices.mapping
        if (
            self.kind.has_fields
        ):  # the recogniser leaves columns mapped to custom fields to `extras`
            mapping = {
                header: "-" if name.startswith(_FIELD) else name for header, name in mapping.items()
            }
        self.tool = tool_of(kind_name, source.headers)
        own = self.tool.own if self.tool else None
        self.columns: Columns = recognise(kind_name, source.headers, mapping, own)
        self.tidy = tidier(source, self.columns, self.tool)
        self._refuse_without_needed()
        self._refuse_without_rows()

    @property
    def named(self) -> dict[str, str]:
        """Which column is which field, by header."""
        return self.columns.named

    def _refuse_without_rows(self) -> None:
        walk = self.source.rows()
        first = next(walk, None)
        if isinstance(walk, Generator):
            walk.close()  # one walk at a time
        if first is None:
            raise Unusable(
                "{path} has headers and no rows; there is nothing to import", path=self.source.path
            )

    def _refuse_without_needed(self) -> None:
        for need in self.kind.needs:
            if not {need.field, *need.others} & set(self.columns.fields):
                raise BadValue(
                    "no column of {path} is {what}; say which with --map 'HEADER={name}' (its columns: {headers})",
                    path=self.source.path,
                    what=need.what,
                    name=need.field,
                    headers=listed(self.source.headers),
                )


def carry_out(
    crm: Context, job: Job, bad: RejectsFile, report: Report, hold: Callable[[], None]
) -> None:
    """Import the file as one change, and note in `report` how it went; CrmError when it must be strict and a row is bad.

    `hold` is called when all is written but not saved yet: from then on there is no way back.
    """

    def reject(line: int, cells: Sequence[str], error: BadValue) -> None:
        why = error.sentence(_)
        report.first_reason = report.first_reason or BadValue(
            "line {line}: {why}", line=line, why=error
        )
        report.reasons.add(line, error)
        bad.add(line, cells, why)

    with working(crm.screen) as say, crm.bare_change(job.choices.reason) as change:
        extras = custom_places(crm, job)
        _declare(crm, change, extras)
        plan = _plan(crm, job, reject)
        means = understanding(crm)
        reader = job.kind.reader(job.columns, means, extras)
        pages = job.kind.pages and job.kind.pages(job.columns, means, extras)
        with bulk(change, job.kind.writer.tables()):
            writer = job.kind.writer(change, plan)
            report.counts = writer.counts
            _Reading(job, reader, pages, writer, report).all(crm)
            say(_("Making it findable"))
            writer.finish()
        if job.choices.strict and report.counts.rejected:
            raise CrmError(
                "{n} rows are bad, the first: {first}; nothing was imported",
                n=report.counts.rejected,
                first=report.first_reason,
            )
        say(_("Computing what is due"))
        # Once for each customer, however many of its rows there were.
        refresh(crm.db, change.touched.customers, crm.book)
        say(_("Saving"))
        hold()
    report.change = change.number if change.was_written else None


def _plan(crm: Context, job: Job, reject: Callable[[int, Sequence[str], BadValue], None]) -> Plan:
    fields = set(filter(None, job.columns.fields))
    if "province" in fields:  # which is part of these
        fields |= {"city", "address"}
    return Plan(
        today=crm.today,
        to_instant=crm.clock.to_instant,
        book=crm.book,
        reject=reject,
        actor=crm.actor,
        on_duplicate=job.choices.on_duplicate,
        key=job.choices.key,
        fields=fields,
        default_stage=default_stage(job),
        spread_days=job.choices.spread_days,
    )


def default_stage(job: Job) -> str:
    """A list of customers holds customers; a phone book or LinkedIn's export, people one has met (CLI.md, Import).

    A register of companies is no list of customers either, unless it has become one (decision 23).
    """
    source, tool, fields = job.source, job.tool, job.columns.fields
    if source.is_phone_book or _OF_PHONE_BOOKS in fields or (tool and tool.is_phone_book):
        return "prospect"
    is_register = tool and tool.of_strangers and _OF_OWN_LISTS.isdisjoint(fields)
    return "prospect" if is_register else "customer"


_OF_PHONE_BOOKS = "given_name"
_OF_OWN_LISTS = frozenset({"tier", "since", "last_contact", "next_touch"})


def also_rejected(job: Job) -> list[str]:
    """The column by which the rejected rows of a phone book are known for one, when they are a list by themselves."""
    is_told = not job.source.is_phone_book or _OF_PHONE_BOOKS in job.columns.fields
    return [] if is_told or job.kind_name != "customers" else [_OF_PHONE_BOOKS]


def understanding(crm: Context) -> Understanding:
    """How this run understands the texts of a file."""
    values = Values(crm)
    fields = crm.settings.fields()

    def custom(name: str, text: str) -> str | None:
        return custom_value(name, fields.get(name, "text"), text, lambda: values.day(text))

    return Understanding(
        now=crm.clock.now.replace(tzinfo=None, microsecond=0),
        when=values.when,
        past=partial(values.when, past=True),
        instant=crm.clock.to_instant,
        local=lambda moment: moment.astimezone(crm.clock.zone).replace(tzinfo=None),
        money=values.money,
        currency=crm.settings.get("currency"),
        flag=flag,
        tiers=crm.settings.tier_words(),
        custom=custom,
    )


# --- the rows ---


_PAGE = 1_000
_Record = tuple[int, list[str]]


class _Reading:
    """Reads the rows of a file into a writer: by column where they are plain and there is a way to, else one by one."""

    def __init__(
        self, job: Job, reader: Reader, pages: PageReader | None, writer: Any, report: Report
    ) -> None:
        self._job, self._reader, self._pages = job, reader, pages
        self._writer, self._report = writer, report
        self._width = len(job.source.headers)
        self._blank = [""] * self._width

    def all(self, crm: Context) -> None:
        """Every row."""
        source = self._job.source
        rows = iter(source.rows())
        with progress(crm.screen, _("Importing"), source.size, source.tell) as tick:
            read = 0
            while page := list(islice(rows, _PAGE)):
                tick(read)
                read += len(page)
                if self._pages is not None and len(page) == _PAGE and self._writer.wants_page():
                    self._page(self._pages, page)
                else:
                    for record in page:
                        self._row(record)

    def _page(self, pages: PageReader, page: list[_Record]) -> None:
        odd = self._not_plain(page)
        tidy = self._job.tidy
        rows = [tidy(cells) if tidy else cells for _, cells in page]
        for place in odd:
            rows[place] = self._blank
        read = pages.read(rows)
        read.odd |= odd
        self._writer.add_page(read, lambda place: self._row(page[place]))

    def _not_plain(self, page: list[_Record]) -> set[int]:
        """The places of rows that are damaged, too wide, very long, or hold signs that mean something else."""
        damaged, width = self._job.source.damaged, self._width
        odd = (
            {place for place, (line, _) in enumerate(page) if line in damaged} if damaged else set()
        )
        rows = [cells for _, cells in page]
        lines = list(map("".join, rows))
        whole = "".join(lines)
        if max(map(len, rows)) > width or any(sign in whole for sign in _SIGNS):
            odd |= {
                place
                for place, (_, cells) in enumerate(page)
                if len(cells) > width or any(sign in cell for cell in cells for sign in _SIGNS)
            }
        if is_long(lines) and any(map(is_long, rows)):
            odd |= {place for place, (_, cells) in enumerate(page) if is_long(cells)}
        return odd

    def _row(self, record: _Record) -> None:
        line, cells = record
        damaged = self._job.source.damaged
        try:
            if line in damaged:
                raise damaged[line]
            if len(cells) > self._width:
                raise BadValue("the row has more cells than there are headers")
            given, masked = as_meant(self._job, cells, self._report)
            row = self._reader.read(given, masked)
            if is_long(given):
                self._writer.check(row)
        except BadValue as error:
            self._writer.reject(line, cells, error)
            return
        if row.warnings:
            self._report.odd += [(text, line) for text in row.warnings]
            del self._report.odd[_ODD_KEPT:]
        self._writer.add(line, cells, row)


_SIGNS = ("'", TEXT_FORMULA, *MASK_SIGNS)


def as_meant(job: Job, cells: list[str], report: Report) -> tuple[list[str], Sequence[str]]:
    """The cells without what exports put before formulas and around texts, and without masked values, whose fields are given too."""
    whole = "".join(cells)
    if TEXT_FORMULA in whole and job.source.format == "csv":
        cells = list(map(text_of_formula, cells))
    if job.tidy:
        cells = job.tidy(cells)
        whole = "".join(cells)
    if "'" in whole:
        cells = [undefuse(cell) if cell[:1] == "'" else cell for cell in cells]
    if "*" not in whole and "＊" not in whole and "●" not in whole and "•" not in whole:
        return cells, ()
    given, masked = list(cells), []
    for place in masked_places(cells, job.columns.fields):
        header = job.source.headers[place]
        report.masked[header] = report.masked.get(header, 0) + 1
        given[place] = ""
        masked.append(job.columns.fields[place] or "")
    return given, masked


# --- custom fields ---


def custom_places(crm: Context, job: Job) -> dict[int, str]:
    """The places of the columns that are custom fields: mapped, as exports call them, or kept with --keep-extra."""
    if not job.kind.has_fields:
        return {}
    source, columns = job.source, job.columns
    declared = crm.settings.fields()
    extras: dict[int, str] = {}
    kept: dict[int, str] = {}  # that are called so, unless another column is
    for header, name in job.choices.mapping.items():
        if name.startswith(_FIELD):
            custom = name.removeprefix(_FIELD)
            if custom not in declared:
                raise BadValue(
                    "field {name!r} is not declared; declare it with: crm config set fields.{name} text",
                    name=custom,
                )
            if custom in extras.values():
                raise BadValue(
                    "two columns are mapped to {field}; it takes one, so map the other to - to leave it out",
                    field=name,
                )
            first, *others = places_of(header, source.headers)
            if others and not job.choices.keep_extra:
                raise BadValue(
                    "{n} columns are called {header!r}, and {field} takes one; add --keep-extra to keep the others beside it",
                    n=1 + len(others),
                    header=header,
                    field=name,
                )
            extras[first] = custom
            kept.update(dict.fromkeys(others, custom))
    unknown = set(columns.unknown)
    for place, header in enumerate(source.headers):
        name = header.removeprefix(_FIELD)
        is_ours = name != header and name in declared
        if header in unknown and is_ours and name not in extras.values():
            extras[place] = name
        elif header in unknown and (job.choices.keep_extra or is_ours):
            kept[place] = name if name in declared else "_".join(name.replace(".", " ").split())
    taken = set(extras.values())
    for place, name in sorted(kept.items()):
        # Two headers that differ only in signs must not take each other's place.
        numbers = (f"{name}_{number}" for number in count(2))
        extras[place] = next(each for each in chain([name], numbers) if each not in taken)
        taken.add(extras[place])
    return extras


def _declare(crm: Context, change: Change, extras: Mapping[int, str]) -> None:
    """The custom fields that --keep-extra makes."""
    declared = crm.settings.fields()
    names = [name for name in extras.values() if name not in declared]
    if not names:
        return
    from crmcli.store import settings as stored_settings

    for name in names:
        stored_settings.store(change, f"fields.{name}", "text")
    crm.__dict__.pop("settings", None)
