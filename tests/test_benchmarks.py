"""The benchmarks of whole lists run from end to end, and say when something is over; what they measure is not tested."""

from pathlib import Path

import pytest

from benchmarks import build, bulk, lists
from benchmarks.measure import Cost, Failed, Process, cheapest, run
from benchmarks.table import Report, asks_for

MB = 1024 * 1024


@pytest.fixture(autouse=True)
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build, "HOME", tmp_path / "kept")


def titles(said: str) -> list[str]:
    """What stands in the first column, without headings."""
    lines = [line[:66].rstrip() for line in said.splitlines()]
    return [line for line in lines if line.startswith(("crm ", "  "))]


@pytest.mark.parametrize(
    ("only", "rows"),
    [
        (
            "import FILE",
            [
                "crm import FILE of 100 × 14",
                "  the same into the file it made, no slower",
                "  the same into an empty file that was there",
                "  sqlite-utils insert FILE --csv, one table, no index",
                "  sqlite3 '.import --csv FILE', one table, no index",
                "crm import FILE of 1,000 × 14",
                "crm import FILE.jsonl of 1,000",
                "crm import FILE",
                "  the floor",
            ],
        ),
        (
            "interactions",
            [
                "crm import --as interactions FILE of 1,000 × 9",
                "  the same into the file it made, no slower",
                "  sqlite-utils insert FILE --csv, one table, no index",
                "  sqlite3 '.import --csv FILE', one table, no index",
            ],
        ),
        (
            "export",
            [
                f"crm export customers --reveal --out FILE.{form} of 100"
                for form in ("csv", "jsonl", "xlsx", "vcf")
            ],
        ),
        ("--duplicates", ["crm doctor --duplicates of 100"]),
    ],
)
def test_every_list_is_measured(
    only: str, rows: list[str], capfd: pytest.CaptureFixture[str]
) -> None:
    bulk.report_lists(Report([100]), 100, 1, only)
    said = capfd.readouterr().out
    assert "FAILED" not in said
    assert titles(said) == rows


def test_an_import_that_does_not_hold_its_list_has_no_cost(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    wrong = build.kept("wrong.csv", "benchmarks.lists", "customers", "20")
    monkeypatch.setattr(lists, "customers_csv", lambda rows: wrong)
    report = Report([30])
    bulk.report_lists(report, 30, 1, "import FILE")
    said = capfd.readouterr().out
    assert report.over
    assert "FAILED\nwrong.csv of 30 rows made 20 of table customer" in said


def test_a_program_that_fails_has_no_cost() -> None:
    with pytest.raises(Failed, match="exited with 1"):
        run(Process(["/bin/sh", "-c", "exit 1"], {}))


@pytest.mark.parametrize(
    ("budgets", "verdict"),
    [
        ({"seconds": 2.0}, "ok"),
        ({"seconds": 1.9}, "OVER"),
        ({"ratio": 4.0}, "ok"),
        ({"ratio": 3.9}, "OVER"),
        ({"memory": 30 * MB}, "ok"),
        ({"memory": 30 * MB - 1}, "MEMORY"),
        ({"seconds": 1.0, "ratio": 1.0, "memory": MB}, "OVER MEMORY"),
        ({}, ""),
    ],
)
def test_the_least_time_and_the_most_memory_are_judged(
    budgets: dict[str, float], verdict: str, capsys: pytest.CaptureFixture[str]
) -> None:
    report, floor = Report([]), [Cost(0.5, 0), Cost(0.9, 0)]
    costs = [Cost(3.0, 20 * MB), Cost(2.0, 30 * MB)]
    report.bulk_row("import", floor, costs, **budgets)  # type: ignore[arg-type]
    assert cheapest(costs) == 2.0
    assert report.over == (verdict not in ("ok", ""))
    said = capsys.readouterr().out
    assert said.split()[1:3] == ["500.0", "2.00"]
    assert said.rstrip("\n").endswith(f"  {verdict}")


@pytest.mark.parametrize(("last", "over"), [(0.5, False), (1.19, False), (1.21, True)])
def test_growth_is_judged_by_the_shortest_and_the_longest_list(last: float, over: bool) -> None:
    report = Report([])
    report.growth_row("import", [1.0, 5.0, last], 0.2)
    assert report.over is over


def test_made_up_names_and_numbers_are_of_one_customer_each() -> None:
    numbers = [*range(1, 3000), *range(build.COMBINATIONS - 3000, build.COMBINATIONS + 3000)]
    assert len({build.company(number)[0] for number in numbers}) == len(numbers)
    assert len({build.mobile(number) for number in numbers}) == len(numbers)


@pytest.mark.parametrize(
    ("words", "title", "asked"),
    [
        ("import", "import --as interactions FILE", True),
        ("import", "add-need c500 --urgency important", False),
        ("--duplicates", "doctor --duplicates", True),
        ("", "show c500", True),
    ],
)
def test_only_asks_for_whole_words(words: str, title: str, asked: bool) -> None:
    assert asks_for(words, title) is asked
