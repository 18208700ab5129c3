"""Whole lists: imported, imported again, ten times as long, exported, and searched for duplicates.

The lists are as long as the largest size that is asked for, contacts and the longest list of customers ten times as
long, up to a million rows. What takes a minute runs once or twice; every run of a floor stands beside one of `crm`.
"""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks import build, lists, programs
from benchmarks.measure import Cost, Failed, Process, cheapest, run
from benchmarks.table import Report, asks_for

MOST = 1_000_000
RATIO, MEMORY = 6.0, 120 * 1024 * 1024
LIST_GROWTH = 0.20
DUPLICATES = 10.0  # seconds
_SURELY = 100_000  # customers among whom duplicates are found in that time; more take longer
_ONE_ROW = 5  # runs
AGAIN = "  the same into the file it made, no slower"
THERE = "  the same into an empty file that was there"

# The floor of every import, whatever is in the list.
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
_FLOOR = "csv and executemany into one table with two indexes"
_UNLOAD = """
import csv, sqlite3, sys
source, target = sys.argv[1:]
with open(target, "w", encoding="utf-8", newline="") as file:
    csv.writer(file).writerows(sqlite3.connect(source).execute("SELECT * FROM customer"))
"""
_READ_NAMES = """
import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
db.execute("SELECT id, name, short_name, city, uscc FROM customer WHERE deleted_at IS NULL").fetchall()
db.execute("SELECT customer_id, kind, value_key FROM contact_point").fetchall()
db.execute("SELECT customer_id, name FROM person").fetchall()
"""

Group = Callable[[Report, int, int], None]


@dataclass
class Runs:
    """The costs of one list: of its floor, of its import, and of the same import again."""

    floor: list[Cost] = field(default_factory=list)
    first: list[Cost] = field(default_factory=list)
    again: list[Cost] = field(default_factory=list)


def report_lists(report: Report, size: int, runs: int, only: str) -> None:
    """Every group of which one title contains the words `only`; `runs` is how often everyday commands run."""
    for names, group in GROUPS.items():
        if any(asks_for(only, name) for name in names):
            with report.telling(f"crm {names[0]}"):
                group(report, size, max(1, runs // 8))


# --- in ---


def _customers(report: Report, size: int, runs: int) -> None:
    """Customers once, again, at three sizes, and as JSONL; the sizes share what was measured."""
    longest = min(10 * size, MOST)
    measured = {size: _import_customers(size, runs)}
    report.bulk_heading(_FLOOR)
    _tell(report, size, "FILE", len(lists.CUSTOMER_COLUMNS), measured[size])
    there = [_into_one_that_is_there(lists.customers_csv(size), size) for _ in range(runs)]
    report.bulk_row(THERE, measured[size].floor, there, memory=MEMORY)
    _compare(report, lists.customers_csv(size), measured[size].floor)
    measured[max(1, size // 10)] = _import_customers(max(1, size // 10), runs, again=False)
    if longest > size:  # its floor grows too: how it may grow itself is said below
        measured[longest] = _import_customers(longest, 1, again=False)
        title = _title("FILE", longest, len(lists.CUSTOMER_COLUMNS))
        costs = measured[longest]
        report.bulk_row(title, costs.floor, costs.first, memory=MEMORY)
    jsonl = [_first(lists.customers_jsonl(longest), longest, "customer")]
    title = f"crm import FILE.jsonl of {longest:,}"
    report.bulk_row(title, measured[longest].floor, jsonl, memory=MEMORY)
    _grow(report, dict(sorted(measured.items())))


def _import_customers(rows: int, runs: int, again: bool = True) -> Runs:
    """Into a file that is made by it, as the floor's is."""
    source, costs = lists.customers_csv(rows), Runs()
    for _ in range(runs):
        costs.floor.append(_floor(source))
        with _scratch("import.db") as file:
            costs.first.append(_import(file, source, rows, "customer"))
            if again:
                costs.again.append(_import(file, source, rows, "customer"))
    return costs


def _interactions(report: Report, size: int, runs: int) -> None:
    """Contacts into a file that an import of customers made, and again."""
    rows = min(10 * size, MOST)
    customers, source = lists.customers_csv(size), lists.interactions_csv(rows)
    costs, kind = Runs(), ("--as", "interactions")
    with _scratch("customers.db") as made:
        _import(made, customers, size, "customer")
        for _ in range(min(2, runs)):
            costs.floor.append(_floor(source))
            with build.copied(made, "import.db") as file:
                costs.first.append(_import(file, source, rows, "interaction", *kind))
                costs.again.append(_import(file, source, rows, "interaction", *kind))
    report.bulk_heading(f"{_FLOOR}, into a file of {size:,} customers")
    _tell(report, rows, "--as interactions FILE", len(lists.INTERACTION_COLUMNS), costs)
    _compare(report, source, costs.floor)


def _tell(report: Report, rows: int, typed: str, columns: int, costs: Runs) -> None:
    title, floor = _title(typed, rows, columns), costs.floor
    report.bulk_row(title, floor, costs.first, ratio=RATIO, memory=MEMORY)
    no_slower = cheapest(costs.first) / cheapest(floor)
    report.bulk_row(AGAIN, floor, costs.again, ratio=no_slower, memory=MEMORY)


def _title(typed: str, rows: int, columns: int) -> str:
    return f"crm import {typed} of {rows:,} × {columns}"


def _grow(report: Report, measured: dict[int, Runs]) -> None:
    """What a row costs must not depend on how many there are: without the start, which would hide it in short lists."""
    sizes, source = list(measured), lists.customers_csv(1)
    start_floor = min(_floor(source).seconds for _ in range(_ONE_ROW))
    start = min(_first(source, 1, "customer").seconds for _ in range(_ONE_ROW))
    report.growth_heading(sizes)
    each = [_each(measured[size].first, start, size) for size in sizes]
    report.growth_row("crm import FILE", each, LIST_GROWTH)
    each = [_each(measured[size].floor, start_floor, size) for size in sizes]
    report.growth_row("  the floor", each)


def _each(costs: Sequence[Cost], start: float, rows: int) -> float:
    return max(cheapest(costs) - start, 1e-4) / rows


def _first(source: Path, rows: int, table: str) -> Cost:
    with _scratch("import.db") as file:
        return _import(file, source, rows, table)


def _into_one_that_is_there(source: Path, rows: int) -> Cost:
    with build.copied(build.database(0), "import.db") as file:
        return _import(file, source, rows, "customer")


def _import(file: Path, source: Path, rows: int, table: str, *options: str) -> Cost:
    """What one import cost; Failed when the file does not hold all rows of the list afterwards, each once."""
    cost = run(programs.crm(file, "import", *options, str(source)))
    with closing(sqlite3.connect(file)) as db:
        (held,) = db.execute(f"SELECT count(*) FROM {table}").fetchone()
    if held != rows:
        raise Failed(f"{source.name} of {rows:,} rows made {held:,} of table {table}")
    return cost


def _floor(source: Path) -> Cost:
    with _scratch("floor.db") as target:
        return run(programs.python(_LOAD, str(source), str(target)))


def _compare(report: Report, source: Path, floor: Sequence[Cost]) -> None:
    """What others need to put the same file into one table, without an index, a check, a log or a search."""
    with _scratch("other.db") as target:
        others = {
            "sqlite-utils": ("insert", str(target), "list", str(source), "--csv"),
            "sqlite3": (str(target), f'.import --csv "{source}" list'),
        }
        for name, arguments in others.items():
            shown = {
                "sqlite-utils": "  sqlite-utils insert FILE --csv, one table, no index",
                "sqlite3": "  sqlite3 '.import --csv FILE', one table, no index",
            }[name]
            program = programs.installed(name)
            if program is None:
                report.missing(shown)
                continue
            target.unlink(missing_ok=True)
            report.bulk_row(shown, floor, [run(programs.other(program, *arguments))])


# --- what is there ---


def _exports(report: Report, size: int, _runs: int) -> None:
    """All customers in every format; how long it takes is told, how much memory is judged."""
    source = build.database(size)
    with _scratch("floor.csv") as target:
        floor = [run(programs.python(_UNLOAD, str(source), str(target)))]
    report.bulk_heading("reading the table of customers with sqlite3 and writing it with csv")
    for form in EXPORTS:
        title = f"crm export customers --reveal --out FILE.{form} of {size:,}"
        with _scratch(f"export.{form}") as target:
            cost = run(_export(source, target))
            if not target.exists() or target.stat().st_size < size:
                raise Failed(f"{target.name} holds less than {size:,} customers")
        report.bulk_row(title, floor, [cost], memory=MEMORY)


def _export(source: Path, target: Path) -> Process:
    return programs.crm(source, "export", "customers", "--reveal", "--out", str(target))


def _duplicates(report: Report, size: int, runs: int) -> None:
    """All likely pairs of the file."""
    file, floor, costs = build.database(size), [], []
    for _ in range(min(2, runs)):
        floor.append(run(programs.python(_READ_NAMES, str(file))))
        costs.append(run(programs.crm(file, "doctor", "--duplicates")))
    report.bulk_heading("reading the names, people and numbers with sqlite3")
    limit = DUPLICATES * max(1, size / _SURELY)
    report.bulk_row(f"crm doctor --duplicates of {size:,}", floor, costs, seconds=limit)


@contextmanager
def _scratch(name: str) -> Iterator[Path]:
    """A file that is not there yet, and not any more afterwards."""
    target = programs.home() / name
    target.unlink(missing_ok=True)
    try:
        yield target
    finally:
        target.unlink(missing_ok=True)


EXPORTS = ("csv", "jsonl", "xlsx", "vcf")
GROUPS: dict[tuple[str, ...], Group] = {
    ("import FILE",): _customers,
    ("import --as interactions FILE",): _interactions,
    ("export customers", *(f"export customers --out FILE.{form}" for form in EXPORTS)): _exports,
    ("doctor --duplicates",): _duplicates,
}
