"""The table of commands: each documented, exemplified, marked for translation, and no more loaded than called (DESIGN §6)."""

import inspect
import shlex
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from babel.messages.pofile import read_po

from crmcli.app import COMMANDS, CommandTable, build
from crmcli.context import Context
from docs import reference
from tests.support import run_process

ROOT = Path(__file__).resolve().parent.parent
EVERY = pytest.mark.parametrize("name", COMMANDS)


def module_of(name: str) -> Any:
    """The module that a command lives in."""
    return import_module(f"crmcli.commands.{COMMANDS[name].module}")


@EVERY
def test_the_summary_is_the_docstrings(name: str) -> None:
    assert COMMANDS[name].summary == inspect.getdoc(module_of(name).run).splitlines()[0]  # type: ignore[union-attr]


@EVERY
def test_it_has_two_examples_that_its_own_options_understand(name: str) -> None:
    examples = module_of(name).EXAMPLES
    assert len(examples) == 2
    root: Any = CommandTable()
    for line in examples:
        program, *words = shlex.split(line)
        assert program == "crm"
        parent = root.make_context("crm", words, obj=Context(words))
        (called, *rest) = [*parent._protected_args, *parent.args]
        assert called == name
        build(name).make_context(name, rest, parent=parent)  # raises on an unknown option


@EVERY
def test_it_is_in_the_guide_and_in_the_readme(name: str) -> None:
    assert f"\n## crm {name}\n" in (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    assert f"| `crm {name}` | {COMMANDS[name].summary} |" in (ROOT / "README.md").read_text(
        encoding="utf-8"
    )


def test_the_generated_pages_are_fresh() -> None:
    assert reference.GUIDE.read_text(encoding="utf-8") == reference.guide()
    assert reference.README.read_text(encoding="utf-8") == reference.readme()


def test_every_summary_panel_and_help_is_marked_for_translation() -> None:
    with (ROOT / "crmcli" / "locale" / "crm.pot").open("rb") as file:
        known = {message.id for message in read_po(file)}
    for name, entry in COMMANDS.items():
        assert {entry.summary, entry.panel} <= known
        for parameter in build(name).params:
            text = getattr(parameter, "help", None)
            if text and text != "Show this message and exit.":
                assert text in known, (name, text)


@EVERY
def test_its_help_names_every_option_and_shows_the_examples(name: str) -> None:
    ran = run_process(f"{name} --help", {"COLUMNS": "200"})
    assert (ran.code, ran.err) == (0, "")
    for parameter in build(name).params:
        for option in parameter.opts:
            if option.startswith("--"):
                assert option in ran.out
    for line in module_of(name).EXAMPLES:
        assert line in " ".join(ran.out.split())


def test_options_may_stand_before_and_after_the_command_and_its_arguments(place: Path) -> None:
    other = place / "other.db"
    assert run_process(f"--db {other} add-customer Acme").out == "c1\n"
    assert run_process(f"add-customer --tier core Beta --db {other}").out == "c2\n"
    assert run_process(f"list-customers --json --db {other}").json["count"] == 2
    assert run_process("list-customers --json").json["count"] == 0
