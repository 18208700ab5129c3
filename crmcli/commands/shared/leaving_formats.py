"""The formats of an export: what each is for, what goes into it, and who writes it; a new one is one more line."""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Any, BinaryIO, NamedTuple, Protocol

from crmcli.commands.shared import leaving, leaving_cards, leaving_events
from crmcli.context import Context
from crmcli.exchange import csv_out, jsonl, vcard_out, whole_file
from crmcli.locale import N_, _, plural
from crmcli.output.shapes import Privacy
from crmcli.output.text import in_json, visible, visible_lines
from crmcli.store.database import Predicate

EVERYTHING = "all"
VCARD = vcard_out.VERSIONS[0]
"""The version of vCards when none is asked for: the one that every phone reads."""


@dataclass
class Leaving:
    """One export: what leaves, of which customers, how much of it hidden, and how it is written."""

    crm: Context
    what: str
    predicates: Sequence[Predicate]
    mask: Privacy
    for_excel: bool = False
    vcard: str = VCARD
    on_terminal: bool = False
    sheet: leaving.Sheet = field(default_factory=leaving.Sheet)
    count: int = 0

    def columns(self) -> list[str]:
        """The columns of a list."""
        if self.what == EVERYTHING:
            return whole_file.columns(leaving.moving())
        return leaving.KINDS[self.what].columns(self.crm)

    def records(self, sheet: leaving.Sheet | None = None) -> leaving.Rows:
        """The records under their names, counted; with a sheet as it holds them."""
        if self.what == EVERYTHING:
            rows = leaving.everything(self.crm, self.mask)
        else:
            rows = leaving.KINDS[self.what].rows(self.crm, self.predicates, self.mask, sheet)
        for row in rows:
            self.count += whole_file.is_row(row)
            yield row

    def cells(self) -> Iterator[list[Any]]:
        """The same as rows of a list, in the order of its columns."""
        columns = self.columns()
        for record in self.records(self.sheet):
            yield [record.get(name) for name in columns]

    def to_cell(self, value: Any) -> str:
        """A value as the text of a cell."""
        text = whole_file.cell(value) if self.what == EVERYTHING else csv_out.cell(value)
        return visible(text) if self.on_terminal else text

    def cards(self) -> Iterator[str]:
        """The records as vCards, counted: those of customers with the cards of their people."""
        for record in leaving.on_cards(self.crm, self.what, self.predicates, self.mask):
            for card in vcard_out.cards(leaving_cards.shown(record, self.mask), self.vcard):
                self.count += 1
                yield card

    def events(self) -> leaving_events.Events:
        """What is to be done about the records, counted, as entries of a calendar."""
        for event in leaving_events.events(self.crm, self.what, self.predicates, self.mask):
            self.count += 1
            yield event


class Sink(Protocol):
    """Where it goes: text through `write`, bytes through `binary`."""

    @property
    def binary(self) -> BinaryIO:
        """For bytes."""
        ...

    def write(self, text: str) -> object:
        """For text."""
        ...


Add = Callable[[Any], object]
Writer = Callable[[Leaving, Sink], AbstractContextManager[Add]]


class Format(NamedTuple):
    """A format: what it is fed, who writes that, the kinds it is for, and whether a terminal can show it."""

    items: Callable[[Leaving], Iterator[Any]]
    writer: Writer
    kinds: Collection[str]
    is_text: bool = True


def write(asked: Leaving, form: Format, sink: Sink) -> int:
    """Write every item, streaming; returns how many there were."""
    with form.writer(asked, sink) as add:
        for item in form.items(asked):
            add(item)
    return asked.count


# --- who writes ---


@contextmanager
def _csv(asked: Leaving, sink: Sink) -> Iterator[Add]:
    columns = [visible(name) for name in asked.columns()] if asked.on_terminal else asked.columns()
    yield csv_out.CsvWriter(sink.write, columns, asked.to_cell, asked.for_excel).add
    _say_what_a_sheet_left_out(asked)


@contextmanager
def _lines(asked: Leaving, sink: Sink) -> Iterator[Add]:
    yield lambda record: sink.write(in_json(jsonl.line(record)) + "\n")


@contextmanager
def _workbook(asked: Leaving, sink: Sink) -> Iterator[Add]:
    from crmcli.exchange.workbook_out import WorkbookWriter

    columns = asked.columns()
    now = asked.crm.clock.now
    with WorkbookWriter(sink.binary, columns, asked.what, asked.to_cell, now) as workbook:
        yield workbook.add
    _say_what_a_sheet_left_out(asked)
    if workbook.cut:
        asked.crm.screen.note(
            plural(
                "{n} text is longer than a cell holds and was cut; --format jsonl has it whole.",
                "{n} texts are longer than a cell holds and were cut; --format jsonl has them whole.",
                workbook.cut,
            ).format(n=workbook.cut)
        )


@contextmanager
def _cards(asked: Leaving, sink: Sink) -> Iterator[Add]:
    yield lambda card: sink.write(_harmless(asked, card))


@contextmanager
def _calendar(asked: Leaving, sink: Sink) -> Iterator[Add]:
    from crmcli.exchange.calendar_out import CalendarWriter

    name = f"crm {_(_CALENDARS[asked.what])}"
    calendar = CalendarWriter(lambda text: sink.write(_harmless(asked, text)), asked.crm.clock.now, name)  # fmt: skip
    yield calendar.add
    calendar.close()


_CALENDARS = {
    "customers": N_("customers"),
    "people": N_("people"),
    "needs": N_("needs"),
    "tasks": N_("tasks"),
    "promises": N_("promises"),
    "surveys": N_("surveys"),
    "deals": N_("deals"),
    "orders": N_("orders"),
}
"""What a calendar is called, after the kind of what is in it."""


def _harmless(asked: Leaving, lines: str) -> str:
    """Whole lines, as they are; on a terminal without what it would obey."""
    return visible_lines(lines) + "\n" if asked.on_terminal else lines


def _say_what_a_sheet_left_out(asked: Leaving) -> None:
    left_out = asked.sheet.further_follow_ups
    if left_out:
        asked.crm.screen.note(
            plural(
                "{n} follow-up is left out, for a list holds one a contact; tasks or --format jsonl has it.",
                "{n} follow-ups are left out, for a list holds one a contact; tasks or --format jsonl has them.",
                left_out,
            ).format(n=left_out)
        )


FORMATS: dict[str, Format] = {
    "csv": Format(Leaving.cells, _csv, (*leaving.KINDS, EVERYTHING)),
    "jsonl": Format(Leaving.records, _lines, (*leaving.KINDS, EVERYTHING)),
    "xlsx": Format(Leaving.cells, _workbook, tuple(leaving.KINDS), is_text=False),
    "vcf": Format(Leaving.cards, _cards, ("customers", "people")),
    "ics": Format(Leaving.events, _calendar, tuple(leaving_events.EVENTS)),
}
"""How an export may be written, by the name that `--format` takes and that files end with."""
