"""Prints what `make reliability` tried and writes docs/reliability.md; with --check, sees that no test lacks its row."""

import ast
import json
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

from tests.reliability.ledger import KEPT

HERE = Path(__file__).resolve().parent
PAGE = HERE.parents[1] / "docs" / "reliability.md"
INTRODUCTION = """\
# What happens when things go wrong

A command that has ended with success has done what it says, and its effect survives whatever comes. One that was stopped has
done nothing, and the file can be used as before. Written by `make reliability`, which tries each of these with real processes
(`tests/reliability`); `make test` tries a tenth.

Lost: a finished command whose effect was not there afterwards. Half-done: a file that was neither as before the command nor as
after it, or that could not be used.
"""


class Row(NamedTuple):
    """A line of the table."""

    fault: str
    tried: int
    lost: int
    half_done: int
    how: str


def faults() -> dict[str, str]:
    """How each fault is tried, from the tests themselves."""
    found: dict[str, str] = {}
    for path in _test_files():
        found |= _module(path).FAULTS
    return found


def _test_files() -> list[Path]:
    return sorted(HERE.glob("test_*.py"))


def _module(path: Path) -> ModuleType:
    return import_module(f"tests.reliability.{path.stem}")


def rows() -> list[Row]:
    """What the last run recorded, fault by fault; those that were not recorded are left out."""
    kept = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(KEPT.glob("*.json"))]
    found = []
    for fault, how in faults().items():
        figures = [one for one in kept if one["fault"] == fault]
        if figures:
            sums = [sum(one[name] for one in figures) for name in ("tried", "lost", "half_done")]
            found.append(Row(fault, *sums, how))
    return found


def page_of(table: list[Row]) -> str:
    """The page as it should be."""
    lines = ["| fault | tried | lost | half-done | how |", "|---|---|---|---|---|"]
    lines += [f"| {' | '.join(str(cell) for cell in row)} |" for row in table]
    return INTRODUCTION + "\n" + "\n".join(lines) + "\n"


def show(table: list[Row]) -> None:
    """The table on the screen, without how."""
    room = max((len(row.fault) for row in table), default=5)
    sys.stdout.write(f"{'fault':{room}}  {'tried':>6}  {'lost':>5}  {'half-done':>9}\n")
    for row in table:
        sys.stdout.write(f"{row.fault:{room}}  {row.tried:6,}  {row.lost:5}  {row.half_done:9}\n")


def wrongs() -> Iterator[str]:
    """What does not fit between the tests and the page, a sentence each."""
    known, tried = faults(), set()
    for path in _test_files():
        for test in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(test, ast.FunctionDef) and test.name.startswith("test_"):
                named = {getattr(_module(path), name) for name in _named_by(test)}
                tried |= named
                if not named:
                    yield f"{path.name}: {test.name} records no fault"
    page = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
    there = {line.split(" | ")[0].removeprefix("| "): line for line in page.splitlines()}
    for fault in sorted(known.keys() | tried):
        if fault not in tried or fault not in known:
            yield f"{fault!r} must stand in FAULTS of its file and be tried by a test"
        elif not there.get(fault, "").endswith(f" | 0 | 0 | {known[fault]} |"):
            yield f"docs/reliability.md has no row for {fault!r} as it is tried now"


def _named_by(test: ast.FunctionDef) -> Iterator[str]:
    """The names under which the test counts what it tries."""
    for node in ast.walk(test):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "trying":
            yield ast.unparse(node.args[0])


def main(arguments: list[str]) -> int:
    """The exit code: 1 when anything is missing, lost, half-done or stale."""
    if arguments == ["--check"]:
        found = list(wrongs())
        sys.stderr.writelines(f"{one}\n" for one in found)
        return int(bool(found))
    table = rows()
    show(table)
    if missing := faults().keys() - {row.fault for row in table}:
        sys.stderr.write(f"not tried, or failed on the way: {', '.join(sorted(missing))}\n")
        return 1
    PAGE.write_text(page_of(table), encoding="utf-8")
    return int(any(row.lost or row.half_done for row in table))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
