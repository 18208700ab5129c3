"""`crm` alone: from a welcome to the first right `due`, and then the day (CLI.md, First use)."""

import shlex
from pathlib import Path

import pytest

from crmcli.store.due import KINDS
from tests.contract.program import everything_in, on_terminal, run
from tests.support import Ran, crm

WELCOME = """\
Welcome to crm: who is due, when and why, from one file on this machine.
Begin with:

  crm add-customer 'Acme Ltd' --tier core  somebody to keep in touch with
  crm due                                  who is due, and why
  crm log-contact Acme 'sent the quote'    a call, which sets the next date

  crm import FILE                          a whole list, from Excel or elsewhere
  crm demo                                 a look around on made-up customers

The data {verb} in {path}.
--db or CRM_DB names another file; crm --help has every command.
"""
NOTHING_YET = pytest.mark.parametrize("command", ["", "--db {path}", "--lang en", "--lang=en --db={path}"])  # fmt: skip


# --- with nobody yet ---


@NOTHING_YET
def test_it_welcomes_and_makes_nothing(place: Path, command: str) -> None:
    path = place / "crm.db"
    assert run(command.format(path=path)) == (0, WELCOME.format(verb="will be", path=path), "")
    assert everything_in(place) == {}


def test_an_empty_file_is_one_not_made_yet(place: Path) -> None:
    path = place / "crm.db"
    path.touch()
    assert run("") == (0, WELCOME.format(verb="will be", path=path), "")
    assert path.read_bytes() == b""


def test_a_file_without_customers_is_told_from_one_not_made(place: Path) -> None:
    crm("config set timezone UTC")
    welcome = WELCOME.format(verb="is", path=place / "crm.db")
    assert run("").out == welcome
    crm("add-customer Acme")
    crm("delete c1")
    assert run("").out == welcome


def test_for_scripts_it_is_the_day_with_nothing_in_it(place: Path) -> None:
    ran = run("--json")
    assert ran.json == {
        "schema": "crm.day/1",
        "item": {
            "date": "2026-11-20",
            "due": 0,
            "overdue": 0,
            "kinds": {kind: {"due": 0, "overdue": 0} for kind in KINDS},
            "items": [],
            "next_due_on": None,
            "open_needs": 0,
            "next": [
                "crm add-customer 'Acme Ltd' --tier core",
                "crm due",
                "crm log-contact Acme 'sent the quote'",
                "crm import FILE",
                "crm demo",
            ],
        },
    }
    assert (ran.code, ran.err) == (0, "")
    assert everything_in(place) == {}


def typed(ran: Ran) -> list[str]:
    """The commands that an answer offers, as somebody would type them who reads nothing else."""
    lines = [line.strip() for line in ran.lines if line.startswith("  crm ")]
    return [line.partition("  ")[0].removeprefix("crm ") for line in lines]


def test_what_it_says_to_type_leads_to_the_first_right_due() -> None:
    add, due, log, *_others = typed(run(""))
    assert run(add).out == "c1\n"
    assert run(due).lines[1].split() == [
        "c1:touch", "Fri", "20", "Nov", "Acme", "Ltd", "core", "never", "contacted,", "added", "2026-11-20",
    ]  # fmt: skip
    assert run(log).code == 0
    assert run("due") == (0, "", "Nothing is due.\n")
    for asked in ("--kind payment", "--tier core --city 上海"):
        told = f"Nothing is due with {asked}; --days 7 looks a week ahead.\n"
        assert run(f"due {asked}") == (0, "", told)
    assert run("due --overdue --kind 回款").err == "Nothing is due with --kind 回款 --overdue.\n"
    assert (
        run("").lines[0]
        == "Fri 20 Nov 2026: nothing is due; the next falls due on Mon 21 Dec (in 31 days)"
    )


def test_the_import_it_offers_leads_there_in_two(place: Path) -> None:
    (place / "list.csv").write_text("name,tier\nAcme,core\nBeta,\n", encoding="utf-8")
    offered = next(one for one in typed(run("")) if one.startswith("import"))
    assert run(offered.replace("FILE", str(place / "list.csv"))).code == 0
    assert run("due --count").out == "2\n"


# --- the day ---


@pytest.fixture
def busy() -> None:
    """Two touches long overdue, one due today, a follow-up due today, a task due later."""
    for name, tier in (("Acme", "core"), ("Beta", "core"), ("华东精工", "ordinary")):
        crm(["add-customer", name, "--tier", tier, "--stage", "customer"])
    crm("log-contact c1 hello --at 2026-08-03")
    crm("log-contact c2 hello --at 2026-10-02")
    crm("add-customer Delta")
    crm("log-contact c4 'asked for 13800005678' --next 'ring 13800005678' --on today")
    crm("add-task c4 later --due 2026-12-01")
    crm("done crm:archive")  # what was said in August belongs to a quarter that is over


DAY = """\
Fri 20 Nov 2026: 4 due, 2 of them overdue
touch 3 (2 overdue), follow-up 1

REF       DUE         LATE  NAME   TIER  WHAT
c1:touch  Thu 3 Sep     78  Acme   core  core: every month
c2:touch  Mon 2 Nov     18  Beta   core  core: every month
t1        Fri 20 Nov        Delta        ring 138****5678

  crm due                             the whole list
  crm log-contact c1 'what was said'  settles the first
  crm find TEXT                       anybody, anything
"""


@pytest.mark.usefixtures("busy")
def test_the_day_is_what_is_due_and_what_to_type() -> None:
    assert run("") == (0, DAY, "")


@pytest.mark.usefixtures("busy")
def test_looking_at_the_day_changes_nothing(place: Path) -> None:
    before = everything_in(place)
    run("")
    run("--json")
    assert everything_in(place) == before


@pytest.mark.usefixtures("busy")
def test_the_first_is_settled_as_it_says() -> None:
    settle = typed(run(""))[1]
    assert run(settle).code == 0
    again = run("")
    assert again.lines[0] == "Fri 20 Nov 2026: 3 due, 1 of them overdue"
    assert run(typed(again)[1]).code == 0
    assert typed(run("")) == ["due", "done t1", "find TEXT"]
    assert run("done t1").code == 0
    assert run("").lines[:2] == ["Fri 20 Nov 2026: 1 due", "touch 1"]


@pytest.mark.usefixtures("busy")
def test_json_is_what_due_says() -> None:
    item = run("--json").json["item"]
    assert item["items"] == run("due --json --limit 3").json["items"]
    assert item["due"] == int(run("due --count").out) == 4
    assert item["overdue"] == int(run("due --count --overdue").out) == 2
    assert item["kinds"] == {
        kind: {
            "due": int(run(f"due --count --kind {kind}").out),
            "overdue": int(run(f"due --count --overdue --kind {kind}").out),
        }
        for kind in KINDS
    }
    assert (item["date"], item["next_due_on"]) == ("2026-11-20", None)
    assert item["next"] == ["crm due", "crm log-contact c1 'what was said'", "crm find TEXT"]
    assert run("--json").json["masked"] is True
    revealed = run("--json --reveal").json
    assert "masked" not in revealed
    assert revealed["item"]["items"][2]["title"] == "ring 13800005678"
    assert run("--reveal").lines[-5].endswith("ring 13800005678")


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("add-task c1 call --due +1d", "2026-11-21"),
        ("add-task c1 call --due +2d", "2026-11-22"),
        ("add-task c1 call --due 2026-12-20", "2026-12-20"),
        ("add-task c1 call --due 2027-01-05", "2026-12-21"),  # the touch of c1 comes first
        ("key-date c1 birthday 12-05", "2026-11-28"),  # listed a week ahead
        ("edit c1 --set do_not_contact=yes", "2027-01-01"),  # the quarter is to be archived then
    ],
)
def test_when_nothing_is_due_it_says_when_something_will_be(command: str, expected: str) -> None:
    crm("add-customer Acme --tier core")
    crm("log-contact c1 hello")
    crm(command)
    item = run("--json").json["item"]
    assert (item["due"], item["items"], item["next_due_on"]) == (0, [], expected)
    ahead = shlex.split(item["next"][0])
    assert ahead[:3] == ["crm", "due", "--days"]
    days = int(ahead[3])
    assert run(f"due --days {days} --count").out != "0\n"
    assert run(f"due --days {days - 1} --count").out == "0\n"


def test_a_single_thing_due_today_is_not_called_overdue() -> None:
    crm("add-customer Acme")
    assert run("").lines[:2] == ["Fri 20 Nov 2026: 1 due", "touch 1"]


def test_the_day_is_the_local_one() -> None:
    crm("config set timezone America/New_York")
    crm("add-customer Acme")
    assert run("--json", CRM_NOW="2026-11-20T01:00+00:00").json["item"]["date"] == "2026-11-19"


@pytest.mark.usefixtures("busy")
def test_in_chinese_the_date_is_chinese() -> None:
    assert run("--lang zh").lines[0].startswith("2026年11月20日 周五")


@pytest.mark.usefixtures("busy")
@pytest.mark.parametrize("columns", [60, 80, 120])
def test_on_a_terminal_it_fits(columns: int) -> None:
    code, screen = on_terminal("", columns, NO_COLOR="1")
    assert code == 0
    assert max(map(len, screen.splitlines())) <= columns
    assert screen.splitlines()[0] == DAY.splitlines()[0]


def test_the_welcome_fits_eighty_columns(place: Path) -> None:
    code, screen = on_terminal("", 80)
    assert code == 0
    path = f"{place / 'crm.db'}"
    gap = "" if len(f"The data will be in {path}.") <= 80 else "\n"  # it stays whole, to be copied
    text = WELCOME.format(verb="will be", path=gap + path)
    assert screen.splitlines() == [line.rstrip() for line in text.splitlines()]
    assert all(len(line) <= 80 for line in screen.splitlines() if path not in line)


# --- what it leaves alone ---


@pytest.mark.parametrize("command", ["--help", "-h", "--db x --help", "--lang en -h"])
def test_help_is_still_the_table_of_commands(command: str) -> None:
    ran = run(command)
    assert (ran.code, ran.err) == (0, "")
    assert "Usage: crm [OPTIONS] COMMAND" in ran.out
    for name in ("add-customer", "due", "find", "import", "demo"):
        assert name in ran.out
    assert "\n  day" not in ran.out


@pytest.mark.parametrize("command", ["--version", "--db x --version"])
def test_the_version_is_still_the_version(command: str) -> None:
    assert run(command).out.startswith("crm ")


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        ("--nonsense", "No such option: --nonsense; see crm day --help"),
        ("--db", "Option '--db' requires an argument; see crm --help"),
        ("--jsno", "No such option: --jsno; did you mean --json?"),
        ("--json due", "No such option: --json; see crm --help"),
        (["--db", "x", ""], "No such command ''; see crm --help"),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence(command: str | list[str], sentence: str) -> None:
    ran = run(command)
    assert (ran.code, ran.out) == (2, "")
    if "--json" not in command:
        assert ran.err == f"crm: {sentence}\n"


def test_a_file_it_cannot_read_is_named(place: Path) -> None:
    (place / "crm.db").write_text("no database at all\n" * 100, encoding="utf-8")
    ran = run("")
    assert (ran.code, ran.out) == (10, "")
    assert ran.err.endswith("is not a crm database; choose another file with --db\n")
