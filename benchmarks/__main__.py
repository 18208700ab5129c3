"""`python -m benchmarks`: the table of DESIGN §2; exits 1 when anything is over its budget."""

import argparse
import json
import sys
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

from benchmarks import basics, build, service
from benchmarks.measure import Cost, Failed, Process, cheapest, environment, run

SIZES = (1_000, 10_000, 100_000)
GROWTH = 1.10
LINES, LINES_BUDGET = 2_000, 3.0
STATEMENTS = (
    15  # of the floor for each line; a contact with a follow-up and what it moves takes some twenty
)
REPORT_BUDGET = 8.0  # what happened to each need is weighed, on its own clock
IMPORT_BUDGET, IMPORT_MEMORY = 8.0, 120 * 1024 * 1024

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
_LOAD = """
import csv, sqlite3, sys
source, target = sys.argv[1:]
db = sqlite3.connect(target)
with open(source, encoding="utf-8-sig", newline="") as file, db:
    rows = csv.reader(file)
    names = [f"c{n}" for n, _ in enumerate(next(rows))]
    db.execute(f"CREATE TABLE customer (id INTEGER PRIMARY KEY, {', '.join(names)})")
    db.execute("CREATE INDEX one ON customer (c0)")
    db.execute("CREATE INDEX two ON customer (c1)")
    db.executemany(f"INSERT INTO customer ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})", rows)
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

    @property
    def title(self) -> str:
        """The command as typed."""
        typed = " ".join(f"'{word}'" if " " in word else word for word in self.arguments)
        return f"{typed}<Tab>" if self.completes else typed


def _everyday(*arguments: str, writes: bool = False) -> list[Row]:
    return [Row(arguments, 1.4, writes, terminal) for terminal in (False, True)]


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
    ],
    key=lambda row: row.terminal,
)


@dataclass
class Measured:
    """What one row cost at each size, and its floor in the same run."""

    floor: list[Cost] = field(default_factory=list)
    sizes: dict[int, list[Cost]] = field(default_factory=dict)

    def ratio(self, size: int) -> float:
        """The command at `size` as a multiple of its floor."""
        return cheapest(self.sizes[size]) / cheapest(self.floor)

    @property
    def growth(self) -> float:
        """The largest size as a multiple of the smallest."""
        return cheapest(self.sizes[max(self.sizes)]) / cheapest(self.sizes[min(self.sizes)])


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
    return stack.enter_context(build.copied(kept, f"copy-{size}.db")) if row.writes else kept


def _crm(row: Row, file: Path, number: int) -> Process:
    counted = {"n": number, "odd": 2 * number - 1, "even": 2 * number}
    arguments = [word.format(**counted) for word in row.arguments]
    around = environment(_home(), CRM_DB=str(file), CRM_NOW=basics.NOW)
    if row.completes:
        asked = {"COMP_WORDS": "\n".join(["crm", *arguments]), "COMP_CWORD": str(len(arguments))}
        return Process([_program()], {**around, "_CRM_COMPLETE": "complete_bash", **asked})
    return Process([_program(), *arguments], around, row.terminal)


def _floor(terminal: bool) -> Process:
    script = _TABLE if terminal else _IMPORTS
    return Process([sys.executable, "-c", script], environment(_home()), terminal)


def _program() -> str:
    return str(Path(sys.executable).with_name("crm"))


def measure_lines(size: int, runs: int) -> Measured:
    """Logging contacts from standard input, and one bare transaction with as many statements for each of them."""
    measured = Measured(sizes={size: []})
    for _ in range(runs):
        with build.copied(build.database(0), "floor.db") as file:
            command = [sys.executable, "-c", _TRANSACTIONS, str(file), str(LINES), str(STATEMENTS)]
            measured.floor.append(run(Process(command, environment(_home()))))
        with build.copied(build.database(size), "lines.db") as file:
            around = environment(_home(), CRM_DB=str(file), CRM_NOW=basics.NOW)
            source = file.with_name("lines.jsonl")
            source.write_text("".join(_lines(size)), encoding="utf-8")
            command = [_program(), "log-contact", "--stdin"]
            measured.sizes[size].append(run(Process(command, around, stdin=source)))
    return measured


def measure_report(size: int, runs: int) -> Measured:
    """The service report of this year, and only reading the needs of it, what happened to them and the contacts about them."""
    file, year = build.database(size), basics.TODAY.year
    span = (f"{year - 1}-12-31T16:00:00Z", f"{year}-12-31T16:00:00Z")
    bare = Process([sys.executable, "-c", _READ_NEEDS, str(file), *span], environment(_home()))
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


def _home() -> Path:
    home = build.HOME / "home"
    home.mkdir(parents=True, exist_ok=True)
    return home


def measure_import(rows: int, runs: int) -> Measured:
    """Importing a file of so many customers into an empty database, and its floor."""
    source, empty = build.import_file(rows), build.database(0)
    measured = Measured(sizes={rows: []})
    for _ in range(runs):
        target = source.with_name("floor.db")
        try:
            command = [sys.executable, "-c", _LOAD, str(source), str(target)]
            measured.floor.append(run(Process(command, environment(_home()))))
        finally:
            target.unlink(missing_ok=True)
        with build.copied(empty, "import.db") as file:
            around = environment(_home(), CRM_DB=str(file), CRM_NOW=basics.NOW)
            measured.sizes[rows].append(run(Process([_program(), "import", str(source)], around)))
    return measured


# --- the table ---


class Report:
    """Prints line by line, and remembers whether anything was over."""

    def __init__(self, sizes: Sequence[int]) -> None:
        self.sizes = sizes
        self.over = False

    def heading(self) -> None:
        """The names of the columns; costs are multiples of the floor, which is in milliseconds."""
        cells = "".join(f"{size:>10,}" for size in self.sizes)
        print(f"{_padded('command', 66)}{'floor ms':>9}{cells}{'growth':>8}{'budget':>8}")

    def section(self, title: str) -> None:
        """A line between groups of rows."""
        print(f"\n{title}")

    def row(self, row: Row, measured: Measured) -> None:
        """One command at all sizes."""
        ratios = [measured.ratio(size) for size in self.sizes]
        cells = "".join(f"{ratio:>10.2f}" for ratio in ratios)
        growth = measured.growth if len(self.sizes) > 1 else None
        grown = f"{growth - 1:>+8.0%}" if growth else f"{'':>8}"
        faults = ["OVER"] * (max(ratios) > row.budget) + ["GROWS"] * ((growth or 1) > GROWTH)
        head = f"{_padded('crm ' + row.title, 66)}{_floor_ms(measured)}"
        print(f"{head}{cells}{grown}{row.budget:>8}  {self._verdict(faults)}")

    def long_row(self, title: str, budget: float, measured: Measured) -> None:
        """What takes its time, at the largest size only."""
        ratio = max(map(measured.ratio, measured.sizes))
        faults = ["OVER"] if ratio > budget else []
        head = f"{_padded(title, 66)}{_floor_ms(measured)}"
        print(f"{head}{ratio:>10.2f}{budget:>8}  {self._verdict(faults)}")

    def import_row(self, rows: int, measured: Measured) -> None:
        """The import: its time, and its peak memory."""
        ratio, memory = measured.ratio(rows), max(cost.memory for cost in measured.sizes[rows])
        title = f"crm import FILE of {rows:,} × {len(build.CSV_COLUMNS)}"
        faults = ["OVER"] if ratio > IMPORT_BUDGET else []
        head = f"{_padded(title, 66)}{_floor_ms(measured)}"
        print(f"{head}{ratio:>10.2f}{IMPORT_BUDGET:>8}  {self._verdict(faults)}")
        faults = ["OVER"] if memory > IMPORT_MEMORY else []
        megabytes, most = memory / 1024**2, IMPORT_MEMORY / 1024**2
        head = _padded("  its peak memory, MB", 75)
        print(f"{head}{megabytes:>10.0f}{most:>8.0f}  {self._verdict(faults)}")

    @contextmanager
    def telling(self, title: str) -> Iterator[None]:
        """A command that fails has no cost, and is as bad as one that is over."""
        try:
            yield
        except Failed as error:
            self.over = True
            print(f"{_padded('crm ' + title, 66)}FAILED\n{error}")

    def missing(self, title: str) -> None:
        """A command that this version does not have."""
        print(f"{_padded(title, 66)}not there yet")

    def _verdict(self, faults: Sequence[str]) -> str:
        self.over = self.over or bool(faults)
        return " ".join(faults) or "ok"


def _floor_ms(measured: Measured) -> str:
    return f"{cheapest(measured.floor) * 1000:>9.1f}"


def _padded(text: str, columns: int) -> str:
    return text + " " * (
        columns - sum(1 + (unicodedata.east_asian_width(one) in "WF") for one in text)
    )


def main() -> int:
    """Measure everything asked for; 1 when anything is over its budget."""
    asked = _read_arguments()
    sizes: list[int] = sorted(set(asked.size or SIZES))
    report = Report(sizes)
    report.heading()
    for terminal in (False, True):
        floor = "printing a 20 × 9 Rich table" if terminal else "through a pipe"
        report.section(f"× `{_IMPORTS}`, {floor}")
        for row in ROWS:
            if row.terminal is terminal and asked.only in row.title:
                with report.telling(row.title):
                    report.row(row, measure(row, sizes, asked.runs))
    if asked.only in "log-contact --stdin":
        report.section(f"× a bare transaction of {STATEMENTS} statements for each line")
        with report.telling("log-contact --stdin"):
            title = f"crm log-contact --stdin with {LINES:,} lines"
            report.long_row(title, LINES_BUDGET, measure_lines(sizes[-1], max(2, asked.runs // 8)))
    if asked.only in "report service":
        report.section("× reading the same rows with sqlite3")
        with report.telling("report service"):
            title = "crm report service of a year"
            cost = measure_report(sizes[-1], max(2, asked.runs // 8))
            report.long_row(title, REPORT_BUDGET, cost)
    if asked.only in "import":
        report.section("× csv and executemany into one table with two indexes")
        if find_spec("crmcli.commands.import_"):
            with report.telling("import FILE"):
                runs = max(1, asked.runs // 8)
                report.import_row(sizes[-1], measure_import(sizes[-1], runs))
        else:
            report.missing("crm import FILE")
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
    parser.add_argument("--only", default="", help="only commands that contain this text")
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
