"""The progress of an import at a terminal, and Ctrl-C in the middle of it."""

import re
from pathlib import Path

import pytest

from tests.contract.program import everything_in, on_terminal, patched, run
from tests.contract.terminal import Terminal
from tests.support import crm

FINISHING = ("Making it findable", "Computing what is due", "Saving")


@pytest.fixture
def long_list(place: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """4,000 rows, of which one customer is in the file already; no backup is made first."""
    monkeypatch.setenv("CRM_BACKUP_BEFORE_IMPORT", "0")
    crm("add-customer 'Company 7' --city Bonn")
    path = place / "long.csv"
    rows = "".join(f"Company {number},core,{13800000000 + number}\n" for number in range(4_000))
    path.write_text(f"name,tier,phone\n{rows}", encoding="utf-8")
    return path


# --- the bar ---


def test_a_terminal_sees_rate_and_time_left_and_nothing_stays(long_list: Path) -> None:
    code, screen = on_terminal(f"import {long_list}", 100)
    assert code == 0
    assert "Importing" in screen
    assert re.search(r"3,000 rows, [\d,]+/s", screen)
    assert re.search(r"\d:\d\d", screen)
    for title in FINISHING:
        assert title in screen
    # The last thing that is drawn is erased, and only then the result is told.
    _drawn, erased, told = screen.rpartition("\x1b[2K")
    assert erased
    assert "3999 added, 1 updated, 0 unchanged, 0 rejected." in told
    assert not re.search("Importing|Saving|rows,", told)
    assert screen.index("The first rows as they will be stored:") < screen.index("Importing")


def test_everything_of_a_file_is_shown_likewise(place: Path, long_list: Path) -> None:
    crm(["import", str(long_list)])
    crm(f"export all --format jsonl --reveal --out {place / 'all.jsonl'}")
    code, screen = on_terminal(
        f"import {place / 'all.jsonl'} --as all --db {place / 'new.db'}", 100
    )
    assert code == 0
    assert re.search(r"Importing.*rows, [\d,]+/s", screen, re.DOTALL)
    assert "Computing what is due" in screen
    assert "Importing" not in screen.rpartition("\x1b[2K")[2]


@pytest.mark.parametrize("changes", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_who_wants_no_colour_or_has_a_dumb_terminal_sees_no_bar(
    long_list: Path, changes: dict[str, str]
) -> None:
    code, screen = on_terminal(f"import {long_list}", 100, **changes)
    assert (code, "\x1b" in screen, "Importing" in screen) == (0, False, False)
    assert "3999 added, 1 updated" in screen


def test_a_pipe_sees_no_bar(long_list: Path) -> None:
    ran = run(["import", str(long_list)], TERM="xterm-256color")
    assert (ran.code, ran.out) == (0, "x2\n")
    assert ran.err.splitlines() == [
        "long.csv: CSV, UTF-8, 3 of 3 columns recognised.",
        "3999 added, 1 updated, 0 unchanged, 0 rejected.",
        "To take it back: crm undo x2",
    ]


# --- Ctrl-C ---

SAID = "Interrupted: nothing was imported.\n"
INTERRUPT = "def interrupt(*arguments, **named): os.kill(os.getpid(), signal.SIGINT)"


@pytest.mark.parametrize("changes", [{"NO_COLOR": None}, {}])
def test_ctrl_c_at_a_terminal_takes_everything_back(
    place: Path, long_list: Path, changes: dict[str, str | None]
) -> None:
    rows = "".join(f"Another {number},core,\n" for number in range(60_000))  # for several seconds
    with long_list.open("a", encoding="utf-8") as file:
        file.write(rows)
    before = everything_in(place)
    with Terminal(f"import {long_list}", 100, **changes) as person:
        person.sees("The first rows as they will be stored:")
        person.interrupts()
        assert person.leaves() == 130
        assert SAID in person.screen
        assert "Traceback" not in person.screen
    assert everything_in(place) == before


@pytest.mark.parametrize(
    "lines",
    [
        ("import crmcli.exchange.customer_rows as rows", "rows.CustomerReader.read = interrupt"),
        ("import crmcli.store.search as search", "search.index_range = interrupt"),
        ("import crmcli.store.derived as derived", "derived.refresh = interrupt"),
    ],
    ids=["while reading", "while indexing", "while computing"],
)
@pytest.mark.parametrize("options", ["", " --json", " --dry-run"])
def test_ctrl_c_at_any_stage_takes_everything_back(
    place: Path, long_list: Path, lines: tuple[str, ...], options: str
) -> None:
    bad = place / "bad.csv"
    bad.write_text(f"{long_list.read_text()}No tier,zz,\n", encoding="utf-8")
    before = everything_in(place)
    program = patched("import os, signal", INTERRUPT, *lines)
    ran = run(f"import {bad}{options}", program=program)
    assert (ran.code, ran.out) == (130, "")
    assert ran.err.endswith(SAID)
    assert everything_in(place) == before


def test_ctrl_c_while_it_is_saved_comes_too_late(place: Path, long_list: Path) -> None:
    """Nobody may be told that nothing was imported when it was."""
    program = patched(
        "import os, signal, crmcli.store.search as search",
        INTERRUPT,
        "renew = search.renew",
        "search.renew = lambda *arguments: (interrupt(), renew(*arguments))",
    )
    ran = run(f"import {long_list}", program=program)
    assert (ran.code, ran.out) == (0, "x2\n")
    assert "3999 added, 1 updated, 0 unchanged, 0 rejected." in ran.err
    assert crm("list-customers --json").json["count"] == 4_000


def test_ctrl_c_while_everything_is_imported(place: Path, long_list: Path) -> None:
    crm(f"export all --format jsonl --reveal --out {place / 'all.jsonl'}")
    program = patched(
        "import os, signal, crmcli.store.derived as derived",
        INTERRUPT,
        "derived.refresh_all = interrupt",
    )
    command = f"import {place / 'all.jsonl'} --as all --db {place / 'new.db'}"
    ran = run(command, program=program)
    assert (ran.code, ran.out) == (130, "")
    assert ran.err.endswith(SAID)
