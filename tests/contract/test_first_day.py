"""The first day: Excel's list comes in, who is due is seen, a call is logged, the list is right again."""

import shutil
from pathlib import Path

import pytest
from rich.cells import cell_len

from tests.contract.program import on_terminal
from tests.support import run_process

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


@pytest.fixture
def imported(place: Path) -> None:
    """The file after Excel's list of 300 Chinese customers, saved as GB18030, came in with no option at all."""
    shutil.copy(EXAMPLES / "customers-gb18030.csv", place / "客户.csv")
    ran = run_process("import 客户.csv --json", cwd=place)
    item = ran.json["item"]
    assert (ran.code, item["encoding"], item["added"], item["rejected"]) == (0, "gb18030", 300, 0)


@pytest.mark.usefixtures("imported")
def test_a_second_import_changes_nothing(place: Path) -> None:
    before = run_process("list-customers --json --reveal").out
    item = run_process("import 客户.csv --json", cwd=place).json["item"]
    assert (item["added"], item["updated"], item["unchanged"], item["change"]) == (0, 0, 300, None)
    assert run_process("list-customers --json --reveal").out == before


@pytest.mark.usefixtures("imported")
@pytest.mark.parametrize("columns", [80, 120])
def test_due_shows_it_in_aligned_columns(columns: int) -> None:
    code, screen = on_terminal("due --limit 40", columns, NO_COLOR="1")
    assert code == 0
    lines = screen.splitlines()
    heading, rows = lines[0], lines[1:41]
    assert len(rows) == 40
    assert all(cell_len(line) <= columns for line in lines)
    places = [
        cell_len(heading[: heading.index(title)]) for title in ("DUE", "NAME", "TIER", "WHAT")
    ]
    for row in rows:
        for place in places:
            before = "".join(c for i, c in enumerate(row) if cell_len(row[:i]) < place)
            assert cell_len(before) == place, row  # no wide character lies across a column's edge
            assert before.endswith(" "), row


@pytest.mark.usefixtures("imported")
def test_a_logged_call_takes_a_customer_off_the_list_and_undo_puts_it_back() -> None:
    before = run_process("due --json").json
    first = before["items"][0]
    assert run_process(f"{first['action'].removeprefix('crm ')} hello").code == 0
    after = run_process("due --json").json
    assert after["count"] == before["count"] - 1
    assert after["items"] == before["items"][1:]
    run_process("undo")
    assert run_process("due --json").json == before
