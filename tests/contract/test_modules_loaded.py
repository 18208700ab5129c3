"""What an everyday command loads: nothing heavy, nothing of other commands (DESIGN §2)."""

import json
from pathlib import Path

import pytest

from crmcli.app import COMMANDS, DAY
from tests.contract.program import patched_anew, run

HEAVY = {
    "sqlmodel", "sqlalchemy", "pydantic", "alembic", "rich", "jinja2", "babel", "holidays", "pypinyin", "openpyxl",
    "tomlkit",
}  # fmt: skip
REACHING_OUT = {
    "socket",
    "_socket",
    "ssl",
    "_ssl",
    "http",
    "smtplib",
    "ftplib",
    "asyncio",
    "webbrowser",
}
LIST = patched_anew(
    "import atexit, json, os, sys",
    "def dump():",
    "    with open(os.environ['LOADED'], 'w') as file: json.dump(sorted(sys.modules), file)",
    "atexit.register(dump)",
)
EVERYDAY = (
    "--version", "--help", "", "--json", "due", "due --json", "due --count", "show c1", "show c1 --json", "show c1 --brief", "show c1 --brief --json", "list-customers",
    "list-customers --json", "log-contact c1 hello", "add-customer Beta", "add-task c1 call", "done t1", "snooze c1 +3d",
    "triage", "triage --json", "triage n1", "triage --why n1", "show n1", "show n1 --json", "due --why n1:respond",
    "due --why p1", "find printer", "kb printer", "survey --list", "survey --list --json", "survey n2 --script",
    "add-need c1 'it jams'", "triage n3 --urgency urgent", "plan-need n3 --step look", "done l1",
    "log-contact c1 hello --need n3", "wait n3", "resume n3", "escalate n3 --level 1 --to me", "add-promise c1 samples",
    "delay p2 --until 2027-01-04 --reason late", "warn p2 --impact late", "break p2 --reason late", "resolve n3 done",
    "survey n3 --overall 2", "review v1 --cause speed --action call", "confirm n3", "add-article Jams --from n3",
    "add-deal c1 licences --amount 480 --quoted today", "due --why d1:deal", "win d2 --order", "lose d1 --reason price", "pipeline --json",
    "add-order c1 480 --pay-by 2026-12-01", "due --why o2:payment", "paid o2",
)  # fmt: skip
READERS = (
    "", "--json", "due", "due --json", "due --count", "show c1", "show c1 --brief", "list-customers", "list-customers --json", "triage --json",
    "show n1", "show n1 --json", "due --why p1", "find printer", "kb printer", "survey --list", "survey --list --json",
)  # fmt: skip


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """Every module that was loaded when each command had ended, in a file with a customer, a task, needs and a promise."""
    folder = tmp_path_factory.mktemp("loaded")
    place = {
        "CRM_DB": str(folder / "crm.db"),
        "CRM_CONFIG": str(folder / "none.toml"),
        "LOADED": str(folder / "loaded"),
    }
    for command in (
        "add-customer Acme --tier core",
        "config set calendar.country CN",
        "add-task c1 x",
        "add-need c1 'the printer stops' --urgency urgent",
        "add-need c1 'a printer manual'",
        "resolve n2 sent",
        "add-promise c1 'a printer' --due today",
        "add-deal c1 'a deal' --close-on today",
        "add-deal c1 'another' --amount 12",
        "add-article 'Printers' --text 'turn it off and on'",
    ):
        assert run(command, **place).code == 0
    found = {}
    for command in EVERYDAY:
        ran = run(command, program=LIST, **place)
        assert ran.code == 0, (command, ran)
        found[command] = set(json.loads(Path(place["LOADED"]).read_text()))
    return found


@pytest.mark.parametrize("command", EVERYDAY)
def test_nothing_heavy_is_loaded_through_a_pipe(loaded: dict[str, set[str]], command: str) -> None:
    assert not {name for name in loaded[command] if name.partition(".")[0] in HEAVY}


@pytest.mark.parametrize("command", EVERYDAY)
def test_nothing_that_could_reach_the_network_is_loaded(
    loaded: dict[str, set[str]], command: str
) -> None:
    assert not {name for name in loaded[command] if name.partition(".")[0] in REACHING_OUT}
    assert "urllib.request" not in loaded[command]


@pytest.mark.parametrize("command", [line for line in EVERYDAY if line != "--help"])
def test_what_was_written_out_for_speed_is_not_loaded_after_all(
    loaded: dict[str, set[str]], command: str
) -> None:
    """A millisecond: the login name is read without the module for passwords."""
    assert "getpass" not in loaded[command]


@pytest.mark.parametrize("command", ["resolve n3 done", "wait n3", "escalate n3 --level 1 --to me"])
def test_through_a_pipe_nothing_is_put_into_words(
    loaded: dict[str, set[str]], command: str
) -> None:
    assert (
        not {"crmcli.output.words", "crmcli.output.table", "crmcli.output.shapes"} & loaded[command]
    )


def test_counting_loads_nothing_that_lists(loaded: dict[str, set[str]]) -> None:
    assert not {"crmcli.output.table", "crmcli.commands.shared.due_items"} & loaded["due --count"]


def test_the_version_needs_nothing(loaded: dict[str, set[str]]) -> None:
    ours = {name for name in loaded["--version"] if name.startswith("crmcli")}
    assert ours == {"crmcli", "crmcli.__main__"}
    assert "typer" not in loaded["--version"]
    assert "sqlite3" not in loaded["--version"]


def test_help_loads_no_command(loaded: dict[str, set[str]]) -> None:
    assert not {name for name in loaded["--help"] if name.startswith("crmcli.commands")}


@pytest.mark.parametrize("command", READERS)
def test_readers_need_no_calendar_and_no_change_log(
    loaded: dict[str, set[str]], command: str
) -> None:
    assert not {"chinese_calendar", "crmcli.store.changes"} & loaded[command]


# What a command's own module may import from another's, each for a named piece of it.
BORROWED = {"edit": {"add_customer"}}


@pytest.mark.parametrize("command", [line for line in EVERYDAY if not line.startswith("-")])
def test_a_command_loads_its_own_module_only(loaded: dict[str, set[str]], command: str) -> None:
    name = command.split()[0] if command else DAY
    modules = {DAY: DAY} | {name: entry.module for name, entry in COMMANDS.items()}
    found = {one for one in modules.values() if f"crmcli.commands.{one}" in loaded[command]}
    assert found == {modules[name]} | BORROWED.get(name, set())


@pytest.mark.parametrize("options", ["", "--json"])
def test_the_day_loads_no_more_than_due(loaded: dict[str, set[str]], options: str) -> None:
    due = loaded[f"due {options}".strip()]
    assert loaded[options] - due == {f"crmcli.commands.{DAY}"}
