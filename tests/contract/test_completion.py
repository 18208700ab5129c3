"""Typer's own completion, with the commands as stubs (DESIGN §2)."""

import pytest

from crmcli.app import COMMANDS
from tests.support import run_process


def offered(typed: str) -> list[str]:
    """What bash is offered for what stands on the line."""
    asked = {
        "_CRM_COMPLETE": "complete_bash",
        "COMP_WORDS": typed,
        "COMP_CWORD": str(typed.count(" ")),
    }
    ran = run_process([], asked)
    assert (ran.code, ran.err) == (0, "")
    return ran.out.split()


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("crm d", [name for name in COMMANDS if name.startswith("d")]),
        ("crm add", [name for name in COMMANDS if name.startswith("add")]),
        ("crm due --ex", ["--explain", "--exit-code"]),
        ("crm log-contact c1 --next", ["--next", "--next-owner"]),
        ("crm zz", []),
    ],
)
def test_commands_and_options_are_completed(typed: str, words: list[str]) -> None:
    assert sorted(offered(typed)) == sorted(words)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_shells_part_can_be_printed(shell: str) -> None:
    # Typer asks which shell started it, and under make that is none of these; so it is told.
    told = {"_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"}
    ran = run_process(f"--show-completion {shell}", told)
    assert ran.code == 0
    assert "_CRM_COMPLETE" in ran.out
