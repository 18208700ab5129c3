"""What many commands show on one real terminal: one process runs them all, for starting each takes longer than running it."""

import json
import sys
from collections.abc import Sequence

from tests.contract.program import on_terminal
from tests.support import words

_BETWEEN = "\x1e"
"""Stands on the terminal after each command: crm itself never writes it."""

_RUN_EACH = f"""
import json, sys
from contextlib import suppress
from crmcli.app import run
for line in json.loads(sys.argv[1]):
    with suppress(SystemExit):
        run(line)
    sys.stdout.write({_BETWEEN!r})
    sys.stdout.flush()
"""


def screens(
    commands: Sequence[str | Sequence[str]], columns: int, **changes: str | None
) -> list[str]:
    """What each of the commands, which only read, leaves on a terminal of so many columns, colours and messages included."""
    lines = json.dumps([words(command) for command in commands])
    program = (sys.executable, "-c", _RUN_EACH)
    _code, shown = on_terminal([lines], columns, program=program, **changes)
    *each, rest = shown.split(_BETWEEN)
    assert (len(each), rest) == (len(commands), ""), shown[-2000:]
    return each
