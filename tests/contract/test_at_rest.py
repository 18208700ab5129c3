"""What moves on a terminal has come to rest when somebody is asked: what is drawn anew would hide the question."""

from collections.abc import Callable
from time import sleep

import pytest

from tests.contract.terminal import Terminal
from tests.support import crm

_MOVES = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"


def _restoring() -> str:
    made = crm("backup").out.strip()
    crm("add-customer Acme")
    return f"restore {made}"


def _forgetting() -> str:
    return "forget c1"


def _sealing() -> str:
    return "archive --all --period 2026"


@pytest.mark.parametrize("begun", [_restoring, _forgetting, _sealing])
def test_a_question_stays_on_the_screen(begun: Callable[[], str]) -> None:
    crm("add-customer 华东精工")
    with Terminal(begun(), columns=300, NO_COLOR=None) as person:
        person.sees("(y/N)")
        sleep(0.5)  # five times as long as anything that moves takes to do so
        person.types("n")
        person.sees("nothing was done")
        assert person.leaves() == 1
    after = person.screen.partition("(y/N)")[2]
    assert not set(_MOVES) & set(after)
