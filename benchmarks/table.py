"""The table: what was measured, line by line, and whether anything was over its budget."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from benchmarks.measure import Cost, Failed, cheapest

GROWTH = 1.10
_TITLE = 66
_MEGABYTE = 1024 * 1024


@dataclass
class Measured:
    """What one command cost at each size, and its floor in the same run."""

    floor: list[Cost] = field(default_factory=list)
    sizes: dict[int, list[Cost]] = field(default_factory=dict)

    def ratio(self, size: int) -> float:
        """The command at `size` as a multiple of its floor."""
        return cheapest(self.sizes[size]) / cheapest(self.floor)

    @property
    def growth(self) -> float:
        """The largest size as a multiple of the smallest."""
        return cheapest(self.sizes[max(self.sizes)]) / cheapest(self.sizes[min(self.sizes)])


class Report:
    """Prints line by line, and remembers whether anything was over."""

    def __init__(self, sizes: Sequence[int]) -> None:
        self.sizes = sizes
        self.over = False

    def heading(self) -> None:
        """The names of the columns; costs are multiples of the floor, which is in milliseconds."""
        cells = "".join(f"{size:>10,}" for size in self.sizes)
        print(f"{padded('command')}{'floor ms':>9}{cells}{'growth':>8}{'budget':>8}")

    def section(self, title: str) -> None:
        """A line between groups of rows."""
        print(f"\n{title}")

    def row(self, title: str, budget: float, measured: Measured) -> None:
        """One command at all sizes."""
        ratios = [measured.ratio(size) for size in self.sizes]
        cells = "".join(f"{ratio:>10.2f}" for ratio in ratios)
        growth = measured.growth if len(self.sizes) > 1 else None
        grown = f"{growth - 1:>+8.0%}" if growth else f"{'':>8}"
        faults = ["OVER"] * (max(ratios) > budget) + ["GROWS"] * ((growth or 1) > GROWTH)
        head = f"{padded(title)}{_milliseconds(measured.floor)}"
        print(f"{head}{cells}{grown}{budget:>8}  {self._verdict(faults)}")

    def long_row(self, title: str, budget: float, measured: Measured) -> None:
        """What takes its time, at the largest size only."""
        ratio = max(map(measured.ratio, measured.sizes))
        faults = ["OVER"] if ratio > budget else []
        head = f"{padded(title)}{_milliseconds(measured.floor)}"
        print(f"{head}{ratio:>10.2f}{budget:>8}  {self._verdict(faults)}")

    def bulk_heading(self, floor: str) -> None:
        """A group of rows in seconds, multiples of that floor, and peak memory."""
        self.section(f"× {floor}")
        cells = f"{'seconds':>9}{'budget':>8}{'ratio':>9}{'budget':>8}{'MB':>7}{'budget':>8}"
        print(f"{padded('command')}{'floor ms':>9}{cells}")

    def bulk_row(
        self,
        title: str,
        floor: Sequence[Cost],
        costs: Sequence[Cost],
        *,
        seconds: float | None = None,
        ratio: float | None = None,
        memory: int | None = None,
    ) -> None:
        """A command that reads or writes a whole list; budgets in CPU seconds, multiples of the floor, and bytes.

        Without a budget a figure is only told.
        """
        took, most = cheapest(costs), max(cost.memory for cost in costs)
        times = took / cheapest(floor)
        over = [
            (seconds is not None and took > seconds) or (ratio is not None and times > ratio),
            memory is not None and most > memory,
        ]
        cells = [
            f"{took:>9.2f}{_budget(seconds, 1)}",
            f"{times:>9.2f}{_budget(ratio, 2)}",
            f"{most / _MEGABYTE:>7.0f}{_budget(memory and memory / _MEGABYTE, 0)}",
        ]
        judged = seconds is not None or ratio is not None or memory is not None
        faults = ["OVER"] * over[0] + ["MEMORY"] * over[1]
        verdict = self._verdict(faults) if judged else ""
        print(f"{padded(title)}{_milliseconds(floor)}{''.join(cells)}  {verdict}")

    def growth_heading(self, sizes: Sequence[int]) -> None:
        """A group of rows in microseconds of each row of a list."""
        self.section("µs a row, without what an import of one row costs")
        cells = "".join(f"{size:>11,}" for size in sizes)
        print(f"{padded('command')}{cells}{'growth':>8}{'budget':>8}")

    def growth_row(self, title: str, each: Sequence[float], budget: float | None = None) -> None:
        """Seconds a row at each size, the smallest first; `budget` is the largest share it may grow by."""
        cells = "".join(f"{seconds * 1e6:>11.2f}" for seconds in each)
        grown = each[-1] / each[0] - 1
        allowed = f"{budget:>8.0%}" if budget is not None else f"{'':>8}"
        verdict = self._verdict(["GROWS"] * (grown > budget)) if budget is not None else ""
        print(f"{padded(title)}{cells}{grown:>+8.0%}{allowed}  {verdict}")

    @contextmanager
    def telling(self, title: str) -> Iterator[None]:
        """A command that fails has no cost, and is as bad as one that is over."""
        try:
            yield
        except Failed as error:
            self.over = True
            print(f"{padded(title)}FAILED\n{error}")

    def missing(self, title: str) -> None:
        """A program to compare with that is not here."""
        print(f"{padded(title)}not installed")

    def _verdict(self, faults: Sequence[str]) -> str:
        self.over = self.over or bool(faults)
        return " ".join(faults) or "ok"


def asks_for(words: str, title: str) -> bool:
    """Whether a title contains these words as they are: `import` is not in `--urgency important`."""
    return re.search(rf"(?<!\w){re.escape(words)}(?!\w)", title) is not None if words else True


def _milliseconds(floor: Sequence[Cost]) -> str:
    return f"{cheapest(floor) * 1000:>9.1f}"


def _budget(value: float | None, digits: int) -> str:
    return f"{'':>8}" if value is None else f"{value:>8.{digits}f}"


def padded(text: str, columns: int = _TITLE) -> str:
    """With as many spaces as it takes for that width on a terminal; wide characters count twice."""
    return text + " " * (
        columns - sum(1 + (unicodedata.east_asian_width(one) in "WF") for one in text)
    )
