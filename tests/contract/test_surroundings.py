"""Odd surroundings: bare environments, closed pipes, interrupts, narrow terminals, many at once (DESIGN §4)."""

import os
import re
import shlex
import subprocess
from pathlib import Path

import pytest
from rich.cells import cell_len

from tests.contract.program import PROGRAM, everything_in, on_terminal, patched, patched_anew, run
from tests.support import crm, is_heavy, words

ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
PLAIN = (
    "REF       DUE         LATE  NAME      TIER  WHAT\n"
    "c1:touch  Fri 20 Nov        华东精工  core  never contacted, added 2026-11-20\n"
)
NAMES = (
    "华东精工有限公司", "Acme", "苏州工业园区纳米新材料科技股份有限公司", "Acme International Holding Company of Northern Europe",
    "한국어 주식회사", "Ｗｉｄｅ Ｌｔｄ", "Cafe\u0301 Bjo\u0308rk", "❤️张姐", "[red]Markup[/red]", "เชียงใหม่ กี่",
)  # fmt: skip


@pytest.fixture
def one() -> None:
    """A file with one customer."""
    crm("add-customer 华东精工 --tier core")


@pytest.fixture
def several() -> None:
    """A file with customers of all kinds of names, each with a task."""
    for number, name in enumerate(NAMES, start=1):
        crm(["add-customer", name, "--tier", "core", "--city", "苏州", "--industry", "制造业"])
        crm(["add-task", f"c{number}", f"给{name}寄样品 and ask for their opinion of it"])


# --- the environment ---


@pytest.mark.usefixtures("one")
@pytest.mark.parametrize(
    "changes",
    [
        {"HOME": None},
        {"TERM": "dumb"},
        {"TERM": None},
        {"NO_COLOR": "1"},
        {"LC_ALL": "C", "LANG": None},
        {"LC_ALL": "POSIX", "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"},
        {"LANG": "xx_XX.nonsense"},
        {"FORCE_COLOR": "1"},
        {"PATH": ""},
    ],
)
def test_the_environment_does_not_change_the_answer(changes: dict[str, str | None]) -> None:
    assert run("due", **changes) == (0, PLAIN, "")


def test_without_a_home_the_file_is_made_where_xdg_says(place: Path) -> None:
    ran = run("add-customer Acme", HOME=None, CRM_DB=None, CRM_CONFIG=None)
    assert (ran.code, ran.out) == (0, "c1\n")
    assert (place / "data" / "crm" / "crm.db").exists()


def test_a_folder_of_the_home_can_be_named(place: Path) -> None:
    assert run("add-customer Acme", CRM_DB="~/mine.db").out == "c1\n"
    assert (place / "mine.db").exists()


# --- streams ---


def to_full(number: int) -> None:
    """Point a stream at a device that is always full."""
    os.dup2(os.open("/dev/full", os.O_WRONLY), number)


@pytest.mark.usefixtures("one")
@pytest.mark.parametrize(
    "command", ["due", "show c1", "list-customers --csv", "--help", "--version"]
)
def test_an_output_that_cannot_be_written_is_exit_1(command: str) -> None:
    ran = run(command, before=lambda: to_full(1))
    sentence = "the output could not be written (No space left on device); free some space or send it elsewhere"
    assert ran == (1, "", f"crm: {sentence}\n")


@pytest.mark.usefixtures("one")
def test_messages_that_cannot_be_written_do_not_hide_the_exit_code() -> None:
    assert run("show nobody", before=lambda: to_full(2)) == (3, "", "")
    assert run("show nobody --json", before=lambda: to_full(2)) == (3, "", "")
    assert run("show nobody", before=lambda: os.close(2)) == (3, "", "")


@pytest.mark.usefixtures("one")
@pytest.mark.parametrize("number", [0, 1, 2])
def test_closed_streams(number: int) -> None:
    """And the database must not be opened in the closed stream's place."""
    assert run("add-customer Beta --dry-run", before=lambda: os.close(number)).code == 0
    assert run("add-customer Beta", before=lambda: os.close(number)).code == 0
    assert run("due --count", before=lambda: os.close(number)).code == 0
    assert run("show Beta", before=lambda: os.close(0)).code == 0
    assert run("due --count") == (0, "2\n", "")


@pytest.mark.parametrize(
    "command",
    [
        "list-customers",
        "list-customers --json",
        "list-customers --csv",
        "due",
        "due --json",
        "due --explain",
    ],
)
def test_a_reader_that_has_seen_enough(command: str) -> None:
    rows = "".join(f"customer number {n} of the long list,core\n" for n in range(3000))
    assert run("import -", stdin=f"name,tier\n{rows}".encode()).code == 0
    line = f"set -o pipefail; {shlex.join([*PROGRAM, *words(command)])} | head -c 20"
    done = subprocess.run(["bash", "-c", line], capture_output=True, check=False, timeout=120)
    assert (done.returncode, len(done.stdout), done.stderr) == (0, 20, b"")


# --- Ctrl-C ---

INTERRUPT = "def interrupt(*arguments, **named): os.kill(os.getpid(), signal.SIGINT)"


@pytest.mark.usefixtures("one")
def test_an_interrupted_reader_is_exit_130_without_a_word() -> None:
    program = patched(
        "import os, signal, crmcli.store.due as due", INTERRUPT, "due.due_items = interrupt"
    )
    assert run("due", program=program) == (130, "", "")


@pytest.mark.usefixtures("one")
@pytest.mark.parametrize(
    "command", ["add-customer Beta", "log-contact c1 hello --next call", "undo"]
)
def test_an_interrupted_writer_changes_nothing(place: Path, command: str) -> None:
    program = patched(
        "import os, signal, crmcli.store.derived as derived",
        INTERRUPT,
        "derived.refresh = interrupt",
    )
    before = everything_in(place)
    assert run(command, program=program) == (130, "", "")
    assert everything_in(place) == before


@pytest.mark.usefixtures("one")
@pytest.mark.parametrize("module", ["typer", "crmcli.app", "crmcli.commands.due", "sqlite3"])
def test_an_interrupt_while_loading(module: str) -> None:
    program = patched_anew(
        "import os, signal, sys",
        "class Finder:",
        "    def find_spec(name, path=None, target=None):",
        f"        if name == {module!r}: os.kill(os.getpid(), signal.SIGINT)",
        "sys.meta_path.insert(0, Finder)",
    )
    assert run("due", program=program) == (130, "", "")


# --- the terminal ---


@pytest.mark.usefixtures("several")
@pytest.mark.parametrize("columns", [40, 60, 80, 120, 200])
@pytest.mark.parametrize(
    "command", ["list-customers", "due", "due --explain", "history", "config list"]
)
def test_no_line_of_a_list_is_wider_than_the_terminal(command: str, columns: int) -> None:
    uncoloured: list[dict[str, str]] = [{"NO_COLOR": "1"}, {"TERM": "dumb"}]
    for changes in [{}, *uncoloured[: 2 if columns == 60 or is_heavy() else 0]]:
        code, screen = on_terminal(command, columns, **changes)
        lines = ANSI.sub("", screen).splitlines()
        assert code == 0
        assert len(lines) > 5
        assert [line for line in lines if cell_len(line) > columns] == []


@pytest.mark.usefixtures("several")
@pytest.mark.parametrize("columns", [80, 120])
@pytest.mark.parametrize("command", ["--help", "due --help", "show c2", "add-customer --help"])
def test_no_line_of_help_or_story_is_wider_than_the_terminal(command: str, columns: int) -> None:
    code, screen = on_terminal(command, columns)
    lines = ANSI.sub("", screen).splitlines()
    assert code == 0
    assert [line for line in lines if cell_len(line) > columns] == []


@pytest.mark.usefixtures("several")
@pytest.mark.parametrize("surroundings", ["colour", "no colour", "pipe", "narrow pipe"])
def test_columns_stand_in_line_whatever_the_script(surroundings: str) -> None:
    if surroundings == "pipe":
        screen = run("list-customers").out
    elif surroundings == "narrow pipe":
        screen = run("list-customers", COLUMNS="90").out
    else:
        _, screen = on_terminal(
            "list-customers", 120, NO_COLOR="1" if surroundings == "no colour" else None
        )
    lines = [line for line in ANSI.sub("", screen).splitlines() if "─" not in line]
    assert len(lines) == len(NAMES) + 1
    day = "Fri 20 Nov" if "pipe" in surroundings else "today"
    for word in ("prospect", "core", "制造业", "苏州  ", day):
        starts = {cell_len(line[: line.rindex(word)]) for line in lines[1:]}
        assert len(starts) == 1, (word, starts)
    titles = {"stage": "prospect", "tier": "core", "industry": "制造业", "next": day}
    for title, word in titles.items():
        assert lines[0].lower().index(title) == cell_len(lines[1][: lines[1].rindex(word)])


@pytest.mark.usefixtures("several")
def test_what_matters_least_is_left_out_of_a_narrow_list() -> None:
    ran = run("list-customers --where 'name = Acme'", COLUMNS="40")
    assert ran.out == (
        "REF  NAME  LAST CONTACT  NEXT TOUCH\n"
        "c2   Acme                Fri 20 Nov\n"
    )  # fmt: skip


@pytest.mark.usefixtures("several")
@pytest.mark.parametrize(
    "command",
    ["list-customers", "due", "show c1", "--help", "due --help", "show nobody", "frobnicate"],
)
def test_no_colour_where_it_is_not_wanted(command: str) -> None:
    for changes in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
        _, screen = on_terminal(command, **changes)
        assert "\x1b" not in screen
        assert screen
    ran = run(command, FORCE_COLOR="1")
    assert "\x1b" not in ran.out + ran.err


@pytest.mark.usefixtures("several")
def test_colour_where_it_is() -> None:
    _, screen = on_terminal("due")
    assert ANSI.search(screen)


@pytest.mark.usefixtures("several")
def test_markup_and_escapes_in_names_are_only_names_on_a_terminal() -> None:
    crm(["add-customer", "Evil\x1b]0;owned\x07\x9b31m", "--note", "\x1b[2J"])
    for command in (
        "list-customers",
        "due",
        "show Evil",
        "show Evil --json",
        "list-customers --csv",
        "list-customers --json",
    ):
        code, screen = on_terminal(command, 200)
        assert code == 0
        assert not {"\x1b", "\x07", "\x9b"} & set(ANSI.sub("", screen)), command
        assert "\x1b]" not in screen and "\x1b[2J" not in screen
        if "show" not in command:
            assert "[red]Markup[/red]" in screen


@pytest.mark.usefixtures("one")
def test_on_a_terminal_writers_say_what_they_did_in_words() -> None:
    _, screen = on_terminal(
        "log-contact c1 hello --next 'send offer' --on 2026-12-01", NO_COLOR="1"
    )
    assert screen == (
        "Logged i1 with c1 华东精工.\nFollow-up t1: send offer, Tue 1 Dec (in 11 days).\nNext contact Mon 21 Dec (in 21 working days).\n"
    )


def test_an_error_on_a_terminal_is_one_line() -> None:
    assert on_terminal("show nobody") == (
        3,
        "crm: no customer fits 'nobody'; crm list-customers shows them all\n",
    )
    assert on_terminal("due --frobnicate") == (
        2,
        "crm: No such option: --frobnicate; see crm due --help\n",
    )


@pytest.mark.parametrize("is_terminal", [True, False])
def test_help_is_the_table_of_commands(is_terminal: bool) -> None:
    if is_terminal:
        code, out = on_terminal("--help", NO_COLOR="1")
    else:
        code, out, _ = run("--help")
    assert code == 0
    assert out.startswith("Usage: crm [OPTIONS] COMMAND [ARGUMENTS]\n")
