"""`python -m benchmarks`: the table of DESIGN §2; exits 1 when anything is over its budget."""

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from benchmarks import basics, build, bulk, programs, reminders, reports, selling, service, worth
from benchmarks.measure import Process, run
from benchmarks.table import Measured, Report, asks_for

SIZES = (1_000, 10_000, 100_000)
LINES, LINES_BUDGET = 2_000, 3.0
STATEMENTS = (
    15  # of the floor for each line; a contact with a follow-up and what it moves takes some twenty
)
REPORT_BUDGET = 8.0  # what happened to each need is weighed, on its own clock

_IMPORTS = "import typer, sqlite3"
_TABLE = f"""{_IMPORTS}
from rich.console import Console
from rich.table import Table
table = Table(*[f"column {{n}}" for n in range(9)])
for row in range(20):
    table.add_row(*[f"cell {{row}}.{{n}}" for n in range(9)])
Console().print(table)
"""
_TRANSACTIONS = """
import sqlite3, sys
path, lines, statements = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
db = sqlite3.connect(path, isolation_level=None)
db.execute("PRAGMA synchronous = FULL")
db.execute("CREATE TABLE bare (id INTEGER PRIMARY KEY, customer TEXT, summary TEXT)")
db.execute("CREATE INDEX bare_customer ON bare (customer)")
key = 0
for line in range(lines):
    db.execute("BEGIN IMMEDIATE")
    for _ in range(statements):
        key += 1
        db.execute("INSERT INTO bare VALUES (?, ?, ?)", (key, f"customer {line}", "电话沟通报价，对方要求下周给样品"))
    db.execute("COMMIT")
"""
_READ_NEEDS = """
import sqlite3, sys
path, *span = sys.argv[1:]
db = sqlite3.connect(path)
within = "JOIN need ON need.id = need_id WHERE received_at >= ? AND received_at < ? AND need.deleted_at IS NULL"
read = [
    "SELECT need.id, need.kind, urgency, status, received_at, responded_at, feedback_at, resolved_at, category, tier "
    "FROM need JOIN customer ON customer.id = customer_id "
    "WHERE received_at >= ? AND received_at < ? AND need.deleted_at IS NULL",
    f"SELECT service_event.id, need_id, service_event.kind, at, contact_id FROM service_event {within}",
    f"SELECT interaction.id, need_id, at, channel, direction, no_answer FROM interaction {within}",
]
for sql in read:
    db.execute(sql, span).fetchall()
"""


@dataclass(frozen=True)
class Row:
    """One line of the table: a command, and how many floors it may cost.

    In it `{n}` counts its runs, `{odd}` and `{even}` the numbers of that kind: needs that are open, and to be asked about.
    """

    arguments: Sequence[str]
    budget: float
    writes: bool = False
    terminal: bool = False
    completes: bool = False  # bash asks what the last word may become
    encrypted: bool = False  # the file is, by a key in a file

    @property
    def title(self) -> str:
        """The command as typed, and what is special about its file."""
        typed = " ".join(f"'{word}'" if " " in word else word for word in self.arguments)
        return (
            f"{typed}{'<Tab>' if self.completes else ''}{' (encrypted)' if self.encrypted else ''}"
        )


def _everyday(*arguments: str, writes: bool = False) -> list[Row]:
    return [Row(arguments, 1.4, writes, terminal) for terminal in (False, True)]


def _on_encrypted() -> list[Row]:
    """The same on an encrypted file, where the extra `crypt` is installed."""
    if find_spec("sqlcipher3") is None:
        return []
    return [
        Row(("due", "--limit", "20"), 1.6, encrypted=True),
        Row(("show", "c500"), 1.6, encrypted=True),
        Row(("log-contact", "c500", "a sample"), 1.6, writes=True, encrypted=True),
    ]


_HEAVY = f"c{service.HEAVY}"
ROWS = sorted(
    [
        Row(("--version",), 1.1),
        Row(("due", "--count"), 1.25),
        Row(("show", "华"), 1.25, completes=True),
        Row(("log-contact", "Acme\\ M"), 1.25, completes=True),
        Row(("show", "精密"), 1.25, completes=True),  # in the middle of names
        Row(("show", "hengrui"), 1.25, completes=True),
        Row(("show", ""), 1.4, completes=True),  # no name yet: it reads the day's list
        *_everyday("due", "--limit", "20"),
        *_everyday("show", "c500"),
        *_everyday(),
        *_everyday("find", "华恒精密", "--limit", "20"),
        *_everyday("find", "样品", "--limit", "20"),
        *_everyday("find", "品样", "--limit", "20"),  # two common characters that never meet
        *_everyday("find", "zhangwei", "--limit", "20"),
        *_everyday("list-customers", "--limit", "20"),
        *_everyday("list-customers", "--limit", "20", "--tier", "core"),
        *_everyday("list-customers", "--limit", "20", "--sort", "name"),
        *_everyday("list-customers", "--limit", "20", "--city", "上海"),
        *_everyday(
            "log-contact", "c500", "a sample", "--next", "send it", "--on", "+3d", writes=True
        ),
        *_everyday(
            "add-customer", "新{n}有限公司", "--tier", "A", "--phone", "139{n:08d}", writes=True
        ),
        *_everyday("add-task", "c500", "send the price list", "--due", "fri", writes=True),
        *_everyday("done", "t{n}", "sent", writes=True),
        *_everyday("triage", "--limit", "20"),
        *_everyday("show", "c40"),  # with needs, surveys and promises
        *_everyday("triage", "n{odd}", "--urgency", "urgent", writes=True),
        *_everyday(
            "add-need",
            "c500",
            "打印机又卡纸了",
            "--urgency",
            "important",
            "--kind",
            "problem",
            writes=True,
        ),
        *_everyday("resolve", "n{odd}", "replaced the drum", writes=True),
        *_everyday("log-contact", "c40", "told them", "--need", "n19", writes=True),
        *_everyday("log-contact", _HEAVY, "a customer with 500 needs", writes=True),
        *_everyday("add-promise", "c500", "send the samples", "--due", "fri 15:00", writes=True),
        *_everyday("survey", "n{even}", "--overall", "5", writes=True),
        *_everyday("plan-need", "n{odd}", "--step", "repair it", "--by", "fri", writes=True),
        *_on_encrypted(),
    ],
    key=lambda row: row.terminal,
)


# --- measuring ---


def measure(row: Row, sizes: Sequence[int], runs: int) -> Measured:
    """The floor and the command at every size, in turn, so that what disturbs one disturbs all."""
    with ExitStack() as stack:
        files = {size: _file_for(row, size, stack) for size in sizes}
        floor = _floor(row.terminal)
        measured = Measured(sizes={size: [] for size in sizes})
        for turn in range(runs + 1):
            costs = {size: run(_crm(row, files[size], turn + 1)) for size in sizes}
            cost = run(floor)
            if turn:  # the first only warms up
                measured.floor.append(cost)
                for size in sizes:
                    measured.sizes[size].append(costs[size])
    return measured


def _file_for(row: Row, size: int, stack: ExitStack) -> Path:
    kept = build.database(size)
    if not (row.writes or row.encrypted):
        return kept
    copy = stack.enter_context(build.copied(kept, f"copy-{size}.db"))
    if row.encrypted:
        run(programs.crm(copy, "encrypt"))
    return copy


def _crm(row: Row, file: Path, number: int) -> Process:
    counted = {"n": number, "odd": 2 * number - 1, "even": 2 * number}
    arguments = [word.format(**counted) for word in row.arguments]
    around = programs.crm_environment(file)
    if row.completes:
        asked = {"COMP_WORDS": "\n".join(["crm", *arguments]), "COMP_CWORD": str(len(arguments))}
        around = {**around, "_CRM_COMPLETE": "complete_bash", **asked}
        return Process([programs.crm_program()], around)
    return Process([programs.crm_program(), *arguments], around, row.terminal)


def _floor(terminal: bool) -> Process:
    return programs.python(_TABLE if terminal else _IMPORTS, terminal=terminal)


def measure_lines(size: int, runs: int) -> Measured:
    """Logging contacts from standard input, and one bare transaction with as many statements for each of them."""
    measured = Measured(sizes={size: []})
    for _ in range(runs):
        with build.copied(build.database(0), "floor.db") as file:
            bare = programs.python(_TRANSACTIONS, str(file), str(LINES), str(STATEMENTS))
            measured.floor.append(run(bare))
        with build.copied(build.database(size), "lines.db") as file:
            source = file.with_name("lines.jsonl")
            source.write_text("".join(_lines(size)), encoding="utf-8")
            logging = programs.crm(file, "log-contact", "--stdin", stdin=source)
            measured.sizes[size].append(run(logging))
    return measured


def measure_report(size: int, runs: int) -> Measured:
    """The service report of this year, and only reading the needs of it, what happened to them and the contacts about them."""
    file, year = build.database(size), basics.TODAY.year
    span = (f"{year - 1}-12-31T16:00:00Z", f"{year}-12-31T16:00:00Z")
    bare = programs.python(_READ_NEEDS, str(file), *span)
    row = Row(("report", "service", "--period", str(year), "--json"), REPORT_BUDGET)
    measured = Measured(sizes={size: []})
    for turn in range(runs + 1):
        floor, cost = run(bare), run(_crm(row, file, turn))
        if turn:  # the first only warms up
            measured.floor.append(floor)
            measured.sizes[size].append(cost)
    return measured


def _lines(size: int) -> Iterator[str]:
    for number in range(LINES):
        line = {
            "customer": f"c{number * 7919 % size + 1}",
            "summary": f"电话沟通报价 {number}，对方要求下周给样品",
            "next": [{"text": "寄样品", "on": "+3d"}],
        }
        yield json.dumps(line, ensure_ascii=False) + "\n"


# --- the whole ---


def main() -> int:
    """Measure everything asked for; 1 when anything is over its budget."""
    asked = _read_arguments()
    sizes: list[int] = sorted(set(asked.size or SIZES))
    report = Report(sizes)
    report.heading()
    for terminal in (False, True):
        floor = "printing a 20 × 9 Rich table" if terminal else "through a pipe"
        rows = [row for row in ROWS if row.terminal is terminal and asks_for(asked.only, row.title)]
        if rows:
            report.section(f"× `{_IMPORTS}`, {floor}")
        for row in rows:
            with report.telling(f"crm {row.title}"):
                report.row(f"crm {row.title}", row.budget, measure(row, sizes, asked.runs))
    if asks_for(asked.only, "log-contact --stdin"):
        report.section(f"× a bare transaction of {STATEMENTS} statements for each line")
        title = f"crm log-contact --stdin with {LINES:,} lines"
        with report.telling(title):
            report.long_row(title, LINES_BUDGET, measure_lines(sizes[-1], max(2, asked.runs // 8)))
    if asks_for(asked.only, "report service"):
        report.section("× reading the same rows with sqlite3")
        title = "crm report service of a year"
        with report.telling(title):
            cost = measure_report(sizes[-1], max(2, asked.runs // 8))
            report.long_row(title, REPORT_BUDGET, cost)
    reminders.report_reminders(report, sizes[-1], asked.runs, asked.only)
    selling.report_selling(report, sizes[-1], asked.runs, asked.only)
    worth.report_worth(report, sizes[-1], asked.runs, asked.only)
    reports.report_reports(report, sizes[-1], asked.runs, asked.only)
    bulk.report_lists(report, sizes[-1], asked.runs, asked.only)
    print("\nover budget" if report.over else "\nall within budget")
    return int(report.over)


def _read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "--size", type=_between(500, 1_000_000), action="append", help="customers; may be repeated"
    )
    parser.add_argument(
        "--runs", type=_between(1, 49), default=25, help="of each command at each size (25)"
    )
    parser.add_argument("--only", default="", help="only commands that contain these words")
    return parser.parse_args()


def _between(least: int, most: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        number = int(text)
        if not least <= number <= most:
            raise argparse.ArgumentTypeError(f"choose a number from {least} to {most}")
        return number

    return read


if __name__ == "__main__":
    sys.exit(main())
